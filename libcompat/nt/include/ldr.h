/*
 * The loader of ntdll, as other guest libraries call it (names and arguments as on Windows 10).
 */
#ifndef LIBCOMPAT_NT_LDR_H
#define LIBCOMPAT_NT_LDR_H

#include "abi/nt/types.h"
#include "abi/nt/ps.h"

#ifndef NTSYSAPI
#define NTSYSAPI
#endif

/* Search flags of LoadLibraryEx in DllCharacteristics and LdrGetDllPath are LOAD_LIBRARY_*. */
NTSTATUS NTAPI LdrLoadDll(PCWSTR path, PULONG characteristics, PCUNICODE_STRING name, PVOID *base);
NTSTATUS NTAPI LdrUnloadDll(PVOID base);
NTSTATUS NTAPI LdrAddRefDll(ULONG flags, PVOID base); /* 1: pin */
NTSTATUS NTAPI LdrGetDllHandle(PCWSTR path, PULONG characteristics, PCUNICODE_STRING name,
                               PVOID *base);
/* flags: 1 no reference, 2 pin; otherwise one reference is taken */
NTSTATUS NTAPI LdrGetDllHandleEx(ULONG flags, PCWSTR path, PULONG characteristics,
                                 PCUNICODE_STRING name, PVOID *base);
NTSTATUS NTAPI LdrGetDllHandleByName(PCUNICODE_STRING base_name, PCUNICODE_STRING full_name,
                                     PVOID *base);
NTSTATUS NTAPI LdrGetProcedureAddress(PVOID base, PCANSI_STRING name, ULONG ordinal,
                                      PVOID *address);
NTSTATUS NTAPI LdrGetProcedureAddressEx(PVOID base, PCANSI_STRING name, ULONG ordinal,
                                        PVOID *address, ULONG flags);
NTSTATUS NTAPI LdrGetProcedureAddressForCaller(PVOID base, PCANSI_STRING name, ULONG ordinal,
                                               PVOID *address, ULONG flags, PVOID caller);
NTSTATUS NTAPI LdrDisableThreadCalloutsForDll(PVOID base);
/* The entry stays valid while the caller holds the loader lock or a reference to the module. */
NTSTATUS NTAPI LdrFindEntryForAddress(PVOID address, LDR_DATA_TABLE_ENTRY **entry);
NTSTATUS NTAPI LdrGetDllFullName(PVOID base, PUNICODE_STRING name);
NTSTATUS NTAPI LdrLockLoaderLock(ULONG flags, ULONG *disposition, ULONG_PTR *cookie);
NTSTATUS NTAPI LdrUnlockLoaderLock(ULONG flags, ULONG_PTR cookie);
typedef VOID(NTAPI *PLDR_ENUM_CALLBACK)(LDR_DATA_TABLE_ENTRY *entry, PVOID context, BOOLEAN *stop);
NTSTATUS NTAPI LdrEnumerateLoadedModules(ULONG flags, PLDR_ENUM_CALLBACK callback, PVOID context);

/* A search path for LdrLoadDll from LOAD_LIBRARY_SEARCH_* flags; freed by RtlReleasePath. */
NTSTATUS NTAPI LdrGetDllPath(PCWSTR name, ULONG flags, PWSTR *path, PWSTR *search_paths);
VOID NTAPI RtlReleasePath(PWSTR path);
NTSTATUS NTAPI LdrSetDllDirectory(PCUNICODE_STRING path);
NTSTATUS NTAPI LdrGetDllDirectory(PUNICODE_STRING path);
NTSTATUS NTAPI LdrAddDllDirectory(PCUNICODE_STRING path, PVOID *cookie);
NTSTATUS NTAPI LdrRemoveDllDirectory(PVOID cookie);
NTSTATUS NTAPI LdrSetDefaultDllDirectories(ULONG flags);

typedef struct LDR_DLL_NOTIFICATION_DATA {
    ULONG Flags;
    PCUNICODE_STRING FullDllName, BaseDllName;
    PVOID DllBase;
    ULONG SizeOfImage;
} LDR_DLL_NOTIFICATION_DATA;
typedef VOID(NTAPI *PLDR_DLL_NOTIFICATION_FUNCTION)(ULONG reason,
                                                    const LDR_DLL_NOTIFICATION_DATA *data,
                                                    PVOID context);
#define LDR_DLL_NOTIFICATION_REASON_LOADED 1
#define LDR_DLL_NOTIFICATION_REASON_UNLOADED 2
NTSTATUS NTAPI LdrRegisterDllNotification(ULONG flags, PLDR_DLL_NOTIFICATION_FUNCTION function,
                                          PVOID context, PVOID *cookie);
NTSTATUS NTAPI LdrUnregisterDllNotification(PVOID cookie);

/* Resources. path: type, name, language. */
typedef struct LDR_RESOURCE_INFO {
    ULONG_PTR Type, Name, Language;
} LDR_RESOURCE_INFO;
NTSTATUS NTAPI LdrFindResource_U(PVOID base, const LDR_RESOURCE_INFO *info, ULONG level,
                                 IMAGE_RESOURCE_DATA_ENTRY **entry);
NTSTATUS NTAPI LdrFindResourceDirectory_U(PVOID base, const LDR_RESOURCE_INFO *info, ULONG level,
                                          IMAGE_RESOURCE_DIRECTORY **directory);
NTSTATUS NTAPI LdrAccessResource(PVOID base, const IMAGE_RESOURCE_DATA_ENTRY *entry, PVOID *data,
                                 ULONG *size);

PVOID NTAPI LdrResolveDelayLoadedAPI(PVOID base, const IMAGE_DELAYLOAD_DESCRIPTOR *descriptor,
                                     PVOID failure_dll_hook, PVOID failure_system_hook,
                                     IMAGE_THUNK_DATA *thunk, ULONG flags);

NTSTATUS NTAPI LdrShutdownThread(VOID);
NTSTATUS NTAPI LdrShutdownProcess(VOID);

/* Images in memory */
PIMAGE_NT_HEADERS NTAPI RtlImageNtHeader(PVOID base);
NTSTATUS NTAPI RtlImageNtHeaderEx(ULONG flags, PVOID base, ULONGLONG size,
                                  PIMAGE_NT_HEADERS *headers);
/* mapped as an image: TRUE; as a flat file: FALSE, or the low bit of base is set */
PVOID NTAPI RtlImageDirectoryEntryToData(PVOID base, BOOLEAN mapped_as_image, USHORT directory,
                                         PULONG size);
PIMAGE_SECTION_HEADER NTAPI RtlImageRvaToSection(PIMAGE_NT_HEADERS headers, PVOID base, ULONG rva);
PIMAGE_SECTION_HEADER NTAPI RtlSectionTableFromVirtualAddress(PIMAGE_NT_HEADERS headers, PVOID base,
                                                              ULONG rva);
PVOID NTAPI RtlAddressInSectionTable(PIMAGE_NT_HEADERS headers, PVOID base, ULONG rva);
PVOID NTAPI RtlImageRvaToVa(PIMAGE_NT_HEADERS headers, PVOID base, ULONG rva,
                            PIMAGE_SECTION_HEADER *section);

/* Fits the name 8.3? oem, if given, gets it in upper case. */
BOOLEAN NTAPI RtlIsNameLegalDOS8Dot3(const UNICODE_STRING *name, POEM_STRING oem,
                                     PBOOLEAN has_spaces);

/* The heap of the process; one load. */
#define RtlProcessHeap() (NtCurrentPeb()->ProcessHeap)

static inline PEB *NtCurrentPeb(void)
{
    PEB *peb;
#ifdef __x86_64__
    __asm__("movq %%gs:0x60, %0" : "=r"(peb));
#else
    __asm__("movl %%fs:0x30, %0" : "=r"(peb));
#endif
    return peb;
}

/* Ends the process, after the libraries were told. */
VOID NTAPI RtlExitUserProcess(NTSTATUS status) __attribute__((noreturn));

#endif
