/* The lists of interfaces, addresses and routes, as sysctl's net.route gives them: messages of
 * route(4), each with the socket addresses that its bits announce, rounded up to 8 bytes. */
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netpacket/packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "abi/unix/socket.h"
#include "syscalls/unix/abi.h"
#include "syscalls/unix/socket.h"
#include "syscalls/unix/sysctl.h"

#define RTA_DST_ 0x1
#define RTA_GATEWAY_ 0x2
#define RTA_NETMASK_ 0x4
#define RTA_IFP_ 0x10
#define RTA_IFA_ 0x20
#define RTA_BRD_ 0x80
#define IFT_ETHER_ 6
#define IFT_LOOP_ 24
#define RTF_UP_ 0x1
#define RTF_GATEWAY_ 0x2
#define RTF_HOST_ 0x4
#define RTF_STATIC_ 0x800

struct sockaddr_dl_ {
    uint8_t len, family;
    uint16_t index;
    uint8_t type, nlen, alen, slen;
    uint8_t data[46];
};
_Static_assert(sizeof(struct sockaddr_dl_) == 54, "sockaddr_dl");

static uint32_t interface_flags(unsigned host)
{
    /* Up to IFF_ALLMULTI they are the same but for NOTRAILERS; MULTICAST is elsewhere. */
    uint32_t f = host & 0x3df;
    if (host & IFF_MULTICAST)
        f |= 0x8000;
    if (host & IFF_LOOPBACK)
        f &= ~(uint32_t)IFF_BROADCAST;
    return f;
}

/* Puts a message together: the header of size n, then the addresses. */
struct message {
    uint8_t bytes[1024];
    size_t size;
};

static void add_address(struct message *m, const void *a, size_t n)
{
    size_t padded = n ? (n + 7) & ~7ul : 8;
    if (padded > sizeof(m->bytes) - m->size)
        return;
    memset(m->bytes + m->size, 0, padded);
    memcpy(m->bytes + m->size, a, n);
    m->size += padded;
}

static void add_host_address(struct message *m, const struct sockaddr *a)
{
    struct sockaddr_storage s = {0};
    struct unix_sockaddr u;
    socklen_t n =
        a->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    memcpy(&s, a, n);
    size_t size = unix_sockaddr_of_host(&u, &s, n);
    /* These systems put the zone of a link-local address into its second word. */
    if (a->sa_family == AF_INET6 && u.data[6] == 0xfe && (u.data[7] & 0xc0) == 0x80) {
        struct unix_sockaddr_in6 in;
        memcpy(&in, &u, sizeof(in));
        in.addr[2] = (uint8_t)(in.scope_id >> 8);
        in.addr[3] = (uint8_t)in.scope_id;
        in.scope_id = 0;
        memcpy(&u, &in, sizeof(in));
    }
    add_address(m, &u, size);
}

static void finish(struct unix_sysctl_out *out, struct message *m, uint8_t version, uint8_t type)
{
    uint16_t n = (uint16_t)m->size;
    memcpy(m->bytes, &n, 2);
    m->bytes[2] = version;
    m->bytes[3] = type;
    unix_sysctl_add(out, m->bytes, m->size);
}

static void interface(struct unix_sysctl_out *out, const struct unix_route_layout *l,
                      const struct ifaddrs *all, const char *name, unsigned index, unsigned flags)
{
    struct message m = {.size = l->ifm_size};
    struct sockaddr_dl_ dl = {.len = sizeof(dl), .family = UNIX_AF_LINK, .index = (uint16_t)index};
    struct ifreq r = {0};

    dl.type = flags & IFF_LOOPBACK ? IFT_LOOP_ : IFT_ETHER_;
    dl.nlen = (uint8_t)strnlen(name, IFNAMSIZ);
    memcpy(dl.data, name, dl.nlen);
    for (const struct ifaddrs *a = all; a; a = a->ifa_next) {
        if (a->ifa_addr && a->ifa_addr->sa_family == AF_PACKET && !strcmp(a->ifa_name, name)) {
            const struct sockaddr_ll *ll = (const void *)a->ifa_addr;
            if (dl.type == IFT_ETHER_ && ll->sll_halen <= 8) {
                dl.alen = ll->sll_halen;
                memcpy(dl.data + dl.nlen, ll->sll_addr, dl.alen);
            }
        }
    }
    snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
    int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (s < 0 || ioctl(s, SIOCGIFMTU, &r) < 0)
        r.ifr_mtu = 1500;
    if (s >= 0)
        close(s);
    l->ifm(m.bytes, interface_flags(flags), (uint16_t)index, dl.type, dl.alen, (uint32_t)r.ifr_mtu,
           RTA_IFP_);
    add_address(&m, &dl, sizeof(dl));
    finish(out, &m, l->version, l->ifinfo);
}

static void interface_address(struct unix_sysctl_out *out, const struct unix_route_layout *l,
                              const struct ifaddrs *a, unsigned index)
{
    struct message m = {.size = l->ifam_size};
    struct sockaddr_dl_ dl = {.len = sizeof(dl), .family = UNIX_AF_LINK, .index = (uint16_t)index};
    int32_t addrs = RTA_IFP_ | RTA_IFA_ | (a->ifa_netmask ? RTA_NETMASK_ : 0);
    bool broadcast = a->ifa_addr->sa_family == AF_INET && a->ifa_broadaddr &&
                     (a->ifa_flags & IFF_BROADCAST) && !(a->ifa_flags & IFF_LOOPBACK);

    if (broadcast)
        addrs |= RTA_BRD_;
    dl.nlen = (uint8_t)strnlen(a->ifa_name, IFNAMSIZ);
    memcpy(dl.data, a->ifa_name, dl.nlen);
    dl.type = a->ifa_flags & IFF_LOOPBACK ? IFT_LOOP_ : IFT_ETHER_;
    l->ifam(m.bytes, RTF_UP_, (uint16_t)index, addrs);
    if (a->ifa_netmask)
        add_host_address(&m, a->ifa_netmask);
    add_address(&m, &dl, sizeof(dl));
    add_host_address(&m, a->ifa_addr);
    if (broadcast)
        add_host_address(&m, a->ifa_broadaddr);
    finish(out, &m, l->version, l->newaddr);
}

int unix_route_interfaces(struct unix_sysctl_out *out, const struct unix_route_layout *l,
                          int family, unsigned index)
{
    struct ifaddrs *all;
    struct if_nameindex *names = if_nameindex();

    if (!names)
        return -errno;
    if (getifaddrs(&all) < 0) {
        int error = errno;
        if_freenameindex(names);
        return -error;
    }
    for (struct if_nameindex *i = names; i->if_index; i++) {
        unsigned flags = 0;
        if (index && i->if_index != index)
            continue;
        for (struct ifaddrs *a = all; a; a = a->ifa_next) {
            if (!strcmp(a->ifa_name, i->if_name)) {
                flags = a->ifa_flags;
                break;
            }
        }
        interface(out, l, all, i->if_name, i->if_index, flags);
        for (struct ifaddrs *a = all; a; a = a->ifa_next) {
            if (strcmp(a->ifa_name, i->if_name) || !a->ifa_addr ||
                (a->ifa_addr->sa_family != AF_INET && a->ifa_addr->sa_family != AF_INET6))
                continue;
            if (!family || unix_family_to_host(family) == a->ifa_addr->sa_family)
                interface_address(out, l, a, i->if_index);
        }
    }
    freeifaddrs(all);
    if_freenameindex(names);
    return 0;
}

/* One group that an interface has joined */
static void group(struct unix_sysctl_out *out, const struct unix_route_layout *l, const char *name,
                  unsigned index, const struct sockaddr *a)
{
    struct message m = {.size = 16};
    struct sockaddr_dl_ dl = {.len = sizeof(dl), .family = UNIX_AF_LINK, .index = (uint16_t)index};
    int32_t addrs = RTA_IFP_ | RTA_IFA_;
    uint16_t i = (uint16_t)index;

    dl.nlen = (uint8_t)strnlen(name, IFNAMSIZ);
    memcpy(dl.data, name, dl.nlen);
    memset(m.bytes, 0, 16);
    memcpy(m.bytes + 4, &addrs, 4);
    memcpy(m.bytes + 12, &i, 2);
    add_address(&m, &dl, sizeof(dl));
    add_host_address(&m, a);
    finish(out, &m, l->version, l->newmaddr);
}

int unix_route_groups(struct unix_sysctl_out *out, const struct unix_route_layout *l,
                      unsigned index)
{
    char line[256], name[32] = "", hex[64];
    unsigned at = 0, word;
    FILE *f = fopen("/proc/net/igmp", "re");

    while (f && fgets(line, sizeof(line), f)) {
        if (line[0] != '\t') {
            if (sscanf(line, "%u %31s", &at, name) != 2)
                at = 0;
        } else if (at && (!index || at == index) && sscanf(line, " %x", &word) == 1) {
            struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = word};
            group(out, l, name, at, (const struct sockaddr *)&in);
        }
    }
    if (f)
        fclose(f);
    f = fopen("/proc/net/igmp6", "re");
    while (f && fgets(line, sizeof(line), f)) {
        struct sockaddr_in6 in = {.sin6_family = AF_INET6};
        if (sscanf(line, "%u %31s %63s", &at, name, hex) != 3 || strlen(hex) != 32 ||
            (index && at != index))
            continue;
        for (int i = 0; i < 16; i++) {
            if (sscanf(hex + 2 * i, "%2x", &word) == 1)
                in.sin6_addr.s6_addr[i] = (uint8_t)word;
        }
        group(out, l, name, at, (const struct sockaddr *)&in);
    }
    if (f)
        fclose(f);
    return 0;
}

int unix_route_dump(struct unix_sysctl_out *out, const struct unix_route_layout *l, int family)
{
    char line[256], name[32];
    unsigned dst, gateway, flags, mask;
    FILE *f = family && family != UNIX_AF_INET ? NULL : fopen("/proc/net/route", "re");

    while (f && fgets(line, sizeof(line), f)) {
        if (sscanf(line, "%31s %x %x %x %*u %*u %*u %x", name, &dst, &gateway, &flags, &mask) != 5)
            continue;
        struct message m = {.size = l->rtm_size};
        struct unix_sockaddr_in in = {.len = 16, .family = UNIX_AF_INET};
        /* RTF_UP, GATEWAY and HOST are the same bits; those of the host's table are static. */
        l->rtm(m.bytes, (flags & 7) | RTF_STATIC_, (uint16_t)if_nametoindex(name),
               RTA_DST_ | RTA_GATEWAY_ | RTA_NETMASK_);
        in.addr = dst;
        add_address(&m, &in, sizeof(in));
        if (flags & RTF_GATEWAY_) {
            in.addr = gateway;
            add_address(&m, &in, sizeof(in));
        } else {
            struct sockaddr_dl_ dl = {
                .len = sizeof(dl), .family = UNIX_AF_LINK, .index = (uint16_t)if_nametoindex(name)};
            add_address(&m, &dl, sizeof(dl));
        }
        in.addr = mask;
        add_address(&m, &in, sizeof(in));
        finish(out, &m, l->version, l->get);
    }
    if (f)
        fclose(f);
    return 0;
}
