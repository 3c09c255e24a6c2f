/* poll and select. The sets of select are the same; poll differs in two of its bits. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

#include "syscalls/unix/handlers.h"
#include "syscalls/unix/thread.h"

/* POLLIN, PRI, OUT, ERR, HUP, NVAL, RDNORM, RDBAND are the same; WRNORM is OUT there. */
#define POLL_SAME 0xffu
#define FOREIGN_WRBAND 0x100u
#define FREEBSD_RDHUP 0x4000u
#define HOST_RDHUP 0x2000u
#define MAX_POLL 1048576

static short poll_to_host(unsigned short e)
{
    unsigned h = e & POLL_SAME;
    if (e & FOREIGN_WRBAND)
        h |= POLLWRBAND;
    if (e & FREEBSD_RDHUP)
        h |= HOST_RDHUP;
    return (short)h;
}

static unsigned short poll_of_host(unsigned short h)
{
    unsigned e = h & POLL_SAME;
    if (h & POLLWRBAND)
        e |= FOREIGN_WRBAND;
    if (h & HOST_RDHUP)
        e |= FREEBSD_RDHUP;
    return (unsigned short)e;
}

static int64_t do_poll(struct unix_thread *t, void *guest, uint32_t n, const struct timespec *limit)
{
    struct pollfd few[64], *fds = few;
    struct timespec left;
    int64_t r;

    if (n > MAX_POLL)
        return -EINVAL;
    if (n > 64) {
        fds = malloc(n * sizeof(*fds));
        if (!fds)
            return -ENOMEM;
    }
    if (!guest_read(fds, guest, n * sizeof(*fds))) {
        r = -EFAULT;
        goto out;
    }
    short asked[64], *events = asked;
    if (n > 64) {
        events = malloc(n * sizeof(*events));
        if (!events) {
            r = -ENOMEM;
            goto out;
        }
    }
    for (uint32_t i = 0; i < n; i++) {
        events[i] = fds[i].events;
        fds[i].events = poll_to_host((unsigned short)fds[i].events);
        if (fds[i].fd >= 0 && unix_fd_is_ours(fds[i].fd))
            fds[i].fd = INT32_MAX; /* not the guest's: POLLNVAL */
    }
    if (limit)
        left = *limit;
    r = unix_block6(t, SYS_ppoll, fds, n, limit ? &left : NULL, 0, 8, 0);
    if (r >= 0) {
        for (uint32_t i = 0; i < n; i++) {
            fds[i].events = events[i];
            fds[i].revents = (short)poll_of_host((unsigned short)fds[i].revents);
            short *to =
                (short *)((char *)guest + i * sizeof(*fds) + offsetof(struct pollfd, revents));
            if (!guest_write(to, &fds[i].revents, sizeof(short))) {
                r = -EFAULT;
                break;
            }
        }
    }
    if (events != asked)
        free(events);
out:
    if (fds != few)
        free(fds);
    return r;
}

static int mask_for(struct unix_thread *t, const void *guest)
{
    struct unix_mask m;
    if (!guest)
        return 0;
    if (!guest_read(&m, guest, sizeof(m)))
        return -EFAULT;
    unix_mask_replace(t, &m);
    return 0;
}

static int time_for(struct timespec *ts, const void *guest, bool micro)
{
    if (!guest_read(ts, guest, sizeof(*ts)))
        return -EFAULT;
    long max = micro ? 1000000 : 1000000000;
    if (ts->tv_sec < 0 || ts->tv_nsec < 0 || ts->tv_nsec >= max)
        return -EINVAL;
    if (micro)
        ts->tv_nsec *= 1000;
    return 0;
}

int64_t sys_poll(struct unix_thread *t, void *fds, uint32_t nfds, int32_t timeout)
{
    struct timespec ts = {timeout / 1000, timeout % 1000 * 1000000l};
    if (timeout < -1 && unix_system->indirect[1]) /* INFTIM is -1; FreeBSD refuses others */
        return -EINVAL;
    return do_poll(t, fds, nfds, timeout < 0 ? NULL : &ts);
}

int64_t sys_ppoll(struct unix_thread *t, void *fds, uint32_t nfds, const void *ts, const void *mask)
{
    struct timespec limit;
    int error = ts ? time_for(&limit, ts, false) : 0;
    if (!error)
        error = mask_for(t, mask);
    return error ? error : do_poll(t, fds, nfds, ts ? &limit : NULL);
}

#define SET_MAX 65536 /* descriptors; the sets are read as far as nd goes */

static int64_t do_select(struct unix_thread *t, int32_t nd, void *const guest[3],
                         const struct timespec *limit)
{
    uint64_t sets[3][SET_MAX / 64];
    struct timespec left;

    if (nd < 0)
        return -EINVAL;
    if (nd > SET_MAX)
        nd = SET_MAX;
    size_t size = ((size_t)nd + 63) / 64 * 8;
    for (int i = 0; i < 3; i++) {
        if (guest[i] && !guest_read(sets[i], guest[i], size))
            return -EFAULT;
    }
    if (limit)
        left = *limit;
    int64_t r =
        unix_block6(t, SYS_pselect6, nd, guest[0] ? sets[0] : NULL, guest[1] ? sets[1] : NULL,
                    guest[2] ? sets[2] : NULL, limit ? &left : NULL, 0);
    if (r < 0)
        return r;
    for (int i = 0; i < 3; i++) {
        if (guest[i] && !guest_write(guest[i], sets[i], size))
            return -EFAULT;
    }
    return r;
}

int64_t sys_select(struct unix_thread *t, int32_t nd, void *in, void *ou, void *ex, const void *tv)
{
    struct timespec limit;
    int error = tv ? time_for(&limit, tv, true) : 0;
    return error ? error : do_select(t, nd, (void *const[]){in, ou, ex}, tv ? &limit : NULL);
}

int64_t sys_pselect(struct unix_thread *t, int32_t nd, void *in, void *ou, void *ex, const void *ts,
                    const void *mask)
{
    struct timespec limit;
    int error = ts ? time_for(&limit, ts, false) : 0;
    if (!error)
        error = mask_for(t, mask);
    return error ? error : do_select(t, nd, (void *const[]){in, ou, ex}, ts ? &limit : NULL);
}
