/*
 * The heap's structures, shared by its files:
 *   heap.c        the interface: flags, sizes, user values, errors
 *   heap_block.c  segments, free lists, splitting and merging (under the heap's lock)
 *   heap_cache.c  per-thread caches of small blocks
 *   heap_large.c  blocks with a mapping of their own
 *   heap_walk.c   validating, walking, compacting, the list of heaps
 *
 * Memory comes in segments: reserved as a whole, committed from the front. A segment is a row of
 * blocks, each with a header, ended by a header in state BLOCK_END. Free blocks are in lists by size
 * (two levels: powers of two, each divided in 16), merged with their neighbours at once. Blocks in
 * a thread's cache are busy to the segment. A header carries a check value over its place and contents,
 * so a header that was written over, a pointer of another heap and a block freed twice are noticed.
 */
#ifndef NTDLL_HEAP_PRIVATE_H
#define NTDLL_HEAP_PRIVATE_H

#include "rtl_private.h"

#ifdef _WIN64
#define UNIT 16u
#define HEAP_FIXED_MAX 0xff000u /* the largest block of a heap that does not grow */
#else
#define UNIT 8u
#define HEAP_FIXED_MAX 0x7f000u
#endif
#define HEADER 16u
#define LARGE_MIN 0x80000u /* from here on, a block has its own mapping */
#define COMMIT_STEP 0x10000u
#define PAGE 0x1000u

enum block_state {
    BLOCK_FREE = 0x3c,
    BLOCK_BUSY = 0x5a,
    BLOCK_CACHED = 0x69,
    BLOCK_LARGE = 0x96,
    BLOCK_END = 0xa5,
};

#define BLOCK_HAS_VALUE 0x01u /* a user value lies in the last pointer of the block */
#define BLOCK_USER_FLAGS 0x0eu /* HEAP_SETTABLE_USER_FLAG1..3 >> 8 */
#define BLOCK_RESET 0x80u     /* free, its pages have been given back */

struct block {
    ULONG check;
    ULONG prev_units; /* size of the block before, 0 for the first; not part of the check */
    ULONG units;      /* size with header */
    UCHAR unused;     /* bytes of the block behind those asked for */
    UCHAR state, flags, reserved;
};
_Static_assert(sizeof(struct block) == HEADER, "block header");

struct free_block {
    struct block b;
    struct free_block *next, *prev;
};
#define MIN_UNITS ((ULONG)(sizeof(struct free_block) + UNIT - 1) / UNIT)

struct large_block {
    LIST_ENTRY link;
    SIZE_T size;               /* asked for */
    SIZE_T committed, reserved; /* of the mapping */
    PVOID value;
};
/* from the start of the mapping to the data, in front of which the block's header is */
#define LARGE_OFFSET ((sizeof(struct large_block) + HEADER + 15) & ~(SIZE_T)15)

struct segment {
    LIST_ENTRY link;
    UCHAR *first, *committed, *end; /* first header, end of commitment, end of reservation */
    BOOLEAN foreign;                /* memory of RtlCreateHeap's caller */
};

#define SUB_BITS 4
#define SUBS (1u << SUB_BITS)
#define LEVELS 21u

struct heap {
    struct segment segment; /* the first one */
    ULONG signature, slot;  /* slot: index of the thread caches, NO_SLOT for none */
    volatile LONG locked;   /* somebody holds the heap through RtlLockHeap: no cache */
    ULONG cookie, serial;
    ULONG_PTR pad_to_flags
#ifdef _WIN64
        [4]; /* debuggers and their detectors read the flags at 0x70 */
#else
        [1];
#endif
    ULONG flags, force_flags;
    ULONG protect;
    ULONG level_map;
    USHORT sub_map[LEVELS];
    struct free_block *lists[LEVELS * SUBS];
    LIST_ENTRY segments, large;
    SIZE_T free_units, dirty_bytes;
    SIZE_T commit_step, next_reserve;
    RTL_CRITICAL_SECTION *lock; /* NULL: HEAP_NO_SERIALIZE */
    RTL_CRITICAL_SECTION own_lock;
    SIZE_T index; /* in PEB.ProcessHeaps */
};

#define HEAP_SIGNATURE 0xeeffeeffu
#define NO_SLOT 0xffffffffu

#define BLOCK_OF(ptr) ((struct block *)((UCHAR *)(ptr)-HEADER))
#define DATA_OF(block) ((PVOID)((UCHAR *)(block) + HEADER))

static inline struct block *block_next(struct block *b)
{
    return (struct block *)((UCHAR *)b + (SIZE_T)b->units * UNIT);
}

static inline struct block *block_prev(struct block *b)
{
    return (struct block *)((UCHAR *)b - (SIZE_T)b->prev_units * UNIT);
}

static inline ULONG block_check(const struct heap *heap, const struct block *b)
{
    ULONGLONG rest;

    __builtin_memcpy(&rest, &b->units, sizeof(rest));
    rest = (rest ^ (ULONG_PTR)b) * 0x9e3779b97f4a7c15ull;
    return (ULONG)(rest >> 32) ^ heap->cookie;
}

/* All of a header but prev_units in one store: the next reader takes these bytes as one word, and the
 * processor hands a word on only as it was stored. */
static inline void block_set(const struct heap *heap, struct block *b, ULONG units, UCHAR unused,
                             UCHAR state, UCHAR flags)
{
    ULONGLONG rest = units | (ULONGLONG)unused << 32 | (ULONGLONG)state << 40 |
                     (ULONGLONG)flags << 48;

    __builtin_memcpy(&b->units, &rest, sizeof(rest));
    rest = (rest ^ (ULONG_PTR)b) * 0x9e3779b97f4a7c15ull;
    b->check = (ULONG)(rest >> 32) ^ heap->cookie;
}

static inline void block_seal(const struct heap *heap, struct block *b)
{
    b->check = block_check(heap, b);
}

static inline SIZE_T block_size(const struct block *b)
{
    return (SIZE_T)b->units * UNIT - HEADER - b->unused;
}

static inline ULONG units_for(SIZE_T size)
{
    ULONG units = (ULONG)((size + HEADER + UNIT - 1) / UNIT);

    return units < MIN_UNITS ? MIN_UNITS : units;
}

static inline void heap_enter(struct heap *heap, ULONG flags)
{
    if (heap->lock && !(flags & HEAP_NO_SERIALIZE))
        RtlEnterCriticalSection(heap->lock);
}

static inline void heap_leave(struct heap *heap, ULONG flags)
{
    if (heap->lock && !(flags & HEAP_NO_SERIALIZE))
        RtlLeaveCriticalSection(heap->lock);
}

/* heap_block.c; the caller holds the lock */
void heap_segment_start(struct heap *heap, struct segment *seg, UCHAR *first, UCHAR *committed,
                        UCHAR *end);
struct block *heap_take(struct heap *heap, ULONG units);
void heap_give(struct heap *heap, struct block *b);
BOOLEAN heap_grow_in_place(struct heap *heap, struct block *b, ULONG units);
void heap_split(struct heap *heap, struct block *b, ULONG units);
void heap_purge(struct heap *heap);
ULONG heap_list_index(ULONG units);

/* heap_cache.c */
#define CACHED_MAX_UNITS (1024u / UNIT + 1)
struct block *heap_cache_take(struct heap *heap, ULONG units);
BOOLEAN heap_cache_give(struct heap *heap, struct block *b);
ULONG heap_cache_slot(struct heap *heap);
void heap_cache_slot_free(struct heap *heap);
void heap_cache_flush(struct heap *heap);

/* heap_large.c */
PVOID heap_large_allocate(struct heap *heap, ULONG flags, SIZE_T size);
void heap_large_free(struct heap *heap, ULONG flags, struct block *b);
PVOID heap_large_resize(struct heap *heap, ULONG flags, struct block *b, SIZE_T size);
static inline struct large_block *large_of(struct block *b)
{
    return (struct large_block *)((UCHAR *)b - (LARGE_OFFSET - HEADER));
}

/* heap_walk.c */
BOOLEAN heap_register(struct heap *heap);
void heap_unregister(struct heap *heap);
BOOLEAN heap_is_live(struct heap *heap, ULONG serial);

/* Raises STATUS_HEAP_CORRUPTION with the heap and the address as parameters. */
__attribute__((noreturn)) void heap_corrupt(struct heap *heap, PVOID address);

#endif
