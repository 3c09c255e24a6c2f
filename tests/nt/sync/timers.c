/* Waitable timers, completion ports, wait completion packets. */
#include "tests/nt/check.h"

static LONG fired;
static LONGLONG fired_at;

static void CALLBACK on_timer(void *argument, DWORD low, DWORD high)
{
    fired += *(LONG *)argument;
    fired_at = (LONGLONG)high << 32 | low;
}

static LONGLONG now(void)
{
    FILETIME f;

    GetSystemTimeAsFileTime(&f);
    return (LONGLONG)f.dwHighDateTime << 32 | f.dwLowDateTime;
}

static void timers(void)
{
    HANDLE manual = CreateWaitableTimerW(NULL, TRUE, NULL);
    HANDLE automatic = CreateWaitableTimerW(NULL, FALSE, NULL);
    HANDLE both[2] = {manual, automatic};
    LARGE_INTEGER due;
    LONG one = 1;

    CHECK_EQ(WaitForSingleObject(manual, 0), WAIT_TIMEOUT);
    due.QuadPart = -300000; /* 30 ms */
    ULONGLONG from = GetTickCount64();
    CHECK(SetWaitableTimer(manual, &due, 0, NULL, NULL, FALSE));
    CHECK_EQ(WaitForSingleObject(manual, 20000), 0);
    CHECK(GetTickCount64() - from >= 15); /* the tick of GetTickCount64 is that coarse */
    CHECK_EQ(WaitForSingleObject(manual, 0), 0);
    due.QuadPart = now() + 300000;
    CHECK(SetWaitableTimer(automatic, &due, 0, NULL, NULL, FALSE));
    CHECK_EQ(WaitForSingleObject(automatic, 0), WAIT_TIMEOUT);
    CHECK_EQ(WaitForMultipleObjects(2, both, TRUE, 20000), 0);
    CHECK(now() >= due.QuadPart - 10000);
    CHECK_EQ(WaitForSingleObject(automatic, 0), WAIT_TIMEOUT);

    due.QuadPart = -10000;
    CHECK(SetWaitableTimer(automatic, &due, 5, NULL, NULL, FALSE));
    for (int i = 0; i < 5; i++)
        CHECK_EQ(WaitForSingleObject(automatic, 20000), 0);
    CHECK(CancelWaitableTimer(automatic));
    WaitForSingleObject(automatic, 0);
    CHECK_EQ(WaitForSingleObject(automatic, 30), WAIT_TIMEOUT);

    due.QuadPart = -100000;
    CHECK(SetWaitableTimer(manual, &due, 0, on_timer, &one, FALSE));
    LONGLONG before = now();
    CHECK_EQ(SleepEx(20000, TRUE), WAIT_IO_COMPLETION);
    CHECK_EQ(fired, 1);
    /* Wine 8 passes the time as it was asked for, and calls a periodic routine once. */
    if (!check_on_wine()) {
        CHECK(fired_at >= before && fired_at <= now());
        CHECK(SetWaitableTimer(manual, &due, 10, on_timer, &one, FALSE));
        while (fired < 4)
            SleepEx(20000, TRUE);
    }
    CHECK(CancelWaitableTimer(manual));
    fired = 0;
    CHECK_EQ(SleepEx(30, TRUE), 0);
    CHECK_EQ(fired, 0);
    CloseHandle(manual);
    CloseHandle(automatic);
}

static HANDLE port;
static LONG sum;

static DWORD WINAPI consumer(void *unused)
{
    DWORD bytes;
    ULONG_PTR key;
    OVERLAPPED *o;

    (void)unused;
    while (GetQueuedCompletionStatus(port, &bytes, &key, &o, 20000) && key)
        InterlockedAdd(&sum, (LONG)bytes);
    return 0;
}

static void ports(void)
{
    OVERLAPPED_ENTRY entries[8];
    DWORD bytes;
    ULONG_PTR key;
    OVERLAPPED *o = NULL;
    ULONG n;
    HANDLE t[3];

    port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
    CHECK(port != NULL);
    CHECK(!GetQueuedCompletionStatus(port, &bytes, &key, &o, 0) && GetLastError() == WAIT_TIMEOUT);
    CHECK(!GetQueuedCompletionStatus(port, &bytes, &key, &o, 20) && GetLastError() == WAIT_TIMEOUT);
    for (DWORD i = 1; i <= 3; i++)
        CHECK(PostQueuedCompletionStatus(port, i, i * 10, (OVERLAPPED *)(ULONG_PTR)(i * 100)));
    CHECK(GetQueuedCompletionStatus(port, &bytes, &key, &o, 0));
    CHECK(bytes == 1 && key == 10 && o == (OVERLAPPED *)100);
    CHECK(GetQueuedCompletionStatusEx(port, entries, 8, &n, 0, FALSE));
    CHECK_EQ(n, 2);
    CHECK(entries[1].lpCompletionKey == 30 && entries[1].dwNumberOfBytesTransferred == 3);

    for (int i = 0; i < 3; i++)
        t[i] = CreateThread(NULL, 0, consumer, NULL, 0, NULL);
    for (DWORD i = 0; i < 3000; i++)
        CHECK(PostQueuedCompletionStatus(port, i, 1, NULL));
    for (int i = 0; i < 3; i++)
        PostQueuedCompletionStatus(port, 0, 0, NULL);
    CHECK_EQ(WaitForMultipleObjects(3, t, TRUE, 20000), 0);
    CHECK_EQ(sum, 2999 * 3000 / 2);
    for (int i = 0; i < 3; i++)
        CloseHandle(t[i]);
    CloseHandle(port);
}

static LONG(NTAPI *create_packet)(HANDLE *, ACCESS_MASK, void *);
static LONG(NTAPI *associate)(HANDLE, HANDLE, HANDLE, void *, void *, LONG, ULONG_PTR, BOOLEAN *);
static LONG(NTAPI *cancel)(HANDLE, BOOLEAN);

static DWORD WINAPI sets_later(void *e)
{
    Sleep(30);
    SetEvent(e);
    return 0;
}

static void packets(void)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    HANDLE packet, e = CreateEventW(NULL, FALSE, TRUE, NULL), t;
    HANDLE timer = CreateWaitableTimerW(NULL, FALSE, NULL);
    LARGE_INTEGER due = {.QuadPart = -200000};
    BOOLEAN already = 9;
    DWORD bytes;
    ULONG_PTR key;
    OVERLAPPED *o;

    create_packet = (void *)(ULONG_PTR)GetProcAddress(ntdll, "NtCreateWaitCompletionPacket");
    associate = (void *)(ULONG_PTR)GetProcAddress(ntdll, "NtAssociateWaitCompletionPacket");
    cancel = (void *)(ULONG_PTR)GetProcAddress(ntdll, "NtCancelWaitCompletionPacket");
    if (!create_packet && check_on_wine()) {
        printf("no wait completion packets in this Wine\n");
        return;
    }
    port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 0);
    CHECK_EQ(create_packet(&packet, GENERIC_ALL, NULL), 0);
    /* Ready at once */
    CHECK_EQ(associate(packet, port, e, (void *)1, (void *)2, 3, 4, &already), 0);
    CHECK_EQ(already, 1);
    CHECK(GetQueuedCompletionStatus(port, &bytes, &key, &o, 0));
    CHECK(key == 1 && o == (OVERLAPPED *)2 && bytes == 4);
    CHECK_EQ(WaitForSingleObject(e, 0), WAIT_TIMEOUT);
    /* Later, while a thread sleeps on the port */
    CHECK_EQ(associate(packet, port, e, (void *)5, NULL, 0, 0, &already), 0);
    CHECK_EQ(already, 0);
    t = CreateThread(NULL, 0, sets_later, e, 0, NULL);
    CHECK(GetQueuedCompletionStatus(port, &bytes, &key, &o, 20000) && key == 5);
    CHECK_EQ(WaitForSingleObject(t, 20000), 0);
    CloseHandle(t);
    /* A timer */
    CHECK_EQ(associate(packet, port, timer, (void *)6, NULL, 0, 0, &already), 0);
    CHECK(SetWaitableTimer(timer, &due, 0, NULL, NULL, FALSE));
    CHECK(GetQueuedCompletionStatus(port, &bytes, &key, &o, 20000) && key == 6);
    /* Cancelled, before and after it is queued */
    CHECK_EQ(associate(packet, port, e, (void *)7, NULL, 0, 0, &already), 0);
    CHECK_EQ(cancel(packet, TRUE), 0);
    CHECK_EQ(cancel(packet, TRUE), (LONG)0xc0000120);
    SetEvent(e);
    CHECK(!GetQueuedCompletionStatus(port, &bytes, &key, &o, 20));
    CHECK_EQ(associate(packet, port, e, (void *)8, NULL, 0, 0, &already), 0);
    CHECK_EQ(already, 1);
    CHECK_EQ(cancel(packet, FALSE), 0x103);
    CHECK_EQ(cancel(packet, TRUE), 0);
    CHECK(!GetQueuedCompletionStatus(port, &bytes, &key, &o, 0));
    CloseHandle(packet);
    CloseHandle(port);
    CloseHandle(timer);
    CloseHandle(e);
}

int main(void)
{
    timers();
    ports();
    packets();
    return check_done();
}
