/*
 * Reading, writing, positions, locks, control codes, and the results of overlapped operations.
 */
#include "file.h"

/* A tagged event (low bit set) keeps the result out of the completion port. */
static HANDLE overlapped_event(OVERLAPPED *overlapped)
{
    return (HANDLE)((ULONG_PTR)overlapped->hEvent & ~(ULONG_PTR)1);
}

static void *overlapped_cookie(OVERLAPPED *overlapped)
{
    return (ULONG_PTR)overlapped->hEvent & 1 ? NULL : overlapped;
}

static IO_STATUS_BLOCK *overlapped_io(OVERLAPPED *overlapped)
{
    overlapped->Internal = STATUS_PENDING;
    overlapped->InternalHigh = 0;
    return (IO_STATUS_BLOCK *)&overlapped->Internal;
}

static LARGE_INTEGER overlapped_offset(const OVERLAPPED *overlapped)
{
    return large(overlapped->Offset, (LONG)overlapped->OffsetHigh);
}

/* STATUS_PENDING counts as success in NT and as ERROR_IO_PENDING here. */
static BOOL overlapped_status(NTSTATUS status)
{
    if (status == STATUS_PENDING)
        return fail(ERROR_IO_PENDING);
    return set_status(status);
}

/* A handle opened for overlapped use without an OVERLAPPED: wait for the file object itself. */
static NTSTATUS finish(HANDLE file, NTSTATUS status, IO_STATUS_BLOCK *io)
{
    if (status == STATUS_PENDING) {
        status = NtWaitForSingleObject(file, FALSE, NULL);
        if (NT_SUCCESS(status))
            status = io->Status;
    }
    return status;
}

BOOL WINAPI ReadFile(HANDLE file, LPVOID buffer, DWORD size, LPDWORD count, LPOVERLAPPED overlapped)
{
    IO_STATUS_BLOCK io = {.Information = 0};
    NTSTATUS status;

    if (count)
        *count = 0;
    file = real_handle(file);
    if (overlapped) {
        LARGE_INTEGER offset = overlapped_offset(overlapped);

        status = NtReadFile(file, overlapped_event(overlapped), NULL, overlapped_cookie(overlapped),
                            overlapped_io(overlapped), buffer, size, &offset, NULL);
        if (status != STATUS_PENDING && !NT_ERROR(status) && count)
            *count = (DWORD)overlapped->InternalHigh;
        return overlapped_status(status);
    }
    status = finish(file, NtReadFile(file, NULL, NULL, NULL, &io, buffer, size, NULL, NULL), &io);
    if (status == STATUS_END_OF_FILE)
        return TRUE;
    if (!NT_ERROR(status) && count)
        *count = (DWORD)io.Information;
    return set_status(status);
}

BOOL WINAPI WriteFile(HANDLE file, LPCVOID buffer, DWORD size, LPDWORD count,
                      LPOVERLAPPED overlapped)
{
    IO_STATUS_BLOCK io = {.Information = 0};
    NTSTATUS status;

    if (count)
        *count = 0;
    file = real_handle(file);
    if (overlapped) {
        LARGE_INTEGER offset = overlapped_offset(overlapped);

        status =
            NtWriteFile(file, overlapped_event(overlapped), NULL, overlapped_cookie(overlapped),
                        overlapped_io(overlapped), (void *)buffer, size, &offset, NULL);
        if (status != STATUS_PENDING && !NT_ERROR(status) && count)
            *count = (DWORD)overlapped->InternalHigh;
        return overlapped_status(status);
    }
    status = finish(
        file, NtWriteFile(file, NULL, NULL, NULL, &io, (void *)buffer, size, NULL, NULL), &io);
    if (!NT_ERROR(status) && count)
        *count = (DWORD)io.Information;
    return set_status(status);
}

/* Completion routines travel as the context of this one APC. */
static VOID NTAPI completion_apc(PVOID context, IO_STATUS_BLOCK *io, ULONG reserved)
{
    LPOVERLAPPED_COMPLETION_ROUTINE routine = (LPOVERLAPPED_COMPLETION_ROUTINE)context;
    NTSTATUS status = io->Status;

    (void)reserved;
    routine(NT_SUCCESS(status) ? ERROR_SUCCESS : RtlNtStatusToDosError(status),
            (DWORD)io->Information, (LPOVERLAPPED)io);
}

BOOL WINAPI ReadFileEx(HANDLE file, LPVOID buffer, DWORD size, LPOVERLAPPED overlapped,
                       LPOVERLAPPED_COMPLETION_ROUTINE routine)
{
    LARGE_INTEGER offset;
    NTSTATUS status;

    if (!overlapped)
        return fail(ERROR_INVALID_PARAMETER);
    offset = overlapped_offset(overlapped);
    status = NtReadFile(real_handle(file), NULL, (void *)completion_apc, (void *)routine,
                        overlapped_io(overlapped), buffer, size, &offset, NULL);
    if (NT_ERROR(status) || NT_WARNING(status))
        return set_status(status);
    fail(ERROR_SUCCESS);
    return TRUE;
}

BOOL WINAPI WriteFileEx(HANDLE file, LPCVOID buffer, DWORD size, LPOVERLAPPED overlapped,
                        LPOVERLAPPED_COMPLETION_ROUTINE routine)
{
    LARGE_INTEGER offset;
    NTSTATUS status;

    if (!overlapped)
        return fail(ERROR_INVALID_PARAMETER);
    offset = overlapped_offset(overlapped);
    status = NtWriteFile(real_handle(file), NULL, (void *)completion_apc, (void *)routine,
                         overlapped_io(overlapped), (void *)buffer, size, &offset, NULL);
    if (NT_ERROR(status) || NT_WARNING(status))
        return set_status(status);
    fail(ERROR_SUCCESS);
    return TRUE;
}

BOOL WINAPI ReadFileScatter(HANDLE file, FILE_SEGMENT_ELEMENT *segments, DWORD size,
                            LPDWORD reserved, LPOVERLAPPED overlapped)
{
    LARGE_INTEGER offset;

    (void)reserved;
    if (!overlapped)
        return fail(ERROR_INVALID_PARAMETER);
    offset = overlapped_offset(overlapped);
    return overlapped_status(
        NtReadFileScatter(file, overlapped_event(overlapped), NULL, overlapped_cookie(overlapped),
                          overlapped_io(overlapped), segments, size, &offset, NULL));
}

BOOL WINAPI WriteFileGather(HANDLE file, FILE_SEGMENT_ELEMENT *segments, DWORD size,
                            LPDWORD reserved, LPOVERLAPPED overlapped)
{
    LARGE_INTEGER offset;

    (void)reserved;
    if (!overlapped)
        return fail(ERROR_INVALID_PARAMETER);
    offset = overlapped_offset(overlapped);
    return overlapped_status(
        NtWriteFileGather(file, overlapped_event(overlapped), NULL, overlapped_cookie(overlapped),
                          overlapped_io(overlapped), segments, size, &offset, NULL));
}

BOOL WINAPI FlushFileBuffers(HANDLE file)
{
    IO_STATUS_BLOCK io;

    return set_status(NtFlushBuffersFile(real_handle(file), &io));
}

/* ---- Position and size ---- */

BOOL WINAPI SetFilePointerEx(HANDLE file, LARGE_INTEGER distance, PLARGE_INTEGER new_position,
                             DWORD method)
{
    FILE_POSITION_INFORMATION position;
    FILE_STANDARD_INFORMATION standard;
    IO_STATUS_BLOCK io;
    LONGLONG base = 0;

    file = real_handle(file);
    switch (method) {
    case FILE_BEGIN:
        break;
    case FILE_CURRENT:
        if (!set_status(NtQueryInformationFile(file, &io, &position, sizeof(position),
                                               FilePositionInformation)))
            return FALSE;
        base = position.CurrentByteOffset.QuadPart;
        break;
    case FILE_END:
        if (!set_status(NtQueryInformationFile(file, &io, &standard, sizeof(standard),
                                               FileStandardInformation)))
            return FALSE;
        base = standard.EndOfFile.QuadPart;
        break;
    default:
        return fail(ERROR_INVALID_PARAMETER);
    }
    if (__builtin_add_overflow(base, distance.QuadPart, &base))
        return fail(ERROR_INVALID_PARAMETER);
    if (base < 0)
        return fail(ERROR_NEGATIVE_SEEK);
    position.CurrentByteOffset.QuadPart = base;
    if (!set_status(
            NtSetInformationFile(file, &io, &position, sizeof(position), FilePositionInformation)))
        return FALSE;
    if (new_position)
        new_position->QuadPart = base;
    return TRUE;
}

DWORD WINAPI SetFilePointer(HANDLE file, LONG distance, PLONG distance_high, DWORD method)
{
    LARGE_INTEGER wanted, position;

    if (distance_high)
        wanted = large((DWORD)distance, *distance_high);
    else
        wanted.QuadPart = distance;
    /* Without the high part only 4 GiB can be addressed, wherever the position is now. */
    if (!distance_high && method != FILE_BEGIN) {
        LARGE_INTEGER zero = {.QuadPart = 0}, before;

        if (method == FILE_CURRENT && SetFilePointerEx(file, zero, &before, FILE_CURRENT) &&
            before.QuadPart + distance > MAXDWORD) {
            fail(ERROR_INVALID_PARAMETER);
            return INVALID_SET_FILE_POINTER;
        }
        if (method == FILE_END && GetFileSizeEx(file, &before) &&
            before.QuadPart + distance > MAXDWORD) {
            fail(ERROR_INVALID_PARAMETER);
            return INVALID_SET_FILE_POINTER;
        }
    } else if (!distance_high && method == FILE_BEGIN && distance < 0) {
        fail(ERROR_NEGATIVE_SEEK);
        return INVALID_SET_FILE_POINTER;
    }
    if (!SetFilePointerEx(file, wanted, &position, method))
        return INVALID_SET_FILE_POINTER;
    if (distance_high)
        *distance_high = position.HighPart;
    if (position.LowPart == INVALID_SET_FILE_POINTER)
        fail(ERROR_SUCCESS);
    return position.LowPart;
}

BOOL WINAPI SetEndOfFile(HANDLE file)
{
    FILE_POSITION_INFORMATION position;
    FILE_END_OF_FILE_INFORMATION end;
    FILE_ALLOCATION_INFORMATION allocation;
    IO_STATUS_BLOCK io;

    file = real_handle(file);
    if (!set_status(NtQueryInformationFile(file, &io, &position, sizeof(position),
                                           FilePositionInformation)))
        return FALSE;
    end.EndOfFile = position.CurrentByteOffset;
    if (!set_status(NtSetInformationFile(file, &io, &end, sizeof(end), FileEndOfFileInformation)))
        return FALSE;
    /* Only releases space beyond the end; a file system may decline, the size is set already. */
    allocation.AllocationSize = position.CurrentByteOffset;
    NtSetInformationFile(file, &io, &allocation, sizeof(allocation), FileAllocationInformation);
    return TRUE;
}

BOOL WINAPI SetFileValidData(HANDLE file, LONGLONG length)
{
    LARGE_INTEGER valid = {.QuadPart = length};
    IO_STATUS_BLOCK io;

    return set_status(
        NtSetInformationFile(file, &io, &valid, sizeof(valid), FileValidDataLengthInformation));
}

BOOL WINAPI GetFileSizeEx(HANDLE file, PLARGE_INTEGER size)
{
    FILE_STANDARD_INFORMATION standard;
    IO_STATUS_BLOCK io;

    if (!set_status(NtQueryInformationFile(real_handle(file), &io, &standard, sizeof(standard),
                                           FileStandardInformation)))
        return FALSE;
    *size = standard.EndOfFile;
    return TRUE;
}

DWORD WINAPI GetFileSize(HANDLE file, LPDWORD high)
{
    LARGE_INTEGER size;

    if (!GetFileSizeEx(file, &size))
        return INVALID_FILE_SIZE;
    if (high)
        *high = (DWORD)size.HighPart;
    if (size.LowPart == INVALID_FILE_SIZE)
        fail(ERROR_SUCCESS);
    return size.LowPart;
}

/* ---- Locks ---- */

BOOL WINAPI LockFile(HANDLE file, DWORD offset_low, DWORD offset_high, DWORD size_low,
                     DWORD size_high)
{
    LARGE_INTEGER offset = large(offset_low, (LONG)offset_high);
    LARGE_INTEGER size = large(size_low, (LONG)size_high);
    IO_STATUS_BLOCK io;

    return set_status(
        finish(file, NtLockFile(file, NULL, NULL, NULL, &io, &offset, &size, 0, TRUE, TRUE), &io));
}

BOOL WINAPI LockFileEx(HANDLE file, DWORD flags, DWORD reserved, DWORD size_low, DWORD size_high,
                       LPOVERLAPPED overlapped)
{
    LARGE_INTEGER offset, size = large(size_low, (LONG)size_high);

    if (reserved || !overlapped)
        return fail(ERROR_INVALID_PARAMETER);
    offset = overlapped_offset(overlapped);
    return overlapped_status(NtLockFile(file, overlapped_event(overlapped), NULL,
                                        overlapped_cookie(overlapped), overlapped_io(overlapped),
                                        &offset, &size, 0, (flags & LOCKFILE_FAIL_IMMEDIATELY) != 0,
                                        (flags & LOCKFILE_EXCLUSIVE_LOCK) != 0));
}

BOOL WINAPI UnlockFile(HANDLE file, DWORD offset_low, DWORD offset_high, DWORD size_low,
                       DWORD size_high)
{
    LARGE_INTEGER offset = large(offset_low, (LONG)offset_high);
    LARGE_INTEGER size = large(size_low, (LONG)size_high);
    IO_STATUS_BLOCK io;

    return set_status(finish(file, NtUnlockFile(file, &io, &offset, &size, 0), &io));
}

BOOL WINAPI UnlockFileEx(HANDLE file, DWORD reserved, DWORD size_low, DWORD size_high,
                         LPOVERLAPPED overlapped)
{
    if (reserved || !overlapped)
        return fail(ERROR_INVALID_PARAMETER);
    return UnlockFile(file, overlapped->Offset, overlapped->OffsetHigh, size_low, size_high);
}

/* ---- Control codes ---- */

BOOL WINAPI DeviceIoControl(HANDLE device, DWORD code, LPVOID input, DWORD input_size,
                            LPVOID output, DWORD output_size, LPDWORD count,
                            LPOVERLAPPED overlapped)
{
    BOOL file_system = code >> 16 == FILE_DEVICE_FILE_SYSTEM;
    IO_STATUS_BLOCK local = {.Information = 0}, *io = &local;
    HANDLE event = NULL;
    void *cookie = NULL;
    NTSTATUS status;

    if (count)
        *count = 0;
    if (overlapped) {
        event = overlapped_event(overlapped);
        cookie = overlapped_cookie(overlapped);
        io = overlapped_io(overlapped);
    }
    status = file_system ? NtFsControlFile(device, event, NULL, cookie, io, code, input, input_size,
                                           output, output_size)
                         : NtDeviceIoControlFile(device, event, NULL, cookie, io, code, input,
                                                 input_size, output, output_size);
    if (!overlapped)
        status = finish(device, status, io);
    if (status != STATUS_PENDING && !NT_ERROR(status) && count)
        *count = (DWORD)io->Information;
    return overlapped_status(status);
}

/* ---- Overlapped results and cancellation ---- */

BOOL WINAPI GetOverlappedResultEx(HANDLE file, LPOVERLAPPED overlapped, LPDWORD count,
                                  DWORD milliseconds, BOOL alertable)
{
    NTSTATUS status = (NTSTATUS)__atomic_load_n(&overlapped->Internal, __ATOMIC_ACQUIRE);

    if (status == STATUS_PENDING) {
        LARGE_INTEGER time;
        HANDLE event = overlapped_event(overlapped);
        NTSTATUS wait;

        if (!milliseconds)
            return fail(ERROR_IO_INCOMPLETE);
        wait = NtWaitForSingleObject(event ? event : file, alertable != 0,
                                     nt_timeout(&time, milliseconds));
        if (wait == STATUS_USER_APC || wait == STATUS_ALERTED)
            return fail(WAIT_IO_COMPLETION);
        if (wait == STATUS_TIMEOUT)
            return fail(WAIT_TIMEOUT);
        if (!set_status(wait))
            return FALSE;
        status = (NTSTATUS)__atomic_load_n(&overlapped->Internal, __ATOMIC_ACQUIRE);
        /* An event shared by several operations wakes for the others too. */
        if (status == STATUS_PENDING)
            return fail(ERROR_IO_INCOMPLETE);
    }
    *count = (DWORD)overlapped->InternalHigh;
    return set_status(status);
}

BOOL WINAPI GetOverlappedResult(HANDLE file, LPOVERLAPPED overlapped, LPDWORD count, BOOL wait)
{
    return GetOverlappedResultEx(file, overlapped, count, wait ? INFINITE : 0, FALSE);
}

BOOL WINAPI CancelIo(HANDLE file)
{
    IO_STATUS_BLOCK io;

    return set_status(NtCancelIoFile(file, &io));
}

BOOL WINAPI CancelIoEx(HANDLE file, LPOVERLAPPED overlapped)
{
    IO_STATUS_BLOCK io;

    return set_status(NtCancelIoFileEx(file, (IO_STATUS_BLOCK *)overlapped, &io));
}

BOOL WINAPI CancelSynchronousIo(HANDLE thread)
{
    IO_STATUS_BLOCK io;

    return set_status(NtCancelSynchronousIoFile(thread, NULL, &io));
}

BOOL WINAPI SetFileCompletionNotificationModes(HANDLE file, UCHAR flags)
{
    FILE_IO_COMPLETION_NOTIFICATION_INFORMATION info = {.Flags = flags};
    IO_STATUS_BLOCK io;

    if (flags & ~(FILE_SKIP_COMPLETION_PORT_ON_SUCCESS | FILE_SKIP_SET_EVENT_ON_HANDLE))
        return fail(ERROR_INVALID_PARAMETER);
    return set_status(NtSetInformationFile(file, &io, &info, sizeof(info),
                                           FileIoCompletionNotificationInformation));
}

BOOL WINAPI SetFileIoOverlappedRange(HANDLE file, PUCHAR start, ULONG length)
{
    struct {
        PUCHAR start;
        ULONG length;
    } range = {start, length};
    IO_STATUS_BLOCK io;

    return set_status(
        NtSetInformationFile(file, &io, &range, sizeof(range), FileIoStatusBlockRangeInformation));
}
