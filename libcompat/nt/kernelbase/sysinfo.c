/*
 * What machine and what system this is.
 */
#include "kernelbase.h"
#include <cpuid.h>

static BOOL basic(SYSTEM_BASIC_INFORMATION *information)
{
    return set_status(
        NtQuerySystemInformation(SystemBasicInformation, information, sizeof(*information), NULL));
}

VOID WINAPI GetSystemInfo(LPSYSTEM_INFO information)
{
    SYSTEM_BASIC_INFORMATION native;
    SYSTEM_PROCESSOR_INFORMATION processor;

    memset(information, 0, sizeof(*information));
    if (!basic(&native) || !set_status(NtQuerySystemInformation(
                               SystemProcessorInformation, &processor, sizeof(processor), NULL)))
        return;
    information->wProcessorArchitecture = processor.ProcessorArchitecture;
    information->dwPageSize = native.PageSize;
    information->lpMinimumApplicationAddress = (PVOID)native.MinimumUserModeAddress;
    information->lpMaximumApplicationAddress = (PVOID)native.MaximumUserModeAddress;
    information->dwActiveProcessorMask = native.ActiveProcessorsAffinityMask;
    information->dwNumberOfProcessors = (DWORD)native.NumberOfProcessors;
    information->dwAllocationGranularity = native.AllocationGranularity;
    information->wProcessorLevel = processor.ProcessorLevel;
    information->wProcessorRevision = processor.ProcessorRevision;
    information->dwProcessorType = processor.ProcessorArchitecture == PROCESSOR_ARCHITECTURE_AMD64
                                       ? PROCESSOR_AMD_X8664
                                       : PROCESSOR_INTEL_PENTIUM;
}

VOID WINAPI GetNativeSystemInfo(LPSYSTEM_INFO information)
{
    GetSystemInfo(information);
}

/* ---- Version ---- */

/*
 * Programs without a compatibility manifest are told 6.2 by Windows 8.1 and later. Here the true
 * version is told to all: what a program does with it is its own affair.
 */
BOOL WINAPI GetVersionExW(LPOSVERSIONINFOW information)
{
    OSVERSIONINFOEXW version = {.dwOSVersionInfoSize = sizeof(version)};
    DWORD size = information->dwOSVersionInfoSize;

    if (size != sizeof(OSVERSIONINFOW) && size != sizeof(OSVERSIONINFOEXW))
        return fail(ERROR_INSUFFICIENT_BUFFER);
    if (!set_status(RtlGetVersion((RTL_OSVERSIONINFOW *)&version)))
        return FALSE;
    version.dwOSVersionInfoSize = size;
    memcpy(information, &version, size);
    return TRUE;
}

BOOL WINAPI GetVersionExA(LPOSVERSIONINFOA information)
{
    OSVERSIONINFOEXW wide = {.dwOSVersionInfoSize = sizeof(wide)};
    OSVERSIONINFOEXA *narrow = (OSVERSIONINFOEXA *)information;
    DWORD size = information->dwOSVersionInfoSize;

    if (size != sizeof(OSVERSIONINFOA) && size != sizeof(OSVERSIONINFOEXA))
        return fail(ERROR_INSUFFICIENT_BUFFER);
    if (!GetVersionExW((LPOSVERSIONINFOW)&wide))
        return FALSE;
    narrow->dwMajorVersion = wide.dwMajorVersion;
    narrow->dwMinorVersion = wide.dwMinorVersion;
    narrow->dwBuildNumber = wide.dwBuildNumber;
    narrow->dwPlatformId = wide.dwPlatformId;
    memset(narrow->szCSDVersion, 0, sizeof(narrow->szCSDVersion));
    narrow_ansi(wide.szCSDVersion, (DWORD)wcslen(wide.szCSDVersion), narrow->szCSDVersion,
                sizeof(narrow->szCSDVersion));
    if (size == sizeof(OSVERSIONINFOEXA)) {
        narrow->wServicePackMajor = wide.wServicePackMajor;
        narrow->wServicePackMinor = wide.wServicePackMinor;
        narrow->wSuiteMask = wide.wSuiteMask;
        narrow->wProductType = wide.wProductType;
        narrow->wReserved = wide.wReserved;
    }
    return TRUE;
}

DWORD WINAPI GetVersion(VOID)
{
    const PEB *peb = current_peb();
    DWORD version = (DWORD)(peb->OSMajorVersion & 0xff) | (DWORD)(peb->OSMinorVersion & 0xff) << 8 |
                    (DWORD)peb->OSBuildNumber << 16;

    return version & 0x7fffffff; /* the high bit told Windows 95 from NT */
}

BOOL WINAPI VerifyVersionInfoW(LPOSVERSIONINFOEXW information, DWORD types, DWORDLONG conditions)
{
    NTSTATUS status =
        RtlVerifyVersionInfo((const RTL_OSVERSIONINFOEXW *)information, types, conditions);

    if (status == STATUS_REVISION_MISMATCH)
        return fail(ERROR_OLD_WIN_VERSION);
    return set_status(status);
}

BOOL WINAPI VerifyVersionInfoA(LPOSVERSIONINFOEXA information, DWORD types, DWORDLONG conditions)
{
    OSVERSIONINFOEXW wide = {
        .dwOSVersionInfoSize = sizeof(wide),
        .dwMajorVersion = information->dwMajorVersion,
        .dwMinorVersion = information->dwMinorVersion,
        .dwBuildNumber = information->dwBuildNumber,
        .dwPlatformId = information->dwPlatformId,
        .wServicePackMajor = information->wServicePackMajor,
        .wServicePackMinor = information->wServicePackMinor,
        .wSuiteMask = information->wSuiteMask,
        .wProductType = information->wProductType,
    };

    return VerifyVersionInfoW(&wide, types, conditions);
}

BOOL WINAPI GetProductInfo(DWORD major, DWORD minor, DWORD sp_major, DWORD sp_minor, PDWORD type)
{
    (void)minor;
    (void)sp_major;
    (void)sp_minor;
    if (!type)
        return FALSE;
    *type = PRODUCT_UNDEFINED;
    if (major < 6)
        return FALSE;
    *type = PRODUCT_PROFESSIONAL;
    return TRUE;
}

/* ---- Processor features, from the processor itself ---- */

static ULONGLONG enabled_state(void)
{
    unsigned a, b, c, d;
    ULONG low, high;

    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE))
        return 0;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (ULONGLONG)high << 32 | low;
}

#define STATE_AVX 0x06u
#define STATE_AVX512 0xe6u

BOOL WINAPI IsProcessorFeaturePresent(DWORD feature)
{
    unsigned a, b, c = 0, d = 0, extended_b = 0, unused, amd_c = 0, amd_d = 0;

    __get_cpuid(1, &a, &b, &c, &d);
    __get_cpuid_count(7, 0, &a, &extended_b, &unused, &unused);
    __get_cpuid(0x80000001, &a, &b, &amd_c, &amd_d);
    switch (feature) {
    case PF_COMPARE_EXCHANGE_DOUBLE:
        return (d & bit_CMPXCHG8B) != 0;
    case PF_MMX_INSTRUCTIONS_AVAILABLE:
        return (d & bit_MMX) != 0;
    case PF_XMMI_INSTRUCTIONS_AVAILABLE:
        return (d & bit_SSE) != 0;
    case PF_XMMI64_INSTRUCTIONS_AVAILABLE:
        return (d & bit_SSE2) != 0;
    case PF_3DNOW_INSTRUCTIONS_AVAILABLE:
        return (amd_d & bit_3DNOW) != 0;
    case PF_RDTSC_INSTRUCTION_AVAILABLE:
        return (d & 1u << 4) != 0;
    case PF_PAE_ENABLED:
        return (d & 1u << 6) != 0;
    case PF_SSE3_INSTRUCTIONS_AVAILABLE:
        return (c & bit_SSE3) != 0;
    case PF_COMPARE_EXCHANGE128:
        return (c & bit_CMPXCHG16B) != 0;
    case PF_XSAVE_ENABLED:
        return (c & bit_OSXSAVE) != 0;
    case 36: /* PF_SSSE3_INSTRUCTIONS_AVAILABLE */
        return (c & bit_SSSE3) != 0;
    case 37: /* PF_SSE4_1_INSTRUCTIONS_AVAILABLE */
        return (c & bit_SSE4_1) != 0;
    case 38: /* PF_SSE4_2_INSTRUCTIONS_AVAILABLE */
        return (c & bit_SSE4_2) != 0;
    case 39: /* PF_AVX_INSTRUCTIONS_AVAILABLE */
        return (c & bit_AVX) && (enabled_state() & STATE_AVX) == STATE_AVX;
    case 40: /* PF_AVX2_INSTRUCTIONS_AVAILABLE */
        return (extended_b & bit_AVX2) && (enabled_state() & STATE_AVX) == STATE_AVX;
    case 41: /* PF_AVX512F_INSTRUCTIONS_AVAILABLE */
        return (extended_b & bit_AVX512F) && (enabled_state() & STATE_AVX512) == STATE_AVX512;
    case PF_RDWRFSGSBASE_AVAILABLE:
        return FALSE; /* whether the host enables the instructions is not visible from here */
    case PF_FASTFAIL_AVAILABLE:
    case PF_NX_ENABLED:
        return TRUE;
    case 28: /* PF_RDRAND_INSTRUCTION_AVAILABLE */
        return (c & bit_RDRND) != 0;
    case 32: /* PF_RDTSCP_INSTRUCTION_AVAILABLE */
        return (amd_d & 1u << 27) != 0;
    default:
        return FALSE;
    }
}

ULONGLONG WINAPI GetEnabledXStateFeatures(VOID)
{
    return enabled_state();
}

/* ---- Processors ---- */

DWORD WINAPI GetActiveProcessorCount(WORD group)
{
    SYSTEM_BASIC_INFORMATION native;

    if (group && group != ALL_PROCESSOR_GROUPS) {
        fail(ERROR_INVALID_PARAMETER);
        return 0;
    }
    return basic(&native) ? (DWORD)native.NumberOfProcessors : 0;
}

DWORD WINAPI GetMaximumProcessorCount(WORD group)
{
    return GetActiveProcessorCount(group);
}

WORD WINAPI GetActiveProcessorGroupCount(VOID)
{
    return 1;
}

WORD WINAPI GetMaximumProcessorGroupCount(VOID)
{
    return 1;
}

BOOL WINAPI GetLogicalProcessorInformation(PSYSTEM_LOGICAL_PROCESSOR_INFORMATION buffer,
                                           PDWORD length)
{
    NTSTATUS status;

    if (!length)
        return fail(ERROR_INVALID_PARAMETER);
    status = NtQuerySystemInformation(SystemLogicalProcessorInformation, buffer, *length, length);
    if (status == STATUS_INFO_LENGTH_MISMATCH)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    return set_status(status);
}

BOOL WINAPI GetLogicalProcessorInformationEx(LOGICAL_PROCESSOR_RELATIONSHIP relationship,
                                             PSYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX buffer,
                                             PDWORD length)
{
    ULONG relation = relationship;
    NTSTATUS status;

    if (!length)
        return fail(ERROR_INVALID_PARAMETER);
    status = NtQuerySystemInformationEx(SystemLogicalProcessorAndGroupInformation, &relation,
                                        sizeof(relation), buffer, *length, length);
    if (status == STATUS_INFO_LENGTH_MISMATCH)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    return set_status(status);
}

/* One node: the kernel below does not tell them apart here. */
BOOL WINAPI GetNumaHighestNodeNumber(PULONG highest)
{
    *highest = 0;
    return TRUE;
}

BOOL WINAPI GetNumaNodeProcessorMaskEx(USHORT node, PGROUP_AFFINITY mask)
{
    SYSTEM_BASIC_INFORMATION native;

    if (node)
        return fail(ERROR_INVALID_PARAMETER);
    if (!basic(&native))
        return FALSE;
    *mask = (GROUP_AFFINITY){.Mask = native.ActiveProcessorsAffinityMask};
    return TRUE;
}

BOOL WINAPI GetNumaNodeProcessorMask(UCHAR node, PULONGLONG mask)
{
    GROUP_AFFINITY affinity;

    if (!GetNumaNodeProcessorMaskEx(node, &affinity))
        return FALSE;
    *mask = affinity.Mask;
    return TRUE;
}

BOOL WINAPI GetNumaProcessorNode(UCHAR processor, PUCHAR node)
{
    if (processor >= GetActiveProcessorCount(0)) {
        *node = 0xff;
        return fail(ERROR_INVALID_PARAMETER);
    }
    *node = 0;
    return TRUE;
}

BOOL WINAPI GetNumaProcessorNodeEx(PPROCESSOR_NUMBER processor, PUSHORT node)
{
    if (processor->Group || processor->Number >= GetActiveProcessorCount(0)) {
        *node = 0xffff;
        return fail(ERROR_INVALID_PARAMETER);
    }
    *node = 0;
    return TRUE;
}

BOOL WINAPI GetNumaAvailableMemoryNodeEx(USHORT node, PULONGLONG bytes)
{
    MEMORYSTATUSEX status = {.dwLength = sizeof(status)};

    if (node)
        return fail(ERROR_INVALID_PARAMETER);
    if (!GlobalMemoryStatusEx(&status))
        return FALSE;
    *bytes = status.ullAvailPhys;
    return TRUE;
}

BOOL WINAPI GetNumaAvailableMemoryNode(UCHAR node, PULONGLONG bytes)
{
    return GetNumaAvailableMemoryNodeEx(node, bytes);
}

BOOL WINAPI GetPhysicallyInstalledSystemMemory(PULONGLONG kilobytes)
{
    SYSTEM_BASIC_INFORMATION native;

    if (!kilobytes)
        return fail(ERROR_INVALID_PARAMETER);
    if (!basic(&native))
        return FALSE;
    *kilobytes = (ULONGLONG)native.NumberOfPhysicalPages * (native.PageSize / 1024);
    return TRUE;
}

/* ---- Power, firmware, registry ---- */

BOOL WINAPI GetSystemPowerStatus(LPSYSTEM_POWER_STATUS status)
{
    /* All unknown, except that the machine runs. */
    *status = (SYSTEM_POWER_STATUS){
        .ACLineStatus = AC_LINE_UNKNOWN,
        .BatteryFlag = BATTERY_FLAG_UNKNOWN,
        .BatteryLifePercent = BATTERY_PERCENTAGE_UNKNOWN,
        .BatteryLifeTime = BATTERY_LIFE_UNKNOWN,
        .BatteryFullLifeTime = BATTERY_LIFE_UNKNOWN,
    };
    return TRUE;
}

UINT WINAPI EnumSystemFirmwareTables(DWORD provider, PVOID buffer, DWORD size)
{
    struct {
        ULONG provider, action, id, length;
    } *request = heap_zalloc(sizeof(*request) + size);
    UINT length = 0;
    NTSTATUS status;

    if (!request)
        return 0;
    request->provider = provider;
    request->length = size;
    status = NtQuerySystemInformation(SystemFirmwareTableInformation, request,
                                      (ULONG)sizeof(*request) + size, NULL);
    if (NT_SUCCESS(status) || status == STATUS_BUFFER_TOO_SMALL)
        length = request->length;
    if (set_status(status) && buffer)
        memcpy(buffer, request + 1, length < size ? length : size);
    heap_free(request);
    return length;
}

UINT WINAPI GetSystemFirmwareTable(DWORD provider, DWORD id, PVOID buffer, DWORD size)
{
    struct {
        ULONG provider, action, id, length;
    } *request = heap_zalloc(sizeof(*request) + size);
    UINT length = 0;
    NTSTATUS status;

    if (!request)
        return 0;
    request->provider = provider;
    request->action = 1; /* get */
    request->id = id;
    request->length = size;
    status = NtQuerySystemInformation(SystemFirmwareTableInformation, request,
                                      (ULONG)sizeof(*request) + size, NULL);
    if (NT_SUCCESS(status) || status == STATUS_BUFFER_TOO_SMALL)
        length = request->length;
    if (set_status(status) && buffer)
        memcpy(buffer, request + 1, length < size ? length : size);
    heap_free(request);
    return length;
}

BOOL WINAPI GetSystemRegistryQuota(PDWORD allowed, PDWORD used)
{
    struct {
        ULONG allowed, used;
        PVOID paged_pool;
    } quota;

    if (!set_status(
            NtQuerySystemInformation(SystemRegistryQuotaInformation, &quota, sizeof(quota), NULL)))
        return FALSE;
    if (allowed)
        *allowed = quota.allowed;
    if (used)
        *used = quota.used;
    return TRUE;
}

/* ---- Sessions ---- */

DWORD WINAPI WTSGetActiveConsoleSessionId(VOID)
{
    return current_peb()->SessionId;
}

/* ---- Names ---- */

static DWORD variable(const WCHAR *name, WCHAR *buffer, DWORD size)
{
    SIZE_T length = 0;

    if (!NT_SUCCESS(RtlQueryEnvironmentVariable(NULL, name, wcslen(name), buffer, size, &length)))
        return 0;
    return (DWORD)length;
}

/* The host gives its name in COMPUTERNAME, cut to 15 characters as NetBIOS names are. */
BOOL WINAPI GetComputerNameExW(COMPUTER_NAME_FORMAT format, LPWSTR buffer, LPDWORD size)
{
    WCHAR name[256];
    DWORD length;

    if (!size || (int)format < 0 || format >= ComputerNameMax)
        return fail(ERROR_INVALID_PARAMETER);
    length = variable(L"COMPUTERNAME", name, ARRAYSIZE(name));
    switch (format) {
    case ComputerNameDnsDomain:
    case ComputerNamePhysicalDnsDomain:
        length = 0;
        break;
    case ComputerNameDnsHostname:
    case ComputerNameDnsFullyQualified:
    case ComputerNamePhysicalDnsHostname:
    case ComputerNamePhysicalDnsFullyQualified: {
        WCHAR host[256];
        DWORD host_length = variable(L"HOSTNAME", host, ARRAYSIZE(host));

        if (host_length) {
            memcpy(name, host, host_length * sizeof(WCHAR));
            length = host_length;
        }
        break;
    }
    default:
        break;
    }
    if (length >= *size || !buffer) {
        *size = length + 1;
        return fail(ERROR_MORE_DATA);
    }
    memcpy(buffer, name, length * sizeof(WCHAR));
    buffer[length] = 0;
    *size = length;
    return TRUE;
}

BOOL WINAPI GetComputerNameExA(COMPUTER_NAME_FORMAT format, LPSTR buffer, LPDWORD size)
{
    WCHAR name[256];
    DWORD length = ARRAYSIZE(name), needed;

    if (!size)
        return fail(ERROR_INVALID_PARAMETER);
    if (!GetComputerNameExW(format, name, &length))
        return FALSE;
    needed = narrow_ansi(name, length, buffer, buffer ? *size : 0);
    if (needed >= *size || !buffer) {
        *size = needed;
        return fail(ERROR_MORE_DATA);
    }
    *size = needed;
    return TRUE;
}

BOOL WINAPI GetComputerNameW(LPWSTR buffer, LPDWORD size)
{
    if (GetComputerNameExW(ComputerNameNetBIOS, buffer, size))
        return TRUE;
    return fail(GetLastError() == ERROR_MORE_DATA ? ERROR_BUFFER_OVERFLOW : GetLastError());
}

BOOL WINAPI GetComputerNameA(LPSTR buffer, LPDWORD size)
{
    if (GetComputerNameExA(ComputerNameNetBIOS, buffer, size))
        return TRUE;
    return fail(GetLastError() == ERROR_MORE_DATA ? ERROR_BUFFER_OVERFLOW : GetLastError());
}

/* ---- Arithmetic ---- */

/* number * numerator / denominator, rounded half away from zero; -1 where it does not fit. */
int WINAPI MulDiv(int number, int numerator, int denominator)
{
    LONGLONG product = (LONGLONG)number * numerator, half, result;

    if (!denominator)
        return -1;
    if (denominator < 0) {
        product = -product;
        half = -(LONGLONG)denominator / 2;
    } else {
        half = denominator / 2;
    }
    result = product < 0 ? product - half : product + half;
    result /= denominator < 0 ? -(LONGLONG)denominator : denominator;
    return result > MAXLONG || result < MINLONG ? -1 : (int)result;
}

BOOL WINAPI Beep(DWORD frequency, DWORD milliseconds)
{
    if (frequency < 37 || frequency > 32767)
        return fail(ERROR_INVALID_PARAMETER);
    (void)milliseconds;
    return fail(ERROR_NOT_SUPPORTED); /* no sound device */
}
