/* What requests on files need of events, APCs and completion ports; waits for files themselves. */
#include "syscalls/nt/file.h"
#include "syscalls/nt/iocp.h"
#include "syscalls/nt/sync.h"

NTSTATUS nt_io_event_get(HANDLE event, struct nt_object **o)
{
    return nt_handle_get(event, &nt_event_type, EVENT_MODIFY_STATE, o, NULL);
}

void nt_io_event_reset(struct nt_object *event)
{
    nt_slot_event_reset(((struct nt_sync *)event)->slot);
}

void nt_io_event_set(struct nt_object *event)
{
    nt_slot_event_set(((struct nt_sync *)event)->slot);
}

NTSTATUS nt_io_queue_apc(struct nt_thread *t, PVOID routine, PVOID context, IO_STATUS_BLOCK *iosb)
{
    return nt_apc_queue(t, (uintptr_t)routine, (uintptr_t)context, (uintptr_t)iosb, 0);
}

NTSTATUS nt_io_port_get(HANDLE port, struct nt_object **o)
{
    return nt_handle_get(port, &nt_io_completion_type, IO_COMPLETION_MODIFY_STATE, o, NULL);
}

NTSTATUS nt_io_port_post(struct nt_object *port, PVOID key, PVOID context, NTSTATUS status,
                         ULONG_PTR information)
{
    return nt_iocp_post(port, (uintptr_t)key, (uintptr_t)context, status, information);
}

/* Few programs wait for a file handle: until one does, its state is a flag. */
void nt_io_file_signal(struct nt_file *f, bool signalled)
{
    atomic_store(&f->busy, !signalled);
    struct nt_slot *s = atomic_load(&f->signal);
    if (s && signalled)
        nt_slot_event_set(s);
    else if (s)
        nt_slot_event_reset(s);
}

static struct nt_slot *file_slot(struct nt_object *o)
{
    struct nt_file *f = (struct nt_file *)o;
    struct nt_slot *s = atomic_load(&f->signal), *none = NULL;

    if (s)
        return s;
    s = nt_slot_event_new(true, false);
    if (!s)
        return NULL;
    if (!atomic_compare_exchange_strong(&f->signal, &none, s)) {
        nt_slot_free(s);
        return none;
    }
    /* A request that ended before the slot was seen has left its mark in the flag. */
    if (!atomic_load(&f->busy))
        nt_slot_event_set(s);
    if (f->ops->waited_for)
        f->ops->waited_for(f);
    return s;
}

const struct nt_wait_ops nt_file_wait_ops = {file_slot};

void nt_io_file_forget(struct nt_file *f)
{
    struct nt_slot *s = atomic_exchange(&f->signal, NULL);

    if (s)
        nt_slot_free(s);
}
