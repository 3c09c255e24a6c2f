/*
 * Interfaces by index, LUID, GUID and name.
 */
#include "iphlp.h"

/* Which interface is meant: by one of these. */
enum by { BY_INDEX, BY_LUID, BY_GUID, BY_ALIAS, BY_NAME };

static BOOL wide_same(const WCHAR *a, const WCHAR *b)
{
    for (; *a && *a == *b; a++, b++)
        ;
    return *a == *b;
}

/* "ethernet_2", the name that a LUID has: its type and its number. */
static void luid_name(const NSI_LINK *link, WCHAR *text)
{
    const char *type = link->Type == 6    ? "ethernet"
                       : link->Type == 24 ? "loopback"
                       : link->Type == 71 ? "wireless"
                       : link->Type == 23 ? "ppp"
                       : link->Type == 131 ? "tunnel"
                                           : "other";
    WCHAR digits[10];
    ULONG value = link->Index;
    int n = 0;

    while (*type)
        *text++ = (UCHAR)*type++;
    *text++ = '_';
    do
        digits[n++] = (WCHAR)('0' + value % 10);
    while ((value /= 10) != 0);
    while (n)
        *text++ = digits[--n];
    *text = 0;
}

static BOOL is_meant(const NSI_LINK *link, enum by by, const void *key)
{
    WCHAR text[64];
    GUID id;

    switch (by) {
    case BY_INDEX: return link->Index == *(const NET_IFINDEX *)key;
    case BY_LUID: return iphlp_luid(link).Value == ((const NET_LUID *)key)->Value;
    case BY_GUID: id = iphlp_guid(link); return !memcmp(&id, key, sizeof(id));
    case BY_ALIAS: iphlp_alias(link, text, ARRAYSIZE(text)); return wide_same(text, key);
    case BY_NAME: luid_name(link, text); return wide_same(text, key);
    }
    return FALSE;
}

static NETIO_STATUS find(enum by by, const void *key, NSI_LINK *found)
{
    struct snapshot s;
    DWORD error = key ? iphlp_take(&s, 0) : ERROR_INVALID_PARAMETER;

    if (error)
        return error;
    error = by == BY_INDEX ? ERROR_FILE_NOT_FOUND : ERROR_INVALID_PARAMETER;
    for (ULONG i = 0; i < s.link_count; i++)
        if (is_meant(&s.links[i], by, key)) {
            *found = s.links[i];
            error = NO_ERROR;
        }
    iphlp_forget(&s);
    return error;
}

NETIO_STATUS WINAPI ConvertInterfaceIndexToLuid(NET_IFINDEX index, PNET_LUID luid)
{
    NSI_LINK link;
    NETIO_STATUS error = luid ? find(BY_INDEX, &index, &link) : ERROR_INVALID_PARAMETER;

    if (luid)
        luid->Value = error ? 0 : iphlp_luid(&link).Value;
    return error;
}

NETIO_STATUS WINAPI ConvertInterfaceLuidToIndex(const NET_LUID *luid, PNET_IFINDEX index)
{
    NSI_LINK link;
    NETIO_STATUS error = index ? find(BY_LUID, luid, &link) : ERROR_INVALID_PARAMETER;

    if (index)
        *index = error ? 0 : link.Index;
    return error;
}

NETIO_STATUS WINAPI ConvertInterfaceLuidToGuid(const NET_LUID *luid, GUID *id)
{
    NSI_LINK link;
    NETIO_STATUS error = id ? find(BY_LUID, luid, &link) : ERROR_INVALID_PARAMETER;

    if (!error)
        *id = iphlp_guid(&link);
    return error;
}

NETIO_STATUS WINAPI ConvertInterfaceGuidToLuid(const GUID *id, PNET_LUID luid)
{
    NSI_LINK link;
    NETIO_STATUS error = luid ? find(BY_GUID, id, &link) : ERROR_INVALID_PARAMETER;

    if (!error)
        *luid = iphlp_luid(&link);
    return error;
}

NETIO_STATUS WINAPI ConvertInterfaceAliasToLuid(const WCHAR *alias, PNET_LUID luid)
{
    NSI_LINK link;
    NETIO_STATUS error = luid ? find(BY_ALIAS, alias, &link) : ERROR_INVALID_PARAMETER;

    if (!error)
        *luid = iphlp_luid(&link);
    return error;
}

NETIO_STATUS WINAPI ConvertInterfaceNameToLuidW(const WCHAR *name, NET_LUID *luid)
{
    NSI_LINK link;
    NETIO_STATUS error = luid ? find(BY_NAME, name, &link) : ERROR_INVALID_PARAMETER;

    if (error && luid)
        luid->Value = 0;
    else if (luid)
        *luid = iphlp_luid(&link);
    return error && name ? ERROR_INVALID_NAME : error;
}

static NETIO_STATUS give_text(const WCHAR *text, PWSTR to, SIZE_T room)
{
    SIZE_T n = wide_length(text) + 1;

    if (n > room)
        return ERROR_NOT_ENOUGH_MEMORY;
    memcpy(to, text, n * sizeof(WCHAR));
    return NO_ERROR;
}

NETIO_STATUS WINAPI ConvertInterfaceLuidToAlias(const NET_LUID *luid, PWSTR alias, SIZE_T room)
{
    NSI_LINK link;
    WCHAR text[64];
    NETIO_STATUS error = alias ? find(BY_LUID, luid, &link) : ERROR_INVALID_PARAMETER;

    if (error)
        return error;
    iphlp_alias(&link, text, ARRAYSIZE(text));
    return give_text(text, alias, room);
}

NETIO_STATUS WINAPI ConvertInterfaceLuidToNameW(const NET_LUID *luid, PWSTR name, SIZE_T room)
{
    NSI_LINK link;
    WCHAR text[64];
    NETIO_STATUS error = name ? find(BY_LUID, luid, &link) : ERROR_INVALID_PARAMETER;

    if (error)
        return error;
    luid_name(&link, text);
    return give_text(text, name, room);
}

NETIO_STATUS WINAPI ConvertInterfaceLuidToNameA(const NET_LUID *luid, PSTR name, SIZE_T room)
{
    WCHAR text[64];
    NETIO_STATUS error = name ? ConvertInterfaceLuidToNameW(luid, text, ARRAYSIZE(text))
                              : ERROR_INVALID_PARAMETER;
    SIZE_T n = error ? 0 : wide_length(text) + 1;

    if (n > room)
        return ERROR_NOT_ENOUGH_MEMORY;
    for (SIZE_T i = 0; i < n; i++)
        name[i] = (char)text[i]; /* ASCII: luid_name's own */
    return error;
}

NET_IFINDEX WINAPI if_nametoindex(PCSTR name)
{
    WCHAR *wide = wide_copy(name);
    NSI_LINK link;
    NET_IFINDEX index = 0;

    if (wide && (!find(BY_NAME, wide, &link) || !find(BY_ALIAS, wide, &link)))
        index = link.Index;
    heap_free(wide);
    return index;
}

PCHAR WINAPI if_indextoname(NET_IFINDEX index, PCHAR name)
{
    NSI_LINK link;
    WCHAR text[64];
    SIZE_T i = 0;

    if (!name || find(BY_INDEX, &index, &link))
        return NULL;
    luid_name(&link, text);
    do
        name[i] = (char)text[i];
    while (text[i++]);
    return name;
}

DWORD WINAPI GetAdapterIndex(LPWSTR name, PULONG index)
{
    struct snapshot s;
    DWORD error = name && index ? iphlp_take(&s, 0) : ERROR_INVALID_PARAMETER;

    if (error)
        return error;
    /* "\DEVICE\TCPIP_{...}", or the identifier alone. */
    for (WCHAR *c = name; *c; c++)
        if (*c == '{')
            name = c;
    error = ERROR_DEV_NOT_EXIST;
    for (ULONG i = 0; i < s.link_count && error; i++) {
        char text[40];
        SIZE_T n = iphlp_guid_text(&s.links[i], text), k = 0;

        while (k <= n && name[k] == (UCHAR)text[k])
            k++;
        if (k > n) {
            *index = s.links[i].Index;
            error = NO_ERROR;
        }
    }
    iphlp_forget(&s);
    return error;
}
