/* Sockets: addresses and errors, between the host's form and NT's. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "syscalls/nt/afd.h"

#define NT_AF_UNSPEC 0
#define NT_AF_INET 2
#define NT_AF_INET6 23

int afd_host_family(int family)
{
    return family == NT_AF_INET    ? AF_INET
           : family == NT_AF_INET6 ? AF_INET6
           : family == AFD_UNIX    ? AF_UNIX
                                   : -1;
}

/* What a socket call means by an errno; files mean other things by some of them. */
NTSTATUS afd_status(int error)
{
    switch (error) {
    case 0:
        return STATUS_SUCCESS;
    case EAGAIN:
        return STATUS_DEVICE_NOT_READY;
    case EINPROGRESS:
        return STATUS_DEVICE_NOT_READY;
    case EALREADY:
        return STATUS_CONNECTION_IN_USE;
    case EADDRINUSE:
        return STATUS_ADDRESS_ALREADY_EXISTS;
    case EADDRNOTAVAIL:
        return STATUS_INVALID_ADDRESS_COMPONENT;
    case EAFNOSUPPORT:
        return STATUS_INVALID_ADDRESS;
    case ECONNRESET:
        return STATUS_CONNECTION_RESET;
    case ECONNABORTED:
        return STATUS_CONNECTION_ABORTED;
    case ECONNREFUSED:
        return STATUS_CONNECTION_REFUSED;
    case EISCONN:
        return STATUS_CONNECTION_ACTIVE;
    case ENOTCONN:
        return STATUS_INVALID_CONNECTION;
    case EDESTADDRREQ:
        return STATUS_INVALID_CONNECTION;
    case ETIMEDOUT:
        return STATUS_IO_TIMEOUT;
    case ENETUNREACH:
        return STATUS_NETWORK_UNREACHABLE;
    case ENETDOWN:
        return STATUS_NETWORK_BUSY;
    case EHOSTUNREACH:
        return STATUS_HOST_UNREACHABLE;
    case EHOSTDOWN:
        return STATUS_HOST_UNREACHABLE;
    case EMSGSIZE:
        return STATUS_INVALID_BUFFER_SIZE;
    case ENOBUFS:
        return STATUS_INSUFFICIENT_RESOURCES;
    case EPIPE:
        return STATUS_CONNECTION_ABORTED;
    case EPROTONOSUPPORT:
        return STATUS_PROTOCOL_NOT_SUPPORTED;
    case ENOPROTOOPT:
        return STATUS_NOT_SUPPORTED;
    case EOPNOTSUPP:
        return STATUS_NOT_SUPPORTED;
    case EPERM:
        return STATUS_ACCESS_DENIED;
    default:
        return nt_status_of_errno(error);
    }
}

NTSTATUS afd_address_in(const struct afd_socket *s, const void *guest, size_t n,
                        struct sockaddr_storage *to, socklen_t *to_n)
{
    union {
        uint16_t family;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } a;
    size_t size = s->family == NT_AF_INET6 ? sizeof(a.v6) : sizeof(a.v4);

    if (n < sizeof(a.family))
        return STATUS_INVALID_PARAMETER;
    memset(&a, 0, sizeof(a));
    if (!guest_read(&a, guest, n < size ? n : size))
        return STATUS_ACCESS_VIOLATION;
    if (a.family == NT_AF_UNSPEC && s->type != 1) { /* takes a datagram socket's peer away */
        memset(to, 0, sizeof(*to));
        to->ss_family = AF_UNSPEC;
        *to_n = sizeof(a.v4);
        return STATUS_SUCCESS;
    }
    if (a.family != s->family)
        return STATUS_INVALID_ADDRESS;
    if (n < size)
        return STATUS_INVALID_PARAMETER;
    memset(to, 0, sizeof(*to));
    memcpy(to, &a, size);
    to->ss_family = (sa_family_t)afd_host_family(s->family);
    *to_n = (socklen_t)size;
    return STATUS_SUCCESS;
}

size_t afd_address_out(const struct sockaddr_storage *from, socklen_t n, void *to)
{
    uint16_t family = from->ss_family == AF_INET6 ? NT_AF_INET6 : (uint16_t)from->ss_family;

    if (n < sizeof(family))
        return 0;
    if (n > sizeof(*from))
        n = sizeof(*from);
    memcpy(to, from, n);
    memcpy(to, &family, sizeof(family));
    return n;
}

size_t afd_name_out(const struct afd_socket *s, int fd, bool peer, void *to)
{
    struct sockaddr_storage a = {0};
    socklen_t n = sizeof(a);

    if ((peer ? getpeername(fd, (struct sockaddr *)&a, &n)
              : getsockname(fd, (struct sockaddr *)&a, &n)) != 0)
        return 0;
    if (s->family == AFD_UNIX)
        return afd_unix_out(&s->names[peer], to);
    size_t size = afd_address_out(&a, n, to);
    errno = size ? 0 : ENOTCONN;
    return size;
}
