/* Allocation: the malloc family over the process heap. */
#include "crt.h"

typedef int(__cdecl *new_handler_t)(size_t);

/* Both swapped atomically. */
static new_handler_t volatile new_handler;
static volatile LONG new_mode;

#define HEAP GetProcessHeap()

int _callnewh(size_t size)
{
    new_handler_t handler = new_handler;

    return handler ? handler(size) != 0 : 0;
}

new_handler_t _set_new_handler(new_handler_t handler)
{
    return (new_handler_t)InterlockedExchangePointer((void *volatile *)&new_handler,
                                                    (void *)handler);
}

new_handler_t _query_new_handler(void)
{
    return new_handler;
}

int _set_new_mode(int mode)
{
    CRT_CHECK(mode == 0 || mode == 1, EINVAL, -1);
    return InterlockedExchange(&new_mode, mode);
}

int _query_new_mode(void)
{
    return new_mode;
}

/* One heap call, again and again while a new handler says that it freed something. */
static void *allocate(void *old, size_t size, DWORD flags)
{
    void *block;

    if (size > (SIZE_MAX >> 1) - 64) {
        errno = ENOMEM;
        return NULL;
    }
    for (;;) {
        if (old)
            block = HeapReAlloc(HEAP, flags, old, size);
        else
            block = HeapAlloc(HEAP, flags, size ? size : 1);
        if (block)
            return block;
        if (!new_mode || !_callnewh(size)) {
            errno = ENOMEM;
            return NULL;
        }
    }
}

static bool multiply(size_t a, size_t b, size_t *product)
{
    if (__builtin_mul_overflow(a, b, product)) {
        errno = ENOMEM;
        return false;
    }
    return true;
}

void *malloc(size_t size)
{
    return allocate(NULL, size, 0);
}

void *calloc(size_t count, size_t size)
{
    size_t total;

    return multiply(count, size, &total) ? allocate(NULL, total, HEAP_ZERO_MEMORY) : NULL;
}

void free(void *block)
{
    if (!block)
        return;
    if (!HeapFree(HEAP, 0, block))
        errno = crt_errno_from_win32(GetLastError());
}

void *realloc(void *block, size_t size)
{
    if (!block)
        return malloc(size);
    if (!size) {
        free(block);
        return NULL;
    }
    return allocate(block, size, 0);
}

size_t _msize(void *block)
{
    CRT_CHECK(block, EINVAL, (size_t)-1);
    return HeapSize(HEAP, 0, block);
}

void *_recalloc(void *block, size_t count, size_t size)
{
    size_t total, old = 0;
    char *fresh;

    if (!multiply(count, size, &total))
        return NULL;
    if (block)
        old = _msize(block);
    fresh = realloc(block, total);
    if (fresh && total > old)
        __builtin_memset(fresh + old, 0, total - old);
    return fresh;
}

void *_expand(void *block, size_t size)
{
    CRT_CHECK(block, EINVAL, NULL);
    if (size > (SIZE_MAX >> 1) - 64) {
        errno = ENOMEM;
        return NULL;
    }
    block = HeapReAlloc(HEAP, HEAP_REALLOC_IN_PLACE_ONLY, block, size ? size : 1);
    if (!block)
        errno = crt_errno_from_win32(GetLastError());
    return block;
}

void *_malloc_base(size_t size)
{
    return malloc(size);
}

void *_calloc_base(size_t count, size_t size)
{
    return calloc(count, size);
}

void *_realloc_base(void *block, size_t size)
{
    return realloc(block, size);
}

void _free_base(void *block)
{
    free(block);
}

/* ---- aligned blocks: [real pointer] just below the address that the caller gets ---- */

struct aligned_head {
    void *real;
};

static struct aligned_head *aligned_head(void *block)
{
    uintptr_t at = (uintptr_t)block & ~(uintptr_t)(sizeof(void *) - 1);

    return (struct aligned_head *)at - 1;
}

void *_aligned_offset_malloc(size_t size, size_t alignment, size_t offset)
{
    uintptr_t real, at;
    size_t total;

    CRT_CHECK(alignment && !(alignment & (alignment - 1)), EINVAL, NULL);
    CRT_CHECK(offset == 0 || offset < size, EINVAL, NULL);
    if (alignment < sizeof(void *))
        alignment = sizeof(void *);
    if (__builtin_add_overflow(size, alignment - 1 + 2 * sizeof(void *), &total)) {
        errno = ENOMEM;
        return NULL;
    }
    real = (uintptr_t)malloc(total);
    if (!real)
        return NULL;
    /* Room for the head below the block even where an offset leaves the block unaligned. */
    at = real + 2 * sizeof(void *) - 1 + offset + alignment - 1;
    at = (at & ~(alignment - 1)) - offset;
    aligned_head((void *)at)->real = (void *)real;
    return (void *)at;
}

void *_aligned_malloc(size_t size, size_t alignment)
{
    return _aligned_offset_malloc(size, alignment, 0);
}

void _aligned_free(void *block)
{
    if (block)
        free(aligned_head(block)->real);
}

size_t _aligned_msize(void *block, size_t alignment, size_t offset)
{
    uintptr_t real;
    size_t total;

    CRT_CHECK(block, EINVAL, (size_t)-1);
    (void)alignment, (void)offset;
    real = (uintptr_t)aligned_head(block)->real;
    total = HeapSize(HEAP, 0, (void *)real);
    return total - ((uintptr_t)block - real);
}

void *_aligned_offset_realloc(void *block, size_t size, size_t alignment, size_t offset)
{
    size_t old;
    void *fresh;

    if (!block)
        return _aligned_offset_malloc(size, alignment, offset);
    if (!size) {
        _aligned_free(block);
        return NULL;
    }
    old = _aligned_msize(block, alignment, offset);
    fresh = _aligned_offset_malloc(size, alignment, offset);
    if (!fresh)
        return NULL;
    __builtin_memcpy(fresh, block, old < size ? old : size);
    _aligned_free(block);
    return fresh;
}

void *_aligned_realloc(void *block, size_t size, size_t alignment)
{
    return _aligned_offset_realloc(block, size, alignment, 0);
}

void *_aligned_offset_recalloc(void *block, size_t count, size_t size, size_t alignment,
                               size_t offset)
{
    size_t total, old = 0;
    char *fresh;

    if (!multiply(count, size, &total))
        return NULL;
    if (block)
        old = _aligned_msize(block, alignment, offset);
    fresh = _aligned_offset_realloc(block, total, alignment, offset);
    if (fresh && total > old)
        __builtin_memset(fresh + old, 0, total - old);
    return fresh;
}

void *_aligned_recalloc(void *block, size_t count, size_t size, size_t alignment)
{
    return _aligned_offset_recalloc(block, count, size, alignment, 0);
}

/* ---- the heap as a whole ---- */

intptr_t _get_heap_handle(void)
{
    return (intptr_t)HEAP;
}

enum { HEAP_STATE_EMPTY = -1, HEAP_STATE_OK = -2, HEAP_STATE_BAD_BEGIN = -3, HEAP_STATE_BAD_NODE = -4,
       HEAP_STATE_END = -5, HEAP_STATE_BAD_PTR = -6 };

int _heapchk(void)
{
    return HeapValidate(HEAP, 0, NULL) ? HEAP_STATE_OK : HEAP_STATE_BAD_NODE;
}

int _heapmin(void)
{
    if (HeapCompact(HEAP, 0) == 0 && GetLastError() != NO_ERROR) {
        _dosmaperr(GetLastError());
        return -1;
    }
    return 0;
}

int _heapwalk(_HEAPINFO *info)
{
    PROCESS_HEAP_ENTRY entry;

    CRT_CHECK(info, EINVAL, HEAP_STATE_BAD_PTR);
    __builtin_memset(&entry, 0, sizeof(entry));
    entry.lpData = info->_pentry;
    entry.cbData = (DWORD)info->_size;
    entry.wFlags = info->_useflag ? 0 : PROCESS_HEAP_ENTRY_BUSY;
    if (entry.lpData && info->_useflag == 0 && !HeapValidate(HEAP, 0, entry.lpData))
        return HEAP_STATE_BAD_NODE;
    do {
        if (!HeapWalk(HEAP, &entry))
            return GetLastError() == ERROR_NO_MORE_ITEMS ? HEAP_STATE_END : HEAP_STATE_BAD_BEGIN;
    } while (entry.wFlags & (PROCESS_HEAP_REGION | PROCESS_HEAP_UNCOMMITTED_RANGE));
    info->_pentry = entry.lpData;
    info->_size = entry.cbData;
    info->_useflag = entry.wFlags & PROCESS_HEAP_ENTRY_BUSY ? 0 : 1;
    return HEAP_STATE_OK;
}

/* ---- text for the system ---- */

unsigned crt_file_codepage(void)
{
    return AreFileApisANSI() ? CP_ACP : CP_OEMCP;
}

wchar_t *crt_to_wide(const char *s)
{
    unsigned cp = crt_file_codepage();
    int length;
    wchar_t *wide;

    if (!s)
        return NULL;
    length = MultiByteToWideChar(cp, 0, s, -1, NULL, 0);
    if (!length) {
        _dosmaperr(GetLastError());
        return NULL;
    }
    wide = malloc((size_t)length * sizeof(wchar_t));
    if (wide)
        MultiByteToWideChar(cp, 0, s, -1, wide, length);
    return wide;
}

char *crt_to_narrow(const wchar_t *s)
{
    unsigned cp = crt_file_codepage();
    int length;
    char *narrow;

    if (!s)
        return NULL;
    length = WideCharToMultiByte(cp, 0, s, -1, NULL, 0, NULL, NULL);
    if (!length) {
        _dosmaperr(GetLastError());
        return NULL;
    }
    narrow = malloc((size_t)length);
    if (narrow)
        WideCharToMultiByte(cp, 0, s, -1, narrow, length, NULL, NULL);
    return narrow;
}
