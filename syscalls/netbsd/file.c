/* The file calls that only NetBSD has, or has its own way. */
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "abi/netbsd/file.h"
#include "syscalls/netbsd/netbsd.h"
#include "syscalls/unix/directory.h"
#include "syscalls/unix/file.h"

int64_t netbsd_getdents(struct unix_thread *t, int32_t fd, void *buf, size_t count)
{
    (void)t;
    return unix_getdents(fd, buf, count, NULL, unix_abi->dirent);
}

/* --- file systems
 * --------------------------------------------------------------------------------- */

static int64_t statvfs_of(int fd, struct netbsd_statvfs *s)
{
    static const struct unix_pair map[] = {{NETBSD_ST_RDONLY, ST_RDONLY},
                                           {NETBSD_ST_SYNCHRONOUS, ST_SYNCHRONOUS},
                                           {NETBSD_ST_NOEXEC, ST_NOEXEC},
                                           {NETBSD_ST_NOSUID, ST_NOSUID},
                                           {NETBSD_ST_NODEV, ST_NODEV},
                                           {NETBSD_ST_NOATIME, ST_NOATIME},
                                           {0, 0}};
    struct statfs h;
    struct statx st;
    struct unix_mount m;

    if (fstatfs(fd, &h) < 0)
        return -errno;
    int64_t r = unix_host(SYS_statx, fd, (long)"", AT_EMPTY_PATH, STATX_BASIC_STATS, (long)&st, 0);
    if (r < 0)
        return r;
    unix_mount_of(st.stx_dev_major, st.stx_dev_minor, &m);
    *s = (struct netbsd_statvfs){
        .flag = unix_bits_of_host(map, (uint32_t)h.f_flags) | NETBSD_ST_LOCAL |
                (strcmp(m.on, "/") ? 0 : NETBSD_ST_ROOTFS),
        .bsize = (uint64_t)h.f_bsize,
        .frsize = (uint64_t)(h.f_frsize ? h.f_frsize : h.f_bsize),
        .iosize = (uint64_t)h.f_bsize,
        .blocks = h.f_blocks,
        .bfree = h.f_bfree,
        .bavail = h.f_bavail,
        .bresvd = h.f_bfree - h.f_bavail,
        .files = h.f_files,
        .ffree = h.f_ffree,
        .favail = h.f_ffree,
        .fsidx = {h.f_fsid.__val[0], h.f_fsid.__val[1]},
        .fsid = (uint32_t)h.f_fsid.__val[0],
        .namemax = (uint64_t)h.f_namelen,
    };
    snprintf(s->fstypename, sizeof(s->fstypename), "%.31s", m.type);
    snprintf(s->mntonname, sizeof(s->mntonname), "%s", m.on);
    snprintf(s->mntfromname, sizeof(s->mntfromname), "%s", m.from);
    return 0;
}

static int64_t put(void *guest, const struct netbsd_statvfs *s, bool old)
{
    if (!old)
        return guest_write(guest, s, sizeof(*s)) ? 0 : -EFAULT;
    struct netbsd90_statvfs o;
    memset(&o, 0, sizeof(o));
    memcpy(&o, s, offsetof(struct netbsd90_statvfs, spare));
    memcpy(o.fstypename, s->fstypename, sizeof(o.fstypename));
    memcpy(o.mntonname, s->mntonname, sizeof(o.mntonname));
    memcpy(o.mntfromname, s->mntfromname, sizeof(o.mntfromname));
    return guest_write(guest, &o, sizeof(o)) ? 0 : -EFAULT;
}

static int64_t statvfs_path(struct unix_thread *t, const char *path, void *buf, bool old)
{
    char host[PATH_MAX];
    struct netbsd_statvfs s;
    int dirfd = AT_FDCWD, error = unix_path(t, &dirfd, path, host);

    if (error)
        return error;
    int64_t fd = unix_host(SYS_openat, dirfd, (long)host, O_PATH | O_CLOEXEC, 0, 0, 0);
    if (fd < 0)
        return fd;
    int64_t r = statvfs_of((int)fd, &s);
    unix_host(SYS_close, fd, 0, 0, 0, 0, 0);
    return r < 0 ? r : put(buf, &s, old);
}

static int64_t statvfs_fd(int32_t fd, void *buf, bool old)
{
    struct netbsd_statvfs s;
    int64_t r = statvfs_of(fd, &s);
    return r < 0 ? r : put(buf, &s, old);
}

/* The one file system that a guest is shown is the one of its root. */
static int64_t list(void *buf, size_t bufsize, bool old)
{
    struct netbsd_statvfs s;

    if (!buf)
        return 1;
    if (bufsize < (old ? sizeof(struct netbsd90_statvfs) : sizeof(s)))
        return 0;
    int64_t fd = unix_host(SYS_openat, AT_FDCWD, (long)"/", O_PATH | O_CLOEXEC, 0, 0, 0);
    if (fd < 0)
        return fd;
    int64_t r = statvfs_of((int)fd, &s);
    unix_host(SYS_close, fd, 0, 0, 0, 0, 0);
    if (r >= 0)
        r = put(buf, &s, old);
    return r < 0 ? r : 1;
}

int64_t netbsd_statvfs1(struct unix_thread *t, const char *path, void *buf, int32_t flags)
{
    (void)flags; /* ST_WAIT, ST_NOWAIT: no difference on the host */
    return statvfs_path(t, path, buf, false);
}

int64_t netbsd_fstatvfs1(struct unix_thread *t, int32_t fd, void *buf, int32_t flags)
{
    (void)t, (void)flags;
    return statvfs_fd(fd, buf, false);
}

int64_t netbsd_getvfsstat(struct unix_thread *t, void *buf, size_t bufsize, int32_t flags)
{
    (void)t, (void)flags;
    return list(buf, bufsize, false);
}

int64_t netbsd90_statvfs1(struct unix_thread *t, const char *path, void *buf, int32_t flags)
{
    (void)flags;
    return statvfs_path(t, path, buf, true);
}

int64_t netbsd90_fstatvfs1(struct unix_thread *t, int32_t fd, void *buf, int32_t flags)
{
    (void)t, (void)flags;
    return statvfs_fd(fd, buf, true);
}

int64_t netbsd90_getvfsstat(struct unix_thread *t, void *buf, size_t bufsize, int32_t flags)
{
    (void)t, (void)flags;
    return list(buf, bufsize, true);
}

/* --- pathconf
 * ---------------------------------------------------------------------------------------- */

static int64_t pathconf_of(struct unix_thread *t, int32_t fd, const char *path, int flags,
                           int32_t name)
{
    switch (name) {
    case 10: /* _PC_SYNC_IO */
        return 1;
    case 11: /* _PC_FILESIZEBITS */
        return 64;
    case 12: /* _PC_SYMLINK_MAX */
        return 1024;
    case 13: /* _PC_2_SYMLINKS */
        return 1;
    case 14: /* _PC_ACL_EXTENDED */
        return 0;
    case 15: /* _PC_MIN_HOLE_SIZE */
        return 4096;
    default:
        return unix_pathconf(t, fd, path, flags, name);
    }
}

int64_t netbsd_pathconf(struct unix_thread *t, const char *path, int32_t name)
{
    return path ? pathconf_of(t, AT_FDCWD, path, 0, name) : -EFAULT;
}

int64_t netbsd_lpathconf(struct unix_thread *t, const char *path, int32_t name)
{
    return path ? pathconf_of(t, AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, name) : -EFAULT;
}

int64_t netbsd_fpathconf(struct unix_thread *t, int32_t fd, int32_t name)
{
    return pathconf_of(t, fd, NULL, 0, name);
}

/* --- fcntl
 * -------------------------------------------------------------------------------------------- */

static int64_t lock_call(struct unix_thread *t, int32_t fd, enum unix_lock_call call, void *guest)
{
    struct netbsd_flock f;

    if (!guest_read(&f, guest, sizeof(f)))
        return -EFAULT;
    struct unix_lock l = {f.start, f.len, f.pid, f.type, f.whence};
    int64_t r = unix_lock(t, fd, call, &l);
    if (r < 0 || call != UNIX_GETLK)
        return r;
    f = (struct netbsd_flock){l.start, l.len, l.pid, (int16_t)l.type, (int16_t)l.whence};
    return guest_write(guest, &f, sizeof(f)) ? 0 : -EFAULT;
}

/* The highest descriptor in use: from the top, as the host lists them. */
static int64_t highest_fd(void)
{
    char buffer[8192];
    int64_t highest = -1, n;
    int64_t dir = unix_host(SYS_openat, AT_FDCWD, (long)"/proc/self/fd",
                            O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0, 0, 0);
    if (dir < 0)
        return dir;
    while ((n = unix_host(SYS_getdents64, dir, (long)buffer, sizeof(buffer), 0, 0, 0)) > 0) {
        for (int64_t at = 0; at < n;) {
            uint16_t length;
            memcpy(&length, buffer + at + 16, sizeof(length));
            int fd = atoi(buffer + at + 19);
            if (fd > highest && fd != dir && !unix_fd_is_ours(fd))
                highest = fd;
            at += length;
        }
    }
    unix_host(SYS_close, dir, 0, 0, 0, 0, 0);
    return highest;
}

int64_t netbsd_fcntl(struct unix_thread *t, int32_t fd, int32_t cmd, long arg)
{
    char link[64], path[PATH_MAX];

    if (cmd == NETBSD_F_CLOSEM)
        return fd < 0 ? -EBADF : unix_close_range((uint32_t)fd, UINT32_MAX, false);
    if (cmd == NETBSD_F_MAXFD)
        return highest_fd();
    if (fd < 0 || unix_fd_is_ours(fd))
        return -EBADF;
    switch (cmd) {
    case NETBSD_F_DUPFD:
        return unix_dup(fd, (int32_t)arg, false);
    case NETBSD_F_DUPFD_CLOEXEC:
        return unix_dup(fd, (int32_t)arg, true);
    case NETBSD_F_GETFD:
    case NETBSD_F_SETFD: /* FD_CLOEXEC is 1 here and there */
        return unix_host(SYS_fcntl, fd, cmd == NETBSD_F_GETFD ? F_GETFD : F_SETFD, arg & 1, 0, 0,
                         0);
    case NETBSD_F_GETFL:
        return unix_get_flags(fd);
    case NETBSD_F_SETFL:
        return unix_set_flags(fd, (uint32_t)arg);
    case NETBSD_F_GETOWN:
        return unix_host(SYS_fcntl, fd, F_GETOWN, 0, 0, 0, 0);
    case NETBSD_F_SETOWN:
        return unix_host(SYS_fcntl, fd, F_SETOWN, arg, 0, 0, 0);
    case NETBSD_F_GETLK:
        return lock_call(t, fd, UNIX_GETLK, (void *)arg);
    case NETBSD_F_SETLK:
        return lock_call(t, fd, UNIX_SETLK, (void *)arg);
    case NETBSD_F_SETLKW:
        return lock_call(t, fd, UNIX_SETLKW, (void *)arg);
    case NETBSD_F_GETNOSIGPIPE:
    case NETBSD_F_SETNOSIGPIPE:
        if (unix_host(SYS_fcntl, fd, F_GETFD, 0, 0, 0, 0) < 0)
            return -EBADF;
        if (cmd == NETBSD_F_GETNOSIGPIPE)
            return unix_fd_nosigpipe(fd);
        unix_fd_set_nosigpipe(fd, arg != 0);
        return 0;
    case NETBSD_F_GETPATH: {
        snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
        int64_t n = unix_host(SYS_readlinkat, AT_FDCWD, (long)link, (long)path, 1023, 0, 0);
        if (n < 0)
            return n == -ENOENT ? -EBADF : n;
        path[n] = 0;
        return guest_write((void *)arg, path, (size_t)n + 1) ? 0 : -EFAULT;
    }
    case NETBSD_F_ADD_SEALS:
        return unix_host(SYS_fcntl, fd, F_ADD_SEALS, arg, 0, 0, 0);
    case NETBSD_F_GET_SEALS:
        return unix_host(SYS_fcntl, fd, F_GET_SEALS, 0, 0, 0, 0);
    default:
        return -EINVAL;
    }
}

/* --- and others
 * ---------------------------------------------------------------------------------------- */

static int64_t dup_flags(int32_t from, int32_t to, int32_t flags)
{
    uint32_t unknown, host = unix_bits_to_host(unix_abi->open_flags, (uint32_t)flags, &unknown);
    if (unknown || (host & ~(uint32_t)(O_CLOEXEC | O_NONBLOCK)))
        return -EINVAL;
    int64_t r = unix_dup2(from, to, host & O_CLOEXEC);
    if (r >= 0 && (host & O_NONBLOCK))
        unix_set_flags(to, NETBSD_O_NONBLOCK);
    if (r >= 0 && (flags & NETBSD_O_NOSIGPIPE))
        unix_fd_set_nosigpipe(to, true);
    return r;
}

/* Before NetBSD 10, dup3 of a descriptor to itself set its flags; since then it is EINVAL. */
int64_t netbsd100_dup3(struct unix_thread *t, int32_t from, int32_t to, int32_t flags)
{
    (void)t;
    if (from == to) {
        int64_t r = unix_host(SYS_fcntl, from, F_GETFD, 0, 0, 0, 0);
        if (r >= 0 && (flags & NETBSD_O_CLOEXEC))
            r = unix_host(SYS_fcntl, from, F_SETFD, FD_CLOEXEC, 0, 0, 0);
        return r < 0 ? r : to;
    }
    return dup_flags(from, to, flags);
}

int64_t netbsd_dup3(struct unix_thread *t, int32_t from, int32_t to, int32_t flags)
{
    (void)t;
    return from == to ? -EINVAL : dup_flags(from, to, flags);
}

int64_t netbsd_fsync_range(struct unix_thread *t, int32_t fd, int32_t how, int64_t start,
                           int64_t length)
{
    /* FDATASYNC 0x10, FFILESYNC 0x20, FDISKSYNC 0x40 */
    if (!(how & 0x30) || (how & 0x30) == 0x30 || (how & ~0x70) || start < 0 || length < 0)
        return -EINVAL;
    return how & 0x20 ? sys_fsync(t, fd) : sys_fdatasync(t, fd);
}

int64_t netbsd_fdiscard(struct unix_thread *t, int32_t fd, int64_t pos, int64_t len)
{
    if (pos < 0 || len < 0 || pos > INT64_MAX - len)
        return -EINVAL;
    return unix_block(t, SYS_fallocate, fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, pos, len, 0,
                      0);
}

int64_t netbsd_memfd_create(struct unix_thread *t, const char *name, uint32_t flags)
{
    char host[250];
    int error = unix_string(name, host, sizeof(host));

    (void)t;
    if (error)
        return error == -ENAMETOOLONG ? -EINVAL : error;
    if (flags & ~3u) /* MFD_CLOEXEC 1, MFD_ALLOW_SEALING 2 */
        return -EINVAL;
    return unix_host(SYS_memfd_create, (long)host, flags, 0, 0, 0, 0);
}

int64_t netbsd_fchroot(struct unix_thread *t, int32_t fd)
{
    char self[64];
    (void)t;
    snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
    return unix_host(SYS_chroot, (long)self, 0, 0, 0, 0, 0);
}

int64_t netbsd_eventfd(struct unix_thread *t, uint32_t val, int32_t flags)
{
    /* EFD_SEMAPHORE is O_RDWR, EFD_NONBLOCK and EFD_CLOEXEC as in open. */
    uint32_t unknown,
        host = unix_bits_to_host(unix_abi->open_flags, (uint32_t)flags & ~2u, &unknown);
    (void)t;
    if (unknown || (host & ~(uint32_t)(O_NONBLOCK | O_CLOEXEC)))
        return -EINVAL;
    return unix_host(SYS_eventfd2, val, (flags & 2 ? 1 : 0) | (int)host, 0, 0, 0, 0);
}
