/* What a process can learn about itself and others: counters, modules, snapshots, jobs, modes. */
#include "tests/nt/check.h"

#define PSAPI_VERSION 2
#include <psapi.h>
#include <tlhelp32.h>

static void counters(void)
{
    FILETIME creation, exit, kernel, user;
    PROCESS_MEMORY_COUNTERS_EX memory;
    DWORD_PTR mine, system;
    IO_COUNTERS io;
    DWORD count = 0;
    SIZE_T low, high;

    CHECK(GetProcessTimes(GetCurrentProcess(), &creation, &exit, &kernel, &user));
    CHECK(creation.dwHighDateTime > 0x01d00000);
    CHECK(GetProcessHandleCount(GetCurrentProcess(), &count) && count > 0);
    CHECK(GetProcessIoCounters(GetCurrentProcess(), &io));
    CHECK(GetProcessMemoryInfo(GetCurrentProcess(), (PROCESS_MEMORY_COUNTERS *)&memory,
                               sizeof(memory)));
    CHECK(memory.WorkingSetSize > 0 && memory.PeakWorkingSetSize >= memory.WorkingSetSize);
    CHECK(GetProcessAffinityMask(GetCurrentProcess(), &mine, &system));
    CHECK(mine && !(mine & ~system));
    CHECK(SetProcessAffinityMask(GetCurrentProcess(), mine));
    CHECK_EQ(GetPriorityClass(GetCurrentProcess()), NORMAL_PRIORITY_CLASS);
    CHECK(!SetPriorityClass(GetCurrentProcess(), 3));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK(GetProcessWorkingSetSize(GetCurrentProcess(), &low, &high));
    CHECK_EQ(GetProcessId(GetCurrentProcess()), GetCurrentProcessId());
    CHECK(GetProcessVersion(0) >= 0x40000);
}

static void memory(void)
{
    int value = 5, copy = 0;
    SIZE_T count;

    CHECK(ReadProcessMemory(GetCurrentProcess(), &value, &copy, sizeof(copy), &count));
    CHECK(copy == 5 && count == sizeof(copy));
    copy = 6;
    CHECK(WriteProcessMemory(GetCurrentProcess(), &value, &copy, sizeof(copy), &count));
    CHECK_EQ(*(volatile int *)&value, 6);
    CHECK(!ReadProcessMemory(GetCurrentProcess(), (void *)16, &copy, sizeof(copy), &count));
    CHECK_EQ(GetLastError(), ERROR_PARTIAL_COPY);
}

static void modules(void)
{
    HMODULE list[256];
    MODULEINFO info;
    WCHAR name[MAX_PATH];
    DWORD needed, found = 0;

    CHECK(EnumProcessModules(GetCurrentProcess(), list, sizeof(list), &needed));
    CHECK(needed >= 3 * sizeof(HMODULE));
    CHECK(list[0] == GetModuleHandleW(NULL));
    for (DWORD i = 0; i < needed / sizeof(HMODULE); i++)
        if (GetModuleBaseNameW(GetCurrentProcess(), list[i], name, MAX_PATH) &&
            !_wcsicmp(name, L"ntdll.dll"))
            found++;
    CHECK_EQ(found, 1);
    CHECK(GetModuleInformation(GetCurrentProcess(), list[0], &info, sizeof(info)));
    CHECK(info.lpBaseOfDll == (void *)list[0] && info.SizeOfImage > 0x1000);
    CHECK(GetModuleFileNameExW(GetCurrentProcess(), NULL, name, MAX_PATH) > 4);
    CHECK(!GetModuleInformation(GetCurrentProcess(), (HMODULE)16, &info, sizeof(info)));
    CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
}

static void snapshots(void)
{
    PROCESSENTRY32W process = {.dwSize = sizeof(process)};
    THREADENTRY32 thread = {.dwSize = sizeof(thread)};
    MODULEENTRY32W module = {.dwSize = sizeof(module)};
    HANDLE snapshot = CreateToolhelp32Snapshot(
        TH32CS_SNAPPROCESS | TH32CS_SNAPTHREAD | TH32CS_SNAPMODULE, GetCurrentProcessId());
    BOOL self = FALSE, own_thread = FALSE, ntdll = FALSE;
    DWORD ids[1024], needed;

    CHECK(snapshot != INVALID_HANDLE_VALUE);
    CHECK(Process32FirstW(snapshot, &process));
    do
        self |= process.th32ProcessID == GetCurrentProcessId();
    while (Process32NextW(snapshot, &process));
    CHECK_EQ(GetLastError(), ERROR_NO_MORE_FILES);
    CHECK(self);
    CHECK(Thread32First(snapshot, &thread));
    do
        own_thread |= thread.th32ThreadID == GetCurrentThreadId() &&
                      thread.th32OwnerProcessID == GetCurrentProcessId();
    while (Thread32Next(snapshot, &thread));
    CHECK(own_thread);
    CHECK(Module32FirstW(snapshot, &module));
    CHECK(module.hModule == GetModuleHandleW(NULL));
    do
        ntdll |= !_wcsicmp(module.szModule, L"ntdll.dll");
    while (Module32NextW(snapshot, &module));
    CHECK(ntdll);
    CHECK(CloseHandle(snapshot));
    CHECK(EnumProcesses(ids, sizeof(ids), &needed));
    self = FALSE;
    for (DWORD i = 0; i < needed / sizeof(DWORD); i++)
        self |= ids[i] == GetCurrentProcessId();
    CHECK(self);
}

static void jobs(void)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};
    STARTUPINFOW startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION info;
    WCHAR self[MAX_PATH], line[2 * MAX_PATH];
    HANDLE job = CreateJobObjectW(NULL, NULL);
    DWORD code = 0;
    BOOL inside = TRUE;

    CHECK(job != NULL);
    GetModuleFileNameW(NULL, self, MAX_PATH);
    swprintf(line, 2 * MAX_PATH, L"\"%ls\" sleep", self);
    CHECK(CreateProcessW(NULL, line, NULL, NULL, FALSE, CREATE_SUSPENDED, NULL, NULL, &startup,
                         &info));
    CHECK(IsProcessInJob(info.hProcess, job, &inside) && !inside);
    CHECK(AssignProcessToJobObject(job, info.hProcess));
    CHECK(IsProcessInJob(info.hProcess, job, &inside) && inside);
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    CHECK(SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof(limits)));
    ResumeThread(info.hThread);
    CHECK(TerminateJobObject(job, 77));
    CHECK_EQ(WaitForSingleObject(info.hProcess, 20000), WAIT_OBJECT_0);
    CHECK(GetExitCodeProcess(info.hProcess, &code));
    CHECK_EQ(code, 77);
    CloseHandle(info.hProcess);
    CloseHandle(info.hThread);
    CloseHandle(job);
}

static LONG WINAPI filter(EXCEPTION_POINTERS *pointers)
{
    (void)pointers;
    return EXCEPTION_CONTINUE_SEARCH;
}

static int seen;

static LONG CALLBACK vectored(EXCEPTION_POINTERS *pointers)
{
    if (pointers->ExceptionRecord->ExceptionCode != 0xe0001234)
        return EXCEPTION_CONTINUE_SEARCH;
    CHECK_EQ(pointers->ExceptionRecord->NumberParameters, 2);
    CHECK_EQ(pointers->ExceptionRecord->ExceptionInformation[1], 22);
    seen++;
    return EXCEPTION_CONTINUE_EXECUTION;
}

static void modes(void)
{
    UINT previous = SetErrorMode(SEM_NOGPFAULTERRORBOX | SEM_FAILCRITICALERRORS);
    ULONG_PTR arguments[2] = {11, 22};
    STARTUPINFOW startup;
    DWORD level, flags, old;
    void *handler;

    CHECK_EQ(GetErrorMode(), SEM_NOGPFAULTERRORBOX | SEM_FAILCRITICALERRORS);
    CHECK_EQ(SetErrorMode(previous), SEM_NOGPFAULTERRORBOX | SEM_FAILCRITICALERRORS);
    CHECK(SetThreadErrorMode(SEM_FAILCRITICALERRORS, &old));
    CHECK_EQ(GetThreadErrorMode(), SEM_FAILCRITICALERRORS);
    CHECK(SetThreadErrorMode(old, NULL));
    CHECK(!SetThreadErrorMode(0x100, NULL));
    CHECK(SetProcessShutdownParameters(0x300, 0));
    CHECK(GetProcessShutdownParameters(&level, &flags) && level == 0x300 && flags == 0);
    GetStartupInfoW(&startup);
    CHECK_EQ(startup.cb, sizeof(startup));
    CHECK(wcslen(GetCommandLineW()) == strlen(GetCommandLineA()));
    SetUnhandledExceptionFilter(filter);
    CHECK(SetUnhandledExceptionFilter(NULL) == filter);
    handler = AddVectoredExceptionHandler(1, vectored);
    RaiseException(0xe0001234, 0, 2, arguments);
    CHECK_EQ(seen, 1);
    CHECK(RemoveVectoredExceptionHandler(handler));
    CHECK(!IsDebuggerPresent());
    OutputDebugStringA("nobody reads this");
    OutputDebugStringW(L"nor this");
    CHECK_EQ(seen, 1);
}

/* A child that is bound before it begins, and resumed by the thread that a snapshot shows of it. */
static void bound_child(void)
{
    char self[MAX_PATH], line[MAX_PATH + 16];
    STARTUPINFOA si = {.cb = sizeof(si)};
    THREADENTRY32 te = {.dwSize = sizeof(te)};
    DWORD_PTR mine, system, child;
    PROCESS_INFORMATION pi;
    DWORD code;

    CHECK(GetProcessAffinityMask(GetCurrentProcess(), &mine, &system));
    DWORD_PTR one = mine & (~mine + 1);
    GetModuleFileNameA(NULL, self, sizeof(self));
    snprintf(line, sizeof(line), "\"%s\" bound", self);
    CHECK(CreateProcessA(self, line, NULL, NULL, FALSE, CREATE_SUSPENDED, NULL, NULL, &si, &pi));
    CHECK(!SetProcessAffinityMask(pi.hProcess, 0));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK(SetProcessAffinityMask(pi.hProcess, one));
    CHECK(GetProcessAffinityMask(pi.hProcess, &child, &system) && child == one);
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    BOOL more = Thread32First(snapshot, &te);
    while (more && te.th32OwnerProcessID != pi.dwProcessId)
        more = Thread32Next(snapshot, &te);
    CHECK(more);
    CHECK_EQ(te.th32ThreadID, pi.dwThreadId);
    HANDLE thread = OpenThread(THREAD_SUSPEND_RESUME, FALSE, te.th32ThreadID);
    CHECK(thread != NULL);
    CHECK_EQ(ResumeThread(thread), 1);
    CHECK_EQ(WaitForSingleObject(pi.hProcess, 30000), WAIT_OBJECT_0);
    CHECK(GetExitCodeProcess(pi.hProcess, &code));
    CHECK_EQ(code, 100 + one); /* what it saw itself */
    CloseHandle(thread);
    CloseHandle(snapshot);
    CloseHandle(pi.hThread);
    CloseHandle(pi.hProcess);
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "bound")) {
        DWORD_PTR mine, system;
        return GetProcessAffinityMask(GetCurrentProcess(), &mine, &system) ? 100 + (int)mine : 1;
    }
    if (argc > 1) {
        Sleep(30000);
        return 0;
    }
    counters();
    memory();
    modules();
    snapshots();
    jobs();
    modes();
    bound_child();
    return check_done();
}
