/* Reading directories. The host's cookies serve as the guest's. */
#include "syscalls/unix/directory.h"

#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

struct host_dirent {
    uint64_t ino;
    int64_t off;
    uint16_t reclen;
    uint8_t type;
    char name[];
};

#define CHUNK 16384

int64_t unix_getdents(int32_t fd, void *buf, size_t count, int64_t *base, unix_put_dirent *put)
{
    _Alignas(8) char in[CHUNK];
    _Alignas(8) char out[CHUNK];
    size_t done = 0;

    int64_t start = unix_host(SYS_lseek, fd, 0, SEEK_CUR, 0, 0, 0);
    if (start < 0)
        return start == -ESPIPE ? -EINVAL : start;
    if (base)
        *base = start;
    if (count > INT32_MAX)
        return -EINVAL;
    int64_t n = unix_host(SYS_getdents64, fd, (long)in, sizeof(in), 0, 0, 0);
    if (n < 0)
        return n == -ENOTDIR ? -EINVAL : n;

    /* The guest's entries may be longer than the host's: what does not fit is read again. */
    size_t room = count < sizeof(out) ? count : sizeof(out);
    int64_t resume = start;
    bool full = false;
    for (int64_t at = 0; at < n;) {
        const struct host_dirent *h = (const void *)(in + at);
        struct unix_dirent d = {
            .ino = h->ino,
            .next = (uint64_t)h->off,
            .type = h->type,
            .name = h->name,
            .name_length =
                (uint16_t)strnlen(h->name, h->reclen - offsetof(struct host_dirent, name)),
        };
        size_t size = put(out + done, room - done, &d);
        if (!size) {
            full = true;
            break;
        }
        done += size;
        resume = h->off;
        at += h->reclen;
    }
    if (full) {
        int64_t r = unix_host(SYS_lseek, fd, resume, SEEK_SET, 0, 0, 0);
        if (r < 0)
            return r;
        if (!done)
            return -EINVAL;
    }
    return guest_write(buf, out, done) ? (int64_t)done : -EFAULT;
}
