/*
 * Conversions between the multibyte encoding of a locale and UTF-16, by character and by
 * string: mbtowc, wctomb, mbstowcs, wcstombs and their _s and _l forms. The forms with an
 * explicit state are in mbstate.c.
 */
#include "locale_data.h"
#include "utf8.h"
#include <limits.h>

#define FAIL ((size_t)-1)

static int illegal(void)
{
    errno = EILSEQ;
    return -1;
}

/* ---- one character ------------------------------------------------------------------------ */

int crt_mbtowc(wchar_t *out, const char *s, size_t n, _locale_t loc)
{
    const struct crt_locale *l = crt_locale_of(loc);
    unsigned cp = l->cat[CRT_LC_CTYPE].codepage;
    wchar_t wide;
    int len = 1;

    if (!n)
        return illegal();
    if (!(*s & 0x80) || !cp) {
        wide = (unsigned char)*s;
    } else if (cp == CP_UTF8) {
        uint32_t c;
        len = utf8_decode(s, n, &c);
        if (len < 0)
            return illegal();
        wide = c > 0xffff ? 0xfffd : (wchar_t)c; /* what one unit cannot hold */
    } else {
        if (l->pctype[(unsigned char)*s] & CT_LEAD)
            len = 2;
        if ((size_t)len > n || (len == 2 && !s[1]) ||
            MultiByteToWideChar(cp, MB_ERR_INVALID_CHARS, s, len, &wide, 1) != 1)
            return illegal();
    }
    if (out)
        *out = wide;
    return *s ? len : 0;
}

int crt_wctomb(char *out, wchar_t wc, _locale_t loc)
{
    unsigned cp = crt_locale_of(loc)->cat[CRT_LC_CTYPE].codepage;

    if (wc < 0x80 || (!cp && wc < 0x100)) {
        *out = (char)wc;
        return 1;
    }
    if (!cp)
        return illegal();
    if (cp == CP_UTF8) {
        int len = utf8_encode(out, wc);
        return len < 0 ? illegal() : len;
    }
    BOOL lossy = FALSE;
    int len = WideCharToMultiByte(cp, 0, &wc, 1, out, 5, NULL, &lossy);
    return len <= 0 || lossy ? illegal() : len;
}

int _mbtowc_l(wchar_t *out, const char *s, size_t n, _locale_t loc)
{
    if (!s || !n)
        return 0; /* no encoding here has shift states */
    return crt_mbtowc(out, s, n, loc);
}

int mbtowc(wchar_t *out, const char *s, size_t n)
{
    return _mbtowc_l(out, s, n, NULL);
}

int _mblen_l(const char *s, size_t n, _locale_t loc)
{
    return _mbtowc_l(NULL, s, n, loc);
}

int mblen(const char *s, size_t n)
{
    return _mblen_l(s, n, NULL);
}

errno_t _wctomb_s_l(int *result, char *out, size_t size, wchar_t wc, _locale_t loc)
{
    char buf[5];
    int len;

    if (!out && size) {
        if (result)
            *result = 0;
        return 0;
    }
    if (result)
        *result = -1;
    if (size > INT_MAX)
        return crt_bad_parameter(EINVAL);
    len = crt_wctomb(buf, wc, loc);
    if (len < 0) {
        if (out && size)
            memset(out, 0, size);
        return EILSEQ;
    }
    if (out) {
        if ((size_t)len > size) {
            memset(out, 0, size);
            return crt_bad_parameter(ERANGE);
        }
        memcpy(out, buf, (size_t)len);
    }
    if (result)
        *result = len;
    return 0;
}

errno_t wctomb_s(int *result, char *out, size_t size, wchar_t wc)
{
    return _wctomb_s_l(result, out, size, wc, NULL);
}

int _wctomb_l(char *out, wchar_t wc, _locale_t loc)
{
    return out ? crt_wctomb(out, wc, loc) : 0;
}

int wctomb(char *out, wchar_t wc)
{
    return _wctomb_l(out, wc, NULL);
}

/* ---- multibyte string to UTF-16 ----------------------------------------------------------- */

/* Units written, or needed when dst is NULL, without the terminator. */
static size_t to_wide(wchar_t *dst, const char *src, size_t n, const struct crt_locale *l)
{
    unsigned cp = l->cat[CRT_LC_CTYPE].codepage;
    size_t count = 0;

    for (;; count++) {
        wchar_t wide;
        if (dst && count >= n)
            return count;
        if (!(*src & 0x80) || !cp) {
            wide = (unsigned char)*src++;
        } else if (cp == CP_UTF8) {
            uint32_t c;
            int len = utf8_decode(src, 4, &c); /* stops at the terminator by itself */
            if (len < 0)
                return (size_t)illegal();
            src += len;
            if (c > 0xffff) {
                if (dst && count + 1 >= n)
                    return count; /* half a pair is no character */
                if (dst)
                    dst[count] = (wchar_t)(0xd7c0 + (c >> 10));
                count++;
                wide = (wchar_t)(0xdc00 | (c & 0x3ff));
            } else {
                wide = (wchar_t)c;
            }
        } else {
            int len = l->pctype[(unsigned char)*src] & CT_LEAD ? 2 : 1;
            if ((len == 2 && !src[1]) ||
                MultiByteToWideChar(cp, MB_ERR_INVALID_CHARS, src, len, &wide, 1) != 1)
                return (size_t)illegal();
            src += len;
        }
        if (dst)
            dst[count] = wide;
        if (!wide)
            return count;
    }
}

size_t _mbstowcs_l(wchar_t *dst, const char *src, size_t n, _locale_t loc)
{
    if (dst && !n)
        return 0;
    if (dst)
        *dst = 0;
    CRT_CHECK(src, EINVAL, FAIL);
    return to_wide(dst, src, n, crt_locale_of(loc));
}

size_t mbstowcs(wchar_t *dst, const char *src, size_t n)
{
    return _mbstowcs_l(dst, src, n, NULL);
}

errno_t _mbstowcs_s_l(size_t *result, wchar_t *dst, size_t size, const char *src, size_t n,
                      _locale_t loc)
{
    errno_t error = 0;

    if (!dst != !size)
        return crt_bad_parameter(EINVAL);
    if (dst)
        *dst = 0;
    if (result)
        *result = 0;
    size_t len = _mbstowcs_l(dst, src, n < size ? n : size, loc);
    if (len == FAIL) {
        if (dst)
            *dst = 0;
        return errno;
    }
    len++;
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

errno_t mbstowcs_s(size_t *result, wchar_t *dst, size_t size, const char *src, size_t n)
{
    return _mbstowcs_s_l(result, dst, size, src, n, NULL);
}

/* ---- UTF-16 string to multibyte ----------------------------------------------------------- */

static size_t to_narrow(char *dst, const wchar_t *src, size_t n, const struct crt_locale *l)
{
    unsigned cp = l->cat[CRT_LC_CTYPE].codepage;
    size_t count = 0;

    for (;;) {
        char buf[5];
        int len = 1;
        wchar_t wc = *src++;
        if (wc < 0x80 || (!cp && wc < 0x100)) {
            buf[0] = (char)wc;
        } else if (!cp) {
            return (size_t)illegal();
        } else if (cp == CP_UTF8) {
            uint32_t c = wc;
            if (utf16_is_high(c) && utf16_is_low(*src))
                c = utf16_join(c, *src++);
            len = utf8_encode(buf, c);
            if (len < 0)
                return (size_t)illegal();
        } else {
            BOOL lossy = FALSE;
            len = WideCharToMultiByte(cp, 0, &wc, 1, buf, sizeof buf, NULL, &lossy);
            if (len <= 0 || lossy)
                return (size_t)illegal();
        }
        if (dst) {
            if ((size_t)len > n - count)
                return count;
            memcpy(dst + count, buf, (size_t)len);
        }
        if (!wc)
            return count;
        count += (size_t)len;
    }
}

size_t _wcstombs_l(char *dst, const wchar_t *src, size_t n, _locale_t loc)
{
    if (dst && !n)
        return 0;
    CRT_CHECK(src, EINVAL, FAIL);
    return to_narrow(dst, src, n, crt_locale_of(loc));
}

size_t wcstombs(char *dst, const wchar_t *src, size_t n)
{
    return _wcstombs_l(dst, src, n, NULL);
}

errno_t _wcstombs_s_l(size_t *result, char *dst, size_t size, const wchar_t *src, size_t n,
                      _locale_t loc)
{
    errno_t error = 0;

    if (!dst != !size)
        return crt_bad_parameter(EINVAL);
    if (dst)
        *dst = 0;
    if (result)
        *result = 0;
    size_t len = _wcstombs_l(dst, src, n < size ? n : size, loc);
    if (len == FAIL) {
        if (dst)
            *dst = 0;
        return errno;
    }
    if (dst && len < size && n > len && src[0]) {
        /* A character that did not fit stopped the copy short of both limits. */
        size_t need = _wcstombs_l(NULL, src, 0, loc);
        size_t limit = n < need ? n : need;
        if (need == FAIL)
            return errno;
        if (limit >= size)
            len = len == need ? len : size;
    }
    len++;
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

errno_t wcstombs_s(size_t *result, char *dst, size_t size, const wchar_t *src, size_t n)
{
    return _wcstombs_s_l(result, dst, size, src, n, NULL);
}

/* ---- lengths in characters ---------------------------------------------------------------- */

size_t _mbstrnlen_l(const char *s, size_t n, _locale_t loc)
{
    size_t count = 0;

    CRT_CHECK(s, EINVAL, FAIL);
    CRT_CHECK(n <= INT_MAX, EINVAL, FAIL);
    while (n && *s) {
        int len = crt_mbtowc(NULL, s, n, loc);
        if (len < 0)
            return FAIL;
        s += len;
        n -= (size_t)len;
        count++;
    }
    return count;
}

size_t _mbstrnlen(const char *s, size_t n)
{
    return _mbstrnlen_l(s, n, NULL);
}

size_t _mbstrlen_l(const char *s, _locale_t loc)
{
    size_t count = 0;

    CRT_CHECK(s, EINVAL, FAIL);
    while (*s) {
        int len = crt_mbtowc(NULL, s, strlen(s), loc);
        if (len < 0)
            return FAIL;
        s += len;
        count++;
    }
    return count;
}

size_t _mbstrlen(const char *s)
{
    return _mbstrlen_l(s, NULL);
}
