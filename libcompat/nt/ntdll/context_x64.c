/*
 * Capturing and restoring a thread's registers, and raising exceptions from where one stands.
 *
 * Offsets in the assembly are those of CONTEXT, asserted below.
 */
#include "eh.h"
#include <setjmp.h>

_Static_assert(offsetof(CONTEXT, ContextFlags) == 0x30 && offsetof(CONTEXT, MxCsr) == 0x34 &&
                   offsetof(CONTEXT, SegCs) == 0x38 && offsetof(CONTEXT, EFlags) == 0x44 &&
                   offsetof(CONTEXT, Rax) == 0x78 && offsetof(CONTEXT, Rsp) == 0x98 &&
                   offsetof(CONTEXT, R15) == 0xf0 && offsetof(CONTEXT, Rip) == 0xf8 &&
                   offsetof(CONTEXT, FltSave) == 0x100 && sizeof(CONTEXT) == 0x4d0,
               "CONTEXT");

void eh_restore(CONTEXT *context) __attribute__((noreturn));
void eh_consolidate(CONTEXT *context, EXCEPTION_RECORD *record) __attribute__((noreturn));

/* RtlCaptureContext: no register but the flags changes, so that others can build on it. */
asm(".text\n"
    ".balign 16\n"
    ".globl RtlCaptureContext\n"
    ".def RtlCaptureContext; .scl 2; .type 32; .endef\n"
    ".seh_proc RtlCaptureContext\n"
    "RtlCaptureContext:\n"
    "    pushfq\n"
    ".seh_stackalloc 8\n"
    ".seh_endprologue\n"
    "    movl $0x10000f, 0x30(%rcx)\n" /* control, integer, segments, floating point */
    "eh_capture_body:\n"
    "    movq %rax, 0x78(%rcx)\n"
    "    movq %rcx, 0x80(%rcx)\n"
    "    movq %rdx, 0x88(%rcx)\n"
    "    movq %rbx, 0x90(%rcx)\n"
    "    movq %rbp, 0xa0(%rcx)\n"
    "    movq %rsi, 0xa8(%rcx)\n"
    "    movq %rdi, 0xb0(%rcx)\n"
    "    movq %r8, 0xb8(%rcx)\n"
    "    movq %r9, 0xc0(%rcx)\n"
    "    movq %r10, 0xc8(%rcx)\n"
    "    movq %r11, 0xd0(%rcx)\n"
    "    movq %r12, 0xd8(%rcx)\n"
    "    movq %r13, 0xe0(%rcx)\n"
    "    movq %r14, 0xe8(%rcx)\n"
    "    movq %r15, 0xf0(%rcx)\n"
    "    movw %cs, 0x38(%rcx)\n"
    "    movw %ds, 0x3a(%rcx)\n"
    "    movw %es, 0x3c(%rcx)\n"
    "    movw %fs, 0x3e(%rcx)\n"
    "    movw %gs, 0x40(%rcx)\n"
    "    movw %ss, 0x42(%rcx)\n"
    "    fxsave 0x100(%rcx)\n"
    "    stmxcsr 0x34(%rcx)\n"
    "    movl 0(%rsp), %eax\n"
    "    movl %eax, 0x44(%rcx)\n"
    "    movq 8(%rsp), %rax\n"
    "    movq %rax, 0xf8(%rcx)\n"
    "    leaq 16(%rsp), %rax\n"
    "    movq %rax, 0x98(%rcx)\n"
    "    movq 0x78(%rcx), %rax\n"
    "    addq $8, %rsp\n"
    "    ret\n"
    ".seh_endproc\n"
    /* RtlCaptureContext2: the same, but the caller's ContextFlags stay. */
    ".balign 16\n"
    ".globl RtlCaptureContext2\n"
    ".def RtlCaptureContext2; .scl 2; .type 32; .endef\n"
    ".seh_proc RtlCaptureContext2\n"
    "RtlCaptureContext2:\n"
    "    pushfq\n"
    ".seh_stackalloc 8\n"
    ".seh_endprologue\n"
    "    jmp eh_capture_body\n"
    "    nop\n"
    ".seh_endproc\n");

/* eh_restore: everything at once by iretq, so that nothing below the target's stack pointer is
 * touched and an interruption sees either the old state or the new one. */
asm(".text\n"
    ".balign 16\n"
    ".globl eh_restore\n"
    ".def eh_restore; .scl 2; .type 32; .endef\n"
    ".seh_proc eh_restore\n"
    "eh_restore:\n"
    "    subq $0x28, %rsp\n"
    ".seh_stackalloc 0x28\n"
    ".seh_endprologue\n"
    "    testb $8, 0x30(%rcx)\n" /* CONTEXT_FLOATING_POINT */
    "    jz 1f\n"
    "    fxrstor 0x100(%rcx)\n"
    "    ldmxcsr 0x34(%rcx)\n"
    "1:  movq 0xf8(%rcx), %rax\n"
    "    movq %rax, 0(%rsp)\n"
    "    movl %cs, %eax\n"
    "    movq %rax, 8(%rsp)\n"
    "    movl 0x44(%rcx), %eax\n"
    "    andl $0xffffbfff, %eax\n" /* a nested-task flag would make the next iretq fault */
    "    movq %rax, 0x10(%rsp)\n"
    "    movq 0x98(%rcx), %rax\n"
    "    movq %rax, 0x18(%rsp)\n"
    "    movl %ss, %eax\n"
    "    movq %rax, 0x20(%rsp)\n"
    "    movq 0x78(%rcx), %rax\n"
    "    movq 0x88(%rcx), %rdx\n"
    "    movq 0x90(%rcx), %rbx\n"
    "    movq 0xa0(%rcx), %rbp\n"
    "    movq 0xa8(%rcx), %rsi\n"
    "    movq 0xb0(%rcx), %rdi\n"
    "    movq 0xb8(%rcx), %r8\n"
    "    movq 0xc0(%rcx), %r9\n"
    "    movq 0xc8(%rcx), %r10\n"
    "    movq 0xd0(%rcx), %r11\n"
    "    movq 0xd8(%rcx), %r12\n"
    "    movq 0xe0(%rcx), %r13\n"
    "    movq 0xe8(%rcx), %r14\n"
    "    movq 0xf0(%rcx), %r15\n"
    "    movq 0x80(%rcx), %rcx\n"
    "    iretq\n"
    ".seh_endproc\n");

/* STATUS_UNWIND_CONSOLIDATE: the frames that the unwind went through stay on the stack, and the
 * record's function runs below them. To an unwinder that comes through here they must not exist:
 * eh_consolidate_call has a machine frame and saved registers that lead straight to the target.
 * Its frame: 0x20 for the callee, the CONTEXT (copied) at 0x20, rip cs eflags rsp ss at 0x4f0. */
asm(".text\n"
    ".balign 16\n"
    ".globl eh_consolidate\n"
    ".def eh_consolidate; .scl 2; .type 32; .endef\n"
    ".seh_proc eh_consolidate\n"
    "eh_consolidate:\n"
    "    subq $0x528, %rsp\n"
    ".seh_stackalloc 0x528\n"
    ".seh_endprologue\n"
    "    movq %rcx, %rsi\n"
    "    movq %rdx, %rbx\n"
    "    leaq 0x20(%rsp), %rdi\n"
    "    movl $0x9a, %ecx\n" /* sizeof(CONTEXT) / 8 */
    "    cld\n"
    "    rep movsq\n"
    "    movq 0x20+0xf8(%rsp), %rax\n"
    "    movq %rax, 0x4f0(%rsp)\n"
    "    movl %cs, %eax\n"
    "    movq %rax, 0x4f8(%rsp)\n"
    "    movl 0x20+0x44(%rsp), %eax\n"
    "    movq %rax, 0x500(%rsp)\n"
    "    movq 0x20+0x98(%rsp), %rax\n"
    "    movq %rax, 0x508(%rsp)\n"
    "    movl %ss, %eax\n"
    "    movq %rax, 0x510(%rsp)\n"
    "    movq %rbx, %rcx\n"
    "    movq 0x20(%rbx), %rax\n" /* ExceptionInformation[0] */
    "    jmp eh_consolidate_call\n"
    "    nop\n"
    ".seh_endproc\n"
    ".balign 16\n"
    ".def eh_consolidate_call; .scl 3; .type 32; .endef\n"
    ".seh_proc eh_consolidate_call\n"
    "eh_consolidate_call:\n"
    ".seh_pushframe\n"
    ".seh_stackalloc 0x4f0\n"
    ".seh_savereg %rbx, 0x20+0x90\n"
    ".seh_savereg %rbp, 0x20+0xa0\n"
    ".seh_savereg %rsi, 0x20+0xa8\n"
    ".seh_savereg %rdi, 0x20+0xb0\n"
    ".seh_savereg %r12, 0x20+0xd8\n"
    ".seh_savereg %r13, 0x20+0xe0\n"
    ".seh_savereg %r14, 0x20+0xe8\n"
    ".seh_savereg %r15, 0x20+0xf0\n"
    ".seh_savexmm %xmm6, 0x20+0x200\n"
    ".seh_savexmm %xmm7, 0x20+0x210\n"
    ".seh_savexmm %xmm8, 0x20+0x220\n"
    ".seh_savexmm %xmm9, 0x20+0x230\n"
    ".seh_savexmm %xmm10, 0x20+0x240\n"
    ".seh_savexmm %xmm11, 0x20+0x250\n"
    ".seh_savexmm %xmm12, 0x20+0x260\n"
    ".seh_savexmm %xmm13, 0x20+0x270\n"
    ".seh_savexmm %xmm14, 0x20+0x280\n"
    ".seh_savexmm %xmm15, 0x20+0x290\n"
    ".seh_endprologue\n"
    "    call *%rax\n"
    "    leaq 0x20(%rsp), %rcx\n"
    "    movq %rax, 0xf8(%rcx)\n"
    "    call eh_restore\n"
    "    int3\n"
    ".seh_endproc\n");

static void apply_jump_buffer(CONTEXT *context, const _JUMP_BUFFER *jump)
{
    context->Rbx = jump->Rbx;
    context->Rsp = jump->Rsp;
    context->Rbp = jump->Rbp;
    context->Rsi = jump->Rsi;
    context->Rdi = jump->Rdi;
    context->R12 = jump->R12;
    context->R13 = jump->R13;
    context->R14 = jump->R14;
    context->R15 = jump->R15;
    context->Rip = jump->Rip;
    context->MxCsr = jump->MxCsr;
    context->FltSave.MxCsr = jump->MxCsr;
    context->FltSave.ControlWord = jump->FpCsr;
    __builtin_memcpy(&context->FltSave.XmmRegisters[6], &jump->Xmm6, 10 * sizeof(M128A));
}

VOID RtlRestoreContext(PCONTEXT context, EXCEPTION_RECORD *record)
{
    if (record && record->NumberParameters >= 1) {
        if (record->ExceptionCode == (DWORD)STATUS_LONGJUMP)
            apply_jump_buffer(context, (const _JUMP_BUFFER *)record->ExceptionInformation[0]);
        else if (record->ExceptionCode == (DWORD)STATUS_UNWIND_CONSOLIDATE)
            eh_consolidate(context, record);
    }
    eh_restore(context);
}

/* ---- raising --------------------------------------------------------------------------------- */

/* The two entries differ in what their argument is; both hand their caller's registers on. The
 * CONTEXT is at [rsp + 0x20], the return address at [rsp + 0x4f8]. */
#define RAISE_ENTRY(name, target)                                                                  \
    asm(".text\n"                                                                                  \
        ".balign 16\n"                                                                             \
        ".globl " #name "\n"                                                                       \
        ".def " #name "; .scl 2; .type 32; .endef\n"                                               \
        ".seh_proc " #name "\n" #name ":\n"                                                        \
        "    subq $0x4f8, %rsp\n"                                                                  \
        ".seh_stackalloc 0x4f8\n"                                                                  \
        ".seh_endprologue\n"                                                                       \
        "    movq %rcx, 0x500(%rsp)\n"                                                             \
        "    leaq 0x20(%rsp), %rcx\n"                                                              \
        "    call " EH_SYMBOL(RtlCaptureContext) "\n"                                              \
        "    movq 0x4f8(%rsp), %rax\n"                                                             \
        "    movq %rax, 0x20+0xf8(%rsp)\n"                                                         \
        "    leaq 0x500(%rsp), %rax\n"                                                             \
        "    movq %rax, 0x20+0x98(%rsp)\n"                                                         \
        "    movq 0x500(%rsp), %rcx\n"                                                             \
        "    movq %rcx, 0x20+0x80(%rsp)\n"                                                         \
        "    leaq 0x20(%rsp), %rdx\n"                                                              \
        "    call " #target "\n"                                                                   \
        "    int3\n"                                                                               \
        ".seh_endproc\n")
#define EH_SYMBOL(name) #name

RAISE_ENTRY(RtlRaiseException, eh_raise);
RAISE_ENTRY(RtlRaiseStatus, eh_raise_status);

__attribute__((used, noreturn)) void eh_raise(EXCEPTION_RECORD *record, CONTEXT *context)
{
    NTSTATUS status;

    record->ExceptionAddress = (PVOID)context->Rip;
    if (eh_teb()->ProcessEnvironmentBlock->BeingDebugged)
        status = NtRaiseException(record, context, TRUE); /* the debugger comes first */
    else if (RtlDispatchException(record, context))
        status = NtContinue(context, FALSE);
    else
        status = NtRaiseException(record, context, FALSE);
    RtlRaiseStatus(status); /* only a refused call returns */
}

__attribute__((used, noreturn)) void eh_raise_status(NTSTATUS status, CONTEXT *context)
{
    EXCEPTION_RECORD record = {.ExceptionCode = (DWORD)status,
                               .ExceptionFlags = EXCEPTION_NONCONTINUABLE};

    eh_raise(&record, context);
}
