/*
 * Shared by the tests of ntdll's Rtl functions: they call through GetProcAddress, so that one program
 * holds on Windows and here. With a library's name as argument, that library is tested instead.
 */
#ifndef RTLTEST_H
#define RTLTEST_H

#define WIN32_NO_STATUS
#include <windows.h>
#undef WIN32_NO_STATUS
#include <ntstatus.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

typedef LONG NTSTATUS;
typedef struct {
    USHORT Length, MaximumLength;
    PWSTR Buffer;
} USTR;
typedef struct {
    USHORT Length, MaximumLength;
    PSTR Buffer;
} ASTR;

static int passed, failed;
static HMODULE lib;

#define CHECK(cond)                                                                                \
    do {                                                                                           \
        if (cond) {                                                                                \
            passed++;                                                                              \
        } else {                                                                                   \
            failed++;                                                                              \
            printf("%s:%d: %s\n", __FILE__, __LINE__, #cond);                                      \
        }                                                                                          \
    } while (0)

#define FUNC(ret, name, args) static ret(WINAPI *p##name) args
#define LOAD(name) (*(FARPROC *)&p##name = load(#name))

static FARPROC load(const char *name)
{
    FARPROC f = GetProcAddress(lib, name);

    if (!f) {
        printf("%s is missing\n", name);
        failed++;
    }
    return f;
}

static void start(int argc, char **argv)
{
    lib = LoadLibraryA(argc > 1 ? argv[1] : "ntdll.dll");
    if (!lib) {
        printf("library not found\n");
        ExitProcess(2);
    }
}

static int finish(void)
{
    printf("%d passed, %d failed\n", passed, failed);
    return failed ? 1 : 0;
}

#endif
