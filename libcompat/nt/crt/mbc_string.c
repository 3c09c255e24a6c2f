/*
 * Multibyte strings: stepping, measuring, comparing, searching. Functions with `nb` in their
 * names count bytes, those with `n` or `nc` count characters.
 */
#include "mbc.h"
#include <limits.h>

typedef unsigned char uchar;
#define COMPARE_ERROR INT_MAX

/* The form without a locale. */
#define PLAIN(type, name, params, ...)                                                             \
    type name params { return name##_l(__VA_ARGS__, NULL); }

/* ---- stepping ----------------------------------------------------------------------------- */

uchar *_mbsinc_l(const uchar *s, _locale_t loc)
{
    const struct crt_mbc *m = crt_mbc_of(loc);

    CRT_CHECK(s, EINVAL, NULL);
    return (uchar *)s + (mb_lead(m, *s) && s[1] ? 2 : 1);
}
PLAIN(uchar *, _mbsinc, (const uchar *s), s)

uchar *_mbsdec_l(const uchar *start, const uchar *at, _locale_t loc)
{
    const struct crt_mbc *m = crt_mbc_of(loc);

    CRT_CHECK(start && at, EINVAL, NULL);
    if (start >= at)
        return NULL;
    if (at - start == 1)
        return (uchar *)start;
    /* A run of lead bytes before the last one tells by its length whose half that is. */
    const uchar *p = at - 2;
    while (p >= start && mb_lead(m, *p))
        p--;
    return (uchar *)at - 1 - ((at - p) & 1);
}
PLAIN(uchar *, _mbsdec, (const uchar *start, const uchar *at), start, at)

unsigned _mbsnextc_l(const uchar *s, _locale_t loc)
{
    CRT_CHECK(s, EINVAL, 0);
    return mb_get(crt_mbc_of(loc), s);
}
PLAIN(unsigned, _mbsnextc, (const uchar *s), s)

size_t _mbclen_l(const uchar *s, _locale_t loc)
{
    return mb_size(crt_mbc_of(loc), s);
}
PLAIN(size_t, _mbclen, (const uchar *s), s)

/* Bytes of the first n characters, or of all before the end. */
size_t _mbsnbcnt_l(const uchar *s, size_t n, _locale_t loc)
{
    const struct crt_mbc *m = crt_mbc_of(loc);
    const uchar *p = s;

    CRT_CHECK(s || !n, EINVAL, 0);
    while (n-- && *p)
        p += mb_size(m, p);
    return (size_t)(p - s);
}
PLAIN(size_t, _mbsnbcnt, (const uchar *s, size_t n), s, n)

/* Characters in the first n bytes. */
size_t _mbsnccnt_l(const uchar *s, size_t n, _locale_t loc)
{
    const struct crt_mbc *m = crt_mbc_of(loc);
    size_t count = 0;

    CRT_CHECK(s || !n, EINVAL, 0);
    while (n && *s) {
        size_t size = mb_lead(m, *s) ? 2 : 1;
        if (size > n || (size == 2 && !s[1]))
            break;
        s += size;
        n -= size;
        count++;
    }
    return count;
}
PLAIN(size_t, _mbsnccnt, (const uchar *s, size_t n), s, n)

uchar *_mbsninc_l(const uchar *s, size_t n, _locale_t loc)
{
    return s ? (uchar *)s + _mbsnbcnt_l(s, n, loc) : NULL;
}
PLAIN(uchar *, _mbsninc, (const uchar *s, size_t n), s, n)

size_t _mbslen_l(const uchar *s, _locale_t loc)
{
    const struct crt_mbc *m = crt_mbc_of(loc);
    size_t n = 0;

    CRT_CHECK(s, EINVAL, (size_t)-1);
    for (; *s; n++)
        s += mb_size(m, s);
    return n;
}
PLAIN(size_t, _mbslen, (const uchar *s), s)

size_t _mbsnlen_l(const uchar *s, size_t max, _locale_t loc)
{
    const struct crt_mbc *m = crt_mbc_of(loc);
    size_t n = 0, i = 0;

    CRT_CHECK(s && max <= INT_MAX, EINVAL, (size_t)-1);
    for (; i < max && s[i]; n++) {
        if (mb_lead(m, s[i])) {
            if (++i >= max)
                break;
            if (!s[i])
                return n;
        }
        i++;
    }
    return i >= max ? max : n;
}
PLAIN(size_t, _mbsnlen, (const uchar *s, size_t max), s, max)

/* ---- comparing ---------------------------------------------------------------------------- */

/* Limits in bytes or in characters; both are off at SIZE_MAX. */
static int compare(const uchar *a, const uchar *b, size_t chars, size_t bytes, bool nocase,
                   _locale_t loc)
{
    const struct crt_mbc *m = crt_mbc_of(loc);

    while (chars && bytes) {
        unsigned x = *a, y = *b;
        size_t size = 1;
        if (mb_lead(m, *a) && bytes > 1) {
            x = a[1] ? (unsigned)*a << 8 | a[1] : 0;
            size = 2;
        }
        if (mb_lead(m, *b) && bytes > 1) {
            y = b[1] ? (unsigned)*b << 8 | b[1] : 0;
            size = 2;
        }
        if (nocase) {
            x = _mbctolower_l(x, loc);
            y = _mbctolower_l(y, loc);
        }
        if (x != y)
            return x < y ? -1 : 1;
        if (!x)
            return 0;
        a += size;
        b += size;
        chars--;
        bytes -= size < bytes ? size : bytes;
    }
    return 0;
}

#define NO_LIMIT ((size_t)-1)

#define COMPARE(name, nocase)                                                                      \
    int name##_l(const uchar *a, const uchar *b, _locale_t loc)                                    \
    {                                                                                              \
        CRT_CHECK(a && b, EINVAL, COMPARE_ERROR);                                                  \
        return compare(a, b, NO_LIMIT, NO_LIMIT, nocase, loc);                                     \
    }                                                                                              \
    PLAIN(int, name, (const uchar *a, const uchar *b), a, b)
#define COMPARE_N(name, nocase, chars, bytes)                                                      \
    int name##_l(const uchar *a, const uchar *b, size_t n, _locale_t loc)                          \
    {                                                                                              \
        if (!n)                                                                                    \
            return 0;                                                                              \
        CRT_CHECK(a && b, EINVAL, COMPARE_ERROR);                                                  \
        return compare(a, b, chars, bytes, nocase, loc);                                           \
    }                                                                                              \
    PLAIN(int, name, (const uchar *a, const uchar *b, size_t n), a, b, n)

COMPARE(_mbscmp, false)
COMPARE(_mbsicmp, true)
COMPARE_N(_mbsncmp, false, n, NO_LIMIT)
COMPARE_N(_mbsnicmp, true, n, NO_LIMIT)
COMPARE_N(_mbsnbcmp, false, NO_LIMIT, n)
COMPARE_N(_mbsnbicmp, true, NO_LIMIT, n)

/* By the order of the language; without a multibyte code page by LC_COLLATE. */
static int collate(const uchar *a, size_t an, const uchar *b, size_t bn, DWORD flags,
                   _locale_t loc)
{
    const struct crt_mbc *m = crt_mbc_of(loc);
    const wchar_t *name = crt_locale_of(loc)->cat[CRT_LC_COLLATE].name;
    int result = COMPARE_ERROR, x, y;
    wchar_t *wa, *wb;

    if (an > INT_MAX || bn > INT_MAX)
        return COMPARE_ERROR;
    wa = malloc((an + 1) * sizeof *wa);
    wb = malloc((bn + 1) * sizeof *wb);
    if (wa && wb) {
        UINT cp = m->codepage ? (UINT)m->codepage : CP_ACP;
        x = an ? MultiByteToWideChar(cp, 0, (const char *)a, (int)an, wa, (int)an) : 0;
        y = bn ? MultiByteToWideChar(cp, 0, (const char *)b, (int)bn, wb, (int)bn) : 0;
        int r = CompareStringEx(name ? name : LOCALE_NAME_USER_DEFAULT, flags | SORT_STRINGSORT,
                                wa, x, wb, y, NULL, NULL, 0);
        if (r)
            result = r - CSTR_EQUAL;
    }
    free(wa);
    free(wb);
    return result;
}

#define S(p) ((const char *)(p))
#define COLLATE(name, flags)                                                                       \
    int name##_l(const uchar *a, const uchar *b, _locale_t loc)                                    \
    {                                                                                              \
        CRT_CHECK(a && b, EINVAL, COMPARE_ERROR);                                                  \
        return collate(a, strlen(S(a)), b, strlen(S(b)), flags, loc);                              \
    }                                                                                              \
    PLAIN(int, name, (const uchar *a, const uchar *b), a, b)
#define COLLATE_N(name, flags, measure)                                                            \
    int name##_l(const uchar *a, const uchar *b, size_t n, _locale_t loc)                          \
    {                                                                                              \
        if (!n)                                                                                    \
            return 0;                                                                              \
        CRT_CHECK(a && b && n <= INT_MAX, EINVAL, COMPARE_ERROR);                                  \
        return collate(a, measure(a), b, measure(b), flags, loc);                                  \
    }                                                                                              \
    PLAIN(int, name, (const uchar *a, const uchar *b, size_t n), a, b, n)
#define IN_BYTES(s) strnlen(S(s), n)
#define IN_CHARS(s) _mbsnbcnt_l(s, n, loc)

COLLATE(_mbscoll, 0)
COLLATE(_mbsicoll, NORM_IGNORECASE)
COLLATE_N(_mbsncoll, 0, IN_CHARS)
COLLATE_N(_mbsnicoll, NORM_IGNORECASE, IN_CHARS)
COLLATE_N(_mbsnbcoll, 0, IN_BYTES)
COLLATE_N(_mbsnbicoll, NORM_IGNORECASE, IN_BYTES)

/* ---- searching ---------------------------------------------------------------------------- */

uchar *_mbschr_l(const uchar *s, unsigned c, _locale_t loc)
{
    const struct crt_mbc *m = crt_mbc_of(loc);

    CRT_CHECK(s, EINVAL, NULL);
    for (; *s; s += mb_size(m, s))
        if (mb_get(m, s) == c)
            return (uchar *)s;
    return c ? NULL : (uchar *)s;
}
PLAIN(uchar *, _mbschr, (const uchar *s, unsigned c), s, c)

uchar *_mbsrchr_l(const uchar *s, unsigned c, _locale_t loc)
{
    const struct crt_mbc *m = crt_mbc_of(loc);
    const uchar *hit = NULL;

    CRT_CHECK(s, EINVAL, NULL);
    for (; *s; s += mb_size(m, s))
        if (mb_get(m, s) == c)
            hit = s;
    return (uchar *)(c ? hit : s);
}
PLAIN(uchar *, _mbsrchr, (const uchar *s, unsigned c), s, c)

uchar *_mbsstr_l(const uchar *s, const uchar *needle, _locale_t loc)
{
    const struct crt_mbc *m = crt_mbc_of(loc);

    CRT_CHECK(s && needle, EINVAL, NULL);
    size_t n = strlen(S(needle));
    for (;; s += mb_size(m, s)) {
        if (!strncmp(S(s), S(needle), n))
            return (uchar *)s;
        if (!*s)
            return NULL;
    }
}
PLAIN(uchar *, _mbsstr, (const uchar *s, const uchar *needle), s, needle)

/* The first character that is (or is not) in the set, or the end. */
static const uchar *span(const uchar *s, const uchar *set, bool in, _locale_t loc)
{
    const struct crt_mbc *m = crt_mbc_of(loc);

    for (; *s; s += mb_size(m, s))
        if ((_mbschr_l(set, mb_get(m, s), loc) != NULL) != in)
            break;
    return s;
}

size_t _mbsspn_l(const uchar *s, const uchar *set, _locale_t loc)
{
    CRT_CHECK(s && set, EINVAL, 0);
    return (size_t)(span(s, set, true, loc) - s);
}
PLAIN(size_t, _mbsspn, (const uchar *s, const uchar *set), s, set)

size_t _mbscspn_l(const uchar *s, const uchar *set, _locale_t loc)
{
    CRT_CHECK(s && set, EINVAL, 0);
    return (size_t)(span(s, set, false, loc) - s);
}
PLAIN(size_t, _mbscspn, (const uchar *s, const uchar *set), s, set)

uchar *_mbsspnp_l(const uchar *s, const uchar *set, _locale_t loc)
{
    CRT_CHECK(s && set, EINVAL, NULL);
    s = span(s, set, true, loc);
    return *s ? (uchar *)s : NULL;
}
PLAIN(uchar *, _mbsspnp, (const uchar *s, const uchar *set), s, set)

uchar *_mbspbrk_l(const uchar *s, const uchar *set, _locale_t loc)
{
    CRT_CHECK(s && set, EINVAL, NULL);
    s = span(s, set, false, loc);
    return *s ? (uchar *)s : NULL;
}
PLAIN(uchar *, _mbspbrk, (const uchar *s, const uchar *set), s, set)

static uchar *next_token(uchar *s, const uchar *delim, uchar **context, _locale_t loc)
{
    if (!s)
        s = *context;
    if (!s)
        return NULL;
    s = (uchar *)span(s, delim, true, loc);
    if (!*s) {
        *context = s;
        return NULL;
    }
    uchar *end = (uchar *)span(s, delim, false, loc);
    if (*end) {
        size_t size = mb_size(crt_mbc_of(loc), end);
        *end = 0;
        end += size;
    }
    *context = end;
    return s;
}

uchar *_mbstok_s_l(uchar *s, const uchar *delim, uchar **context, _locale_t loc)
{
    CRT_CHECK(context && delim && (s || *context), EINVAL, NULL);
    return next_token(s, delim, context, loc);
}
PLAIN(uchar *, _mbstok_s, (uchar *s, const uchar *delim, uchar **context), s, delim, context)

uchar *_mbstok_l(uchar *s, const uchar *delim, _locale_t loc)
{
    uchar **context = &crt_thread()->mbstok_next;

    CRT_CHECK(delim && (s || *context), EINVAL, NULL);
    return next_token(s, delim, context, loc);
}
PLAIN(uchar *, _mbstok, (uchar *s, const uchar *delim), s, delim)
