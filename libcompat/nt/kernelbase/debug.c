/*
 * Debugging: of the own process, and of others through a debug object.
 */
#include "file.h"
#include "process.h"

/* ---- The own process ---- */

BOOL WINAPI IsDebuggerPresent(void)
{
    return current_peb()->BeingDebugged;
}

BOOL WINAPI CheckRemoteDebuggerPresent(HANDLE process, PBOOL present)
{
    HANDLE port = NULL;

    if (!process || !present)
        return fail(ERROR_INVALID_PARAMETER);
    if (!set_status(
            NtQueryInformationProcess(process, ProcessDebugPort, &port, sizeof(port), NULL)))
        return FALSE;
    *present = port != NULL;
    return TRUE;
}

__attribute__((noinline)) VOID WINAPI DebugBreak(void)
{
    __asm__ volatile("int3");
}

/*
 * The text travels as an exception that a debugger takes before any handler of the program; there
 * is nobody else to read it.
 */
static void output(const char *text)
{
    EXCEPTION_RECORD record = {
        .ExceptionCode = (DWORD)DBG_PRINTEXCEPTION_C,
        .NumberParameters = 2,
        .ExceptionInformation = {strlen(text) + 1, (ULONG_PTR)text},
    };

    if (IsDebuggerPresent())
        RtlRaiseException(&record);
}

VOID WINAPI OutputDebugStringA(LPCSTR text)
{
    if (text)
        output(text);
}

VOID WINAPI OutputDebugStringW(LPCWSTR text)
{
    char *narrow;

    if (!text || !IsDebuggerPresent())
        return;
    narrow = heap_narrow(text);
    if (narrow)
        output(narrow);
    heap_free(narrow);
}

/* ---- Debug objects: one for each debugging thread, in its TEB as on Windows ---- */

#define DEBUG_ALL_ACCESS 0x1f000fu
#define DEBUG_KILL_ON_CLOSE 1u

HANDLE debug_object(void)
{
    HANDLE *place = &NtCurrentTeb()->DbgSsReserved[1];
    OBJECT_ATTRIBUTES attributes;

    if (!*place) {
        object_attributes(&attributes, NULL, NULL, 0, NULL);
        if (!set_status(
                NtCreateDebugObject(place, DEBUG_ALL_ACCESS, &attributes, DEBUG_KILL_ON_CLOSE)))
            *place = NULL;
    }
    return *place;
}

BOOL WINAPI DebugActiveProcess(DWORD id)
{
    HANDLE object = debug_object(), process;
    NTSTATUS status;

    if (!object)
        return FALSE;
    process =
        OpenProcess(PROCESS_VM_READ | PROCESS_VM_WRITE | PROCESS_VM_OPERATION |
                        PROCESS_CREATE_THREAD | PROCESS_SUSPEND_RESUME | PROCESS_QUERY_INFORMATION,
                    FALSE, id);
    if (!process)
        return FALSE;
    status = NtDebugActiveProcess(process, object);
    NtClose(process);
    return set_status(status);
}

BOOL WINAPI DebugActiveProcessStop(DWORD id)
{
    HANDLE object = NtCurrentTeb()->DbgSsReserved[1], process;
    NTSTATUS status;

    if (!object)
        return fail(ERROR_ACCESS_DENIED);
    process = OpenProcess(PROCESS_SUSPEND_RESUME | PROCESS_QUERY_INFORMATION, FALSE, id);
    if (!process)
        return FALSE;
    status = NtRemoveProcessDebug(process, object);
    NtClose(process);
    return set_status(status);
}

BOOL WINAPI DebugSetProcessKillOnExit(BOOL kill)
{
    HANDLE object = NtCurrentTeb()->DbgSsReserved[1];
    ULONG flags = kill ? DEBUG_KILL_ON_CLOSE : 0;

    if (!object)
        return fail(ERROR_INVALID_HANDLE);
    /* DebugObjectKillProcessOnExitInformation */
    return set_status(NtSetInformationDebugObject(object, 1, &flags, sizeof(flags), NULL));
}

BOOL WINAPI DebugBreakProcess(HANDLE process)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    PVOID entry = (PVOID)GetProcAddress(ntdll, "DbgUiRemoteBreakin");
    HANDLE thread;
    OBJECT_ATTRIBUTES attributes;

    if (!entry)
        return FALSE;
    object_attributes(&attributes, NULL, NULL, 0, NULL);
    if (!set_status(NtCreateThreadEx(&thread, THREAD_ALL_ACCESS, &attributes, process, entry, NULL,
                                     THREAD_CREATE_FLAGS_SKIP_THREAD_ATTACH, 0, 0, 0, NULL)))
        return FALSE;
    NtClose(thread);
    return TRUE;
}

/* ---- Events ---- */

/* DBGUI_WAIT_STATE_CHANGE and its parts (known from public symbol files) */
enum {
    STATE_CREATE_THREAD = 2,
    STATE_CREATE_PROCESS = 3,
    STATE_EXIT_THREAD = 4,
    STATE_EXIT_PROCESS = 5,
    STATE_EXCEPTION = 6,
    STATE_BREAKPOINT = 7,
    STATE_SINGLE_STEP = 8,
    STATE_LOAD_DLL = 9,
    STATE_UNLOAD_DLL = 10,
};

struct state_change {
    ULONG state;
    CLIENT_ID client;
    union {
        struct {
            EXCEPTION_RECORD record;
            ULONG first_chance;
        } exception;
        struct {
            HANDLE thread;
            ULONG subsystem_key;
            PVOID start;
        } create_thread;
        struct {
            HANDLE process, thread;
            ULONG subsystem_key;
            HANDLE file;
            PVOID base;
            ULONG debug_offset, debug_size;
            ULONG thread_subsystem_key;
            PVOID start;
        } create_process;
        NTSTATUS exit_status;
        struct {
            HANDLE file;
            PVOID base;
            ULONG debug_offset, debug_size;
            PVOID name;
        } load_dll;
        PVOID unload_base;
    };
};

static PVOID thread_teb(HANDLE thread)
{
    THREAD_BASIC_INFORMATION basic;

    return NT_SUCCESS(NtQueryInformationThread(thread, ThreadBasicInformation, &basic,
                                               sizeof(basic), NULL))
               ? basic.TebBaseAddress
               : NULL;
}

static void convert_exception(const struct state_change *change, DEBUG_EVENT *event, BOOL wide)
{
    const EXCEPTION_RECORD *record = &change->exception.record;

    if (record->ExceptionCode == (DWORD)DBG_PRINTEXCEPTION_C ||
        (wide && record->ExceptionCode == (DWORD)DBG_PRINTEXCEPTION_WIDE_C)) {
        event->dwDebugEventCode = OUTPUT_DEBUG_STRING_EVENT;
        event->u.DebugString.nDebugStringLength = (WORD)record->ExceptionInformation[0];
        event->u.DebugString.lpDebugStringData = (LPSTR)record->ExceptionInformation[1];
        event->u.DebugString.fUnicode = record->ExceptionCode == (DWORD)DBG_PRINTEXCEPTION_WIDE_C;
        return;
    }
    event->dwDebugEventCode = EXCEPTION_DEBUG_EVENT;
    event->u.Exception.ExceptionRecord = *record;
    event->u.Exception.dwFirstChance = change->exception.first_chance;
}

static void convert_event(const struct state_change *change, DEBUG_EVENT *event, BOOL wide)
{
    memset(event, 0, sizeof(*event));
    event->dwProcessId = (DWORD)(ULONG_PTR)change->client.UniqueProcess;
    event->dwThreadId = (DWORD)(ULONG_PTR)change->client.UniqueThread;
    switch (change->state) {
    case STATE_CREATE_THREAD:
        event->dwDebugEventCode = CREATE_THREAD_DEBUG_EVENT;
        event->u.CreateThread.hThread = change->create_thread.thread;
        event->u.CreateThread.lpThreadLocalBase = thread_teb(change->create_thread.thread);
        event->u.CreateThread.lpStartAddress = (LPTHREAD_START_ROUTINE)change->create_thread.start;
        break;
    case STATE_CREATE_PROCESS:
        event->dwDebugEventCode = CREATE_PROCESS_DEBUG_EVENT;
        event->u.CreateProcessInfo.hFile = change->create_process.file;
        event->u.CreateProcessInfo.hProcess = change->create_process.process;
        event->u.CreateProcessInfo.hThread = change->create_process.thread;
        event->u.CreateProcessInfo.lpBaseOfImage = change->create_process.base;
        event->u.CreateProcessInfo.dwDebugInfoFileOffset = change->create_process.debug_offset;
        event->u.CreateProcessInfo.nDebugInfoSize = change->create_process.debug_size;
        event->u.CreateProcessInfo.lpThreadLocalBase = thread_teb(change->create_process.thread);
        event->u.CreateProcessInfo.lpStartAddress =
            (LPTHREAD_START_ROUTINE)change->create_process.start;
        event->u.CreateProcessInfo.fUnicode = TRUE;
        break;
    case STATE_EXIT_THREAD:
        event->dwDebugEventCode = EXIT_THREAD_DEBUG_EVENT;
        event->u.ExitThread.dwExitCode = (DWORD)change->exit_status;
        break;
    case STATE_EXIT_PROCESS:
        event->dwDebugEventCode = EXIT_PROCESS_DEBUG_EVENT;
        event->u.ExitProcess.dwExitCode = (DWORD)change->exit_status;
        break;
    case STATE_LOAD_DLL:
        event->dwDebugEventCode = LOAD_DLL_DEBUG_EVENT;
        event->u.LoadDll.hFile = change->load_dll.file;
        event->u.LoadDll.lpBaseOfDll = change->load_dll.base;
        event->u.LoadDll.dwDebugInfoFileOffset = change->load_dll.debug_offset;
        event->u.LoadDll.nDebugInfoSize = change->load_dll.debug_size;
        event->u.LoadDll.lpImageName = change->load_dll.name;
        event->u.LoadDll.fUnicode = TRUE;
        break;
    case STATE_UNLOAD_DLL:
        event->dwDebugEventCode = UNLOAD_DLL_DEBUG_EVENT;
        event->u.UnloadDll.lpBaseOfDll = change->unload_base;
        break;
    default:
        convert_exception(change, event, wide);
        break;
    }
}

/*
 * Handles of a debuggee belong to the debugger until the exit event is continued. They are kept
 * in a list of the thread, as DbgSsReserved[0] is for.
 */
struct debuggee_handle {
    struct debuggee_handle *next;
    HANDLE process, thread;
    DWORD process_id, thread_id;
    BOOL gone;
};

static void remember(DWORD process_id, DWORD thread_id, HANDLE process, HANDLE thread)
{
    struct debuggee_handle *entry = heap_alloc(sizeof(*entry));

    if (!entry)
        return; /* the handles then live as long as the debugger */
    entry->process = process;
    entry->thread = thread;
    entry->process_id = process_id;
    entry->thread_id = thread_id;
    entry->gone = FALSE;
    entry->next = NtCurrentTeb()->DbgSsReserved[0];
    NtCurrentTeb()->DbgSsReserved[0] = entry;
}

static void track_handles(const DEBUG_EVENT *event)
{
    struct debuggee_handle *entry;

    switch (event->dwDebugEventCode) {
    case CREATE_PROCESS_DEBUG_EVENT:
        remember(event->dwProcessId, 0, event->u.CreateProcessInfo.hProcess, NULL);
        remember(event->dwProcessId, event->dwThreadId, NULL, event->u.CreateProcessInfo.hThread);
        break;
    case CREATE_THREAD_DEBUG_EVENT:
        remember(event->dwProcessId, event->dwThreadId, NULL, event->u.CreateThread.hThread);
        break;
    case EXIT_THREAD_DEBUG_EVENT:
        for (entry = NtCurrentTeb()->DbgSsReserved[0]; entry; entry = entry->next)
            if (entry->thread_id == event->dwThreadId)
                entry->gone = TRUE;
        break;
    case EXIT_PROCESS_DEBUG_EVENT:
        for (entry = NtCurrentTeb()->DbgSsReserved[0]; entry; entry = entry->next)
            if (entry->process_id == event->dwProcessId)
                entry->gone = TRUE;
        break;
    }
}

static void close_gone(DWORD process_id)
{
    struct debuggee_handle **link = (struct debuggee_handle **)&NtCurrentTeb()->DbgSsReserved[0];

    while (*link) {
        struct debuggee_handle *entry = *link;

        if (!entry->gone || entry->process_id != process_id) {
            link = &entry->next;
            continue;
        }
        *link = entry->next;
        if (entry->process)
            NtClose(entry->process);
        if (entry->thread)
            NtClose(entry->thread);
        heap_free(entry);
    }
}

static BOOL wait_event(DEBUG_EVENT *event, DWORD milliseconds, BOOL wide)
{
    HANDLE object = NtCurrentTeb()->DbgSsReserved[1];
    struct state_change change;
    LARGE_INTEGER time;
    NTSTATUS status;

    if (!object)
        return fail(ERROR_INVALID_HANDLE);
    do
        status = NtWaitForDebugEvent(object, TRUE, nt_timeout(&time, milliseconds), (PVOID)&change);
    while (status == STATUS_ALERTED || status == STATUS_USER_APC);
    if (status == STATUS_TIMEOUT)
        return fail(ERROR_SEM_TIMEOUT);
    if (!set_status(status))
        return FALSE;
    convert_event(&change, event, wide);
    track_handles(event);
    return TRUE;
}

BOOL WINAPI WaitForDebugEvent(LPDEBUG_EVENT event, DWORD milliseconds)
{
    return wait_event(event, milliseconds, FALSE);
}

BOOL WINAPI WaitForDebugEventEx(LPDEBUG_EVENT event, DWORD milliseconds)
{
    return wait_event(event, milliseconds, TRUE);
}

BOOL WINAPI ContinueDebugEvent(DWORD process_id, DWORD thread_id, DWORD answer)
{
    HANDLE object = NtCurrentTeb()->DbgSsReserved[1];
    CLIENT_ID client = {(HANDLE)(ULONG_PTR)process_id, (HANDLE)(ULONG_PTR)thread_id};

    if (!object)
        return fail(ERROR_INVALID_HANDLE);
    if (!set_status(NtDebugContinue(object, &client, (NTSTATUS)answer)))
        return FALSE;
    close_gone(process_id);
    return TRUE;
}
