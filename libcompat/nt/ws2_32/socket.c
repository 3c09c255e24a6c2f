/*
 * Sockets. There is no transport below yet: making a socket says that the network is down, and with
 * no socket in the world, every other call has been given something that is none.
 */
#include "winsock.h"

SOCKET WINAPI WSASocketW(int family, int type, int protocol, LPWSAPROTOCOL_INFOW info, GROUP group,
                         DWORD flags)
{
    (void)family, (void)type, (void)protocol, (void)info, (void)group, (void)flags;
    if (wsa_started())
        wsa_fail(WSAENETDOWN);
    return INVALID_SOCKET;
}

SOCKET WINAPI WSASocketA(int family, int type, int protocol, LPWSAPROTOCOL_INFOA info, GROUP group,
                         DWORD flags)
{
    (void)info;
    return WSASocketW(family, type, protocol, NULL, group, flags);
}

SOCKET WINAPI socket(int family, int type, int protocol)
{
    return WSASocketW(family, type, protocol, NULL, 0, WSA_FLAG_OVERLAPPED);
}

static int no_socket(SOCKET s)
{
    (void)s;
    return wsa_started() ? wsa_fail(WSAENOTSOCK) : SOCKET_ERROR;
}

int WINAPI closesocket(SOCKET s)
{
    return no_socket(s);
}

int WINAPI bind(SOCKET s, const struct sockaddr *name, int length)
{
    (void)name, (void)length;
    return no_socket(s);
}

int WINAPI connect(SOCKET s, const struct sockaddr *name, int length)
{
    (void)name, (void)length;
    return no_socket(s);
}

int WINAPI listen(SOCKET s, int backlog)
{
    (void)backlog;
    return no_socket(s);
}

SOCKET WINAPI accept(SOCKET s, struct sockaddr *name, int *length)
{
    (void)name, (void)length;
    no_socket(s);
    return INVALID_SOCKET;
}

int WINAPI getsockname(SOCKET s, struct sockaddr *name, int *length)
{
    (void)name, (void)length;
    return no_socket(s);
}

int WINAPI getpeername(SOCKET s, struct sockaddr *name, int *length)
{
    (void)name, (void)length;
    return no_socket(s);
}

int WINAPI getsockopt(SOCKET s, int level, int option, char *value, int *length)
{
    (void)level, (void)option, (void)value, (void)length;
    return no_socket(s);
}

int WINAPI setsockopt(SOCKET s, int level, int option, const char *value, int length)
{
    (void)level, (void)option, (void)value, (void)length;
    return no_socket(s);
}

int WINAPI ioctlsocket(SOCKET s, __LONG32 command, u_long *argument)
{
    (void)command, (void)argument;
    return no_socket(s);
}

int WINAPI WSAIoctl(SOCKET s, DWORD code, LPVOID in, DWORD in_size, LPVOID out, DWORD out_size,
                    LPDWORD returned, LPWSAOVERLAPPED overlapped,
                    LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    (void)code, (void)in, (void)in_size, (void)out, (void)out_size, (void)returned;
    (void)overlapped, (void)routine;
    return no_socket(s);
}

int WINAPI recv(SOCKET s, char *buffer, int length, int flags)
{
    (void)buffer, (void)length, (void)flags;
    return no_socket(s);
}

int WINAPI recvfrom(SOCKET s, char *buffer, int length, int flags, struct sockaddr *from,
                    int *from_length)
{
    (void)buffer, (void)length, (void)flags, (void)from, (void)from_length;
    return no_socket(s);
}

int WINAPI send(SOCKET s, const char *buffer, int length, int flags)
{
    (void)buffer, (void)length, (void)flags;
    return no_socket(s);
}

int WINAPI sendto(SOCKET s, const char *buffer, int length, int flags, const struct sockaddr *to,
                  int to_length)
{
    (void)buffer, (void)length, (void)flags, (void)to, (void)to_length;
    return no_socket(s);
}

int WINAPI WSARecv(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD received, LPDWORD flags,
                   LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    (void)buffers, (void)count, (void)received, (void)flags, (void)overlapped, (void)routine;
    return no_socket(s);
}

int WINAPI WSASend(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD sent, DWORD flags,
                   LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    (void)buffers, (void)count, (void)sent, (void)flags, (void)overlapped, (void)routine;
    return no_socket(s);
}

int WINAPI shutdown(SOCKET s, int how)
{
    (void)how;
    return no_socket(s);
}
