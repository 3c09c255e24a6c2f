/* Heap blocks of half a megabyte and more: each has a mapping of its own. */
#include "heap_private.h"

static void unmap(PVOID base)
{
    SIZE_T zero = 0;

    NtFreeVirtualMemory(NtCurrentProcess(), &base, &zero, MEM_RELEASE);
}

static struct large_block *map(struct heap *heap, SIZE_T committed, SIZE_T reserved)
{
    PVOID base = NULL;
    struct large_block *l;

    if (reserved == committed) {
        if (NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &reserved,
                                    MEM_RESERVE | MEM_COMMIT, heap->protect) < 0)
            return NULL;
        committed = reserved;
    } else {
        if (NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &reserved, MEM_RESERVE,
                                    heap->protect) < 0)
            return map(heap, committed, committed);
        if (NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &committed, MEM_COMMIT,
                                    heap->protect) < 0) {
            unmap(base);
            return NULL;
        }
    }
    l = base;
    l->committed = committed;
    l->reserved = reserved;
    return l;
}

static struct block *block_in(struct large_block *l)
{
    return (struct block *)((UCHAR *)l + LARGE_OFFSET - HEADER);
}

static PVOID finish(struct heap *heap, ULONG flags, struct large_block *l, SIZE_T size,
                    UCHAR block_flags)
{
    struct block *b = block_in(l);

    l->size = size;
    b->prev_units = 0;
    b->units = 0;
    b->unused = 0;
    b->state = BLOCK_LARGE;
    b->flags = block_flags;
    block_seal(heap, b);
    heap_enter(heap, flags);
    rtl_list_append(&heap->large, &l->link);
    heap_leave(heap, flags);
    return DATA_OF(b);
}

static BOOLEAN mapping_size(SIZE_T size, SIZE_T *total)
{
    if (size > (SIZE_T)-1 / 4)
        return FALSE;
    *total = (size + LARGE_OFFSET + PAGE - 1) & ~(SIZE_T)(PAGE - 1);
    return TRUE;
}

PVOID heap_large_allocate(struct heap *heap, ULONG flags, SIZE_T size)
{
    struct large_block *l;
    SIZE_T total;

    if (!mapping_size(size, &total) || !(l = map(heap, total, total)))
        return NULL;
    l->value = NULL;
    return finish(heap, flags, l, size,
                  (UCHAR)((flags & HEAP_SETTABLE_USER_FLAGS) >> 8 & BLOCK_USER_FLAGS));
}

static void unlink_block(struct heap *heap, ULONG flags, struct large_block *l)
{
    heap_enter(heap, flags);
    if (l->link.Flink->Blink != &l->link || l->link.Blink->Flink != &l->link)
        heap_corrupt(heap, l);
    rtl_list_remove(&l->link);
    heap_leave(heap, flags);
}

void heap_large_free(struct heap *heap, ULONG flags, struct block *b)
{
    struct large_block *l = large_of(b);

    unlink_block(heap, flags, l);
    b->state = BLOCK_FREE;
    unmap(l);
}

/* Grows within the reservation or moves; a block that has grown once gets room to grow again. */
PVOID heap_large_resize(struct heap *heap, ULONG flags, struct block *b, SIZE_T size)
{
    struct large_block *l = large_of(b), *moved;
    SIZE_T total, old = l->size, more;
    UCHAR block_flags = b->flags;
    PVOID value = l->value, at;

    if (!mapping_size(size, &total))
        return NULL;
    if (total <= l->reserved) {
        if (total > l->committed) {
            at = (UCHAR *)l + l->committed;
            more = total - l->committed;
            if (NtAllocateVirtualMemory(NtCurrentProcess(), &at, 0, &more, MEM_COMMIT,
                                        heap->protect) < 0)
                return NULL;
            l->committed = total;
        } else if (l->committed - total >= COMMIT_STEP) {
            at = (UCHAR *)l + total;
            more = l->committed - total;
            if (NtFreeVirtualMemory(NtCurrentProcess(), &at, &more, MEM_DECOMMIT) >= 0)
                l->committed = total;
        }
        if ((flags & HEAP_ZERO_MEMORY) && size > old)
            memset((UCHAR *)DATA_OF(b) + old, 0, size - old);
        l->size = size;
        return DATA_OF(b);
    }
    if (flags & HEAP_REALLOC_IN_PLACE_ONLY)
        return NULL;
    moved = map(heap, total, (total + total / 2 + 0xffff) & ~(SIZE_T)0xffff);
    if (!moved)
        return NULL;
    memcpy(DATA_OF(block_in(moved)), DATA_OF(b), old < size ? old : size);
    moved->value = value;
    unlink_block(heap, flags, l);
    unmap(l);
    return finish(heap, flags, moved, size, block_flags);
}
