/*
 * Byte strings: everything that needs no locale. Scans read aligned 16-byte blocks, which
 * never leave the page of a byte that the caller owns.
 */
#include "param.h"
#include "simd.h"

size_t strlen(const char *s)
{
    size_t off = (uintptr_t)s & 15;
    const char *p = s - off;
    v16 zero = _mm_setzero_si128();
    unsigned m = mask8(eq8(loada(p), zero)) >> off << off;

    while (!m) {
        p += 16;
        m = mask8(eq8(loada(p), zero));
    }
    return (size_t)(p - s) + (unsigned)__builtin_ctz(m);
}

size_t strnlen(const char *s, size_t n)
{
    const char *end = memchr(s, 0, n);
    return end ? (size_t)(end - s) : n;
}

char *strchr(const char *s, int c)
{
    size_t off = (uintptr_t)s & 15;
    const char *p = s - off;
    v16 zero = _mm_setzero_si128(), want = splat8((unsigned char)c), block = loada(p);
    unsigned m = mask8(orv(eq8(block, zero), eq8(block, want))) >> off << off;

    while (!m) {
        p += 16;
        block = loada(p);
        m = mask8(orv(eq8(block, zero), eq8(block, want)));
    }
    p += __builtin_ctz(m);
    return *p == (char)c ? (char *)p : NULL;
}

int strcmp(const char *a, const char *b)
{
    v16 zero = _mm_setzero_si128();

    for (;;) {
        /* A whole block may be read only where neither string can cross into a new page. */
        if (((uintptr_t)a & 4095) <= 4096 - 16 && ((uintptr_t)b & 4095) <= 4096 - 16) {
            v16 x = loadv(a), y = loadv(b);
            unsigned m = (mask8(eq8(x, y)) ^ 0xffff) | mask8(eq8(x, zero));
            if (!m) {
                a += 16;
                b += 16;
                continue;
            }
            a += __builtin_ctz(m);
            b += __builtin_ctz(m);
        }
        unsigned char x = (unsigned char)*a++, y = (unsigned char)*b++;
        if (x != y)
            return x < y ? -1 : 1;
        if (!x)
            return 0;
    }
}

/* A set of bytes, for the span functions: one bit each. */
typedef struct {
    uint32_t bit[8];
} byteset;

static void byteset_add(byteset *set, const char *s)
{
    for (; *s; s++)
        set->bit[(unsigned char)*s >> 5] |= 1u << (*s & 31);
}

static inline int byteset_has(const byteset *set, char c)
{
    return set->bit[(unsigned char)c >> 5] >> (c & 31) & 1;
}

size_t strspn(const char *s, const char *accept)
{
    byteset set = {{0}};
    size_t n = 0;

    byteset_add(&set, accept);
    while (byteset_has(&set, s[n]))
        n++;
    return n;
}

size_t strcspn(const char *s, const char *reject)
{
    byteset set = {{1}};
    size_t n = 0;

    byteset_add(&set, reject);
    while (!byteset_has(&set, s[n]))
        n++;
    return n;
}

char *strpbrk(const char *s, const char *accept)
{
    s += strcspn(s, accept);
    return *s ? (char *)s : NULL;
}

#define CH char
#define UCH unsigned char
#define CHARG int
#define S(name) str##name
#define S_(name) _str##name
#include "strgen.h"

char *strtok(char *s, const char *delim)
{
    return next_token(s, delim, &crt_thread()->strtok_next);
}

errno_t memcpy_s(void *dst, size_t size, const void *src, size_t n)
{
    if (!n)
        return 0;
    if (!dst)
        return crt_bad_parameter(EINVAL);
    if (!src || size < n) {
        memset(dst, 0, size);
        return crt_bad_parameter(src ? ERANGE : EINVAL);
    }
    memmove(dst, src, n);
    return 0;
}

errno_t memmove_s(void *dst, size_t size, const void *src, size_t n)
{
    if (!n)
        return 0;
    if (!dst || !src)
        return crt_bad_parameter(EINVAL);
    if (size < n)
        return crt_bad_parameter(ERANGE);
    memmove(dst, src, n);
    return 0;
}

/* Lengths with a null pointer allowed, for the C++ runtime's inline code. */
size_t __strncnt(const char *s, size_t n)
{
    return strnlen(s, n);
}
