/*
 * kqueue on epoll. The guest's descriptor is an epoll set. Descriptors for EVFILT_READ are in
 * it, those for EVFILT_WRITE in a second set which is a member of the first, so that the two
 * filters of one descriptor have states of their own. Timers are timerfds, processes are pidfds,
 * files are watched by one inotify instance; what the host has no descriptor for (EVFILT_USER,
 * EVFILT_SIGNAL, files at rest) is a list of active filters that an eventfd announces.
 *
 * Locks: table_lock guards the table from descriptor to queue; each queue's lock its filters.
 * table_lock is taken before a queue's. Neither is held over guest memory or while blocking.
 */
#include "syscalls/unix/kqueue.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/sockios.h>

#include "syscalls/unix/file.h"
#include "syscalls/unix/signal.h"
#include "syscalls/unix/unix.h"

#define NOTE_LOWAT 0x1u
#define NOTE_FFNOP 0u
#define NOTE_FFCTRLMASK 0xc0000000u
#define NOTE_FFAND 0x40000000u
#define NOTE_FFOR 0x80000000u
#define NOTE_FFCOPY 0xc0000000u
#define NOTE_TRIGGER 0x01000000u
#define NOTE_FFLAGSMASK 0x00ffffffu
#define NOTE_DELETE 0x1u
#define NOTE_WRITE 0x2u
#define NOTE_EXTEND 0x4u
#define NOTE_ATTRIB 0x8u
#define NOTE_LINK 0x10u
#define NOTE_RENAME 0x20u
#define NOTE_REVOKE 0x40u
#define NOTE_OPEN 0x80u
#define NOTE_CLOSE 0x100u
#define NOTE_CLOSE_WRITE 0x200u
#define NOTE_READ 0x400u
#define NOTE_EXIT 0x80000000u
#define NOTE_FORK 0x40000000u
#define NOTE_EXEC 0x20000000u
#define NOTE_TRACK 0x1u
#define NOTE_SECONDS 0x1u
#define NOTE_MSECONDS 0x2u
#define NOTE_USECONDS 0x4u
#define NOTE_NSECONDS 0x8u
#define NOTE_ABSTIME 0x10u

/* What may be kept in host memory at a guest's wish */
#define MAX_NOTES 262144
#define BUCKETS 256
#define BATCH 64

struct note {
    struct note *next;        /* of its bucket */
    struct note *active_next; /* of the active list, while active */
    uint64_t ident, udata, ext[4];
    int filter;
    uint32_t flags, fflags;
    int64_t data;
    uint64_t serial; /* told to epoll, so that a stale event finds nothing */
    bool disabled, active, registered;
    int fd;          /* timerfd, pidfd: ours; -1 otherwise */
    int watch;       /* inotify's */
    bool plain_file; /* EVFILT_READ or WRITE of what epoll does not take */
    int64_t size;    /* VNODE: as last seen */
    uint32_t links;
    uint32_t seen; /* VNODE: what has happened; SIGNAL: the count last told */
    int64_t count; /* SIGNAL: arrivals */
    uint32_t user; /* USER: the fflags kept */
};

struct queue {
    pthread_mutex_t lock;
    int references; /* under table_lock */
    int fd;         /* the epoll set: as the guest has it */
    int writers;    /* the second set; -1 until needed */
    int event;      /* announces active filters; -1 until needed */
    int inotify;    /* -1 until needed */
    unsigned notes;
    uint64_t serial;
    struct note *bucket[BUCKETS];
    struct note *active;
    bool announced;
};

/* epoll's user data: a note's serial number, or one of these */
#define TAG_WRITERS UINT64_MAX
#define TAG_EVENT (UINT64_MAX - 1)
#define TAG_INOTIFY (UINT64_MAX - 2)

#define TABLE 4096
static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static struct queue *table[TABLE]; /* by descriptor */
static _Atomic unsigned queue_count;

/* Signals are counted without a lock, in the handler; who waits is woken by these. */
static _Atomic uint64_t signal_counts[129];
static _Atomic int signal_events[16]; /* eventfds + 1 */

/* --- the table ------------------------------------------------------------------------------- */

static struct queue *queue_get(int32_t fd)
{
    struct queue *q = NULL;
    if ((uint32_t)fd >= TABLE)
        return NULL;
    pthread_mutex_lock(&table_lock);
    q = table[fd];
    if (q)
        q->references++;
    pthread_mutex_unlock(&table_lock);
    return q;
}

static void note_free(struct queue *q, struct note *n);

static void queue_destroy(struct queue *q)
{
    for (unsigned i = 0; i < BUCKETS; i++) {
        while (q->bucket[i]) {
            struct note *n = q->bucket[i];
            q->bucket[i] = n->next;
            note_free(q, n);
        }
    }
    for (unsigned i = 0; i < 16; i++) {
        int mine = q->event + 1;
        if (q->event >= 0)
            atomic_compare_exchange_strong(&signal_events[i], &mine, 0);
    }
    unix_fd_release(q->writers);
    unix_fd_release(q->event);
    unix_fd_release(q->inotify);
    pthread_mutex_destroy(&q->lock);
    free(q);
}

static void queue_put(struct queue *q)
{
    pthread_mutex_lock(&table_lock);
    bool last = --q->references == 0;
    pthread_mutex_unlock(&table_lock);
    if (last)
        queue_destroy(q);
}

bool unix_fd_is_kqueue(int32_t fd)
{
    if (!queue_count || (uint32_t)fd >= TABLE)
        return false;
    pthread_mutex_lock(&table_lock);
    bool is = table[fd] != NULL;
    pthread_mutex_unlock(&table_lock);
    return is;
}

int64_t unix_kqueue(bool cloexec)
{
    struct queue *q = calloc(1, sizeof(*q));
    if (!q)
        return -ENOMEM;
    int64_t fd = unix_host(SYS_epoll_create1, cloexec ? EPOLL_CLOEXEC : 0, 0, 0, 0, 0, 0);
    if (fd < 0 || fd >= TABLE) {
        if (fd >= 0)
            unix_host(SYS_close, fd, 0, 0, 0, 0, 0);
        free(q);
        return fd < 0 ? fd : -EMFILE;
    }
    pthread_mutex_init(&q->lock, NULL);
    q->fd = (int)fd;
    q->writers = q->event = q->inotify = -1;
    q->references = 1;
    pthread_mutex_lock(&table_lock);
    table[fd] = q;
    queue_count++;
    pthread_mutex_unlock(&table_lock);
    return fd;
}

/* --- notes ------------------------------------------------------------------------------------ */

static unsigned bucket_of(int filter, uint64_t ident)
{
    return (unsigned)((ident * 0x9e3779b97f4a7c15ull) >> 40 ^ (unsigned)filter) % BUCKETS;
}

static struct note *note_find(struct queue *q, int filter, uint64_t ident)
{
    for (struct note *n = q->bucket[bucket_of(filter, ident)]; n; n = n->next) {
        if (n->filter == filter && n->ident == ident)
            return n;
    }
    return NULL;
}

static bool is_fd_filter(int filter)
{
    return filter == UNIX_EVFILT_READ || filter == UNIX_EVFILT_WRITE ||
           filter == UNIX_EVFILT_EMPTY || filter == UNIX_EVFILT_VNODE ||
           filter == UNIX_EVFILT_PROCDESC;
}

/* epoll's data for a note: where it is (its bucket, by filter and ident's low half) cannot be
 * trusted after it went away, so the serial is compared. */
static uint64_t tag(const struct note *n)
{
    return (n->serial << 12) | (uint64_t)bucket_of(n->filter, n->ident) << 4 | (unsigned)n->filter;
}

static struct note *note_of_tag(struct queue *q, uint64_t data)
{
    for (struct note *n = q->bucket[(data >> 4) % BUCKETS]; n; n = n->next) {
        if (tag(n) == data)
            return n;
    }
    return NULL;
}

static int epoll_of(struct queue *q, const struct note *n)
{
    return n->filter == UNIX_EVFILT_WRITE || n->filter == UNIX_EVFILT_EMPTY ? q->writers : q->fd;
}

static int host_fd(const struct note *n)
{
    return n->fd >= 0 ? n->fd : (int)n->ident;
}

static uint32_t epoll_events(const struct note *n)
{
    uint32_t e = 0;
    if (n->disabled)
        return EPOLLET; /* nothing to be told, and errors only once */
    switch (n->filter) {
    case UNIX_EVFILT_WRITE:
    case UNIX_EVFILT_EMPTY:
        e = EPOLLOUT;
        break;
    default:
        e = EPOLLIN | EPOLLRDHUP;
        break;
    }
    if (n->flags & UNIX_EV_CLEAR)
        e |= EPOLLET;
    if (n->flags & (UNIX_EV_ONESHOT | UNIX_EV_DISPATCH))
        e |= EPOLLONESHOT;
    return e;
}

static int member(struct queue *q, int fd, uint64_t data)
{
    struct epoll_event e = {.events = EPOLLIN, .data.u64 = data};
    return (int)unix_host(SYS_epoll_ctl, q->fd, EPOLL_CTL_ADD, fd, (long)&e, 0, 0);
}

static int need_event(struct queue *q)
{
    if (q->event >= 0)
        return 0;
    int fd = unix_fd_keep(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (fd < 0)
        return -EMFILE;
    q->event = fd;
    return member(q, fd, TAG_EVENT);
}

static int need_writers(struct queue *q)
{
    if (q->writers >= 0)
        return 0;
    int fd = unix_fd_keep(epoll_create1(EPOLL_CLOEXEC));
    if (fd < 0)
        return -EMFILE;
    q->writers = fd;
    return member(q, fd, TAG_WRITERS);
}

static int need_inotify(struct queue *q)
{
    if (q->inotify >= 0)
        return 0;
    int fd = unix_fd_keep(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (fd < 0)
        return -EMFILE;
    q->inotify = fd;
    return member(q, fd, TAG_INOTIFY);
}

/* The eventfd says: someone has to look at the active list. It is level-triggered. */
static void announce(struct queue *q)
{
    uint64_t one = 1, drain;
    bool want = q->active != NULL;
    if (want && !q->announced)
        unix_host(SYS_write, q->event, (long)&one, sizeof(one), 0, 0, 0);
    else if (!want && q->announced)
        unix_host(SYS_read, q->event, (long)&drain, sizeof(drain), 0, 0, 0);
    q->announced = want;
}

static void activate(struct queue *q, struct note *n)
{
    if (n->active || n->disabled)
        return;
    struct note **p = &q->active;
    while (*p)
        p = &(*p)->active_next;
    n->active = true;
    n->active_next = NULL;
    *p = n;
    announce(q);
}

static void deactivate(struct queue *q, struct note *n)
{
    if (!n->active)
        return;
    for (struct note **p = &q->active; *p; p = &(*p)->active_next) {
        if (*p == n) {
            *p = n->active_next;
            break;
        }
    }
    n->active = false;
    announce(q);
}

static bool watch_in_use(struct queue *q, const struct note *but)
{
    for (unsigned i = 0; i < BUCKETS; i++) {
        for (struct note *n = q->bucket[i]; n; n = n->next) {
            if (n != but && n->watch == but->watch)
                return true;
        }
    }
    return false;
}

static void note_free(struct queue *q, struct note *n)
{
    if (n->registered)
        unix_host(SYS_epoll_ctl, epoll_of(q, n), EPOLL_CTL_DEL, host_fd(n), 0, 0, 0);
    if (n->watch >= 0 && !watch_in_use(q, n))
        inotify_rm_watch(q->inotify, n->watch);
    deactivate(q, n);
    unix_fd_release(n->fd);
    free(n);
}

static void note_remove(struct queue *q, struct note *n)
{
    for (struct note **p = &q->bucket[bucket_of(n->filter, n->ident)]; *p; p = &(*p)->next) {
        if (*p == n) {
            *p = n->next;
            break;
        }
    }
    q->notes--;
    note_free(q, n);
}

/* (Re)tells epoll about a note with a descriptor. */
static int note_register(struct queue *q, struct note *n)
{
    struct epoll_event e = {.events = epoll_events(n), .data.u64 = tag(n)};
    if (epoll_of(q, n) < 0) {
        int error = need_writers(q);
        if (error)
            return error;
    }
    int64_t r =
        unix_host(SYS_epoll_ctl, epoll_of(q, n), n->registered ? EPOLL_CTL_MOD : EPOLL_CTL_ADD,
                  host_fd(n), (long)&e, 0, 0);
    if (r == 0)
        n->registered = true;
    return (int)r;
}

/* --- timers -------------------------------------------------------------------------------------
 */

static int timer_arm(struct note *n)
{
    struct itimerspec its = {0};
    uint32_t unit = n->fflags & (NOTE_SECONDS | NOTE_MSECONDS | NOTE_USECONDS | NOTE_NSECONDS);
    int64_t per_second = unit == NOTE_SECONDS                 ? 1
                         : unit == NOTE_MSECONDS || unit == 0 ? 1000
                         : unit == NOTE_USECONDS              ? 1000000
                         : unit == NOTE_NSECONDS              ? 1000000000
                                                              : 0;
    if (!per_second || n->data < 0)
        return -EINVAL;
    struct timespec ts = {n->data / per_second, n->data % per_second * (1000000000 / per_second)};
    bool absolute = n->fflags & NOTE_ABSTIME;
    /* Zero would disarm it: at once is meant, or for a periodic one as fast as can be. */
    if (!ts.tv_sec && !ts.tv_nsec)
        ts.tv_nsec = 1;
    its.it_value = ts;
    if (!(n->flags & UNIX_EV_ONESHOT) && !absolute)
        its.it_interval = ts;
    if (n->fd < 0) {
        n->fd = unix_fd_keep(timerfd_create(absolute ? CLOCK_REALTIME : CLOCK_MONOTONIC,
                                            TFD_CLOEXEC | TFD_NONBLOCK));
        if (n->fd < 0)
            return -EMFILE;
    }
    return (int)unix_host(SYS_timerfd_settime, n->fd, absolute ? TFD_TIMER_ABSTIME : 0, (long)&its,
                          0, 0, 0);
}

/* --- files
 * ------------------------------------------------------------------------------------------ */

static int watch_add(struct queue *q, struct note *n, uint32_t mask)
{
    char link[64];
    int error = need_inotify(q);
    if (error)
        return error;
    snprintf(link, sizeof(link), "/proc/self/fd/%d", (int)n->ident);
    int w = inotify_add_watch(q->inotify, link, mask | IN_MASK_ADD);
    if (w < 0)
        return -errno;
    n->watch = w;
    return 0;
}

static void vnode_remember(struct note *n)
{
    struct stat st;
    if (fstat((int)n->ident, &st) == 0) {
        n->size = st.st_size;
        n->links = (uint32_t)st.st_nlink;
    }
}

static int vnode_watch(struct queue *q, struct note *n)
{
    uint32_t mask = IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF;
    struct stat st;
    if (fstat((int)n->ident, &st) < 0)
        return -EBADF;
    if (S_ISDIR(st.st_mode))
        mask |= IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO;
    if (n->fflags & NOTE_OPEN)
        mask |= IN_OPEN;
    if (n->fflags & NOTE_CLOSE)
        mask |= IN_CLOSE_NOWRITE;
    if (n->fflags & NOTE_CLOSE_WRITE)
        mask |= IN_CLOSE_WRITE;
    if (n->fflags & NOTE_READ)
        mask |= IN_ACCESS;
    vnode_remember(n);
    return watch_add(q, n, mask);
}

/* What has happened to a file, as kqueue names it. */
static uint32_t vnode_notes(struct note *n, uint32_t mask)
{
    uint32_t notes = 0;
    int64_t size = n->size;
    uint32_t links = n->links;

    vnode_remember(n);
    if (mask & (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO))
        notes |= NOTE_WRITE;
    if (mask & IN_MODIFY)
        notes |= n->size > size ? NOTE_WRITE | NOTE_EXTEND : NOTE_WRITE;
    if (n->links != links)
        notes |= n->links ? NOTE_LINK : NOTE_DELETE;
    else if (mask & IN_ATTRIB)
        notes |= NOTE_ATTRIB;
    if (mask & IN_DELETE_SELF)
        notes |= NOTE_DELETE;
    if (mask & IN_MOVE_SELF)
        notes |= NOTE_RENAME;
    if (mask & IN_OPEN)
        notes |= NOTE_OPEN;
    if (mask & IN_CLOSE_NOWRITE)
        notes |= NOTE_CLOSE;
    if (mask & IN_CLOSE_WRITE)
        notes |= NOTE_CLOSE_WRITE;
    if (mask & IN_ACCESS)
        notes |= NOTE_READ;
    return notes & n->fflags;
}

static int64_t file_left(const struct note *n)
{
    struct stat st;
    if (fstat((int)n->ident, &st) < 0)
        return 0;
    if (!S_ISREG(st.st_mode))
        return 0;
    int64_t at = unix_host(SYS_lseek, (int)n->ident, 0, SEEK_CUR, 0, 0, 0);
    return at < 0 ? 0 : st.st_size - at;
}

/* A file is readable while its position is not at the end; other things epoll refuses, always. */
static void file_look(struct queue *q, struct note *n)
{
    struct stat st;
    bool ready = true;
    if (n->filter == UNIX_EVFILT_READ && fstat((int)n->ident, &st) == 0 && S_ISREG(st.st_mode))
        ready = file_left(n) != 0;
    if (ready)
        activate(q, n);
    else
        deactivate(q, n);
}

static void inotify_drain(struct queue *q)
{
    _Alignas(struct inotify_event) char buffer[4096];
    int64_t got;

    while ((got = unix_host(SYS_read, q->inotify, (long)buffer, sizeof(buffer), 0, 0, 0)) > 0) {
        for (int64_t at = 0; at < got;) {
            const struct inotify_event *e = (const void *)(buffer + at);
            at += (int64_t)sizeof(*e) + e->len;
            for (unsigned i = 0; i < BUCKETS; i++) {
                for (struct note *n = q->bucket[i]; n; n = n->next) {
                    if (n->watch != e->wd)
                        continue;
                    if (n->filter == UNIX_EVFILT_VNODE) {
                        n->seen |= vnode_notes(n, e->mask);
                        if (n->seen)
                            activate(q, n);
                    } else {
                        file_look(q, n);
                    }
                }
            }
        }
    }
}

/* --- signals
 * ------------------------------------------------------------------------------------------ */

void unix_kqueue_signal(int number)
{
    uint64_t one = 1;
    if (number < 1 || number > 128)
        return;
    atomic_fetch_add(&signal_counts[number], 1);
    for (unsigned i = 0; i < 16; i++) {
        int fd = signal_events[i] - 1;
        if (fd >= 0)
            unix_host(SYS_write, fd, (long)&one, sizeof(one), 0, 0, 0);
    }
}

static int signal_watch(struct queue *q, struct note *n)
{
    if (n->ident < 1 || n->ident > 128 || !unix_signal_to_host((int)n->ident))
        return -EINVAL;
    int error = need_event(q);
    if (error)
        return error;
    for (unsigned i = 0; i < 16; i++) {
        if (signal_events[i] == q->event + 1)
            break;
        int none = 0;
        if (atomic_compare_exchange_strong(&signal_events[i], &none, q->event + 1))
            break;
        if (i == 15)
            return -ENOMEM;
    }
    n->count = (int64_t)signal_counts[n->ident];
    unix_signal_watch((int)n->ident);
    return 0;
}

static void signals_look(struct queue *q)
{
    for (unsigned i = 0; i < BUCKETS; i++) {
        for (struct note *n = q->bucket[i]; n; n = n->next) {
            if (n->filter == UNIX_EVFILT_SIGNAL && (int64_t)signal_counts[n->ident] != n->count)
                activate(q, n);
        }
    }
}

/* --- changes
 * ------------------------------------------------------------------------------------------ */

static int process_watch(struct note *n)
{
    if (n->ident > INT32_MAX)
        return -ESRCH;
    n->fd = unix_fd_keep((int)unix_host(SYS_pidfd_open, (long)n->ident, 0, 0, 0, 0, 0));
    /* Already dead but not waited for: the host opens it, and it is readable at once. */
    return n->fd >= 0 ? 0 : n->fd == -ESRCH || n->fd == -EINVAL ? -ESRCH : n->fd;
}

/* What the filter needs when it is made. */
static int note_attach(struct queue *q, struct note *n)
{
    int error;
    switch (n->filter) {
    case UNIX_EVFILT_READ:
    case UNIX_EVFILT_WRITE:
        if (n->ident > INT32_MAX || unix_fd_is_ours((int)n->ident))
            return -EBADF;
        error = note_register(q, n);
        if (error == -EPERM) { /* a file or a device that is always ready */
            n->plain_file = true;
            error = need_event(q);
            if (!error && n->filter == UNIX_EVFILT_READ)
                watch_add(q, n, IN_MODIFY); /* if it can be: then it need not be asked again */
            if (!error)
                file_look(q, n);
        }
        return error;
    case UNIX_EVFILT_EMPTY:
        if (n->ident > INT32_MAX || unix_fd_is_ours((int)n->ident))
            return -EBADF;
        error = note_register(q, n);
        return error == -EPERM ? -EINVAL : error;
    case UNIX_EVFILT_PROCDESC:
        if (n->ident > INT32_MAX || unix_fd_is_ours((int)n->ident))
            return -EBADF;
        return note_register(q, n);
    case UNIX_EVFILT_VNODE:
        if (n->ident > INT32_MAX || unix_fd_is_ours((int)n->ident))
            return -EBADF;
        error = need_event(q);
        return error ? error : vnode_watch(q, n);
    case UNIX_EVFILT_PROC:
        error = process_watch(n);
        return error ? error : note_register(q, n);
    case UNIX_EVFILT_TIMER:
        error = timer_arm(n);
        return error ? error : note_register(q, n);
    case UNIX_EVFILT_SIGNAL:
        return signal_watch(q, n);
    case UNIX_EVFILT_USER:
        return need_event(q);
    default:
        return -EINVAL;
    }
}

/* EV_ADD of one that is there. */
static int note_change(struct queue *q, struct note *n)
{
    switch (n->filter) {
    case UNIX_EVFILT_TIMER: {
        /* Another clock needs another timerfd. */
        unix_host(SYS_epoll_ctl, q->fd, EPOLL_CTL_DEL, n->fd, 0, 0, 0);
        n->registered = false;
        unix_fd_release(n->fd);
        n->fd = -1;
        int error = timer_arm(n);
        return error ? error : note_register(q, n);
    }
    case UNIX_EVFILT_VNODE:
        return vnode_watch(q, n);
    default:
        return n->registered ? note_register(q, n) : 0;
    }
}

static void user_flags(struct note *n, const struct unix_kevent *k)
{
    uint32_t bits = k->fflags & NOTE_FFLAGSMASK;
    switch (k->fflags & NOTE_FFCTRLMASK) {
    case NOTE_FFAND:
        n->user &= bits;
        break;
    case NOTE_FFOR:
        n->user |= bits;
        break;
    case NOTE_FFCOPY:
        n->user = bits;
        break;
    default:
        break;
    }
}

static int apply(struct queue *q, const struct unix_kevent *k)
{
    struct note *n = note_find(q, k->filter, k->ident);
    uint32_t kept = UNIX_EV_ONESHOT | UNIX_EV_CLEAR | UNIX_EV_DISPATCH;
    bool fresh = false;
    int error = 0;

    if (k->filter < 1 || k->filter >= UNIX_EVFILT_COUNT)
        return -EINVAL;
    if (!n) {
        if (!(k->flags & UNIX_EV_ADD)) {
            /* One that cannot be there, and one that is not */
            if (is_fd_filter(k->filter) &&
                unix_host(SYS_fcntl, (int)k->ident, F_GETFD, 0, 0, 0, 0) < 0)
                return -EBADF;
            return -ENOENT;
        }
        if (q->notes >= MAX_NOTES)
            return -ENOMEM;
        n = calloc(1, sizeof(*n));
        if (!n)
            return -ENOMEM;
        *n = (struct note){.ident = k->ident, .filter = k->filter, .fd = -1, .watch = -1};
        n->serial = ++q->serial & 0xfffffffffffffull;
        fresh = true;
    }
    if (k->flags & UNIX_EV_DELETE) {
        if (fresh)
            free(n);
        else
            note_remove(q, n);
        return 0;
    }
    if (k->flags & UNIX_EV_ADD) {
        n->udata = k->udata;
        memcpy(n->ext, k->ext, sizeof(n->ext));
        n->flags = k->flags & kept;
        n->disabled = (k->flags & UNIX_EV_DISABLE) != 0;
        if (n->filter == UNIX_EVFILT_SIGNAL || n->filter == UNIX_EVFILT_TIMER ||
            n->filter == UNIX_EVFILT_PROC)
            n->flags |= UNIX_EV_CLEAR; /* they set it themselves */
        if (n->filter == UNIX_EVFILT_TIMER && (k->fflags & NOTE_ABSTIME))
            n->flags |= UNIX_EV_ONESHOT;
        if (n->filter == UNIX_EVFILT_USER) {
            if (fresh)
                n->user = k->fflags & NOTE_FFLAGSMASK;
            else
                user_flags(n, k);
            n->data = k->data;
        } else {
            n->fflags = k->fflags;
            n->data = k->data;
        }
        if (fresh) {
            unsigned b = bucket_of(n->filter, n->ident);
            n->next = q->bucket[b];
            q->bucket[b] = n;
            q->notes++;
            error = note_attach(q, n);
            if (error)
                note_remove(q, n);
        } else {
            error = note_change(q, n);
        }
        if (error)
            return error;
    } else if (n->filter == UNIX_EVFILT_USER) {
        user_flags(n, k);
        n->data = k->data;
        n->udata = k->udata;
    }
    if (n->filter == UNIX_EVFILT_USER && (k->fflags & NOTE_TRIGGER)) {
        n->seen = 1;
        activate(q, n);
    }
    if ((k->flags & UNIX_EV_DISABLE) && !(k->flags & UNIX_EV_ADD)) {
        n->disabled = true;
        deactivate(q, n);
        if (n->registered)
            error = note_register(q, n);
    } else if (k->flags & UNIX_EV_ENABLE) {
        n->disabled = false;
        if (n->registered)
            error = note_register(q, n);
        if (n->plain_file)
            file_look(q, n);
        else if ((n->filter == UNIX_EVFILT_USER || n->filter == UNIX_EVFILT_VNODE) && n->seen)
            activate(q, n);
        else if (n->filter == UNIX_EVFILT_SIGNAL)
            signals_look(q);
    }
    return error;
}

/* --- events
 * ------------------------------------------------------------------------------------------- */

static int64_t readable(int fd, uint32_t events)
{
    int n = 0;
    if (ioctl(fd, FIONREAD, &n) == 0)
        return n;
    (void)events;
    return 1; /* a listening socket: how many wait, the host does not say */
}

static int64_t writable(int fd)
{
    int size = 0, queued = 0;
    socklen_t n = sizeof(size);
    if (getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, &n) == 0) {
        if (ioctl(fd, SIOCOUTQ, &queued) < 0)
            queued = 0;
        return size / 2 > queued ? size / 2 - queued : 0;
    }
    size = fcntl(fd, F_GETPIPE_SZ);
    if (size > 0) {
        if (ioctl(fd, FIONREAD, &queued) < 0)
            queued = 0;
        return size > queued ? size - queued : 0;
    }
    return 0;
}

/* Fills *k from a note that has something to tell. False: nothing after all. */
static bool tell(struct queue *q, struct note *n, uint32_t events, struct unix_kevent *k)
{
    *k = (struct unix_kevent){
        .ident = n->ident, .filter = n->filter, .flags = n->flags, .udata = n->udata};
    memcpy(k->ext, n->ext, sizeof(k->ext));
    switch (n->filter) {
    case UNIX_EVFILT_READ:
        if (n->plain_file) {
            k->data = file_left(n);
            break;
        }
        k->data = readable((int)n->ident, events);
        /* The socket's error stays where it is: to ask the host for it would take it. */
        if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
            k->flags |= UNIX_EV_EOF;
        break;
    case UNIX_EVFILT_EMPTY: {
        int queued = 0;
        if (ioctl((int)n->ident, SIOCOUTQ, &queued) == 0 && queued)
            return false;
        break;
    }
    case UNIX_EVFILT_WRITE:
        if (n->plain_file)
            break;
        k->data = writable((int)n->ident);
        if (events & (EPOLLHUP | EPOLLERR))
            k->flags |= UNIX_EV_EOF;
        break;
    case UNIX_EVFILT_TIMER: {
        uint64_t count = 0;
        if (unix_host(SYS_read, n->fd, (long)&count, sizeof(count), 0, 0, 0) < 0)
            return false;
        k->data = (int64_t)count;
        break;
    }
    case UNIX_EVFILT_PROC:
    case UNIX_EVFILT_PROCDESC: {
        siginfo_t si = {0};
        if (n->filter == UNIX_EVFILT_PROC && !(n->fflags & NOTE_EXIT))
            return false;
        k->fflags = NOTE_EXIT;
        k->flags |= UNIX_EV_EOF | UNIX_EV_ONESHOT;
        if (unix_host(SYS_waitid, P_PIDFD, host_fd(n), (long)&si, WEXITED | WNOHANG | WNOWAIT, 0,
                      0) == 0 &&
            si.si_pid)
            k->data = si.si_code == CLD_EXITED ? (si.si_status & 0xff) << 8
                                               : unix_signal_of_host(si.si_status) |
                                                     (si.si_code == CLD_DUMPED ? 0x80 : 0);
        break;
    }
    case UNIX_EVFILT_VNODE:
        if (!n->seen)
            return false;
        k->fflags = n->seen;
        n->seen = 0;
        break;
    case UNIX_EVFILT_SIGNAL: {
        int64_t now = (int64_t)signal_counts[n->ident];
        if (now == n->count)
            return false;
        k->data = now - n->count;
        n->count = now;
        break;
    }
    case UNIX_EVFILT_USER:
        if (!n->seen)
            return false;
        k->fflags = n->user;
        k->data = n->data;
        if (n->flags & UNIX_EV_CLEAR) {
            n->user = 0;
            n->data = 0;
            n->seen = 0;
        }
        break;
    default:
        return false;
    }
    /* After it has been told */
    if (k->flags & UNIX_EV_ONESHOT) {
        note_remove(q, n);
    } else if (n->flags & UNIX_EV_DISPATCH) {
        n->disabled = true;
        n->seen = 0;
        if (n->registered)
            note_register(q, n); /* where ONESHOT has not done it */
        deactivate(q, n);
    } else if (n->filter == UNIX_EVFILT_VNODE || n->filter == UNIX_EVFILT_SIGNAL ||
               (n->flags & UNIX_EV_CLEAR)) {
        deactivate(q, n);
    }
    return true;
}

/* Collects at most max events that are there now. The queue's lock is held. */
static int collect(struct queue *q, struct unix_kevent *out, int max)
{
    struct epoll_event e[BATCH];
    int done = 0;
    bool look_active = false, look_writers = false;

    if (max > BATCH)
        max = BATCH;
    int64_t n = unix_host(SYS_epoll_pwait, q->fd, (long)e, max, 0, 0, 0);
    if (n < 0)
        return (int)n;
    for (int64_t i = 0; i < n; i++) {
        if (e[i].data.u64 == TAG_WRITERS) {
            look_writers = true;
        } else if (e[i].data.u64 == TAG_EVENT) {
            look_active = true;
        } else if (e[i].data.u64 == TAG_INOTIFY) {
            inotify_drain(q);
            look_active = true;
        } else {
            struct note *note = note_of_tag(q, e[i].data.u64);
            if (note && tell(q, note, e[i].events, &out[done]))
                done++;
        }
    }
    if (look_writers && done < max) {
        n = unix_host(SYS_epoll_pwait, q->writers, (long)e, max - done, 0, 0, 0);
        for (int64_t i = 0; i < n; i++) {
            struct note *note = note_of_tag(q, e[i].data.u64);
            if (note && tell(q, note, e[i].events, &out[done]))
                done++;
        }
    }
    if (look_active) {
        uint64_t drain;
        /* A signal may have rung; what is still active rings again. */
        unix_host(SYS_read, q->event, (long)&drain, sizeof(drain), 0, 0, 0);
        q->announced = false;
        signals_look(q);
        for (struct note *a = q->active, *next; a && done < max; a = next) {
            next = a->active_next;
            if (a->plain_file && a->filter == UNIX_EVFILT_READ) {
                file_look(q, a);
                if (!a->active)
                    continue;
            }
            if (tell(q, a, 0, &out[done]))
                done++;
            else
                deactivate(q, a);
        }
        announce(q);
    }
    return done;
}

static int change_all(struct unix_thread *t, struct queue *q, const char *changes, int64_t nchanges,
                      char *events, int64_t nevents, const struct unix_kevent_layout *layout,
                      int64_t *told)
{
    char raw[128];
    (void)t;
    for (int64_t i = 0; i < nchanges; i++) {
        struct unix_kevent k;
        if (!guest_read(raw, changes + i * layout->size, layout->size))
            return -EFAULT;
        layout->get(&k, raw);
        pthread_mutex_lock(&q->lock);
        int error = apply(q, &k);
        pthread_mutex_unlock(&q->lock);
        if (!error && !(k.flags & UNIX_EV_RECEIPT))
            continue;
        if (*told >= nevents)
            return error;
        k.flags = UNIX_EV_ERROR;
        k.data = error ? unix_errno_of_host(-error) : 0;
        layout->put(raw, &k);
        if (!guest_write(events + *told * layout->size, raw, layout->size))
            return -EFAULT;
        (*told)++;
    }
    return 0;
}

static int64_t now_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

static int64_t wait_events(struct unix_thread *t, struct queue *q, char *events, int64_t nevents,
                           int64_t timeout, const struct unix_kevent_layout *layout)
{
    struct unix_kevent out[BATCH];
    char raw[128];
    int64_t end = timeout > 0 ? now_ns() + timeout : 0;

    for (;;) {
        pthread_mutex_lock(&q->lock);
        int n = collect(q, out, (int)(nevents < BATCH ? nevents : BATCH));
        pthread_mutex_unlock(&q->lock);
        if (n < 0)
            return n;
        if (n) {
            for (int i = 0; i < n; i++) {
                layout->put(raw, &out[i]);
                if (!guest_write(events + i * (int64_t)layout->size, raw, layout->size))
                    return -EFAULT;
            }
            return n;
        }
        struct timespec ts = {0}, *limit = NULL;
        if (!timeout)
            return 0;
        if (timeout > 0) {
            int64_t left = end - now_ns();
            if (left <= 0)
                return 0;
            ts = (struct timespec){left / 1000000000, left % 1000000000};
            limit = &ts;
        }
        /* Only waits: what is there is collected under the lock, by whoever comes first. */
        struct {
            int fd;
            short events, revents;
        } p = {q->fd, 1 /* POLLIN */, 0};
        int64_t r = unix_block6(t, SYS_ppoll, &p, 1, limit, 0, 8, 0);
        /* A signal that the guest ignores may be what it waits for. */
        if (r == -EINTR && !unix_interrupted(t))
            continue;
        if (r < 0)
            return r;
        if (p.revents & 0x20) /* closed meanwhile */
            return -EBADF;
    }
}

int64_t unix_kevent(struct unix_thread *t, int32_t fd, const void *changes, int64_t nchanges,
                    void *events, int64_t nevents, const void *timeout,
                    const struct unix_kevent_layout *layout)
{
    int64_t limit = -1, told = 0;

    if (nchanges < 0 || nevents < 0)
        return -EINVAL;
    if (timeout) {
        struct timespec ts;
        if (!guest_read(&ts, timeout, sizeof(ts)))
            return -EFAULT;
        if (ts.tv_sec < 0 || ts.tv_nsec < 0 || ts.tv_nsec >= 1000000000)
            return -EINVAL;
        limit = ts.tv_sec > INT64_MAX / 2000000000 ? -1 : ts.tv_sec * 1000000000 + ts.tv_nsec;
    }
    struct queue *q = queue_get(fd);
    if (!q)
        return -EBADF;
    int64_t r = change_all(t, q, changes, nchanges, events, nevents, layout, &told);
    if (!r) {
        if (told)
            r = told;
        else if (nevents)
            r = wait_events(t, q, events, nevents, limit, layout);
    }
    queue_put(q);
    return r;
}

/* --- descriptors
 * ------------------------------------------------------------------------------------- */

/* All filters of a descriptor, of every queue. table_lock is held. */
static void forget_fd(int32_t fd)
{
    static const int filters[] = {UNIX_EVFILT_READ, UNIX_EVFILT_WRITE, UNIX_EVFILT_VNODE,
                                  UNIX_EVFILT_EMPTY, UNIX_EVFILT_PROCDESC};
    struct queue *last = NULL;
    for (unsigned i = 0, left = queue_count; i < TABLE && left; i++) {
        struct queue *q = table[i];
        if (!q)
            continue;
        left--;
        if (q == last)
            continue;
        last = q;
        pthread_mutex_lock(&q->lock);
        for (unsigned f = 0; f < sizeof(filters) / sizeof(filters[0]); f++) {
            struct note *n = note_find(q, filters[f], (uint64_t)fd);
            if (n)
                note_remove(q, n);
        }
        pthread_mutex_unlock(&q->lock);
    }
}

void unix_kqueue_closing(int32_t fd)
{
    struct queue *q = NULL;
    bool last = false;

    if (!queue_count || fd < 0)
        return;
    pthread_mutex_lock(&table_lock);
    forget_fd(fd);
    if (fd < TABLE && table[fd]) {
        q = table[fd];
        table[fd] = NULL;
        queue_count--;
        last = --q->references == 0;
        /* Another descriptor of it serves from now on. */
        for (unsigned i = 0; i < TABLE && !last; i++) {
            if (table[i] == q) {
                pthread_mutex_lock(&q->lock);
                q->fd = (int)i;
                pthread_mutex_unlock(&q->lock);
                break;
            }
        }
    }
    pthread_mutex_unlock(&table_lock);
    if (last)
        queue_destroy(q);
}

void unix_kqueue_closing_range(uint32_t low, uint32_t high)
{
    if (!queue_count)
        return;
    /* Filters of higher descriptors than a guest can have are not there. */
    for (uint32_t fd = low; fd <= high && fd < 1u << 20; fd++) {
        if (fd >= 65536 && unix_host(SYS_fcntl, (int)fd, F_GETFD, 0, 0, 0, 0) < 0)
            break;
        unix_kqueue_closing((int32_t)fd);
        if (!queue_count)
            break;
    }
}

void unix_kqueue_copied(int32_t from, int32_t to)
{
    if (!queue_count || (uint32_t)from >= TABLE || (uint32_t)to >= TABLE)
        return;
    pthread_mutex_lock(&table_lock);
    if (table[from]) {
        table[to] = table[from];
        table[to]->references++;
        queue_count++;
    }
    pthread_mutex_unlock(&table_lock);
}

void unix_kqueue_after_fork(void)
{
    if (!queue_count)
        return;
    pthread_mutex_init(&table_lock, NULL);
    for (unsigned i = 0; i < TABLE; i++) {
        struct queue *q = table[i];
        if (!q)
            continue;
        table[i] = NULL;
        unix_host(SYS_close, i, 0, 0, 0, 0, 0);
        if (--q->references > 0)
            continue;
        /* The sets are shared with the parent: they are only let go of, not emptied. */
        unix_fd_release(q->writers);
        unix_fd_release(q->event);
        unix_fd_release(q->inotify);
        for (unsigned b = 0; b < BUCKETS; b++) {
            for (struct note *n = q->bucket[b]; n; n = n->next)
                unix_fd_release(n->fd);
        }
    }
    for (unsigned i = 0; i < 16; i++)
        signal_events[i] = 0;
    queue_count = 0;
}
