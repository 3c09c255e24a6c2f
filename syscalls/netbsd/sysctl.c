/* NetBSD's sysctl tree: __sysctl(2), with CTL_QUERY by which programs find names. Numbers from
 * sys/sysctl.h; those that the system gives out as it goes are ours, from 1000 on. */
#include "syscalls/unix/sysctl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "syscalls/netbsd/netbsd.h"

#define CTL_QUERY (-2)
#define CTL_DESCRIBE (-7)
#define SYSCTL_VERS_1 0x01000000u

struct netbsd_sysctlnode {
    uint32_t flags;
    int32_t num;
    char name[32];
    uint32_t ver, reserved;
    uint8_t value[16];
    uint64_t size, func, parent, desc;
};
_Static_assert(sizeof(struct netbsd_sysctlnode) == 96, "sysctlnode");

static int get_version(struct unix_sysctl_out *out, const int *rest, unsigned n, size_t asked)
{
    char text[128];
    (void)rest, (void)n, (void)asked;
    snprintf(text, sizeof(text), "NetBSD %s (GENERIC) #0\n", unix_system->release);
    unix_sysctl_text(out, text);
    return 0;
}

/* struct clockinfo: hz, tick, tickadj, stathz, profhz */
static int get_clockrate(struct unix_sysctl_out *out, const int *rest, unsigned n, size_t asked)
{
    static const int32_t rate[5] = {100, 10000, 40, 100, 100};
    (void)rest, (void)n, (void)asked;
    unix_sysctl_add(out, rate, sizeof(rate));
    return 0;
}

/* struct timespec since NetBSD 6 */
static int get_boottime(struct unix_sysctl_out *out, const int *rest, unsigned n, size_t asked)
{
    return unix_sysctl_boottime(out, rest, n, asked);
}

static int get_int_memory(struct unix_sysctl_out *out, const int *rest, unsigned n, size_t asked)
{
    int64_t bytes = (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
    int32_t v = bytes > INT32_MAX ? INT32_MAX : (int32_t)bytes;
    (void)rest, (void)n, (void)asked;
    unix_sysctl_add(out, &v, sizeof(v));
    return 0;
}

/* --- kern.proc_args
 * ------------------------------------------------------------------------------------ */

enum { PROC_ARGV = 1, PROC_NARGV, PROC_ENV, PROC_NENV, PROC_PATHNAME, PROC_CWD };

static int get_proc_args(struct unix_sysctl_out *out, const int *rest, unsigned n, size_t asked)
{
    char path[PATH_MAX], link[64], part[4096];
    size_t got;

    (void)asked;
    if (n != 2)
        return -EINVAL;
    int pid = rest[0] == -1 ? getpid() : rest[0];
    bool me = pid == getpid();
    switch (rest[1]) {
    case PROC_ARGV:
        for (const char *const *a = unix_process.argv; me && *a; a++)
            unix_sysctl_text(out, *a);
        if (me)
            return 0;
        break;
    case PROC_NARGV: {
        int32_t count = 0;
        while (me && unix_process.argv[count])
            count++;
        if (!me)
            return -EINVAL;
        unix_sysctl_add(out, &count, sizeof(count));
        return 0;
    }
    case PROC_ENV:
        break;
    case PROC_PATHNAME:
        if (me) {
            unix_sysctl_text(out, unix_process.program);
            return 0;
        }
        /* fall through */
    case PROC_CWD: {
        snprintf(link, sizeof(link), "/proc/%d/%s", pid, rest[1] == PROC_CWD ? "cwd" : "exe");
        ssize_t length = readlink(link, path, sizeof(path) - 1);
        if (length < 0)
            return errno == ENOENT ? -ESRCH : -errno;
        path[length] = 0;
        unix_sysctl_text(out, path);
        return 0;
    }
    default:
        return -EINVAL;
    }
    snprintf(link, sizeof(link), "/proc/%d/%s", pid, rest[1] == PROC_ENV ? "environ" : "cmdline");
    FILE *f = fopen(link, "re");
    if (!f)
        return errno == ENOENT ? -ESRCH : -EPERM;
    while (out->size < 262144 && (got = fread(part, 1, sizeof(part), f)) > 0)
        unix_sysctl_add(out, part, got);
    fclose(f);
    return 0;
}

/* --- net.route
 * ----------------------------------------------------------------------------------------- */

static void ifm(void *out, uint32_t flags, uint16_t index, uint8_t type, uint8_t address_length,
                uint32_t mtu, int32_t addrs)
{
    uint8_t *b = out;
    int32_t state = flags & 0x40 ? 2 : 1; /* LINK_STATE_UP */
    memset(b, 0, 152);
    memcpy(b + 4, &addrs, 4);
    memcpy(b + 8, &flags, 4);
    memcpy(b + 12, &index, 2);
    /* struct if_data */
    b[16] = type;
    b[17] = address_length;
    b[18] = type == 6 ? 14 : 0;
    memcpy(b + 20, &state, 4);
    memcpy(b + 24, &mtu, 4);
}

/* Of NET_RT_OIFLIST, up to NetBSD 7: addrs, flags, metric, index */
static void oifam(void *out, uint32_t flags, uint16_t index, int32_t addrs)
{
    uint8_t *b = out;
    memset(b, 0, 24);
    memcpy(b + 4, &addrs, 4);
    memcpy(b + 8, &flags, 4);
    memcpy(b + 16, &index, 2);
}

/* Of today: index, flags, addrs, pid, metric */
static void ifam(void *out, uint32_t flags, uint16_t index, int32_t addrs)
{
    uint8_t *b = out;
    memset(b, 0, 24);
    memcpy(b + 4, &index, 2);
    memcpy(b + 8, &flags, 4);
    memcpy(b + 12, &addrs, 4);
}

static void rtm(void *out, uint32_t flags, uint16_t index, int32_t addrs)
{
    uint8_t *b = out;
    memset(b, 0, 120);
    memcpy(b + 4, &index, 2);
    memcpy(b + 8, &flags, 4);
    memcpy(b + 12, &addrs, 4);
}

static const struct unix_route_layout old_layout = {
    .version = 4,
    .newaddr = 0xc,
    .ifinfo = 0x14,
    .get = 0x4,
    .ifm_size = 152,
    .ifam_size = 24,
    .rtm_size = 120,
    .ifm = ifm,
    .ifam = oifam,
    .rtm = rtm,
};
static const struct unix_route_layout layout = {
    .version = 4,
    .newaddr = 0x16,
    .ifinfo = 0x14,
    .get = 0x4,
    .ifm_size = 152,
    .ifam_size = 24,
    .rtm_size = 120,
    .ifm = ifm,
    .ifam = ifam,
    .rtm = rtm,
};

static int get_route(struct unix_sysctl_out *out, const int *rest, unsigned n, size_t asked)
{
    (void)asked;
    if (n != 4)
        return -EINVAL;
    switch (rest[2]) {
    case 1: /* NET_RT_DUMP */
        return unix_route_dump(out, &layout, rest[1]);
    case 2: /* NET_RT_FLAGS */
        return 0;
    case 5: /* NET_RT_OIFLIST */
        return unix_route_interfaces(out, &old_layout, rest[1], (unsigned)rest[3]);
    case 6: /* NET_RT_IFLIST */
        return unix_route_interfaces(out, &layout, rest[1], (unsigned)rest[3]);
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
    {{1, 3}, INT_OF("kern.osrevision", unix_sysctl_osreldate)},
    {{1, 4}, TEXT_OF("kern.version", get_version)},
    {{1, 5}, INT("kern.maxvnodes", 524288)},
    {{1, 6}, INT_OF("kern.maxproc", unix_sysctl_maxproc)},
    {{1, 7}, INT_OF("kern.maxfiles", unix_sysctl_maxfiles)},
    {{1, 8}, INT("kern.argmax", 262144)},
    {{1, 9}, INT("kern.securelevel", -1)},
    {{1, 10}, TEXT_OF("kern.hostname", unix_sysctl_hostname)},
    {{1, 11}, INT("kern.hostid", 0)},
    {{1, 12}, OPAQUE("kern.clockrate", get_clockrate)},
    {{1, 17}, INT("kern.posix1version", 200112)},
    {{1, 18}, INT("kern.ngroups", 16)},
    {{1, 19}, INT("kern.job_control", 1)},
    {{1, 20}, INT("kern.saved_ids", 1)},
    {{1, 22}, TEXT_OF("kern.domainname", unix_sysctl_domainname)},
    {{1, 32}, INT("kern.fsync", 1)},
    {{1, 33}, INT("kern.sysvmsg", 1)},
    {{1, 34}, INT("kern.sysvsem", 1)},
    {{1, 35}, INT("kern.sysvshm", 1)},
    {{1, 37}, INT("kern.synchronized_io", 1)},
    {{1, 38}, INT("kern.iov_max", 1024)},
    {{1, 40}, INT("kern.mapped_files", 1)},
    {{1, 41}, INT("kern.memlock", 1)},
    {{1, 42}, INT("kern.memlock_range", 1)},
    {{1, 43}, INT("kern.memory_protection", 1)},
    {{1, 44}, INT("kern.login_name_max", 17)},
    {{1, 45}, TEXT("kern.defcorename", "%n.core")},
    {{1, 46}, INT("kern.logsigexit", 0)},
    {{1, 48}, NODE("kern.proc_args", get_proc_args)},
    {{1, 49}, INT("kern.fscale", 2048)},
    {{1, 57}, INT("kern.maxphys", 65536)},
    {{1, 58}, INT("kern.sbmax", 262144)},
    {{1, 60}, INT("kern.monotonic_clock", 200112)},
    {{1, 61}, OPAQUE("kern.urandom", unix_sysctl_random)},
    {{1, 66}, INT("kern.posix_threads", 200112)},
    {{1, 67}, INT("kern.posix_semaphores", 200112)},
    {{1, 68}, INT("kern.posix_barriers", 200112)},
    {{1, 69}, INT("kern.posix_timers", 200112)},
    {{1, 70}, INT("kern.posix_spin_locks", 200112)},
    {{1, 71}, INT("kern.posix_reader_writer_locks", 200112)},
    {{1, 81}, OPAQUE("kern.arandom", unix_sysctl_random)},
    {{1, 83}, OPAQUE("kern.boottime", get_boottime)},
    {{1, 1000}, INT_OF("kern.somaxconn", unix_sysctl_somaxconn)},
    {{1, 1001, 1}, INT("kern.pax.enabled", 0)},
    {{2, 2}, OPAQUE("vm.loadavg", unix_sysctl_loadavg)},
    {{2, 1000}, LONG("vm.minaddress", 4096)},
    {{2, 1001}, LONG("vm.maxaddress", 0x7f7fffffe000)},
    {{4, 34}, NODE("net.route", get_route)},
    {{4, 17}, NODE("net.oroute", get_route)},
    {{4, 2, 0, 1}, INT("net.inet.ip.forwarding", 0)},
    {{4, 2, 0, 3}, INT("net.inet.ip.ttl", 64)},
    {{4, 2, 0, 10}, INT("net.inet.ip.anonportmin", 49152)},
    {{4, 2, 0, 11}, INT("net.inet.ip.anonportmax", 65535)},
    {{4, 24, 41, 24}, INT("net.inet6.ip6.v6only", 1)},
    {{6, 1}, TEXT("hw.machine", "amd64")},
    {{6, 2}, TEXT_OF("hw.model", unix_sysctl_model)},
    {{6, 3}, INT_OF("hw.ncpu", unix_sysctl_ncpu)},
    {{6, 4}, INT("hw.byteorder", 1234)},
    {{6, 5}, INT_OF("hw.physmem", get_int_memory)},
    {{6, 6}, INT_OF("hw.usermem", get_int_memory)},
    {{6, 7}, INT("hw.pagesize", 4096)},
    {{6, 10}, TEXT("hw.machine_arch", "x86_64")},
    {{6, 11}, INT("hw.alignbytes", 15)},
    {{6, 13}, LONG_OF("hw.physmem64", unix_sysctl_physmem)},
    {{6, 14}, LONG_OF("hw.usermem64", unix_sysctl_physmem)},
    {{6, 16}, INT_OF("hw.ncpuonline", unix_sysctl_ncpu)},
    {{7, 1000}, INT("machdep.fpu_present", 1)},
    {{7, 1001}, INT("machdep.sse", 1)},
    {{7, 1002}, INT("machdep.sse2", 1)},
    {{8, 1}, TEXT("user.cs_path", "/usr/bin:/bin:/usr/sbin:/sbin:/usr/pkg/bin:/usr/pkg/sbin")},
    {{8, 2}, INT("user.bc_base_max", 99)},
    {{8, 3}, INT("user.bc_dim_max", 65535)},
    {{8, 4}, INT("user.bc_scale_max", 99)},
    {{8, 5}, INT("user.bc_string_max", 2147483647)},
    {{8, 10}, INT("user.posix2_version", 199212)},
    {{8, 19}, INT("user.stream_max", 20)},
    {{8, 20}, INT("user.tzname_max", 6)},
};
#define COUNT (sizeof(tree) / sizeof(tree[0]))

/* --- the call
 * ------------------------------------------------------------------------------------------- */

/* The part of a row's name at a depth */
static void name_at(const struct unix_sysctl *s, unsigned depth, char out[32])
{
    const char *p = s->name;
    for (unsigned i = 0; i < depth && p; i++) {
        p = strchr(p, '.');
        if (p)
            p++;
    }
    snprintf(out, 32, "%.*s", p ? (int)strcspn(p, ".") : 0, p ? p : "");
}

/* The nodes directly below an oid */
static int query(const int *oid, unsigned n, const void *new, size_t newlen,
                 struct unix_sysctl_out *out)
{
    static const uint8_t types[] = {[UNIX_SYSCTL_NODE] = 1,
                                    [UNIX_SYSCTL_INT] = 2,
                                    [UNIX_SYSCTL_LONG] = 4,
                                    [UNIX_SYSCTL_STRING] = 3,
                                    [UNIX_SYSCTL_STRUCT] = 5};
    struct netbsd_sysctlnode q;

    if (new) {
        if (newlen < sizeof(q))
            return -EINVAL;
        if (!guest_read(&q, new, sizeof(q)))
            return -EFAULT;
        if ((q.flags & 0xff000000u) != SYSCTL_VERS_1)
            return -EINVAL;
    }
    for (size_t i = 0; i < COUNT; i++) {
        const struct unix_sysctl *s = &tree[i];
        unsigned depth = unix_sysctl_depth(s);
        bool seen = false;
        if (depth <= n || memcmp(s->oid, oid, n * sizeof(int)))
            continue;
        for (size_t j = 0; j < i && !seen; j++)
            seen = unix_sysctl_depth(&tree[j]) > n &&
                   !memcmp(tree[j].oid, s->oid, (n + 1) * sizeof(int));
        if (seen)
            continue;
        struct netbsd_sysctlnode node = {.num = s->oid[n]};
        bool leaf = depth == n + 1;
        node.flags = SYSCTL_VERS_1 | 0x200 | (leaf ? types[s->kind] : 1);
        node.size = !leaf                           ? 0
                    : s->kind == UNIX_SYSCTL_INT    ? 4
                    : s->kind == UNIX_SYSCTL_LONG   ? 8
                    : s->kind == UNIX_SYSCTL_STRING ? 256
                                                    : 0;
        name_at(s, n, node.name);
        unix_sysctl_add(out, &node, sizeof(node));
    }
    return out->size ? 0 : -ENOENT;
}

int64_t netbsd_sysctl(struct unix_thread *t, const void *name, uint32_t namelen, void *old,
                      void *oldlenp, const void *new, size_t newlen)
{
    struct unix_sysctl_out out = {0};
    int oid[UNIX_SYSCTL_NAME];
    size_t asked = 0;
    int error;

    (void)t;
    if (namelen < 1 || namelen > 12)
        return -EINVAL;
    if (!guest_read(oid, name, namelen * sizeof(int)) ||
        (oldlenp && !guest_read(&asked, oldlenp, sizeof(asked))))
        return -EFAULT;
    if (oid[namelen - 1] == CTL_QUERY) {
        error = query(oid, namelen - 1, new, newlen, &out);
    } else if (oid[namelen - 1] < 0) {
        error = new ? -EPERM : -EOPNOTSUPP; /* creating, describing */
    } else {
        const struct unix_sysctl *s = unix_sysctl_find(tree, COUNT, oid, namelen);
        if (!s) {
            bool inner = false;
            for (size_t i = 0; i < COUNT && !inner; i++)
                inner = unix_sysctl_depth(&tree[i]) > namelen &&
                        !memcmp(tree[i].oid, oid, namelen * sizeof(int));
            error = inner ? -EISDIR : -ENOENT;
        } else if (new) {
            error = -EPERM;
        } else {
            error = unix_sysctl_value(s, oid, namelen, old ? asked : 0, &out);
        }
    }
    if (error) {
        free(out.data);
        return error;
    }
    return unix_sysctl_reply(&out, old, oldlenp);
}
