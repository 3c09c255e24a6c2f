/* Integers to text, any base from 2 to 36. */
#include "crt.h"

/* Digits of value with an optional '-', terminated. Returns the length with it, or 0 if room (in
 * characters) is too small. */
#define WRITER(NAME, CH)                                                                           \
    static size_t NAME(uint64_t value, bool negative, unsigned base, CH *out, size_t room)         \
    {                                                                                              \
        CH digits[65];                                                                             \
        size_t n = 0, total;                                                                       \
                                                                                                   \
        do {                                                                                       \
            unsigned digit = (unsigned)(value % base);                                             \
                                                                                                   \
            digits[n++] = (CH)(digit < 10 ? '0' + digit : 'a' + digit - 10);                       \
            value /= base;                                                                         \
        } while (value);                                                                           \
        if (negative)                                                                              \
            digits[n++] = '-';                                                                     \
        total = n + 1;                                                                             \
        if (total > room)                                                                          \
            return 0;                                                                              \
        while (n)                                                                                  \
            *out++ = digits[--n];                                                                  \
        *out = 0;                                                                                  \
        return total;                                                                              \
    }

WRITER(write_narrow, char)
WRITER(write_wide, wchar_t)

/* A negative number has a sign only in base 10; else its bits are shown. */
#define FAMILY(NAME, CH, TYPE, UTYPE, WRITE, NEGATIVE)                                                \
    CH *NAME(TYPE value, CH *out, int base)                                                        \
    {                                                                                              \
        bool negative = NEGATIVE;                             \
                                                                                                   \
        CRT_CHECK(out && base >= 2 && base <= 36, EINVAL, out);                                    \
        WRITE(negative ? -(uint64_t)value : (uint64_t)(UTYPE)value, negative, (unsigned)base, out, \
              SIZE_MAX);                                                                           \
        return out;                                                                                \
    }                                                                                              \
                                                                                                   \
    int NAME##_s(TYPE value, CH *out, size_t room, int base)                                       \
    {                                                                                              \
        bool negative = NEGATIVE;                             \
                                                                                                   \
        CRT_CHECK(out && room, EINVAL, EINVAL);                                                    \
        out[0] = 0;                                                                                \
        CRT_CHECK(base >= 2 && base <= 36, EINVAL, EINVAL);                                        \
        if (!WRITE(negative ? -(uint64_t)value : (uint64_t)(UTYPE)value, negative, (unsigned)base, \
                   out, room))                                                                     \
            CRT_CHECK(false, ERANGE, ERANGE);                                                      \
        return 0;                                                                                  \
    }

FAMILY(_itoa, char, int, unsigned, write_narrow, base == 10 && value < 0)
FAMILY(_ltoa, char, long, unsigned long, write_narrow, base == 10 && value < 0)
FAMILY(_ultoa, char, unsigned long, unsigned long, write_narrow, false)
FAMILY(_i64toa, char, long long, unsigned long long, write_narrow, base == 10 && value < 0)
FAMILY(_ui64toa, char, unsigned long long, unsigned long long, write_narrow, false)
FAMILY(_itow, wchar_t, int, unsigned, write_wide, base == 10 && value < 0)
FAMILY(_ltow, wchar_t, long, unsigned long, write_wide, base == 10 && value < 0)
FAMILY(_ultow, wchar_t, unsigned long, unsigned long, write_wide, false)
FAMILY(_i64tow, wchar_t, long long, unsigned long long, write_wide, base == 10 && value < 0)
FAMILY(_ui64tow, wchar_t, unsigned long long, unsigned long long, write_wide, false)
