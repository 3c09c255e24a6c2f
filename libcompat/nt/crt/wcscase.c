/*
 * UTF-16 strings by the rules of a locale: without regard to case, changing case, collation.
 */
#include "locale_data.h"
#include <limits.h>

#define COMPARE_ERROR INT_MAX

/* ---- without regard to case --------------------------------------------------------------- */

static inline wchar_t ascii_lower(wchar_t c)
{
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

static int compare_nocase(const wchar_t *a, const wchar_t *b, size_t n, _locale_t loc)
{
    const struct crt_locale *l = crt_locale_of(loc);
    struct localeinfo_struct fixed = {(pthreadlocinfo)l, NULL};
    bool c_locale = !l->cat[CRT_LC_CTYPE].name;

    for (; n; n--, a++, b++) {
        wchar_t x = ascii_lower(*a), y = ascii_lower(*b);
        if (x != y && !c_locale) {
            x = _towlower_l(x, &fixed);
            y = _towlower_l(y, &fixed);
        }
        if (x != y)
            return (int)x - (int)y;
        if (!x)
            break;
    }
    return 0;
}

int _wcsicmp_l(const wchar_t *a, const wchar_t *b, _locale_t loc)
{
    CRT_CHECK(a && b, EINVAL, COMPARE_ERROR);
    return compare_nocase(a, b, (size_t)-1, loc);
}

int _wcsicmp(const wchar_t *a, const wchar_t *b)
{
    return _wcsicmp_l(a, b, NULL);
}

int _wcsnicmp_l(const wchar_t *a, const wchar_t *b, size_t n, _locale_t loc)
{
    if (!n)
        return 0;
    CRT_CHECK(a && b && n <= INT_MAX, EINVAL, COMPARE_ERROR);
    return compare_nocase(a, b, n, loc);
}

int _wcsnicmp(const wchar_t *a, const wchar_t *b, size_t n)
{
    return _wcsnicmp_l(a, b, n, NULL);
}

/* ---- changing case ------------------------------------------------------------------------ */

static void change_case(wchar_t *s, bool up, _locale_t loc)
{
    const wchar_t *name = crt_locale_of(loc)->cat[CRT_LC_CTYPE].name;
    bool ascii = true;

    for (wchar_t *p = s; *p; p++) {
        if (*p >= 0x80)
            ascii = false;
        else if (up ? *p >= 'a' && *p <= 'z' : *p >= 'A' && *p <= 'Z')
            *p ^= 32;
    }
    size_t len;
    if (!ascii && name && (len = wcslen(s)) <= INT_MAX)
        LCMapStringEx(name, up ? LCMAP_UPPERCASE : LCMAP_LOWERCASE, s, (int)len, s, (int)len,
                      NULL, NULL, 0);
}

static errno_t change_case_s(wchar_t *s, size_t size, bool up, _locale_t loc)
{
    if (!s || !size)
        return crt_bad_parameter(EINVAL);
    if (wcsnlen(s, size) == size) {
        *s = 0;
        return crt_bad_parameter(EINVAL);
    }
    change_case(s, up, loc);
    return 0;
}

static wchar_t *change_case_unsized(wchar_t *s, bool up, _locale_t loc)
{
    CRT_CHECK(s, EINVAL, NULL);
    change_case(s, up, loc);
    return s;
}

#define CHANGE(name, up)                                                                           \
    errno_t _wcs##name##_s_l(wchar_t *s, size_t size, _locale_t loc)                               \
    {                                                                                              \
        return change_case_s(s, size, up, loc);                                                    \
    }                                                                                              \
    errno_t _wcs##name##_s(wchar_t *s, size_t size) { return change_case_s(s, size, up, NULL); }   \
    wchar_t *_wcs##name##_l(wchar_t *s, _locale_t loc) { return change_case_unsized(s, up, loc); } \
    wchar_t *_wcs##name(wchar_t *s) { return change_case_unsized(s, up, NULL); }

CHANGE(lwr, false)
CHANGE(upr, true)

/* ---- collation ---------------------------------------------------------------------------- */

#define COLLATE_NAME(loc) (crt_locale_of(loc)->cat[CRT_LC_COLLATE].name)

static int collate(const wchar_t *a, size_t an, const wchar_t *b, size_t bn, DWORD flags,
                   const wchar_t *name)
{
    int r = 0;

    if (an <= INT_MAX && bn <= INT_MAX)
        r = CompareStringEx(name, flags | SORT_STRINGSORT, a, (int)an, b, (int)bn, NULL, NULL, 0);
    if (r)
        return r - CSTR_EQUAL;
    errno = EINVAL;
    return COMPARE_ERROR;
}

int _wcscoll_l(const wchar_t *a, const wchar_t *b, _locale_t loc)
{
    const wchar_t *name = COLLATE_NAME(loc);

    CRT_CHECK(a && b, EINVAL, COMPARE_ERROR);
    return name ? collate(a, wcslen(a), b, wcslen(b), 0, name) : wcscmp(a, b);
}

int _wcsicoll_l(const wchar_t *a, const wchar_t *b, _locale_t loc)
{
    const wchar_t *name = COLLATE_NAME(loc);

    CRT_CHECK(a && b, EINVAL, COMPARE_ERROR);
    return name ? collate(a, wcslen(a), b, wcslen(b), NORM_IGNORECASE, name)
                : _wcsicmp_l(a, b, loc);
}

int _wcsncoll_l(const wchar_t *a, const wchar_t *b, size_t n, _locale_t loc)
{
    const wchar_t *name = COLLATE_NAME(loc);

    if (!n)
        return 0;
    CRT_CHECK(a && b && n <= INT_MAX, EINVAL, COMPARE_ERROR);
    return name ? collate(a, wcsnlen(a, n), b, wcsnlen(b, n), 0, name) : wcsncmp(a, b, n);
}

int _wcsnicoll_l(const wchar_t *a, const wchar_t *b, size_t n, _locale_t loc)
{
    const wchar_t *name = COLLATE_NAME(loc);

    if (!n)
        return 0;
    CRT_CHECK(a && b && n <= INT_MAX, EINVAL, COMPARE_ERROR);
    return name ? collate(a, wcsnlen(a, n), b, wcsnlen(b, n), NORM_IGNORECASE, name)
                : _wcsnicmp_l(a, b, n, loc);
}

int wcscoll(const wchar_t *a, const wchar_t *b)
{
    return _wcscoll_l(a, b, NULL);
}

int _wcsicoll(const wchar_t *a, const wchar_t *b)
{
    return _wcsicoll_l(a, b, NULL);
}

int _wcsncoll(const wchar_t *a, const wchar_t *b, size_t n)
{
    return _wcsncoll_l(a, b, n, NULL);
}

int _wcsnicoll(const wchar_t *a, const wchar_t *b, size_t n)
{
    return _wcsnicoll_l(a, b, n, NULL);
}

size_t _wcsxfrm_l(wchar_t *dst, const wchar_t *src, size_t n, _locale_t loc)
{
    const wchar_t *name = COLLATE_NAME(loc);

    CRT_CHECK(src && n <= INT_MAX && (dst || !n), EINVAL, INT_MAX);
    if (!name) {
        size_t len = wcslen(src);
        if (n)
            wcsncpy(dst, src, n);
        return len;
    }
    if (dst && n)
        *dst = 0;
    int need = LCMapStringEx(name, LCMAP_SORTKEY, src, -1, NULL, 0, NULL, NULL, 0);
    if (need <= 0) {
        errno = EILSEQ;
        return INT_MAX;
    }
    if ((size_t)need <= n) {
        /* One byte of the key per character keeps wcscmp's order. */
        unsigned char *key = (unsigned char *)dst;
        LCMapStringEx(name, LCMAP_SORTKEY, src, -1, dst, need, NULL, NULL, 0);
        for (size_t i = (size_t)need; i--;)
            dst[i] = key[i];
    }
    return (size_t)need - 1;
}

size_t wcsxfrm(wchar_t *dst, const wchar_t *src, size_t n)
{
    return _wcsxfrm_l(dst, src, n, NULL);
}
