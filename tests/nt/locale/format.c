/* Locale facts, dates, times, numbers, system messages. */
#include "tests/nt/check.h"

static WCHAR out[128];

static BOOL date(const WCHAR *locale, DWORD flags, const WCHAR *picture, const WCHAR *expected)
{
    SYSTEMTIME day = {.wYear = 2024, .wMonth = 2, .wDay = 9, .wDayOfWeek = 1};

    out[0] = 0;
    return GetDateFormatEx(locale, flags, &day, picture, out, 128, NULL) ==
               (int)wcslen(expected) + 1 &&
           !wcscmp(out, expected);
}

static BOOL time_is(DWORD flags, const WCHAR *picture, const WCHAR *expected)
{
    SYSTEMTIME t = {.wHour = 14, .wMinute = 5, .wSecond = 9};

    out[0] = 0;
    return GetTimeFormatEx(L"en-US", flags, &t, picture, out, 128) == (int)wcslen(expected) + 1 &&
           !wcscmp(out, expected);
}

static BOOL number(const WCHAR *locale, const WCHAR *value, const WCHAR *expected)
{
    out[0] = 0;
    return GetNumberFormatEx(locale, 0, value, NULL, out, 128) && !wcscmp(out, expected);
}

static BOOL info(const WCHAR *locale, LCTYPE type, const WCHAR *expected)
{
    out[0] = 0;
    return GetLocaleInfoEx(locale, type, out, 128) == (int)wcslen(expected) + 1 &&
           !wcscmp(out, expected);
}

static WCHAR enumerated[128];

static BOOL CALLBACK time_format(LPWSTR picture, LPARAM parameter)
{
    if (parameter == 5 && !enumerated[0])
        wcsncpy(enumerated, picture, 127);
    return TRUE;
}

int main(void)
{
    DWORD value = 0;
    CHAR text[200];
    WCHAR *allocated = NULL;
    NUMBERFMTW form = {3, 1, 32, (WCHAR *)L".", (WCHAR *)L",", 0};

    CHECK(date(L"en-US", DATE_SHORTDATE, NULL, L"2/9/2024"));
    CHECK(date(L"en-US", DATE_LONGDATE, NULL, L"Friday, February 9, 2024"));
    CHECK(date(L"en-US", 0, L"yyyy-MM-dd'T'ddd MMM yy", L"2024-02-09TFri Feb 24"));
    /* Wine has the two-digit year of CLDR. */
    CHECK(check_on_wine() || date(L"de-DE", DATE_SHORTDATE, NULL, L"09.02.2024"));
    CHECK(date(L"de-DE", 0, L"dddd, MMMM", L"Freitag, Februar"));
    CHECK(time_is(0, NULL, L"2:05:09 PM"));
    CHECK(time_is(TIME_NOSECONDS, NULL, L"2:05 PM"));
    CHECK(time_is(TIME_NOTIMEMARKER | TIME_FORCE24HOURFORMAT, NULL, L"14:05:09"));
    CHECK(time_is(0, L"HH'h'mm t", L"14h05 P"));
    CHECK(!GetDateFormatEx(L"en-US", DATE_SHORTDATE | DATE_LONGDATE, NULL, NULL, out, 128, NULL));
    CHECK_EQ(GetLastError(), ERROR_INVALID_FLAGS);
    CHECK(EnumTimeFormatsEx(time_format, L"en-US", 0, 5) && !wcscmp(enumerated, L"h:mm:ss tt"));
    CHECK(!EnumTimeFormatsEx(NULL, L"en-US", 0, 5));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK(!GetTimeFormatEx(L"en-US", 0, NULL, L"HH:mm", out, 2));
    CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
    CHECK(number(L"en-US", L"-1234567.896", L"-1,234,567.90"));
    CHECK(number(L"de-DE", L"1234.5", L"1.234,50"));
    CHECK(number(L"en-US", L"0.001", L"0.00"));
    CHECK(GetNumberFormatEx(L"en-US", 0, L"-123456789.12345", &form, out, 128));
    CHECK(!wcscmp(out, L"(12,34,56,789.123)"));
    CHECK(GetCurrencyFormatEx(L"en-US", 0, L"1234.5", NULL, out, 128));
    CHECK(!wcscmp(out, L"$1,234.50"));
    CHECK(!GetNumberFormatEx(L"en-US", 0, L"12x", NULL, out, 128));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);

    CHECK(info(L"en-US", LOCALE_SDECIMAL, L"."));
    CHECK(info(L"en-US", LOCALE_SDAYNAME1, L"Monday"));
    CHECK(info(L"en-US", LOCALE_SABBREVMONTHNAME12, L"Dec"));
    CHECK(info(L"en-US", LOCALE_SISO639LANGNAME, L"en"));
    CHECK(info(L"en-US", LOCALE_SISO3166CTRYNAME, L"US"));
    CHECK(info(L"en-US", LOCALE_ILANGUAGE, L"0409"));
    CHECK(info(L"en-US", LOCALE_SABBREVLANGNAME, L"ENU"));
    CHECK(info(L"en-US", LOCALE_IDEFAULTANSICODEPAGE, L"1252"));
    CHECK(info(L"de-DE", LOCALE_SCURRENCY, L"\x20ac"));
    CHECK_EQ(
        GetLocaleInfoEx(L"en-US", LOCALE_ICURRDIGITS | LOCALE_RETURN_NUMBER, (WCHAR *)&value, 2),
        2);
    CHECK_EQ(value, 2);
    CHECK_EQ(GetLocaleInfoW(0x407, LOCALE_SNAME, out, 128), 6);
    CHECK(!wcscmp(out, L"de-DE"));
    CHECK_EQ(LocaleNameToLCID(L"fr-FR", 0), 0x40c);
    CHECK_EQ(LCIDToLocaleName(0x411, out, 128, 0), 6);
    CHECK(!wcscmp(out, L"ja-JP"));
    CHECK(IsValidLocale(0x409, LCID_INSTALLED) && IsValidLocaleName(L"en-US"));
    CHECK_EQ(GetUserDefaultLCID(), ConvertDefaultLocale(LOCALE_USER_DEFAULT));

    CHECK(FormatMessageA(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL, 2, 0,
                         text, sizeof(text), NULL) > 0);
    CHECK(!strncmp(text, "The system cannot find the file specified.", 42) ||
          !strncmp(text, "File not found.", 15)); /* as Wine says it */
    CHECK(FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_ALLOCATE_BUFFER |
                             FORMAT_MESSAGE_IGNORE_INSERTS,
                         NULL, 5, 0, (WCHAR *)&allocated, 0, NULL) > 0);
    CHECK(allocated && wcsstr(allocated, L"enied"));
    LocalFree(allocated);
    CHECK(!FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM, NULL, 0xdead0001, 0, out, 128, NULL));
    CHECK_EQ(GetLastError(), ERROR_MR_MID_NOT_FOUND);
    {
        DWORD_PTR arguments[] = {(DWORD_PTR)L"two", 7};

        CHECK(FormatMessageW(FORMAT_MESSAGE_FROM_STRING | FORMAT_MESSAGE_ARGUMENT_ARRAY,
                             L"a %1 b %2!03d! c%%", 0, 0, out, 128, (va_list *)arguments) > 0);
        CHECK(!wcscmp(out, L"a two b 007 c%"));
    }
    return check_done();
}
