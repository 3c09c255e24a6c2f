/*
 * Where the kernel enters guest code: exceptions and asynchronous procedure calls.
 *
 * What it leaves on the stack (16-byte aligned), as on Windows x64:
 *
 *   exception   0x000 CONTEXT, 0x4d0 CONTEXT_EX, 0x4f0 EXCEPTION_RECORD,
 *               0x590 machine frame: rip cs eflags rsp ss of the interrupted code
 *   APC         0x000 CONTEXT with P1Home .. P3Home = the routine's arguments, P4Home = the
 *               routine; 0x4d0 CONTEXT_EX; 0x4f0 machine frame
 *
 * The unwind codes lead from here to the interrupted code: its rip and rsp come from the machine
 * frame, its nonvolatile registers from the CONTEXT. The homes P1Home .. P4Home of the CONTEXT
 * are the callee's home space.
 */
#include "eh.h"

#define SAVED_REGISTERS                                                                            \
    ".seh_savereg %rbx, 0x90\n"                                                                    \
    ".seh_savereg %rbp, 0xa0\n"                                                                    \
    ".seh_savereg %rsi, 0xa8\n"                                                                    \
    ".seh_savereg %rdi, 0xb0\n"                                                                    \
    ".seh_savereg %r12, 0xd8\n"                                                                    \
    ".seh_savereg %r13, 0xe0\n"                                                                    \
    ".seh_savereg %r14, 0xe8\n"                                                                    \
    ".seh_savereg %r15, 0xf0\n"                                                                    \
    ".seh_savexmm %xmm6, 0x200\n"                                                                  \
    ".seh_savexmm %xmm7, 0x210\n"                                                                  \
    ".seh_savexmm %xmm8, 0x220\n"                                                                  \
    ".seh_savexmm %xmm9, 0x230\n"                                                                  \
    ".seh_savexmm %xmm10, 0x240\n"                                                                 \
    ".seh_savexmm %xmm11, 0x250\n"                                                                 \
    ".seh_savexmm %xmm12, 0x260\n"                                                                 \
    ".seh_savexmm %xmm13, 0x270\n"                                                                 \
    ".seh_savexmm %xmm14, 0x280\n"                                                                 \
    ".seh_savexmm %xmm15, 0x290\n"

asm(".text\n"
    ".balign 16\n"
    ".globl KiUserExceptionDispatcher\n"
    ".def KiUserExceptionDispatcher; .scl 2; .type 32; .endef\n"
    ".seh_proc KiUserExceptionDispatcher\n"
    "KiUserExceptionDispatcher:\n"
    ".seh_pushframe\n"
    ".seh_stackalloc 0x590\n" SAVED_REGISTERS ".seh_endprologue\n"
    "    cld\n"
    "    leaq 0x4f0(%rsp), %rcx\n"
    "    movq %rsp, %rdx\n"
    "    call eh_dispatch_from_kernel\n"
    "    int3\n"
    ".seh_endproc\n"
    ".balign 16\n"
    ".globl KiUserApcDispatcher\n"
    ".def KiUserApcDispatcher; .scl 2; .type 32; .endef\n"
    ".seh_proc KiUserApcDispatcher\n"
    "KiUserApcDispatcher:\n"
    ".seh_pushframe\n"
    ".seh_stackalloc 0x4f0\n" SAVED_REGISTERS ".seh_endprologue\n"
    "    cld\n"
    "    movq 0x18(%rsp), %rax\n"
    "    movq 0x00(%rsp), %rcx\n"
    "    movq 0x08(%rsp), %rdx\n"
    "    movq 0x10(%rsp), %r8\n"
    "    movq %rsp, %r9\n"
    "    call *%rax\n"
    "    movq %rsp, %rcx\n"
    "    call eh_continue_after_apc\n"
    "    int3\n"
    ".seh_endproc\n");

__attribute__((used, noreturn)) void eh_dispatch_from_kernel(EXCEPTION_RECORD *record,
                                                             CONTEXT *context)
{
    NTSTATUS status;

    if (RtlDispatchException(record, context))
        status = NtContinue(context, FALSE);
    else
        status = NtRaiseException(record, context, FALSE);
    RtlRaiseStatus(status); /* only a refused call returns */
}

__attribute__((used, noreturn)) void eh_continue_after_apc(CONTEXT *context)
{
    RtlRaiseStatus(NtContinue(context, TRUE)); /* further APCs first */
}

/* The kernel makes a thread "return" here from a system call that raises: the status waits in the
 * TEB, the return address of the call is on the stack. */
LONG NTAPI KiRaiseUserExceptionDispatcher(void)
{
    EXCEPTION_RECORD record = {.ExceptionCode =
                                   (DWORD)eh_teb()->ExceptionCode};

    RtlRaiseException(&record);
    return (LONG)record.ExceptionCode;
}
