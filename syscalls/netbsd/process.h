/* What NetBSD's files of process, threads and signals share. */
#ifndef SYSCALLS_NETBSD_PROCESS_H
#define SYSCALLS_NETBSD_PROCESS_H

#include "abi/netbsd/ucontext.h"
#include "syscalls/netbsd/netbsd.h"
#include "syscalls/unix/signal.h"
#include "syscalls/unix/start.h"

bool netbsd_start(struct unix_thread *t, const struct unix_start *s);
bool netbsd_signal_frame(struct unix_thread *t, const struct unix_signal *s);
void netbsd_siginfo(struct netbsd_siginfo *to, const siginfo_t *from);
void netbsd_registers_of(const struct netbsd_ucontext *uc, struct unix_registers *r);

#endif
