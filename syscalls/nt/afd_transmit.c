/*
 * Sockets: sending files and memory one behind the other (TransmitFile, TransmitPackets).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syscalls/nt/afd.h"

#define MAX_SEGMENTS 1024u

struct segment {
    char *buffer;         /* guest; NULL for a file */
    struct nt_file *file; /* a reference */
    int64_t offset;
    uint64_t left; /* bytes; of a file UINT64_MAX: to its end */
};

struct afd_transmission {
    uint32_t count, at;
    ULONG flags; /* AFD_TF_* */
    struct segment segments[];
};

static struct afd_transmission *new_transmission(uint32_t count, ULONG flags)
{
    struct afd_transmission *t = calloc(1, sizeof(*t) + count * sizeof(t->segments[0]));

    if (t)
        t->flags = flags;
    return t;
}

void afd_transmission_free(struct afd_transmission *t)
{
    for (uint32_t i = 0; t && i < t->count; i++)
        if (t->segments[i].file)
            nt_file_release(t->segments[i].file);
    free(t);
}

static void add_memory(struct afd_transmission *t, void *buffer, ULONG n)
{
    if (n)
        t->segments[t->count++] = (struct segment){.buffer = buffer, .left = n};
}

/* offset: -1 for the file's own position. length: 0 for all that follows. */
static NTSTATUS add_file(struct afd_transmission *t, HANDLE h, int64_t offset, uint64_t length)
{
    struct segment *s = &t->segments[t->count];
    struct stat st;
    NTSTATUS status = nt_file_get(h, FILE_READ_DATA, &s->file, NULL);

    if (!NT_SUCCESS(status))
        return status;
    t->count++;
    if (fstat(s->file->fd, &st) != 0 || !S_ISREG(st.st_mode))
        return STATUS_INVALID_PARAMETER;
    if (offset == -1) {
        nt_file_settle(s->file);
        offset = lseek(s->file->fd, 0, SEEK_CUR);
    }
    if (offset < 0)
        return STATUS_INVALID_PARAMETER;
    s->offset = offset;
    s->left = length ? length : UINT64_MAX;
    return STATUS_SUCCESS;
}

/* Bytes sent, 0 at the end of a file, -1 with errno. */
static ssize_t send_some(struct afd_request *r, struct segment *s, bool more)
{
    int flags = MSG_DONTWAIT | MSG_NOSIGNAL | (more ? MSG_MORE : 0);

    if (s->file) {
        size_t n = s->left > 0x7ffff000u ? 0x7ffff000u : (size_t)s->left;
        off_t at = s->offset;
        return sendfile(r->file->fd, s->file->fd, &at, n);
    }
    if (!guest_range_ok(s->buffer, s->left)) {
        errno = EFAULT;
        return -1;
    }
    ssize_t n = send(r->file->fd, s->buffer, s->left, flags);
    if (n < 0 && errno == EFAULT && guest_probe(s->buffer, s->left, false))
        n = send(r->file->fd, s->buffer, s->left, flags);
    return n;
}

NTSTATUS afd_transmit_go(struct afd_request *r, ULONG_PTR *information)
{
    struct afd_transmission *t = r->transmission;
    struct afd_socket *socket = r->socket;

    *information = r->done;
    if (atomic_load(&socket->shut_send))
        return STATUS_PIPE_DISCONNECTED;
    if (!atomic_load(&socket->connected))
        return STATUS_INVALID_CONNECTION;
    while (t->at < t->count) {
        struct segment *s = &t->segments[t->at];
        if (!s->left) {
            t->at++;
            continue;
        }
        ssize_t n = send_some(r, s, t->at + 1 < t->count);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return STATUS_PENDING;
        if (n < 0)
            return afd_status(errno);
        if (n == 0) { /* the file has less */
            if (s->left != UINT64_MAX)
                return STATUS_END_OF_FILE;
            s->left = 0;
            continue;
        }
        r->done += (size_t)n;
        *information = r->done;
        if (s->file)
            s->offset += n;
        else
            s->buffer += n;
        if (s->left != UINT64_MAX)
            s->left -= (uint64_t)n;
    }
    if (t->flags & AFD_TF_DISCONNECT)
        return afd_disconnect(r->file, t->flags & AFD_TF_REUSE_SOCKET ? 3 : AFD_DISCONNECT_SEND,
                              t->flags & AFD_TF_REUSE_SOCKET);
    return STATUS_SUCCESS;
}

static NTSTATUS submit(struct nt_file *f, struct nt_io *io, struct afd_transmission *t,
                       NTSTATUS status, ULONG_PTR *information)
{
    struct afd_request r = {.io = *io,
                            .file = f,
                            .socket = afd_of(f),
                            .op = AFD_OP_TRANSMIT,
                            .overlapped = true,
                            .transmission = t};

    r.iov = r.small;
    if (NT_SUCCESS(status) && r.socket->type != SOCK_STREAM)
        status = STATUS_NOT_SUPPORTED;
    if (NT_SUCCESS(status))
        return afd_submit(&r, information);
    afd_transmission_free(t);
    return status;
}

NTSTATUS afd_transmit_file(struct nt_file *f, struct nt_io *io, const void *in, uint32_t in_n,
                           ULONG_PTR *information)
{
    AFD_TRANSMIT_FILE_INFO info;
    NTSTATUS status = STATUS_SUCCESS;

    if (in_n < sizeof(info))
        return STATUS_INVALID_PARAMETER;
    if (!guest_read(&info, in, sizeof(info)))
        return STATUS_ACCESS_VIOLATION;
    if (info.WriteLength.QuadPart < 0)
        return STATUS_INVALID_PARAMETER;
    struct afd_transmission *t = new_transmission(3, info.Flags);
    if (!t)
        return STATUS_INSUFFICIENT_RESOURCES;
    add_memory(t, info.Head, info.HeadLength);
    if (info.FileHandle)
        status =
            add_file(t, info.FileHandle, info.Offset.QuadPart, (uint64_t)info.WriteLength.QuadPart);
    add_memory(t, info.Tail, info.TailLength);
    return submit(f, io, t, status, information);
}

NTSTATUS afd_transmit_packets(struct nt_file *f, struct nt_io *io, const void *in, uint32_t in_n,
                              ULONG_PTR *information)
{
    AFD_TRANSMIT_PACKETS_INFO info;
    NTSTATUS status = STATUS_SUCCESS;

    if (in_n < sizeof(info))
        return STATUS_INVALID_PARAMETER;
    if (!guest_read(&info, in, sizeof(info)))
        return STATUS_ACCESS_VIOLATION;
    if (info.ElementCount > MAX_SEGMENTS)
        return STATUS_INVALID_PARAMETER;
    struct afd_transmission *t = new_transmission(info.ElementCount, info.Flags);
    if (!t)
        return STATUS_INSUFFICIENT_RESOURCES;
    for (ULONG i = 0; i < info.ElementCount && NT_SUCCESS(status); i++) {
        AFD_TRANSMIT_ELEMENT e;
        if (!guest_get(&e, info.Elements + i))
            status = STATUS_ACCESS_VIOLATION;
        else if ((e.Flags & 3) == AFD_ELEMENT_MEMORY)
            add_memory(t, e.Buffer, e.Length);
        else if ((e.Flags & 3) == AFD_ELEMENT_FILE)
            status = add_file(t, e.File, e.Offset.QuadPart, e.Length);
        else
            status = STATUS_INVALID_PARAMETER;
    }
    return submit(f, io, t, status, information);
}
