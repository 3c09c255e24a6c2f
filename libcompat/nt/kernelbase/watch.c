/*
 * Waiting for changes in directories.
 */
#include "file.h"

/* ---- Records of changes ---- */

static BOOL read_changes(HANDLE directory, void *buffer, DWORD size, BOOL subtree, DWORD filter,
                         DWORD *count, OVERLAPPED *overlapped,
                         LPOVERLAPPED_COMPLETION_ROUTINE routine, ULONG class);

BOOL WINAPI ReadDirectoryChangesW(HANDLE directory, LPVOID buffer, DWORD size, BOOL subtree,
                                  DWORD filter, LPDWORD count, LPOVERLAPPED overlapped,
                                  LPOVERLAPPED_COMPLETION_ROUTINE routine)
{
    return read_changes(directory, buffer, size, subtree, filter, count, overlapped, routine, 0);
}

/* READ_DIRECTORY_NOTIFY_INFORMATION_CLASS: 1 the plain records, 2 the extended ones */
BOOL WINAPI ReadDirectoryChangesExW(HANDLE directory, LPVOID buffer, DWORD size, BOOL subtree,
                                    DWORD filter, LPDWORD count, LPOVERLAPPED overlapped,
                                    LPOVERLAPPED_COMPLETION_ROUTINE routine, ULONG class)
{
    if (class != 1 && class != 2)
        return fail(ERROR_INVALID_PARAMETER);
    return read_changes(directory, buffer, size, subtree, filter, count, overlapped, routine,
                        class == 1 ? 0 : class);
}

/*
 * A completion routine needs the OVERLAPPED's address, and that is its own status block: the
 * routine itself is the context.
 */
static VOID NTAPI changes_apc(PVOID context, IO_STATUS_BLOCK *io, ULONG reserved)
{
    LPOVERLAPPED_COMPLETION_ROUTINE routine = (LPOVERLAPPED_COMPLETION_ROUTINE)context;
    NTSTATUS status = io->Status;

    (void)reserved;
    routine(NT_SUCCESS(status) ? ERROR_SUCCESS : RtlNtStatusToDosError(status),
            (DWORD)io->Information, (LPOVERLAPPED)io);
}

static BOOL read_changes(HANDLE directory, void *buffer, DWORD size, BOOL subtree, DWORD filter,
                         DWORD *count, OVERLAPPED *overlapped,
                         LPOVERLAPPED_COMPLETION_ROUTINE routine, ULONG class)
{
    IO_STATUS_BLOCK local = {.Information = 0}, *io = &local;
    HANDLE event = NULL;
    void *apc = NULL, *context = NULL;
    NTSTATUS status;

    if (overlapped) {
        io = (IO_STATUS_BLOCK *)&overlapped->Internal;
        overlapped->Internal = STATUS_PENDING;
        overlapped->InternalHigh = 0;
        if (routine) {
            apc = (void *)changes_apc;
            context = (void *)routine;
        } else {
            event = (HANDLE)((ULONG_PTR)overlapped->hEvent & ~(ULONG_PTR)1);
            context = (ULONG_PTR)overlapped->hEvent & 1 ? NULL : overlapped;
        }
    }
    status = class ? NtNotifyChangeDirectoryFileEx(directory, event, apc, context, io, buffer, size,
                                                   filter, subtree != 0, class)
                   : NtNotifyChangeDirectoryFile(directory, event, apc, context, io, buffer, size,
                                                 filter, subtree != 0);
    /* With an OVERLAPPED the call always succeeds at once; the result comes later. */
    if (overlapped)
        return set_status(status);
    if (status == STATUS_PENDING) {
        status = NtWaitForSingleObject(directory, FALSE, NULL);
        if (NT_SUCCESS(status))
            status = io->Status;
    }
    if (NT_SUCCESS(status) && count)
        *count = (DWORD)io->Information;
    return set_status(status);
}

/* ---- Notification handles: the directory itself, which is signalled by a change ---- */

/*
 * The records are of no interest, and their place must outlast the request, whoever closes the
 * handle: so it is one for all, never read.
 */
static IO_STATUS_BLOCK ignored_io;
static UCHAR ignored_records[64];

static NTSTATUS next_change(HANDLE directory, BOOL subtree, DWORD filter)
{
    return NtNotifyChangeDirectoryFile(directory, NULL, NULL, NULL, &ignored_io, ignored_records,
                                       sizeof(ignored_records), filter, subtree != 0);
}

HANDLE WINAPI FindFirstChangeNotificationW(LPCWSTR path, BOOL subtree, DWORD filter)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING nt;
    IO_STATUS_BLOCK io;
    HANDLE directory;
    NTSTATUS status;

    if (!nt_path(&nt, path))
        return INVALID_HANDLE_VALUE;
    object_attributes(&attributes, &nt, NULL, OBJ_CASE_INSENSITIVE, NULL);
    status = NtOpenFile(&directory, FILE_LIST_DIRECTORY | SYNCHRONIZE, &attributes, &io, SHARE_ALL,
                        FILE_DIRECTORY_FILE | FILE_OPEN_FOR_BACKUP_INTENT);
    RtlFreeUnicodeString(&nt);
    if (NT_SUCCESS(status)) {
        status = next_change(directory, subtree, filter);
        if (!NT_SUCCESS(status))
            NtClose(directory);
    }
    return set_status(status) ? directory : INVALID_HANDLE_VALUE;
}

HANDLE WINAPI FindFirstChangeNotificationA(LPCSTR path, BOOL subtree, DWORD filter)
{
    WIDE_FILE(wide, path, INVALID_HANDLE_VALUE);
    return FindFirstChangeNotificationW(wide.text, subtree, filter);
}

BOOL WINAPI FindNextChangeNotification(HANDLE directory)
{
    /* The first request's filter and depth stay with the open directory, as documented for NT. */
    return set_status(next_change(directory, FALSE, FILE_NOTIFY_CHANGE_SIZE));
}

BOOL WINAPI FindCloseChangeNotification(HANDLE directory)
{
    return set_status(NtClose(directory));
}
