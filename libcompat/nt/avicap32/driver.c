/* Video capture: there are no drivers to list. */
#include "libcompat/nt/include/win32.h"

BOOL WINAPI capGetDriverDescriptionW(UINT index, LPWSTR name, int names, LPWSTR version, int versions)
{
    (void)index, (void)name, (void)names, (void)version, (void)versions;
    return FALSE;
}

BOOL WINAPI capGetDriverDescriptionA(UINT index, LPSTR name, int names, LPSTR version, int versions)
{
    (void)index, (void)name, (void)names, (void)version, (void)versions;
    return FALSE;
}
