/* Offsets in struct unix_thread that unix_gate_x64.S shares with C; asserted in unix/thread.c. */
#ifndef SYSCALLS_GATE_UNIX_OFFSETS_H
#define SYSCALLS_GATE_UNIX_OFFSETS_H

#define T_SELF 0x00
#define T_RAX 0x08
#define T_RDI 0x10
#define T_RSI 0x18
#define T_RDX 0x20
#define T_R10 0x28
#define T_R8 0x30
#define T_R9 0x38
#define T_RBX 0x40
#define T_RBP 0x48
#define T_R12 0x50
#define T_R13 0x58
#define T_R14 0x60
#define T_R15 0x68
#define T_RSP 0x70
#define T_RIP 0x78
#define T_RFLAGS 0x80
#define T_RCX 0x88
#define T_R11 0x90
#define T_HOST_SP 0x98
#define T_HOST_FS 0xa0
#define T_GUEST_FS 0xa8
#define T_WORK 0xb0    /* pending and restore, as one */
#define T_PENDING 0xb0
#define T_RESTORE 0xb4
#define T_EXIT_SP 0xb8
#define T_XSAVE 0xc0   /* an XSAVE area in standard format */
#define T_MXCSR 0xc8
#define T_VECTORS 0x100 /* 32 registers of 64 bytes, then k0 to k7 */
#define T_MASKS 0x900

/* x87, SSE, AVX and AVX-512: what is the program's. Protection keys are the host's. */
#define UNIX_XSAVE_PARTS 0xe7

/* What restore says */
#define UNIX_RESTORE_NOTHING 0
#define UNIX_RESTORE_REGISTERS 1 /* all general registers; vectors as saved on the way in */
#define UNIX_RESTORE_ALL 2       /* and the XSAVE area */

/* A thread's block, alternate stack and what guards them: see unix/thread.c. */
#define UNIX_REGION 0x20000

#define SEL_CS 0x33
#define SEL_SS 0x2b

#endif
