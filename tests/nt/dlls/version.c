/* Version resources: a block as a resource compiler writes it. Links version. */
#include "tests/nt/check.h"

/* VS_VERSION_INFO with a fixed part and one string table, as a resource compiler writes it. */
static BYTE block[2048]; /* the rest is for ANSI forms */
static WORD at;

static WORD begin(WORD value_length, WORD type, const WCHAR *key)
{
    WORD start = at = (at + 3) & ~3;

    *(WORD *)(block + at + 2) = value_length;
    *(WORD *)(block + at + 4) = type;
    wcscpy((WCHAR *)(block + at + 6), key);
    at = (at + 6 + (wcslen(key) + 1) * 2 + 3) & ~3;
    return start;
}

static void end(WORD start)
{
    *(WORD *)(block + start) = at - start;
}

static void string(const WCHAR *key, const WCHAR *value)
{
    WORD start = begin((WORD)(wcslen(value) + 1), 1, key);

    wcscpy((WCHAR *)(block + at), value);
    at += (wcslen(value) + 1) * 2;
    end(start);
}

static void build(void)
{
    VS_FIXEDFILEINFO fixed = {.dwSignature = VS_FFI_SIGNATURE,
                              .dwStrucVersion = VS_FFI_STRUCVERSION,
                              .dwFileVersionMS = MAKELONG(2, 1),
                              .dwFileVersionLS = MAKELONG(4, 3)};
    WORD root = begin(sizeof(fixed), 0, L"VS_VERSION_INFO"), outer, inner;

    memcpy(block + at, &fixed, sizeof(fixed));
    at += sizeof(fixed);
    outer = begin(0, 1, L"StringFileInfo");
    inner = begin(0, 1, L"040904b0");
    string(L"ProductName", L"caf\xe9");
    string(L"FileVersion", L"1.2.3.4");
    end(inner);
    end(outer);
    outer = begin(0, 1, L"VarFileInfo");
    inner = begin(4, 0, L"Translation");
    *(DWORD *)(block + at) = 0x04b00409;
    at += 4;
    end(inner);
    end(outer);
    end(root);
}

int main(void)
{
    VS_FIXEDFILEINFO *fixed;
    WCHAR *wide;
    DWORD *translation;
    char *narrow;
    UINT size;

    CHECK_EQ(GetFileVersionInfoSizeW(L"no such file.exe", NULL), 0);
    CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
    build();
    CHECK(VerQueryValueW(block, L"\\", (void **)&fixed, &size));
    CHECK(size == sizeof(*fixed) && fixed->dwSignature == VS_FFI_SIGNATURE);
    CHECK_EQ(fixed->dwFileVersionMS, 0x10002);
    CHECK(VerQueryValueW(block, L"\\VarFileInfo\\Translation", (void **)&translation, &size));
    CHECK(size == 4 && *translation == 0x04b00409);
    CHECK(VerQueryValueW(block, L"\\StringFileInfo\\040904B0\\productname", (void **)&wide, &size));
    CHECK(size == 5 && !wcscmp(wide, L"caf\xe9"));
    CHECK(VerQueryValueA(block, "\\StringFileInfo\\040904b0\\FileVersion", (void **)&narrow, &size));
    CHECK(!check_on_wine() ? size == 8 && !strcmp(narrow, "1.2.3.4") : TRUE);
    CHECK(!VerQueryValueW(block, L"\\StringFileInfo\\040904b0\\None", (void **)&wide, &size));
    CHECK_EQ(GetLastError(), ERROR_RESOURCE_TYPE_NOT_FOUND);
    /* a node that claims more than there is */
    *(WORD *)(block + 2) = 0xffff;
    CHECK(!VerQueryValueW(block, L"\\", (void **)&fixed, &size) || check_on_wine());
    return check_done();
}
