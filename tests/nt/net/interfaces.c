/* Interfaces, their addresses and routes, as iphlpapi tells them. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <iphlpapi.h>
#include <netioapi.h>

#include "tests/nt/check.h"

static ULONG loopback_index;

static void test_adapters(void)
{
    ULONG size = 0, shown = 0;
    IP_ADAPTER_ADDRESSES *list, *a;
    BOOL found = FALSE;

    CHECK_EQ(GetAdaptersAddresses(AF_UNSPEC, 0, NULL, NULL, &size), ERROR_BUFFER_OVERFLOW);
    CHECK(size > sizeof(*list));
    CHECK_EQ(GetAdaptersAddresses(AF_UNSPEC, 0, NULL, NULL, NULL), ERROR_INVALID_PARAMETER);
    CHECK_EQ(GetAdaptersAddresses(1234, 0, NULL, NULL, &size), ERROR_INVALID_PARAMETER);
    size *= 2;
    list = malloc(size);
    CHECK_EQ(GetAdaptersAddresses(AF_UNSPEC, GAA_FLAG_INCLUDE_PREFIX | GAA_FLAG_INCLUDE_GATEWAYS,
                                  NULL, list, &size), 0);
    for (a = list; a; a = a->Next) {
        shown++;
        CHECK(a->AdapterName && a->AdapterName[0] == '{');
        CHECK(a->FriendlyName && a->FriendlyName[0]);
        CHECK(a->IfIndex || a->Ipv6IfIndex);
        for (IP_ADAPTER_UNICAST_ADDRESS *u = a->FirstUnicastAddress; u; u = u->Next) {
            struct sockaddr_in *v4 = (struct sockaddr_in *)u->Address.lpSockaddr;

            if (v4->sin_family != AF_INET || v4->sin_addr.s_addr != htonl(INADDR_LOOPBACK))
                continue;
            found = TRUE;
            loopback_index = a->IfIndex;
            CHECK_EQ(a->IfType, IF_TYPE_SOFTWARE_LOOPBACK);
            CHECK_EQ(a->OperStatus, IfOperStatusUp);
            CHECK_EQ(u->OnLinkPrefixLength, 8);
        }
    }
    CHECK(shown && found);
    free(list);
}

static void test_names(void)
{
    NET_LUID luid, again;
    NET_IFINDEX index;
    WCHAR alias[NDIS_IF_MAX_STRING_SIZE + 1], name[NDIS_IF_MAX_STRING_SIZE + 1];
    char narrow[NDIS_IF_MAX_STRING_SIZE + 1];
    GUID id;

    CHECK_EQ(ConvertInterfaceIndexToLuid(loopback_index, &luid), 0);
    CHECK_EQ(luid.Info.IfType, IF_TYPE_SOFTWARE_LOOPBACK);
    CHECK_EQ(ConvertInterfaceLuidToIndex(&luid, &index), 0);
    CHECK_EQ(index, loopback_index);
    CHECK_EQ(ConvertInterfaceLuidToGuid(&luid, &id), 0);
    CHECK_EQ(ConvertInterfaceGuidToLuid(&id, &again), 0);
    CHECK_EQ(again.Value, luid.Value);
    CHECK_EQ(ConvertInterfaceLuidToAlias(&luid, alias, ARRAYSIZE(alias)), 0);
    CHECK_EQ(ConvertInterfaceAliasToLuid(alias, &again), 0);
    CHECK_EQ(again.Value, luid.Value);
    CHECK_EQ(ConvertInterfaceLuidToNameW(&luid, name, ARRAYSIZE(name)), 0);
    CHECK_EQ(ConvertInterfaceNameToLuidW(name, &again), 0);
    CHECK_EQ(again.Value, luid.Value);
    CHECK_EQ(ConvertInterfaceLuidToAlias(&luid, alias, 1), ERROR_NOT_ENOUGH_MEMORY);
    CHECK_EQ(ConvertInterfaceIndexToLuid(0xfffff, &luid), ERROR_FILE_NOT_FOUND);
    CHECK(if_indextoname(loopback_index, narrow) == narrow);
    CHECK_EQ(if_nametoindex(narrow), loopback_index);
    CHECK_EQ(if_nametoindex("no such interface"), 0);
}

static void test_tables(void)
{
    MIB_IF_TABLE2 *links;
    MIB_IF_ROW2 row = {.InterfaceIndex = loopback_index};
    MIB_UNICASTIPADDRESS_TABLE *addresses;
    MIB_IPFORWARD_TABLE2 *routes;
    MIB_IPADDRTABLE *v4;
    MIB_IFROW old = {.dwIndex = loopback_index};
    ULONG size = 0;
    DWORD count = 0, best;
    BOOL found = FALSE;

    CHECK_EQ(GetIfTable2(&links), 0);
    CHECK(links->NumEntries > 0);
    CHECK_EQ(GetNumberOfInterfaces(&count), 0);
    CHECK_EQ(GetIfEntry2(&row), 0);
    CHECK_EQ(row.Type, IF_TYPE_SOFTWARE_LOOPBACK);
    CHECK_EQ(GetIfEntry(&old), 0);
    CHECK_EQ(old.dwType, IF_TYPE_SOFTWARE_LOOPBACK);
    FreeMibTable(links);
    CHECK_EQ(GetUnicastIpAddressTable(AF_INET, &addresses), 0);
    for (ULONG i = 0; i < addresses->NumEntries; i++)
        found |= addresses->Table[i].Address.Ipv4.sin_addr.s_addr == htonl(INADDR_LOOPBACK);
    CHECK(found);
    FreeMibTable(addresses);
    CHECK_EQ(GetIpForwardTable2(AF_INET, &routes), 0);
    FreeMibTable(routes);
    CHECK_EQ(GetIpAddrTable(NULL, &size, TRUE), ERROR_INSUFFICIENT_BUFFER);
    v4 = malloc(size);
    CHECK_EQ(GetIpAddrTable(v4, &size, TRUE), 0);
    found = FALSE;
    for (DWORD i = 0; i < v4->dwNumEntries; i++)
        found |= v4->table[i].dwAddr == htonl(INADDR_LOOPBACK);
    CHECK(found);
    free(v4);
    CHECK_EQ(GetBestInterface(htonl(INADDR_LOOPBACK), &best), 0);
    CHECK_EQ(best, loopback_index);
}

static void test_parameters(void)
{
    ULONG size = 0;
    FIXED_INFO *info;

    CHECK_EQ(GetNetworkParams(NULL, &size), ERROR_BUFFER_OVERFLOW);
    info = malloc(size);
    CHECK_EQ(GetNetworkParams(info, &size), 0);
    CHECK(info->HostName[0] != 0);
    free(info);
}

/* A listening socket of this process is in the table, with its process. */
static void test_sockets(void)
{
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in at = {.sin_family = AF_INET};
    int n = sizeof(at);
    DWORD size = 0;
    MIB_TCPTABLE_OWNER_PID *table;
    BOOL found = FALSE;

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK_EQ(bind(s, (struct sockaddr *)&at, sizeof(at)), 0);
    CHECK_EQ(listen(s, 1), 0);
    CHECK_EQ(getsockname(s, (struct sockaddr *)&at, &n), 0);
    CHECK_EQ(GetExtendedTcpTable(NULL, &size, TRUE, AF_INET, TCP_TABLE_OWNER_PID_ALL, 0),
             ERROR_INSUFFICIENT_BUFFER);
    size += 4096;
    table = malloc(size);
    CHECK_EQ(GetExtendedTcpTable(table, &size, TRUE, AF_INET, TCP_TABLE_OWNER_PID_ALL, 0), 0);
    for (DWORD i = 0; i < table->dwNumEntries; i++)
        if (table->table[i].dwLocalPort == at.sin_port &&
            table->table[i].dwState == MIB_TCP_STATE_LISTEN) {
            found = TRUE;
            CHECK_EQ(table->table[i].dwOwningPid, GetCurrentProcessId());
        }
    CHECK(found);
    free(table);
    closesocket(s);
}

int main(void)
{
    WSADATA data;

    WSAStartup(MAKEWORD(2, 2), &data);
    test_adapters();
    test_names();
    test_tables();
    test_parameters();
    test_sockets();
    return check_done();
}
