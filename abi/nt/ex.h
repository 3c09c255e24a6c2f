/*
 * Executive: object, event, memory and system information classes (winternl.h, ntddk.h).
 */
#ifndef ABI_NT_EX_H
#define ABI_NT_EX_H

#include "abi/nt/types.h"
#include "abi/nt/winnt.h"

#ifdef _WIN32 /* rights of ntdef.h that the SDK's winnt.h lacks; host code: abi/nt/winnt.h */
#define DIRECTORY_QUERY 0x0001u
#define DIRECTORY_TRAVERSE 0x0002u
#define DIRECTORY_CREATE_OBJECT 0x0004u
#define DIRECTORY_CREATE_SUBDIRECTORY 0x0008u
#define DIRECTORY_ALL_ACCESS 0x000f000fu
#define SYMBOLIC_LINK_QUERY 0x0001u
#define SYMBOLIC_LINK_ALL_ACCESS 0x000f0001u
#endif

/* EVENT_TYPE, TIMER_TYPE, WAIT_TYPE */
enum { NotificationEvent = 0, SynchronizationEvent = 1 };
enum { NotificationTimer = 0, SynchronizationTimer = 1 };
enum { WaitAllObject = 0, WaitAnyObject = 1 };

/* SECTION_INHERIT */
enum { ViewShare = 1, ViewUnmap = 2 };

/* OBJECT_INFORMATION_CLASS */
enum {
    ObjectBasicInformation = 0,
    ObjectNameInformation = 1,
    ObjectTypeInformation = 2,
    ObjectTypesInformation = 3,
    ObjectHandleFlagInformation = 4,
};

typedef struct OBJECT_BASIC_INFORMATION {
    ULONG Attributes;
    ACCESS_MASK GrantedAccess;
    ULONG HandleCount, PointerCount, PagedPoolCharge, NonPagedPoolCharge;
    ULONG Reserved[3];
    ULONG NameInfoSize, TypeInfoSize, SecurityDescriptorSize;
    LARGE_INTEGER CreationTime;
} OBJECT_BASIC_INFORMATION;

typedef struct OBJECT_NAME_INFORMATION {
    UNICODE_STRING Name;
} OBJECT_NAME_INFORMATION;

typedef struct OBJECT_HANDLE_FLAG_INFORMATION {
    BOOLEAN Inherit, ProtectFromClose;
} OBJECT_HANDLE_FLAG_INFORMATION;

typedef struct EVENT_BASIC_INFORMATION {
    ULONG EventType;
    LONG EventState;
} EVENT_BASIC_INFORMATION;

typedef struct SEMAPHORE_BASIC_INFORMATION {
    LONG CurrentCount, MaximumCount;
} SEMAPHORE_BASIC_INFORMATION;

typedef struct MUTANT_BASIC_INFORMATION {
    LONG CurrentCount;
    BOOLEAN OwnedByCaller, AbandonedState;
} MUTANT_BASIC_INFORMATION;

typedef struct TIMER_BASIC_INFORMATION {
    LARGE_INTEGER RemainingTime;
    BOOLEAN TimerState;
} TIMER_BASIC_INFORMATION;

/* MEMORY_INFORMATION_CLASS */
enum {
    MemoryBasicInformation = 0,
    MemoryWorkingSetInformation = 1,
    MemoryMappedFilenameInformation = 2,
    MemoryRegionInformation = 3,
    MemoryWorkingSetExInformation = 4,
    MemorySharedCommitInformation = 5,
    MemoryImageInformation = 6,
};

/* SECTION_INFORMATION_CLASS */
enum { SectionBasicInformation = 0, SectionImageInformation = 1 };

typedef struct SECTION_BASIC_INFORMATION {
    PVOID BaseAddress;
    ULONG AllocationAttributes;
    LARGE_INTEGER MaximumSize;
} SECTION_BASIC_INFORMATION;

/* SYSTEM_INFORMATION_CLASS */
enum {
    SystemBasicInformation = 0,
    SystemProcessorInformation = 1,
    SystemPerformanceInformation = 2,
    SystemTimeOfDayInformation = 3,
    SystemProcessInformation = 5,
    SystemProcessorPerformanceInformation = 8,
    SystemFlagsInformation = 9,
    SystemModuleInformation = 11,
    SystemHandleInformation = 16,
    SystemFileCacheInformation = 21,
    SystemInterruptInformation = 23,
    SystemExceptionInformation = 33,
    SystemKernelDebuggerInformation = 35,
    SystemRegistryQuotaInformation = 37,
    SystemCurrentTimeZoneInformation = 44,
    SystemLookasideInformation = 45,
    SystemExtendedProcessInformation = 57,
    SystemExtendedHandleInformation = 64,
    SystemLogicalProcessorInformation = 73,
    SystemFirmwareTableInformation = 76,
    SystemModuleInformationEx = 77,
    SystemDynamicTimeZoneInformation = 102,
    SystemCodeIntegrityInformation = 103,
    SystemProcessorBrandString = 105,
    SystemLogicalProcessorAndGroupInformation = 107,
    SystemCpuSetInformation = 175,
};

typedef struct SYSTEM_BASIC_INFORMATION {
    ULONG Reserved;
    ULONG TimerResolution; /* 100 ns */
    ULONG PageSize;
    ULONG NumberOfPhysicalPages, LowestPhysicalPageNumber, HighestPhysicalPageNumber;
    ULONG AllocationGranularity;
    ULONG_PTR MinimumUserModeAddress, MaximumUserModeAddress;
    KAFFINITY ActiveProcessorsAffinityMask;
    CCHAR NumberOfProcessors;
} SYSTEM_BASIC_INFORMATION;

typedef struct SYSTEM_PROCESSOR_INFORMATION {
    USHORT ProcessorArchitecture, ProcessorLevel, ProcessorRevision, MaximumProcessors;
    ULONG ProcessorFeatureBits;
} SYSTEM_PROCESSOR_INFORMATION;

typedef struct SYSTEM_TIMEOFDAY_INFORMATION {
    LARGE_INTEGER BootTime, CurrentTime, TimeZoneBias;
    ULONG TimeZoneId, Reserved;
    ULONGLONG BootTimeBias, SleepTimeBias;
} SYSTEM_TIMEOFDAY_INFORMATION;

typedef struct SYSTEM_THREAD_INFORMATION {
    LARGE_INTEGER KernelTime, UserTime, CreateTime;
    ULONG WaitTime;
    PVOID StartAddress;
    CLIENT_ID ClientId;
    LONG Priority, BasePriority;
    ULONG ContextSwitches, ThreadState, WaitReason;
} SYSTEM_THREAD_INFORMATION;

/* Followed by its threads, then its name; the next process at NextEntryOffset, 0 for the last. */
typedef struct SYSTEM_PROCESS_INFORMATION {
    ULONG NextEntryOffset, NumberOfThreads;
    LARGE_INTEGER WorkingSetPrivateSize;
    ULONG HardFaultCount, NumberOfThreadsHighWatermark;
    ULONGLONG CycleTime;
    LARGE_INTEGER CreateTime, UserTime, KernelTime;
    UNICODE_STRING ImageName;
    LONG BasePriority;
    HANDLE UniqueProcessId, InheritedFromUniqueProcessId;
    ULONG HandleCount, SessionId;
    ULONG_PTR UniqueProcessKey;
    SIZE_T PeakVirtualSize, VirtualSize;
    ULONG PageFaultCount;
    SIZE_T PeakWorkingSetSize, WorkingSetSize;
    SIZE_T QuotaPeakPagedPoolUsage, QuotaPagedPoolUsage;
    SIZE_T QuotaPeakNonPagedPoolUsage, QuotaNonPagedPoolUsage;
    SIZE_T PagefileUsage, PeakPagefileUsage, PrivatePageCount;
    LARGE_INTEGER ReadOperationCount, WriteOperationCount, OtherOperationCount;
    LARGE_INTEGER ReadTransferCount, WriteTransferCount, OtherTransferCount;
    SYSTEM_THREAD_INFORMATION Threads[];
} SYSTEM_PROCESS_INFORMATION;

/* ProcessVmCounters; PrivateUsage is absent in the shorter, older form. */
typedef struct VM_COUNTERS_EX {
    SIZE_T PeakVirtualSize, VirtualSize;
    ULONG PageFaultCount;
    SIZE_T PeakWorkingSetSize, WorkingSetSize;
    SIZE_T QuotaPeakPagedPoolUsage, QuotaPagedPoolUsage;
    SIZE_T QuotaPeakNonPagedPoolUsage, QuotaNonPagedPoolUsage;
    SIZE_T PagefileUsage, PeakPagefileUsage, PrivateUsage;
} VM_COUNTERS_EX;

typedef struct RTL_TIME_ZONE_INFORMATION {
    LONG Bias;
    WCHAR StandardName[32];
    USHORT StandardStart[8]; /* TIME_FIELDS: year month day hour minute second ms weekday */
    LONG StandardBias;
    WCHAR DaylightName[32];
    USHORT DaylightStart[8];
    LONG DaylightBias;
} RTL_TIME_ZONE_INFORMATION;

typedef struct RTL_DYNAMIC_TIME_ZONE_INFORMATION {
    RTL_TIME_ZONE_INFORMATION tzi;
    WCHAR TimeZoneKeyName[128];
    BOOLEAN DynamicDaylightTimeDisabled;
} RTL_DYNAMIC_TIME_ZONE_INFORMATION;

typedef struct FILE_IO_COMPLETION_INFORMATION {
    PVOID KeyContext, ApcContext;
    IO_STATUS_BLOCK IoStatusBlock;
} FILE_IO_COMPLETION_INFORMATION;

#if UINTPTR_MAX == UINT64_MAX
_Static_assert(sizeof(OBJECT_BASIC_INFORMATION) == 56, "OBJECT_BASIC_INFORMATION");
_Static_assert(sizeof(SYSTEM_BASIC_INFORMATION) == 64, "SYSTEM_BASIC_INFORMATION");
_Static_assert(sizeof(SYSTEM_THREAD_INFORMATION) == 80, "SYSTEM_THREAD_INFORMATION");
_Static_assert(sizeof(SYSTEM_PROCESS_INFORMATION) == 256, "SYSTEM_PROCESS_INFORMATION");
_Static_assert(sizeof(VM_COUNTERS_EX) == 96, "VM_COUNTERS_EX");
_Static_assert(sizeof(RTL_TIME_ZONE_INFORMATION) == 172, "RTL_TIME_ZONE_INFORMATION");
#endif

#endif
