/* RTL_RESOURCE: the older readers-writer lock, with recursion and real semaphores. */
#include "rtl_private.h"

VOID NTAPI RtlInitializeResource(PRTL_RESOURCE res)
{
    NTSTATUS status;

    memset(res, 0, sizeof(*res));
    RtlInitializeCriticalSection(&res->CriticalSection);
    status = NtCreateSemaphore(&res->SharedSemaphore, SEMAPHORE_ALL_ACCESS, NULL, 0, 0x7fffffff);
    if (status >= 0)
        status = NtCreateSemaphore(&res->ExclusiveSemaphore, SEMAPHORE_ALL_ACCESS, NULL, 0,
                                   0x7fffffff);
    if (status < 0)
        RtlRaiseStatus(status);
}

VOID NTAPI RtlDeleteResource(PRTL_RESOURCE res)
{
    RtlDeleteCriticalSection(&res->CriticalSection);
    NtClose(res->SharedSemaphore);
    NtClose(res->ExclusiveSemaphore);
    memset(res, 0, sizeof(*res));
}

BOOLEAN NTAPI RtlAcquireResourceExclusive(PRTL_RESOURCE res, BOOLEAN wait)
{
    HANDLE self = rtl_thread_id();

    RtlEnterCriticalSection(&res->CriticalSection);
    if (res->NumberOfActive == 0 ||
        (res->NumberOfActive < 0 && res->ExclusiveOwnerThread == self)) {
        res->NumberOfActive--;
        res->ExclusiveOwnerThread = self;
        RtlLeaveCriticalSection(&res->CriticalSection);
        return TRUE;
    }
    if (!wait) {
        RtlLeaveCriticalSection(&res->CriticalSection);
        return FALSE;
    }
    res->NumberOfWaitingExclusive++;
    RtlLeaveCriticalSection(&res->CriticalSection);
    /* whoever releases makes this thread the owner before it signals */
    NtWaitForSingleObject(res->ExclusiveSemaphore, FALSE, NULL);
    res->ExclusiveOwnerThread = self;
    return TRUE;
}

BOOLEAN NTAPI RtlAcquireResourceShared(PRTL_RESOURCE res, BOOLEAN wait)
{
    HANDLE self = rtl_thread_id();

    RtlEnterCriticalSection(&res->CriticalSection);
    if (res->NumberOfActive < 0 && res->ExclusiveOwnerThread == self) {
        res->NumberOfActive--; /* the owner may read what it writes */
    } else if (res->NumberOfActive >= 0 && !res->NumberOfWaitingExclusive) {
        res->NumberOfActive++;
    } else if (!wait) {
        RtlLeaveCriticalSection(&res->CriticalSection);
        return FALSE;
    } else {
        res->NumberOfWaitingShared++;
        RtlLeaveCriticalSection(&res->CriticalSection);
        NtWaitForSingleObject(res->SharedSemaphore, FALSE, NULL);
        return TRUE;
    }
    RtlLeaveCriticalSection(&res->CriticalSection);
    return TRUE;
}

/* Hands a free resource on; called with the section held. */
static void hand_on(PRTL_RESOURCE res)
{
    if (res->NumberOfWaitingExclusive) {
        res->NumberOfWaitingExclusive--;
        res->NumberOfActive = -1;
        NtReleaseSemaphore(res->ExclusiveSemaphore, 1, NULL);
    } else if (res->NumberOfWaitingShared) {
        ULONG n = res->NumberOfWaitingShared;

        res->NumberOfWaitingShared = 0;
        res->NumberOfActive += (LONG)n;
        NtReleaseSemaphore(res->SharedSemaphore, (LONG)n, NULL);
    }
}

VOID NTAPI RtlReleaseResource(PRTL_RESOURCE res)
{
    RtlEnterCriticalSection(&res->CriticalSection);
    if (res->NumberOfActive > 0) {
        res->NumberOfActive--;
    } else if (res->NumberOfActive < 0) {
        if (++res->NumberOfActive == 0)
            res->ExclusiveOwnerThread = NULL;
    } else {
        RtlLeaveCriticalSection(&res->CriticalSection);
        RtlRaiseStatus(STATUS_RESOURCE_NOT_OWNED);
        return;
    }
    if (res->NumberOfActive == 0)
        hand_on(res);
    RtlLeaveCriticalSection(&res->CriticalSection);
}

VOID NTAPI RtlConvertExclusiveToShared(PRTL_RESOURCE res)
{
    RtlEnterCriticalSection(&res->CriticalSection);
    res->NumberOfActive = 1;
    res->ExclusiveOwnerThread = NULL;
    if (res->NumberOfWaitingShared) {
        ULONG n = res->NumberOfWaitingShared;

        res->NumberOfWaitingShared = 0;
        res->NumberOfActive += (LONG)n;
        NtReleaseSemaphore(res->SharedSemaphore, (LONG)n, NULL);
    }
    RtlLeaveCriticalSection(&res->CriticalSection);
}

VOID NTAPI RtlConvertSharedToExclusive(PRTL_RESOURCE res)
{
    RtlEnterCriticalSection(&res->CriticalSection);
    if (res->NumberOfActive == 1) {
        res->NumberOfActive = -1;
        res->ExclusiveOwnerThread = rtl_thread_id();
        RtlLeaveCriticalSection(&res->CriticalSection);
        return;
    }
    RtlLeaveCriticalSection(&res->CriticalSection);
    RtlReleaseResource(res);
    RtlAcquireResourceExclusive(res, TRUE);
}
