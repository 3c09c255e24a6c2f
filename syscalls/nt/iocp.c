/*
 * Completion ports, and the packets that bring the signals of other objects to them. Nobody
 * watches those objects: whoever takes entries from the port looks at them too, and sleeps on them
 * with the port.
 */
#include "syscalls/nt/iocp.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "syscalls/nt/sync.h"
#include "syscalls/nt/thread_state.h"
#include "nt_handlers.h"

struct entry {
    struct entry *next;
    uint64_t key, apc_context, information;
    NTSTATUS status;
    struct packet *packet; /* that it came from, still to be told when it is taken */
};

struct port {
    struct nt_object object;
    pthread_mutex_t lock; /* guards the queue */
    struct nt_slot *slot;
    struct entry *first, **last;
    unsigned depth;
    struct packet *packets; /* waiting ones; guarded by packets_lock */
    _Atomic unsigned packet_count;
};

struct packet {
    struct nt_object object;
    struct port *port;      /* it waits for its target, or has an entry there; else NULL */
    struct nt_object *target; /* one reference while it waits */
    struct nt_slot *slot;   /* of the target */
    struct entry *entry;    /* while it waits: ready to be queued; queued otherwise */
    bool queued;
    struct packet *next;
};

static pthread_mutex_t packets_lock = PTHREAD_MUTEX_INITIALIZER; /* before any port's lock */

static void port_destroy(struct nt_object *o)
{
    struct port *p = (struct port *)o;
    struct packet *released = NULL;

    pthread_mutex_lock(&packets_lock);
    for (struct packet *k; (k = p->packets);) {
        p->packets = k->next;
        free(k->entry);
        k->entry = NULL;
        k->port = NULL;
        k->next = released;
        released = k;
    }
    for (struct entry *e; (e = p->first);) {
        p->first = e->next;
        if (e->packet) {
            e->packet->port = NULL;
            e->packet->entry = NULL;
            e->packet->queued = false;
        }
        free(e);
    }
    pthread_mutex_unlock(&packets_lock);
    while (released) {
        struct packet *k = released;
        struct nt_object *target = k->target;
        released = k->next;
        k->target = NULL;
        nt_object_release(target);
        nt_object_release(&k->object); /* the list's */
    }
    nt_slot_free(p->slot);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

static struct nt_slot *port_slot(struct nt_object *o)
{
    return ((struct port *)o)->slot;
}

static const struct nt_wait_ops port_wait_ops = {port_slot};

const struct nt_object_type nt_io_completion_type = {
    .name = "IoCompletion",
    .map = {0x00020001, 0x00020002, 0x00120000, IO_COMPLETION_ALL_ACCESS},
    .destroy = port_destroy,
    .wait = &port_wait_ops,
};

NTSTATUS NtCreateIoCompletion(struct nt_thread *t, HANDLE *IoCompletionHandle,
                              ACCESS_MASK DesiredAccess, const OBJECT_ATTRIBUTES *ObjectAttributes,
                              ULONG Count)
{
    struct nt_oattr oa;

    (void)t;
    (void)Count; /* how many threads may run at once: see the caveat */
    NTSTATUS status = nt_oattr_get(ObjectAttributes, &oa);
    if (!NT_SUCCESS(status))
        return status;
    bool named = oa.name;
    nt_oattr_free(&oa);
    if (named)
        return STATUS_NOT_SUPPORTED;
    struct port *p = calloc(1, sizeof(*p));
    if (!p)
        return STATUS_NO_MEMORY;
    p->slot = nt_slot_new(NT_SLOT_QUEUE);
    if (!p->slot) {
        free(p);
        return STATUS_NO_MEMORY;
    }
    nt_object_init(&p->object, &nt_io_completion_type);
    pthread_mutex_init(&p->lock, NULL);
    p->last = &p->first;
    return nt_handle_return(&p->object, &nt_io_completion_type, DesiredAccess, oa.attributes,
                            IoCompletionHandle);
}

static void append(struct port *p, struct entry *e)
{
    pthread_mutex_lock(&p->lock);
    e->next = NULL;
    *p->last = e;
    p->last = &e->next;
    p->depth++;
    nt_slot_queue_set(p->slot, true);
    pthread_mutex_unlock(&p->lock);
    nt_slot_wake(p->slot, 1);
}

NTSTATUS nt_iocp_post(struct nt_object *port, uint64_t key, uint64_t apc_context, NTSTATUS status,
                      uint64_t information)
{
    struct entry *e = malloc(sizeof(*e));

    if (!e)
        return STATUS_NO_MEMORY;
    *e = (struct entry){NULL, key, apc_context, information, status, NULL};
    append((struct port *)port, e);
    return STATUS_SUCCESS;
}

NTSTATUS NtSetIoCompletion(struct nt_thread *t, HANDLE IoCompletionHandle, void *KeyContext,
                           void *ApcContext, NTSTATUS IoStatus, SIZE_T IoStatusInformation)
{
    struct nt_object *o;

    (void)t;
    NTSTATUS status = nt_handle_get(IoCompletionHandle, &nt_io_completion_type,
                                    IO_COMPLETION_MODIFY_STATE, &o, NULL);
    if (!NT_SUCCESS(status))
        return status;
    status = nt_iocp_post(o, (uintptr_t)KeyContext, (uintptr_t)ApcContext, IoStatus,
                          IoStatusInformation);
    nt_object_release(o);
    return status;
}

/* --- wait completion packets --------------------------------------------------------------- */

static void packet_destroy(struct nt_object *o)
{
    free(o); /* while it waits, or is queued, somebody has a reference */
}

static const struct nt_object_type packet_type = {
    .name = "WaitCompletionPacket",
    .map = {0x00000001, 0x00000001, 0x00000001, 0x000f0001},
    .destroy = packet_destroy,
};

NTSTATUS NtCreateWaitCompletionPacket(struct nt_thread *t, HANDLE *WaitCompletionPacketHandle,
                                      ACCESS_MASK DesiredAccess,
                                      const OBJECT_ATTRIBUTES *ObjectAttributes)
{
    struct nt_oattr oa;

    (void)t;
    NTSTATUS status = nt_oattr_get(ObjectAttributes, &oa);
    if (!NT_SUCCESS(status))
        return status;
    bool named = oa.name;
    nt_oattr_free(&oa);
    if (named)
        return STATUS_NOT_SUPPORTED;
    struct packet *k = calloc(1, sizeof(*k));
    if (!k)
        return STATUS_NO_MEMORY;
    nt_object_init(&k->object, &packet_type);
    return nt_handle_return(&k->object, &packet_type, DesiredAccess, oa.attributes,
                            WaitCompletionPacketHandle);
}

/* Under packets_lock: out of the port's list; the caller gets the list's reference, and the
 * target's. */
static void unlink_packet(struct packet *k)
{
    struct packet **at = &k->port->packets;

    while (*at != k)
        at = &(*at)->next;
    *at = k->next;
    atomic_fetch_sub(&k->port->packet_count, 1);
}

/* Queues the entries of packets whose objects have become ready. */
static void look_at_packets(struct port *p)
{
    if (atomic_load(&p->packet_count) == 0)
        return;
    struct nt_object *targets = NULL;
    do {
        targets = NULL;
        pthread_mutex_lock(&packets_lock);
        for (struct packet *k = p->packets; k; k = k->next) {
            uint32_t seen;
            if (nt_slot_try(k->slot, &seen, NULL) == NT_TRY_NO)
                continue;
            unlink_packet(k);
            targets = k->target;
            k->target = NULL;
            k->queued = true; /* the entry keeps the list's reference */
            append(p, k->entry);
            break;
        }
        pthread_mutex_unlock(&packets_lock);
        nt_object_release(targets);
    } while (targets);
}

NTSTATUS NtAssociateWaitCompletionPacket(struct nt_thread *t, HANDLE WaitCompletionPacketHandle,
                                         HANDLE IoCompletionHandle, HANDLE TargetObjectHandle,
                                         void *KeyContext, void *ApcContext, NTSTATUS IoStatus,
                                         SIZE_T IoStatusInformation, UCHAR *AlreadySignaled)
{
    struct nt_object *ko, *po = NULL, *target = NULL;
    bool now = false;

    (void)t;
    NTSTATUS status = nt_handle_get(WaitCompletionPacketHandle, &packet_type, 1, &ko, NULL);
    if (!NT_SUCCESS(status))
        return status;
    struct packet *k = (struct packet *)ko;
    struct entry *e = malloc(sizeof(*e));
    status = e ? nt_handle_get(IoCompletionHandle, &nt_io_completion_type,
                               IO_COMPLETION_MODIFY_STATE, &po, NULL)
               : STATUS_NO_MEMORY;
    struct port *p = (struct port *)po;
    if (NT_SUCCESS(status))
        status = nt_handle_get(TargetObjectHandle, NULL, SYNCHRONIZE, &target, NULL);
    struct nt_slot *s = NULL;
    if (NT_SUCCESS(status)) {
        s = target->type->wait ? target->type->wait->slot(target) : NULL;
        if (!target->type->wait || (s && (s->kind == NT_SLOT_MUTANT || s->kind == NT_SLOT_QUEUE)))
            status = STATUS_OBJECT_TYPE_MISMATCH; /* nobody could own it */
        else if (!s)
            status = STATUS_NO_MEMORY;
    }
    if (NT_SUCCESS(status)) {
        *e = (struct entry){NULL, (uintptr_t)KeyContext, (uintptr_t)ApcContext,
                            IoStatusInformation, IoStatus, k};
        pthread_mutex_lock(&packets_lock);
        if (k->port) {
            status = STATUS_INVALID_PARAMETER_1;
        } else {
            uint32_t seen;
            k->port = p;
            k->entry = e;
            nt_object_ref(ko);
            now = nt_slot_try(s, &seen, NULL) != NT_TRY_NO;
            if (now) {
                k->queued = true;
                append(p, e);
            } else {
                k->queued = false;
                k->target = target;
                k->slot = s;
                k->next = p->packets;
                p->packets = k;
                atomic_fetch_add(&p->packet_count, 1);
                target = NULL;
            }
        }
        pthread_mutex_unlock(&packets_lock);
        if (NT_SUCCESS(status)) {
            e = NULL;
            if (!now) { /* sleepers must sleep on one object more */
                pthread_mutex_lock(&p->lock);
                nt_slot_queue_set(p->slot, p->first != NULL);
                pthread_mutex_unlock(&p->lock);
                nt_slot_wake(p->slot, INT_MAX);
            }
        }
    }
    free(e);
    nt_object_release(target);
    nt_object_release(po);
    nt_object_release(ko);
    if (NT_SUCCESS(status) && AlreadySignaled && !guest_put(AlreadySignaled, (UCHAR)now))
        return STATUS_ACCESS_VIOLATION;
    return status;
}

NTSTATUS NtCancelWaitCompletionPacket(struct nt_thread *t, HANDLE WaitCompletionPacketHandle,
                                      BOOLEAN RemoveSignaledPacket)
{
    struct nt_object *o, *target = NULL;
    bool drop = false;

    (void)t;
    NTSTATUS status = nt_handle_get(WaitCompletionPacketHandle, &packet_type, 1, &o, NULL);
    if (!NT_SUCCESS(status))
        return status;
    struct packet *k = (struct packet *)o;
    struct entry *e = NULL;
    pthread_mutex_lock(&packets_lock);
    if (!k->port) {
        status = STATUS_CANCELLED;
    } else if (!k->queued) {
        unlink_packet(k);
        target = k->target;
        k->target = NULL;
        drop = true;
    } else if (RemoveSignaledPacket) {
        struct port *p = k->port;
        pthread_mutex_lock(&p->lock);
        struct entry **at = &p->first;
        while (*at != k->entry)
            at = &(*at)->next;
        *at = k->entry->next;
        if (!*at)
            p->last = at;
        p->depth--;
        nt_slot_queue_set(p->slot, p->first != NULL);
        pthread_mutex_unlock(&p->lock);
        drop = true;
    } else {
        status = STATUS_PENDING;
    }
    if (drop) {
        e = k->entry;
        k->entry = NULL;
        k->port = NULL;
        k->queued = false;
    }
    pthread_mutex_unlock(&packets_lock);
    free(e);
    nt_object_release(target);
    if (drop)
        nt_object_release(o);
    nt_object_release(o);
    return status;
}

/* --- taking entries ------------------------------------------------------------------------ */

#define BATCH 64u

/* Up to n entries into out. */
static unsigned take(struct port *p, FILE_IO_COMPLETION_INFORMATION *out, unsigned n)
{
    struct entry *taken[BATCH];
    unsigned have = 0;

    /* Entries of packets are changed under the packets' lock; others do not need it. */
    pthread_mutex_lock(&p->lock);
    bool packets = false;
    struct entry *e = p->first;
    for (unsigned i = 0; i < n && e; i++, e = e->next)
        packets |= e->packet != NULL;
    if (packets) {
        pthread_mutex_unlock(&p->lock);
        pthread_mutex_lock(&packets_lock);
        pthread_mutex_lock(&p->lock);
    }
    while (have < n && have < BATCH && p->first && (packets || !p->first->packet)) {
        e = taken[have++] = p->first;
        p->first = e->next;
    }
    if (!p->first)
        p->last = &p->first;
    p->depth -= have;
    if (have)
        nt_slot_queue_set(p->slot, p->first != NULL);
    pthread_mutex_unlock(&p->lock);
    struct packet *done[BATCH];
    for (unsigned i = 0; i < have; i++) {
        e = taken[i];
        done[i] = e->packet;
        if (e->packet) {
            e->packet->port = NULL;
            e->packet->entry = NULL;
            e->packet->queued = false;
        }
    }
    if (packets)
        pthread_mutex_unlock(&packets_lock);
    for (unsigned i = 0; i < have; i++) {
        e = taken[i];
        out[i] = (FILE_IO_COMPLETION_INFORMATION){
            .KeyContext = (PVOID)e->key,
            .ApcContext = (PVOID)e->apc_context,
            .IoStatusBlock = {{.Pointer = 0}, e->information},
        };
        out[i].IoStatusBlock.Status = e->status;
        free(e);
        if (done[i])
            nt_object_release(&done[i]->object);
    }
    return have;
}

/* Sleeps on the port and on what its packets wait for. */
static long sleep_on_port(struct nt_thread *t, struct port *p, uint32_t seen, unsigned events,
                          const struct nt_deadline *d)
{
    struct nt_slot *slots[MAXIMUM_WAIT_OBJECTS];
    struct nt_object *held[MAXIMUM_WAIT_OBJECTS];
    uint32_t values[MAXIMUM_WAIT_OBJECTS];
    struct nt_deadline until = *d;
    unsigned n = 1;
    bool ready = false;

    slots[0] = p->slot;
    values[0] = seen;
    if (atomic_load(&p->packet_count)) {
        pthread_mutex_lock(&packets_lock);
        for (struct packet *k = p->packets; k; k = k->next) {
            if (n == MAXIMUM_WAIT_OBJECTS) {
                /* The rest is looked at now and then. */
                int64_t slice = (int64_t)nt_interrupt_time() + 20000;
                if (slice < until.interrupt)
                    until.interrupt = slice;
                break;
            }
            held[n] = nt_object_ref(k->target);
            slots[n] = k->slot;
            n++;
        }
        pthread_mutex_unlock(&packets_lock);
    }
    for (unsigned i = 0; i < n; i++)
        atomic_fetch_add(&slots[i]->waiters, 1);
    for (unsigned i = 1; i < n; i++) {
        nt_slot_consider(slots[i], &until);
        values[i] = (uint32_t)nt_word_settle(&slots[i]->word);
        ready |= nt_slot_ready(slots[i]);
        values[i] = nt_slot_prepare_sleep(slots[i], values[i]);
    }
    long r = ready ? 0 : nt_sleep_on(t, events, slots, n, values, &until);
    for (unsigned i = 0; i < n; i++)
        atomic_fetch_sub(&slots[i]->waiters, 1);
    for (unsigned i = 1; i < n; i++)
        nt_object_release(held[i]);
    return r;
}

/* count 0: only waits until there is an entry. */
static NTSTATUS remove_entries(struct nt_thread *t, struct port *p,
                               FILE_IO_COMPLETION_INFORMATION *out, unsigned count, unsigned *got,
                               bool alertable, const struct nt_deadline *d)
{
    unsigned events = NT_EVENT_STOP | (alertable ? NT_EVENT_ALERT : 0);
    NTSTATUS status;

    for (;;) {
        look_at_packets(p);
        uint32_t seen = (uint32_t)nt_word_settle(&p->slot->word);
        if (count == 0 && (seen & NT_QUEUE_FILLED))
            return STATUS_SUCCESS;
        if (count && (seen & NT_QUEUE_FILLED)) {
            *got = take(p, out, count);
            if (*got) {
                /* One wake-up may have been for several entries. */
                if (atomic_load(&p->slot->waiters) && nt_slot_ready(p->slot))
                    nt_slot_wake(p->slot, 1);
                return STATUS_SUCCESS;
            }
            continue;
        }
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
        if (alertable)
            atomic_store(&t->more->alertable, true);
        long r = sleep_on_port(t, p, seen, events, &until);
        if (alertable)
            atomic_store(&t->more->alertable, false);
        if (r == -EINTR && nt_interrupted(t))
            return STATUS_THREAD_IS_TERMINATING;
    }
}

NTSTATUS nt_port_wait(struct nt_thread *t, struct nt_object *o, bool alertable,
                      const struct nt_deadline *d)
{
    return remove_entries(t, (struct port *)o, NULL, 0, NULL, alertable, d);
}

NTSTATUS NtRemoveIoCompletion(struct nt_thread *t, HANDLE IoCompletionHandle, void **KeyContext,
                              void **ApcContext, IO_STATUS_BLOCK *IoStatusBlock,
                              const LARGE_INTEGER *Timeout)
{
    FILE_IO_COMPLETION_INFORMATION e;
    struct nt_deadline d;
    struct nt_object *o;
    unsigned got;

    NTSTATUS status = nt_deadline_get(Timeout, &d);
    if (NT_SUCCESS(status))
        status = nt_handle_get(IoCompletionHandle, &nt_io_completion_type,
                               IO_COMPLETION_MODIFY_STATE, &o, NULL);
    if (!NT_SUCCESS(status))
        return status;
    status = remove_entries(t, (struct port *)o, &e, 1, &got, false, &d);
    nt_object_release(o);
    if (status != STATUS_SUCCESS)
        return status;
    if (!guest_put(KeyContext, e.KeyContext) || !guest_put(ApcContext, e.ApcContext) ||
        !guest_put(IoStatusBlock, e.IoStatusBlock))
        return STATUS_ACCESS_VIOLATION;
    return STATUS_SUCCESS;
}

NTSTATUS NtRemoveIoCompletionEx(struct nt_thread *t, HANDLE IoCompletionHandle,
                                void *IoCompletionInformation, ULONG Count,
                                ULONG *NumEntriesRemoved, const LARGE_INTEGER *Timeout,
                                BOOLEAN Alertable)
{
    FILE_IO_COMPLETION_INFORMATION entries[BATCH];
    struct nt_deadline d;
    struct nt_object *o;
    unsigned got = 0;

    if (Count == 0)
        return STATUS_INVALID_PARAMETER;
    /* Where they shall go must be writable before they are gone from the queue. */
    unsigned n = Count < BATCH ? Count : BATCH;
    if (!guest_probe(IoCompletionInformation, n * sizeof(entries[0]), true))
        return STATUS_ACCESS_VIOLATION;
    NTSTATUS status = nt_deadline_get(Timeout, &d);
    if (NT_SUCCESS(status))
        status = nt_handle_get(IoCompletionHandle, &nt_io_completion_type,
                               IO_COMPLETION_MODIFY_STATE, &o, NULL);
    if (!NT_SUCCESS(status))
        return status;
    status = remove_entries(t, (struct port *)o, entries, n, &got, Alertable, &d);
    nt_object_release(o);
    if ((got && !guest_write(IoCompletionInformation, entries, got * sizeof(entries[0]))) ||
        !guest_put(NumEntriesRemoved, (ULONG)got))
        return STATUS_ACCESS_VIOLATION;
    return status;
}

NTSTATUS NtQueryIoCompletion(struct nt_thread *t, HANDLE IoCompletionHandle,
                             ULONG IoCompletionInformationClass, void *IoCompletionInformation,
                             ULONG IoCompletionInformationLength, ULONG *ReturnLength)
{
    struct nt_object *o;

    (void)t;
    if (IoCompletionInformationClass != 0)
        return STATUS_INVALID_INFO_CLASS;
    if (IoCompletionInformationLength != sizeof(LONG))
        return STATUS_INFO_LENGTH_MISMATCH;
    NTSTATUS status = nt_handle_get(IoCompletionHandle, &nt_io_completion_type,
                                    IO_COMPLETION_QUERY_STATE, &o, NULL);
    if (!NT_SUCCESS(status))
        return status;
    struct port *p = (struct port *)o;
    pthread_mutex_lock(&p->lock);
    LONG depth = (LONG)p->depth;
    pthread_mutex_unlock(&p->lock);
    nt_object_release(o);
    return nt_info_return(&depth, sizeof(depth), IoCompletionInformation,
                          IoCompletionInformationLength, ReturnLength);
}
