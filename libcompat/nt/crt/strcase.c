/*
 * Byte strings by the rules of a locale: without regard to case, changing case, collation.
 */
#include "locale_data.h"
#include <limits.h>

#define COMPARE_ERROR INT_MAX

/* The whole of `s` (or n bytes) as UTF-16 in a malloc block, for the system's functions. */
static wchar_t *widen(const char *s, size_t n, unsigned cp, int *len)
{
    if (n > INT_MAX / 2) {
        errno = ENOMEM;
        return NULL;
    }
    wchar_t *w = malloc((n + 1) * sizeof *w);
    if (!w)
        return NULL;
    *len = n ? MultiByteToWideChar(cp, 0, s, (int)n, w, (int)n) : 0;
    w[*len] = 0;
    if (n && !*len) {
        free(w);
        errno = EILSEQ;
        return NULL;
    }
    return w;
}

/* ---- without regard to case --------------------------------------------------------------- */

static inline int lower(const struct crt_locale *l, const char *s)
{
    return l->lower[(unsigned char)*s];
}

int _stricmp_l(const char *a, const char *b, _locale_t loc)
{
    const struct crt_locale *l = crt_locale_of(loc);
    int x, y;

    CRT_CHECK(a && b, EINVAL, COMPARE_ERROR);
    do {
        x = lower(l, a++);
        y = lower(l, b++);
    } while (x && x == y);
    return x - y;
}

int _stricmp(const char *a, const char *b)
{
    return _stricmp_l(a, b, NULL);
}

int _strnicmp_l(const char *a, const char *b, size_t n, _locale_t loc)
{
    const struct crt_locale *l = crt_locale_of(loc);
    int x = 0, y = 0;

    if (!n)
        return 0;
    CRT_CHECK(a && b && n <= INT_MAX, EINVAL, COMPARE_ERROR);
    while (n--) {
        x = lower(l, a++);
        y = lower(l, b++);
        if (!x || x != y)
            break;
    }
    return x - y;
}

int _strnicmp(const char *a, const char *b, size_t n)
{
    return _strnicmp_l(a, b, n, NULL);
}

int _memicmp_l(const void *a, const void *b, size_t n, _locale_t loc)
{
    const struct crt_locale *l = crt_locale_of(loc);
    const char *p = a, *q = b;

    if (!n)
        return 0;
    CRT_CHECK(a && b, EINVAL, COMPARE_ERROR);
    for (; n; n--, p++, q++) {
        int d = lower(l, p) - lower(l, q);
        if (d)
            return d;
    }
    return 0;
}

int _memicmp(const void *a, const void *b, size_t n)
{
    return _memicmp_l(a, b, n, NULL);
}

/* ---- changing case ------------------------------------------------------------------------ */

/* Through UTF-16, since a character may change its length; `size` is the room with the NUL. */
static errno_t change_utf8(char *s, size_t len, size_t size, bool up, const struct crt_locale *l)
{
    int n, out;
    wchar_t *w = widen(s, len, CP_UTF8, &n);

    if (!w)
        return errno;
    LCMapStringEx(l->cat[CRT_LC_CTYPE].name, up ? LCMAP_UPPERCASE : LCMAP_LOWERCASE, w, n, w, n,
                  NULL, NULL, 0);
    out = WideCharToMultiByte(CP_UTF8, 0, w, n, NULL, 0, NULL, NULL);
    if (out < 0 || (size_t)out >= size) {
        free(w);
        return ERANGE;
    }
    WideCharToMultiByte(CP_UTF8, 0, w, n, s, out, NULL, NULL);
    s[out] = 0;
    free(w);
    return 0;
}

static errno_t change_case(char *s, size_t size, bool up, _locale_t loc)
{
    const struct crt_locale *l = crt_locale_of(loc);
    const unsigned char *map = up ? l->upper : l->lower;
    bool ascii = true;
    char *p;

    for (p = s; *p; p++) {
        if (*p & 0x80)
            ascii = false;
        else
            *p = (char)map[(unsigned char)*p];
    }
    if (ascii)
        return 0;
    if (l->cat[CRT_LC_CTYPE].codepage == CP_UTF8)
        return change_utf8(s, (size_t)(p - s), size, up, l);
    for (p = s; *p; p++) {
        unsigned char c = (unsigned char)*p;
        if ((l->pctype[c] & CT_LEAD) && p[1]) {
            int two = c << 8 | (unsigned char)p[1];
            two = up ? _toupper_l(two, (_locale_t)loc) : _tolower_l(two, (_locale_t)loc);
            if (two > 0xff) {
                p[0] = (char)(two >> 8);
                p[1] = (char)two;
            }
            p++;
        } else {
            *p = (char)map[c];
        }
    }
    return 0;
}

static errno_t change_case_s(char *s, size_t size, bool up, _locale_t loc)
{
    if (!s || !size)
        return crt_bad_parameter(EINVAL);
    if (strnlen(s, size) == size) {
        *s = 0;
        return crt_bad_parameter(EINVAL);
    }
    errno_t error = change_case(s, size, up, loc);
    if (error)
        *s = 0;
    return error == ERANGE ? crt_bad_parameter(error) : error;
}

static char *change_case_unsized(char *s, bool up, _locale_t loc)
{
    CRT_CHECK(s, EINVAL, NULL);
    change_case(s, strlen(s) + 1, up, loc);
    return s;
}

#define CHANGE(name, up)                                                                           \
    errno_t _str##name##_s_l(char *s, size_t size, _locale_t loc)                                  \
    {                                                                                              \
        return change_case_s(s, size, up, loc);                                                    \
    }                                                                                              \
    errno_t _str##name##_s(char *s, size_t size) { return change_case_s(s, size, up, NULL); }      \
    char *_str##name##_l(char *s, _locale_t loc) { return change_case_unsized(s, up, loc); }       \
    char *_str##name(char *s) { return change_case_unsized(s, up, NULL); }

CHANGE(lwr, false)
CHANGE(upr, true)

/* ---- collation ---------------------------------------------------------------------------- */

static int collate(const char *a, size_t an, const char *b, size_t bn, DWORD flags,
                   const struct crt_category *cat)
{
    int x, y, result = COMPARE_ERROR;
    wchar_t *wa = widen(a, an, cat->codepage, &x);
    wchar_t *wb = wa ? widen(b, bn, cat->codepage, &y) : NULL;

    if (wb) {
        int r = CompareStringEx(cat->name, flags | SORT_STRINGSORT, wa, x, wb, y, NULL, NULL, 0);
        if (r)
            result = r - CSTR_EQUAL;
        else
            errno = EINVAL;
    }
    free(wa);
    free(wb);
    return result;
}

#define COLLATE_CATEGORY(loc) (&crt_locale_of(loc)->cat[CRT_LC_COLLATE])

int _strcoll_l(const char *a, const char *b, _locale_t loc)
{
    const struct crt_category *cat = COLLATE_CATEGORY(loc);

    CRT_CHECK(a && b, EINVAL, COMPARE_ERROR);
    return cat->name ? collate(a, strlen(a), b, strlen(b), 0, cat) : strcmp(a, b);
}

int _stricoll_l(const char *a, const char *b, _locale_t loc)
{
    const struct crt_category *cat = COLLATE_CATEGORY(loc);

    CRT_CHECK(a && b, EINVAL, COMPARE_ERROR);
    return cat->name ? collate(a, strlen(a), b, strlen(b), NORM_IGNORECASE, cat)
                     : _stricmp_l(a, b, loc);
}

int _strncoll_l(const char *a, const char *b, size_t n, _locale_t loc)
{
    const struct crt_category *cat = COLLATE_CATEGORY(loc);

    if (!n)
        return 0;
    CRT_CHECK(a && b && n <= INT_MAX, EINVAL, COMPARE_ERROR);
    return cat->name ? collate(a, strnlen(a, n), b, strnlen(b, n), 0, cat) : strncmp(a, b, n);
}

int _strnicoll_l(const char *a, const char *b, size_t n, _locale_t loc)
{
    const struct crt_category *cat = COLLATE_CATEGORY(loc);

    if (!n)
        return 0;
    CRT_CHECK(a && b && n <= INT_MAX, EINVAL, COMPARE_ERROR);
    return cat->name ? collate(a, strnlen(a, n), b, strnlen(b, n), NORM_IGNORECASE, cat)
                     : _strnicmp_l(a, b, n, loc);
}

int strcoll(const char *a, const char *b)
{
    return _strcoll_l(a, b, NULL);
}

int _stricoll(const char *a, const char *b)
{
    return _stricoll_l(a, b, NULL);
}

int _strncoll(const char *a, const char *b, size_t n)
{
    return _strncoll_l(a, b, n, NULL);
}

int _strnicoll(const char *a, const char *b, size_t n)
{
    return _strnicoll_l(a, b, n, NULL);
}

size_t _strxfrm_l(char *dst, const char *src, size_t n, _locale_t loc)
{
    const struct crt_category *cat = COLLATE_CATEGORY(loc);

    CRT_CHECK(src && n <= INT_MAX && (dst || !n), EINVAL, INT_MAX);
    if (!cat->name) {
        size_t len = strlen(src);
        if (n)
            strncpy(dst, src, n);
        return len;
    }
    if (dst && n)
        *dst = 0;
    int len;
    wchar_t *w = widen(src, strlen(src), cat->codepage, &len);
    if (!w)
        return INT_MAX;
    /* A sort key of bytes, ended by a zero that is counted here but not in the result. */
    size_t result = INT_MAX;
    int need = LCMapStringEx(cat->name, LCMAP_SORTKEY, w, -1, NULL, 0, NULL, NULL, 0);
    if (need > 0) {
        result = (size_t)need - 1;
        if ((size_t)need <= n)
            LCMapStringEx(cat->name, LCMAP_SORTKEY, w, -1, (wchar_t *)dst, (int)n, NULL, NULL, 0);
    } else {
        errno = EILSEQ;
    }
    free(w);
    return result;
}

size_t strxfrm(char *dst, const char *src, size_t n)
{
    return _strxfrm_l(dst, src, n, NULL);
}
