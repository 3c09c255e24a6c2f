/* Offsets and selectors that nt_gate_x64.S shares with C; asserted in nt_gate.c. */
#ifndef SYSCALLS_GATE_NT_OFFSETS_H
#define SYSCALLS_GATE_NT_OFFSETS_H

#define T_FRAME 24
#define T_PENDING 32
#define T_EXIT_SP 64
#define F_SIZE 1936

/* struct nt_frame's `restore` as C has it: NT_RESTORE_WITH_STATUS */
#define RESTORE_WITH_STATUS 2

/* Linux's selectors of 64-bit user code */
#define SEL_CS 0x33
#define SEL_SS 0x2b

#endif
