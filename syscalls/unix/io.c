/* Reading and writing. */
#include <sys/syscall.h>
#include <unistd.h>

#include "freebsd_handlers.h"
#include "netbsd_handlers.h"

int64_t sys_read(struct unix_thread *t, int32_t fd, void *buf, size_t nbyte)
{
    if (!guest_range_ok(buf, nbyte))
        return nbyte > SSIZE_MAX ? -EINVAL : -EFAULT;
    return unix_block_restart(t, SYS_read, fd, (long)buf, (long)nbyte, 0, 0, 0);
}

int64_t sys_write(struct unix_thread *t, int32_t fd, const void *buf, size_t nbyte)
{
    if (!guest_range_ok(buf, nbyte))
        return nbyte > SSIZE_MAX ? -EINVAL : -EFAULT;
    return unix_block_restart(t, SYS_write, fd, (long)buf, (long)nbyte, 0, 0, 0);
}

int64_t sys_close(struct unix_thread *t, int32_t fd)
{
    (void)t;
    if (unix_fd_is_ours(fd))
        return -EBADF;
    return unix_host(SYS_close, fd, 0, 0, 0, 0, 0);
}
