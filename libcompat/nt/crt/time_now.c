/*
 * The clock: time, clock, _ftime, timespec_get, and the old date and time strings.
 */
#include "timedata.h"

typedef int32_t time32;
typedef int64_t time64;

/* 100 ns units since 1970. */
static long long now(void)
{
    FILETIME ft;

    GetSystemTimePreciseAsFileTime(&ft);
    return ((long long)ft.dwHighDateTime << 32 | ft.dwLowDateTime) - 116444736000000000LL;
}

time64 _time64(time64 *out)
{
    time64 t = now() / 10000000;

    if (out)
        *out = t;
    return t;
}

time32 _time32(time32 *out)
{
    time64 t = now() / 10000000;
    time32 result = t > TIME32_MAX ? -1 : (time32)t;

    if (out)
        *out = result;
    return result;
}

/* Milliseconds since the process began, as documented: not processor time. */
long clock(void)
{
    FILETIME created, unused, ft;

    if (!GetProcessTimes(GetCurrentProcess(), &created, &unused, &unused, &unused))
        return -1;
    GetSystemTimePreciseAsFileTime(&ft);
    long long d = ((long long)ft.dwHighDateTime << 32 | ft.dwLowDateTime) -
                  ((long long)created.dwHighDateTime << 32 | created.dwLowDateTime);
    d = d < 0 ? 0 : d / 10000;
    return d > 0x7fffffff ? -1 : (long)d;
}

/* struct _timeb with either width of time_t. */
struct timeb32 {
    time32 time;
    unsigned short millitm;
    short timezone, dstflag;
};
struct timeb64 {
    time64 time;
    unsigned short millitm;
    short timezone, dstflag;
};

static bool daylight_now(long long seconds)
{
    struct crt_tm tm;

    return !crt_localtime(&tm, &seconds, TIME64_MAX) && tm.isdst > 0;
}

#define FTIME(bits)                                                                                \
    errno_t _ftime##bits##_s(struct timeb##bits *out)                                              \
    {                                                                                              \
        if (!out)                                                                                  \
            return crt_bad_parameter(EINVAL);                                                      \
        long long t = now();                                                                       \
        crt_tz_ready();                                                                            \
        out->time = (time##bits)(t / 10000000);                                                    \
        out->millitm = (unsigned short)(t / 10000 % 1000);                                         \
        out->timezone = (short)(crt_timezone / 60);                                                \
        out->dstflag = daylight_now(t / 10000000);                                                 \
        return 0;                                                                                  \
    }                                                                                              \
    void _ftime##bits(struct timeb##bits *out) { _ftime##bits##_s(out); }

FTIME(32)
FTIME(64)

struct timespec32 {
    time32 sec;
    long nsec;
};
struct timespec64 {
    time64 sec;
    long nsec;
};

int _timespec64_get(struct timespec64 *out, int base)
{
    if (!out || base != 1) /* TIME_UTC */
        return 0;
    long long t = now();
    out->sec = t / 10000000;
    out->nsec = (long)(t % 10000000) * 100;
    return base;
}

int _timespec32_get(struct timespec32 *out, int base)
{
    struct timespec64 ts;

    if (!out || !_timespec64_get(&ts, base) || ts.sec > TIME32_MAX)
        return 0;
    out->sec = (time32)ts.sec;
    out->nsec = ts.nsec;
    return base;
}

/* Local time, with milliseconds returned. */
unsigned _getsystime(struct crt_tm *tm)
{
    SYSTEMTIME st;

    GetLocalTime(&st);
    *tm = (struct crt_tm){st.wSecond, st.wMinute, st.wHour, st.wDay, st.wMonth - 1,
                          st.wYear - 1900, st.wDayOfWeek, 0, -1};
    tm->yday = (int)(crt_days(st.wYear, tm->mon, tm->mday) - crt_days(st.wYear, 0, 1));
    struct crt_tm copy = *tm;
    extern time64 _mktime64(struct crt_tm *);
    if (_mktime64(&copy) >= 0)
        tm->isdst = copy.isdst;
    return st.wMilliseconds;
}

unsigned _setsystime(struct crt_tm *tm, unsigned milliseconds)
{
    extern time64 _mktime64(struct crt_tm *);
    SYSTEMTIME st;

    if (_mktime64(tm) < 0)
        return ERROR_INVALID_PARAMETER;
    st = (SYSTEMTIME){(WORD)(tm->year + 1900), (WORD)(tm->mon + 1), (WORD)tm->wday, (WORD)tm->mday,
                      (WORD)tm->hour, (WORD)tm->min, (WORD)tm->sec, (WORD)milliseconds};
    return SetLocalTime(&st) ? 0 : GetLastError();
}

/* ---- mm/dd/yy and hh:mm:ss ---------------------------------------------------------------- */

static void put3(wchar_t *out, const WORD *v, wchar_t separator)
{
    for (int i = 0; i < 3; i++) {
        out[i * 3] = (wchar_t)('0' + v[i] / 10 % 10);
        out[i * 3 + 1] = (wchar_t)('0' + v[i] % 10);
        out[i * 3 + 2] = i < 2 ? separator : 0;
    }
}

static void date_text(wchar_t *out)
{
    SYSTEMTIME st;
    GetLocalTime(&st);
    put3(out, (WORD[]){st.wMonth, st.wDay, st.wYear % 100}, '/');
}

static void time_text(wchar_t *out)
{
    SYSTEMTIME st;
    GetLocalTime(&st);
    put3(out, (WORD[]){st.wHour, st.wMinute, st.wSecond}, ':');
}

#define STAMP(CH, name, fill)                                                                      \
    errno_t name##_s(CH *buf, size_t size)                                                         \
    {                                                                                              \
        wchar_t text[9];                                                                           \
        if (!buf || !size)                                                                         \
            return crt_bad_parameter(EINVAL);                                                      \
        *buf = 0;                                                                                  \
        if (size < 9)                                                                              \
            return crt_bad_parameter(ERANGE);                                                      \
        fill(text);                                                                                \
        for (int i = 0; i < 9; i++)                                                                \
            buf[i] = (CH)text[i];                                                                  \
        return 0;                                                                                  \
    }                                                                                              \
    CH *name(CH *buf)                                                                              \
    {                                                                                              \
        return name##_s(buf, 9) ? NULL : buf;                                                      \
    }

STAMP(char, _strdate, date_text)
STAMP(char, _strtime, time_text)
STAMP(wchar_t, _wstrdate, date_text)
STAMP(wchar_t, _wstrtime, time_text)
