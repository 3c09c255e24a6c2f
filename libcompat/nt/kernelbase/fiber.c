/*
 * Fibers: several stacks on one thread, switched by the program.
 *
 * A running fiber's stack limits, exception list, FLS and activation contexts are the TEB's; a
 * switch moves them between the TEB and the fiber.
 */
#include "fiber.h"
#include "libcompat/nt/include/actctx.h"

static BOOL has_fiber(TEB *teb)
{
    return (teb->SameTebFlags & TEB_HAS_FIBER_DATA) != 0;
}

static void __attribute__((noreturn)) run(struct fiber *fiber)
{
    fiber->entry(fiber->parameter);
    /* A fiber's function that returns ends the thread, as documented. */
    RtlExitUserThread(0);
    __builtin_unreachable();
}

#define PAGE_BYTES 0x1000u
#define GRANULE 0x10000u

/* A stack as a thread's: committed at the top, a guard page below that, the rest reserved. */
static BOOL create_stack(SIZE_T commit, SIZE_T reserve, INITIAL_TEB *stack)
{
    const char *image = current_peb()->ImageBaseAddress;
    const IMAGE_NT_HEADERS *headers =
        (const void *)(image + ((const IMAGE_DOS_HEADER *)image)->e_lfanew);
    char *base;

    if (!reserve)
        reserve = headers->OptionalHeader.SizeOfStackReserve;
    if (!commit)
        commit = headers->OptionalHeader.SizeOfStackCommit;
    if (commit > (SIZE_T)-1 / 2 || reserve > (SIZE_T)-1 / 2)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    commit = (commit + PAGE_BYTES - 1) & ~(SIZE_T)(PAGE_BYTES - 1);
    if (reserve < commit + 2 * PAGE_BYTES) /* the guard page and one that is never given */
        reserve = commit + 2 * PAGE_BYTES;
    reserve = (reserve + GRANULE - 1) & ~(SIZE_T)(GRANULE - 1);
    if (commit < PAGE_BYTES)
        commit = PAGE_BYTES;
    base = VirtualAlloc(NULL, reserve, MEM_RESERVE, PAGE_READWRITE);
    if (!base)
        return FALSE;
    stack->StackAllocationBase = base;
    stack->StackBase = base + reserve;
    stack->StackLimit = base + reserve - commit;
    if (VirtualAlloc(stack->StackLimit, commit, MEM_COMMIT, PAGE_READWRITE) &&
        VirtualAlloc((char *)stack->StackLimit - PAGE_BYTES, PAGE_BYTES, MEM_COMMIT,
                     PAGE_READWRITE | PAGE_GUARD))
        return TRUE;
    VirtualFree(base, 0, MEM_RELEASE);
    return fail(ERROR_NOT_ENOUGH_MEMORY);
}

LPVOID WINAPI CreateFiberEx(SIZE_T commit, SIZE_T reserve, DWORD flags, LPFIBER_START_ROUTINE entry,
                            LPVOID parameter)
{
    INITIAL_TEB stack;
    struct fiber *fiber;

    if (flags & ~(DWORD)FIBER_FLAG_FLOAT_SWITCH) {
        fail(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    fiber = heap_zalloc(sizeof(*fiber));
    if (!fiber)
        return NULL;
    if (!create_stack(commit, reserve, &stack)) {
        heap_free(fiber);
        return NULL;
    }
    fiber->parameter = parameter;
    fiber->entry = entry;
    fiber->flags = flags;
    fiber->exception_list = (PVOID)(LONG_PTR)-1;
    fiber->stack_base = stack.StackBase;
    fiber->stack_limit = stack.StackLimit;
    fiber->deallocation_stack = stack.StackAllocationBase;
    fiber_prepare(fiber, run);
    return fiber;
}

LPVOID WINAPI CreateFiber(SIZE_T stack, LPFIBER_START_ROUTINE entry, LPVOID parameter)
{
    return CreateFiberEx(stack, 0, 0, entry, parameter);
}

LPVOID WINAPI ConvertThreadToFiberEx(LPVOID parameter, DWORD flags)
{
    TEB *teb = NtCurrentTeb();
    struct fiber *fiber;

    if (has_fiber(teb)) {
        fail(ERROR_ALREADY_FIBER);
        return NULL;
    }
    if (flags & ~(DWORD)FIBER_FLAG_FLOAT_SWITCH) {
        fail(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    fiber = heap_zalloc(sizeof(*fiber));
    if (!fiber)
        return NULL;
    fiber->parameter = parameter;
    fiber->flags = flags;
    fiber->thread = TRUE;
    fiber->stack_base = teb->NtTib.StackBase;
    fiber->stack_limit = teb->NtTib.StackLimit;
    fiber->deallocation_stack = teb->DeallocationStack;
    fiber->fls = teb->FlsData;
    teb->NtTib.FiberData = fiber;
    teb->SameTebFlags |= TEB_HAS_FIBER_DATA;
    return fiber;
}

LPVOID WINAPI ConvertThreadToFiber(LPVOID parameter)
{
    return ConvertThreadToFiberEx(parameter, 0);
}

BOOL WINAPI ConvertFiberToThread(VOID)
{
    TEB *teb = NtCurrentTeb();
    struct fiber *fiber = teb->NtTib.FiberData;

    if (!has_fiber(teb))
        return fail(ERROR_ALREADY_THREAD);
    teb->SameTebFlags &= (USHORT)~TEB_HAS_FIBER_DATA;
    teb->NtTib.FiberData = NULL;
    heap_free(fiber);
    return TRUE;
}

BOOL WINAPI IsThreadAFiber(VOID)
{
    return has_fiber(NtCurrentTeb());
}

VOID WINAPI SwitchToFiber(LPVOID target)
{
    TEB *teb = NtCurrentTeb();
    struct fiber *from = teb->NtTib.FiberData, *to = target;

    from->fls = teb->FlsData;
    from->activation_stack = teb->ActivationContextStackPointer;
    from->guaranteed_stack = teb->GuaranteedStackBytes;
    teb->NtTib.FiberData = to;
    teb->FlsData = to->fls;
    teb->ActivationContextStackPointer = to->activation_stack;
    teb->GuaranteedStackBytes = to->guaranteed_stack;
    fiber_switch(from, to);
}

VOID WINAPI DeleteFiber(LPVOID target)
{
    TEB *teb = NtCurrentTeb();
    struct fiber *fiber = target;

    if (!fiber)
        return;
    /* Deleting the running fiber ends the thread, whose stack it is. */
    if (has_fiber(teb) && teb->NtTib.FiberData == fiber) {
        if (fiber->thread) {
            teb->SameTebFlags &= (USHORT)~TEB_HAS_FIBER_DATA;
            teb->NtTib.FiberData = NULL;
            heap_free(fiber);
        }
        RtlExitUserThread(1);
    }
    if (fiber->fls)
        RtlProcessFlsData(fiber->fls, 3); /* run the callbacks, then free the block */
    RtlFreeActivationContextStack(fiber->activation_stack);
    if (!fiber->thread)
        VirtualFree(fiber->deallocation_stack, 0, MEM_RELEASE);
    heap_free(fiber);
}
