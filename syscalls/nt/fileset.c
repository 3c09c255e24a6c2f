/* NtSetInformationFile. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syscalls/nt/file.h"
#include "syscalls/nt/fileinfo.h"
#include "syscalls/nt/rename.h"
#include "syscalls/nt/share.h"

#include "nt_handlers.h"

#define MODE_SETTABLE (FILE_WRITE_THROUGH | FILE_SEQUENTIAL_ONLY | NT_FILE_SYNC)
#define SETTABLE_ATTRIBUTES 0x000031a7u /* what FileBasicInformation accepts and keeps */
#define LONGEST 66000u                  /* a name of 32767 units and what stands before it */

/* 0 and -1, -2 leave a time as it is (the last two also for later changes: not kept). */
static struct timespec host_time(int64_t t)
{
    struct timespec ts = {0, UTIME_OMIT};

    if (t > 0) {
        ts.tv_sec = t / 10000000 - 11644473600ll;
        ts.tv_nsec = t % 10000000 * 100;
    }
    return ts;
}

static NTSTATUS set_basic(struct nt_file *f, const FILE_BASIC_INFORMATION *b)
{
    struct timespec times[2];
    char path[32];
    struct stat st;
    NTSTATUS status;

    if (b->CreationTime.QuadPart < -2 || b->LastAccessTime.QuadPart < -2 ||
        b->LastWriteTime.QuadPart < -2 || b->ChangeTime.QuadPart < -2)
        return STATUS_INVALID_PARAMETER;
    if ((b->FileAttributes & FILE_ATTRIBUTE_DIRECTORY) && !f->directory)
        return STATUS_INVALID_PARAMETER;
    if ((b->FileAttributes & FILE_ATTRIBUTE_TEMPORARY) && f->directory)
        return STATUS_INVALID_PARAMETER;
    if (f->read_only)
        return STATUS_ACCESS_DENIED;
    status = nt_file_materialise(f);
    if (!NT_SUCCESS(status))
        return status;
    times[0] = host_time(b->LastAccessTime.QuadPart);
    times[1] = host_time(b->LastWriteTime.QuadPart);
    if (times[0].tv_nsec != UTIME_OMIT || times[1].tv_nsec != UTIME_OMIT) {
        snprintf(path, sizeof(path), "/proc/self/fd/%d", f->fd);
        int r = f->reparse     ? utimensat(f->fd, "", times, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW)
                : f->path_only ? utimensat(AT_FDCWD, path, times, 0)
                               : futimens(f->fd, times);
        if (r != 0)
            return nt_status_of_errno(errno);
    }
    bool creation = b->CreationTime.QuadPart > 0;
    if (f->reparse || (!b->FileAttributes && !creation))
        return STATUS_SUCCESS;
    if (fstat(f->fd, &st) != 0)
        return nt_status_of_errno(errno);
    if (creation)
        status = nt_creation_time_set(f->fd, f->path_only, &st, b->CreationTime.QuadPart);
    if (NT_SUCCESS(status) && b->FileAttributes)
        status =
            nt_attributes_set(f->fd, f->path_only, &st, b->FileAttributes & SETTABLE_ATTRIBUTES);
    return status;
}

static NTSTATUS set_end(struct nt_file *f, int64_t size)
{
    if (size < 0)
        return STATUS_INVALID_PARAMETER;
    if (!f->regular || f->path_only)
        return STATUS_INVALID_PARAMETER;
    if (ftruncate(f->fd, size) != 0)
        return errno == EINVAL ? STATUS_INVALID_PARAMETER : nt_status_of_errno(errno);
    return STATUS_SUCCESS;
}

static NTSTATUS set_allocation(struct nt_file *f, int64_t size)
{
    struct stat st;

    if (size < 0 || !f->regular || f->path_only)
        return STATUS_INVALID_PARAMETER;
    if (fstat(f->fd, &st) != 0)
        return nt_status_of_errno(errno);
    if (size < st.st_size)
        return set_end(f, size);
    return size > st.st_size ? nt_file_reserve(f->fd, size) : STATUS_SUCCESS;
}

static NTSTATUS set_position(struct nt_file *f, int64_t at)
{
    if (at < 0 || !(f->options & NT_FILE_SYNC))
        return STATUS_INVALID_PARAMETER;
    if (!f->seekable)
        return f->device || f->fd >= 0 ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_REQUEST;
    atomic_store(&f->moved_to, at);
    if (f->inherited)
        nt_file_settle(f);
    return STATUS_SUCCESS;
}

static NTSTATUS set_port(struct nt_file *f, const FILE_COMPLETION_INFORMATION *c)
{
    struct nt_object *port;
    NTSTATUS status;

    if (f->options & NT_FILE_SYNC)
        return STATUS_INVALID_PARAMETER;
    status = nt_io_port_get(c->Port, &port);
    if (!NT_SUCCESS(status))
        return status;
    pthread_mutex_lock(&f->lock);
    if (f->port) {
        status = STATUS_INVALID_PARAMETER;
    } else {
        f->port_key = c->Key;
        __atomic_store_n(&f->port, port, __ATOMIC_RELEASE);
    }
    pthread_mutex_unlock(&f->lock);
    if (!NT_SUCCESS(status))
        nt_object_release(port);
    return status;
}

/* Replaces the port, or takes it away with a NULL handle. The key goes before the port, so that a
 * request that ends meanwhile posts to one of the two with a key that belongs to it or not at all:
 * callers do this only while nothing is in progress. */
static NTSTATUS replace_port(struct nt_file *f, const FILE_COMPLETION_INFORMATION *c)
{
    struct nt_object *port = NULL, *old;

    if (c->Port) {
        NTSTATUS status = nt_io_port_get(c->Port, &port);
        if (!NT_SUCCESS(status))
            return status;
    }
    pthread_mutex_lock(&f->lock);
    old = f->port;
    f->port_key = c->Key;
    __atomic_store_n(&f->port, port, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&f->lock);
    if (old)
        nt_object_release(old);
    return STATUS_SUCCESS;
}

struct set_class {
    uint32_t class, least;
    ACCESS_MASK access;
};

static const struct set_class set_classes[] = {
    {FileBasicInformation, sizeof(FILE_BASIC_INFORMATION), FILE_WRITE_ATTRIBUTES},
    {FileRenameInformation, offsetof(FILE_RENAME_INFORMATION, FileName), DELETE},
    {FileRenameInformationEx, offsetof(FILE_RENAME_INFORMATION, FileName), DELETE},
    {FileLinkInformation, offsetof(FILE_LINK_INFORMATION, FileName), 0},
    {FileLinkInformationEx, offsetof(FILE_LINK_INFORMATION, FileName), 0},
    {FileDispositionInformation, sizeof(FILE_DISPOSITION_INFORMATION), DELETE},
    {FileDispositionInformationEx, sizeof(FILE_DISPOSITION_INFORMATION_EX), DELETE},
    {FilePositionInformation, sizeof(FILE_POSITION_INFORMATION), 0},
    {FileModeInformation, sizeof(FILE_MODE_INFORMATION), 0},
    {FileAllocationInformation, sizeof(FILE_ALLOCATION_INFORMATION), FILE_WRITE_DATA},
    {FileEndOfFileInformation, sizeof(FILE_END_OF_FILE_INFORMATION), FILE_WRITE_DATA},
    {FileValidDataLengthInformation, 8, FILE_WRITE_DATA},
    {FilePipeInformation, sizeof(FILE_PIPE_INFORMATION), FILE_WRITE_ATTRIBUTES},
    {FileCompletionInformation, sizeof(FILE_COMPLETION_INFORMATION), 0},
    {FileReplaceCompletionInformation, sizeof(FILE_COMPLETION_INFORMATION), 0},
    {FileIoCompletionNotificationInformation, sizeof(FILE_IO_COMPLETION_NOTIFICATION_INFORMATION),
     0},
    {FileIoPriorityHintInformation, 4, 0},
    {FileShortNameInformation, 4, DELETE},
    {FileCaseSensitiveInformation, sizeof(FILE_CASE_SENSITIVE_INFORMATION), FILE_WRITE_ATTRIBUTES},
};

static NTSTATUS set_information(struct nt_file *f, uint32_t class, const void *buffer, uint32_t n)
{
    if (f->ops->set) {
        NTSTATUS status = f->ops->set(f, class, buffer, n);
        if (status != STATUS_INVALID_INFO_CLASS)
            return status;
    }
    switch (class) {
    case FileBasicInformation:
        return f->device ? STATUS_INVALID_DEVICE_REQUEST : set_basic(f, buffer);
    case FileRenameInformation:
    case FileRenameInformationEx:
        return nt_file_rename(f, buffer, n, class == FileRenameInformationEx, false);
    case FileLinkInformation:
    case FileLinkInformationEx:
        return nt_file_rename(f, buffer, n, class == FileLinkInformationEx, true);
    case FileDispositionInformation:
        return nt_file_dispose(f, ((const FILE_DISPOSITION_INFORMATION *)buffer)->DoDeleteFile
                                      ? FILE_DISPOSITION_DELETE
                                      : 0);
    case FileDispositionInformationEx:
        return nt_file_dispose(f, ((const FILE_DISPOSITION_INFORMATION_EX *)buffer)->Flags);
    case FilePositionInformation:
        return set_position(
            f, ((const FILE_POSITION_INFORMATION *)buffer)->CurrentByteOffset.QuadPart);
    case FileModeInformation: {
        uint32_t mode = ((const FILE_MODE_INFORMATION *)buffer)->Mode, sync = mode & NT_FILE_SYNC;
        /* How it waits may change, whether it waits may not. */
        if ((mode & ~MODE_SETTABLE) || sync == NT_FILE_SYNC ||
            !sync != !(f->options & NT_FILE_SYNC))
            return STATUS_INVALID_PARAMETER;
        __atomic_store_n(&f->options, (f->options & ~MODE_SETTABLE) | mode, __ATOMIC_RELAXED);
        return STATUS_SUCCESS;
    }
    case FileAllocationInformation:
        return set_allocation(
            f, ((const FILE_ALLOCATION_INFORMATION *)buffer)->AllocationSize.QuadPart);
    case FileEndOfFileInformation:
        return set_end(f, ((const FILE_END_OF_FILE_INFORMATION *)buffer)->EndOfFile.QuadPart);
    case FileValidDataLengthInformation:
        return STATUS_PRIVILEGE_NOT_HELD; /* SeManageVolumePrivilege */
    case FilePipeInformation: {
        const FILE_PIPE_INFORMATION *p = buffer;
        FILE_PIPE_LOCAL_INFORMATION now;
        ULONG_PTR ignored;
        NTSTATUS status =
            nt_file_query(f, 0, FilePipeLocalInformation, &now, sizeof(now), &ignored);
        if (!NT_SUCCESS(status))
            return status;
        /* A host pipe carries bytes and waits. */
        return p->ReadMode == FILE_PIPE_BYTE_STREAM_MODE &&
                       p->CompletionMode == FILE_PIPE_QUEUE_OPERATION
                   ? STATUS_SUCCESS
                   : STATUS_INVALID_PARAMETER;
    }
    case FileCompletionInformation:
        return set_port(f, buffer);
    case FileReplaceCompletionInformation:
        return replace_port(f, buffer);
    case FileIoCompletionNotificationInformation: {
        uint32_t flags = ((const FILE_IO_COMPLETION_NOTIFICATION_INFORMATION *)buffer)->Flags;
        if ((flags & ~7u) || (f->options & NT_FILE_SYNC))
            return STATUS_INVALID_PARAMETER;
        __atomic_or_fetch(&f->completion_modes, flags, __ATOMIC_RELAXED);
        return STATUS_SUCCESS;
    }
    case FileIoPriorityHintInformation:
        /* A hint, and the host schedules by itself; what is not a priority is refused. */
        return *(const ULONG *)buffer <= 2 ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
    case FileShortNameInformation:
        return STATUS_PRIVILEGE_NOT_HELD;
    case FileCaseSensitiveInformation:
        return STATUS_NOT_SUPPORTED;
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
}

NTSTATUS NtSetInformationFile(struct nt_thread *t, HANDLE FileHandle,
                              IO_STATUS_BLOCK *IoStatusBlock, const void *FileInformation,
                              ULONG Length, ULONG FileInformationClass)
{
    _Alignas(16) char small[1024];
    char *buffer = small;
    const struct set_class *c = NULL;
    struct nt_file *f;

    (void)t;
    for (size_t i = 0; i < sizeof(set_classes) / sizeof(set_classes[0]) && !c; i++)
        if (set_classes[i].class == FileInformationClass)
            c = &set_classes[i];
    if (!c)
        return nt_file_can_query(FileInformationClass) ? STATUS_INVALID_PARAMETER
                                                       : STATUS_INVALID_INFO_CLASS;
    if (Length < c->least || Length > LONGEST)
        return STATUS_INFO_LENGTH_MISMATCH;
    NTSTATUS status = nt_file_get(FileHandle, c->access, &f, NULL);
    if (!NT_SUCCESS(status))
        return status;
    if (Length > sizeof(small))
        buffer = malloc(Length);
    if (!buffer)
        status = STATUS_INSUFFICIENT_RESOURCES;
    else if (!guest_read(buffer, FileInformation, Length))
        status = STATUS_ACCESS_VIOLATION;
    else
        status = set_information(f, FileInformationClass, buffer, Length);
    if (buffer != small)
        free(buffer);
    nt_file_release(f);
    if (NT_SUCCESS(status) &&
        !guest_put(IoStatusBlock, ((IO_STATUS_BLOCK){.Status = status, .Information = 0})))
        status = STATUS_ACCESS_VIOLATION;
    return status;
}
