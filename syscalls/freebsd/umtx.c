/* FreeBSD's _umtx_op(2), on futexes. */
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "abi/freebsd/umtx.h"
#include "syscalls/freebsd/process.h"
#include "syscalls/unix/thread.h"

/* When a wait is over: a deadline of one of the host's clocks. */
struct deadline {
    bool set, realtime, relative;
    struct timespec at;
};

static bool bad_time(const struct timespec *ts)
{
    return ts->tv_sec < 0 || ts->tv_nsec < 0 || ts->tv_nsec >= 1000000000;
}

/* size: what the guest says about the structure's size, 0 without. */
static int read_deadline(size_t size, const void *guest, struct deadline *d)
{
    struct freebsd_umtx_time ut = {.clockid = FREEBSD_CLOCK_REALTIME};

    *d = (struct deadline){0};
    if (!guest)
        return 0;
    if (!guest_read(&ut, guest, size <= sizeof(ut.timeout) ? sizeof(ut.timeout) : sizeof(ut)))
        return -EFAULT;
    d->set = true;
    d->at = (struct timespec){ut.timeout.tv_sec, ut.timeout.tv_nsec};
    if (bad_time(&d->at))
        return -EINVAL;
    d->realtime = ut.clockid == FREEBSD_CLOCK_REALTIME || ut.clockid == 9 || ut.clockid == 10;
    if (ut.flags & FREEBSD_UMTX_ABSTIME)
        return 0;
    /* Made absolute at once: a wait in several steps is not longer. */
    struct timespec now;
    d->realtime = false;
    d->relative = true;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (d->at.tv_sec > 0x3fffffffffffffffll)
        d->at.tv_sec = 0x3fffffffffffffffll;
    d->at.tv_sec += now.tv_sec;
    d->at.tv_nsec += now.tv_nsec;
    if (d->at.tv_nsec >= 1000000000)
        d->at.tv_sec++, d->at.tv_nsec -= 1000000000;
    return 0;
}

/* Sleeps while *word is value. 0: woken or changed. */
static long wait_word(struct unix_thread *t, const void *word, uint32_t value, bool shared,
                      const struct deadline *d)
{
    int op = FUTEX_WAIT_BITSET | (shared ? 0 : FUTEX_PRIVATE_FLAG) |
             (d->set && d->realtime ? FUTEX_CLOCK_REALTIME : 0);
    long r = unix_block6(t, SYS_futex, word, op, value, d->set ? &d->at : NULL, 0,
                         FUTEX_BITSET_MATCH_ANY);

    return r == -EAGAIN ? 0 : r;
}

static long wake_word(const void *word, int n, bool shared)
{
    return unix_host(SYS_futex, (long)word, FUTEX_WAKE | (shared ? 0 : FUTEX_PRIVATE_FLAG), n, 0, 0,
                     0);
}

static int64_t op_wait(struct unix_thread *t, void *obj, uint64_t value, bool is_long, bool shared,
                       const struct deadline *d)
{
    uint64_t now = 0;

    if (!guest_read(&now, obj, is_long ? 8 : 4))
        return -EFAULT;
    if (now != (is_long ? value : (uint32_t)value))
        return 0;
    return wait_word(t, obj, (uint32_t)value, shared, d);
}

int64_t freebsd_umtx_op(struct unix_thread *t, void *obj, int32_t op, uint64_t val, void *uaddr,
                        void *uaddr2)
{
    struct deadline d;
    int error;

    switch (op & ~FREEBSD_UMTX_OP_FLAGS) {
    case FREEBSD_UMTX_OP_WAIT:
    case FREEBSD_UMTX_OP_WAIT_UINT:
    case FREEBSD_UMTX_OP_WAIT_UINT_PRIVATE:
        error = read_deadline((size_t)uaddr, uaddr2, &d);
        if (error)
            return error;
        op &= ~FREEBSD_UMTX_OP_FLAGS;
        return op_wait(t, obj, val, op == FREEBSD_UMTX_OP_WAIT,
                       op != FREEBSD_UMTX_OP_WAIT_UINT_PRIVATE, &d);
    case FREEBSD_UMTX_OP_WAKE:
    case FREEBSD_UMTX_OP_WAKE_PRIVATE:
        wake_word(obj, val > INT_MAX ? INT_MAX : (int)val,
                  (op & ~FREEBSD_UMTX_OP_FLAGS) == FREEBSD_UMTX_OP_WAKE);
        return 0;
    case FREEBSD_UMTX_OP_NWAKE_PRIVATE:
        for (uint64_t i = 0; i < val; i++) {
            uintptr_t word;
            if (!guest_get(&word, (uintptr_t *)obj + i))
                return -EFAULT;
            wake_word((void *)word, INT_MAX, false);
        }
        return 0;
    default:
        return -EINVAL;
    }
}
