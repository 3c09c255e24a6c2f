/*
 * Thread-local and fiber-local storage by index.
 *
 * The first 64 TLS slots lie in the TEB, 1024 more in an array that a thread gets when it first
 * stores to one of them. Which indexes are taken is in the PEB's two bitmaps, under the PEB lock.
 */
#include "kernelbase.h"

#define SLOTS 64u
#define EXPANSION_SLOTS 1024u

/* The bitmaps of the PEB: RTL_BITMAP is the number of bits and their address. */
static ULONG *tls_bits(PEB *peb, BOOL expansion)
{
    return expansion ? peb->TlsExpansionBitmapBits : peb->TlsBitmapBits;
}

static DWORD take_bit(ULONG *bits, ULONG count)
{
    for (ULONG word = 0; word < count / 32; word++) {
        if (bits[word] != ~0u) {
            ULONG bit = (ULONG)__builtin_ctz(~bits[word]);

            bits[word] |= 1u << bit;
            return word * 32 + bit;
        }
    }
    return TLS_OUT_OF_INDEXES;
}

static void **expansion_slots(TEB *teb)
{
    if (!teb->TlsExpansionSlots)
        teb->TlsExpansionSlots = heap_zalloc(EXPANSION_SLOTS * sizeof(void *));
    return teb->TlsExpansionSlots;
}

DWORD WINAPI TlsAlloc(VOID)
{
    TEB *teb = NtCurrentTeb();
    PEB *peb = teb->ProcessEnvironmentBlock;
    DWORD index;

    RtlAcquirePebLock();
    index = take_bit(tls_bits(peb, FALSE), SLOTS);
    if (index != TLS_OUT_OF_INDEXES) {
        teb->TlsSlots[index] = NULL;
    } else if (!expansion_slots(teb)) {
        fail(ERROR_NOT_ENOUGH_MEMORY);
    } else {
        index = take_bit(tls_bits(peb, TRUE), EXPANSION_SLOTS);
        if (index != TLS_OUT_OF_INDEXES) {
            teb->TlsExpansionSlots[index] = NULL;
            index += SLOTS;
        } else {
            fail(ERROR_NO_MORE_ITEMS);
        }
    }
    RtlReleasePebLock();
    return index;
}

BOOL WINAPI TlsFree(DWORD index)
{
    PEB *peb = current_peb();
    BOOL expansion = index >= SLOTS, taken = FALSE;
    ULONG bit = expansion ? index - SLOTS : index, *word;

    if (bit >= (expansion ? EXPANSION_SLOTS : SLOTS))
        return fail(ERROR_INVALID_PARAMETER);
    word = tls_bits(peb, expansion) + bit / 32;
    RtlAcquirePebLock();
    /* Every thread's slot is cleared first, so the next owner of the index finds zeros. */
    if (*word & 1u << bit % 32 &&
        set_status(
            NtSetInformationThread(NtCurrentThread(), ThreadZeroTlsCell, &index, sizeof(index)))) {
        *word &= ~(1u << bit % 32);
        taken = TRUE;
    }
    RtlReleasePebLock();
    return taken ? TRUE : fail(ERROR_INVALID_PARAMETER);
}

LPVOID WINAPI TlsGetValue(DWORD index)
{
    TEB *teb = NtCurrentTeb();

    /* Zero is a value too: the last error tells the two apart. */
    teb->LastErrorValue = ERROR_SUCCESS;
    if (index < SLOTS)
        return teb->TlsSlots[index];
    if (index - SLOTS < EXPANSION_SLOTS)
        return teb->TlsExpansionSlots ? teb->TlsExpansionSlots[index - SLOTS] : NULL;
    fail(ERROR_INVALID_PARAMETER);
    return NULL;
}

BOOL WINAPI TlsSetValue(DWORD index, LPVOID value)
{
    TEB *teb = NtCurrentTeb();

    if (index < SLOTS) {
        teb->TlsSlots[index] = value;
        return TRUE;
    }
    if (index - SLOTS >= EXPANSION_SLOTS)
        return fail(ERROR_INVALID_PARAMETER);
    if (!expansion_slots(teb))
        return FALSE;
    teb->TlsExpansionSlots[index - SLOTS] = value;
    return TRUE;
}

DWORD WINAPI FlsAlloc(PFLS_CALLBACK_FUNCTION callback)
{
    ULONG index;

    return set_status(RtlFlsAlloc(callback, &index)) ? index : FLS_OUT_OF_INDEXES;
}

BOOL WINAPI FlsFree(DWORD index)
{
    return set_status(RtlFlsFree(index));
}

PVOID WINAPI FlsGetValue(DWORD index)
{
    PVOID value = NULL;

    if (set_status(RtlFlsGetValue(index, &value)))
        NtCurrentTeb()->LastErrorValue = ERROR_SUCCESS;
    return value;
}

BOOL WINAPI FlsSetValue(DWORD index, PVOID value)
{
    return set_status(RtlFlsSetValue(index, value));
}
