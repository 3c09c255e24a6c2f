/* advapi32's registry functions. Works below HKEY_CURRENT_USER\Software and leaves nothing there. */
#include "tests/nt/check.h"

#define ROOT L"Software\\compatrun registry test"

static void keys(void)
{
    HKEY root, key, again;
    DWORD disposition, length, count, longest;
    WCHAR name[64];
    char narrow[64];
    FILETIME written;

    RegDeleteTreeW(HKEY_CURRENT_USER, ROOT);
    CHECK_EQ(RegOpenKeyExW(HKEY_CURRENT_USER, ROOT, 0, KEY_READ, &root), ERROR_FILE_NOT_FOUND);
    CHECK(root == NULL);
    CHECK_EQ(RegCreateKeyExW(HKEY_CURRENT_USER, ROOT L"\\one\\two", 0, NULL, REG_OPTION_VOLATILE,
                             KEY_ALL_ACCESS, NULL, &key, &disposition),
             ERROR_SUCCESS);
    CHECK_EQ(disposition, REG_CREATED_NEW_KEY);
    CHECK_EQ(RegCloseKey(key), ERROR_SUCCESS);
    CHECK_EQ(RegCreateKeyExW(HKEY_CURRENT_USER, ROOT L"\\one", 0, NULL, REG_OPTION_VOLATILE,
                             KEY_ALL_ACCESS, NULL, &key, &disposition),
             ERROR_SUCCESS);
    CHECK_EQ(disposition, REG_OPENED_EXISTING_KEY);
    CHECK_EQ(RegOpenKeyExW(HKEY_CURRENT_USER, ROOT L"\\ONE\\Two\\", 0, KEY_READ, &again),
             ERROR_SUCCESS);
    RegCloseKey(again);
    CHECK_EQ(RegOpenKeyExW(key, L"three", 0, KEY_READ, &again), ERROR_FILE_NOT_FOUND);
    CHECK_EQ(RegOpenKeyExA(key, "two", 0, KEY_READ, &again), ERROR_SUCCESS);
    RegCloseKey(again);
    CHECK_EQ(RegQueryInfoKeyW(key, NULL, NULL, NULL, &count, &longest, NULL, NULL, NULL, NULL,
                              NULL, &written),
             ERROR_SUCCESS);
    CHECK(count == 1 && longest == 3);
    length = 64;
    CHECK_EQ(RegEnumKeyExW(key, 0, name, &length, NULL, NULL, NULL, NULL), ERROR_SUCCESS);
    CHECK(length == 3 && !wcscmp(name, L"two"));
    length = 3;
    CHECK_EQ(RegEnumKeyExW(key, 0, name, &length, NULL, NULL, NULL, NULL), ERROR_MORE_DATA);
    length = 64;
    CHECK_EQ(RegEnumKeyExA(key, 0, narrow, &length, NULL, NULL, NULL, NULL), ERROR_SUCCESS);
    CHECK(length == 3 && !strcmp(narrow, "two"));
    CHECK_EQ(RegEnumKeyExW(key, 1, name, &length, NULL, NULL, NULL, NULL), ERROR_NO_MORE_ITEMS);
    CHECK_EQ(RegDeleteKeyW(HKEY_CURRENT_USER, ROOT L"\\one"), ERROR_ACCESS_DENIED);
    CHECK_EQ(RegDeleteKeyW(key, L"two"), ERROR_SUCCESS);
    CHECK_EQ(RegDeleteKeyW(key, L"two"), ERROR_FILE_NOT_FOUND);
    RegCloseKey(key);
    CHECK_EQ(RegDeleteTreeW(HKEY_CURRENT_USER, ROOT), ERROR_SUCCESS);
    CHECK_EQ(RegOpenKeyExW(HKEY_CURRENT_USER, ROOT, 0, KEY_READ, &key), ERROR_FILE_NOT_FOUND);
    CHECK_EQ(RegOpenKeyExW(HKEY_CURRENT_USER, NULL, 0, KEY_READ, &key), ERROR_SUCCESS);
    CHECK_EQ(RegCloseKey(key), ERROR_SUCCESS);
    CHECK_EQ(RegCloseKey(NULL), ERROR_INVALID_HANDLE);
    CHECK_EQ(RegOpenKeyExW(HKEY_CURRENT_USER, L"\\x", 0, KEY_READ, &key), ERROR_BAD_PATHNAME);
}

static void values(void)
{
    HKEY key, sub;
    DWORD size, type, number = 0x12345678, length;
    WCHAR text[64], name[32];
    char narrow[64];
    BYTE data[8] = {1, 2, 3, 4, 5, 6, 7, 8};

    CHECK_EQ(RegCreateKeyExW(HKEY_CURRENT_USER, ROOT, 0, NULL, REG_OPTION_VOLATILE,
                             KEY_ALL_ACCESS, NULL, &key, NULL),
             ERROR_SUCCESS);
    CHECK_EQ(RegSetValueExW(key, L"text", 0, REG_SZ, (BYTE *)L"v\xe9", 6), ERROR_SUCCESS);
    size = 0;
    CHECK_EQ(RegQueryValueExW(key, L"TEXT", NULL, &type, NULL, &size), ERROR_SUCCESS);
    CHECK(type == REG_SZ && size == 6);
    size = 4;
    CHECK_EQ(RegQueryValueExW(key, L"text", NULL, NULL, (BYTE *)text, &size), ERROR_MORE_DATA);
    CHECK_EQ(size, 6);
    size = sizeof(text);
    CHECK_EQ(RegQueryValueExW(key, L"text", NULL, NULL, (BYTE *)text, &size), ERROR_SUCCESS);
    CHECK(size == 6 && !wcscmp(text, L"v\xe9"));
    CHECK_EQ(RegQueryValueExW(key, L"none", NULL, NULL, NULL, NULL), ERROR_FILE_NOT_FOUND);
    CHECK_EQ(RegQueryValueExW(key, L"text", NULL, NULL, data, NULL), ERROR_INVALID_PARAMETER);

    CHECK_EQ(RegSetValueExA(key, "narrow", 0, REG_SZ, (BYTE *)"abc", 4), ERROR_SUCCESS);
    size = sizeof(text);
    CHECK_EQ(RegQueryValueExW(key, L"narrow", NULL, NULL, (BYTE *)text, &size), ERROR_SUCCESS);
    CHECK(size == 8 && !wcscmp(text, L"abc"));
    size = sizeof(narrow);
    CHECK_EQ(RegQueryValueExA(key, "narrow", NULL, &type, (BYTE *)narrow, &size), ERROR_SUCCESS);
    CHECK(size == 4 && type == REG_SZ && !strcmp(narrow, "abc"));
    size = 3;
    CHECK_EQ(RegQueryValueExA(key, "narrow", NULL, NULL, (BYTE *)narrow, &size), ERROR_MORE_DATA);
    CHECK_EQ(size, 4);

    CHECK_EQ(RegSetValueExW(key, NULL, 0, REG_DWORD, (BYTE *)&number, 4), ERROR_SUCCESS);
    number = 0;
    size = 4;
    CHECK_EQ(RegGetValueW(HKEY_CURRENT_USER, ROOT, NULL, RRF_RT_REG_DWORD, &type, &number, &size),
             ERROR_SUCCESS);
    CHECK(number == 0x12345678 && type == REG_DWORD);
    size = 4;
    CHECK_EQ(RegGetValueW(key, NULL, NULL, RRF_RT_REG_SZ, NULL, &number, &size),
             ERROR_UNSUPPORTED_TYPE);
    CHECK_EQ(RegSetValueExW(key, L"bytes", 0, REG_BINARY, data, 8), ERROR_SUCCESS);
    size = 8;
    CHECK_EQ(RegGetValueW(key, NULL, L"bytes", RRF_RT_DWORD, NULL, data, &size),
             ERROR_DATATYPE_MISMATCH);
    SetEnvironmentVariableW(L"COMPATRUN_TEST", L"expanded");
    CHECK_EQ(RegSetValueExW(key, L"expand", 0, REG_EXPAND_SZ, (BYTE *)L"%COMPATRUN_TEST%!", 36),
             ERROR_SUCCESS);
    size = sizeof(text);
    CHECK_EQ(RegGetValueW(key, NULL, L"expand", RRF_RT_REG_SZ, &type, text, &size), ERROR_SUCCESS);
    CHECK(type == REG_SZ && !wcscmp(text, L"expanded!"));
    /* text that was stored without its NUL */
    CHECK_EQ(RegSetValueExW(key, L"open", 0, REG_SZ, (BYTE *)L"abxy", 4), ERROR_SUCCESS);
    size = sizeof(text);
    memset(text, 'z', sizeof(text));
    CHECK_EQ(RegGetValueW(key, NULL, L"open", RRF_RT_REG_SZ, NULL, text, &size), ERROR_SUCCESS);
    if (!check_on_wine()) /* documented: the NUL is added */
        CHECK(size == 6 && !wcscmp(text, L"ab"));

    CHECK_EQ(RegQueryInfoKeyW(key, NULL, NULL, NULL, NULL, NULL, NULL, &number, &length, &size,
                              NULL, NULL),
             ERROR_SUCCESS);
    CHECK(number == 6 && length == 6 && size == 36);
    for (DWORD i = 0; i < number; i++) {
        length = ARRAYSIZE(name);
        size = sizeof(text);
        CHECK_EQ(RegEnumValueW(key, i, name, &length, NULL, &type, (BYTE *)text, &size),
                 ERROR_SUCCESS);
        CHECK_EQ(length, wcslen(name));
    }
    length = ARRAYSIZE(name);
    CHECK_EQ(RegEnumValueW(key, number, name, &length, NULL, NULL, NULL, NULL),
             ERROR_NO_MORE_ITEMS);
    length = 32;
    size = sizeof(narrow);
    CHECK_EQ(RegEnumValueA(key, 0, narrow, &length, NULL, NULL, NULL, &size), ERROR_SUCCESS);
    CHECK_EQ(RegDeleteValueW(key, L"text"), ERROR_SUCCESS);
    CHECK_EQ(RegDeleteValueA(key, "text"), ERROR_FILE_NOT_FOUND);
    /* the key it makes is not volatile, and cannot be below one that is */
    CHECK_EQ(RegSetKeyValueW(key, L"sub", L"v", REG_SZ, L"w", 4), ERROR_CHILD_MUST_BE_VOLATILE);
    CHECK_EQ(RegCreateKeyExW(key, L"sub", 0, NULL, REG_OPTION_VOLATILE, KEY_READ, NULL, &sub, NULL),
             ERROR_SUCCESS);
    RegCloseKey(sub);
    CHECK_EQ(RegSetKeyValueW(key, L"sub", L"v", REG_SZ, L"w", 4), ERROR_SUCCESS);
    size = sizeof(narrow);
    CHECK_EQ(RegGetValueA(key, "sub", "v", RRF_RT_REG_SZ, NULL, narrow, &size), ERROR_SUCCESS);
    CHECK(size == 2 && !strcmp(narrow, "w"));
    CHECK_EQ(RegDeleteTreeW(key, NULL), ERROR_SUCCESS);
    CHECK_EQ(RegQueryInfoKeyW(key, NULL, NULL, NULL, &length, NULL, NULL, &number, NULL, NULL,
                              NULL, NULL),
             ERROR_SUCCESS);
    CHECK(!length && !number);
    RegCloseKey(key);
    CHECK_EQ(RegDeleteKeyW(HKEY_CURRENT_USER, ROOT), ERROR_SUCCESS);
}

int main(void)
{
    keys();
    values();
    return check_done();
}
