/* The I/O thread. */
#include "syscalls/nt/async.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards everything below */
static pthread_cond_t idle = PTHREAD_COND_INITIALIZER;   /* a callback has returned */
static int epoll_fd = -1;
static pthread_t io_thread;
static struct {
    struct nt_async *a; /* NULL: free */
    uint32_t turn;      /* tells an event for an earlier user of the entry from one for this */
} *entries;
static uint32_t entry_count;
static struct nt_async *running; /* whose callback runs */

void nt_async_begin(struct nt_async *a, int fd, void (*ready)(struct nt_async *, uint32_t))
{
    *a = (struct nt_async){.fd = fd, .ready = ready};
}

static void deliver(uint64_t key, uint32_t events)
{
    uint32_t index = (uint32_t)key;

    pthread_mutex_lock(&lock);
    struct nt_async *a = index < entry_count ? entries[index].a : NULL;
    if (a && entries[index].turn == (uint32_t)(key >> 32)) {
        running = a;
        pthread_mutex_unlock(&lock);
        a->ready(a, events); /* may have ended and freed it */
        pthread_mutex_lock(&lock);
        running = NULL;
        pthread_cond_broadcast(&idle);
    }
    pthread_mutex_unlock(&lock);
}

static void *run(void *unused)
{
    struct epoll_event events[32];

    (void)unused;
    for (;;) {
        int n = epoll_wait(epoll_fd, events, sizeof(events) / sizeof(events[0]), -1);
        if (n < 0 && errno != EINTR)
            return NULL; /* only a closed epoll descriptor does this */
        for (int i = 0; i < n; i++)
            deliver(events[i].data.u64, events[i].events);
    }
}

/* Under the lock. */
static bool start(void)
{
    sigset_t all, before;

    if (epoll_fd >= 0)
        return true;
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd < 0)
        return false;
    /* Signals belong to the guest's threads; faults in copies of guest memory are synchronous. */
    sigfillset(&all);
    sigdelset(&all, SIGSEGV);
    sigdelset(&all, SIGBUS);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int error = pthread_create(&io_thread, NULL, run, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error) {
        close(epoll_fd);
        epoll_fd = -1;
        errno = error;
        return false;
    }
    pthread_detach(io_thread);
    return true;
}

/* Under the lock. */
static bool take_entry(struct nt_async *a)
{
    uint32_t i = 0;

    while (i < entry_count && entries[i].a)
        i++;
    if (i == entry_count) {
        uint32_t n = entry_count ? entry_count * 2 : 16;
        void *p = realloc(entries, n * sizeof(entries[0]));
        if (!p)
            return false;
        entries = p;
        memset(entries + entry_count, 0, (n - entry_count) * sizeof(entries[0]));
        entry_count = n;
    }
    entries[i].a = a;
    entries[i].turn++;
    a->index = i;
    a->used = true;
    return true;
}

bool nt_async_arm(struct nt_async *a, uint32_t events)
{
    bool done = false;

    pthread_mutex_lock(&lock);
    bool fresh = !a->used;
    if (start() && (!fresh || take_entry(a))) {
        struct epoll_event e = {.events = events | EPOLLONESHOT};
        e.data.u64 = (uint64_t)entries[a->index].turn << 32 | a->index;
        done = epoll_ctl(epoll_fd, fresh ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, a->fd, &e) == 0;
        if (!done && fresh) {
            entries[a->index].a = NULL;
            a->used = false;
        }
    }
    pthread_mutex_unlock(&lock);
    return done;
}

/* Under the lock. */
static void stop(struct nt_async *a)
{
    struct epoll_event e = {0};

    if (!a->used)
        return;
    epoll_ctl(epoll_fd, EPOLL_CTL_DEL, a->fd, &e);
    entries[a->index].a = NULL;
    entries[a->index].turn++;
    a->used = false;
}

void nt_async_stop(struct nt_async *a)
{
    pthread_mutex_lock(&lock);
    stop(a);
    pthread_mutex_unlock(&lock);
}

void nt_async_end(struct nt_async *a)
{
    pthread_mutex_lock(&lock);
    stop(a);
    while (running == a && !pthread_equal(io_thread, pthread_self()))
        pthread_cond_wait(&idle, &lock);
    pthread_mutex_unlock(&lock);
}
