#include "syscalls/gate/trap.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "syscalls/host/layout.h"

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#define PR_SYS_DISPATCH_OFF 0
#define PR_SYS_DISPATCH_ON 1
#endif
#ifndef SYS_USER_DISPATCH
#define SYS_USER_DISPATCH 2
#endif
#ifndef SYS_SECCOMP
#define SYS_SECCOMP 1
#endif

static enum trap_kind chosen = TRAP_NONE;

/* Everything above the guests' band may call the kernel without being asked; no selector byte. */
static int sud_on(void)
{
    return prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, GUEST_END, ~0ull - GUEST_END,
                 NULL);
}

static int sud_off(void)
{
    return prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_OFF, 0, 0, 0);
}

/*
 * The policy for what the host itself calls, as libseccomp compiles it: everything may be called,
 * but not with another architecture's numbers (int 0x80; 32-bit `syscall` on AMD, which reports the
 * vdso as its address; x32). Returns the number of instructions, 0: none could be made.
 */
static size_t policy(struct sock_filter *filter, size_t room)
{
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
    int fd[2];
    ssize_t got = 0;

    if (!ctx)
        return 0;
    /* What it gives is far smaller than a pipe. */
    if (seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_TRAP) == 0 &&
        pipe2(fd, O_CLOEXEC | O_NONBLOCK) == 0) {
        if (seccomp_export_bpf(ctx, fd[1]) == 0)
            got = read(fd[0], filter, room * sizeof(*filter));
        close(fd[0]);
        close(fd[1]);
    }
    seccomp_release(ctx);
    if (got <= 0 || (size_t)got % sizeof(*filter) != 0 || (size_t)got == room * sizeof(*filter))
        return 0;
    return (size_t)got / sizeof(*filter);
}

/* In front of the policy, what libseccomp has no words for: a call whose instruction pointer is the
 * guest's is trapped. Jumps are relative, so the two are one filter when they stand together; two
 * filters would not do, as the more severe of their answers would win. */
static bool seccomp_on(void)
{
    static const struct sock_filter prefix[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer) + 4),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (unsigned)(GUEST_END >> 32), 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
    };
    enum { PREFIX = sizeof(prefix) / sizeof(prefix[0]), ROOM = 256 };
    struct sock_filter filter[PREFIX + ROOM];
    size_t n = policy(filter + PREFIX, ROOM);
    struct sock_fprog prog = {(unsigned short)(PREFIX + n), filter};

    if (n == 0)
        return false;
    memcpy(filter, prefix, sizeof(prefix));
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) == 0;
}

bool trap_probe(enum trap_kind kind)
{
    unsigned action = SECCOMP_RET_TRAP;

    switch (kind) {
    case TRAP_SUD:
        if (sud_on() != 0)
            return false;
        if (chosen != TRAP_SUD)
            sud_off();
        return true;
    case TRAP_SECCOMP:
        return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
    default:
        return false;
    }
}

bool trap_init(enum trap_kind kind, const char **why)
{
    /* NT guests enter directly; patched sites are for personalities whose programs make raw calls.
     * What is left for a trap behind them is the same. */
    if (kind == TRAP_AUTO || kind == TRAP_PATCH)
        kind = trap_probe(TRAP_SUD) ? TRAP_SUD : TRAP_SECCOMP;
    if (kind == TRAP_SUD && sud_on() == 0) {
        chosen = TRAP_SUD;
        return true;
    }
    if (kind == TRAP_SECCOMP && seccomp_on()) {
        chosen = TRAP_SECCOMP; /* new threads and children inherit it */
        return true;
    }
    *why = kind == TRAP_SUD ? "this kernel refuses Syscall User Dispatch"
                            : "this kernel refuses seccomp filters";
    return false;
}

enum trap_kind trap_chosen(void)
{
    return chosen;
}

const char *trap_name(enum trap_kind kind)
{
    static const char *const names[] = {"auto", "patch", "sud", "seccomp", "none"};
    return names[kind];
}

bool trap_arm_thread(void)
{
    return chosen != TRAP_SUD || sud_on() == 0;
}

bool trap_is_guest_call(const siginfo_t *si)
{
    return (si->si_code == SYS_USER_DISPATCH || si->si_code == SYS_SECCOMP) &&
           si->si_arch == AUDIT_ARCH_X86_64 && (unsigned long)si->si_call_addr < GUEST_END;
}

unsigned trap_call_number(const siginfo_t *si)
{
    return (unsigned)si->si_syscall;
}
