/*
 * Host signals of the NT personality: faults of guest code become exceptions, faults of host code
 * in guest_mem.h become errors, the interrupt signal stops a thread, SIGSYS is a raw system call.
 */
#ifndef SYSCALLS_NT_SIGNAL_H
#define SYSCALLS_NT_SIGNAL_H

#include <ucontext.h>

#include "syscalls/nt/nt.h"

/* Installs the handlers; once, before the first guest instruction. */
void nt_signal_init(void);

/* The alternate stack of the calling thread; freed by nt_signal_thread_done. */
bool nt_signal_thread_init(void);
void nt_signal_thread_done(void);

/* The guest's state in a signal frame, and back. */
void nt_context_of_ucontext(const ucontext_t *uc, CONTEXT *context);
void nt_ucontext_of_context(const CONTEXT *context, ucontext_t *uc);

/* Makes the interrupted guest go on in KiUserExceptionDispatcher; ends the process when its stack
 * cannot take the record. For fault handlers (exception.c). */
void nt_dispatch_exception_in_signal(struct nt_thread *t, const EXCEPTION_RECORD *record,
                                     const CONTEXT *context, ucontext_t *uc);

/* Does the interrupted code belong to the guest? */
static inline bool nt_pc_is_guest(uintptr_t pc)
{
    return pc < GUEST_END;
}

/* For NT_SIGNAL_INTERRUPT (context.c): called in the handler. guest: the thread was in guest code,
 * then *context may be changed and is taken back; else context is NULL, or the guest's state on the
 * way in. */
void nt_thread_interrupted(struct nt_thread *t, bool guest, CONTEXT *context,
                           const ucontext_t *uc);

#endif
