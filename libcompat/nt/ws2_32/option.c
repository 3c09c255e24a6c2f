/*
 * Options and ioctls of sockets.
 */
#include "winsock.h"
#include <mstcpip.h>
#include <mswsock.h>

NTSTATUS wsa_get(SOCKET s, int level, int option, void *value, ULONG size, ULONG_PTR *done)
{
    AFD_TRANSPORT_CONTROL c;

    memset(&c, 0, sizeof(c));
    c.Type = AFD_CONTROL_GET_OPTION;
    c.Level = (ULONG)level;
    c.Code = (ULONG)option;
    return wsa_control(s, IOCTL_AFD_TRANSPORT_IOCTL, &c, sizeof(c), value, size, 0, done);
}

static int option_error(NTSTATUS status)
{
    return status == STATUS_NOT_SUPPORTED ? wsa_fail(WSAENOPROTOOPT) : wsa_status(status);
}

static int protocol_info(SOCKET s, BOOL wide, char *value, int *length)
{
    WSAPROTOCOL_INFOW info;
    SOCKADDR_STORAGE own;
    DWORD type;
    int size = wide ? sizeof(info) : sizeof(WSAPROTOCOL_INFOA), family = AF_UNSPEC;
    NTSTATUS status = wsa_get(s, SOL_SOCKET, SO_TYPE, &type, sizeof(type), NULL);

    if (!NT_SUCCESS(status))
        return wsa_status(status);
    if (*length < size) {
        *length = size;
        return wsa_fail(WSAEFAULT);
    }
    /* Only IPv6 sockets know this option. */
    if (NT_SUCCESS(wsa_get(s, IPPROTO_IPV6, IPV6_V6ONLY, &own, sizeof(own), NULL)))
        family = AF_INET6;
    else
        family = AF_INET;
    if (!wsa_protocol(family, (int)type, 0, &info))
        return wsa_fail(WSAEOPNOTSUPP);
    if (wide) {
        memcpy(value, &info, sizeof(info));
    } else {
        WSAPROTOCOL_INFOA *a = (WSAPROTOCOL_INFOA *)value;
        int i = 0;

        memcpy(a, &info, offsetof(WSAPROTOCOL_INFOA, szProtocol));
        for (; info.szProtocol[i]; i++)
            a->szProtocol[i] = (char)info.szProtocol[i]; /* ASCII: catalog.c's own */
        a->szProtocol[i] = 0;
    }
    *length = size;
    return 0;
}

int WINAPI getsockopt(SOCKET s, int level, int option, char *value, int *length)
{
    ULONG_PTR done;
    NTSTATUS status;

    if (!wsa_started())
        return SOCKET_ERROR;
    if (!value || !length || *length <= 0)
        return wsa_fail(WSAEFAULT);
    if (level == SOL_SOCKET && (option == SO_PROTOCOL_INFOW || option == SO_PROTOCOL_INFOA))
        return protocol_info(s, option == SO_PROTOCOL_INFOW, value, length);
    status = wsa_get(s, level, option, value, (ULONG)*length, &done);
    if (!NT_SUCCESS(status))
        return option_error(status);
    *length = (int)done;
    if (level == SOL_SOCKET && option == SO_ERROR && done == sizeof(NTSTATUS)) {
        NTSTATUS of_socket;
        int error;

        memcpy(&of_socket, value, sizeof(of_socket));
        error = wsa_error(of_socket);
        memcpy(value, &error, sizeof(error));
    }
    return 0;
}

int WINAPI setsockopt(SOCKET s, int level, int option, const char *value, int length)
{
    AFD_TRANSPORT_CONTROL c;

    memset(&c, 0, sizeof(c));
    if (!wsa_started())
        return SOCKET_ERROR;
    c.Type = AFD_CONTROL_SET_OPTION;
    if (level == SOL_SOCKET && option == SO_DONTLINGER) {
        struct linger off = {0, 0};

        return setsockopt(s, SOL_SOCKET, SO_LINGER, (char *)&off, sizeof(off));
    }
    if (length < 0 || (!value && length) ||
        (!length && !(level == SOL_SOCKET && option == SO_UPDATE_CONNECT_CONTEXT)))
        return wsa_fail(WSAEFAULT);
    c.Level = (ULONG)level;
    c.Code = (ULONG)option;
    c.InputBuffer = (PVOID)value;
    c.InputBufferLength = (SIZE_T)length;
    return option_error(wsa_control(s, IOCTL_AFD_TRANSPORT_IOCTL, &c, sizeof(c), NULL, 0, 0,
                                    NULL));
}

static NTSTATUS set_nonblocking(SOCKET s, BOOL on)
{
    AFD_INFORMATION info;

    memset(&info, 0, sizeof(info));
    info.InformationType = AFD_NONBLOCKING_MODE;
    info.Information.Boolean = (BOOLEAN)on;
    return wsa_control(s, IOCTL_AFD_SET_INFORMATION, &info, sizeof(info), NULL, 0, 0, NULL);
}

/* The codes that this library answers itself. STATUS_NOT_SUPPORTED: the driver's. */
static NTSTATUS own_ioctl(SOCKET s, DWORD code, const void *in, DWORD in_size, void *out,
                          DWORD out_size, DWORD *done)
{
    void *function;
    DWORD type;
    NTSTATUS status;

    switch (code) {
    case (DWORD)FIONBIO:
        if (in_size < sizeof(ULONG) || !in)
            return STATUS_ACCESS_VIOLATION;
        return set_nonblocking(s, *(const ULONG *)in != 0);
    case SIO_GET_EXTENSION_FUNCTION_POINTER:
        if (in_size < sizeof(GUID) || out_size < sizeof(function) || !in || !out)
            return STATUS_ACCESS_VIOLATION;
        function = wsa_extension(in);
        if (!function)
            return STATUS_INVALID_PARAMETER;
        memcpy(out, &function, sizeof(function));
        *done = sizeof(function);
        return STATUS_SUCCESS;
    case 0x48000022: /* SIO_BASE_HANDLE */
    case 0x4800001b: /* SIO_BSP_HANDLE */
    case 0x4800001d: /* SIO_BSP_HANDLE_POLL */
    case 0x4800001c: /* SIO_BSP_HANDLE_SELECT */
        if (out_size < sizeof(s) || !out)
            return STATUS_ACCESS_VIOLATION;
        status = wsa_get(s, SOL_SOCKET, SO_TYPE, &type, sizeof(type), NULL);
        if (!NT_SUCCESS(status))
            return status;
        *(SOCKET *)out = s; /* there are no layered providers */
        *done = sizeof(s);
        return STATUS_SUCCESS;
    default: return STATUS_NOT_SUPPORTED;
    }
}

int WINAPI WSAIoctl(SOCKET s, DWORD code, LPVOID in, DWORD in_size, LPVOID out, DWORD out_size,
                    LPDWORD returned, LPWSAOVERLAPPED overlapped,
                    LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    AFD_TRANSPORT_CONTROL c;
    DWORD done = 0;
    ULONG_PTR size;
    NTSTATUS status;

    memset(&c, 0, sizeof(c));
    if (!wsa_started())
        return SOCKET_ERROR;
    if (!returned && !overlapped)
        return wsa_fail(WSAEFAULT);
    status = own_ioctl(s, code, in, in_size, out, out_size, &done);
    if (status == STATUS_NOT_SUPPORTED) {
        c.Type = AFD_CONTROL_IOCTL;
        c.Code = code;
        c.InputBuffer = in;
        c.InputBufferLength = in_size;
        if (overlapped) {
            c.EndpointIoctl = FALSE;
            return wsa_overlapped(s, IOCTL_AFD_TRANSPORT_IOCTL, &c, sizeof(c), out, out_size,
                                  returned, overlapped, routine);
        }
        status = wsa_control(s, IOCTL_AFD_TRANSPORT_IOCTL, &c, sizeof(c), out, out_size, 0, &size);
        done = (DWORD)size;
    }
    if (returned)
        *returned = done;
    return wsa_status(status);
}

int WINAPI ioctlsocket(SOCKET s, __LONG32 command, u_long *argument)
{
    DWORD done;

    if (!argument)
        return wsa_fail(WSAEFAULT);
    return WSAIoctl(s, (DWORD)command, argument, sizeof(*argument), argument, sizeof(*argument),
                    &done, NULL, NULL);
}
