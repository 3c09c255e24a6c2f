/*
 * What the host tells of its interfaces, and how they are called here.
 */
#include "iphlp.h"

DWORD iphlp_take(struct snapshot *s, unsigned with)
{
    NTSTATUS status;

    memset(s, 0, sizeof(*s));
    status = nsi_list(IOCTL_NSI_LINKS, sizeof(*s->links), (void **)&s->links, &s->link_count);
    if (NT_SUCCESS(status) && (with & WITH_ADDRESSES))
        status = nsi_list(IOCTL_NSI_ADDRESSES, sizeof(*s->addresses), (void **)&s->addresses,
                          &s->address_count);
    if (NT_SUCCESS(status) && (with & WITH_ROUTES))
        status = nsi_list(IOCTL_NSI_ROUTES, sizeof(*s->routes), (void **)&s->routes,
                          &s->route_count);
    if (!NT_SUCCESS(status))
        iphlp_forget(s);
    return NT_SUCCESS(status) ? NO_ERROR : RtlNtStatusToDosError(status);
}

void iphlp_forget(struct snapshot *s)
{
    heap_free(s->links);
    heap_free(s->addresses);
    heap_free(s->routes);
    memset(s, 0, sizeof(*s));
}

const NSI_LINK *iphlp_link(const struct snapshot *s, ULONG index)
{
    for (ULONG i = 0; i < s->link_count; i++)
        if (s->links[i].Index == index)
            return &s->links[i];
    return NULL;
}

NET_LUID iphlp_luid(const NSI_LINK *link)
{
    NET_LUID luid;

    luid.Value = (ULONG64)link->Type << 48 | (ULONG64)(link->Index & 0xffffff) << 24;
    return luid;
}

GUID iphlp_guid(const NSI_LINK *link)
{
    GUID id = {0x6e657469, 0x6600, 0x4000, {0x80, 0, 0, 0, 0, 0, 0, 0}};

    id.Data2 = (USHORT)link->Index;
    for (int i = 0; i < 16 && link->Name[i]; i++)
        id.Data4[2 + i % 6] = (UCHAR)(id.Data4[2 + i % 6] * 31 + (UCHAR)link->Name[i]);
    return id;
}

SIZE_T iphlp_guid_text(const NSI_LINK *link, char text[40])
{
    static const char hex[] = "0123456789ABCDEF";
    GUID id = iphlp_guid(link);
    UCHAR bytes[16];
    SIZE_T n = 0;

    for (int i = 0; i < 4; i++)
        bytes[i] = (UCHAR)(id.Data1 >> (24 - 8 * i));
    bytes[4] = (UCHAR)(id.Data2 >> 8);
    bytes[5] = (UCHAR)id.Data2;
    bytes[6] = (UCHAR)(id.Data3 >> 8);
    bytes[7] = (UCHAR)id.Data3;
    memcpy(bytes + 8, id.Data4, 8);
    text[n++] = '{';
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            text[n++] = '-';
        text[n++] = hex[bytes[i] >> 4];
        text[n++] = hex[bytes[i] & 15];
    }
    text[n++] = '}';
    text[n] = 0;
    return n;
}

void iphlp_alias(const NSI_LINK *link, WCHAR *text, SIZE_T room)
{
    ULONG bytes = 0;

    RtlUTF8ToUnicodeN(text, (ULONG)((room - 1) * sizeof(WCHAR)), &bytes, (const char *)link->Name,
                      (ULONG)ansi_length((const char *)link->Name));
    text[bytes / sizeof(WCHAR)] = 0;
}

IF_OPER_STATUS iphlp_status(const NSI_LINK *link)
{
    return (link->Flags & (NSI_UP | NSI_RUNNING)) == (NSI_UP | NSI_RUNNING) ? IfOperStatusUp
                                                                            : IfOperStatusDown;
}

void iphlp_address(USHORT family, const UCHAR *bytes, ULONG index, SOCKADDR_INET *to)
{
    memset(to, 0, sizeof(*to));
    to->si_family = family;
    if (family == AF_INET) {
        memcpy(&to->Ipv4.sin_addr, bytes, 4);
    } else {
        memcpy(&to->Ipv6.sin6_addr, bytes, 16);
        if (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80)
            to->Ipv6.sin6_scope_id = index;
    }
}

static BOOL same_bits(const UCHAR *a, const UCHAR *b, unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;
    UCHAR mask = (UCHAR)(0xff00 >> rest);

    return !memcmp(a, b, whole) && (!rest || ((a[whole] ^ b[whole]) & mask) == 0);
}

const NSI_ROUTE *iphlp_route(const struct snapshot *s, USHORT family, const UCHAR *to)
{
    const NSI_ROUTE *best = NULL;

    for (ULONG i = 0; i < s->route_count; i++) {
        const NSI_ROUTE *r = &s->routes[i];

        if (r->Family != family || r->Prefix > (family == AF_INET ? 32 : 128) ||
            !same_bits(r->Destination, to, r->Prefix))
            continue;
        if (!best || r->Prefix > best->Prefix ||
            (r->Prefix == best->Prefix && r->Metric < best->Metric))
            best = r;
    }
    return best;
}

unsigned iphlp_name_servers(SOCKADDR_INET *list, unsigned n, char suffix[256])
{
    char *text = heap_zalloc(65537), *line, *next;
    unsigned count = 0;
    ULONG_PTR done = 0;

    suffix[0] = 0;
    if (!text)
        return 0;
    if (!NT_SUCCESS(nsi_call(IOCTL_NSI_RESOLVER, NULL, 0, text, 65536, &done)))
        done = 0;
    text[done] = 0;
    for (line = text; *line; line = next) {
        char *word = line, *value, *end;

        for (next = line; *next && *next != '\n'; next++)
            ;
        if (*next)
            *next++ = 0;
        for (value = word; *value && *value != ' ' && *value != '\t'; value++)
            ;
        if (*value)
            *value++ = 0;
        while (*value == ' ' || *value == '\t')
            value++;
        for (end = value; *end && *end != ' ' && *end != '\t' && *end != '\r'; end++)
            ;
        *end = 0;
        if (!lstrcmpA(word, "nameserver") && count < n) {
            UCHAR bytes[16];

            if (inet_pton(AF_INET, value, bytes) == 1)
                iphlp_address(AF_INET, bytes, 0, &list[count++]);
            else if (inet_pton(AF_INET6, value, bytes) == 1)
                iphlp_address(AF_INET6, bytes, 0, &list[count++]);
        } else if ((!lstrcmpA(word, "search") || !lstrcmpA(word, "domain")) && end - value < 256) {
            memcpy(suffix, value, (SIZE_T)(end - value) + 1);
        }
    }
    heap_free(text);
    return count;
}

DWORD iphlp_give(const void *table, ULONG size, void *out, ULONG *room)
{
    ULONG had = *room;

    *room = size;
    if (!out || had < size)
        return ERROR_INSUFFICIENT_BUFFER;
    memcpy(out, table, size);
    return NO_ERROR;
}
