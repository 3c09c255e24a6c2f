#include "syscalls/nt/slot.h"

#include <linux/futex.h>
#include <limits.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "syscalls/nt/nt.h"

void nt_slot_wake(struct nt_slot *s, int count)
{
    if (__builtin_expect(atomic_load(&s->waiters) == 0, 1))
        return;
    /* Whoever is woken might be killed before it takes what is there. Within a process that is the
     * end of all that sleep; with others, all of them look for themselves. */
    if (atomic_load_explicit(&s->shared, memory_order_relaxed))
        count = INT_MAX;
    syscall(SYS_futex, nt_slot_futex(s), FUTEX_WAKE, count, NULL, NULL, 0);
}

/* --- timers -------------------------------------------------------------------------------- */

/* Under the slot's lock: the value after the timer has expired as often as time says. */
static uint32_t timer_expire(struct nt_slot *s, uint32_t value)
{
    if (!s->u.timer.armed)
        return value;
    int64_t now = s->u.timer.absolute ? nt_system_time() : (int64_t)nt_interrupt_time();
    int64_t late = now - s->u.timer.due;
    if (late < 0)
        return value;
    if (s->u.timer.period) {
        int64_t period = s->u.timer.period * 10000ll;
        int64_t base = (int64_t)nt_interrupt_time() - late;
        s->u.timer.absolute = 0;
        s->u.timer.due = base + (late / period + 1) * period;
    } else {
        s->u.timer.armed = 0;
    }
    return (value + NT_STATE_STEP) | NT_TIMER_SET;
}

struct nt_slot *nt_slot_event_new(bool manual, bool set)
{
    struct nt_slot *s = nt_slot_new(NT_SLOT_EVENT);

    if (s) {
        s->manual = manual;
        atomic_store(&s->word, set ? NT_EVENT_SET : 0);
    }
    return s;
}

bool nt_slot_timer_set(struct nt_slot *s, int64_t due, bool absolute, uint32_t period)
{
    uint32_t value = timer_expire(s, nt_word_lock(&s->word));

    s->u.timer.due = due;
    s->u.timer.absolute = absolute;
    s->u.timer.period = period;
    s->u.timer.armed = 1;
    nt_word_unlock(&s->word, timer_expire(s, (value + NT_STATE_STEP) & ~NT_TIMER_SET));
    nt_slot_wake(s, INT_MAX); /* sleepers have another time to sleep until */
    return value & NT_TIMER_SET;
}

bool nt_slot_timer_cancel(struct nt_slot *s)
{
    uint32_t value = timer_expire(s, nt_word_lock(&s->word));

    s->u.timer.armed = 0;
    nt_word_unlock(&s->word, value);
    if (value & NT_TIMER_SET)
        nt_slot_wake(s, INT_MAX);
    return value & NT_TIMER_SET;
}

bool nt_slot_timer_query(struct nt_slot *s, int64_t *due, bool *absolute)
{
    uint32_t value = timer_expire(s, nt_word_lock(&s->word));

    *due = s->u.timer.armed ? s->u.timer.due : INT64_MAX;
    *absolute = s->u.timer.absolute;
    nt_word_unlock(&s->word, value);
    return value & NT_TIMER_SET;
}

/* --- taking -------------------------------------------------------------------------------- */

static enum nt_try try_mutant(struct nt_slot *s, uint32_t *seen)
{
    bool died;
    uint32_t v = (uint32_t)atomic_load(&s->word);

    if ((v & FUTEX_TID_MASK) == (uint32_t)nt_host_tid()) {
        if (s->u.mutant.count == 0x80000000u)
            return NT_TRY_LIMIT;
        s->u.mutant.count++;
        return NT_TRY_YES;
    }
    if ((v & FUTEX_TID_MASK) == 0 && nt_robust_take(s, &died)) {
        s->u.mutant.count = 1;
        return died ? NT_TRY_ABANDONED : NT_TRY_YES;
    }
    *seen = (uint32_t)atomic_load(&s->word);
    return (*seen & FUTEX_TID_MASK) == 0 ? try_mutant(s, seen) : NT_TRY_NO;
}

static enum nt_try try_timer(struct nt_slot *s, uint32_t *seen)
{
    uint32_t value = timer_expire(s, nt_word_lock(&s->word));
    bool set = value & NT_TIMER_SET;

    if (set && !s->manual)
        value &= ~NT_TIMER_SET;
    nt_word_unlock(&s->word, value);
    *seen = value;
    return set ? NT_TRY_YES : NT_TRY_NO;
}

enum nt_try nt_slot_try(struct nt_slot *s, uint32_t *seen, const uint32_t *since)
{
    uint64_t w;

    switch (s->kind) {
    case NT_SLOT_EVENT:
        do {
            w = nt_word_settle(&s->word);
            *seen = (uint32_t)w;
            if (!(w & NT_EVENT_SET)) {
                bool pulsed = since && s->manual &&
                              ((uint32_t)w ^ *since) >= NT_STATE_STEP;
                return pulsed ? NT_TRY_YES : NT_TRY_NO;
            }
        } while (!s->manual &&
                 !atomic_compare_exchange_weak(&s->word, &w, w & ~(uint64_t)NT_EVENT_SET));
        return NT_TRY_YES;
    case NT_SLOT_SEMAPHORE:
        do {
            w = nt_word_settle(&s->word);
            *seen = (uint32_t)w;
            if (w == 0)
                return NT_TRY_NO;
        } while (!atomic_compare_exchange_weak(&s->word, &w, w - 1));
        return NT_TRY_YES;
    case NT_SLOT_MUTANT:
        return try_mutant(s, seen);
    case NT_SLOT_TIMER:
        return try_timer(s, seen);
    case NT_SLOT_EXIT:
        *seen = (uint32_t)nt_word_settle(&s->word);
        if (*seen & FUTEX_TID_MASK)
            return NT_TRY_NO;
        /* The kernel wakes one of those who wait for a dead thread; he tells the others. */
        if (*seen & FUTEX_OWNER_DIED)
            nt_slot_wake(s, INT_MAX);
        return NT_TRY_YES;
    case NT_SLOT_QUEUE:
        *seen = (uint32_t)nt_word_settle(&s->word);
        return *seen & NT_QUEUE_FILLED ? NT_TRY_YES : NT_TRY_NO;
    default:
        return NT_TRY_YES;
    }
}

/* Under the lock. */
static bool ready_locked(struct nt_slot *s, uint32_t *value)
{
    switch (s->kind) {
    case NT_SLOT_EVENT:
    case NT_SLOT_QUEUE:
        return *value & 1u;
    case NT_SLOT_SEMAPHORE:
        return *value != 0;
    case NT_SLOT_MUTANT:
        return (*value & FUTEX_TID_MASK) == 0 ||
               ((*value & FUTEX_TID_MASK) == (uint32_t)nt_host_tid() &&
                s->u.mutant.count != 0x80000000u);
    case NT_SLOT_TIMER: {
        uint32_t after = timer_expire(s, *value);
        /* What time has done must be in the word, whether or not the wait succeeds. */
        if (after != *value) {
            atomic_fetch_xor(&s->word, after ^ *value);
            *value = after;
        }
        return after & NT_TIMER_SET;
    }
    case NT_SLOT_EXIT:
        return (*value & FUTEX_TID_MASK) == 0;
    default:
        return true;
    }
}

/* Under the lock, which this releases. */
static bool take_locked(struct nt_slot *s, uint32_t value)
{
    bool abandoned = false;

    switch (s->kind) {
    case NT_SLOT_EVENT:
    case NT_SLOT_TIMER:
        if (!s->manual)
            value &= ~1u;
        break;
    case NT_SLOT_SEMAPHORE:
        value--;
        break;
    case NT_SLOT_MUTANT:
        if (value & FUTEX_TID_MASK) {
            s->u.mutant.count++;
            break;
        }
        abandoned = value & FUTEX_OWNER_DIED;
        s->u.mutant.count = 1;
        value = (uint32_t)nt_host_tid() | (atomic_load(&s->waiters) ? FUTEX_WAITERS : 0);
        nt_robust_link(s);
        break;
    default:
        nt_word_release(&s->word);
        return false;
    }
    nt_word_unlock(&s->word, value);
    return abandoned;
}

enum nt_try nt_slot_try_all(struct nt_slot **sorted, unsigned n, unsigned *blocker,
                            uint32_t *seen)
{
    enum nt_try result = NT_TRY_YES;
    uint32_t values[MAXIMUM_WAIT_OBJECTS];

    for (unsigned i = 0; i < n; i++) {
        values[i] = nt_word_lock(&sorted[i]->word);
        if (!ready_locked(sorted[i], &values[i])) {
            *blocker = i;
            *seen = values[i];
            if (sorted[i]->kind == NT_SLOT_MUTANT && sorted[i]->u.mutant.count == 0x80000000u &&
                (values[i] & FUTEX_TID_MASK) == (uint32_t)nt_host_tid())
                result = NT_TRY_LIMIT;
            else
                result = NT_TRY_NO;
            for (unsigned k = 0; k <= i; k++)
                nt_word_release(&sorted[k]->word);
            return result;
        }
    }
    for (unsigned i = 0; i < n; i++)
        if (take_locked(sorted[i], values[i]))
            result = NT_TRY_ABANDONED;
    return result;
}

bool nt_slot_ready(struct nt_slot *s)
{
    uint32_t value = (uint32_t)nt_word_settle(&s->word);

    switch (s->kind) {
    case NT_SLOT_EVENT:
    case NT_SLOT_TIMER:
    case NT_SLOT_QUEUE:
        return value & 1u;
    case NT_SLOT_SEMAPHORE:
        return value != 0;
    case NT_SLOT_MUTANT:
    case NT_SLOT_EXIT:
        return (value & FUTEX_TID_MASK) == 0;
    default:
        return true;
    }
}

uint32_t nt_slot_prepare_sleep(struct nt_slot *s, uint32_t seen)
{
    if ((s->kind != NT_SLOT_MUTANT && s->kind != NT_SLOT_EXIT) || (seen & FUTEX_WAITERS))
        return seen;
    uint64_t w = seen;
    if (atomic_compare_exchange_strong(&s->word, &w, seen | FUTEX_WAITERS))
        return seen | FUTEX_WAITERS;
    /* It has changed: a value that it does not have lets the sleep end at once. */
    return ~(uint32_t)w;
}

/* --- giving -------------------------------------------------------------------------------- */

/* Sleepers of a manual event are let go by each change, even when they come too late to see it. */
static uint64_t next_state(const struct nt_slot *s, uint64_t w)
{
    return s->manual ? (w + NT_STATE_STEP) & 0xffffffffu : w;
}

bool nt_slot_event_set(struct nt_slot *s)
{
    uint64_t w;

    do {
        w = nt_word_settle(&s->word);
        if (w & NT_EVENT_SET)
            return true;
    } while (!atomic_compare_exchange_weak(&s->word, &w, next_state(s, w) | NT_EVENT_SET));
    nt_slot_wake(s, s->manual ? INT_MAX : 1);
    return false;
}

bool nt_slot_event_reset(struct nt_slot *s)
{
    uint64_t w;

    do {
        w = nt_word_settle(&s->word);
        if (!(w & NT_EVENT_SET))
            return false;
    } while (!atomic_compare_exchange_weak(&s->word, &w, w & ~(uint64_t)NT_EVENT_SET));
    return true;
}

bool nt_slot_event_pulse(struct nt_slot *s)
{
    uint64_t w, to;

    do {
        w = nt_word_settle(&s->word);
        /* The sleepers of a manual event see that the count has changed. For one that resets
         * itself, a sleeper takes what is set; without sleepers nothing stays. */
        if (s->manual)
            to = next_state(s, w) & ~(uint64_t)NT_EVENT_SET;
        else
            to = atomic_load(&s->waiters) ? w | NT_EVENT_SET : w & ~(uint64_t)NT_EVENT_SET;
    } while (!atomic_compare_exchange_weak(&s->word, &w, to));
    nt_slot_wake(s, s->manual ? INT_MAX : 1);
    return w & NT_EVENT_SET;
}

NTSTATUS nt_slot_semaphore_release(struct nt_slot *s, int32_t count, int32_t *previous)
{
    uint64_t w;

    do {
        w = nt_word_settle(&s->word);
        if (count > s->u.semaphore.limit - (int32_t)w)
            return STATUS_SEMAPHORE_LIMIT_EXCEEDED;
    } while (!atomic_compare_exchange_weak(&s->word, &w, w + (uint32_t)count));
    *previous = (int32_t)w;
    nt_slot_wake(s, count);
    return STATUS_SUCCESS;
}

NTSTATUS nt_slot_mutant_release(struct nt_slot *s, bool abandoned, int32_t *previous)
{
    uint32_t v = (uint32_t)atomic_load(&s->word);

    if ((v & FUTEX_TID_MASK) != (uint32_t)nt_host_tid())
        return STATUS_MUTANT_NOT_OWNED;
    *previous = (int32_t)(1 - s->u.mutant.count);
    if (!abandoned && --s->u.mutant.count != 0)
        return STATUS_SUCCESS;
    s->u.mutant.count = 0;
    nt_robust_drop(s, abandoned ? FUTEX_OWNER_DIED : 0);
    nt_slot_wake(s, 1);
    return STATUS_SUCCESS;
}

void nt_slot_queue_set(struct nt_slot *s, bool filled)
{
    uint64_t w, to;

    do {
        w = nt_word_settle(&s->word);
        to = ((w + NT_STATE_STEP) & 0xffffff00u) | (filled ? NT_QUEUE_FILLED : 0);
    } while (!atomic_compare_exchange_weak(&s->word, &w, to));
}

void nt_slot_exit_set(struct nt_slot *s, int32_t status)
{
    s->u.exit.status = status;
    s->flags |= NT_EXIT_STATUS_VALID;
    if (nt_robust_has((uint32_t)atomic_load(&s->word)))
        nt_robust_drop(s, 0);
    else {
        nt_word_lock(&s->word);
        nt_word_unlock(&s->word, 0);
    }
    nt_slot_wake(s, INT_MAX);
}
