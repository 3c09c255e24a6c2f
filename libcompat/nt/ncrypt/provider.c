/* Stored keys: there is no provider that keeps any. */
#include "libcompat/nt/include/win32.h"
#include <ncrypt.h>

SECURITY_STATUS WINAPI NCryptOpenStorageProvider(NCRYPT_PROV_HANDLE *provider, LPCWSTR name, DWORD flags)
{
    (void)name, (void)flags;
    if (!provider)
        return NTE_INVALID_PARAMETER;
    *provider = 0;
    return NTE_PROV_TYPE_NOT_DEF;
}

SECURITY_STATUS WINAPI NCryptFreeObject(NCRYPT_HANDLE object)
{
    (void)object;
    return NTE_INVALID_HANDLE;
}
