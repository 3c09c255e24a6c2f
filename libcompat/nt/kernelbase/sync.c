/*
 * Events, mutexes, semaphores: kernel objects that a program creates, opens by name and signals.
 * Waitable timers too; the waits are in wait.c.
 */
#include "kernelbase.h"

/* Windows opens with every right that the object's creator would have asked for. */
#define EVENT_RIGHTS EVENT_ALL_ACCESS
#define MUTEX_RIGHTS MUTEX_ALL_ACCESS
#define SEMAPHORE_RIGHTS SEMAPHORE_ALL_ACCESS

#ifndef CREATE_WAITABLE_TIMER_HIGH_RESOLUTION
#define CREATE_WAITABLE_TIMER_HIGH_RESOLUTION 0x00000002
#endif

HANDLE WINAPI CreateEventExW(LPSECURITY_ATTRIBUTES security, LPCWSTR name, DWORD flags,
                             DWORD access)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING string;
    HANDLE event = NULL;
    NTSTATUS status;

    if (flags & ~(CREATE_EVENT_MANUAL_RESET | CREATE_EVENT_INITIAL_SET)) {
        fail(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    status = named_object(&attributes, &string, name, OBJ_OPENIF, security);
    if (NT_SUCCESS(status))
        status = NtCreateEvent(&event, access, &attributes,
                               flags & CREATE_EVENT_MANUAL_RESET ? NotificationEvent
                                                                 : SynchronizationEvent,
                               (flags & CREATE_EVENT_INITIAL_SET) != 0);
    return created_object(status, event);
}

HANDLE WINAPI CreateEventExA(LPSECURITY_ATTRIBUTES security, LPCSTR name, DWORD flags, DWORD access)
{
    WIDE_ANSI(wide, name, NULL);
    return CreateEventExW(security, wide.text, flags, access);
}

static DWORD event_flags(BOOL manual, BOOL set)
{
    return (manual ? CREATE_EVENT_MANUAL_RESET : 0) | (set ? CREATE_EVENT_INITIAL_SET : 0);
}

HANDLE WINAPI CreateEventW(LPSECURITY_ATTRIBUTES security, BOOL manual, BOOL set, LPCWSTR name)
{
    return CreateEventExW(security, name, event_flags(manual, set), EVENT_RIGHTS);
}

HANDLE WINAPI CreateEventA(LPSECURITY_ATTRIBUTES security, BOOL manual, BOOL set, LPCSTR name)
{
    return CreateEventExA(security, name, event_flags(manual, set), EVENT_RIGHTS);
}

typedef NTSTATUS(NTAPI *open_call)(HANDLE *handle, ACCESS_MASK access,
                                   const OBJECT_ATTRIBUTES *attributes);

static HANDLE open_named(open_call open, DWORD access, BOOL inherit, LPCWSTR name)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING string;
    HANDLE handle = NULL;
    NTSTATUS status;

    if (!name) {
        fail(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    status = named_object(&attributes, &string, name, inherit ? OBJ_INHERIT : 0, NULL);
    if (NT_SUCCESS(status))
        status = open(&handle, access, &attributes);
    return set_status(status) ? handle : NULL;
}

HANDLE WINAPI OpenEventW(DWORD access, BOOL inherit, LPCWSTR name)
{
    return open_named(NtOpenEvent, access, inherit, name);
}

HANDLE WINAPI OpenEventA(DWORD access, BOOL inherit, LPCSTR name)
{
    WIDE_ANSI(wide, name, NULL);
    return OpenEventW(access, inherit, wide.text);
}

BOOL WINAPI SetEvent(HANDLE event)
{
    return set_status(NtSetEvent(event, NULL));
}

BOOL WINAPI ResetEvent(HANDLE event)
{
    return set_status(NtClearEvent(event));
}

BOOL WINAPI PulseEvent(HANDLE event)
{
    return set_status(NtPulseEvent(event, NULL));
}

HANDLE WINAPI CreateMutexExW(LPSECURITY_ATTRIBUTES security, LPCWSTR name, DWORD flags,
                             DWORD access)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING string;
    HANDLE mutex = NULL;
    NTSTATUS status;

    if (flags & ~CREATE_MUTEX_INITIAL_OWNER) {
        fail(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    status = named_object(&attributes, &string, name, OBJ_OPENIF, security);
    if (NT_SUCCESS(status))
        status =
            NtCreateMutant(&mutex, access, &attributes, (flags & CREATE_MUTEX_INITIAL_OWNER) != 0);
    return created_object(status, mutex);
}

HANDLE WINAPI CreateMutexExA(LPSECURITY_ATTRIBUTES security, LPCSTR name, DWORD flags, DWORD access)
{
    WIDE_ANSI(wide, name, NULL);
    return CreateMutexExW(security, wide.text, flags, access);
}

HANDLE WINAPI CreateMutexW(LPSECURITY_ATTRIBUTES security, BOOL owned, LPCWSTR name)
{
    return CreateMutexExW(security, name, owned ? CREATE_MUTEX_INITIAL_OWNER : 0, MUTEX_RIGHTS);
}

HANDLE WINAPI CreateMutexA(LPSECURITY_ATTRIBUTES security, BOOL owned, LPCSTR name)
{
    return CreateMutexExA(security, name, owned ? CREATE_MUTEX_INITIAL_OWNER : 0, MUTEX_RIGHTS);
}

HANDLE WINAPI OpenMutexW(DWORD access, BOOL inherit, LPCWSTR name)
{
    return open_named(NtOpenMutant, access, inherit, name);
}

HANDLE WINAPI OpenMutexA(DWORD access, BOOL inherit, LPCSTR name)
{
    WIDE_ANSI(wide, name, NULL);
    return OpenMutexW(access, inherit, wide.text);
}

BOOL WINAPI ReleaseMutex(HANDLE mutex)
{
    return set_status(NtReleaseMutant(mutex, NULL));
}

HANDLE WINAPI CreateSemaphoreExW(LPSECURITY_ATTRIBUTES security, LONG initial, LONG maximum,
                                 LPCWSTR name, DWORD flags, DWORD access)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING string;
    HANDLE semaphore = NULL;
    NTSTATUS status;

    if (flags) {
        fail(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    status = named_object(&attributes, &string, name, OBJ_OPENIF, security);
    if (NT_SUCCESS(status))
        status = NtCreateSemaphore(&semaphore, access, &attributes, initial, maximum);
    return created_object(status, semaphore);
}

HANDLE WINAPI CreateSemaphoreExA(LPSECURITY_ATTRIBUTES security, LONG initial, LONG maximum,
                                 LPCSTR name, DWORD flags, DWORD access)
{
    WIDE_ANSI(wide, name, NULL);
    return CreateSemaphoreExW(security, initial, maximum, wide.text, flags, access);
}

HANDLE WINAPI CreateSemaphoreW(LPSECURITY_ATTRIBUTES security, LONG initial, LONG maximum,
                               LPCWSTR name)
{
    return CreateSemaphoreExW(security, initial, maximum, name, 0, SEMAPHORE_RIGHTS);
}

HANDLE WINAPI CreateSemaphoreA(LPSECURITY_ATTRIBUTES security, LONG initial, LONG maximum,
                               LPCSTR name)
{
    return CreateSemaphoreExA(security, initial, maximum, name, 0, SEMAPHORE_RIGHTS);
}

HANDLE WINAPI OpenSemaphoreW(DWORD access, BOOL inherit, LPCWSTR name)
{
    return open_named(NtOpenSemaphore, access, inherit, name);
}

HANDLE WINAPI OpenSemaphoreA(DWORD access, BOOL inherit, LPCSTR name)
{
    WIDE_ANSI(wide, name, NULL);
    return OpenSemaphoreW(access, inherit, wide.text);
}

BOOL WINAPI ReleaseSemaphore(HANDLE semaphore, LONG count, LPLONG previous)
{
    return set_status(NtReleaseSemaphore(semaphore, count, (ULONG *)previous));
}

/* ---- Waitable timers ---- */

HANDLE WINAPI CreateWaitableTimerExW(LPSECURITY_ATTRIBUTES security, LPCWSTR name, DWORD flags,
                                     DWORD access)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING string;
    HANDLE timer = NULL;
    NTSTATUS status;

    /* Every timer here has the host's resolution, so HIGH_RESOLUTION asks for nothing more; with
     * a name it is refused, as documented. */
    if (flags & ~(CREATE_WAITABLE_TIMER_MANUAL_RESET | CREATE_WAITABLE_TIMER_HIGH_RESOLUTION) ||
        (flags & CREATE_WAITABLE_TIMER_HIGH_RESOLUTION && name)) {
        fail(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    status = named_object(&attributes, &string, name, OBJ_OPENIF, security);
    if (NT_SUCCESS(status))
        status = NtCreateTimer(&timer, access, &attributes,
                               flags & CREATE_WAITABLE_TIMER_MANUAL_RESET ? NotificationTimer
                                                                          : SynchronizationTimer);
    return created_object(status, timer);
}

HANDLE WINAPI CreateWaitableTimerExA(LPSECURITY_ATTRIBUTES security, LPCSTR name, DWORD flags,
                                     DWORD access)
{
    WIDE_ANSI(wide, name, NULL);
    return CreateWaitableTimerExW(security, wide.text, flags, access);
}

HANDLE WINAPI CreateWaitableTimerW(LPSECURITY_ATTRIBUTES security, BOOL manual, LPCWSTR name)
{
    return CreateWaitableTimerExW(security, name, manual ? CREATE_WAITABLE_TIMER_MANUAL_RESET : 0,
                                  TIMER_ALL_ACCESS);
}

HANDLE WINAPI CreateWaitableTimerA(LPSECURITY_ATTRIBUTES security, BOOL manual, LPCSTR name)
{
    WIDE_ANSI(wide, name, NULL);
    return CreateWaitableTimerW(security, manual, wide.text);
}

HANDLE WINAPI OpenWaitableTimerW(DWORD access, BOOL inherit, LPCWSTR name)
{
    return open_named(NtOpenTimer, access, inherit, name);
}

HANDLE WINAPI OpenWaitableTimerA(DWORD access, BOOL inherit, LPCSTR name)
{
    WIDE_ANSI(wide, name, NULL);
    return OpenWaitableTimerW(access, inherit, wide.text);
}

BOOL WINAPI SetWaitableTimer(HANDLE timer, const LARGE_INTEGER *due, LONG period,
                             PTIMERAPCROUTINE routine, LPVOID argument, BOOL resume)
{
    NTSTATUS status =
        NtSetTimer(timer, due, (PVOID)(ULONG_PTR)routine, argument, resume != 0, period, NULL);

    if (!set_status(status))
        return FALSE;
    /* The computer is not woken: documented as success with this last error. */
    NtCurrentTeb()->LastErrorValue =
        status == STATUS_TIMER_RESUME_IGNORED ? ERROR_NOT_SUPPORTED : ERROR_SUCCESS;
    return TRUE;
}

BOOL WINAPI SetWaitableTimerEx(HANDLE timer, const LARGE_INTEGER *due, LONG period,
                               PTIMERAPCROUTINE routine, LPVOID argument, PREASON_CONTEXT reason,
                               ULONG delay)
{
    /* A tolerable delay permits coalescing; firing on time is within it. */
    (void)reason;
    (void)delay;
    return SetWaitableTimer(timer, due, period, routine, argument, FALSE);
}

BOOL WINAPI CancelWaitableTimer(HANDLE timer)
{
    return set_status(NtCancelTimer(timer, NULL));
}
