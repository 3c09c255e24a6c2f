/* MultiByteToWideChar, WideCharToMultiByte: code pages, flags, lengths, errors. */
#include "tests/nt/check.h"

static void utf8(void)
{
    WCHAR wide[16];
    char narrow[16];
    BOOL used;

    CHECK_EQ(MultiByteToWideChar(CP_UTF8, 0, "h\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", -1, wide, 16),
             6);
    CHECK(wide[1] == 0xe9 && wide[2] == 0x20ac && wide[3] == 0xd83d && wide[4] == 0xde00);
    CHECK_EQ(MultiByteToWideChar(CP_UTF8, 0, "abc", 3, NULL, 0), 3);
    CHECK_EQ(MultiByteToWideChar(CP_UTF8, 0, "abc", 3, wide, 2), 0);
    CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
    CHECK_EQ(MultiByteToWideChar(CP_UTF8, 0,
                                 "a\xff"
                                 "b",
                                 3, wide, 16),
             3);
    CHECK(wide[1] == 0xfffd && wide[2] == L'b');
    CHECK_EQ(MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, "\xc0\xaf", 2, wide, 16), 0);
    CHECK_EQ(GetLastError(), ERROR_NO_UNICODE_TRANSLATION);
    /* Documented; Wine ignores the flag. */
    if (!check_on_wine()) {
        CHECK_EQ(MultiByteToWideChar(CP_UTF8, MB_COMPOSITE, "a", 1, wide, 16), 0);
        CHECK_EQ(GetLastError(), ERROR_INVALID_FLAGS);
    }
    CHECK_EQ(MultiByteToWideChar(CP_UTF8, 0, "a", 0, wide, 16), 0);
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK_EQ(MultiByteToWideChar(CP_UTF8, 0, NULL, -1, wide, 16), 0);
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK_EQ(MultiByteToWideChar(77, 0, "a", 1, wide, 16), 0);
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);

    CHECK_EQ(WideCharToMultiByte(CP_UTF8, 0, L"h\xe9\x20ac", -1, narrow, 16, NULL, NULL), 7);
    CHECK(!memcmp(narrow, "h\xc3\xa9\xe2\x82\xac", 7));
    CHECK_EQ(WideCharToMultiByte(CP_UTF8, 0, L"\xd83d\xde00", 2, narrow, 16, NULL, NULL), 4);
    CHECK_EQ(WideCharToMultiByte(CP_UTF8, 0, L"\xd83d", 1, narrow, 16, NULL, NULL), 3);
    CHECK(!memcmp(narrow, "\xef\xbf\xbd", 3));
    CHECK_EQ(
        WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, L"\xd83d", 1, narrow, 16, NULL, NULL),
        0);
    CHECK_EQ(GetLastError(), ERROR_NO_UNICODE_TRANSLATION);
    /* Documented; Wine sets it to FALSE. */
    if (!check_on_wine()) {
        CHECK_EQ(WideCharToMultiByte(CP_UTF8, 0, L"a", 1, narrow, 16, NULL, &used), 0);
        CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    }
    CHECK_EQ(WideCharToMultiByte(CP_UTF8, 0, L"abc", 3, narrow, 2, NULL, NULL), 0);
    CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
}

static void tables(void)
{
    WCHAR wide[16];
    char narrow[16];
    BOOL used = 7;
    CPINFO info;

    CHECK_EQ(MultiByteToWideChar(1252, 0, "\x80\xe9", 2, wide, 16), 2);
    CHECK(wide[0] == 0x20ac && wide[1] == 0xe9);
    CHECK_EQ(WideCharToMultiByte(1252, 0, L"\x20ac\x416", 2, narrow, 16, NULL, &used), 2);
    CHECK(narrow[0] == '\x80' && narrow[1] == '?' && used);
    CHECK_EQ(WideCharToMultiByte(1252, 0, L"\xe9", 1, narrow, 16, "!", &used), 1);
    CHECK(narrow[0] == '\xe9' && !used);
    CHECK_EQ(WideCharToMultiByte(1252, WC_NO_BEST_FIT_CHARS, L"\x100", 1, narrow, 16, "!", &used),
             1);
    CHECK(narrow[0] == '!' && used);
    CHECK_EQ(WideCharToMultiByte(1252, 0, L"\x100", 1, narrow, 16, NULL, &used), 1);
    CHECK(narrow[0] == 'A');
    CHECK_EQ(MultiByteToWideChar(437, 0, "\x82\xe1", 2, wide, 16), 2);
    CHECK(wide[0] == 0xe9 && wide[1] == 0xdf);
    CHECK_EQ(MultiByteToWideChar(1251, 0, "\xc6", 1, wide, 16), 1);
    CHECK_EQ(wide[0], 0x416);
    CHECK_EQ(MultiByteToWideChar(932, 0, "\x82\xa0\x41\xb1", 4, wide, 16), 3);
    CHECK(wide[0] == 0x3042 && wide[1] == L'A' && wide[2] == 0xff71);
    CHECK_EQ(WideCharToMultiByte(932, 0, L"\x3042\x30a2", 2, narrow, 16, NULL, NULL), 4);
    CHECK(!memcmp(narrow, "\x82\xa0\x83\x41", 4));
    CHECK_EQ(MultiByteToWideChar(936, 0, "\xc4\xe3", 2, wide, 16), 1);
    CHECK_EQ(wide[0], 0x4f60);
    CHECK_EQ(MultiByteToWideChar(949, 0, "\xb0\xa1", 2, wide, 16), 1);
    CHECK_EQ(wide[0], 0xac00);
    CHECK_EQ(MultiByteToWideChar(950, 0, "\xa7\x41", 2, wide, 16), 1);
    CHECK_EQ(wide[0], 0x4f60);
    if (!check_on_wine()) {
        CHECK_EQ(MultiByteToWideChar(1252, MB_PRECOMPOSED | MB_COMPOSITE, "a", 1, wide, 16), 0);
        CHECK_EQ(GetLastError(), ERROR_INVALID_FLAGS);
    }
    CHECK(GetCPInfo(932, &info));
    CHECK(info.MaxCharSize == 2 && info.LeadByte[0] == 0x81 && info.LeadByte[1] == 0x9f &&
          info.LeadByte[2] == 0xe0 && info.LeadByte[3] == 0xfc && !info.LeadByte[4]);
    CHECK(GetCPInfo(CP_UTF8, &info));
    CHECK_EQ(info.MaxCharSize, 4);
    CHECK(!GetCPInfo(77, &info));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK(IsValidCodePage(1252) && IsValidCodePage(65001) && !IsValidCodePage(77));
    CHECK(IsDBCSLeadByteEx(932, 0x81) && !IsDBCSLeadByteEx(932, 0xb1));

    CHECK_EQ(WideCharToMultiByte(CP_UTF7, 0, L"a+\xe9", 3, narrow, 16, NULL, NULL), 8);
    CHECK(!memcmp(narrow, "a+-+AOk-", 8));
    CHECK_EQ(MultiByteToWideChar(CP_UTF7, 0, "a+-+AOk-", 8, wide, 16), 3);
    CHECK_EQ(wide[2], 0xe9);
}

/* Every page there and back: what decodes to a character encodes to something that decodes so. */
static void round_trip(void)
{
    static const UINT pages[] = {437,  850,  852,  866,  932,  936,   949,   950,   1250,
                                 1251, 1252, 1253, 1254, 1257, 20866, 28591, 28592, 28605};

    for (unsigned i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        int bad = 0;

        for (int b = 1; b < 256; b++) {
            char one = (char)b, back[4];
            WCHAR wide[4], again[4];
            int bytes;

            if (IsDBCSLeadByteEx(pages[i], (BYTE)b) ||
                MultiByteToWideChar(pages[i], MB_ERR_INVALID_CHARS, &one, 1, wide, 4) != 1)
                continue;
            bytes = WideCharToMultiByte(pages[i], 0, wide, 1, back, 4, NULL, NULL);
            bad += bytes < 1 || MultiByteToWideChar(pages[i], 0, back, bytes, again, 4) != 1 ||
                   again[0] != wide[0];
        }
        CHECK_EQ(bad, 0);
    }
}

int main(void)
{
    utf8();
    tables();
    round_trip();
    return check_done();
}
