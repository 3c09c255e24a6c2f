/*
 * Processes: opening, ending, their counters, priorities and settings.
 */
#include "file.h"
#include "process.h"

BOOL WINAPI QueryFullProcessImageNameW(HANDLE process, DWORD flags, LPWSTR buffer, PDWORD size);

HANDLE WINAPI GetCurrentProcess(void)
{
    return NtCurrentProcess();
}

DWORD WINAPI GetCurrentProcessId(void)
{
    return (DWORD)(ULONG_PTR)NtCurrentTeb()->ClientId.UniqueProcess;
}

DWORD WINAPI GetProcessId(HANDLE process)
{
    PROCESS_BASIC_INFORMATION basic;

    if (!set_status(NtQueryInformationProcess(process, ProcessBasicInformation, &basic,
                                              sizeof(basic), NULL)))
        return 0;
    return (DWORD)basic.UniqueProcessId;
}

DWORD WINAPI GetProcessVersion(DWORD id)
{
    IMAGE_NT_HEADERS *headers;
    union {
        IMAGE_DOS_HEADER dos;
        IMAGE_NT_HEADERS nt;
    } header;
    PROCESS_BASIC_INFORMATION basic;
    PVOID image;
    SIZE_T done;
    HANDLE process;
    DWORD version = 0;

    if (!id || id == GetCurrentProcessId()) {
        headers = RtlImageNtHeader(current_peb()->ImageBaseAddress);
        return MAKELONG(headers->OptionalHeader.MinorSubsystemVersion,
                        headers->OptionalHeader.MajorSubsystemVersion);
    }
    process = OpenProcess(PROCESS_VM_READ | PROCESS_QUERY_LIMITED_INFORMATION, FALSE, id);
    if (!process)
        return 0;
    if (set_status(NtQueryInformationProcess(process, ProcessBasicInformation, &basic,
                                             sizeof(basic), NULL)) &&
        ReadProcessMemory(process, &basic.PebBaseAddress->ImageBaseAddress, &image, sizeof(image),
                          &done) &&
        ReadProcessMemory(process, image, &header.dos, sizeof(header.dos), &done)) {
        LONG offset = header.dos.e_lfanew;

        if (ReadProcessMemory(process, (char *)image + offset, &header.nt, sizeof(header.nt),
                              &done) &&
            header.nt.Signature == IMAGE_NT_SIGNATURE)
            version = MAKELONG(header.nt.OptionalHeader.MinorSubsystemVersion,
                               header.nt.OptionalHeader.MajorSubsystemVersion);
    }
    NtClose(process);
    return version;
}

BOOL WINAPI ProcessIdToSessionId(DWORD id, DWORD *session)
{
    HANDLE process;
    ULONG number;
    NTSTATUS status;

    if (id == GetCurrentProcessId()) {
        *session = current_peb()->SessionId;
        return TRUE;
    }
    process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, id);
    if (!process)
        return FALSE;
    status = NtQueryInformationProcess(process, ProcessSessionInformation, &number, sizeof(number),
                                       NULL);
    NtClose(process);
    if (!set_status(status))
        return FALSE;
    *session = number;
    return TRUE;
}

BOOL WINAPI GetProcessGroupAffinity(HANDLE process, PUSHORT count, PUSHORT groups)
{
    ULONG size = 0;
    NTSTATUS status = NtQueryInformationProcess(process, ProcessGroupInformation, groups,
                                                *count * sizeof(USHORT), &size);

    *count = (USHORT)(size / sizeof(USHORT));
    if (status == STATUS_BUFFER_TOO_SMALL || status == STATUS_INFO_LENGTH_MISMATCH)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    return set_status(status);
}

HANDLE WINAPI OpenProcess(DWORD access, BOOL inherit, DWORD id)
{
    OBJECT_ATTRIBUTES attributes;
    CLIENT_ID client = {(HANDLE)(ULONG_PTR)id, NULL};
    HANDLE process;

    object_attributes(&attributes, NULL, NULL, inherit ? OBJ_INHERIT : 0, NULL);
    return set_status(NtOpenProcess(&process, access, &attributes, &client)) ? process : NULL;
}

DECLSPEC_NORETURN VOID WINAPI ExitProcess(UINT code)
{
    RtlExitUserProcess((NTSTATUS)code);
}

BOOL WINAPI TerminateProcess(HANDLE process, UINT code)
{
    if (!process)
        return fail(ERROR_INVALID_HANDLE);
    return set_status(NtTerminateProcess(process, (NTSTATUS)code));
}

BOOL WINAPI GetExitCodeProcess(HANDLE process, LPDWORD code)
{
    PROCESS_BASIC_INFORMATION basic;

    if (!set_status(NtQueryInformationProcess(process, ProcessBasicInformation, &basic,
                                              sizeof(basic), NULL)))
        return FALSE;
    *code = (DWORD)basic.ExitStatus;
    return TRUE;
}

/* ---- Counters ---- */

static FILETIME file_time(LARGE_INTEGER time)
{
    FILETIME result = {time.LowPart, (DWORD)time.HighPart};

    return result;
}

BOOL WINAPI GetProcessTimes(HANDLE process, LPFILETIME creation, LPFILETIME exit, LPFILETIME kernel,
                            LPFILETIME user)
{
    KERNEL_USER_TIMES times;

    if (!set_status(NtQueryInformationProcess(process, ProcessTimes, &times, sizeof(times), NULL)))
        return FALSE;
    *creation = file_time(times.CreateTime);
    *exit = file_time(times.ExitTime);
    *kernel = file_time(times.KernelTime);
    *user = file_time(times.UserTime);
    return TRUE;
}

BOOL WINAPI GetProcessHandleCount(HANDLE process, PDWORD count)
{
    return set_status(
        NtQueryInformationProcess(process, ProcessHandleCount, count, sizeof(*count), NULL));
}

BOOL WINAPI GetProcessIoCounters(HANDLE process, PIO_COUNTERS counters)
{
    return set_status(
        NtQueryInformationProcess(process, ProcessIoCounters, counters, sizeof(*counters), NULL));
}

BOOL WINAPI QueryProcessCycleTime(HANDLE process, PULONG64 cycles)
{
    ULONG64 values[2] = {0, 0}; /* PROCESS_CYCLE_TIME_INFORMATION: accumulated, current */

    if (!set_status(
            NtQueryInformationProcess(process, ProcessCycleTime, values, sizeof(values), NULL)))
        return FALSE;
    *cycles = values[0];
    return TRUE;
}

/* ---- Priorities, affinity, working set ---- */

/* PROCESS_PRIORITY_CLASS (ntpsapi) */
struct priority_class {
    BOOLEAN foreground;
    UCHAR value;
};

static const struct {
    DWORD win32;
    UCHAR nt;
} priority_classes[] = {
    {IDLE_PRIORITY_CLASS, 1},         {NORMAL_PRIORITY_CLASS, 2},
    {HIGH_PRIORITY_CLASS, 3},         {REALTIME_PRIORITY_CLASS, 4},
    {BELOW_NORMAL_PRIORITY_CLASS, 5}, {ABOVE_NORMAL_PRIORITY_CLASS, 6},
};

UCHAR nt_priority_class(DWORD flags)
{
    for (unsigned i = 0; i < ARRAYSIZE(priority_classes); i++)
        if (flags & priority_classes[i].win32)
            return priority_classes[i].nt;
    return 0;
}

DWORD WINAPI GetPriorityClass(HANDLE process)
{
    struct priority_class class;

    if (!set_status(
            NtQueryInformationProcess(process, ProcessPriorityClass, &class, sizeof(class), NULL)))
        return 0;
    for (unsigned i = 0; i < ARRAYSIZE(priority_classes); i++)
        if (class.value == priority_classes[i].nt)
            return priority_classes[i].win32;
    return NORMAL_PRIORITY_CLASS;
}

BOOL WINAPI SetPriorityClass(HANDLE process, DWORD wanted)
{
    struct priority_class class = {FALSE, 0};
    ULONG memory_priority;

    /* Background mode lowers the memory priority (1 of 5) and the I/O priority (0: very low). */
    if (wanted == PROCESS_MODE_BACKGROUND_BEGIN || wanted == PROCESS_MODE_BACKGROUND_END) {
        BOOL begin = wanted == PROCESS_MODE_BACKGROUND_BEGIN;
        ULONG io_priority = begin ? 0 : 2;

        if (process != NtCurrentProcess() && GetProcessId(process) != GetCurrentProcessId())
            return fail(ERROR_INVALID_PARAMETER);
        memory_priority = begin ? 1 : 5;
        return set_status(NtSetInformationProcess(process, ProcessPagePriority, &memory_priority,
                                                  sizeof(memory_priority))) &&
               set_status(NtSetInformationProcess(process, ProcessIoPriority, &io_priority,
                                                  sizeof(io_priority)));
    }
    for (unsigned i = 0; i < ARRAYSIZE(priority_classes); i++)
        if (wanted == priority_classes[i].win32)
            class.value = priority_classes[i].nt;
    if (!class.value)
        return fail(ERROR_INVALID_PARAMETER);
    return set_status(
        NtSetInformationProcess(process, ProcessPriorityClass, &class, sizeof(class)));
}

BOOL WINAPI GetProcessPriorityBoost(HANDLE process, PBOOL disabled)
{
    ULONG value;

    if (!set_status(
            NtQueryInformationProcess(process, ProcessPriorityBoost, &value, sizeof(value), NULL)))
        return FALSE;
    *disabled = value != 0;
    return TRUE;
}

BOOL WINAPI SetProcessPriorityBoost(HANDLE process, BOOL disable)
{
    ULONG value = disable != 0;

    return set_status(
        NtSetInformationProcess(process, ProcessPriorityBoost, &value, sizeof(value)));
}

BOOL WINAPI GetProcessAffinityMask(HANDLE process, PDWORD_PTR process_mask, PDWORD_PTR system_mask)
{
    PROCESS_BASIC_INFORMATION basic;
    SYSTEM_BASIC_INFORMATION system;

    if (!set_status(NtQueryInformationProcess(process, ProcessBasicInformation, &basic,
                                              sizeof(basic), NULL)) ||
        !set_status(
            NtQuerySystemInformation(SystemBasicInformation, &system, sizeof(system), NULL)))
        return FALSE;
    *process_mask = basic.AffinityMask;
    *system_mask = system.ActiveProcessorsAffinityMask;
    return TRUE;
}

BOOL WINAPI SetProcessAffinityMask(HANDLE process, DWORD_PTR mask)
{
    return set_status(NtSetInformationProcess(process, ProcessAffinityMask, &mask, sizeof(mask)));
}

BOOL WINAPI SetProcessAffinityUpdateMode(HANDLE process, DWORD flags)
{
    if (flags & ~1u)
        return fail(ERROR_INVALID_PARAMETER);
    if (!GetProcessId(process))
        return FALSE;
    return !flags || fail(ERROR_NOT_SUPPORTED);
}

BOOL WINAPI GetProcessWorkingSetSizeEx(HANDLE process, PSIZE_T minimum, PSIZE_T maximum,
                                       PDWORD flags)
{
    QUOTA_LIMITS_EX quota = {0};

    if (!set_status(
            NtQueryInformationProcess(process, ProcessQuotaLimits, &quota, sizeof(quota), NULL)))
        return FALSE;
    *minimum = quota.MinimumWorkingSetSize;
    *maximum = quota.MaximumWorkingSetSize;
    if (flags)
        *flags = quota.Flags;
    return TRUE;
}

BOOL WINAPI GetProcessWorkingSetSize(HANDLE process, PSIZE_T minimum, PSIZE_T maximum)
{
    return GetProcessWorkingSetSizeEx(process, minimum, maximum, NULL);
}

BOOL WINAPI SetProcessWorkingSetSizeEx(HANDLE process, SIZE_T minimum, SIZE_T maximum, DWORD flags)
{
    QUOTA_LIMITS_EX quota = {
        .MinimumWorkingSetSize = minimum,
        .MaximumWorkingSetSize = maximum,
        .Flags = flags,
    };

    if (!minimum || !maximum)
        return fail(ERROR_INVALID_PARAMETER);
    return set_status(NtSetInformationProcess(process, ProcessQuotaLimits, &quota, sizeof(quota)));
}

BOOL WINAPI SetProcessWorkingSetSize(HANDLE process, SIZE_T minimum, SIZE_T maximum)
{
    return SetProcessWorkingSetSizeEx(process, minimum, maximum, 0);
}

/* ---- Machine ---- */

BOOL WINAPI IsWow64Process2(HANDLE process, USHORT *process_machine, USHORT *native_machine)
{
    ULONG_PTR wow64 = 0;

    if (!set_status(NtQueryInformationProcess(process, ProcessWow64Information, &wow64,
                                              sizeof(wow64), NULL)))
        return FALSE;
    *process_machine = wow64 ? IMAGE_FILE_MACHINE_I386 : IMAGE_FILE_MACHINE_UNKNOWN;
    if (native_machine)
        *native_machine = IMAGE_FILE_MACHINE_AMD64;
    return TRUE;
}

BOOL WINAPI IsWow64Process(HANDLE process, PBOOL result)
{
    ULONG_PTR wow64 = 0;

    if (!set_status(NtQueryInformationProcess(process, ProcessWow64Information, &wow64,
                                              sizeof(wow64), NULL)))
        return FALSE;
    *result = wow64 != 0;
    return TRUE;
}

#ifdef _WIN64
/* Only a 32-bit process has a redirection to turn off. */
BOOL WINAPI Wow64DisableWow64FsRedirection(PVOID *old)
{
    (void)old;
    return fail(ERROR_INVALID_FUNCTION);
}

BOOL WINAPI Wow64RevertWow64FsRedirection(PVOID old)
{
    (void)old;
    return fail(ERROR_INVALID_FUNCTION);
}

BOOLEAN WINAPI Wow64EnableWow64FsRedirection(BOOLEAN enable)
{
    (void)enable;
    return (BOOLEAN)fail(ERROR_INVALID_FUNCTION);
}
#endif

/* ---- Image names ---- */

/* ProcessImageFileName or its Win32 form: a UNICODE_STRING with its text behind it, on the heap. */
static UNICODE_STRING *image_name(HANDLE process, ULONG class)
{
    ULONG size = sizeof(UNICODE_STRING) + 0x10000;
    UNICODE_STRING *name = heap_alloc(size);

    if (!name)
        return NULL;
    if (set_status(NtQueryInformationProcess(process, class, name, size, NULL)))
        return name;
    heap_free(name);
    return NULL;
}

static BOOL image_name_to(HANDLE process, DWORD flags, LPWSTR wide, LPSTR narrow, PDWORD size)
{
    UNICODE_STRING *name;
    DWORD length, done;

    if (flags & ~(DWORD)PROCESS_NAME_NATIVE)
        return fail(ERROR_INVALID_PARAMETER);
    name = image_name(process, flags & PROCESS_NAME_NATIVE ? ProcessImageFileName
                                                           : ProcessImageFileNameWin32);
    if (!name)
        return FALSE;
    length = name->Length / sizeof(WCHAR);
    done = wide ? copy_wide(name->Buffer, length, wide, *size)
                : narrow_file(name->Buffer, length, narrow, *size);
    heap_free(name);
    if (done >= *size)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    *size = done;
    return TRUE;
}

BOOL WINAPI QueryFullProcessImageNameW(HANDLE process, DWORD flags, LPWSTR buffer, PDWORD size)
{
    return image_name_to(process, flags, buffer, NULL, size);
}

BOOL WINAPI QueryFullProcessImageNameA(HANDLE process, DWORD flags, LPSTR buffer, PDWORD size)
{
    return image_name_to(process, flags, NULL, buffer, size);
}

/* ---- Memory of other processes ---- */

BOOL WINAPI ReadProcessMemory(HANDLE process, LPCVOID address, LPVOID buffer, SIZE_T size,
                              SIZE_T *count)
{
    return set_status(NtReadVirtualMemory(process, (PVOID)address, buffer, size, count));
}

BOOL WINAPI WriteProcessMemory(HANDLE process, LPVOID address, LPCVOID buffer, SIZE_T size,
                               SIZE_T *count)
{
    const ULONG writable =
        PAGE_READWRITE | PAGE_WRITECOPY | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY;
    const ULONG code = PAGE_EXECUTE | PAGE_EXECUTE_READ;
    MEMORY_BASIC_INFORMATION memory;
    PVOID page = address;
    SIZE_T length = size;
    ULONG old;
    NTSTATUS status;

    if (!set_status(NtQueryVirtualMemory(process, address, MemoryBasicInformation, &memory,
                                         sizeof(memory), NULL)))
        return FALSE;
    if (memory.State != MEM_COMMIT || (memory.Protect & writable))
        return set_status(NtWriteVirtualMemory(process, address, (PVOID)buffer, size, count));
    /* Debuggers write break points into code: its pages are opened for the moment. */
    if (!(memory.Protect & code))
        return fail(ERROR_NOACCESS);
    status = NtProtectVirtualMemory(
        process, &page, &length,
        memory.Type == MEM_PRIVATE ? PAGE_EXECUTE_READWRITE : PAGE_EXECUTE_WRITECOPY, &old);
    if (!set_status(status))
        return FALSE;
    status = NtWriteVirtualMemory(process, address, (PVOID)buffer, size, count);
    NtProtectVirtualMemory(process, &page, &length, old, &old);
    NtFlushInstructionCache(process, address, size);
    return set_status(status);
}

BOOL WINAPI FlushInstructionCache(HANDLE process, LPCVOID address, SIZE_T size)
{
    return set_status(NtFlushInstructionCache(process, (PVOID)address, size));
}

/* ---- Start-up and command line ---- */

LPWSTR WINAPI GetCommandLineW(void)
{
    return process_parameters()->CommandLine.Buffer;
}

LPSTR WINAPI GetCommandLineA(void)
{
    /* Made once, by whoever asks first; lives as long as the process. */
    static char *command_line;
    char *mine, *first;

    if (!command_line) {
        mine = heap_narrow(GetCommandLineW());
        if (!mine)
            return NULL;
        first = InterlockedCompareExchangePointer((PVOID *)&command_line, mine, NULL);
        if (first)
            heap_free(mine);
    }
    return command_line;
}

VOID WINAPI GetStartupInfoW(LPSTARTUPINFOW info)
{
    const RTL_USER_PROCESS_PARAMETERS *parameters = process_parameters();

    memset(info, 0, sizeof(*info));
    info->cb = sizeof(*info);
    info->lpDesktop = parameters->DesktopInfo.Buffer;
    info->lpTitle = parameters->WindowTitle.Buffer;
    info->dwX = parameters->StartingX;
    info->dwY = parameters->StartingY;
    info->dwXSize = parameters->CountX;
    info->dwYSize = parameters->CountY;
    info->dwXCountChars = parameters->CountCharsX;
    info->dwYCountChars = parameters->CountCharsY;
    info->dwFillAttribute = parameters->FillAttribute;
    info->dwFlags = parameters->WindowFlags;
    info->wShowWindow = (WORD)parameters->ShowWindowFlags;
    info->cbReserved2 = parameters->RuntimeData.Length;
    info->lpReserved2 = (LPBYTE)parameters->RuntimeData.Buffer;
    if (info->dwFlags & STARTF_USESTDHANDLES) {
        info->hStdInput = parameters->StandardInput;
        info->hStdOutput = parameters->StandardOutput;
        info->hStdError = parameters->StandardError;
    }
}

VOID WINAPI GetStartupInfoA(LPSTARTUPINFOA info)
{
    /* The texts are made once; lives as long as the process. */
    static struct {
        char *desktop, *title;
    } * texts;
    STARTUPINFOW wide;

    GetStartupInfoW(&wide);
    if (!texts) {
        PVOID mine = heap_zalloc(sizeof(*texts));

        if (mine) {
            char **pair = mine;

            pair[0] = wide.lpDesktop ? heap_narrow(wide.lpDesktop) : NULL;
            pair[1] = wide.lpTitle ? heap_narrow(wide.lpTitle) : NULL;
            if (InterlockedCompareExchangePointer((PVOID *)&texts, mine, NULL)) {
                heap_free(pair[0]);
                heap_free(pair[1]);
                heap_free(mine);
            }
        }
    }
    memcpy(info, &wide, sizeof(*info));
    info->lpReserved = NULL;
    info->lpDesktop = texts ? texts->desktop : NULL;
    info->lpTitle = texts ? texts->title : NULL;
}

/* ---- Shutdown order: kept for the process that asks, there is no session to end ---- */

/* Owner: SetProcessShutdownParameters; the two halves in one word. */
static LONG shutdown_parameters = 0x280;

BOOL WINAPI SetProcessShutdownParameters(DWORD level, DWORD flags)
{
    if (level > 0x4ff || (flags & ~(DWORD)SHUTDOWN_NORETRY))
        return fail(ERROR_INVALID_PARAMETER);
    InterlockedExchange(&shutdown_parameters, (LONG)(level | flags << 16));
    return TRUE;
}

BOOL WINAPI GetProcessShutdownParameters(LPDWORD level, LPDWORD flags)
{
    DWORD both = (DWORD)shutdown_parameters;

    *level = both & 0xffff;
    *flags = both >> 16;
    return TRUE;
}
