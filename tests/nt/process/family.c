/* Parents and children: what is shared, what arrives, how children end; pipes and jobs. */
#include "tests/nt/check.h"

#include <stdlib.h>

static WCHAR self[MAX_PATH];

static BOOL start(const WCHAR *what, DWORD flags, STARTUPINFOW *startup, PROCESS_INFORMATION *info)
{
    STARTUPINFOW plain = {.cb = sizeof(plain)};
    WCHAR line[2 * MAX_PATH];

    swprintf(line, 2 * MAX_PATH, L"\"%ls\" child %ls", self, what);
    return CreateProcessW(NULL, line, NULL, NULL, TRUE, flags, NULL, NULL,
                          startup ? startup : &plain, info);
}

static DWORD finish(PROCESS_INFORMATION *info)
{
    DWORD code = 0xdead;

    CHECK_EQ(WaitForSingleObject(info->hProcess, 20000), WAIT_OBJECT_0);
    CHECK(GetExitCodeProcess(info->hProcess, &code));
    CloseHandle(info->hProcess);
    CloseHandle(info->hThread);
    return code;
}

static void exit_codes(void)
{
    static const DWORD codes[] = {0, 1, 255, 256, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff};
    PROCESS_INFORMATION info;
    WCHAR what[32];

    for (size_t i = 0; i < ARRAYSIZE(codes); i++) {
        swprintf(what, 32, L"exit %lu", codes[i]);
        CHECK(start(what, 0, NULL, &info));
        CHECK_EQ(finish(&info), codes[i]);
    }
    CHECK(start(L"crash", 0, NULL, &info));
    CHECK_EQ(finish(&info), 0xc0000005);
    CHECK(start(L"sleep", 0, NULL, &info));
    CHECK_EQ(WaitForSingleObject(info.hThread, 0), WAIT_TIMEOUT);
    CHECK(TerminateProcess(info.hProcess, 0x12345678));
    CHECK_EQ(WaitForSingleObject(info.hThread, 20000), WAIT_OBJECT_0);
    CHECK_EQ(finish(&info), 0x12345678);
    CHECK(start(L"sleep", CREATE_SUSPENDED, NULL, &info));
    CHECK(TerminateProcess(info.hProcess, 3));
    CHECK_EQ(finish(&info), 3);
}

static void many(void)
{
    HANDLE processes[16];
    PROCESS_INFORMATION info;
    DWORD code;

    for (int i = 0; i < 16; i++) {
        CHECK(start(L"exit 5", 0, NULL, &info));
        CloseHandle(info.hThread);
        processes[i] = info.hProcess;
    }
    CHECK_EQ(WaitForMultipleObjects(16, processes, TRUE, 20000), WAIT_OBJECT_0);
    for (int i = 0; i < 16; i++) {
        CHECK(GetExitCodeProcess(processes[i], &code) && code == 5);
        CloseHandle(processes[i]);
    }
}

/* An event by handle, another by name, and a pipe in both directions. */
static void shared_objects(void)
{
    SECURITY_ATTRIBUTES inherit = {sizeof(inherit), NULL, TRUE};
    STARTUPINFOW startup = {.cb = sizeof(startup), .dwFlags = STARTF_USESTDHANDLES};
    HANDLE event = CreateEventW(&inherit, TRUE, FALSE, NULL), named, in[2], out[2];
    PROCESS_INFORMATION info;
    WCHAR what[128], name[64];
    char buffer[32];
    DWORD count;

    swprintf(name, 64, L"family-%lu", GetCurrentProcessId());
    named = CreateEventW(NULL, TRUE, FALSE, name);
    CHECK(CreatePipe(&in[0], &in[1], &inherit, 0) && CreatePipe(&out[0], &out[1], &inherit, 0));
    SetHandleInformation(in[1], HANDLE_FLAG_INHERIT, 0);
    SetHandleInformation(out[0], HANDLE_FLAG_INHERIT, 0);
    startup.hStdInput = in[0];
    startup.hStdOutput = out[1];
    startup.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    swprintf(what, 128, L"share %llu %ls", (unsigned long long)(ULONG_PTR)event, name);
    CHECK(start(what, 0, &startup, &info));
    CloseHandle(in[0]);
    CloseHandle(out[1]);
    CHECK_EQ(WaitForSingleObject(event, 20000), WAIT_OBJECT_0);
    CHECK_EQ(WaitForSingleObject(named, 20000), WAIT_OBJECT_0);
    for (int i = 0; i < 100; i++) {
        CHECK(WriteFile(in[1], "ping", 4, &count, NULL) && count == 4);
        CHECK(ReadFile(out[0], buffer, sizeof(buffer), &count, NULL) && count == 4);
        CHECK(!memcmp(buffer, "gnip", 4));
    }
    CloseHandle(in[1]);
    CHECK(!ReadFile(out[0], buffer, sizeof(buffer), &count, NULL));
    CHECK_EQ(GetLastError(), ERROR_BROKEN_PIPE);
    CHECK_EQ(finish(&info), 100);
    CloseHandle(out[0]);
    CloseHandle(event);
    CloseHandle(named);
}

static void pipe_between(BOOL message)
{
    WCHAR name[64], what[128];
    OVERLAPPED overlapped = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
    PROCESS_INFORMATION info;
    char buffer[64];
    DWORD count;
    HANDLE server;

    swprintf(name, 64, L"\\\\.\\pipe\\family-%lu-%d", GetCurrentProcessId(), message);
    server = CreateNamedPipeW(name, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED,
                              message ? PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE : PIPE_TYPE_BYTE,
                              1, 4096, 4096, 0, NULL);
    CHECK(server != INVALID_HANDLE_VALUE);
    swprintf(what, 128, L"client %ls %d", name, message);
    for (int round = 0; round < 2; round++) {
        CHECK(!ConnectNamedPipe(server, &overlapped));
        CHECK_EQ(GetLastError(), ERROR_IO_PENDING);
        CHECK(start(what, 0, NULL, &info));
        CHECK(GetOverlappedResult(server, &overlapped, &count, TRUE));
        CHECK(CreateFileW(name, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL) ==
              INVALID_HANDLE_VALUE);
        CHECK_EQ(GetLastError(), ERROR_PIPE_BUSY);
        for (int i = 1; i <= 50; i++) {
            memset(buffer, i, sizeof(buffer));
            CHECK(WriteFile(server, buffer, (DWORD)i, NULL, &overlapped) ||
                  GetLastError() == ERROR_IO_PENDING);
            CHECK(GetOverlappedResult(server, &overlapped, &count, TRUE) && count == (DWORD)i);
            CHECK(ReadFile(server, buffer, sizeof(buffer), NULL, &overlapped) ||
                  GetLastError() == ERROR_IO_PENDING);
            CHECK(GetOverlappedResult(server, &overlapped, &count, TRUE) && count == (DWORD)i);
            CHECK(buffer[i - 1] == i + 1);
        }
        CHECK(WriteFile(server, "", message ? 0 : 1, NULL, &overlapped) ||
              GetLastError() == ERROR_IO_PENDING);
        CHECK(GetOverlappedResult(server, &overlapped, &count, TRUE));
        CHECK_EQ(finish(&info), 50);
        CHECK(!ReadFile(server, buffer, sizeof(buffer), NULL, &overlapped));
        if (GetLastError() == ERROR_IO_PENDING)
            CHECK(!GetOverlappedResult(server, &overlapped, &count, TRUE));
        CHECK_EQ(GetLastError(), ERROR_BROKEN_PIPE);
        CHECK(DisconnectNamedPipe(server));
    }
    CloseHandle(server);
    CHECK(CreateFileW(name, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL) == INVALID_HANDLE_VALUE);
    CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
    CloseHandle(overlapped.hEvent);
}

static void jobs(void)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};
    JOBOBJECT_ASSOCIATE_COMPLETION_PORT associate = {0};
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION accounting;
    PROCESS_INFORMATION info, other;
    HANDLE job = CreateJobObjectW(NULL, NULL);
    DWORD message, count;
    OVERLAPPED *id;
    ULONG_PTR key;

    associate.CompletionPort = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
    associate.CompletionKey = (void *)7;
    CHECK(SetInformationJobObject(job, JobObjectAssociateCompletionPortInformation, &associate,
                                  sizeof(associate)));
    limits.BasicLimitInformation.LimitFlags =
        JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | JOB_OBJECT_LIMIT_ACTIVE_PROCESS;
    limits.BasicLimitInformation.ActiveProcessLimit = 1;
    CHECK(SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof(limits)));
    CHECK(start(L"exit 0", CREATE_SUSPENDED, NULL, &info));
    CHECK(AssignProcessToJobObject(job, info.hProcess));
    CHECK(GetQueuedCompletionStatus(associate.CompletionPort, &message, &key, &id, 10000));
    CHECK_EQ(message, JOB_OBJECT_MSG_NEW_PROCESS);
    CHECK(key == 7 && (ULONG_PTR)id == info.dwProcessId);
    CHECK(start(L"exit 0", CREATE_SUSPENDED, NULL, &other));
    if (!check_on_wine()) { /* Wine 8 keeps neither limits nor accounts */
        CHECK(!AssignProcessToJobObject(job, other.hProcess));
        CHECK_EQ(GetLastError(), ERROR_NOT_ENOUGH_QUOTA);
    }
    CHECK(TerminateProcess(other.hProcess, 1));
    CHECK_EQ(finish(&other), 1);
    CHECK(QueryInformationJobObject(job, JobObjectBasicAccountingInformation, &accounting,
                                    sizeof(accounting), NULL));
    CHECK(check_on_wine() || (accounting.ActiveProcesses == 1 && accounting.TotalProcesses == 1));
    ResumeThread(info.hThread);
    CHECK_EQ(finish(&info), 0);
    for (count = 0; count < 4; count++)
        if (!GetQueuedCompletionStatus(associate.CompletionPort, &message, &key, &id, 10000) ||
            message == JOB_OBJECT_MSG_ACTIVE_PROCESS_ZERO)
            break;
    CHECK_EQ(message, JOB_OBJECT_MSG_ACTIVE_PROCESS_ZERO);
    CHECK(start(L"sleep", CREATE_SUSPENDED, NULL, &info));
    CHECK(AssignProcessToJobObject(job, info.hProcess));
    ResumeThread(info.hThread);
    CloseHandle(job);
    CHECK_EQ(finish(&info), 0);
    CloseHandle(associate.CompletionPort);
}

static int share(char **argv)
{
    HANDLE in = GetStdHandle(STD_INPUT_HANDLE), out = GetStdHandle(STD_OUTPUT_HANDLE), named;
    char buffer[4], back[4];
    DWORD count;
    int rounds = 0;

    if (!SetEvent((HANDLE)(ULONG_PTR)strtoull(argv[3], NULL, 10)))
        return 1000 + (int)GetLastError();
    named = OpenEventA(EVENT_MODIFY_STATE, FALSE, argv[4]);
    if (!named || !SetEvent(named))
        return 2000 + (int)GetLastError();
    while (ReadFile(in, buffer, 4, &count, NULL) && count == 4) {
        for (int i = 0; i < 4; i++)
            back[i] = buffer[3 - i];
        if (!WriteFile(out, back, 4, &count, NULL))
            return 3000;
        rounds++;
    }
    return rounds;
}

static int client(char **argv)
{
    HANDLE pipe =
        CreateFileA(argv[3], GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    DWORD mode = PIPE_READMODE_MESSAGE, count, sent;
    char buffer[64];
    int rounds = 0;

    if (pipe == INVALID_HANDLE_VALUE)
        return 1000 + (int)GetLastError();
    if (argv[4][0] == '1' && !SetNamedPipeHandleState(pipe, &mode, NULL, NULL))
        return 2000 + (int)GetLastError();
    while (ReadFile(pipe, buffer, sizeof(buffer), &count, NULL) && count && buffer[0]) {
        for (DWORD i = 0; i < count; i++)
            buffer[i]++;
        if (!WriteFile(pipe, buffer, count, &sent, NULL) || sent != count)
            return 3000;
        rounds++;
    }
    return rounds;
}

static int child(char **argv)
{
    if (!strcmp(argv[2], "exit"))
        ExitProcess((DWORD)strtoul(argv[3], NULL, 10));
    if (!strcmp(argv[2], "crash"))
        *(volatile int *)16 = 1;
    if (!strcmp(argv[2], "share"))
        return share(argv);
    if (!strcmp(argv[2], "client"))
        return client(argv);
    Sleep(30000);
    return 99;
}

int main(int argc, char **argv)
{
    if (argc > 2 && !strcmp(argv[1], "child")) {
        SetErrorMode(SEM_NOGPFAULTERRORBOX);
        return child(argv);
    }
    GetModuleFileNameW(NULL, self, MAX_PATH);
    exit_codes();
    many();
    shared_objects();
    pipe_between(FALSE);
    pipe_between(TRUE);
    jobs();
    return check_done();
}
