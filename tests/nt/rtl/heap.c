/* Heaps: sizes, flags, growing and shrinking, threads, validation. */
#include "rtltest.h"

FUNC(PVOID, RtlCreateHeap, (ULONG, PVOID, SIZE_T, SIZE_T, PVOID, PVOID));
FUNC(PVOID, RtlDestroyHeap, (PVOID));
FUNC(PVOID, RtlAllocateHeap, (PVOID, ULONG, SIZE_T));
FUNC(BOOLEAN, RtlFreeHeap, (PVOID, ULONG, PVOID));
FUNC(PVOID, RtlReAllocateHeap, (PVOID, ULONG, PVOID, SIZE_T));
FUNC(SIZE_T, RtlSizeHeap, (PVOID, ULONG, const void *));
FUNC(BOOLEAN, RtlValidateHeap, (PVOID, ULONG, const void *));
FUNC(SIZE_T, RtlCompactHeap, (PVOID, ULONG));
FUNC(BOOLEAN, RtlLockHeap, (PVOID));
FUNC(BOOLEAN, RtlUnlockHeap, (PVOID));
FUNC(BOOLEAN, RtlSetUserValueHeap, (PVOID, ULONG, PVOID, PVOID));
FUNC(BOOLEAN, RtlGetUserInfoHeap, (PVOID, ULONG, PVOID, PVOID *, PULONG));

static PVOID heap;

static unsigned next_random(unsigned *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static BOOL all_bytes(const unsigned char *p, SIZE_T n, unsigned char value)
{
    for (SIZE_T i = 0; i < n; i++)
        if (p[i] != value)
            return FALSE;
    return TRUE;
}

static void test_sizes(void)
{
    static const SIZE_T sizes[] = {0,     1,      8,      15,      16,      17,     100,
                                   1000,  1024,   1025,   4096,    65535,   65536,  100000,
                                   524287, 524288, 600000, 1048576, 3000001};

    for (unsigned i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
        unsigned char *p = pRtlAllocateHeap(heap, HEAP_ZERO_MEMORY, sizes[i]);

        CHECK(p != NULL);
        if (!p)
            continue;
        CHECK(((ULONG_PTR)p & (sizeof(void *) * 2 - 1)) == 0);
        CHECK(pRtlSizeHeap(heap, 0, p) == sizes[i]);
        CHECK(all_bytes(p, sizes[i], 0));
        memset(p, 0x5a, sizes[i]);
        CHECK(pRtlValidateHeap(heap, 0, p));
        p = pRtlReAllocateHeap(heap, HEAP_ZERO_MEMORY, p, sizes[i] * 2 + 10);
        CHECK(p && pRtlSizeHeap(heap, 0, p) == sizes[i] * 2 + 10);
        CHECK(p && all_bytes(p, sizes[i], 0x5a));
        CHECK(p && all_bytes(p + sizes[i], sizes[i] + 10, 0));
        p = pRtlReAllocateHeap(heap, 0, p, sizes[i] / 2);
        CHECK(p && pRtlSizeHeap(heap, 0, p) == sizes[i] / 2);
        CHECK(p && all_bytes(p, sizes[i] / 2, 0x5a));
        CHECK(pRtlFreeHeap(heap, 0, p));
    }
    CHECK(pRtlValidateHeap(heap, 0, NULL));
    CHECK(pRtlFreeHeap(heap, 0, NULL));
    CHECK(!pRtlAllocateHeap(heap, 0, (SIZE_T)-1));
    CHECK(!pRtlAllocateHeap(heap, 0, (SIZE_T)-1 / 2));
}

static void test_random(void)
{
    enum { COUNT = 500 };
    static unsigned char *blocks[COUNT];
    static SIZE_T sizes[COUNT];
    unsigned state = 1, wrong = 0;

    for (int i = 0; i < 60000; i++) {
        unsigned k = next_random(&state) % COUNT;
        unsigned kind = next_random(&state) % 16;
        SIZE_T size = kind < 12 ? next_random(&state) % 300
                                : kind < 15 ? next_random(&state) % 20000
                                            : next_random(&state) % 700000;

        if (blocks[k] && next_random(&state) % 4 == 0) {
            SIZE_T keep = sizes[k] < size ? sizes[k] : size;
            unsigned char *p = pRtlReAllocateHeap(heap, 0, blocks[k], size);

            wrong += !p || !all_bytes(p, keep < 64 ? keep : 64, (unsigned char)k);
            if (keep > 64)
                wrong += !all_bytes(p + keep - 64, 64, (unsigned char)k);
            blocks[k] = p;
            memset(p, (int)k, size);
            sizes[k] = size;
        } else if (blocks[k]) {
            wrong += pRtlSizeHeap(heap, 0, blocks[k]) != sizes[k];
            wrong += sizes[k] && (blocks[k][0] != (unsigned char)k ||
                                  blocks[k][sizes[k] - 1] != (unsigned char)k);
            wrong += !pRtlFreeHeap(heap, 0, blocks[k]);
            blocks[k] = NULL;
        } else {
            blocks[k] = pRtlAllocateHeap(heap, 0, size);
            if (!blocks[k]) {
                wrong++;
                continue;
            }
            memset(blocks[k], (int)k, size);
            sizes[k] = size;
        }
        if (i % 5000 == 0)
            wrong += !pRtlValidateHeap(heap, 0, NULL);
    }
    for (int k = 0; k < COUNT; k++)
        if (blocks[k])
            wrong += !pRtlFreeHeap(heap, 0, blocks[k]);
    CHECK(!wrong);
    CHECK(pRtlValidateHeap(heap, 0, NULL));
    CHECK(pRtlCompactHeap(heap, 0) > 0);
}

/* Threads that free what another one allocated. */
static unsigned char *volatile mailbox[64];
static LONG thread_errors;

static DWORD WINAPI exchange_blocks(void *arg)
{
    unsigned state = (unsigned)(ULONG_PTR)arg;

    for (int i = 0; i < 60000; i++) {
        SIZE_T size = next_random(&state) % 400 + 1;
        unsigned char *p = pRtlAllocateHeap(heap, 0, size), *old;

        if (!p) {
            InterlockedIncrement(&thread_errors);
            continue;
        }
        p[0] = p[size - 1] = (unsigned char)size;
        old = InterlockedExchangePointer((void *volatile *)&mailbox[next_random(&state) % 64], p);
        if (old) {
            SIZE_T n = pRtlSizeHeap(heap, 0, old);

            if (old[0] != (unsigned char)n || old[n - 1] != (unsigned char)n ||
                !pRtlFreeHeap(heap, 0, old))
                InterlockedIncrement(&thread_errors);
        }
    }
    return 0;
}

static void test_threads(void)
{
    HANDLE threads[4];

    for (int i = 0; i < 4; i++)
        threads[i] = CreateThread(NULL, 0, exchange_blocks, (void *)(ULONG_PTR)(i + 1), 0, NULL);
    CHECK(WaitForMultipleObjects(4, threads, TRUE, 60000) == WAIT_OBJECT_0);
    for (int i = 0; i < 4; i++)
        CloseHandle(threads[i]);
    CHECK(!thread_errors);
    for (int i = 0; i < 64; i++)
        CHECK(pRtlFreeHeap(heap, 0, mailbox[i]));
    CHECK(pRtlValidateHeap(heap, 0, NULL));
}

static void test_flags(void)
{
    PVOID fixed, p, value = NULL;
    ULONG flags = 0, count = 0;

    CHECK(pRtlLockHeap(heap));
    p = pRtlAllocateHeap(heap, 0, 32);
    CHECK(p && pRtlFreeHeap(heap, 0, p));
    CHECK(pRtlUnlockHeap(heap));

    p = pRtlAllocateHeap(heap, 0x100 | 0x200, 50); /* settable value, user flag 1 */
    CHECK(p && pRtlSizeHeap(heap, 0, p) == 50);
    CHECK(pRtlSetUserValueHeap(heap, 0, p, (PVOID)(ULONG_PTR)0x1234));
    CHECK(pRtlGetUserInfoHeap(heap, 0, p, &value, &flags));
    CHECK(value == (PVOID)(ULONG_PTR)0x1234);
    CHECK((flags & 0xe00) == 0x200);
    p = pRtlReAllocateHeap(heap, 0, p, 5000);
    CHECK(p && pRtlGetUserInfoHeap(heap, 0, p, &value, &flags));
    CHECK(value == (PVOID)(ULONG_PTR)0x1234);
    CHECK(pRtlFreeHeap(heap, 0, p));

    p = pRtlAllocateHeap(heap, 0, 100);
    CHECK(pRtlReAllocateHeap(heap, HEAP_REALLOC_IN_PLACE_ONLY, p, 50) == p);
    CHECK(pRtlReAllocateHeap(heap, HEAP_REALLOC_IN_PLACE_ONLY, p, 50000000) == NULL);
    CHECK(pRtlSizeHeap(heap, 0, p) == 50);
    CHECK(pRtlFreeHeap(heap, 0, p));

    fixed = pRtlCreateHeap(HEAP_NO_SERIALIZE, NULL, 0x100000, 0x1000, NULL, NULL);
    CHECK(fixed != NULL);
    CHECK(fixed != heap);
    while (count < 1000 && pRtlAllocateHeap(fixed, 0, 10000))
        count++;
    CHECK(count >= 90 && count <= 110);
    CHECK(pRtlValidateHeap(fixed, 0, NULL));
    CHECK(pRtlDestroyHeap(fixed) == NULL);

    fixed = pRtlCreateHeap(HEAP_GROWABLE | HEAP_CREATE_ENABLE_EXECUTE, NULL, 0, 0, NULL, NULL);
    p = pRtlAllocateHeap(fixed, 0, 16);
    CHECK(p != NULL);
#ifdef __x86_64__
    if (p) { /* mov eax, 42; ret */
        static const unsigned char code[] = {0xb8, 42, 0, 0, 0, 0xc3};

        memcpy(p, code, sizeof(code));
        CHECK(((int (*)(void))p)() == 42);
    }
#endif
    CHECK(pRtlDestroyHeap(fixed) == NULL);
}

int main(int argc, char **argv)
{
    start(argc, argv);
    LOAD(RtlCreateHeap);
    LOAD(RtlDestroyHeap);
    LOAD(RtlAllocateHeap);
    LOAD(RtlFreeHeap);
    LOAD(RtlReAllocateHeap);
    LOAD(RtlSizeHeap);
    LOAD(RtlValidateHeap);
    LOAD(RtlCompactHeap);
    LOAD(RtlLockHeap);
    LOAD(RtlUnlockHeap);
    LOAD(RtlSetUserValueHeap);
    LOAD(RtlGetUserInfoHeap);
    heap = pRtlCreateHeap(HEAP_GROWABLE, NULL, 0, 0, NULL, NULL);
    CHECK(heap != NULL);
    test_sizes();
    test_random();
    test_threads();
    test_flags();
    CHECK(pRtlDestroyHeap(heap) == NULL);
    return finish();
}
