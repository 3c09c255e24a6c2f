/* \Device\Nsi: the host's table of TCP and UDP sockets. */
#include <dirent.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "syscalls/nt/nsi.h"

struct owner {
    uint64_t inode;
    uint32_t process;
};

static int by_inode(const void *a, const void *b)
{
    uint64_t x = ((const struct owner *)a)->inode, y = ((const struct owner *)b)->inode;

    return x < y ? -1 : x > y;
}

/* The sockets of a process, as far as the host shows them to us. */
static bool add_owned(struct nsi_list *owners, const char *pid)
{
    char path[300], target[64];
    struct dirent *e;
    bool ok = true;

    snprintf(path, sizeof(path), "/proc/%s/fd", pid);
    DIR *d = opendir(path);
    if (!d)
        return true;
    while (ok && (e = readdir(d)) != NULL) {
        uint64_t inode;
        ssize_t n = readlinkat(dirfd(d), e->d_name, target, sizeof(target) - 1);
        if (n <= 0)
            continue;
        target[n] = 0;
        if (sscanf(target, "socket:[%" SCNu64 "]", &inode) != 1)
            continue;
        struct owner *o = nsi_add(owners);
        ok = o != NULL;
        if (o)
            *o = (struct owner){inode, (uint32_t)atoi(pid) * 4};
    }
    closedir(d);
    return ok;
}

static bool find_owners(struct nsi_list *owners)
{
    DIR *d = opendir("/proc");
    struct dirent *e;
    bool ok = true;

    while (d && ok && (e = readdir(d)) != NULL)
        if (e->d_name[0] >= '1' && e->d_name[0] <= '9')
            ok = add_owned(owners, e->d_name);
    if (d)
        closedir(d);
    if (ok && owners->count)
        qsort(owners->bytes, owners->count, owners->size, by_inode);
    return ok;
}

/* MIB_TCP_STATE of the host's number. */
static UCHAR state_of(unsigned state)
{
    static const UCHAR map[] = {0, 5, 3, 4, 6, 7, 11, 1, 8, 10, 2, 9, 4};

    return state < sizeof(map) ? map[state] : 0;
}

/* Groups of four bytes, each as a number of this machine's byte order. */
static bool address(const char *hex, UCHAR *to, size_t n)
{
    for (size_t i = 0; i < n / 4; i++) {
        char group[9] = {0};
        memcpy(group, hex + i * 8, 8);
        char *end;
        uint32_t v = (uint32_t)strtoul(group, &end, 16);
        if (*end)
            return false;
        memcpy(to + i * 4, &v, 4);
    }
    return true;
}

static bool read_table(struct nsi_list *l, const struct nsi_list *owners, const char *path, bool v6,
                       UCHAR protocol)
{
    FILE *file = fopen(path, "re");
    char line[512];
    bool ok = true;

    while (file && ok && fgets(line, sizeof(line), file)) {
        char local[33] = {0}, remote[33] = {0};
        unsigned local_port, remote_port, state;
        struct owner key = {0};
        if (sscanf(line,
                   " %*d: %32[0-9A-Fa-f]:%x %32[0-9A-Fa-f]:%x %x %*x:%*x %*x:%*x %*x %*u %*u "
                   "%" SCNu64,
                   local, &local_port, remote, &remote_port, &state, &key.inode) != 6)
            continue;
        NSI_ENDPOINT *e = nsi_add(l);
        ok = e != NULL;
        if (!ok)
            break;
        e->Family = v6 ? 23 : 2;
        e->Protocol = protocol;
        e->State = protocol == IPPROTO_TCP ? state_of(state) : 0;
        e->LocalPort = (USHORT)local_port;
        e->RemotePort = (USHORT)remote_port;
        if (!address(local, e->Local, v6 ? 16 : 4) || !address(remote, e->Remote, v6 ? 16 : 4)) {
            l->count--;
            continue;
        }
        const struct owner *o =
            owners->count && key.inode
                ? bsearch(&key, owners->bytes, owners->count, owners->size, by_inode)
                : NULL;
        e->Process = o ? o->process : 0;
    }
    if (file)
        fclose(file);
    return ok;
}

NTSTATUS nsi_endpoints(struct nsi_list *l)
{
    struct nsi_list owners = {.size = sizeof(struct owner)};
    bool ok = find_owners(&owners) &&
              read_table(l, &owners, "/proc/self/net/tcp", false, IPPROTO_TCP) &&
              read_table(l, &owners, "/proc/self/net/tcp6", true, IPPROTO_TCP) &&
              read_table(l, &owners, "/proc/self/net/udp", false, IPPROTO_UDP) &&
              read_table(l, &owners, "/proc/self/net/udp6", true, IPPROTO_UDP);

    free(owners.bytes);
    return ok ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}
