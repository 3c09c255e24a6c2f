/* Locks: critical sections, SRW locks, condition variables, run-once, barriers, lists, addresses. */
#include "rtltest.h"

FUNC(NTSTATUS, RtlInitializeCriticalSection, (RTL_CRITICAL_SECTION *));
FUNC(NTSTATUS, RtlEnterCriticalSection, (RTL_CRITICAL_SECTION *));
FUNC(NTSTATUS, RtlLeaveCriticalSection, (RTL_CRITICAL_SECTION *));
FUNC(ULONG, RtlTryEnterCriticalSection, (RTL_CRITICAL_SECTION *));
FUNC(NTSTATUS, RtlDeleteCriticalSection, (RTL_CRITICAL_SECTION *));
FUNC(ULONG, RtlIsCriticalSectionLockedByThread, (RTL_CRITICAL_SECTION *));
FUNC(VOID, RtlAcquireSRWLockExclusive, (RTL_SRWLOCK *));
FUNC(VOID, RtlReleaseSRWLockExclusive, (RTL_SRWLOCK *));
FUNC(VOID, RtlAcquireSRWLockShared, (RTL_SRWLOCK *));
FUNC(VOID, RtlReleaseSRWLockShared, (RTL_SRWLOCK *));
FUNC(BOOLEAN, RtlTryAcquireSRWLockExclusive, (RTL_SRWLOCK *));
FUNC(BOOLEAN, RtlTryAcquireSRWLockShared, (RTL_SRWLOCK *));
FUNC(NTSTATUS, RtlSleepConditionVariableCS,
     (RTL_CONDITION_VARIABLE *, RTL_CRITICAL_SECTION *, const LARGE_INTEGER *));
FUNC(NTSTATUS, RtlSleepConditionVariableSRW,
     (RTL_CONDITION_VARIABLE *, RTL_SRWLOCK *, const LARGE_INTEGER *, ULONG));
FUNC(VOID, RtlWakeConditionVariable, (RTL_CONDITION_VARIABLE *));
FUNC(VOID, RtlWakeAllConditionVariable, (RTL_CONDITION_VARIABLE *));
FUNC(NTSTATUS, RtlWaitOnAddress, (const void *, const void *, SIZE_T, const LARGE_INTEGER *));
FUNC(VOID, RtlWakeAddressSingle, (const void *));
FUNC(VOID, RtlWakeAddressAll, (const void *));
FUNC(NTSTATUS, RtlRunOnceExecuteOnce, (RTL_RUN_ONCE *, PVOID, PVOID, PVOID *));
FUNC(NTSTATUS, RtlRunOnceBeginInitialize, (RTL_RUN_ONCE *, ULONG, PVOID *));
FUNC(NTSTATUS, RtlRunOnceComplete, (RTL_RUN_ONCE *, ULONG, PVOID));
FUNC(NTSTATUS, RtlInitBarrier, (RTL_BARRIER *, ULONG, ULONG));
FUNC(BOOLEAN, RtlBarrier, (RTL_BARRIER *, ULONG));
FUNC(NTSTATUS, RtlDeleteBarrier, (RTL_BARRIER *));
FUNC(PSLIST_ENTRY, RtlInterlockedPushEntrySList, (PSLIST_HEADER, PSLIST_ENTRY));
FUNC(PSLIST_ENTRY, RtlInterlockedPopEntrySList, (PSLIST_HEADER));
FUNC(PSLIST_ENTRY, RtlInterlockedFlushSList, (PSLIST_HEADER));
FUNC(WORD, RtlQueryDepthSList, (PSLIST_HEADER));
FUNC(VOID, RtlInitializeSListHead, (PSLIST_HEADER));

enum { THREADS = 4, ROUNDS = 20000 };

static RTL_CRITICAL_SECTION cs;
static RTL_SRWLOCK srw;
static RTL_CONDITION_VARIABLE not_empty, not_full;
static RTL_RUN_ONCE once;
static RTL_BARRIER barrier;
static SLIST_HEADER list;
static volatile LONG counter, readers, wrong, last_ones, once_runs, queue_length, taken;
static volatile LONG ping;

static void run_threads(LPTHREAD_START_ROUTINE f)
{
    HANDLE t[THREADS];

    for (int i = 0; i < THREADS; i++)
        t[i] = CreateThread(NULL, 0, f, (void *)(ULONG_PTR)i, 0, NULL);
    CHECK(WaitForMultipleObjects(THREADS, t, TRUE, 60000) == WAIT_OBJECT_0);
    for (int i = 0; i < THREADS; i++)
        CloseHandle(t[i]);
}

static DWORD WINAPI use_cs(void *arg)
{
    (void)arg;
    for (int i = 0; i < ROUNDS; i++) {
        pRtlEnterCriticalSection(&cs);
        pRtlEnterCriticalSection(&cs);
        counter++;
        pRtlLeaveCriticalSection(&cs);
        if (i % 64 == 0)
            SwitchToThread();
        pRtlLeaveCriticalSection(&cs);
    }
    return 0;
}

static DWORD WINAPI use_srw(void *arg)
{
    (void)arg;
    for (int i = 0; i < ROUNDS; i++) {
        if (i % 4 == 0) {
            pRtlAcquireSRWLockExclusive(&srw);
            if (readers)
                InterlockedIncrement(&wrong);
            counter++;
            if (i % 64 == 0)
                SwitchToThread();
            pRtlReleaseSRWLockExclusive(&srw);
        } else {
            LONG before;

            pRtlAcquireSRWLockShared(&srw);
            InterlockedIncrement(&readers);
            before = counter;
            if (i % 61 == 0)
                SwitchToThread();
            if (counter != before)
                InterlockedIncrement(&wrong);
            InterlockedDecrement(&readers);
            pRtlReleaseSRWLockShared(&srw);
        }
    }
    return 0;
}

/* Half of the threads put, half take, through a queue of four places. */
static DWORD WINAPI use_cv(void *arg)
{
    BOOL put = ((ULONG_PTR)arg & 1) != 0;

    for (int i = 0; i < ROUNDS / 4; i++) {
        pRtlAcquireSRWLockExclusive(&srw);
        if (put) {
            while (queue_length == 4)
                pRtlSleepConditionVariableSRW(&not_full, &srw, NULL, 0);
            queue_length++;
            pRtlWakeConditionVariable(&not_empty);
        } else {
            while (queue_length == 0)
                pRtlSleepConditionVariableSRW(&not_empty, &srw, NULL, 0);
            queue_length--;
            taken++;
            pRtlWakeConditionVariable(&not_full);
        }
        pRtlReleaseSRWLockExclusive(&srw);
    }
    return 0;
}

static DWORD WINAPI init_once(RTL_RUN_ONCE *o, void *parameter, void **context)
{
    (void)o;
    (void)parameter;
    InterlockedIncrement(&once_runs);
    Sleep(5);
    *context = (void *)0x40;
    return TRUE;
}

static DWORD WINAPI use_once(void *arg)
{
    void *context = NULL;

    (void)arg;
    if (pRtlRunOnceExecuteOnce(&once, init_once, NULL, &context) || context != (void *)0x40)
        InterlockedIncrement(&wrong);
    return 0;
}

static DWORD WINAPI use_barrier(void *arg)
{
    (void)arg;
    for (int i = 0; i < 200; i++) {
        InterlockedIncrement(&counter);
        if (pRtlBarrier(&barrier, 0))
            InterlockedIncrement(&last_ones);
        if (counter < (i + 1) * THREADS)
            InterlockedIncrement(&wrong);
        pRtlBarrier(&barrier, 0);
    }
    return 0;
}

static DWORD WINAPI use_list(void *arg)
{
    static SLIST_ENTRY entries[THREADS][8];
    ULONG_PTR me = (ULONG_PTR)arg;

    for (int i = 0; i < 8; i++)
        pRtlInterlockedPushEntrySList(&list, &entries[me][i]);
    for (int i = 0; i < ROUNDS; i++) {
        PSLIST_ENTRY e = pRtlInterlockedPopEntrySList(&list);

        if (e)
            pRtlInterlockedPushEntrySList(&list, e);
    }
    return 0;
}

static DWORD WINAPI answer(void *arg)
{
    (void)arg;
    for (LONG i = 1; i <= 2000; i += 2) {
        LONG seen;

        while ((seen = ping) != i)
            pRtlWaitOnAddress((const void *)&ping, &seen, sizeof(seen), NULL);
        ping = i + 1;
        pRtlWakeAddressSingle((const void *)&ping);
    }
    return 0;
}

static void test_addresses(void)
{
    LARGE_INTEGER timeout = {.QuadPart = -200000};
    HANDLE t = CreateThread(NULL, 0, answer, NULL, 0, NULL);
    LONG value = 5;
    DWORD before;

    for (LONG i = 0; i < 2000; i += 2) {
        LONG seen;

        while ((seen = ping) != i)
            pRtlWaitOnAddress((const void *)&ping, &seen, sizeof(seen), NULL);
        ping = i + 1;
        pRtlWakeAddressAll((const void *)&ping);
    }
    CHECK(WaitForSingleObject(t, 20000) == WAIT_OBJECT_0);
    CloseHandle(t);
    before = GetTickCount();
    CHECK(pRtlWaitOnAddress(&value, &value, sizeof(value), &timeout) == STATUS_TIMEOUT);
    CHECK(GetTickCount() - before < 2000);
    value = 6;
    before = 5;
    CHECK(pRtlWaitOnAddress(&value, &before, sizeof(value), NULL) == STATUS_SUCCESS);
    CHECK(pRtlWaitOnAddress(&value, &value, 3, &timeout) == STATUS_INVALID_PARAMETER);
}

static void test_single(void)
{
    LARGE_INTEGER timeout = {.QuadPart = -100000};
    RTL_RUN_ONCE o = RTL_RUN_ONCE_INIT;
    RTL_SRWLOCK l = RTL_SRWLOCK_INIT;
    void *context = NULL;

    CHECK(cs.LockCount == -1 && cs.RecursionCount == 0 && cs.OwningThread == NULL);
    CHECK(pRtlTryEnterCriticalSection(&cs));
    CHECK(cs.LockCount == -2 && cs.RecursionCount == 1);
    CHECK(cs.OwningThread == (HANDLE)(ULONG_PTR)GetCurrentThreadId());
    CHECK(pRtlIsCriticalSectionLockedByThread(&cs));
    CHECK(pRtlTryEnterCriticalSection(&cs) && cs.RecursionCount == 2);
    CHECK(pRtlSleepConditionVariableCS(&not_full, &cs, &timeout) == STATUS_TIMEOUT ||
          cs.RecursionCount == 2); /* a recursive lock is not let go */
    pRtlLeaveCriticalSection(&cs);
    pRtlLeaveCriticalSection(&cs);
    CHECK(cs.LockCount == -1 && cs.OwningThread == NULL);

    CHECK(pRtlTryAcquireSRWLockShared(&l) && pRtlTryAcquireSRWLockShared(&l));
    CHECK(!pRtlTryAcquireSRWLockExclusive(&l));
    pRtlReleaseSRWLockShared(&l);
    pRtlReleaseSRWLockShared(&l);
    CHECK(pRtlTryAcquireSRWLockExclusive(&l));
    CHECK(!pRtlTryAcquireSRWLockShared(&l) && !pRtlTryAcquireSRWLockExclusive(&l));
    CHECK(pRtlSleepConditionVariableSRW(&not_full, &l, &timeout, 0) == STATUS_TIMEOUT);
    pRtlReleaseSRWLockExclusive(&l);
    CHECK(l.Ptr == NULL);

    CHECK(pRtlRunOnceBeginInitialize(&o, RTL_RUN_ONCE_CHECK_ONLY, &context) ==
          STATUS_UNSUCCESSFUL);
    CHECK(pRtlRunOnceBeginInitialize(&o, 0, &context) == STATUS_PENDING);
    CHECK(pRtlRunOnceComplete(&o, 0, (void *)0x81) == STATUS_INVALID_PARAMETER);
    CHECK(pRtlRunOnceComplete(&o, RTL_RUN_ONCE_INIT_FAILED, NULL) == STATUS_SUCCESS);
    CHECK(pRtlRunOnceBeginInitialize(&o, RTL_RUN_ONCE_ASYNC, &context) == STATUS_PENDING);
    CHECK(pRtlRunOnceBeginInitialize(&o, RTL_RUN_ONCE_ASYNC, &context) == STATUS_PENDING);
    CHECK(pRtlRunOnceComplete(&o, RTL_RUN_ONCE_ASYNC, (void *)0x80) == STATUS_SUCCESS);
    CHECK(pRtlRunOnceComplete(&o, RTL_RUN_ONCE_ASYNC, (void *)0x90) == STATUS_UNSUCCESSFUL);
    CHECK(pRtlRunOnceBeginInitialize(&o, 0, &context) == STATUS_SUCCESS);
    CHECK(context == (void *)0x80);
}

int main(int argc, char **argv)
{
    start(argc, argv);
    LOAD(RtlInitializeCriticalSection);
    LOAD(RtlEnterCriticalSection);
    LOAD(RtlLeaveCriticalSection);
    LOAD(RtlTryEnterCriticalSection);
    LOAD(RtlDeleteCriticalSection);
    LOAD(RtlIsCriticalSectionLockedByThread);
    LOAD(RtlAcquireSRWLockExclusive);
    LOAD(RtlReleaseSRWLockExclusive);
    LOAD(RtlAcquireSRWLockShared);
    LOAD(RtlReleaseSRWLockShared);
    LOAD(RtlTryAcquireSRWLockExclusive);
    LOAD(RtlTryAcquireSRWLockShared);
    LOAD(RtlSleepConditionVariableCS);
    LOAD(RtlSleepConditionVariableSRW);
    LOAD(RtlWakeConditionVariable);
    LOAD(RtlWakeAllConditionVariable);
    LOAD(RtlWaitOnAddress);
    LOAD(RtlWakeAddressSingle);
    LOAD(RtlWakeAddressAll);
    LOAD(RtlRunOnceExecuteOnce);
    LOAD(RtlRunOnceBeginInitialize);
    LOAD(RtlRunOnceComplete);
    LOAD(RtlInitBarrier);
    LOAD(RtlBarrier);
    LOAD(RtlDeleteBarrier);
    LOAD(RtlInterlockedPushEntrySList);
    LOAD(RtlInterlockedPopEntrySList);
    LOAD(RtlInterlockedFlushSList);
    LOAD(RtlQueryDepthSList);
    LOAD(RtlInitializeSListHead);
    pRtlInitializeCriticalSection(&cs);
    test_single();
    run_threads(use_cs);
    CHECK(counter == THREADS * ROUNDS && cs.LockCount == -1);
    counter = 0;
    run_threads(use_srw);
    CHECK(counter == THREADS * ROUNDS / 4 && !wrong && srw.Ptr == NULL);
    run_threads(use_cv);
    CHECK(queue_length == 0 && taken == THREADS / 2 * (ROUNDS / 4));
    run_threads(use_once);
    CHECK(once_runs == 1 && !wrong);
    if (pRtlInitBarrier && pRtlBarrier && pRtlDeleteBarrier) {
        counter = 0;
        pRtlInitBarrier(&barrier, THREADS, (ULONG)-1);
        run_threads(use_barrier);
        pRtlDeleteBarrier(&barrier);
        CHECK(last_ones == 200 && !wrong);
    }
    pRtlInitializeSListHead(&list);
    run_threads(use_list);
    CHECK(pRtlQueryDepthSList(&list) == THREADS * 8);
    counter = 0;
    for (PSLIST_ENTRY e = pRtlInterlockedFlushSList(&list); e; e = e->Next)
        counter++;
    CHECK(counter == THREADS * 8);
    test_addresses();
    pRtlDeleteCriticalSection(&cs);
    return finish();
}
