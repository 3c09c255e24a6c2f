/*
 * Waiting: on objects, for a time, on condition variables and addresses; one-time initialization.
 * Critical sections and SRW locks are ntdll's own and forwarded.
 */
#include "kernelbase.h"

DWORD WINAPI WaitForSingleObjectEx(HANDLE object, DWORD milliseconds, BOOL alertable)
{
    LARGE_INTEGER time;
    NTSTATUS status;

    /* The pseudo-handles of the standard devices are looked up, as documented for console input. */
    switch ((ULONG_PTR)object) {
    case STD_INPUT_HANDLE:
        object = process_parameters()->StandardInput;
        break;
    case STD_OUTPUT_HANDLE:
        object = process_parameters()->StandardOutput;
        break;
    case STD_ERROR_HANDLE:
        object = process_parameters()->StandardError;
        break;
    }
    do {
        status = NtWaitForSingleObject(object, alertable != 0, nt_timeout(&time, milliseconds));
    } while (alertable && status == STATUS_ALERTED);
    return set_status(status) ? (DWORD)status : WAIT_FAILED;
}

DWORD WINAPI WaitForSingleObject(HANDLE object, DWORD milliseconds)
{
    return WaitForSingleObjectEx(object, milliseconds, FALSE);
}

DWORD WINAPI WaitForMultipleObjectsEx(DWORD count, const HANDLE *objects, BOOL all,
                                      DWORD milliseconds, BOOL alertable)
{
    LARGE_INTEGER time;
    NTSTATUS status;

    /* The system call reports a count out of range by itself, with the same error. */
    do {
        status = NtWaitForMultipleObjects(count, objects, all ? WaitAllObject : WaitAnyObject,
                                          alertable != 0, nt_timeout(&time, milliseconds));
    } while (alertable && status == STATUS_ALERTED);
    return set_status(status) ? (DWORD)status : WAIT_FAILED;
}

DWORD WINAPI WaitForMultipleObjects(DWORD count, const HANDLE *objects, BOOL all,
                                    DWORD milliseconds)
{
    return WaitForMultipleObjectsEx(count, objects, all, milliseconds, FALSE);
}

DWORD WINAPI SignalObjectAndWait(HANDLE signal, HANDLE wait, DWORD milliseconds, BOOL alertable)
{
    LARGE_INTEGER time;
    NTSTATUS status = NtSignalAndWaitForSingleObject(signal, wait, alertable != 0,
                                                     nt_timeout(&time, milliseconds));

    /* Signalled already: only the wait may be repeated. */
    while (alertable && status == STATUS_ALERTED)
        status = NtWaitForSingleObject(wait, TRUE, nt_timeout(&time, milliseconds));
    return set_status(status) ? (DWORD)status : WAIT_FAILED;
}

DWORD WINAPI SleepEx(DWORD milliseconds, BOOL alertable)
{
    LARGE_INTEGER time;
    NTSTATUS status;

    if (milliseconds == INFINITE)
        time.QuadPart = (LONGLONG)1 << 63; /* the longest relative time, some 29,000 years */
    else
        time.QuadPart = -10000LL * milliseconds;
    do {
        status = NtDelayExecution(alertable != 0, &time);
    } while (alertable && status == STATUS_ALERTED);
    return status == STATUS_USER_APC ? WAIT_IO_COMPLETION : 0;
}

VOID WINAPI Sleep(DWORD milliseconds)
{
    SleepEx(milliseconds, FALSE);
}

BOOL WINAPI SwitchToThread(void)
{
    return NtYieldExecution() != STATUS_NO_YIELD_PERFORMED;
}

/* ---- Critical sections: what differs from ntdll's by its result ---- */

VOID WINAPI InitializeCriticalSection(LPCRITICAL_SECTION section)
{
    NTSTATUS status = RtlInitializeCriticalSection(section);

    if (!NT_SUCCESS(status))
        RtlRaiseStatus(status);
}

BOOL WINAPI InitializeCriticalSectionAndSpinCount(LPCRITICAL_SECTION section, DWORD spins)
{
    return set_status(RtlInitializeCriticalSectionAndSpinCount(section, spins));
}

BOOL WINAPI InitializeCriticalSectionEx(LPCRITICAL_SECTION section, DWORD spins, DWORD flags)
{
    return set_status(RtlInitializeCriticalSectionEx(section, spins, flags));
}

/* ---- Condition variables, addresses, barriers: a time-out is a failure here ---- */

static BOOL wait_result(NTSTATUS status)
{
    if (status == STATUS_TIMEOUT)
        return fail(ERROR_TIMEOUT);
    return set_status(status);
}

BOOL WINAPI SleepConditionVariableCS(PCONDITION_VARIABLE variable, PCRITICAL_SECTION section,
                                     DWORD milliseconds)
{
    LARGE_INTEGER time;

    return wait_result(
        RtlSleepConditionVariableCS(variable, section, nt_timeout(&time, milliseconds)));
}

BOOL WINAPI SleepConditionVariableSRW(PCONDITION_VARIABLE variable, PSRWLOCK lock,
                                      DWORD milliseconds, ULONG flags)
{
    LARGE_INTEGER time;

    return wait_result(
        RtlSleepConditionVariableSRW(variable, lock, nt_timeout(&time, milliseconds), flags));
}

BOOL WINAPI WaitOnAddress(volatile VOID *address, PVOID compare, SIZE_T size, DWORD milliseconds)
{
    LARGE_INTEGER time;

    return wait_result(
        RtlWaitOnAddress((const void *)address, compare, size, nt_timeout(&time, milliseconds)));
}

BOOL WINAPI InitializeSynchronizationBarrier(LPSYNCHRONIZATION_BARRIER barrier, LONG threads,
                                             LONG spins)
{
    return set_status(RtlInitBarrier(barrier, threads, spins));
}

BOOL WINAPI EnterSynchronizationBarrier(LPSYNCHRONIZATION_BARRIER barrier, DWORD flags)
{
    return RtlBarrier(barrier, flags);
}

/* Waits until every thread has left the barrier; there is nothing to fail. */
BOOL WINAPI DeleteSynchronizationBarrier(LPSYNCHRONIZATION_BARRIER barrier)
{
    RtlDeleteBarrier(barrier);
    return TRUE;
}

/* ---- One-time initialization ---- */

/*
 * Win32's callback reports failure by FALSE and its own last error; ntdll's does so too, the one
 * thing to translate is the status.
 */
BOOL WINAPI InitOnceExecuteOnce(PINIT_ONCE once, PINIT_ONCE_FN function, PVOID parameter,
                                LPVOID *context)
{
    return NT_SUCCESS(RtlRunOnceExecuteOnce(once, (PRTL_RUN_ONCE_INIT_FN)(ULONG_PTR)function,
                                            parameter, context));
}

BOOL WINAPI InitOnceBeginInitialize(LPINIT_ONCE once, DWORD flags, PBOOL pending, LPVOID *context)
{
    NTSTATUS status = RtlRunOnceBeginInitialize(once, flags, context);

    if (!set_status(status))
        return FALSE;
    *pending = status == STATUS_PENDING;
    return TRUE;
}

BOOL WINAPI InitOnceComplete(LPINIT_ONCE once, DWORD flags, LPVOID context)
{
    return set_status(RtlRunOnceComplete(once, flags, context));
}
