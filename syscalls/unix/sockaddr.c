/* Socket addresses and control messages: with a length here, without one there. */
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "syscalls/unix/socket.h"

int unix_family_to_host(int family)
{
    if (family == unix_abi->inet6)
        return AF_INET6;
    return family == UNIX_AF_UNSPEC || family == UNIX_AF_LOCAL || family == UNIX_AF_INET ? family
                                                                                         : -1;
}

int unix_family_of_host(int family)
{
    if (family == AF_INET6)
        return unix_abi->inet6;
    return family == AF_UNIX || family == AF_INET ? family : UNIX_AF_UNSPEC;
}

int unix_sockaddr_to_host(struct sockaddr_storage *to, const struct unix_sockaddr *from, size_t n)
{
    memset(to, 0, sizeof(*to));
    if (n < 2)
        return -EINVAL;
    /* The length inside is not looked at: the kernel sets it from the argument as well. */
    switch (from->family) {
    case UNIX_AF_UNSPEC:
        to->ss_family = AF_UNSPEC;
        return sizeof(struct sockaddr);
    case UNIX_AF_INET: {
        struct unix_sockaddr_in in;
        struct sockaddr_in *s = (void *)to;
        if (n != sizeof(in))
            return -EINVAL;
        memcpy(&in, from, sizeof(in));
        s->sin_family = AF_INET;
        s->sin_port = in.port;
        s->sin_addr.s_addr = in.addr;
        return sizeof(*s);
    }
    case UNIX_AF_LOCAL: {
        struct sockaddr_un *s = (void *)to;
        size_t path = n - 2 < UNIX_SUN_PATH ? n - 2 : UNIX_SUN_PATH;
        if (n - 2 > UNIX_SUN_PATH)
            return -EINVAL;
        s->sun_family = AF_UNIX;
        memcpy(s->sun_path, from->data, path);
        size_t length = strnlen(s->sun_path, path);
        return (int)(offsetof(struct sockaddr_un, sun_path) + length + 1);
    }
    default:
        break;
    }
    if (from->family == unix_abi->inet6) {
        struct unix_sockaddr_in6 in;
        struct sockaddr_in6 *s = (void *)to;
        if (n != sizeof(in))
            return -EINVAL;
        memcpy(&in, from, sizeof(in));
        s->sin6_family = AF_INET6;
        s->sin6_port = in.port;
        s->sin6_flowinfo = in.flowinfo;
        memcpy(&s->sin6_addr, in.addr, 16);
        s->sin6_scope_id = in.scope_id;
        return sizeof(*s);
    }
    return -EAFNOSUPPORT;
}

size_t unix_sockaddr_of_host(struct unix_sockaddr *to, const struct sockaddr_storage *from,
                             socklen_t n)
{
    memset(to, 0, sizeof(*to));
    if (n < sizeof(sa_family_t))
        return 0;
    switch (from->ss_family) {
    case AF_INET: {
        const struct sockaddr_in *s = (const void *)from;
        struct unix_sockaddr_in in = {
            sizeof(in), UNIX_AF_INET, s->sin_port, s->sin_addr.s_addr, {0}};
        memcpy(to, &in, sizeof(in));
        return sizeof(in);
    }
    case AF_INET6: {
        const struct sockaddr_in6 *s = (const void *)from;
        struct unix_sockaddr_in6 in = {.len = sizeof(in),
                                       .family = (uint8_t)unix_abi->inet6,
                                       .port = s->sin6_port,
                                       .flowinfo = s->sin6_flowinfo,
                                       .scope_id = s->sin6_scope_id};
        memcpy(in.addr, &s->sin6_addr, 16);
        memcpy(to, &in, sizeof(in));
        return sizeof(in);
    }
    case AF_UNIX: {
        const struct sockaddr_un *s = (const void *)from;
        size_t path = n - offsetof(struct sockaddr_un, sun_path);
        if (path > UNIX_SUN_PATH)
            path = UNIX_SUN_PATH;
        path = strnlen(s->sun_path, path);
        /* One without a name has none of its bytes, but is as long as the family demands. */
        to->family = UNIX_AF_LOCAL;
        if (!path) {
            to->len = 16;
            return 16;
        }
        memcpy(to->data, s->sun_path, path);
        to->len = (uint8_t)(2 + path + 1);
        return to->len;
    }
    default:
        to->len = 16;
        to->family = UNIX_AF_UNSPEC;
        return 16;
    }
}

/* --- control messages ------------------------------------------------------------------------- */

static size_t align8(size_t n)
{
    return (n + 7) & ~7ul;
}

static int append(void *to, size_t max, size_t *at, int level, int type, const void *data, size_t n)
{
    struct cmsghdr c = {.cmsg_len = CMSG_LEN(n), .cmsg_level = level, .cmsg_type = type};
    if (max - *at < CMSG_SPACE(n))
        return -EMSGSIZE;
    memset((char *)to + *at, 0, CMSG_SPACE(n));
    memcpy((char *)to + *at, &c, sizeof(c));
    memcpy((char *)to + *at + sizeof(c), data, n);
    *at += CMSG_SPACE(n);
    return 0;
}

/* Numbers of IPv6's control messages: IPV6_HOPLIMIT 47, IPV6_PKTINFO 46, IPV6_TCLASS 61. */
static const struct unix_pair ip6_messages[] = {
    {46, IPV6_PKTINFO}, {47, IPV6_HOPLIMIT}, {61, IPV6_TCLASS}, {UINT32_MAX, 0}};

int64_t unix_control_to_host(void *to, size_t max, const void *from, size_t n, bool *creds)
{
    size_t out = 0;

    *creds = false;
    for (size_t at = 0; n - at >= sizeof(struct unix_cmsghdr);) {
        struct unix_cmsghdr c;
        memcpy(&c, (const char *)from + at, sizeof(c));
        if (c.len < sizeof(c) || c.len > n - at)
            return -EINVAL;
        const char *data = (const char *)from + at + UNIX_CMSG_DATA;
        size_t length = c.len > UNIX_CMSG_DATA ? c.len - UNIX_CMSG_DATA : 0;
        int error = -EINVAL;
        if (c.level == UNIX_SOL_SOCKET && c.type == UNIX_SCM_RIGHTS) {
            for (size_t i = 0; i + 4 <= length; i += 4) {
                int fd;
                memcpy(&fd, data + i, 4);
                if (unix_fd_is_ours(fd))
                    return -EBADF;
            }
            error = append(to, max, &out, SOL_SOCKET, SCM_RIGHTS, data, length & ~3ul);
        } else if (c.level == UNIX_SOL_SOCKET && (uint32_t)c.type == unix_abi->scm_creds) {
            struct ucred me = {getpid(), getuid(), getgid()};
            *creds = true;
            error = append(to, max, &out, SOL_SOCKET, SCM_CREDENTIALS, &me, sizeof(me));
        } else if (c.level == IPPROTO_IPV6) {
            int type = unix_value_to_host(ip6_messages, (uint32_t)c.type);
            if (type >= 0) /* the layouts are the same */
                error = append(to, max, &out, IPPROTO_IPV6, type, data, length);
        } else if (c.level == IPPROTO_IP && c.type == 7 && length == 4) { /* IP_SENDSRCADDR */
            struct in_pktinfo p = {0};
            memcpy(&p.ipi_spec_dst, data, 4);
            error = append(to, max, &out, IPPROTO_IP, IP_PKTINFO, &p, sizeof(p));
        }
        if (error)
            return error;
        size_t step = align8(c.len);
        if (step > n - at)
            break;
        at += step;
    }
    return (int64_t)out;
}

static bool put(void *to, size_t max, size_t *at, int level, uint32_t type, const void *data,
                size_t n)
{
    struct unix_cmsghdr c = {(uint32_t)(UNIX_CMSG_DATA + n), level, (int32_t)type};
    size_t space = align8(UNIX_CMSG_DATA + n);
    /* The last one needs no padding behind it. */
    if (max - *at < UNIX_CMSG_DATA + n)
        return false;
    if (space > max - *at)
        space = max - *at;
    memset((char *)to + *at, 0, space);
    memcpy((char *)to + *at, &c, sizeof(c));
    memcpy((char *)to + *at + UNIX_CMSG_DATA, data, n);
    *at += space;
    return true;
}

size_t unix_control_of_host(void *to, size_t max, const struct msghdr *h, bool *cut, int *lost,
                            int *lost_count)
{
    size_t out = 0;

    *lost_count = 0;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR((struct msghdr *)h, c)) {
        const void *data = CMSG_DATA(c);
        size_t n = c->cmsg_len - sizeof(*c);
        bool ok = true;
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
            size_t fits = max > out + UNIX_CMSG_DATA ? (max - out - UNIX_CMSG_DATA) & ~3ul : 0;
            size_t take = n < fits ? n : fits;
            if (take)
                put(to, max, &out, UNIX_SOL_SOCKET, UNIX_SCM_RIGHTS, data, take);
            for (size_t i = take; i + 4 <= n && *lost_count < 256; i += 4)
                memcpy(&lost[(*lost_count)++], (const char *)data + i, 4);
            ok = take == n;
        } else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS) {
            struct ucred u;
            memcpy(&u, data, sizeof(u));
            if (unix_abi->scm_creds == 3) {
                struct freebsd_cmsgcred f = {.pid = u.pid,
                                             .uid = u.uid,
                                             .euid = u.uid,
                                             .gid = u.gid,
                                             .ngroups = 1,
                                             .groups = {u.gid}};
                ok = put(to, max, &out, UNIX_SOL_SOCKET, 3, &f, sizeof(f));
            } else {
                struct netbsd_sockcred s = {.pid = u.pid,
                                            .uid = u.uid,
                                            .euid = u.uid,
                                            .gid = u.gid,
                                            .egid = u.gid,
                                            .ngroups = 1,
                                            .groups = {u.gid}};
                ok = put(to, max, &out, UNIX_SOL_SOCKET, unix_abi->scm_creds, &s, sizeof(s));
            }
        } else if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMP) {
            ok = put(to, max, &out, UNIX_SOL_SOCKET, unix_abi->scm_timestamp, data, n);
        } else if (c->cmsg_level == IPPROTO_IPV6) {
            int type = unix_value_of_host(ip6_messages, (uint32_t)c->cmsg_type);
            if (type >= 0)
                ok = put(to, max, &out, IPPROTO_IPV6, (uint32_t)type, data, n);
        } else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo p;
            memcpy(&p, data, sizeof(p));
            /* As IP_RECVDSTADDR and IP_RECVIF show it: the address and a link address. */
            struct {
                uint8_t len, family;
                uint16_t index;
                uint8_t type, nlen, alen, slen;
                uint8_t data[46];
            } link = {.len = 54, .family = UNIX_AF_LINK, .index = (uint16_t)p.ipi_ifindex};
            ok = put(to, max, &out, IPPROTO_IP, 7, &p.ipi_addr, 4) &&
                 put(to, max, &out, IPPROTO_IP, 20, &link, sizeof(link));
        } else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TTL) {
            uint8_t ttl = *(const uint8_t *)data;
            ok = put(to, max, &out, IPPROTO_IP, unix_abi->scm_creds == 3 ? 65 : 23, &ttl, 1);
        } else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TOS) {
            ok = put(to, max, &out, IPPROTO_IP, 68, data, 1);
        }
        if (!ok)
            *cut = true;
    }
    return out;
}
