/* The device that carries algorithms out: see abi/nt/cng.h. */
#include "cng.h"

NTSTATUS device_open(HANDLE *device)
{
    UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\Device\\CNG");
    OBJECT_ATTRIBUTES attributes = {.Length = sizeof(attributes), .ObjectName = &name};
    IO_STATUS_BLOCK iosb;
    NTSTATUS status = NtOpenFile(device, FILE_READ_DATA | SYNCHRONIZE, &attributes, &iosb,
                                 FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                                 FILE_SYNCHRONOUS_IO_NONALERT);

    if (status == STATUS_OBJECT_NAME_NOT_FOUND || status == STATUS_OBJECT_PATH_NOT_FOUND)
        return STATUS_NOT_SUPPORTED;
    return status;
}

NTSTATUS device_call(HANDLE device, ULONG code, const void *in, ULONG in_size, void *out, ULONG out_size)
{
    IO_STATUS_BLOCK iosb;

    return NtDeviceIoControlFile(device, NULL, NULL, NULL, &iosb, code, (PVOID)in, in_size, out, out_size);
}
