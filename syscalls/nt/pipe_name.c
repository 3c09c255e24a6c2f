/* Names of pipes: where the instances of a session are found. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/nt/casemap.h"
#include "syscalls/nt/pipe.h"

#define MOST_INSTANCES 4096u

static uint64_t fnv(uint64_t h, const void *bytes, size_t n)
{
    const unsigned char *p = bytes;

    for (size_t i = 0; i < n; i++)
        h = (h ^ p[i]) * 0x100000001b3ull;
    return h;
}

struct nt_pipe_key nt_pipe_key(const uint16_t *name, size_t n)
{
    struct nt_pipe_key key = {0xcbf29ce484222325ull, 0x6c62272e07bb0142ull};
    uint32_t user = geteuid();

    key.low = fnv(fnv(key.low, &user, sizeof(user)), nt_process_page->session, NT_SESSION_MAX);
    key.high = fnv(fnv(key.high, nt_process_page->session, NT_SESSION_MAX), &user, sizeof(user));
    for (size_t i = 0; i < n; i++) {
        uint16_t c = nt_upcase(name[i]);
        key.low = fnv(key.low, &c, sizeof(c));
        key.high = fnv(key.high, &c, sizeof(c));
    }
    return key;
}

static void make_address(struct nt_pipe_address *a, struct nt_pipe_key key,
                         const struct nt_pipe_kind *kind, uint32_t index, const char *state)
{
    memset(a, 0, sizeof(*a));
    a->name.sun_family = AF_UNIX;
    int n = snprintf(a->name.sun_path + 1, sizeof(a->name.sun_path) - 1,
                     "compatrun.%016" PRIx64 "%016" PRIx64 ".%x.%s.%x%x.%x.%x.%x.%" PRIx64,
                     key.high, key.low, index, state, kind->message, kind->configuration,
                     kind->maximum, kind->in_quota, kind->out_quota, (uint64_t)kind->timeout);
    a->length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n);
}

/* Parses a name as above behind its "compatrun.KEY." */
static bool parse(const char *s, struct nt_pipe_seen *seen)
{
    unsigned index, two, maximum, in, out;
    uint64_t timeout;
    char state;

    if (sscanf(s, "%x.%c.%2x.%x.%x.%x.%" SCNx64, &index, &state, &two, &maximum, &in, &out,
               &timeout) != 7 ||
        two >> 4 > 1 || (two & 15) > 2 || index >= MOST_INSTANCES)
        return false;
    seen->index = index;
    seen->listening = state == 'l';
    seen->kind = (struct nt_pipe_kind){two >> 4, two & 15, maximum, in, out, (int64_t)timeout};
    return true;
}

NTSTATUS nt_pipe_each(struct nt_pipe_key key, bool (*fn)(void *, const struct nt_pipe_seen *),
                      void *ctx)
{
    char prefix[64], line[512];
    FILE *f = fopen("/proc/net/unix", "re");

    if (!f)
        return nt_status_of_errno(errno);
    int n = snprintf(prefix, sizeof(prefix), "@compatrun.%016" PRIx64 "%016" PRIx64 ".", key.high,
                     key.low);
    while (fgets(line, sizeof(line), f)) {
        char *at = strstr(line, prefix);
        struct nt_pipe_seen seen;
        if (!at)
            continue;
        at[strcspn(at, "\n")] = 0;
        size_t length = strlen(at);
        if (length >= sizeof(seen.address.name.sun_path) || !parse(at + n, &seen))
            continue;
        memset(&seen.address, 0, sizeof(seen.address));
        seen.address.name.sun_family = AF_UNIX;
        memcpy(seen.address.name.sun_path + 1, at + 1, length - 1);
        seen.address.length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
        if (!fn(ctx, &seen))
            break;
    }
    fclose(f);
    return STATUS_SUCCESS;
}

static int bound_socket(const struct nt_pipe_address *a, int type)
{
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

    if (fd >= 0 && bind(fd, (const struct sockaddr *)&a->name, a->length) != 0) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

int nt_pipe_listen_again(struct nt_pipe_key key, const struct nt_pipe_kind *kind, uint32_t index,
                         struct nt_pipe_address *address)
{
    make_address(address, key, kind, index, "l");
    int fd = bound_socket(address, SOCK_STREAM);
    /* A queue of no length holds one connection: the instance's client. */
    if (fd >= 0 && listen(fd, 0) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

int nt_pipe_busy(struct nt_pipe_key key, const struct nt_pipe_kind *kind, uint32_t index)
{
    struct nt_pipe_address address;

    make_address(&address, key, kind, index, "b");
    return bound_socket(&address, SOCK_STREAM);
}

struct survey {
    uint64_t used[MOST_INSTANCES / 64];
    unsigned count;
    struct nt_pipe_kind kind;
};

static bool note(void *ctx, const struct nt_pipe_seen *seen)
{
    struct survey *s = ctx;
    uint64_t bit = 1ull << seen->index % 64;

    /* While an instance changes its state there are two names of it. */
    if (!(s->used[seen->index / 64] & bit))
        s->count++;
    s->used[seen->index / 64] |= bit;
    s->kind = seen->kind;
    return true;
}

NTSTATUS nt_pipe_listen(struct nt_pipe_key key, const struct nt_pipe_kind *kind, bool first,
                        uint32_t *index, struct nt_pipe_address *address, int *fd)
{
    struct survey s = {.count = 0};
    struct nt_pipe_kind real = *kind;
    NTSTATUS status = nt_pipe_each(key, note, &s);

    if (!NT_SUCCESS(status))
        return status;
    if (s.count && first)
        return s.count >= s.kind.maximum ? STATUS_INSTANCE_NOT_AVAILABLE : STATUS_ACCESS_DENIED;
    if (s.count) {
        /* The first instance has decided. */
        if (s.count >= s.kind.maximum)
            return STATUS_INSTANCE_NOT_AVAILABLE;
        if (s.kind.message != kind->message || s.kind.configuration != kind->configuration)
            return STATUS_ACCESS_DENIED;
        real.maximum = s.kind.maximum;
        real.timeout = s.kind.timeout;
    }
    for (uint32_t i = 0; i < MOST_INSTANCES; i++) {
        if (s.used[i / 64] >> i % 64 & 1)
            continue;
        *fd = nt_pipe_listen_again(key, &real, i, address);
        if (*fd >= 0) {
            *index = i;
            return STATUS_SUCCESS;
        }
        if (errno != EADDRINUSE)
            return nt_status_of_errno(errno);
        if (first)
            return STATUS_ACCESS_DENIED; /* somebody was quicker */
    }
    return STATUS_INSTANCE_NOT_AVAILABLE;
}
