#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <asm/prctl.h>

#include "syscalls/gate/nt_offsets.h"
#include "syscalls/gate/trap.h"
#include "syscalls/nt/process_other.h"
#include "syscalls/nt/signal.h"
#include "syscalls/nt/thread.h"
#include "syscalls/nt/vm.h"
#include "nt_handlers.h"

#define DEFAULT_STACK_RESERVE 0x100000u
#define DEFAULT_STACK_COMMIT 0x1000u

static void thread_destroy(struct nt_object *o)
{
    struct nt_thread *t = (struct nt_thread *)o;

    if (t->process) {
        nt_other_thread_free(t);
        return;
    }
    free(t);
}

const struct nt_object_type nt_thread_type = {
    .name = "Thread",
    .map = {0x00020048, 0x00020437, 0x00121800, THREAD_ALL_ACCESS},
    .destroy = thread_destroy,
};

/* TEBs are carved from the low 2 GiB, as NT does: 8 KiB each, never given back to the kernel while
 * the thread object lives. */
static NTSTATUS teb_new(struct nt_thread *t)
{
    uintptr_t base = 0;
    NTSTATUS status =
        vm_reserve(&base, 2 * VM_PAGE, &vm_low_2g, MEM_PRIVATE, PAGE_READWRITE, NULL);

    if (NT_SUCCESS(status))
        status = vm_commit(base, 2 * VM_PAGE, PAGE_READWRITE);
    if (!NT_SUCCESS(status))
        return status;
    TEB *teb = (TEB *)base;
    t->teb = teb;
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
    return STATUS_SUCCESS;
}

static NTSTATUS stack_new(struct nt_thread *t, size_t reserve, size_t commit)
{
    if (reserve == 0)
        reserve = DEFAULT_STACK_RESERVE;
    if (commit == 0)
        commit = DEFAULT_STACK_COMMIT;
    commit = VM_PAGE_UP(commit);
    if (commit + 3 * VM_PAGE > reserve)
        reserve = commit + 3 * VM_PAGE;
    reserve = (reserve + VM_GRANULARITY - 1) & ~(VM_GRANULARITY - 1);

    uintptr_t base = 0;
    NTSTATUS status =
        vm_reserve(&base, reserve, &vm_low_2g, MEM_PRIVATE, PAGE_READWRITE, NULL);
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
    t->stack_bottom = base;
    t->stack_top = top;
    t->teb->NtTib.StackBase = (PVOID)top;
    t->teb->NtTib.StackLimit = (PVOID)limit;
    t->teb->DeallocationStack = (PVOID)base;
    return STATUS_SUCCESS;
}

NTSTATUS nt_thread_new(size_t stack_reserve, size_t stack_commit, struct nt_thread **out)
{
    struct nt_thread *t = calloc(1, sizeof(*t));

    if (!t)
        return STATUS_NO_MEMORY;
    nt_object_init(&t->object, &nt_thread_type);
    t->id = nt_process.id + 4;
    NTSTATUS status = teb_new(t);
    if (NT_SUCCESS(status))
        status = stack_new(t, stack_reserve, stack_commit);
    if (!NT_SUCCESS(status)) {
        if (t->teb)
            vm_release((uintptr_t)t->teb, 0);
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

void nt_thread_run(struct nt_thread *t, uintptr_t start, uintptr_t rcx, uintptr_t rdx)
{
    struct nt_frame f;
    CONTEXT c = {.ContextFlags = CONTEXT_FULL};

    nt_self_tls = t;
    t->tid = (int)syscall(SYS_gettid);
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
    trap_arm_thread();
    nt_gate_enter_guest(t, &f);
}

void nt_thread_exit(struct nt_thread *t, NTSTATUS status)
{
    t->exit_status = status;
    nt_gate_leave_guest(t);
}

NTSTATUS nt_thread_end_others(struct nt_thread *t, NTSTATUS status)
{
    (void)t;
    (void)status;
    return STATUS_SUCCESS;
}

void nt_thread_stop_point(struct nt_thread *t, struct nt_frame *f)
{
    (void)f;
    atomic_fetch_and(&t->pending, ~(NT_PENDING_SUSPEND | NT_PENDING_CONTEXT));
}

void nt_thread_deliver_apc(struct nt_thread *t, struct nt_frame *f)
{
    (void)f;
    atomic_fetch_and(&t->pending, ~NT_PENDING_APC);
}

NTSTATUS nt_thread_test_alert(struct nt_thread *t)
{
    (void)t;
    return STATUS_SUCCESS;
}

void nt_thread_interrupted(struct nt_thread *t, bool guest, CONTEXT *context)
{
    (void)t;
    (void)guest;
    (void)context;
}
