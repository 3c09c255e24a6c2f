/*
 * The x86-64 part of fibers: which registers a call preserves, and how a new stack looks.
 */
#include "fiber.h"

_Static_assert(offsetof(struct fiber, stack_base) == 0x08, "fiber_switch");
_Static_assert(offsetof(struct fiber, exception_list) == 0x20, "fiber_switch");
_Static_assert(offsetof(struct fiber, resume) == 0x28, "fiber_switch");
_Static_assert(offsetof(struct fiber, registers) == 0x38, "fiber_switch");
_Static_assert(offsetof(struct fiber, control_words) == 0x78, "fiber_switch");
_Static_assert(offsetof(struct fiber, vectors) == 0x80, "fiber_switch");

/*
 * Preserved by the Windows x64 calling convention: rbx rbp rsi rdi r12-r15, xmm6-xmm15, MXCSR and
 * the x87 control word. A leaf function: the stack pointer is the caller's until it is the other
 * fiber's. gs:0 is the exception list, gs:8, 10h and 1478h are the stack's base, limit and
 * allocation.
 */
__asm__(".text\n"
        ".globl fiber_switch\n"
        ".def fiber_switch; .scl 2; .type 32; .endef\n"
        "fiber_switch:\n"
        "    movq (%rsp), %rax\n"
        "    movq %rax, 0x28(%rcx)\n"
        "    leaq 8(%rsp), %rax\n"
        "    movq %rax, 0x30(%rcx)\n"
        "    movq %rbx, 0x38(%rcx)\n"
        "    movq %rbp, 0x40(%rcx)\n"
        "    movq %rsi, 0x48(%rcx)\n"
        "    movq %rdi, 0x50(%rcx)\n"
        "    movq %r12, 0x58(%rcx)\n"
        "    movq %r13, 0x60(%rcx)\n"
        "    movq %r14, 0x68(%rcx)\n"
        "    movq %r15, 0x70(%rcx)\n"
        "    stmxcsr 0x78(%rcx)\n"
        "    fnstcw 0x7c(%rcx)\n"
        "    movups %xmm6, 0x80(%rcx)\n"
        "    movups %xmm7, 0x90(%rcx)\n"
        "    movups %xmm8, 0xa0(%rcx)\n"
        "    movups %xmm9, 0xb0(%rcx)\n"
        "    movups %xmm10, 0xc0(%rcx)\n"
        "    movups %xmm11, 0xd0(%rcx)\n"
        "    movups %xmm12, 0xe0(%rcx)\n"
        "    movups %xmm13, 0xf0(%rcx)\n"
        "    movups %xmm14, 0x100(%rcx)\n"
        "    movups %xmm15, 0x110(%rcx)\n"
        "    movq %gs:0x10, %rax\n" /* the limit moves as the stack grows */
        "    movq %rax, 0x10(%rcx)\n"
        "    movq %gs:0x00, %rax\n"
        "    movq %rax, 0x20(%rcx)\n"

        "    movq 0x08(%rdx), %rax\n"
        "    movq %rax, %gs:0x08\n"
        "    movq 0x10(%rdx), %rax\n"
        "    movq %rax, %gs:0x10\n"
        "    movq 0x18(%rdx), %rax\n"
        "    movq %rax, %gs:0x1478\n"
        "    movq 0x20(%rdx), %rax\n"
        "    movq %rax, %gs:0x00\n"
        "    movq 0x30(%rdx), %rsp\n"
        "    movq 0x38(%rdx), %rbx\n"
        "    movq 0x40(%rdx), %rbp\n"
        "    movq 0x48(%rdx), %rsi\n"
        "    movq 0x50(%rdx), %rdi\n"
        "    movq 0x58(%rdx), %r12\n"
        "    movq 0x60(%rdx), %r13\n"
        "    movq 0x68(%rdx), %r14\n"
        "    movq 0x70(%rdx), %r15\n"
        "    ldmxcsr 0x78(%rdx)\n"
        "    fldcw 0x7c(%rdx)\n"
        "    movups 0x80(%rdx), %xmm6\n"
        "    movups 0x90(%rdx), %xmm7\n"
        "    movups 0xa0(%rdx), %xmm8\n"
        "    movups 0xb0(%rdx), %xmm9\n"
        "    movups 0xc0(%rdx), %xmm10\n"
        "    movups 0xd0(%rdx), %xmm11\n"
        "    movups 0xe0(%rdx), %xmm12\n"
        "    movups 0xf0(%rdx), %xmm13\n"
        "    movups 0x100(%rdx), %xmm14\n"
        "    movups 0x110(%rdx), %xmm15\n"
        "    jmp *0x28(%rdx)\n"

        /* The first switch to a fiber comes here: rbx is the function, rsi its argument. The word
         * above the frame is zero, where a stack walk ends. */
        ".def fiber_begin; .scl 3; .type 32; .endef\n"
        ".seh_proc fiber_begin\n"
        "fiber_begin:\n"
        "    subq $0x20, %rsp\n"
        "    .seh_stackalloc 0x20\n"
        "    .seh_endprologue\n"
        "    movq %rsi, %rcx\n"
        "    call *%rbx\n"
        "    int3\n"
        ".seh_endproc\n");

extern void fiber_begin(void) __asm__("fiber_begin");

void fiber_prepare(struct fiber *fiber, void (*function)(struct fiber *))
{
    ULONG_PTR *top = (ULONG_PTR *)((ULONG_PTR)fiber->stack_base & ~(ULONG_PTR)15);

    top -= 6; /* home space of a caller that does not exist */
    *top = 0;
    fiber->resume = (PVOID)(ULONG_PTR)fiber_begin;
    fiber->stack_pointer = top;
    fiber->registers[0] = (ULONG_PTR)function; /* rbx */
    fiber->registers[2] = (ULONG_PTR)fiber;    /* rsi */
    fiber->control_words[0] = 0x1f80;          /* as a new thread's */
    fiber->control_words[1] = 0x027f;
}
