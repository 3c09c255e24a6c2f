/* FreeBSD's struct kevent, of today and of FreeBSD 11. */
#include <stddef.h>

#include "syscalls/freebsd/freebsd.h"
#include "syscalls/unix/kqueue.h"
#include "abi/freebsd/file.h"

struct freebsd_kevent {
    uint64_t ident;
    int16_t filter;
    uint16_t flags;
    uint32_t fflags;
    int64_t data;
    uint64_t udata, ext[4];
};
_Static_assert(sizeof(struct freebsd_kevent) == 64, "kevent");
#define FREEBSD11_KEVENT_SIZE 32 /* without ext */
_Static_assert(offsetof(struct freebsd_kevent, ext) == FREEBSD11_KEVENT_SIZE, "kevent");

static void get11(struct unix_kevent *to, const void *from)
{
    const struct freebsd_kevent *k = from;
    *to = (struct unix_kevent){k->ident, -k->filter, k->flags, k->fflags, k->data, k->udata, {0}};
}

static void put11(void *to, const struct unix_kevent *from)
{
    struct freebsd_kevent *k = to;
    k->ident = from->ident;
    k->filter = (int16_t)-from->filter;
    k->flags = (uint16_t)from->flags;
    k->fflags = from->fflags;
    k->data = from->data;
    k->udata = from->udata;
}

static void get(struct unix_kevent *to, const void *from)
{
    const struct freebsd_kevent *k = from;
    get11(to, from);
    for (int i = 0; i < 4; i++)
        to->ext[i] = k->ext[i];
}

static void put(void *to, const struct unix_kevent *from)
{
    struct freebsd_kevent *k = to;
    put11(to, from);
    for (int i = 0; i < 4; i++)
        k->ext[i] = from->ext[i];
}

static const struct unix_kevent_layout layout = {sizeof(struct freebsd_kevent), get, put};
static const struct unix_kevent_layout layout11 = {FREEBSD11_KEVENT_SIZE, get11, put11};

int64_t freebsd_kevent(struct unix_thread *t, int32_t fd, const void *changelist, int32_t nchanges,
                       void *eventlist, int32_t nevents, const void *timeout)
{
    return unix_kevent(t, fd, changelist, nchanges, eventlist, nevents, timeout, &layout);
}

int64_t freebsd11_kevent(struct unix_thread *t, int32_t fd, const void *changelist,
                         int32_t nchanges, void *eventlist, int32_t nevents, const void *timeout)
{
    return unix_kevent(t, fd, changelist, nchanges, eventlist, nevents, timeout, &layout11);
}

int64_t sys_kqueue(struct unix_thread *t)
{
    (void)t;
    return unix_kqueue(false);
}

int64_t freebsd_kqueuex(struct unix_thread *t, uint32_t flags)
{
    (void)t;
    return flags & ~1u ? -EINVAL : unix_kqueue(flags & 1); /* KQUEUE_CLOEXEC */
}
