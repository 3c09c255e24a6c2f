/* \Device\Nsi: the device, and the lists that the host's rtnetlink gives. */
#include "syscalls/nt/nsi.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_ENTRIES 65536u
#define NT_AF_INET 2
#define NT_AF_INET6 23

void *nsi_add(struct nsi_list *l)
{
    if (l->count >= MAX_ENTRIES)
        return NULL;
    if (l->count == l->room) {
        size_t room = l->room ? l->room * 2 : 16;
        char *bytes = realloc(l->bytes, room * l->size);
        if (!bytes)
            return NULL;
        l->bytes = bytes;
        l->room = room;
    }
    void *entry = l->bytes + l->count++ * l->size;
    memset(entry, 0, l->size);
    return entry;
}

/* The attributes of a message by type; those above max are left out. */
static void attributes(const struct nlmsghdr *m, size_t head, const struct rtattr **by_type,
                       unsigned max)
{
    memset(by_type, 0, (max + 1) * sizeof(*by_type));
    if (m->nlmsg_len < NLMSG_SPACE(head))
        return;
    int left = (int)(m->nlmsg_len - NLMSG_SPACE(head));
    const struct rtattr *a = (const void *)((const char *)NLMSG_DATA(m) + NLMSG_ALIGN(head));
    for (; RTA_OK(a, left); a = RTA_NEXT(a, left))
        if ((a->rta_type & NLA_TYPE_MASK) <= max)
            by_type[a->rta_type & NLA_TYPE_MASK] = a;
}

static uint32_t number(const struct rtattr *a)
{
    uint32_t v = 0;

    if (a && RTA_PAYLOAD(a) >= sizeof(v))
        memcpy(&v, RTA_DATA(a), sizeof(v));
    return v;
}

static size_t bytes(const struct rtattr *a, void *to, size_t room)
{
    size_t n = a ? RTA_PAYLOAD(a) : 0;

    if (n > room)
        n = room;
    if (n)
        memcpy(to, RTA_DATA(a), n);
    return n;
}

static USHORT nt_family(int family)
{
    return family == AF_INET ? NT_AF_INET : family == AF_INET6 ? NT_AF_INET6 : 0;
}

/* IF_TYPE_* of a hardware type. */
static ULONG type_of(unsigned hardware, const char *name)
{
    switch (hardware) {
    case ARPHRD_LOOPBACK:
        return 24;
    case ARPHRD_ETHER:
        return strncmp(name, "wl", 2) == 0 ? 71 : 6;
    case ARPHRD_IEEE80211:
    case ARPHRD_IEEE80211_PRISM:
    case ARPHRD_IEEE80211_RADIOTAP:
        return 71;
    case ARPHRD_PPP:
    case ARPHRD_SLIP:
        return 23;
    case ARPHRD_TUNNEL:
    case ARPHRD_TUNNEL6:
    case ARPHRD_SIT:
    case ARPHRD_IPGRE:
        return 131;
    case ARPHRD_IEEE1394:
        return 144;
    case ARPHRD_NONE:
        return 53; /* virtual */
    default:
        return 1;
    }
}

/* What sysfs has and rtnetlink has not: the speed, and whether there is hardware. */
static void look_at_sysfs(NSI_LINK *l)
{
    char path[64], text[16] = {0};

    snprintf(path, sizeof(path), "/sys/class/net/%s/speed", l->Name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        if (read(fd, text, sizeof(text) - 1) > 0) {
            long mega = strtol(text, NULL, 10);
            l->Speed = mega > 0 ? (ULONGLONG)mega * 1000000 : 0;
        }
        close(fd);
    }
    snprintf(path, sizeof(path), "/sys/class/net/%s/device", l->Name);
    if (access(path, F_OK) != 0)
        l->Flags |= NSI_VIRTUAL;
}

static bool add_link(const struct nlmsghdr *m, struct nsi_list *list)
{
    const struct ifinfomsg *i = NLMSG_DATA(m);
    const struct rtattr *a[IFLA_STATS64 + 1];
    NSI_LINK *l;

    if (m->nlmsg_type != RTM_NEWLINK || m->nlmsg_len < NLMSG_LENGTH(sizeof(*i)))
        return true;
    if (!(l = nsi_add(list)))
        return false;
    attributes(m, sizeof(*i), a, IFLA_STATS64);
    l->Index = (ULONG)i->ifi_index;
    bytes(a[IFLA_IFNAME], l->Name, sizeof(l->Name) - 1);
    l->Type = type_of(i->ifi_type, (const char *)l->Name);
    l->Mtu = number(a[IFLA_MTU]);
    l->Flags = (i->ifi_flags & IFF_UP ? NSI_UP : 0) |
               (i->ifi_flags & IFF_RUNNING ? NSI_RUNNING : 0) |
               (i->ifi_flags & IFF_LOOPBACK ? NSI_LOOPBACK : 0) |
               (i->ifi_flags & IFF_BROADCAST ? NSI_BROADCAST : 0) |
               (i->ifi_flags & IFF_MULTICAST ? NSI_MULTICAST : 0) |
               (i->ifi_flags & IFF_POINTOPOINT ? NSI_POINT_TO_POINT : 0);
    if (!(i->ifi_flags & IFF_LOOPBACK))
        l->AddressLength = (ULONG)bytes(a[IFLA_ADDRESS], l->Address, sizeof(l->Address));
    struct rtnl_link_stats64 s = {0};
    bytes(a[IFLA_STATS64], &s, sizeof(s));
    l->InOctets = s.rx_bytes;
    l->InPackets = s.rx_packets;
    l->InErrors = s.rx_errors;
    l->InDiscards = s.rx_dropped;
    l->InMulticast = s.multicast;
    l->OutOctets = s.tx_bytes;
    l->OutPackets = s.tx_packets;
    l->OutErrors = s.tx_errors;
    l->OutDiscards = s.tx_dropped;
    look_at_sysfs(l);
    return true;
}

static bool add_address(const struct nlmsghdr *m, struct nsi_list *list)
{
    const struct ifaddrmsg *i = NLMSG_DATA(m);
    const struct rtattr *a[IFA_FLAGS + 1];
    NSI_ADDRESS *to;

    if (m->nlmsg_type != RTM_NEWADDR || m->nlmsg_len < NLMSG_LENGTH(sizeof(*i)) ||
        !nt_family(i->ifa_family))
        return true;
    if (!(to = nsi_add(list)))
        return false;
    attributes(m, sizeof(*i), a, IFA_FLAGS);
    uint32_t flags = a[IFA_FLAGS] ? number(a[IFA_FLAGS]) : i->ifa_flags;
    to->Index = i->ifa_index;
    to->Family = nt_family(i->ifa_family);
    to->Prefix = i->ifa_prefixlen;
    to->State = flags & IFA_F_DADFAILED    ? 2  /* IpDadStateDuplicate */
                : flags & IFA_F_TENTATIVE  ? 1  /* IpDadStateTentative */
                : flags & IFA_F_DEPRECATED ? 3  /* IpDadStateDeprecated */
                                           : 4; /* IpDadStatePreferred */
    /* On a point-to-point link, IFA_ADDRESS is the other end's. */
    bytes(a[IFA_LOCAL] ? a[IFA_LOCAL] : a[IFA_ADDRESS], to->Address, sizeof(to->Address));
    to->Origin = !(flags & IFA_F_PERMANENT);
    to->ValidLifetime = to->PreferredLifetime = NSI_FOREVER;
    struct ifa_cacheinfo c;
    if (bytes(a[IFA_CACHEINFO], &c, sizeof(c)) == sizeof(c)) {
        to->ValidLifetime = c.ifa_valid;
        to->PreferredLifetime = c.ifa_prefered;
    }
    return true;
}

static bool add_route(const struct nlmsghdr *m, struct nsi_list *list)
{
    const struct rtmsg *i = NLMSG_DATA(m);
    const struct rtattr *a[RTA_TABLE + 1];
    NSI_ROUTE *to;

    if (m->nlmsg_type != RTM_NEWROUTE || m->nlmsg_len < NLMSG_LENGTH(sizeof(*i)) ||
        !nt_family(i->rtm_family))
        return true;
    attributes(m, sizeof(*i), a, RTA_TABLE);
    uint32_t table = a[RTA_TABLE] ? number(a[RTA_TABLE]) : i->rtm_table;
    if ((table != RT_TABLE_MAIN && table != RT_TABLE_LOCAL) || (i->rtm_flags & RTM_F_CLONED) ||
        (i->rtm_type != RTN_UNICAST && i->rtm_type != RTN_LOCAL && i->rtm_type != RTN_BROADCAST &&
         i->rtm_type != RTN_MULTICAST && i->rtm_type != RTN_ANYCAST) ||
        !a[RTA_OIF])
        return true;
    if (!(to = nsi_add(list)))
        return false;
    to->Index = number(a[RTA_OIF]);
    to->Family = nt_family(i->rtm_family);
    to->Prefix = i->rtm_dst_len;
    to->Protocol = i->rtm_protocol == RTPROT_STATIC ? 3 : i->rtm_protocol == RTPROT_KERNEL ? 2 : 1;
    bytes(a[RTA_DST], to->Destination, sizeof(to->Destination));
    to->OnLink = bytes(a[RTA_GATEWAY], to->Gateway, sizeof(to->Gateway)) == 0;
    to->Metric = number(a[RTA_PRIORITY]);
    to->Local = i->rtm_type == RTN_LOCAL;
    to->Multicast = i->rtm_type == RTN_MULTICAST || i->rtm_type == RTN_BROADCAST;
    return true;
}

static bool add_neighbour(const struct nlmsghdr *m, struct nsi_list *list)
{
    const struct ndmsg *i = NLMSG_DATA(m);
    const struct rtattr *a[NDA_LLADDR + 1];
    NSI_NEIGHBOUR *to;

    if (m->nlmsg_type != RTM_NEWNEIGH || m->nlmsg_len < NLMSG_LENGTH(sizeof(*i)) ||
        !nt_family(i->ndm_family))
        return true;
    if (!(to = nsi_add(list)))
        return false;
    attributes(m, sizeof(*i), a, NDA_LLADDR);
    to->Index = (ULONG)i->ndm_ifindex;
    to->Family = nt_family(i->ndm_family);
    /* NL_NEIGHBOR_STATE: unreachable, incomplete, probe, delay, stale, reachable, permanent */
    to->State = i->ndm_state & (NUD_PERMANENT | NUD_NOARP) ? 6
                : i->ndm_state & NUD_REACHABLE             ? 5
                : i->ndm_state & NUD_STALE                 ? 4
                : i->ndm_state & NUD_DELAY                 ? 3
                : i->ndm_state & NUD_PROBE                 ? 2
                : i->ndm_state & NUD_INCOMPLETE            ? 1
                                                           : 0;
    bytes(a[NDA_DST], to->Address, sizeof(to->Address));
    to->AddressLength = (UCHAR)bytes(a[NDA_LLADDR], to->Physical, sizeof(to->Physical));
    return true;
}

/* Asks for all messages of a kind. */
static NTSTATUS dump(int type, bool (*add)(const struct nlmsghdr *, struct nsi_list *),
                     struct nsi_list *list)
{
    struct {
        struct nlmsghdr head;
        union {
            struct rtgenmsg any;
            struct ifinfomsg link;
            struct rtmsg route;
            struct ndmsg neighbour;
            struct ifaddrmsg address;
        };
    } ask = {.head = {.nlmsg_len = sizeof(ask),
                      .nlmsg_type = (uint16_t)type,
                      .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
                      .nlmsg_seq = 1}};
    const size_t room = 65536;
    NTSTATUS status = STATUS_SUCCESS;
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    char *buffer = malloc(room);

    if (fd < 0 || !buffer || send(fd, &ask, sizeof(ask), 0) < 0)
        status = !buffer ? STATUS_INSUFFICIENT_RESOURCES : nt_status_of_errno(errno);
    for (bool more = NT_SUCCESS(status); more;) {
        ssize_t n = recv(fd, buffer, room, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            status = n ? nt_status_of_errno(errno) : STATUS_UNSUCCESSFUL;
            break;
        }
        const struct nlmsghdr *m;
        for (size_t at = 0; more && at + sizeof(*m) <= (size_t)n; at += NLMSG_ALIGN(m->nlmsg_len)) {
            m = (const void *)(buffer + at);
            if (m->nlmsg_len < sizeof(*m) || m->nlmsg_len > (size_t)n - at)
                break;
            if (m->nlmsg_type == NLMSG_DONE) {
                more = false;
            } else if (m->nlmsg_type == NLMSG_ERROR) {
                const struct nlmsgerr *e = NLMSG_DATA(m);
                more = false;
                if (e->error)
                    status = nt_status_of_errno(-e->error);
            } else if (!add(m, list)) {
                more = false;
                status = STATUS_INSUFFICIENT_RESOURCES;
            }
        }
    }
    free(buffer);
    if (fd >= 0)
        close(fd);
    return status;
}

static const struct {
    uint32_t code;
    size_t size;
    int type;
    bool (*add)(const struct nlmsghdr *, struct nsi_list *);
} lists[] = {
    {IOCTL_NSI_LINKS, sizeof(NSI_LINK), RTM_GETLINK, add_link},
    {IOCTL_NSI_ADDRESSES, sizeof(NSI_ADDRESS), RTM_GETADDR, add_address},
    {IOCTL_NSI_ROUTES, sizeof(NSI_ROUTE), RTM_GETROUTE, add_route},
    {IOCTL_NSI_NEIGHBOURS, sizeof(NSI_NEIGHBOUR), RTM_GETNEIGH, add_neighbour},
    {IOCTL_NSI_ENDPOINTS, sizeof(NSI_ENDPOINT), 0, NULL},
};

static NTSTATUS give_list(struct nsi_list *l, char *out, uint32_t out_n, ULONG_PTR *information)
{
    NSI_LIST head = {.There = (ULONG)l->count};

    if (out_n < sizeof(head))
        return STATUS_BUFFER_TOO_SMALL;
    size_t fit = (out_n - sizeof(head)) / l->size;
    head.Given = (ULONG)(l->count < fit ? l->count : fit);
    if (!guest_write(out, &head, sizeof(head)) ||
        (head.Given && !guest_write(out + sizeof(head), l->bytes, head.Given * l->size)))
        return STATUS_ACCESS_VIOLATION;
    *information = sizeof(head) + head.Given * l->size;
    return STATUS_SUCCESS;
}

static NTSTATUS give_configuration(void *out, uint32_t out_n, ULONG_PTR *information)
{
    char text[4096];
    uint32_t done = 0;
    NTSTATUS status = STATUS_SUCCESS;
    int fd = open("/etc/resolv.conf", O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0 && errno != ENOENT)
        return nt_status_of_errno(errno);
    while (fd >= 0 && done < out_n && NT_SUCCESS(status)) {
        ssize_t n = read(fd, text, out_n - done < sizeof(text) ? out_n - done : sizeof(text));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        if (!guest_write((char *)out + done, text, (size_t)n))
            status = STATUS_ACCESS_VIOLATION;
        done += (uint32_t)n;
    }
    if (fd >= 0)
        close(fd);
    *information = done;
    return status;
}

static NTSTATUS nsi_control(struct nt_file *f, struct nt_io *io, bool file_system, uint32_t code,
                            const void *in, uint32_t in_n, void *out, uint32_t out_n,
                            ULONG_PTR *information)
{
    if (file_system)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (code == IOCTL_NSI_RESOLVE)
        return nsi_resolve(f, io, in, in_n, out, out_n, information);
    if (code == IOCTL_NSI_RESOLVER)
        return give_configuration(out, out_n, information);
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        if (lists[i].code == code) {
            struct nsi_list l = {.size = lists[i].size};
            NTSTATUS status =
                lists[i].add ? dump(lists[i].type, lists[i].add, &l) : nsi_endpoints(&l);
            if (NT_SUCCESS(status))
                status = give_list(&l, out, out_n, information);
            free(l.bytes);
            return status;
        }
    return STATUS_INVALID_DEVICE_REQUEST;
}

static const struct nt_file_ops nsi_ops = {
    .device_type = NT_FILE_DEVICE_NETWORK,
    .control = nsi_control,
    .cancel = nsi_resolve_cancel,
};

static NTSTATUS nsi_open(const struct nt_device *device, const struct nt_open *how,
                         struct nt_file *root, const uint16_t *rest, size_t n, struct nt_file **f,
                         ULONG_PTR *information)
{
    ACCESS_MASK access = how->access & MAXIMUM_ALLOWED ? FILE_ALL_ACCESS : how->access;

    (void)root, (void)rest;
    if (n)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    if (how->options & FILE_DIRECTORY_FILE)
        return STATUS_NOT_A_DIRECTORY;
    *f = nt_file_new(&nsi_ops, -1, access, how->share, how->options);
    if (!*f)
        return STATUS_INSUFFICIENT_RESOURCES;
    (*f)->device = device;
    *information = FILE_OPENED;
    return STATUS_SUCCESS;
}

const struct nt_device nt_nsi_device = {
    .name = "Nsi",
    .dos = {"Nsi"},
    .open = nsi_open,
};
