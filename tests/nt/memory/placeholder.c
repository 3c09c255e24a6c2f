/* Placeholders: memory that is reserved to be replaced. The functions are of Windows 10 1803. */
#include "tests/nt/check.h"

#ifndef MEM_RESERVE_PLACEHOLDER
#define MEM_RESERVE_PLACEHOLDER 0x40000
#define MEM_REPLACE_PLACEHOLDER 0x4000
#endif
#ifndef MEM_COALESCE_PLACEHOLDERS
#define MEM_COALESCE_PLACEHOLDERS 1
#endif
#ifndef MEM_PRESERVE_PLACEHOLDER
#define MEM_PRESERVE_PLACEHOLDER 2
#endif

typedef PVOID(WINAPI *alloc_fn)(HANDLE, PVOID, SIZE_T, ULONG, ULONG, void *, ULONG);
typedef PVOID(WINAPI *map_fn)(HANDLE, HANDLE, PVOID, ULONG64, SIZE_T, ULONG, ULONG, void *, ULONG);
typedef BOOL(WINAPI *unmap_fn)(HANDLE, PVOID, ULONG);
static alloc_fn alloc;
static map_fn map;
static unmap_fn unmap;

static BOOL is(void *at, SIZE_T size, DWORD state, DWORD type)
{
    MEMORY_BASIC_INFORMATION info;

    return VirtualQuery(at, &info, sizeof(info)) && info.AllocationBase == at && info.RegionSize == size &&
           info.State == state && info.Type == type;
}

static char *reserve(SIZE_T size)
{
    return alloc(NULL, NULL, size, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0);
}

static void split_and_merge(void)
{
    char *p = reserve(0x40000);

    CHECK(p != NULL);
    CHECK(is(p, 0x40000, MEM_RESERVE, MEM_PRIVATE));
    /* nothing can be committed in one */
    CHECK(!VirtualAlloc(p, 0x1000, MEM_COMMIT, PAGE_READWRITE));
    CHECK(VirtualFree(p + 0x10000, 0x10000, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER));
    CHECK(is(p, 0x10000, MEM_RESERVE, MEM_PRIVATE));
    CHECK(is(p + 0x10000, 0x10000, MEM_RESERVE, MEM_PRIVATE));
    CHECK(is(p + 0x20000, 0x20000, MEM_RESERVE, MEM_PRIVATE));
    /* pages, not only units of 64 KiB */
    CHECK(VirtualFree(p + 0x20000, 0x3000, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER));
    CHECK(is(p + 0x23000, 0x1d000, MEM_RESERVE, MEM_PRIVATE));
    /* only whole neighbours become one */
    CHECK(!VirtualFree(p, 0x18000, MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS));
    CHECK(VirtualFree(p, 0x40000, MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS));
    CHECK(is(p, 0x40000, MEM_RESERVE, MEM_PRIVATE));
    CHECK(VirtualFree(p, 0, MEM_RELEASE));
    CHECK(!reserve(0));
    CHECK(!alloc(NULL, NULL, 0x10000, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_READWRITE, NULL, 0));
    CHECK_EQ(GetLastError(), ERROR_INVALID_PARAMETER);
}

static void private_memory(void)
{
    char *p = reserve(0x30000), *q;

    CHECK(VirtualFree(p + 0x10000, 0x10000, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER));
    /* it must fit */
    CHECK(!alloc(NULL, p + 0x10000, 0x8000, MEM_RESERVE | MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NULL, 0));
    CHECK_EQ(GetLastError(), ERROR_INVALID_ADDRESS);
    q = alloc(NULL, p + 0x10000, 0x10000, MEM_RESERVE | MEM_COMMIT | MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NULL,
              0);
    CHECK(q == p + 0x10000);
    if (!q)
        return;
    memset(q, 1, 0x10000);
    CHECK(is(q, 0x10000, MEM_COMMIT, MEM_PRIVATE));
    /* while something is there, its neighbours cannot become one over it */
    CHECK(!VirtualFree(p, 0x30000, MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS));
    CHECK(VirtualFree(q, 0x10000, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER));
    CHECK(is(q, 0x10000, MEM_RESERVE, MEM_PRIVATE));
    CHECK(IsBadReadPtr(q, 1));
    CHECK(VirtualFree(p, 0x30000, MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS));
    CHECK(VirtualFree(p, 0, MEM_RELEASE));
    /* what never replaced one, cannot become one */
    q = VirtualAlloc(NULL, 0x10000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    CHECK(!VirtualFree(q, 0x10000, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER));
    CHECK(VirtualFree(q, 0, MEM_RELEASE));
}

/* A ring: the same pages twice, one after the other. */
static void views(void)
{
    HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 0x10000, NULL);
    char *p = reserve(0x20000), *first, *second;

    CHECK(section != NULL);
    CHECK(VirtualFree(p, 0x10000, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER));
    first = map(section, NULL, p, 0, 0x10000, MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NULL, 0);
    second = map(section, NULL, p + 0x10000, 0, 0x10000, MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NULL, 0);
    CHECK(first == p && second == p + 0x10000);
    if (!first || !second)
        return;
    first[5] = 42;
    CHECK_EQ(second[5], 42);
    CHECK(is(second, 0x10000, MEM_COMMIT, MEM_MAPPED));
    CHECK(unmap(GetCurrentProcess(), second, MEM_PRESERVE_PLACEHOLDER));
    CHECK(is(second, 0x10000, MEM_RESERVE, MEM_PRIVATE));
    CHECK(unmap(GetCurrentProcess(), first, MEM_PRESERVE_PLACEHOLDER));
    CHECK(VirtualFree(p, 0x20000, MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS));
    /* a view of a part of the section, at an offset of a page */
    CHECK(VirtualFree(p, 0x2000, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER));
    first = map(section, NULL, p, 0x3000, 0x2000, MEM_REPLACE_PLACEHOLDER, PAGE_READONLY, NULL, 0);
    CHECK(first == p);
    CHECK(UnmapViewOfFile(first)); /* and now there is nothing */
    CHECK(VirtualFree(p + 0x2000, 0, MEM_RELEASE));
    first = map(section, NULL, NULL, 0, 0, 0, PAGE_READWRITE, NULL, 0);
    CHECK(first && first[5] == 42);
    CHECK(!unmap(GetCurrentProcess(), first, MEM_PRESERVE_PLACEHOLDER));
    CHECK(unmap(GetCurrentProcess(), first, 0));
    CloseHandle(section);
}

int main(void)
{
    HMODULE base = GetModuleHandleA("kernelbase.dll");

    alloc = (alloc_fn)(void (*)(void))GetProcAddress(base, "VirtualAlloc2");
    map = (map_fn)(void (*)(void))GetProcAddress(base, "MapViewOfFile3");
    unmap = (unmap_fn)(void (*)(void))GetProcAddress(base, "UnmapViewOfFile2");
    if (check_on_wine() && (!alloc || !map || !unmap || !reserve(0x10000))) {
        CHECK(TRUE); /* Wine 8 has no placeholders */
        return check_done();
    }
    CHECK(alloc && map && unmap);
    split_and_merge();
    private_memory();
    views();
    return check_done();
}
