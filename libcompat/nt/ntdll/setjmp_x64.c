/*
 * _setjmp, _setjmpex, longjmp. The caller's compiler passes the frame of the function as the second
 * argument, and longjmp unwinds to that frame, running __finally blocks and destructors on its
 * way. A frame of 0 asks for a plain jump.
 */
#include "eh.h"
#include <setjmp.h>
#undef _setjmp
#undef _setjmpex

_Static_assert(offsetof(_JUMP_BUFFER, Rip) == 0x50 && offsetof(_JUMP_BUFFER, MxCsr) == 0x58 &&
                   offsetof(_JUMP_BUFFER, Xmm6) == 0x60 && sizeof(_JUMP_BUFFER) == 0x100,
               "_JUMP_BUFFER");

void eh_plain_jump(_JUMP_BUFFER *jump, int value) __attribute__((noreturn));

asm(".text\n"
    ".balign 16\n"
    ".globl _setjmp\n"
    ".def _setjmp; .scl 2; .type 32; .endef\n"
    ".globl _setjmpex\n"
    ".def _setjmpex; .scl 2; .type 32; .endef\n"
    "_setjmp:\n"
    "_setjmpex:\n"
    "    movq %rdx, 0x00(%rcx)\n"
    "    movq %rbx, 0x08(%rcx)\n"
    "    leaq 8(%rsp), %rax\n"
    "    movq %rax, 0x10(%rcx)\n"
    "    movq %rbp, 0x18(%rcx)\n"
    "    movq %rsi, 0x20(%rcx)\n"
    "    movq %rdi, 0x28(%rcx)\n"
    "    movq %r12, 0x30(%rcx)\n"
    "    movq %r13, 0x38(%rcx)\n"
    "    movq %r14, 0x40(%rcx)\n"
    "    movq %r15, 0x48(%rcx)\n"
    "    movq 0(%rsp), %rax\n"
    "    movq %rax, 0x50(%rcx)\n"
    "    stmxcsr 0x58(%rcx)\n"
    "    fnstcw 0x5c(%rcx)\n"
    "    movdqu %xmm6, 0x60(%rcx)\n"
    "    movdqu %xmm7, 0x70(%rcx)\n"
    "    movdqu %xmm8, 0x80(%rcx)\n"
    "    movdqu %xmm9, 0x90(%rcx)\n"
    "    movdqu %xmm10, 0xa0(%rcx)\n"
    "    movdqu %xmm11, 0xb0(%rcx)\n"
    "    movdqu %xmm12, 0xc0(%rcx)\n"
    "    movdqu %xmm13, 0xd0(%rcx)\n"
    "    movdqu %xmm14, 0xe0(%rcx)\n"
    "    movdqu %xmm15, 0xf0(%rcx)\n"
    "    xorl %eax, %eax\n"
    "    ret\n"
    ".balign 16\n"
    ".globl eh_plain_jump\n"
    ".def eh_plain_jump; .scl 2; .type 32; .endef\n"
    "eh_plain_jump:\n"
    "    movl %edx, %eax\n"
    "    movq 0x08(%rcx), %rbx\n"
    "    movq 0x18(%rcx), %rbp\n"
    "    movq 0x20(%rcx), %rsi\n"
    "    movq 0x28(%rcx), %rdi\n"
    "    movq 0x30(%rcx), %r12\n"
    "    movq 0x38(%rcx), %r13\n"
    "    movq 0x40(%rcx), %r14\n"
    "    movq 0x48(%rcx), %r15\n"
    "    ldmxcsr 0x58(%rcx)\n"
    "    fnclex\n"
    "    fldcw 0x5c(%rcx)\n"
    "    movdqu 0x60(%rcx), %xmm6\n"
    "    movdqu 0x70(%rcx), %xmm7\n"
    "    movdqu 0x80(%rcx), %xmm8\n"
    "    movdqu 0x90(%rcx), %xmm9\n"
    "    movdqu 0xa0(%rcx), %xmm10\n"
    "    movdqu 0xb0(%rcx), %xmm11\n"
    "    movdqu 0xc0(%rcx), %xmm12\n"
    "    movdqu 0xd0(%rcx), %xmm13\n"
    "    movdqu 0xe0(%rcx), %xmm14\n"
    "    movdqu 0xf0(%rcx), %xmm15\n"
    "    movq 0x50(%rcx), %rdx\n"
    "    movq 0x10(%rcx), %rsp\n"
    "    jmp *%rdx\n");

void longjmp(jmp_buf buffer, int value)
{
    _JUMP_BUFFER *jump = (_JUMP_BUFFER *)buffer;
    EXCEPTION_RECORD record = {.ExceptionCode = (DWORD)STATUS_LONGJUMP,
                               .NumberParameters = 1,
                               .ExceptionInformation = {(ULONG_PTR)jump}};
    CONTEXT context;

    if (value == 0)
        value = 1;
    if (!jump->Frame)
        eh_plain_jump(jump, value);
    RtlUnwindEx((void *)jump->Frame, (void *)jump->Rip, &record, (void *)(ULONG_PTR)(ULONG)value,
                &context, NULL);
    __builtin_unreachable(); /* it jumps, or raises what cannot be continued */
}
