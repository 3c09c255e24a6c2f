/* The allocator that callers of crypt32 use. */
#include "crypt32.h"

LPVOID WINAPI CryptMemAlloc(ULONG size)
{
    return heap_alloc(size);
}

LPVOID WINAPI CryptMemRealloc(LPVOID memory, ULONG size)
{
    return memory ? RtlReAllocateHeap(NtCurrentPeb()->ProcessHeap, 0, memory, size) : heap_alloc(size);
}

void WINAPI CryptMemFree(LPVOID memory)
{
    heap_free(memory);
}
