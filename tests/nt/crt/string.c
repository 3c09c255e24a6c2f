/* Memory and strings: every length and alignment up to a few vectors, and the _s contracts. */
#include "check.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <windows.h>

#ifndef STRUNCATE
#define STRUNCATE 80
#endif
#ifndef _TRUNCATE
#define _TRUNCATE ((size_t)-1)
#endif

static int handled;

static void on_invalid(const wchar_t *e, const wchar_t *f, const wchar_t *file, unsigned l,
                       uintptr_t r)
{
    (void)e, (void)f, (void)file, (void)l, (void)r;
    handled++;
}

static unsigned char a[9000], b[9000], want[9000];

static int sign(int x)
{
    return (x > 0) - (x < 0);
}

static void test_move(void)
{
    static const int sizes[] = {0, 1, 2, 3, 4, 7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 66, 79,
                                80, 81, 127, 128, 129, 200, 255, 2047, 2048, 2049, 4001};
    int bad = 0;

    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (int from = 0; from < 40; from += 3)
            for (int to = 0; to < 140; to += 7) {
                int n = sizes[s];
                for (int i = 0; i < 5000; i++)
                    a[i] = want[i] = (unsigned char)(i * 7 + i / 256);
                if (to < from)
                    for (int i = 0; i < n; i++)
                        want[to + i] = want[from + i];
                else
                    for (int i = n; i--;)
                        want[to + i] = want[from + i];
                if (memmove(a + to, a + from, n) != a + to)
                    bad++;
                for (int i = 0; i < 5000; i++)
                    bad += a[i] != want[i];
            }
    CHECK(!bad);
    bad = 0;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (int to = 0; to < 33; to++) {
            int n = sizes[s];
            for (int i = 0; i < 5000; i++)
                b[i] = 1;
            memset(b + to, 0x1ab, n);
            for (int i = 0; i < 5000; i++)
                bad += b[i] != (i >= to && i < to + n ? 0xab : 1);
        }
    CHECK(!bad);
}

static void test_search(void)
{
    SYSTEM_INFO si;
    GetSystemInfo(&si);
    /* Strings that end at the end of the last accessible page. */
    char *page = VirtualAlloc(NULL, 2 * si.dwPageSize, MEM_RESERVE, PAGE_NOACCESS);
    VirtualAlloc(page, si.dwPageSize, MEM_COMMIT, PAGE_READWRITE);
    char *end = page + si.dwPageSize;
    int bad = 0;

    for (int n = 0; n < 100; n++) {
        char *s = end - n - 1;
        memset(s, 'x', n);
        s[n] = 0;
        bad += strlen(s) != (size_t)n;
        bad += strnlen(s, 200) != (size_t)n && n < 200;
        bad += strchr(s, 0) != s + n;
        bad += strchr(s, 'q') != NULL;
        bad += strrchr(s, 0) != s + n;
        bad += memchr(s, 'q', n + 1) != NULL;
        bad += strcmp(s, s) != 0;
        for (int k = 0; k < n; k++) {
            s[k] = 'q';
            bad += strchr(s, 'q') != s + k;
            bad += memchr(s, 'q', n) != s + k;
            bad += memchr(s, 'q', k) != NULL;
            s[k] = 'x';
        }
        if (n % 2) {
            wchar_t *w = (wchar_t *)(end - n - 1);
            for (int k = 0; k < n / 2; k++)
                w[k] = 'x';
            w[n / 2] = 0;
            bad += wcslen(w) != (size_t)n / 2;
            bad += wcschr(w, 0) != w + n / 2;
        }
    }
    CHECK(!bad);
    char *copy = end - 32;
    strcpy(copy, "the same text, nearly the sam1");
    strcpy((char *)a + 3, "the same text, nearly the sam2");
    CHECK(strcmp(copy, (char *)a + 3) < 0 && strcmp((char *)a + 3, copy) > 0);
    CHECK(strcmp("\x80", "a") > 0);
    CHECK(memcmp("abc\x90", "abc\x10", 4) > 0 && !memcmp("abc1", "abc2", 3));
    for (int n = 1; n < 60; n++)
        for (int k = 0; k < n; k++) {
            memset(want, 'm', n);
            memset(b, 'm', n);
            b[k] = '\xf0';
            bad += memcmp(want, b, n) >= 0 || memcmp(b, want, n) <= 0 || memcmp(b, want, k);
        }
    CHECK(!bad);
    CHECK(!memchr("abc", 'c', 2));
    CHECK(strncmp("abcd", "abce", 3) == 0 && sign(strncmp("abcd", "abce", 4)) == -1);
    CHECK(!strncmp("a\0b", "a\0c", 3));

    const char *hay = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab abcabcabd";
    CHECK(strstr(hay, "abd") == hay + strlen(hay) - 3);
    CHECK(strstr(hay, "") == hay && !strstr(hay, "abe") && !strstr("ab", "abc"));
    CHECK(strstr("mississippi", "issip") && !strcmp(strstr("mississippi", "issip"), "issippi"));
    char *big = malloc(20001), *needle = malloc(202);
    memset(big, 'a', 20000);
    big[20000] = 0;
    memset(needle, 'a', 200);
    strcpy(needle + 200, "b");
    CHECK(!strstr(big, needle));
    strcpy(big + 19000, "b");
    CHECK(strstr(big, needle) == big + 18800);
    /* Every text and needle over two letters up to a size, against the plain method. */
    int bad_search = 0;
    for (unsigned seed = 1, round = 0; round < 20000; round++) {
        char text[41], key[9];
        int n = round % 40, k = 1 + round % 8;
        for (int i = 0; i < n; i++, seed = seed * 1103515245 + 12345)
            text[i] = 'a' + (seed >> 16 & 1);
        for (int i = 0; i < k; i++, seed = seed * 1103515245 + 12345)
            key[i] = 'a' + (seed >> 16 & 1);
        text[n] = key[k] = 0;
        const char *found = NULL;
        for (int i = 0; i + k <= n && !found; i++)
            if (!memcmp(text + i, key, k))
                found = text + i;
        bad_search += strstr(text, key) != found;
    }
    for (int k = 3; k < 150; k++) { /* periodic needles, long enough for the linear method */
        for (int i = 0; i < 20000; i++)
            big[i] = "aab"[i % 3];
        big[10000 + k] = 'c';
        memcpy(needle, big + 10000, k + 1);
        needle[k + 1] = 0;
        bad_search += strstr(big, needle) != big + 10000;
        needle[k] = 'd';
        bad_search += strstr(big, needle) != NULL;
    }
    CHECK(!bad_search);
    free(big);
    free(needle);
    CHECK(strspn("abcdef", "cab") == 3 && strcspn("abcdef", "fd") == 3 && strcspn("abc", "") == 3);
    CHECK_STR(strpbrk("hello world", "ow"), "o world");
    CHECK(!strpbrk("abc", "xyz") && wcspbrk(L"abc", L"c"));
    CHECK(wcsstr(L"one two", L"two") && !wcsstr(L"one", L"x"));
    CHECK(wcscmp(L"\xffff", L"a") > 0 && wcsrchr(L"abab", 'a') && wcsrchr(L"abab", 'a')[1] == 'b');
    VirtualFree(page, 0, MEM_RELEASE);
}

static void test_build(void)
{
    char s[32];

    CHECK(strncpy(s, "abc", 6) == s && !memcmp(s, "abc\0\0\0", 6));
    strcpy(s, "ab");
    CHECK_STR(strcat(s, "cd"), "abcd");
    CHECK_STR(strncat(s, "efgh", 2), "abcdef");
    CHECK_STR(_strrev(s), "fedcba");
    CHECK_STR(_strset(s, '*'), "******");
    CHECK_STR(_strnset(s, '-', 2), "--****");
    strcpy(s, "a,b;;c");
    CHECK_STR(strtok(s, ",;"), "a");
    CHECK_STR(strtok(NULL, ",;"), "b");
    CHECK_STR(strtok(NULL, ",;"), "c");
    CHECK(!strtok(NULL, ",;"));
    char *ctx = NULL;
    strcpy(s, "  x  ");
    CHECK_STR(strtok_s(s, " ", &ctx), "x");
    CHECK(!strtok_s(NULL, " ", &ctx));
    char *d = _strdup("dup");
    CHECK_STR(d, "dup");
    free(d);
    CHECK(_memccpy(s, "abcdef", 'c', 6) == s + 3 && !_memccpy(s, "abc", 'x', 3));
    _swab((char *)"12345", s, 5);
    CHECK(!memcmp(s, "2143", 4));
}

static void test_secure(void)
{
    char s[8];

    handled = 0;
    CHECK(strcpy_s(s, 8, "1234567") == 0 && !strcmp(s, "1234567") && !handled);
    CHECK(strcpy_s(s, 7, "1234567") == ERANGE && !*s && handled == 1);
    strcpy(s, "x");
    CHECK(strcpy_s(s, 8, NULL) == EINVAL && !*s);
    CHECK(strcpy_s(NULL, 8, "a") == EINVAL && strcpy_s(s, 0, "a") == EINVAL);
    CHECK(handled == 4);
    strcpy(s, "abc");
    CHECK(strcat_s(s, 8, "def") == 0 && !strcmp(s, "abcdef"));
    CHECK(strcat_s(s, 8, "gh") == ERANGE && !*s);
    memset(s, 'q', 8);
    CHECK(strcat_s(s, 8, "a") == EINVAL && !*s);
    CHECK(strncpy_s(s, 8, "abcdef", 3) == 0 && !strcmp(s, "abc"));
    CHECK(strncpy_s(s, 4, "abcdef", _TRUNCATE) == STRUNCATE && !strcmp(s, "abc"));
    CHECK(strncpy_s(s, 4, "abc", _TRUNCATE) == 0 && !strcmp(s, "abc"));
    CHECK(strncpy_s(s, 4, "abcdef", 4) == ERANGE && !*s);
    CHECK(strncpy_s(NULL, 0, NULL, 0) == 0);
    strcpy(s, "ab");
    CHECK(strncat_s(s, 5, "cdef", 2) == 0 && !strcmp(s, "abcd"));
    CHECK(strncat_s(s, 6, "efg", _TRUNCATE) == STRUNCATE && !strcmp(s, "abcde"));
    CHECK(strncat_s(s, 6, "efg", 3) == ERANGE && !*s);
    handled = 0;
    memset(s, 1, 8);
    CHECK(memcpy_s(s, 4, "abcdef", 6) == ERANGE && s[3] == 0 && s[4] == 1 && handled == 1);
    CHECK(memcpy_s(s, 4, NULL, 2) == EINVAL && memcpy_s(NULL, 0, NULL, 0) == 0);
    CHECK(memmove_s(s, 4, "abcdef", 6) == ERANGE);
    wchar_t w[4];
    CHECK(wcscpy_s(w, 4, L"abc") == 0 && wcscat_s(w, 4, L"d") == ERANGE && !*w);
    CHECK(wcsncpy_s(w, 4, L"abcdef", _TRUNCATE) == STRUNCATE && !wcscmp(w, L"abc"));
    strcpy(s, "AbC");
    CHECK(_strlwr_s(s, 8) == 0 && !strcmp(s, "abc") && _strupr_s(s, 8) == 0 && !strcmp(s, "ABC"));
    CHECK(_strlwr_s(s, 2) == EINVAL && !*s);
}

static void test_case(void)
{
    CHECK(_stricmp("HeLLo", "hEllO") == 0 && _stricmp("a", "B") < 0 && _stricmp("a_", "aB") < 0);
    CHECK(_strnicmp("abX", "ABy", 2) == 0 && _strnicmp("abX", "ABy", 3) < 0);
    CHECK(_memicmp("ABC", "abc", 3) == 0 && _wcsicmp(L"ABC", L"abd") < 0);
    CHECK(_wcsnicmp(L"ABCx", L"abcy", 3) == 0);
    char s[] = "MiXed1";
    CHECK_STR(_strupr(s), "MIXED1");
    CHECK_STR(_strlwr(s), "mixed1");
    wchar_t w[] = L"MiX";
    CHECK(!wcscmp(_wcsupr(w), L"MIX") && !wcscmp(_wcslwr(w), L"mix"));
    CHECK(strcoll("abc", "abd") < 0 && strcoll("a", "a") == 0 && wcscoll(L"b", L"a") > 0);
    char x[8];
    CHECK(strxfrm(x, "abc", 8) == 3 && !strcmp(x, "abc") && strxfrm(NULL, "abcd", 0) == 4);
    CHECK(_stricoll("ABC", "abc") == 0 && _strncoll("abx", "aby", 2) == 0);
}

int main(void)
{
    _set_invalid_parameter_handler(on_invalid);
    test_move();
    test_search();
    test_build();
    test_secure();
    test_case();
    return check_done();
}
