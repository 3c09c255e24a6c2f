/*
 * Exceptions that programs raise, the filter for those that nobody handles, fatal ends.
 */
#include "kernelbase.h"

/* Owner: SetUnhandledExceptionFilter. Read and replaced with one atomic access. */
static LPTOP_LEVEL_EXCEPTION_FILTER top_level_filter;

VOID WINAPI RaiseException(DWORD code, DWORD flags, DWORD count, const ULONG_PTR *arguments)
{
    EXCEPTION_RECORD record = {
        .ExceptionCode = code & ~0x10000000u, /* the bit is the system's */
        .ExceptionFlags = flags & EXCEPTION_NONCONTINUABLE,
        .ExceptionAddress = (PVOID)(ULONG_PTR)RaiseException,
    };

    if (count && arguments) {
        if (count > EXCEPTION_MAXIMUM_PARAMETERS)
            count = EXCEPTION_MAXIMUM_PARAMETERS;
        record.NumberParameters = count;
        memcpy(record.ExceptionInformation, arguments, count * sizeof(*arguments));
    }
    RtlRaiseException(&record);
}

LPTOP_LEVEL_EXCEPTION_FILTER WINAPI SetUnhandledExceptionFilter(LPTOP_LEVEL_EXCEPTION_FILTER filter)
{
    return __atomic_exchange_n(&top_level_filter, filter, __ATOMIC_ACQ_REL);
}

static BOOL debugger_attached(void)
{
    HANDLE port = NULL;

    return NT_SUCCESS(NtQueryInformationProcess(NtCurrentProcess(), ProcessDebugPort, &port,
                                                sizeof(port), NULL)) &&
           port;
}

/*
 * A write into a resource section: those are read-only in the file, yet old programs patch their
 * resources, and the pages are made writable for them as Windows does.
 */
static BOOL resource_made_writable(const EXCEPTION_RECORD *record)
{
    PVOID address, base, resources;
    ULONG size, old;
    SIZE_T length = 1;

    if (record->ExceptionCode != (DWORD)STATUS_ACCESS_VIOLATION || record->NumberParameters < 2 ||
        record->ExceptionInformation[0] != 1)
        return FALSE;
    address = (PVOID)record->ExceptionInformation[1];
    if (!RtlPcToFileHeader(address, &base))
        return FALSE;
    resources = RtlImageDirectoryEntryToData(base, TRUE, IMAGE_DIRECTORY_ENTRY_RESOURCE, &size);
    if (!resources || (ULONG_PTR)address < (ULONG_PTR)resources ||
        (ULONG_PTR)address >= (ULONG_PTR)resources + size)
        return FALSE;
    return NT_SUCCESS(
        NtProtectVirtualMemory(NtCurrentProcess(), &address, &length, PAGE_WRITECOPY, &old));
}

LONG WINAPI UnhandledExceptionFilter(PEXCEPTION_POINTERS pointers)
{
    LPTOP_LEVEL_EXCEPTION_FILTER filter;
    LONG answer;

    if (resource_made_writable(pointers->ExceptionRecord))
        return EXCEPTION_CONTINUE_EXECUTION;
    if (debugger_attached())
        return EXCEPTION_CONTINUE_SEARCH;
    filter = __atomic_load_n(&top_level_filter, __ATOMIC_ACQUIRE);
    if (filter) {
        answer = filter(pointers);
        if (answer != EXCEPTION_CONTINUE_SEARCH)
            return answer;
    }
    /*
     * Nobody took it. The kernel writes the crash line when it gets the second chance of the
     * exception; with SEM_NOGPFAULTERRORBOX the process just ends with the code.
     */
    if ((GetErrorMode() | GetThreadErrorMode()) & SEM_NOGPFAULTERRORBOX)
        return EXCEPTION_EXECUTE_HANDLER;
    return EXCEPTION_CONTINUE_SEARCH;
}

VOID WINAPI RaiseFailFastException(PEXCEPTION_RECORD given, PCONTEXT given_context, DWORD flags)
{
    EXCEPTION_RECORD record;
    CONTEXT context;

    if (given) {
        record = *given;
    } else {
        memset(&record, 0, sizeof(record));
        record.ExceptionCode = (DWORD)STATUS_FAIL_FAST_EXCEPTION;
    }
    record.ExceptionFlags |= EXCEPTION_NONCONTINUABLE;
    if (!given || (flags & FAIL_FAST_GENERATE_EXCEPTION_ADDRESS))
        record.ExceptionAddress = __builtin_return_address(0);
    if (!given_context) {
        RtlCaptureContext(&context);
        given_context = &context;
    }
    /* Second chance at once: no handler of the program runs. */
    NtRaiseException(&record, given_context, FALSE);
    NtTerminateProcess(NtCurrentProcess(), (NTSTATUS)record.ExceptionCode);
}

VOID WINAPI FatalExit(int code)
{
    RtlExitUserProcess(code);
}

/* The text goes where a console program's user looks; there is no message box to show it in. */
VOID WINAPI FatalAppExitA(UINT action, LPCSTR text)
{
    HANDLE error = process_parameters()->StandardError;
    IO_STATUS_BLOCK io;

    (void)action;
    if (text && error) {
        NtWriteFile(error, NULL, NULL, NULL, &io, (void *)text, (ULONG)strlen(text), NULL, NULL);
        NtWriteFile(error, NULL, NULL, NULL, &io, "\r\n", 2, NULL, NULL);
    }
    RtlExitUserProcess(0);
}

VOID WINAPI FatalAppExitW(UINT action, LPCWSTR text)
{
    char *narrow = text ? heap_narrow(text) : NULL;

    FatalAppExitA(action, narrow);
}

/* ---- Error reporting: nothing is reported, the settings are kept as programs set them ---- */

/* Owner: WerSetFlags; one aligned word. */
static LONG wer_flags;

HRESULT WINAPI WerSetFlags(DWORD flags)
{
    InterlockedExchange(&wer_flags, (LONG)flags);
    return S_OK;
}

HRESULT WINAPI WerGetFlags(HANDLE process, PDWORD flags)
{
    if (!flags)
        return E_INVALIDARG;
    if (process != NtCurrentProcess() && GetProcessId(process) != GetCurrentProcessId())
        return HRESULT_FROM_WIN32(ERROR_NOT_SUPPORTED);
    *flags = (DWORD)wer_flags;
    return S_OK;
}
