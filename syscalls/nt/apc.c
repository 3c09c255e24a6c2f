/* Alerts and user APCs, and the alert by thread id that locks and WaitOnAddress rest on. */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "syscalls/gate/nt_offsets.h"
#include "syscalls/nt/process.h"
#include "syscalls/nt/sync.h"
#include "syscalls/nt/thread.h"
#include "syscalls/nt/thread_state.h"
#include "syscalls/nt/wide.h"
#include "nt_handlers.h"

/* QUEUE_USER_APC_FLAGS of NtQueueApcThreadEx2 */
#define APC_SPECIAL 0x1u
#define APC_CALLBACK_DATA 0x10000u

/* What KiUserApcDispatcher finds at its stack pointer: a CONTEXT whose homes hold the arguments
 * and the routine, and a machine frame for the unwinder. */
struct apc_frame {
    CONTEXT context;
    struct nt_context_ex context_ex;
    uint64_t rip, cs, eflags, rsp, ss;
    uint64_t pad;
};
_Static_assert(offsetof(struct apc_frame, rip) == 0x4f0, "KiUserApcDispatcher");
_Static_assert(sizeof(struct apc_frame) % 16 == 0, "KiUserApcDispatcher");

static NTSTATUS enqueue(struct nt_thread *t, struct nt_apc apc)
{
    struct nt_thread_more *m = t->more;
    struct nt_apc *a = malloc(sizeof(*a));

    if (!a)
        return STATUS_NO_MEMORY;
    *a = apc;
    a->next = NULL;
    pthread_mutex_lock(&m->lock);
    if (atomic_load(&m->life) == NT_LIFE_ENDED) {
        pthread_mutex_unlock(&m->lock);
        free(a);
        return STATUS_UNSUCCESSFUL;
    }
    if (apc.special) { /* before all others, behind its like */
        struct nt_apc **at = &m->apc_first;
        while (*at && (*at)->special)
            at = &(*at)->next;
        a->next = *at;
        *at = a;
        if (!a->next)
            m->apc_last = &a->next;
    } else {
        *m->apc_last = a;
        m->apc_last = &a->next;
    }
    nt_thread_wake_locked(t, apc.special ? NT_PENDING_APC : 0, NT_EVENT_ALERT, apc.special);
    pthread_mutex_unlock(&m->lock);
    return STATUS_SUCCESS;
}

NTSTATUS nt_apc_queue(struct nt_thread *t, uint64_t routine, uint64_t a, uint64_t b, uint64_t c)
{
    return enqueue(t, (struct nt_apc){NULL, routine, a, b, c, false});
}

NTSTATUS nt_alert_test(struct nt_thread *t)
{
    struct nt_thread_more *m = t->more;
    NTSTATUS status = STATUS_SUCCESS;

    pthread_mutex_lock(&m->lock);
    if (m->alerted) {
        m->alerted = false;
        status = STATUS_ALERTED;
    } else if (m->apc_first) {
        atomic_fetch_or(&t->pending, NT_PENDING_APC);
        status = STATUS_USER_APC;
    }
    if (!m->alerted && !m->apc_first)
        atomic_fetch_and(&m->events, ~NT_EVENT_ALERT);
    pthread_mutex_unlock(&m->lock);
    return status;
}

NTSTATUS nt_thread_test_alert(struct nt_thread *t)
{
    struct nt_deadline ignored = {NT_FOREVER, NT_FOREVER, false};
    struct nt_thread_more *m = t->more;

    pthread_mutex_lock(&m->lock);
    nt_timer_apcs_run(t, &ignored);
    bool alerted = m->alerted;
    m->alerted = false;
    if (m->apc_first)
        atomic_fetch_or(&t->pending, NT_PENDING_APC);
    else
        atomic_fetch_and(&m->events, ~NT_EVENT_ALERT);
    pthread_mutex_unlock(&m->lock);
    return alerted ? STATUS_ALERTED : STATUS_SUCCESS;
}

void nt_thread_deliver_apc(struct nt_thread *t, struct nt_frame *f)
{
    struct nt_thread_more *m = t->more;
    struct apc_frame frame;

    pthread_mutex_lock(&m->lock);
    struct nt_apc *a = m->apc_first;
    if (a) {
        m->apc_first = a->next;
        if (!m->apc_first)
            m->apc_last = &m->apc_first;
    }
    if (!m->apc_first || !m->apc_first->special)
        atomic_fetch_and(&t->pending, ~NT_PENDING_APC);
    if (!m->apc_first && !m->alerted)
        atomic_fetch_and(&m->events, ~NT_EVENT_ALERT);
    pthread_mutex_unlock(&m->lock);
    if (!a)
        return;

    memset(&frame, 0, sizeof(frame));
    nt_context_of_frame(f, &frame.context);
    frame.context.P1Home = a->a;
    frame.context.P2Home = a->b;
    frame.context.P3Home = a->c;
    frame.context.P4Home = a->routine;
    free(a);
    frame.rip = frame.context.Rip;
    frame.cs = SEL_CS;
    frame.eflags = frame.context.EFlags;
    frame.rsp = frame.context.Rsp;
    frame.ss = SEL_SS;
    /* Where a special APC interrupts, the upper halves of the vector registers are in use. */
    uint64_t below = frame.rsp, area = 0;
    bool ok = true;
    frame.context.ContextFlags &= ~(CONTEXT_XSTATE & ~CONTEXT_AMD64);
    if (f->restore && f->wide) {
        ok = nt_wide_push(&below, f->high, &area);
        frame.context.ContextFlags |= CONTEXT_XSTATE;
    }
    uint64_t at = (below - sizeof(frame)) & ~15ull;
    nt_wide_describe(&frame.context_ex, at, area);
    if (!ok || !guest_write((void *)at, &frame, sizeof(frame))) {
        EXCEPTION_RECORD record = {.ExceptionCode = (DWORD)STATUS_STACK_OVERFLOW,
                                   .ExceptionAddress = (PVOID)frame.rip};
        nt_die_of_exception(&record, &frame.context);
    }
    CONTEXT c = frame.context;
    c.ContextFlags = CONTEXT_CONTROL;
    c.Rip = nt_process.user_apc_dispatcher;
    c.Rsp = at;
    c.EFlags &= ~0x500u;
    nt_frame_set_context(f, &c);
    f->wide = 0;
}

static NTSTATUS queue(HANDLE handle, bool special, void *routine, void *a, void *b, void *c)
{
    struct nt_object *o;
    NTSTATUS status = nt_handle_get(handle, &nt_thread_type, THREAD_SET_CONTEXT, &o, NULL);

    if (!NT_SUCCESS(status))
        return status;
    if (((struct nt_thread *)o)->process) {
        nt_object_release(o);
        return STATUS_NOT_SUPPORTED; /* another process's */
    }
    status = enqueue((struct nt_thread *)o,
                     (struct nt_apc){NULL, (uintptr_t)routine, (uintptr_t)a, (uintptr_t)b,
                                     (uintptr_t)c, special});
    nt_object_release(o);
    return status;
}

NTSTATUS NtQueueApcThread(struct nt_thread *t, HANDLE ThreadHandle, void *ApcRoutine,
                          void *ApcArgument1, void *ApcArgument2, void *ApcArgument3)
{
    (void)t;
    return queue(ThreadHandle, false, ApcRoutine, ApcArgument1, ApcArgument2, ApcArgument3);
}

NTSTATUS NtQueueApcThreadEx(struct nt_thread *t, HANDLE ThreadHandle, HANDLE ReserveHandle,
                            void *ApcRoutine, void *ApcArgument1, void *ApcArgument2,
                            void *ApcArgument3)
{
    (void)t;
    /* 1 in place of a handle asks for a special user APC; reserve objects are not there. */
    bool special = ReserveHandle == (HANDLE)1;
    if (ReserveHandle && !special)
        return STATUS_INVALID_HANDLE;
    return queue(ThreadHandle, special, ApcRoutine, ApcArgument1, ApcArgument2, ApcArgument3);
}

NTSTATUS NtQueueApcThreadEx2(struct nt_thread *t, HANDLE ThreadHandle, HANDLE ReserveHandle,
                             ULONG ApcFlags, void *ApcRoutine, void *ApcArgument1,
                             void *ApcArgument2, void *ApcArgument3)
{
    (void)t;
    if (ApcFlags & ~(APC_SPECIAL | APC_CALLBACK_DATA))
        return STATUS_INVALID_PARAMETER;
    if (ApcFlags & APC_CALLBACK_DATA)
        return STATUS_NOT_SUPPORTED;
    if (ReserveHandle)
        return STATUS_INVALID_HANDLE;
    return queue(ThreadHandle, ApcFlags & APC_SPECIAL, ApcRoutine, ApcArgument1, ApcArgument2,
                 ApcArgument3);
}

NTSTATUS NtTestAlert(struct nt_thread *t)
{
    return nt_thread_test_alert(t);
}

static NTSTATUS alert(HANDLE handle, bool resume, ULONG *previous)
{
    struct nt_object *o;
    ULONG was = 0;
    NTSTATUS status = nt_handle_get(handle, &nt_thread_type,
                                    resume ? THREAD_SUSPEND_RESUME : THREAD_ALERT, &o, NULL);

    if (!NT_SUCCESS(status))
        return status;
    struct nt_thread *t = (struct nt_thread *)o;
    if (t->process) {
        nt_object_release(o);
        return STATUS_NOT_SUPPORTED;
    }
    pthread_mutex_lock(&t->more->lock);
    if (atomic_load(&t->more->life) != NT_LIFE_ENDED) {
        t->more->alerted = true;
        nt_thread_wake_locked(t, 0, NT_EVENT_ALERT, false);
    }
    pthread_mutex_unlock(&t->more->lock);
    if (resume)
        was = nt_thread_resume(t);
    nt_object_release(o);
    return !previous || guest_put(previous, was) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

NTSTATUS NtAlertThread(struct nt_thread *t, HANDLE ThreadHandle)
{
    (void)t;
    return alert(ThreadHandle, false, NULL);
}

NTSTATUS NtAlertResumeThread(struct nt_thread *t, HANDLE ThreadHandle, ULONG *PreviousSuspendCount)
{
    (void)t;
    return alert(ThreadHandle, true, PreviousSuspendCount);
}

NTSTATUS NtAlertThreadByThreadId(struct nt_thread *t, SIZE_T ThreadId)
{
    struct nt_thread *target = nt_thread_by_id(ThreadId);

    (void)t;
    if (!target)
        return STATUS_INVALID_CID;
    _Atomic uint32_t *word = &target->more->alerted_by_id;
    /* 2: the thread sleeps. Alerts do not add up. */
    if (atomic_exchange(word, 1) == 2)
        syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    nt_object_release(&target->object);
    return STATUS_SUCCESS;
}

NTSTATUS NtWaitForAlertByThreadId(struct nt_thread *t, void *Address, const LARGE_INTEGER *Timeout)
{
    _Atomic uint32_t *word = &t->more->alerted_by_id;
    struct nt_deadline d;

    (void)Address; /* for debuggers */
    NTSTATUS status = nt_deadline_get(Timeout, &d);
    if (!NT_SUCCESS(status))
        return status;
    for (;;) {
        uint32_t v = 1;
        if (atomic_compare_exchange_strong(word, &v, 0))
            return STATUS_ALERTED;
        if (nt_deadline_passed(&d)) {
            v = 2;
            if (atomic_compare_exchange_strong(word, &v, 0) || v == 0)
                return STATUS_TIMEOUT;
            continue;
        }
        if (v == 0 && !atomic_compare_exchange_strong(word, &v, 2))
            continue;
        if (nt_block_futex_private(t, NT_EVENT_STOP, word, 2, &d) == -EINTR && nt_interrupted(t))
            return STATUS_THREAD_IS_TERMINATING;
    }
}

/* The second argument is a BOOLEAN (as NtContinue's) or points to KCONTINUE_ARGUMENT. */
NTSTATUS NtContinueEx(struct nt_thread *t, const CONTEXT *ContextRecord, void *ContinueArgument)
{
    struct {
        ULONG type, flags;
        uint64_t reserved[2];
    } argument;

    if ((uintptr_t)ContinueArgument < 0x100)
        return NtContinue(t, ContextRecord, ContinueArgument != NULL);
    if (!guest_get(&argument, (__typeof__(argument) *)ContinueArgument))
        return STATUS_ACCESS_VIOLATION;
    /* 0 unwind, 1 resume, 2 long jump, 3 set: they differ only for shadow stacks. */
    if (argument.type > 3 || (argument.flags & ~3u))
        return STATUS_INVALID_PARAMETER;
    return NtContinue(t, ContextRecord, argument.flags & 1);
}
