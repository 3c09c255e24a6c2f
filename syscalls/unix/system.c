/* Randomness, scheduling parameters, identifiers. */
#include <sched.h>
#include <string.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "syscalls/unix/handlers.h"

int64_t sys_getrandom(struct unix_thread *t, void *buf, size_t buflen, uint32_t flags)
{
    char part[4096];
    size_t done = 0;

    /* GRND_NONBLOCK 1, RANDOM 2, INSECURE 4: the same; a large request may come back in part. */
    if (flags & ~7u || (flags & 6) == 6)
        return -EINVAL;
    if (buflen > INT32_MAX)
        return -EIO;
    while (done < buflen) {
        size_t want = buflen - done < sizeof(part) ? buflen - done : sizeof(part);
        int64_t r = unix_block(t, SYS_getrandom, (long)part, (long)want, flags, 0, 0, 0);
        if (r < 0)
            return done ? (int64_t)done : r;
        if (!guest_write((char *)buf + done, part, (size_t)r))
            return -EFAULT;
        done += (size_t)r;
    }
    return (int64_t)done;
}

/* struct uuid, version 4 */
int64_t sys_uuidgen(struct unix_thread *t, void *store, int32_t count)
{
    (void)t;
    if (count < 1 || count > 2048)
        return -EINVAL;
    for (int32_t i = 0; i < count; i++) {
        uint8_t u[16];
        if (getrandom(u, sizeof(u), 0) != sizeof(u))
            return -EIO;
        u[7] = (uint8_t)((u[7] & 0xf) | 0x40); /* time_hi_and_version, in the machine's order */
        u[8] = (uint8_t)((u[8] & 0x3f) | 0x80);
        if (!guest_write((char *)store + (size_t)i * 16, u, sizeof(u)))
            return -EFAULT;
    }
    return 0;
}

/* SCHED_FIFO 1, OTHER 2, RR 3 */
static int policy_to_host(int32_t policy)
{
    return policy == 1 ? SCHED_FIFO : policy == 2 ? SCHED_OTHER : policy == 3 ? SCHED_RR : -1;
}

static int policy_of_host(int policy)
{
    return policy == SCHED_FIFO ? 1 : policy == SCHED_RR ? 3 : 2;
}

int64_t sys_sched_setparam(struct unix_thread *t, int32_t pid, const void *param)
{
    struct sched_param p = {0};
    int32_t value;
    (void)t;
    if (!guest_read(&value, param, sizeof(value)))
        return -EFAULT;
    p.sched_priority = value;
    return unix_host(SYS_sched_setparam, pid, (long)&p, 0, 0, 0, 0);
}

int64_t sys_sched_getparam(struct unix_thread *t, int32_t pid, void *param)
{
    struct sched_param p;
    (void)t;
    int64_t r = unix_host(SYS_sched_getparam, pid, (long)&p, 0, 0, 0, 0);
    int32_t value = p.sched_priority;
    return r < 0 ? r : guest_write(param, &value, sizeof(value)) ? 0 : -EFAULT;
}

int64_t sys_sched_setscheduler(struct unix_thread *t, int32_t pid, int32_t policy,
                               const void *param)
{
    struct sched_param p = {0};
    int32_t value;
    int host = policy_to_host(policy);
    (void)t;
    if (!guest_read(&value, param, sizeof(value)))
        return -EFAULT;
    if (host < 0)
        return -EINVAL;
    /* Time sharing has priorities there too, which mean nothing here. */
    p.sched_priority = host == SCHED_OTHER ? 0 : value;
    return unix_host(SYS_sched_setscheduler, pid, host, (long)&p, 0, 0, 0);
}

int64_t sys_sched_getscheduler(struct unix_thread *t, int32_t pid)
{
    (void)t;
    int64_t r = unix_host(SYS_sched_getscheduler, pid, 0, 0, 0, 0, 0);
    return r < 0 ? r : policy_of_host((int)r);
}

int64_t sys_sched_get_priority_max(struct unix_thread *t, int32_t policy)
{
    (void)t;
    return policy < 1 || policy > 3 ? -EINVAL : policy == 2 ? 103 : 31;
}

int64_t sys_sched_get_priority_min(struct unix_thread *t, int32_t policy)
{
    (void)t;
    return policy < 1 || policy > 3 ? -EINVAL : 0;
}

int64_t sys_sched_rr_get_interval(struct unix_thread *t, int32_t pid, void *interval)
{
    struct timespec ts;
    (void)t;
    int64_t r = unix_host(SYS_sched_rr_get_interval, pid, (long)&ts, 0, 0, 0, 0);
    return r < 0 ? r : guest_write(interval, &ts, sizeof(ts)) ? 0 : -EFAULT;
}

int64_t sys_sched_getcpu(struct unix_thread *t)
{
    unsigned cpu = 0;
    (void)t;
    int64_t r = unix_host(SYS_getcpu, (long)&cpu, 0, 0, 0, 0, 0);
    return r < 0 ? r : (int64_t)cpu;
}

int64_t sys_kcmp(struct unix_thread *t, int32_t pid1, int32_t pid2, int32_t type, uint64_t idx1,
                 uint64_t idx2)
{
    (void)t;
    if (type != 100 && type != 101) /* KCMP_FILE, KCMP_FILEOBJ */
        return -EINVAL;
    return unix_host(SYS_kcmp, pid1, pid2, 0, (long)idx1, (long)idx2, 0);
}
