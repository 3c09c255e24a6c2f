#include "syscalls/gate/trap.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
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
    return prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, GUEST_END,
                 ~0ull - GUEST_END, NULL);
}

static int sud_off(void)
{
    return prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_OFF, 0, 0, 0);
}

/* Traps every call whose instruction pointer is the guest's, and every call of another
 * architecture (int 0x80, and 32-bit `syscall` on AMD, which reports the vdso as its address). */
static bool seccomp_on(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 0, 2),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer) + 4),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (unsigned)(GUEST_END >> 32), 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog prog = {sizeof(filter) / sizeof(filter[0]), filter};

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
