/*
 * The little that the exception tests need, without any runtime; they start at mainCRTStartup. Those
 * with __try or C++ exceptions are built with clang for x86_64-pc-windows-msvc, which has no headers
 * here; the others with MinGW, and include <windows.h> first.
 */
#ifndef TESTS_NT_EXCEPTION_GUEST_TEST_H
#define TESTS_NT_EXCEPTION_GUEST_TEST_H

#ifndef _WINDOWS_
#ifdef __cplusplus
extern "C" {
#endif
typedef unsigned long DWORD;
typedef unsigned long long ULONG64;
typedef struct EXCEPTION_RECORD {
    DWORD ExceptionCode, ExceptionFlags;
    struct EXCEPTION_RECORD *ExceptionRecord;
    void *ExceptionAddress;
    DWORD NumberParameters;
    ULONG64 ExceptionInformation[15];
} EXCEPTION_RECORD;
typedef struct CONTEXT CONTEXT; /* opaque; CONTEXT_RIP and friends reach inside */
typedef struct EXCEPTION_POINTERS {
    EXCEPTION_RECORD *ExceptionRecord;
    CONTEXT *ContextRecord;
} EXCEPTION_POINTERS;
#define CONTEXT_RAX(c) (((ULONG64 *)(c))[0x78 / 8])
#define CONTEXT_RIP(c) (((ULONG64 *)(c))[0xf8 / 8])

__declspec(dllimport) void *GetStdHandle(DWORD which);
__declspec(dllimport) int WriteFile(void *file, const void *data, DWORD size, DWORD *written,
                                    void *overlapped);
__declspec(dllimport) void ExitProcess(DWORD code);
__declspec(dllimport) void RaiseException(DWORD code, DWORD flags, DWORD count,
                                          const ULONG64 *information);
#ifdef __cplusplus
}
#endif
#endif /* !_WINDOWS_ */

#if defined(__cplusplus) && !defined(_WINDOWS_)
/* Deleting destructors refer to it, and no test runs one; on Windows it is in the static part of the
 * runtime that there is none of here. */
void operator delete(void *)
{
    __builtin_trap();
}
void operator delete(void *, decltype(sizeof 0))
{
    __builtin_trap();
}
#endif

static int tests_passed, tests_failed;

static void put_text(const char *text)
{
    DWORD n = 0, done;

    while (text[n])
        n++;
    WriteFile(GetStdHandle((DWORD)-11), text, n, &done, 0);
}

static void put_number(long long value)
{
    char digits[24], *p = digits + sizeof(digits) - 1;
    unsigned long long v = value < 0 ? 0 - (unsigned long long)value : (unsigned long long)value;

    *p = 0;
    do
        *--p = (char)('0' + v % 10);
    while (v /= 10);
    if (value < 0)
        *--p = '-';
    put_text(p);
}

static void expect_equal(long long got, long long want, const char *what, int line)
{
    if (got == want) {
        tests_passed++;
        return;
    }
    tests_failed++;
    put_text("line ");
    put_number(line);
    put_text(": ");
    put_text(what);
    put_text(" is ");
    put_number(got);
    put_text(", expected ");
    put_number(want);
    put_text("\n");
}
#define EXPECT(expression, value) expect_equal((long long)(expression), value, #expression, __LINE__)

static int finish_tests(void)
{
    put_number(tests_passed);
    put_text(" passed, ");
    put_number(tests_failed);
    put_text(" failed\n");
    return tests_failed != 0;
}

#endif
