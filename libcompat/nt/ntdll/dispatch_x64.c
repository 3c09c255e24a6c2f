/*
 * Finding a handler for an exception, and unwinding to it.
 *
 * Two short assembly functions call the language handlers. They have language handlers of their
 * own, by which an exception (or an unwind) that runs into a call in progress finds out: in the
 * search phase that is a nested exception, in the unwind phase a collided unwind.
 */
#include "eh.h"

EXCEPTION_DISPOSITION eh_call_for_exception(EXCEPTION_RECORD *record, void *frame,
                                            CONTEXT *context, DISPATCHER_CONTEXT *dispatcher);
EXCEPTION_DISPOSITION eh_call_for_unwind(EXCEPTION_RECORD *record, void *frame, CONTEXT *context,
                                         DISPATCHER_CONTEXT *dispatcher);

/* Both keep the dispatcher context at [frame + 0x28] for their language handlers;
 * DISPATCHER_CONTEXT.LanguageHandler is at 0x30. The nop keeps the return address of the call
 * inside the frame's body. */
asm(".text\n"
    ".balign 16\n"
    ".globl eh_call_for_exception\n"
    ".def eh_call_for_exception; .scl 2; .type 32; .endef\n"
    ".seh_proc eh_call_for_exception\n"
    "eh_call_for_exception:\n"
    "    subq $0x38, %rsp\n"
    ".seh_stackalloc 0x38\n"
    ".seh_handler eh_nested_handler, @except, @unwind\n"
    ".seh_endprologue\n"
    "    movq %r9, 0x28(%rsp)\n"
    "    call *0x30(%r9)\n"
    "    nop\n"
    "    addq $0x38, %rsp\n"
    "    ret\n"
    ".seh_endproc\n"
    ".balign 16\n"
    ".globl eh_call_for_unwind\n"
    ".def eh_call_for_unwind; .scl 2; .type 32; .endef\n"
    ".seh_proc eh_call_for_unwind\n"
    "eh_call_for_unwind:\n"
    "    subq $0x38, %rsp\n"
    ".seh_stackalloc 0x38\n"
    ".seh_handler eh_collided_handler, @except, @unwind\n"
    ".seh_endprologue\n"
    "    movq %r9, 0x28(%rsp)\n"
    "    call *0x30(%r9)\n"
    "    nop\n"
    "    addq $0x38, %rsp\n"
    "    ret\n"
    ".seh_endproc\n");
_Static_assert(offsetof(DISPATCHER_CONTEXT, LanguageHandler) == 0x30, "DISPATCHER_CONTEXT");

static DISPATCHER_CONTEXT *interrupted_dispatcher(void *frame)
{
    return *(DISPATCHER_CONTEXT **)((char *)frame + 0x28);
}

__attribute__((used)) EXCEPTION_DISPOSITION eh_nested_handler(EXCEPTION_RECORD *record,
                                                              void *frame, CONTEXT *context,
                                                              DISPATCHER_CONTEXT *dispatcher)
{
    (void)context;
    if (IS_UNWINDING(record->ExceptionFlags))
        return ExceptionContinueSearch;
    dispatcher->EstablisherFrame = interrupted_dispatcher(frame)->EstablisherFrame;
    return ExceptionNestedException;
}

/* The new unwind (or search) goes on where the interrupted one was, not through its dead frames. */
__attribute__((used)) EXCEPTION_DISPOSITION eh_collided_handler(EXCEPTION_RECORD *record,
                                                                void *frame, CONTEXT *context,
                                                                DISPATCHER_CONTEXT *dispatcher)
{
    ULONG64 target = dispatcher->TargetIp;
    UNWIND_HISTORY_TABLE *history = dispatcher->HistoryTable;

    (void)record, (void)context;
    *dispatcher = *interrupted_dispatcher(frame);
    dispatcher->TargetIp = target;
    dispatcher->HistoryTable = history;
    return ExceptionCollidedUnwind;
}

struct eh_stack eh_current_stack(void)
{
    NT_TIB *tib = &eh_teb()->NtTib;

    return (struct eh_stack){(ULONG_PTR)tib->StackLimit, (ULONG_PTR)tib->StackBase};
}

static bool frame_in_stack(const struct eh_stack *stack, ULONG_PTR frame)
{
    return frame >= stack->low && frame < stack->high && (frame & 7) == 0;
}

/* ---- one frame after the other ----------------------------------------------------------------- */

struct step {
    struct eh_function function;
    ULONG_PTR pc;
    struct eh_unwound unwound;
};

/* Undoes the frame that *context is in. What does not bring the stack pointer nearer to the base of
 * the stack would go round for ever: that stack is bad, too. */
static NTSTATUS step_frame(ULONG handler_type, const struct eh_stack *stack, CONTEXT *context,
                           struct step *step)
{
    ULONG_PTR before = context->Rsp;
    NTSTATUS status;

    step->pc = context->Rip;
    if (!eh_function_find(step->pc, &step->function))
        step->function = (struct eh_function){0};
    status = eh_unwind_frame(handler_type, &step->function, step->pc, stack, context, NULL,
                             &step->unwound);
    if (status)
        return status;
    if (context->Rsp <= before || !frame_in_stack(stack, step->unwound.frame))
        return STATUS_BAD_STACK;
    return STATUS_SUCCESS;
}

/* The first frame of a thread returns to nowhere. Code that was interrupted at address 0 (a call of a
 * null pointer) is not that: its caller comes next. */
static bool more_frames(const struct eh_stack *stack, const CONTEXT *context,
                        const struct step *step)
{
    return frame_in_stack(stack, context->Rsp) && (context->Rip || step->unwound.machine_frame);
}

static DISPATCHER_CONTEXT dispatcher_for(const struct step *step, CONTEXT *context,
                                         UNWIND_HISTORY_TABLE *history)
{
    return (DISPATCHER_CONTEXT){
        .ControlPc = step->pc,
        .ImageBase = step->function.base,
        .FunctionEntry = step->function.entry,
        .EstablisherFrame = step->unwound.frame,
        .ContextRecord = context,
        .LanguageHandler = step->unwound.handler,
        .HandlerData = step->unwound.handler_data,
        .HistoryTable = history,
    };
}

/* What a collided unwind goes on with: the frame of the interrupted one. *context becomes that
 * frame's context undone; ScopeIndex stays in the dispatcher context. */
static NTSTATUS resume_collided(const DISPATCHER_CONTEXT *dispatcher, const struct eh_stack *stack,
                                CONTEXT *context, struct step *step)
{
    struct eh_unwound out;
    struct eh_module module;
    NTSTATUS status;

    step->function.entry = dispatcher->FunctionEntry;
    step->function.base = dispatcher->ImageBase;
    step->function.image_size = eh_module_find(dispatcher->ControlPc, &module) ? module.size : 0;
    step->pc = dispatcher->ControlPc;
    step->unwound.frame = dispatcher->EstablisherFrame;
    step->unwound.handler = dispatcher->LanguageHandler;
    step->unwound.handler_data = dispatcher->HandlerData;
    status = eh_unwind_frame(UNW_FLAG_NHANDLER, &step->function, step->pc, stack, context, NULL,
                             &out);
    step->unwound.machine_frame = out.machine_frame;
    return status;
}

/* ---- search ------------------------------------------------------------------------------------ */

static bool search_frames(EXCEPTION_RECORD *record, CONTEXT *origin)
{
    struct eh_stack stack = eh_current_stack();
    UNWIND_HISTORY_TABLE history = {.Search = UNWIND_HISTORY_TABLE_GLOBAL};
    CONTEXT context = *origin;
    ULONG_PTR nested_frame = 0;
    DWORD sticky = record->ExceptionFlags & EXCEPTION_NONCONTINUABLE;
    struct step step;

    do {
        DISPATCHER_CONTEXT dispatcher;
        ULONG scope = 0;
        bool again;

        if (step_frame(UNW_FLAG_EHANDLER, &stack, &context, &step)) {
            record->ExceptionFlags |= EXCEPTION_STACK_INVALID;
            return false;
        }
        if (!step.unwound.handler)
            continue;
        do {
            EXCEPTION_DISPOSITION disposition;

            again = false;
            dispatcher = dispatcher_for(&step, &context, &history);
            dispatcher.ScopeIndex = scope;
            disposition = eh_call_for_exception(record, (void *)step.unwound.frame, origin,
                                                &dispatcher);
            record->ExceptionFlags |= sticky; /* handlers cannot take that back */
            if (step.unwound.frame == nested_frame) {
                record->ExceptionFlags &= ~(DWORD)EXCEPTION_NESTED_CALL;
                nested_frame = 0;
            }
            switch (disposition) {
            case ExceptionContinueExecution:
                if (record->ExceptionFlags & EXCEPTION_NONCONTINUABLE)
                    eh_raise_about(STATUS_NONCONTINUABLE_EXCEPTION, record);
                return true;
            case ExceptionContinueSearch:
                break;
            case ExceptionNestedException:
                record->ExceptionFlags |= EXCEPTION_NESTED_CALL;
                if (dispatcher.EstablisherFrame > nested_frame)
                    nested_frame = dispatcher.EstablisherFrame;
                break;
            case ExceptionCollidedUnwind:
                context = *dispatcher.ContextRecord;
                if (resume_collided(&dispatcher, &stack, &context, &step)) {
                    record->ExceptionFlags |= EXCEPTION_STACK_INVALID;
                    return false;
                }
                scope = dispatcher.ScopeIndex;
                again = true;
                break;
            default:
                eh_raise_about(STATUS_INVALID_DISPOSITION, record);
            }
        } while (again);
    } while (more_frames(&stack, &context, &step));
    return false;
}

/* True: a handler wants execution to go on with *context. The continue handlers come last in any
 * case: Go's runtime tells of an exception that nobody wanted in one of them. */
BOOLEAN NTAPI RtlDispatchException(EXCEPTION_RECORD *record, CONTEXT *context)
{
    BOOLEAN handled =
        eh_call_vectored_handlers(record, context) || search_frames(record, context);

    eh_call_continue_handlers(record, context);
    return handled;
}

EXCEPTION_DISPOSITION NTAPI eh_thread_start_handler(EXCEPTION_RECORD *record, void *frame,
                                                    CONTEXT *context, void *dispatcher)
{
    EXCEPTION_POINTERS pointers = {record, context};

    (void)frame, (void)dispatcher;
    if (IS_UNWINDING(record->ExceptionFlags))
        return ExceptionContinueSearch;
    return eh_unhandled(&pointers) == EXCEPTION_CONTINUE_EXECUTION ? ExceptionContinueExecution
                                                                    : ExceptionContinueSearch;
}

/* ---- unwind ------------------------------------------------------------------------------------ */

static void call_unwind_handlers(EXCEPTION_RECORD *record, struct step *step, CONTEXT *current,
                                 CONTEXT *undone, const struct eh_stack *stack,
                                 ULONG_PTR target_frame, ULONG_PTR target_ip, ULONG_PTR value,
                                 DWORD flags, UNWIND_HISTORY_TABLE *history)
{
    ULONG scope = 0;

    for (;;) {
        DISPATCHER_CONTEXT dispatcher = dispatcher_for(step, current, history);
        EXCEPTION_DISPOSITION disposition;

        dispatcher.TargetIp = target_ip;
        dispatcher.ScopeIndex = scope;
        if (step->unwound.frame == target_frame)
            flags |= EXCEPTION_TARGET_UNWIND;
        record->ExceptionFlags = flags;
        current->Rax = value;
        disposition = eh_call_for_unwind(record, (void *)step->unwound.frame, current,
                                         &dispatcher);
        flags &= ~(DWORD)(EXCEPTION_COLLIDED_UNWIND | EXCEPTION_TARGET_UNWIND);
        if (disposition == ExceptionContinueSearch)
            return;
        if (disposition != ExceptionCollidedUnwind)
            eh_raise_about(STATUS_INVALID_DISPOSITION, record);
        /* The interrupted unwind's context is of the frame itself, like `current`. */
        *current = *dispatcher.ContextRecord;
        *undone = *current;
        if (resume_collided(&dispatcher, stack, undone, step))
            eh_raise_about(STATUS_BAD_STACK, record);
        scope = dispatcher.ScopeIndex;
        flags |= EXCEPTION_COLLIDED_UNWIND;
    }
}

void NTAPI RtlUnwindEx(PVOID target_frame, PVOID target_ip, PEXCEPTION_RECORD record, PVOID value,
                       PCONTEXT context, PUNWIND_HISTORY_TABLE history)
{
    ULONG_PTR target = (ULONG_PTR)target_frame;
    EXCEPTION_RECORD own_record = {.ExceptionCode = (DWORD)STATUS_UNWIND};
    CONTEXT other, *current = context, *undone = &other;
    struct eh_stack stack;
    struct step step;
    DWORD flags;

    RtlCaptureContext(current); /* this very function's frame is the first to be undone */
    /* Only now: the stack's limit moves down when its pages are touched, and that call has touched
     * the page at the end of this frame. */
    stack = eh_current_stack();
    if (!record) {
        own_record.ExceptionAddress = (PVOID)current->Rip;
        record = &own_record;
    }
    flags = record->ExceptionFlags & EXCEPTION_NONCONTINUABLE;
    flags |= EXCEPTION_UNWINDING | (target ? 0 : EXCEPTION_EXIT_UNWIND);

    for (;;) {
        CONTEXT *swap;

        *undone = *current;
        if (step_frame(UNW_FLAG_UHANDLER, &stack, undone, &step))
            eh_raise_about(STATUS_BAD_STACK, record);
        if (step.function.entry && target && step.unwound.frame > target)
            eh_raise_about(STATUS_BAD_STACK, record); /* went past it */
        if (step.unwound.handler)
            call_unwind_handlers(record, &step, current, undone, &stack, target,
                                 (ULONG_PTR)target_ip, (ULONG_PTR)value, flags, history);
        if (target && step.function.entry && step.unwound.frame == target)
            break;
        swap = current;
        current = undone;
        undone = swap;
        if (!more_frames(&stack, current, &step)) {
            if (target)
                eh_raise_about(STATUS_BAD_STACK, record);
            /* An exit unwind has seen the last frame: nothing is left to return to. */
            record->ExceptionFlags = flags;
            NtRaiseException(record, current, FALSE);
            NtTerminateProcess(NtCurrentProcess(), (NTSTATUS)record->ExceptionCode);
        }
    }
    current->Rax = (ULONG_PTR)value;
    if (record->ExceptionCode != (DWORD)STATUS_UNWIND_CONSOLIDATE)
        current->Rip = (ULONG_PTR)target_ip;
    RtlRestoreContext(current, record);
}

void NTAPI RtlUnwind(PVOID target_frame, PVOID target_ip, PEXCEPTION_RECORD record, PVOID value)
{
    CONTEXT context;

    RtlUnwindEx(target_frame, target_ip, record, value, &context, NULL);
}

void _local_unwind(void *frame, void *target_ip)
{
    CONTEXT context;

    RtlUnwindEx(frame, target_ip, NULL, NULL, &context, NULL);
}
