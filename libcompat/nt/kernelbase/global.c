/*
 * GlobalAlloc and LocalAlloc: one implementation, as both families share one heap.
 *
 * A fixed block is a block of the process heap, its handle its address. A moveable block's handle
 * is the address of a field in a table of entries, which never looks like a heap block: it lies in
 * the table, and is not aligned as blocks are. So every function tells the two kinds apart without
 * touching memory that may not be there.
 */
#include "kernelbase.h"

struct entry {
    union {
        struct entry *next_free;
        SIZE_T in_use; /* 1, which is no address */
    };
    void *memory; /* the handle is this field's address; NULL while discarded */
    SIZE_T size;  /* of the block */
    UCHAR locks;
    UCHAR discardable;
    USHORT flags;
};

/* In front of a moveable block: GlobalHandle finds its entry through it. */
union header {
    struct entry *entry;
    UCHAR alignment[16];
};

#define ENTRIES 0x10000u
#define CHUNK 0x800u /* entries committed at once */
#define MAXIMUM_LOCKS 0xff

/* Owner: this file, under table_lock. Entries beyond `made` have never been used. */
static RTL_SRWLOCK table_lock = RTL_SRWLOCK_INIT;
static struct entry *table;
static struct entry *free_entries;
static ULONG made, committed;

static HANDLE heap(void)
{
    return current_peb()->ProcessHeap;
}

static struct entry *new_entry(void)
{
    struct entry *entry = free_entries;

    if (entry) {
        free_entries = entry->next_free;
        return entry;
    }
    if (!table) {
        table = VirtualAlloc(NULL, ENTRIES * sizeof(*table), MEM_RESERVE, PAGE_READWRITE);
        if (!table)
            return NULL;
    }
    if (made == committed) {
        if (committed == ENTRIES ||
            !VirtualAlloc(table + committed, CHUNK * sizeof(*table), MEM_COMMIT, PAGE_READWRITE))
            return NULL;
        committed += CHUNK;
    }
    return table + made++;
}

static void drop_entry(struct entry *entry)
{
    entry->memory = NULL;
    entry->next_free = free_entries;
    free_entries = entry;
}

/* The entry of a moveable handle, NULL for anything else. The lock is held. */
static struct entry *find(HGLOBAL handle)
{
    ULONG_PTR offset = (ULONG_PTR)handle - (ULONG_PTR)table;
    struct entry *entry;

    if (!table || (ULONG_PTR)handle < (ULONG_PTR)table || offset >= made * sizeof(*table) ||
        offset % sizeof(*table) != offsetof(struct entry, memory))
        return NULL;
    entry = table + offset / sizeof(*table);
    return entry->in_use == 1 ? entry : NULL;
}

static BOOL in_table(HGLOBAL handle)
{
    return table && (ULONG_PTR)handle - (ULONG_PTR)table < ENTRIES * sizeof(*table);
}

static void *new_block(struct entry *entry, SIZE_T size, UINT flags)
{
    union header *header;

    if (size > (SIZE_T)-1 - sizeof(*header))
        return NULL;
    header = RtlAllocateHeap(heap(), flags & GMEM_ZEROINIT ? HEAP_ZERO_MEMORY : 0,
                             size + sizeof(*header));
    if (!header)
        return NULL;
    header->entry = entry;
    return header + 1;
}

static void free_block(void *memory)
{
    if (memory)
        RtlFreeHeap(heap(), 0, (union header *)memory - 1);
}

HGLOBAL WINAPI GlobalAlloc(UINT flags, SIZE_T size)
{
    struct entry *entry;
    HGLOBAL handle = NULL;

    if (!(flags & GMEM_MOVEABLE)) {
        handle = RtlAllocateHeap(heap(), flags & GMEM_ZEROINIT ? HEAP_ZERO_MEMORY : 0, size);
        if (!handle)
            fail(ERROR_NOT_ENOUGH_MEMORY);
        return handle;
    }
    RtlAcquireSRWLockExclusive(&table_lock);
    entry = new_entry();
    if (entry) {
        entry->memory = NULL;
        entry->size = size;
        entry->locks = 0;
        entry->discardable = (flags & GMEM_DISCARDABLE) != 0;
        entry->flags = flags & GMEM_DDESHARE;
        /* Nothing was asked for: a discarded object, which GlobalReAlloc fills. */
        if (size)
            entry->memory = new_block(entry, size, flags);
        if (size && !entry->memory) {
            drop_entry(entry);
        } else {
            entry->in_use = 1;
            handle = &entry->memory;
        }
    }
    RtlReleaseSRWLockExclusive(&table_lock);
    if (!handle)
        fail(ERROR_NOT_ENOUGH_MEMORY);
    return handle;
}

static HGLOBAL resize_entry(struct entry *entry, SIZE_T size, UINT flags)
{
    void *memory;

    if (flags & GMEM_MODIFY) {
        entry->discardable = (flags & GMEM_DISCARDABLE) != 0;
        return &entry->memory;
    }
    if (!size) {
        if (entry->locks) {
            fail(ERROR_INVALID_HANDLE);
            return NULL;
        }
        free_block(entry->memory);
        entry->memory = NULL;
        entry->size = 0;
        return &entry->memory;
    }
    if (!entry->memory) {
        memory = new_block(entry, size, flags);
    } else if (size > (SIZE_T)-1 - sizeof(union header)) {
        memory = NULL;
    } else {
        /* A locked block stays where it is unless the caller permits it to move. */
        ULONG how = (flags & GMEM_ZEROINIT ? HEAP_ZERO_MEMORY : 0) |
                    (entry->locks && !(flags & GMEM_MOVEABLE) ? HEAP_REALLOC_IN_PLACE_ONLY : 0);
        union header *header = RtlReAllocateHeap(heap(), how, (union header *)entry->memory - 1,
                                                 size + sizeof(union header));

        memory = header ? header + 1 : NULL;
    }
    if (!memory) {
        fail(ERROR_NOT_ENOUGH_MEMORY);
        return NULL;
    }
    entry->memory = memory;
    entry->size = size;
    return &entry->memory;
}

HGLOBAL WINAPI GlobalReAlloc(HGLOBAL handle, SIZE_T size, UINT flags)
{
    struct entry *entry;
    HGLOBAL result = NULL;

    RtlAcquireSRWLockExclusive(&table_lock);
    entry = find(handle);
    if (entry)
        result = resize_entry(entry, size, flags);
    RtlReleaseSRWLockExclusive(&table_lock);
    if (entry)
        return result;

    if (!handle || in_table(handle) || !RtlValidateHeap(heap(), 0, handle)) {
        fail(ERROR_INVALID_HANDLE);
        return NULL;
    }
    if (flags & GMEM_MODIFY) {
        SIZE_T old;
        HGLOBAL moveable;

        if (!(flags & GMEM_MOVEABLE))
            return handle;
        /* From fixed to moveable: a new handle with the same contents. */
        old = RtlSizeHeap(heap(), 0, handle);
        moveable = GlobalAlloc(GMEM_MOVEABLE | (flags & GMEM_DISCARDABLE), old);
        if (moveable && old)
            memcpy(*(void **)moveable, handle, old);
        if (moveable)
            RtlFreeHeap(heap(), 0, handle);
        return moveable;
    }
    result = RtlReAllocateHeap(heap(),
                               (flags & GMEM_ZEROINIT ? HEAP_ZERO_MEMORY : 0) |
                                   (flags & GMEM_MOVEABLE ? 0 : HEAP_REALLOC_IN_PLACE_ONLY),
                               handle, size);
    if (!result)
        fail(ERROR_NOT_ENOUGH_MEMORY);
    return result;
}

HGLOBAL WINAPI GlobalFree(HGLOBAL handle)
{
    struct entry *entry;

    if (!handle)
        return NULL;
    RtlAcquireSRWLockExclusive(&table_lock);
    entry = find(handle);
    if (entry) {
        free_block(entry->memory);
        drop_entry(entry);
    }
    RtlReleaseSRWLockExclusive(&table_lock);
    if (entry)
        return NULL;
    if (in_table(handle) || !RtlFreeHeap(heap(), 0, handle)) {
        fail(ERROR_INVALID_HANDLE);
        return handle;
    }
    return NULL;
}

LPVOID WINAPI GlobalLock(HGLOBAL handle)
{
    struct entry *entry;
    void *memory = NULL;

    RtlAcquireSRWLockExclusive(&table_lock);
    entry = find(handle);
    if (entry) {
        memory = entry->memory;
        if (!memory)
            fail(ERROR_DISCARDED);
        else if (entry->locks < MAXIMUM_LOCKS)
            entry->locks++;
    }
    RtlReleaseSRWLockExclusive(&table_lock);
    if (entry)
        return memory;
    if (!handle || in_table(handle) || IsBadReadPtr(handle, 1)) {
        fail(ERROR_INVALID_HANDLE);
        return NULL;
    }
    return handle;
}

BOOL WINAPI GlobalUnlock(HGLOBAL handle)
{
    struct entry *entry;
    BOOL locked = FALSE;

    RtlAcquireSRWLockExclusive(&table_lock);
    entry = find(handle);
    if (entry && !entry->locks) {
        fail(ERROR_NOT_LOCKED);
    } else if (entry) {
        entry->locks--;
        locked = entry->locks != 0;
        if (!locked)
            fail(NO_ERROR); /* FALSE with no error: unlocked for good */
    }
    RtlReleaseSRWLockExclusive(&table_lock);
    if (entry)
        return locked;
    if (!handle || in_table(handle))
        return fail(ERROR_INVALID_HANDLE);
    return TRUE; /* a fixed block has no count */
}

BOOL WINAPI LocalUnlock(HLOCAL handle)
{
    struct entry *entry;

    RtlAcquireSRWLockShared(&table_lock);
    entry = find(handle);
    RtlReleaseSRWLockShared(&table_lock);
    if (!entry && handle && !in_table(handle))
        return fail(ERROR_NOT_LOCKED); /* here the two families differ */
    return GlobalUnlock(handle);
}

SIZE_T WINAPI GlobalSize(HGLOBAL handle)
{
    struct entry *entry;
    SIZE_T size = 0;

    RtlAcquireSRWLockShared(&table_lock);
    entry = find(handle);
    if (entry)
        size = entry->memory ? entry->size : 0;
    RtlReleaseSRWLockShared(&table_lock);
    if (entry)
        return size;
    if (!handle || in_table(handle) || !RtlValidateHeap(heap(), 0, handle)) {
        fail(ERROR_INVALID_HANDLE);
        return 0;
    }
    return RtlSizeHeap(heap(), 0, handle);
}

UINT WINAPI GlobalFlags(HGLOBAL handle)
{
    struct entry *entry;
    UINT flags = 0;

    RtlAcquireSRWLockShared(&table_lock);
    entry = find(handle);
    if (entry)
        flags = entry->locks | entry->flags | (entry->discardable ? GMEM_DISCARDABLE : 0) |
                (entry->memory ? 0 : GMEM_DISCARDED);
    RtlReleaseSRWLockShared(&table_lock);
    if (entry)
        return flags;
    if (!handle || in_table(handle) || !RtlValidateHeap(heap(), 0, handle)) {
        fail(ERROR_INVALID_HANDLE);
        return GMEM_INVALID_HANDLE;
    }
    return 0;
}

HGLOBAL WINAPI GlobalHandle(LPCVOID memory)
{
    union header *header = (union header *)memory - 1;
    HGLOBAL handle = NULL;

    if (!memory) {
        fail(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    RtlAcquireSRWLockShared(&table_lock);
    if (find((HGLOBAL)memory)) {
        handle = (HGLOBAL)memory;
    } else if (!in_table((HGLOBAL)memory) && !IsBadReadPtr(header, sizeof(*header)) &&
               header->entry) {
        struct entry *entry = find(&header->entry->memory);

        if (entry && entry->memory == memory)
            handle = &entry->memory;
    }
    RtlReleaseSRWLockShared(&table_lock);
    if (handle)
        return handle;
    if (in_table((HGLOBAL)memory) || !RtlValidateHeap(heap(), 0, (PVOID)memory)) {
        fail(ERROR_INVALID_HANDLE);
        return NULL;
    }
    return (HGLOBAL)memory;
}

/* These gave advice to systems without paging; documented to do nothing now. */
SIZE_T WINAPI GlobalCompact(DWORD minimum)
{
    (void)minimum;
    return RtlCompactHeap(heap(), 0);
}

VOID WINAPI GlobalFix(HGLOBAL handle)
{
    GlobalLock(handle);
}

VOID WINAPI GlobalUnfix(HGLOBAL handle)
{
    GlobalUnlock(handle);
}

LPVOID WINAPI GlobalWire(HGLOBAL handle)
{
    return GlobalLock(handle);
}

BOOL WINAPI GlobalUnWire(HGLOBAL handle)
{
    return GlobalUnlock(handle);
}
