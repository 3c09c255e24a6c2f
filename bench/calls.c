/* The same operations through the host's own calls (built for Linux) and through Windows' (built with
 * MinGW). Runs in an empty folder; many/ there holds 20,000 files. */
#include "bench.h"

static char block[4096];

#ifdef _WIN32
#define WIN32_NO_STATUS
#include <windows.h>

static double now_ns(void)
{
    static LARGE_INTEGER frequency;
    LARGE_INTEGER t;

    if (!frequency.QuadPart)
        QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&t);
    return (double)t.QuadPart * 1e9 / (double)frequency.QuadPart;
}

int main(void)
{
    DWORD count;
    HANDLE file = CreateFileW(L"data", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, NULL,
                              CREATE_ALWAYS, 0, NULL);
    LONG(NTAPI * close)(HANDLE) =
        (LONG(NTAPI *)(HANDLE))(void *)GetProcAddress(GetModuleHandleA("ntdll.dll"), "NtClose");
    OVERLAPPED zero = {0};

    if (file == INVALID_HANDLE_VALUE || !close || !WriteFile(file, block, 4096, &count, NULL))
        bench_stop("CreateFile");
    BENCH("write-4k", 20000, {
        if (!WriteFile(file, block, 4096, &count, &zero))
            bench_stop("WriteFile");
    });
    BENCH("read-4k", 20000, {
        if (!ReadFile(file, block, 4096, &count, &zero) || count != 4096)
            bench_stop("ReadFile");
    });
    BENCH("open-close", 5000, {
        HANDLE h = CreateFileW(L"data", GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                               OPEN_EXISTING, 0, NULL);
        if (h == INVALID_HANDLE_VALUE)
            bench_stop("CreateFile");
        CloseHandle(h);
    });
    if (GetFileAttributesW(L"many\\none") != INVALID_FILE_ATTRIBUTES)
        bench_stop("GetFileAttributes");
    BENCH("missing-name", 2000, {
        if (GetFileAttributesW(L"many\\none") != INVALID_FILE_ATTRIBUTES)
            bench_stop("GetFileAttributes");
    });
    BENCH("trivial-call", 100000, close((HANDLE)0x7ff0));
    BENCH("clock", 100000, now_ns());
    BENCH("compute", 3, {
        if (bench_compute() != 78498)
            bench_stop("compute");
    });
    CloseHandle(file);
    return 0;
}
#else
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static double now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

int main(void)
{
    int file = open("data", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    struct stat st;

    if (file < 0 || pwrite(file, block, 4096, 0) != 4096)
        bench_stop("open");
    BENCH("write-4k", 20000, {
        if (pwrite(file, block, 4096, 0) != 4096)
            bench_stop("pwrite");
    });
    BENCH("read-4k", 20000, {
        if (pread(file, block, 4096, 0) != 4096)
            bench_stop("pread");
    });
    BENCH("open-close", 5000, {
        int fd = open("data", O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            bench_stop("open");
        close(fd);
    });
    BENCH("missing-name", 2000, {
        if (stat("many/none", &st) == 0)
            bench_stop("stat");
    });
    BENCH("trivial-call", 100000, syscall(SYS_getppid));
    BENCH("clock", 100000, now_ns());
    BENCH("compute", 3, {
        if (bench_compute() != 78498)
            bench_stop("compute");
    });
    close(file);
    return 0;
}
#endif
