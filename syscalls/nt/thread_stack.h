/*
 * The memory of threads, kept for the next ones: mapping and unmapping it is most of what a short
 * thread costs.
 */
#ifndef SYSCALLS_NT_THREAD_STACK_H
#define SYSCALLS_NT_THREAD_STACK_H

#include "syscalls/nt/nt.h"

/* Starts a host thread for run(arg), with a host stack and an alternate stack for signals, which
 * nt_host_thread_alternate gives it. Never joined by the caller. An errno, 0: good. */
int nt_host_thread_start(void *(*run)(void *), void *arg);

/* The calling thread's alternate stack; NULL: nt_host_thread_start has not made it. */
void *nt_host_thread_alternate(size_t *size);

/* A TEB and a guest stack of an ended thread, zeroed and as vm_reserve and vm_commit make them, but
 * commit may come back larger. In and out: the stack's sizes in bytes. False: there is none. */
struct nt_thread_memory {
    uintptr_t teb, stack;
    size_t reserve, commit;
};
bool nt_thread_memory_take(struct nt_thread_memory *m);
/* Keeps it, if it is still whole and there is room; else false, and it is to be released. */
bool nt_thread_memory_keep(const struct nt_thread_memory *m);

#endif
