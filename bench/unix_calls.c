/* Costs of system calls in cycles, for Linux itself and for a FreeBSD guest: the same code. */
#ifdef __FreeBSD__
#include "tests/unix/guest.h"
#define NR_ENOSYS 20
#else
#include <stdio.h>
#include <stdlib.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <fcntl.h>
#endif

static inline uint64_t now(void)
{
    uint32_t lo, hi;
    __asm__ volatile("rdtscp" : "=a"(lo), "=d"(hi) : : "rcx", "memory");
    return (uint64_t)hi << 32 | lo;
}
#ifdef __FreeBSD__
#define GETPID "20"
#define GETPPID "39"
#define READ "475"
#define WRITE "476"
#else
#define GETPID "39"
#define GETPPID "110"
#define READ "17"
#define WRITE "18"
#endif
static long getpid_(void)
{
    long r;
    __asm__ volatile("movl $" GETPID ", %%eax\n syscall" : "=a"(r) : : "rcx", "r11", "memory");
    return r;
}
static long getppid_(void)
{
    long r;
    __asm__ volatile("movl $" GETPPID ", %%eax\n syscall" : "=a"(r) : : "rcx", "r11", "memory");
    return r;
}
static char buffer[4096] __attribute__((aligned(4096)));
static long read_(int fd)
{
    long r;
    register long r10 __asm__("r10") = 0;
    __asm__ volatile("movl $" READ ", %%eax\n syscall" : "=a"(r) : "D"((long)fd), "S"(buffer), "d"(4096l), "r"(r10) : "rcx", "r11", "memory");
    return r;
}
static long write_(int fd)
{
    long r;
    register long r10 __asm__("r10") = 0;
    __asm__ volatile("movl $" WRITE ", %%eax\n syscall" : "=a"(r) : "D"((long)fd), "S"(buffer), "d"(4096l), "r"(r10) : "rcx", "r11", "memory");
    return r;
}

/* The best of many short runs: others use the machine too. */
#define MEASURE(name, code)                                                                        \
    do {                                                                                           \
        uint64_t best = ~0ull;                                                                     \
        for (int run = 0; run < 200; run++) {                                                      \
            uint64_t start = now();                                                                \
            for (int i = 0; i < 100; i++)                                                          \
                code;                                                                              \
            uint64_t took = (now() - start) / 100;                                                 \
            best = took < best ? took : best;                                                      \
        }                                                                                          \
        tell(name, best);                                                                          \
    } while (0)

#ifdef __FreeBSD__
static void tell(const char *name, uint64_t value)
{
    print(name, (i64)value, "", 0);
}
static void test(int argc, char **argv)
#else
static void tell(const char *name, uint64_t value)
{
    printf("%s%llu\n", name, (unsigned long long)value);
}
int main(int argc, char **argv)
#endif
{
    (void)argc;
    MEASURE("getpid ", getpid_());
    MEASURE("getppid ", getppid_());
#ifdef __FreeBSD__
    int fd = (int)call(5, argv[1], 2, 0);
#else
    int fd = open(argv[1], O_RDWR);
#endif
    MEASURE("read-4k ", read_(fd));
    MEASURE("write-4k ", write_(fd));
}
