/* Bitmaps and single bits. */
#include "rtl_private.h"

static inline BOOLEAN bit_at(PCRTL_BITMAP map, ULONG bit)
{
    return map->Buffer[bit / 32] >> bit % 32 & 1;
}

VOID NTAPI RtlInitializeBitMap(PRTL_BITMAP map, PULONG buffer, ULONG bits)
{
    map->SizeOfBitMap = bits;
    map->Buffer = buffer;
}

VOID NTAPI RtlClearBit(PRTL_BITMAP map, ULONG bit)
{
    map->Buffer[bit / 32] &= ~(1u << bit % 32);
}

VOID NTAPI RtlSetBit(PRTL_BITMAP map, ULONG bit)
{
    map->Buffer[bit / 32] |= 1u << bit % 32;
}

BOOLEAN NTAPI RtlTestBit(PCRTL_BITMAP map, ULONG bit)
{
    return bit < map->SizeOfBitMap && bit_at(map, bit);
}

VOID NTAPI RtlClearAllBits(PRTL_BITMAP map)
{
    memset(map->Buffer, 0, (SIZE_T)(map->SizeOfBitMap + 31) / 32 * 4);
}

VOID NTAPI RtlSetAllBits(PRTL_BITMAP map)
{
    memset(map->Buffer, 0xff, (SIZE_T)(map->SizeOfBitMap + 31) / 32 * 4);
}

static void change(PRTL_BITMAP map, ULONG start, ULONG count, BOOLEAN set)
{
    if (start > map->SizeOfBitMap || count > map->SizeOfBitMap - start)
        return;
    while (count) {
        ULONG n = 32 - start % 32, mask;

        if (n > count)
            n = count;
        mask = (n == 32 ? ~0u : (1u << n) - 1) << start % 32;
        if (set)
            map->Buffer[start / 32] |= mask;
        else
            map->Buffer[start / 32] &= ~mask;
        start += n;
        count -= n;
    }
}

VOID NTAPI RtlClearBits(PRTL_BITMAP map, ULONG start, ULONG count)
{
    change(map, start, count, FALSE);
}

VOID NTAPI RtlSetBits(PRTL_BITMAP map, ULONG start, ULONG count)
{
    change(map, start, count, TRUE);
}

/* Length of the run of bits equal to `value` that begins at `from`, at most to `end`. */
static ULONG run_length(PCRTL_BITMAP map, ULONG from, ULONG end, BOOLEAN value)
{
    ULONG at = from;

    while (at < end) {
        ULONG word = map->Buffer[at / 32];

        word = (value ? ~word : word) >> at % 32; /* ones end the run */
        if (word) {
            at += (ULONG)__builtin_ctz(word);
            break;
        }
        at += 32 - at % 32;
    }
    return (at < end ? at : end) - from;
}

static BOOLEAN all_are(PCRTL_BITMAP map, ULONG start, ULONG count, BOOLEAN value)
{
    if (!count || start >= map->SizeOfBitMap || count > map->SizeOfBitMap - start)
        return FALSE;
    return run_length(map, start, start + count, value) == count;
}

BOOLEAN NTAPI RtlAreBitsClear(PCRTL_BITMAP map, ULONG start, ULONG count)
{
    return all_are(map, start, count, FALSE);
}

BOOLEAN NTAPI RtlAreBitsSet(PCRTL_BITMAP map, ULONG start, ULONG count)
{
    return all_are(map, start, count, TRUE);
}

static ULONG find_between(PCRTL_BITMAP map, ULONG count, ULONG from, ULONG end, BOOLEAN value)
{
    while (from < end && end - from >= count) {
        ULONG n;

        from += run_length(map, from, end, !value);
        n = run_length(map, from, end, value);
        if (n >= count)
            return from;
        from += n;
    }
    return (ULONG)-1;
}

static ULONG find(PCRTL_BITMAP map, ULONG count, ULONG hint, BOOLEAN value)
{
    ULONG size = map->SizeOfBitMap, at, end;

    if (hint >= size)
        hint = 0;
    if (!count)
        return hint & ~7u; /* nothing to find is found at the hint's byte */
    if (count > size)
        return (ULONG)-1;
    at = find_between(map, count, hint, size, value);
    if (at != (ULONG)-1 || !hint)
        return at;
    end = size - hint < count - 1 ? size : hint + count - 1;
    return find_between(map, count, 0, end, value);
}

ULONG NTAPI RtlFindClearBits(PCRTL_BITMAP map, ULONG count, ULONG hint)
{
    return find(map, count, hint, FALSE);
}

ULONG NTAPI RtlFindSetBits(PCRTL_BITMAP map, ULONG count, ULONG hint)
{
    return find(map, count, hint, TRUE);
}

ULONG NTAPI RtlFindClearBitsAndSet(PRTL_BITMAP map, ULONG count, ULONG hint)
{
    ULONG at = find(map, count, hint, FALSE);

    if (at != (ULONG)-1)
        change(map, at, count, TRUE);
    return at;
}

ULONG NTAPI RtlFindSetBitsAndClear(PRTL_BITMAP map, ULONG count, ULONG hint)
{
    ULONG at = find(map, count, hint, TRUE);

    if (at != (ULONG)-1)
        change(map, at, count, FALSE);
    return at;
}

static ULONG next_run(PCRTL_BITMAP map, ULONG from, PULONG start, BOOLEAN value)
{
    ULONG size = map->SizeOfBitMap;

    if (from >= size) {
        *start = from;
        return 0;
    }
    from += run_length(map, from, size, !value);
    *start = from;
    return run_length(map, from, size, value);
}

ULONG NTAPI RtlFindNextForwardRunClear(PCRTL_BITMAP map, ULONG from, PULONG start)
{
    return next_run(map, from, start, FALSE);
}

ULONG NTAPI RtlFindNextForwardRunSet(PCRTL_BITMAP map, ULONG from, PULONG start)
{
    return next_run(map, from, start, TRUE);
}

ULONG NTAPI RtlFindFirstRunClear(PCRTL_BITMAP map, PULONG start)
{
    return next_run(map, 0, start, FALSE);
}

static ULONG last_run(PCRTL_BITMAP map, ULONG from, PULONG start, BOOLEAN value)
{
    ULONG at = from + 1, end;

    if (from >= map->SizeOfBitMap)
        return 0;
    while (at && bit_at(map, at - 1) != value)
        at--;
    end = at;
    while (at && bit_at(map, at - 1) == value)
        at--;
    if (end != at)
        *start = at;
    return end - at;
}

ULONG NTAPI RtlFindLastBackwardRunClear(PCRTL_BITMAP map, ULONG from, PULONG start)
{
    return last_run(map, from, start, FALSE);
}

ULONG NTAPI RtlFindLastBackwardRunSet(PCRTL_BITMAP map, ULONG from, PULONG start)
{
    return last_run(map, from, start, TRUE);
}

ULONG NTAPI RtlFindClearRuns(PCRTL_BITMAP map, PRTL_BITMAP_RUN runs, ULONG max, BOOLEAN longest)
{
    ULONG found = 0, start, n;

    for (ULONG at = 0; max && (n = next_run(map, at, &start, FALSE)) != 0; at = start + n) {
        ULONG place = found;

        if (longest) { /* kept sorted, the longest first */
            while (place && runs[place - 1].NumberOfBits < n)
                place--;
            if (place == max)
                continue;
            for (ULONG i = found < max ? found : max - 1; i > place; i--)
                runs[i] = runs[i - 1];
        } else if (found == max) {
            break;
        }
        runs[place].StartingIndex = start;
        runs[place].NumberOfBits = n;
        if (found < max)
            found++;
    }
    return found;
}

ULONG NTAPI RtlFindLongestRunClear(PCRTL_BITMAP map, PULONG start)
{
    RTL_BITMAP_RUN run;

    if (!RtlFindClearRuns(map, &run, 1, TRUE)) {
        if (start)
            *start = 0;
        return 0;
    }
    if (start)
        *start = run.StartingIndex;
    return run.NumberOfBits;
}

ULONG NTAPI RtlNumberOfSetBits(PCRTL_BITMAP map)
{
    ULONG words = map->SizeOfBitMap / 32, rest = map->SizeOfBitMap % 32, n = 0;

    for (ULONG i = 0; i < words; i++)
        n += (ULONG)__builtin_popcount(map->Buffer[i]);
    if (rest)
        n += (ULONG)__builtin_popcount(map->Buffer[words] & ((1u << rest) - 1));
    return n;
}

ULONG NTAPI RtlNumberOfClearBits(PCRTL_BITMAP map)
{
    return map->SizeOfBitMap - RtlNumberOfSetBits(map);
}

ULONG NTAPI RtlNumberOfSetBitsUlongPtr(ULONG_PTR value)
{
    return (ULONG)__builtin_popcountll(value);
}

CCHAR NTAPI RtlFindMostSignificantBit(ULONGLONG value)
{
    return value ? (CCHAR)(63 - __builtin_clzll(value)) : -1;
}

CCHAR NTAPI RtlFindLeastSignificantBit(ULONGLONG value)
{
    return value ? (CCHAR)__builtin_ctzll(value) : -1;
}
