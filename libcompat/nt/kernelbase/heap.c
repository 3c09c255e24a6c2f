/*
 * Heaps, where Win32's functions differ from ntdll's by their results. HeapAlloc, HeapReAlloc and
 * HeapSize are ntdll's own, forwarded.
 */
#include "kernelbase.h"

HANDLE WINAPI GetProcessHeap(VOID)
{
    return current_peb()->ProcessHeap;
}

HANDLE WINAPI HeapCreate(DWORD options, SIZE_T initial, SIZE_T maximum)
{
    HANDLE heap;
    ULONG flags =
        options & (HEAP_NO_SERIALIZE | HEAP_GENERATE_EXCEPTIONS | HEAP_CREATE_ENABLE_EXECUTE);

    if (!maximum)
        flags |= HEAP_GROWABLE;
    else if (initial > maximum)
        maximum = initial;
    heap = RtlCreateHeap(flags, NULL, maximum, initial, NULL, NULL);
    if (!heap)
        fail(ERROR_NOT_ENOUGH_MEMORY);
    return heap;
}

BOOL WINAPI HeapDestroy(HANDLE heap)
{
    /* The heap comes back when it could not be destroyed (the process heap never is). */
    return RtlDestroyHeap(heap) ? fail(ERROR_INVALID_HANDLE) : TRUE;
}

BOOL WINAPI HeapFree(HANDLE heap, DWORD flags, LPVOID memory)
{
    return RtlFreeHeap(heap, flags, memory);
}

BOOL WINAPI HeapLock(HANDLE heap)
{
    return RtlLockHeap(heap);
}

BOOL WINAPI HeapUnlock(HANDLE heap)
{
    return RtlUnlockHeap(heap);
}

BOOL WINAPI HeapValidate(HANDLE heap, DWORD flags, LPCVOID memory)
{
    return RtlValidateHeap(heap, flags, (PVOID)memory);
}

SIZE_T WINAPI HeapCompact(HANDLE heap, DWORD flags)
{
    return RtlCompactHeap(heap, flags);
}

DWORD WINAPI GetProcessHeaps(DWORD count, PHANDLE heaps)
{
    return RtlGetProcessHeaps(count, heaps);
}

BOOL WINAPI HeapQueryInformation(HANDLE heap, HEAP_INFORMATION_CLASS class, PVOID buffer,
                                 SIZE_T size, PSIZE_T needed)
{
    return set_status((NTSTATUS)RtlQueryHeapInformation(heap, class, buffer, size, needed));
}

BOOL WINAPI HeapSetInformation(HANDLE heap, HEAP_INFORMATION_CLASS class, PVOID buffer, SIZE_T size)
{
    return set_status((NTSTATUS)RtlSetHeapInformation(heap, class, buffer, size));
}
