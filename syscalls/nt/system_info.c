/* NtQuerySystemInformation, locale defaults, timer resolution. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

#include "syscalls/host/layout.h"
#include "syscalls/nt/process.h"
#include "syscalls/nt/system.h"
#include "syscalls/nt/timezone.h"
#include "nt_handlers.h"

static NTSTATUS answer(const void *from, ULONG size, void *out, ULONG length, ULONG *returned)
{
    if (returned && !guest_put(returned, size))
        return STATUS_ACCESS_VIOLATION;
    if (length < size)
        return STATUS_INFO_LENGTH_MISMATCH;
    return guest_write(out, from, size) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

static void fill_basic(SYSTEM_BASIC_INFORMATION *i)
{
    *i = (SYSTEM_BASIC_INFORMATION){
        .TimerResolution = 156250,
        .PageSize = 4096,
        .NumberOfPhysicalPages = (ULONG)sysconf(_SC_PHYS_PAGES),
        .LowestPhysicalPageNumber = 1,
        .HighestPhysicalPageNumber = (ULONG)sysconf(_SC_PHYS_PAGES),
        .AllocationGranularity = 65536,
        .MinimumUserModeAddress = GUEST_LOWEST,
        .MaximumUserModeAddress = GUEST_END - 1,
        .ActiveProcessorsAffinityMask = nt_affinity_mask(),
        .NumberOfProcessors = (CCHAR)nt_processor_count(),
    };
}

static NTSTATUS query_processor(void *out, ULONG length, ULONG *returned)
{
    SYSTEM_PROCESSOR_INFORMATION i = {.ProcessorArchitecture = 9,
                                      .ProcessorLevel = 6,
                                      .ProcessorRevision = 0,
                                      .MaximumProcessors = (USHORT)nt_processor_count(),
                                      .ProcessorFeatureBits = 0x20073fff};
    return answer(&i, sizeof(i), out, length, returned);
}

/* SYSTEM_PROCESSOR_PERFORMANCE_INFORMATION, one per processor, from /proc/stat (USER_HZ ticks) */
static NTSTATUS query_processor_performance(void *out, ULONG length, ULONG *returned)
{
    struct row {
        LARGE_INTEGER idle, kernel, user, dpc, interrupt;
        ULONG interrupts, pad;
    } rows[64] = {0};
    unsigned count = nt_processor_count(), n = 0;
    FILE *f = fopen("/proc/stat", "re");
    char line[512];
    const LONGLONG unit = 10000000 / sysconf(_SC_CLK_TCK);

    while (f && n < count && fgets(line, sizeof(line), f)) {
        unsigned long long u, nice, sys, idle, iowait = 0, irq = 0, soft = 0;
        unsigned cpu;
        if (sscanf(line, "cpu%u %llu %llu %llu %llu %llu %llu %llu", &cpu, &u, &nice, &sys, &idle,
                   &iowait, &irq, &soft) < 5)
            continue;
        rows[n].idle.QuadPart = (LONGLONG)(idle + iowait) * unit;
        rows[n].user.QuadPart = (LONGLONG)(u + nice) * unit;
        rows[n].kernel.QuadPart = (LONGLONG)(sys + irq + soft + idle + iowait) * unit;
        rows[n].interrupt.QuadPart = (LONGLONG)irq * unit;
        rows[n].dpc.QuadPart = (LONGLONG)soft * unit;
        n++;
    }
    if (f)
        fclose(f);
    ULONG size = (ULONG)(count * sizeof(rows[0]));
    if (returned && !guest_put(returned, size))
        return STATUS_ACCESS_VIOLATION;
    if (length < sizeof(rows[0]))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (size > length)
        size = length / (ULONG)sizeof(rows[0]) * (ULONG)sizeof(rows[0]);
    return guest_write(out, rows, size) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

static NTSTATUS query_time_of_day(void *out, ULONG length, ULONG *returned)
{
    SYSTEM_TIMEOFDAY_INFORMATION i = {0};
    RTL_DYNAMIC_TIME_ZONE_INFORMATION tz;

    nt_timezone(&tz);
    i.CurrentTime.QuadPart = nt_system_time();
    i.BootTime.QuadPart = i.CurrentTime.QuadPart - (LONGLONG)nt_interrupt_time();
    i.TimeZoneBias.QuadPart = nt_timezone_bias_now();
    i.TimeZoneId = nt_timezone_id_now();
    if (length > sizeof(i))
        return STATUS_INFO_LENGTH_MISMATCH;
    /* Older programs ask for less of it. */
    if (returned && !guest_put(returned, length))
        return STATUS_ACCESS_VIOLATION;
    return guest_write(out, &i, length) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

/* SYSTEM_PERFORMANCE_INFORMATION: only its memory part has meaning here (pages). */
static NTSTATUS query_performance(void *out, ULONG length, ULONG *returned)
{
    struct {
        LARGE_INTEGER idle, read, write, other;
        ULONG reads, writes, others;
        ULONG available, committed, commit_limit, peak;
        ULONG rest[64];
        ULONGLONG tail[8];
    } i = {0};
    struct sysinfo si;
    const ULONG size = 344;

    if (sysinfo(&si) == 0) {
        ULONGLONG unit = si.mem_unit ? si.mem_unit : 1;
        i.available = (ULONG)(((ULONGLONG)si.freeram + si.bufferram) * unit / 4096);
        i.commit_limit = (ULONG)(((ULONGLONG)si.totalram + si.totalswap) * unit / 4096);
        i.committed = i.commit_limit - (ULONG)(((ULONGLONG)si.freeram + si.freeswap) * unit / 4096);
        i.peak = i.committed;
    }
    _Static_assert(sizeof(i) >= 344, "SYSTEM_PERFORMANCE_INFORMATION");
    return answer(&i, size, out, length, returned);
}

/* SYSTEM_LOGICAL_PROCESSOR_INFORMATION: cores, packages and one NUMA node, without caches. */
static NTSTATUS query_logical_processors(void *out, ULONG length, ULONG *returned)
{
    struct row {
        ULONG_PTR mask;
        ULONG relationship;
        union {
            UCHAR flags;
            ULONG node;
            ULONGLONG reserved[2];
        };
    } rows[66] = {0};
    unsigned count = nt_processor_count(), n = 0;

    _Static_assert(sizeof(struct row) == 32, "SYSTEM_LOGICAL_PROCESSOR_INFORMATION");
    for (unsigned i = 0; i < count; i++, n++)
        rows[n] = (struct row){.mask = (ULONG_PTR)1 << i, .relationship = 0};
    rows[n++] = (struct row){.mask = nt_affinity_mask(), .relationship = 3};
    rows[n++] = (struct row){.mask = nt_affinity_mask(), .relationship = 1};
    return answer(rows, (ULONG)(n * sizeof(rows[0])), out, length, returned);
}

NTSTATUS NtQuerySystemInformation(struct nt_thread *t, ULONG SystemInformationClass,
                                  void *SystemInformation, ULONG SystemInformationLength,
                                  ULONG *ReturnLength)
{
    void *out = SystemInformation;
    ULONG n = SystemInformationLength;

    (void)t;
    switch (SystemInformationClass) {
    case SystemBasicInformation:
    case 62 /* SystemEmulationBasicInformation */: {
        SYSTEM_BASIC_INFORMATION i;
        fill_basic(&i);
        if (n != sizeof(i) && n < sizeof(i))
            return STATUS_INFO_LENGTH_MISMATCH;
        return answer(&i, sizeof(i), out, n, ReturnLength);
    }
    case SystemProcessorInformation:
    case 63 /* SystemEmulationProcessorInformation */:
        return query_processor(out, n, ReturnLength);
    case SystemProcessInformation:
        return nt_process_list(out, n, ReturnLength);
    case SystemPerformanceInformation:
        return query_performance(out, n, ReturnLength);
    case SystemTimeOfDayInformation:
        return query_time_of_day(out, n, ReturnLength);
    case SystemProcessorPerformanceInformation:
        return query_processor_performance(out, n, ReturnLength);
    case SystemKernelDebuggerInformation: {
        BOOLEAN i[2] = {FALSE, TRUE}; /* not enabled, not present */
        return answer(i, sizeof(i), out, n, ReturnLength);
    }
    case SystemFlagsInformation: {
        ULONG flags = 0;
        return answer(&flags, sizeof(flags), out, n, ReturnLength);
    }
    case SystemCurrentTimeZoneInformation: {
        RTL_DYNAMIC_TIME_ZONE_INFORMATION tz;
        nt_timezone(&tz);
        return answer(&tz.tzi, sizeof(tz.tzi), out, n, ReturnLength);
    }
    case SystemDynamicTimeZoneInformation: {
        RTL_DYNAMIC_TIME_ZONE_INFORMATION tz;
        nt_timezone(&tz);
        return answer(&tz, sizeof(tz), out, n, ReturnLength);
    }
    case SystemRegistryQuotaInformation: {
        ULONG i[4] = {0x10000000, 0x100000, 0x10000000, 0};
        return answer(i, sizeof(i), out, n, ReturnLength);
    }
    case SystemLogicalProcessorInformation:
        return query_logical_processors(out, n, ReturnLength);
    case SystemCodeIntegrityInformation: {
        ULONG i[2] = {8, 0};
        return answer(i, sizeof(i), out, n, ReturnLength);
    }
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
}

NTSTATUS NtQueryDefaultLocale(struct nt_thread *t, BOOLEAN UserProfile, ULONG *DefaultLocaleId)
{
    (void)t;
    (void)UserProfile;
    return guest_put(DefaultLocaleId, 0x409u) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

NTSTATUS NtQueryDefaultUILanguage(struct nt_thread *t, USHORT *DefaultUILanguageId)
{
    (void)t;
    return guest_put(DefaultUILanguageId, 0x409) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

NTSTATUS NtQueryInstallUILanguage(struct nt_thread *t, USHORT *InstallUILanguageId)
{
    return NtQueryDefaultUILanguage(t, InstallUILanguageId);
}

NTSTATUS NtQueryTimerResolution(struct nt_thread *t, ULONG *MaximumTime, ULONG *MinimumTime,
                                ULONG *CurrentTime)
{
    (void)t;
    if (!guest_put(MaximumTime, 156250u) || !guest_put(MinimumTime, 5000u) ||
        !guest_put(CurrentTime, 5000u))
        return STATUS_ACCESS_VIOLATION;
    return STATUS_SUCCESS;
}

/* Timers are always as fine as the host's; asking for more or less changes nothing. */
NTSTATUS NtSetTimerResolution(struct nt_thread *t, ULONG DesiredTime, BOOLEAN SetResolution,
                              ULONG *ActualTime)
{
    (void)t;
    (void)DesiredTime;
    (void)SetResolution;
    return guest_put(ActualTime, 5000u) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}
