/*
 * Patched call sites: the first trap of a `syscall` instruction replaces the instruction before it
 * with a jump to a stub, which does what that one did and goes to the gate. The `syscall` itself
 * stays, so a jump to it, a restart of the call, and a site that is not understood trap as before.
 * A site is patched when the bytes before it, the values they load, and the decoding of what leads
 * up to it agree; never by bytes alone. Patches stay.
 */
#ifndef SYSCALLS_UNIX_PATCH_H
#define SYSCALLS_UNIX_PATCH_H

#include "syscalls/unix/unix.h"

/* Before the first guest instruction. */
void unix_patch_init(bool on);
bool unix_patch_is_on(void);
/* Code of a file was mapped here; only such is patched. And it is gone. Any thread. */
void unix_patch_add_code(uintptr_t at, size_t n);
void unix_patch_remove_code(uintptr_t at, size_t n);

/* From the trap's handler: r are the guest's registers, rip behind the instruction. */
void unix_patch_site(const struct unix_registers *r);

/* A signal or a fault at pc in a stub: where the guest's own code goes on from there; else pc. */
uintptr_t unix_patch_origin(uintptr_t pc);
/* A breakpoint of ours, hit while another thread was at it: true, and the guest goes on at pc - 1.
 */
bool unix_patch_breakpoint(uintptr_t pc);
void unix_patch_after_fork(void);

#endif
