/*
 * Strings.
 */
#include "shlw.h"

static BOOL same(WCHAR a, WCHAR b, BOOL fold)
{
    return a == b || (fold && RtlDowncaseUnicodeChar(a) == RtlDowncaseUnicodeChar(b));
}

static LPWSTR find_char(LPCWSTR text, WCHAR c, BOOL fold)
{
    for (; text && *text; text++)
        if (same(*text, c, fold))
            return (LPWSTR)text;
    return NULL;
}

LPWSTR WINAPI StrChrW(LPCWSTR text, WCHAR c)
{
    return find_char(text, c, FALSE);
}

LPWSTR WINAPI StrChrIW(LPCWSTR text, WCHAR c)
{
    return find_char(text, c, TRUE);
}

LPWSTR WINAPI StrRChrW(LPCWSTR text, LPCWSTR end, WCHAR c)
{
    LPCWSTR found = NULL;

    for (; text && (end ? text < end : *text != 0); text++)
        if (*text == c)
            found = text;
    return (LPWSTR)found;
}

static LPWSTR find_text(LPCWSTR text, LPCWSTR part, BOOL fold)
{
    if (!text || !part || !*part)
        return NULL;
    for (; *text; text++) {
        SIZE_T i = 0;

        while (part[i] && text[i] && same(text[i], part[i], fold))
            i++;
        if (!part[i])
            return (LPWSTR)text;
    }
    return NULL;
}

LPWSTR WINAPI StrStrW(LPCWSTR text, LPCWSTR part)
{
    return find_text(text, part, FALSE);
}

LPWSTR WINAPI StrStrIW(LPCWSTR text, LPCWSTR part)
{
    return find_text(text, part, TRUE);
}

static int compare(LPCWSTR a, LPCWSTR b, int count, BOOL fold)
{
    int result = CompareStringW(LOCALE_USER_DEFAULT, fold ? NORM_IGNORECASE : 0, a, count, b, count);

    return result ? result - CSTR_EQUAL : 0;
}

int WINAPI StrCmpW(LPCWSTR a, LPCWSTR b)
{
    return compare(a, b, -1, FALSE);
}

int WINAPI StrCmpIW(LPCWSTR a, LPCWSTR b)
{
    return compare(a, b, -1, TRUE);
}

static int length_within(LPCWSTR text, int limit)
{
    int n = 0;

    while (n < limit && text[n])
        n++;
    return n;
}

static int compare_n(LPCWSTR a, LPCWSTR b, int count, BOOL fold)
{
    int result = CompareStringW(LOCALE_USER_DEFAULT, fold ? NORM_IGNORECASE : 0, a,
                                length_within(a, count), b, length_within(b, count));

    return result ? result - CSTR_EQUAL : 0;
}

int WINAPI StrCmpNW(LPCWSTR a, LPCWSTR b, int count)
{
    return compare_n(a, b, count, FALSE);
}

int WINAPI StrCmpNIW(LPCWSTR a, LPCWSTR b, int count)
{
    return compare_n(a, b, count, TRUE);
}

int WINAPI StrToIntW(LPCWSTR text)
{
    BOOL negative;
    unsigned value = 0;

    if (!text)
        return 0;
    negative = *text == '-';
    if (negative)
        text++;
    for (; *text >= '0' && *text <= '9'; text++)
        value = value * 10 + (*text - '0');
    return (int)(negative ? 0 - value : value);
}

/* On the heap of LocalAlloc, as documented. */
LPWSTR WINAPI StrDupW(LPCWSTR text)
{
    SIZE_T size = text ? (wide_length(text) + 1) * sizeof(WCHAR) : sizeof(WCHAR);
    LPWSTR copy = LocalAlloc(LPTR, size);

    if (copy && text)
        memcpy(copy, text, size);
    return copy;
}

LPWSTR WINAPI StrCpyNW(LPWSTR dest, LPCWSTR source, int size)
{
    int i = 0;

    if (!dest || size <= 0)
        return dest;
    for (; source && i < size - 1 && source[i]; i++)
        dest[i] = source[i];
    dest[i] = 0;
    return dest;
}
