/*
 * Dates, times, numbers and amounts of money as a locale writes them.
 */
#include "locale.h"

struct out {
    WCHAR *text;
    int size, length; /* size 0: measure */
};

static void put(struct out *out, WCHAR c)
{
    if (out->length < out->size)
        out->text[out->length] = c;
    out->length++;
}

static void put_text(struct out *out, const WCHAR *text)
{
    while (*text)
        put(out, *text++);
}

static void put_number(struct out *out, UINT value, int minimum)
{
    WCHAR digits[12];
    int n = 0;

    do {
        digits[n++] = (WCHAR)(L'0' + value % 10);
        value /= 10;
    } while (value || n < minimum);
    while (n)
        put(out, digits[--n]);
}

static int finish(struct out *out)
{
    put(out, 0);
    if (out->size && out->length > out->size)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    return out->length;
}

static void put_info(struct out *out, LPCWSTR locale, LCTYPE type)
{
    WCHAR text[128];

    if (locale_text(locale, type, text, ARRAYSIZE(text)))
        put_text(out, text);
}

/* A quoted part of a picture; two quotes are one. Returns what follows. */
static const WCHAR *quoted(struct out *out, const WCHAR *at)
{
    for (at++; *at; at++) {
        if (*at == L'\'') {
            if (at[1] != L'\'')
                return at + 1;
            at++;
        }
        put(out, *at);
    }
    return at;
}

static int run_length(const WCHAR *at)
{
    int n = 1;

    while (at[n] == *at)
        n++;
    return n;
}

static BOOL valid_date(const SYSTEMTIME *time)
{
    SYSTEMTIME date = {.wYear = time->wYear, .wMonth = time->wMonth, .wDay = time->wDay};
    FILETIME unused;

    return SystemTimeToFileTime(&date, &unused);
}

/* ---- Dates ---- */

static void put_date(struct out *out, LPCWSTR locale, const SYSTEMTIME *date, const WCHAR *at)
{
    BOOL with_day = FALSE;

    for (const WCHAR *p = at; *p; p++)
        with_day |= *p == L'd' && p[run_length(p)] != L'd' && run_length(p) <= 2;
    while (*at) {
        int n = run_length(at);

        switch (*at) {
        case L'\'':
            at = quoted(out, at);
            continue;
        case L'd':
            if (n <= 2)
                put_number(out, date->wDay, n);
            else
                put_info(out, locale,
                         (n == 3 ? LOCALE_SABBREVDAYNAME1 : LOCALE_SDAYNAME1) +
                             (date->wDayOfWeek + 6u) % 7);
            break;
        case L'M':
            if (n <= 2)
                put_number(out, date->wMonth, n);
            else if (n == 3)
                put_info(out, locale, LOCALE_SABBREVMONTHNAME1 + date->wMonth - 1u);
            else
                put_info(out, locale,
                         (LOCALE_SMONTHNAME1 + date->wMonth - 1u) |
                             (with_day ? LOCALE_RETURN_GENITIVE_NAMES : 0));
            break;
        case L'y':
            if (n <= 2)
                put_number(out, date->wYear % 100u, n);
            else
                put_number(out, date->wYear, 4);
            break;
        case L'g':
            put_text(out, L"A.D.");
            break;
        default:
            put(out, *at);
            n = 1;
        }
        at += n;
    }
}

#define DATE_KINDS (DATE_SHORTDATE | DATE_LONGDATE | DATE_YEARMONTH)

int WINAPI GetDateFormatEx(LPCWSTR locale, DWORD flags, const SYSTEMTIME *date, LPCWSTR picture,
                           LPWSTR buffer, int size, LPCWSTR calendar)
{
    struct out out = {.text = buffer, .size = size};
    WCHAR own[128];
    SYSTEMTIME now;
    FILETIME time;
    DWORD kind = flags & DATE_KINDS;

    if (size < 0 || (size && !buffer) || calendar || (locale && !IsValidLocaleName(locale)))
        return fail(ERROR_INVALID_PARAMETER);
    if (kind & (kind - 1) || (picture && kind) ||
        flags & ~(DWORD)(DATE_KINDS | DATE_LTRREADING | DATE_RTLREADING | DATE_USE_ALT_CALENDAR |
                         LOCALE_NOUSEROVERRIDE | LOCALE_USE_CP_ACP))
        return fail(ERROR_INVALID_FLAGS);
    if (!date) {
        GetLocalTime(&now);
    } else {
        now = *date;
        if (!valid_date(date))
            return fail(ERROR_INVALID_PARAMETER);
        /* The weekday that was given is not trusted. */
        now.wHour = now.wMinute = now.wSecond = now.wMilliseconds = 0;
        SystemTimeToFileTime(&now, &time);
        FileTimeToSystemTime(&time, &now);
    }
    if (!picture) {
        if (!locale_text(locale,
                         kind == DATE_LONGDATE    ? LOCALE_SLONGDATE
                         : kind == DATE_YEARMONTH ? LOCALE_SYEARMONTH
                                                  : LOCALE_SSHORTDATE,
                         own, ARRAYSIZE(own)))
            return 0;
        picture = own;
    }
    put_date(&out, locale, &now, picture);
    return finish(&out);
}

/* ---- Times ---- */

static void put_time(struct out *out, LPCWSTR locale, DWORD flags, const SYSTEMTIME *time,
                     const WCHAR *at)
{
    int kept = 0; /* where the last part that was not left out ends: its separator goes with it */
    BOOL skipped = FALSE;
    UINT hour12 = time->wHour % 12u ? time->wHour % 12u : 12;

    while (*at) {
        int n = run_length(at), width = n > 2 ? 2 : n;
        BOOL skip = FALSE;

        switch (*at) {
        case L'\'':
            at = quoted(out, at);
            continue;
        case L'h':
            put_number(out, flags & TIME_FORCE24HOURFORMAT ? time->wHour : hour12, width);
            break;
        case L'H':
            put_number(out, time->wHour, width);
            break;
        case L'm':
            skip = (flags & TIME_NOMINUTESORSECONDS) != 0;
            if (!skip)
                put_number(out, time->wMinute, width);
            break;
        case L's':
            skip = (flags & (TIME_NOMINUTESORSECONDS | TIME_NOSECONDS)) != 0;
            if (!skip)
                put_number(out, time->wSecond, width);
            break;
        case L't': {
            WCHAR mark[16];

            skip = (flags & TIME_NOTIMEMARKER) != 0;
            if (!skip && locale_text(locale, time->wHour < 12 ? LOCALE_S1159 : LOCALE_S2359, mark,
                                     ARRAYSIZE(mark))) {
                if (n == 1)
                    mark[mark[0] != 0] = 0;
                put_text(out, mark);
            }
            break;
        }
        default:
            put(out, *at++);
            continue;
        }
        at += n;
        if (skip) {
            /* What stood between it and the part before goes too. */
            out->length = kept;
            skipped = TRUE;
        } else {
            kept = out->length;
            skipped = FALSE;
        }
    }
    if (skipped)
        out->length = kept;
}

int WINAPI GetTimeFormatEx(LPCWSTR locale, DWORD flags, const SYSTEMTIME *time, LPCWSTR picture,
                           LPWSTR buffer, int size)
{
    struct out out = {.text = buffer, .size = size};
    WCHAR own[128];
    SYSTEMTIME now;

    if (size < 0 || (size && !buffer) || (locale && !IsValidLocaleName(locale)))
        return fail(ERROR_INVALID_PARAMETER);
    if (flags & ~(DWORD)(TIME_NOMINUTESORSECONDS | TIME_NOSECONDS | TIME_NOTIMEMARKER |
                         TIME_FORCE24HOURFORMAT | LOCALE_NOUSEROVERRIDE | LOCALE_USE_CP_ACP))
        return fail(ERROR_INVALID_FLAGS);
    if (time) {
        now = *time;
        if (now.wHour > 23 || now.wMinute > 59 || now.wSecond > 59 || now.wMilliseconds > 999)
            return fail(ERROR_INVALID_PARAMETER);
    } else {
        GetLocalTime(&now);
    }
    if (!picture) {
        if (!locale_text(locale, LOCALE_STIMEFORMAT, own, ARRAYSIZE(own)))
            return 0;
        picture = own;
    }
    put_time(&out, locale, flags, &now, picture);
    return finish(&out);
}

/* Each locale has one long and one short picture here, its own. */
BOOL WINAPI EnumTimeFormatsEx(TIMEFMT_ENUMPROCEX callback, LPCWSTR locale, DWORD flags,
                              LPARAM parameter)
{
    WCHAR picture[128];

    if (!callback || (locale && !IsValidLocaleName(locale)))
        return fail(ERROR_INVALID_PARAMETER);
    if (flags & ~(DWORD)(TIME_NOSECONDS | LOCALE_NOUSEROVERRIDE | LOCALE_USE_CP_ACP))
        return fail(ERROR_INVALID_FLAGS);
    if (!locale_text(locale, flags & TIME_NOSECONDS ? LOCALE_SSHORTTIME : LOCALE_STIMEFORMAT,
                     picture, ARRAYSIZE(picture)))
        return FALSE;
    callback(picture, parameter);
    return TRUE;
}

/* ---- Numbers ---- */

/* A number as text: optional '-', digits, optional '.' and digits. */
struct decimal {
    BOOL negative;
    const WCHAR *whole, *fraction;
    int whole_length, fraction_length;
};

static BOOL parse(const WCHAR *text, struct decimal *number)
{
    memset(number, 0, sizeof(*number));
    if (*text == L'-') {
        number->negative = TRUE;
        text++;
    }
    number->whole = text;
    while (*text >= L'0' && *text <= L'9')
        text++;
    number->whole_length = (int)(text - number->whole);
    if (*text == L'.') {
        number->fraction = ++text;
        while (*text >= L'0' && *text <= L'9')
            text++;
        number->fraction_length = (int)(text - number->fraction);
    }
    while (number->whole_length && *number->whole == L'0') {
        number->whole++;
        number->whole_length--;
    }
    return !*text && (number->whole_length || number->fraction_length || text > number->whole);
}

/* Rounded digits on the heap: whole part, then `places` digits. Returns the length of the whole. */
static WCHAR *rounded(const struct decimal *number, int places, int *whole, BOOL *zero)
{
    int length = number->whole_length + places;
    WCHAR *digits = heap_alloc(((SIZE_T)length + 2) * sizeof(*digits));
    BOOL up = number->fraction_length > places && number->fraction[places] >= L'5';

    if (!digits)
        return NULL;
    digits[0] = L'0'; /* for a carry */
    memcpy(digits + 1, number->whole, (SIZE_T)number->whole_length * sizeof(*digits));
    for (int i = 0; i < places; i++)
        digits[1 + number->whole_length + i] =
            i < number->fraction_length ? number->fraction[i] : L'0';
    for (int i = length; up && i >= 0; i--) {
        up = digits[i] == L'9';
        digits[i] = up ? L'0' : (WCHAR)(digits[i] + 1);
    }
    *whole = number->whole_length + 1;
    *zero = TRUE;
    for (int i = 0; i <= length; i++)
        *zero &= digits[i] == L'0';
    return digits;
}

/* "3;2;0" is 320 in the binary form: digits of groups from the right; without a last 0 the last
 * group is not repeated, which the binary form writes as an added 0. */
static UINT grouping(const WCHAR *text)
{
    UINT value = 0;
    BOOL repeats = FALSE;

    for (; *text; text++) {
        if (*text < L'0' || *text > L'9')
            continue;
        repeats = *text == L'0';
        if (!repeats)
            value = value * 10 + (UINT)(*text - L'0');
    }
    return repeats ? value : value * 10;
}

/* Whether a separator stands before the last `left` digits of the whole part. */
static BOOL separated(UINT form, int left)
{
    int sizes[10], count = 0, at = 0;
    BOOL repeats = form % 10 != 0;

    for (; form && count < 10; form /= 10)
        sizes[count++] = (int)(form % 10);
    if (count && !repeats) {
        /* the lowest digit was the 0 that says "do not repeat" */
        for (int i = 0; i + 1 < count; i++)
            sizes[i] = sizes[i + 1];
        count--;
    }
    /* sizes[count - 1] is the group at the right */
    for (int i = count - 1; i >= 0; i--) {
        if (!sizes[i])
            return FALSE;
        at += sizes[i];
        if (at == left)
            return TRUE;
        if (i == 0 && repeats)
            i = 1;
        if (at > left)
            return FALSE;
    }
    return FALSE;
}

static void put_decimal(struct out *out, const WCHAR *digits, int whole, int places,
                        BOOL leading_zero, UINT form, const WCHAR *decimal, const WCHAR *thousand)
{
    int first = 0;

    while (first < whole && digits[first] == L'0')
        first++;
    if (first == whole && (leading_zero || !places))
        put(out, L'0');
    for (int i = first; i < whole; i++) {
        put(out, digits[i]);
        if (whole - i - 1 && separated(form, whole - i - 1))
            put_text(out, thousand);
    }
    if (places) {
        put_text(out, decimal);
        for (int i = 0; i < places; i++)
            put(out, digits[whole + i]);
    }
}

int WINAPI GetNumberFormatEx(LPCWSTR locale, DWORD flags, LPCWSTR value, const NUMBERFMTW *format,
                             LPWSTR buffer, int size)
{
    static const WCHAR *const negative[] = {L"(#)", L"-#", L"- #", L"#-", L"# -"};
    struct out out = {.text = buffer, .size = size};
    WCHAR decimal[16], thousand[16], groups[32];
    struct decimal number;
    NUMBERFMTW own;
    WCHAR *digits;
    int whole;
    BOOL zero;

    if (size < 0 || (size && !buffer) || !value || (locale && !IsValidLocaleName(locale)) ||
        !parse(value, &number))
        return fail(ERROR_INVALID_PARAMETER);
    if (flags & ~(DWORD)LOCALE_NOUSEROVERRIDE || (flags && format))
        return fail(ERROR_INVALID_FLAGS);
    if (!format) {
        if (!locale_text(locale, LOCALE_SDECIMAL, decimal, ARRAYSIZE(decimal)) ||
            !locale_text(locale, LOCALE_STHOUSAND, thousand, ARRAYSIZE(thousand)) ||
            !locale_text(locale, LOCALE_SGROUPING, groups, ARRAYSIZE(groups)))
            return 0;
        own = (NUMBERFMTW){
            .NumDigits = locale_number(locale, LOCALE_IDIGITS),
            .LeadingZero = locale_number(locale, LOCALE_ILZERO),
            .Grouping = grouping(groups),
            .lpDecimalSep = decimal,
            .lpThousandSep = thousand,
            .NegativeOrder = locale_number(locale, LOCALE_INEGNUMBER),
        };
        format = &own;
    }
    if (format->NumDigits > 99 || format->LeadingZero > 1 || !format->lpDecimalSep ||
        !format->lpThousandSep || format->NegativeOrder >= ARRAYSIZE(negative))
        return fail(ERROR_INVALID_PARAMETER);
    digits = rounded(&number, (int)format->NumDigits, &whole, &zero);
    if (!digits)
        return 0;
    for (const WCHAR *at = number.negative && !zero ? negative[format->NegativeOrder] : L"#"; *at;
         at++) {
        if (*at == L'#')
            put_decimal(&out, digits, whole, (int)format->NumDigits, format->LeadingZero != 0,
                        format->Grouping, format->lpDecimalSep, format->lpThousandSep);
        else
            put(&out, *at);
    }
    heap_free(digits);
    return finish(&out);
}

int WINAPI GetCurrencyFormatEx(LPCWSTR locale, DWORD flags, LPCWSTR value,
                               const CURRENCYFMTW *format, LPWSTR buffer, int size)
{
    /* $ the symbol, # the amount: ICURRENCY and INEGCURR of the SDK's documentation */
    static const WCHAR *const positive[] = {L"$#", L"#$", L"$ #", L"# $"};
    static const WCHAR *const negative[] = {L"($#)", L"-$#",  L"$-#",   L"$#-",  L"(#$)", L"-#$",
                                            L"#-$",  L"#$-",  L"-# $",  L"-$ #", L"# $-", L"$ #-",
                                            L"$ -#", L"#- $", L"($ #)", L"(# $)"};
    struct out out = {.text = buffer, .size = size};
    WCHAR decimal[16], thousand[16], groups[32], symbol[32];
    struct decimal number;
    CURRENCYFMTW own;
    WCHAR *digits;
    int whole;
    BOOL zero;

    if (size < 0 || (size && !buffer) || !value || (locale && !IsValidLocaleName(locale)) ||
        !parse(value, &number))
        return fail(ERROR_INVALID_PARAMETER);
    if (flags & ~(DWORD)LOCALE_NOUSEROVERRIDE || (flags && format))
        return fail(ERROR_INVALID_FLAGS);
    if (!format) {
        if (!locale_text(locale, LOCALE_SMONDECIMALSEP, decimal, ARRAYSIZE(decimal)) ||
            !locale_text(locale, LOCALE_SMONTHOUSANDSEP, thousand, ARRAYSIZE(thousand)) ||
            !locale_text(locale, LOCALE_SMONGROUPING, groups, ARRAYSIZE(groups)) ||
            !locale_text(locale, LOCALE_SCURRENCY, symbol, ARRAYSIZE(symbol)))
            return 0;
        own = (CURRENCYFMTW){
            .NumDigits = locale_number(locale, LOCALE_ICURRDIGITS),
            .LeadingZero = locale_number(locale, LOCALE_ILZERO),
            .Grouping = grouping(groups),
            .lpDecimalSep = decimal,
            .lpThousandSep = thousand,
            .NegativeOrder = locale_number(locale, LOCALE_INEGCURR),
            .PositiveOrder = locale_number(locale, LOCALE_ICURRENCY),
            .lpCurrencySymbol = symbol,
        };
        format = &own;
    }
    if (format->NumDigits > 99 || format->LeadingZero > 1 || !format->lpDecimalSep ||
        !format->lpThousandSep || !format->lpCurrencySymbol ||
        format->NegativeOrder >= ARRAYSIZE(negative) ||
        format->PositiveOrder >= ARRAYSIZE(positive))
        return fail(ERROR_INVALID_PARAMETER);
    digits = rounded(&number, (int)format->NumDigits, &whole, &zero);
    if (!digits)
        return 0;
    for (const WCHAR *at = number.negative && !zero ? negative[format->NegativeOrder]
                                                    : positive[format->PositiveOrder];
         *at; at++) {
        if (*at == L'#')
            put_decimal(&out, digits, whole, (int)format->NumDigits, format->LeadingZero != 0,
                        format->Grouping, format->lpDecimalSep, format->lpThousandSep);
        else if (*at == L'$')
            put_text(&out, format->lpCurrencySymbol);
        else
            put(&out, *at);
    }
    heap_free(digits);
    return finish(&out);
}

/* ---- By locale id, and in the ANSI code page ---- */

int WINAPI GetDateFormatW(LCID id, DWORD flags, const SYSTEMTIME *date, LPCWSTR picture,
                          LPWSTR buffer, int size)
{
    const WCHAR *name = locale_name_of(id);

    if (!name)
        return fail(ERROR_INVALID_PARAMETER);
    return GetDateFormatEx(name, flags, date, picture, buffer, size, NULL);
}

int WINAPI GetTimeFormatW(LCID id, DWORD flags, const SYSTEMTIME *time, LPCWSTR picture,
                          LPWSTR buffer, int size)
{
    const WCHAR *name = locale_name_of(id);

    if (!name)
        return fail(ERROR_INVALID_PARAMETER);
    return GetTimeFormatEx(name, flags, time, picture, buffer, size);
}

int WINAPI GetNumberFormatW(LCID id, DWORD flags, LPCWSTR value, const NUMBERFMTW *format,
                            LPWSTR buffer, int size)
{
    const WCHAR *name = locale_name_of(id);

    if (!name)
        return fail(ERROR_INVALID_PARAMETER);
    return GetNumberFormatEx(name, flags, value, format, buffer, size);
}

int WINAPI GetCurrencyFormatW(LCID id, DWORD flags, LPCWSTR value, const CURRENCYFMTW *format,
                              LPWSTR buffer, int size)
{
    const WCHAR *name = locale_name_of(id);

    if (!name)
        return fail(ERROR_INVALID_PARAMETER);
    return GetCurrencyFormatEx(name, flags, value, format, buffer, size);
}

static int narrow(const WCHAR *text, int length, LPSTR buffer, int size)
{
    if (!length)
        return 0;
    return WideCharToMultiByte(CP_ACP, 0, text, length, buffer, size, NULL, NULL);
}

int WINAPI GetDateFormatA(LCID id, DWORD flags, const SYSTEMTIME *date, LPCSTR picture,
                          LPSTR buffer, int size)
{
    WCHAR text[512];

    WIDE_ANSI(wide, picture, 0);
    if (size < 0 || (size && !buffer))
        return fail(ERROR_INVALID_PARAMETER);
    return narrow(text, GetDateFormatW(id, flags, date, wide.text, text, ARRAYSIZE(text)), buffer,
                  size);
}

int WINAPI GetTimeFormatA(LCID id, DWORD flags, const SYSTEMTIME *time, LPCSTR picture,
                          LPSTR buffer, int size)
{
    WCHAR text[512];

    WIDE_ANSI(wide, picture, 0);
    if (size < 0 || (size && !buffer))
        return fail(ERROR_INVALID_PARAMETER);
    return narrow(text, GetTimeFormatW(id, flags, time, wide.text, text, ARRAYSIZE(text)), buffer,
                  size);
}

int WINAPI GetNumberFormatA(LCID id, DWORD flags, LPCSTR value, const NUMBERFMTA *format,
                            LPSTR buffer, int size)
{
    WCHAR text[512];
    NUMBERFMTW wide_format;

    WIDE_ANSI(wide, value, 0);
    WIDE_ANSI(decimal, format ? format->lpDecimalSep : NULL, 0);
    WIDE_ANSI(thousand, format ? format->lpThousandSep : NULL, 0);
    if (size < 0 || (size && !buffer))
        return fail(ERROR_INVALID_PARAMETER);
    if (format)
        wide_format = (NUMBERFMTW){format->NumDigits, format->LeadingZero, format->Grouping,
                                   decimal.text,      thousand.text,       format->NegativeOrder};
    return narrow(
        text,
        GetNumberFormatW(id, flags, wide.text, format ? &wide_format : NULL, text, ARRAYSIZE(text)),
        buffer, size);
}
