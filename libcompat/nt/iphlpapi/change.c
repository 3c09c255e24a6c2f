/*
 * Telling of changes. The host's are not watched; a program is told so, and may look from time to
 * time instead.
 */
#include "iphlp.h"

NETIO_STATUS WINAPI NotifyIpInterfaceChange(ADDRESS_FAMILY family,
                                            PIPINTERFACE_CHANGE_CALLBACK callback, PVOID context,
                                            BOOLEAN initial, HANDLE *handle)
{
    (void)context, (void)initial;
    if (!callback || !handle || (family != AF_UNSPEC && family != AF_INET && family != AF_INET6))
        return ERROR_INVALID_PARAMETER;
    *handle = NULL;
    return ERROR_NOT_SUPPORTED;
}

NETIO_STATUS WINAPI NotifyUnicastIpAddressChange(ADDRESS_FAMILY family,
                                                 PUNICAST_IPADDRESS_CHANGE_CALLBACK callback,
                                                 PVOID context, BOOLEAN initial, HANDLE *handle)
{
    (void)context, (void)initial;
    if (!callback || !handle || (family != AF_UNSPEC && family != AF_INET && family != AF_INET6))
        return ERROR_INVALID_PARAMETER;
    *handle = NULL;
    return ERROR_NOT_SUPPORTED;
}

NETIO_STATUS WINAPI NotifyRouteChange2(ADDRESS_FAMILY family, PIPFORWARD_CHANGE_CALLBACK callback,
                                       PVOID context, BOOLEAN initial, HANDLE *handle)
{
    (void)context, (void)initial;
    if (!callback || !handle || (family != AF_UNSPEC && family != AF_INET && family != AF_INET6))
        return ERROR_INVALID_PARAMETER;
    *handle = NULL;
    return ERROR_NOT_SUPPORTED;
}

NETIO_STATUS WINAPI CancelMibChangeNotify2(HANDLE handle)
{
    (void)handle; /* nobody has been given one */
    return ERROR_INVALID_PARAMETER;
}

DWORD WINAPI NotifyAddrChange(PHANDLE handle, LPOVERLAPPED overlapped)
{
    (void)handle, (void)overlapped;
    return ERROR_NOT_SUPPORTED;
}

WINBOOL WINAPI CancelIPChangeNotify(LPOVERLAPPED overlapped)
{
    (void)overlapped;
    return fail(ERROR_INVALID_PARAMETER);
}

DWORD WINAPI NotifyRouteChange(PHANDLE handle, LPOVERLAPPED overlapped)
{
    (void)handle, (void)overlapped;
    return ERROR_NOT_SUPPORTED;
}
