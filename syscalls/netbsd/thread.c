/* NetBSD's threads: _lwp_create(2), _lwp_park(2), _lwp_kill(2), sysarch(2)... */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "syscalls/netbsd/process.h"
#include "syscalls/unix/memory.h"
#include "syscalls/unix/thread.h"

#define FUTEX_WAIT_PRIVATE_ 128
#define FUTEX_WAKE_PRIVATE_ 129
#define FUTEX_WAIT_BITSET_PRIVATE_ 137
#define FUTEX_REALTIME_ 256
#define TIMER_ABSTIME_ 1
#define NETBSD_CLOCK_REALTIME 0
#define NETBSD_CLOCK_MONOTONIC 3

int64_t netbsd_lwp_create(struct unix_thread *t, const void *ucp, uint64_t flags, int32_t *new_lwp)
{
    struct netbsd_ucontext uc;
    int32_t id;

    if (!guest_read(&uc, ucp, sizeof(uc)) || !guest_probe(new_lwp, sizeof(*new_lwp), true))
        return -EFAULT;
    if (!(uc.uc_flags & NETBSD_UC_CPU) || (flags & ~(uint64_t)0xc0))
        return -EINVAL;
    struct unix_thread *n = unix_thread_new();
    if (!n)
        return -EAGAIN;
    netbsd_registers_of(&uc, &n->regs);
    n->regs.rflags = (n->regs.rflags & 0x250dd5u) | 0x202u;
    if (uc.uc_flags & NETBSD_UC_FPU) {
        memcpy(n->xsave, uc.fpregs, sizeof(uc.fpregs));
        ((uint32_t *)n->xsave)[6] &= 0xffff;
        ((uint64_t *)n->xsave)[64] = 3; /* the header: x87 and SSE are there */
    }
    n->guest_fs = uc.uc_flags & NETBSD_UC_TLSBASE ? uc.tlsbase : 0;
    n->mask = t->mask;
    if (uc.uc_flags & NETBSD_UC_SIGMASK)
        memcpy(n->mask.bits, uc.uc_sigmask, sizeof(n->mask.bits));
    n->detached = (flags & NETBSD_LWP_DETACHED) != 0;
    if (flags & NETBSD_LWP_SUSPENDED) {
        atomic_store(&n->stop, UNIX_STOP_SUSPEND);
        n->pending |= UNIX_PENDING_STOP;
    }
    int error = unix_thread_start(n, &id);
    if (error)
        return error;
    return guest_put(new_lwp, id) ? 0 : -EFAULT;
}

int64_t netbsd_lwp_exit(struct unix_thread *t)
{
    struct netbsd_lwpctl ctl = {NETBSD_LWPCTL_CPU_EXITED, 0};

    if (t->private)
        guest_write(t->private, &ctl, sizeof(ctl.curcpu));
    unix_thread_exit(t);
}

UNIX_FAST int64_t netbsd_lwp_self(struct unix_thread *t)
{
    return t->tid;
}

int64_t netbsd_lwp_wait(struct unix_thread *t, int32_t wait_for, int32_t *departed)
{
    int64_t r = unix_thread_wait(t, wait_for);

    if (r < 0)
        return r;
    return !departed || guest_put(departed, (int32_t)r) ? 0 : -EFAULT;
}

static void detach(struct unix_thread *t, void *arg)
{
    *(bool *)arg = t->detached;
    t->detached = true;
}

int64_t netbsd_lwp_detach(struct unix_thread *t, int32_t target)
{
    bool was = false;

    (void)t;
    if (!unix_thread_with(target, detach, &was))
        return unix_thread_forget(target) ? 0 : -ESRCH;
    return was ? -EINVAL : 0;
}

static void suspend(struct unix_thread *t, void *arg)
{
    (void)arg;
    unix_thread_ask(t, UNIX_STOP_SUSPEND);
}

static void go_on(struct unix_thread *t, void *arg)
{
    (void)arg;
    atomic_fetch_and(&t->stop, ~UNIX_STOP_SUSPEND);
    syscall(SYS_futex, &t->stop, FUTEX_WAKE_PRIVATE_, 1, NULL, NULL, 0);
}

int64_t netbsd_lwp_suspend(struct unix_thread *t, int32_t target)
{
    if (target == t->tid && unix_thread_count() == 1)
        return -EDEADLK;
    return unix_thread_with(target, suspend, NULL) ? 0 : -ESRCH;
}

int64_t netbsd_lwp_continue(struct unix_thread *t, int32_t target)
{
    (void)t;
    return unix_thread_with(target, go_on, NULL) ? 0 : -ESRCH;
}

static void interrupt(struct unix_thread *t, void *arg)
{
    (void)arg;
    unix_thread_ask(t, 0);
}

/* Wakes the target out of an interruptible sleep, which fails with EINTR. */
int64_t netbsd_lwp_wakeup(struct unix_thread *t, int32_t target)
{
    (void)t;
    return unix_thread_with(target, interrupt, NULL) ? 0 : -ESRCH;
}

int64_t netbsd_lwp_getprivate(struct unix_thread *t)
{
    return (int64_t)t->guest_fs;
}

int64_t netbsd_lwp_setprivate(struct unix_thread *t, void *ptr)
{
    if ((uintptr_t)ptr >= 0x800000000000ull)
        return -EINVAL;
    t->guest_fs = (uintptr_t)ptr;
    return 0;
}

static void nothing(struct unix_thread *t, void *arg)
{
    (void)t;
    (void)arg;
}

int64_t netbsd_lwp_kill(struct unix_thread *t, int32_t target, int32_t signo)
{
    (void)t;
    if (target <= 0 || !unix_thread_with(target, nothing, NULL))
        return -ESRCH;
    return unix_signal_thread(target, signo);
}

/* --- parking: a token in the thread's block -----------------------------------------------------
 */

static void unpark(struct unix_thread *t, void *arg)
{
    (void)arg;
    atomic_store(&t->wake, 1);
    syscall(SYS_futex, &t->wake, FUTEX_WAKE_PRIVATE_, 1, NULL, NULL, 0);
}

int64_t netbsd_lwp_unpark(struct unix_thread *t, int32_t target, void *hint)
{
    (void)t;
    (void)hint;
    return unix_thread_with(target, unpark, NULL) ? 0 : -ESRCH;
}

#define UNPARK_MAX 1024 /* of one call, as the kernel says when it is asked */

int64_t netbsd_lwp_unpark_all(struct unix_thread *t, const int32_t *targets, size_t ntargets,
                              void *hint)
{
    (void)t;
    (void)hint;
    if (!targets)
        return UNPARK_MAX;
    if (ntargets > UNPARK_MAX || ntargets == 0)
        return -EINVAL;
    for (size_t i = 0; i < ntargets; i++) {
        int32_t target;
        if (!guest_get(&target, targets + i))
            return -EFAULT;
        unix_thread_with(target, unpark, NULL);
    }
    return 0;
}

int64_t netbsd_lwp_park(struct unix_thread *t, int32_t clock_id, int32_t flags, void *ts,
                        int32_t other, void *hint, void *unparkhint)
{
    struct timespec at, begin, end;
    int op = FUTEX_WAIT_BITSET_PRIVATE_;
    int64_t r;

    (void)hint;
    if (ts && !guest_read(&at, ts, sizeof(at)))
        return -EFAULT;
    if (ts && (at.tv_nsec < 0 || at.tv_nsec >= 1000000000))
        return -EINVAL;
    if (clock_id != NETBSD_CLOCK_REALTIME && clock_id != NETBSD_CLOCK_MONOTONIC && ts)
        return -EINVAL;
    if (other) {
        r = netbsd_lwp_unpark(t, other, unparkhint);
        if (r < 0)
            return r;
    }
    if (atomic_exchange(&t->wake, 0))
        return -EALREADY;
    if (ts && !(flags & TIMER_ABSTIME_)) {
        clock_gettime(CLOCK_MONOTONIC, &begin);
        if (at.tv_sec < 0)
            return -ETIMEDOUT;
        end = at;
        if (end.tv_sec > 0x3fffffffffffll)
            end.tv_sec = 0x3fffffffffffll;
        end.tv_sec += begin.tv_sec;
        end.tv_nsec += begin.tv_nsec;
        if (end.tv_nsec >= 1000000000)
            end.tv_sec++, end.tv_nsec -= 1000000000;
    } else if (ts) {
        if (at.tv_sec < 0)
            return -ETIMEDOUT;
        end = at;
        if (clock_id == NETBSD_CLOCK_REALTIME)
            op |= FUTEX_REALTIME_;
    }
    r = unix_block6(t, SYS_futex, &t->wake, op, 0, ts ? &end : NULL, 0, -1);
    if (atomic_exchange(&t->wake, 0))
        r = 0;
    if (ts && !(flags & TIMER_ABSTIME_)) {
        /* What is left of the time goes back. */
        struct timespec now, left = {0, 0};
        clock_gettime(CLOCK_MONOTONIC, &now);
        if (end.tv_sec > now.tv_sec || (end.tv_sec == now.tv_sec && end.tv_nsec > now.tv_nsec)) {
            left.tv_sec = end.tv_sec - now.tv_sec;
            left.tv_nsec = end.tv_nsec - now.tv_nsec;
            if (left.tv_nsec < 0)
                left.tv_sec--, left.tv_nsec += 1000000000;
        }
        if (!guest_write(ts, &left, sizeof(left)))
            return -EFAULT;
    }
    return r == -EAGAIN ? 0 : r;
}

/* --- names, control block ------------------------------------------------------------------------
 */

struct name {
    char text[32];
};

static void take_name(struct unix_thread *t, void *arg)
{
    memcpy(t->name, ((struct name *)arg)->text, sizeof(t->name));
}

static void give_name(struct unix_thread *t, void *arg)
{
    memcpy(((struct name *)arg)->text, t->name, sizeof(t->name));
}

int64_t netbsd_lwp_setname(struct unix_thread *t, int32_t target, const char *name)
{
    struct name n = {""};
    int error = unix_string(name, n.text, sizeof(n.text));

    if (error)
        return error;
    if (!unix_thread_with(target ? target : t->tid, take_name, &n))
        return -ESRCH;
    if (!target || target == t->tid)
        prctl(PR_SET_NAME, n.text);
    return 0;
}

int64_t netbsd_lwp_getname(struct unix_thread *t, int32_t target, void *name, size_t len)
{
    struct name n;

    if (!unix_thread_with(target ? target : t->tid, give_name, &n))
        return -ESRCH;
    size_t size = strlen(n.text) + 1;
    if (size > len)
        size = len;
    return guest_write(name, n.text, size) ? 0 : -EFAULT;
}

int64_t netbsd_lwp_ctl(struct unix_thread *t, int32_t features, void **address)
{
    struct netbsd_lwpctl ctl = {0, 0};

    if (features & ~3)
        return -ENODEV;
    if (!t->private) {
        int64_t at = unix_map_anywhere(0, 4096, 4096, PROT_READ | PROT_WRITE,
                                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (at < 0)
            return at;
        guest_write((void *)at, &ctl, sizeof(ctl));
        t->private = (void *)at;
    }
    return guest_put((uint64_t *)address, (uint64_t)t->private) ? 0 : -EFAULT;
}

#define X86_64_GET_FSBASE 16
#define X86_64_SET_FSBASE 17

int64_t netbsd_sysarch(struct unix_thread *t, int32_t op, void *parms)
{
    uint64_t value;

    switch (op) {
    case X86_64_GET_FSBASE:
        return guest_put((uint64_t *)parms, t->guest_fs) ? 0 : -EFAULT;
    case X86_64_SET_FSBASE:
        if (!guest_get(&value, (const uint64_t *)parms))
            return -EFAULT;
        return netbsd_lwp_setprivate(t, (void *)value);
    default:
        return -EINVAL;
    }
}
