/*
 * The catalogue of transports. It is empty as long as there is none.
 */
#include "winsock.h"

int WINAPI WSAEnumProtocolsW(LPINT protocols, LPWSAPROTOCOL_INFOW buffer, LPDWORD size)
{
    (void)protocols, (void)buffer;
    if (!wsa_started())
        return SOCKET_ERROR;
    if (!size)
        return wsa_fail(WSAEFAULT);
    *size = 0;
    return 0;
}

int WINAPI WSAEnumProtocolsA(LPINT protocols, LPWSAPROTOCOL_INFOA buffer, LPDWORD size)
{
    (void)buffer;
    return WSAEnumProtocolsW(protocols, NULL, size);
}
