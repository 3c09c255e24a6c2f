/*
 * Classes and case of single characters, narrow and wide.
 */
#define _INC_CTYPE /* that header makes macros of what is defined here */
#include "locale_data.h"

#define WIDE_EOF ((wint_t)0xffff)

/* ---- bytes -------------------------------------------------------------------------------- */

/*
 * Values outside -128..255 are two-byte characters, lead byte first, as the multibyte
 * functions pass them on.
 */
static int wide_type(const struct crt_locale *l, int c)
{
    char two[2] = {(char)(c >> 8), (char)c};
    wchar_t wide;
    WORD type;

    if (l->mb_cur_max < 2 || (unsigned)c > 0xffff || !(l->pctype[(c >> 8) & 0xff] & CT_LEAD))
        return 0;
    if (MultiByteToWideChar(l->cat[CRT_LC_CTYPE].codepage, MB_ERR_INVALID_CHARS, two, 2, &wide,
                            1) != 1 || !GetStringTypeW(CT_CTYPE1, &wide, 1, &type))
        return 0;
    return type & 0x1ff;
}

int _isctype_l(int c, int mask, _locale_t loc)
{
    const struct crt_locale *l = crt_locale_of(loc);

    if ((unsigned)(c + CRT_CTYPE_ZERO) < CRT_CTYPE_SIZE)
        return l->pctype[c] & mask;
    return wide_type(l, c) & mask;
}

int _isctype(int c, int mask)
{
    return _isctype_l(c, mask, NULL);
}

#define NARROW_TEST(name, mask)                                                                    \
    int name(int c) { return _isctype_l(c, mask, NULL); }                                          \
    int _##name##_l(int c, _locale_t loc) { return _isctype_l(c, mask, loc); }

NARROW_TEST(isalpha, CT_ALPHA)
NARROW_TEST(isupper, CT_UPPER)
NARROW_TEST(islower, CT_LOWER)
NARROW_TEST(isdigit, CT_DIGIT)
NARROW_TEST(isxdigit, CT_XDIGIT)
NARROW_TEST(isspace, CT_SPACE)
NARROW_TEST(ispunct, CT_PUNCT)
NARROW_TEST(isalnum, CT_ALNUM)
NARROW_TEST(isprint, CT_PRINT)
NARROW_TEST(isgraph, CT_GRAPH)
NARROW_TEST(iscntrl, CT_CNTRL)

/* The table keeps the blank bit off the tab so that isprint('\t') is false. */
int _isblank_l(int c, _locale_t loc)
{
    return c == '\t' ? CT_BLANK : _isctype_l(c, CT_BLANK, loc);
}

int isblank(int c)
{
    return _isblank_l(c, NULL);
}

int _isleadbyte_l(int c, _locale_t loc)
{
    return crt_locale_of(loc)->pctype[(unsigned char)c] & CT_LEAD;
}

int isleadbyte(int c)
{
    return _isleadbyte_l(c, NULL);
}

int __isascii(int c)
{
    return (unsigned)c < 0x80;
}

int __toascii(int c)
{
    return c & 0x7f;
}

int __iscsymf(int c)
{
    return c == '_' || isalpha(c);
}

int __iscsym(int c)
{
    return c == '_' || isalnum(c);
}

static int map_case(const struct crt_locale *l, const unsigned char *map, int c, DWORD flag)
{
    if ((unsigned)c < 256)
        return map[c];
    if (c < 0 && c >= -128)
        return c == -1 ? c : map[c & 0xff];
    if (!wide_type(l, c))
        return c;
    unsigned cp = l->cat[CRT_LC_CTYPE].codepage;
    char two[2] = {(char)(c >> 8), (char)c};
    wchar_t wide, mapped;
    if (MultiByteToWideChar(cp, 0, two, 2, &wide, 1) != 1 ||
        LCMapStringEx(l->cat[CRT_LC_CTYPE].name, flag, &wide, 1, &mapped, 1, NULL, NULL, 0) != 1)
        return c;
    int n = WideCharToMultiByte(cp, 0, &mapped, 1, two, 2, NULL, NULL);
    if (n == 1)
        return (unsigned char)two[0];
    return n == 2 ? (unsigned char)two[0] << 8 | (unsigned char)two[1] : c;
}

int _tolower_l(int c, _locale_t loc)
{
    const struct crt_locale *l = crt_locale_of(loc);
    return map_case(l, l->lower, c, LCMAP_LOWERCASE);
}

int _toupper_l(int c, _locale_t loc)
{
    const struct crt_locale *l = crt_locale_of(loc);
    return map_case(l, l->upper, c, LCMAP_UPPERCASE);
}

int tolower(int c)
{
    return _tolower_l(c, NULL);
}

int toupper(int c)
{
    return _toupper_l(c, NULL);
}

/* Documented to be right only for letters of the other case. */
int _tolower(int c)
{
    return c - 'A' + 'a';
}

int _toupper(int c)
{
    return c - 'a' + 'A';
}

const unsigned short *__pctype_func(void)
{
    return crt_locale_of(NULL)->pctype;
}

const unsigned short *__pwctype_func(void)
{
    return crt_wctype_256 + CRT_CTYPE_ZERO;
}

/* ---- wide characters ---------------------------------------------------------------------- */

int iswctype(wint_t c, wctype_t mask)
{
    WORD type;
    wchar_t wide = c;

    if (c == WIDE_EOF)
        return 0;
    if (c < 256)
        return crt_wctype_256[CRT_CTYPE_ZERO + c] & mask;
    if (!GetStringTypeW(CT_CTYPE1, &wide, 1, &type))
        return 0;
    return type & 0x1ff & mask;
}

int _iswctype_l(wint_t c, wctype_t mask, _locale_t loc)
{
    (void)loc; /* classes of UTF-16 do not depend on it */
    return iswctype(c, mask);
}

int is_wctype(wint_t c, wctype_t mask)
{
    return iswctype(c, mask);
}

#define WIDE_TEST(name, mask)                                                                      \
    int name(wint_t c) { return iswctype(c, mask); }                                               \
    int _##name##_l(wint_t c, _locale_t loc) { (void)loc; return iswctype(c, mask); }

WIDE_TEST(iswalpha, CT_ALPHA)
WIDE_TEST(iswupper, CT_UPPER)
WIDE_TEST(iswlower, CT_LOWER)
WIDE_TEST(iswdigit, CT_DIGIT)
WIDE_TEST(iswxdigit, CT_XDIGIT)
WIDE_TEST(iswspace, CT_SPACE)
WIDE_TEST(iswpunct, CT_PUNCT)
WIDE_TEST(iswalnum, CT_ALNUM)
WIDE_TEST(iswprint, CT_PRINT)
WIDE_TEST(iswgraph, CT_GRAPH)
WIDE_TEST(iswcntrl, CT_CNTRL)

int iswblank(wint_t c)
{
    return c == '\t' ? CT_BLANK : iswctype(c, CT_BLANK);
}

int _iswblank_l(wint_t c, _locale_t loc)
{
    (void)loc;
    return iswblank(c);
}

int iswascii(wint_t c)
{
    return c < 0x80;
}

int __iswcsymf(wint_t c)
{
    return c == '_' || iswalpha(c);
}

int __iswcsym(wint_t c)
{
    return c == '_' || iswalnum(c);
}

int _iswcsymf_l(wint_t c, _locale_t loc)
{
    (void)loc;
    return __iswcsymf(c);
}

int _iswcsym_l(wint_t c, _locale_t loc)
{
    (void)loc;
    return __iswcsym(c);
}

static wint_t wide_case(wint_t c, bool upper, _locale_t loc)
{
    const wchar_t *name = crt_locale_of(loc)->cat[CRT_LC_CTYPE].name;
    wchar_t in = c, out;

    if (c < 0x80 || !name) {
        if (upper)
            return c >= 'a' && c <= 'z' ? c - 32 : c;
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    }
    if (c == WIDE_EOF || LCMapStringEx(name, upper ? LCMAP_UPPERCASE : LCMAP_LOWERCASE, &in, 1,
                                       &out, 1, NULL, NULL, 0) != 1)
        return c;
    return out;
}

wint_t _towlower_l(wint_t c, _locale_t loc)
{
    return wide_case(c, false, loc);
}

wint_t _towupper_l(wint_t c, _locale_t loc)
{
    return wide_case(c, true, loc);
}

wint_t towlower(wint_t c)
{
    return wide_case(c, false, NULL);
}

wint_t towupper(wint_t c)
{
    return wide_case(c, true, NULL);
}

wctype_t wctype(const char *name)
{
    static const struct {
        const char *name;
        wctype_t mask;
    } classes[] = {
        {"alnum", CT_ALNUM}, {"alpha", CT_ALPHA}, {"blank", CT_BLANK}, {"cntrl", CT_CNTRL},
        {"digit", CT_DIGIT}, {"graph", CT_GRAPH}, {"lower", CT_LOWER}, {"print", CT_PRINT},
        {"punct", CT_PUNCT}, {"space", CT_SPACE}, {"upper", CT_UPPER}, {"xdigit", CT_XDIGIT},
    };

    for (size_t i = 0; i < CRT_COUNT(classes); i++)
        if (!strcmp(classes[i].name, name))
            return classes[i].mask;
    return 0;
}

/* 0 is "no such mapping", 1 upper, 2 lower. */
wctype_t wctrans(const char *name)
{
    if (!strcmp(name, "toupper"))
        return 1;
    return strcmp(name, "tolower") ? 0 : 2;
}

wint_t towctrans(wint_t c, wctype_t mapping)
{
    return mapping == 1 ? towupper(c) : towlower(c);
}
