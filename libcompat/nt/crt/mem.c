/*
 * Memory blocks: copy, move, fill, search, compare. These are also what gcc's own calls
 * resolve to, and what vcruntime140.dll exports, so nothing here may call out of this file.
 */
#include "simd.h"

/* Above this size the microcode's `rep` forms win over a loop of 16-byte moves. */
#define REP_MIN 2048

static inline void rep_movsb(unsigned char *d, const unsigned char *s, size_t n)
{
    __asm__ volatile("rep movsb" : "+D"(d), "+S"(s), "+c"(n) : : "memory");
}

static inline void rep_stosb(unsigned char *d, int c, size_t n)
{
    __asm__ volatile("rep stosb" : "+D"(d), "+c"(n) : "a"(c) : "memory");
}

/* All loads come before all stores, so overlap does not matter. */
static inline void move_small(unsigned char *d, const unsigned char *s, size_t n)
{
    if (n >= 8) {
        uint64_t a = load64(s), b = load64(s + n - 8);
        store64(d, a);
        store64(d + n - 8, b);
    } else if (n >= 4) {
        uint32_t a = load32(s), b = load32(s + n - 4);
        store32(d, a);
        store32(d + n - 4, b);
    } else if (n >= 2) {
        uint16_t a = load16(s), b = load16(s + n - 2);
        store16(d, a);
        store16(d + n - 2, b);
    } else if (n) {
        *d = *s;
    }
}

static void move_forward(unsigned char *d, const unsigned char *s, size_t n)
{
    /* Head and tail are read first and written last: the loop may run over both. */
    v16 head = loadv(s);
    v16 t0 = loadv(s + n - 64), t1 = loadv(s + n - 48);
    v16 t2 = loadv(s + n - 32), t3 = loadv(s + n - 16);
    unsigned char *d0 = d, *end = d + n;
    size_t skip = 16 - ((uintptr_t)d & 15);

    d += skip;
    s += skip;
    n -= skip;
    while (n > 64) {
        v16 a = loadv(s), b = loadv(s + 16), c = loadv(s + 32), e = loadv(s + 48);
        storev(d, a);
        storev(d + 16, b);
        storev(d + 32, c);
        storev(d + 48, e);
        d += 64;
        s += 64;
        n -= 64;
    }
    storev(end - 64, t0);
    storev(end - 48, t1);
    storev(end - 32, t2);
    storev(end - 16, t3);
    storev(d0, head);
}

static void move_backward(unsigned char *d, const unsigned char *s, size_t n)
{
    v16 tail = loadv(s + n - 16);
    v16 h0 = loadv(s), h1 = loadv(s + 16), h2 = loadv(s + 32), h3 = loadv(s + 48);
    unsigned char *d0 = d, *end = d + n;
    size_t skip = (uintptr_t)end & 15;

    n -= skip;
    while (n > 64) {
        v16 a = loadv(s + n - 16), b = loadv(s + n - 32);
        v16 c = loadv(s + n - 48), e = loadv(s + n - 64);
        storev(d + n - 16, a);
        storev(d + n - 32, b);
        storev(d + n - 48, c);
        storev(d + n - 64, e);
        n -= 64;
    }
    storev(d0, h0);
    storev(d0 + 16, h1);
    storev(d0 + 32, h2);
    storev(d0 + 48, h3);
    storev(end - 16, tail);
}

void *memmove(void *dst, const void *src, size_t n)
{
    unsigned char *d = dst;
    const unsigned char *s = src;

    if (n < 16) {
        move_small(d, s, n);
    } else if (n <= 32) {
        v16 a = loadv(s), b = loadv(s + n - 16);
        storev(d, a);
        storev(d + n - 16, b);
    } else if (n <= 64) {
        v16 a = loadv(s), b = loadv(s + 16), c = loadv(s + n - 32), e = loadv(s + n - 16);
        storev(d, a);
        storev(d + 16, b);
        storev(d + n - 32, c);
        storev(d + n - 16, e);
    } else if ((uintptr_t)d - (uintptr_t)s < n) {
        if (d != s)
            move_backward(d, s, n);
    } else if (n >= REP_MIN && (uintptr_t)s - (uintptr_t)d >= 64) {
        rep_movsb(d, s, n);
    } else {
        move_forward(d, s, n);
    }
    return dst;
}

/*
 * Programs that copy overlapping blocks with memcpy work on Windows, where both names are
 * one function in the 64-bit runtimes; so they are here.
 */
void *memcpy(void *dst, const void *src, size_t n) __attribute__((alias("memmove")));

void *memset(void *dst, int value, size_t n)
{
    unsigned char *d = dst;
    unsigned char c = (unsigned char)value;

    if (n < 16) {
        uint64_t v = c * 0x0101010101010101ull;
        if (n >= 8) {
            store64(d, v);
            store64(d + n - 8, v);
        } else if (n >= 4) {
            store32(d, (uint32_t)v);
            store32(d + n - 4, (uint32_t)v);
        } else if (n >= 2) {
            store16(d, (uint16_t)v);
            store16(d + n - 2, (uint16_t)v);
        } else if (n) {
            *d = c;
        }
        return dst;
    }
    if (n >= REP_MIN) {
        rep_stosb(d, c, n);
        return dst;
    }
    v16 v = splat8(c);
    unsigned char *end = d + n;
    storev(d, v);
    d += 16 - ((uintptr_t)d & 15);
    while (end - d >= 64) {
        storev(d, v);
        storev(d + 16, v);
        storev(d + 32, v);
        storev(d + 48, v);
        d += 64;
    }
    while (end - d >= 16) {
        storev(d, v);
        d += 16;
    }
    storev(end - 16, v);
    return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const unsigned char *p = a, *q = b;

    while (n >= 16) {
        unsigned diff = mask8(eq8(loadv(p), loadv(q))) ^ 0xffff;
        if (diff) {
            unsigned i = (unsigned)__builtin_ctz(diff);
            return p[i] < q[i] ? -1 : 1;
        }
        p += 16;
        q += 16;
        n -= 16;
    }
    if (n >= 8) {
        uint64_t x = __builtin_bswap64(load64(p)), y = __builtin_bswap64(load64(q));
        if (x != y)
            return x < y ? -1 : 1;
        p += 8;
        q += 8;
        n -= 8;
    }
    if (n >= 4) {
        uint32_t x = __builtin_bswap32(load32(p)), y = __builtin_bswap32(load32(q));
        if (x != y)
            return x < y ? -1 : 1;
        p += 4;
        q += 4;
        n -= 4;
    }
    for (; n; n--, p++, q++)
        if (*p != *q)
            return *p < *q ? -1 : 1;
    return 0;
}

/*
 * Aligned 16-byte reads stay inside the page of the byte that is asked for, so reading
 * before and after the block is harmless; what lies outside is masked away.
 */
void *memchr(const void *block, int value, size_t n)
{
    const unsigned char *s = block;
    v16 c = splat8((unsigned char)value);

    if (!n)
        return NULL;
    size_t off = (uintptr_t)s & 15;
    const unsigned char *p = s - off;
    unsigned m = mask8(eq8(loada(p), c)) >> off << off;
    size_t done = 16 - off;
    for (;;) {
        if (m) {
            const unsigned char *hit = p + __builtin_ctz(m);
            return (size_t)(hit - s) < n ? (void *)hit : NULL;
        }
        if (done >= n)
            return NULL;
        p += 16;
        done += 16;
        m = mask8(eq8(loada(p), c));
    }
}

void *_memccpy(void *dst, const void *src, int value, size_t n)
{
    const void *hit = memchr(src, value, n);

    if (!hit) {
        memmove(dst, src, n);
        return NULL;
    }
    size_t len = (size_t)((const char *)hit - (const char *)src) + 1;
    memmove(dst, src, len);
    return (char *)dst + len;
}

void _swab(char *src, char *dst, int n)
{
    for (; n > 1; n -= 2, src += 2, dst += 2) {
        char a = src[0], b = src[1];
        dst[0] = b;
        dst[1] = a;
    }
}
