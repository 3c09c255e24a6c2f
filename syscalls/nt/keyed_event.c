/*
 * Keyed events: a releaser and a waiter of one key meet; each waits for the other. Keys are
 * addresses of one process, so the queues are the process's own.
 */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "syscalls/nt/sync.h"
#include "syscalls/nt/thread_state.h"
#include "nt_handlers.h"

const struct nt_object_type nt_keyed_event_type = {
    .name = "KeyedEvent",
    .map = {0x00020001, 0x00020002, 0x00020000, KEYEDEVENT_ALL_ACCESS},
    .destroy = nt_sync_destroy,
    .name_of = nt_sync_name_of,
};

/* On the stack of a thread that waits. */
struct entry {
    struct entry *next;
    struct nt_thread *thread;
    const void *event; /* the object; NULL: the one that needs no handle */
    uint64_t key;
    bool releases;
};

/* Each is a list in the order of arrival. */
static struct {
    pthread_mutex_t lock;
    struct entry *first;
} buckets[64] = {[0 ... 63] = {PTHREAD_MUTEX_INITIALIZER, NULL}};

NTSTATUS NtCreateKeyedEvent(struct nt_thread *t, HANDLE *KeyedEventHandle,
                            ACCESS_MASK DesiredAccess, const OBJECT_ATTRIBUTES *ObjectAttributes,
                            ULONG Flags)
{
    (void)t;
    if (Flags)
        return STATUS_INVALID_PARAMETER_4;
    return nt_sync_create(nt_slot_new(NT_SLOT_KEYED), &nt_keyed_event_type, NT_SLOT_KEYED,
                          KeyedEventHandle, DesiredAccess, ObjectAttributes);
}

NTSTATUS NtOpenKeyedEvent(struct nt_thread *t, HANDLE *KeyedEventHandle, ACCESS_MASK DesiredAccess,
                          const OBJECT_ATTRIBUTES *ObjectAttributes)
{
    (void)t;
    return nt_sync_open(&nt_keyed_event_type, NT_SLOT_KEYED, KeyedEventHandle, DesiredAccess,
                        ObjectAttributes);
}

static NTSTATUS meet(struct nt_thread *t, HANDLE handle, ACCESS_MASK access, const void *key,
                     bool releases, bool alertable, const LARGE_INTEGER *timeout)
{
    struct nt_object *o = NULL;
    struct nt_deadline d;
    NTSTATUS status;

    if ((uintptr_t)key & 1)
        return STATUS_INVALID_PARAMETER_1;
    status = nt_deadline_get(timeout, &d);
    if (NT_SUCCESS(status) && handle)
        status = nt_handle_get(handle, &nt_keyed_event_type, access, &o, NULL);
    if (!NT_SUCCESS(status))
        return status;

    struct entry self = {NULL, t, o ? ((struct nt_sync *)o)->slot : NULL, (uintptr_t)key, releases};
    unsigned b = (unsigned)((uintptr_t)key >> 2 ^ (uintptr_t)key >> 9) % 64;
    pthread_mutex_lock(&buckets[b].lock);
    struct entry **at;
    for (at = &buckets[b].first; *at; at = &(*at)->next) {
        struct entry *e = *at;
        if (e->event != self.event || e->key != self.key || e->releases == releases)
            continue;
        *at = e->next;
        _Atomic uint32_t *word = &e->thread->more->keyed;
        atomic_store(word, 0);
        /* Under the lock: behind it, the thread and its word may be gone. */
        syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
        pthread_mutex_unlock(&buckets[b].lock);
        nt_object_release(o);
        return STATUS_SUCCESS;
    }
    atomic_store(&t->more->keyed, 1);
    *at = &self;
    pthread_mutex_unlock(&buckets[b].lock);

    status = STATUS_PENDING;
    unsigned events = NT_EVENT_STOP | (alertable ? NT_EVENT_ALERT : 0);
    atomic_store(&t->more->alertable, alertable);
    while (atomic_load(&t->more->keyed)) {
        if (alertable && (status = nt_alert_test(t)) != STATUS_SUCCESS)
            break;
        status = STATUS_PENDING;
        if (nt_deadline_passed(&d)) {
            status = STATUS_TIMEOUT;
            break;
        }
        if (nt_block_futex(t, events, &t->more->keyed, 1, &d) == -EINTR && nt_interrupted(t)) {
            status = STATUS_THREAD_IS_TERMINATING;
            break;
        }
    }
    atomic_store(&t->more->alertable, false);
    pthread_mutex_lock(&buckets[b].lock);
    if (atomic_load(&t->more->keyed)) {
        for (at = &buckets[b].first; *at != &self; at = &(*at)->next)
            ;
        *at = self.next;
    } else {
        status = STATUS_SUCCESS; /* they met, whatever else there was */
    }
    pthread_mutex_unlock(&buckets[b].lock);
    nt_object_release(o);
    return status;
}

NTSTATUS NtWaitForKeyedEvent(struct nt_thread *t, HANDLE KeyedEventHandle, void *KeyValue,
                             BOOLEAN Alertable, const LARGE_INTEGER *Timeout)
{
    return meet(t, KeyedEventHandle, KEYEDEVENT_WAIT, KeyValue, false, Alertable, Timeout);
}

NTSTATUS NtReleaseKeyedEvent(struct nt_thread *t, HANDLE KeyedEventHandle, void *KeyValue,
                             BOOLEAN Alertable, const LARGE_INTEGER *Timeout)
{
    return meet(t, KeyedEventHandle, KEYEDEVENT_WAKE, KeyValue, true, Alertable, Timeout);
}
