/*
 * Multimedia time.
 */
#define _WINMM_
#define WINMMAPI
#include "libcompat/nt/include/win32.h"
#include <mmsystem.h>

/* What timers can do, in milliseconds. */
#define PERIOD_MIN 1u
#define PERIOD_MAX 1000000u

DWORD WINAPI timeGetTime(void)
{
    return GetTickCount();
}

MMRESULT WINAPI timeGetSystemTime(LPMMTIME time, UINT size)
{
    if (!time || size < sizeof(time->wType) + sizeof(time->u))
        return TIMERR_STRUCT;
    time->wType = TIME_MS;
    time->u.ms = timeGetTime();
    return TIMERR_NOERROR;
}

MMRESULT WINAPI timeGetDevCaps(LPTIMECAPS caps, UINT size)
{
    if (!caps)
        return TIMERR_NOCANDO;
    if (size != sizeof(*caps))
        return TIMERR_NOCANDO;
    caps->wPeriodMin = PERIOD_MIN;
    caps->wPeriodMax = PERIOD_MAX;
    return TIMERR_NOERROR;
}

/* Requests for a finer clock, per period up to 16 ms, as that is what the system's tick is. */
#define PERIODS 16
static LONG requests[PERIODS]; /* interlocked */

static MMRESULT adjust(UINT period, LONG by)
{
    LONG old;
    ULONG current;

    if (period < PERIOD_MIN || period > PERIOD_MAX)
        return TIMERR_NOCANDO;
    if (period >= PERIODS)
        return TIMERR_NOERROR;
    old = InterlockedExchangeAdd(&requests[period], by);
    if (old + by < 0) { /* an end without a begin */
        InterlockedExchangeAdd(&requests[period], -by);
        return TIMERR_NOCANDO;
    }
    /* the system counts a process once */
    if ((by > 0 && !old) || (by < 0 && old == 1))
        NtSetTimerResolution(period * 10000, by > 0, &current);
    return TIMERR_NOERROR;
}

MMRESULT WINAPI timeBeginPeriod(UINT period)
{
    return adjust(period, 1);
}

MMRESULT WINAPI timeEndPeriod(UINT period)
{
    return adjust(period, -1);
}
