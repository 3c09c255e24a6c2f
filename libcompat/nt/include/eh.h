/*
 * Exception functions of ntdll that other guest libraries call and that the SDK's <winnt.h> does
 * not declare. What <winnt.h> has (RtlUnwindEx, RtlLookupFunctionEntry, ...) is taken from there.
 */
#ifndef LIBCOMPAT_NT_EH_H
#define LIBCOMPAT_NT_EH_H

#include <windows.h>

/* Handles are opaque and go to the matching Remove call; NULL when memory is short. */
NTSYSAPI PVOID NTAPI RtlAddVectoredExceptionHandler(ULONG first, PVECTORED_EXCEPTION_HANDLER handler);
NTSYSAPI ULONG NTAPI RtlRemoveVectoredExceptionHandler(PVOID handle);
NTSYSAPI PVOID NTAPI RtlAddVectoredContinueHandler(ULONG first, PVECTORED_EXCEPTION_HANDLER handler);
NTSYSAPI ULONG NTAPI RtlRemoveVectoredContinueHandler(PVOID handle);

/* The process's last filter; kernelbase registers UnhandledExceptionFilter. */
NTSYSAPI void NTAPI RtlSetUnhandledExceptionFilter(PTOP_LEVEL_EXCEPTION_FILTER filter);

NTSYSAPI BOOLEAN NTAPI RtlDispatchException(EXCEPTION_RECORD *record, CONTEXT *context);
NTSYSAPI void NTAPI RtlRaiseException(EXCEPTION_RECORD *record);
NTSYSAPI void NTAPI RtlRaiseStatus(LONG status) __attribute__((noreturn));
NTSYSAPI ULONG NTAPI RtlWalkFrameChain(PVOID *callers, ULONG count, ULONG flags);

#ifdef __x86_64__
NTSYSAPI RUNTIME_FUNCTION *NTAPI RtlLookupFunctionTable(ULONG_PTR pc, ULONG_PTR *image_base,
                                                        ULONG *length);
NTSYSAPI LONG NTAPI RtlVirtualUnwind2(ULONG handler_type, ULONG_PTR image_base, ULONG_PTR pc,
                                      RUNTIME_FUNCTION *function, CONTEXT *context,
                                      BOOLEAN *machine_frame_unwound, PVOID *handler_data,
                                      ULONG_PTR *establisher_frame,
                                      KNONVOLATILE_CONTEXT_POINTERS *pointers,
                                      ULONG_PTR *low_limit, ULONG_PTR *high_limit,
                                      PEXCEPTION_ROUTINE *handler, ULONG unwind_flags);
NTSYSAPI void NTAPI RtlCaptureContext2(CONTEXT *context);
NTSYSAPI void _local_unwind(void *frame, void *target_ip);
#endif

#endif
