/*
 * The gate of 64-bit NT guests.
 *
 * nt_gate_entry: ntdll's stubs jump here with the call's number in eax and the first argument in
 * r10, the return address on top of the guest's stack. nt_gate_raw_entry: the trap of a raw
 * `syscall` comes here with the return address in rcx, as the instruction itself would leave it.
 *
 * The frame (struct nt_frame) lies at a fixed place on the thread's host stack; FS is the host's all
 * the time. A signal that interrupts the way back, between nt_gate_exit_begin and nt_gate_exit_end,
 * restarts it at nt_gate_exit_check, so what is pending is never missed; everything there is
 * recomputed from memory.
 */
#include "syscalls/gate/nt_offsets.h"

#define F_RIP 0x00
#define F_RSP 0x08
#define F_RBX 0x10
#define F_RBP 0x18
#define F_RSI 0x20
#define F_RDI 0x28
#define F_R12 0x30
#define F_R13 0x38
#define F_R14 0x40
#define F_R15 0x48
#define F_XMM 0x50
#define F_NUMBER 0xf0
#define F_MXCSR 0xf4
#define F_STACK_ARGS 0xf8
#define F_ARGS 0x100
#define F_STATUS 0x1a0
#define F_RESTORE 0x1a8
#define F_DIRECT 0x1ac
#define F_CONTEXT 0x1b0
#define F_WIDE 0x680
#define F_HIGH 0x690

/* CONTEXT */
#define C_EFLAGS 0x44
#define C_RAX 0x78
#define C_RCX 0x80
#define C_RDX 0x88
#define C_RBX 0x90
#define C_RSP 0x98
#define C_RBP 0xa0
#define C_RSI 0xa8
#define C_RDI 0xb0
#define C_R8 0xb8
#define C_R9 0xc0
#define C_R10 0xc8
#define C_R11 0xd0
#define C_R12 0xd8
#define C_R13 0xe0
#define C_R14 0xe8
#define C_R15 0xf0
#define C_RIP 0xf8
#define C_FLTSAVE 0x100

	.text
	.globl	nt_gate_entry_read
	.hidden	nt_gate_entry_read
	.globl	nt_gate_entry_saved, nt_gate_entry_done
	.hidden	nt_gate_entry_saved, nt_gate_entry_done
	.globl	nt_gate_entry, nt_gate_raw_entry, nt_gate_exit_begin, nt_gate_exit_end
	.globl	nt_gate_exit_check, nt_gate_enter_guest, nt_gate_leave_guest
	.hidden	nt_gate_entry, nt_gate_raw_entry, nt_gate_exit_begin, nt_gate_exit_end
	.hidden	nt_gate_exit_check, nt_gate_enter_guest, nt_gate_leave_guest
	.type	nt_gate_enter_guest, @function
	.type	nt_gate_leave_guest, @function

	.p2align 5
nt_gate_raw_entry:
	movq	%fs:nt_self_tls@tpoff, %r11
	movq	T_FRAME(%r11), %r11
	movq	%rcx, F_RIP(%r11)
	movq	%rsp, F_RSP(%r11)
	movl	$0, F_DIRECT(%r11)
	jmp	1f

	.p2align 5
nt_gate_entry:
	movq	%fs:nt_self_tls@tpoff, %r11
	movq	T_FRAME(%r11), %r11
nt_gate_entry_read:
	movq	(%rsp), %rcx
	movq	%rcx, F_RIP(%r11)
	leaq	8(%rsp), %rcx
	movq	%rcx, F_RSP(%r11)
	movl	$1, F_DIRECT(%r11)
nt_gate_entry_saved:
1:	movq	%rbx, F_RBX(%r11)
	movq	%rbp, F_RBP(%r11)
	movq	%rsi, F_RSI(%r11)
	movq	%rdi, F_RDI(%r11)
	movq	%r12, F_R12(%r11)
	movq	%r13, F_R13(%r11)
	movq	%r14, F_R14(%r11)
	movq	%r15, F_R15(%r11)
	movaps	%xmm6, F_XMM(%r11)
	movaps	%xmm7, F_XMM+0x10(%r11)
	movaps	%xmm8, F_XMM+0x20(%r11)
	movaps	%xmm9, F_XMM+0x30(%r11)
	movaps	%xmm10, F_XMM+0x40(%r11)
	movaps	%xmm11, F_XMM+0x50(%r11)
	movaps	%xmm12, F_XMM+0x60(%r11)
	movaps	%xmm13, F_XMM+0x70(%r11)
	movaps	%xmm14, F_XMM+0x80(%r11)
	movaps	%xmm15, F_XMM+0x90(%r11)
	movl	%eax, F_NUMBER(%r11)
	stmxcsr	F_MXCSR(%r11)
	leaq	0x28(%rsp), %rcx
	movq	%rcx, F_STACK_ARGS(%r11)
	movq	%r10, F_ARGS(%r11)
	movq	%rdx, F_ARGS+8(%r11)
	movq	%r8, F_ARGS+16(%r11)
	movq	%r9, F_ARGS+24(%r11)
	movl	$0, F_RESTORE(%r11)
	movq	%r11, %rsp
nt_gate_entry_done:
	cld
	ldmxcsr	host_mxcsr(%rip)
	movq	%r11, %rsi
	movq	%fs:nt_self_tls@tpoff, %rdi
	call	nt_dispatch
	/* The stack is at the frame again. NtContinue and its like have set a whole context there,
	 * which the status does not touch. */
	movl	%eax, %eax
	movq	%rax, F_STATUS(%rsp)

nt_gate_exit_begin:
nt_gate_exit_check:
	movq	%fs:nt_self_tls@tpoff, %rdi
	movq	T_FRAME(%rdi), %rsi
	movq	%rsi, %rsp
	cmpl	$0, T_PENDING(%rdi)
	jne	2f
	cmpl	$0, F_RESTORE(%rsi)
	jne	3f
	movq	%rsi, %r11
	ldmxcsr	F_MXCSR(%r11)
	movq	F_RBX(%r11), %rbx
	movq	F_RBP(%r11), %rbp
	movq	F_RSI(%r11), %rsi
	movq	F_RDI(%r11), %rdi
	movq	F_R12(%r11), %r12
	movq	F_R13(%r11), %r13
	movq	F_R14(%r11), %r14
	movq	F_R15(%r11), %r15
	movaps	F_XMM(%r11), %xmm6
	movaps	F_XMM+0x10(%r11), %xmm7
	movaps	F_XMM+0x20(%r11), %xmm8
	movaps	F_XMM+0x30(%r11), %xmm9
	movaps	F_XMM+0x40(%r11), %xmm10
	movaps	F_XMM+0x50(%r11), %xmm11
	movaps	F_XMM+0x60(%r11), %xmm12
	movaps	F_XMM+0x70(%r11), %xmm13
	movaps	F_XMM+0x80(%r11), %xmm14
	movaps	F_XMM+0x90(%r11), %xmm15
	movq	F_STATUS(%r11), %rax
	movq	F_RSP(%r11), %rsp
	cmpl	$0, F_DIRECT(%r11)
	je	4f
	/* The return address is still where the call left it: a ret keeps the CPU's return stack
	 * balanced, which a jump would not. */
	subq	$8, %rsp
	ret
4:	movq	F_RIP(%r11), %rcx
	jmpq	*%rcx
3:	/* Everything from a CONTEXT: iretq sets rip, rsp and the flags at once. */
	leaq	F_CONTEXT(%rsi), %r11
	cmpl	$RESTORE_WITH_STATUS, F_RESTORE(%rsi)
	jne	6f
	movq	F_STATUS(%rsi), %rax
	movq	%rax, C_RAX(%r11)
6:
	fxrstor64 C_FLTSAVE(%r11)
	cmpl	$0, F_WIDE(%rsi)
	je	5f
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	vinsertf128 $1, F_HIGH+\n*16(%rsi), %ymm\n, %ymm\n
	.endr
5:
	movl	$SEL_SS, %eax
	pushq	%rax
	pushq	C_RSP(%r11)
	movl	C_EFLAGS(%r11), %eax
	pushq	%rax
	movl	$SEL_CS, %eax
	pushq	%rax
	pushq	C_RIP(%r11)
	movq	C_RAX(%r11), %rax
	movq	C_RCX(%r11), %rcx
	movq	C_RDX(%r11), %rdx
	movq	C_RBX(%r11), %rbx
	movq	C_RBP(%r11), %rbp
	movq	C_RSI(%r11), %rsi
	movq	C_RDI(%r11), %rdi
	movq	C_R8(%r11), %r8
	movq	C_R9(%r11), %r9
	movq	C_R10(%r11), %r10
	movq	C_R12(%r11), %r12
	movq	C_R13(%r11), %r13
	movq	C_R14(%r11), %r14
	movq	C_R15(%r11), %r15
	movq	C_R11(%r11), %r11
	iretq
nt_gate_exit_end:
2:	call	nt_exit_work
	jmp	nt_gate_exit_check

	/* void nt_gate_enter_guest(struct nt_thread *t, struct nt_frame *f): f is on this stack. */
	.p2align 4
nt_gate_enter_guest:
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
	subq	$F_SIZE, %rsp
	andq	$-64, %rsp
	/* The frame moves to where the gate expects it: below everything that is live here. */
	movq	%rdi, %rbx
	movq	%rsp, %rdi
	movl	$F_SIZE, %ecx
	rep movsb
	movq	%rsp, T_FRAME(%rbx)
	jmp	nt_gate_exit_check
	.cfi_endproc

	/* void nt_gate_leave_guest(struct nt_thread *t) */
	.p2align 4
nt_gate_leave_guest:
	movq	T_EXIT_SP(%rdi), %rsp
	addq	$8, %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	ret

	.section .rodata
	.p2align 2
host_mxcsr:
	.long	0x1f80
	.section .note.GNU-stack,"",@progbits
