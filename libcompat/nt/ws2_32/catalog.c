/*
 * The catalogue of transports.
 */
#include "winsock.h"

#define STREAM_FLAGS                                                                               \
    (XP1_GUARANTEED_DELIVERY | XP1_GUARANTEED_ORDER | XP1_GRACEFUL_CLOSE | XP1_EXPEDITED_DATA |    \
     XP1_IFS_HANDLES)
#define DATAGRAM_FLAGS                                                                             \
    (XP1_CONNECTIONLESS | XP1_MESSAGE_ORIENTED | XP1_SUPPORT_BROADCAST | XP1_SUPPORT_MULTIPOINT |  \
     XP1_IFS_HANDLES)

static const struct {
    int family, type, protocol;
    DWORD flags, message_size;
    const WCHAR *name;
} rows[] = {
    {AF_INET, SOCK_STREAM, IPPROTO_TCP, STREAM_FLAGS, 0, L"MSAFD Tcpip [TCP/IP]"},
    {AF_INET, SOCK_DGRAM, IPPROTO_UDP, DATAGRAM_FLAGS, 65507, L"MSAFD Tcpip [UDP/IP]"},
    {AF_INET6, SOCK_STREAM, IPPROTO_TCP, STREAM_FLAGS, 0, L"MSAFD Tcpip [TCP/IPv6]"},
    {AF_INET6, SOCK_DGRAM, IPPROTO_UDP, DATAGRAM_FLAGS, 65507, L"MSAFD Tcpip [UDP/IPv6]"},
    {AF_UNIX, SOCK_STREAM, 0, STREAM_FLAGS & ~XP1_EXPEDITED_DATA, 0, L"AF_UNIX"},
};

/* What the provider of all rows is called; made up, as it is this system's own. */
static const GUID provider = {
    0x5a0e2c31, 0x94d7, 0x4b1f, {0xa2, 0x66, 0x3c, 0x81, 0x0d, 0x7e, 0x55, 0x19}};

static void fill(unsigned i, WSAPROTOCOL_INFOW *info)
{
    memset(info, 0, sizeof(*info));
    info->dwServiceFlags1 = rows[i].flags;
    info->dwProviderFlags = PFL_MATCHES_PROTOCOL_ZERO;
    info->ProviderId = provider;
    info->dwCatalogEntryId = 1001 + i;
    info->ProtocolChain.ChainLen = BASE_PROTOCOL;
    info->iVersion = 2;
    info->iAddressFamily = rows[i].family;
    info->iMaxSockAddr = info->iMinSockAddr = rows[i].family == AF_INET6
                                                  ? (int)sizeof(struct sockaddr_in6)
                                                  : (int)sizeof(struct sockaddr_in);
    if (rows[i].family == AF_UNIX) {
        info->iMinSockAddr = (int)sizeof(ADDRESS_FAMILY);
        info->iMaxSockAddr = WSA_UNIX_ADDRESS;
    }
    info->iSocketType = rows[i].type;
    info->iProtocol = rows[i].protocol;
    info->dwMessageSize = rows[i].message_size;
    memcpy(info->szProtocol, rows[i].name, (wide_length(rows[i].name) + 1) * sizeof(WCHAR));
}

BOOL wsa_protocol(int family, int type, int protocol, WSAPROTOCOL_INFOW *info)
{
    for (unsigned i = 0; i < ARRAYSIZE(rows); i++)
        if (rows[i].family == family && (!type || rows[i].type == type) &&
            (!protocol || rows[i].protocol == protocol)) {
            fill(i, info);
            return TRUE;
        }
    return FALSE;
}

static BOOL asked_for(const INT *protocols, int protocol)
{
    if (!protocols)
        return TRUE;
    for (; *protocols; protocols++)
        if (*protocols == protocol)
            return TRUE;
    return FALSE;
}

static int enumerate(const INT *protocols, void *buffer, DWORD *size, BOOL wide)
{
    DWORD one = wide ? sizeof(WSAPROTOCOL_INFOW) : sizeof(WSAPROTOCOL_INFOA), need = 0;
    int count = 0;

    if (!wsa_started())
        return SOCKET_ERROR;
    if (!size)
        return wsa_fail(WSAEFAULT);
    for (unsigned i = 0; i < ARRAYSIZE(rows); i++)
        if (asked_for(protocols, rows[i].protocol))
            need += one;
    if (!buffer || *size < need) {
        *size = need;
        return wsa_fail(WSAENOBUFS);
    }
    for (unsigned i = 0; i < ARRAYSIZE(rows); i++) {
        WSAPROTOCOL_INFOW info;

        if (!asked_for(protocols, rows[i].protocol))
            continue;
        fill(i, &info);
        if (wide) {
            ((WSAPROTOCOL_INFOW *)buffer)[count++] = info;
        } else {
            WSAPROTOCOL_INFOA *a = &((WSAPROTOCOL_INFOA *)buffer)[count++];

            memcpy(a, &info, offsetof(WSAPROTOCOL_INFOA, szProtocol));
            for (int c = 0; !c || info.szProtocol[c - 1]; c++)
                a->szProtocol[c] = (char)info.szProtocol[c];
        }
    }
    *size = need;
    return count;
}

int WINAPI WSAEnumProtocolsW(LPINT protocols, LPWSAPROTOCOL_INFOW buffer, LPDWORD size)
{
    return enumerate(protocols, buffer, size, TRUE);
}

int WINAPI WSAEnumProtocolsA(LPINT protocols, LPWSAPROTOCOL_INFOA buffer, LPDWORD size)
{
    return enumerate(protocols, buffer, size, FALSE);
}
