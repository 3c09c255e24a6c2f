/*
 * A guest's thread: a host thread with a block of its own, which lies at the base of an aligned
 * region that also holds the alternate signal stack, so that a signal finds it without FS or GS.
 */
#ifndef SYSCALLS_UNIX_THREAD_H
#define SYSCALLS_UNIX_THREAD_H

#include <pthread.h>
#include <ucontext.h>

#include "syscalls/gate/unix_offsets.h"
#include "syscalls/unix/signal.h"
#include "syscalls/unix/unix.h"

#define UNIX_SYNC_SIGNALS 6 /* SIGSEGV, BUS, FPE, ILL, TRAP, SYS: never blocked on the host */

struct unix_thread {
    struct unix_thread *self;
    struct unix_registers regs;
    uint64_t host_sp, host_fs, guest_fs;
    /* The gate reads both as one. pending: own thread only (signal handlers included). */
    uint32_t pending, restore;
    uint64_t exit_sp;
    void *xsave;
    uint32_t mxcsr;
    /* --- the gate knows what is above, and the next two --- */
    uint64_t vectors[32][8] __attribute__((aligned(64)));
    uint64_t masks[8];

    int32_t tid;           /* as the guest knows it */
    bool restart;          /* the call came back with ERESTART */
    bool masked;           /* a call has replaced the mask until its way out: old_mask */
    struct unix_mask mask; /* the guest's */
    struct unix_mask old_mask;
    struct unix_altstack altstack;
    /* The signal that came while the host was at work: with it, all others are blocked. */
    bool slot_full;
    int slot_signal; /* the host's number */
    siginfo_t slot;
    /* Signals that the host cannot block, while the guest has them blocked or a slot is full. */
    uint32_t held; /* bit: index of sync signal */
    siginfo_t held_info[UNIX_SYNC_SIGNALS];

    struct unix_thread *next, *previous; /* of all threads, under the list's lock */
    uintptr_t exit_word;    /* FreeBSD thr_exit: set to 1 and woken when the thread has gone */
    uintptr_t tid_words[2]; /* where to put the new thread's id before it starts; 0: nowhere */
    uintptr_t robust_lists[3];
    _Atomic uint32_t wake;      /* thr_wake, _lwp_unpark: a token, futex */
    _Atomic uint32_t suspended; /* _lwp_suspend: futex */
    _Atomic uint32_t stop;      /* reasons to come out of the guest: UNIX_STOP_* */
    bool detached, gone;
    void *private; /* the personality's own */
    char name[32];
};

#define UNIX_PENDING_SIGNAL 1u
#define UNIX_PENDING_STOP 2u /* look at stop */

#define UNIX_STOP_SUSPEND 1u
#define UNIX_STOP_EXIT 2u

/* What the processor and the kernel offer; set before the first guest instruction. */
extern uint8_t unix_have_fsgsbase;
extern int unix_vector_level;
extern size_t unix_xsave_size;

/* Gate */
extern const char unix_gate_fast_begin[], unix_gate_fast_end[], unix_gate_fast_check[];
extern const char unix_gate_entry[], unix_gate_exit_begin[], unix_gate_exit_end[],
    unix_gate_exit_check[];
void unix_gate_enter_guest(struct unix_thread *t);
void unix_gate_leave_guest(struct unix_thread *t) __attribute__((noreturn));
void unix_gate_xsave(struct unix_thread *t);
void unix_signal_entry(int sig, siginfo_t *si, void *uc);
void unix_signal_restorer(void);

/* Called by the gate */
void unix_fast_result(struct unix_thread *t, int64_t r);
void unix_dispatch(struct unix_thread *t);
void unix_exit_work(struct unix_thread *t);
uint64_t unix_signal_handler(struct unix_thread *t, int sig, siginfo_t *si, ucontext_t *uc,
                             uint64_t fs);

void unix_thread_system_init(void);
void unix_dispatch_init(void);
/* A block for a thread that does not run yet; NULL: no memory. */
struct unix_thread *unix_thread_new(void);
/* In the new thread itself: GS, alternate stack, trap, list. False: the host refuses. */
bool unix_thread_attach(struct unix_thread *t);
/* Runs the guest in the calling thread until it leaves, and gives the block back. */
void unix_thread_run(struct unix_thread *t);
/* A host thread that runs t, whose registers are set. 0 or -errno. The mask is the caller's. */
int unix_thread_start(struct unix_thread *t, int32_t *id);
/* Where a thread does what others asked of it (stop): no host lock is held. */
void unix_thread_stop_point(struct unix_thread *t);
/* Asks t to come to its stop point. Under unix_thread_with. */
void unix_thread_ask(struct unix_thread *t, uint32_t reason);
/* For threads that are not detached: waits for one to end (tid 0: any) and forgets it. Its id, or
 * minus an errno: -ESRCH, -EINVAL (it is detached), -EDEADLK, -EINTR. */
int64_t unix_thread_wait(struct unix_thread *t, int32_t tid);
/* Nobody waits for this one any more. False: there is no such ended thread. */
bool unix_thread_forget(int32_t tid);
/* The thread ends; the last one ends the process with status 0. */
void unix_thread_exit(struct unix_thread *t) __attribute__((noreturn));
/* The child of a fork has this one thread. */
void unix_thread_after_fork(struct unix_thread *t);
unsigned unix_thread_count(void);

/* The list of threads: find one, and do something while it cannot go away. No guest memory and no
 * blocking in fn. False: no such thread. */
bool unix_thread_with(int32_t tid, void (*fn)(struct unix_thread *t, void *arg), void *arg);
void unix_thread_each(void (*fn)(struct unix_thread *t, void *arg), void *arg);

void unix_exit_process(int status) __attribute__((noreturn));

#endif
