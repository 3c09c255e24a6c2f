/*
 * Waiting on addresses: queues of threads hashed by address, over the alert of a thread by its id.
 * SRW locks, condition variables, critical sections, run-once and barriers are built on these.
 *
 * A waiter puts itself in the queue under the bucket's lock after it has seen the expected value there; a
 * waker changes the value first and takes the same lock afterwards. So a wake-up is never lost.
 * An alert can be left over from a wait that timed out while it was being woken; every wait therefore
 * looks at its own `woken` flag, and a stale alert costs one turn of the loop.
 */
#include "rtl_private.h"

struct waiter {
    struct waiter *next, *prev;
    const void *key;
    HANDLE tid;
    volatile LONG woken;
};

struct bucket {
    volatile LONG lock; /* guards the list */
    struct waiter *first, *last;
};

static struct bucket buckets[256];

static struct bucket *bucket_of(const void *key)
{
    ULONG_PTR h = (ULONG_PTR)key >> 2;

    return &buckets[(h ^ h >> 8 ^ h >> 16) % COUNT_OF(buckets)];
}

/* Held for a few instructions, but its holder can lose the processor, hence the yield. */
static void lock_bucket(struct bucket *b)
{
    for (ULONG i = 1; __atomic_exchange_n(&b->lock, 1, __ATOMIC_ACQUIRE); i++) {
        while (__atomic_load_n(&b->lock, __ATOMIC_RELAXED) && i % 64) {
            rtl_pause();
            i++;
        }
        if (i % 64 == 0)
            NtYieldExecution();
    }
}

static void unlock_bucket(struct bucket *b)
{
    __atomic_store_n(&b->lock, 0, __ATOMIC_RELEASE);
}

static void enqueue(struct bucket *b, struct waiter *w)
{
    w->next = NULL;
    w->prev = b->last;
    if (b->last)
        b->last->next = w;
    else
        b->first = w;
    b->last = w;
}

static void dequeue(struct bucket *b, struct waiter *w)
{
    if (w->prev)
        w->prev->next = w->next;
    else
        b->first = w->next;
    if (w->next)
        w->next->prev = w->prev;
    else
        b->last = w->prev;
}

static LONGLONG monotonic_100ns(void)
{
    LARGE_INTEGER counter, frequency;

    NtQueryPerformanceCounter(&counter, &frequency);
    return counter.QuadPart / frequency.QuadPart * 10000000 +
           counter.QuadPart % frequency.QuadPart * 10000000 / frequency.QuadPart;
}

static NTSTATUS wait_queued(struct bucket *b, struct waiter *w, const LARGE_INTEGER *timeout)
{
    LARGE_INTEGER left;
    LONGLONG deadline = 0;

    if (timeout && timeout->QuadPart < 0)
        deadline = monotonic_100ns() - timeout->QuadPart;
    if (timeout)
        left = *timeout;
    while (!__atomic_load_n(&w->woken, __ATOMIC_ACQUIRE)) {
        NTSTATUS status = NtWaitForAlertByThreadId((PVOID)w->key, timeout ? &left : NULL);

        if (status == STATUS_TIMEOUT) {
            lock_bucket(b);
            if (!w->woken) {
                dequeue(b, w);
                unlock_bucket(b);
                return STATUS_TIMEOUT;
            }
            unlock_bucket(b);
            break;
        }
        if (deadline) {
            left.QuadPart = monotonic_100ns() - deadline;
            if (left.QuadPart > 0)
                left.QuadPart = 0;
        }
    }
    return STATUS_SUCCESS;
}

NTSTATUS rtl_wait_on_key(const void *key, const volatile LONG *word, LONG expected,
                         const LARGE_INTEGER *timeout)
{
    struct bucket *b = bucket_of(key);
    struct waiter w = {.key = key, .tid = rtl_thread_id()};

    lock_bucket(b);
    if (__atomic_load_n(word, __ATOMIC_SEQ_CST) != expected) {
        unlock_bucket(b);
        return STATUS_SUCCESS;
    }
    enqueue(b, &w);
    unlock_bucket(b);
    return wait_queued(b, &w, timeout);
}

void rtl_wake_key(const void *key, BOOLEAN all)
{
    struct bucket *b = bucket_of(key);
    struct waiter *w, *next;
    HANDLE tids[16];
    ULONG n;

    do {
        n = 0;
        lock_bucket(b);
        for (w = b->first; w && n < (all ? COUNT_OF(tids) : 1); w = next) {
            next = w->next;
            if (w->key != key)
                continue;
            dequeue(b, w);
            tids[n++] = w->tid;
            /* the waiter's stack frame can be gone after this store */
            __atomic_store_n(&w->woken, 1, __ATOMIC_RELEASE);
        }
        unlock_bucket(b);
        for (ULONG i = 0; i < n; i++)
            NtAlertThreadByThreadId((SIZE_T)tids[i]);
    } while (all && n == COUNT_OF(tids));
}

NTSTATUS NTAPI RtlWaitOnAddress(const void *address, const void *compare, SIZE_T size,
                                const LARGE_INTEGER *timeout)
{
    struct bucket *b = bucket_of(address);
    struct waiter w = {.key = address, .tid = rtl_thread_id()};
    BOOLEAN equal;

    if (size != 1 && size != 2 && size != 4 && size != 8)
        return STATUS_INVALID_PARAMETER;
    lock_bucket(b);
    switch (size) {
    case 1:
        equal = *(const volatile UCHAR *)address == *(const UCHAR *)compare;
        break;
    case 2:
        equal = *(const volatile USHORT *)address == *(const USHORT *)compare;
        break;
    case 4:
        equal = *(const volatile ULONG *)address == *(const ULONG *)compare;
        break;
    default:
        equal = __atomic_load_n((const ULONGLONG *)address, __ATOMIC_SEQ_CST) ==
                *(const ULONGLONG *)compare;
    }
    if (!equal) {
        unlock_bucket(b);
        return STATUS_SUCCESS;
    }
    enqueue(b, &w);
    unlock_bucket(b);
    return wait_queued(b, &w, timeout);
}

VOID NTAPI RtlWakeAddressSingle(const void *address)
{
    rtl_wake_key(address, FALSE);
}

VOID NTAPI RtlWakeAddressAll(const void *address)
{
    rtl_wake_key(address, TRUE);
}
