/*
 * kqueue, on epoll: what other files must tell it. All of them are cheap while no kqueue exists.
 */
#ifndef SYSCALLS_UNIX_KQUEUE_H
#define SYSCALLS_UNIX_KQUEUE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct unix_thread;

/* The same for every layout of struct kevent */
struct unix_kevent {
    uint64_t ident;
    int32_t filter; /* enum unix_filter */
    uint32_t flags, fflags;
    int64_t data;
    uint64_t udata, ext[4];
};

enum unix_filter { /* negated: FreeBSD's numbers */
                   UNIX_EVFILT_READ = 1,
                   UNIX_EVFILT_WRITE,
                   UNIX_EVFILT_AIO,
                   UNIX_EVFILT_VNODE,
                   UNIX_EVFILT_PROC,
                   UNIX_EVFILT_SIGNAL,
                   UNIX_EVFILT_TIMER,
                   UNIX_EVFILT_PROCDESC,
                   UNIX_EVFILT_FS,
                   UNIX_EVFILT_LIO,
                   UNIX_EVFILT_USER,
                   UNIX_EVFILT_SENDFILE,
                   UNIX_EVFILT_EMPTY,
                   UNIX_EVFILT_COUNT,
};

#define UNIX_EV_ADD 0x1u
#define UNIX_EV_DELETE 0x2u
#define UNIX_EV_ENABLE 0x4u
#define UNIX_EV_DISABLE 0x8u
#define UNIX_EV_ONESHOT 0x10u
#define UNIX_EV_CLEAR 0x20u
#define UNIX_EV_RECEIPT 0x40u
#define UNIX_EV_DISPATCH 0x80u
#define UNIX_EV_ERROR 0x4000u
#define UNIX_EV_EOF 0x8000u

/* How a system lays its struct kevent out; n: the size. */
struct unix_kevent_layout {
    unsigned size;
    void (*get)(struct unix_kevent *to, const void *from);
    void (*put)(void *to, const struct unix_kevent *from);
};

int64_t unix_kqueue(bool cloexec);
int64_t unix_kevent(struct unix_thread *t, int32_t fd, const void *changes, int64_t nchanges,
                    void *events, int64_t nevents, const void *timeout,
                    const struct unix_kevent_layout *layout);

bool unix_fd_is_kqueue(int32_t fd);
/* A descriptor, or all of a range, is about to be closed or replaced. */
void unix_kqueue_closing(int32_t fd);
void unix_kqueue_closing_range(uint32_t low, uint32_t high);
void unix_kqueue_copied(int32_t from, int32_t to);
/* In the child: kqueues are not inherited. */
void unix_kqueue_after_fork(void);
/* A signal (foreign number) came for this process. Callable from a signal handler. */
void unix_kqueue_signal(int number);

#endif
