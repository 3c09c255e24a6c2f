/* The version of the system, from the PEB, and what programs ask about it. */
#include "rtl_private.h"

#define BUILD_FREE 0xf0000000u

NTSTATUS NTAPI RtlGetVersion(RTL_OSVERSIONINFOW *info)
{
    const PEB *peb = rtl_peb();

    info->dwMajorVersion = peb->OSMajorVersion;
    info->dwMinorVersion = peb->OSMinorVersion;
    info->dwBuildNumber = peb->OSBuildNumber;
    info->dwPlatformId = peb->OSPlatformId;
    info->szCSDVersion[0] = 0;
    if (info->dwOSVersionInfoSize == sizeof(RTL_OSVERSIONINFOEXW)) {
        RTL_OSVERSIONINFOEXW *ex = (RTL_OSVERSIONINFOEXW *)info;

        ex->wServicePackMajor = peb->OSCSDVersion >> 8;
        ex->wServicePackMinor = peb->OSCSDVersion & 0xff;
        ex->wSuiteMask = (WORD)rtl_kuser()->SuiteMask;
        ex->wProductType = (BYTE)rtl_kuser()->NtProductType;
        ex->wReserved = 0;
    }
    return STATUS_SUCCESS;
}

VOID NTAPI RtlGetNtVersionNumbers(PULONG major, PULONG minor, PULONG build)
{
    const PEB *peb = rtl_peb();

    if (major)
        *major = peb->OSMajorVersion;
    if (minor)
        *minor = peb->OSMinorVersion;
    if (build)
        *build = BUILD_FREE | peb->OSBuildNumber;
}

BOOLEAN NTAPI RtlGetNtProductType(PULONG type)
{
    *type = rtl_kuser()->NtProductType;
    return TRUE;
}

BOOLEAN NTAPI RtlGetProductInfo(DWORD major, DWORD minor, DWORD sp_major, DWORD sp_minor,
                                PDWORD type)
{
    (void)sp_major;
    (void)sp_minor;
    if (!type)
        return FALSE;
    if (major < 6) { /* the question makes no sense for systems before it existed */
        *type = 0;
        return FALSE;
    }
    (void)minor;
    *type = PRODUCT_PROFESSIONAL;
    return TRUE;
}

ULONGLONG NTAPI VerSetConditionMask(ULONGLONG mask, DWORD type, BYTE condition)
{
    static const DWORD order[] = {VER_PRODUCT_TYPE,     VER_SUITENAME,    VER_PLATFORMID,
                                  VER_BUILDNUMBER,      VER_MAJORVERSION, VER_MINORVERSION,
                                  VER_SERVICEPACKMAJOR, VER_SERVICEPACKMINOR};
    static const UCHAR place[] = {7, 6, 3, 2, 1, 0, 5, 4};

    condition &= 7;
    if (!type || !condition)
        return mask;
    for (SIZE_T i = 0; i < COUNT_OF(order); i++)
        if (type & order[i])
            return mask | (ULONGLONG)condition << place[i] * 3;
    return mask;
}

static BYTE condition_of(ULONGLONG condition, ULONG place)
{
    return (BYTE)(condition >> place * 3 & 7);
}

/* Compares one number. *equal tells whether a lower part of the version decides. */
static BOOLEAN holds(ULONG have, ULONG want, BYTE condition, BOOLEAN *equal)
{
    *equal = have == want;
    switch (condition) {
    case VER_EQUAL:
        return have == want;
    case VER_GREATER:
        return have > want;
    case VER_GREATER_EQUAL:
        return have >= want;
    case VER_LESS:
        return have < want;
    case VER_LESS_EQUAL:
        return have <= want;
    default:
        return FALSE;
    }
}

/* Major, minor and service pack are one number in four parts, compared by the first condition given. */
static BOOLEAN version_holds(const RTL_OSVERSIONINFOEXW *have, const RTL_OSVERSIONINFOEXW *want,
                             ULONG types, ULONGLONG condition)
{
    const struct {
        ULONG type, place, have, want;
    } parts[] = {
        {VER_MAJORVERSION, 1, have->dwMajorVersion, want->dwMajorVersion},
        {VER_MINORVERSION, 0, have->dwMinorVersion, want->dwMinorVersion},
        {VER_SERVICEPACKMAJOR, 5, have->wServicePackMajor, want->wServicePackMajor},
        {VER_SERVICEPACKMINOR, 4, have->wServicePackMinor, want->wServicePackMinor},
    };
    BYTE first = 0;
    BOOLEAN result = TRUE, equal = TRUE;

    for (SIZE_T i = 0; i < COUNT_OF(parts) && equal; i++) {
        if (!(types & parts[i].type))
            continue;
        if (!first)
            first = condition_of(condition, parts[i].place);
        result = holds(parts[i].have, parts[i].want, first, &equal);
        if (equal && (first == VER_GREATER || first == VER_LESS))
            result = FALSE; /* unless a lower part says otherwise */
    }
    return result;
}

NTSTATUS NTAPI RtlVerifyVersionInfo(const RTL_OSVERSIONINFOEXW *info, ULONG types,
                                    ULONGLONG condition)
{
    RTL_OSVERSIONINFOEXW have;
    BOOLEAN equal;

    if (!types)
        return STATUS_INVALID_PARAMETER;
    /* A field without a condition never holds (Go's tests of its runtime rest on that). */
    have.dwOSVersionInfoSize = sizeof(have);
    RtlGetVersion((RTL_OSVERSIONINFOW *)&have);
    if ((types & VER_PRODUCT_TYPE) &&
        !holds(have.wProductType, info->wProductType, condition_of(condition, 7), &equal))
        return STATUS_REVISION_MISMATCH;
    if (types & VER_SUITENAME) {
        switch (condition_of(condition, 6)) {
        case VER_AND:
            if ((info->wSuiteMask & have.wSuiteMask) != info->wSuiteMask)
                return STATUS_REVISION_MISMATCH;
            break;
        case VER_OR:
            if (!(info->wSuiteMask & have.wSuiteMask) && info->wSuiteMask)
                return STATUS_REVISION_MISMATCH;
            break;
        default:
            return STATUS_INVALID_PARAMETER;
        }
    }
    if ((types & VER_PLATFORMID) &&
        !holds(have.dwPlatformId, info->dwPlatformId, condition_of(condition, 3), &equal))
        return STATUS_REVISION_MISMATCH;
    if ((types & VER_BUILDNUMBER) &&
        !holds(have.dwBuildNumber, info->dwBuildNumber, condition_of(condition, 2), &equal))
        return STATUS_REVISION_MISMATCH;
    if ((types & (VER_MAJORVERSION | VER_MINORVERSION | VER_SERVICEPACKMAJOR |
                  VER_SERVICEPACKMINOR)) &&
        !version_holds(&have, info, types, condition))
        return STATUS_REVISION_MISMATCH;
    return STATUS_SUCCESS;
}

ULONG NTAPI RtlGetNtGlobalFlags(VOID)
{
    return rtl_peb()->NtGlobalFlag;
}

PEB *NTAPI RtlGetCurrentPeb(VOID)
{
    return rtl_peb();
}

PWSTR NTAPI RtlGetNtSystemRoot(VOID)
{
    return (PWSTR)rtl_kuser()->NtSystemRoot;
}

BOOLEAN NTAPI RtlIsProcessorFeaturePresent(ULONG feature)
{
    return feature < COUNT_OF(rtl_kuser()->ProcessorFeatures) &&
           rtl_kuser()->ProcessorFeatures[feature];
}
