/*
 * strftime and wcsftime. The text is made in UTF-16; the narrow forms convert both ways by the
 * code page of the locale.
 */
#include "timedata.h"

/* A growing text; `failed` is an errno value. */
struct sink {
    wchar_t *text;
    size_t len, room;
    errno_t failed;
};

struct job {
    struct sink out;
    const struct crt_tm *tm;
    const struct crt_time_names *names;
    bool c_locale;
};

static void put(struct sink *s, wchar_t c)
{
    if (s->failed)
        return;
    if (s->len == s->room) {
        size_t room = s->room ? s->room * 2 : 64;
        wchar_t *grown = realloc(s->text, room * sizeof *grown);
        if (!grown) {
            s->failed = ENOMEM;
            return;
        }
        s->text = grown;
        s->room = room;
    }
    s->text[s->len++] = c;
}

static void put_text(struct sink *s, const wchar_t *text)
{
    while (*text)
        put(s, *text++);
}

static void put_number(struct sink *s, int value, int digits, wchar_t pad)
{
    wchar_t buf[12];
    int n = 0;

    if (value < 0) {
        put(s, '-');
        value = -value;
    }
    do
        buf[n++] = (wchar_t)('0' + value % 10);
    while (value /= 10);
    while (n < digits)
        buf[n++] = pad;
    while (n)
        put(s, buf[--n]);
}

/* A field outside its range is an invalid parameter, found only when it is asked for. */
static bool in_range(struct job *j, int value, int low, int high)
{
    if (value >= low && value <= high)
        return true;
    if (!j->out.failed)
        j->out.failed = EINVAL;
    return false;
}

/* ---- the system's date pictures: d dd ddd dddd M.. y.. h H m s t g 'text' ------------------- */

static int hour12(const struct crt_tm *t)
{
    return t->hour % 12 ? t->hour % 12 : 12;
}

static void put_picture_field(struct job *j, wchar_t c, int count)
{
    const struct crt_tm *t = j->tm;
    struct sink *s = &j->out;

    switch (c) {
    case 'd':
        if (count > 2) {
            if (in_range(j, t->wday, 0, 6))
                put_text(s, (count == 3 ? j->names->day_short : j->names->day)[t->wday]);
        } else if (in_range(j, t->mday, 1, 31)) {
            put_number(s, t->mday, count, '0');
        }
        break;
    case 'M':
        if (!in_range(j, t->mon, 0, 11))
            break;
        if (count > 2)
            put_text(s, (count == 3 ? j->names->month_short : j->names->month)[t->mon]);
        else
            put_number(s, t->mon + 1, count, '0');
        break;
    case 'y':
        if (!in_range(j, t->year, -1900, 8099))
            break;
        if (count > 2)
            put_number(s, t->year + 1900, 4, '0');
        else
            put_number(s, (t->year + 1900) % 100, count, '0');
        break;
    case 'h':
        if (in_range(j, t->hour, 0, 23))
            put_number(s, hour12(t), count > 2 ? 2 : count, '0');
        break;
    case 'H':
        if (in_range(j, t->hour, 0, 23))
            put_number(s, t->hour, count > 2 ? 2 : count, '0');
        break;
    case 'm':
        if (in_range(j, t->min, 0, 59))
            put_number(s, t->min, count > 2 ? 2 : count, '0');
        break;
    case 's':
        if (in_range(j, t->sec, 0, 60))
            put_number(s, t->sec, count > 2 ? 2 : count, '0');
        break;
    case 't':
        if (in_range(j, t->hour, 0, 23)) {
            const wchar_t *half = j->names->ampm[t->hour >= 12];
            if (count > 1)
                put_text(s, half);
            else if (*half)
                put(s, *half);
        }
        break;
    case 'g': /* the era, which the Gregorian calendars here do not name */
        break;
    }
}

static void put_picture(struct job *j, const wchar_t *p)
{
    while (*p) {
        wchar_t c = *p;
        if (c == '\'') {
            for (p++; *p && !(*p == '\'' && p[1] != '\''); p++) {
                p += *p == '\'';
                put(&j->out, *p);
            }
            p += *p != 0;
        } else if (wcschr(L"dMyhHmstg", c)) {
            int count = 0;
            while (*p == c) {
                p++;
                count++;
            }
            put_picture_field(j, c, count);
        } else {
            put(&j->out, c);
            p++;
        }
    }
}

/* ---- conversions -------------------------------------------------------------------------- */

static int days_in_year(int year)
{
    return 365 + crt_is_leap(year);
}

/* ISO 8601: the week belongs to the year that has its Thursday. */
static int iso_week(const struct crt_tm *t, int *year)
{
    int monday_based = (t->wday + 6) % 7, week = (t->yday + 10 - (monday_based + 1)) / 7;

    *year = t->year + 1900;
    if (week < 1) {
        --*year;
        week = (t->yday + days_in_year(*year) + 10 - (monday_based + 1)) / 7;
    } else if (week == 53 && t->yday - monday_based + 3 >= days_in_year(*year)) {
        week = 1;
        ++*year;
    }
    return week;
}

static void format(struct job *j, const wchar_t *f);

static void put_zone(struct job *j, bool name)
{
    crt_tz_ready();
    bool dst = j->tm->isdst > 0;
    if (name) {
        put_text(&j->out, crt_wtzname(dst));
        return;
    }
    long minutes = -(crt_timezone + (dst ? crt_dstbias : 0)) / 60;
    put(&j->out, minutes < 0 ? '-' : '+');
    if (minutes < 0)
        minutes = -minutes;
    put_number(&j->out, (int)(minutes / 60 * 100 + minutes % 60), 4, '0');
}

/* `plain` is the # flag: no leading zeros, or the long form of a date. */
static bool convert(struct job *j, wchar_t c, bool plain)
{
    const struct crt_tm *t = j->tm;
    struct sink *s = &j->out;
    int year, width = plain ? 1 : 2;

    switch (c) {
    case 'a':
        if (in_range(j, t->wday, 0, 6))
            put_text(s, j->names->day_short[t->wday]);
        return true;
    case 'A':
        if (in_range(j, t->wday, 0, 6))
            put_text(s, j->names->day[t->wday]);
        return true;
    case 'b':
    case 'h':
        if (in_range(j, t->mon, 0, 11))
            put_text(s, j->names->month_short[t->mon]);
        return true;
    case 'B':
        if (in_range(j, t->mon, 0, 11))
            put_text(s, j->names->month[t->mon]);
        return true;
    case 'c':
        if (CRT_IS_UCRT && j->c_locale && !plain) {
            format(j, L"%a %b %e %H:%M:%S %Y");
            return true;
        }
        put_picture(j, plain ? j->names->long_date : j->names->short_date);
        put(s, ' ');
        put_picture(j, j->names->time);
        return true;
    case 'C':
        if (in_range(j, t->year, -1900, 8099))
            put_number(s, (t->year + 1900) / 100, width, '0');
        return true;
    case 'd':
        if (in_range(j, t->mday, 1, 31))
            put_number(s, t->mday, width, '0');
        return true;
    case 'D':
        format(j, plain ? L"%#m/%#d/%#y" : L"%m/%d/%y");
        return true;
    case 'e':
        if (in_range(j, t->mday, 1, 31))
            put_number(s, t->mday, width, ' ');
        return true;
    case 'F':
        format(j, plain ? L"%#Y-%#m-%#d" : L"%Y-%m-%d");
        return true;
    case 'g':
    case 'G':
    case 'V':
        if (in_range(j, t->year, -1900, 8099) && in_range(j, t->wday, 0, 6) &&
            in_range(j, t->yday, 0, 365)) {
            int week = iso_week(t, &year);
            if (c == 'V')
                put_number(s, week, width, '0');
            else
                put_number(s, c == 'g' ? year % 100 : year, c == 'g' ? width : plain ? 1 : 4, '0');
        }
        return true;
    case 'H':
        if (in_range(j, t->hour, 0, 23))
            put_number(s, t->hour, width, '0');
        return true;
    case 'I':
        if (in_range(j, t->hour, 0, 23))
            put_number(s, hour12(t), width, '0');
        return true;
    case 'j':
        if (in_range(j, t->yday, 0, 365))
            put_number(s, t->yday + 1, plain ? 1 : 3, '0');
        return true;
    case 'm':
        if (in_range(j, t->mon, 0, 11))
            put_number(s, t->mon + 1, width, '0');
        return true;
    case 'M':
        if (in_range(j, t->min, 0, 59))
            put_number(s, t->min, width, '0');
        return true;
    case 'n':
        put(s, '\n');
        return true;
    case 'p':
        if (in_range(j, t->hour, 0, 23))
            put_text(s, j->names->ampm[t->hour >= 12]);
        return true;
    case 'r':
        format(j, plain ? L"%#I:%#M:%#S %p" : L"%I:%M:%S %p");
        return true;
    case 'R':
        format(j, plain ? L"%#H:%#M" : L"%H:%M");
        return true;
    case 'S':
        if (in_range(j, t->sec, 0, 60))
            put_number(s, t->sec, width, '0');
        return true;
    case 't':
        put(s, '\t');
        return true;
    case 'T':
        format(j, plain ? L"%#H:%#M:%#S" : L"%H:%M:%S");
        return true;
    case 'u':
        if (in_range(j, t->wday, 0, 6))
            put_number(s, t->wday ? t->wday : 7, 1, '0');
        return true;
    case 'U':
    case 'W':
        if (in_range(j, t->wday, 0, 6) && in_range(j, t->yday, 0, 365))
            put_number(s, (t->yday + 7 - (c == 'U' ? t->wday : (t->wday + 6) % 7)) / 7, width,
                       '0');
        return true;
    case 'w':
        if (in_range(j, t->wday, 0, 6))
            put_number(s, t->wday, 1, '0');
        return true;
    case 'x':
        put_picture(j, plain ? j->names->long_date : j->names->short_date);
        return true;
    case 'X':
        put_picture(j, j->names->time);
        return true;
    case 'y':
        if (in_range(j, t->year, -1900, 8099))
            put_number(s, (t->year + 1900) % 100, width, '0');
        return true;
    case 'Y':
        if (in_range(j, t->year, -1900, 8099))
            put_number(s, t->year + 1900, plain ? 1 : CRT_IS_UCRT ? 4 : 1, '0');
        return true;
    case 'z':
        put_zone(j, !CRT_IS_UCRT); /* msvcrt writes the name for both */
        return true;
    case 'Z':
        put_zone(j, true);
        return true;
    case '%':
        put(s, '%');
        return true;
    }
    return false;
}

static void format(struct job *j, const wchar_t *f)
{
    for (; *f && !j->out.failed; f++) {
        bool plain = false;
        if (*f != '%') {
            put(&j->out, *f);
            continue;
        }
        f++;
        if (*f == '#') {
            plain = true;
            f++;
        }
        if (*f == 'E' || *f == 'O')
            f++; /* alternative forms are the plain ones in all locales here */
        if (!convert(j, *f, plain)) {
            j->out.failed = EINVAL;
            return;
        }
    }
}

/* The result in j.out.text, terminated; false with the error already reported. */
static bool run(struct job *j, const wchar_t *f, const struct crt_tm *tm,
                const struct crt_time_names *names, _locale_t loc)
{
    const struct crt_locale *l = crt_locale_of(loc);

    *j = (struct job){.tm = tm, .names = names ? names : l->time,
                      .c_locale = !l->cat[CRT_LC_TIME].name};
    format(j, f);
    put(&j->out, 0);
    if (!j->out.failed)
        return true;
    free(j->out.text);
    if (j->out.failed == EINVAL)
        crt_bad_parameter(EINVAL);
    else
        errno = j->out.failed;
    return false;
}

static size_t wide_result(wchar_t *buf, size_t size, const wchar_t *f, const struct crt_tm *tm,
                          const struct crt_time_names *names, _locale_t loc)
{
    struct job j;

    CRT_CHECK(buf && size, EINVAL, 0);
    *buf = 0;
    CRT_CHECK(f && tm, EINVAL, 0);
    if (!run(&j, f, tm, names, loc))
        return 0;
    size_t len = j.out.len - 1;
    if (len < size)
        memcpy(buf, j.out.text, (len + 1) * sizeof *buf);
    free(j.out.text);
    if (len < size)
        return len;
    errno = ERANGE;
    return 0;
}

static size_t narrow_result(char *buf, size_t size, const char *f, const struct crt_tm *tm,
                            const struct crt_time_names *names, _locale_t loc)
{
    struct job j;
    size_t len, result = 0;
    const struct crt_locale *l = crt_locale_of(loc);
    unsigned cp = l->cat[CRT_LC_TIME].codepage;

    CRT_CHECK(buf && size, EINVAL, 0);
    *buf = 0;
    CRT_CHECK(f && tm, EINVAL, 0);
    len = strlen(f);
    wchar_t *wide = malloc((len + 1) * sizeof *wide);
    if (!wide)
        return 0;
    if (cp) {
        int n = MultiByteToWideChar(cp, 0, f, -1, wide, (int)len + 1);
        if (!n) {
            free(wide);
            errno = EILSEQ;
            return 0;
        }
    } else {
        for (size_t i = 0; i <= len; i++)
            wide[i] = (unsigned char)f[i];
    }
    bool ok = run(&j, wide, tm, names, loc);
    free(wide);
    if (!ok)
        return 0;
    char *text = crt_narrow_dup(j.out.text, cp);
    free(j.out.text);
    if (!text)
        return 0;
    len = strlen(text);
    if (len < size) {
        memcpy(buf, text, len + 1);
        result = len;
    } else {
        errno = ERANGE;
    }
    free(text);
    return result;
}

size_t _strftime_l(char *buf, size_t size, const char *f, const struct crt_tm *tm, _locale_t loc)
{
    return narrow_result(buf, size, f, tm, NULL, loc);
}

size_t strftime(char *buf, size_t size, const char *f, const struct crt_tm *tm)
{
    return narrow_result(buf, size, f, tm, NULL, NULL);
}

size_t _wcsftime_l(wchar_t *buf, size_t size, const wchar_t *f, const struct crt_tm *tm,
                   _locale_t loc)
{
    return wide_result(buf, size, f, tm, NULL, loc);
}

size_t wcsftime(wchar_t *buf, size_t size, const wchar_t *f, const struct crt_tm *tm)
{
    return wide_result(buf, size, f, tm, NULL, NULL);
}

/* ---- what the C++ library's time facets use ------------------------------------------------ */

/* `names` is what _Gettnames returned, or NULL. */
size_t _Strftime(char *buf, size_t size, const char *f, const struct crt_tm *tm, void *names)
{
    return narrow_result(buf, size, f, tm, names, NULL);
}

size_t _Wcsftime(wchar_t *buf, size_t size, const wchar_t *f, const struct crt_tm *tm, void *names)
{
    return wide_result(buf, size, f, tm, names, NULL);
}

/* A shallow copy: the strings belong to the locale, which is never freed. */
static void *get_names(void)
{
    struct crt_time_names *copy = malloc(sizeof *copy);

    if (copy)
        *copy = *crt_locale_of(NULL)->time;
    return copy;
}

void *_Gettnames(void)
{
    return get_names();
}

void *_W_Gettnames(void)
{
    return get_names();
}

/* ":Sun:Sunday:Mon:..." in a malloc block. */
static wchar_t *list(const wchar_t *const *shorts, const wchar_t *const *longs, int n)
{
    size_t size = 1;

    for (int i = 0; i < n; i++)
        size += wcslen(shorts[i]) + wcslen(longs[i]) + 2;
    wchar_t *out = malloc(size * sizeof *out), *p = out;
    for (int i = 0; out && i < n; i++) {
        *p++ = ':';
        p = wcscpy(p, shorts[i]) + wcslen(shorts[i]);
        *p++ = ':';
        p = wcscpy(p, longs[i]) + wcslen(longs[i]);
    }
    return out;
}

wchar_t *_W_Getdays(void)
{
    const struct crt_time_names *t = crt_locale_of(NULL)->time;
    return list(t->day_short, t->day, 7);
}

wchar_t *_W_Getmonths(void)
{
    const struct crt_time_names *t = crt_locale_of(NULL)->time;
    return list(t->month_short, t->month, 12);
}

static char *narrow_list(wchar_t *wide)
{
    char *out = wide ? crt_narrow_dup(wide, crt_locale_of(NULL)->cat[CRT_LC_TIME].codepage) : NULL;

    free(wide);
    return out;
}

char *_Getdays(void)
{
    return narrow_list(_W_Getdays());
}

char *_Getmonths(void)
{
    return narrow_list(_W_Getmonths());
}
