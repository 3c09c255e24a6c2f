/* Strings, conversions, numbers, paths, environment, time, versions: results as on Windows 10. */
#include "rtltest.h"

FUNC(LONG, RtlCompareUnicodeString, (const USTR *, const USTR *, BOOLEAN));
FUNC(BOOLEAN, RtlPrefixUnicodeString, (const USTR *, const USTR *, BOOLEAN));
FUNC(NTSTATUS, RtlAppendUnicodeToString, (USTR *, PCWSTR));
FUNC(NTSTATUS, RtlHashUnicodeString, (const USTR *, BOOLEAN, ULONG, PULONG));
FUNC(NTSTATUS, RtlFindCharInUnicodeString, (ULONG, const USTR *, const USTR *, PUSHORT));
FUNC(WCHAR, RtlUpcaseUnicodeChar, (WCHAR));
FUNC(WCHAR, RtlDowncaseUnicodeChar, (WCHAR));
FUNC(NTSTATUS, RtlUTF8ToUnicodeN, (PWSTR, ULONG, PULONG, PCSTR, ULONG));
FUNC(NTSTATUS, RtlUnicodeToUTF8N, (PSTR, ULONG, PULONG, PCWSTR, ULONG));
FUNC(NTSTATUS, RtlIntegerToUnicodeString, (ULONG, ULONG, USTR *));
FUNC(NTSTATUS, RtlUnicodeStringToInteger, (const USTR *, ULONG, PULONG));
FUNC(NTSTATUS, RtlGUIDFromString, (const USTR *, GUID *));
FUNC(ULONG, RtlGetFullPathName_U, (PCWSTR, ULONG, PWSTR, PWSTR *));
FUNC(ULONG, RtlIsDosDeviceName_U, (PCWSTR));
FUNC(ULONG, RtlDetermineDosPathNameType_U, (PCWSTR));
FUNC(NTSTATUS, RtlDosPathNameToNtPathName_U_WithStatus, (PCWSTR, USTR *, PWSTR *, PVOID));
FUNC(NTSTATUS, RtlCreateEnvironment, (BOOLEAN, PWSTR *));
FUNC(NTSTATUS, RtlDestroyEnvironment, (PWSTR));
FUNC(NTSTATUS, RtlSetEnvironmentVariable, (PWSTR *, const USTR *, const USTR *));
FUNC(NTSTATUS, RtlQueryEnvironmentVariable_U, (PCWSTR, const USTR *, USTR *));
FUNC(NTSTATUS, RtlExpandEnvironmentStrings_U, (PCWSTR, const USTR *, USTR *, PULONG));
FUNC(VOID, RtlTimeToTimeFields, (const LARGE_INTEGER *, SHORT *));
FUNC(BOOLEAN, RtlTimeFieldsToTime, (const SHORT *, LARGE_INTEGER *));
FUNC(ULONG, RtlNtStatusToDosErrorNoTeb, (NTSTATUS));
FUNC(ULONGLONG, VerSetConditionMask, (ULONGLONG, DWORD, BYTE));
FUNC(ULONG, RtlComputeCrc32, (ULONG, const void *, LONG));
static int(__cdecl *p_snwprintf)(WCHAR *, size_t, const WCHAR *, ...);
static int(__cdecl *p_snprintf)(char *, size_t, const char *, ...);

static USTR str(PCWSTR s)
{
    USTR u = {(USHORT)(wcslen(s) * 2), (USHORT)(wcslen(s) * 2 + 2), (PWSTR)s};

    return u;
}

static void test_compare(void)
{
    USTR a = str(L"Hello"), b = str(L"hELLO World"), set = str(L"lo"), buf;
    WCHAR space[8] = L"ab";
    USHORT pos;
    ULONG hash;

    CHECK(pRtlCompareUnicodeString(&a, &b, TRUE) < 0);
    CHECK(pRtlCompareUnicodeString(&a, &b, FALSE) == 'H' - 'h');
    CHECK(pRtlPrefixUnicodeString(&a, &b, TRUE) && !pRtlPrefixUnicodeString(&a, &b, FALSE));
    CHECK(pRtlHashUnicodeString(&a, FALSE, 1, &hash) == 0 && hash != 0);
    CHECK(pRtlHashUnicodeString(&a, FALSE, 7, &hash) == STATUS_INVALID_PARAMETER);
    CHECK(pRtlFindCharInUnicodeString(0, &a, &set, &pos) == 0 && pos == 6);
    CHECK(pRtlFindCharInUnicodeString(1, &a, &set, &pos) == 0 && pos == 8);
    CHECK(pRtlFindCharInUnicodeString(2, &a, &set, &pos) == 0 && pos == 2);
    set = str(L"xyz");
    CHECK(pRtlFindCharInUnicodeString(0, &a, &set, &pos) == STATUS_NOT_FOUND && pos == 0);
    buf.Buffer = space;
    buf.Length = 4;
    buf.MaximumLength = 10;
    CHECK(pRtlAppendUnicodeToString(&buf, L"cde") == 0 && buf.Length == 10);
    CHECK(pRtlAppendUnicodeToString(&buf, L"f") == STATUS_BUFFER_TOO_SMALL && buf.Length == 10);
    CHECK(pRtlUpcaseUnicodeChar('z') == 'Z' && pRtlUpcaseUnicodeChar(0xe9) == 0xc9);
    CHECK(pRtlUpcaseUnicodeChar(0xff) == 0x178 && pRtlUpcaseUnicodeChar(0x131) == 0x131);
    CHECK(pRtlUpcaseUnicodeChar(0x17f) == 0x17f && pRtlUpcaseUnicodeChar(0xdf) == 0xdf);
    CHECK(pRtlUpcaseUnicodeChar(0xb5) == 0xb5 && pRtlUpcaseUnicodeChar(0x444) == 0x424);
    CHECK(pRtlDowncaseUnicodeChar(0x130) == 0x130 && pRtlDowncaseUnicodeChar(0x416) == 0x436);
}

static void test_utf8(void)
{
    static const char text[] = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80";
    static const WCHAR wide[] = {'a', 0xe9, 0x20ac, 0xd83d, 0xde00};
    static const WCHAR lone[] = {0xd800, 'x'};
    WCHAR w[16];
    char c[16];
    ULONG n;

    CHECK(pRtlUTF8ToUnicodeN(w, sizeof(w), &n, text, sizeof(text) - 1) == 0);
    CHECK(n == sizeof(wide) && !memcmp(w, wide, n));
    CHECK(pRtlUTF8ToUnicodeN(NULL, 0, &n, text, sizeof(text) - 1) == 0 && n == sizeof(wide));
    CHECK(pRtlUTF8ToUnicodeN(w, 4, &n, text, sizeof(text) - 1) == STATUS_BUFFER_TOO_SMALL);
    CHECK(n == 4);
    CHECK(pRtlUTF8ToUnicodeN(w, sizeof(w), &n, "\xff\x41", 2) == STATUS_SOME_NOT_MAPPED);
    CHECK(n == 4 && w[0] == 0xfffd && w[1] == 'A');
    CHECK(pRtlUTF8ToUnicodeN(w, sizeof(w), &n, NULL, 0) == STATUS_INVALID_PARAMETER_4);
    CHECK(pRtlUnicodeToUTF8N(c, sizeof(c), &n, wide, sizeof(wide)) == 0);
    CHECK(n == sizeof(text) - 1 && !memcmp(c, text, n));
    CHECK(pRtlUnicodeToUTF8N(c, sizeof(c), &n, lone, 4) == STATUS_SOME_NOT_MAPPED && n == 4);
    CHECK(pRtlUnicodeToUTF8N(c, 2, &n, wide, sizeof(wide)) == STATUS_BUFFER_TOO_SMALL && n == 1);
    CHECK(pRtlUnicodeToUTF8N(c, sizeof(c), &n, wide, 3) == STATUS_INVALID_PARAMETER_5);
}

static void test_numbers(void)
{
    WCHAR space[40];
    USTR u = {0, sizeof(space), space}, s;
    char c[40];
    GUID guid;
    ULONG v;

    CHECK(pRtlIntegerToUnicodeString(0xbeef, 16, &u) == 0 && !wcscmp(space, L"BEEF"));
    CHECK(pRtlIntegerToUnicodeString(5, 7, &u) == STATUS_INVALID_PARAMETER);
    s = str(L"  -0x1F");
    CHECK(pRtlUnicodeStringToInteger(&s, 0, &v) == 0 && v == (ULONG)-31);
    s = str(L"0o17");
    CHECK(pRtlUnicodeStringToInteger(&s, 0, &v) == 0 && v == 15);
    s = str(L"{00112233-4455-6677-8899-AABBCCDDEEFF}");
    CHECK(pRtlGUIDFromString(&s, &guid) == 0 && guid.Data1 == 0x00112233 && guid.Data3 == 0x6677 &&
          guid.Data4[7] == 0xff);
    s = str(L"{00112233-4455-6677-8899-AABBCCDDEEFG}");
    CHECK(pRtlGUIDFromString(&s, &guid) == STATUS_INVALID_PARAMETER);
    p_snprintf(c, sizeof(c), "%5d|%-4x|%04X|%+d|%S", -42, 0xab, 0x1f, 7, L"wide");
    CHECK(!strcmp(c, "  -42|ab  |001F|+7|wide"));
    p_snwprintf(space, 40, L"%s %S %I64u %.3s %c", L"one", "two", 12345678901ull, L"abcdef", 'z');
    CHECK(!wcscmp(space, L"one two 12345678901 abc z"));
    CHECK(p_snprintf(c, 3, "abcdef") == -1 && !memcmp(c, "abc", 3));
    CHECK(pRtlComputeCrc32(0, "123456789", 9) == 0xcbf43926);
    CHECK(pRtlNtStatusToDosErrorNoTeb(STATUS_ACCESS_DENIED) == ERROR_ACCESS_DENIED);
    CHECK(pRtlNtStatusToDosErrorNoTeb(STATUS_OBJECT_NAME_NOT_FOUND) == ERROR_FILE_NOT_FOUND);
    CHECK(pRtlNtStatusToDosErrorNoTeb(STATUS_OBJECT_PATH_NOT_FOUND) == ERROR_PATH_NOT_FOUND);
    CHECK(pRtlNtStatusToDosErrorNoTeb(STATUS_NO_MEMORY) == ERROR_NOT_ENOUGH_MEMORY);
    CHECK(pRtlNtStatusToDosErrorNoTeb((NTSTATUS)0xc0070057) == 0x57);
    CHECK(pVerSetConditionMask(0, VER_MAJORVERSION, VER_GREATER_EQUAL) == 0x18);
}

static void test_paths(void)
{
    static const struct {
        PCWSTR in, out;
    } full[] = {
        {L"c:\\a\\b\\..\\c", L"c:\\a\\c"},      {L"c:/a/./b//c", L"c:\\a\\b\\c"},
        {L"c:\\..\\..\\x", L"c:\\x"},           {L"c:\\dir. \\name. .", L"c:\\dir. \\name"},
        {L"c:\\a\\b\\..", L"c:\\a"},            {L"c:\\a\\b\\.", L"c:\\a\\b"},
        {L"c:\\a\\b\\..\\", L"c:\\a\\"},        {L"\\\\srv\\share\\..\\x", L"\\\\srv\\share\\x"},
        {L"\\\\.\\pipe\\x", L"\\\\.\\pipe\\x"}, {L"\\\\?\\c:\\a", L"\\\\?\\c:\\a"},
        {L"nul", L"\\\\.\\nul"},                {L"c:\\x\\Con.txt", L"\\\\.\\Con"},
        {L"com1:", L"\\\\.\\com1"},             {L"c:\\a.\\b", L"c:\\a\\b"},
    };
    static const struct {
        PCWSTR in, out;
    } nt[] = {
        {L"c:\\a\\b", L"\\??\\c:\\a\\b"},
        {L"\\\\srv\\share\\x", L"\\??\\UNC\\srv\\share\\x"},
        {L"\\\\.\\pipe\\x", L"\\??\\pipe\\x"},
        {L"\\\\?\\c:\\a\\..\\b. ", L"\\??\\c:\\a\\..\\b. "},
        {L"NUL", L"\\??\\NUL"},
    };
    WCHAR buf[300];
    PWSTR file;
    USTR u;

    for (unsigned i = 0; i < sizeof(full) / sizeof(*full); i++) {
        ULONG n = pRtlGetFullPathName_U(full[i].in, sizeof(buf), buf, &file);

        if (n != wcslen(full[i].out) * 2 || wcscmp(buf, full[i].out))
            printf("%ls -> %ls\n", full[i].in, buf);
        CHECK(n == wcslen(full[i].out) * 2 && !wcscmp(buf, full[i].out));
    }
    for (unsigned i = 0; i < sizeof(nt) / sizeof(*nt); i++) {
        CHECK(pRtlDosPathNameToNtPathName_U_WithStatus(nt[i].in, &u, NULL, NULL) == 0);
        CHECK(u.Length == wcslen(nt[i].out) * 2 && !memcmp(u.Buffer, nt[i].out, u.Length));
    }
    CHECK(pRtlDosPathNameToNtPathName_U_WithStatus(L"", &u, NULL, NULL) ==
          STATUS_OBJECT_NAME_INVALID);
    CHECK(pRtlGetFullPathName_U(L"c:\\a\\file", sizeof(buf), buf, &file) && file == buf + 5);
    CHECK(pRtlGetFullPathName_U(L"c:\\a\\", sizeof(buf), buf, &file) && !file);
    CHECK(pRtlGetFullPathName_U(L"c:\\abc", 6, buf, &file) == 14);
    CHECK(pRtlIsDosDeviceName_U(L"c:\\nul.txt") == MAKELONG(6, 6));
    CHECK(pRtlIsDosDeviceName_U(L"lpt0") == 0 && pRtlIsDosDeviceName_U(L"conx") == 0);
    CHECK(pRtlDetermineDosPathNameType_U(L"\\\\?\\x") == 6);
    CHECK(pRtlDetermineDosPathNameType_U(L"\\\\.") == 7);
    CHECK(pRtlDetermineDosPathNameType_U(L"c:x") == 3 &&
          pRtlDetermineDosPathNameType_U(L"/x") == 4);
}

static void test_environment(void)
{
    WCHAR space[32];
    USTR name = str(L"One"), value = str(L"1"), other = str(L"zed"), out = {0, sizeof(space), space};
    USTR drive = str(L"=C:"), dir = str(L"C:\\x"), bad = str(L"a=b"), text;
    PWSTR env;
    ULONG n;

    CHECK(pRtlCreateEnvironment(FALSE, &env) == 0);
    CHECK(pRtlSetEnvironmentVariable(&env, &other, &value) == 0);
    CHECK(pRtlSetEnvironmentVariable(&env, &name, &value) == 0);
    CHECK(pRtlSetEnvironmentVariable(&env, &drive, &dir) == 0);
    CHECK(pRtlSetEnvironmentVariable(&env, &bad, &dir) == STATUS_INVALID_PARAMETER);
    CHECK(!memcmp(env, L"=C:=C:\\x\0One=1\0zed=1\0", 22 * sizeof(WCHAR)));
    name = str(L"ONE");
    value = str(L"two");
    CHECK(pRtlSetEnvironmentVariable(&env, &name, &value) == 0);
    CHECK(pRtlQueryEnvironmentVariable_U(env, &name, &out) == 0 && out.Length == 6 &&
          !memcmp(space, L"two", 6));
    out.MaximumLength = 4;
    CHECK(pRtlQueryEnvironmentVariable_U(env, &name, &out) == STATUS_BUFFER_TOO_SMALL &&
          out.Length == 6);
    out.MaximumLength = sizeof(space);
    text = str(L"<%one%|%none%|%>");
    CHECK(pRtlExpandEnvironmentStrings_U(env, &text, &out, &n) == 0);
    CHECK(n == 34 - 4 && !wcscmp(space, L"<two|%none%|%>"));
    CHECK(pRtlSetEnvironmentVariable(&env, &name, NULL) == 0);
    CHECK(pRtlQueryEnvironmentVariable_U(env, &name, &out) == STATUS_VARIABLE_NOT_FOUND);
    CHECK(pRtlDestroyEnvironment(env) == 0);
}

static void test_time(void)
{
    LARGE_INTEGER t = {.QuadPart = 132537600000000000ll + 12345 * 10000ll}, back;
    SHORT f[8];

    pRtlTimeToTimeFields(&t, f);
    CHECK(f[0] == 2020 && f[1] == 12 && f[2] == 30 && f[3] == 0 && f[5] == 12 && f[6] == 345);
    CHECK(f[7] == 3); /* a Wednesday */
    CHECK(pRtlTimeFieldsToTime(f, &back) && back.QuadPart == t.QuadPart);
    f[0] = 1900;
    f[1] = 2;
    f[2] = 29;
    CHECK(!pRtlTimeFieldsToTime(f, &back));
}

int main(int argc, char **argv)
{
    start(argc, argv);
    LOAD(RtlCompareUnicodeString);
    LOAD(RtlPrefixUnicodeString);
    LOAD(RtlAppendUnicodeToString);
    LOAD(RtlHashUnicodeString);
    LOAD(RtlFindCharInUnicodeString);
    LOAD(RtlUpcaseUnicodeChar);
    LOAD(RtlDowncaseUnicodeChar);
    LOAD(RtlUTF8ToUnicodeN);
    LOAD(RtlUnicodeToUTF8N);
    LOAD(RtlIntegerToUnicodeString);
    LOAD(RtlUnicodeStringToInteger);
    LOAD(RtlGUIDFromString);
    LOAD(RtlGetFullPathName_U);
    LOAD(RtlIsDosDeviceName_U);
    LOAD(RtlDetermineDosPathNameType_U);
    LOAD(RtlDosPathNameToNtPathName_U_WithStatus);
    LOAD(RtlCreateEnvironment);
    LOAD(RtlDestroyEnvironment);
    LOAD(RtlSetEnvironmentVariable);
    LOAD(RtlQueryEnvironmentVariable_U);
    LOAD(RtlExpandEnvironmentStrings_U);
    LOAD(RtlTimeToTimeFields);
    LOAD(RtlTimeFieldsToTime);
    LOAD(RtlNtStatusToDosErrorNoTeb);
    LOAD(VerSetConditionMask);
    LOAD(RtlComputeCrc32);
    *(FARPROC *)&p_snprintf = load("_snprintf");
    *(FARPROC *)&p_snwprintf = load("_snwprintf");
    if (failed)
        return finish();
    test_compare();
    test_utf8();
    test_numbers();
    test_paths();
    test_environment();
    test_time();
    return finish();
}
