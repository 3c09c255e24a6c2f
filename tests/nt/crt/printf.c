/* printf: integers, strings, floating point, truncation. Expected texts are what C and the
 * documents of the runtime say where the two runtimes agree. */
#include <stdio.h>
#include <stdlib.h>
#include <stdarg.h>
#include <string.h>
#include <stdint.h>
#include <wchar.h>
#include <float.h>

static int passed, failed;

static void check(const char *expected, const char *format, ...)
{
    char text[2048];
    va_list args;

    va_start(args, format);
    int n = _vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (!strcmp(text, expected) && n == (int)strlen(expected)) {
        passed++;
    } else {
        failed++;
        printf("FAILED %s: got \"%s\" (%d), expected \"%s\"\n", format, text, n, expected);
    }
}

static void ok(int condition, const char *what)
{
    if (condition) {
        passed++;
    } else {
        failed++;
        printf("FAILED %s\n", what);
    }
}

static void wide(const wchar_t *expected, const wchar_t *format, ...)
{
    wchar_t text[512];
    va_list args;

    va_start(args, format);
    int n = _vsnwprintf(text, 512, format, args);
    va_end(args);
    ok(n == (int)wcslen(expected) && !wcscmp(text, expected), "wide format");
}

int main(void)
{
    char small[8];

    check("42|   42|42   |00042|+42| 42", "%d|%5d|%-5d|%05d|%+d|% d", 42, 42, 42, 42, 42, 42);
    check("-2147483648|4294967295", "%d|%u", INT32_MIN, UINT32_MAX);
    check("ff|FF|0xff|0XFF|377|0377", "%x|%X|%#x|%#X|%o|%#o", 255, 255, 255, 255, 255, 255);
    check("0|0|0", "%#x|%#o|%d", 0, 0, 0);
    check("|00042|   042", "%.0d|%.5d|%6.3d", 0, 42, 42);
    check("-9223372036854775808", "%I64d", INT64_MIN);
    check("18446744073709551615", "%I64u", UINT64_MAX);
    check("-1", "%I32d", -1);
    check("7|-1", "%hu|%hd", 0x10007, 0xffff);
    check("123456789abcdef", "%llx", 0x123456789abcdefLL);
    check("a|    b|c    |%", "%c|%5c|%-5c|%%", 'a', 'b', 'c');
    check("abc|  abc|abc  |ab|   ab", "%s|%5s|%-5s|%.2s|%5.2s", "abc", "abc", "abc", "abc", "abc");
    check("(null)", "%s", (char *)NULL);
    check("wide|wi|w", "%S|%.2ls|%C", L"wide", L"wide", L'w');
    check("  7|7  |007", "%*d|%*d|%.*d", 3, 7, -3, 7, 3, 7);
    check(sizeof(void *) == 8 ? "000000000000BEEF" : "0000BEEF", "%p", (void *)0xbeef);

    check("0.000000|1.000000|-1.500000|3.141593", "%f|%f|%f|%f", 0.0, 1.0, -1.5, 3.14159265358979);
    check("-0.000000", "%f", -0.0);
    check("0.1000000000", "%.10f", 0.1);
    check("1|2|100000", "%.0f|%.0f|%g", 1.4, 1.6, 100000.0);
    check("1e+0", "%.*s", 4, "1e+0x");
    check("0.0001|123.457|1|1.00000", "%g|%g|%g|%#g", 0.0001, 123.456789, 1.0, 1.0);
    check("001.50|+1.50| 1.50|1.50  |", "%06.2f|%+.2f|% .2f|%-6.2f|", 1.5, 1.5, 1.5, 1.5);
    check("9.99|10.0", "%.2f|%.1f", 9.994, 9.96);
    check("3.", "%#.0f", 3.0);

    memset(small, 'x', sizeof(small));
    ok(_snprintf(small, 4, "abcd") == 4 && small[3] == 'd' && small[4] == 'x', "_snprintf fits");
    memset(small, 'x', sizeof(small));
    ok(_snprintf(small, 4, "abcde") == -1 && small[3] == 'd' && small[4] == 'x', "_snprintf cut");
    ok(_scprintf("%d-%s", 12, "abc") == 6, "_scprintf");
    ok(sprintf(small, "%d", 123) == 3 && !strcmp(small, "123"), "sprintf");

    wide(L"a 1 b", L"%c %d %c", L'a', 1, L'b');
    wide(L"  x|1.50", L"%3c|%.2f", L'x', 1.5);

    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}
