/*
 * Small integer functions: absolute values, division, rotation, byte order, random numbers.
 */
#include "param.h"

#undef abs
#undef labs

int abs(int x)
{
    return x < 0 ? (int)-(unsigned)x : x;
}

long labs(long x)
{
    return x < 0 ? (long)-(unsigned long)x : x;
}

long long llabs(long long x)
{
    return x < 0 ? (long long)-(unsigned long long)x : x;
}

long long _abs64(long long x)
{
    return llabs(x);
}

long long imaxabs(long long x)
{
    return llabs(x);
}

div_t div(int n, int d)
{
    return (div_t){n / d, n % d};
}

ldiv_t ldiv(long n, long d)
{
    return (ldiv_t){n / d, n % d};
}

lldiv_t lldiv(long long n, long long d)
{
    return (lldiv_t){n / d, n % d};
}

lldiv_t imaxdiv(long long n, long long d)
{
    return (lldiv_t){n / d, n % d};
}

#undef _rotl
#undef _rotr
#undef _lrotl
#undef _lrotr
#undef _rotl64
#undef _rotr64

unsigned _rotl(unsigned x, int n)
{
    return x << (n & 31) | x >> (-n & 31);
}

unsigned _rotr(unsigned x, int n)
{
    return x >> (n & 31) | x << (-n & 31);
}

unsigned long _lrotl(unsigned long x, int n)
{
    return x << (n & 31) | x >> (-n & 31);
}

unsigned long _lrotr(unsigned long x, int n)
{
    return x >> (n & 31) | x << (-n & 31);
}

unsigned long long _rotl64(unsigned long long x, int n)
{
    return x << (n & 63) | x >> (-n & 63);
}

unsigned long long _rotr64(unsigned long long x, int n)
{
    return x >> (n & 63) | x << (-n & 63);
}

unsigned short _byteswap_ushort(unsigned short x)
{
    return __builtin_bswap16(x);
}

unsigned long _byteswap_ulong(unsigned long x)
{
    return __builtin_bswap32(x);
}

unsigned long long _byteswap_uint64(unsigned long long x)
{
    return __builtin_bswap64(x);
}

/* ---- random numbers ----------------------------------------------------------------------- */

/* The documented sequence per thread: srand(1) and no srand give the same numbers. */
void srand(unsigned seed)
{
    crt_thread()->rand_state = seed;
}

int rand(void)
{
    struct crt_thread *t = crt_thread();

    t->rand_state = t->rand_state * 214013 + 2531011;
    return t->rand_state >> 16 & 0x7fff;
}

/*
 * RtlGenRandom under its documented export name; loaded at first use so that programs that
 * never ask for randomness do not load advapi32.
 */
errno_t rand_s(unsigned *value)
{
    typedef BOOLEAN(WINAPI * generate_t)(void *, ULONG);
    static generate_t generate; /* every thread would store the same pointer */
    generate_t f;

    if (!value)
        return crt_bad_parameter(EINVAL);
    *value = 0;
    f = __atomic_load_n(&generate, __ATOMIC_RELAXED);
    if (!f) {
        HMODULE dll = LoadLibraryExW(L"advapi32.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
        f = dll ? (generate_t)(void *)GetProcAddress(dll, "SystemFunction036") : NULL;
        if (!f)
            return crt_bad_parameter(EINVAL);
        __atomic_store_n(&generate, f, __ATOMIC_RELAXED);
    }
    if (!f(value, sizeof *value))
        return errno = ENOMEM;
    return 0;
}
