/* Copies that survive a fault: the fault handler sends any pc between the labels to the fix-up. */
	.text
	.globl	guest_copy_raw, guest_fill_raw, guest_copy_begin, guest_copy_end, guest_copy_fixup
	.hidden	guest_copy_raw, guest_fill_raw, guest_copy_begin, guest_copy_end, guest_copy_fixup
	.globl	guest_cas_raw, guest_cas_begin, guest_cas_end, guest_cas_fixup
	.hidden	guest_cas_raw, guest_cas_begin, guest_cas_end, guest_cas_fixup
	.type	guest_copy_raw, @function
	.type	guest_cas_raw, @function
	.type	guest_fill_raw, @function
	.p2align 4
guest_copy_begin:
guest_copy_raw:			/* rdi to, rsi from, rdx bytes */
	cmpq	$64, %rdx
	ja	3f
1:	subq	$8, %rdx
	jb	2f
	movq	(%rsi), %rax
	movq	%rax, (%rdi)
	addq	$8, %rsi
	addq	$8, %rdi
	jmp	1b
2:	addq	$8, %rdx
	jz	5f
4:	movzbl	(%rsi), %eax
	movb	%al, (%rdi)
	incq	%rsi
	incq	%rdi
	decq	%rdx
	jnz	4b
5:	xorl	%eax, %eax
	ret
3:	movq	%rdx, %rcx
	rep movsb
	xorl	%eax, %eax
	ret
guest_fill_raw:			/* rdi to, esi byte, rdx bytes */
	movq	%rdx, %rcx
	movl	%esi, %eax
	rep stosb
	xorl	%eax, %eax
	ret
guest_copy_end:
guest_copy_fixup:
	movl	$1, %eax
	ret
guest_cas_raw:			/* rdi word, rsi expected, edx value */
	movl	(%rsi), %eax
guest_cas_begin:
	lock cmpxchgl %edx, (%rdi)
guest_cas_end:
	movl	%eax, (%rsi)
	sete	%al
	movzbl	%al, %eax
	ret
guest_cas_fixup:
	movl	$-1, %eax
	ret
	.section .note.GNU-stack,"",@progbits
