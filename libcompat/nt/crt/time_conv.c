/*
 * Second counts to calendar dates and back: gmtime, localtime, mktime, _mkgmtime, difftime.
 */
#include "timedata.h"

typedef int32_t time32;
typedef int64_t time64;

bool crt_is_leap(long long year)
{
    return !(year % 4) && (year % 100 || !(year % 400));
}

/* Counts in years that begin in March, so that the leap day comes last. */
long long crt_days(long long year, int month, int mday)
{
    int m = month >= 2 ? month - 2 : month + 10;
    long long y = month >= 2 ? year : year - 1;
    long long era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + (m * 153 + 2) / 5 + mday - 1 -
           719468;
}

void crt_split(long long seconds, struct crt_tm *out)
{
    long long days = seconds / 86400, rest = seconds % 86400;

    if (rest < 0) {
        rest += 86400;
        days--;
    }
    out->sec = (int)(rest % 60);
    out->min = (int)(rest / 60 % 60);
    out->hour = (int)(rest / 3600);
    out->wday = (int)((days % 7 + 11) % 7);

    long long d = days + 719468, era = (d >= 0 ? d : d - 146096) / 146097;
    long of_era = (long)(d - era * 146097);
    long y = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    long of_year = of_era - (365 * y + y / 4 - y / 100);
    int m = (int)((5 * of_year + 2) / 153);
    out->mday = (int)(of_year - (153 * m + 2) / 5 + 1);
    out->mon = m < 10 ? m + 2 : m - 10;
    long long year = era * 400 + y + (m >= 10);
    out->year = (int)(year - 1900);
    out->yday = (int)(days - crt_days(year, 0, 1));
    out->isdst = 0;
}

struct crt_tm *crt_tm_buffer(void)
{
    struct crt_thread *t = crt_thread();

    if (!t->tm_buf)
        t->tm_buf = malloc(sizeof *t->tm_buf);
    if (!t->tm_buf)
        errno = ENOMEM;
    return t->tm_buf;
}

/* ---- gmtime, localtime -------------------------------------------------------------------- */

/* Out of range is reported by errno alone: only null pointers are invalid parameters. */
static errno_t out_of_range(void)
{
    return errno = EINVAL;
}

static errno_t split_utc(struct crt_tm *out, const long long *t, long long max)
{
    if (!out)
        return crt_bad_parameter(EINVAL);
    memset(out, 0xff, sizeof *out);
    if (!t)
        return crt_bad_parameter(EINVAL);
    if (*t < TIME_LOCAL_LEAST || *t > max + (max == TIME32_MAX ? 0 : TIME_LOCAL_EXTRA))
        return out_of_range();
    crt_split(*t, out);
    return 0;
}

errno_t crt_localtime(struct crt_tm *out, const long long *t, long long max)
{
    if (!out)
        return crt_bad_parameter(EINVAL);
    memset(out, 0xff, sizeof *out);
    if (!t)
        return crt_bad_parameter(EINVAL);
    if (*t < 0 || *t > max)
        return out_of_range();
    crt_tz_ready();
    crt_split(*t - crt_timezone, out);
    if (crt_daylight && crt_tz_is_dst(out)) {
        crt_split(*t - crt_timezone - crt_dstbias, out);
        out->isdst = 1;
    }
    return 0;
}

#define FORMS(bits)                                                                                \
    errno_t _gmtime##bits##_s(struct crt_tm *out, const time##bits *t)                             \
    {                                                                                              \
        long long v = t ? *t : 0;                                                                  \
        return split_utc(out, t ? &v : NULL, TIME##bits##_MAX);                                    \
    }                                                                                              \
    errno_t _localtime##bits##_s(struct crt_tm *out, const time##bits *t)                          \
    {                                                                                              \
        long long v = t ? *t : 0;                                                                  \
        return crt_localtime(out, t ? &v : NULL, TIME##bits##_MAX);                                \
    }                                                                                              \
    struct crt_tm *_gmtime##bits(const time##bits *t)                                              \
    {                                                                                              \
        struct crt_tm *out = crt_tm_buffer();                                                      \
        return out && !_gmtime##bits##_s(out, t) ? out : NULL;                                     \
    }                                                                                              \
    struct crt_tm *_localtime##bits(const time##bits *t)                                           \
    {                                                                                              \
        struct crt_tm *out = crt_tm_buffer();                                                      \
        return out && !_localtime##bits##_s(out, t) ? out : NULL;                                  \
    }                                                                                              \
    double _difftime##bits(time##bits late, time##bits early)                                      \
    {                                                                                              \
        if (late < 0 || early < 0) {                                                               \
            errno = EINVAL;                                                                        \
            return 0;                                                                              \
        }                                                                                          \
        return (double)((long long)late - early);                                                  \
    }

FORMS(32)
FORMS(64)

/* ---- mktime, _mkgmtime -------------------------------------------------------------------- */

/* Fields may lie outside their ranges; the sum is exact in 64 bits for any ints. */
static long long join(const struct crt_tm *tm)
{
    long long months = tm->year * 12LL + tm->mon;
    long long year = (months >= 0 ? months : months - 11) / 12;
    long long days = crt_days(year + 1900, (int)(months - year * 12), 1) + tm->mday - 1LL;

    return ((days * 24 + tm->hour) * 60 + tm->min) * 60 + tm->sec;
}

static long long make(struct crt_tm *tm, bool local, long long max)
{
    long long t;
    struct crt_tm result;

    CRT_CHECK(tm, EINVAL, -1);
    t = join(tm);
    if (local) {
        crt_tz_ready();
        struct crt_tm standard;
        crt_split(t, &standard);
        t += crt_timezone;
        /* Unknown is decided on the clock as it stands: the hour skipped in spring is daylight
         * time, the hour repeated in autumn is standard. */
        if (tm->isdst > 0 || (tm->isdst < 0 && crt_daylight && crt_tz_is_dst(&standard)))
            t += crt_dstbias;
    }
    if (t < 0 || t > max) {
        errno = EINVAL;
        return -1;
    }
    if (local) {
        if (crt_localtime(&result, &t, max))
            return -1;
    } else {
        crt_split(t, &result);
    }
    *tm = result;
    return t;
}

time32 _mktime32(struct crt_tm *tm)
{
    return (time32)make(tm, true, TIME32_MAX);
}

time64 _mktime64(struct crt_tm *tm)
{
    return make(tm, true, TIME64_MAX);
}

time32 _mkgmtime32(struct crt_tm *tm)
{
    return (time32)make(tm, false, TIME32_MAX);
}

time64 _mkgmtime64(struct crt_tm *tm)
{
    return make(tm, false, TIME64_MAX);
}
