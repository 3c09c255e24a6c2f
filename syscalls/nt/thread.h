/*
 * Threads of the NT personality: making them, stopping them, ending them.
 */
#ifndef SYSCALLS_NT_THREAD_H
#define SYSCALLS_NT_THREAD_H

#include "syscalls/nt/nt.h"

extern const struct nt_object_type nt_thread_type;

/* The block, TEB and guest stack of a new thread, not yet running; sizes in bytes, 0 = the
 * program's default. The caller owns one reference. */
NTSTATUS nt_thread_new(size_t stack_reserve, size_t stack_commit, struct nt_thread **t);

/* Runs the guest on the calling host thread until it exits: start is the first instruction behind
 * LdrInitializeThunk's NtContinue (normally RtlUserThreadStart), with rcx and rdx. */
void nt_thread_run(struct nt_thread *t, uintptr_t start, uintptr_t rcx, uintptr_t rdx);

/* Ends the calling thread (from a handler): never returns. */
void nt_thread_exit(struct nt_thread *t, NTSTATUS status) __attribute__((noreturn));

/* Starts a guest thread that no guest asked for (a control event's), from any host thread: it runs
 * routine(argument). ended is called in it when it has left the guest; may be NULL. */
NTSTATUS nt_thread_start_guest(uint64_t routine, uint64_t argument, void (*ended)(void));

/* Ends every other thread of the process; returns when none can touch guest memory any more. */
NTSTATUS nt_thread_end_others(struct nt_thread *t, NTSTATUS status);

/* On the way back to the guest: waits while suspended, takes a context that was set. */
void nt_thread_stop_point(struct nt_thread *t, struct nt_frame *f);
/* The same in the middle of a handler, which then goes on. */
void nt_thread_stop_in_call(struct nt_thread *t);

/* Makes the frame go to KiUserApcDispatcher for the first queued user APC, if any. */
void nt_thread_deliver_apc(struct nt_thread *t, struct nt_frame *f);

/* NtTestAlert: STATUS_SUCCESS, or STATUS_USER_APC when one will be delivered on the way back. */
NTSTATUS nt_thread_test_alert(struct nt_thread *t);

/* f leaves through the parts of a context that its ContextFlags name (dispatch.c). */
void nt_frame_set_context(struct nt_frame *f, const CONTEXT *context);

/* SIGRTMIN-like signal that interrupts a thread; see thread.c. */
#define NT_SIGNAL_INTERRUPT 40

/* Before the first guest instruction of any thread: alternate stack, trap back end. */
void nt_thread_arm(void);

#endif
