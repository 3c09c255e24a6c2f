/*
 * Timers. Nothing runs when one expires: who waits for it sleeps no longer than until then, and
 * whoever looks at it lets time pass first. An APC is queued by its thread when that thread waits
 * alertably, which is the only time when it could be delivered.
 */
#include "syscalls/nt/sync.h"

#include <stdlib.h>

#include "syscalls/nt/thread_state.h"
#include "nt_handlers.h"

const struct nt_object_type nt_timer_type = {
    .name = "Timer",
    .map = {0x00020001, 0x00020002, 0x00120000, TIMER_ALL_ACCESS},
    .destroy = nt_sync_destroy,
    .name_of = nt_sync_name_of,
    .wait = &nt_sync_wait_ops,
};

struct nt_timer_apc {
    struct nt_timer_apc *next; /* in its thread's list */
    struct nt_thread *thread;  /* one reference */
    uint64_t routine, context;
    int64_t due;
    uint32_t period;
    bool absolute;
};

static pthread_mutex_t apc_lock = PTHREAD_MUTEX_INITIALIZER; /* guards nt_sync.more of timers */

static void unlink_apc(struct nt_timer_apc *a)
{
    struct nt_thread_more *m = a->thread->more;

    pthread_mutex_lock(&m->lock);
    for (struct nt_timer_apc **at = &m->timers; *at; at = &(*at)->next)
        if (*at == a) {
            *at = a->next;
            break;
        }
    pthread_mutex_unlock(&m->lock);
}

void nt_timer_forget(struct nt_sync *s)
{
    pthread_mutex_lock(&apc_lock);
    struct nt_timer_apc *a = s->more;
    s->more = NULL;
    if (a)
        unlink_apc(a);
    pthread_mutex_unlock(&apc_lock);
    if (a) {
        nt_object_release(&a->thread->object);
        free(a);
    }
}

/* The thread ends: its timers go on without their APCs, and keep what they have allocated. */
void nt_timer_apcs_forget(struct nt_thread *t)
{
    pthread_mutex_lock(&t->more->lock);
    t->more->timers = NULL;
    pthread_mutex_unlock(&t->more->lock);
}

void nt_timer_apcs_run(struct nt_thread *t, struct nt_deadline *next)
{
    struct nt_timer_apc **at = &t->more->timers;

    while (*at) {
        struct nt_timer_apc *a = *at;
        int64_t interrupt = (int64_t)nt_interrupt_time(), system = nt_system_time();
        int64_t late = (a->absolute ? system : interrupt) - a->due;
        if (late >= 0) {
            struct nt_apc *apc = malloc(sizeof(*apc));
            if (!apc)
                return; /* the next look finds it still due */
            int64_t expired = system - late;
            *apc = (struct nt_apc){NULL, a->routine, a->context, (uint32_t)expired,
                                   (uint64_t)(expired >> 32), false};
            *t->more->apc_last = apc;
            t->more->apc_last = &apc->next;
            if (!a->period) {
                *at = a->next;
                a->next = NULL;
                continue;
            }
            int64_t period = a->period * 10000ll;
            a->absolute = false;
            a->due = interrupt - late + (late / period + 1) * period;
        }
        if (a->absolute && a->due < next->system)
            next->system = a->due;
        else if (!a->absolute && a->due < next->interrupt)
            next->interrupt = a->due;
        at = &a->next;
    }
}

static NTSTATUS create(HANDLE *handle, ACCESS_MASK access, const OBJECT_ATTRIBUTES *oa,
                       bool manual)
{
    struct nt_slot *s = nt_slot_new(NT_SLOT_TIMER);

    if (s)
        s->manual = manual;
    return nt_sync_create(s, &nt_timer_type, NT_SLOT_TIMER, handle, access, oa);
}

NTSTATUS NtCreateTimer(struct nt_thread *t, HANDLE *TimerHandle, ACCESS_MASK DesiredAccess,
                       const OBJECT_ATTRIBUTES *ObjectAttributes, ULONG TimerType)
{
    (void)t;
    if (TimerType != NotificationTimer && TimerType != SynchronizationTimer)
        return STATUS_INVALID_PARAMETER;
    return create(TimerHandle, DesiredAccess, ObjectAttributes, TimerType == NotificationTimer);
}

/* Attributes: bit 0x80000000 a notification timer, 4 high resolution, which all of ours have. */
NTSTATUS NtCreateTimer2(struct nt_thread *t, HANDLE *TimerHandle, void *Reserved1,
                        const OBJECT_ATTRIBUTES *ObjectAttributes, ULONG Attributes,
                        ACCESS_MASK DesiredAccess)
{
    (void)t;
    if (Reserved1 || (Attributes & ~0x8000000eu))
        return STATUS_INVALID_PARAMETER;
    return create(TimerHandle, DesiredAccess, ObjectAttributes, (Attributes & 0x80000000u) != 0);
}

NTSTATUS NtOpenTimer(struct nt_thread *t, HANDLE *TimerHandle, ACCESS_MASK DesiredAccess,
                     const OBJECT_ATTRIBUTES *ObjectAttributes)
{
    (void)t;
    return nt_sync_open(&nt_timer_type, NT_SLOT_TIMER, TimerHandle, DesiredAccess,
                        ObjectAttributes);
}

static NTSTATUS arm(struct nt_thread *t, HANDLE handle, int64_t due_time, uint64_t routine,
                    uint64_t context, uint32_t period, UCHAR *previous_state)
{
    struct nt_timer_apc *a = NULL;
    struct nt_sync *s;
    /* Positive: system time. Otherwise from now on, where 0 has come already. */
    bool absolute = due_time > 0;
    int64_t due = absolute ? due_time
                  : due_time < -(INT64_MAX / 2) ? INT64_MAX / 2
                                                : (int64_t)nt_interrupt_time() - due_time;

    NTSTATUS status = nt_sync_get(handle, &nt_timer_type, TIMER_MODIFY_STATE, &s);
    if (!NT_SUCCESS(status))
        return status;
    if (routine) {
        a = malloc(sizeof(*a));
        if (!a) {
            nt_object_release(&s->object);
            return STATUS_NO_MEMORY;
        }
        *a = (struct nt_timer_apc){NULL, t, routine, context, due, period, absolute};
    }
    nt_timer_forget(s);
    UCHAR was = nt_slot_timer_set(s->slot, due, absolute, period);
    if (a) {
        nt_object_ref(&t->object);
        pthread_mutex_lock(&apc_lock);
        struct nt_timer_apc *other = s->more; /* two threads at once: the later one wins */
        s->more = a;
        if (other)
            unlink_apc(other);
        pthread_mutex_lock(&t->more->lock);
        a->next = t->more->timers;
        t->more->timers = a;
        pthread_mutex_unlock(&t->more->lock);
        pthread_mutex_unlock(&apc_lock);
        if (other) {
            nt_object_release(&other->thread->object);
            free(other);
        }
    }
    nt_object_release(&s->object);
    return !previous_state || guest_put(previous_state, was) ? STATUS_SUCCESS
                                                             : STATUS_ACCESS_VIOLATION;
}

NTSTATUS NtSetTimer(struct nt_thread *t, HANDLE TimerHandle, const LARGE_INTEGER *DueTime,
                    void *TimerApcRoutine, void *TimerContext, BOOLEAN ResumeTimer, LONG Period,
                    UCHAR *PreviousState)
{
    LARGE_INTEGER due;

    if (Period < 0)
        return STATUS_INVALID_PARAMETER_6;
    if (!guest_get(&due, DueTime))
        return STATUS_ACCESS_VIOLATION;
    NTSTATUS status = arm(t, TimerHandle, due.QuadPart, (uintptr_t)TimerApcRoutine,
                          (uintptr_t)TimerContext, (uint32_t)Period, PreviousState);
    /* Waking the machine from sleep is not in our power. */
    return status == STATUS_SUCCESS && ResumeTimer ? STATUS_TIMER_RESUME_IGNORED : status;
}

/* TIMER_SET_COALESCABLE_TIMER_INFO, the one class that there is */
struct coalescable {
    LARGE_INTEGER due;
    uint64_t routine, context, wake_context;
    ULONG period, tolerable_delay;
    uint64_t previous_state; /* UCHAR *, optional */
};

NTSTATUS NtSetTimerEx(struct nt_thread *t, HANDLE TimerHandle, ULONG TimerSetInformationClass,
                      void *TimerSetInformation, ULONG TimerSetInformationLength)
{
    struct coalescable c;

    if (TimerSetInformationClass != 0)
        return STATUS_INVALID_INFO_CLASS;
    if (TimerSetInformationLength != sizeof(c))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!guest_read(&c, TimerSetInformation, sizeof(c)))
        return STATUS_ACCESS_VIOLATION;
    if (c.period > INT32_MAX)
        return STATUS_INVALID_PARAMETER;
    return arm(t, TimerHandle, c.due.QuadPart, c.routine, c.context, c.period,
               (UCHAR *)(uintptr_t)c.previous_state);
}

/* The period of a timer of the second kind counts 100 ns; ours count milliseconds. */
NTSTATUS NtSetTimer2(struct nt_thread *t, HANDLE TimerHandle, const LARGE_INTEGER *DueTime,
                     const LARGE_INTEGER *Period, const void *Parameters)
{
    LARGE_INTEGER due, period = {.QuadPart = 0};

    (void)Parameters; /* how late it may come: we are on time */
    if (!guest_get(&due, DueTime) || (Period && !guest_get(&period, Period)))
        return STATUS_ACCESS_VIOLATION;
    if (period.QuadPart < 0 || period.QuadPart % 10000 || period.QuadPart / 10000 > INT32_MAX)
        return STATUS_INVALID_PARAMETER;
    return arm(t, TimerHandle, due.QuadPart, 0, 0, (uint32_t)(period.QuadPart / 10000), NULL);
}

static NTSTATUS cancel(HANDLE handle, UCHAR *state)
{
    struct nt_sync *s;
    NTSTATUS status = nt_sync_get(handle, &nt_timer_type, TIMER_MODIFY_STATE, &s);

    if (!NT_SUCCESS(status))
        return status;
    nt_timer_forget(s);
    UCHAR was = nt_slot_timer_cancel(s->slot);
    nt_object_release(&s->object);
    return !state || guest_put(state, was) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

NTSTATUS NtCancelTimer(struct nt_thread *t, HANDLE TimerHandle, UCHAR *CurrentState)
{
    (void)t;
    return cancel(TimerHandle, CurrentState);
}

NTSTATUS NtCancelTimer2(struct nt_thread *t, HANDLE TimerHandle, const void *Parameters)
{
    (void)t;
    (void)Parameters;
    return cancel(TimerHandle, NULL);
}

NTSTATUS NtQueryTimer(struct nt_thread *t, HANDLE TimerHandle, ULONG TimerInformationClass,
                      void *TimerInformation, ULONG TimerInformationLength, ULONG *ReturnLength)
{
    struct nt_sync *s;
    int64_t due;
    bool absolute;

    (void)t;
    if (TimerInformationClass != 0)
        return STATUS_INVALID_INFO_CLASS;
    if (TimerInformationLength != sizeof(TIMER_BASIC_INFORMATION))
        return STATUS_INFO_LENGTH_MISMATCH;
    NTSTATUS status = nt_sync_get(TimerHandle, &nt_timer_type, TIMER_QUERY_STATE, &s);
    if (!NT_SUCCESS(status))
        return status;
    TIMER_BASIC_INFORMATION info = {0};
    info.TimerState = nt_slot_timer_query(s->slot, &due, &absolute);
    nt_object_release(&s->object);
    if (due != INT64_MAX)
        info.RemainingTime.QuadPart =
            due - (absolute ? nt_system_time() : (int64_t)nt_interrupt_time());
    return nt_info_return(&info, sizeof(info), TimerInformation, TimerInformationLength,
                          ReturnLength);
}
