/*
 * Names of privileges. Their numbers are the same on every Windows system.
 */
#include "advapi.h"

static const struct {
    USHORT value;
    const WCHAR *name;
} privileges[] = {
    {2, L"SeCreateTokenPrivilege"},
    {3, L"SeAssignPrimaryTokenPrivilege"},
    {4, L"SeLockMemoryPrivilege"},
    {5, L"SeIncreaseQuotaPrivilege"},
    {6, L"SeMachineAccountPrivilege"},
    {7, L"SeTcbPrivilege"},
    {8, L"SeSecurityPrivilege"},
    {9, L"SeTakeOwnershipPrivilege"},
    {10, L"SeLoadDriverPrivilege"},
    {11, L"SeSystemProfilePrivilege"},
    {12, L"SeSystemtimePrivilege"},
    {13, L"SeProfileSingleProcessPrivilege"},
    {14, L"SeIncreaseBasePriorityPrivilege"},
    {15, L"SeCreatePagefilePrivilege"},
    {16, L"SeCreatePermanentPrivilege"},
    {17, L"SeBackupPrivilege"},
    {18, L"SeRestorePrivilege"},
    {19, L"SeShutdownPrivilege"},
    {20, L"SeDebugPrivilege"},
    {21, L"SeAuditPrivilege"},
    {22, L"SeSystemEnvironmentPrivilege"},
    {23, L"SeChangeNotifyPrivilege"},
    {24, L"SeRemoteShutdownPrivilege"},
    {25, L"SeUndockPrivilege"},
    {26, L"SeSyncAgentPrivilege"},
    {27, L"SeEnableDelegationPrivilege"},
    {28, L"SeManageVolumePrivilege"},
    {29, L"SeImpersonatePrivilege"},
    {30, L"SeCreateGlobalPrivilege"},
    {31, L"SeTrustedCredManAccessPrivilege"},
    {32, L"SeRelabelPrivilege"},
    {33, L"SeIncreaseWorkingSetPrivilege"},
    {34, L"SeTimeZonePrivilege"},
    {35, L"SeCreateSymbolicLinkPrivilege"},
    {36, L"SeDelegateSessionUserImpersonatePrivilege"},
};

static BOOL same_name(const WCHAR *a, const WCHAR *b)
{
    while (*a && RtlDowncaseUnicodeChar(*a) == RtlDowncaseUnicodeChar(*b))
        a++, b++;
    return !*a && !*b;
}

static BOOL local_system(const WCHAR *system)
{
    /* privileges of another machine would have to be asked there */
    return !system || !*system ? TRUE : fail(RPC_S_SERVER_UNAVAILABLE);
}

BOOL WINAPI LookupPrivilegeValueW(LPCWSTR system, LPCWSTR name, PLUID luid)
{
    if (!local_system(system))
        return FALSE;
    if (!name || !luid)
        return fail(name ? ERROR_INVALID_PARAMETER : ERROR_NO_SUCH_PRIVILEGE);
    for (ULONG i = 0; i < ARRAYSIZE(privileges); i++)
        if (same_name(name, privileges[i].name)) {
            luid->LowPart = privileges[i].value;
            luid->HighPart = 0;
            return TRUE;
        }
    return fail(ERROR_NO_SUCH_PRIVILEGE);
}

BOOL WINAPI LookupPrivilegeValueA(LPCSTR system, LPCSTR name, PLUID luid)
{
    WCHAR *system_w = wide_copy(system), *name_w = wide_copy(name);
    BOOL done = (system && !system_w) || (name && !name_w)
                    ? FALSE
                    : LookupPrivilegeValueW(system_w, name_w, luid);

    heap_free(system_w);
    heap_free(name_w);
    return done;
}

BOOL WINAPI LookupPrivilegeNameW(LPCWSTR system, PLUID luid, LPWSTR name, LPDWORD length)
{
    if (!local_system(system))
        return FALSE;
    if (!luid || !length)
        return fail(ERROR_INVALID_PARAMETER);
    for (ULONG i = 0; i < ARRAYSIZE(privileges); i++) {
        DWORD chars;

        if (luid->HighPart || luid->LowPart != privileges[i].value)
            continue;
        chars = wide_length(privileges[i].name);
        if (*length <= chars) {
            *length = chars + 1;
            return fail(ERROR_INSUFFICIENT_BUFFER);
        }
        memcpy(name, privileges[i].name, (chars + 1) * sizeof(WCHAR));
        *length = chars;
        return TRUE;
    }
    return fail(ERROR_NO_SUCH_PRIVILEGE);
}

BOOL WINAPI LookupPrivilegeNameA(LPCSTR system, PLUID luid, LPSTR name, LPDWORD length)
{
    WCHAR wide[64], *system_w = wide_copy(system);
    DWORD chars = ARRAYSIZE(wide);
    BOOL done = !system || system_w ? LookupPrivilegeNameW(system_w, luid, wide, &chars) : FALSE;

    heap_free(system_w);
    if (!done)
        return FALSE;
    if (*length <= chars) {
        *length = chars + 1;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    for (DWORD i = 0; i <= chars; i++) /* all of these names are ASCII */
        name[i] = (char)wide[i];
    *length = chars;
    return TRUE;
}
