/*
 * asctime and ctime in all their forms: "Wed Jan  2 02:03:55 1980\n".
 */
#include "timedata.h"

typedef int32_t time32;
typedef int64_t time64;

#define ASCTIME_SIZE 26

static bool valid(const struct crt_tm *t)
{
    static const signed char last[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    if (t->year < 0 || t->mon < 0 || t->mon > 11 || t->hour < 0 || t->hour > 23 || t->min < 0 ||
        t->min > 59 || t->sec < 0 || t->sec > 60 || t->wday < 0 || t->wday > 6 || t->mday < 1)
        return false;
    return t->mday <= last[t->mon] + (t->mon == 1 && crt_is_leap(t->year + 1900LL));
}

static wchar_t *two(wchar_t *p, int n, wchar_t pad)
{
    *p++ = n < 10 ? pad : (wchar_t)('0' + n / 10);
    *p++ = (wchar_t)('0' + n % 10);
    return p;
}

static void format(wchar_t *p, const struct crt_tm *t)
{
    int year = t->year + 1900;

    memcpy(p, crt_time_names_c.day_short[t->wday], 3 * sizeof *p);
    p[3] = ' ';
    memcpy(p + 4, crt_time_names_c.month_short[t->mon], 3 * sizeof *p);
    p[7] = ' ';
    p = two(p + 8, t->mday, CRT_IS_UCRT ? ' ' : '0');
    *p++ = ' ';
    p = two(p, t->hour, '0');
    *p++ = ':';
    p = two(p, t->min, '0');
    *p++ = ':';
    p = two(p, t->sec, '0');
    *p++ = ' ';
    p = two(p, year / 100 % 100, '0');
    p = two(p, year % 100, '0');
    *p++ = '\n';
    *p = 0;
}

static errno_t to_text(wchar_t *text, size_t size, const struct crt_tm *t)
{
    if (!t || !valid(t) || size < ASCTIME_SIZE)
        return crt_bad_parameter(EINVAL);
    format(text, t);
    return 0;
}

/* A missing, negative or far time is reported as localtime does. */
static errno_t time_to_text(wchar_t *text, size_t size, const long long *t, long long max)
{
    struct crt_tm tm;

    if (!t || size < ASCTIME_SIZE)
        return crt_bad_parameter(EINVAL);
    errno_t error = crt_localtime(&tm, t, max);
    if (!error)
        format(text, &tm);
    return error;
}

static void narrow(char *out, const wchar_t *text)
{
    for (int i = 0; i < ASCTIME_SIZE; i++)
        out[i] = (char)text[i];
}

static char *narrow_buffer(void)
{
    struct crt_thread *t = crt_thread();

    if (!t->asctime_buf)
        t->asctime_buf = malloc(ASCTIME_SIZE);
    return t->asctime_buf;
}

static wchar_t *wide_buffer(void)
{
    struct crt_thread *t = crt_thread();

    if (!t->wasctime_buf)
        t->wasctime_buf = malloc(ASCTIME_SIZE * sizeof(wchar_t));
    return t->wasctime_buf;
}

errno_t asctime_s(char *buf, size_t size, const struct crt_tm *t)
{
    wchar_t text[ASCTIME_SIZE];

    if (!buf || !size)
        return crt_bad_parameter(EINVAL);
    *buf = 0;
    errno_t error = to_text(text, size, t);
    if (!error)
        narrow(buf, text);
    return error;
}

errno_t _wasctime_s(wchar_t *buf, size_t size, const struct crt_tm *t)
{
    if (!buf || !size)
        return crt_bad_parameter(EINVAL);
    *buf = 0;
    return to_text(buf, size, t);
}

char *asctime(const struct crt_tm *t)
{
    char *buf = narrow_buffer();
    return buf && !asctime_s(buf, ASCTIME_SIZE, t) ? buf : NULL;
}

wchar_t *_wasctime(const struct crt_tm *t)
{
    wchar_t *buf = wide_buffer();
    return buf && !_wasctime_s(buf, ASCTIME_SIZE, t) ? buf : NULL;
}

#define CTIME(bits)                                                                                \
    errno_t _wctime##bits##_s(wchar_t *buf, size_t size, const time##bits *t)                      \
    {                                                                                              \
        long long v = t ? *t : 0;                                                                  \
        if (!buf || !size)                                                                         \
            return crt_bad_parameter(EINVAL);                                                      \
        *buf = 0;                                                                                  \
        return time_to_text(buf, size, t ? &v : NULL, TIME##bits##_MAX);                           \
    }                                                                                              \
    errno_t _ctime##bits##_s(char *buf, size_t size, const time##bits *t)                          \
    {                                                                                              \
        wchar_t text[ASCTIME_SIZE];                                                                \
        long long v = t ? *t : 0;                                                                  \
        if (!buf || !size)                                                                         \
            return crt_bad_parameter(EINVAL);                                                      \
        *buf = 0;                                                                                  \
        errno_t error = time_to_text(text, size, t ? &v : NULL, TIME##bits##_MAX);                 \
        if (!error)                                                                                \
            narrow(buf, text);                                                                     \
        return error;                                                                              \
    }                                                                                              \
    char *_ctime##bits(const time##bits *t)                                                        \
    {                                                                                              \
        char *buf = narrow_buffer();                                                               \
        return buf && !_ctime##bits##_s(buf, ASCTIME_SIZE, t) ? buf : NULL;                        \
    }                                                                                              \
    wchar_t *_wctime##bits(const time##bits *t)                                                    \
    {                                                                                              \
        wchar_t *buf = wide_buffer();                                                              \
        return buf && !_wctime##bits##_s(buf, ASCTIME_SIZE, t) ? buf : NULL;                       \
    }

CTIME(32)
CTIME(64)
