/* Reading and writing. The host's calls work on the guest's memory directly, once it is certain
 * that it is the guest's: the kernel answers EFAULT for the rest. */
#include <fcntl.h>
#include <linux/falloc.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "syscalls/unix/file.h"
#include "syscalls/unix/handlers.h"

int unix_iovec_get(struct unix_iovec *to, const void *guest, uint32_t count)
{
    if (count > UNIX_IOV_MAX || (int32_t)count < 0)
        return -EINVAL;
    to->count = (int)count;
    to->total = 0;
    if (!guest_read(to->v, guest, count * sizeof(struct iovec)))
        return -EFAULT;
    for (int i = 0; i < to->count; i++) {
        if (to->v[i].iov_len > SSIZE_MAX - to->total)
            return -EINVAL;
        to->total += to->v[i].iov_len;
        if (to->v[i].iov_len && !guest_range_ok(to->v[i].iov_base, to->v[i].iov_len))
            return -EFAULT;
    }
    return 0;
}

UNIX_FAST int64_t sys_read(struct unix_thread *t, int32_t fd, void *buf, size_t nbyte)
{
    if (nbyte > SSIZE_MAX)
        return -EINVAL;
    if (!guest_range_ok(buf, nbyte))
        return -EFAULT;
    return unix_block_restart(t, SYS_read, fd, (long)buf, (long)nbyte, 0, 0, 0);
}

UNIX_FAST int64_t sys_write(struct unix_thread *t, int32_t fd, const void *buf, size_t nbyte)
{
    if (nbyte > SSIZE_MAX)
        return -EINVAL;
    if (!guest_range_ok(buf, nbyte))
        return -EFAULT;
    if (unix_fd_nosigpipe(fd)) {
        long r = unix_block_restart(t, SYS_sendto, fd, (long)buf, (long)nbyte, MSG_NOSIGNAL, 0, 0);
        if (r != -ENOTSOCK)
            return r;
    }
    return unix_block_restart(t, SYS_write, fd, (long)buf, (long)nbyte, 0, 0, 0);
}

UNIX_FAST int64_t sys_pread(struct unix_thread *t, int32_t fd, void *buf, size_t nbyte,
                            int64_t offset)
{
    if (nbyte > SSIZE_MAX)
        return -EINVAL;
    if (!guest_range_ok(buf, nbyte))
        return -EFAULT;
    return unix_block_restart(t, SYS_pread64, fd, (long)buf, (long)nbyte, offset, 0, 0);
}

UNIX_FAST int64_t sys_pwrite(struct unix_thread *t, int32_t fd, const void *buf, size_t nbyte,
                             int64_t offset)
{
    if (nbyte > SSIZE_MAX)
        return -EINVAL;
    if (!guest_range_ok(buf, nbyte))
        return -EFAULT;
    return unix_block_restart(t, SYS_pwrite64, fd, (long)buf, (long)nbyte, offset, 0, 0);
}

static int64_t vector(struct unix_thread *t, long number, int32_t fd, const void *iovp,
                      uint32_t iovcnt, int64_t offset)
{
    struct unix_iovec v;
    int error = unix_iovec_get(&v, iovp, iovcnt);

    if (error)
        return error;
    return unix_block_restart(t, number, fd, (long)v.v, v.count, offset, 0, 0);
}

int64_t sys_readv(struct unix_thread *t, int32_t fd, const void *iovp, uint32_t iovcnt)
{
    return vector(t, SYS_readv, fd, iovp, iovcnt, 0);
}

int64_t sys_writev(struct unix_thread *t, int32_t fd, const void *iovp, uint32_t iovcnt)
{
    return vector(t, SYS_writev, fd, iovp, iovcnt, 0);
}

int64_t sys_preadv(struct unix_thread *t, int32_t fd, const void *iovp, uint32_t iovcnt,
                   int64_t offset)
{
    return offset < 0 ? -EINVAL : vector(t, SYS_preadv, fd, iovp, iovcnt, offset);
}

int64_t sys_pwritev(struct unix_thread *t, int32_t fd, const void *iovp, uint32_t iovcnt,
                    int64_t offset)
{
    return offset < 0 ? -EINVAL : vector(t, SYS_pwritev, fd, iovp, iovcnt, offset);
}

int64_t sys_lseek(struct unix_thread *t, int32_t fd, int64_t offset, int32_t whence)
{
    (void)t;
    /* SEEK_DATA and SEEK_HOLE are 3 and 4 here and there. */
    if (whence < 0 || whence > 4)
        return -EINVAL;
    return unix_host(SYS_lseek, fd, offset, whence, 0, 0, 0);
}

int64_t sys_fsync(struct unix_thread *t, int32_t fd)
{
    return unix_block(t, SYS_fsync, fd, 0, 0, 0, 0, 0);
}

int64_t sys_fdatasync(struct unix_thread *t, int32_t fd)
{
    return unix_block(t, SYS_fdatasync, fd, 0, 0, 0, 0, 0);
}

int64_t sys_sync(struct unix_thread *t)
{
    (void)t;
    return unix_host(SYS_sync, 0, 0, 0, 0, 0, 0);
}

int64_t sys_flock(struct unix_thread *t, int32_t fd, int32_t operation)
{
    /* LOCK_SH 1, EX 2, NB 4, UN 8: the same */
    return unix_block_restart(t, SYS_flock, fd, operation, 0, 0, 0, 0);
}

int64_t sys_ftruncate(struct unix_thread *t, int32_t fd, int64_t length)
{
    return unix_block(t, SYS_ftruncate, fd, length, 0, 0, 0, 0);
}

int64_t sys_truncate(struct unix_thread *t, const char *path, int64_t length)
{
    char host[PATH_MAX];
    int dirfd = AT_FDCWD, error = unix_path(t, &dirfd, path, host);

    if (error)
        return error;
    return unix_block(t, SYS_truncate, (long)host, length, 0, 0, 0, 0);
}

/* Both answer the error itself rather than through the carry flag. */
int64_t sys_posix_fallocate(struct unix_thread *t, int32_t fd, int64_t offset, int64_t len)
{
    int64_t r;

    if (offset < 0 || len <= 0)
        r = -EINVAL;
    else if (offset > INT64_MAX - len)
        r = -EFBIG;
    else
        r = unix_block(t, SYS_fallocate, fd, 0, offset, len, 0, 0);
    return r < 0 ? unix_errno_of_host((int)-r) : 0;
}

int64_t sys_posix_fadvise(struct unix_thread *t, int32_t fd, int64_t offset, int64_t len,
                          int32_t advice)
{
    (void)t;
    /* NORMAL 0, RANDOM 1, SEQUENTIAL 2, WILLNEED 3, DONTNEED 4, NOREUSE 5: the same */
    int64_t r = offset < 0 || len < 0 || advice < 0 || advice > 5
                    ? -EINVAL
                    : unix_host(SYS_fadvise64, fd, offset, len, advice, 0, 0);
    return r < 0 ? unix_errno_of_host((int)-r) : 0;
}
