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
    static const char head[AFD_SUPER_CONNECT_ADDRESS];
    char local[WSA_LOCAL_ADDRESS], *in;
    ULONG size;
    BOOL done;

    if (!overlapped) {
        wsa_fail(WSA_INVALID_PARAMETER);
        return FALSE;
    }
    if (!name || (name->sa_family != AF_UNIX && length < (int)sizeof(struct sockaddr_in)) ||
        length > (int)sizeof(SOCKADDR_STORAGE)) {
        wsa_fail(WSAEFAULT);
        return FALSE;
    }
    in = wsa_address(local, head, sizeof(head), name, length, &size);
    if (!in)
        return FALSE;
    done = !wsa_overlapped(s, IOCTL_AFD_SUPER_CONNECT, in, size, send, send ? send_length : 0, sent,
                           overlapped, NULL);
    wsa_address_free(local, in);
    return done;
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

/* Without an OVERLAPPED, the call waits. */
static BOOL transmit(SOCKET s, ULONG code, const void *in, ULONG size, LPOVERLAPPED overlapped)
{
    if (!wsa_started())
        return FALSE;
    if (overlapped)
        return !wsa_overlapped(s, code, in, size, NULL, 0, NULL, overlapped, NULL);
    return !wsa_status(wsa_control(s, code, in, size, NULL, 0, 0, NULL));
}

#define KNOWN_FLAGS                                                                                \
    (TF_DISCONNECT | TF_REUSE_SOCKET | TF_WRITE_BEHIND | TF_USE_SYSTEM_THREAD | TF_USE_KERNEL_APC)

static BOOL WINAPI transmit_file(SOCKET s, HANDLE file, DWORD count, DWORD packet,
                                 LPOVERLAPPED overlapped, LPTRANSMIT_FILE_BUFFERS buffers,
                                 DWORD flags)
{
    AFD_TRANSMIT_FILE_INFO info;

    memset(&info, 0, sizeof(info));
    if ((flags & ~(DWORD)KNOWN_FLAGS) || count > MAXLONG - 1) {
        wsa_fail(WSAEINVAL);
        return FALSE;
    }
    info.Offset.QuadPart = overlapped ? (LONGLONG)((ULONGLONG)overlapped->OffsetHigh << 32 |
                                                   overlapped->Offset)
                                      : -1;
    info.WriteLength.QuadPart = count;
    info.SendPacketLength = packet;
    info.FileHandle = file;
    info.Flags = flags;
    if (buffers) {
        info.Head = buffers->Head;
        info.HeadLength = buffers->HeadLength;
        info.Tail = buffers->Tail;
        info.TailLength = buffers->TailLength;
    }
    return transmit(s, IOCTL_AFD_TRANSMIT_FILE, &info, sizeof(info), overlapped);
}

static BOOL WINAPI transmit_packets(SOCKET s, LPTRANSMIT_PACKETS_ELEMENT elements, DWORD count,
                                    DWORD size, LPOVERLAPPED overlapped, DWORD flags)
{
    AFD_TRANSMIT_PACKETS_INFO info;

    memset(&info, 0, sizeof(info));
    if (flags & ~(DWORD)KNOWN_FLAGS) {
        wsa_fail(WSAEINVAL);
        return FALSE;
    }
    info.Elements = (AFD_TRANSMIT_ELEMENT *)elements;
    info.ElementCount = count;
    info.SendSize = size;
    info.Flags = flags;
    return transmit(s, IOCTL_AFD_TRANSMIT_PACKETS, &info, sizeof(info), overlapped);
}

_Static_assert(sizeof(TRANSMIT_PACKETS_ELEMENT) == sizeof(AFD_TRANSMIT_ELEMENT), "elements");

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
        {WSAID_TRANSMITFILE, (void *)transmit_file},
        {WSAID_TRANSMITPACKETS, (void *)transmit_packets},
        {WSAID_WSARECVMSG, (void *)wsa_recv_msg},
        {WSAID_WSASENDMSG, (void *)WSASendMsg},
    };

    for (unsigned i = 0; i < ARRAYSIZE(rows); i++)
        if (!memcmp(id, &rows[i].id, sizeof(*id)))
            return rows[i].function;
    return NULL;
}
