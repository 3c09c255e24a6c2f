/* Events, mutexes, semaphores, waitable timers, names and waits. */
#include "tests/nt/check.h"

static void events(void)
{
    HANDLE a, b, both[2];

    SetLastError(7);
    a = CreateEventW(NULL, TRUE, FALSE, NULL);
    CHECK(a != NULL);
    CHECK_EQ(GetLastError(), 0);
    CHECK_EQ(WaitForSingleObject(a, 0), WAIT_TIMEOUT);
    CHECK(SetEvent(a));
    CHECK_EQ(WaitForSingleObject(a, INFINITE), WAIT_OBJECT_0);
    CHECK_EQ(WaitForSingleObject(a, 0), WAIT_OBJECT_0);
    CHECK(ResetEvent(a));
    CHECK_EQ(WaitForSingleObject(a, 1), WAIT_TIMEOUT);

    b = CreateEventA(NULL, FALSE, TRUE, NULL);
    CHECK_EQ(WaitForSingleObject(b, 0), WAIT_OBJECT_0);
    CHECK_EQ(WaitForSingleObject(b, 0), WAIT_TIMEOUT);

    both[0] = a, both[1] = b;
    SetEvent(b);
    CHECK_EQ(WaitForMultipleObjects(2, both, TRUE, 0), WAIT_TIMEOUT);
    CHECK_EQ(WaitForMultipleObjects(2, both, FALSE, 0), WAIT_OBJECT_0 + 1);
    SetEvent(a), SetEvent(b);
    CHECK_EQ(WaitForMultipleObjects(2, both, TRUE, 0), WAIT_OBJECT_0);
    CHECK_EQ(WaitForSingleObject(b, 0), WAIT_TIMEOUT);
    CHECK_EQ(WaitForMultipleObjects(0, both, FALSE, 0), WAIT_FAILED);
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CloseHandle(a), CloseHandle(b);

    CHECK_EQ(WaitForSingleObject((HANDLE)(ULONG_PTR)0x7ffc, 0), WAIT_FAILED);
    CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
}

static void names(void)
{
    HANDLE a = CreateEventW(NULL, TRUE, FALSE, L"Local\\cr test event"), b;

    CHECK_EQ(GetLastError(), 0);
    b = CreateEventW(NULL, FALSE, FALSE, L"cr test event");
    CHECK(b != NULL);
    CHECK_EQ(GetLastError(), ERROR_ALREADY_EXISTS);
    SetEvent(a);
    CHECK_EQ(WaitForSingleObject(b, 0), WAIT_OBJECT_0);
    CloseHandle(b);
    b = OpenEventA(SYNCHRONIZE, FALSE, "cr test event");
    CHECK(b != NULL);
    CHECK(!SetEvent(b));
    CHECK_EQ(GetLastError(), ERROR_ACCESS_DENIED);
    CloseHandle(b);
    CHECK(!CreateMutexW(NULL, FALSE, L"cr test event"));
    CHECK_EQ(GetLastError(), ERROR_INVALID_HANDLE);
    CloseHandle(a);
    CHECK(!OpenEventW(SYNCHRONIZE, FALSE, L"cr test event"));
    CHECK_EQ(GetLastError(), ERROR_FILE_NOT_FOUND);
    CHECK(!OpenEventW(SYNCHRONIZE, FALSE, NULL));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
}

static DWORD WINAPI abandon(void *mutex)
{
    WaitForSingleObject(mutex, INFINITE);
    return 5;
}

static void mutexes(void)
{
    HANDLE mutex = CreateMutexW(NULL, TRUE, NULL), thread;
    DWORD code;

    CHECK_EQ(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0);
    CHECK(ReleaseMutex(mutex));
    CHECK(ReleaseMutex(mutex));
    CHECK(!ReleaseMutex(mutex));
    CHECK_EQ(GetLastError(), ERROR_NOT_OWNER);
    thread = CreateThread(NULL, 0, abandon, mutex, 0, NULL);
    CHECK_EQ(WaitForSingleObject(thread, INFINITE), WAIT_OBJECT_0);
    CHECK(GetExitCodeThread(thread, &code));
    CHECK_EQ(code, 5);
    CHECK_EQ(WaitForSingleObject(mutex, 0), WAIT_ABANDONED);
    CHECK_EQ(WaitForSingleObject(mutex, 0), WAIT_OBJECT_0);
    CloseHandle(thread), CloseHandle(mutex);
}

static void semaphores(void)
{
    HANDLE s = CreateSemaphoreW(NULL, 1, 3, NULL);
    LONG previous = -1;

    CHECK_EQ(WaitForSingleObject(s, 0), WAIT_OBJECT_0);
    CHECK_EQ(WaitForSingleObject(s, 0), WAIT_TIMEOUT);
    CHECK(ReleaseSemaphore(s, 3, &previous));
    CHECK_EQ(previous, 0);
    CHECK(!ReleaseSemaphore(s, 1, NULL));
    CHECK_EQ(GetLastError(), ERROR_TOO_MANY_POSTS);
    CloseHandle(s);
    CHECK(!CreateSemaphoreW(NULL, 4, 3, NULL));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
}

static LONG apc_calls;

static VOID CALLBACK timer_apc(void *argument, DWORD low, DWORD high)
{
    (void)low, (void)high;
    InterlockedAdd(&apc_calls, (LONG)(LONG_PTR)argument);
}

static void timers(void)
{
    HANDLE t = CreateWaitableTimerW(NULL, TRUE, NULL);
    LARGE_INTEGER due = {.QuadPart = -100000}; /* 10 ms */
    ULONGLONG before = GetTickCount64();

    CHECK(SetWaitableTimer(t, &due, 0, NULL, NULL, FALSE));
    CHECK_EQ(WaitForSingleObject(t, 5000), WAIT_OBJECT_0);
    CHECK(GetTickCount64() - before < 4000);
    CHECK_EQ(WaitForSingleObject(t, 0), WAIT_OBJECT_0);
    due.QuadPart = -100000000;
    CHECK(SetWaitableTimer(t, &due, 0, NULL, NULL, FALSE));
    CHECK_EQ(WaitForSingleObject(t, 0), WAIT_TIMEOUT);
    CHECK(CancelWaitableTimer(t));
    CHECK_EQ(WaitForSingleObject(t, 1), WAIT_TIMEOUT);
    due.QuadPart = -1000;
    CHECK(SetWaitableTimer(t, &due, 0, timer_apc, (void *)3, FALSE));
    CHECK_EQ(SleepEx(5000, TRUE), WAIT_IO_COMPLETION);
    CHECK_EQ(apc_calls, 3);
    CloseHandle(t);
}

static VOID CALLBACK apc(ULONG_PTR argument)
{
    InterlockedAdd(&apc_calls, (LONG)argument);
}

static void alertable(void)
{
    HANDLE e = CreateEventW(NULL, TRUE, FALSE, NULL), f = CreateEventW(NULL, FALSE, FALSE, NULL);

    apc_calls = 0;
    CHECK(QueueUserAPC(apc, GetCurrentThread(), 1));
    CHECK(QueueUserAPC(apc, GetCurrentThread(), 10));
    CHECK_EQ(WaitForSingleObject(e, 0), WAIT_TIMEOUT);
    CHECK_EQ(apc_calls, 0);
    CHECK_EQ(WaitForSingleObjectEx(e, 1000, TRUE), WAIT_IO_COMPLETION);
    CHECK_EQ(apc_calls, 11);
    CHECK_EQ(SleepEx(0, TRUE), 0);
    CHECK_EQ(SignalObjectAndWait(e, f, 1, FALSE), WAIT_TIMEOUT);
    CHECK_EQ(WaitForSingleObject(e, 0), WAIT_OBJECT_0);
    CloseHandle(e), CloseHandle(f);
}

int main(void)
{
    events();
    names();
    mutexes();
    semaphores();
    timers();
    alertable();
    return check_done();
}
