/* NetBSD's numbers and layouts beside the host's. From the public headers and manual pages. */
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/resource.h>
#include <termios.h>

#include "abi/netbsd/errno.h"
#include "abi/netbsd/file.h"
#include "syscalls/netbsd/netbsd.h"
#include "syscalls/unix/abi.h"

static const struct unix_pair open_flags[] = {{NETBSD_O_NONBLOCK, O_NONBLOCK},
                                              {NETBSD_O_APPEND, O_APPEND},
                                              {NETBSD_O_ASYNC, O_ASYNC},
                                              {NETBSD_O_SYNC, O_SYNC},
                                              {NETBSD_O_NOFOLLOW, O_NOFOLLOW},
                                              {NETBSD_O_CREAT, O_CREAT},
                                              {NETBSD_O_TRUNC, O_TRUNC},
                                              {NETBSD_O_EXCL, O_EXCL},
                                              {NETBSD_O_NOCTTY, O_NOCTTY},
                                              {NETBSD_O_DIRECT, O_DIRECT},
                                              {NETBSD_O_DIRECTORY, O_DIRECTORY},
                                              {NETBSD_O_CLOEXEC, O_CLOEXEC},
                                              {NETBSD_O_DSYNC, O_DSYNC},
                                              {NETBSD_O_RSYNC, O_RSYNC},
                                              {NETBSD_O_ALT_IO, 0},
                                              {NETBSD_O_NOSIGPIPE, 0},
                                              {0, 0}};

static const struct unix_pair message_flags[] = {{0x1, MSG_OOB},
                                                 {0x2, MSG_PEEK},
                                                 {0x4, MSG_DONTROUTE},
                                                 {0x8, MSG_EOR},
                                                 {0x10, MSG_TRUNC},
                                                 {0x20, MSG_CTRUNC},
                                                 {0x40, MSG_WAITALL},
                                                 {0x80, MSG_DONTWAIT},
                                                 {0x1000, MSG_DONTWAIT},
                                                 {0x400, MSG_NOSIGNAL},
                                                 {0x800, MSG_CMSG_CLOEXEC},
                                                 {0x2000, MSG_WAITFORONE},
                                                 {0, 0}};

static const struct unix_pair clocks[] = {{0, CLOCK_REALTIME},
                                          {1, CLOCK_PROCESS_CPUTIME_ID},
                                          {2, CLOCK_PROCESS_CPUTIME_ID},
                                          {3, CLOCK_MONOTONIC},
                                          {0x20000000, CLOCK_THREAD_CPUTIME_ID},
                                          {0x40000000, CLOCK_PROCESS_CPUTIME_ID},
                                          {UINT32_MAX, 0}};

static const struct unix_pair output_flags[] = {
    {0x1, OPOST}, {0x2, ONLCR}, {0x4, TAB3}, {0x10, OCRNL}, {0x20, ONOCR}, {0x40, ONLRET}, {0, 0}};

static const struct unix_pair control_flags[] = {
    {0x100, CS6},     {0x200, CS7},    {0x400, CSTOPB},  {0x800, CREAD},     {0x1000, PARENB},
    {0x2000, PARODD}, {0x4000, HUPCL}, {0x8000, CLOCAL}, {0x10000, CRTSCTS}, {0, 0}};

static const struct unix_pair resources[] = {
    {0, RLIMIT_CPU},    {1, RLIMIT_FSIZE}, {2, RLIMIT_DATA},    {3, RLIMIT_STACK},
    {4, RLIMIT_CORE},   {5, RLIMIT_RSS},   {6, RLIMIT_MEMLOCK}, {7, RLIMIT_NPROC},
    {8, RLIMIT_NOFILE}, {10, RLIMIT_AS},   {UINT32_MAX, 0}};

static const struct unix_option socket_options[] = {
    {0x1, SOL_SOCKET, SO_DEBUG, UNIX_OPTION_FLAG},
    {0x2, SOL_SOCKET, SO_ACCEPTCONN, UNIX_OPTION_FLAG},
    {0x4, SOL_SOCKET, SO_REUSEADDR, UNIX_OPTION_FLAG},
    {0x8, SOL_SOCKET, SO_KEEPALIVE, UNIX_OPTION_FLAG},
    {0x10, SOL_SOCKET, SO_DONTROUTE, UNIX_OPTION_FLAG},
    {0x20, SOL_SOCKET, SO_BROADCAST, UNIX_OPTION_FLAG},
    {0x80, SOL_SOCKET, SO_LINGER, UNIX_OPTION_LINGER},
    {0x100, SOL_SOCKET, SO_OOBINLINE, UNIX_OPTION_FLAG},
    {0x200, SOL_SOCKET, SO_REUSEPORT, UNIX_OPTION_FLAG},
    {0x800, SOL_SOCKET, 0, UNIX_OPTION_NOPIPE},
    {0x2000, SOL_SOCKET, SO_TIMESTAMP, UNIX_OPTION_PASS},
    {0x1001, SOL_SOCKET, SO_SNDBUF, UNIX_OPTION_INT},
    {0x1002, SOL_SOCKET, SO_RCVBUF, UNIX_OPTION_INT},
    {0x1004, SOL_SOCKET, SO_RCVLOWAT, UNIX_OPTION_INT},
    {0x1007, SOL_SOCKET, SO_ERROR, UNIX_OPTION_ERROR},
    {0x1008, SOL_SOCKET, SO_TYPE, UNIX_OPTION_INT},
    {0x1009, SOL_SOCKET, SO_RXQ_OVFL, UNIX_OPTION_INT}, /* SO_OVERFLOWED */
    {0x100b, SOL_SOCKET, SO_SNDTIMEO, UNIX_OPTION_TIME},
    {0x100c, SOL_SOCKET, SO_RCVTIMEO, UNIX_OPTION_TIME},
    {0}};

static const struct unix_option ip_options[] = {
    {1, IPPROTO_IP, IP_OPTIONS, UNIX_OPTION_RAW},
    {2, IPPROTO_IP, IP_HDRINCL, UNIX_OPTION_INT},
    {3, IPPROTO_IP, IP_TOS, UNIX_OPTION_INT},
    {4, IPPROTO_IP, IP_TTL, UNIX_OPTION_INT},
    {5, IPPROTO_IP, IP_RECVOPTS, UNIX_OPTION_INT},
    {7, IPPROTO_IP, IP_PKTINFO, UNIX_OPTION_PASS}, /* IP_RECVDSTADDR */
    {9, IPPROTO_IP, IP_MULTICAST_IF, UNIX_OPTION_RAW},
    {10, IPPROTO_IP, IP_MULTICAST_TTL, UNIX_OPTION_RAW},
    {11, IPPROTO_IP, IP_MULTICAST_LOOP, UNIX_OPTION_RAW},
    {12, IPPROTO_IP, IP_ADD_MEMBERSHIP, UNIX_OPTION_RAW},
    {13, IPPROTO_IP, IP_DROP_MEMBERSHIP, UNIX_OPTION_RAW},
    {19, IPPROTO_IP, 0, UNIX_OPTION_IGNORED},       /* IP_PORTRANGE */
    {20, IPPROTO_IP, IP_PKTINFO, UNIX_OPTION_PASS}, /* IP_RECVIF */
    {23, IPPROTO_IP, IP_RECVTTL, UNIX_OPTION_PASS},
    {24, IPPROTO_IP, IP_MINTTL, UNIX_OPTION_INT},
    {26, IPPROTO_IP, IP_PKTINFO, UNIX_OPTION_PASS}, /* IP_RECVPKTINFO */
    {0}};

static const struct unix_option ip6_options[] = {
    {4, IPPROTO_IPV6, IPV6_UNICAST_HOPS, UNIX_OPTION_INT},
    {9, IPPROTO_IPV6, IPV6_MULTICAST_IF, UNIX_OPTION_INT},
    {10, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, UNIX_OPTION_INT},
    {11, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, UNIX_OPTION_INT},
    {12, IPPROTO_IPV6, IPV6_JOIN_GROUP, UNIX_OPTION_RAW},
    {13, IPPROTO_IPV6, IPV6_LEAVE_GROUP, UNIX_OPTION_RAW},
    {14, IPPROTO_IPV6, 0, UNIX_OPTION_IGNORED}, /* IPV6_PORTRANGE */
    {26, IPPROTO_IPV6, IPV6_CHECKSUM, UNIX_OPTION_INT},
    {27, IPPROTO_IPV6, IPV6_V6ONLY, UNIX_OPTION_INT},
    {36, IPPROTO_IPV6, IPV6_RECVPKTINFO, UNIX_OPTION_PASS},
    {37, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, UNIX_OPTION_PASS},
    {43, IPPROTO_IPV6, IPV6_RECVPATHMTU, UNIX_OPTION_PASS},
    {57, IPPROTO_IPV6, IPV6_RECVTCLASS, UNIX_OPTION_PASS},
    {61, IPPROTO_IPV6, IPV6_TCLASS, UNIX_OPTION_INT},
    {62, IPPROTO_IPV6, IPV6_DONTFRAG, UNIX_OPTION_INT},
    {0}};

static const struct unix_option tcp_options[] = {
    {1, IPPROTO_TCP, TCP_NODELAY, UNIX_OPTION_FLAG},
    {2, IPPROTO_TCP, TCP_MAXSEG, UNIX_OPTION_INT},
    {3, IPPROTO_TCP, TCP_KEEPIDLE, UNIX_OPTION_INT},
    {5, IPPROTO_TCP, TCP_KEEPINTVL, UNIX_OPTION_INT},
    {6, IPPROTO_TCP, TCP_KEEPCNT, UNIX_OPTION_INT},
    {7, IPPROTO_TCP, TCP_USER_TIMEOUT, UNIX_OPTION_IGNORED}, /* TCP_KEEPINIT */
    {0x20, IPPROTO_TCP, TCP_CONGESTION, UNIX_OPTION_RAW},    /* TCP_CONGCTL */
    {0}};

static uint64_t device(unsigned major, unsigned minor)
{
    return ((major << 8) & 0xfff00u) | ((minor << 12) & 0xfff00000u) | (minor & 0xffu);
}

static void host_device(uint64_t device, unsigned *major, unsigned *minor)
{
    *major = (unsigned)(device & 0xfff00) >> 8;
    *minor = (unsigned)((device & 0xfff00000) >> 12) | (unsigned)(device & 0xff);
}

static struct netbsd_timespec time_of(struct statx_timestamp t)
{
    return (struct netbsd_timespec){t.tv_sec, t.tv_nsec};
}

uint32_t netbsd_file_flags(const struct statx *st)
{
    return (st->stx_attributes & STATX_ATTR_IMMUTABLE ? 0x20000u : 0) |
           (st->stx_attributes & STATX_ATTR_APPEND ? 0x40000u : 0) |
           (st->stx_attributes & STATX_ATTR_NODUMP ? 1u : 0);
}

static void put_stat(void *out, const struct statx *st)
{
    struct netbsd_stat *s = out;
    *s = (struct netbsd_stat){
        .dev = device(st->stx_dev_major, st->stx_dev_minor),
        .mode = st->stx_mode,
        .ino = st->stx_ino,
        .nlink = st->stx_nlink,
        .uid = st->stx_uid,
        .gid = st->stx_gid,
        .rdev = device(st->stx_rdev_major, st->stx_rdev_minor),
        .atim = time_of(st->stx_atime),
        .mtim = time_of(st->stx_mtime),
        .ctim = time_of(st->stx_ctime),
        .birthtim = time_of(st->stx_mask & STATX_BTIME ? st->stx_btime : st->stx_ctime),
        .size = (int64_t)st->stx_size,
        .blocks = (int64_t)st->stx_blocks,
        .blksize = st->stx_blksize,
        .flags = netbsd_file_flags(st),
    };
}

static size_t put_dirent(void *out, size_t max, const struct unix_dirent *d)
{
    size_t n = (offsetof(struct netbsd_dirent, name) + d->name_length + 1 + 7) & ~7ul;
    if (n > max)
        return 0;
    struct netbsd_dirent *e = out;
    memset(e, 0, n);
    e->fileno = d->ino;
    e->reclen = (uint16_t)n;
    e->namlen = d->name_length;
    e->type = d->type;
    memcpy(e->name, d->name, d->name_length);
    return n;
}

const struct unix_abi netbsd_abi = {
    .open_flags = open_flags,
    .open_exec = NETBSD_O_EXEC | NETBSD_O_SEARCH,
    .open_shlock = NETBSD_O_SHLOCK,
    .open_exlock = NETBSD_O_EXLOCK,
    .message_flags = message_flags,
    .clocks = clocks,
    .input_flags = unix_termios_input,
    .output_flags = output_flags,
    .control_flags = control_flags,
    .local_flags = unix_termios_local,
    .resources = resources,
    .inet6 = 24,
    .sock_nosigpipe = 0x40000000,
    .socket_options = socket_options,
    .ip_options = ip_options,
    .ip6_options = ip6_options,
    .tcp_options = tcp_options,
    .scm_timestamp = 8,
    .scm_creds = 0x10,
    .nofollow_errno = NETBSD_EFTYPE,
    .stat_size = sizeof(struct netbsd_stat),
    .stat = put_stat,
    .dirent = put_dirent,
    .device = device,
    .host_device = host_device,
};
