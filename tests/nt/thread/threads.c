/* Threads, storage by index, fibers. */
#include "tests/nt/check.h"

/* Not in every MinGW header. */
HRESULT WINAPI SetThreadDescription(HANDLE thread, PCWSTR description);
HRESULT WINAPI GetThreadDescription(HANDLE thread, PWSTR *description);

static DWORD tls, fls;
static LONG fls_calls;

static VOID CALLBACK fls_end(void *data)
{
    InterlockedAdd(&fls_calls, (LONG)(LONG_PTR)data);
}

static DWORD WINAPI child(void *argument)
{
    CHECK(TlsGetValue(tls) == NULL);
    CHECK_EQ(GetLastError(), 0);
    TlsSetValue(tls, argument);
    FlsSetValue(fls, (void *)7);
    CHECK(TlsGetValue(tls) == argument);
    return 42;
}

static DWORD WINAPI exits(void *argument)
{
    (void)argument;
    ExitThread(0x12345678);
}

static DWORD WINAPI idle(void *argument)
{
    WaitForSingleObject(argument, INFINITE);
    return 1;
}

static void threads(void)
{
    HANDLE thread, event = CreateEventW(NULL, TRUE, FALSE, NULL);
    DWORD id = 0, code = 0;
    ULONG_PTR low, high;
    FILETIME times[4];
    PWSTR text = NULL;

    tls = TlsAlloc();
    fls = FlsAlloc(fls_end);
    CHECK(tls != TLS_OUT_OF_INDEXES && fls != FLS_OUT_OF_INDEXES);
    CHECK(TlsSetValue(tls, (void *)1));
    thread = CreateThread(NULL, 0, child, (void *)2, CREATE_SUSPENDED, &id);
    CHECK(thread && id);
    CHECK_EQ(GetThreadId(thread), id);
    CHECK_EQ(GetProcessIdOfThread(thread), GetCurrentProcessId());
    CHECK_EQ(WaitForSingleObject(thread, 5), WAIT_TIMEOUT);
    CHECK(GetExitCodeThread(thread, &code));
    CHECK_EQ(code, STILL_ACTIVE);
    CHECK_EQ(SuspendThread(thread), 1);
    CHECK_EQ(ResumeThread(thread), 2);
    CHECK_EQ(ResumeThread(thread), 1);
    CHECK_EQ(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    CHECK(GetExitCodeThread(thread, &code));
    CHECK_EQ(code, 42);
    CHECK_EQ(fls_calls, 7);
    CHECK(TlsGetValue(tls) == (void *)1);
    CHECK(GetThreadTimes(thread, &times[0], &times[1], &times[2], &times[3]));
    CHECK(CompareFileTime(&times[0], &times[1]) <= 0);
    CloseHandle(thread);
    CHECK(TlsFree(tls));
    CHECK(!TlsFree(tls));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK(FlsFree(fls));

    thread = CreateThread(NULL, 0x40000, exits, NULL, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
    WaitForSingleObject(thread, 5000);
    CHECK(GetExitCodeThread(thread, &code));
    CHECK_EQ(code, 0x12345678);
    CloseHandle(thread);

    thread = CreateThread(NULL, 0, idle, event, 0, NULL);
    CHECK_EQ(GetThreadPriority(thread), THREAD_PRIORITY_NORMAL);
    CHECK(SetThreadPriority(thread, THREAD_PRIORITY_BELOW_NORMAL));
    CHECK_EQ(GetThreadPriority(thread), THREAD_PRIORITY_BELOW_NORMAL);
    CHECK(!SetThreadPriority(thread, 77));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK(SUCCEEDED(SetThreadDescription(thread, L"worker")));
    CHECK(SUCCEEDED(GetThreadDescription(thread, &text)));
    CHECK(text && !lstrcmpW(text, L"worker"));
    LocalFree(text);
    CHECK(TerminateThread(thread, 9));
    CHECK_EQ(WaitForSingleObject(thread, 5000), WAIT_OBJECT_0);
    CHECK(GetExitCodeThread(thread, &code));
    CHECK_EQ(code, 9);
    CloseHandle(thread), CloseHandle(event);

    GetCurrentThreadStackLimits(&low, &high);
    CHECK(low < (ULONG_PTR)&low && (ULONG_PTR)&low < high);
    CHECK(GetCurrentThreadId() == GetThreadId(GetCurrentThread()));
    thread = OpenThread(SYNCHRONIZE, FALSE, GetCurrentThreadId());
    CHECK(thread != NULL);
    CloseHandle(thread);
}

static void many_indexes(void)
{
    static DWORD indexes[1100];
    int n = 0;

    while (n < 1100 && (indexes[n] = TlsAlloc()) != TLS_OUT_OF_INDEXES)
        n++;
    CHECK(n > 1000 && n <= 1088);
    CHECK(TlsSetValue(indexes[n - 1], (void *)5));
    CHECK(TlsGetValue(indexes[n - 1]) == (void *)5);
    CHECK(TlsFree(indexes[n - 1]));
    indexes[n - 1] = TlsAlloc();
    CHECK(TlsGetValue(indexes[n - 1]) == NULL);
    while (n--)
        TlsFree(indexes[n]);
    CHECK(!TlsSetValue(5000, NULL));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
}

static void *main_fiber;
static int steps;
static volatile double floating;

static VOID CALLBACK fiber(void *argument)
{
    volatile char big[20000];

    CHECK(GetFiberData() == argument);
    for (unsigned i = 0; i < sizeof(big); i++)
        big[i] = 1;
    for (;;) {
        double product = floating * 2.5;

        steps += *(int *)argument;
        SwitchToFiber(main_fiber);
        floating = product + big[5] - 1;
    }
}

static void fibers(void)
{
    int one = 1, ten = 10;
    void *a, *b;

    CHECK(!IsThreadAFiber());
    main_fiber = ConvertThreadToFiber(NULL);
    CHECK(main_fiber != NULL && IsThreadAFiber() && GetCurrentFiber() == main_fiber);
    CHECK(!ConvertThreadToFiber(NULL));
    CHECK_EQ(GetLastError(), ERROR_ALREADY_FIBER);
    a = CreateFiber(0, fiber, &one);
    b = CreateFiberEx(0x4000, 0x80000, FIBER_FLAG_FLOAT_SWITCH, fiber, &ten);
    CHECK(a && b);
    floating = 2;
    for (int i = 0; i < 3; i++) {
        SwitchToFiber(a);
        SwitchToFiber(b);
    }
    CHECK_EQ(steps, 33);
    fls = FlsAlloc(fls_end);
    CHECK(FlsSetValue(fls, (void *)100));
    DeleteFiber(a);
    DeleteFiber(b);
    CHECK(ConvertFiberToThread());
    CHECK(!IsThreadAFiber());
    CHECK(FlsGetValue(fls) == (void *)100);
    FlsFree(fls);
}

int main(void)
{
    threads();
    many_indexes();
    fibers();
    return check_done();
}
