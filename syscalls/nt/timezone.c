#include "syscalls/nt/timezone.h"

#include <stdbool.h>

#include <string.h>
#include <time.h>

static void copy_name(WCHAR *to, size_t room, const char *from)
{
    size_t i = 0;

    for (; from && from[i] && i + 1 < room; i++)
        to[i] = (unsigned char)from[i];
    to[i] = 0;
}

static long offset_at(time_t t, bool *daylight, const char **name)
{
    struct tm tm;
    static _Thread_local char zone[32];

    if (!localtime_r(&t, &tm)) {
        *daylight = false;
        return 0;
    }
    *daylight = tm.tm_isdst > 0;
    strncpy(zone, tm.tm_zone ? tm.tm_zone : "UTC", sizeof(zone) - 1);
    *name = zone;
    return tm.tm_gmtoff;
}

/* "Second Sunday of March at 02:00": TIME_FIELDS with year 0 and day = week of the month. */
static void rule_of(time_t change, long offset_before, USHORT rule[8])
{
    struct tm tm;
    time_t local = change + offset_before;

    gmtime_r(&local, &tm);
    int week = (tm.tm_mday - 1) / 7 + 1;
    /* A change in the last seven days of a month means "the last", as most zones say it. */
    struct tm next = tm;
    next.tm_mday += 7;
    time_t later = timegm(&next);
    gmtime_r(&later, &next);
    if (next.tm_mon != tm.tm_mon)
        week = 5;
    memset(rule, 0, 8 * sizeof(rule[0]));
    rule[1] = (USHORT)(tm.tm_mon + 1);
    rule[2] = (USHORT)week;
    rule[3] = (USHORT)tm.tm_hour;
    rule[4] = (USHORT)tm.tm_min;
    rule[5] = (USHORT)tm.tm_sec;
    rule[7] = (USHORT)tm.tm_wday;
}

void nt_timezone(RTL_DYNAMIC_TIME_ZONE_INFORMATION *tz)
{
    time_t now = time(NULL);
    struct tm tm;
    bool daylight, was;
    const char *name;
    char standard_name[32] = "UTC", daylight_name[32] = "";
    long standard = 0, summer = 0;
    bool have_standard = false, have_summer = false;

    tzset();
    memset(tz, 0, sizeof(*tz));
    gmtime_r(&now, &tm);
    struct tm first = {.tm_year = tm.tm_year, .tm_mon = 0, .tm_mday = 1};
    time_t start = timegm(&first), end = start + 366 * 86400;
    long before = offset_at(start, &was, &name);
    for (time_t t = start; t < end; t += 3600) {
        long offset = offset_at(t, &daylight, &name);
        if (daylight != was) {
            rule_of(t, before, daylight ? tz->tzi.DaylightStart : tz->tzi.StandardStart);
            was = daylight;
        }
        before = offset;
        if (daylight && !have_summer) {
            have_summer = true;
            summer = offset;
            strcpy(daylight_name, name);
        } else if (!daylight && !have_standard) {
            have_standard = true;
            standard = offset;
            strcpy(standard_name, name);
        }
        /* Hours matter only around a change; a day's step finds the day first. */
        if (offset_at(t + 86400, &daylight, &name) == offset && daylight == was)
            t += 86400 - 3600;
    }
    if (!have_standard)
        standard = summer;
    tz->tzi.Bias = (LONG)(-standard / 60);
    if (have_summer && have_standard) {
        tz->tzi.DaylightBias = (LONG)(-(summer - standard) / 60);
    } else {
        memset(tz->tzi.DaylightStart, 0, sizeof(tz->tzi.DaylightStart));
        memset(tz->tzi.StandardStart, 0, sizeof(tz->tzi.StandardStart));
    }
    copy_name(tz->tzi.StandardName, 32, standard_name);
    copy_name(tz->tzi.DaylightName, 32, have_summer ? daylight_name : standard_name);
    copy_name(tz->TimeZoneKeyName, 128, standard_name);
}

int64_t nt_timezone_bias_now(void)
{
    bool daylight;
    const char *name;

    return -offset_at(time(NULL), &daylight, &name) * 10000000ll;
}

ULONG nt_timezone_id_now(void)
{
    RTL_DYNAMIC_TIME_ZONE_INFORMATION tz;
    bool daylight;
    const char *name;

    nt_timezone(&tz);
    if (tz.tzi.StandardStart[1] == 0)
        return 0;
    offset_at(time(NULL), &daylight, &name);
    return daylight ? 2 : 1;
}
