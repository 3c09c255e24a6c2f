/* Reading, writing and flushing files; the operations of disk files. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "syscalls/nt/file.h"
#include "syscalls/nt/lock.h"
#include "syscalls/nt/notify.h"

#include "nt_handlers.h"

#define SECTOR 512
#define TO_END (-1)          /* offset of a write: at the end of the file */
#define HOST_MAX 0x7ffff000u /* bytes that one host call moves */
#define PAGE 4096u

/* A short transfer ends at the end of the file, or where guest memory does: then the next byte
 * begins a page, or nearly so. */
static bool may_be_fault(const char *at)
{
    return (-(uintptr_t)at & (PAGE - 1)) < 64;
}

/* The next host call without an offset starts at the right place. */
static void settle(struct nt_file *f)
{
    if (__builtin_expect(atomic_load_explicit(&f->moved_to, memory_order_acquire) >= 0, 0))
        nt_file_settle(f);
}

static void move_to(struct nt_file *f, int64_t position)
{
    if (!(f->options & NT_FILE_SYNC))
        return;
    atomic_store_explicit(&f->moved_to, position, memory_order_release);
    if (f->inherited)
        nt_file_settle(f);
}

/* read, pread, write and pwrite without the C library's wrappers: see nt_dispatch for what a return
 * behind a host call costs. -errno. offset NULL: at the descriptor's position. */
static inline long move_bytes(bool write, int fd, const void *buffer, size_t n,
                              const int64_t *offset, int64_t by)
{
    long result = offset ? write ? SYS_pwrite64 : SYS_pread64 : write ? SYS_write : SYS_read;
    register int64_t at __asm__("r10") = offset ? *offset + by : 0;

    __asm__ volatile("syscall"
                     : "+a"(result)
                     : "D"((long)fd), "S"(buffer), "d"(n), "r"(at)
                     : "rcx", "r11", "memory");
    return result;
}

/* Always inline: NtReadFile itself has it for the files that most reads are of. */
__attribute__((always_inline)) static inline NTSTATUS disk_read(struct nt_file *f, struct nt_io *io,
                                                                void *buffer, uint32_t n,
                                                                const int64_t *offset,
                                                                ULONG_PTR *information)
{
    uint32_t done = 0;
    bool probed = false;

    (void)io;
    if (!f->seekable || f->path_only)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (!offset)
        settle(f);
    if (nt_lock_any()) {
        int64_t at = offset ? *offset : lseek(f->fd, 0, SEEK_CUR);
        if (!nt_lock_allows(f, (uint64_t)at, n, false))
            return STATUS_FILE_LOCK_CONFLICT;
    }
    while (done < n) {
        char *to = (char *)buffer + done;
        size_t part = n - done < HOST_MAX ? n - done : HOST_MAX;
        long r = move_bytes(false, f->fd, to, part, offset, done);
        if (r > 0) {
            done += (uint32_t)r;
            if ((size_t)r < part && !may_be_fault(to + r))
                break;
            continue;
        }
        if (r == 0)
            break;
        if (r == -EFAULT && !probed && guest_probe(to, part, true)) {
            probed = true;
            continue;
        }
        if (r == -EINTR)
            continue;
        if (done == 0)
            return nt_status_of_errno((int)-r);
        if (r == -EFAULT)
            return STATUS_ACCESS_VIOLATION;
        break;
    }
    if (offset)
        move_to(f, *offset + done);
    *information = done;
    return done == 0 && n > 0 ? STATUS_END_OF_FILE : STATUS_SUCCESS;
}

/* A write at the end, or through to the disk; -errno. */
static ssize_t write_special(struct nt_file *f, const void *from, size_t n, const int64_t *offset)
{
    struct iovec v = {(void *)from, n};
    bool append = offset && *offset == TO_END;
    int flags = (append ? RWF_APPEND : 0) | (f->options & FILE_WRITE_THROUGH ? RWF_DSYNC : 0);
    ssize_t r;

    r = pwritev2(f->fd, &v, 1, offset && !append ? *offset : -1, flags);
    if (r >= 0 || errno != EOPNOTSUPP)
        return r < 0 ? -errno : r;
    /* A file system without these flags */
    if (append)
        r = lseek(f->fd, 0, SEEK_END) < 0 ? -1 : write(f->fd, from, n);
    else
        r = offset ? pwrite(f->fd, from, n, *offset) : write(f->fd, from, n);
    if (r >= 0 && (f->options & FILE_WRITE_THROUGH))
        fdatasync(f->fd);
    return r < 0 ? -errno : r;
}

__attribute__((always_inline)) static inline NTSTATUS
disk_write(struct nt_file *f, struct nt_io *io, const void *buffer, uint32_t n,
           const int64_t *offset, ULONG_PTR *information)
{
    static const int64_t to_end = TO_END;
    uint32_t done = 0;
    bool probed = false;
    int64_t at;

    (void)io;
    if (!f->seekable || f->path_only)
        return STATUS_INVALID_DEVICE_REQUEST;
    /* Without the right to write elsewhere, every write appends. */
    if (!(f->access & FILE_WRITE_DATA))
        offset = &to_end;
    if (!offset || *offset == TO_END)
        settle(f);
    if (nt_lock_any()) {
        struct stat st;
        if (offset && *offset != TO_END)
            at = *offset;
        else if (offset)
            at = fstat(f->fd, &st) == 0 ? st.st_size : 0;
        else
            at = lseek(f->fd, 0, SEEK_CUR);
        if (!nt_lock_allows(f, (uint64_t)at, n, true))
            return STATUS_FILE_LOCK_CONFLICT;
    }
    while (done < n) {
        const char *from = (const char *)buffer + done;
        size_t part = n - done < HOST_MAX ? n - done : HOST_MAX;
        if (offset && *offset != TO_END) {
            at = *offset + done;
            if (at < 0)
                return STATUS_INVALID_PARAMETER;
        }
        ssize_t r = (offset && *offset == TO_END) || (f->options & FILE_WRITE_THROUGH)
                        ? write_special(f, from, part, offset && *offset != TO_END ? &at : offset)
                        : move_bytes(true, f->fd, from, part, offset ? &at : NULL, 0);
        if (r > 0) {
            done += (uint32_t)r;
            continue;
        }
        if (r == -EFAULT && !probed && guest_probe(from, part, false)) {
            probed = true;
            continue;
        }
        if (r == -EINTR)
            continue;
        if (done == 0 || r == -EFAULT)
            return r == 0 ? STATUS_DISK_FULL : nt_status_of_errno((int)-r);
        break;
    }
    if (offset && *offset != TO_END)
        move_to(f, *offset + done);
    *information = done;
    return STATUS_SUCCESS;
}

static NTSTATUS disk_flush(struct nt_file *f)
{
    if (f->fd < 0 || f->path_only)
        return STATUS_SUCCESS;
    /* A folder or a file that cannot be synchronised has nothing of its own to write. */
    if (fsync(f->fd) != 0 && errno != EINVAL && errno != EROFS)
        return nt_status_of_errno(errno);
    return STATUS_SUCCESS;
}

const struct nt_file_ops nt_disk_ops = {
    .device_type = NT_FILE_DEVICE_DISK,
    .read = disk_read,
    .write = disk_write,
    .flush = disk_flush,
    .cancel = nt_notify_cancel,
    .last_handle = nt_notify_last_handle,
    .destroy = nt_notify_destroy,
};

/* The offset of a request: *use stays NULL where the current position counts. */
static NTSTATUS get_offset(struct nt_file *f, const LARGE_INTEGER *guest, bool write,
                           int64_t *value, const int64_t **use)
{
    LARGE_INTEGER o;

    *use = NULL;
    if (guest && !guest_get(&o, guest))
        return STATUS_ACCESS_VIOLATION;
    if (!f->seekable)
        return STATUS_SUCCESS;
    if (!guest) {
        if ((f->options & NT_FILE_SYNC) || (write && !(f->access & FILE_WRITE_DATA)))
            return STATUS_SUCCESS;
        return STATUS_INVALID_PARAMETER;
    }
    if (o.HighPart == -1 && o.LowPart == FILE_USE_FILE_POINTER_POSITION)
        return f->options & NT_FILE_SYNC ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
    if (o.HighPart == -1 && o.LowPart == FILE_WRITE_TO_END_OF_FILE && write)
        *value = TO_END;
    else if (o.QuadPart < 0)
        return STATUS_INVALID_PARAMETER;
    else
        *value = o.QuadPart;
    *use = value;
    return STATUS_SUCCESS;
}

/* FILE_NO_INTERMEDIATE_BUFFERING works in whole sectors. */
static bool aligned(const struct nt_file *f, uint32_t n, const int64_t *offset)
{
    return !(f->options & FILE_NO_INTERMEDIATE_BUFFERING) || !f->seekable ||
           (n % SECTOR == 0 && (!offset || *offset == TO_END || *offset % SECTOR == 0));
}

NTSTATUS NtReadFile(struct nt_thread *t, HANDLE FileHandle, HANDLE Event, PVOID ApcRoutine,
                    PVOID ApcContext, IO_STATUS_BLOCK *IoStatusBlock, void *Buffer, ULONG Length,
                    const LARGE_INTEGER *ByteOffset, const ULONG *Key)
{
    struct nt_file *f;
    struct nt_io io;
    ACCESS_MASK granted;
    int64_t value;
    const int64_t *offset;
    ULONG_PTR information = 0;
    NTSTATUS status = nt_file_get(FileHandle, FILE_READ_DATA, &f, &granted);

    (void)Key;
    if (!NT_SUCCESS(status))
        return status;
    status = get_offset(f, ByteOffset, false, &value, &offset);
    if (!NT_SUCCESS(status))
        goto out;
    if (!guest_range_ok(Buffer, Length) || !guest_range_ok(IoStatusBlock, sizeof(*IoStatusBlock)))
        status = STATUS_ACCESS_VIOLATION;
    else if (!aligned(f, Length, offset))
        status = STATUS_INVALID_PARAMETER;
    else if (!f->ops->read)
        status = STATUS_INVALID_DEVICE_REQUEST;
    if (!NT_SUCCESS(status))
        goto out;
    status = nt_io_begin(t, f, Event, ApcRoutine, ApcContext, IoStatusBlock, &io);
    if (!NT_SUCCESS(status))
        goto out;
    status = f->ops == &nt_disk_ops ? disk_read(f, &io, Buffer, Length, offset, &information)
                                    : f->ops->read(f, &io, Buffer, Length, offset, &information);
    if (status != STATUS_PENDING)
        status = nt_io_complete(f, &io, status, information);
out:
    nt_file_release(f);
    return status;
}

NTSTATUS NtWriteFile(struct nt_thread *t, HANDLE FileHandle, HANDLE Event, PVOID ApcRoutine,
                     PVOID ApcContext, IO_STATUS_BLOCK *IoStatusBlock, const void *Buffer,
                     ULONG Length, const LARGE_INTEGER *ByteOffset, const ULONG *Key)
{
    struct nt_file *f;
    struct nt_io io;
    ACCESS_MASK granted;
    int64_t value;
    const int64_t *offset;
    ULONG_PTR information = 0;
    NTSTATUS status = nt_file_get(FileHandle, 0, &f, &granted);

    (void)Key;
    if (!NT_SUCCESS(status))
        return status;
    if (!(granted & (FILE_WRITE_DATA | FILE_APPEND_DATA))) {
        status = STATUS_ACCESS_DENIED;
        goto out;
    }
    status = get_offset(f, ByteOffset, true, &value, &offset);
    if (!NT_SUCCESS(status))
        goto out;
    if (!guest_range_ok(Buffer, Length) || !guest_range_ok(IoStatusBlock, sizeof(*IoStatusBlock)))
        status = STATUS_ACCESS_VIOLATION;
    else if (!aligned(f, Length, offset))
        status = STATUS_INVALID_PARAMETER;
    else if (!f->ops->write)
        status = STATUS_INVALID_DEVICE_REQUEST;
    if (!NT_SUCCESS(status))
        goto out;
    status = nt_io_begin(t, f, Event, ApcRoutine, ApcContext, IoStatusBlock, &io);
    if (!NT_SUCCESS(status))
        goto out;
    status = f->ops == &nt_disk_ops ? disk_write(f, &io, Buffer, Length, offset, &information)
                                    : f->ops->write(f, &io, Buffer, Length, offset, &information);
    if (status != STATUS_PENDING)
        status = nt_io_complete(f, &io, status, information);
out:
    nt_file_release(f);
    return status;
}

/* Scatter and gather: an array of page addresses; only for unbuffered asynchronous files. */
static NTSTATUS segments(struct nt_thread *t, HANDLE handle, HANDLE event, PVOID apc_routine,
                         PVOID apc_context, IO_STATUS_BLOCK *iosb, const void *array, ULONG length,
                         const LARGE_INTEGER *guest_offset, bool write)
{
    struct nt_file *f;
    struct nt_io io;
    int64_t at;
    const int64_t *offset;
    ULONG_PTR total = 0;
    NTSTATUS status = nt_file_get(handle, write ? FILE_WRITE_DATA : FILE_READ_DATA, &f, NULL);

    if (!NT_SUCCESS(status))
        return status;
    status = get_offset(f, guest_offset, write, &at, &offset);
    if (NT_SUCCESS(status) &&
        (!(f->options & FILE_NO_INTERMEDIATE_BUFFERING) || (f->options & NT_FILE_SYNC) ||
         !f->seekable || !offset || *offset == TO_END || !aligned(f, length, offset)))
        status = STATUS_INVALID_PARAMETER;
    if (NT_SUCCESS(status))
        status = nt_io_begin(t, f, event, apc_routine, apc_context, iosb, &io);
    if (!NT_SUCCESS(status)) {
        nt_file_release(f);
        return status;
    }
    for (size_t i = 0; total < length; i++) {
        uint64_t page;
        ULONG_PTR moved = 0;
        uint32_t part = length - total < PAGE ? (uint32_t)(length - total) : PAGE;
        if (!guest_read(&page, (const uint64_t *)array + i, sizeof(page)) ||
            !guest_range_ok((void *)(uintptr_t)page, part)) {
            status = STATUS_ACCESS_VIOLATION;
            break;
        }
        if (page % PAGE) {
            status = STATUS_INVALID_PARAMETER;
            break;
        }
        status = write ? f->ops->write(f, &io, (void *)(uintptr_t)page, part, &at, &moved)
                       : f->ops->read(f, &io, (void *)(uintptr_t)page, part, &at, &moved);
        total += moved;
        at += (int64_t)moved;
        if (!NT_SUCCESS(status) || moved < part)
            break;
    }
    if (status == STATUS_END_OF_FILE && total > 0)
        status = STATUS_SUCCESS;
    status = nt_io_complete(f, &io, status, total);
    nt_file_release(f);
    return status;
}

NTSTATUS NtReadFileScatter(struct nt_thread *t, HANDLE FileHandle, HANDLE Event, PVOID ApcRoutine,
                           PVOID ApcContext, IO_STATUS_BLOCK *IoStatusBlock,
                           const void *SegmentArray, ULONG Length, const LARGE_INTEGER *ByteOffset,
                           const ULONG *Key)
{
    (void)Key;
    return segments(t, FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, SegmentArray,
                    Length, ByteOffset, false);
}

NTSTATUS NtWriteFileGather(struct nt_thread *t, HANDLE FileHandle, HANDLE Event, PVOID ApcRoutine,
                           PVOID ApcContext, IO_STATUS_BLOCK *IoStatusBlock,
                           const void *SegmentArray, ULONG Length, const LARGE_INTEGER *ByteOffset,
                           const ULONG *Key)
{
    (void)Key;
    return segments(t, FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, SegmentArray,
                    Length, ByteOffset, true);
}

NTSTATUS NtFlushBuffersFile(struct nt_thread *t, HANDLE FileHandle, IO_STATUS_BLOCK *IoStatusBlock)
{
    return NtFlushBuffersFileEx(t, FileHandle, 0, NULL, 0, IoStatusBlock);
}

/* Flags: 1 FILE_DATA_ONLY, 2 NO_SYNC, 4 DATA_SYNC_ONLY: what they allow to leave out may be done.
 */
NTSTATUS NtFlushBuffersFileEx(struct nt_thread *t, HANDLE FileHandle, ULONG Flags,
                              const void *Parameters, ULONG ParametersSize,
                              IO_STATUS_BLOCK *IoStatusBlock)
{
    struct nt_file *f;
    ACCESS_MASK granted;

    (void)t;
    if ((Flags & ~7u) || (Flags & 3u) == 3u || Parameters || ParametersSize)
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = nt_file_get(FileHandle, 0, &f, &granted);
    if (!NT_SUCCESS(status))
        return status;
    if (!(granted & (FILE_WRITE_DATA | FILE_APPEND_DATA)))
        status = STATUS_ACCESS_DENIED;
    else if (!f->ops->flush)
        status = STATUS_INVALID_DEVICE_REQUEST;
    else if (Flags & 2u)
        status = STATUS_SUCCESS; /* data goes to the host's cache with every write */
    else
        status = f->ops->flush(f);
    if (NT_SUCCESS(status) &&
        !guest_put(IoStatusBlock, ((IO_STATUS_BLOCK){.Status = status, .Information = 0})))
        status = STATUS_ACCESS_VIOLATION;
    nt_file_release(f);
    return status;
}

/* blocked: also the requests that other threads wait for. */
static NTSTATUS cancel(HANDLE handle, const IO_STATUS_BLOCK *request, bool blocked,
                       IO_STATUS_BLOCK *iosb)
{
    struct nt_file *f;
    NTSTATUS status = nt_file_get(handle, 0, &f, NULL);

    if (!NT_SUCCESS(status))
        return status;
    /* Disk requests have ended before anybody can cancel them. */
    status = f->ops->cancel ? f->ops->cancel(f, request) : STATUS_NOT_FOUND;
    if (blocked && nt_io_cancel_file(f, request))
        status = STATUS_SUCCESS;
    if (!guest_put(iosb, ((IO_STATUS_BLOCK){.Status = status, .Information = 0})))
        status = STATUS_ACCESS_VIOLATION;
    nt_file_release(f);
    return status;
}

NTSTATUS NtCancelIoFile(struct nt_thread *t, HANDLE FileHandle, IO_STATUS_BLOCK *IoStatusBlock)
{
    (void)t;
    NTSTATUS status = cancel(FileHandle, NULL, false, IoStatusBlock);
    /* This one, unlike its successor, does not mind when there is nothing to cancel. */
    if (status == STATUS_NOT_FOUND) {
        status = STATUS_SUCCESS;
        if (!guest_put(IoStatusBlock, ((IO_STATUS_BLOCK){.Status = status, .Information = 0})))
            status = STATUS_ACCESS_VIOLATION;
    }
    return status;
}

NTSTATUS NtCancelIoFileEx(struct nt_thread *t, HANDLE FileHandle,
                          const IO_STATUS_BLOCK *IoRequestToCancel, IO_STATUS_BLOCK *IoStatusBlock)
{
    (void)t;
    return cancel(FileHandle, IoRequestToCancel, true, IoStatusBlock);
}

NTSTATUS NtCancelSynchronousIoFile(struct nt_thread *t, HANDLE ThreadHandle,
                                   const IO_STATUS_BLOCK *IoRequestToCancel,
                                   IO_STATUS_BLOCK *IoStatusBlock)
{
    extern const struct nt_object_type nt_thread_type;
    struct nt_object *o;
    NTSTATUS status = nt_handle_get(ThreadHandle, &nt_thread_type, THREAD_TERMINATE, &o, NULL);

    (void)t;
    if (!NT_SUCCESS(status))
        return status;
    status = nt_io_cancel_thread((struct nt_thread *)o, IoRequestToCancel) ? STATUS_SUCCESS
                                                                           : STATUS_NOT_FOUND;
    if (!guest_put(IoStatusBlock, ((IO_STATUS_BLOCK){.Status = status, .Information = 0})))
        status = STATUS_ACCESS_VIOLATION;
    nt_object_release(o);
    return status;
}
