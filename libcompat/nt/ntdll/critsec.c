/*
 * Critical sections.
 *
 * LockCount as documented since Windows Server 2003 SP1: bit 0 clear means locked, bit 1 clear means
 * that a waiter has been woken and has not run yet, the remaining bits are the one's complement
 * of the number of waiters; -1 is free, -2 is locked without waiters. A released section can be taken
 * by whoever comes first; LockSemaphore holds the token that the one woken waiter consumes.
 */
#include "rtl_private.h"

#define LC_FREE 1
#define LC_NOT_WOKEN 2
#define LC_WAITER 4

#define SPIN_MASK 0x00ffffffu
#define NO_DEBUG_INFO ((PRTL_CRITICAL_SECTION_DEBUG)(LONG_PTR)-1)

static ULONG usable_spin(ULONG spin)
{
    return rtl_peb()->NumberOfProcessors > 1 ? spin & SPIN_MASK : 0;
}

NTSTATUS NTAPI RtlInitializeCriticalSectionEx(RTL_CRITICAL_SECTION *cs, ULONG spin, ULONG flags)
{
    if (flags & RTL_CRITICAL_SECTION_FLAG_RESERVED)
        return STATUS_INVALID_PARAMETER_3;
    if (spin & ~SPIN_MASK & 0x7fffffff)
        return STATUS_INVALID_PARAMETER_2;
    cs->DebugInfo = NO_DEBUG_INFO;
    if (flags & RTL_CRITICAL_SECTION_FLAG_FORCE_DEBUG_INFO) {
        PRTL_CRITICAL_SECTION_DEBUG debug =
            RtlAllocateHeap(rtl_heap(), HEAP_ZERO_MEMORY, sizeof(*debug));
        if (!debug)
            return STATUS_NO_MEMORY;
        debug->CriticalSection = cs;
        debug->ProcessLocksList.Flink = debug->ProcessLocksList.Blink = &debug->ProcessLocksList;
        cs->DebugInfo = debug;
    }
    cs->LockCount = -1;
    cs->RecursionCount = 0;
    cs->OwningThread = NULL;
    cs->LockSemaphore = NULL;
    cs->SpinCount = usable_spin(spin);
    if (flags & RTL_CRITICAL_SECTION_FLAG_DYNAMIC_SPIN)
        cs->SpinCount = usable_spin(2000);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlInitializeCriticalSection(RTL_CRITICAL_SECTION *cs)
{
    return RtlInitializeCriticalSectionEx(cs, 0, 0);
}

NTSTATUS NTAPI RtlInitializeCriticalSectionAndSpinCount(RTL_CRITICAL_SECTION *cs, ULONG spin)
{
    /* the high bit once asked for the event to be made beforehand */
    return RtlInitializeCriticalSectionEx(cs, spin & SPIN_MASK, 0);
}

NTSTATUS NTAPI RtlDeleteCriticalSection(RTL_CRITICAL_SECTION *cs)
{
    PRTL_CRITICAL_SECTION_DEBUG debug = cs->DebugInfo;

    cs->DebugInfo = NULL;
    cs->LockCount = -1;
    cs->RecursionCount = 0;
    cs->OwningThread = NULL;
    cs->LockSemaphore = NULL;
    if (debug && debug != NO_DEBUG_INFO && debug->CriticalSection == cs)
        RtlFreeHeap(rtl_heap(), 0, debug);
    return STATUS_SUCCESS;
}

static inline BOOLEAN swap_count(RTL_CRITICAL_SECTION *cs, LONG *old, LONG new)
{
    return __atomic_compare_exchange_n(&cs->LockCount, old, new, FALSE, __ATOMIC_ACQ_REL,
                                       __ATOMIC_ACQUIRE);
}

static volatile LONG *token_of(RTL_CRITICAL_SECTION *cs)
{
    return (volatile LONG *)&cs->LockSemaphore;
}

static void wait_token(RTL_CRITICAL_SECTION *cs)
{
    while (!__atomic_exchange_n(token_of(cs), 0, __ATOMIC_ACQ_REL))
        rtl_wait_on_key(&cs->LockSemaphore, token_of(cs), 0, NULL);
}

static void enter_contended(RTL_CRITICAL_SECTION *cs)
{
    LONG old;

    for (ULONG_PTR spin = cs->SpinCount; spin; spin--) {
        old = __atomic_load_n(&cs->LockCount, __ATOMIC_RELAXED);
        if ((old & LC_FREE) && swap_count(cs, &old, old & ~LC_FREE))
            return;
        if (old >> 2 != -1)
            break; /* others queue already: spinning would only delay them */
        rtl_pause();
    }
    old = __atomic_load_n(&cs->LockCount, __ATOMIC_RELAXED);
    for (;;) { /* take it or join the waiters */
        if (old & LC_FREE) {
            if (swap_count(cs, &old, old & ~LC_FREE))
                return;
        } else if (swap_count(cs, &old, old - LC_WAITER)) {
            break;
        }
    }
    if (cs->DebugInfo && cs->DebugInfo != NO_DEBUG_INFO)
        cs->DebugInfo->ContentionCount++;
    for (;;) {
        wait_token(cs);
        old = __atomic_load_n(&cs->LockCount, __ATOMIC_RELAXED);
        for (;;) { /* woken: take it and leave the waiters, or ask for another wake-up */
            if (old & LC_FREE) {
                if (swap_count(cs, &old, (old & ~LC_FREE) + LC_WAITER + LC_NOT_WOKEN))
                    return;
            } else if (swap_count(cs, &old, old + LC_NOT_WOKEN)) {
                break;
            }
        }
    }
}

NTSTATUS NTAPI RtlEnterCriticalSection(RTL_CRITICAL_SECTION *cs)
{
    HANDLE self = rtl_thread_id();
    LONG old = -1;

    if (!swap_count(cs, &old, -2)) {
        if (cs->OwningThread == self) {
            cs->RecursionCount++;
            return STATUS_SUCCESS;
        }
        enter_contended(cs);
    }
    cs->OwningThread = self;
    cs->RecursionCount = 1;
    return STATUS_SUCCESS;
}

ULONG NTAPI RtlTryEnterCriticalSection(RTL_CRITICAL_SECTION *cs)
{
    HANDLE self = rtl_thread_id();
    LONG old = __atomic_load_n(&cs->LockCount, __ATOMIC_RELAXED);

    while (old & LC_FREE) {
        if (swap_count(cs, &old, old & ~LC_FREE)) {
            cs->OwningThread = self;
            cs->RecursionCount = 1;
            return TRUE;
        }
    }
    if (cs->OwningThread == self) {
        cs->RecursionCount++;
        return TRUE;
    }
    return FALSE;
}

NTSTATUS NTAPI RtlLeaveCriticalSection(RTL_CRITICAL_SECTION *cs)
{
    LONG old;

    if (--cs->RecursionCount > 0)
        return STATUS_SUCCESS;
    if (cs->RecursionCount < 0) {
        cs->RecursionCount = 0;
        return STATUS_UNSUCCESSFUL; /* left more often than entered */
    }
    cs->OwningThread = NULL;
    old = -2;
    if (swap_count(cs, &old, -1))
        return STATUS_SUCCESS;
    for (;;) {
        BOOLEAN wake = old >> 2 != -1 && (old & LC_NOT_WOKEN);

        if (!swap_count(cs, &old, (old | LC_FREE) & ~(wake ? LC_NOT_WOKEN : 0)))
            continue;
        if (wake) {
            /* the waiter needs this token, so the section stays until it is stored */
            const void *key = &cs->LockSemaphore;
            __atomic_store_n(token_of(cs), 1, __ATOMIC_SEQ_CST);
            rtl_wake_key(key, FALSE);
        }
        return STATUS_SUCCESS;
    }
}

ULONG NTAPI RtlSetCriticalSectionSpinCount(RTL_CRITICAL_SECTION *cs, ULONG spin)
{
    ULONG old = (ULONG)cs->SpinCount;

    cs->SpinCount = usable_spin(spin);
    return old;
}

ULONG NTAPI RtlIsCriticalSectionLocked(RTL_CRITICAL_SECTION *cs)
{
    return cs->RecursionCount != 0;
}

ULONG NTAPI RtlIsCriticalSectionLockedByThread(RTL_CRITICAL_SECTION *cs)
{
    return cs->OwningThread == rtl_thread_id() && cs->RecursionCount != 0;
}

ULONG NTAPI RtlGetCriticalSectionRecursionCount(RTL_CRITICAL_SECTION *cs)
{
    return cs->OwningThread == rtl_thread_id() ? (ULONG)cs->RecursionCount : 0;
}

VOID NTAPI RtlAcquirePebLock(VOID)
{
    RtlEnterCriticalSection(rtl_peb()->FastPebLock);
}

VOID NTAPI RtlReleasePebLock(VOID)
{
    RtlLeaveCriticalSection(rtl_peb()->FastPebLock);
}
