/*
 * The last error of a thread, error modes, and the process heap as the other files use it.
 */
#include "kernelbase.h"

BOOL set_status(NTSTATUS status)
{
    if (NT_SUCCESS(status))
        return TRUE;
    NtCurrentTeb()->LastErrorValue = RtlNtStatusToDosError(status);
    return FALSE;
}

DWORD WINAPI GetLastError(void)
{
    return NtCurrentTeb()->LastErrorValue;
}

VOID WINAPI SetLastError(DWORD error)
{
    NtCurrentTeb()->LastErrorValue = error;
}

UINT WINAPI GetErrorMode(void)
{
    ULONG hard_errors = 0;

    if (!set_status(NtQueryInformationProcess(NtCurrentProcess(), ProcessDefaultHardErrorMode,
                                              &hard_errors, sizeof(hard_errors), NULL)))
        return 0;
    /* The process holds "hard errors are shown", the inverse of SEM_FAILCRITICALERRORS. */
    return (hard_errors ^ SEM_FAILCRITICALERRORS) & 0xffff;
}

UINT WINAPI SetErrorMode(UINT mode)
{
    UINT previous = GetErrorMode();
    ULONG hard_errors = (mode ^ SEM_FAILCRITICALERRORS) & 0xffff;

    /* Once set, SEM_NOALIGNMENTFAULTEXCEPT stays, as documented. */
    hard_errors |= previous & SEM_NOALIGNMENTFAULTEXCEPT;
    set_status(NtSetInformationProcess(NtCurrentProcess(), ProcessDefaultHardErrorMode,
                                       &hard_errors, sizeof(hard_errors)));
    return previous;
}

/* The bits of a thread's mode are 0x10, 0x20, 0x40 in the TEB. */
#define THREAD_MODES (SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX)

DWORD WINAPI GetThreadErrorMode(void)
{
    ULONG bits = NtCurrentTeb()->HardErrorMode;

    return (bits & 0x10 ? SEM_FAILCRITICALERRORS : 0) | (bits & 0x20 ? SEM_NOGPFAULTERRORBOX : 0) |
           (bits & 0x40 ? SEM_NOOPENFILEERRORBOX : 0);
}

BOOL WINAPI SetThreadErrorMode(DWORD mode, DWORD *previous)
{
    ULONG bits = 0;

    if (mode & ~(DWORD)THREAD_MODES)
        return fail(ERROR_INVALID_PARAMETER);
    if (previous)
        *previous = GetThreadErrorMode();
    if (mode & SEM_FAILCRITICALERRORS)
        bits |= 0x10;
    if (mode & SEM_NOGPFAULTERRORBOX)
        bits |= 0x20;
    if (mode & SEM_NOOPENFILEERRORBOX)
        bits |= 0x40;
    NtCurrentTeb()->HardErrorMode = bits;
    return TRUE;
}

void *heap_alloc(SIZE_T size)
{
    void *memory = RtlAllocateHeap(current_peb()->ProcessHeap, 0, size);

    if (!memory)
        fail(ERROR_NOT_ENOUGH_MEMORY);
    return memory;
}

void *heap_zalloc(SIZE_T size)
{
    void *memory = RtlAllocateHeap(current_peb()->ProcessHeap, HEAP_ZERO_MEMORY, size);

    if (!memory)
        fail(ERROR_NOT_ENOUGH_MEMORY);
    return memory;
}

void *heap_realloc(void *memory, SIZE_T size)
{
    void *grown;

    if (!memory)
        return heap_alloc(size);
    grown = RtlReAllocateHeap(current_peb()->ProcessHeap, 0, memory, size);
    if (!grown)
        fail(ERROR_NOT_ENOUGH_MEMORY);
    return grown;
}

void heap_free(void *memory)
{
    if (memory) {
        DWORD error = NtCurrentTeb()->LastErrorValue;

        RtlFreeHeap(current_peb()->ProcessHeap, 0, memory);
        NtCurrentTeb()->LastErrorValue = error;
    }
}
