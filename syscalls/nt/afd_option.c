/* Sockets: options and socket ioctls. */
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "syscalls/nt/afd.h"

#define NT_SOL_SOCKET 0xffff
#define NT_FIONREAD 0x4004667fu
#define NT_SIOCATMARK 0x40047307u
#define NT_SIO_KEEPALIVE_VALS 0x98000004u
#define NT_SIO_UDP_CONNRESET 0x9800000cu
#define NT_SIO_UDP_NETRESET 0x9800000fu
#define NT_SIO_LOOPBACK_FAST_PATH 0x98000010u
#define NT_SIO_RCVALL 0x98000001u
#define NT_SIO_ROUTING_QUERY 0xc8000014u
#define NT_SIO_ADDRESS_LIST_QUERY 0x48000016u
#define NT_SIO_TCP_INFO 0xd8000027u

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
    {IPPROTO_IP, 19, IPPROTO_IP, IP_PKTINFO},
    {IPPROTO_IP, 21, IPPROTO_IP, IP_RECVTTL},
    {IPPROTO_IP, 31, IPPROTO_IP, IP_UNICAST_IF},
    {IPPROTO_IP, 73, IPPROTO_IP, IP_MTU},
    {IPPROTO_IPV6, 19, IPPROTO_IPV6, IPV6_RECVPKTINFO},
    {IPPROTO_IPV6, 21, IPPROTO_IPV6, IPV6_RECVHOPLIMIT},
    {IPPROTO_IPV6, 26, IPPROTO_IPV6, IPV6_CHECKSUM},
    {IPPROTO_IPV6, 31, IPPROTO_IPV6, IPV6_UNICAST_IF},
    {IPPROTO_IPV6, 39, IPPROTO_IPV6, IPV6_TCLASS},
    {IPPROTO_IPV6, 72, IPPROTO_IPV6, IPV6_MTU},
    {IPPROTO_UDP, 1, SOL_SOCKET, SO_NO_CHECK},
};

#define NT_RECVTOS 40
#define NT_ECN 50
#define NT_DONTFRAGMENT 14
#define NT_MTU_DISCOVER 71
#define NT_TCP_MAXRT 5
#define NT_TCP_MAXRTMS 14
#define NT_SOURCE_FIRST 15 /* IP_ADD_SOURCE_MEMBERSHIP and the three that follow */
#define NT_GROUP_FIRST 41  /* MCAST_JOIN_GROUP ... MCAST_LEAVE_SOURCE_GROUP */
#define NT_GROUP_LAST 46
#define NT_IPV6_PROTECTION 23

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

static bool ip_level(int level)
{
    return level == IPPROTO_IP || level == IPPROTO_IPV6;
}

/* NT's values: not set, do, do not, probe. */
static NTSTATUS set_discovery(struct afd_socket *s, int level, int option, int value)
{
    static const int modes[] = {IP_PMTUDISC_WANT, IP_PMTUDISC_DO, IP_PMTUDISC_DONT,
                                IP_PMTUDISC_PROBE};
    int how;

    if (option == NT_DONTFRAGMENT)
        how = value ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT;
    else if (value >= 0 && value < 4)
        how = modes[value];
    else
        return STATUS_INVALID_PARAMETER;
    return host_set(s, level, level == IPPROTO_IP ? IP_MTU_DISCOVER : IPV6_MTU_DISCOVER, &how,
                    sizeof(how));
}

static NTSTATUS get_discovery(struct afd_socket *s, int level, int option, int *value)
{
    static const int modes[] = {[IP_PMTUDISC_DONT] = 2, [IP_PMTUDISC_WANT] = 0,
                                [IP_PMTUDISC_DO] = 1, [IP_PMTUDISC_PROBE] = 3};
    socklen_t n = sizeof(*value);

    if (getsockopt(s->file->fd, level, level == IPPROTO_IP ? IP_MTU_DISCOVER : IPV6_MTU_DISCOVER,
                   value, &n) != 0)
        return afd_status(errno);
    if (option == NT_DONTFRAGMENT)
        *value = *value == IP_PMTUDISC_DO;
    else
        *value = *value >= 0 && *value < 4 ? modes[*value] : 0;
    return STATUS_SUCCESS;
}

/* ip_mreq_source: the members have another order. */
static NTSTATUS set_source(struct afd_socket *s, int option, const void *in, uint32_t n)
{
    static const int host_options[] = {IP_ADD_SOURCE_MEMBERSHIP, IP_DROP_SOURCE_MEMBERSHIP,
                                       IP_BLOCK_SOURCE, IP_UNBLOCK_SOURCE};
    struct {
        struct in_addr group, source, interface;
    } nt;

    if (n < sizeof(nt) || !guest_read(&nt, in, sizeof(nt)))
        return STATUS_ACCESS_VIOLATION;
    struct ip_mreq_source host = {
        .imr_multiaddr = nt.group, .imr_interface = nt.interface, .imr_sourceaddr = nt.source};
    return host_set(s, IPPROTO_IP, host_options[option - NT_SOURCE_FIRST], &host, sizeof(host));
}

/* GROUP_REQ and GROUP_SOURCE_REQ: an index, then addresses in the room of SOCKADDR_STORAGE. */
static NTSTATUS set_group(struct afd_socket *s, int level, int option, const void *in, uint32_t n)
{
    static const int host_options[] = {MCAST_JOIN_GROUP,          MCAST_LEAVE_GROUP,
                                       MCAST_BLOCK_SOURCE,        MCAST_UNBLOCK_SOURCE,
                                       MCAST_JOIN_SOURCE_GROUP,   MCAST_LEAVE_SOURCE_GROUP};
    struct group_source_req r = {0};
    bool one = option < NT_GROUP_FIRST + 2;
    socklen_t size = one ? sizeof(struct group_req) : sizeof(r);

    if (n < size || !guest_read(&r, in, size))
        return STATUS_ACCESS_VIOLATION;
    struct sockaddr_storage *addresses[] = {&r.gsr_group, &r.gsr_source};
    for (int i = 0; i < (one ? 1 : 2); i++) {
        uint16_t family;
        memcpy(&family, addresses[i], sizeof(family));
        if (family != s->family)
            return STATUS_INVALID_ADDRESS;
        addresses[i]->ss_family = (sa_family_t)afd_host_family(family);
    }
    return host_set(s, level, host_options[option - NT_GROUP_FIRST], &r, size);
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
    if (level == IPPROTO_IP && option >= NT_SOURCE_FIRST && option < NT_SOURCE_FIRST + 4)
        return set_source(s, option, in, n);
    if (ip_level(level) && option >= NT_GROUP_FIRST && option <= NT_GROUP_LAST)
        return set_group(s, level, option, in, n);
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
    if (ip_level(level) && (option == NT_DONTFRAGMENT || option == NT_MTU_DISCOVER))
        return set_discovery(s, level, option, value);
    if (ip_level(level) && (option == NT_RECVTOS || option == NT_ECN)) {
        /* The host has one for both. */
        atomic_store(option == NT_ECN ? &s->receive_ecn : &s->receive_tos, value != 0);
        value = atomic_load(&s->receive_ecn) || atomic_load(&s->receive_tos);
        return host_set(s, level, level == IPPROTO_IP ? IP_RECVTOS : IPV6_RECVTCLASS, &value,
                        sizeof(value));
    }
    if (level == IPPROTO_IPV6 && option == NT_IPV6_PROTECTION) {
        atomic_store(&s->protection, value); /* who may connect from where: firewalls decide */
        return STATUS_SUCCESS;
    }
    if (level == IPPROTO_TCP && (option == NT_TCP_MAXRT || option == NT_TCP_MAXRTMS)) {
        int64_t ms = option == NT_TCP_MAXRT ? (int64_t)value * 1000 : value;
        unsigned timeout = ms < 0 ? 0 : ms > INT32_MAX ? INT32_MAX : (unsigned)ms;
        return host_set(s, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, sizeof(timeout));
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
    if (ip_level(level) && (option == NT_DONTFRAGMENT || option == NT_MTU_DISCOVER)) {
        NTSTATUS status = get_discovery(s, level, option, &value);
        if (!NT_SUCCESS(status))
            return status;
        return put(out, out_n, &value, sizeof(value), information);
    }
    if (ip_level(level) && (option == NT_RECVTOS || option == NT_ECN)) {
        value = atomic_load(option == NT_ECN ? &s->receive_ecn : &s->receive_tos);
        return put(out, out_n, &value, sizeof(value), information);
    }
    if (level == IPPROTO_IPV6 && option == NT_IPV6_PROTECTION) {
        value = atomic_load(&s->protection);
        if (!value)
            value = 20; /* PROTECTION_LEVEL_EDGERESTRICTED, the default */
        return put(out, out_n, &value, sizeof(value), information);
    }
    if (level == IPPROTO_TCP && (option == NT_TCP_MAXRT || option == NT_TCP_MAXRTMS)) {
        if (getsockopt(s->file->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &value, &n) != 0)
            return afd_status(errno);
        if (option == NT_TCP_MAXRT)
            value /= 1000;
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

/* SOCKET_ADDRESS_LIST: a count, then pointers and lengths, then what they point at. */
static NTSTATUS address_list(struct afd_socket *s, char *out, uint32_t out_n,
                             ULONG_PTR *information)
{
    struct ifaddrs *all, *i;
    struct {
        uint64_t pointer;
        uint32_t length, pad;
    } row = {0};
    int family = afd_host_family(s->family);
    uint32_t count = 0;
    size_t size = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
    bool ok = true;

    if (family != AF_INET && family != AF_INET6)
        return STATUS_NOT_SUPPORTED;
    if (getifaddrs(&all) != 0)
        return afd_status(errno);
    for (i = all; i; i = i->ifa_next)
        count += i->ifa_addr && i->ifa_addr->sa_family == family && !(i->ifa_flags & IFF_LOOPBACK);
    size_t need = 8 + count * (sizeof(row) + ((size + 7) & ~(size_t)7));
    char *address = out + 8 + count * sizeof(row);
    if (out_n >= need) {
        uint32_t n = 0;
        ok = guest_write(out, &count, sizeof(count));
        for (i = all; i && ok && n < count; i = i->ifa_next) {
            char nt[sizeof(struct sockaddr_storage)];
            if (!i->ifa_addr || i->ifa_addr->sa_family != family || (i->ifa_flags & IFF_LOOPBACK))
                continue;
            struct sockaddr_storage a = {0};
            memcpy(&a, i->ifa_addr, size);
            row.length = (uint32_t)afd_address_out(&a, (socklen_t)size, nt);
            row.pointer = (uintptr_t)address;
            ok = guest_write(address, nt, size) &&
                 guest_write(out + 8 + n * sizeof(row), &row, sizeof(row));
            address += (size + 7) & ~(size_t)7;
            n++;
        }
    }
    freeifaddrs(all);
    if (!ok || out_n < need)
        return STATUS_ACCESS_VIOLATION;
    *information = need;
    return STATUS_SUCCESS;
}

/* The address from which packets to another one would go. */
static NTSTATUS routing_query(struct afd_socket *s, const void *in, uint32_t in_n, void *out,
                              uint32_t out_n, ULONG_PTR *information)
{
    struct sockaddr_storage to, own = {0};
    socklen_t n, own_n = sizeof(own);
    char nt[sizeof(struct sockaddr_storage)];

    if (s->family == AFD_UNIX)
        return STATUS_NOT_SUPPORTED;
    NTSTATUS status = afd_address_in(s, in, in_n, &to, &n);
    if (!NT_SUCCESS(status))
        return status == STATUS_INVALID_PARAMETER ? STATUS_ACCESS_VIOLATION : status;
    in_port_t *port = &((struct sockaddr_in *)&to)->sin_port; /* at the same place in both */
    if (!*port)
        *port = htons(9);
    int fd = socket(to.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return afd_status(errno);
    if (connect(fd, (struct sockaddr *)&to, n) != 0 ||
        getsockname(fd, (struct sockaddr *)&own, &own_n) != 0)
        status = afd_status(errno);
    close(fd);
    if (!NT_SUCCESS(status))
        return status;
    ((struct sockaddr_in *)&own)->sin_port = 0;
    size_t size = afd_address_out(&own, own_n, nt);
    return out_n < size ? STATUS_ACCESS_VIOLATION
                        : put(out, out_n, nt, (uint32_t)size, information);
}

/* TCP_INFO_v0 */
static NTSTATUS tcp_info(struct afd_socket *s, const void *in, uint32_t in_n, void *out,
                         uint32_t out_n, ULONG_PTR *information)
{
    static const uint8_t states[] = {0, 4, 2, 3, 5, 6, 10, 0, 7, 9, 1, 8};
    struct tcp_info host = {0};
    socklen_t n = sizeof(host);
    int version;
    struct {
        uint32_t state, mss;
        uint64_t milliseconds;
        uint8_t timestamps, pad[3];
        uint32_t rtt, min_rtt, in_flight, cwnd, send_window, receive_window, receive_buffer;
        uint64_t bytes_out, bytes_in;
        uint32_t reordered, retransmitted, fast_retransmit, duplicate_acks, timeouts;
        uint8_t syn_retransmits, pad2[3];
    } nt = {0};
    _Static_assert(sizeof(nt) == 88, "TCP_INFO_v0");

    if (s->type != SOCK_STREAM || s->family == AFD_UNIX)
        return STATUS_NOT_SUPPORTED;
    NTSTATUS status = get_integer(in, in_n, &version);
    if (!NT_SUCCESS(status))
        return status;
    if (version != 0)
        return STATUS_NOT_SUPPORTED;
    if (out_n < sizeof(nt))
        return STATUS_ACCESS_VIOLATION;
    if (getsockopt(s->file->fd, IPPROTO_TCP, TCP_INFO, &host, &n) != 0)
        return afd_status(errno);
    nt.state = host.tcpi_state < sizeof(states) ? states[host.tcpi_state] : 0;
    nt.mss = host.tcpi_snd_mss;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (atomic_load(&s->connected))
        nt.milliseconds = (uint64_t)(now.tv_sec - atomic_load(&s->since)) * 1000;
    nt.timestamps = host.tcpi_options & TCPI_OPT_TIMESTAMPS;
    nt.rtt = host.tcpi_rtt;
    nt.min_rtt = host.tcpi_rtt; /* the host's headers do not tell the least one */
    nt.in_flight = host.tcpi_unacked * host.tcpi_snd_mss;
    nt.cwnd = host.tcpi_snd_cwnd * host.tcpi_snd_mss;
    nt.receive_window = nt.receive_buffer = host.tcpi_rcv_space;
    nt.retransmitted = host.tcpi_total_retrans * host.tcpi_snd_mss;
    return put(out, out_n, &nt, sizeof(nt), information);
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
    case NT_SIO_LOOPBACK_FAST_PATH: /* a hint; the host has one path */
        if (s->type != SOCK_STREAM)
            return STATUS_NOT_SUPPORTED;
        return get_integer(in, in_n, &value);
    case NT_SIO_RCVALL:
        return STATUS_ACCESS_DENIED; /* capturing is for administrators */
    case NT_SIO_ADDRESS_LIST_QUERY:
        return address_list(s, out, out_n, information);
    case NT_SIO_ROUTING_QUERY:
        return routing_query(s, in, in_n, out, out_n, information);
    case NT_SIO_TCP_INFO:
        return tcp_info(s, in, in_n, out, out_n, information);
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
