/* NetBSD's signals: frames, siginfo, contexts, and the calls of sigaction(2), sigprocmask(2)... */
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "abi/netbsd/signal.h"
#include "syscalls/netbsd/process.h"
#include "syscalls/unix/thread.h"

void netbsd_siginfo(struct netbsd_siginfo *to, const siginfo_t *from)
{
    memset(to, 0, sizeof(*to));
    to->signo = unix_signal_of_host(from->si_signo);
    to->code = from->si_code;
    switch (from->si_code) {
    case SI_TKILL:
        to->code = NETBSD_SI_LWP;
        break;
    case SI_MESGQ:
        to->code = NETBSD_SI_MESGQ;
        break;
    case SI_ASYNCIO:
        to->code = NETBSD_SI_ASYNCIO;
        break;
    case SI_KERNEL:
        to->code = from->si_signo == SIGTRAP ? TRAP_BRKPT : NETBSD_SI_NOINFO;
        break;
    default:
        break;
    }
    if (from->si_signo == SIGCHLD && from->si_code > 0) {
        to->child.pid = from->si_pid;
        to->child.uid = from->si_uid;
        to->child.status =
            from->si_code != CLD_EXITED ? unix_signal_of_host(from->si_status) : from->si_status;
        to->child.utime = from->si_utime;
        to->child.stime = from->si_stime;
    } else if (from->si_code > 0) {
        to->fault.address = (uint64_t)from->si_addr;
    } else {
        to->rt.pid = from->si_pid;
        to->rt.uid = from->si_uid;
        if (from->si_code == SI_QUEUE || from->si_code == SI_TIMER || from->si_code == SI_MESGQ)
            to->rt.value = (uint64_t)from->si_value.sival_ptr;
    }
}

static void registers_to(struct netbsd_ucontext *uc, const struct unix_registers *r)
{
    uint64_t *g = uc->gregs;

    g[NETBSD_REG_RDI] = r->arg[0];
    g[NETBSD_REG_RSI] = r->arg[1];
    g[NETBSD_REG_RDX] = r->arg[2];
    g[NETBSD_REG_R10] = r->arg[3];
    g[NETBSD_REG_R8] = r->arg[4];
    g[NETBSD_REG_R9] = r->arg[5];
    g[NETBSD_REG_RCX] = r->rcx;
    g[NETBSD_REG_R11] = r->r11;
    g[NETBSD_REG_R12] = r->r12;
    g[NETBSD_REG_R13] = r->r13;
    g[NETBSD_REG_R14] = r->r14;
    g[NETBSD_REG_R15] = r->r15;
    g[NETBSD_REG_RBP] = r->rbp;
    g[NETBSD_REG_RBX] = r->rbx;
    g[NETBSD_REG_RAX] = r->rax;
    g[NETBSD_REG_RIP] = r->rip;
    g[NETBSD_REG_RSP] = r->rsp;
    g[NETBSD_REG_RFLAGS] = r->rflags;
    g[NETBSD_REG_CS] = 0x47;
    g[NETBSD_REG_SS] = g[NETBSD_REG_DS] = g[NETBSD_REG_ES] = 0x3f;
}

void netbsd_registers_of(const struct netbsd_ucontext *uc, struct unix_registers *r)
{
    const uint64_t *g = uc->gregs;

    r->arg[0] = g[NETBSD_REG_RDI];
    r->arg[1] = g[NETBSD_REG_RSI];
    r->arg[2] = g[NETBSD_REG_RDX];
    r->arg[3] = g[NETBSD_REG_R10];
    r->arg[4] = g[NETBSD_REG_R8];
    r->arg[5] = g[NETBSD_REG_R9];
    r->rcx = g[NETBSD_REG_RCX];
    r->r11 = g[NETBSD_REG_R11];
    r->r12 = g[NETBSD_REG_R12];
    r->r13 = g[NETBSD_REG_R13];
    r->r14 = g[NETBSD_REG_R14];
    r->r15 = g[NETBSD_REG_R15];
    r->rbp = g[NETBSD_REG_RBP];
    r->rbx = g[NETBSD_REG_RBX];
    r->rax = g[NETBSD_REG_RAX];
    r->rip = g[NETBSD_REG_RIP];
    r->rsp = g[NETBSD_REG_RSP];
    r->rflags = g[NETBSD_REG_RFLAGS];
}

static void stack_to(struct netbsd_ucontext *uc, const struct unix_thread *t, uint64_t rsp)
{
    uc->uc_stack.ss_sp = t->altstack.sp;
    uc->uc_stack.ss_size = t->altstack.size;
    uc->uc_stack.ss_flags = t->altstack.flags & UNIX_SS_DISABLE       ? UNIX_SS_DISABLE
                            : rsp - t->altstack.sp < t->altstack.size ? UNIX_SS_ONSTACK
                                                                      : 0;
}

bool netbsd_signal_frame(struct unix_thread *t, const struct unix_signal *s)
{
    struct netbsd_sigframe f = {0};
    size_t extra = s->xsave_size > 512 ? s->xsave_size - 512 : 0;
    uintptr_t at = unix_signal_stack(t, s, sizeof(f) + extra + 64, 16);

    if (!at || !s->action->trampoline)
        return false;
    at -= 8; /* as after a call */
    uintptr_t extra_at = (at + sizeof(f) + 63) & ~63ull;
    f.extension = (struct netbsd_extension){
        NETBSD_EXTENSION_MAGIC, at + offsetof(struct netbsd_sigframe, extension), extra, extra_at};
    if (extra && !guest_write((void *)extra_at, (const char *)s->xsave + 512, extra))
        return false;
    f.ra = s->action->trampoline;
    netbsd_siginfo(&f.si, s->info);
    f.si.signo = s->number;
    f.uc.uc_flags =
        NETBSD_UC_SIGMASK | NETBSD_UC_CPU | NETBSD_UC_FPU | NETBSD_UC_TLSBASE | NETBSD_UC_STACK;
    memcpy(f.uc.uc_sigmask, s->mask.bits, sizeof(f.uc.uc_sigmask));
    stack_to(&f.uc, t, s->regs->rsp);
    registers_to(&f.uc, s->regs);
    f.uc.gregs[NETBSD_REG_TRAPNO] = s->trap;
    f.uc.gregs[NETBSD_REG_ERR] = s->error;
    f.uc.tlsbase = s->fs;
    memcpy(f.uc.fpregs, s->xsave, sizeof(f.uc.fpregs));
    memset(f.uc.fpregs + 464, 0, 48); /* the host's notes stay here */
    if (!guest_write((void *)at, &f, sizeof(f)))
        return false;
    s->regs->rsp = at;
    s->regs->rip = s->action->handler;
    s->regs->arg[0] = (uint64_t)s->number;
    s->regs->arg[1] = at + offsetof(struct netbsd_sigframe, si);
    s->regs->arg[2] = at + offsetof(struct netbsd_sigframe, uc);
    s->regs->r15 = at + offsetof(struct netbsd_sigframe, uc);
    return true;
}

int64_t netbsd_setcontext(struct unix_thread *t, const void *ucp)
{
    struct netbsd_ucontext uc;
    struct unix_registers r = t->regs;

    if (!ucp)
        unix_exit_process(0); /* the end of a chain of contexts */
    if (!guest_read(&uc, ucp, sizeof(uc)))
        return -EFAULT;
    if (!(uc.uc_flags & NETBSD_UC_CPU))
        return -EINVAL;
    if (uc.uc_flags & NETBSD_UC_FPU) {
        struct netbsd_extension e = {0};
        const char *after = (const char *)ucp + sizeof(uc);
        bool more = guest_read(&e, after, sizeof(e)) && e.magic == NETBSD_EXTENSION_MAGIC &&
                    e.place == (uintptr_t)after;
        if (!unix_xsave_load(t, (const char *)ucp + offsetof(struct netbsd_ucontext, fpregs),
                             more ? (const void *)e.at : NULL, more ? e.size : 0))
            return -EFAULT;
    }
    netbsd_registers_of(&uc, &r);
    if (uc.uc_flags & NETBSD_UC_TLSBASE)
        t->guest_fs = uc.tlsbase;
    int64_t result = unix_set_registers(t, &r);
    if (uc.uc_flags & NETBSD_UC_SIGMASK) {
        struct unix_mask mask;
        memcpy(mask.bits, uc.uc_sigmask, sizeof(mask.bits));
        unix_mask_set(t, &mask);
    }
    return result;
}

int64_t netbsd_getcontext(struct unix_thread *t, void *ucp)
{
    struct netbsd_ucontext uc = {0};

    uc.uc_flags =
        NETBSD_UC_SIGMASK | NETBSD_UC_CPU | NETBSD_UC_FPU | NETBSD_UC_TLSBASE | NETBSD_UC_STACK;
    memcpy(uc.uc_sigmask, t->mask.bits, sizeof(uc.uc_sigmask));
    stack_to(&uc, t, t->regs.rsp);
    registers_to(&uc, &t->regs);
    uc.gregs[NETBSD_REG_RAX] = 0; /* coming back here looks like this call having returned 0 */
    uc.gregs[NETBSD_REG_RFLAGS] &= ~1ull;
    uc.tlsbase = t->guest_fs;
    memset((char *)t->xsave + 512, 0, 64);
    unix_gate_xsave(t);
    memcpy(uc.fpregs, t->xsave, sizeof(uc.fpregs));
    return guest_write(ucp, &uc, sizeof(uc)) ? 0 : -EFAULT;
}

int64_t netbsd_sigaction(struct unix_thread *t, int32_t signum, const void *nsa, void *osa,
                         void *tramp, int32_t vers)
{
    struct netbsd_sigaction in, out = {0};
    struct unix_action new = {0}, old;

    (void)t;
    if (nsa) {
        if (!guest_read(&in, nsa, sizeof(in)))
            return -EFAULT;
        if ((signum == NETBSD_SIGKILL || signum == NETBSD_SIGSTOP) && in.handler != UNIX_SIG_DFL)
            return -EINVAL;
        /* Handlers without a trampoline of their own were of 32-bit systems. */
        if (in.handler > UNIX_SIG_IGN && (!tramp || vers < 2 || vers > 3))
            return -EINVAL;
        new.handler = in.handler;
        new.flags = (uint32_t)in.flags;
        new.trampoline = (uintptr_t)tramp;
        new.version = vers;
        memcpy(new.mask.bits, in.mask, sizeof(in.mask));
    }
    int error = unix_action_get_set(signum, nsa ? &new : NULL, &old);
    if (error || !osa)
        return error;
    out.handler = old.handler;
    out.flags = (int32_t)old.flags;
    memcpy(out.mask, old.mask.bits, sizeof(out.mask));
    return guest_write(osa, &out, sizeof(out)) ? 0 : -EFAULT;
}

int64_t netbsd_sigprocmask(struct unix_thread *t, int32_t how, const void *set, void *oset)
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

int64_t netbsd_sigsuspend(struct unix_thread *t, const void *sigmask)
{
    struct unix_mask in;

    if (!guest_read(&in, sigmask, sizeof(in)))
        return -EFAULT;
    unix_mask_replace(t, &in);
    return unix_block(t, SYS_pause, 0, 0, 0, 0, 0, 0);
}

int64_t netbsd_sigpending(struct unix_thread *t, void *set)
{
    struct unix_mask pending;

    unix_signal_pending(t, &pending);
    return guest_write(set, &pending, sizeof(pending)) ? 0 : -EFAULT;
}

int64_t netbsd_sigaltstack(struct unix_thread *t, const void *ss, void *oss)
{
    struct netbsd_stack in, out = {t->altstack.sp, t->altstack.size, t->altstack.flags, 0};
    bool on = t->regs.rsp - t->altstack.sp < t->altstack.size;

    if (on)
        out.ss_flags |= UNIX_SS_ONSTACK;
    if (ss) {
        if (!guest_read(&in, ss, sizeof(in)))
            return -EFAULT;
        if (in.ss_flags & ~(UNIX_SS_DISABLE | UNIX_SS_ONSTACK))
            return -EINVAL;
        if (on)
            return in.ss_flags & UNIX_SS_DISABLE ? -EINVAL : -EPERM;
        if (in.ss_flags & UNIX_SS_DISABLE)
            t->altstack = (struct unix_altstack){0, 0, UNIX_SS_DISABLE};
        else if (in.ss_size < 8192) /* MINSIGSTKSZ */
            return -ENOMEM;
        else
            t->altstack = (struct unix_altstack){in.ss_sp, in.ss_size, 0};
    }
    return !oss || guest_write(oss, &out, sizeof(out)) ? 0 : -EFAULT;
}

int64_t netbsd_sigtimedwait(struct unix_thread *t, const void *set, void *info, void *timeout)
{
    struct unix_mask in;
    struct timespec ts;
    siginfo_t si;

    if (!guest_read(&in, set, sizeof(in)) || (timeout && !guest_read(&ts, timeout, sizeof(ts))))
        return -EFAULT;
    if (timeout && (ts.tv_nsec < 0 || ts.tv_nsec >= 1000000000 || ts.tv_sec < 0))
        return -EINVAL;
    int64_t r = unix_signal_wait(t, &in, timeout ? &ts : NULL, &si);
    if (r < 0)
        return r;
    if (info) {
        struct netbsd_siginfo out;
        netbsd_siginfo(&out, &si);
        if (!guest_write(info, &out, sizeof(out)))
            return -EFAULT;
    }
    return r;
}

int64_t netbsd_sigqueueinfo(struct unix_thread *t, int32_t pid, const void *info)
{
    struct netbsd_siginfo in;

    (void)t;
    if (!guest_read(&in, info, sizeof(in)))
        return -EFAULT;
    int host = unix_signal_to_host(in.signo);
    if (in.signo < 0 || (unsigned)in.signo >= unix_system->signal_count || (in.signo && !host) ||
        pid <= 0)
        return -EINVAL;
    siginfo_t si = {.si_signo = host, .si_code = SI_QUEUE};
    si.si_pid = getpid();
    si.si_uid = getuid();
    si.si_value.sival_ptr = (void *)in.rt.value;
    return unix_host(SYS_rt_sigqueueinfo, pid, host, (long)&si, 0, 0, 0);
}
