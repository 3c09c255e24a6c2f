/* The same operations through the host's own calls (built for Linux) and through Windows' (built
 * with MinGW). Runs in a folder with many/, which holds 20,000 files, and made/, which is empty.
 * With names of measurements as arguments, only these. */
#include "bench.h"

#define MADE 20 /* files in made/ at a time */

/* On a page of its own on both sides: the kernel's copies differ by alignment. */
static char block[4096] __attribute__((aligned(4096)));
static int wanted_count;
static char **wanted_names;

static int wanted(const char *name)
{
    for (int i = 0; i < wanted_count; i++)
        if (strcmp(wanted_names[i], name) == 0)
            return 1;
    return wanted_count == 0;
}

#define MEASURE(name, calls, statement)                                                            \
    do {                                                                                           \
        if (wanted(name))                                                                          \
            BENCH(name, calls, statement);                                                         \
    } while (0)

/* Creates MADE small files and deletes them, by turns. */
#define MEASURE_MADE(create, remove)                                                               \
    do {                                                                                           \
        struct bench_series created = {.count = 0}, removed = {.count = 0};                        \
        if (!wanted("create") && !wanted("delete"))                                                \
            break;                                                                                 \
        for (int round = 0; round < BENCH_ROUNDS; round++) {                                       \
            double start = now_ns(), middle;                                                       \
            for (int i = 0; i < MADE; i++) {                                                       \
                create;                                                                            \
            }                                                                                      \
            middle = now_ns();                                                                     \
            for (int i = 0; i < MADE; i++) {                                                       \
                remove;                                                                            \
            }                                                                                      \
            bench_add(&created, (middle - start) / MADE);                                          \
            bench_add(&removed, (now_ns() - middle) / MADE);                                       \
        }                                                                                          \
        bench_print("create", &created);                                                           \
        bench_print("delete", &removed);                                                           \
    } while (0)

#ifdef _WIN32
#define WIN32_NO_STATUS
#include <wchar.h>
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

static void map_small(void)
{
    HANDLE file = CreateFileW(L"data", GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                              OPEN_EXISTING, 0, NULL);
    HANDLE section = CreateFileMappingW(file, NULL, PAGE_READONLY, 0, 0, NULL);
    volatile char *view = section ? MapViewOfFile(section, FILE_MAP_READ, 0, 0, 0) : NULL;

    if (!view || view[0] != block[0])
        bench_stop("MapViewOfFile");
    UnmapViewOfFile((void *)view);
    CloseHandle(section);
    CloseHandle(file);
}

static void open_close(const WCHAR *name)
{
    HANDLE h = CreateFileW(name, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                           OPEN_EXISTING, 0, NULL);

    if (h == INVALID_HANDLE_VALUE)
        bench_stop("CreateFile");
    CloseHandle(h);
}

int main(int argc, char **argv)
{
    static WCHAR made[MADE][24];
    DWORD count;
    HANDLE file = CreateFileW(L"data", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, NULL,
                              CREATE_ALWAYS, 0, NULL);
    LONG(NTAPI * close)
    (HANDLE) =
        (LONG(NTAPI *)(HANDLE))(void *)GetProcAddress(GetModuleHandleA("ntdll.dll"), "NtClose");
    OVERLAPPED zero = {0};

    wanted_count = argc - 1;
    wanted_names = argv + 1;
    if (file == INVALID_HANDLE_VALUE || !close || !WriteFile(file, block, 4096, &count, NULL))
        bench_stop("CreateFile");
    for (int i = 0; i < MADE; i++)
        swprintf(made[i], 24, L"made\\file %d.txt", i);
    MEASURE("write-4k", 300, {
        if (!WriteFile(file, block, 4096, &count, &zero))
            bench_stop("WriteFile");
    });
    MEASURE("read-4k", 300, {
        if (!ReadFile(file, block, 4096, &count, &zero) || count != 4096)
            bench_stop("ReadFile");
    });
    CloseHandle(file);
    MEASURE("open-close", 100, open_close(L"data"));
    MEASURE("other-case", 100, open_close(L"DATA"));
    MEASURE("attributes", 100, {
        if (GetFileAttributesW(L"data") == INVALID_FILE_ATTRIBUTES)
            bench_stop("GetFileAttributes");
    });
    if (GetFileAttributesW(L"many\\none") != INVALID_FILE_ATTRIBUTES)
        bench_stop("GetFileAttributes");
    MEASURE("missing-name", 100, {
        if (GetFileAttributesW(L"many\\none") != INVALID_FILE_ATTRIBUTES)
            bench_stop("GetFileAttributes");
    });
    MEASURE_MADE(
        {
            HANDLE h = CreateFileW(made[i], GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
            if (!WriteFile(h, block, 100, &count, NULL))
                bench_stop("CreateFile");
            CloseHandle(h);
        },
        {
            if (!DeleteFileW(made[i]))
                bench_stop("DeleteFile");
        });
    MEASURE("map", 20, map_small());
    MEASURE("trivial-call", 3000, close((HANDLE)0x7ff0));
    MEASURE("clock", 3000, now_ns());
    MEASURE("compute", 1, {
        if (bench_compute() != 78498)
            bench_stop("compute");
    });
    return 0;
}
#else
#include <fcntl.h>
#include <sys/mman.h>
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

static void map_small(void)
{
    struct stat st;
    int fd = open("data", O_RDONLY | O_CLOEXEC);
    volatile char *view = MAP_FAILED;

    if (fd >= 0 && fstat(fd, &st) == 0)
        view = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (view == MAP_FAILED || view[0] != block[0])
        bench_stop("mmap");
    munmap((void *)view, (size_t)st.st_size);
    close(fd);
}

static void open_close(void)
{
    int fd = open("data", O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        bench_stop("open");
    close(fd);
}

int main(int argc, char **argv)
{
    static char made[MADE][24];
    int file = open("data", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    struct stat st;

    wanted_count = argc - 1;
    wanted_names = argv + 1;
    if (file < 0 || pwrite(file, block, 4096, 0) != 4096)
        bench_stop("open");
    for (int i = 0; i < MADE; i++)
        snprintf(made[i], sizeof(made[i]), "made/file %d.txt", i);
    MEASURE("write-4k", 300, {
        if (pwrite(file, block, 4096, 0) != 4096)
            bench_stop("pwrite");
    });
    MEASURE("read-4k", 300, {
        if (pread(file, block, 4096, 0) != 4096)
            bench_stop("pread");
    });
    close(file);
    MEASURE("open-close", 100, open_close());
    MEASURE("other-case", 100, open_close()); /* the host has no such thing: the exact name */
    MEASURE("attributes", 100, {
        if (stat("data", &st) != 0)
            bench_stop("stat");
    });
    MEASURE("missing-name", 100, {
        if (stat("many/none", &st) == 0)
            bench_stop("stat");
    });
    MEASURE_MADE(
        {
            int fd = open(made[i], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
            if (write(fd, block, 100) != 100)
                bench_stop("create");
            close(fd);
        },
        {
            if (unlink(made[i]) != 0)
                bench_stop("unlink");
        });
    MEASURE("map", 20, map_small());
    MEASURE("trivial-call", 3000, syscall(SYS_getppid));
    MEASURE("clock", 3000, now_ns());
    MEASURE("compute", 1, {
        if (bench_compute() != 78498)
            bench_stop("compute");
    });
    return 0;
}
#endif
