/* Paths as text, the current directory, temporary names, search, volumes and drives. */
#include "scratch.h"

static void full_paths(void)
{
    WCHAR path[MAX_PATH], *part;
    char narrow[MAX_PATH], *narrow_part;
    DWORD length;

    length = GetFullPathNameW(L"C:\\a\\.\\b\\..\\c.txt", MAX_PATH, path, &part);
    CHECK(!wcscmp(path, L"C:\\a\\c.txt"));
    CHECK_EQ(length, 10);
    CHECK(part == path + 5);
    CHECK_EQ(GetFullPathNameW(L"C:\\a\\c.txt", 10, path, &part), 11);
    CHECK_EQ(GetFullPathNameW(L"C:\\a\\c.txt", 11, path, &part), 10);
    GetFullPathNameW(L"C:/x//y/", MAX_PATH, path, &part);
    CHECK(!wcscmp(path, L"C:\\x\\y\\"));
    CHECK(part == NULL);
    GetFullPathNameW(L"\\\\server\\share\\..\\x", MAX_PATH, path, NULL);
    CHECK(!wcscmp(path, L"\\\\server\\share\\x"));
    GetFullPathNameW(L"C:\\dir\\NUL", MAX_PATH, path, NULL);
    CHECK(!wcscmp(path, L"\\\\.\\NUL") || !wcscmp(path, L"C:\\dir\\NUL"));
    GetFullPathNameW(L"C:\\trail. .", MAX_PATH, path, NULL);
    CHECK(!wcscmp(path, L"C:\\trail"));
    GetFullPathNameW(L"file", MAX_PATH, path, &part);
    CHECK(!_wcsnicmp(path, scratch, wcslen(scratch)));
    CHECK(!wcscmp(part, L"file"));
    length = GetFullPathNameA("C:\\a\\b", MAX_PATH, narrow, &narrow_part);
    CHECK_EQ(length, 6);
    CHECK(narrow_part == narrow + 5);
    CHECK_EQ(GetFullPathNameA("C:\\a\\b", 3, narrow, NULL), 7);
    CHECK_EQ(GetFullPathNameW(L"", MAX_PATH, path, NULL), 0);
}

static void current_directory(void)
{
    WCHAR path[MAX_PATH];
    char narrow[MAX_PATH];
    DWORD length = GetCurrentDirectoryW(MAX_PATH, path);

    CHECK_EQ(length, wcslen(path));
    CHECK_EQ(GetCurrentDirectoryW(3, path), length + 1);
    CHECK_EQ(GetCurrentDirectoryW(0, NULL), length + 1);
    CHECK(GetCurrentDirectoryA(MAX_PATH, narrow) > 2);
    CHECK(!SetCurrentDirectoryW(L"missing"));
    CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
    make_file(L"plain", "");
    CHECK(!SetCurrentDirectoryW(L"plain"));
    CHECK_EQ(GetLastError(), ERROR_DIRECTORY);
    CHECK(CreateDirectoryW(L"sub", NULL));
    CHECK(SetCurrentDirectoryW(L"sub"));
    CHECK_EQ(GetCurrentDirectoryW(MAX_PATH, path), length + 4);
    CHECK(SetCurrentDirectoryA(".."));
    CHECK_EQ(GetCurrentDirectoryW(MAX_PATH, path), length);
}

/* The current directory is open: it cannot be removed, others can. */
static void current_directory_is_held(void)
{
    HANDLE file;

    CHECK(CreateDirectoryW(L"held", NULL));
    CHECK(SetCurrentDirectoryW(L"held"));
    file = CreateFileW(L"new", GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
    CHECK(file != INVALID_HANDLE_VALUE);
    CloseHandle(file);
    CHECK(GetFileAttributesW(L"..\\held\\NEW") != INVALID_FILE_ATTRIBUTES);
    CHECK(GetFileAttributesW(L"missing") == INVALID_FILE_ATTRIBUTES);
    CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
    CHECK(GetFileAttributesW(L"missing\\x") == INVALID_FILE_ATTRIBUTES);
    CHECK_EQ(GetLastError(), ERROR_PATH_NOT_FOUND);
    CHECK(DeleteFileW(L".\\new"));
    CHECK(!RemoveDirectoryW(L"..\\held"));
    CHECK_EQ(GetLastError(), ERROR_SHARING_VIOLATION);
    CHECK(SetCurrentDirectoryW(L".."));
    CHECK(RemoveDirectoryW(L"held"));
}

static void directories(void)
{
    WCHAR path[MAX_PATH];
    UINT length;

    length = GetWindowsDirectoryW(path, MAX_PATH);
    CHECK(length > 3 && length == wcslen(path));
    CHECK_EQ(GetWindowsDirectoryW(path, 2), length + 1);
    CHECK_EQ(GetSystemDirectoryW(path, MAX_PATH), length + 9);
    CHECK(!_wcsicmp(path + length, L"\\system32"));
    CHECK_EQ(GetSystemWindowsDirectoryW(path, MAX_PATH), length);
    length = GetTempPathW(MAX_PATH, path);
    CHECK_EQ(path[length - 1], L'\\');
    CHECK_EQ(GetTempPathW(2, path), length + 1);
    CHECK(GetTempPathA(0, NULL) > 1);
}

static void temporary_names(void)
{
    WCHAR first[MAX_PATH], second[MAX_PATH];
    UINT number;

    number = GetTempFileNameW(L".", L"prefix", 0, first);
    CHECK(number != 0);
    CHECK(!wcsncmp(first, L".\\pre", 5));
    CHECK(GetFileAttributesW(first) != INVALID_FILE_ATTRIBUTES);
    CHECK(GetTempFileNameW(L".", L"prefix", 0, second) != 0);
    CHECK(wcscmp(first, second));
    CHECK_EQ(GetTempFileNameW(L".", L"ab", 0x1a2b, first), 0x1a2b);
    CHECK(!_wcsicmp(first, L".\\ab1A2B.TMP"));
    CHECK_EQ(GetFileAttributesW(first), INVALID_FILE_ATTRIBUTES);
    CHECK_EQ(GetTempFileNameW(L"missing", L"ab", 0, first), 0);
    CHECK_EQ(GetLastError(), ERROR_DIRECTORY);
}

static void search_path(void)
{
    WCHAR path[MAX_PATH], *part;
    DWORD length;

    length = SearchPathW(NULL, L"kernel32", L".dll", MAX_PATH, path, &part);
    CHECK(length > 12);
    CHECK(!_wcsicmp(part, L"kernel32.dll"));
    CHECK_EQ(SearchPathW(NULL, L"kernel32", L".dll", 3, path, NULL), length + 1);
    CHECK_EQ(SearchPathW(NULL, L"no-such-file-anywhere", NULL, MAX_PATH, path, NULL), 0);
    CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
    make_file(L"here.txt", "");
    CHECK(SearchPathW(scratch, L"here", L".txt", MAX_PATH, path, NULL) != 0);
    CHECK(SearchPathW(L"C:\\;.", L"here.txt", NULL, MAX_PATH, path, NULL) != 0);
    CHECK(SearchPathA(NULL, "here.txt", NULL, 0, NULL, NULL) != 0);
    CHECK_EQ(SearchPathW(L"C:\\", L".\\none.txt", NULL, MAX_PATH, path, NULL), 0);
}

static void long_and_short(void)
{
    WCHAR path[MAX_PATH];

    make_file(L"Long Name With Case.text", "");
    CHECK_EQ(GetLongPathNameW(L"LONG NAME WITH CASE.TEXT", path, MAX_PATH), 24);
    CHECK(!wcscmp(path, L"Long Name With Case.text"));
    CHECK_EQ(GetLongPathNameW(L"missing", path, MAX_PATH), 0);
    CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
    CHECK(GetShortPathNameW(L"Long Name With Case.text", path, MAX_PATH) != 0);
    CHECK(GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES);
}

static void volumes(void)
{
    WCHAR path[MAX_PATH], label[MAX_PATH], system[MAX_PATH], root[4] = L"?:\\";
    DWORD serial, component, flags, drives = GetLogicalDrives(), length;
    ULARGE_INTEGER available, total, free;

    CHECK(drives & 1 << ('C' - 'A'));
    length = GetLogicalDriveStringsW(MAX_PATH, path);
    CHECK_EQ(length, 4 * __builtin_popcount(drives));
    CHECK_EQ(GetLogicalDriveStringsW(0, NULL), length + 1);
    CHECK_EQ(GetDriveTypeW(L"C:\\"), DRIVE_FIXED);
    CHECK_EQ(GetDriveTypeW(L"C:\\no-such-directory\\"), DRIVE_NO_ROOT_DIR);
    CHECK(GetVolumeInformationW(L"C:\\", label, MAX_PATH, &serial, &component, &flags, system,
                                MAX_PATH));
    CHECK(component >= 12 && wcslen(system) >= 3);
    CHECK(!GetVolumeInformationW(L"C:", label, MAX_PATH, NULL, NULL, NULL, NULL, 0));
    CHECK_EQ(GetLastError(), ERROR_INVALID_NAME);
    CHECK(GetDiskFreeSpaceExW(NULL, &available, &total, &free));
    CHECK(total.QuadPart >= free.QuadPart && free.QuadPart >= available.QuadPart);
    CHECK(GetDiskFreeSpaceA("C:\\", &serial, &component, &flags, &length));
    CHECK(GetVolumePathNameW(scratch, path, MAX_PATH));
    root[0] = scratch[0];
    CHECK(!_wcsicmp(path, root));
    CHECK(QueryDosDeviceW(L"C:", path, MAX_PATH) > 1);
    CHECK_EQ(QueryDosDeviceW(L"NoSuchDevice", path, MAX_PATH), 0);
    CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
}

int main(void)
{
    CHECK(scratch_enter(L"file-path"));
    full_paths();
    current_directory();
    current_directory_is_held();
    directories();
    temporary_names();
    search_path();
    long_and_short();
    volumes();
    CHECK(scratch_leave());
    return check_done();
}
