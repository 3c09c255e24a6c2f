/* The socket calls that only NetBSD has. */
#include <sys/syscall.h>

#include "abi/netbsd/file.h"
#include "abi/unix/socket.h"
#include "syscalls/netbsd/netbsd.h"
#include "syscalls/unix/file.h"
#include "syscalls/unix/thread.h"

int64_t unix_accept(struct unix_thread *t, int32_t s, void *name, void *anamelen, int host_flags);
int64_t unix_sendmsg(struct unix_thread *t, int32_t s, const void *guest, int32_t flags);
int64_t unix_recvmsg(struct unix_thread *t, int32_t s, void *guest, int32_t flags);

int64_t netbsd_paccept(struct unix_thread *t, int32_t s, void *name, void *anamelen,
                       const void *mask, int32_t flags)
{
    if ((uint32_t)flags & ~(uint32_t)(UNIX_SOCK_CLOEXEC | UNIX_SOCK_NONBLOCK | 0x40000000))
        return -EINVAL;
    if (mask) {
        struct unix_mask m;
        if (!guest_read(&m, mask, sizeof(m)))
            return -EFAULT;
        unix_mask_replace(t, &m);
    }
    int64_t fd = unix_accept(t, s, name, anamelen,
                             (flags & UNIX_SOCK_CLOEXEC ? SOCK_CLOEXEC : 0) |
                                 (flags & UNIX_SOCK_NONBLOCK ? SOCK_NONBLOCK : 0));
    if (fd >= 0 && (flags & 0x40000000))
        unix_fd_set_nosigpipe((int32_t)fd, true);
    return fd == -UNIX_ERESTART ? -EINTR : fd;
}

/* struct mmsghdr: a msghdr and the bytes that went or came. */
#define MMSGHDR_SIZE 56
#define MMSG_LEN 48

static int64_t many(struct unix_thread *t, int32_t s, char *mmsg, uint32_t vlen, uint32_t flags,
                    bool receive)
{
    uint32_t done = 0;

    if (vlen > 1024)
        vlen = 1024;
    while (done < vlen) {
        char *one = mmsg + (size_t)done * MMSGHDR_SIZE;
        int64_t r = receive ? unix_recvmsg(t, s, one, (int32_t)flags)
                            : unix_sendmsg(t, s, one, (int32_t)flags);
        if (r < 0)
            return done ? (int64_t)done : r;
        uint32_t n = (uint32_t)r;
        if (!guest_write(one + MMSG_LEN, &n, sizeof(n)))
            return -EFAULT;
        done++;
        if (receive && (flags & 0x2000)) /* MSG_WAITFORONE */
            flags |= 0x80;
    }
    return done;
}

int64_t netbsd_sendmmsg(struct unix_thread *t, int32_t s, void *mmsg, uint32_t vlen, uint32_t flags)
{
    return many(t, s, mmsg, vlen, flags, false);
}

int64_t netbsd_recvmmsg(struct unix_thread *t, int32_t s, void *mmsg, uint32_t vlen, uint32_t flags,
                        const void *timeout)
{
    if (timeout) {
        int64_t ts[2];
        if (!guest_read(ts, timeout, sizeof(ts)))
            return -EFAULT;
        if (ts[0] < 0 || ts[1] < 0 || ts[1] >= 1000000000)
            return -EINVAL;
    }
    return many(t, s, mmsg, vlen, flags, true);
}
