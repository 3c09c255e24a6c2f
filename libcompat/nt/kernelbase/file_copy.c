/*
 * Copies: CopyFile, CopyFileEx with progress and cancel, CopyFile2.
 */
#include "file.h"

#define CHUNK 0x40000

#ifndef ERROR_REQUEST_PAUSED
#define ERROR_REQUEST_PAUSED 3050
#endif

#ifndef COPY_FILE_OPEN_AND_COPY_REPARSE_POINT
#define COPY_FILE_OPEN_AND_COPY_REPARSE_POINT 0x00200000
#endif

/* Who is told: at most one of the two kinds. */
struct copy {
    const WCHAR *from, *to;
    HANDLE source, target;
    LPPROGRESS_ROUTINE progress;
    PCOPYFILE2_PROGRESS_ROUTINE progress2;
    void *context;
    volatile BOOL *cancel;
    DWORD flags;
    LARGE_INTEGER size, done;
    BOOL quiet; /* the routine asked not to be called again */
};

static BOOL answer_copy(struct copy *copy, DWORD answer)
{
    switch (answer) {
    case PROGRESS_CONTINUE:
        return TRUE;
    case PROGRESS_QUIET:
        copy->quiet = TRUE;
        return TRUE;
    case PROGRESS_STOP:
        /* The target stays: the copy may be taken up again. */
        copy->flags |= COPY_FILE_RESTARTABLE;
        return fail(ERROR_REQUEST_ABORTED);
    default:
        copy->flags &= ~(DWORD)COPY_FILE_RESTARTABLE;
        return fail(ERROR_REQUEST_ABORTED);
    }
}

/* CopyFile2 has the same answers as CopyFileEx, and pause, which leaves the target too. */
static BOOL tell2(struct copy *copy, COPYFILE2_MESSAGE *message)
{
    int answer = copy->progress2(message, copy->context);

    if (answer == COPYFILE2_PROGRESS_PAUSE) {
        copy->flags |= COPY_FILE_RESTARTABLE;
        return fail(ERROR_REQUEST_PAUSED);
    }
    return answer_copy(copy, (DWORD)answer);
}

static BOOL tell(struct copy *copy, DWORD reason, DWORD chunk)
{
    if (copy->cancel && *copy->cancel) {
        copy->flags &= ~(DWORD)COPY_FILE_RESTARTABLE;
        return fail(ERROR_REQUEST_ABORTED);
    }
    if (copy->quiet)
        return TRUE;
    if (copy->progress)
        return answer_copy(copy, copy->progress(copy->size, copy->done, copy->size, copy->done, 1,
                                                reason, copy->source, copy->target, copy->context));
    if (copy->progress2) {
        COPYFILE2_MESSAGE message;

        memset(&message, 0, sizeof(message));
        if (reason == CALLBACK_STREAM_SWITCH) {
            message.Type = COPYFILE2_CALLBACK_STREAM_STARTED;
            message.Info.StreamStarted.dwStreamNumber = 1;
            message.Info.StreamStarted.hSourceFile = copy->source;
            message.Info.StreamStarted.hDestinationFile = copy->target;
            message.Info.StreamStarted.uliStreamSize.QuadPart = (ULONGLONG)copy->size.QuadPart;
            message.Info.StreamStarted.uliTotalFileSize.QuadPart = (ULONGLONG)copy->size.QuadPart;
        } else {
            LONGLONG number = copy->done.QuadPart ? (copy->done.QuadPart - 1) / CHUNK : 0;

            message.Type = COPYFILE2_CALLBACK_CHUNK_FINISHED;
            message.Info.ChunkFinished.dwStreamNumber = 1;
            message.Info.ChunkFinished.hSourceFile = copy->source;
            message.Info.ChunkFinished.hDestinationFile = copy->target;
            message.Info.ChunkFinished.uliChunkNumber.QuadPart = (ULONGLONG)number;
            message.Info.ChunkFinished.uliChunkSize.QuadPart = chunk;
            message.Info.ChunkFinished.uliStreamSize.QuadPart = (ULONGLONG)copy->size.QuadPart;
            message.Info.ChunkFinished.uliStreamBytesTransferred.QuadPart =
                (ULONGLONG)copy->done.QuadPart;
            message.Info.ChunkFinished.uliTotalFileSize.QuadPart = (ULONGLONG)copy->size.QuadPart;
            message.Info.ChunkFinished.uliTotalBytesTransferred.QuadPart =
                (ULONGLONG)copy->done.QuadPart;
        }
        return tell2(copy, &message);
    }
    return TRUE;
}

static BOOL stream_finished(struct copy *copy)
{
    COPYFILE2_MESSAGE message;

    if (!copy->progress2 || copy->quiet)
        return TRUE;
    memset(&message, 0, sizeof(message));
    message.Type = COPYFILE2_CALLBACK_STREAM_FINISHED;
    message.Info.StreamFinished.dwStreamNumber = 1;
    message.Info.StreamFinished.hSourceFile = copy->source;
    message.Info.StreamFinished.hDestinationFile = copy->target;
    message.Info.StreamFinished.uliStreamSize.QuadPart = (ULONGLONG)copy->size.QuadPart;
    message.Info.StreamFinished.uliStreamBytesTransferred.QuadPart = (ULONGLONG)copy->done.QuadPart;
    message.Info.StreamFinished.uliTotalFileSize.QuadPart = (ULONGLONG)copy->size.QuadPart;
    message.Info.StreamFinished.uliTotalBytesTransferred.QuadPart = (ULONGLONG)copy->done.QuadPart;
    return tell2(copy, &message);
}

static BOOL copy_contents(struct copy *copy)
{
    char *buffer = heap_alloc(CHUNK);
    BOOL done = FALSE;
    DWORD count, written;

    if (!buffer)
        return FALSE;
    if (!tell(copy, CALLBACK_STREAM_SWITCH, 0))
        goto out;
    for (;;) {
        if (!ReadFile(copy->source, buffer, CHUNK, &count, NULL))
            goto out;
        if (!count)
            break;
        for (DWORD at = 0; at < count; at += written) {
            if (!WriteFile(copy->target, buffer + at, count - at, &written, NULL))
                goto out;
            if (!written) {
                fail(ERROR_DISK_FULL);
                goto out;
            }
        }
        copy->done.QuadPart += count;
        if (!tell(copy, CALLBACK_CHUNK_FINISHED, count))
            goto out;
    }
    done = stream_finished(copy);
out:
    heap_free(buffer);
    return done;
}

/* A symbolic link copied as such: its reparse data goes to a new, empty file. */
static BOOL copy_link(struct copy *copy)
{
    void *data = heap_alloc(0x4000);
    IO_STATUS_BLOCK io;
    NTSTATUS status;

    if (!data)
        return FALSE;
    status = NtFsControlFile(copy->source, NULL, NULL, NULL, &io, NT_FSCTL_GET_REPARSE_POINT, NULL,
                             0, data, 0x4000);
    if (NT_SUCCESS(status))
        status = NtFsControlFile(copy->target, NULL, NULL, NULL, &io, NT_FSCTL_SET_REPARSE_POINT,
                                 data, (ULONG)io.Information, NULL, 0);
    heap_free(data);
    return set_status(status);
}

static void remove_target(HANDLE target)
{
    FILE_DISPOSITION_INFORMATION gone = {TRUE};
    IO_STATUS_BLOCK io;

    NtSetInformationFile(target, &io, &gone, sizeof(gone), FileDispositionInformation);
}

static BOOL same_file(HANDLE a, HANDLE b)
{
    BY_HANDLE_FILE_INFORMATION first, second;

    return GetFileInformationByHandle(a, &first) && GetFileInformationByHandle(b, &second) &&
           first.dwVolumeSerialNumber == second.dwVolumeSerialNumber &&
           first.nFileIndexHigh == second.nFileIndexHigh &&
           first.nFileIndexLow == second.nFileIndexLow;
}

static BOOL run_copy(struct copy *copy)
{
    const DWORD as_link = COPY_FILE_COPY_SYMLINK | COPY_FILE_OPEN_AND_COPY_REPARSE_POINT;
    FILE_BASIC_INFORMATION basic;
    IO_STATUS_BLOCK io;
    DWORD attributes, error;
    BOOL link = FALSE, done;
    HANDLE existing;

    if (!copy->from || !copy->to)
        return fail(ERROR_INVALID_PARAMETER);
    attributes = GetFileAttributesW(copy->from);
    if (attributes != INVALID_FILE_ATTRIBUTES)
        link = (attributes & FILE_ATTRIBUTE_REPARSE_POINT) && (copy->flags & as_link);
    copy->source = CreateFileW(
        copy->from,
        GENERIC_READ | (copy->flags & COPY_FILE_OPEN_SOURCE_FOR_WRITE ? GENERIC_WRITE : 0),
        FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
        FILE_FLAG_SEQUENTIAL_SCAN |
            (link ? FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS : 0),
        NULL);
    if (copy->source == INVALID_HANDLE_VALUE)
        return FALSE;
    done = set_status(NtQueryInformationFile(copy->source, &io, &basic, sizeof(basic),
                                             FileBasicInformation)) &&
           GetFileSizeEx(copy->source, &copy->size);
    if (!done) {
        CloseHandle(copy->source);
        return FALSE;
    }
    /* Opening the target empties it: a file cannot be copied over itself. */
    existing = copy->flags & COPY_FILE_FAIL_IF_EXISTS
                   ? INVALID_HANDLE_VALUE
                   : CreateFileW(copy->to, FILE_READ_ATTRIBUTES, SHARE_ALL, NULL, OPEN_EXISTING,
                                 link ? FILE_FLAG_OPEN_REPARSE_POINT : 0, NULL);
    if (existing != INVALID_HANDLE_VALUE) {
        BOOL same = same_file(existing, copy->source);

        CloseHandle(existing);
        if (same) {
            CloseHandle(copy->source);
            return fail(ERROR_SHARING_VIOLATION);
        }
    }
    copy->target = CreateFileW(copy->to, GENERIC_WRITE | DELETE | FILE_READ_ATTRIBUTES, 0, NULL,
                               copy->flags & COPY_FILE_FAIL_IF_EXISTS ? CREATE_NEW : CREATE_ALWAYS,
                               (basic.FileAttributes & ~(DWORD)FILE_ATTRIBUTE_READONLY) |
                                   (link ? FILE_FLAG_OPEN_REPARSE_POINT : 0),
                               NULL);
    if (copy->target == INVALID_HANDLE_VALUE) {
        error = GetLastError();
        CloseHandle(copy->source);
        return fail(error);
    }
    done = link ? copy_link(copy) : copy_contents(copy);
    error = GetLastError();
    if (done) {
        /* Change time zero: left to the file system. Attributes last, read-only among them. */
        basic.CreationTime.QuadPart = basic.LastAccessTime.QuadPart = 0;
        basic.ChangeTime.QuadPart = 0;
        basic.FileAttributes &= ~(DWORD)(FILE_ATTRIBUTE_REPARSE_POINT | FILE_ATTRIBUTE_DIRECTORY);
        basic.FileAttributes |= FILE_ATTRIBUTE_ARCHIVE;
        done = set_status(
            NtSetInformationFile(copy->target, &io, &basic, sizeof(basic), FileBasicInformation));
        error = GetLastError();
    } else if (!(copy->flags & COPY_FILE_RESTARTABLE)) {
        remove_target(copy->target);
    }
    CloseHandle(copy->target);
    CloseHandle(copy->source);
    if (!done)
        return fail(error);
    fail(ERROR_SUCCESS);
    return TRUE;
}

BOOL copy_file(const WCHAR *from, const WCHAR *to, LPPROGRESS_ROUTINE progress, void *context,
               BOOL *cancel, DWORD flags)
{
    struct copy copy = {
        .from = from,
        .to = to,
        .progress = progress,
        .context = context,
        .cancel = cancel,
        .flags = flags,
    };

    return run_copy(&copy);
}

BOOL WINAPI CopyFileExW(LPCWSTR from, LPCWSTR to, LPPROGRESS_ROUTINE progress, LPVOID context,
                        LPBOOL cancel, DWORD flags)
{
    return copy_file(from, to, progress, context, cancel, flags & ~(DWORD)COPY_FILE_RESTARTABLE);
}

BOOL WINAPI CopyFileExA(LPCSTR from, LPCSTR to, LPPROGRESS_ROUTINE progress, LPVOID context,
                        LPBOOL cancel, DWORD flags)
{
    WIDE_FILE(wide_from, from, FALSE);
    WIDE_FILE(wide_to, to, FALSE);
    return CopyFileExW(wide_from.text, wide_to.text, progress, context, cancel, flags);
}

BOOL WINAPI CopyFileW(LPCWSTR from, LPCWSTR to, BOOL fail_if_exists)
{
    return copy_file(from, to, NULL, NULL, NULL, fail_if_exists ? COPY_FILE_FAIL_IF_EXISTS : 0);
}

BOOL WINAPI CopyFileA(LPCSTR from, LPCSTR to, BOOL fail_if_exists)
{
    WIDE_FILE(wide_from, from, FALSE);
    WIDE_FILE(wide_to, to, FALSE);
    return CopyFileW(wide_from.text, wide_to.text, fail_if_exists);
}

HRESULT WINAPI CopyFile2(PCWSTR from, PCWSTR to, COPYFILE2_EXTENDED_PARAMETERS *parameters)
{
    struct copy copy = {.from = from, .to = to};

    if (parameters) {
        if (parameters->dwSize < sizeof(*parameters))
            return E_INVALIDARG;
        copy.progress2 = parameters->pProgressRoutine;
        copy.context = parameters->pvCallbackContext;
        copy.cancel = parameters->pfCancel;
        copy.flags = parameters->dwCopyFlags & ~(DWORD)COPY_FILE_RESTARTABLE;
    }
    return run_copy(&copy) ? S_OK : HRESULT_FROM_WIN32(GetLastError());
}
