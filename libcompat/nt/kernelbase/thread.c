/*
 * Threads: creation, control, times, names, processor choice.
 */
#include "kernelbase.h"

#ifndef THREAD_POWER_THROTTLING_CURRENT_VERSION
#define THREAD_POWER_THROTTLING_CURRENT_VERSION 1
#endif

/* ntdll's RtlUserThreadStart makes the entry's result the exit code and guards it with the filter
 * for unhandled exceptions. */
HANDLE WINAPI CreateRemoteThreadEx(HANDLE process, LPSECURITY_ATTRIBUTES security, SIZE_T stack,
                                   LPTHREAD_START_ROUTINE entry, LPVOID parameter, DWORD flags,
                                   LPPROC_THREAD_ATTRIBUTE_LIST list, LPDWORD id)
{
    OBJECT_ATTRIBUTES attributes;
    CLIENT_ID client = {0};
    PS_ATTRIBUTE_LIST extra = {
        .TotalLength = sizeof(extra),
        .Attributes = {{.Attribute = PS_ATTRIBUTE_CLIENT_ID,
                        .Size = sizeof(client),
                        .ValuePtr = &client}},
    };
    SIZE_T reserve = 0, commit = 0;
    HANDLE thread;

    /* What a list can ask for (group affinity, ideal processor, ...) is not passed on yet; saying
     * so is better than a thread in another place than its creator believes. */
    if (list) {
        fail(ERROR_NOT_SUPPORTED);
        return NULL;
    }
    if (flags & ~(DWORD)(CREATE_SUSPENDED | STACK_SIZE_PARAM_IS_A_RESERVATION)) {
        fail(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (flags & STACK_SIZE_PARAM_IS_A_RESERVATION)
        reserve = stack;
    else
        commit = stack;
    object_attributes(&attributes, NULL, NULL, 0, security);
    if (!set_status(NtCreateThreadEx(
            &thread, THREAD_ALL_ACCESS, &attributes, process, (PVOID)(ULONG_PTR)entry, parameter,
            flags & CREATE_SUSPENDED ? THREAD_CREATE_FLAGS_CREATE_SUSPENDED : 0, 0, commit, reserve,
            &extra)))
        return NULL;
    if (id)
        *id = (DWORD)(ULONG_PTR)client.UniqueThread;
    return thread;
}

HANDLE WINAPI CreateRemoteThread(HANDLE process, LPSECURITY_ATTRIBUTES security, SIZE_T stack,
                                 LPTHREAD_START_ROUTINE entry, LPVOID parameter, DWORD flags,
                                 LPDWORD id)
{
    return CreateRemoteThreadEx(process, security, stack, entry, parameter, flags, NULL, id);
}

HANDLE WINAPI CreateThread(LPSECURITY_ATTRIBUTES security, SIZE_T stack,
                           LPTHREAD_START_ROUTINE entry, LPVOID parameter, DWORD flags, LPDWORD id)
{
    return CreateRemoteThreadEx(NtCurrentProcess(), security, stack, entry, parameter, flags, NULL,
                                id);
}

HANDLE WINAPI OpenThread(DWORD access, BOOL inherit, DWORD id)
{
    CLIENT_ID client = {.UniqueThread = (HANDLE)(ULONG_PTR)id};
    OBJECT_ATTRIBUTES attributes = {.Length = sizeof(attributes),
                                    .Attributes = inherit ? OBJ_INHERIT : 0};
    HANDLE thread;

    if (!set_status(NtOpenThread(&thread, access, &attributes, &client)))
        return NULL;
    return thread;
}

BOOL WINAPI TerminateThread(HANDLE thread, DWORD code)
{
    if (!thread)
        return fail(ERROR_INVALID_HANDLE);
    return set_status(NtTerminateThread(thread, (NTSTATUS)code));
}

DWORD WINAPI SuspendThread(HANDLE thread)
{
    ULONG previous;

    return set_status(NtSuspendThread(thread, &previous)) ? previous : (DWORD)-1;
}

DWORD WINAPI ResumeThread(HANDLE thread)
{
    ULONG previous;

    return set_status(NtResumeThread(thread, &previous)) ? previous : (DWORD)-1;
}

BOOL WINAPI GetThreadContext(HANDLE thread, LPCONTEXT context)
{
    return set_status(NtGetContextThread(thread, context));
}

BOOL WINAPI SetThreadContext(HANDLE thread, const CONTEXT *context)
{
    return set_status(NtSetContextThread(thread, context));
}

HANDLE WINAPI GetCurrentThread(VOID)
{
    return NtCurrentThread();
}

DWORD WINAPI GetCurrentThreadId(VOID)
{
    return (DWORD)(ULONG_PTR)NtCurrentTeb()->ClientId.UniqueThread;
}

static BOOL basic_information(HANDLE thread, THREAD_BASIC_INFORMATION *information)
{
    return set_status(NtQueryInformationThread(thread, ThreadBasicInformation, information,
                                               sizeof(*information), NULL));
}

BOOL WINAPI GetExitCodeThread(HANDLE thread, LPDWORD code)
{
    THREAD_BASIC_INFORMATION information;

    if (!basic_information(thread, &information))
        return FALSE;
    *code = (DWORD)information.ExitStatus;
    return TRUE;
}

DWORD WINAPI GetThreadId(HANDLE thread)
{
    THREAD_BASIC_INFORMATION information;

    if (!basic_information(thread, &information))
        return 0;
    return (DWORD)(ULONG_PTR)information.ClientId.UniqueThread;
}

DWORD WINAPI GetProcessIdOfThread(HANDLE thread)
{
    THREAD_BASIC_INFORMATION information;

    if (!basic_information(thread, &information))
        return 0;
    return (DWORD)(ULONG_PTR)information.ClientId.UniqueProcess;
}

static FILETIME file_time(LARGE_INTEGER time)
{
    return (FILETIME){.dwLowDateTime = time.LowPart, .dwHighDateTime = (DWORD)time.HighPart};
}

BOOL WINAPI GetThreadTimes(HANDLE thread, LPFILETIME created, LPFILETIME ended, LPFILETIME kernel,
                           LPFILETIME user)
{
    KERNEL_USER_TIMES times;

    if (!set_status(NtQueryInformationThread(thread, ThreadTimes, &times, sizeof(times), NULL)))
        return FALSE;
    *created = file_time(times.CreateTime);
    *ended = file_time(times.ExitTime);
    *kernel = file_time(times.KernelTime);
    *user = file_time(times.UserTime);
    return TRUE;
}

BOOL WINAPI QueryThreadCycleTime(HANDLE thread, PULONG64 cycles)
{
    ULONG64 times[2]; /* accumulated, current */

    if (!set_status(NtQueryInformationThread(thread, ThreadCycleTime, times, sizeof(times), NULL)))
        return FALSE;
    *cycles = times[0];
    return TRUE;
}

BOOL WINAPI GetThreadIOPendingFlag(HANDLE thread, PBOOL pending)
{
    ULONG flag;

    if (!set_status(NtQueryInformationThread(thread, ThreadIsIoPending, &flag, sizeof(flag), NULL)))
        return FALSE;
    *pending = flag != 0;
    return TRUE;
}

/* ---- Priority ---- */

/* The kernel counts increments of -2..2; idle and time-critical are saturations of 16. */
#define SATURATED 16

int WINAPI GetThreadPriority(HANDLE thread)
{
    THREAD_BASIC_INFORMATION information;

    if (!basic_information(thread, &information))
        return THREAD_PRIORITY_ERROR_RETURN;
    if (information.BasePriority >= SATURATED)
        return THREAD_PRIORITY_TIME_CRITICAL;
    if (information.BasePriority <= -SATURATED)
        return THREAD_PRIORITY_IDLE;
    return information.BasePriority;
}

BOOL WINAPI SetThreadPriority(HANDLE thread, int priority)
{
    LONG increment = priority;

    switch (priority) {
    case THREAD_MODE_BACKGROUND_BEGIN:
    case THREAD_MODE_BACKGROUND_END:
        /* Background mode also lowers input/output and memory priority, which are not there. */
        return fail(ERROR_NOT_SUPPORTED);
    case THREAD_PRIORITY_TIME_CRITICAL:
        increment = SATURATED;
        break;
    case THREAD_PRIORITY_IDLE:
        increment = -SATURATED;
        break;
    }
    return set_status(
        NtSetInformationThread(thread, ThreadBasePriority, &increment, sizeof(increment)));
}

BOOL WINAPI GetThreadPriorityBoost(HANDLE thread, PBOOL disabled)
{
    ULONG value;

    if (!set_status(
            NtQueryInformationThread(thread, ThreadPriorityBoost, &value, sizeof(value), NULL)))
        return FALSE;
    *disabled = value != 0;
    return TRUE;
}

BOOL WINAPI SetThreadPriorityBoost(HANDLE thread, BOOL disable)
{
    ULONG value = disable != 0;

    return set_status(NtSetInformationThread(thread, ThreadPriorityBoost, &value, sizeof(value)));
}

/* ---- Processors ---- */

DWORD_PTR WINAPI SetThreadAffinityMask(HANDLE thread, DWORD_PTR mask)
{
    THREAD_BASIC_INFORMATION information;

    if (!basic_information(thread, &information) ||
        !set_status(NtSetInformationThread(thread, ThreadAffinityMask, &mask, sizeof(mask))))
        return 0;
    return information.AffinityMask;
}

BOOL WINAPI GetThreadGroupAffinity(HANDLE thread, PGROUP_AFFINITY affinity)
{
    return set_status(NtQueryInformationThread(thread, ThreadGroupInformation, affinity,
                                               sizeof(*affinity), NULL));
}

BOOL WINAPI SetThreadGroupAffinity(HANDLE thread, const GROUP_AFFINITY *affinity,
                                   PGROUP_AFFINITY previous)
{
    GROUP_AFFINITY wanted = *affinity;

    if (previous && !GetThreadGroupAffinity(thread, previous))
        return FALSE;
    return set_status(
        NtSetInformationThread(thread, ThreadGroupInformation, &wanted, sizeof(wanted)));
}

BOOL WINAPI GetThreadIdealProcessorEx(HANDLE thread, PPROCESSOR_NUMBER number)
{
    return set_status(
        NtQueryInformationThread(thread, ThreadIdealProcessorEx, number, sizeof(*number), NULL));
}

BOOL WINAPI SetThreadIdealProcessorEx(HANDLE thread, PPROCESSOR_NUMBER number,
                                      PPROCESSOR_NUMBER previous)
{
    PROCESSOR_NUMBER ideal = *number;

    /* The call hands the previous number back in place. */
    if (!set_status(NtSetInformationThread(thread, ThreadIdealProcessorEx, &ideal, sizeof(ideal))))
        return FALSE;
    if (previous)
        *previous = ideal;
    return TRUE;
}

DWORD WINAPI SetThreadIdealProcessor(HANDLE thread, DWORD processor)
{
    ULONG ideal = processor;
    NTSTATUS status;

    if (processor > MAXIMUM_PROCESSORS) {
        fail(ERROR_INVALID_PARAMETER);
        return (DWORD)-1;
    }
    /* This class answers with the previous processor as its (success) status. */
    status = NtSetInformationThread(thread, ThreadIdealProcessor, &ideal, sizeof(ideal));
    return set_status(status) ? (DWORD)status : (DWORD)-1;
}

VOID WINAPI GetCurrentProcessorNumberEx(PPROCESSOR_NUMBER number)
{
    number->Group = 0;
    number->Number = (BYTE)NtGetCurrentProcessorNumber();
    number->Reserved = 0;
}

DWORD WINAPI GetCurrentProcessorNumber(VOID)
{
    return (DWORD)NtGetCurrentProcessorNumber();
}

/* ---- Asynchronous procedure calls ---- */

/* Runs as an NT APC routine of three arguments; the Win32 one has a single argument. */
static void NTAPI apc_entry(PVOID function, PVOID data, PVOID unused)
{
    (void)unused;
    ((PAPCFUNC)(ULONG_PTR)function)((ULONG_PTR)data);
}

DWORD WINAPI QueueUserAPC(PAPCFUNC function, HANDLE thread, ULONG_PTR data)
{
    return (DWORD)set_status(NtQueueApcThread(thread, (PVOID)(ULONG_PTR)apc_entry,
                                              (PVOID)(ULONG_PTR)function, (PVOID)data, NULL));
}

/* QUEUE_USER_APC_FLAGS: 0, or 1 for a special APC, which waits for no alertable wait. */
BOOL WINAPI QueueUserAPC2(PAPCFUNC function, HANDLE thread, ULONG_PTR data, DWORD flags)
{
    return set_status(NtQueueApcThreadEx2(thread, NULL, flags, (PVOID)(ULONG_PTR)apc_entry,
                                          (PVOID)(ULONG_PTR)function, (PVOID)data, NULL));
}

/* ---- Descriptions ---- */

HRESULT WINAPI SetThreadDescription(HANDLE thread, PCWSTR description)
{
    UNICODE_STRING name;
    NTSTATUS status = STATUS_INVALID_PARAMETER;

    if (unicode_string(&name, description))
        status = NtSetInformationThread(thread, ThreadNameInformation, &name, sizeof(name));
    return NT_SUCCESS(status) ? S_OK : (HRESULT)((ULONG)status | 0x10000000); /* FACILITY_NT_BIT */
}

HRESULT WINAPI GetThreadDescription(HANDLE thread, PWSTR *description)
{
    ULONG size = 0;
    NTSTATUS status;
    UNICODE_STRING *name = NULL;

    *description = NULL;
    /* Another thread may give a longer name meanwhile: ask until it fits. */
    for (;;) {
        status = NtQueryInformationThread(thread, ThreadNameInformation, name, size, &size);
        if (status != STATUS_BUFFER_TOO_SMALL && status != STATUS_INFO_LENGTH_MISMATCH &&
            status != STATUS_BUFFER_OVERFLOW)
            break;
        heap_free(name);
        name = heap_alloc(size);
        if (!name)
            return E_OUTOFMEMORY;
    }
    if (NT_SUCCESS(status)) {
        SIZE_T units = name->Length / sizeof(WCHAR);
        WCHAR *text = GlobalAlloc(GMEM_FIXED, (units + 1) * sizeof(WCHAR));

        if (text) {
            memcpy(text, name->Buffer, units * sizeof(WCHAR));
            text[units] = 0;
            *description = text;
        } else {
            status = STATUS_NO_MEMORY;
        }
    }
    heap_free(name);
    return NT_SUCCESS(status) ? S_OK : (HRESULT)((ULONG)status | 0x10000000);
}

/* ---- Stacks ---- */

VOID WINAPI GetCurrentThreadStackLimits(PULONG_PTR low, PULONG_PTR high)
{
    *low = (ULONG_PTR)NtCurrentTeb()->DeallocationStack;
    *high = (ULONG_PTR)NtCurrentTeb()->NtTib.StackBase;
}

BOOL WINAPI SetThreadStackGuarantee(PULONG size)
{
    TEB *teb = NtCurrentTeb();
    ULONG previous = teb->GuaranteedStackBytes, wanted = (*size + 0xfff) & ~0xfffu;
    SIZE_T stack = (ULONG_PTR)teb->NtTib.StackBase - (ULONG_PTR)teb->DeallocationStack;

    if (!*size) {
        *size = previous;
        return TRUE;
    }
    if (wanted < *size || wanted + 0x3000 > stack)
        return fail(ERROR_INVALID_PARAMETER);
    *size = previous;
    /* The host's guard-page growth reads the field at each fault; it never shrinks. */
    if (wanted > previous)
        teb->GuaranteedStackBytes = wanted;
    return TRUE;
}

BOOL WINAPI GetThreadSelectorEntry(HANDLE thread, DWORD selector, LPLDT_ENTRY entry)
{
    (void)thread;
    (void)selector;
    (void)entry;
    return fail(ERROR_NOT_SUPPORTED); /* as documented for 64-bit processes */
}

BOOL WINAPI GetThreadInformation(HANDLE thread, THREAD_INFORMATION_CLASS class, LPVOID buffer,
                                 DWORD size)
{
    ULONG native;

    switch ((int)class) {
    case 0: /* ThreadMemoryPriority */
        native = ThreadPagePriority;
        break;
    case 1: /* ThreadAbsoluteCpuPriority */
        native = ThreadActualBasePriority;
        break;
    case 3: /* ThreadPowerThrottling */
        native = ThreadPowerThrottlingState;
        break;
    default:
        return fail(ERROR_INVALID_PARAMETER);
    }
    return set_status(NtQueryInformationThread(thread, native, buffer, size, NULL));
}

BOOL WINAPI SetThreadInformation(HANDLE thread, THREAD_INFORMATION_CLASS class, LPVOID buffer,
                                 DWORD size)
{
    ULONG native;

    switch ((int)class) {
    case 0:
        native = ThreadPagePriority;
        break;
    case 1:
        native = ThreadActualBasePriority;
        break;
    case 3:
        native = ThreadPowerThrottlingState;
        break;
    default:
        return fail(ERROR_INVALID_PARAMETER);
    }
    return set_status(NtSetInformationThread(thread, native, buffer, size));
}

VOID WINAPI FlushProcessWriteBuffers(VOID)
{
    NtFlushProcessWriteBuffers();
}
