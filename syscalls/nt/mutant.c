#include "syscalls/nt/sync.h"

#include <linux/futex.h>

#include "nt_handlers.h"

const struct nt_object_type nt_mutant_type = {
    .name = "Mutant",
    .map = {0x00020001, 0x00020000, 0x00120000, MUTANT_ALL_ACCESS},
    .destroy = nt_sync_destroy,
    .name_of = nt_sync_name_of,
    .wait = &nt_sync_wait_ops,
};

NTSTATUS NtCreateMutant(struct nt_thread *t, HANDLE *MutantHandle, ACCESS_MASK DesiredAccess,
                        const OBJECT_ATTRIBUTES *ObjectAttributes, BOOLEAN InitialOwner)
{
    struct nt_slot *s = nt_slot_new(NT_SLOT_MUTANT);
    uint32_t seen;

    (void)t;
    if (s && InitialOwner)
        nt_slot_try(s, &seen, NULL);
    return nt_sync_create(s, &nt_mutant_type, NT_SLOT_MUTANT, MutantHandle, DesiredAccess,
                          ObjectAttributes);
}

NTSTATUS NtOpenMutant(struct nt_thread *t, HANDLE *MutantHandle, ACCESS_MASK DesiredAccess,
                      const OBJECT_ATTRIBUTES *ObjectAttributes)
{
    (void)t;
    return nt_sync_open(&nt_mutant_type, NT_SLOT_MUTANT, MutantHandle, DesiredAccess,
                        ObjectAttributes);
}

NTSTATUS NtReleaseMutant(struct nt_thread *t, HANDLE MutantHandle, ULONG *PreviousCount)
{
    struct nt_sync *m;
    int32_t previous;

    (void)t;
    /* Releasing needs no right: the owner has waited for it. */
    NTSTATUS status = nt_sync_get(MutantHandle, &nt_mutant_type, 0, &m);
    if (!NT_SUCCESS(status))
        return status;
    status = nt_slot_mutant_release(m->slot, false, &previous);
    nt_object_release(&m->object);
    if (NT_SUCCESS(status) && PreviousCount && !guest_put(PreviousCount, (ULONG)previous))
        return STATUS_ACCESS_VIOLATION;
    return status;
}

NTSTATUS NtQueryMutant(struct nt_thread *t, HANDLE MutantHandle, ULONG MutantInformationClass,
                       void *MutantInformation, ULONG MutantInformationLength,
                       ULONG *ReturnLength)
{
    struct nt_sync *m;

    (void)t;
    if (MutantInformationClass != 0)
        return STATUS_INVALID_INFO_CLASS;
    if (MutantInformationLength != sizeof(MUTANT_BASIC_INFORMATION))
        return STATUS_INFO_LENGTH_MISMATCH;
    NTSTATUS status = nt_sync_get(MutantHandle, &nt_mutant_type, MUTANT_QUERY_STATE, &m);
    if (!NT_SUCCESS(status))
        return status;
    uint32_t value = (uint32_t)nt_word_settle(&m->slot->word), owner = value & FUTEX_TID_MASK;
    MUTANT_BASIC_INFORMATION info = {
        .CurrentCount = owner ? (LONG)(1 - m->slot->u.mutant.count) : 1,
        .OwnedByCaller = owner == (uint32_t)nt_host_tid(),
        .AbandonedState = (value & FUTEX_OWNER_DIED) != 0,
    };
    nt_object_release(&m->object);
    return nt_info_return(&info, sizeof(info), MutantInformation, MutantInformationLength,
                          ReturnLength);
}
