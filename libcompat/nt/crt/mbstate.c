/*
 * Restartable conversions: mbrtowc, wcrtomb and company, and the char16_t and char32_t forms,
 * which are UTF-8 in every locale. A state holds the bytes of a character that has begun, or
 * the unit of a surrogate pair that waits for its partner.
 */
#include "locale_data.h"
#include "utf8.h"
#include <limits.h>

#define FAIL ((size_t)-1)
#define SHORT ((size_t)-2)
#define STORED ((size_t)-3)

/* The first 32 bits of either runtime's mbstate_t. All zero is the initial state. */
typedef struct {
    uint16_t low;   /* first two bytes of a character, or a surrogate */
    uint8_t third;
    uint8_t count;  /* bytes held, or SURROGATE */
} state;
_Static_assert(sizeof(state) == 4, "msvcrt's mbstate_t is an int");

#define SURROGATE 0x80

static size_t illegal(state *st)
{
    memset(st, 0, sizeof *st);
    errno = EILSEQ;
    return FAIL;
}

/* A state for calls that pass none; the documents make it shared by the process. */
static state *own(state *given, state *fallback)
{
    return given ? given : fallback;
}

/* Joins the held bytes with new ones. Returns how many bytes `buf` has. */
static size_t gather(const state *st, const char *s, size_t n, char *buf)
{
    size_t have = st->count & 3;

    if (have > 0)
        buf[0] = (char)st->low;
    if (have > 1)
        buf[1] = (char)(st->low >> 8);
    if (have > 2)
        buf[2] = (char)st->third;
    size_t take = n < 4 - have ? n : 4 - have;
    memcpy(buf + have, s, take);
    return have + take;
}

static void hold(state *st, const char *buf, size_t have)
{
    st->low = (uint16_t)((unsigned char)buf[0] | (have > 1 ? (unsigned char)buf[1] << 8 : 0));
    st->third = have > 2 ? (uint8_t)buf[2] : 0;
    st->count = (uint8_t)have;
}

/* The result of one step in bytes of the new input, SHORT or FAIL; 0 for the terminator. */
static size_t step_utf8(uint32_t *out, const char *s, size_t n, state *st)
{
    char buf[4];
    size_t held = st->count & 3, have = gather(st, s, n, buf);
    int len = utf8_decode(buf, have, out);

    if (len == UTF8_SHORT) {
        hold(st, buf, have);
        return SHORT;
    }
    if (len < 0)
        return illegal(st);
    memset(st, 0, sizeof *st);
    return *out ? (size_t)len - held : 0;
}

static size_t step(wchar_t *out, const char *s, size_t n, state *st)
{
    const struct crt_locale *l = crt_locale_of(NULL);
    unsigned cp = l->cat[CRT_LC_CTYPE].codepage;
    wchar_t wide;
    size_t used = 1;

    if (!n)
        return SHORT;
    if (cp == CP_UTF8) {
        uint32_t c;
        used = step_utf8(&c, s, n, st);
        if (used >= SHORT)
            return used;
        wide = c > 0xffff ? 0xfffd : (wchar_t)c;
    } else if (!cp) {
        wide = (unsigned char)*s;
    } else {
        char two[2] = {st->count ? (char)st->low : s[0], st->count ? s[0] : 0};
        int len = 1;
        if (st->count) {
            len = 2;
        } else if (l->pctype[(unsigned char)s[0]] & CT_LEAD) {
            if (n < 2) {
                hold(st, s, 1);
                return SHORT;
            }
            two[1] = s[1];
            len = 2;
            used = 2;
        }
        if ((len == 2 && !two[1]) ||
            MultiByteToWideChar(cp, MB_ERR_INVALID_CHARS, two, len, &wide, 1) != 1)
            return illegal(st);
        memset(st, 0, sizeof *st);
    }
    if (out)
        *out = wide;
    return wide ? used : 0;
}

size_t mbrtowc(wchar_t *out, const char *s, size_t n, state *given)
{
    static state shared;
    state *st = own(given, &shared);

    if (!s) {
        memset(st, 0, sizeof *st);
        return 0;
    }
    return step(out, s, n, st);
}

size_t mbrlen(const char *s, size_t n, state *given)
{
    static state shared;
    return mbrtowc(NULL, s, n, own(given, &shared));
}

int mbsinit(const state *st)
{
    return !st || !st->count;
}

size_t mbsrtowcs(wchar_t *dst, const char **src, size_t n, state *given)
{
    static state shared;
    state *st = own(given, &shared);
    size_t count = 0;

    CRT_CHECK(src && *src, EINVAL, FAIL);
    const char *s = *src;
    while (!dst || count < n) {
        wchar_t wide;
        size_t used;
        uint32_t c;
        if (crt_locale_codepage(NULL) == CP_UTF8 && (*s & 0x80) && utf8_decode(s, 4, &c) == 4) {
            if (dst && count + 1 >= n)
                break;
            if (dst) {
                dst[count] = (wchar_t)(0xd7c0 + (c >> 10));
                dst[count + 1] = (wchar_t)(0xdc00 | (c & 0x3ff));
            }
            count += 2;
            s += 4;
            continue;
        }
        used = step(&wide, s, strlen(s) + 1, st);
        if (used >= SHORT) {
            if (dst)
                *src = s;
            return used == SHORT ? illegal(st) : FAIL;
        }
        if (dst)
            dst[count] = wide;
        if (!wide) {
            if (dst)
                *src = NULL;
            return count;
        }
        s += used;
        count++;
    }
    if (dst)
        *src = s;
    return count;
}

/* Bytes written. A high surrogate waits in the state where the encoding is UTF-8. */
static size_t put(char *out, wchar_t wc, state *st)
{
    int len;

    if (crt_locale_codepage(NULL) != CP_UTF8) {
        len = crt_wctomb(out, wc, NULL);
        return len < 0 ? FAIL : (size_t)len;
    }
    uint32_t c = wc;
    if (st->count == SURROGATE) {
        if (!utf16_is_low(c))
            return illegal(st);
        c = utf16_join(st->low, c);
    } else if (utf16_is_high(c)) {
        st->low = wc;
        st->count = SURROGATE;
        return 0;
    }
    len = utf8_encode(out, c);
    if (len < 0)
        return illegal(st);
    memset(st, 0, sizeof *st);
    return (size_t)len;
}

size_t wcrtomb(char *out, wchar_t wc, state *given)
{
    static state shared;
    char buf[5];

    return put(out ? out : buf, out ? wc : 0, own(given, &shared));
}

errno_t wcrtomb_s(size_t *result, char *out, size_t size, wchar_t wc, state *st)
{
    char buf[5];

    if (result)
        *result = FAIL;
    if (!out && size)
        return crt_bad_parameter(EINVAL);
    size_t len = wcrtomb(out ? buf : NULL, wc, st);
    if (len == FAIL) {
        if (out && size)
            *out = 0;
        return errno;
    }
    if (out) {
        if (len > size) {
            *out = 0;
            return crt_bad_parameter(ERANGE);
        }
        memcpy(out, buf, len);
    }
    if (result)
        *result = len;
    return 0;
}

size_t wcsrtombs(char *dst, const wchar_t **src, size_t n, state *given)
{
    static state shared;
    state *st = own(given, &shared);
    size_t count = 0;

    CRT_CHECK(src && *src, EINVAL, FAIL);
    for (const wchar_t *s = *src;; s++) {
        char buf[5];
        state before = *st;
        size_t len = put(buf, *s, st);
        if (len == FAIL) {
            if (dst)
                *src = s;
            return FAIL;
        }
        if (dst) {
            if (len > n - count) {
                /* Step back over the whole character. */
                *src = before.count == SURROGATE ? s - 1 : s;
                memset(st, 0, sizeof *st);
                return count;
            }
            memcpy(dst + count, buf, len);
        }
        if (!*s) {
            if (dst)
                *src = NULL;
            return count;
        }
        count += len;
    }
}

errno_t mbsrtowcs_s(size_t *result, wchar_t *dst, size_t size, const char **src, size_t n,
                    state *st)
{
    if (result)
        *result = FAIL;
    if (!src || !dst != !size)
        return crt_bad_parameter(EINVAL);
    size_t len = mbsrtowcs(dst, src, n < size ? n : size, st);
    if (len == FAIL) {
        if (dst)
            *dst = 0;
        return errno;
    }
    len++;
    errno_t error = 0;
    if (dst) {
        if (len > size) {
            if (n != _TRUNCATE) {
                *dst = 0;
                return crt_bad_parameter(ERANGE);
            }
            len = size;
            error = STRUNCATE;
        }
        dst[len - 1] = 0;
    }
    if (result)
        *result = len;
    return error;
}

errno_t wcsrtombs_s(size_t *result, char *dst, size_t size, const wchar_t **src, size_t n,
                    state *st)
{
    if (result)
        *result = FAIL;
    if (!src || !*src || !dst != !size)
        return crt_bad_parameter(EINVAL);
    const wchar_t *rest = *src;
    size_t limit = n < size ? n : size;
    size_t len = wcsrtombs(dst, &rest, limit, st);
    if (len == FAIL) {
        if (dst)
            *dst = 0;
        return errno;
    }
    errno_t error = 0;
    if (dst) {
        /* Something is left although the caller's count allowed more: no room. */
        if (rest && (n >= size || len == size)) {
            if (n != _TRUNCATE) {
                *dst = 0;
                return crt_bad_parameter(ERANGE);
            }
            if (len == size)
                len--;
            error = STRUNCATE;
        }
        dst[len] = 0;
        *src = rest;
    }
    if (result)
        *result = len + 1;
    return error;
}

/* ---- single bytes ------------------------------------------------------------------------- */

wint_t btowc(int c)
{
    wchar_t wide;
    char byte = (char)c;

    if (c == -1 || crt_mbtowc(&wide, &byte, 1, NULL) < 0)
        return (wint_t)0xffff;
    return wide;
}

int wctob(wint_t c)
{
    char buf[5];

    if (c == (wint_t)0xffff || crt_wctomb(buf, c, NULL) != 1)
        return -1;
    return (unsigned char)buf[0];
}

/* ---- char16_t and char32_t ---------------------------------------------------------------- */

size_t mbrtoc32(uint32_t *out, const char *s, size_t n, state *given)
{
    static state shared;
    uint32_t c = 0;
    state *st = own(given, &shared);

    if (!s)
        return step_utf8(&c, "", 1, st);
    size_t used = step_utf8(&c, s, n, st);
    if (used < SHORT && out)
        *out = c;
    return used;
}

size_t mbrtoc16(uint16_t *out, const char *s, size_t n, state *given)
{
    static state shared;
    uint32_t c = 0;
    state *st = own(given, &shared);

    if (st->count == SURROGATE) {
        if (out)
            *out = st->low;
        memset(st, 0, sizeof *st);
        return STORED;
    }
    if (!s)
        return step_utf8(&c, "", 1, st);
    size_t used = step_utf8(&c, s, n, st);
    if (used >= SHORT)
        return used;
    if (c > 0xffff) {
        st->low = (uint16_t)(0xdc00 | (c & 0x3ff));
        st->count = SURROGATE;
        c = 0xd7c0 + (c >> 10);
    }
    if (out)
        *out = (uint16_t)c;
    return used;
}

size_t c32rtomb(char *out, uint32_t c, state *given)
{
    static state shared;
    state *st = own(given, &shared);
    char buf[4];

    int len = utf8_encode(out ? out : buf, out ? c : 0);
    if (len < 0)
        return illegal(st);
    memset(st, 0, sizeof *st);
    return (size_t)len;
}

size_t c16rtomb(char *out, uint16_t c, state *given)
{
    static state shared;
    state *st = own(given, &shared);

    if (!out) {
        memset(st, 0, sizeof *st);
        return 1;
    }
    if (st->count == SURROGATE) {
        if (!utf16_is_low(c))
            return illegal(st);
        return c32rtomb(out, utf16_join(st->low, c), st);
    }
    if (utf16_is_high(c)) {
        st->low = c;
        st->count = SURROGATE;
        return 0;
    }
    return c32rtomb(out, c, st);
}
