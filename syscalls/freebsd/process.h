/* What FreeBSD's files of process, threads and signals share. */
#ifndef SYSCALLS_FREEBSD_PROCESS_H
#define SYSCALLS_FREEBSD_PROCESS_H

#include "abi/freebsd/ucontext.h"
#include "syscalls/freebsd/freebsd.h"
#include "syscalls/unix/signal.h"
#include "syscalls/unix/start.h"

/* Code that every signal frame comes back to, in the guest's memory. */
extern uintptr_t freebsd_trampoline;

bool freebsd_start(struct unix_thread *t, const struct unix_start *s);
bool freebsd_signal_frame(struct unix_thread *t, const struct unix_signal *s);
/* What a thread that ends owes to the owners of robust mutexes. */
void freebsd_robust_exit(struct unix_thread *t);
void freebsd_siginfo(struct freebsd_siginfo *to, const siginfo_t *from);

#endif
