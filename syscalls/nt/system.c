#include "syscalls/nt/system.h"

#include <cpuid.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "syscalls/host/layout.h"
#include "nt_handlers.h"

#define EPOCH_1601 116444736000000000ll /* 1970 in 100 ns since 1601 */

struct nt_version nt_version = {10, 0, 19045};

int64_t nt_system_time(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    return EPOCH_1601 + ts.tv_sec * 10000000ll + ts.tv_nsec / 100;
}

uint64_t nt_interrupt_time(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 10000000u + (uint64_t)ts.tv_nsec / 100;
}

void nt_processor_features(BOOLEAN f[64])
{
    unsigned a, b, c, d;

    memset(f, 0, 64);
    f[2] = f[3] = f[6] = f[8] = f[9] = f[10] = f[12] = f[14] = 1; /* what x86-64 always has */
    if (__get_cpuid(1, &a, &b, &c, &d)) {
        f[13] = (c & bit_SSE3) != 0;
        f[36] = (c & bit_SSSE3) != 0;
        f[37] = (c & bit_SSE4_1) != 0;
        f[38] = (c & bit_SSE4_2) != 0;
        f[28] = (c & bit_RDRND) != 0;
        f[17] = (c & bit_XSAVE) != 0;
        f[39] = (c & bit_AVX) != 0;
    }
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d)) {
        f[40] = (b & bit_AVX2) != 0;
        f[41] = (b & bit_AVX512F) != 0;
        f[22] = (b & 1) != 0; /* FSGSBASE */
    }
    if (__get_cpuid(0x80000001, &a, &b, &c, &d))
        f[32] = (d & (1u << 27)) != 0; /* RDTSCP */
}

NTSTATUS NtQuerySystemTime(struct nt_thread *t, LARGE_INTEGER *SystemTime)
{
    LARGE_INTEGER now = {.QuadPart = nt_system_time()};

    (void)t;
    return guest_put(SystemTime, now) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

NTSTATUS NtQueryPerformanceCounter(struct nt_thread *t, LARGE_INTEGER *PerformanceCounter,
                                   LARGE_INTEGER *PerformanceFrequency)
{
    LARGE_INTEGER now = {.QuadPart = (LONGLONG)nt_interrupt_time()};
    LARGE_INTEGER frequency = {.QuadPart = 10000000};

    (void)t;
    if (!guest_put(PerformanceCounter, now) ||
        (PerformanceFrequency && !guest_put(PerformanceFrequency, frequency)))
        return STATUS_ACCESS_VIOLATION;
    return STATUS_SUCCESS;
}
