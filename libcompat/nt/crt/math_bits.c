/*
 * Functions that look at or change the bits of a number: classes, signs, parts, neighbours,
 * rounding to whole numbers.
 */
#include "mathx.h"
#include <limits.h>

#define SIGN64 (1ull << 63)
#define SIGN32 (1u << 31)

/* ---- classes ------------------------------------------------------------------------------ */

enum { CLASS_ZERO = 0, CLASS_INFINITE = 1, CLASS_NAN = 2, CLASS_NORMAL = -1, CLASS_SUBNORMAL = -2 };

short _dclass(double x)
{
    uint64_t u = bits64(x) & ~SIGN64;

    if (u >= 0x7ffull << 52)
        return u > 0x7ffull << 52 ? CLASS_NAN : CLASS_INFINITE;
    if (u >> 52)
        return CLASS_NORMAL;
    return u ? CLASS_SUBNORMAL : CLASS_ZERO;
}

short _fdclass(float x)
{
    uint32_t u = bits32(x) & ~SIGN32;

    if (u >= 0xffu << 23)
        return u > 0xffu << 23 ? CLASS_NAN : CLASS_INFINITE;
    if (u >> 23)
        return CLASS_NORMAL;
    return u ? CLASS_SUBNORMAL : CLASS_ZERO;
}

short _dtest(double *x)
{
    return _dclass(*x);
}

short _fdtest(float *x)
{
    return _fdclass(*x);
}

int _dsign(double x)
{
    return (int)(bits64(x) >> 48) & 0x8000;
}

int _fdsign(float x)
{
    return (int)(bits32(x) >> 16) & 0x8000;
}

/* 1 less, 2 equal, 4 greater, 0 unordered */
int _dpcomp(double x, double y)
{
    return (x < y) | (x == y) << 1 | (x > y) << 2;
}

int _fdpcomp(float x, float y)
{
    return _dpcomp(x, y);
}

int _finite(double x)
{
    return is_finite(x);
}

int _finitef(float x)
{
    return is_finite(x);
}

int _isnan(double x)
{
    return is_nan(x);
}

int _isnanf(float x)
{
    return is_nan(x);
}

static int fp_class(short kind, bool negative, bool quiet)
{
    switch (kind) {
    case CLASS_NAN:
        return quiet ? 0x0002 : 0x0001;
    case CLASS_INFINITE:
        return negative ? 0x0004 : 0x0200;
    case CLASS_NORMAL:
        return negative ? 0x0008 : 0x0100;
    case CLASS_SUBNORMAL:
        return negative ? 0x0010 : 0x0080;
    default:
        return negative ? 0x0020 : 0x0040;
    }
}

int _fpclass(double x)
{
    return fp_class(_dclass(x), _dsign(x), bits64(x) >> 51 & 1);
}

int _fpclassf(float x)
{
    return fp_class(_fdclass(x), _fdsign(x), bits32(x) >> 22 & 1);
}

/* ---- signs -------------------------------------------------------------------------------- */

double fabs(double x)
{
    return from64(bits64(x) & ~SIGN64);
}

float fabsf(float x)
{
    return from32(bits32(x) & ~SIGN32);
}

double copysign(double x, double y)
{
    return from64((bits64(x) & ~SIGN64) | (bits64(y) & SIGN64));
}

float copysignf(float x, float y)
{
    return from32((bits32(x) & ~SIGN32) | (bits32(y) & SIGN32));
}

double _chgsign(double x)
{
    return from64(bits64(x) ^ SIGN64);
}

float _chgsignf(float x)
{
    return from32(bits32(x) ^ SIGN32);
}

/* The payload is ignored: every text gives the default quiet NaN. */
double nan(const char *text)
{
    (void)text;
    return from64(0x7ff8ull << 48);
}

float nanf(const char *text)
{
    (void)text;
    return from32(0x7fc00000u);
}

/* ---- parts -------------------------------------------------------------------------------- */

double frexp(double x, int *exponent)
{
    uint64_t u = bits64(x);
    int e = (int)(u >> 52 & 0x7ff);

    *exponent = 0;
    if (e == 0x7ff || x == 0) {
        if (e == 0x7ff)
            *exponent = -1; /* as the system's runtime has it */
        return x;
    }
    if (!e) {
        u = bits64(x * 0x1p54);
        e = (int)(u >> 52 & 0x7ff) - 54;
    }
    *exponent = e - 1022;
    return from64((u & ~(0x7ffull << 52)) | 1022ull << 52);
}

float frexpf(float x, int *exponent)
{
    return (float)frexp(x, exponent);
}

static inline double power_of_2(int n) /* -1022 .. 1023 */
{
    return from64((uint64_t)(n + 1023) << 52);
}

double ldexp(double x, int n)
{
    int e;
    double r, m;

    if (x == 0 || !is_finite(x))
        return x;
    if (n > 3000 || n < -3000)
        n = n > 0 ? 3000 : -3000;
    m = frexp(x, &e);
    n += e;
    if (n > 1024)
        return crt_math_error(MATH_OVERFLOW, "ldexp", x, n, copysign(INF, x));
    if (n >= -1021)
        return m * 2 * power_of_2(n - 1);
    /* A subnormal result: the first product is exact, so the second one rounds alone. */
    if (n < -1200)
        n = -1200;
    r = m * power_of_2(n + 1021) * 0x1p-1021;
    if (r == 0)
        return crt_math_error(MATH_UNDERFLOW, "ldexp", x, n, r);
    return r;
}

double scalbn(double x, int n)
{
    return ldexp(x, n);
}

double scalbln(double x, long n)
{
    return ldexp(x, (int)n);
}

double _scalb(double x, long n)
{
    return ldexp(x, (int)n);
}

static float scale_float(float x, int n)
{
    if (x == 0 || !is_finite(x))
        return x;
    if (n > 600)
        n = 600;
    if (n < -600)
        n = -600;
    /* Exact in double, so the conversion is the only rounding. */
    float r = (float)(x * power_of_2(n));
    if (is_inf(r))
        return (float)crt_math_error(MATH_OVERFLOW, "scalbnf", x, n, r);
    return r;
}

float scalbnf(float x, int n)
{
    return scale_float(x, n);
}

float scalblnf(float x, long n)
{
    return scale_float(x, (int)n);
}

float _scalbf(float x, long n)
{
    return scale_float(x, (int)n);
}

double logb(double x)
{
    int e;

    if (is_nan(x))
        return x + x;
    if (is_inf(x))
        return INF;
    if (x == 0)
        return crt_math_error(MATH_SING, "logb", x, 0, -INF);
    frexp(x, &e);
    return e - 1;
}

float logbf(float x)
{
    return (float)logb(x);
}

int ilogb(double x)
{
    int e;

    if (x == 0)
        return INT_MIN;
    if (!is_finite(x))
        return INT_MAX;
    frexp(x, &e);
    return e - 1;
}

int ilogbf(float x)
{
    return ilogb(x);
}

/* ---- neighbours --------------------------------------------------------------------------- */

double nextafter(double x, double y)
{
    uint64_t u = bits64(x);

    if (is_nan(x) || is_nan(y))
        return x + y;
    if (x == y)
        return y;
    if (x == 0)
        return from64(1 | (bits64(y) & SIGN64));
    u += (x < y) == (x > 0) ? 1 : (uint64_t)-1;
    double r = from64(u);
    if (is_inf(r))
        return crt_math_error(MATH_OVERFLOW, "nextafter", x, y, r);
    return r;
}

float nextafterf(float x, float y)
{
    uint32_t u = bits32(x);

    if (is_nan(x) || is_nan(y))
        return x + y;
    if (x == y)
        return y;
    if (x == 0)
        return from32(1 | (bits32(y) & SIGN32));
    u += (x < y) == (x > 0) ? 1 : (uint32_t)-1;
    float r = from32(u);
    if (is_inf(r))
        return (float)crt_math_error(MATH_OVERFLOW, "nextafterf", x, y, r);
    return r;
}

/* long double is double in these runtimes. */
float nexttowardf(float x, double y)
{
    uint32_t u = bits32(x);

    if (is_nan(x) || is_nan(y))
        return (float)(x + y);
    if ((double)x == y)
        return (float)y;
    if (x == 0)
        return from32(1 | (y < 0 ? SIGN32 : 0));
    u += ((double)x < y) == (x > 0) ? 1 : (uint32_t)-1;
    return from32(u);
}

/* ---- whole numbers ------------------------------------------------------------------------ */

/* From here on a double has no digits after the point; NaN and infinity too are left alone. */
#define IS_WHOLE(x) !(fabs(x) < 0x1p52)

double trunc(double x)
{
    if (IS_WHOLE(x))
        return x;
    return copysign((double)(long long)x, x);
}

double floor(double x)
{
    double t = trunc(x);
    return t > x ? t - 1 : t;
}

double ceil(double x)
{
    double t = trunc(x);
    return t < x ? copysign(t + 1, x) : t;
}

double round(double x)
{
    double t = trunc(x);
    return fabs(x - t) >= 0.5 && !IS_WHOLE(x) ? t + copysign(1, x) : t;
}

/* By the current rounding direction, which the additions follow. */
double rint(double x)
{
    if (IS_WHOLE(x))
        return x;
    double big = copysign(0x1p52, x);
    return copysign((x + big) - big, x);
}

static inline unsigned get_mxcsr(void)
{
    unsigned v;
    __asm__ volatile("stmxcsr %0" : "=m"(v));
    return v;
}

double nearbyint(double x)
{
    unsigned before = get_mxcsr();
    volatile double r = rint(x); /* finished before the flags are put back */
    __asm__ volatile("ldmxcsr %0" : : "m"(before));
    return r;
}

#define FLOAT_OF(name)                                                                             \
    float name##f(float x) { return (float)name(x); }
FLOAT_OF(trunc)
FLOAT_OF(floor)
FLOAT_OF(ceil)
FLOAT_OF(round)
FLOAT_OF(rint)
FLOAT_OF(nearbyint)

/* A value that does not fit is a domain error; the processor's indefinite integer results. */
static long to_long(const char *name, double whole, double x)
{
    if (whole >= -0x1p31 && whole < 0x1p31)
        return (long)whole;
    crt_math_error(MATH_DOMAIN, name, x, 0, 0);
    return LONG_MIN;
}

static long long to_llong(const char *name, double whole, double x)
{
    if (whole >= -0x1p63 && whole < 0x1p63)
        return (long long)whole;
    crt_math_error(MATH_DOMAIN, name, x, 0, 0);
    return LLONG_MIN;
}

#define TO_INTEGER(rounding)                                                                       \
    long l##rounding(double x) { return to_long("l" #rounding, rounding(x), x); }                  \
    long l##rounding##f(float x) { return to_long("l" #rounding "f", rounding(x), x); }            \
    long long ll##rounding(double x) { return to_llong("ll" #rounding, rounding(x), x); }          \
    long long ll##rounding##f(float x) { return to_llong("ll" #rounding "f", rounding(x), x); }
TO_INTEGER(rint)
TO_INTEGER(round)

double modf(double x, double *whole)
{
    double t = trunc(x);

    *whole = t;
    if (is_inf(x))
        return copysign(0, x);
    return copysign(x - t, x);
}

float modff(float x, float *whole)
{
    double t, r = modf(x, &t);

    *whole = (float)t;
    return (float)r;
}

/* ---- greater and smaller ------------------------------------------------------------------ */

#define MINMAX(type, suffix, sign)                                                                 \
    type fmax##suffix(type x, type y)                                                              \
    {                                                                                              \
        if (is_nan(x))                                                                             \
            return y;                                                                              \
        if (is_nan(y))                                                                             \
            return x;                                                                              \
        return x > y || (x == y && !sign(x)) ? x : y;                                              \
    }                                                                                              \
    type fmin##suffix(type x, type y)                                                              \
    {                                                                                              \
        if (is_nan(x))                                                                             \
            return y;                                                                              \
        if (is_nan(y))                                                                             \
            return x;                                                                              \
        return x < y || (x == y && sign(x)) ? x : y;                                               \
    }                                                                                              \
    type fdim##suffix(type x, type y)                                                              \
    {                                                                                              \
        if (is_nan(x) || is_nan(y))                                                                \
            return x + y;                                                                          \
        if (x <= y)                                                                                \
            return 0;                                                                              \
        type r = x - y;                                                                            \
        if (is_inf(r) && is_finite(x) && is_finite(y))                                             \
            return (type)crt_math_error(MATH_OVERFLOW, "fdim" #suffix, x, y, r);                   \
        return r;                                                                                  \
    }
MINMAX(double, , _dsign)
MINMAX(float, f, _fdsign)
