/*
 * Waits on handles for callbacks, and files whose completions are callbacks.
 *
 * A wait thread waits on up to 63 handles and an event that tells it that its set has changed. A wait
 * happens once; who wants more sets it again.
 */
#include "threadpool.h"

#define PER_THREAD (MAXIMUM_WAIT_OBJECTS - 1)

struct tp_wait_thread {
    LIST_ENTRY link;
    HANDLE changed;
    ULONG count;
    struct tp_object *waits[PER_THREAD];
};

/* Guards the wait threads' sets and the wait part of their objects. */
static RTL_SRWLOCK wait_lock;
static LIST_ENTRY wait_threads = {&wait_threads, &wait_threads};

/* Takes an object out of its thread's set; its reference goes to the caller. */
static void take_out(struct tp_object *o)
{
    struct tp_wait_thread *t = o->wait.thread;

    for (ULONG i = 0; i < t->count; i++)
        if (t->waits[i] == o) {
            t->waits[i] = t->waits[--t->count];
            break;
        }
    o->wait.thread = NULL;
}

static void met(struct tp_object *o, TP_WAIT_RESULT result)
{
    take_out(o);
    o->wait.generation++;
    /* under the wait lock, so that a thread that stops the wait finds it set or submitted */
    RtlAcquireSRWLockExclusive(&o->pool->lock);
    o->wait.result = result;
    tp_submit_locked(o);
    RtlReleaseSRWLockExclusive(&o->pool->lock);
}

static NTSTATUS NTAPI wait_thread(PVOID parameter)
{
    struct tp_wait_thread *t = parameter;

    for (;;) {
        HANDLE handles[MAXIMUM_WAIT_OBJECTS];
        struct tp_object *objects[PER_THREAD];
        ULONG generations[PER_THREAD], n;
        LONGLONG deadline = -1, now;
        LARGE_INTEGER timeout;
        NTSTATUS status;

        RtlAcquireSRWLockExclusive(&wait_lock);
        now = tp_now();
        for (ULONG i = 0; i < t->count;) {
            struct tp_object *o = t->waits[i];

            if (o->wait.deadline >= 0 && o->wait.deadline <= now) {
                LARGE_INTEGER zero = {.QuadPart = 0};
                BOOLEAN set = NtWaitForSingleObject(o->wait.handle, FALSE, &zero) == STATUS_SUCCESS;

                met(o, set ? WAIT_OBJECT_0 : WAIT_TIMEOUT);
                tp_object_release(o);
                continue;
            }
            if (o->wait.deadline >= 0 && (deadline < 0 || o->wait.deadline < deadline))
                deadline = o->wait.deadline;
            objects[i] = o;
            generations[i] = o->wait.generation;
            handles[i + 1] = o->wait.handle;
            i++;
        }
        n = t->count;
        handles[0] = t->changed;
        for (ULONG i = 0; i < n; i++) /* they must outlive the wait below to be compared */
            __atomic_add_fetch(&objects[i]->refs, 1, __ATOMIC_RELAXED);
        RtlReleaseSRWLockExclusive(&wait_lock);
        timeout.QuadPart = now - deadline;
        status = NtWaitForMultipleObjects(n + 1, handles, WaitAnyObject, FALSE,
                                          deadline < 0 ? NULL : &timeout);
        RtlAcquireSRWLockExclusive(&wait_lock);
        if (status < 0) {
            /* a handle was closed while it was waited for: find it, as its wait can never be met */
            for (ULONG i = 0; i < n; i++) {
                LARGE_INTEGER zero = {.QuadPart = 0};

                if (objects[i]->wait.thread == t &&
                    objects[i]->wait.generation == generations[i] &&
                    NtWaitForSingleObject(handles[i + 1], FALSE, &zero) < 0) {
                    met(objects[i], WAIT_FAILED);
                    tp_object_release(objects[i]);
                }
            }
        } else if ((ULONG)status % STATUS_ABANDONED_WAIT_0 > 0 &&
                   (ULONG)status % STATUS_ABANDONED_WAIT_0 <= n) {
            ULONG i = (ULONG)status % STATUS_ABANDONED_WAIT_0 - 1;

            if (objects[i]->wait.thread == t && objects[i]->wait.generation == generations[i]) {
                met(objects[i], WAIT_OBJECT_0);
                tp_object_release(objects[i]);
            }
        }
        RtlReleaseSRWLockExclusive(&wait_lock);
        for (ULONG i = 0; i < n; i++)
            tp_object_release(objects[i]);
    }
    return STATUS_SUCCESS;
}

static struct tp_wait_thread *thread_with_room(NTSTATUS *status)
{
    struct tp_wait_thread *t;

    for (LIST_ENTRY *e = wait_threads.Flink; e != &wait_threads; e = e->Flink) {
        t = CONTAINING_RECORD(e, struct tp_wait_thread, link);
        if (t->count < PER_THREAD)
            return t;
    }
    t = RtlAllocateHeap(rtl_heap(), HEAP_ZERO_MEMORY, sizeof(*t));
    if (!t) {
        *status = STATUS_NO_MEMORY;
        return NULL;
    }
    *status = NtCreateEvent(&t->changed, EVENT_ALL_ACCESS, NULL, SynchronizationEvent, FALSE);
    if (*status >= 0) {
        *status = tp_thread(NULL, wait_thread, t);
        if (*status >= 0) {
            rtl_list_append(&wait_threads, &t->link);
            return t;
        }
        NtClose(t->changed);
    }
    RtlFreeHeap(rtl_heap(), 0, t);
    return NULL;
}

NTSTATUS NTAPI TpAllocWait(PTP_WAIT *wait, PTP_WAIT_CALLBACK callback, PVOID context,
                           PTP_CALLBACK_ENVIRON env)
{
    return tp_object_create(TP_KIND_WAIT, callback, context, env, (struct tp_object **)wait);
}

/* Returns whether the wait was set. */
static BOOLEAN stop(struct tp_object *o)
{
    struct tp_wait_thread *t;

    RtlAcquireSRWLockExclusive(&wait_lock);
    t = o->wait.thread;
    if (t) {
        take_out(o);
        o->wait.generation++;
        NtSetEvent(t->changed, NULL);
    }
    RtlReleaseSRWLockExclusive(&wait_lock);
    if (t)
        tp_object_release(o);
    return t != NULL;
}

void tp_wait_stop(struct tp_object *o)
{
    stop(o);
}

VOID NTAPI TpReleaseWait(PTP_WAIT wait)
{
    stop((struct tp_object *)wait);
    tp_object_retire((struct tp_object *)wait);
}

/* Returns whether the wait had been set before. */
NTSTATUS NTAPI TpSetWaitEx(PTP_WAIT wait, HANDLE handle, LARGE_INTEGER *timeout, PVOID reserved)
{
    struct tp_object *o = (struct tp_object *)wait;
    struct tp_wait_thread *t;
    NTSTATUS status = STATUS_SUCCESS;
    BOOLEAN was_set;

    (void)reserved;
    was_set = stop(o);
    if (!handle)
        return was_set;
    RtlAcquireSRWLockExclusive(&wait_lock);
    t = thread_with_room(&status);
    if (t) {
        o->wait.thread = t;
        o->wait.handle = handle;
        o->wait.deadline = timeout ? tp_deadline(timeout) : -1;
        o->wait.generation++;
        t->waits[t->count++] = o;
        __atomic_add_fetch(&o->refs, 1, __ATOMIC_RELAXED);
        NtSetEvent(t->changed, NULL);
    }
    RtlReleaseSRWLockExclusive(&wait_lock);
    if (!t)
        RtlRaiseStatus(status); /* the interface cannot report it */
    return was_set;
}

VOID NTAPI TpSetWait(PTP_WAIT wait, HANDLE handle, LARGE_INTEGER *timeout)
{
    TpSetWaitEx(wait, handle, timeout, NULL);
}

VOID NTAPI TpWaitForWait(PTP_WAIT wait, ULONG cancel)
{
    tp_wait_finished((struct tp_object *)wait, cancel != 0);
}

/* ---- files: one completion port for the process, one thread that takes from it ---- */

static RTL_SRWLOCK io_lock; /* guards io_port */
static HANDLE io_port;

static NTSTATUS NTAPI io_thread(PVOID parameter)
{
    (void)parameter;
    for (;;) {
        PVOID key = NULL, apc_context = NULL;
        IO_STATUS_BLOCK iosb;
        struct tp_completion *done;
        struct tp_object *o;

        if (NtRemoveIoCompletion(io_port, &key, &apc_context, &iosb, NULL) != STATUS_SUCCESS)
            continue;
        o = key;
        done = RtlAllocateHeap(rtl_heap(), 0, sizeof(*done));
        if (!done)
            RtlRaiseStatus(STATUS_NO_MEMORY); /* a lost completion would hang the program */
        done->next = NULL;
        done->apc_context = apc_context;
        done->iosb = iosb;
        RtlAcquireSRWLockExclusive(&o->pool->lock);
        if (o->io.last)
            o->io.last->next = done;
        else
            o->io.first = done;
        o->io.last = done;
        tp_submit_locked(o);
        RtlReleaseSRWLockExclusive(&o->pool->lock);
        /* the reference that TpStartAsyncIoOperation took for this operation */
        if (!o->io.forever)
            tp_object_release(o);
    }
    return STATUS_SUCCESS;
}

struct tp_completion *tp_io_next(struct tp_object *o)
{
    struct tp_completion *done;

    RtlAcquireSRWLockExclusive(&o->pool->lock);
    done = o->io.first;
    if (done) {
        o->io.first = done->next;
        if (!o->io.first)
            o->io.last = NULL;
    }
    RtlReleaseSRWLockExclusive(&o->pool->lock);
    return done;
}

NTSTATUS NTAPI TpAllocIoCompletion(PTP_IO *io, HANDLE file, PTP_IO_CALLBACK callback, PVOID context,
                                   PTP_CALLBACK_ENVIRON env)
{
    FILE_COMPLETION_INFORMATION info;
    IO_STATUS_BLOCK iosb;
    struct tp_object *o;
    NTSTATUS status = STATUS_SUCCESS;

    RtlAcquireSRWLockExclusive(&io_lock);
    if (!io_port) {
        HANDLE port;

        status = NtCreateIoCompletion(&port, IO_COMPLETION_ALL_ACCESS, NULL, 1);
        if (status >= 0) {
            io_port = port;
            status = tp_thread(NULL, io_thread, NULL);
            if (status < 0) {
                NtClose(port);
                io_port = NULL;
            }
        }
    }
    RtlReleaseSRWLockExclusive(&io_lock);
    if (status >= 0)
        status = tp_object_create(TP_KIND_IO, callback, context, env, &o);
    if (status < 0)
        return status;
    info.Port = io_port;
    info.Key = o;
    status = NtSetInformationFile(file, &iosb, &info, sizeof(info), FileCompletionInformation);
    if (status < 0) {
        tp_object_retire(o);
        return status;
    }
    *io = (PTP_IO)o;
    return STATUS_SUCCESS;
}

VOID NTAPI TpReleaseIoCompletion(PTP_IO io)
{
    tp_object_retire((struct tp_object *)io);
}

VOID NTAPI TpStartAsyncIoOperation(PTP_IO io)
{
    struct tp_object *o = (struct tp_object *)io;

    __atomic_add_fetch(&o->refs, 1, __ATOMIC_RELAXED);
}

VOID NTAPI TpCancelAsyncIoOperation(PTP_IO io)
{
    tp_object_release((struct tp_object *)io);
}

VOID NTAPI TpWaitForIoCompletion(PTP_IO io, ULONG cancel)
{
    tp_wait_finished((struct tp_object *)io, cancel != 0);
}
