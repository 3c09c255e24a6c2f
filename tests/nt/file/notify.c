/* Change notifications of folders: records, trees, renames, what is kept, how requests end. */
#include "scratch.h"

static union {
    FILE_NOTIFY_INFORMATION info;
    char room[4096];
} records;

/* Reads on until the change has come, skipping others; the wait has an end. */
struct reader {
    HANDLE directory;
    OVERLAPPED o;
    BOOL tree;
    DWORD filter, size, at;
    BOOL pending;
};

static BOOL start(struct reader *r)
{
    ResetEvent(r->o.hEvent);
    r->pending = ReadDirectoryChangesW(r->directory, &records, r->size, r->tree, r->filter, NULL,
                                       &r->o, NULL);
    r->at = sizeof(records);
    return r->pending;
}

static const FILE_NOTIFY_INFORMATION *next(struct reader *r)
{
    const FILE_NOTIFY_INFORMATION *i;
    DWORD count;

    if (r->at >= sizeof(records)) {
        if (!r->pending && !start(r))
            return NULL;
        if (WaitForSingleObject(r->o.hEvent, 5000) != WAIT_OBJECT_0)
            return NULL;
        r->pending = FALSE;
        if (!GetOverlappedResult(r->directory, &r->o, &count, FALSE) || count == 0)
            return NULL;
        r->at = 0;
    }
    i = (const FILE_NOTIFY_INFORMATION *)(records.room + r->at);
    r->at = i->NextEntryOffset ? r->at + i->NextEntryOffset : sizeof(records);
    return i;
}

static BOOL is(const FILE_NOTIFY_INFORMATION *i, DWORD action, const WCHAR *name)
{
    return i && i->Action == action && i->FileNameLength == wcslen(name) * sizeof(WCHAR) &&
           !memcmp(i->FileName, name, i->FileNameLength);
}

static BOOL open_reader(struct reader *r, const WCHAR *name, BOOL tree, DWORD filter, DWORD size)
{
    ZeroMemory(r, sizeof(*r));
    r->tree = tree;
    r->filter = filter;
    r->size = size;
    r->o.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    r->directory = CreateFileW(name, FILE_LIST_DIRECTORY, 7, NULL, OPEN_EXISTING,
                               FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OVERLAPPED, NULL);
    return r->directory != INVALID_HANDLE_VALUE && start(r);
}

static void close_reader(struct reader *r)
{
    if (r->directory)
        CloseHandle(r->directory);
    CloseHandle(r->o.hEvent);
}

static void names(void)
{
    struct reader r;

    CHECK(CreateDirectoryW(L"flat", NULL));
    CHECK(open_reader(&r, L"flat", FALSE, FILE_NOTIFY_CHANGE_FILE_NAME, sizeof(records)));
    CHECK(make_file(L"flat\\one", ""));
    CHECK(is(next(&r), FILE_ACTION_ADDED, L"one"));
    /* Between two requests */
    CHECK(MoveFileW(L"flat\\one", L"flat\\two"));
    CHECK(CreateDirectoryW(L"flat\\folder", NULL)); /* not asked for */
    CHECK(DeleteFileW(L"flat\\two"));
    CHECK(is(next(&r), FILE_ACTION_RENAMED_OLD_NAME, L"one"));
    CHECK(is(next(&r), FILE_ACTION_RENAMED_NEW_NAME, L"two"));
    CHECK(is(next(&r), FILE_ACTION_REMOVED, L"two"));
    /* Below it, which was not asked for either */
    CHECK(start(&r));
    CHECK(make_file(L"flat\\folder\\deep", ""));
    CHECK_EQ(WaitForSingleObject(r.o.hEvent, 100), WAIT_TIMEOUT);
    CHECK(make_file(L"flat\\three", ""));
    CHECK(is(next(&r), FILE_ACTION_ADDED, L"three"));
    close_reader(&r);
}

static void contents(void)
{
    struct reader r;

    CHECK(CreateDirectoryW(L"contents", NULL));
    CHECK(make_file(L"contents\\file", "a"));
    CHECK(open_reader(&r, L"contents", FALSE, FILE_NOTIFY_CHANGE_LAST_WRITE, sizeof(records)));
    CHECK(make_file(L"contents\\file", "some more"));
    CHECK(is(next(&r), FILE_ACTION_MODIFIED, L"file"));
    close_reader(&r);

    CHECK(open_reader(&r, L"contents", FALSE, FILE_NOTIFY_CHANGE_ATTRIBUTES, sizeof(records)));
    CHECK(SetFileAttributesW(L"contents\\file", FILE_ATTRIBUTE_READONLY));
    CHECK(is(next(&r), FILE_ACTION_MODIFIED, L"file"));
    CHECK(SetFileAttributesW(L"contents\\file", FILE_ATTRIBUTE_NORMAL));
    close_reader(&r);
}

static void tree(void)
{
    struct reader r;
    const FILE_NOTIFY_INFORMATION *i;
    BOOL a = FALSE, b = FALSE, c = FALSE;

    CHECK(CreateDirectoryW(L"tree", NULL));
    CHECK(CreateDirectoryW(L"tree\\old", NULL));
    CHECK(open_reader(&r, L"tree", TRUE, FILE_NOTIFY_CHANGE_FILE_NAME | FILE_NOTIFY_CHANGE_DIR_NAME,
                      sizeof(records)));
    CHECK(make_file(L"tree\\old\\x", ""));
    CHECK(is(next(&r), FILE_ACTION_ADDED, L"old\\x"));
    /* Each exactly once, however quick the program was */
    CHECK(CreateDirectoryW(L"tree\\new", NULL));
    CHECK(CreateDirectoryW(L"tree\\new\\sub", NULL));
    CHECK(make_file(L"tree\\new\\sub\\y", ""));
    for (int n = 0; n < 3 && (i = next(&r)); n++) {
        CHECK(i->Action == FILE_ACTION_ADDED);
        if (is(i, FILE_ACTION_ADDED, L"new") && !a)
            a = TRUE;
        else if (is(i, FILE_ACTION_ADDED, L"new\\sub") && !b)
            b = TRUE;
        else if (is(i, FILE_ACTION_ADDED, L"new\\sub\\y") && !c)
            c = TRUE;
        else
            CHECK(FALSE);
    }
    CHECK(a && b && c);
    /* A folder that is renamed keeps being watched, under its new name */
    CHECK(MoveFileW(L"tree\\new", L"tree\\moved"));
    CHECK(is(next(&r), FILE_ACTION_RENAMED_OLD_NAME, L"new"));
    CHECK(is(next(&r), FILE_ACTION_RENAMED_NEW_NAME, L"moved"));
    CHECK(make_file(L"tree\\moved\\sub\\z", ""));
    CHECK(is(next(&r), FILE_ACTION_ADDED, L"moved\\sub\\z"));
    /* From one folder to another */
    CHECK(MoveFileW(L"tree\\old\\x", L"tree\\moved\\x"));
    a = b = FALSE;
    for (int n = 0; n < 2 && (i = next(&r)); n++) {
        a |= is(i, FILE_ACTION_REMOVED, L"old\\x");
        b |= is(i, FILE_ACTION_ADDED, L"moved\\x");
    }
    CHECK(check_on_wine() || (a && b)); /* Wine tells it as a rename */
    /* One that has left the tree is none of ours any more */
    CHECK(MoveFileW(L"tree\\moved", L"away"));
    CHECK(check_on_wine() || is(next(&r), FILE_ACTION_REMOVED, L"moved"));
    if (!check_on_wine()) {
        CHECK(make_file(L"away\\sub\\q", ""));
        CHECK(make_file(L"tree\\last", ""));
        CHECK(is(next(&r), FILE_ACTION_ADDED, L"last"));
    }
    close_reader(&r);
}

static void small_buffer(void)
{
    struct reader r;
    DWORD count = 99;

    CHECK(CreateDirectoryW(L"small", NULL));
    CHECK(open_reader(&r, L"small", FALSE, FILE_NOTIFY_CHANGE_FILE_NAME, 16));
    CHECK(make_file(L"small\\a name that does not fit", ""));
    CHECK_EQ(WaitForSingleObject(r.o.hEvent, 5000), WAIT_OBJECT_0);
    /* STATUS_NOTIFY_ENUM_DIR: no error, no bytes */
    CHECK(GetOverlappedResult(r.directory, &r.o, &count, FALSE));
    CHECK_EQ(count, 0);
    CHECK_EQ(r.o.Internal, 0x10c);
    close_reader(&r);
}

static void ends(void)
{
    struct reader r;
    DWORD count;

    CHECK(CreateDirectoryW(L"ends", NULL));
    CHECK(open_reader(&r, L"ends", FALSE, FILE_NOTIFY_CHANGE_FILE_NAME, sizeof(records)));
    CHECK(CancelIoEx(r.directory, &r.o));
    CHECK(!GetOverlappedResult(r.directory, &r.o, &count, TRUE));
    CHECK_EQ(GetLastError(), ERROR_OPERATION_ABORTED);
    CHECK(!CancelIoEx(r.directory, &r.o));
    CHECK_EQ(GetLastError(), ERROR_NOT_FOUND);
    CHECK(start(&r));
    CloseHandle(r.directory);
    r.directory = NULL;
    CHECK_EQ(WaitForSingleObject(r.o.hEvent, 5000), WAIT_OBJECT_0);
    CHECK_EQ(r.o.Internal, check_on_wine() ? r.o.Internal : 0x10b);
    close_reader(&r);

    CHECK(open_reader(&r, L"ends", FALSE, FILE_NOTIFY_CHANGE_FILE_NAME, sizeof(records)));
    CHECK(!ReadDirectoryChangesW(r.directory, &records, sizeof(records), FALSE, 0, NULL, &r.o,
                                 NULL));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    close_reader(&r);
}

static DWORD routine_count, routine_error;

static void CALLBACK routine(DWORD error, DWORD count, OVERLAPPED *o)
{
    (void)o;
    routine_error = error;
    routine_count = count;
}

static void ports_and_apcs(void)
{
    OVERLAPPED o = {0}, *got;
    ULONG_PTR key;
    DWORD count;

    CHECK(CreateDirectoryW(L"port", NULL));
    HANDLE directory = CreateFileW(L"port", FILE_LIST_DIRECTORY, 7, NULL, OPEN_EXISTING,
                                   FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OVERLAPPED, NULL);
    CHECK(ReadDirectoryChangesW(directory, &records, sizeof(records), FALSE,
                                FILE_NOTIFY_CHANGE_FILE_NAME, NULL, &o, routine));
    CHECK(make_file(L"port\\apc", ""));
    CHECK_EQ(SleepEx(5000, TRUE), WAIT_IO_COMPLETION);
    CHECK_EQ(routine_error, 0);
    CHECK_EQ(routine_count, 12 + 6);
    CHECK(is(&records.info, FILE_ACTION_ADDED, L"apc"));

    HANDLE port = CreateIoCompletionPort(directory, NULL, 77, 1);
    CHECK(port != NULL);
    CHECK(ReadDirectoryChangesW(directory, &records, sizeof(records), FALSE,
                                FILE_NOTIFY_CHANGE_FILE_NAME, NULL, &o, NULL));
    CHECK(!GetQueuedCompletionStatus(port, &count, &key, &got, 0));
    CHECK(make_file(L"port\\file", ""));
    CHECK(GetQueuedCompletionStatus(port, &count, &key, &got, 5000));
    CHECK(key == 77 && got == &o && count == 12 + 8);
    CHECK(is(&records.info, FILE_ACTION_ADDED, L"file"));
    CloseHandle(directory);
    CloseHandle(port);
}

static DWORD WINAPI make_later(void *name)
{
    Sleep(50); /* lets the other thread get into its wait; it works without, too */
    return make_file(name, "");
}

static DWORD WINAPI wait_for_ever(void *directory)
{
    DWORD count;

    return ReadDirectoryChangesW(directory, &records, sizeof(records), FALSE,
                                 FILE_NOTIFY_CHANGE_FILE_NAME, &count, NULL, NULL)
               ? 0
               : GetLastError();
}

static void synchronous(void)
{
    DWORD count = 0, code = 0;

    CHECK(CreateDirectoryW(L"sync", NULL));
    HANDLE directory = CreateFileW(L"sync", FILE_LIST_DIRECTORY, 7, NULL, OPEN_EXISTING,
                                   FILE_FLAG_BACKUP_SEMANTICS, NULL);
    HANDLE thread = CreateThread(NULL, 0, make_later, (void *)L"sync\\file", 0, NULL);
    CHECK(ReadDirectoryChangesW(directory, &records, sizeof(records), FALSE,
                                FILE_NOTIFY_CHANGE_FILE_NAME, &count, NULL, NULL));
    CHECK_EQ(count, 12 + 8);
    CHECK(is(&records.info, FILE_ACTION_ADDED, L"file"));
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);

    thread = CreateThread(NULL, 0, wait_for_ever, directory, 0, NULL);
    for (int i = 0; i < 500 && !CancelSynchronousIo(thread); i++)
        Sleep(10);
    CHECK_EQ(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    CHECK(GetExitCodeThread(thread, &code));
    CHECK_EQ(code, ERROR_OPERATION_ABORTED);
    CloseHandle(thread);
    CloseHandle(directory);
}

static void handles(void)
{
    CHECK(CreateDirectoryW(L"handle", NULL));
    CHECK(CreateDirectoryW(L"handle\\sub", NULL));
    HANDLE h = FindFirstChangeNotificationW(L"handle", TRUE, FILE_NOTIFY_CHANGE_FILE_NAME);
    CHECK(h != INVALID_HANDLE_VALUE);
    CHECK_EQ(WaitForSingleObject(h, 0), WAIT_TIMEOUT);
    CHECK(make_file(L"handle\\sub\\one", ""));
    CHECK_EQ(WaitForSingleObject(h, 5000), WAIT_OBJECT_0);
    CHECK(FindNextChangeNotification(h));
    CHECK_EQ(WaitForSingleObject(h, 50), WAIT_TIMEOUT);
    CHECK(DeleteFileW(L"handle\\sub\\one"));
    CHECK_EQ(WaitForSingleObject(h, 5000), WAIT_OBJECT_0);
    CHECK(FindCloseChangeNotification(h));
    CHECK(FindFirstChangeNotificationW(L"not there", FALSE, FILE_NOTIFY_CHANGE_FILE_NAME) ==
          INVALID_HANDLE_VALUE);
    CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
}

int main(void)
{
    CHECK(scratch_enter(L"file-notify"));
    names();
    contents();
    tree();
    small_buffer();
    ends();
    ports_and_apcs();
    synchronous();
    handles();
    CHECK(scratch_leave());
    return check_done();
}
