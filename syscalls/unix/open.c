/* Opening files, and what is asked of a file by name or descriptor. */
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "syscalls/unix/file.h"
#include "syscalls/unix/handlers.h"

static bool is_link(int dirfd, const char *path)
{
    struct stat st;
    return fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode);
}

/* As unix_path, but "" may be the descriptor itself. */
int unix_path_empty(struct unix_thread *t, int *dirfd, const char *guest, char host[PATH_MAX],
                    bool empty)
{
    host[0] = 1;
    int error = unix_path(t, dirfd, guest, host);
    return error == -ENOENT && empty && !host[0] ? 0 : error;
}

static int64_t lock_opened(struct unix_thread *t, int64_t fd, uint32_t flags)
{
    if (!(flags & (unix_abi->open_shlock | unix_abi->open_exlock)))
        return fd;
    int operation = flags & unix_abi->open_exlock ? LOCK_EX : LOCK_SH;
    bool nonblock = unix_bits_to_host(unix_abi->open_flags, flags, NULL) & O_NONBLOCK;
    int64_t r =
        unix_block_restart(t, SYS_flock, fd, operation | (nonblock ? LOCK_NB : 0), 0, 0, 0, 0);
    if (r < 0) {
        unix_host(SYS_close, fd, 0, 0, 0, 0, 0);
        return r;
    }
    return fd;
}

int64_t sys_openat(struct unix_thread *t, int32_t fd, const char *path, int32_t flags,
                   uint32_t mode)
{
    char host[PATH_MAX];
    int dirfd = fd;
    int error = unix_path_empty(t, &dirfd, path, host, (uint32_t)flags & unix_abi->open_empty_path);
    if (error)
        return error;

    uint32_t foreign = (uint32_t)flags, unknown;
    uint32_t how = unix_bits_to_host(unix_abi->open_flags, foreign & ~3u, &unknown);
    uint32_t extra = unix_abi->open_exec | unix_abi->open_shlock | unix_abi->open_exlock |
                     unix_abi->open_empty_path | unix_abi->open_beneath;
    if (unknown & ~extra)
        return -EINVAL;
    if ((foreign & 3) == 3 || ((foreign & unix_abi->open_exec) && (foreign & 3)))
        return -EINVAL;
    how |= foreign & 3;
    /* Writing and being a folder only: as the host has it for O_CREAT, by the manual. */
    if ((how & O_CREAT) && (how & O_DIRECTORY))
        return -EINVAL;
    /* O_PATH descriptors know no other flag on the host. */
    if (how & O_PATH)
        how &= O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    if ((foreign & unix_abi->open_exec) && !(how & O_PATH)) {
        /* For searching or executing only: right to read is not needed. */
        how = (how & (O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) | O_PATH;
        if (faccessat(dirfd, host, X_OK, AT_EACCESS) < 0)
            return -errno;
    }
    if (!host[0] && (foreign & unix_abi->open_empty_path)) {
        char self[64];
        if (dirfd == AT_FDCWD)
            strcpy(self, ".");
        else
            snprintf(self, sizeof(self), "/proc/self/fd/%d", dirfd);
        strcpy(host, self);
        dirfd = AT_FDCWD;
    }

    int64_t r;
    if (foreign & unix_abi->open_beneath) {
        struct open_how beneath = {.flags = how & ~(uint32_t)O_NOFOLLOW ? how : how,
                                   .mode = how & O_CREAT ? mode & 07777 : 0,
                                   .resolve = RESOLVE_BENEATH};
        r = unix_block_restart(t, SYS_openat2, dirfd, (long)host, (long)&beneath, sizeof(beneath),
                               0, 0);
        if (r == -EXDEV) /* ENOTCAPABLE */
            return -UNIX_FOREIGN_ERROR(93);
    } else {
        r = unix_block_restart(t, SYS_openat, dirfd, (long)host, (long)how, mode & 07777, 0, 0);
    }
    /* O_DIRECT where the file system has none: it is only advice. */
    if (r == -EINVAL && (how & O_DIRECT))
        r = unix_block_restart(t, SYS_openat, dirfd, (long)host, (long)(how & ~(uint32_t)O_DIRECT),
                               mode & 07777, 0, 0);
    if (r == -ELOOP && (how & O_NOFOLLOW) && is_link(dirfd, host))
        return -UNIX_FOREIGN_ERROR(unix_abi->nofollow_errno);
    return r < 0 ? r : lock_opened(t, r, foreign);
}

int64_t sys_open(struct unix_thread *t, const char *path, int32_t flags, uint32_t mode)
{
    return sys_openat(t, UNIX_AT_FDCWD, path, flags, mode);
}

int unix_statx(struct unix_thread *t, int32_t fd, const char *guest, int flags, struct statx *st)
{
    char host[PATH_MAX];
    int dirfd = fd;

    if (!guest) {
        host[0] = 0;
        flags |= AT_EMPTY_PATH;
        if (fd < 0)
            return -EBADF;
    } else {
        int error = unix_path_empty(t, &dirfd, guest, host, flags & AT_EMPTY_PATH);
        if (error)
            return error;
    }
    return (int)unix_host(SYS_statx, dirfd, (long)host, flags | AT_NO_AUTOMOUNT,
                          STATX_BASIC_STATS | STATX_BTIME, (long)st, 0);
}

int64_t unix_put_stat(void *guest, const struct statx *st)
{
    uint8_t out[256];
    unix_abi->stat(out, st);
    return guest_write(guest, out, unix_abi->stat_size) ? 0 : -EFAULT;
}

static int64_t stat_at(struct unix_thread *t, int32_t fd, const char *path, void *ub, int flags)
{
    struct statx st;
    int error = unix_statx(t, fd, path, flags, &st);
    return error ? error : unix_put_stat(ub, &st);
}

/* A NULL path is a bad address, not the descriptor. */
#define NOT_NULL(path)                                                                             \
    if (!(path))                                                                                   \
        return -EFAULT;

int64_t sys_stat(struct unix_thread *t, const char *path, void *ub)
{
    NOT_NULL(path)
    return stat_at(t, AT_FDCWD, path, ub, 0);
}

int64_t sys_lstat(struct unix_thread *t, const char *path, void *ub)
{
    NOT_NULL(path)
    return stat_at(t, AT_FDCWD, path, ub, AT_SYMLINK_NOFOLLOW);
}

int64_t sys_fstat(struct unix_thread *t, int32_t fd, void *sb)
{
    return stat_at(t, fd, NULL, sb, 0);
}

#define FREEBSD_AT_RESOLVE_BENEATH 0x2000
#define FREEBSD_AT_EMPTY_PATH 0x4000

int64_t sys_fstatat(struct unix_thread *t, int32_t fd, const char *path, void *buf, int32_t flag)
{
    int known = UNIX_AT_SYMLINK_NOFOLLOW;
    NOT_NULL(path)
    if (unix_abi->open_empty_path)
        known |= FREEBSD_AT_RESOLVE_BENEATH | FREEBSD_AT_EMPTY_PATH;
    if (flag & ~known)
        return -EINVAL;
    return stat_at(t, fd, path, buf,
                   (flag & UNIX_AT_SYMLINK_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0) |
                       (flag & FREEBSD_AT_EMPTY_PATH ? AT_EMPTY_PATH : 0));
}

int64_t sys_faccessat(struct unix_thread *t, int32_t fd, const char *path, int32_t amode,
                      int32_t flag)
{
    char host[PATH_MAX];
    int dirfd = fd, error = unix_path_empty(t, &dirfd, path, host, flag & 0x4000);

    if (error)
        return error;
    if ((amode & ~7) || (flag & ~(UNIX_AT_EACCESS | UNIX_AT_SYMLINK_NOFOLLOW |
                                  FREEBSD_AT_RESOLVE_BENEATH | FREEBSD_AT_EMPTY_PATH)))
        return -EINVAL;
    int flags = (flag & UNIX_AT_EACCESS ? AT_EACCESS : 0) |
                (flag & UNIX_AT_SYMLINK_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0) |
                (flag & FREEBSD_AT_EMPTY_PATH ? AT_EMPTY_PATH : 0);
    int64_t r = flags ? unix_host(SYS_faccessat2, dirfd, (long)host, amode, flags, 0, 0)
                      : unix_host(SYS_faccessat, dirfd, (long)host, amode, 0, 0, 0);
    return r;
}

int64_t sys_access(struct unix_thread *t, const char *path, int32_t amode)
{
    return sys_faccessat(t, UNIX_AT_FDCWD, path, amode, 0);
}

int64_t sys_eaccess(struct unix_thread *t, const char *path, int32_t amode)
{
    return sys_faccessat(t, UNIX_AT_FDCWD, path, amode, UNIX_AT_EACCESS);
}

/* Where the guest sees a host path: below --root, that prefix is gone. */
static const char *seen(const char *host)
{
    size_t n = unix_process.root ? strlen(unix_process.root) : 0;
    if (n && !strncmp(host, unix_process.root, n) && (host[n] == '/' || !host[n]))
        return host[n] ? host + n : "/";
    return host;
}

int64_t sys_readlinkat(struct unix_thread *t, int32_t fd, const char *path, void *buf, size_t count)
{
    char host[PATH_MAX], target[PATH_MAX];
    int dirfd = fd, error = unix_path(t, &dirfd, path, host);

    if (error)
        return error;
    if (count > SSIZE_MAX)
        return -EINVAL;
    if (unix_string(path, target, sizeof(target)) == 0 && unix_path_is_program(target)) {
        const char *program = seen(unix_process.program);
        size_t n = strlen(program);
        if (n > count)
            n = count;
        return guest_write(buf, program, n) ? (int64_t)n : -EFAULT;
    }
    if (!count)
        return is_link(dirfd, host) ? 0 : -EINVAL;
    int64_t r = unix_host(SYS_readlinkat, dirfd, (long)host, (long)target,
                          (long)(count < sizeof(target) ? count : sizeof(target)), 0, 0);
    if (r > 0 && !guest_write(buf, target, (size_t)r))
        return -EFAULT;
    return r;
}

int64_t sys_readlink(struct unix_thread *t, const char *path, void *buf, size_t count)
{
    return sys_readlinkat(t, UNIX_AT_FDCWD, path, buf, count);
}

int64_t sys_chdir(struct unix_thread *t, const char *path)
{
    char host[PATH_MAX];
    int dirfd = AT_FDCWD, error = unix_path(t, &dirfd, path, host);
    return error ? error : unix_host(SYS_chdir, (long)host, 0, 0, 0, 0, 0);
}

int64_t sys_fchdir(struct unix_thread *t, int32_t fd)
{
    (void)t;
    return unix_host(SYS_fchdir, fd, 0, 0, 0, 0, 0);
}

int64_t sys___getcwd(struct unix_thread *t, void *buf, size_t buflen)
{
    char path[PATH_MAX];

    (void)t;
    if (buflen < 2)
        return -EINVAL;
    int64_t r = unix_host(SYS_getcwd, (long)path, sizeof(path), 0, 0, 0, 0);
    if (r < 0)
        return r;
    if (path[0] != '/') /* "(unreachable)" */
        return -ENOENT;
    const char *name = seen(path);
    size_t n = strlen(name) + 1;
    if (n > buflen)
        return -ERANGE;
    return guest_write(buf, name, n) ? (int64_t)n : -EFAULT;
}

/* FreeBSD realpathat: the name without links, dots and slashes; with a terminator. */
int64_t freebsd_realpathat(struct unix_thread *t, int32_t fd, const char *path, void *buf,
                           size_t size, int32_t flags)
{
    char host[PATH_MAX], link[64], real[PATH_MAX];
    int dirfd = fd, error = unix_path(t, &dirfd, path, host);

    if (error)
        return error;
    if (flags)
        return -EINVAL;
    int64_t at = unix_host(SYS_openat, dirfd, (long)host, O_PATH | O_CLOEXEC, 0, 0, 0);
    if (at < 0)
        return at;
    snprintf(link, sizeof(link), "/proc/self/fd/%d", (int)at);
    int64_t n = unix_host(SYS_readlinkat, AT_FDCWD, (long)link, (long)real, sizeof(real) - 1, 0, 0);
    unix_host(SYS_close, at, 0, 0, 0, 0, 0);
    if (n < 0)
        return n;
    real[n] = 0;
    const char *name = seen(real);
    if (strlen(name) + 1 > size)
        return -ERANGE;
    return guest_write(buf, name, strlen(name) + 1) ? 0 : -EFAULT;
}

int64_t sys_umask(struct unix_thread *t, uint32_t mask)
{
    (void)t;
    return unix_host(SYS_umask, mask & 0777, 0, 0, 0, 0, 0);
}

int64_t sys_chroot(struct unix_thread *t, const char *path)
{
    char host[PATH_MAX];
    int dirfd = AT_FDCWD, error = unix_path(t, &dirfd, path, host);
    return error ? error : unix_host(SYS_chroot, (long)host, 0, 0, 0, 0, 0);
}

/* _PC_ names up to here mean the same on both; others are the system's. */
int64_t unix_pathconf(struct unix_thread *t, int32_t fd, const char *path, int flags, int32_t name)
{
    struct statx st;
    int error = unix_statx(t, fd, path, flags, &st);

    if (error)
        return error;
    switch (name) {
    case 1: /* _PC_LINK_MAX */
        return 32767;
    case 2: /* _PC_MAX_CANON */
    case 3: /* _PC_MAX_INPUT */
        return S_ISCHR(st.stx_mode) ? 255 : -EINVAL;
    case 4: /* _PC_NAME_MAX */
        return 255;
    case 5: /* _PC_PATH_MAX */
        return 1024;
    case 6: /* _PC_PIPE_BUF */
        return S_ISFIFO(st.stx_mode) || S_ISDIR(st.stx_mode) ? 512 : -EINVAL;
    case 7: /* _PC_CHOWN_RESTRICTED */
    case 8: /* _PC_NO_TRUNC */
        return 1;
    case 9: /* _PC_VDISABLE */
        return S_ISCHR(st.stx_mode) ? 255 : -EINVAL;
    default:
        return -EINVAL;
    }
}
