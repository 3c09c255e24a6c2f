/* Anonymous and named pipes, completion ports, file mappings, directory changes. */
#include "scratch.h"

static void anonymous(void)
{
    HANDLE read, write;
    char buffer[16];
    DWORD count, available;

    CHECK(CreatePipe(&read, &write, NULL, 0));
    CHECK(WriteFile(write, "hello", 5, &count, NULL) && count == 5);
    CHECK(PeekNamedPipe(read, buffer, 2, &count, &available, NULL));
    CHECK_EQ(count, 2);
    CHECK_EQ(available, 5);
    CHECK(ReadFile(read, buffer, 16, &count, NULL) && count == 5);
    CHECK(!memcmp(buffer, "hello", 5));
    CHECK_EQ(GetFileType(read), FILE_TYPE_PIPE);
    CloseHandle(write);
    CHECK(!ReadFile(read, buffer, 16, &count, NULL));
    CHECK_EQ(GetLastError(), ERROR_BROKEN_PIPE);
    CloseHandle(read);
    CHECK(CreatePipe(&read, &write, NULL, 0));
    CloseHandle(read);
    CHECK(!WriteFile(write, "x", 1, &count, NULL));
    CHECK_EQ(GetLastError(), ERROR_NO_DATA);
    CloseHandle(write);
}

static WCHAR pipe_name[64];

static DWORD WINAPI client(void *unused)
{
    char buffer[16];
    DWORD count = 0;

    (void)unused;
    return CallNamedPipeW(pipe_name, "ask", 3, buffer, sizeof(buffer), &count, 5000) &&
                   count == 6 && !memcmp(buffer, "answer", 6)
               ? 0
               : GetLastError() + 1;
}

static void named(void)
{
    HANDLE server, thread;
    char buffer[16];
    DWORD count, code, flags, instances, mode;

    swprintf(pipe_name, 64, L"\\\\.\\pipe\\file-pipe-%lu", GetCurrentProcessId());
    CHECK(CreateNamedPipeW(L"not-a-pipe", PIPE_ACCESS_DUPLEX, 0, 1, 0, 0, 0, NULL) ==
          INVALID_HANDLE_VALUE);
    CHECK_EQ(GetLastError(), ERROR_INVALID_NAME);
    CHECK(!WaitNamedPipeW(pipe_name, 1));
    CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
    server = CreateNamedPipeW(pipe_name, PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE,
                              PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, 1, 512, 512, 0, NULL);
    CHECK(server != INVALID_HANDLE_VALUE);
    CHECK(CreateNamedPipeW(pipe_name, PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE, 1, 512, 512, 0,
                           NULL) == INVALID_HANDLE_VALUE);
    CHECK_EQ(GetLastError(), ERROR_PIPE_BUSY);
    CHECK(GetNamedPipeInfo(server, &flags, NULL, NULL, &instances));
    CHECK_EQ(flags, PIPE_SERVER_END | PIPE_TYPE_MESSAGE);
    CHECK_EQ(instances, 1);
    thread = CreateThread(NULL, 0, client, NULL, 0, NULL);
    CHECK(ConnectNamedPipe(server, NULL) || GetLastError() == ERROR_PIPE_CONNECTED);
    CHECK(GetNamedPipeHandleStateW(server, &mode, &instances, NULL, NULL, NULL, 0));
    CHECK_EQ(mode, PIPE_READMODE_MESSAGE);
    CHECK(ReadFile(server, buffer, 2, &count, NULL) == FALSE);
    CHECK_EQ(GetLastError(), ERROR_MORE_DATA);
    CHECK_EQ(count, 2);
    CHECK(ReadFile(server, buffer, 16, &count, NULL) && count == 1);
    CHECK(WriteFile(server, "answer", 6, &count, NULL));
    CHECK_EQ(WaitForSingleObject(thread, 10000), WAIT_OBJECT_0);
    CHECK(GetExitCodeThread(thread, &code));
    CHECK_EQ(code, 0);
    CloseHandle(thread);
    CHECK(DisconnectNamedPipe(server));
    CloseHandle(server);
}

static void overlapped_pipe(void)
{
    HANDLE server, end;
    OVERLAPPED overlapped = {0}, read = {0};
    char buffer[8];
    DWORD count;

    server = CreateNamedPipeW(pipe_name, PIPE_ACCESS_INBOUND | FILE_FLAG_OVERLAPPED, PIPE_TYPE_BYTE,
                              PIPE_UNLIMITED_INSTANCES, 0, 0, 0, NULL);
    CHECK(server != INVALID_HANDLE_VALUE);
    overlapped.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    CHECK(!ConnectNamedPipe(server, &overlapped));
    CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
    CHECK(!GetOverlappedResult(server, &overlapped, &count, FALSE));
    CHECK_EQ(GetLastError(), ERROR_IO_INCOMPLETE);
    end = CreateFileW(pipe_name, GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    CHECK(end != INVALID_HANDLE_VALUE);
    CHECK(GetOverlappedResult(server, &overlapped, &count, TRUE));
    CHECK(!ReadFile(server, buffer, 8, NULL, &read));
    CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
    CHECK(CancelIoEx(server, &read));
    CHECK(!GetOverlappedResult(server, &read, &count, TRUE));
    CHECK_EQ(GetLastError(), ERROR_OPERATION_ABORTED);
    CHECK(!CancelIoEx(server, &read));
    CHECK_EQ(GetLastError(), ERROR_NOT_FOUND);
    CloseHandle(end);
    CloseHandle(server);
    CloseHandle(overlapped.hEvent);
}

static void ports(void)
{
    HANDLE port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0), file;
    OVERLAPPED overlapped = {0}, *got;
    OVERLAPPED_ENTRY entries[4];
    char buffer[8];
    DWORD count;
    ULONG removed;
    ULONG_PTR key;

    CHECK(port != NULL);
    CHECK(!GetQueuedCompletionStatus(port, &count, &key, &got, 0));
    CHECK_EQ(GetLastError(), WAIT_TIMEOUT);
    CHECK(got == NULL);
    CHECK(PostQueuedCompletionStatus(port, 7, 8, (OVERLAPPED *)(ULONG_PTR)9));
    CHECK(GetQueuedCompletionStatus(port, &count, &key, &got, 0));
    CHECK(count == 7 && key == 8 && got == (OVERLAPPED *)(ULONG_PTR)9);
    make_file(L"port", "abc");
    file = CreateFileW(L"port", GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING,
                       FILE_FLAG_OVERLAPPED, NULL);
    CHECK(CreateIoCompletionPort(file, port, 5, 0) == port);
    CHECK(ReadFile(file, buffer, 8, NULL, &overlapped) || GetLastError() == ERROR_IO_PENDING);
    CHECK(GetQueuedCompletionStatus(port, &count, &key, &got, 5000));
    CHECK(count == 3 && key == 5 && got == &overlapped);
    PostQueuedCompletionStatus(port, 1, 2, NULL);
    PostQueuedCompletionStatus(port, 3, 4, NULL);
    CHECK(GetQueuedCompletionStatusEx(port, entries, 4, &removed, 1000, FALSE));
    CHECK_EQ(removed, 2);
    CHECK_EQ(entries[1].lpCompletionKey, 4);
    CloseHandle(file);
    CloseHandle(port);
}

static void mappings(void)
{
    HANDLE file, mapping, named_mapping, again;
    char *view, *other;
    WCHAR name[64];

    make_file(L"mapped", "0123456789");
    file = CreateFileW(L"mapped", GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    mapping = CreateFileMappingW(file, NULL, PAGE_READWRITE, 0, 0, NULL);
    CHECK(mapping != NULL);
    view = MapViewOfFile(mapping, FILE_MAP_WRITE, 0, 0, 0);
    CHECK(view != NULL && !memcmp(view, "0123456789", 10));
    view[0] = 'X';
    CHECK(FlushViewOfFile(view, 0));
    CHECK(UnmapViewOfFile(view));
    CHECK(!UnmapViewOfFile(view));
    CHECK_EQ(GetLastError(), ERROR_INVALID_ADDRESS);
    CloseHandle(mapping);
    CloseHandle(file);
    CHECK(file_holds(L"mapped", "X123456789"));
    CHECK(!CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 0, NULL));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    swprintf(name, 64, L"file-mapping-%lu", GetCurrentProcessId());
    named_mapping = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 100, name);
    CHECK(named_mapping != NULL);
    CHECK_EQ(GetLastError(), 0);
    again = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 100, name);
    CHECK(again != NULL);
    CHECK_EQ(GetLastError(), ERROR_ALREADY_EXISTS);
    CloseHandle(again);
    again = OpenFileMappingW(FILE_MAP_READ, FALSE, name);
    CHECK(again != NULL);
    view = MapViewOfFile(named_mapping, FILE_MAP_ALL_ACCESS, 0, 0, 0);
    other = MapViewOfFile(again, FILE_MAP_READ, 0, 0, 0);
    CHECK(view && other && view != other);
    if (view && other) {
        strcpy(view, "shared");
        CHECK(!strcmp(other, "shared"));
    }
    UnmapViewOfFile(view);
    UnmapViewOfFile(other);
    CloseHandle(again);
    CloseHandle(named_mapping);
    CHECK(!OpenFileMappingW(FILE_MAP_READ, FALSE, name));
    CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
}

static void changes(void)
{
    HANDLE directory, notification;
    OVERLAPPED overlapped = {0};
    union {
        FILE_NOTIFY_INFORMATION info;
        char room[1024];
    } records;
    DWORD count;

    CreateDirectoryW(L"watched", NULL);
    notification = FindFirstChangeNotificationW(L"watched", FALSE, FILE_NOTIFY_CHANGE_FILE_NAME);
    CHECK(notification != INVALID_HANDLE_VALUE);
    CHECK_EQ(WaitForSingleObject(notification, 0), WAIT_TIMEOUT);
    directory = CreateFileW(L"watched", FILE_LIST_DIRECTORY, 7, NULL, OPEN_EXISTING,
                            FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OVERLAPPED, NULL);
    CHECK(directory != INVALID_HANDLE_VALUE);
    overlapped.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    CHECK(ReadDirectoryChangesW(directory, &records, sizeof(records), FALSE,
                                FILE_NOTIFY_CHANGE_FILE_NAME, NULL, &overlapped, NULL));
    make_file(L"watched\\new", "");
    CHECK_EQ(WaitForSingleObject(overlapped.hEvent, 5000), WAIT_OBJECT_0);
    CHECK(GetOverlappedResult(directory, &overlapped, &count, FALSE));
    CHECK(count >= 18);
    CHECK_EQ(records.info.Action, FILE_ACTION_ADDED);
    CHECK(records.info.FileNameLength == 6 && !memcmp(records.info.FileName, L"new", 6));
    CHECK_EQ(WaitForSingleObject(notification, 5000), WAIT_OBJECT_0);
    CHECK(FindNextChangeNotification(notification));
    CHECK(FindCloseChangeNotification(notification));
    CloseHandle(directory);
    CloseHandle(overlapped.hEvent);
}

int main(void)
{
    CHECK(scratch_enter(L"file-pipe"));
    anonymous();
    named();
    overlapped_pipe();
    ports();
    mappings();
    changes();
    CHECK(scratch_leave());
    return check_done();
}
