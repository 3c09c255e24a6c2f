/* sysctl: finding nodes, handing values over, and the values that both systems have. */
#include "syscalls/unix/sysctl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

void unix_sysctl_add(struct unix_sysctl_out *out, const void *data, size_t n)
{
    if (out->failed)
        return;
    if (n > out->room - out->size) {
        size_t room = (out->size + n) * 2 + 64;
        char *grown = realloc(out->data, room);
        if (!grown) {
            out->failed = true;
            return;
        }
        out->data = grown;
        out->room = room;
    }
    memcpy(out->data + out->size, data, n);
    out->size += n;
}

void unix_sysctl_text(struct unix_sysctl_out *out, const char *text)
{
    unix_sysctl_add(out, text, strlen(text) + 1);
}

unsigned unix_sysctl_depth(const struct unix_sysctl *s)
{
    unsigned n = 0;
    while (n < UNIX_SYSCTL_DEPTH && s->oid[n])
        n++;
    return n;
}

const struct unix_sysctl *unix_sysctl_find(const struct unix_sysctl *table, size_t count,
                                           const int *oid, unsigned n)
{
    for (size_t i = 0; i < count; i++) {
        unsigned depth = unix_sysctl_depth(&table[i]);
        if (depth <= n && !memcmp(table[i].oid, oid, depth * sizeof(int)) &&
            (depth == n || table[i].kind == UNIX_SYSCTL_NODE))
            return &table[i];
    }
    return NULL;
}

const struct unix_sysctl *unix_sysctl_named(const struct unix_sysctl *table, size_t count,
                                            const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(table[i].name, name))
            return &table[i];
    }
    return NULL;
}

int unix_sysctl_value(const struct unix_sysctl *s, const int *oid, unsigned n, size_t asked,
                      struct unix_sysctl_out *out)
{
    unsigned depth = unix_sysctl_depth(s);
    int error = 0;
    int32_t small = (int32_t)s->value;

    if (s->get)
        error = s->get(out, oid + depth, n - depth, asked);
    else if (s->kind == UNIX_SYSCTL_STRING)
        unix_sysctl_text(out, s->text);
    else if (s->kind == UNIX_SYSCTL_INT)
        unix_sysctl_add(out, &small, sizeof(small));
    else if (s->kind == UNIX_SYSCTL_LONG)
        unix_sysctl_add(out, &s->value, sizeof(s->value));
    else
        error = -ENOENT;
    return error ? error : out->failed ? -ENOMEM : 0;
}

int64_t unix_sysctl_reply(struct unix_sysctl_out *out, void *old, void *oldlenp)
{
    size_t room = 0, n = out->size;
    int64_t r = 0;

    if (oldlenp) {
        if (!guest_read(&room, oldlenp, sizeof(room))) {
            r = -EFAULT;
        } else {
            if (old && n > room) {
                n = room;
                r = -ENOMEM;
            }
            if ((old && !guest_write(old, out->data, n)) || !guest_write(oldlenp, &n, sizeof(n)))
                r = -EFAULT;
        }
    }
    free(out->data);
    return r;
}

/* --- values
 * ------------------------------------------------------------------------------------------ */

#define GET(name)                                                                                  \
    int unix_sysctl_##name(struct unix_sysctl_out *out, const int *rest __attribute__((unused)),   \
                           unsigned n __attribute__((unused)),                                     \
                           size_t asked __attribute__((unused)))

static int put_int(struct unix_sysctl_out *out, int64_t v)
{
    int32_t i = v > INT32_MAX ? INT32_MAX : (int32_t)v;
    unix_sysctl_add(out, &i, sizeof(i));
    return 0;
}

static int put_long(struct unix_sysctl_out *out, uint64_t v)
{
    unix_sysctl_add(out, &v, sizeof(v));
    return 0;
}

static int64_t number_in(const char *path)
{
    char text[32] = "0";
    FILE *f = fopen(path, "re");
    if (f) {
        if (!fgets(text, sizeof(text), f))
            text[0] = 0;
        fclose(f);
    }
    return strtoll(text, NULL, 10);
}

GET(ostype)
{
    unix_sysctl_text(out, unix_system->name);
    return 0;
}

GET(osrelease)
{
    unix_sysctl_text(out, unix_system->release);
    return 0;
}

GET(osreldate)
{
    return put_int(out, unix_system->osreldate);
}

GET(hostname)
{
    struct utsname u;
    uname(&u);
    unix_sysctl_text(out, u.nodename);
    return 0;
}

GET(domainname)
{
    struct utsname u;
    uname(&u);
    unix_sysctl_text(out, strcmp(u.domainname, "(none)") ? u.domainname : "");
    return 0;
}

GET(boottime)
{
    struct timespec up, now;
    clock_gettime(CLOCK_BOOTTIME, &up);
    clock_gettime(CLOCK_REALTIME, &now);
    struct timeval tv = {now.tv_sec - up.tv_sec, 0};
    unix_sysctl_add(out, &tv, sizeof(tv));
    return 0;
}

/* As much as is asked for, up to 256 bytes. */
GET(random)
{
    char bytes[256];
    size_t want = asked < sizeof(bytes) ? asked : sizeof(bytes);
    if (!want)
        want = sizeof(int);
    for (size_t done = 0; done < want;) {
        ssize_t got = getrandom(bytes + done, want - done, 0);
        if (got < 0)
            return -errno;
        done += (size_t)got;
    }
    unix_sysctl_add(out, bytes, want);
    return 0;
}

GET(ncpu)
{
    return put_int(out, sysconf(_SC_NPROCESSORS_ONLN));
}

GET(physmem)
{
    return put_long(out, (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE));
}

GET(freemem)
{
    return put_int(out, sysconf(_SC_AVPHYS_PAGES));
}

GET(model)
{
    char line[256];
    FILE *f = fopen("/proc/cpuinfo", "re");
    while (f && fgets(line, sizeof(line), f)) {
        if (!strncmp(line, "model name", 10)) {
            char *colon = strchr(line, ':');
            line[strcspn(line, "\n")] = 0;
            unix_sysctl_text(out, colon && colon[1] ? colon + 2 : "");
            fclose(f);
            return 0;
        }
    }
    if (f)
        fclose(f);
    unix_sysctl_text(out, "amd64");
    return 0;
}

GET(somaxconn)
{
    int64_t v = number_in("/proc/sys/net/core/somaxconn");
    return put_int(out, v > 65535 ? 65535 : v);
}

GET(maxfiles)
{
    return put_int(out, number_in("/proc/sys/fs/file-max"));
}

GET(maxfilesperproc)
{
    struct rlimit r;
    getrlimit(RLIMIT_NOFILE, &r);
    return put_int(out, r.rlim_max > INT32_MAX ? INT32_MAX : (int64_t)r.rlim_max);
}

GET(maxproc)
{
    return put_int(out, number_in("/proc/sys/kernel/pid_max"));
}

GET(loadavg)
{
    struct {
        uint32_t average[3];
        int64_t scale;
    } l = {.scale = 2048};
    double averages[3] = {0};
    if (getloadavg(averages, 3) == 3) {
        for (int i = 0; i < 3; i++)
            l.average[i] = (uint32_t)(averages[i] * 2048);
    }
    unix_sysctl_add(out, &l, sizeof(l));
    return 0;
}

GET(usrstack)
{
    return put_long(out, unix_process.stack_top);
}

GET(ps_strings)
{
    return put_long(out, unix_process.ps_strings);
}
