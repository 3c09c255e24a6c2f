/* Initialization files, environment variables, atoms. */
#include "tests/nt/check.h"

static void environment(void)
{
    WCHAR text[64];
    char narrow[64];
    WCHAR *block;
    BOOL found = FALSE;

    CHECK(SetEnvironmentVariableW(L"CR_TEST", L"one two"));
    CHECK_EQ(GetEnvironmentVariableW(L"cr_test", text, 64), 7);
    CHECK(!wcscmp(text, L"one two"));
    CHECK_EQ(GetEnvironmentVariableW(L"CR_TEST", text, 7), 8);
    CHECK_EQ(GetEnvironmentVariableW(L"CR_TEST", NULL, 0), 8);
    CHECK_EQ(GetEnvironmentVariableA("CR_TEST", narrow, 64), 7);
    CHECK(!strcmp(narrow, "one two"));
    CHECK_EQ(ExpandEnvironmentStringsW(L"<%CR_TEST%> %none%", text, 64), 17);
    CHECK(!wcscmp(text, L"<one two> %none%"));
    CHECK_EQ(ExpandEnvironmentStringsA("%CR_TEST%!", narrow, 64), 9);
    block = GetEnvironmentStringsW();
    for (WCHAR *at = block; at && *at; at += wcslen(at) + 1)
        found |= !wcscmp(at, L"CR_TEST=one two");
    CHECK(found);
    CHECK(FreeEnvironmentStringsW(block));
    CHECK(SetEnvironmentVariableA("CR_TEST", ""));
    SetLastError(5);
    CHECK_EQ(GetEnvironmentVariableW(L"CR_TEST", text, 64), 0);
    CHECK(GetLastError() != ERROR_ENVVAR_NOT_FOUND);
    CHECK(SetEnvironmentVariableW(L"CR_TEST", NULL));
    CHECK_EQ(GetEnvironmentVariableW(L"CR_TEST", text, 64), 0);
    CHECK_EQ(GetLastError(), ERROR_ENVVAR_NOT_FOUND);
    CHECK(!SetEnvironmentVariableW(L"a=b", L"c"));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
}

static void profile(void)
{
    WCHAR folder[MAX_PATH], file[MAX_PATH + 16], text[64];
    char content[200] = {0};
    HANDLE handle;
    DWORD n = 0;

    GetTempPathW(MAX_PATH, folder);
    CHECK(GetTempFileNameW(folder, L"crp", 0, file));
    CHECK(WritePrivateProfileStringW(L"one", L"key", L"value", file));
    CHECK(WritePrivateProfileStringW(L"two", L"number", L"-42", file));
    CHECK(WritePrivateProfileStringW(L"one", L"other", L"\"quoted \"", file));
    CHECK_EQ(GetPrivateProfileStringW(L"ONE", L"KEY", L"none", text, 64, file), 5);
    CHECK(!wcscmp(text, L"value"));
    CHECK_EQ(GetPrivateProfileStringW(L"one", L"other", L"none", text, 64, file), 7);
    CHECK(!wcscmp(text, L"quoted "));
    CHECK_EQ(GetPrivateProfileStringW(L"one", L"none", L"default  ", text, 64, file), 7);
    CHECK_EQ(GetPrivateProfileStringW(L"one", L"key", NULL, text, 4, file), 3);
    CHECK(!wcscmp(text, L"val"));
    CHECK_EQ((int)GetPrivateProfileIntW(L"two", L"number", 5, file), -42);
    CHECK_EQ(GetPrivateProfileIntW(L"two", L"none", 5, file), 5);
    CHECK_EQ(GetPrivateProfileStringW(L"one", NULL, NULL, text, 64, file), 10);
    CHECK(!memcmp(text, L"key\0other\0", 22));
    CHECK_EQ(GetPrivateProfileSectionNamesW(text, 64, file), 8);
    CHECK(!memcmp(text, L"one\0two\0", 18));
    CHECK(WritePrivateProfileStringW(L"one", L"key", NULL, file));
    CHECK_EQ(GetPrivateProfileStringW(L"one", L"key", L"", text, 64, file), 0);
    CHECK(WritePrivateProfileStringW(L"two", NULL, NULL, file));
    handle = CreateFileW(file, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    CHECK(ReadFile(handle, content, sizeof(content) - 1, &n, NULL));
    CloseHandle(handle);
    CHECK(!strncmp(content, "[one]\r\nother=\"quoted \"\r\n", 24));
    CHECK(DeleteFileW(file));
}

static void atoms(void)
{
    ATOM a = AddAtomW(L"cr test atom"), g;
    WCHAR text[64];
    char narrow[64];

    CHECK(a >= 0xc000);
    CHECK_EQ(FindAtomA("CR TEST ATOM"), a);
    CHECK_EQ(GetAtomNameW(a, text, 64), 12);
    CHECK(!wcscmp(text, L"cr test atom"));
    CHECK_EQ(DeleteAtom(a), 0);
    CHECK_EQ(FindAtomW(L"cr test atom"), 0);
    CHECK_EQ(AddAtomW(L"#123"), 123);
    CHECK_EQ(GetAtomNameA(123, narrow, 64), 4);
    CHECK(!strcmp(narrow, "#123"));
    g = GlobalAddAtomA("cr global atom");
    CHECK(g >= 0xc000);
    CHECK_EQ(GlobalFindAtomW(L"cr global atom"), g);
    CHECK_EQ(GlobalGetAtomNameA(g, narrow, 64), 14);
    CHECK_EQ(GlobalDeleteAtom(g), 0);
}

int main(void)
{
    environment();
    profile();
    atoms();
    return check_done();
}
