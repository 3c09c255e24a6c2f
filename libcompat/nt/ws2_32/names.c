/*
 * Names: of this machine, and addresses of others. Only addresses written as numbers can be
 * resolved, as there is no resolver below yet.
 */
#include "winsock.h"

int WINAPI GetHostNameW(PWSTR name, int size)
{
    WCHAR text[256];
    DWORD length = ARRAYSIZE(text);

    if (!name || size < 0)
        return wsa_fail(WSAEFAULT);
    if (!wsa_started())
        return SOCKET_ERROR;
    if (!GetComputerNameExW(ComputerNameDnsHostname, text, &length))
        return wsa_fail(WSAENETDOWN);
    if (length >= (DWORD)size)
        return wsa_fail(WSAEFAULT);
    memcpy(name, text, (length + 1) * sizeof(WCHAR));
    return 0;
}

int WINAPI gethostname(char *name, int size)
{
    WCHAR text[256];
    char *narrow;
    SIZE_T length;

    if (!name || size < 0)
        return wsa_fail(WSAEFAULT);
    if (GetHostNameW(text, ARRAYSIZE(text)))
        return SOCKET_ERROR;
    narrow = ansi_copy(text);
    if (!narrow)
        return wsa_fail(WSAENOBUFS);
    length = ansi_length(narrow) + 1;
    if (length <= (SIZE_T)size)
        memcpy(name, narrow, length);
    heap_free(narrow);
    return length <= (SIZE_T)size ? 0 : wsa_fail(WSAEFAULT);
}

struct result {
    ADDRINFOA info;
    union {
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address;
};

void WINAPI freeaddrinfo(PADDRINFOA info)
{
    while (info) {
        PADDRINFOA next = info->ai_next;

        heap_free(info->ai_canonname);
        heap_free(info);
        info = next;
    }
}

static int get_port(const char *service, int flags, USHORT *port)
{
    unsigned value = 0;

    *port = 0;
    if (!service || !*service)
        return 0;
    for (; *service; service++) {
        if (*service < '0' || *service > '9')
            return flags & AI_NUMERICSERV ? WSAHOST_NOT_FOUND : WSATYPE_NOT_FOUND;
        value = value * 10 + (*service - '0');
        if (value > 65535)
            return WSATYPE_NOT_FOUND;
    }
    *port = (USHORT)value;
    return 0;
}

static ADDRINFOA *make(const ADDRINFOA *hints, int family, const void *address, USHORT port,
                       const char *canonical)
{
    struct result *r = heap_zalloc(sizeof(*r));

    if (!r)
        return NULL;
    r->info.ai_family = family;
    r->info.ai_socktype = hints ? hints->ai_socktype : 0;
    r->info.ai_protocol = hints ? hints->ai_protocol : 0;
    r->info.ai_addr = (struct sockaddr *)&r->address;
    if (family == AF_INET) {
        r->info.ai_addrlen = sizeof(r->address.v4);
        r->address.v4.sin_family = AF_INET;
        r->address.v4.sin_port = htons(port);
        memcpy(&r->address.v4.sin_addr, address, 4);
    } else {
        r->info.ai_addrlen = sizeof(r->address.v6);
        r->address.v6.sin6_family = AF_INET6;
        r->address.v6.sin6_port = htons(port);
        memcpy(&r->address.v6.sin6_addr, address, 16);
    }
    if (canonical) {
        SIZE_T size = ansi_length(canonical) + 1;

        r->info.ai_canonname = heap_alloc(size);
        if (!r->info.ai_canonname) {
            heap_free(r);
            return NULL;
        }
        memcpy(r->info.ai_canonname, canonical, size);
    }
    return &r->info;
}

static BOOL is_localhost(const char *name)
{
    static const char localhost[] = "localhost";
    SIZE_T i;

    for (i = 0; localhost[i]; i++)
        if ((name[i] | 0x20) != localhost[i])
            return FALSE;
    return !name[i] || (name[i] == '.' && !name[i + 1]);
}

INT WINAPI getaddrinfo(PCSTR node, PCSTR service, const ADDRINFOA *hints, PADDRINFOA *result)
{
    static const UCHAR any[16], loop4[4] = {127, 0, 0, 1}, loop6[16] = {[15] = 1};
    int family = hints ? hints->ai_family : AF_UNSPEC, flags = hints ? hints->ai_flags : 0;
    int error = 0;
    UCHAR address[16];
    USHORT port;
    PADDRINFOA v4 = NULL, v6 = NULL;
    BOOL want4 = family != AF_INET6, want6 = family != AF_INET;

    if (!result)
        error = WSAEFAULT;
    else if (!wsa_started())
        error = WSANOTINITIALISED;
    else if ((!node || !*node) && (!service || !*service))
        error = WSAHOST_NOT_FOUND;
    else if (family != AF_UNSPEC && family != AF_INET && family != AF_INET6)
        error = WSAEAFNOSUPPORT;
    else if ((flags & AI_CANONNAME) && !node)
        error = WSAEINVAL;
    else
        error = get_port(service, flags, &port);
    if (result)
        *result = NULL;
    if (!error) {
        const char *canonical = flags & AI_CANONNAME ? node : NULL;

        if (!node || !*node) {
            BOOL passive = flags & AI_PASSIVE;

            if (want6)
                v6 = make(hints, AF_INET6, passive ? any : loop6, port, NULL);
            if (want4)
                v4 = make(hints, AF_INET, passive ? any : loop4, port, NULL);
            if ((want6 && !v6) || (want4 && !v4))
                error = WSA_NOT_ENOUGH_MEMORY;
        } else if (inet_pton(AF_INET, node, address) == 1) {
            if (!want4)
                error = WSAHOST_NOT_FOUND;
            else if (!(v4 = make(hints, AF_INET, address, port, canonical)))
                error = WSA_NOT_ENOUGH_MEMORY;
        } else if (inet_pton(AF_INET6, node, address) == 1) {
            if (!want6)
                error = WSAHOST_NOT_FOUND;
            else if (!(v6 = make(hints, AF_INET6, address, port, canonical)))
                error = WSA_NOT_ENOUGH_MEMORY;
        } else if (flags & AI_NUMERICHOST) {
            error = WSAHOST_NOT_FOUND;
        } else if (is_localhost(node)) {
            /* never asked of anybody (RFC 6761) */
            if (want6)
                v6 = make(hints, AF_INET6, loop6, port, canonical);
            if (want4)
                v4 = make(hints, AF_INET, loop4, port, want6 ? NULL : canonical);
            if ((want6 && !v6) || (want4 && !v4))
                error = WSA_NOT_ENOUGH_MEMORY;
        } else {
            error = WSANO_RECOVERY;
        }
    }
    if (error) {
        freeaddrinfo(v4);
        freeaddrinfo(v6);
        wsa_fail(error);
        return error;
    }
    if (v6)
        v6->ai_next = v4;
    *result = v6 ? v6 : v4;
    return 0;
}

_Static_assert(sizeof(ADDRINFOW) == sizeof(ADDRINFOA), "both forms differ in one pointer's type");

void WINAPI FreeAddrInfoW(PADDRINFOW info)
{
    freeaddrinfo((PADDRINFOA)info);
}

INT WINAPI GetAddrInfoW(PCWSTR node, PCWSTR service, const ADDRINFOW *hints, PADDRINFOW *result)
{
    char *narrow_node = ansi_copy(node), *narrow_service = ansi_copy(service);
    PADDRINFOA list = NULL;
    int error = (node && !narrow_node) || (service && !narrow_service) ? WSA_NOT_ENOUGH_MEMORY : 0;

    if (!result)
        error = WSAEFAULT;
    if (!error)
        error = getaddrinfo(narrow_node, narrow_service, (const ADDRINFOA *)hints, &list);
    for (PADDRINFOA a = list; a && !error; a = a->ai_next) {
        WCHAR *wide;

        if (!a->ai_canonname)
            continue;
        wide = wide_copy(a->ai_canonname);
        if (!wide)
            error = WSA_NOT_ENOUGH_MEMORY;
        heap_free(a->ai_canonname);
        a->ai_canonname = (char *)wide;
    }
    if (error) {
        freeaddrinfo(list);
        list = NULL;
        wsa_fail(error);
    }
    heap_free(narrow_node);
    heap_free(narrow_service);
    if (result)
        *result = (PADDRINFOW)list;
    return error;
}
