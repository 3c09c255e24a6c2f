/* The beginning and the end of I/O requests, and waiting for host descriptors in between. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "syscalls/nt/file.h"
#include "syscalls/nt/io.h"
#include "syscalls/nt/thread.h"
#include "syscalls/nt/thread_state.h"

#define SKIP_PORT_ON_SUCCESS 1u
#define SKIP_SET_EVENT 2u

NTSTATUS nt_io_begin(struct nt_thread *t, struct nt_file *f, HANDLE event, PVOID apc_routine,
                     PVOID apc_context, IO_STATUS_BLOCK *iosb, struct nt_io *io)
{
    *io = (struct nt_io){.thread = t,
                         .file = f,
                         .apc_routine = apc_routine,
                         .apc_context = apc_context,
                         .iosb = iosb};
    if (apc_routine && __atomic_load_n(&f->port, __ATOMIC_ACQUIRE))
        return STATUS_INVALID_PARAMETER;
    if (event) {
        NTSTATUS status = nt_io_event_get(event, &io->event);
        if (!NT_SUCCESS(status))
            return status;
        nt_io_event_reset(io->event);
    } else if (!(f->options & NT_FILE_SYNC)) {
        nt_io_file_signal(f, false);
    }
    return STATUS_SUCCESS;
}

static void finish(struct nt_file *f, struct nt_io *io, NTSTATUS status, ULONG_PTR information,
                   bool pended)
{
    struct nt_object *port = __atomic_load_n(&f->port, __ATOMIC_ACQUIRE);

    if (io->event)
        nt_io_event_set(io->event);
    else if (!(f->completion_modes & SKIP_SET_EVENT) || pended)
        nt_io_file_signal(f, true);
    if (io->apc_routine)
        nt_io_queue_apc(io->thread, io->apc_routine, io->apc_context, io->iosb);
    else if (port && io->apc_context && !(f->options & NT_FILE_SYNC) &&
             (pended || !(f->completion_modes & SKIP_PORT_ON_SUCCESS)))
        nt_io_port_post(port, f->port_key, io->apc_context, status, information);
}

static void drop_event(struct nt_io *io)
{
    if (io->event)
        nt_object_release(io->event);
    io->event = NULL;
}

NTSTATUS nt_io_complete(struct nt_file *f, struct nt_io *io, NTSTATUS status, ULONG_PTR information)
{
    bool sync = f->options & NT_FILE_SYNC;

    if (NT_ERROR(status)) {
        /* A synchronous read at the end of the file tells so in its status block, too. */
        if (sync && status == STATUS_END_OF_FILE &&
            !guest_put(io->iosb, ((IO_STATUS_BLOCK){.Status = status, .Information = information})))
            status = STATUS_ACCESS_VIOLATION;
        if (sync && io->event)
            nt_io_event_set(io->event);
        drop_event(io);
        return status;
    }
    if (!guest_put(io->iosb, ((IO_STATUS_BLOCK){.Status = status, .Information = information}))) {
        drop_event(io);
        return STATUS_ACCESS_VIOLATION;
    }
    if (io->event || io->apc_routine || !sync)
        finish(f, io, status, information, false);
    drop_event(io);
    return status;
}

void nt_io_complete_pending(struct nt_file *f, struct nt_io *io, NTSTATUS status,
                            ULONG_PTR information)
{
    /* A guest that has unmapped its status block still gets its event. */
    guest_put(io->iosb, ((IO_STATUS_BLOCK){.Status = status, .Information = information}));
    finish(f, io, status, information, true);
    drop_event(io);
}

/* Threads in nt_io_wait_fd and nt_io_block, for those who cancel. */
struct waiter {
    struct waiter *next;
    const struct nt_io *io;
    bool cancelled;
};
static pthread_mutex_t waiters_lock = PTHREAD_MUTEX_INITIALIZER;
static struct waiter *waiters;

static void waiter_add(struct waiter *w)
{
    pthread_mutex_lock(&waiters_lock);
    w->next = waiters;
    waiters = w;
    pthread_mutex_unlock(&waiters_lock);
}

static void waiter_remove(struct waiter *w)
{
    pthread_mutex_lock(&waiters_lock);
    struct waiter **link = &waiters;
    while (*link != w)
        link = &(*link)->next;
    *link = w->next;
    if (w->cancelled)
        atomic_fetch_and(&w->io->thread->more->events, ~NT_EVENT_CANCEL);
    pthread_mutex_unlock(&waiters_lock);
}

/* Of those of a thread, or of a file. */
static bool cancel_waiters(const struct nt_thread *t, const struct nt_file *f,
                           const IO_STATUS_BLOCK *iosb)
{
    bool found = false;

    pthread_mutex_lock(&waiters_lock);
    for (struct waiter *w = waiters; w; w = w->next) {
        struct nt_thread *waiting = w->io->thread;
        if ((t && waiting != t) || (f && w->io->file != f) || (iosb && w->io->iosb != iosb))
            continue;
        __atomic_store_n(&w->cancelled, true, __ATOMIC_RELEASE);
        atomic_fetch_or(&waiting->more->events, NT_EVENT_CANCEL);
        tgkill(getpid(), waiting->tid, NT_SIGNAL_INTERRUPT);
        found = true;
    }
    pthread_mutex_unlock(&waiters_lock);
    return found;
}

bool nt_io_cancel_thread(struct nt_thread *t, const IO_STATUS_BLOCK *iosb)
{
    return cancel_waiters(t, NULL, iosb);
}

bool nt_io_cancel_file(const struct nt_file *f, const IO_STATUS_BLOCK *iosb)
{
    return cancel_waiters(NULL, f, iosb);
}

long nt_io_block(const struct nt_io *io, NTSTATUS *status, long number, long a, long b, long c)
{
    struct nt_thread *t = io->thread;
    struct waiter w = {.io = io};
    long r;

    *status = STATUS_SUCCESS;
    waiter_add(&w);
    do {
        r = nt_block(t, NT_EVENT_STOP | NT_EVENT_CANCEL, number, a, b, c, 0, 0, 0);
        if (r != -EINTR)
            break;
        if (nt_interrupted(t))
            *status = STATUS_THREAD_IS_TERMINATING;
        else if (__atomic_load_n(&w.cancelled, __ATOMIC_ACQUIRE))
            *status = STATUS_CANCELLED;
    } while (NT_SUCCESS(*status));
    waiter_remove(&w);
    /* A call that was interrupted half-way says how far it came. */
    if (r >= 0 && w.cancelled)
        *status = STATUS_CANCELLED;
    return r;
}

NTSTATUS nt_io_wait_fd(const struct nt_io *io, int fd, short events)
{
    struct nt_thread *t = io->thread;
    struct pollfd p = {.fd = fd, .events = events};
    struct waiter w = {.io = io};
    sigset_t interrupt, before;
    NTSTATUS status = STATUS_SUCCESS;

    if (poll(&p, 1, 0) > 0)
        return STATUS_SUCCESS;
    /* The interrupting signal is let in by ppoll alone, so that none is lost between the look at
     * `pending` and the wait. */
    sigemptyset(&interrupt);
    sigaddset(&interrupt, NT_SIGNAL_INTERRUPT);
    waiter_add(&w);
    pthread_sigmask(SIG_BLOCK, &interrupt, &before);
    sigset_t open = before;
    sigdelset(&open, NT_SIGNAL_INTERRUPT);
    for (;;) {
        unsigned pending = atomic_load(&t->pending);
        if (pending & NT_PENDING_TERMINATE) {
            status = STATUS_THREAD_IS_TERMINATING;
            break;
        }
        if (__atomic_load_n(&w.cancelled, __ATOMIC_ACQUIRE)) {
            status = STATUS_CANCELLED;
            break;
        }
        if (pending & (NT_PENDING_SUSPEND | NT_PENDING_CONTEXT)) {
            pthread_sigmask(SIG_SETMASK, &before, NULL);
            nt_thread_stop_in_call(t);
            pthread_sigmask(SIG_BLOCK, &interrupt, NULL);
            continue;
        }
        int r = ppoll(&p, 1, NULL, &open);
        if (r > 0)
            break;
        if (r < 0 && errno != EINTR) {
            status = nt_status_of_errno(errno);
            break;
        }
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    waiter_remove(&w);
    return status;
}
