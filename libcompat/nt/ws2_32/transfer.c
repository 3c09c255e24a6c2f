/*
 * Sending and receiving.
 */
#include "winsock.h"

_Static_assert(sizeof(AFD_BUFFER) == sizeof(WSABUF), "the driver takes WSABUF");

/* The timeout that an option has set, for calls that wait. */
static DWORD timeout_of(SOCKET s, int option)
{
    DWORD value = 0;

    wsa_get(s, SOL_SOCKET, option, &value, sizeof(value), NULL);
    return value;
}

BOOL wsa_receive_flags(DWORD flags, ULONG *tdi)
{
    if (flags & ~(DWORD)(MSG_PEEK | MSG_OOB | MSG_WAITALL | MSG_PARTIAL | MSG_PUSH_IMMEDIATE))
        return FALSE;
    *tdi = flags & MSG_OOB ? TDI_RECEIVE_EXPEDITED : TDI_RECEIVE_NORMAL;
    if (flags & MSG_PEEK)
        *tdi |= TDI_RECEIVE_PEEK;
    if (flags & MSG_WAITALL)
        *tdi |= TDI_RECEIVE_WAIT_ALL;
    return TRUE;
}

/* Waiting costs a request, the option is only asked for when there is a wait. */
NTSTATUS wsa_transfer(SOCKET s, ULONG code, const void *in, ULONG size, int option,
                      ULONG_PTR *done)
{
    return wsa_control(s, code, in, size, NULL, 0, timeout_of(s, option), done);
}

int WINAPI WSARecv(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD received, LPDWORD flags,
                   LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    AFD_TRANSFER_INFO info;
    ULONG_PTR done;
    NTSTATUS status;

    memset(&info, 0, sizeof(info));
    if (!wsa_started())
        return SOCKET_ERROR;
    if (!flags || !buffers || (!overlapped && !received))
        return wsa_fail(WSAEFAULT);
    if (!wsa_receive_flags(*flags, &info.TdiFlags))
        return wsa_fail(WSAEOPNOTSUPP);
    info.BufferArray = (AFD_BUFFER *)buffers;
    info.BufferCount = count;
    *flags = 0;
    if (overlapped) {
        info.AfdFlags = AFD_OVERLAPPED;
        return wsa_overlapped(s, IOCTL_AFD_RECEIVE, &info, sizeof(info), NULL, 0, received,
                              overlapped, routine);
    }
    status = wsa_transfer(s, IOCTL_AFD_RECEIVE, &info, sizeof(info), SO_RCVTIMEO, &done);
    if (status == STATUS_BUFFER_OVERFLOW)
        *flags = MSG_PARTIAL;
    *received = (DWORD)done;
    return wsa_status(status);
}

int WINAPI WSARecvFrom(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD received, LPDWORD flags,
                       struct sockaddr *from, LPINT from_length, LPWSAOVERLAPPED overlapped,
                       LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    AFD_RECEIVE_DATAGRAM_INFO info;
    ULONG_PTR done;
    NTSTATUS status;

    memset(&info, 0, sizeof(info));
    if (!wsa_started())
        return SOCKET_ERROR;
    if (!flags || !buffers || (!overlapped && !received) || (from && !from_length))
        return wsa_fail(WSAEFAULT);
    if (!wsa_receive_flags(*flags, &info.TdiFlags))
        return wsa_fail(WSAEOPNOTSUPP);
    info.BufferArray = (AFD_BUFFER *)buffers;
    info.BufferCount = count;
    info.Address = from;
    info.AddressLength = (ULONG *)from_length;
    *flags = 0;
    if (overlapped) {
        info.AfdFlags = AFD_OVERLAPPED;
        return wsa_overlapped(s, IOCTL_AFD_RECEIVE_DATAGRAM, &info, sizeof(info), NULL, 0,
                              received, overlapped, routine);
    }
    status = wsa_transfer(s, IOCTL_AFD_RECEIVE_DATAGRAM, &info, sizeof(info), SO_RCVTIMEO, &done);
    if (status == STATUS_BUFFER_OVERFLOW)
        *flags = MSG_PARTIAL;
    *received = (DWORD)done;
    return wsa_status(status);
}

int WINAPI WSASend(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD sent, DWORD flags,
                   LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    AFD_TRANSFER_INFO info;
    ULONG_PTR done;
    NTSTATUS status;

    memset(&info, 0, sizeof(info));
    if (!wsa_started())
        return SOCKET_ERROR;
    if (!buffers || (!overlapped && !sent))
        return wsa_fail(WSAEFAULT);
    if (flags & ~(DWORD)(MSG_OOB | MSG_DONTROUTE | MSG_PARTIAL))
        return wsa_fail(WSAEOPNOTSUPP);
    info.BufferArray = (AFD_BUFFER *)buffers;
    info.BufferCount = count;
    info.TdiFlags = flags & MSG_OOB ? TDI_SEND_EXPEDITED : 0;
    if (overlapped) {
        info.AfdFlags = AFD_OVERLAPPED;
        return wsa_overlapped(s, IOCTL_AFD_SEND, &info, sizeof(info), NULL, 0, sent, overlapped,
                              routine);
    }
    status = wsa_transfer(s, IOCTL_AFD_SEND, &info, sizeof(info), SO_SNDTIMEO, &done);
    *sent = (DWORD)done;
    return wsa_status(status);
}

int WINAPI WSASendTo(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD sent, DWORD flags,
                     const struct sockaddr *to, int to_length, LPWSAOVERLAPPED overlapped,
                     LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    AFD_SEND_DATAGRAM_INFO info;
    ULONG_PTR done;
    NTSTATUS status;

    if (!to)
        return WSASend(s, buffers, count, sent, flags, overlapped, routine);
    memset(&info, 0, sizeof(info));
    if (!wsa_started())
        return SOCKET_ERROR;
    if (!buffers || (!overlapped && !sent) || to_length < (int)sizeof(struct sockaddr_in))
        return wsa_fail(WSAEFAULT);
    if (flags & ~(DWORD)(MSG_DONTROUTE | MSG_PARTIAL))
        return wsa_fail(WSAEOPNOTSUPP);
    info.BufferArray = (AFD_BUFFER *)buffers;
    info.BufferCount = count;
    info.Connection.RemoteAddress = (PVOID)to;
    info.Connection.RemoteAddressLength = to_length;
    if (overlapped) {
        info.AfdFlags = AFD_OVERLAPPED;
        return wsa_overlapped(s, IOCTL_AFD_SEND_DATAGRAM, &info, sizeof(info), NULL, 0, sent,
                              overlapped, routine);
    }
    status = wsa_transfer(s, IOCTL_AFD_SEND_DATAGRAM, &info, sizeof(info), SO_SNDTIMEO, &done);
    *sent = (DWORD)done;
    return wsa_status(status);
}

int WINAPI recv(SOCKET s, char *buffer, int length, int flags)
{
    WSABUF b = {(ULONG)length, buffer};
    DWORD done, f = (DWORD)flags;

    if (length < 0)
        return wsa_fail(WSAEFAULT);
    return WSARecv(s, &b, 1, &done, &f, NULL, NULL) ? SOCKET_ERROR : (int)done;
}

int WINAPI recvfrom(SOCKET s, char *buffer, int length, int flags, struct sockaddr *from,
                    int *from_length)
{
    WSABUF b = {(ULONG)length, buffer};
    DWORD done, f = (DWORD)flags;

    if (length < 0)
        return wsa_fail(WSAEFAULT);
    return WSARecvFrom(s, &b, 1, &done, &f, from, from_length, NULL, NULL) ? SOCKET_ERROR
                                                                           : (int)done;
}

int WINAPI send(SOCKET s, const char *buffer, int length, int flags)
{
    WSABUF b = {(ULONG)length, (char *)buffer};
    DWORD done;

    if (length < 0)
        return wsa_fail(WSAEFAULT);
    return WSASend(s, &b, 1, &done, (DWORD)flags, NULL, NULL) ? SOCKET_ERROR : (int)done;
}

int WINAPI sendto(SOCKET s, const char *buffer, int length, int flags, const struct sockaddr *to,
                  int to_length)
{
    WSABUF b = {(ULONG)length, (char *)buffer};
    DWORD done;

    if (length < 0)
        return wsa_fail(WSAEFAULT);
    return WSASendTo(s, &b, 1, &done, (DWORD)flags, to, to_length, NULL, NULL) ? SOCKET_ERROR
                                                                               : (int)done;
}

BOOL WINAPI WSAGetOverlappedResult(SOCKET s, LPWSAOVERLAPPED overlapped, LPDWORD done, BOOL wait,
                                   LPDWORD flags)
{
    volatile IO_STATUS_BLOCK *iosb = (IO_STATUS_BLOCK *)overlapped;
    NTSTATUS status;
    int error;

    if (!wsa_started())
        return FALSE;
    if (!overlapped || !done || !flags) {
        wsa_fail(WSAEFAULT);
        return FALSE;
    }
    if (iosb->Status == STATUS_PENDING) {
        HANDLE object = (HANDLE)((ULONG_PTR)overlapped->hEvent & ~(ULONG_PTR)1);

        if (!wait) {
            wsa_fail(WSA_IO_INCOMPLETE);
            return FALSE;
        }
        status = NtWaitForSingleObject(object ? object : (HANDLE)s, FALSE, NULL);
        if (!NT_SUCCESS(status)) {
            wsa_status(status);
            return FALSE;
        }
    }
    status = iosb->Status;
    *done = (DWORD)iosb->Information;
    *flags = status == STATUS_BUFFER_OVERFLOW ? MSG_PARTIAL : 0;
    error = status == STATUS_CANCELLED ? WSA_OPERATION_ABORTED : wsa_error(status);
    if (error)
        wsa_fail(error);
    return !error;
}
