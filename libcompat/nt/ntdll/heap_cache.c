/*
 * Per-thread caches of small blocks, in front of a heap's free lists. A thread takes and gives without
 * a lock; it fetches blocks in batches that grow with use and hands half of a full bin back.
 *
 * The caches hang from TEB.ReservedForPerf. A heap takes part through a slot; `serial` tells a heap
 * from an earlier one that was destroyed with the same slot and address.
 */
#include "heap_private.h"

#define SLOTS 8u
#define BIN_BYTES 0x4000u /* a bin holds about this much */

struct cached {
    struct block b;
    struct cached *next;
};

struct bin {
    struct cached *first;
    USHORT count, batch;
};

struct cache {
    struct heap *heap;
    ULONG serial;
    struct bin bins[CACHED_MAX_UNITS + 1];
};

struct thread_caches {
    struct cache *slots[SLOTS];
};

static volatile LONG slot_map; /* slots that heaps use */

static struct thread_caches *caches(void)
{
    return rtl_teb()->ReservedForPerf;
}

ULONG heap_cache_slot(struct heap *heap)
{
    LONG old = __atomic_load_n(&slot_map, __ATOMIC_RELAXED);

    (void)heap;
    for (;;) {
        LONG bit = ~old & (old + 1);
        if (bit >= 1 << SLOTS)
            return NO_SLOT;
        if (__atomic_compare_exchange_n(&slot_map, &old, old | bit, FALSE, __ATOMIC_ACQ_REL,
                                        __ATOMIC_RELAXED))
            return (ULONG)__builtin_ctz((ULONG)bit);
    }
}

void heap_cache_slot_free(struct heap *heap)
{
    if (heap->slot != NO_SLOT)
        __atomic_and_fetch(&slot_map, ~(1 << heap->slot), __ATOMIC_ACQ_REL);
}

/* A zeroed block that belongs to the cache itself, from the process heap's lists. */
static PVOID own_block(SIZE_T size)
{
    struct heap *heap = rtl_heap();
    struct block *b;

    if (!heap)
        return NULL;
    heap_enter(heap, 0);
    b = heap_take(heap, units_for(size));
    if (b) {
        b->unused = (UCHAR)((SIZE_T)b->units * UNIT - HEADER - size);
        block_seal(heap, b);
    }
    heap_leave(heap, 0);
    return b ? memset(DATA_OF(b), 0, size) : NULL;
}

static void own_block_free(PVOID ptr)
{
    struct heap *heap = rtl_heap();

    heap_enter(heap, 0);
    heap_give(heap, BLOCK_OF(ptr));
    heap_leave(heap, 0);
}

static struct cache *cache_create(struct heap *heap)
{
    struct thread_caches *t = caches();
    struct cache *c;

    if (!t) {
        t = own_block(sizeof(*t));
        if (!t)
            return NULL;
        rtl_teb()->ReservedForPerf = t;
    }
    c = t->slots[heap->slot];
    if (c) { /* of a heap that is no more; its blocks went with it */
        memset(c->bins, 0, sizeof(c->bins));
    } else {
        c = own_block(sizeof(*c));
        if (!c)
            return NULL;
        t->slots[heap->slot] = c;
    }
    c->heap = heap;
    c->serial = heap->serial;
    return c;
}

static inline struct cache *cache_of(struct heap *heap)
{
    struct thread_caches *t = caches();
    struct cache *c;

    if (__builtin_expect(heap->slot == NO_SLOT || heap->locked, 0))
        return NULL;
    c = t ? t->slots[heap->slot] : NULL;
    if (__builtin_expect(c && c->heap == heap && c->serial == heap->serial, 1))
        return c;
    return cache_create(heap);
}

/* Fetches a batch: one piece of the heap, divided. Returns one block, the others go into the bin. */
static struct block *refill(struct heap *heap, struct bin *bin, ULONG units)
{
    ULONG limit = BIN_BYTES / 2 / (units * UNIT), n = bin->batch;
    struct block *whole, *b;

    if (n < limit)
        bin->batch = (USHORT)(n ? n * 2 : 2);
    if (n < 1)
        n = 1;
    heap_enter(heap, 0);
    whole = heap_take(heap, units * n);
    if (!whole && n > 1)
        whole = heap_take(heap, units * (n = 1));
    if (whole) {
        /* the last block keeps what could not be split off */
        ULONG total = whole->units, last;

        b = whole;
        for (ULONG i = 0; i < n; i++) {
            last = i + 1 < n ? units : total - units * (n - 1);
            b->units = last;
            b->unused = 0;
            b->flags = 0;
            if (i) {
                b->state = BLOCK_CACHED;
                block_seal(heap, b);
            }
            block_next(b)->prev_units = last;
            b = block_next(b);
        }
    }
    heap_leave(heap, 0);
    if (!whole)
        return NULL;
    b = whole;
    for (ULONG i = 1; i < n; i++) {
        b = block_next(b);
        if (b->units != units) { /* too large for this bin */
            heap_enter(heap, 0);
            heap_give(heap, b);
            heap_leave(heap, 0);
            break;
        }
        ((struct cached *)b)->next = bin->first;
        bin->first = (struct cached *)b;
        bin->count++;
    }
    return whole;
}

/* A block of at least `units`, which the caller gives its header; NULL: the caller asks the heap. */
struct block *heap_cache_take(struct heap *heap, ULONG units)
{
    struct cache *c = cache_of(heap);
    struct cached *e;
    struct bin *bin;

    if (!c)
        return NULL;
    bin = &c->bins[units];
    e = bin->first;
    if (__builtin_expect(!e, 0))
        return refill(heap, bin, units);
    if (__builtin_expect(e->b.state != BLOCK_CACHED || e->b.check != block_check(heap, &e->b), 0))
        heap_corrupt(heap, e);
    bin->first = e->next;
    bin->count--;
    return &e->b;
}

static void give_some(struct heap *heap, struct bin *bin, ULONG count)
{
    heap_enter(heap, 0);
    while (count-- && bin->first) {
        struct cached *e = bin->first;

        if (e->b.state != BLOCK_CACHED || e->b.check != block_check(heap, &e->b))
            heap_corrupt(heap, e);
        bin->first = e->next;
        bin->count--;
        heap_give(heap, &e->b);
    }
    heap_leave(heap, 0);
}

/* Takes a verified busy block of a cacheable size; FALSE: the caller gives it to the heap. */
BOOLEAN heap_cache_give(struct heap *heap, struct block *b)
{
    struct cache *c = cache_of(heap);
    struct cached *e = (struct cached *)b;
    struct bin *bin;

    if (!c)
        return FALSE;
    bin = &c->bins[b->units];
    block_set(heap, b, b->units, 0, BLOCK_CACHED, 0);
    e->next = bin->first;
    bin->first = e;
    if (__builtin_expect(++bin->count * b->units * UNIT > BIN_BYTES && bin->count > 8, 0))
        give_some(heap, bin, bin->count / 2);
    return TRUE;
}

static void flush(struct cache *c)
{
    for (ULONG i = 0; i < COUNT_OF(c->bins); i++)
        if (c->bins[i].first)
            give_some(c->heap, &c->bins[i], c->bins[i].count);
}

void heap_cache_flush(struct heap *heap)
{
    struct thread_caches *t = caches();
    struct cache *c = t && heap->slot != NO_SLOT ? t->slots[heap->slot] : NULL;

    if (c && c->heap == heap && c->serial == heap->serial)
        flush(c);
}

void heap_thread_detach(void)
{
    struct thread_caches *t = caches();

    if (!t)
        return;
    rtl_teb()->ReservedForPerf = NULL;
    for (ULONG i = 0; i < SLOTS; i++) {
        struct cache *c = t->slots[i];

        if (!c)
            continue;
        /* its heap can be gone, and with it the memory that would tell so: ask the list of heaps */
        if (heap_is_live(c->heap, c->serial))
            flush(c);
        own_block_free(c);
    }
    own_block_free(t);
}
