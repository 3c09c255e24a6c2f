/*
 * The names setlocale accepts: "C", "", "lang[_country][.codepage]" in the English words of the
 * documents or the system's, ".codepage", and (ucrtbase only, as documented) BCP 47 names.
 */
#include "locale_data.h"

/* The documented short forms that are not the system's own English names. */
static const struct {
    const wchar_t *word, *name;
} languages[] = {
    {L"american", L"en-US"}, {L"american english", L"en-US"}, {L"american-english", L"en-US"},
    {L"english-american", L"en-US"}, {L"english-us", L"en-US"}, {L"english-usa", L"en-US"},
    {L"us", L"en-US"}, {L"usa", L"en-US"}, {L"australian", L"en-AU"}, {L"ena", L"en-AU"},
    {L"english-aus", L"en-AU"}, {L"canadian", L"en-CA"}, {L"enc", L"en-CA"},
    {L"english-can", L"en-CA"}, {L"english-nz", L"en-NZ"}, {L"enz", L"en-NZ"},
    {L"english-uk", L"en-GB"}, {L"eng", L"en-GB"}, {L"uk", L"en-GB"}, {L"british", L"en-GB"},
    {L"chinese", L"zh-CN"}, {L"chinese-simplified", L"zh-CN"}, {L"chs", L"zh-CN"},
    {L"chinese-traditional", L"zh-TW"}, {L"cht", L"zh-TW"}, {L"chinese-hongkong", L"zh-HK"},
    {L"chinese-singapore", L"zh-SG"}, {L"belgian", L"nl-BE"}, {L"dutch-belgian", L"nl-BE"},
    {L"nlb", L"nl-BE"}, {L"french-belgian", L"fr-BE"}, {L"frb", L"fr-BE"},
    {L"french-canadian", L"fr-CA"}, {L"frc", L"fr-CA"}, {L"french-swiss", L"fr-CH"},
    {L"frs", L"fr-CH"}, {L"german-austrian", L"de-AT"}, {L"dea", L"de-AT"},
    {L"german-swiss", L"de-CH"}, {L"des", L"de-CH"}, {L"swiss", L"de-CH"},
    {L"italian-swiss", L"it-CH"}, {L"its", L"it-CH"}, {L"norwegian", L"nb-NO"},
    {L"norwegian-bokmal", L"nb-NO"}, {L"nor", L"nb-NO"}, {L"norwegian-nynorsk", L"nn-NO"},
    {L"non", L"nn-NO"}, {L"portuguese-brazilian", L"pt-BR"}, {L"ptb", L"pt-BR"},
    {L"spanish-mexican", L"es-MX"}, {L"esm", L"es-MX"}, {L"spanish-modern", L"es-ES"},
    {L"esn", L"es-ES"}, {L"swedish-finland", L"sv-FI"},
};

static const struct {
    const wchar_t *word, *iso;
} countries[] = {
    {L"america", L"US"}, {L"united-states", L"US"}, {L"us", L"US"}, {L"britain", L"GB"},
    {L"england", L"GB"}, {L"great britain", L"GB"}, {L"uk", L"GB"}, {L"united-kingdom", L"GB"},
    {L"china", L"CN"}, {L"pr china", L"CN"}, {L"pr-china", L"CN"}, {L"prc", L"CN"},
    {L"czech", L"CZ"}, {L"holland", L"NL"}, {L"hong-kong", L"HK"}, {L"new-zealand", L"NZ"},
    {L"nz", L"NZ"}, {L"puerto-rico", L"PR"}, {L"slovak", L"SK"}, {L"south africa", L"ZA"},
    {L"south-africa", L"ZA"}, {L"south korea", L"KR"}, {L"south-korea", L"KR"},
    {L"trinidad & tobago", L"TT"},
};

static bool same_word(const wchar_t *a, const wchar_t *b)
{
    return CompareStringOrdinal(a, -1, b, -1, TRUE) == CSTR_EQUAL;
}

static bool info_is(const wchar_t *name, LCTYPE type, const wchar_t *want)
{
    wchar_t text[128];

    return GetLocaleInfoEx(name, type, text, CRT_COUNT(text)) && same_word(text, want);
}

struct search {
    const wchar_t *language, *country; /* country NULL: any */
    wchar_t found[LOCALE_NAME_MAX_LENGTH];
};

static bool language_is(const wchar_t *name, const wchar_t *want)
{
    return info_is(name, LOCALE_SENGLISHLANGUAGENAME, want) ||
           info_is(name, LOCALE_SABBREVLANGNAME, want) ||
           info_is(name, LOCALE_SISO639LANGNAME, want) ||
           info_is(name, LOCALE_SISO639LANGNAME2, want);
}

static bool country_is(const wchar_t *name, const wchar_t *want)
{
    if (info_is(name, LOCALE_SENGLISHCOUNTRYNAME, want) ||
        info_is(name, LOCALE_SISO3166CTRYNAME, want) ||
        info_is(name, LOCALE_SISO3166CTRYNAME2, want) ||
        info_is(name, LOCALE_SABBREVCTRYNAME, want))
        return true;
    for (size_t i = 0; i < CRT_COUNT(countries); i++)
        if (same_word(countries[i].word, want))
            return info_is(name, LOCALE_SISO3166CTRYNAME, countries[i].iso);
    return false;
}

static BOOL CALLBACK try_locale(LPWSTR name, DWORD flags, LPARAM param)
{
    struct search *s = (struct search *)param;

    (void)flags;
    if (!wcschr(name, '-') || !language_is(name, s->language))
        return TRUE;
    if (s->country && !country_is(name, s->country))
        return TRUE;
    wcsncpy(s->found, name, CRT_COUNT(s->found) - 1);
    return FALSE;
}

/* A language alone means the country the system takes for it by default. */
static bool find(const wchar_t *language, const wchar_t *country, wchar_t *name)
{
    struct search s = {language, country, L""};
    wchar_t iso[16];

    for (size_t i = 0; i < CRT_COUNT(languages); i++) {
        if (!same_word(languages[i].word, language))
            continue;
        if (!country) {
            wcscpy(name, languages[i].name);
            return true;
        }
        wcscpy(iso, languages[i].name);
        iso[wcscspn(iso, L"-")] = 0;
        s.language = iso;
        break;
    }
    EnumSystemLocalesEx(try_locale, LOCALE_WINDOWS, (LPARAM)&s, NULL);
    if (!s.found[0])
        return false;
    wcscpy(name, s.found);
    wchar_t preferred[LOCALE_NAME_MAX_LENGTH];
    if (!country && GetLocaleInfoEx(s.found, LOCALE_SISO639LANGNAME, iso, CRT_COUNT(iso)) &&
        ResolveLocaleName(iso, preferred, CRT_COUNT(preferred)) && wcschr(preferred, '-'))
        wcscpy(name, preferred);
    return true;
}

#ifdef CRT_UCRT
/* "en", "en-US", "zh-Hans-CN", and with the underscore that POSIX uses. */
static bool is_tag(const wchar_t *s, wchar_t *name)
{
    size_t lang = 0, len = wcslen(s);

    while ((s[lang] | 32) >= 'a' && (s[lang] | 32) <= 'z')
        lang++;
    if (lang < 2 || lang > 3 || len >= LOCALE_NAME_MAX_LENGTH || (s[lang] && s[lang] != '-' &&
                                                                 s[lang] != '_'))
        return false;
    if (s[lang] == '_' && len - lang - 1 != 2)
        return false;
    if (!s[lang] && lang == 3)
        return false; /* the three-letter words are abbreviations, found elsewhere */
    wcscpy(name, s);
    if (name[lang] == '_')
        name[lang] = '-';
    return IsValidLocaleName(name);
}
#endif

static bool number_info(const wchar_t *name, LCTYPE type, unsigned *value)
{
    DWORD n;

    if (!GetLocaleInfoEx(name, type | LOCALE_RETURN_NUMBER, (wchar_t *)&n, sizeof n / 2))
        return false;
    *value = n;
    return true;
}

static bool codepage_of(const wchar_t *text, const wchar_t *name, bool user_default, unsigned *cp)
{
    bool named = false;

    if (!*text || same_word(text, L"ACP")) {
        if (user_default)
            *cp = GetACP();
        else if (!number_info(name, LOCALE_IDEFAULTANSICODEPAGE, cp) || *cp < 2)
            *cp = GetACP(); /* a locale that has no code page of its own */
    } else if (same_word(text, L"OCP")) {
        if (!number_info(name, LOCALE_IDEFAULTCODEPAGE, cp) || *cp < 2)
            *cp = GetOEMCP();
    } else if (same_word(text, L"utf8") || same_word(text, L"utf-8")) {
        *cp = CP_UTF8;
        named = true;
    } else {
        unsigned n = 0;
        for (; *text; text++) {
            if (*text < '0' || *text > '9' || n > 0xffff)
                return false;
            n = n * 10 + (*text - '0');
        }
        *cp = n;
        named = true;
    }
    if (*cp == CP_UTF8)
        return CRT_IS_UCRT || !named; /* msvcrt has it only where the system made it the ACP */
    CPINFO info;
    return *cp >= 2 && *cp != CP_UTF7 && GetCPInfo(*cp, &info) && info.MaxCharSize <= 2;
}

static void append_codepage(wchar_t *text, unsigned cp)
{
    wchar_t digits[8], *p = digits + 7;

    wcscat(text, L".");
    if (cp == CP_UTF8 && CRT_IS_UCRT) {
        wcscat(text, L"utf8");
        return;
    }
    *p = 0;
    do
        *--p = (wchar_t)('0' + cp % 10);
    while (cp /= 10);
    wcscat(text, p);
}

static bool full_text(struct crt_locale_choice *out)
{
    wchar_t language[64], country[64];

    if (!GetLocaleInfoEx(out->name, LOCALE_SENGLISHLANGUAGENAME, language, CRT_COUNT(language)) ||
        !GetLocaleInfoEx(out->name, LOCALE_SENGLISHCOUNTRYNAME, country, CRT_COUNT(country)))
        return false;
    wcscpy(out->text, language);
    wcscat(out->text, L"_");
    wcscat(out->text, country);
    append_codepage(out->text, out->codepage);
    return true;
}

bool crt_locale_resolve(const wchar_t *text, struct crt_locale_choice *out)
{
    wchar_t left[128], *country;
    const wchar_t *cp = wcsrchr(text, '.');

    memset(out, 0, sizeof *out);
    if (!wcscmp(text, L"C")) {
        wcscpy(out->text, L"C");
        return true;
    }
    if (wcslen(text) >= CRT_COUNT(left))
        return false;
    wcscpy(left, text);
    if (cp) {
        left[cp - text] = 0;
        if (!*++cp)
            return false;
    }
    if (!left[0]) {
        if (!GetUserDefaultLocaleName(out->name, CRT_COUNT(out->name)))
            return false;
        return codepage_of(cp ? cp : L"", out->name, !cp, &out->codepage) && full_text(out);
    }
#ifdef CRT_UCRT
    if (is_tag(left, out->name)) {
        wcscpy(out->text, text);
        return codepage_of(cp ? cp : L"", out->name, false, &out->codepage);
    }
#endif
    country = wcschr(left, '_');
    if (country)
        *country++ = 0;
    if (!left[0] || (country && !*country) || !find(left, country, out->name))
        return false;
    return codepage_of(cp ? cp : L"", out->name, false, &out->codepage) && full_text(out);
}
