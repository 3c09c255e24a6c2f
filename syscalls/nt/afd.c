/* Sockets: opening and closing endpoints, and the control codes that end at once. */
#include "syscalls/nt/afd.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "syscalls/nt/child.h"

#define MAX_CONTEXT 4096u

static const struct nt_file_ops afd_ops;

NTSTATUS afd_get(HANDLE h, struct nt_file **f)
{
    NTSTATUS status = nt_file_get(h, 0, f, NULL);

    if (!NT_SUCCESS(status))
        return status;
    if ((*f)->ops == &afd_ops && afd_of(*f))
        return STATUS_SUCCESS;
    nt_file_release(*f);
    return STATUS_OBJECT_TYPE_MISMATCH;
}

static struct afd_socket *new_socket(int family)
{
    struct afd_socket *s = calloc(1, sizeof(*s));

    if (s && family == AFD_UNIX && !(s->names = calloc(2, sizeof(*s->names)))) {
        free(s);
        s = NULL;
    }
    if (s)
        s->family = family;
    return s;
}

static void free_socket(struct afd_socket *s)
{
    if (s) {
        free(s->names);
        free(s->context);
    }
    free(s);
}

static struct nt_file *new_file(int fd, const struct nt_open *how, struct afd_socket *s)
{
    struct nt_file *f = nt_file_new(&afd_ops, fd, how->access, how->share, how->options);

    if (!f) {
        free_socket(s);
        return NULL;
    }
    f->device = &nt_afd_device;
    f->more = s;
    if (s) {
        s->file = f;
        nt_async_begin(&s->async, fd, afd_ready);
    }
    return f;
}

/* The driver's socket from what AfdOpenPacketXX asks for. */
static NTSTATUS open_socket(const AFD_OPEN_PACKET *p, const struct nt_open *how, struct nt_file **f)
{
    int family = afd_host_family(p->AddressFamily);

    if (family < 0)
        return STATUS_INVALID_ADDRESS;
    if (p->SocketType != SOCK_STREAM && p->SocketType != SOCK_DGRAM && p->SocketType != SOCK_RAW)
        return STATUS_NOT_SUPPORTED;
    if (family == AF_UNIX && p->SocketType != SOCK_STREAM)
        return STATUS_NOT_SUPPORTED;
    int fd = socket(family, p->SocketType | SOCK_CLOEXEC | SOCK_NONBLOCK, p->Protocol);
    if (fd < 0)
        return afd_status(errno);
    if (family == AF_INET6) { /* NT's default, unlike the host's */
        int on = 1;
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    }
    struct afd_socket *s = new_socket(p->AddressFamily);
    if (!s) {
        close(fd);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    s->type = p->SocketType;
    s->protocol = p->Protocol;
    *f = new_file(fd, how, s);
    return *f ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}

/* The named attribute's value; NULL. ea.c has checked the list. */
static const void *find_packet(const struct nt_open *how, uint16_t *n)
{
    static const char name[] = AFD_OPEN_PACKET_NAME;
    const struct {
        ULONG next;
        UCHAR flags, name_n;
        USHORT value_n;
        char name[];
    } *e = how->ea;

    for (uint32_t left = how->ea_length; e && left >= 8;) {
        if (e->name_n == sizeof(name) - 1 && memcmp(e->name, name, e->name_n) == 0 &&
            8u + e->name_n + 1u + e->value_n <= left) {
            *n = e->value_n;
            return e->name + e->name_n + 1;
        }
        if (!e->next || e->next >= left)
            break;
        left -= e->next;
        e = (const void *)((const char *)e + e->next);
    }
    return NULL;
}

/* Below \Device\Afd, any name will do; without the attribute it is a file for AFD_POLL alone. */
static NTSTATUS afd_open(const struct nt_device *device, const struct nt_open *how,
                         struct nt_file *root, const uint16_t *rest, size_t n, struct nt_file **f,
                         ULONG_PTR *information)
{
    struct nt_open own = *how;
    AFD_OPEN_PACKET packet;
    uint16_t size = 0;
    NTSTATUS status = STATUS_SUCCESS;

    (void)device, (void)root, (void)rest, (void)n;
    if (how->options & FILE_DIRECTORY_FILE)
        return STATUS_NOT_A_DIRECTORY;
    if (own.access & MAXIMUM_ALLOWED)
        own.access = FILE_ALL_ACCESS;
    const void *value = find_packet(how, &size);
    if (value && size < offsetof(AFD_OPEN_PACKET, TransportDeviceName))
        return STATUS_INVALID_PARAMETER;
    if (value) {
        memcpy(&packet, value, offsetof(AFD_OPEN_PACKET, TransportDeviceName));
        status = open_socket(&packet, &own, f);
    } else if (!(*f = new_file(-1, &own, NULL))) {
        status = STATUS_INSUFFICIENT_RESOURCES;
    }
    *information = FILE_OPENED;
    return status;
}

const struct nt_device nt_afd_device = {
    .name = "Afd",
    .open = afd_open,
};

static void close_waiting(struct afd_socket *s)
{
    while (s->waiting) {
        struct afd_waiting *w = s->waiting;
        s->waiting = w->next;
        close(w->fd);
        free(w);
    }
}

static void afd_last_handle(struct nt_file *f)
{
    struct afd_socket *s = afd_of(f);
    struct afd_poll *done = NULL;

    if (s) {
        pthread_mutex_lock(&nt_afd_lock);
        s->closed = true;
        done = afd_polls_closed(s);
        pthread_mutex_unlock(&nt_afd_lock);
    }
    afd_polls_finish(done);
    afd_cancel(f, NULL);
}

static void afd_destroy(struct nt_file *f)
{
    struct afd_socket *s = afd_of(f);

    if (!s)
        return;
    nt_async_end(&s->async);
    close_waiting(s);
    if (s->select_event)
        nt_object_release(s->select_event);
    free_socket(s);
}

static NTSTATUS get_name(struct nt_file *f, bool peer, void *out, uint32_t out_n,
                         ULONG_PTR *information)
{
    struct afd_socket *s = afd_of(f);
    char nt[sizeof(struct sockaddr_storage)];

    if (!peer && !atomic_load(&s->bound))
        return STATUS_INVALID_PARAMETER;
    if (peer && atomic_load(&s->connecting))
        afd_settle_connect(s);
    size_t size = afd_name_out(s, f->fd, peer, nt);
    if (!size)
        return afd_status(errno);
    if (out_n < size)
        return STATUS_BUFFER_TOO_SMALL;
    if (!guest_write(out, nt, size))
        return STATUS_ACCESS_VIOLATION;
    *information = size;
    return STATUS_SUCCESS;
}

static NTSTATUS bind_unix(struct nt_file *f, const char *in, uint32_t in_n)
{
    struct afd_socket *s = afd_of(f);
    struct afd_unix_name name;
    struct sockaddr_un a;
    socklen_t n;
    int folder;
    NTSTATUS status = afd_unix_in(in, in_n, &name, &a, &n, &folder);

    if (!NT_SUCCESS(status))
        return status;
    if (atomic_exchange(&s->bound, true)) {
        status = STATUS_INVALID_PARAMETER;
    } else if (bind(f->fd, (struct sockaddr *)&a, n) != 0) {
        status = afd_status(errno);
        atomic_store(&s->bound, false);
    } else {
        s->names[0] = name;
    }
    if (folder >= 0)
        close(folder);
    return status;
}

static NTSTATUS do_bind(struct nt_file *f, const char *in, uint32_t in_n, void *out, uint32_t out_n,
                        ULONG_PTR *information)
{
    struct afd_socket *s = afd_of(f);
    struct sockaddr_storage a;
    socklen_t n;
    ULONG share;

    if (in_n < sizeof(share))
        return STATUS_INVALID_PARAMETER;
    if (!guest_get(&share, (const ULONG *)(const void *)in))
        return STATUS_ACCESS_VIOLATION;
    if (s->family == AFD_UNIX) {
        NTSTATUS bound = bind_unix(f, in + sizeof(share), in_n - sizeof(share));
        if (!NT_SUCCESS(bound) || !out_n)
            return bound;
        return get_name(f, false, out, out_n, information);
    }
    NTSTATUS status = afd_address_in(s, in + sizeof(share), in_n - sizeof(share), &a, &n);
    if (!NT_SUCCESS(status))
        return status;
    if (atomic_load(&s->bound))
        return STATUS_INVALID_PARAMETER;
    /* On NT, a port in TIME_WAIT can be bound at once; on the host, streams say so by SO_REUSEADDR,
     * which does not let two of them listen. For datagrams it is NT's sharing itself. */
    int on = s->type == SOCK_STREAM ? share != AFD_SHARE_EXCLUSIVE : share == AFD_SHARE_REUSE;
    setsockopt(f->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(f->fd, (struct sockaddr *)&a, n) != 0)
        return afd_status(errno);
    atomic_store(&s->bound, true);
    if (!out_n)
        return STATUS_SUCCESS;
    return get_name(f, false, out, out_n, information);
}

static NTSTATUS do_listen(struct nt_file *f, const void *in, uint32_t in_n)
{
    struct afd_socket *s = afd_of(f);
    AFD_LISTEN_INFO info;

    if (in_n < sizeof(info))
        return STATUS_INVALID_PARAMETER;
    if (!guest_read(&info, in, sizeof(info)))
        return STATUS_ACCESS_VIOLATION;
    if (s->type != SOCK_STREAM)
        return STATUS_NOT_SUPPORTED;
    if (!atomic_load(&s->bound))
        return STATUS_INVALID_PARAMETER;
    if (atomic_load(&s->connected) || atomic_load(&s->connecting))
        return STATUS_CONNECTION_ACTIVE;
    int backlog = info.MaximumConnectionQueue > 4096 ? 4096 : (int)info.MaximumConnectionQueue;
    if (listen(f->fd, backlog ? backlog : 1) != 0)
        return afd_status(errno);
    pthread_mutex_lock(&nt_afd_lock);
    atomic_store(&s->listening, true);
    s->hung_up = false;
    afd_arm(s);
    pthread_mutex_unlock(&nt_afd_lock);
    return STATUS_SUCCESS;
}

static NTSTATUS do_accept(struct nt_file *f, const void *in, uint32_t in_n)
{
    struct afd_socket *s = afd_of(f);
    AFD_ACCEPT_INFO info;
    struct nt_file *accept;
    int fd = -1;

    if (in_n < sizeof(info))
        return STATUS_INVALID_PARAMETER;
    if (!guest_read(&info, in, sizeof(info)))
        return STATUS_ACCESS_VIOLATION;
    NTSTATUS status = afd_get(info.AcceptHandle, &accept);
    if (!NT_SUCCESS(status))
        return status;
    status = afd_accepting(f, accept);
    if (NT_SUCCESS(status)) {
        pthread_mutex_lock(&nt_afd_lock);
        for (struct afd_waiting **link = &s->waiting; *link; link = &(*link)->next)
            if ((*link)->sequence == info.Sequence) {
                struct afd_waiting *w = *link;
                *link = w->next;
                fd = w->fd;
                free(w);
                break;
            }
        if (fd < 0)
            afd_of(accept)->accepting = false;
        pthread_mutex_unlock(&nt_afd_lock);
        if (fd >= 0 && s->family == AFD_UNIX)
            afd_of(accept)->names[0] = s->names[0];
        status = fd < 0 ? STATUS_INVALID_PARAMETER : afd_take(accept, fd);
    }
    nt_file_release(accept);
    return status;
}

static struct afd_request request_of(struct nt_file *f, const struct nt_io *io, enum afd_op op)
{
    return (struct afd_request){.io = *io, .file = f, .socket = afd_of(f), .op = op};
}

/* May the endpoint begin a connection now? */
static NTSTATUS may_connect(struct afd_socket *s, bool super)
{
    if (super && (s->type != SOCK_STREAM || !atomic_load(&s->bound)))
        return STATUS_INVALID_PARAMETER;
    if (atomic_load(&s->listening))
        return STATUS_INVALID_PARAMETER;
    if (atomic_load(&s->connecting)) {
        afd_settle_connect(s);
        if (atomic_load(&s->connecting))
            return STATUS_CONNECTION_IN_USE;
    }
    if (s->type == SOCK_STREAM && atomic_load(&s->connected))
        return STATUS_CONNECTION_ACTIVE;
    return STATUS_SUCCESS;
}

/* bytes: what goes along with the connection (ConnectEx); guest address. */
static NTSTATUS do_connect(struct nt_file *f, struct nt_io *io, const char *in, uint32_t in_n,
                           uint32_t address_at, bool super, void *bytes, uint32_t bytes_n,
                           ULONG_PTR *information)
{
    struct afd_socket *s = afd_of(f);
    struct afd_request r = request_of(f, io, AFD_OP_CONNECT);
    union {
        struct sockaddr_storage any;
        struct sockaddr_un un;
    } to;
    struct sockaddr_storage a;
    struct afd_unix_name name;
    socklen_t n;
    int folder = -1;

    if (in_n < address_at)
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status =
        s->family == AFD_UNIX
            ? afd_unix_in(in + address_at, in_n - address_at, &name, &to.un, &n, &folder)
            : afd_address_in(s, in + address_at, in_n - address_at, &to.any, &n);
    if (!NT_SUCCESS(status))
        return status;
    status = may_connect(s, super);
    if (!NT_SUCCESS(status)) {
        if (folder >= 0)
            close(folder);
        return status;
    }
    a = to.any;
    atomic_store(&s->connect_failed, false);
    atomic_store(&s->connect_error, 0);
    /* A connection to nowhere means this machine on the host only. */
    if ((a.ss_family == AF_INET && ((struct sockaddr_in *)&a)->sin_addr.s_addr == INADDR_ANY &&
         s->type == SOCK_STREAM) ||
        (a.ss_family == AF_INET6 && s->type == SOCK_STREAM &&
         IN6_IS_ADDR_UNSPECIFIED(&((struct sockaddr_in6 *)&a)->sin6_addr)))
        return STATUS_INVALID_ADDRESS_COMPONENT;
    int done, error = 0;
    do
        done = connect(f->fd, (struct sockaddr *)&to, n);
    while (done != 0 && errno == EINTR);
    if (done != 0)
        error = errno;
    if (folder >= 0)
        close(folder);
    /* Nobody listens there, whether or not there is a file; or its queue is full. */
    if (s->family == AFD_UNIX && (error == ENOENT || error == EAGAIN))
        return STATUS_CONNECTION_REFUSED;
    if (error && error != EINPROGRESS)
        return afd_status(error);
    if (s->family == AFD_UNIX)
        s->names[1] = name;
    atomic_store(&s->bound, true);
    pthread_mutex_lock(&nt_afd_lock);
    s->hung_up = false;
    if (done == 0 && a.ss_family != AF_UNSPEC)
        afd_set_connected(s);
    else if (done == 0)
        atomic_store(&s->connected, false);
    else
        atomic_store(&s->connecting, true);
    afd_arm(s); /* for polls that were there before */
    pthread_mutex_unlock(&nt_afd_lock);
    afd_select_enable(s, 0);
    /* A stream that does not block never says that it is connected at once, however near. */
    if (!super && s->type == SOCK_STREAM && atomic_load(&s->nonblocking))
        return STATUS_DEVICE_NOT_READY;
    if (super && bytes_n) {
        r.small[0] = (struct iovec){bytes, bytes_n};
        r.iov = r.small;
        r.iov_count = 1;
    }
    r.overlapped = super;
    return afd_submit(&r, information);
}

static NTSTATUS do_super_accept(struct nt_file *f, struct nt_io *io, const void *in, uint32_t in_n,
                                void *out, uint32_t out_n, ULONG_PTR *information)
{
    struct afd_request r = request_of(f, io, AFD_OP_SUPER_ACCEPT);

    if (in_n < sizeof(r.super))
        return STATUS_INVALID_PARAMETER;
    if (!guest_read(&r.super, in, sizeof(r.super)))
        return STATUS_ACCESS_VIOLATION;
    if ((uint64_t)r.super.ReceiveDataLength + r.super.LocalAddressLength +
            r.super.RemoteAddressLength >
        out_n)
        return STATUS_BUFFER_TOO_SMALL;
    if (!atomic_load(&afd_of(f)->listening))
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = afd_get(r.super.AcceptHandle, &r.accept);
    if (!NT_SUCCESS(status))
        return status;
    struct nt_file *accept = r.accept;
    status = afd_accepting(f, accept);
    r.out = out;
    r.out_n = out_n;
    r.overlapped = true;
    if (NT_SUCCESS(status))
        status = afd_submit(&r, information);
    nt_file_release(accept);
    return status;
}

static NTSTATUS do_transfer(struct nt_file *f, struct nt_io *io, ULONG code, const void *in,
                            uint32_t in_n, ULONG_PTR *information)
{
    bool message = code == IOCTL_AFD_RECEIVE_MESSAGE || code == IOCTL_AFD_SEND_MESSAGE;
    bool receive = code == IOCTL_AFD_RECEIVE || code == IOCTL_AFD_RECEIVE_DATAGRAM ||
                   code == IOCTL_AFD_RECEIVE_MESSAGE;
    bool plain = code == IOCTL_AFD_RECEIVE || code == IOCTL_AFD_SEND;
    struct afd_request r = request_of(f, io, receive ? AFD_OP_RECEIVE : AFD_OP_SEND);
    union {
        AFD_TRANSFER_INFO plain;
        AFD_RECEIVE_DATAGRAM_INFO from;
        AFD_SEND_DATAGRAM_INFO to;
        AFD_RECEIVE_MESSAGE_INFO message_from;
        AFD_SEND_MESSAGE_INFO message_to;
    } info;
    uint32_t size = plain                                ? sizeof(info.plain)
                    : code == IOCTL_AFD_RECEIVE_DATAGRAM ? sizeof(info.from)
                    : code == IOCTL_AFD_SEND_DATAGRAM    ? sizeof(info.to)
                    : receive                            ? sizeof(info.message_from)
                                                         : sizeof(info.message_to);
    ULONG tdi = 0;
    NTSTATUS status = STATUS_SUCCESS;

    memset(&info, 0, sizeof(info));
    if (in_n < size)
        return STATUS_INVALID_PARAMETER;
    if (!guest_read(&info, in, size))
        return STATUS_ACCESS_VIOLATION;
    if (receive || plain)
        tdi = info.plain.TdiFlags;
    r.overlapped = info.plain.AfdFlags & AFD_OVERLAPPED;
    if (receive)
        r.flags = (tdi & TDI_RECEIVE_EXPEDITED ? MSG_OOB : 0) |
                  (tdi & TDI_RECEIVE_PEEK ? MSG_PEEK : 0) |
                  (tdi & TDI_RECEIVE_WAIT_ALL ? MSG_WAITALL : 0);
    else
        r.flags = tdi & TDI_SEND_EXPEDITED ? MSG_OOB : 0;
    if (receive && !plain) {
        r.address = info.from.Address;
        r.address_length = info.from.AddressLength;
    }
    if (message && receive) {
        r.control_out = info.message_from.ControlBuffer;
        r.control_length = info.message_from.ControlLength;
        r.message_flags = info.message_from.MsgFlags;
    }
    if (!receive && !plain && info.to.Connection.RemoteAddress)
        status = afd_address_in(r.socket, info.to.Connection.RemoteAddress,
                                (size_t)info.to.Connection.RemoteAddressLength & INT32_MAX, &r.to,
                                &r.to_n);
    if (NT_SUCCESS(status))
        status = afd_buffers(&r, info.plain.BufferArray, info.plain.BufferCount);
    if (NT_SUCCESS(status) && message && !receive)
        status = afd_control_in(&r, info.message_to.ControlBuffer, info.message_to.ControlLength);
    if (!NT_SUCCESS(status)) {
        if (r.iov != r.small)
            free(r.iov);
        return status;
    }
    struct afd_socket *s = r.socket;
    status = afd_submit(&r, information);
    afd_select_enable(s, receive ? AFD_POLL_RECEIVE | AFD_POLL_RECEIVE_EXPEDITED : 0);
    if (!receive && status == STATUS_DEVICE_NOT_READY)
        afd_select_enable(s, AFD_POLL_SEND);
    return status;
}

/* A fresh descriptor for the endpoint, bound as before unless it was accepted. */
static NTSTATUS renew(struct nt_file *f)
{
    struct afd_socket *s = afd_of(f);
    struct sockaddr_storage own = {0};
    socklen_t n = sizeof(own);
    int on = 1;
    bool bind_again = !s->accepted && s->family != AFD_UNIX &&
                      getsockname(f->fd, (struct sockaddr *)&own, &n) == 0;
    int fd =
        socket(afd_host_family(s->family), s->type | SOCK_CLOEXEC | SOCK_NONBLOCK, s->protocol);

    if (fd < 0)
        return afd_status(errno);
    if (s->family == 23)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind_again && bind(fd, (struct sockaddr *)&own, n) != 0)
        bind_again = false; /* the port is still in use: the program has to choose another */
    NTSTATUS status = afd_replace(f, fd);
    if (!NT_SUCCESS(status))
        return status;
    atomic_store(&s->bound, bind_again);
    atomic_store(&s->connected, false);
    atomic_store(&s->connect_failed, false);
    atomic_store(&s->shut_send, false);
    atomic_store(&s->shut_receive, false);
    s->accepted = false;
    return STATUS_SUCCESS;
}

NTSTATUS afd_disconnect(struct nt_file *f, ULONG mode, bool reuse)
{
    struct afd_socket *s = afd_of(f);
    bool both = (mode & 3) == 3;

    if (mode & AFD_DISCONNECT_ABORT) {
        struct linger l = {.l_onoff = 1};
        setsockopt(f->fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l));
    }
    if (!(mode & 3))
        return STATUS_SUCCESS;
    if (s->type == SOCK_STREAM && !atomic_load(&s->connected))
        return STATUS_INVALID_CONNECTION;
    int how = both ? SHUT_RDWR : mode & AFD_DISCONNECT_SEND ? SHUT_WR : SHUT_RD;
    /* A datagram socket without a peer is shut for this side alone. */
    if (shutdown(f->fd, how) != 0 && errno != ENOTCONN)
        return afd_status(errno);
    if (mode & AFD_DISCONNECT_SEND)
        atomic_store(&s->shut_send, true);
    if (mode & AFD_DISCONNECT_RECEIVE)
        atomic_store(&s->shut_receive, true);
    return reuse ? renew(f) : STATUS_SUCCESS;
}

static NTSTATUS set_information(struct afd_socket *s, const void *in, uint32_t in_n)
{
    AFD_INFORMATION info = {0};

    if (in_n < sizeof(info))
        return STATUS_INVALID_PARAMETER;
    if (!guest_read(&info, in, sizeof(info)))
        return STATUS_ACCESS_VIOLATION;
    if (info.InformationType != AFD_NONBLOCKING_MODE)
        return STATUS_INVALID_PARAMETER;
    if (!info.Information.Boolean && __atomic_load_n(&s->select_event, __ATOMIC_ACQUIRE))
        return STATUS_INVALID_PARAMETER;
    atomic_store(&s->nonblocking, info.Information.Boolean != 0);
    return STATUS_SUCCESS;
}

static NTSTATUS context(struct afd_socket *s, ULONG code, const void *in, uint32_t in_n, void *out,
                        uint32_t out_n, ULONG_PTR *information)
{
    void *copy = NULL;
    ULONG n;

    if (code == IOCTL_AFD_SET_CONTEXT) {
        if (in_n > MAX_CONTEXT)
            return STATUS_INVALID_PARAMETER;
        if (in_n && !(copy = malloc(in_n)))
            return STATUS_INSUFFICIENT_RESOURCES;
        if (in_n && !guest_read(copy, in, in_n)) {
            free(copy);
            return STATUS_ACCESS_VIOLATION;
        }
        pthread_mutex_lock(&nt_afd_lock);
        void *before = s->context;
        s->context = copy;
        s->context_n = in_n;
        pthread_mutex_unlock(&nt_afd_lock);
        free(before);
        return STATUS_SUCCESS;
    }
    char bytes[MAX_CONTEXT];
    pthread_mutex_lock(&nt_afd_lock);
    n = s->context_n;
    if (n)
        memcpy(bytes, s->context, n);
    pthread_mutex_unlock(&nt_afd_lock);
    bool length = code == IOCTL_AFD_GET_CONTEXT_LENGTH;
    const void *from = length ? (void *)&n : bytes;
    uint32_t size = length ? sizeof(n) : n;
    if (out_n < size)
        return STATUS_BUFFER_TOO_SMALL;
    if (!guest_write(out, from, size))
        return STATUS_ACCESS_VIOLATION;
    *information = size;
    return STATUS_SUCCESS;
}

static NTSTATUS wait_for_listen(struct nt_file *f, struct nt_io *io, void *out, uint32_t out_n,
                                ULONG_PTR *information)
{
    struct afd_request r = request_of(f, io, AFD_OP_LISTEN);

    if (!atomic_load(&r.socket->listening))
        return STATUS_INVALID_PARAMETER;
    if (out_n < sizeof(LONG))
        return STATUS_BUFFER_TOO_SMALL;
    r.out = out;
    r.out_n = out_n;
    NTSTATUS status = afd_submit(&r, information);
    afd_select_enable(afd_of(f), AFD_POLL_ACCEPT);
    return status;
}

static NTSTATUS afd_control(struct nt_file *f, struct nt_io *io, bool file_system, uint32_t code,
                            const void *in, uint32_t in_n, void *out, uint32_t out_n,
                            ULONG_PTR *information)
{
    struct afd_socket *s = afd_of(f);

    if (file_system)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (code == IOCTL_AFD_POLL)
        return afd_poll(f, io, in, in_n, out, out_n, information);
    if (!s)
        return STATUS_INVALID_DEVICE_REQUEST;
    switch (code) {
    case IOCTL_AFD_BIND:
        return do_bind(f, in, in_n, out, out_n, information);
    case IOCTL_AFD_CONNECT:
        return do_connect(f, io, in, in_n, sizeof(AFD_CONNECT_INFO), false, NULL, 0, information);
    case IOCTL_AFD_SUPER_CONNECT:
        return do_connect(f, io, in, in_n, AFD_SUPER_CONNECT_ADDRESS, true, out, out_n,
                          information);
    case IOCTL_AFD_START_LISTEN:
        return do_listen(f, in, in_n);
    case IOCTL_AFD_WAIT_FOR_LISTEN:
        return wait_for_listen(f, io, out, out_n, information);
    case IOCTL_AFD_ACCEPT:
        return do_accept(f, in, in_n);
    case IOCTL_AFD_SUPER_ACCEPT:
        return do_super_accept(f, io, in, in_n, out, out_n, information);
    case IOCTL_AFD_RECEIVE:
    case IOCTL_AFD_RECEIVE_DATAGRAM:
    case IOCTL_AFD_SEND:
    case IOCTL_AFD_SEND_DATAGRAM:
    case IOCTL_AFD_RECEIVE_MESSAGE:
    case IOCTL_AFD_SEND_MESSAGE:
        return do_transfer(f, io, code, in, in_n, information);
    case IOCTL_AFD_TRANSMIT_FILE:
        return afd_transmit_file(f, io, in, in_n, information);
    case IOCTL_AFD_TRANSMIT_PACKETS:
        return afd_transmit_packets(f, io, in, in_n, information);
    case IOCTL_AFD_GET_ADDRESS:
        return get_name(f, false, out, out_n, information);
    case IOCTL_AFD_GET_PEER_ADDRESS:
        return get_name(f, true, out, out_n, information);
    case IOCTL_AFD_SET_INFORMATION:
        return set_information(s, in, in_n);
    case IOCTL_AFD_GET_CONTEXT:
    case IOCTL_AFD_GET_CONTEXT_LENGTH:
    case IOCTL_AFD_SET_CONTEXT:
        return context(s, code, in, in_n, out, out_n, information);
    case IOCTL_AFD_EVENT_SELECT:
        return afd_event_select(s, in, in_n);
    case IOCTL_AFD_ENUM_NETWORK_EVENTS:
        return afd_enum_events(s, in, in_n, out, out_n, information);
    case IOCTL_AFD_TRANSPORT_IOCTL:
        return afd_transport(s, io, in, in_n, out, out_n, information);
    case IOCTL_AFD_PARTIAL_DISCONNECT:
    case IOCTL_AFD_SUPER_DISCONNECT: {
        ULONG mode;
        if (in_n < sizeof(mode))
            return STATUS_INVALID_PARAMETER;
        if (!guest_get(&mode, (const ULONG *)in))
            return STATUS_ACCESS_VIOLATION;
        if (code == IOCTL_AFD_SUPER_DISCONNECT)
            return afd_disconnect(f, 3, mode & AFD_TF_REUSE_SOCKET);
        return afd_disconnect(f, mode, false);
    }
    default:
        return STATUS_INVALID_DEVICE_REQUEST;
    }
}

/* ReadFile and WriteFile. */
static NTSTATUS transfer_file(struct nt_file *f, struct nt_io *io, enum afd_op op, void *buffer,
                              uint32_t n, ULONG_PTR *information)
{
    struct afd_request r = request_of(f, io, op);

    if (!r.socket)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (n > INT32_MAX)
        return STATUS_INVALID_PARAMETER;
    r.small[0] = (struct iovec){buffer, n};
    r.iov = r.small;
    r.iov_count = 1;
    r.overlapped = true;
    return afd_submit(&r, information);
}

static NTSTATUS afd_read(struct nt_file *f, struct nt_io *io, void *buffer, uint32_t n,
                         const int64_t *offset, ULONG_PTR *information)
{
    (void)offset;
    return transfer_file(f, io, AFD_OP_RECEIVE, buffer, n, information);
}

static NTSTATUS afd_write(struct nt_file *f, struct nt_io *io, const void *buffer, uint32_t n,
                          const int64_t *offset, ULONG_PTR *information)
{
    (void)offset;
    return transfer_file(f, io, AFD_OP_SEND, (void *)buffer, n, information);
}

enum { BOUND = 1, LISTENING = 2, CONNECTED = 4, NONBLOCKING = 8, SHUT_S = 16, SHUT_R = 32 };

static bool afd_export(struct nt_file *f, struct nt_export *e)
{
    struct afd_socket *s = afd_of(f);

    if (!s)
        return false;
    *e = (struct nt_export){.kind = NT_TRAVEL_FILE, .fd = f->fd};
    e->word[0] = f->access;
    e->word[1] = f->share;
    e->word[2] = f->options;
    e->word[3] = NT_AFD_EXPORT | (atomic_load(&s->bound) ? BOUND : 0) |
                 (atomic_load(&s->listening) ? LISTENING : 0) |
                 (atomic_load(&s->connected) ? CONNECTED : 0) |
                 (atomic_load(&s->nonblocking) ? NONBLOCKING : 0) |
                 (atomic_load(&s->shut_send) ? SHUT_S : 0) |
                 (atomic_load(&s->shut_receive) ? SHUT_R : 0);
    e->word[4] = (uint32_t)s->protocol;
    return true;
}

struct nt_object *nt_afd_import(const struct nt_export *e)
{
    struct nt_open how = {.access = (ACCESS_MASK)e->word[0],
                          .share = (uint32_t)e->word[1],
                          .options = (uint32_t)e->word[2]};
    int family, type;
    socklen_t n = sizeof(int);
    struct afd_socket *s = NULL;

    if (getsockopt(e->fd, SOL_SOCKET, SO_DOMAIN, &family, &n) == 0 &&
        getsockopt(e->fd, SOL_SOCKET, SO_TYPE, &type, &n) == 0 &&
        (family == AF_INET || family == AF_INET6 || family == AF_UNIX) &&
        fcntl(e->fd, F_SETFL, fcntl(e->fd, F_GETFL) | O_NONBLOCK) == 0)
        s = new_socket(family == AF_INET6 ? 23 : family == AF_INET ? 2 : AFD_UNIX);
    if (!s) {
        close(e->fd);
        return NULL;
    }
    s->type = type;
    s->protocol = (int)e->word[4];
    atomic_init(&s->bound, e->word[3] & BOUND);
    atomic_init(&s->listening, e->word[3] & LISTENING);
    atomic_init(&s->connected, e->word[3] & CONNECTED);
    atomic_init(&s->nonblocking, e->word[3] & NONBLOCKING);
    atomic_init(&s->shut_send, e->word[3] & SHUT_S);
    atomic_init(&s->shut_receive, e->word[3] & SHUT_R);
    struct nt_file *f = new_file(e->fd, &how, s);
    return f ? &f->object : NULL;
}

static const struct nt_file_ops afd_ops = {
    .device_type = NT_FILE_DEVICE_NAMED_PIPE, /* what GetFileType calls a pipe */
    .read = afd_read,
    .write = afd_write,
    .control = afd_control,
    .cancel = afd_cancel,
    .last_handle = afd_last_handle,
    .export_to = afd_export,
    .destroy = afd_destroy,
};
