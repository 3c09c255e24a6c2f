/*
 * Tables of interfaces, addresses, routes and neighbours, in the old and the new form.
 */
#include "iphlp.h"

VOID WINAPI FreeMibTable(PVOID table)
{
    heap_free(table);
}

/* ---- Interfaces ---- */

static void if_row2(const NSI_LINK *link, MIB_IF_ROW2 *row)
{
    memset(row, 0, sizeof(*row));
    row->InterfaceLuid = iphlp_luid(link);
    row->InterfaceIndex = link->Index;
    row->InterfaceGuid = row->NetworkGuid = iphlp_guid(link);
    iphlp_alias(link, row->Alias, ARRAYSIZE(row->Alias));
    iphlp_alias(link, row->Description, ARRAYSIZE(row->Description));
    row->PhysicalAddressLength = link->AddressLength < IF_MAX_PHYS_ADDRESS_LENGTH
                                     ? link->AddressLength
                                     : IF_MAX_PHYS_ADDRESS_LENGTH;
    memcpy(row->PhysicalAddress, link->Address, row->PhysicalAddressLength);
    memcpy(row->PermanentPhysicalAddress, link->Address, row->PhysicalAddressLength);
    row->Mtu = link->Mtu;
    row->Type = link->Type;
    row->MediaType = link->Flags & NSI_LOOPBACK ? NdisMediumLoopback : NdisMedium802_3;
    row->PhysicalMediumType = link->Flags & NSI_LOOPBACK ? NdisPhysicalMediumUnspecified
                                                         : NdisPhysicalMedium802_3;
    row->AccessType = link->Flags & NSI_LOOPBACK         ? NET_IF_ACCESS_LOOPBACK
                      : link->Flags & NSI_POINT_TO_POINT ? NET_IF_ACCESS_POINT_TO_POINT
                                                         : NET_IF_ACCESS_BROADCAST;
    row->DirectionType = NET_IF_DIRECTION_SENDRECEIVE;
    row->InterfaceAndOperStatusFlags.HardwareInterface = !(link->Flags & NSI_VIRTUAL);
    row->InterfaceAndOperStatusFlags.ConnectorPresent = !(link->Flags & NSI_VIRTUAL);
    row->InterfaceAndOperStatusFlags.NotMediaConnected = !(link->Flags & NSI_RUNNING);
    row->OperStatus = iphlp_status(link);
    row->AdminStatus = link->Flags & NSI_UP ? NET_IF_ADMIN_STATUS_UP : NET_IF_ADMIN_STATUS_DOWN;
    row->MediaConnectState =
        link->Flags & NSI_RUNNING ? MediaConnectStateConnected : MediaConnectStateDisconnected;
    row->ConnectionType = NET_IF_CONNECTION_DEDICATED;
    row->TransmitLinkSpeed = row->ReceiveLinkSpeed = link->Speed;
    row->InOctets = row->InUcastOctets = link->InOctets;
    row->InUcastPkts = link->InPackets - link->InMulticast;
    row->InNUcastPkts = link->InMulticast;
    row->InDiscards = link->InDiscards;
    row->InErrors = link->InErrors;
    row->OutOctets = row->OutUcastOctets = link->OutOctets;
    row->OutUcastPkts = link->OutPackets;
    row->OutDiscards = link->OutDiscards;
    row->OutErrors = link->OutErrors;
}

NETIO_STATUS WINAPI GetIfTable2Ex(MIB_IF_TABLE_LEVEL level, PMIB_IF_TABLE2 *table)
{
    struct snapshot s;
    MIB_IF_TABLE2 *t;
    DWORD error = table && (unsigned)level <= 2 ? iphlp_take(&s, 0) : ERROR_INVALID_PARAMETER;

    if (error)
        return error;
    t = heap_zalloc(sizeof(*t) + s.link_count * sizeof(t->Table[0]));
    if (t) {
        t->NumEntries = s.link_count;
        for (ULONG i = 0; i < s.link_count; i++)
            if_row2(&s.links[i], &t->Table[i]);
    }
    iphlp_forget(&s);
    *table = t;
    return t ? NO_ERROR : ERROR_NOT_ENOUGH_MEMORY;
}

NETIO_STATUS WINAPI GetIfTable2(PMIB_IF_TABLE2 *table)
{
    return GetIfTable2Ex(MibIfTableNormal, table);
}

NETIO_STATUS WINAPI GetIfEntry2(PMIB_IF_ROW2 row)
{
    struct snapshot s;
    DWORD error = row ? iphlp_take(&s, 0) : ERROR_INVALID_PARAMETER;

    if (error)
        return error;
    error = ERROR_FILE_NOT_FOUND;
    for (ULONG i = 0; i < s.link_count && error; i++)
        if (row->InterfaceLuid.Value ? iphlp_luid(&s.links[i]).Value == row->InterfaceLuid.Value
                                     : s.links[i].Index == row->InterfaceIndex) {
            if_row2(&s.links[i], row);
            error = NO_ERROR;
        }
    iphlp_forget(&s);
    return error;
}

static void if_row(const NSI_LINK *link, MIB_IFROW *row)
{
    SIZE_T n = ansi_length((const char *)link->Name);

    memset(row, 0, sizeof(*row));
    iphlp_alias(link, row->wszName, ARRAYSIZE(row->wszName));
    row->dwIndex = link->Index;
    row->dwType = link->Type;
    row->dwMtu = link->Mtu;
    row->dwSpeed = link->Speed > MAXDWORD ? MAXDWORD : (DWORD)link->Speed;
    row->dwPhysAddrLen = link->AddressLength <= MAXLEN_PHYSADDR ? link->AddressLength : 0;
    memcpy(row->bPhysAddr, link->Address, row->dwPhysAddrLen);
    row->dwAdminStatus = link->Flags & NSI_UP ? MIB_IF_ADMIN_STATUS_UP : MIB_IF_ADMIN_STATUS_DOWN;
    row->dwOperStatus = iphlp_status(link) == IfOperStatusUp ? MIB_IF_OPER_STATUS_OPERATIONAL
                                                             : MIB_IF_OPER_STATUS_NON_OPERATIONAL;
    row->dwInOctets = (DWORD)link->InOctets;
    row->dwInUcastPkts = (DWORD)(link->InPackets - link->InMulticast);
    row->dwInNUcastPkts = (DWORD)link->InMulticast;
    row->dwInDiscards = (DWORD)link->InDiscards;
    row->dwInErrors = (DWORD)link->InErrors;
    row->dwOutOctets = (DWORD)link->OutOctets;
    row->dwOutUcastPkts = (DWORD)link->OutPackets;
    row->dwOutDiscards = (DWORD)link->OutDiscards;
    row->dwOutErrors = (DWORD)link->OutErrors;
    row->dwDescrLen = (DWORD)n;
    memcpy(row->bDescr, link->Name, n);
}

DWORD WINAPI GetIfEntry(PMIB_IFROW row)
{
    struct snapshot s;
    const NSI_LINK *link;
    DWORD error = row ? iphlp_take(&s, 0) : ERROR_INVALID_PARAMETER;

    if (error)
        return error;
    link = iphlp_link(&s, row->dwIndex);
    if (link)
        if_row(link, row);
    iphlp_forget(&s);
    return link ? NO_ERROR : ERROR_INVALID_DATA;
}

DWORD WINAPI GetNumberOfInterfaces(PDWORD count)
{
    struct snapshot s;
    DWORD error = count ? iphlp_take(&s, 0) : ERROR_INVALID_PARAMETER;

    if (!error) {
        *count = s.link_count;
        iphlp_forget(&s);
    }
    return error;
}

/* The old tables: rows in an order that may be asked for, made by a function each. */
static void sort(char *rows, SIZE_T size, DWORD count, int (*compare)(const void *, const void *))
{
    char *hold = heap_alloc(size);

    if (!hold)
        return; /* an order is a wish */
    for (DWORD i = 1; i < count; i++) {
        DWORD k = i;

        memcpy(hold, rows + i * size, size);
        for (; k && compare(rows + (k - 1) * size, hold) > 0; k--)
            memcpy(rows + k * size, rows + (k - 1) * size, size);
        memcpy(rows + k * size, hold, size);
    }
    heap_free(hold);
}

static int by_first(const void *a, const void *b)
{
    DWORD x, y;

    memcpy(&x, a, sizeof(x));
    memcpy(&y, b, sizeof(y));
    x = ntohl(x);
    y = ntohl(y);
    return x < y ? -1 : x > y;
}

DWORD WINAPI GetIfTable(PMIB_IFTABLE table, PULONG size, WINBOOL ordered)
{
    struct snapshot s;
    MIB_IFTABLE *t;
    DWORD error = size ? iphlp_take(&s, 0) : ERROR_INVALID_PARAMETER;

    (void)ordered; /* by index, as the host has them */
    if (error)
        return error;
    t = heap_zalloc(sizeof(*t) + s.link_count * sizeof(t->table[0]));
    if (t) {
        t->dwNumEntries = s.link_count;
        for (ULONG i = 0; i < s.link_count; i++)
            if_row(&s.links[i], &t->table[i]);
        error = iphlp_give(t, (ULONG)(offsetof(MIB_IFTABLE, table) +
                                      s.link_count * sizeof(t->table[0])),
                           table, size);
    }
    iphlp_forget(&s);
    heap_free(t);
    return t ? error : ERROR_NOT_ENOUGH_MEMORY;
}

/* ---- Addresses ---- */

DWORD WINAPI GetIpAddrTable(PMIB_IPADDRTABLE table, PULONG size, WINBOOL ordered)
{
    struct snapshot s;
    MIB_IPADDRTABLE *t;
    DWORD error = size ? iphlp_take(&s, WITH_ADDRESSES) : ERROR_INVALID_PARAMETER;

    if (error)
        return error;
    t = heap_zalloc(sizeof(*t) + s.address_count * sizeof(t->table[0]));
    if (t) {
        for (ULONG i = 0; i < s.address_count; i++) {
            const NSI_ADDRESS *a = &s.addresses[i];
            MIB_IPADDRROW *row = &t->table[t->dwNumEntries];

            if (a->Family != AF_INET || a->Prefix > 32)
                continue;
            memcpy(&row->dwAddr, a->Address, 4);
            row->dwIndex = a->Index;
            row->dwMask = a->Prefix ? htonl(0xffffffffu << (32 - a->Prefix)) : 0;
            row->dwBCastAddr = 1; /* as Windows has it: all ones */
            row->dwReasmSize = 65535;
            row->wType = MIB_IPADDR_PRIMARY;
            t->dwNumEntries++;
        }
        if (ordered)
            sort((char *)t->table, sizeof(t->table[0]), t->dwNumEntries, by_first);
        error = iphlp_give(t, (ULONG)(offsetof(MIB_IPADDRTABLE, table) +
                                      t->dwNumEntries * sizeof(t->table[0])),
                           table, size);
    }
    iphlp_forget(&s);
    heap_free(t);
    return t ? error : ERROR_NOT_ENOUGH_MEMORY;
}

static BOOL family_ok(ADDRESS_FAMILY family)
{
    return family == AF_UNSPEC || family == AF_INET || family == AF_INET6;
}

NETIO_STATUS WINAPI GetUnicastIpAddressTable(ADDRESS_FAMILY family, PMIB_UNICASTIPADDRESS_TABLE *table)
{
    struct snapshot s;
    MIB_UNICASTIPADDRESS_TABLE *t;
    DWORD error = table && family_ok(family) ? iphlp_take(&s, WITH_ADDRESSES)
                                             : ERROR_INVALID_PARAMETER;

    if (error)
        return error;
    t = heap_zalloc(sizeof(*t) + s.address_count * sizeof(t->Table[0]));
    for (ULONG i = 0; t && i < s.address_count; i++) {
        const NSI_ADDRESS *a = &s.addresses[i];
        const NSI_LINK *link = iphlp_link(&s, a->Index);
        MIB_UNICASTIPADDRESS_ROW *row = &t->Table[t->NumEntries];

        if (!link || (family != AF_UNSPEC && a->Family != family))
            continue;
        iphlp_address(a->Family, a->Address, a->Index, &row->Address);
        row->InterfaceLuid = iphlp_luid(link);
        row->InterfaceIndex = a->Index;
        row->PrefixOrigin = a->Origin ? IpPrefixOriginDhcp : IpPrefixOriginManual;
        row->SuffixOrigin = a->Origin ? IpSuffixOriginDhcp : IpSuffixOriginManual;
        row->ValidLifetime = a->ValidLifetime;
        row->PreferredLifetime = a->PreferredLifetime;
        row->OnLinkPrefixLength = a->Prefix;
        row->DadState = (NL_DAD_STATE)a->State;
        row->ScopeId.Value = row->Address.si_family == AF_INET6 ? row->Address.Ipv6.sin6_scope_id : 0;
        t->NumEntries++;
    }
    iphlp_forget(&s);
    *table = t;
    if (!t)
        return ERROR_NOT_ENOUGH_MEMORY;
    if (!t->NumEntries) {
        heap_free(t);
        *table = NULL;
        return ERROR_NOT_FOUND;
    }
    return NO_ERROR;
}

NETIO_STATUS WINAPI GetIpInterfaceTable(ADDRESS_FAMILY family, PMIB_IPINTERFACE_TABLE *table)
{
    struct snapshot s;
    MIB_IPINTERFACE_TABLE *t;
    DWORD error = table && family_ok(family) ? iphlp_take(&s, 0) : ERROR_INVALID_PARAMETER;

    if (error)
        return error;
    t = heap_zalloc(sizeof(*t) + 2 * s.link_count * sizeof(t->Table[0]));
    for (ULONG i = 0; t && i < 2 * s.link_count; i++) {
        const NSI_LINK *link = &s.links[i / 2];
        ADDRESS_FAMILY own = i % 2 ? AF_INET6 : AF_INET;
        MIB_IPINTERFACE_ROW *row = &t->Table[t->NumEntries];

        if (family != AF_UNSPEC && family != own)
            continue;
        row->Family = own;
        row->InterfaceLuid = iphlp_luid(link);
        row->InterfaceIndex = link->Index;
        row->NlMtu = link->Mtu;
        row->Connected = (link->Flags & NSI_RUNNING) != 0;
        row->Metric = link->Flags & NSI_LOOPBACK ? 75 : 25;
        row->UseAutomaticMetric = TRUE;
        t->NumEntries++;
    }
    iphlp_forget(&s);
    *table = t;
    return t ? NO_ERROR : ERROR_NOT_ENOUGH_MEMORY;
}

NETIO_STATUS WINAPI GetIpInterfaceEntry(PMIB_IPINTERFACE_ROW row)
{
    MIB_IPINTERFACE_TABLE *t;
    NETIO_STATUS error;

    if (!row || (row->Family != AF_INET && row->Family != AF_INET6))
        return ERROR_INVALID_PARAMETER;
    error = GetIpInterfaceTable(row->Family, &t);
    if (error)
        return error;
    error = ERROR_NOT_FOUND;
    for (ULONG i = 0; i < t->NumEntries && error; i++)
        if (row->InterfaceLuid.Value ? row->InterfaceLuid.Value == t->Table[i].InterfaceLuid.Value
                                     : row->InterfaceIndex == t->Table[i].InterfaceIndex) {
            *row = t->Table[i];
            error = NO_ERROR;
        }
    heap_free(t);
    return error;
}

/* ---- Routes ---- */

static void route_row2(const struct snapshot *s, const NSI_ROUTE *r, MIB_IPFORWARD_ROW2 *row)
{
    const NSI_LINK *link = iphlp_link(s, r->Index);
    static const UCHAR none[16];

    memset(row, 0, sizeof(*row));
    if (link)
        row->InterfaceLuid = iphlp_luid(link);
    row->InterfaceIndex = r->Index;
    iphlp_address(r->Family, r->Destination, 0, &row->DestinationPrefix.Prefix);
    row->DestinationPrefix.PrefixLength = r->Prefix;
    iphlp_address(r->Family, r->OnLink ? none : r->Gateway, 0, &row->NextHop);
    row->ValidLifetime = row->PreferredLifetime = NSI_FOREVER;
    row->Metric = r->Metric;
    row->Protocol = (NL_ROUTE_PROTOCOL)r->Protocol;
    row->Loopback = r->Local;
    row->Immortal = TRUE;
}

NETIO_STATUS WINAPI GetIpForwardTable2(ADDRESS_FAMILY family, PMIB_IPFORWARD_TABLE2 *table)
{
    struct snapshot s;
    MIB_IPFORWARD_TABLE2 *t;
    DWORD error = table && family_ok(family) ? iphlp_take(&s, WITH_ROUTES)
                                             : ERROR_INVALID_PARAMETER;

    if (error)
        return error;
    t = heap_zalloc(sizeof(*t) + s.route_count * sizeof(t->Table[0]));
    for (ULONG i = 0; t && i < s.route_count; i++)
        if (family == AF_UNSPEC || s.routes[i].Family == family)
            route_row2(&s, &s.routes[i], &t->Table[t->NumEntries++]);
    iphlp_forget(&s);
    *table = t;
    return t ? NO_ERROR : ERROR_NOT_ENOUGH_MEMORY;
}

static void route_row(const NSI_ROUTE *r, MIB_IPFORWARDROW *row)
{
    memset(row, 0, sizeof(*row));
    memcpy(&row->dwForwardDest, r->Destination, 4);
    row->dwForwardMask = r->Prefix ? htonl(0xffffffffu << (32 - r->Prefix)) : 0;
    memcpy(&row->dwForwardNextHop, r->Gateway, 4);
    row->dwForwardIfIndex = r->Index;
    row->dwForwardType = r->OnLink ? MIB_IPROUTE_TYPE_DIRECT : MIB_IPROUTE_TYPE_INDIRECT;
    row->dwForwardProto = r->Protocol;
    row->dwForwardMetric1 = r->Metric;
    row->dwForwardMetric2 = row->dwForwardMetric3 = row->dwForwardMetric4 =
        row->dwForwardMetric5 = MIB_IPROUTE_METRIC_UNUSED;
}

DWORD WINAPI GetIpForwardTable(PMIB_IPFORWARDTABLE table, PULONG size, WINBOOL ordered)
{
    struct snapshot s;
    MIB_IPFORWARDTABLE *t;
    DWORD error = size ? iphlp_take(&s, WITH_ROUTES) : ERROR_INVALID_PARAMETER;

    if (error)
        return error;
    t = heap_zalloc(sizeof(*t) + s.route_count * sizeof(t->table[0]));
    if (t) {
        for (ULONG i = 0; i < s.route_count; i++)
            if (s.routes[i].Family == AF_INET && s.routes[i].Prefix <= 32)
                route_row(&s.routes[i], &t->table[t->dwNumEntries++]);
        if (ordered)
            sort((char *)t->table, sizeof(t->table[0]), t->dwNumEntries, by_first);
        error = iphlp_give(t, (ULONG)(offsetof(MIB_IPFORWARDTABLE, table) +
                                      t->dwNumEntries * sizeof(t->table[0])),
                           table, size);
    }
    iphlp_forget(&s);
    heap_free(t);
    return t ? error : ERROR_NOT_ENOUGH_MEMORY;
}

static const UCHAR *bytes_of(const SOCKADDR_INET *a)
{
    return a->si_family == AF_INET ? (const UCHAR *)&a->Ipv4.sin_addr
                                   : (const UCHAR *)&a->Ipv6.sin6_addr;
}

static DWORD best(const SOCKADDR_INET *to, struct snapshot *s, const NSI_ROUTE **route)
{
    DWORD error;

    if (to->si_family != AF_INET && to->si_family != AF_INET6)
        return ERROR_INVALID_PARAMETER;
    error = iphlp_take(s, WITH_ADDRESSES | WITH_ROUTES);
    if (error)
        return error;
    *route = iphlp_route(s, to->si_family, bytes_of(to));
    if (*route)
        return NO_ERROR;
    iphlp_forget(s);
    return ERROR_NETWORK_UNREACHABLE;
}

DWORD WINAPI GetBestInterfaceEx(struct sockaddr *to, PDWORD index)
{
    struct snapshot s;
    const NSI_ROUTE *r;
    SOCKADDR_INET address;
    DWORD error;

    if (!to || !index)
        return ERROR_INVALID_PARAMETER;
    memset(&address, 0, sizeof(address));
    memcpy(&address, to,
           to->sa_family == AF_INET6 ? sizeof(address.Ipv6) : sizeof(address.Ipv4));
    error = best(&address, &s, &r);
    if (error)
        return error;
    *index = r->Index;
    iphlp_forget(&s);
    return NO_ERROR;
}

DWORD WINAPI GetBestInterface(IPAddr to, PDWORD index)
{
    struct sockaddr_in address;

    memset(&address, 0, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = to;
    return GetBestInterfaceEx((struct sockaddr *)&address, index);
}

DWORD WINAPI GetBestRoute(DWORD to, DWORD from, PMIB_IPFORWARDROW row)
{
    struct snapshot s;
    const NSI_ROUTE *r;
    SOCKADDR_INET address;
    DWORD error;

    (void)from;
    if (!row)
        return ERROR_INVALID_PARAMETER;
    iphlp_address(AF_INET, (const UCHAR *)&to, 0, &address);
    error = best(&address, &s, &r);
    if (error)
        return error;
    route_row(r, row);
    iphlp_forget(&s);
    return NO_ERROR;
}

NETIO_STATUS WINAPI GetBestRoute2(NET_LUID *luid, NET_IFINDEX index, const SOCKADDR_INET *from,
                                  const SOCKADDR_INET *to, ULONG options, PMIB_IPFORWARD_ROW2 row,
                                  SOCKADDR_INET *source)
{
    struct snapshot s;
    const NSI_ROUTE *r;
    DWORD error;

    (void)luid, (void)index, (void)options;
    if (!to || !row || !source)
        return ERROR_INVALID_PARAMETER;
    error = best(to, &s, &r);
    if (error)
        return error;
    route_row2(&s, r, row);
    memset(source, 0, sizeof(*source));
    source->si_family = to->si_family;
    if (from && from->si_family == to->si_family)
        *source = *from;
    else
        for (ULONG i = 0; i < s.address_count; i++)
            if (s.addresses[i].Index == r->Index && s.addresses[i].Family == to->si_family) {
                iphlp_address(to->si_family, s.addresses[i].Address, r->Index, source);
                break;
            }
    iphlp_forget(&s);
    return NO_ERROR;
}

/* ---- Neighbours ---- */

NETIO_STATUS WINAPI GetIpNetTable2(ADDRESS_FAMILY family, PMIB_IPNET_TABLE2 *table)
{
    NSI_NEIGHBOUR *list;
    ULONG count;
    struct snapshot s;
    MIB_IPNET_TABLE2 *t;
    DWORD error = table && family_ok(family) ? iphlp_take(&s, 0) : ERROR_INVALID_PARAMETER;
    NTSTATUS status;

    if (error)
        return error;
    status = nsi_list(IOCTL_NSI_NEIGHBOURS, sizeof(*list), (void **)&list, &count);
    if (!NT_SUCCESS(status)) {
        iphlp_forget(&s);
        return RtlNtStatusToDosError(status);
    }
    t = heap_zalloc(sizeof(*t) + count * sizeof(t->Table[0]));
    for (ULONG i = 0; t && i < count; i++) {
        const NSI_LINK *link = iphlp_link(&s, list[i].Index);
        MIB_IPNET_ROW2 *row = &t->Table[t->NumEntries];

        if (family != AF_UNSPEC && list[i].Family != family)
            continue;
        iphlp_address(list[i].Family, list[i].Address, list[i].Index, &row->Address);
        row->InterfaceIndex = list[i].Index;
        if (link)
            row->InterfaceLuid = iphlp_luid(link);
        row->PhysicalAddressLength = list[i].AddressLength;
        memcpy(row->PhysicalAddress, list[i].Physical, list[i].AddressLength);
        row->State = (NL_NEIGHBOR_STATE)list[i].State;
        t->NumEntries++;
    }
    heap_free(list);
    iphlp_forget(&s);
    *table = t;
    if (t && !t->NumEntries) {
        heap_free(t);
        *table = NULL;
        return ERROR_NOT_FOUND;
    }
    return t ? NO_ERROR : ERROR_NOT_ENOUGH_MEMORY;
}
