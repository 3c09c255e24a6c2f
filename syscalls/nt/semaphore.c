#include "syscalls/nt/sync.h"
#include "nt_handlers.h"

const struct nt_object_type nt_semaphore_type = {
    .name = "Semaphore",
    .map = {0x00020001, 0x00020002, 0x00120000, SEMAPHORE_ALL_ACCESS},
    .destroy = nt_sync_destroy,
    .name_of = nt_sync_name_of,
    .wait = &nt_sync_wait_ops,
};

NTSTATUS NtCreateSemaphore(struct nt_thread *t, HANDLE *SemaphoreHandle, ACCESS_MASK DesiredAccess,
                           const OBJECT_ATTRIBUTES *ObjectAttributes, LONG InitialCount,
                           LONG MaximumCount)
{
    (void)t;
    if (MaximumCount <= 0 || InitialCount < 0 || InitialCount > MaximumCount)
        return STATUS_INVALID_PARAMETER;
    struct nt_slot *s = nt_slot_new(NT_SLOT_SEMAPHORE);
    if (s) {
        s->u.semaphore.limit = MaximumCount;
        atomic_store(&s->word, (uint32_t)InitialCount);
    }
    return nt_sync_create(s, &nt_semaphore_type, NT_SLOT_SEMAPHORE, SemaphoreHandle,
                          DesiredAccess, ObjectAttributes);
}

NTSTATUS NtOpenSemaphore(struct nt_thread *t, HANDLE *SemaphoreHandle, ACCESS_MASK DesiredAccess,
                         const OBJECT_ATTRIBUTES *ObjectAttributes)
{
    (void)t;
    return nt_sync_open(&nt_semaphore_type, NT_SLOT_SEMAPHORE, SemaphoreHandle, DesiredAccess,
                        ObjectAttributes);
}

NTSTATUS NtReleaseSemaphore(struct nt_thread *t, HANDLE SemaphoreHandle, LONG ReleaseCount,
                            ULONG *PreviousCount)
{
    struct nt_sync *s;
    int32_t previous;

    (void)t;
    if (ReleaseCount <= 0)
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = nt_sync_get(SemaphoreHandle, &nt_semaphore_type, SEMAPHORE_MODIFY_STATE, &s);
    if (!NT_SUCCESS(status))
        return status;
    status = nt_slot_semaphore_release(s->slot, ReleaseCount, &previous);
    nt_object_release(&s->object);
    if (NT_SUCCESS(status) && PreviousCount && !guest_put(PreviousCount, (ULONG)previous))
        return STATUS_ACCESS_VIOLATION;
    return status;
}

NTSTATUS NtQuerySemaphore(struct nt_thread *t, HANDLE SemaphoreHandle,
                          ULONG SemaphoreInformationClass, void *SemaphoreInformation,
                          ULONG SemaphoreInformationLength, ULONG *ReturnLength)
{
    struct nt_sync *s;

    (void)t;
    if (SemaphoreInformationClass != 0)
        return STATUS_INVALID_INFO_CLASS;
    if (SemaphoreInformationLength != sizeof(SEMAPHORE_BASIC_INFORMATION))
        return STATUS_INFO_LENGTH_MISMATCH;
    NTSTATUS status = nt_sync_get(SemaphoreHandle, &nt_semaphore_type, SEMAPHORE_QUERY_STATE, &s);
    if (!NT_SUCCESS(status))
        return status;
    SEMAPHORE_BASIC_INFORMATION info = {
        .CurrentCount = (LONG)(uint32_t)nt_word_settle(&s->slot->word),
        .MaximumCount = s->slot->u.semaphore.limit,
    };
    nt_object_release(&s->object);
    return nt_info_return(&info, sizeof(info), SemaphoreInformation, SemaphoreInformationLength,
                          ReturnLength);
}
