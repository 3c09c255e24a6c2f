/*
 * Calendar time, shared by time_*.c. Seconds count from 1970-01-01 00:00 UTC.
 */
#ifndef LIBCOMPAT_NT_CRT_TIMEDATA_H
#define LIBCOMPAT_NT_CRT_TIMEDATA_H

#include "locale_data.h"

struct crt_tm {
    int sec, min, hour, mday, mon, year, wday, yday, isdst;
};

/* The ends of the ranges: the 32-bit forms; 3000-12-31 23:59:59 in the zone west of UTC by eight
 * hours (msvcrt), and the later day that ucrtbase's header names. */
#define TIME32_MAX 0x7fffffffLL
#define TIME64_MAX (CRT_IS_UCRT ? 0x793582affLL : 0x793406fffLL)
/* gmtime also takes what any local time can differ by. */
#define TIME_LOCAL_LEAST (-12 * 3600LL)
#define TIME_LOCAL_EXTRA (13 * 3600LL)

/* The zone in effect; guarded by CRT_LOCK_TIME, see time_zone.c. */
extern long crt_timezone, crt_dstbias;
extern int crt_daylight;
extern char *crt_tzname[2];
extern const wchar_t *crt_wtzname(bool daylight);
/* Reads the zone once per process, and again when TZ or tzset says so. */
void crt_tz_ready(void);
/* Whether a local standard time falls into daylight saving time. */
bool crt_tz_is_dst(const struct crt_tm *standard);

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar; month 0..11. */
long long crt_days(long long year, int month, int mday);
/* The date and time of a second count; isdst = 0. */
void crt_split(long long seconds, struct crt_tm *out);
bool crt_is_leap(long long year);

/* The thread's buffer for gmtime and localtime, or NULL with ENOMEM. */
struct crt_tm *crt_tm_buffer(void);
errno_t crt_localtime(struct crt_tm *out, const long long *t, long long max);

void _tzset(void);

#endif
