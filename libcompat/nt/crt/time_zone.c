/*
 * The time zone: the TZ variable, else the system's. One rule holds for all years, as in the
 * system's runtimes.
 */
#include "timedata.h"

#define NAME_SIZE 64

/* Where a half of the year begins: the week-th wday of a month (0..11), or its last if 5. */
struct rule {
    int month, week, wday, seconds; /* seconds of the day, on the clock that ends there */
};

/* All guarded by CRT_LOCK_TIME; programs read the exported ones without it, as documented. */
static char standard_name[NAME_SIZE] = "PST", daylight_name[NAME_SIZE] = "PDT";
static wchar_t wide_names[2][NAME_SIZE] = {L"PST", L"PDT"};
long crt_timezone = 8 * 3600, crt_dstbias = -3600;
int crt_daylight = 1;
char *crt_tzname[2] = {standard_name, daylight_name};
static struct rule begin, end;
static int ready;

const wchar_t *crt_wtzname(bool daylight)
{
    return wide_names[daylight];
}

static void set_name(bool daylight, const wchar_t *name, size_t len)
{
    char *narrow = crt_tzname[daylight];
    int n;

    if (len >= NAME_SIZE)
        len = NAME_SIZE - 1;
    wcsncpy(wide_names[daylight], name, len);
    wide_names[daylight][len] = 0;
    unsigned cp = crt_locale_codepage(NULL);
    n = WideCharToMultiByte(cp ? cp : CP_ACP, 0, name, (int)len, narrow, NAME_SIZE - 1, NULL, NULL);
    narrow[n > 0 ? n : 0] = 0;
}

/* ---- TZ=tzn[+|-]hh[:mm[:ss]][dzn] ---------------------------------------------------------- */

static int number(const wchar_t **s)
{
    int n = 0;

    for (; **s >= '0' && **s <= '9' && n < 1000; (*s)++)
        n = n * 10 + (**s - '0');
    return n;
}

static void from_variable(const wchar_t *s)
{
    size_t len = wcsnlen(s, 3);
    int sign = 1;

    set_name(false, s, len);
    s += len;
    if (*s == '+' || *s == '-')
        sign = *s++ == '-' ? -1 : 1;
    crt_timezone = number(&s) * 3600L;
    if (*s == ':') {
        s++;
        crt_timezone += number(&s) * 60L;
        if (*s == ':') {
            s++;
            crt_timezone += number(&s);
        }
    }
    crt_timezone *= sign;
    crt_daylight = *s != 0;
    crt_dstbias = -3600;
    set_name(true, s, wcsnlen(s, 3));
    /* A daylight name brings the rule of the United States, as documented. */
    begin = (struct rule){2, 2, 0, 2 * 3600};
    end = (struct rule){10, 1, 0, 2 * 3600};
}

/* ---- the system's ------------------------------------------------------------------------- */

static struct rule from_date(const SYSTEMTIME *d)
{
    return (struct rule){d->wMonth - 1, d->wDay, d->wDayOfWeek,
                         (d->wHour * 60 + d->wMinute) * 60 + d->wSecond};
}

static void from_system(void)
{
    TIME_ZONE_INFORMATION zone;

    if (GetTimeZoneInformation(&zone) == TIME_ZONE_ID_INVALID) {
        crt_timezone = crt_dstbias = 0;
        crt_daylight = 0;
        set_name(false, L"UTC", 3);
        set_name(true, L"", 0);
        return;
    }
    crt_timezone = zone.Bias * 60L;
    if (zone.StandardDate.wMonth)
        crt_timezone += zone.StandardBias * 60L;
    /* A date with a year is a single event, not a rule. */
    crt_daylight = zone.DaylightDate.wMonth && zone.DaylightBias && !zone.DaylightDate.wYear;
    crt_dstbias = crt_daylight ? (zone.DaylightBias - zone.StandardBias) * 60L : 0;
    set_name(false, zone.StandardName, wcsnlen(zone.StandardName, 32));
    set_name(true, zone.DaylightName, wcsnlen(zone.DaylightName, 32));
    if (crt_daylight) {
        begin = from_date(&zone.DaylightDate);
        end = from_date(&zone.StandardDate);
    }
}

void _tzset(void)
{
    wchar_t tz[256];
    DWORD n = GetEnvironmentVariableW(L"TZ", tz, CRT_COUNT(tz));

    _lock(CRT_LOCK_TIME);
    if (n && n < CRT_COUNT(tz))
        from_variable(tz);
    else
        from_system();
    __atomic_store_n(&ready, 1, __ATOMIC_RELEASE);
    _unlock(CRT_LOCK_TIME);
}

void crt_tz_ready(void)
{
    if (!__atomic_load_n(&ready, __ATOMIC_ACQUIRE))
        _tzset();
}

/* ---- rules -------------------------------------------------------------------------------- */

/* Seconds from the start of the year. */
static long rule_second(const struct rule *r, int year)
{
    long long jan1 = crt_days(year, 0, 1), first = crt_days(year, r->month, 1);
    long long next = r->month == 11 ? crt_days(year + 1LL, 0, 1) : crt_days(year, r->month + 1, 1);
    int wday = (int)((first + 4) % 7 + 7) % 7; /* 1970-01-01 was a Thursday */
    long long day = first + (r->wday - wday + 7) % 7 + 7 * (r->week - 1);

    while (day >= next)
        day -= 7;
    return (long)(day - jan1) * 86400L + r->seconds;
}

bool crt_tz_is_dst(const struct crt_tm *t)
{
    bool result = false;

    _lock(CRT_LOCK_TIME);
    if (crt_daylight) {
        int year = t->year + 1900;
        long now = ((t->yday * 24L + t->hour) * 60 + t->min) * 60 + t->sec;
        long on = rule_second(&begin, year);
        long off = rule_second(&end, year) + crt_dstbias; /* its clock shows daylight time */
        result = on < off ? now >= on && now < off : now >= on || now < off;
    }
    _unlock(CRT_LOCK_TIME);
    return result;
}

/* ---- what programs ask -------------------------------------------------------------------- */

errno_t _get_timezone(long *value)
{
    if (!value)
        return crt_bad_parameter(EINVAL);
    *value = crt_timezone;
    return 0;
}

errno_t _get_dstbias(long *value)
{
    if (!value)
        return crt_bad_parameter(EINVAL);
    *value = crt_dstbias;
    return 0;
}

errno_t _get_daylight(int *value)
{
    if (!value)
        return crt_bad_parameter(EINVAL);
    *value = crt_daylight;
    return 0;
}

errno_t _get_tzname(size_t *result, char *buf, size_t size, int index)
{
    if (!result || !buf != !size || (index != 0 && index != 1))
        return crt_bad_parameter(EINVAL);
    if (buf)
        *buf = 0;
    *result = strlen(crt_tzname[index]) + 1;
    if (!buf)
        return 0;
    if (*result > size)
        return ERANGE;
    return strcpy_s(buf, size, crt_tzname[index]);
}

long *__timezone(void)
{
    return &crt_timezone;
}

long *__dstbias(void)
{
    return &crt_dstbias;
}

int *__daylight(void)
{
    return &crt_daylight;
}

char **__tzname(void)
{
    return crt_tzname;
}
