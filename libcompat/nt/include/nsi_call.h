/*
 * Asking \Device\Nsi, for the libraries that tell of the network. All inline; keeps nothing.
 */
#ifndef LIBCOMPAT_NT_NSI_CALL_H
#define LIBCOMPAT_NT_NSI_CALL_H

#include "abi/nt/nsi.h"
#include "libcompat/nt/include/win32.h"

static inline NTSTATUS nsi_open(HANDLE *device)
{
    static const WCHAR name[] = L"\\Device\\Nsi";
    UNICODE_STRING path = {sizeof(name) - sizeof(WCHAR), sizeof(name), (WCHAR *)name};
    OBJECT_ATTRIBUTES object;
    IO_STATUS_BLOCK iosb;

    memset(&object, 0, sizeof(object));
    object.Length = sizeof(object);
    object.ObjectName = &path;
    object.Attributes = OBJ_CASE_INSENSITIVE;
    return NtCreateFile(device, GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE, &object, &iosb, NULL, 0,
                        FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_OPEN_IF, 0, NULL, 0);
}

/* One control code on an open device, to its end. Another thread that cancels the device's requests
 * makes it end with STATUS_CANCELLED. */
static inline NTSTATUS nsi_control(HANDLE device, ULONG code, const void *in, ULONG in_size,
                                   void *out, ULONG out_size, ULONG_PTR *done)
{
    IO_STATUS_BLOCK iosb;
    HANDLE event;
    NTSTATUS status = NtCreateEvent(&event, EVENT_ALL_ACCESS, NULL, NotificationEvent, FALSE);

    if (!NT_SUCCESS(status))
        return status;
    memset(&iosb, 0, sizeof(iosb));
    status = NtDeviceIoControlFile(device, event, NULL, NULL, &iosb, code, (void *)in, in_size, out,
                                   out_size);
    if (status == STATUS_PENDING) {
        NtWaitForSingleObject(event, FALSE, NULL);
        status = iosb.Status;
    }
    NtClose(event);
    *done = NT_SUCCESS(status) ? iosb.Information : 0;
    return status;
}

static inline NTSTATUS nsi_call(ULONG code, const void *in, ULONG in_size, void *out,
                                ULONG out_size, ULONG_PTR *done)
{
    HANDLE device;
    NTSTATUS status = nsi_open(&device);

    *done = 0;
    if (!NT_SUCCESS(status))
        return status;
    status = nsi_control(device, code, in, in_size, out, out_size, done);
    NtClose(device);
    return status;
}

/* All entries of a list; heap_free what *entries gets, also when there are none. */
static inline NTSTATUS nsi_list(ULONG code, SIZE_T entry_size, void **entries, ULONG *count)
{
    ULONG room = 32;

    *entries = NULL;
    *count = 0;
    for (;;) {
        SIZE_T size = sizeof(NSI_LIST) + room * entry_size;
        NSI_LIST *list = heap_alloc(size);
        ULONG_PTR done;
        NTSTATUS status;

        if (!list)
            return STATUS_NO_MEMORY;
        status = nsi_call(code, NULL, 0, list, (ULONG)size, &done);
        if (NT_SUCCESS(status) && list->Given == list->There) {
            *count = list->Given;
            memmove(list, list + 1, *count * entry_size);
            *entries = list;
            return STATUS_SUCCESS;
        }
        room = list->There + 16;
        heap_free(list);
        if (!NT_SUCCESS(status))
            return status;
    }
}

#endif
