/*
 * Multibyte strings: copying, joining, filling, reversing, changing case. No function here
 * leaves half of a two-byte character behind: what does not fit is cut before it.
 */
#include "mbc.h"
#include <limits.h>

typedef unsigned char uchar;
#define S(p) ((const char *)(p))

#define PLAIN(type, name, params, ...)                                                             \
    type name params { return name##_l(__VA_ARGS__, NULL); }

static errno_t empty_and_fail(uchar *dst, errno_t error)
{
    *dst = 0;
    return crt_bad_parameter(error);
}

/* Bytes of whole characters among the first `max` bytes. */
static size_t whole_bytes(const struct crt_mbc *m, const uchar *s, size_t max)
{
    size_t i = 0;

    while (i < max && s[i]) {
        size_t size = mb_lead(m, s[i]) ? 2 : 1;
        if (size > max - i || (size == 2 && !s[i + 1]))
            break;
        i += size;
    }
    return i;
}

/* Bytes of the first n characters. */
static size_t char_bytes(const struct crt_mbc *m, const uchar *s, size_t n)
{
    size_t i = 0;

    while (n-- && s[i])
        i += mb_size(m, s + i);
    return i;
}

/* ---- one character ------------------------------------------------------------------------ */

void _mbccpy_l(uchar *dst, const uchar *src, _locale_t loc)
{
    const struct crt_mbc *m = crt_mbc_of(loc);

    *dst = *src;
    if (mb_lead(m, *src)) {
        if (src[1])
            dst[1] = src[1];
        else
            *dst = 0;
    }
}

void _mbccpy(uchar *dst, const uchar *src)
{
    _mbccpy_l(dst, src, NULL);
}

errno_t _mbccpy_s_l(uchar *dst, size_t size, int *copied, const uchar *src, _locale_t loc)
{
    const struct crt_mbc *m = crt_mbc_of(loc);

    if (copied)
        *copied = 0;
    if (!dst || !size)
        return crt_bad_parameter(EINVAL);
    if (!src)
        return empty_and_fail(dst, EINVAL);
    if (mb_lead(m, *src)) {
        if (!src[1]) {
            *dst = 0;
            if (copied)
                *copied = 1;
            return errno = EILSEQ;
        }
        if (size < 2)
            return empty_and_fail(dst, ERANGE);
        dst[1] = src[1];
    }
    *dst = *src;
    if (copied)
        *copied = (int)mb_size(m, src);
    return 0;
}
PLAIN(errno_t, _mbccpy_s, (uchar *dst, size_t size, int *copied, const uchar *src), dst, size,
      copied, src)

/* ---- copying and joining without sizes ------------------------------------------------------ */

uchar *_mbsncpy_l(uchar *dst, const uchar *src, size_t n, _locale_t loc)
{
    const struct crt_mbc *m = crt_mbc_of(loc);
    uchar *p = dst;

    CRT_CHECK((dst && src) || !n, EINVAL, NULL);
    for (; n && *src; n--) {
        size_t size = mb_size(m, src);
        if (size == 1 && mb_lead(m, *src))
            break; /* a lead byte alone at the end counts as the end */
        memcpy(p, src, size);
        p += size;
        src += size;
    }
    memset(p, 0, n);
    return dst;
}
PLAIN(uchar *, _mbsncpy, (uchar *dst, const uchar *src, size_t n), dst, src, n)

uchar *_mbsnbcpy_l(uchar *dst, const uchar *src, size_t n, _locale_t loc)
{
    CRT_CHECK((dst && src) || !n, EINVAL, NULL);
    size_t len = whole_bytes(crt_mbc_of(loc), src, n);
    memcpy(dst, src, len);
    memset(dst + len, 0, n - len);
    return dst;
}
PLAIN(uchar *, _mbsnbcpy, (uchar *dst, const uchar *src, size_t n), dst, src, n)

uchar *_mbsncat_l(uchar *dst, const uchar *src, size_t n, _locale_t loc)
{
    const struct crt_mbc *m = crt_mbc_of(loc);

    if (!n)
        return dst;
    CRT_CHECK(dst && src, EINVAL, NULL);
    uchar *end = dst + whole_bytes(m, dst, (size_t)-1);
    size_t len = whole_bytes(m, src, char_bytes(m, src, n));
    memcpy(end, src, len);
    end[len] = 0;
    return dst;
}
PLAIN(uchar *, _mbsncat, (uchar *dst, const uchar *src, size_t n), dst, src, n)

uchar *_mbsnbcat_l(uchar *dst, const uchar *src, size_t n, _locale_t loc)
{
    const struct crt_mbc *m = crt_mbc_of(loc);

    if (!n)
        return dst;
    CRT_CHECK(dst && src, EINVAL, NULL);
    uchar *end = dst + whole_bytes(m, dst, (size_t)-1);
    size_t len = whole_bytes(m, src, n);
    memcpy(end, src, len);
    end[len] = 0;
    return dst;
}
PLAIN(uchar *, _mbsnbcat, (uchar *dst, const uchar *src, size_t n), dst, src, n)

/* ---- with sizes --------------------------------------------------------------------------- */

/*
 * The common end: up to `n` characters or bytes of src at dst + used. Cut text is a whole
 * number of characters; a lead byte alone at the end of src is EILSEQ.
 */
static errno_t append(uchar *dst, size_t size, size_t used, const uchar *src, size_t n,
                      bool by_char, const struct crt_mbc *m)
{
    size_t room = size - used - 1, len, all = strlen(S(src));
    bool truncate = n == _TRUNCATE;

    len = truncate ? all : by_char ? char_bytes(m, src, n) : n < all ? n : all;
    size_t whole = whole_bytes(m, src, len);
    bool torn = whole < len && len == all;
    if (whole > room) {
        if (!truncate)
            return empty_and_fail(dst, ERANGE);
        whole = whole_bytes(m, src, room);
        memcpy(dst + used, src, whole);
        dst[used + whole] = 0;
        return STRUNCATE;
    }
    memcpy(dst + used, src, whole);
    dst[used + whole] = 0;
    return torn ? (errno = EILSEQ) : 0;
}

static errno_t copy_s(uchar *dst, size_t size, const uchar *src, size_t n, bool by_char,
                      _locale_t loc)
{
    if (!n && !dst && !size)
        return 0;
    if (!dst || !size)
        return crt_bad_parameter(EINVAL);
    if (!n) {
        *dst = 0;
        return 0;
    }
    if (!src)
        return empty_and_fail(dst, EINVAL);
    return append(dst, size, 0, src, n, by_char, crt_mbc_of(loc));
}

static errno_t join_s(uchar *dst, size_t size, const uchar *src, size_t n, bool by_char,
                      _locale_t loc)
{
    const struct crt_mbc *m = crt_mbc_of(loc);

    if (!n && !dst && !size)
        return 0;
    if (!dst || !size)
        return crt_bad_parameter(EINVAL);
    if (n && !src)
        return empty_and_fail(dst, EINVAL);
    size_t used = strnlen(S(dst), size);
    if (used == size)
        return empty_and_fail(dst, EINVAL);
    used = whole_bytes(m, dst, used); /* drops a lead byte that waits for its second half */
    return n ? append(dst, size, used, src, n, by_char, m) : 0;
}

errno_t _mbscpy_s_l(uchar *dst, size_t size, const uchar *src, _locale_t loc)
{
    return copy_s(dst, size, src, (size_t)-2, false, loc);
}
PLAIN(errno_t, _mbscpy_s, (uchar *dst, size_t size, const uchar *src), dst, size, src)

errno_t _mbscat_s_l(uchar *dst, size_t size, const uchar *src, _locale_t loc)
{
    return join_s(dst, size, src, (size_t)-2, false, loc);
}
PLAIN(errno_t, _mbscat_s, (uchar *dst, size_t size, const uchar *src), dst, size, src)

#define SIZED(name, work, by_char)                                                                 \
    errno_t name##_l(uchar *dst, size_t size, const uchar *src, size_t n, _locale_t loc)           \
    {                                                                                              \
        return work(dst, size, src, n, by_char, loc);                                              \
    }                                                                                              \
    PLAIN(errno_t, name, (uchar *dst, size_t size, const uchar *src, size_t n), dst, size, src, n)

SIZED(_mbsncpy_s, copy_s, true)
SIZED(_mbsnbcpy_s, copy_s, false)
SIZED(_mbsncat_s, join_s, true)
SIZED(_mbsnbcat_s, join_s, false)

/* ---- filling ------------------------------------------------------------------------------ */

/* Up to the end, or for `chars` characters or `bytes` bytes; an odd last byte becomes a blank. */
static void fill(uchar *s, unsigned c, size_t chars, size_t bytes)
{
    while (*s && chars && bytes) {
        if (c > 0xff) {
            if (!s[1] || bytes == 1) {
                *s = ' ';
                return;
            }
            *s++ = (uchar)(c >> 8);
            bytes--;
        }
        *s++ = (uchar)c;
        bytes--;
        chars--;
    }
}

#define NO_LIMIT ((size_t)-1)

static errno_t check_fill(uchar *s, size_t size)
{
    if (!s || !size)
        return crt_bad_parameter(EINVAL);
    if (strnlen(S(s), size) == size)
        return empty_and_fail(s, EINVAL);
    return 0;
}

#define FILL(name, params, chars, bytes)                                                           \
    uchar *name##_l params                                                                         \
    {                                                                                              \
        (void)loc;                                                                                 \
        CRT_CHECK(s, EINVAL, NULL);                                                                \
        fill(s, c, chars, bytes);                                                                  \
        return s;                                                                                  \
    }
#define FILL_S(name, params, chars, bytes)                                                         \
    errno_t name##_l params                                                                        \
    {                                                                                              \
        (void)loc;                                                                                 \
        errno_t error = check_fill(s, size);                                                       \
        if (!error)                                                                                \
            fill(s, c, chars, bytes);                                                              \
        return error;                                                                              \
    }

FILL(_mbsset, (uchar *s, unsigned c, _locale_t loc), NO_LIMIT, NO_LIMIT)
FILL(_mbsnset, (uchar *s, unsigned c, size_t n, _locale_t loc), n, NO_LIMIT)
FILL(_mbsnbset, (uchar *s, unsigned c, size_t n, _locale_t loc), NO_LIMIT, n)
FILL_S(_mbsset_s, (uchar *s, size_t size, unsigned c, _locale_t loc), NO_LIMIT, NO_LIMIT)
FILL_S(_mbsnset_s, (uchar *s, size_t size, unsigned c, size_t n, _locale_t loc), n, NO_LIMIT)
FILL_S(_mbsnbset_s, (uchar *s, size_t size, unsigned c, size_t n, _locale_t loc), NO_LIMIT, n)
PLAIN(uchar *, _mbsset, (uchar *s, unsigned c), s, c)
PLAIN(uchar *, _mbsnset, (uchar *s, unsigned c, size_t n), s, c, n)
PLAIN(uchar *, _mbsnbset, (uchar *s, unsigned c, size_t n), s, c, n)
PLAIN(errno_t, _mbsset_s, (uchar *s, size_t size, unsigned c), s, size, c)
PLAIN(errno_t, _mbsnset_s, (uchar *s, size_t size, unsigned c, size_t n), s, size, c, n)
PLAIN(errno_t, _mbsnbset_s, (uchar *s, size_t size, unsigned c, size_t n), s, size, c, n)

/* ---- in place ----------------------------------------------------------------------------- */

uchar *_mbsrev_l(uchar *s, _locale_t loc)
{
    const struct crt_mbc *m = crt_mbc_of(loc);
    uchar *p = s;

    CRT_CHECK(s, EINVAL, NULL);
    /* Two-byte characters are turned round first, so that the whole turn puts them right. */
    for (; *p; p++) {
        if (mb_lead(m, *p) && p[1]) {
            uchar c = p[0];
            p[0] = p[1];
            p[1] = c;
            p++;
        }
    }
    _strrev((char *)s);
    return s;
}
PLAIN(uchar *, _mbsrev, (uchar *s), s)

static void change_case(uchar *s, bool up, _locale_t loc)
{
    const struct crt_mbc *m = crt_mbc_of(loc);

    while (*s) {
        size_t size = mb_size(m, s);
        unsigned c = mb_get(m, s);
        c = up ? _mbctoupper_l(c, loc) : _mbctolower_l(c, loc);
        if (size == 2)
            *s++ = (uchar)(c >> 8);
        *s++ = (uchar)c;
    }
}

#define CHANGE(name, up)                                                                           \
    uchar *name##_l(uchar *s, _locale_t loc)                                                       \
    {                                                                                              \
        CRT_CHECK(s, EINVAL, NULL);                                                                \
        change_case(s, up, loc);                                                                   \
        return s;                                                                                  \
    }                                                                                              \
    PLAIN(uchar *, name, (uchar *s), s)                                                            \
    errno_t name##_s_l(uchar *s, size_t size, _locale_t loc)                                       \
    {                                                                                              \
        errno_t error = check_fill(s, size);                                                       \
        if (!error)                                                                                \
            change_case(s, up, loc);                                                               \
        return error;                                                                              \
    }                                                                                              \
    PLAIN(errno_t, name##_s, (uchar *s, size_t size), s, size)

CHANGE(_mbslwr, false)
CHANGE(_mbsupr, true)
