/* Modules: loading, names, addresses, data files, resources. */
#include "tests/nt/check.h"

static void loading(void)
{
    HMODULE module, again;
    WCHAR path[MAX_PATH];
    char narrow[MAX_PATH];
    DWORD length;

    module = LoadLibraryW(L"version.dll");
    CHECK(module != NULL);
    again = LoadLibraryA("VERSION");
    CHECK(again == module);
    CHECK(GetModuleHandleW(L"version") == module);
    CHECK(GetProcAddress(module, "GetFileVersionInfoW") != NULL);
    CHECK(GetProcAddress(module, "NoSuchFunction") == NULL);
    CHECK_EQ(GetLastError(), ERROR_PROC_NOT_FOUND);
    CHECK(FreeLibrary(again));
    CHECK(GetModuleHandleW(L"version.dll") == module);
    CHECK(FreeLibrary(module));
    CHECK(LoadLibraryW(L"no-such-library-anywhere.dll") == NULL);
    CHECK_EQ(GetLastError(), ERROR_MOD_NOT_FOUND);
    CHECK(LoadLibraryExW(L"version.dll", NULL, 0x80000000) == NULL);
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK(LoadLibraryW(NULL) == NULL);
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK(GetModuleHandleW(L"no-such-library-anywhere.dll") == NULL);
    CHECK_EQ(GetLastError(), ERROR_MOD_NOT_FOUND);

    length = GetModuleFileNameW(NULL, path, MAX_PATH);
    CHECK(length > 4 && length == wcslen(path));
    CHECK_EQ(GetModuleFileNameW(NULL, path, 4), 4);
    CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
    CHECK_EQ(path[3], 0);
    CHECK_EQ(GetModuleFileNameA(NULL, narrow, MAX_PATH), strlen(narrow));
    CHECK_EQ(GetModuleFileNameW((HMODULE)0x10000, path, MAX_PATH), 0);
    CHECK_EQ(GetLastError(), ERROR_MOD_NOT_FOUND);
    module = LoadLibraryExW(L"kernel32.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
    CHECK(module == GetModuleHandleW(L"KERNEL32.DLL"));
    FreeLibrary(module);
}

static void handles(void)
{
    HMODULE module = NULL, self = GetModuleHandleW(NULL);

    CHECK(GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
                                 GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                             (LPCWSTR)(ULONG_PTR)handles, &module));
    CHECK(module == self);
    CHECK(GetModuleHandleExA(0, "kernel32", &module));
    CHECK(module == GetModuleHandleA("kernel32.dll"));
    CHECK(FreeLibrary(module));
    CHECK(!GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN |
                                  GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                              L"kernel32", &module));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK(module == NULL);
    CHECK(!FreeLibrary(NULL));
    CHECK(GetProcAddress(GetModuleHandleW(L"kernel32"), "HeapAlloc") ==
          GetProcAddress(GetModuleHandleW(L"ntdll"), "RtlAllocateHeap"));
    CHECK(GetProcAddress(GetModuleHandleW(L"kernel32"), (LPCSTR)(ULONG_PTR)0xfff0) == NULL);
}

static void directories(void)
{
    WCHAR path[MAX_PATH];
    DLL_DIRECTORY_COOKIE cookie;

    CHECK(SetDllDirectoryW(L"C:\\some\\where"));
    CHECK_EQ(GetDllDirectoryW(MAX_PATH, path), 13);
    CHECK(!wcscmp(path, L"C:\\some\\where"));
    CHECK(SetDllDirectoryW(NULL));
    CHECK_EQ(GetDllDirectoryW(MAX_PATH, path), 0);
    GetWindowsDirectoryW(path, MAX_PATH);
    cookie = AddDllDirectory(path);
    CHECK(cookie != NULL);
    CHECK(RemoveDllDirectory(cookie));
    CHECK(!AddDllDirectory(L"relative"));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
}

static void data_files(void)
{
    WCHAR path[MAX_PATH];
    HMODULE module;

    GetModuleFileNameW(NULL, path, MAX_PATH);
    module = LoadLibraryExW(path, NULL, LOAD_LIBRARY_AS_DATAFILE);
    CHECK(module != NULL);
    CHECK(FindResourceW(module, MAKEINTRESOURCEW(1), MAKEINTRESOURCEW(250)) == NULL);
    CHECK(GetLastError() == ERROR_RESOURCE_DATA_NOT_FOUND ||
          GetLastError() == ERROR_RESOURCE_TYPE_NOT_FOUND);
    CHECK(FreeLibrary(module));
    CHECK(LoadLibraryExW(L"no-such-file.dat", NULL, LOAD_LIBRARY_AS_DATAFILE) == NULL);
    CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
}

int main(void)
{
    loading();
    handles();
    directories();
    data_files();
    return check_done();
}
