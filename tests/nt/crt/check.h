/* One check per line; main ends with `return check_done();`. */
#ifndef TESTS_NT_CRT_CHECK_H
#define TESTS_NT_CRT_CHECK_H

#include <stdio.h>

static int check_passed, check_failed;

#define CHECK(x)                                                                                   \
    do {                                                                                           \
        if (x) {                                                                                   \
            check_passed++;                                                                        \
        } else {                                                                                   \
            check_failed++;                                                                        \
            printf("%s:%d: %s\n", __FILE__, __LINE__, #x);                                         \
        }                                                                                          \
    } while (0)

#define CHECK_STR(a, b)                                                                            \
    do {                                                                                           \
        const char *check_a = (a), *check_b = (b);                                                 \
        if (check_a && !strcmp(check_a, check_b)) {                                                \
            check_passed++;                                                                        \
        } else {                                                                                   \
            check_failed++;                                                                        \
            printf("%s:%d: %s is \"%s\", want \"%s\"\n", __FILE__, __LINE__, #a,                   \
                   check_a ? check_a : "(null)", check_b);                                         \
        }                                                                                          \
    } while (0)

static inline int check_done(void)
{
    printf("%d passed, %d failed\n", check_passed, check_failed);
    return check_failed != 0;
}

#endif
