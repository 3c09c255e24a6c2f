/*
 * Addresses with ports as text, byte order by socket, and what this Winsock refuses.
 */
#include "resolve.h"

static SIZE_T put_number(WCHAR *to, ULONG value)
{
    WCHAR digits[12];
    SIZE_T n = 0, i = 0;

    do
        digits[n++] = (WCHAR)('0' + value % 10);
    while ((value /= 10) != 0);
    while (n)
        to[i++] = digits[--n];
    to[i] = 0;
    return i;
}

/* room: with the NUL. */
static int text_of(const struct sockaddr *name, DWORD size, WCHAR *text, SIZE_T room, DWORD *length)
{
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)name;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)name;
    SIZE_T n = 0;

    (void)room;
    if (!name)
        return WSAEFAULT;
    if (name->sa_family == AF_INET && size >= sizeof(*v4)) {
        InetNtopW(AF_INET, &v4->sin_addr, text, 16);
        n = wide_length(text);
    } else if (name->sa_family == AF_INET6 && size >= sizeof(*v6)) {
        if (v6->sin6_port)
            text[n++] = '[';
        InetNtopW(AF_INET6, &v6->sin6_addr, text + n, INET6_ADDRSTRLEN + 1);
        n = wide_length(text);
        if (v6->sin6_scope_id) {
            text[n++] = '%';
            n += put_number(text + n, v6->sin6_scope_id);
        }
        if (v6->sin6_port)
            text[n++] = ']';
    } else {
        return name->sa_family == AF_INET || name->sa_family == AF_INET6 ? WSAEFAULT : WSAEINVAL;
    }
    if (v4->sin_port) { /* at the same place in both */
        text[n++] = ':';
        n += put_number(text + n, ntohs(v4->sin_port));
    }
    text[n] = 0;
    *length = (DWORD)n + 1;
    return 0;
}

INT WINAPI WSAAddressToStringW(LPSOCKADDR name, DWORD size, LPWSAPROTOCOL_INFOW info, LPWSTR text,
                               LPDWORD room)
{
    WCHAR whole[96];
    DWORD length;
    int error;

    (void)info;
    if (!wsa_started())
        return SOCKET_ERROR;
    if (!room)
        return wsa_fail(WSAEFAULT);
    error = text_of(name, size, whole, ARRAYSIZE(whole), &length);
    if (error)
        return wsa_fail(error);
    if (!text || *room < length) {
        *room = length;
        return wsa_fail(WSAEFAULT);
    }
    *room = length;
    memcpy(text, whole, length * sizeof(WCHAR));
    return 0;
}

INT WINAPI WSAAddressToStringA(LPSOCKADDR name, DWORD size, LPWSAPROTOCOL_INFOA info, LPSTR text,
                               LPDWORD room)
{
    WCHAR whole[96];
    DWORD length = ARRAYSIZE(whole), had = room ? *room : 0;

    (void)info;
    if (WSAAddressToStringW(name, size, NULL, whole, room ? &length : NULL))
        return SOCKET_ERROR;
    *room = length;
    if (!text || had < length)
        return wsa_fail(WSAEFAULT);
    for (DWORD i = 0; i < length; i++)
        text[i] = (char)whole[i];
    return 0;
}

static BOOL get_port(const char *text, USHORT *port)
{
    ULONG value = 0;

    if (!*text)
        return FALSE;
    for (; *text; text++) {
        if (*text < '0' || *text > '9' || (value = value * 10 + (ULONG)(*text - '0')) > 65535)
            return FALSE;
    }
    *port = htons((USHORT)value);
    return TRUE;
}

static int parse(char *text, int family, SOCKADDR *name, INT *size)
{
    struct wsa_found found;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    USHORT port = 0;
    char *address = text, *colon = NULL;
    int need = family == AF_INET ? (int)sizeof(v4) : (int)sizeof(v6);

    if (family == AF_INET6 && *text == '[') {
        address = text + 1;
        for (colon = address; *colon && *colon != ']'; colon++)
            ;
        if (!*colon)
            return WSAEINVAL;
        *colon++ = 0;
        if (*colon && (*colon != ':' || !get_port(colon + 1, &port)))
            return WSAEINVAL;
    } else if (family == AF_INET) {
        for (colon = text; *colon && *colon != ':'; colon++)
            ;
        if (*colon) {
            *colon = 0;
            if (!get_port(colon + 1, &port))
                return WSAEINVAL;
        }
    }
    if (!wsa_numeric(address, &found) || found.family != family)
        return WSAEINVAL;
    if (!name || *size < need) {
        *size = need;
        return WSAEFAULT;
    }
    *size = need;
    if (family == AF_INET) {
        memset(&v4, 0, sizeof(v4));
        v4.sin_family = AF_INET;
        v4.sin_port = port;
        memcpy(&v4.sin_addr, found.address, 4);
        memcpy(name, &v4, sizeof(v4));
    } else {
        memset(&v6, 0, sizeof(v6));
        v6.sin6_family = AF_INET6;
        v6.sin6_port = port;
        v6.sin6_scope_id = found.scope;
        memcpy(&v6.sin6_addr, found.address, 16);
        memcpy(name, &v6, sizeof(v6));
    }
    return 0;
}

static INT from_text(char *utf8, int family, SOCKADDR *name, INT *size)
{
    int error;

    if (!wsa_started())
        error = WSANOTINITIALISED;
    else if (!utf8 || !size)
        error = WSAEFAULT;
    else if (family != AF_INET && family != AF_INET6)
        error = WSAEINVAL;
    else
        error = parse(utf8, family, name, size);
    heap_free(utf8);
    return error ? wsa_fail(error) : 0;
}

INT WINAPI WSAStringToAddressW(LPWSTR text, INT family, LPWSAPROTOCOL_INFOW info, LPSOCKADDR name,
                               LPINT size)
{
    (void)info;
    return from_text(text ? wsa_utf8(text) : NULL, family, name, size);
}

INT WINAPI WSAStringToAddressA(LPSTR text, INT family, LPWSAPROTOCOL_INFOA info, LPSOCKADDR name,
                               LPINT size)
{
    (void)info;
    return from_text(text ? wsa_text(text, ansi_length(text)) : NULL, family, name, size);
}

static BOOL is_socket(SOCKET s)
{
    DWORD type;

    return !wsa_status(wsa_get(s, SOL_SOCKET, SO_TYPE, &type, sizeof(type), NULL));
}

int WINAPI WSAHtonl(SOCKET s, u_long value, u_long *result)
{
    if (!wsa_started() || !is_socket(s))
        return SOCKET_ERROR;
    if (!result)
        return wsa_fail(WSAEFAULT);
    *result = htonl(value);
    return 0;
}

int WINAPI WSAHtons(SOCKET s, u_short value, u_short *result)
{
    if (!wsa_started() || !is_socket(s))
        return SOCKET_ERROR;
    if (!result)
        return wsa_fail(WSAEFAULT);
    *result = htons(value);
    return 0;
}

int WINAPI WSANtohl(SOCKET s, u_long value, u_long *result)
{
    return WSAHtonl(s, value, result);
}

int WINAPI WSANtohs(SOCKET s, u_short value, u_short *result)
{
    return WSAHtons(s, value, result);
}

/* ---- Sockets of other processes ---- */

int WINAPI WSADuplicateSocketW(SOCKET s, DWORD process, LPWSAPROTOCOL_INFOW info)
{
    int size = sizeof(*info);
    HANDLE other, copy;
    NTSTATUS status;

    if (!wsa_started())
        return SOCKET_ERROR;
    if (!info)
        return wsa_fail(WSAEFAULT);
    if (getsockopt(s, SOL_SOCKET, SO_PROTOCOL_INFOW, (char *)info, &size))
        return SOCKET_ERROR;
    other = OpenProcess(PROCESS_DUP_HANDLE, FALSE, process);
    if (!other)
        return wsa_fail(WSAEINVAL);
    status = NtDuplicateObject(NtCurrentProcess(), (HANDLE)s, other, &copy, 0, 0,
                               DUPLICATE_SAME_ACCESS | 4 /* DUPLICATE_SAME_ATTRIBUTES */);
    NtClose(other);
    if (!NT_SUCCESS(status))
        return wsa_status(status);
    info->dwProviderReserved = (DWORD)(ULONG_PTR)copy;
    return 0;
}

int WINAPI WSADuplicateSocketA(SOCKET s, DWORD process, LPWSAPROTOCOL_INFOA info)
{
    WSAPROTOCOL_INFOW wide;

    if (!info)
        return wsa_fail(WSAEFAULT);
    if (WSADuplicateSocketW(s, process, &wide))
        return SOCKET_ERROR;
    memcpy(info, &wide, offsetof(WSAPROTOCOL_INFOA, szProtocol));
    for (int i = 0; !i || wide.szProtocol[i - 1]; i++)
        info->szProtocol[i] = (char)wide.szProtocol[i]; /* ASCII: catalog.c's own */
    return 0;
}

/* ---- Variants ---- */

SOCKET WINAPI WSAAccept(SOCKET s, struct sockaddr *name, LPINT length, LPCONDITIONPROC condition,
                        DWORD_PTR context)
{
    SOCKADDR_STORAGE peer;
    int size = sizeof(peer);
    SOCKET accepted = accept(s, (struct sockaddr *)&peer, &size);
    WSABUF caller = {(ULONG)size, (char *)&peer}, none = {0, NULL};
    GROUP group = 0;

    if (accepted == INVALID_SOCKET)
        return accepted;
    /* The connection is made by then: what the program does not want is closed. */
    if (condition && condition(&caller, NULL, NULL, NULL, &none, &none, &group, context) != CF_ACCEPT) {
        closesocket(accepted);
        wsa_fail(WSAECONNREFUSED);
        return INVALID_SOCKET;
    }
    if (name && length) {
        if (*length < size) {
            closesocket(accepted);
            wsa_fail(WSAEFAULT);
            return INVALID_SOCKET;
        }
        memcpy(name, &peer, (SIZE_T)size);
        *length = size;
    }
    return accepted;
}

int WINAPI WSASendDisconnect(SOCKET s, LPWSABUF data)
{
    (void)data; /* no transport has disconnect data */
    return shutdown(s, SD_SEND);
}

int WINAPI WSARecvDisconnect(SOCKET s, LPWSABUF data)
{
    (void)data;
    return shutdown(s, SD_RECEIVE);
}

/* ---- What is refused ---- */

/* Messages to windows: there are none. */
int WINAPI WSAAsyncSelect(SOCKET s, HWND window, u_int message, __LONG32 events)
{
    (void)window, (void)message, (void)events;
    if (!wsa_started() || !is_socket(s))
        return SOCKET_ERROR;
    return wsa_fail(WSAEOPNOTSUPP);
}

SOCKET WINAPI WSAJoinLeaf(SOCKET s, const struct sockaddr *name, int length, LPWSABUF caller,
                          LPWSABUF callee, LPQOS own, LPQOS group, DWORD flags)
{
    (void)s, (void)name, (void)length, (void)caller, (void)callee, (void)own, (void)group;
    (void)flags;
    if (wsa_started())
        wsa_fail(WSAEOPNOTSUPP);
    return INVALID_SOCKET;
}

BOOL WINAPI WSAGetQOSByName(SOCKET s, LPWSABUF name, LPQOS qos)
{
    (void)s, (void)name, (void)qos;
    if (wsa_started())
        wsa_fail(WSAEOPNOTSUPP);
    return FALSE;
}

INT WINAPI WSALookupServiceBeginW(LPWSAQUERYSETW restrictions, DWORD flags, LPHANDLE lookup)
{
    (void)restrictions, (void)flags, (void)lookup;
    if (!wsa_started())
        return SOCKET_ERROR;
    return wsa_fail(WSASERVICE_NOT_FOUND);
}

INT WINAPI WSALookupServiceBeginA(LPWSAQUERYSETA restrictions, DWORD flags, LPHANDLE lookup)
{
    (void)restrictions;
    return WSALookupServiceBeginW(NULL, flags, lookup);
}

INT WINAPI WSALookupServiceNextW(HANDLE lookup, DWORD flags, LPDWORD size, LPWSAQUERYSETW results)
{
    (void)lookup, (void)flags, (void)size, (void)results;
    return wsa_fail(WSA_INVALID_HANDLE);
}

INT WINAPI WSALookupServiceNextA(HANDLE lookup, DWORD flags, LPDWORD size, LPWSAQUERYSETA results)
{
    (void)lookup, (void)flags, (void)size, (void)results;
    return wsa_fail(WSA_INVALID_HANDLE);
}

INT WINAPI WSALookupServiceEnd(HANDLE lookup)
{
    (void)lookup;
    return wsa_fail(WSA_INVALID_HANDLE);
}

/* Blocking hooks of version 1. */
int WINAPI WSACancelBlockingCall(void)
{
    return wsa_started() ? wsa_fail(WSAEOPNOTSUPP) : SOCKET_ERROR;
}

BOOL WINAPI WSAIsBlocking(void)
{
    return FALSE;
}
