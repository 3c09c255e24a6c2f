/*
 * Interlocked singly linked lists of x64: a 16-byte header with depth and sequence in its first half and
 * the address of the first entry (16-byte aligned) in the second, exchanged as one.
 *
 * Popping reads the first entry's link although another thread can have popped and freed it; the sequence
 * then makes the exchange fail. Only where the entry's memory was given back does that read fault.
 */
#include "rtl_private.h"

#ifdef _WIN64

#define DEPTH 0xffffull
#define SEQUENCE_ONE 0x10000ull

struct head {
    ULONGLONG counts, first;
};

/* FALSE: *old has been replaced by what is there. */
static inline BOOLEAN swap(PSLIST_HEADER list, struct head *old, struct head new)
{
    BOOLEAN ok;

    __asm__ volatile("lock cmpxchg16b %1"
                     : "=@ccz"(ok), "+m"(*list), "+a"(old->counts), "+d"(old->first)
                     : "b"(new.counts), "c"(new.first)
                     : "memory");
    return ok;
}

static inline struct head load(const SLIST_HEADER *list)
{
    const volatile ULONGLONG *p = (const volatile ULONGLONG *)list;
    struct head h = {p[0], p[1]};

    return h;
}

static inline PSLIST_ENTRY entry_of(ULONGLONG first)
{
    return (PSLIST_ENTRY)(first & ~15ull);
}

VOID NTAPI RtlInitializeSListHead(PSLIST_HEADER list)
{
    if ((ULONG_PTR)list & 15)
        RtlRaiseStatus(STATUS_DATATYPE_MISALIGNMENT);
    memset(list, 0, sizeof(*list));
}

PSLIST_ENTRY NTAPI RtlFirstEntrySList(const SLIST_HEADER *list)
{
    return entry_of(load(list).first);
}

WORD NTAPI RtlQueryDepthSList(PSLIST_HEADER list)
{
    return (WORD)(load(list).counts & DEPTH);
}

PSLIST_ENTRY NTAPI RtlInterlockedPushListSListEx(PSLIST_HEADER list, PSLIST_ENTRY first,
                                                 PSLIST_ENTRY last, DWORD count)
{
    struct head old = load(list), new;

    do {
        last->Next = entry_of(old.first);
        new.counts = ((old.counts & ~DEPTH) + SEQUENCE_ONE) | ((old.counts + count) & DEPTH);
        new.first = (ULONG_PTR)first | (old.first & 15);
    } while (!swap(list, &old, new));
    return entry_of(old.first);
}

PSLIST_ENTRY NTAPI RtlInterlockedPushEntrySList(PSLIST_HEADER list, PSLIST_ENTRY entry)
{
    return RtlInterlockedPushListSListEx(list, entry, entry, 1);
}

PSLIST_ENTRY FASTCALL RtlInterlockedPushListSList(PSLIST_HEADER list, PSLIST_ENTRY first,
                                                  PSLIST_ENTRY last, ULONG count);
PSLIST_ENTRY FASTCALL RtlInterlockedPushListSList(PSLIST_HEADER list, PSLIST_ENTRY first,
                                                  PSLIST_ENTRY last, ULONG count)
{
    return RtlInterlockedPushListSListEx(list, first, last, count);
}

PSLIST_ENTRY NTAPI RtlInterlockedPopEntrySList(PSLIST_HEADER list)
{
    struct head old = load(list), new;

    do {
        if (!entry_of(old.first))
            return NULL;
        new.counts = ((old.counts & ~DEPTH) + SEQUENCE_ONE) | ((old.counts - 1) & DEPTH);
        new.first = (ULONG_PTR)((volatile SLIST_ENTRY *)entry_of(old.first))->Next |
                    (old.first & 15);
    } while (!swap(list, &old, new));
    return entry_of(old.first);
}

PSLIST_ENTRY NTAPI RtlInterlockedFlushSList(PSLIST_HEADER list)
{
    struct head old = load(list), new;

    do {
        if (!entry_of(old.first))
            return NULL;
        new.counts = (old.counts & ~DEPTH) + SEQUENCE_ONE;
        new.first = old.first & 15;
    } while (!swap(list, &old, new));
    return entry_of(old.first);
}

#endif
