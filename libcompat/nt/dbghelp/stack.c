/*
 * Walking a stack with the tables that the processor's convention prescribes. Only threads of the own
 * process: the memory is read where it is.
 */
#include "dbghelp.h"

static void address(ADDRESS64 *to, DWORD64 offset)
{
    to->Offset = offset;
    to->Segment = 0;
    to->Mode = AddrModeFlat;
}

/* The first call describes the frame of the context itself, each other one its caller. */
BOOL WINAPI StackWalk64(DWORD machine, HANDLE process, HANDLE thread, LPSTACKFRAME64 frame, PVOID record,
                        PREAD_PROCESS_MEMORY_ROUTINE64 read, PFUNCTION_TABLE_ACCESS_ROUTINE64 table,
                        PGET_MODULE_BASE_ROUTINE64 module, PTRANSLATE_ADDRESS_ROUTINE64 translate)
{
    CONTEXT *context = record;
    PRUNTIME_FUNCTION entry;
    DWORD64 base, establisher;
    PVOID data;

    (void)process, (void)thread, (void)read, (void)module, (void)translate;
    if (machine != IMAGE_FILE_MACHINE_AMD64 || !context || !frame)
        return fail(ERROR_INVALID_PARAMETER);
    if (frame->Virtual) {
        if (!context->Rip)
            return FALSE;
        entry = RtlLookupFunctionEntry(context->Rip, &base, NULL);
        if (entry) {
            RtlVirtualUnwind(UNW_FLAG_NHANDLER, base, context->Rip, entry, context, &data, &establisher,
                             NULL);
        } else {
            /* a function without an entry calls nobody: its return address is on top */
            DWORD64 *top = (DWORD64 *)context->Rsp;

            if (IsBadReadPtr(top, sizeof(*top)))
                return FALSE;
            context->Rip = *top;
            context->Rsp += sizeof(*top);
        }
        if (!context->Rip)
            return FALSE;
    }
    memset(frame->Params, 0, sizeof(frame->Params));
    frame->Far = FALSE;
    frame->Virtual = TRUE;
    address(&frame->AddrPC, context->Rip);
    address(&frame->AddrStack, context->Rsp);
    address(&frame->AddrFrame, context->Rbp);
    frame->FuncTableEntry = table ? table(process, context->Rip)
                                  : RtlLookupFunctionEntry(context->Rip, &base, NULL);
    address(&frame->AddrReturn, 0);
    if (!IsBadReadPtr((PVOID)context->Rsp, 8)) {
        CONTEXT caller = *context;

        entry = RtlLookupFunctionEntry(caller.Rip, &base, NULL);
        if (entry) {
            RtlVirtualUnwind(UNW_FLAG_NHANDLER, base, caller.Rip, entry, &caller, &data, &establisher,
                             NULL);
            address(&frame->AddrReturn, caller.Rip);
        } else {
            address(&frame->AddrReturn, *(DWORD64 *)context->Rsp);
        }
    }
    return TRUE;
}
