/*
 * AcceptEx and others by name: what ws2_32 has behind their GUIDs.
 */
#define WIN32_LEAN_AND_MEAN
#define WINSOCK_API_LINKAGE __declspec(dllimport)
#include "libcompat/nt/include/win32.h"
#include <winsock2.h>

#include <mswsock.h>

static void *function_of(SOCKET s, const GUID *id)
{
    void *function;
    DWORD n;

    if (WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, (GUID *)id, sizeof(*id), &function,
                 sizeof(function), &n, NULL, NULL))
        return NULL;
    return function;
}

WINBOOL WINAPI AcceptEx(SOCKET listener, SOCKET accept, PVOID out, DWORD receive, DWORD local,
                        DWORD remote, LPDWORD received, LPOVERLAPPED overlapped)
{
    static const GUID id = WSAID_ACCEPTEX;
    LPFN_ACCEPTEX function = (LPFN_ACCEPTEX)function_of(listener, &id);

    return function ? function(listener, accept, out, receive, local, remote, received, overlapped)
                    : FALSE;
}

/* There is no socket to ask here: any will do, so the function is asked for without one. */
VOID WINAPI GetAcceptExSockaddrs(PVOID out, DWORD receive, DWORD local, DWORD remote,
                                 struct sockaddr **local_name, LPINT local_length,
                                 struct sockaddr **remote_name, LPINT remote_length)
{
    static const GUID id = WSAID_GETACCEPTEXSOCKADDRS;
    LPFN_GETACCEPTEXSOCKADDRS function =
        (LPFN_GETACCEPTEXSOCKADDRS)function_of(INVALID_SOCKET, &id);

    if (function)
        function(out, receive, local, remote, local_name, local_length, remote_name,
                 remote_length);
}

WINBOOL WINAPI TransmitFile(SOCKET s, HANDLE file, DWORD count, DWORD packet,
                            LPOVERLAPPED overlapped, LPTRANSMIT_FILE_BUFFERS buffers, DWORD flags)
{
    static const GUID id = WSAID_TRANSMITFILE;
    LPFN_TRANSMITFILE function = (LPFN_TRANSMITFILE)function_of(s, &id);

    return function ? function(s, file, count, packet, overlapped, buffers, flags) : FALSE;
}

int WINAPI WSARecvEx(SOCKET s, char *buffer, int length, int *flags)
{
    WSABUF b = {(ULONG)length, buffer};
    DWORD done, set = flags ? (DWORD)*flags : 0;

    if (length < 0 || !flags) {
        WSASetLastError(WSAEFAULT);
        return SOCKET_ERROR;
    }
    if (WSARecv(s, &b, 1, &done, &set, NULL, NULL)) {
        /* A message that is longer is told by the flag here, not by an error. */
        if (WSAGetLastError() != WSAEMSGSIZE)
            return SOCKET_ERROR;
        set = MSG_PARTIAL;
        done = (DWORD)length;
    }
    *flags = (int)set;
    return (int)done;
}
