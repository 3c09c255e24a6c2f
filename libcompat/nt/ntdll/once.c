/* One-time initialisation and barriers. */
#include "rtl_private.h"

/* The low two bits of RTL_RUN_ONCE.Ptr; the others are the context once it is complete. */
#define ONCE_NONE 0u
#define ONCE_RUNNING 1u
#define ONCE_DONE 2u
#define ONCE_RUNNING_ASYNC 3u
#define ONCE_STATE 3u

static BOOLEAN swap_once(RTL_RUN_ONCE *once, ULONG_PTR old, ULONG_PTR new)
{
    return __atomic_compare_exchange_n((ULONG_PTR *)&once->Ptr, &old, new, FALSE, __ATOMIC_SEQ_CST,
                                       __ATOMIC_ACQUIRE);
}

VOID NTAPI RtlRunOnceInitialize(RTL_RUN_ONCE *once)
{
    once->Ptr = NULL;
}

NTSTATUS NTAPI RtlRunOnceBeginInitialize(RTL_RUN_ONCE *once, ULONG flags, PVOID *context)
{
    if (flags & RTL_RUN_ONCE_CHECK_ONLY) {
        ULONG_PTR now = __atomic_load_n((ULONG_PTR *)&once->Ptr, __ATOMIC_ACQUIRE);

        if (flags & RTL_RUN_ONCE_ASYNC)
            return STATUS_INVALID_PARAMETER;
        if ((now & ONCE_STATE) != ONCE_DONE)
            return STATUS_UNSUCCESSFUL;
        if (context)
            *context = (PVOID)(now & ~(ULONG_PTR)ONCE_STATE);
        return STATUS_SUCCESS;
    }
    for (;;) {
        ULONG_PTR now = __atomic_load_n((ULONG_PTR *)&once->Ptr, __ATOMIC_ACQUIRE);

        switch (now & ONCE_STATE) {
        case ONCE_NONE:
            if (swap_once(once, now, flags & RTL_RUN_ONCE_ASYNC ? ONCE_RUNNING_ASYNC : ONCE_RUNNING))
                return STATUS_PENDING;
            break;
        case ONCE_RUNNING:
            if (flags & RTL_RUN_ONCE_ASYNC)
                return STATUS_INVALID_PARAMETER;
            rtl_wait_on_key(once, (const volatile LONG *)&once->Ptr, (LONG)now, NULL);
            break;
        case ONCE_DONE:
            if (context)
                *context = (PVOID)(now & ~(ULONG_PTR)ONCE_STATE);
            return STATUS_SUCCESS;
        default: /* several threads may initialise at the same time */
            return flags & RTL_RUN_ONCE_ASYNC ? STATUS_PENDING : STATUS_INVALID_PARAMETER;
        }
    }
}

NTSTATUS NTAPI RtlRunOnceComplete(RTL_RUN_ONCE *once, ULONG flags, PVOID context)
{
    ULONG_PTR done = flags & RTL_RUN_ONCE_INIT_FAILED ? ONCE_NONE : (ULONG_PTR)context | ONCE_DONE;
    ULONG_PTR now = __atomic_load_n((ULONG_PTR *)&once->Ptr, __ATOMIC_ACQUIRE);

    if (flags & RTL_RUN_ONCE_CHECK_ONLY)
        return STATUS_INVALID_PARAMETER_2;
    if ((ULONG_PTR)context & ONCE_STATE)
        return STATUS_INVALID_PARAMETER;
    if (flags & RTL_RUN_ONCE_INIT_FAILED) {
        if (context)
            return STATUS_INVALID_PARAMETER;
        if (flags & RTL_RUN_ONCE_ASYNC)
            return STATUS_INVALID_PARAMETER;
    }
    switch (now & ONCE_STATE) {
    case ONCE_RUNNING:
        if (flags & RTL_RUN_ONCE_ASYNC)
            return STATUS_INVALID_PARAMETER;
        if (!swap_once(once, now, done))
            return STATUS_UNSUCCESSFUL;
        rtl_wake_key(once, TRUE);
        return STATUS_SUCCESS;
    case ONCE_RUNNING_ASYNC:
        if (!(flags & RTL_RUN_ONCE_ASYNC))
            return STATUS_INVALID_PARAMETER;
        return swap_once(once, now, done) ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
    default:
        return STATUS_UNSUCCESSFUL;
    }
}

NTSTATUS NTAPI RtlRunOnceExecuteOnce(RTL_RUN_ONCE *once, PRTL_RUN_ONCE_INIT_FN fn, PVOID parameter,
                                     PVOID *context)
{
    PVOID result = NULL;
    NTSTATUS status = RtlRunOnceBeginInitialize(once, 0, &result);

    if (status == STATUS_PENDING) {
        if (!fn(once, parameter, &result)) {
            RtlRunOnceComplete(once, RTL_RUN_ONCE_INIT_FAILED, NULL);
            return STATUS_UNSUCCESSFUL;
        }
        status = RtlRunOnceComplete(once, 0, result);
    }
    if (status >= 0 && context)
        *context = result;
    return status;
}

/* ---- barriers ---- */

/* Our use of RTL_BARRIER's reserved fields. */
struct barrier {
    LONG left;         /* threads that are still to come */
    LONG total;
    volatile LONG phase;
    LONG inside;       /* threads that have not left RtlBarrier */
    ULONG_PTR unused;
    ULONG spin;
    ULONG unused2;
};
_Static_assert(sizeof(struct barrier) <= sizeof(RTL_BARRIER), "RTL_BARRIER");

#define BARRIER_SPIN_ONLY 1u
#define BARRIER_BLOCK_ONLY 2u

NTSTATUS NTAPI RtlInitBarrier(RTL_BARRIER *barrier, ULONG threads, ULONG spin)
{
    struct barrier *b = (struct barrier *)barrier;

    if ((LONG)threads <= 0 || (LONG)spin < -1)
        return STATUS_INVALID_PARAMETER;
    memset(b, 0, sizeof(*b));
    b->left = b->total = (LONG)threads;
    b->spin = spin == (ULONG)-1 ? 2000 : spin;
    if (rtl_peb()->NumberOfProcessors < 2)
        b->spin = 0;
    return STATUS_SUCCESS;
}

BOOLEAN NTAPI RtlBarrier(RTL_BARRIER *barrier, ULONG flags)
{
    struct barrier *b = (struct barrier *)barrier;
    LONG phase = __atomic_load_n(&b->phase, __ATOMIC_ACQUIRE);
    BOOLEAN last;

    __atomic_add_fetch(&b->inside, 1, __ATOMIC_SEQ_CST);
    last = __atomic_sub_fetch(&b->left, 1, __ATOMIC_ACQ_REL) == 0;
    if (last) {
        __atomic_store_n(&b->left, b->total, __ATOMIC_RELAXED);
        __atomic_add_fetch(&b->phase, 1, __ATOMIC_SEQ_CST);
        rtl_wake_key(b, TRUE);
    } else {
        ULONG spin = flags & BARRIER_BLOCK_ONLY ? 0 : b->spin;

        while (__atomic_load_n(&b->phase, __ATOMIC_ACQUIRE) == phase) {
            if (spin || (flags & BARRIER_SPIN_ONLY)) {
                rtl_pause();
                spin -= spin != 0;
            } else {
                rtl_wait_on_key(b, &b->phase, phase, NULL);
            }
        }
    }
    if (__atomic_sub_fetch(&b->inside, 1, __ATOMIC_SEQ_CST) == 0)
        rtl_wake_key(&b->inside, TRUE); /* for RtlDeleteBarrier; the address is only a key */
    return last;
}

BOOLEAN NTAPI RtlBarrierForDelete(RTL_BARRIER *barrier, ULONG flags)
{
    return RtlBarrier(barrier, flags);
}

/* Waits until every thread has left, so that the memory can go. */
NTSTATUS NTAPI RtlDeleteBarrier(RTL_BARRIER *barrier)
{
    struct barrier *b = (struct barrier *)barrier;
    LONG inside;

    while ((inside = __atomic_load_n(&b->inside, __ATOMIC_SEQ_CST)) != 0)
        rtl_wait_on_key(&b->inside, (const volatile LONG *)&b->inside, inside, NULL);
    return STATUS_SUCCESS;
}
