/*
 * Waiting: for objects, for time, for alerts and asynchronous procedure calls.
 */
#ifndef SYSCALLS_NT_WAIT_H
#define SYSCALLS_NT_WAIT_H

#include "syscalls/nt/nt.h"
#include "syscalls/nt/slot.h"

/* What a type of object offers to waits. */
struct nt_wait_ops {
    /* The slot that is waited on; may be made at the first call. NULL: no memory. The caller
     * holds a reference of the object while it uses the slot. */
    struct nt_slot *(*slot)(struct nt_object *o);
};

/* Until when: two clocks, since an absolute time follows changes of the system time. 100 ns;
 * NT_FOREVER: never. */
#define NT_FOREVER INT64_MAX
struct nt_deadline {
    int64_t interrupt, system;
    bool poll; /* a time-out of zero: do not sleep at all */
};

/* From the guest's Timeout argument; STATUS_ACCESS_VIOLATION. */
NTSTATUS nt_deadline_get(const LARGE_INTEGER *timeout, struct nt_deadline *d);
void nt_deadline_after(struct nt_deadline *d, int64_t interval); /* 100 ns from now */
bool nt_deadline_passed(const struct nt_deadline *d);

/* As NtWaitForMultipleObjects, on slots (64 at most). */
NTSTATUS nt_wait_slots(struct nt_thread *t, struct nt_slot **slots, unsigned n, bool all,
                       bool alertable, const struct nt_deadline *d);

/* One object, by its type's operations. STATUS_OBJECT_TYPE_MISMATCH when it cannot be waited on. */
NTSTATUS nt_wait_object(struct nt_thread *t, struct nt_object *o, bool alertable,
                        const struct nt_deadline *d);

/*
 * Blocking system calls of handlers. nt_block makes a host call (returns -errno) that an interrupt
 * of the thread ends with -EINTR, whether it comes before or during the call: there is no moment in
 * between when it is lost. events: NT_EVENT_STOP, and NT_EVENT_ALERT when alertable.
 * After -EINTR, nt_interrupted stops the thread for as long as it is suspended; true: the thread
 * must end, give up at once (the status does not matter); false: go on, restart the call.
 */
#define NT_EVENT_STOP 1u  /* suspended, terminated, another context */
#define NT_EVENT_ALERT 2u /* an alert, or a user APC in the queue */
#define NT_EVENT_CANCEL 4u /* io.c: the synchronous request is to end */
long nt_block(struct nt_thread *t, unsigned events, long number, long a, long b, long c, long d,
              long e, long f);
bool nt_interrupted(struct nt_thread *t);

/* Sleeps while *word == value, on a futex of this process. 0, -EAGAIN, -EINTR, -ETIMEDOUT. */
long nt_block_futex(struct nt_thread *t, unsigned events, const void *word, uint32_t value,
                    const struct nt_deadline *d);

/* For waits that are not only for slots (iocp.c). Sleeps until a word has not the value given, it
 * is woken (0), or as nt_block_futex. n is 64 at most. Afterwards all must be looked at. */
long nt_sleep_on(struct nt_thread *t, unsigned events, struct nt_slot **slots, unsigned n,
                 const uint32_t *values, const struct nt_deadline *d);
/* Moves the deadline to what a slot of the wait does by itself. */
void nt_slot_consider(struct nt_slot *s, struct nt_deadline *d);

/* In an alertable wait: STATUS_ALERTED or STATUS_USER_APC (which will be delivered on the way
 * back), or STATUS_SUCCESS when there is neither. */
NTSTATUS nt_alert_test(struct nt_thread *t);

/* Queues a user APC: KiUserApcDispatcher will call routine(a, b, c). For completion routines of
 * files, from any host thread. STATUS_UNSUCCESSFUL when the thread has ended, STATUS_NO_MEMORY. */
NTSTATUS nt_apc_queue(struct nt_thread *t, uint64_t routine, uint64_t a, uint64_t b, uint64_t c);

#endif
