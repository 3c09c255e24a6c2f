/*
 * Activation contexts, as kernelbase asks ntdll for them. All but the making have Windows' own
 * names and arguments; on Windows another process makes them, and hands them over in a format that
 * nothing else reads.
 */
#ifndef LIBCOMPAT_NT_ACTCTX_H
#define LIBCOMPAT_NT_ACTCTX_H

#include "abi/nt/types.h"
#include "abi/nt/ps.h"

#ifndef NTSYSAPI
#define NTSYSAPI
#endif

/* Where a manifest comes from: the file `path` is one, or holds it as resource `resource`, or
 * `module` does. path may be NULL beside a module. */
struct actctx_source {
    const WCHAR *path, *app_dir; /* full DOS paths; app_dir NULL: path's folder */
    PVOID module;
    ULONG_PTR resource;
    USHORT language;
    BOOLEAN process_default;
};
NTSYSAPI NTSTATUS NTAPI RtlCompatrunCreateActivationContext(const struct actctx_source *source,
                                                            PVOID *context);

NTSYSAPI VOID NTAPI RtlAddRefActivationContext(PVOID context);
NTSYSAPI VOID NTAPI RtlReleaseActivationContext(PVOID context);
NTSYSAPI NTSTATUS NTAPI RtlZombifyActivationContext(PVOID context);
NTSYSAPI NTSTATUS NTAPI RtlActivateActivationContext(ULONG flags, PVOID context,
                                                     ULONG_PTR *cookie);
NTSYSAPI NTSTATUS NTAPI RtlActivateActivationContextEx(ULONG flags, PVOID teb, PVOID context,
                                                       ULONG_PTR *cookie);
#define RTL_DEACTIVATE_ACTIVATION_CONTEXT_FLAG_FORCE_EARLY_DEACTIVATION 1
NTSYSAPI VOID NTAPI RtlDeactivateActivationContext(ULONG flags, ULONG_PTR cookie);
NTSYSAPI NTSTATUS NTAPI RtlGetActiveActivationContext(PVOID *context);
NTSYSAPI BOOLEAN NTAPI RtlIsActivationContextActive(PVOID context);
NTSYSAPI NTSTATUS NTAPI RtlAllocateActivationContextStack(PVOID *stack);
NTSYSAPI VOID NTAPI RtlFreeActivationContextStack(PVOID stack);
NTSYSAPI VOID NTAPI RtlFreeThreadActivationContextStack(VOID);
/* data: ACTCTX_SECTION_KEYED_DATA */
NTSYSAPI NTSTATUS NTAPI RtlFindActivationContextSectionString(ULONG flags, const GUID *extension,
                                                              ULONG section,
                                                              PCUNICODE_STRING name, PVOID data);
NTSYSAPI NTSTATUS NTAPI RtlFindActivationContextSectionGuid(ULONG flags, const GUID *extension,
                                                            ULONG section, const GUID *guid,
                                                            PVOID data);
NTSYSAPI NTSTATUS NTAPI RtlQueryInformationActivationContext(ULONG flags, PVOID context,
                                                             PVOID sub_instance, ULONG information,
                                                             PVOID buffer, SIZE_T size,
                                                             SIZE_T *needed);
NTSYSAPI NTSTATUS NTAPI RtlQueryInformationActiveActivationContext(ULONG information, PVOID buffer,
                                                                   SIZE_T size, SIZE_T *needed);
/* size and written count units, the end included */
NTSYSAPI NTSTATUS NTAPI RtlQueryActivationContextApplicationSettings(ULONG flags, PVOID context,
                                                                     PCWSTR space, PCWSTR name,
                                                                     PWSTR buffer, SIZE_T size,
                                                                     SIZE_T *written);

#endif
