/*
 * Memory: memcpy and its family, which the compiler also calls by itself, and the Rtl forms.
 *
 * The loops are written with vector types and `rep` instructions, in functions in which the
 * compiler must not recognise the pattern and call what it is compiling.
 */
#include "rtl_private.h"

#define NO_IDIOM __attribute__((optimize("no-tree-loop-distribute-patterns")))
#define REP_THRESHOLD 1024 /* below it, the start-up cost of rep movsb exceeds its gain */

typedef long long v16 __attribute__((vector_size(16), aligned(1), may_alias));
typedef ULONGLONG u64 __attribute__((aligned(1), may_alias));
typedef ULONG u32 __attribute__((aligned(1), may_alias));
typedef USHORT u16 __attribute__((aligned(1), may_alias));

/* Up to 64 bytes; everything is loaded before the first store, so overlap does not matter. */
static inline void move_small(UCHAR *d, const UCHAR *s, size_t n)
{
    if (n > 32) {
        v16 a = *(const v16 *)s, b = *(const v16 *)(s + 16);
        v16 c = *(const v16 *)(s + n - 32), e = *(const v16 *)(s + n - 16);
        *(v16 *)d = a;
        *(v16 *)(d + 16) = b;
        *(v16 *)(d + n - 32) = c;
        *(v16 *)(d + n - 16) = e;
    } else if (n >= 16) {
        v16 a = *(const v16 *)s, b = *(const v16 *)(s + n - 16);
        *(v16 *)d = a;
        *(v16 *)(d + n - 16) = b;
    } else if (n >= 8) {
        u64 a = *(const u64 *)s, b = *(const u64 *)(s + n - 8);
        *(u64 *)d = a;
        *(u64 *)(d + n - 8) = b;
    } else if (n >= 4) {
        u32 a = *(const u32 *)s, b = *(const u32 *)(s + n - 4);
        *(u32 *)d = a;
        *(u32 *)(d + n - 4) = b;
    } else if (n >= 2) {
        u16 a = *(const u16 *)s, b = *(const u16 *)(s + n - 2);
        *(u16 *)d = a;
        *(u16 *)(d + n - 2) = b;
    } else if (n) {
        *d = *s;
    }
}

NO_IDIOM void *__cdecl memmove(void *dst, const void *src, size_t n)
{
    UCHAR *d = dst;
    const UCHAR *s = src;

    if (n <= 64) {
        move_small(d, s, n);
        return dst;
    }
    if ((size_t)(d - s) >= n) { /* forward is safe */
        v16 t0 = *(const v16 *)(s + n - 64), t1 = *(const v16 *)(s + n - 48);
        v16 t2 = *(const v16 *)(s + n - 32), t3 = *(const v16 *)(s + n - 16);
        UCHAR *end = d + n;

        if (n >= REP_THRESHOLD && (size_t)(s - d) >= 64) {
            __asm__ volatile("rep movsb" : "+D"(d), "+S"(s), "+c"(n) : : "memory");
            return dst;
        }
        while (end - d > 64) {
            v16 a = *(const v16 *)s, b = *(const v16 *)(s + 16);
            v16 c = *(const v16 *)(s + 32), e = *(const v16 *)(s + 48);
            *(v16 *)d = a;
            *(v16 *)(d + 16) = b;
            *(v16 *)(d + 32) = c;
            *(v16 *)(d + 48) = e;
            d += 64;
            s += 64;
        }
        *(v16 *)(end - 64) = t0;
        *(v16 *)(end - 48) = t1;
        *(v16 *)(end - 32) = t2;
        *(v16 *)(end - 16) = t3;
    } else {
        v16 h0 = *(const v16 *)s, h1 = *(const v16 *)(s + 16);
        v16 h2 = *(const v16 *)(s + 32), h3 = *(const v16 *)(s + 48);

        while (n > 64) {
            v16 a = *(const v16 *)(s + n - 16), b = *(const v16 *)(s + n - 32);
            v16 c = *(const v16 *)(s + n - 48), e = *(const v16 *)(s + n - 64);
            *(v16 *)(d + n - 16) = a;
            *(v16 *)(d + n - 32) = b;
            *(v16 *)(d + n - 48) = c;
            *(v16 *)(d + n - 64) = e;
            n -= 64;
        }
        *(v16 *)d = h0;
        *(v16 *)(d + 16) = h1;
        *(v16 *)(d + 32) = h2;
        *(v16 *)(d + 48) = h3;
    }
    return dst;
}

/* Programs that overlap by mistake work on NT, whose memcpy is memmove. */
void *__cdecl memcpy(void *__restrict__ dst, const void *__restrict__ src, size_t n)
    __attribute__((alias("memmove")));

NO_IDIOM void *__cdecl memset(void *dst, int value, size_t n)
{
    UCHAR *d = dst;
    ULONGLONG w = 0x0101010101010101ull * (UCHAR)value;

    if (n >= 16) {
        v16 v = {(long long)w, (long long)w};
        UCHAR *end = d + n;

        if (n >= REP_THRESHOLD) {
            __asm__ volatile("rep stosb" : "+D"(d), "+c"(n) : "a"(value) : "memory");
            return dst;
        }
        for (; end - d > 64; d += 64) {
            *(v16 *)d = v;
            *(v16 *)(d + 16) = v;
            *(v16 *)(d + 32) = v;
            *(v16 *)(d + 48) = v;
        }
        for (; end - d > 16; d += 16)
            *(v16 *)d = v;
        *(v16 *)(end - 16) = v;
    } else if (n >= 8) {
        *(u64 *)d = w;
        *(u64 *)(d + n - 8) = w;
    } else if (n >= 4) {
        *(u32 *)d = (ULONG)w;
        *(u32 *)(d + n - 4) = (ULONG)w;
    } else if (n >= 2) {
        *(u16 *)d = (USHORT)w;
        *(u16 *)(d + n - 2) = (USHORT)w;
    } else if (n) {
        *d = (UCHAR)value;
    }
    return dst;
}

static inline unsigned equal_mask(const UCHAR *a, const UCHAR *b)
{
    typedef char v16c __attribute__((vector_size(16)));
    v16c x = (v16c) * (const v16 *)a, y = (v16c) * (const v16 *)b;

    return (unsigned)__builtin_ia32_pmovmskb128((v16c)(x == y));
}

/* Number of leading bytes that are equal. */
static size_t equal_prefix(const UCHAR *a, const UCHAR *b, size_t n)
{
    size_t i = 0;

    for (; i + 16 <= n; i += 16) {
        unsigned mask = equal_mask(a + i, b + i);
        if (mask != 0xffff)
            return i + (size_t)__builtin_ctz(~mask);
    }
    while (i < n && a[i] == b[i])
        i++;
    return i;
}

int __cdecl memcmp(const void *a, const void *b, size_t n)
{
    const UCHAR *x = a, *y = b;
    size_t i = equal_prefix(x, y, n);

    return i == n ? 0 : x[i] < y[i] ? -1 : 1;
}

void *__cdecl memchr(const void *mem, int value, size_t n)
{
    const UCHAR *p = mem;

    for (; n; n--, p++)
        if (*p == (UCHAR)value)
            return (void *)p;
    return NULL;
}

int __cdecl _memicmp(const void *a, const void *b, size_t n)
{
    const UCHAR *x = a, *y = b;

    for (; n; n--, x++, y++) {
        int p = *x >= 'A' && *x <= 'Z' ? *x + 32 : *x;
        int q = *y >= 'A' && *y <= 'Z' ? *y + 32 : *y;
        if (p != q)
            return p - q;
    }
    return 0;
}

void *__cdecl _memccpy(void *dst, const void *src, int stop, size_t n)
{
    UCHAR *d = dst;
    const UCHAR *s = src;

    while (n--) {
        *d++ = *s;
        if (*s++ == (UCHAR)stop)
            return d;
    }
    return NULL;
}

VOID NTAPI RtlMoveMemory(VOID *dst, const VOID *src, SIZE_T n);
VOID NTAPI RtlFillMemory(VOID *dst, SIZE_T n, UCHAR value);
VOID NTAPI RtlZeroMemory(VOID *dst, SIZE_T n);

VOID NTAPI RtlMoveMemory(VOID *dst, const VOID *src, SIZE_T n)
{
    memmove(dst, src, n);
}

VOID NTAPI RtlFillMemory(VOID *dst, SIZE_T n, UCHAR value)
{
    memset(dst, value, n);
}

VOID NTAPI RtlZeroMemory(VOID *dst, SIZE_T n)
{
    memset(dst, 0, n);
}

SIZE_T NTAPI RtlCompareMemory(const VOID *a, const VOID *b, SIZE_T n)
{
    return equal_prefix(a, b, n);
}

SIZE_T NTAPI RtlCompareMemoryUlong(PVOID source, SIZE_T length, ULONG value)
{
    const ULONG *p = source;
    SIZE_T count = length / sizeof(*p), i = 0;

    while (i < count && p[i] == value)
        i++;
    return i * sizeof(*p);
}

NO_IDIOM VOID NTAPI RtlFillMemoryUlong(PVOID dst, SIZE_T length, ULONG value)
{
    ULONG *p = dst;

    for (SIZE_T i = 0; i < length / sizeof(*p); i++)
        p[i] = value;
}

NO_IDIOM VOID NTAPI RtlFillMemoryUlonglong(PVOID dst, SIZE_T length, ULONGLONG value)
{
    ULONGLONG *p = dst;

    for (SIZE_T i = 0; i < length / sizeof(*p); i++)
        p[i] = value;
}
