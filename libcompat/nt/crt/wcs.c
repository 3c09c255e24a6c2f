/*
 * UTF-16 strings: everything that needs no locale.
 */
#include "param.h"
#include "simd.h"

size_t wcslen(const wchar_t *s)
{
    v16 zero = _mm_setzero_si128();
    const wchar_t *p = s;

    /* An odd pointer is legal on x86, and then no aligned block holds whole characters. */
    if ((uintptr_t)s & 1) {
        while (*p)
            p++;
        return (size_t)(p - s);
    }
    size_t off = (uintptr_t)s & 15;
    p = (const wchar_t *)((uintptr_t)s - off);
    unsigned m = mask8(eq16(loada(p), zero)) >> off << off;
    while (!m) {
        p += 8;
        m = mask8(eq16(loada(p), zero));
    }
    return (size_t)(p - s) + (unsigned)__builtin_ctz(m) / 2;
}

size_t wcsnlen(const wchar_t *s, size_t n)
{
    size_t i = 0;

    while (i < n && s[i])
        i++;
    return i;
}

wchar_t *wcschr(const wchar_t *s, wchar_t c)
{
    for (;; s++) {
        if (*s == c)
            return (wchar_t *)s;
        if (!*s)
            return NULL;
    }
}

int wcscmp(const wchar_t *a, const wchar_t *b)
{
    while (*a == *b) {
        if (!*a)
            return 0;
        a++;
        b++;
    }
    return *a < *b ? -1 : 1;
}

size_t wcsspn(const wchar_t *s, const wchar_t *accept)
{
    size_t n = 0;

    while (s[n] && wcschr(accept, s[n]))
        n++;
    return n;
}

size_t wcscspn(const wchar_t *s, const wchar_t *reject)
{
    size_t n = 0;

    while (s[n] && !wcschr(reject, s[n]))
        n++;
    return n;
}

wchar_t *wcspbrk(const wchar_t *s, const wchar_t *accept)
{
    s += wcscspn(s, accept);
    return *s ? (wchar_t *)s : NULL;
}

#define CH wchar_t
#define UCH wchar_t
#define CHARG wchar_t
#define S(name) wcs##name
#define S_(name) _wcs##name
#include "strgen.h"

#ifdef CRT_UCRT
/*
 * Exported as wcstok (the header declares the old form): standard C's arguments; without a
 * context it keeps the thread's own.
 */
wchar_t *crt_wcstok3(wchar_t *s, const wchar_t *delim, wchar_t **context)
{
    return next_token(s, delim, context ? context : &crt_thread()->wcstok_next);
}
#else
wchar_t *wcstok(wchar_t *s, const wchar_t *delim)
{
    return next_token(s, delim, &crt_thread()->wcstok_next);
}
#endif

errno_t wmemcpy_s(wchar_t *dst, size_t size, const wchar_t *src, size_t n)
{
    if (!n)
        return 0;
    if (!dst)
        return crt_bad_parameter(EINVAL);
    if (!src || size < n) {
        memset(dst, 0, size * sizeof *dst);
        return crt_bad_parameter(src ? ERANGE : EINVAL);
    }
    memmove(dst, src, n * sizeof *dst);
    return 0;
}

errno_t wmemmove_s(wchar_t *dst, size_t size, const wchar_t *src, size_t n)
{
    if (!n)
        return 0;
    if (!dst || !src)
        return crt_bad_parameter(EINVAL);
    if (size < n)
        return crt_bad_parameter(ERANGE);
    memmove(dst, src, n * sizeof *dst);
    return 0;
}

size_t __wcsncnt(const wchar_t *s, size_t n)
{
    return wcsnlen(s, n);
}
