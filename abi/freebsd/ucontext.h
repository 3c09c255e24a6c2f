/* FreeBSD amd64: what a signal frame consists of, from ucontext.h, signal.h, sigframe.h. */
#ifndef ABI_FREEBSD_UCONTEXT_H
#define ABI_FREEBSD_UCONTEXT_H

#include <stddef.h>
#include <stdint.h>

struct freebsd_stack {
    uint64_t ss_sp, ss_size;
    int32_t ss_flags, pad;
};

struct freebsd_mcontext {
    uint64_t mc_onstack;
    uint64_t mc_rdi, mc_rsi, mc_rdx, mc_rcx, mc_r8, mc_r9, mc_rax, mc_rbx, mc_rbp;
    uint64_t mc_r10, mc_r11, mc_r12, mc_r13, mc_r14, mc_r15;
    uint32_t mc_trapno;
    uint16_t mc_fs, mc_gs;
    uint64_t mc_addr;
    uint32_t mc_flags;
    uint16_t mc_es, mc_ds;
    uint64_t mc_err, mc_rip, mc_cs, mc_rflags, mc_rsp, mc_ss;
    int64_t mc_len, mc_fpformat, mc_ownedfp;
    uint64_t mc_fpstate[64];
    uint64_t mc_fsbase, mc_gsbase, mc_xfpustate, mc_xfpustate_len;
    uint64_t mc_spare[4];
};
_Static_assert(sizeof(struct freebsd_mcontext) == 800, "mcontext_t");
_Static_assert(offsetof(struct freebsd_mcontext, mc_rip) == 160, "mcontext_t");
_Static_assert(offsetof(struct freebsd_mcontext, mc_fpstate) == 224, "mcontext_t");

#define FREEBSD_MC_HASSEGS 0x1
#define FREEBSD_MC_HASBASES 0x2
#define FREEBSD_MC_HASFPXSTATE 0x4
#define FREEBSD_MC_FPFMT_NODEV 0x10000
#define FREEBSD_MC_FPFMT_XMM 0x10002
#define FREEBSD_MC_FPOWNED_NONE 0x20000
#define FREEBSD_MC_FPOWNED_FPU 0x20001

struct freebsd_ucontext {
    uint32_t uc_sigmask[4];
    struct freebsd_mcontext uc_mcontext;
    uint64_t uc_link;
    struct freebsd_stack uc_stack;
    int32_t uc_flags;
    int32_t spare[4];
} __attribute__((aligned(16)));
_Static_assert(sizeof(struct freebsd_ucontext) == 880, "ucontext_t");
_Static_assert(offsetof(struct freebsd_ucontext, uc_stack) == 824, "ucontext_t");

/* Without the prefixes si_ and sa_: those names are macros of the host's headers. */
struct freebsd_siginfo {
    int32_t signo, error, code, pid;
    uint32_t uid;
    int32_t status;
    uint64_t addr, value;
    union {
        int32_t trapno;
        struct {
            int32_t timerid, overrun;
        };
        int64_t band;
        int64_t spare[5];
    };
};
_Static_assert(sizeof(struct freebsd_siginfo) == 80, "siginfo_t");

#define FREEBSD_SI_USER 0x10001
#define FREEBSD_SI_QUEUE 0x10002
#define FREEBSD_SI_TIMER 0x10003
#define FREEBSD_SI_ASYNCIO 0x10004
#define FREEBSD_SI_MESGQ 0x10005
#define FREEBSD_SI_KERNEL 0x10006
#define FREEBSD_SI_LWP 0x10007
#define FREEBSD_FPE_INTOVF 1
#define FREEBSD_FPE_INTDIV 2
#define FREEBSD_BUS_OBJERR 3

struct freebsd_sigaction {
    uint64_t handler;
    int32_t flags;
    uint32_t mask[4];
    uint32_t pad;
};
_Static_assert(sizeof(struct freebsd_sigaction) == 32, "struct sigaction");

/* The trampoline calls through its first word and gives the ucontext behind it to sigreturn. */
struct freebsd_sigframe {
    uint64_t sf_handler;
    uint64_t pad;
    struct freebsd_ucontext sf_uc;
    struct freebsd_siginfo sf_si;
};
_Static_assert(offsetof(struct freebsd_sigframe, sf_uc) == 16, "struct sigframe");

struct freebsd_thr_param {
    uint64_t start_func, arg, stack_base, stack_size, tls_base, tls_size, child_tid, parent_tid;
    int32_t flags, pad;
    uint64_t rtp, spare[3];
};
_Static_assert(sizeof(struct freebsd_thr_param) == 104, "struct thr_param");
#define FREEBSD_THR_SUSPENDED 1

#endif
