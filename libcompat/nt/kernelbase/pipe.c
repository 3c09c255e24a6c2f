/*
 * Anonymous and named pipes, mailslots.
 */
#include "file.h"

/* ---- Names ---- */

/* A pipe or mailslot name must lie in its own directory: \\.\pipe\x or \\host\pipe\x. */
static BOOL device_path(UNICODE_STRING *nt, const WCHAR *name, const WCHAR *directory)
{
    UNICODE_STRING start, wanted;

    if (!name)
        return fail(ERROR_PATH_NOT_FOUND);
    if (!nt_path(nt, name))
        return FALSE;
    unicode_string(&wanted, directory);
    start = *nt;
    start.Length = wanted.Length;
    if (nt->Length > wanted.Length && RtlEqualUnicodeString(&start, &wanted, TRUE))
        return TRUE;
    RtlFreeUnicodeString(nt);
    return fail(ERROR_INVALID_NAME);
}

/* ---- Anonymous pipes: a named one that nobody else can guess ---- */

BOOL WINAPI CreatePipe(PHANDLE read, PHANDLE write, LPSECURITY_ATTRIBUTES security, DWORD size)
{
    static LONG counter; /* of this process; with its id the names differ everywhere */
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING name;
    IO_STATUS_BLOCK io;
    LARGE_INTEGER timeout = {.QuadPart = -120 * 10000000LL};
    WCHAR path[80];
    NTSTATUS status;

    if (!size)
        size = 4096;
    do {
        ULONG values[2] = {GetCurrentProcessId(), (ULONG)InterlockedIncrement(&counter)};
        WCHAR *p;

        wcscpy(path, L"\\Device\\NamedPipe\\Win32Pipes.");
        p = path + wcslen(path);
        for (int i = 0; i < 2; i++) {
            for (int shift = 28; shift >= 0; shift -= 4)
                *p++ = L"0123456789abcdef"[values[i] >> shift & 15];
            *p++ = i ? 0 : L'.';
        }
        unicode_string(&name, path);
        object_attributes(&attributes, &name, NULL, OBJ_CASE_INSENSITIVE, security);
        status = NtCreateNamedPipeFile(
            read, GENERIC_READ | FILE_WRITE_ATTRIBUTES | SYNCHRONIZE, &attributes, &io,
            FILE_SHARE_WRITE, FILE_CREATE, FILE_SYNCHRONOUS_IO_NONALERT, FILE_PIPE_BYTE_STREAM_TYPE,
            FILE_PIPE_BYTE_STREAM_MODE, FILE_PIPE_QUEUE_OPERATION, 1, size, size, &timeout);
    } while (status == STATUS_OBJECT_NAME_COLLISION || status == STATUS_INSTANCE_NOT_AVAILABLE);
    if (!set_status(status))
        return FALSE;
    status = NtOpenFile(write, GENERIC_WRITE | FILE_READ_ATTRIBUTES | SYNCHRONIZE, &attributes, &io,
                        FILE_SHARE_READ, FILE_SYNCHRONOUS_IO_NONALERT | FILE_NON_DIRECTORY_FILE);
    if (!NT_SUCCESS(status))
        NtClose(*read);
    return set_status(status);
}

/* ---- Named pipes ---- */

HANDLE WINAPI CreateNamedPipeW(LPCWSTR name, DWORD open_mode, DWORD pipe_mode, DWORD instances,
                               DWORD out_size, DWORD in_size, DWORD timeout,
                               LPSECURITY_ATTRIBUTES security)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING nt;
    IO_STATUS_BLOCK io;
    LARGE_INTEGER time;
    ACCESS_MASK access = SYNCHRONIZE | FILE_READ_ATTRIBUTES;
    ULONG options = 0, share = 0;
    HANDLE pipe;
    NTSTATUS status;

    switch (open_mode & PIPE_ACCESS_DUPLEX) {
    case PIPE_ACCESS_INBOUND:
        share = FILE_SHARE_WRITE;
        access |= GENERIC_READ;
        break;
    case PIPE_ACCESS_OUTBOUND:
        share = FILE_SHARE_READ;
        access |= GENERIC_WRITE;
        break;
    case PIPE_ACCESS_DUPLEX:
        share = FILE_SHARE_READ | FILE_SHARE_WRITE;
        access |= GENERIC_READ | GENERIC_WRITE;
        break;
    default:
        fail(ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    if (!instances || instances > PIPE_UNLIMITED_INSTANCES ||
        ((pipe_mode & PIPE_READMODE_MESSAGE) && !(pipe_mode & PIPE_TYPE_MESSAGE))) {
        fail(ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    access |= open_mode & (WRITE_DAC | WRITE_OWNER | ACCESS_SYSTEM_SECURITY);
    if (open_mode & FILE_FLAG_WRITE_THROUGH)
        options |= FILE_WRITE_THROUGH;
    if (!(open_mode & FILE_FLAG_OVERLAPPED))
        options |= FILE_SYNCHRONOUS_IO_NONALERT;
    if (!device_path(&nt, name, L"\\??\\pipe\\"))
        return INVALID_HANDLE_VALUE;
    object_attributes(&attributes, &nt, NULL, OBJ_CASE_INSENSITIVE, security);
    time.QuadPart =
        timeout == NMPWAIT_WAIT_FOREVER ? MINLONGLONG : -10000LL * (timeout ? timeout : 50);
    status = NtCreateNamedPipeFile(
        &pipe, access, &attributes, &io, share,
        open_mode & FILE_FLAG_FIRST_PIPE_INSTANCE ? FILE_CREATE : FILE_OPEN_IF, options,
        (pipe_mode & PIPE_TYPE_MESSAGE ? FILE_PIPE_MESSAGE_TYPE : FILE_PIPE_BYTE_STREAM_TYPE) |
            (pipe_mode & PIPE_REJECT_REMOTE_CLIENTS ? 2 : 0),
        pipe_mode & PIPE_READMODE_MESSAGE ? FILE_PIPE_MESSAGE_MODE : FILE_PIPE_BYTE_STREAM_MODE,
        pipe_mode & PIPE_NOWAIT ? FILE_PIPE_COMPLETE_OPERATION : FILE_PIPE_QUEUE_OPERATION,
        instances == PIPE_UNLIMITED_INSTANCES ? MAXDWORD : instances, in_size, out_size, &time);
    RtlFreeUnicodeString(&nt);
    if (set_status(status)) {
        fail(ERROR_SUCCESS);
        return pipe;
    }
    return INVALID_HANDLE_VALUE;
}

HANDLE WINAPI CreateNamedPipeA(LPCSTR name, DWORD open_mode, DWORD pipe_mode, DWORD instances,
                               DWORD out_size, DWORD in_size, DWORD timeout,
                               LPSECURITY_ATTRIBUTES security)
{
    WIDE_ANSI(wide, name, INVALID_HANDLE_VALUE);
    return CreateNamedPipeW(wide.text, open_mode, pipe_mode, instances, out_size, in_size, timeout,
                            security);
}

/*
 * A file system control on a pipe, waited for where there is no OVERLAPPED. `count` may be NULL.
 */
static BOOL pipe_control(HANDLE pipe, ULONG code, void *input, ULONG input_size, void *output,
                         ULONG output_size, DWORD *count, OVERLAPPED *overlapped)
{
    IO_STATUS_BLOCK local = {.Information = 0}, *io = &local;
    HANDLE event = NULL;
    void *cookie = NULL;
    NTSTATUS status;

    if (overlapped) {
        event = (HANDLE)((ULONG_PTR)overlapped->hEvent & ~(ULONG_PTR)1);
        cookie = (ULONG_PTR)overlapped->hEvent & 1 ? NULL : overlapped;
        io = (IO_STATUS_BLOCK *)&overlapped->Internal;
        overlapped->Internal = STATUS_PENDING;
        overlapped->InternalHigh = 0;
    }
    status = NtFsControlFile(pipe, event, NULL, cookie, io, code, input, input_size, output,
                             output_size);
    if (status == STATUS_PENDING) {
        if (overlapped)
            return fail(ERROR_IO_PENDING);
        status = NtWaitForSingleObject(pipe, FALSE, NULL);
        if (NT_SUCCESS(status))
            status = io->Status;
    }
    if (!NT_ERROR(status) && count)
        *count = (DWORD)io->Information;
    return set_status(status);
}

BOOL WINAPI ConnectNamedPipe(HANDLE pipe, LPOVERLAPPED overlapped)
{
    return pipe_control(pipe, NT_FSCTL_PIPE_LISTEN, NULL, 0, NULL, 0, NULL, overlapped);
}

BOOL WINAPI DisconnectNamedPipe(HANDLE pipe)
{
    return pipe_control(pipe, NT_FSCTL_PIPE_DISCONNECT, NULL, 0, NULL, 0, NULL, NULL);
}

BOOL WINAPI ImpersonateNamedPipeClient(HANDLE pipe)
{
    return pipe_control(pipe, NT_FSCTL_PIPE_IMPERSONATE, NULL, 0, NULL, 0, NULL, NULL);
}

BOOL WINAPI TransactNamedPipe(HANDLE pipe, LPVOID input, DWORD input_size, LPVOID output,
                              DWORD output_size, LPDWORD count, LPOVERLAPPED overlapped)
{
    if (count)
        *count = 0;
    return pipe_control(pipe, NT_FSCTL_PIPE_TRANSCEIVE, input, input_size, output, output_size,
                        count, overlapped);
}

/* FILE_PIPE_PEEK_BUFFER (ntifs.h) */
struct peek {
    ULONG state, available, messages, message_length;
    UCHAR data[];
};

BOOL WINAPI PeekNamedPipe(HANDLE pipe, LPVOID buffer, DWORD size, LPDWORD read, LPDWORD available,
                          LPDWORD left)
{
    struct peek local, *peek = &local;
    ULONG peek_size = sizeof(local), got;
    IO_STATUS_BLOCK io;
    NTSTATUS status;

    if (!buffer)
        size = 0;
    if (size) {
        if (size > MAXDWORD - sizeof(local))
            return fail(ERROR_NOT_ENOUGH_MEMORY);
        peek_size += size;
        peek = heap_alloc(peek_size);
        if (!peek)
            return FALSE;
    }
    status =
        NtFsControlFile(pipe, NULL, NULL, NULL, &io, NT_FSCTL_PIPE_PEEK, NULL, 0, peek, peek_size);
    if (status == STATUS_PENDING) {
        status = NtWaitForSingleObject(pipe, FALSE, NULL);
        if (NT_SUCCESS(status))
            status = io.Status;
    }
    /* More data than room is what a peek expects. */
    if (status == STATUS_BUFFER_OVERFLOW)
        status = STATUS_SUCCESS;
    if (NT_SUCCESS(status)) {
        got = io.Information > sizeof(*peek) ? (ULONG)(io.Information - sizeof(*peek)) : 0;
        if (got > size)
            got = size;
        if (got)
            memcpy(buffer, peek->data, got);
        if (read)
            *read = got;
        if (available)
            *available = peek->available;
        if (left)
            *left = peek->message_length > got ? peek->message_length - got : 0;
    }
    if (peek != &local)
        heap_free(peek);
    return set_status(status);
}

/* FILE_PIPE_WAIT_FOR_BUFFER (ntifs.h) */
struct pipe_wait {
    LARGE_INTEGER timeout;
    ULONG name_length;
    BOOLEAN timeout_given;
    WCHAR name[];
};

BOOL WINAPI WaitNamedPipeW(LPCWSTR name, DWORD milliseconds)
{
    static WCHAR device_name[] = L"\\??\\pipe\\";
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING nt, device;
    IO_STATUS_BLOCK io;
    struct pipe_wait *wait;
    ULONG size, prefix = sizeof(device_name) - sizeof(WCHAR);
    HANDLE handle;
    NTSTATUS status;

    if (!device_path(&nt, name, device_name))
        return FALSE;
    size = offsetof(struct pipe_wait, name) + nt.Length - prefix;
    wait = heap_zalloc(size + sizeof(WCHAR));
    if (!wait) {
        RtlFreeUnicodeString(&nt);
        return FALSE;
    }
    wait->timeout_given = milliseconds != NMPWAIT_USE_DEFAULT_WAIT;
    wait->timeout.QuadPart =
        milliseconds == NMPWAIT_WAIT_FOREVER ? MINLONGLONG : -10000LL * milliseconds;
    wait->name_length = nt.Length - prefix;
    memcpy(wait->name, (char *)nt.Buffer + prefix, wait->name_length);
    RtlFreeUnicodeString(&nt);
    unicode_string(&device, device_name);
    object_attributes(&attributes, &device, NULL, OBJ_CASE_INSENSITIVE, NULL);
    status = NtOpenFile(&handle, FILE_READ_ATTRIBUTES | SYNCHRONIZE, &attributes, &io,
                        FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_SYNCHRONOUS_IO_NONALERT);
    if (NT_SUCCESS(status)) {
        status =
            NtFsControlFile(handle, NULL, NULL, NULL, &io, NT_FSCTL_PIPE_WAIT, wait, size, NULL, 0);
        NtClose(handle);
    }
    heap_free(wait);
    if (status == STATUS_IO_TIMEOUT)
        return fail(ERROR_SEM_TIMEOUT);
    return set_status(status);
}

BOOL WINAPI WaitNamedPipeA(LPCSTR name, DWORD milliseconds)
{
    WIDE_ANSI(wide, name, FALSE);
    return WaitNamedPipeW(wide.text, milliseconds);
}

BOOL WINAPI CallNamedPipeW(LPCWSTR name, LPVOID input, DWORD input_size, LPVOID output,
                           DWORD output_size, LPDWORD count, DWORD milliseconds)
{
    DWORD mode = PIPE_READMODE_MESSAGE, error;
    HANDLE pipe;
    BOOL done;

    for (;;) {
        pipe = CreateFileW(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
        if (pipe != INVALID_HANDLE_VALUE)
            break;
        /* Another client may be quicker after the wait: then wait again. */
        if (GetLastError() != ERROR_PIPE_BUSY || milliseconds == NMPWAIT_NOWAIT ||
            !WaitNamedPipeW(name, milliseconds))
            return FALSE;
    }
    done = SetNamedPipeHandleState(pipe, &mode, NULL, NULL) &&
           TransactNamedPipe(pipe, input, input_size, output, output_size, count, NULL);
    error = GetLastError();
    CloseHandle(pipe);
    return done || fail(error);
}

BOOL WINAPI CallNamedPipeA(LPCSTR name, LPVOID input, DWORD input_size, LPVOID output,
                           DWORD output_size, LPDWORD count, DWORD milliseconds)
{
    WIDE_ANSI(wide, name, FALSE);
    return CallNamedPipeW(wide.text, input, input_size, output, output_size, count, milliseconds);
}

/* ---- State ---- */

/* FILE_PIPE_REMOTE_INFORMATION (ntifs.h) */
struct pipe_remote {
    LARGE_INTEGER collect_time;
    ULONG maximum_collection;
};

BOOL WINAPI SetNamedPipeHandleState(HANDLE pipe, LPDWORD mode, LPDWORD collection,
                                    LPDWORD collect_time)
{
    IO_STATUS_BLOCK io;

    if (mode) {
        FILE_PIPE_INFORMATION info;

        if (*mode & ~(DWORD)(PIPE_READMODE_MESSAGE | PIPE_NOWAIT))
            return fail(ERROR_INVALID_PARAMETER);
        info.ReadMode =
            *mode & PIPE_READMODE_MESSAGE ? FILE_PIPE_MESSAGE_MODE : FILE_PIPE_BYTE_STREAM_MODE;
        info.CompletionMode =
            *mode & PIPE_NOWAIT ? FILE_PIPE_COMPLETE_OPERATION : FILE_PIPE_QUEUE_OPERATION;
        if (!set_status(NtSetInformationFile(pipe, &io, &info, sizeof(info), FilePipeInformation)))
            return FALSE;
    }
    if (collection || collect_time) {
        struct pipe_remote remote;

        if (!set_status(NtQueryInformationFile(pipe, &io, &remote, sizeof(remote),
                                               FilePipeRemoteInformation)))
            return FALSE;
        if (collection)
            remote.maximum_collection = *collection;
        if (collect_time)
            remote.collect_time.QuadPart = -10000LL * *collect_time;
        return set_status(
            NtSetInformationFile(pipe, &io, &remote, sizeof(remote), FilePipeRemoteInformation));
    }
    return TRUE;
}

static BOOL pipe_user(HANDLE pipe, WCHAR *user, DWORD size);

BOOL WINAPI GetNamedPipeHandleStateW(HANDLE pipe, LPDWORD state, LPDWORD instances,
                                     LPDWORD collection, LPDWORD collect_time, LPWSTR user,
                                     DWORD user_size)
{
    FILE_PIPE_INFORMATION info;
    FILE_PIPE_LOCAL_INFORMATION local;
    struct pipe_remote remote;
    IO_STATUS_BLOCK io;

    if (state) {
        if (!set_status(
                NtQueryInformationFile(pipe, &io, &info, sizeof(info), FilePipeInformation)))
            return FALSE;
        *state = (info.ReadMode == FILE_PIPE_MESSAGE_MODE ? PIPE_READMODE_MESSAGE : 0) |
                 (info.CompletionMode == FILE_PIPE_COMPLETE_OPERATION ? PIPE_NOWAIT : 0);
    }
    if (instances) {
        if (!set_status(
                NtQueryInformationFile(pipe, &io, &local, sizeof(local), FilePipeLocalInformation)))
            return FALSE;
        *instances = local.CurrentInstances;
    }
    if (collection || collect_time) {
        if (!set_status(NtQueryInformationFile(pipe, &io, &remote, sizeof(remote),
                                               FilePipeRemoteInformation)))
            return FALSE;
        if (collection)
            *collection = remote.maximum_collection;
        if (collect_time)
            *collect_time = (DWORD)(remote.collect_time.QuadPart / -10000);
    }
    return !user || pipe_user(pipe, user, user_size);
}

BOOL WINAPI GetNamedPipeHandleStateA(HANDLE pipe, LPDWORD state, LPDWORD instances,
                                     LPDWORD collection, LPDWORD collect_time, LPSTR user,
                                     DWORD user_size)
{
    WCHAR name[MAX_PATH];

    if (!GetNamedPipeHandleStateW(pipe, state, instances, collection, collect_time,
                                  user ? name : NULL, MAX_PATH))
        return FALSE;
    return !user || narrow_ansi(name, (DWORD)wcslen(name), user, user_size) < user_size ||
           fail(ERROR_INSUFFICIENT_BUFFER);
}

BOOL WINAPI GetNamedPipeInfo(HANDLE pipe, LPDWORD flags, LPDWORD out_size, LPDWORD in_size,
                             LPDWORD instances)
{
    FILE_PIPE_LOCAL_INFORMATION local;
    IO_STATUS_BLOCK io;

    if (!set_status(
            NtQueryInformationFile(pipe, &io, &local, sizeof(local), FilePipeLocalInformation)))
        return FALSE;
    if (flags)
        *flags =
            (local.NamedPipeEnd == FILE_PIPE_SERVER_END ? PIPE_SERVER_END : PIPE_CLIENT_END) |
            (local.NamedPipeType & FILE_PIPE_MESSAGE_TYPE ? PIPE_TYPE_MESSAGE : PIPE_TYPE_BYTE);
    if (out_size)
        *out_size = local.OutboundQuota;
    if (in_size)
        *in_size = local.InboundQuota;
    if (instances)
        *instances = local.MaximumInstances >= PIPE_UNLIMITED_INSTANCES ? PIPE_UNLIMITED_INSTANCES
                                                                        : local.MaximumInstances;
    return TRUE;
}

/* Attributes of the pipe and its connection are asked for by name (undocumented but stable). */
#define NT_FSCTL_PIPE_GET_PIPE_ATTRIBUTE 0x00110028u
#define NT_FSCTL_PIPE_GET_CONNECTION_ATTRIBUTE 0x00110030u

static BOOL pipe_attribute(HANDLE pipe, ULONG code, const char *name, void *value, ULONG size)
{
    IO_STATUS_BLOCK io;

    return set_status(NtFsControlFile(pipe, NULL, NULL, NULL, &io, code, (void *)name,
                                      (ULONG)strlen(name) + 1, value, size));
}

static BOOL pipe_user(HANDLE pipe, WCHAR *user, DWORD size)
{
    (void)pipe;
    (void)user;
    (void)size;
    /* Known only to a server that may impersonate its client: no user differs from another. */
    return fail(ERROR_CANNOT_IMPERSONATE);
}

static BOOL pipe_number(HANDLE pipe, ULONG code, const char *name, PULONG number)
{
    ULONG_PTR value = 0;

    if (!pipe_attribute(pipe, code, name, &value, sizeof(value)))
        return FALSE;
    *number = (ULONG)value;
    return TRUE;
}

BOOL WINAPI GetNamedPipeClientProcessId(HANDLE pipe, PULONG id)
{
    return pipe_number(pipe, NT_FSCTL_PIPE_GET_CONNECTION_ATTRIBUTE, "ClientProcessId", id);
}

BOOL WINAPI GetNamedPipeServerProcessId(HANDLE pipe, PULONG id)
{
    return pipe_number(pipe, NT_FSCTL_PIPE_GET_PIPE_ATTRIBUTE, "ServerProcessId", id);
}

BOOL WINAPI GetNamedPipeClientSessionId(HANDLE pipe, PULONG id)
{
    return pipe_number(pipe, NT_FSCTL_PIPE_GET_CONNECTION_ATTRIBUTE, "ClientSessionId", id);
}

BOOL WINAPI GetNamedPipeServerSessionId(HANDLE pipe, PULONG id)
{
    return pipe_number(pipe, NT_FSCTL_PIPE_GET_PIPE_ATTRIBUTE, "ServerSessionId", id);
}

BOOL WINAPI GetNamedPipeClientComputerNameW(HANDLE pipe, LPWSTR name, ULONG size)
{
    if (!pipe_attribute(pipe, NT_FSCTL_PIPE_GET_CONNECTION_ATTRIBUTE, "ClientComputerName", name,
                        size)) {
        /* The attribute exists for clients of other machines alone. */
        if (GetLastError() == ERROR_NOT_FOUND || GetLastError() == ERROR_FILE_NOT_FOUND)
            return fail(ERROR_PIPE_LOCAL);
        return FALSE;
    }
    return TRUE;
}

BOOL WINAPI GetNamedPipeClientComputerNameA(HANDLE pipe, LPSTR name, ULONG size)
{
    WCHAR wide[MAX_PATH];

    if (!GetNamedPipeClientComputerNameW(pipe, wide, sizeof(wide)))
        return FALSE;
    return narrow_ansi(wide, (DWORD)wcslen(wide), name, size) < size ||
           fail(ERROR_INSUFFICIENT_BUFFER);
}

/* ---- Mailslots ---- */

HANDLE WINAPI CreateMailslotW(LPCWSTR name, DWORD size, DWORD timeout,
                              LPSECURITY_ATTRIBUTES security)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING nt;
    IO_STATUS_BLOCK io;
    LARGE_INTEGER time;
    HANDLE mailslot;
    NTSTATUS status;

    if (!device_path(&nt, name, L"\\??\\mailslot\\"))
        return INVALID_HANDLE_VALUE;
    object_attributes(&attributes, &nt, NULL, OBJ_CASE_INSENSITIVE, security);
    time.QuadPart = timeout == MAILSLOT_WAIT_FOREVER ? -1 : -10000LL * timeout;
    status = NtCreateMailslotFile(&mailslot, GENERIC_READ | SYNCHRONIZE | WRITE_DAC, &attributes,
                                  &io, FILE_SYNCHRONOUS_IO_NONALERT, 0, size, &time);
    RtlFreeUnicodeString(&nt);
    if (status == STATUS_OBJECT_NAME_INVALID)
        status = STATUS_OBJECT_NAME_NOT_FOUND;
    return set_status(status) ? mailslot : INVALID_HANDLE_VALUE;
}

HANDLE WINAPI CreateMailslotA(LPCSTR name, DWORD size, DWORD timeout,
                              LPSECURITY_ATTRIBUTES security)
{
    WIDE_ANSI(wide, name, INVALID_HANDLE_VALUE);
    return CreateMailslotW(wide.text, size, timeout, security);
}

/* FILE_MAILSLOT_QUERY_INFORMATION (ntifs.h) */
struct mailslot_query {
    ULONG maximum_size, quota, next_size, available;
    LARGE_INTEGER timeout;
};

BOOL WINAPI GetMailslotInfo(HANDLE mailslot, LPDWORD maximum, LPDWORD next, LPDWORD count,
                            LPDWORD timeout)
{
    struct mailslot_query query;
    IO_STATUS_BLOCK io;

    if (!set_status(NtQueryInformationFile(mailslot, &io, &query, sizeof(query),
                                           FileMailslotQueryInformation)))
        return FALSE;
    if (maximum)
        *maximum = query.maximum_size;
    if (next)
        *next = query.available ? query.next_size : MAILSLOT_NO_MESSAGE;
    if (count)
        *count = query.available;
    if (timeout)
        *timeout = query.timeout.QuadPart == -1 || query.timeout.QuadPart == MINLONGLONG
                       ? MAILSLOT_WAIT_FOREVER
                       : (DWORD)(query.timeout.QuadPart / -10000);
    return TRUE;
}

BOOL WINAPI SetMailslotInfo(HANDLE mailslot, DWORD timeout)
{
    LARGE_INTEGER time, *set = &time;
    IO_STATUS_BLOCK io;

    time.QuadPart = timeout == MAILSLOT_WAIT_FOREVER ? -1 : -10000LL * timeout;
    /* FILE_MAILSLOT_SET_INFORMATION holds a pointer to the time. */
    return set_status(
        NtSetInformationFile(mailslot, &io, &set, sizeof(set), FileMailslotSetInformation));
}
