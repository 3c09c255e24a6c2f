/*
 * Thread pools: workers, work objects, cleanup groups, callback instances.
 *
 * A worker is started at once while there are fewer than processors; beyond that, one more whenever the
 * queue has not been served for a moment, so that callbacks which wait for each other get on.
 */
#include "threadpool.h"

#define DEFAULT_MAX 500u
#define IDLE_TIMEOUT (-10 * 10000000ll)
#define CHECK_AFTER (10 * 10000) /* 100 ns */

struct _TP_CALLBACK_INSTANCE {
    struct tp_object *object;
    BOOLEAN associated, long_running;
    HANDLE event, semaphore, mutex;
    ULONG semaphore_count;
    RTL_CRITICAL_SECTION *cs;
    PVOID module;
};

static struct tp_pool *default_pool; /* made at first use, never freed */

LONGLONG tp_now(void)
{
    return RtlGetInterruptTimePrecise(NULL);
}

/* A point of tp_now's scale from a relative (negative) or absolute NT time. */
LONGLONG tp_deadline(const LARGE_INTEGER *timeout)
{
    LARGE_INTEGER now;

    if (timeout->QuadPart <= 0)
        return tp_now() - timeout->QuadPart;
    NtQuerySystemTime(&now);
    return tp_now() + (timeout->QuadPart > now.QuadPart ? timeout->QuadPart - now.QuadPart : 0);
}

NTSTATUS tp_thread(struct tp_pool *pool, PUSER_THREAD_START_ROUTINE start, PVOID parameter)
{
    HANDLE thread;
    NTSTATUS status =
        RtlCreateUserThread(NtCurrentProcess(), NULL, FALSE, 0, pool ? pool->stack_reserve : 0,
                            pool ? pool->stack_commit : 0, start, parameter, &thread, NULL);

    if (status >= 0)
        NtClose(thread);
    return status;
}

/* ---- pools ---- */

static void pool_release(struct tp_pool *pool)
{
    if (__atomic_sub_fetch(&pool->refs, 1, __ATOMIC_ACQ_REL) == 0) {
        tp_node_cancel(&pool->check);
        RtlFreeHeap(rtl_heap(), 0, pool);
    }
}

static struct tp_object *take(struct tp_pool *pool)
{
    for (ULONG i = 0; i < COUNT_OF(pool->queues); i++) {
        LIST_ENTRY *head = &pool->queues[i];

        if (head->Flink != head) {
            struct tp_object *o = CONTAINING_RECORD(head->Flink, struct tp_object, queue_link);

            rtl_list_remove(&o->queue_link);
            o->pending--;
            o->running++;
            pool->queued--;
            pool->taken++;
            if (o->pending)
                rtl_list_append(head, &o->queue_link);
            else
                o->queued = FALSE;
            return o;
        }
    }
    return NULL;
}

static void ended(struct tp_object *o)
{
    o->running--;
    if (!o->running && !o->pending)
        RtlWakeAllConditionVariable(&o->finished);
}

static void complete(struct _TP_CALLBACK_INSTANCE *i)
{
    if (i->cs)
        RtlLeaveCriticalSection(i->cs);
    if (i->mutex)
        NtReleaseMutant(i->mutex, NULL);
    if (i->semaphore)
        NtReleaseSemaphore(i->semaphore, (LONG)i->semaphore_count, NULL);
    if (i->event)
        NtSetEvent(i->event, NULL);
    if (i->module)
        LdrUnloadDll(i->module);
}

static void run(struct tp_object *o)
{
    struct _TP_CALLBACK_INSTANCE instance = {.object = o, .associated = TRUE};
    struct tp_completion *done;
    PTP_SIMPLE_CALLBACK finalization = o->finalization;
    PVOID context = o->context;

    switch (o->kind) {
    case TP_KIND_SIMPLE:
        ((PTP_SIMPLE_CALLBACK)o->callback)(&instance, context);
        break;
    case TP_KIND_WORK:
        ((PTP_WORK_CALLBACK)o->callback)(&instance, context, (PTP_WORK)o);
        break;
    case TP_KIND_TIMER:
        ((PTP_TIMER_CALLBACK)o->callback)(&instance, context, (PTP_TIMER)o);
        break;
    case TP_KIND_WAIT:
        ((PTP_WAIT_CALLBACK)o->callback)(&instance, context, (PTP_WAIT)o, o->wait.result);
        break;
    case TP_KIND_IO:
        done = tp_io_next(o);
        if (done) {
            ((PTP_IO_CALLBACK)o->callback)(&instance, context, done->apc_context, &done->iosb,
                                           (PTP_IO)o);
            RtlFreeHeap(rtl_heap(), 0, done);
        }
        break;
    }
    if (finalization)
        finalization(&instance, context);
    complete(&instance);
    RtlAcquireSRWLockExclusive(&o->pool->lock);
    if (instance.associated)
        ended(o);
    RtlReleaseSRWLockExclusive(&o->pool->lock);
    tp_object_release(o);
}

static NTSTATUS NTAPI worker(PVOID parameter)
{
    struct tp_pool *pool = parameter;
    LARGE_INTEGER timeout = {.QuadPart = IDLE_TIMEOUT};

    RtlAcquireSRWLockExclusive(&pool->lock);
    for (;;) {
        struct tp_object *o = take(pool);

        if (o) {
            RtlReleaseSRWLockExclusive(&pool->lock);
            run(o);
            RtlAcquireSRWLockExclusive(&pool->lock);
            continue;
        }
        if (pool->closing || pool->threads > pool->max)
            break;
        pool->idle++;
        if (RtlSleepConditionVariableSRW(&pool->more, &pool->lock, &timeout, 0) == STATUS_TIMEOUT &&
            !pool->queued && pool->threads > pool->min) {
            pool->idle--;
            break;
        }
        pool->idle--;
    }
    pool->threads--;
    RtlReleaseSRWLockExclusive(&pool->lock);
    pool_release(pool);
    return STATUS_SUCCESS;
}

static NTSTATUS add_thread(struct tp_pool *pool)
{
    NTSTATUS status;

    pool->threads++;
    __atomic_add_fetch(&pool->refs, 1, __ATOMIC_RELAXED);
    status = tp_thread(pool, worker, pool);
    if (status < 0) {
        pool->threads--;
        __atomic_sub_fetch(&pool->refs, 1, __ATOMIC_RELAXED);
    }
    return status;
}

/* On the timer thread: the queue has had its moment. */
static void check_fired(struct tp_node *node)
{
    struct tp_pool *pool = CONTAINING_RECORD(node, struct tp_pool, check);
    BOOLEAN again = FALSE;

    RtlAcquireSRWLockExclusive(&pool->lock);
    if (pool->queued && !pool->idle && pool->threads < pool->max) {
        if (pool->taken == pool->taken_at_check)
            add_thread(pool);
        pool->taken_at_check = pool->taken;
        again = TRUE;
    }
    pool->checking = again;
    RtlReleaseSRWLockExclusive(&pool->lock);
    if (again)
        tp_node_set(&pool->check, tp_now() + CHECK_AFTER);
    else
        pool_release(pool);
}

/* Sees to it that what has just been queued will run; the pool's lock is held. */
static NTSTATUS need_worker(struct tp_pool *pool)
{
    if (pool->idle) {
        RtlWakeConditionVariable(&pool->more);
        if (pool->queued <= pool->idle)
            return STATUS_SUCCESS;
    }
    if (pool->threads < pool->max &&
        (pool->threads < pool->min || pool->threads < rtl_peb()->NumberOfProcessors)) {
        NTSTATUS status = add_thread(pool);

        return pool->threads ? STATUS_SUCCESS : status;
    }
    if (!pool->checking && pool->threads < pool->max) {
        pool->checking = TRUE;
        pool->taken_at_check = pool->taken;
        __atomic_add_fetch(&pool->refs, 1, __ATOMIC_RELAXED);
        if (tp_node_set(&pool->check, tp_now() + CHECK_AFTER) < 0) {
            pool->checking = FALSE;
            __atomic_sub_fetch(&pool->refs, 1, __ATOMIC_RELAXED);
        }
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI TpAllocPool(PTP_POOL *result, PVOID reserved)
{
    struct tp_pool *pool;

    (void)reserved;
    pool = RtlAllocateHeap(rtl_heap(), HEAP_ZERO_MEMORY, sizeof(*pool));
    if (!pool)
        return STATUS_NO_MEMORY;
    for (ULONG i = 0; i < COUNT_OF(pool->queues); i++)
        rtl_list_init(&pool->queues[i]);
    pool->refs = 1;
    pool->max = DEFAULT_MAX;
    pool->check.fire = check_fired;
    *result = (PTP_POOL)pool;
    return STATUS_SUCCESS;
}

VOID NTAPI TpReleasePool(PTP_POOL p)
{
    struct tp_pool *pool = (struct tp_pool *)p;

    /* objects of the pool hold it; what is queued still runs */
    RtlAcquireSRWLockExclusive(&pool->lock);
    pool->closing = TRUE;
    RtlReleaseSRWLockExclusive(&pool->lock);
    RtlWakeAllConditionVariable(&pool->more);
    pool_release(pool);
}

static struct tp_pool *get_default_pool(void)
{
    struct tp_pool *pool = __atomic_load_n(&default_pool, __ATOMIC_ACQUIRE), *none = NULL;

    if (pool || TpAllocPool((PTP_POOL *)&pool, NULL) < 0)
        return pool;
    if (!__atomic_compare_exchange_n(&default_pool, &none, pool, FALSE, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE)) {
        pool_release(pool);
        return none;
    }
    return pool;
}

VOID NTAPI TpSetPoolMaxThreads(PTP_POOL p, ULONG max)
{
    struct tp_pool *pool = (struct tp_pool *)p;

    RtlAcquireSRWLockExclusive(&pool->lock);
    pool->max = max ? max : 1;
    if (pool->min > pool->max)
        pool->min = pool->max;
    RtlReleaseSRWLockExclusive(&pool->lock);
}

NTSTATUS NTAPI TpSetPoolMinThreads(PTP_POOL p, ULONG min)
{
    struct tp_pool *pool = (struct tp_pool *)p;
    NTSTATUS status = STATUS_SUCCESS;

    RtlAcquireSRWLockExclusive(&pool->lock);
    while (pool->threads < min && status >= 0)
        status = add_thread(pool);
    if (status >= 0) {
        pool->min = min;
        if (pool->max < min)
            pool->max = min;
    }
    RtlReleaseSRWLockExclusive(&pool->lock);
    return status;
}

NTSTATUS NTAPI TpSetPoolStackInformation(PTP_POOL p, PTP_POOL_STACK_INFORMATION info)
{
    struct tp_pool *pool = (struct tp_pool *)p;

    RtlAcquireSRWLockExclusive(&pool->lock);
    pool->stack_reserve = info->StackReserve;
    pool->stack_commit = info->StackCommit;
    RtlReleaseSRWLockExclusive(&pool->lock);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI TpQueryPoolStackInformation(PTP_POOL p, PTP_POOL_STACK_INFORMATION info)
{
    struct tp_pool *pool = (struct tp_pool *)p;

    RtlAcquireSRWLockShared(&pool->lock);
    info->StackReserve = pool->stack_reserve;
    info->StackCommit = pool->stack_commit;
    RtlReleaseSRWLockShared(&pool->lock);
    return STATUS_SUCCESS;
}

/* ---- objects ---- */

static void group_release(struct tp_group *group)
{
    if (__atomic_sub_fetch(&group->refs, 1, __ATOMIC_ACQ_REL) == 0)
        RtlFreeHeap(rtl_heap(), 0, group);
}

NTSTATUS tp_object_create(enum tp_kind kind, PVOID callback, PVOID context,
                          PTP_CALLBACK_ENVIRON env, struct tp_object **result)
{
    struct tp_pool *pool = env ? (struct tp_pool *)env->Pool : NULL;
    struct tp_object *o;

    if (!callback)
        return STATUS_INVALID_PARAMETER;
    if (!pool && !(pool = get_default_pool()))
        return STATUS_NO_MEMORY;
    o = RtlAllocateHeap(rtl_heap(), HEAP_ZERO_MEMORY, sizeof(*o));
    if (!o)
        return STATUS_NO_MEMORY;
    o->kind = kind;
    o->pool = pool;
    o->refs = 1;
    o->callback = callback;
    o->context = context;
    o->priority = TP_CALLBACK_PRIORITY_NORMAL;
    if (env) {
        o->finalization = env->FinalizationCallback;
        o->group_cancel = env->CleanupGroupCancelCallback;
        o->may_run_long = env->u.s.LongFunction;
        if (env->Version >= 3 && (ULONG)env->CallbackPriority < TP_CALLBACK_PRIORITY_COUNT)
            o->priority = env->CallbackPriority;
        if (env->RaceDll && LdrAddRefDll(0, env->RaceDll) >= 0)
            o->race_dll = env->RaceDll;
        o->group = (struct tp_group *)env->CleanupGroup;
    }
    __atomic_add_fetch(&pool->refs, 1, __ATOMIC_RELAXED);
    if (o->group) {
        __atomic_add_fetch(&o->group->refs, 1, __ATOMIC_RELAXED);
        RtlAcquireSRWLockExclusive(&o->group->lock);
        rtl_list_append(&o->group->members, &o->group_link);
        RtlReleaseSRWLockExclusive(&o->group->lock);
    }
    *result = o;
    return STATUS_SUCCESS;
}

void tp_object_release(struct tp_object *o)
{
    if (__atomic_sub_fetch(&o->refs, 1, __ATOMIC_ACQ_REL))
        return;
    if (o->group)
        group_release(o->group);
    if (o->race_dll)
        LdrUnloadDll(o->race_dll);
    pool_release(o->pool);
    RtlFreeHeap(rtl_heap(), 0, o);
}

/* Takes the object out of its group; FALSE: somebody else has. */
static BOOLEAN leave_group(struct tp_object *o)
{
    BOOLEAN left;

    if (!o->group) {
        return !__atomic_exchange_n(&o->released, TRUE, __ATOMIC_ACQ_REL);
    }
    RtlAcquireSRWLockExclusive(&o->group->lock);
    left = !o->released;
    o->released = TRUE;
    if (left)
        rtl_list_remove(&o->group_link);
    RtlReleaseSRWLockExclusive(&o->group->lock);
    return left;
}

void tp_object_retire(struct tp_object *o)
{
    if (leave_group(o))
        tp_object_release(o);
}

NTSTATUS tp_submit_locked(struct tp_object *o)
{
    struct tp_pool *pool = o->pool;

    __atomic_add_fetch(&o->refs, 1, __ATOMIC_RELAXED);
    o->pending++;
    pool->queued++;
    if (!o->queued) {
        o->queued = TRUE;
        rtl_list_append(&pool->queues[o->priority], &o->queue_link);
    }
    return need_worker(pool);
}

NTSTATUS tp_submit(struct tp_object *o)
{
    NTSTATUS status;

    RtlAcquireSRWLockExclusive(&o->pool->lock);
    status = tp_submit_locked(o);
    RtlReleaseSRWLockExclusive(&o->pool->lock);
    return status;
}

/* Forgets callbacks that have not begun; returns their number. The pool's lock is held. */
static ULONG cancel_pending(struct tp_object *o)
{
    ULONG n = o->pending;

    if (o->queued) {
        rtl_list_remove(&o->queue_link);
        o->queued = FALSE;
    }
    o->pool->queued -= n;
    o->pending = 0;
    return n;
}

void tp_wait_finished(struct tp_object *o, BOOLEAN cancel)
{
    ULONG cancelled = 0;

    RtlAcquireSRWLockExclusive(&o->pool->lock);
    if (cancel)
        cancelled = cancel_pending(o);
    while (o->pending || o->running)
        RtlSleepConditionVariableSRW(&o->finished, &o->pool->lock, NULL, 0);
    RtlReleaseSRWLockExclusive(&o->pool->lock);
    while (cancelled--) {
        if (o->kind == TP_KIND_IO)
            RtlFreeHeap(rtl_heap(), 0, tp_io_next(o));
        tp_object_release(o);
    }
}

/* ---- work ---- */

static NTSTATUS NTAPI post_simple(PVOID callback, PVOID context, PTP_CALLBACK_ENVIRON env)
{
    struct tp_object *o;
    NTSTATUS status = tp_object_create(TP_KIND_SIMPLE, callback, context, env, &o);

    if (status < 0)
        return status;
    status = tp_submit(o);
    if (status < 0) {
        tp_wait_finished(o, TRUE);
        tp_object_retire(o);
        return status;
    }
    /* in a group it stays a member, so that the group can wait for it; else the callback holds it */
    if (!o->group)
        tp_object_retire(o);
    return status;
}

NTSTATUS NTAPI TpSimpleTryPost(PTP_SIMPLE_CALLBACK callback, PVOID context,
                               PTP_CALLBACK_ENVIRON env)
{
    return post_simple(callback, context, env);
}

NTSTATUS NTAPI TpAllocWork(PTP_WORK *work, PTP_WORK_CALLBACK callback, PVOID context,
                           PTP_CALLBACK_ENVIRON env)
{
    return tp_object_create(TP_KIND_WORK, callback, context, env, (struct tp_object **)work);
}

VOID NTAPI TpReleaseWork(PTP_WORK work)
{
    tp_object_retire((struct tp_object *)work);
}

VOID NTAPI TpPostWork(PTP_WORK work)
{
    NTSTATUS status = tp_submit((struct tp_object *)work);

    /* there is no way to report it, and the callback must not be lost */
    if (status < 0)
        RtlRaiseStatus(status);
}

VOID NTAPI TpWaitForWork(PTP_WORK work, ULONG cancel)
{
    tp_wait_finished((struct tp_object *)work, cancel != 0);
}

/* ---- cleanup groups ---- */

NTSTATUS NTAPI TpAllocCleanupGroup(PTP_CLEANUP_GROUP *result)
{
    struct tp_group *group = RtlAllocateHeap(rtl_heap(), HEAP_ZERO_MEMORY, sizeof(*group));

    if (!group)
        return STATUS_NO_MEMORY;
    group->refs = 1;
    rtl_list_init(&group->members);
    *result = (PTP_CLEANUP_GROUP)group;
    return STATUS_SUCCESS;
}

VOID NTAPI TpReleaseCleanupGroup(PTP_CLEANUP_GROUP group)
{
    group_release((struct tp_group *)group);
}

VOID NTAPI TpReleaseCleanupGroupMembers(PTP_CLEANUP_GROUP g, ULONG cancel, PVOID context)
{
    struct tp_group *group = (struct tp_group *)g;

    for (;;) {
        struct tp_object *o = NULL;

        RtlAcquireSRWLockExclusive(&group->lock);
        if (group->members.Flink != &group->members) {
            o = CONTAINING_RECORD(group->members.Flink, struct tp_object, group_link);
            rtl_list_remove(&o->group_link);
            o->released = TRUE;
        }
        RtlReleaseSRWLockExclusive(&group->lock);
        if (!o)
            return;
        if (o->kind == TP_KIND_TIMER)
            tp_timer_stop(o);
        if (o->kind == TP_KIND_WAIT)
            tp_wait_stop(o);
        /* the cancel callback hears of every object, simple ones only where theirs did not run */
        if (cancel) {
            BOOLEAN tell;

            RtlAcquireSRWLockShared(&o->pool->lock);
            tell = o->kind != TP_KIND_SIMPLE || o->pending;
            RtlReleaseSRWLockShared(&o->pool->lock);
            if (tell && o->group_cancel)
                o->group_cancel(o->context, context);
        }
        tp_wait_finished(o, cancel != 0);
        tp_object_release(o);
    }
}

/* ---- callback instances: only used by the thread that runs the callback ---- */

NTSTATUS NTAPI TpCallbackMayRunLong(PTP_CALLBACK_INSTANCE instance)
{
    struct tp_pool *pool = instance->object->pool;
    NTSTATUS status = STATUS_SUCCESS;

    if (instance->long_running)
        return STATUS_SUCCESS;
    RtlAcquireSRWLockExclusive(&pool->lock);
    if (!pool->idle)
        status = pool->threads < pool->max ? add_thread(pool) : STATUS_TOO_MANY_THREADS;
    RtlReleaseSRWLockExclusive(&pool->lock);
    instance->long_running = status >= 0;
    return status;
}

VOID NTAPI TpDisassociateCallback(PTP_CALLBACK_INSTANCE instance)
{
    struct tp_object *o = instance->object;

    RtlAcquireSRWLockExclusive(&o->pool->lock);
    if (instance->associated)
        ended(o);
    instance->associated = FALSE;
    RtlReleaseSRWLockExclusive(&o->pool->lock);
}

VOID NTAPI TpCallbackSetEventOnCompletion(PTP_CALLBACK_INSTANCE instance, HANDLE event)
{
    instance->event = event;
}

VOID NTAPI TpCallbackReleaseSemaphoreOnCompletion(PTP_CALLBACK_INSTANCE instance, HANDLE semaphore,
                                                  ULONG count)
{
    instance->semaphore = semaphore;
    instance->semaphore_count = count;
}

VOID NTAPI TpCallbackReleaseMutexOnCompletion(PTP_CALLBACK_INSTANCE instance, HANDLE mutex)
{
    instance->mutex = mutex;
}

VOID NTAPI TpCallbackLeaveCriticalSectionOnCompletion(PTP_CALLBACK_INSTANCE instance,
                                                      RTL_CRITICAL_SECTION *cs)
{
    instance->cs = cs;
}

VOID NTAPI TpCallbackUnloadDllOnCompletion(PTP_CALLBACK_INSTANCE instance, PVOID module)
{
    instance->module = module;
}
