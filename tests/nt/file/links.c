/* Names and numbers of files: hard links, file ids, junctions and symbolic links as reparse points.
 */
#include "tests/nt/file/scratch.h"

#include <winioctl.h>

static void make(const WCHAR *name, const char *text)
{
    HANDLE h =
        CreateFileW(name, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    DWORD n;

    CHECK(h != INVALID_HANDLE_VALUE);
    CHECK(WriteFile(h, text, (DWORD)strlen(text), &n, NULL));
    CloseHandle(h);
}

static HANDLE open_file(const WCHAR *name, DWORD access, DWORD flags)
{
    return CreateFileW(name, access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                       OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS | flags, NULL);
}

static void hard_links(void)
{
    WCHAR name[MAX_PATH], all[4 * MAX_PATH] = L"";
    BY_HANDLE_FILE_INFORMATION a, b;
    DWORD length, count = 0;
    HANDLE h, find;

    make(L"one", "data");
    CHECK(CreateHardLinkW(L"two", L"one", NULL));
    CHECK(CreateHardLinkW(L"three", L"one", NULL));
    CHECK(!CreateHardLinkW(L"two", L"one", NULL) && GetLastError() == ERROR_ALREADY_EXISTS);
    h = open_file(L"one", GENERIC_READ, 0);
    CHECK(GetFileInformationByHandle(h, &a) && a.nNumberOfLinks == 3);
    CloseHandle(h);
    h = open_file(L"three", GENERIC_READ, 0);
    CHECK(GetFileInformationByHandle(h, &b) && b.nFileIndexLow == a.nFileIndexLow &&
          b.nFileIndexHigh == a.nFileIndexHigh);
    CloseHandle(h);
    length = MAX_PATH;
    find = FindFirstFileNameW(L"one", 0, &length, name);
    if (!check_on_wine() || find != INVALID_HANDLE_VALUE) { /* an older Wine has no such listing */
        CHECK(find != INVALID_HANDLE_VALUE);
        while (find != INVALID_HANDLE_VALUE) {
            count++;
            CHECK(name[0] == '\\');
            wcscat(all, wcsrchr(name, '\\'));
            wcscat(all, L"\\");
            length = MAX_PATH;
            if (!FindNextFileNameW(find, &length, name)) {
                CHECK(GetLastError() == ERROR_HANDLE_EOF);
                break;
            }
        }
        FindClose(find);
        CHECK(count == 3 && wcsstr(all, L"\\one\\") && wcsstr(all, L"\\two\\") &&
              wcsstr(all, L"\\three\\"));
    }
    CHECK(DeleteFileW(L"one"));
    h = open_file(L"two", GENERIC_READ, 0);
    CHECK(GetFileInformationByHandle(h, &a) && a.nNumberOfLinks == 2);
    CloseHandle(h);
}

static void by_id(void)
{
    BY_HANDLE_FILE_INFORMATION a;
    FILE_ID_DESCRIPTOR id = {.dwSize = sizeof(id), .Type = FileIdType};
    HANDLE folder = open_file(L".", GENERIC_READ, 0), h, again;
    char byte = 0;
    DWORD n;

    make(L"numbered", "n");
    h = open_file(L"numbered", GENERIC_READ, 0);
    CHECK(GetFileInformationByHandle(h, &a));
    id.FileId.LowPart = a.nFileIndexLow;
    id.FileId.HighPart = (LONG)a.nFileIndexHigh;
    again = OpenFileById(folder, &id, GENERIC_READ,
                         FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, 0);
    CHECK(again != INVALID_HANDLE_VALUE);
    CHECK(ReadFile(again, &byte, 1, &n, NULL) && byte == 'n');
    CloseHandle(again);
    CloseHandle(h);
    id.FileId.QuadPart = 0x7ffffff1;
    again = OpenFileById(folder, &id, GENERIC_READ, FILE_SHARE_READ, NULL, 0);
    CHECK(again == INVALID_HANDLE_VALUE &&
          (GetLastError() == ERROR_INVALID_PARAMETER || check_on_wine()));
    CloseHandle(folder);
}

struct reparse {
    ULONG tag;
    USHORT length, reserved, substitute_at, substitute_n, print_at, print_n;
    WCHAR names[2 * MAX_PATH];
};

static void junctions(void)
{
    struct reparse r = {.tag = IO_REPARSE_TAG_MOUNT_POINT}, got;
    WCHAR target[MAX_PATH];
    WIN32_FIND_DATAW data;
    HANDLE h, find;
    DWORD n;

    CHECK(CreateDirectoryW(L"place", NULL) && CreateDirectoryW(L"way", NULL));
    make(L"place\\inside", "i");
    swprintf(target, MAX_PATH, L"\\??\\%ls\\place", scratch);
    size_t units = wcslen(target);
    r.substitute_n = (USHORT)(units * 2);
    r.print_at = (USHORT)(units * 2 + 2);
    r.print_n = (USHORT)((units - 4) * 2);
    wcscpy(r.names, target);
    wcscpy(r.names + units + 1, target + 4);
    r.length = (USHORT)(8 + (units + 1 + units - 4 + 1) * 2);
    h = open_file(L"way", GENERIC_WRITE, FILE_FLAG_OPEN_REPARSE_POINT);
    CHECK(DeviceIoControl(h, FSCTL_SET_REPARSE_POINT, &r, 8 + r.length, NULL, 0, &n, NULL));
    CloseHandle(h);
    CHECK(GetFileAttributesW(L"way") == (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT) ||
          check_on_wine());
    CHECK(GetFileAttributesW(L"way\\inside") != INVALID_FILE_ATTRIBUTES);
    find = FindFirstFileW(L"way", &data);
    CHECK(find != INVALID_HANDLE_VALUE && data.dwReserved0 == IO_REPARSE_TAG_MOUNT_POINT);
    FindClose(find);
    h = open_file(L"way", GENERIC_READ, FILE_FLAG_OPEN_REPARSE_POINT);
    CHECK(DeviceIoControl(h, FSCTL_GET_REPARSE_POINT, NULL, 0, &got, sizeof(got), &n, NULL));
    CHECK(got.tag == IO_REPARSE_TAG_MOUNT_POINT && n == (DWORD)got.length + 8);
    CHECK(got.substitute_n == units * 2 &&
          !_wcsnicmp(got.names + got.substitute_at / 2, target, units));
    CHECK(got.print_n == (units - 4) * 2 &&
          !_wcsnicmp(got.names + got.print_at / 2, target + 4, units - 4));
    CloseHandle(h);
    /* Without its reparse point it is a folder again, and empty. */
    h = open_file(L"way", GENERIC_WRITE, FILE_FLAG_OPEN_REPARSE_POINT);
    struct reparse gone = {.tag = IO_REPARSE_TAG_MOUNT_POINT};
    CHECK(DeviceIoControl(h, FSCTL_DELETE_REPARSE_POINT, &gone, 8, NULL, 0, &n, NULL));
    CHECK(!DeviceIoControl(h, FSCTL_GET_REPARSE_POINT, NULL, 0, &got, sizeof(got), &n, NULL));
    CHECK(GetLastError() == ERROR_NOT_A_REPARSE_POINT || check_on_wine());
    CloseHandle(h);
    CHECK(GetFileAttributesW(L"way\\inside") == INVALID_FILE_ATTRIBUTES);
    CHECK(RemoveDirectoryW(L"way"));
    CHECK(GetFileAttributesW(L"place\\inside") != INVALID_FILE_ATTRIBUTES);
}

static void case_renames(void)
{
    WIN32_FIND_DATAW data;
    HANDLE find;

    make(L"Name", "x");
    CHECK(MoveFileW(L"Name", L"nAME"));
    find = FindFirstFileW(L"name", &data);
    CHECK(find != INVALID_HANDLE_VALUE && !wcscmp(data.cFileName, L"nAME"));
    FindClose(find);
}

int main(void)
{
    CHECK(scratch_enter(L"links"));
    hard_links();
    by_id();
    junctions();
    case_renames();
    scratch_leave();
    return check_done();
}
