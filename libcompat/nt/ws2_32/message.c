/*
 * Datagrams with control data.
 */
#include "winsock.h"
#include <mswsock.h>

int WINAPI wsa_recv_msg(SOCKET s, LPWSAMSG message, LPDWORD received, LPWSAOVERLAPPED overlapped,
                        LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    AFD_RECEIVE_MESSAGE_INFO info;
    ULONG_PTR done;
    NTSTATUS status;

    memset(&info, 0, sizeof(info));
    if (!wsa_started())
        return SOCKET_ERROR;
    if (!message || (!message->lpBuffers && message->dwBufferCount) || (!overlapped && !received))
        return wsa_fail(WSAEFAULT);
    if (!wsa_receive_flags(message->dwFlags, &info.Datagram.TdiFlags))
        return wsa_fail(WSAEOPNOTSUPP);
    info.Datagram.BufferArray = (AFD_BUFFER *)message->lpBuffers;
    info.Datagram.BufferCount = message->dwBufferCount;
    info.Datagram.Address = message->name;
    info.Datagram.AddressLength = message->name ? (ULONG *)&message->namelen : NULL;
    info.ControlBuffer = message->Control.buf;
    info.ControlLength = &message->Control.len;
    info.MsgFlags = &message->dwFlags;
    if (overlapped) {
        info.Datagram.AfdFlags = AFD_OVERLAPPED;
        return wsa_overlapped(s, IOCTL_AFD_RECEIVE_MESSAGE, &info, sizeof(info), NULL, 0, received,
                              overlapped, routine);
    }
    status = wsa_transfer(s, IOCTL_AFD_RECEIVE_MESSAGE, &info, sizeof(info), SO_RCVTIMEO, &done);
    *received = (DWORD)done;
    return wsa_status(status);
}

int WINAPI WSASendMsg(SOCKET s, LPWSAMSG message, DWORD flags, LPDWORD sent,
                      LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    AFD_SEND_MESSAGE_INFO info;
    ULONG_PTR done;
    NTSTATUS status;

    memset(&info, 0, sizeof(info));
    if (!wsa_started())
        return SOCKET_ERROR;
    if (!message || (!message->lpBuffers && message->dwBufferCount) || (!overlapped && !sent))
        return wsa_fail(WSAEFAULT);
    if (flags & ~(DWORD)(MSG_DONTROUTE | MSG_PARTIAL))
        return wsa_fail(WSAEOPNOTSUPP);
    info.Datagram.BufferArray = (AFD_BUFFER *)message->lpBuffers;
    info.Datagram.BufferCount = message->dwBufferCount;
    info.Datagram.Connection.RemoteAddress = message->name;
    info.Datagram.Connection.RemoteAddressLength = message->name ? message->namelen : 0;
    info.ControlBuffer = message->Control.buf;
    info.ControlLength = message->Control.buf ? message->Control.len : 0;
    if (overlapped) {
        info.Datagram.AfdFlags = AFD_OVERLAPPED;
        return wsa_overlapped(s, IOCTL_AFD_SEND_MESSAGE, &info, sizeof(info), NULL, 0, sent,
                              overlapped, routine);
    }
    status = wsa_transfer(s, IOCTL_AFD_SEND_MESSAGE, &info, sizeof(info), SO_SNDTIMEO, &done);
    *sent = (DWORD)done;
    return wsa_status(status);
}
