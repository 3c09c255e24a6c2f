/*
 * Packaged applications: no process here has a package identity, and the functions say so.
 */
#include "kernelbase.h"

#ifndef APPMODEL_ERROR_NO_PACKAGE
#define APPMODEL_ERROR_NO_PACKAGE 15700
#endif

LONG WINAPI GetCurrentPackageFullName(UINT32 *length, PWSTR name)
{
    if (!length || (!name && *length))
        return ERROR_INVALID_PARAMETER;
    return APPMODEL_ERROR_NO_PACKAGE;
}

LONG WINAPI GetCurrentPackageFamilyName(UINT32 *length, PWSTR name)
{
    return GetCurrentPackageFullName(length, name);
}

LONG WINAPI GetCurrentPackagePath(UINT32 *length, PWSTR path)
{
    return GetCurrentPackageFullName(length, path);
}

LONG WINAPI GetCurrentPackageId(UINT32 *length, BYTE *buffer)
{
    if (!length || (!buffer && *length))
        return ERROR_INVALID_PARAMETER;
    return APPMODEL_ERROR_NO_PACKAGE;
}

static LONG package_of(HANDLE process, UINT32 *length)
{
    if (!length)
        return ERROR_INVALID_PARAMETER;
    if (!GetProcessId(process))
        return (LONG)GetLastError();
    return APPMODEL_ERROR_NO_PACKAGE;
}

LONG WINAPI GetPackageFullName(HANDLE process, UINT32 *length, PWSTR name)
{
    (void)name;
    return package_of(process, length);
}

LONG WINAPI GetPackageFamilyName(HANDLE process, UINT32 *length, PWSTR name)
{
    (void)name;
    return package_of(process, length);
}
