/* The thread pool's timer thread, and timers. The thread is started at the first use of a timer. */
#include "threadpool.h"

/* Guards the list, sorted by due time, and every node in it. */
static RTL_SRWLOCK timer_lock;
static RTL_CONDITION_VARIABLE timer_changed;
static LIST_ENTRY nodes = {&nodes, &nodes};
static BOOLEAN thread_runs;
static HANDLE thread_id;
/* The node whose function runs now; whoever cancels it waits until that is over. */
static struct tp_node *firing;
static RTL_CONDITION_VARIABLE fired;

static void insert(struct tp_node *node, LONGLONG due)
{
    LIST_ENTRY *e;

    node->due = due;
    node->set = TRUE;
    for (e = nodes.Blink; e != &nodes; e = e->Blink)
        if (CONTAINING_RECORD(e, struct tp_node, link)->due <= due)
            break;
    node->link.Blink = e;
    node->link.Flink = e->Flink;
    e->Flink->Blink = &node->link;
    e->Flink = &node->link;
    if (nodes.Flink == &node->link)
        RtlWakeConditionVariable(&timer_changed);
}

static void fire(struct tp_node *node)
{
    rtl_list_remove(&node->link);
    node->set = FALSE;
    if (node->period) {
        LONGLONG next = node->due + node->period, now = tp_now();

        insert(node, next > now ? next : now + node->period);
        node->hold(node); /* the reference of the next time; this one's goes to fire() */
    }
    firing = node;
    RtlReleaseSRWLockExclusive(&timer_lock);
    node->fire(node);
    RtlAcquireSRWLockExclusive(&timer_lock);
    firing = NULL;
    RtlWakeAllConditionVariable(&fired);
}

static NTSTATUS NTAPI timer_thread(PVOID parameter)
{
    (void)parameter;
    RtlAcquireSRWLockExclusive(&timer_lock);
    thread_id = rtl_thread_id();
    for (;;) {
        struct tp_node *first = CONTAINING_RECORD(nodes.Flink, struct tp_node, link);
        LARGE_INTEGER timeout;

        if (nodes.Flink == &nodes) {
            RtlSleepConditionVariableSRW(&timer_changed, &timer_lock, NULL, 0);
            continue;
        }
        timeout.QuadPart = tp_now() - first->due;
        if (timeout.QuadPart < 0) {
            RtlSleepConditionVariableSRW(&timer_changed, &timer_lock, &timeout, 0);
            continue;
        }
        fire(first);
    }
    return STATUS_SUCCESS;
}

static NTSTATUS need_thread(void)
{
    NTSTATUS status = STATUS_SUCCESS;

    if (!thread_runs) {
        status = tp_thread(NULL, timer_thread, NULL);
        thread_runs = status >= 0;
    }
    return status;
}

NTSTATUS tp_node_set(struct tp_node *node, LONGLONG due)
{
    NTSTATUS status;

    RtlAcquireSRWLockExclusive(&timer_lock);
    status = need_thread();
    if (status >= 0) {
        if (node->set)
            rtl_list_remove(&node->link);
        insert(node, due);
    }
    RtlReleaseSRWLockExclusive(&timer_lock);
    return status;
}

BOOLEAN tp_node_cancel(struct tp_node *node)
{
    BOOLEAN was_set;

    RtlAcquireSRWLockExclusive(&timer_lock);
    was_set = node->set;
    if (was_set)
        rtl_list_remove(&node->link);
    node->set = FALSE;
    while (firing == node && rtl_thread_id() != thread_id)
        RtlSleepConditionVariableSRW(&fired, &timer_lock, NULL, 0);
    RtlReleaseSRWLockExclusive(&timer_lock);
    return was_set;
}

/* ---- timers; a set timer holds a reference to its object ---- */

static void timer_hold(struct tp_node *node)
{
    struct tp_object *o = CONTAINING_RECORD(node, struct tp_object, timer.node);

    __atomic_add_fetch(&o->refs, 1, __ATOMIC_RELAXED);
}

static void timer_fired(struct tp_node *node)
{
    struct tp_object *o = CONTAINING_RECORD(node, struct tp_object, timer.node);

    RtlAcquireSRWLockExclusive(&o->pool->lock);
    if (o->pending < 2) /* a callback that does not keep up does not pile up */
        tp_submit_locked(o);
    RtlReleaseSRWLockExclusive(&o->pool->lock);
    tp_object_release(o);
}

NTSTATUS NTAPI TpAllocTimer(PTP_TIMER *timer, PTP_TIMER_CALLBACK callback, PVOID context,
                            PTP_CALLBACK_ENVIRON env)
{
    struct tp_object *o;
    NTSTATUS status = tp_object_create(TP_KIND_TIMER, callback, context, env, &o);

    if (status >= 0) {
        o->timer.node.fire = timer_fired;
        o->timer.node.hold = timer_hold;
        *timer = (PTP_TIMER)o;
    }
    return status;
}

/* Returns whether it was set. */
static BOOLEAN stop(struct tp_object *o)
{
    BOOLEAN was_set = tp_node_cancel(&o->timer.node);

    o->timer.armed = FALSE;
    if (was_set)
        tp_object_release(o);
    return was_set;
}

void tp_timer_stop(struct tp_object *o)
{
    stop(o);
}

VOID NTAPI TpReleaseTimer(PTP_TIMER timer)
{
    struct tp_object *o = (struct tp_object *)timer;

    stop(o);
    tp_object_retire(o);
}

/* Returns whether the timer had been set before. */
NTSTATUS NTAPI TpSetTimerEx(PTP_TIMER timer, LARGE_INTEGER *due, ULONG period_ms, ULONG window)
{
    struct tp_object *o = (struct tp_object *)timer;
    BOOLEAN was_set;
    LONGLONG at = due ? tp_deadline(due) : 0;
    NTSTATUS status;

    (void)window; /* how late it may be; it is on time */
    if (!due)
        return stop(o);
    RtlAcquireSRWLockExclusive(&timer_lock);
    status = need_thread();
    if (status < 0) {
        RtlReleaseSRWLockExclusive(&timer_lock);
        RtlRaiseStatus(status);
    }
    was_set = o->timer.node.set;
    if (was_set)
        rtl_list_remove(&o->timer.node.link);
    else
        __atomic_add_fetch(&o->refs, 1, __ATOMIC_RELAXED);
    o->timer.node.period = period_ms * 10000ll;
    o->timer.armed = TRUE;
    insert(&o->timer.node, at);
    RtlReleaseSRWLockExclusive(&timer_lock);
    return was_set;
}

VOID NTAPI TpSetTimer(PTP_TIMER timer, LARGE_INTEGER *due, ULONG period_ms, ULONG window)
{
    TpSetTimerEx(timer, due, period_ms, window);
}

ULONG NTAPI TpIsTimerSet(PTP_TIMER timer)
{
    struct tp_object *o = (struct tp_object *)timer;
    BOOLEAN set;

    RtlAcquireSRWLockShared(&timer_lock);
    set = o->timer.armed;
    RtlReleaseSRWLockShared(&timer_lock);
    return set;
}

VOID NTAPI TpWaitForTimer(PTP_TIMER timer, ULONG cancel)
{
    tp_wait_finished((struct tp_object *)timer, cancel != 0);
}
