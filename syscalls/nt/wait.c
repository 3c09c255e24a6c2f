#include "syscalls/nt/wait.h"

#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "syscalls/nt/sync.h"
#include "syscalls/nt/thread.h"
#include "syscalls/nt/thread_state.h"
#include "nt_handlers.h"

#define EPOCH_1601 116444736000000000ll

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif

/* Sleeps that depend on the kernel having woken exactly us are cut short after this long (100 ns):
 * of several processes that wait for a dead owner it wakes one, which may be about to die too. */
#define SHARED_SLICE 5000000

/* Sleeps on several words without futex_waitv: on one of them, in slices (100 ns). */
#define FALLBACK_SLICE 20000

long nt_block_call(const _Atomic uint32_t *events, uint32_t mask, long number, long a, long b,
                   long c, long d, long e, long f);

long nt_block(struct nt_thread *t, unsigned events, long number, long a, long b, long c, long d,
              long e, long f)
{
    static const _Atomic uint32_t none;

    return nt_block_call(t && t->more ? &t->more->events : &none, events, number, a, b, c, d, e, f);
}

bool nt_interrupted(struct nt_thread *t)
{
    if (!t)
        return false;
    unsigned pending = atomic_load(&t->pending);
    if (pending & NT_PENDING_TERMINATE)
        return true;
    if (pending & (NT_PENDING_SUSPEND | NT_PENDING_CONTEXT))
        nt_thread_stop_in_call(t);
    return atomic_load(&t->pending) & NT_PENDING_TERMINATE;
}

NTSTATUS nt_deadline_get(const LARGE_INTEGER *timeout, struct nt_deadline *d)
{
    LARGE_INTEGER value;

    *d = (struct nt_deadline){NT_FOREVER, NT_FOREVER, false};
    if (!timeout)
        return STATUS_SUCCESS;
    if (!guest_get(&value, timeout))
        return STATUS_ACCESS_VIOLATION;
    if (value.QuadPart == 0) {
        d->poll = true;
    } else if (value.QuadPart > 0) {
        d->system = value.QuadPart;
    } else {
        int64_t now = (int64_t)nt_interrupt_time();
        /* The most negative value is what callers use for "for ever". */
        if (value.QuadPart > now - NT_FOREVER)
            d->interrupt = now - value.QuadPart;
    }
    return STATUS_SUCCESS;
}

void nt_deadline_after(struct nt_deadline *d, int64_t interval)
{
    *d = (struct nt_deadline){(int64_t)nt_interrupt_time() + interval, NT_FOREVER, false};
}

bool nt_deadline_passed(const struct nt_deadline *d)
{
    return d->poll ||
           (d->interrupt != NT_FOREVER && (int64_t)nt_interrupt_time() >= d->interrupt) ||
           (d->system != NT_FOREVER && nt_system_time() >= d->system);
}

/* The clock and the moment at which the first of the two comes; NULL: never. */
static const struct timespec *sleep_until(const struct nt_deadline *d, clockid_t *clock,
                                          struct timespec *ts)
{
    int64_t at = d->interrupt;

    *clock = CLOCK_MONOTONIC;
    if (d->system != NT_FOREVER &&
        (d->interrupt == NT_FOREVER || d->system - nt_system_time() <
                                           d->interrupt - (int64_t)nt_interrupt_time())) {
        *clock = CLOCK_REALTIME;
        at = d->system > EPOCH_1601 ? d->system - EPOCH_1601 : 0;
    } else if (d->interrupt == NT_FOREVER) {
        return NULL;
    }
    ts->tv_sec = at / 10000000;
    ts->tv_nsec = at % 10000000 * 100;
    return ts;
}

static long block_futex(struct nt_thread *t, unsigned events, const void *word, uint32_t value,
                        const struct nt_deadline *d, int private)
{
    struct timespec ts;
    clockid_t clock;
    const struct timespec *until = sleep_until(d, &clock, &ts);
    int op = FUTEX_WAIT_BITSET | private | (clock == CLOCK_REALTIME ? FUTEX_CLOCK_REALTIME : 0);

    return nt_block(t, events, SYS_futex, (long)word, op, value, (long)until, 0,
                    (long)FUTEX_BITSET_MATCH_ANY);
}

long nt_block_futex(struct nt_thread *t, unsigned events, const void *word, uint32_t value,
                    const struct nt_deadline *d)
{
    return block_futex(t, events, word, value, d, 0);
}

long nt_block_futex_private(struct nt_thread *t, unsigned events, const void *word,
                            uint32_t value, const struct nt_deadline *d)
{
    return block_futex(t, events, word, value, d, FUTEX_PRIVATE_FLAG);
}

long nt_sleep_on(struct nt_thread *t, unsigned events, struct nt_slot **slots, unsigned n,
                 const uint32_t *values, const struct nt_deadline *d)
{
    static const _Atomic uint32_t nothing;
    static _Atomic bool no_waitv;

    if (n == 0)
        return nt_block_futex(t, events, &nothing, 0, d);
    if (n == 1)
        return nt_block_futex(t, events, nt_slot_futex(slots[0]), values[0], d);
    if (!atomic_load_explicit(&no_waitv, memory_order_relaxed)) {
        struct futex_waitv v[MAXIMUM_WAIT_OBJECTS];
        struct timespec ts;
        clockid_t clock;
        const struct timespec *until = sleep_until(d, &clock, &ts);
        for (unsigned i = 0; i < n; i++)
            v[i] = (struct futex_waitv){values[i], (uintptr_t)nt_slot_futex(slots[i]), FUTEX_32, 0};
        long r = nt_block(t, events, SYS_futex_waitv, (long)v, n, 0, (long)until, clock, 0);
        if (r != -ENOSYS)
            return r;
        atomic_store(&no_waitv, true);
    }
    struct nt_deadline slice = *d;
    int64_t next = (int64_t)nt_interrupt_time() + FALLBACK_SLICE;
    if (slice.interrupt > next)
        slice.interrupt = next;
    long r = nt_block_futex(t, events, nt_slot_futex(slots[0]), values[0], &slice);
    return r == -ETIMEDOUT ? 0 : r;
}

void nt_slot_consider(struct nt_slot *s, struct nt_deadline *d)
{
    if (s->kind == NT_SLOT_TIMER) {
        int64_t due;
        bool absolute;
        nt_slot_timer_query(s, &due, &absolute);
        if (absolute && due < d->system)
            d->system = due;
        else if (!absolute && due < d->interrupt)
            d->interrupt = due;
    } else if ((s->kind == NT_SLOT_MUTANT || s->kind == NT_SLOT_EXIT) &&
               atomic_load_explicit(&s->shared, memory_order_relaxed)) {
        int64_t slice = (int64_t)nt_interrupt_time() + SHARED_SLICE;
        if (slice < d->interrupt)
            d->interrupt = slice;
    }
}

static int compare_slots(const void *a, const void *b)
{
    const struct nt_slot *x = *(struct nt_slot *const *)a, *y = *(struct nt_slot *const *)b;

    return x < y ? -1 : x > y;
}

struct wait {
    struct nt_slot **slots, **sorted;
    unsigned n;
    bool all;
    const uint32_t *since; /* per slot, once we sleep */
    uint32_t *seen;
    unsigned blocker;
};

/* STATUS_PENDING: not yet. */
static NTSTATUS attempt(struct wait *w)
{
    enum nt_try r;

    if (w->all) {
        r = nt_slot_try_all(w->sorted, w->n, &w->blocker, w->seen);
        return r == NT_TRY_NO          ? STATUS_PENDING
               : r == NT_TRY_LIMIT     ? STATUS_MUTANT_LIMIT_EXCEEDED
               : r == NT_TRY_ABANDONED ? STATUS_ABANDONED_WAIT_0
                                       : STATUS_WAIT_0;
    }
    for (unsigned i = 0; i < w->n; i++) {
        r = nt_slot_try(w->slots[i], &w->seen[i], w->since ? &w->since[i] : NULL);
        if (r == NT_TRY_YES)
            return STATUS_WAIT_0 + (NTSTATUS)i;
        if (r == NT_TRY_ABANDONED)
            return STATUS_ABANDONED_WAIT_0 + (NTSTATUS)i;
        if (r == NT_TRY_LIMIT)
            return STATUS_MUTANT_LIMIT_EXCEEDED;
    }
    return STATUS_PENDING;
}

static NTSTATUS wait_loop(struct nt_thread *t, struct wait *w, bool alertable,
                          const struct nt_deadline *d)
{
    unsigned events = NT_EVENT_STOP | (alertable ? NT_EVENT_ALERT : 0);

    for (;;) {
        NTSTATUS status = attempt(w);
        if (status != STATUS_PENDING)
            return status;
        struct nt_deadline until = *d;
        if (alertable) {
            pthread_mutex_lock(&t->more->lock);
            nt_timer_apcs_run(t, &until);
            pthread_mutex_unlock(&t->more->lock);
            status = nt_alert_test(t);
            if (status != STATUS_SUCCESS)
                return status;
        }
        if (nt_deadline_passed(d))
            return STATUS_TIMEOUT;

        long r;
        if (w->all) {
            struct nt_slot *s = w->sorted[w->blocker];
            nt_slot_consider(s, &until);
            w->seen[0] = nt_slot_prepare_sleep(s, w->seen[0]);
            r = nt_sleep_on(t, events, &s, 1, w->seen, &until);
        } else {
            for (unsigned i = 0; i < w->n; i++) {
                nt_slot_consider(w->slots[i], &until);
                w->seen[i] = nt_slot_prepare_sleep(w->slots[i], w->seen[i]);
            }
            r = nt_sleep_on(t, events, w->slots, w->n, w->seen, &until);
        }
        if (r == -EINTR && nt_interrupted(t))
            return STATUS_THREAD_IS_TERMINATING;
        /* A slice is over: a thread of a process that was killed does not tell by itself. */
        for (unsigned i = 0; r == -ETIMEDOUT && i < w->n; i++)
            if (w->slots[i]->kind == NT_SLOT_EXIT && atomic_load(&w->slots[i]->shared)) {
                nt_arena_reap();
                break;
            }
        if (r == -ENOMEM)
            return STATUS_NO_MEMORY;
    }
}

/* Whoever learns of a process's violent death tidies up behind it. */
static void tidy(struct nt_slot **slots, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        if (slots[i]->kind == NT_SLOT_EXIT && atomic_load(&slots[i]->shared) &&
            ((uint32_t)atomic_load(&slots[i]->word) & FUTEX_OWNER_DIED))
            nt_arena_reap();
}

NTSTATUS nt_wait_slots(struct nt_thread *t, struct nt_slot **slots, unsigned n, bool all,
                       bool alertable, const struct nt_deadline *d)
{
    struct nt_slot *sorted[MAXIMUM_WAIT_OBJECTS];
    uint32_t seen[MAXIMUM_WAIT_OBJECTS], since[MAXIMUM_WAIT_OBJECTS];
    struct wait w = {slots, sorted, n, all && n > 1, NULL, seen, 0};

    if (w.all) {
        memcpy(sorted, slots, n * sizeof(*slots));
        qsort(sorted, n, sizeof(*sorted), compare_slots);
        for (unsigned i = 1; i < n; i++)
            if (sorted[i] == sorted[i - 1])
                return STATUS_INVALID_PARAMETER_MIX;
    }
    NTSTATUS status = attempt(&w);
    if (status != STATUS_PENDING) {
        tidy(slots, n);
        return status;
    }
    if (d->poll && !alertable)
        return STATUS_TIMEOUT;

    for (unsigned i = 0; i < n; i++)
        atomic_fetch_add(&slots[i]->waiters, 1);
    if (!w.all) {
        for (unsigned i = 0; i < n; i++)
            since[i] = seen[i];
        w.since = since;
    }
    if (alertable)
        atomic_store(&t->more->alertable, true);
    status = wait_loop(t, &w, alertable, d);
    if (alertable)
        atomic_store(&t->more->alertable, false);
    for (unsigned i = 0; i < n; i++)
        atomic_fetch_sub(&slots[i]->waiters, 1);
    tidy(slots, n);
    /* A wake-up that was meant for us by an object that we did not take goes to the next. */
    for (unsigned i = 0; i < n; i++)
        if (atomic_load(&slots[i]->waiters) && nt_slot_ready(slots[i]))
            nt_slot_wake(slots[i], 1);
    return status;
}

NTSTATUS nt_wait_object(struct nt_thread *t, struct nt_object *o, bool alertable,
                        const struct nt_deadline *d)
{
    if (!o->type->wait)
        return STATUS_OBJECT_TYPE_MISMATCH;
    struct nt_slot *s = o->type->wait->slot(o);
    if (!s)
        return STATUS_NO_MEMORY;
    if (s->kind == NT_SLOT_QUEUE)
        return nt_port_wait(t, o, alertable, d);
    return nt_wait_slots(t, &s, 1, false, alertable, d);
}

NTSTATUS NtWaitForSingleObject(struct nt_thread *t, HANDLE Handle, BOOLEAN Alertable,
                               const LARGE_INTEGER *Timeout)
{
    struct nt_deadline d;
    struct nt_object *o;

    NTSTATUS status = nt_deadline_get(Timeout, &d);
    if (!NT_SUCCESS(status))
        return status;
    status = nt_handle_get(Handle, NULL, SYNCHRONIZE, &o, NULL);
    if (!NT_SUCCESS(status))
        return status;
    status = nt_wait_object(t, o, Alertable, &d);
    nt_object_release(o);
    return status;
}

static NTSTATUS wait_multiple(struct nt_thread *t, unsigned n, const HANDLE *handles,
                              ULONG wait_type, bool alertable, const LARGE_INTEGER *timeout)
{
    struct nt_object *objects[MAXIMUM_WAIT_OBJECTS];
    struct nt_slot *slots[MAXIMUM_WAIT_OBJECTS];
    struct nt_deadline d;
    unsigned have = 0;

    if (wait_type != WaitAllObject && wait_type != WaitAnyObject)
        return STATUS_INVALID_PARAMETER_3;
    NTSTATUS status = nt_deadline_get(timeout, &d);
    for (; NT_SUCCESS(status) && have < n; have++) {
        status = nt_handle_get(handles[have], NULL, SYNCHRONIZE, &objects[have], NULL);
        if (!NT_SUCCESS(status))
            break;
        const struct nt_wait_ops *ops = objects[have]->type->wait;
        slots[have] = ops ? ops->slot(objects[have]) : NULL;
        if (!slots[have]) {
            nt_object_release(objects[have]);
            status = ops ? STATUS_NO_MEMORY : STATUS_OBJECT_TYPE_MISMATCH;
            break;
        }
    }
    if (NT_SUCCESS(status))
        status = nt_wait_slots(t, slots, n, wait_type == WaitAllObject, alertable, &d);
    while (have > 0)
        nt_object_release(objects[--have]);
    return status;
}

NTSTATUS NtWaitForMultipleObjects(struct nt_thread *t, ULONG Count, const HANDLE *Handles,
                                  ULONG WaitType, BOOLEAN Alertable, const LARGE_INTEGER *Timeout)
{
    HANDLE handles[MAXIMUM_WAIT_OBJECTS];

    if (Count == 0 || Count > MAXIMUM_WAIT_OBJECTS)
        return STATUS_INVALID_PARAMETER_1;
    if (!guest_read(handles, Handles, Count * sizeof(*handles)))
        return STATUS_ACCESS_VIOLATION;
    return wait_multiple(t, Count, handles, WaitType, Alertable, Timeout);
}

NTSTATUS NtWaitForMultipleObjects32(struct nt_thread *t, ULONG Count, const ULONG *Handles,
                                    ULONG WaitType, BOOLEAN Alertable,
                                    const LARGE_INTEGER *Timeout)
{
    HANDLE handles[MAXIMUM_WAIT_OBJECTS];
    ULONG narrow[MAXIMUM_WAIT_OBJECTS];

    if (Count == 0 || Count > MAXIMUM_WAIT_OBJECTS)
        return STATUS_INVALID_PARAMETER_1;
    if (!guest_read(narrow, Handles, Count * sizeof(*narrow)))
        return STATUS_ACCESS_VIOLATION;
    for (ULONG i = 0; i < Count; i++)
        handles[i] = (HANDLE)(LONG_PTR)(LONG)narrow[i];
    return wait_multiple(t, Count, handles, WaitType, Alertable, Timeout);
}

NTSTATUS NtSignalAndWaitForSingleObject(struct nt_thread *t, HANDLE SignalHandle,
                                        HANDLE WaitHandle, BOOLEAN Alertable,
                                        const LARGE_INTEGER *Timeout)
{
    struct nt_object *signal, *wait;
    struct nt_deadline d;
    ACCESS_MASK access;
    int32_t previous;

    NTSTATUS status = nt_deadline_get(Timeout, &d);
    if (!NT_SUCCESS(status))
        return status;
    status = nt_handle_get(WaitHandle, NULL, SYNCHRONIZE, &wait, NULL);
    if (!NT_SUCCESS(status))
        return status;
    status = nt_handle_get(SignalHandle, NULL, 0, &signal, &access);
    if (!NT_SUCCESS(status)) {
        nt_object_release(wait);
        return status;
    }
    struct nt_slot *s = signal->type->wait ? signal->type->wait->slot(signal) : NULL;
    if (!wait->type->wait || !signal->type->wait) {
        status = STATUS_OBJECT_TYPE_MISMATCH;
    } else if (!s) {
        status = STATUS_NO_MEMORY;
    } else if (signal->type == &nt_event_type) {
        if (access & EVENT_MODIFY_STATE)
            nt_slot_event_set(s);
        else
            status = STATUS_ACCESS_DENIED;
    } else if (signal->type == &nt_semaphore_type) {
        status = access & SEMAPHORE_MODIFY_STATE ? nt_slot_semaphore_release(s, 1, &previous)
                                                 : STATUS_ACCESS_DENIED;
    } else if (signal->type == &nt_mutant_type) {
        status = nt_slot_mutant_release(s, false, &previous);
    } else {
        status = STATUS_OBJECT_TYPE_MISMATCH;
    }
    if (NT_SUCCESS(status))
        status = nt_wait_object(t, wait, Alertable, &d);
    nt_object_release(signal);
    nt_object_release(wait);
    return status;
}

NTSTATUS NtDelayExecution(struct nt_thread *t, BOOLEAN Alertable,
                          const LARGE_INTEGER *DelayInterval)
{
    struct nt_deadline d;

    if (!DelayInterval)
        return STATUS_ACCESS_VIOLATION;
    NTSTATUS status = nt_deadline_get(DelayInterval, &d);
    if (!NT_SUCCESS(status))
        return status;
    if (d.poll && !Alertable)
        return NtYieldExecution(t);
    status = nt_wait_slots(t, NULL, 0, false, Alertable, &d);
    if (d.poll && status == STATUS_TIMEOUT)
        return NtYieldExecution(t);
    return status == STATUS_TIMEOUT ? STATUS_SUCCESS : status;
}

NTSTATUS NtYieldExecution(struct nt_thread *t)
{
    (void)t;
    /* Linux does not tell whether another thread has run; programs go on after either answer. */
    sched_yield();
    return STATUS_SUCCESS;
}
