/*
 * Time of day, counters, calendar conversions, time zones.
 *
 * FILETIME counts 100 ns since 1601, as NT's times do.
 */
#include "kernelbase.h"

#define TICKS_PER_MINUTE 600000000LL
#define TICKS_PER_DAY (24 * 60 * TICKS_PER_MINUTE)

static LONGLONG ticks(const FILETIME *time)
{
    return (LONGLONG)((ULONGLONG)time->dwHighDateTime << 32 | time->dwLowDateTime);
}

static FILETIME file_time(LONGLONG value)
{
    return (FILETIME){.dwLowDateTime = (DWORD)value, .dwHighDateTime = (DWORD)(value >> 32)};
}

static LONGLONG now(void)
{
    LARGE_INTEGER time = {0};

    NtQuerySystemTime(&time);
    return time.QuadPart;
}

/* ---- Calendar ---- */

BOOL WINAPI FileTimeToSystemTime(const FILETIME *time, LPSYSTEMTIME system)
{
    LARGE_INTEGER value = {.QuadPart = ticks(time)};
    TIME_FIELDS fields;

    if (value.QuadPart < 0)
        return fail(ERROR_INVALID_PARAMETER);
    RtlTimeToTimeFields(&value, &fields);
    system->wYear = (WORD)fields.Year;
    system->wMonth = (WORD)fields.Month;
    system->wDay = (WORD)fields.Day;
    system->wHour = (WORD)fields.Hour;
    system->wMinute = (WORD)fields.Minute;
    system->wSecond = (WORD)fields.Second;
    system->wMilliseconds = (WORD)fields.Milliseconds;
    system->wDayOfWeek = (WORD)fields.Weekday;
    return TRUE;
}

BOOL WINAPI SystemTimeToFileTime(const SYSTEMTIME *system, LPFILETIME time)
{
    TIME_FIELDS fields = {
        .Year = (SHORT)system->wYear,
        .Month = (SHORT)system->wMonth,
        .Day = (SHORT)system->wDay,
        .Hour = (SHORT)system->wHour,
        .Minute = (SHORT)system->wMinute,
        .Second = (SHORT)system->wSecond,
        .Milliseconds = (SHORT)system->wMilliseconds,
    };
    LARGE_INTEGER value;

    if (!RtlTimeFieldsToTime(&fields, &value))
        return fail(ERROR_INVALID_PARAMETER);
    *time = file_time(value.QuadPart);
    return TRUE;
}

LONG WINAPI CompareFileTime(const FILETIME *first, const FILETIME *second)
{
    ULONGLONG a = (ULONGLONG)ticks(first), b = (ULONGLONG)ticks(second);

    return a < b ? -1 : a > b;
}

/* DOS times: two-second steps from 1980 on. */
BOOL WINAPI DosDateTimeToFileTime(WORD date, WORD time, LPFILETIME result)
{
    SYSTEMTIME system = {
        .wYear = (WORD)(1980 + (date >> 9)),
        .wMonth = date >> 5 & 15,
        .wDay = date & 31,
        .wHour = time >> 11,
        .wMinute = time >> 5 & 63,
        .wSecond = (WORD)(2 * (time & 31)),
    };

    return SystemTimeToFileTime(&system, result);
}

BOOL WINAPI FileTimeToDosDateTime(const FILETIME *time, LPWORD date, LPWORD clock)
{
    SYSTEMTIME system;

    if (!FileTimeToSystemTime(time, &system))
        return FALSE;
    if (system.wYear < 1980 || system.wYear > 1980 + 127)
        return fail(ERROR_INVALID_PARAMETER);
    *date = (WORD)((system.wYear - 1980) << 9 | system.wMonth << 5 | system.wDay);
    *clock = (WORD)(system.wHour << 11 | system.wMinute << 5 | system.wSecond / 2);
    return TRUE;
}

/* ---- Time zones ---- */

static BOOL zone(TIME_ZONE_INFORMATION *information)
{
    _Static_assert(sizeof(TIME_ZONE_INFORMATION) == sizeof(RTL_TIME_ZONE_INFORMATION), "zone");
    RTL_TIME_ZONE_INFORMATION native;

    if (!set_status(NtQuerySystemInformation(SystemCurrentTimeZoneInformation, &native,
                                             sizeof(native), NULL)))
        return FALSE;
    /* The fields are the same; only the order within a transition date differs: the weekday is
     * the last of TIME_FIELDS and the third of SYSTEMTIME. */
    memset(information, 0, sizeof(*information));
    information->Bias = native.Bias;
    information->StandardBias = native.StandardBias;
    information->DaylightBias = native.DaylightBias;
    memcpy(information->StandardName, native.StandardName, sizeof(native.StandardName));
    memcpy(information->DaylightName, native.DaylightName, sizeof(native.DaylightName));
    for (int i = 0; i < 2; i++) {
        const USHORT *from = i ? native.DaylightStart : native.StandardStart;
        SYSTEMTIME *to = i ? &information->DaylightDate : &information->StandardDate;

        *to = (SYSTEMTIME){.wYear = from[0],
                           .wMonth = from[1],
                           .wDayOfWeek = from[7],
                           .wDay = from[2],
                           .wHour = from[3],
                           .wMinute = from[4],
                           .wSecond = from[5],
                           .wMilliseconds = from[6]};
    }
    return TRUE;
}

static int days_in_month(int year, int month)
{
    static const BYTE days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    if (month == 2 && ((year % 4 == 0 && year % 100) || year % 400 == 0))
        return 29;
    return days[month - 1];
}

/*
 * When the rule `date` happens in `year`, in ticks of the clock that it is written in. A rule
 * without a year says "the n-th (5: last) such weekday of the month".
 */
static BOOL transition(const SYSTEMTIME *date, int year, LONGLONG *when)
{
    SYSTEMTIME first = *date;
    FILETIME time;
    SYSTEMTIME resolved;

    first.wYear = (WORD)year;
    if (!date->wMonth || date->wMonth > 12)
        return FALSE;
    if (!date->wYear) {
        int day;

        first.wDay = 1;
        if (!SystemTimeToFileTime(&first, &time) || !FileTimeToSystemTime(&time, &resolved))
            return FALSE;
        day = 1 + (date->wDayOfWeek + 7 - resolved.wDayOfWeek) % 7 + 7 * (date->wDay - 1);
        while (day > days_in_month(year, date->wMonth))
            day -= 7;
        first.wDay = (WORD)day;
    }
    if (!SystemTimeToFileTime(&first, &time))
        return FALSE;
    *when = ticks(&time);
    return TRUE;
}

/*
 * Whether daylight time holds. `value` is UTC or local time, whichever `local` says; the
 * transitions are written in the local time that ends with them.
 */
static DWORD zone_at(const TIME_ZONE_INFORMATION *information, LONGLONG value, BOOL local)
{
    FILETIME time;
    SYSTEMTIME system;
    LONGLONG standard, daylight, bias = 0;

    if (!information->StandardDate.wMonth || !information->DaylightDate.wMonth)
        return TIME_ZONE_ID_UNKNOWN;
    if (!local)
        bias = information->Bias * TICKS_PER_MINUTE;
    time = file_time(value - bias);
    if (!FileTimeToSystemTime(&time, &system) ||
        !transition(&information->StandardDate, system.wYear, &standard) ||
        !transition(&information->DaylightDate, system.wYear, &daylight))
        return TIME_ZONE_ID_INVALID;
    if (!local) {
        standard += (information->Bias + information->DaylightBias) * TICKS_PER_MINUTE;
        daylight += (information->Bias + information->StandardBias) * TICKS_PER_MINUTE;
    }
    if (daylight < standard)
        return value >= daylight && value < standard ? TIME_ZONE_ID_DAYLIGHT
                                                     : TIME_ZONE_ID_STANDARD;
    return value >= standard && value < daylight ? TIME_ZONE_ID_STANDARD : TIME_ZONE_ID_DAYLIGHT;
}

static LONGLONG zone_bias(const TIME_ZONE_INFORMATION *information, DWORD id)
{
    LONG minutes = information->Bias;

    if (id == TIME_ZONE_ID_STANDARD)
        minutes += information->StandardBias;
    else if (id == TIME_ZONE_ID_DAYLIGHT)
        minutes += information->DaylightBias;
    return minutes * TICKS_PER_MINUTE;
}

DWORD WINAPI GetTimeZoneInformation(LPTIME_ZONE_INFORMATION information)
{
    if (!zone(information))
        return TIME_ZONE_ID_INVALID;
    return zone_at(information, now(), FALSE);
}

DWORD WINAPI GetDynamicTimeZoneInformation(PDYNAMIC_TIME_ZONE_INFORMATION information)
{
    RTL_DYNAMIC_TIME_ZONE_INFORMATION native;
    TIME_ZONE_INFORMATION plain;

    memset(information, 0, sizeof(*information));
    if (!zone(&plain))
        return TIME_ZONE_ID_INVALID;
    memcpy(information, &plain, sizeof(plain));
    if (NT_SUCCESS(NtQuerySystemInformation(SystemDynamicTimeZoneInformation, &native,
                                            sizeof(native), NULL))) {
        memcpy(information->TimeZoneKeyName, native.TimeZoneKeyName,
               sizeof(information->TimeZoneKeyName));
        information->DynamicDaylightTimeDisabled = native.DynamicDaylightTimeDisabled;
    }
    return zone_at(&plain, now(), FALSE);
}

BOOL WINAPI GetTimeZoneInformationForYear(USHORT year, PDYNAMIC_TIME_ZONE_INFORMATION dynamic,
                                          LPTIME_ZONE_INFORMATION information)
{
    (void)year;
    if (dynamic) {
        memcpy(information, dynamic, sizeof(*information));
        return TRUE;
    }
    return zone(information);
}

BOOL WINAPI SystemTimeToTzSpecificLocalTime(const TIME_ZONE_INFORMATION *information,
                                            const SYSTEMTIME *universal, LPSYSTEMTIME local)
{
    TIME_ZONE_INFORMATION own;
    FILETIME time;
    DWORD id;

    if (!information) {
        if (!zone(&own))
            return FALSE;
        information = &own;
    }
    if (!SystemTimeToFileTime(universal, &time))
        return FALSE;
    id = zone_at(information, ticks(&time), FALSE);
    if (id == TIME_ZONE_ID_INVALID)
        return fail(ERROR_INVALID_PARAMETER);
    time = file_time(ticks(&time) - zone_bias(information, id));
    return FileTimeToSystemTime(&time, local);
}

BOOL WINAPI TzSpecificLocalTimeToSystemTime(const TIME_ZONE_INFORMATION *information,
                                            const SYSTEMTIME *local, LPSYSTEMTIME universal)
{
    TIME_ZONE_INFORMATION own;
    FILETIME time;
    DWORD id;

    if (!information) {
        if (!zone(&own))
            return FALSE;
        information = &own;
    }
    if (!SystemTimeToFileTime(local, &time))
        return FALSE;
    id = zone_at(information, ticks(&time), TRUE);
    if (id == TIME_ZONE_ID_INVALID)
        return fail(ERROR_INVALID_PARAMETER);
    time = file_time(ticks(&time) + zone_bias(information, id));
    return FileTimeToSystemTime(&time, universal);
}

BOOL WINAPI SystemTimeToTzSpecificLocalTimeEx(const DYNAMIC_TIME_ZONE_INFORMATION *information,
                                              const SYSTEMTIME *universal, LPSYSTEMTIME local)
{
    return SystemTimeToTzSpecificLocalTime((const TIME_ZONE_INFORMATION *)information, universal,
                                           local);
}

BOOL WINAPI TzSpecificLocalTimeToSystemTimeEx(const DYNAMIC_TIME_ZONE_INFORMATION *information,
                                              const SYSTEMTIME *local, LPSYSTEMTIME universal)
{
    return TzSpecificLocalTimeToSystemTime((const TIME_ZONE_INFORMATION *)information, local,
                                           universal);
}

/* Documented to use the bias of now, whatever the time that is converted. */
BOOL WINAPI FileTimeToLocalFileTime(const FILETIME *time, LPFILETIME local)
{
    TIME_ZONE_INFORMATION information;

    if (!zone(&information))
        return FALSE;
    *local = file_time(ticks(time) - zone_bias(&information, zone_at(&information, now(), FALSE)));
    return TRUE;
}

BOOL WINAPI LocalFileTimeToFileTime(const FILETIME *local, LPFILETIME time)
{
    TIME_ZONE_INFORMATION information;

    if (!zone(&information))
        return FALSE;
    *time = file_time(ticks(local) + zone_bias(&information, zone_at(&information, now(), FALSE)));
    return TRUE;
}

BOOL WINAPI SetTimeZoneInformation(const TIME_ZONE_INFORMATION *information)
{
    (void)information;
    return fail(ERROR_PRIVILEGE_NOT_HELD); /* the zone is the host's */
}

/* ---- The clock ---- */

VOID WINAPI GetSystemTimeAsFileTime(LPFILETIME time)
{
    *time = file_time(now());
}

VOID WINAPI GetSystemTimePreciseAsFileTime(LPFILETIME time)
{
    *time = file_time(now()); /* the host's clock is read to 100 ns each time */
}

VOID WINAPI GetSystemTime(LPSYSTEMTIME system)
{
    FILETIME time = file_time(now());

    FileTimeToSystemTime(&time, system);
}

VOID WINAPI GetLocalTime(LPSYSTEMTIME local)
{
    FILETIME time = file_time(now());

    FileTimeToLocalFileTime(&time, &time);
    FileTimeToSystemTime(&time, local);
}

BOOL WINAPI SetSystemTime(const SYSTEMTIME *system)
{
    FILETIME time;
    LARGE_INTEGER value;

    if (!SystemTimeToFileTime(system, &time))
        return FALSE;
    value.QuadPart = ticks(&time);
    return set_status(NtSetSystemTime(&value, NULL));
}

BOOL WINAPI SetLocalTime(const SYSTEMTIME *local)
{
    FILETIME time;
    LARGE_INTEGER value;

    if (!SystemTimeToFileTime(local, &time) || !LocalFileTimeToFileTime(&time, &time))
        return FALSE;
    value.QuadPart = ticks(&time);
    return set_status(NtSetSystemTime(&value, NULL));
}

BOOL WINAPI GetSystemTimeAdjustment(PDWORD adjustment, PDWORD increment, PBOOL disabled)
{
    /* 64 interrupts a second, as on a PC; the host disciplines the clock, so no adjustment. */
    *adjustment = 156250;
    *increment = 156250;
    *disabled = TRUE;
    return TRUE;
}

BOOL WINAPI SetSystemTimeAdjustment(DWORD adjustment, BOOL disabled)
{
    (void)adjustment;
    (void)disabled;
    return fail(ERROR_PRIVILEGE_NOT_HELD);
}

BOOL WINAPI GetSystemTimes(LPFILETIME idle, LPFILETIME kernel, LPFILETIME user)
{
    /* SystemProcessorPerformanceInformation, one record per processor; kernel includes idle. */
    struct {
        LARGE_INTEGER idle, kernel, user, dpc, interrupt;
        ULONG interrupts;
    } records[64];
    ULONG length;
    LONGLONG sums[3] = {0};

    if (!set_status(NtQuerySystemInformation(SystemProcessorPerformanceInformation, records,
                                             sizeof(records), &length)))
        return FALSE;
    for (ULONG i = 0; i < length / sizeof(records[0]); i++) {
        sums[0] += records[i].idle.QuadPart;
        sums[1] += records[i].kernel.QuadPart;
        sums[2] += records[i].user.QuadPart;
    }
    if (idle)
        *idle = file_time(sums[0]);
    if (kernel)
        *kernel = file_time(sums[1]);
    if (user)
        *user = file_time(sums[2]);
    return TRUE;
}

/* ---- Counters ---- */

ULONGLONG WINAPI GetTickCount64(VOID)
{
    LARGE_INTEGER counter, frequency;

    /* The performance counter begins with the host's start and needs no system call. */
    RtlQueryPerformanceCounter(&counter);
    RtlQueryPerformanceFrequency(&frequency);
    return (ULONGLONG)(counter.QuadPart / frequency.QuadPart * 1000 +
                       counter.QuadPart % frequency.QuadPart * 1000 / frequency.QuadPart);
}

DWORD WINAPI GetTickCount(VOID)
{
    return (DWORD)GetTickCount64();
}

static ULONGLONG interrupt_time(void)
{
    LARGE_INTEGER counter, frequency;

    RtlQueryPerformanceCounter(&counter);
    RtlQueryPerformanceFrequency(&frequency);
    return (ULONGLONG)(counter.QuadPart / frequency.QuadPart * 10000000 +
                       counter.QuadPart % frequency.QuadPart * 10000000 / frequency.QuadPart);
}

VOID WINAPI QueryInterruptTime(PULONGLONG time)
{
    *time = interrupt_time();
}

VOID WINAPI QueryInterruptTimePrecise(PULONGLONG time)
{
    *time = interrupt_time();
}

BOOL WINAPI QueryUnbiasedInterruptTime(PULONGLONG time)
{
    if (!time)
        return fail(ERROR_INVALID_PARAMETER);
    return RtlQueryUnbiasedInterruptTime(time);
}

VOID WINAPI QueryUnbiasedInterruptTimePrecise(PULONGLONG time)
{
    RtlQueryUnbiasedInterruptTime(time);
}
