/*
 * Network interfaces. What the host has is not told yet: callers are told that it cannot be.
 */
#define WIN32_LEAN_AND_MEAN
#include "libcompat/nt/include/win32.h"
#include <winsock2.h>
#include <iphlpapi.h>

ULONG WINAPI GetAdaptersAddresses(ULONG family, ULONG flags, PVOID reserved,
                                  PIP_ADAPTER_ADDRESSES addresses, PULONG size)
{
    (void)family, (void)flags, (void)addresses;
    if (reserved || !size)
        return ERROR_INVALID_PARAMETER;
    return ERROR_NOT_SUPPORTED;
}

DWORD WINAPI GetAdaptersInfo(PIP_ADAPTER_INFO info, PULONG size)
{
    (void)info;
    return size ? ERROR_NOT_SUPPORTED : ERROR_INVALID_PARAMETER;
}

DWORD WINAPI GetNetworkParams(PFIXED_INFO info, PULONG size)
{
    (void)info;
    return size ? ERROR_NOT_SUPPORTED : ERROR_INVALID_PARAMETER;
}
