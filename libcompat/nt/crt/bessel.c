/*
 * Bessel functions of integer order. Below 25 all orders come at once from the recurrence run
 * backward (Miller's method), above from Hankel's expansion. Absolute errors are about 1e-17;
 * near zeros of a function that is more than an ulp.
 */
#include "mathx.h"

#define LIMIT 25
#define START 96 /* an order whose J is below 2^-64 of J0's for every x < LIMIT */
#define EULER 0.577215664901532860606512090082402L

double sin(double);
double cos(double);

struct four {
    ext j0, j1, y0, y1;
};

/* 0 < x < LIMIT */
static struct four by_recurrence(ext x)
{
    ext above = 0, at = 0x1p-8000L, sum = 0, neumann = 0;
    struct four r;

    for (int n = START; n > 0; n--) {
        ext below = 2 * n / x * at - above;
        if (!(n & 1)) {
            sum += 2 * at;
            neumann += (n & 2 ? -at : at) / (n / 2);
        }
        above = at;
        at = below;
    }
    sum += at; /* J0 + 2 J2 + 2 J4 + ... = 1 */
    r.j0 = at / sum;
    r.j1 = above / sum;
    r.y0 = 2 / PI * ((x87_yl2x(LN2, x / 2) + EULER) * r.j0 - 2 * neumann / sum);
    r.y1 = (r.j1 * r.y0 - 2 / (PI * x)) / r.j0;
    if (r.j0 < 0.05L && r.j0 > -0.05L) {
        /* The quotient fails near zeros of J0; there Y1 has its own sum over the odd orders. */
        ext up = 0, here = 0x1p-8000L, s = 0;
        for (int n = START; n > 0; n--) {
            ext down = 2 * n / x * here - up;
            if (n & 1 && n > 1)
                s += (n & 2 ? here : -here) * n / ((ext)(n / 2) * (n / 2 + 1));
            up = here;
            here = down;
        }
        ext first = up;
        ext total = sum; /* same start, same scale */
        r.y1 = -2 / (PI * x) * (r.j0) +
               2 / PI * ((x87_yl2x(LN2, x / 2) + EULER - 1) * first / total) + 2 / PI * s / total;
    }
    return r;
}

/* x >= LIMIT: sqrt(2 / (pi x)) (P cos w - Q sin w), w = x - (2 n + 1) pi / 4 */
static void by_expansion(double x, int n, ext *j, ext *y)
{
    ext mu = 4 * n * n, term = 1, p = 1, q = 0, last = 1;

    for (int k = 1; k < 60; k++) {
        term *= (mu - (2 * k - 1) * (2 * k - 1)) / (k * 8 * (ext)x);
        ext size = term < 0 ? -term : term;
        if (size > last || size < 0x1p-70L)
            break;
        last = size;
        if (k & 1)
            q += k & 2 ? -term : term;
        else
            p += k & 2 ? -term : term;
    }
    /* The sine and cosine of w from those of x, which are reduced exactly. */
    ext s = sin(x), c = cos(x), root = 0.707106781186547524400844362104849L;
    ext cw = n ? (s - c) * root : (c + s) * root, sw = n ? -(s + c) * root : (s - c) * root;
    ext scale = x87_sqrt(2 / (PI * x));
    *j = scale * (p * cw - q * sw);
    *y = scale * (p * sw + q * cw);
}

static struct four both_orders(double x)
{
    struct four r;

    if (x < LIMIT)
        return by_recurrence(x);
    by_expansion(x, 0, &r.j0, &r.y0);
    by_expansion(x, 1, &r.j1, &r.y1);
    return r;
}

double _jn(int n, double x)
{
    bool negative = false;
    ext r;

    if (is_nan(x))
        return x + x;
    if (n < 0) {
        n = -n;
        negative = n & 1;
    }
    if (x < 0) {
        x = -x;
        negative ^= n & 1;
    }
    if (x == 0 || is_inf(x))
        return n == 0 && x == 0 ? 1 : 0;
    unsigned short cw = x87_enter();
    if (n < 2 || n < x) {
        struct four f = both_orders(x);
        ext before = f.j0, at = f.j1;
        for (int k = 1; k < n; k++) {
            ext next = 2 * k / (ext)x * at - before;
            before = at;
            at = next;
        }
        r = n ? at : f.j0;
    } else {
        /* Backward from far above n; the sum over even orders gives the scale. */
        ext above = 0, at = 0x1p-8000L, sum = 0, wanted = 0;
        int top = n + 60 + (int)(x / 2);
        for (int k = top + (top & 1); k > 0; k--) {
            if (k == n)
                wanted = at;
            if (!(k & 1))
                sum += 2 * at;
            ext below = 2 * k / (ext)x * at - above;
            above = at;
            at = below;
            if (at > 0x1p8000L || at < -0x1p8000L) {
                at *= 0x1p-12000L;
                above *= 0x1p-12000L;
                sum *= 0x1p-12000L;
                wanted *= 0x1p-12000L;
            }
        }
        r = wanted / (sum + at);
    }
    double d = (double)(negative ? -r : r);
    x87_leave(cw);
    return d;
}

double _yn(int n, double x)
{
    bool negative = false;
    ext r;

    if (is_nan(x))
        return x + x;
    if (x < 0)
        return crt_math_error(MATH_DOMAIN, "_yn", n, x, NAN_IND);
    if (x == 0)
        return crt_math_error(MATH_SING, "_yn", n, x, -INF);
    if (is_inf(x))
        return 0;
    if (n < 0) {
        n = -n;
        negative = n & 1;
    }
    unsigned short cw = x87_enter();
    struct four f = both_orders(x);
    ext before = f.y0, at = f.y1;
    for (int k = 1; k < n && at > -0x1p12000L; k++) {
        ext next = 2 * k / (ext)x * at - before;
        before = at;
        at = next;
    }
    r = n ? at : f.y0;
    return finish("_yn", negative ? -r : r, x, 0, cw);
}

double _j0(double x)
{
    return _jn(0, x);
}

double _j1(double x)
{
    return _jn(1, x);
}

double _y0(double x)
{
    return _yn(0, x);
}

double _y1(double x)
{
    return _yn(1, x);
}
