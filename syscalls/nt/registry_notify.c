/* NtNotifyChangeKey: requests that wait for changes, and telling them. */
#include <stdlib.h>

#include "syscalls/nt/io.h"
#include "syscalls/nt/registry.h"
#include "nt_handlers.h"

struct watch {
    struct watch *next;
    struct reg_key *key; /* a reference */
    void *owner;         /* the handle's object */
    struct nt_object *event;
    IO_STATUS_BLOCK *iosb; /* guest */
    uint32_t filter;
    bool tree;
    NTSTATUS result; /* 0: nothing has happened yet */
};

static struct watch *watches, *fired; /* guarded by the registry's lock */

static void fire(struct watch **at, NTSTATUS result)
{
    struct watch *w = *at;

    *at = w->next;
    w->result = result;
    w->next = fired;
    fired = w;
}

void reg_notify_mark(struct reg_key *k, uint32_t what)
{
    for (struct watch **at = &watches; *at;) {
        struct watch *w = *at;
        bool hit = false;
        for (const struct reg_key *up = k; up && !hit; up = w->tree ? up->parent : NULL)
            hit = up == w->key;
        if (hit && (w->filter & what))
            fire(at, STATUS_NOTIFY_ENUM_DIR);
        else
            at = &w->next;
    }
}

void reg_notify_send(void)
{
    reg_lock();
    struct watch *w = fired;
    fired = NULL;
    for (struct watch *i = w; i; i = i->next)
        reg_release(i->key);
    reg_unlock();
    while (w) {
        struct watch *next = w->next;
        /* A status block that is gone does not keep the event from being set. */
        guest_put(w->iosb, ((IO_STATUS_BLOCK){.Status = w->result, .Information = 0}));
        if (w->event) {
            nt_io_event_set(w->event);
            nt_object_release(w->event);
        }
        free(w);
        w = next;
    }
}

void reg_notify_close(void *owner)
{
    reg_lock();
    for (struct watch **at = &watches; *at;) {
        if ((*at)->owner == owner)
            fire(at, STATUS_NOTIFY_CLEANUP);
        else
            at = &(*at)->next;
    }
    reg_unlock();
    reg_notify_send();
}

NTSTATUS NtNotifyChangeKey(struct nt_thread *t, HANDLE KeyHandle, HANDLE Event, PVOID ApcRoutine,
                           PVOID ApcContext, IO_STATUS_BLOCK *IoStatusBlock, ULONG CompletionFilter,
                           BOOLEAN WatchTree, void *Buffer, ULONG BufferSize, BOOLEAN Asynchronous)
{
    struct reg_handle *h;

    (void)t, (void)ApcContext, (void)Buffer, (void)BufferSize;
    if (!CompletionFilter || (CompletionFilter & ~0x1000000fu))
        return STATUS_INVALID_PARAMETER;
    if (!Asynchronous || ApcRoutine)
        return STATUS_NOT_SUPPORTED;
    NTSTATUS status = reg_handle_get(KeyHandle, KEY_NOTIFY, &h);
    if (!NT_SUCCESS(status))
        return status;
    struct watch *w = calloc(1, sizeof(*w));
    if (!w)
        status = STATUS_NO_MEMORY;
    else if (Event)
        status = nt_io_event_get(Event, &w->event);
    if (NT_SUCCESS(status) &&
        !guest_put(IoStatusBlock, ((IO_STATUS_BLOCK){.Status = STATUS_PENDING})))
        status = STATUS_ACCESS_VIOLATION;
    if (NT_SUCCESS(status)) {
        if (w->event)
            nt_io_event_reset(w->event);
        reg_lock();
        if (h->key->deleted) {
            status = STATUS_KEY_DELETED;
        } else {
            w->key = h->key;
            w->key->refs++;
            w->owner = h;
            w->iosb = IoStatusBlock;
            w->filter = CompletionFilter;
            w->tree = WatchTree;
            w->next = watches;
            watches = w;
            w = NULL;
            status = STATUS_PENDING;
        }
        reg_unlock();
    }
    if (w) {
        if (w->event)
            nt_object_release(w->event);
        free(w);
    }
    nt_object_release(&h->object);
    return status;
}
