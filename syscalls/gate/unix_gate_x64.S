/*
 * The gate of guests that own FS and make raw system calls. GS is the host's all the time and
 * points at the thread's block (struct unix_thread), where the guest's registers are kept.
 *
 * unix_gate_entry: number in eax, return address in rcx, everything else as `syscall` would find
 * it. Patched sites jump here, and a trap's handler sends the thread here.
 *
 * A signal that comes between unix_gate_exit_begin and unix_gate_exit_end starts the way out again
 * at unix_gate_exit_check, so what is pending is never missed; all there is recomputed from memory.
 * One that comes between unix_gate_entry and the dispatcher counts as one during the call.
 */
#include "syscalls/gate/unix_offsets.h"

	.text
	.globl	unix_gate_entry, unix_gate_exit_begin, unix_gate_exit_end, unix_gate_exit_check
	.globl	unix_gate_enter_guest, unix_gate_leave_guest, unix_signal_entry, unix_gate_xsave
	.globl	unix_signal_restorer, unix_gate_fast_begin, unix_gate_fast_end, unix_gate_fast_check
	.hidden	unix_gate_entry, unix_gate_exit_begin, unix_gate_exit_end, unix_gate_exit_check
	.hidden	unix_gate_enter_guest, unix_gate_leave_guest, unix_signal_entry, unix_gate_xsave
	.hidden	unix_signal_restorer, unix_gate_fast_begin, unix_gate_fast_end, unix_gate_fast_check
	.type	unix_gate_enter_guest, @function
	.type	unix_gate_leave_guest, @function
	.type	unix_gate_xsave, @function

/* FS := %rax. Clobbers rax, rcx, rdi, rsi, r11 where the instruction is not to be had. */
.macro SET_FS
	testb	$1, unix_have_fsgsbase(%rip)
	jz	90f
	wrfsbase %rax
	jmp	91f
90:	movq	%rax, %rsi
	movl	$0x1002, %edi		/* ARCH_SET_FS */
	movl	$158, %eax		/* arch_prctl */
	syscall
91:
.endm
/* rax := FS; the same clobbers. The stack must be the host's. */
.macro GET_FS
	testb	$1, unix_have_fsgsbase(%rip)
	jz	90f
	rdfsbase %rax
	jmp	91f
90:	pushq	%rax
	movq	%rsp, %rsi
	movl	$0x1003, %edi		/* ARCH_GET_FS */
	movl	$158, %eax
	syscall
	popq	%rax
91:
.endm

.macro SAVE_XMM n
	movaps	%xmm\n, %gs:T_VECTORS+64*\n
.endm
.macro LOAD_XMM n
	movaps	%gs:T_VECTORS+64*\n, %xmm\n
.endm
.macro SAVE_YMM n
	vmovaps	%ymm\n, %gs:T_VECTORS+64*\n
.endm
.macro LOAD_YMM n
	vmovaps	%gs:T_VECTORS+64*\n, %ymm\n
.endm
.macro SAVE_ZMM n
	vmovaps	%zmm\n, %gs:T_VECTORS+64*\n
.endm
.macro LOAD_ZMM n
	vmovaps	%gs:T_VECTORS+64*\n, %zmm\n
.endm
.macro SAVE_K n
	kmovq	%k\n, %gs:T_MASKS+8*\n
.endm
.macro LOAD_K n
	kmovq	%gs:T_MASKS+8*\n, %k\n
.endm
.macro REPEAT16 macro
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	\macro	\n
	.endr
.endm
.macro REPEAT32 macro
	REPEAT16 \macro
	.irp n, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	\macro	\n
	.endr
.endm
.macro REPEAT8 macro
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7
	\macro	\n
	.endr
.endm
/* unix_vector_level: 0 SSE, 1 AVX, 2 AVX-512 */
.macro VECTORS do
	cmpl	$1, unix_vector_level(%rip)
	je	81f
	ja	82f
	REPEAT16 \do\()_XMM
	jmp	83f
82:	REPEAT32 \do\()_ZMM
	REPEAT8 \do\()_K
	jmp	83f
81:	REPEAT16 \do\()_YMM
83:
.endm

	.p2align 6
unix_gate_entry:
	movq	%rsp, %gs:T_RSP
	movq	%rcx, %gs:T_RIP
	movq	%gs:T_HOST_SP, %rsp
	cmpq	unix_fast_count(%rip), %rax
	jae	1f
	movq	unix_fast_table(%rip), %rcx
	movq	(%rcx,%rax,8), %rcx
	testq	%rcx, %rcx
	jnz	unix_gate_fast
1:	pushfq
	popq	%gs:T_RFLAGS
	movq	%rax, %gs:T_RAX
	movq	%rdi, %gs:T_RDI
	movq	%rsi, %gs:T_RSI
	movq	%rdx, %gs:T_RDX
	movq	%r10, %gs:T_R10
	movq	%r8, %gs:T_R8
	movq	%r9, %gs:T_R9
	movq	%rbx, %gs:T_RBX
	movq	%rbp, %gs:T_RBP
	movq	%r12, %gs:T_R12
	movq	%r13, %gs:T_R13
	movq	%r14, %gs:T_R14
	movq	%r15, %gs:T_R15
	movl	$0, %gs:T_RESTORE
	stmxcsr	%gs:T_MXCSR
	VECTORS SAVE
	cld
	ldmxcsr	host_mxcsr(%rip)
	GET_FS
	movq	%rax, %gs:T_GUEST_FS
	movq	%gs:T_HOST_FS, %rax
	SET_FS
	movq	%gs:T_SELF, %rdi
	xorl	%ebp, %ebp
	call	unix_dispatch

	.p2align 4
unix_gate_exit_begin:
unix_gate_exit_check:
	movq	%gs:T_HOST_SP, %rsp
	cmpq	$0, %gs:T_WORK
	jne	1f
	VECTORS LOAD
	ldmxcsr	%gs:T_MXCSR
	movq	%gs:T_GUEST_FS, %rax
	SET_FS
	movq	%gs:T_RDI, %rdi
	movq	%gs:T_RSI, %rsi
	movq	%gs:T_RDX, %rdx
	movq	%gs:T_R10, %r10
	movq	%gs:T_R8, %r8
	movq	%gs:T_R9, %r9
	movq	%gs:T_RBX, %rbx
	movq	%gs:T_RBP, %rbp
	movq	%gs:T_R12, %r12
	movq	%gs:T_R13, %r13
	movq	%gs:T_R14, %r14
	movq	%gs:T_R15, %r15
	movq	%gs:T_RAX, %rax
	movq	%gs:T_RIP, %rcx
	movq	%gs:T_RFLAGS, %r11
	movq	%gs:T_RSP, %rsp
	/* The carry flag says whether the call failed; no call keeps the other ones in use. */
	btl	$0, %r11d
	jmpq	*%rcx

1:	cmpl	$0, %gs:T_PENDING
	jne	3f
	/* All registers: iretq sets rip, rsp and the flags at once. */
	cmpl	$UNIX_RESTORE_ALL, %gs:T_RESTORE
	je	2f
	VECTORS LOAD
	ldmxcsr	%gs:T_MXCSR
	jmp	4f
2:	movq	%gs:T_XSAVE, %rbx
	movl	$UNIX_XSAVE_PARTS, %eax
	xorl	%edx, %edx
	xrstor64 (%rbx)
4:	movq	%gs:T_GUEST_FS, %rax
	SET_FS
	movl	$SEL_SS, %eax
	pushq	%rax
	pushq	%gs:T_RSP
	pushq	%gs:T_RFLAGS
	movl	$SEL_CS, %eax
	pushq	%rax
	pushq	%gs:T_RIP
	movq	%gs:T_RDI, %rdi
	movq	%gs:T_RSI, %rsi
	movq	%gs:T_RDX, %rdx
	movq	%gs:T_R10, %r10
	movq	%gs:T_R8, %r8
	movq	%gs:T_R9, %r9
	movq	%gs:T_RBX, %rbx
	movq	%gs:T_RBP, %rbp
	movq	%gs:T_R12, %r12
	movq	%gs:T_R13, %r13
	movq	%gs:T_R14, %r14
	movq	%gs:T_R15, %r15
	movq	%gs:T_RAX, %rax
	movq	%gs:T_RCX, %rcx
	movq	%gs:T_R11, %r11
	iretq
	/* A signal waits. The registers that the host may have used become the guest's once more, so
	 * that the XSAVE area below gets the guest's state. The signal's handler may have restarted
	 * us with either FS. */
3:	movq	%gs:T_HOST_FS, %rax
	SET_FS
	jmp	5f
unix_gate_exit_end:
5:	movq	%gs:T_SELF, %rdi
	call	unix_exit_work
	jmp	unix_gate_exit_check

	/*
	 * The first tier: FS, vectors and what C keeps stay where they are. rcx: the thunk. When a
	 * signal has come meanwhile, what was left out is made up for: it is all still there.
	 */
	.p2align 5
unix_gate_fast:
	movq	%rax, %gs:T_RAX
	movq	%rdi, %gs:T_RDI
	movq	%rsi, %gs:T_RSI
	movq	%rdx, %gs:T_RDX
	movq	%r10, %gs:T_R10
	movq	%r8, %gs:T_R8
	movq	%r9, %gs:T_R9
	cld
	movq	%gs:T_SELF, %rdi
	leaq	T_RDI(%rdi), %rsi
	call	*%rcx
	testq	%rax, %rax
	js	2f
	movq	%rax, %gs:T_RAX
	movl	$0x202, %eax
	movq	%rax, %gs:T_RFLAGS
unix_gate_fast_begin:
unix_gate_fast_check:
	cmpl	$0, %gs:T_PENDING
	jne	3f
	movq	%gs:T_RDI, %rdi
	movq	%gs:T_RSI, %rsi
	movq	%gs:T_RDX, %rdx
	movq	%gs:T_R10, %r10
	movq	%gs:T_R8, %r8
	movq	%gs:T_R9, %r9
	movq	%gs:T_RAX, %rax
	movq	%gs:T_RIP, %rcx
	movq	%gs:T_RFLAGS, %r11
	movq	%gs:T_RSP, %rsp
	btl	$0, %r11d
	jmpq	*%rcx
3:	movq	%gs:T_HOST_SP, %rsp
	jmp	4f
unix_gate_fast_end:
4:	movq	%rbx, %gs:T_RBX
	movq	%rbp, %gs:T_RBP
	movq	%r12, %gs:T_R12
	movq	%r13, %gs:T_R13
	movq	%r14, %gs:T_R14
	movq	%r15, %gs:T_R15
	movl	$0, %gs:T_RESTORE
	stmxcsr	%gs:T_MXCSR
	VECTORS SAVE
	ldmxcsr	host_mxcsr(%rip)
	GET_FS
	movq	%rax, %gs:T_GUEST_FS
	jmp	unix_gate_exit_check
2:	movq	%gs:T_SELF, %rdi
	movq	%rax, %rsi
	call	unix_fast_result
	jmp	unix_gate_fast_check

	/* void unix_gate_xsave(struct unix_thread *t): the guest's extended state as it was saved on
	 * the way in, to the thread's XSAVE area. */
	.p2align 4
unix_gate_xsave:
	VECTORS LOAD
	ldmxcsr	%gs:T_MXCSR
	movq	%gs:T_XSAVE, %rcx
	/* XSAVE leaves the header's other fields alone: they must be zero for XRSTOR. */
	movl	$UNIX_XSAVE_PARTS, %eax
	xorl	%edx, %edx
	xsave64	(%rcx)
	ldmxcsr	host_mxcsr(%rip)
	ret

	/* void unix_gate_enter_guest(struct unix_thread *t): returns after unix_gate_leave_guest. */
	.p2align 4
unix_gate_enter_guest:
	.cfi_startproc
	pushq	%rbp
	.cfi_adjust_cfa_offset 8
	pushq	%rbx
	.cfi_adjust_cfa_offset 8
	pushq	%r12
	.cfi_adjust_cfa_offset 8
	pushq	%r13
	.cfi_adjust_cfa_offset 8
	pushq	%r14
	.cfi_adjust_cfa_offset 8
	pushq	%r15
	.cfi_adjust_cfa_offset 8
	subq	$8, %rsp
	.cfi_adjust_cfa_offset 8
	movq	%rsp, T_EXIT_SP(%rdi)
	andq	$-64, %rsp
	movq	%rsp, T_HOST_SP(%rdi)
	jmp	unix_gate_exit_check
	.cfi_endproc

	/* void unix_gate_leave_guest(struct unix_thread *t) */
	.p2align 4
unix_gate_leave_guest:
	movq	T_EXIT_SP(%rdi), %rsp
	addq	$8, %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	ret

	/* long unix_host(number, a, b, c, d, e, f): no signal makes it come back early. */
	.globl	unix_host
	.hidden	unix_host
	.type	unix_host, @function
	.p2align 4
unix_host:
	movq	%rdi, %rax
	movq	%rsi, %rdi
	movq	%rdx, %rsi
	movq	%rcx, %rdx
	movq	%r8, %r10
	movq	%r9, %r8
	movq	8(%rsp), %r9
	syscall
	ret

/*
 * Every signal enters here, on the thread's alternate stack, whose place tells the thread's block:
 * neither FS nor GS need be the host's. The handler's way back restores every register but FS.
 * r12: the block, r13: FS as it was.
 */
	.p2align 4
unix_signal_entry:
	movq	%rsp, %r12
	andq	$-UNIX_REGION, %r12
	movl	%edi, %ebx
	movq	%rsi, %rbp
	movq	%rdx, %r14
	cld
	andq	$-16, %rsp
	GET_FS
	movq	%rax, %r13
	movq	T_HOST_FS(%r12), %rax
	cmpq	%rax, %r13
	je	1f
	SET_FS
	/* A guest that changed GS by itself loses it: the host needs it. */
1:	testb	$1, unix_have_fsgsbase(%rip)
	jz	2f
	wrgsbase %r12
2:	movq	%r12, %rdi
	movl	%ebx, %esi
	movq	%rbp, %rdx
	movq	%r14, %rcx
	movq	%r13, %r8
	call	unix_signal_handler
	/* It says which FS the interrupted code goes on with. */
	cmpq	T_HOST_FS(%r12), %rax
	je	unix_signal_restorer_frame
	SET_FS
unix_signal_restorer_frame:
	/* The frame begins where the kernel put it: r14 points at its ucontext. */
	movq	%r14, %rsp
unix_signal_restorer:
	movl	$15, %eax		/* rt_sigreturn */
	syscall
	ud2

	.section .rodata
	.p2align 2
host_mxcsr:
	.long	0x1f80
	.section .note.GNU-stack,"",@progbits
