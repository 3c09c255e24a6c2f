/* Thread pool, timer queues and registered waits. */
#include "rtltest.h"

FUNC(NTSTATUS, TpAllocPool, (PTP_POOL *, PVOID));
FUNC(VOID, TpReleasePool, (PTP_POOL));
FUNC(VOID, TpSetPoolMaxThreads, (PTP_POOL, ULONG));
FUNC(NTSTATUS, TpAllocWork, (PTP_WORK *, PVOID, PVOID, PVOID));
FUNC(VOID, TpPostWork, (PTP_WORK));
FUNC(VOID, TpWaitForWork, (PTP_WORK, ULONG));
FUNC(VOID, TpReleaseWork, (PTP_WORK));
FUNC(NTSTATUS, TpSimpleTryPost, (PVOID, PVOID, PVOID));
FUNC(NTSTATUS, TpAllocTimer, (PTP_TIMER *, PVOID, PVOID, PVOID));
FUNC(VOID, TpSetTimer, (PTP_TIMER, LARGE_INTEGER *, ULONG, ULONG));
FUNC(ULONG, TpIsTimerSet, (PTP_TIMER));
FUNC(VOID, TpWaitForTimer, (PTP_TIMER, ULONG));
FUNC(VOID, TpReleaseTimer, (PTP_TIMER));
FUNC(NTSTATUS, TpAllocWait, (PTP_WAIT *, PVOID, PVOID, PVOID));
FUNC(VOID, TpSetWait, (PTP_WAIT, HANDLE, LARGE_INTEGER *));
FUNC(VOID, TpWaitForWait, (PTP_WAIT, ULONG));
FUNC(VOID, TpReleaseWait, (PTP_WAIT));
FUNC(NTSTATUS, TpAllocCleanupGroup, (PTP_CLEANUP_GROUP *));
FUNC(VOID, TpReleaseCleanupGroup, (PTP_CLEANUP_GROUP));
FUNC(VOID, TpReleaseCleanupGroupMembers, (PTP_CLEANUP_GROUP, ULONG, PVOID));
FUNC(NTSTATUS, RtlQueueWorkItem, (PVOID, PVOID, ULONG));
FUNC(NTSTATUS, RtlRegisterWait, (PHANDLE, HANDLE, PVOID, PVOID, ULONG, ULONG));
FUNC(NTSTATUS, RtlDeregisterWaitEx, (HANDLE, HANDLE));
FUNC(NTSTATUS, RtlCreateTimerQueue, (PHANDLE));
FUNC(NTSTATUS, RtlCreateTimer, (HANDLE, PHANDLE, PVOID, PVOID, ULONG, ULONG, ULONG));
FUNC(NTSTATUS, RtlDeleteTimer, (HANDLE, HANDLE, HANDLE));
FUNC(NTSTATUS, RtlDeleteTimerQueueEx, (HANDLE, HANDLE));

static LONG count;
static HANDLE gate, reached;

static VOID WINAPI add_one(PTP_CALLBACK_INSTANCE instance, PVOID context, PTP_WORK work)
{
    (void)instance;
    (void)work;
    InterlockedIncrement((LONG *)context);
}

static VOID WINAPI meet(PTP_CALLBACK_INSTANCE instance, PVOID context)
{
    (void)instance;
    if (InterlockedIncrement(&count) == (LONG)(ULONG_PTR)context)
        SetEvent(reached);
    WaitForSingleObject(gate, 10000);
    InterlockedDecrement(&count);
}

static VOID WINAPI on_wait(PTP_CALLBACK_INSTANCE instance, PVOID context, PTP_WAIT wait, DWORD result)
{
    (void)instance;
    (void)wait;
    *(DWORD *)context = result;
    InterlockedIncrement(&count);
    SetEvent(reached);
}

static VOID WINAPI on_item(PVOID context)
{
    InterlockedIncrement((LONG *)context);
    SetEvent(reached);
}

static VOID WINAPI on_old(PVOID context, BOOLEAN timed_out)
{
    InterlockedIncrement(&((LONG *)context)[timed_out ? 1 : 0]);
    SetEvent(reached);
}

static void test_work(void)
{
    TP_CALLBACK_ENVIRON env;
    PTP_CLEANUP_GROUP group;
    PTP_POOL pool;
    PTP_WORK work;
    LONG n = 0;

    CHECK(pTpAllocWork(&work, add_one, &n, NULL) == 0);
    for (int i = 0; i < 2000; i++)
        pTpPostWork(work);
    pTpWaitForWork(work, FALSE);
    CHECK(n == 2000);
    pTpReleaseWork(work);

    /* callbacks that wait for each other need as many threads */
    count = 0;
    for (int i = 0; i < 6; i++)
        CHECK(pTpSimpleTryPost(meet, (PVOID)(ULONG_PTR)6, NULL) == 0);
    CHECK(WaitForSingleObject(reached, 10000) == WAIT_OBJECT_0);
    SetEvent(gate);
    for (int i = 0; i < 500 && count; i++)
        Sleep(10);
    CHECK(count == 0);
    ResetEvent(gate);

    memset(&env, 0, sizeof(env));
    env.Version = 1;
    CHECK(pTpAllocPool(&pool, NULL) == 0);
    pTpSetPoolMaxThreads(pool, 1);
    CHECK(pTpAllocCleanupGroup(&group) == 0);
    env.Pool = pool;
    env.CleanupGroup = group;
    n = 0;
    CHECK(pTpAllocWork(&work, add_one, &n, &env) == 0);
    for (int i = 0; i < 100; i++)
        pTpPostWork(work);
    pTpReleaseCleanupGroupMembers(group, FALSE, NULL);
    CHECK(n == 100);
    pTpReleaseCleanupGroup(group);
    pTpReleasePool(pool);

    n = 0;
    CHECK(pRtlQueueWorkItem(on_item, &n, 0) == 0);
    CHECK(WaitForSingleObject(reached, 5000) == WAIT_OBJECT_0 && n == 1);
}

static void test_timer(void)
{
    LARGE_INTEGER due = {.QuadPart = -100000};
    PTP_TIMER timer;
    HANDLE queue, t;
    LONG n = 0, seen[2] = {0, 0};

    CHECK(pTpAllocTimer(&timer, add_one, &n, NULL) == 0);
    CHECK(!pTpIsTimerSet(timer));
    pTpSetTimer(timer, &due, 0, 0);
    CHECK(pTpIsTimerSet(timer));
    for (int i = 0; i < 200 && !n; i++)
        Sleep(10);
    CHECK(n == 1);
    CHECK(pTpIsTimerSet(timer)); /* until it is set to nothing */
    pTpSetTimer(timer, &due, 5, 0);
    for (int i = 0; i < 400 && n < 6; i++)
        Sleep(10);
    CHECK(n >= 6);
    pTpSetTimer(timer, NULL, 0, 0);
    pTpWaitForTimer(timer, TRUE);
    CHECK(!pTpIsTimerSet(timer));
    n = 0;
    Sleep(40);
    CHECK(n == 0);
    pTpReleaseTimer(timer);

    CHECK(pRtlCreateTimerQueue(&queue) == 0);
    CHECK(pRtlCreateTimer(queue, &t, on_old, seen, 10, 10, 0) == 0);
    for (int i = 0; i < 400 && seen[1] < 4; i++)
        Sleep(10);
    CHECK(seen[1] >= 4 && seen[0] == 0);
    CHECK(pRtlDeleteTimer(queue, t, INVALID_HANDLE_VALUE) == 0);
    CHECK(pRtlCreateTimer(queue, &t, on_old, seen, 1000000, 0, 0) == 0);
    CHECK(pRtlDeleteTimerQueueEx(queue, INVALID_HANDLE_VALUE) == 0);
}

static void test_wait(void)
{
    LARGE_INTEGER soon = {.QuadPart = -100000};
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL), w;
    DWORD result = 99;
    PTP_WAIT wait;
    LONG seen[2] = {0, 0};

    count = 0;
    ResetEvent(reached);
    CHECK(pTpAllocWait(&wait, on_wait, &result, NULL) == 0);
    pTpSetWait(wait, event, NULL);
    CHECK(WaitForSingleObject(reached, 30) == WAIT_TIMEOUT);
    SetEvent(event);
    CHECK(WaitForSingleObject(reached, 5000) == WAIT_OBJECT_0 && result == WAIT_OBJECT_0);
    pTpSetWait(wait, event, &soon);
    CHECK(WaitForSingleObject(reached, 5000) == WAIT_OBJECT_0 && result == WAIT_TIMEOUT);
    pTpSetWait(wait, event, NULL);
    pTpSetWait(wait, NULL, NULL);
    pTpWaitForWait(wait, TRUE);
    SetEvent(event);
    CHECK(WaitForSingleObject(reached, 30) == WAIT_TIMEOUT);
    CHECK(WaitForSingleObject(event, 0) == WAIT_OBJECT_0);
    pTpReleaseWait(wait);
    CHECK(count == 2);

    CHECK(pRtlRegisterWait(&w, event, on_old, seen, INFINITE, 0) == 0);
    for (int i = 0; i < 3; i++) {
        SetEvent(event);
        CHECK(WaitForSingleObject(reached, 5000) == WAIT_OBJECT_0);
    }
    CHECK(pRtlDeregisterWaitEx(w, INVALID_HANDLE_VALUE) == 0);
    CHECK(seen[0] == 3 && seen[1] == 0);
    CloseHandle(event);
}

int main(int argc, char **argv)
{
    start(argc, argv);
    LOAD(TpAllocPool);
    LOAD(TpReleasePool);
    LOAD(TpSetPoolMaxThreads);
    LOAD(TpAllocWork);
    LOAD(TpPostWork);
    LOAD(TpWaitForWork);
    LOAD(TpReleaseWork);
    LOAD(TpSimpleTryPost);
    LOAD(TpAllocTimer);
    LOAD(TpSetTimer);
    LOAD(TpIsTimerSet);
    LOAD(TpWaitForTimer);
    LOAD(TpReleaseTimer);
    LOAD(TpAllocWait);
    LOAD(TpSetWait);
    LOAD(TpWaitForWait);
    LOAD(TpReleaseWait);
    LOAD(TpAllocCleanupGroup);
    LOAD(TpReleaseCleanupGroup);
    LOAD(TpReleaseCleanupGroupMembers);
    LOAD(RtlQueueWorkItem);
    LOAD(RtlRegisterWait);
    LOAD(RtlDeregisterWaitEx);
    LOAD(RtlCreateTimerQueue);
    LOAD(RtlCreateTimer);
    LOAD(RtlDeleteTimer);
    LOAD(RtlDeleteTimerQueueEx);
    if (failed)
        return finish();
    gate = CreateEventW(NULL, TRUE, FALSE, NULL);
    reached = CreateEventW(NULL, FALSE, FALSE, NULL);
    test_work();
    test_timer();
    test_wait();
    return finish();
}
