/*
 * Trap back ends: what catches a raw `syscall` in guest code. Syscall User Dispatch where the
 * kernel has it, else a seccomp filter that traps by instruction pointer; both end in SIGSYS.
 */
#ifndef SYSCALLS_GATE_TRAP_H
#define SYSCALLS_GATE_TRAP_H

#include <signal.h>
#include <stdbool.h>

enum trap_kind { TRAP_AUTO, TRAP_PATCH, TRAP_SUD, TRAP_SECCOMP, TRAP_NONE };

/* Chooses and prepares a back end, before any guest code. kind other than AUTO forces it; false
 * with a sentence in *why when it is not to be had. */
bool trap_init(enum trap_kind kind, const char **why);
enum trap_kind trap_chosen(void);
const char *trap_name(enum trap_kind kind);

/* In every thread before its first guest instruction (also after fork). */
bool trap_arm_thread(void);

/* Of a SIGSYS: is it a system call that was kept from guest code, and which number? */
bool trap_is_guest_call(const siginfo_t *si);
unsigned trap_call_number(const siginfo_t *si);

/* For doctor: is the mechanism offered by this kernel? */
bool trap_probe(enum trap_kind kind);

#endif
