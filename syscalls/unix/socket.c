/* Sockets. Addresses carry their length; families, types, flags and options have other numbers. */
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "syscalls/unix/file.h"
#include "syscalls/unix/handlers.h"
#include "syscalls/unix/socket.h"

/* A guest's address for the host. Names of local sockets go below --root like any path. */
static int address(struct unix_thread *t, struct sockaddr_storage *to, const void *guest,
                   uint32_t n)
{
    struct unix_sockaddr a = {0};

    if ((int32_t)n < 0)
        return -EINVAL;
    if (n > sizeof(a))
        return -ENAMETOOLONG;
    if (!guest_read(&a, guest, n))
        return -EFAULT;
    int length = unix_sockaddr_to_host(to, &a, n);
    if (length < 0 || to->ss_family != AF_UNIX || !unix_process.root)
        return length;
    char path[PATH_MAX];
    struct sockaddr_un *u = (void *)to;
    int dirfd = AT_FDCWD;
    /* The name may lack its terminator there: then it is taken as it is. */
    if (!memchr(a.data, 0, n - 2))
        return length;
    int error = unix_path(t, &dirfd, (const char *)guest + 2, path);
    if (error)
        return error;
    if (strlen(path) >= sizeof(u->sun_path))
        return -ENAMETOOLONG;
    strcpy(u->sun_path, path);
    return (int)(offsetof(struct sockaddr_un, sun_path) + strlen(path) + 1);
}

static int64_t put_address(void *guest, void *guest_length, const struct sockaddr_storage *from,
                           socklen_t n)
{
    struct unix_sockaddr a;
    uint32_t room;

    if (!guest)
        return 0;
    if (!guest_read(&room, guest_length, sizeof(room)))
        return -EFAULT;
    if ((int32_t)room < 0)
        return -EINVAL;
    size_t length = unix_sockaddr_of_host(&a, from, n);
    uint32_t tell = (uint32_t)length;
    if (room > length)
        room = (uint32_t)length;
    if (!guest_write(guest, &a, room) || !guest_write(guest_length, &tell, sizeof(tell)))
        return -EFAULT;
    return 0;
}

static int type_to_host(int32_t type, int *flags)
{
    uint32_t known = UNIX_SOCK_CLOEXEC | UNIX_SOCK_NONBLOCK | unix_abi->sock_nosigpipe;
    *flags = (type & UNIX_SOCK_CLOEXEC ? SOCK_CLOEXEC : 0) |
             (type & UNIX_SOCK_NONBLOCK ? SOCK_NONBLOCK : 0);
    return (int)((uint32_t)type & ~known);
}

int64_t sys_socket(struct unix_thread *t, int32_t domain, int32_t type, int32_t protocol)
{
    int flags, plain = type_to_host(type, &flags), family = unix_family_to_host(domain);

    (void)t;
    if (family <= 0)
        return -EAFNOSUPPORT;
    if (plain < SOCK_STREAM || plain > SOCK_SEQPACKET)
        return -EPROTOTYPE;
    if (protocol == 132) /* SCTP */
        return -EPROTONOSUPPORT;
    int64_t fd = unix_host(SYS_socket, family, plain | flags, protocol, 0, 0, 0);
    if (fd == -ESOCKTNOSUPPORT)
        return -EPROTOTYPE;
    if (fd >= 0 && ((uint32_t)type & unix_abi->sock_nosigpipe))
        unix_fd_set_nosigpipe((int32_t)fd, true);
    return fd;
}

int64_t sys_socketpair(struct unix_thread *t, int32_t domain, int32_t type, int32_t protocol,
                       void *rsv)
{
    int flags, fds[2], plain = type_to_host(type, &flags), family = unix_family_to_host(domain);

    (void)t;
    if (family <= 0)
        return -EAFNOSUPPORT;
    int64_t r = unix_host(SYS_socketpair, family, plain | flags, protocol, (long)fds, 0, 0);
    if (r < 0)
        return r == -ESOCKTNOSUPPORT ? -EPROTOTYPE : r;
    if (!guest_write(rsv, fds, sizeof(fds))) {
        unix_close(fds[0]);
        unix_close(fds[1]);
        return -EFAULT;
    }
    for (int i = 0; i < 2 && ((uint32_t)type & unix_abi->sock_nosigpipe); i++)
        unix_fd_set_nosigpipe(fds[i], true);
    return 0;
}

int64_t sys_bind(struct unix_thread *t, int32_t s, const void *name, uint32_t namelen)
{
    struct sockaddr_storage a;
    int n = address(t, &a, name, namelen);
    return n < 0 ? n : unix_host(SYS_bind, s, (long)&a, n, 0, 0, 0);
}

int64_t sys_connect(struct unix_thread *t, int32_t s, const void *name, uint32_t namelen)
{
    struct sockaddr_storage a;
    int n = address(t, &a, name, namelen);

    if (n < 0)
        return n;
    int64_t r = unix_block(t, SYS_connect, s, (long)&a, n, 0, 0, 0);
    /* A local socket without anyone behind: the host may say EAGAIN for a full queue. */
    if (r == -EAGAIN && a.ss_family == AF_UNIX)
        return -ECONNREFUSED;
    return r;
}

int64_t sys_listen(struct unix_thread *t, int32_t s, int32_t backlog)
{
    (void)t;
    return unix_host(SYS_listen, s, backlog, 0, 0, 0, 0);
}

int64_t unix_accept(struct unix_thread *t, int32_t s, void *name, void *anamelen, int host_flags)
{
    struct sockaddr_storage a;
    socklen_t n = sizeof(a);

    int64_t fd = unix_block_restart(t, SYS_accept4, s, (long)&a, (long)&n, host_flags, 0, 0);
    if (fd < 0)
        return fd;
    int64_t error = put_address(name, anamelen, &a, n);
    if (error) {
        unix_close((int32_t)fd);
        return error;
    }
    return fd;
}

/* accept(2): the new socket inherits O_NONBLOCK of the listening one. */
int64_t sys_accept(struct unix_thread *t, int32_t s, void *name, void *anamelen)
{
    int64_t flags = unix_host(SYS_fcntl, s, F_GETFL, 0, 0, 0, 0);
    if (flags < 0)
        return flags;
    return unix_accept(t, s, name, anamelen, flags & O_NONBLOCK ? SOCK_NONBLOCK : 0);
}

int64_t sys_getsockname(struct unix_thread *t, int32_t s, void *name, void *namelen)
{
    struct sockaddr_storage a;
    socklen_t n = sizeof(a);
    int64_t r = unix_host(SYS_getsockname, s, (long)&a, (long)&n, 0, 0, 0);
    (void)t;
    if (r < 0)
        return r;
    return name ? put_address(name, namelen, &a, n) : -EFAULT;
}

int64_t sys_getpeername(struct unix_thread *t, int32_t s, void *name, void *namelen)
{
    struct sockaddr_storage a;
    socklen_t n = sizeof(a);
    int64_t r = unix_host(SYS_getpeername, s, (long)&a, (long)&n, 0, 0, 0);
    (void)t;
    if (r < 0)
        return r;
    return name ? put_address(name, namelen, &a, n) : -EFAULT;
}

int64_t sys_shutdown(struct unix_thread *t, int32_t s, int32_t how)
{
    (void)t;
    return unix_host(SYS_shutdown, s, how, 0, 0, 0, 0);
}

static int64_t message_flags(int32_t fd, int32_t flags)
{
    uint32_t unknown, host = unix_bits_to_host(unix_abi->message_flags, (uint32_t)flags, &unknown);
    /* MSG_EOF of T/TCP and others are ignored on the way out by the systems themselves. */
    (void)unknown;
    if (unix_fd_nosigpipe(fd))
        host |= MSG_NOSIGNAL;
    return host;
}

int64_t sys_sendto(struct unix_thread *t, int32_t s, const void *buf, size_t len, int32_t flags,
                   const void *to, uint32_t tolen)
{
    struct sockaddr_storage a;
    int n = 0;

    if (!guest_range_ok(buf, len))
        return -EFAULT;
    if (to) {
        n = address(t, &a, to, tolen);
        if (n < 0)
            return n;
    }
    return unix_block_restart(t, SYS_sendto, s, (long)buf, (long)len, message_flags(s, flags),
                              to ? (long)&a : 0, n);
}

int64_t sys_recvfrom(struct unix_thread *t, int32_t s, void *buf, size_t len, int32_t flags,
                     void *from, void *fromlen)
{
    struct sockaddr_storage a;
    socklen_t n = sizeof(a);

    if (!guest_range_ok(buf, len))
        return -EFAULT;
    int64_t r =
        unix_block_restart(t, SYS_recvfrom, s, (long)buf, (long)len, message_flags(s, flags),
                           from ? (long)&a : 0, from ? (long)&n : 0);
    if (r < 0)
        return r;
    if (from) {
        int64_t error;
        if (!n) { /* a stream: there is no address */
            uint32_t none = 0;
            error = guest_write(fromlen, &none, sizeof(none)) ? 0 : -EFAULT;
        } else {
            error = put_address(from, fromlen, &a, n);
        }
        if (error)
            return error;
    }
    return r;
}

static int get_message(const void *guest, struct unix_msghdr *m, struct unix_iovec *v)
{
    if (!guest_read(m, guest, sizeof(*m)))
        return -EFAULT;
    if (m->iovlen < 0 || m->iovlen > UNIX_IOV_MAX)
        return -EMSGSIZE;
    return unix_iovec_get(v, (const void *)m->iov, (uint32_t)m->iovlen);
}

int64_t unix_sendmsg(struct unix_thread *t, int32_t s, const void *guest, int32_t flags)
{
    struct unix_msghdr m;
    struct unix_iovec v;
    struct sockaddr_storage a;
    _Alignas(8) char guest_control[UNIX_CONTROL_MAX];
    _Alignas(8) char control[UNIX_CONTROL_MAX + 256];
    struct msghdr h = {0};

    int error = get_message(guest, &m, &v);
    if (error)
        return error;
    h.msg_iov = v.v;
    h.msg_iovlen = (size_t)v.count;
    if (m.name) {
        error = address(t, &a, (const void *)m.name, m.namelen);
        if (error < 0)
            return error;
        h.msg_name = &a;
        h.msg_namelen = (socklen_t)error;
    }
    if (m.control && m.controllen) {
        bool creds;
        if (m.controllen < sizeof(struct unix_cmsghdr))
            return -EINVAL;
        if (m.controllen > sizeof(guest_control))
            return -EMSGSIZE;
        if (!guest_read(guest_control, (const void *)m.control, m.controllen))
            return -EFAULT;
        int64_t n =
            unix_control_to_host(control, sizeof(control), guest_control, m.controllen, &creds);
        if (n < 0)
            return n;
        h.msg_control = control;
        h.msg_controllen = (size_t)n;
    }
    return unix_block_restart(t, SYS_sendmsg, s, (long)&h, message_flags(s, flags), 0, 0, 0);
}

int64_t sys_sendmsg(struct unix_thread *t, int32_t s, const void *msg, int32_t flags)
{
    return unix_sendmsg(t, s, msg, flags);
}

int64_t unix_recvmsg(struct unix_thread *t, int32_t s, void *guest, int32_t flags)
{
    struct unix_msghdr m;
    struct unix_iovec v;
    struct sockaddr_storage a;
    _Alignas(8) char control[UNIX_CONTROL_MAX];
    _Alignas(8) char guest_control[UNIX_CONTROL_MAX * 2];
    int lost[256], lost_count = 0;
    struct msghdr h = {0};

    int error = get_message(guest, &m, &v);
    if (error)
        return error;
    h.msg_iov = v.v;
    h.msg_iovlen = (size_t)v.count;
    if (m.name) {
        h.msg_name = &a;
        h.msg_namelen = sizeof(a);
    }
    if (m.control && m.controllen) {
        h.msg_control = control;
        h.msg_controllen = sizeof(control);
    }
    int64_t r = unix_block_restart(t, SYS_recvmsg, s, (long)&h, message_flags(s, flags), 0, 0, 0);
    if (r < 0)
        return r;

    bool cut = false;
    m.flags = (int32_t)unix_bits_of_host(unix_abi->message_flags,
                                         (uint32_t)h.msg_flags & ~(uint32_t)MSG_CMSG_CLOEXEC);
    if (m.name) {
        struct unix_sockaddr out;
        size_t n = h.msg_namelen ? unix_sockaddr_of_host(&out, &a, h.msg_namelen) : 0;
        uint32_t room = m.namelen < n ? m.namelen : (uint32_t)n;
        if (!guest_write((void *)m.name, &out, room))
            return -EFAULT;
        m.namelen = (uint32_t)n;
    }
    if (m.control && m.controllen) {
        size_t max = m.controllen < sizeof(guest_control) ? m.controllen : sizeof(guest_control);
        size_t n = unix_control_of_host(guest_control, max, &h, &cut, lost, &lost_count);
        for (int i = 0; i < lost_count; i++)
            unix_host(SYS_close, lost[i], 0, 0, 0, 0, 0);
        if (!guest_write((void *)m.control, guest_control, n))
            return -EFAULT;
        m.controllen = (uint32_t)n;
        if (cut)
            m.flags |= 0x20; /* MSG_CTRUNC */
    } else {
        m.controllen = 0;
    }
    return guest_write(guest, &m, sizeof(m)) ? r : -EFAULT;
}

int64_t sys_recvmsg(struct unix_thread *t, int32_t s, void *msg, int32_t flags)
{
    return unix_recvmsg(t, s, msg, flags);
}

/* --- options ------------------------------------------------------------------------------------
 */

/* The options of local sockets, level 0: LOCAL_PEERCRED and its like. */
#define LOCAL_LEVEL 0

static const struct unix_option *find_option(int level, int name)
{
    const struct unix_option *o = level == UNIX_SOL_SOCKET ? unix_abi->socket_options
                                  : level == IPPROTO_IP    ? unix_abi->ip_options
                                  : level == IPPROTO_IPV6  ? unix_abi->ip6_options
                                  : level == IPPROTO_TCP   ? unix_abi->tcp_options
                                                           : NULL;
    for (; o && o->foreign; o++) {
        if (o->foreign == name)
            return o;
    }
    return NULL;
}

static bool is_local(int32_t s)
{
    int domain = 0;
    socklen_t n = sizeof(domain);
    return getsockopt(s, SOL_SOCKET, SO_DOMAIN, &domain, &n) == 0 && domain == AF_UNIX;
}

int64_t sys_setsockopt(struct unix_thread *t, int32_t s, int32_t level, int32_t name,
                       const void *val, uint32_t valsize)
{
    char buffer[512];
    int value;

    (void)t;
    if ((int32_t)valsize < 0)
        return -EINVAL;
    if (level == LOCAL_LEVEL && is_local(s)) {
        /* LOCAL_CREDS 1 (FreeBSD 2, persistent 3), LOCAL_CONNWAIT 4 (NetBSD 2) */
        bool creds = unix_abi->scm_creds == 3 ? name == 2 || name == 3 : name == 1;
        if (!creds)
            return -ENOPROTOOPT;
        if (valsize < sizeof(value) || !guest_read(&value, val, sizeof(value)))
            return valsize < sizeof(value) ? -EINVAL : -EFAULT;
        return unix_host(SYS_setsockopt, s, SOL_SOCKET, SO_PASSCRED, (long)&value, sizeof(value),
                         0);
    }
    const struct unix_option *o = find_option(level, name);
    if (!o) {
        int64_t r = unix_host(SYS_getsockopt, s, SOL_SOCKET, SO_TYPE, (long)&value,
                              (long)&(socklen_t){sizeof(value)}, 0);
        return r < 0 ? r : -ENOPROTOOPT;
    }
    if (valsize > sizeof(buffer))
        return -EINVAL;
    if (!guest_read(buffer, val, valsize))
        return -EFAULT;
    switch (o->kind) {
    case UNIX_OPTION_NOPIPE:
        if (valsize < sizeof(value))
            return -EINVAL;
        memcpy(&value, buffer, sizeof(value));
        unix_fd_set_nosigpipe(s, value != 0);
        return 0;
    case UNIX_OPTION_IGNORED:
        return valsize < sizeof(value) ? -EINVAL : 0;
    case UNIX_OPTION_FAMILY:
    case UNIX_OPTION_ERROR:
        return -ENOPROTOOPT;
    case UNIX_OPTION_TIME: {
        /* An infinite wait and none at all are both zero here and there. */
        struct timeval tv;
        if (valsize < sizeof(tv))
            return -EINVAL;
        memcpy(&tv, buffer, sizeof(tv));
        if (tv.tv_sec < 0 || tv.tv_usec < 0 || tv.tv_usec >= 1000000)
            return -EDOM;
        break;
    }
    case UNIX_OPTION_FLAG:
    case UNIX_OPTION_PASS:
    case UNIX_OPTION_INT:
        if (valsize < sizeof(value))
            return -EINVAL;
        memcpy(&value, buffer, sizeof(value));
        if (o->kind != UNIX_OPTION_INT)
            value = value != 0;
        /* The host doubles what it is told, and tells the double. */
        memcpy(buffer, &value, sizeof(value));
        break;
    default:
        break;
    }
    int64_t r = unix_host(SYS_setsockopt, s, o->level, o->host, (long)buffer, valsize, 0);
    /* SO_REUSEADDR of a multicast user means more there: several may bind. */
    return r;
}

static int64_t put_option(void *val, uint32_t *avalsize, const void *data, uint32_t n)
{
    uint32_t room;
    if (!guest_get(&room, avalsize))
        return -EFAULT;
    if (room > n)
        room = n;
    return guest_write(val, data, room) && guest_put(avalsize, room) ? 0 : -EFAULT;
}

/* LOCAL_PEERCRED: struct xucred */
static int64_t peer_credentials(int32_t s, void *val, void *avalsize)
{
    struct ucred u;
    socklen_t n = sizeof(u);
    if (getsockopt(s, SOL_SOCKET, SO_PEERCRED, &u, &n) < 0)
        return -errno;
    if (u.pid == 0)
        return -ENOTCONN;
    if (unix_abi->scm_creds == 3) {
        struct {
            uint32_t version, uid;
            int16_t ngroups;
            uint32_t groups[16];
            uint32_t pad;
            int32_t pid, spare;
        } x = {.uid = u.uid, .ngroups = 1, .groups = {u.gid}, .pid = u.pid};
        _Static_assert(sizeof(x) == 88, "xucred");
        return put_option(val, avalsize, &x, sizeof(x));
    }
    struct {
        int32_t pid;
        uint32_t euid, egid;
    } x = {u.pid, u.uid, u.gid}; /* struct unpcbid */
    return put_option(val, avalsize, &x, sizeof(x));
}

int64_t sys_getsockopt(struct unix_thread *t, int32_t s, int32_t level, int32_t name, void *val,
                       void *avalsize)
{
    char buffer[512];
    socklen_t n = sizeof(buffer);
    uint32_t room;
    int value;

    (void)t;
    if (!guest_read(&room, avalsize, sizeof(room)))
        return -EFAULT;
    if (level == LOCAL_LEVEL && is_local(s)) {
        bool peer = unix_abi->scm_creds == 3 ? name == 1 : name == 3;
        return peer ? peer_credentials(s, val, avalsize) : -ENOPROTOOPT;
    }
    const struct unix_option *o = find_option(level, name);
    if (!o) {
        int64_t r = unix_host(SYS_getsockopt, s, SOL_SOCKET, SO_TYPE, (long)&value,
                              (long)&(socklen_t){sizeof(value)}, 0);
        return r < 0 ? r : -ENOPROTOOPT;
    }
    if (o->kind == UNIX_OPTION_NOPIPE || o->kind == UNIX_OPTION_IGNORED) {
        value = o->kind == UNIX_OPTION_NOPIPE ? (unix_fd_nosigpipe(s) ? name : 0) : 0;
        return put_option(val, avalsize, &value, sizeof(value));
    }
    if (o->kind == UNIX_OPTION_RAW && room < n)
        n = room;
    int64_t r = unix_host(SYS_getsockopt, s, o->level, o->host, (long)buffer, (long)&n, 0);
    if (r < 0)
        return r;
    if (n >= sizeof(value)) {
        memcpy(&value, buffer, sizeof(value));
        switch (o->kind) {
        case UNIX_OPTION_FLAG:
            /* so_options & name: a set flag reads as its own bit, for sockets themselves */
            value = value ? (level == UNIX_SOL_SOCKET || level == IPPROTO_TCP ? name : 1) : 0;
            break;
        case UNIX_OPTION_ERROR:
            value = value ? unix_errno_of_host(value) : 0;
            break;
        case UNIX_OPTION_FAMILY:
            value = unix_family_of_host(value);
            break;
        case UNIX_OPTION_INT:
            if (level == UNIX_SOL_SOCKET && (name == 0x1001 || name == 0x1002))
                value /= 2; /* the host tells twice what it was told */
            break;
        default:
            break;
        }
        if (o->kind != UNIX_OPTION_RAW && o->kind != UNIX_OPTION_LINGER &&
            o->kind != UNIX_OPTION_TIME)
            memcpy(buffer, &value, sizeof(value));
    }
    return put_option(val, avalsize, buffer, n);
}
