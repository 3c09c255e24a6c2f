/* The heap's segments and free lists. Everything here runs under the heap's lock. */
#include "heap_private.h"

#define TRIM_BLOCK 0x40000u  /* a free block at a segment's end of this size can be decommitted */
#define TRIM_TOTAL 0x100000u /* once so much is free in all */
#define RESET_BLOCK 0x20000u
#define RESET_TOTAL 0x400000u
#define SEGMENT_MAX 0x4000000u

ULONG heap_list_index(ULONG units)
{
    ULONG top, index;

    if (units < SUBS)
        return units;
    top = 31u - (ULONG)__builtin_clz(units);
    index = (top - SUB_BITS + 1) * SUBS + ((units >> (top - SUB_BITS)) & (SUBS - 1));
    return index < LEVELS * SUBS ? index : LEVELS * SUBS - 1;
}

static void list_insert(struct heap *heap, struct free_block *f)
{
    ULONG index = heap_list_index(f->b.units);

    f->prev = NULL;
    f->next = heap->lists[index];
    if (f->next)
        f->next->prev = f;
    heap->lists[index] = f;
    heap->sub_map[index / SUBS] |= (USHORT)(1u << index % SUBS);
    heap->level_map |= 1u << index / SUBS;
    heap->free_units += f->b.units;
}

static void list_remove(struct heap *heap, struct free_block *f)
{
    ULONG index = heap_list_index(f->b.units);

    if ((f->prev ? f->prev->next : heap->lists[index]) != f || (f->next && f->next->prev != f))
        heap_corrupt(heap, f);
    if (f->prev)
        f->prev->next = f->next;
    else
        heap->lists[index] = f->next;
    if (f->next)
        f->next->prev = f->prev;
    if (!heap->lists[index]) {
        heap->sub_map[index / SUBS] &= (USHORT)~(1u << index % SUBS);
        if (!heap->sub_map[index / SUBS])
            heap->level_map &= ~(1u << index / SUBS);
    }
    heap->free_units -= f->b.units;
}

static void make_free(struct heap *heap, struct block *b, ULONG units, UCHAR flags)
{
    b->units = units;
    b->unused = 0;
    b->state = BLOCK_FREE;
    b->flags = flags;
    block_seal(heap, b);
    block_next(b)->prev_units = units;
    list_insert(heap, (struct free_block *)b);
}

static struct free_block *list_find(struct heap *heap, ULONG units)
{
    ULONG index = heap_list_index(units), level = index / SUBS;
    struct free_block *best = NULL, *f = heap->lists[index];
    ULONG map;

    /* in the list of its own size class a block may be too small: look at a few for the best */
    for (ULONG i = 0; f && i < 8; i++, f = f->next) {
        if (f->b.units >= units && (!best || f->b.units < best->b.units)) {
            best = f;
            if (f->b.units == units)
                break;
        }
    }
    if (best)
        return best;
    map = index % SUBS == SUBS - 1 ? 0 : heap->sub_map[level] & (~0u << (index % SUBS + 1));
    if (!map) {
        ULONG levels = level + 1 < LEVELS ? heap->level_map & (~0u << (level + 1)) : 0;
        if (!levels)
            return NULL;
        level = (ULONG)__builtin_ctz(levels);
        map = heap->sub_map[level];
    }
    return heap->lists[level * SUBS + (ULONG)__builtin_ctz(map)];
}

static void put_end(struct heap *heap, struct block *end, ULONG prev_units)
{
    end->units = 0;
    end->prev_units = prev_units;
    end->unused = 0;
    end->state = BLOCK_END;
    end->flags = 0;
    block_seal(heap, end);
}

static struct block *segment_end(const struct segment *seg)
{
    return (struct block *)(seg->committed - HEADER);
}

void heap_segment_start(struct heap *heap, struct segment *seg, UCHAR *first, UCHAR *committed,
                        UCHAR *end)
{
    ULONG units = (ULONG)((SIZE_T)(committed - first - HEADER) / UNIT);

    seg->first = first;
    seg->committed = committed;
    seg->end = end;
    rtl_list_append(&heap->segments, &seg->link);
    put_end(heap, segment_end(seg), units);
    ((struct block *)first)->prev_units = 0;
    make_free(heap, (struct block *)first, units, 0);
}

static NTSTATUS commit(struct heap *heap, UCHAR *base, SIZE_T size)
{
    PVOID at = base;

    return NtAllocateVirtualMemory(NtCurrentProcess(), &at, 0, &size, MEM_COMMIT, heap->protect);
}

/* Commits more behind a segment's end, so that a free block of at least `units` ends there. */
static struct free_block *segment_extend(struct heap *heap, struct segment *seg, ULONG units)
{
    struct block *end = segment_end(seg), *last;
    SIZE_T room = (SIZE_T)(seg->end - seg->committed), need = (SIZE_T)units * UNIT, step;
    ULONG added;

    last = end->prev_units ? block_prev(end) : NULL;
    if (last && last->state == BLOCK_FREE) {
        if (last->units >= units)
            return (struct free_block *)last;
        need -= (SIZE_T)last->units * UNIT;
    } else {
        last = NULL;
    }
    if (need > room)
        return NULL;
    step = (need + COMMIT_STEP - 1) & ~(SIZE_T)(COMMIT_STEP - 1);
    if (step < heap->commit_step)
        step = heap->commit_step;
    if (step > room)
        step = room;
    if (commit(heap, seg->committed, step) < 0)
        return NULL;
    if (heap->commit_step < 0x100000)
        heap->commit_step *= 2;
    added = (ULONG)(step / UNIT);
    seg->committed += step;
    if (last) {
        list_remove(heap, (struct free_block *)last);
        added += last->units;
    } else {
        last = end;
    }
    put_end(heap, segment_end(seg), added);
    make_free(heap, last, added, 0);
    return (struct free_block *)last;
}

static BOOLEAN segment_create(struct heap *heap, ULONG units)
{
    SIZE_T need = (SIZE_T)units * UNIT + sizeof(struct segment) + 4 * HEADER;
    SIZE_T reserve = heap->next_reserve, size;
    UCHAR *first;
    PVOID base = NULL;

    while (reserve < need)
        reserve *= 2;
    if (NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &reserve, MEM_RESERVE,
                                heap->protect) < 0) {
        /* address space can be short or in pieces: take what is needed and no more */
        reserve = (need + 0xffff) & ~(SIZE_T)0xffff;
        base = NULL;
        if (NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &reserve, MEM_RESERVE,
                                    heap->protect) < 0)
            return FALSE;
    }
    size = (need + COMMIT_STEP - 1) & ~(SIZE_T)(COMMIT_STEP - 1);
    if (size > reserve)
        size = reserve;
    if (commit(heap, base, size) < 0) {
        SIZE_T zero = 0;
        NtFreeVirtualMemory(NtCurrentProcess(), &base, &zero, MEM_RELEASE);
        return FALSE;
    }
    if (heap->next_reserve < SEGMENT_MAX)
        heap->next_reserve *= 2;
    ((struct segment *)base)->foreign = FALSE;
    first = (UCHAR *)base + ((sizeof(struct segment) + 15) & ~(SIZE_T)15);
    heap_segment_start(heap, base, first, (UCHAR *)base + size, (UCHAR *)base + reserve);
    return TRUE;
}

static struct free_block *find_or_extend(struct heap *heap, ULONG units)
{
    struct free_block *f = list_find(heap, units);

    if (f)
        return f;
    for (LIST_ENTRY *e = heap->segments.Blink; e != &heap->segments; e = e->Blink) {
        f = segment_extend(heap, CONTAINING_RECORD(e, struct segment, link), units);
        if (f)
            return f;
    }
    if (!(heap->flags & HEAP_GROWABLE) || !segment_create(heap, units))
        return NULL;
    return list_find(heap, units);
}

struct block *heap_take(struct heap *heap, ULONG units)
{
    struct free_block *f = find_or_extend(heap, units);
    struct block *b = &f->b;
    ULONG rest;
    UCHAR flags;

    if (!f)
        return NULL;
    if (b->state != BLOCK_FREE || b->check != block_check(heap, b))
        heap_corrupt(heap, b);
    list_remove(heap, f);
    rest = b->units - units;
    flags = b->flags;
    if (rest >= MIN_UNITS) {
        struct block *tail = (struct block *)((UCHAR *)b + (SIZE_T)units * UNIT);

        b->units = units;
        tail->prev_units = units;
        make_free(heap, tail, rest, flags);
    }
    b->state = BLOCK_BUSY;
    b->flags = 0;
    block_seal(heap, b);
    return b;
}

/* Gives the pages at the end of a segment back, or the segment.. */
static void segment_trim(struct heap *heap, struct segment *seg, struct block *b)
{
    UCHAR *keep;
    SIZE_T size;
    PVOID at;

    if ((UCHAR *)b == seg->first && seg != &heap->segment && !seg->foreign) {
        list_remove(heap, (struct free_block *)b);
        rtl_list_remove(&seg->link);
        at = seg;
        size = 0;
        NtFreeVirtualMemory(NtCurrentProcess(), &at, &size, MEM_RELEASE);
        return;
    }
    keep = (UCHAR *)(((ULONG_PTR)b + sizeof(struct free_block) + HEADER + COMMIT_STEP - 1) &
                     ~(ULONG_PTR)(COMMIT_STEP - 1));
    if (keep >= seg->committed)
        return;
    at = keep;
    size = (SIZE_T)(seg->committed - keep);
    list_remove(heap, (struct free_block *)b);
    if (NtFreeVirtualMemory(NtCurrentProcess(), &at, &size, MEM_DECOMMIT) >= 0) {
        seg->committed = keep;
        heap->commit_step = COMMIT_STEP;
        b->units = (ULONG)((SIZE_T)(keep - HEADER - (UCHAR *)b) / UNIT);
        put_end(heap, segment_end(seg), b->units);
    }
    make_free(heap, b, b->units, 0);
}

static struct segment *segment_of(struct heap *heap, const void *at)
{
    for (LIST_ENTRY *e = heap->segments.Flink; e != &heap->segments; e = e->Flink) {
        struct segment *seg = CONTAINING_RECORD(e, struct segment, link);
        if ((const UCHAR *)at >= seg->first && (const UCHAR *)at < seg->committed)
            return seg;
    }
    return NULL;
}

/* Lets the host have the pages inside large free blocks back; the blocks stay committed. */
void heap_purge(struct heap *heap)
{
    heap->dirty_bytes = 0;
    for (ULONG i = heap_list_index(RESET_BLOCK / UNIT); i < LEVELS * SUBS; i++) {
        for (struct free_block *f = heap->lists[i]; f; f = f->next) {
            ULONG_PTR from = ((ULONG_PTR)(f + 1) + PAGE - 1) & ~(ULONG_PTR)(PAGE - 1);
            ULONG_PTR to = (ULONG_PTR)block_next(&f->b) & ~(ULONG_PTR)(PAGE - 1);
            PVOID at = (PVOID)from;
            SIZE_T size = to - from;

            if ((f->b.flags & BLOCK_RESET) || to <= from)
                continue;
            if (NtAllocateVirtualMemory(NtCurrentProcess(), &at, 0, &size, MEM_RESET,
                                        heap->protect) >= 0) {
                f->b.flags |= BLOCK_RESET;
                block_seal(heap, &f->b);
            }
        }
    }
}

void heap_give(struct heap *heap, struct block *b)
{
    ULONG units = b->units;
    struct block *next = block_next(b);

    if (next->prev_units != units)
        heap_corrupt(heap, next);
    if (next->state == BLOCK_FREE) {
        if (next->check != block_check(heap, next))
            heap_corrupt(heap, next);
        list_remove(heap, (struct free_block *)next);
        units += next->units;
        next->state = 0;
    }
    if (b->prev_units) {
        struct block *prev = block_prev(b);

        if (prev->units != b->prev_units)
            heap_corrupt(heap, b);
        if (prev->state == BLOCK_FREE) {
            if (prev->check != block_check(heap, prev))
                heap_corrupt(heap, prev);
            list_remove(heap, (struct free_block *)prev);
            units += prev->units;
            b->state = BLOCK_FREE; /* so that a second free of it is named for what it is */
            block_seal(heap, b);
            b = prev;
        }
    }
    heap->dirty_bytes += (SIZE_T)units * UNIT >= RESET_BLOCK ? (SIZE_T)b->units * UNIT : 0;
    make_free(heap, b, units, 0);
    if ((SIZE_T)units * UNIT >= TRIM_BLOCK && heap->free_units * UNIT >= TRIM_TOTAL &&
        block_next(b)->state == BLOCK_END) {
        struct segment *seg = segment_of(heap, b);
        if (seg)
            segment_trim(heap, seg, b);
    } else if (heap->dirty_bytes >= RESET_TOTAL) {
        heap_purge(heap);
    }
}

void heap_split(struct heap *heap, struct block *b, ULONG units)
{
    ULONG rest = b->units - units;
    struct block *tail;

    if (rest < MIN_UNITS)
        return;
    b->units = units;
    tail = block_next(b);
    tail->prev_units = units;
    tail->units = rest;
    tail->state = BLOCK_BUSY;
    tail->flags = 0;
    block_next(tail)->prev_units = rest;
    heap_give(heap, tail);
}

BOOLEAN heap_grow_in_place(struct heap *heap, struct block *b, ULONG units)
{
    struct block *next = block_next(b);

    if (next->state == BLOCK_END) {
        struct segment *seg = segment_of(heap, b);
        if (!seg || !segment_extend(heap, seg, units - b->units))
            return FALSE;
        next = block_next(b);
    }
    if (next->state != BLOCK_FREE || b->units + next->units < units)
        return FALSE;
    if (next->check != block_check(heap, next))
        heap_corrupt(heap, next);
    list_remove(heap, (struct free_block *)next);
    b->units += next->units;
    block_next(b)->prev_units = b->units;
    heap_split(heap, b, units);
    return TRUE;
}
