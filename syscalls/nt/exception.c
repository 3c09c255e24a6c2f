/* Exceptions: from a record and a context to the guest's dispatcher, or to the end. */
#include <stdio.h>
#include <string.h>

#include "syscalls/gate/nt_offsets.h"
#include "syscalls/nt/process.h"
#include "syscalls/nt/section.h"
#include "syscalls/nt/signal.h"
#include "syscalls/nt/thread.h"
#include "syscalls/nt/thread_state.h"
#include "syscalls/nt/vm.h"
#include "syscalls/nt/wide.h"
#include "nt_handlers.h"

/* What KiUserExceptionDispatcher finds at its stack pointer on x64. The machine frame lets the
 * unwinder go on into the interrupted function. */
struct exception_frame {
    CONTEXT context;
    struct nt_context_ex context_ex;
    EXCEPTION_RECORD record;
    uint64_t pad;
    uint64_t rip, cs, eflags, rsp, ss;
    uint64_t pad2;
};
_Static_assert(offsetof(struct exception_frame, record) == 0x4f0, "x64 dispatcher frame");
_Static_assert(offsetof(struct exception_frame, rip) == 0x590, "x64 dispatcher frame");
_Static_assert(sizeof(struct exception_frame) % 16 == 0, "x64 dispatcher frame");

/* high: NULL, or the upper halves of the vector registers. */
static bool push_exception(const EXCEPTION_RECORD *record, const CONTEXT *context,
                           const uint8_t high[16][16], uint64_t *rsp)
{
    struct exception_frame f = {.context = *context, .record = *record};
    uint64_t below = context->Rsp, area = 0;

    f.context.ContextFlags &= ~(CONTEXT_XSTATE & ~CONTEXT_AMD64);
    if (high) {
        if (!nt_wide_push(&below, high, &area))
            return false;
        f.context.ContextFlags |= CONTEXT_XSTATE;
    }
    uint64_t at = (below - sizeof(f)) & ~15ull;
    nt_wide_describe(&f.context_ex, at, area);
    f.rip = context->Rip;
    f.cs = SEL_CS;
    f.eflags = context->EFlags;
    f.rsp = context->Rsp;
    f.ss = SEL_SS;
    if (!guest_write((void *)at, &f, sizeof(f)))
        return false;
    *rsp = at;
    return true;
}

void nt_dispatch_exception_in_signal(struct nt_thread *t, const EXCEPTION_RECORD *record,
                                     const CONTEXT *context, ucontext_t *uc)
{
    CONTEXT c = *context;
    bool fail_fast = record->ExceptionCode == (DWORD)STATUS_STACK_BUFFER_OVERRUN &&
                     (record->ExceptionFlags & EXCEPTION_NONCONTINUABLE);

    uint8_t high[16][16];
    bool wide = uc->uc_mcontext.gregs[REG_RIP] < (greg_t)GUEST_END && nt_wide_of_ucontext(uc, high);

    (void)t;
    if (fail_fast || !push_exception(record, context, wide ? high : NULL, &c.Rsp))
        nt_die_of_exception(record, context);
    c.Rip = nt_process.user_exception_dispatcher;
    c.EFlags &= ~0x500u; /* trap and direction flags are the handler's, not the fault's */
    nt_ucontext_of_context(&c, uc);
}

NTSTATUS nt_dispatch_exception(struct nt_thread *t, const EXCEPTION_RECORD *record,
                               const CONTEXT *context, struct nt_frame *f)
{
    CONTEXT c = *context;

    (void)t;
    if (!push_exception(record, context, NULL, &c.Rsp))
        nt_die_of_exception(record, context);
    c.Rip = nt_process.user_exception_dispatcher;
    c.ContextFlags = CONTEXT_FULL;
    nt_frame_set_context(f, &c);
    return STATUS_SUCCESS;
}

NTSTATUS NtRaiseException(struct nt_thread *t, const EXCEPTION_RECORD *ExceptionRecord,
                          const CONTEXT *ContextRecord, BOOLEAN FirstChance)
{
    EXCEPTION_RECORD record;
    CONTEXT context;

    if (!guest_get(&record, ExceptionRecord) || !guest_get(&context, ContextRecord))
        return STATUS_ACCESS_VIOLATION;
    if (record.NumberParameters > EXCEPTION_MAXIMUM_PARAMETERS)
        return STATUS_INVALID_PARAMETER;
    if (!FirstChance)
        nt_die_of_exception(&record, &context);
    return nt_dispatch_exception(t, &record, &context, t->frame);
}

NTSTATUS NtContinue(struct nt_thread *t, const CONTEXT *ContextRecord, BOOLEAN TestAlert)
{
    CONTEXT context;

    if (!guest_get(&context, ContextRecord))
        return STATUS_ACCESS_VIOLATION;
    nt_frame_set_context(t->frame, &context);
    t->frame->wide = nt_wide_get(ContextRecord, context.ContextFlags, t->frame->high);
    nt_thread_started(t);
    return TestAlert ? nt_thread_test_alert(t) : STATUS_SUCCESS;
}

static int signal_of_exception(DWORD code)
{
    switch ((NTSTATUS)code) {
    case STATUS_ACCESS_VIOLATION:
    case STATUS_GUARD_PAGE_VIOLATION:
    case STATUS_STACK_OVERFLOW:
        return 11; /* SIGSEGV */
    case STATUS_IN_PAGE_ERROR:
    case STATUS_DATATYPE_MISALIGNMENT:
        return 7; /* SIGBUS */
    case STATUS_ILLEGAL_INSTRUCTION:
    case STATUS_PRIVILEGED_INSTRUCTION:
        return 4; /* SIGILL */
    case STATUS_INTEGER_DIVIDE_BY_ZERO:
    case STATUS_INTEGER_OVERFLOW:
    case STATUS_FLOAT_DIVIDE_BY_ZERO:
    case STATUS_FLOAT_INEXACT_RESULT:
    case STATUS_FLOAT_INVALID_OPERATION:
    case STATUS_FLOAT_OVERFLOW:
    case STATUS_FLOAT_UNDERFLOW:
    case STATUS_FLOAT_STACK_CHECK:
    case STATUS_FLOAT_DENORMAL_OPERAND:
        return 8; /* SIGFPE */
    case STATUS_BREAKPOINT:
    case STATUS_SINGLE_STEP:
        return 5; /* SIGTRAP */
    case STATUS_CONTROL_C_EXIT:
        return 2; /* SIGINT */
    default:
        return 6; /* SIGABRT */
    }
}

/* "name.dll+0x123" or the bare address. */
void nt_describe_address(uintptr_t address, char *text, size_t size)
{
    struct vm_info info;

    snprintf(text, size, "%#lx", (unsigned long)address);
    if (!vm_query(address, &info) || info.type != MEM_IMAGE || !info.section)
        return;
    const struct nt_section *s = (const struct nt_section *)info.section;
    if (!s->name)
        return;
    char name[128];
    size_t n = s->name_length / sizeof(WCHAR), from = n, out = 0;
    while (from > 0 && s->name[from - 1] != '\\' && s->name[from - 1] != '/')
        from--;
    for (; from < n && out + 1 < sizeof(name); from++)
        name[out++] = s->name[from] >= 0x20 && s->name[from] < 0x7f ? (char)s->name[from] : '?';
    name[out] = 0;
    snprintf(text, size, "%#lx (%s+%#lx)", (unsigned long)address, name,
             (unsigned long)(address - info.alloc_base));
}

void nt_die_of_exception(const EXCEPTION_RECORD *record, const CONTEXT *context)
{
    const char *name = nt_status_name((NTSTATUS)record->ExceptionCode);
    char where[192], more[96] = "";

    (void)context;
    nt_describe_address((uintptr_t)record->ExceptionAddress, where, sizeof(where));
    if (record->ExceptionCode == (DWORD)STATUS_ACCESS_VIOLATION && record->NumberParameters >= 2)
        snprintf(more, sizeof(more), ", %s %#lx",
                 record->ExceptionInformation[0] == 8   ? "executing"
                 : record->ExceptionInformation[0] == 1 ? "writing"
                                                        : "reading",
                 (unsigned long)record->ExceptionInformation[1]);
    else if (record->NumberParameters >= 1)
        snprintf(more, sizeof(more), ", parameter %#lx",
                 (unsigned long)record->ExceptionInformation[0]);
    if (nt_died_of_missing)
        nt_exit_process_as((NTSTATUS)record->ExceptionCode, 125); /* already explained */
    nt_warn("unhandled exception 0x%08X%s%s at %s%s", record->ExceptionCode, name ? " " : "",
            name ? name : "", where, more);
    nt_exit_process_as((NTSTATUS)record->ExceptionCode,
                       128 + signal_of_exception(record->ExceptionCode));
}
