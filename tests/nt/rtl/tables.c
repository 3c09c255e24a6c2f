/* AVL tables and atom tables. */
#include "rtltest.h"

typedef struct {
    PVOID links[16];
} TABLE; /* room for an RTL_AVL_TABLE */

FUNC(VOID, RtlInitializeGenericTableAvl, (PVOID, PVOID, PVOID, PVOID, PVOID));
FUNC(PVOID, RtlInsertElementGenericTableAvl, (PVOID, PVOID, ULONG, PBOOLEAN));
FUNC(BOOLEAN, RtlDeleteElementGenericTableAvl, (PVOID, PVOID));
FUNC(PVOID, RtlLookupElementGenericTableAvl, (PVOID, PVOID));
FUNC(PVOID, RtlEnumerateGenericTableAvl, (PVOID, BOOLEAN));
FUNC(ULONG, RtlNumberGenericTableElementsAvl, (PVOID));
FUNC(PVOID, RtlGetElementGenericTableAvl, (PVOID, ULONG));
FUNC(NTSTATUS, RtlCreateAtomTable, (ULONG, PVOID *));
FUNC(NTSTATUS, RtlDestroyAtomTable, (PVOID));
FUNC(NTSTATUS, RtlAddAtomToAtomTable, (PVOID, PCWSTR, USHORT *));
FUNC(NTSTATUS, RtlLookupAtomInAtomTable, (PVOID, PCWSTR, USHORT *));
FUNC(NTSTATUS, RtlDeleteAtomFromAtomTable, (PVOID, USHORT));
FUNC(NTSTATUS, RtlQueryAtomInAtomTable, (PVOID, USHORT, PULONG, PULONG, PWSTR, PULONG));

static LONG blocks;

static int WINAPI compare(PVOID table, const int *a, const int *b)
{
    (void)table;
    return *a < *b ? 0 : *a > *b ? 1 : 2;
}

static PVOID WINAPI allocate(PVOID table, LONG bytes)
{
    (void)table;
    blocks++;
    return HeapAlloc(GetProcessHeap(), 0, bytes);
}

static VOID WINAPI release(PVOID table, PVOID p)
{
    (void)table;
    blocks--;
    HeapFree(GetProcessHeap(), 0, p);
}

static void test_avl(void)
{
    static BOOLEAN have[1000];
    unsigned state = 7;
    TABLE table;
    BOOLEAN made;
    int count = 0, wrong = 0, last = -1;

    pRtlInitializeGenericTableAvl(&table, compare, allocate, release, NULL);
    for (int i = 0; i < 20000; i++) {
        int k;

        state = state * 1664525u + 1013904223u;
        k = (int)(state >> 16) % 1000;
        if (state & 0x80) {
            wrong += !pRtlInsertElementGenericTableAvl(&table, &k, sizeof(k), &made);
            wrong += made == have[k];
            count += made;
            have[k] = TRUE;
        } else {
            made = pRtlDeleteElementGenericTableAvl(&table, &k);
            wrong += made != have[k];
            count -= made;
            have[k] = FALSE;
        }
        wrong += (pRtlLookupElementGenericTableAvl(&table, &k) != NULL) != have[k];
    }
    CHECK(!wrong && blocks == count);
    CHECK(pRtlNumberGenericTableElementsAvl(&table) == (ULONG)count);
    wrong = 0;
    for (int *p = pRtlEnumerateGenericTableAvl(&table, TRUE); p;
         p = pRtlEnumerateGenericTableAvl(&table, FALSE), wrong++) {
        CHECK(*p > last && have[*p]);
        last = *p;
    }
    CHECK(wrong == count);
    CHECK(*(int *)pRtlGetElementGenericTableAvl(&table, (ULONG)count - 1) == last);
    CHECK(!pRtlGetElementGenericTableAvl(&table, (ULONG)count));
    for (int k = 0; k < 1000; k++)
        pRtlDeleteElementGenericTableAvl(&table, &k);
    CHECK(blocks == 0);
}

static void test_atoms(void)
{
    WCHAR name[20];
    ULONG refs, pinned, bytes = sizeof(name);
    PVOID table = NULL;
    USHORT a = 0, b = 0;

    CHECK(pRtlCreateAtomTable(0, &table) == 0 && table);
    CHECK(pRtlAddAtomToAtomTable(table, L"Name", &a) == 0 && a >= 0xc000);
    CHECK(pRtlAddAtomToAtomTable(table, L"nAME", &b) == 0 && a == b);
    CHECK(pRtlLookupAtomInAtomTable(table, L"other", &b) == STATUS_OBJECT_NAME_NOT_FOUND);
    CHECK(pRtlAddAtomToAtomTable(table, L"#123", &b) == 0 && b == 123);
    CHECK(pRtlQueryAtomInAtomTable(table, a, &refs, &pinned, name, &bytes) == 0);
    CHECK(refs == 2 && !pinned && bytes == 8 && !wcscmp(name, L"Name"));
    CHECK(pRtlDeleteAtomFromAtomTable(table, a) == 0);
    CHECK(pRtlLookupAtomInAtomTable(table, L"name", &b) == 0);
    CHECK(pRtlDeleteAtomFromAtomTable(table, a) == 0);
    CHECK(pRtlDeleteAtomFromAtomTable(table, a) == STATUS_INVALID_HANDLE);
    CHECK(pRtlDestroyAtomTable(table) == 0);
}

int main(int argc, char **argv)
{
    start(argc, argv);
    LOAD(RtlInitializeGenericTableAvl);
    LOAD(RtlInsertElementGenericTableAvl);
    LOAD(RtlDeleteElementGenericTableAvl);
    LOAD(RtlLookupElementGenericTableAvl);
    LOAD(RtlEnumerateGenericTableAvl);
    LOAD(RtlNumberGenericTableElementsAvl);
    LOAD(RtlGetElementGenericTableAvl);
    LOAD(RtlCreateAtomTable);
    LOAD(RtlDestroyAtomTable);
    LOAD(RtlAddAtomToAtomTable);
    LOAD(RtlLookupAtomInAtomTable);
    LOAD(RtlDeleteAtomFromAtomTable);
    LOAD(RtlQueryAtomInAtomTable);
    test_atoms();
    if (pRtlInitializeGenericTableAvl && pRtlGetElementGenericTableAvl)
        test_avl();
    return finish();
}
