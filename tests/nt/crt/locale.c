/* Locales, character classes, conversions between multibyte text and UTF-16. */
#include "check.h"
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <mbctype.h>
#include <mbstring.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>
#include <wctype.h>
#include <windows.h>

static void on_invalid(const wchar_t *e, const wchar_t *f, const wchar_t *file, unsigned l,
                       uintptr_t r)
{
    (void)e, (void)f, (void)file, (void)l, (void)r;
}

static void test_c(void)
{
    CHECK_STR(setlocale(LC_ALL, NULL), "C");
    CHECK(___lc_codepage_func() == 0 && ___mb_cur_max_func() == 1);
    CHECK(isalpha('a') && isalpha('Z') && !isalpha('1') && !isalpha(0xe9) && !isalpha(EOF));
    CHECK(isspace('\t') && isprint(' ') && !isprint('\t') && iscntrl('\n') && isxdigit('f'));
    CHECK(ispunct('!') && !ispunct('a') && isgraph('~') && !isgraph(' ') && isdigit('0'));
    CHECK(tolower('Q') == 'q' && toupper('q') == 'Q' && toupper('1') == '1');
    CHECK(iswalpha(0xe9) && iswalpha(0x416) && iswspace(0xa0) && iswupper(0x410));
    CHECK(!iswalpha(WEOF) && iswctype('x', _HEX) == 0 && iswctype('f', _HEX));
    CHECK(towupper(L'z') == 'Z' && towlower(L'Z') == 'z');
    CHECK(__isascii(127) && !__isascii(128) && __iscsym('_') && !__iscsymf('1'));
    wchar_t w[8];
    char s[8];
    CHECK(mbstowcs(w, "a\xe9", 8) == 2 && w[1] == 0xe9);
    CHECK(wcstombs(s, L"a\xe9", 8) == 2 && s[1] == '\xe9');
    errno = 0;
    CHECK(wcstombs(s, L"\x416", 8) == (size_t)-1 && errno == EILSEQ);
    CHECK(mblen("x", 1) == 1 && mblen("", 1) == 0 && mblen(NULL, 0) == 0);
    CHECK(mbtowc(w, "x", 1) == 1 && *w == 'x');
    struct lconv *lc = localeconv();
    CHECK(!strcmp(lc->decimal_point, ".") && !*lc->thousands_sep && lc->frac_digits == CHAR_MAX);
}

static void test_names(void)
{
    CHECK(!setlocale(LC_ALL, "no such locale") && !setlocale(LC_ALL, ".99999"));
    CHECK(!setlocale(99, NULL));
    CHECK_STR(setlocale(LC_ALL, "English_United States.1252"), "English_United States.1252");
    CHECK_STR(setlocale(LC_CTYPE, NULL), "English_United States.1252");
    CHECK(___lc_codepage_func() == 1252);
    CHECK_STR(setlocale(LC_ALL, "German"), "German_Germany.1252");
    CHECK_STR(localeconv()->decimal_point, ",");
    CHECK_STR(localeconv()->thousands_sep, ".");
    CHECK_STR(localeconv()->grouping, "\3");
    CHECK_STR(localeconv()->int_curr_symbol, "EUR");
    CHECK(setlocale(LC_NUMERIC, "C") && !strcmp(localeconv()->decimal_point, "."));
    char mixed[300];
    strcpy(mixed, setlocale(LC_ALL, NULL));
    CHECK_STR(mixed, "LC_COLLATE=German_Germany.1252;LC_CTYPE=German_Germany.1252;"
                     "LC_MONETARY=German_Germany.1252;LC_NUMERIC=C;LC_TIME=German_Germany.1252");
    CHECK_STR(setlocale(LC_ALL, "C"), "C");
    CHECK_STR(setlocale(LC_ALL, mixed), mixed);
    CHECK_STR(setlocale(LC_CTYPE, "english-usa"), "English_United States.1252");
    CHECK_STR(setlocale(LC_CTYPE, "Japanese_Japan.932"), "Japanese_Japan.932");
    setlocale(LC_ALL, "C");
}

static void test_1252(void)
{
    setlocale(LC_ALL, "German_Germany.1252");
    CHECK(isalpha(0xe4) && isupper(0xc4) && tolower(0xc4) == 0xe4 && !isalpha(0xd7));
    wchar_t w[8];
    char s[8];
    CHECK(mbtowc(w, "\x80", 1) == 1 && *w == 0x20ac);
    CHECK(wctomb(s, 0x20ac) == 1 && *s == '\x80' && wctomb(s, 0x416) == -1);
    CHECK(towupper(0xe4) == 0xc4 && towlower(0x416) == 0x436);
    CHECK(strcoll("a", "B") < 0 && strcoll("\xe4", "b") < 0 && _stricmp("\xc4", "\xe4") == 0);
    char *x = malloc(100), *y = malloc(100);
    CHECK(strxfrm(x, "a", 100) < 100 && strxfrm(y, "B", 100) < 100 && strcmp(x, y) < 0);
    free(x);
    free(y);
    char up[] = "\xe4ny";
    CHECK_STR(_strupr(up), "\xc4NY");
    struct tm tm = {.tm_year = 80, .tm_mon = 2, .tm_mday = 12, .tm_wday = 3};
    char t[40];
    CHECK(strftime(t, 40, "%A %B", &tm) > 0 && !strcmp(t, "Mittwoch M\xe4rz"));
    setlocale(LC_ALL, "C");
}

static void test_932(void)
{
    static const char text[] = "a\x82\xa0\x83\x41" "b"; /* a, hiragana A, katakana A, b */
    const unsigned char *u = (const unsigned char *)text;
    wchar_t w[8];
    char s[16];

    if (!setlocale(LC_ALL, "Japanese_Japan.932"))
        return;
    CHECK(___mb_cur_max_func() == 2 && isleadbyte(0x82) && !isleadbyte('a'));
    CHECK(mbstowcs(NULL, text, 0) == 4 && mbstowcs(w, text, 8) == 4 && w[1] == 0x3042);
    CHECK(wcstombs(s, w, 16) == 6 && !strcmp(s, text) && wcstombs(s, w, 2) == 1);
    CHECK(mblen(text + 1, 2) == 2 && mblen(text + 1, 1) == -1);
    CHECK(_mbstrlen(text) == 4);
    setlocale(LC_ALL, "C");
    CHECK(_setmbcp(932) == 0 && _getmbcp() == 932);
    CHECK(_mbslen(u) == 4 && _mbsinc(u + 1) == u + 3 && _mbsdec(u, u + 3) == u + 1);
    CHECK(_mbsnextc(u + 1) == 0x82a0 && _mbclen(u) == 1 && _mbclen(u + 1) == 2);
    CHECK(_mbschr(u, 0x8341) == u + 3 && !_mbschr(u, 0x41) && _mbsrchr(u, 'b') == u + 5);
    CHECK(_ismbblead(0x82) && _ismbbtrail(0xa0) && !_ismbblead('a') && _ismbclegal(0x82a0));
    CHECK(_ismbchira(0x82a0) && _ismbckata(0x8341) && !_ismbchira(0x8341));
    CHECK(_mbctokata(0x82a0) == 0x8341 && _mbctohira(0x8341) == 0x82a0);
    CHECK(_mbcjmstojis(0x82a0) == 0x2422 && _mbcjistojms(0x2422) == 0x82a0);
    CHECK(_ismbslead(u, u + 1) == -1 && _ismbstrail(u, u + 2) == -1 && !_ismbstrail(u, u + 1));
    CHECK(_mbscmp(u, u) == 0 && _mbsnbcmp(u, (unsigned char *)"a\x82\xa1", 3) < 0);
    CHECK(_mbsicmp((unsigned char *)"aB\x82\xa0", (unsigned char *)"Ab\x82\xa0") == 0);
    CHECK(_mbsncmp(u, (unsigned char *)"a\x82\xa0z", 2) == 0 && _mbsnbcnt(u, 2) == 3 &&
          _mbsnccnt(u, 5) == 3);
    unsigned char r[16];
    strcpy((char *)r, text);
    CHECK_STR((char *)_mbsrev(r), "b\x83\x41\x82\xa0" "a");
    memset(r, 'x', 16);
    CHECK(_mbsnbcpy(r, u, 2) == r && !memcmp(r, "a\0x", 3));
    memset(r, 'x', 16);
    CHECK(_mbsncpy(r, u, 2) == r && !memcmp(r, "a\x82\xa0x", 4));
    strcpy((char *)r, "\x82\xa0,b");
    CHECK_STR((char *)_mbstok(r, (unsigned char *)","), "\x82\xa0");
    CHECK_STR((char *)_mbstok(NULL, (unsigned char *)","), "b");
    CHECK(_mbsstr(u, (unsigned char *)"\x83\x41") == u + 3);
    CHECK(_setmbcp(0) == 0 && _getmbcp() == 0 && _mbslen(u) == 6 && !_ismbblead(0x82));
    CHECK(_setmbcp(12345) == -1);
    _setmbcp(_MB_CP_ANSI);
}

#ifdef _UCRT
static void test_utf8(void)
{
    CHECK(setlocale(LC_ALL, ".UTF8") && ___lc_codepage_func() == 65001);
    CHECK_STR(setlocale(LC_ALL, "en-US.UTF-8"), "en-US.UTF-8");
    CHECK_STR(setlocale(LC_ALL, "en-US"), "en-US");
    CHECK(setlocale(LC_ALL, "en-US.UTF-8") && ___mb_cur_max_func() == 4);
    wchar_t w[8];
    char s[8];
    CHECK(mbstowcs(w, "\xc3\xa4\xf0\x9f\x98\x80", 8) == 3 && w[0] == 0xe4 && w[1] == 0xd83d);
    CHECK(wcstombs(s, L"\xe4\xd83d\xde00", 8) == 6 && !memcmp(s, "\xc3\xa4\xf0\x9f\x98\x80", 7));
    CHECK(mbtowc(w, "\xc3", 1) == -1 && mbtowc(w, "\xc0\x80", 2) == -1);
    CHECK(mbtowc(w, "\xed\xa0\x80", 3) == -1);
    mbstate_t st = {0};
    CHECK(mbrtowc(w, "\xc3", 1, &st) == (size_t)-2 && mbrtowc(w, "\xa4", 1, &st) == 1 &&
          *w == 0xe4);
    setlocale(LC_ALL, "C");
}
#endif

static void test_objects(void)
{
#ifdef _UCRT
    _locale_t de = _create_locale(LC_ALL, "de-DE");
    CHECK(de && _isalpha_l(0xe4, de) && !isalpha(0xe4) && _tolower_l(0xc4, de) == 0xe4);
    CHECK(_stricmp_l("\xc4", "\xe4", de) == 0 && !_create_locale(LC_ALL, "zz-nowhere-x"));
    _free_locale(de);
    CHECK(_configthreadlocale(0) == _DISABLE_PER_THREAD_LOCALE);
    CHECK(_configthreadlocale(_ENABLE_PER_THREAD_LOCALE) == _DISABLE_PER_THREAD_LOCALE);
    CHECK(setlocale(LC_ALL, "de-DE") && isalpha(0xe4));
    CHECK(_configthreadlocale(_DISABLE_PER_THREAD_LOCALE) == _ENABLE_PER_THREAD_LOCALE);
    setlocale(LC_ALL, "C");
#endif
    CHECK_STR(setlocale(LC_ALL, NULL), "C");
}

int main(void)
{
    _set_invalid_parameter_handler(on_invalid);
    test_c();
    test_names();
    test_1252();
    test_932();
#ifdef _UCRT
    test_utf8();
#endif
    test_objects();
    return check_done();
}
