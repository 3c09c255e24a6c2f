/*
 * CreateProcess: finds the program, makes the parameters, and calls NtCreateUserProcess.
 */
#include "file.h"
#include "process.h"

/* NtCreateUserProcess: ProcessFlags */
#define PROCESS_CREATE_FLAGS_BREAKAWAY 0x1u
#define PROCESS_CREATE_FLAGS_NO_DEBUG_INHERIT 0x2u
#define PROCESS_CREATE_FLAGS_INHERIT_HANDLES 0x4u

/* RTL_USER_PROCESS_PARAMETERS.ConsoleHandle before there is a console */
#define CONSOLE_HANDLE_DETACHED ((HANDLE)(LONG_PTR)-1)
#define CONSOLE_HANDLE_NEW ((HANDLE)(LONG_PTR)-2)
#define CONSOLE_HANDLE_NO_WINDOW ((HANDLE)(LONG_PTR)-3)

/* PS_STD_HANDLE_INFO */
struct std_handle_info {
    ULONG flags; /* StdHandleState: 2 bits, PseudoHandleMask: 3 bits */
    ULONG subsystem;
};
#define STD_HANDLE_REQUEST_DUPLICATE 1u

#define ANY_PRIORITY                                                                               \
    (IDLE_PRIORITY_CLASS | BELOW_NORMAL_PRIORITY_CLASS | NORMAL_PRIORITY_CLASS |                   \
     ABOVE_NORMAL_PRIORITY_CLASS | HIGH_PRIORITY_CLASS | REALTIME_PRIORITY_CLASS)

struct creation {
    WCHAR *image;        /* full DOS path, on the heap */
    WCHAR *command_line; /* on the heap */
    WCHAR *directory;    /* on the heap, or NULL: the parent's */
    WCHAR *environment;  /* on the heap, or NULL: as `given_environment` */
    PVOID given_environment;
    HANDLE console; /* of a pseudo-console attribute */
    BOOL handle_list;
    PS_ATTRIBUTE attributes[16]; /* seven of each kind at most */
    ULONG attribute_count;
};

static void free_creation(struct creation *creation)
{
    heap_free(creation->image);
    heap_free(creation->command_line);
    heap_free(creation->directory);
    heap_free(creation->environment);
}

static WCHAR *concatenate(const WCHAR *const *parts, int count)
{
    SIZE_T length = 0;
    WCHAR *text;

    for (int i = 0; i < count; i++)
        length += wcslen(parts[i]);
    text = heap_alloc((length + 1) * sizeof(WCHAR));
    if (text) {
        text[0] = 0;
        for (int i = 0; i < count; i++)
            wcscat(text, parts[i]);
    }
    return text;
}

static WCHAR *full_name(const WCHAR *name)
{
    DWORD size = GetFullPathNameW(name, 0, NULL, NULL);
    WCHAR *path = size ? heap_alloc((size + 1) * sizeof(WCHAR)) : NULL;

    if (path && !GetFullPathNameW(name, size + 1, path, NULL)) {
        heap_free(path);
        path = NULL;
    }
    return path;
}

/* ---- The program's name ---- */

static BOOL is_blank(WCHAR c)
{
    return c == L' ' || c == L'\t';
}

/*
 * The first token of a command line names the program. In quotes it is what they hold; without
 * them it may contain blanks, and each blank is tried as its end, the shortest name first. Then
 * the new command line gets quotes, so that the child reads the same name.
 */
static BOOL program_of_command_line(struct creation *creation, const WCHAR *line)
{
    const WCHAR *end = line;
    DWORD error = ERROR_SUCCESS;
    WCHAR *name;

    if (*line == L'"') {
        const WCHAR *start = ++line;

        while (*line && *line != L'"')
            line++;
        name = heap_wide_copy(start, (SIZE_T)(line - start));
        if (!name)
            return FALSE;
        creation->image = find_program(name);
        heap_free(name);
        return creation->image != NULL;
    }
    for (;;) {
        while (*end && !is_blank(*end))
            end++;
        name = heap_wide_copy(line, (SIZE_T)(end - line));
        if (!name)
            return FALSE;
        creation->image = *name ? find_program(name) : NULL;
        if (!*name)
            fail(ERROR_FILE_NOT_FOUND);
        if (creation->image) {
            BOOL quote = wcschr(name, L' ') || wcschr(name, L'\t');

            if (quote) {
                const WCHAR *parts[] = {L"\"", name, L"\"", end};

                heap_free(creation->command_line);
                creation->command_line = concatenate(parts, ARRAYSIZE(parts));
            }
            heap_free(name);
            return !quote || creation->command_line;
        }
        heap_free(name);
        if (!error)
            error = GetLastError();
        if (!*end)
            return fail(error);
        end++;
    }
}

static BOOL is_batch_file(const WCHAR *image)
{
    SIZE_T length = wcslen(image);

    return length > 4 &&
           (!_wcsicmp(image + length - 4, L".bat") || !_wcsicmp(image + length - 4, L".cmd"));
}

/* The variable's value on the heap, or NULL. */
static WCHAR *environment_value(const WCHAR *variable)
{
    UNICODE_STRING name, value = {.MaximumLength = 0x7ffe * sizeof(WCHAR)};

    unicode_string(&name, variable);
    value.Buffer = heap_alloc(0x8000 * sizeof(WCHAR));
    if (!value.Buffer)
        return NULL;
    if (!NT_SUCCESS(RtlQueryEnvironmentVariable_U(NULL, &name, &value)) || !value.Length) {
        heap_free(value.Buffer);
        return NULL;
    }
    value.Buffer[value.Length / sizeof(WCHAR)] = 0;
    return value.Buffer;
}

/* A batch file is run by the command interpreter, which gets the whole line in quotes. */
static BOOL use_interpreter(struct creation *creation)
{
    WCHAR *interpreter = environment_value(L"ComSpec"), *line;
    WCHAR standard[MAX_PATH];

    if (!interpreter) {
        GetSystemDirectoryW(standard, MAX_PATH - 10);
        wcscat(standard, L"\\cmd.exe");
        interpreter = heap_wide_copy(standard, wcslen(standard));
        if (!interpreter)
            return FALSE;
    }
    {
        const WCHAR *parts[] = {L"\"", interpreter, L"\" /c \"", creation->command_line, L"\""};

        line = concatenate(parts, ARRAYSIZE(parts));
    }
    if (!line) {
        heap_free(interpreter);
        return FALSE;
    }
    heap_free(creation->command_line);
    creation->command_line = line;
    heap_free(creation->image);
    creation->image = interpreter;
    return TRUE;
}

static BOOL find_image(struct creation *creation, const WCHAR *application, const WCHAR *line)
{
    if (!application && !line)
        return fail(ERROR_INVALID_PARAMETER);
    creation->command_line = line ? heap_wide_copy(line, wcslen(line))
                                  : heap_wide_copy(application, wcslen(application));
    if (!creation->command_line)
        return FALSE;
    if (application) {
        creation->image = full_name(application);
        if (!creation->image)
            return FALSE;
    } else {
        WCHAR *copy = heap_wide_copy(line, wcslen(line));
        BOOL found;

        if (!copy)
            return FALSE;
        found = program_of_command_line(creation, copy);
        heap_free(copy);
        if (!found)
            return FALSE;
    }
    if (is_batch_file(creation->image)) {
        DWORD attributes = GetFileAttributesW(creation->image);

        if (attributes == INVALID_FILE_ATTRIBUTES)
            return FALSE;
        if (!(attributes & FILE_ATTRIBUTE_DIRECTORY))
            return use_interpreter(creation);
    }
    return TRUE;
}

/* ---- Environment and directory ---- */

/* An ANSI block ("A=1\0B=2\0\0") as UTF-16. */
static WCHAR *wide_environment(const char *block)
{
    SIZE_T size = 0;
    ULONG bytes;
    WCHAR *wide;

    while (block[size])
        size += strlen(block + size) + 1;
    size++;
    wide = heap_alloc((size + 1) * sizeof(WCHAR));
    if (!wide)
        return NULL;
    if (!set_status(RtlMultiByteToUnicodeN(wide, size * sizeof(WCHAR), &bytes, block, size))) {
        heap_free(wide);
        return NULL;
    }
    wide[bytes / sizeof(WCHAR)] = 0; /* an empty block needs two */
    return wide;
}

static BOOL set_environment(struct creation *creation, PVOID environment, DWORD flags)
{
    creation->given_environment = environment;
    if (!environment || (flags & CREATE_UNICODE_ENVIRONMENT))
        return TRUE;
    creation->environment = wide_environment(environment);
    creation->given_environment = creation->environment;
    return creation->environment != NULL;
}

static BOOL set_directory(struct creation *creation, const WCHAR *directory)
{
    DWORD attributes;

    if (!directory)
        return TRUE;
    creation->directory = full_name(directory);
    if (!creation->directory)
        return fail(ERROR_DIRECTORY);
    attributes = GetFileAttributesW(creation->directory);
    if (attributes == INVALID_FILE_ATTRIBUTES || !(attributes & FILE_ATTRIBUTE_DIRECTORY))
        return fail(ERROR_DIRECTORY);
    return TRUE;
}

/* ---- Attributes ---- */

static void add_attribute(struct creation *creation, ULONG_PTR attribute, SIZE_T size, PVOID value)
{
    PS_ATTRIBUTE *entry = &creation->attributes[creation->attribute_count++];

    entry->Attribute = attribute;
    entry->Size = size;
    entry->ValuePtr = value;
    entry->ReturnLength = NULL;
}

static BOOL convert_attributes(struct creation *creation, const STARTUPINFOEXW *startup,
                               BOOL inherit)
{
    const struct _PROC_THREAD_ATTRIBUTE_LIST *list = startup->lpAttributeList;

    for (DWORD i = 0; list && i < list->count; i++) {
        const struct attribute *entry = &list->attributes[i];

        switch (entry->attribute) {
        case PROC_THREAD_ATTRIBUTE_PARENT_PROCESS:
            /* NT takes the handle itself, Win32 its address. */
            add_attribute(creation, PS_ATTRIBUTE_PARENT_PROCESS, sizeof(HANDLE),
                          *(PVOID *)entry->value);
            break;
        case PROC_THREAD_ATTRIBUTE_HANDLE_LIST:
            if (!inherit)
                return fail(ERROR_INVALID_PARAMETER);
            creation->handle_list = TRUE;
            add_attribute(creation, PS_ATTRIBUTE_HANDLE_LIST, entry->size, entry->value);
            break;
        case PROC_THREAD_ATTRIBUTE_JOB_LIST:
            add_attribute(creation, PS_ATTRIBUTE_JOB_LIST, entry->size, entry->value);
            break;
        case PROC_THREAD_ATTRIBUTE_GROUP_AFFINITY:
            add_attribute(creation, PS_ATTRIBUTE_GROUP_AFFINITY, entry->size, entry->value);
            break;
        case PROC_THREAD_ATTRIBUTE_IDEAL_PROCESSOR:
            add_attribute(creation, PS_ATTRIBUTE_IDEAL_PROCESSOR, entry->size, entry->value);
            break;
        case PROC_THREAD_ATTRIBUTE_PREFERRED_NODE:
            add_attribute(creation, PS_ATTRIBUTE_PREFERRED_NODE, sizeof(WORD),
                          (PVOID)(ULONG_PTR) * (WORD *)entry->value);
            break;
        case PROC_THREAD_ATTRIBUTE_MITIGATION_POLICY:
            add_attribute(creation, PS_ATTRIBUTE_MITIGATION_OPTIONS, entry->size, entry->value);
            break;
        case PROC_THREAD_ATTRIBUTE_PSEUDOCONSOLE:
            /* An HPCON is the address of three handles; the second is the console's reference. */
            if (!entry->value)
                return fail(ERROR_INVALID_PARAMETER);
            creation->console = ((HANDLE *)entry->value)[1];
            break;
        case PROC_THREAD_ATTRIBUTE_SECURITY_CAPABILITIES:
        case PROC_THREAD_ATTRIBUTE_PROTECTION_LEVEL:
            return fail(ERROR_NOT_SUPPORTED); /* app containers, protected processes */
        default:
            /* Policies that only take rights away which nothing here grants. */
            break;
        }
    }
    return TRUE;
}

/* ---- Parameters ---- */

static BOOL counted(UNICODE_STRING *string, const WCHAR *text, const WCHAR *otherwise)
{
    return unicode_string(string, text ? text : otherwise);
}

static void set_console(RTL_USER_PROCESS_PARAMETERS *parameters, const struct creation *creation,
                        DWORD flags)
{
    const RTL_USER_PROCESS_PARAMETERS *parent = process_parameters();

    if (creation->console)
        parameters->ConsoleHandle = creation->console;
    else if (flags & DETACHED_PROCESS)
        parameters->ConsoleHandle = CONSOLE_HANDLE_DETACHED;
    else if (flags & CREATE_NEW_CONSOLE)
        parameters->ConsoleHandle = CONSOLE_HANDLE_NEW;
    else if (flags & CREATE_NO_WINDOW)
        parameters->ConsoleHandle = CONSOLE_HANDLE_NO_WINDOW;
    else
        parameters->ConsoleHandle = parent->ConsoleHandle;
    /* A new group is led by the process itself, whose id the kernel puts in. */
    if (flags & CREATE_NEW_PROCESS_GROUP) {
        parameters->ConsoleFlags = 1;
        parameters->ProcessGroupId = 0;
    } else {
        parameters->ProcessGroupId = parent->ProcessGroupId;
    }
}

static RTL_USER_PROCESS_PARAMETERS *make_parameters(struct creation *creation,
                                                    const STARTUPINFOW *startup, DWORD flags)
{
    RTL_USER_PROCESS_PARAMETERS *parameters;
    const RTL_USER_PROCESS_PARAMETERS *parent = process_parameters();
    UNICODE_STRING image, line, directory, title, desktop, shell, runtime;

    if (!unicode_string(&image, creation->image) ||
        !unicode_string(&line, creation->command_line) ||
        !unicode_string(&directory, creation->directory) ||
        !counted(&title, startup->lpTitle, creation->image) ||
        !counted(&desktop, startup->lpDesktop, parent->DesktopInfo.Buffer) ||
        !counted(&shell, startup->lpReserved, L""))
        return NULL;
    if (startup->lpReserved2 && startup->cbReserved2) {
        runtime.Buffer = (WCHAR *)startup->lpReserved2;
        runtime.Length = runtime.MaximumLength = startup->cbReserved2;
    } else {
        runtime.Buffer = NULL;
        runtime.Length = runtime.MaximumLength = 0;
    }
    if (!set_status(RtlCreateProcessParametersEx(
            &parameters, &image, NULL, creation->directory ? &directory : NULL, &line,
            creation->given_environment, &title, &desktop, &shell, &runtime,
            RTL_USER_PROC_PARAMS_NORMALIZED)))
        return NULL;
    set_console(parameters, creation, flags);
    if (startup->dwFlags & STARTF_USESTDHANDLES) {
        parameters->StandardInput = startup->hStdInput;
        parameters->StandardOutput = startup->hStdOutput;
        parameters->StandardError = startup->hStdError;
    } else if (!creation->console &&
               !(flags & (DETACHED_PROCESS | CREATE_NEW_CONSOLE | CREATE_NO_WINDOW))) {
        parameters->StandardInput = parent->StandardInput;
        parameters->StandardOutput = parent->StandardOutput;
        parameters->StandardError = parent->StandardError;
    }
    parameters->StartingX = startup->dwX;
    parameters->StartingY = startup->dwY;
    parameters->CountX = startup->dwXSize;
    parameters->CountY = startup->dwYSize;
    parameters->CountCharsX = startup->dwXCountChars;
    parameters->CountCharsY = startup->dwYCountChars;
    parameters->FillAttribute = startup->dwFillAttribute;
    parameters->WindowFlags = startup->dwFlags;
    parameters->ShowWindowFlags = startup->wShowWindow;
    return parameters;
}

/* ---- The call ---- */

/* The error of a file that is no program. */
static BOOL creation_failed(NTSTATUS status)
{
    switch (status) {
    case STATUS_INVALID_IMAGE_NOT_MZ:
    case STATUS_INVALID_IMAGE_NE_FORMAT:
    case STATUS_INVALID_IMAGE_LE_FORMAT:
    case STATUS_INVALID_IMAGE_PROTECT:
    case STATUS_INVALID_IMAGE_WIN_16:
    case STATUS_INVALID_IMAGE_FORMAT:
        return fail(ERROR_BAD_EXE_FORMAT);
    }
    return set_status(status);
}

static BOOL create(struct creation *creation, RTL_USER_PROCESS_PARAMETERS *parameters, HANDLE token,
                   const SECURITY_ATTRIBUTES *process_security,
                   const SECURITY_ATTRIBUTES *thread_security, BOOL inherit, DWORD flags,
                   const STARTUPINFOW *startup, PROCESS_INFORMATION *result)
{
    union {
        PS_ATTRIBUTE_LIST list;
        char room[offsetof(PS_ATTRIBUTE_LIST, Attributes) + sizeof(creation->attributes)];
    } list;
    struct std_handle_info std_handles = {STD_HANDLE_REQUEST_DUPLICATE,
                                          IMAGE_SUBSYSTEM_WINDOWS_CUI};
    PS_CREATE_INFO info = {.Size = sizeof(info), .State = PsCreateInitialState};
    OBJECT_ATTRIBUTES process_attributes, thread_attributes;
    SECTION_IMAGE_INFORMATION image;
    CLIENT_ID client;
    UNICODE_STRING nt;
    HANDLE process, thread;
    ULONG process_flags = 0;
    UCHAR priority = nt_priority_class(flags & ANY_PRIORITY);
    NTSTATUS status;

    if (!nt_path(&nt, creation->image))
        return FALSE;
    add_attribute(creation, PS_ATTRIBUTE_IMAGE_NAME, nt.Length, nt.Buffer);
    add_attribute(creation, PS_ATTRIBUTE_CLIENT_ID, sizeof(client), &client);
    add_attribute(creation, PS_ATTRIBUTE_IMAGE_INFO, sizeof(image), &image);
    if (token)
        add_attribute(creation, PS_ATTRIBUTE_TOKEN, sizeof(HANDLE), token);
    if (priority)
        add_attribute(creation, PS_ATTRIBUTE_PRIORITY_CLASS, sizeof(priority),
                      (PVOID)(ULONG_PTR)priority);
    /* Without inheritance the child still gets the standard handles, as copies. */
    if (!(startup->dwFlags & STARTF_USESTDHANDLES) && !creation->console &&
        !(flags & (DETACHED_PROCESS | CREATE_NEW_CONSOLE | CREATE_NO_WINDOW)))
        add_attribute(creation, PS_ATTRIBUTE_STD_HANDLE_INFO, sizeof(std_handles), &std_handles);
    if (flags & (DEBUG_PROCESS | DEBUG_ONLY_THIS_PROCESS)) {
        HANDLE debugger = debug_object();

        if (!debugger) {
            RtlFreeUnicodeString(&nt);
            return FALSE;
        }
        add_attribute(creation, PS_ATTRIBUTE_DEBUG_OBJECT, sizeof(HANDLE), debugger);
        if (flags & DEBUG_ONLY_THIS_PROCESS)
            process_flags |= PROCESS_CREATE_FLAGS_NO_DEBUG_INHERIT;
    }
    if (inherit)
        process_flags |= PROCESS_CREATE_FLAGS_INHERIT_HANDLES;
    if (flags & CREATE_BREAKAWAY_FROM_JOB)
        process_flags |= PROCESS_CREATE_FLAGS_BREAKAWAY;
    object_attributes(&process_attributes, NULL, NULL, 0, process_security);
    object_attributes(&thread_attributes, NULL, NULL, 0, thread_security);
    list.list.TotalLength =
        offsetof(PS_ATTRIBUTE_LIST, Attributes) + creation->attribute_count * sizeof(PS_ATTRIBUTE);
    memcpy(list.list.Attributes, creation->attributes,
           creation->attribute_count * sizeof(PS_ATTRIBUTE));
    status =
        NtCreateUserProcess(&process, &thread, MAXIMUM_ALLOWED, MAXIMUM_ALLOWED,
                            &process_attributes, &thread_attributes, process_flags,
                            flags & CREATE_SUSPENDED ? THREAD_CREATE_FLAGS_CREATE_SUSPENDED : 0,
                            parameters, &info, &list.list);
    RtlFreeUnicodeString(&nt);
    if (!NT_SUCCESS(status))
        return creation_failed(status);
    result->hProcess = process;
    result->hThread = thread;
    result->dwProcessId = (DWORD)(ULONG_PTR)client.UniqueProcess;
    result->dwThreadId = (DWORD)(ULONG_PTR)client.UniqueThread;
    return TRUE;
}

BOOL WINAPI CreateProcessInternalW(HANDLE token, LPCWSTR application, LPWSTR line,
                                   LPSECURITY_ATTRIBUTES process_security,
                                   LPSECURITY_ATTRIBUTES thread_security, BOOL inherit, DWORD flags,
                                   LPVOID environment, LPCWSTR directory, LPSTARTUPINFOW startup,
                                   LPPROCESS_INFORMATION result, PHANDLE new_token)
{
    struct creation creation = {0};
    RTL_USER_PROCESS_PARAMETERS *parameters = NULL;
    BOOL done = FALSE;

    if (new_token)
        *new_token = NULL;
    if (!startup || !result || startup->cb < sizeof(STARTUPINFOW))
        return fail(ERROR_INVALID_PARAMETER);
    memset(result, 0, sizeof(*result));
    if ((flags & (DETACHED_PROCESS | CREATE_NEW_CONSOLE)) ==
        (DETACHED_PROCESS | CREATE_NEW_CONSOLE))
        return fail(ERROR_INVALID_PARAMETER);
    if (flags & CREATE_PROTECTED_PROCESS)
        return fail(ERROR_ACCESS_DENIED);
    if ((flags & EXTENDED_STARTUPINFO_PRESENT) &&
        (startup->cb < sizeof(STARTUPINFOEXW) ||
         !convert_attributes(&creation, (const STARTUPINFOEXW *)startup, inherit)))
        return startup->cb < sizeof(STARTUPINFOEXW) ? fail(ERROR_INVALID_PARAMETER) : FALSE;

    if (find_image(&creation, application, line) &&
        set_environment(&creation, environment, flags) && set_directory(&creation, directory)) {
        parameters = make_parameters(&creation, startup, flags);
        done = parameters && create(&creation, parameters, token, process_security, thread_security,
                                    inherit, flags, startup, result);
        if (parameters)
            RtlDestroyProcessParameters(parameters);
    }
    free_creation(&creation);
    return done;
}

BOOL WINAPI CreateProcessInternalA(HANDLE token, LPCSTR application, LPSTR line,
                                   LPSECURITY_ATTRIBUTES process_security,
                                   LPSECURITY_ATTRIBUTES thread_security, BOOL inherit, DWORD flags,
                                   LPVOID environment, LPCSTR directory, LPSTARTUPINFOA startup,
                                   LPPROCESS_INFORMATION result, PHANDLE new_token)
{
    STARTUPINFOEXW wide = {.lpAttributeList = NULL};

    WIDE_FILE(wide_application, application, FALSE);
    WIDE_ANSI(wide_line, line, FALSE);
    WIDE_FILE(wide_directory, directory, FALSE);
    if (!startup || startup->cb < sizeof(*startup))
        return fail(ERROR_INVALID_PARAMETER);
    WIDE_ANSI(wide_desktop, startup->lpDesktop, FALSE);
    WIDE_ANSI(wide_title, startup->lpTitle, FALSE);
    memcpy(&wide.StartupInfo, startup, sizeof(wide.StartupInfo));
    wide.StartupInfo.lpReserved = NULL;
    wide.StartupInfo.lpDesktop = wide_desktop.text;
    wide.StartupInfo.lpTitle = wide_title.text;
    if (flags & EXTENDED_STARTUPINFO_PRESENT) {
        if (startup->cb < sizeof(STARTUPINFOEXA))
            return fail(ERROR_INVALID_PARAMETER);
        wide.lpAttributeList = ((STARTUPINFOEXA *)startup)->lpAttributeList;
    }
    wide.StartupInfo.cb = sizeof(wide);
    return CreateProcessInternalW(token, wide_application.text, wide_line.text, process_security,
                                  thread_security, inherit, flags, environment, wide_directory.text,
                                  &wide.StartupInfo, result, new_token);
}

BOOL WINAPI CreateProcessW(LPCWSTR application, LPWSTR line, LPSECURITY_ATTRIBUTES process_security,
                           LPSECURITY_ATTRIBUTES thread_security, BOOL inherit, DWORD flags,
                           LPVOID environment, LPCWSTR directory, LPSTARTUPINFOW startup,
                           LPPROCESS_INFORMATION result)
{
    return CreateProcessInternalW(NULL, application, line, process_security, thread_security,
                                  inherit, flags, environment, directory, startup, result, NULL);
}

BOOL WINAPI CreateProcessA(LPCSTR application, LPSTR line, LPSECURITY_ATTRIBUTES process_security,
                           LPSECURITY_ATTRIBUTES thread_security, BOOL inherit, DWORD flags,
                           LPVOID environment, LPCSTR directory, LPSTARTUPINFOA startup,
                           LPPROCESS_INFORMATION result)
{
    return CreateProcessInternalA(NULL, application, line, process_security, thread_security,
                                  inherit, flags, environment, directory, startup, result, NULL);
}

BOOL WINAPI CreateProcessAsUserW(HANDLE token, LPCWSTR application, LPWSTR line,
                                 LPSECURITY_ATTRIBUTES process_security,
                                 LPSECURITY_ATTRIBUTES thread_security, BOOL inherit, DWORD flags,
                                 LPVOID environment, LPCWSTR directory, LPSTARTUPINFOW startup,
                                 LPPROCESS_INFORMATION result)
{
    return CreateProcessInternalW(token, application, line, process_security, thread_security,
                                  inherit, flags, environment, directory, startup, result, NULL);
}

BOOL WINAPI CreateProcessAsUserA(HANDLE token, LPCSTR application, LPSTR line,
                                 LPSECURITY_ATTRIBUTES process_security,
                                 LPSECURITY_ATTRIBUTES thread_security, BOOL inherit, DWORD flags,
                                 LPVOID environment, LPCSTR directory, LPSTARTUPINFOA startup,
                                 LPPROCESS_INFORMATION result)
{
    return CreateProcessInternalA(token, application, line, process_security, thread_security,
                                  inherit, flags, environment, directory, startup, result, NULL);
}

/* ---- Older ways ---- */

UINT WINAPI WinExec(LPCSTR line, UINT show)
{
    STARTUPINFOA startup = {
        .cb = sizeof(startup), .dwFlags = STARTF_USESHOWWINDOW, .wShowWindow = (WORD)show};
    PROCESS_INFORMATION result;
    char *copy;
    DWORD error;
    BOOL done;

    if (!line)
        return ERROR_FILE_NOT_FOUND;
    copy = heap_alloc(strlen(line) + 1);
    if (!copy)
        return 0; /* out of memory, as documented */
    memcpy(copy, line, strlen(line) + 1);
    done = CreateProcessA(NULL, copy, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &result);
    error = GetLastError();
    heap_free(copy);
    if (done) {
        NtClose(result.hThread);
        NtClose(result.hProcess);
        return 33; /* anything above 31 is success */
    }
    return error > 31 ? ERROR_BAD_FORMAT : error;
}

BOOL WINAPI GetBinaryTypeW(LPCWSTR name, LPDWORD type)
{
    union {
        IMAGE_DOS_HEADER dos;
        IMAGE_NT_HEADERS32 nt;
        USHORT magic;
    } header;
    HANDLE file;
    DWORD count;
    LONG offset;
    BOOL known = FALSE;
    SIZE_T length;

    file = CreateFileW(name, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return FALSE;
    if (ReadFile(file, &header, sizeof(header.dos), &count, NULL) &&
        count >= sizeof(header.magic) && header.magic == IMAGE_DOS_SIGNATURE) {
        offset = header.dos.e_lfanew;
        *type = SCS_DOS_BINARY;
        known = TRUE;
        if (count == sizeof(header.dos) && offset > 0 &&
            SetFilePointer(file, offset, NULL, FILE_BEGIN) == (DWORD)offset &&
            ReadFile(file, &header, sizeof(header.nt), &count, NULL)) {
            if (count >= 24 && header.nt.Signature == IMAGE_NT_SIGNATURE) {
                known = !(header.nt.FileHeader.Characteristics & IMAGE_FILE_DLL);
                *type = header.nt.FileHeader.Machine == IMAGE_FILE_MACHINE_I386 ? SCS_32BIT_BINARY
                                                                                : SCS_64BIT_BINARY;
            } else if (count >= 2 && header.magic == IMAGE_OS2_SIGNATURE) {
                *type = SCS_WOW_BINARY;
            }
        }
    } else {
        length = wcslen(name);
        known = length > 4 && !_wcsicmp(name + length - 4, L".com");
        *type = SCS_DOS_BINARY;
        if (length > 4 && !_wcsicmp(name + length - 4, L".pif")) {
            known = TRUE;
            *type = SCS_PIF_BINARY;
        }
    }
    CloseHandle(file);
    return known || fail(ERROR_BAD_EXE_FORMAT);
}

BOOL WINAPI GetBinaryTypeA(LPCSTR name, LPDWORD type)
{
    WIDE_FILE(wide, name, FALSE);
    return GetBinaryTypeW(wide.text, type);
}
