/* Sockets of FreeBSD and NetBSD, amd64, where they agree: from sys/socket.h, sys/un.h,
 * netinet/in.h, net/if_dl.h and recv(2), unix(4). */
#ifndef ABI_UNIX_SOCKET_H
#define ABI_UNIX_SOCKET_H

#include <stddef.h>
#include <stdint.h>

enum {
    UNIX_AF_UNSPEC = 0,
    UNIX_AF_LOCAL = 1,
    UNIX_AF_INET = 2,
    UNIX_AF_LINK = 18,
    UNIX_SOL_SOCKET = 0xffff,
    UNIX_SOCK_CLOEXEC = 0x10000000,
    UNIX_SOCK_NONBLOCK = 0x20000000,
    UNIX_SCM_RIGHTS = 1,
};

/* Every address begins so. */
struct unix_sockaddr {
    uint8_t len, family;
    uint8_t data[254];
};
#define UNIX_SUN_PATH 104
struct unix_sockaddr_in {
    uint8_t len, family;
    uint16_t port;
    uint32_t addr;
    uint8_t zero[8];
};
struct unix_sockaddr_in6 {
    uint8_t len, family;
    uint16_t port;
    uint32_t flowinfo;
    uint8_t addr[16];
    uint32_t scope_id;
};
_Static_assert(sizeof(struct unix_sockaddr_in) == 16, "sockaddr_in");
_Static_assert(sizeof(struct unix_sockaddr_in6) == 28, "sockaddr_in6");

struct unix_msghdr {
    uint64_t name;
    uint32_t namelen;
    uint64_t iov;
    int32_t iovlen;
    uint64_t control;
    uint32_t controllen;
    int32_t flags;
};
_Static_assert(sizeof(struct unix_msghdr) == 48, "msghdr");
_Static_assert(offsetof(struct unix_msghdr, iov) == 16, "msghdr");
_Static_assert(offsetof(struct unix_msghdr, control) == 32, "msghdr");

/* The data lies at 16, as on the host; everything is aligned to 8. */
struct unix_cmsghdr {
    uint32_t len;
    int32_t level, type;
};
_Static_assert(sizeof(struct unix_cmsghdr) == 12, "cmsghdr");
#define UNIX_CMSG_DATA 16

struct freebsd_cmsgcred {
    int32_t pid;
    uint32_t uid, euid, gid;
    int16_t ngroups;
    uint32_t groups[16];
};
_Static_assert(sizeof(struct freebsd_cmsgcred) == 84, "cmsgcred");

/* NetBSD's, for LOCAL_CREDS */
struct netbsd_sockcred {
    int32_t pid;
    uint32_t uid, euid, gid, egid;
    int32_t ngroups;
    uint32_t groups[1];
};
_Static_assert(sizeof(struct netbsd_sockcred) == 28, "sockcred");

#endif
