/*
 * The task allocator: the process heap, also as an IMalloc.
 */
#include "com.h"

LPVOID WINAPI CoTaskMemAlloc(SIZE_T size)
{
    return heap_alloc(size);
}

LPVOID WINAPI CoTaskMemRealloc(LPVOID memory, SIZE_T size)
{
    if (!memory)
        return heap_alloc(size);
    if (!size) {
        heap_free(memory);
        return NULL;
    }
    return RtlReAllocateHeap(NtCurrentPeb()->ProcessHeap, 0, memory, size);
}

void WINAPI CoTaskMemFree(LPVOID memory)
{
    heap_free(memory);
}

static const GUID iid_unknown = {0, 0, 0, {0xc0, 0, 0, 0, 0, 0, 0, 0x46}};
static const GUID iid_malloc = {2, 0, 0, {0xc0, 0, 0, 0, 0, 0, 0, 0x46}};

static HRESULT STDMETHODCALLTYPE query(IMalloc *self, REFIID iid, void **out)
{
    if (!out)
        return E_POINTER;
    *out = NULL;
    if (memcmp(iid, &iid_unknown, sizeof(GUID)) && memcmp(iid, &iid_malloc, sizeof(GUID)))
        return E_NOINTERFACE;
    *out = self;
    return S_OK;
}

/* It lives as long as the process. */
static ULONG STDMETHODCALLTYPE add_ref(IMalloc *self)
{
    (void)self;
    return 2;
}

static ULONG STDMETHODCALLTYPE release(IMalloc *self)
{
    (void)self;
    return 1;
}

static void *STDMETHODCALLTYPE allocate(IMalloc *self, SIZE_T size)
{
    (void)self;
    return CoTaskMemAlloc(size);
}

static void *STDMETHODCALLTYPE reallocate(IMalloc *self, void *memory, SIZE_T size)
{
    (void)self;
    return CoTaskMemRealloc(memory, size);
}

static void STDMETHODCALLTYPE free_memory(IMalloc *self, void *memory)
{
    (void)self;
    CoTaskMemFree(memory);
}

static SIZE_T STDMETHODCALLTYPE size_of(IMalloc *self, void *memory)
{
    (void)self;
    return memory ? RtlSizeHeap(NtCurrentPeb()->ProcessHeap, 0, memory) : (SIZE_T)-1;
}

static int STDMETHODCALLTYPE did_alloc(IMalloc *self, void *memory)
{
    (void)self;
    return memory ? RtlValidateHeap(NtCurrentPeb()->ProcessHeap, 0, memory) : -1;
}

static void STDMETHODCALLTYPE minimize(IMalloc *self)
{
    (void)self;
    RtlCompactHeap(NtCurrentPeb()->ProcessHeap, 0);
}

static IMallocVtbl methods = {query,       add_ref, release,   allocate, reallocate,
                              free_memory, size_of, did_alloc, minimize};
static IMalloc task_allocator = {&methods};

HRESULT WINAPI CoGetMalloc(DWORD context, LPMALLOC *allocator)
{
    if (!allocator)
        return E_INVALIDARG;
    *allocator = NULL;
    if (context != 1) /* MEMCTX_TASK */
        return E_INVALIDARG;
    *allocator = &task_allocator;
    return S_OK;
}
