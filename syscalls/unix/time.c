/* Clocks, sleeping and the timers of POSIX. Seconds are 64 bits wide on both sides. */
#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <time.h>

#include "syscalls/unix/abi.h"
#include "syscalls/unix/file.h"
#include "syscalls/unix/handlers.h"

/* FreeBSD's clock of seconds */
#define FREEBSD_CLOCK_SECOND 13

/* A process's CPU clock, as clock_getcpuclockid2 gives it out: the host's own number. */
static bool cpu_clock(int32_t id)
{
    return id < 0;
}

static int host_clock(int32_t id)
{
    if (cpu_clock(id))
        return id;
    int host = unix_value_to_host(unix_abi->clocks, (uint32_t)id);
    return host < 0 ? -1 : host;
}
#define NO_CLOCK(id, host) (!cpu_clock(id) && (host) < 0)

int64_t sys_clock_gettime(struct unix_thread *t, int32_t clock_id, void *tp)
{
    struct timespec ts;
    int clock = host_clock(clock_id);

    (void)t;
    if (NO_CLOCK(clock_id, clock))
        return -EINVAL;
    if (clock_gettime(clock, &ts) < 0)
        return -errno;
    if (clock_id == FREEBSD_CLOCK_SECOND)
        ts.tv_nsec = 0;
    return guest_write(tp, &ts, sizeof(ts)) ? 0 : -EFAULT;
}

int64_t sys_clock_getres(struct unix_thread *t, int32_t clock_id, void *tp)
{
    struct timespec ts;
    int clock = host_clock(clock_id);

    (void)t;
    if (NO_CLOCK(clock_id, clock))
        return -EINVAL;
    if (clock_getres(clock, &ts) < 0)
        return -errno;
    if (clock_id == FREEBSD_CLOCK_SECOND)
        ts = (struct timespec){1, 0};
    return !tp || guest_write(tp, &ts, sizeof(ts)) ? 0 : -EFAULT;
}

static int get_time(struct timespec *ts, const void *guest)
{
    if (!guest_read(ts, guest, sizeof(*ts)))
        return -EFAULT;
    return ts->tv_nsec < 0 || ts->tv_nsec >= 1000000000 || ts->tv_sec < 0 ? -EINVAL : 0;
}

int64_t sys_clock_settime(struct unix_thread *t, int32_t clock_id, const void *tp)
{
    struct timespec ts;
    int clock = host_clock(clock_id), error = get_time(&ts, tp);

    (void)t;
    if (error)
        return error;
    if (clock != CLOCK_REALTIME)
        return -EINVAL;
    return -EPERM; /* the clock is the host's */
}

static int64_t sleep_on(struct unix_thread *t, int clock, int flags, const struct timespec *ts,
                        void *rest)
{
    struct timespec left = {0};
    int64_t r = unix_block(t, SYS_clock_nanosleep, clock, flags, (long)ts, (long)&left, 0, 0);
    if (r == -EINTR && rest && !flags && !guest_write(rest, &left, sizeof(left)))
        return -EFAULT;
    return r;
}

int64_t sys_nanosleep(struct unix_thread *t, const void *rqtp, void *rmtp)
{
    struct timespec ts;
    int error = get_time(&ts, rqtp);
    return error ? error : sleep_on(t, CLOCK_MONOTONIC, 0, &ts, rmtp);
}

/* The error is the result, as POSIX has it; the system calls themselves do so too. */
int64_t sys_clock_nanosleep(struct unix_thread *t, int32_t clock_id, int32_t flags,
                            const void *rqtp, void *rmtp)
{
    struct timespec ts;
    int clock = host_clock(clock_id);
    int64_t r;

    if (NO_CLOCK(clock_id, clock) || clock == CLOCK_THREAD_CPUTIME_ID || (flags & ~1))
        r = -EINVAL;
    else if (!(r = get_time(&ts, rqtp))) {
        if (clock == CLOCK_REALTIME_COARSE)
            clock = CLOCK_REALTIME;
        else if (clock == CLOCK_MONOTONIC_COARSE)
            clock = CLOCK_MONOTONIC;
        r = sleep_on(t, clock, flags & 1, &ts, rmtp);
    }
    return r < 0 ? unix_errno_of_host((int)-r) : 0;
}

int64_t sys_gettimeofday(struct unix_thread *t, void *tp, void *tzp)
{
    struct timeval tv;
    int32_t zone[2] = {0, 0};

    (void)t;
    gettimeofday(&tv, NULL);
    if (tp && !guest_write(tp, &tv, sizeof(tv)))
        return -EFAULT;
    return !tzp || guest_write(tzp, zone, sizeof(zone)) ? 0 : -EFAULT;
}

int64_t sys_settimeofday(struct unix_thread *t, const void *tv, const void *tzp)
{
    struct timeval v;
    (void)t, (void)tzp;
    if (tv && !guest_read(&v, tv, sizeof(v)))
        return -EFAULT;
    return -EPERM;
}

int64_t sys_adjtime(struct unix_thread *t, const void *delta, void *olddelta)
{
    struct timeval none = {0, 0};
    (void)t;
    if (delta)
        return -EPERM;
    return !olddelta || guest_write(olddelta, &none, sizeof(none)) ? 0 : -EFAULT;
}

/* --- timerfd (NetBSD 10, FreeBSD 14)
 * -------------------------------------------------------------------- */

int64_t sys_timerfd_create(struct unix_thread *t, int32_t clockid, int32_t flags)
{
    int clock = host_clock(clockid);
    uint32_t unknown, host = unix_bits_to_host(unix_abi->open_flags, (uint32_t)flags, &unknown);

    (void)t;
    if (NO_CLOCK(clockid, clock) || unknown || (host & ~(uint32_t)(TFD_CLOEXEC | TFD_NONBLOCK)))
        return -EINVAL;
    return unix_host(SYS_timerfd_create, clock, host, 0, 0, 0, 0);
}

int64_t sys_timerfd_settime(struct unix_thread *t, int32_t fd, int32_t flags, const void *new,
                            void *old)
{
    struct itimerspec in, out;
    (void)t;
    if (!guest_read(&in, new, sizeof(in)))
        return -EFAULT;
    int64_t r = unix_host(SYS_timerfd_settime, fd, flags, (long)&in, (long)&out, 0, 0);
    if (r < 0)
        return r;
    return !old || guest_write(old, &out, sizeof(out)) ? 0 : -EFAULT;
}

int64_t sys_timerfd_gettime(struct unix_thread *t, int32_t fd, void *value)
{
    struct itimerspec out;
    (void)t;
    int64_t r = unix_host(SYS_timerfd_gettime, fd, (long)&out, 0, 0, 0, 0);
    return r < 0 ? r : guest_write(value, &out, sizeof(out)) ? 0 : -EFAULT;
}

/* --- timers of POSIX
 * -------------------------------------------------------------------------------------- */

/*
 * Each timer is one of the host's, which queues the host's number of the signal. The guest's ids
 * start at 3 on FreeBSD and are small everywhere; those of the host fit.
 */
#define SIGEV_NONE_ 0
#define SIGEV_SIGNAL_ 1
#define SIGEV_THREAD_ 2
#define SIGEV_KEVENT_ 3
#define SIGEV_THREAD_ID_ 4

struct foreign_sigevent {
    int32_t notify, signo;
    uint64_t value;
    int32_t thread_id;
    uint8_t rest[60];
};

int64_t sys_timer_create(struct unix_thread *t, int32_t clock_id, const void *evp, void *timerid)
{
    struct sigevent ev = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
    int clock = host_clock(clock_id);
    int32_t id;

    (void)t;
    if (NO_CLOCK(clock_id, clock))
        return -EINVAL;
    if (evp) {
        struct foreign_sigevent f = {0};
        if (!guest_read(&f, evp, 24))
            return -EFAULT;
        if (f.notify == SIGEV_SIGNAL_ || f.notify == SIGEV_THREAD_ID_) {
            ev.sigev_signo = unix_signal_to_host(f.signo);
            ev.sigev_value.sival_ptr = (void *)f.value;
            if (!ev.sigev_signo)
                return -EINVAL;
            if (f.notify == SIGEV_THREAD_ID_) {
                ev.sigev_notify = SIGEV_THREAD_ID;
                ev._sigev_un._tid = f.thread_id;
            }
        } else if (f.notify == SIGEV_NONE_) {
            ev.sigev_notify = SIGEV_NONE;
        } else {
            return -EINVAL;
        }
    }
    int64_t r = unix_host(SYS_timer_create, clock, (long)&ev, (long)&id, 0, 0, 0);
    if (r < 0)
        return r;
    if (!guest_write(timerid, &id, sizeof(id))) {
        unix_host(SYS_timer_delete, id, 0, 0, 0, 0, 0);
        return -EFAULT;
    }
    return 0;
}

int64_t sys_timer_delete(struct unix_thread *t, int32_t timerid)
{
    (void)t;
    return unix_host(SYS_timer_delete, timerid, 0, 0, 0, 0, 0);
}

int64_t sys_timer_settime(struct unix_thread *t, int32_t timerid, int32_t flags, const void *value,
                          void *ovalue)
{
    struct itimerspec in, out;
    (void)t;
    if (!guest_read(&in, value, sizeof(in)))
        return -EFAULT;
    if (flags & ~1)
        return -EINVAL;
    int64_t r = unix_host(SYS_timer_settime, timerid, flags, (long)&in, (long)&out, 0, 0);
    if (r < 0)
        return r;
    return !ovalue || guest_write(ovalue, &out, sizeof(out)) ? 0 : -EFAULT;
}

int64_t sys_timer_gettime(struct unix_thread *t, int32_t timerid, void *value)
{
    struct itimerspec out;
    (void)t;
    int64_t r = unix_host(SYS_timer_gettime, timerid, (long)&out, 0, 0, 0, 0);
    return r < 0 ? r : guest_write(value, &out, sizeof(out)) ? 0 : -EFAULT;
}

int64_t sys_timer_getoverrun(struct unix_thread *t, int32_t timerid)
{
    (void)t;
    return unix_host(SYS_timer_getoverrun, timerid, 0, 0, 0, 0, 0);
}

int64_t freebsd_clock_getcpuclockid2(struct unix_thread *t, int64_t id, int32_t which,
                                     void *clock_id)
{
    /* CPUCLOCK_WHICH_PID 0, TID 1; the host's encoding: ~id << 3 | kind */
    int32_t clock;
    (void)t;
    if (which < 0 || which > 1 || id < 0 || id > INT32_MAX)
        return -EINVAL;
    clock = (int32_t)(~(uint32_t)id << 3 | (which ? 6u : 2u));
    struct timespec ts;
    if (clock_getres(clock, &ts) < 0)
        return -ESRCH;
    return guest_write(clock_id, &clock, sizeof(clock)) ? 0 : -EFAULT;
}
