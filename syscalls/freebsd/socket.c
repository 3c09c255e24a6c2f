/* The socket calls that only FreeBSD has. */
#include <fcntl.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>

#include "abi/unix/socket.h"
#include "syscalls/freebsd/freebsd.h"
#include "syscalls/unix/file.h"

int64_t unix_accept(struct unix_thread *t, int32_t s, void *name, void *anamelen, int host_flags);

int64_t freebsd_accept4(struct unix_thread *t, int32_t s, void *name, void *anamelen, int32_t flags)
{
    if (flags & ~(UNIX_SOCK_CLOEXEC | UNIX_SOCK_NONBLOCK))
        return -EINVAL;
    return unix_accept(t, s, name, anamelen,
                       (flags & UNIX_SOCK_CLOEXEC ? SOCK_CLOEXEC : 0) |
                           (flags & UNIX_SOCK_NONBLOCK ? SOCK_NONBLOCK : 0));
}

int64_t freebsd_bindat(struct unix_thread *t, int32_t fd, int32_t s, const void *name,
                       uint32_t namelen)
{
    return fd == UNIX_AT_FDCWD ? sys_bind(t, s, name, namelen) : -EOPNOTSUPP;
}

int64_t freebsd_connectat(struct unix_thread *t, int32_t fd, int32_t s, const void *name,
                          uint32_t namelen)
{
    return fd == UNIX_AT_FDCWD ? sys_connect(t, s, name, namelen) : -EOPNOTSUPP;
}

/* --- sendfile
 * ----------------------------------------------------------------------------------------- */

struct sf_hdtr {
    uint64_t headers;
    int32_t hdr_cnt;
    uint64_t trailers;
    int32_t trl_cnt;
};
_Static_assert(sizeof(struct sf_hdtr) == 32, "sf_hdtr");

/* Sends a vector: all of it, unless the socket does not block. The bytes sent are added to *sent.
 */
static int64_t send_vector(struct unix_thread *t, int32_t s, const void *guest, uint32_t count,
                           int64_t *sent)
{
    struct unix_iovec v;
    int error = unix_iovec_get(&v, guest, count);

    if (error)
        return error;
    int64_t r = unix_block_restart(t, SYS_writev, s, (long)v.v, v.count, 0, 0, 0);
    if (r < 0)
        return r;
    *sent += r;
    return (size_t)r < v.total ? -EAGAIN : 0;
}

int64_t freebsd_sendfile(struct unix_thread *t, int32_t fd, int32_t s, int64_t offset,
                         size_t nbytes, const void *hdtr, int64_t *sbytes, int32_t flags)
{
    struct sf_hdtr h = {0};
    struct stat st;
    int64_t sent = 0, error = 0;

    (void)flags; /* SF_NODISKIO, SF_SYNC, SF_NOCACHE and the read-ahead: about the disk */
    if (offset < 0)
        return -EINVAL;
    if (fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode))
        return -EINVAL;
    if (hdtr && !guest_read(&h, hdtr, sizeof(h)))
        return -EFAULT;
    if (h.headers)
        error = send_vector(t, s, (const void *)h.headers, (uint32_t)h.hdr_cnt, &sent);
    size_t left = nbytes ? nbytes : SIZE_MAX; /* 0: to the end */
    while (!error && left) {
        int64_t r = unix_block_restart(t, SYS_sendfile, s, fd, (long)&offset,
                                       (long)(left > INT32_MAX ? INT32_MAX : left), 0, 0);
        if (r <= 0) {
            error = r;
            break;
        }
        sent += r;
        left -= (size_t)r;
    }
    if (!error && h.trailers)
        error = send_vector(t, s, (const void *)h.trailers, (uint32_t)h.trl_cnt, &sent);
    /* What has gone is told in every case; who is interrupted after some of it gets EINTR. */
    if (error == -UNIX_ERESTART && sent)
        error = -EINTR;
    if (sbytes && error != -UNIX_ERESTART && !guest_put(sbytes, sent))
        return -EFAULT;
    return error;
}
