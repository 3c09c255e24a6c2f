/*
 * long nt_block_call(const uint32_t *events, uint32_t mask, long number, long a, long b, long c,
 *                    long d, long e, long f)
 *
 * A host system call that is not made when *events has a bit of the mask. A signal that comes after
 * the test and before the call would be lost; the handler sends the thread to
 * nt_block_interrupted when it finds it between nt_block_begin and nt_block_end.
 */
	.text
	.globl	nt_block_call, nt_block_begin, nt_block_end, nt_block_interrupted
	.hidden	nt_block_call, nt_block_begin, nt_block_end, nt_block_interrupted
	.type	nt_block_call, @function
	.p2align 4
nt_block_call:
	.cfi_startproc
	movq	%rdi, %r11
	movq	%rcx, %rdi
	movl	%esi, %ecx
	movq	%rdx, %rax
	movq	%r8, %rsi
	movq	%r9, %rdx
	movq	8(%rsp), %r10
	movq	16(%rsp), %r8
	movq	24(%rsp), %r9
nt_block_begin:
	testl	%ecx, (%r11)
	jnz	nt_block_interrupted
	syscall
nt_block_end:
	ret
nt_block_interrupted:
	movq	$-4, %rax	/* -EINTR */
	ret
	.cfi_endproc
	.size	nt_block_call, . - nt_block_call
	.section .note.GNU-stack,"",@progbits
