/* Barriers; an older Wine lacks them, which is the one reason to skip. */
#include "tests/nt/check.h"

static BOOL(WINAPI *initialize)(LPSYNCHRONIZATION_BARRIER, LONG, LONG);
static BOOL(WINAPI *enter)(LPSYNCHRONIZATION_BARRIER, DWORD);
static BOOL(WINAPI *destroy)(LPSYNCHRONIZATION_BARRIER);
static SYNCHRONIZATION_BARRIER barrier;
static LONG last;

static DWORD WINAPI meet(void *unused)
{
    (void)unused;
    for (int i = 0; i < 100; i++)
        if (enter(&barrier, 0))
            InterlockedIncrement(&last);
    return 0;
}

#define GET(pointer, name) pointer = (void *)(ULONG_PTR)GetProcAddress(kernel32, name)

int main(void)
{
    HMODULE kernel32 = GetModuleHandleW(L"kernel32.dll");
    HANDLE threads[3];

    GET(initialize, "InitializeSynchronizationBarrier");
    GET(enter, "EnterSynchronizationBarrier");
    GET(destroy, "DeleteSynchronizationBarrier");
    if (!initialize && GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version")) {
        printf("skipped: no barriers in this Wine\n");
        return 0;
    }
    CHECK(initialize && enter && destroy);
    CHECK(initialize(&barrier, 3, -1));
    for (int i = 0; i < 3; i++)
        threads[i] = CreateThread(NULL, 0, meet, NULL, 0, NULL);
    CHECK_EQ(WaitForMultipleObjects(3, threads, TRUE, 20000), WAIT_OBJECT_0);
    CHECK_EQ(last, 100);
    for (int i = 0; i < 3; i++)
        CloseHandle(threads[i]);
    CHECK(destroy(&barrier));
    return check_done();
}
