/* NtQueryInformationFile and the queries by name. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "syscalls/nt/ea.h"
#include "syscalls/nt/file.h"
#include "syscalls/nt/fileid.h"
#include "syscalls/nt/fileinfo.h"
#include "syscalls/nt/filename.h"
#include "syscalls/nt/reparse.h"
#include "syscalls/nt/share.h"

#include "nt_handlers.h"

/* Options that FileModeInformation tells */
#define MODE_SHOWN                                                                                 \
    (FILE_WRITE_THROUGH | FILE_SEQUENTIAL_ONLY | FILE_NO_INTERMEDIATE_BUFFERING | NT_FILE_SYNC |   \
     FILE_DELETE_ON_CLOSE)

static int64_t time_of(const struct statx_timestamp *t)
{
    return nt_time_of(t->tv_sec, t->tv_nsec);
}

static void from_statx(const struct statx *x, struct nt_file_details *d, struct stat *st)
{
    memset(st, 0, sizeof(*st));
    st->st_mode = x->stx_mode;
    st->st_ino = x->stx_ino;
    st->st_dev = makedev(x->stx_dev_major, x->stx_dev_minor);
    st->st_uid = x->stx_uid;
    d->access = time_of(&x->stx_atime);
    d->write = time_of(&x->stx_mtime);
    d->change = time_of(&x->stx_ctime);
    if (x->stx_mask & STATX_BTIME)
        d->creation = time_of(&x->stx_btime);
    else
        d->creation = d->write < d->change ? d->write : d->change;
    bool data = S_ISREG(x->stx_mode) || S_ISBLK(x->stx_mode);
    d->size = data ? (int64_t)x->stx_size : 0;
    d->allocation = data ? (int64_t)x->stx_blocks * 512 : 0;
    d->links = x->stx_nlink;
    d->dev = st->st_dev;
    d->id = x->stx_ino;
    d->reparse_tag = 0;
    /* A folder's links on the host are its subfolders' ".."; NT knows one name. */
    if (S_ISDIR(x->stx_mode))
        d->links = 1;
}

bool nt_file_details_at(int dir, const char *name, struct nt_file_details *d)
{
    struct statx x;
    struct stat st;

    if (statx(dir, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_BASIC_STATS | STATX_BTIME,
              &x) != 0)
        return false;
    from_statx(&x, d, &st);
    if (S_ISLNK(x.stx_mode))
        d->reparse_tag = nt_reparse_tag(dir, name);
    d->attributes = nt_attributes_at(dir, name, &st, &d->creation);
    return true;
}

void nt_file_details_of_node(int node, struct nt_file_details *d)
{
    /* The age of the run; the id cannot meet an inode of a disk file system by accident only on
     * the same device, and there is none. */
    static int64_t start;
    int64_t expected = 0;

    if (nt_composed_nodes[node].kind == NT_COMPOSED_FILE) {
        char *path = realpath(nt_composed_nodes[node].host, NULL);
        bool there = path && nt_file_details_at(AT_FDCWD, path, d);
        free(path);
        if (there)
            return;
    }
    __atomic_compare_exchange_n(&start, &expected, nt_system_time(), false, __ATOMIC_RELAXED,
                                __ATOMIC_RELAXED);
    memset(d, 0, sizeof(*d));
    d->creation = d->access = d->write = d->change = __atomic_load_n(&start, __ATOMIC_RELAXED);
    d->attributes = FILE_ATTRIBUTE_DIRECTORY;
    d->links = 1;
    d->id = (uint64_t)node + 5;
}

NTSTATUS nt_file_details_of(struct nt_file *f, struct nt_file_details *d)
{
    struct statx x;
    struct stat st;

    if (f->fd < 0) {
        if (f->node < 0)
            return STATUS_INVALID_DEVICE_REQUEST;
        nt_file_details_of_node(f->node, d);
        return STATUS_SUCCESS;
    }
    if (statx(f->fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_BTIME, &x) != 0)
        return nt_status_of_errno(errno);
    from_statx(&x, d, &st);
    if (S_ISLNK(x.stx_mode))
        d->reparse_tag = nt_reparse_tag(f->fd, "");
    d->attributes = nt_attributes_of(f->fd, f->path_only, &st, &d->creation);
    if (f->shared && d->links && nt_share_delete_pending(f->shared))
        d->links--;
    return STATUS_SUCCESS;
}

/* Puts a name behind the fixed part; what does not fit is cut and said so. */
static NTSTATUS put_name(void *buffer, uint32_t n, uint32_t at, ULONG *length, const uint16_t *name,
                         size_t units, ULONG_PTR *information)
{
    uint32_t bytes = (uint32_t)units * 2, room = n - at;
    NTSTATUS status = STATUS_SUCCESS;

    *length = bytes;
    if (bytes > room) {
        bytes = room;
        status = STATUS_BUFFER_OVERFLOW;
    }
    memcpy((char *)buffer + at, name, bytes);
    *information = at + bytes;
    return status;
}

static NTSTATUS query_name(struct nt_file *f, void *buffer, uint32_t n, uint32_t at, ULONG *length,
                           ULONG_PTR *information)
{
    size_t units;
    uint16_t *name;

    name = nt_file_name(f, NT_NAME_BARE, &units);
    if (!name)
        return f->volume ? STATUS_FILE_DELETED : STATUS_INVALID_DEVICE_REQUEST;
    NTSTATUS status = put_name(buffer, n, at, length, name, units, information);
    free(name);
    return status;
}

static NTSTATUS query_alternate(struct nt_file *f, FILE_NAME_INFORMATION *out, uint32_t n,
                                ULONG_PTR *information)
{
    size_t units, last = 0, an;
    uint16_t alias[12];
    uint16_t *name = nt_file_name(f, NT_NAME_BARE, &units);

    if (!name)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    for (size_t i = 0; i < units; i++)
        if (name[i] == '\\')
            last = i + 1;
    an = nt_short_name(name + last, units - last, alias);
    if (f->node >= 0 && nt_composed_nodes[f->node].alias)
        for (an = 0; nt_composed_nodes[f->node].alias[an]; an++)
            alias[an] = (unsigned char)nt_composed_nodes[f->node].alias[an];
    /* A name that is short itself is its own alias. */
    const uint16_t *use = an ? alias : name + last;
    if (!an)
        an = units - last;
    NTSTATUS status = an ? put_name(out, n, offsetof(FILE_NAME_INFORMATION, FileName),
                                    &out->FileNameLength, use, an, information)
                         : STATUS_OBJECT_NAME_NOT_FOUND;
    free(name);
    return status;
}

static int64_t position(struct nt_file *f)
{
    int64_t at = atomic_load(&f->moved_to);

    if (at < 0 && f->seekable && !f->path_only)
        at = lseek(f->fd, 0, SEEK_CUR);
    return at < 0 ? 0 : at;
}

static void fill_basic(FILE_BASIC_INFORMATION *o, const struct nt_file_details *d)
{
    o->CreationTime.QuadPart = d->creation;
    o->LastAccessTime.QuadPart = d->access;
    o->LastWriteTime.QuadPart = d->write;
    o->ChangeTime.QuadPart = d->change;
    o->FileAttributes = d->attributes;
}

static void fill_standard(FILE_STANDARD_INFORMATION *o, struct nt_file *f,
                          const struct nt_file_details *d)
{
    o->AllocationSize.QuadPart = d->allocation;
    o->EndOfFile.QuadPart = d->size;
    o->NumberOfLinks = d->links;
    o->DeletePending = f->shared && nt_share_delete_pending(f->shared);
    o->Directory = f->directory;
}

static void fill_network(FILE_NETWORK_OPEN_INFORMATION *o, const struct nt_file_details *d)
{
    o->CreationTime.QuadPart = d->creation;
    o->LastAccessTime.QuadPart = d->access;
    o->LastWriteTime.QuadPart = d->write;
    o->ChangeTime.QuadPart = d->change;
    o->AllocationSize.QuadPart = d->allocation;
    o->EndOfFile.QuadPart = d->size;
    o->FileAttributes = d->attributes;
}

static uint32_t mode_of(const struct nt_file *f)
{
    return __atomic_load_n(&f->options, __ATOMIC_RELAXED) & MODE_SHOWN;
}

static NTSTATUS query_pipe(struct nt_file *f, uint32_t class, void *buffer, ULONG_PTR *information)
{
    struct stat st;
    int bytes = 0, size;

    if (f->fd < 0 || fstat(f->fd, &st) != 0 || !(S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)))
        return STATUS_INVALID_PARAMETER;
    if (class == FilePipeInformation) {
        *(FILE_PIPE_INFORMATION *)buffer =
            (FILE_PIPE_INFORMATION){FILE_PIPE_BYTE_STREAM_MODE, FILE_PIPE_QUEUE_OPERATION};
        *information = sizeof(FILE_PIPE_INFORMATION);
        return STATUS_SUCCESS;
    }
    size = S_ISFIFO(st.st_mode) ? fcntl(f->fd, F_GETPIPE_SZ) : 65536;
    if (size < 0)
        size = 65536;
    if (f->access & FILE_READ_DATA && ioctl(f->fd, FIONREAD, &bytes) != 0)
        bytes = 0;
    FILE_PIPE_LOCAL_INFORMATION *o = buffer;
    *o = (FILE_PIPE_LOCAL_INFORMATION){
        .NamedPipeType = FILE_PIPE_BYTE_STREAM_TYPE,
        .NamedPipeConfiguration = FILE_PIPE_FULL_DUPLEX,
        .MaximumInstances = 1,
        .CurrentInstances = 1,
        .InboundQuota = (ULONG)size,
        .ReadDataAvailable = (ULONG)bytes,
        .OutboundQuota = (ULONG)size,
        .WriteQuotaAvailable = (ULONG)size,
        .NamedPipeState = FILE_PIPE_CONNECTED_STATE,
        .NamedPipeEnd = FILE_PIPE_CLIENT_END,
    };
    *information = sizeof(*o);
    return STATUS_SUCCESS;
}

/* Least length of a query's buffer; 0: not a class that files answer. */
static uint32_t query_least(uint32_t class)
{
    switch (class) {
    case FileBasicInformation:
        return sizeof(FILE_BASIC_INFORMATION);
    case FileStandardInformation:
        return sizeof(FILE_STANDARD_INFORMATION);
    case FileInternalInformation:
        return sizeof(FILE_INTERNAL_INFORMATION);
    case FileEaInformation:
        return sizeof(FILE_EA_INFORMATION);
    case FileAccessInformation:
        return sizeof(FILE_ACCESS_INFORMATION);
    case FileNameInformation:
    case FileNormalizedNameInformation:
    case FileAlternateNameInformation:
        return sizeof(FILE_NAME_INFORMATION);
    case FilePositionInformation:
        return sizeof(FILE_POSITION_INFORMATION);
    case FileModeInformation:
        return sizeof(FILE_MODE_INFORMATION);
    case FileAlignmentInformation:
        return sizeof(FILE_ALIGNMENT_INFORMATION);
    case FileAllInformation:
        return sizeof(FILE_ALL_INFORMATION);
    case FileStreamInformation:
        return sizeof(FILE_STREAM_INFORMATION);
    case FilePipeInformation:
        return sizeof(FILE_PIPE_INFORMATION);
    case FilePipeLocalInformation:
        return sizeof(FILE_PIPE_LOCAL_INFORMATION);
    case FileCompressionInformation:
        return sizeof(FILE_COMPRESSION_INFORMATION);
    case FileNetworkOpenInformation:
        return sizeof(FILE_NETWORK_OPEN_INFORMATION);
    case FileAttributeTagInformation:
        return sizeof(FILE_ATTRIBUTE_TAG_INFORMATION);
    case FileIoCompletionNotificationInformation:
        return sizeof(FILE_IO_COMPLETION_NOTIFICATION_INFORMATION);
    case FileIoPriorityHintInformation:
    case FileIsRemoteDeviceInformation:
        return class == FileIsRemoteDeviceInformation ? 1 : 4;
    case FileStandardLinkInformation:
        return 12;
    case FileHardLinkInformation:
        return 8;
    case FileIdInformation:
        return sizeof(FILE_ID_INFORMATION);
    case FileStatInformation:
        return sizeof(FILE_STAT_INFORMATION);
    case FileCaseSensitiveInformation:
        return sizeof(FILE_CASE_SENSITIVE_INFORMATION);
    default:
        return 0;
    }
}

bool nt_file_can_query(uint32_t class)
{
    return query_least(class) != 0;
}

static bool wants_details(uint32_t class)
{
    switch (class) {
    case FileBasicInformation:
    case FileStandardInformation:
    case FileInternalInformation:
    case FileAllInformation:
    case FileStreamInformation:
    case FileCompressionInformation:
    case FileNetworkOpenInformation:
    case FileAttributeTagInformation:
    case FileStandardLinkInformation:
    case FileIdInformation:
    case FileStatInformation:
        return true;
    default:
        return false;
    }
}

static bool wants_read_attributes(uint32_t class)
{
    return class == FileBasicInformation || class == FileAllInformation ||
           class == FileNetworkOpenInformation || class == FileAttributeTagInformation ||
           class == FileStatInformation;
}

static NTSTATUS query_stream(struct nt_file *f, FILE_STREAM_INFORMATION *o, uint32_t n,
                             const struct nt_file_details *d, ULONG_PTR *information)
{
    static const uint16_t name[] = {':', ':', '$', 'D', 'A', 'T', 'A'};

    *information = 0;
    if (f->directory)
        return STATUS_SUCCESS; /* a folder has no stream of data */
    memset(o, 0, offsetof(FILE_STREAM_INFORMATION, StreamName));
    o->StreamSize.QuadPart = d->size;
    o->StreamAllocationSize.QuadPart = d->allocation;
    return put_name(o, n, offsetof(FILE_STREAM_INFORMATION, StreamName), &o->StreamNameLength, name,
                    7, information);
}

static NTSTATUS query_all(struct nt_file *f, ACCESS_MASK granted, FILE_ALL_INFORMATION *o,
                          uint32_t n, const struct nt_file_details *d, ULONG_PTR *information)
{
    memset(o, 0, offsetof(FILE_ALL_INFORMATION, NameInformation));
    fill_basic(&o->BasicInformation, d);
    fill_standard(&o->StandardInformation, f, d);
    o->InternalInformation.IndexNumber.QuadPart = (LONGLONG)d->id;
    o->EaInformation.EaSize = nt_ea_size(f);
    o->AccessInformation.AccessFlags = granted;
    o->PositionInformation.CurrentByteOffset.QuadPart = position(f);
    o->ModeInformation.Mode = mode_of(f);
    return query_name(f, o, n, offsetof(FILE_ALL_INFORMATION, NameInformation.FileName),
                      &o->NameInformation.FileNameLength, information);
}

NTSTATUS nt_file_query(struct nt_file *f, ACCESS_MASK granted, uint32_t class, void *buffer,
                       uint32_t n, ULONG_PTR *information)
{
    struct nt_file_details d;
    uint32_t least = query_least(class);
    NTSTATUS status;

    if (!least)
        return STATUS_INVALID_INFO_CLASS;
    if (n < least)
        return STATUS_INFO_LENGTH_MISMATCH;
    if (wants_read_attributes(class) && !(granted & FILE_READ_ATTRIBUTES))
        return STATUS_ACCESS_DENIED;
    if (f->ops->query) {
        status = f->ops->query(f, class, buffer, n, information);
        if (status != STATUS_INVALID_INFO_CLASS)
            return status;
    }
    if (wants_details(class)) {
        status = nt_file_details_of(f, &d);
        if (!NT_SUCCESS(status))
            return status;
    }
    *information = least;
    memset(buffer, 0, least);
    switch (class) {
    case FileBasicInformation:
        fill_basic(buffer, &d);
        break;
    case FileStandardInformation:
        fill_standard(buffer, f, &d);
        break;
    case FileInternalInformation:
        ((FILE_INTERNAL_INFORMATION *)buffer)->IndexNumber.QuadPart = (LONGLONG)d.id;
        nt_file_id_remember(f);
        break;
    case FileHardLinkInformation:
        return nt_file_links(f, buffer, n, information);
    case FileEaInformation:
        ((FILE_EA_INFORMATION *)buffer)->EaSize = nt_ea_size(f);
        break;
    case FileAccessInformation:
        ((FILE_ACCESS_INFORMATION *)buffer)->AccessFlags = granted;
        break;
    case FileNameInformation:
    case FileNormalizedNameInformation: {
        FILE_NAME_INFORMATION *o = buffer;
        return query_name(f, o, n, offsetof(FILE_NAME_INFORMATION, FileName), &o->FileNameLength,
                          information);
    }
    case FileAlternateNameInformation:
        return query_alternate(f, buffer, n, information);
    case FilePositionInformation:
        ((FILE_POSITION_INFORMATION *)buffer)->CurrentByteOffset.QuadPart = position(f);
        break;
    case FileModeInformation:
        ((FILE_MODE_INFORMATION *)buffer)->Mode = mode_of(f);
        break;
    case FileAlignmentInformation:
        break; /* bytes: 0 */
    case FileAllInformation:
        return query_all(f, granted, buffer, n, &d, information);
    case FileStreamInformation:
        return query_stream(f, buffer, n, &d, information);
    case FilePipeInformation:
    case FilePipeLocalInformation:
        return query_pipe(f, class, buffer, information);
    case FileCompressionInformation:
        ((FILE_COMPRESSION_INFORMATION *)buffer)->CompressedFileSize.QuadPart = d.size;
        break;
    case FileNetworkOpenInformation:
        fill_network(buffer, &d);
        break;
    case FileAttributeTagInformation:
        *(FILE_ATTRIBUTE_TAG_INFORMATION *)buffer =
            (FILE_ATTRIBUTE_TAG_INFORMATION){d.attributes, d.reparse_tag};
        break;
    case FileIoCompletionNotificationInformation:
        ((FILE_IO_COMPLETION_NOTIFICATION_INFORMATION *)buffer)->Flags = f->completion_modes;
        break;
    case FileIoPriorityHintInformation:
        *(ULONG *)buffer = 2; /* IoPriorityNormal */
        break;
    case FileIsRemoteDeviceInformation:
        break; /* FALSE */
    case FileStandardLinkInformation: {
        struct {
            ULONG accessible, total;
            BOOLEAN pending, directory;
        } o = {d.links, d.links, f->shared && nt_share_delete_pending(f->shared), f->directory};
        memcpy(buffer, &o, sizeof(o));
        break;
    }
    case FileIdInformation: {
        FILE_ID_INFORMATION *o = buffer;
        o->VolumeSerialNumber = d.dev;
        memcpy(o->FileId, &d.id, sizeof(d.id));
        break;
    }
    case FileStatInformation: {
        FILE_STAT_INFORMATION *o = buffer;
        o->FileId.QuadPart = (LONGLONG)d.id;
        o->CreationTime.QuadPart = d.creation;
        o->LastAccessTime.QuadPart = d.access;
        o->LastWriteTime.QuadPart = d.write;
        o->ChangeTime.QuadPart = d.change;
        o->AllocationSize.QuadPart = d.allocation;
        o->EndOfFile.QuadPart = d.size;
        o->FileAttributes = d.attributes;
        o->ReparseTag = d.reparse_tag;
        o->NumberOfLinks = d.links;
        o->EffectiveAccess = granted;
        break;
    }
    case FileCaseSensitiveInformation:
        if (!f->directory)
            return STATUS_INVALID_PARAMETER;
        ((FILE_CASE_SENSITIVE_INFORMATION *)buffer)->Flags = nt_case_exact;
        break;
    }
    return STATUS_SUCCESS;
}

/* Copies an answer to the guest. BUFFER_OVERFLOW has an answer, too. */
static NTSTATUS answer(void *guest, const void *buffer, NTSTATUS status, ULONG_PTR information,
                       IO_STATUS_BLOCK *iosb)
{
    if (NT_ERROR(status))
        return status;
    if (!guest_write(guest, buffer, information) ||
        !guest_put(iosb, ((IO_STATUS_BLOCK){.Status = status, .Information = information})))
        return STATUS_ACCESS_VIOLATION;
    return status;
}

/* Longest answer: a name of 32767 units and what stands before it. */
#define LONGEST 66000u

NTSTATUS NtQueryInformationFile(struct nt_thread *t, HANDLE FileHandle,
                                IO_STATUS_BLOCK *IoStatusBlock, void *FileInformation, ULONG Length,
                                ULONG FileInformationClass)
{
    _Alignas(16) char small[1024];
    char *buffer = small;
    struct nt_file *f;
    ACCESS_MASK granted;
    ULONG_PTR information = 0;

    (void)t;
    NTSTATUS status = nt_file_get(FileHandle, 0, &f, &granted);
    if (!NT_SUCCESS(status))
        return status;
    ULONG room = Length < LONGEST ? Length : LONGEST;
    if (room > sizeof(small))
        buffer = malloc(room);
    status = buffer ? nt_file_query(f, granted, FileInformationClass, buffer, room, &information)
                    : STATUS_INSUFFICIENT_RESOURCES;
    status = answer(FileInformation, buffer, status, information, IoStatusBlock);
    if (buffer != small)
        free(buffer);
    nt_file_release(f);
    return status;
}

/* What a name stands for, without opening it: links are not followed. */
static NTSTATUS details_by_name(const OBJECT_ATTRIBUTES *oa, struct nt_file_details *d)
{
    struct nt_place p;
    NTSTATUS status = nt_place_parse(oa, 0, &p, NULL);

    if (NT_SUCCESS(status)) {
        switch (p.kind) {
        case NT_PLACE_NODE:
            nt_file_details_of_node(p.node, d);
            break;
        case NT_PLACE_FILE:
            if (p.reopen) {
                status = nt_file_details_of(p.root, d);
                break;
            }
            if (nt_place_missing(&p)) {
                status = STATUS_OBJECT_NAME_NOT_FOUND;
                break;
            }
            if (nt_file_details_at(p.base, p.host, d))
                break;
            status = nt_status_of_errno(errno);
            if (errno == ENOENT || errno == ENOTDIR || errno == ENAMETOOLONG)
                status = nt_place_fold(&p);
            if (NT_SUCCESS(status) && !nt_file_details_at(p.base, p.host, d))
                status = nt_status_of_errno(errno);
            break;
        default:
            status = STATUS_INVALID_DEVICE_REQUEST;
        }
    }
    if (NT_SUCCESS(status) && p.kind == NT_PLACE_FILE) {
        if (nt_share_is_dying(d->dev, d->id))
            status = STATUS_DELETE_PENDING;
        else if (p.want_directory && !(d->attributes & FILE_ATTRIBUTE_DIRECTORY))
            status = STATUS_OBJECT_NAME_INVALID;
        else if (p.data_stream && (d->attributes & FILE_ATTRIBUTE_DIRECTORY))
            status = STATUS_FILE_IS_A_DIRECTORY;
    }
    nt_place_free(&p);
    return status;
}

NTSTATUS NtQueryAttributesFile(struct nt_thread *t, const OBJECT_ATTRIBUTES *ObjectAttributes,
                               void *FileInformation)
{
    struct nt_file_details d;
    FILE_BASIC_INFORMATION b = {0};
    NTSTATUS status = details_by_name(ObjectAttributes, &d);

    (void)t;
    if (!NT_SUCCESS(status))
        return status;
    fill_basic(&b, &d);
    return guest_write(FileInformation, &b, sizeof(b)) ? status : STATUS_ACCESS_VIOLATION;
}

NTSTATUS NtQueryFullAttributesFile(struct nt_thread *t, const OBJECT_ATTRIBUTES *ObjectAttributes,
                                   void *FileInformation)
{
    struct nt_file_details d;
    FILE_NETWORK_OPEN_INFORMATION b = {0};
    NTSTATUS status = details_by_name(ObjectAttributes, &d);

    (void)t;
    if (!NT_SUCCESS(status))
        return status;
    fill_network(&b, &d);
    return guest_write(FileInformation, &b, sizeof(b)) ? status : STATUS_ACCESS_VIOLATION;
}

/* Opens by name for a question: the link itself, with nothing but the right to ask. */
static NTSTATUS query_by_name(const OBJECT_ATTRIBUTES *oa, uint32_t class, void *buffer, uint32_t n,
                              ULONG_PTR *information)
{
    const struct nt_open how = {
        .access = FILE_READ_ATTRIBUTES,
        .share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
        .disposition = FILE_OPEN,
        .options = FILE_OPEN_REPARSE_POINT | FILE_OPEN_FOR_BACKUP_INTENT,
    };
    struct nt_place p;
    struct nt_file *f = NULL;
    ULONG_PTR opened;
    NTSTATUS status = nt_place_parse(oa, 0, &p, NULL);

    if (NT_SUCCESS(status))
        status = nt_file_open(&how, &p, &f, &opened);
    nt_place_free(&p);
    if (!NT_SUCCESS(status))
        return status;
    status = f->device ? STATUS_INVALID_DEVICE_REQUEST
                       : nt_file_query(f, FILE_READ_ATTRIBUTES, class, buffer, n, information);
    nt_file_release(f);
    return status;
}

NTSTATUS NtQueryInformationByName(struct nt_thread *t, const OBJECT_ATTRIBUTES *ObjectAttributes,
                                  IO_STATUS_BLOCK *IoStatusBlock, void *FileInformation,
                                  ULONG Length, ULONG FileInformationClass)
{
    _Alignas(16) char buffer[256];
    ULONG_PTR information = 0;

    (void)t;
    if (FileInformationClass != FileStatInformation &&
        FileInformationClass != FileCaseSensitiveInformation)
        return STATUS_INVALID_INFO_CLASS;
    NTSTATUS status =
        query_by_name(ObjectAttributes, FileInformationClass, buffer,
                      Length < sizeof(buffer) ? Length : sizeof(buffer), &information);
    return answer(FileInformation, buffer, status, information, IoStatusBlock);
}
