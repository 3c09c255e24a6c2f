/*
 * Tables of TCP and UDP sockets.
 */
#include "iphlp.h"

static DWORD take(NSI_ENDPOINT **list, ULONG *count)
{
    NTSTATUS status = nsi_list(IOCTL_NSI_ENDPOINTS, sizeof(**list), (void **)list, count);

    return NT_SUCCESS(status) ? NO_ERROR : RtlNtStatusToDosError(status);
}

static DWORD port_of(USHORT port)
{
    return htons(port);
}

/* What a row of one of the tables is made of; sizes of all documented ones. */
struct shape {
    DWORD row, state, local, local_scope, local_port, remote, remote_scope, remote_port, pid;
};
#define NONE 0xffffffffu

static const struct shape tcp4 = {24, 0, 4, NONE, 8, 12, NONE, 16, 20};
static const struct shape tcp4_basic = {20, 0, 4, NONE, 8, 12, NONE, 16, NONE};
static const struct shape tcp4_module = {160, 0, 4, NONE, 8, 12, NONE, 16, 20};
static const struct shape tcp6 = {56, 48, 0, 16, 20, 24, 40, 44, 52};
static const struct shape tcp6_module = {192, 48, 0, 16, 20, 24, 40, 44, 52};
static const struct shape udp4 = {12, NONE, 0, NONE, 4, NONE, NONE, NONE, 8};
static const struct shape udp4_basic = {8, NONE, 0, NONE, 4, NONE, NONE, NONE, NONE};
static const struct shape udp4_module = {160, NONE, 0, NONE, 4, NONE, NONE, NONE, 8};
static const struct shape udp6 = {28, NONE, 0, 16, 20, NONE, NONE, NONE, 24};
static const struct shape udp6_basic = {24, NONE, 0, 16, 20, NONE, NONE, NONE, NONE};
static const struct shape udp6_module = {176, NONE, 0, 16, 20, NONE, NONE, NONE, 24};

_Static_assert(sizeof(MIB_TCPROW_OWNER_PID) == 24 && sizeof(MIB_TCPROW) == 20 &&
                   sizeof(MIB_TCPROW_OWNER_MODULE) == 160 && sizeof(MIB_TCP6ROW_OWNER_PID) == 56 &&
                   sizeof(MIB_TCP6ROW_OWNER_MODULE) == 192 && sizeof(MIB_UDPROW_OWNER_PID) == 12 &&
                   sizeof(MIB_UDP6ROW_OWNER_PID) == 28 && sizeof(MIB_UDPROW_OWNER_MODULE) == 160 &&
                   sizeof(MIB_UDP6ROW_OWNER_MODULE) == 176,
               "rows");

static void put(char *row, DWORD at, DWORD value)
{
    if (at != NONE)
        memcpy(row + at, &value, sizeof(value));
}

/* which: 0 all, 1 listeners, 2 connections. The rows with 64-bit members begin at 8. */
static DWORD give(UCHAR protocol, USHORT family, int which, const struct shape *shape, void *out,
                  PDWORD size)
{
    NSI_ENDPOINT *list;
    ULONG count, n = 0, head = shape->row % 8 == 0 && shape->row > 100 ? 8 : 4, total;
    DWORD error = size ? take(&list, &count) : ERROR_INVALID_PARAMETER;
    char *table;

    if (error)
        return error;
    table = heap_zalloc(head + (SIZE_T)count * shape->row);
    if (!table) {
        heap_free(list);
        return ERROR_NOT_ENOUGH_MEMORY;
    }
    for (ULONG i = 0; i < count; i++) {
        const NSI_ENDPOINT *e = &list[i];
        char *row = table + head + (SIZE_T)n * shape->row;
        SIZE_T length = family == AF_INET ? 4 : 16;
        BOOL listens = e->State == MIB_TCP_STATE_LISTEN;

        if (e->Protocol != protocol || e->Family != family || (which == 1 && !listens) ||
            (which == 2 && listens))
            continue;
        put(row, shape->state, e->State);
        memcpy(row + shape->local, e->Local, length);
        put(row, shape->local_port, port_of(e->LocalPort));
        if (shape->remote != NONE)
            memcpy(row + shape->remote, e->Remote, length);
        put(row, shape->remote_port, port_of(e->RemotePort));
        put(row, shape->pid, e->Process);
        n++;
    }
    memcpy(table, &n, sizeof(n));
    total = head + n * shape->row;
    error = iphlp_give(table, total, out, size);
    heap_free(table);
    heap_free(list);
    return error;
}

DWORD WINAPI GetExtendedTcpTable(PVOID table, PDWORD size, WINBOOL ordered, ULONG family,
                                 TCP_TABLE_CLASS class, ULONG reserved)
{
    static const int which[] = {1, 2, 0};

    (void)ordered, (void)reserved;
    if ((family != AF_INET && family != AF_INET6) || (unsigned)class > TCP_TABLE_OWNER_MODULE_ALL)
        return ERROR_INVALID_PARAMETER;
    if (class <= TCP_TABLE_BASIC_ALL)
        return family == AF_INET ? give(IPPROTO_TCP, AF_INET, which[class], &tcp4_basic, table, size)
                                 : ERROR_NOT_SUPPORTED;
    if (class <= TCP_TABLE_OWNER_PID_ALL)
        return give(IPPROTO_TCP, (USHORT)family, which[class - TCP_TABLE_OWNER_PID_LISTENER],
                    family == AF_INET ? &tcp4 : &tcp6, table, size);
    return give(IPPROTO_TCP, (USHORT)family, which[class - TCP_TABLE_OWNER_MODULE_LISTENER],
                family == AF_INET ? &tcp4_module : &tcp6_module, table, size);
}

DWORD WINAPI GetExtendedUdpTable(PVOID table, PDWORD size, WINBOOL ordered, ULONG family,
                                 UDP_TABLE_CLASS class, ULONG reserved)
{
    static const struct shape *const shapes[2][3] = {{&udp4_basic, &udp4, &udp4_module},
                                                     {&udp6_basic, &udp6, &udp6_module}};

    (void)ordered, (void)reserved;
    if ((family != AF_INET && family != AF_INET6) || (unsigned)class > UDP_TABLE_OWNER_MODULE)
        return ERROR_INVALID_PARAMETER;
    return give(IPPROTO_UDP, (USHORT)family, 0, shapes[family == AF_INET6][class], table, size);
}

ULONG WINAPI GetTcpTable(PMIB_TCPTABLE table, PULONG size, WINBOOL ordered)
{
    (void)ordered;
    return give(IPPROTO_TCP, AF_INET, 0, &tcp4_basic, table, size);
}

ULONG WINAPI GetUdpTable(PMIB_UDPTABLE table, PULONG size, WINBOOL ordered)
{
    (void)ordered;
    return give(IPPROTO_UDP, AF_INET, 0, &udp4_basic, table, size);
}
