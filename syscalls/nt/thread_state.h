/*
 * What thread.c, apc.c, context.c and wait.c keep of a thread beyond struct nt_thread.
 */
#ifndef SYSCALLS_NT_THREAD_STATE_H
#define SYSCALLS_NT_THREAD_STATE_H

#include <pthread.h>

#include "syscalls/nt/wait.h"

struct nt_apc {
    struct nt_apc *next;
    uint64_t routine, a, b, c;
    bool special; /* delivered without an alertable wait */
};

/* Where a thread was when it acknowledged an interrupt */
enum nt_stop_place {
    NT_PLACE_NONE,
    NT_PLACE_HOST,   /* in a handler: the frame holds the guest's state */
    NT_PLACE_ENTRY,  /* on the way in: `context` holds it */
    NT_PLACE_PARKED, /* stopped: `context` holds it */
};

enum nt_life { NT_LIFE_NEW, NT_LIFE_RUNNING, NT_LIFE_ENDED };

struct nt_timer_apc;

struct nt_thread_more {
    pthread_mutex_t lock; /* guards what is not atomic here; never held while blocking */
    _Atomic uint32_t events;         /* NT_EVENT_* */
    _Atomic uint32_t alerted_by_id;  /* futex of NtWaitForAlertByThreadId */
    _Atomic uint32_t keyed;          /* futex: 1 while queued at a keyed event */

    struct nt_apc *apc_first, **apc_last;
    bool alerted;
    _Atomic bool alertable; /* in an alertable wait */
    struct nt_timer_apc *timers; /* timers that queue an APC here */

    _Atomic uint32_t suspended; /* count; futex while parked */
    uint32_t stops;             /* internal suspensions, for contexts; part of `suspended` */
    _Atomic uint32_t request, acknowledged; /* interrupts asked for and taken; the second a futex */
    _Atomic uint32_t place;                 /* enum nt_stop_place; a futex */
    _Atomic uint32_t watched;               /* somebody sleeps on `place` */
    bool context_set; /* `new_context` waits to be taken */
    CONTEXT context, new_context;

    _Atomic uint32_t life; /* enum nt_life */
    struct nt_thread *hash_next; /* living threads by id (thread.c) */
    struct nt_slot *exit_slot;
    uint64_t start, argument; /* RtlUserThreadStart's */
    uint64_t win32_start;
    size_t stack_commit; /* bytes, as made */
    void (*on_end)(void); /* of nt_thread_start_guest */
    bool is_first;
    _Atomic bool starting; /* in ntdll's loader, before the first instruction of its own */
    bool ends_at_start; /* what NtTerminateThread asked for meanwhile */
    bool hidden, break_on_termination, priority_boost_off;
    int32_t priority; /* THREAD_PRIORITY_*: relative */
    uint32_t ideal_processor;
    uint64_t affinity;
    bool bind; /* the host thread does not begin with that affinity and priority */
    uint32_t io_priority, page_priority;
    int64_t created, ended; /* system time */
    uint64_t kernel_time, user_time; /* 100 ns, once it has ended */
    WCHAR *name;
    uint16_t name_length; /* bytes */
    struct nt_object *token; /* that it impersonates with: a reference; NULL */
};

/* Sets bits of both and makes the thread look at them, wherever it is. */
void nt_thread_poke(struct nt_thread *t, unsigned pending, unsigned events);
/* The same under t->more->lock, of a thread that has not ended; unless always, a thread is only
 * interrupted in an alertable wait. */
void nt_thread_wake_locked(struct nt_thread *t, unsigned pending, unsigned events, bool always);
ULONG nt_thread_resume(struct nt_thread *t); /* the count before */

/* Under t->more->lock: queues the APCs of timers that are due; the next one moves *next. */
void nt_timer_apcs_run(struct nt_thread *t, struct nt_deadline *next);
void nt_timer_apcs_forget(struct nt_thread *t); /* at the thread's end */

/* As nt_block_futex, on a word that no other process maps. */
long nt_block_futex_private(struct nt_thread *t, unsigned events, const void *word,
                            uint32_t value, const struct nt_deadline *d);

/* A new thread, on itself: what was asked of it before it ran, and what the host made it inherit from
 * its creator (thread_info.c). */
void nt_thread_bind(struct nt_thread *t);

/* Makes a thread end, soon; it may be any but the caller. Unless at once, a thread that is starting
 * comes to its first instruction before: it holds the loader's lock on its way, which nobody would
 * get after it. */
void nt_thread_terminate(struct nt_thread *t, NTSTATUS status, bool at_once);
/* The thread has come out of the loader. */
void nt_thread_started(struct nt_thread *t);

/* A living thread of this process, with a reference; NULL: none. */
struct nt_thread *nt_thread_by_id(uint64_t id);
/* In ascending order of ids; after 0: the first. */
struct nt_thread *nt_thread_next(uint32_t after);
unsigned nt_thread_count(void);

/* Of another CONTEXT the parts that flags name (dispatch.c); sets ContextFlags. */
void nt_context_copy(CONTEXT *to, const CONTEXT *from, DWORD flags);
/* Changes of a context that a thread will go on with; see nt_frame_set_context. */
void nt_context_merge(CONTEXT *to, const CONTEXT *from);

#endif
