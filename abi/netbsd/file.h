/* Files on NetBSD 10, amd64: from sys/fcntl.h, sys/stat.h, sys/dirent.h, sys/statvfs.h and open(2),
 * stat(2), getdents(2), statvfs(2), fcntl(2). */
#ifndef ABI_NETBSD_FILE_H
#define ABI_NETBSD_FILE_H

#include <stddef.h>
#include <stdint.h>

enum {
    NETBSD_O_NONBLOCK = 0x4,
    NETBSD_O_APPEND = 0x8,
    NETBSD_O_SHLOCK = 0x10,
    NETBSD_O_EXLOCK = 0x20,
    NETBSD_O_ASYNC = 0x40,
    NETBSD_O_SYNC = 0x80,
    NETBSD_O_NOFOLLOW = 0x100,
    NETBSD_O_CREAT = 0x200,
    NETBSD_O_TRUNC = 0x400,
    NETBSD_O_EXCL = 0x800,
    NETBSD_O_NOCTTY = 0x8000,
    NETBSD_O_DSYNC = 0x10000,
    NETBSD_O_RSYNC = 0x20000,
    NETBSD_O_ALT_IO = 0x40000,
    NETBSD_O_DIRECT = 0x80000,
    NETBSD_O_DIRECTORY = 0x200000,
    NETBSD_O_CLOEXEC = 0x400000,
    NETBSD_O_SEARCH = 0x800000,
    NETBSD_O_NOSIGPIPE = 0x1000000,
    NETBSD_O_REGULAR = 0x2000000,
    NETBSD_O_EXEC = 0x4000000,
};

struct netbsd_timespec {
    int64_t sec, nsec;
};

struct netbsd_stat {
    uint64_t dev;
    uint32_t mode;
    uint64_t ino;
    uint32_t nlink, uid, gid;
    uint64_t rdev;
    struct netbsd_timespec atim, mtim, ctim, birthtim;
    int64_t size, blocks;
    uint32_t blksize, flags, gen, spare[2];
};
_Static_assert(sizeof(struct netbsd_stat) == 152, "stat");
_Static_assert(offsetof(struct netbsd_stat, ino) == 16, "stat");
_Static_assert(offsetof(struct netbsd_stat, rdev) == 40, "stat");
_Static_assert(offsetof(struct netbsd_stat, size) == 112, "stat");

/* The name follows, with a terminator, padded to 8. */
struct netbsd_dirent {
    uint64_t fileno;
    uint16_t reclen, namlen;
    uint8_t type;
    char name[];
};
_Static_assert(offsetof(struct netbsd_dirent, name) == 13, "dirent");

#define NETBSD_STATVFS_HEAD                                                                        \
    uint64_t flag, bsize, frsize, iosize;                                                          \
    uint64_t blocks, bfree, bavail, bresvd, files, ffree, favail, fresvd;                          \
    uint64_t syncreads, syncwrites, asyncreads, asyncwrites;                                       \
    int32_t fsidx[2];                                                                              \
    uint64_t fsid, namemax;                                                                        \
    uint32_t owner
struct netbsd_statvfs {
    NETBSD_STATVFS_HEAD;
    uint64_t spare[4];
    char fstypename[32], mntonname[1024], mntfromname[1024], mntfromlabel[1024];
};
struct netbsd90_statvfs {
    NETBSD_STATVFS_HEAD;
    uint32_t spare[4];
    char fstypename[32], mntonname[1024], mntfromname[1024];
};
_Static_assert(sizeof(struct netbsd_statvfs) == 3296, "statvfs");
_Static_assert(offsetof(struct netbsd_statvfs, fstypename) == 192, "statvfs");
_Static_assert(offsetof(struct netbsd90_statvfs, fstypename) == 172, "statvfs");
_Static_assert(sizeof(struct netbsd90_statvfs) == 2256, "statvfs");

enum {
    NETBSD_ST_RDONLY = 0x1,
    NETBSD_ST_SYNCHRONOUS = 0x2,
    NETBSD_ST_NOEXEC = 0x4,
    NETBSD_ST_NOSUID = 0x8,
    NETBSD_ST_NODEV = 0x10,
    NETBSD_ST_NOATIME = 0x4000000,
    NETBSD_ST_LOCAL = 0x1000,
    NETBSD_ST_ROOTFS = 0x4000,
};

enum {
    NETBSD_F_DUPFD = 0,
    NETBSD_F_GETFD = 1,
    NETBSD_F_SETFD = 2,
    NETBSD_F_GETFL = 3,
    NETBSD_F_SETFL = 4,
    NETBSD_F_GETOWN = 5,
    NETBSD_F_SETOWN = 6,
    NETBSD_F_GETLK = 7,
    NETBSD_F_SETLK = 8,
    NETBSD_F_SETLKW = 9,
    NETBSD_F_CLOSEM = 10,
    NETBSD_F_MAXFD = 11,
    NETBSD_F_DUPFD_CLOEXEC = 12,
    NETBSD_F_GETNOSIGPIPE = 13,
    NETBSD_F_SETNOSIGPIPE = 14,
    NETBSD_F_GETPATH = 15,
    NETBSD_F_ADD_SEALS = 16,
    NETBSD_F_GET_SEALS = 17,
};

struct netbsd_flock {
    int64_t start, len;
    int32_t pid;
    int16_t type, whence; /* type: 1 read, 2 unlock, 3 write */
};
_Static_assert(sizeof(struct netbsd_flock) == 24, "flock");

#endif
