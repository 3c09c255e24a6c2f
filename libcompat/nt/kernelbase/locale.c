/*
 * Locales: which there are, and what is known of each (GetLocaleInfo).
 */
#include "locale.h"
#include "locale_data.h"

#define EN_US 0x0409u

static const struct locale *by_id(LCID id)
{
    WORD language = LANGIDFROMLCID(id);

    for (SIZE_T i = 0; i < ARRAYSIZE(locales); i++)
        if (locales[i].id == language)
            return &locales[i];
    /* A neutral id: the first locale of its language. */
    if (SUBLANGID(language) == SUBLANG_NEUTRAL)
        for (SIZE_T i = 1; i < ARRAYSIZE(locales); i++)
            if (PRIMARYLANGID(locales[i].id) == PRIMARYLANGID(language))
                return &locales[i];
    return NULL;
}

LCID WINAPI GetUserDefaultLCID(VOID)
{
    ULONG id;

    if (!NT_SUCCESS(NtQueryDefaultLocale(TRUE, &id)) || !by_id(id))
        return EN_US;
    return id;
}

LCID WINAPI GetSystemDefaultLCID(VOID)
{
    ULONG id;

    if (!NT_SUCCESS(NtQueryDefaultLocale(FALSE, &id)) || !by_id(id))
        return EN_US;
    return id;
}

LANGID WINAPI GetUserDefaultLangID(VOID)
{
    return LANGIDFROMLCID(GetUserDefaultLCID());
}

LANGID WINAPI GetSystemDefaultLangID(VOID)
{
    return LANGIDFROMLCID(GetSystemDefaultLCID());
}

LANGID WINAPI GetUserDefaultUILanguage(VOID)
{
    return GetUserDefaultLangID();
}

LANGID WINAPI GetSystemDefaultUILanguage(VOID)
{
    return GetSystemDefaultLangID();
}

LCID WINAPI GetThreadLocale(VOID)
{
    ULONG id = NtCurrentTeb()->CurrentLocale;

    return id ? id : GetUserDefaultLCID();
}

LCID WINAPI ConvertDefaultLocale(LCID id)
{
    const struct locale *locale;

    switch (id) {
    case LOCALE_SYSTEM_DEFAULT:
        return GetSystemDefaultLCID();
    case LOCALE_USER_DEFAULT:
    case LOCALE_NEUTRAL:
    case LOCALE_CUSTOM_DEFAULT:
        return GetUserDefaultLCID();
    }
    locale = SUBLANGID(id) == SUBLANG_NEUTRAL ? by_id(id) : NULL;
    return locale ? locale->id : id;
}

BOOL WINAPI SetThreadLocale(LCID id)
{
    id = ConvertDefaultLocale(id);
    if (!by_id(id))
        return fail(ERROR_INVALID_PARAMETER);
    NtCurrentTeb()->CurrentLocale = id;
    return TRUE;
}

static const struct locale *by_name(const WCHAR *name)
{
    SIZE_T length;

    if (!name || !wcscmp(name, LOCALE_NAME_SYSTEM_DEFAULT))
        return by_id(GetUserDefaultLCID());
    length = wcslen(name);
    for (SIZE_T i = 0; i < ARRAYSIZE(locales); i++)
        if (!RtlCompareUnicodeStrings(name, length, locales[i].name, wcslen(locales[i].name), TRUE))
            return &locales[i];
    /* A language alone, or with the script of its first country: zh-Hans, zh-Hant. */
    if (length == 7 && !RtlCompareUnicodeStrings(name, 7, L"zh-Hant", 7, TRUE))
        return by_id(0x0404);
    if (length == 7 && !RtlCompareUnicodeStrings(name, 7, L"zh-Hans", 7, TRUE))
        return by_id(0x0804);
    for (SIZE_T i = 1; i < ARRAYSIZE(locales); i++)
        if (!RtlCompareUnicodeStrings(name, length, locales[i].iso_language,
                                      wcslen(locales[i].iso_language), TRUE))
            return &locales[i];
    return NULL;
}

BOOL WINAPI IsValidLocale(LCID id, DWORD flags)
{
    (void)flags;
    return id && id != LOCALE_SYSTEM_DEFAULT && id != LOCALE_USER_DEFAULT && by_id(id) != NULL;
}

BOOL WINAPI IsValidLocaleName(LPCWSTR name)
{
    return name && by_name(name) != NULL;
}

const WCHAR *locale_name_of(LCID id)
{
    const struct locale *locale = by_id(ConvertDefaultLocale(id));

    return locale ? locale->name : NULL;
}

static int give(const WCHAR *text, WCHAR *buffer, int size)
{
    int length = (int)wcslen(text) + 1;

    if (size < 0 || (size && !buffer))
        return fail(ERROR_INVALID_PARAMETER);
    if (!size)
        return length;
    if (length > size)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    memcpy(buffer, text, (SIZE_T)length * sizeof(*buffer));
    return length;
}

int WINAPI LCIDToLocaleName(LCID id, LPWSTR buffer, int size, DWORD flags)
{
    const struct locale *locale = by_id(ConvertDefaultLocale(id));

    if (flags & ~(DWORD)LOCALE_ALLOW_NEUTRAL_NAMES || !locale)
        return fail(ERROR_INVALID_PARAMETER);
    if (flags & LOCALE_ALLOW_NEUTRAL_NAMES && id && SUBLANGID(id) == SUBLANG_NEUTRAL &&
        id != LOCALE_INVARIANT)
        return give(locale->iso_language, buffer, size);
    return give(locale->name, buffer, size);
}

LCID WINAPI LocaleNameToLCID(LPCWSTR name, DWORD flags)
{
    const struct locale *locale = by_name(name);

    if (flags & ~(DWORD)LOCALE_ALLOW_NEUTRAL_NAMES || !locale) {
        fail(ERROR_INVALID_PARAMETER);
        return 0;
    }
    if (name && *name && flags & LOCALE_ALLOW_NEUTRAL_NAMES && !wcschr(name, L'-') &&
        wcscmp(name, LOCALE_NAME_SYSTEM_DEFAULT))
        return PRIMARYLANGID(locale->id);
    return locale->id;
}

int WINAPI GetUserDefaultLocaleName(LPWSTR buffer, int size)
{
    return give(by_id(GetUserDefaultLCID())->name, buffer, size);
}

int WINAPI GetSystemDefaultLocaleName(LPWSTR buffer, int size)
{
    return give(by_id(GetSystemDefaultLCID())->name, buffer, size);
}

int WINAPI ResolveLocaleName(LPCWSTR name, LPWSTR buffer, int size)
{
    const struct locale *locale = by_name(name);

    return give(locale ? locale->name : L"", buffer, size);
}

/* ---- Information ---- */

static WCHAR *put_number(WCHAR *out, DWORD value, DWORD base, int minimum)
{
    WCHAR digits[12];
    int n = 0;

    do {
        digits[n++] = L"0123456789abcdef"[value % base];
        value /= base;
    } while (value || n < minimum);
    while (n)
        *out++ = digits[--n];
    *out = 0;
    return out;
}

/* The n-th part of a list. */
static void part(const WCHAR *list, UINT n, WCHAR *out)
{
    while (n && *list)
        if (*list++ == L'|')
            n--;
    while (*list && *list != L'|')
        *out++ = *list++;
    *out = 0;
}

static void join(WCHAR *out, const WCHAR *a, const WCHAR *b, const WCHAR *c, const WCHAR *d)
{
    const WCHAR *parts[] = {a, b, c, d};

    for (int i = 0; i < 4; i++)
        while (*parts[i])
            *out++ = *parts[i]++;
    *out = 0;
}

/* Where a picture has a letter first, for the questions about its order. */
static int place(const WCHAR *picture, WCHAR letter)
{
    const WCHAR *at = wcschr(picture, letter);

    return at ? (int)(at - picture) : 99;
}

static BOOL has(const WCHAR *picture, const WCHAR *what)
{
    SIZE_T length = wcslen(what);

    for (; *picture; picture++)
        if (!wcsncmp(picture, what, length))
            return TRUE;
    return FALSE;
}

/* How signs stand about an amount, by the number of its form (INEGCURR). */
static DWORD negative_facts(LCTYPE type, DWORD form)
{
    static const struct {
        BYTE sign_place, symbol_first, space;
    } forms[] = {
        {0, 1, 0}, {3, 1, 0}, {4, 1, 0}, {2, 1, 0}, {0, 0, 0}, {1, 0, 0}, {3, 0, 0}, {4, 0, 0},
        {1, 0, 1}, {3, 1, 1}, {4, 0, 1}, {2, 1, 1}, {4, 1, 1}, {3, 0, 1}, {0, 1, 1}, {0, 0, 1},
    };

    form %= ARRAYSIZE(forms);
    return type == LOCALE_INEGSIGNPOSN      ? forms[form].sign_place
           : type == LOCALE_INEGSYMPRECEDES ? forms[form].symbol_first
                                            : forms[form].space;
}

/* An LCTYPE that is a number; FALSE: it is text or not known. */
static BOOL number_of(const struct locale *l, LCTYPE type, DWORD *value)
{
    int day = place(l->short_date, L'd'), month = place(l->short_date, L'M'),
        year = place(l->short_date, L'y');

    switch (type) {
    case LOCALE_ILANGUAGE:
        *value = l->id;
        return TRUE;
    case LOCALE_IDEFAULTLANGUAGE:
        *value = l->id;
        return TRUE;
    case LOCALE_ICOUNTRY:
    case LOCALE_IDEFAULTCOUNTRY:
        *value = l->calling_code;
        return TRUE;
    case LOCALE_IGEOID:
        *value = l->geo;
        return TRUE;
    case LOCALE_IDEFAULTCODEPAGE:
        *value = l->oem;
        return TRUE;
    case LOCALE_IDEFAULTANSICODEPAGE:
        *value = l->ansi;
        return TRUE;
    case LOCALE_IDEFAULTMACCODEPAGE:
        *value = l->mac;
        return TRUE;
    case LOCALE_IDEFAULTEBCDICCODEPAGE:
        *value = 500;
        return TRUE;
    case LOCALE_IMEASURE:
        *value = l->measure;
        return TRUE;
    case LOCALE_IPAPERSIZE:
        *value = l->paper;
        return TRUE;
    case LOCALE_IDIGITS:
        *value = 2;
        return TRUE;
    case LOCALE_ICURRDIGITS:
    case LOCALE_IINTLCURRDIGITS:
        *value = l->currency_digits;
        return TRUE;
    case LOCALE_ILZERO:
        *value = 1;
        return TRUE;
    case LOCALE_INEGNUMBER:
        *value = 1;
        return TRUE;
    case LOCALE_ICURRENCY:
        *value = l->currency_form;
        return TRUE;
    case LOCALE_INEGCURR:
        *value = l->negative_currency;
        return TRUE;
    case LOCALE_IPOSSIGNPOSN:
        *value = l->currency_form == 1 || l->currency_form == 3 ? 4 : 3;
        return TRUE;
    case LOCALE_IPOSSYMPRECEDES:
        *value = l->currency_form == 0 || l->currency_form == 2;
        return TRUE;
    case LOCALE_IPOSSEPBYSPACE:
        *value = l->currency_form >= 2;
        return TRUE;
    case LOCALE_INEGSIGNPOSN:
    case LOCALE_INEGSYMPRECEDES:
    case LOCALE_INEGSEPBYSPACE:
        *value = negative_facts(type, l->negative_currency);
        return TRUE;
    case LOCALE_IDATE:
        *value = year < month ? 2 : month < day ? 0 : 1;
        return TRUE;
    case LOCALE_ILDATE:
        day = place(l->long_date, L'd');
        month = place(l->long_date, L'M');
        year = place(l->long_date, L'y');
        *value = year < month                                                   ? 2
                 : wcschr(l->long_date, L',') && month < year && l->id == EN_US ? 0
                                                                                : 1;
        return TRUE;
    case LOCALE_ITIME:
        *value = wcschr(l->time, L'H') != NULL;
        return TRUE;
    case LOCALE_ITIMEMARKPOSN:
        *value = place(l->time, L't') == 0;
        return TRUE;
    case LOCALE_ITLZERO:
        *value = has(l->time, L"HH") || has(l->time, L"hh");
        return TRUE;
    case LOCALE_ICENTURY:
        *value = has(l->short_date, L"yyyy");
        return TRUE;
    case LOCALE_IDAYLZERO:
        *value = has(l->short_date, L"dd");
        return TRUE;
    case LOCALE_IMONLZERO:
        *value = has(l->short_date, L"MM");
        return TRUE;
    case LOCALE_ICALENDARTYPE:
        *value = l->id == EN_US || l->id == 0x7f ? CAL_GREGORIAN : CAL_GREGORIAN;
        return TRUE;
    case LOCALE_IOPTIONALCALENDAR:
        *value = 0;
        return TRUE;
    case LOCALE_IFIRSTDAYOFWEEK:
        *value = l->first_day;
        return TRUE;
    case LOCALE_IFIRSTWEEKOFYEAR:
        *value = l->first_week;
        return TRUE;
    case LOCALE_IDIGITSUBSTITUTION:
        *value = 1;
        return TRUE;
    case LOCALE_INEGATIVEPERCENT:
    case LOCALE_IPOSITIVEPERCENT:
        *value = 1;
        return TRUE;
    case LOCALE_IREADINGLAYOUT:
        *value = 0;
        return TRUE;
    case LOCALE_INEUTRAL:
        *value = 0;
        return TRUE;
    }
    return FALSE;
}

/* Text of an LCTYPE; FALSE: not known. `out` has room for the longest, 128 units. */
static BOOL text_of(const struct locale *l, LCTYPE type, WCHAR *out)
{
    const WCHAR *text = NULL;

    if (type >= LOCALE_SDAYNAME1 && type <= LOCALE_SDAYNAME7) {
        part(l->names->days, type - LOCALE_SDAYNAME1, out);
        return TRUE;
    }
    if (type >= LOCALE_SABBREVDAYNAME1 && type <= LOCALE_SABBREVDAYNAME7) {
        part(l->names->short_days, type - LOCALE_SABBREVDAYNAME1, out);
        return TRUE;
    }
    if (type >= LOCALE_SSHORTESTDAYNAME1 && type <= LOCALE_SSHORTESTDAYNAME7) {
        part(l->names->shortest_days, type - LOCALE_SSHORTESTDAYNAME1, out);
        return TRUE;
    }
    if (type >= LOCALE_SMONTHNAME1 && type <= LOCALE_SMONTHNAME12) {
        part(l->names->months, type - LOCALE_SMONTHNAME1, out);
        return TRUE;
    }
    if (type >= LOCALE_SABBREVMONTHNAME1 && type <= LOCALE_SABBREVMONTHNAME12) {
        part(l->names->short_months, type - LOCALE_SABBREVMONTHNAME1, out);
        return TRUE;
    }
    switch (type) {
    case LOCALE_SMONTHNAME13:
    case LOCALE_SABBREVMONTHNAME13:
    case LOCALE_SPOSITIVESIGN:
        text = L"";
        break;
    case LOCALE_SNAME:
        text = l->name;
        break;
    case LOCALE_SPARENT:
        text = l->id == LOCALE_INVARIANT ? L"" : l->iso_language;
        break;
    case LOCALE_SLOCALIZEDDISPLAYNAME:
    case LOCALE_SENGLISHDISPLAYNAME:
        join(out, l->language, L" (", l->country, L")");
        return TRUE;
    case LOCALE_SNATIVEDISPLAYNAME:
        join(out, l->native_language, L" (", l->native_country, L")");
        return TRUE;
    case LOCALE_SENGLISHLANGUAGENAME:
    case LOCALE_SLOCALIZEDLANGUAGENAME:
        text = l->language;
        break;
    case LOCALE_SNATIVELANGUAGENAME:
        text = l->native_language;
        break;
    case LOCALE_SENGLISHCOUNTRYNAME:
    case LOCALE_SLOCALIZEDCOUNTRYNAME:
        text = l->country;
        break;
    case LOCALE_SNATIVECOUNTRYNAME:
        text = l->native_country;
        break;
    case LOCALE_SABBREVLANGNAME:
        text = l->abbreviation;
        break;
    case LOCALE_SABBREVCTRYNAME:
    case LOCALE_SISO3166CTRYNAME2:
        text = l->iso_country3;
        break;
    case LOCALE_SISO639LANGNAME:
        text = l->iso_language;
        break;
    case LOCALE_SISO639LANGNAME2:
        text = l->iso_language3;
        break;
    case LOCALE_SISO3166CTRYNAME:
        text = l->iso_country;
        break;
    case LOCALE_SLIST:
        text = l->list;
        break;
    case LOCALE_SDECIMAL:
    case LOCALE_SMONDECIMALSEP:
        text = l->decimal;
        break;
    case LOCALE_STHOUSAND:
    case LOCALE_SMONTHOUSANDSEP:
        text = l->thousand;
        break;
    case LOCALE_SGROUPING:
    case LOCALE_SMONGROUPING:
        text = l->grouping;
        break;
    case LOCALE_SCURRENCY:
        text = l->currency;
        break;
    case LOCALE_SINTLSYMBOL:
        text = l->currency_code;
        break;
    case LOCALE_SENGCURRNAME:
        text = l->currency_name;
        break;
    case LOCALE_SNATIVECURRNAME:
        text = l->native_currency_name;
        break;
    case LOCALE_SNATIVEDIGITS:
        text = L"0123456789";
        break;
    case LOCALE_SNEGATIVESIGN:
        text = L"-";
        break;
    case LOCALE_SNAN:
        text = L"NaN";
        break;
    case LOCALE_SPOSINFINITY:
        text = L"∞";
        break;
    case LOCALE_SNEGINFINITY:
        text = L"-∞";
        break;
    case LOCALE_SPERCENT:
        text = L"%";
        break;
    case LOCALE_SPERMILLE:
        text = L"‰";
        break;
    case LOCALE_SDATE: /* what stands between the parts of a short date */
    case LOCALE_STIME: {
        const WCHAR *at = type == LOCALE_SDATE ? l->short_date : wcschr(l->time, L':');

        while (*at && char_type(1, *at) & C1_ALPHA)
            at++;
        out[0] = *at;
        out[1] = 0;
        return TRUE;
    }
    case LOCALE_SSHORTDATE:
        text = l->short_date;
        break;
    case LOCALE_SLONGDATE:
        text = l->long_date;
        break;
    case LOCALE_STIMEFORMAT:
        text = l->time;
        break;
    case LOCALE_SSHORTTIME:
        text = l->short_time;
        break;
    case LOCALE_SYEARMONTH:
        text = l->year_month;
        break;
    case LOCALE_SMONTHDAY:
        text = l->month_day;
        break;
    case LOCALE_S1159:
        text = l->am;
        break;
    case LOCALE_S2359:
        text = l->pm;
        break;
    case LOCALE_SDURATION:
        text = L"h:mm:ss";
        break;
    case LOCALE_SSORTNAME:
        text = L"Default";
        break;
    case LOCALE_SSCRIPTS:
        text = l->id == 0x0419   ? L"Cyrl;"
               : l->id == 0x0411 ? L"Hani;Hira;Jpan;Kana;"
               : l->id == 0x0804 ? L"Hani;Hans;"
               : l->id == 0x0404 ? L"Hani;Hant;"
               : l->id == 0x0412 ? L"Hang;Hani;Kore;"
                                 : L"Latn;";
        break;
    case LOCALE_SCONSOLEFALLBACKNAME:
        text = l->name;
        break;
    case LOCALE_SKEYBOARDSTOINSTALL:
    case LOCALE_FONTSIGNATURE:
        return FALSE;
    }
    if (!text)
        return FALSE;
    memcpy(out, text, (wcslen(text) + 1) * sizeof(*out));
    return TRUE;
}

#define MODIFIERS (LOCALE_NOUSEROVERRIDE | LOCALE_USE_CP_ACP)

static int info(const struct locale *locale, LCTYPE type, WCHAR *buffer, int size)
{
    LCTYPE base = type & ~(LCTYPE)(MODIFIERS | LOCALE_RETURN_NUMBER | LOCALE_RETURN_GENITIVE_NAMES);
    WCHAR text[192];
    DWORD value;

    if (!locale || size < 0 || (size && !buffer))
        return fail(ERROR_INVALID_PARAMETER);
    if (number_of(locale, base, &value)) {
        if (type & LOCALE_RETURN_NUMBER) {
            if (size && size < 2)
                return fail(ERROR_INSUFFICIENT_BUFFER);
            if (size)
                memcpy(buffer, &value, sizeof(value));
            return 2;
        }
        if (base == LOCALE_ILANGUAGE || base == LOCALE_IDEFAULTLANGUAGE)
            put_number(text, value, 16, 4);
        else
            put_number(text, value, 10,
                       base == LOCALE_IDEFAULTCODEPAGE || base == LOCALE_IDEFAULTANSICODEPAGE ? 3
                                                                                              : 1);
        return give(text, buffer, size);
    }
    if (type & LOCALE_RETURN_NUMBER)
        return fail(ERROR_INVALID_FLAGS);
    if (type & LOCALE_RETURN_GENITIVE_NAMES) {
        if (base < LOCALE_SMONTHNAME1 || base > LOCALE_SMONTHNAME12)
            return fail(ERROR_INVALID_FLAGS);
        part(locale->names->genitive_months ? locale->names->genitive_months
                                            : locale->names->months,
             base - LOCALE_SMONTHNAME1, text);
        return give(text, buffer, size);
    }
    if (!text_of(locale, base, text))
        return fail(ERROR_INVALID_FLAGS);
    return give(text, buffer, size);
}

int WINAPI GetLocaleInfoEx(LPCWSTR name, LCTYPE type, LPWSTR buffer, int size)
{
    return info(by_name(name), type, buffer, size);
}

int WINAPI GetLocaleInfoW(LCID id, LCTYPE type, LPWSTR buffer, int size)
{
    return info(by_id(ConvertDefaultLocale(id)), type, buffer, size);
}

int WINAPI GetLocaleInfoA(LCID id, LCTYPE type, LPSTR buffer, int size)
{
    WCHAR wide[192];
    int length;

    if (size < 0 || (size && !buffer))
        return fail(ERROR_INVALID_PARAMETER);
    length = GetLocaleInfoW(id, type, wide, ARRAYSIZE(wide));
    if (!length)
        return 0;
    if (type & LOCALE_RETURN_NUMBER) {
        if (size && size < (int)sizeof(DWORD))
            return fail(ERROR_INSUFFICIENT_BUFFER);
        if (size)
            memcpy(buffer, wide, sizeof(DWORD));
        return sizeof(DWORD);
    }
    return WideCharToMultiByte(CP_ACP, 0, wide, length, buffer, size, NULL, NULL);
}

int locale_text(LPCWSTR locale, LCTYPE type, WCHAR *buffer, int size)
{
    return GetLocaleInfoEx(locale, type, buffer, size);
}

DWORD locale_number(LPCWSTR locale, LCTYPE type)
{
    DWORD value = 0;

    GetLocaleInfoEx(locale, type | LOCALE_RETURN_NUMBER, (WCHAR *)&value, 2);
    return value;
}

BOOL WINAPI SetLocaleInfoW(LCID id, LCTYPE type, LPCWSTR text)
{
    (void)id;
    (void)type;
    (void)text;
    return fail(ERROR_ACCESS_DENIED); /* user overrides are not kept */
}

/* ---- Enumeration ---- */

BOOL WINAPI EnumSystemLocalesEx(LOCALE_ENUMPROCEX callback, DWORD flags, LPARAM parameter,
                                LPVOID reserved)
{
    WCHAR name[LOCALE_NAME_MAX_LENGTH];

    if (!callback || reserved)
        return fail(ERROR_INVALID_PARAMETER);
    for (SIZE_T i = 0; i < ARRAYSIZE(locales); i++) {
        if (flags & LOCALE_SUPPLEMENTAL && !(flags & LOCALE_WINDOWS))
            break;
        memcpy(name, locales[i].name, (wcslen(locales[i].name) + 1) * sizeof(*name));
        if (!callback(name, LOCALE_WINDOWS | LOCALE_SPECIFICDATA, parameter))
            break;
    }
    return TRUE;
}

BOOL WINAPI EnumSystemLocalesW(LOCALE_ENUMPROCW callback, DWORD flags)
{
    WCHAR text[12];

    if (!callback)
        return fail(ERROR_INVALID_PARAMETER);
    if (flags & ~(DWORD)(LCID_INSTALLED | LCID_SUPPORTED | LCID_ALTERNATE_SORTS))
        return fail(ERROR_INVALID_FLAGS);
    for (SIZE_T i = 1; i < ARRAYSIZE(locales); i++) {
        put_number(text, locales[i].id, 16, 8);
        if (!callback(text))
            break;
    }
    return TRUE;
}

BOOL WINAPI EnumSystemLocalesA(LOCALE_ENUMPROCA callback, DWORD flags)
{
    if (!callback)
        return fail(ERROR_INVALID_PARAMETER);
    if (flags & ~(DWORD)(LCID_INSTALLED | LCID_SUPPORTED | LCID_ALTERNATE_SORTS))
        return fail(ERROR_INVALID_FLAGS);
    for (SIZE_T i = 1; i < ARRAYSIZE(locales); i++) {
        WCHAR text[12];
        CHAR narrow[12];
        int n = 0;

        put_number(text, locales[i].id, 16, 8);
        do
            narrow[n] = (CHAR)text[n];
        while (text[n++]);
        if (!callback(narrow))
            break;
    }
    return TRUE;
}

/* ---- Languages of the user interface ---- */

/* The user's language and English behind it, as names or as four hexadecimal digits. */
static BOOL languages(DWORD flags, PULONG count, WCHAR *buffer, PULONG size)
{
    LCID ids[2] = {GetUserDefaultLCID(), EN_US};
    WCHAR text[2 * LOCALE_NAME_MAX_LENGTH + 1], *at = text;
    ULONG n = ids[0] == ids[1] ? 1 : 2, needed;

    if ((flags & (MUI_LANGUAGE_ID | MUI_LANGUAGE_NAME)) == (MUI_LANGUAGE_ID | MUI_LANGUAGE_NAME) ||
        !count || !size || (*size && !buffer))
        return fail(ERROR_INVALID_PARAMETER);
    for (ULONG i = 0; i < n; i++) {
        if (flags & MUI_LANGUAGE_ID) {
            at = put_number(at, ids[i], 16, 4) + 1;
        } else {
            SIZE_T length = wcslen(by_id(ids[i])->name) + 1;

            memcpy(at, by_id(ids[i])->name, length * sizeof(*at));
            at += length;
        }
    }
    *at++ = 0;
    needed = (ULONG)(at - text);
    *count = n;
    if (buffer && *size < needed) {
        *size = needed;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    if (buffer)
        memcpy(buffer, text, needed * sizeof(*buffer));
    *size = needed;
    return TRUE;
}

BOOL WINAPI GetUserPreferredUILanguages(DWORD flags, PULONG count, PZZWSTR buffer, PULONG size)
{
    return languages(flags, count, buffer, size);
}

BOOL WINAPI GetSystemPreferredUILanguages(DWORD flags, PULONG count, PZZWSTR buffer, PULONG size)
{
    return languages(flags, count, buffer, size);
}

BOOL WINAPI GetProcessPreferredUILanguages(DWORD flags, PULONG count, PZZWSTR buffer, PULONG size)
{
    /* None was set for the process: an empty list. */
    (void)flags;
    if (!count || !size || (*size && !buffer))
        return fail(ERROR_INVALID_PARAMETER);
    *count = 0;
    if (buffer && *size < 2) {
        *size = 2;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    if (buffer)
        buffer[0] = buffer[1] = 0;
    *size = 2;
    return TRUE;
}

BOOL WINAPI GetThreadPreferredUILanguages(DWORD flags, PULONG count, PZZWSTR buffer, PULONG size)
{
    return languages(flags & (MUI_LANGUAGE_ID | MUI_LANGUAGE_NAME), count, buffer, size);
}

LANGID WINAPI GetThreadUILanguage(VOID)
{
    return GetUserDefaultUILanguage();
}

/* ---- Places ---- */

GEOID WINAPI GetUserGeoID(GEOCLASS class)
{
    return class == GEOCLASS_NATION ? (GEOID)by_id(GetUserDefaultLCID())->geo : 39070;
}

int WINAPI GetUserDefaultGeoName(LPWSTR buffer, int size)
{
    return give(by_id(GetUserDefaultLCID())->iso_country, buffer, size);
}

int WINAPI GetGeoInfoW(GEOID id, GEOTYPE type, LPWSTR buffer, int size, LANGID language)
{
    const struct locale *l = NULL;
    WCHAR text[64];

    (void)language;
    for (SIZE_T i = 1; i < ARRAYSIZE(locales) && !l; i++)
        if (locales[i].geo == id)
            l = &locales[i];
    if (!l)
        return fail(ERROR_INVALID_PARAMETER);
    switch (type) {
    case GEO_NATION:
        put_number(text, (DWORD)id, 10, 1);
        return give(text, buffer, size);
    case GEO_ISO2:
        return give(l->iso_country, buffer, size);
    case GEO_ISO3:
        return give(l->iso_country3, buffer, size);
    case GEO_FRIENDLYNAME:
    case GEO_OFFICIALNAME:
        return give(l->country, buffer, size);
    case GEO_LCID:
        put_number(text, l->id, 16, 8);
        return give(text, buffer, size);
    case GEO_RFC1766:
        return give(l->name, buffer, size);
    }
    return fail(ERROR_INVALID_FLAGS);
}
