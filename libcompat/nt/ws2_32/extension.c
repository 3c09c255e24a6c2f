/*
 * AcceptEx and the others that programs ask for by GUID.
 */
#include "winsock.h"
#include <mswsock.h>

static BOOL WINAPI accept_ex(SOCKET listener, SOCKET accept, PVOID out, DWORD receive, DWORD local,
                             DWORD remote, LPDWORD received, LPOVERLAPPED overlapped)
{
    AFD_SUPER_ACCEPT_INFO info;

    memset(&info, 0, sizeof(info));
    if (!overlapped) {
        wsa_fail(WSA_INVALID_PARAMETER);
        return FALSE;
    }
    info.AcceptHandle = (HANDLE)accept;
    info.ReceiveDataLength = receive;
    info.LocalAddressLength = local;
    info.RemoteAddressLength = remote;
    return !wsa_overlapped(listener, IOCTL_AFD_SUPER_ACCEPT, &info, sizeof(info), out,
                           receive + local + remote, received, overlapped, NULL);
}

/* One area of AcceptEx's answer. */
static void area(char *at, DWORD size, struct sockaddr **name, LPINT length)
{
    ULONG n = 0;

    if (size >= AFD_SUPER_ADDRESS)
        memcpy(&n, at, sizeof(n));
    if (size < AFD_SUPER_ADDRESS || n > size - AFD_SUPER_ADDRESS)
        n = 0;
    if (name)
        *name = n ? (struct sockaddr *)(at + AFD_SUPER_ADDRESS) : NULL;
    if (length)
        *length = (int)n;
}

static VOID WINAPI accept_ex_addresses(PVOID out, DWORD receive, DWORD local, DWORD remote,
                                       struct sockaddr **local_name, LPINT local_length,
                                       struct sockaddr **remote_name, LPINT remote_length)
{
    char *at = (char *)out + receive;

    area(at, local, local_name, local_length);
    area(at + local, remote, remote_name, remote_length);
}

static BOOL WINAPI connect_ex(SOCKET s, const struct sockaddr *name, int length, PVOID send,
                              DWORD send_length, LPDWORD sent, LPOVERLAPPED overlapped)
{
    char in[AFD_SUPER_CONNECT_ADDRESS + sizeof(SOCKADDR_STORAGE)] = {0};

    if (!overlapped) {
        wsa_fail(WSA_INVALID_PARAMETER);
        return FALSE;
    }
    if (!name || length < (int)sizeof(struct sockaddr_in) ||
        length > (int)sizeof(SOCKADDR_STORAGE)) {
        wsa_fail(WSAEFAULT);
        return FALSE;
    }
    memcpy(in + AFD_SUPER_CONNECT_ADDRESS, name, length);
    return !wsa_overlapped(s, IOCTL_AFD_SUPER_CONNECT, in, AFD_SUPER_CONNECT_ADDRESS + length,
                           send, send ? send_length : 0, sent, overlapped, NULL);
}

static BOOL WINAPI disconnect_ex(SOCKET s, LPOVERLAPPED overlapped, DWORD flags, DWORD reserved)
{
    AFD_SUPER_DISCONNECT_INFO info = {flags};

    if (reserved || (flags & ~(DWORD)TF_REUSE_SOCKET)) {
        wsa_fail(WSAEINVAL);
        return FALSE;
    }
    if (overlapped)
        return !wsa_overlapped(s, IOCTL_AFD_SUPER_DISCONNECT, &info, sizeof(info), NULL, 0, NULL,
                               overlapped, NULL);
    return !wsa_status(wsa_control(s, IOCTL_AFD_SUPER_DISCONNECT, &info, sizeof(info), NULL, 0, 0,
                                   NULL));
}

void *wsa_extension(const GUID *id)
{
    static const struct {
        GUID id;
        void *function;
    } rows[] = {
        {WSAID_ACCEPTEX, (void *)accept_ex},
        {WSAID_CONNECTEX, (void *)connect_ex},
        {WSAID_DISCONNECTEX, (void *)disconnect_ex},
        {WSAID_GETACCEPTEXSOCKADDRS, (void *)accept_ex_addresses},
    };

    for (unsigned i = 0; i < ARRAYSIZE(rows); i++)
        if (!memcmp(id, &rows[i].id, sizeof(*id)))
            return rows[i].function;
    return NULL;
}
