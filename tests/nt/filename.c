/* Names between UTF-16 and bytes, wildcards, 8.3 aliases: syscalls/nt/filename.c */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "syscalls/nt/filename.h"

static size_t from(const char *host, uint16_t *out)
{
    return nt_name_from_host(host, strlen(host), out, 1000);
}

static void round_trip(const char *host, size_t n)
{
    uint16_t units[1000];
    char back[3000];
    size_t u = nt_name_from_host(host, n, units, 1000);
    cr_assert_neq(u, NT_NO_ROOM);
    size_t b = nt_name_to_host(units, u, back, sizeof(back));
    cr_assert(b == n && memcmp(back, host, n) == 0, "\"%.*s\" came back as \"%.*s\"", (int)n, host,
              (int)b, back);
}

Test(filename, every_pair_and_triple_of_odd_bytes_round_trips)
{
    static const unsigned char odd[] = {0x01, 0x22, 0x2a, 0x2e, 0x3a, 0x5c, 0x61, 0x7f, 0x80,
                                        0x81, 0x9f, 0xa0, 0xb2, 0xba, 0xbf, 0xc0, 0xc2, 0xdf,
                                        0xe0, 0xe2, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff};
    size_t k = sizeof(odd);
    char s[6];

    for (int a = 1; a < 256; a++)
        for (int b = 1; b < 256; b++) {
            if (a == '/' || b == '/')
                continue;
            s[0] = (char)a, s[1] = (char)b;
            round_trip(s, 1);
            round_trip(s, 2);
        }
    for (size_t i = 0; i < k * k * k * k; i++) {
        s[0] = (char)odd[i % k], s[1] = (char)odd[i / k % k], s[2] = (char)odd[i / k / k % k];
        s[3] = (char)odd[i / k / k / k];
        round_trip(s, 3);
        round_trip(s, 4);
    }
    /* Surrogates in UTF-8 form, in every combination of halves and neighbours */
    static const char *const parts[] = {"\xed\xa0\x80",
                                        "\xed\xaf\xbf",
                                        "\xed\xb0\x80",
                                        "\xed\xb2\x80",
                                        "\xed\xb3\xbf",
                                        "\xed\xbf\xbf",
                                        "\xf0\x9f\x98\x80",
                                        "x",
                                        "\x80",
                                        "\xef\x80\xba",
                                        ":"};
    for (size_t i = 0; i < 11 * 11 * 11; i++) {
        char t[16];
        strcpy(t, parts[i % 11]);
        strcat(t, parts[i / 11 % 11]);
        strcat(t, parts[i / 121]);
        round_trip(t, strlen(t));
    }
}

Test(filename, random_bytes_round_trip)
{
    char s[64];
    srand(1);
    for (int i = 0; i < 200000; i++) {
        size_t n = 1 + (size_t)rand() % sizeof(s);
        for (size_t k = 0; k < n; k++) {
            int c = rand() & 0xff;
            s[k] = (char)(c == 0 || c == '/' ? 0xed : c);
        }
        round_trip(s, n);
    }
}

Test(filename, forbidden_characters_are_shown_elsewhere)
{
    uint16_t u[16];
    cr_assert_eq(from("a:b\\c", u), 5);
    cr_assert(u[1] == 0xf03a && u[3] == 0xf05c && u[4] == 'c');
    cr_assert(nt_name_valid(u, 5));
    cr_assert_eq(from("\xff", u), 1);
    cr_assert_eq(u[0], 0xdcff);
}

Test(filename, validity)
{
    uint16_t u[300];
    static const char *const bad[] = {"", ".", "..", "a/b", "a*", "a?", "a<", "a>", "a\"", "a|"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        size_t n = strlen(bad[i]);
        for (size_t k = 0; k < n; k++)
            u[k] = (unsigned char)bad[i][k];
        cr_assert_not(nt_name_valid(u, n), "%s", bad[i]);
    }
    for (size_t k = 0; k < 300; k++)
        u[k] = 'a';
    cr_assert(nt_name_valid(u, 255));
    cr_assert_not(nt_name_valid(u, 256));
    u[0] = u[1] = u[2] = '.';
    cr_assert(nt_name_valid(u, 3));
}

static bool match(const char *pattern, const char *name)
{
    uint16_t p[100], n[100];
    size_t pn = strlen(pattern);
    for (size_t i = 0; i < pn; i++)
        p[i] = (unsigned char)pattern[i];
    return nt_name_match(p, pn, n, from(name, n));
}

Test(filename, wildcards)
{
    cr_assert(match("*", "anything.at.all"));
    cr_assert(match("*", ""));
    cr_assert(match("*.c", "x.c") && match("*.C", "x.c") && !match("*.c", "x.cc"));
    cr_assert(match("a*b*c", "aXbYbZc") && !match("a*b*c", "aXbYb"));
    cr_assert(match("???", "abc") && !match("???", "ab") && !match("???", "abcd"));
    cr_assert(match("*.*", "a.b") && !match("*.*", "ab"));
    cr_assert(match("**a**", "bab"));
    cr_assert(match("", "") && !match("", "a"));
    cr_assert(match("stra\xdf"
                    "e",
                    "x") == false);
}

Test(filename, dos_wildcards)
{
    /* "*." becomes "<" : names without an extension */
    cr_assert(match("<", "readme") && !match("<", "readme.txt"));
    cr_assert(match("<.txt", "a.b.txt") && !match("<.b", "a.b.txt"));
    cr_assert(match("a<.b", "a.b.b"));
    /* "?" becomes ">" */
    cr_assert(match(">>>", "ab") && match(">>>", "abc") && !match(">>>", "abcd"));
    cr_assert(match(">>.txt", "a.txt") && !match(">>.txt", "abc.txt"));
    /* "." becomes '"' before a wildcard or at the end */
    cr_assert(match("readme\"", "readme") && match("readme\"*", "readme.txt"));
    cr_assert(match("*\"*", "readme") && match("*\"*", "a.b"));
    cr_assert(match("a\">>>", "a") && match("a\">>>", "a.xy") && !match("a\">>>", "a.wxyz"));
}

Test(filename, a_long_pattern_is_not_a_long_search)
{
    uint16_t p[NT_PATTERN_UNITS], n[255];
    for (size_t i = 0; i < NT_PATTERN_UNITS; i++)
        p[i] = i % 2 ? 'a' : '*';
    p[NT_PATTERN_UNITS - 1] = 'b';
    for (size_t i = 0; i < 255; i++)
        n[i] = 'a';
    for (int i = 0; i < 100; i++)
        cr_assert_not(nt_name_match(p, NT_PATTERN_UNITS, n, 255));
    cr_assert_not(nt_name_match(p, 2000, n, 255));
}

static const char *alias(const char *name)
{
    static char out[13];
    uint16_t u[300], a[12];
    size_t n = nt_short_name(u, from(name, u), a);
    for (size_t i = 0; i < n; i++)
        out[i] = (char)a[i];
    out[n] = 0;
    return out;
}

Test(filename, aliases)
{
    char first[13];
    static const char *const fit[] = {"README", "a.b", "readme.txt", "12345678.123", "a~1.c"};
    for (size_t i = 0; i < sizeof(fit) / sizeof(fit[0]); i++)
        cr_assert_str_empty(alias(fit[i]), "%s", fit[i]);
    strcpy(first, alias("A long file name.html"));
    cr_assert(strlen(first) <= 12 && strchr(first, '~'));
    cr_assert_str_eq(first + strlen(first) - 4, ".HTM");
    cr_assert_str_eq(first, alias("a LONG file name.html"));
    cr_assert_str_neq(first, alias("A long file name2.html"));
    cr_assert(alias(".gitignore")[0]);
    cr_assert(alias("two words")[0]);
    cr_assert(alias("a.b.c")[0]);
    cr_assert(alias("\xc3\xa4")[0]);
}
