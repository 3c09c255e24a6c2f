/*
 * Buffers of the Net functions: blocks of the process heap.
 */
#include "netapi.h"

NET_API_STATUS WINAPI NetApiBufferAllocate(DWORD size, LPVOID *buffer)
{
    if (!buffer)
        return ERROR_INVALID_PARAMETER;
    *buffer = heap_alloc(size);
    return *buffer ? NERR_Success : ERROR_NOT_ENOUGH_MEMORY;
}

NET_API_STATUS WINAPI NetApiBufferFree(LPVOID buffer)
{
    heap_free(buffer);
    return NERR_Success;
}

NET_API_STATUS WINAPI NetApiBufferReallocate(LPVOID old, DWORD size, LPVOID *buffer)
{
    if (!buffer)
        return ERROR_INVALID_PARAMETER;
    if (!old)
        return NetApiBufferAllocate(size, buffer);
    if (!size) {
        heap_free(old);
        *buffer = NULL;
        return NERR_Success;
    }
    *buffer = RtlReAllocateHeap(NtCurrentPeb()->ProcessHeap, 0, old, size);
    return *buffer ? NERR_Success : ERROR_NOT_ENOUGH_MEMORY;
}

NET_API_STATUS WINAPI NetApiBufferSize(LPVOID buffer, LPDWORD size)
{
    if (!buffer || !size)
        return ERROR_INVALID_PARAMETER;
    *size = (DWORD)RtlSizeHeap(NtCurrentPeb()->ProcessHeap, 0, buffer);
    return NERR_Success;
}
