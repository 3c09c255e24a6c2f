#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "syscalls/gate/nt_offsets.h"
#include "syscalls/gate/trap.h"
#include "syscalls/nt/signal.h"
#include "syscalls/nt/thread.h"
#include "syscalls/nt/thread_stack.h"
#include "syscalls/nt/vm.h"
#include "syscalls/nt/wide.h"

#define ALT_STACK_SIZE 65536u

/* x86 page fault error code, in REG_ERR */
#define PF_WRITE 2u
#define PF_FETCH 16u

void nt_context_of_ucontext(const ucontext_t *uc, CONTEXT *c)
{
    const greg_t *r = uc->uc_mcontext.gregs;

    memset(c, 0, sizeof(*c));
    c->ContextFlags = CONTEXT_FULL | CONTEXT_SEGMENTS;
    c->SegCs = SEL_CS;
    c->SegDs = c->SegEs = c->SegSs = c->SegGs = SEL_SS;
    c->SegFs = 0x53;
    c->EFlags = (DWORD)r[REG_EFL];
    c->Rax = (ULONGLONG)r[REG_RAX];
    c->Rcx = (ULONGLONG)r[REG_RCX];
    c->Rdx = (ULONGLONG)r[REG_RDX];
    c->Rbx = (ULONGLONG)r[REG_RBX];
    c->Rsp = (ULONGLONG)r[REG_RSP];
    c->Rbp = (ULONGLONG)r[REG_RBP];
    c->Rsi = (ULONGLONG)r[REG_RSI];
    c->Rdi = (ULONGLONG)r[REG_RDI];
    c->R8 = (ULONGLONG)r[REG_R8];
    c->R9 = (ULONGLONG)r[REG_R9];
    c->R10 = (ULONGLONG)r[REG_R10];
    c->R11 = (ULONGLONG)r[REG_R11];
    c->R12 = (ULONGLONG)r[REG_R12];
    c->R13 = (ULONGLONG)r[REG_R13];
    c->R14 = (ULONGLONG)r[REG_R14];
    c->R15 = (ULONGLONG)r[REG_R15];
    c->Rip = (ULONGLONG)r[REG_RIP];
    if (uc->uc_mcontext.fpregs) {
        _Static_assert(sizeof(*uc->uc_mcontext.fpregs) == sizeof(c->FltSave), "fxsave");
        memcpy(&c->FltSave, uc->uc_mcontext.fpregs, sizeof(c->FltSave));
        /* The kernel keeps notes of its own in the bytes that fxsave leaves to software. */
        memset(c->FltSave.Reserved4, 0, sizeof(c->FltSave.Reserved4));
    }
    c->MxCsr = c->FltSave.MxCsr;
}

void nt_ucontext_of_context(const CONTEXT *c, ucontext_t *uc)
{
    greg_t *r = uc->uc_mcontext.gregs;

    r[REG_EFL] = (greg_t)((c->EFlags & 0x00240dd5u) | 0x202u);
    r[REG_RAX] = (greg_t)c->Rax;
    r[REG_RCX] = (greg_t)c->Rcx;
    r[REG_RDX] = (greg_t)c->Rdx;
    r[REG_RBX] = (greg_t)c->Rbx;
    r[REG_RSP] = (greg_t)c->Rsp;
    r[REG_RBP] = (greg_t)c->Rbp;
    r[REG_RSI] = (greg_t)c->Rsi;
    r[REG_RDI] = (greg_t)c->Rdi;
    r[REG_R8] = (greg_t)c->R8;
    r[REG_R9] = (greg_t)c->R9;
    r[REG_R10] = (greg_t)c->R10;
    r[REG_R11] = (greg_t)c->R11;
    r[REG_R12] = (greg_t)c->R12;
    r[REG_R13] = (greg_t)c->R13;
    r[REG_R14] = (greg_t)c->R14;
    r[REG_R15] = (greg_t)c->R15;
    r[REG_RIP] = (greg_t)c->Rip;
    if (uc->uc_mcontext.fpregs) {
        memcpy(uc->uc_mcontext.fpregs, &c->FltSave, offsetof(XSAVE_FORMAT, Reserved4));
        nt_wide_legacy_used(uc);
    }
}

/* A fault in our own code: nothing can be trusted, so say where and stop. */
static void host_crash(int sig, const siginfo_t *si, uintptr_t pc) __attribute__((noreturn));
static void host_crash(int sig, const siginfo_t *si, uintptr_t pc)
{
    char line[160];
    extern const char __executable_start[];
    int n = snprintf(line, sizeof(line),
                     "compatrun: internal error: signal %d at %#lx (base %#lx), address %p\n", sig,
                     (unsigned long)pc, (unsigned long)__executable_start, si->si_addr);

    if (write(STDERR_FILENO, line, (size_t)n) < 0)
        _exit(125);
    signal(SIGABRT, SIG_DFL);
    if (getenv("COMPATRUN_CORE"))
        abort();
    _exit(125);
}

/* What the CPU could not tell Linux apart: looks at the instruction. */
static bool classify_gp(uintptr_t pc, EXCEPTION_RECORD *rec, CONTEXT *c)
{
    unsigned char b[2];

    if (!guest_read(b, (const void *)pc, sizeof(b)))
        return false;
    if (b[0] == 0xcd && b[1] == 0x29) { /* __fastfail(rcx) */
        rec->ExceptionCode = (DWORD)STATUS_STACK_BUFFER_OVERRUN;
        rec->ExceptionFlags = EXCEPTION_NONCONTINUABLE;
        rec->NumberParameters = 1;
        rec->ExceptionInformation[0] = c->Rcx;
        return true;
    }
    if (b[0] == 0xcd && b[1] == 0x2d) { /* debug service: a breakpoint to whoever looks */
        rec->ExceptionCode = (DWORD)STATUS_BREAKPOINT;
        rec->NumberParameters = 1;
        rec->ExceptionInformation[0] = c->Rax;
        c->Rip += 3;
        return true;
    }
    switch (b[0]) {
    case 0xe4: case 0xe5: case 0xe6: case 0xe7: case 0xec: case 0xed: case 0xee: case 0xef:
    case 0x6c: case 0x6d: case 0x6e: case 0x6f: case 0xf4: case 0xfa: case 0xfb:
        rec->ExceptionCode = (DWORD)STATUS_PRIVILEGED_INSTRUCTION;
        return true;
    case 0x0f:
        if (b[1] == 0x06 || b[1] == 0x08 || b[1] == 0x09 || b[1] == 0x20 || b[1] == 0x22 ||
            b[1] == 0x21 || b[1] == 0x23 || b[1] == 0x30 || b[1] == 0x32 || b[1] == 0x01) {
            rec->ExceptionCode = (DWORD)STATUS_PRIVILEGED_INSTRUCTION;
            return true;
        }
        break;
    default:
        break;
    }
    return false;
}

static DWORD code_of_fpe(int si_code)
{
    switch (si_code) {
    case FPE_INTDIV:
        return (DWORD)STATUS_INTEGER_DIVIDE_BY_ZERO;
    case FPE_INTOVF:
        return (DWORD)STATUS_INTEGER_OVERFLOW;
    case FPE_FLTDIV:
        return (DWORD)STATUS_FLOAT_DIVIDE_BY_ZERO;
    case FPE_FLTOVF:
        return (DWORD)STATUS_FLOAT_OVERFLOW;
    case FPE_FLTUND:
        return (DWORD)STATUS_FLOAT_UNDERFLOW;
    case FPE_FLTRES:
        return (DWORD)STATUS_FLOAT_INEXACT_RESULT;
    default:
        return (DWORD)STATUS_FLOAT_INVALID_OPERATION;
    }
}

/* Fills the record of a fault in guest code; false: nothing to raise, go on. */
static bool record_of_fault(int sig, const siginfo_t *si, const ucontext_t *uc, CONTEXT *c,
                            EXCEPTION_RECORD *rec)
{
    unsigned long err = (unsigned long)uc->uc_mcontext.gregs[REG_ERR];
    uintptr_t address = (uintptr_t)si->si_addr;

    *rec = (EXCEPTION_RECORD){.ExceptionAddress = (PVOID)c->Rip};
    switch (sig) {
    case SIGSEGV:
        if (si->si_code == SI_KERNEL) { /* general protection: no address */
            if (classify_gp(c->Rip, rec, c))
                return true;
            address = ~(uintptr_t)0;
            err = 0;
        } else {
            switch (vm_handle_fault(address, (err & PF_WRITE) != 0)) {
            case VM_FAULT_RETRY:
                return false;
            case VM_FAULT_GUARD:
                rec->ExceptionCode = (DWORD)STATUS_GUARD_PAGE_VIOLATION;
                goto parameters;
            case VM_FAULT_STACK_OVERFLOW:
                rec->ExceptionCode = (DWORD)STATUS_STACK_OVERFLOW;
                goto parameters;
            case VM_FAULT_NOT_OURS:
                break;
            }
        }
        rec->ExceptionCode = (DWORD)STATUS_ACCESS_VIOLATION;
    parameters:
        rec->NumberParameters = 2;
        rec->ExceptionInformation[0] = (err & PF_FETCH) ? 8 : (err & PF_WRITE) ? 1 : 0;
        rec->ExceptionInformation[1] = address;
        return true;
    case SIGBUS:
        if (si->si_code == BUS_ADRALN) {
            rec->ExceptionCode = (DWORD)STATUS_DATATYPE_MISALIGNMENT;
            return true;
        }
        rec->ExceptionCode = (DWORD)STATUS_IN_PAGE_ERROR;
        rec->NumberParameters = 3;
        rec->ExceptionInformation[0] = (err & PF_WRITE) ? 1 : 0;
        rec->ExceptionInformation[1] = address;
        rec->ExceptionInformation[2] = (ULONG_PTR)(LONG_PTR)STATUS_END_OF_FILE;
        return true;
    case SIGFPE:
        rec->ExceptionCode = code_of_fpe(si->si_code);
        return true;
    case SIGILL:
        rec->ExceptionCode = (DWORD)STATUS_ILLEGAL_INSTRUCTION;
        return true;
    case SIGTRAP:
        if (si->si_code == TRAP_TRACE || si->si_code == TRAP_HWBKPT) {
            rec->ExceptionCode = (DWORD)STATUS_SINGLE_STEP;
            c->EFlags &= ~0x100u;
        } else {
            rec->ExceptionCode = (DWORD)STATUS_BREAKPOINT;
            rec->NumberParameters = 1;
            c->Rip -= 1; /* NT reports the address of the int 3 itself */
            rec->ExceptionAddress = (PVOID)c->Rip;
        }
        return true;
    default:
        rec->ExceptionCode = (DWORD)STATUS_ILLEGAL_INSTRUCTION;
        return true;
    }
}

static void fault_handler(int sig, siginfo_t *si, void *ctx)
{
    ucontext_t *uc = ctx;
    greg_t *r = uc->uc_mcontext.gregs;
    uintptr_t pc = (uintptr_t)r[REG_RIP];
    struct nt_thread *t = nt_self();
    int saved_errno = errno;

    if (!nt_pc_is_guest(pc)) {
        uintptr_t fixup = guest_fault_fixup(pc);
        bool in_exit = pc >= (uintptr_t)nt_gate_exit_begin && pc < (uintptr_t)nt_gate_exit_end;
        if (fixup && (sig == SIGSEGV || sig == SIGBUS)) {
            bool write = ((unsigned long)r[REG_ERR] & PF_WRITE) != 0;
            if (sig != SIGSEGV || vm_handle_fault((uintptr_t)si->si_addr, write) != VM_FAULT_RETRY)
                r[REG_RIP] = (greg_t)fixup;
            errno = saved_errno;
            return;
        }
        /* The only guest memory that the way out touches is the return address; and a context may
         * hold an address that iretq refuses. Both are the guest's fault, at its own address. */
        if (t && (in_exit || pc == (uintptr_t)nt_gate_entry_read)) {
            CONTEXT c;
            if (in_exit)
                nt_context_of_frame(t->frame, &c);
            else
                nt_context_of_ucontext(uc, &c);
            if (sig == SIGSEGV && si->si_code != SI_KERNEL &&
                vm_handle_fault((uintptr_t)si->si_addr, false) == VM_FAULT_RETRY)
                return;
            EXCEPTION_RECORD rec = {.ExceptionCode = (DWORD)STATUS_ACCESS_VIOLATION,
                                    .ExceptionAddress = (PVOID)c.Rip,
                                    .NumberParameters = 2};
            rec.ExceptionInformation[1] = (ULONG_PTR)si->si_addr;
            nt_dispatch_exception_in_signal(t, &rec, &c, uc);
            return;
        }
        host_crash(sig, si, pc);
    }
    if (!t)
        host_crash(sig, si, pc);

    unsigned char insn[2];
    if (sig == SIGSEGV && si->si_code == SI_KERNEL &&
        guest_read(insn, (const void *)pc, sizeof(insn)) && insn[0] == 0xcd && insn[1] == 0x2e) {
        /* int 2e: NT's older way into the kernel; eax already holds the number. */
        r[REG_RCX] = (greg_t)(pc + 2);
        r[REG_RIP] = (greg_t)nt_gate_raw_entry;
        return;
    }

    CONTEXT c;
    EXCEPTION_RECORD rec;
    nt_context_of_ucontext(uc, &c);
    if (record_of_fault(sig, si, uc, &c, &rec))
        nt_dispatch_exception_in_signal(t, &rec, &c, uc);
    errno = saved_errno;
}

extern const char nt_block_begin[], nt_block_end[], nt_block_interrupted[];

/* On the way in: the guest's state as if the call had already come back. False: not there. */
static bool context_at_entry(const struct nt_thread *t, const ucontext_t *uc, CONTEXT *c)
{
    uintptr_t pc = (uintptr_t)uc->uc_mcontext.gregs[REG_RIP];

    if (pc < (uintptr_t)nt_gate_raw_entry || pc >= (uintptr_t)nt_gate_entry_done)
        return false;
    nt_context_of_ucontext(uc, c);
    if (pc >= (uintptr_t)nt_gate_entry_saved) {
        c->Rip = t->frame->rip;
        c->Rsp = t->frame->rsp;
    } else if (pc < (uintptr_t)nt_gate_entry) {
        c->Rip = c->Rcx; /* as the instruction leaves it */
    } else if (guest_read(&c->Rip, (const void *)c->Rsp, sizeof(c->Rip))) {
        c->Rsp += 8;
    }
    return true;
}

static void interrupt_handler(int sig, siginfo_t *si, void *ctx)
{
    ucontext_t *uc = ctx;
    greg_t *pc_reg = &uc->uc_mcontext.gregs[REG_RIP];
    uintptr_t pc = (uintptr_t)*pc_reg;
    struct nt_thread *t = nt_self();
    int saved_errno = errno;
    CONTEXT c;

    (void)sig;
    (void)si;
    if (!t)
        return;
    if (nt_pc_is_guest(pc)) {
        nt_context_of_ucontext(uc, &c);
        nt_thread_interrupted(t, true, &c, uc);
        nt_ucontext_of_context(&c, uc);
    } else {
        /* In the middle of the way out: decide again what is pending. Just before a blocking call:
         * do not make it. */
        if (pc >= (uintptr_t)nt_gate_exit_begin && pc < (uintptr_t)nt_gate_exit_end)
            *pc_reg = (greg_t)nt_gate_exit_check;
        else if (pc >= (uintptr_t)nt_block_begin && pc < (uintptr_t)nt_block_end)
            *pc_reg = (greg_t)nt_block_interrupted;
        nt_thread_interrupted(t, false, context_at_entry(t, uc, &c) ? &c : NULL, uc);
    }
    errno = saved_errno;
}

static void sys_handler(int sig, siginfo_t *si, void *ctx)
{
    ucontext_t *uc = ctx;
    greg_t *r = uc->uc_mcontext.gregs;

    if (!nt_pc_is_guest((uintptr_t)r[REG_RIP]) || !trap_is_guest_call(si))
        host_crash(sig, si, (uintptr_t)r[REG_RIP]);
    /* The signal's return goes to the gate as if the guest had called it; the instruction itself
     * gives rcx away for the return address. */
    r[REG_RCX] = r[REG_RIP];
    r[REG_RAX] = (greg_t)trap_call_number(si);
    r[REG_RIP] = (greg_t)nt_gate_raw_entry;
}

static __thread void *alt_stack;

bool nt_signal_thread_init(void)
{
    size_t size = ALT_STACK_SIZE;
    void *p = nt_host_thread_alternate(&size);

    if (p) {
        stack_t given = {.ss_sp = p, .ss_size = size};
        return sigaltstack(&given, NULL) == 0;
    }
    p = mmap(NULL, ALT_STACK_SIZE, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        return false;
    stack_t ss = {.ss_sp = p, .ss_size = ALT_STACK_SIZE};
    if (sigaltstack(&ss, NULL) != 0) {
        munmap(p, ALT_STACK_SIZE);
        return false;
    }
    alt_stack = p;
    return true;
}

void nt_signal_thread_done(void)
{
    stack_t ss = {.ss_flags = SS_DISABLE};

    if (!alt_stack)
        return;
    sigaltstack(&ss, NULL);
    munmap(alt_stack, ALT_STACK_SIZE);
    alt_stack = NULL;
}

void nt_signal_init(void)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
    struct sigaction sa = {.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};

    /* The interrupt signal waits while a fault is turned into an exception. */
    sigemptyset(&sa.sa_mask);
    sigaddset(&sa.sa_mask, NT_SIGNAL_INTERRUPT);
    sa.sa_sigaction = fault_handler;
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
        sigaction(faults[i], &sa, NULL);
    sa.sa_sigaction = sys_handler;
    sigaction(SIGSYS, &sa, NULL);
    sa.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sa.sa_sigaction = interrupt_handler;
    sigaction(NT_SIGNAL_INTERRUPT, &sa, NULL);
    signal(SIGPIPE, SIG_IGN);
}
