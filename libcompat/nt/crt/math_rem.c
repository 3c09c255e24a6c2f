/*
 * Exact remainders, and the fused multiply-add.
 */
#include "mathx.h"

/* One step of the processor's remainder; more steps are needed while *more. */
static inline ext partial(ext x, ext y, bool nearest, unsigned short *status)
{
    ext r;
    if (nearest)
        __asm__("fprem1\n\tfnstsw %%ax" : "=t"(r), "=a"(*status) : "0"(x), "u"(y));
    else
        __asm__("fprem\n\tfnstsw %%ax" : "=t"(r), "=a"(*status) : "0"(x), "u"(y));
    return r;
}

/* The remainder, and the low three bits of the quotient's magnitude. */
static ext remainder_ext(ext x, ext y, bool nearest, int *quotient)
{
    unsigned short status;

    do
        x = partial(x, y, nearest, &status);
    while (status & 0x400);
    *quotient = (status >> 9 & 1) | (status >> 13 & 2) | (status >> 6 & 4);
    return x;
}

static double bad(const char *name, double x, double y, bool *done)
{
    *done = true;
    if (is_nan(x) || is_nan(y))
        return x + y;
    if (is_inf(x) || y == 0)
        return crt_math_error(MATH_DOMAIN, name, x, y, NAN_IND);
    *done = is_inf(y);
    return x;
}

/* Float arguments give float results without rounding, so one body serves both widths. */
static double rem(const char *name, double x, double y, bool nearest, int *quotient)
{
    bool done;
    double special = bad(name, x, y, &done);

    *quotient = 0;
    if (done)
        return special;
    unsigned short cw = x87_enter();
    double r = (double)remainder_ext(x, y, nearest, quotient);
    x87_leave(cw);
    if ((bits64(x) ^ bits64(y)) >> 63)
        *quotient = -*quotient;
    return r == 0 ? from64(bits64(x) & 1ull << 63) : r;
}

double fmod(double x, double y)
{
    int q;
    return rem("fmod", x, y, false, &q);
}

float fmodf(float x, float y)
{
    int q;
    return (float)rem("fmodf", x, y, false, &q);
}

double remainder(double x, double y)
{
    int q;
    return rem("remainder", x, y, true, &q);
}

float remainderf(float x, float y)
{
    int q;
    return (float)rem("remainderf", x, y, true, &q);
}

double remquo(double x, double y, int *quotient)
{
    return rem("remquo", x, y, true, quotient);
}

float remquof(float x, float y, int *quotient)
{
    return (float)rem("remquof", x, y, true, quotient);
}

/* ---- fma ---------------------------------------------------------------------------------- */

/* a + b = s + *error exactly. */
static inline ext two_sum(ext a, ext b, ext *error)
{
    volatile ext s = a + b, t = s - a;
    *error = (a - (s - t)) + (b - t);
    return s;
}

/*
 * a + b rounded to odd: if inexact, the neighbour whose last bit is set. A later rounding to
 * fewer bits then comes out as if done once.
 */
static ext add_odd(ext a, ext b)
{
    union {
        ext x;
        struct {
            uint64_t m;
            uint16_t e;
        } p;
    } u;
    ext error;

    u.x = two_sum(a, b, &error);
    if (error != 0 && !(u.p.m & 1)) {
        /* Truncated toward zero by one when the sum was rounded away, the bit is set anyway. */
        if ((error < 0) != (u.x < 0)) {
            if (u.p.m-- == 0x8000000000000000ull) {
                u.p.m = 0xffffffffffffffffull;
                u.p.e--;
            }
        }
        u.p.m |= 1;
    }
    return u.x;
}

double fma(double x, double y, double z)
{
    if (!is_finite(x) || !is_finite(y) || x == 0 || y == 0)
        return x * y + z;
    if (!is_finite(z))
        return z;
    unsigned short cw = x87_enter();
    /* The product as p + e: halves of 26 and 27 bits multiply without rounding. The range of
     * the unit's exponent leaves no room for overflow or loss. */
    ext xh = from64(bits64(x) & ~0x7ffffffull), xl = (ext)x - xh;
    ext yh = from64(bits64(y) & ~0x7ffffffull), yl = (ext)y - yh;
    volatile ext p = (ext)x * y;
    ext e = ((xh * yh - p) + xh * yl + xl * yh) + xl * yl;
    ext t, s = two_sum(p, z, &t);
    double r;
    if (s == 0 && t == 0 && e == 0)
        r = x * y + z; /* an exact zero gets its sign from the rounding direction */
    else
        r = (double)add_odd(s, add_odd(t, e));
    x87_leave(cw);
    return r;
}

float fmaf(float x, float y, float z)
{
    if (!is_finite(x) || !is_finite(y) || !is_finite(z))
        return x * y + z;
    double p = (double)x * y; /* exact */
    if (p + z == 0)
        return (float)(p + z);
    unsigned short cw = x87_enter();
    float r = (float)add_odd(p, z);
    x87_leave(cw);
    return r;
}
