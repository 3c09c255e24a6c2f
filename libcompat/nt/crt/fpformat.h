/* Floating-point numbers as text, for printf and the _cvt functions. */
#ifndef LIBCOMPAT_NT_CRT_FPFORMAT_H
#define LIBCOMPAT_NT_CRT_FPFORMAT_H

#include "crt.h"

enum {
    FP_ALTERNATE = 1,       /* '#' */
    FP_THREE_DIGITS = 2,    /* exponents of at least three digits */
    FP_STANDARD_ROUNDING = 4, /* exact ties by the rounding mode; else away from zero */
    FP_LEGACY_NAMES = 8,    /* 1.#INF and friends */
    FP_UPPER = 16
};

/* Decimal digits of |value| rounded: to `keep` significant digits, or if `fixed` to `keep` digits
 * after the point. Not terminated; at most CRT_DTOA_MAX; returns the count, which may be 0 (value
 * rounds to zero) or less than asked for (zeros follow). value = 0.DIGITS * 10^*point. */
int crt_round_digits(double value, int keep, bool fixed, bool standard, char *digits, int *point);

/* Bytes that crt_format_fp may need. */
size_t crt_format_room(char conversion, int precision);
/* The text of |value|; conversion is one of a e f g in lower case. precision < 0 is the default.
 * Returns the length; *special is set for infinities and NaNs in the new style. */
size_t crt_format_fp(char *out, double value, char conversion, int precision, unsigned flags,
                     bool *special);
bool crt_fp_negative(double value);

#endif
