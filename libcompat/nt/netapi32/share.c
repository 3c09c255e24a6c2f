/* Shared folders: there is no server service here, and who asks for it is told so. */
#include "netapi.h"

#include <lmerr.h>
#include <lmshare.h>

NET_API_STATUS WINAPI NetShareAdd(LMSTR server, DWORD level, LPBYTE share, LPDWORD parameter)
{
    (void)server, (void)level, (void)share, (void)parameter;
    return NERR_ServerNotStarted;
}

NET_API_STATUS WINAPI NetShareDel(LMSTR server, LMSTR name, DWORD reserved)
{
    (void)server, (void)name, (void)reserved;
    return NERR_ServerNotStarted;
}
