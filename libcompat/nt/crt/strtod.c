/* Text to floating-point numbers, correctly rounded, and the functions that programs call. */
#include "fpparse.h"

#define BLANK(c) ((c) == ' ' || ((c) >= 9 && (c) <= 13))
#define CH char
#define NAME(n) fps_##n
#define FP_SCAN crt_fp_scan
#define POINT(loc) (*crt_locale_point(loc))
#include "fpscangen.h"
#undef CH
#undef NAME
#undef FP_SCAN
#undef POINT
#define CH wchar_t
#define NAME(n) fpw_##n
#define FP_SCAN crt_fp_wscan
#define POINT(loc) crt_locale_wpoint(loc)
#include "fpscangen.h"

/* ---- large naturals ---- */

enum { WORDS = 240 }; /* 7680 bits: 800 digits times 10^345, or 10^1150, and 64 to spare */

struct big {
    int count;
    uint32_t word[WORDS];
};

static void multiply_add(struct big *b, uint32_t by, uint32_t add)
{
    uint64_t carry = add;

    for (int i = 0; i < b->count; i++) {
        carry += (uint64_t)b->word[i] * by;
        b->word[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry)
        b->word[b->count++] = (uint32_t)carry;
}

static void scale_ten(struct big *b, long power)
{
    for (; power >= 9; power -= 9)
        multiply_add(b, 1000000000, 0);
    for (; power > 0; power--)
        multiply_add(b, 10, 0);
}

static int bit_length(const struct big *b)
{
    return b->count ? 32 * b->count - __builtin_clz(b->word[b->count - 1]) : 0;
}

static void shift_left(struct big *b, int bits)
{
    int words = bits / 32, rest = bits % 32;

    if (!bits || !b->count)
        return;
    b->word[b->count] = 0;
    for (int i = b->count; i >= 0; i--) {
        uint32_t low = i && rest ? b->word[i - 1] >> (32 - rest) : 0;
        uint32_t value = (i < b->count ? b->word[i] << rest : 0) | low;

        b->word[i + words] = value;
    }
    for (int i = 0; i < words; i++)
        b->word[i] = 0;
    b->count += words + 1;
    while (b->count && !b->word[b->count - 1])
        b->count--;
}

static int compare(const struct big *a, const struct big *b)
{
    if (a->count != b->count)
        return a->count < b->count ? -1 : 1;
    for (int i = a->count - 1; i >= 0; i--)
        if (a->word[i] != b->word[i])
            return a->word[i] < b->word[i] ? -1 : 1;
    return 0;
}

static void subtract(struct big *a, const struct big *b)
{
    int64_t borrow = 0;

    for (int i = 0; i < a->count; i++) {
        borrow += (int64_t)a->word[i] - (i < b->count ? b->word[i] : 0);
        a->word[i] = (uint32_t)borrow;
        borrow >>= 32;
    }
    while (a->count && !a->word[a->count - 1])
        a->count--;
}

/* ---- rounding ---- */

struct format {
    int bits;     /* of the significand, the leading one included */
    int least;    /* exponent of the last bit of the smallest number */
    int most;     /* exponent of the last bit of the largest numbers */
};

static const struct format double_format = {53, -1074, 971}, float_format = {24, -149, 104};

/* value = m * 2^e with m's top bit set, and more below if sticky. Gives the rounded significand
 * and its exponent, 0 for underflow to zero. */
static uint64_t round_binary(uint64_t m, long e, bool sticky, const struct format *f, long *exponent,
                             int *range)
{
    long drop = 64 - f->bits;
    uint64_t kept, half, rest;

    *range = 0;
    if (e + drop < f->least)
        drop = f->least - e;
    if (drop > 64) {
        *range = -1;
        *exponent = 0;
        return 0;
    }
    kept = drop == 64 ? 0 : m >> drop;
    half = 1ull << (drop - 1);
    rest = drop == 64 ? m : m & ((1ull << drop) - 1);
    if (rest > half || (rest == half && (sticky || kept & 1)))
        kept++;
    *exponent = e + drop;
    if (kept >> f->bits) {
        kept >>= 1;
        ++*exponent;
    }
    if (*exponent > f->most)
        *range = 1;
    else if (kept < 1ull << (f->bits - 1) && (rest || sticky))
        *range = -1; /* subnormal and not exact, or zero */
    return kept;
}

/* 64 bits of digits * 10^power: m * 2^e, m's top bit set. */
static uint64_t decimal_bits(const struct crt_fp_text *t, long *e, bool *sticky)
{
    struct big n = {0}, d = {1, {1}};
    long power = t->exponent - t->count;
    uint64_t m = 0;
    int shift;

    for (int i = 0; i < t->count; i++)
        multiply_add(&n, 10, (uint32_t)(t->digits[i] - '0'));
    if (power >= 0)
        scale_ten(&n, power);
    else
        scale_ten(&d, -power);
    /* 1/2 <= n/d < 2, then 64 steps of long division. */
    shift = bit_length(&d) - bit_length(&n);
    if (shift > 0)
        shift_left(&n, shift);
    else
        shift_left(&d, -shift);
    if (compare(&n, &d) < 0) {
        shift_left(&n, 1);
        shift++;
    }
    for (int i = 0; i < 64; i++) {
        m <<= 1;
        if (compare(&n, &d) >= 0) {
            subtract(&n, &d);
            m |= 1;
        }
        shift_left(&n, 1);
    }
    *e = -shift - 63;
    *sticky = n.count || t->sticky;
    return m;
}

static uint64_t parsed_bits(const struct crt_fp_text *t, const struct format *f, long *exponent,
                            int *range)
{
    uint64_t m;
    long e;
    bool sticky;

    *range = 0;
    *exponent = 0;
    if (t->kind == FP_HEX) {
        if (!t->hex)
            return 0;
        e = t->exponent;
        m = t->hex << __builtin_clzll(t->hex);
        e -= __builtin_clzll(t->hex);
        sticky = t->sticky;
    } else {
        if (!t->count)
            return 0;
        if (t->exponent > 310) {
            *range = 1;
            return 0;
        }
        if (t->exponent < -345) {
            *range = -1;
            return 0;
        }
        m = decimal_bits(t, &e, &sticky);
    }
    return round_binary(m, e, sticky, f, exponent, range);
}

static double from_bits(uint64_t bits)
{
    double value;

    __builtin_memcpy(&value, &bits, sizeof(value));
    return value;
}

double crt_fp_double(const struct crt_fp_text *t, int *range)
{
    uint64_t sign = (uint64_t)t->negative << 63, m;
    long e;

    *range = 0;
    switch (t->kind) {
    case FP_INFINITY:
        return from_bits(sign | 0x7ff0000000000000ull);
    case FP_NAN:
        return from_bits(sign | (sign ? 0x7fffffffffffffffull : 0x7fffffffffffffffull));
    case FP_NAN_IND:
        return from_bits(0xfff8000000000000ull);
    case FP_NAN_SIGNALLING:
        return from_bits(sign | 0x7ff0000000000001ull);
    default:
        break;
    }
    m = parsed_bits(t, &double_format, &e, range);
    if (*range > 0)
        return from_bits(sign | 0x7ff0000000000000ull);
    if (!(m >> 52))
        return from_bits(sign | m);
    return from_bits(sign | ((uint64_t)(e + 1075) << 52) | (m & 0xfffffffffffffull));
}

float crt_fp_float(const struct crt_fp_text *t, int *range)
{
    uint32_t sign = (uint32_t)t->negative << 31, bits;
    uint64_t m;
    long e;
    float value;

    *range = 0;
    if (t->kind >= FP_INFINITY) {
        bits = sign | (t->kind == FP_INFINITY ? 0x7f800000u
                       : t->kind == FP_NAN    ? 0x7fffffffu
                       : t->kind == FP_NAN_IND ? 0xffc00000u
                                              : 0x7f800001u);
    } else {
        m = parsed_bits(t, &float_format, &e, range);
        if (*range > 0)
            bits = sign | 0x7f800000u;
        else if (!(m >> 23))
            bits = sign | (uint32_t)m;
        else
            bits = sign | (uint32_t)(e + 150) << 23 | ((uint32_t)m & 0x7fffffu);
    }
    __builtin_memcpy(&value, &bits, sizeof(value));
    return value;
}

/* ---- the calls ---- */

/* MAKE(name, CH, type, scan, convert): strtod and its kind with and without a locale. */
#define MAKE(NAME, NAME_L, CH, TYPE, SCAN, CONVERT)                                                \
    TYPE NAME_L(const CH *s, CH **end, _locale_t loc)                                              \
    {                                                                                              \
        struct crt_fp_text text;                                                                   \
        size_t length;                                                                             \
        TYPE value;                                                                                \
        int range;                                                                                 \
                                                                                                   \
        if (end)                                                                                   \
            *end = (CH *)s;                                                                        \
        CRT_CHECK(s, EINVAL, 0);                                                                   \
        length = SCAN(s, loc, &text);                                                              \
        if (end)                                                                                   \
            *end = (CH *)s + length;                                                               \
        if (!length)                                                                               \
            return 0;                                                                              \
        value = CONVERT(&text, &range);                                                            \
        if (range)                                                                                 \
            errno = ERANGE;                                                                        \
        return value;                                                                              \
    }                                                                                              \
                                                                                                   \
    TYPE NAME(const CH *s, CH **end)                                                               \
    {                                                                                              \
        return NAME_L(s, end, NULL);                                                               \
    }

/* The SDK headers have inline functions of the plain names: the export lists rename these. */
MAKE(crt_strtod, _strtod_l, char, double, crt_fp_scan, crt_fp_double)
MAKE(crt_wcstod, _wcstod_l, wchar_t, double, crt_fp_wscan, crt_fp_double)
MAKE(crt_strtof, _strtof_l, char, float, crt_fp_scan, crt_fp_float)
MAKE(crt_wcstof, _wcstof_l, wchar_t, float, crt_fp_wscan, crt_fp_float)

double _atof_l(const char *s, _locale_t loc)
{
    return _strtod_l(s, NULL, loc);
}

double atof(const char *s)
{
    return _strtod_l(s, NULL, NULL);
}

double _wtof_l(const wchar_t *s, _locale_t loc)
{
    return _wcstod_l(s, NULL, loc);
}

double _wtof(const wchar_t *s)
{
    return _wcstod_l(s, NULL, NULL);
}

/* _atodbl and _atoflt: 0, _OVERFLOW (3) or _UNDERFLOW (4). */
int _atodbl_l(_CRT_DOUBLE *value, char *s, _locale_t loc)
{
    struct crt_fp_text text;
    int range = 0;

    CRT_CHECK(value && s, EINVAL, 0);
    value->x = crt_fp_scan(s, loc, &text) ? crt_fp_double(&text, &range) : 0;
    return range > 0 ? 3 : range < 0 ? 4 : 0;
}

int _atoflt_l(_CRT_FLOAT *value, char *s, _locale_t loc)
{
    struct crt_fp_text text;
    int range = 0;

    CRT_CHECK(value && s, EINVAL, 0);
    value->f = crt_fp_scan(s, loc, &text) ? crt_fp_float(&text, &range) : 0;
    return range > 0 ? 3 : range < 0 ? 4 : 0;
}

int _atodbl(_CRT_DOUBLE *value, char *s)
{
    return _atodbl_l(value, s, NULL);
}

int _atoflt(_CRT_FLOAT *value, char *s)
{
    return _atoflt_l(value, s, NULL);
}
