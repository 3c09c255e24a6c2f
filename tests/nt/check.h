/*
 * For guest tests: counted checks. main ends with `return check_done();`, which prints
 * "N passed, M failed" and is non-zero after a failure.
 */
#ifndef TESTS_NT_CHECK_H
#define TESTS_NT_CHECK_H

#include <stdio.h>
#include <windows.h>

static volatile LONG check_passed, check_failed;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (condition) {                                                                           \
            InterlockedIncrement(&check_passed);                                                   \
        } else {                                                                                   \
            InterlockedIncrement(&check_failed);                                                   \
            printf("%s:%d: %s (last error %lu)\n", __FILE__, __LINE__, #condition,                 \
                   GetLastError());                                                                \
        }                                                                                          \
    } while (0)

#define CHECK_EQ(actual, expected)                                                                 \
    do {                                                                                           \
        long long check_a = (long long)(actual), check_e = (long long)(expected);                  \
        if (check_a == check_e) {                                                                  \
            InterlockedIncrement(&check_passed);                                                   \
        } else {                                                                                   \
            InterlockedIncrement(&check_failed);                                                   \
            printf("%s:%d: %s is %lld (%#llx), not %lld\n", __FILE__, __LINE__, #actual, check_a,  \
                   check_a, check_e);                                                              \
        }                                                                                          \
    } while (0)

/* For the few checks that an older Wine fails; each such place says what Windows documents. */
static inline BOOL check_on_wine(void)
{
    return GetProcAddress(GetModuleHandleA("ntdll.dll"), "wine_get_version") != NULL;
}

static inline int check_done(void)
{
    printf("%ld passed, %ld failed\n", check_passed, check_failed);
    return check_failed != 0;
}

#endif
