/*
 * I/O completion ports.
 */
#include "file.h"

HANDLE WINAPI CreateIoCompletionPort(HANDLE file, HANDLE existing, ULONG_PTR key, DWORD threads)
{
    FILE_COMPLETION_INFORMATION info;
    IO_STATUS_BLOCK io;
    HANDLE port = existing;

    if (existing && file == INVALID_HANDLE_VALUE) {
        fail(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (!port && !set_status(NtCreateIoCompletion(&port, IO_COMPLETION_ALL_ACCESS, NULL, threads)))
        return NULL;
    if (file == INVALID_HANDLE_VALUE)
        return port;
    info.Port = port;
    info.Key = (PVOID)key;
    if (set_status(NtSetInformationFile(file, &io, &info, sizeof(info), FileCompletionInformation)))
        return port;
    if (!existing)
        NtClose(port);
    return NULL;
}

BOOL WINAPI GetQueuedCompletionStatus(HANDLE port, LPDWORD count, PULONG_PTR key,
                                      LPOVERLAPPED *overlapped, DWORD milliseconds)
{
    IO_STATUS_BLOCK io;
    LARGE_INTEGER time;
    PVOID key_context, apc_context;
    NTSTATUS status;

    *overlapped = NULL;
    status = NtRemoveIoCompletion(port, &key_context, &apc_context, &io,
                                  nt_timeout(&time, milliseconds));
    if (status == STATUS_TIMEOUT)
        return fail(WAIT_TIMEOUT);
    if (status == STATUS_ABANDONED_WAIT_0 || status == STATUS_ABANDONED)
        return fail(ERROR_ABANDONED_WAIT_0);
    if (!set_status(status))
        return FALSE;
    *key = (ULONG_PTR)key_context;
    *overlapped = apc_context;
    *count = (DWORD)io.Information;
    return set_status(io.Status);
}

BOOL WINAPI GetQueuedCompletionStatusEx(HANDLE port, LPOVERLAPPED_ENTRY entries, ULONG count,
                                        PULONG removed, DWORD milliseconds, BOOL alertable)
{
    LARGE_INTEGER time;
    NTSTATUS status;

    /* OVERLAPPED_ENTRY has the layout of FILE_IO_COMPLETION_INFORMATION. */
    _Static_assert(sizeof(OVERLAPPED_ENTRY) == sizeof(FILE_IO_COMPLETION_INFORMATION), "entries");
    _Static_assert(offsetof(OVERLAPPED_ENTRY, Internal) ==
                       offsetof(FILE_IO_COMPLETION_INFORMATION, IoStatusBlock),
                   "entries");
    *removed = 0;
    status = NtRemoveIoCompletionEx(port, (FILE_IO_COMPLETION_INFORMATION *)entries, count, removed,
                                    nt_timeout(&time, milliseconds), alertable != 0);
    switch (status) {
    case STATUS_SUCCESS:
        return TRUE;
    case STATUS_TIMEOUT:
        *removed = 0;
        return fail(WAIT_TIMEOUT);
    case STATUS_USER_APC:
    case STATUS_ALERTED:
        *removed = 0;
        return fail(WAIT_IO_COMPLETION);
    case STATUS_ABANDONED:
        return fail(ERROR_ABANDONED_WAIT_0);
    }
    return set_status(status);
}

BOOL WINAPI PostQueuedCompletionStatus(HANDLE port, DWORD count, ULONG_PTR key,
                                       LPOVERLAPPED overlapped)
{
    return set_status(NtSetIoCompletion(port, (PVOID)key, overlapped, STATUS_SUCCESS, count));
}

BOOL WINAPI BindIoCompletionCallback(HANDLE file, LPOVERLAPPED_COMPLETION_ROUTINE routine,
                                     ULONG flags)
{
    return set_status(RtlSetIoCompletionCallback(file, (PVOID)routine, flags));
}
