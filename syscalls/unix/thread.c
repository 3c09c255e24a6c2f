#include "syscalls/unix/thread.h"

#include <asm/hwcap2.h>
#include <cpuid.h>
#include <linux/futex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "syscalls/gate/trap.h"
#include "syscalls/unix/patch.h"

#define AT(member, offset)                                                                         \
    _Static_assert(offsetof(struct unix_thread, member) == (offset), "unix_offsets.h")
AT(self, T_SELF);
AT(regs.rax, T_RAX);
AT(regs.arg, T_RDI);
AT(regs.arg[UNIX_RDX], T_RDX);
AT(regs.arg[5], T_R9);
AT(regs.rbx, T_RBX);
AT(regs.rbp, T_RBP);
AT(regs.r15, T_R15);
AT(regs.rsp, T_RSP);
AT(regs.rip, T_RIP);
AT(regs.rflags, T_RFLAGS);
AT(regs.rcx, T_RCX);
AT(regs.r11, T_R11);
AT(host_sp, T_HOST_SP);
AT(host_fs, T_HOST_FS);
AT(guest_fs, T_GUEST_FS);
AT(pending, T_PENDING);
AT(restore, T_RESTORE);
AT(exit_sp, T_EXIT_SP);
AT(xsave, T_XSAVE);
AT(mxcsr, T_MXCSR);
AT(vectors, T_VECTORS);
AT(masks, T_MASKS);

/* A region: the block, the XSAVE area, a page that faults, the alternate stack. */
#define XSAVE_AT 0x2000u
#define GUARD_AT 0x5000u
#define ALT_STACK_AT 0x6000u
#define HOST_STACK_SIZE 0x40000u
_Static_assert(sizeof(struct unix_thread) <= XSAVE_AT, "the block fits");

#define ARCH_SET_GS 0x1001
#define ARCH_GET_FS 0x1003

uint8_t unix_have_fsgsbase;
int unix_vector_level;
size_t unix_xsave_size;

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static struct unix_thread *threads; /* under list_lock, like the count */
static unsigned thread_count;

/* Threads that have ended and that somebody may wait for. */
struct ended {
    int32_t tid;
    struct ended *next;
};
static struct ended *ended;          /* under list_lock */
static _Atomic uint32_t ended_count; /* how many have ended so far; futex */

struct unix_process unix_process = {.root_fd = -1};
const struct unix_personality *unix_system;

void unix_thread_system_init(void)
{
    unsigned a, b, c, d, low = 0, high;

    unix_have_fsgsbase = (getauxval(AT_HWCAP2) & HWCAP2_FSGSBASE) != 0;
    unix_xsave_size = 576;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE))
        return;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    unix_vector_level = (low & 0xe6) == 0xe6 ? 2 : (low & 6) == 6 ? 1 : 0;
    if (__get_cpuid_count(0xd, 0, &a, &b, &c, &d) && b > unix_xsave_size)
        unix_xsave_size = b;
    if (unix_xsave_size > GUARD_AT - XSAVE_AT)
        unix_xsave_size = GUARD_AT - XSAVE_AT;
}

struct unix_thread *unix_self(void)
{
    struct unix_thread *t;

    __asm__("movq %%gs:0, %0" : "=r"(t));
    return t;
}

struct unix_thread *unix_thread_new(void)
{
    char *p = mmap(NULL, 2 * UNIX_REGION, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);

    if (p == MAP_FAILED)
        return NULL;
    char *base = (char *)(((uintptr_t)p + UNIX_REGION - 1) & ~(uintptr_t)(UNIX_REGION - 1));
    if (base > p)
        munmap(p, (size_t)(base - p));
    munmap(base + UNIX_REGION, (size_t)(p + UNIX_REGION - base));
    mprotect(base + GUARD_AT, ALT_STACK_AT - GUARD_AT, PROT_NONE);
    struct unix_thread *t = (struct unix_thread *)base;
    t->self = t;
    t->xsave = base + XSAVE_AT;
    t->mxcsr = 0x1f80;
    t->altstack.flags = UNIX_SS_DISABLE;
    /* The state of a new thread: nothing but the control words. */
    t->restore = UNIX_RESTORE_ALL;
    t->regs.rflags = 0x202;
    ((uint16_t *)t->xsave)[0] = 0x37f;
    ((uint32_t *)t->xsave)[6] = 0x1f80;
    return t;
}

static void give_back(struct unix_thread *t)
{
    stack_t off = {.ss_flags = SS_DISABLE};

    sigaltstack(&off, NULL);
    munmap(t, UNIX_REGION);
}

static void link_in(struct unix_thread *t)
{
    pthread_mutex_lock(&list_lock);
    t->next = threads;
    if (threads)
        threads->previous = t;
    threads = t;
    thread_count++;
    pthread_mutex_unlock(&list_lock);
}

/* True: it was the last. */
static bool link_out(struct unix_thread *t)
{
    pthread_mutex_lock(&list_lock);
    if (t->next)
        t->next->previous = t->previous;
    if (t->previous)
        t->previous->next = t->next;
    else
        threads = t->next;
    bool last = --thread_count == 0;
    /* Without memory for the note the waiter learns that there is no such thread: as good. */
    struct ended *e = t->detached || last ? NULL : malloc(sizeof(*e));
    if (e) {
        *e = (struct ended){t->tid, ended};
        ended = e;
    }
    pthread_mutex_unlock(&list_lock);
    atomic_fetch_add(&ended_count, 1);
    syscall(SYS_futex, &ended_count, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
    return last;
}

bool unix_thread_attach(struct unix_thread *t)
{
    stack_t ss = {.ss_sp = (char *)t + ALT_STACK_AT, .ss_size = UNIX_REGION - ALT_STACK_AT};

    t->tid = (int32_t)syscall(SYS_gettid);
    if (syscall(SYS_arch_prctl, ARCH_GET_FS, &t->host_fs) != 0 ||
        syscall(SYS_arch_prctl, ARCH_SET_GS, t) != 0 || sigaltstack(&ss, NULL) != 0 ||
        !trap_arm_thread())
        return false;
    link_in(t);
    return true;
}

void unix_thread_run(struct unix_thread *t)
{
    unix_gate_enter_guest(t);
    give_back(t);
}

struct starting {
    struct unix_thread *t;
    int32_t id;
    _Atomic uint32_t state; /* 0: not yet, 1: attached, 2: refused */
};

static void futex_wake(_Atomic uint32_t *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

/* Signals are blocked until the guest's mask is set, here and in the caller. */
static void *thread_main(void *arg)
{
    struct starting *s = arg;
    struct unix_thread *t = s->t;
    bool ok = unix_thread_attach(t);

    if (ok)
        for (unsigned i = 0; i < 2; i++)
            if (t->tid_words[i])
                guest_put((int64_t *)t->tid_words[i], t->tid);
    s->id = t->tid;
    atomic_store(&s->state, ok ? 1 : 2);
    futex_wake(
        &s->state); /* s is gone as soon as the caller sees the state; the wake is harmless */
    if (!ok) {
        give_back(t);
        return NULL;
    }
    unix_mask_set(t, &t->mask);
    unix_thread_run(t);
    return NULL;
}

int unix_thread_start(struct unix_thread *t, int32_t *id)
{
    struct starting s = {.t = t};
    pthread_attr_t attr;
    pthread_t thread;
    sigset_t all, old;
    uint32_t state;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, HOST_STACK_SIZE);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int error = pthread_create(&thread, &attr, thread_main, &s);
    pthread_attr_destroy(&attr);
    if (error == 0) {
        while ((state = atomic_load(&s.state)) == 0)
            syscall(SYS_futex, &s.state, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
        if (state == 2)
            error = EAGAIN;
        else if (id)
            *id = s.id;
    } else {
        munmap(t, UNIX_REGION);
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return -error;
}

void unix_thread_exit(struct unix_thread *t)
{
    sigset_t all;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
    if (link_out(t))
        unix_exit_process(0);
    if (t->exit_word) {
        guest_put((int64_t *)t->exit_word, 1);
        syscall(SYS_futex, t->exit_word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
    }
    /* The first thread stays as the process's leader: its stack holds what main began. */
    if (t->tid == getpid())
        for (;;)
            syscall(SYS_exit, 0);
    unix_gate_leave_guest(t);
}

/* Takes the note of an ended thread; tid 0: of any. 0: there is none. */
static int32_t take_ended(int32_t tid)
{
    for (struct ended **p = &ended; *p; p = &(*p)->next) {
        struct ended *e = *p;
        if (tid == 0 || e->tid == tid) {
            int32_t found = e->tid;
            *p = e->next;
            free(e);
            return found;
        }
    }
    return 0;
}

bool unix_thread_forget(int32_t tid)
{
    pthread_mutex_lock(&list_lock);
    bool found = take_ended(tid) != 0;
    pthread_mutex_unlock(&list_lock);
    return found;
}

int64_t unix_thread_wait(struct unix_thread *t, int32_t tid)
{
    if (tid == t->tid)
        return -EDEADLK;
    for (;;) {
        uint32_t seen = atomic_load(&ended_count);
        bool candidate = false, detached = false;
        pthread_mutex_lock(&list_lock);
        int32_t found = take_ended(tid);
        for (struct unix_thread *o = threads; o && !found; o = o->next) {
            if (o != t && (tid == 0 || o->tid == tid)) {
                candidate |= !o->detached;
                detached |= o->detached;
            }
        }
        pthread_mutex_unlock(&list_lock);
        if (found)
            return found;
        if (!candidate)
            return tid == 0 ? -EDEADLK : detached ? -EINVAL : -ESRCH;
        long r = unix_block6(t, SYS_futex, &ended_count, FUTEX_WAIT_PRIVATE, seen, NULL, 0, 0);
        if (r == -EINTR)
            return r;
    }
}

void unix_thread_ask(struct unix_thread *t, uint32_t reason)
{
    atomic_fetch_or(&t->stop, reason);
    syscall(SYS_tgkill, getpid(), t->tid, UNIX_HOST_INTERNAL);
}

void unix_thread_stop_point(struct unix_thread *t)
{
    uint32_t now;

    while ((now = atomic_load(&t->stop)) & UNIX_STOP_SUSPEND)
        syscall(SYS_futex, &t->stop, FUTEX_WAIT_PRIVATE, now, NULL, NULL, 0);
}

void unix_thread_after_fork(struct unix_thread *t)
{
    pthread_mutex_init(&list_lock, NULL);
    threads = t;
    thread_count = 1;
    ended = NULL;
    t->next = t->previous = NULL;
    t->tid = (int32_t)syscall(SYS_gettid);
    unix_patch_after_fork();
    if (!trap_arm_thread())
        unix_exit_process(125);
}

unsigned unix_thread_count(void)
{
    pthread_mutex_lock(&list_lock);
    unsigned n = thread_count;
    pthread_mutex_unlock(&list_lock);
    return n;
}

bool unix_thread_with(int32_t tid, void (*fn)(struct unix_thread *t, void *arg), void *arg)
{
    pthread_mutex_lock(&list_lock);
    struct unix_thread *t = threads;
    while (t && t->tid != tid)
        t = t->next;
    if (t)
        fn(t, arg);
    pthread_mutex_unlock(&list_lock);
    return t != NULL;
}

void unix_thread_each(void (*fn)(struct unix_thread *t, void *arg), void *arg)
{
    pthread_mutex_lock(&list_lock);
    for (struct unix_thread *t = threads; t; t = t->next)
        fn(t, arg);
    pthread_mutex_unlock(&list_lock);
}

void unix_exit_process(int status)
{
    _exit(status);
}

int32_t unix_thread_id(const struct unix_thread *t)
{
    return t->tid;
}

const struct unix_registers *unix_registers(const struct unix_thread *t)
{
    return &t->regs;
}

UNIX_FAST void unix_result2(struct unix_thread *t, uint64_t value)
{
    t->regs.arg[UNIX_RDX] = value;
}
