/*
 * What the exception code of ntdll shares: function tables, frame unwinding, dispatch.
 *
 * Who calls what: the loader keeps the module table (eh_module_*); KiUserExceptionDispatcher and
 * RtlRaiseException call RtlDispatchException; thread start names eh_thread_start_handler as its
 * language handler, so that an exception nobody handles reaches the unhandled-exception filter.
 */
#ifndef LIBCOMPAT_NT_NTDLL_EH_H
#define LIBCOMPAT_NT_NTDLL_EH_H

#ifndef _NTSYSTEM_
#define _NTSYSTEM_ /* <winnt.h>: these functions are ours, not imports */
#endif
#ifndef _CRTIMP
#define _CRTIMP /* __C_specific_handler and longjmp, too */
#endif
#include "abi/nt/nt.h"
#include "libcompat/nt/include/eh.h"
#include <stdbool.h>

/* NtCurrentTeb of the SDK reads GS through an array of no elements, which -Warray-bounds dislikes. */
static inline TEB *eh_teb(void)
{
    TEB *teb;

#ifdef __x86_64__
    asm("movq %%gs:0x30, %0" : "=r"(teb));
#else
    asm("movl %%fs:0x18, %0" : "=r"(teb));
#endif
    return teb;
}

/* ---- modules (eh_modules.c) ---------------------------------------------------------------- */

/* The loader calls these, serialized by its lock, for every image that it maps (before the image
 * can run code) and just before it unmaps one. Readers take no lock: an exception may come at any
 * instruction. */
void eh_module_add(void *base, ULONG size);
void eh_module_remove(void *base);

struct eh_module {
    ULONG_PTR base;
    ULONG size;
    ULONG table_rva;   /* exception directory, 0 = none */
    ULONG table_bytes;
};
/* False when no module holds the address. */
bool eh_module_find(ULONG_PTR address, struct eh_module *module);

/* ---- handlers of the process (exception.c) ---------------------------------------------------- */

bool eh_call_vectored_handlers(EXCEPTION_RECORD *record, CONTEXT *context);
void eh_call_continue_handlers(EXCEPTION_RECORD *record, CONTEXT *context);
/* Asks the unhandled-exception filter and acts on its answer: returns EXCEPTION_CONTINUE_EXECUTION
 * or EXCEPTION_CONTINUE_SEARCH, or ends the process. */
LONG eh_unhandled(EXCEPTION_POINTERS *pointers);
/* Raises a non-continuable exception that tells of a problem with `cause`. */
void eh_raise_about(NTSTATUS status, EXCEPTION_RECORD *cause) __attribute__((noreturn));

/* ---- x64 -------------------------------------------------------------------------------------- */
#ifdef __x86_64__

struct eh_function {
    RUNTIME_FUNCTION *entry;
    ULONG_PTR base;
    ULONG image_size; /* 0 = not known (dynamic tables) */
};
/* The table entry that covers the address; false for leaf functions and unknown code. */
bool eh_function_find(ULONG_PTR pc, struct eh_function *function);

/* Bounds for what unwinding may read; a stack of {0, ~0} means "whatever the context says". */
struct eh_stack {
    ULONG_PTR low, high;
};
struct eh_stack eh_current_stack(void);

struct eh_unwound {
    PEXCEPTION_ROUTINE handler; /* NULL = none of the wanted type, or not in the body */
    void *handler_data;
    ULONG_PTR frame; /* establisher frame */
    bool machine_frame;
};
/* Undoes one frame in *context. Never raises: damaged tables give STATUS_BAD_FUNCTION_TABLE, reads
 * outside `stack` STATUS_BAD_STACK, and the context is then of no use. function->entry may be
 * NULL: the frame of a leaf function. */
NTSTATUS eh_unwind_frame(ULONG handler_type, const struct eh_function *function, ULONG_PTR pc,
                         const struct eh_stack *stack, CONTEXT *context,
                         KNONVOLATILE_CONTEXT_POINTERS *pointers, struct eh_unwound *out);

/* Language handler for the first frame of a thread, see eh_unhandled. */
EXCEPTION_DISPOSITION NTAPI eh_thread_start_handler(EXCEPTION_RECORD *record, void *frame,
                                                    CONTEXT *context, void *dispatcher);
#endif

#endif
