/*
 * The addresses that a name has: numbers, this machine, and whatever the host's resolver knows.
 */
#include "winsock.h"

#include "libcompat/nt/include/nsi_call.h"
#include "resolve.h"

#define MAX_FOUND NSI_FOUND_MAX

static struct wsa_names *new_names(unsigned room)
{
    return heap_zalloc(sizeof(struct wsa_names) + room * sizeof(struct wsa_found));
}

void wsa_names_free(struct wsa_names *names)
{
    if (names)
        heap_free(names->canonical);
    heap_free(names);
}

char *wsa_text(const char *text, SIZE_T length)
{
    char *copy = heap_alloc(length + 1);

    if (copy) {
        memcpy(copy, text, length);
        copy[length] = 0;
    }
    return copy;
}

char *wsa_utf8(const WCHAR *text)
{
    ULONG size = 0;
    ULONG bytes = (ULONG)((wide_length(text) + 1) * sizeof(WCHAR));
    char *utf8;

    if (!NT_SUCCESS(RtlUnicodeToUTF8N(NULL, 0, &size, text, bytes)) || !(utf8 = heap_alloc(size)))
        return NULL;
    RtlUnicodeToUTF8N(utf8, size, &size, text, bytes);
    return utf8;
}

WCHAR *wsa_wide(const char *utf8)
{
    ULONG size = 0;
    ULONG bytes = (ULONG)(ansi_length(utf8) + 1);
    WCHAR *wide;

    if (!NT_SUCCESS(RtlUTF8ToUnicodeN(NULL, 0, &size, utf8, bytes)) || !(wide = heap_alloc(size)))
        return NULL;
    RtlUTF8ToUnicodeN(wide, size, &size, utf8, bytes);
    return wide;
}

static void add(struct wsa_names *names, int family, const void *address, ULONG scope)
{
    struct wsa_found *f = &names->at[names->count++];

    f->family = family;
    f->scope = scope;
    memcpy(f->address, address, family == AF_INET ? 4 : 16);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

BOOL wsa_same_name(const char *a, const char *b)
{
    for (; *a && lower(*a) == lower(*b); a++, b++)
        ;
    return lower(*a) == lower(*b);
}

/* "localhost", and any name below it (RFC 6761): never asked of anybody. */
static BOOL is_localhost(const char *name)
{
    static const char localhost[] = "localhost";
    SIZE_T length = ansi_length(name), n = sizeof(localhost) - 1;

    if (length && name[length - 1] == '.')
        length--;
    if (length < n || (length > n && name[length - n - 1] != '.'))
        return FALSE;
    for (SIZE_T i = 0; i < n; i++)
        if (lower(name[length - n + i]) != localhost[i])
            return FALSE;
    return TRUE;
}

static BOOL is_this_machine(const char *name)
{
    WCHAR own[256];
    DWORD length = ARRAYSIZE(own);
    char *utf8;
    BOOL same;

    if (!*name || wsa_same_name(name, "..localmachine"))
        return TRUE;
    if (!GetComputerNameExW(ComputerNameDnsHostname, own, &length) || !(utf8 = wsa_utf8(own)))
        return FALSE;
    same = wsa_same_name(name, utf8);
    heap_free(utf8);
    return same;
}

ULONG wsa_scope(const char *zone)
{
    NSI_LINK *links;
    ULONG count, value = 0;
    const char *c = zone;

    for (; *c >= '0' && *c <= '9' && c - zone < 10; c++)
        value = value * 10 + (ULONG)(*c - '0');
    if (!*c)
        return c == zone ? 0 : value;
    value = 0;
    if (!NT_SUCCESS(nsi_list(IOCTL_NSI_LINKS, sizeof(*links), (void **)&links, &count)))
        return 0;
    for (ULONG i = 0; i < count && !value; i++)
        if (wsa_same_name((const char *)links[i].Name, zone))
            value = links[i].Index;
    heap_free(links);
    return value;
}

BOOL wsa_numeric(const char *text, struct wsa_found *found)
{
    char part[INET6_ADDRSTRLEN + 1];
    SIZE_T n = 0;
    ULONG v4;

    memset(found, 0, sizeof(*found));
    if (inet_pton(AF_INET, text, found->address) == 1) {
        found->family = AF_INET;
        return TRUE;
    }
    while (text[n] && text[n] != '%' && n < sizeof(part) - 1) {
        part[n] = text[n];
        n++;
    }
    part[n] = 0;
    if ((!text[n] || text[n] == '%') && inet_pton(AF_INET6, part, found->address) == 1) {
        found->family = AF_INET6;
        found->scope = text[n] ? wsa_scope(text + n + 1) : 0;
        return !text[n] || found->scope || (text[n + 1] == '0' && !text[n + 2]);
    }
    /* The older forms, "127.1": digits, letters of hexadecimal ones and points only. */
    for (n = 0; text[n]; n++)
        if (!((text[n] >= '0' && text[n] <= '9') || text[n] == '.' || text[n] == 'x' ||
              text[n] == 'X' || (lower(text[n]) >= 'a' && lower(text[n]) <= 'f')))
            return FALSE;
    if (!n || text[0] < '0' || text[0] > '9' || (v4 = inet_addr(text)) == INADDR_NONE)
        return FALSE;
    memcpy(found->address, &v4, 4);
    found->family = AF_INET;
    return TRUE;
}

/* What its interfaces have; the loopback addresses when there is nothing else. */
static int own_addresses(int family, struct wsa_names **out)
{
    static const UCHAR loop4[4] = {127, 0, 0, 1}, loop6[16] = {[15] = 1};
    NSI_ADDRESS *list = NULL;
    ULONG count = 0;
    struct wsa_names *names;

    /* Without a list there are still the loopback addresses. */
    nsi_list(IOCTL_NSI_ADDRESSES, sizeof(*list), (void **)&list, &count);
    names = new_names((count < MAX_FOUND ? count : MAX_FOUND) + 2);
    if (!names) {
        heap_free(list);
        return WSA_NOT_ENOUGH_MEMORY;
    }
    for (int pass = 0; pass < 2; pass++) {
        int wanted = pass ? AF_INET : AF_INET6;
        unsigned before = names->count;

        if (family != AF_UNSPEC && family != wanted)
            continue;
        for (ULONG i = 0; i < count && names->count < MAX_FOUND; i++) {
            const UCHAR *a = list[i].Address;
            BOOL link_local = wanted == AF_INET6 && a[0] == 0xfe && (a[1] & 0xc0) == 0x80;

            if (list[i].Family != wanted || list[i].State < 3 ||
                (wanted == AF_INET ? a[0] == 127 : !memcmp(a, loop6, 16)))
                continue;
            add(names, wanted, a, link_local ? list[i].Index : 0);
        }
        if (names->count == before && (wanted == AF_INET || family == AF_INET6))
            add(names, wanted, wanted == AF_INET ? loop4 : loop6, 0);
    }
    heap_free(list);
    *out = names;
    return 0;
}

static int error_of(LONG result)
{
    switch (result) {
    case NSI_RESOLVED: return 0;
    case NSI_NO_SUCH_NAME: return WSAHOST_NOT_FOUND;
    case NSI_NO_DATA: return WSANO_DATA;
    case NSI_TRY_AGAIN: return WSATRY_AGAIN;
    default: return WSANO_RECOVERY;
    }
}

/* One question; *answer to heap_free. device: one that is open already, so that others can cancel
 * the question; NULL. */
static int ask(HANDLE device, ULONG operation, int family, ULONG flags, const void *address,
               const char *name, NSI_ANSWER **answer)
{
    NSI_QUESTION *q = heap_zalloc(sizeof(*q));
    NSI_ANSWER *a = heap_alloc(NSI_ANSWER_MAX);
    SIZE_T length = name ? ansi_length(name) : 0;
    ULONG_PTR done = 0;
    NTSTATUS status = STATUS_NO_MEMORY;
    int error;

    if (q && a && length <= NSI_NAME_MAX) {
        q->Operation = operation;
        q->Family = (USHORT)family;
        q->Flags = flags;
        if (address)
            memcpy(q->Address, address, family == AF_INET ? 4 : 16);
        q->NameLength = (ULONG)length;
        memcpy(q->Name, name, length);
        status = device ? nsi_control(device, IOCTL_NSI_RESOLVE, q,
                                      (ULONG)(offsetof(NSI_QUESTION, Name) + length), a,
                                      NSI_ANSWER_MAX, &done)
                        : nsi_call(IOCTL_NSI_RESOLVE, q,
                                   (ULONG)(offsetof(NSI_QUESTION, Name) + length), a,
                                   NSI_ANSWER_MAX, &done);
    }
    if (length > NSI_NAME_MAX)
        error = WSAHOST_NOT_FOUND;
    else if (status == STATUS_NO_MEMORY)
        error = WSA_NOT_ENOUGH_MEMORY;
    else if (status == STATUS_CANCELLED)
        error = WSA_E_CANCELLED;
    else if (!NT_SUCCESS(status) || done < sizeof(*a) || a->Count > MAX_FOUND ||
             a->NameLength > NSI_ANSWER_MAX || a->Length > NSI_ANSWER_MAX ||
             sizeof(*a) + a->Count * sizeof(NSI_FOUND) + a->Length + a->NameLength > done)
        error = WSANO_RECOVERY;
    else
        error = error_of(a->Result);
    heap_free(q);
    if (error) {
        heap_free(a);
        a = NULL;
    }
    *answer = a;
    return error;
}

static int ask_host(HANDLE device, const char *node, int family, BOOL canonical,
                    struct wsa_names **out)
{
    NSI_ANSWER *a;
    int error = ask(device, NSI_ASK_NAME, family, canonical ? NSI_NAME_CANONICAL : 0, NULL, node,
                    &a);
    struct wsa_names *names;
    const NSI_FOUND *found;

    if (error)
        return error;
    names = new_names(a->Count + 1);
    if (!names) {
        heap_free(a);
        return WSA_NOT_ENOUGH_MEMORY;
    }
    found = (const NSI_FOUND *)(a + 1);
    for (ULONG i = 0; i < a->Count; i++)
        if ((found[i].Family == AF_INET || found[i].Family == AF_INET6) &&
            (family == AF_UNSPEC || family == found[i].Family))
            add(names, found[i].Family, found[i].Address, found[i].Scope);
    if (a->NameLength)
        names->canonical = wsa_text((const char *)(found + a->Count), a->NameLength);
    heap_free(a);
    if (!names->count) {
        wsa_names_free(names);
        return WSANO_DATA;
    }
    *out = names;
    return 0;
}

int wsa_lookup(HANDLE device, const char *node, int family, int flags, struct wsa_names **out)
{
    static const UCHAR loop4[4] = {127, 0, 0, 1}, loop6[16] = {[15] = 1};
    static const UCHAR any[16];
    struct wsa_names *names = NULL;
    struct wsa_found number;
    const char *canonical = node;
    WCHAR own[256];
    DWORD length = ARRAYSIZE(own);
    int error = 0;

    *out = NULL;
    if (!node || (*node && is_localhost(node))) {
        BOOL passive = !node && (flags & AI_PASSIVE);

        if (!(names = new_names(2)))
            return WSA_NOT_ENOUGH_MEMORY;
        if (family != AF_INET)
            add(names, AF_INET6, passive ? any : loop6, 0);
        if (family != AF_INET6)
            add(names, AF_INET, passive ? any : loop4, 0);
    } else if (*node && wsa_numeric(node, &number)) {
        if (family != AF_UNSPEC && family != number.family)
            return WSAHOST_NOT_FOUND;
        if (!(names = new_names(1)))
            return WSA_NOT_ENOUGH_MEMORY;
        add(names, number.family, number.address, number.scope);
    } else if (flags & AI_NUMERICHOST) {
        return WSAHOST_NOT_FOUND;
    } else if (is_this_machine(node)) {
        error = own_addresses(family, &names);
        if (!error && GetComputerNameExW(ComputerNameDnsFullyQualified, own, &length))
            names->canonical = wsa_utf8(own);
    } else {
        error = ask_host(device, node, family, (flags & (AI_CANONNAME | AI_FQDN)) != 0, &names);
    }
    if (error)
        return error;
    if (!names->canonical && canonical &&
        !(names->canonical = wsa_text(canonical, ansi_length(canonical)))) {
        wsa_names_free(names);
        return WSA_NOT_ENOUGH_MEMORY;
    }
    *out = names;
    return 0;
}

int wsa_name_of(int family, const void *address, char **name)
{
    NSI_ANSWER *a;
    int error = ask(NULL, NSI_ASK_ADDRESS, family, 0, address, NULL, &a);

    *name = NULL;
    if (error)
        return error;
    *name = wsa_text((const char *)((const NSI_FOUND *)(a + 1) + a->Count) + a->Length,
                     a->NameLength);
    heap_free(a);
    return *name ? 0 : WSA_NOT_ENOUGH_MEMORY;
}
