#include "syscalls/nt/sync.h"
#include "nt_handlers.h"

const struct nt_object_type nt_event_type = {
    .name = "Event",
    .map = {0x00020001, 0x00020002, 0x00120000, EVENT_ALL_ACCESS},
    .destroy = nt_sync_destroy,
    .name_of = nt_sync_name_of,
    .wait = &nt_sync_wait_ops,
};

NTSTATUS NtCreateEvent(struct nt_thread *t, HANDLE *EventHandle, ACCESS_MASK DesiredAccess,
                       const OBJECT_ATTRIBUTES *ObjectAttributes, ULONG EventType,
                       BOOLEAN InitialState)
{
    (void)t;
    if (EventType != NotificationEvent && EventType != SynchronizationEvent)
        return STATUS_INVALID_PARAMETER;
    return nt_sync_create(nt_slot_event_new(EventType == NotificationEvent, InitialState),
                          &nt_event_type, NT_SLOT_EVENT, EventHandle, DesiredAccess,
                          ObjectAttributes);
}

NTSTATUS NtOpenEvent(struct nt_thread *t, HANDLE *EventHandle, ACCESS_MASK DesiredAccess,
                     const OBJECT_ATTRIBUTES *ObjectAttributes)
{
    (void)t;
    return nt_sync_open(&nt_event_type, NT_SLOT_EVENT, EventHandle, DesiredAccess,
                        ObjectAttributes);
}

static NTSTATUS change(HANDLE handle, bool (*how)(struct nt_slot *), LONG *previous)
{
    struct nt_sync *e;
    NTSTATUS status = nt_sync_get(handle, &nt_event_type, EVENT_MODIFY_STATE, &e);

    if (!NT_SUCCESS(status))
        return status;
    LONG was = how(e->slot);
    nt_object_release(&e->object);
    return !previous || guest_put(previous, was) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

NTSTATUS NtSetEvent(struct nt_thread *t, HANDLE EventHandle, ULONG *PreviousState)
{
    (void)t;
    return change(EventHandle, nt_slot_event_set, (LONG *)PreviousState);
}

NTSTATUS NtSetEventBoostPriority(struct nt_thread *t, HANDLE EventHandle)
{
    (void)t;
    return change(EventHandle, nt_slot_event_set, NULL);
}

NTSTATUS NtResetEvent(struct nt_thread *t, HANDLE EventHandle, ULONG *PreviousState)
{
    (void)t;
    return change(EventHandle, nt_slot_event_reset, (LONG *)PreviousState);
}

NTSTATUS NtClearEvent(struct nt_thread *t, HANDLE EventHandle)
{
    (void)t;
    return change(EventHandle, nt_slot_event_reset, NULL);
}

NTSTATUS NtPulseEvent(struct nt_thread *t, HANDLE EventHandle, ULONG *PreviousState)
{
    (void)t;
    return change(EventHandle, nt_slot_event_pulse, (LONG *)PreviousState);
}

NTSTATUS NtQueryEvent(struct nt_thread *t, HANDLE EventHandle, ULONG EventInformationClass,
                      void *EventInformation, ULONG EventInformationLength, ULONG *ReturnLength)
{
    struct nt_sync *e;

    (void)t;
    if (EventInformationClass != 0)
        return STATUS_INVALID_INFO_CLASS;
    if (EventInformationLength != sizeof(EVENT_BASIC_INFORMATION))
        return STATUS_INFO_LENGTH_MISMATCH;
    NTSTATUS status = nt_sync_get(EventHandle, &nt_event_type, EVENT_QUERY_STATE, &e);
    if (!NT_SUCCESS(status))
        return status;
    EVENT_BASIC_INFORMATION info = {
        .EventType = e->slot->manual ? NotificationEvent : SynchronizationEvent,
        .EventState = nt_slot_ready(e->slot),
    };
    nt_object_release(&e->object);
    return nt_info_return(&info, sizeof(info), EventInformation, EventInformationLength,
                          ReturnLength);
}
