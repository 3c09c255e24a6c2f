/*
 * What can be done to the state of a waitable object. Nothing here blocks longer than another
 * thread needs for a few instructions, and nothing enters the kernel unless somebody sleeps.
 */
#ifndef SYSCALLS_NT_SLOT_H
#define SYSCALLS_NT_SLOT_H

#include "abi/nt/nt.h"
#include "syscalls/nt/arena.h"

#define NT_EVENT_SET 1u
#define NT_TIMER_SET 1u
#define NT_STATE_STEP 0x100u /* the rest of an event's or timer's value counts changes */

enum nt_try { NT_TRY_NO, NT_TRY_YES, NT_TRY_ABANDONED, NT_TRY_LIMIT };

/* One attempt to take what a wait takes. *seen: the value to sleep on after NT_TRY_NO. A manual
 * event also counts as set when it was pulsed since its value was `since` (NULL: ignore that). */
enum nt_try nt_slot_try(struct nt_slot *s, uint32_t *seen, const uint32_t *since);

/* Takes all or none. After NT_TRY_NO, *blocker is a slot that was not ready, with its value. */
enum nt_try nt_slot_try_all(struct nt_slot **sorted, unsigned n, unsigned *blocker,
                            uint32_t *seen);

/* Would a wait succeed now? */
bool nt_slot_ready(struct nt_slot *s);

/* Before sleeping on `seen`: what the kernel must find there. */
uint32_t nt_slot_prepare_sleep(struct nt_slot *s, uint32_t seen);

void nt_slot_wake(struct nt_slot *s, int count);

/* Events; each returns the previous state. */
bool nt_slot_event_set(struct nt_slot *s);
bool nt_slot_event_reset(struct nt_slot *s);
bool nt_slot_event_pulse(struct nt_slot *s);
struct nt_slot *nt_slot_event_new(bool manual, bool set);

NTSTATUS nt_slot_semaphore_release(struct nt_slot *s, int32_t count, int32_t *previous);
/* abandoned: the owner ends without having released it. */
NTSTATUS nt_slot_mutant_release(struct nt_slot *s, bool abandoned, int32_t *previous);

/* Queues: has it entries now? Every call counts as a change to those who sleep; wakes nobody. */
#define NT_QUEUE_FILLED 1u
void nt_slot_queue_set(struct nt_slot *s, bool filled);

/* due as in the slot; period in ms, 0: once. Returns whether it was set. */
bool nt_slot_timer_set(struct nt_slot *s, int64_t due, bool absolute, uint32_t period);
bool nt_slot_timer_cancel(struct nt_slot *s);
/* Lets time pass: is it set now; *due, *absolute of the next expiry (INT64_MAX: none). */
bool nt_slot_timer_query(struct nt_slot *s, int64_t *due, bool *absolute);

/* The calling thread or process ends: exit slots. */
void nt_slot_exit_set(struct nt_slot *s, int32_t status);
static inline bool nt_slot_exited(struct nt_slot *s)
{
    return ((uint32_t)atomic_load(&s->word) & 0x3fffffffu) == 0;
}

#endif
