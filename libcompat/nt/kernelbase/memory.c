/*
 * Virtual memory: pages of this and of other processes.
 */
#include "kernelbase.h"

#ifndef MEM_COALESCE_PLACEHOLDERS /* older MinGW headers */
#define MEM_COALESCE_PLACEHOLDERS 1
#endif

#define PAGE_BYTES 0x1000u
#ifndef MEM_PRESERVE_PLACEHOLDER
#define MEM_PRESERVE_PLACEHOLDER 0x00000002
#endif

LPVOID WINAPI VirtualAllocEx(HANDLE process, LPVOID address, SIZE_T size, DWORD type,
                             DWORD protection)
{
    PVOID base = address;

    /* Addresses below the first allocation unit are refused here on Windows too. */
    if (address && (ULONG_PTR)address < 0x10000) {
        fail(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    return set_status(NtAllocateVirtualMemory(process, &base, 0, &size, type, protection)) ? base
                                                                                           : NULL;
}

LPVOID WINAPI VirtualAlloc(LPVOID address, SIZE_T size, DWORD type, DWORD protection)
{
    return VirtualAllocEx(NtCurrentProcess(), address, size, type, protection);
}

LPVOID WINAPI VirtualAllocExNuma(HANDLE process, LPVOID address, SIZE_T size, DWORD type,
                                 DWORD protection, DWORD node)
{
    /* A preferred node is a hint; nodes that do not exist are refused. */
    if (node != NUMA_NO_PREFERRED_NODE && node > 63) {
        fail(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    return VirtualAllocEx(process, address, size, type, protection);
}

PVOID WINAPI VirtualAlloc2(HANDLE process, PVOID address, SIZE_T size, ULONG type, ULONG protection,
                           MEM_EXTENDED_PARAMETER *parameters, ULONG count)
{
    PVOID base = address;

    if (!process)
        process = NtCurrentProcess();
    return set_status(NtAllocateVirtualMemoryEx(process, &base, &size, type, protection, parameters,
                                                count))
               ? base
               : NULL;
}

PVOID WINAPI VirtualAllocFromApp(PVOID address, SIZE_T size, ULONG type, ULONG protection)
{
    if (protection &
        (PAGE_EXECUTE | PAGE_EXECUTE_READ | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY)) {
        fail(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    return VirtualAllocEx(NtCurrentProcess(), address, size, type, protection);
}

BOOL WINAPI VirtualFreeEx(HANDLE process, LPVOID address, SIZE_T size, DWORD type)
{
    PVOID base = address;

    if (type & MEM_RELEASE && size &&
        !(type & (MEM_PRESERVE_PLACEHOLDER | MEM_COALESCE_PLACEHOLDERS)))
        return fail(ERROR_INVALID_PARAMETER);
    return set_status(NtFreeVirtualMemory(process, &base, &size, type));
}

BOOL WINAPI VirtualFree(LPVOID address, SIZE_T size, DWORD type)
{
    return VirtualFreeEx(NtCurrentProcess(), address, size, type);
}

BOOL WINAPI VirtualProtectEx(HANDLE process, LPVOID address, SIZE_T size, DWORD protection,
                             PDWORD previous)
{
    PVOID base = address;

    return set_status(NtProtectVirtualMemory(process, &base, &size, protection, previous));
}

BOOL WINAPI VirtualProtect(LPVOID address, SIZE_T size, DWORD protection, PDWORD previous)
{
    return VirtualProtectEx(NtCurrentProcess(), address, size, protection, previous);
}

SIZE_T WINAPI VirtualQueryEx(HANDLE process, LPCVOID address, PMEMORY_BASIC_INFORMATION buffer,
                             SIZE_T size)
{
    SIZE_T returned;

    if (!set_status(NtQueryVirtualMemory(process, (PVOID)address, MemoryBasicInformation, buffer,
                                         size, &returned)))
        return 0;
    return returned;
}

SIZE_T WINAPI VirtualQuery(LPCVOID address, PMEMORY_BASIC_INFORMATION buffer, SIZE_T size)
{
    return VirtualQueryEx(NtCurrentProcess(), address, buffer, size);
}

#define LOCK_IN_WORKING_SET 1u

BOOL WINAPI VirtualLock(LPVOID address, SIZE_T size)
{
    PVOID base = address;

    return set_status(NtLockVirtualMemory(NtCurrentProcess(), &base, &size, LOCK_IN_WORKING_SET));
}

BOOL WINAPI VirtualUnlock(LPVOID address, SIZE_T size)
{
    PVOID base = address;

    return set_status(NtUnlockVirtualMemory(NtCurrentProcess(), &base, &size, LOCK_IN_WORKING_SET));
}

BOOL WINAPI PrefetchVirtualMemory(HANDLE process, ULONG_PTR count, PWIN32_MEMORY_RANGE_ENTRY ranges,
                                  ULONG flags)
{
    /* VmPrefetchInformation is class 0; its payload is a flag word. */
    ULONG payload = flags;

    return set_status(NtSetInformationVirtualMemory(process, 0, count, (void *)ranges, &payload,
                                                    sizeof(payload)));
}

/* Offered pages may lose their contents: MEM_RESET is that promise, and keeping them fulfils it. */
DWORD WINAPI OfferVirtualMemory(PVOID address, SIZE_T size, OFFER_PRIORITY priority)
{
    PVOID base = address;
    NTSTATUS status;

    if (!size || (ULONG_PTR)address % PAGE_BYTES || size % PAGE_BYTES ||
        priority < VmOfferPriorityVeryLow || priority > VmOfferPriorityNormal)
        return ERROR_INVALID_PARAMETER;
    status = NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &size, MEM_RESET, PAGE_NOACCESS);
    return NT_SUCCESS(status) ? ERROR_SUCCESS : RtlNtStatusToDosError(status);
}

DWORD WINAPI DiscardVirtualMemory(PVOID address, SIZE_T size)
{
    return OfferVirtualMemory(address, size, VmOfferPriorityVeryLow);
}

DWORD WINAPI ReclaimVirtualMemory(PVOID address, SIZE_T size)
{
    PVOID base = address;
    NTSTATUS status;

    if (!size || (ULONG_PTR)address % PAGE_BYTES || size % PAGE_BYTES)
        return ERROR_INVALID_PARAMETER;
    status =
        NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &size, MEM_RESET_UNDO, PAGE_NOACCESS);
    if (NT_SUCCESS(status))
        return ERROR_SUCCESS;
    /* Whether pages were lost is unknown when the undo is refused; the program must refill. */
    return status == STATUS_NO_MEMORY ? ERROR_BUSY : RtlNtStatusToDosError(status);
}

UINT WINAPI GetWriteWatch(DWORD flags, PVOID base, SIZE_T size, PVOID *addresses, ULONG_PTR *count,
                          LPDWORD granularity)
{
    /* Documented result: 0 or not; the last error as well. */
    return set_status(NtGetWriteWatch(NtCurrentProcess(), flags, base, size, addresses, count,
                                      granularity))
               ? 0
               : ~0u;
}

UINT WINAPI ResetWriteWatch(LPVOID base, SIZE_T size)
{
    return set_status(NtResetWriteWatch(NtCurrentProcess(), base, size)) ? 0 : ~0u;
}

SIZE_T WINAPI GetLargePageMinimum(VOID)
{
    return 0x200000;
}

/* ---- Status ---- */

/* SystemPerformanceInformation: the leading fields, in pages where they count memory. */
struct performance {
    LARGE_INTEGER idle_time, read_bytes, written_bytes, other_bytes;
    ULONG reads, writes, others;
    ULONG available_pages, committed_pages, commit_limit, peak_commitment;
    ULONG rest[67];
};

BOOL WINAPI GlobalMemoryStatusEx(LPMEMORYSTATUSEX status)
{
    SYSTEM_BASIC_INFORMATION basic;
    struct {
        struct performance data;
        UCHAR later_versions[64];
    } performance;
    ULONG length;
    NTSTATUS result;

    if (status->dwLength != sizeof(*status))
        return fail(ERROR_INVALID_PARAMETER);
    if (!set_status(NtQuerySystemInformation(SystemBasicInformation, &basic, sizeof(basic), NULL)))
        return FALSE;
    result = NtQuerySystemInformation(SystemPerformanceInformation, &performance,
                                      sizeof(performance), &length);
    if (!set_status(result))
        return FALSE;
    status->ullTotalPhys = (ULONGLONG)basic.NumberOfPhysicalPages * basic.PageSize;
    status->ullAvailPhys = (ULONGLONG)performance.data.available_pages * basic.PageSize;
    status->ullTotalPageFile = (ULONGLONG)performance.data.commit_limit * basic.PageSize;
    status->ullAvailPageFile =
        (ULONGLONG)(performance.data.commit_limit - performance.data.committed_pages) *
        basic.PageSize;
    status->ullTotalVirtual =
        (ULONGLONG)basic.MaximumUserModeAddress - basic.MinimumUserModeAddress + 1;
    status->ullAvailVirtual = status->ullTotalVirtual;
    status->ullAvailExtendedVirtual = 0;
    status->dwMemoryLoad =
        status->ullTotalPhys
            ? (DWORD)(100 * (status->ullTotalPhys - status->ullAvailPhys) / status->ullTotalPhys)
            : 0;
    return TRUE;
}

VOID WINAPI GlobalMemoryStatus(LPMEMORYSTATUS status)
{
    MEMORYSTATUSEX wide = {.dwLength = sizeof(wide)};

    memset(status, 0, sizeof(*status));
    status->dwLength = sizeof(*status);
    if (!GlobalMemoryStatusEx(&wide))
        return;
#define SATURATE(value) ((value) > (SIZE_T)-1 ? (SIZE_T)-1 : (SIZE_T)(value))
    status->dwMemoryLoad = wide.dwMemoryLoad;
    status->dwTotalPhys = SATURATE(wide.ullTotalPhys);
    status->dwAvailPhys = SATURATE(wide.ullAvailPhys);
    status->dwTotalPageFile = SATURATE(wide.ullTotalPageFile);
    status->dwAvailPageFile = SATURATE(wide.ullAvailPageFile);
    status->dwTotalVirtual = SATURATE(wide.ullTotalVirtual);
    status->dwAvailVirtual = SATURATE(wide.ullAvailVirtual);
}

/* ---- IsBadReadPtr and its kin: a question to the page tables, which raises no fault ---- */

static BOOL accessible(const void *address, UINT_PTR size, ULONG protections)
{
    ULONG_PTR at = (ULONG_PTR)address, end = at + size;

    if (!size)
        return TRUE;
    if (!address || end < at)
        return FALSE;
    while (at < end) {
        MEMORY_BASIC_INFORMATION region;

        if (!NT_SUCCESS(NtQueryVirtualMemory(NtCurrentProcess(), (PVOID)at, MemoryBasicInformation,
                                             &region, sizeof(region), NULL)) ||
            region.State != MEM_COMMIT || region.Protect & PAGE_GUARD ||
            !(region.Protect & protections))
            return FALSE;
        at = (ULONG_PTR)region.BaseAddress + region.RegionSize;
    }
    return TRUE;
}

#define WRITABLE (PAGE_READWRITE | PAGE_WRITECOPY | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY)
#define READABLE (WRITABLE | PAGE_READONLY | PAGE_EXECUTE_READ | PAGE_EXECUTE)

BOOL WINAPI IsBadReadPtr(CONST VOID *address, UINT_PTR size)
{
    return !accessible(address, size, READABLE);
}

BOOL WINAPI IsBadWritePtr(LPVOID address, UINT_PTR size)
{
    return !accessible(address, size, WRITABLE);
}

BOOL WINAPI IsBadCodePtr(FARPROC address)
{
    return !accessible((const void *)(ULONG_PTR)address, 1, READABLE);
}

/* A string is good when every page up to its end, or up to `limit` characters, can be read. */
static BOOL bad_string(const void *text, UINT_PTR limit, UINT width)
{
    ULONG_PTR at = (ULONG_PTR)text, checked = 0;

    if (!text)
        return TRUE;
    for (UINT_PTR i = 0; i < limit; i++, at += width) {
        ULONG_PTR last = at + width - 1;

        if (!checked || last / PAGE_BYTES != checked / PAGE_BYTES) {
            if (!accessible((void *)at, width, READABLE))
                return TRUE;
            checked = last;
        }
        if (width == 1 ? !*(const char *)at : !*(const WCHAR *)at)
            return FALSE;
    }
    return FALSE;
}

BOOL WINAPI IsBadStringPtrA(LPCSTR text, UINT_PTR limit)
{
    return bad_string(text, limit, 1);
}

BOOL WINAPI IsBadStringPtrW(LPCWSTR text, UINT_PTR limit)
{
    return bad_string(text, limit, sizeof(WCHAR));
}
