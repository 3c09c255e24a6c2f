/*
 * Byte order, and addresses as text.
 */
#include "winsock.h"

#undef htonl
#undef htons
#undef ntohl
#undef ntohs

u_long WINAPI htonl(u_long value)
{
    return __builtin_bswap32(value);
}

u_short WINAPI htons(u_short value)
{
    return __builtin_bswap16(value);
}

u_long WINAPI ntohl(u_long value)
{
    return __builtin_bswap32(value);
}

u_short WINAPI ntohs(u_short value)
{
    return __builtin_bswap16(value);
}

static int digit(int c, unsigned base)
{
    int d = c >= '0' && c <= '9'   ? c - '0'
            : c >= 'a' && c <= 'f' ? c - 'a' + 10
            : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                   : 99;

    return d < (int)base ? d : -1;
}

/* One to four numbers, decimal, octal or hexadecimal; the last one fills what is left. */
unsigned __LONG32 WINAPI inet_addr(const char *text)
{
    ULONG part[4], value = 0;
    int n = 0;

    if (!text)
        return INADDR_NONE;
    if (!*text || (*text == ' ' && !text[1]))
        return *text ? 0 : INADDR_ANY;
    for (;;) {
        unsigned base = 10;
        ULONGLONG number = 0;
        int digits = 0, d;

        if (*text == '0') {
            base = 8;
            digits = 1;
            text++;
            if (*text == 'x' || *text == 'X') {
                base = 16;
                digits = 0;
                text++;
            }
        }
        for (; (d = digit(*text, base)) >= 0; text++, digits++) {
            number = number * base + d;
            if (number > 0xffffffff)
                return INADDR_NONE;
        }
        if (!digits || n == 4)
            return INADDR_NONE;
        part[n++] = (ULONG)number;
        if (*text != '.')
            break;
        text++;
    }
    if (*text && *text != ' ' && *text != '\t' && *text != '\n' && *text != '\r')
        return INADDR_NONE;
    for (int i = 0; i < n - 1; i++) {
        if (part[i] > 255)
            return INADDR_NONE;
        value |= part[i] << (24 - 8 * i);
    }
    if ((ULONGLONG)part[n - 1] >> (8 * (5 - n)))
        return INADDR_NONE;
    return htonl(value | part[n - 1]);
}

static char *put_number(char *out, unsigned value)
{
    if (value >= 100)
        *out++ = '0' + value / 100;
    if (value >= 10)
        *out++ = '0' + value / 10 % 10;
    *out++ = '0' + value % 10;
    return out;
}

static char *put_v4(char *out, const UCHAR *bytes)
{
    for (int i = 0; i < 4; i++) {
        if (i)
            *out++ = '.';
        out = put_number(out, bytes[i]);
    }
    *out = 0;
    return out;
}

/* A buffer a thread, as documented. TLS slot; the memory goes with the process. */
static DWORD text_slot = TLS_OUT_OF_INDEXES;

char *WINAPI inet_ntoa(struct in_addr address)
{
    char *text;

    if (text_slot == TLS_OUT_OF_INDEXES) {
        DWORD slot = TlsAlloc();

        if (slot == TLS_OUT_OF_INDEXES) {
            wsa_fail(WSAENOBUFS);
            return NULL;
        }
        if (InterlockedCompareExchange((LONG *)&text_slot, slot, TLS_OUT_OF_INDEXES) !=
            (LONG)TLS_OUT_OF_INDEXES)
            TlsFree(slot);
    }
    text = TlsGetValue(text_slot);
    if (!text) {
        text = heap_alloc(16);
        if (!text || !TlsSetValue(text_slot, text)) {
            heap_free(text);
            wsa_fail(WSAENOBUFS);
            return NULL;
        }
    }
    put_v4(text, (const UCHAR *)&address);
    return text;
}

/* RFC 5952: the longest run of zero groups, of two or more, the first among equals, as "::". */
static void put_v6(char *out, const UCHAR *bytes)
{
    static const char hex[] = "0123456789abcdef";
    USHORT group[8];
    int best = -1, best_length = 1, groups = 8;
    BOOL v4;

    for (int i = 0; i < 8; i++)
        group[i] = bytes[2 * i] << 8 | bytes[2 * i + 1];
    /* ::a.b.c.d, ::ffff:a.b.c.d, ::ffff:0:a.b.c.d and ISATAP end in the IPv4 notation */
    v4 = !group[0] && !group[1] && !group[2] && !group[3] &&
         ((!group[4] && (!group[5] || group[5] == 0xffff) && group[6]) ||
          (group[4] == 0xffff && !group[5]));
    if ((group[4] & 0xfdff) == 0 && group[5] == 0x5efe)
        v4 = TRUE;
    if (v4)
        groups = 6;
    for (int i = 0; i < groups;) {
        int j = i;

        while (j < groups && !group[j])
            j++;
        if (j - i > best_length) {
            best = i;
            best_length = j - i;
        }
        i = j > i ? j : i + 1;
    }
    for (int i = 0; i < groups;) {
        if (i == best) {
            *out++ = ':';
            *out++ = ':';
            i += best_length;
            continue;
        }
        if (i && (best < 0 || i != best + best_length))
            *out++ = ':';
        for (int shift = 12, begun = 0; shift >= 0; shift -= 4)
            if ((begun |= group[i] >> shift & 15) || !shift)
                *out++ = hex[group[i] >> shift & 15];
        i++;
    }
    if (v4) {
        if (best < 0 || best + best_length != 6)
            *out++ = ':';
        out = put_v4(out, bytes + 12);
    }
    *out = 0;
}

PCSTR WINAPI inet_ntop(INT family, LPCVOID address, LPSTR text, size_t size)
{
    char whole[INET6_ADDRSTRLEN + 1];
    SIZE_T length;

    if (family != AF_INET && family != AF_INET6) {
        wsa_fail(WSAEAFNOSUPPORT);
        return NULL;
    }
    if (!address || !text) {
        wsa_fail(WSAEFAULT);
        return NULL;
    }
    if (family == AF_INET)
        put_v4(whole, address);
    else
        put_v6(whole, address);
    length = ansi_length(whole) + 1;
    if (length > size) {
        wsa_fail(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    memcpy(text, whole, length);
    return text;
}

PCWSTR WINAPI InetNtopW(INT family, LPCVOID address, LPWSTR text, size_t size)
{
    char whole[INET6_ADDRSTRLEN + 1];
    SIZE_T length;

    if (!inet_ntop(family, address, whole, sizeof(whole)))
        return NULL;
    if (!text) {
        wsa_fail(WSAEFAULT);
        return NULL;
    }
    length = ansi_length(whole) + 1;
    if (length > size) {
        wsa_fail(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    for (SIZE_T i = 0; i < length; i++)
        text[i] = whole[i];
    return text;
}

/* Four decimal numbers, nothing else. Returns what follows, or NULL. */
static const WCHAR *get_v4(const WCHAR *text, UCHAR *bytes)
{
    for (int i = 0; i < 4; i++) {
        unsigned value = 0, digits = 0;

        if (i && *text++ != '.')
            return NULL;
        for (; *text >= '0' && *text <= '9'; text++) {
            if (digits && !value) /* a leading zero would mean octal elsewhere */
                return NULL;
            value = value * 10 + (*text - '0');
            if (value > 255 || ++digits > 3)
                return NULL;
        }
        if (!digits)
            return NULL;
        bytes[i] = (UCHAR)value;
    }
    return text;
}

static BOOL get_v6(const WCHAR *text, UCHAR *bytes)
{
    UCHAR head[16], tail[16];
    UCHAR *to = head;
    unsigned have = 0, have_tail = 0, *count = &have;
    BOOL gap = FALSE;

    if (text[0] == ':') {
        if (text[1] != ':')
            return FALSE;
        text++;
    }
    while (*text) {
        unsigned value = 0, digits = 0;
        const WCHAR *begin = text, *after;
        int d;

        if (*text == ':') {
            if (gap)
                return FALSE;
            gap = TRUE;
            to = tail;
            count = &have_tail;
            text++;
            continue;
        }
        for (; *text < 128 && (d = digit(*text, 16)) >= 0; text++) {
            value = value << 4 | d;
            if (++digits > 4)
                return FALSE;
        }
        if (*text == '.') {
            if (have + have_tail > 12)
                return FALSE;
            after = get_v4(begin, to + *count);
            if (!after || *after)
                return FALSE;
            *count += 4;
            break;
        }
        if (!digits || have + have_tail > 14)
            return FALSE;
        to[(*count)++] = (UCHAR)(value >> 8);
        to[(*count)++] = (UCHAR)value;
        if (!*text)
            break;
        if (*text != ':' || !text[1])
            return FALSE;
        text++;
    }
    if (gap ? have + have_tail > 14 : have != 16)
        return FALSE;
    memset(bytes, 0, 16);
    memcpy(bytes, head, have);
    memcpy(bytes + 16 - have_tail, tail, have_tail);
    return TRUE;
}

INT WINAPI InetPtonW(INT family, LPCWSTR text, LPVOID address)
{
    UCHAR bytes[16];
    const WCHAR *end;

    if (family != AF_INET && family != AF_INET6)
        return wsa_fail(WSAEAFNOSUPPORT);
    if (!text || !address)
        return wsa_fail(WSAEFAULT);
    if (family == AF_INET) {
        end = get_v4(text, bytes);
        if (!end || *end)
            return 0;
        memcpy(address, bytes, 4);
        return 1;
    }
    if (!get_v6(text, bytes))
        return 0;
    memcpy(address, bytes, 16);
    return 1;
}

INT WINAPI inet_pton(INT family, LPCSTR text, LPVOID address)
{
    WCHAR wide[INET6_ADDRSTRLEN + 1];
    SIZE_T i;

    if (!text)
        return InetPtonW(family, NULL, address);
    for (i = 0; i < ARRAYSIZE(wide) - 1 && text[i]; i++)
        wide[i] = (UCHAR)text[i];
    wide[i] = 0;
    if (text[i]) /* no address is that long; the family is checked all the same */
        wide[0] = 'x';
    return InetPtonW(family, wide, address);
}
