/* Times one operation in short rounds of some calls: the median round, and the quickest, which
 * other work on the machine disturbs least; nanoseconds a call. Either side (Linux, Windows) gives
 * now_ns(). */
#ifndef BENCH_H
#define BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BENCH_ROUNDS 101

struct bench_series {
    double round[BENCH_ROUNDS];
    int count;
};

static inline void bench_add(struct bench_series *s, double ns)
{
    if (s->count < BENCH_ROUNDS)
        s->round[s->count++] = ns;
}

__attribute__((unused)) static int bench_compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static inline void bench_print(const char *name, struct bench_series *s)
{
    qsort(s->round, (size_t)s->count, sizeof(s->round[0]), bench_compare);
    printf("%s %.1f %.1f\n", name, s->round[s->count / 2], s->round[0]);
    fflush(stdout);
}

#define BENCH(name, calls, statement)                                                              \
    do {                                                                                           \
        struct bench_series bench_s = {.count = 0};                                                \
        for (int bench_r = 0; bench_r < BENCH_ROUNDS; bench_r++) {                                 \
            double bench_start = now_ns();                                                         \
            for (int i = 0; i < (calls); i++) {                                                    \
                statement;                                                                         \
            }                                                                                      \
            bench_add(&bench_s, (now_ns() - bench_start) / (calls));                               \
        }                                                                                          \
        bench_print(name, &bench_s);                                                               \
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
