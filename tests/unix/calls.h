/* Numbers, flags and layouts for the guest tests of the calls; from the systems' public headers. */
#ifndef TESTS_UNIX_CALLS_H
#define TESTS_UNIX_CALLS_H

#include "guest.h"

#define SYS_open 5
#define SYS_link 9
#define SYS_unlink 10
#define SYS_chdir 12
#define SYS_getuid 24
#define SYS_recvmsg 27
#define SYS_sendmsg 28
#define SYS_recvfrom 29
#define SYS_accept 30
#define SYS_getsockname 32
#define SYS_access 33
#define SYS_dup 41
#define SYS_ioctl 54
#define SYS_symlink 57
#define SYS_readlink 58
#define SYS_umask 60
#define SYS_dup2 90
#define SYS_fcntl 92
#define SYS_connect 98
#define SYS_bind 104
#define SYS_setsockopt 105
#define SYS_listen 106
#define SYS_getsockopt 118
#define SYS_readv 120
#define SYS_rename 128
#define SYS_flock 131
#define SYS_mkfifo 132
#define SYS_sendto 133
#define SYS_shutdown 134
#define SYS_socketpair 135
#define SYS_mkdir 136
#define SYS_rmdir 137
#define SYS_getrlimit 194
#define SYS_setrlimit 195
#define SYS___sysctl 202
#define SYS_poll 209

enum {
    O_RDONLY_ = 0,
    O_WRONLY_ = 1,
    O_RDWR_ = 2,
    O_NONBLOCK_ = 4,
    O_APPEND_ = 8,
    O_EXLOCK_ = 0x20,
    O_NOFOLLOW_ = 0x100,
    O_CREAT_ = 0x200,
    O_TRUNC_ = 0x400,
    O_EXCL_ = 0x800
};
enum {
    E2BIG_ = 7,
    ENOTDIR_ = 20,
    EISDIR_ = 21,
    EEXIST_ = 17,
    ENOTTY_ = 25,
    ESPIPE_ = 29,
    EMLINK_ = 31,
    ENOTSOCK_ = 38,
    EPROTONOSUPPORT_ = 43,
    EAFNOSUPPORT_ = 47,
    ELOOP_ = 62,
    ENAMETOOLONG_ = 63,
    ENOTEMPTY_ = 66,
    EFTYPE_ = 79,
    ENOPROTOOPT_ = 42,
    ECONNREFUSED_ = 61,
    EOPNOTSUPP_ = 45,
    ENOTCONN_ = 57,
    EDEADLK_ = 11,
    EXDEV_ = 18
};
enum { AT_FDCWD_ = -100, AT_NOFOLLOW_ = 0x200, AT_FOLLOW_ = 0x400, AT_REMOVEDIR_ = 0x800 };
enum {
    SOCK_STREAM_ = 1,
    SOCK_DGRAM_ = 2,
    SOCK_CLOEXEC_ = 0x10000000,
    SOCK_NONBLOCK_ = 0x20000000,
    SOL_SOCKET_ = 0xffff
};
enum {
    EV_ADD = 1,
    EV_DELETE = 2,
    EV_ENABLE = 4,
    EV_DISABLE = 8,
    EV_ONESHOT = 0x10,
    EV_CLEAR = 0x20,
    EV_RECEIPT = 0x40,
    EV_DISPATCH = 0x80,
    EV_ERROR = 0x4000,
    EV_EOF = 0x8000
};
#define NOTE_TRIGGER 0x01000000u
#define NOTE_EXIT 0x80000000u

struct timespec_ {
    i64 sec, nsec;
};

#ifdef __FreeBSD__
enum {
    O_DIRECTORY_ = 0x20000,
    O_CLOEXEC_ = 0x100000,
    F_GETLK_ = 11,
    F_SETLK_ = 12,
    F_DUPFD_CLOEXEC_ = 17,
    AF_INET6_ = 28,
    NOFOLLOW_ERROR = 31
};
#define SYS_kqueue 362
#define SYS_kevent 560
#define SYS_lseek_(fd, offset, whence) call(478, fd, offset, whence)
#define SYS_pread_(fd, buf, n, at) call(475, fd, buf, n, at)
#define SYS_ftruncate_(fd, n) call(480, fd, n)
#define SYS_socket 97
#define SYS_openat 499
#define SYS_unlinkat 503
#define SYS_linkat 495
#define SYS___getcwd 326
#define SYS_clock_gettime 232
#define SYS_nanosleep 240
#define SYS_select 93
#define SYS_getrusage 117
#define SYS_getdirentries 554
enum { CLOCK_MONOTONIC_ = 4 };
struct stat_ {
    u64 dev, ino, nlink;
    uint16_t mode, pad0;
    uint32_t uid, gid, pad1;
    u64 rdev;
    struct timespec_ atim, mtim, ctim, birthtim;
    i64 size, blocks;
    int blksize;
    unsigned flags;
    u64 gen, spare[10];
};
_Static_assert(sizeof(struct stat_) == 224, "stat");
static inline i64 stat_at(const char *path, struct stat_ *st, int flags)
{
    return call(552, AT_FDCWD_, path, st, flags);
}
static inline i64 stat_fd(int fd, struct stat_ *st)
{
    return call(551, fd, st);
}
struct dirent_ {
    u64 ino, off;
    uint16_t reclen;
    uint8_t type, pad;
    uint16_t namlen, pad1;
    char name[];
};
static inline i64 get_entries(int fd, void *buf, size_t n)
{
    return call(SYS_getdirentries, fd, buf, n, 0);
}
struct kevent_ {
    u64 ident;
    int16_t filter;
    uint16_t flags;
    uint32_t fflags;
    i64 data;
    u64 udata, ext[4];
};
enum {
    F_READ = -1,
    F_WRITE = -2,
    F_VNODE = -4,
    F_PROC = -5,
    F_SIGNAL = -6,
    F_TIMER = -7,
    F_USER = -11
};
struct flock_ {
    i64 start, len;
    int pid;
    short type, whence;
    int sysid;
};
#else
enum {
    O_DIRECTORY_ = 0x200000,
    O_CLOEXEC_ = 0x400000,
    F_GETLK_ = 7,
    F_SETLK_ = 8,
    F_DUPFD_CLOEXEC_ = 12,
    AF_INET6_ = 24,
    NOFOLLOW_ERROR = 79
};
#define SYS_kqueue 344
#define SYS_kevent 501
#define SYS_lseek_(fd, offset, whence) call(199, fd, 0, offset, whence)
#define SYS_pread_(fd, buf, n, at) call(173, fd, buf, n, 0, at)
#define SYS_ftruncate_(fd, n) call(201, fd, 0, n)
#define SYS_socket 394
#define SYS_openat 468
#define SYS_unlinkat 471
#define SYS_linkat 457
#define SYS___getcwd 296
#define SYS_clock_gettime 427
#define SYS_nanosleep 430
#define SYS_select 417
#define SYS_getrusage 445
enum { CLOCK_MONOTONIC_ = 3 };
struct stat_ {
    u64 dev;
    unsigned mode;
    u64 ino;
    unsigned nlink, uid, gid;
    u64 rdev;
    struct timespec_ atim, mtim, ctim, birthtim;
    i64 size, blocks;
    unsigned blksize, flags, gen, spare[2];
};
_Static_assert(sizeof(struct stat_) == 152, "stat");
static inline i64 stat_at(const char *path, struct stat_ *st, int flags)
{
    return call(466, AT_FDCWD_, path, st, flags);
}
static inline i64 stat_fd(int fd, struct stat_ *st)
{
    return call(440, fd, st);
}
struct dirent_ {
    u64 ino;
    uint16_t reclen, namlen;
    uint8_t type;
    char name[];
};
static inline i64 get_entries(int fd, void *buf, size_t n)
{
    return call(390, fd, buf, n);
}
struct kevent_ {
    u64 ident;
    uint32_t filter, flags, fflags;
    i64 data;
    u64 udata, ext[4];
};
enum { F_READ = 0, F_WRITE = 1, F_VNODE = 3, F_PROC = 4, F_SIGNAL = 5, F_TIMER = 6, F_USER = 8 };
struct flock_ {
    i64 start, len;
    int pid;
    short type, whence;
};
#endif

/* A folder of the test's own, which it is in; what is in it is gone at the end. */
static char folder[64];
static inline void enter_folder(void)
{
    char *p = folder;
    i64 n = call(SYS_getpid);
    for (const char *s = "/tmp/unix-test."; *s; s++)
        *p++ = *s;
    do
        *p++ = (char)('0' + n % 10);
    while (n /= 10);
    is(call(SYS_mkdir, folder, 0700), 0);
    is(call(SYS_chdir, folder), 0);
}
static inline void leave_folder(void)
{
    call(SYS_chdir, "/");
    is(call(SYS_rmdir, folder), 0);
}
static inline i64 make_file(const char *name, const char *text)
{
    i64 fd = call(SYS_open, name, O_RDWR_ | O_CREAT_ | O_TRUNC_, 0644);
    if (fd >= 0)
        call(SYS_write, fd, text, length(text));
    return fd;
}

#endif
