/* The heap's interface: RtlCreateHeap and the functions on blocks. */
#include "heap_private.h"

#define INITIAL_RESERVE 0x100000u
/* flags that one allocation can bring and the fast path can serve */
#define PLAIN_FLAGS (HEAP_ZERO_MEMORY | HEAP_GENERATE_EXCEPTIONS | HEAP_NO_SERIALIZE | 0xfff0000u)

static ULONG next_serial; /* atomically counted */

void heap_corrupt(struct heap *heap, PVOID address)
{
    EXCEPTION_RECORD record = {.ExceptionCode = (DWORD)STATUS_HEAP_CORRUPTION,
                               .ExceptionFlags = EXCEPTION_NONCONTINUABLE,
                               .ExceptionAddress = __builtin_return_address(0),
                               .NumberParameters = 2};

    record.ExceptionInformation[0] = (ULONG_PTR)heap;
    record.ExceptionInformation[1] = (ULONG_PTR)address;
    RtlRaiseException(&record);
    __builtin_trap();
}

static PVOID create_failed(ULONG flags, NTSTATUS status)
{
    if (flags & HEAP_GENERATE_EXCEPTIONS)
        RtlRaiseStatus(status);
    RtlSetLastWin32ErrorAndNtStatusFromNtStatus(status);
    return NULL;
}

static ULONG new_cookie(const struct heap *heap)
{
    ULONGLONG x = (ULONG_PTR)heap ^ (ULONGLONG)__builtin_ia32_rdtsc() << 16;

    x ^= __builtin_ia32_rdtsc() * 0x9e3779b97f4a7c15ull;
    x *= 0xbf58476d1ce4e5b9ull;
    return (ULONG)(x >> 32) | 1;
}

PVOID NTAPI RtlCreateHeap(ULONG flags, PVOID base, SIZE_T reserve, SIZE_T commit, PVOID lock,
                          PRTL_HEAP_PARAMETERS params)
{
    BOOLEAN foreign = base != NULL, executable = (flags & HEAP_CREATE_ENABLE_EXECUTE) != 0;
    ULONG protect = executable ? PAGE_EXECUTE_READWRITE : PAGE_READWRITE;
    SIZE_T first = (sizeof(struct heap) + 15) & ~(SIZE_T)15, size;
    struct heap *heap;
    NTSTATUS status;

    if (params && params->CommitRoutine)
        return create_failed(flags, STATUS_NOT_SUPPORTED);
    if (lock && (flags & HEAP_NO_SERIALIZE))
        return create_failed(flags, STATUS_INVALID_PARAMETER);
    if (params && params->Length >= offsetof(RTL_HEAP_PARAMETERS, CommitRoutine)) {
        if (!commit)
            commit = params->InitialCommit;
        if (!reserve)
            reserve = params->InitialReserve;
    }
    commit = (commit + PAGE - 1) & ~(SIZE_T)(PAGE - 1);
    if (commit < COMMIT_STEP)
        commit = COMMIT_STEP;
    reserve = (reserve + PAGE - 1) & ~(SIZE_T)(PAGE - 1);
    if (!reserve)
        reserve = INITIAL_RESERVE;
    if ((flags & HEAP_GROWABLE) && reserve < INITIAL_RESERVE && !foreign)
        reserve = INITIAL_RESERVE;
    if (foreign && reserve < first + PAGE)
        return create_failed(flags, STATUS_BUFFER_TOO_SMALL);
    /* the heap's own structures come on top of what the caller asked for */
    if (!(flags & HEAP_GROWABLE) && !foreign)
        reserve += (first + PAGE - 1) & ~(SIZE_T)(PAGE - 1);
    if (reserve < commit)
        reserve = flags & HEAP_GROWABLE ? (commit + 0xffff) & ~(SIZE_T)0xffff : reserve;
    if (commit > reserve)
        commit = reserve;
    if (!foreign) {
        size = reserve;
        status = NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &size, MEM_RESERVE, protect);
        if (status < 0)
            return create_failed(flags, status);
        if (flags & HEAP_GROWABLE)
            reserve = size;
    }
    size = commit;
    heap = base;
    status = NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &size, MEM_COMMIT, protect);
    if (status < 0) {
        size = 0;
        if (!foreign)
            NtFreeVirtualMemory(NtCurrentProcess(), &base, &size, MEM_RELEASE);
        return create_failed(flags, status);
    }
    if (foreign)
        memset(heap, 0, sizeof(*heap));
    heap->signature = HEAP_SIGNATURE;
    heap->flags = flags;
    heap->force_flags = flags & (HEAP_NO_SERIALIZE | HEAP_GENERATE_EXCEPTIONS | HEAP_ZERO_MEMORY);
    heap->force_flags &= ~HEAP_NO_SERIALIZE;
    heap->protect = protect;
    heap->cookie = new_cookie(heap);
    heap->serial = __atomic_add_fetch(&next_serial, 1, __ATOMIC_RELAXED);
    heap->commit_step = COMMIT_STEP;
    heap->next_reserve = INITIAL_RESERVE * 2;
    heap->slot = NO_SLOT;
    heap->segment.foreign = foreign;
    rtl_list_init(&heap->segments);
    rtl_list_init(&heap->large);
    if (!(flags & HEAP_NO_SERIALIZE)) {
        heap->lock = lock;
        if (!lock) {
            RtlInitializeCriticalSectionEx(&heap->own_lock, 1000,
                                           RTL_CRITICAL_SECTION_FLAG_NO_DEBUG_INFO);
            heap->lock = &heap->own_lock;
        }
        if (flags & HEAP_GROWABLE)
            heap->slot = heap_cache_slot(heap);
    }
    heap_segment_start(heap, &heap->segment, (UCHAR *)heap + first, (UCHAR *)heap + commit,
                       (UCHAR *)heap + reserve);
    heap_register(heap);
    return heap;
}

PVOID NTAPI RtlDestroyHeap(PVOID handle)
{
    struct heap *heap = handle;
    LIST_ENTRY *e, *next;
    SIZE_T zero;
    PVOID base;

    if (!heap || heap->signature != HEAP_SIGNATURE || heap == rtl_heap())
        return handle;
    heap_unregister(heap);
    heap_cache_slot_free(heap);
    heap->signature = 0;
    for (e = heap->large.Flink; e != &heap->large; e = next) {
        next = e->Flink;
        base = CONTAINING_RECORD(e, struct large_block, link);
        zero = 0;
        NtFreeVirtualMemory(NtCurrentProcess(), &base, &zero, MEM_RELEASE);
    }
    for (e = heap->segments.Flink; e != &heap->segments; e = next) {
        struct segment *seg = CONTAINING_RECORD(e, struct segment, link);

        next = e->Flink;
        if (seg == &heap->segment)
            continue;
        base = seg;
        zero = 0;
        NtFreeVirtualMemory(NtCurrentProcess(), &base, &zero, MEM_RELEASE);
    }
    if (heap->lock == &heap->own_lock)
        RtlDeleteCriticalSection(&heap->own_lock);
    if (!heap->segment.foreign) {
        base = heap;
        zero = 0;
        NtFreeVirtualMemory(NtCurrentProcess(), &base, &zero, MEM_RELEASE);
    }
    return NULL;
}

static PVOID no_memory(struct heap *heap, ULONG flags)
{
    if ((flags | heap->force_flags) & HEAP_GENERATE_EXCEPTIONS)
        RtlRaiseStatus(STATUS_NO_MEMORY);
    RtlSetLastWin32ErrorAndNtStatusFromNtStatus(STATUS_NO_MEMORY);
    return NULL;
}

static PVOID finish(struct heap *heap, struct block *b, SIZE_T size, ULONG flags)
{
    b->unused = (UCHAR)((SIZE_T)b->units * UNIT - HEADER - size);
    block_seal(heap, b);
    if (flags & HEAP_ZERO_MEMORY)
        memset(DATA_OF(b), 0, size);
    return DATA_OF(b);
}

static PVOID *value_slot(struct block *b)
{
    if (b->state == BLOCK_LARGE)
        return &large_of(b)->value;
    return (PVOID *)block_next(b) - 1;
}

static PVOID allocate_slow(struct heap *heap, ULONG flags, SIZE_T size)
{
    BOOLEAN has_value = (flags & HEAP_SETTABLE_USER_VALUE) != 0;
    SIZE_T limit = heap->flags & HEAP_GROWABLE ? LARGE_MIN : HEAP_FIXED_MAX;
    struct block *b;
    PVOID ptr;

    if (!heap || heap->signature != HEAP_SIGNATURE)
        return NULL;
    if (size >= limit) {
        ptr = heap->flags & HEAP_GROWABLE ? heap_large_allocate(heap, flags, size) : NULL;
        return ptr ? ptr : no_memory(heap, flags);
    }
    heap_enter(heap, flags);
    b = heap_take(heap, units_for(size + (has_value ? sizeof(PVOID) : 0)));
    if (b) {
        b->flags = (UCHAR)(flags >> 8 & BLOCK_USER_FLAGS);
        if (has_value) {
            b->flags |= BLOCK_HAS_VALUE;
            *value_slot(b) = NULL;
        }
    }
    heap_leave(heap, flags);
    return b ? finish(heap, b, size, flags) : no_memory(heap, flags);
}

PVOID NTAPI RtlAllocateHeap(PVOID handle, ULONG flags, SIZE_T size)
{
    struct heap *heap = handle;
    struct block *b;

    flags |= heap->force_flags;
    if (__builtin_expect(size <= CACHED_MAX_UNITS * UNIT - HEADER && !(flags & ~PLAIN_FLAGS), 1)) {
        b = heap_cache_take(heap, units_for(size));
        if (__builtin_expect(b != NULL, 1)) {
            block_set(heap, b, b->units, (UCHAR)((SIZE_T)b->units * UNIT - HEADER - size),
                      BLOCK_BUSY, 0);
            if (flags & HEAP_ZERO_MEMORY)
                memset(DATA_OF(b), 0, size);
            return DATA_OF(b);
        }
    }
    return allocate_slow(heap, flags, size);
}

/* A header that is a live block of this heap. */
static inline BOOLEAN is_busy(const struct heap *heap, const struct block *b)
{
    return b->check == block_check(heap, b) &&
           (b->state == BLOCK_BUSY || b->state == BLOCK_LARGE);
}

static inline BOOLEAN is_aligned(const void *ptr)
{
    return ptr && !((ULONG_PTR)ptr & (UNIT - 1));
}

BOOLEAN NTAPI RtlFreeHeap(PVOID handle, ULONG flags, PVOID ptr)
{
    struct heap *heap = handle;
    struct block *b = BLOCK_OF(ptr);

    if (!ptr)
        return TRUE;
    if (!is_aligned(ptr) || !is_busy(heap, b))
        heap_corrupt(heap, ptr);
    if (b->state == BLOCK_LARGE) {
        heap_large_free(heap, flags, b);
        return TRUE;
    }
    if (b->units <= CACHED_MAX_UNITS && heap_cache_give(heap, b))
        return TRUE;
    heap_enter(heap, flags);
    if (!is_busy(heap, b)) /* another thread freed it meanwhile */
        heap_corrupt(heap, ptr);
    heap_give(heap, b);
    heap_leave(heap, flags);
    return TRUE;
}

SIZE_T NTAPI RtlSizeHeap(PVOID handle, ULONG flags, const void *ptr)
{
    struct heap *heap = handle;
    struct block *b = BLOCK_OF(ptr);

    (void)flags;
    if (!is_aligned(ptr) || !is_busy(heap, b)) {
        RtlSetLastWin32ErrorAndNtStatusFromNtStatus(STATUS_INVALID_PARAMETER);
        return (SIZE_T)-1;
    }
    return b->state == BLOCK_LARGE ? large_of(b)->size : block_size(b);
}

/* Resizes where the block is; the caller has excluded large blocks. */
static BOOLEAN resize_in_place(struct heap *heap, ULONG flags, struct block *b, SIZE_T size)
{
    ULONG units = units_for(size + (b->flags & BLOCK_HAS_VALUE ? sizeof(PVOID) : 0));
    PVOID value = b->flags & BLOCK_HAS_VALUE ? *value_slot(b) : NULL;
    BOOLEAN fits = TRUE;

    if (units > b->units || b->units - units >= MIN_UNITS) {
        heap_enter(heap, flags);
        if (units > b->units)
            fits = heap_grow_in_place(heap, b, units);
        else
            heap_split(heap, b, units);
        heap_leave(heap, flags);
    }
    if (!fits)
        return FALSE;
    if (b->flags & BLOCK_HAS_VALUE)
        *value_slot(b) = value;
    b->unused = (UCHAR)((SIZE_T)b->units * UNIT - HEADER - size);
    block_seal(heap, b);
    return TRUE;
}

PVOID NTAPI RtlReAllocateHeap(PVOID handle, ULONG flags, PVOID ptr, SIZE_T size)
{
    struct heap *heap = handle;
    struct block *b = BLOCK_OF(ptr);
    SIZE_T old;
    PVOID moved;
    BOOLEAN has_value;
    ULONG user_flags;

    if (!ptr)
        return NULL;
    if (!is_aligned(ptr) || !is_busy(heap, b))
        heap_corrupt(heap, ptr);
    flags |= heap->force_flags;
    if (b->state == BLOCK_LARGE && size >= LARGE_MIN) {
        moved = heap_large_resize(heap, flags, b, size);
        return moved ? moved : no_memory(heap, flags);
    }
    old = b->state == BLOCK_LARGE ? large_of(b)->size : block_size(b);
    if (b->state != BLOCK_LARGE && size < LARGE_MIN && resize_in_place(heap, flags, b, size)) {
        if ((flags & HEAP_ZERO_MEMORY) && size > old)
            memset((UCHAR *)ptr + old, 0, size - old);
        return ptr;
    }
    if (flags & HEAP_REALLOC_IN_PLACE_ONLY) {
        if (b->state == BLOCK_LARGE && size <= old) { /* stays a mapping of its own */
            moved = heap_large_resize(heap, flags, b, size);
            if (moved)
                return moved;
        }
        return no_memory(heap, flags);
    }
    has_value = b->state == BLOCK_LARGE || (b->flags & BLOCK_HAS_VALUE);
    user_flags = (ULONG)(b->flags & BLOCK_USER_FLAGS) << 8;
    moved = RtlAllocateHeap(heap,
                            (flags & ~(HEAP_ZERO_MEMORY | HEAP_SETTABLE_USER_FLAGS)) | user_flags |
                                (has_value ? HEAP_SETTABLE_USER_VALUE : 0),
                            size);
    if (!moved)
        return NULL;
    if (has_value)
        *value_slot(BLOCK_OF(moved)) = *value_slot(b);
    memcpy(moved, ptr, old < size ? old : size);
    if ((flags & HEAP_ZERO_MEMORY) && size > old)
        memset((UCHAR *)moved + old, 0, size - old);
    RtlFreeHeap(heap, flags, ptr);
    return moved;
}

BOOLEAN NTAPI RtlGetUserInfoHeap(PVOID handle, ULONG flags, PVOID ptr, PVOID *value,
                                 PULONG user_flags)
{
    struct heap *heap = handle;
    struct block *b = BLOCK_OF(ptr);

    (void)flags;
    if (!is_aligned(ptr) || !is_busy(heap, b)) {
        RtlSetLastWin32ErrorAndNtStatusFromNtStatus(STATUS_INVALID_PARAMETER);
        return FALSE;
    }
    if (value && (b->state == BLOCK_LARGE || (b->flags & BLOCK_HAS_VALUE)))
        *value = *value_slot(b);
    if (user_flags)
        *user_flags = (ULONG)(b->flags & BLOCK_USER_FLAGS) << 8;
    return TRUE;
}

BOOLEAN NTAPI RtlSetUserValueHeap(PVOID handle, ULONG flags, PVOID ptr, PVOID value)
{
    struct heap *heap = handle;
    struct block *b = BLOCK_OF(ptr);

    (void)flags;
    if (!is_aligned(ptr) || !is_busy(heap, b) ||
        !(b->state == BLOCK_LARGE || (b->flags & BLOCK_HAS_VALUE))) {
        RtlSetLastWin32ErrorAndNtStatusFromNtStatus(STATUS_INVALID_PARAMETER);
        return FALSE;
    }
    *value_slot(b) = value;
    return TRUE;
}

BOOLEAN NTAPI RtlSetUserFlagsHeap(PVOID handle, ULONG flags, PVOID ptr, ULONG reset, ULONG set)
{
    struct heap *heap = handle;
    struct block *b = BLOCK_OF(ptr);

    (void)flags;
    if (!is_aligned(ptr) || !is_busy(heap, b) || ((reset | set) & ~HEAP_SETTABLE_USER_FLAGS)) {
        RtlSetLastWin32ErrorAndNtStatusFromNtStatus(STATUS_INVALID_PARAMETER);
        return FALSE;
    }
    b->flags = (UCHAR)((b->flags & ~(reset >> 8)) | set >> 8);
    block_seal(heap, b);
    return TRUE;
}

ULONG NTAPI RtlMultipleAllocateHeap(PVOID heap, ULONG flags, SIZE_T size, ULONG count,
                                    PVOID *array)
{
    ULONG n = 0;

    while (n < count && (array[n] = RtlAllocateHeap(heap, flags, size)))
        n++;
    return n;
}

ULONG NTAPI RtlMultipleFreeHeap(PVOID heap, ULONG flags, ULONG count, PVOID *array)
{
    ULONG n = 0;

    while (n < count && RtlFreeHeap(heap, flags, array[n]))
        n++;
    return n;
}
