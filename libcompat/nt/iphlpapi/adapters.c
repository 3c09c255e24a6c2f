/*
 * GetAdaptersAddresses, GetAdaptersInfo, GetNetworkParams, GetPerAdapterInfo.
 */
#include "iphlp.h"

#define MAX_SERVERS 16

/* Lays things out one behind the other in the caller's buffer; beyond its end it only counts. */
struct layout {
    char *at;
    SIZE_T used, room;
};

static void *place(struct layout *l, SIZE_T n)
{
    SIZE_T begin = (l->used + 7) & ~(SIZE_T)7;

    l->used = begin + n;
    if (l->used > l->room)
        return NULL;
    memset(l->at + begin, 0, n);
    return l->at + begin;
}

static WCHAR *place_wide(struct layout *l, const WCHAR *text)
{
    SIZE_T n = (wide_length(text) + 1) * sizeof(WCHAR);
    WCHAR *to = place(l, n);

    if (to)
        memcpy(to, text, n);
    return to;
}

static void place_address(struct layout *l, USHORT family, const UCHAR *bytes, ULONG index,
                          SOCKET_ADDRESS *to)
{
    SIZE_T n = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
    SOCKADDR_INET address;
    void *at = place(l, n);

    if (!at)
        return;
    iphlp_address(family, bytes, index, &address);
    memcpy(at, &address, n);
    to->lpSockaddr = at;
    to->iSockaddrLength = (INT)n;
}

/* Is the adapter one that has, or could have, addresses? What is down and has no hardware is not. */
static BOOL is_shown(const struct snapshot *s, const NSI_LINK *link, ULONG family, ULONG flags)
{
    for (ULONG i = 0; i < s->address_count; i++)
        if (s->addresses[i].Index == link->Index &&
            (family == AF_UNSPEC || s->addresses[i].Family == family))
            return TRUE;
    if (flags & GAA_FLAG_INCLUDE_ALL_INTERFACES)
        return TRUE;
    return !(link->Flags & NSI_VIRTUAL) && family == AF_UNSPEC;
}

static IP_PREFIX_ORIGIN prefix_origin(const NSI_ADDRESS *a)
{
    return a->Origin ? IpPrefixOriginDhcp : IpPrefixOriginManual;
}

static void place_unicast(struct layout *l, const struct snapshot *s, const NSI_LINK *link,
                          ULONG family, IP_ADAPTER_ADDRESSES_LH *adapter)
{
    IP_ADAPTER_UNICAST_ADDRESS_LH **link_to = adapter ? &adapter->FirstUnicastAddress : NULL;

    for (ULONG i = 0; i < s->address_count; i++) {
        const NSI_ADDRESS *a = &s->addresses[i];
        IP_ADAPTER_UNICAST_ADDRESS_LH *u;
        SOCKET_ADDRESS address = {NULL, 0};
        BOOL link_local = a->Family == AF_INET6 && a->Address[0] == 0xfe &&
                          (a->Address[1] & 0xc0) == 0x80;

        if (a->Index != link->Index || (family != AF_UNSPEC && a->Family != family))
            continue;
        u = place(l, sizeof(*u));
        place_address(l, a->Family, a->Address, a->Index, &address);
        if (!u)
            continue;
        u->Length = sizeof(*u);
        u->Address = address;
        u->PrefixOrigin = link_local ? IpPrefixOriginWellKnown : prefix_origin(a);
        u->SuffixOrigin = link_local ? IpSuffixOriginLinkLayerAddress
                                     : (IP_SUFFIX_ORIGIN)prefix_origin(a);
        u->DadState = (IP_DAD_STATE)a->State;
        u->ValidLifetime = u->LeaseLifetime = a->ValidLifetime;
        u->PreferredLifetime = a->PreferredLifetime;
        u->OnLinkPrefixLength = a->Prefix;
        if (link_to)
            *link_to = u;
        link_to = &u->Next;
    }
}

static void place_prefixes(struct layout *l, const struct snapshot *s, const NSI_LINK *link,
                           ULONG family, IP_ADAPTER_ADDRESSES_LH *adapter)
{
    IP_ADAPTER_PREFIX_XP **link_to = adapter ? &adapter->FirstPrefix : NULL;

    for (ULONG i = 0; i < s->address_count; i++) {
        const NSI_ADDRESS *a = &s->addresses[i];
        unsigned bits = a->Family == AF_INET ? 32 : 128;
        /* The network, then, as Windows lists them, the address itself and IPv4's broadcast. */
        for (int kind = 0; kind < (a->Family == AF_INET ? 3 : 2); kind++) {
            UCHAR bytes[16];
            IP_ADAPTER_PREFIX_XP *p;
            SOCKET_ADDRESS address = {NULL, 0};

            if (a->Index != link->Index || (family != AF_UNSPEC && a->Family != family) ||
                a->Prefix > bits)
                continue;
            memcpy(bytes, a->Address, sizeof(bytes));
            for (unsigned bit = a->Prefix; kind != 1 && bit < bits; bit++) {
                if (kind == 0)
                    bytes[bit / 8] &= (UCHAR) ~(0x80 >> bit % 8);
                else
                    bytes[bit / 8] |= (UCHAR)(0x80 >> bit % 8);
            }
            p = place(l, sizeof(*p));
            place_address(l, a->Family, bytes, a->Index, &address);
            if (!p)
                continue;
            p->Length = sizeof(*p);
            p->Address = address;
            p->PrefixLength = kind ? bits : a->Prefix;
            if (link_to)
                *link_to = p;
            link_to = &p->Next;
        }
    }
}

static void place_gateways(struct layout *l, const struct snapshot *s, const NSI_LINK *link,
                           ULONG family, IP_ADAPTER_ADDRESSES_LH *adapter)
{
    IP_ADAPTER_GATEWAY_ADDRESS_LH **link_to = adapter ? &adapter->FirstGatewayAddress : NULL;

    for (ULONG i = 0; i < s->route_count; i++) {
        const NSI_ROUTE *r = &s->routes[i];
        IP_ADAPTER_GATEWAY_ADDRESS_LH *g;
        SOCKET_ADDRESS address = {NULL, 0};

        if (r->Index != link->Index || r->OnLink || r->Prefix ||
            (family != AF_UNSPEC && r->Family != family))
            continue;
        g = place(l, sizeof(*g));
        place_address(l, r->Family, r->Gateway, r->Index, &address);
        if (!g)
            continue;
        g->Length = sizeof(*g);
        g->Address = address;
        if (link_to)
            *link_to = g;
        link_to = &g->Next;
    }
}

static void place_servers(struct layout *l, const SOCKADDR_INET *servers, unsigned n, ULONG family,
                          IP_ADAPTER_ADDRESSES_LH *adapter)
{
    IP_ADAPTER_DNS_SERVER_ADDRESS_XP **link_to = adapter ? &adapter->FirstDnsServerAddress : NULL;

    for (unsigned i = 0; i < n; i++) {
        IP_ADAPTER_DNS_SERVER_ADDRESS_XP *d;
        SOCKET_ADDRESS address = {NULL, 0};
        const void *bytes = servers[i].si_family == AF_INET
                                ? (const void *)&servers[i].Ipv4.sin_addr
                                : (const void *)&servers[i].Ipv6.sin6_addr;

        if (family != AF_UNSPEC && servers[i].si_family != family)
            continue;
        d = place(l, sizeof(*d));
        place_address(l, servers[i].si_family, bytes, 0, &address);
        if (!d)
            continue;
        d->Length = sizeof(*d);
        d->Address = address;
        if (link_to)
            *link_to = d;
        link_to = &d->Next;
    }
}

/* The all-nodes groups that each interface is in. */
static void place_multicast(struct layout *l, const NSI_LINK *link, ULONG family,
                            IP_ADAPTER_ADDRESSES_LH *adapter)
{
    static const UCHAR all4[4] = {224, 0, 0, 1}, all6[16] = {0xff, 2, [15] = 1};
    IP_ADAPTER_MULTICAST_ADDRESS_XP **link_to = adapter ? &adapter->FirstMulticastAddress : NULL;

    if (!(link->Flags & (NSI_MULTICAST | NSI_LOOPBACK)) || !(link->Flags & NSI_UP))
        return;
    for (int i = 0; i < 2; i++) {
        USHORT own = i ? AF_INET6 : AF_INET;
        IP_ADAPTER_MULTICAST_ADDRESS_XP *m;
        SOCKET_ADDRESS address = {NULL, 0};

        if (family != AF_UNSPEC && family != own)
            continue;
        m = place(l, sizeof(*m));
        place_address(l, own, i ? all6 : all4, link->Index, &address);
        if (!m)
            continue;
        m->Length = sizeof(*m);
        m->Address = address;
        if (i && m)
            ((struct sockaddr_in6 *)address.lpSockaddr)->sin6_scope_id = link->Index;
        if (link_to)
            *link_to = m;
        link_to = &m->Next;
    }
}

static IP_ADAPTER_ADDRESSES_LH *place_adapter(struct layout *l, const struct snapshot *s,
                                              const NSI_LINK *link, ULONG family, ULONG flags,
                                              const SOCKADDR_INET *servers, unsigned server_count,
                                              const WCHAR *suffix)
{
    IP_ADAPTER_ADDRESSES_LH *a = place(l, sizeof(*a)), none;
    char id[40];
    SIZE_T n = iphlp_guid_text(link, id) + 1;
    char *name = place(l, n);
    WCHAR alias[32];
    BOOL has4 = FALSE, has6 = FALSE;

    if (!a)
        memset(&none, 0, sizeof(none));
    if (name)
        memcpy(name, id, n);
    for (ULONG i = 0; i < s->address_count; i++)
        if (s->addresses[i].Index == link->Index)
            s->addresses[i].Family == AF_INET ? (has4 = TRUE) : (has6 = TRUE);
    iphlp_alias(link, alias, ARRAYSIZE(alias));
    WCHAR *own_suffix = place_wide(l, link->Flags & NSI_LOOPBACK ? L"" : suffix);
    WCHAR *description = place_wide(l, alias);
    WCHAR *friendly = flags & GAA_FLAG_SKIP_FRIENDLY_NAME ? NULL : place_wide(l, alias);
    if (!(flags & GAA_FLAG_SKIP_UNICAST))
        place_unicast(l, s, link, family, a);
    if (!(flags & GAA_FLAG_SKIP_MULTICAST))
        place_multicast(l, link, family, a);
    if (!(flags & GAA_FLAG_SKIP_DNS_SERVER) && !(link->Flags & NSI_LOOPBACK) &&
        iphlp_status(link) == IfOperStatusUp)
        place_servers(l, servers, server_count, family, a);
    if (flags & GAA_FLAG_INCLUDE_PREFIX)
        place_prefixes(l, s, link, family, a);
    if (flags & GAA_FLAG_INCLUDE_GATEWAYS)
        place_gateways(l, s, link, family, a);
    if (!a)
        return NULL;
    a->Length = sizeof(*a);
    a->IfIndex = has4 || !has6 ? link->Index : 0;
    a->Ipv6IfIndex = has6 ? link->Index : 0;
    a->AdapterName = name;
    a->DnsSuffix = own_suffix;
    a->Description = description;
    a->FriendlyName = friendly;
    a->PhysicalAddressLength = link->AddressLength <= MAX_ADAPTER_ADDRESS_LENGTH
                                   ? link->AddressLength
                                   : MAX_ADAPTER_ADDRESS_LENGTH;
    memcpy(a->PhysicalAddress, link->Address, a->PhysicalAddressLength);
    a->Ipv4Enabled = has4;
    a->Ipv6Enabled = has6;
    a->NoMulticast = !(link->Flags & (NSI_MULTICAST | NSI_LOOPBACK));
    a->Mtu = link->Flags & NSI_LOOPBACK ? 0xffffffff : link->Mtu;
    a->IfType = link->Type;
    a->OperStatus = iphlp_status(link);
    for (int i = 0; i < 16; i++)
        a->ZoneIndices[i] = has6 && i && i != 14 && i != 15 ? link->Index : 0;
    a->ZoneIndices[14] = has6;
    a->TransmitLinkSpeed = a->ReceiveLinkSpeed = link->Speed ? link->Speed : ~(ULONG64)0;
    a->Ipv4Metric = a->Ipv6Metric = link->Flags & NSI_LOOPBACK ? 75 : 25;
    a->Luid = iphlp_luid(link);
    a->CompartmentId = 1;
    a->NetworkGuid = iphlp_guid(link);
    a->ConnectionType = NET_IF_CONNECTION_DEDICATED;
    a->TunnelType = TUNNEL_TYPE_NONE;
    return a;
}

ULONG WINAPI GetAdaptersAddresses(ULONG family, ULONG flags, PVOID reserved,
                                  PIP_ADAPTER_ADDRESSES addresses, PULONG size)
{
    struct layout l;
    struct snapshot s;
    SOCKADDR_INET servers[MAX_SERVERS];
    char suffix[256];
    WCHAR wide[256];
    unsigned server_count;
    ULONG bytes = 0, shown = 0;
    IP_ADAPTER_ADDRESSES_LH *last = NULL;
    DWORD error;

    if (reserved || !size ||
        (family != AF_UNSPEC && family != AF_INET && family != AF_INET6))
        return ERROR_INVALID_PARAMETER;
    error = iphlp_take(&s, WITH_ADDRESSES | WITH_ROUTES);
    if (error)
        return error;
    server_count = iphlp_name_servers(servers, MAX_SERVERS, suffix);
    RtlUTF8ToUnicodeN(wide, sizeof(wide) - sizeof(WCHAR), &bytes, suffix,
                      (ULONG)ansi_length(suffix));
    wide[bytes / sizeof(WCHAR)] = 0;
    l = (struct layout){(char *)addresses, 0, addresses ? *size : 0};
    for (ULONG i = 0; i < s.link_count; i++) {
        IP_ADAPTER_ADDRESSES_LH *a;

        if (!is_shown(&s, &s.links[i], family, flags))
            continue;
        shown++;
        a = place_adapter(&l, &s, &s.links[i], family, flags, servers, server_count, wide);
        if (last)
            last->Next = a;
        last = a;
    }
    iphlp_forget(&s);
    if (!shown)
        return ERROR_NO_DATA;
    error = l.used > l.room ? ERROR_BUFFER_OVERFLOW : NO_ERROR;
    *size = (ULONG)l.used;
    return error;
}

static void put_v4(IP_ADDRESS_STRING *to, const UCHAR *bytes)
{
    inet_ntop(AF_INET, bytes, to->String, sizeof(to->String));
}

static void put_mask(IP_ADDRESS_STRING *to, unsigned prefix)
{
    ULONG mask = prefix ? htonl(0xffffffffu << (32 - prefix)) : 0;

    put_v4(to, (const UCHAR *)&mask);
}

static void put_info(struct layout *l, const struct snapshot *s, const NSI_LINK *link,
                     IP_ADAPTER_INFO *info)
{
    IP_ADDR_STRING *at = info ? &info->IpAddressList : NULL;
    BOOL first = TRUE;

    for (ULONG i = 0; i < s->address_count; i++) {
        const NSI_ADDRESS *a = &s->addresses[i];

        if (a->Index != link->Index || a->Family != AF_INET || a->Prefix > 32)
            continue;
        if (!first) {
            IP_ADDR_STRING *more = place(l, sizeof(*more));

            if (at)
                at->Next = more;
            at = more;
        }
        first = FALSE;
        if (at) {
            put_v4(&at->IpAddress, a->Address);
            put_mask(&at->IpMask, a->Prefix);
            at->Context = *(const DWORD *)a->Address;
        }
    }
    if (!info)
        return;
    iphlp_guid_text(link, info->AdapterName);
    memcpy(info->Description, link->Name, ansi_length((const char *)link->Name) + 1);
    info->AddressLength = link->AddressLength <= MAX_ADAPTER_ADDRESS_LENGTH ? link->AddressLength
                                                                            : 0;
    memcpy(info->Address, link->Address, info->AddressLength);
    info->Index = info->ComboIndex = link->Index;
    info->Type = link->Type;
    for (int i = 0; i < 2; i++) {
        IP_ADDR_STRING *none = i ? &info->GatewayList : &info->IpAddressList;

        if (none->IpAddress.String[0])
            continue;
        memcpy(none->IpAddress.String, "0.0.0.0", 8);
        memcpy(none->IpMask.String, "0.0.0.0", 8);
    }
    for (ULONG i = 0; i < s->route_count; i++)
        if (s->routes[i].Index == link->Index && s->routes[i].Family == AF_INET &&
            !s->routes[i].Prefix && !s->routes[i].OnLink) {
            put_v4(&info->GatewayList.IpAddress, s->routes[i].Gateway);
            memcpy(info->GatewayList.IpMask.String, "255.255.255.255", 16);
            break;
        }
}

DWORD WINAPI GetAdaptersInfo(PIP_ADAPTER_INFO info, PULONG size)
{
    struct layout l;
    struct snapshot s;
    IP_ADAPTER_INFO *last = NULL;
    ULONG shown = 0;
    DWORD error;

    if (!size)
        return ERROR_INVALID_PARAMETER;
    error = iphlp_take(&s, WITH_ADDRESSES | WITH_ROUTES);
    if (error)
        return error;
    l = (struct layout){(char *)info, 0, info ? *size : 0};
    for (ULONG i = 0; i < s.link_count; i++) {
        IP_ADAPTER_INFO *at;

        if ((s.links[i].Flags & NSI_LOOPBACK) || !is_shown(&s, &s.links[i], AF_UNSPEC, 0))
            continue;
        shown++;
        at = place(&l, sizeof(*at));
        put_info(&l, &s, &s.links[i], at);
        if (last)
            last->Next = at;
        last = at;
    }
    iphlp_forget(&s);
    if (!shown)
        return ERROR_NO_DATA;
    error = l.used > l.room ? ERROR_BUFFER_OVERFLOW : NO_ERROR;
    *size = (ULONG)l.used;
    return error;
}

DWORD WINAPI GetNetworkParams(PFIXED_INFO info, PULONG size)
{
    struct layout l;
    SOCKADDR_INET servers[MAX_SERVERS];
    char suffix[256];
    unsigned n = iphlp_name_servers(servers, MAX_SERVERS, suffix);
    FIXED_INFO *at;
    IP_ADDR_STRING *list;
    DWORD length = sizeof(at->HostName), error;
    BOOL first = TRUE;

    if (!size)
        return ERROR_INVALID_PARAMETER;
    l = (struct layout){(char *)info, 0, info ? *size : 0};
    at = place(&l, sizeof(*at));
    list = at ? &at->DnsServerList : NULL;
    for (unsigned i = 0; i < n; i++) {
        if (servers[i].si_family != AF_INET)
            continue;
        if (!first) {
            IP_ADDR_STRING *more = place(&l, sizeof(*more));

            if (list)
                list->Next = more;
            list = more;
        }
        first = FALSE;
        if (list)
            put_v4(&list->IpAddress, (const UCHAR *)&servers[i].Ipv4.sin_addr);
    }
    error = l.used > l.room ? ERROR_BUFFER_OVERFLOW : NO_ERROR;
    *size = (ULONG)l.used;
    if (error)
        return error;
    if (!GetComputerNameExA(ComputerNameDnsHostname, at->HostName, &length))
        at->HostName[0] = 0;
    if (ansi_length(suffix) < sizeof(at->DomainName))
        memcpy(at->DomainName, suffix, ansi_length(suffix) + 1);
    at->CurrentDnsServer = &at->DnsServerList;
    at->NodeType = 8; /* hybrid, which is Windows' default */
    at->EnableDns = n != 0;
    return NO_ERROR;
}
