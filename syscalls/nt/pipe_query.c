/* What can be asked of a pipe's end and set, looking at its data, and its way to a child. */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syscalls/nt/pipe_end.h"

#define PEEK_HEADER 16u /* FILE_PIPE_PEEK_BUFFER: state, available, messages, message length */
#define LARGEST_PEEK 0x100000

/* ---- Looking ---- */

/* What can be read, without taking it: at most `room` bytes into a malloc'd copy. */
NTSTATUS nt_pipe_look(struct nt_file *f, struct nt_pipe_end *e, char **bytes, size_t *n)
{
    int available = 0;

    *bytes = NULL;
    *n = 0;
    if (ioctl(f->fd, FIONREAD, &available) != 0)
        return nt_status_of_errno(errno);
    if (available <= 0) {
        struct pollfd p = {.fd = f->fd, .events = POLLIN};
        if (poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLERR)))
            return STATUS_PIPE_BROKEN;
        return STATUS_SUCCESS;
    }
    if (available > LARGEST_PEEK)
        available = LARGEST_PEEK;
    *bytes = malloc((size_t)available);
    if (!*bytes)
        return STATUS_NO_MEMORY;
    ssize_t r = -1;
    if (e->socket) {
        r = recv(f->fd, *bytes, (size_t)available, MSG_PEEK | MSG_DONTWAIT);
    } else {
        int copy[2];
        if (pipe2(copy, O_CLOEXEC | O_NONBLOCK) == 0) {
            r = tee(f->fd, copy[1], (size_t)available, SPLICE_F_NONBLOCK);
            if (r > 0)
                r = read(copy[0], *bytes, (size_t)r);
            close(copy[0]);
            close(copy[1]);
        }
    }
    *n = r > 0 ? (size_t)r : 0;
    if (!e->socket && (size_t)available > *n) {
        /* tee copies whole buffers only as far as its pipe has room; the count is known. */
        char *zero = *bytes + *n;
        memset(zero, 0, (size_t)available - *n);
        *n = (size_t)available;
    }
    return STATUS_SUCCESS;
}

struct sight {
    uint32_t available, messages, first; /* bytes; messages; bytes of the first one */
    const char *data;                    /* of the first message, or of everything */
    uint32_t data_n;
};

static void parse_sight(const struct nt_pipe_end *e, const char *bytes, size_t n, struct sight *s)
{
    *s = (struct sight){.data = bytes, .data_n = (uint32_t)n, .available = (uint32_t)n};
    if (!e->kind.message)
        return;
    size_t at = 0;
    uint32_t left = e->left;
    bool first = true, inside = e->header_n == sizeof(e->header);
    s->available = s->data_n = 0;
    while (at < n || (inside && left == 0)) {
        if (!inside) {
            if (n - at < sizeof(left))
                break;
            memcpy(&left, bytes + at, sizeof(left));
            at += sizeof(left);
        }
        size_t part = left < n - at ? left : n - at;
        s->messages++;
        s->available += (uint32_t)part;
        if (first) {
            s->first = left;
            s->data = bytes + at;
            s->data_n = (uint32_t)part;
        }
        first = inside = false;
        at += part;
    }
}

NTSTATUS nt_pipe_peek(struct nt_file *f, struct nt_pipe_end *e, char *out, uint32_t n,
                          ULONG_PTR *information)
{
    uint32_t header[4];
    char *bytes = NULL;
    size_t count = 0;
    struct sight s;

    if (n < sizeof(header))
        return STATUS_INVALID_PARAMETER;
    pthread_mutex_lock(&e->lock);
    nt_pipe_accept(f, e);
    NTSTATUS status = e->state != FILE_PIPE_CONNECTED_STATE ? nt_pipe_not_connected(e)
                                                            : nt_pipe_look(f, e, &bytes, &count);
    if (NT_SUCCESS(status))
        parse_sight(e, bytes, count, &s);
    pthread_mutex_unlock(&e->lock);
    if (status == STATUS_PIPE_LISTENING)
        status = STATUS_INVALID_PIPE_STATE;
    if (!NT_SUCCESS(status))
        return status;
    header[0] = FILE_PIPE_CONNECTED_STATE;
    header[1] = s.available;
    header[2] = s.messages;
    header[3] = e->read_mode ? s.first : 0;
    uint32_t part = s.data_n < n - PEEK_HEADER ? s.data_n : n - PEEK_HEADER;
    if (!guest_write(out, header, sizeof(header)) || !guest_write(out + PEEK_HEADER, s.data, part))
        status = STATUS_ACCESS_VIOLATION;
    else if (part < s.available)
        status = STATUS_BUFFER_OVERFLOW;
    *information = PEEK_HEADER + part;
    free(bytes);
    return status;
}

struct counting {
    uint32_t n;
};

static bool count_one(void *ctx, const struct nt_pipe_seen *seen)
{
    (void)seen;
    ((struct counting *)ctx)->n++;
    return true;
}

NTSTATUS nt_pipe_query(struct nt_file *f, uint32_t class, void *buffer, uint32_t n,
                           ULONG_PTR *information)
{
    struct nt_pipe_end *e = f->more;

    switch (class) {
    case FilePipeInformation: {
        FILE_PIPE_INFORMATION i = {e->read_mode, e->nowait};
        if (n < sizeof(i))
            return STATUS_INFO_LENGTH_MISMATCH;
        memcpy(buffer, &i, *information = sizeof(i));
        return STATUS_SUCCESS;
    }
    case FilePipeLocalInformation: {
        struct counting count = {0};
        char *bytes = NULL;
        size_t got = 0;
        struct sight s = {.available = 0};
        if (n < sizeof(FILE_PIPE_LOCAL_INFORMATION))
            return STATUS_INFO_LENGTH_MISMATCH;
        pthread_mutex_lock(&e->lock);
        nt_pipe_accept(f, e);
        if (e->state == FILE_PIPE_CONNECTED_STATE && (f->access & FILE_READ_DATA) &&
            NT_SUCCESS(nt_pipe_look(f, e, &bytes, &got)))
            parse_sight(e, bytes, got, &s);
        FILE_PIPE_LOCAL_INFORMATION i = {
            .NamedPipeType = e->kind.message,
            .NamedPipeConfiguration = e->kind.configuration,
            .MaximumInstances = e->kind.maximum,
            .InboundQuota = e->kind.in_quota,
            .ReadDataAvailable = s.available,
            .OutboundQuota = e->kind.out_quota,
            .WriteQuotaAvailable = e->kind.out_quota,
            .NamedPipeState = e->state,
            .NamedPipeEnd = e->server ? FILE_PIPE_SERVER_END : FILE_PIPE_CLIENT_END,
        };
        pthread_mutex_unlock(&e->lock);
        free(bytes);
        if (e->named)
            nt_pipe_each(e->key, count_one, &count);
        i.CurrentInstances = count.n ? count.n : 1;
        memcpy(buffer, &i, *information = sizeof(i));
        return STATUS_SUCCESS;
    }
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
}

NTSTATUS nt_pipe_set(struct nt_file *f, uint32_t class, const void *buffer, uint32_t n)
{
    struct nt_pipe_end *e = f->more;
    FILE_PIPE_INFORMATION i;

    if (class != FilePipeInformation)
        return STATUS_INVALID_INFO_CLASS;
    if (n < sizeof(i))
        return STATUS_INFO_LENGTH_MISMATCH;
    memcpy(&i, buffer, sizeof(i));
    if (i.ReadMode > 1 || i.CompletionMode > 1 || (i.ReadMode && !e->kind.message))
        return STATUS_INVALID_PARAMETER;
    pthread_mutex_lock(&e->lock);
    e->read_mode = i.ReadMode;
    e->nowait = i.CompletionMode;
    pthread_mutex_unlock(&e->lock);
    return STATUS_SUCCESS;
}

/* ---- To children ---- */

bool nt_pipe_export(struct nt_file *f, struct nt_export *x)
{
    struct nt_pipe_end *e = f->more;

    pthread_mutex_lock(&e->lock);
    nt_pipe_accept(f, e);
    bool connected = e->state == FILE_PIPE_CONNECTED_STATE;
    if (connected) {
        *x = (struct nt_export){.kind = NT_TRAVEL_PIPE, .fd = f->fd};
        x->word[0] = f->access;
        x->word[1] = (uint64_t)f->share << 32 | f->options;
        x->word[2] = e->kind.message | e->kind.configuration << 1 | (uint64_t)e->server << 3 |
                     e->read_mode << 4 | e->nowait << 5 | (uint64_t)e->socket << 6 |
                     (uint64_t)e->header_n << 8;
        x->word[3] = (uint64_t)e->header << 32 | e->left;
        x->word[4] = (uint64_t)e->kind.in_quota << 32 | e->kind.out_quota;
        x->word[5] = e->kind.maximum;
    }
    pthread_mutex_unlock(&e->lock);
    return connected;
}

struct nt_object *nt_import_pipe(const struct nt_export *x)
{
    struct stat st;
    uint64_t flags = x->word[2];

    if (fstat(x->fd, &st) != 0)
        return NULL;
    struct nt_file *f = nt_pipe_adopt(x->fd, (ACCESS_MASK)x->word[0],
                                      (uint32_t)(x->word[1] >> 32), (uint32_t)x->word[1]);
    if (!f)
        return NULL;
    struct nt_pipe_end *e = f->more;
    e->kind.message = e->socket && (flags & 1);
    e->kind.configuration = (flags >> 1 & 3) < 3 ? flags >> 1 & 3 : FILE_PIPE_FULL_DUPLEX;
    e->kind.maximum = (uint32_t)x->word[5];
    e->kind.in_quota = (uint32_t)(x->word[4] >> 32);
    e->kind.out_quota = (uint32_t)x->word[4];
    e->server = flags >> 3 & 1;
    e->read_mode = e->kind.message ? flags >> 4 & 1 : 0;
    e->nowait = flags >> 5 & 1;
    if (e->kind.message && (flags >> 8 & 7) <= sizeof(e->header)) {
        e->header_n = flags >> 8 & 7;
        e->header = (uint32_t)(x->word[3] >> 32);
        e->left = (uint32_t)x->word[3];
    }
    return &f->object;
}
