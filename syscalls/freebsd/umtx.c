/* FreeBSD's _umtx_op(2), on futexes. The words that libthr and the kernel share are changed with
 * guest_cas: a fault there is EFAULT. */
#include <linux/futex.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "abi/freebsd/umtx.h"
#include "syscalls/freebsd/process.h"
#include "syscalls/unix/thread.h"

/* When a wait is over: a deadline of one of the host's clocks. */
struct deadline {
    bool set, realtime;
    struct timespec at;
};

static bool bad_time(const struct timespec *ts)
{
    return ts->tv_sec < 0 || ts->tv_nsec < 0 || ts->tv_nsec >= 1000000000;
}

static void make_absolute(struct deadline *d)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    if (d->at.tv_sec > 0x3fffffffffffffffll)
        d->at.tv_sec = 0x3fffffffffffffffll;
    d->at.tv_sec += now.tv_sec;
    d->at.tv_nsec += now.tv_nsec;
    if (d->at.tv_nsec >= 1000000000)
        d->at.tv_sec++, d->at.tv_nsec -= 1000000000;
    d->realtime = false;
}

static bool is_realtime(uint32_t clock)
{
    return clock == FREEBSD_CLOCK_REALTIME || clock == FREEBSD_CLOCK_REALTIME_PRECISE ||
           clock == FREEBSD_CLOCK_REALTIME_FAST || clock == FREEBSD_CLOCK_SECOND;
}

/* size: what the guest says about the structure: a timespec, which is relative, or an _umtx_time.
 */
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
    d->realtime = is_realtime(ut.clockid);
    /* Relative ones become absolute at once: a wait in several steps is not longer. */
    if (!(ut.flags & FREEBSD_UMTX_ABSTIME))
        make_absolute(d);
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

/* An interrupted sleep of a lock goes on after the handler unless it has a deadline. */
static int64_t interrupted(long r, const struct deadline *d)
{
    return r == -EINTR && !d->set ? -UNIX_ERESTART : r;
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

/* --- mutexes -----------------------------------------------------------------------------------
 */

static uint32_t *owner_of(void *m)
{
    return (uint32_t *)((char *)m + offsetof(struct freebsd_umutex, owner));
}

static bool is_shared(uint32_t flags)
{
    return (flags & FREEBSD_USYNC_PROCESS_SHARED) != 0;
}

enum lock_kind { LOCK, TRY_LOCK, WAIT_ONLY };

static int64_t mutex_lock(struct unix_thread *t, struct freebsd_umutex *m, enum lock_kind kind,
                          const struct deadline *d)
{
    const uint32_t id = (uint32_t)t->tid;
    uint32_t flags;

    if (!guest_get(&flags, &m->flags))
        return -EFAULT;
    for (;;) {
        uint32_t now;
        if (!guest_get(&now, owner_of(m)))
            return -EFAULT;
        if (now == FREEBSD_UMUTEX_RB_NOTRECOV)
            return -ENOTRECOVERABLE;
        bool dead = now == FREEBSD_UMUTEX_RB_OWNERDEAD;
        bool free = now == 0 || now == FREEBSD_UMUTEX_CONTESTED || dead;
        if (kind == WAIT_ONLY && free)
            return 0; /* libthr takes it itself */
        if (free) {
            /* Who came after a contest leaves the mark: there may be more sleepers. */
            uint32_t want = now == 0 ? id : id | FREEBSD_UMUTEX_CONTESTED;
            int r = guest_cas(owner_of(m), &now, want);
            if (r < 0)
                return -EFAULT;
            if (r)
                return dead ? -EOWNERDEAD : 0;
            continue;
        }
        if (kind != WAIT_ONLY && (now & ~FREEBSD_UMUTEX_CONTESTED) == id &&
            (flags & FREEBSD_UMUTEX_ERROR_CHECK))
            return -EDEADLK;
        if (kind == TRY_LOCK)
            return -EBUSY;
        if (!(now & FREEBSD_UMUTEX_CONTESTED)) {
            int r = guest_cas(owner_of(m), &now, now | FREEBSD_UMUTEX_CONTESTED);
            if (r < 0)
                return -EFAULT;
            if (!r)
                continue;
            now |= FREEBSD_UMUTEX_CONTESTED;
        }
        long r = wait_word(t, owner_of(m), now, is_shared(flags), d);
        if (r < 0)
            return interrupted(r, d);
        if (kind == WAIT_ONLY)
            return 0;
    }
}

static int64_t mutex_unlock(struct unix_thread *t, struct freebsd_umutex *m, bool recoverable)
{
    uint32_t flags, now;

    if (!guest_get(&flags, &m->flags) || !guest_get(&now, owner_of(m)))
        return -EFAULT;
    if ((now & ~FREEBSD_UMUTEX_CONTESTED) != (uint32_t)t->tid)
        return -EPERM;
    /* The mark stays as long as it may mean something: the next owner gives it up if nobody sleeps.
     */
    uint32_t rest = recoverable                      ? FREEBSD_UMUTEX_RB_NOTRECOV
                    : now & FREEBSD_UMUTEX_CONTESTED ? FREEBSD_UMUTEX_CONTESTED
                                                     : 0;
    for (;;) {
        int r = guest_cas(owner_of(m), &now, rest);
        if (r < 0)
            return -EFAULT;
        if (r)
            break;
        rest = now & FREEBSD_UMUTEX_CONTESTED ? FREEBSD_UMUTEX_CONTESTED : 0;
    }
    if (rest && wake_word(owner_of(m), recoverable ? INT_MAX : 1, is_shared(flags)) == 0 &&
        rest == FREEBSD_UMUTEX_CONTESTED) {
        /* Nobody slept: without the mark the next unlock stays in user mode. */
        uint32_t expected = FREEBSD_UMUTEX_CONTESTED;
        if (guest_cas(owner_of(m), &expected, 0) < 0)
            return -EFAULT;
    }
    return 0;
}

/* After an unlock in user mode that found the mark: wakes one, and keeps the mark for the others.
 */
static int64_t mutex_wake(struct freebsd_umutex *m, uint32_t flags)
{
    wake_word(owner_of(m), 1, is_shared(flags));
    return 0;
}

static int64_t set_ceiling(struct freebsd_umutex *m, uint32_t ceiling, uint32_t *old)
{
    uint32_t was;

    if (!guest_get(&was, &m->ceilings[0]) || !guest_put(&m->ceilings[0], ceiling) ||
        (old && !guest_put(old, was)))
        return -EFAULT;
    return 0;
}

/* --- condition variables -------------------------------------------------------------------------
 */

/*
 * What is slept on is a counter in a field that libthr leaves to the kernel: a signal between the
 * unlock and the sleep changes it, so none is lost. has_waiters tells libthr whether to call at
 * all.
 */
static uint32_t *counter_of(struct freebsd_ucond *cv)
{
    return &cv->counter;
}

static int64_t cv_wait(struct unix_thread *t, struct freebsd_ucond *cv, struct freebsd_umutex *m,
                       uint64_t how, const void *timeout)
{
    struct deadline d = {0};
    uint32_t flags, clock, seen;

    if (!guest_get(&flags, &cv->flags) || !guest_get(&clock, &cv->clockid) ||
        !guest_get(&seen, counter_of(cv)))
        return -EFAULT;
    if (timeout) {
        if (!guest_read(&d.at, timeout, sizeof(d.at)))
            return -EFAULT;
        if (bad_time(&d.at))
            return -EINVAL;
        d.set = true;
        d.realtime = !(how & FREEBSD_CVWAIT_CLOCKID) || is_realtime(clock);
        if (!(how & FREEBSD_CVWAIT_ABSTIME))
            make_absolute(&d);
    }
    if (!guest_put(&cv->has_waiters, 1))
        return -EFAULT;
    int64_t r = mutex_unlock(t, m, false);
    if (r < 0)
        return r;
    r = wait_word(t, counter_of(cv), seen, is_shared(flags), &d);
    /* The mutex is libthr's to take again. Having been woken is what counts. */
    uint32_t now;
    if (r < 0 && guest_get(&now, counter_of(cv)) && now != seen && r == -EINTR)
        return 0;
    return r;
}

static int64_t cv_wake(struct freebsd_ucond *cv, int n)
{
    uint32_t flags, now;

    if (!guest_get(&flags, &cv->flags) || !guest_get(&now, counter_of(cv)))
        return -EFAULT;
    for (;;) {
        int r = guest_cas(counter_of(cv), &now, now + 1);
        if (r < 0)
            return -EFAULT;
        if (r)
            break;
    }
    long woken = wake_word(counter_of(cv), n, is_shared(flags));
    /* With the last one gone, libthr need not call; one too many is harmless. */
    if (n == INT_MAX || woken < n)
        return guest_put(&cv->has_waiters, 0) ? 0 : -EFAULT;
    return 0;
}

/* --- read-write locks
 * ----------------------------------------------------------------------------- */

static int64_t rw_lock(struct unix_thread *t, struct freebsd_urwlock *rw, bool write, uint32_t how,
                       const struct deadline *d)
{
    uint32_t flags, now;

    if (!guest_get(&flags, &rw->flags) || !guest_get(&now, &rw->state))
        return -EFAULT;
    bool prefer =
        !(flags & FREEBSD_URWLOCK_PREFER_READER) && !(how & FREEBSD_URWLOCK_PREFER_READER);
    for (;;) {
        uint32_t blocks =
            write ? FREEBSD_URWLOCK_WRITE_OWNER | FREEBSD_URWLOCK_READERS
                  : FREEBSD_URWLOCK_WRITE_OWNER | (prefer ? FREEBSD_URWLOCK_WRITE_WAITERS : 0);
        int r;
        if (!(now & blocks)) {
            if (!write && (now & FREEBSD_URWLOCK_READERS) == FREEBSD_URWLOCK_READERS)
                return -EAGAIN;
            r = guest_cas(&rw->state, &now, write ? now | FREEBSD_URWLOCK_WRITE_OWNER : now + 1);
            if (r < 0)
                return -EFAULT;
            if (r)
                return 0;
            continue;
        }
        uint32_t mark = write ? FREEBSD_URWLOCK_WRITE_WAITERS : FREEBSD_URWLOCK_READ_WAITERS;
        if (!(now & mark)) {
            r = guest_cas(&rw->state, &now, now | mark);
            if (r < 0)
                return -EFAULT;
            if (!r)
                continue;
            now |= mark;
        }
        long w = wait_word(t, &rw->state, now, is_shared(flags), d);
        if (w < 0)
            return interrupted(w, d);
        if (!guest_get(&now, &rw->state))
            return -EFAULT;
    }
}

static int64_t rw_unlock(struct freebsd_urwlock *rw)
{
    uint32_t flags, now;

    if (!guest_get(&flags, &rw->flags) || !guest_get(&now, &rw->state))
        return -EFAULT;
    for (;;) {
        uint32_t next;
        if (now & FREEBSD_URWLOCK_WRITE_OWNER)
            next = now & ~FREEBSD_URWLOCK_WRITE_OWNER;
        else if (now & FREEBSD_URWLOCK_READERS)
            next = now - 1;
        else
            return -EPERM;
        /* Whoever sleeps looks again, and marks itself again if it must. */
        bool wake = !(next & FREEBSD_URWLOCK_READERS) &&
                    (next & (FREEBSD_URWLOCK_WRITE_WAITERS | FREEBSD_URWLOCK_READ_WAITERS));
        if (wake)
            next &= ~(FREEBSD_URWLOCK_WRITE_WAITERS | FREEBSD_URWLOCK_READ_WAITERS);
        int r = guest_cas(&rw->state, &now, next);
        if (r < 0)
            return -EFAULT;
        if (r) {
            if (wake)
                wake_word(&rw->state, INT_MAX, is_shared(flags));
            return 0;
        }
    }
}

/* --- semaphores
 * ------------------------------------------------------------------------------------ */

static int64_t sem2_wait(struct unix_thread *t, struct freebsd_usem2 *s, size_t size, void *timeout)
{
    struct deadline d;
    uint32_t flags, now;
    int error = read_deadline(size, timeout, &d);

    if (error)
        return error;
    if (!guest_get(&flags, &s->flags) || !guest_get(&now, &s->count))
        return -EFAULT;
    for (;;) {
        if (now & FREEBSD_USEM_COUNT)
            return 0; /* libthr takes it itself */
        if (now & FREEBSD_USEM_HAS_WAITERS)
            break;
        int r = guest_cas(&s->count, &now, now | FREEBSD_USEM_HAS_WAITERS);
        if (r < 0)
            return -EFAULT;
        if (r) {
            now |= FREEBSD_USEM_HAS_WAITERS;
            break;
        }
    }
    long r = wait_word(t, &s->count, now, is_shared(flags), &d);
    /* What is left of a relative time goes back behind it. */
    if (r == -EINTR && d.set &&
        size >= sizeof(struct freebsd_umtx_time) + sizeof(struct timespec)) {
        struct freebsd_umtx_time ut;
        struct timespec clock, left = {0, 0};
        if (guest_read(&ut, timeout, sizeof(ut)) && !(ut.flags & FREEBSD_UMTX_ABSTIME)) {
            clock_gettime(CLOCK_MONOTONIC, &clock);
            left.tv_sec = d.at.tv_sec - clock.tv_sec;
            left.tv_nsec = d.at.tv_nsec - clock.tv_nsec;
            if (left.tv_nsec < 0)
                left.tv_sec--, left.tv_nsec += 1000000000;
            if (left.tv_sec < 0)
                left = (struct timespec){0, 0};
            if (!guest_write((char *)timeout + sizeof(ut), &left, sizeof(left)))
                return -EFAULT;
        }
    }
    return r;
}

static int64_t sem2_wake(struct freebsd_usem2 *s)
{
    uint32_t flags, now;

    if (!guest_get(&flags, &s->flags) || !guest_get(&now, &s->count))
        return -EFAULT;
    if (wake_word(&s->count, 1, is_shared(flags)) > 0)
        return 0;
    while (now & FREEBSD_USEM_HAS_WAITERS) {
        int r = guest_cas(&s->count, &now, now & ~FREEBSD_USEM_HAS_WAITERS);
        if (r < 0)
            return -EFAULT;
        if (r) {
            /* One that has marked it in between would sleep on an old value: it looks again. */
            wake_word(&s->count, INT_MAX, is_shared(flags));
            break;
        }
    }
    return 0;
}

/* --- robust mutexes
 * --------------------------------------------------------------------------------- */

#define LONGEST_ROBUST_LIST 100000

/* The thread ends: what it holds becomes its successor's to mend. */
void freebsd_robust_exit(struct unix_thread *t)
{
    for (int list = 0; list < 3; list++) {
        uint64_t m = 0;
        if (!t->robust_lists[list] || !guest_get(&m, (const uint64_t *)t->robust_lists[list]))
            continue;
        for (int n = 0; m && n < (list == 2 ? 1 : LONGEST_ROBUST_LIST); n++) {
            struct freebsd_umutex *mutex = (struct freebsd_umutex *)m;
            uint32_t now, flags;
            uint64_t next;
            if (!guest_get(&now, owner_of(mutex)) || !guest_get(&flags, &mutex->flags) ||
                !guest_get(&next, &mutex->rb_link))
                break;
            while ((now & ~FREEBSD_UMUTEX_CONTESTED) == (uint32_t)t->tid) {
                int r = guest_cas(owner_of(mutex), &now, FREEBSD_UMUTEX_RB_OWNERDEAD);
                if (r < 0)
                    break;
                if (r) {
                    wake_word(owner_of(mutex), INT_MAX, is_shared(flags));
                    break;
                }
            }
            m = next;
        }
    }
}

static int64_t robust_lists(struct unix_thread *t, size_t size, const void *params)
{
    struct {
        uint64_t list, private_list, inactive;
    } p;

    if (size != sizeof(p))
        return -EINVAL;
    if (!guest_read(&p, params, sizeof(p)))
        return -EFAULT;
    t->robust_lists[0] = p.list;
    t->robust_lists[1] = p.private_list;
    t->robust_lists[2] = p.inactive;
    return 0;
}

/* --- the call
 * ---------------------------------------------------------------------------------------- */

int64_t freebsd_umtx_op(struct unix_thread *t, void *obj, int32_t op, uint64_t val, void *uaddr,
                        void *uaddr2)
{
    struct deadline d = {0};
    uint32_t flags;
    int error = 0;

    if (op & FREEBSD_UMTX_OP_FLAGS) /* for structures of 32-bit programs */
        return -EINVAL;
    switch (op) {
    case FREEBSD_UMTX_OP_WAIT:
    case FREEBSD_UMTX_OP_WAIT_UINT:
    case FREEBSD_UMTX_OP_WAIT_UINT_PRIVATE:
    case FREEBSD_UMTX_OP_MUTEX_LOCK:
    case FREEBSD_UMTX_OP_MUTEX_WAIT:
    case FREEBSD_UMTX_OP_RW_RDLOCK:
    case FREEBSD_UMTX_OP_RW_WRLOCK:
        error = read_deadline((size_t)uaddr, uaddr2, &d);
        break;
    default:
        break;
    }
    if (error)
        return error;
    switch (op) {
    case FREEBSD_UMTX_OP_WAIT:
    case FREEBSD_UMTX_OP_WAIT_UINT:
    case FREEBSD_UMTX_OP_WAIT_UINT_PRIVATE:
        return op_wait(t, obj, val, op == FREEBSD_UMTX_OP_WAIT,
                       op != FREEBSD_UMTX_OP_WAIT_UINT_PRIVATE, &d);
    case FREEBSD_UMTX_OP_WAKE:
    case FREEBSD_UMTX_OP_WAKE_PRIVATE:
        wake_word(obj, val > INT_MAX ? INT_MAX : (int)val, op == FREEBSD_UMTX_OP_WAKE);
        return 0;
    case FREEBSD_UMTX_OP_NWAKE_PRIVATE:
        for (uint64_t i = 0; i < val; i++) {
            uint64_t word;
            if (!guest_get(&word, (const uint64_t *)obj + i))
                return -EFAULT;
            wake_word((void *)word, INT_MAX, false);
        }
        return 0;
    case FREEBSD_UMTX_OP_MUTEX_TRYLOCK:
        return mutex_lock(t, obj, TRY_LOCK, &d);
    case FREEBSD_UMTX_OP_MUTEX_LOCK:
        return mutex_lock(t, obj, LOCK, &d);
    case FREEBSD_UMTX_OP_MUTEX_WAIT:
        return mutex_lock(t, obj, WAIT_ONLY, &d);
    case FREEBSD_UMTX_OP_MUTEX_UNLOCK:
        return mutex_unlock(t, obj, (val & FREEBSD_UMUTEX_RB_BIT) != 0);
    case FREEBSD_UMTX_OP_MUTEX_WAKE:
        if (!guest_get(&flags, &((struct freebsd_umutex *)obj)->flags))
            return -EFAULT;
        return mutex_wake(obj, flags);
    case FREEBSD_UMTX_OP_MUTEX_WAKE2:
        return mutex_wake(obj, (uint32_t)val);
    case FREEBSD_UMTX_OP_SET_CEILING:
        return set_ceiling(obj, (uint32_t)val, uaddr);
    case FREEBSD_UMTX_OP_CV_WAIT:
        return cv_wait(t, obj, uaddr, val, uaddr2);
    case FREEBSD_UMTX_OP_CV_SIGNAL:
        return cv_wake(obj, 1);
    case FREEBSD_UMTX_OP_CV_BROADCAST:
        return cv_wake(obj, INT_MAX);
    case FREEBSD_UMTX_OP_RW_RDLOCK:
        return rw_lock(t, obj, false, (uint32_t)val, &d);
    case FREEBSD_UMTX_OP_RW_WRLOCK:
        return rw_lock(t, obj, true, 0, &d);
    case FREEBSD_UMTX_OP_RW_UNLOCK:
        return rw_unlock(obj);
    case FREEBSD_UMTX_OP_SEM2_WAIT:
        return sem2_wait(t, obj, (size_t)uaddr, uaddr2);
    case FREEBSD_UMTX_OP_SEM2_WAKE:
        return sem2_wake(obj);
    case FREEBSD_UMTX_OP_ROBUST_LISTS:
        return robust_lists(t, (size_t)val, uaddr);
    case FREEBSD_UMTX_OP_SHM:
        return -ENOSYS;
    default:
        return -EINVAL;
    }
}
