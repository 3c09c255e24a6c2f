/* Security identifiers of the machine's users and groups. */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "syscalls/nt/token.h"

#define SID_MAX_COUNT 15

struct nt_sid nt_sid_make(uint8_t authority, unsigned count, ...)
{
    struct nt_sid s = {.revision = 1, .count = (uint8_t)count};
    va_list ap;

    s.authority[5] = authority;
    va_start(ap, count);
    for (unsigned i = 0; i < count; i++)
        s.sub[i] = va_arg(ap, uint32_t);
    va_end(ap);
    return s;
}

/* The machine's part of account SIDs: from what the host calls its machine id, so that it is the
 * same in every run. */
static uint32_t machine_part[3]; /* written once */

static void machine_make(void)
{
    char id[64] = "compatrun";
    int fd = open("/etc/machine-id", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, id, sizeof(id)) : -1;

    if (fd >= 0)
        close(fd);
    if (n <= 0)
        n = 9;
    for (unsigned k = 0; k < 3; k++) {
        uint32_t h = 2166136261u + k * 0x9e3779b9u;
        for (ssize_t i = 0; i < n && id[i] != '\n'; i++)
            h = (h ^ (unsigned char)id[i]) * 16777619u;
        machine_part[k] = h;
    }
}

static const uint32_t *machine(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, machine_make);
    return machine_part;
}

static struct nt_sid account(uint32_t rid)
{
    const uint32_t *m = machine();

    return nt_sid_make(5, 5, 21u, m[0], m[1], m[2], rid);
}

/* Accounts that people have made begin at 1000 on both sides. */
struct nt_sid nt_sid_of_uid(uid_t uid)
{
    return account(uid == 0 ? 500u : uid >= 1000 ? (uint32_t)uid : 0x40000000u + (uint32_t)uid);
}

struct nt_sid nt_sid_of_gid(gid_t gid)
{
    return gid == getegid() ? nt_sid_primary_group() : account(0x80000000u | (uint32_t)gid);
}

struct nt_sid nt_sid_primary_group(void)
{
    return account(513);
}

struct nt_sid nt_sid_logon(void)
{
    return nt_sid_make(5, 3, 5u, 0u, 0x10000u + (uint32_t)geteuid());
}

bool nt_sid_equal(const struct nt_sid *a, const struct nt_sid *b)
{
    return a->count == b->count && a->count <= SID_MAX_COUNT && memcmp(a, b, nt_sid_size(a)) == 0;
}

void nt_sid_text(const struct nt_sid *s, char text[200])
{
    uint64_t authority = 0;
    int n;

    for (unsigned i = 0; i < 6; i++)
        authority = authority << 8 | s->authority[i];
    n = snprintf(text, 200, "S-%u-%llu", s->revision, (unsigned long long)authority);
    for (unsigned i = 0; i < s->count && i < SID_MAX_COUNT; i++)
        n += snprintf(text + n, 200 - (size_t)n, "-%u", s->sub[i]);
}

NTSTATUS nt_sid_get(const void *guest, struct nt_sid *s)
{
    memset(s, 0, sizeof(*s));
    if (!guest_read(s, guest, 8))
        return STATUS_ACCESS_VIOLATION;
    if (s->revision != 1 || s->count > SID_MAX_COUNT) {
        s->count = 0;
        return STATUS_INVALID_SID;
    }
    return guest_read(s->sub, (const char *)guest + 8, 4u * s->count) ? STATUS_SUCCESS
                                                                      : STATUS_ACCESS_VIOLATION;
}
