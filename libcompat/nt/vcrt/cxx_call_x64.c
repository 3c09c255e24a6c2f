/* Calls from the runtime into what compilers generated: each has a frame that tells what becomes of
 * an exception that comes out. */
#include "cxx.h"

/* The nops keep return addresses inside the bodies. Funclets take the function's frame as their
 * second argument. cxx_call_catch keeps the catch record at [frame + 0x28]. */
asm(".text\n"
    ".balign 16\n"
    ".globl cxx_call\n"
    ".def cxx_call; .scl 2; .type 32; .endef\n"
    ".seh_proc cxx_call\n"
    "cxx_call:\n"
    "    subq $0x28, %rsp\n"
    ".seh_stackalloc 0x28\n"
    ".seh_handler cxx_call_handler, @except\n"
    ".seh_endprologue\n"
    "    movq %rcx, %rax\n"
    "    movq %rdx, %rcx\n"
    "    movq %r8, %rdx\n"
    "    movq %r9, %r8\n"
    "    call *%rax\n"
    "    nop\n"
    "    addq $0x28, %rsp\n"
    "    ret\n"
    ".seh_endproc\n"
    ".balign 16\n"
    ".globl cxx_call_catch\n"
    ".def cxx_call_catch; .scl 2; .type 32; .endef\n"
    ".seh_proc cxx_call_catch\n"
    "cxx_call_catch:\n"
    "    subq $0x38, %rsp\n"
    ".seh_stackalloc 0x38\n"
    ".seh_handler cxx_catch_left, @except, @unwind\n"
    ".seh_endprologue\n"
    "    movq %r8, 0x28(%rsp)\n"
    "    call *%rcx\n"
    "    nop\n"
    "    addq $0x38, %rsp\n"
    "    ret\n"
    ".seh_endproc\n");

__attribute__((used)) EXCEPTION_DISPOSITION cxx_call_handler(EXCEPTION_RECORD *record,
                                                             void *frame, CONTEXT *context,
                                                             DISPATCHER_CONTEXT *dispatcher)
{
    (void)frame, (void)context, (void)dispatcher;
    if (cxx_is_exception(record))
        terminate();
    return ExceptionContinueSearch;
}
