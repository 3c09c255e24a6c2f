/*
 * Mitigation policies, DEP, and the information classes of processes that Win32 passes through.
 */
#include "kernelbase.h"

#ifndef PROCESS_DEP_ENABLE
#define PROCESS_DEP_ENABLE 1
#endif

/* PROCESS_MITIGATION_POLICY_INFORMATION: the policy's number, then its flags. */
struct policy {
    ULONG number;
    ULONG flags;
};

BOOL WINAPI GetProcessMitigationPolicy(HANDLE process, PROCESS_MITIGATION_POLICY policy,
                                       PVOID buffer, SIZE_T size)
{
    struct policy info = {.number = policy};

    switch ((int)policy) {
    case ProcessDEPPolicy:
        /* Data is never executable in a 64-bit process. */
        if (size != sizeof(PROCESS_MITIGATION_DEP_POLICY))
            return fail(ERROR_INVALID_PARAMETER);
        memset(buffer, 0, size);
        ((PROCESS_MITIGATION_DEP_POLICY *)buffer)->Enable = 1;
        ((PROCESS_MITIGATION_DEP_POLICY *)buffer)->Permanent = 1;
        return TRUE;
    case 5: /* ProcessMitigationOptionsMask: the masks of the options that exist */
        return fail(ERROR_NOT_SUPPORTED);
    }
    if (size != sizeof(info.flags))
        return fail(ERROR_INVALID_PARAMETER);
    if (!set_status(
            NtQueryInformationProcess(process, ProcessMitigationPolicy, &info, sizeof(info), NULL)))
        return FALSE;
    memcpy(buffer, &info.flags, sizeof(info.flags));
    return TRUE;
}

BOOL WINAPI SetProcessMitigationPolicy(PROCESS_MITIGATION_POLICY policy, PVOID buffer, SIZE_T size)
{
    struct policy info = {.number = policy};

    if (!buffer || size != sizeof(info.flags))
        return fail(ERROR_INVALID_PARAMETER);
    memcpy(&info.flags, buffer, sizeof(info.flags));
    return set_status(
        NtSetInformationProcess(NtCurrentProcess(), ProcessMitigationPolicy, &info, sizeof(info)));
}

BOOL WINAPI GetProcessDEPPolicy(HANDLE process, LPDWORD flags, PBOOL permanent)
{
#ifdef _WIN64
    (void)process;
    (void)flags;
    (void)permanent;
    return fail(ERROR_NOT_SUPPORTED); /* documented for 32-bit processes alone */
#else
    ULONG execute;

    if (!set_status(NtQueryInformationProcess(process, ProcessExecuteFlags, &execute,
                                              sizeof(execute), NULL)))
        return FALSE;
    *flags = execute & 1 ? PROCESS_DEP_ENABLE : 0;
    *permanent = (execute & 8) != 0;
    return TRUE;
#endif
}

BOOL WINAPI SetProcessDEPPolicy(DWORD flags)
{
    (void)flags;
    return fail(ERROR_NOT_SUPPORTED);
}

DEP_SYSTEM_POLICY_TYPE WINAPI GetSystemDEPPolicy(void)
{
    return DEPPolicyOptIn;
}

/* ---- Information classes ---- */

static const struct {
    UCHAR nt;
    UCHAR size;
} classes[] = {
    [ProcessMemoryPriority] = {ProcessPagePriority, sizeof(MEMORY_PRIORITY_INFORMATION)},
    [ProcessPowerThrottling] = {ProcessPowerThrottlingState,
                                sizeof(PROCESS_POWER_THROTTLING_STATE)},
    [ProcessProtectionLevelInfo] = {ProcessProtectionInformation,
                                    sizeof(PROCESS_PROTECTION_LEVEL_INFORMATION)},
};

BOOL WINAPI GetProcessInformation(HANDLE process, PROCESS_INFORMATION_CLASS class, LPVOID info,
                                  DWORD size)
{
    if ((unsigned)class >= ARRAYSIZE(classes) || !classes[class].nt)
        return fail(ERROR_INVALID_PARAMETER);
    if (size < classes[class].size)
        return fail(ERROR_BAD_LENGTH);
    if (class == ProcessProtectionLevelInfo) {
        /* No process here is protected. */
        if (!GetProcessId(process))
            return FALSE;
        ((PROCESS_PROTECTION_LEVEL_INFORMATION *)info)->ProtectionLevel = PROTECTION_LEVEL_NONE;
        return TRUE;
    }
    return set_status(
        NtQueryInformationProcess(process, classes[class].nt, info, classes[class].size, NULL));
}

BOOL WINAPI SetProcessInformation(HANDLE process, PROCESS_INFORMATION_CLASS class, LPVOID info,
                                  DWORD size)
{
    if ((unsigned)class >= ARRAYSIZE(classes) || !classes[class].nt ||
        class == ProcessProtectionLevelInfo)
        return fail(ERROR_INVALID_PARAMETER);
    if (size < classes[class].size)
        return fail(ERROR_BAD_LENGTH);
    return set_status(
        NtSetInformationProcess(process, classes[class].nt, info, classes[class].size));
}
