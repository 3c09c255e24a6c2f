/*
 * Thread and process environment blocks, process parameters, and the classes of
 * NtQuery/SetInformationProcess and Thread. Layouts of Windows 10 (19041), x64; the offsets that
 * programs read directly are asserted below.
 */
#ifndef ABI_NT_PS_H
#define ABI_NT_PS_H

#include "abi/nt/types.h"
#include "abi/nt/winnt.h"

typedef struct PEB_LDR_DATA {
    ULONG Length;
    BOOLEAN Initialized;
    HANDLE SsHandle;
    LIST_ENTRY InLoadOrderModuleList;
    LIST_ENTRY InMemoryOrderModuleList;
    LIST_ENTRY InInitializationOrderModuleList;
    PVOID EntryInProgress;
    BOOLEAN ShutdownInProgress;
    HANDLE ShutdownThreadId;
} PEB_LDR_DATA;

typedef struct CURDIR {
    UNICODE_STRING DosPath;
    HANDLE Handle;
} CURDIR;

typedef struct RTL_DRIVE_LETTER_CURDIR {
    USHORT Flags, Length;
    ULONG TimeStamp;
    STRING DosPath;
} RTL_DRIVE_LETTER_CURDIR;

typedef struct RTL_USER_PROCESS_PARAMETERS {
    ULONG MaximumLength;
    ULONG Length;
    ULONG Flags; /* RTL_USER_PROC_* */
    ULONG DebugFlags;
    HANDLE ConsoleHandle;
    ULONG ConsoleFlags;
    HANDLE StandardInput, StandardOutput, StandardError;
    CURDIR CurrentDirectory;
    UNICODE_STRING DllPath;
    UNICODE_STRING ImagePathName;
    UNICODE_STRING CommandLine;
    PVOID Environment; /* UTF-16 block, double zero at its end */
    ULONG StartingX, StartingY, CountX, CountY, CountCharsX, CountCharsY;
    ULONG FillAttribute;
    ULONG WindowFlags;
    ULONG ShowWindowFlags;
    UNICODE_STRING WindowTitle;
    UNICODE_STRING DesktopInfo;
    UNICODE_STRING ShellInfo;
    UNICODE_STRING RuntimeData;
    RTL_DRIVE_LETTER_CURDIR CurrentDirectories[32];
    ULONG_PTR EnvironmentSize;
    ULONG_PTR EnvironmentVersion;
    PVOID PackageDependencyData;
    ULONG ProcessGroupId;
    ULONG LoaderThreads;
    UNICODE_STRING RedirectionDllName;
    UNICODE_STRING HeapPartitionName;
    PVOID DefaultThreadpoolCpuSetMasks;
    ULONG DefaultThreadpoolCpuSetMaskCount;
    ULONG DefaultThreadpoolThreadMaximum;
} RTL_USER_PROCESS_PARAMETERS, *PRTL_USER_PROCESS_PARAMETERS;

#define RTL_USER_PROC_PARAMS_NORMALIZED 0x00000001u
#define RTL_USER_PROC_APP_MANIFEST_PRESENT 0x1000 /* PROGRAM.exe.manifest, beside it */

typedef struct PEB {
    BOOLEAN InheritedAddressSpace, ReadImageFileExecOptions, BeingDebugged, BitField;
    HANDLE Mutant;
    PVOID ImageBaseAddress;
    PEB_LDR_DATA *Ldr;
    RTL_USER_PROCESS_PARAMETERS *ProcessParameters;
    PVOID SubSystemData;
    PVOID ProcessHeap;
    PVOID FastPebLock; /* RTL_CRITICAL_SECTION * */
    PVOID AtlThunkSListPtr;
    PVOID IFEOKey;
    ULONG CrossProcessFlags;
    PVOID KernelCallbackTable;
    ULONG SystemReserved;
    ULONG AtlThunkSListPtr32;
    PVOID ApiSetMap;
    ULONG TlsExpansionCounter;
    PVOID TlsBitmap;
    ULONG TlsBitmapBits[2];
    PVOID ReadOnlySharedMemoryBase;
    PVOID SharedData;
    PVOID *ReadOnlyStaticServerData;
    PVOID AnsiCodePageData, OemCodePageData, UnicodeCaseTableData;
    ULONG NumberOfProcessors;
    ULONG NtGlobalFlag;
    LARGE_INTEGER CriticalSectionTimeout;
    SIZE_T HeapSegmentReserve, HeapSegmentCommit;
    SIZE_T HeapDeCommitTotalFreeThreshold, HeapDeCommitFreeBlockThreshold;
    ULONG NumberOfHeaps, MaximumNumberOfHeaps;
    PVOID *ProcessHeaps;
    PVOID GdiSharedHandleTable;
    PVOID ProcessStarterHelper;
    ULONG GdiDCAttributeList;
    PVOID LoaderLock; /* RTL_CRITICAL_SECTION * */
    ULONG OSMajorVersion, OSMinorVersion;
    USHORT OSBuildNumber, OSCSDVersion;
    ULONG OSPlatformId;
    ULONG ImageSubsystem, ImageSubsystemMajorVersion, ImageSubsystemMinorVersion;
    KAFFINITY ActiveProcessAffinityMask;
#ifdef _WIN64
    ULONG GdiHandleBuffer[60];
#elif defined(_WIN32)
    ULONG GdiHandleBuffer[34];
#else
    ULONG GdiHandleBuffer[60];
#endif
    PVOID PostProcessInitRoutine;
    PVOID TlsExpansionBitmap;
    ULONG TlsExpansionBitmapBits[32];
    ULONG SessionId;
    ULARGE_INTEGER AppCompatFlags, AppCompatFlagsUser;
    PVOID pShimData;
    PVOID AppCompatInfo;
    UNICODE_STRING CSDVersion;
    PVOID ActivationContextData;
    PVOID ProcessAssemblyStorageMap;
    PVOID SystemDefaultActivationContextData;
    PVOID SystemAssemblyStorageMap;
    SIZE_T MinimumStackCommit;
    PVOID FlsCallback;
    LIST_ENTRY FlsListHead;
    PVOID FlsBitmap;
    ULONG FlsBitmapBits[4];
    ULONG FlsHighIndex;
    PVOID WerRegistrationData;
    PVOID WerShipAssertPtr;
    PVOID pUnused;
    PVOID pImageHeaderHash;
    ULONG TracingFlags;
    ULONGLONG CsrServerReadOnlySharedMemoryBase;
    ULONG_PTR TppWorkerpListLock;
    LIST_ENTRY TppWorkerpList;
    PVOID WaitOnAddressHashTable[128];
    PVOID TelemetryCoverageHeader;
    ULONG CloudFileFlags, CloudFileDiagFlags;
    CHAR PlaceholderCompatibilityMode, PlaceholderCompatibilityModeReserved[7];
    PVOID LeapSecondData;
    ULONG LeapSecondFlags;
    ULONG NtGlobalFlag2;
} PEB, *PPEB;

typedef struct _TEB {
    NT_TIB NtTib;
    PVOID EnvironmentPointer;
    CLIENT_ID ClientId;
    PVOID ActiveRpcHandle;
    PVOID ThreadLocalStoragePointer;
    PEB *ProcessEnvironmentBlock;
    ULONG LastErrorValue;
    ULONG CountOfOwnedCriticalSections;
    PVOID CsrClientThread;
    PVOID Win32ThreadInfo;
    ULONG User32Reserved[26];
    ULONG UserReserved[5];
    /* Documented as reserved for WOW64. Here it holds the address of the gate, which ntdll's
     * stubs jump to: one load from GS finds it, so no page of ntdll is written at start. */
    PVOID WOW32Reserved;
    ULONG CurrentLocale;
    ULONG FpSoftwareStatusRegister;
    PVOID ReservedForDebuggerInstrumentation[16];
    PVOID SystemReserved1[30];
    CHAR PlaceholderCompatibilityMode;
    BOOLEAN PlaceholderHydrationAlwaysExplicit;
    CHAR PlaceholderReserved[10];
    ULONG ProxiedProcessId;
    struct {
        PVOID ActiveFrame;
        LIST_ENTRY FrameListCache;
        ULONG Flags, NextCookieSequenceNumber, StackId;
    } ActivationStack;
    UCHAR WorkingOnBehalfTicket[8];
    NTSTATUS ExceptionCode;
    PVOID ActivationContextStackPointer;
    ULONG_PTR InstrumentationCallbackSp, InstrumentationCallbackPreviousPc;
    ULONG_PTR InstrumentationCallbackPreviousSp;
    ULONG TxFsContext;
    BOOLEAN InstrumentationCallbackDisabled;
    BOOLEAN UnalignedLoadStoreExceptions;
    struct {
        ULONG Offset;
        ULONG_PTR HDC;
        ULONG Buffer[310];
    } GdiTebBatch;
    CLIENT_ID RealClientId;
    HANDLE GdiCachedProcessHandle;
    ULONG GdiClientPID, GdiClientTID;
    PVOID GdiThreadLocalInfo;
    ULONG_PTR Win32ClientInfo[62];
    PVOID glDispatchTable[233];
    ULONG_PTR glReserved1[29];
    PVOID glReserved2, glSectionInfo, glSection, glTable, glCurrentRC, glContext;
    NTSTATUS LastStatusValue;
    UNICODE_STRING StaticUnicodeString;
    WCHAR StaticUnicodeBuffer[261];
    PVOID DeallocationStack;
    PVOID TlsSlots[64];
    LIST_ENTRY TlsLinks;
    PVOID Vdm;
    PVOID ReservedForNtRpc;
    PVOID DbgSsReserved[2];
    ULONG HardErrorMode;
    PVOID Instrumentation[11];
    GUID ActivityId;
    PVOID SubProcessTag;
    PVOID PerflibData;
    PVOID EtwTraceData;
    PVOID WinSockData;
    ULONG GdiBatchCount;
    ULONG IdealProcessorValue;
    ULONG GuaranteedStackBytes;
    PVOID ReservedForPerf;
    PVOID ReservedForOle;
    ULONG WaitingOnLoaderLock;
    PVOID SavedPriorityState;
    ULONG_PTR ReservedForCodeCoverage;
    PVOID ThreadPoolData;
    PVOID *TlsExpansionSlots;
    PVOID DeallocationBStore, BStoreLimit;
    ULONG MuiGeneration;
    ULONG IsImpersonating;
    PVOID NlsCache;
    PVOID pShimData;
    ULONG HeapData;
    HANDLE CurrentTransactionHandle;
    PVOID ActiveFrame;
    PVOID FlsData;
    PVOID PreferredLanguages, UserPrefLanguages, MergedPrefLanguages;
    ULONG MuiImpersonation;
    USHORT CrossTebFlags;
    USHORT SameTebFlags; /* TEB_* below */
    PVOID TxnScopeEnterCallback, TxnScopeExitCallback, TxnScopeContext;
    ULONG LockCount;
    LONG WowTebOffset;
    PVOID ResourceRetValue;
    PVOID ReservedForWdf;
    ULONGLONG ReservedForCrt;
    GUID EffectiveContainerId;
} TEB, *PTEB;

#define TEB_HAS_FIBER_DATA 0x0004u
#define TEB_INITIAL_THREAD 0x0400u
#define TEB_SKIP_THREAD_ATTACH 0x0008u
#define TEB_RAN_PROCESS_INIT 0x0020u
#define TEB_LOADER_WORKER 0x2000u

#if UINTPTR_MAX == UINT64_MAX
_Static_assert(offsetof(TEB, ProcessEnvironmentBlock) == 0x60, "TEB");
_Static_assert(offsetof(TEB, LastErrorValue) == 0x68, "TEB");
_Static_assert(offsetof(TEB, WOW32Reserved) == 0x100, "TEB");
_Static_assert(offsetof(TEB, ActivationStack) == 0x290, "TEB");
_Static_assert(offsetof(TEB, ActivationContextStackPointer) == 0x2c8, "TEB");
_Static_assert(offsetof(TEB, GdiTebBatch) == 0x2f0, "TEB");
_Static_assert(offsetof(TEB, LastStatusValue) == 0x1250, "TEB");
_Static_assert(offsetof(TEB, StaticUnicodeString) == 0x1258, "TEB");
_Static_assert(offsetof(TEB, DeallocationStack) == 0x1478, "TEB");
_Static_assert(offsetof(TEB, TlsSlots) == 0x1480, "TEB");
_Static_assert(offsetof(TEB, TlsLinks) == 0x1680, "TEB");
_Static_assert(offsetof(TEB, ActivityId) == 0x1710, "TEB");
_Static_assert(offsetof(TEB, GuaranteedStackBytes) == 0x1748, "TEB");
_Static_assert(offsetof(TEB, TlsExpansionSlots) == 0x1780, "TEB");
_Static_assert(offsetof(TEB, FlsData) == 0x17c8, "TEB");
_Static_assert(offsetof(TEB, SameTebFlags) == 0x17ee, "TEB");
_Static_assert(sizeof(TEB) == 0x1838, "TEB");
_Static_assert(offsetof(PEB, Ldr) == 0x18 && offsetof(PEB, ProcessHeap) == 0x30, "PEB");
_Static_assert(offsetof(PEB, ApiSetMap) == 0x68 && offsetof(PEB, TlsBitmap) == 0x78, "PEB");
_Static_assert(offsetof(PEB, NumberOfProcessors) == 0xb8, "PEB");
_Static_assert(offsetof(PEB, ProcessHeaps) == 0xf0 && offsetof(PEB, LoaderLock) == 0x110, "PEB");
_Static_assert(offsetof(PEB, OSMajorVersion) == 0x118, "PEB");
_Static_assert(offsetof(PEB, SessionId) == 0x2c0 && offsetof(PEB, CSDVersion) == 0x2e8, "PEB");
_Static_assert(offsetof(PEB, ActivationContextData) == 0x2f8, "PEB");
_Static_assert(offsetof(PEB, FlsHighIndex) == 0x350, "PEB");
_Static_assert(offsetof(PEB, WaitOnAddressHashTable) == 0x3a0, "PEB");
_Static_assert(sizeof(PEB) == 0x7c8, "PEB");
_Static_assert(offsetof(RTL_USER_PROCESS_PARAMETERS, CommandLine) == 0x70, "parameters");
_Static_assert(offsetof(RTL_USER_PROCESS_PARAMETERS, CurrentDirectories) == 0xf0, "parameters");
_Static_assert(offsetof(RTL_USER_PROCESS_PARAMETERS, EnvironmentSize) == 0x3f0, "parameters");
_Static_assert(sizeof(RTL_USER_PROCESS_PARAMETERS) == 0x440, "parameters");
#endif

typedef struct LDR_DATA_TABLE_ENTRY {
    LIST_ENTRY InLoadOrderLinks;
    LIST_ENTRY InMemoryOrderLinks;
    LIST_ENTRY InInitializationOrderLinks;
    PVOID DllBase;
    PVOID EntryPoint;
    ULONG SizeOfImage;
    UNICODE_STRING FullDllName;
    UNICODE_STRING BaseDllName;
    ULONG Flags; /* LDRP_* */
    USHORT ObsoleteLoadCount;
    USHORT TlsIndex;
    LIST_ENTRY HashLinks;
    ULONG TimeDateStamp;
    PVOID EntryPointActivationContext;
    PVOID Lock;
    PVOID DdagNode;
    LIST_ENTRY NodeModuleLink;
    PVOID LoadContext;
    PVOID ParentDllBase;
    PVOID SwitchBackContext;
    PVOID BaseAddressIndexNode[3];
    PVOID MappingInfoIndexNode[3];
    ULONG_PTR OriginalBase;
    LARGE_INTEGER LoadTime;
    ULONG BaseNameHashValue;
    ULONG LoadReason;
    ULONG ImplicitPathOptions;
    ULONG ReferenceCount;
} LDR_DATA_TABLE_ENTRY, *PLDR_DATA_TABLE_ENTRY;

#define LDRP_IMAGE_DLL 0x00000004u
#define LDRP_LOAD_IN_PROGRESS 0x00001000u
#define LDRP_ENTRY_PROCESSED 0x00004000u
#define LDRP_DONT_CALL_FOR_THREADS 0x00040000u
#define LDRP_PROCESS_ATTACH_CALLED 0x00080000u

/* PROCESSINFOCLASS */
enum {
    ProcessBasicInformation = 0,
    ProcessQuotaLimits = 1,
    ProcessIoCounters = 2,
    ProcessVmCounters = 3,
    ProcessTimes = 4,
    ProcessBasePriority = 5,
    ProcessRaisePriority = 6,
    ProcessDebugPort = 7,
    ProcessExceptionPort = 8,
    ProcessAccessToken = 9,
    ProcessDefaultHardErrorMode = 12,
    ProcessWorkingSetWatch = 15,
    ProcessPriorityClass = 18,
    ProcessWx86Information = 19,
    ProcessHandleCount = 20,
    ProcessAffinityMask = 21,
    ProcessPriorityBoost = 22,
    ProcessDeviceMap = 23,
    ProcessSessionInformation = 24,
    ProcessWow64Information = 26,
    ProcessImageFileName = 27,
    ProcessLUIDDeviceMapsEnabled = 28,
    ProcessBreakOnTermination = 29,
    ProcessDebugObjectHandle = 30,
    ProcessDebugFlags = 31,
    ProcessIoPriority = 33,
    ProcessExecuteFlags = 34,
    ProcessTlsInformation = 35,
    ProcessCookie = 36,
    ProcessImageInformation = 37,
    ProcessCycleTime = 38,
    ProcessPagePriority = 39,
    ProcessInstrumentationCallback = 40,
    ProcessImageFileNameWin32 = 43,
    ProcessGroupInformation = 47,
    ProcessConsoleHostProcess = 49,
    ProcessWindowInformation = 50,
    ProcessHandleInformation = 51,
    ProcessMitigationPolicy = 52,
    ProcessCommandLineInformation = 60,
    ProcessProtectionInformation = 61,
    ProcessFaultInformation = 63,
    ProcessSubsystemInformation = 75,
    ProcessPowerThrottlingState = 77,
};

/* THREADINFOCLASS */
enum {
    ThreadBasicInformation = 0,
    ThreadTimes = 1,
    ThreadPriority = 2,
    ThreadBasePriority = 3,
    ThreadAffinityMask = 4,
    ThreadImpersonationToken = 5,
    ThreadDescriptorTableEntry = 6,
    ThreadEnableAlignmentFaultFixup = 7,
    ThreadQuerySetWin32StartAddress = 9,
    ThreadZeroTlsCell = 10,
    ThreadPerformanceCount = 11,
    ThreadAmILastThread = 12,
    ThreadIdealProcessor = 13,
    ThreadPriorityBoost = 14,
    ThreadSetTlsArrayAddress = 15,
    ThreadIsIoPending = 16,
    ThreadHideFromDebugger = 17,
    ThreadBreakOnTermination = 18,
    ThreadSwitchLegacyState = 19,
    ThreadIsTerminated = 20,
    ThreadLastSystemCall = 21,
    ThreadIoPriority = 22,
    ThreadCycleTime = 23,
    ThreadPagePriority = 24,
    ThreadActualBasePriority = 25,
    ThreadTebInformation = 26,
    ThreadGroupInformation = 30,
    ThreadIdealProcessorEx = 33,
    ThreadSuspendCount = 35,
    ThreadNameInformation = 38,
    ThreadPowerThrottlingState = 49,
};

typedef struct PROCESS_BASIC_INFORMATION {
    NTSTATUS ExitStatus;
    PEB *PebBaseAddress;
    ULONG_PTR AffinityMask;
    LONG BasePriority;
    ULONG_PTR UniqueProcessId;
    ULONG_PTR InheritedFromUniqueProcessId;
} PROCESS_BASIC_INFORMATION;

typedef struct THREAD_BASIC_INFORMATION {
    NTSTATUS ExitStatus;
    PVOID TebBaseAddress;
    CLIENT_ID ClientId;
    ULONG_PTR AffinityMask;
    LONG Priority;
    LONG BasePriority;
} THREAD_BASIC_INFORMATION;

typedef struct KERNEL_USER_TIMES {
    LARGE_INTEGER CreateTime, ExitTime, KernelTime, UserTime; /* 100 ns */
} KERNEL_USER_TIMES;

typedef struct INITIAL_TEB {
    PVOID PreviousStackBase, PreviousStackLimit;
    PVOID StackBase, StackLimit, StackAllocationBase;
} INITIAL_TEB;

/* NtCreateThreadEx */
#define THREAD_CREATE_FLAGS_CREATE_SUSPENDED 0x01u
#define THREAD_CREATE_FLAGS_SKIP_THREAD_ATTACH 0x02u
#define THREAD_CREATE_FLAGS_HIDE_FROM_DEBUGGER 0x04u
#define THREAD_CREATE_FLAGS_INITIAL_THREAD 0x80u

/* PS_ATTRIBUTE: extra inputs and outputs of NtCreateThreadEx and NtCreateUserProcess */
typedef struct PS_ATTRIBUTE {
    ULONG_PTR Attribute;
    SIZE_T Size;
    union {
        ULONG_PTR Value;
        PVOID ValuePtr;
    };
    SIZE_T *ReturnLength;
} PS_ATTRIBUTE;

typedef struct PS_ATTRIBUTE_LIST {
    SIZE_T TotalLength;
    PS_ATTRIBUTE Attributes[1];
} PS_ATTRIBUTE_LIST;

#define PS_ATTRIBUTE_PARENT_PROCESS 0x00060000u
#define PS_ATTRIBUTE_DEBUG_OBJECT 0x00060001u
#define PS_ATTRIBUTE_TOKEN 0x00060002u
#define PS_ATTRIBUTE_CLIENT_ID 0x00010003u
#define PS_ATTRIBUTE_TEB_ADDRESS 0x00010004u
#define PS_ATTRIBUTE_IMAGE_NAME 0x00020005u
#define PS_ATTRIBUTE_IMAGE_INFO 0x00000006u
#define PS_ATTRIBUTE_MEMORY_RESERVE 0x00020007u
#define PS_ATTRIBUTE_PRIORITY_CLASS 0x00020008u
#define PS_ATTRIBUTE_ERROR_MODE 0x00020009u
#define PS_ATTRIBUTE_STD_HANDLE_INFO 0x0002000au
#define PS_ATTRIBUTE_HANDLE_LIST 0x0002000bu
#define PS_ATTRIBUTE_GROUP_AFFINITY 0x0003000cu
#define PS_ATTRIBUTE_PREFERRED_NODE 0x0002000du
#define PS_ATTRIBUTE_IDEAL_PROCESSOR 0x0003000eu
#define PS_ATTRIBUTE_MITIGATION_OPTIONS 0x00020010u
#define PS_ATTRIBUTE_JOB_LIST 0x00020013u

typedef struct SECTION_IMAGE_INFORMATION {
    PVOID TransferAddress;
    ULONG ZeroBits;
    SIZE_T MaximumStackSize;
    SIZE_T CommittedStackSize;
    ULONG SubSystemType;
    USHORT SubSystemMinorVersion, SubSystemMajorVersion;
    USHORT MajorOperatingSystemVersion, MinorOperatingSystemVersion;
    USHORT ImageCharacteristics;
    USHORT DllCharacteristics;
    USHORT Machine;
    BOOLEAN ImageContainsCode;
    UCHAR ImageFlags;
    ULONG LoaderFlags;
    ULONG ImageFileSize;
    ULONG CheckSum;
} SECTION_IMAGE_INFORMATION;

typedef struct PS_CREATE_INFO {
    SIZE_T Size;
    ULONG State; /* PsCreateInitialState .. PsCreateSuccess */
    union {
        struct {
            ULONG InitFlags;
            ACCESS_MASK AdditionalFileAccess;
        } InitState;
        struct {
            HANDLE FileHandle;
        } FailSection;
        struct {
            USHORT DllCharacteristics;
        } ExeFormat;
        struct {
            HANDLE IFEOKey;
        } ExeName;
        struct {
            ULONG OutputFlags;
            HANDLE FileHandle, SectionHandle;
            ULONGLONG UserProcessParametersNative;
            ULONG UserProcessParametersWow64;
            ULONG CurrentParameterFlags;
            ULONGLONG PebAddressNative;
            ULONG PebAddressWow64;
            ULONGLONG ManifestAddress;
            ULONG ManifestSize;
        } SuccessState;
    };
} PS_CREATE_INFO;

enum {
    PsCreateInitialState,
    PsCreateFailOnFileOpen,
    PsCreateFailOnSectionCreate,
    PsCreateFailExeFormat,
    PsCreateFailMachineMismatch,
    PsCreateFailExeName,
    PsCreateSuccess,
};

#if UINTPTR_MAX == UINT64_MAX
_Static_assert(sizeof(PROCESS_BASIC_INFORMATION) == 48, "PROCESS_BASIC_INFORMATION");
_Static_assert(sizeof(THREAD_BASIC_INFORMATION) == 48, "THREAD_BASIC_INFORMATION");
_Static_assert(sizeof(SECTION_IMAGE_INFORMATION) == 64, "SECTION_IMAGE_INFORMATION");
_Static_assert(sizeof(PS_CREATE_INFO) == 88, "PS_CREATE_INFO");
_Static_assert(sizeof(PS_ATTRIBUTE) == 32, "PS_ATTRIBUTE");
_Static_assert(offsetof(LDR_DATA_TABLE_ENTRY, BaseDllName) == 0x58, "LDR_DATA_TABLE_ENTRY");
_Static_assert(offsetof(LDR_DATA_TABLE_ENTRY, DdagNode) == 0x98, "LDR_DATA_TABLE_ENTRY");
#endif

#endif
