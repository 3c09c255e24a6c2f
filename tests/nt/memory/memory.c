/* Pages, heaps, global and local memory. */
#include "tests/nt/check.h"

static void pages(void)
{
    MEMORY_BASIC_INFORMATION info;
    DWORD old = 0;
    char *p = VirtualAlloc(NULL, 0x30000, MEM_RESERVE, PAGE_NOACCESS);

    CHECK(p && !((ULONG_PTR)p & 0xffff));
    CHECK_EQ(VirtualQuery(p + 0x1234, &info, sizeof(info)), sizeof(info));
    CHECK_EQ(info.State, MEM_RESERVE);
    CHECK(info.AllocationBase == p && info.BaseAddress == p + 0x1000);
    CHECK(VirtualAlloc(p + 0x1000, 0x1000, MEM_COMMIT, PAGE_READWRITE) == p + 0x1000);
    p[0x1000] = 1;
    CHECK(VirtualProtect(p + 0x1000, 1, PAGE_READONLY, &old));
    CHECK_EQ(old, PAGE_READWRITE);
    VirtualQuery(p + 0x1000, &info, sizeof(info));
    CHECK_EQ(info.Protect, PAGE_READONLY);
    CHECK_EQ(info.RegionSize, 0x1000);
    CHECK(!IsBadReadPtr(p + 0x1000, 0x1000));
    CHECK(IsBadReadPtr(p + 0x1000, 0x1001));
    CHECK(IsBadWritePtr(p + 0x1000, 1));
    CHECK(!VirtualProtect(p, 0x1000, PAGE_READWRITE, &old));
    CHECK_EQ(GetLastError(), ERROR_INVALID_ADDRESS);
    CHECK(!VirtualFree(p, 0x1000, MEM_RELEASE));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK(VirtualFree(p + 0x1000, 0x1000, MEM_DECOMMIT));
    CHECK(VirtualFree(p, 0, MEM_RELEASE));
    CHECK(!VirtualFree(p, 0, MEM_RELEASE));
    CHECK(!VirtualAlloc(NULL, 0, MEM_COMMIT, PAGE_READWRITE));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
    CHECK(!VirtualAlloc(NULL, 0x1000, MEM_COMMIT, 0x12345));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
}

static void heaps(void)
{
    HANDLE heap = HeapCreate(0, 0, 0);
    char *p = HeapAlloc(heap, HEAP_ZERO_MEMORY, 100);
    int bad = 0;

    CHECK(heap && p);
    for (int i = 0; i < 100; i++)
        bad |= p[i];
    CHECK_EQ(bad, 0);
    CHECK_EQ(HeapSize(heap, 0, p), 100);
    memset(p, 3, 100);
    p = HeapReAlloc(heap, HEAP_ZERO_MEMORY, p, 5000);
    CHECK(p && p[99] == 3 && p[100] == 0 && p[4999] == 0);
    CHECK(HeapValidate(heap, 0, p));
    CHECK(HeapFree(heap, 0, p));
    CHECK(HeapFree(heap, 0, NULL));
    p = HeapAlloc(heap, 0, 3000000);
    CHECK(p != NULL);
    memset(p, 1, 3000000);
    CHECK(HeapFree(heap, 0, p));
    CHECK(HeapLock(heap) && HeapUnlock(heap));
    CHECK(HeapDestroy(heap));
    CHECK(!HeapAlloc(GetProcessHeap(), 0, (SIZE_T)-4096));
    CHECK(GetProcessHeaps(0, NULL) >= 1);
}

static void global(void)
{
    HGLOBAL h = GlobalAlloc(GMEM_MOVEABLE | GMEM_ZEROINIT, 50), f;
    char *p = GlobalLock(h), *q;
    MEMORYSTATUSEX status = {.dwLength = sizeof(status)};

    CHECK(h && p && (void *)h != p);
    CHECK_EQ(GlobalSize(h), 50);
    CHECK_EQ(GlobalFlags(h) & GMEM_LOCKCOUNT, 1);
    CHECK(GlobalHandle(p) == h);
    p[49] = 7;
    CHECK(GlobalLock(h) == p);
    CHECK(GlobalUnlock(h));
    SetLastError(5);
    CHECK(!GlobalUnlock(h));
    CHECK_EQ(GetLastError(), NO_ERROR);
    CHECK(!GlobalUnlock(h));
    CHECK_EQ(GetLastError(), ERROR_NOT_LOCKED);
    CHECK(GlobalReAlloc(h, 100000, GMEM_ZEROINIT) == h);
    q = GlobalLock(h);
    CHECK(q[49] == 7 && q[99999] == 0);
    GlobalUnlock(h);
    CHECK(GlobalReAlloc(h, 0, GMEM_MOVEABLE) == h);
    CHECK(GlobalFlags(h) & GMEM_DISCARDED);
    CHECK(!GlobalLock(h));
    CHECK_EQ(GetLastError(), ERROR_DISCARDED);
    CHECK(!GlobalFree(h));

    f = GlobalAlloc(GPTR, 10);
    CHECK(GlobalLock(f) == f);
    CHECK(GlobalUnlock(f));
    CHECK(GlobalHandle(f) == f);
    CHECK_EQ(GlobalFlags(f), 0);
    CHECK(!GlobalFree(f));
    f = LocalAlloc(LMEM_FIXED, 0);
    CHECK(f != NULL);
    CHECK(!LocalFree(f));
    CHECK(!LocalFree(NULL));

    CHECK(GlobalMemoryStatusEx(&status));
    CHECK(status.ullTotalPhys > status.ullAvailPhys && status.dwMemoryLoad <= 100);
    status.dwLength = 5;
    CHECK(!GlobalMemoryStatusEx(&status));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
}

int main(void)
{
    pages();
    heaps();
    global();
    return check_done();
}
