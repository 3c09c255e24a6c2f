/* FreeBSD's threads: thr_new(2), thr_exit(2), thr_kill(2), sysarch(2), cpuset(2), rtprio_thread(2).
 */
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "abi/freebsd/errno.h"
#include "abi/freebsd/ucontext.h"
#include "syscalls/freebsd/process.h"
#include "syscalls/unix/thread.h"

#define AMD64_GET_FSBASE 128
#define AMD64_SET_FSBASE 129
#define AMD64_GET_GSBASE 130
#define AMD64_SET_GSBASE 131

int64_t freebsd_thr_new(struct unix_thread *t, const void *param, int32_t param_size)
{
    struct freebsd_thr_param p = {0};

    if (param_size < 0 || (size_t)param_size > sizeof(p))
        return -EINVAL;
    if (!guest_read(&p, param, (size_t)param_size))
        return -EFAULT;
    /* Words that cannot be written are an error before the thread is there. */
    if ((p.parent_tid && !guest_probe((void *)p.parent_tid, 8, true)) ||
        (p.child_tid && !guest_probe((void *)p.child_tid, 8, true)))
        return -EFAULT;
    struct unix_thread *n = unix_thread_new();
    if (!n)
        return -EAGAIN;
    /* Everything that is not said comes from the creator. */
    uint64_t flags = n->regs.rflags;
    n->regs = t->regs;
    n->regs.rflags = flags;
    n->regs.rip = p.start_func;
    n->regs.arg[0] = p.arg;
    n->regs.rbp = 0;
    /* As at the entry of a function: the return address would be at a multiple of 16, less 8. */
    n->regs.rsp = ((p.stack_base + p.stack_size) & ~15ull) - 8;
    n->guest_fs = p.tls_base;
    n->mask = t->mask;
    n->tid_words[0] = p.child_tid;
    n->tid_words[1] = p.parent_tid;
    if (p.flags & FREEBSD_THR_SUSPENDED) {
        atomic_store(&n->stop, UNIX_STOP_SUSPEND);
        n->pending |= UNIX_PENDING_STOP;
    }
    n->detached = true;
    return unix_thread_start(n, NULL);
}

int64_t freebsd_thr_exit(struct unix_thread *t, long *state)
{
    freebsd_robust_exit(t);
    t->exit_word = (uintptr_t)state;
    unix_thread_exit(t);
}

UNIX_FAST int64_t freebsd_thr_self(struct unix_thread *t, long *id)
{
    return guest_put(id, t->tid) ? 0 : -EFAULT;
}

struct kill_all {
    int signal;
    int32_t self;
    int64_t result;
};

static void kill_one(struct unix_thread *t, void *arg)
{
    struct kill_all *k = arg;

    if (t->tid != k->self)
        k->result = unix_signal_thread(t->tid, k->signal);
}

int64_t freebsd_thr_kill(struct unix_thread *t, long id, int32_t sig)
{
    struct kill_all k = {.signal = sig, .self = id == -1 ? t->tid : 0, .result = -ESRCH};

    if (id == -1)
        unix_thread_each(kill_one, &k);
    else if (id <= 0 || id > INT_MAX || !unix_thread_with((int32_t)id, kill_one, &k))
        return -ESRCH;
    return k.result;
}

int64_t freebsd_thr_kill2(struct unix_thread *t, int32_t pid, long id, int32_t sig)
{
    int host = unix_signal_to_host(sig);

    if (pid == getpid())
        return freebsd_thr_kill(t, id, sig);
    if (sig < 0 || (unsigned)sig >= unix_system->signal_count || (sig && !host))
        return -EINVAL;
    return unix_host(SYS_tgkill, pid, id, host, 0, 0, 0);
}

int64_t freebsd_thr_set_name(struct unix_thread *t, long id, const char *name)
{
    char text[20] = "";

    (void)t;
    if (name) {
        int error = unix_string(name, text, sizeof(text));
        if (error == -ENAMETOOLONG)
            text[sizeof(text) - 1] = 0;
        else if (error)
            return error;
    }
    if (id != unix_thread_id(t))
        return 0; /* the host tells nobody but the thread itself how to */
    text[15] = 0;
    prctl(PR_SET_NAME, text);
    return 0;
}

/* thr_wake leaves a token; thr_suspend takes it, or waits for it. */
int64_t freebsd_thr_suspend(struct unix_thread *t, const void *timeout)
{
    struct timespec ts;

    if (timeout && !guest_read(&ts, timeout, sizeof(ts)))
        return -EFAULT;
    if (timeout && (ts.tv_nsec < 0 || ts.tv_nsec >= 1000000000 || ts.tv_sec < 0))
        return -EINVAL;
    if (atomic_exchange(&t->wake, 0))
        return 0;
    long r =
        unix_block6(t, SYS_futex, &t->wake, 128 /* WAIT_PRIVATE */, 0, timeout ? &ts : NULL, 0, 0);
    if (atomic_exchange(&t->wake, 0))
        return 0;
    return r == -EAGAIN ? 0 : r;
}

static void wake_one(struct unix_thread *t, void *arg)
{
    (void)arg;
    atomic_store(&t->wake, 1);
    syscall(SYS_futex, &t->wake, 129 /* WAKE_PRIVATE */, 1, NULL, NULL, 0);
}

int64_t freebsd_thr_wake(struct unix_thread *t, long id)
{
    (void)t;
    return id > 0 && id <= INT_MAX && unix_thread_with((int32_t)id, wake_one, NULL) ? 0 : -ESRCH;
}

int64_t freebsd_sysarch(struct unix_thread *t, int32_t op, void *parms)
{
    uint64_t value;

    switch (op) {
    case AMD64_GET_FSBASE:
        return guest_put((uint64_t *)parms, t->guest_fs) ? 0 : -EFAULT;
    case AMD64_SET_FSBASE:
        if (!guest_get(&value, (const uint64_t *)parms))
            return -EFAULT;
        if (value >= 0x800000000000ull)
            return -EINVAL;
        t->guest_fs = value;
        return 0;
    default:
        return -EINVAL;
    }
}

/* --- processors ------------------------------------------------------------------------------- */

#define CPU_LEVEL_ROOT 1
#define CPU_LEVEL_CPUSET 2
#define CPU_LEVEL_WHICH 3
#define CPU_WHICH_TID 1
#define CPU_WHICH_PID 2
#define CPU_WHICH_CPUSET 3
#define CPU_MAXSIZE 128 /* bytes of the kernel's cpuset_t */

static int64_t cpuset_target(int32_t level, int32_t which, int64_t id, pid_t *pid)
{
    if (level < CPU_LEVEL_ROOT || level > CPU_LEVEL_WHICH)
        return -EINVAL;
    switch (which) {
    case CPU_WHICH_TID:
        *pid = id == -1 ? (pid_t)syscall(SYS_gettid) : (pid_t)id;
        return 0;
    case CPU_WHICH_PID:
        *pid = id == -1 ? getpid() : (pid_t)id;
        return 0;
    case CPU_WHICH_CPUSET:
        *pid = getpid();
        return id == -1 || id == 1 ? 0 : -ESRCH;
    default:
        return -EINVAL;
    }
}

int64_t freebsd_cpuset_getaffinity(struct unix_thread *t, int32_t level, int32_t which, int64_t id,
                                   size_t cpusetsize, void *mask)
{
    uint64_t bits[CPU_MAXSIZE / 8] = {0};
    pid_t pid;

    (void)t;
    int64_t r = cpuset_target(level, which, id, &pid);
    if (r < 0)
        return r;
    r = unix_host(SYS_sched_getaffinity, pid, sizeof(bits), (long)bits, 0, 0, 0);
    if (r < 0)
        return r;
    size_t used = sizeof(bits);
    while (used > 1 && ((unsigned char *)bits)[used - 1] == 0)
        used--;
    if (cpusetsize < used)
        return -ERANGE;
    size_t n = cpusetsize < sizeof(bits) ? cpusetsize : sizeof(bits);
    if (!guest_write(mask, bits, n) ||
        (cpusetsize > n && !guest_zero((char *)mask + n, cpusetsize - n)))
        return -EFAULT;
    return 0;
}

int64_t freebsd_cpuset_setaffinity(struct unix_thread *t, int32_t level, int32_t which, int64_t id,
                                   size_t cpusetsize, const void *mask)
{
    uint64_t bits[CPU_MAXSIZE / 8] = {0};
    pid_t pid;

    (void)t;
    int64_t r = cpuset_target(level, which, id, &pid);
    if (r < 0)
        return r;
    if (cpusetsize > 4096)
        return -ERANGE;
    for (size_t at = sizeof(bits); at < cpusetsize; at++) {
        uint8_t byte;
        if (!guest_get(&byte, (const uint8_t *)mask + at))
            return -EFAULT;
        if (byte)
            return -EINVAL;
    }
    if (!guest_read(bits, mask, cpusetsize < sizeof(bits) ? cpusetsize : sizeof(bits)))
        return -EFAULT;
    r = unix_host(SYS_sched_setaffinity, pid, sizeof(bits), (long)bits, 0, 0, 0);
    return r == -EINVAL ? -EDEADLK : r; /* "no processor left": EDEADLK there */
}

int64_t freebsd_cpuset(struct unix_thread *t, int32_t *setid)
{
    (void)t;
    return guest_put(setid, 1) ? 0 : -EFAULT;
}

struct rtprio {
    uint16_t type, prio;
};
#define RTP_LOOKUP 0
#define RTP_SET 1
#define RTP_PRIO_NORMAL 3

int64_t freebsd_rtprio_thread(struct unix_thread *t, int32_t function, int32_t lwpid, void *rtp)
{
    struct rtprio p = {RTP_PRIO_NORMAL, 0};

    (void)t;
    (void)lwpid;
    if (function == RTP_LOOKUP)
        return guest_write(rtp, &p, sizeof(p)) ? 0 : -EFAULT;
    if (function != RTP_SET)
        return -EINVAL;
    if (!guest_read(&p, rtp, sizeof(p)))
        return -EFAULT;
    return p.type == RTP_PRIO_NORMAL ? 0 : -EPERM;
}
