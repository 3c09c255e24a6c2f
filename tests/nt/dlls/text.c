/* user32's and shlwapi's text functions, command lines, UUIDs. Links user32 shlwapi shell32 rpcrt4 ole32. */
#include "tests/nt/check.h"

#include <objbase.h>
#include <rpc.h>
#include <shellapi.h>
#include <shlwapi.h>

static BOOL is(const char *a, const char *b)
{
    if (!strcmp(a, b))
        return TRUE;
    printf("  \"%s\" is not \"%s\"\n", a, b);
    return FALSE;
}

static BOOL is_w(const WCHAR *a, const WCHAR *b)
{
    if (!wcscmp(a, b))
        return TRUE;
    printf("  \"%ls\" is not \"%ls\"\n", a, b);
    return FALSE;
}

static void printing(void)
{
    char text[1100], long_text[1100];
    WCHAR wide[1100];

    CHECK_EQ(wsprintfA(text, "%d %5d|%-5d|%05d %i", -7, 42, 42, -42, 3), 22);
    CHECK(is(text, "-7    42|42   |-0042 3"));
    wsprintfA(text, "%x %X %#x %08lX %u", 0xbeef, 0xbeef, 0xbeef, 0xbeefL, 4000000000u);
    CHECK(is(text, "beef BEEF 0xbeef 0000BEEF 4000000000"));
    wsprintfA(text, "%s|%8s|%-8s|%.2s|%S|%ls", "abc", "abc", "abc", "abc", L"wide", L"also");
    CHECK(is(text, "abc|     abc|abc     |ab|wide|also"));
    wsprintfA(text, "%c%c %% %z %I64d %I64x", 'o', 'k', -5000000000ll, 5000000000ll);
    CHECK(is(text, "ok % z -5000000000 12a05f200"));
    CHECK_EQ(wsprintfW(wide, L"%s %hs %S %ls %lc", L"w", "h", "a", L"l", L'c'), 9);
    CHECK(is_w(wide, L"w h a l c"));
    memset(long_text, 'x', 1099);
    long_text[1099] = 0;
    if (!check_on_wine()) { /* documented: 1024 bytes are room enough */
        CHECK_EQ(wsprintfA(text, "%s", long_text), 1023);
        CHECK_EQ(strlen(text), 1023);
    }
}

static void characters(void)
{
    char text[] = "MiXed";
    WCHAR wide[] = L"\xe9t\xe9 Z";

    CHECK(CharUpperW(wide) == wide && is_w(wide, L"\xc9T\xc9 Z"));
    CHECK(CharLowerA(text) == text && is(text, "mixed"));
    CHECK_EQ((ULONG_PTR)CharUpperW((LPWSTR)(ULONG_PTR)'q'), 'Q');
    CHECK(CharPrevExA(CP_ACP, text, text + 3, 0) == text + 2);
    CHECK(CharNextA(text) == text + 1);
}

static void arguments(const WCHAR *line, int count, ...)
{
    va_list args;
    int n = -1;
    LPWSTR *argv = CommandLineToArgvW(line, &n);

    CHECK(argv != NULL);
    CHECK_EQ(n, count);
    va_start(args, count);
    for (int i = 0; i < n && i < count; i++)
        if (!is_w(argv[i], va_arg(args, const WCHAR *))) {
            printf("  argument %d of %ls\n", i, line);
            InterlockedIncrement(&check_failed);
        }
    va_end(args);
    CHECK(argv && argv[n] == NULL);
    LocalFree(argv);
}

static void command_lines(void)
{
    int n;

    arguments(L"a b  c", 3, L"a", L"b", L"c");
    arguments(L"\"a b\" \"c d\"", 2, L"a b", L"c d");
    arguments(L"p a\\\\b d\"e f\"g h", 4, L"p", L"a\\\\b", L"de fg", L"h");
    arguments(L"p a\\\\\\\"b c d", 4, L"p", L"a\\\"b", L"c", L"d");
    arguments(L"p a\\\\\\\\\"b c\" d e", 4, L"p", L"a\\\\b c", L"d", L"e");
    arguments(L"p \"\" x", 3, L"p", L"", L"x");
    arguments(L"p \"a\"\"b\"", 2, L"p", L"a\"b");
    arguments(L"p \"a\"\"b c\"", 3, L"p", L"a\"b", L"c");
    arguments(L"p \"\"\"a b\"\"\"", 3, L"p", L"\"a", L"b\"");
    arguments(L"C:\\x\\y.exe\\ z\\", 2, L"C:\\x\\y.exe\\", L"z\\");
    arguments(L"\"C:\\a b\\\" z", 2, L"C:\\a b\\", L"z");
    arguments(L"p\ta\t", 2, L"p", L"a");
    arguments(L" a", 2, L"", L"a");
    CHECK(CommandLineToArgvW(L"a", NULL) == NULL);
    LPWSTR *own = CommandLineToArgvW(L"", &n);
    CHECK(own && n == 1 && wcslen(own[0]) > 4);
    LocalFree(own);
}

static void paths(void)
{
    WCHAR path[MAX_PATH], out[MAX_PATH];

    CHECK(is_w(PathFindFileNameW(L"c:\\a\\b.txt"), L"b.txt"));
    CHECK(is_w(PathFindFileNameW(L"c:\\a\\"), L"a\\"));
    CHECK(is_w(PathFindExtensionW(L"a.b\\c"), L""));
    CHECK(is_w(PathFindExtensionW(L"a.b.c"), L".c"));
    CHECK(PathIsRelativeW(L"a\\b") && !PathIsRelativeW(L"\\a") && !PathIsRelativeW(L"c:a"));
    CHECK(PathIsRootW(L"c:\\") && PathIsRootW(L"\\") && PathIsRootW(L"\\\\s\\t"));
    CHECK(!PathIsRootW(L"c:") && !PathIsRootW(L"\\\\s\\t\\u") && !PathIsRootW(L"a"));
    wcscpy(path, L"c:\\a");
    CHECK(PathAddBackslashW(path) == path + 5 && is_w(path, L"c:\\a\\"));
    CHECK(PathAddBackslashW(path) == path + 5);
    CHECK(PathRemoveBackslashW(path) == path + 4 && is_w(path, L"c:\\a"));
    wcscpy(path, L"c:\\a\\b.txt");
    CHECK(PathRemoveFileSpecW(path) && is_w(path, L"c:\\a"));
    CHECK(PathRemoveFileSpecW(path) && is_w(path, L"c:\\"));
    CHECK(!PathRemoveFileSpecW(path) && is_w(path, L"c:\\"));
    CHECK(PathCanonicalizeW(out, L"c:\\a\\.\\b\\..\\c") && is_w(out, L"c:\\a\\c"));
    CHECK(PathCanonicalizeW(out, L"a\\..\\..\\b"));
    CHECK(PathCanonicalizeW(out, L"c:\\a\\..") && is_w(out, L"c:\\"));
    CHECK(PathCanonicalizeW(out, L"c:\\..\\x") && is_w(out, L"c:\\x"));
    CHECK(PathCombineW(out, L"c:\\a", L"b\\..\\c") && is_w(out, L"c:\\a\\c"));
    CHECK(PathCombineW(out, L"c:\\a", L"d:\\x") && is_w(out, L"d:\\x"));
    CHECK(PathCombineW(out, L"c:\\a", L"\\x") && is_w(out, L"c:\\x"));
    CHECK(PathCombineW(out, NULL, L"x") && is_w(out, L"x"));
    wcscpy(path, L"c:\\a");
    CHECK(PathAppendW(path, L"\\b") && is_w(path, L"c:\\a\\b"));
    CHECK(PathMatchSpecW(L"file.TXT", L"*.txt") && PathMatchSpecW(L"abc", L"a?c"));
    CHECK(PathMatchSpecW(L"x.c", L"*.h;*.c") && !PathMatchSpecW(L"x.cc", L"*.h; *.c"));
    wcscpy(path, L"a b");
    PathQuoteSpacesW(path);
    CHECK(is_w(path, L"\"a b\""));
    PathUnquoteSpacesW(path);
    CHECK(is_w(path, L"a b"));
    wcscpy(path, L"x\\y.exe");
    PathRemoveExtensionW(path);
    CHECK(is_w(path, L"x\\y"));
    CHECK(PathRenameExtensionW(path, L".dll") && is_w(path, L"x\\y.dll"));
    PathStripPathW(path);
    CHECK(is_w(path, L"y.dll"));
    GetModuleFileNameW(NULL, path, MAX_PATH);
    CHECK(PathFileExistsW(path) && !PathFileExistsW(L"c:\\no such file here"));
    CHECK(is_w(PathGetArgsW(L"\"a b\" c d"), L"c d"));
    CHECK(is_w(StrStrIW(L"Hello World", L"WOR"), L"World") && !StrStrIW(L"ab", L"abc"));
    CHECK(is_w(StrChrW(L"a=b", L'='), L"=b"));
    CHECK_EQ(StrCmpIW(L"ABC", L"abc"), 0);
    CHECK(StrCmpIW(L"a", L"b") < 0);
    CHECK_EQ(StrToIntW(L"-12x"), -12);
}

static void ids(void)
{
    GUID a, b, c;
    WCHAR text[40];
    RPC_CSTR narrow;
    RPC_STATUS status;

    CHECK_EQ(CoCreateGuid(&a), S_OK);
    CHECK_EQ(UuidCreate(&b), RPC_S_OK);
    CHECK(memcmp(&a, &b, sizeof(a)) != 0);
    CHECK_EQ(a.Data3 >> 12, 4);
    CHECK_EQ(a.Data4[0] >> 6, 2);
    CHECK_EQ(StringFromGUID2(&a, text, 39), 39);
    CHECK_EQ(StringFromGUID2(&a, text, 38), 0);
    CHECK_EQ(CLSIDFromString(text, &c), S_OK);
    CHECK(!memcmp(&a, &c, sizeof(a)));
    CHECK_EQ(CLSIDFromString(L"{00000000-0000-0000-C000-00000000004}", &c), CO_E_CLASSSTRING);
    CHECK_EQ(CLSIDFromString(L"{00000000-0000-0000-C000-000000000046}x", &c), CO_E_CLASSSTRING);
    CHECK_EQ(IIDFromString(L"{00000000-0000-0000-C000-000000000046}", &c), S_OK);
    CHECK_EQ(c.Data4[7], 0x46);
    CHECK_EQ(UuidToStringA(&a, &narrow), RPC_S_OK);
    CHECK_EQ(strlen((char *)narrow), 36);
    CHECK_EQ(UuidFromStringA(narrow, &c), RPC_S_OK);
    CHECK(UuidEqual(&a, &c, &status));
    narrow[8] = 'x';
    CHECK_EQ(UuidFromStringA(narrow, &c), RPC_S_INVALID_STRING_UUID);
    CHECK_EQ(RpcStringFreeA(&narrow), RPC_S_OK);
    CHECK(narrow == NULL || check_on_wine()); /* documented */
    CHECK_EQ(UuidCreateNil(&c), RPC_S_OK);
    CHECK(UuidIsNil(&c, &status) && !UuidIsNil(&a, &status));
    CHECK_EQ(UuidCompare(&c, &a, &status), -1);
}

int main(void)
{
    printing();
    characters();
    command_lines();
    paths();
    ids();
    return check_done();
}
