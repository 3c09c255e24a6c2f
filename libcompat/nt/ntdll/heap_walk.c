/* Heaps as a whole: the list of them, locking, validating, walking, compacting, settings. */
#include "heap_private.h"

static RTL_SRWLOCK heaps_lock; /* guards the PEB's list of heaps */
static PVOID first_heaps[16];

BOOLEAN heap_register(struct heap *heap)
{
    PEB *peb = rtl_peb();
    BOOLEAN ok = TRUE;

    RtlAcquireSRWLockExclusive(&heaps_lock);
    if (!peb->ProcessHeaps || !peb->MaximumNumberOfHeaps) {
        peb->ProcessHeaps = first_heaps;
        peb->MaximumNumberOfHeaps = COUNT_OF(first_heaps);
        peb->NumberOfHeaps = 0;
    }
    if (peb->NumberOfHeaps == peb->MaximumNumberOfHeaps) {
        ULONG max = peb->MaximumNumberOfHeaps * 2;
        PVOID *more = RtlAllocateHeap(peb->ProcessHeap, 0, max * sizeof(*more));

        if (more) {
            memcpy(more, peb->ProcessHeaps, peb->NumberOfHeaps * sizeof(*more));
            if (peb->ProcessHeaps != first_heaps)
                RtlFreeHeap(peb->ProcessHeap, 0, peb->ProcessHeaps);
            peb->ProcessHeaps = more;
            peb->MaximumNumberOfHeaps = max;
        } else {
            ok = FALSE;
        }
    }
    heap->index = (SIZE_T)-1;
    if (ok) {
        heap->index = peb->NumberOfHeaps;
        peb->ProcessHeaps[peb->NumberOfHeaps++] = heap;
    }
    RtlReleaseSRWLockExclusive(&heaps_lock);
    return ok;
}

void heap_unregister(struct heap *heap)
{
    PEB *peb = rtl_peb();

    RtlAcquireSRWLockExclusive(&heaps_lock);
    if (heap->index < peb->NumberOfHeaps && peb->ProcessHeaps[heap->index] == heap) {
        struct heap *last = peb->ProcessHeaps[--peb->NumberOfHeaps];

        peb->ProcessHeaps[heap->index] = last;
        last->index = heap->index;
    }
    RtlReleaseSRWLockExclusive(&heaps_lock);
}

BOOLEAN heap_is_live(struct heap *heap, ULONG serial)
{
    PEB *peb = rtl_peb();
    BOOLEAN live = FALSE;

    RtlAcquireSRWLockShared(&heaps_lock);
    for (ULONG i = 0; i < peb->NumberOfHeaps && !live; i++)
        live = peb->ProcessHeaps[i] == heap && heap->serial == serial;
    RtlReleaseSRWLockShared(&heaps_lock);
    return live;
}

ULONG NTAPI RtlGetProcessHeaps(ULONG count, PVOID *heaps)
{
    PEB *peb = rtl_peb();
    ULONG n;

    RtlAcquireSRWLockShared(&heaps_lock);
    n = peb->NumberOfHeaps;
    memcpy(heaps, peb->ProcessHeaps, (n < count ? n : count) * sizeof(*heaps));
    RtlReleaseSRWLockShared(&heaps_lock);
    return n;
}

BOOLEAN NTAPI RtlLockHeap(PVOID handle)
{
    struct heap *heap = handle;

    if (!heap || heap->signature != HEAP_SIGNATURE || !heap->lock)
        return FALSE;
    RtlEnterCriticalSection(heap->lock);
    __atomic_add_fetch(&heap->locked, 1, __ATOMIC_SEQ_CST);
    return TRUE;
}

BOOLEAN NTAPI RtlUnlockHeap(PVOID handle)
{
    struct heap *heap = handle;

    if (!heap || heap->signature != HEAP_SIGNATURE || !heap->lock ||
        !RtlIsCriticalSectionLockedByThread(heap->lock) || !heap->locked)
        return FALSE;
    __atomic_sub_fetch(&heap->locked, 1, __ATOMIC_SEQ_CST);
    RtlLeaveCriticalSection(heap->lock);
    return TRUE;
}

static struct segment *segment_at(struct heap *heap, const void *at)
{
    for (LIST_ENTRY *e = heap->segments.Flink; e != &heap->segments; e = e->Flink) {
        struct segment *seg = CONTAINING_RECORD(e, struct segment, link);
        if ((const UCHAR *)at >= (UCHAR *)seg && (const UCHAR *)at < seg->committed)
            return seg;
    }
    return NULL;
}

static struct large_block *large_at(struct heap *heap, const void *data)
{
    for (LIST_ENTRY *e = heap->large.Flink; e != &heap->large; e = e->Flink) {
        struct large_block *l = CONTAINING_RECORD(e, struct large_block, link);
        if ((UCHAR *)l + LARGE_OFFSET == data)
            return l;
    }
    return NULL;
}

static BOOLEAN block_is_sound(struct heap *heap, struct segment *seg, struct block *b)
{
    if (b->check != block_check(heap, b))
        return FALSE;
    if (b->state == BLOCK_END)
        return (UCHAR *)b == seg->committed - HEADER;
    return b->units >= MIN_UNITS &&
           (SIZE_T)b->units * UNIT <= (SIZE_T)(seg->committed - HEADER - (UCHAR *)b);
}

static BOOLEAN segment_is_sound(struct heap *heap, struct segment *seg)
{
    struct block *b = (struct block *)seg->first;
    ULONG prev = 0;

    for (;; b = block_next(b)) {
        if (!block_is_sound(heap, seg, b) || b->prev_units != prev)
            return FALSE;
        if (b->state == BLOCK_END)
            return TRUE;
        prev = b->units;
    }
}

static BOOLEAN lists_are_sound(struct heap *heap)
{
    SIZE_T units = 0;

    for (ULONG i = 0; i < LEVELS * SUBS; i++) {
        struct free_block *prev = NULL;

        for (struct free_block *f = heap->lists[i]; f; prev = f, f = f->next) {
            if (f->prev != prev || f->b.state != BLOCK_FREE ||
                f->b.check != block_check(heap, &f->b) || heap_list_index(f->b.units) != i)
                return FALSE;
            units += f->b.units;
        }
    }
    return units == heap->free_units;
}

static BOOLEAN pointer_is_sound(struct heap *heap, const void *ptr)
{
    struct segment *seg = segment_at(heap, ptr);
    struct block *b = BLOCK_OF(ptr);

    if ((ULONG_PTR)ptr & (UNIT - 1))
        return FALSE;
    if (seg)
        return (UCHAR *)b >= seg->first && block_is_sound(heap, seg, b) && b->state == BLOCK_BUSY &&
               block_next(b)->prev_units == b->units;
    return large_at(heap, ptr) && b->check == block_check(heap, b) && b->state == BLOCK_LARGE;
}

BOOLEAN NTAPI RtlValidateHeap(PVOID handle, ULONG flags, const void *ptr)
{
    struct heap *heap = handle;
    BOOLEAN ok = TRUE;

    if (!heap || heap->signature != HEAP_SIGNATURE)
        return FALSE;
    heap_enter(heap, flags);
    if (ptr) {
        ok = pointer_is_sound(heap, ptr);
    } else {
        for (LIST_ENTRY *e = heap->segments.Flink; ok && e != &heap->segments; e = e->Flink)
            ok = segment_is_sound(heap, CONTAINING_RECORD(e, struct segment, link));
        for (LIST_ENTRY *e = heap->large.Flink; ok && e != &heap->large; e = e->Flink)
            ok = pointer_is_sound(heap, (UCHAR *)CONTAINING_RECORD(e, struct large_block, link) +
                                            LARGE_OFFSET);
        ok = ok && lists_are_sound(heap);
    }
    heap_leave(heap, flags);
    return ok;
}

BOOLEAN NTAPI RtlValidateProcessHeaps(VOID)
{
    PEB *peb = rtl_peb();
    BOOLEAN ok = TRUE;

    RtlAcquireSRWLockShared(&heaps_lock);
    for (ULONG i = 0; i < peb->NumberOfHeaps; i++)
        ok &= RtlValidateHeap(peb->ProcessHeaps[i], 0, NULL);
    RtlReleaseSRWLockShared(&heaps_lock);
    return ok;
}

/* Returns the size of the largest free block. */
SIZE_T NTAPI RtlCompactHeap(PVOID handle, ULONG flags)
{
    struct heap *heap = handle;
    SIZE_T largest = 0;

    heap_cache_flush(heap);
    heap_enter(heap, flags);
    heap_purge(heap);
    if (heap->level_map) {
        ULONG level = 31u - (ULONG)__builtin_clz(heap->level_map);
        ULONG sub = 31u - (ULONG)__builtin_clz(heap->sub_map[level]);

        for (struct free_block *f = heap->lists[level * SUBS + sub]; f; f = f->next)
            if ((SIZE_T)f->b.units * UNIT > largest)
                largest = (SIZE_T)f->b.units * UNIT;
    }
    heap_leave(heap, flags);
    return largest > HEADER ? largest - HEADER : 0;
}

static NTSTATUS describe_segment(struct segment *seg, PRTL_HEAP_WALK_ENTRY entry)
{
    entry->DataAddress = seg;
    entry->DataSize = (SIZE_T)(seg->first - (UCHAR *)seg);
    entry->OverheadBytes = 0;
    entry->Flags = RTL_HEAP_SEGMENT;
    entry->Segment.CommittedSize = (ULONG)(seg->committed - (UCHAR *)seg);
    entry->Segment.UnCommittedSize = (ULONG)(seg->end - seg->committed);
    entry->Segment.FirstEntry = seg->first;
    entry->Segment.LastEntry = seg->end;
    return STATUS_SUCCESS;
}

static NTSTATUS describe_block(struct block *b, PRTL_HEAP_WALK_ENTRY entry)
{
    entry->DataAddress = DATA_OF(b);
    entry->DataSize = block_size(b);
    entry->OverheadBytes = (UCHAR)(HEADER + b->unused);
    entry->Flags = 0;
    memset(&entry->Block, 0, sizeof(entry->Block));
    if (b->state == BLOCK_BUSY) {
        entry->Flags = (USHORT)(RTL_HEAP_BUSY | (b->flags & BLOCK_USER_FLAGS) << 4);
        if (b->flags & BLOCK_HAS_VALUE) {
            entry->Flags |= RTL_HEAP_SETTABLE_VALUE;
            entry->Block.Settable = (SIZE_T)((PVOID *)block_next(b))[-1];
        }
    }
    return STATUS_SUCCESS;
}

static NTSTATUS describe_large(LIST_ENTRY *e, PRTL_HEAP_WALK_ENTRY entry)
{
    struct large_block *l = CONTAINING_RECORD(e, struct large_block, link);

    entry->DataAddress = (UCHAR *)l + LARGE_OFFSET;
    entry->DataSize = l->size;
    entry->OverheadBytes = LARGE_OFFSET;
    entry->SegmentIndex = 0xff;
    entry->Flags = RTL_HEAP_BUSY | RTL_HEAP_SETTABLE_VALUE;
    memset(&entry->Block, 0, sizeof(entry->Block));
    entry->Block.Settable = (SIZE_T)l->value;
    return STATUS_SUCCESS;
}

static NTSTATUS walk_next(struct heap *heap, PRTL_HEAP_WALK_ENTRY entry)
{
    LIST_ENTRY *e, *next_segment;
    struct segment *seg = NULL;
    struct block *b;
    struct large_block *l;
    UCHAR *at = entry->DataAddress;

    if (!at) {
        entry->SegmentIndex = 0;
        return describe_segment(&heap->segment, entry);
    }
    l = large_at(heap, at);
    if (l) {
        e = l->link.Flink;
        return e == &heap->large ? STATUS_NO_MORE_ENTRIES : describe_large(e, entry);
    }
    for (e = heap->segments.Flink; e != &heap->segments; e = e->Flink) {
        seg = CONTAINING_RECORD(e, struct segment, link);
        if (at >= (UCHAR *)seg && at <= seg->committed && at < seg->end)
            break;
        if (at == seg->committed && (entry->Flags & RTL_HEAP_UNCOMMITTED_RANGE))
            break;
    }
    if (e == &heap->segments)
        return STATUS_INVALID_PARAMETER;
    next_segment = e->Flink;
    if (!(entry->Flags & RTL_HEAP_UNCOMMITTED_RANGE)) {
        b = entry->Flags & RTL_HEAP_SEGMENT ? (struct block *)seg->first
                                            : block_next(BLOCK_OF(at));
        if (!block_is_sound(heap, seg, b))
            return STATUS_HEAP_CORRUPTION;
        if (b->state != BLOCK_END)
            return describe_block(b, entry);
        if (seg->committed < seg->end) {
            entry->DataAddress = seg->committed;
            entry->DataSize = (SIZE_T)(seg->end - seg->committed);
            entry->OverheadBytes = 0;
            entry->Flags = RTL_HEAP_UNCOMMITTED_RANGE;
            return STATUS_SUCCESS;
        }
    }
    if (next_segment != &heap->segments) {
        entry->SegmentIndex++;
        return describe_segment(CONTAINING_RECORD(next_segment, struct segment, link), entry);
    }
    e = heap->large.Flink;
    return e == &heap->large ? STATUS_NO_MORE_ENTRIES : describe_large(e, entry);
}

NTSTATUS NTAPI RtlWalkHeap(PVOID handle, PRTL_HEAP_WALK_ENTRY entry)
{
    struct heap *heap = handle;
    NTSTATUS status;

    if (!heap || heap->signature != HEAP_SIGNATURE || !entry)
        return STATUS_INVALID_PARAMETER;
    heap_enter(heap, 0);
    status = walk_next(heap, entry);
    heap_leave(heap, 0);
    return status;
}

DWORD NTAPI RtlQueryHeapInformation(PVOID handle, HEAP_INFORMATION_CLASS info_class, PVOID info,
                                    SIZE_T length, PSIZE_T needed)
{
    struct heap *heap = handle;

    if (info_class != HeapCompatibilityInformation)
        return (DWORD)STATUS_INVALID_INFO_CLASS;
    if (needed)
        *needed = sizeof(ULONG);
    if (length < sizeof(ULONG))
        return (DWORD)STATUS_BUFFER_TOO_SMALL;
    /* 2: the low-fragmentation heap, which is what heaps with caches amount to */
    *(ULONG *)info = heap->slot != NO_SLOT || (heap->flags & HEAP_GROWABLE && heap->lock) ? 2 : 0;
    return (DWORD)STATUS_SUCCESS;
}

DWORD NTAPI RtlSetHeapInformation(PVOID handle, HEAP_INFORMATION_CLASS info_class, PVOID info,
                                  SIZE_T length)
{
    struct heap *heap = handle;

    switch ((int)info_class) {
    case HeapCompatibilityInformation:
        if (length < sizeof(ULONG))
            return (DWORD)STATUS_BUFFER_TOO_SMALL;
        if (*(ULONG *)info != 0 && *(ULONG *)info != 2)
            return (DWORD)STATUS_UNSUCCESSFUL;
        if (*(ULONG *)info == 2 && (!heap->lock || !(heap->flags & HEAP_GROWABLE)))
            return (DWORD)STATUS_UNSUCCESSFUL;
        return (DWORD)STATUS_SUCCESS;
    case HeapEnableTerminationOnCorruption: /* always on */
        return (DWORD)STATUS_SUCCESS;
    case 3: /* HeapOptimizeResources: give back what is not used */
        if (length < 2 * sizeof(ULONG))
            return (DWORD)STATUS_BUFFER_TOO_SMALL;
        if (((ULONG *)info)[0] != 1)
            return (DWORD)STATUS_INVALID_PARAMETER;
        if (heap) {
            RtlCompactHeap(heap, 0);
        } else {
            RtlAcquireSRWLockShared(&heaps_lock);
            for (ULONG i = 0; i < rtl_peb()->NumberOfHeaps; i++)
                RtlCompactHeap(rtl_peb()->ProcessHeaps[i], 0);
            RtlReleaseSRWLockShared(&heaps_lock);
        }
        return (DWORD)STATUS_SUCCESS;
    default:
        return (DWORD)STATUS_INVALID_INFO_CLASS;
    }
}
