/*
 * The administration of networks of computers. There is no server service here, and no domain: what asks
 * for one is told so.
 */
#include "libcompat/nt/include/win32.h"
#include <lmcons.h>
#include <lmerr.h>
#include <lmapibuf.h>
#include <lmjoin.h>
#include <lmshare.h>

NET_API_STATUS WINAPI NetApiBufferAllocate(DWORD size, LPVOID *buffer)
{
    if (!buffer)
        return ERROR_INVALID_PARAMETER;
    *buffer = heap_alloc(size);
    return *buffer ? NERR_Success : ERROR_NOT_ENOUGH_MEMORY;
}

NET_API_STATUS WINAPI NetApiBufferFree(LPVOID buffer)
{
    heap_free(buffer);
    return NERR_Success;
}

NET_API_STATUS WINAPI NetApiBufferSize(LPVOID buffer, LPDWORD size)
{
    SIZE_T n = buffer ? RtlSizeHeap(NtCurrentPeb()->ProcessHeap, 0, buffer) : (SIZE_T)-1;

    if (!size || n == (SIZE_T)-1)
        return ERROR_INVALID_PARAMETER;
    *size = (DWORD)n;
    return NERR_Success;
}

/* A computer by itself, in the workgroup that they are in by default. */
NET_API_STATUS WINAPI NetGetJoinInformation(LPCWSTR server, LPWSTR *name, PNETSETUP_JOIN_STATUS status)
{
    static const WCHAR workgroup[] = L"WORKGROUP";

    if (!name || !status)
        return ERROR_INVALID_PARAMETER;
    if (server && *server)
        return ERROR_NOT_SUPPORTED;
    *name = heap_alloc(sizeof(workgroup));
    if (!*name)
        return ERROR_NOT_ENOUGH_MEMORY;
    memcpy(*name, workgroup, sizeof(workgroup));
    *status = NetSetupWorkgroupName;
    return NERR_Success;
}

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
