/*
 * The gamma and error functions.
 */
#include "mathx.h"

static ext magnitude(ext x)
{
    return x < 0 ? -x : x;
}

static ext ext_ln(ext x)
{
    return x87_yl2x(LN2, x);
}

/* sin(pi x), exact in the reduction. */
static ext sin_pi(ext x)
{
    ext n = x87_round(x), r = x87_sin((x - n) * PI);
    return (long long)n & 1 ? -r : r;
}

/* ---- gamma -------------------------------------------------------------------------------- */

/* Coefficients of Stirling's series in 1/z: B(2n) / (2n (2n - 1)). */
static const ext stirling_table[] = {
    0xaaaaaaaaaaaaaaabp-67L, -0xb60b60b60b60b60bp-72L, 0xd00d00d00d00d00dp-74L,
    -0x9c09c09c09c09c0ap-74L, 0xdca8f158c7f91ab8p-74L, -0xfb5586ccc9e3e410p-73L,
    0xd20d20d20d20d20dp-71L, -0xf21436587a9cbee1p-69L, 0xb7f4b1c0f033ffd1p-66L,
    -0xb23b3808c0f9cf6ep-63L, 0xd672219167002d3ap-60L,
};

static ext stirling(ext z)
{
    ext w = 1 / (z * z), s = 0;

    for (int i = (int)CRT_COUNT(stirling_table); i--;)
        s = s * w + stirling_table[i];
    return s / z;
}

#define SHIFT 20 /* from here on the series has 64 bits */

/* x > 0, not so large that the result overflows a long double. */
static ext gamma_positive(ext x)
{
    ext product = 1;

    while (x < SHIFT)
        product *= x++;
    /* x^(x - 1/2) in halves: neither overflows, and the exponent stays small. */
    ext e = (x - 0.5L) / 2 * x87_yl2x(1, x), n = x87_round(e);
    ext half = x87_scale(1 + x87_2xm1(e - n), n);
    return half * ext_exp(stirling(x) - x) * half * 0xa06c98ffb1382cb3p-62L / product;
}

static double gamma_of(const char *name, double x, double largest)
{
    ext r;

    if (is_nan(x))
        return x + x;
    if (x == 0)
        return crt_math_error(MATH_SING, name, x, 0, bits64(x) >> 63 ? -INF : INF);
    if (is_inf(x))
        return x > 0 ? x : crt_math_error(MATH_DOMAIN, name, x, 0, NAN_IND);
    if (x > largest)
        return crt_math_error(MATH_OVERFLOW, name, x, 0, INF);
    unsigned short cw = x87_enter();
    bool pole = x < 0 && x87_round(x) == x;
    if (pole)
        r = 0;
    else if (x > 0)
        r = gamma_positive(x);
    else if (x < -190)
        r = sin_pi(x) < 0 ? 0.0L : -0.0L;
    else
        r = PI / (sin_pi(x) * gamma_positive(1 - (ext)x));
    if (pole) {
        x87_leave(cw);
        return crt_math_error(MATH_DOMAIN, name, x, 0, NAN_IND);
    }
    return finish(name, r, x, 0, cw);
}

double tgamma(double x)
{
    return gamma_of("tgamma", x, 171.7);
}

float tgammaf(float x)
{
    float r = (float)gamma_of("tgammaf", x, 35.1);

    return is_inf(r) && is_finite(x) && x != 0
               ? (float)crt_math_error(MATH_OVERFLOW, "tgammaf", x, 0, r)
               : r;
}

/* ---- logarithm of gamma ------------------------------------------------------------------- */

/* ln gamma(2 + z) = z (1 - Euler's constant) + sum of these times z^k, k = 2, 3, ... */
static const ext zeta_table[] = {
    0xa51a6625307d3231p-65L, -0x89f000d2abb03409p-67L, 0xa8991563ec241b60p-69L,
    -0xf2027e10c7af8c37p-71L, 0xbd6eb756db617ea5p-72L, -0x9c562e15fc703e76p-73L,
    0x859b57c31cb745f3p-74L, -0xe9fea63b697e3e38p-76L, 0xd093d878beb2d19dp-77L,
    -0xbc6f2debe40f7797p-78L, 0xac06e77337581126p-79L, -0x9e5e4b1e7112142bp-80L,
    0x92cbd1cf9a555c81p-81L, -0x88d975bb3caa08e4p-82L, 0x803266f5917879d0p-83L,
    -0xf13006c9e7e975dap-85L, 0xe3b5dd9f83d26bb3p-86L, -0xd7ad365dfc54bb2cp-87L,
    0xccdc9e1038587a06p-88L, -0xc31639a6f9f56366p-89L, 0xba34ed667d6e6593p-90L,
    -0xb21a54223d75681bp-91L, 0xaaad43bffe9614f1p-92L, -0xa3d8b3c92c68720ap-93L,
    0x9d8ae9597e085e28p-94L, -0x97b4d4fd5f1efcbdp-95L, 0x92499519ba1a620cp-96L,
    -0x8d3e13761291e29fp-97L, 0x8888b7349f6cbc72p-98L, -0x8421265e2a1ec141p-99L,
    0x80001371fb227a6bp-100L, -0xf83e28a7e4f8505dp-102L,
};

static ext lgamma_near_2(ext z)
{
    ext s = 0;

    for (int i = (int)CRT_COUNT(zeta_table); i--;)
        s = s * z + zeta_table[i];
    return z * (0xd8773039049e70b6p-65L + s * z);
}

static ext lgamma_positive(ext x)
{
    ext product = 1, z = x;

    if (x > 1.5L && x < 2.5L)
        return lgamma_near_2(x - 2);
    if (x > 0.5L && x <= 1.5L)
        return lgamma_near_2(x - 1) - ext_log1p(x - 1);
    while (z < SHIFT)
        product *= z++;
    return (z - 0.5L) * ext_ln(z) - z + 0xeb3f8e4325f5a535p-64L + stirling(z) - ext_ln(product);
}

static ext ext_lgamma(ext x)
{
    if (x > 0)
        return lgamma_positive(x);
    if (x > -0x1p-70L)
        return -ext_ln(-x);
    return ext_ln(PI / magnitude(sin_pi(x))) - lgamma_positive(1 - x);
}

#define LGAMMA_SPECIAL(type, name)                                                                 \
    if (is_nan(x))                                                                                 \
        return x + x;                                                                              \
    if (is_inf(x))                                                                                 \
        return (type)INF

static bool is_pole(double x)
{
    /* Beyond 2^52 every number is whole. */
    return x <= 0 && (x < -0x1p52 || (double)(long long)x == x);
}

double lgamma(double x)
{
    LGAMMA_SPECIAL(double, "lgamma");
    if (is_pole(x))
        return crt_math_error(MATH_SING, "lgamma", x, 0, INF);
    unsigned short cw = x87_enter();
    return finish("lgamma", ext_lgamma(x), x, 0, cw);
}

float lgammaf(float x)
{
    LGAMMA_SPECIAL(float, "lgammaf");
    if (is_pole(x))
        return (float)crt_math_error(MATH_SING, "lgammaf", x, 0, INF);
    unsigned short cw = x87_enter();
    return finishf("lgammaf", ext_lgamma(x), x, 0, cw);
}

/* ---- error function ----------------------------------------------------------------------- */

#define ONE_OVER_ROOT_PI 0x906eba8214db688dp-64L

/* e^(-x^2): the square is made in two pieces, because its error would be multiplied. */
static ext exp_minus_square(double x)
{
    ext high = from64(bits64(x) & ~0x7ffffffull), low = (ext)x - high;
    return ext_exp(-high * high) * ext_exp(-low * ((ext)x + high));
}

/* All terms have one sign; enough of them for |x| < 2.5. */
static ext erf_series(double x)
{
    ext w = 2 * (ext)x * x, term = x, sum = x;

    for (int n = 3; magnitude(term) > magnitude(sum) * 0x1p-66L; n += 2) {
        term *= w / n;
        sum += term;
    }
    return 2 * ONE_OVER_ROOT_PI * exp_minus_square(x) * sum;
}

/* Laplace's continued fraction, from the depth that gives 64 bits for x >= 2. */
static ext erfc_fraction(double x)
{
    ext f = x;

    for (int k = x > 4 ? 60 : 150; k > 0; k--)
        f = x + k * 0.5L / f;
    return ONE_OVER_ROOT_PI * exp_minus_square(x) / f;
}

static ext ext_erfc(double x)
{
    if (x < -7)
        return 2;
    if (x < 2)
        return x < -2 ? 2 - erfc_fraction(-x) : 1 - erf_series(x);
    return x > 30 ? 0 : erfc_fraction(x);
}

static ext ext_erf(double x)
{
    if (x > 7 || x < -7)
        return x > 0 ? 1 : -1;
    if (x > 2.2)
        return 1 - erfc_fraction(x);
    if (x < -2.2)
        return erfc_fraction(-x) - 1;
    return x == 0 ? (ext)x : erf_series(x);
}

#define ERROR_FUNCTION(name)                                                                       \
    double name(double x)                                                                          \
    {                                                                                              \
        if (is_nan(x))                                                                             \
            return x + x;                                                                          \
        unsigned short cw = x87_enter();                                                           \
        double r = (double)ext_##name(x);                                                          \
        x87_leave(cw);                                                                             \
        return r;                                                                                  \
    }                                                                                              \
    float name##f(float x)                                                                         \
    {                                                                                              \
        if (is_nan(x))                                                                             \
            return x + x;                                                                          \
        unsigned short cw = x87_enter();                                                           \
        float r = (float)ext_##name(x);                                                            \
        x87_leave(cw);                                                                             \
        return r;                                                                                  \
    }

ERROR_FUNCTION(erf)
ERROR_FUNCTION(erfc)
