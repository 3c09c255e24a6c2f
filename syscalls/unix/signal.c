#include "syscalls/unix/signal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

#include "freebsd_handlers.h"
#include "netbsd_handlers.h"
#include "syscalls/gate/trap.h"
#include "syscalls/unix/patch.h"
#include "syscalls/unix/kqueue.h"
#include "syscalls/unix/thread.h"
#include "syscalls/unix/trace.h"

#define SA_RESTORER_FLAG 0x04000000
#define XSAVE_LEGACY 512u
#define XSAVE_HEADER 64u
#define XSTATE_MAGIC 0x46505853u /* FP_XSTATE_MAGIC1 */

/* What sigaction of the kernel takes: glibc's would put its own restorer in. */
struct host_action {
    uintptr_t handler;
    unsigned long flags;
    void (*restorer)(void);
    uint64_t mask;
};

extern const char nt_block_begin[], nt_block_end[], nt_block_interrupted[];

static pthread_mutex_t action_lock = PTHREAD_MUTEX_INITIALIZER;
static struct unix_action actions[132]; /* by foreign number, under action_lock */
static uint8_t to_host[132];            /* constant after unix_signal_init */

/* Raised by faults and traps: the host never blocks, ignores or defaults them. */
static const uint8_t sync_signals[UNIX_SYNC_SIGNALS] = {SIGSEGV, SIGBUS,  SIGFPE,
                                                        SIGILL,  SIGTRAP, SIGSYS};

static int sync_index(int host)
{
    for (int i = 0; i < UNIX_SYNC_SIGNALS; i++)
        if (sync_signals[i] == host)
            return i;
    return -1;
}

int unix_signal_of_host(int host)
{
    return host > 0 && host < _NSIG ? unix_system->signal_of_host[host] : 0;
}

int unix_signal_to_host(int foreign)
{
    return foreign > 0 && (unsigned)foreign < sizeof(to_host) ? to_host[foreign] : 0;
}

/* --- masks ---------------------------------------------------------------------------------- */

static uint64_t host_bits(const struct unix_mask *mask)
{
    uint64_t bits = 0;

    for (int word = 0; word < 4; word++)
        for (uint32_t rest = mask->bits[word]; rest; rest &= rest - 1) {
            int host = to_host[word * 32 + __builtin_ctz(rest) + 1];
            if (host && sync_index(host) < 0)
                bits |= 1ull << (host - 1);
        }
    return bits;
}

/* All but those that must not be blocked, and libc's own two. */
static uint64_t all_bits(void)
{
    uint64_t bits = ~0ull & ~(3ull << 31);

    for (int i = 0; i < UNIX_SYNC_SIGNALS; i++)
        bits &= ~(1ull << (sync_signals[i] - 1));
    return bits;
}

static void set_host_mask(uint64_t bits)
{
    unix_host(SYS_rt_sigprocmask, SIG_SETMASK, (long)&bits, 0, 8, 0, 0);
}

void unix_host_mask(const struct unix_mask *mask, sigset_t *host)
{
    uint64_t bits = host_bits(mask);

    sigemptyset(host);
    memcpy(host, &bits, sizeof(bits));
}

void unix_mask_of_host(const sigset_t *host, struct unix_mask *mask)
{
    *mask = (struct unix_mask){{0}};
    for (int i = 1; i < _NSIG; i++)
        if (unix_signal_of_host(i) && sigismember(host, i))
            unix_mask_add(mask, unix_signal_of_host(i));
}

static void without_unblockable(struct unix_mask *m)
{
    /* SIGKILL and SIGSTOP have the same numbers on all systems here. */
    unix_mask_remove(m, 9);
    unix_mask_remove(m, 17);
}

/* A held signal that is no longer blocked goes out with the next way out. */
static void look_at_held(struct unix_thread *t)
{
    for (int i = 0; t->held >> i; i++)
        if ((t->held >> i & 1) && !unix_mask_has(&t->mask, unix_signal_of_host(sync_signals[i])))
            t->pending |= UNIX_PENDING_SIGNAL;
}

void unix_mask_set(struct unix_thread *t, const struct unix_mask *mask)
{
    t->mask = *mask;
    without_unblockable(&t->mask);
    /* With a signal in the slot all stay blocked; the way out sets the mask. Blocking first makes
     * the test safe: the handler fills the slot only while something is open. */
    set_host_mask(all_bits());
    look_at_held(t);
    if (!t->slot_full)
        set_host_mask(host_bits(&t->mask));
}

void unix_mask_replace(struct unix_thread *t, const struct unix_mask *mask)
{
    if (!t->masked)
        t->old_mask = t->mask;
    t->masked = true;
    unix_mask_set(t, mask);
}

/* --- actions -------------------------------------------------------------------------------- */

/* Signals whose default is to be ignored there, while the host would end the process. */
static bool default_ignores(int foreign)
{
    const char *name =
        foreign < (int)unix_system->signal_name_count ? unix_system->signal_names[foreign] : NULL;
    static const char *const names[] = {"SIGURG",  "SIGCHLD", "SIGIO",    "SIGWINCH",
                                        "SIGINFO", "SIGTHR",  "SIGLIBRT", "SIGPWR"};

    for (size_t i = 0; name && i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* Signals that a kqueue counts, also where the guest ignores them: they come here all the same. */
static _Atomic bool watched[sizeof(to_host)];

static bool is_ignored(int foreign, const struct unix_action *a)
{
    return a->handler == UNIX_SIG_IGN || (a->handler == UNIX_SIG_DFL && default_ignores(foreign));
}

static int host_disposition(int host, int foreign, const struct unix_action *a)
{
    struct host_action h = {.mask = all_bits()};
    int sync = sync_index(host);

    if (a->handler == UNIX_SIG_IGN && sync < 0)
        h.handler = (uintptr_t)SIG_IGN;
    else if (a->handler == UNIX_SIG_DFL && sync < 0)
        /* SIG_IGN would reap children: an ignored SIGCHLD is not the default one. */
        h.handler = (uintptr_t)(default_ignores(foreign) && host != SIGCHLD ? SIG_IGN : SIG_DFL);
    else
        h.handler = (uintptr_t)unix_signal_entry;
    h.flags = SA_SIGINFO | SA_ONSTACK | SA_RESTORER_FLAG;
    if (watched[foreign] && sync < 0 && is_ignored(foreign, a)) {
        h.handler = (uintptr_t)unix_signal_entry;
        h.flags |= SA_RESTART;
    }
    h.restorer = unix_signal_restorer;
    if (sync >= 0)
        h.flags |= SA_NODEFER;
    if (a->flags & UNIX_SA_NOCLDSTOP)
        h.flags |= SA_NOCLDSTOP;
    if (a->flags & UNIX_SA_NOCLDWAIT)
        h.flags |= SA_NOCLDWAIT;
    return (int)unix_host(SYS_rt_sigaction, host, (long)&h, 0, 8, 0, 0);
}

int unix_action_get_set(int signal, const struct unix_action *new, struct unix_action *old)
{
    int error = 0;

    if (signal <= 0 || (unsigned)signal >= unix_system->signal_count)
        return -EINVAL;
    pthread_mutex_lock(&action_lock);
    if (old)
        *old = actions[signal];
    if (new) {
        if (to_host[signal] && signal != 9 && signal != 17)
            error = host_disposition(to_host[signal], signal, new);
        if (error == 0) {
            actions[signal] = *new;
            without_unblockable(&actions[signal].mask);
        }
    }
    pthread_mutex_unlock(&action_lock);
    return error;
}

void unix_signal_watch(int signal)
{
    pthread_mutex_lock(&action_lock);
    if (!watched[signal]) {
        watched[signal] = true;
        host_disposition(to_host[signal], signal, &actions[signal]);
    }
    pthread_mutex_unlock(&action_lock);
}

/* The action for a delivery; with RESETHAND it is the last one. */
static void take_action(int signal, struct unix_action *a)
{
    pthread_mutex_lock(&action_lock);
    *a = actions[signal];
    if ((a->flags & UNIX_SA_RESETHAND) && a->handler > UNIX_SIG_IGN) {
        actions[signal].handler = UNIX_SIG_DFL;
        actions[signal].flags &= ~UNIX_SA_SIGINFO;
        host_disposition(to_host[signal], signal, &actions[signal]);
    }
    pthread_mutex_unlock(&action_lock);
}

/* --- delivery ------------------------------------------------------------------------------- */

static void die_of(int host) __attribute__((noreturn));
static void die_of(int host)
{
    struct host_action h = {0};
    uint64_t none = 0;

    unix_host(SYS_rt_sigaction, host, (long)&h, 0, 8, 0, 0);
    set_host_mask(none);
    unix_host(SYS_tgkill, getpid(), syscall(SYS_gettid), host, 0, 0, 0);
    unix_exit_process(128 + host);
}

static void registers_of_ucontext(const ucontext_t *uc, struct unix_registers *r)
{
    const greg_t *g = uc->uc_mcontext.gregs;

    r->rax = (uint64_t)g[REG_RAX];
    r->arg[0] = (uint64_t)g[REG_RDI];
    r->arg[1] = (uint64_t)g[REG_RSI];
    r->arg[2] = (uint64_t)g[REG_RDX];
    r->arg[3] = (uint64_t)g[REG_R10];
    r->arg[4] = (uint64_t)g[REG_R8];
    r->arg[5] = (uint64_t)g[REG_R9];
    r->rbx = (uint64_t)g[REG_RBX];
    r->rbp = (uint64_t)g[REG_RBP];
    r->r12 = (uint64_t)g[REG_R12];
    r->r13 = (uint64_t)g[REG_R13];
    r->r14 = (uint64_t)g[REG_R14];
    r->r15 = (uint64_t)g[REG_R15];
    r->rsp = (uint64_t)g[REG_RSP];
    r->rip = (uint64_t)g[REG_RIP];
    r->rflags = (uint64_t)g[REG_EFL];
    r->rcx = (uint64_t)g[REG_RCX];
    r->r11 = (uint64_t)g[REG_R11];
}

static void ucontext_of_registers(const struct unix_registers *r, ucontext_t *uc)
{
    greg_t *g = uc->uc_mcontext.gregs;

    g[REG_RAX] = (greg_t)r->rax;
    g[REG_RDI] = (greg_t)r->arg[0];
    g[REG_RSI] = (greg_t)r->arg[1];
    g[REG_RDX] = (greg_t)r->arg[2];
    g[REG_R10] = (greg_t)r->arg[3];
    g[REG_R8] = (greg_t)r->arg[4];
    g[REG_R9] = (greg_t)r->arg[5];
    g[REG_RBX] = (greg_t)r->rbx;
    g[REG_RBP] = (greg_t)r->rbp;
    g[REG_R12] = (greg_t)r->r12;
    g[REG_R13] = (greg_t)r->r13;
    g[REG_R14] = (greg_t)r->r14;
    g[REG_R15] = (greg_t)r->r15;
    g[REG_RSP] = (greg_t)r->rsp;
    g[REG_RIP] = (greg_t)r->rip;
    g[REG_EFL] = (greg_t)r->rflags;
    g[REG_RCX] = (greg_t)r->rcx;
    g[REG_R11] = (greg_t)r->r11;
}

/* A handler starts with the control words of a new process; the registers are what they are. */
static void reset_floating_point(void *xsave)
{
    uint16_t *words = xsave;

    words[0] = 0x37f;
    words[1] = 0; /* status */
    words[2] = 0; /* tags: all empty */
    ((uint32_t *)xsave)[6] = 0x1f80;
}

uintptr_t unix_signal_stack(struct unix_thread *t, const struct unix_signal *s, size_t n,
                            size_t align)
{
    uintptr_t sp = s->regs->rsp;

    if ((s->action->flags & UNIX_SA_ONSTACK) && !(t->altstack.flags & UNIX_SS_DISABLE) &&
        !(sp - t->altstack.sp < t->altstack.size))
        sp = t->altstack.sp + t->altstack.size;
    else
        sp -= 128;
    if (sp < n + align)
        return 0;
    return (sp - n) & ~(uintptr_t)(align - 1);
}

/* Turns *r to the guest's handler, and says so. False: nothing to do for the guest. The mask is
 * the thread's afterwards, but not yet the host's. */
static bool deliver(struct unix_thread *t, int host, const siginfo_t *si, struct unix_registers *r,
                    uint64_t fs, void *xsave, size_t xsave_size, const ucontext_t *fault)
{
    int n = unix_signal_of_host(host);
    struct unix_action action;

    if (!n)
        return false;
    take_action(n, &action);
    bool blocked = unix_mask_has(&t->mask, n);
    if (fault && (blocked || action.handler <= UNIX_SIG_IGN))
        die_of(host);
    if (action.handler == UNIX_SIG_IGN)
        return false;
    if (action.handler == UNIX_SIG_DFL) {
        if (sync_index(host) >= 0)
            die_of(host);
        if (!default_ignores(n)) /* it has become so just now; the host does what is due */
            unix_host(SYS_tgkill, getpid(), t->tid, host, 0, 0, 0);
        return false;
    }
    struct unix_signal s = {.number = n,
                            .code = si->si_code,
                            .host = host,
                            .info = si,
                            .action = &action,
                            .regs = r,
                            .fs = fs,
                            .xsave = xsave,
                            .xsave_size = xsave_size,
                            .mask = t->masked ? t->old_mask : t->mask};
    if (fault) {
        s.trap = (unsigned long)fault->uc_mcontext.gregs[REG_TRAPNO];
        s.error = (unsigned long)fault->uc_mcontext.gregs[REG_ERR];
        s.address = (unsigned long)si->si_addr;
    }
    t->masked = false;
    if (!unix_system->signal_frame(t, &s))
        die_of(SIGILL);
    if (unix_trace_on)
        unix_trace_note(t, "--- %s, handler at %#lx ---",
                        n < (int)unix_system->signal_name_count && unix_system->signal_names[n]
                            ? unix_system->signal_names[n]
                            : "signal",
                        (unsigned long)action.handler);
    for (int i = 0; i < 4; i++)
        t->mask.bits[i] |= action.mask.bits[i];
    if (!(action.flags & UNIX_SA_NODEFER))
        unix_mask_add(&t->mask, n);
    r->rflags &= ~0x10500ull; /* direction, trap and resume: off in the handler */
    reset_floating_point(xsave);
    return true;
}

/* Before a handler runs, the interrupted call is either over with EINTR or starts again after. */
static void settle_call(struct unix_thread *t, bool again)
{
    if (!t->restart)
        return;
    t->restart = false;
    if (again) {
        t->regs.rip -= 2; /* the instruction itself is always there, also in a patched site */
        t->restore = t->restore ? t->restore : UNIX_RESTORE_REGISTERS;
    } else {
        t->regs.rax = (uint64_t)unix_errno_of_host(EINTR);
        t->regs.rflags |= 1;
    }
}

static bool deliver_on_way_out(struct unix_thread *t, int host, const siginfo_t *si)
{
    int n = unix_signal_of_host(host);
    struct unix_action action;

    if (!n || unix_action_get_set(n, NULL, &action) != 0)
        return false;
    if (action.handler > UNIX_SIG_IGN)
        settle_call(t, (action.flags & UNIX_SA_RESTART) != 0);
    if (t->restore != UNIX_RESTORE_ALL) {
        memset((char *)t->xsave + XSAVE_LEGACY, 0, XSAVE_HEADER);
        unix_gate_xsave(t);
        t->regs.rcx = t->regs.rip;
        t->regs.r11 = t->regs.rflags;
    }
    if (!deliver(t, host, si, &t->regs, t->guest_fs, t->xsave, unix_xsave_size, NULL)) {
        return false;
    }
    t->restore = UNIX_RESTORE_ALL;
    return true;
}

void unix_exit_work(struct unix_thread *t)
{
    bool delivered = false;

    if (t->pending & UNIX_PENDING_STOP)
        unix_thread_stop_point(t);
    t->pending = 0;
    if (t->slot_full) {
        siginfo_t si = t->slot;
        int host = t->slot_signal;
        t->slot_full = false;
        delivered = deliver_on_way_out(t, host, &si);
    }
    for (int i = 0; i < UNIX_SYNC_SIGNALS && !delivered; i++) {
        if (!(t->held >> i & 1) || unix_mask_has(&t->mask, unix_signal_of_host(sync_signals[i])))
            continue;
        siginfo_t si = t->held_info[i];
        __atomic_and_fetch(&t->held, ~(1u << i), __ATOMIC_RELAXED);
        delivered = deliver_on_way_out(t, sync_signals[i], &si);
    }
    if (!delivered) {
        /* Nothing for a handler: the mask of the call is over, and the call may start again. */
        if (t->masked) {
            t->masked = false;
            t->mask = t->old_mask;
        }
        settle_call(t, true);
    }
    look_at_held(t);
    set_host_mask(host_bits(&t->mask));
}

/* --- what the host delivers ------------------------------------------------------------------ */

static void host_crash(int sig, const siginfo_t *si, uintptr_t pc) __attribute__((noreturn));
static void host_crash(int sig, const siginfo_t *si, uintptr_t pc)
{
    char line[160];
    extern const char __executable_start[];
    int n = snprintf(line, sizeof(line),
                     "compatrun: internal error: signal %d at %#lx (base %#lx), address %p\n", sig,
                     (unsigned long)pc, (unsigned long)__executable_start, si->si_addr);

    if (write(STDERR_FILENO, line, (size_t)n) < 0 || !getenv("COMPATRUN_CORE"))
        _exit(125);
    die_of(SIGABRT);
}

static void set_uc_mask(ucontext_t *uc, uint64_t bits)
{
    memcpy(&uc->uc_sigmask, &bits, sizeof(bits));
}

/* How much of an XSAVE image the kernel's frame has: it says so in bytes that software may use. */
static size_t xsave_size_of(const void *fpregs)
{
    const uint32_t *w = fpregs;

    return w[464 / 4] == XSTATE_MAGIC ? w[480 / 4] : XSAVE_LEGACY;
}

uint64_t unix_signal_handler(struct unix_thread *t, int sig, siginfo_t *si, ucontext_t *uc,
                             uint64_t fs)
{
    greg_t *g = uc->uc_mcontext.gregs;
    uintptr_t pc = (uintptr_t)g[REG_RIP];
    bool in_guest = pc < GUEST_END;
    bool in_exit = pc >= (uintptr_t)unix_gate_exit_begin && pc < (uintptr_t)unix_gate_exit_end;
    bool in_fast = pc >= (uintptr_t)unix_gate_fast_begin && pc < (uintptr_t)unix_gate_fast_end;
    bool fault = si->si_code > 0 && sync_index(sig) >= 0;
    int saved_errno = errno;
    struct unix_registers r;

    if (sig == SIGSYS && in_guest && trap_is_guest_call(si)) {
        /* The signal's return goes to the gate as if the site were patched; next time it is. */
        if (unix_patch_is_on()) {
            registers_of_ucontext(uc, &r);
            r.rax = trap_call_number(si);
            unix_patch_site(&r);
        }
        g[REG_RCX] = g[REG_RIP];
        g[REG_R11] = g[REG_EFL];
        g[REG_RAX] = (greg_t)trap_call_number(si);
        g[REG_RIP] = (greg_t)unix_gate_entry;
        errno = saved_errno;
        return fs;
    }
    if (sig == UNIX_HOST_INTERNAL) { /* another thread wants this one out of the guest */
        if (in_guest)
            unix_thread_stop_point(t);
        else
            t->pending |= UNIX_PENDING_STOP;
        if (in_exit)
            g[REG_RIP] = (greg_t)unix_gate_exit_check;
        else if (in_fast)
            g[REG_RIP] = (greg_t)unix_gate_fast_check;
        else if (pc >= (uintptr_t)nt_block_begin && pc < (uintptr_t)nt_block_end)
            g[REG_RIP] = (greg_t)nt_block_interrupted;
        errno = saved_errno;
        return fs;
    }
    if (sig == SIGTRAP && fault && in_guest && unix_patch_breakpoint(pc)) {
        g[REG_RIP] = (greg_t)(pc - 1);
        errno = saved_errno;
        return fs;
    }
    if (fault && !in_guest && !in_exit && !in_fast) {
        uintptr_t fixup = guest_fault_fixup(pc);
        if (!fixup || (sig != SIGSEGV && sig != SIGBUS))
            host_crash(sig, si, pc);
        g[REG_RIP] = (greg_t)fixup;
        errno = saved_errno;
        return fs;
    }
    int number = unix_signal_of_host(sig);
    if (!fault && watched[number] && sync_index(sig) < 0) {
        if (in_guest || !t->slot_full) /* otherwise it goes back and comes again */
            unix_kqueue_signal(number);
        /* A look without the lock: who changes an action meanwhile may have had either. */
        if (is_ignored(number, &actions[number])) {
            errno = saved_errno;
            return fs;
        }
    }
    if (!fault && !in_guest) {
        /* During a call, or in the middle of the way out: decide again what is pending. */
        if (in_exit)
            g[REG_RIP] = (greg_t)unix_gate_exit_check;
        else if (in_fast)
            g[REG_RIP] = (greg_t)unix_gate_fast_check;
        else if (pc >= (uintptr_t)nt_block_begin && pc < (uintptr_t)nt_block_end)
            g[REG_RIP] = (greg_t)nt_block_interrupted;
        int sync = sync_index(sig);
        if (sync >= 0) {
            t->held_info[sync] = *si;
            __atomic_or_fetch(&t->held, 1u << sync, __ATOMIC_RELAXED);
            look_at_held(t);
        } else {
            if (t->slot_full) /* the mask was opened in between: back into the kernel's queue */
                unix_host(SYS_rt_tgsigqueueinfo, getpid(), t->tid, sig, (long)si, 0, 0);
            else {
                t->slot = *si;
                t->slot_signal = sig;
                t->slot_full = true;
            }
            t->pending |= UNIX_PENDING_SIGNAL;
            set_uc_mask(uc, all_bits());
        }
        errno = saved_errno;
        return fs;
    }
    if (in_exit || in_fast) {
        /* A fault on the way out: an address that cannot be gone to. The guest's own. What the
         * first tier does not save is still in its registers. */
        registers_of_ucontext(uc, &r);
        if (in_exit) {
            r = t->regs;
            fs = t->guest_fs;
        } else {
            r.rip = t->regs.rip;
            r.rsp = t->regs.rsp;
        }
    } else {
        registers_of_ucontext(uc, &r);
        r.rip = unix_patch_origin(r.rip);
        t->guest_fs = fs;
    }
    int n = unix_signal_of_host(sig);
    if (!fault && sync_index(sig) >= 0 && n && unix_mask_has(&t->mask, n)) {
        t->held_info[sync_index(sig)] = *si;
        __atomic_or_fetch(&t->held, 1u << sync_index(sig), __ATOMIC_RELAXED);
    } else if (n && deliver(t, sig, si, &r, fs, uc->uc_mcontext.fpregs,
                            xsave_size_of(uc->uc_mcontext.fpregs), fault ? uc : NULL)) {
        ucontext_of_registers(&r, uc);
        set_uc_mask(uc, host_bits(&t->mask));
    }
    errno = saved_errno;
    return fs;
}

/* --- registers on the way out ----------------------------------------------------------------- */

int64_t unix_set_registers(struct unix_thread *t, const struct unix_registers *r)
{
    /* What iretq would refuse with a fault of ours stays out: privilege, nested task, virtual 8086.
     */
    uint64_t flags = (r->rflags & 0x250dd5u) | 0x202u;

    if (t->restore != UNIX_RESTORE_ALL)
        t->restore = UNIX_RESTORE_REGISTERS;
    t->regs = *r;
    t->regs.rflags = flags;
    return -UNIX_EJUSTRETURN;
}

bool unix_xsave_load(struct unix_thread *t, const void *legacy, const void *rest, size_t extra)
{
    unsigned char *area = t->xsave;
    uint64_t *header = (uint64_t *)(area + XSAVE_LEGACY);

    if (extra > unix_xsave_size - XSAVE_LEGACY)
        extra = unix_xsave_size - XSAVE_LEGACY;
    if (rest && extra >= XSAVE_HEADER) {
        memset(area, 0, unix_xsave_size);
        if (!guest_read(area + XSAVE_LEGACY, rest, extra))
            return false;
        /* Parts that did not come are as new. */
        uint64_t parts = UNIX_XSAVE_PARTS;
        if (extra < unix_xsave_size - XSAVE_LEGACY && extra < 2688 - XSAVE_LEGACY)
            parts &= extra >= 320 ? 7 : 3;
        header[0] &= parts;
        memset(header + 1, 0, XSAVE_HEADER - sizeof(*header));
    } else {
        /* What is not in the image keeps its value: the upper halves of the vector registers. */
        if (t->restore != UNIX_RESTORE_ALL) {
            memset(header, 0, XSAVE_HEADER);
            unix_gate_xsave(t);
        }
        header[0] |= 3;
    }
    if (!guest_read(area, legacy, XSAVE_LEGACY))
        return false;
    ((uint32_t *)area)[6] &= 0xffff; /* reserved bits of MXCSR would fault in the gate */
    t->restore = UNIX_RESTORE_ALL;
    return true;
}

/* --- masks and waiting, for the calls ----------------------------------------------------------
 */

int64_t unix_mask_change(struct unix_thread *t, int how, const struct unix_mask *set)
{
    struct unix_mask m = t->mask;

    for (int i = 0; i < 4; i++) {
        switch (how) {
        case 1:
            m.bits[i] |= set->bits[i];
            break;
        case 2:
            m.bits[i] &= ~set->bits[i];
            break;
        case 3:
            m.bits[i] = set->bits[i];
            break;
        default:
            return -EINVAL;
        }
    }
    unix_mask_set(t, &m);
    return 0;
}

void unix_signal_pending(struct unix_thread *t, struct unix_mask *pending)
{
    uint64_t bits = 0;
    sigset_t host;

    unix_host(SYS_rt_sigpending, (long)&bits, 8, 0, 0, 0, 0);
    for (int i = 0; i < UNIX_SYNC_SIGNALS; i++)
        if (t->held >> i & 1)
            bits |= 1ull << (sync_signals[i] - 1);
    sigemptyset(&host);
    memcpy(&host, &bits, sizeof(bits));
    unix_mask_of_host(&host, pending);
}

int64_t unix_signal_wait(struct unix_thread *t, const struct unix_mask *set,
                         const struct timespec *timeout, siginfo_t *si)
{
    uint64_t bits = host_bits(set);

    for (int i = 0; i < UNIX_SYNC_SIGNALS; i++) {
        if ((t->held >> i & 1) && unix_mask_has(set, unix_signal_of_host(sync_signals[i]))) {
            *si = t->held_info[i];
            __atomic_and_fetch(&t->held, ~(1u << i), __ATOMIC_RELAXED);
            return unix_signal_of_host(sync_signals[i]);
        }
    }
    long r = unix_block(t, SYS_rt_sigtimedwait, (long)&bits, (long)si, (long)timeout, 8, 0, 0);
    return r < 0 ? r : unix_signal_of_host((int)r);
}

int64_t sys_kill(struct unix_thread *t, int32_t pid, int32_t signum)
{
    (void)t;
    return unix_signal_process(pid, signum);
}

/* struct itimerval and the timers' numbers are the host's. */
int64_t sys_setitimer(struct unix_thread *t, uint32_t which, const void *value, void *old)
{
    struct itimerval in, out;

    (void)t;
    if (value && !guest_read(&in, value, sizeof(in)))
        return -EFAULT;
    if (which > 2)
        return -EINVAL;
    int64_t r = value ? unix_host(SYS_setitimer, which, (long)&in, (long)&out, 0, 0, 0)
                      : unix_host(SYS_getitimer, which, (long)&out, 0, 0, 0, 0);
    if (r < 0)
        return r;
    return !old || guest_write(old, &out, sizeof(out)) ? 0 : -EFAULT;
}

int64_t sys_getitimer(struct unix_thread *t, uint32_t which, void *value)
{
    struct itimerval out;

    (void)t;
    if (which > 2)
        return -EINVAL;
    int64_t r = unix_host(SYS_getitimer, which, (long)&out, 0, 0, 0, 0);
    if (r < 0)
        return r;
    return guest_write(value, &out, sizeof(out)) ? 0 : -EFAULT;
}

/* --- sending ---------------------------------------------------------------------------------- */

int64_t unix_signal_process(int32_t pid, int signal)
{
    int host = unix_signal_to_host(signal);

    if (signal < 0 || (unsigned)signal >= unix_system->signal_count || (signal && !host))
        return -EINVAL;
    return unix_host(SYS_kill, pid, host, 0, 0, 0, 0);
}

int64_t unix_signal_thread(int32_t tid, int signal)
{
    int host = unix_signal_to_host(signal);

    if (signal < 0 || (unsigned)signal >= unix_system->signal_count || (signal && !host))
        return -EINVAL;
    return unix_host(SYS_tgkill, getpid(), tid, host, 0, 0, 0);
}

void unix_signal_inherit_mask(struct unix_thread *t)
{
    struct unix_mask mask;
    sigset_t now;

    sigprocmask(SIG_SETMASK, NULL, &now);
    unix_mask_of_host(&now, &mask);
    unix_mask_set(t, &mask);
}

void unix_signal_map(void)
{
    for (int i = 1; i < _NSIG; i++)
        if (unix_signal_of_host(i))
            to_host[unix_signal_of_host(i)] = (uint8_t)i;
}

void unix_signal_init(void)
{
    struct host_action now, internal = {.handler = (uintptr_t)unix_signal_entry,
                                        .flags = SA_SIGINFO | SA_ONSTACK | SA_RESTORER_FLAG,
                                        .restorer = unix_signal_restorer,
                                        .mask = all_bits()};

    unix_host(SYS_rt_sigaction, UNIX_HOST_INTERNAL, (long)&internal, 0, 8, 0, 0);
    unix_signal_map();
    for (int n = 1; n < (int)sizeof(to_host); n++) {
        int host = to_host[n];
        if (!host || n == 9 || n == 17)
            continue;
        /* Ignored by whoever started us: so it is for the guest. */
        if (sync_index(host) < 0 && !(default_ignores(n) && host != SIGCHLD) &&
            unix_host(SYS_rt_sigaction, host, 0, (long)&now, 8, 0, 0) == 0 &&
            now.handler == (uintptr_t)SIG_IGN)
            actions[n].handler = UNIX_SIG_IGN;
        host_disposition(host, n, &actions[n]);
    }
}
