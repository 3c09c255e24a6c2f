/*
 * The thread pool's structures, shared by its files:
 *   threadpool.c   pools, workers, work items, cleanup groups, callback instances
 *   tp_timer.c     the timer thread and timers
 *   tp_wait.c      the wait threads and waits; files with completion callbacks
 *   tp_legacy.c    RtlQueueWorkItem, RtlRegisterWait, timer queues, over the above
 *
 * Every object belongs to a pool and is guarded by the pool's lock. `pending` counts callbacks that are
 * due and not begun, `running` those begun and not ended. An object lives while it has references: its
 * creator's, and one for each pending or running callback.
 */
#ifndef NTDLL_THREADPOOL_H
#define NTDLL_THREADPOOL_H

#include "rtl_private.h"

struct tp_node { /* something due at a time; guarded by the timer thread's lock */
    LIST_ENTRY link;
    LONGLONG due;    /* monotonic, 100 ns */
    LONGLONG period; /* 0: once */
    BOOLEAN set;
    void (*fire)(struct tp_node *node); /* on the timer thread, without its lock */
    void (*hold)(struct tp_node *node); /* periodic ones: takes a reference, under the lock */
};

struct tp_pool {
    RTL_SRWLOCK lock;
    RTL_CONDITION_VARIABLE more;
    LIST_ENTRY queues[TP_CALLBACK_PRIORITY_COUNT];
    ULONG queued, threads, idle, min, max;
    ULONG taken, taken_at_check; /* callbacks begun: tells whether the queue moves */
    LONG refs;
    BOOLEAN closing, checking;
    SIZE_T stack_reserve, stack_commit;
    struct tp_node check;
};

enum tp_kind { TP_KIND_SIMPLE, TP_KIND_WORK, TP_KIND_TIMER, TP_KIND_WAIT, TP_KIND_IO };

struct tp_completion {
    struct tp_completion *next;
    PVOID apc_context;
    IO_STATUS_BLOCK iosb;
};

struct tp_object {
    enum tp_kind kind;
    struct tp_pool *pool;
    LIST_ENTRY queue_link, group_link;
    struct tp_group *group;
    BOOLEAN queued, released;
    ULONG pending, running;
    LONG refs;
    RTL_CONDITION_VARIABLE finished;
    TP_CALLBACK_PRIORITY priority;
    BOOLEAN may_run_long;
    PVOID callback, context, race_dll;
    PTP_SIMPLE_CALLBACK finalization;
    PTP_CLEANUP_GROUP_CANCEL_CALLBACK group_cancel;
    union {
        struct { /* TP_KIND_TIMER; guarded by the timer thread's lock */
            struct tp_node node;
            BOOLEAN armed; /* set by its owner, whether or not it has expired since */
        } timer;
        struct { /* TP_KIND_WAIT; guarded by the wait threads' lock, result by the pool's */
            struct tp_wait_thread *thread;
            HANDLE handle;
            LONGLONG deadline; /* monotonic; -1: none */
            ULONG generation;
            TP_WAIT_RESULT result;
        } wait;
        struct { /* TP_KIND_IO */
            struct tp_completion *first, *last; /* guarded by the pool's lock */
            BOOLEAN forever; /* operations are not announced by TpStartAsyncIoOperation */
        } io;
    };
};

struct tp_group {
    RTL_SRWLOCK lock;
    LIST_ENTRY members;
    LONG refs;
};

/* A new object of the environment's pool; its creator's reference is the caller's. */
NTSTATUS tp_object_create(enum tp_kind kind, PVOID callback, PVOID context,
                          PTP_CALLBACK_ENVIRON env, struct tp_object **result);
void tp_object_release(struct tp_object *o); /* drops a reference */
void tp_object_retire(struct tp_object *o);  /* the creator lets go: leaves the group, drops its */
/* Makes one more callback due. With the pool's lock held: tp_submit_locked. */
NTSTATUS tp_submit(struct tp_object *o);
NTSTATUS tp_submit_locked(struct tp_object *o);
void tp_wait_finished(struct tp_object *o, BOOLEAN cancel);

LONGLONG tp_now(void); /* monotonic, 100 ns */
LONGLONG tp_deadline(const LARGE_INTEGER *timeout);
NTSTATUS tp_thread(struct tp_pool *pool, PUSER_THREAD_START_ROUTINE start, PVOID parameter);

/* tp_timer.c */
NTSTATUS tp_node_set(struct tp_node *node, LONGLONG due);
BOOLEAN tp_node_cancel(struct tp_node *node);
void tp_timer_stop(struct tp_object *o);

/* tp_wait.c */
void tp_wait_stop(struct tp_object *o);
struct tp_completion *tp_io_next(struct tp_object *o);

#endif
