/* Files on FreeBSD 14, amd64: from fcntl.h, sys/stat.h, sys/dirent.h, sys/mount.h and open(2),
 * stat(2), getdirentries(2), statfs(2), fcntl(2). */
#ifndef ABI_FREEBSD_FILE_H
#define ABI_FREEBSD_FILE_H

#include <stddef.h>
#include <stdint.h>

enum {
    FREEBSD_O_NONBLOCK = 0x4,
    FREEBSD_O_APPEND = 0x8,
    FREEBSD_O_SHLOCK = 0x10,
    FREEBSD_O_EXLOCK = 0x20,
    FREEBSD_O_ASYNC = 0x40,
    FREEBSD_O_SYNC = 0x80,
    FREEBSD_O_NOFOLLOW = 0x100,
    FREEBSD_O_CREAT = 0x200,
    FREEBSD_O_TRUNC = 0x400,
    FREEBSD_O_EXCL = 0x800,
    FREEBSD_O_NOCTTY = 0x8000,
    FREEBSD_O_DIRECT = 0x10000,
    FREEBSD_O_DIRECTORY = 0x20000,
    FREEBSD_O_EXEC = 0x40000,
    FREEBSD_O_TTY_INIT = 0x80000,
    FREEBSD_O_CLOEXEC = 0x100000,
    FREEBSD_O_VERIFY = 0x200000,
    FREEBSD_O_PATH = 0x400000,
    FREEBSD_O_RESOLVE_BENEATH = 0x800000,
    FREEBSD_O_DSYNC = 0x1000000,
    FREEBSD_O_EMPTY_PATH = 0x2000000,

    FREEBSD_AT_RESOLVE_BENEATH = 0x2000,
    FREEBSD_AT_EMPTY_PATH = 0x4000,

    FREEBSD_FD_NONE = -200, /* funlinkat */
};

struct freebsd_timespec {
    int64_t sec, nsec;
};

struct freebsd_stat {
    uint64_t dev, ino, nlink;
    uint16_t mode;
    int16_t bsdflags;
    uint32_t uid, gid, pad1;
    uint64_t rdev;
    struct freebsd_timespec atim, mtim, ctim, birthtim;
    int64_t size, blocks;
    int32_t blksize;
    uint32_t flags;
    uint64_t gen;
    uint64_t spare[10];
};
_Static_assert(sizeof(struct freebsd_stat) == 224, "stat");
_Static_assert(offsetof(struct freebsd_stat, rdev) == 40, "stat");
_Static_assert(offsetof(struct freebsd_stat, size) == 112, "stat");
_Static_assert(offsetof(struct freebsd_stat, gen) == 136, "stat");

/* Of the calls before 64-bit inodes (FreeBSD 11) */
struct freebsd11_stat {
    uint32_t dev, ino;
    uint16_t mode, nlink;
    uint32_t uid, gid, rdev;
    struct freebsd_timespec atim, mtim, ctim;
    int64_t size, blocks;
    int32_t blksize;
    uint32_t flags, gen, spare;
    struct freebsd_timespec birthtim;
};
_Static_assert(sizeof(struct freebsd11_stat) == 120, "stat");
_Static_assert(offsetof(struct freebsd11_stat, size) == 72, "stat");
_Static_assert(offsetof(struct freebsd11_stat, birthtim) == 104, "stat");

/* The name follows, with a terminator, padded to 8 (4). */
struct freebsd_dirent {
    uint64_t fileno, off;
    uint16_t reclen;
    uint8_t type, pad0;
    uint16_t namlen, pad1;
    char name[];
};
_Static_assert(offsetof(struct freebsd_dirent, name) == 24, "dirent");
struct freebsd11_dirent {
    uint32_t fileno;
    uint16_t reclen;
    uint8_t type, namlen;
    char name[];
};
_Static_assert(offsetof(struct freebsd11_dirent, name) == 8, "dirent");

#define FREEBSD_STATFS_VERSION 0x20140518u
#define FREEBSD11_STATFS_VERSION 0x20030518u
#define FREEBSD_STATFS(NAME, SPARES, MNAMELEN)                                                     \
    struct NAME {                                                                                  \
        uint32_t version, type;                                                                    \
        uint64_t flags, bsize, iosize, blocks, bfree;                                              \
        int64_t bavail;                                                                            \
        uint64_t files;                                                                            \
        int64_t ffree;                                                                             \
        uint64_t syncwrites, asyncwrites, syncreads, asyncreads;                                   \
        uint64_t spare[SPARES];                                                                    \
        uint32_t namemax, owner;                                                                   \
        int32_t fsid[2];                                                                           \
        char charspare[80];                                                                        \
        char fstypename[16], mntfromname[MNAMELEN], mntonname[MNAMELEN];                           \
    }
FREEBSD_STATFS(freebsd_statfs, 10, 1024); /* the first spare: nvnodelistsize */
FREEBSD_STATFS(freebsd11_statfs, 10, 88);
_Static_assert(sizeof(struct freebsd_statfs) == 2344, "statfs");
_Static_assert(offsetof(struct freebsd_statfs, namemax) == 184, "statfs");
_Static_assert(sizeof(struct freebsd11_statfs) == 472, "statfs");

enum {
    FREEBSD_MNT_RDONLY = 0x1,
    FREEBSD_MNT_SYNCHRONOUS = 0x2,
    FREEBSD_MNT_NOEXEC = 0x4,
    FREEBSD_MNT_NOSUID = 0x8,
    FREEBSD_MNT_LOCAL = 0x1000,
    FREEBSD_MNT_ROOTFS = 0x4000,
    FREEBSD_MNT_NOATIME = 0x10000000,
    FREEBSD_MNT_WAIT = 1,
    FREEBSD_MNT_NOWAIT = 2,
};

enum {
    FREEBSD_F_DUPFD = 0,
    FREEBSD_F_GETFD = 1,
    FREEBSD_F_SETFD = 2,
    FREEBSD_F_GETFL = 3,
    FREEBSD_F_SETFL = 4,
    FREEBSD_F_GETOWN = 5,
    FREEBSD_F_SETOWN = 6,
    FREEBSD_F_OGETLK = 7,
    FREEBSD_F_OSETLK = 8,
    FREEBSD_F_OSETLKW = 9,
    FREEBSD_F_DUP2FD = 10,
    FREEBSD_F_GETLK = 11,
    FREEBSD_F_SETLK = 12,
    FREEBSD_F_SETLKW = 13,
    FREEBSD_F_SETLK_REMOTE = 14,
    FREEBSD_F_READAHEAD = 15,
    FREEBSD_F_RDAHEAD = 16,
    FREEBSD_F_DUPFD_CLOEXEC = 17,
    FREEBSD_F_DUP2FD_CLOEXEC = 18,
    FREEBSD_F_ADD_SEALS = 19,
    FREEBSD_F_GET_SEALS = 20,
    FREEBSD_F_ISUNIONSTACK = 21,
    FREEBSD_F_KINFO = 22,
};

struct freebsd_flock {
    int64_t start, len;
    int32_t pid;
    int16_t type, whence; /* type: 1 read, 2 unlock, 3 write */
    int32_t sysid;
};
_Static_assert(sizeof(struct freebsd_flock) == 32, "flock");

struct freebsd_kinfo_file {
    int32_t structsize, type, fd, ref_count, flags, pad0;
    int64_t offset;
    uint8_t un[304]; /* of a vnode: see below */
    uint16_t status, pad1;
    int32_t _ispare0;
    uint64_t cap_rights[2];
    uint64_t cap_spare;
    char path[1024];
};
#define FREEBSD_KF_TYPE_VNODE 1
#define FREEBSD_KF_TYPE_SOCKET 2
#define FREEBSD_KF_TYPE_PIPE 3
#define FREEBSD_KF_TYPE_FIFO 4
#define FREEBSD_KF_TYPE_KQUEUE 5
#define FREEBSD_KF_TYPE_PTS 10
#define FREEBSD_KF_TYPE_UNKNOWN 255
_Static_assert(sizeof(struct freebsd_kinfo_file) == 1392, "kinfo_file");
_Static_assert(offsetof(struct freebsd_kinfo_file, path) == 368, "kinfo_file");

enum { FREEBSD_SPACECTL_DEALLOC = 1 };

#endif
