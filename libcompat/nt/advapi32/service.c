/*
 * Services. No service manager runs, and a process was never started by one.
 */
#include "advapi.h"

#include <winsvc.h>

SC_HANDLE WINAPI OpenSCManagerW(LPCWSTR machine, LPCWSTR database, DWORD access)
{
    (void)machine, (void)database, (void)access;
    fail(RPC_S_SERVER_UNAVAILABLE);
    return NULL;
}

SC_HANDLE WINAPI OpenSCManagerA(LPCSTR machine, LPCSTR database, DWORD access)
{
    (void)machine, (void)database;
    return OpenSCManagerW(NULL, NULL, access);
}

/* No handle was ever given out. */
BOOL WINAPI CloseServiceHandle(SC_HANDLE handle)
{
    (void)handle;
    return fail(ERROR_INVALID_HANDLE);
}

SC_HANDLE WINAPI OpenServiceW(SC_HANDLE manager, LPCWSTR name, DWORD access)
{
    (void)manager, (void)name, (void)access;
    fail(ERROR_INVALID_HANDLE);
    return NULL;
}

SC_HANDLE WINAPI OpenServiceA(SC_HANDLE manager, LPCSTR name, DWORD access)
{
    (void)name;
    return OpenServiceW(manager, NULL, access);
}

BOOL WINAPI QueryServiceStatus(SC_HANDLE service, LPSERVICE_STATUS status)
{
    (void)service, (void)status;
    return fail(ERROR_INVALID_HANDLE);
}

BOOL WINAPI StartServiceCtrlDispatcherW(const SERVICE_TABLE_ENTRYW *table)
{
    return fail(table ? ERROR_FAILED_SERVICE_CONTROLLER_CONNECT : ERROR_INVALID_DATA);
}

BOOL WINAPI StartServiceCtrlDispatcherA(const SERVICE_TABLE_ENTRYA *table)
{
    return fail(table ? ERROR_FAILED_SERVICE_CONTROLLER_CONNECT : ERROR_INVALID_DATA);
}

SERVICE_STATUS_HANDLE WINAPI RegisterServiceCtrlHandlerExW(LPCWSTR name,
                                                           LPHANDLER_FUNCTION_EX handler,
                                                           LPVOID context)
{
    (void)name, (void)handler, (void)context;
    fail(ERROR_SERVICE_NOT_IN_EXE);
    return NULL;
}

BOOL WINAPI SetServiceStatus(SERVICE_STATUS_HANDLE handle, LPSERVICE_STATUS status)
{
    (void)handle, (void)status;
    return fail(ERROR_INVALID_HANDLE);
}
