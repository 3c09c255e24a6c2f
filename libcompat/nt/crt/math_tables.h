/* See math_tables.c. */
#ifndef LIBCOMPAT_NT_CRT_MATH_TABLES_H
#define LIBCOMPAT_NT_CRT_MATH_TABLES_H

#include <stdint.h>

#define CRT_TWO_OVER_PI_WORDS 40
extern const uint32_t crt_two_over_pi[CRT_TWO_OVER_PI_WORDS];

struct crt_log2_part {
    double high;
    long double low;
};
extern const struct crt_log2_part crt_log2_table[128];

#endif
