/*
 * Time: 100 ns units since 1601 (UTC), calendar fields, time zones, counters. What the shared page
 * holds is read there, without a system call.
 */
#include "rtl_private.h"

#define TICKS_PER_MS 10000ll
#define TICKS_PER_SECOND 10000000ll
#define SECONDS_PER_DAY 86400ll
#define DAYS_1601_TO_1970 134774ll
#define DAYS_1601_TO_1980 138426ll

static BOOLEAN is_leap(LONG year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static const USHORT month_start[2][13] = {
    {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365},
    {0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366},
};

/* Days from 1601-01-01 to the first of January of a year. */
static LONGLONG days_before(LONGLONG year)
{
    LONGLONG y = year - 1601;

    return y * 365 + y / 4 - y / 100 + y / 400;
}

VOID NTAPI RtlTimeToTimeFields(const LARGE_INTEGER *time, PTIME_FIELDS fields)
{
    LONGLONG ms = time->QuadPart / TICKS_PER_MS;
    LONGLONG days = ms / (SECONDS_PER_DAY * 1000), in_day = ms % (SECONDS_PER_DAY * 1000);
    LONGLONG year;
    const USHORT *months;
    int month = 11;

    fields->Milliseconds = (SHORT)(in_day % 1000);
    in_day /= 1000;
    fields->Second = (SHORT)(in_day % 60);
    fields->Minute = (SHORT)(in_day / 60 % 60);
    fields->Hour = (SHORT)(in_day / 3600);
    fields->Weekday = (SHORT)((days + 1) % 7); /* 1601-01-01 was a Monday */
    year = 1601 + days * 400 / 146097;
    while (days_before(year + 1) <= days)
        year++;
    while (days_before(year) > days)
        year--;
    days -= days_before(year);
    months = month_start[is_leap((LONG)year)];
    while (months[month] > days)
        month--;
    fields->Year = (SHORT)year;
    fields->Month = (SHORT)(month + 1);
    fields->Day = (SHORT)(days - months[month] + 1);
}

BOOLEAN NTAPI RtlTimeFieldsToTime(const TIME_FIELDS *f, PLARGE_INTEGER time)
{
    const USHORT *months;
    LONGLONG days;

    if (f->Year < 1601 || f->Year > 30827 || f->Month < 1 || f->Month > 12 || f->Day < 1 ||
        f->Hour < 0 || f->Hour > 23 || f->Minute < 0 || f->Minute > 59 || f->Second < 0 ||
        f->Second > 59 || f->Milliseconds < 0 || f->Milliseconds > 999)
        return FALSE;
    months = month_start[is_leap(f->Year)];
    if (f->Day > months[f->Month] - months[f->Month - 1])
        return FALSE;
    days = days_before(f->Year) + months[f->Month - 1] + f->Day - 1;
    time->QuadPart = ((((days * 24 + f->Hour) * 60 + f->Minute) * 60 + f->Second) * 1000 +
                      f->Milliseconds) *
                     TICKS_PER_MS;
    return TRUE;
}

VOID NTAPI RtlTimeToElapsedTimeFields(const LARGE_INTEGER *time, PTIME_FIELDS fields)
{
    LONGLONG ms = time->QuadPart / TICKS_PER_MS;

    memset(fields, 0, sizeof(*fields));
    fields->Milliseconds = (SHORT)(ms % 1000);
    fields->Second = (SHORT)(ms / 1000 % 60);
    fields->Minute = (SHORT)(ms / 60000 % 60);
    fields->Hour = (SHORT)(ms / 3600000 % 24);
    fields->Day = (SHORT)(ms / 86400000);
}

static BOOLEAN to_seconds(const LARGE_INTEGER *time, LONGLONG epoch_days, PULONG seconds)
{
    LONGLONG s = time->QuadPart / TICKS_PER_SECOND - epoch_days * SECONDS_PER_DAY;

    if (time->QuadPart < 0 || s < 0 || s > 0xffffffffll)
        return FALSE;
    *seconds = (ULONG)s;
    return TRUE;
}

BOOLEAN NTAPI RtlTimeToSecondsSince1970(const LARGE_INTEGER *time, PULONG seconds)
{
    return to_seconds(time, DAYS_1601_TO_1970, seconds);
}

BOOLEAN NTAPI RtlTimeToSecondsSince1980(const LARGE_INTEGER *time, PULONG seconds)
{
    return to_seconds(time, DAYS_1601_TO_1980, seconds);
}

VOID NTAPI RtlSecondsSince1970ToTime(ULONG seconds, PLARGE_INTEGER time)
{
    time->QuadPart = (seconds + DAYS_1601_TO_1970 * SECONDS_PER_DAY) * TICKS_PER_SECOND;
}

VOID NTAPI RtlSecondsSince1980ToTime(ULONG seconds, PLARGE_INTEGER time)
{
    time->QuadPart = (seconds + DAYS_1601_TO_1980 * SECONDS_PER_DAY) * TICKS_PER_SECOND;
}

static NTSTATUS bias(LONGLONG *ticks)
{
    SYSTEM_TIMEOFDAY_INFORMATION info;
    NTSTATUS status =
        NtQuerySystemInformation(SystemTimeOfDayInformation, &info, sizeof(info), NULL);

    *ticks = status >= 0 ? info.TimeZoneBias.QuadPart : 0;
    return status;
}

NTSTATUS NTAPI RtlSystemTimeToLocalTime(const LARGE_INTEGER *system, PLARGE_INTEGER local)
{
    LONGLONG ticks;
    NTSTATUS status = bias(&ticks);

    if (status >= 0)
        local->QuadPart = system->QuadPart - ticks;
    return status;
}

NTSTATUS NTAPI RtlLocalTimeToSystemTime(const LARGE_INTEGER *local, PLARGE_INTEGER system)
{
    LONGLONG ticks;
    NTSTATUS status = bias(&ticks);

    if (status >= 0)
        system->QuadPart = local->QuadPart + ticks;
    return status;
}

NTSTATUS NTAPI RtlQueryTimeZoneInformation(RTL_TIME_ZONE_INFORMATION *info)
{
    return NtQuerySystemInformation(SystemCurrentTimeZoneInformation, info, sizeof(*info), NULL);
}

NTSTATUS NTAPI RtlQueryDynamicTimeZoneInformation(RTL_DYNAMIC_TIME_ZONE_INFORMATION *info)
{
    return NtQuerySystemInformation(SystemDynamicTimeZoneInformation, info, sizeof(*info), NULL);
}

NTSTATUS NTAPI RtlSetTimeZoneInformation(const RTL_TIME_ZONE_INFORMATION *info)
{
    return NtSetSystemInformation(SystemCurrentTimeZoneInformation, (PVOID)info, sizeof(*info));
}

BOOL NTAPI RtlQueryPerformanceCounter(PLARGE_INTEGER counter)
{
    NtQueryPerformanceCounter(counter, NULL);
    return TRUE;
}

BOOL NTAPI RtlQueryPerformanceFrequency(PLARGE_INTEGER frequency)
{
    LARGE_INTEGER counter;

    NtQueryPerformanceCounter(&counter, frequency);
    return TRUE;
}

LONGLONG NTAPI RtlGetSystemTimePrecise(VOID)
{
    LARGE_INTEGER now;

    NtQuerySystemTime(&now);
    return now.QuadPart;
}

LONGLONG NTAPI RtlGetInterruptTimePrecise(PLARGE_INTEGER performance_counter)
{
    LARGE_INTEGER counter, frequency;

    /* The counter begins with the host's start. */
    NtQueryPerformanceCounter(&counter, &frequency);
    if (performance_counter)
        *performance_counter = counter;
    return counter.QuadPart / frequency.QuadPart * TICKS_PER_SECOND +
           counter.QuadPart % frequency.QuadPart * TICKS_PER_SECOND / frequency.QuadPart;
}

BOOLEAN NTAPI RtlQueryUnbiasedInterruptTime(PULONGLONG time)
{
    if (!time) {
        RtlSetLastWin32ErrorAndNtStatusFromNtStatus(STATUS_INVALID_PARAMETER);
        return FALSE;
    }
    *time = (ULONGLONG)RtlGetInterruptTimePrecise(NULL) - rtl_kuser()->InterruptTimeBias;
    return TRUE;
}

ULONG NTAPI RtlGetTickCount(VOID)
{
    return (ULONG)(RtlGetInterruptTimePrecise(NULL) / (TICKS_PER_SECOND / 1000));
}
