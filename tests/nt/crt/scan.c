/* scanf: conversions, widths, sets, ends, secure forms, streams, wide characters. */
#include "check.h"
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static int i, j, n;
static unsigned u;
static long long big;
static float f;
static double d;
static char c[64];
static wchar_t w[64];

static void test_integers(void)
{
    CHECK(sscanf("12 abc", "%d%n%s", &i, &n, c) == 2 && i == 12 && n == 2 && !strcmp(c, "abc"));
    CHECK(sscanf("0x1F 017 19", "%i %i %d", &i, &j, &n) == 3 && i == 31 && j == 15 && n == 19);
    CHECK(sscanf("0x", "%x", &u) == 0 && sscanf("0xg", "%x%s", &u, c) == 0);
    CHECK(sscanf("-5", "%u", &u) == 1 && u == 4294967291u);
    CHECK(sscanf("08", "%i%n", &i, &n) == 1 && i == 0 && n == 1);
    CHECK(sscanf("12345", "%3d%d", &i, &n) == 2 && i == 123 && n == 45);
    CHECK(sscanf("-9223372036854775808", "%lld", &big) == 1 && big == -9223372036854775807ll - 1);
    CHECK(sscanf("0000abcd", "%p", (void **)&big) == 1 && big == 0xabcd);
    memset(c, '#', 4);
    CHECK(sscanf("258", "%hd", (short *)c) == 1 && c[0] == 2 && c[1] == 1 && c[2] == '#');
}

static void test_ends(void)
{
    CHECK(sscanf("", "%d", &i) == EOF && sscanf("", "x") == EOF && sscanf("  ", "%s", c) == EOF);
    CHECK(sscanf("x", "%d", &i) == 0 && sscanf("5", "%*d x%d", &i) == 0);
    CHECK(sscanf("5 6", "%*d%d", &i) == 1 && i == 6);
    CHECK(sscanf("12", "%d%d", &i, &n) == 1 && sscanf("q", "%*d%d", &i) == 0);
    CHECK(sscanf("1,2", "%d,%d", &i, &n) == 2 && sscanf("5 %", "%d%%%n", &i, &n) == 1 && n == 3);
    n = -1;
    CHECK(sscanf("12 y", "%d x%n", &i, &n) == 1 && n == -1);
}

static void test_text(void)
{
    memset(c, '#', 8);
    CHECK(sscanf("abc", "%2c", c) == 1 && !memcmp(c, "ab#", 3));
    CHECK(sscanf("abcdef", "%3s%n", c, &n) == 1 && !strcmp(c, "abc") && n == 3);
    CHECK(sscanf("aab-]x", "%[]ab-]", c) == 1 && !strcmp(c, "aab-]"));
    CHECK(sscanf("xyz1", "%[^0-9]%d", c, &i) == 2 && !strcmp(c, "xyz") && i == 1);
    CHECK(sscanf("dcba", "%[z-a]", c) == 1 && !strcmp(c, "dcba") && sscanf("abc", "%[x]", c) == 0);
    CHECK(sscanf("a b", "%c%c%c", c, c + 1, c + 2) == 3 && !memcmp(c, "a b", 3));
    CHECK(sscanf("wide x", "%ls%s", w, c) == 2 && !wcscmp(w, L"wide") && !strcmp(c, "x"));
}

static void test_floats(void)
{
    CHECK(sscanf("1e5 2.5e-3x", "%f%lf", &f, &d) == 2 && f == 1e5f && d == 2.5e-3);
    CHECK(sscanf(".5", "%f", &f) == 1 && f == .5f && sscanf("123.456", "%4f%d", &f, &i) == 2 &&
          f == 123 && i == 456);
    CHECK(sscanf("1e400", "%lf", &d) == 1 && d == HUGE_VAL);
    CHECK(sscanf("9007199254740993.0000000000000000000000000000000000000000000000000000000000000000"
                 "00000000000000000000000000000000000000000000000000000000000000000000000001",
                 "%lf", &d) == 1 &&
          d == 9007199254740994.);
    CHECK(sscanf("x", "%f", &f) == 0 && sscanf("-.", "%f", &f) == 0);
}

static void test_wide(void)
{
    CHECK(swscanf(L"12 ab", L"%d %ls", &i, w) == 2 && i == 12 && !wcscmp(w, L"ab"));
    CHECK(swscanf(L"ab cd", L"%ls %hs", w, c) == 2 && !wcscmp(w, L"ab") && !strcmp(c, "cd"));
    CHECK(swscanf(L"1.5 0x10", L"%lf %i", &d, &i) == 2 && d == 1.5 && i == 16);
    CHECK(swscanf(L"x\x263az", L"%l[x\x263a]", w) == 1 && !wcscmp(w, L"x\x263a"));
}

static void test_secure(void)
{
    CHECK(sscanf_s("abc def", "%s", c, 4) == 1 && !strcmp(c, "abc"));
    CHECK(sscanf_s("abcd", "%s", c, 4) == 0 && !*c);
    CHECK(sscanf_s("abcd", "%3c", c, 2) == 0);
    CHECK(sscanf_s("5 x", "%d %c", &i, c, 1) == 2 && i == 5 && *c == 'x');
}

static void test_stream(void)
{
    FILE *file = fopen("scan-test.txt", "w+");

    CHECK(file);
    if (!file)
        return;
    fputs("10 20\n0x1g line three\n3.5e+2", file);
    rewind(file);
    CHECK(fscanf(file, "%d %d", &i, &n) == 2 && i == 10 && n == 20);
    CHECK(fscanf(file, "%i", &i) == 1 && i == 1 && fscanf(file, "%s", c) == 1 && !strcmp(c, "g"));
    CHECK(fscanf(file, "%*[^\n]") == 0 && fscanf(file, "%lf", &d) == 1 && d == 350);
    CHECK(fscanf(file, "%d", &i) == EOF && feof(file));
    rewind(file);
    CHECK(fwscanf(file, L"%d %d %ls", &i, &n, w) == 3 && n == 20 && !wcscmp(w, L"0x1g"));
    fclose(file);
    remove("scan-test.txt");
}

int main(void)
{
    test_integers();
    test_ends();
    test_text();
    test_floats();
    test_wide();
    test_secure();
    test_stream();
    return check_done();
}
