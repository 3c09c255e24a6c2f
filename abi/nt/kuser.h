/*
 * KUSER_SHARED_DATA, the page that every process sees at 0x7ffe0000 (public in wdm.h/ntddk.h).
 */
#ifndef ABI_NT_KUSER_H
#define ABI_NT_KUSER_H

#include "abi/nt/types.h"

#define KUSER_SHARED_DATA_ADDRESS 0x7ffe0000u
/* Ours: the same page once more. What never changes can be read here without the clocks of the page
 * having to tick from then on, which takes a thread. */
#define KUSER_CONSTANTS_ADDRESS 0x7ffe1000u

/* Written High2, Low, High1; read High1, Low, High2 until both highs agree. */
typedef struct KSYSTEM_TIME {
    ULONG LowPart;
    LONG High1Time;
    LONG High2Time;
} KSYSTEM_TIME;

typedef struct KUSER_SHARED_DATA {
    ULONG TickCountLowDeprecated;
    ULONG TickCountMultiplier;
    volatile KSYSTEM_TIME InterruptTime; /* 100 ns since start-up */
    volatile KSYSTEM_TIME SystemTime;    /* 100 ns since 1601, UTC */
    volatile KSYSTEM_TIME TimeZoneBias;
    USHORT ImageNumberLow, ImageNumberHigh;
    WCHAR NtSystemRoot[260];
    ULONG MaxStackTraceDepth;
    ULONG CryptoExponent;
    ULONG TimeZoneId;
    ULONG LargePageMinimum;
    ULONG AitSamplingValue;
    ULONG AppCompatFlag;
    ULONGLONG RNGSeedVersion;
    ULONG GlobalValidationRunlevel;
    LONG TimeZoneBiasStamp;
    ULONG NtBuildNumber;
    ULONG NtProductType;
    BOOLEAN ProductTypeIsValid;
    UCHAR Reserved0[1];
    USHORT NativeProcessorArchitecture;
    ULONG NtMajorVersion, NtMinorVersion;
    BOOLEAN ProcessorFeatures[64];
    ULONG Reserved1, Reserved3;
    ULONG TimeSlip;
    ULONG AlternativeArchitecture;
    LARGE_INTEGER SystemExpirationDate;
    ULONG SuiteMask;
    BOOLEAN KdDebuggerEnabled;
    UCHAR MitigationPolicies;
    USHORT CyclesPerYield;
    ULONG ActiveConsoleId;
    ULONG DismountCount;
    ULONG ComPlusPackage;
    ULONG LastSystemRITEventTickCount;
    ULONG NumberOfPhysicalPages;
    BOOLEAN SafeBootMode;
    UCHAR VirtualizationFlags;
    UCHAR Reserved12[2];
    ULONG SharedDataFlags;
    ULONG DataFlagsPad;
    ULONGLONG TestRetInstruction;
    LONGLONG QpcFrequency;
    ULONG SystemCall;
    ULONG Reserved2;
    ULONGLONG FullNumberOfPhysicalPages;
    ULONGLONG SystemCallPad;
    volatile KSYSTEM_TIME TickCount; /* units of TickCountMultiplier / 2^24 ms */
    ULONG TickCountPad;
    ULONG Cookie;
    ULONG CookiePad;
    LONGLONG ConsoleSessionForegroundProcessId;
    ULONGLONG TimeUpdateLock;
    ULONGLONG BaselineSystemTimeQpc, BaselineInterruptTimeQpc;
    ULONGLONG QpcSystemTimeIncrement, QpcInterruptTimeIncrement;
    UCHAR QpcSystemTimeIncrementShift, QpcInterruptTimeIncrementShift;
    USHORT UnparkedProcessorCount;
    ULONG EnclaveFeatureMask[4];
    ULONG TelemetryCoverageRound;
    USHORT UserModeGlobalLogger[16];
    ULONG ImageFileExecutionOptions;
    ULONG LangGenerationCount;
    ULONGLONG Reserved4;
    ULONGLONG InterruptTimeBias;
    ULONGLONG QpcBias;
    ULONG ActiveProcessorCount;
    UCHAR ActiveGroupCount;
    UCHAR Reserved9;
    UCHAR QpcBypassEnabled;
    UCHAR QpcShift;
    LARGE_INTEGER TimeZoneBiasEffectiveStart, TimeZoneBiasEffectiveEnd;
    ULONGLONG XStateEnabledFeatures; /* XSTATE_CONFIGURATION begins here */
    ULONGLONG XStateEnabledVolatileFeatures;
    ULONG XStateSize;
} KUSER_SHARED_DATA;

_Static_assert(offsetof(KUSER_SHARED_DATA, NtSystemRoot) == 0x30, "KUSER_SHARED_DATA");
_Static_assert(offsetof(KUSER_SHARED_DATA, NtBuildNumber) == 0x260, "KUSER_SHARED_DATA");
_Static_assert(offsetof(KUSER_SHARED_DATA, ProcessorFeatures) == 0x274, "KUSER_SHARED_DATA");
_Static_assert(offsetof(KUSER_SHARED_DATA, KdDebuggerEnabled) == 0x2d4, "KUSER_SHARED_DATA");
_Static_assert(offsetof(KUSER_SHARED_DATA, QpcFrequency) == 0x300, "KUSER_SHARED_DATA");
_Static_assert(offsetof(KUSER_SHARED_DATA, SystemCall) == 0x308, "KUSER_SHARED_DATA");
_Static_assert(offsetof(KUSER_SHARED_DATA, TickCount) == 0x320, "KUSER_SHARED_DATA");
_Static_assert(offsetof(KUSER_SHARED_DATA, Cookie) == 0x330, "KUSER_SHARED_DATA");
_Static_assert(offsetof(KUSER_SHARED_DATA, InterruptTimeBias) == 0x3b0, "KUSER_SHARED_DATA");
_Static_assert(offsetof(KUSER_SHARED_DATA, ActiveProcessorCount) == 0x3c0, "KUSER_SHARED_DATA");
_Static_assert(offsetof(KUSER_SHARED_DATA, XStateEnabledFeatures) == 0x3d8, "KUSER_SHARED_DATA");

#endif
