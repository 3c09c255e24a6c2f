/* NtQueryObject, NtDuplicateObject and what else works on handles of any type. */
#include <stdlib.h>
#include <string.h>

#include "syscalls/nt/process.h"
#include "nt_handlers.h"

/* OBJECT_TYPE_INFORMATION (ntifs.h: PUBLIC_OBJECT_TYPE_INFORMATION is its beginning) */
struct type_information {
    UNICODE_STRING TypeName;
    ULONG TotalNumberOfObjects, TotalNumberOfHandles, TotalPagedPoolUsage, TotalNonPagedPoolUsage;
    ULONG TotalNamePoolUsage, TotalHandleTableUsage;
    ULONG HighWaterNumberOfObjects, HighWaterNumberOfHandles, HighWaterPagedPoolUsage;
    ULONG HighWaterNonPagedPoolUsage, HighWaterNamePoolUsage, HighWaterHandleTableUsage;
    ULONG InvalidAttributes;
    ULONG GenericRead, GenericWrite, GenericExecute, GenericAll;
    ULONG ValidAccessMask;
    BOOLEAN SecurityRequired, MaintainHandleCount;
    UCHAR TypeIndex;
    CHAR ReservedByte;
    ULONG PoolType, DefaultPagedPoolCharge, DefaultNonPagedPoolCharge;
};
_Static_assert(sizeof(struct type_information) == 104, "OBJECT_TYPE_INFORMATION");

static NTSTATUS put_length(ULONG *guest, ULONG value)
{
    return !guest || guest_put(guest, value) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

static NTSTATUS query_basic(struct nt_object *o, HANDLE handle, ACCESS_MASK access, void *out,
                            ULONG length, ULONG *returned)
{
    OBJECT_BASIC_INFORMATION info = {.GrantedAccess = access,
                                     .HandleCount = o->handles ? o->handles : 1,
                                     .PointerCount = o->refs};
    uint32_t attributes = 0;

    if (length != sizeof(info))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (NT_SUCCESS(nt_handle_attributes(handle, &attributes)))
        info.Attributes = attributes & NT_HANDLE_INHERIT ? OBJ_INHERIT : 0;
    if (!guest_write(out, &info, sizeof(info)))
        return STATUS_ACCESS_VIOLATION;
    return put_length(returned, sizeof(info));
}

/* A UNICODE_STRING followed by its text, as the name and type classes have it. */
static NTSTATUS put_string(void *out, size_t fixed, const uint16_t *text, size_t units)
{
    UNICODE_STRING us = {(USHORT)(units * 2), (USHORT)(units * 2 + 2),
                         (WCHAR *)((uintptr_t)out + fixed)};
    WCHAR zero = 0;

    if (!text)
        us = (UNICODE_STRING){0, 0, NULL};
    if (!guest_write(out, &us, sizeof(us)))
        return STATUS_ACCESS_VIOLATION;
    if (text && (!guest_write(us.Buffer, text, units * 2) ||
                 !guest_write((char *)us.Buffer + units * 2, &zero, 2)))
        return STATUS_ACCESS_VIOLATION;
    return STATUS_SUCCESS;
}

static NTSTATUS query_name(struct nt_object *o, void *out, ULONG length, ULONG *returned)
{
    size_t units = 0;
    uint16_t *name = o->type->name_of ? o->type->name_of(o, &units) : NULL;
    size_t need = sizeof(UNICODE_STRING) + (name ? units * 2 + 2 : 0);
    NTSTATUS status = put_length(returned, (ULONG)need);

    if (NT_SUCCESS(status)) {
        if (length < sizeof(UNICODE_STRING))
            status = STATUS_INFO_LENGTH_MISMATCH;
        else if (length < need)
            status = STATUS_BUFFER_OVERFLOW;
        else
            status = put_string(out, sizeof(UNICODE_STRING), name, units);
    }
    free(name);
    return status;
}

static NTSTATUS query_type(struct nt_object *o, void *out, ULONG length, ULONG *returned)
{
    struct type_information info = {.TotalNumberOfObjects = 1, .TotalNumberOfHandles = 1};
    uint16_t name[32];
    size_t units = strlen(o->type->name);

    info.GenericRead = o->type->map.read;
    info.GenericWrite = o->type->map.write;
    info.GenericExecute = o->type->map.execute;
    info.GenericAll = info.ValidAccessMask = o->type->map.all;
    for (size_t i = 0; i < units; i++)
        name[i] = (uint16_t)o->type->name[i];
    ULONG need = (ULONG)((sizeof(info) + units * 2 + 2 + 7) & ~(size_t)7);
    NTSTATUS status = put_length(returned, need);
    if (!NT_SUCCESS(status))
        return status;
    if (length < need)
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!guest_write(out, &info, sizeof(info)))
        return STATUS_ACCESS_VIOLATION;
    return put_string(out, sizeof(info), name, units);
}

static NTSTATUS query_flags(HANDLE handle, void *out, ULONG length, ULONG *returned)
{
    OBJECT_HANDLE_FLAG_INFORMATION info;
    uint32_t attributes;

    if (length < sizeof(info))
        return STATUS_INFO_LENGTH_MISMATCH;
    NTSTATUS status = nt_handle_attributes(handle, &attributes);
    if (!NT_SUCCESS(status))
        return status;
    info.Inherit = (attributes & NT_HANDLE_INHERIT) != 0;
    info.ProtectFromClose = (attributes & NT_HANDLE_PROTECT) != 0;
    if (!guest_write(out, &info, sizeof(info)))
        return STATUS_ACCESS_VIOLATION;
    return put_length(returned, sizeof(info));
}

NTSTATUS NtQueryObject(struct nt_thread *t, HANDLE Handle, ULONG ObjectInformationClass,
                       void *ObjectInformation, ULONG ObjectInformationLength, ULONG *ReturnLength)
{
    struct nt_object *o;
    ACCESS_MASK access;
    NTSTATUS status = nt_handle_get(Handle, NULL, 0, &o, &access);

    (void)t;
    if (!NT_SUCCESS(status))
        return status;
    switch (ObjectInformationClass) {
    case ObjectBasicInformation:
        status = query_basic(o, Handle, access, ObjectInformation, ObjectInformationLength,
                             ReturnLength);
        break;
    case ObjectNameInformation:
        status = query_name(o, ObjectInformation, ObjectInformationLength, ReturnLength);
        break;
    case ObjectTypeInformation:
        status = query_type(o, ObjectInformation, ObjectInformationLength, ReturnLength);
        break;
    case ObjectHandleFlagInformation:
        status = query_flags(Handle, ObjectInformation, ObjectInformationLength, ReturnLength);
        break;
    default:
        status = STATUS_INVALID_INFO_CLASS;
        break;
    }
    nt_object_release(o);
    return status;
}

NTSTATUS NtSetInformationObject(struct nt_thread *t, HANDLE Handle, ULONG ObjectInformationClass,
                                const void *ObjectInformation, ULONG ObjectInformationLength)
{
    OBJECT_HANDLE_FLAG_INFORMATION info;

    (void)t;
    if (ObjectInformationClass != ObjectHandleFlagInformation)
        return STATUS_INVALID_INFO_CLASS;
    if (ObjectInformationLength < sizeof(info))
        return STATUS_INFO_LENGTH_MISMATCH;
    if (!guest_get(&info, (const OBJECT_HANDLE_FLAG_INFORMATION *)ObjectInformation))
        return STATUS_ACCESS_VIOLATION;
    return nt_handle_set_attributes(Handle, (info.Inherit ? NT_HANDLE_INHERIT : 0) |
                                                (info.ProtectFromClose ? NT_HANDLE_PROTECT : 0));
}

NTSTATUS NtCompareObjects(struct nt_thread *t, HANDLE FirstObjectHandle, HANDLE SecondObjectHandle)
{
    struct nt_object *a, *b;
    NTSTATUS status = nt_handle_get(FirstObjectHandle, NULL, 0, &a, NULL);

    (void)t;
    if (!NT_SUCCESS(status))
        return status;
    status = nt_handle_get(SecondObjectHandle, NULL, 0, &b, NULL);
    if (NT_SUCCESS(status)) {
        status = a == b ? STATUS_SUCCESS : STATUS_NOT_SAME_OBJECT;
        nt_object_release(b);
    }
    nt_object_release(a);
    return status;
}

static NTSTATUS is_self(HANDLE process, bool *self)
{
    struct nt_object *o;
    NTSTATUS status = nt_handle_get(process, &nt_process_type, PROCESS_DUP_HANDLE, &o, NULL);

    if (!NT_SUCCESS(status))
        return status;
    *self &= o == nt_process_self();
    nt_object_release(o);
    return STATUS_SUCCESS;
}

NTSTATUS NtDuplicateObject(struct nt_thread *t, HANDLE SourceProcessHandle, HANDLE SourceHandle,
                           HANDLE TargetProcessHandle, HANDLE *TargetHandle,
                           ACCESS_MASK DesiredAccess, ULONG HandleAttributes, ULONG Options)
{
    struct nt_object *o;
    ACCESS_MASK granted;
    uint32_t attributes = 0;
    bool own = true;
    NTSTATUS status = is_self(SourceProcessHandle, &own);

    (void)t;
    if (NT_SUCCESS(status) && TargetProcessHandle)
        status = is_self(TargetProcessHandle, &own);
    if (!NT_SUCCESS(status))
        return status;
    if (!own)
        return nt_process_duplicate_remote(SourceProcessHandle, SourceHandle, TargetProcessHandle,
                                           TargetHandle, DesiredAccess, HandleAttributes, Options);
    status = nt_handle_get(SourceHandle, NULL, 0, &o, &granted);
    if (!NT_SUCCESS(status))
        return status;
    if (NT_SUCCESS(nt_handle_attributes(SourceHandle, &attributes)) &&
        !(Options & DUPLICATE_SAME_ATTRIBUTES))
        attributes = 0;
    if (!(Options & DUPLICATE_SAME_ATTRIBUTES) && (HandleAttributes & OBJ_INHERIT))
        attributes |= NT_HANDLE_INHERIT;
    if (!(Options & DUPLICATE_SAME_ACCESS))
        granted = nt_map_access(o->type, DesiredAccess);
    if (TargetProcessHandle) {
        HANDLE h;
        status = nt_handle_create(o, granted, attributes, &h);
        if (NT_SUCCESS(status) && TargetHandle && !guest_put(TargetHandle, h)) {
            nt_handle_close(h);
            status = STATUS_ACCESS_VIOLATION;
        }
    }
    nt_object_release(o);
    if (Options & DUPLICATE_CLOSE_SOURCE)
        nt_handle_close(SourceHandle);
    return status;
}
