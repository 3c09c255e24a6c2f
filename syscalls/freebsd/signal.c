/* FreeBSD's signals: frames, siginfo, and the calls of sigaction(2), sigprocmask(2),
 * sigreturn(2)... */
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "abi/freebsd/signal.h"
#include "syscalls/freebsd/process.h"
#include "syscalls/unix/thread.h"

void freebsd_siginfo(struct freebsd_siginfo *to, const siginfo_t *from)
{
    memset(to, 0, sizeof(*to));
    to->signo = unix_signal_of_host(from->si_signo);
    to->code = from->si_code;
    switch (from->si_code) {
    case SI_USER:
        to->code = FREEBSD_SI_USER;
        break;
    case SI_QUEUE:
        to->code = FREEBSD_SI_QUEUE;
        to->value = (uint64_t)from->si_value.sival_ptr;
        break;
    case SI_TKILL:
        to->code = FREEBSD_SI_LWP;
        break;
    case SI_TIMER:
        to->code = FREEBSD_SI_TIMER;
        to->value = (uint64_t)from->si_value.sival_ptr;
        to->timerid = from->si_timerid;
        to->overrun = from->si_overrun;
        return;
    case SI_MESGQ:
        to->code = FREEBSD_SI_MESGQ;
        to->value = (uint64_t)from->si_value.sival_ptr;
        break;
    case SI_KERNEL:
        to->code = FREEBSD_SI_KERNEL;
        break;
    default:
        break;
    }
    switch (from->si_signo) {
    case SIGCHLD:
        to->pid = from->si_pid;
        to->uid = from->si_uid;
        to->status = from->si_code > 0 && from->si_code != CLD_EXITED
                         ? unix_signal_of_host(from->si_status)
                         : from->si_status;
        return;
    case SIGFPE:
        if (from->si_code == FPE_INTDIV)
            to->code = FREEBSD_FPE_INTDIV;
        else if (from->si_code == FPE_INTOVF)
            to->code = FREEBSD_FPE_INTOVF;
        break;
    default:
        break;
    }
    switch (from->si_signo) {
    case SIGSEGV:
    case SIGBUS:
    case SIGFPE:
    case SIGILL:
    case SIGTRAP:
        if (from->si_code > 0) {
            to->addr = (uint64_t)from->si_addr;
            return;
        }
        break;
    default:
        break;
    }
    if (from->si_code <= 0) {
        to->pid = from->si_pid;
        to->uid = from->si_uid;
    }
}

static void mcontext_of(struct freebsd_mcontext *m, const struct unix_registers *r, uint64_t fs)
{
    memset(m, 0, sizeof(*m));
    m->mc_rdi = r->arg[0];
    m->mc_rsi = r->arg[1];
    m->mc_rdx = r->arg[2];
    m->mc_r10 = r->arg[3];
    m->mc_r8 = r->arg[4];
    m->mc_r9 = r->arg[5];
    m->mc_rcx = r->rcx;
    m->mc_rax = r->rax;
    m->mc_rbx = r->rbx;
    m->mc_rbp = r->rbp;
    m->mc_r11 = r->r11;
    m->mc_r12 = r->r12;
    m->mc_r13 = r->r13;
    m->mc_r14 = r->r14;
    m->mc_r15 = r->r15;
    m->mc_rip = r->rip;
    m->mc_rflags = r->rflags;
    m->mc_rsp = r->rsp;
    m->mc_cs = 0x43;
    m->mc_ss = m->mc_ds = m->mc_es = 0x3b;
    m->mc_fs = 0x13;
    m->mc_gs = 0x1b;
    m->mc_len = sizeof(*m);
    m->mc_fsbase = fs;
    m->mc_flags = FREEBSD_MC_HASBASES;
    m->mc_fpformat = FREEBSD_MC_FPFMT_NODEV;
    m->mc_ownedfp = FREEBSD_MC_FPOWNED_NONE;
}

static void registers_of(const struct freebsd_mcontext *m, struct unix_registers *r)
{
    r->arg[0] = m->mc_rdi;
    r->arg[1] = m->mc_rsi;
    r->arg[2] = m->mc_rdx;
    r->arg[3] = m->mc_r10;
    r->arg[4] = m->mc_r8;
    r->arg[5] = m->mc_r9;
    r->rcx = m->mc_rcx;
    r->rax = m->mc_rax;
    r->rbx = m->mc_rbx;
    r->rbp = m->mc_rbp;
    r->r11 = m->mc_r11;
    r->r12 = m->mc_r12;
    r->r13 = m->mc_r13;
    r->r14 = m->mc_r14;
    r->r15 = m->mc_r15;
    r->rip = m->mc_rip;
    r->rflags = m->mc_rflags;
    r->rsp = m->mc_rsp;
}

bool freebsd_signal_frame(struct unix_thread *t, const struct unix_signal *s)
{
    struct freebsd_sigframe f = {0};
    size_t extra = s->xsave_size > 512 ? s->xsave_size - 512 : 0;
    uintptr_t at = unix_signal_stack(t, s, sizeof(f) + extra + 64, 16);

    if (!at)
        return false;
    uintptr_t extra_at = (at + sizeof(f) + 63) & ~63ull;
    struct freebsd_mcontext *m = &f.sf_uc.uc_mcontext;
    memcpy(f.sf_uc.uc_sigmask, s->mask.bits, sizeof(f.sf_uc.uc_sigmask));
    mcontext_of(m, s->regs, s->fs);
    freebsd_siginfo(&f.sf_si, s->info);
    f.sf_si.signo = s->number;
    f.sf_handler = s->action->handler;
    m->mc_onstack = s->regs->rsp - t->altstack.sp < t->altstack.size;
    m->mc_trapno = (uint32_t)s->trap;
    m->mc_err = s->error;
    m->mc_addr = s->address;
    m->mc_fpformat = FREEBSD_MC_FPFMT_XMM;
    m->mc_ownedfp = FREEBSD_MC_FPOWNED_FPU;
    memcpy(m->mc_fpstate, s->xsave, sizeof(m->mc_fpstate));
    /* Bytes of the legacy area that belong to software: the host's notes stay here. */
    memset((char *)m->mc_fpstate + 464, 0, 48);
    if (extra) {
        m->mc_flags |= FREEBSD_MC_HASFPXSTATE;
        m->mc_xfpustate = extra_at;
        m->mc_xfpustate_len = extra;
        if (!guest_write((void *)extra_at, (const char *)s->xsave + 512, extra))
            return false;
    }
    f.sf_uc.uc_stack = (struct freebsd_stack){t->altstack.sp, t->altstack.size,
                                              t->altstack.flags & UNIX_SS_DISABLE
                                                  ? UNIX_SS_DISABLE
                                                  : (m->mc_onstack ? UNIX_SS_ONSTACK : 0),
                                              0};
    if (!guest_write((void *)at, &f, sizeof(f)))
        return false;
    s->regs->rsp = at;
    s->regs->rip = freebsd_trampoline;
    s->regs->arg[0] = (uint64_t)s->number;
    s->regs->arg[1] = s->action->flags & UNIX_SA_SIGINFO
                          ? at + offsetof(struct freebsd_sigframe, sf_si)
                          : (uint64_t)(int64_t)f.sf_si.code;
    s->regs->arg[2] = at + offsetof(struct freebsd_sigframe, sf_uc);
    s->regs->rcx = s->address;
    return true;
}

/* Everything in *uc, which is the guest's, becomes the thread's on the way out. */
static int64_t set_context(struct unix_thread *t, const void *guest)
{
    struct freebsd_ucontext uc;
    struct unix_registers r;
    const struct freebsd_mcontext *m = &uc.uc_mcontext;

    if (!guest_read(&uc, guest, sizeof(uc)))
        return -EFAULT;
    if (m->mc_len != sizeof(*m))
        return -EINVAL;
    if (m->mc_ownedfp != FREEBSD_MC_FPOWNED_NONE && m->mc_fpformat == FREEBSD_MC_FPFMT_XMM) {
        bool more = (m->mc_flags & FREEBSD_MC_HASFPXSTATE) && m->mc_xfpustate_len;
        if (!unix_xsave_load(t,
                             (const char *)guest + offsetof(struct freebsd_ucontext, uc_mcontext) +
                                 offsetof(struct freebsd_mcontext, mc_fpstate),
                             more ? (const void *)m->mc_xfpustate : NULL,
                             more ? m->mc_xfpustate_len : 0))
            return -EFAULT;
    }
    registers_of(m, &r);
    if (m->mc_flags & FREEBSD_MC_HASBASES)
        t->guest_fs = m->mc_fsbase;
    struct unix_mask mask;
    memcpy(mask.bits, uc.uc_sigmask, sizeof(mask.bits));
    int64_t result = unix_set_registers(t, &r);
    unix_mask_set(t, &mask);
    return result;
}

int64_t freebsd_sigreturn(struct unix_thread *t, const void *sigcntxp)
{
    return set_context(t, sigcntxp);
}

int64_t freebsd_setcontext(struct unix_thread *t, const void *ucp)
{
    return ucp ? set_context(t, ucp) : -EINVAL;
}

static int64_t get_context(struct unix_thread *t, void *ucp)
{
    struct freebsd_ucontext uc = {0};

    memcpy(uc.uc_sigmask, t->mask.bits, sizeof(uc.uc_sigmask));
    mcontext_of(&uc.uc_mcontext, &t->regs, t->guest_fs);
    /* Coming back here looks like this call having returned 0. */
    uc.uc_mcontext.mc_rax = 0;
    uc.uc_mcontext.mc_rflags &= ~1ull;
    memset((char *)t->xsave + 512, 0, 64);
    unix_gate_xsave(t);
    memcpy(uc.uc_mcontext.mc_fpstate, t->xsave, sizeof(uc.uc_mcontext.mc_fpstate));
    uc.uc_mcontext.mc_fpformat = FREEBSD_MC_FPFMT_XMM;
    uc.uc_mcontext.mc_ownedfp = FREEBSD_MC_FPOWNED_FPU;
    return guest_write(ucp, &uc, offsetof(struct freebsd_ucontext, uc_stack)) ? 0 : -EFAULT;
}

int64_t freebsd_getcontext(struct unix_thread *t, void *ucp)
{
    return ucp ? get_context(t, ucp) : -EINVAL;
}

int64_t freebsd_swapcontext(struct unix_thread *t, void *oucp, const void *ucp)
{
    if (!oucp || !ucp)
        return -EINVAL;
    int64_t r = get_context(t, oucp);
    return r < 0 ? r : set_context(t, ucp);
}

int64_t freebsd_sigaction(struct unix_thread *t, int32_t sig, const void *act, void *oact)
{
    struct freebsd_sigaction in, out = {0};
    struct unix_action new = {0}, old;

    (void)t;
    if (act) {
        if (!guest_read(&in, act, sizeof(in)))
            return -EFAULT;
        if (sig == FREEBSD_SIGKILL || sig == FREEBSD_SIGSTOP) {
            if (in.handler != UNIX_SIG_DFL)
                return -EINVAL;
        }
        new.handler = in.handler;
        new.flags = (uint32_t)in.flags;
        memcpy(new.mask.bits, in.mask, sizeof(in.mask));
    }
    int error = unix_action_get_set(sig, act ? &new : NULL, &old);
    if (error || !oact)
        return error;
    out.handler = old.handler;
    out.flags = (int32_t)old.flags;
    memcpy(out.mask, old.mask.bits, sizeof(out.mask));
    return guest_write(oact, &out, sizeof(out)) ? 0 : -EFAULT;
}

int64_t freebsd_sigprocmask(struct unix_thread *t, int32_t how, const void *set, void *oset)
{
    struct unix_mask in, now = t->mask;

    if (set) {
        if (!guest_read(&in, set, sizeof(in)))
            return -EFAULT;
        int64_t r = unix_mask_change(t, how, &in);
        if (r < 0)
            return r;
    }
    return !oset || guest_write(oset, &now, sizeof(now)) ? 0 : -EFAULT;
}

int64_t freebsd_sigsuspend(struct unix_thread *t, const void *sigmask)
{
    struct unix_mask in;

    if (!guest_read(&in, sigmask, sizeof(in)))
        return -EFAULT;
    unix_mask_replace(t, &in);
    return unix_block(t, SYS_pause, 0, 0, 0, 0, 0, 0);
}

int64_t freebsd_sigpending(struct unix_thread *t, void *set)
{
    struct unix_mask pending;

    unix_signal_pending(t, &pending);
    return guest_write(set, &pending, sizeof(pending)) ? 0 : -EFAULT;
}

int64_t freebsd_sigaltstack(struct unix_thread *t, const void *ss, void *oss)
{
    struct freebsd_stack in, out = {t->altstack.sp, t->altstack.size, t->altstack.flags, 0};
    bool on = t->regs.rsp - t->altstack.sp < t->altstack.size;

    if (!(t->altstack.flags & UNIX_SS_DISABLE) && on)
        out.ss_flags = UNIX_SS_ONSTACK;
    if (ss) {
        if (!guest_read(&in, ss, sizeof(in)))
            return -EFAULT;
        if (on && !(t->altstack.flags & UNIX_SS_DISABLE))
            return -EPERM;
        if (in.ss_flags & ~UNIX_SS_DISABLE)
            return -EINVAL;
        if (in.ss_flags & UNIX_SS_DISABLE)
            t->altstack = (struct unix_altstack){0, 0, UNIX_SS_DISABLE};
        else if (in.ss_size < 2048)
            return -ENOMEM;
        else
            t->altstack = (struct unix_altstack){in.ss_sp, in.ss_size, 0};
    }
    return !oss || guest_write(oss, &out, sizeof(out)) ? 0 : -EFAULT;
}

static int64_t wait_signal(struct unix_thread *t, const void *set, void *info, const void *timeout,
                           int *signal)
{
    struct unix_mask in;
    struct timespec ts;
    siginfo_t si;

    if (!guest_read(&in, set, sizeof(in)) || (timeout && !guest_read(&ts, timeout, sizeof(ts))))
        return -EFAULT;
    if (timeout && (ts.tv_nsec < 0 || ts.tv_nsec >= 1000000000))
        return -EINVAL;
    int64_t r = unix_signal_wait(t, &in, timeout ? &ts : NULL, &si);
    if (r < 0)
        return r;
    *signal = (int)r;
    if (info) {
        struct freebsd_siginfo out;
        freebsd_siginfo(&out, &si);
        if (!guest_write(info, &out, sizeof(out)))
            return -EFAULT;
    }
    return r;
}

int64_t freebsd_sigtimedwait(struct unix_thread *t, const void *set, void *info,
                             const void *timeout)
{
    int signal;

    return wait_signal(t, set, info, timeout, &signal);
}

int64_t freebsd_sigwaitinfo(struct unix_thread *t, const void *set, void *info)
{
    int signal;

    return wait_signal(t, set, info, NULL, &signal);
}

int64_t freebsd_sigwait(struct unix_thread *t, const void *set, int32_t *sig)
{
    int signal;
    int64_t r = wait_signal(t, set, NULL, NULL, &signal);

    if (r == -EINTR)
        return -UNIX_ERESTART; /* sigwait(2) is not interrupted: it goes on */
    /* The error is the result, as of the function of that name. */
    if (r < 0)
        return unix_errno_of_host((int)-r);
    return guest_put(sig, signal) ? 0 : -EFAULT;
}

int64_t freebsd_sigqueue(struct unix_thread *t, int32_t pid, int32_t signum, void *value)
{
    int host = unix_signal_to_host(signum);

    (void)t;
    if (signum < 0 || (unsigned)signum >= unix_system->signal_count || (signum && !host))
        return -EINVAL;
    if (pid <= 0)
        return -EINVAL;
    siginfo_t si = {.si_signo = host, .si_code = SI_QUEUE};
    si.si_pid = getpid();
    si.si_uid = getuid();
    si.si_value.sival_ptr = value;
    return unix_host(SYS_rt_sigqueueinfo, pid, host, (long)&si, 0, 0, 0);
}
