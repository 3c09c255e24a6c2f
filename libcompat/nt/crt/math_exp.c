/*
 * Exponentials, logarithms, powers, roots.
 */
#include "mathx.h"
#include "math_tables.h"

#define ONE_ARG(name, special, expr)                                                               \
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

/* ---- e^x, 2^x ----------------------------------------------------------------------------- */

static ext ext_exp2(ext x)
{
    if (x > 12000 || x < -12000)
        x = x > 0 ? 12000 : -12000;
    ext n = x87_round(x);
    return x87_scale(1 + x87_2xm1(x - n), n);
}

#define EXP_SPECIAL(type, name)                                                                    \
    if (is_inf(x))                                                                                 \
        return x > 0 ? x : 0
#define EXPM1_SPECIAL(type, name)                                                                  \
    if (is_inf(x))                                                                                 \
        return x > 0 ? x : -1;                                                                     \
    if (x == 0)                                                                                    \
        return x

ONE_ARG(exp, EXP_SPECIAL, ext_exp(x))
ONE_ARG(exp2, EXP_SPECIAL, ext_exp2(x))
ONE_ARG(expm1, EXPM1_SPECIAL, ext_expm1(x))

/* ---- logarithms --------------------------------------------------------------------------- */

#define LOG_SPECIAL(type, name)                                                                    \
    if (x < 0)                                                                                     \
        return (type)crt_math_error(MATH_DOMAIN, name, x, 0, NAN_IND);                             \
    if (x == 0)                                                                                    \
        return (type)crt_math_error(MATH_SING, name, x, 0, -INF);                                  \
    if (is_inf(x))                                                                                 \
        return x
#define LOG1P_SPECIAL(type, name)                                                                  \
    if (x < -1)                                                                                    \
        return (type)crt_math_error(MATH_DOMAIN, name, x, 0, NAN_IND);                             \
    if (x == -1)                                                                                   \
        return (type)crt_math_error(MATH_SING, name, x, 0, -INF);                                  \
    if (x == 0 || is_inf(x))                                                                       \
        return x

ONE_ARG(log, LOG_SPECIAL, x87_yl2x(LN2, x))
ONE_ARG(log10, LOG_SPECIAL, x87_yl2x(LOG10_2, x))
ONE_ARG(log2, LOG_SPECIAL, x87_yl2x(1, x))
ONE_ARG(log1p, LOG1P_SPECIAL, ext_log1p(x))

/* ---- powers ------------------------------------------------------------------------------- */

/*
 * x^y for x > 0 and finite, y finite. y * log2(x) reaches 1075 and needs 53 good digits after
 * the point, so the logarithm is made in two pieces: a high one whose products with the
 * halves of y are exact, and the rest.
 */
static ext ext_pow(double x, double y)
{
    uint64_t u = bits64(x);
    int e = (int)(u >> 52) - 1023;
    ext high = 0, low;

    if (!(u >> 52)) {
        u = bits64(x * 0x1p54);
        e = (int)(u >> 52) - 1023 - 54;
    }
    if (x > 0.9921875 && x < 1.0078125) {
        low = x87_yl2xp1(1, (ext)x - 1);
        ext t = y * low;
        return ext_exp2(t);
    }
    int i = (int)(u >> 45 & 127);
    ext m = from64((u & 0xfffffffffffffull) | 0x3ffull << 52);
    ext c = 1 + (i + 0.5L) / 128;
    high = e + (ext)crt_log2_table[i].high;
    low = crt_log2_table[i].low + x87_yl2xp1(1, (m - c) / c);

    ext y1 = (double)from64(bits64(y) & ~0x7ffffffull), y2 = y - y1;
    ext whole = y * (high + low);
    if (whole > 2000 || whole < -2000)
        return ext_exp2(whole);
    ext n = x87_round(whole);
    ext f = (y1 * high - n) + y2 * high + y * low;
    return x87_scale(1 + x87_2xm1(f), n);
}

static bool is_integer(double y, bool *odd)
{
    int e = (int)(bits64(y) >> 52 & 0x7ff) - 1023;

    *odd = false;
    if (e < 0)
        return y == 0;
    if (e >= 53)
        return true;
    uint64_t m = (bits64(y) & 0xfffffffffffffull) | 1ull << 52;
    if (m & ((1ull << (52 - e)) - 1))
        return false;
    *odd = m >> (52 - e) & 1;
    return true;
}

/* All cases of the C standard's annex F; *done says that the value is final. */
static double pow_special(const char *name, double x, double y, bool *done)
{
    bool odd, whole = is_integer(y, &odd);
    double ax = from64(bits64(x) & ~(1ull << 63));

    *done = true;
    if (y == 0 || x == 1)
        return 1;
    if (is_nan(x) || is_nan(y))
        return x + y;
    if (is_inf(y)) {
        if (ax == 1)
            return 1;
        return (ax > 1) == (y > 0) ? INF : 0;
    }
    double sign = odd && (bits64(x) >> 63) ? -1 : 1;
    if (is_inf(x))
        return y > 0 ? sign * INF : sign * 0.0;
    if (x == 0) {
        if (y > 0)
            return sign * 0.0;
        return crt_math_error(MATH_SING, name, x, y, sign * INF);
    }
    if (x < 0 && !whole)
        return crt_math_error(MATH_DOMAIN, name, x, y, NAN_IND);
    *done = false;
    return sign;
}

double pow(double x, double y)
{
    bool done;
    double sign = pow_special("pow", x, y, &done);

    if (done)
        return sign;
    unsigned short cw = x87_enter();
    double r = sign * (double)ext_pow(x < 0 ? -x : x, y);
    x87_leave(cw);
    if (is_inf(r))
        return crt_math_error(MATH_OVERFLOW, "pow", x, y, r);
    if (r == 0)
        return crt_math_error(MATH_UNDERFLOW, "pow", x, y, r);
    return r;
}

float powf(float x, float y)
{
    bool done;
    double sign = pow_special("powf", x, y, &done);

    if (done)
        return (float)sign;
    unsigned short cw = x87_enter();
    float r = (float)sign * (float)ext_pow(x < 0 ? -x : x, y);
    x87_leave(cw);
    if (is_inf(r))
        return (float)crt_math_error(MATH_OVERFLOW, "powf", x, y, r);
    if (r == 0)
        return (float)crt_math_error(MATH_UNDERFLOW, "powf", x, y, r);
    return r;
}

/* ---- roots -------------------------------------------------------------------------------- */

double sqrt(double x)
{
    double r;

    if (x < 0)
        return crt_math_error(MATH_DOMAIN, "sqrt", x, 0, NAN_IND);
    __asm__("sqrtsd %1, %0" : "=x"(r) : "x"(x));
    return r;
}

float sqrtf(float x)
{
    float r;

    if (x < 0)
        return (float)crt_math_error(MATH_DOMAIN, "sqrtf", x, 0, NAN_IND);
    __asm__("sqrtss %1, %0" : "=x"(r) : "x"(x));
    return r;
}

static ext ext_cbrt(ext x)
{
    ext a = x < 0 ? -x : x, r = ext_exp2(x87_yl2x(1, a) / 3);

    r -= (r * r * r - a) / (3 * r * r); /* one step of Newton's for the last bits */
    return x < 0 ? -r : r;
}

#define CBRT_SPECIAL(type, name)                                                                   \
    if (x == 0 || is_inf(x))                                                                       \
        return x

ONE_ARG(cbrt, CBRT_SPECIAL, ext_cbrt(x))

double hypot(double x, double y)
{
    if (is_inf(x) || is_inf(y))
        return INF;
    if (is_nan(x) || is_nan(y))
        return x + y;
    unsigned short cw = x87_enter();
    return finish("_hypot", x87_sqrt((ext)x * x + (ext)y * y), x, y, cw);
}

float _hypotf(float x, float y)
{
    if (is_inf(x) || is_inf(y))
        return (float)INF;
    if (is_nan(x) || is_nan(y))
        return x + y;
    unsigned short cw = x87_enter();
    return finishf("_hypotf", x87_sqrt((ext)x * x + (ext)y * y), x, y, cw);
}

struct complex {
    double x, y;
};

double _cabs(struct complex z)
{
    return hypot(z.x, z.y);
}
