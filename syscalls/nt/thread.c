#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <asm/prctl.h>

#include "syscalls/gate/nt_offsets.h"
#include "syscalls/gate/trap.h"
#include "syscalls/nt/child.h"
#include "syscalls/nt/process_other.h"
#include "syscalls/nt/signal.h"
#include "syscalls/nt/sync.h"
#include "syscalls/nt/system.h"
#include "syscalls/nt/thread.h"
#include "syscalls/nt/thread_stack.h"
#include "syscalls/nt/thread_state.h"
#include "syscalls/nt/vm.h"
#include "nt_handlers.h"

#define DEFAULT_STACK_RESERVE 0x100000u
#define DEFAULT_STACK_COMMIT 0x1000u

/* All guest threads that have not ended. */
static pthread_mutex_t threads_lock = PTHREAD_MUTEX_INITIALIZER; /* guards the next five */
static struct nt_thread *by_id[256];
static _Atomic uint32_t living;  /* futex */
static struct nt_thread *ending; /* ends all others */
static size_t default_reserve, default_commit;
static bool first_made;

static void thread_destroy(struct nt_object *o)
{
    struct nt_thread *t = (struct nt_thread *)o;
    struct nt_thread_more *m = t->more;

    if (t->process) {
        nt_other_thread_free(t);
        return;
    }
    if (m->exit_slot)
        nt_slot_free(m->exit_slot);
    if (m->token)
        nt_object_release(m->token);
    pthread_mutex_destroy(&m->lock);
    free(m->name);
    free(m);
    free(t);
}

/* Most threads are never waited for: the slot is made by the first who does. */
static struct nt_slot *thread_slot(struct nt_object *o)
{
    struct nt_thread *t = (struct nt_thread *)o;
    struct nt_thread_more *m = t->more;
    if (t->process)
        return nt_process_slot(t->process);
    struct nt_slot *s = __atomic_load_n(&m->exit_slot, __ATOMIC_ACQUIRE);
    if (s)
        return s;
    struct nt_slot *fresh = nt_slot_new(NT_SLOT_EXIT);
    if (!fresh)
        return NULL;
    fresh->of_process = nt_arena_process() + 1;
    fresh->u.exit.id = t->id;
    fresh->u.exit.process = nt_process.id;
    pthread_mutex_lock(&m->lock);
    if (!m->exit_slot) {
        if (atomic_load(&m->life) == NT_LIFE_ENDED)
            nt_slot_exit_set(fresh, t->exit_status);
        else
            atomic_store(&fresh->word, FUTEX_TID_MASK);
        __atomic_store_n(&m->exit_slot, fresh, __ATOMIC_RELEASE);
        fresh = NULL;
    }
    s = m->exit_slot;
    pthread_mutex_unlock(&m->lock);
    if (fresh)
        nt_slot_free(fresh);
    return s;
}

static const struct nt_wait_ops thread_wait_ops = {thread_slot};

const struct nt_object_type nt_thread_type = {
    .name = "Thread",
    .map = {0x00020048, 0x00020437, 0x00121800, THREAD_ALL_ACCESS},
    .destroy = thread_destroy,
    .wait = &thread_wait_ops,
};

static void list_add(struct nt_thread *t)
{
    pthread_mutex_lock(&threads_lock);
    struct nt_thread **at = &by_id[t->id / 4 % 256];
    t->more->hash_next = *at;
    *at = t;
    atomic_fetch_add(&living, 1);
    pthread_mutex_unlock(&threads_lock);
}

/* Returns how many are left; *waited: somebody wants to know. */
static uint32_t list_remove(struct nt_thread *t, bool *waited)
{
    pthread_mutex_lock(&threads_lock);
    struct nt_thread **at = &by_id[t->id / 4 % 256];
    while (*at != t)
        at = &(*at)->more->hash_next;
    *at = t->more->hash_next;
    uint32_t left = atomic_fetch_sub(&living, 1) - 1;
    *waited = ending != NULL;
    pthread_mutex_unlock(&threads_lock);
    return left;
}

struct nt_thread *nt_thread_by_id(uint64_t id)
{
    pthread_mutex_lock(&threads_lock);
    struct nt_thread *t = by_id[id / 4 % 256];
    while (t && t->id != id)
        t = t->more->hash_next;
    if (t)
        nt_object_ref(&t->object);
    pthread_mutex_unlock(&threads_lock);
    return t;
}

struct nt_thread *nt_thread_next(uint32_t after)
{
    struct nt_thread *best = NULL;

    pthread_mutex_lock(&threads_lock);
    for (unsigned i = 0; i < 256; i++)
        for (struct nt_thread *t = by_id[i]; t; t = t->more->hash_next)
            if (t->id > after && (!best || t->id < best->id))
                best = t;
    if (best)
        nt_object_ref(&best->object);
    pthread_mutex_unlock(&threads_lock);
    return best;
}

unsigned nt_thread_count(void)
{
    return atomic_load(&living);
}

/* TEBs are carved from the low 2 GiB, as NT does: 8 KiB each, never given back to the kernel while
 * the thread object lives. */
static NTSTATUS teb_new(uintptr_t *base)
{
    NTSTATUS status = vm_reserve(base, 2 * VM_PAGE, &vm_low_2g, MEM_PRIVATE, PAGE_READWRITE, NULL);

    return NT_SUCCESS(status) ? vm_commit(*base, 2 * VM_PAGE, PAGE_READWRITE) : status;
}

static void teb_fill(struct nt_thread *t)
{
    TEB *teb = t->teb;

    teb->NtTib.Self = &teb->NtTib;
    teb->NtTib.FiberData = (PVOID)0x1e00; /* the OS/2 version field that NT leaves there */
    teb->ProcessEnvironmentBlock = nt_process.peb;
    teb->ClientId.UniqueProcess = (HANDLE)(uintptr_t)nt_process.id;
    teb->ClientId.UniqueThread = (HANDLE)(uintptr_t)t->id;
    teb->RealClientId = teb->ClientId;
    teb->StaticUnicodeString.Buffer = teb->StaticUnicodeBuffer;
    teb->StaticUnicodeString.MaximumLength = sizeof(teb->StaticUnicodeBuffer);
    teb->WOW32Reserved = (PVOID)nt_gate_entry;
    teb->CurrentLocale = 0x409;
    teb->NtTib.StackBase = (PVOID)t->stack_top;
    teb->NtTib.StackLimit = (PVOID)(t->stack_top - t->more->stack_commit);
    teb->DeallocationStack = (PVOID)t->stack_bottom;
}

static NTSTATUS stack_new(uintptr_t *at, size_t reserve, size_t commit)
{
    uintptr_t base = 0;
    NTSTATUS status = vm_reserve(&base, reserve, &vm_low_2g, MEM_PRIVATE, PAGE_READWRITE, NULL);
    if (!NT_SUCCESS(status)) {
        base = 0;
        status = vm_reserve(&base, reserve, &vm_anywhere, MEM_PRIVATE, PAGE_READWRITE, NULL);
    }
    if (!NT_SUCCESS(status))
        return status;
    uintptr_t top = base + reserve, limit = top - commit;
    status = vm_commit(limit, commit, PAGE_READWRITE);
    if (NT_SUCCESS(status))
        status = vm_commit(limit - VM_PAGE, VM_PAGE, PAGE_READWRITE | PAGE_GUARD);
    if (!NT_SUCCESS(status)) {
        vm_release(base, 0);
        return status;
    }
    *at = base;
    return STATUS_SUCCESS;
}

/* The sizes are not 0. */
static NTSTATUS guest_memory_new(struct nt_thread *t, size_t reserve, size_t commit)
{
    commit = VM_PAGE_UP(commit);
    if (commit + 3 * VM_PAGE > reserve)
        reserve = commit + 3 * VM_PAGE;
    reserve = (reserve + VM_GRANULARITY - 1) & ~(VM_GRANULARITY - 1);

    struct nt_thread_memory m = {.reserve = reserve, .commit = commit};
    if (!nt_thread_memory_take(&m)) {
        NTSTATUS status = teb_new(&m.teb);
        if (NT_SUCCESS(status))
            status = stack_new(&m.stack, reserve, commit);
        if (!NT_SUCCESS(status)) {
            if (m.teb)
                vm_release(m.teb, 0);
            return status;
        }
    }
    t->teb = (TEB *)m.teb;
    t->stack_bottom = m.stack;
    t->stack_top = m.stack + reserve;
    t->more->stack_commit = m.commit;
    teb_fill(t);
    return STATUS_SUCCESS;
}

static void free_guest_memory(struct nt_thread *t)
{
    TEB *teb = t->teb;

    pthread_mutex_lock(&t->more->lock);
    t->teb = NULL;
    pthread_mutex_unlock(&t->more->lock);
    if (!teb)
        return;
    struct nt_thread_memory m = {(uintptr_t)teb, t->stack_bottom, t->stack_top - t->stack_bottom,
                                 0};
    if (!nt_thread_memory_keep(&m)) {
        vm_release(m.stack, 0);
        vm_release(m.teb, 0);
    }
    t->stack_bottom = 0;
}

NTSTATUS nt_thread_new(size_t stack_reserve, size_t stack_commit, struct nt_thread **out)
{
    struct nt_thread *t = calloc(1, sizeof(*t));
    struct nt_thread_more *m = calloc(1, sizeof(*m));

    if (!t || !m) {
        free(t);
        free(m);
        return STATUS_NO_MEMORY;
    }
    t->more = m;
    nt_object_init(&t->object, &nt_thread_type);
    pthread_mutex_init(&m->lock, NULL);
    m->apc_last = &m->apc_first;
    m->created = nt_system_time();
    m->affinity = nt_affinity_process(nt_process_page);
    /* NT gives a new thread what the process has, Linux what its creator has. */
    const struct nt_thread *creator = nt_self();
    m->bind = creator && (creator->more->affinity != m->affinity || creator->more->priority < 0);
    m->io_priority = 2;
    m->page_priority = 5;

    pthread_mutex_lock(&threads_lock);
    m->is_first = !first_made;
    if (m->is_first) {
        default_reserve = stack_reserve;
        default_commit = stack_commit;
        first_made = true;
    }
    if (stack_reserve == 0)
        stack_reserve = default_reserve ? default_reserve : DEFAULT_STACK_RESERVE;
    if (stack_commit == 0)
        stack_commit = default_commit ? default_commit : DEFAULT_STACK_COMMIT;
    pthread_mutex_unlock(&threads_lock);
    /* Host process ids end below 2^22: the three kinds of ids never meet. */
    t->id = m->is_first ? nt_first_thread_id(nt_process.id) : nt_arena_thread_id();
    NTSTATUS status = t->id ? guest_memory_new(t, stack_reserve, stack_commit) : STATUS_NO_MEMORY;
    if (!NT_SUCCESS(status)) {
        free_guest_memory(t);
        nt_object_release(&t->object);
        return status;
    }
    *out = t;
    return STATUS_SUCCESS;
}

static bool set_gs(void *base)
{
    return syscall(SYS_arch_prctl, ARCH_SET_GS, base) == 0;
}

/* The thread has left the guest: nothing of it may stay behind but its object. */
static void thread_ended(struct nt_thread *t)
{
    struct nt_thread_more *m = t->more;
    struct nt_slot *mutant;
    struct rusage usage;
    int32_t previous;
    bool first = m->is_first, waited;

    set_gs(NULL);
    nt_timer_apcs_forget(t);
    while ((mutant = nt_robust_first_mutant())) {
        bool orphan = (mutant->flags & NT_MUTANT_ORPHAN) != 0;
        nt_slot_mutant_release(mutant, true, &previous);
        if (orphan)
            nt_slot_free(mutant);
    }
    getrusage(RUSAGE_THREAD, &usage);
    free_guest_memory(t);

    pthread_mutex_lock(&m->lock);
    m->kernel_time = usage.ru_stime.tv_sec * 10000000ull + usage.ru_stime.tv_usec * 10ull;
    m->user_time = usage.ru_utime.tv_sec * 10000000ull + usage.ru_utime.tv_usec * 10ull;
    m->ended = nt_system_time();
    atomic_store(&m->life, NT_LIFE_ENDED); /* from here on nobody sends it a signal */
    struct nt_apc *apcs = m->apc_first;
    m->apc_first = NULL;
    struct nt_slot *slot = m->exit_slot;
    pthread_mutex_unlock(&m->lock);
    nt_self_tls = NULL;
    /* Whoever waits for an answer gets this one. */
    uint32_t request = atomic_load(&m->request);
    if (atomic_exchange(&m->acknowledged, request) != request)
        syscall(SYS_futex, &m->acknowledged, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
    while (apcs) {
        struct nt_apc *next = apcs->next;
        free(apcs);
        apcs = next;
    }
    NTSTATUS status = t->exit_status;
    nt_signal_thread_done();
    uint32_t left = list_remove(t, &waited);
    if (slot)
        nt_slot_exit_set(slot, status);
    nt_object_release(&t->object);
    if (left == 0)
        nt_exit_process(status); /* the last thread's end is the process's */
    if (waited)
        syscall(SYS_futex, &living, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
    /* The host's first thread stands for the process in the arena and in /proc. */
    while (first)
        pause();
}

void nt_thread_run(struct nt_thread *t, uintptr_t start, uintptr_t rcx, uintptr_t rdx)
{
    struct nt_frame f;
    CONTEXT c = {.ContextFlags = CONTEXT_FULL};

    t->tid = (int)syscall(SYS_gettid);
    if (t->more->is_first) {
        t->more->start = rcx;
        t->more->argument = rdx;
        nt_object_ref(&t->object); /* of the caller, which never sees us return */
        list_add(t);
    }
    if (!nt_signal_thread_init() || !set_gs(t->teb)) {
        nt_warn("cannot start a thread: %s", strerror(errno));
        _exit(125);
    }

    /* The first context lies at the top of the guest's stack; LdrInitializeThunk gets its address
     * and continues it when the loader is done. */
    c.EFlags = 0x202;
    c.Rip = start;
    c.Rcx = rcx;
    c.Rdx = rdx;
    c.FltSave.ControlWord = 0x27f;
    c.FltSave.MxCsr = c.MxCsr = 0x1f80;
    c.FltSave.MxCsr_Mask = 0xffff;
    c.SegCs = SEL_CS;
    c.SegSs = SEL_SS;
    uintptr_t at = (t->stack_top - sizeof(CONTEXT) - 0x100) & ~63ull;
    c.Rsp = ((t->stack_top - 0x28) & ~15ull) - 8;
    if (!guest_write((void *)at, &c, sizeof(c)))
        _exit(125);

    memset(&f, 0, sizeof(f));
    f.mxcsr = 0x1f80;
    c.Rip = nt_process.ldr_initialize_thunk;
    c.Rcx = at;
    c.Rdx = nt_process.ntdll_base;
    c.Rsp = (at & ~15ull) - 0x28;
    nt_frame_set_context(&f, &c);
    t->frame = &f;
    trap_arm_thread();
    nt_self_tls = t;
    t->more->starting = true; /* nobody interrupts it before it runs */
    pthread_mutex_lock(&t->more->lock);
    if (t->more->bind)
        nt_thread_bind(t);
    atomic_store(&t->more->life, NT_LIFE_RUNNING);
    pthread_mutex_unlock(&t->more->lock);
    nt_gate_enter_guest(t, &f);
    thread_ended(t);
}

void nt_thread_exit(struct nt_thread *t, NTSTATUS status)
{
    t->exit_status = status;
    nt_gate_leave_guest(t);
}

NTSTATUS nt_thread_end_others(struct nt_thread *t, NTSTATUS status)
{
    struct nt_deadline again;

    pthread_mutex_lock(&threads_lock);
    bool mine = !ending || ending == t;
    if (mine)
        ending = t; /* and no new ones from now on */
    pthread_mutex_unlock(&threads_lock);
    /* Another thread is doing the same, and this one is among the others. */
    while (!mine && !(atomic_load(&t->pending) & NT_PENDING_TERMINATE)) {
        nt_deadline_after(&again, 1000000);
        nt_block_futex_private(t, NT_EVENT_STOP, &living, atomic_load(&living), &again);
        if (nt_interrupted(t))
            break;
    }
    if (!mine)
        return STATUS_THREAD_IS_TERMINATING;

    /* A thread may be about to enter a blocking host call that does not look at what is pending:
     * it is told again until it has heard. */
    for (int rounds = 0; atomic_load(&living) > 1 && rounds < 500; rounds++) {
        uint32_t after = 0, seen = atomic_load(&living);
        for (struct nt_thread *o; (o = nt_thread_next(after));) {
            if (o != t)
                nt_thread_terminate(o, status, true);
            after = o->id;
            nt_object_release(&o->object);
        }
        nt_deadline_after(&again, 100000);
        if (atomic_load(&living) > 1)
            nt_block_futex_private(t, 0, &living, seen, &again);
    }
    return STATUS_SUCCESS;
}

void nt_thread_terminate(struct nt_thread *t, NTSTATUS status, bool at_once)
{
    struct nt_thread_more *m = t->more;

    pthread_mutex_lock(&m->lock);
    if (atomic_load(&m->life) != NT_LIFE_ENDED) {
        if (!(atomic_load(&t->pending) & NT_PENDING_TERMINATE) && !m->ends_at_start)
            t->exit_status = status;
        if (m->starting && !at_once && !atomic_load(&m->suspended))
            m->ends_at_start = true;
        else
            nt_thread_wake_locked(t, NT_PENDING_TERMINATE, NT_EVENT_STOP, true);
    }
    pthread_mutex_unlock(&m->lock);
}

void nt_thread_started(struct nt_thread *t)
{
    struct nt_thread_more *m = t->more;

    if (!m || !m->starting) /* only the thread itself clears it */
        return;
    pthread_mutex_lock(&m->lock);
    m->starting = false;
    if (m->ends_at_start)
        nt_thread_wake_locked(t, NT_PENDING_TERMINATE, NT_EVENT_STOP, true);
    pthread_mutex_unlock(&m->lock);
}

NTSTATUS NtTerminateThread(struct nt_thread *t, HANDLE ThreadHandle, NTSTATUS ExitStatus)
{
    struct nt_object *o;

    if (!ThreadHandle)
        nt_thread_exit(t, ExitStatus);
    NTSTATUS status = nt_handle_get(ThreadHandle, &nt_thread_type, THREAD_TERMINATE, &o, NULL);
    if (!NT_SUCCESS(status))
        return status;
    struct nt_thread *target = (struct nt_thread *)o;
    if (target != t) {
        if (target->process)
            status = nt_other_thread_terminate(target, ExitStatus);
        else
            nt_thread_terminate(target, ExitStatus, false);
        nt_object_release(o);
        return status;
    }
    nt_object_release(o);
    nt_thread_exit(t, ExitStatus);
}

/* --- making threads ------------------------------------------------------------------------ */

static void *host_thread(void *arg)
{
    struct nt_thread *t = arg;
    void (*ended)(void) = t->more->on_end;

    nt_thread_run(t, nt_process.user_thread_start, t->more->start, t->more->argument);
    if (ended)
        ended();
    return NULL;
}

static NTSTATUS start_host_thread(struct nt_thread *t)
{
    nt_object_ref(&t->object); /* the running thread's own */
    pthread_mutex_lock(&threads_lock);
    bool refused = ending != NULL;
    pthread_mutex_unlock(&threads_lock);
    if (refused) {
        nt_object_release(&t->object);
        return STATUS_PROCESS_IS_TERMINATING;
    }
    list_add(t);
    if (nt_host_thread_start(host_thread, t) == 0)
        return STATUS_SUCCESS;
    list_remove(t, &refused);
    nt_object_release(&t->object);
    return STATUS_INSUFFICIENT_RESOURCES;
}

NTSTATUS nt_thread_start_guest(uint64_t routine, uint64_t argument, void (*ended)(void))
{
    struct nt_thread *t;
    NTSTATUS status = nt_thread_new(0, 0, &t);

    if (!NT_SUCCESS(status))
        return status;
    t->more->start = t->more->win32_start = routine;
    t->more->argument = argument;
    t->more->on_end = ended;
    status = start_host_thread(t);
    nt_object_release(&t->object);
    return status;
}

/* What the caller wants to know of the new thread, and how it shall be. */
static NTSTATUS take_attributes(struct nt_thread *t, const PS_ATTRIBUTE_LIST *guest)
{
    PS_ATTRIBUTE_LIST head;
    PS_ATTRIBUTE a;

    if (!guest)
        return STATUS_SUCCESS;
    if (!guest_read(&head, guest, sizeof(head.TotalLength)))
        return STATUS_ACCESS_VIOLATION;
    size_t room = head.TotalLength - offsetof(PS_ATTRIBUTE_LIST, Attributes);
    if (head.TotalLength < offsetof(PS_ATTRIBUTE_LIST, Attributes) || room % sizeof(a) ||
        room / sizeof(a) > 32)
        return STATUS_INVALID_PARAMETER;
    for (size_t i = 0; i < room / sizeof(a); i++) {
        if (!guest_get(&a, &guest->Attributes[i]))
            return STATUS_ACCESS_VIOLATION;
        const void *from = NULL;
        size_t size = 0;
        switch (a.Attribute) {
        case PS_ATTRIBUTE_CLIENT_ID:
            from = &t->teb->ClientId;
            size = sizeof(CLIENT_ID);
            break;
        case PS_ATTRIBUTE_TEB_ADDRESS:
            from = &t->teb;
            size = sizeof(PVOID);
            break;
        case PS_ATTRIBUTE_IDEAL_PROCESSOR:
        case PS_ATTRIBUTE_GROUP_AFFINITY:
            continue; /* hints, given before it runs anywhere */
        default:
            return STATUS_NOT_SUPPORTED;
        }
        if (a.Size < size)
            return STATUS_INFO_LENGTH_MISMATCH;
        if (!guest_write(a.ValuePtr, from, size) ||
            (a.ReturnLength && !guest_put(a.ReturnLength, (SIZE_T)size)))
            return STATUS_ACCESS_VIOLATION;
    }
    return STATUS_SUCCESS;
}

NTSTATUS NtCreateThreadEx(struct nt_thread *t, HANDLE *ThreadHandle, ACCESS_MASK DesiredAccess,
                          const OBJECT_ATTRIBUTES *ObjectAttributes, HANDLE ProcessHandle,
                          void *StartRoutine, void *Argument, ULONG CreateFlags, SIZE_T ZeroBits,
                          SIZE_T StackSize, SIZE_T MaximumStackSize, void *AttributeList)
{
    const ULONG known = THREAD_CREATE_FLAGS_CREATE_SUSPENDED |
                        THREAD_CREATE_FLAGS_SKIP_THREAD_ATTACH |
                        THREAD_CREATE_FLAGS_HIDE_FROM_DEBUGGER | 0x10u /* loader worker */ |
                        0x20u /* skip loader init */ | 0x40u /* bypass process freeze */;
    struct nt_object *process;
    struct nt_thread *new;
    struct nt_oattr oa;
    HANDLE handle;

    (void)t;
    if ((CreateFlags & ~known) || (ZeroBits > 31 && ZeroBits < 0x10000))
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = nt_oattr_get(ObjectAttributes, &oa);
    if (!NT_SUCCESS(status))
        return status;
    nt_oattr_free(&oa); /* threads have no names there */
    status = nt_handle_get(ProcessHandle, &nt_process_type, PROCESS_CREATE_THREAD, &process, NULL);
    if (!NT_SUCCESS(status))
        return status;
    bool own = process == nt_process_self();
    nt_object_release(process);
    if (!own)
        return STATUS_NOT_SUPPORTED;
    status = nt_thread_new(MaximumStackSize, StackSize, &new);
    if (!NT_SUCCESS(status))
        return status;
    struct nt_thread_more *m = new->more;
    m->start = m->win32_start = (uintptr_t)StartRoutine;
    m->argument = (uintptr_t)Argument;
    m->hidden = CreateFlags & THREAD_CREATE_FLAGS_HIDE_FROM_DEBUGGER;
    if (CreateFlags & THREAD_CREATE_FLAGS_SKIP_THREAD_ATTACH)
        new->teb->SameTebFlags |= TEB_SKIP_THREAD_ATTACH;
    if (CreateFlags & 0x10u)
        new->teb->SameTebFlags |= TEB_LOADER_WORKER;
    if (CreateFlags & THREAD_CREATE_FLAGS_CREATE_SUSPENDED) {
        atomic_store(&m->suspended, 1);
        atomic_store(&new->pending, NT_PENDING_SUSPEND);
        atomic_store(&m->events, NT_EVENT_STOP);
    }
    status = nt_handle_create(&new->object, nt_map_access(&nt_thread_type, DesiredAccess),
                              oa.attributes & OBJ_INHERIT ? NT_HANDLE_INHERIT : 0, &handle);
    if (NT_SUCCESS(status)) {
        /* Both before it runs: it may look there. */
        status = guest_put(ThreadHandle, handle) ? take_attributes(new, AttributeList)
                                                 : STATUS_ACCESS_VIOLATION;
        if (NT_SUCCESS(status))
            status = start_host_thread(new);
        if (!NT_SUCCESS(status))
            nt_handle_close(handle);
    }
    if (!NT_SUCCESS(status)) {
        atomic_store(&m->life, NT_LIFE_ENDED);
        free_guest_memory(new);
    }
    nt_object_release(&new->object);
    return status;
}
