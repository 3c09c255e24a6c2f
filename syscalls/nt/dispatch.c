/* From the gate to the handlers, and what is pending on the way back. */
#include <pthread.h>

#include "syscalls/gate/nt_offsets.h"
#include "syscalls/nt/nt.h"
#include "syscalls/nt/thread.h"
#include "syscalls/nt/thread_state.h"
#include "syscalls/nt/trace.h"

_Static_assert(offsetof(struct nt_thread, frame) == T_FRAME, "nt_offsets.h");
_Static_assert(offsetof(struct nt_thread, pending) == T_PENDING, "nt_offsets.h");
_Static_assert(offsetof(struct nt_thread, exit_sp) == T_EXIT_SP, "nt_offsets.h");
_Static_assert(sizeof(struct nt_frame) == F_SIZE, "nt_offsets.h");
_Static_assert(NT_RESTORE_WITH_STATUS == RESTORE_WITH_STATUS, "nt_offsets.h");

__thread struct nt_thread *nt_self_tls __attribute__((tls_model("local-exec")));

/* Ends with a call, not with a return behind one: after a host call the processor has lost its
 * stack of return addresses, and every return on the way back to the guest is mispredicted. */
NTSTATUS nt_dispatch(struct nt_thread *t, struct nt_frame *f)
{
    if (f->number >= nt_call_count || !nt_calls[f->number].name)
        return STATUS_INVALID_SYSTEM_SERVICE;
    const struct nt_call *c = &nt_calls[f->number];
    if (c->arg_count > 4 && !guest_read(&f->args[4], (const void *)f->stack_args,
                                        (c->arg_count - 4) * sizeof(f->args[0])))
        return STATUS_ACCESS_VIOLATION;
    if (__builtin_expect(nt_trace_on, 0))
        return nt_trace_call(t, f, c);
    return c->thunk ? c->thunk(t, f->args) : nt_missing_call(c);
}

void nt_exit_work(struct nt_thread *t, struct nt_frame *f)
{
    unsigned pending = atomic_load(&t->pending);

    if (pending & NT_PENDING_TERMINATE)
        nt_thread_exit(t, t->exit_status);
    if (pending & (NT_PENDING_SUSPEND | NT_PENDING_CONTEXT))
        nt_thread_stop_point(t, f);
    else if (pending & NT_PENDING_APC)
        nt_thread_deliver_apc(t, f);
}

void nt_context_of_frame(const struct nt_frame *f, CONTEXT *c)
{
    *c = (CONTEXT){.ContextFlags = CONTEXT_FULL | CONTEXT_SEGMENTS};
    if (f->restore) {
        *c = f->restore_context;
        if (f->restore == NT_RESTORE_WITH_STATUS)
            c->Rax = f->status;
        return;
    }
    c->MxCsr = f->mxcsr;
    c->SegCs = SEL_CS;
    c->SegDs = c->SegEs = c->SegSs = c->SegGs = SEL_SS;
    c->SegFs = 0x53;
    c->EFlags = 0x202;
    c->Rax = f->status;
    c->Rbx = f->rbx;
    c->Rbp = f->rbp;
    c->Rsi = f->rsi;
    c->Rdi = f->rdi;
    c->R12 = f->r12;
    c->R13 = f->r13;
    c->R14 = f->r14;
    c->R15 = f->r15;
    c->Rsp = f->rsp;
    c->Rip = f->rip;
    c->FltSave.ControlWord = 0x27f;
    c->FltSave.MxCsr = f->mxcsr;
    c->FltSave.MxCsr_Mask = 0xffff;
    for (int i = 0; i < 10; i++)
        __builtin_memcpy(&c->FltSave.XmmRegisters[6 + i], f->xmm[i], 16);
}

void nt_context_merge(CONTEXT *to, const CONTEXT *from)
{
    const DWORD integer = CONTEXT_INTEGER & ~CONTEXT_AMD64;
    const DWORD control = CONTEXT_CONTROL & ~CONTEXT_AMD64;
    const DWORD floating = CONTEXT_FLOATING_POINT & ~CONTEXT_AMD64;

    if (from->ContextFlags & control) {
        to->Rip = from->Rip;
        to->Rsp = from->Rsp;
        to->EFlags = from->EFlags;
    }
    if (from->ContextFlags & integer) {
        to->Rax = from->Rax;
        to->Rcx = from->Rcx;
        to->Rdx = from->Rdx;
        to->Rbx = from->Rbx;
        to->Rbp = from->Rbp;
        to->Rsi = from->Rsi;
        to->Rdi = from->Rdi;
        to->R8 = from->R8;
        to->R9 = from->R9;
        to->R10 = from->R10;
        to->R11 = from->R11;
        to->R12 = from->R12;
        to->R13 = from->R13;
        to->R14 = from->R14;
        to->R15 = from->R15;
    }
    if (from->ContextFlags & floating) {
        to->FltSave = from->FltSave;
        to->MxCsr = from->FltSave.MxCsr;
    }
    /* What would fault in the gate must not get there. */
    to->EFlags = (to->EFlags & 0x00240dd5u) | 0x202u;
    to->FltSave.MxCsr &= 0xffff;
    to->MxCsr = to->FltSave.MxCsr;
    to->FltSave.ControlWord |= 0x40;
}

void nt_context_copy(CONTEXT *to, const CONTEXT *from, DWORD flags)
{
    CONTEXT part = *from;

    to->ContextFlags = part.ContextFlags = flags;
    nt_context_merge(to, &part);
    if (flags & CONTEXT_SEGMENTS & ~CONTEXT_AMD64) {
        to->SegDs = to->SegEs = to->SegGs = SEL_SS;
        to->SegFs = 0x53;
    }
    if (flags & CONTEXT_CONTROL & ~CONTEXT_AMD64) {
        to->SegCs = SEL_CS;
        to->SegSs = SEL_SS;
    }
    /* Nobody can set them. */
    if (flags & CONTEXT_DEBUG_REGISTERS & ~CONTEXT_AMD64)
        to->Dr0 = to->Dr1 = to->Dr2 = to->Dr3 = to->Dr6 = to->Dr7 = 0;
}

void nt_frame_set_context(struct nt_frame *f, const CONTEXT *from)
{
    CONTEXT now;

    if (!f->restore)
        f->wide = 0;
    nt_context_of_frame(f, &now);
    nt_context_merge(&now, from);
    f->restore_context = now;
    f->restore = NT_RESTORE_CONTEXT;
}
