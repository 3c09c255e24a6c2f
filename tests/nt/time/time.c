/* Clocks, counters, calendar, time zones. */
#include "tests/nt/check.h"

static LONGLONG ticks(FILETIME t)
{
    return (LONGLONG)t.dwHighDateTime << 32 | t.dwLowDateTime;
}

/* The page at 0x7ffe0000: the clocks in it go on, though others have read its constants before. */
static void shared_page(void)
{
    const volatile char *page = (const volatile char *)(ULONG_PTR)0x7ffe0000;
    const volatile ULONG *interrupt_time = (const volatile ULONG *)(page + 8);
    WCHAR root[MAX_PATH];
    ULONG before;

    CHECK(GetWindowsDirectoryW(root, MAX_PATH) > 0);
    CHECK(!_wcsicmp(root, (const WCHAR *)(page + 0x30)));
    before = *interrupt_time;
    while (*interrupt_time == before)
        Sleep(1);
    CHECK(*interrupt_time != before);
}

int main(void)
{
    SYSTEMTIME s = {.wYear = 2024,
                    .wMonth = 2,
                    .wDay = 29,
                    .wHour = 13,
                    .wMinute = 14,
                    .wSecond = 15},
               back, local;
    FILETIME f, g;
    WORD date, clock;
    LARGE_INTEGER a, b, frequency;
    ULONGLONG tick;
    /* Central Europe: standard time from the last Sunday of October, daylight time from March's. */
    TIME_ZONE_INFORMATION zone = {
        .Bias = -60,
        .StandardDate = {.wMonth = 10, .wDay = 5, .wHour = 3},
        .DaylightDate = {.wMonth = 3, .wDay = 5, .wHour = 2},
        .DaylightBias = -60,
    };

    CHECK(SystemTimeToFileTime(&s, &f));
    CHECK_EQ(ticks(f), 133536860550000000LL);
    CHECK(FileTimeToSystemTime(&f, &back));
    CHECK(back.wYear == 2024 && back.wDay == 29 && back.wDayOfWeek == 4 && back.wSecond == 15);
    CHECK(FileTimeToDosDateTime(&f, &date, &clock));
    CHECK_EQ(date, (2024 - 1980) << 9 | 2 << 5 | 29);
    CHECK(DosDateTimeToFileTime(date, clock, &g));
    CHECK_EQ(ticks(g), ticks(f) - 10000000); /* an odd second is dropped */
    CHECK_EQ(CompareFileTime(&f, &g), 1);
    s.wMonth = 13;
    CHECK(!SystemTimeToFileTime(&s, &f));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    s.wMonth = 7;
    CHECK(SystemTimeToTzSpecificLocalTime(&zone, &s, &local));
    CHECK_EQ(local.wHour, 15);
    CHECK(TzSpecificLocalTimeToSystemTime(&zone, &local, &back));
    CHECK_EQ(back.wHour, 13);
    s.wMonth = 12;
    CHECK(SystemTimeToTzSpecificLocalTime(&zone, &s, &local));
    CHECK_EQ(local.wHour, 14);
    CHECK(GetTimeZoneInformation(&zone) != TIME_ZONE_ID_INVALID);

    shared_page();
    GetSystemTimeAsFileTime(&f);
    GetSystemTimePreciseAsFileTime(&g);
    CHECK(ticks(g) - ticks(f) < 100000000 && ticks(f) > 133000000000000000LL);
    CHECK(QueryPerformanceFrequency(&frequency) && frequency.QuadPart > 0);
    CHECK(QueryPerformanceCounter(&a));
    tick = GetTickCount64();
    Sleep(60);
    CHECK(QueryPerformanceCounter(&b));
    CHECK((b.QuadPart - a.QuadPart) * 1000 / frequency.QuadPart >= 15);
    CHECK(GetTickCount64() - tick >= 10);
    CHECK(GetTickCount() - (DWORD)tick < 60000);
    return check_done();
}
