/* Opening, reading, writing, positions, sizes, locks, overlapped use. */
#include "scratch.h"

static void dispositions(void)
{
    HANDLE file;

    file = CreateFileW(L"new", GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    CHECK(file == INVALID_HANDLE_VALUE);
    CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
    file = CreateFileW(L"no\\new", GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
    CHECK(file == INVALID_HANDLE_VALUE);
    CHECK_EQ(GetLastError(), ERROR_PATH_NOT_FOUND);
    CHECK(CreateFileW(L"", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL) == INVALID_HANDLE_VALUE);
    CHECK_EQ(GetLastError(), ERROR_PATH_NOT_FOUND);
    CHECK(CreateFileW(L"new", GENERIC_READ, 0, NULL, 0, 0, NULL) == INVALID_HANDLE_VALUE);
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);

    file = CreateFileW(L"new", GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
    CHECK(file != INVALID_HANDLE_VALUE);
    CHECK(CreateFileA("new", GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL) ==
          INVALID_HANDLE_VALUE);
    CHECK_EQ(GetLastError(), ERROR_SHARING_VIOLATION);
    CHECK(CloseHandle(file));
    file = CreateFileA("NEW", GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
    CHECK(file == INVALID_HANDLE_VALUE);
    CHECK_EQ(GetLastError(), ERROR_FILE_EXISTS);
    file = CreateFileA("new", GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    CHECK(file != INVALID_HANDLE_VALUE);
    CHECK_EQ(GetLastError(), ERROR_ALREADY_EXISTS);
    CloseHandle(file);
    file = CreateFileA("new", GENERIC_WRITE, 0, NULL, OPEN_ALWAYS, 0, NULL);
    CHECK(file != INVALID_HANDLE_VALUE);
    CHECK_EQ(GetLastError(), ERROR_ALREADY_EXISTS);
    CloseHandle(file);
    file =
        CreateFileA("other", GENERIC_WRITE, 0, NULL, OPEN_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    CHECK(file != INVALID_HANDLE_VALUE);
    CHECK_EQ(GetLastError(), 0);
    CloseHandle(file);
    CHECK_EQ(GetFileAttributesA("other"), INVALID_FILE_ATTRIBUTES);
    CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
    file = CreateFileW(L".", GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
    CHECK(file == INVALID_HANDLE_VALUE);
    CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
    file =
        CreateFileW(L".", GENERIC_READ, 7, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    CHECK(file != INVALID_HANDLE_VALUE);
    CHECK(CloseHandle(file));
    file = CreateFile2(L"new", GENERIC_READ, FILE_SHARE_READ, OPEN_EXISTING, NULL);
    CHECK(file != INVALID_HANDLE_VALUE);
    CHECK(CloseHandle(file));
    SetLastError(0);
    CHECK(!CloseHandle((HANDLE)(ULONG_PTR)0xdead0));
    CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
}

static void transfer(void)
{
    HANDLE file, again;
    char buffer[64];
    DWORD count, high;
    LARGE_INTEGER size, place;
    LONG high_part;

    file = CreateFileW(L"data", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_ALWAYS,
                       FILE_ATTRIBUTE_NORMAL, NULL);
    CHECK(WriteFile(file, "0123456789", 10, &count, NULL));
    CHECK_EQ(count, 10);
    CHECK_EQ(SetFilePointer(file, 0, NULL, FILE_CURRENT), 10);
    CHECK(ReadFile(file, buffer, 4, &count, NULL));
    CHECK_EQ(count, 0);
    CHECK_EQ(SetFilePointer(file, -3, NULL, FILE_END), 7);
    CHECK(ReadFile(file, buffer, sizeof(buffer), &count, NULL));
    CHECK_EQ(count, 3);
    CHECK(!memcmp(buffer, "789", 3));
    CHECK_EQ(SetFilePointer(file, -1, NULL, FILE_BEGIN), INVALID_SET_FILE_POINTER);
    CHECK_EQ(GetLastError(), ERROR_NEGATIVE_SEEK);
    CHECK_EQ(SetFilePointer(file, 0, NULL, 7), INVALID_SET_FILE_POINTER);
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    high_part = 1;
    CHECK_EQ(SetFilePointer(file, 5, &high_part, FILE_BEGIN), 5);
    CHECK_EQ(high_part, 1);
    place.QuadPart = 0;
    CHECK(SetFilePointerEx(file, place, &place, FILE_CURRENT));
    CHECK_EQ(place.QuadPart, 0x100000005LL);
    place.QuadPart = 4;
    CHECK(SetFilePointerEx(file, place, NULL, FILE_BEGIN));
    CHECK(SetEndOfFile(file));
    CHECK_EQ(GetFileSize(file, &high), 4);
    CHECK_EQ(high, 0);
    CHECK(GetFileSizeEx(file, &size));
    CHECK_EQ(size.QuadPart, 4);
    CHECK(FlushFileBuffers(file));
    CHECK_EQ(GetFileType(file), FILE_TYPE_DISK);
    again = ReOpenFile(file, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, 0);
    CHECK(again != INVALID_HANDLE_VALUE);
    CHECK(ReadFile(again, buffer, 8, &count, NULL) && count == 4);
    CHECK(!WriteFile(again, "x", 1, &count, NULL));
    CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
    CloseHandle(again);
    CloseHandle(file);
    CHECK(!ReadFile(file, buffer, 1, &count, NULL));
    CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);

    file = CreateFileW(L"data", FILE_APPEND_DATA, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    CHECK(WriteFile(file, "ab", 2, &count, NULL));
    CloseHandle(file);
    CHECK(file_holds(L"data", "0123ab"));
}

static void handles(void)
{
    HANDLE file, copy;
    DWORD flags, count;

    make_file(L"data", "text");
    file = CreateFileW(L"data", GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    CHECK(GetHandleInformation(file, &flags));
    CHECK_EQ(flags, 0);
    CHECK(SetHandleInformation(file, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT));
    CHECK(GetHandleInformation(file, &flags));
    CHECK_EQ(flags, HANDLE_FLAG_INHERIT);
    CHECK(DuplicateHandle(GetCurrentProcess(), file, GetCurrentProcess(), &copy, 0, FALSE,
                          DUPLICATE_SAME_ACCESS));
    CHECK(GetHandleInformation(copy, &flags));
    CHECK_EQ(flags, 0);
    /* One position for both. */
    CHECK_EQ(SetFilePointer(file, 2, NULL, FILE_BEGIN), 2);
    CHECK_EQ(SetFilePointer(copy, 0, NULL, FILE_CURRENT), 2);
    CHECK(CloseHandle(file));
    CHECK(ReadFile(copy, &flags, 4, &count, NULL) && count == 2);
    CHECK(CloseHandle(copy));
    CHECK(GetStdHandle(STD_OUTPUT_HANDLE) != INVALID_HANDLE_VALUE);
    CHECK(GetStdHandle(7) == INVALID_HANDLE_VALUE);
    CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
    copy = GetStdHandle(STD_INPUT_HANDLE);
    CHECK(SetStdHandle(STD_INPUT_HANDLE, NULL));
    CHECK(GetStdHandle(STD_INPUT_HANDLE) == NULL);
    CHECK(SetStdHandle(STD_INPUT_HANDLE, copy));
}

static void locks(void)
{
    HANDLE first, second;
    OVERLAPPED overlapped = {.Offset = 2};
    char buffer[4];
    DWORD count;

    make_file(L"locked", "0123456789");
    first = CreateFileW(L"locked", GENERIC_READ | GENERIC_WRITE, 3, NULL, OPEN_EXISTING, 0, NULL);
    second = CreateFileW(L"locked", GENERIC_READ | GENERIC_WRITE, 3, NULL, OPEN_EXISTING, 0, NULL);
    CHECK(LockFile(first, 2, 0, 3, 0));
    CHECK(!LockFile(second, 4, 0, 1, 0));
    CHECK_EQ(GetLastError(), ERROR_LOCK_VIOLATION);
    CHECK(LockFile(second, 5, 0, 1, 0));
    CHECK(UnlockFile(second, 5, 0, 1, 0));
    CHECK(!UnlockFile(second, 2, 0, 3, 0));
    CHECK_EQ(GetLastError(), ERROR_NOT_LOCKED);
    CHECK(!ReadFile(second, buffer, 4, &count, NULL));
    CHECK_EQ(GetLastError(), ERROR_LOCK_VIOLATION);
    CHECK(UnlockFile(first, 2, 0, 3, 0));
    CHECK(LockFileEx(first, LOCKFILE_FAIL_IMMEDIATELY, 0, 3, 0, &overlapped));
    CHECK(LockFileEx(second, LOCKFILE_FAIL_IMMEDIATELY, 0, 3, 0, &overlapped));
    CHECK(!LockFileEx(second, LOCKFILE_FAIL_IMMEDIATELY | LOCKFILE_EXCLUSIVE_LOCK, 0, 1, 0,
                      &overlapped));
    CHECK(UnlockFileEx(first, 0, 3, 0, &overlapped));
    CHECK(UnlockFileEx(second, 0, 3, 0, &overlapped));
    CloseHandle(first);
    CloseHandle(second);
}

static int completions;
static DWORD completion_error, completion_count;

static VOID CALLBACK completed(DWORD error, DWORD count, LPOVERLAPPED overlapped)
{
    completions++;
    completion_error = error;
    completion_count = count;
    (void)overlapped;
}

static void overlapped_use(void)
{
    HANDLE file;
    OVERLAPPED overlapped = {.Offset = 3};
    char buffer[16];
    DWORD count;
    BOOL done;

    make_file(L"async", "0123456789");
    file = CreateFileW(L"async", GENERIC_READ | GENERIC_WRITE, 3, NULL, OPEN_EXISTING,
                       FILE_FLAG_OVERLAPPED, NULL);
    overlapped.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    done = ReadFile(file, buffer, 4, NULL, &overlapped);
    CHECK(done || GetLastError() == ERROR_IO_PENDING);
    CHECK(GetOverlappedResult(file, &overlapped, &count, TRUE));
    CHECK_EQ(count, 4);
    CHECK(!memcmp(buffer, "3456", 4));
    CHECK_EQ(WaitForSingleObject(overlapped.hEvent, 0), WAIT_OBJECT_0);
    overlapped.Offset = 100;
    ResetEvent(overlapped.hEvent);
    done = ReadFile(file, buffer, 4, NULL, &overlapped);
    if (!done && GetLastError() == ERROR_IO_PENDING)
        done = GetOverlappedResult(file, &overlapped, &count, TRUE);
    CHECK(!done);
    CHECK_EQ(GetLastError(), ERROR_HANDLE_EOF);
    CloseHandle(overlapped.hEvent);

    memset(&overlapped, 0, sizeof(overlapped));
    overlapped.Offset = 8;
    CHECK(WriteFileEx(file, "XYZ", 3, &overlapped, completed));
    CHECK_EQ(completions, 0);
    CHECK_EQ(SleepEx(2000, TRUE), WAIT_IO_COMPLETION);
    CHECK_EQ(completions, 1);
    CHECK_EQ(completion_error, 0);
    CHECK_EQ(completion_count, 3);
    CHECK(ReadFileEx(file, buffer, 16, &overlapped, completed));
    CHECK_EQ(SleepEx(2000, TRUE), WAIT_IO_COMPLETION);
    CHECK_EQ(completions, 2);
    CHECK_EQ(completion_count, 3);
    CHECK(!memcmp(buffer, "XYZ", 3));
    CloseHandle(file);
    CHECK(file_holds(L"async", "01234567XYZ"));
}

static void old_calls(void)
{
    OFSTRUCT of;
    HFILE file = _lcreat("old", 0);
    char buffer[8];

    CHECK(file != HFILE_ERROR);
    CHECK_EQ(_lwrite(file, "abcdef", 6), 6);
    CHECK_EQ(_llseek(file, 2, 0), 2);
    CHECK_EQ(_lread(file, buffer, 8), 4);
    CHECK_EQ(_lclose(file), 0);
    file = _lopen("old", OF_READ);
    CHECK(file != HFILE_ERROR);
    CHECK_EQ(_hread(file, buffer, 3), 3);
    CHECK_EQ(_lclose(file), 0);
    CHECK(OpenFile("old", &of, OF_EXIST) != HFILE_ERROR);
    CHECK(OpenFile("old", &of, OF_DELETE) != HFILE_ERROR);
    CHECK(OpenFile("old", &of, OF_READ) == HFILE_ERROR);
    CHECK_EQ(of.nErrCode, ERROR_FILE_NOT_FOUND);
}

int main(void)
{
    CHECK(scratch_enter(L"file-io"));
    dispositions();
    transfer();
    handles();
    locks();
    overlapped_use();
    old_calls();
    CHECK(scratch_leave());
    return check_done();
}
