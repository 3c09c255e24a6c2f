/*
 * What the foreign Unix personalities (FreeBSD, NetBSD) share: the thread, the guest's registers,
 * the description of a system, and what a handler may use.
 *
 * A handler is `int64_t sys_NAME(struct unix_thread *t, ARGUMENTS)`. It returns its result, >= 0,
 * or minus an errno of the HOST; the dispatcher turns that into the foreign number. A foreign error
 * that the host has not is -UNIX_FOREIGN_ERROR(number). Pointers among the arguments are the
 * guest's: only guest_mem.h touches them, and a bad one is -EFAULT. A second result goes
 * through unix_result2. Handlers run on the thread's host stack with the host's FS; they may block
 * only in unix_block and its like, hold no lock then, and allocate only what the host bounds.
 *
 * sys_* handlers (syscalls/unix) serve every table; freebsd_* and netbsd_* one system.
 */
#ifndef SYSCALLS_UNIX_UNIX_H
#define SYSCALLS_UNIX_UNIX_H

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "syscalls/host/guest_mem.h"

/* --- errors --------------------------------------------------------------------------------- */

#define UNIX_FOREIGN_ERROR(n) (0x10000 + (n))
/* A blocking call was interrupted and starts again if the signal's action says SA_RESTART. */
#define UNIX_ERESTART 0x20000
/* The handler has set all registers (sigreturn, setcontext). */
#define UNIX_EJUSTRETURN 0x20001

/* --- calls ---------------------------------------------------------------------------------- */

#define UNIX_MAX_ARGS 10

struct unix_thread;

struct unix_decoder_row {
    uint64_t value; /* of a structure: the offset */
    const char *symbol;
    const char *type; /* of a structure's field */
};
enum unix_decoder_kind { UNIX_DECODE_ENUM, UNIX_DECODE_FLAGS, UNIX_DECODE_STRUCT };
struct unix_decoder {
    const char *name;
    enum unix_decoder_kind kind;
    const struct unix_decoder_row *rows;
    unsigned count;
};
struct unix_call_arg {
    const char *name, *type; /* type as in the table, without the decoder */
    const struct unix_decoder *decoder;
};
/*
 * Handlers of the first tier are called with the guest's FS and vector registers in place, which
 * saves most of the way. They are declared UNIX_FAST (so are functions of ours that they call, but
 * for unix_host and guest_mem.h's): no vector registers, no thread-local variables (errno is one),
 * nothing of libc, no second look at a call that gave -UNIX_ERESTART. Their rows have a + before
 * the handler.
 */
#ifdef __clang__
#define UNIX_FAST __attribute__((target("no-mmx,no-sse")))
#else
#define UNIX_FAST __attribute__((target("general-regs-only"), optimize("no-stack-protector")))
#endif
typedef int64_t unix_thunk(struct unix_thread *t, const uint64_t *a);

struct unix_call {
    const char *name, *group;
    unsigned arg_count;
    const struct unix_call_arg *args;
    unix_thunk *thunk; /* NULL: not implemented */
};

/* --- a system ------------------------------------------------------------------------------- */

/* Where and how a program starts; filled by the loader. */
struct unix_start;
/* A signal on its way to the guest: syscalls/unix/signal.h. */
struct unix_signal;

struct unix_abi;
struct unix_personality {
    const char *name;    /* "FreeBSD" */
    const char *release; /* what uname and kern.osrelease say: "14.1-RELEASE" */
    uint32_t osreldate;  /* FreeBSD __FreeBSD_version, NetBSD __NetBSD_Version__ */
    const struct unix_call *calls;
    unsigned call_count;
    unix_thunk *const *fast; /* by number: the thunk, if it is of the first tier */
    /* Indexed by the host's errno; 0: no such code there, answered as EINVAL's. */
    const uint8_t *errno_of_host;
    unsigned errno_count;
    const char *const *errno_names; /* indexed by the foreign number */
    unsigned errno_name_count;
    const uint8_t *signal_of_host; /* _NSIG entries; 0: none. The other way is computed from it. */
    unsigned signal_count;         /* numbers from 1 up to here are valid */
    const char *const *signal_names; /* indexed by the foreign number, "SIGINT" */
    unsigned signal_name_count;
    uint8_t indirect[2];        /* numbers of syscall(2) and __syscall(2) */
    int32_t continued_status;   /* what wait says of a child that goes on */
    bool clears_rdx;            /* a call without second result leaves 0 in rdx */
    const struct unix_abi *abi; /* flags, numbers and layouts: syscalls/unix/abi.h */
    /* Writes arguments, environment and auxiliary vector; sets the registers of the first thread.
     */
    bool (*start)(struct unix_thread *t, const struct unix_start *s);
    /* Puts a signal frame on the guest's stack and turns *r to the handler. False: no room. */
    bool (*signal_frame)(struct unix_thread *t, const struct unix_signal *s);
};
/* The one of this process; set before the first guest instruction. */
extern const struct unix_personality *unix_system;

int unix_errno_of_host(int host);     /* the foreign number */
int unix_signal_of_host(int host);    /* 0: none */
int unix_signal_to_host(int foreign); /* 0: none */

/* Host real-time signals: the first two are libc's, the third our own; guests have the rest. */
#define UNIX_HOST_INTERNAL 34
#define UNIX_HOST_RT 35

/* --- the process ---------------------------------------------------------------------------- */

struct unix_process {
    const char *program;     /* absolute host path */
    const char *const *argv; /* the guest's, NULL-terminated */
    const char *root;        /* --root: no trailing slash; NULL without */
    int root_fd;             /* O_PATH, or -1 */
    bool verbose, quiet;
    uintptr_t stack_top; /* main thread's stack, for sysctl */
    uintptr_t ps_strings;
};
extern struct unix_process unix_process;

/* --- threads -------------------------------------------------------------------------------- */

/* The guest's general registers, in the order that gate/unix_offsets.h knows. */
struct unix_registers {
    uint64_t rax;
    uint64_t arg[6]; /* rdi rsi rdx r10 r8 r9 */
    uint64_t rbx, rbp, r12, r13, r14, r15;
    uint64_t rsp, rip, rflags;
    uint64_t rcx, r11; /* a call does not keep them */
};
#define UNIX_RDX 2 /* in arg */

struct unix_thread *unix_self(void);

/* The second result (pipe, fork, getpid's parent...), which goes to rdx. */
void unix_result2(struct unix_thread *t, uint64_t value);
/* A copy of the guest's registers as of the call; number in rax. */
const struct unix_registers *unix_registers(const struct unix_thread *t);
/* The thread's id, as thr_self and _lwp_self tell it. */
int32_t unix_thread_id(const struct unix_thread *t);

/* --- blocking -------------------------------------------------------------------------------- */

/*
 * A host system call that a signal for the guest interrupts, also one that arrives just
 * before it. The result of the call, or minus an errno; interrupted: -EINTR (unix_block, for calls
 * that never restart: select, poll, nanosleep, kevent, sigsuspend, timed waits) or -UNIX_ERESTART
 * (unix_block_restart: read, write, wait4, flock, accept, ...).
 */
long unix_block(struct unix_thread *t, long number, long a, long b, long c, long d, long e, long f);
long unix_block_restart(struct unix_thread *t, long number, long a, long b, long c, long d, long e,
                        long f);
#define unix_block6(t, n, a, b, c, d, e, f)                                                        \
    unix_block(t, n, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
/* A call that does not block: host result or -errno, without errno's detour. */
long unix_host(long number, long a, long b, long c, long d, long e, long f);
/* Is a signal for the guest waiting for the way out? For loops that wait in several steps. */
bool unix_interrupted(const struct unix_thread *t);

/* --- paths ----------------------------------------------------------------------------------- */

/*
 * Reads a path of the guest and says where it is on the host: *dirfd and out (at most PATH_MAX with
 * terminator). Absolute ones are looked for under --root first, then on the host, as the
 * calls with creation in mind do too: a new name goes where its folder is found first.
 * 0 or -errno (-EFAULT, -ENAMETOOLONG, -ENOENT for "").
 */
int unix_path(struct unix_thread *t, int *dirfd, const char *guest, char out[PATH_MAX]);
/* The name in the guest's /proc of the link to its own program: readlink answers
 * unix_process.program. */
bool unix_path_is_program(const char *path);
/* A string of the guest, terminator included; -EFAULT, or -ENAMETOOLONG if max is too small. */
int unix_string(const char *guest, char *out, size_t max);

/* --- descriptors ----------------------------------------------------------------------------- */

/* The guest's descriptors are the host's, with the same numbers. What the host opens for itself
 * moves up here, close-on-exec, out of reach of close, dup2 and closefrom: ask unix_fd_is_ours. */
int unix_fd_keep(int fd);
bool unix_fd_is_ours(int fd);

#endif
