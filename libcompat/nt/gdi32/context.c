/*
 * Programs that link this library draw when they have a window; here they get no device context, and
 * no handle is one.
 */
#define _GDI32_
#include "libcompat/nt/include/win32.h"
#include <wingdi.h>

HDC WINAPI CreateDCW(LPCWSTR driver, LPCWSTR device, LPCWSTR port, const DEVMODEW *mode)
{
    (void)driver, (void)device, (void)port, (void)mode;
    return NULL;
}

HDC WINAPI CreateDCA(LPCSTR driver, LPCSTR device, LPCSTR port, const DEVMODEA *mode)
{
    (void)driver, (void)device, (void)port, (void)mode;
    return NULL;
}

HDC WINAPI CreateCompatibleDC(HDC context)
{
    (void)context;
    return NULL;
}

BOOL WINAPI DeleteDC(HDC context)
{
    (void)context;
    return fail(ERROR_INVALID_HANDLE);
}

/* Without a last error, as on Windows. */
BOOL WINAPI DeleteObject(HGDIOBJ object)
{
    (void)object;
    return FALSE;
}

int WINAPI GetDeviceCaps(HDC context, int index)
{
    (void)context, (void)index;
    return 0;
}
