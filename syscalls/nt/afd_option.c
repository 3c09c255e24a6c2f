/* Sockets: options and socket ioctls. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "syscalls/nt/afd.h"

#define NT_SOL_SOCKET 0xffff
#define NT_FIONREAD 0x4004667fu
#define NT_SIOCATMARK 0x40047307u
#define NT_SIO_KEEPALIVE_VALS 0x98000004u
#define NT_SIO_UDP_CONNRESET 0x9800000cu
#define NT_SIO_UDP_NETRESET 0x9800000fu

enum {
    NT_SO_ACCEPTCONN = 2,
    NT_SO_REUSEADDR = 4,
    NT_SO_LINGER = 0x80,
    NT_SO_SNDBUF = 0x1001,
    NT_SO_RCVBUF,
    NT_SO_SNDTIMEO = 0x1005,
    NT_SO_RCVTIMEO,
    NT_SO_ERROR,
    NT_SO_TYPE,
    NT_SO_MAX_MSG_SIZE = 0x2003,
    NT_SO_CONNECT_TIME = 0x700c,
    NT_SO_UPDATE_ACCEPT = 0x700b,
    NT_SO_UPDATE_CONNECT = 0x7010,
    NT_SO_EXCLUSIVE = ~4
};

/* Options that are integers on both sides, with the same meaning. */
static const struct row {
    int level, option, host_level, host_option;
} rows[] = {
    {NT_SOL_SOCKET, 0x1, SOL_SOCKET, SO_DEBUG},
    {NT_SOL_SOCKET, 0x8, SOL_SOCKET, SO_KEEPALIVE},
    {NT_SOL_SOCKET, 0x10, SOL_SOCKET, SO_DONTROUTE},
    {NT_SOL_SOCKET, 0x20, SOL_SOCKET, SO_BROADCAST},
    {NT_SOL_SOCKET, 0x100, SOL_SOCKET, SO_OOBINLINE},
    {NT_SOL_SOCKET, NT_SO_SNDBUF, SOL_SOCKET, SO_SNDBUF},
    {NT_SOL_SOCKET, NT_SO_RCVBUF, SOL_SOCKET, SO_RCVBUF},
    {IPPROTO_TCP, 1, IPPROTO_TCP, TCP_NODELAY},
    {IPPROTO_TCP, 3, IPPROTO_TCP, TCP_KEEPIDLE},
    {IPPROTO_TCP, 4, IPPROTO_TCP, TCP_MAXSEG},
    {IPPROTO_TCP, 16, IPPROTO_TCP, TCP_KEEPCNT},
    {IPPROTO_TCP, 17, IPPROTO_TCP, TCP_KEEPINTVL},
    {IPPROTO_IP, 2, IPPROTO_IP, IP_HDRINCL},
    {IPPROTO_IP, 3, IPPROTO_IP, IP_TOS},
    {IPPROTO_IP, 4, IPPROTO_IP, IP_TTL},
    {IPPROTO_IP, 10, IPPROTO_IP, IP_MULTICAST_TTL},
    {IPPROTO_IP, 11, IPPROTO_IP, IP_MULTICAST_LOOP},
    {IPPROTO_IPV6, 4, IPPROTO_IPV6, IPV6_UNICAST_HOPS},
    {IPPROTO_IPV6, 9, IPPROTO_IPV6, IPV6_MULTICAST_IF},
    {IPPROTO_IPV6, 10, IPPROTO_IPV6, IPV6_MULTICAST_HOPS},
    {IPPROTO_IPV6, 11, IPPROTO_IPV6, IPV6_MULTICAST_LOOP},
    {IPPROTO_IPV6, 27, IPPROTO_IPV6, IPV6_V6ONLY},
};

/* Options whose structures are the same on both sides. */
static const struct {
    int level, option, host_option;
    uint32_t size;
} structures[] = {
    {IPPROTO_IP, 9, IP_MULTICAST_IF, 4},          {IPPROTO_IP, 12, IP_ADD_MEMBERSHIP, 8},
    {IPPROTO_IP, 13, IP_DROP_MEMBERSHIP, 8},      {IPPROTO_IPV6, 12, IPV6_ADD_MEMBERSHIP, 20},
    {IPPROTO_IPV6, 13, IPV6_DROP_MEMBERSHIP, 20},
};

static const struct row *find(int level, int option)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].level == level && rows[i].option == option)
            return &rows[i];
    return NULL;
}

static NTSTATUS host_set(struct afd_socket *s, int level, int option, const void *v, socklen_t n)
{
    return setsockopt(s->file->fd, level, option, v, n) == 0 ? STATUS_SUCCESS : afd_status(errno);
}

/* Integers may be given in fewer bytes: a BOOLEAN. */
static NTSTATUS get_integer(const void *in, uint32_t n, int *value)
{
    *value = 0;
    if (!n)
        return STATUS_ACCESS_VIOLATION;
    return guest_read(value, in, n < sizeof(*value) ? n : sizeof(*value)) ? STATUS_SUCCESS
                                                                          : STATUS_ACCESS_VIOLATION;
}

static NTSTATUS set_option(struct afd_socket *s, int level, int option, const void *in, uint32_t n)
{
    const struct row *row = find(level, option);
    int value;

    for (size_t i = 0; i < sizeof(structures) / sizeof(structures[0]); i++)
        if (structures[i].level == level && structures[i].option == option) {
            char bytes[32];
            if (n < structures[i].size)
                return STATUS_ACCESS_VIOLATION;
            if (!guest_read(bytes, in, structures[i].size))
                return STATUS_ACCESS_VIOLATION;
            return host_set(s, level, structures[i].host_option, bytes, structures[i].size);
        }
    if (level == NT_SOL_SOCKET &&
        (option == NT_SO_UPDATE_ACCEPT || option == NT_SO_UPDATE_CONNECT)) {
        /* The endpoint has known since the connection was made. */
        return atomic_load(&s->connected) ? STATUS_SUCCESS : STATUS_INVALID_CONNECTION;
    }
    if (level == NT_SOL_SOCKET && option == NT_SO_LINGER) {
        USHORT l[2];
        if (n < sizeof(l))
            return STATUS_ACCESS_VIOLATION;
        if (!guest_read(l, in, sizeof(l)))
            return STATUS_ACCESS_VIOLATION;
        struct linger host = {l[0], l[1]};
        return host_set(s, SOL_SOCKET, SO_LINGER, &host, sizeof(host));
    }
    NTSTATUS status = get_integer(in, n, &value);
    if (!NT_SUCCESS(status))
        return status;
    if (row) {
        if (row->host_option == SO_SNDBUF || row->host_option == SO_RCVBUF) {
            if (row->host_level == SOL_SOCKET)
                value = value > INT32_MAX / 2 || value < 0 ? INT32_MAX / 2 : value;
        }
        return host_set(s, row->host_level, row->host_option, &value, sizeof(value));
    }
    if (level == IPPROTO_IP && option == 14) { /* IP_DONTFRAGMENT */
        int how = value ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT;
        return host_set(s, IPPROTO_IP, IP_MTU_DISCOVER, &how, sizeof(how));
    }
    if (level != NT_SOL_SOCKET)
        return STATUS_NOT_SUPPORTED;
    switch (option) {
    case NT_SO_REUSEADDR:
        if (atomic_load(&s->exclusive) && value)
            return STATUS_INVALID_PARAMETER;
        atomic_store(&s->reuse, value != 0);
        return STATUS_SUCCESS;
    case NT_SO_EXCLUSIVE:
        if (atomic_load(&s->reuse) && value)
            return STATUS_INVALID_PARAMETER;
        atomic_store(&s->exclusive, value != 0);
        return STATUS_SUCCESS;
    case NT_SO_SNDTIMEO:
        atomic_store(&s->send_timeout, (unsigned)value);
        return STATUS_SUCCESS;
    case NT_SO_RCVTIMEO:
        atomic_store(&s->receive_timeout, (unsigned)value);
        return STATUS_SUCCESS;
    default:
        return STATUS_NOT_SUPPORTED;
    }
}

static NTSTATUS put(void *out, uint32_t out_n, const void *value, uint32_t n,
                    ULONG_PTR *information)
{
    if (!out_n)
        return STATUS_ACCESS_VIOLATION;
    if (n > out_n)
        n = out_n; /* a BOOLEAN */
    if (!guest_write(out, value, n))
        return STATUS_ACCESS_VIOLATION;
    *information = n;
    return STATUS_SUCCESS;
}

/* What WSAGetLastError says about an error of the connection; the library's numbers. */
static int socket_error(struct afd_socket *s)
{
    int error = 0;
    socklen_t n = sizeof(error);

    if (atomic_load(&s->connecting))
        afd_settle_connect(s);
    error = atomic_exchange(&s->connect_error, 0);
    if (!error && getsockopt(s->file->fd, SOL_SOCKET, SO_ERROR, &error, &n) != 0)
        error = errno;
    return error;
}

static NTSTATUS get_option(struct afd_socket *s, int level, int option, void *out, uint32_t out_n,
                           ULONG_PTR *information)
{
    const struct row *row = find(level, option);
    int value = 0;
    socklen_t n = sizeof(value);

    if (row) {
        if (getsockopt(s->file->fd, row->host_level, row->host_option, &value, &n) != 0)
            return afd_status(errno);
        /* The host tells twice what was set. */
        if (row->host_level == SOL_SOCKET &&
            (row->host_option == SO_SNDBUF || row->host_option == SO_RCVBUF))
            value /= 2;
        return put(out, out_n, &value, sizeof(value), information);
    }
    if (level == IPPROTO_IP && option == 14) {
        if (getsockopt(s->file->fd, IPPROTO_IP, IP_MTU_DISCOVER, &value, &n) != 0)
            return afd_status(errno);
        value = value == IP_PMTUDISC_DO;
        return put(out, out_n, &value, sizeof(value), information);
    }
    if (level != NT_SOL_SOCKET)
        return STATUS_NOT_SUPPORTED;
    switch (option) {
    case NT_SO_ACCEPTCONN:
        value = atomic_load(&s->listening);
        break;
    case NT_SO_REUSEADDR:
        value = atomic_load(&s->reuse);
        break;
    case NT_SO_EXCLUSIVE:
        value = atomic_load(&s->exclusive);
        break;
    case NT_SO_SNDTIMEO:
        value = (int)atomic_load(&s->send_timeout);
        break;
    case NT_SO_RCVTIMEO:
        value = (int)atomic_load(&s->receive_timeout);
        break;
    case NT_SO_TYPE:
        value = s->type;
        break;
    case NT_SO_MAX_MSG_SIZE:
        value = s->type == SOCK_STREAM ? 0 : 65507;
        break;
    case NT_SO_ERROR:
        value = (int)afd_status(socket_error(s));
        break; /* a status: see ws2_32 */
    case NT_SO_CONNECT_TIME: {
        struct timespec now;
        clock_gettime(CLOCK_MONOTONIC, &now);
        value = atomic_load(&s->connected) ? (int)(now.tv_sec - atomic_load(&s->since)) : -1;
        break;
    }
    case NT_SO_LINGER: {
        struct linger l;
        n = sizeof(l);
        if (getsockopt(s->file->fd, SOL_SOCKET, SO_LINGER, &l, &n) != 0)
            return afd_status(errno);
        USHORT nt[2] = {(USHORT)l.l_onoff, (USHORT)l.l_linger};
        if (out_n < sizeof(nt))
            return STATUS_ACCESS_VIOLATION;
        return put(out, out_n, nt, sizeof(nt), information);
    }
    default:
        return STATUS_NOT_SUPPORTED;
    }
    return put(out, out_n, &value, sizeof(value), information);
}

static NTSTATUS keep_alive(struct afd_socket *s, const void *in, uint32_t n)
{
    ULONG v[3]; /* on, first probe and distance of probes in ms */

    if (n < sizeof(v))
        return STATUS_ACCESS_VIOLATION;
    if (!guest_read(v, in, sizeof(v)))
        return STATUS_ACCESS_VIOLATION;
    int on = v[0] != 0;
    NTSTATUS status = host_set(s, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
    for (int i = 1; on && i < 3 && NT_SUCCESS(status); i++) {
        /* The host counts in seconds and has an upper limit. */
        int seconds = v[i] / 1000 > 32767 ? 32767 : v[i] < 1000 ? 1 : (int)(v[i] / 1000);
        status = host_set(s, IPPROTO_TCP, i == 1 ? TCP_KEEPIDLE : TCP_KEEPINTVL, &seconds,
                          sizeof(seconds));
    }
    return status;
}

static NTSTATUS socket_ioctl(struct afd_socket *s, ULONG code, const void *in, uint32_t in_n,
                             void *out, uint32_t out_n, ULONG_PTR *information)
{
    int value = 0;
    NTSTATUS status;

    switch (code) {
    case NT_FIONREAD:
        if (ioctl(s->file->fd, FIONREAD, &value) != 0)
            return afd_status(errno);
        return out_n < sizeof(value) ? STATUS_ACCESS_VIOLATION
                                     : put(out, out_n, &value, sizeof(value), information);
    case NT_SIOCATMARK:
        if (ioctl(s->file->fd, SIOCATMARK, &value) != 0)
            return afd_status(errno);
        value = !value; /* NT: is there no urgent data ahead? */
        return put(out, out_n, &value, sizeof(value), information);
    case NT_SIO_KEEPALIVE_VALS:
        return keep_alive(s, in, in_n);
    case NT_SIO_UDP_CONNRESET:
    case NT_SIO_UDP_NETRESET:
        if (s->type != SOCK_DGRAM)
            return STATUS_NOT_SUPPORTED;
        status = get_integer(in, in_n, &value);
        if (NT_SUCCESS(status) && code == NT_SIO_UDP_CONNRESET)
            atomic_store(&s->no_reset, value == 0);
        return status;
    default:
        return STATUS_NOT_SUPPORTED;
    }
}

NTSTATUS afd_transport(struct afd_socket *s, struct nt_io *io, const void *in, uint32_t in_n,
                       void *out, uint32_t out_n, ULONG_PTR *information)
{
    AFD_TRANSPORT_CONTROL c;

    (void)io;
    if (in_n < sizeof(c))
        return STATUS_INVALID_PARAMETER;
    if (!guest_read(&c, in, sizeof(c)))
        return STATUS_ACCESS_VIOLATION;
    if (c.InputBufferLength > INT32_MAX)
        return STATUS_INVALID_PARAMETER;
    uint32_t n = (uint32_t)c.InputBufferLength;
    switch (c.Type) {
    case AFD_CONTROL_SET_OPTION:
        return set_option(s, (int)c.Level, (int)c.Code, c.InputBuffer, n);
    case AFD_CONTROL_GET_OPTION:
        return get_option(s, (int)c.Level, (int)c.Code, out, out_n, information);
    case AFD_CONTROL_IOCTL:
        return socket_ioctl(s, c.Code, c.InputBuffer, n, out, out_n, information);
    default:
        return STATUS_INVALID_PARAMETER;
    }
}
