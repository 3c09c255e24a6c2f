/*
 * SRW locks and condition variables, over keyed waits.
 *
 * The lock's low 32 bits: owners in bits 0-15 (0 free, OWN_EXCLUSIVE, else the number of shared
 * owners), threads waiting for exclusive access in bits 16-30, "shared waiters" in bit 31. Exclusive
 * waiters queue at the lock's address, shared ones one byte behind it. A thread that waits for
 * exclusive access holds new shared owners off.
 */
#include "rtl_private.h"

#define OWNERS 0x0000ffffu
#define OWN_EXCLUSIVE 0x0000ffffu
#define SHARED_MAX 0x0000fffeu
#define WAITING_ONE 0x00010000u
#define WAITING 0x7fff0000u
#define WAITING_SHARED 0x80000000u
#define SPINS 100

static inline ULONG *word_of(RTL_SRWLOCK *lock)
{
    return (ULONG *)&lock->Ptr;
}

static inline const void *shared_key(RTL_SRWLOCK *lock)
{
    return (const char *)lock + 1;
}

static inline BOOLEAN swap(ULONG *word, ULONG *old, ULONG new)
{
    return __atomic_compare_exchange_n(word, old, new, FALSE, __ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE);
}

/* Waits a little for what will not take long; FALSE on a single processor and after SPINS turns. */
static BOOLEAN spin_once(ULONG *turn)
{
    if (*turn >= SPINS || rtl_peb()->NumberOfProcessors < 2)
        return FALSE;
    ++*turn;
    rtl_pause();
    return TRUE;
}

VOID NTAPI RtlInitializeSRWLock(RTL_SRWLOCK *lock)
{
    lock->Ptr = NULL;
}

BOOLEAN NTAPI RtlTryAcquireSRWLockExclusive(RTL_SRWLOCK *lock)
{
    ULONG *word = word_of(lock), old = __atomic_load_n(word, __ATOMIC_RELAXED);

    while (!(old & OWNERS))
        if (swap(word, &old, old | OWN_EXCLUSIVE))
            return TRUE;
    return FALSE;
}

VOID NTAPI RtlAcquireSRWLockExclusive(RTL_SRWLOCK *lock)
{
    ULONG *word = word_of(lock), old = 0, turn = 0;

    if (swap(word, &old, OWN_EXCLUSIVE))
        return;
    for (;;) { /* take it, or count as a waiter */
        if (!(old & OWNERS)) {
            if (swap(word, &old, old | OWN_EXCLUSIVE))
                return;
        } else if (spin_once(&turn)) {
            old = __atomic_load_n(word, __ATOMIC_RELAXED);
        } else if ((old & WAITING) == WAITING) {
            NtYieldExecution(); /* no room to count one more */
            old = __atomic_load_n(word, __ATOMIC_RELAXED);
        } else if (swap(word, &old, old + WAITING_ONE)) {
            old += WAITING_ONE;
            break;
        }
    }
    for (;;) {
        if (!(old & OWNERS)) {
            if (swap(word, &old, (old | OWN_EXCLUSIVE) - WAITING_ONE))
                return;
        } else {
            rtl_wait_on_key(lock, (const volatile LONG *)word, (LONG)old, NULL);
            old = __atomic_load_n(word, __ATOMIC_RELAXED);
        }
    }
}

/* Called with the lock just become free; `seen` is the word as it then was. */
static void wake_next(RTL_SRWLOCK *lock, ULONG seen)
{
    if (seen & WAITING)
        rtl_wake_key(lock, FALSE);
    else if (seen & WAITING_SHARED)
        rtl_wake_key(shared_key(lock), TRUE);
}

/* The word after the last owner has left: shared waiters are let go when nobody waits to write. */
static ULONG without_owner(ULONG old)
{
    ULONG new = old & ~OWNERS;

    return new & WAITING ? new : new & ~WAITING_SHARED;
}

VOID NTAPI RtlReleaseSRWLockExclusive(RTL_SRWLOCK *lock)
{
    ULONG *word = word_of(lock), old = OWN_EXCLUSIVE;

    if (swap(word, &old, 0))
        return;
    do {
        if ((old & OWNERS) != OWN_EXCLUSIVE)
            RtlRaiseStatus(STATUS_RESOURCE_NOT_OWNED);
    } while (!swap(word, &old, without_owner(old)));
    wake_next(lock, old);
}

BOOLEAN NTAPI RtlTryAcquireSRWLockShared(RTL_SRWLOCK *lock)
{
    ULONG *word = word_of(lock), old = __atomic_load_n(word, __ATOMIC_RELAXED);

    while (!(old & WAITING) && (old & OWNERS) < SHARED_MAX)
        if (swap(word, &old, old + 1))
            return TRUE;
    return FALSE;
}

VOID NTAPI RtlAcquireSRWLockShared(RTL_SRWLOCK *lock)
{
    ULONG *word = word_of(lock), old = 0, turn = 0;

    if (swap(word, &old, 1))
        return;
    for (;;) {
        if (!(old & WAITING) && (old & OWNERS) < SHARED_MAX) {
            if (swap(word, &old, old + 1))
                return;
        } else if (spin_once(&turn)) {
            old = __atomic_load_n(word, __ATOMIC_RELAXED);
        } else if (!(old & WAITING) && (old & OWNERS) == SHARED_MAX) {
            NtYieldExecution(); /* no room to count one more */
            old = __atomic_load_n(word, __ATOMIC_RELAXED);
        } else if ((old & WAITING_SHARED) || swap(word, &old, old | WAITING_SHARED)) {
            rtl_wait_on_key(shared_key(lock), (const volatile LONG *)word,
                            (LONG)(old | WAITING_SHARED), NULL);
            old = __atomic_load_n(word, __ATOMIC_RELAXED);
        }
    }
}

VOID NTAPI RtlReleaseSRWLockShared(RTL_SRWLOCK *lock)
{
    ULONG *word = word_of(lock), old = 1, new;

    if (swap(word, &old, 0))
        return;
    do {
        if (!(old & OWNERS) || (old & OWNERS) == OWN_EXCLUSIVE)
            RtlRaiseStatus(STATUS_RESOURCE_NOT_OWNED);
        new = (old & OWNERS) == 1 ? without_owner(old) : old - 1;
    } while (!swap(word, &old, new));
    if ((old & OWNERS) == 1)
        wake_next(lock, old);
}

/* ---- condition variables: a counter that every wake-up changes ---- */

static inline volatile LONG *counter_of(RTL_CONDITION_VARIABLE *cv)
{
    return (volatile LONG *)&cv->Ptr;
}

VOID NTAPI RtlInitializeConditionVariable(RTL_CONDITION_VARIABLE *cv)
{
    cv->Ptr = NULL;
}

VOID NTAPI RtlWakeConditionVariable(RTL_CONDITION_VARIABLE *cv)
{
    __atomic_add_fetch(counter_of(cv), 1, __ATOMIC_SEQ_CST);
    rtl_wake_key(cv, FALSE);
}

VOID NTAPI RtlWakeAllConditionVariable(RTL_CONDITION_VARIABLE *cv)
{
    __atomic_add_fetch(counter_of(cv), 1, __ATOMIC_SEQ_CST);
    rtl_wake_key(cv, TRUE);
}

NTSTATUS NTAPI RtlSleepConditionVariableCS(RTL_CONDITION_VARIABLE *cv, RTL_CRITICAL_SECTION *cs,
                                           const LARGE_INTEGER *timeout)
{
    LONG seen = __atomic_load_n(counter_of(cv), __ATOMIC_SEQ_CST);
    NTSTATUS status;

    RtlLeaveCriticalSection(cs);
    status = rtl_wait_on_key(cv, counter_of(cv), seen, timeout);
    RtlEnterCriticalSection(cs);
    return status;
}

NTSTATUS NTAPI RtlSleepConditionVariableSRW(RTL_CONDITION_VARIABLE *cv, RTL_SRWLOCK *lock,
                                            const LARGE_INTEGER *timeout, ULONG flags)
{
    LONG seen = __atomic_load_n(counter_of(cv), __ATOMIC_SEQ_CST);
    NTSTATUS status;

    if (flags & ~RTL_CONDITION_VARIABLE_LOCKMODE_SHARED)
        return STATUS_INVALID_PARAMETER_4;
    if (flags & RTL_CONDITION_VARIABLE_LOCKMODE_SHARED)
        RtlReleaseSRWLockShared(lock);
    else
        RtlReleaseSRWLockExclusive(lock);
    status = rtl_wait_on_key(cv, counter_of(cv), seen, timeout);
    if (flags & RTL_CONDITION_VARIABLE_LOCKMODE_SHARED)
        RtlAcquireSRWLockShared(lock);
    else
        RtlAcquireSRWLockExclusive(lock);
    return status;
}
