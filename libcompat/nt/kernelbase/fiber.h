/*
 * What fiber.c shares with the machine part (fiber_x64.c): a fiber that does not run.
 */
#ifndef LIBCOMPAT_NT_KERNELBASE_FIBER_H
#define LIBCOMPAT_NT_KERNELBASE_FIBER_H

#include "kernelbase.h"

struct fiber {
    PVOID parameter; /* first: GetFiberData reads it through TEB.NtTib.FiberData */
    PVOID stack_base, stack_limit, deallocation_stack;
    PVOID exception_list;
    PVOID resume; /* where and with which stack pointer it goes on */
    PVOID stack_pointer;
    ULONG_PTR registers[8];
    ULONG control_words[2]; /* MXCSR, x87 */
    UCHAR __attribute__((aligned(16))) vectors[10][16];
    LPFIBER_START_ROUTINE entry;
    PVOID fls, activation_stack;
    ULONG guaranteed_stack;
    DWORD flags; /* FIBER_FLAG_FLOAT_SWITCH: every switch keeps the control words anyway */
    BOOL thread; /* made by ConvertThreadToFiber: its stack is the thread's */
};

/*
 * Saves what a call preserves in `from`, makes the stack of `to` the thread's, and goes on there.
 * The stack of `from` is not touched once the TEB describes the other one: a fault on its guard
 * page could not be told from an overflow then.
 */
extern void fiber_switch(struct fiber *from, struct fiber *to);

/* Makes `fiber` begin with function(fiber) on an empty stack at its first switch. */
extern void fiber_prepare(struct fiber *fiber, void (*function)(struct fiber *));

#endif
