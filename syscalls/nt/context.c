/*
 * Stopping threads, and their contexts.
 *
 * A thread is made to look at what is pending by NT_SIGNAL_INTERRUPT. The handler says where it
 * found the thread (place) and acknowledges the request. In guest code it stops right there, so the
 * whole of the CPU's state, AVX included, waits in the signal frame; in a handler the thread goes
 * on until it would return to the guest, or until its wait is interrupted, and stops there.
 */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "syscalls/nt/process_other.h"
#include "syscalls/nt/signal.h"
#include "syscalls/nt/sync.h"
#include "syscalls/nt/thread.h"
#include "syscalls/nt/thread_state.h"
#include "syscalls/nt/wide.h"
#include "nt_handlers.h"

static void futex_wake(_Atomic uint32_t *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

static void acknowledge(struct nt_thread_more *m, uint32_t request)
{
    if (atomic_exchange(&m->acknowledged, request) != request)
        futex_wake(&m->acknowledged);
}

void nt_thread_wake_locked(struct nt_thread *t, unsigned pending, unsigned events, bool always)
{
    struct nt_thread_more *m = t->more;

    atomic_fetch_or(&t->pending, pending);
    atomic_fetch_or(&m->events, events);
    if (always) {
        atomic_fetch_add(&m->request, 1);
        futex_wake(&m->request);
    }
    /* A new thread looks before its first instruction; and alerts are for alertable waits. */
    if (t != nt_self() && atomic_load(&m->life) == NT_LIFE_RUNNING &&
        (always || atomic_load(&m->alertable)))
        syscall(SYS_tgkill, getpid(), t->tid, NT_SIGNAL_INTERRUPT);
}

void nt_thread_poke(struct nt_thread *t, unsigned pending, unsigned events)
{
    pthread_mutex_lock(&t->more->lock);
    if (atomic_load(&t->more->life) != NT_LIFE_ENDED)
        nt_thread_wake_locked(t, pending, events, true);
    pthread_mutex_unlock(&t->more->lock);
}

/* Stops until nobody suspends the thread. Also called from the signal handler, but then in guest
 * code, where the thread holds no lock. NT_RESTORE_*, by what has been changed in *c. */
static uint32_t park(struct nt_thread *t, CONTEXT *c)
{
    struct nt_thread_more *m = t->more;
    uint32_t changed = NT_RESTORE_NOTHING;

    pthread_mutex_lock(&m->lock);
    m->context = *c;
    pthread_mutex_unlock(&m->lock);
    atomic_store(&m->place, NT_PLACE_PARKED);
    if (atomic_load(&m->watched))
        futex_wake(&m->place);
    for (;;) {
        uint32_t request = atomic_load(&m->request);
        pthread_mutex_lock(&m->lock);
        if (m->context_set) {
            nt_context_merge(&m->context, &m->new_context);
            m->context_set = false;
            if (m->new_context.ContextFlags & CONTEXT_INTEGER & ~CONTEXT_AMD64)
                changed = NT_RESTORE_CONTEXT;
            else if (!changed)
                changed = NT_RESTORE_WITH_STATUS;
        }
        bool go = atomic_load(&m->suspended) == 0;
        if (go) {
            /* Under the lock: whoever suspends next sets them again behind this. */
            atomic_fetch_and(&t->pending, ~(NT_PENDING_SUSPEND | NT_PENDING_CONTEXT));
            atomic_fetch_and(&m->events, ~NT_EVENT_STOP);
            atomic_store(&m->place, NT_PLACE_NONE);
            *c = m->context;
        }
        pthread_mutex_unlock(&m->lock);
        acknowledge(m, request);
        if (go || (atomic_load(&t->pending) & NT_PENDING_TERMINATE))
            break;
        syscall(SYS_futex, &m->request, FUTEX_WAIT_PRIVATE, request, NULL, NULL, 0);
    }
    return changed;
}

void nt_thread_stop_point(struct nt_thread *t, struct nt_frame *f)
{
    CONTEXT c;

    nt_context_of_frame(f, &c);
    if (park(t, &c)) {
        c.ContextFlags = CONTEXT_FULL;
        nt_frame_set_context(f, &c);
    }
}

void nt_thread_stop_in_call(struct nt_thread *t)
{
    CONTEXT c;
    uint32_t changed;

    nt_context_of_frame(t->frame, &c);
    changed = park(t, &c);
    if (changed) {
        c.ContextFlags = CONTEXT_FULL;
        nt_frame_set_context(t->frame, &c);
        t->frame->restore = changed;
    }
}

/* In the handler. context: the guest's state where the thread has not come to its frame yet (on
 * the way in) or is in guest code; NULL in the rest of the host. */
void nt_thread_interrupted(struct nt_thread *t, bool guest, CONTEXT *context, const ucontext_t *uc)
{
    struct nt_thread_more *m = t->more;
    uint32_t request = atomic_load(&m->request);

    if (guest) {
        unsigned pending = atomic_load(&t->pending);
        if (!(pending & NT_PENDING_TERMINATE) &&
            (pending & (NT_PENDING_SUSPEND | NT_PENDING_CONTEXT)))
            park(t, context);
        pending = atomic_load(&t->pending);
        if (pending & (NT_PENDING_TERMINATE | NT_PENDING_APC)) {
            /* Through the gate's way out, which does the rest on the host's stack. */
            t->frame->restore_context = *context;
            t->frame->restore = NT_RESTORE_CONTEXT;
            t->frame->wide = nt_wide_of_ucontext(uc, t->frame->high);
            context->Rip = (uintptr_t)nt_gate_exit_check;
            context->EFlags &= ~0x500u;
            context->FltSave.MxCsr = context->MxCsr = 0x1f80;
            context->FltSave.ControlWord = 0x37f;
        }
        acknowledge(m, request);
        return;
    }
    if (atomic_load(&m->place) != NT_PLACE_PARKED) {
        if (context)
            m->context = *context;
        atomic_store(&m->place, context ? NT_PLACE_ENTRY : NT_PLACE_HOST);
    }
    acknowledge(m, request);
}

/* Waits until the thread has taken notice of everything that was asked of it up to now. */
static void wait_acknowledged(struct nt_thread *t)
{
    struct nt_thread_more *m = t->more;
    uint32_t wanted = atomic_load(&m->request);

    /* Not interruptible: two threads that stop each other must both get their answer, which the
     * handler gives at once. */
    for (;;) {
        uint32_t seen = atomic_load(&m->acknowledged);
        if ((int32_t)(seen - wanted) >= 0 || atomic_load(&m->life) == NT_LIFE_ENDED)
            return;
        syscall(SYS_futex, &m->acknowledged, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
    }
}

/* A thread in a handler goes on until its next safe point, and NtContinue and its like change its
 * frame meanwhile: it is worth waiting until it is really there. What a handler waits for, the
 * interrupt has ended; only a host call that nobody can interrupt takes longer than anyone should
 * wait. Nor does the caller wait when it is to stop itself, which lets two threads suspend each
 * other. */
#define PATIENCE 1000000 /* 100 ns */
static void wait_parked(struct nt_thread *self, struct nt_thread *t)
{
    struct nt_thread_more *m = t->more;
    struct nt_deadline until;

    nt_deadline_after(&until, PATIENCE);
    atomic_fetch_add(&m->watched, 1);
    for (;;) {
        uint32_t place = atomic_load(&m->place);
        if (place == NT_PLACE_PARKED || atomic_load(&m->life) == NT_LIFE_ENDED ||
            atomic_load(&m->suspended) == 0 || nt_deadline_passed(&until))
            break;
        long r = nt_block_futex_private(self, NT_EVENT_STOP, &m->place, place, &until);
        if (r == -EINTR)
            break;
    }
    atomic_fetch_sub(&m->watched, 1);
}

/* Suspends; STATUS_THREAD_IS_TERMINATING, STATUS_SUSPEND_COUNT_EXCEEDED. */
static NTSTATUS suspend(struct nt_thread *self, struct nt_thread *t, bool internal, ULONG *was)
{
    struct nt_thread_more *m = t->more;
    NTSTATUS status = STATUS_SUCCESS;

    pthread_mutex_lock(&m->lock);
    uint32_t count = atomic_load(&m->suspended) - m->stops;
    if (was)
        *was = count;
    if (atomic_load(&m->life) == NT_LIFE_ENDED || m->ends_at_start ||
        (atomic_load(&t->pending) & NT_PENDING_TERMINATE)) {
        status = STATUS_THREAD_IS_TERMINATING;
    } else if (!internal && count >= MAXIMUM_SUSPEND_COUNT) {
        status = STATUS_SUSPEND_COUNT_EXCEEDED;
    } else {
        atomic_fetch_add(&m->suspended, 1);
        m->stops += internal;
        nt_thread_wake_locked(t, NT_PENDING_SUSPEND, NT_EVENT_STOP, true);
    }
    pthread_mutex_unlock(&m->lock);
    if (NT_SUCCESS(status) && t != self) {
        wait_acknowledged(t);
        wait_parked(self, t);
    }
    return status;
}

static ULONG resume(struct nt_thread *t, bool internal)
{
    struct nt_thread_more *m = t->more;

    pthread_mutex_lock(&m->lock);
    uint32_t count = atomic_load(&m->suspended) - m->stops;
    if (internal || count > 0) {
        m->stops -= internal;
        if (atomic_fetch_sub(&m->suspended, 1) == 1) {
            atomic_fetch_add(&m->request, 1);
            futex_wake(&m->request);
        }
    }
    pthread_mutex_unlock(&m->lock);
    return count;
}

ULONG nt_thread_resume(struct nt_thread *t)
{
    return resume(t, false);
}

static NTSTATUS get_any_thread(HANDLE handle, ACCESS_MASK access, struct nt_thread **t)
{
    return nt_handle_get(handle, &nt_thread_type, access, (struct nt_object **)t, NULL);
}

static NTSTATUS get_thread(HANDLE handle, ACCESS_MASK access, struct nt_thread **t)
{
    NTSTATUS status = get_any_thread(handle, access, t);

    if (NT_SUCCESS(status) && (*t)->process) {
        nt_object_release(&(*t)->object);
        return STATUS_NOT_SUPPORTED; /* another process's */
    }
    return status;
}

NTSTATUS NtSuspendThread(struct nt_thread *t, HANDLE ThreadHandle, ULONG *PreviousSuspendCount)
{
    struct nt_thread *target;
    ULONG was;
    NTSTATUS status = get_any_thread(ThreadHandle, THREAD_SUSPEND_RESUME, &target);

    if (!NT_SUCCESS(status))
        return status;
    status =
        target->process ? nt_other_thread_suspend(target, &was) : suspend(t, target, false, &was);
    nt_object_release(&target->object);
    if (NT_SUCCESS(status) && PreviousSuspendCount && !guest_put(PreviousSuspendCount, was))
        return STATUS_ACCESS_VIOLATION;
    return status;
}

NTSTATUS NtResumeThread(struct nt_thread *t, HANDLE ThreadHandle, ULONG *PreviousSuspendCount)
{
    struct nt_thread *target;
    NTSTATUS status = get_any_thread(ThreadHandle, THREAD_SUSPEND_RESUME, &target);

    (void)t;
    if (!NT_SUCCESS(status))
        return status;
    ULONG was = target->process ? nt_other_thread_resume(target) : resume(target, false);
    nt_object_release(&target->object);
    return !PreviousSuspendCount || guest_put(PreviousSuspendCount, was) ? STATUS_SUCCESS
                                                                         : STATUS_ACCESS_VIOLATION;
}

/* All threads of this process; the caller's own comes last. */
static NTSTATUS each_thread(struct nt_thread *self, HANDLE process, bool stop)
{
    struct nt_object *o;
    NTSTATUS status = nt_handle_get(process, &nt_process_type, PROCESS_SUSPEND_RESUME, &o, NULL);

    if (!NT_SUCCESS(status))
        return status;
    bool own = o == nt_process_self();
    if (!own)
        status = nt_other_stop(nt_other_of(o), stop);
    nt_object_release(o);
    if (!own)
        return status;
    uint32_t after = 0;
    for (struct nt_thread *t; (t = nt_thread_next(after));
         after = t->id, nt_object_release(&t->object))
        if (t != self) {
            if (stop)
                suspend(self, t, false, NULL);
            else
                resume(t, false);
        }
    if (stop)
        return suspend(self, self, false, NULL);
    resume(self, false);
    return STATUS_SUCCESS;
}

NTSTATUS NtSuspendProcess(struct nt_thread *t, HANDLE ProcessHandle)
{
    return each_thread(t, ProcessHandle, true);
}

NTSTATUS NtResumeProcess(struct nt_thread *t, HANDLE ProcessHandle)
{
    return each_thread(t, ProcessHandle, false);
}

/* The guest's context of a thread that is kept from going on. */
static void context_of(struct nt_thread *self, struct nt_thread *t, CONTEXT *c)
{
    struct nt_thread_more *m = t->more;

    if (t == self) {
        nt_context_of_frame(t->frame, c);
        return;
    }
    pthread_mutex_lock(&m->lock);
    if (atomic_load(&m->place) == NT_PLACE_HOST)
        nt_context_of_frame(t->frame, c);
    else
        *c = m->context;
    if (m->context_set)
        nt_context_merge(c, &m->new_context);
    pthread_mutex_unlock(&m->lock);
}

NTSTATUS NtGetContextThread(struct nt_thread *t, HANDLE ThreadHandle, CONTEXT *ThreadContext)
{
    struct nt_thread *target;
    CONTEXT c, out;
    DWORD flags;

    if (!guest_get(&out, ThreadContext))
        return STATUS_ACCESS_VIOLATION;
    flags = out.ContextFlags;
    NTSTATUS status = get_thread(ThreadHandle, THREAD_GET_CONTEXT, &target);
    if (!NT_SUCCESS(status))
        return status;
    if (target != t) {
        status = suspend(t, target, true, NULL);
        if (NT_SUCCESS(status) && atomic_load(&target->more->life) == NT_LIFE_ENDED)
            status = STATUS_THREAD_IS_TERMINATING;
    }
    if (NT_SUCCESS(status))
        context_of(t, target, &c);
    if (NT_SUCCESS(status) && target != t)
        resume(target, true);
    nt_object_release(&target->object);
    if (!NT_SUCCESS(status))
        return status;

    nt_context_copy(&out, &c, flags);
    return guest_write(ThreadContext, &out, sizeof(out)) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

NTSTATUS NtSetContextThread(struct nt_thread *t, HANDLE ThreadHandle, const CONTEXT *ThreadContext)
{
    struct nt_thread *target;
    CONTEXT c;

    if (!guest_get(&c, ThreadContext))
        return STATUS_ACCESS_VIOLATION;
    NTSTATUS status = get_thread(ThreadHandle, THREAD_SET_CONTEXT, &target);
    if (!NT_SUCCESS(status))
        return status;
    if (target == t) {
        nt_frame_set_context(t->frame, &c);
    } else {
        struct nt_thread_more *m = target->more;
        pthread_mutex_lock(&m->lock);
        if (atomic_load(&m->life) == NT_LIFE_ENDED) {
            status = STATUS_THREAD_IS_TERMINATING;
        } else {
            if (m->context_set) {
                nt_context_merge(&m->new_context, &c);
                m->new_context.ContextFlags |= c.ContextFlags;
            } else {
                m->new_context = c;
                m->context_set = true;
            }
            nt_thread_wake_locked(target, NT_PENDING_CONTEXT, NT_EVENT_STOP, true);
        }
        pthread_mutex_unlock(&m->lock);
        if (NT_SUCCESS(status))
            wait_acknowledged(target);
    }
    nt_object_release(&target->object);
    return status;
}
