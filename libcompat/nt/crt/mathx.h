/*
 * Mathematics on the x87 unit: its 64-bit significand gives results of doubles within an ulp,
 * because only the last rounding, to double, is visible. The price is time: these functions
 * are two to five times slower than good SSE2 code.
 *
 * Programs may run with the unit set to 53 bits (as Windows starts threads), so every function
 * works between x87_enter and x87_leave.
 */
#ifndef LIBCOMPAT_NT_CRT_MATHX_H
#define LIBCOMPAT_NT_CRT_MATHX_H

#include "param.h"

#ifndef __SSE2_MATH__
#error "build for i386 with -msse2 -mfpmath=sse: doubles must not carry extra precision"
#endif

typedef long double ext;

static inline unsigned short x87_enter(void)
{
    unsigned short old, full = 0x37f; /* 64 bits, to nearest, nothing unmasked */

    __asm__ volatile("fnstcw %0" : "=m"(old));
    if (old != full)
        __asm__ volatile("fldcw %0" : : "m"(full));
    return old;
}

static inline void x87_leave(unsigned short old)
{
    if (old == 0x37f)
        return;
    if ((old & 0x3f) != 0x3f)
        __asm__ volatile("fnclex"); /* flags of our own must not trap under the caller's mask */
    __asm__ volatile("fldcw %0" : : "m"(old));
}

/* y * log2(x), x > 0 */
static inline ext x87_yl2x(ext y, ext x)
{
    ext r;
    __asm__("fyl2x" : "=t"(r) : "0"(x), "u"(y) : "st(1)");
    return r;
}

/* y * log2(x + 1), |x| < 1 - sqrt(1/2) */
static inline ext x87_yl2xp1(ext y, ext x)
{
    ext r;
    __asm__("fyl2xp1" : "=t"(r) : "0"(x), "u"(y) : "st(1)");
    return r;
}

/* 2^x - 1, |x| <= 1 */
static inline ext x87_2xm1(ext x)
{
    ext r;
    __asm__("f2xm1" : "=t"(r) : "0"(x));
    return r;
}

/* x * 2^trunc(n) */
static inline ext x87_scale(ext x, ext n)
{
    ext r;
    __asm__("fscale" : "=t"(r) : "0"(x), "u"(n));
    return r;
}

static inline ext x87_round(ext x)
{
    ext r;
    __asm__("frndint" : "=t"(r) : "0"(x));
    return r;
}

/* The angle of the point (x, y). */
static inline ext x87_atan2(ext y, ext x)
{
    ext r;
    __asm__("fpatan" : "=t"(r) : "0"(x), "u"(y) : "st(1)");
    return r;
}

static inline ext x87_sin(ext x)
{
    ext r;
    __asm__("fsin" : "=t"(r) : "0"(x));
    return r;
}

static inline ext x87_cos(ext x)
{
    ext r;
    __asm__("fcos" : "=t"(r) : "0"(x));
    return r;
}

static inline ext x87_sqrt(ext x)
{
    ext r;
    __asm__("fsqrt" : "=t"(r) : "0"(x));
    return r;
}

#define LN2 0.693147180559945309417232121458L
#define LOG2E 1.44269504088896340735992468100L
#define LOG10_2 0.301029995663981195213738894724L
#define PI 3.14159265358979323846264338328L

/* ln(1 + x), x > -1, without loss near 0. */
static inline ext ext_log1p(ext x)
{
    return x > -0.29L && x < 0.41L ? x87_yl2xp1(LN2, x) : x87_yl2x(LN2, 1 + x);
}

/* e^x as f * 2^*n with f in about [0.7, 1.42]; |x| < 12000. */
static inline ext ext_exp_split(ext x, ext *n)
{
    /* n * LN2_HIGH is exact: the constant has 32 bits, n has 15. */
    const ext high = 0x1.62e42feep-1L, low = 0x1.a39ef35793c76730p-33L;
    *n = x87_round(x * LOG2E);
    ext r = x - *n * high - *n * low;
    return 1 + x87_2xm1(r * LOG2E);
}

static inline ext ext_exp(ext x)
{
    ext n, f = ext_exp_split(x > 12000 ? 12000 : x < -12000 ? -12000 : x, &n);
    return x87_scale(f, n);
}

/* e^x - 1 without loss near 0. */
static inline ext ext_expm1(ext x)
{
    return x > -0.5L && x < 0.5L ? x87_2xm1(x * LOG2E) : ext_exp(x) - 1;
}

/* ---- bits of doubles and floats ----------------------------------------------------------- */

static inline uint64_t bits64(double x)
{
    uint64_t u;
    __builtin_memcpy(&u, &x, sizeof u);
    return u;
}

static inline double from64(uint64_t u)
{
    double x;
    __builtin_memcpy(&x, &u, sizeof x);
    return x;
}

static inline uint32_t bits32(float x)
{
    uint32_t u;
    __builtin_memcpy(&u, &x, sizeof u);
    return u;
}

static inline float from32(uint32_t u)
{
    float x;
    __builtin_memcpy(&x, &u, sizeof x);
    return x;
}

static inline bool is_nan(double x) { return x != x; }
static inline bool is_inf(double x) { return (bits64(x) & ~(1ull << 63)) == 0x7ffull << 52; }
static inline bool is_finite(double x) { return (bits64(x) >> 52 & 0x7ff) != 0x7ff; }

#define INF __builtin_inf()
/* What the processor makes of an invalid operation: printed as -nan(ind). */
#define NAN_IND from64(0xfff8000000000000ull)

/* ---- errors ------------------------------------------------------------------------------- */

enum { MATH_DOMAIN = 1, MATH_SING, MATH_OVERFLOW, MATH_UNDERFLOW, MATH_TLOSS, MATH_PLOSS };

/* Gives the program's _matherr handler its chance, then sets errno; returns the result. */
double crt_math_error(int type, const char *name, double x, double y, double result);

/* The end of most functions: to double, with overflow and underflow reported. */
static inline double finish(const char *name, ext r, double x, double y, unsigned short cw)
{
    double d = (double)r;

    x87_leave(cw);
    if (!is_finite(d) && is_finite(x) && is_finite(y))
        return crt_math_error(MATH_OVERFLOW, name, x, y, d);
    return d;
}

static inline float finishf(const char *name, ext r, float x, float y, unsigned short cw)
{
    float d = (float)r;

    x87_leave(cw);
    if (!is_finite(d) && is_finite(x) && is_finite(y))
        return (float)crt_math_error(MATH_OVERFLOW, name, x, y, d);
    return d;
}

#endif
