/* Times one operation: rounds of many calls, the median round in nanoseconds a call. Either side
 * (Linux, Windows) gives now_ns(). */
#ifndef BENCH_H
#define BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__attribute__((unused)) static int bench_compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

#define BENCH(name, calls, statement)                                                              \
    do {                                                                                           \
        double bench_rounds[9];                                                                    \
        for (int bench_r = 0; bench_r < 9; bench_r++) {                                            \
            double bench_start = now_ns();                                                         \
            for (int i = 0; i < (calls); i++) {                                                    \
                statement;                                                                         \
            }                                                                                      \
            bench_rounds[bench_r] = (now_ns() - bench_start) / (calls);                            \
        }                                                                                          \
        qsort(bench_rounds, 9, sizeof(double), bench_compare);                                     \
        printf("%s %.1f\n", name, bench_rounds[4]);                                                \
        fflush(stdout);                                                                            \
    } while (0)

/* Work for the processor alone: the same source on both sides. */
static inline unsigned bench_compute(void)
{
    static unsigned char composite[1000001];
    unsigned primes = 0;

    memset(composite, 0, sizeof(composite));
    for (unsigned i = 2; i <= 1000000; i++) {
        if (composite[i])
            continue;
        primes++;
        for (unsigned long long j = (unsigned long long)i * i; j <= 1000000; j += i)
            composite[j] = 1;
    }
    return primes;
}

static inline void bench_stop(const char *what)
{
    fprintf(stderr, "bench: %s failed\n", what);
    exit(1);
}

#endif
