/* Floating-point numbers as text, exactly rounded. */
#include "fpformat.h"

enum { MANTISSA_BITS = 52, EXPONENT_MAX = 0x7ff, BIAS = 1075 };

static uint64_t bits_of(double value)
{
    uint64_t bits;

    __builtin_memcpy(&bits, &value, sizeof(bits));
    return bits;
}

bool crt_fp_negative(double value)
{
    return bits_of(value) >> 63;
}

enum { ROUND_NEAREST, ROUND_DOWN, ROUND_UP, ROUND_ZERO };

static int rounding_mode(void)
{
#if defined(__SSE2__)
    return (int)(__builtin_ia32_stmxcsr() >> 13 & 3);
#elif defined(__i386__)
    unsigned short word;

    __asm__ volatile("fnstcw %0" : "=m"(word));
    return word >> 10 & 3;
#else
    return ROUND_NEAREST;
#endif
}

/* Whether dropping digits[keep..] rounds the magnitude up. */
static bool rounds_up(const char *digits, int count, int keep, bool standard, bool negative)
{
    int mode = standard ? rounding_mode() : ROUND_NEAREST;

    if (keep >= count)
        return false;
    if (mode == ROUND_UP)
        return !negative;
    if (mode == ROUND_DOWN)
        return negative;
    if (mode == ROUND_ZERO || keep < 0)
        return false;
    if (digits[keep] != '5' || keep + 1 < count)
        return digits[keep] >= '5';
    return !standard || (keep > 0 && (digits[keep - 1] & 1));
}

int crt_round_digits(double value, int keep, bool fixed, bool standard, char *digits, int *point)
{
    uint64_t bits = bits_of(value), m = bits & ((1ull << MANTISSA_BITS) - 1);
    int e = (int)(bits >> MANTISSA_BITS & EXPONENT_MAX), count;

    *point = 0;
    if (e)
        m |= 1ull << MANTISSA_BITS;
    else
        e = 1;
    if (!m)
        return 0;
    count = crt_dtoa(m, e - BIAS, digits, point);
    if (fixed)
        keep = keep > INT_MAX - *point && *point > 0 ? INT_MAX : keep + *point;
    if (keep >= count)
        return count;
    if (rounds_up(digits, count, keep, standard, bits >> 63)) {
        if (keep <= 0) {
            /* The kept place lies above every digit. */
            *point += 1 - (keep < 0 ? keep : 0);
            digits[0] = '1';
            return 1;
        }
        count = keep;
        while (count && digits[count - 1] == '9')
            count--;
        if (!count) {
            digits[0] = '1';
            ++*point;
            return 1;
        }
        digits[count - 1]++;
        return count;
    }
    count = keep < 0 ? 0 : keep;
    while (count && digits[count - 1] == '0')
        count--;
    return count;
}

size_t crt_format_room(char conversion, int precision)
{
    size_t room = precision < 0 ? 32 : (size_t)precision + 32;

    return conversion == 'f' ? room + 320 : room;
}

static size_t put_exponent(char *out, int exponent, char letter, int least)
{
    char text[8];
    size_t n = 0, digits = 0;

    out[n++] = letter;
    out[n++] = exponent < 0 ? '-' : '+';
    if (exponent < 0)
        exponent = -exponent;
    while (exponent || digits < (size_t)least) {
        text[digits++] = (char)('0' + exponent % 10);
        exponent /= 10;
    }
    while (digits)
        out[n++] = text[--digits];
    return n;
}

static char digit_at(const char *digits, int count, int i)
{
    return i >= 0 && i < count ? digits[i] : '0';
}

static size_t put_fixed(char *out, const char *digits, int count, int point, int precision,
                        bool always_point)
{
    size_t n = 0;

    if (!count)
        point = 0;
    if (point <= 0)
        out[n++] = '0';
    for (int i = 0; i < point; i++)
        out[n++] = digit_at(digits, count, i);
    if (precision > 0 || always_point)
        out[n++] = '.';
    for (int i = 0; i < precision; i++)
        out[n++] = digit_at(digits, count, point + i);
    return n;
}

static size_t put_scientific(char *out, const char *digits, int count, int point, int precision,
                             unsigned flags)
{
    size_t n = 0;

    out[n++] = digit_at(digits, count, 0);
    if (precision > 0 || flags & FP_ALTERNATE)
        out[n++] = '.';
    for (int i = 0; i < precision; i++)
        out[n++] = digit_at(digits, count, 1 + i);
    return n + put_exponent(out + n, count ? point - 1 : 0, flags & FP_UPPER ? 'E' : 'e',
                            flags & FP_THREE_DIGITS ? 3 : 2);
}

static size_t put_hex(char *out, double value, int precision, unsigned flags)
{
    const char *table = flags & FP_UPPER ? "0123456789ABCDEF" : "0123456789abcdef";
    uint64_t bits = bits_of(value), m = bits & ((1ull << MANTISSA_BITS) - 1);
    int e = (int)(bits >> MANTISSA_BITS & EXPONENT_MAX);
    size_t n = 0;

    if (e) {
        m |= 1ull << MANTISSA_BITS;
        e -= 1023;
    } else {
        e = m ? -1022 : 0;
    }
    if (precision < 0)
        precision = CRT_IS_UCRT ? 13 : 6;
    if (precision < 13) {
        int cut = 52 - 4 * precision;
        uint64_t half = 1ull << (cut - 1), rest = m & ((half << 1) - 1);

        m >>= cut;
        if (rest > half || (rest == half && (!(flags & FP_STANDARD_ROUNDING) || m & 1)))
            m++;
        m <<= cut;
    }
    out[n++] = '0';
    out[n++] = flags & FP_UPPER ? 'X' : 'x';
    out[n++] = (char)('0' + (m >> MANTISSA_BITS));
    if (precision > 0 || flags & FP_ALTERNATE)
        out[n++] = '.';
    for (int i = 0; i < precision; i++)
        out[n++] = i < 13 ? table[m >> (48 - 4 * i) & 15] : '0';
    return n + put_exponent(out + n, e, flags & FP_UPPER ? 'P' : 'p', 1);
}

/* The names of what is not a number, as the two generations of the runtime write them. */
static const char *special_name(uint64_t bits, bool legacy)
{
    uint64_t m = bits & ((1ull << MANTISSA_BITS) - 1), quiet = 1ull << (MANTISSA_BITS - 1);

    if (!m)
        return legacy ? "1#INF" : "inf";
    if (!(m & quiet))
        return legacy ? "1#SNAN" : "nan(snan)";
    if (m == quiet && bits >> 63)
        return legacy ? "1#IND" : "nan(ind)";
    return legacy ? "1#QNAN" : "nan";
}

/* The old runtime formats the name as if it were digits, rounding included. */
static size_t put_legacy_special(char *out, const char *name, char conversion, int precision,
                                 unsigned flags)
{
    char digits[8];
    int count = 0, keep;

    while (name[count]) {
        digits[count] = name[count];
        count++;
    }
    if (precision < 0)
        precision = 6;
    keep = conversion == 'g' ? (precision ? precision : 1) : precision + 1;
    if (keep < count) {
        if (digits[keep] >= '5')
            digits[keep - 1]++;
        count = keep;
    }
    if (conversion == 'g')
        return put_fixed(out, digits, count, 1, flags & FP_ALTERNATE ? keep - 1 : count - 1,
                         flags & FP_ALTERNATE);
    if (conversion == 'e')
        return put_scientific(out, digits, count, 1, precision, flags);
    return put_fixed(out, digits, count, 1, precision, flags & FP_ALTERNATE);
}

static size_t put_general(char *out, double value, int precision, unsigned flags)
{
    char digits[CRT_DTOA_MAX];
    int point, count, shown;
    bool standard = flags & FP_STANDARD_ROUNDING;

    if (!precision)
        precision = 1;
    count = crt_round_digits(value, precision, false, standard, digits, &point);
    shown = flags & FP_ALTERNATE ? precision : count ? count : 1;
    if (count && (point - 1 < -4 || point - 1 >= precision))
        return put_scientific(out, digits, count, point, shown - 1, flags);
    if (!count)
        point = 1;
    if (shown < point)
        shown = point;
    return put_fixed(out, digits, count, point, shown - point, flags & FP_ALTERNATE);
}

size_t crt_format_fp(char *out, double value, char conversion, int precision, unsigned flags,
                     bool *special)
{
    uint64_t bits = bits_of(value);
    bool standard = flags & FP_STANDARD_ROUNDING;
    char digits[CRT_DTOA_MAX];
    int point, count;

    *special = false;
    if ((bits >> MANTISSA_BITS & EXPONENT_MAX) == EXPONENT_MAX) {
        const char *name = special_name(bits, flags & FP_LEGACY_NAMES);
        size_t n = 0;

        if (flags & FP_LEGACY_NAMES)
            return put_legacy_special(out, name, conversion, precision, flags);
        *special = true;
        for (; name[n]; n++)
            out[n] = flags & FP_UPPER && name[n] >= 'a' ? (char)(name[n] - 32) : name[n];
        return n;
    }
    if (conversion == 'a')
        return put_hex(out, value, precision, flags);
    if (precision < 0)
        precision = 6;
    if (conversion == 'g')
        return put_general(out, value, precision, flags);
    if (conversion == 'e') {
        count = crt_round_digits(value, precision + 1, false, standard, digits, &point);
        return put_scientific(out, digits, count, point, precision, flags);
    }
    count = crt_round_digits(value, precision, true, standard, digits, &point);
    return put_fixed(out, digits, count, point, precision, flags & FP_ALTERNATE);
}
