/* A tour of what a Windows program finds here, timed: the system, memory, files, threads, exceptions. */
#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include <windows.h>

static int colours;
static LARGE_INTEGER frequency;

static const char *paint(const char *sequence)
{
    return colours ? sequence : "";
}

static double now(void)
{
    LARGE_INTEGER t;

    QueryPerformanceCounter(&t);
    return (double)t.QuadPart / (double)frequency.QuadPart;
}

static void heading(const char *text)
{
    printf("\n%s%s%s\n", paint("\x1b[1;36m"), text, paint("\x1b[0m"));
}

static void line(const char *name, const char *text)
{
    printf("  %-22s %s%s%s\n", name, paint("\x1b[32m"), text, paint("\x1b[0m"));
}

static void wide_line(const char *name, const WCHAR *text)
{
    char utf8[1024];

    if (!WideCharToMultiByte(CP_UTF8, 0, text, -1, utf8, sizeof(utf8), NULL, NULL))
        strcpy(utf8, "?");
    line(name, utf8);
}

static void system_part(void)
{
    OSVERSIONINFOW version = {.dwOSVersionInfoSize = sizeof(version)};
    LONG(WINAPI * get_version)(OSVERSIONINFOW *) =
        (LONG(WINAPI *)(OSVERSIONINFOW *))(void *)GetProcAddress(GetModuleHandleW(L"ntdll.dll"),
                                                                 "RtlGetVersion");
    MEMORYSTATUSEX memory = {.dwLength = sizeof(memory)};
    SYSTEM_INFO system;
    SYSTEMTIME time;
    WCHAR path[512];
    char text[512];

    heading("The system, as this program sees it");
    if (get_version && get_version(&version) == 0) {
        snprintf(text, sizeof(text), "%lu.%lu build %lu", version.dwMajorVersion,
                 version.dwMinorVersion, version.dwBuildNumber);
        line("Windows", text);
    }
    GetSystemInfo(&system);
    snprintf(text, sizeof(text), "%lu", system.dwNumberOfProcessors);
    line("processors", text);
    if (GlobalMemoryStatusEx(&memory)) {
        snprintf(text, sizeof(text), "%.1f GB, %.1f GB free", (double)memory.ullTotalPhys / 1e9,
                 (double)memory.ullAvailPhys / 1e9);
        line("memory", text);
    }
    GetLocalTime(&time);
    snprintf(text, sizeof(text), "%04d-%02d-%02d %02d:%02d:%02d", time.wYear, time.wMonth, time.wDay,
             time.wHour, time.wMinute, time.wSecond);
    line("local time", text);
    if (GetModuleFileNameW(NULL, path, 512))
        wide_line("this program", path);
    if (GetCurrentDirectoryW(512, path))
        wide_line("working folder", path);
    if (GetTempPathW(512, path))
        wide_line("temporary folder", path);
}

static int files_part(void)
{
    enum { FILES = 500 };
    WCHAR folder[512], path[600];
    static char block[4096];
    double begin, written, found, gone;
    WIN32_FIND_DATAW data;
    HANDLE find;
    DWORD count;
    int names = 0;
    char text[128];

    heading("Files");
    if (!GetTempPathW(400, folder))
        return 0;
    swprintf(folder + wcslen(folder), 60, L"compatrun-tour-%lu", GetCurrentProcessId());
    if (!CreateDirectoryW(folder, NULL))
        return 0;
    begin = now();
    for (int i = 0; i < FILES; i++) {
        HANDLE file;
        swprintf(path, 600, L"%ls\\file %03d \x263a.bin", folder, i);
        file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
        if (file == INVALID_HANDLE_VALUE)
            return 0;
        WriteFile(file, block, sizeof(block), &count, NULL);
        CloseHandle(file);
    }
    written = now();
    swprintf(path, 600, L"%ls\\FILE*", folder);
    find = FindFirstFileW(path, &data);
    if (find != INVALID_HANDLE_VALUE) {
        do
            names++;
        while (FindNextFileW(find, &data));
        FindClose(find);
    }
    found = now();
    for (int i = 0; i < FILES; i++) {
        swprintf(path, 600, L"%ls\\FILE %03d \x263a.BIN", folder, i);
        DeleteFileW(path);
    }
    RemoveDirectoryW(folder);
    gone = now();
    snprintf(text, sizeof(text), "%.1f ms", (written - begin) * 1e3);
    line("500 written", text);
    snprintf(text, sizeof(text), "%d in %.2f ms", names, (found - written) * 1e3);
    line("found in upper case", text);
    snprintf(text, sizeof(text), "%.1f ms", (gone - found) * 1e3);
    line("deleted in upper case", text);
    return names == FILES && GetFileAttributesW(folder) == INVALID_FILE_ATTRIBUTES;
}

enum { THREADS = 8, ROUNDS = 100000 };
static CRITICAL_SECTION section;
static LONG64 sum;

static DWORD WINAPI add(void *unused)
{
    (void)unused;
    for (int i = 0; i < ROUNDS; i++) {
        EnterCriticalSection(&section);
        sum++;
        LeaveCriticalSection(&section);
    }
    return 0;
}

static int threads_part(void)
{
    HANDLE threads[THREADS];
    double begin = now();
    char text[128];

    heading("Threads");
    InitializeCriticalSection(&section);
    for (int i = 0; i < THREADS; i++)
        threads[i] = CreateThread(NULL, 0, add, NULL, 0, NULL);
    WaitForMultipleObjects(THREADS, threads, TRUE, INFINITE);
    for (int i = 0; i < THREADS; i++)
        CloseHandle(threads[i]);
    DeleteCriticalSection(&section);
    snprintf(text, sizeof(text), "%lld in %.1f ms", (long long)sum, (now() - begin) * 1e3);
    line("8 threads, one lock", text);
    return sum == (LONG64)THREADS * ROUNDS;
}

static volatile LONG faults;

static LONG CALLBACK repair(EXCEPTION_POINTERS *p)
{
    DWORD old;
    ULONG_PTR address;

    if (p->ExceptionRecord->ExceptionCode != EXCEPTION_ACCESS_VIOLATION)
        return EXCEPTION_CONTINUE_SEARCH;
    address = p->ExceptionRecord->ExceptionInformation[1] & ~(ULONG_PTR)4095;
    faults++;
    return VirtualProtect((void *)address, 4096, PAGE_READWRITE, &old) ? EXCEPTION_CONTINUE_EXECUTION
                                                                       : EXCEPTION_CONTINUE_SEARCH;
}

static int memory_part(void)
{
    enum { PAGES = 256 };
    char *memory = VirtualAlloc(NULL, PAGES * 4096, MEM_RESERVE | MEM_COMMIT, PAGE_NOACCESS);
    void *handler = AddVectoredExceptionHandler(1, repair);
    double begin = now();
    char text[128];

    heading("Memory and exceptions");
    for (int i = 0; memory && i < PAGES; i++)
        ((volatile char *)memory)[i * 4096] = 1;
    RemoveVectoredExceptionHandler(handler);
    snprintf(text, sizeof(text), "%ld, %.1f us each", faults, (now() - begin) * 1e6 / PAGES);
    line("faults caught, repaired", text);
    VirtualFree(memory, 0, MEM_RELEASE);
    return faults == PAGES;
}

static int compute_part(void)
{
    static unsigned char composite[2000001];
    double begin = now();
    int primes = 0;
    char text[128];

    heading("Compute");
    for (int i = 2; i <= 2000000; i++) {
        if (composite[i])
            continue;
        primes++;
        for (long long j = (long long)i * i; j <= 2000000; j += i)
            composite[j] = 1;
    }
    snprintf(text, sizeof(text), "%d in %.1f ms", primes, (now() - begin) * 1e3);
    line("primes below 2,000,000", text);
    return primes == 148933;
}

int main(void)
{
    HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE);
    DWORD mode;
    double begin;
    int good;

    QueryPerformanceFrequency(&frequency);
    begin = now();
    SetConsoleOutputCP(CP_UTF8);
    colours = GetConsoleMode(out, &mode) &&
              SetConsoleMode(out, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING);
    printf("%sA Windows program on Linux%s\n", paint("\x1b[1m"), paint("\x1b[0m"));
    system_part();
    good = files_part();
    good &= threads_part();
    good &= memory_part();
    good &= compute_part();
    printf("\n%s, in %.0f ms.\n", good ? "All as it should be" : "Something went wrong",
           (now() - begin) * 1e3);
    return good ? 0 : 1;
}
