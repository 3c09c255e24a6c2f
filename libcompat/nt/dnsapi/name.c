/*
 * Names: comparing and checking them.
 */
#include "dns.h"

#undef DnsValidateName
#undef DnsNameCompare

char *dns_utf8_of(const void *text, enum charset charset)
{
    WCHAR *wide = NULL;
    ULONG size = 0;
    char *utf8 = NULL;
    SIZE_T n;

    if (charset == CHARSET_UTF8) {
        n = ansi_length(text) + 1;
        utf8 = heap_alloc(n);
        if (utf8)
            memcpy(utf8, text, n);
        return utf8;
    }
    if (charset == CHARSET_ANSI && !(wide = wide_copy(text)))
        return NULL;
    n = (wide_length(wide ? wide : text) + 1) * sizeof(WCHAR);
    if (n < MAXLONG &&
        NT_SUCCESS(RtlUnicodeToUTF8N(NULL, 0, &size, wide ? wide : text, (ULONG)n)) &&
        (utf8 = heap_alloc(size)) != NULL)
        RtlUnicodeToUTF8N(utf8, size, &size, wide ? wide : text, (ULONG)n);
    heap_free(wide);
    return utf8;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

static SIZE_T length_of(const char *name)
{
    SIZE_T n = ansi_length(name);

    return n && name[n - 1] == '.' ? n - 1 : n;
}

BOOL dns_same(const char *a, const char *b)
{
    SIZE_T n = length_of(a);

    if (n != length_of(b))
        return FALSE;
    for (SIZE_T i = 0; i < n; i++)
        if (lower(a[i]) != lower(b[i]))
            return FALSE;
    return TRUE;
}

static BOOL compare(const void *a, const void *b, enum charset charset)
{
    char *x, *y;
    BOOL same;

    if (!a || !b)
        return a == b;
    x = dns_utf8_of(a, charset);
    y = dns_utf8_of(b, charset);
    same = x && y && dns_same(x, y);
    heap_free(x);
    heap_free(y);
    return same;
}

WINBOOL WINAPI DnsNameCompare_A(LPSTR a, LPSTR b)
{
    return compare(a, b, CHARSET_ANSI);
}

WINBOOL WINAPI DnsNameCompare_W(LPWSTR a, LPWSTR b)
{
    return compare(a, b, CHARSET_WIDE);
}

static BOOL is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static BOOL is_plain(char c)
{
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-';
}

/* One label; *other: it has characters that are no host's name's. FALSE: no name's at all. */
static BOOL label_ok(const char *label, SIZE_T n, BOOL *other)
{
    if (!n || n > 63)
        return FALSE;
    for (SIZE_T i = 0; i < n; i++) {
        char c = label[i];

        if (c == ' ' || (c > 0 && c < 0x20) || c == 0x7f)
            return FALSE;
        for (const char *bad = "{|}~[\\]^':;<=>?@!\"#$%`()+/,*&"; *bad; bad++)
            if (c == *bad)
                *other = TRUE;
        if (!is_plain(c) && c >= 0 && c != '_')
            *other = TRUE;
    }
    return TRUE;
}

static DNS_STATUS validate(const char *name, DNS_NAME_FORMAT format)
{
    SIZE_T n = ansi_length(name), begin = 0, labels = 0;
    BOOL special = FALSE, wide = FALSE, underscore = FALSE, numeric = TRUE;
    BOOL label_only = format == DnsNameDomainLabel || format == DnsNameHostnameLabel;

    if (n == 1 && name[0] == '.' && !label_only)
        return 0;
    if (!n || length_of(name) > 253)
        return ERROR_INVALID_NAME;
    for (SIZE_T i = 0; i <= n; i++) {
        BOOL other = FALSE;

        if (i < n && name[i] != '.')
            continue;
        if (i == n && begin == n)
            break; /* the point in the end */
        if (label_only && i < n)
            return ERROR_INVALID_NAME;
        if (format == DnsNameWildcard && !labels && i - begin == 1 && name[begin] == '*')
            numeric = FALSE;
        else if (!label_ok(name + begin, i - begin, &other))
            return ERROR_INVALID_NAME;
        special |= other;
        if (format == DnsNameSrvRecord && !labels && name[begin] != '_')
            return ERROR_INVALID_NAME;
        for (SIZE_T k = begin; k < i; k++) {
            wide |= name[k] < 0;
            underscore |= name[k] == '_' && !(format == DnsNameSrvRecord && k == begin);
            numeric &= is_digit(name[k]);
        }
        labels++;
        begin = i + 1;
    }
    if (special)
        return DNS_ERROR_INVALID_NAME_CHAR;
    if (numeric && (format == DnsNameHostnameLabel || format == DnsNameHostnameFull))
        return DNS_ERROR_NUMERIC_NAME;
    return underscore || wide ? DNS_ERROR_NON_RFC_NAME : 0;
}

static DNS_STATUS validate_as(const void *name, DNS_NAME_FORMAT format, enum charset charset)
{
    char *utf8;
    DNS_STATUS status;

    if (!name || format > DnsNameSrvRecord)
        return ERROR_INVALID_NAME;
    utf8 = dns_utf8_of(name, charset);
    if (!utf8)
        return DNS_ERROR_NO_MEMORY;
    status = validate(utf8, format);
    heap_free(utf8);
    return status;
}

DNS_STATUS WINAPI DnsValidateName_W(LPCWSTR name, DNS_NAME_FORMAT format)
{
    return validate_as(name, format, CHARSET_WIDE);
}

DNS_STATUS WINAPI DnsValidateName_A(LPCSTR name, DNS_NAME_FORMAT format)
{
    return validate_as(name, format, CHARSET_ANSI);
}

DNS_STATUS WINAPI DnsValidateName_UTF8(LPCSTR name, DNS_NAME_FORMAT format)
{
    return validate_as(name, format, CHARSET_UTF8);
}
