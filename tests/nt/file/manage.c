/* Deleting, moving, copying, replacing, linking, directories, attributes, times, information. */
#include "scratch.h"

static void deletion(void)
{
    HANDLE file;

    make_file(L"gone", "x");
    CHECK(DeleteFileW(L"gone"));
    CHECK(!DeleteFileW(L"gone"));
    CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
    CHECK(!DeleteFileW(L"no\\gone"));
    CHECK_EQ(GetLastError(), ERROR_PATH_NOT_FOUND);
    CHECK(CreateDirectoryW(L"dir", NULL));
    CHECK(!CreateDirectoryW(L"dir", NULL));
    CHECK_EQ(GetLastError(), ERROR_ALREADY_EXISTS);
    CHECK(!CreateDirectoryW(L"no\\dir", NULL));
    CHECK_EQ(GetLastError(), ERROR_PATH_NOT_FOUND);
    CHECK(!DeleteFileW(L"dir"));
    CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
    make_file(L"dir\\inside", "x");
    CHECK(!RemoveDirectoryW(L"dir"));
    CHECK_EQ(GetLastError(), ERROR_DIR_NOT_EMPTY);
    CHECK(!RemoveDirectoryW(L"dir\\inside"));
    CHECK_EQ(GetLastError(), ERROR_DIRECTORY);
    CHECK(DeleteFileA("dir/inside"));
    CHECK(RemoveDirectoryA("dir"));
    make_file(L"busy", "x");
    file = CreateFileW(L"busy", GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    CHECK(!DeleteFileW(L"busy"));
    CHECK_EQ(GetLastError(), ERROR_SHARING_VIOLATION);
    CloseHandle(file);
    CHECK(DeleteFileW(L"busy"));
}

static void moving(void)
{
    make_file(L"one", "1");
    make_file(L"two", "2");
    CHECK(!MoveFileW(L"one", L"two"));
    CHECK_EQ(GetLastError(), ERROR_ALREADY_EXISTS);
    CHECK(MoveFileExW(L"one", L"two", MOVEFILE_REPLACE_EXISTING));
    CHECK(file_holds(L"two", "1"));
    CHECK_EQ(GetFileAttributesW(L"one"), INVALID_FILE_ATTRIBUTES);
    CHECK(MoveFileA("two", "Two"));
    CHECK(!MoveFileW(L"missing", L"x"));
    CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
    CHECK(CreateDirectoryW(L"d1", NULL));
    make_file(L"d1\\f", "f");
    CHECK(MoveFileW(L"d1", L"d2"));
    CHECK(file_holds(L"d2\\f", "f"));
}

static int calls;
static DWORD answer;

static DWORD CALLBACK progress(LARGE_INTEGER total, LARGE_INTEGER done, LARGE_INTEGER size,
                               LARGE_INTEGER stream_done, DWORD stream, DWORD reason, HANDLE source,
                               HANDLE target, LPVOID context)
{
    (void)size, (void)stream_done, (void)stream, (void)reason, (void)source, (void)target;
    CHECK(context == &calls);
    CHECK(done.QuadPart <= total.QuadPart);
    calls++;
    return answer;
}

static void copying(void)
{
    BOOL cancel = FALSE;

    make_file(L"src", "contents");
    CHECK(SetFileAttributesW(L"src", FILE_ATTRIBUTE_READONLY));
    CHECK(CopyFileW(L"src", L"dst", TRUE));
    CHECK(file_holds(L"dst", "contents"));
    CHECK(GetFileAttributesW(L"dst") & FILE_ATTRIBUTE_READONLY);
    CHECK(!CopyFileW(L"src", L"dst", TRUE));
    CHECK_EQ(GetLastError(), ERROR_FILE_EXISTS);
    CHECK(!CopyFileA("src", "dst", FALSE));
    CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
    SetFileAttributesW(L"src", FILE_ATTRIBUTE_NORMAL);
    SetFileAttributesW(L"dst", FILE_ATTRIBUTE_NORMAL);
    CHECK(CopyFileA("src", "dst", FALSE));
    CHECK(!CopyFileW(L"missing", L"dst", FALSE));
    CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
    CHECK(!CopyFileW(L"src", L"src", FALSE));
    CHECK_EQ(GetLastError(), ERROR_SHARING_VIOLATION);
    CHECK(file_holds(L"src", "contents"));
    answer = PROGRESS_CONTINUE;
    CHECK(CopyFileExW(L"src", L"dst", progress, &calls, &cancel, 0));
    CHECK(calls >= 1);
    answer = PROGRESS_CANCEL;
    CHECK(!CopyFileExW(L"src", L"dst2", progress, &calls, &cancel, 0));
    CHECK_EQ(GetLastError(), ERROR_REQUEST_ABORTED);
    CHECK_EQ(GetFileAttributesW(L"dst2"), INVALID_FILE_ATTRIBUTES);
    CHECK_EQ(CopyFile2(L"src", L"dst3", NULL), S_OK);
    CHECK(file_holds(L"dst3", "contents"));
}

static void replacing(void)
{
    make_file(L"old", "old");
    make_file(L"fresh", "fresh");
    CHECK(ReplaceFileW(L"old", L"fresh", L"backup", 0, NULL, NULL));
    CHECK(file_holds(L"old", "fresh"));
    CHECK(file_holds(L"backup", "old"));
    CHECK_EQ(GetFileAttributesW(L"fresh"), INVALID_FILE_ATTRIBUTES);
    make_file(L"fresh", "again");
    CHECK(ReplaceFileA("old", "fresh", NULL, 0, NULL, NULL));
    CHECK(file_holds(L"old", "again"));
    CHECK(!ReplaceFileW(L"old", L"missing", NULL, 0, NULL, NULL));
    CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
}

static void information(void)
{
    BY_HANDLE_FILE_INFORMATION by_handle;
    WIN32_FILE_ATTRIBUTE_DATA data;
    FILE_STANDARD_INFO standard;
    FILE_BASIC_INFO basic;
    FILE_ID_INFO id;
    FILETIME time = {0x12345600, 0x01d00000}, creation, access, write;
    union {
        FILE_NAME_INFO info;
        char room[1024];
    } name;
    HANDLE file;
    WCHAR path[MAX_PATH];
    DWORD length;

    make_file(L"info.txt", "12345");
    CHECK(CreateHardLinkW(L"link.txt", L"info.txt", NULL));
    file = CreateFileW(L"info.txt", GENERIC_READ | FILE_WRITE_ATTRIBUTES | DELETE, 7, NULL,
                       OPEN_EXISTING, 0, NULL);
    CHECK(SetFileTime(file, NULL, NULL, &time));
    CHECK(GetFileTime(file, &creation, &access, &write));
    CHECK_EQ(CompareFileTime(&write, &time), 0);
    CHECK(GetFileInformationByHandle(file, &by_handle));
    CHECK_EQ(by_handle.nFileSizeLow, 5);
    CHECK_EQ(by_handle.nNumberOfLinks, 2);
    CHECK_EQ(CompareFileTime(&by_handle.ftLastWriteTime, &time), 0);
    CHECK(GetFileInformationByHandleEx(file, FileStandardInfo, &standard, sizeof(standard)));
    CHECK_EQ(standard.EndOfFile.QuadPart, 5);
    CHECK_EQ(standard.NumberOfLinks, 2);
    CHECK_EQ(standard.Directory, 0);
    CHECK(!GetFileInformationByHandleEx(file, FileStandardInfo, &standard, 4));
    CHECK_EQ(GetLastError(), ERROR_BAD_LENGTH);
    CHECK(!GetFileInformationByHandleEx(file, 200, &standard, sizeof(standard)));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK(GetFileInformationByHandleEx(file, FileBasicInfo, &basic, sizeof(basic)));
    CHECK(GetFileInformationByHandleEx(file, FileIdInfo, &id, sizeof(id)));
    CHECK(GetFileInformationByHandleEx(file, FileNameInfo, &name, sizeof(name)));
    CHECK(name.info.FileNameLength > 16);
    CHECK(!wcsncmp(name.info.FileName + name.info.FileNameLength / 2 - 9, L"\\info.txt", 9));
    length = GetFinalPathNameByHandleW(file, path, MAX_PATH, 0);
    CHECK(length > 4 && length < MAX_PATH);
    CHECK(!wcsncmp(path, L"\\\\?\\", 4));
    CHECK(!_wcsicmp(path + length - 9, L"\\info.txt"));
    CHECK_EQ(GetFinalPathNameByHandleW(file, path, 3, 0), length + 1);
    basic.FileAttributes = FILE_ATTRIBUTE_READONLY;
    basic.CreationTime.QuadPart = basic.LastAccessTime.QuadPart = 0;
    basic.LastWriteTime.QuadPart = basic.ChangeTime.QuadPart = 0;
    CHECK(SetFileInformationByHandle(file, FileBasicInfo, &basic, sizeof(basic)));
    CHECK(GetFileAttributesW(L"info.txt") & FILE_ATTRIBUTE_READONLY);
    basic.FileAttributes = FILE_ATTRIBUTE_NORMAL;
    CHECK(SetFileInformationByHandle(file, FileBasicInfo, &basic, sizeof(basic)));
    CHECK(GetFileAttributesExW(L"info.txt", GetFileExInfoStandard, &data));
    CHECK_EQ(data.nFileSizeLow, 5);
    CHECK_EQ(CompareFileTime(&data.ftLastWriteTime, &time), 0);
    CHECK(!(data.dwFileAttributes & FILE_ATTRIBUTE_READONLY));
    {
        union {
            FILE_RENAME_INFO info;
            char room[sizeof(FILE_RENAME_INFO) + 2 * MAX_PATH];
        } rename = {.info.ReplaceIfExists = FALSE};

        swprintf(rename.info.FileName, MAX_PATH, L"%ls\\renamed.txt", scratch);
        rename.info.FileNameLength = (DWORD)wcslen(rename.info.FileName) * 2;
        CHECK(SetFileInformationByHandle(file, FileRenameInfo, &rename, sizeof(rename)));
        CHECK(GetFileAttributesW(L"renamed.txt") != INVALID_FILE_ATTRIBUTES);
        CHECK_EQ(GetFileAttributesW(L"info.txt"), INVALID_FILE_ATTRIBUTES);
    }
    {
        FILE_DISPOSITION_INFO disposition = {TRUE};

        CHECK(SetFileInformationByHandle(file, FileDispositionInfo, &disposition,
                                         sizeof(disposition)));
    }
    CloseHandle(file);
    CHECK_EQ(GetFileAttributesW(L"renamed.txt"), INVALID_FILE_ATTRIBUTES);
    CHECK(file_holds(L"link.txt", "12345"));
}

static void attributes(void)
{
    CHECK(GetFileAttributesW(L".") & FILE_ATTRIBUTE_DIRECTORY);
    CHECK_EQ(GetFileAttributesW(L"missing"), INVALID_FILE_ATTRIBUTES);
    CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
    CHECK_EQ(GetFileAttributesW(L"missing\\below"), INVALID_FILE_ATTRIBUTES);
    CHECK_EQ(GetLastError(), ERROR_PATH_NOT_FOUND);
    CHECK_EQ(GetFileAttributesA(""), INVALID_FILE_ATTRIBUTES);
    CHECK_EQ(GetLastError(), ERROR_PATH_NOT_FOUND);
    make_file(L"hidden", "");
    CHECK(SetFileAttributesA("hidden", FILE_ATTRIBUTE_HIDDEN));
    CHECK(GetFileAttributesA("hidden") & FILE_ATTRIBUTE_HIDDEN);
    CHECK(SetFileAttributesA("hidden", FILE_ATTRIBUTE_NORMAL));
    CHECK(!(GetFileAttributesA("hidden") & FILE_ATTRIBUTE_HIDDEN));
    CHECK(!SetFileAttributesW(L"missing", 0));
    CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
}

int main(void)
{
    CHECK(scratch_enter(L"file-manage"));
    deletion();
    moving();
    copying();
    replacing();
    information();
    attributes();
    CHECK(scratch_leave());
    return check_done();
}
