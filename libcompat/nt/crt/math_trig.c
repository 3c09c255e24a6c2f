/*
 * Circular functions and their inverses.
 */
#include "mathx.h"
#include "math_tables.h"

/* ---- reduction to [-pi/4, pi/4] ----------------------------------------------------------- */

/*
 * Large angles: only the digits of 2/pi that matter for x * 2/pi modulo 4 are multiplied,
 * with 128 to spare below the point (Payne and Hanek's method).
 */
static int reduce_large(double x, ext *r)
{
    uint64_t m = (bits64(x) & 0xfffffffffffffull) | 1ull << 52;
    int e = (int)(bits64(x) >> 52 & 0x7ff) - 1075, first = e >= 34 ? (e - 2) / 32 : 0;
    int fraction = 32 * (first + 7) - e; /* binary digits after the point of the product */
    uint32_t p[10] = {0};                /* the product, least significant word first */
    uint32_t half[2] = {(uint32_t)m, (uint32_t)(m >> 32)};

    for (int i = 0; i < 7; i++) {
        uint64_t carry = 0;
        uint32_t w = crt_two_over_pi[first + 6 - i];
        for (int j = 0; j < 2; j++) {
            carry += (uint64_t)w * half[j] + p[i + j];
            p[i + j] = (uint32_t)carry;
            carry >>= 32;
        }
        p[i + 2] = (uint32_t)carry;
    }
    int quadrant = 0;
    for (int bit = 1; bit >= 0; bit--) {
        int at = fraction + bit;
        quadrant = quadrant << 1 | (at < 320 ? (int)(p[at / 32] >> at % 32 & 1) : 0);
    }
    /* Six words of the fraction, most significant first. */
    uint32_t f[6];
    for (int i = 0; i < 6; i++) {
        int low = fraction - 32 * (i + 1);
        uint64_t pair = p[low / 32] | (uint64_t)p[low / 32 + 1] << 32;
        f[i] = (uint32_t)(pair >> low % 32);
    }
    bool negative = f[0] >> 31;
    if (negative) {
        quadrant++;
        uint64_t carry = 1;
        for (int i = 5; i >= 0; i--) {
            carry += (uint32_t)~f[i];
            f[i] = (uint32_t)carry;
            carry >>= 32;
        }
    }
    ext v = 0;
    for (int i = 5; i >= 0; i--)
        v = (v + f[i]) * 0x1p-32L;
    *r = v * (PI / 2);
    if (negative != (x < 0))
        *r = -*r;
    return x < 0 ? -quadrant : quadrant;
}

/* r and the count of quarter turns (modulo 4). */
static int reduce(double x, ext *r)
{
    ext a = x;

    if (a < 0)
        a = -a;
    if (a <= PI / 4) {
        *r = x;
        return 0;
    }
    if (a >= 0x1p20L)
        return reduce_large(x, r) & 3;
    /* pi/2 in pieces of 40, 40 and 64 bits: the first two products are exact. */
    const ext p1 = 0xc90fdaa221000000p-63L, p2 = 0xd18469898c000000p-104L,
              p3 = 0xc51701b839a25205p-144L;
    ext n = x87_round(x * (2 / PI));
    ext t = x - n * p1, u = t - n * p2;
    *r = u - (n * p3 - ((t - u) - n * p2));
    return (int)n & 3;
}

static ext ext_sin(double x, int shift)
{
    ext r;
    int q = reduce(x, &r) + shift;
    ext v = q & 1 ? x87_cos(r) : x87_sin(r);
    return q & 2 ? -v : v;
}

static ext ext_tan(double x)
{
    ext r;
    int q = reduce(x, &r);
    ext s = x87_sin(r), c = x87_cos(r);
    return q & 1 ? -c / s : s / c;
}

static double infinite(const char *name, double x)
{
    return is_nan(x) ? x + x : crt_math_error(MATH_DOMAIN, name, x, 0, NAN_IND);
}

#define CIRCULAR(name, expr)                                                                       \
    double name(double x)                                                                          \
    {                                                                                              \
        if (!is_finite(x))                                                                         \
            return infinite(#name, x);                                                             \
        unsigned short cw = x87_enter();                                                           \
        double r = (double)(expr);                                                                 \
        x87_leave(cw);                                                                             \
        return r;                                                                                  \
    }                                                                                              \
    float name##f(float x)                                                                         \
    {                                                                                              \
        if (!is_finite(x))                                                                         \
            return (float)infinite(#name "f", x);                                                  \
        unsigned short cw = x87_enter();                                                           \
        float r = (float)(expr);                                                                   \
        x87_leave(cw);                                                                             \
        return r;                                                                                  \
    }

CIRCULAR(sin, ext_sin(x, 0))
CIRCULAR(cos, ext_sin(x, 1))
CIRCULAR(tan, ext_tan(x))

/* ---- inverses ----------------------------------------------------------------------------- */

static ext cosine_of_sine(ext x)
{
    return x87_sqrt((1 - x) * (1 + x));
}

#define INVERSE(name, expr)                                                                        \
    double name(double x)                                                                          \
    {                                                                                              \
        if (is_nan(x))                                                                             \
            return x + x;                                                                          \
        if (x < -1 || x > 1)                                                                       \
            return crt_math_error(MATH_DOMAIN, #name, x, 0, NAN_IND);                              \
        unsigned short cw = x87_enter();                                                           \
        double r = (double)(expr);                                                                 \
        x87_leave(cw);                                                                             \
        return r;                                                                                  \
    }                                                                                              \
    float name##f(float x)                                                                         \
    {                                                                                              \
        if (is_nan(x))                                                                             \
            return x + x;                                                                          \
        if (x < -1 || x > 1)                                                                       \
            return (float)crt_math_error(MATH_DOMAIN, #name "f", x, 0, NAN_IND);                   \
        unsigned short cw = x87_enter();                                                           \
        float r = (float)(expr);                                                                   \
        x87_leave(cw);                                                                             \
        return r;                                                                                  \
    }

INVERSE(asin, x87_atan2(x, cosine_of_sine(x)))
INVERSE(acos, x87_atan2(cosine_of_sine(x), x))

double atan2(double y, double x)
{
    if (is_nan(x) || is_nan(y))
        return x + y;
    unsigned short cw = x87_enter();
    double r = (double)x87_atan2(y, x);
    x87_leave(cw);
    return r;
}

float atan2f(float y, float x)
{
    if (is_nan(x) || is_nan(y))
        return x + y;
    unsigned short cw = x87_enter();
    float r = (float)x87_atan2(y, x);
    x87_leave(cw);
    return r;
}

double atan(double x)
{
    return atan2(x, 1);
}

float atanf(float x)
{
    return atan2f(x, 1);
}
