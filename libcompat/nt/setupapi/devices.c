/*
 * Sets of devices. None is told about those of the host, so every set is empty; an empty set is an
 * object all the same.
 */
#define _SETUPAPI_
#include "libcompat/nt/include/win32.h"
#include <setupapi.h>

#define SET_MAGIC 0x74655344u

struct set {
    ULONG magic;
};

static struct set *set_of(HDEVINFO handle)
{
    struct set *set = handle;

    if (set && handle != INVALID_HANDLE_VALUE && set->magic == SET_MAGIC)
        return set;
    fail(ERROR_INVALID_HANDLE);
    return NULL;
}

HDEVINFO WINAPI SetupDiGetClassDevsW(const GUID *class, PCWSTR enumerator, HWND parent, DWORD flags)
{
    struct set *set;

    (void)enumerator, (void)parent;
    if (!class && !(flags & (DIGCF_ALLCLASSES | DIGCF_DEVICEINTERFACE))) {
        fail(ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    set = heap_alloc(sizeof(*set));
    if (!set) {
        fail(ERROR_NOT_ENOUGH_MEMORY);
        return INVALID_HANDLE_VALUE;
    }
    set->magic = SET_MAGIC;
    return set;
}

HDEVINFO WINAPI SetupDiGetClassDevsA(const GUID *class, PCSTR enumerator, HWND parent, DWORD flags)
{
    (void)enumerator;
    return SetupDiGetClassDevsW(class, NULL, parent, flags);
}

BOOL WINAPI SetupDiDestroyDeviceInfoList(HDEVINFO handle)
{
    struct set *set = set_of(handle);

    if (!set)
        return FALSE;
    set->magic = 0;
    heap_free(set);
    return TRUE;
}

BOOL WINAPI SetupDiEnumDeviceInfo(HDEVINFO handle, DWORD index, PSP_DEVINFO_DATA data)
{
    (void)index;
    if (!set_of(handle))
        return FALSE;
    if (!data || data->cbSize != sizeof(*data))
        return fail(ERROR_INVALID_USER_BUFFER);
    return fail(ERROR_NO_MORE_ITEMS);
}

BOOL WINAPI SetupDiEnumDeviceInterfaces(HDEVINFO handle, PSP_DEVINFO_DATA device, const GUID *class,
                                        DWORD index, PSP_DEVICE_INTERFACE_DATA data)
{
    (void)device, (void)index;
    if (!set_of(handle))
        return FALSE;
    if (!class || !data)
        return fail(ERROR_INVALID_PARAMETER);
    if (data->cbSize != sizeof(*data))
        return fail(ERROR_INVALID_USER_BUFFER);
    return fail(ERROR_NO_MORE_ITEMS);
}
