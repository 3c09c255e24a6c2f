/*
 * The older interfaces, over the thread pool: work items, registered waits, timer queues, completion
 * routines of files. Each has the rule that its owner may delete it from its own callback.
 */
#include "threadpool.h"

/* ---- work items ---- */

struct work_item {
    RTL_WORKER_CALLBACK callback;
    PVOID context;
};

static VOID NTAPI run_work_item(PTP_CALLBACK_INSTANCE instance, PVOID context)
{
    struct work_item item = *(struct work_item *)context;

    (void)instance;
    RtlFreeHeap(rtl_heap(), 0, context);
    item.callback(item.context);
}

NTSTATUS NTAPI RtlQueueWorkItem(RTL_WORKER_CALLBACK callback, PVOID context, ULONG flags)
{
    struct work_item *item = RtlAllocateHeap(rtl_heap(), 0, sizeof(*item));
    TP_CALLBACK_ENVIRON env;
    NTSTATUS status;

    if (!item)
        return STATUS_NO_MEMORY;
    item->callback = callback;
    item->context = context;
    memset(&env, 0, sizeof(env));
    env.Version = 1;
    env.u.s.LongFunction = (flags & WT_EXECUTELONGFUNCTION) != 0;
    status = TpSimpleTryPost(run_work_item, item, &env);
    if (status < 0)
        RtlFreeHeap(rtl_heap(), 0, item);
    return status;
}

/* ---- registered waits ---- */

struct registered_wait {
    PTP_WAIT wait;
    RTL_WAITORTIMER_CALLBACK callback;
    PVOID context;
    HANDLE object, completion;
    LARGE_INTEGER timeout;
    BOOLEAN has_timeout, once;
    RTL_SRWLOCK lock; /* guards deleted and the setting of the wait */
    BOOLEAN deleted;
    LONG refs; /* the owner's, and one while a wait or callback is under way */
};

static void release_wait(struct registered_wait *w)
{
    if (__atomic_sub_fetch(&w->refs, 1, __ATOMIC_ACQ_REL))
        return;
    if (w->completion)
        NtSetEvent(w->completion, NULL);
    TpReleaseWait(w->wait);
    RtlFreeHeap(rtl_heap(), 0, w);
}

static void set_wait(struct registered_wait *w)
{
    __atomic_add_fetch(&w->refs, 1, __ATOMIC_RELAXED);
    TpSetWait(w->wait, w->object, w->has_timeout ? &w->timeout : NULL);
}

static VOID NTAPI run_wait(PTP_CALLBACK_INSTANCE instance, PVOID context, PTP_WAIT wait,
                           TP_WAIT_RESULT result)
{
    struct registered_wait *w = context;

    (void)instance;
    (void)wait;
    if (result != WAIT_FAILED)
        w->callback(w->context, result == WAIT_TIMEOUT);
    RtlAcquireSRWLockExclusive(&w->lock);
    if (!w->once && !w->deleted && result != WAIT_FAILED)
        set_wait(w);
    RtlReleaseSRWLockExclusive(&w->lock);
    release_wait(w);
}

NTSTATUS NTAPI RtlRegisterWait(PHANDLE handle, HANDLE object, RTL_WAITORTIMER_CALLBACK callback,
                               PVOID context, ULONG milliseconds, ULONG flags)
{
    struct registered_wait *w = RtlAllocateHeap(rtl_heap(), HEAP_ZERO_MEMORY, sizeof(*w));
    TP_CALLBACK_ENVIRON env;
    NTSTATUS status;

    if (!w)
        return STATUS_NO_MEMORY;
    memset(&env, 0, sizeof(env));
    env.Version = 1;
    env.u.s.LongFunction = (flags & WT_EXECUTELONGFUNCTION) != 0;
    status = TpAllocWait(&w->wait, run_wait, w, &env);
    if (status < 0) {
        RtlFreeHeap(rtl_heap(), 0, w);
        return status;
    }
    w->callback = callback;
    w->context = context;
    w->object = object;
    w->once = (flags & WT_EXECUTEONLYONCE) != 0;
    w->has_timeout = milliseconds != INFINITE;
    w->timeout.QuadPart = milliseconds * -10000ll;
    w->refs = 1;
    *handle = w; /* before the first callback, which may use it */
    RtlAcquireSRWLockExclusive(&w->lock);
    set_wait(w);
    RtlReleaseSRWLockExclusive(&w->lock);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlDeregisterWaitEx(HANDLE handle, HANDLE completion)
{
    struct registered_wait *w = handle;
    BOOLEAN running;

    if (!w)
        return STATUS_INVALID_HANDLE;
    RtlAcquireSRWLockExclusive(&w->lock);
    w->deleted = TRUE;
    if (completion && completion != INVALID_HANDLE_VALUE)
        w->completion = completion;
    RtlReleaseSRWLockExclusive(&w->lock);
    if (TpSetWaitEx(w->wait, NULL, NULL, NULL) == TRUE)
        release_wait(w); /* the wait was pending and will not be met */
    if (completion == INVALID_HANDLE_VALUE)
        TpWaitForWait(w->wait, FALSE);
    running = __atomic_load_n(&w->refs, __ATOMIC_ACQUIRE) > 1;
    release_wait(w);
    return running && completion != INVALID_HANDLE_VALUE ? STATUS_PENDING : STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlDeregisterWait(HANDLE handle)
{
    return RtlDeregisterWaitEx(handle, NULL);
}

/* ---- timer queues ---- */

struct timer_queue {
    RTL_SRWLOCK lock; /* guards the list and the timers' deleted */
    LIST_ENTRY timers;
    LONG refs; /* the owner's and one for each timer */
    HANDLE completion;
};

struct queue_timer {
    LIST_ENTRY link;
    struct timer_queue *queue;
    PTP_TIMER timer;
    RTL_WAITORTIMER_CALLBACK callback;
    PVOID context;
    HANDLE completion;
    LONG refs; /* the list's, and one while it is being waited for */
    BOOLEAN deleted, once;
};

static struct timer_queue default_queue = {
    .timers = {&default_queue.timers, &default_queue.timers}, .refs = 1};

static void release_queue(struct timer_queue *q)
{
    if (__atomic_sub_fetch(&q->refs, 1, __ATOMIC_ACQ_REL))
        return;
    if (q->completion)
        NtSetEvent(q->completion, NULL);
    RtlFreeHeap(rtl_heap(), 0, q);
}

/* Runs after the last callback of a deleted timer has ended, on whichever thread that is. */
static void release_timer(struct queue_timer *t)
{
    struct timer_queue *q = t->queue;

    if (__atomic_sub_fetch(&t->refs, 1, __ATOMIC_ACQ_REL))
        return;
    if (t->completion)
        NtSetEvent(t->completion, NULL);
    TpReleaseTimer(t->timer);
    RtlFreeHeap(rtl_heap(), 0, t);
    release_queue(q);
}

static VOID NTAPI run_timer(PTP_CALLBACK_INSTANCE instance, PVOID context, PTP_TIMER timer)
{
    struct queue_timer *t = context;
    BOOLEAN run;

    (void)instance;
    (void)timer;
    RtlAcquireSRWLockExclusive(&t->queue->lock);
    run = !t->deleted;
    if (run)
        t->refs++;
    RtlReleaseSRWLockExclusive(&t->queue->lock);
    if (run) {
        t->callback(t->context, TRUE);
        release_timer(t);
    }
}

NTSTATUS NTAPI RtlCreateTimerQueue(PHANDLE queue)
{
    struct timer_queue *q = RtlAllocateHeap(rtl_heap(), HEAP_ZERO_MEMORY, sizeof(*q));

    if (!q)
        return STATUS_NO_MEMORY;
    rtl_list_init(&q->timers);
    q->refs = 1;
    *queue = q;
    return STATUS_SUCCESS;
}

static struct timer_queue *queue_of(HANDLE queue)
{
    return queue ? queue : &default_queue;
}

static void set_timer(struct queue_timer *t, ULONG due_ms, ULONG period_ms)
{
    LARGE_INTEGER due = {.QuadPart = due_ms * -10000ll};

    if (due_ms == INFINITE)
        TpSetTimer(t->timer, NULL, 0, 0);
    else
        TpSetTimer(t->timer, &due, t->once ? 0 : period_ms, 0);
}

NTSTATUS NTAPI RtlCreateTimer(HANDLE queue, PHANDLE timer, RTL_WAITORTIMER_CALLBACK callback,
                              PVOID context, ULONG due_ms, ULONG period_ms, ULONG flags)
{
    struct timer_queue *q = queue_of(queue);
    struct queue_timer *t = RtlAllocateHeap(rtl_heap(), HEAP_ZERO_MEMORY, sizeof(*t));
    TP_CALLBACK_ENVIRON env;
    NTSTATUS status;

    if (!t)
        return STATUS_NO_MEMORY;
    memset(&env, 0, sizeof(env));
    env.Version = 1;
    env.u.s.LongFunction = (flags & WT_EXECUTELONGFUNCTION) != 0;
    status = TpAllocTimer(&t->timer, run_timer, t, &env);
    if (status < 0) {
        RtlFreeHeap(rtl_heap(), 0, t);
        return status;
    }
    t->queue = q;
    t->callback = callback;
    t->context = context;
    t->once = (flags & WT_EXECUTEONLYONCE) != 0;
    t->refs = 1;
    *timer = t;
    RtlAcquireSRWLockExclusive(&q->lock);
    q->refs++;
    rtl_list_append(&q->timers, &t->link);
    RtlReleaseSRWLockExclusive(&q->lock);
    set_timer(t, due_ms, period_ms);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlUpdateTimer(HANDLE queue, HANDLE timer, ULONG due_ms, ULONG period_ms)
{
    struct queue_timer *t = timer;

    (void)queue;
    if (!t)
        return STATUS_INVALID_PARAMETER;
    set_timer(t, due_ms, period_ms);
    return STATUS_SUCCESS;
}

/* Takes the timer out of the queue; later callbacks do nothing. FALSE: it was deleted before. */
static BOOLEAN withdraw(struct queue_timer *t)
{
    BOOLEAN first;

    RtlAcquireSRWLockExclusive(&t->queue->lock);
    first = !t->deleted;
    t->deleted = TRUE;
    if (first)
        rtl_list_remove(&t->link);
    RtlReleaseSRWLockExclusive(&t->queue->lock);
    return first;
}

static NTSTATUS delete_timer(struct queue_timer *t, HANDLE completion)
{
    NTSTATUS status = STATUS_SUCCESS;

    TpSetTimer(t->timer, NULL, 0, 0);
    /* callbacks that have not begun are dropped; with INVALID_HANDLE_VALUE, those that have are
     * waited for; otherwise the last of them frees the timer */
    if (completion == INVALID_HANDLE_VALUE) {
        TpWaitForTimer(t->timer, TRUE);
    } else {
        struct tp_object *o = (struct tp_object *)t->timer;
        BOOLEAN running;

        RtlAcquireSRWLockExclusive(&o->pool->lock);
        running = o->running != 0;
        RtlReleaseSRWLockExclusive(&o->pool->lock);
        t->completion = completion;
        if (running)
            status = STATUS_PENDING;
    }
    release_timer(t);
    return status;
}

NTSTATUS NTAPI RtlDeleteTimer(HANDLE queue, HANDLE timer, HANDLE completion)
{
    struct queue_timer *t = timer;

    (void)queue;
    if (!t)
        return STATUS_INVALID_PARAMETER_1;
    if (!withdraw(t))
        return STATUS_INVALID_PARAMETER_1;
    return delete_timer(t, completion);
}

NTSTATUS NTAPI RtlDeleteTimerQueueEx(HANDLE queue, HANDLE completion)
{
    struct timer_queue *q = queue;
    NTSTATUS status = STATUS_SUCCESS;

    if (!q)
        return STATUS_INVALID_HANDLE;
    for (;;) {
        struct queue_timer *t = NULL;

        RtlAcquireSRWLockExclusive(&q->lock);
        if (q->timers.Flink != &q->timers)
            t = CONTAINING_RECORD(q->timers.Flink, struct queue_timer, link);
        RtlReleaseSRWLockExclusive(&q->lock);
        if (!t)
            break;
        if (withdraw(t) &&
            delete_timer(t, completion == INVALID_HANDLE_VALUE ? completion : NULL) ==
                STATUS_PENDING)
            status = STATUS_PENDING;
    }
    if (completion && completion != INVALID_HANDLE_VALUE)
        q->completion = completion;
    release_queue(q);
    return status;
}

NTSTATUS NTAPI RtlDeleteTimerQueue(HANDLE queue)
{
    return RtlDeleteTimerQueueEx(queue, NULL);
}

/* ---- completion routines of files ---- */

static VOID NTAPI run_completion(PTP_CALLBACK_INSTANCE instance, PVOID context, PVOID apc_context,
                                 IO_STATUS_BLOCK *iosb, PTP_IO io)
{
    (void)instance;
    (void)io;
    ((RTL_OVERLAPPED_COMPLETION_ROUTINE)context)(RtlNtStatusToDosError(iosb->Status),
                                                 (ULONG)iosb->Information, apc_context);
}

NTSTATUS NTAPI RtlSetIoCompletionCallback(HANDLE file, RTL_OVERLAPPED_COMPLETION_ROUTINE callback,
                                          ULONG flags)
{
    PTP_IO io;
    NTSTATUS status;

    (void)flags;
    status = TpAllocIoCompletion(&io, file, run_completion, (PVOID)callback, NULL);
    /* bound for the life of the file: the object is never given back */
    if (status >= 0)
        ((struct tp_object *)io)->io.forever = TRUE;
    return status;
}
