/*
 * What the Win32 libraries above kernelbase share: errors, memory of the process heap, text between
 * the A and the W functions. All of it is inline; nothing keeps state; any thread may call it.
 * Define the macro that makes a library's own functions local (_USER32_ and the like) before.
 */
#ifndef LIBCOMPAT_NT_WIN32_H
#define LIBCOMPAT_NT_WIN32_H

#include "abi/nt/nt.h"

/* Sets the last error, returns FALSE. */
static inline BOOL fail(DWORD error)
{
    NtCurrentTeb()->LastErrorValue = error;
    return FALSE;
}

/* TRUE for a success or informational status; else sets the last error from it, returns FALSE. */
static inline BOOL set_status(NTSTATUS status)
{
    return NT_SUCCESS(status) ? TRUE : fail(RtlNtStatusToDosError(status));
}

static inline void *heap_alloc(SIZE_T size)
{
    return RtlAllocateHeap(NtCurrentPeb()->ProcessHeap, 0, size);
}

static inline void *heap_zalloc(SIZE_T size)
{
    return RtlAllocateHeap(NtCurrentPeb()->ProcessHeap, HEAP_ZERO_MEMORY, size);
}

static inline void heap_free(void *memory)
{
    if (memory)
        RtlFreeHeap(NtCurrentPeb()->ProcessHeap, 0, memory);
}

static inline SIZE_T wide_length(const WCHAR *text)
{
    SIZE_T n = 0;

    while (text[n])
        n++;
    return n;
}

static inline SIZE_T ansi_length(const char *text)
{
    SIZE_T n = 0;

    while (text[n])
        n++;
    return n;
}

/*
 * NUL-terminated copies in the other width through the ANSI code page; heap_free them. NULL with
 * last error ERROR_NOT_ENOUGH_MEMORY or ERROR_NO_UNICODE_TRANSLATION. NULL for NULL, no error set.
 */
static inline WCHAR *wide_copy(const char *text)
{
    SIZE_T size;
    ULONG bytes;
    WCHAR *wide;

    if (!text)
        return NULL;
    size = ansi_length(text) + 1;
    if (size > MAXLONG / sizeof(WCHAR) || !(wide = heap_alloc(size * sizeof(WCHAR)))) {
        fail(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    if (set_status(RtlMultiByteToUnicodeN(wide, size * sizeof(WCHAR), &bytes, text, size)))
        return wide;
    heap_free(wide);
    return NULL;
}

static inline char *ansi_copy(const WCHAR *text)
{
    SIZE_T length;
    ULONG size, bytes;
    char *narrow;

    if (!text)
        return NULL;
    length = wide_length(text) + 1;
    if (length > MAXLONG / sizeof(WCHAR) / 2) {
        fail(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    if (!set_status(RtlUnicodeToMultiByteSize(&size, text, length * sizeof(WCHAR))))
        return NULL;
    narrow = heap_alloc(size);
    if (!narrow) {
        fail(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    if (set_status(RtlUnicodeToMultiByteN(narrow, size, &bytes, text, length * sizeof(WCHAR))))
        return narrow;
    heap_free(narrow);
    return NULL;
}

#endif
