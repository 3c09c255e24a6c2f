/* Sockets: requests that transfer, connect and accept, and their queues. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "syscalls/nt/afd.h"

#define MAX_BUFFERS 65536u
#define HOST_BUFFERS 1024u /* what one host call takes: streams go on with the rest */

pthread_mutex_t nt_afd_lock = PTHREAD_MUTEX_INITIALIZER;

static bool is_in(enum afd_op op)
{
    return op == AFD_OP_RECEIVE || op == AFD_OP_LISTEN || op == AFD_OP_SUPER_ACCEPT;
}

NTSTATUS afd_buffers(struct afd_request *r, AFD_BUFFER *guest, ULONG count)
{
    size_t total = 0;

    if (count > (r->socket->type == SOCK_STREAM ? MAX_BUFFERS : HOST_BUFFERS))
        return STATUS_INSUFFICIENT_RESOURCES;
    r->iov = r->small;
    if (count > AFD_SMALL_IOV) {
        r->iov = calloc(count, sizeof(*r->iov));
        if (!r->iov)
            return STATUS_INSUFFICIENT_RESOURCES;
    }
    r->iov_count = count;
    for (ULONG i = 0; i < count; i++) {
        AFD_BUFFER b;
        if (!guest_get(&b, guest + i) || !guest_range_ok(b.Buffer, b.Length))
            return STATUS_ACCESS_VIOLATION;
        if (total + b.Length > INT32_MAX)
            return STATUS_INVALID_PARAMETER;
        total += b.Length;
        r->iov[i] = (struct iovec){b.Buffer, b.Length};
    }
    return STATUS_SUCCESS;
}

static size_t total_of(const struct afd_request *r)
{
    size_t n = 0;

    for (uint32_t i = 0; i < r->iov_count; i++)
        n += r->iov[i].iov_len;
    return n;
}

/* The message that is left after r->done bytes; iov has room for r->iov_count. */
static void rest_of(const struct afd_request *r, struct iovec *iov, struct msghdr *m)
{
    size_t skip = r->done, count = 0;

    for (uint32_t i = 0; i < r->iov_count && count < HOST_BUFFERS; i++) {
        struct iovec v = r->iov[i];
        size_t n = skip < v.iov_len ? skip : v.iov_len;
        skip -= n;
        v.iov_base = (char *)v.iov_base + n;
        v.iov_len -= n;
        if (v.iov_len)
            iov[count++] = v;
    }
    *m = (struct msghdr){.msg_iov = iov, .msg_iovlen = count};
}

/* After EFAULT: does touching the buffers make them present? */
static bool probe(const struct msghdr *m, bool write)
{
    for (size_t i = 0; i < m->msg_iovlen; i++)
        if (!guest_probe(m->msg_iov[i].iov_base, m->msg_iov[i].iov_len, write))
            return false;
    return true;
}

static NTSTATUS put_address(const struct afd_request *r, const struct sockaddr_storage *from,
                            socklen_t n)
{
    char nt[sizeof(struct sockaddr_storage)];
    ULONG room;

    if (!r->address || !r->address_length)
        return STATUS_SUCCESS;
    size_t size = afd_address_out(from, n, nt);
    if (!guest_get(&room, r->address_length))
        return STATUS_ACCESS_VIOLATION;
    if (!guest_write(r->address, nt, size < room ? size : room) ||
        !guest_put(r->address_length, (ULONG)size))
        return STATUS_ACCESS_VIOLATION;
    return STATUS_SUCCESS;
}

static NTSTATUS receive(struct afd_request *r, ULONG_PTR *information)
{
    struct afd_socket *s = r->socket;
    struct iovec part[AFD_SMALL_IOV], *iov = part;
    struct sockaddr_storage from;
    char control[512] __attribute__((aligned(8)));
    struct msghdr m;
    bool probed = false;
    NTSTATUS status = STATUS_SUCCESS;

    if (atomic_load(&s->shut_receive))
        return STATUS_PIPE_DISCONNECTED;
    if (s->type == SOCK_STREAM && !atomic_load(&s->connected))
        return STATUS_INVALID_CONNECTION;
    if (s->type != SOCK_STREAM && !atomic_load(&s->bound))
        return STATUS_INVALID_PARAMETER;
    /* Receiving no bytes waits for some, where the host would answer at once. */
    if (s->type == SOCK_STREAM && total_of(r) == 0) {
        struct pollfd p = {.fd = r->file->fd, .events = POLLIN};
        return poll(&p, 1, 0) > 0 ? STATUS_SUCCESS : STATUS_PENDING;
    }
    if (r->iov_count > AFD_SMALL_IOV && !(iov = calloc(r->iov_count, sizeof(*iov))))
        return STATUS_INSUFFICIENT_RESOURCES;
    for (;;) {
        rest_of(r, iov, &m);
        m.msg_name = &from;
        m.msg_namelen = sizeof(from);
        if (r->message_flags) {
            m.msg_control = control;
            m.msg_controllen = sizeof(control);
        }
        ssize_t n = recvmsg(r->file->fd, &m, (r->flags & (MSG_PEEK | MSG_OOB)) | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EFAULT && !probed && probe(&m, true)) {
            probed = true;
            continue;
        }
        if (n < 0 && errno == EAGAIN) {
            status = STATUS_PENDING;
            break;
        }
        if (n < 0) {
            /* A datagram that could not be delivered is reported as a reset. */
            bool refused = errno == ECONNREFUSED && s->type != SOCK_STREAM;
            if (refused && atomic_load(&s->no_reset))
                continue; /* the host has forgotten it now */
            status = refused ? STATUS_PORT_UNREACHABLE : afd_status(errno);
            if (r->done)
                status = STATUS_SUCCESS;
            break;
        }
        r->done += (size_t)n;
        if (s->type != SOCK_STREAM) {
            if (m.msg_flags & MSG_TRUNC)
                status = STATUS_BUFFER_OVERFLOW;
            NTSTATUS put = put_address(r, &from, m.msg_namelen);
            if (NT_SUCCESS(put) && r->message_flags)
                put = afd_control_out(r, &m);
            if (!NT_SUCCESS(put))
                status = put;
            break;
        }
        if (!(r->flags & MSG_WAITALL) || n == 0 || r->done == total_of(r) || (r->flags & MSG_PEEK))
            break;
    }
    if (iov != part)
        free(iov);
    *information = r->done;
    return status;
}

static NTSTATUS transmit(struct afd_request *r, ULONG_PTR *information)
{
    struct afd_socket *s = r->socket;
    struct iovec part[AFD_SMALL_IOV], *iov = part;
    struct msghdr m;
    bool probed = false;
    size_t total = total_of(r);
    NTSTATUS status = STATUS_SUCCESS;

    if (atomic_load(&s->shut_send))
        return STATUS_PIPE_DISCONNECTED;
    if (s->type == SOCK_STREAM && !atomic_load(&s->connected))
        return STATUS_INVALID_CONNECTION;
    if (r->iov_count > AFD_SMALL_IOV && !(iov = calloc(r->iov_count, sizeof(*iov))))
        return STATUS_INSUFFICIENT_RESOURCES;
    for (;;) {
        rest_of(r, iov, &m);
        if (r->to_n && s->type != SOCK_STREAM) {
            m.msg_name = &r->to;
            m.msg_namelen = r->to_n;
        }
        if (r->control) {
            m.msg_control = r->control;
            m.msg_controllen = r->control_n;
        }
        ssize_t n = sendmsg(r->file->fd, &m, (r->flags & MSG_OOB) | MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EFAULT && !probed && probe(&m, false)) {
            probed = true;
            continue;
        }
        if (n < 0 && errno == EAGAIN) {
            status = STATUS_PENDING;
            break;
        }
        if (n < 0) {
            bool refused = errno == ECONNREFUSED && s->type != SOCK_STREAM;
            status = refused ? STATUS_PORT_UNREACHABLE : afd_status(errno);
            break;
        }
        r->done += (size_t)n;
        if (s->type != SOCK_STREAM)
            atomic_store(&s->bound, true); /* the host has chosen a port */
        if (r->done >= total || s->type != SOCK_STREAM)
            break;
        /* What a non-blocking socket has no room for is the program's to send again. */
        if (atomic_load(&s->nonblocking) && !r->overlapped)
            break;
    }
    if (iov != part)
        free(iov);
    *information = r->done;
    return status;
}

void afd_set_connected(struct afd_socket *s)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    atomic_store(&s->since, now.tv_sec);
    atomic_store(&s->connected, true);
}

void afd_settle_connect(struct afd_socket *s)
{
    struct pollfd p = {.fd = s->file->fd, .events = POLLOUT};
    struct sockaddr_storage peer;
    socklen_t n = sizeof(int);
    int error = 0;

    if (!atomic_load(&s->connecting) || poll(&p, 1, 0) <= 0)
        return;
    if (getsockopt(s->file->fd, SOL_SOCKET, SO_ERROR, &error, &n) != 0)
        error = errno;
    if (!error) {
        n = sizeof(peer);
        if (getpeername(s->file->fd, (struct sockaddr *)&peer, &n) != 0 && errno == ENOTCONN)
            error = ECONNREFUSED; /* somebody else fetched the error first */
    }
    /* The first to see it decides. */
    if (error) {
        if (atomic_exchange(&s->connecting, false)) {
            atomic_store(&s->connect_error, error);
            atomic_store(&s->connect_failed, true);
        }
    } else {
        afd_set_connected(s);
        atomic_store(&s->connecting, false);
    }
}

static NTSTATUS connect_end(struct afd_request *r, ULONG_PTR *information)
{
    struct afd_socket *s = r->socket;

    if (r->done == 0 && !atomic_load(&s->connected)) {
        afd_settle_connect(s);
        if (atomic_load(&s->connecting))
            return STATUS_PENDING;
        if (!atomic_load(&s->connected))
            return afd_status(atomic_load(&s->connect_error));
    }
    if (total_of(r) == 0)
        return STATUS_SUCCESS;
    return transmit(r, information); /* the first bytes that ConnectEx sends along */
}

static int next_connection(struct nt_file *f)
{
    int fd;

    do
        fd = accept4(f->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    while (fd < 0 && errno == EINTR);
    return fd;
}

/* Does errno of accept mean that a connection was lost before it was fetched? Then go on. */
static bool lost_connection(int error)
{
    return error == ECONNABORTED || error == ENETDOWN || error == EPROTO || error == EHOSTDOWN ||
           error == EHOSTUNREACH || error == ENETUNREACH;
}

static NTSTATUS listen_end(struct afd_request *r, ULONG_PTR *information)
{
    struct afd_socket *s = r->socket;
    char answer[sizeof(LONG) + sizeof(struct sockaddr_storage)];
    uint16_t family = (uint16_t)s->family;
    int fd;

    while ((fd = next_connection(r->file)) < 0) {
        if (errno == EAGAIN)
            return STATUS_PENDING;
        if (!lost_connection(errno))
            return afd_status(errno);
    }
    struct afd_waiting *w = malloc(sizeof(*w));
    if (!w) {
        close(fd);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    size_t size = s->family == AFD_UNIX ? 0 : afd_name_out(s, fd, true, answer + sizeof(LONG));
    if (!size) { /* it has no name, or is gone already: reading from it will say so */
        memcpy(answer + sizeof(LONG), &family, sizeof(family));
        size = sizeof(family);
    }
    pthread_mutex_lock(&nt_afd_lock);
    *w = (struct afd_waiting){.next = s->waiting, .fd = fd, .sequence = ++s->sequence};
    s->waiting = w;
    LONG sequence = w->sequence;
    pthread_mutex_unlock(&nt_afd_lock);
    memcpy(answer, &sequence, sizeof(sequence));
    size += sizeof(sequence);
    if (size > r->out_n)
        size = r->out_n;
    if (!guest_write(r->out, answer, size))
        return STATUS_ACCESS_VIOLATION;
    *information = size;
    return STATUS_SUCCESS;
}

NTSTATUS afd_replace(struct nt_file *f, int fd)
{
    struct afd_socket *s = afd_of(f);

    nt_async_end(&s->async);
    if (dup3(fd, f->fd, O_CLOEXEC) < 0) {
        int error = errno;
        close(fd);
        return afd_status(error);
    }
    close(fd);
    pthread_mutex_lock(&nt_afd_lock);
    nt_async_begin(&s->async, f->fd, afd_ready);
    s->hung_up = false;
    pthread_mutex_unlock(&nt_afd_lock);
    return STATUS_SUCCESS;
}

NTSTATUS afd_take(struct nt_file *accept, int fd)
{
    struct afd_socket *s = afd_of(accept);

    NTSTATUS status = afd_replace(accept, fd);
    if (!NT_SUCCESS(status))
        return status;
    pthread_mutex_lock(&nt_afd_lock);
    s->accepting = false;
    s->accepted = true;
    atomic_store(&s->bound, true);
    afd_set_connected(s);
    if (s->polls || s->select_event)
        afd_arm(s);
    pthread_mutex_unlock(&nt_afd_lock);
    return STATUS_SUCCESS;
}

NTSTATUS afd_accepting(struct nt_file *listener, struct nt_file *accept)
{
    struct afd_socket *l = afd_of(listener), *s = afd_of(accept);
    NTSTATUS status = STATUS_SUCCESS;

    pthread_mutex_lock(&nt_afd_lock);
    if (l == s || s->accepting || s->queue[AFD_IN] || s->queue[AFD_OUT] || s->family != l->family ||
        s->type != l->type || atomic_load(&s->connected) || atomic_load(&s->connecting) ||
        atomic_load(&s->listening))
        status = STATUS_INVALID_PARAMETER;
    else
        s->accepting = true;
    pthread_mutex_unlock(&nt_afd_lock);
    return status;
}

static NTSTATUS put_area(char *guest, uint32_t room, const void *address, size_t n)
{
    char area[AFD_SUPER_ADDRESS + sizeof(struct sockaddr_storage)] = {0};
    ULONG size = (ULONG)n;

    if (!room)
        return STATUS_SUCCESS;
    memcpy(area, &size, sizeof(size));
    memcpy(area + AFD_SUPER_ADDRESS, address, n);
    if (AFD_SUPER_ADDRESS + size > room)
        return STATUS_BUFFER_TOO_SMALL;
    return guest_write(guest, area, AFD_SUPER_ADDRESS + size) ? STATUS_SUCCESS
                                                              : STATUS_ACCESS_VIOLATION;
}

/* AcceptEx: the connection, then the addresses, then, when asked for, the first bytes. The second
 * part waits in the accepting endpoint's queue. */
static NTSTATUS super_accept(struct afd_request *r, ULONG_PTR *information)
{
    char *out = r->out;
    int fd;

    *information = 0;
    while ((fd = next_connection(r->file)) < 0) {
        if (errno == EAGAIN)
            return STATUS_PENDING;
        if (!lost_connection(errno))
            return afd_status(errno);
    }
    char local[sizeof(struct sockaddr_storage)], remote[sizeof(struct sockaddr_storage)];
    size_t local_n = afd_name_out(r->socket, fd, false, local);
    size_t remote_n = local_n ? afd_name_out(r->socket, fd, true, remote) : 0;
    if (!remote_n) {
        int error = errno;
        close(fd);
        return error == ENOTCONN ? STATUS_CONNECTION_RESET : afd_status(error);
    }
    if (r->socket->family == AFD_UNIX)
        afd_of(r->accept)->names[0] = r->socket->names[0];
    NTSTATUS status = afd_take(r->accept, fd);
    char *at = out + r->super.ReceiveDataLength;
    if (NT_SUCCESS(status))
        status = put_area(at, r->super.LocalAddressLength, local, local_n);
    at += r->super.LocalAddressLength;
    if (NT_SUCCESS(status))
        status = put_area(at, r->super.RemoteAddressLength, remote, remote_n);
    if (!NT_SUCCESS(status) || !r->super.ReceiveDataLength)
        return status;
    return STATUS_MORE_PROCESSING_REQUIRED;
}

/* STATUS_PENDING: would block. STATUS_MORE_PROCESSING_REQUIRED: goes on with r->accept. */
static NTSTATUS execute(struct afd_request *r, ULONG_PTR *information)
{
    *information = 0;
    if (r->iov_count <= AFD_SMALL_IOV)
        r->iov = r->small; /* it may have been copied */
    switch (r->op) {
    case AFD_OP_RECEIVE:
        return receive(r, information);
    case AFD_OP_SEND:
        return transmit(r, information);
    case AFD_OP_CONNECT:
        return connect_end(r, information);
    case AFD_OP_LISTEN:
        return listen_end(r, information);
    case AFD_OP_SUPER_ACCEPT:
        return super_accept(r, information);
    case AFD_OP_TRANSMIT:
        return afd_transmit_go(r, information);
    }
    return STATUS_INVALID_PARAMETER;
}

static void forget_accept(struct afd_request *r)
{
    if (!r->accept)
        return;
    pthread_mutex_lock(&nt_afd_lock);
    afd_of(r->accept)->accepting = false;
    pthread_mutex_unlock(&nt_afd_lock);
}

/* What a request has besides its references. */
static void free_owned(struct afd_request *r)
{
    if (r->iov != r->small && r->iov_count > AFD_SMALL_IOV)
        free(r->iov);
    free(r->control);
    afd_transmission_free(r->transmission);
}

/* Of a request that is in no queue any more. */
static void finish(struct afd_request *r, NTSTATUS status, ULONG_PTR information)
{
    struct nt_file *f = r->file, *accept = r->accept;
    struct nt_thread *t = r->io.thread;

    forget_accept(r);
    nt_io_complete_pending(f, &r->io, status, information);
    free_owned(r);
    free(r);
    if (accept)
        nt_file_release(accept);
    nt_object_release(&t->object);
    nt_file_release(f);
}

/* Under the lock. EPOLL* */
static uint32_t wants(const struct afd_socket *s)
{
    uint32_t events = 0;

    if (s->queue[AFD_IN])
        events |= s->queue[AFD_IN]->flags & MSG_OOB ? EPOLLPRI : EPOLLIN;
    if (s->queue[AFD_OUT])
        events |= EPOLLOUT;
    /* A hang-up stays: it would come again and again for polls that it does not satisfy. */
    if (!events && s->hung_up)
        return 0;
    return events | afd_poll_wants(s);
}

void afd_arm(struct afd_socket *s)
{
    uint32_t events = wants(s);

    /* When this fails for want of memory, the requests stay until they are cancelled. */
    if (events && !s->closed && !nt_async_arm(&s->async, events))
        nt_warn("cannot wait for a socket: %s", strerror(errno));
}

static void append(struct afd_request *r, int direction)
{
    struct afd_request **link = &r->socket->queue[direction];

    while (*link)
        link = &(*link)->next;
    r->next = NULL;
    *link = r;
}

/* AcceptEx's second part: r becomes a receiving request of the accepted endpoint, whose reference
 * stays in r->accept and whose socket it now waits on. */
static void go_on_receiving(struct afd_request *r)
{
    r->op = AFD_OP_RECEIVE;
    r->small[0] = (struct iovec){r->out, r->super.ReceiveDataLength};
    r->iov = r->small;
    r->iov_count = 1;
    r->done = 0;
    /* The two files change places: the completion still belongs to the listening one. */
}

static NTSTATUS receive_accepted(struct afd_request *r, ULONG_PTR *information)
{
    struct nt_file *listener = r->file;
    struct afd_socket *own = r->socket;

    r->file = r->accept;
    r->socket = afd_of(r->accept);
    NTSTATUS status = execute(r, information);
    r->file = listener;
    if (status != STATUS_PENDING)
        r->socket = own;
    return status;
}

NTSTATUS afd_submit(struct afd_request *r, ULONG_PTR *information)
{
    struct afd_socket *s = r->socket;
    int direction = is_in(r->op) ? AFD_IN : AFD_OUT;
    NTSTATUS status = STATUS_PENDING;

    pthread_mutex_lock(&nt_afd_lock);
    bool waiting = s->queue[direction] != NULL;
    bool closed = s->closed;
    pthread_mutex_unlock(&nt_afd_lock);
    if (closed)
        status = STATUS_CANCELLED;
    else if (!waiting || (r->flags & MSG_OOB))
        status = execute(r, information);
    if (status == STATUS_MORE_PROCESSING_REQUIRED) {
        go_on_receiving(r);
        status = receive_accepted(r, information);
    }
    if (status == STATUS_PENDING && atomic_load(&s->nonblocking) && !r->overlapped)
        status = r->done && r->op == AFD_OP_SEND ? STATUS_SUCCESS : STATUS_DEVICE_NOT_READY;
    /* A datagram that was cut ends as a request that had to wait does: the library takes a warning
     * for an error, and would not expect its packet. */
    if (status == STATUS_BUFFER_OVERFLOW && r->overlapped) {
        nt_io_complete_pending(r->file, &r->io, status, *information);
        free_owned(r);
        return STATUS_PENDING;
    }
    struct afd_request *copy = NULL;
    if (status == STATUS_PENDING && !(copy = malloc(sizeof(*copy))))
        status = STATUS_INSUFFICIENT_RESOURCES;
    if (status != STATUS_PENDING) {
        free_owned(r);
        if (r->accept)
            forget_accept(r);
        return status;
    }
    *copy = *r;
    if (r->iov_count <= AFD_SMALL_IOV)
        copy->iov = copy->small;
    nt_object_ref(&r->file->object);
    nt_object_ref(&r->io.thread->object);
    if (r->accept)
        nt_object_ref(&r->accept->object);
    pthread_mutex_lock(&nt_afd_lock);
    s = copy->socket;
    if (s->closed) {
        pthread_mutex_unlock(&nt_afd_lock);
        finish(copy, STATUS_CANCELLED, copy->done);
        return STATUS_PENDING;
    }
    append(copy, direction);
    afd_arm(s);
    pthread_mutex_unlock(&nt_afd_lock);
    return STATUS_PENDING;
}

struct ended {
    struct afd_request *r;
    NTSTATUS status;
    ULONG_PTR information;
};

static void unlink_request(struct afd_socket *s, int direction, struct afd_request *r)
{
    struct afd_request **link = &s->queue[direction];

    while (*link && *link != r)
        link = &(*link)->next;
    if (*link)
        *link = r->next;
}

/* One queue, as far as it goes. Under the lock, which is left meanwhile; the file stays as the
 * caller has a reference. */
static void run_queue(struct afd_socket *s, int direction)
{
    struct afd_request *r;

    while ((r = s->queue[direction]) && !r->executing) {
        ULONG_PTR information = 0;
        r->executing = true;
        pthread_mutex_unlock(&nt_afd_lock);
        NTSTATUS status;
        if (r->op == AFD_OP_RECEIVE && r->accept)
            status = receive_accepted(r, &information);
        else
            status = execute(r, &information);
        pthread_mutex_lock(&nt_afd_lock);
        r->executing = false;
        if (status == STATUS_MORE_PROCESSING_REQUIRED) {
            struct afd_socket *other = afd_of(r->accept);
            unlink_request(s, direction, r);
            go_on_receiving(r);
            r->socket = other;
            if (!r->cancelled && !other->closed) {
                append(r, AFD_IN);
                afd_arm(other);
                continue;
            }
            status = STATUS_PENDING;
        } else {
            if (status == STATUS_PENDING && !r->cancelled && !s->closed)
                return;
            unlink_request(s, direction, r);
        }
        pthread_mutex_unlock(&nt_afd_lock);
        if (status == STATUS_PENDING)
            status = STATUS_CANCELLED;
        finish(r, status, information);
        pthread_mutex_lock(&nt_afd_lock);
    }
}

void afd_ready(struct nt_async *a, uint32_t events)
{
    struct afd_socket *s =
        (struct afd_socket *)(void *)((char *)a - offsetof(struct afd_socket, async));
    struct nt_file *keep = NULL;

    pthread_mutex_lock(&nt_afd_lock);
    if (events & (EPOLLHUP | EPOLLERR))
        s->hung_up = true;
    /* With a request or a poll, somebody has a reference, and one can be taken. Without any, the
     * file may be on its way out, which waits for the end of this function. */
    if (s->queue[AFD_IN] || s->queue[AFD_OUT] || s->polls) {
        keep = s->file;
        nt_object_ref(&keep->object);
    }
    if (atomic_load(&s->connecting))
        afd_settle_connect(s);
    if (keep && events & (EPOLLIN | EPOLLPRI | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
        run_queue(s, AFD_IN);
    if (keep && events & (EPOLLOUT | EPOLLHUP | EPOLLERR))
        run_queue(s, AFD_OUT);
    afd_select_update(s);
    struct afd_poll *ended = afd_polls_ready(s);
    afd_arm(s);
    pthread_mutex_unlock(&nt_afd_lock);
    afd_polls_finish(ended);
    if (keep)
        nt_file_release(keep);
}

NTSTATUS afd_cancel(struct nt_file *f, const IO_STATUS_BLOCK *iosb)
{
    struct afd_socket *s = afd_of(f);
    struct afd_request *taken = NULL, **link;
    bool any = false;

    if (s) {
        pthread_mutex_lock(&nt_afd_lock);
        for (int d = 0; d < AFD_DIRECTIONS; d++)
            for (link = &s->queue[d]; *link;) {
                struct afd_request *r = *link;
                if (iosb && r->io.iosb != iosb) {
                    link = &r->next;
                    continue;
                }
                any = true;
                if (r->executing) {
                    r->cancelled = true;
                    link = &r->next;
                    continue;
                }
                *link = r->next;
                r->next = taken;
                taken = r;
            }
        pthread_mutex_unlock(&nt_afd_lock);
    }
    while (taken) {
        struct afd_request *r = taken;
        taken = r->next;
        if (r->op == AFD_OP_CONNECT)
            atomic_store(&r->socket->connecting, false);
        finish(r, STATUS_CANCELLED, r->done);
    }
    if (afd_poll_cancel(f, iosb))
        any = true;
    return any ? STATUS_SUCCESS : STATUS_NOT_FOUND;
}
