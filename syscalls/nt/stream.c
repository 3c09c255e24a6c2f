/* Files without positions that come from the host: pipes, sockets, terminals, devices. */
#include <errno.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syscalls/nt/file.h"

/* No bytes and no error: what the other end's closing looks like on NT. */
static NTSTATUS status_of_end(const struct nt_file *f)
{
    struct stat st;

    if (fstat(f->fd, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)))
        return STATUS_PIPE_BROKEN;
    return isatty(f->fd) ? STATUS_SUCCESS : STATUS_END_OF_FILE;
}

static NTSTATUS stream_read(struct nt_file *f, struct nt_io *io, void *buffer, uint32_t n,
                            const int64_t *offset, ULONG_PTR *information)
{
    bool probed = false;

    (void)offset;
    if (n > INT32_MAX)
        n = INT32_MAX;
    for (;;) {
        NTSTATUS status = nt_io_wait_fd(io, f->fd, POLLIN);
        if (!NT_SUCCESS(status))
            return status;
        ssize_t r = read(f->fd, buffer, n);
        if (r > 0 || (r == 0 && n == 0)) {
            *information = (ULONG_PTR)r;
            return STATUS_SUCCESS;
        }
        if (r == 0)
            return status_of_end(f);
        if (errno == EINTR || errno == EAGAIN)
            continue;
        if (errno == EFAULT && !probed && guest_probe(buffer, n, true)) {
            probed = true;
            continue;
        }
        return errno == ECONNRESET ? STATUS_PIPE_BROKEN : nt_status_of_errno(errno);
    }
}

static NTSTATUS stream_write(struct nt_file *f, struct nt_io *io, const void *buffer, uint32_t n,
                             const int64_t *offset, ULONG_PTR *information)
{
    uint32_t done = 0;
    bool probed = false;

    (void)offset;
    while (done < n) {
        NTSTATUS status = nt_io_wait_fd(io, f->fd, POLLOUT);
        if (!NT_SUCCESS(status)) {
            *information = done;
            return done ? STATUS_SUCCESS : status;
        }
        const char *from = (const char *)buffer + done;
        size_t part = n - done < INT32_MAX ? n - done : INT32_MAX;
        ssize_t r = write(f->fd, from, part);
        if (r >= 0) {
            done += (uint32_t)r;
            continue;
        }
        if (errno == EINTR || errno == EAGAIN)
            continue;
        if (errno == EFAULT && !probed && guest_probe(from, part, false)) {
            probed = true;
            continue;
        }
        return errno == ECONNRESET ? STATUS_PIPE_CLOSING : nt_status_of_errno(errno);
    }
    *information = done;
    return STATUS_SUCCESS;
}

static NTSTATUS stream_flush(struct nt_file *f)
{
    (void)f; /* nothing is kept back */
    return STATUS_SUCCESS;
}

const struct nt_file_ops nt_stream_ops = {
    .device_type = NT_FILE_DEVICE_UNKNOWN, /* volume.c looks at the descriptor */
    .read = stream_read,
    .write = stream_write,
    .flush = stream_flush,
};
