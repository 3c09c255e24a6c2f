/* Text to integers. */
#include "crt.h"

static int digit_of(unsigned c)
{
    if (c >= '0' && c <= '9')
        return (int)c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'z' ? (int)c - 'a' + 10 : 99;
}

/* One parser for both texts. Returns the magnitude, clamped to 64 bits with *overflow. */
#define PARSER(NAME, CH)                                                                           \
    static uint64_t NAME(const CH *s, const CH **end, int base, bool *negative, bool *overflow)    \
    {                                                                                              \
        const CH *p = s;                                                                           \
        uint64_t value = 0;                                                                        \
        bool any = false;                                                                          \
                                                                                                   \
        *overflow = false;                                                                         \
        while (*p == ' ' || (*p >= 9 && *p <= 13))                                                 \
            p++;                                                                                   \
        *negative = *p == '-';                                                                     \
        if (*p == '-' || *p == '+')                                                                \
            p++;                                                                                   \
        if ((base == 0 || base == 16) && p[0] == '0' && (p[1] | 0x20) == 'x' &&                    \
            digit_of((unsigned)p[2]) < 16) {                                                       \
            p += 2;                                                                                \
            base = 16;                                                                             \
        } else if (base == 0) {                                                                    \
            base = *p == '0' ? 8 : 10;                                                             \
        }                                                                                          \
        for (int digit; (unsigned)*p < 128 && (digit = digit_of((unsigned)*p)) < base; p++) {      \
            any = true;                                                                            \
            if (__builtin_mul_overflow(value, (uint64_t)base, &value) ||                           \
                __builtin_add_overflow(value, (uint64_t)digit, &value))                            \
                *overflow = true;                                                                  \
        }                                                                                          \
        *end = any ? p : s;                                                                        \
        if (*overflow)                                                                             \
            value = UINT64_MAX;                                                                    \
        return value;                                                                              \
    }

PARSER(parse, char)
PARSER(wparse, wchar_t)

static int64_t clamp_signed(uint64_t value, bool negative, int64_t most)
{
    uint64_t limit = negative ? (uint64_t)most + 1 : (uint64_t)most;

    if (value > limit) {
        errno = ERANGE;
        value = limit;
    }
    return negative ? (int64_t)-value : (int64_t)value;
}

static uint64_t clamp_unsigned(uint64_t value, bool negative, bool overflow, uint64_t most)
{
    if (overflow || value > most) {
        errno = ERANGE;
        return most;
    }
    return negative ? -value & most : value;
}

#define SIGNED(NAME, NAME_L, CH, TYPE, PARSE, MOST)                                                \
    TYPE NAME_L(const CH *s, CH **end, int base, _locale_t loc)                                    \
    {                                                                                              \
        const CH *stop;                                                                            \
        bool negative, overflow;                                                                   \
        uint64_t value;                                                                            \
                                                                                                   \
        (void)loc;                                                                                 \
        if (end)                                                                                   \
            *end = (CH *)s;                                                                        \
        CRT_CHECK(s && (base == 0 || (base >= 2 && base <= 36)), EINVAL, 0);                       \
        value = PARSE(s, &stop, base, &negative, &overflow);                                       \
        if (end)                                                                                   \
            *end = (CH *)stop;                                                                     \
        return (TYPE)clamp_signed(value, negative, MOST);                                          \
    }                                                                                              \
                                                                                                   \
    TYPE NAME(const CH *s, CH **end, int base)                                                     \
    {                                                                                              \
        return NAME_L(s, end, base, NULL);                                                         \
    }

#define UNSIGNED(NAME, NAME_L, CH, TYPE, PARSE, MOST)                                              \
    TYPE NAME_L(const CH *s, CH **end, int base, _locale_t loc)                                    \
    {                                                                                              \
        const CH *stop;                                                                            \
        bool negative, overflow;                                                                   \
        uint64_t value;                                                                            \
                                                                                                   \
        (void)loc;                                                                                 \
        if (end)                                                                                   \
            *end = (CH *)s;                                                                        \
        CRT_CHECK(s && (base == 0 || (base >= 2 && base <= 36)), EINVAL, 0);                       \
        value = PARSE(s, &stop, base, &negative, &overflow);                                       \
        if (end)                                                                                   \
            *end = (CH *)stop;                                                                     \
        return (TYPE)clamp_unsigned(value, negative, overflow, MOST);                              \
    }                                                                                              \
                                                                                                   \
    TYPE NAME(const CH *s, CH **end, int base)                                                     \
    {                                                                                              \
        return NAME_L(s, end, base, NULL);                                                         \
    }

SIGNED(strtol, _strtol_l, char, long, parse, LONG_MAX)
SIGNED(wcstol, _wcstol_l, wchar_t, long, wparse, LONG_MAX)
SIGNED(_strtoi64, _strtoi64_l, char, long long, parse, INT64_MAX)
SIGNED(_wcstoi64, _wcstoi64_l, wchar_t, long long, wparse, INT64_MAX)
UNSIGNED(strtoul, _strtoul_l, char, unsigned long, parse, ULONG_MAX)
UNSIGNED(wcstoul, _wcstoul_l, wchar_t, unsigned long, wparse, ULONG_MAX)
UNSIGNED(_strtoui64, _strtoui64_l, char, unsigned long long, parse, UINT64_MAX)
UNSIGNED(_wcstoui64, _wcstoui64_l, wchar_t, unsigned long long, wparse, UINT64_MAX)

#define ATO(NAME, NAME_L, CH, TYPE, CALL)                                                          \
    TYPE NAME_L(const CH *s, _locale_t loc)                                                        \
    {                                                                                              \
        return (TYPE)CALL(s, NULL, 10, loc);                                                       \
    }                                                                                              \
                                                                                                   \
    TYPE NAME(const CH *s)                                                                         \
    {                                                                                              \
        return NAME_L(s, NULL);                                                                    \
    }

ATO(atoi, _atoi_l, char, int, _strtol_l)
ATO(atol, _atol_l, char, long, _strtol_l)
ATO(_atoi64, _atoi64_l, char, long long, _strtoi64_l)
ATO(_wtoi, _wtoi_l, wchar_t, int, _wcstol_l)
ATO(_wtol, _wtol_l, wchar_t, long, _wcstol_l)
ATO(_wtoi64, _wtoi64_l, wchar_t, long long, _wcstoi64_l)
