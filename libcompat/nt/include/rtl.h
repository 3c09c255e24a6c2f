/*
 * The Rtl part of ntdll: structures and prototypes for ntdll itself and for the DLLs above it.
 *
 * Facts from the public documentation (wdm.h, ntifs.h, winternl.h). Sizes of
 * UNICODE_STRING and of *Size parameters are bytes unless the name says Chars. Strings that a
 * function allocates come from the process heap and are freed with RtlFreeUnicodeString or the
 * function named beside them. Sources inside ntdll are compiled with _NTSYSTEM_ defined.
 */
#ifndef LIBCOMPAT_NT_RTL_H
#define LIBCOMPAT_NT_RTL_H

#include <stdarg.h>
#include "abi/nt/types.h"
#include "abi/nt/ex.h"
#include "abi/nt/io.h"
#include "abi/nt/ps.h"

/* ---- strings ---- */

#define RTL_DUPLICATE_UNICODE_STRING_NULL_TERMINATE 1u
#define RTL_DUPLICATE_UNICODE_STRING_ALLOCATE_NULL_STRING 2u
#define RTL_FIND_CHAR_IN_UNICODE_STRING_START_AT_END 1u
#define RTL_FIND_CHAR_IN_UNICODE_STRING_COMPLEMENT_CHAR_SET 2u
#define RTL_FIND_CHAR_IN_UNICODE_STRING_CASE_INSENSITIVE 4u
#define HASH_STRING_ALGORITHM_DEFAULT 0u
#define HASH_STRING_ALGORITHM_X65599 1u
#define HASH_STRING_ALGORITHM_INVALID 0xffffffffu

/* A constant UNICODE_STRING of a literal: UNICODE_STRING s = RTL_CONSTANT_STRING(L"x"); */
#define RTL_CONSTANT_STRING(s) {sizeof(s) - sizeof((s)[0]), sizeof(s), (PVOID)(s)}

NTSYSAPI VOID NTAPI RtlInitUnicodeString(PUNICODE_STRING dst, PCWSTR src);
NTSYSAPI NTSTATUS NTAPI RtlInitUnicodeStringEx(PUNICODE_STRING dst, PCWSTR src);
NTSYSAPI VOID NTAPI RtlInitAnsiString(PANSI_STRING dst, PCSTR src);
NTSYSAPI NTSTATUS NTAPI RtlInitAnsiStringEx(PANSI_STRING dst, PCSTR src);
NTSYSAPI VOID NTAPI RtlInitString(PSTRING dst, PCSTR src);
NTSYSAPI BOOLEAN NTAPI RtlCreateUnicodeString(PUNICODE_STRING dst, PCWSTR src);
NTSYSAPI BOOLEAN NTAPI RtlCreateUnicodeStringFromAsciiz(PUNICODE_STRING dst, PCSTR src);
NTSYSAPI VOID NTAPI RtlFreeUnicodeString(PUNICODE_STRING str);
NTSYSAPI VOID NTAPI RtlFreeAnsiString(PANSI_STRING str);
NTSYSAPI VOID NTAPI RtlFreeOemString(POEM_STRING str);
NTSYSAPI VOID NTAPI RtlFreeUTF8String(PSTRING str);
NTSYSAPI VOID NTAPI RtlEraseUnicodeString(PUNICODE_STRING str);
NTSYSAPI VOID NTAPI RtlCopyUnicodeString(PUNICODE_STRING dst, PCUNICODE_STRING src);
NTSYSAPI VOID NTAPI RtlCopyString(PSTRING dst, const STRING *src);
NTSYSAPI NTSTATUS NTAPI RtlAppendUnicodeStringToString(PUNICODE_STRING dst, PCUNICODE_STRING src);
NTSYSAPI NTSTATUS NTAPI RtlAppendUnicodeToString(PUNICODE_STRING dst, PCWSTR src);
NTSYSAPI NTSTATUS NTAPI RtlAppendAsciizToString(PSTRING dst, PCSTR src);
NTSYSAPI NTSTATUS NTAPI RtlAppendStringToString(PSTRING dst, const STRING *src);
NTSYSAPI NTSTATUS NTAPI RtlDuplicateUnicodeString(ULONG flags, PCUNICODE_STRING src,
                                                  PUNICODE_STRING dst);
NTSYSAPI LONG NTAPI RtlCompareUnicodeString(PCUNICODE_STRING a, PCUNICODE_STRING b,
                                            BOOLEAN ignore_case);
NTSYSAPI LONG NTAPI RtlCompareUnicodeStrings(PCWCH a, SIZE_T a_chars, PCWCH b, SIZE_T b_chars,
                                             BOOLEAN ignore_case);
NTSYSAPI BOOLEAN NTAPI RtlEqualUnicodeString(PCUNICODE_STRING a, PCUNICODE_STRING b,
                                             BOOLEAN ignore_case);
NTSYSAPI BOOLEAN NTAPI RtlPrefixUnicodeString(PCUNICODE_STRING prefix, PCUNICODE_STRING str,
                                              BOOLEAN ignore_case);
NTSYSAPI LONG NTAPI RtlCompareString(const STRING *a, const STRING *b, BOOLEAN ignore_case);
NTSYSAPI BOOLEAN NTAPI RtlEqualString(const STRING *a, const STRING *b, BOOLEAN ignore_case);
NTSYSAPI BOOLEAN NTAPI RtlPrefixString(const STRING *prefix, const STRING *str,
                                       BOOLEAN ignore_case);
NTSYSAPI NTSTATUS NTAPI RtlHashUnicodeString(PCUNICODE_STRING str, BOOLEAN ignore_case,
                                             ULONG algorithm, PULONG hash);
NTSYSAPI NTSTATUS NTAPI RtlValidateUnicodeString(ULONG flags, PCUNICODE_STRING str);
NTSYSAPI NTSTATUS NTAPI RtlFindCharInUnicodeString(ULONG flags, PCUNICODE_STRING str,
                                                   PCUNICODE_STRING set, PUSHORT position);
NTSYSAPI WCHAR NTAPI RtlUpcaseUnicodeChar(WCHAR c);
NTSYSAPI WCHAR NTAPI RtlDowncaseUnicodeChar(WCHAR c);
NTSYSAPI CHAR NTAPI RtlUpperChar(CHAR c);
NTSYSAPI VOID NTAPI RtlUpperString(PSTRING dst, const STRING *src);
NTSYSAPI NTSTATUS NTAPI RtlUpcaseUnicodeString(PUNICODE_STRING dst, PCUNICODE_STRING src,
                                               BOOLEAN allocate);
NTSYSAPI NTSTATUS NTAPI RtlDowncaseUnicodeString(PUNICODE_STRING dst, PCUNICODE_STRING src,
                                                 BOOLEAN allocate);

/* ---- conversions (the ANSI and OEM code pages are UTF-8) ---- */

NTSYSAPI NTSTATUS NTAPI RtlAnsiStringToUnicodeString(PUNICODE_STRING dst, PCANSI_STRING src,
                                                     BOOLEAN allocate);
NTSYSAPI NTSTATUS NTAPI RtlOemStringToUnicodeString(PUNICODE_STRING dst, const STRING *src,
                                                    BOOLEAN allocate);
NTSYSAPI NTSTATUS NTAPI RtlUnicodeStringToAnsiString(PANSI_STRING dst, PCUNICODE_STRING src,
                                                     BOOLEAN allocate);
NTSYSAPI NTSTATUS NTAPI RtlUnicodeStringToOemString(POEM_STRING dst, PCUNICODE_STRING src,
                                                    BOOLEAN allocate);
NTSYSAPI NTSTATUS NTAPI RtlUpcaseUnicodeStringToAnsiString(PANSI_STRING dst, PCUNICODE_STRING src,
                                                           BOOLEAN allocate);
NTSYSAPI NTSTATUS NTAPI RtlUpcaseUnicodeStringToOemString(POEM_STRING dst, PCUNICODE_STRING src,
                                                          BOOLEAN allocate);
NTSYSAPI NTSTATUS NTAPI RtlUnicodeStringToUTF8String(PSTRING dst, PCUNICODE_STRING src,
                                                     BOOLEAN allocate);
NTSYSAPI NTSTATUS NTAPI RtlUTF8StringToUnicodeString(PUNICODE_STRING dst, const STRING *src,
                                                     BOOLEAN allocate);
NTSYSAPI ULONG NTAPI RtlxAnsiStringToUnicodeSize(PCANSI_STRING str);
NTSYSAPI ULONG NTAPI RtlxOemStringToUnicodeSize(const STRING *str);
NTSYSAPI ULONG NTAPI RtlxUnicodeStringToAnsiSize(PCUNICODE_STRING str);
NTSYSAPI ULONG NTAPI RtlxUnicodeStringToOemSize(PCUNICODE_STRING str);
NTSYSAPI ULONG NTAPI RtlAnsiStringToUnicodeSize(PCANSI_STRING str);
NTSYSAPI ULONG NTAPI RtlUnicodeStringToAnsiSize(PCUNICODE_STRING str);
NTSYSAPI NTSTATUS NTAPI RtlMultiByteToUnicodeN(PWCH dst, ULONG dst_bytes, PULONG result,
                                               PCSTR src, ULONG src_bytes);
NTSYSAPI NTSTATUS NTAPI RtlMultiByteToUnicodeSize(PULONG result, PCSTR src, ULONG src_bytes);
NTSYSAPI NTSTATUS NTAPI RtlUnicodeToMultiByteN(PCHAR dst, ULONG dst_bytes, PULONG result,
                                               PCWCH src, ULONG src_bytes);
NTSYSAPI NTSTATUS NTAPI RtlUnicodeToMultiByteSize(PULONG result, PCWCH src, ULONG src_bytes);
NTSYSAPI NTSTATUS NTAPI RtlUpcaseUnicodeToMultiByteN(PCHAR dst, ULONG dst_bytes, PULONG result,
                                                     PCWCH src, ULONG src_bytes);
NTSYSAPI NTSTATUS NTAPI RtlOemToUnicodeN(PWCH dst, ULONG dst_bytes, PULONG result, PCSTR src,
                                         ULONG src_bytes);
NTSYSAPI NTSTATUS NTAPI RtlUnicodeToOemN(PCHAR dst, ULONG dst_bytes, PULONG result, PCWCH src,
                                         ULONG src_bytes);
NTSYSAPI NTSTATUS NTAPI RtlUpcaseUnicodeToOemN(PCHAR dst, ULONG dst_bytes, PULONG result,
                                               PCWCH src, ULONG src_bytes);
/* STATUS_SOME_NOT_MAPPED where U+FFFD was written; dst NULL asks for the size. */
NTSYSAPI NTSTATUS NTAPI RtlUTF8ToUnicodeN(PWSTR dst, ULONG dst_bytes, PULONG result, PCCH src,
                                          ULONG src_bytes);
NTSYSAPI NTSTATUS NTAPI RtlUnicodeToUTF8N(PCHAR dst, ULONG dst_bytes, PULONG result, PCWCH src,
                                          ULONG src_bytes);
NTSYSAPI WCHAR NTAPI RtlAnsiCharToUnicodeChar(PUCHAR *src);
NTSYSAPI BOOLEAN NTAPI RtlIsTextUnicode(const void * buffer, INT bytes, PINT flags);
NTSYSAPI VOID NTAPI RtlGetDefaultCodePage(PUSHORT ansi, PUSHORT oem);

NTSYSAPI NTSTATUS NTAPI RtlCharToInteger(PCSTR str, ULONG base, PULONG value);
NTSYSAPI NTSTATUS NTAPI RtlIntegerToChar(ULONG value, ULONG base, LONG length, PCHAR str);
NTSYSAPI NTSTATUS NTAPI RtlLargeIntegerToChar(const ULONGLONG *value, ULONG base, LONG length,
                                              PCHAR str);
NTSYSAPI NTSTATUS NTAPI RtlIntegerToUnicodeString(ULONG value, ULONG base, PUNICODE_STRING str);
NTSYSAPI NTSTATUS NTAPI RtlInt64ToUnicodeString(ULONGLONG value, ULONG base, PUNICODE_STRING str);
NTSYSAPI NTSTATUS NTAPI RtlUnicodeStringToInteger(PCUNICODE_STRING str, ULONG base, PULONG value);
NTSYSAPI NTSTATUS NTAPI RtlGUIDFromString(PCUNICODE_STRING str, GUID *guid);
NTSYSAPI NTSTATUS NTAPI RtlStringFromGUID(const GUID *guid, PUNICODE_STRING str);
NTSYSAPI NTSTATUS NTAPI RtlStringFromGUIDEx(const GUID *guid, PUNICODE_STRING str,
                                            BOOLEAN allocate);
/* Wildcards * ? and DOS_STAR < DOS_QM > DOS_DOT "; with ignore_case, expression must be upcased. */
NTSYSAPI BOOLEAN NTAPI RtlIsNameInExpression(PCUNICODE_STRING expression, PCUNICODE_STRING name,
                                             BOOLEAN ignore_case, PCWCH upcase_table);
NTSYSAPI BOOLEAN NTAPI RtlIsNameInUnUpcasedExpression(PCUNICODE_STRING expression,
                                                      PCUNICODE_STRING name, BOOLEAN ignore_case,
                                                      PCWCH upcase_table);

/* ---- memory ---- */

NTSYSAPI SIZE_T NTAPI RtlCompareMemoryUlong(PVOID source, SIZE_T length, ULONG value);
NTSYSAPI VOID NTAPI RtlFillMemoryUlong(PVOID dst, SIZE_T length, ULONG value);
NTSYSAPI VOID NTAPI RtlFillMemoryUlonglong(PVOID dst, SIZE_T length, ULONGLONG value);

/* ---- heap ---- */

typedef NTSTATUS(NTAPI *PRTL_HEAP_COMMIT_ROUTINE)(PVOID base, PVOID *address, PSIZE_T size);

typedef struct RTL_HEAP_PARAMETERS {
    ULONG Length;
    SIZE_T SegmentReserve, SegmentCommit;
    SIZE_T DeCommitFreeBlockThreshold, DeCommitTotalFreeThreshold;
    SIZE_T MaximumAllocationSize, VirtualMemoryThreshold;
    SIZE_T InitialCommit, InitialReserve;
    PRTL_HEAP_COMMIT_ROUTINE CommitRoutine;
    SIZE_T Reserved[2];
} RTL_HEAP_PARAMETERS, *PRTL_HEAP_PARAMETERS;

typedef struct RTL_HEAP_WALK_ENTRY {
    PVOID DataAddress;
    SIZE_T DataSize;
    UCHAR OverheadBytes, SegmentIndex;
    USHORT Flags; /* RTL_HEAP_* below */
    union {
        struct {
            SIZE_T Settable;
            USHORT TagIndex, AllocatorBackTraceIndex;
            ULONG Reserved[2];
        } Block;
        struct {
            ULONG CommittedSize, UnCommittedSize;
            PVOID FirstEntry, LastEntry;
        } Segment;
    };
} RTL_HEAP_WALK_ENTRY, *PRTL_HEAP_WALK_ENTRY;

#define RTL_HEAP_BUSY 0x0001u
#define RTL_HEAP_SEGMENT 0x0002u
#define RTL_HEAP_SETTABLE_VALUE 0x0010u
#define RTL_HEAP_SETTABLE_FLAG1 0x0020u
#define RTL_HEAP_SETTABLE_FLAG2 0x0040u
#define RTL_HEAP_SETTABLE_FLAG3 0x0080u
#define RTL_HEAP_SETTABLE_FLAGS 0x00e0u
#define RTL_HEAP_UNCOMMITTED_RANGE 0x0100u

#ifndef HEAP_SETTABLE_USER_VALUE
#define HEAP_SETTABLE_USER_VALUE 0x00000100u
#define HEAP_SETTABLE_USER_FLAG1 0x00000200u
#define HEAP_SETTABLE_USER_FLAG2 0x00000400u
#define HEAP_SETTABLE_USER_FLAG3 0x00000800u
#define HEAP_SETTABLE_USER_FLAGS 0x00000e00u
#endif

NTSYSAPI PVOID NTAPI RtlCreateHeap(ULONG flags, PVOID base, SIZE_T reserve, SIZE_T commit,
                                   PVOID lock, PRTL_HEAP_PARAMETERS parameters);
NTSYSAPI PVOID NTAPI RtlDestroyHeap(PVOID heap); /* NULL on success */
NTSYSAPI PVOID NTAPI RtlAllocateHeap(PVOID heap, ULONG flags, SIZE_T size);
NTSYSAPI BOOLEAN NTAPI RtlFreeHeap(PVOID heap, ULONG flags, PVOID ptr);
NTSYSAPI PVOID NTAPI RtlReAllocateHeap(PVOID heap, ULONG flags, PVOID ptr, SIZE_T size);
NTSYSAPI SIZE_T NTAPI RtlSizeHeap(PVOID heap, ULONG flags, const void *ptr); /* -1: bad block */
NTSYSAPI BOOLEAN NTAPI RtlValidateHeap(PVOID heap, ULONG flags, const void *ptr);
NTSYSAPI BOOLEAN NTAPI RtlValidateProcessHeaps(VOID);
NTSYSAPI SIZE_T NTAPI RtlCompactHeap(PVOID heap, ULONG flags);
NTSYSAPI BOOLEAN NTAPI RtlLockHeap(PVOID heap);
NTSYSAPI BOOLEAN NTAPI RtlUnlockHeap(PVOID heap);
NTSYSAPI NTSTATUS NTAPI RtlWalkHeap(PVOID heap, PRTL_HEAP_WALK_ENTRY entry);
NTSYSAPI ULONG NTAPI RtlGetProcessHeaps(ULONG count, PVOID *heaps);
NTSYSAPI BOOLEAN NTAPI RtlGetUserInfoHeap(PVOID heap, ULONG flags, PVOID ptr, PVOID *value,
                                          PULONG user_flags);
NTSYSAPI BOOLEAN NTAPI RtlSetUserValueHeap(PVOID heap, ULONG flags, PVOID ptr, PVOID value);
NTSYSAPI BOOLEAN NTAPI RtlSetUserFlagsHeap(PVOID heap, ULONG flags, PVOID ptr, ULONG reset,
                                           ULONG set);
NTSYSAPI ULONG NTAPI RtlMultipleAllocateHeap(PVOID heap, ULONG flags, SIZE_T size, ULONG count,
                                             PVOID *array);
NTSYSAPI ULONG NTAPI RtlMultipleFreeHeap(PVOID heap, ULONG flags, ULONG count, PVOID *array);

/* ---- locks ---- */

typedef struct RTL_RESOURCE {
    RTL_CRITICAL_SECTION CriticalSection;
    HANDLE SharedSemaphore;
    ULONG NumberOfWaitingShared;
    HANDLE ExclusiveSemaphore;
    ULONG NumberOfWaitingExclusive;
    LONG NumberOfActive; /* < 0: exclusive owner's recursion */
    HANDLE ExclusiveOwnerThread;
    ULONG Flags;
    PVOID DebugInfo;
} RTL_RESOURCE, *PRTL_RESOURCE;

NTSYSAPI NTSTATUS NTAPI RtlInitializeCriticalSection(RTL_CRITICAL_SECTION *cs);
NTSYSAPI NTSTATUS NTAPI RtlInitializeCriticalSectionAndSpinCount(RTL_CRITICAL_SECTION *cs,
                                                                 ULONG spin);
NTSYSAPI NTSTATUS NTAPI RtlInitializeCriticalSectionEx(RTL_CRITICAL_SECTION *cs, ULONG spin,
                                                       ULONG flags);
NTSYSAPI NTSTATUS NTAPI RtlDeleteCriticalSection(RTL_CRITICAL_SECTION *cs);
NTSYSAPI NTSTATUS NTAPI RtlEnterCriticalSection(RTL_CRITICAL_SECTION *cs);
NTSYSAPI ULONG NTAPI RtlTryEnterCriticalSection(RTL_CRITICAL_SECTION *cs);
NTSYSAPI NTSTATUS NTAPI RtlLeaveCriticalSection(RTL_CRITICAL_SECTION *cs);
NTSYSAPI ULONG NTAPI RtlSetCriticalSectionSpinCount(RTL_CRITICAL_SECTION *cs, ULONG spin);
NTSYSAPI ULONG NTAPI RtlIsCriticalSectionLocked(RTL_CRITICAL_SECTION *cs);
NTSYSAPI ULONG NTAPI RtlIsCriticalSectionLockedByThread(RTL_CRITICAL_SECTION *cs);
NTSYSAPI ULONG NTAPI RtlGetCriticalSectionRecursionCount(RTL_CRITICAL_SECTION *cs);
NTSYSAPI VOID NTAPI RtlAcquirePebLock(VOID);
NTSYSAPI VOID NTAPI RtlReleasePebLock(VOID);

NTSYSAPI VOID NTAPI RtlInitializeResource(PRTL_RESOURCE res);
NTSYSAPI VOID NTAPI RtlDeleteResource(PRTL_RESOURCE res);
NTSYSAPI BOOLEAN NTAPI RtlAcquireResourceExclusive(PRTL_RESOURCE res, BOOLEAN wait);
NTSYSAPI BOOLEAN NTAPI RtlAcquireResourceShared(PRTL_RESOURCE res, BOOLEAN wait);
NTSYSAPI VOID NTAPI RtlReleaseResource(PRTL_RESOURCE res);
NTSYSAPI VOID NTAPI RtlConvertExclusiveToShared(PRTL_RESOURCE res);
NTSYSAPI VOID NTAPI RtlConvertSharedToExclusive(PRTL_RESOURCE res);

NTSYSAPI VOID NTAPI RtlInitializeSRWLock(RTL_SRWLOCK *lock);
NTSYSAPI VOID NTAPI RtlAcquireSRWLockExclusive(RTL_SRWLOCK *lock);
NTSYSAPI VOID NTAPI RtlAcquireSRWLockShared(RTL_SRWLOCK *lock);
NTSYSAPI VOID NTAPI RtlReleaseSRWLockExclusive(RTL_SRWLOCK *lock);
NTSYSAPI VOID NTAPI RtlReleaseSRWLockShared(RTL_SRWLOCK *lock);
NTSYSAPI BOOLEAN NTAPI RtlTryAcquireSRWLockExclusive(RTL_SRWLOCK *lock);
NTSYSAPI BOOLEAN NTAPI RtlTryAcquireSRWLockShared(RTL_SRWLOCK *lock);
NTSYSAPI VOID NTAPI RtlInitializeConditionVariable(RTL_CONDITION_VARIABLE *cv);
NTSYSAPI VOID NTAPI RtlWakeConditionVariable(RTL_CONDITION_VARIABLE *cv);
NTSYSAPI VOID NTAPI RtlWakeAllConditionVariable(RTL_CONDITION_VARIABLE *cv);
NTSYSAPI NTSTATUS NTAPI RtlSleepConditionVariableCS(RTL_CONDITION_VARIABLE *cv,
                                                    RTL_CRITICAL_SECTION *cs,
                                                    const LARGE_INTEGER *timeout);
NTSYSAPI NTSTATUS NTAPI RtlSleepConditionVariableSRW(RTL_CONDITION_VARIABLE *cv, RTL_SRWLOCK *lock,
                                                     const LARGE_INTEGER *timeout, ULONG flags);
/* STATUS_SUCCESS (also when woken for nothing) or STATUS_TIMEOUT. size: 1, 2, 4 or 8. */
NTSYSAPI NTSTATUS NTAPI RtlWaitOnAddress(const void *address, const void *compare, SIZE_T size,
                                         const LARGE_INTEGER *timeout);
NTSYSAPI VOID NTAPI RtlWakeAddressSingle(const void *address);
NTSYSAPI VOID NTAPI RtlWakeAddressAll(const void *address);
NTSYSAPI VOID NTAPI RtlRunOnceInitialize(RTL_RUN_ONCE *once);
NTSYSAPI NTSTATUS NTAPI RtlRunOnceBeginInitialize(RTL_RUN_ONCE *once, ULONG flags, PVOID *context);
NTSYSAPI NTSTATUS NTAPI RtlRunOnceComplete(RTL_RUN_ONCE *once, ULONG flags, PVOID context);
NTSYSAPI NTSTATUS NTAPI RtlRunOnceExecuteOnce(RTL_RUN_ONCE *once, PRTL_RUN_ONCE_INIT_FN fn,
                                              PVOID parameter, PVOID *context);
NTSYSAPI NTSTATUS NTAPI RtlInitBarrier(RTL_BARRIER *barrier, ULONG threads, ULONG spin);
NTSYSAPI NTSTATUS NTAPI RtlDeleteBarrier(RTL_BARRIER *barrier);
NTSYSAPI BOOLEAN NTAPI RtlBarrier(RTL_BARRIER *barrier, ULONG flags);
NTSYSAPI BOOLEAN NTAPI RtlBarrierForDelete(RTL_BARRIER *barrier, ULONG flags);

/* ---- paths ---- */

typedef enum RTL_PATH_TYPE {
    RtlPathTypeUnknown,
    RtlPathTypeUncAbsolute,    /* \\server\share */
    RtlPathTypeDriveAbsolute,  /* C:\x */
    RtlPathTypeDriveRelative,  /* C:x */
    RtlPathTypeRooted,         /* \x */
    RtlPathTypeRelative,       /* x */
    RtlPathTypeLocalDevice,    /* \\.\x \\?\x */
    RtlPathTypeRootLocalDevice /* \\. \\? */
} RTL_PATH_TYPE;

typedef struct RTL_RELATIVE_NAME_U {
    UNICODE_STRING RelativeName;
    HANDLE ContainingDirectory;
    PVOID CurDirRef;
} RTL_RELATIVE_NAME_U, *PRTL_RELATIVE_NAME_U;

NTSYSAPI RTL_PATH_TYPE NTAPI RtlDetermineDosPathNameType_U(PCWSTR path);
NTSYSAPI RTL_PATH_TYPE NTAPI RtlDetermineDosPathNameType_Ustr(PCUNICODE_STRING path);
/* Length in the low word, offset in the high word, both in bytes; 0: not a device. */
NTSYSAPI ULONG NTAPI RtlIsDosDeviceName_U(PCWSTR path);
NTSYSAPI ULONG NTAPI RtlIsDosDeviceName_Ustr(PCUNICODE_STRING path);
NTSYSAPI ULONG NTAPI RtlGetFullPathName_U(PCWSTR name, ULONG bytes, PWSTR buffer, PWSTR *file);
NTSYSAPI NTSTATUS NTAPI RtlGetFullPathName_UEx(PCWSTR name, ULONG bytes, PWSTR buffer, PWSTR *file,
                                               ULONG *needed);
NTSYSAPI NTSTATUS NTAPI RtlGetFullPathName_UstrEx(PCUNICODE_STRING name,
                                                  PUNICODE_STRING static_string,
                                                  PUNICODE_STRING dynamic_string,
                                                  PUNICODE_STRING *used, SIZE_T *file_part_chars,
                                                  BOOLEAN *invalid, RTL_PATH_TYPE *type,
                                                  SIZE_T *needed);
NTSYSAPI BOOLEAN NTAPI RtlDosPathNameToNtPathName_U(PCWSTR dos, PUNICODE_STRING nt, PWSTR *file,
                                                    PRTL_RELATIVE_NAME_U relative);
NTSYSAPI NTSTATUS NTAPI RtlDosPathNameToNtPathName_U_WithStatus(PCWSTR dos, PUNICODE_STRING nt,
                                                                PWSTR *file,
                                                                PRTL_RELATIVE_NAME_U relative);
NTSYSAPI BOOLEAN NTAPI RtlDosPathNameToRelativeNtPathName_U(PCWSTR dos, PUNICODE_STRING nt,
                                                            PWSTR *file,
                                                            PRTL_RELATIVE_NAME_U relative);
NTSYSAPI NTSTATUS NTAPI RtlDosPathNameToRelativeNtPathName_U_WithStatus(
    PCWSTR dos, PUNICODE_STRING nt, PWSTR *file, PRTL_RELATIVE_NAME_U relative);
/* As the above, but paths longer than MAX_PATH need no \\?\ */
NTSYSAPI NTSTATUS NTAPI RtlDosLongPathNameToNtPathName_U_WithStatus(PCWSTR dos, PUNICODE_STRING nt,
                                                                    PWSTR *file,
                                                                    PRTL_RELATIVE_NAME_U relative);
NTSYSAPI VOID NTAPI RtlReleaseRelativeName(PRTL_RELATIVE_NAME_U relative);
NTSYSAPI ULONG NTAPI RtlGetCurrentDirectory_U(ULONG bytes, PWSTR buffer);
NTSYSAPI NTSTATUS NTAPI RtlSetCurrentDirectory_U(PCUNICODE_STRING path);
NTSYSAPI ULONG NTAPI RtlGetLongestNtPathLength(VOID);
NTSYSAPI BOOLEAN NTAPI RtlDoesFileExists_U(PCWSTR path);
NTSYSAPI BOOLEAN NTAPI RtlAreLongPathsEnabled(VOID);
NTSYSAPI ULONG NTAPI RtlDosSearchPath_U(PCWSTR search, PCWSTR name, PCWSTR extension, ULONG bytes,
                                        PWSTR buffer, PWSTR *file);

/* ---- environment, process parameters ---- */

NTSYSAPI NTSTATUS NTAPI RtlCreateEnvironment(BOOLEAN clone, PWSTR *env);
NTSYSAPI NTSTATUS NTAPI RtlCreateEnvironmentEx(PWSTR source, PWSTR *env, ULONG flags);
NTSYSAPI NTSTATUS NTAPI RtlDestroyEnvironment(PWSTR env);
NTSYSAPI VOID NTAPI RtlSetCurrentEnvironment(PWSTR env, PWSTR *previous);
NTSYSAPI NTSTATUS NTAPI RtlQueryEnvironmentVariable(PCWSTR env, PCWSTR name, SIZE_T name_chars,
                                                    PWSTR value, SIZE_T value_chars,
                                                    PSIZE_T length_chars);
NTSYSAPI NTSTATUS NTAPI RtlQueryEnvironmentVariable_U(PCWSTR env, PCUNICODE_STRING name,
                                                      PUNICODE_STRING value);
NTSYSAPI NTSTATUS NTAPI RtlSetEnvironmentVariable(PWSTR *env, PCUNICODE_STRING name,
                                                  PCUNICODE_STRING value);
NTSYSAPI NTSTATUS NTAPI RtlSetEnvironmentVar(PWSTR *env, PCWSTR name, SIZE_T name_chars,
                                             PCWSTR value, SIZE_T value_chars);
NTSYSAPI NTSTATUS NTAPI RtlSetEnvironmentStrings(PCWSTR env, SIZE_T bytes);
NTSYSAPI NTSTATUS NTAPI RtlExpandEnvironmentStrings(PCWSTR env, PCWSTR src, SIZE_T src_chars,
                                                    PWSTR dst, SIZE_T dst_chars,
                                                    PSIZE_T needed_chars);
NTSYSAPI NTSTATUS NTAPI RtlExpandEnvironmentStrings_U(PCWSTR env, PCUNICODE_STRING src,
                                                      PUNICODE_STRING dst, PULONG needed);

NTSYSAPI NTSTATUS NTAPI RtlCreateProcessParameters(
    RTL_USER_PROCESS_PARAMETERS **result, PCUNICODE_STRING image, PCUNICODE_STRING dll_path,
    PCUNICODE_STRING current_directory, PCUNICODE_STRING command_line, PVOID environment,
    PCUNICODE_STRING title, PCUNICODE_STRING desktop, PCUNICODE_STRING shell,
    PCUNICODE_STRING runtime);
NTSYSAPI NTSTATUS NTAPI RtlCreateProcessParametersEx(
    RTL_USER_PROCESS_PARAMETERS **result, PCUNICODE_STRING image, PCUNICODE_STRING dll_path,
    PCUNICODE_STRING current_directory, PCUNICODE_STRING command_line, PVOID environment,
    PCUNICODE_STRING title, PCUNICODE_STRING desktop, PCUNICODE_STRING shell,
    PCUNICODE_STRING runtime, ULONG flags);
NTSYSAPI VOID NTAPI RtlDestroyProcessParameters(RTL_USER_PROCESS_PARAMETERS *params);
NTSYSAPI RTL_USER_PROCESS_PARAMETERS *NTAPI
RtlNormalizeProcessParams(RTL_USER_PROCESS_PARAMETERS *params);
NTSYSAPI RTL_USER_PROCESS_PARAMETERS *NTAPI
RtlDeNormalizeProcessParams(RTL_USER_PROCESS_PARAMETERS *params);

/* ---- time (100 ns since 1601 unless said otherwise) ---- */

typedef struct TIME_FIELDS {
    SHORT Year, Month, Day, Hour, Minute, Second, Milliseconds, Weekday;
} TIME_FIELDS, *PTIME_FIELDS;

NTSYSAPI VOID NTAPI RtlTimeToTimeFields(const LARGE_INTEGER *time, PTIME_FIELDS fields);
NTSYSAPI BOOLEAN NTAPI RtlTimeFieldsToTime(const TIME_FIELDS *fields, PLARGE_INTEGER time);
NTSYSAPI VOID NTAPI RtlTimeToElapsedTimeFields(const LARGE_INTEGER *time, PTIME_FIELDS fields);
NTSYSAPI BOOLEAN NTAPI RtlTimeToSecondsSince1970(const LARGE_INTEGER *time, PULONG seconds);
NTSYSAPI BOOLEAN NTAPI RtlTimeToSecondsSince1980(const LARGE_INTEGER *time, PULONG seconds);
NTSYSAPI VOID NTAPI RtlSecondsSince1970ToTime(ULONG seconds, PLARGE_INTEGER time);
NTSYSAPI VOID NTAPI RtlSecondsSince1980ToTime(ULONG seconds, PLARGE_INTEGER time);
NTSYSAPI NTSTATUS NTAPI RtlSystemTimeToLocalTime(const LARGE_INTEGER *system, PLARGE_INTEGER local);
NTSYSAPI NTSTATUS NTAPI RtlLocalTimeToSystemTime(const LARGE_INTEGER *local, PLARGE_INTEGER system);
NTSYSAPI NTSTATUS NTAPI RtlQueryTimeZoneInformation(RTL_TIME_ZONE_INFORMATION *info);
NTSYSAPI NTSTATUS NTAPI RtlSetTimeZoneInformation(const RTL_TIME_ZONE_INFORMATION *info);
NTSYSAPI NTSTATUS NTAPI RtlQueryDynamicTimeZoneInformation(RTL_DYNAMIC_TIME_ZONE_INFORMATION *info);
NTSYSAPI BOOL NTAPI RtlQueryPerformanceCounter(PLARGE_INTEGER counter);
NTSYSAPI BOOL NTAPI RtlQueryPerformanceFrequency(PLARGE_INTEGER frequency);
NTSYSAPI LONGLONG NTAPI RtlGetSystemTimePrecise(VOID);
NTSYSAPI LONGLONG NTAPI RtlGetInterruptTimePrecise(PLARGE_INTEGER performance_counter);
NTSYSAPI BOOLEAN NTAPI RtlQueryUnbiasedInterruptTime(PULONGLONG time);
NTSYSAPI ULONG NTAPI RtlGetTickCount(VOID);

/* ---- errors ---- */

NTSYSAPI ULONG NTAPI RtlNtStatusToDosError(NTSTATUS status); /* stores TEB.LastStatusValue */
NTSYSAPI ULONG NTAPI RtlNtStatusToDosErrorNoTeb(NTSTATUS status);
NTSYSAPI ULONG NTAPI RtlGetLastWin32Error(VOID);
NTSYSAPI VOID NTAPI RtlSetLastWin32Error(ULONG error);
NTSYSAPI VOID NTAPI RtlRestoreLastWin32Error(ULONG error);
NTSYSAPI NTSTATUS NTAPI RtlGetLastNtStatus(VOID);
NTSYSAPI VOID NTAPI RtlSetLastWin32ErrorAndNtStatusFromNtStatus(NTSTATUS status);
NTSYSAPI NTSTATUS NTAPI RtlSetThreadErrorMode(ULONG mode, PULONG previous);
NTSYSAPI ULONG NTAPI RtlGetThreadErrorMode(VOID);
NTSYSAPI ULONG NTAPI RtlMapSecurityErrorToNtStatus(LONG error);

NTSYSAPI NTSTATUS NTAPI RtlFindMessage(PVOID module, ULONG type, ULONG language, ULONG id,
                                       MESSAGE_RESOURCE_ENTRY **entry);
NTSYSAPI NTSTATUS NTAPI RtlFormatMessage(PCWSTR format, ULONG width, BOOLEAN ignore_inserts,
                                         BOOLEAN ansi_args, BOOLEAN array, va_list *args,
                                         PWSTR buffer, ULONG bytes, PULONG result);
NTSYSAPI NTSTATUS NTAPI RtlFormatMessageEx(PCWSTR format, ULONG width, BOOLEAN ignore_inserts,
                                           BOOLEAN ansi_args, BOOLEAN array, va_list *args,
                                           PWSTR buffer, ULONG bytes, PULONG result, ULONG flags);

/* ---- bitmaps, bits, integers, random, checksums ---- */

typedef struct RTL_BITMAP {
    ULONG SizeOfBitMap; /* bits */
    PULONG Buffer;
} RTL_BITMAP, *PRTL_BITMAP;
typedef const RTL_BITMAP *PCRTL_BITMAP;
typedef struct RTL_BITMAP_RUN {
    ULONG StartingIndex, NumberOfBits;
} RTL_BITMAP_RUN, *PRTL_BITMAP_RUN;

NTSYSAPI VOID NTAPI RtlInitializeBitMap(PRTL_BITMAP map, PULONG buffer, ULONG bits);
NTSYSAPI VOID NTAPI RtlClearBit(PRTL_BITMAP map, ULONG bit);
NTSYSAPI VOID NTAPI RtlSetBit(PRTL_BITMAP map, ULONG bit);
NTSYSAPI BOOLEAN NTAPI RtlTestBit(PCRTL_BITMAP map, ULONG bit);
NTSYSAPI VOID NTAPI RtlClearAllBits(PRTL_BITMAP map);
NTSYSAPI VOID NTAPI RtlSetAllBits(PRTL_BITMAP map);
NTSYSAPI VOID NTAPI RtlClearBits(PRTL_BITMAP map, ULONG start, ULONG count);
NTSYSAPI VOID NTAPI RtlSetBits(PRTL_BITMAP map, ULONG start, ULONG count);
NTSYSAPI BOOLEAN NTAPI RtlAreBitsClear(PCRTL_BITMAP map, ULONG start, ULONG count);
NTSYSAPI BOOLEAN NTAPI RtlAreBitsSet(PCRTL_BITMAP map, ULONG start, ULONG count);
NTSYSAPI ULONG NTAPI RtlFindClearBits(PCRTL_BITMAP map, ULONG count, ULONG hint);
NTSYSAPI ULONG NTAPI RtlFindSetBits(PCRTL_BITMAP map, ULONG count, ULONG hint);
NTSYSAPI ULONG NTAPI RtlFindClearBitsAndSet(PRTL_BITMAP map, ULONG count, ULONG hint);
NTSYSAPI ULONG NTAPI RtlFindSetBitsAndClear(PRTL_BITMAP map, ULONG count, ULONG hint);
NTSYSAPI ULONG NTAPI RtlFindClearRuns(PCRTL_BITMAP map, PRTL_BITMAP_RUN runs, ULONG max,
                                      BOOLEAN longest);
NTSYSAPI ULONG NTAPI RtlFindLongestRunClear(PCRTL_BITMAP map, PULONG start);
NTSYSAPI ULONG NTAPI RtlFindFirstRunClear(PCRTL_BITMAP map, PULONG start);
NTSYSAPI ULONG NTAPI RtlFindNextForwardRunClear(PCRTL_BITMAP map, ULONG from, PULONG start);
NTSYSAPI ULONG NTAPI RtlFindNextForwardRunSet(PCRTL_BITMAP map, ULONG from, PULONG start);
NTSYSAPI ULONG NTAPI RtlFindLastBackwardRunClear(PCRTL_BITMAP map, ULONG from, PULONG start);
NTSYSAPI ULONG NTAPI RtlFindLastBackwardRunSet(PCRTL_BITMAP map, ULONG from, PULONG start);
NTSYSAPI ULONG NTAPI RtlNumberOfClearBits(PCRTL_BITMAP map);
NTSYSAPI ULONG NTAPI RtlNumberOfSetBits(PCRTL_BITMAP map);
NTSYSAPI ULONG NTAPI RtlNumberOfSetBitsUlongPtr(ULONG_PTR value);
NTSYSAPI CCHAR NTAPI RtlFindMostSignificantBit(ULONGLONG value);
NTSYSAPI CCHAR NTAPI RtlFindLeastSignificantBit(ULONGLONG value);
NTSYSAPI ULONG NTAPI RtlComputeCrc32(ULONG initial, const void *data, LONG bytes);
NTSYSAPI ULONG NTAPI RtlRandom(PULONG seed);
NTSYSAPI ULONG NTAPI RtlRandomEx(PULONG seed);
NTSYSAPI ULONG NTAPI RtlUniform(PULONG seed);
NTSYSAPI USHORT FASTCALL RtlUshortByteSwap(USHORT value);
NTSYSAPI ULONG FASTCALL RtlUlongByteSwap(ULONG value);
NTSYSAPI ULONGLONG FASTCALL RtlUlonglongByteSwap(ULONGLONG value);
NTSYSAPI PVOID NTAPI RtlEncodePointer(PVOID ptr);
NTSYSAPI PVOID NTAPI RtlDecodePointer(PVOID ptr);
NTSYSAPI PVOID NTAPI RtlEncodeSystemPointer(PVOID ptr);
NTSYSAPI PVOID NTAPI RtlDecodeSystemPointer(PVOID ptr);
NTSYSAPI NTSTATUS NTAPI RtlEncodeRemotePointer(HANDLE process, PVOID ptr, PVOID *encoded);
NTSYSAPI NTSTATUS NTAPI RtlDecodeRemotePointer(HANDLE process, PVOID ptr, PVOID *decoded);

/* ---- trees and tables ---- */

typedef struct RTL_SPLAY_LINKS {
    struct RTL_SPLAY_LINKS *Parent, *LeftChild, *RightChild;
} RTL_SPLAY_LINKS, *PRTL_SPLAY_LINKS;

typedef enum RTL_GENERIC_COMPARE_RESULTS {
    GenericLessThan,
    GenericGreaterThan,
    GenericEqual
} RTL_GENERIC_COMPARE_RESULTS;
typedef enum TABLE_SEARCH_RESULT {
    TableEmptyTree,
    TableFoundNode,
    TableInsertAsLeft,
    TableInsertAsRight
} TABLE_SEARCH_RESULT;

struct RTL_GENERIC_TABLE;
typedef RTL_GENERIC_COMPARE_RESULTS(NTAPI *PRTL_GENERIC_COMPARE_ROUTINE)(
    struct RTL_GENERIC_TABLE *table, PVOID a, PVOID b);
typedef PVOID(NTAPI *PRTL_GENERIC_ALLOCATE_ROUTINE)(struct RTL_GENERIC_TABLE *table, LONG bytes);
typedef VOID(NTAPI *PRTL_GENERIC_FREE_ROUTINE)(struct RTL_GENERIC_TABLE *table, PVOID buffer);

typedef struct RTL_GENERIC_TABLE {
    PRTL_SPLAY_LINKS TableRoot;
    LIST_ENTRY InsertOrderList;
    LIST_ENTRY *OrderedPointer;
    ULONG WhichOrderedElement, NumberGenericTableElements;
    PRTL_GENERIC_COMPARE_ROUTINE CompareRoutine;
    PRTL_GENERIC_ALLOCATE_ROUTINE AllocateRoutine;
    PRTL_GENERIC_FREE_ROUTINE FreeRoutine;
    PVOID TableContext;
} RTL_GENERIC_TABLE, *PRTL_GENERIC_TABLE;

typedef struct RTL_BALANCED_LINKS {
    struct RTL_BALANCED_LINKS *Parent, *LeftChild, *RightChild;
    CHAR Balance;
    UCHAR Reserved[3];
} RTL_BALANCED_LINKS, *PRTL_BALANCED_LINKS;

struct RTL_AVL_TABLE;
typedef RTL_GENERIC_COMPARE_RESULTS(NTAPI *PRTL_AVL_COMPARE_ROUTINE)(struct RTL_AVL_TABLE *table,
                                                                     PVOID a, PVOID b);
typedef PVOID(NTAPI *PRTL_AVL_ALLOCATE_ROUTINE)(struct RTL_AVL_TABLE *table, LONG bytes);
typedef VOID(NTAPI *PRTL_AVL_FREE_ROUTINE)(struct RTL_AVL_TABLE *table, PVOID buffer);
typedef NTSTATUS(NTAPI *PRTL_AVL_MATCH_FUNCTION)(struct RTL_AVL_TABLE *table, PVOID user,
                                                 PVOID match);

typedef struct RTL_AVL_TABLE {
    RTL_BALANCED_LINKS BalancedRoot;
    PVOID OrderedPointer;
    ULONG WhichOrderedElement, NumberGenericTableElements, DepthOfTree;
    PRTL_BALANCED_LINKS RestartKey;
    ULONG DeleteCount;
    PRTL_AVL_COMPARE_ROUTINE CompareRoutine;
    PRTL_AVL_ALLOCATE_ROUTINE AllocateRoutine;
    PRTL_AVL_FREE_ROUTINE FreeRoutine;
    PVOID TableContext;
} RTL_AVL_TABLE, *PRTL_AVL_TABLE;

typedef struct RTL_BALANCED_NODE {
    union {
        struct RTL_BALANCED_NODE *Children[2];
        struct {
            struct RTL_BALANCED_NODE *Left, *Right;
        };
    };
    ULONG_PTR ParentValue; /* low bits: colour of red-black trees */
} RTL_BALANCED_NODE, *PRTL_BALANCED_NODE;
typedef struct RTL_RB_TREE {
    PRTL_BALANCED_NODE Root, Min;
} RTL_RB_TREE, *PRTL_RB_TREE;

NTSYSAPI PRTL_SPLAY_LINKS NTAPI RtlSplay(PRTL_SPLAY_LINKS links);
NTSYSAPI PRTL_SPLAY_LINKS NTAPI RtlDelete(PRTL_SPLAY_LINKS links);
NTSYSAPI VOID NTAPI RtlDeleteNoSplay(PRTL_SPLAY_LINKS links, PRTL_SPLAY_LINKS *root);
NTSYSAPI PRTL_SPLAY_LINKS NTAPI RtlSubtreeSuccessor(PRTL_SPLAY_LINKS links);
NTSYSAPI PRTL_SPLAY_LINKS NTAPI RtlSubtreePredecessor(PRTL_SPLAY_LINKS links);
NTSYSAPI PRTL_SPLAY_LINKS NTAPI RtlRealSuccessor(PRTL_SPLAY_LINKS links);
NTSYSAPI PRTL_SPLAY_LINKS NTAPI RtlRealPredecessor(PRTL_SPLAY_LINKS links);
NTSYSAPI VOID NTAPI RtlInitializeGenericTable(PRTL_GENERIC_TABLE table,
                                              PRTL_GENERIC_COMPARE_ROUTINE compare,
                                              PRTL_GENERIC_ALLOCATE_ROUTINE allocate,
                                              PRTL_GENERIC_FREE_ROUTINE free, PVOID context);
NTSYSAPI PVOID NTAPI RtlInsertElementGenericTable(PRTL_GENERIC_TABLE table, PVOID buffer,
                                                  ULONG bytes, PBOOLEAN inserted);
NTSYSAPI PVOID NTAPI RtlInsertElementGenericTableFull(PRTL_GENERIC_TABLE table, PVOID buffer,
                                                      ULONG bytes, PBOOLEAN inserted, PVOID node,
                                                      TABLE_SEARCH_RESULT search);
NTSYSAPI BOOLEAN NTAPI RtlDeleteElementGenericTable(PRTL_GENERIC_TABLE table, PVOID buffer);
NTSYSAPI PVOID NTAPI RtlLookupElementGenericTable(PRTL_GENERIC_TABLE table, PVOID buffer);
NTSYSAPI PVOID NTAPI RtlLookupElementGenericTableFull(PRTL_GENERIC_TABLE table, PVOID buffer,
                                                      PVOID *node, TABLE_SEARCH_RESULT *search);
NTSYSAPI PVOID NTAPI RtlEnumerateGenericTable(PRTL_GENERIC_TABLE table, BOOLEAN restart);
NTSYSAPI PVOID NTAPI RtlEnumerateGenericTableWithoutSplaying(PRTL_GENERIC_TABLE table,
                                                             PVOID *restart);
NTSYSAPI PVOID NTAPI RtlGetElementGenericTable(PRTL_GENERIC_TABLE table, ULONG index);
NTSYSAPI ULONG NTAPI RtlNumberGenericTableElements(PRTL_GENERIC_TABLE table);
NTSYSAPI BOOLEAN NTAPI RtlIsGenericTableEmpty(PRTL_GENERIC_TABLE table);
NTSYSAPI VOID NTAPI RtlInitializeGenericTableAvl(PRTL_AVL_TABLE table,
                                                 PRTL_AVL_COMPARE_ROUTINE compare,
                                                 PRTL_AVL_ALLOCATE_ROUTINE allocate,
                                                 PRTL_AVL_FREE_ROUTINE free, PVOID context);
NTSYSAPI PVOID NTAPI RtlInsertElementGenericTableAvl(PRTL_AVL_TABLE table, PVOID buffer,
                                                     ULONG bytes, PBOOLEAN inserted);
NTSYSAPI PVOID NTAPI RtlInsertElementGenericTableFullAvl(PRTL_AVL_TABLE table, PVOID buffer,
                                                         ULONG bytes, PBOOLEAN inserted, PVOID node,
                                                         TABLE_SEARCH_RESULT search);
NTSYSAPI BOOLEAN NTAPI RtlDeleteElementGenericTableAvl(PRTL_AVL_TABLE table, PVOID buffer);
NTSYSAPI PVOID NTAPI RtlLookupElementGenericTableAvl(PRTL_AVL_TABLE table, PVOID buffer);
NTSYSAPI PVOID NTAPI RtlLookupElementGenericTableFullAvl(PRTL_AVL_TABLE table, PVOID buffer,
                                                         PVOID *node, TABLE_SEARCH_RESULT *search);
NTSYSAPI PVOID NTAPI RtlLookupFirstMatchingElementGenericTableAvl(PRTL_AVL_TABLE table,
                                                                  PVOID buffer, PVOID *restart);
NTSYSAPI PVOID NTAPI RtlEnumerateGenericTableAvl(PRTL_AVL_TABLE table, BOOLEAN restart);
NTSYSAPI PVOID NTAPI RtlEnumerateGenericTableWithoutSplayingAvl(PRTL_AVL_TABLE table,
                                                                PVOID *restart);
NTSYSAPI PVOID NTAPI RtlGetElementGenericTableAvl(PRTL_AVL_TABLE table, ULONG index);
NTSYSAPI ULONG NTAPI RtlNumberGenericTableElementsAvl(PRTL_AVL_TABLE table);
NTSYSAPI BOOLEAN NTAPI RtlIsGenericTableEmptyAvl(PRTL_AVL_TABLE table);
NTSYSAPI VOID NTAPI RtlRbInsertNodeEx(PRTL_RB_TREE tree, PRTL_BALANCED_NODE parent, BOOLEAN right,
                                      PRTL_BALANCED_NODE node);
NTSYSAPI VOID NTAPI RtlRbRemoveNode(PRTL_RB_TREE tree, PRTL_BALANCED_NODE node);

/* ---- dynamic hash tables ---- */

typedef struct RTL_DYNAMIC_HASH_TABLE_ENTRY {
    LIST_ENTRY Linkage;
    ULONG_PTR Signature;
} RTL_DYNAMIC_HASH_TABLE_ENTRY, *PRTL_DYNAMIC_HASH_TABLE_ENTRY;
typedef struct RTL_DYNAMIC_HASH_TABLE_CONTEXT {
    LIST_ENTRY *ChainHead, *PrevLinkage;
    ULONG_PTR Signature;
} RTL_DYNAMIC_HASH_TABLE_CONTEXT, *PRTL_DYNAMIC_HASH_TABLE_CONTEXT;
typedef struct RTL_DYNAMIC_HASH_TABLE_ENUMERATOR {
    union {
        RTL_DYNAMIC_HASH_TABLE_ENTRY HashEntry;
        LIST_ENTRY *CurEntry;
    };
    LIST_ENTRY *ChainHead;
    ULONG BucketIndex;
} RTL_DYNAMIC_HASH_TABLE_ENUMERATOR, *PRTL_DYNAMIC_HASH_TABLE_ENUMERATOR;
typedef struct RTL_DYNAMIC_HASH_TABLE {
    ULONG Flags, Shift;
    ULONG TableSize, Pivot, DivisorMask;
    ULONG NumEntries, NonEmptyBuckets, NumEnumerators;
    PVOID Directory;
} RTL_DYNAMIC_HASH_TABLE, *PRTL_DYNAMIC_HASH_TABLE;

NTSYSAPI BOOLEAN NTAPI RtlCreateHashTable(PRTL_DYNAMIC_HASH_TABLE *table, ULONG shift, ULONG flags);
NTSYSAPI VOID NTAPI RtlDeleteHashTable(PRTL_DYNAMIC_HASH_TABLE table);
NTSYSAPI BOOLEAN NTAPI RtlInsertEntryHashTable(PRTL_DYNAMIC_HASH_TABLE table,
                                               PRTL_DYNAMIC_HASH_TABLE_ENTRY entry,
                                               ULONG_PTR signature,
                                               PRTL_DYNAMIC_HASH_TABLE_CONTEXT context);
NTSYSAPI BOOLEAN NTAPI RtlRemoveEntryHashTable(PRTL_DYNAMIC_HASH_TABLE table,
                                               PRTL_DYNAMIC_HASH_TABLE_ENTRY entry,
                                               PRTL_DYNAMIC_HASH_TABLE_CONTEXT context);
NTSYSAPI PRTL_DYNAMIC_HASH_TABLE_ENTRY NTAPI RtlLookupEntryHashTable(
    PRTL_DYNAMIC_HASH_TABLE table, ULONG_PTR signature, PRTL_DYNAMIC_HASH_TABLE_CONTEXT context);
NTSYSAPI PRTL_DYNAMIC_HASH_TABLE_ENTRY NTAPI RtlGetNextEntryHashTable(
    PRTL_DYNAMIC_HASH_TABLE table, PRTL_DYNAMIC_HASH_TABLE_CONTEXT context);
NTSYSAPI BOOLEAN NTAPI RtlInitEnumerationHashTable(PRTL_DYNAMIC_HASH_TABLE table,
                                                   PRTL_DYNAMIC_HASH_TABLE_ENUMERATOR e);
NTSYSAPI PRTL_DYNAMIC_HASH_TABLE_ENTRY NTAPI RtlEnumerateEntryHashTable(
    PRTL_DYNAMIC_HASH_TABLE table, PRTL_DYNAMIC_HASH_TABLE_ENUMERATOR e);
NTSYSAPI VOID NTAPI RtlEndEnumerationHashTable(PRTL_DYNAMIC_HASH_TABLE table,
                                               PRTL_DYNAMIC_HASH_TABLE_ENUMERATOR e);
NTSYSAPI BOOLEAN NTAPI RtlExpandHashTable(PRTL_DYNAMIC_HASH_TABLE table);
NTSYSAPI BOOLEAN NTAPI RtlContractHashTable(PRTL_DYNAMIC_HASH_TABLE table);

/* ---- security ---- */

NTSYSAPI BOOLEAN NTAPI RtlValidSid(PSID sid);
NTSYSAPI ULONG NTAPI RtlLengthRequiredSid(ULONG count);
NTSYSAPI ULONG NTAPI RtlLengthSid(PSID sid);
NTSYSAPI NTSTATUS NTAPI RtlInitializeSid(PSID sid, PSID_IDENTIFIER_AUTHORITY authority,
                                         UCHAR count);
NTSYSAPI PSID_IDENTIFIER_AUTHORITY NTAPI RtlIdentifierAuthoritySid(PSID sid);
NTSYSAPI PULONG NTAPI RtlSubAuthoritySid(PSID sid, ULONG index);
NTSYSAPI PUCHAR NTAPI RtlSubAuthorityCountSid(PSID sid);
NTSYSAPI BOOLEAN NTAPI RtlEqualSid(PSID a, PSID b);
NTSYSAPI BOOLEAN NTAPI RtlEqualPrefixSid(PSID a, PSID b);
NTSYSAPI NTSTATUS NTAPI RtlCopySid(ULONG bytes, PSID dst, PSID src);
NTSYSAPI NTSTATUS NTAPI RtlAllocateAndInitializeSid(PSID_IDENTIFIER_AUTHORITY authority,
                                                    UCHAR count, ULONG s0, ULONG s1, ULONG s2,
                                                    ULONG s3, ULONG s4, ULONG s5, ULONG s6,
                                                    ULONG s7, PSID *sid);
NTSYSAPI PVOID NTAPI RtlFreeSid(PSID sid); /* NULL on success */
NTSYSAPI NTSTATUS NTAPI RtlConvertSidToUnicodeString(PUNICODE_STRING str, PSID sid,
                                                     BOOLEAN allocate);
NTSYSAPI NTSTATUS NTAPI RtlCreateAcl(PACL acl, ULONG bytes, ULONG revision);
NTSYSAPI BOOLEAN NTAPI RtlValidAcl(PACL acl);
NTSYSAPI BOOLEAN NTAPI RtlFirstFreeAce(PACL acl, PVOID *ace);
NTSYSAPI NTSTATUS NTAPI RtlGetAce(PACL acl, ULONG index, PVOID *ace);
NTSYSAPI NTSTATUS NTAPI RtlDeleteAce(PACL acl, ULONG index);
NTSYSAPI NTSTATUS NTAPI RtlAddAce(PACL acl, ULONG revision, ULONG index, PVOID aces, ULONG bytes);
NTSYSAPI NTSTATUS NTAPI RtlAddAccessAllowedAce(PACL acl, ULONG revision, ACCESS_MASK mask,
                                               PSID sid);
NTSYSAPI NTSTATUS NTAPI RtlAddAccessAllowedAceEx(PACL acl, ULONG revision, ULONG flags,
                                                 ACCESS_MASK mask, PSID sid);
NTSYSAPI NTSTATUS NTAPI RtlAddAccessDeniedAce(PACL acl, ULONG revision, ACCESS_MASK mask, PSID sid);
NTSYSAPI NTSTATUS NTAPI RtlAddAccessDeniedAceEx(PACL acl, ULONG revision, ULONG flags,
                                                ACCESS_MASK mask, PSID sid);
NTSYSAPI NTSTATUS NTAPI RtlAddAuditAccessAce(PACL acl, ULONG revision, ACCESS_MASK mask, PSID sid,
                                             BOOLEAN success, BOOLEAN failure);
NTSYSAPI NTSTATUS NTAPI RtlAddAuditAccessAceEx(PACL acl, ULONG revision, ULONG flags,
                                               ACCESS_MASK mask, PSID sid, BOOLEAN success,
                                               BOOLEAN failure);
NTSYSAPI NTSTATUS NTAPI RtlAddAccessAllowedObjectAce(PACL acl, ULONG revision, ULONG flags,
                                                     ACCESS_MASK mask, GUID *type, GUID *inherited,
                                                     PSID sid);
NTSYSAPI NTSTATUS NTAPI RtlAddAccessDeniedObjectAce(PACL acl, ULONG revision, ULONG flags,
                                                    ACCESS_MASK mask, GUID *type, GUID *inherited,
                                                    PSID sid);
NTSYSAPI NTSTATUS NTAPI RtlAddAuditAccessObjectAce(PACL acl, ULONG revision, ULONG flags,
                                                   ACCESS_MASK mask, GUID *type, GUID *inherited,
                                                   PSID sid, BOOLEAN success, BOOLEAN failure);
NTSYSAPI NTSTATUS NTAPI RtlAddMandatoryAce(PACL acl, ULONG revision, ULONG flags, ULONG policy,
                                           UCHAR type, PSID sid);
NTSYSAPI NTSTATUS NTAPI RtlQueryInformationAcl(PACL acl, PVOID info, ULONG bytes,
                                               ACL_INFORMATION_CLASS info_class);
NTSYSAPI NTSTATUS NTAPI RtlSetInformationAcl(PACL acl, PVOID info, ULONG bytes,
                                             ACL_INFORMATION_CLASS info_class);
NTSYSAPI NTSTATUS NTAPI RtlCreateSecurityDescriptor(PSECURITY_DESCRIPTOR sd, ULONG revision);
NTSYSAPI BOOLEAN NTAPI RtlValidSecurityDescriptor(PSECURITY_DESCRIPTOR sd);
NTSYSAPI BOOLEAN NTAPI RtlValidRelativeSecurityDescriptor(PSECURITY_DESCRIPTOR sd, ULONG bytes,
                                                          SECURITY_INFORMATION required);
NTSYSAPI ULONG NTAPI RtlLengthSecurityDescriptor(PSECURITY_DESCRIPTOR sd);
NTSYSAPI NTSTATUS NTAPI RtlCopySecurityDescriptor(PSECURITY_DESCRIPTOR src,
                                                  PSECURITY_DESCRIPTOR *dst);
NTSYSAPI NTSTATUS NTAPI RtlGetControlSecurityDescriptor(PSECURITY_DESCRIPTOR sd,
                                                        PSECURITY_DESCRIPTOR_CONTROL control,
                                                        PULONG revision);
NTSYSAPI NTSTATUS NTAPI RtlSetControlSecurityDescriptor(PSECURITY_DESCRIPTOR sd,
                                                        SECURITY_DESCRIPTOR_CONTROL mask,
                                                        SECURITY_DESCRIPTOR_CONTROL set);
NTSYSAPI NTSTATUS NTAPI RtlGetOwnerSecurityDescriptor(PSECURITY_DESCRIPTOR sd, PSID *owner,
                                                      PBOOLEAN defaulted);
NTSYSAPI NTSTATUS NTAPI RtlSetOwnerSecurityDescriptor(PSECURITY_DESCRIPTOR sd, PSID owner,
                                                      BOOLEAN defaulted);
NTSYSAPI NTSTATUS NTAPI RtlGetGroupSecurityDescriptor(PSECURITY_DESCRIPTOR sd, PSID *group,
                                                      PBOOLEAN defaulted);
NTSYSAPI NTSTATUS NTAPI RtlSetGroupSecurityDescriptor(PSECURITY_DESCRIPTOR sd, PSID group,
                                                      BOOLEAN defaulted);
NTSYSAPI NTSTATUS NTAPI RtlGetDaclSecurityDescriptor(PSECURITY_DESCRIPTOR sd, PBOOLEAN present,
                                                     PACL *acl, PBOOLEAN defaulted);
NTSYSAPI NTSTATUS NTAPI RtlSetDaclSecurityDescriptor(PSECURITY_DESCRIPTOR sd, BOOLEAN present,
                                                     PACL acl, BOOLEAN defaulted);
NTSYSAPI NTSTATUS NTAPI RtlGetSaclSecurityDescriptor(PSECURITY_DESCRIPTOR sd, PBOOLEAN present,
                                                     PACL *acl, PBOOLEAN defaulted);
NTSYSAPI NTSTATUS NTAPI RtlSetSaclSecurityDescriptor(PSECURITY_DESCRIPTOR sd, BOOLEAN present,
                                                     PACL acl, BOOLEAN defaulted);
NTSYSAPI NTSTATUS NTAPI RtlMakeSelfRelativeSD(PSECURITY_DESCRIPTOR absolute,
                                              PSECURITY_DESCRIPTOR relative, PULONG bytes);
NTSYSAPI NTSTATUS NTAPI RtlAbsoluteToSelfRelativeSD(PSECURITY_DESCRIPTOR absolute,
                                                    PSECURITY_DESCRIPTOR relative, PULONG bytes);
NTSYSAPI NTSTATUS NTAPI RtlSelfRelativeToAbsoluteSD(PSECURITY_DESCRIPTOR relative,
                                                    PSECURITY_DESCRIPTOR absolute,
                                                    PULONG absolute_bytes, PACL dacl,
                                                    PULONG dacl_bytes, PACL sacl,
                                                    PULONG sacl_bytes, PSID owner,
                                                    PULONG owner_bytes, PSID group,
                                                    PULONG group_bytes);
NTSYSAPI VOID NTAPI RtlMapGenericMask(PACCESS_MASK mask, const GENERIC_MAPPING *mapping);
NTSYSAPI BOOLEAN NTAPI RtlAreAllAccessesGranted(ACCESS_MASK granted, ACCESS_MASK desired);
NTSYSAPI BOOLEAN NTAPI RtlAreAnyAccessesGranted(ACCESS_MASK granted, ACCESS_MASK desired);
NTSYSAPI VOID NTAPI RtlCopyLuid(PLUID dst, const LUID *src);
NTSYSAPI VOID NTAPI RtlCopyLuidAndAttributesArray(ULONG count, const LUID_AND_ATTRIBUTES *src,
                                                  PLUID_AND_ATTRIBUTES dst);

/* ---- fiber-local storage, version, atoms, miscellany ---- */

NTSYSAPI NTSTATUS NTAPI RtlFlsAlloc(PFLS_CALLBACK_FUNCTION callback, PULONG index);
NTSYSAPI NTSTATUS NTAPI RtlFlsFree(ULONG index);
NTSYSAPI NTSTATUS NTAPI RtlFlsGetValue(ULONG index, PVOID *value);
NTSYSAPI NTSTATUS NTAPI RtlFlsSetValue(ULONG index, PVOID value);
/* flags 1: run the callbacks of this fiber data, 2: free it */
NTSYSAPI VOID NTAPI RtlProcessFlsData(PVOID fls_data, ULONG flags);

NTSYSAPI NTSTATUS NTAPI RtlGetVersion(RTL_OSVERSIONINFOW *info);
NTSYSAPI NTSTATUS NTAPI RtlVerifyVersionInfo(const RTL_OSVERSIONINFOEXW *info, ULONG types,
                                             ULONGLONG condition);
NTSYSAPI VOID NTAPI RtlGetNtVersionNumbers(PULONG major, PULONG minor, PULONG build);
NTSYSAPI BOOLEAN NTAPI RtlGetNtProductType(PULONG type);
NTSYSAPI ULONG NTAPI RtlGetNtGlobalFlags(VOID);
NTSYSAPI PEB *NTAPI RtlGetCurrentPeb(VOID);
NTSYSAPI ULONG NTAPI RtlGetCurrentTransaction(VOID);
NTSYSAPI PWSTR NTAPI RtlGetNtSystemRoot(VOID);
NTSYSAPI BOOLEAN NTAPI RtlIsProcessorFeaturePresent(ULONG feature);

typedef USHORT RTL_ATOM, *PRTL_ATOM;
NTSYSAPI NTSTATUS NTAPI RtlCreateAtomTable(ULONG buckets, PVOID *table);
NTSYSAPI NTSTATUS NTAPI RtlDestroyAtomTable(PVOID table);
NTSYSAPI NTSTATUS NTAPI RtlEmptyAtomTable(PVOID table, BOOLEAN include_pinned);
NTSYSAPI NTSTATUS NTAPI RtlAddAtomToAtomTable(PVOID table, PCWSTR name, PRTL_ATOM atom);
NTSYSAPI NTSTATUS NTAPI RtlLookupAtomInAtomTable(PVOID table, PCWSTR name, PRTL_ATOM atom);
NTSYSAPI NTSTATUS NTAPI RtlDeleteAtomFromAtomTable(PVOID table, RTL_ATOM atom);
NTSYSAPI NTSTATUS NTAPI RtlPinAtomInAtomTable(PVOID table, RTL_ATOM atom);
NTSYSAPI NTSTATUS NTAPI RtlQueryAtomInAtomTable(PVOID table, RTL_ATOM atom, PULONG references,
                                                PULONG pinned, PWSTR name, PULONG name_bytes);

/* ---- threads, thread pool, timer queues ---- */

typedef NTSTATUS(NTAPI *PUSER_THREAD_START_ROUTINE)(PVOID parameter);
typedef VOID(NTAPI *PTP_IO_CALLBACK)(PTP_CALLBACK_INSTANCE instance, PVOID context,
                                     PVOID apc_context, IO_STATUS_BLOCK *iosb, PTP_IO io);
typedef VOID(NTAPI *RTL_WAITORTIMER_CALLBACK)(PVOID context, BOOLEAN timed_out);
typedef VOID(NTAPI *RTL_WORKER_CALLBACK)(PVOID context);
typedef VOID(NTAPI *RTL_OVERLAPPED_COMPLETION_ROUTINE)(ULONG status, ULONG bytes, PVOID context);

NTSYSAPI NTSTATUS NTAPI RtlCreateUserThread(HANDLE process, PVOID security, BOOLEAN suspended,
                                            ULONG zero_bits, SIZE_T stack_reserve,
                                            SIZE_T stack_commit, PUSER_THREAD_START_ROUTINE start,
                                            PVOID parameter, PHANDLE thread, CLIENT_ID *id);
NTSYSAPI VOID NTAPI RtlExitUserThread(NTSTATUS status) __attribute__((noreturn));

NTSYSAPI NTSTATUS NTAPI TpAllocPool(PTP_POOL *pool, PVOID reserved);
NTSYSAPI VOID NTAPI TpReleasePool(PTP_POOL pool);
NTSYSAPI VOID NTAPI TpSetPoolMaxThreads(PTP_POOL pool, ULONG max);
NTSYSAPI NTSTATUS NTAPI TpSetPoolMinThreads(PTP_POOL pool, ULONG min);
NTSYSAPI NTSTATUS NTAPI TpSetPoolStackInformation(PTP_POOL pool, PTP_POOL_STACK_INFORMATION info);
NTSYSAPI NTSTATUS NTAPI TpQueryPoolStackInformation(PTP_POOL pool, PTP_POOL_STACK_INFORMATION info);
NTSYSAPI NTSTATUS NTAPI TpAllocCleanupGroup(PTP_CLEANUP_GROUP *group);
NTSYSAPI VOID NTAPI TpReleaseCleanupGroup(PTP_CLEANUP_GROUP group);
NTSYSAPI VOID NTAPI TpReleaseCleanupGroupMembers(PTP_CLEANUP_GROUP group, ULONG cancel,
                                                 PVOID context);
NTSYSAPI NTSTATUS NTAPI TpSimpleTryPost(PTP_SIMPLE_CALLBACK callback, PVOID context,
                                        PTP_CALLBACK_ENVIRON env);
NTSYSAPI NTSTATUS NTAPI TpAllocWork(PTP_WORK *work, PTP_WORK_CALLBACK callback, PVOID context,
                                    PTP_CALLBACK_ENVIRON env);
NTSYSAPI VOID NTAPI TpReleaseWork(PTP_WORK work);
NTSYSAPI VOID NTAPI TpPostWork(PTP_WORK work);
NTSYSAPI VOID NTAPI TpWaitForWork(PTP_WORK work, ULONG cancel);
NTSYSAPI NTSTATUS NTAPI TpAllocTimer(PTP_TIMER *timer, PTP_TIMER_CALLBACK callback, PVOID context,
                                     PTP_CALLBACK_ENVIRON env);
NTSYSAPI VOID NTAPI TpReleaseTimer(PTP_TIMER timer);
NTSYSAPI VOID NTAPI TpSetTimer(PTP_TIMER timer, LARGE_INTEGER *due, ULONG period_ms, ULONG window);
NTSYSAPI NTSTATUS NTAPI TpSetTimerEx(PTP_TIMER timer, LARGE_INTEGER *due, ULONG period_ms,
                                     ULONG window);
NTSYSAPI ULONG NTAPI TpIsTimerSet(PTP_TIMER timer);
NTSYSAPI VOID NTAPI TpWaitForTimer(PTP_TIMER timer, ULONG cancel);
NTSYSAPI NTSTATUS NTAPI TpAllocWait(PTP_WAIT *wait, PTP_WAIT_CALLBACK callback, PVOID context,
                                    PTP_CALLBACK_ENVIRON env);
NTSYSAPI VOID NTAPI TpReleaseWait(PTP_WAIT wait);
NTSYSAPI VOID NTAPI TpSetWait(PTP_WAIT wait, HANDLE handle, LARGE_INTEGER *timeout);
NTSYSAPI NTSTATUS NTAPI TpSetWaitEx(PTP_WAIT wait, HANDLE handle, LARGE_INTEGER *timeout,
                                    PVOID reserved);
NTSYSAPI VOID NTAPI TpWaitForWait(PTP_WAIT wait, ULONG cancel);
NTSYSAPI NTSTATUS NTAPI TpAllocIoCompletion(PTP_IO *io, HANDLE file, PTP_IO_CALLBACK callback,
                                            PVOID context, PTP_CALLBACK_ENVIRON env);
NTSYSAPI VOID NTAPI TpReleaseIoCompletion(PTP_IO io);
NTSYSAPI VOID NTAPI TpStartAsyncIoOperation(PTP_IO io);
NTSYSAPI VOID NTAPI TpCancelAsyncIoOperation(PTP_IO io);
NTSYSAPI VOID NTAPI TpWaitForIoCompletion(PTP_IO io, ULONG cancel);
NTSYSAPI NTSTATUS NTAPI TpCallbackMayRunLong(PTP_CALLBACK_INSTANCE instance);
NTSYSAPI VOID NTAPI TpDisassociateCallback(PTP_CALLBACK_INSTANCE instance);
NTSYSAPI VOID NTAPI TpCallbackSetEventOnCompletion(PTP_CALLBACK_INSTANCE instance, HANDLE event);
NTSYSAPI VOID NTAPI TpCallbackReleaseSemaphoreOnCompletion(PTP_CALLBACK_INSTANCE instance,
                                                           HANDLE semaphore, ULONG count);
NTSYSAPI VOID NTAPI TpCallbackReleaseMutexOnCompletion(PTP_CALLBACK_INSTANCE instance,
                                                       HANDLE mutex);
NTSYSAPI VOID NTAPI TpCallbackLeaveCriticalSectionOnCompletion(PTP_CALLBACK_INSTANCE instance,
                                                               RTL_CRITICAL_SECTION *cs);
NTSYSAPI VOID NTAPI TpCallbackUnloadDllOnCompletion(PTP_CALLBACK_INSTANCE instance, PVOID module);
NTSYSAPI NTSTATUS NTAPI RtlQueueWorkItem(RTL_WORKER_CALLBACK callback, PVOID context, ULONG flags);
NTSYSAPI NTSTATUS NTAPI RtlSetIoCompletionCallback(HANDLE file,
                                                   RTL_OVERLAPPED_COMPLETION_ROUTINE callback,
                                                   ULONG flags);
NTSYSAPI NTSTATUS NTAPI RtlRegisterWait(PHANDLE wait, HANDLE object,
                                        RTL_WAITORTIMER_CALLBACK callback, PVOID context,
                                        ULONG milliseconds, ULONG flags);
NTSYSAPI NTSTATUS NTAPI RtlDeregisterWait(HANDLE wait);
/* completion: NULL, an event, or INVALID_HANDLE_VALUE to wait for running callbacks */
NTSYSAPI NTSTATUS NTAPI RtlDeregisterWaitEx(HANDLE wait, HANDLE completion);
NTSYSAPI NTSTATUS NTAPI RtlCreateTimerQueue(PHANDLE queue);
NTSYSAPI NTSTATUS NTAPI RtlDeleteTimerQueue(HANDLE queue);
NTSYSAPI NTSTATUS NTAPI RtlDeleteTimerQueueEx(HANDLE queue, HANDLE completion);
NTSYSAPI NTSTATUS NTAPI RtlCreateTimer(HANDLE queue, PHANDLE timer,
                                       RTL_WAITORTIMER_CALLBACK callback, PVOID context,
                                       ULONG due_ms, ULONG period_ms, ULONG flags);
NTSYSAPI NTSTATUS NTAPI RtlUpdateTimer(HANDLE queue, HANDLE timer, ULONG due_ms, ULONG period_ms);
NTSYSAPI NTSTATUS NTAPI RtlDeleteTimer(HANDLE queue, HANDLE timer, HANDLE completion);

/* Raises on the calling thread; written with the exception code of ntdll. */
NTSYSAPI VOID NTAPI RtlRaiseStatus(NTSTATUS status);
NTSYSAPI VOID NTAPI RtlRaiseException(EXCEPTION_RECORD *record);

#endif
