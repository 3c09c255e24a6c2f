/* FreeBSD's sysctl tree: __sysctl(2), __sysctlbyname(2). Numbers from sys/sysctl.h; those that the
 * system gives out as it goes (OID_AUTO) are ours, from 256 on. */
#include "syscalls/unix/sysctl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "syscalls/freebsd/freebsd.h"

#define CTL_SYSCTL 0
enum { SYSCTL_NAME = 1, SYSCTL_NEXT, SYSCTL_NAME2OID, SYSCTL_OIDFMT, SYSCTL_OIDDESCR };
#define KIND_READ 0x80000000u
#define KIND_WRITE 0x40000000u

static int get_version(struct unix_sysctl_out *out, const int *rest, unsigned n, size_t asked)
{
    char text[128];
    (void)rest, (void)n, (void)asked;
    snprintf(text, sizeof(text), "FreeBSD %s GENERIC\n", unix_system->release);
    unix_sysctl_text(out, text);
    return 0;
}

/* struct clockinfo: hz, tick, spare, stathz, profhz */
static int get_clockrate(struct unix_sysctl_out *out, const int *rest, unsigned n, size_t asked)
{
    static const int32_t rate[5] = {1000, 1000, 0, 127, 8128};
    (void)rest, (void)n, (void)asked;
    unix_sysctl_add(out, rate, sizeof(rate));
    return 0;
}

static int get_pagesizes(struct unix_sysctl_out *out, const int *rest, unsigned n, size_t asked)
{
    static const uint64_t sizes[3] = {4096, 2097152, 1073741824};
    (void)rest, (void)n, (void)asked;
    unix_sysctl_add(out, sizes, sizeof(sizes));
    return 0;
}

/* user, nice, system, interrupt, idle: ticks of all processors */
static int get_cp_time(struct unix_sysctl_out *out, const int *rest, unsigned n, size_t asked)
{
    uint64_t t[7] = {0}, cp[5];
    FILE *f = fopen("/proc/stat", "re");
    (void)rest, (void)n, (void)asked;
    if (f) {
        if (fscanf(f, "cpu %lu %lu %lu %lu %lu %lu %lu", &t[0], &t[1], &t[2], &t[3], &t[4], &t[5],
                   &t[6]) != 7)
            memset(t, 0, sizeof(t));
        fclose(f);
    }
    cp[0] = t[0], cp[1] = t[1], cp[2] = t[2], cp[3] = t[5] + t[6], cp[4] = t[3] + t[4];
    unix_sysctl_add(out, cp, sizeof(cp));
    return 0;
}

/* --- kern.proc
 * ---------------------------------------------------------------------------------------- */

enum {
    KERN_PROC_PID = 1,
    KERN_PROC_ARGS = 7,
    KERN_PROC_PATHNAME = 12,
    KERN_PROC_ENV = 35,
    KERN_PROC_UMASK = 39,
    KERN_PROC_OSREL = 40,
    KERN_PROC_CWD = 42,
    KERN_PROC_NFDS = 43,
};

static bool is_me(int pid)
{
    return pid == -1 || pid == getpid();
}

static int add_file(struct unix_sysctl_out *out, const char *format, int pid)
{
    char path[64], part[4096];
    size_t got;
    snprintf(path, sizeof(path), format, pid);
    FILE *f = fopen(path, "re");
    if (!f)
        return errno == ENOENT ? -ESRCH : -EPERM;
    while (out->size < 262144 && (got = fread(part, 1, sizeof(part), f)) > 0)
        unix_sysctl_add(out, part, got);
    fclose(f);
    return 0;
}

static int get_proc(struct unix_sysctl_out *out, const int *rest, unsigned n, size_t asked)
{
    char link[64], path[PATH_MAX];

    (void)asked;
    if (n < 2)
        return -ENOENT;
    int pid = rest[1];
    switch (rest[0]) {
    case KERN_PROC_ARGS:
        if (!is_me(pid))
            return add_file(out, "/proc/%d/cmdline", pid);
        for (const char *const *a = unix_process.argv; *a; a++)
            unix_sysctl_text(out, *a);
        return 0;
    case KERN_PROC_ENV:
        return add_file(out, "/proc/%d/environ", is_me(pid) ? getpid() : pid);
    case KERN_PROC_PATHNAME: {
        if (is_me(pid)) {
            unix_sysctl_text(out, unix_process.program);
            return 0;
        }
        snprintf(link, sizeof(link), "/proc/%d/exe", pid);
        ssize_t got = readlink(link, path, sizeof(path) - 1);
        if (got < 0)
            return errno == ENOENT ? -ESRCH : -errno;
        path[got] = 0;
        unix_sysctl_text(out, path);
        return 0;
    }
    case KERN_PROC_OSREL: {
        int32_t v = (int32_t)unix_system->osreldate;
        unix_sysctl_add(out, &v, sizeof(v));
        return 0;
    }
    case KERN_PROC_UMASK: {
        FILE *f;
        char line[128];
        unsigned mask = 022;
        snprintf(link, sizeof(link), "/proc/%d/status", is_me(pid) ? getpid() : pid);
        f = fopen(link, "re");
        if (!f)
            return -ESRCH;
        while (fgets(line, sizeof(line), f) && sscanf(line, "Umask: %o", &mask) != 1)
            ;
        fclose(f);
        uint16_t m = (uint16_t)mask;
        unix_sysctl_add(out, &m, sizeof(m));
        return 0;
    }
    default:
        return -ENOENT;
    }
}

/* --- net.route
 * ----------------------------------------------------------------------------------------- */

static void ifm(void *out, uint32_t flags, uint16_t index, uint8_t type, uint8_t address_length,
                uint32_t mtu, int32_t addrs)
{
    uint8_t *b = out;
    memset(b, 0, 168);
    memcpy(b + 4, &addrs, 4);
    memcpy(b + 8, &flags, 4);
    memcpy(b + 12, &index, 2);
    /* struct if_data */
    b[16] = type;
    b[18] = address_length;
    b[19] = type == 6 ? 14 : 0;
    b[20] = flags & 0x40 ? 2 : 1; /* LINK_STATE_UP */
    uint16_t length = 152;
    memcpy(b + 22, &length, 2);
    memcpy(b + 24, &mtu, 4);
}

static void ifam(void *out, uint32_t flags, uint16_t index, int32_t addrs)
{
    uint8_t *b = out;
    memset(b, 0, 20);
    memcpy(b + 4, &addrs, 4);
    memcpy(b + 8, &flags, 4);
    memcpy(b + 12, &index, 2);
}

static void rtm(void *out, uint32_t flags, uint16_t index, int32_t addrs)
{
    uint8_t *b = out;
    memset(b, 0, 152);
    memcpy(b + 4, &index, 2);
    memcpy(b + 8, &flags, 4);
    memcpy(b + 12, &addrs, 4);
}

static const struct unix_route_layout route_layout = {
    .version = 5,
    .newaddr = 0xc,
    .newmaddr = 0xf,
    .ifinfo = 0xe,
    .get = 0x4,
    .ifm_size = 168,
    .ifam_size = 20,
    .rtm_size = 152,
    .ifm = ifm,
    .ifam = ifam,
    .rtm = rtm,
};

/* The same with lengths, for NET_RT_IFLISTL: the offsets of what follows are told inside. */
static void ifml(void *out, uint32_t flags, uint16_t index, uint8_t type, uint8_t address_length,
                 uint32_t mtu, int32_t addrs)
{
    uint8_t old[168], *b = out;
    uint16_t size = 176, at = 24;
    ifm(old, flags, index, type, address_length, mtu, addrs);
    memset(b, 0, 176);
    memcpy(b, old, 14);
    memcpy(b + 16, &size, 2);
    memcpy(b + 18, &at, 2);
    memcpy(b + 24, old + 16, 152);
}

static void ifaml(void *out, uint32_t flags, uint16_t index, int32_t addrs)
{
    uint8_t *b = out;
    uint16_t size = 176, at = 24;
    memset(b, 0, 176);
    ifam(b, flags, index, addrs);
    memset(b + 14, 0, 6);
    memcpy(b + 16, &size, 2);
    memcpy(b + 18, &at, 2);
    size = 152;
    memcpy(b + 24 + 6, &size, 2);
}

static const struct unix_route_layout route_layout_l = {
    .version = 5,
    .newaddr = 0xc,
    .ifinfo = 0xe,
    .get = 0x4,
    .ifm_size = 176,
    .ifam_size = 176,
    .rtm_size = 152,
    .ifm = ifml,
    .ifam = ifaml,
    .rtm = rtm,
};

static int get_route(struct unix_sysctl_out *out, const int *rest, unsigned n, size_t asked)
{
    (void)asked;
    /* protocol (0), family, what, argument */
    if (n != 4 && n != 5)
        return -EINVAL;
    switch (rest[2]) {
    case 1: /* NET_RT_DUMP */
    case 2: /* NET_RT_FLAGS */
        return rest[2] == 1 ? unix_route_dump(out, &route_layout, rest[1]) : 0;
    case 3: /* NET_RT_IFLIST */
        return unix_route_interfaces(out, &route_layout, rest[1], (unsigned)rest[3]);
    case 4: /* NET_RT_IFMALIST */
        return unix_route_groups(out, &route_layout, (unsigned)rest[3]);
    case 5: /* NET_RT_IFLISTL */
        return unix_route_interfaces(out, &route_layout_l, rest[1], (unsigned)rest[3]);
    default:
        return -EINVAL;
    }
}

/* --- the tree
 * ------------------------------------------------------------------------------------------- */

#define INT(n, v) (n), UNIX_SYSCTL_INT, (v), NULL, NULL, false
#define INT_OF(n, f) (n), UNIX_SYSCTL_INT, 0, NULL, (f), false
#define LONG(n, v) (n), UNIX_SYSCTL_LONG, (v), NULL, NULL, false
#define LONG_OF(n, f) (n), UNIX_SYSCTL_LONG, 0, NULL, (f), false
#define TEXT(n, v) (n), UNIX_SYSCTL_STRING, 0, (v), NULL, false
#define TEXT_OF(n, f) (n), UNIX_SYSCTL_STRING, 0, NULL, (f), false
#define OPAQUE(n, f) (n), UNIX_SYSCTL_STRUCT, 0, NULL, (f), false
#define NODE(n, f) (n), UNIX_SYSCTL_NODE, 0, NULL, (f), false

static const struct unix_sysctl tree[] = {
    {{1, 1}, TEXT_OF("kern.ostype", unix_sysctl_ostype)},
    {{1, 2}, TEXT_OF("kern.osrelease", unix_sysctl_osrelease)},
    {{1, 3}, INT("kern.osrevision", 199506)},
    {{1, 4}, TEXT_OF("kern.version", get_version)},
    {{1, 5}, INT("kern.maxvnodes", 524288)},
    {{1, 6}, INT_OF("kern.maxproc", unix_sysctl_maxproc)},
    {{1, 7}, INT_OF("kern.maxfiles", unix_sysctl_maxfiles)},
    {{1, 8}, INT("kern.argmax", 524288)},
    {{1, 9}, INT("kern.securelevel", -1)},
    {{1, 10}, TEXT_OF("kern.hostname", unix_sysctl_hostname)},
    {{1, 11}, INT("kern.hostid", 0)},
    {{1, 12}, OPAQUE("kern.clockrate", get_clockrate)},
    {{1, 14}, NODE("kern.proc", get_proc)},
    {{1, 17}, INT("kern.posix1version", 200112)},
    {{1, 18}, INT("kern.ngroups", 1023)},
    {{1, 19}, INT("kern.job_control", 1)},
    {{1, 20}, INT("kern.saved_ids", 1)},
    {{1, 21}, OPAQUE("kern.boottime", unix_sysctl_boottime)},
    {{1, 22}, TEXT_OF("kern.domainname", unix_sysctl_domainname)},
    {{1, 24}, INT_OF("kern.osreldate", unix_sysctl_osreldate)},
    {{1, 26}, TEXT("kern.bootfile", "/boot/kernel/kernel")},
    {{1, 27}, INT_OF("kern.maxfilesperproc", unix_sysctl_maxfilesperproc)},
    {{1, 28}, INT_OF("kern.maxprocperuid", unix_sysctl_maxproc)},
    {{1, 30, 1}, LONG("kern.ipc.maxsockbuf", 2097152)},
    {{1, 30, 3}, INT_OF("kern.ipc.somaxconn", unix_sysctl_somaxconn)},
    {{1, 30, 256}, INT_OF("kern.ipc.soacceptqueue", unix_sysctl_somaxconn)},
    {{1, 30, 257}, INT("kern.ipc.maxsockets", 65536)},
    {{1, 30, 258}, INT("kern.ipc.nmbclusters", 262144)},
    {{1, 30, 259}, LONG("kern.ipc.shmmax", 536870912)},
    {{1, 30, 260}, INT("kern.ipc.shm_use_phys", 0)},
    {{1, 32}, LONG_OF("kern.ps_strings", unix_sysctl_ps_strings)},
    {{1, 33}, LONG_OF("kern.usrstack", unix_sysctl_usrstack)},
    {{1, 34}, INT("kern.logsigexit", 1)},
    {{1, 35}, INT("kern.iov_max", 1024)},
    {{1, 36}, TEXT("kern.hostuuid", "00000000-0000-0000-0000-000000000000")},
    {{1, 37}, OPAQUE("kern.arandom", unix_sysctl_random)},
    {{1, 256, 1}, INT_OF("kern.smp.cpus", unix_sysctl_ncpu)},
    {{1, 256, 2}, INT("kern.smp.maxcpus", 1024)},
    {{1, 256, 3}, INT("kern.smp.maxid", 1023)},
    {{1, 256, 4}, INT("kern.smp.active", 1)},
    {{1, 257}, OPAQUE("kern.cp_time", get_cp_time)},
    {{1, 258, 1}, TEXT("kern.sched.name", "ULE")},
    {{1, 259}, INT("kern.stackprot", 3)},
    {{1, 260, 1}, INT("kern.threads.max_threads_per_proc", 1500)},
    {{1, 261, 1}, TEXT("kern.timecounter.hardware", "TSC-low")},
    {{1, 262}, TEXT("kern.conftxt", "")},
    {{1, 263}, TEXT("kern.ident", "GENERIC")},
    {{1, 264}, TEXT("kern.supported_archs", "amd64")},
    {{1, 265}, INT("kern.coredump", 1)},
    {{1, 266}, TEXT("kern.corefile", "%N.core")},
    {{1, 267}, LONG("kern.dfldsiz", 34359738368)},
    {{1, 268}, LONG("kern.maxdsiz", 34359738368)},
    {{1, 269}, LONG("kern.dflssiz", 8388608)},
    {{1, 270}, LONG("kern.maxssiz", 536870912)},
    {{1, 271, 1}, INT("kern.features.inet", 1)},
    {{1, 271, 2}, INT("kern.features.inet6", 1)},
    {{1, 271, 3}, INT("kern.features.posix_shm", 1)},
    {{1, 272}, INT("kern.openfiles", 64)},
    {{1, 273}, INT("kern.trap_enotcap", 0)},
    {{2, 2}, OPAQUE("vm.loadavg", unix_sysctl_loadavg)},
    {{2, 256}, INT("vm.overcommit", 0)},
    {{2, 257}, INT("vm.swap_enabled", 1)},
    {{2, 258, 1, 1}, INT("vm.stats.vm.v_page_size", 4096)},
    {{2, 258, 1, 2}, INT_OF("vm.stats.vm.v_free_count", unix_sysctl_freemem)},
    {{3, 256}, TEXT("vfs.root.mountfrom", "")},
    {{4, 17}, NODE("net.route", get_route)},
    {{4, 2, 0, 256}, INT("net.inet.ip.portrange.first", 49152)},
    {{4, 2, 0, 257}, INT("net.inet.ip.portrange.last", 65535)},
    {{4, 2, 0, 1}, INT("net.inet.ip.forwarding", 0)},
    {{4, 2, 0, 3}, INT("net.inet.ip.ttl", 64)},
    {{4, 28, 41, 24}, INT("net.inet6.ip6.v6only", 1)},
    {{6, 1}, TEXT("hw.machine", "amd64")},
    {{6, 2}, TEXT_OF("hw.model", unix_sysctl_model)},
    {{6, 3}, INT_OF("hw.ncpu", unix_sysctl_ncpu)},
    {{6, 4}, INT("hw.byteorder", 1234)},
    {{6, 5}, LONG_OF("hw.physmem", unix_sysctl_physmem)},
    {{6, 6}, LONG_OF("hw.usermem", unix_sysctl_physmem)},
    {{6, 7}, INT("hw.pagesize", 4096)},
    {{6, 10}, INT("hw.floatingpoint", 1)},
    {{6, 11}, TEXT("hw.machine_arch", "amd64")},
    {{6, 12}, LONG_OF("hw.realmem", unix_sysctl_physmem)},
    {{6, 256}, OPAQUE("hw.pagesizes", get_pagesizes)},
    {{8, 1}, TEXT("user.cs_path", "/usr/bin:/bin:/usr/sbin:/sbin:")},
    {{8, 2}, INT("user.bc_base_max", 99)},
    {{8, 3}, INT("user.bc_dim_max", 2048)},
    {{8, 4}, INT("user.bc_scale_max", 99)},
    {{8, 5}, INT("user.bc_string_max", 1000)},
    {{8, 6}, INT("user.coll_weights_max", 10)},
    {{8, 7}, INT("user.expr_nest_max", 32)},
    {{8, 8}, INT("user.line_max", 2048)},
    {{8, 9}, INT("user.re_dup_max", 255)},
    {{8, 10}, INT("user.posix2_version", 199212)},
    {{8, 19}, INT("user.stream_max", 20)},
    {{8, 20}, INT("user.tzname_max", 255)},
    {{256, 1, 1}, INT("security.jail.jailed", 0)},
    {{256, 2, 1}, INT("security.bsd.unprivileged_proc_debug", 0)},
};
#define COUNT (sizeof(tree) / sizeof(tree[0]))

/* --- the calls
 * ------------------------------------------------------------------------------------------ */

/* Does the row lie below the node that the oid names? Then how that part of its name ends. */
static const char *below(const struct unix_sysctl *s, const int *oid, unsigned n)
{
    const char *p = s->name;
    if (unix_sysctl_depth(s) <= n || memcmp(s->oid, oid, n * sizeof(int)))
        return NULL;
    for (unsigned i = 0; i < n && p; i++) {
        p = strchr(p, '.');
        if (p && i + 1 < n)
            p++;
    }
    return p;
}

static int name_of(const int *oid, unsigned n, struct unix_sysctl_out *out)
{
    char name[128];
    const struct unix_sysctl *s = unix_sysctl_find(tree, COUNT, oid, n);
    if (s && unix_sysctl_depth(s) == n) {
        unix_sysctl_text(out, s->name);
        return 0;
    }
    for (size_t i = 0; i < COUNT; i++) {
        const char *end = below(&tree[i], oid, n);
        if (end) {
            snprintf(name, sizeof(name), "%.*s", (int)(end - tree[i].name), tree[i].name);
            unix_sysctl_text(out, name);
            return 0;
        }
    }
    /* What is not there has a name all the same: its numbers. */
    int at = 0;
    for (unsigned i = 0; i < n && at < 100; i++)
        at += snprintf(name + at, sizeof(name) - (size_t)at, "%s%d", i ? "." : "", oid[i]);
    name[at] = 0;
    unix_sysctl_text(out, name);
    return 0;
}

static int compare(const int *a, unsigned an, const int *b, unsigned bn)
{
    for (unsigned i = 0; i < an && i < bn; i++) {
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    }
    return an < bn ? -1 : an > bn;
}

static int next_of(const int *oid, unsigned n, struct unix_sysctl_out *out)
{
    const struct unix_sysctl *best = NULL;
    for (size_t i = 0; i < COUNT; i++) {
        unsigned depth = unix_sysctl_depth(&tree[i]);
        if (compare(tree[i].oid, depth, oid, n) > 0 &&
            (!best || compare(tree[i].oid, depth, best->oid, unix_sysctl_depth(best)) < 0))
            best = &tree[i];
    }
    if (!best)
        return -ENOENT;
    unix_sysctl_add(out, best->oid, unix_sysctl_depth(best) * sizeof(int));
    return 0;
}

static int oid_of(const char *name, struct unix_sysctl_out *out)
{
    size_t length = strlen(name);
    const struct unix_sysctl *s = unix_sysctl_named(tree, COUNT, name);
    if (s) {
        unix_sysctl_add(out, s->oid, unix_sysctl_depth(s) * sizeof(int));
        return 0;
    }
    /* An inner node, or one of kern.proc's */
    static const struct {
        const char *name;
        int number;
    } proc[] = {{"pid", 1},    {"args", 7},   {"pathname", 12}, {"env", 35},
                {"umask", 39}, {"osrel", 40}, {"cwd", 42},      {"nfds", 43}};
    if (!strncmp(name, "kern.proc.", 10)) {
        for (size_t i = 0; i < sizeof(proc) / sizeof(proc[0]); i++) {
            if (!strcmp(name + 10, proc[i].name)) {
                int oid[3] = {1, 14, proc[i].number};
                unix_sysctl_add(out, oid, sizeof(oid));
                return 0;
            }
        }
    }
    for (size_t i = 0; i < COUNT; i++) {
        if (!strncmp(tree[i].name, name, length) && tree[i].name[length] == '.') {
            unsigned depth = 1;
            for (const char *p = name; *p; p++)
                depth += *p == '.';
            if (depth < unix_sysctl_depth(&tree[i])) {
                unix_sysctl_add(out, tree[i].oid, depth * sizeof(int));
                return 0;
            }
        }
    }
    return -ENOENT;
}

static int format_of(const int *oid, unsigned n, struct unix_sysctl_out *out)
{
    static const struct {
        uint32_t kind;
        const char *format;
    } formats[] = {[UNIX_SYSCTL_NODE] = {1, "N"},
                   [UNIX_SYSCTL_INT] = {2, "I"},
                   [UNIX_SYSCTL_LONG] = {8, "LU"},
                   [UNIX_SYSCTL_STRING] = {3, "A"},
                   [UNIX_SYSCTL_STRUCT] = {5, "S"}};
    enum unix_sysctl_kind k = UNIX_SYSCTL_NODE;
    const struct unix_sysctl *s = unix_sysctl_find(tree, COUNT, oid, n);
    bool found = s != NULL;
    if (s)
        k = s->kind;
    for (size_t i = 0; i < COUNT && !found; i++)
        found = below(&tree[i], oid, n) != NULL;
    if (!found)
        return -ENOENT;
    uint32_t kind = formats[k].kind | KIND_READ | (s && s->may_set ? KIND_WRITE : 0);
    unix_sysctl_add(out, &kind, sizeof(kind));
    unix_sysctl_text(out, formats[k].format);
    return 0;
}

static int text_of(const void *guest, size_t n, char *to, size_t max)
{
    if (!n || n >= max)
        return n ? -ENAMETOOLONG : -ENOENT;
    if (!guest_read(to, guest, n))
        return -EFAULT;
    to[n] = 0;
    return 0;
}

static int64_t answer(const int *oid, unsigned n, void *old, void *oldlenp, const void *new,
                      size_t newlen)
{
    struct unix_sysctl_out out = {0};
    char name[128];
    size_t asked = 0;
    int error;

    if (oldlenp && !guest_read(&asked, oldlenp, sizeof(asked)))
        return -EFAULT;
    if (oid[0] == CTL_SYSCTL) {
        switch (n > 1 ? oid[1] : 0) {
        case SYSCTL_NAME:
            error = name_of(oid + 2, n - 2, &out);
            break;
        case SYSCTL_NEXT:
        case 7: /* without those that are skipped */
            error = next_of(oid + 2, n - 2, &out);
            break;
        case SYSCTL_NAME2OID:
            error = text_of(new, newlen, name, sizeof(name));
            if (!error)
                error = oid_of(name, &out);
            break;
        case SYSCTL_OIDFMT:
            error = format_of(oid + 2, n - 2, &out);
            break;
        case SYSCTL_OIDDESCR:
            unix_sysctl_text(&out, "");
            error = 0;
            break;
        default:
            error = -ENOENT;
            break;
        }
    } else {
        const struct unix_sysctl *s = unix_sysctl_find(tree, COUNT, oid, n);
        if (!s) {
            bool inner = false;
            for (size_t i = 0; i < COUNT && !inner; i++)
                inner = below(&tree[i], oid, n) != NULL;
            error = inner ? -EISDIR : -ENOENT;
        } else if (new) {
            error = -EPERM;
        } else {
            error = unix_sysctl_value(s, oid, n, old ? asked : 0, &out);
        }
    }
    if (error) {
        free(out.data);
        return error;
    }
    return unix_sysctl_reply(&out, old, oldlenp);
}

int64_t freebsd_sysctl(struct unix_thread *t, const void *name, uint32_t namelen, void *old,
                       void *oldlenp, const void *new, size_t newlen)
{
    int oid[UNIX_SYSCTL_NAME];
    (void)t;
    if (namelen < 2 || namelen > UNIX_SYSCTL_NAME)
        return -EINVAL;
    if (!guest_read(oid, name, namelen * sizeof(int)))
        return -EFAULT;
    return answer(oid, namelen, old, oldlenp, new, newlen);
}

int64_t freebsd_sysctlbyname(struct unix_thread *t, const void *name, size_t namelen, void *old,
                             void *oldlenp, const void *new, size_t newlen)
{
    struct unix_sysctl_out out = {0};
    char text[128];
    int oid[UNIX_SYSCTL_NAME];
    int error = text_of(name, namelen, text, sizeof(text));
    (void)t;
    if (!error)
        error = oid_of(text, &out);
    unsigned n = (unsigned)(out.size / sizeof(int));
    if (!error)
        memcpy(oid, out.data, out.size);
    free(out.data);
    return error ? error : answer(oid, n, old, oldlenp, new, newlen);
}

/* uname(3) asks sysctl; the call itself is FreeBSD 4's. */
