/* NetBSD amd64: what a signal frame consists of, from ucontext.h, mcontext.h, siginfo.h, signal.h.
 */
#ifndef ABI_NETBSD_UCONTEXT_H
#define ABI_NETBSD_UCONTEXT_H

#include <stddef.h>
#include <stdint.h>

enum netbsd_greg {
    NETBSD_REG_RDI,
    NETBSD_REG_RSI,
    NETBSD_REG_RDX,
    NETBSD_REG_RCX,
    NETBSD_REG_R8,
    NETBSD_REG_R9,
    NETBSD_REG_R10,
    NETBSD_REG_R11,
    NETBSD_REG_R12,
    NETBSD_REG_R13,
    NETBSD_REG_R14,
    NETBSD_REG_R15,
    NETBSD_REG_RBP,
    NETBSD_REG_RBX,
    NETBSD_REG_RAX,
    NETBSD_REG_GS,
    NETBSD_REG_FS,
    NETBSD_REG_ES,
    NETBSD_REG_DS,
    NETBSD_REG_TRAPNO,
    NETBSD_REG_ERR,
    NETBSD_REG_RIP,
    NETBSD_REG_CS,
    NETBSD_REG_RFLAGS,
    NETBSD_REG_RSP,
    NETBSD_REG_SS,
    NETBSD_REG_COUNT
};
_Static_assert(NETBSD_REG_COUNT == 26, "__gregset_t");

struct netbsd_stack {
    uint64_t ss_sp, ss_size;
    int32_t ss_flags, pad;
};

struct netbsd_ucontext {
    uint32_t uc_flags, pad;
    uint64_t uc_link;
    uint32_t uc_sigmask[4];
    struct netbsd_stack uc_stack;
    uint64_t gregs[NETBSD_REG_COUNT];
    uint64_t tlsbase;
    unsigned char fpregs[512];
};
_Static_assert(sizeof(struct netbsd_ucontext) == 784, "ucontext_t");
_Static_assert(offsetof(struct netbsd_ucontext, gregs) == 56, "ucontext_t");

#define NETBSD_UC_SIGMASK 0x01u
#define NETBSD_UC_STACK 0x02u
#define NETBSD_UC_CPU 0x04u
#define NETBSD_UC_FPU 0x08u
#define NETBSD_UC_TLSBASE 0x00080000u
#define NETBSD_UC_SETSTACK 0x00010000u
#define NETBSD_UC_CLRSTACK 0x00020000u

/* Without the prefix si_: those names are macros of the host's headers. */
struct netbsd_siginfo {
    int32_t signo, code, error, pad;
    union {
        struct {
            int32_t pid;
            uint32_t uid;
            uint64_t value;
        } rt;
        struct {
            int32_t pid;
            uint32_t uid;
            int32_t status, pad;
            int64_t utime, stime;
        } child;
        struct {
            uint64_t address;
            int32_t trap, trap2, trap3;
        } fault;
        unsigned char size[112];
    };
};
_Static_assert(sizeof(struct netbsd_siginfo) == 128, "siginfo_t");

#define NETBSD_SI_USER 0
#define NETBSD_SI_QUEUE -1
#define NETBSD_SI_TIMER -2
#define NETBSD_SI_ASYNCIO -3
#define NETBSD_SI_MESGQ -4
#define NETBSD_SI_LWP -5
#define NETBSD_SI_NOINFO 32767

struct netbsd_sigaction {
    uint64_t handler;
    uint32_t mask[4];
    int32_t flags, pad;
};
_Static_assert(sizeof(struct netbsd_sigaction) == 32, "struct sigaction");

/* Ours, behind the context in a signal's frame: NetBSD's has no room for the upper halves of the
 * vector registers. It counts only where it names its own place. */
struct netbsd_extension {
    uint64_t magic, place, size, at;
};
#define NETBSD_EXTENSION_MAGIC 0x6d75727461706d6full

/* The handler returns to the trampoline that sigaction was told; r15 points at the ucontext. */
struct netbsd_sigframe {
    uint64_t ra;
    struct netbsd_siginfo si;
    struct netbsd_ucontext uc;
    struct netbsd_extension extension;
};

#define NETBSD_LWP_DETACHED 0x40
#define NETBSD_LWP_SUSPENDED 0x80

struct netbsd_lwpctl {
    int32_t curcpu, pctr;
};
#define NETBSD_LWPCTL_CPU_EXITED -2

#endif
