/* Threads stopped, looked into and ended from outside. */
#include "tests/nt/check.h"

static volatile LONGLONG counter;
static volatile LONG stop;

static DWORD WINAPI counts(void *unused)
{
    (void)unused;
    while (!stop)
        counter++;
    return 7;
}

static void __attribute__((noinline, used)) landed(void)
{
    ExitThread(42);
}

static void suspend(void)
{
    HANDLE t = CreateThread(NULL, 0, counts, NULL, CREATE_SUSPENDED, NULL);
    CONTEXT c;
    DWORD code;

    CHECK_EQ(WaitForSingleObject(t, 30), WAIT_TIMEOUT);
    CHECK_EQ(counter, 0);
    CHECK_EQ(SuspendThread(t), 1);
    CHECK_EQ(ResumeThread(t), 2);
    CHECK_EQ(ResumeThread(t), 1);
    while (!counter)
        Sleep(0);
    for (int i = 0; i < 200; i++) {
        CHECK_EQ(SuspendThread(t), 0);
        c.ContextFlags = CONTEXT_FULL;
        CHECK(GetThreadContext(t, &c));
        LONGLONG seen = counter;
        if (i % 50 == 0)
            Sleep(2);
        CHECK_EQ(counter, seen);
        CHECK_EQ(ResumeThread(t), 1);
        if (i % 20 == 0)
            while (counter == seen)
                Sleep(0);
    }
    /* Elsewhere, at any instruction */
    CHECK_EQ(SuspendThread(t), 0);
    c.ContextFlags = CONTEXT_FULL;
    CHECK(GetThreadContext(t, &c));
    c.Rip = (ULONG_PTR)landed;
    c.Rsp = (c.Rsp & ~15ull) - 0x108;
    CHECK(SetThreadContext(t, &c));
    CONTEXT again = {.ContextFlags = CONTEXT_CONTROL};
    CHECK(GetThreadContext(t, &again));
    CHECK_EQ(again.Rip, c.Rip);
    CHECK_EQ(ResumeThread(t), 1);
    CHECK_EQ(WaitForSingleObject(t, 20000), 0);
    CHECK(GetExitCodeThread(t, &code) && code == 42);
    CHECK_EQ(SuspendThread(t), (DWORD)-1);
    CloseHandle(t);
}

static DWORD WINAPI sleeps(void *event)
{
    return WaitForSingleObject(event, INFINITE);
}

static void suspended_in_wait(void)
{
    HANDLE e = CreateEventW(NULL, FALSE, FALSE, NULL);
    HANDLE t = CreateThread(NULL, 0, sleeps, e, 0, NULL);
    CONTEXT c = {.ContextFlags = CONTEXT_CONTROL};

    Sleep(30);
    CHECK_EQ(SuspendThread(t), 0);
    CHECK(GetThreadContext(t, &c));
    CHECK(c.Rip != 0 && c.Rsp != 0);
    SetEvent(e);
    CHECK_EQ(WaitForSingleObject(t, 30), WAIT_TIMEOUT);
    CHECK_EQ(ResumeThread(t), 1);
    CHECK_EQ(WaitForSingleObject(t, 20000), 0);
    CloseHandle(t);
    CloseHandle(e);
}

static void terminate(void)
{
    HANDLE e = CreateEventW(NULL, FALSE, FALSE, NULL), t;
    DWORD code;

    stop = 0;
    for (int i = 0; i < 20; i++) {
        t = CreateThread(NULL, 0, i % 2 ? counts : sleeps, e, i % 3 ? 0 : CREATE_SUSPENDED, NULL);
        if (i % 5 == 0)
            Sleep(2);
        CHECK(TerminateThread(t, 1000 + i));
        CHECK_EQ(WaitForSingleObject(t, 20000), 0);
        CHECK(GetExitCodeThread(t, &code));
        CHECK_EQ(code, 1000 + i);
        CloseHandle(t);
    }
    CloseHandle(e);
}

static DWORD WINAPI nothing(void *argument)
{
    return (DWORD)(ULONG_PTR)argument;
}

static void many(void)
{
    DWORD handles = 0, after = 0, code;

    for (int round = 0; round < 2; round++) {
        GetProcessHandleCount(GetCurrentProcess(), round ? &after : &handles);
        for (int i = 0; i < 500; i++) {
            HANDLE t = CreateThread(NULL, 0, nothing, (void *)(ULONG_PTR)i, 0, NULL);
            CHECK(t != NULL);
            CHECK_EQ(WaitForSingleObject(t, 20000), 0);
            CHECK(GetExitCodeThread(t, &code) && code == (DWORD)i);
            CloseHandle(t);
        }
    }
    CHECK_EQ(after, handles);
}

static DWORD WINAPI __attribute__((noreturn)) loops(void *unused)
{
    (void)unused;
    for (;;)
        counter++;
}

int main(void)
{
    suspend();
    suspended_in_wait();
    terminate();
    many();
    int failed = check_done();
    /* The process ends with threads that never would. */
    CloseHandle(CreateThread(NULL, 0, loops, NULL, 0, NULL));
    CloseHandle(CreateThread(NULL, 0, sleeps, CreateEventW(NULL, FALSE, FALSE, NULL), 0, NULL));
    return failed;
}
