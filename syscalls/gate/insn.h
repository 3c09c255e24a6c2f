/* The length of an x86-64 instruction. Packaged decoders are shared libraries here, which the runner
 * does not load; the unit test compares this one with Zydis. Pure. */
#ifndef SYSCALLS_GATE_INSN_H
#define SYSCALLS_GATE_INSN_H

#include <stddef.h>
#include <stdint.h>

/* 0: not an instruction that is known, or more than n bytes. */
unsigned insn_length(const uint8_t *p, size_t n);

#endif
