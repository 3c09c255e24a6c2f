/* CreateProcess: names, command lines, handles, environments, directories, flags, attributes. */
#include "tests/nt/check.h"

#include <stdlib.h>

static WCHAR self[MAX_PATH], directory[MAX_PATH];
static char output[4096];

/* Runs a command line with its output in a pipe; the exit code, or -1 when it cannot start. */
static int run(const WCHAR *application, const WCHAR *line, DWORD flags, void *environment,
               const WCHAR *where)
{
    SECURITY_ATTRIBUTES inherit = {sizeof(inherit), NULL, TRUE};
    STARTUPINFOW startup = {.cb = sizeof(startup), .dwFlags = STARTF_USESTDHANDLES};
    PROCESS_INFORMATION info;
    HANDLE read, write;
    WCHAR copy[2 * MAX_PATH];
    DWORD count, used = 0, code;
    BOOL done;

    output[0] = 0;
    if (line)
        wcscpy(copy, line);
    if (!CreatePipe(&read, &write, &inherit, 0))
        return -2;
    SetHandleInformation(read, HANDLE_FLAG_INHERIT, 0);
    startup.hStdInput = NULL;
    startup.hStdOutput = startup.hStdError = write;
    done = CreateProcessW(application, line ? copy : NULL, NULL, NULL, TRUE, flags, environment,
                          where, &startup, &info);
    code = GetLastError();
    CloseHandle(write);
    if (!done) {
        CloseHandle(read);
        SetLastError(code);
        return -1;
    }
    while (used < sizeof(output) - 1 &&
           ReadFile(read, output + used, sizeof(output) - 1 - used, &count, NULL) && count)
        used += count;
    output[used] = 0;
    CloseHandle(read);
    WaitForSingleObject(info.hProcess, 20000);
    GetExitCodeProcess(info.hProcess, &code);
    CloseHandle(info.hProcess);
    CloseHandle(info.hThread);
    return (int)code;
}

static void names(void)
{
    WCHAR line[2 * MAX_PATH], path[MAX_PATH];

    swprintf(line, 2 * MAX_PATH, L"\"%ls\" child exit 300 \"a b\"", self);
    CHECK_EQ(run(NULL, line, 0, NULL, NULL), 300);
    CHECK_EQ(run(self, line, 0, NULL, NULL), 300);
    CHECK_EQ(run(self, L"anything child exit 7", 0, NULL, NULL), 7);
    /* Unquoted, with a blank in the name: the longer names are tried. */
    swprintf(path, MAX_PATH, L"%ls\\with blank.exe", directory);
    CHECK(CopyFileW(self, path, FALSE));
    swprintf(line, 2 * MAX_PATH, L"%ls child name", path);
    CHECK_EQ(run(NULL, line, 0, NULL, NULL), 0);
    CHECK(strstr(output, "with blank.exe") != NULL);
    /* The extension is added, and the current directory searched. */
    swprintf(line, 2 * MAX_PATH, L"\"%ls\\with blank\" child exit 5", directory);
    CHECK_EQ(run(NULL, line, 0, NULL, NULL), 5);
    CHECK_EQ(run(NULL, L"\"with blank\" child exit 6", 0, NULL, NULL), 6);
    CHECK_EQ(run(NULL, L"no-such-program-anywhere", 0, NULL, NULL), -1);
    CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
    CHECK_EQ(run(L"no-such-program.exe", NULL, 0, NULL, NULL), -1);
    CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
    CHECK_EQ(run(L"missing\\program.exe", NULL, 0, NULL, NULL), -1);
    CHECK_EQ(GetLastError(), ERROR_PATH_NOT_FOUND);
    swprintf(line, 2 * MAX_PATH, L"\"%ls\" child exit 0", self);
    CHECK_EQ(run(NULL, line, DETACHED_PROCESS | CREATE_NEW_CONSOLE, NULL, NULL), -1);
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK_EQ(run(NULL, line, 0, NULL, L"missing-directory"), -1);
    CHECK_EQ(GetLastError(), ERROR_DIRECTORY);
}

static void environment(void)
{
    WCHAR line[2 * MAX_PATH], wide[] = L"FIRST=1\0LAST=\x00e9\0";
    char narrow[] = "ANSI=yes\0";

    swprintf(line, 2 * MAX_PATH, L"\"%ls\" child env FIRST LAST ANSI", self);
    CHECK_EQ(run(NULL, line, CREATE_UNICODE_ENVIRONMENT, wide, NULL), 0);
    CHECK(!strncmp(output, "1|", 2) && strstr(output, "|e9 |-|"));
    CHECK_EQ(run(NULL, line, 0, narrow, NULL), 0);
    CHECK(!strncmp(output, "-|-|yes|", 8));
    SetEnvironmentVariableW(L"FIRST", L"parent");
    CHECK_EQ(run(NULL, line, 0, NULL, NULL), 0);
    CHECK(!strncmp(output, "parent|-|-|", 11));
    SetEnvironmentVariableW(L"FIRST", NULL);
}

static void working_directory(void)
{
    WCHAR line[2 * MAX_PATH], windows[MAX_PATH];
    char narrow[MAX_PATH];

    GetWindowsDirectoryW(windows, MAX_PATH);
    GetWindowsDirectoryA(narrow, MAX_PATH);
    swprintf(line, 2 * MAX_PATH, L"\"%ls\" child cwd", self);
    CHECK_EQ(run(NULL, line, 0, NULL, windows), 0);
    CHECK(!_strnicmp(output, narrow, strlen(narrow)));
}

/* Only the listed handle reaches the child. */
static void handle_list(void)
{
    SECURITY_ATTRIBUTES inherit = {sizeof(inherit), NULL, TRUE};
    STARTUPINFOEXW startup = {.StartupInfo.cb = sizeof(startup)};
    PROCESS_INFORMATION info;
    HANDLE listed = CreateEventW(&inherit, TRUE, FALSE, NULL);
    HANDLE other = CreateEventW(&inherit, TRUE, FALSE, NULL);
    WCHAR line[2 * MAX_PATH];
    SIZE_T size = 0;
    DWORD code = 99;

    CHECK(!InitializeProcThreadAttributeList(NULL, 1, 0, &size));
    CHECK_EQ(GetLastError(), ERROR_INSUFFICIENT_BUFFER);
    startup.lpAttributeList = malloc(size);
    CHECK(InitializeProcThreadAttributeList(startup.lpAttributeList, 1, 0, &size));
    CHECK(!UpdateProcThreadAttribute(startup.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST,
                                     &listed, 3, NULL, NULL));
    CHECK_EQ(GetLastError(), ERROR_BAD_LENGTH);
    CHECK(UpdateProcThreadAttribute(startup.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST,
                                    &listed, sizeof(listed), NULL, NULL));
    CHECK(!UpdateProcThreadAttribute(startup.lpAttributeList, 0,
                                     PROC_THREAD_ATTRIBUTE_PARENT_PROCESS, &listed, sizeof(listed),
                                     NULL, NULL));
    CHECK_EQ(GetLastError(), ERROR_GEN_FAILURE);
    swprintf(line, 2 * MAX_PATH, L"\"%ls\" child handles %llu %llu", self,
             (unsigned long long)(ULONG_PTR)listed, (unsigned long long)(ULONG_PTR)other);
    CHECK(CreateProcessW(NULL, line, NULL, NULL, TRUE, EXTENDED_STARTUPINFO_PRESENT, NULL, NULL,
                         &startup.StartupInfo, &info));
    CHECK_EQ(WaitForSingleObject(info.hProcess, 20000), WAIT_OBJECT_0);
    CHECK(GetExitCodeProcess(info.hProcess, &code));
    CHECK_EQ(code, 1);
    CHECK_EQ(WaitForSingleObject(listed, 0), WAIT_OBJECT_0);
    CHECK_EQ(WaitForSingleObject(other, 0), WAIT_TIMEOUT);
    CloseHandle(info.hProcess);
    CloseHandle(info.hThread);
    CloseHandle(listed);
    CloseHandle(other);
    DeleteProcThreadAttributeList(startup.lpAttributeList);
    free(startup.lpAttributeList);
}

static void suspended(void)
{
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION info;
    char line[2 * MAX_PATH];
    WCHAR path[MAX_PATH];
    DWORD code, length = MAX_PATH;
    HANDLE opened;
    BOOL wow64 = TRUE;

    snprintf(line, sizeof(line), "\"%ls\" child exit 9", self);
    CHECK(CreateProcessA(NULL, line, NULL, NULL, FALSE,
                         CREATE_SUSPENDED | BELOW_NORMAL_PRIORITY_CLASS, NULL, NULL, &startup,
                         &info));
    CHECK_EQ(WaitForSingleObject(info.hProcess, 50), WAIT_TIMEOUT);
    CHECK(GetExitCodeProcess(info.hProcess, &code));
    CHECK_EQ(code, STILL_ACTIVE);
    CHECK_EQ(GetProcessId(info.hProcess), info.dwProcessId);
    CHECK_EQ(GetPriorityClass(info.hProcess), BELOW_NORMAL_PRIORITY_CLASS);
    CHECK(IsWow64Process(info.hProcess, &wow64) && !wow64);
    CHECK(QueryFullProcessImageNameW(info.hProcess, 0, path, &length));
    CHECK(!_wcsicmp(path, self));
    opened = OpenProcess(PROCESS_QUERY_INFORMATION | SYNCHRONIZE, FALSE, info.dwProcessId);
    CHECK(opened != NULL);
    CHECK(!TerminateProcess(opened, 1));
    CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
    CHECK_EQ(ResumeThread(info.hThread), 1);
    CHECK_EQ(WaitForSingleObject(opened, 20000), WAIT_OBJECT_0);
    CHECK(GetExitCodeProcess(opened, &code));
    CHECK_EQ(code, 9);
    CloseHandle(opened);
    CloseHandle(info.hProcess);
    CloseHandle(info.hThread);

    snprintf(line, sizeof(line), "\"%ls\" child wait", self);
    CHECK(CreateProcessA(NULL, line, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &info));
    CHECK(TerminateProcess(info.hProcess, 0xc0000123));
    CHECK_EQ(WaitForSingleObject(info.hProcess, 20000), WAIT_OBJECT_0);
    CHECK(GetExitCodeProcess(info.hProcess, &code));
    CHECK_EQ(code, 0xc0000123);
    CloseHandle(info.hProcess);
    CloseHandle(info.hThread);
    CHECK(!OpenProcess(PROCESS_QUERY_INFORMATION, FALSE, 0x7ffffff0));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
}

static void batch_file(void)
{
    WCHAR path[MAX_PATH], line[2 * MAX_PATH];
    HANDLE file;
    DWORD count;

    swprintf(path, MAX_PATH, L"%ls\\batch file.cmd", directory);
    file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    WriteFile(file, "@echo got %1\r\n@exit /b 12\r\n", 27, &count, NULL);
    CloseHandle(file);
    swprintf(line, 2 * MAX_PATH, L"\"%ls\" argument", path);
    CHECK_EQ(run(NULL, line, 0, NULL, NULL), 12);
    CHECK(strstr(output, "got argument") != NULL);
    DeleteFileW(path);
}

static void not_programs(void)
{
    WCHAR path[MAX_PATH];
    HANDLE file;
    DWORD count, type;

    swprintf(path, MAX_PATH, L"%ls\\bad.exe", directory);
    file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    WriteFile(file, "this is no program", 18, &count, NULL);
    CloseHandle(file);
    CHECK_EQ(run(path, NULL, 0, NULL, NULL), -1);
    CHECK_EQ(GetLastError(), ERROR_BAD_EXE_FORMAT);
    CHECK(!GetBinaryTypeW(path, &type));
    CHECK_EQ(GetLastError(), ERROR_BAD_EXE_FORMAT);
    CHECK(GetBinaryTypeW(self, &type));
    CHECK_EQ(type, SCS_64BIT_BINARY);
    DeleteFileW(path);
}

static int child(int argc, char **argv)
{
    char buffer[MAX_PATH];

    if (argc > 3 && !strcmp(argv[2], "exit"))
        return atoi(argv[3]);
    if (!strcmp(argv[2], "name")) {
        puts(argv[0]);
        return argc != 3;
    }
    if (!strcmp(argv[2], "cwd")) {
        GetCurrentDirectoryA(MAX_PATH, buffer);
        puts(buffer);
        return 0;
    }
    if (!strcmp(argv[2], "env")) {
        for (int i = 3; i < argc; i++) {
            WCHAR name[32], value[64];
            DWORD length;

            swprintf(name, 32, L"%hs", argv[i]);
            length = GetEnvironmentVariableW(name, value, 64);
            if (!length)
                printf("-");
            for (DWORD c = 0; c < length; c++)
                if (value[c] < 128)
                    printf("%c", (char)value[c]);
                else
                    printf("%x ", value[c]);
            printf("|");
        }
        return 0;
    }
    if (!strcmp(argv[2], "handles")) {
        int result = 0;

        result |= SetEvent((HANDLE)(ULONG_PTR)strtoull(argv[3], NULL, 10)) ? 1 : 0;
        result |= SetEvent((HANDLE)(ULONG_PTR)strtoull(argv[4], NULL, 10)) ? 2 : 0;
        return result;
    }
    if (!strcmp(argv[2], "wait"))
        Sleep(30000);
    return 99;
}

int main(int argc, char **argv)
{
    WCHAR temp[MAX_PATH], path[MAX_PATH];

    if (argc > 2 && !strcmp(argv[1], "child"))
        return child(argc, argv);
    /* A child that lost its arguments must not become a parent: its children would do the same. */
    if (GetEnvironmentVariableW(L"PROCESS_CREATE_TEST", path, MAX_PATH))
        return 98;
    SetEnvironmentVariableW(L"PROCESS_CREATE_TEST", L"1");
    GetModuleFileNameW(NULL, self, MAX_PATH);
    GetTempPathW(MAX_PATH, temp);
    swprintf(directory, MAX_PATH, L"%lsprocess-create-%lx-%lx", temp, GetCurrentProcessId(),
             GetTickCount());
    CHECK(CreateDirectoryW(directory, NULL));
    CHECK(SetCurrentDirectoryW(directory));
    names();
    environment();
    working_directory();
    handle_list();
    suspended();
    batch_file();
    not_programs();
    swprintf(path, MAX_PATH, L"%ls\\with blank.exe", directory);
    DeleteFileW(path);
    SetCurrentDirectoryW(temp);
    CHECK(RemoveDirectoryW(directory));
    return check_done();
}
