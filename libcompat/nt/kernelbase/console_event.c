/*
 * Control events: the list of handlers, and the thread that the console starts for an event.
 */
#include "console.h"

/* Owner: this file, under handlers_lock. The last one added is asked first. */
static RTL_SRWLOCK handlers_lock = RTL_SRWLOCK_INIT;
static PHANDLER_ROUTINE *handlers;
static ULONG handler_count, handler_space;
static BOOL registered;

#define IGNORE_CTRL_C 1u /* ConsoleFlags, inherited by new processes */

DWORD WINAPI CtrlRoutine(LPVOID argument)
{
    DWORD event = (DWORD)(ULONG_PTR)argument;

    if (event == CTRL_C_EVENT && process_parameters()->ConsoleFlags & IGNORE_CTRL_C)
        return 0;
    /* A handler may add or remove handlers, so none runs under the lock: the list is asked anew
     * for the next older one each time. */
    for (ULONG next = (ULONG)-1;;) {
        PHANDLER_ROUTINE handler = NULL;

        RtlAcquireSRWLockShared(&handlers_lock);
        if (next > handler_count)
            next = handler_count;
        if (next)
            handler = handlers[--next];
        RtlReleaseSRWLockShared(&handlers_lock);
        if (!handler)
            break;
        if (handler(event))
            return 1;
    }
    ExitProcess((UINT)STATUS_CONTROL_C_EXIT);
}

void console_register_routine(void)
{
    ULONGLONG routine = (ULONG_PTR)CtrlRoutine;
    HANDLE connection = console_connection();
    DWORD error = GetLastError();

    /* Without a console no events come; attaching to one registers. */
    if (connection)
        console_call(connection, CONDRV_SET_CTRL_ROUTINE, &routine, sizeof(routine), NULL, 0, NULL);
    fail(error);
}

static BOOL add(PHANDLER_ROUTINE handler)
{
    if (handler_count == handler_space) {
        ULONG space = handler_space ? 2 * handler_space : 8;
        PHANDLER_ROUTINE *larger = heap_realloc(handlers, space * sizeof(*larger));

        if (!larger)
            return FALSE;
        handlers = larger;
        handler_space = space;
    }
    handlers[handler_count++] = handler;
    return TRUE;
}

static BOOL drop(PHANDLER_ROUTINE handler)
{
    for (ULONG i = handler_count; i-- > 0;) {
        if (handlers[i] != handler)
            continue;
        memmove(handlers + i, handlers + i + 1, (handler_count - i - 1) * sizeof(*handlers));
        handler_count--;
        return TRUE;
    }
    return fail(ERROR_INVALID_PARAMETER);
}

BOOL WINAPI SetConsoleCtrlHandler(PHANDLER_ROUTINE handler, BOOL adding)
{
    RTL_USER_PROCESS_PARAMETERS *parameters = process_parameters();
    BOOL ok = TRUE, first = FALSE;

    RtlAcquireSRWLockExclusive(&handlers_lock);
    if (handler) {
        ok = adding ? add(handler) : drop(handler);
        first = ok && adding && !registered;
        registered |= first;
    } else if (adding) {
        parameters->ConsoleFlags |= IGNORE_CTRL_C;
    } else {
        parameters->ConsoleFlags &= ~IGNORE_CTRL_C;
    }
    RtlReleaseSRWLockExclusive(&handlers_lock);
    if (first)
        console_register_routine();
    return ok;
}

BOOL WINAPI GenerateConsoleCtrlEvent(DWORD event, DWORD group)
{
    CONDRV_CTRL_EVENT_IN in = {.Event = event, .Group = group};

    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT)
        return fail(ERROR_INVALID_PARAMETER);
    if (!console_connection())
        return fail(ERROR_INVALID_HANDLE);
    return console_call(console_connection(), CONDRV_CTRL_EVENT, &in, sizeof(in), NULL, 0, NULL);
}
