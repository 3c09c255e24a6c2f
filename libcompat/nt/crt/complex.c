/*
 * C99 complex functions, for ucrtbase. A complex number is a structure of two, passed as such;
 * the formulas run on the x87 unit, whose range and precision make most of their usual
 * precautions unnecessary. Branch cuts follow the signs of zeros, as annex G asks.
 */
#include "mathx.h"

#ifdef CRT_UCRT

double sin(double);
double cos(double);

struct z64 {
    double re, im;
};
struct z32 {
    float re, im;
};
struct zx {
    ext re, im;
};

static ext mag(ext x)
{
    return __builtin_signbit(x) ? -x : x;
}

static ext with_sign(ext x, ext sign)
{
    return __builtin_signbit(sign) ? -mag(x) : mag(x);
}

static bool finite_ext(ext x)
{
    return x - x == 0;
}

static struct zx mul(struct zx a, struct zx b)
{
    struct zx r = {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
    return r;
}

static ext zabs(struct zx z)
{
    if (!finite_ext(z.re) || !finite_ext(z.im)) {
        if (z.re == INF || z.re == -INF || z.im == INF || z.im == -INF)
            return INF;
        return z.re + z.im;
    }
    return x87_sqrt(z.re * z.re + z.im * z.im);
}

static ext zarg(struct zx z)
{
    return x87_atan2(z.im, z.re);
}

static struct zx zexp(struct zx z)
{
    if (z.im == 0)
        return (struct zx){z.re == -INF ? 0 : z.re == INF ? INF : ext_exp(z.re), z.im};
    if (z.re == -INF && !finite_ext(z.im))
        return (struct zx){0, 0};
    if (!finite_ext(z.im))
        return (struct zx){z.re == INF ? INF : (ext)NAN_IND, NAN_IND};
    ext e = z.re == INF ? INF : z.re == -INF ? 0 : ext_exp(z.re);
    return (struct zx){e * (ext)cos((double)z.im), e * (ext)sin((double)z.im)};
}

/* ln |z| without loss where |z| is near 1. */
static struct zx zlog(struct zx z)
{
    ext a = mag(z.re), b = mag(z.im), modulus;
    if (b > a) {
        ext t = a;
        a = b;
        b = t;
    }
    if (a > 0.5L && a < 2 && b < 2)
        modulus = ext_log1p((a - 1) * (a + 1) + b * b) / 2;
    else if (!finite_ext(a) || !finite_ext(b) || a == 0)
        modulus = a == 0 ? -(ext)INF : zabs(z) == INF ? INF : (ext)NAN_IND;
    else
        modulus = x87_yl2x(LN2, a * a + b * b) / 2;
    return (struct zx){modulus, zarg(z)};
}

static struct zx zsqrt(struct zx z)
{
    if (z.re == 0 && z.im == 0)
        return (struct zx){0, z.im};
    if (z.im == INF || z.im == -INF)
        return (struct zx){INF, z.im};
    if (z.re == INF)
        return (struct zx){z.re, finite_ext(z.im) ? with_sign(0, z.im) : z.im};
    if (z.re == -INF)
        return (struct zx){finite_ext(z.im) ? 0 : z.im, with_sign(INF, z.im)};
    ext t = x87_sqrt((mag(z.re) + zabs(z)) / 2);
    if (z.re >= 0)
        return (struct zx){t, z.im / (2 * t)};
    return (struct zx){mag(z.im) / (2 * t), with_sign(t, z.im)};
}

static struct zx zsinh(struct zx z)
{
    ext e = ext_expm1(mag(z.re)), s = (e + e / (e + 1)) / 2, c = 1 + e * e / (2 * (e + 1));
    ext sn = sin((double)z.im), cs = cos((double)z.im);
    return (struct zx){with_sign(s, z.re) * cs, z.im == 0 ? z.im : c * sn};
}

static struct zx zcosh(struct zx z)
{
    ext e = ext_expm1(mag(z.re)), s = (e + e / (e + 1)) / 2, c = 1 + e * e / (2 * (e + 1));
    ext sn = sin((double)z.im), cs = cos((double)z.im);
    return (struct zx){c * cs, with_sign(s, z.re) * sn};
}

static struct zx ztanh(struct zx z)
{
    if (mag(z.re) > 40)
        return (struct zx){with_sign(1, z.re), with_sign(0, sin(2 * (double)z.im))};
    /* Written out: the quotient of the two would lose the small imaginary part. */
    ext e = ext_expm1(mag(z.re)), s = (e + e / (e + 1)) / 2, c = 1 + e * e / (2 * (e + 1));
    ext sn = sin((double)z.im), cs = cos((double)z.im), d = s * s + cs * cs;
    return (struct zx){with_sign(s * c / d, z.re), sn * cs / d};
}

/* asinh(z) = ln(z + sqrt(z^2 + 1)), with the sign taken out so that nothing cancels. */
static struct zx zasinh(struct zx z)
{
    bool flip = __builtin_signbit(z.re);
    ext re = mag(z.re), im = flip ? -z.im : z.im;
    /* Kahan: s = sqrt(1 + iz), t = sqrt(1 - iz) */
    struct zx s = zsqrt((struct zx){1 - im, re}), t = zsqrt((struct zx){1 + im, -re});
    ext v = s.re * t.im - s.im * t.re;
    ext a = mag(v), r = a < 0x1p30L ? ext_log1p(a + a * a / (1 + x87_sqrt(1 + a * a)))
                                    : x87_yl2x(LN2, 2 * a);
    ext angle = x87_atan2(im, s.re * t.re - s.im * t.im);
    return flip ? (struct zx){-r, -angle} : (struct zx){r, angle};
}

static struct zx zacos(struct zx z)
{
    struct zx s = zsqrt((struct zx){1 - z.re, -z.im}), t = zsqrt((struct zx){1 + z.re, z.im});
    ext v = t.re * s.im - t.im * s.re, a = mag(v);
    ext r = a < 0x1p30L ? ext_log1p(a + a * a / (1 + x87_sqrt(1 + a * a))) : x87_yl2x(LN2, 2 * a);
    return (struct zx){2 * x87_atan2(s.re, t.re), with_sign(r, -z.im)};
}

static struct zx zacosh(struct zx z)
{
    struct zx r = zacos(z);
    /* i acos(z) or -i acos(z), whichever has a real part that is not negative. */
    return __builtin_signbit(z.im) ? (struct zx){mag(r.im), -r.re} : (struct zx){mag(r.im), r.re};
}

static struct zx zatanh(struct zx z)
{
    ext x = mag(z.re), y = z.im, m = (1 - x) * (1 - x) + y * y;
    ext r = m == 0 ? (ext)INF : ext_log1p(4 * x / m) / 4;
    ext angle = x87_atan2(2 * y, (1 - x) * (1 + x) - y * y) / 2;
    return (struct zx){with_sign(r, z.re), angle};
}

/* The circular functions are the hyperbolic ones turned by a quarter: f(z) = -i g(iz). */
static struct zx turn(struct zx (*g)(struct zx), struct zx z)
{
    struct zx r = g((struct zx){-z.im, z.re});
    return (struct zx){r.im, -r.re};
}

static struct zx zsin(struct zx z) { return turn(zsinh, z); }
static struct zx ztan(struct zx z) { return turn(ztanh, z); }
static struct zx zasin(struct zx z) { return turn(zasinh, z); }
static struct zx zatan(struct zx z) { return turn(zatanh, z); }
static struct zx zcos(struct zx z) { return zcosh((struct zx){-z.im, z.re}); }

static struct zx zlog10(struct zx z)
{
    struct zx r = zlog(z);
    const ext to10 = 0.434294481903251827651128918917L;
    return (struct zx){r.re * to10, r.im * to10};
}

static struct zx zproj(struct zx z)
{
    return zabs(z) == INF ? (struct zx){INF, with_sign(0, z.im)} : z;
}

static struct zx zpow(struct zx a, struct zx b)
{
    if (a.re == 0 && a.im == 0) {
        if (b.re == 0 && b.im == 0)
            return (struct zx){1, 0};
        return b.re > 0 ? (struct zx){0, 0} : (struct zx){INF, 0};
    }
    return zexp(mul(b, zlog(a)));
}

/* ---- the exported forms ------------------------------------------------------------------- */

#define FORMS(name, type, suffix, part)                                                            \
    type c##name##suffix(type z)                                                                   \
    {                                                                                              \
        unsigned short cw = x87_enter();                                                           \
        struct zx r = z##name((struct zx){z.re, z.im});                                            \
        type out = {(part)r.re, (part)r.im};                                                       \
        x87_leave(cw);                                                                             \
        return out;                                                                                \
    }
#define BOTH(name) FORMS(name, struct z64, , double) FORMS(name, struct z32, f, float)

BOTH(exp)
BOTH(log)
BOTH(log10)
BOTH(sqrt)
BOTH(sin)
BOTH(cos)
BOTH(tan)
BOTH(sinh)
BOTH(cosh)
BOTH(tanh)
BOTH(asin)
BOTH(acos)
BOTH(atan)
BOTH(asinh)
BOTH(acosh)
BOTH(atanh)
BOTH(proj)

struct z64 conj(struct z64 z) { return (struct z64){z.re, -z.im}; }
struct z32 conjf(struct z32 z) { return (struct z32){z.re, -z.im}; }
double creal(struct z64 z) { return z.re; }
float crealf(struct z32 z) { return z.re; }
double cimag(struct z64 z) { return z.im; }
float cimagf(struct z32 z) { return z.im; }
double norm(struct z64 z) { return z.re * z.re + z.im * z.im; }
float normf(struct z32 z) { return z.re * z.re + z.im * z.im; }

#define REAL(name, function, suffix, type, part)                                                   \
    part name##suffix(type z)                                                                      \
    {                                                                                              \
        unsigned short cw = x87_enter();                                                           \
        part r = (part)function((struct zx){z.re, z.im});                                          \
        x87_leave(cw);                                                                             \
        return r;                                                                                  \
    }
REAL(cabs, zabs, , struct z64, double)
REAL(cabs, zabs, f, struct z32, float)
REAL(carg, zarg, , struct z64, double)
REAL(carg, zarg, f, struct z32, float)

struct z64 cpow(struct z64 a, struct z64 b)
{
    unsigned short cw = x87_enter();
    struct zx r = zpow((struct zx){a.re, a.im}, (struct zx){b.re, b.im});
    struct z64 out = {(double)r.re, (double)r.im};
    x87_leave(cw);
    return out;
}

struct z32 cpowf(struct z32 a, struct z32 b)
{
    unsigned short cw = x87_enter();
    struct zx r = zpow((struct zx){a.re, a.im}, (struct zx){b.re, b.im});
    struct z32 out = {(float)r.re, (float)r.im};
    x87_leave(cw);
    return out;
}

/* Building blocks that compilers without complex types use: _C double, _F float. */
struct z64 _Cbuild(double re, double im) { return (struct z64){re, im}; }
struct z32 _FCbuild(float re, float im) { return (struct z32){re, im}; }
struct z64 _Cmulcr(struct z64 a, double b) { return (struct z64){a.re * b, a.im * b}; }
struct z32 _FCmulcr(struct z32 a, float b) { return (struct z32){a.re * b, a.im * b}; }

struct z64 _Cmulcc(struct z64 a, struct z64 b)
{
    return (struct z64){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

struct z32 _FCmulcc(struct z32 a, struct z32 b)
{
    return (struct z32){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}

#endif
