/*
 * Process parameters: one block of memory with the structure, its strings and the environment behind
 * it, so that it can be passed to a new process. "Normalized" means that the string buffers are
 * addresses; otherwise they are offsets from the structure.
 */
#include "rtl_private.h"

static SIZE_T align8(SIZE_T n)
{
    return (n + 7) & ~(SIZE_T)7;
}

static SIZE_T environment_bytes(const WCHAR *env)
{
    const WCHAR *p = env;

    while (*p)
        p += wcslen(p) + 1;
    return (SIZE_T)(p + (p == env ? 2 : 1) - env) * sizeof(WCHAR);
}

static void place(UNICODE_STRING *dst, const UNICODE_STRING *src, USHORT maximum, UCHAR **at)
{
    dst->Length = src->Length;
    dst->MaximumLength = maximum;
    if (!maximum) {
        dst->Buffer = NULL;
        return;
    }
    dst->Buffer = (PWSTR)*at;
    memcpy(*at, src->Buffer, src->Length);
    memset(*at + src->Length, 0, maximum - (SIZE_T)src->Length);
    *at += align8(maximum);
}

static USHORT room_for(const UNICODE_STRING *s)
{
    return s->Length > UNICODE_STRING_MAX_BYTES - sizeof(WCHAR) ? s->Length
                                                               : (USHORT)(s->Length + sizeof(WCHAR));
}

NTSTATUS NTAPI RtlCreateProcessParametersEx(
    RTL_USER_PROCESS_PARAMETERS **result, PCUNICODE_STRING image, PCUNICODE_STRING dll_path,
    PCUNICODE_STRING current_directory, PCUNICODE_STRING command_line, PVOID environment,
    PCUNICODE_STRING title, PCUNICODE_STRING desktop, PCUNICODE_STRING shell,
    PCUNICODE_STRING runtime, ULONG flags)
{
    static const UNICODE_STRING none; /* no text and no buffer */
    static WCHAR nul[1];
    static const UNICODE_STRING empty = {0, sizeof(nul), nul};
    const UNICODE_STRING *cur_dir;
    RTL_USER_PROCESS_PARAMETERS *own, *params;
    SIZE_T size, env_size;
    USHORT cur_room;
    UCHAR *at;

    RtlAcquirePebLock();
    own = rtl_peb()->ProcessParameters;
    if (!environment)
        environment = own->Environment;
    if (!command_line)
        command_line = image;
    if (!title)
        title = &empty;
    if (!desktop)
        desktop = &empty;
    if (!shell)
        shell = &empty;
    if (!runtime)
        runtime = &none;
    if (!dll_path)
        dll_path = &none;
    cur_dir = current_directory ? current_directory : &own->CurrentDirectory.DosPath;
    cur_room = cur_dir->Length + 2 * sizeof(WCHAR) > MAX_PATH * sizeof(WCHAR)
                   ? (USHORT)(cur_dir->Length + 2 * sizeof(WCHAR))
                   : (USHORT)(MAX_PATH * sizeof(WCHAR));
    env_size = environment ? environment_bytes(environment) : 2 * sizeof(WCHAR);
    size = sizeof(*params) + align8(cur_room) + align8(dll_path->Length ? room_for(dll_path) : 0) +
           align8(room_for(image)) + align8(room_for(command_line)) + align8(room_for(title)) +
           align8(room_for(desktop)) + align8(room_for(shell)) + align8(runtime->MaximumLength);
    params = RtlAllocateHeap(rtl_heap(), HEAP_ZERO_MEMORY, size + env_size);
    if (!params) {
        RtlReleasePebLock();
        return STATUS_NO_MEMORY;
    }
    params->MaximumLength = params->Length = (ULONG)size;
    params->Flags = RTL_USER_PROC_PARAMS_NORMALIZED;
    params->ConsoleFlags = own->ConsoleFlags;
    params->ProcessGroupId = own->ProcessGroupId;
    /* the folder's handle is the new process's business */
    params->CurrentDirectory.Handle =
        (HANDLE)((ULONG_PTR)own->CurrentDirectory.Handle & 3);
    at = (UCHAR *)(params + 1);
    place(&params->CurrentDirectory.DosPath, cur_dir, cur_room, &at);
    if (params->CurrentDirectory.DosPath.Length) {
        UNICODE_STRING *s = &params->CurrentDirectory.DosPath;
        SIZE_T n = s->Length / sizeof(WCHAR);

        if (s->Buffer[n - 1] != '\\') {
            s->Buffer[n] = '\\';
            s->Length += sizeof(WCHAR);
        }
    }
    place(&params->DllPath, dll_path, dll_path->Length ? room_for(dll_path) : 0, &at);
    place(&params->ImagePathName, image, room_for(image), &at);
    place(&params->CommandLine, command_line, room_for(command_line), &at);
    place(&params->WindowTitle, title, room_for(title), &at);
    place(&params->DesktopInfo, desktop, room_for(desktop), &at);
    place(&params->ShellInfo, shell, room_for(shell), &at);
    place(&params->RuntimeData, runtime, runtime->MaximumLength, &at);
    params->Environment = at;
    params->EnvironmentSize = env_size;
    if (environment)
        memcpy(at, environment, env_size);
    RtlReleasePebLock();
    *result = flags & RTL_USER_PROC_PARAMS_NORMALIZED ? params : RtlDeNormalizeProcessParams(params);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlCreateProcessParameters(
    RTL_USER_PROCESS_PARAMETERS **result, PCUNICODE_STRING image, PCUNICODE_STRING dll_path,
    PCUNICODE_STRING current_directory, PCUNICODE_STRING command_line, PVOID environment,
    PCUNICODE_STRING title, PCUNICODE_STRING desktop, PCUNICODE_STRING shell,
    PCUNICODE_STRING runtime)
{
    return RtlCreateProcessParametersEx(result, image, dll_path, current_directory, command_line,
                                        environment, title, desktop, shell, runtime, 0);
}

VOID NTAPI RtlDestroyProcessParameters(RTL_USER_PROCESS_PARAMETERS *params)
{
    RtlFreeHeap(rtl_heap(), 0, params);
}

/* Adds `delta` to the address or offset of every string that has one. */
static void shift(RTL_USER_PROCESS_PARAMETERS *params, ULONG_PTR delta)
{
    UNICODE_STRING *strings[] = {
        &params->CurrentDirectory.DosPath, &params->DllPath,     &params->ImagePathName,
        &params->CommandLine,              &params->WindowTitle, &params->DesktopInfo,
        &params->ShellInfo,                &params->RuntimeData,
    };

    for (SIZE_T i = 0; i < COUNT_OF(strings); i++)
        if (strings[i]->Buffer)
            strings[i]->Buffer = (PWSTR)((ULONG_PTR)strings[i]->Buffer + delta);
}

RTL_USER_PROCESS_PARAMETERS *NTAPI RtlNormalizeProcessParams(RTL_USER_PROCESS_PARAMETERS *params)
{
    if (params && !(params->Flags & RTL_USER_PROC_PARAMS_NORMALIZED)) {
        shift(params, (ULONG_PTR)params);
        params->Flags |= RTL_USER_PROC_PARAMS_NORMALIZED;
    }
    return params;
}

RTL_USER_PROCESS_PARAMETERS *NTAPI RtlDeNormalizeProcessParams(RTL_USER_PROCESS_PARAMETERS *params)
{
    if (params && (params->Flags & RTL_USER_PROC_PARAMS_NORMALIZED)) {
        shift(params, 0 - (ULONG_PTR)params);
        params->Flags &= ~RTL_USER_PROC_PARAMS_NORMALIZED;
    }
    return params;
}
