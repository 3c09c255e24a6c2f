/* Calendar time: known dates, round trips, daylight saving, formats. */
#include "check.h"
#include <stdlib.h>
#include <string.h>
#include <sys/timeb.h>
#include <time.h>
#include <wchar.h>

static void zone(const char *tz)
{
    char entry[64] = "TZ=";

    strcat(entry, tz);
    _putenv(entry);
    _tzset();
}

static int is(const struct tm *t, int y, int mon, int d, int h, int mi, int s, int w, int yd)
{
    return t && t->tm_year == y - 1900 && t->tm_mon == mon && t->tm_mday == d && t->tm_hour == h &&
           t->tm_min == mi && t->tm_sec == s && t->tm_wday == w && t->tm_yday == yd;
}

static void test_utc(void)
{
    __time64_t t = 0;

    CHECK(is(_gmtime64(&t), 1970, 0, 1, 0, 0, 0, 4, 0));
    t = 951782400;
    CHECK(is(_gmtime64(&t), 2000, 1, 29, 0, 0, 0, 2, 59));
    t = 4107542399;
    CHECK(is(_gmtime64(&t), 2100, 1, 28, 23, 59, 59, 0, 58));
    t = 32535215999;
    CHECK(is(_gmtime64(&t), 3000, 11, 31, 23, 59, 59, 3, 364));
    t = -100000;
    CHECK(!_gmtime64(&t));
    int bad = 0;
    for (t = 0; t < 32000000000; t += 86400 * 37 + 4711) {
        struct tm tm = *_gmtime64(&t);
        bad += _mkgmtime64(&tm) != t;
    }
    CHECK(!bad);
    struct tm tm = {.tm_year = 100, .tm_mon = 14, .tm_mday = -1, .tm_hour = 25, .tm_min = -1};
    CHECK(_mkgmtime64(&tm) == 983321940);
    CHECK(is(&tm, 2001, 1, 28, 0, 59, 0, 3, 58));
}

static void test_local(void)
{
    zone("PST8PDT");
    CHECK(_timezone == 28800 && _daylight && !strcmp(_tzname[0], "PST") &&
          !strcmp(_tzname[1], "PDT"));
    __time64_t t = 1700000000; /* 2023-11-14 22:13:20 UTC */
    CHECK(is(_localtime64(&t), 2023, 10, 14, 14, 13, 20, 2, 317) && !_localtime64(&t)->tm_isdst);
    t = 1690000000; /* 2023-07-22 04:26:40 UTC */
    CHECK(is(_localtime64(&t), 2023, 6, 21, 21, 26, 40, 5, 201) &&
          _localtime64(&t)->tm_isdst == 1);
    t = 1678615199; /* the second before 2023-03-12 02:00 PST */
    CHECK(is(_localtime64(&t), 2023, 2, 12, 1, 59, 59, 0, 70));
    t++;
    CHECK(is(_localtime64(&t), 2023, 2, 12, 3, 0, 0, 0, 70));
    t = 1699174799; /* the second before 2023-11-05 02:00 PDT */
    CHECK(is(_localtime64(&t), 2023, 10, 5, 1, 59, 59, 0, 308) && _localtime64(&t)->tm_isdst);
    t++;
    CHECK(is(_localtime64(&t), 2023, 10, 5, 1, 0, 0, 0, 308) && !_localtime64(&t)->tm_isdst);
    struct tm tm = {.tm_year = 123, .tm_mon = 6, .tm_mday = 21, .tm_hour = 21, .tm_min = 26,
                    .tm_sec = 40, .tm_isdst = -1};
    CHECK(_mktime64(&tm) == 1690000000 && tm.tm_isdst == 1 && tm.tm_yday == 201);
    tm.tm_isdst = 0;
    CHECK(_mktime64(&tm) == 1690003600);
    zone("EST-1:30");
    CHECK(_timezone == -5400 && !_daylight);
    int bad = 0;
    zone("PST8PDT");
    for (t = 86400; t < 4000000000; t += 86400 * 11 + 1234) {
        tm = *_localtime64(&t);
        bad += _mktime64(&tm) != t;
    }
    CHECK(!bad);
}

static const char *format(const char *f, const struct tm *tm)
{
    static char buf[128];

    buf[0] = 0;
    strftime(buf, sizeof buf, f, tm);
    return buf;
}

static void test_text(void)
{
    struct tm tm = {.tm_year = 80, .tm_mon = 0, .tm_mday = 12, .tm_hour = 2, .tm_min = 3,
                    .tm_sec = 55, .tm_wday = 6, .tm_yday = 11};

    CHECK_STR(asctime(&tm), "Sat Jan 12 02:03:55 1980\n");
    CHECK_STR(format("%a %A %b %B %d %H %I %j %m %M %p %S %U %w %W %x %X %y %Y %%", &tm),
              "Sat Saturday Jan January 12 02 02 012 01 03 AM 55 01 6 01 01/12/80 02:03:55 80 "
              "1980 %");
    CHECK_STR(format("%#d/%#m %#H:%#M", &tm), "12/1 2:3");
    tm.tm_hour = 12;
    CHECK_STR(format("%I %p", &tm), "12 PM");
    tm.tm_hour = 0;
    CHECK_STR(format("%I %p", &tm), "12 AM");
    zone("PST8PDT");
    CHECK_STR(format("%Z", &tm), "PST");
    tm.tm_isdst = 1;
    CHECK_STR(format("%Z", &tm), "PDT");
    char small[4];
    CHECK(strftime(small, 4, "%Y", &tm) == 0 && strftime(small, 4, "abc", &tm) == 3);
    wchar_t w[32];
    CHECK(wcsftime(w, 32, L"%Y-%m-%d", &tm) == 10 && !wcscmp(w, L"1980-01-12"));
    zone("UTC0");
    __time64_t t = 1000432000;
    CHECK_STR(_ctime64(&t), "Fri Sep 14 01:46:40 2001\n");
    CHECK(!wcscmp(_wctime64(&t), L"Fri Sep 14 01:46:40 2001\n"));
    char d[9];
    CHECK(_strdate(d) == d && d[2] == '/' && strlen(d) == 8 && _strtime(d) && d[5] == ':');
}

static void test_now(void)
{
    __time64_t a = _time64(NULL), b;

    CHECK(a > 1600000000 && _time64(&b) == b && b - a < 2);
    clock_t c = clock();
    CHECK(c >= 0 && clock() >= c && _difftime64(10, 4) == 6);
    struct __timeb64 tb;
    _ftime64(&tb);
    CHECK(tb.time - a < 2 && tb.millitm < 1000);
}

int main(void)
{
    test_utc();
    test_local();
    test_text();
    test_now();
    return check_done();
}
