/*
 * Signals of the guest. The host's mask of a thread mirrors the guest's, so that the kernel queues
 * and routes; only the six that faults and traps raise are never blocked there. Dispositions
 * other than a handler are the host's own too. A signal for a handler either interrupts guest code
 * and is delivered at once, or it waits in the thread's slot, with all others blocked, for the way
 * out.
 */
#ifndef SYSCALLS_UNIX_SIGNAL_H
#define SYSCALLS_UNIX_SIGNAL_H

#include <time.h>

#include "syscalls/unix/unix.h"

/* Bit n-1: signal n, as in the foreign sigset_t. */
struct unix_mask {
    uint32_t bits[4];
};
static inline bool unix_mask_has(const struct unix_mask *m, int n)
{
    return (m->bits[(n - 1) / 32] >> ((n - 1) % 32)) & 1;
}
static inline void unix_mask_add(struct unix_mask *m, int n)
{
    m->bits[(n - 1) / 32] |= 1u << ((n - 1) % 32);
}
static inline void unix_mask_remove(struct unix_mask *m, int n)
{
    m->bits[(n - 1) / 32] &= ~(1u << ((n - 1) % 32));
}

/* The same values on both systems */
#define UNIX_SA_ONSTACK 0x1u
#define UNIX_SA_RESTART 0x2u
#define UNIX_SA_RESETHAND 0x4u
#define UNIX_SA_NOCLDSTOP 0x8u
#define UNIX_SA_NODEFER 0x10u
#define UNIX_SA_NOCLDWAIT 0x20u
#define UNIX_SA_SIGINFO 0x40u
#define UNIX_SIG_DFL 0u
#define UNIX_SIG_IGN 1u

#define UNIX_SS_ONSTACK 1
#define UNIX_SS_DISABLE 4

struct unix_action {
    uintptr_t handler;
    uint32_t flags;
    struct unix_mask mask;
    uintptr_t trampoline; /* NetBSD */
    int version;
};
struct unix_altstack {
    uintptr_t sp;
    size_t size;
    int flags;
};

/* The guest's whole state where a signal meets it. */
struct unix_signal {
    int number, code; /* foreign */
    int host;         /* the host's number */
    const siginfo_t *info;
    const struct unix_action *action;
    struct unix_registers *regs; /* in: interrupted; out: at the handler */
    uint64_t fs;
    const void *xsave; /* standard format, header checked */
    size_t xsave_size;
    struct unix_mask mask;              /* to come back to */
    unsigned long trap, error, address; /* of a fault */
};

void unix_signal_init(void);
/* Fills the map from the guest's numbers to the host's; part of the former. */
void unix_signal_map(void);
/* From now on kqueue hears of this signal (unix_kqueue_signal), even while it is ignored. */
void unix_signal_watch(int signal);
/* The first thread takes the mask that the process was started with. */
void unix_signal_inherit_mask(struct unix_thread *t);

/* Of the guest's table of actions. new NULL: only asked. 0 or -errno. */
int unix_action_get_set(int signal, const struct unix_action *new, struct unix_action *old);

/* Blocks and unblocks on the host what the guest's mask says. Own thread only. */
void unix_mask_set(struct unix_thread *t, const struct unix_mask *mask);
/* For sigsuspend and its like: a mask until the way out of the call. */
void unix_mask_replace(struct unix_thread *t, const struct unix_mask *mask);
void unix_host_mask(const struct unix_mask *mask, sigset_t *host);
void unix_mask_of_host(const sigset_t *host, struct unix_mask *mask);

/* Where a frame of n bytes goes: below the red zone or at the top of the alternate stack. 0: none.
 */
uintptr_t unix_signal_stack(struct unix_thread *t, const struct unix_signal *s, size_t n,
                            size_t align);
/* Sets all registers on the way out: for sigreturn. state: XSAVE image of n bytes of the guest's
 * (512: FXSAVE), NULL: leave vectors. Always -UNIX_EJUSTRETURN or -errno. */
int64_t unix_set_registers(struct unix_thread *t, const struct unix_registers *r);
/* The thread's XSAVE area filled with the state of now, or from a guest's image: legacy 512 bytes,
 * and what follows it (header and rest) of extra bytes, which may be none. */
bool unix_xsave_load(struct unix_thread *t, const void *legacy, const void *rest, size_t extra);

/* how: SIG_BLOCK 1, SIG_UNBLOCK 2, SIG_SETMASK 3, as both systems number them. 0 or -EINVAL. */
int64_t unix_mask_change(struct unix_thread *t, int how, const struct unix_mask *set);
void unix_signal_pending(struct unix_thread *t, struct unix_mask *pending);
/* Takes one of the set, waiting up to timeout (NULL: for ever). The foreign number; -EAGAIN: time
 * is up; -EINTR. */
int64_t unix_signal_wait(struct unix_thread *t, const struct unix_mask *set,
                         const struct timespec *timeout, siginfo_t *si);

int64_t unix_signal_process(int32_t pid, int signal);
/* To one thread of this process, with the code that the guest's siginfo is to show. */
int64_t unix_signal_thread(int32_t tid, int signal);

#endif
