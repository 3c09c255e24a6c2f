/* Numbers as plain digits: _ecvt, _fcvt, _gcvt. */
#include "param.h"

enum { BUFFER = 350 + 1 }; /* 308 digits before the point, and some behind */

/* A number's digits, rounded half away from zero as the exact value has it: wanted digits after
 * the point (fixed) or in all. *point as in crt_dtoa. Not terminated; count of digits. */
static int round_digits(double value, int wanted, bool fixed, char *out, int room, int *point)
{
    static const int bias = 1075;
    union {
        double d;
        uint64_t bits;
    } u = {value};
    int exponent = (int)(u.bits >> 52 & 0x7ff), count, keep;
    uint64_t fraction = u.bits & 0xfffffffffffff;
    char digits[CRT_DTOA_MAX];

    if (exponent == 0x7ff) { /* the text that printf had for them: 1#INF, 1#QNAN */
        const char *text = fraction ? "1#QNAN" : "1#INF";

        *point = 1;
        for (count = 0; text[count] && count < room; count++)
            out[count] = text[count];
        return count;
    }
    *point = 0;
    count = 0;
    if (exponent || fraction)
        count = crt_dtoa(exponent ? fraction | 1ull << 52 : fraction, (exponent ? exponent : 1) - bias,
                         digits, point);
    keep = fixed ? *point + wanted : wanted;
    if (!count && !fixed)
        *point = 0;
    if (!count)
        keep = wanted;
    if (keep < 0)
        return 0;
    if (keep > room)
        keep = room;
    if (keep < count) {
        bool up = digits[keep] >= '5';

        count = keep;
        while (up && count && digits[count - 1] == '9')
            count--;
        if (up && count) {
            digits[count - 1]++;
        } else if (up) {
            digits[count++] = '1';
            ++*point;
            keep += fixed && keep < room;
        }
    }
    for (int i = 0; i < keep; i++)
        out[i] = i < count ? digits[i] : '0';
    return keep;
}

static char *thread_buffer(void)
{
    struct crt_thread *t = crt_thread();

    if (!t->cvt_buf)
        t->cvt_buf = malloc(BUFFER);
    return t->cvt_buf;
}

static char *convert(double value, int count, bool fixed, int *point, int *sign)
{
    char *out = thread_buffer();

    CRT_CHECK(point && sign, EINVAL, NULL);
    if (!out)
        return NULL;
    *sign = __builtin_signbit(value) != 0;
    if (count < 0 && !fixed)
        count = 0;
    out[round_digits(value, count, fixed, out, BUFFER - 1, point)] = 0;
    return out;
}

char *_ecvt(double value, int count, int *point, int *sign)
{
    return convert(value, count, false, point, sign);
}

char *_fcvt(double value, int count, int *point, int *sign)
{
    return convert(value, count, true, point, sign);
}

static errno_t convert_s(char *out, size_t room, double value, int count, bool fixed, int *point,
                         int *sign)
{
    char digits[BUFFER];
    int length;

    CRT_CHECK(out && room, EINVAL, EINVAL);
    out[0] = 0;
    CRT_CHECK(point && sign, EINVAL, EINVAL);
    *sign = __builtin_signbit(value) != 0;
    length = round_digits(value, count < 0 && !fixed ? 0 : count, fixed, digits, BUFFER - 1, point);
    CRT_CHECK((size_t)length < room, ERANGE, ERANGE);
    __builtin_memcpy(out, digits, (size_t)length);
    out[length] = 0;
    return 0;
}

errno_t _ecvt_s(char *out, size_t room, double value, int count, int *point, int *sign)
{
    return convert_s(out, room, value, count, false, point, sign);
}

errno_t _fcvt_s(char *out, size_t room, double value, int count, int *point, int *sign)
{
    return convert_s(out, room, value, count, true, point, sign);
}

/* ---- _gcvt: %g without trailing zeros, three digits of exponent in the older runtime ---- */

errno_t _gcvt_s(char *out, size_t room, double value, int count)
{
    char digits[64], text[128], *at = text;
    int point, length;

    CRT_CHECK(out && room, EINVAL, EINVAL);
    out[0] = 0;
    CRT_CHECK(count >= 0 && (size_t)count < room, ERANGE, ERANGE);
    if (count > 60)
        count = 60;
    length = round_digits(value, count ? count : 1, false, digits, 60, &point);
    if (__builtin_signbit(value))
        *at++ = '-';
    while (length > 1 && digits[length - 1] == '0')
        length--;
    if (value == 0)
        point = 1;
    if (point < -3 || point > (count ? count : 1)) {
        int e = point - 1, size = e < 0 ? -e : e;

        *at++ = digits[0];
        *at++ = *crt_locale_point(NULL);
        for (int i = 1; i < length; i++)
            *at++ = digits[i];
        *at++ = 'e';
        *at++ = e < 0 ? '-' : '+';
        if (size >= 100 || !CRT_IS_UCRT)
            *at++ = (char)('0' + size / 100);
        *at++ = (char)('0' + size / 10 % 10);
        *at++ = (char)('0' + size % 10);
    } else {
        if (point <= 0)
            *at++ = '0';
        for (int i = 0; i < point; i++)
            *at++ = i < length ? digits[i] : '0';
        *at++ = *crt_locale_point(NULL);
        for (int i = point; i < 0; i++)
            *at++ = '0';
        for (int i = point > 0 ? point : 0; i < length; i++)
            *at++ = digits[i];
    }
    *at = 0;
    CRT_CHECK((size_t)(at - text) < room, ERANGE, ERANGE);
    __builtin_memcpy(out, text, (size_t)(at - text) + 1);
    return 0;
}

char *_gcvt(double value, int count, char *out)
{
    CRT_CHECK(out, EINVAL, NULL);
    return _gcvt_s(out, 128, value, count) == 0 ? out : NULL;
}
