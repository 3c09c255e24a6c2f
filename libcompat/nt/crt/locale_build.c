/*
 * Filling a locale from the system: character tables, localeconv, names of days and months.
 */
#include "locale_data.h"

char *crt_narrow_dup(const wchar_t *s, unsigned codepage)
{
    if (!codepage) {
        size_t len = wcslen(s);
        char *out = malloc(len + 1);
        for (size_t i = 0; out && i <= len; i++)
            out[i] = (char)s[i];
        return out;
    }
    int len = WideCharToMultiByte(codepage, 0, s, -1, NULL, 0, NULL, NULL);
    char *out = malloc(len > 0 ? (size_t)len : 1);
    if (out && (len <= 0 || !WideCharToMultiByte(codepage, 0, s, -1, out, len, NULL, NULL)))
        *out = 0;
    return out;
}

/* ---- characters --------------------------------------------------------------------------- */

struct tables {
    unsigned short ctype[CRT_CTYPE_SIZE];
    unsigned char lower[256], upper[256];
};

static unsigned char map_byte(unsigned cp, const wchar_t *name, unsigned char c, wchar_t wide,
                              DWORD flag)
{
    wchar_t mapped;
    char out[4];
    BOOL lossy = FALSE;

    if (LCMapStringEx(name, flag, &wide, 1, &mapped, 1, NULL, NULL, 0) != 1 || mapped == wide)
        return c;
    if (WideCharToMultiByte(cp, 0, &mapped, 1, out, sizeof out, NULL,
                            cp == CP_UTF8 ? NULL : &lossy) != 1 || lossy)
        return c;
    return (unsigned char)out[0];
}

static bool build_ctype(struct crt_locale *l)
{
    const struct crt_category *cat = &l->cat[CRT_LC_CTYPE];
    CPINFO info;

    if (!cat->name) {
        l->pctype = crt_ctype_c + CRT_CTYPE_ZERO;
        l->lower = crt_lower_c;
        l->upper = crt_upper_c;
        l->mb_cur_max = 1;
        return true;
    }
    struct tables *t = calloc(1, sizeof *t);
    if (!t)
        return false;
    memcpy(t->ctype, crt_ctype_c, sizeof t->ctype);
    memcpy(t->lower, crt_lower_c, sizeof t->lower);
    memcpy(t->upper, crt_upper_c, sizeof t->upper);
    l->pctype = t->ctype + CRT_CTYPE_ZERO;
    l->lower = t->lower;
    l->upper = t->upper;
    l->mb_cur_max = 1;
    if (cat->codepage == CP_UTF8) {
        l->mb_cur_max = 4;
        return true; /* no byte above 0x7f is a character by itself */
    }
    if (!GetCPInfo(cat->codepage, &info))
        return true;
    l->mb_cur_max = (int)info.MaxCharSize;
    for (int i = 0; i + 1 < MAX_LEADBYTES && info.LeadByte[i]; i += 2)
        for (unsigned c = info.LeadByte[i]; c <= info.LeadByte[i + 1]; c++)
            t->ctype[CRT_CTYPE_ZERO + c] = CT_LEAD;
    for (unsigned c = 0x80; c < 0x100; c++) {
        char byte = (char)c;
        wchar_t wide;
        WORD type;
        if (t->ctype[CRT_CTYPE_ZERO + c] & CT_LEAD)
            continue;
        if (MultiByteToWideChar(cat->codepage, MB_ERR_INVALID_CHARS, &byte, 1, &wide, 1) != 1 ||
            !GetStringTypeW(CT_CTYPE1, &wide, 1, &type))
            continue;
        t->ctype[CRT_CTYPE_ZERO + c] = type & 0x1ff;
        t->lower[c] = map_byte(cat->codepage, cat->name, (unsigned char)c, wide, LCMAP_LOWERCASE);
        t->upper[c] = map_byte(cat->codepage, cat->name, (unsigned char)c, wide, LCMAP_UPPERCASE);
    }
    /* Signed chars; -1 stays EOF. */
    for (unsigned c = 0x80; c < 0xff; c++)
        t->ctype[CRT_CTYPE_ZERO + c - 256] = t->ctype[CRT_CTYPE_ZERO + c];
    return true;
}

/* ---- localeconv --------------------------------------------------------------------------- */

static bool text_info(const wchar_t *name, unsigned cp, LCTYPE type, char **narrow, wchar_t **wide)
{
    wchar_t text[128];

    if (!GetLocaleInfoEx(name, type, text, CRT_COUNT(text)))
        text[0] = 0;
    *narrow = crt_narrow_dup(text, cp);
    *wide = _wcsdup(text);
    return *narrow && *wide;
}

/* Windows writes "3;2;0" for repeat-the-last, C wants the bytes 3, 2; without the final 0 the
 * grouping ends, which C writes as CHAR_MAX. */
static char *grouping(const wchar_t *name, LCTYPE type)
{
    wchar_t text[32];
    char *out = malloc(CRT_COUNT(text) + 1), *p = out;

    if (!out)
        return NULL;
    if (GetLocaleInfoEx(name, type, text, CRT_COUNT(text)) && text[0] != '0') {
        const wchar_t *s = text;
        bool repeat = false;
        for (; *s; s++) {
            if (*s == '0')
                repeat = true;
            else if (*s > '0' && *s <= '9')
                *p++ = (char)(*s - '0');
        }
        if (p != out && !repeat)
            *p++ = 127;
    }
    *p = 0;
    return out;
}

static char small_info(const wchar_t *name, LCTYPE type)
{
    DWORD n;

    if (!GetLocaleInfoEx(name, type | LOCALE_RETURN_NUMBER, (wchar_t *)&n, sizeof n / 2))
        return 127;
    return (char)n;
}

static bool build_numeric(struct crt_locale *l)
{
    const struct crt_category *cat = &l->cat[CRT_LC_NUMERIC];
    struct crt_lconv *c = &l->lconv;

    if (!cat->name)
        return true;
    return text_info(cat->name, cat->codepage, LOCALE_SDECIMAL, &c->decimal_point,
                     &c->w_decimal_point) &&
           text_info(cat->name, cat->codepage, LOCALE_STHOUSAND, &c->thousands_sep,
                     &c->w_thousands_sep) &&
           (c->grouping = grouping(cat->name, LOCALE_SGROUPING));
}

static bool build_monetary(struct crt_locale *l)
{
    const struct crt_category *cat = &l->cat[CRT_LC_MONETARY];
    struct crt_lconv *c = &l->lconv;
    const wchar_t *name = cat->name;
    unsigned cp = cat->codepage;

    if (!name)
        return true;
    c->int_frac_digits = small_info(name, LOCALE_IINTLCURRDIGITS);
    c->frac_digits = small_info(name, LOCALE_ICURRDIGITS);
    c->p_cs_precedes = small_info(name, LOCALE_IPOSSYMPRECEDES);
    c->p_sep_by_space = small_info(name, LOCALE_IPOSSEPBYSPACE);
    c->n_cs_precedes = small_info(name, LOCALE_INEGSYMPRECEDES);
    c->n_sep_by_space = small_info(name, LOCALE_INEGSEPBYSPACE);
    c->p_sign_posn = small_info(name, LOCALE_IPOSSIGNPOSN);
    c->n_sign_posn = small_info(name, LOCALE_INEGSIGNPOSN);
    return text_info(name, cp, LOCALE_SINTLSYMBOL, &c->int_curr_symbol, &c->w_int_curr_symbol) &&
           text_info(name, cp, LOCALE_SCURRENCY, &c->currency_symbol, &c->w_currency_symbol) &&
           text_info(name, cp, LOCALE_SMONDECIMALSEP, &c->mon_decimal_point,
                     &c->w_mon_decimal_point) &&
           text_info(name, cp, LOCALE_SMONTHOUSANDSEP, &c->mon_thousands_sep,
                     &c->w_mon_thousands_sep) &&
           text_info(name, cp, LOCALE_SPOSITIVESIGN, &c->positive_sign, &c->w_positive_sign) &&
           text_info(name, cp, LOCALE_SNEGATIVESIGN, &c->negative_sign, &c->w_negative_sign) &&
           (c->mon_grouping = grouping(name, LOCALE_SMONGROUPING));
}

/* ---- dates -------------------------------------------------------------------------------- */

const struct crt_time_names crt_time_names_c = {
    .day_short = {L"Sun", L"Mon", L"Tue", L"Wed", L"Thu", L"Fri", L"Sat"},
    .day = {L"Sunday", L"Monday", L"Tuesday", L"Wednesday", L"Thursday", L"Friday", L"Saturday"},
    .month_short = {L"Jan", L"Feb", L"Mar", L"Apr", L"May", L"Jun", L"Jul", L"Aug", L"Sep",
                    L"Oct", L"Nov", L"Dec"},
    .month = {L"January", L"February", L"March", L"April", L"May", L"June", L"July", L"August",
              L"September", L"October", L"November", L"December"},
    .ampm = {L"AM", L"PM"},
    .short_date = L"MM/dd/yy",
    .long_date = L"dddd, MMMM dd, yyyy",
    .time = L"HH:mm:ss",
};

static bool name_info(const wchar_t *name, LCTYPE type, const wchar_t **out)
{
    wchar_t text[128];

    if (!GetLocaleInfoEx(name, type, text, CRT_COUNT(text)))
        text[0] = 0;
    return (*out = _wcsdup(text)) != NULL;
}

static bool build_time(struct crt_locale *l)
{
    const wchar_t *name = l->cat[CRT_LC_TIME].name;

    l->time = &crt_time_names_c;
    if (!name)
        return true;
    struct crt_time_names *t = calloc(1, sizeof *t);
    if (!t)
        return false;
    bool ok = true;
    /* The system's week begins with Monday. */
    for (unsigned d = 0; d < 7; d++) {
        ok = ok && name_info(name, LOCALE_SDAYNAME1 + (d + 6) % 7, &t->day[d]);
        ok = ok && name_info(name, LOCALE_SABBREVDAYNAME1 + (d + 6) % 7, &t->day_short[d]);
    }
    for (unsigned m = 0; m < 12; m++) {
        ok = ok && name_info(name, LOCALE_SMONTHNAME1 + m, &t->month[m]);
        ok = ok && name_info(name, LOCALE_SABBREVMONTHNAME1 + m, &t->month_short[m]);
    }
    ok = ok && name_info(name, LOCALE_S1159, &t->ampm[0]);
    ok = ok && name_info(name, LOCALE_S2359, &t->ampm[1]);
    ok = ok && name_info(name, LOCALE_SSHORTDATE, &t->short_date);
    ok = ok && name_info(name, LOCALE_SLONGDATE, &t->long_date);
    ok = ok && name_info(name, LOCALE_STIMEFORMAT, &t->time);
    l->time = t;
    return ok;
}

bool crt_locale_build(struct crt_locale *l)
{
    l->lconv = crt_locale_c.lconv;
    return build_ctype(l) && build_numeric(l) && build_monetary(l) && build_time(l);
}
