/* Restartable conversions and the _s forms of string conversions. */
#include "check.h"
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#ifndef STRUNCATE
#define STRUNCATE 80
#endif
#ifndef _TRUNCATE
#define _TRUNCATE ((size_t)-1)
#endif

static void on_invalid(const wchar_t *e, const wchar_t *f, const wchar_t *file, unsigned l,
                       uintptr_t r)
{
    (void)e, (void)f, (void)file, (void)l, (void)r;
}

static void test_secure(void)
{
    wchar_t w[8];
    char s[8];
    size_t n = 99;
    int len = 99;

    CHECK(mbstowcs_s(&n, w, 8, "abc", _TRUNCATE) == 0 && n == 4 && !wcscmp(w, L"abc"));
    CHECK(mbstowcs_s(&n, w, 3, "abc", _TRUNCATE) == STRUNCATE && n == 3 && !wcscmp(w, L"ab"));
    CHECK(mbstowcs_s(&n, w, 3, "abc", 3) == ERANGE && !*w);
    CHECK(mbstowcs_s(&n, w, 8, "abc", 2) == 0 && n == 3 && !wcscmp(w, L"ab"));
    CHECK(mbstowcs_s(&n, NULL, 0, "abc", 0) == 0 && n == 4);
    CHECK(wcstombs_s(&n, s, 8, L"abc", _TRUNCATE) == 0 && n == 4 && !strcmp(s, "abc"));
    CHECK(wcstombs_s(&n, s, 3, L"abc", _TRUNCATE) == STRUNCATE && n == 3 && !strcmp(s, "ab"));
    CHECK(wcstombs_s(&n, s, 3, L"abc", 3) == ERANGE && !*s);
    CHECK(wcstombs_s(&n, NULL, 0, L"abc", 0) == 0 && n == 4);
    CHECK(wctomb_s(&len, s, 8, 'x') == 0 && len == 1 && *s == 'x');
    CHECK(wctomb_s(&len, s, 8, 0x416) == EILSEQ);
    CHECK(mbstowcs_s(&n, NULL, 4, "abc", 3) == EINVAL);
}

#ifdef _UCRT
#include <uchar.h>

static void test_states(void)
{
    mbstate_t st = {0};
    wchar_t w[8];
    char s[8];
    const char *from = "ab\x83";
    const wchar_t *wfrom = L"x\x20acy";

    CHECK(mbsinit(&st) && mbrtowc(w, "", 1, &st) == 0 && mbrlen("a", 1, &st) == 1);
    CHECK(mbrtowc(w, "a", 0, &st) == (size_t)-2 && mbrtowc(NULL, NULL, 0, &st) == 0);
    CHECK(btowc('a') == 'a' && btowc(EOF) == WEOF && wctob('b') == 'b' && wctob(0x416) == EOF);
    setlocale(LC_ALL, "Japanese_Japan.932");
    CHECK(mbrtowc(w, "\x82", 1, &st) == (size_t)-2 && !mbsinit(&st));
    CHECK(mbrtowc(w, "\xa0", 1, &st) == 1 && *w == 0x3042 && mbsinit(&st));
    CHECK(mbsrtowcs(w, &from, 8, &st) == (size_t)-1 && errno == EILSEQ);
    setlocale(LC_ALL, "English_United States.1252");
    CHECK(wcsrtombs(s, &wfrom, 8, &st) == 3 && !wfrom && !strcmp(s, "x\x80y"));
    CHECK(wcrtomb(s, 0x20ac, &st) == 1 && wcrtomb(s, 0x416, &st) == (size_t)-1);
    setlocale(LC_ALL, "C");

    char16_t c16;
    char32_t c32;
    memset(&st, 0, sizeof st);
    CHECK(mbrtoc16(&c16, "\xf0\x9f\x98\x80", 4, &st) == 4 && c16 == 0xd83d);
    CHECK(mbrtoc16(&c16, "", 0, &st) == (size_t)-3 && c16 == 0xde00);
    CHECK(mbrtoc32(&c32, "\xf0\x9f\x98\x80", 4, &st) == 4 && c32 == 0x1f600);
    CHECK(mbrtoc32(&c32, "\xf0\x9f", 2, &st) == (size_t)-2);
    CHECK(mbrtoc32(&c32, "\x98\x80", 2, &st) == 2 && c32 == 0x1f600);
    CHECK(mbrtoc32(&c32, "\xff", 1, &st) == (size_t)-1);
    memset(&st, 0, sizeof st);
    CHECK(c16rtomb(s, 0xd83d, &st) == 0 && c16rtomb(s, 0xde00, &st) == 4 &&
          !memcmp(s, "\xf0\x9f\x98\x80", 4));
    CHECK(c32rtomb(s, 0xe4, &st) == 2 && c32rtomb(s, 0xd800, &st) == (size_t)-1);
}
#endif

int main(void)
{
    _set_invalid_parameter_handler(on_invalid);
    test_secure();
#ifdef _UCRT
    test_states();
#endif
    return check_done();
}
