/*
 * getaddrinfo and its wide, extended and asynchronous forms.
 */
#include "resolve.h"

#include "libcompat/nt/include/nsi_call.h"

#undef FreeAddrInfoEx

/* What all forms ask, in one shape. */
struct question {
    char *node, *service; /* to heap_free; NULL */
    int flags, family, type, protocol;
};

struct answer {
    struct wsa_names *names;
    int type, protocol;
    USHORT port; /* network byte order */
};

union address {
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

struct result {
    ADDRINFOA info;
    union address address;
};

struct result_ex {
    ADDRINFOEXW info;
    union address address;
};

_Static_assert(sizeof(ADDRINFOW) == sizeof(ADDRINFOA), "both forms differ in one pointer's type");

#define KNOWN_FLAGS                                                                                \
    (AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_NUMERICSERV | 0x100 /* AI_ALL */ |            \
     0x400 /* AI_ADDRCONFIG */ | 0x800 /* AI_V4MAPPED */ | 0x4000 /* AI_NON_AUTHORITATIVE */ |     \
     0x8000 /* AI_SECURE */ | 0x10000 /* AI_RETURN_PREFERRED_NAMES */ | 0x20000 /* AI_FQDN */ |    \
     0x40000 /* AI_FILESERVER */ | 0x80000 /* AI_DISABLE_IDN_ENCODING */ | 0x100000 |              \
     0x80000000)

static int get_port(const struct question *q, int *type, int *protocol, USHORT *port)
{
    struct wsa_service row;
    const char *c = q->service;
    unsigned value = 0;

    *port = 0;
    if (!c || !*c)
        return 0;
    for (; *c >= '0' && *c <= '9'; c++) {
        value = value * 10 + (unsigned)(*c - '0');
        if (value > 65535)
            return WSATYPE_NOT_FOUND;
    }
    if (!*c) {
        *port = htons((USHORT)value);
        return 0;
    }
    if (q->flags & AI_NUMERICSERV)
        return WSAHOST_NOT_FOUND;
    if (*type != SOCK_STREAM && *type != SOCK_DGRAM && *type)
        return WSATYPE_NOT_FOUND;
    if (*type != SOCK_DGRAM && *protocol != IPPROTO_UDP && wsa_service(q->service, 0, "tcp", &row)) {
        *type = SOCK_STREAM;
        *protocol = *protocol ? *protocol : IPPROTO_TCP;
    } else if (*type != SOCK_STREAM && *protocol != IPPROTO_TCP &&
               wsa_service(q->service, 0, "udp", &row)) {
        *type = SOCK_DGRAM;
        *protocol = *protocol ? *protocol : IPPROTO_UDP;
    } else {
        return WSATYPE_NOT_FOUND;
    }
    *port = htons((USHORT)row.number);
    return 0;
}

static int answer(HANDLE device, const struct question *q, struct answer *a)
{
    BOOL mapped = (q->flags & 0x800) && q->family == AF_INET6, tried = FALSE;
    int error;

    memset(a, 0, sizeof(*a));
    if (!wsa_started())
        return WSANOTINITIALISED;
    if ((!q->node && (!q->service || !*q->service)))
        return WSAHOST_NOT_FOUND;
    if (q->flags & ~KNOWN_FLAGS)
        return WSAEINVAL;
    if (q->family != AF_UNSPEC && q->family != AF_INET && q->family != AF_INET6)
        return WSAEAFNOSUPPORT;
    if (q->type < 0 || q->type > SOCK_SEQPACKET)
        return WSAESOCKTNOSUPPORT;
    if ((q->flags & AI_CANONNAME) && !q->node)
        return WSAEINVAL;
    a->type = q->type;
    a->protocol = q->protocol;
    error = get_port(q, &a->type, &a->protocol, &a->port);
    if (error)
        return error;
    error = wsa_lookup(device, q->node, q->family, q->flags, &a->names);
    if (mapped && (error == WSANO_DATA || error == WSAHOST_NOT_FOUND)) {
        error = wsa_lookup(device, q->node, AF_INET, q->flags, &a->names);
        tried = !error;
    }
    for (unsigned i = 0; tried && i < a->names->count; i++) {
        UCHAR v6[16] = {[10] = 0xff, [11] = 0xff};

        memcpy(v6 + 12, a->names->at[i].address, 4);
        memcpy(a->names->at[i].address, v6, 16);
        a->names->at[i].family = AF_INET6;
    }
    return error;
}

static SIZE_T put_address(const struct wsa_found *f, USHORT port, union address *to)
{
    if (f->family == AF_INET) {
        to->v4.sin_family = AF_INET;
        to->v4.sin_port = port;
        memcpy(&to->v4.sin_addr, f->address, 4);
        return sizeof(to->v4);
    }
    to->v6.sin6_family = AF_INET6;
    to->v6.sin6_port = port;
    to->v6.sin6_scope_id = f->scope;
    memcpy(&to->v6.sin6_addr, f->address, 16);
    return sizeof(to->v6);
}

void WINAPI freeaddrinfo(PADDRINFOA info)
{
    while (info) {
        PADDRINFOA next = info->ai_next;

        heap_free(info->ai_canonname);
        heap_free(info);
        info = next;
    }
}

void WINAPI FreeAddrInfoW(PADDRINFOW info)
{
    freeaddrinfo((PADDRINFOA)info);
}

void WINAPI FreeAddrInfoExW(PADDRINFOEXW info)
{
    while (info) {
        PADDRINFOEXW next = (PADDRINFOEXW)info->ai_next; /* the header misspells its type */

        heap_free((void *)info->ai_canonname);
        heap_free(info);
        info = next;
    }
}

void WINAPI FreeAddrInfoEx(PADDRINFOEXA info)
{
    FreeAddrInfoExW((PADDRINFOEXW)info);
}

/* The narrow forms use the ANSI code page, the core UTF-8. */
static char *utf8_of_ansi(const char *text)
{
    WCHAR *wide = wide_copy(text);
    char *utf8 = wide ? wsa_utf8(wide) : NULL;

    heap_free(wide);
    return utf8;
}

static void *canonical_of(const struct answer *a, BOOL wide)
{
    WCHAR *text = wsa_wide(a->names->canonical ? a->names->canonical : "");
    char *narrow;

    if (wide || !text)
        return text;
    narrow = ansi_copy(text);
    heap_free(text);
    return narrow;
}

static int give(const struct question *q, const struct answer *a, BOOL wide, PADDRINFOA *list)
{
    for (unsigned i = 0; i < a->names->count; i++) {
        struct result *r = heap_zalloc(sizeof(*r));

        if (!r)
            return WSA_NOT_ENOUGH_MEMORY;
        *list = &r->info;
        list = &r->info.ai_next;
        r->info.ai_flags = q->flags & 0x20000;
        r->info.ai_family = a->names->at[i].family;
        r->info.ai_socktype = a->type;
        r->info.ai_protocol = a->protocol;
        r->info.ai_addr = (struct sockaddr *)&r->address;
        r->info.ai_addrlen = put_address(&a->names->at[i], a->port, &r->address);
        if (!i && (q->flags & (AI_CANONNAME | 0x20000)) &&
            !(r->info.ai_canonname = canonical_of(a, wide)))
            return WSA_NOT_ENOUGH_MEMORY;
    }
    return 0;
}

static int give_ex(const struct question *q, const struct answer *a, BOOL wide, PADDRINFOEXW *list)
{
    for (unsigned i = 0; i < a->names->count; i++) {
        struct result_ex *r = heap_zalloc(sizeof(*r));

        if (!r)
            return WSA_NOT_ENOUGH_MEMORY;
        *list = &r->info;
        list = (PADDRINFOEXW *)&r->info.ai_next;
        r->info.ai_family = a->names->at[i].family;
        r->info.ai_socktype = a->type;
        r->info.ai_protocol = a->protocol;
        r->info.ai_addr = (struct sockaddr *)&r->address;
        r->info.ai_addrlen = put_address(&a->names->at[i], a->port, &r->address);
        if (!i && (q->flags & (AI_CANONNAME | 0x20000)) &&
            !(r->info.ai_canonname = canonical_of(a, wide)))
            return WSA_NOT_ENOUGH_MEMORY;
    }
    return 0;
}

static void forget(struct question *q, struct answer *a)
{
    heap_free(q->node);
    heap_free(q->service);
    wsa_names_free(a->names);
}

/* hints: of any of the forms; they agree in front. Only the four numbers may be set. */
static int take_hints(const ADDRINFOA *hints, struct question *q)
{
    if (!hints)
        return 0;
    q->flags = hints->ai_flags;
    q->family = hints->ai_family;
    q->type = hints->ai_socktype;
    q->protocol = hints->ai_protocol;
    return hints->ai_addrlen || hints->ai_canonname || hints->ai_addr || hints->ai_next
               ? WSANO_RECOVERY
               : 0;
}

static int resolve(struct question *q, BOOL wide, PADDRINFOA *result)
{
    struct answer a;
    int error = answer(NULL, q, &a);

    if (!error)
        error = give(q, &a, wide, result);
    if (error) {
        freeaddrinfo(*result);
        *result = NULL;
        wsa_fail(error);
    }
    forget(q, &a);
    return error;
}

INT WINAPI getaddrinfo(PCSTR node, PCSTR service, const ADDRINFOA *hints, PADDRINFOA *result)
{
    struct question q = {NULL, NULL, 0, 0, 0, 0};
    struct answer none = {NULL, 0, 0, 0};
    int error = result ? take_hints(hints, &q) : WSAEFAULT;

    if (result)
        *result = NULL;
    if (!error && ((node && !(q.node = utf8_of_ansi(node))) ||
                   (service && !(q.service = utf8_of_ansi(service)))))
        error = WSA_NOT_ENOUGH_MEMORY;
    if (!error)
        return resolve(&q, FALSE, result);
    forget(&q, &none);
    wsa_fail(error);
    return error;
}

INT WINAPI GetAddrInfoW(PCWSTR node, PCWSTR service, const ADDRINFOW *hints, PADDRINFOW *result)
{
    struct question q = {NULL, NULL, 0, 0, 0, 0};
    struct answer none = {NULL, 0, 0, 0};
    int error = result ? take_hints((const ADDRINFOA *)hints, &q) : WSAEFAULT;

    if (result)
        *result = NULL;
    if (!error && ((node && !(q.node = wsa_utf8(node))) ||
                   (service && !(q.service = wsa_utf8(service)))))
        error = WSA_NOT_ENOUGH_MEMORY;
    if (!error)
        return resolve(&q, TRUE, (PADDRINFOA *)result);
    forget(&q, &none);
    wsa_fail(error);
    return error;
}

/* ---- The extended form ---- */

/* A question that a pool thread answers, alive until its answer is told. What is in its handle
 * (GetAddrInfoExCancel) is the device on which the question is asked. */
typedef VOID(CALLBACK *lookup_routine)(DWORD error, DWORD bytes, LPOVERLAPPED overlapped);

struct later {
    struct question question;
    PADDRINFOEXW *result;
    LPOVERLAPPED overlapped;
    lookup_routine routine;
    HANDLE device, *handle;
};

static int resolve_ex(HANDLE device, struct question *q, BOOL wide, PADDRINFOEXW *result)
{
    struct answer a;
    PADDRINFOEXW list = NULL;
    int error = answer(device, q, &a);

    if (!error)
        error = give_ex(q, &a, wide, &list);
    if (error) {
        FreeAddrInfoExW(list);
        list = NULL;
    }
    *result = list;
    forget(q, &a);
    return error;
}

static VOID CALLBACK resolve_later(PTP_CALLBACK_INSTANCE instance, PVOID argument)
{
    struct later *l = argument;
    LPOVERLAPPED overlapped = l->overlapped;
    int error = resolve_ex(l->device, &l->question, TRUE, l->result);
    HANDLE event = overlapped->hEvent;
    lookup_routine routine = l->routine;

    (void)instance;
    if (l->handle)
        *l->handle = NULL;
    NtClose(l->device);
    heap_free(l);
    overlapped->InternalHigh = (ULONG_PTR)error;
    __atomic_store_n(&overlapped->Internal, (ULONG_PTR)(error ? STATUS_UNSUCCESSFUL : 0),
                     __ATOMIC_RELEASE);
    if (routine)
        routine((DWORD)error, 0, overlapped);
    else if (event)
        NtSetEvent(event, NULL);
}

static int start_later(struct question *q, PADDRINFOEXW *result, LPOVERLAPPED overlapped,
                       lookup_routine routine, LPHANDLE handle)
{
    struct later *l = heap_zalloc(sizeof(*l));
    NTSTATUS status = l ? nsi_open(&l->device) : STATUS_NO_MEMORY;

    if (!NT_SUCCESS(status)) {
        heap_free(l);
        return WSA_NOT_ENOUGH_MEMORY;
    }
    l->question = *q;
    l->result = result;
    l->overlapped = overlapped;
    l->routine = routine;
    l->handle = handle;
    overlapped->Internal = (ULONG_PTR)STATUS_PENDING;
    overlapped->InternalHigh = 0;
    overlapped->Pointer = result;
    if (handle)
        *handle = l->device;
    if (!routine && overlapped->hEvent)
        NtResetEvent(overlapped->hEvent, NULL);
    if (TrySubmitThreadpoolCallback(resolve_later, l, NULL))
        return WSA_IO_PENDING;
    NtClose(l->device);
    heap_free(l);
    return WSA_NOT_ENOUGH_MEMORY;
}

/* Only names of the DNS kind, and all providers together, are here. */
static BOOL name_space(DWORD space)
{
    return space == NS_ALL || space == NS_DNS;
}

INT WSAAPI GetAddrInfoExW(PCWSTR node, PCWSTR service, DWORD space, LPGUID provider,
                          const ADDRINFOEXW *hints, PADDRINFOEXW *result, struct timeval *timeout,
                          LPOVERLAPPED overlapped, LPLOOKUPSERVICE_COMPLETION_ROUTINE routine,
                          LPHANDLE handle)
{
    struct question q = {NULL, NULL, 0, 0, 0, 0};
    struct answer none = {NULL, 0, 0, 0};
    int error = result ? take_hints((const ADDRINFOA *)hints, &q) : WSAEFAULT;

    (void)provider;
    if (result)
        *result = NULL;
    if (handle)
        *handle = NULL;
    if (!error && (routine || handle) && !overlapped)
        error = WSAEINVAL;
    if (!error && routine && overlapped->hEvent)
        error = WSAEINVAL;
    if (!error && timeout) /* documented: reserved unless asynchronous; there is no such limit here */
        error = overlapped ? 0 : WSAEOPNOTSUPP;
    if (!error && !name_space(space))
        error = WSANO_DATA;
    if (!error && !wsa_started())
        error = WSANOTINITIALISED;
    if (!error && ((node && !(q.node = wsa_utf8(node))) ||
                   (service && !(q.service = wsa_utf8(service)))))
        error = WSA_NOT_ENOUGH_MEMORY;
    if (!error && overlapped) {
        error = start_later(&q, result, overlapped, (lookup_routine)routine, handle);
        if (error == WSA_IO_PENDING) {
            wsa_fail(error);
            return error;
        }
    } else if (!error) {
        error = resolve_ex(NULL, &q, TRUE, result);
        if (error)
            wsa_fail(error);
        return error;
    }
    forget(&q, &none);
    wsa_fail(error);
    return error;
}

/* Narrow, and never asynchronous, as documented. */
INT WSAAPI GetAddrInfoExA(PCSTR node, PCSTR service, DWORD space, LPGUID provider,
                          const ADDRINFOEXA *hints, PADDRINFOEXA *result, struct timeval *timeout,
                          LPOVERLAPPED overlapped, LPLOOKUPSERVICE_COMPLETION_ROUTINE routine,
                          LPHANDLE handle)
{
    struct question q = {NULL, NULL, 0, 0, 0, 0};
    struct answer none = {NULL, 0, 0, 0};
    int error = result ? take_hints((const ADDRINFOA *)hints, &q) : WSAEFAULT;

    (void)provider;
    if (result)
        *result = NULL;
    if (!error && (timeout || overlapped || routine || handle))
        error = WSAEOPNOTSUPP;
    if (!error && !name_space(space))
        error = WSANO_DATA;
    if (!error && ((node && !(q.node = utf8_of_ansi(node))) ||
                   (service && !(q.service = utf8_of_ansi(service)))))
        error = WSA_NOT_ENOUGH_MEMORY;
    if (!error)
        error = resolve_ex(NULL, &q, FALSE, (PADDRINFOEXW *)result);
    else
        forget(&q, &none);
    if (error)
        wsa_fail(error);
    return error;
}

INT WSAAPI GetAddrInfoExCancel(LPHANDLE handle)
{
    IO_STATUS_BLOCK iosb;

    if (!handle || !*handle)
        return WSA_INVALID_HANDLE;
    return NT_SUCCESS(NtCancelIoFileEx(*handle, NULL, &iosb)) ? 0 : WSA_INVALID_HANDLE;
}

INT WSAAPI GetAddrInfoExOverlappedResult(LPOVERLAPPED overlapped)
{
    if (!overlapped)
        return WSAEINVAL;
    if (__atomic_load_n(&overlapped->Internal, __ATOMIC_ACQUIRE) == (ULONG_PTR)STATUS_PENDING)
        return WSAEINPROGRESS;
    return (INT)overlapped->InternalHigh;
}
