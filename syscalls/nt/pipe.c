/* Ends of pipes: reading, writing, listening. */
#define _GNU_SOURCE 1
#include "syscalls/nt/pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "syscalls/nt/pipe_end.h"

/* ---- Moving bytes without waiting ---- */

/* STATUS_PENDING: nothing can be moved now. */
static NTSTATUS status_of_error(bool write)
{
    switch (errno) {
    case EAGAIN:
    case EINTR:
        return STATUS_PENDING;
    case EPIPE:
    case ECONNRESET:
        return write ? STATUS_PIPE_CLOSING : STATUS_PIPE_BROKEN;
    case ENOTCONN:
        return STATUS_PIPE_DISCONNECTED;
    default:
        return nt_status_of_errno(errno);
    }
}

static bool ready(int fd, short events)
{
    struct pollfd p = {.fd = fd, .events = events};

    return poll(&p, 1, 0) > 0;
}

static NTSTATUS take(const struct nt_pipe_end *e, int fd, void *to, size_t n, size_t *got)
{
    ssize_t r;

    *got = 0;
    if (e->socket) {
        r = recv(fd, to, n, MSG_DONTWAIT);
    } else {
        if (!ready(fd, POLLIN))
            return STATUS_PENDING;
        r = read(fd, to, n);
    }
    if (r < 0 && errno == EFAULT && guest_probe(to, n, true))
        r = e->socket ? recv(fd, to, n, MSG_DONTWAIT) : read(fd, to, n);
    if (r < 0)
        return status_of_error(false);
    if (r == 0 && n)
        return STATUS_PIPE_BROKEN;
    *got = (size_t)r;
    return STATUS_SUCCESS;
}

static NTSTATUS give(const struct nt_pipe_end *e, int fd, const void *header, size_t header_n,
                     const void *from, size_t n, size_t *gone)
{
    struct iovec v[2] = {{(void *)header, header_n}, {(void *)from, n}};
    struct msghdr m = {.msg_iov = header_n ? v : v + 1, .msg_iovlen = header_n ? 2 : 1};
    ssize_t r;

    *gone = 0;
    for (bool probed = false;; probed = true) {
        if (e->socket) {
            r = sendmsg(fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
        } else {
            if (!ready(fd, POLLOUT))
                return STATUS_PENDING;
            /* What fits for certain, so that a descriptor that blocks does not. */
            r = write(fd, from, n < PIPE_BUF ? n : PIPE_BUF);
        }
        if (r >= 0 || errno != EFAULT || probed || !guest_probe(from, n, false))
            break;
    }
    if (r < 0)
        return status_of_error(true);
    *gone = (size_t)r;
    return STATUS_SUCCESS;
}

/* Why an end without a connection cannot do it. Under the lock. */
NTSTATUS nt_pipe_not_connected(const struct nt_pipe_end *e)
{
    return e->state == FILE_PIPE_LISTENING_STATE ? STATUS_PIPE_LISTENING
                                                 : STATUS_PIPE_DISCONNECTED;
}

/* Goes on with a read; STATUS_PENDING: more has to come. Under the lock. */
static NTSTATUS read_some(struct nt_file *f, struct nt_pipe_end *e, char *to, size_t n,
                          size_t *done)
{
    size_t got;
    NTSTATUS status;

    nt_pipe_accept(f, e);
    if (e->state != FILE_PIPE_CONNECTED_STATE)
        return nt_pipe_not_connected(e);
    if (!e->kind.message)
        return take(e, f->fd, to, n, done);
    while (e->header_n < sizeof(e->header)) {
        status = take(e, f->fd, (char *)&e->header + e->header_n, sizeof(e->header) - e->header_n,
                      &got);
        if (!NT_SUCCESS(status) || status == STATUS_PENDING)
            return status;
        e->header_n += got;
        if (e->header_n == sizeof(e->header))
            e->left = e->header;
    }
    size_t want = e->left < n - *done ? e->left : n - *done;
    while (want) {
        status = take(e, f->fd, to + *done, want, &got);
        if (!NT_SUCCESS(status) || status == STATUS_PENDING)
            return status;
        *done += got;
        e->left -= (uint32_t)got;
        want -= got;
    }
    if (e->left == 0)
        e->header_n = 0;
    return e->left && e->read_mode ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

/* The same for a write; *header tells how much of a message's length has gone. */
static NTSTATUS write_some(struct nt_file *f, struct nt_pipe_end *e, const char *from, size_t n,
                           size_t *done, size_t *header)
{
    uint32_t length = (uint32_t)n;
    size_t gone;

    nt_pipe_accept(f, e);
    if (e->state != FILE_PIPE_CONNECTED_STATE)
        return nt_pipe_not_connected(e);
    while (*done < n || (e->kind.message && *header < sizeof(length))) {
        size_t head = e->kind.message ? sizeof(length) - *header : 0;
        NTSTATUS status = give(e, f->fd, (char *)&length + *header, head, from + *done, n - *done,
                               &gone);
        if (!NT_SUCCESS(status) || status == STATUS_PENDING)
            return status;
        if (gone < head) {
            *header += gone;
        } else {
            *header += head;
            *done += gone - head;
        }
    }
    return STATUS_SUCCESS;
}

/* ---- Requests that wait in the background ---- */

static void request_free(struct nt_pipe_request *r)
{
    nt_object_release(&r->io.thread->object);
    nt_file_release(r->file);
    free(r);
}

static void finish(struct nt_pipe_request *r, NTSTATUS status)
{
    nt_io_complete_pending(r->file, &r->io, status,
                           NT_SUCCESS(status) || status == STATUS_BUFFER_OVERFLOW ? r->done : 0);
    request_free(r);
}

/* Goes on with everything that waits; finished requests move to the list *out. Under the lock. */
static void run_requests(struct nt_file *f, struct nt_pipe_end *e, struct nt_pipe_request **out)
{
    bool read_blocked = false, write_blocked = false;
    struct nt_pipe_request **link = &e->requests, *r;

    nt_pipe_accept(f, e);
    while ((r = *link)) {
        NTSTATUS status = STATUS_PENDING;
        if (r->kind == NT_PIPE_LISTEN)
            status = e->state == FILE_PIPE_CONNECTED_STATE   ? STATUS_SUCCESS
                     : e->state == FILE_PIPE_LISTENING_STATE ? STATUS_PENDING
                                                             : STATUS_PIPE_DISCONNECTED;
        else if (r->kind == NT_PIPE_READ && !read_blocked)
            status = read_some(f, e, r->buffer, r->n, &r->done);
        else if (r->kind == NT_PIPE_WRITE && !write_blocked)
            status = write_some(f, e, r->buffer, r->n, &r->done, &r->header);
        if (status != STATUS_PENDING) {
            *link = r->next;
            r->status = status;
            r->next = NULL;
            while (*out)
                out = &(*out)->next;
            *out = r;
            continue;
        }
        read_blocked |= r->kind == NT_PIPE_READ;
        write_blocked |= r->kind == NT_PIPE_WRITE;
        link = &r->next;
    }
}

static void finish_all(struct nt_pipe_request *list)
{
    for (struct nt_pipe_request *next; list; list = next) {
        next = list->next;
        finish(list, list->status);
    }
}

static void watch(struct nt_file *f, struct nt_pipe_end *e);

static void on_ready(struct nt_async *a, uint32_t events)
{
    struct nt_pipe_end *e = (struct nt_pipe_end *)((char *)a - offsetof(struct nt_pipe_end, watch));
    struct nt_pipe_request *done = NULL;
    struct nt_file *f = e->file;

    (void)events;
    pthread_mutex_lock(&e->lock);
    /* The requests hold the file; one more for this function. */
    bool alive = e->requests;
    if (alive) {
        nt_object_ref(&f->object);
        run_requests(f, e, &done);
        watch(f, e);
    }
    pthread_mutex_unlock(&e->lock);
    finish_all(done);
    if (alive)
        nt_file_release(f);
}

/* Has the I/O thread look when the first request can go on. Under the lock. */
static void watch(struct nt_file *f, struct nt_pipe_end *e)
{
    uint32_t events = 0;
    bool listening = false;

    for (struct nt_pipe_request *r = e->requests; r; r = r->next) {
        events |= r->kind == NT_PIPE_WRITE ? EPOLLOUT : EPOLLIN;
        listening |= r->kind == NT_PIPE_LISTEN;
    }
    if (!events)
        return;
    int fd = listening ? e->listener : f->fd;
    if (e->watched != fd) {
        nt_async_stop(&e->watch);
        nt_async_begin(&e->watch, fd, on_ready);
        e->watched = fd;
    }
    if (nt_async_arm(&e->watch, events))
        return;
    /* Without the I/O thread nothing will ever happen. */
    for (struct nt_pipe_request *r = e->requests; r; r = r->next)
        r->cancelled = true;
}

static NTSTATUS enqueue(struct nt_file *f, struct nt_pipe_end *e, struct nt_io *io,
                        enum nt_pipe_request_kind kind, void *buffer, size_t n, size_t done,
                        size_t header)
{
    struct nt_pipe_request *r = calloc(1, sizeof(*r));

    if (!r)
        return STATUS_INSUFFICIENT_RESOURCES;
    *r = (struct nt_pipe_request){.kind = kind, .file = f, .io = *io, .buffer = buffer,
                                  .n = n, .done = done, .header = header};
    nt_object_ref(&f->object);
    nt_object_ref(&io->thread->object);
    struct nt_pipe_request **link = &e->requests;
    while (*link)
        link = &(*link)->next;
    *link = r;
    watch(f, e);
    if (r->cancelled) {
        *link = NULL;
        request_free(r);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    return STATUS_PENDING;
}

static bool has_request(const struct nt_pipe_end *e, enum nt_pipe_request_kind kind)
{
    for (const struct nt_pipe_request *r = e->requests; r; r = r->next)
        if (r->kind == kind)
            return true;
    return false;
}

/* Takes requests out of the queue; iosb NULL: all. */
static struct nt_pipe_request *take_requests(struct nt_pipe_end *e, const IO_STATUS_BLOCK *iosb,
                                             NTSTATUS status)
{
    struct nt_pipe_request *out = NULL, **tail = &out, **link = &e->requests, *r;

    while ((r = *link)) {
        if (iosb && r->io.iosb != iosb) {
            link = &r->next;
            continue;
        }
        *link = r->next;
        r->next = NULL;
        r->status = status;
        *tail = r;
        tail = &r->next;
    }
    return out;
}

static NTSTATUS pipe_cancel(struct nt_file *f, const IO_STATUS_BLOCK *iosb)
{
    struct nt_pipe_end *e = f->more;

    pthread_mutex_lock(&e->lock);
    struct nt_pipe_request *list = take_requests(e, iosb, STATUS_CANCELLED);
    pthread_mutex_unlock(&e->lock);
    if (!list)
        return STATUS_NOT_FOUND;
    finish_all(list);
    return STATUS_SUCCESS;
}

/* ---- Reading and writing ---- */

static bool is_sync(const struct nt_file *f)
{
    return f->options & NT_FILE_SYNC;
}

/* A synchronous end of a byte pipe: the host's own blocking call does all of it. */
static NTSTATUS direct_state(struct nt_file *f, struct nt_pipe_end *e)
{
    pthread_mutex_lock(&e->lock);
    nt_pipe_accept(f, e);
    NTSTATUS status =
        e->state == FILE_PIPE_CONNECTED_STATE ? STATUS_SUCCESS : nt_pipe_not_connected(e);
    pthread_mutex_unlock(&e->lock);
    return status;
}

static bool is_direct(const struct nt_file *f, const struct nt_pipe_end *e, uint32_t n)
{
    return is_sync(f) && !e->kind.message && !e->nowait && n;
}

static NTSTATUS direct(struct nt_file *f, struct nt_pipe_end *e, struct nt_io *io, bool write,
                       const char *buffer, uint32_t n, ULONG_PTR *information)
{
    NTSTATUS status = direct_state(f, e);
    uint32_t done = 0;
    bool probed = false;

    while (NT_SUCCESS(status) && done < n) {
        uint32_t part = n - done < INT32_MAX ? n - done : INT32_MAX;
        long r = nt_io_block(io, &status, write ? SYS_write : SYS_read, f->fd,
                             (long)(buffer + done), part);
        if (r > 0) {
            done += (uint32_t)r;
            probed = false;
            if (!write) {
                status = STATUS_SUCCESS;
                break;
            }
        } else if (!NT_SUCCESS(status)) {
            break;
        } else if (r == -EFAULT && !probed && guest_probe(buffer + done, part, !write)) {
            probed = true;
        } else if (r == -EAGAIN) {
            /* Somebody outside has made the descriptor non-blocking. */
            status = nt_io_wait_fd(io, f->fd, write ? POLLOUT : POLLIN);
        } else if (r == 0) {
            status = STATUS_PIPE_BROKEN;
        } else {
            errno = (int)-r;
            status = status_of_error(write);
        }
    }
    *information = done;
    /* A write that was cancelled says so, or its caller would write what is left. */
    return done && write && status != STATUS_THREAD_IS_TERMINATING && status != STATUS_CANCELLED
               ? STATUS_SUCCESS
               : status;
}

static NTSTATUS pipe_read(struct nt_file *f, struct nt_io *io, void *buffer, uint32_t n,
                          const int64_t *offset, ULONG_PTR *information)
{
    struct nt_pipe_end *e = f->more;
    size_t done = 0;

    (void)offset;
    if (is_direct(f, e, n))
        return direct(f, e, io, false, buffer, n, information);
    for (;;) {
        pthread_mutex_lock(&e->lock);
        NTSTATUS status = !is_sync(f) && has_request(e, NT_PIPE_READ)
                              ? STATUS_PENDING
                              : read_some(f, e, buffer, n, &done);
        if (status == STATUS_PENDING && e->nowait && !done)
            status = STATUS_PIPE_EMPTY;
        else if (status == STATUS_PENDING && !is_sync(f))
            status = enqueue(f, e, io, NT_PIPE_READ, buffer, n, done, 0);
        pthread_mutex_unlock(&e->lock);
        if (status != STATUS_PENDING || !is_sync(f)) {
            *information = done;
            return status;
        }
        status = nt_io_wait_fd(io, f->fd, POLLIN);
        if (!NT_SUCCESS(status))
            return status;
    }
}

static NTSTATUS pipe_write(struct nt_file *f, struct nt_io *io, const void *buffer, uint32_t n,
                           const int64_t *offset, ULONG_PTR *information)
{
    struct nt_pipe_end *e = f->more;
    size_t done = 0, header = 0;
    NTSTATUS status;

    (void)offset;
    if (is_sync(f))
        pthread_mutex_lock(&e->write_lock); /* one message after the other */
    if (is_direct(f, e, n)) {
        status = direct(f, e, io, true, buffer, n, information);
        pthread_mutex_unlock(&e->write_lock);
        return status;
    }
    for (;;) {
        pthread_mutex_lock(&e->lock);
        status = !is_sync(f) && has_request(e, NT_PIPE_WRITE)
                     ? STATUS_PENDING
                     : write_some(f, e, buffer, n, &done, &header);
        /* A message goes whole or not at all; of bytes, what fits. */
        bool now = e->nowait && !header;
        if (status == STATUS_PENDING && now)
            status = STATUS_SUCCESS;
        else if (status == STATUS_PENDING && !is_sync(f))
            status = enqueue(f, e, io, NT_PIPE_WRITE, (void *)buffer, n, done, header);
        pthread_mutex_unlock(&e->lock);
        if (status != STATUS_PENDING || !is_sync(f))
            break;
        status = nt_io_wait_fd(io, f->fd, POLLOUT);
        if (!NT_SUCCESS(status)) {
            /* Half a message would be the end of all that follow. */
            if (e->kind.message && header && e->socket)
                shutdown(f->fd, SHUT_RDWR);
            else if (done && !e->kind.message)
                status = STATUS_SUCCESS;
            break;
        }
    }
    if (is_sync(f))
        pthread_mutex_unlock(&e->write_lock);
    *information = done;
    return status;
}

/* Until the other end has read everything. */
static NTSTATUS pipe_flush(struct nt_file *f)
{
    struct nt_pipe_end *e = f->more;
    struct nt_io io = {.thread = nt_self()};
    int left = 0;

    /* Linux tells no one when a queue runs empty, so this looks from time to time. */
    while (e->state == FILE_PIPE_CONNECTED_STATE &&
           ioctl(f->fd, e->socket ? TIOCOUTQ : FIONREAD, &left) == 0 && left > 0) {
        struct nt_deadline d;
        nt_deadline_after(&d, 20000);
        uint32_t word = 0;
        if (ready(f->fd, POLLERR) || nt_block_futex(io.thread, NT_EVENT_STOP, &word, 0, &d) ==
                                         -EINTR)
            if (ready(f->fd, POLLERR) || nt_interrupted(io.thread))
                break;
    }
    return STATUS_SUCCESS;
}

/* ---- Listening ---- */

static NTSTATUS pipe_listen(struct nt_file *f, struct nt_pipe_end *e, struct nt_io *io)
{
    if (!e->server)
        return STATUS_ILLEGAL_FUNCTION;
    pthread_mutex_lock(&e->lock);
    NTSTATUS status = nt_pipe_rearm(f, e);
    bool fresh = status == STATUS_SUCCESS;
    for (;;) {
        nt_pipe_accept(f, e);
        if (!NT_SUCCESS(status))
            break;
        if (e->state == FILE_PIPE_CONNECTED_STATE) {
            status = fresh ? STATUS_PIPE_CONNECTED : STATUS_SUCCESS;
            break;
        }
        if (e->nowait) {
            status = STATUS_PIPE_LISTENING;
            break;
        }
        if (!is_sync(f)) {
            status = enqueue(f, e, io, NT_PIPE_LISTEN, NULL, 0, 0, 0);
            break;
        }
        int listener = e->listener;
        fresh = false;
        e->waiting++;
        pthread_mutex_unlock(&e->lock);
        status = nt_io_wait_fd(io, listener, POLLIN);
        pthread_mutex_lock(&e->lock);
        e->waiting--;
    }
    pthread_mutex_unlock(&e->lock);
    return status;
}

static NTSTATUS pipe_disconnect(struct nt_file *f, struct nt_pipe_end *e)
{
    if (!e->server)
        return STATUS_ILLEGAL_FUNCTION;
    pthread_mutex_lock(&e->lock);
    nt_pipe_accept(f, e);
    NTSTATUS status = e->state == FILE_PIPE_DISCONNECTED_STATE ? STATUS_PIPE_DISCONNECTED
                                                               : STATUS_SUCCESS;
    if (NT_SUCCESS(status))
        nt_pipe_cut(f, e);
    struct nt_pipe_request *list = take_requests(e, NULL, STATUS_PIPE_DISCONNECTED);
    pthread_mutex_unlock(&e->lock);
    finish_all(list);
    return status;
}

/* ---- Controls ---- */

static NTSTATUS pipe_transceive(struct nt_file *f, struct nt_io *io, const void *in, uint32_t in_n,
                                void *out, uint32_t out_n, ULONG_PTR *information)
{
    struct nt_pipe_end *e = f->more;
    size_t done = 0, header = 0;
    char *bytes = NULL;
    size_t n = 0;

    if (!e->kind.message || !e->read_mode || e->kind.configuration != FILE_PIPE_FULL_DUPLEX)
        return e->kind.configuration != FILE_PIPE_FULL_DUPLEX ? STATUS_INVALID_PIPE_STATE
                                                              : STATUS_INVALID_READ_MODE;
    pthread_mutex_lock(&e->lock);
    nt_pipe_accept(f, e);
    NTSTATUS status = e->state != FILE_PIPE_CONNECTED_STATE ? STATUS_INVALID_PIPE_STATE
                                                            : nt_pipe_look(f, e, &bytes, &n);
    free(bytes);
    if (NT_SUCCESS(status) && (n || e->header_n))
        status = STATUS_PIPE_BUSY; /* the answer would be an older message */
    pthread_mutex_unlock(&e->lock);
    while (NT_SUCCESS(status)) {
        pthread_mutex_lock(&e->write_lock);
        pthread_mutex_lock(&e->lock);
        status = write_some(f, e, in, in_n, &done, &header);
        pthread_mutex_unlock(&e->lock);
        pthread_mutex_unlock(&e->write_lock);
        if (status != STATUS_PENDING)
            break;
        status = nt_io_wait_fd(io, f->fd, POLLOUT);
    }
    return NT_SUCCESS(status) ? pipe_read(f, io, out, out_n, NULL, information) : status;
}

static NTSTATUS pipe_control(struct nt_file *f, struct nt_io *io, bool file_system, uint32_t code,
                             const void *in, uint32_t in_n, void *out, uint32_t out_n,
                             ULONG_PTR *information)
{
    struct nt_pipe_end *e = f->more;

    if (!file_system)
        return STATUS_INVALID_DEVICE_REQUEST;
    switch (code) {
    case NT_FSCTL_PIPE_LISTEN:
        return pipe_listen(f, e, io);
    case NT_FSCTL_PIPE_DISCONNECT:
        return pipe_disconnect(f, e);
    case NT_FSCTL_PIPE_PEEK:
        return nt_pipe_peek(f, e, out, out_n, information);
    case NT_FSCTL_PIPE_TRANSCEIVE:
        return pipe_transceive(f, io, in, in_n, out, out_n, information);
    case NT_FSCTL_PIPE_IMPERSONATE:
        return STATUS_CANNOT_IMPERSONATE; /* there is one user, who would be himself */
    default:
        return STATUS_INVALID_DEVICE_REQUEST;
    }
}

/* ---- The end ---- */

static void pipe_last_handle(struct nt_file *f)
{
    struct nt_pipe_end *e = f->more;

    nt_pipe_unlist(e);
    pthread_mutex_lock(&e->lock);
    nt_pipe_forget(e);
    pthread_mutex_unlock(&e->lock);
}

static void pipe_destroy(struct nt_file *f)
{
    struct nt_pipe_end *e = f->more;

    nt_pipe_unlist(e);
    nt_async_end(&e->watch);
    nt_pipe_forget(e);
    pthread_mutex_destroy(&e->lock);
    pthread_mutex_destroy(&e->write_lock);
    free(e);
}

const struct nt_file_ops nt_pipe_ops = {
    .device_type = NT_FILE_DEVICE_NAMED_PIPE,
    .read = pipe_read,
    .write = pipe_write,
    .control = pipe_control,
    .query = nt_pipe_query,
    .set = nt_pipe_set,
    .flush = pipe_flush,
    .cancel = pipe_cancel,
    .last_handle = pipe_last_handle,
    .export_to = nt_pipe_export,
    .destroy = pipe_destroy,
};
