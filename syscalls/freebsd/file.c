/* The file calls that only FreeBSD has, or has its own way. */
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "abi/freebsd/errno.h"
#include "abi/freebsd/file.h"
#include "syscalls/freebsd/freebsd.h"
#include "syscalls/unix/directory.h"
#include "syscalls/unix/file.h"
#include "syscalls/unix/kqueue.h"

/* --- the stat of FreeBSD 11 ------------------------------------------------------------------- */

static int64_t put_stat11(void *guest, const struct statx *st)
{
    struct freebsd_stat s;
    unix_abi->stat(&s, st);
    struct freebsd11_stat o = {
        .dev = (uint32_t)s.dev,
        .ino = (uint32_t)s.ino,
        .mode = s.mode,
        .nlink = (uint16_t)(s.nlink > UINT16_MAX ? UINT16_MAX : s.nlink),
        .uid = s.uid,
        .gid = s.gid,
        .rdev = (uint32_t)s.rdev,
        .atim = s.atim,
        .mtim = s.mtim,
        .ctim = s.ctim,
        .size = s.size,
        .blocks = s.blocks,
        .blksize = s.blksize,
        .flags = s.flags,
        .birthtim = s.birthtim,
    };
    return guest_write(guest, &o, sizeof(o)) ? 0 : -EFAULT;
}

static int64_t stat11(struct unix_thread *t, int32_t fd, const char *path, void *ub, int flags)
{
    struct statx st;
    int error = unix_statx(t, fd, path, flags, &st);
    return error ? error : put_stat11(ub, &st);
}

int64_t freebsd11_stat(struct unix_thread *t, const char *path, void *ub)
{
    return path ? stat11(t, AT_FDCWD, path, ub, 0) : -EFAULT;
}

int64_t freebsd11_lstat(struct unix_thread *t, const char *path, void *ub)
{
    return path ? stat11(t, AT_FDCWD, path, ub, AT_SYMLINK_NOFOLLOW) : -EFAULT;
}

int64_t freebsd11_fstat(struct unix_thread *t, int32_t fd, void *sb)
{
    return stat11(t, fd, NULL, sb, 0);
}

int64_t freebsd11_fstatat(struct unix_thread *t, int32_t fd, const char *path, void *buf,
                          int32_t flag)
{
    if (flag & ~(UNIX_AT_SYMLINK_NOFOLLOW | FREEBSD_AT_RESOLVE_BENEATH))
        return -EINVAL;
    return path
               ? stat11(t, fd, path, buf, flag & UNIX_AT_SYMLINK_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0)
               : -EFAULT;
}

/* --- directories --------------------------------------------------------------------------------
 */

static size_t put_dirent11(void *out, size_t max, const struct unix_dirent *d)
{
    size_t n = (sizeof(struct freebsd11_dirent) + d->name_length + 1 + 3) & ~3ul;
    if (n > max)
        return 0;
    struct freebsd11_dirent *e = out;
    memset(e, 0, n);
    e->fileno = (uint32_t)d->ino;
    e->reclen = (uint16_t)n;
    e->type = d->type;
    e->namlen = (uint8_t)d->name_length;
    memcpy(e->name, d->name, d->name_length);
    return n;
}

static int64_t entries(int32_t fd, void *buf, size_t count, void *basep, unix_put_dirent *put)
{
    int64_t base = 0;
    int64_t r = unix_getdents(fd, buf, count, &base, put);
    if (r >= 0 && basep && !guest_write(basep, &base, sizeof(base)))
        return -EFAULT;
    return r;
}

int64_t freebsd_getdirentries(struct unix_thread *t, int32_t fd, void *buf, size_t count,
                              int64_t *basep)
{
    (void)t;
    return entries(fd, buf, count, basep, unix_abi->dirent);
}

int64_t freebsd11_getdirentries(struct unix_thread *t, int32_t fd, void *buf, uint32_t count,
                                long *basep)
{
    (void)t;
    return entries(fd, buf, count, basep, put_dirent11);
}

int64_t freebsd11_getdents(struct unix_thread *t, int32_t fd, void *buf, size_t count)
{
    (void)t;
    return unix_getdents(fd, buf, count, NULL, put_dirent11);
}

/* --- file systems
 * --------------------------------------------------------------------------------- */

static uint64_t mount_flags(unsigned long host, bool root)
{
    static const struct unix_pair map[] = {
        {FREEBSD_MNT_RDONLY, ST_RDONLY},   {FREEBSD_MNT_SYNCHRONOUS, ST_SYNCHRONOUS},
        {FREEBSD_MNT_NOEXEC, ST_NOEXEC},   {FREEBSD_MNT_NOSUID, ST_NOSUID},
        {FREEBSD_MNT_NOATIME, ST_NOATIME}, {0, 0}};
    return unix_bits_of_host(map, (uint32_t)host) | FREEBSD_MNT_LOCAL |
           (root ? FREEBSD_MNT_ROOTFS : 0);
}

static int64_t statfs_of(int fd, struct freebsd_statfs *s)
{
    struct statfs h;
    struct statx st;
    struct unix_mount m;

    if (fstatfs(fd, &h) < 0)
        return -errno;
    int64_t r = unix_host(SYS_statx, fd, (long)"", AT_EMPTY_PATH, STATX_BASIC_STATS, (long)&st, 0);
    if (r < 0)
        return r;
    unix_mount_of(st.stx_dev_major, st.stx_dev_minor, &m);
    *s = (struct freebsd_statfs){
        .version = FREEBSD_STATFS_VERSION,
        .type = (uint32_t)h.f_type,
        .flags = mount_flags((unsigned long)h.f_flags, !strcmp(m.on, "/")),
        .bsize = (uint64_t)(h.f_frsize ? h.f_frsize : h.f_bsize),
        .iosize = (uint64_t)h.f_bsize,
        .blocks = h.f_blocks,
        .bfree = h.f_bfree,
        .bavail = (int64_t)h.f_bavail,
        .files = h.f_files,
        .ffree = (int64_t)h.f_ffree,
        .namemax = (uint32_t)h.f_namelen,
        .fsid = {h.f_fsid.__val[0], h.f_fsid.__val[1]},
    };
    snprintf(s->fstypename, sizeof(s->fstypename), "%.15s", m.type);
    snprintf(s->mntfromname, sizeof(s->mntfromname), "%s", m.from);
    snprintf(s->mntonname, sizeof(s->mntonname), "%s", m.on);
    return 0;
}

static int64_t statfs_path(struct unix_thread *t, const char *path, struct freebsd_statfs *s)
{
    char host[PATH_MAX];
    int dirfd = AT_FDCWD, error = unix_path(t, &dirfd, path, host);

    if (error)
        return error;
    int64_t fd = unix_host(SYS_openat, dirfd, (long)host, O_PATH | O_CLOEXEC, 0, 0, 0);
    if (fd < 0)
        return fd;
    int64_t r = statfs_of((int)fd, s);
    unix_host(SYS_close, fd, 0, 0, 0, 0, 0);
    return r;
}

static void statfs11_of(struct freebsd11_statfs *o, const struct freebsd_statfs *s)
{
    *o = (struct freebsd11_statfs){
        .version = FREEBSD11_STATFS_VERSION,
        .type = s->type,
        .flags = s->flags,
        .bsize = s->bsize,
        .iosize = s->iosize,
        .blocks = s->blocks,
        .bfree = s->bfree,
        .bavail = s->bavail,
        .files = s->files,
        .ffree = s->ffree,
        .namemax = s->namemax,
        .fsid = {s->fsid[0], s->fsid[1]},
    };
    memcpy(o->fstypename, s->fstypename, sizeof(o->fstypename));
    snprintf(o->mntfromname, sizeof(o->mntfromname), "%.87s", s->mntfromname);
    snprintf(o->mntonname, sizeof(o->mntonname), "%.87s", s->mntonname);
}

int64_t freebsd_statfs(struct unix_thread *t, const char *path, void *buf)
{
    struct freebsd_statfs s;
    int64_t r = statfs_path(t, path, &s);
    return r < 0 ? r : guest_write(buf, &s, sizeof(s)) ? 0 : -EFAULT;
}

int64_t freebsd_fstatfs(struct unix_thread *t, int32_t fd, void *buf)
{
    struct freebsd_statfs s;
    int64_t r = statfs_of(fd, &s);
    (void)t;
    return r < 0 ? r : guest_write(buf, &s, sizeof(s)) ? 0 : -EFAULT;
}

int64_t freebsd11_statfs(struct unix_thread *t, const char *path, void *buf)
{
    struct freebsd_statfs s;
    struct freebsd11_statfs o;
    int64_t r = statfs_path(t, path, &s);
    if (r < 0)
        return r;
    statfs11_of(&o, &s);
    return guest_write(buf, &o, sizeof(o)) ? 0 : -EFAULT;
}

int64_t freebsd11_fstatfs(struct unix_thread *t, int32_t fd, void *buf)
{
    struct freebsd_statfs s;
    struct freebsd11_statfs o;
    int64_t r = statfs_of(fd, &s);
    (void)t;
    if (r < 0)
        return r;
    statfs11_of(&o, &s);
    return guest_write(buf, &o, sizeof(o)) ? 0 : -EFAULT;
}

/* The one file system that a guest is shown is the one of its root. */
static int64_t list_statfs(void *buf, int64_t bufsize, int32_t mode, bool old)
{
    struct freebsd_statfs s;
    struct freebsd11_statfs o;

    if (mode != FREEBSD_MNT_WAIT && mode != FREEBSD_MNT_NOWAIT)
        return -EINVAL;
    if (!buf)
        return 1;
    size_t size = old ? sizeof(o) : sizeof(s);
    if (bufsize < (int64_t)size)
        return 0;
    int64_t fd = unix_host(SYS_openat, AT_FDCWD, (long)"/", O_PATH | O_CLOEXEC, 0, 0, 0);
    if (fd < 0)
        return fd;
    int64_t r = statfs_of((int)fd, &s);
    unix_host(SYS_close, fd, 0, 0, 0, 0, 0);
    if (r < 0)
        return r;
    statfs11_of(&o, &s);
    return guest_write(buf, old ? (void *)&o : (void *)&s, size) ? 1 : -EFAULT;
}

int64_t freebsd_getfsstat(struct unix_thread *t, void *buf, long bufsize, int32_t mode)
{
    (void)t;
    return list_statfs(buf, bufsize, mode, false);
}

int64_t freebsd11_getfsstat(struct unix_thread *t, void *buf, long bufsize, int32_t mode)
{
    (void)t;
    return list_statfs(buf, bufsize, mode, true);
}

/* --- pathconf
 * ---------------------------------------------------------------------------------------- */

static int64_t pathconf_of(struct unix_thread *t, int32_t fd, const char *path, int flags,
                           int32_t name)
{
    switch (name) {
    case 10: /* _PC_ALLOC_SIZE_MIN */
    case 14: /* _PC_REC_INCR_XFER_SIZE */
    case 16: /* _PC_REC_MIN_XFER_SIZE */
    case 17: /* _PC_REC_XFER_ALIGN */
        return 4096;
    case 12: /* _PC_FILESIZEBITS */
        return 64;
    case 15: /* _PC_REC_MAX_XFER_SIZE */
        return 65536;
    case 18: /* _PC_SYMLINK_MAX */
        return 1024;
    case 21: /* _PC_MIN_HOLE_SIZE */
        return 4096;
    case 53: /* _PC_ASYNC_IO */
    case 54: /* _PC_PRIO_IO */
    case 55: /* _PC_SYNC_IO */
        return -EINVAL;
    case 59: /* _PC_ACL_EXTENDED */
    case 60: /* _PC_ACL_PATH_MAX */
    case 61: /* _PC_CAP_PRESENT */
    case 62: /* _PC_INF_PRESENT */
    case 63: /* _PC_MAC_PRESENT */
    case 64: /* _PC_ACL_NFS4 */
    case 65: /* _PC_DEALLOC_PRESENT: fspacectl without zeroing by hand */
        return name == 60 ? 3 : name == 65 ? 1 : 0;
    default:
        return unix_pathconf(t, fd, path, flags, name);
    }
}

int64_t freebsd_pathconf(struct unix_thread *t, const char *path, int32_t name)
{
    return path ? pathconf_of(t, AT_FDCWD, path, 0, name) : -EFAULT;
}

int64_t freebsd_lpathconf(struct unix_thread *t, const char *path, int32_t name)
{
    return path ? pathconf_of(t, AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, name) : -EFAULT;
}

int64_t freebsd_fpathconf(struct unix_thread *t, int32_t fd, int32_t name)
{
    return pathconf_of(t, fd, NULL, 0, name);
}

/* --- fcntl
 * -------------------------------------------------------------------------------------------- */

static int64_t lock_call(struct unix_thread *t, int32_t fd, enum unix_lock_call call, void *guest,
                         bool old)
{
    struct freebsd_flock f = {0};
    size_t size = old ? offsetof(struct freebsd_flock, sysid) : sizeof(f);

    if (!guest_read(&f, guest, size))
        return -EFAULT;
    struct unix_lock l = {f.start, f.len, f.pid, f.type, f.whence};
    int64_t r = unix_lock(t, fd, call, &l);
    if (r < 0 || call != UNIX_GETLK)
        return r;
    f = (struct freebsd_flock){l.start, l.len, l.pid, (int16_t)l.type, (int16_t)l.whence, 0};
    return guest_write(guest, &f, size) ? 0 : -EFAULT;
}

static int64_t kinfo(int32_t fd, void *guest)
{
    struct freebsd_kinfo_file k = {0};
    char link[64];
    struct stat st;

    if (!guest_read(&k.structsize, guest, sizeof(k.structsize)))
        return -EFAULT;
    if (k.structsize != (int32_t)sizeof(k))
        return -EINVAL;
    if (fstat(fd, &st) < 0)
        return -errno;
    memset(&k, 0, sizeof(k));
    k.structsize = (int32_t)sizeof(k);
    k.fd = fd;
    k.ref_count = 1;
    k.type =
        unix_fd_is_kqueue(fd)  ? FREEBSD_KF_TYPE_KQUEUE
        : S_ISSOCK(st.st_mode) ? FREEBSD_KF_TYPE_SOCKET
        : S_ISREG(st.st_mode) || S_ISDIR(st.st_mode) || S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode)
            ? FREEBSD_KF_TYPE_VNODE
        : S_ISFIFO(st.st_mode) ? FREEBSD_KF_TYPE_PIPE
                               : FREEBSD_KF_TYPE_UNKNOWN;
    int64_t at = unix_host(SYS_lseek, fd, 0, SEEK_CUR, 0, 0, 0);
    k.offset = at < 0 ? 0 : at;
    if (k.type == FREEBSD_KF_TYPE_VNODE) {
        snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
        int64_t n =
            unix_host(SYS_readlinkat, AT_FDCWD, (long)link, (long)k.path, sizeof(k.path) - 1, 0, 0);
        k.path[n < 0 ? 0 : n] = 0;
    }
    return guest_write(guest, &k, sizeof(k)) ? 0 : -EFAULT;
}

int64_t freebsd_fcntl(struct unix_thread *t, int32_t fd, int32_t cmd, long arg)
{
    if (fd < 0 || unix_fd_is_ours(fd))
        return -EBADF;
    switch (cmd) {
    case FREEBSD_F_DUPFD:
        return unix_dup(fd, (int32_t)arg, false);
    case FREEBSD_F_DUPFD_CLOEXEC:
        return unix_dup(fd, (int32_t)arg, true);
    case FREEBSD_F_DUP2FD:
        return unix_dup2(fd, (int32_t)arg, false);
    case FREEBSD_F_DUP2FD_CLOEXEC:
        return unix_dup2(fd, (int32_t)arg, true);
    case FREEBSD_F_GETFD:
    case FREEBSD_F_SETFD: /* FD_CLOEXEC is 1 here and there */
        return unix_host(SYS_fcntl, fd, cmd == FREEBSD_F_GETFD ? F_GETFD : F_SETFD, arg & 1, 0, 0,
                         0);
    case FREEBSD_F_GETFL:
        return unix_get_flags(fd);
    case FREEBSD_F_SETFL:
        return unix_set_flags(fd, (uint32_t)arg);
    case FREEBSD_F_GETOWN:
        return unix_host(SYS_fcntl, fd, F_GETOWN, 0, 0, 0, 0);
    case FREEBSD_F_SETOWN:
        return unix_host(SYS_fcntl, fd, F_SETOWN, arg, 0, 0, 0);
    case FREEBSD_F_OGETLK:
        return lock_call(t, fd, UNIX_GETLK, (void *)arg, true);
    case FREEBSD_F_OSETLK:
        return lock_call(t, fd, UNIX_SETLK, (void *)arg, true);
    case FREEBSD_F_OSETLKW:
        return lock_call(t, fd, UNIX_SETLKW, (void *)arg, true);
    case FREEBSD_F_GETLK:
        return lock_call(t, fd, UNIX_GETLK, (void *)arg, false);
    case FREEBSD_F_SETLK:
        return lock_call(t, fd, UNIX_SETLK, (void *)arg, false);
    case FREEBSD_F_SETLKW:
        return lock_call(t, fd, UNIX_SETLKW, (void *)arg, false);
    case FREEBSD_F_READAHEAD:
    case FREEBSD_F_RDAHEAD: {
        struct stat st;
        if (fstat(fd, &st) < 0)
            return -errno;
        if (!S_ISREG(st.st_mode))
            return -EBADF;
        bool on = cmd == FREEBSD_F_RDAHEAD ? arg != 0 : arg > 0;
        return unix_host(SYS_fadvise64, fd, 0, 0, on ? POSIX_FADV_SEQUENTIAL : POSIX_FADV_NORMAL, 0,
                         0);
    }
    case FREEBSD_F_ADD_SEALS: /* SEAL, SHRINK, GROW, WRITE: 1, 2, 4, 8 here and there */
        return unix_host(SYS_fcntl, fd, F_ADD_SEALS, arg, 0, 0, 0);
    case FREEBSD_F_GET_SEALS:
        return unix_host(SYS_fcntl, fd, F_GET_SEALS, 0, 0, 0, 0);
    case FREEBSD_F_ISUNIONSTACK:
        return 0;
    case FREEBSD_F_KINFO:
        return kinfo(fd, (void *)arg);
    default: /* F_SETLK_REMOTE: for NFS servers */
        return -EINVAL;
    }
}

/* --- and others
 * ---------------------------------------------------------------------------------------- */

int64_t freebsd11_mknod(struct unix_thread *t, const char *path, int32_t mode, uint32_t dev)
{
    return sys_mknodat(t, UNIX_AT_FDCWD, path, (uint32_t)mode, dev);
}

int64_t freebsd11_mknodat(struct unix_thread *t, int32_t fd, const char *path, uint32_t mode,
                          uint32_t dev)
{
    return sys_mknodat(t, fd, path, mode, dev);
}

int64_t freebsd_funlinkat(struct unix_thread *t, int32_t dfd, const char *path, int32_t fd,
                          int32_t flag)
{
    if (fd != FREEBSD_FD_NONE) {
        struct statx named, open;
        if (!path)
            return -EFAULT;
        int r = unix_statx(t, dfd, path, AT_SYMLINK_NOFOLLOW, &named);
        if (!r)
            r = unix_statx(t, fd, NULL, 0, &open);
        if (r)
            return r;
        if (named.stx_ino != open.stx_ino || named.stx_dev_major != open.stx_dev_major ||
            named.stx_dev_minor != open.stx_dev_minor)
            return -EDEADLK;
    }
    return sys_unlinkat(t, dfd, path, flag);
}

int64_t freebsd_chflagsat(struct unix_thread *t, int32_t fd, const char *path, uint64_t flags,
                          int32_t atflag)
{
    struct statx st;
    if (atflag & ~(UNIX_AT_SYMLINK_NOFOLLOW | FREEBSD_AT_RESOLVE_BENEATH | FREEBSD_AT_EMPTY_PATH))
        return -EINVAL;
    if (!path)
        return -EFAULT;
    int error =
        unix_statx(t, fd, path, atflag & UNIX_AT_SYMLINK_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0, &st);
    return error ? error : flags ? -EOPNOTSUPP : 0;
}

int64_t freebsd_close_range(struct unix_thread *t, uint32_t lowfd, uint32_t highfd, int32_t flags)
{
    (void)t;
    if (flags & ~(1 << 2)) /* CLOSE_RANGE_CLOEXEC */
        return -EINVAL;
    return unix_close_range(lowfd, highfd, flags != 0);
}

int64_t freebsd_closefrom(struct unix_thread *t, int32_t lowfd)
{
    (void)t;
    return unix_close_range(lowfd < 0 ? 0 : (uint32_t)lowfd, UINT32_MAX, false);
}

int64_t freebsd_copy_file_range(struct unix_thread *t, int32_t infd, int64_t *inoffp, int32_t outfd,
                                int64_t *outoffp, size_t len, uint32_t flags)
{
    int64_t in = 0, out = 0;

    if (flags)
        return -EINVAL;
    if ((inoffp && !guest_get(&in, inoffp)) || (outoffp && !guest_get(&out, outoffp)))
        return -EFAULT;
    int64_t r = unix_block(t, SYS_copy_file_range, infd, inoffp ? (long)&in : 0, outfd,
                           outoffp ? (long)&out : 0, (long)(len > INT32_MAX ? INT32_MAX : len), 0);
    if (r == -EISDIR)
        return -EINVAL;
    if (r < 0)
        return r;
    if ((inoffp && !guest_put(inoffp, in)) || (outoffp && !guest_put(outoffp, out)))
        return -EFAULT;
    return r;
}

int64_t freebsd_fspacectl(struct unix_thread *t, int32_t fd, int32_t cmd, const void *rqsr,
                          int32_t flags, void *rmsr)
{
    int64_t range[2];
    struct stat st;

    if (cmd != FREEBSD_SPACECTL_DEALLOC || flags)
        return -EINVAL;
    if (!guest_read(range, rqsr, sizeof(range)))
        return -EFAULT;
    if (range[0] < 0 || range[1] <= 0 || range[0] > INT64_MAX - range[1])
        return -EINVAL;
    if (fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode))
        return -ENODEV;
    /* Nothing past the end, and the file does not grow. */
    int64_t end = range[0] + range[1] < st.st_size ? range[0] + range[1] : st.st_size;
    if (end > range[0]) {
        int64_t r = unix_block(t, SYS_fallocate, fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE,
                               range[0], end - range[0], 0, 0);
        if (r < 0)
            return r;
    }
    /* What is left to do: nothing. */
    int64_t rest[2] = {end > range[0] ? end : range[0], 0};
    return !rmsr || guest_write(rmsr, rest, sizeof(rest)) ? 0 : -EFAULT;
}

int64_t freebsd_posix_openpt(struct unix_thread *t, int32_t flags)
{
    uint32_t unknown,
        host = unix_bits_to_host(unix_abi->open_flags, (uint32_t)flags & ~3u, &unknown);
    (void)t;
    if (unknown || (flags & 3) != O_RDWR || (host & ~(uint32_t)(O_NOCTTY | O_CLOEXEC)))
        return -EINVAL;
    int64_t fd = unix_host(SYS_openat, AT_FDCWD, (long)"/dev/ptmx", (long)(host | O_RDWR), 0, 0, 0);
    if (fd >= 0) {
        int unlock = 0; /* unlockpt does nothing there */
        unix_host(SYS_ioctl, fd, 0x40045431 /* TIOCSPTLCK */, (long)&unlock, 0, 0, 0);
    }
    return fd;
}
