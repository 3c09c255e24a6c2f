/*
 * What the files of kernelbase share: errors, text of the A functions, named objects, time-outs.
 *
 * Include this first. It takes <windows.h> with the functions of this DLL declared as local ones,
 * and ntdll's functions. Nothing here keeps state; every function may be called from any thread.
 */
#ifndef LIBCOMPAT_NT_KERNELBASE_H
#define LIBCOMPAT_NT_KERNELBASE_H

/* GCC 12 takes the read of GS:[0x30] in NtCurrentTeb() for an access to a null array. */
#pragma GCC diagnostic ignored "-Warray-bounds"

#define _KERNEL32_
#define _ADVAPI32_
#define PSAPI_VERSION 2
#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0a00
#endif

#include "abi/nt/nt.h"
#include "libcompat/nt/include/ntapi.h"

/* ---- Errors (error.c) ---- */

/* TRUE for a success or informational status; else sets the last error from it, returns FALSE. */
BOOL set_status(NTSTATUS status);

/* Sets the last error, returns FALSE: `return fail(ERROR_INVALID_PARAMETER);` */
static inline BOOL fail(DWORD error)
{
    NtCurrentTeb()->LastErrorValue = error;
    return FALSE;
}

static inline PEB *current_peb(void)
{
    return NtCurrentTeb()->ProcessEnvironmentBlock;
}

static inline RTL_USER_PROCESS_PARAMETERS *process_parameters(void)
{
    return current_peb()->ProcessParameters;
}

/* ---- Memory: the process heap. NULL when out of memory, the last error is then set. ---- */

void *heap_alloc(SIZE_T size);
void *heap_zalloc(SIZE_T size);
void *heap_realloc(void *memory, SIZE_T size);
void heap_free(void *memory); /* NULL is allowed; keeps the last error */

/* ---- Text of the A functions (ansi.c) ----
 *
 * An A function converts its strings and calls the W function:
 *
 *     BOOL WINAPI DeleteFileA(LPCSTR name)
 *     {
 *         WIDE_FILE(wide, name, FALSE);
 *         return DeleteFileW(wide.text);
 *     }
 *
 * A NULL string becomes a NULL text, so that the W function reports it. File names go through
 * the code page that SetFileApisToOEM/ANSI chose, all other text through the ANSI code page.
 */
struct wide {
    WCHAR *text; /* NUL-terminated, or NULL */
    WCHAR buffer[MAX_PATH + 4];
};

BOOL wide_from_ansi(struct wide *wide, const char *text); /* FALSE: last error set */
BOOL wide_from_file(struct wide *wide, const char *text);
void wide_free(struct wide *wide);

#define WIDE_ANSI(name, source, failed)                                                            \
    struct wide name __attribute__((cleanup(wide_free)));                                          \
    if (!wide_from_ansi(&name, source))                                                            \
    return failed
#define WIDE_FILE(name, source, failed)                                                            \
    struct wide name __attribute__((cleanup(wide_free)));                                          \
    if (!wide_from_file(&name, source))                                                            \
    return failed

/*
 * Copies `length` UTF-16 units to an A buffer of `size` bytes. Returns the bytes written without
 * the NUL when text and NUL fit; else the size needed with the NUL, the buffer then untouched.
 */
DWORD narrow_ansi(const WCHAR *text, DWORD length, char *buffer, DWORD size);
DWORD narrow_file(const WCHAR *text, DWORD length, char *buffer, DWORD size);

/* The same for a W buffer of `size` units. */
DWORD copy_wide(const WCHAR *text, DWORD length, WCHAR *buffer, DWORD size);

/* NUL-terminated copies on the heap (heap_free them); NULL: last error set. */
WCHAR *heap_wide(const char *text);
char *heap_narrow(const WCHAR *text);
WCHAR *heap_wide_copy(const WCHAR *text, SIZE_T length);

/* FALSE (last error: ERROR_FILENAME_EXCED_RANGE) for text that a UNICODE_STRING cannot hold. */
BOOL unicode_string(UNICODE_STRING *string, const WCHAR *text);

/* ---- Objects (object.c) ---- */

/* Fills `attributes` as for an API with a SECURITY_ATTRIBUTES argument (may be NULL). */
void object_attributes(OBJECT_ATTRIBUTES *attributes, UNICODE_STRING *name, HANDLE root,
                       ULONG flags, const SECURITY_ATTRIBUTES *security);

/*
 * The same for a named object (event, mutex, section, job ...) of \BaseNamedObjects. `name` may be
 * NULL; `flags` are OBJ_* (OBJ_OPENIF for the Create functions). `string` backs the attributes.
 */
NTSTATUS named_object(OBJECT_ATTRIBUTES *attributes, UNICODE_STRING *string, const WCHAR *name,
                      ULONG flags, const SECURITY_ATTRIBUTES *security);

/*
 * Result of a Create function for a named object: sets the last error (ERROR_ALREADY_EXISTS with
 * a valid handle for STATUS_OBJECT_NAME_EXISTS, 0 for a new object), returns the handle or NULL.
 */
HANDLE created_object(NTSTATUS status, HANDLE handle);

/* ---- Time-outs ---- */

/* A relative NT time for milliseconds; NULL (for ever) for INFINITE. */
static inline LARGE_INTEGER *nt_timeout(LARGE_INTEGER *time, DWORD milliseconds)
{
    if (milliseconds == INFINITE)
        return NULL;
    time->QuadPart = -10000LL * milliseconds;
    return time;
}

static inline LARGE_INTEGER large(DWORD low, LONG high)
{
    LARGE_INTEGER value = {.LowPart = low, .HighPart = high};
    return value;
}

/* ---- Paths (path.c) ---- */

/* NT path of a DOS path; free with RtlFreeUnicodeString. FALSE: last error set. */
BOOL nt_path(UNICODE_STRING *nt, const WCHAR *dos);

#endif
