/*
 * Base types of the NT personality, the same names on both sides of the gate.
 *
 * Guest code takes them from MinGW's <windows.h>; host code, where `long` is 64 bits wide, gets
 * them here with the widths that Windows x64 gives them (LLP64). Pointers in these structures are
 * guest addresses: host code reads what they point to only through syscalls/host/guest_mem.h.
 */
#ifndef ABI_NT_TYPES_H
#define ABI_NT_TYPES_H

#include <stddef.h>
#include <stdint.h>

#ifdef _WIN32

#ifndef WIN32_NO_STATUS
#define WIN32_NO_STATUS
#endif
#include <windows.h>
typedef LONG NTSTATUS;
typedef WCHAR nt_wchar;

#else

typedef uint8_t UCHAR, BYTE, BOOLEAN;
typedef int8_t CHAR, CCHAR;
typedef uint16_t USHORT, WORD, WCHAR;
typedef int16_t SHORT;
typedef uint32_t ULONG, DWORD, ACCESS_MASK, UINT;
typedef int32_t LONG, NTSTATUS, BOOL, INT;
typedef uint64_t ULONGLONG, ULONG64, DWORD64, DWORDLONG, ULONG_PTR, SIZE_T, KAFFINITY, UINT_PTR;
typedef int64_t LONGLONG, LONG64, LONG_PTR, SSIZE_T;
typedef void VOID, *PVOID, *HANDLE;
typedef const void *PCVOID;
typedef WCHAR nt_wchar;

typedef union {
    struct {
        ULONG LowPart;
        LONG HighPart;
    };
    LONGLONG QuadPart;
} LARGE_INTEGER;

typedef union {
    struct {
        ULONG LowPart;
        ULONG HighPart;
    };
    ULONGLONG QuadPart;
} ULARGE_INTEGER;

typedef struct {
    ULONG LowPart;
    LONG HighPart;
} LUID;

typedef struct {
    ULONG Data1;
    USHORT Data2, Data3;
    UCHAR Data4[8];
} GUID;

typedef struct LIST_ENTRY {
    struct LIST_ENTRY *Flink, *Blink;
} LIST_ENTRY;

#define FALSE 0
#define TRUE 1

#endif

typedef struct UNICODE_STRING {
    USHORT Length; /* bytes, without a terminator */
    USHORT MaximumLength;
#ifdef _WIN32
    PWSTR Buffer;
#else
    WCHAR *Buffer;
#endif
} UNICODE_STRING, *PUNICODE_STRING;
typedef const UNICODE_STRING *PCUNICODE_STRING;

typedef struct ANSI_STRING {
    USHORT Length;
    USHORT MaximumLength;
    CHAR *Buffer;
} ANSI_STRING, *PANSI_STRING, OEM_STRING, *POEM_STRING, STRING, *PSTRING;
typedef const ANSI_STRING *PCANSI_STRING;

typedef struct CLIENT_ID {
    HANDLE UniqueProcess;
    HANDLE UniqueThread;
} CLIENT_ID, *PCLIENT_ID;

typedef struct OBJECT_ATTRIBUTES {
    ULONG Length;
    HANDLE RootDirectory;
    UNICODE_STRING *ObjectName;
    ULONG Attributes;
    PVOID SecurityDescriptor;
    PVOID SecurityQualityOfService;
} OBJECT_ATTRIBUTES, *POBJECT_ATTRIBUTES;
typedef const OBJECT_ATTRIBUTES *PCOBJECT_ATTRIBUTES;

typedef struct IO_STATUS_BLOCK {
    union {
        NTSTATUS Status;
        PVOID Pointer;
    };
    ULONG_PTR Information;
} IO_STATUS_BLOCK, *PIO_STATUS_BLOCK;

#if UINTPTR_MAX == UINT64_MAX
_Static_assert(sizeof(UNICODE_STRING) == 16, "UNICODE_STRING");
_Static_assert(sizeof(OBJECT_ATTRIBUTES) == 48, "OBJECT_ATTRIBUTES");
_Static_assert(sizeof(IO_STATUS_BLOCK) == 16, "IO_STATUS_BLOCK");
#endif

#define NT_SUCCESS(status) ((NTSTATUS)(status) >= 0)
#define NT_INFORMATION(status) ((ULONG)(status) >> 30 == 1)
#define NT_WARNING(status) ((ULONG)(status) >> 30 == 2)
#define NT_ERROR(status) ((ULONG)(status) >> 30 == 3)

/* OBJECT_ATTRIBUTES.Attributes (ntdef.h) */
#define OBJ_INHERIT 0x00000002
#define OBJ_PERMANENT 0x00000010
#define OBJ_EXCLUSIVE 0x00000020
#define OBJ_CASE_INSENSITIVE 0x00000040
#define OBJ_OPENIF 0x00000080
#define OBJ_OPENLINK 0x00000100
#define OBJ_KERNEL_HANDLE 0x00000200
#define OBJ_FORCE_ACCESS_CHECK 0x00000400
#define OBJ_DONT_REPARSE 0x00001000
#define OBJ_VALID_ATTRIBUTES 0x00001ff2

#define NtCurrentProcess() ((HANDLE)(LONG_PTR)-1)
#define NtCurrentThread() ((HANDLE)(LONG_PTR)-2)

#endif
