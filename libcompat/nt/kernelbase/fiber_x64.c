/*
 * The x86-64 part of fibers: which registers a call preserves, and how a new stack looks.
 */
#include "kernelbase.h"

/*
 * Preserved by the Windows x64 calling convention: rbx rbp rsi rdi r12-r15, xmm6-xmm15, MXCSR and
 * the x87 control word. The unwind directives let an exception be dispatched through a switch.
 */
__asm__(
    ".text\n"
    ".globl fiber_switch\n"
    ".def fiber_switch; .scl 2; .type 32; .endef\n"
    ".seh_proc fiber_switch\n"
    "fiber_switch:\n"
    "    pushq %rbp\n .seh_pushreg %rbp\n"
    "    pushq %rbx\n .seh_pushreg %rbx\n"
    "    pushq %rsi\n .seh_pushreg %rsi\n"
    "    pushq %rdi\n .seh_pushreg %rdi\n"
    "    pushq %r12\n .seh_pushreg %r12\n"
    "    pushq %r13\n .seh_pushreg %r13\n"
    "    pushq %r14\n .seh_pushreg %r14\n"
    "    pushq %r15\n .seh_pushreg %r15\n"
    "    subq $0xb8, %rsp\n .seh_stackalloc 0xb8\n"
    "    movaps %xmm6, 0x00(%rsp)\n .seh_savexmm %xmm6, 0x00\n"
    "    movaps %xmm7, 0x10(%rsp)\n .seh_savexmm %xmm7, 0x10\n"
    "    movaps %xmm8, 0x20(%rsp)\n .seh_savexmm %xmm8, 0x20\n"
    "    movaps %xmm9, 0x30(%rsp)\n .seh_savexmm %xmm9, 0x30\n"
    "    movaps %xmm10, 0x40(%rsp)\n .seh_savexmm %xmm10, 0x40\n"
    "    movaps %xmm11, 0x50(%rsp)\n .seh_savexmm %xmm11, 0x50\n"
    "    movaps %xmm12, 0x60(%rsp)\n .seh_savexmm %xmm12, 0x60\n"
    "    movaps %xmm13, 0x70(%rsp)\n .seh_savexmm %xmm13, 0x70\n"
    "    movaps %xmm14, 0x80(%rsp)\n .seh_savexmm %xmm14, 0x80\n"
    "    movaps %xmm15, 0x90(%rsp)\n .seh_savexmm %xmm15, 0x90\n"
    "    .seh_endprologue\n"
    "    stmxcsr 0xa0(%rsp)\n"
    "    fnstcw 0xa4(%rsp)\n"
    "    movq %rsp, (%rcx)\n"
    "    movq %rdx, %rsp\n"
    "    ldmxcsr 0xa0(%rsp)\n"
    "    fldcw 0xa4(%rsp)\n"
    "    movaps 0x00(%rsp), %xmm6\n"
    "    movaps 0x10(%rsp), %xmm7\n"
    "    movaps 0x20(%rsp), %xmm8\n"
    "    movaps 0x30(%rsp), %xmm9\n"
    "    movaps 0x40(%rsp), %xmm10\n"
    "    movaps 0x50(%rsp), %xmm11\n"
    "    movaps 0x60(%rsp), %xmm12\n"
    "    movaps 0x70(%rsp), %xmm13\n"
    "    movaps 0x80(%rsp), %xmm14\n"
    "    movaps 0x90(%rsp), %xmm15\n"
    "    addq $0xb8, %rsp\n"
    "    popq %r15\n"
    "    popq %r14\n"
    "    popq %r13\n"
    "    popq %r12\n"
    "    popq %rdi\n"
    "    popq %rsi\n"
    "    popq %rbx\n"
    "    popq %rbp\n"
    "    ret\n"
    ".seh_endproc\n"
    /* The first switch to a new fiber returns to here: rbx is the function, r12 its argument. */
    ".globl fiber_begin\n"
    ".def fiber_begin; .scl 2; .type 32; .endef\n"
    ".seh_proc fiber_begin\n"
    "fiber_begin:\n"
    "    subq $0x28, %rsp\n .seh_stackalloc 0x28\n"
    "    .seh_endprologue\n"
    "    movq %r12, %rcx\n"
    "    call *%rbx\n"
    "    int3\n"
    ".seh_endproc\n");

extern void fiber_begin(void);
PVOID fiber_prepare(PVOID stack_base, PVOID entry, PVOID argument);

PVOID fiber_prepare(PVOID stack_base, PVOID entry, PVOID argument)
{
    /* From the top: a zero that ends stack walks, fiber_begin as return address, eight registers,
     * then the block of fiber_switch. At fiber_begin rsp is 8 modulo 16, as after a call. */
    ULONG_PTR *top = (ULONG_PTR *)((ULONG_PTR)stack_base & ~(ULONG_PTR)15);
    ULONG_PTR *frame;

    top -= 6; /* home space of a caller that does not exist */
    *--top = 0;
    *--top = (ULONG_PTR)fiber_begin;
    frame = top - 8 - 0xb8 / 8;
    memset(frame, 0, 0xb8 + 8 * 8);
    frame[0xa0 / 8] = 0x1f80 | (ULONG_PTR)0x027f << 32; /* as a new thread's */
    top[-2] = (ULONG_PTR)entry;                         /* rbx */
    top[-5] = (ULONG_PTR)argument;                      /* r12 */
    return frame;
}
