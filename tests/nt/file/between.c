/* Files between processes: share modes, byte-range locks, pending deletions, also of a process that
 * is killed. */
#include "tests/nt/check.h"

#include <stdlib.h>
#include <winternl.h>

static WCHAR self[MAX_PATH], file[MAX_PATH];

struct child {
    PROCESS_INFORMATION process;
    HANDLE to, from;
};

/* Starts this program as "NAME child": it does what it reads, a letter each, and answers with a
 * letter. */
static BOOL start(struct child *c)
{
    SECURITY_ATTRIBUTES inherit = {sizeof(inherit), NULL, TRUE};
    STARTUPINFOW startup = {.cb = sizeof(startup), .dwFlags = STARTF_USESTDHANDLES};
    WCHAR line[2 * MAX_PATH];
    HANDLE in, out;

    if (!CreatePipe(&in, &c->to, &inherit, 0) || !CreatePipe(&c->from, &out, &inherit, 0))
        return FALSE;
    SetHandleInformation(c->to, HANDLE_FLAG_INHERIT, 0);
    SetHandleInformation(c->from, HANDLE_FLAG_INHERIT, 0);
    startup.hStdInput = in;
    startup.hStdOutput = out;
    startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    swprintf(line, 2 * MAX_PATH, L"\"%ls\" child \"%ls\"", self, file);
    BOOL done = CreateProcessW(self, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &c->process);
    CloseHandle(in);
    CloseHandle(out);
    return done;
}

/* What the child answers to a command; 0: nothing. */
static char ask(struct child *c, char command)
{
    char answer = 0;
    DWORD n;

    if (!WriteFile(c->to, &command, 1, &n, NULL) || !ReadFile(c->from, &answer, 1, &n, NULL) ||
        n != 1)
        return 0;
    return answer;
}

static void finish(struct child *c, BOOL kill)
{
    if (kill)
        TerminateProcess(c->process.hProcess, 9);
    CloseHandle(c->to);
    WaitForSingleObject(c->process.hProcess, 20000);
    CloseHandle(c->from);
    CloseHandle(c->process.hProcess);
    CloseHandle(c->process.hThread);
}

static HANDLE open_as(DWORD access, DWORD share)
{
    return CreateFileW(file, access, share, NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
}

#define ALL (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)

static int child(void)
{
    HANDLE h = INVALID_HANDLE_VALUE, in = GetStdHandle(STD_INPUT_HANDLE);
    char command, answer, byte;
    DWORD n;

    while (ReadFile(in, &command, 1, &n, NULL) && n == 1) {
        OVERLAPPED o = {0};
        answer = 'n';
        switch (command) {
        case 'x': /* opens it for itself alone */
            h = open_as(GENERIC_READ | GENERIC_WRITE, 0);
            break;
        case 'r': /* reads, and lets others read */
            h = open_as(GENERIC_READ, FILE_SHARE_READ);
            break;
        case 's': /* with everybody */
            h = open_as(GENERIC_READ | GENERIC_WRITE | DELETE, ALL);
            break;
        case 'c':
            answer = CloseHandle(h) ? 'y' : 'n';
            h = INVALID_HANDLE_VALUE;
            break;
        case 'L': /* locks bytes 10 to 19 */
            o.Offset = 10;
            answer =
                LockFileEx(h, LOCKFILE_EXCLUSIVE_LOCK | LOCKFILE_FAIL_IMMEDIATELY, 0, 10, 0, &o)
                    ? 'y'
                    : 'n';
            break;
        case 'S': /* for reading only */
            o.Offset = 10;
            answer = LockFileEx(h, LOCKFILE_FAIL_IMMEDIATELY, 0, 10, 0, &o) ? 'y' : 'n';
            break;
        case 'U':
            o.Offset = 10;
            answer = UnlockFileEx(h, 0, 10, 0, &o) ? 'y' : 'n';
            break;
        case 'R': /* reads the first byte */
            SetFilePointer(h, 0, NULL, FILE_BEGIN);
            answer = ReadFile(h, &byte, 1, &n, NULL) && n == 1 ? byte : 'n';
            break;
        }
        if (strchr("xrs", command))
            answer = h != INVALID_HANDLE_VALUE                   ? 'y'
                     : GetLastError() == ERROR_SHARING_VIOLATION ? 'v'
                                                                 : 'n';
        if (!WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), &answer, 1, &n, NULL))
            break;
    }
    return 0;
}

static void make(void)
{
    HANDLE h =
        CreateFileW(file, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    DWORD n;

    CHECK(h != INVALID_HANDLE_VALUE);
    CHECK(WriteFile(h, "abcdefghijklmnopqrstuvwxyz0123456789", 36, &n, NULL));
    CloseHandle(h);
}

static BOOL refused(DWORD access, DWORD share)
{
    HANDLE h = open_as(access, share);

    if (h == INVALID_HANDLE_VALUE)
        return GetLastError() == ERROR_SHARING_VIOLATION;
    CloseHandle(h);
    return FALSE;
}

static BOOL granted(DWORD access, DWORD share)
{
    HANDLE h = open_as(access, share);

    if (h == INVALID_HANDLE_VALUE)
        return FALSE;
    CloseHandle(h);
    return TRUE;
}

static void share_modes(void)
{
    struct child c;
    HANDLE h;

    /* Open here before there is another process. */
    h = open_as(GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ);
    CHECK(h != INVALID_HANDLE_VALUE);
    if (!start(&c)) {
        CHECK(!"a child");
        return;
    }
    CHECK(ask(&c, 'x') == 'v');
    CHECK(ask(&c, 'r') == 'v'); /* it does not let others write, and somebody does */
    CHECK(ask(&c, 's') == 'v');
    CloseHandle(h);
    CHECK(ask(&c, 'x') == 'y');
    CHECK(refused(GENERIC_READ, ALL));
    CHECK(refused(GENERIC_WRITE, ALL));
    CHECK(refused(DELETE, ALL));
    CHECK(granted(FILE_READ_ATTRIBUTES, 0)); /* asks for no data: is not in the way */
    CHECK(!DeleteFileW(file) && GetLastError() == ERROR_SHARING_VIOLATION);
    CHECK(ask(&c, 'c') == 'y');
    CHECK(granted(GENERIC_READ, 0));
    CHECK(ask(&c, 'r') == 'y');
    CHECK(granted(GENERIC_READ, FILE_SHARE_READ));
    CHECK(refused(GENERIC_READ, FILE_SHARE_WRITE));
    CHECK(refused(GENERIC_WRITE, ALL));
    CHECK(ask(&c, 'c') == 'y');
    CHECK(ask(&c, 'x') == 'y');
    finish(&c, TRUE);
    CHECK(granted(GENERIC_READ | GENERIC_WRITE, 0)); /* what a killed process had open is closed */
    CHECK(start(&c));
    CHECK(ask(&c, 'x') == 'y');
    finish(&c, FALSE);
    CHECK(granted(GENERIC_READ | GENERIC_WRITE, 0));
}

static BOOL read_at(HANDLE h, DWORD at, DWORD *error)
{
    char byte;
    DWORD n;

    SetFilePointer(h, (LONG)at, NULL, FILE_BEGIN);
    BOOL done = ReadFile(h, &byte, 1, &n, NULL) && n == 1;
    *error = done ? 0 : GetLastError();
    return done;
}

static BOOL write_at(HANDLE h, DWORD at, DWORD *error)
{
    DWORD n;

    SetFilePointer(h, (LONG)at, NULL, FILE_BEGIN);
    BOOL done = WriteFile(h, "!", 1, &n, NULL) && n == 1;
    *error = done ? 0 : GetLastError();
    return done;
}

static BOOL lock(HANDLE h, DWORD at, DWORD n, DWORD flags)
{
    OVERLAPPED o = {.Offset = at};

    return LockFileEx(h, flags | LOCKFILE_FAIL_IMMEDIATELY, 0, n, 0, &o);
}

static void locks(void)
{
    struct child c;
    DWORD error;
    HANDLE h = open_as(GENERIC_READ | GENERIC_WRITE | DELETE, ALL);

    CHECK(h != INVALID_HANDLE_VALUE);
    CHECK(start(&c));
    CHECK(ask(&c, 's') == 'y');
    CHECK(ask(&c, 'L') == 'y');
    CHECK(!lock(h, 15, 1, 0) && GetLastError() == ERROR_LOCK_VIOLATION);
    CHECK(!lock(h, 0, 11, LOCKFILE_EXCLUSIVE_LOCK) && GetLastError() == ERROR_LOCK_VIOLATION);
    CHECK(lock(h, 20, 5, LOCKFILE_EXCLUSIVE_LOCK));
    CHECK(read_at(h, 0, &error));
    CHECK(!read_at(h, 12, &error) && error == ERROR_LOCK_VIOLATION); /* they are not advisory */
    CHECK(!write_at(h, 19, &error) && error == ERROR_LOCK_VIOLATION);
    CHECK(write_at(h, 9, &error));
    CHECK(write_at(h, 21, &error));
    CHECK(ask(&c, 'U') == 'y');
    CHECK(read_at(h, 12, &error));
    CHECK(ask(&c, 'S') == 'y');
    CHECK(read_at(h, 12, &error));
    CHECK(!write_at(h, 12, &error) && error == ERROR_LOCK_VIOLATION);
    CHECK(lock(h, 10, 10, 0)); /* both read */
    CHECK(ask(&c, 'U') == 'y');
    CHECK(ask(&c, 'L') == 'n');
    OVERLAPPED o = {.Offset = 10};
    CHECK(UnlockFileEx(h, 0, 10, 0, &o));
    CHECK(ask(&c, 'L') == 'y');
    finish(&c, TRUE);
    CHECK(lock(h, 10, 10, LOCKFILE_EXCLUSIVE_LOCK));
    CHECK(read_at(h, 12, &error));
    CloseHandle(h);
}

/* The file goes with the last handle of the last process. */
static void deletion(void)
{
    struct child c;
    FILE_DISPOSITION_INFO dispose = {TRUE};
    HANDLE h, other;

    CHECK(start(&c));
    h = open_as(GENERIC_READ | DELETE, ALL);
    CHECK(h != INVALID_HANDLE_VALUE);
    CHECK(ask(&c, 's') == 'y');
    CHECK(SetFileInformationByHandle(h, FileDispositionInfo, &dispose, sizeof(dispose)));
    CHECK(ask(&c, 'R') == 'a');
    CloseHandle(h);
    other = open_as(GENERIC_READ, ALL);
    CHECK(other == INVALID_HANDLE_VALUE &&
          GetLastError() == ERROR_ACCESS_DENIED); /* delete pending */
    CHECK(ask(&c, 'R') == 'a');
    CHECK(ask(&c, 'c') == 'y');
    CHECK(GetFileAttributesW(file) == INVALID_FILE_ATTRIBUTES &&
          GetLastError() == ERROR_FILE_NOT_FOUND);
    finish(&c, FALSE);
}

int wmain(int argc, WCHAR **argv)
{
    GetModuleFileNameW(NULL, self, MAX_PATH);
    if (argc > 2 && !wcscmp(argv[1], L"child")) {
        wcscpy(file, argv[2]);
        return child();
    }
    WCHAR folder[MAX_PATH];
    GetTempPathW(MAX_PATH, folder);
    CHECK(GetTempFileNameW(folder, L"btw", 0, file) != 0);
    make();
    share_modes();
    locks();
    make();
    deletion();
    DeleteFileW(file);
    return check_done();
}

int main(void)
{
    int argc;
    WCHAR **argv = CommandLineToArgvW(GetCommandLineW(), &argc);

    return wmain(argc, argv);
}
