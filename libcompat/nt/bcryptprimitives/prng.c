/*
 * Random bytes, from the kernel's generator behind \Device\KsecDD.
 */
#include "libcompat/nt/include/win32.h"

#define IOCTL_KSEC_RNG 0x390004

/* The open device. Set once by whoever is first; never closed. */
static HANDLE device;

static HANDLE rng_device(void)
{
    UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\Device\\KsecDD");
    OBJECT_ATTRIBUTES attributes = {.Length = sizeof(attributes), .ObjectName = &name};
    IO_STATUS_BLOCK iosb;
    HANDLE handle = InterlockedCompareExchangePointer(&device, NULL, NULL), other;
    NTSTATUS status;

    if (handle)
        return handle;
    status = NtOpenFile(&handle, FILE_READ_DATA | SYNCHRONIZE, &attributes, &iosb,
                        FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                        FILE_SYNCHRONOUS_IO_NONALERT);
    if (!NT_SUCCESS(status))
        RtlRaiseStatus(status);
    other = InterlockedCompareExchangePointer(&device, handle, NULL);
    if (!other)
        return handle;
    NtClose(handle);
    return other;
}

/* Callers do not look at the result: without random bytes there is no going on. */
BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size)
{
    HANDLE handle = rng_device();

    while (size) {
        ULONG part = size > 0x100000 ? 0x100000 : (ULONG)size;
        IO_STATUS_BLOCK iosb;
        NTSTATUS status = NtDeviceIoControlFile(handle, NULL, NULL, NULL, &iosb, IOCTL_KSEC_RNG,
                                                NULL, 0, data, part);

        if (!NT_SUCCESS(status))
            RtlRaiseStatus(status);
        data += part;
        size -= part;
    }
    return TRUE;
}
