/* Making, changing and removing names, and the attributes of files. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "syscalls/unix/file.h"
#include "syscalls/unix/handlers.h"

/* A path of the guest's on the host, or the error leaves the calling handler. */
#define PATH(dirfd, host, fd, guest) PATH_EMPTY(dirfd, host, fd, guest, false)
#define PATH_EMPTY(dirfd, host, fd, guest, empty)                                                  \
    char host[PATH_MAX];                                                                           \
    int dirfd = (fd);                                                                              \
    do {                                                                                           \
        int path_error = unix_path_empty(t, &dirfd, guest, host, empty);                           \
        if (path_error)                                                                            \
            return path_error;                                                                     \
    } while (0)

int64_t sys_linkat(struct unix_thread *t, int32_t fd1, const char *path1, int32_t fd2,
                   const char *path2, int32_t flag)
{
    PATH_EMPTY(dir1, host1, fd1, path1, flag & 0x4000);
    PATH(dir2, host2, fd2, path2);
    if (flag & ~(UNIX_AT_SYMLINK_FOLLOW | 0x2000 | 0x4000))
        return -EINVAL;
    return unix_host(SYS_linkat, dir1, (long)host1, dir2, (long)host2,
                     (flag & UNIX_AT_SYMLINK_FOLLOW ? AT_SYMLINK_FOLLOW : 0) |
                         (flag & 0x4000 ? AT_EMPTY_PATH : 0),
                     0);
}

int64_t sys_link(struct unix_thread *t, const char *path, const char *link)
{
    return sys_linkat(t, UNIX_AT_FDCWD, path, UNIX_AT_FDCWD, link, UNIX_AT_SYMLINK_FOLLOW);
}

int64_t sys_symlinkat(struct unix_thread *t, const char *path1, int32_t fd, const char *path2)
{
    char target[PATH_MAX];
    int error = unix_string(path1, target, sizeof(target));

    if (error)
        return error;
    PATH(dirfd, host, fd, path2);
    return unix_host(SYS_symlinkat, (long)target, dirfd, (long)host, 0, 0, 0);
}

int64_t sys_symlink(struct unix_thread *t, const char *path, const char *link)
{
    return sys_symlinkat(t, path, UNIX_AT_FDCWD, link);
}

int64_t sys_unlinkat(struct unix_thread *t, int32_t fd, const char *path, int32_t flag)
{
    if (flag & ~(UNIX_AT_REMOVEDIR | 0x2000))
        return -EINVAL;
    PATH(dirfd, host, fd, path);
    int64_t r = unix_host(SYS_unlinkat, dirfd, (long)host,
                          flag & UNIX_AT_REMOVEDIR ? AT_REMOVEDIR : 0, 0, 0, 0);
    /* unlink(2): "EPERM: the named file is a directory" */
    return r == -EISDIR && !(flag & UNIX_AT_REMOVEDIR) ? -EPERM : r;
}

int64_t sys_unlink(struct unix_thread *t, const char *path)
{
    return sys_unlinkat(t, UNIX_AT_FDCWD, path, 0);
}

int64_t sys_rmdir(struct unix_thread *t, const char *path)
{
    return sys_unlinkat(t, UNIX_AT_FDCWD, path, UNIX_AT_REMOVEDIR);
}

int64_t sys_mkdirat(struct unix_thread *t, int32_t fd, const char *path, uint32_t mode)
{
    PATH(dirfd, host, fd, path);
    return unix_host(SYS_mkdirat, dirfd, (long)host, mode & 0777, 0, 0, 0);
}

int64_t sys_mkdir(struct unix_thread *t, const char *path, uint32_t mode)
{
    return sys_mkdirat(t, UNIX_AT_FDCWD, path, mode);
}

int64_t sys_mkfifoat(struct unix_thread *t, int32_t fd, const char *path, uint32_t mode)
{
    PATH(dirfd, host, fd, path);
    return unix_host(SYS_mknodat, dirfd, (long)host, (long)(S_IFIFO | (mode & 0777)), 0, 0, 0);
}

int64_t sys_mkfifo(struct unix_thread *t, const char *path, uint32_t mode)
{
    return sys_mkfifoat(t, UNIX_AT_FDCWD, path, mode);
}

int64_t sys_mknodat(struct unix_thread *t, int32_t fd, const char *path, uint32_t mode,
                    uint64_t dev)
{
    unsigned major, minor;

    PATH(dirfd, host, fd, path);
    unix_abi->host_device(dev, &major, &minor);
    if (S_ISFIFO(mode))
        dev = 0;
    else if (!S_ISCHR(mode) && !S_ISBLK(mode))
        return -EINVAL;
    else
        dev = makedev(major, minor);
    return unix_host(SYS_mknodat, dirfd, (long)host, (long)(mode & (S_IFMT | 07777)), (long)dev, 0,
                     0);
}

int64_t sys_mknod(struct unix_thread *t, const char *path, uint32_t mode, uint64_t dev)
{
    return sys_mknodat(t, UNIX_AT_FDCWD, path, mode, dev);
}

int64_t sys_renameat(struct unix_thread *t, int32_t oldfd, const char *old, int32_t newfd,
                     const char *new)
{
    PATH(dir1, host1, oldfd, old);
    PATH(dir2, host2, newfd, new);
    int64_t r = unix_host(SYS_renameat, dir1, (long)host1, dir2, (long)host2, 0, 0);
    /* The host says EBUSY or EINVAL for "." and ".."; rename(2) says EINVAL. */
    if (r == -EBUSY) {
        const char *last = strrchr(host1, '/');
        last = last ? last + 1 : host1;
        if (!strcmp(last, ".") || !strcmp(last, ".."))
            return -EINVAL;
    }
    return r;
}

int64_t sys_rename(struct unix_thread *t, const char *from, const char *to)
{
    return sys_renameat(t, UNIX_AT_FDCWD, from, UNIX_AT_FDCWD, to);
}

/* --- modes and owners ----------------------------------------------------------------------- */

static int64_t chmod_link(int dirfd, const char *host, uint32_t mode)
{
    char self[64];
    struct stat st;
    int64_t r;

    int64_t at = unix_host(SYS_openat, dirfd, (long)host, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0, 0, 0);
    if (at < 0)
        return at;
    if (fstat((int)at, &st) < 0)
        r = -errno;
    else if (S_ISLNK(st.st_mode))
        r = -EOPNOTSUPP; /* the host keeps no mode of links */
    else {
        snprintf(self, sizeof(self), "/proc/self/fd/%d", (int)at);
        r = unix_host(SYS_fchmodat, AT_FDCWD, (long)self, mode & 07777, 0, 0, 0);
    }
    unix_host(SYS_close, at, 0, 0, 0, 0, 0);
    return r;
}

int64_t sys_fchmodat(struct unix_thread *t, int32_t fd, const char *path, uint32_t mode,
                     int32_t flag)
{
    if (flag & ~(UNIX_AT_SYMLINK_NOFOLLOW | 0x2000 | 0x4000))
        return -EINVAL;
    PATH_EMPTY(dirfd, host, fd, path, flag & 0x4000);
    if (!host[0] && (flag & 0x4000))
        return unix_host(SYS_fchmod, fd, mode & 07777, 0, 0, 0, 0);
    if (flag & UNIX_AT_SYMLINK_NOFOLLOW)
        return chmod_link(dirfd, host, mode);
    return unix_host(SYS_fchmodat, dirfd, (long)host, mode & 07777, 0, 0, 0);
}

int64_t sys_chmod(struct unix_thread *t, const char *path, uint32_t mode)
{
    return sys_fchmodat(t, UNIX_AT_FDCWD, path, mode, 0);
}

int64_t sys_lchmod(struct unix_thread *t, const char *path, uint32_t mode)
{
    return sys_fchmodat(t, UNIX_AT_FDCWD, path, mode, UNIX_AT_SYMLINK_NOFOLLOW);
}

int64_t sys_fchmod(struct unix_thread *t, int32_t fd, uint32_t mode)
{
    (void)t;
    return unix_host(SYS_fchmod, fd, mode & 07777, 0, 0, 0, 0);
}

int64_t sys_fchownat(struct unix_thread *t, int32_t fd, const char *path, uint32_t uid,
                     uint32_t gid, int32_t flag)
{
    if (flag & ~(UNIX_AT_SYMLINK_NOFOLLOW | 0x2000 | 0x4000))
        return -EINVAL;
    PATH_EMPTY(dirfd, host, fd, path, flag & 0x4000);
    return unix_host(SYS_fchownat, dirfd, (long)host, uid, gid,
                     (flag & UNIX_AT_SYMLINK_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0) |
                         (flag & 0x4000 ? AT_EMPTY_PATH : 0),
                     0);
}

int64_t sys_chown(struct unix_thread *t, const char *path, uint32_t uid, uint32_t gid)
{
    return sys_fchownat(t, UNIX_AT_FDCWD, path, uid, gid, 0);
}

int64_t sys_lchown(struct unix_thread *t, const char *path, uint32_t uid, uint32_t gid)
{
    return sys_fchownat(t, UNIX_AT_FDCWD, path, uid, gid, UNIX_AT_SYMLINK_NOFOLLOW);
}

int64_t sys_fchown(struct unix_thread *t, int32_t fd, uint32_t uid, uint32_t gid)
{
    (void)t;
    return unix_host(SYS_fchown, fd, uid, gid, 0, 0, 0);
}

/* UTIME_NOW and UTIME_OMIT are -1 and -2 on FreeBSD, 0x3fffffff and 0x3ffffffe on NetBSD. */
static bool special_time(int64_t nsec, long *host)
{
    if (nsec == -1 || nsec == UTIME_NOW)
        *host = UTIME_NOW;
    else if (nsec == -2 || nsec == UTIME_OMIT)
        *host = UTIME_OMIT;
    else
        return false;
    return true;
}

int64_t unix_utimens(struct unix_thread *t, int32_t fd, const char *path, const void *times,
                     int flags, bool micro)
{
    struct timespec ts[2];
    char host[PATH_MAX];
    int dirfd = fd;

    if (times) {
        if (!guest_read(ts, times, sizeof(ts)))
            return -EFAULT;
        for (int i = 0; i < 2; i++) {
            if (micro) {
                if (ts[i].tv_nsec < 0 || ts[i].tv_nsec >= 1000000)
                    return -EINVAL;
                ts[i].tv_nsec *= 1000;
            } else if (!special_time(ts[i].tv_nsec, &ts[i].tv_nsec) &&
                       (ts[i].tv_nsec < 0 || ts[i].tv_nsec >= 1000000000)) {
                return -EINVAL;
            }
        }
    }
    if (path) {
        int error = unix_path_empty(t, &dirfd, path, host, flags & AT_EMPTY_PATH);
        if (error)
            return error;
    } else if (fd < 0) {
        return -EBADF;
    }
    return unix_host(SYS_utimensat, dirfd, path ? (long)host : 0, times ? (long)ts : 0, flags, 0,
                     0);
}

int64_t sys_utimes(struct unix_thread *t, const char *path, const void *tptr)
{
    return path ? unix_utimens(t, AT_FDCWD, path, tptr, 0, true) : -EFAULT;
}

int64_t sys_lutimes(struct unix_thread *t, const char *path, const void *tptr)
{
    return path ? unix_utimens(t, AT_FDCWD, path, tptr, AT_SYMLINK_NOFOLLOW, true) : -EFAULT;
}

int64_t sys_futimes(struct unix_thread *t, int32_t fd, const void *tptr)
{
    return unix_utimens(t, fd, NULL, tptr, 0, true);
}

int64_t sys_futimens(struct unix_thread *t, int32_t fd, const void *times)
{
    return unix_utimens(t, fd, NULL, times, 0, false);
}

int64_t sys_utimensat(struct unix_thread *t, int32_t fd, const char *path, const void *times,
                      int32_t flag)
{
    if (flag & ~(UNIX_AT_SYMLINK_NOFOLLOW | 0x2000 | 0x4000))
        return -EINVAL;
    if (!path)
        return -EFAULT;
    return unix_utimens(t, fd, path, times,
                        (flag & UNIX_AT_SYMLINK_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0) |
                            (flag & 0x4000 ? AT_EMPTY_PATH : 0),
                        false);
}

int64_t sys_futimesat(struct unix_thread *t, int32_t fd, const char *path, const void *times)
{
    return path ? unix_utimens(t, fd, path, times, 0, true) : -EFAULT;
}

/* --- flags that the host keeps otherwise ------------------------------------------------------ */

/* No flags is what a file has; others belong to chattr and its rights. */
static int64_t no_flags(struct unix_thread *t, int32_t fd, const char *path, uint64_t flags,
                        int at_flags)
{
    struct statx st;
    int error = unix_statx(t, fd, path, at_flags, &st);
    if (error)
        return error;
    return flags ? -EOPNOTSUPP : 0;
}

int64_t sys_chflags(struct unix_thread *t, const char *path, uint64_t flags)
{
    return path ? no_flags(t, AT_FDCWD, path, flags, 0) : -EFAULT;
}

int64_t sys_lchflags(struct unix_thread *t, const char *path, uint64_t flags)
{
    return path ? no_flags(t, AT_FDCWD, path, flags, AT_SYMLINK_NOFOLLOW) : -EFAULT;
}

int64_t sys_fchflags(struct unix_thread *t, int32_t fd, uint64_t flags)
{
    return no_flags(t, fd, NULL, flags, 0);
}
