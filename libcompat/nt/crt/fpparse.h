/* Text to floating-point numbers, for strtod and scanf. */
#ifndef LIBCOMPAT_NT_CRT_FPPARSE_H
#define LIBCOMPAT_NT_CRT_FPPARSE_H

#include "crt.h"

/* A halfway point of two doubles has at most 767 digits; one more digit decides. */
enum { FP_DIGITS = 800 };

enum crt_fp_kind { FP_DECIMAL, FP_HEX, FP_INFINITY, FP_NAN, FP_NAN_IND, FP_NAN_SIGNALLING };

struct crt_fp_text {
    enum crt_fp_kind kind;
    bool negative;
    bool sticky;        /* digits that did not fit were not all zero */
    int count;          /* significant digits stored, no leading zeros */
    long exponent;      /* value = 0.DIGITS * base^exponent; for hex in bits */
    uint64_t hex;       /* FP_HEX: value = hex * 2^exponent, sticky below */
    char digits[FP_DIGITS];
};

/* The nearest number; *range set to 1 on overflow, -1 on underflow, else 0. */
double crt_fp_double(const struct crt_fp_text *text, int *range);
float crt_fp_float(const struct crt_fp_text *text, int *range);

/* Parse the longest number at s (blanks skipped); returns its length in characters from s, 0 if
 * there is none. */
size_t crt_fp_scan(const char *s, _locale_t loc, struct crt_fp_text *out);
size_t crt_fp_wscan(const wchar_t *s, _locale_t loc, struct crt_fp_text *out);

#endif
