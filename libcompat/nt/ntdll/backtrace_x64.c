/* Walking the stack for its return addresses. */
#include "eh.h"

/* Writes up to `count` return addresses after leaving out `skip` of them; context is used up. */
static ULONG walk(CONTEXT *context, ULONG skip, ULONG count, PVOID *callers)
{
    struct eh_stack stack = eh_current_stack();
    ULONG written = 0;

    while (written < count) {
        struct eh_function function;
        struct eh_unwound out;
        ULONG_PTR before = context->Rsp;

        if (!eh_function_find(context->Rip, &function))
            function = (struct eh_function){0};
        if (eh_unwind_frame(UNW_FLAG_NHANDLER, &function, context->Rip, &stack, context, NULL,
                            &out) ||
            context->Rsp <= before || (!context->Rip && !out.machine_frame))
            break;
        if (skip)
            skip--;
        else
            callers[written++] = (PVOID)context->Rip;
    }
    return written;
}

/* The hash is the sum of the addresses. Frame 0 is the function that asks. */
WORD NTAPI RtlCaptureStackBackTrace(DWORD skip, DWORD count, PVOID *callers, PDWORD hash)
{
    CONTEXT context;
    ULONG written;
    DWORD sum = 0;

    if (count > 0xffff)
        count = 0xffff;
    RtlCaptureContext(&context);
    /* One frame is this function's own: its return address is in frame 0. */
    written = walk(&context, skip, count, callers);
    for (ULONG i = 0; i < written; i++)
        sum += (DWORD)(ULONG_PTR)callers[i];
    if (hash)
        *hash = sum;
    return (WORD)written;
}

/* Flags: the number of frames to leave out is in bits 8 and up; bit 0 asks for kernel frames, of
 * which there are none. */
ULONG NTAPI RtlWalkFrameChain(PVOID *callers, ULONG count, ULONG flags)
{
    CONTEXT context;

    if (flags & 1)
        return 0;
    RtlCaptureContext(&context);
    return walk(&context, flags >> 8, count, callers);
}
