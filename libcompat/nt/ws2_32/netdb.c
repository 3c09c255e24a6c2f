/*
 * The older functions of names: hosts, services, protocols. What they return is the thread's, until
 * its next call. Also getnameinfo, and this machine's own name.
 */
#include "resolve.h"

#define MAX_ADDRESSES 64
#define MAX_ALIASES 4

struct database {
    struct hostent host;
    char host_name[NSI_NAME_TEXT], host_alias[NSI_NAME_TEXT];
    char *host_aliases[2], *host_list[MAX_ADDRESSES + 1];
    UCHAR addresses[MAX_ADDRESSES][16];
    struct servent service;
    struct wsa_service service_row;
    char *service_aliases[MAX_ALIASES + 1];
    struct protoent protocol;
    struct wsa_service protocol_row;
    char *protocol_aliases[MAX_ALIASES + 1];
};

/* TLS slot; made by the first caller, interlocked. */
static DWORD slot = TLS_OUT_OF_INDEXES;

static struct database *database(void)
{
    struct database *d;

    if (slot == TLS_OUT_OF_INDEXES) {
        DWORD mine = TlsAlloc();

        if (mine == TLS_OUT_OF_INDEXES)
            return NULL;
        if (InterlockedCompareExchange((LONG *)&slot, (LONG)mine, (LONG)TLS_OUT_OF_INDEXES) !=
            (LONG)TLS_OUT_OF_INDEXES)
            TlsFree(mine);
    }
    d = TlsGetValue(slot);
    if (!d && (d = heap_zalloc(sizeof(*d))) != NULL && !TlsSetValue(slot, d)) {
        heap_free(d);
        d = NULL;
    }
    if (!d)
        wsa_fail(WSAENOBUFS);
    return d;
}

void wsa_database_forget(void)
{
    if (slot == TLS_OUT_OF_INDEXES)
        return;
    heap_free(TlsGetValue(slot));
    TlsSetValue(slot, NULL);
}

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

/* UTF-8 into the ANSI code page, cut to what fits. */
static void put_text(char *to, SIZE_T room, const char *utf8)
{
    WCHAR *wide = utf8 ? wsa_wide(utf8) : NULL;
    char *narrow = wide ? ansi_copy(wide) : NULL;
    SIZE_T n = narrow ? ansi_length(narrow) : 0;

    if (n >= room)
        n = room - 1;
    if (n)
        memcpy(to, narrow, n);
    to[n] = 0;
    heap_free(wide);
    heap_free(narrow);
}

static struct hostent *give_host(struct database *d, int family, const char *name,
                                 const char *alias, const struct wsa_found *found, unsigned count)
{
    unsigned n = 0;

    put_text(d->host_name, sizeof(d->host_name), name);
    put_text(d->host_alias, sizeof(d->host_alias), alias);
    for (unsigned i = 0; i < count && n < MAX_ADDRESSES; i++)
        if (found[i].family == family) {
            memcpy(d->addresses[n], found[i].address, 16);
            d->host_list[n] = (char *)d->addresses[n];
            n++;
        }
    d->host_list[n] = NULL;
    d->host_aliases[0] = d->host_alias[0] ? d->host_alias : NULL;
    d->host_aliases[1] = NULL;
    d->host.h_name = d->host_name;
    d->host.h_aliases = d->host_aliases;
    d->host.h_addrtype = (short)family;
    d->host.h_length = family == AF_INET ? 4 : 16;
    d->host.h_addr_list = d->host_list;
    return &d->host;
}

struct hostent *WINAPI gethostbyname(const char *name)
{
    struct database *d;
    struct wsa_names *names;
    struct hostent *host;
    WCHAR *wide;
    char *utf8;
    int error;

    if (!wsa_started() || !(d = database()))
        return NULL;
    wide = wide_copy(name ? name : "");
    utf8 = wide ? wsa_utf8(wide) : NULL;
    heap_free(wide);
    error = utf8 ? wsa_lookup(NULL, utf8, AF_INET, AI_CANONNAME, &names) : WSAENOBUFS;
    if (error) {
        heap_free(utf8);
        wsa_fail(error);
        return NULL;
    }
    host = give_host(d, AF_INET, names->canonical,
                     names->canonical && *utf8 && !wsa_same_name(names->canonical, utf8) ? utf8
                                                                                          : NULL,
                     names->at, names->count);
    wsa_names_free(names);
    heap_free(utf8);
    return host;
}

struct hostent *WINAPI gethostbyaddr(const char *address, int length, int family)
{
    struct database *d;
    struct wsa_found found;
    struct hostent *host;
    char *name;
    int error;

    if (!wsa_started() || !(d = database()))
        return NULL;
    if (family != AF_INET && family != AF_INET6) {
        wsa_fail(WSAEAFNOSUPPORT);
        return NULL;
    }
    if (!address || length < (family == AF_INET ? 4 : 16)) {
        wsa_fail(WSAEFAULT);
        return NULL;
    }
    memset(&found, 0, sizeof(found));
    found.family = family;
    memcpy(found.address, address, family == AF_INET ? 4 : 16);
    error = wsa_name_of(family, address, &name);
    if (error) {
        wsa_fail(error == WSAHOST_NOT_FOUND ? WSANO_DATA : error);
        return NULL;
    }
    host = give_host(d, family, name, NULL, &found, 1);
    heap_free(name);
    return host;
}

static struct servent *give_service(struct database *d)
{
    struct wsa_service *row = &d->service_row;

    for (int i = 0; i < row->alias_count; i++)
        d->service_aliases[i] = row->aliases[i];
    d->service_aliases[row->alias_count] = NULL;
    d->service.s_name = row->name;
    d->service.s_aliases = d->service_aliases;
    d->service.s_port = (short)htons((USHORT)row->number);
    d->service.s_proto = row->protocol;
    return &d->service;
}

struct servent *WINAPI getservbyname(const char *name, const char *protocol)
{
    struct database *d;

    if (!wsa_started() || !(d = database()))
        return NULL;
    if (!name) {
        wsa_fail(WSAEFAULT);
        return NULL;
    }
    if (!wsa_service(name, 0, protocol && *protocol ? protocol : NULL, &d->service_row)) {
        wsa_fail(WSANO_DATA);
        return NULL;
    }
    return give_service(d);
}

struct servent *WINAPI getservbyport(int port, const char *protocol)
{
    struct database *d;

    if (!wsa_started() || !(d = database()))
        return NULL;
    if (!wsa_service(NULL, ntohs((USHORT)port), protocol && *protocol ? protocol : NULL,
                     &d->service_row)) {
        wsa_fail(WSANO_DATA);
        return NULL;
    }
    return give_service(d);
}

static struct protoent *give_protocol(struct database *d)
{
    struct wsa_service *row = &d->protocol_row;

    for (int i = 0; i < row->alias_count; i++)
        d->protocol_aliases[i] = row->aliases[i];
    d->protocol_aliases[row->alias_count] = NULL;
    d->protocol.p_name = row->name;
    d->protocol.p_aliases = d->protocol_aliases;
    d->protocol.p_proto = (short)row->number;
    return &d->protocol;
}

struct protoent *WINAPI getprotobyname(const char *name)
{
    struct database *d;

    if (!wsa_started() || !(d = database()))
        return NULL;
    if (!name) {
        wsa_fail(WSAEFAULT);
        return NULL;
    }
    if (!wsa_protocol_row(name, 0, &d->protocol_row)) {
        wsa_fail(WSANO_DATA);
        return NULL;
    }
    return give_protocol(d);
}

struct protoent *WINAPI getprotobynumber(int number)
{
    struct database *d;

    if (!wsa_started() || !(d = database()))
        return NULL;
    if (!wsa_protocol_row(NULL, number, &d->protocol_row)) {
        wsa_fail(WSANO_DATA);
        return NULL;
    }
    return give_protocol(d);
}

/* ---- getnameinfo ---- */

static SIZE_T put_decimal(WCHAR *to, ULONG value)
{
    WCHAR text[12];
    SIZE_T n = 0, i = 0;

    do
        text[n++] = (WCHAR)('0' + value % 10);
    while ((value /= 10) != 0);
    while (n)
        to[i++] = text[--n];
    to[i] = 0;
    return i;
}

static int put_wide(const WCHAR *text, PWCHAR to, DWORD size)
{
    SIZE_T n = wide_length(text) + 1;

    if (n > size)
        return WSAEFAULT;
    memcpy(to, text, n * sizeof(WCHAR));
    return 0;
}

static int node_name(const SOCKADDR *address, PWCHAR node, DWORD size, int flags)
{
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
    const void *bytes = address->sa_family == AF_INET
                            ? (const void *)&((const struct sockaddr_in *)address)->sin_addr
                            : (const void *)&v6->sin6_addr;
    WCHAR text[INET6_ADDRSTRLEN + 16];
    char *name = NULL;
    WCHAR *wide;
    int error = WSAHOST_NOT_FOUND;

    if (!(flags & NI_NUMERICHOST))
        error = wsa_name_of(address->sa_family, bytes, &name);
    if (error && ((flags & NI_NAMEREQD) && !(flags & NI_NUMERICHOST)))
        return error == WSANO_DATA ? WSAHOST_NOT_FOUND : error;
    if (error) {
        InetNtopW(address->sa_family, bytes, text, INET6_ADDRSTRLEN + 1);
        if (address->sa_family == AF_INET6 && v6->sin6_scope_id) {
            SIZE_T n = wide_length(text);

            text[n] = '%';
            put_decimal(text + n + 1, v6->sin6_scope_id);
        }
        return put_wide(text, node, size);
    }
    if (flags & NI_NOFQDN)
        for (char *c = name; *c; c++)
            if (*c == '.')
                *c = 0;
    wide = wsa_wide(name);
    heap_free(name);
    error = wide ? put_wide(wide, node, size) : WSA_NOT_ENOUGH_MEMORY;
    heap_free(wide);
    return error;
}

static int service_name(USHORT port, PWCHAR service, DWORD size, int flags)
{
    struct wsa_service row;
    WCHAR text[64];
    SIZE_T i = 0;

    if (!(flags & NI_NUMERICSERV) && wsa_service(NULL, port, flags & NI_DGRAM ? "udp" : "tcp", &row)) {
        for (; i < ARRAYSIZE(text) - 1 && row.name[i]; i++)
            text[i] = (UCHAR)row.name[i];
        text[i] = 0;
    } else {
        put_decimal(text, port);
    }
    return put_wide(text, service, size);
}

INT WINAPI GetNameInfoW(const SOCKADDR *address, socklen_t length, PWCHAR node, DWORD node_size,
                        PWCHAR service, DWORD service_size, INT flags)
{
    int error = 0;

    if (!wsa_started())
        error = WSANOTINITIALISED;
    else if (!address || length < (socklen_t)sizeof(address->sa_family))
        error = WSAEFAULT;
    else if (address->sa_family != AF_INET && address->sa_family != AF_INET6)
        error = WSAEAFNOSUPPORT;
    else if (length < (socklen_t)(address->sa_family == AF_INET ? sizeof(struct sockaddr_in)
                                                                : sizeof(struct sockaddr_in6)))
        error = WSAEFAULT;
    else if ((!node || !node_size) && (!service || !service_size))
        error = WSAHOST_NOT_FOUND;
    if (!error && node && node_size)
        error = node_name(address, node, node_size, flags);
    if (!error && service && service_size)
        error = service_name(ntohs(((const struct sockaddr_in *)address)->sin_port), service,
                             service_size, flags);
    if (error)
        wsa_fail(error);
    return error;
}

INT WINAPI getnameinfo(const SOCKADDR *address, socklen_t length, PCHAR node, DWORD node_size,
                       PCHAR service, DWORD service_size, INT flags)
{
    WCHAR wide_node[NSI_NAME_TEXT], wide_service[64];
    BOOL want_node = node && node_size, want_service = service && service_size;
    int error = GetNameInfoW(address, length, want_node ? wide_node : NULL,
                             want_node ? ARRAYSIZE(wide_node) : 0,
                             want_service ? wide_service : NULL,
                             want_service ? ARRAYSIZE(wide_service) : 0, flags);
    char *narrow;

    for (int i = 0; i < 2 && !error; i++) {
        char *to = i ? service : node;
        DWORD size = i ? service_size : node_size;

        if (!(i ? want_service : want_node))
            continue;
        narrow = ansi_copy(i ? wide_service : wide_node);
        if (!narrow)
            error = WSA_NOT_ENOUGH_MEMORY;
        else if (ansi_length(narrow) >= size)
            error = WSAEFAULT;
        else
            memcpy(to, narrow, ansi_length(narrow) + 1);
        heap_free(narrow);
    }
    if (error)
        wsa_fail(error);
    return error;
}
