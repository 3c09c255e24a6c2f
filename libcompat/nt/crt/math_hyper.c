/*
 * Hyperbolic functions and their inverses.
 */
#include "mathx.h"

#define PAIR(name, special, expr)                                                                  \
    double name(double x)                                                                          \
    {                                                                                              \
        if (is_nan(x))                                                                             \
            return x + x;                                                                          \
        special(double, #name);                                                                    \
        unsigned short cw = x87_enter();                                                           \
        return finish(#name, expr, x, 0, cw);                                                      \
    }                                                                                              \
    float name##f(float x)                                                                         \
    {                                                                                              \
        if (is_nan(x))                                                                             \
            return x + x;                                                                          \
        special(float, #name "f");                                                                 \
        unsigned short cw = x87_enter();                                                           \
        return finishf(#name "f", expr, x, 0, cw);                                                 \
    }

/* Zero keeps its sign, infinity its value. */
#define FIXED(type, name)                                                                          \
    if (x == 0 || is_inf(x))                                                                       \
        return x
#define EVEN(type, name)                                                                           \
    if (is_inf(x))                                                                                 \
        return (type)INF
#define TANH_SPECIAL(type, name)                                                                   \
    if (x == 0)                                                                                    \
        return x;                                                                                  \
    if (x > 40 || x < -40)                                                                         \
        return x > 0 ? 1 : -1
#define ACOSH_SPECIAL(type, name)                                                                  \
    if (x < 1)                                                                                     \
        return (type)crt_math_error(MATH_DOMAIN, name, x, 0, NAN_IND);                             \
    if (is_inf(x))                                                                                 \
        return x
#define ATANH_SPECIAL(type, name)                                                                  \
    if (x > 1 || x < -1)                                                                           \
        return (type)crt_math_error(MATH_DOMAIN, name, x, 0, NAN_IND);                             \
    if (x == 1 || x == -1)                                                                         \
        return (type)crt_math_error(MATH_SING, name, x, 0, x > 0 ? INF : -INF);                    \
    if (x == 0)                                                                                    \
        return x

static ext magnitude(ext x)
{
    return x < 0 ? -x : x;
}

static ext ext_sinh(ext x)
{
    ext t = ext_expm1(magnitude(x)), r = (t + t / (t + 1)) / 2;
    return x < 0 ? -r : r;
}

static ext ext_cosh(ext x)
{
    ext e = ext_exp(magnitude(x));
    return (e + 1 / e) / 2;
}

static ext ext_tanh(ext x)
{
    ext t = ext_expm1(2 * magnitude(x)), r = t / (t + 2);
    return x < 0 ? -r : r;
}

static ext ext_asinh(ext x)
{
    ext a = magnitude(x), r;

    if (a > 0x1p40L)
        r = x87_yl2x(LN2, 2 * a);
    else
        r = ext_log1p(a + a * a / (1 + x87_sqrt(1 + a * a)));
    return x < 0 ? -r : r;
}

static ext ext_acosh(ext x)
{
    ext t = x - 1;

    if (x > 0x1p40L)
        return x87_yl2x(LN2, 2 * x);
    return ext_log1p(t + x87_sqrt(2 * t + t * t));
}

static ext ext_atanh(ext x)
{
    ext a = magnitude(x), r = ext_log1p(2 * a / (1 - a)) / 2;
    return x < 0 ? -r : r;
}

PAIR(sinh, FIXED, ext_sinh(x))
PAIR(cosh, EVEN, ext_cosh(x))
PAIR(tanh, TANH_SPECIAL, ext_tanh(x))
PAIR(asinh, FIXED, ext_asinh(x))
PAIR(acosh, ACOSH_SPECIAL, ext_acosh(x))
PAIR(atanh, ATANH_SPECIAL, ext_atanh(x))
