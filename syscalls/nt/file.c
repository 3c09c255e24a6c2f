/* File objects: opening, creating, closing, deletion on close. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "syscalls/nt/child.h"
#include "syscalls/nt/dircache.h"
#include "syscalls/nt/directory.h"
#include "syscalls/nt/ea.h"
#include "syscalls/nt/file.h"
#include "syscalls/nt/fileid.h"
#include "syscalls/nt/filename.h"
#include "syscalls/nt/lock.h"
#include "syscalls/nt/share.h"

#include "nt_handlers.h"

#define DATA_READ (FILE_READ_DATA | FILE_EXECUTE)
#define DATA_WRITE (FILE_WRITE_DATA | FILE_APPEND_DATA)
/* Rights that change something; refused in read-only places. */
#define CHANGES                                                                                    \
    (DATA_WRITE | FILE_WRITE_EA | FILE_DELETE_CHILD | FILE_WRITE_ATTRIBUTES | DELETE | WRITE_DAC | \
     WRITE_OWNER)
#define VALID_ATTRIBUTES 0x001fffffu
#define STORED_ATTRIBUTES                                                                          \
    (FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM |                     \
     FILE_ATTRIBUTE_ARCHIVE | FILE_ATTRIBUTE_TEMPORARY | FILE_ATTRIBUTE_OFFLINE |                  \
     FILE_ATTRIBUTE_NOT_CONTENT_INDEXED)

static void destroy(struct nt_object *o);
static void last_handle(struct nt_object *o);

static uint16_t *name_of(struct nt_object *o, size_t *units)
{
    return nt_file_name((struct nt_file *)o, NT_NAME_DEVICE, units);
}

const struct nt_object_type nt_file_type = {
    .name = "File",
    .map = {FILE_GENERIC_READ, FILE_GENERIC_WRITE, FILE_GENERIC_EXECUTE, FILE_ALL_ACCESS},
    .destroy = destroy,
    .last_handle = last_handle,
    .name_of = name_of,
    .export_to = nt_file_export,
    .wait = &nt_file_wait_ops,
};

struct nt_file *nt_file_new(const struct nt_file_ops *ops, int fd, ACCESS_MASK access,
                            uint32_t share, uint32_t options)
{
    struct nt_file *f = calloc(1, sizeof(*f));

    if (!f) {
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    nt_object_init(&f->object, &nt_file_type);
    pthread_mutex_init(&f->lock, NULL);
    f->ops = ops;
    f->fd = fd;
    f->node = -1;
    f->access = access;
    f->share = share;
    f->options = options;
    atomic_init(&f->moved_to, -1);
    return f;
}

NTSTATUS nt_file_get(HANDLE handle, ACCESS_MASK access, struct nt_file **f, ACCESS_MASK *granted)
{
    struct nt_object *o = NULL;
    NTSTATUS status = nt_handle_get(handle, &nt_file_type, access, &o, granted);

    *f = (struct nt_file *)o;
    return status;
}

void nt_file_release(struct nt_file *f)
{
    nt_object_release(&f->object);
}

/* Takes the file's name out of its folder. */
static void unlink_file(struct nt_file *f)
{
    struct nt_file_spot spot;
    struct nt_dircache_note note;

    if (!NT_SUCCESS(nt_file_find_spot(f, true, &spot)))
        return;
    nt_dircache_before(spot.dir, spot.folder, &note);
    if (unlinkat(spot.dir, spot.path, f->directory && !f->reparse ? AT_REMOVEDIR : 0) == 0)
        nt_dircache_removed(spot.dir, spot.folder, &note, spot.name);
    nt_share_count_deletion();
    nt_file_spot_free(&spot);
}

static void leave_share(struct nt_file *f)
{
    struct nt_share *s = f->shared;

    if (!s)
        return;
    f->shared = NULL;
    if (atomic_load(&f->delete_on_close)) {
        if (atomic_load(&f->posix_delete)) {
            unlink_file(f);
            nt_share_set_delete_pending(s, false); /* what is left of it has other names */
        } else {
            nt_share_set_delete_pending(s, true);
        }
    }
    if (nt_share_close(s, f->access, f->share)) {
        unlink_file(f);
        nt_share_deleted(s);
    }
}

/* The rules of sharing and deletion end with the last handle; references that sections or running
 * calls hold only keep the descriptor. */
static void last_handle(struct nt_object *o)
{
    struct nt_file *f = (struct nt_file *)o;

    if (f->ops->cancel)
        f->ops->cancel(f, NULL);
    if (f->ops->last_handle)
        f->ops->last_handle(f);
    nt_lock_drop_all(f);
    nt_file_settle(f);
    leave_share(f);
}

static void destroy(struct nt_object *o)
{
    struct nt_file *f = (struct nt_file *)o;
    nt_io_file_forget(f);

    leave_share(f);
    if (f->ops->destroy)
        f->ops->destroy(f);
    nt_lock_drop_all(f);
    nt_dir_scan_free(f->scan);
    if (f->port)
        nt_object_release(f->port);
    if (f->fd >= 0)
        close(f->fd);
    free(f->opened_path);
    if (f->opened_below)
        nt_file_release(f->opened_below);
    pthread_mutex_destroy(&f->lock);
    free(f);
}

void nt_file_settle(struct nt_file *f)
{
    if (atomic_load(&f->moved_to) < 0)
        return;
    pthread_mutex_lock(&f->lock);
    int64_t to = atomic_load(&f->moved_to);
    if (to >= 0) {
        lseek(f->fd, to, SEEK_SET);
        atomic_store(&f->moved_to, -1);
    }
    pthread_mutex_unlock(&f->lock);
}

NTSTATUS nt_file_host_path(struct nt_file *f, char path[PATH_MAX])
{
    char link[32];
    struct stat st;

    if (f->fd < 0)
        return STATUS_OBJECT_NAME_NOT_FOUND;
    snprintf(link, sizeof(link), "/proc/self/fd/%d", f->fd);
    ssize_t n = readlink(link, path, PATH_MAX - 1);
    if (n < 0)
        return nt_status_of_errno(errno);
    path[n] = 0;
    if (path[0] != '/')
        return STATUS_OBJECT_NAME_NOT_FOUND;
    /* A name can end in " (deleted)" in earnest; only a missing link count tells. */
    if (n > 10 && strcmp(path + n - 10, " (deleted)") == 0 && fstat(f->fd, &st) == 0 &&
        (st.st_nlink == 0 || access(path, F_OK) != 0))
        return STATUS_FILE_DELETED;
    return STATUS_SUCCESS;
}

int nt_file_parent(struct nt_file *f, char name[NAME_MAX + 1], NTSTATUS *status)
{
    char path[PATH_MAX];
    struct stat mine, there;

    *status = nt_file_host_path(f, path);
    if (!NT_SUCCESS(*status))
        return -1;
    char *slash = strrchr(path, '/');
    if (!slash[1] || strlen(slash + 1) > NAME_MAX) {
        *status = STATUS_ACCESS_DENIED; /* the root of the host */
        return -1;
    }
    strcpy(name, slash + 1);
    slash[slash == path] = 0;
    int dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0) {
        *status = nt_status_of_errno(errno);
        return -1;
    }
    if (fstat(f->fd, &mine) != 0 || fstatat(dir, name, &there, AT_SYMLINK_NOFOLLOW) != 0 ||
        mine.st_ino != there.st_ino || mine.st_dev != there.st_dev) {
        close(dir);
        *status = STATUS_FILE_DELETED;
        return -1;
    }
    return dir;
}

static void remember_name(struct nt_file *f, const struct nt_place *p, const struct stat *st)
{
    if (p->reopen || f->opened_path)
        return;
    f->opened_path = strdup(p->host);
    f->opened_base = p->base;
    f->opened_dev = st->st_dev;
    f->opened_ino = st->st_ino;
    if (f->opened_path && p->root) {
        nt_object_ref(&p->root->object);
        f->opened_below = p->root;
    }
}

/* The path by which the file was opened, if it still leads to it. */
static bool is_where_opened(struct nt_file *f, bool sure, struct nt_file_spot *spot)
{
    size_t n = f->opened_path ? strlen(f->opened_path) : PATH_MAX;
    const char *slash;
    struct stat st;

    if (n >= PATH_MAX || atomic_load(&f->renamed))
        return false;
    if (sure && (fstatat(f->opened_base, f->opened_path, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
                 st.st_ino != f->opened_ino || st.st_dev != f->opened_dev))
        return false;
    spot->dir = f->opened_base;
    memcpy(spot->path, f->opened_path, n + 1);
    slash = strrchr(spot->path, '/');
    spot->name = slash ? slash + 1 : spot->path;
    n = slash ? (size_t)(slash - spot->path) : 0;
    memcpy(spot->folder, spot->path, n);
    spot->folder[n] = 0;
    return true;
}

NTSTATUS nt_file_find_spot(struct nt_file *f, bool sure, struct nt_file_spot *spot)
{
    NTSTATUS status;

    spot->opened = false;
    if (is_where_opened(f, sure, spot))
        return STATUS_SUCCESS;
    spot->dir = nt_file_parent(f, spot->path, &status);
    if (spot->dir < 0)
        return status;
    spot->opened = true;
    spot->folder[0] = 0;
    spot->name = spot->path;
    return STATUS_SUCCESS;
}

void nt_file_spot_free(struct nt_file_spot *spot)
{
    if (spot->opened)
        close(spot->dir);
}

uint16_t *nt_file_name(struct nt_file *f, enum nt_name_form form, size_t *n)
{
    char path[PATH_MAX];

    if (f->device) {
        /* "\Device\Null"; a device with names of its own below it appends them in its query */
        static const char prefix[] = "\\Device\\";
        const char *from = form == NT_NAME_BARE ? "\\" : prefix;
        uint16_t *name = malloc((sizeof(prefix) + strlen(f->device->name)) * sizeof(*name));
        if (!name)
            return NULL;
        *n = 0;
        for (; *from; from++)
            name[(*n)++] = (unsigned char)*from;
        for (from = f->device->name; *from; from++)
            name[(*n)++] = (unsigned char)*from;
        return name;
    }
    if (!f->volume && f->fd < 0)
        return NULL;
    if (f->node >= 0)
        return nt_name_of_node(f->node, form, n);
    if (!NT_SUCCESS(nt_file_host_path(f, path)))
        return NULL;
    return nt_name_of_host_path(path, f->volume, form, n);
}

bool nt_link_to_directory(int dir, const char *name)
{
    struct stat st;

    return fstatat(dir, name, &st, 0) == 0 && S_ISDIR(st.st_mode);
}

NTSTATUS nt_file_materialise(struct nt_file *f)
{
    char path[PATH_MAX];
    int fd;

    if (f->fd >= 0 || f->node < 0)
        return STATUS_SUCCESS;
    NTSTATUS status = nt_system_drive_materialise();
    if (!NT_SUCCESS(status))
        return status;
    nt_composed_path(f->node, path);
    fd =
        openat(nt_volume_root(f->volume), path[0] ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return nt_status_of_errno(errno);
    pthread_mutex_lock(&f->lock);
    if (f->fd < 0)
        __atomic_store_n(&f->fd, fd, __ATOMIC_RELEASE);
    else
        close(fd);
    pthread_mutex_unlock(&f->lock);
    return STATUS_SUCCESS;
}

/* What one attempt to open has found. */
struct found {
    int fd;
    bool path_only, reparse;
    ACCESS_MASK access; /* with MAXIMUM_ALLOWED resolved */
    uint32_t deletions; /* nt_share_deletions before the open */
    struct stat st;
};

static bool overwrites(uint32_t disposition)
{
    return disposition == FILE_OVERWRITE || disposition == FILE_OVERWRITE_IF ||
           disposition == FILE_SUPERSEDE;
}

static bool creates(uint32_t disposition)
{
    return disposition != FILE_OPEN && disposition != FILE_OVERWRITE;
}

/* O_NONBLOCK keeps an open of a pipe or a device from waiting; settle_blocking takes it away. */
#define COMMON (O_CLOEXEC | O_NOCTTY | O_NONBLOCK)

static int host_flags(ACCESS_MASK access, bool overwrite, bool *path_only)
{
    bool read = access & DATA_READ, write = (access & DATA_WRITE) || overwrite;

    *path_only = false;
    if (write)
        return (read ? O_RDWR : O_WRONLY) | COMMON;
    if (read)
        return O_RDONLY | COMMON;
    *path_only = true;
    return O_PATH | O_CLOEXEC;
}

/* A file that is not regular: blocking from now on, and a FIFO waits for its other end, as for
 * every other program on the host. */
static int settle_blocking(struct found *r)
{
    if (S_ISREG(r->st.st_mode) || S_ISDIR(r->st.st_mode) || r->path_only)
        return 0;
    int flags = fcntl(r->fd, F_GETFL);
    if (flags < 0)
        return -1;
    if (S_ISFIFO(r->st.st_mode) && (flags & O_ACCMODE) == O_RDONLY) {
        char link[32];
        snprintf(link, sizeof(link), "/proc/self/fd/%d", r->fd);
        int fd = open(link, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
            return -1;
        close(r->fd);
        r->fd = fd;
        return 0;
    }
    return fcntl(r->fd, F_SETFL, flags & ~O_NONBLOCK);
}

/* Opens what exists under the path as spelled; errno in -1. */
static int open_existing(const struct nt_open *how, const struct nt_place *p, struct found *r)
{
    /* The way to a file that is open already is a link of the host's, not one of the guest's. */
    bool link = (how->options & FILE_OPEN_REPARSE_POINT) && !p->reopen;
    bool folder = (how->options & FILE_DIRECTORY_FILE) || p->want_directory;
    bool maximum = how->access & MAXIMUM_ALLOWED;
    ACCESS_MASK access = how->access & ~MAXIMUM_ALLOWED;
    int nofollow = link ? O_NOFOLLOW : 0, flags;

    if (maximum)
        access = p->read_only ? (FILE_GENERIC_READ | FILE_GENERIC_EXECUTE) : FILE_ALL_ACCESS;
    r->reparse = false;
    for (;;) {
        flags = host_flags(access, overwrites(how->disposition) && !folder, &r->path_only);
        if (folder)
            flags = (access & FILE_LIST_DIRECTORY ? O_RDONLY : O_PATH) | O_DIRECTORY | O_CLOEXEC;
        r->path_only = flags & O_PATH;
        r->fd = openat(p->base, p->host, flags | nofollow);
        if (r->fd >= 0)
            break;
        if (link && (errno == ELOOP || errno == ENOTDIR)) {
            /* The link itself; with O_DIRECTORY the host says ENOTDIR for it. */
            int error = errno;
            r->path_only = r->reparse = true;
            r->fd = openat(p->base, p->host, O_PATH | O_NOFOLLOW | O_CLOEXEC);
            if (r->fd < 0)
                return -1;
            if (fstat(r->fd, &r->st) != 0 || !S_ISLNK(r->st.st_mode)) {
                close(r->fd);
                errno = error;
                return -1;
            }
            break;
        }
        if (errno == EISDIR && !folder) {
            folder = true; /* writing to a folder means adding files */
        } else if ((errno == EACCES || errno == EROFS || errno == EPERM || errno == ETXTBSY) &&
                   maximum && access != (FILE_READ_ATTRIBUTES | SYNCHRONIZE)) {
            access = access & DATA_WRITE ? FILE_GENERIC_READ | FILE_GENERIC_EXECUTE
                                         : FILE_READ_ATTRIBUTES | SYNCHRONIZE;
        } else if (errno == ENXIO && (flags & O_ACCMODE) == O_WRONLY) {
            /* A FIFO without a reader: wait for one. A socket: refused again. */
            r->fd = openat(p->base, p->host, (flags & ~O_NONBLOCK) | nofollow);
            if (r->fd < 0)
                return -1;
            break;
        } else {
            return -1;
        }
    }
    r->access = access;
    if (fstat(r->fd, &r->st) != 0) {
        int error = errno;
        close(r->fd);
        errno = error;
        return -1;
    }
    if (r->path_only && S_ISLNK(r->st.st_mode))
        r->reparse = true;
    /* Folders and links are opened without data access; a folder that can be listed is. */
    if (S_ISDIR(r->st.st_mode) && r->path_only && (access & FILE_LIST_DIRECTORY)) {
        int fd = openat(r->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0) {
            int error = errno;
            close(r->fd);
            errno = error;
            return -1;
        }
        close(r->fd);
        r->fd = fd;
        r->path_only = false;
    }
    return 0;
}

/* Is the new file what was asked for, and may it be opened so? */
static NTSTATUS check_existing(const struct nt_open *how, const struct nt_place *p,
                               const struct found *r)
{
    bool folder = S_ISDIR(r->st.st_mode);
    ACCESS_MASK access = r->access;

    if (r->reparse)
        folder = nt_link_to_directory(p->base, p->host);
    if (folder && ((how->options & FILE_NON_DIRECTORY_FILE) || p->data_stream))
        return STATUS_FILE_IS_A_DIRECTORY;
    if (!folder && (how->options & FILE_DIRECTORY_FILE))
        return STATUS_NOT_A_DIRECTORY;
    if (!folder && p->want_directory)
        return STATUS_OBJECT_NAME_INVALID;
    if (folder && overwrites(how->disposition))
        return STATUS_FILE_IS_A_DIRECTORY;
    if (p->read_only && ((access & CHANGES) || overwrites(how->disposition) ||
                         (how->options & FILE_DELETE_ON_CLOSE)))
        return STATUS_ACCESS_DENIED;
    if (folder || r->reparse)
        return STATUS_SUCCESS;
    if (S_ISREG(r->st.st_mode) && !(r->st.st_mode & 0222)) {
        if ((access & DATA_WRITE && !(how->access & MAXIMUM_ALLOWED)) ||
            overwrites(how->disposition))
            return STATUS_ACCESS_DENIED;
        if (how->options & FILE_DELETE_ON_CLOSE)
            return STATUS_CANNOT_DELETE;
    }
    if (overwrites(how->disposition) && S_ISREG(r->st.st_mode)) {
        uint32_t old = nt_attributes_of(r->fd, r->path_only, &r->st, NULL);
        if (old & ~how->attributes & (FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM))
            return STATUS_ACCESS_DENIED;
    }
    return STATUS_SUCCESS;
}

NTSTATUS nt_file_reserve(int fd, int64_t bytes)
{
    struct statvfs fs;

    /* The system takes what there is before it finds that it is not enough. */
    if (bytes > 0 && fstatvfs(fd, &fs) == 0 &&
        (uint64_t)bytes / fs.f_frsize > (uint64_t)fs.f_bavail)
        return STATUS_DISK_FULL;
    if (bytes <= 0 || fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, bytes) == 0)
        return STATUS_SUCCESS;
    /* A hint where the file system has no such thing; no room is an answer. */
    return errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? nt_status_of_errno(errno)
                                                                : STATUS_SUCCESS;
}

/* The attributes that a new or overwritten file gets. Plain ones need nothing on disk. */
static NTSTATUS give_attributes(struct nt_file *f, const struct nt_open *how, bool fresh)
{
    uint32_t a = how->attributes & STORED_ATTRIBUTES;
    struct stat st;

    if (f->directory ? a == 0 : (a & ~FILE_ATTRIBUTE_ARCHIVE) == 0) {
        if (fresh)
            return STATUS_SUCCESS;
    }
    if (!f->directory)
        a |= FILE_ATTRIBUTE_ARCHIVE;
    if (fstat(f->fd, &st) != 0)
        return nt_status_of_errno(errno);
    return nt_attributes_set(f->fd, f->path_only, &st, a);
}

/* From a found or created descriptor to a file; consumes r->fd. */
static NTSTATUS finish(const struct nt_open *how, const struct nt_place *p, struct found *r,
                       bool fresh, struct nt_file **result, ULONG_PTR *information)
{
    struct nt_file *f = nt_file_new(S_ISREG(r->st.st_mode) || S_ISDIR(r->st.st_mode) || r->path_only
                                        ? &nt_disk_ops
                                        : &nt_stream_ops,
                                    r->fd, r->access, how->share, how->options);
    NTSTATUS status;

    if (!f)
        return STATUS_INSUFFICIENT_RESOURCES;
    f->volume = p->volume;
    f->node = p->node;
    f->read_only = p->read_only;
    f->path_only = r->path_only;
    f->reparse = r->reparse;
    f->regular = S_ISREG(r->st.st_mode);
    f->seekable = f->regular || S_ISBLK(r->st.st_mode);
    f->directory = S_ISDIR(r->st.st_mode) || (r->reparse && nt_link_to_directory(p->base, p->host));
    /* Not if the name may be that of a link which leads to the file. */
    if ((f->access & DELETE) && (fresh || (how->options & FILE_OPEN_REPARSE_POINT)))
        remember_name(f, p, &r->st);
    status = nt_share_open(r->st.st_dev, r->st.st_ino, f->access, f->share, &f->shared);
    /* Between the open and its entry in the table, the last other handle may have deleted it. */
    struct stat now;
    if (NT_SUCCESS(status) && !fresh && r->deletions != nt_share_deletions() &&
        fstat(f->fd, &now) == 0 && now.st_nlink == 0)
        status = STATUS_DELETE_PENDING;
    if (NT_SUCCESS(status) && overwrites(how->disposition) && !fresh && f->regular) {
        if (ftruncate(f->fd, 0) != 0)
            status = nt_status_of_errno(errno);
        if (NT_SUCCESS(status))
            nt_ea_clear(f);
    }
    if (NT_SUCCESS(status) && (fresh || (overwrites(how->disposition) && f->regular)))
        status = give_attributes(f, how, fresh);
    if (NT_SUCCESS(status) && f->regular && (fresh || overwrites(how->disposition)))
        status = nt_file_reserve(f->fd, how->allocation);
    if (NT_SUCCESS(status) && how->ea && (fresh || overwrites(how->disposition)))
        status = nt_ea_set(f, how->ea, how->ea_length);
    if (NT_SUCCESS(status) && how->options & FILE_DELETE_ON_CLOSE)
        atomic_store(&f->delete_on_close, true);
    if (!NT_SUCCESS(status)) {
        if (fresh)
            unlink_file(f);
        nt_file_release(f);
        return status;
    }
    if (fresh)
        *information = FILE_CREATED;
    else if (how->disposition == FILE_SUPERSEDE)
        *information = FILE_SUPERSEDED;
    else
        *information = overwrites(how->disposition) ? FILE_OVERWRITTEN : FILE_OPENED;
    *result = f;
    return STATUS_SUCCESS;
}

/* Makes the file that nt_place_fold has found missing. STATUS_OBJECT_NAME_COLLISION: somebody else
 * made it meanwhile. */
static NTSTATUS create_new(const struct nt_open *how, struct nt_place *p, struct nt_file **result,
                           ULONG_PTR *information)
{
    char folder_path[PATH_MAX];
    struct found r = {.access = how->access};
    bool folder = how->options & FILE_DIRECTORY_FILE;

    if (p->want_directory && !folder)
        return STATUS_OBJECT_NAME_INVALID;
    if (p->read_only)
        return STATUS_ACCESS_DENIED;
    if (r.access & MAXIMUM_ALLOWED)
        r.access = FILE_ALL_ACCESS;
    if (folder) {
        if (mkdirat(p->base, p->host, 0777) != 0)
            return nt_status_of_errno(errno);
        r.fd = openat(p->base, p->host, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    } else {
        bool path_only;
        int flags = host_flags(r.access, false, &path_only);
        if (path_only)
            flags = O_RDONLY | O_CLOEXEC;
        r.fd = openat(p->base, p->host, flags | O_CREAT | O_EXCL, 0666);
    }
    if (r.fd < 0)
        return nt_status_of_errno(errno);
    nt_dircache_added(p->base, nt_place_folder(p, folder_path), &p->note, p->host + p->host_last);
    if (fstat(r.fd, &r.st) != 0) {
        NTSTATUS status = nt_status_of_errno(errno);
        close(r.fd);
        return status;
    }
    return finish(how, p, &r, true, result, information);
}

static NTSTATUS open_on_disk(const struct nt_open *how, struct nt_place *p, struct nt_file **f,
                             ULONG_PTR *information)
{
    struct found r;
    NTSTATUS status;
    bool folded = false;

    /* Again when others create or delete the file between our steps. */
    for (int attempt = 0; attempt < 16; attempt++) {
        r.deletions = nt_share_deletions();
        bool missing = attempt == 0 && how->disposition != FILE_CREATE && nt_place_missing(p);
        if (missing) {
            errno = ENOENT;
        } else if (how->disposition != FILE_CREATE || folded) {
            if (open_existing(how, p, &r) == 0) {
                if (how->disposition == FILE_CREATE)
                    status = STATUS_OBJECT_NAME_COLLISION;
                else
                    status = check_existing(how, p, &r);
                if (NT_SUCCESS(status) && settle_blocking(&r) != 0)
                    status = nt_status_of_errno(errno);
                if (NT_SUCCESS(status))
                    return finish(how, p, &r, false, f, information);
                close(r.fd);
                return status;
            }
            if (errno != ENOENT && errno != ENOTDIR && errno != ENAMETOOLONG) {
                if (errno == EACCES && how->disposition == FILE_CREATE)
                    return STATUS_OBJECT_NAME_COLLISION;
                return nt_status_of_errno(errno);
            }
        }
        bool not_folder = errno == ENOTDIR && folded;
        status = missing ? STATUS_OBJECT_NAME_NOT_FOUND : nt_place_fold(p);
        if (status == STATUS_SUCCESS && how->disposition == FILE_CREATE)
            return STATUS_OBJECT_NAME_COLLISION;
        if (status == STATUS_SUCCESS) {
            if (not_folder)
                return p->want_directory ? STATUS_OBJECT_NAME_INVALID : STATUS_NOT_A_DIRECTORY;
            struct stat st;
            if (folded && fstatat(p->base, p->host, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
                S_ISLNK(st.st_mode))
                return STATUS_OBJECT_NAME_NOT_FOUND; /* a link that leads nowhere */
            /* A listing that others have made wrong since must not be asked for ever. */
            if (folded)
                nt_dircache_clear();
            folded = true;
            continue;
        }
        if (status != STATUS_OBJECT_NAME_NOT_FOUND || !creates(how->disposition))
            return status;
        status = create_new(how, p, f, information);
        if (status != STATUS_OBJECT_NAME_COLLISION || how->disposition == FILE_CREATE)
            return status;
    }
    return STATUS_SHARING_VIOLATION;
}

/* A folder of C: that is only in the table. */
static NTSTATUS open_node(const struct nt_open *how, struct nt_place *p, struct nt_file **result,
                          ULONG_PTR *information)
{
    if (how->options & FILE_NON_DIRECTORY_FILE)
        return STATUS_FILE_IS_A_DIRECTORY;
    if (how->disposition == FILE_CREATE)
        return STATUS_OBJECT_NAME_COLLISION;
    if (overwrites(how->disposition))
        return STATUS_FILE_IS_A_DIRECTORY;
    ACCESS_MASK access = how->access;
    if (access & MAXIMUM_ALLOWED)
        access = p->read_only ? FILE_GENERIC_READ | FILE_GENERIC_EXECUTE : FILE_ALL_ACCESS;
    else if (p->read_only && (access & CHANGES))
        return STATUS_ACCESS_DENIED;
    struct nt_file *f = nt_file_new(&nt_disk_ops, -1, access, how->share, how->options);
    if (!f)
        return STATUS_INSUFFICIENT_RESOURCES;
    f->read_only = p->read_only;
    f->volume = p->volume;
    f->node = p->node;
    f->directory = true;
    *information = FILE_OPENED;
    *result = f;
    return STATUS_SUCCESS;
}

/* \??\C: itself: for questions about the volume; its bytes are not ours to give. */
static NTSTATUS open_volume(const struct nt_open *how, struct nt_place *p, struct nt_file **result,
                            ULONG_PTR *information)
{
    ACCESS_MASK access = how->access & ~MAXIMUM_ALLOWED;

    if (access & (DATA_READ | DATA_WRITE))
        return STATUS_ACCESS_DENIED;
    if (how->options & FILE_DIRECTORY_FILE)
        return STATUS_NOT_A_DIRECTORY;
    if (creates(how->disposition) && how->disposition != FILE_OPEN_IF)
        return STATUS_OBJECT_NAME_COLLISION;
    int root = nt_volume_root(p->volume), fd = -1;
    if (root >= 0 && (fd = fcntl(root, F_DUPFD_CLOEXEC, 3)) < 0)
        return nt_status_of_errno(errno);
    if (root < 0 && !p->volume->composed)
        return STATUS_NO_MEDIA_IN_DEVICE;
    struct nt_file *f = nt_file_new(&nt_disk_ops, fd, access, how->share, how->options);
    if (!f)
        return STATUS_INSUFFICIENT_RESOURCES;
    f->volume = p->volume;
    f->path_only = true;
    f->whole_volume = true;
    if (fd < 0)
        f->node = NT_COMPOSED_ROOT;
    *information = FILE_OPENED;
    *result = f;
    return STATUS_SUCCESS;
}

NTSTATUS nt_file_open(const struct nt_open *how, struct nt_place *p, struct nt_file **f,
                      ULONG_PTR *information)
{
    switch (p->kind) {
    case NT_PLACE_DEVICE:
        return p->device->open(p->device, how, p->root, p->device_rest, p->device_rest_n, f,
                               information);
    case NT_PLACE_VOLUME:
        return open_volume(how, p, f, information);
    case NT_PLACE_NODE:
        return open_node(how, p, f, information);
    case NT_PLACE_FILE:
        break;
    }
    if (p->by_id) {
        char *path = nt_file_by_id(p->root, p->file_id);
        if (!path)
            return STATUS_INVALID_PARAMETER; /* what NTFS says of a number that no file has */
        if (creates(how->disposition) && how->disposition != FILE_OPEN_IF) {
            free(path);
            return STATUS_INVALID_PARAMETER;
        }
        if (p->host != p->host_small)
            free(p->host);
        p->host = path;
        p->base = AT_FDCWD;
        p->read_only = p->root->read_only;
    }
    return open_on_disk(how, p, f, information);
}

NTSTATUS nt_file_open_name(struct nt_file *root, const uint16_t *name, size_t n,
                           const struct nt_open *how, struct nt_file **f)
{
    struct nt_place p;
    ULONG_PTR information;
    NTSTATUS status =
        nt_place_parse_name(root, name, n, creates(how->disposition) ? NT_PLACE_CREATE : 0, &p);

    if (NT_SUCCESS(status))
        status = nt_file_open(how, &p, f, &information);
    nt_place_free(&p);
    return status;
}

static NTSTATUS check_open(const struct nt_open *how, ACCESS_MASK desired)
{
    uint32_t o = how->options;

    if (how->disposition > FILE_OVERWRITE_IF || (how->share & ~7u) || (o & 0xff000000u) ||
        (how->attributes & ~VALID_ATTRIBUTES))
        return STATUS_INVALID_PARAMETER;
    if ((o & NT_FILE_SYNC) == NT_FILE_SYNC)
        return STATUS_INVALID_PARAMETER;
    if ((o & NT_FILE_SYNC) && !(how->access & (SYNCHRONIZE | MAXIMUM_ALLOWED)))
        return STATUS_INVALID_PARAMETER;
    if ((o & FILE_DELETE_ON_CLOSE) && !(how->access & (DELETE | MAXIMUM_ALLOWED)))
        return STATUS_INVALID_PARAMETER;
    if ((o & FILE_DIRECTORY_FILE) &&
        ((o & FILE_NON_DIRECTORY_FILE) || overwrites(how->disposition)))
        return STATUS_INVALID_PARAMETER;
    if ((o & FILE_COMPLETE_IF_OPLOCKED) && (o & FILE_RESERVE_OPFILTER))
        return STATUS_INVALID_PARAMETER;
    if ((o & FILE_NO_INTERMEDIATE_BUFFERING) && (desired & FILE_APPEND_DATA) &&
        !(desired & FILE_WRITE_DATA))
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

NTSTATUS NtCreateFile(struct nt_thread *t, HANDLE *FileHandle, ACCESS_MASK DesiredAccess,
                      const OBJECT_ATTRIBUTES *ObjectAttributes, IO_STATUS_BLOCK *IoStatusBlock,
                      const LARGE_INTEGER *AllocationSize, ULONG FileAttributes, ULONG ShareAccess,
                      ULONG CreateDisposition, ULONG CreateOptions, const void *EaBuffer,
                      ULONG EaLength)
{
    struct nt_open how = {.attributes = FileAttributes,
                          .share = ShareAccess,
                          .disposition = CreateDisposition,
                          .options = CreateOptions};
    struct nt_place p;
    struct nt_file *f = NULL;
    LARGE_INTEGER allocation;
    ULONG_PTR information = 0;
    ULONG obj_attributes;
    void *ea = NULL;

    (void)t;
    how.access = DesiredAccess & MAXIMUM_ALLOWED ? DesiredAccess
                                                 : nt_map_access(&nt_file_type, DesiredAccess);
    NTSTATUS status = check_open(&how, DesiredAccess);
    if (!NT_SUCCESS(status))
        return status;
    if (AllocationSize) {
        if (!guest_get(&allocation, AllocationSize))
            return STATUS_ACCESS_VIOLATION;
        if (allocation.QuadPart < 0)
            return STATUS_INVALID_PARAMETER;
        how.allocation = allocation.QuadPart;
    }
    if (EaBuffer && EaLength) {
        status = nt_ea_copy_in(EaBuffer, EaLength, &ea);
        if (!NT_SUCCESS(status))
            return status;
        how.ea = ea;
        how.ea_length = EaLength;
    }
    unsigned flags = (creates(CreateDisposition) ? NT_PLACE_CREATE : 0) |
                     (CreateOptions & FILE_OPEN_BY_FILE_ID ? NT_PLACE_BY_ID : 0);
    status = nt_place_parse(ObjectAttributes, flags, &p, &obj_attributes);
    if (NT_SUCCESS(status))
        status = nt_file_open(&how, &p, &f, &information);
    nt_place_free(&p);
    free(ea);
    if (!NT_SUCCESS(status))
        return status;
    /* The status block first: a handle in the guest's hands cannot be taken back. */
    if (!guest_put(IoStatusBlock,
                   ((IO_STATUS_BLOCK){.Status = status, .Information = information}))) {
        nt_file_release(f);
        return STATUS_ACCESS_VIOLATION;
    }
    return nt_handle_return(&f->object, &nt_file_type, f->access, obj_attributes, FileHandle);
}

NTSTATUS NtOpenFile(struct nt_thread *t, HANDLE *FileHandle, ACCESS_MASK DesiredAccess,
                    const OBJECT_ATTRIBUTES *ObjectAttributes, IO_STATUS_BLOCK *IoStatusBlock,
                    ULONG ShareAccess, ULONG OpenOptions)
{
    return NtCreateFile(t, FileHandle, DesiredAccess, ObjectAttributes, IoStatusBlock, NULL, 0,
                        ShareAccess, FILE_OPEN, OpenOptions, NULL, 0);
}

NTSTATUS NtDeleteFile(struct nt_thread *t, const OBJECT_ATTRIBUTES *ObjectAttributes)
{
    struct nt_open how = {.access = DELETE | SYNCHRONIZE,
                          .share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                          .disposition = FILE_OPEN,
                          .options = FILE_DELETE_ON_CLOSE | FILE_OPEN_REPARSE_POINT};
    struct nt_place p;
    struct nt_file *f = NULL;
    ULONG_PTR information;

    (void)t;
    NTSTATUS status = nt_place_parse(ObjectAttributes, 0, &p, NULL);
    if (NT_SUCCESS(status))
        status = nt_file_open(&how, &p, &f, &information);
    nt_place_free(&p);
    if (NT_SUCCESS(status))
        nt_file_release(f);
    return status;
}
