/*
 * Sockets: making, naming, connecting and closing them.
 */
#include "winsock.h"

SOCKET WINAPI WSASocketW(int family, int type, int protocol, LPWSAPROTOCOL_INFOW info, GROUP group,
                         DWORD flags)
{
    WSAPROTOCOL_INFOW found;
    SOCKET s;
    NTSTATUS status;

    (void)group;
    if (!wsa_started())
        return INVALID_SOCKET;
    if (info && info->dwProviderReserved) { /* WSADuplicateSocket's: it is there already */
        DWORD found_type;

        s = info->dwProviderReserved;
        if (NT_SUCCESS(wsa_get(s, SOL_SOCKET, SO_TYPE, &found_type, sizeof(found_type), NULL)))
            return s;
        wsa_fail(WSAEINVAL);
        return INVALID_SOCKET;
    }
    if (info) {
        family = family == FROM_PROTOCOL_INFO ? info->iAddressFamily : family;
        type = type == FROM_PROTOCOL_INFO ? info->iSocketType : type;
        protocol = protocol == FROM_PROTOCOL_INFO ? info->iProtocol : protocol;
    }
    if (!family && !type && !protocol) {
        wsa_fail(WSAEINVAL);
        return INVALID_SOCKET;
    }
    if (!type)
        type = protocol == IPPROTO_UDP ? SOCK_DGRAM : SOCK_STREAM;
    if (!family)
        family = AF_INET;
    if (!wsa_protocol(family, type, protocol, &found)) {
        if (!wsa_protocol(family, 0, 0, &found))
            wsa_fail(WSAEAFNOSUPPORT);
        else if (!wsa_protocol(family, type, 0, &found))
            wsa_fail(WSAESOCKTNOSUPPORT);
        else
            wsa_fail(WSAEPROTONOSUPPORT);
        return INVALID_SOCKET;
    }
    status = wsa_open(family, type, protocol ? protocol : found.iProtocol, flags, &s);
    if (!NT_SUCCESS(status)) {
        wsa_status(status);
        return INVALID_SOCKET;
    }
    return s;
}

SOCKET WINAPI WSASocketA(int family, int type, int protocol, LPWSAPROTOCOL_INFOA info, GROUP group,
                         DWORD flags)
{
    /* Both forms agree in front of the name. */
    return WSASocketW(family, type, protocol, (LPWSAPROTOCOL_INFOW)info, group, flags);
}

SOCKET WINAPI socket(int family, int type, int protocol)
{
    return WSASocketW(family, type, protocol, NULL, 0, WSA_FLAG_OVERLAPPED);
}

int WINAPI closesocket(SOCKET s)
{
    ULONG length;

    if (!wsa_started())
        return SOCKET_ERROR;
    /* Closes sockets alone. */
    if (!NT_SUCCESS(wsa_control(s, IOCTL_AFD_GET_CONTEXT_LENGTH, NULL, 0, &length, sizeof(length),
                                0, NULL)))
        return wsa_fail(WSAENOTSOCK);
    return wsa_status(NtClose((HANDLE)s));
}

/* The full NT name of a path in UTF-8; RtlFreeUnicodeString. */
static BOOL unix_path(const char *path, SIZE_T n, UNICODE_STRING *full)
{
    WCHAR text[WSA_UNIX_ADDRESS];
    ULONG bytes = 0;

    while (n && !path[n - 1])
        n--;
    if (!NT_SUCCESS(RtlUTF8ToUnicodeN(text, sizeof(text) - sizeof(WCHAR), &bytes, path, (ULONG)n)))
        return FALSE;
    text[bytes / sizeof(WCHAR)] = 0;
    return text[0] && RtlDosPathNameToNtPathName_U(text, full, NULL, NULL);
}

char *wsa_address(char *local, const void *head, ULONG head_size, const struct sockaddr *name,
                  int length, ULONG *size)
{
    UNICODE_STRING full;
    char *bytes = local;

    if (!name || length < (int)sizeof(name->sa_family)) {
        wsa_fail(WSAEFAULT);
        return NULL;
    }
    if (name->sa_family != AF_UNIX) {
        if (length > (int)sizeof(SOCKADDR_STORAGE))
            length = sizeof(SOCKADDR_STORAGE);
        memcpy(bytes, head, head_size);
        memcpy(bytes + head_size, name, length);
        *size = head_size + (ULONG)length;
        return bytes;
    }
    if (length > WSA_UNIX_ADDRESS)
        length = WSA_UNIX_ADDRESS;
    if (!unix_path(name->sa_data, (SIZE_T)length - sizeof(name->sa_family), &full)) {
        wsa_fail(WSAEINVAL);
        return NULL;
    }
    *size = head_size + WSA_UNIX_ADDRESS + full.Length;
    bytes = heap_zalloc(*size);
    if (bytes) {
        memcpy(bytes, head, head_size);
        memcpy(bytes + head_size, name, length);
        memcpy(bytes + head_size + WSA_UNIX_ADDRESS, full.Buffer, full.Length);
    } else {
        wsa_fail(WSAENOBUFS);
    }
    RtlFreeUnicodeString(&full);
    return bytes;
}

/* A header of the driver's and an address behind it. */
static int with_address(SOCKET s, ULONG code, const void *head, ULONG head_size,
                        const struct sockaddr *name, int length, void *out, ULONG out_size)
{
    char local[WSA_LOCAL_ADDRESS];
    ULONG size;
    char *bytes = wsa_address(local, head, head_size, name, length, &size);
    int result;

    if (!bytes)
        return SOCKET_ERROR;
    result = wsa_status(wsa_control(s, code, bytes, size, out, out_size, 0, NULL));
    wsa_address_free(local, bytes);
    return result;
}

/* Too few bytes for the family are a fault. */
static BOOL short_address(const struct sockaddr *name, int length)
{
    if (name && length > (int)sizeof(name->sa_family) && name->sa_family == AF_UNIX)
        return FALSE;
    if (!name || length < (int)sizeof(struct sockaddr_in))
        return TRUE;
    return name->sa_family == AF_INET6 && length < (int)sizeof(struct sockaddr_in6);
}

int WINAPI bind(SOCKET s, const struct sockaddr *name, int length)
{
    ULONG share = AFD_SHARE_WILDCARD;
    DWORD value = 0;
    SOCKADDR_STORAGE bound;

    if (!wsa_started())
        return SOCKET_ERROR;
    if (short_address(name, length))
        return wsa_fail(WSAEFAULT);
    if (NT_SUCCESS(wsa_get(s, SOL_SOCKET, SO_REUSEADDR, &value, sizeof(value), NULL)) && value)
        share = AFD_SHARE_REUSE;
    if (NT_SUCCESS(wsa_get(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, &value, sizeof(value), NULL)) &&
        value)
        share = AFD_SHARE_EXCLUSIVE;
    return with_address(s, IOCTL_AFD_BIND, &share, sizeof(share), name, length, &bound,
                        sizeof(bound));
}

int WINAPI connect(SOCKET s, const struct sockaddr *name, int length)
{
    AFD_CONNECT_INFO info;

    memset(&info, 0, sizeof(info));
    if (!wsa_started())
        return SOCKET_ERROR;
    if (short_address(name, length) && !(name && length >= 2 && !name->sa_family))
        return wsa_fail(WSAEFAULT);
    return with_address(s, IOCTL_AFD_CONNECT, &info, sizeof(info), name, length, NULL, 0);
}

int WINAPI WSAConnect(SOCKET s, const struct sockaddr *name, int length, LPWSABUF caller,
                      LPWSABUF callee, LPQOS own, LPQOS group)
{
    (void)caller, (void)callee, (void)own, (void)group;
    return connect(s, name, length);
}

int WINAPI listen(SOCKET s, int backlog)
{
    AFD_LISTEN_INFO info;

    memset(&info, 0, sizeof(info));
    if (!wsa_started())
        return SOCKET_ERROR;
    info.MaximumConnectionQueue = backlog < 1 ? 1 : (ULONG)backlog;
    return wsa_status(wsa_control(s, IOCTL_AFD_START_LISTEN, &info, sizeof(info), NULL, 0, 0,
                                  NULL));
}

static int give_name(const SOCKADDR_STORAGE *from, ULONG_PTR size, struct sockaddr *name,
                     int *length)
{
    if (*length < (int)size)
        return wsa_fail(WSAEFAULT);
    memcpy(name, from, size);
    *length = (int)size;
    return 0;
}

SOCKET WINAPI accept(SOCKET s, struct sockaddr *name, int *length)
{
    char peer[sizeof(LONG) + sizeof(SOCKADDR_STORAGE)]; /* sequence number, address */
    AFD_ACCEPT_INFO info;
    SOCKADDR_STORAGE own;
    ULONG_PTR size;
    SOCKET accepted;
    NTSTATUS status;

    if (!wsa_started())
        return INVALID_SOCKET;
    if ((name && !length) || (name && *length < (int)sizeof(name->sa_family))) {
        wsa_fail(WSAEFAULT);
        return INVALID_SOCKET;
    }
    status = wsa_control(s, IOCTL_AFD_GET_ADDRESS, NULL, 0, &own, sizeof(own), 0, NULL);
    if (NT_SUCCESS(status))
        status = wsa_control(s, IOCTL_AFD_WAIT_FOR_LISTEN, NULL, 0, peer, sizeof(peer), 0, &size);
    if (NT_SUCCESS(status))
        status = wsa_open(own.ss_family, SOCK_STREAM,
                          own.ss_family == AF_UNIX ? 0 : IPPROTO_TCP, WSA_FLAG_OVERLAPPED,
                          &accepted);
    if (NT_SUCCESS(status)) {
        memset(&info, 0, sizeof(info));
        memcpy(&info.Sequence, peer, sizeof(info.Sequence));
        info.AcceptHandle = (HANDLE)accepted;
        status = wsa_control(s, IOCTL_AFD_ACCEPT, &info, sizeof(info), NULL, 0, 0, NULL);
        if (!NT_SUCCESS(status))
            NtClose((HANDLE)accepted);
    }
    if (!NT_SUCCESS(status)) {
        wsa_status(status);
        return INVALID_SOCKET;
    }
    if (name) {
        size -= sizeof(LONG);
        if (size > (ULONG_PTR)*length)
            size = *length;
        memcpy(name, peer + sizeof(LONG), size);
        *length = (int)size;
    }
    return accepted;
}

static int get_name(SOCKET s, ULONG code, struct sockaddr *name, int *length)
{
    SOCKADDR_STORAGE address;
    ULONG_PTR size;
    NTSTATUS status;

    if (!wsa_started())
        return SOCKET_ERROR;
    if (!name || !length)
        return wsa_fail(WSAEFAULT);
    status = wsa_control(s, code, NULL, 0, &address, sizeof(address), 0, &size);
    if (!NT_SUCCESS(status))
        return wsa_status(status);
    return give_name(&address, size, name, length);
}

int WINAPI getsockname(SOCKET s, struct sockaddr *name, int *length)
{
    return get_name(s, IOCTL_AFD_GET_ADDRESS, name, length);
}

int WINAPI getpeername(SOCKET s, struct sockaddr *name, int *length)
{
    return get_name(s, IOCTL_AFD_GET_PEER_ADDRESS, name, length);
}

int WINAPI shutdown(SOCKET s, int how)
{
    AFD_PARTIAL_DISCONNECT_INFO info;

    memset(&info, 0, sizeof(info));
    if (!wsa_started())
        return SOCKET_ERROR;
    if (how < SD_RECEIVE || how > SD_BOTH)
        return wsa_fail(WSAEINVAL);
    info.DisconnectMode = how == SD_RECEIVE ? AFD_DISCONNECT_RECEIVE
                          : how == SD_SEND  ? AFD_DISCONNECT_SEND
                                            : AFD_DISCONNECT_RECEIVE | AFD_DISCONNECT_SEND;
    return wsa_status(wsa_control(s, IOCTL_AFD_PARTIAL_DISCONNECT, &info, sizeof(info), NULL, 0, 0,
                                  NULL));
}
