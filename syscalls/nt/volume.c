/* What is asked about volumes and devices, and the control codes of disk files. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "syscalls/nt/file.h"
#include "syscalls/nt/fileinfo.h"
#include "syscalls/nt/reparse.h"

#include "nt_handlers.h"

/* FileSystemAttributes (ntifs.h): what is really there */
#define FS_CASE_SENSITIVE_SEARCH 0x00000001u
#define FS_CASE_PRESERVED_NAMES 0x00000002u
#define FS_UNICODE_ON_DISK 0x00000004u
#define FS_SUPPORTS_SPARSE_FILES 0x00000040u
#define FS_SUPPORTS_REPARSE_POINTS 0x00000080u
#define FS_SUPPORTS_HARD_LINKS 0x00400000u
#define FS_SUPPORTS_EXTENDED_ATTRIBUTES 0x00800000u
#define FS_SUPPORTS_POSIX_UNLINK_RENAME 0x00000400u

#define DEVICE_IS_MOUNTED 0x20u
#define DEVICE_READ_ONLY 0x02u

static uint32_t device_type(const struct nt_file *f)
{
    struct stat st;

    if (f->ops != &nt_stream_ops)
        return f->ops->device_type;
    if (fstat(f->fd, &st) != 0)
        return NT_FILE_DEVICE_UNKNOWN;
    if (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode))
        return NT_FILE_DEVICE_NAMED_PIPE;
    if (isatty(f->fd))
        return NT_FILE_DEVICE_CONSOLE;
    return S_ISBLK(st.st_mode) ? NT_FILE_DEVICE_DISK : NT_FILE_DEVICE_UNKNOWN;
}

/* Any descriptor of the file's file system; for C: without a folder, of where that would be. */
static int fs_stat(const struct nt_file *f, struct statvfs *vfs, uint64_t *dev)
{
    struct stat st;

    *dev = 0;
    if (f->fd >= 0) {
        if (fstat(f->fd, &st) != 0)
            return -1;
        *dev = st.st_dev;
        return fstatvfs(f->fd, vfs);
    }
    const char *parent = getenv("XDG_RUNTIME_DIR");
    *dev = 0xc0de;
    if (parent && parent[0] == '/' && statvfs(parent, vfs) == 0)
        return 0;
    return statvfs("/tmp", vfs);
}

static NTSTATUS query_volume(struct nt_file *f, uint32_t class, void *buffer, uint32_t n,
                             ULONG_PTR *information)
{
    static const uint16_t ntfs[] = {'N', 'T', 'F', 'S'};
    struct statvfs vfs;
    uint64_t dev;
    uint32_t least;
    bool disk = f->ops == &nt_disk_ops;

    switch (class) {
    case FileFsVolumeInformation:
        least = offsetof(FILE_FS_VOLUME_INFORMATION, VolumeLabel);
        break;
    case FileFsSizeInformation:
        least = sizeof(FILE_FS_SIZE_INFORMATION);
        break;
    case FileFsDeviceInformation:
        least = sizeof(FILE_FS_DEVICE_INFORMATION);
        break;
    case FileFsAttributeInformation:
        least = offsetof(FILE_FS_ATTRIBUTE_INFORMATION, FileSystemName);
        break;
    case FileFsFullSizeInformation:
        least = sizeof(FILE_FS_FULL_SIZE_INFORMATION);
        break;
    case FileFsObjectIdInformation:
        return STATUS_VOLUME_NOT_UPGRADED; /* no object ids */
    case FileFsSectorSizeInformation:
        least = 28;
        break;
    case FileFsControlInformation:
    case FileFsDriverPathInformation:
    case FileFsVolumeFlagsInformation:
        return STATUS_INVALID_DEVICE_REQUEST;
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
    if (n < least)
        return STATUS_INFO_LENGTH_MISMATCH;
    *information = least;
    memset(buffer, 0, least);
    if (class == FileFsDeviceInformation) {
        FILE_FS_DEVICE_INFORMATION *o = buffer;
        o->DeviceType = device_type(f);
        if (disk)
            o->Characteristics = DEVICE_IS_MOUNTED | (f->read_only ? DEVICE_READ_ONLY : 0);
        return STATUS_SUCCESS;
    }
    if (!disk)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (fs_stat(f, &vfs, &dev) != 0)
        return nt_status_of_errno(errno);
    uint64_t cluster = vfs.f_frsize ? vfs.f_frsize : 4096, sector = 512;
    if (cluster % sector || cluster / sector > 128)
        cluster = 4096;
    uint64_t scale = vfs.f_frsize ? vfs.f_frsize : cluster;
    uint64_t total = vfs.f_blocks * scale / cluster;
    uint64_t available = vfs.f_bavail * scale / cluster, free = vfs.f_bfree * scale / cluster;
    switch (class) {
    case FileFsVolumeInformation: {
        FILE_FS_VOLUME_INFORMATION *o = buffer;
        struct nt_file_details d;
        if (NT_SUCCESS(nt_file_details_of(f, &d)) && f->whole_volume)
            o->VolumeCreationTime.QuadPart = d.creation;
        o->VolumeSerialNumber = (ULONG)(dev ^ dev >> 32);
        o->SupportsObjects = FALSE;
        return STATUS_SUCCESS;
    }
    case FileFsSizeInformation: {
        FILE_FS_SIZE_INFORMATION *o = buffer;
        o->TotalAllocationUnits.QuadPart = (LONGLONG)total;
        o->AvailableAllocationUnits.QuadPart = (LONGLONG)available;
        o->SectorsPerAllocationUnit = (ULONG)(cluster / sector);
        o->BytesPerSector = (ULONG)sector;
        return STATUS_SUCCESS;
    }
    case FileFsFullSizeInformation: {
        FILE_FS_FULL_SIZE_INFORMATION *o = buffer;
        o->TotalAllocationUnits.QuadPart = (LONGLONG)total;
        o->CallerAvailableAllocationUnits.QuadPart = (LONGLONG)available;
        o->ActualAvailableAllocationUnits.QuadPart = (LONGLONG)free;
        o->SectorsPerAllocationUnit = (ULONG)(cluster / sector);
        o->BytesPerSector = (ULONG)sector;
        return STATUS_SUCCESS;
    }
    case FileFsSectorSizeInformation: {
        ULONG o[7] = {512, 4096, 4096, 4096, 3, 0, 0}; /* logical, physical x3, aligned, 0, 0 */
        memcpy(buffer, o, sizeof(o));
        return STATUS_SUCCESS;
    }
    default: {
        FILE_FS_ATTRIBUTE_INFORMATION *o = buffer;
        uint32_t room = n - least, bytes = sizeof(ntfs) < room ? sizeof(ntfs) : room;
        /* Named streams, object ids, quotas, compression, encryption: not there. */
        o->FileSystemAttributes = FS_CASE_PRESERVED_NAMES | FS_UNICODE_ON_DISK |
                                  FS_SUPPORTS_SPARSE_FILES | FS_SUPPORTS_REPARSE_POINTS |
                                  FS_SUPPORTS_HARD_LINKS | FS_SUPPORTS_EXTENDED_ATTRIBUTES |
                                  FS_SUPPORTS_POSIX_UNLINK_RENAME | FS_CASE_SENSITIVE_SEARCH;
        if (vfs.f_flag & ST_RDONLY)
            o->FileSystemAttributes |= 0x00080000u; /* FILE_READ_ONLY_VOLUME */
        o->MaximumComponentNameLength = 255;
        o->FileSystemNameLength = sizeof(ntfs);
        memcpy((char *)buffer + least, ntfs, bytes);
        *information = least + bytes;
        return bytes < sizeof(ntfs) ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
    }
    }
}

NTSTATUS NtQueryVolumeInformationFile(struct nt_thread *t, HANDLE FileHandle,
                                      IO_STATUS_BLOCK *IoStatusBlock, void *FsInformation,
                                      ULONG Length, ULONG FsInformationClass)
{
    _Alignas(16) char buffer[512];
    struct nt_file *f;
    ULONG_PTR information = 0;
    uint32_t room = Length < sizeof(buffer) ? Length : sizeof(buffer);

    (void)t;
    NTSTATUS status = nt_file_get(FileHandle, 0, &f, NULL);
    if (!NT_SUCCESS(status))
        return status;
    status = STATUS_INVALID_INFO_CLASS;
    if (f->ops->query_volume)
        status = f->ops->query_volume(f, FsInformationClass, buffer, room, &information);
    if (status == STATUS_INVALID_INFO_CLASS)
        status = query_volume(f, FsInformationClass, buffer, room, &information);
    nt_file_release(f);
    if (!NT_ERROR(status) &&
        (!guest_write(FsInformation, buffer, information) ||
         !guest_put(IoStatusBlock,
                    ((IO_STATUS_BLOCK){.Status = status, .Information = information}))))
        status = STATUS_ACCESS_VIOLATION;
    return status;
}

NTSTATUS NtSetVolumeInformationFile(struct nt_thread *t, HANDLE FileHandle,
                                    IO_STATUS_BLOCK *IoStatusBlock, const void *FsInformation,
                                    ULONG Length, ULONG FsInformationClass)
{
    struct nt_file *f;
    NTSTATUS status = nt_file_get(FileHandle, 0, &f, NULL);

    (void)t, (void)IoStatusBlock, (void)FsInformation, (void)Length;
    if (!NT_SUCCESS(status))
        return status;
    nt_file_release(f);
    switch (FsInformationClass) {
    case FileFsLabelInformation:
    case FileFsControlInformation:
    case FileFsObjectIdInformation:
        return STATUS_ACCESS_DENIED; /* the host's volumes are not the guest's to name */
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
}

struct span {
    int64_t offset, length;
};

static NTSTATUS set_zero_data(struct nt_file *f, const void *in, uint32_t n)
{
    int64_t range[2]; /* FileOffset, BeyondFinalZero */

    if (n < sizeof(range))
        return STATUS_INVALID_PARAMETER;
    if (!guest_read(range, in, sizeof(range)))
        return STATUS_ACCESS_VIOLATION;
    if (range[0] < 0 || range[1] < range[0])
        return STATUS_INVALID_PARAMETER;
    if (!(f->access & FILE_WRITE_DATA))
        return STATUS_ACCESS_DENIED;
    struct stat st;
    if (fstat(f->fd, &st) != 0)
        return nt_status_of_errno(errno);
    if (range[1] > st.st_size)
        range[1] = st.st_size;
    if (range[1] <= range[0])
        return STATUS_SUCCESS;
    if (fallocate(f->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, range[0],
                  range[1] - range[0]) == 0)
        return STATUS_SUCCESS;
    if (errno != EOPNOTSUPP)
        return nt_status_of_errno(errno);
    static const char zeros[65536];
    for (int64_t at = range[0]; at < range[1];) {
        size_t part =
            range[1] - at < (int64_t)sizeof(zeros) ? (size_t)(range[1] - at) : sizeof(zeros);
        ssize_t r = pwrite(f->fd, zeros, part, at);
        if (r < 0)
            return nt_status_of_errno(errno);
        at += r;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS allocated_ranges(struct nt_file *f, const void *in, uint32_t in_n, void *out,
                                 uint32_t out_n, ULONG_PTR *information)
{
    struct span asked, one;
    struct stat st;
    uint32_t used = 0;

    if (in_n < sizeof(asked))
        return STATUS_INVALID_PARAMETER;
    if (!guest_read(&asked, in, sizeof(asked)))
        return STATUS_ACCESS_VIOLATION;
    if (asked.offset < 0 || asked.length < 0 || asked.offset + (uint64_t)asked.length > INT64_MAX)
        return STATUS_INVALID_PARAMETER;
    /* A descriptor of its own: searching moves the position. */
    char link[32];
    int fd;
    snprintf(link, sizeof(link), "/proc/self/fd/%d", f->fd);
    if (fstat(f->fd, &st) != 0 || (fd = open(link, O_RDONLY | O_CLOEXEC)) < 0)
        return nt_status_of_errno(errno);
    int64_t at = asked.offset, end = asked.offset + asked.length;
    NTSTATUS status = STATUS_SUCCESS;
    if (end > st.st_size)
        end = st.st_size;
    while (at < end) {
        int64_t data = lseek(fd, at, SEEK_DATA);
        if (data < 0 || data >= end)
            break;
        int64_t hole = lseek(fd, data, SEEK_HOLE);
        if (hole < 0 || hole > end)
            hole = end;
        if (out_n - used < sizeof(one)) {
            status = used ? STATUS_BUFFER_OVERFLOW : STATUS_BUFFER_TOO_SMALL;
            break;
        }
        one = (struct span){data, hole - data};
        if (!guest_write((char *)out + used, &one, sizeof(one))) {
            status = STATUS_ACCESS_VIOLATION;
            break;
        }
        used += sizeof(one);
        at = hole;
    }
    close(fd);
    *information = used;
    return status;
}

static NTSTATUS set_sparse(struct nt_file *f, const void *in, uint32_t n)
{
    UCHAR sparse = TRUE;
    struct stat st;

    if (n && !guest_get(&sparse, (const UCHAR *)in))
        return STATUS_ACCESS_VIOLATION;
    if (!(f->access & (FILE_WRITE_DATA | FILE_WRITE_ATTRIBUTES)))
        return STATUS_ACCESS_DENIED;
    if (fstat(f->fd, &st) != 0)
        return nt_status_of_errno(errno);
    /* Every file of the host is sparse; the attribute is what NT adds. */
    uint32_t a = nt_attributes_of(f->fd, f->path_only, &st, NULL);
    a = sparse ? a | FILE_ATTRIBUTE_SPARSE_FILE : a & ~FILE_ATTRIBUTE_SPARSE_FILE;
    return nt_attributes_set(f->fd, f->path_only, &st, a);
}

static NTSTATUS disk_control(struct nt_file *f, uint32_t code, const void *in, uint32_t in_n,
                             void *out, uint32_t out_n, ULONG_PTR *information)
{
    switch (code) {
    case NT_FSCTL_GET_REPARSE_POINT:
        return nt_reparse_get(f, out, out_n, information);
    case NT_FSCTL_SET_REPARSE_POINT:
        return nt_reparse_set(f, in, in_n);
    case NT_FSCTL_DELETE_REPARSE_POINT:
        return nt_reparse_delete(f, in, in_n);
    case NT_FSCTL_IS_VOLUME_MOUNTED:
        return STATUS_SUCCESS;
    case NT_FSCTL_GET_COMPRESSION:
        if (out_n < sizeof(USHORT))
            return STATUS_BUFFER_TOO_SMALL;
        if (!guest_put((USHORT *)out, 0))
            return STATUS_ACCESS_VIOLATION;
        *information = sizeof(USHORT);
        return STATUS_SUCCESS;
    case NT_FSCTL_SET_COMPRESSION: {
        USHORT format;
        if (in_n < sizeof(format))
            return STATUS_INVALID_PARAMETER;
        if (!guest_get(&format, (const USHORT *)in))
            return STATUS_ACCESS_VIOLATION;
        return format == 0 ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_REQUEST;
    }
    default:
        break;
    }
    if (!f->regular || f->path_only)
        return STATUS_INVALID_DEVICE_REQUEST;
    switch (code) {
    case NT_FSCTL_SET_SPARSE:
        return set_sparse(f, in, in_n);
    case NT_FSCTL_SET_ZERO_DATA:
        return set_zero_data(f, in, in_n);
    case NT_FSCTL_QUERY_ALLOCATED_RANGES:
        return allocated_ranges(f, in, in_n, out, out_n, information);
    default:
        return STATUS_INVALID_DEVICE_REQUEST;
    }
}

static NTSTATUS control(struct nt_thread *t, bool file_system, HANDLE handle, HANDLE event,
                        PVOID apc_routine, PVOID apc_context, IO_STATUS_BLOCK *iosb, ULONG code,
                        const void *in, ULONG in_n, void *out, ULONG out_n)
{
    struct nt_file *f;
    struct nt_io io;
    ULONG_PTR information = 0;
    NTSTATUS status = nt_file_get(handle, 0, &f, NULL);

    if (!NT_SUCCESS(status))
        return status;
    if ((in_n && !guest_range_ok(in, in_n)) || (out_n && !guest_range_ok(out, out_n)))
        status = STATUS_ACCESS_VIOLATION;
    if (NT_SUCCESS(status))
        status = nt_io_begin(t, f, event, apc_routine, apc_context, iosb, &io);
    if (NT_SUCCESS(status)) {
        if (f->ops->control)
            status = f->ops->control(f, &io, file_system, code, in, in_n, out, out_n, &information);
        else if (file_system && f->ops == &nt_disk_ops)
            status = disk_control(f, code, in, in_n, out, out_n, &information);
        else
            status = STATUS_INVALID_DEVICE_REQUEST;
        if (status != STATUS_PENDING)
            status = nt_io_complete(f, &io, status, information);
    }
    nt_file_release(f);
    return status;
}

NTSTATUS NtFsControlFile(struct nt_thread *t, HANDLE FileHandle, HANDLE Event, PVOID ApcRoutine,
                         PVOID ApcContext, IO_STATUS_BLOCK *IoStatusBlock, ULONG FsControlCode,
                         const void *InputBuffer, ULONG InputBufferLength, void *OutputBuffer,
                         ULONG OutputBufferLength)
{
    return control(t, true, FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, FsControlCode,
                   InputBuffer, InputBufferLength, OutputBuffer, OutputBufferLength);
}

NTSTATUS NtDeviceIoControlFile(struct nt_thread *t, HANDLE FileHandle, HANDLE Event,
                               PVOID ApcRoutine, PVOID ApcContext, IO_STATUS_BLOCK *IoStatusBlock,
                               ULONG IoControlCode, const void *InputBuffer,
                               ULONG InputBufferLength, void *OutputBuffer,
                               ULONG OutputBufferLength)
{
    return control(t, false, FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock,
                   IoControlCode, InputBuffer, InputBufferLength, OutputBuffer, OutputBufferLength);
}
