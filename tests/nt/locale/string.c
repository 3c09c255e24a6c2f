/* Comparing, mapping, types, normalization. */
#include "tests/nt/check.h"

static int compare(DWORD flags, const WCHAR *a, const WCHAR *b)
{
    return CompareStringEx(L"en-US", flags, a, -1, b, -1, NULL, NULL, 0) - CSTR_EQUAL;
}

static void comparing(void)
{
    CHECK_EQ(compare(0, L"abc", L"abc"), 0);
    CHECK_EQ(compare(0, L"abc", L"abd"), -1);
    CHECK_EQ(compare(0, L"a", L"A"), -1);
    CHECK_EQ(compare(0, L"A", L"b"), -1);
    CHECK_EQ(compare(0, L"a", L"B"), -1);
    CHECK_EQ(compare(0, L"ab", L"a"), 1);
    CHECK_EQ(compare(NORM_IGNORECASE, L"Hello", L"hELLO"), 0);
    CHECK_EQ(compare(0, L"e", L"\xe9"), -1);
    CHECK_EQ(compare(0, L"\xe9", L"f"), -1);
    CHECK_EQ(compare(NORM_IGNORENONSPACE, L"e", L"\xe9"), 0);
    CHECK_EQ(compare(0, L"\xe9", L"e\x301"), 0);
    CHECK_EQ(compare(0, L"1", L"a"), -1);
    CHECK_EQ(compare(0, L"_", L"1"), -1);
    CHECK_EQ(compare(0, L"co-op", L"coop"), 1);
    CHECK_EQ(compare(0, L"co-op", L"cop"), -1);
    CHECK_EQ(compare(NORM_IGNORESYMBOLS, L"a,b", L"ab"), 0);
    CHECK_EQ(compare(SORT_DIGITSASNUMBERS, L"a2", L"a10"), -1);
    CHECK_EQ(compare(0, L"a2", L"a10"), 1);
    CHECK_EQ(CompareStringW(LOCALE_USER_DEFAULT, 0, L"abX", 2, L"abY", 2), CSTR_EQUAL);
    CHECK_EQ(CompareStringW(LOCALE_USER_DEFAULT, 0, NULL, 2, L"abY", 2), 0);
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK_EQ(CompareStringA(LOCALE_USER_DEFAULT, NORM_IGNORECASE, "ABC", -1, "abc", -1),
             CSTR_EQUAL);
    CHECK_EQ(CompareStringOrdinal(L"a", -1, L"B", -1, FALSE), CSTR_GREATER_THAN);
    CHECK_EQ(CompareStringOrdinal(L"a", -1, L"B", -1, TRUE), CSTR_LESS_THAN);
    CHECK_EQ(lstrcmpiW(L"ABC", L"abd"), -1);
    CHECK_EQ(lstrcmpA("b", "a"), 1);
    CHECK_EQ(lstrlenW(NULL), 0);
}

static void mapping(void)
{
    WCHAR out[32];
    BYTE key_a[64], key_b[64];
    int length;

    CHECK_EQ(LCMapStringEx(L"en-US", LCMAP_UPPERCASE, L"abc\xe9", -1, out, 32, NULL, NULL, 0), 5);
    CHECK(!lstrcmpW(out, L"ABC\xc9"));
    CHECK_EQ(LCMapStringW(LOCALE_USER_DEFAULT, LCMAP_LOWERCASE, L"ABC", 3, out, 32), 3);
    CHECK(!memcmp(out, L"abc", 6));
    CHECK_EQ(LCMapStringW(LOCALE_USER_DEFAULT, LCMAP_LOWERCASE, L"ABC", 3, NULL, 0), 3);
    CHECK_EQ(LCMapStringW(LOCALE_USER_DEFAULT, LCMAP_LOWERCASE, L"ABC", 3, out, 2), 0);
    CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
    CHECK_EQ(LCMapStringW(LOCALE_USER_DEFAULT, 0, L"ABC", 0, out, 2), 0);
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK_EQ(LCMapStringW(LOCALE_USER_DEFAULT, LCMAP_FULLWIDTH, L"A1", 2, out, 32), 2);
    CHECK(out[0] == 0xff21 && out[1] == 0xff11);
    CHECK_EQ(LCMapStringW(LOCALE_USER_DEFAULT, LCMAP_KATAKANA, L"\x3042", 1, out, 32), 1);
    CHECK_EQ(out[0], 0x30a2);
    length = LCMapStringW(LOCALE_USER_DEFAULT, LCMAP_SORTKEY, L"abc", -1, (WCHAR *)key_a, 64);
    CHECK(length > 4 && length <= 64 && key_a[length - 1] == 0);
    CHECK(LCMapStringW(LOCALE_USER_DEFAULT, LCMAP_SORTKEY, L"abd", -1, (WCHAR *)key_b, 64) > 0);
    CHECK(memcmp(key_a, key_b, (size_t)length) < 0);
}

static void types(void)
{
    WORD t[4];

    CHECK(GetStringTypeW(CT_CTYPE1, L"aZ5 ", 4, t));
    CHECK((t[0] & (C1_LOWER | C1_ALPHA | C1_XDIGIT)) == (C1_LOWER | C1_ALPHA | C1_XDIGIT));
    CHECK((t[1] & (C1_UPPER | C1_ALPHA | C1_XDIGIT)) == (C1_UPPER | C1_ALPHA));
    CHECK((t[2] & (C1_DIGIT | C1_XDIGIT)) == (C1_DIGIT | C1_XDIGIT));
    CHECK((t[3] & (C1_SPACE | C1_BLANK)) == (C1_SPACE | C1_BLANK));
    CHECK(GetStringTypeW(CT_CTYPE2, L"a5\x5d0,", 4, t));
    CHECK(t[0] == C2_LEFTTORIGHT && t[1] == C2_EUROPENUMBER && t[2] == C2_RIGHTTOLEFT &&
          t[3] == C2_COMMONSEPARATOR);
    CHECK(GetStringTypeW(CT_CTYPE3, L"a\x3042\x4e00", 3, t));
    CHECK(t[0] & C3_ALPHA && t[1] & C3_HIRAGANA && t[2] & C3_IDEOGRAPH);
}

static void normalizing(void)
{
    WCHAR out[32];

    CHECK_EQ(NormalizeString(NormalizationD, L"\xe9", 1, out, 32), 2);
    CHECK(out[0] == L'e' && out[1] == 0x301);
    CHECK_EQ(NormalizeString(NormalizationC, L"e\x301\x323", 3, out, 32), 2);
    CHECK(out[0] == 0x1eb9 && out[1] == 0x301);
    CHECK_EQ(NormalizeString(NormalizationKC, L"\xfb01\x2460", 2, out, 32), 3);
    CHECK(out[0] == L'f' && out[1] == L'i' && out[2] == L'1');
    CHECK_EQ(NormalizeString(NormalizationC, L"\x1112\x1161\x11ab", 3, out, 32), 1);
    CHECK_EQ(out[0], 0xd55c);
    CHECK_EQ(NormalizeString(NormalizationD, L"\xd55c", 1, out, 32), 3);
    CHECK(IsNormalizedString(NormalizationC, L"\xe9", 1));
    CHECK(!IsNormalizedString(NormalizationD, L"\xe9", 1));
    CHECK(NormalizeString(NormalizationD, L"\xe9\xe9", 2, out, 1) <= 0);
    CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
    CHECK(NormalizeString(NormalizationC, L"a\xd800", 2, out, 32) <= 0);
    CHECK_EQ(GetLastError(), ERROR_NO_UNICODE_TRANSLATION);
}

static void searching(void)
{
    int found = 0;

    CHECK_EQ(FindStringOrdinal(FIND_FROMSTART, L"one two one", -1, L"ONE", -1, TRUE), 0);
    CHECK_EQ(FindStringOrdinal(FIND_FROMEND, L"one two one", -1, L"one", -1, FALSE), 8);
    CHECK_EQ(FindStringOrdinal(FIND_ENDSWITH, L"one two one", -1, L"two", -1, FALSE), -1);
    CHECK_EQ(FindNLSStringEx(L"en-US", FIND_FROMSTART | NORM_IGNORECASE, L"xyABz", -1, L"ab", -1,
                             &found, NULL, NULL, 0),
             2);
    CHECK_EQ(found, 2);
}

int main(void)
{
    comparing();
    mapping();
    types();
    normalizing();
    searching();
    return check_done();
}
