/* NetBSD's struct kevent, of NetBSD 10 and before; its filters count up from zero. */
#include <stddef.h>

#include "abi/netbsd/file.h"
#include "syscalls/netbsd/netbsd.h"
#include "syscalls/unix/abi.h"
#include "syscalls/unix/kqueue.h"

struct netbsd_kevent {
    uint64_t ident;
    uint32_t filter, flags, fflags;
    int64_t data;
    uint64_t udata, ext[4];
};
_Static_assert(sizeof(struct netbsd_kevent) == 72, "kevent");
#define NETBSD100_KEVENT_SIZE 40 /* without ext */
_Static_assert(offsetof(struct netbsd_kevent, ext) == NETBSD100_KEVENT_SIZE, "kevent");

static const struct unix_pair filters[] = {
    {0, UNIX_EVFILT_READ}, {1, UNIX_EVFILT_WRITE},  {2, UNIX_EVFILT_AIO},   {3, UNIX_EVFILT_VNODE},
    {4, UNIX_EVFILT_PROC}, {5, UNIX_EVFILT_SIGNAL}, {6, UNIX_EVFILT_TIMER}, {7, UNIX_EVFILT_FS},
    {8, UNIX_EVFILT_USER}, {9, UNIX_EVFILT_EMPTY},  {UINT32_MAX, 0}};

static void get100(struct unix_kevent *to, const void *from)
{
    const struct netbsd_kevent *k = from;
    *to = (struct unix_kevent){
        k->ident, unix_value_to_host(filters, k->filter), k->flags, k->fflags, k->data, k->udata,
        {0}};
}

static void put100(void *to, const struct unix_kevent *from)
{
    struct netbsd_kevent *k = to;
    k->ident = from->ident;
    k->filter = (uint32_t)unix_value_of_host(filters, (uint32_t)from->filter);
    k->flags = from->flags;
    k->fflags = from->fflags;
    k->data = from->data;
    k->udata = from->udata;
}

static void get(struct unix_kevent *to, const void *from)
{
    const struct netbsd_kevent *k = from;
    get100(to, from);
    for (int i = 0; i < 4; i++)
        to->ext[i] = k->ext[i];
}

static void put(void *to, const struct unix_kevent *from)
{
    struct netbsd_kevent *k = to;
    put100(to, from);
    for (int i = 0; i < 4; i++)
        k->ext[i] = from->ext[i];
}

static const struct unix_kevent_layout layout = {sizeof(struct netbsd_kevent), get, put};
static const struct unix_kevent_layout layout100 = {NETBSD100_KEVENT_SIZE, get100, put100};

int64_t netbsd_kevent(struct unix_thread *t, int32_t fd, const void *changelist, size_t nchanges,
                      void *eventlist, size_t nevents, const void *timeout)
{
    return unix_kevent(t, fd, changelist, (int64_t)nchanges, eventlist, (int64_t)nevents, timeout,
                       &layout);
}

int64_t netbsd100_kevent(struct unix_thread *t, int32_t fd, const void *changelist, size_t nchanges,
                         void *eventlist, size_t nevents, const void *timeout)
{
    return unix_kevent(t, fd, changelist, (int64_t)nchanges, eventlist, (int64_t)nevents, timeout,
                       &layout100);
}

int64_t netbsd_kqueue1(struct unix_thread *t, int32_t flags)
{
    (void)t;
    if (flags & ~(NETBSD_O_CLOEXEC | NETBSD_O_NONBLOCK | NETBSD_O_NOSIGPIPE))
        return -EINVAL;
    return unix_kqueue(flags & NETBSD_O_CLOEXEC);
}
