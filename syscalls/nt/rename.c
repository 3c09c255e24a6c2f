#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syscalls/nt/dircache.h"
#include "syscalls/nt/file.h"
#include "syscalls/nt/filename.h"
#include "syscalls/nt/rename.h"
#include "syscalls/nt/share.h"

/* Is there anything in the folder? -1 with errno. */
static int is_empty(int fd)
{
    int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), empty = 1;
    DIR *d = own >= 0 ? fdopendir(own) : NULL;
    struct dirent *e;

    if (!d) {
        if (own >= 0)
            close(own);
        return -1;
    }
    while (empty && (e = readdir(d)) != NULL)
        empty = strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0;
    closedir(d);
    return empty;
}

NTSTATUS nt_file_dispose(struct nt_file *f, uint32_t flags)
{
    struct nt_file_spot spot;
    struct stat st, folder;

    if (flags & ~0x1fu)
        return STATUS_INVALID_PARAMETER;
    if (!f->shared)
        return f->node >= 0 ? STATUS_CANNOT_DELETE : STATUS_INVALID_DEVICE_REQUEST;
    if (!(flags & FILE_DISPOSITION_DELETE)) {
        if (flags & FILE_DISPOSITION_ON_CLOSE) {
            atomic_store(&f->delete_on_close, false);
            return STATUS_SUCCESS;
        }
        atomic_store(&f->delete_on_close, false);
        atomic_store(&f->posix_delete, false);
        nt_share_set_delete_pending(f->shared, false);
        return STATUS_SUCCESS;
    }
    if (f->read_only || f->node >= 0)
        return STATUS_CANNOT_DELETE;
    if (fstat(f->fd, &st) != 0)
        return nt_status_of_errno(errno);
    if (S_ISREG(st.st_mode) && !(st.st_mode & 0222) &&
        !(flags & FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE))
        return STATUS_CANNOT_DELETE;
    if (f->directory && !f->reparse) {
        int empty = is_empty(f->fd);
        if (empty < 0)
            return nt_status_of_errno(errno);
        if (!empty)
            return STATUS_DIRECTORY_NOT_EMPTY;
    }
    /* The deletion comes when nobody hears of its failure, so the permission is asked for now. */
    NTSTATUS status = nt_file_find_spot(f, st.st_nlink == 0, &spot);
    if (!NT_SUCCESS(status))
        return status;
    uid_t user = (uid_t)getauxval(AT_EUID); /* no guest can change it */
    if (faccessat(spot.dir, spot.folder[0] ? spot.folder : ".", W_OK | X_OK, AT_EACCESS) != 0)
        status = errno == EACCES ? STATUS_ACCESS_DENIED : nt_status_of_errno(errno);
    else if (user != 0 && user != st.st_uid &&
             fstatat(spot.dir, spot.folder, &folder, AT_EMPTY_PATH) == 0 &&
             (folder.st_mode & S_ISVTX) && user != folder.st_uid)
        status = STATUS_ACCESS_DENIED;
    nt_file_spot_free(&spot);
    if (!NT_SUCCESS(status))
        return status;
    if (flags & FILE_DISPOSITION_POSIX_SEMANTICS)
        atomic_store(&f->posix_delete, true);
    if (flags & (FILE_DISPOSITION_ON_CLOSE | FILE_DISPOSITION_POSIX_SEMANTICS))
        atomic_store(&f->delete_on_close, true);
    if (!(flags & FILE_DISPOSITION_ON_CLOSE))
        nt_share_set_delete_pending(f->shared, true);
    return STATUS_SUCCESS;
}

struct target {
    int dir;
    char spelled[NT_HOST_NAME_BYTES + 1]; /* as it was given */
    char found[NAME_MAX + 1];             /* as it is on disk; "" when it is not there */
};

/* The new name's folder and what is there. */
static NTSTATUS find_target(struct nt_file *f, const FILE_RENAME_INFORMATION *r, size_t units,
                            struct target *to)
{
    const uint16_t *name = r->FileName, *last;
    struct nt_file *root = NULL;
    struct nt_place p;
    bool simple = !r->RootDirectory, fresh;
    size_t bytes, last_n;
    NTSTATUS status;

    for (size_t i = 0; i < units; i++)
        if (name[i] == '\\')
            simple = false;
    if (simple) {
        /* Another name in the same folder */
        char own[NAME_MAX + 1];
        if (!nt_name_valid(name, units))
            return STATUS_OBJECT_NAME_INVALID;
        int dir = nt_file_parent(f, own, &status);
        if (dir < 0)
            return status;
        bytes = nt_name_to_host(name, units, to->spelled, NT_HOST_NAME_BYTES);
        if (bytes == NT_NO_ROOM || memchr(to->spelled, '/', bytes)) {
            close(dir);
            return STATUS_OBJECT_NAME_INVALID;
        }
        to->spelled[bytes] = 0;
        struct stat st;
        int found = 1;
        if (fstatat(dir, to->spelled, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            strlen(to->spelled) <= NAME_MAX)
            strcpy(to->found, to->spelled);
        else if (!nt_case_exact)
            found = nt_dircache_find(dir, "", name, units, false, to->found, NULL);
        else
            found = 0;
        if (found <= 0)
            to->found[0] = 0;
        to->dir = dir;
        return STATUS_SUCCESS;
    }
    if (r->RootDirectory) {
        status = nt_file_get(r->RootDirectory, 0, &root, NULL);
        if (!NT_SUCCESS(status))
            return status;
    }
    status = nt_place_parse_name(root, name, units, NT_PLACE_CREATE, &p);
    if (root)
        nt_file_release(root);
    if (NT_SUCCESS(status) && p.kind != NT_PLACE_FILE)
        status = p.kind == NT_PLACE_NODE ? STATUS_OBJECT_NAME_COLLISION : STATUS_NOT_SAME_DEVICE;
    if (NT_SUCCESS(status) && (p.read_only || p.node >= 0))
        status = STATUS_ACCESS_DENIED;
    if (NT_SUCCESS(status) && (p.name_n == 0 || p.data_stream))
        status = STATUS_OBJECT_NAME_INVALID;
    if (NT_SUCCESS(status)) {
        last = p.name + p.name_n;
        while (last > p.name && last[-1] != '\\')
            last--;
        last_n = (size_t)(p.name + p.name_n - last);
        bytes = nt_name_to_host(last, last_n, to->spelled, NT_HOST_NAME_BYTES);
        to->spelled[bytes == NT_NO_ROOM ? 0 : bytes] = 0;
        status = nt_place_fold(&p);
        fresh = status == STATUS_OBJECT_NAME_NOT_FOUND;
        if (fresh || NT_SUCCESS(status)) {
            snprintf(to->found, sizeof(to->found), "%s", fresh ? "" : p.host + p.host_last);
            to->dir = nt_place_parent(&p);
            status = to->dir < 0 ? nt_status_of_errno(errno) : STATUS_SUCCESS;
            p.parent = -1;
        }
    }
    nt_place_free(&p);
    return status;
}

/* May the file that has the name be replaced? */
static NTSTATUS check_replaced(const struct target *to, uint32_t flags, bool source_is_directory)
{
    struct stat st;

    if (!(flags & FILE_RENAME_REPLACE_IF_EXISTS))
        return STATUS_OBJECT_NAME_COLLISION;
    if (fstatat(to->dir, to->found, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? STATUS_SUCCESS : nt_status_of_errno(errno);
    if (S_ISDIR(st.st_mode) && !(source_is_directory && (flags & FILE_RENAME_POSIX_SEMANTICS)))
        return STATUS_ACCESS_DENIED;
    if (S_ISREG(st.st_mode) && !(st.st_mode & 0222) &&
        !(flags & FILE_RENAME_IGNORE_READONLY_ATTRIBUTE))
        return STATUS_ACCESS_DENIED;
    if (!(flags & FILE_RENAME_POSIX_SEMANTICS) && nt_share_is_open(st.st_dev, st.st_ino))
        return STATUS_ACCESS_DENIED;
    return STATUS_SUCCESS;
}

static int rename_free(int from_dir, const char *from, int to_dir, const char *to)
{
    if (renameat2(from_dir, from, to_dir, to, RENAME_NOREPLACE) == 0)
        return 0;
    /* A file system without the flag: the look-up has said that the name is free. */
    return errno == EINVAL ? renameat(from_dir, from, to_dir, to) : -1;
}

static NTSTATUS move(struct nt_file *f, const struct target *to, uint32_t flags)
{
    char name[NAME_MAX + 1];
    struct stat mine, there;
    struct nt_dircache_note note, from_note;
    NTSTATUS status;
    int r, from = nt_file_parent(f, name, &status);

    if (from < 0)
        return status;
    bool same = to->found[0] && fstat(f->fd, &mine) == 0 &&
                fstatat(to->dir, to->found, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
                mine.st_ino == there.st_ino && mine.st_dev == there.st_dev;
    nt_dircache_before(to->dir, "", &note);
    nt_dircache_before(from, "", &from_note);
    if (same && strcmp(name, to->found) == 0) {
        /* Itself, or itself spelled differently */
        struct stat a, b;
        bool same_folder = fstat(from, &a) == 0 && fstat(to->dir, &b) == 0 &&
                           a.st_ino == b.st_ino && a.st_dev == b.st_dev;
        if (same_folder && strcmp(to->found, to->spelled) == 0)
            r = 0;
        else
            r = rename_free(from, name, to->dir, to->spelled);
    } else if (to->found[0]) {
        status = check_replaced(to, flags, f->directory);
        if (!NT_SUCCESS(status)) {
            close(from);
            return status;
        }
        r = renameat(from, name, to->dir, to->found);
        /* Two links of one file: the host leaves both where they are. */
        if (r == 0 && same)
            unlinkat(from, name, 0);
        if (r == 0 && strcmp(to->found, to->spelled) != 0)
            rename_free(to->dir, to->found, to->dir, to->spelled);
    } else {
        r = rename_free(from, name, to->dir, to->spelled);
    }
    status = r == 0 ? STATUS_SUCCESS : nt_status_of_errno(errno);
    if (r == 0) {
        atomic_store(&f->renamed, true);
        /* What has gone first: old and new name can be the same. */
        nt_dircache_removed(from, "", &from_note, name);
        if (to->found[0])
            nt_dircache_removed(to->dir, "", &note, to->found);
        nt_dircache_added(to->dir, "", &note, to->spelled);
    }
    close(from);
    /* A folder into itself */
    return status == STATUS_INVALID_PARAMETER ? STATUS_SHARING_VIOLATION : status;
}

static NTSTATUS add_link(struct nt_file *f, const struct target *to, uint32_t flags)
{
    char name[NAME_MAX + 1];
    NTSTATUS status;
    int from, r;

    if (f->directory && !f->reparse)
        return STATUS_FILE_IS_A_DIRECTORY;
    if (to->found[0]) {
        status = check_replaced(to, flags, false);
        if (!NT_SUCCESS(status))
            return status;
    }
    from = nt_file_parent(f, name, &status);
    if (from < 0)
        return status;
    if (to->found[0]) {
        /* By way of another name, so that the old one is never gone without the new. */
        char temporary[48];
        snprintf(temporary, sizeof(temporary), ".compatrun-link-%d-%u", getpid(),
                 (unsigned)(uintptr_t)f);
        r = linkat(from, name, to->dir, temporary, 0);
        if (r == 0 && (r = renameat(to->dir, temporary, to->dir, to->found)) != 0)
            unlinkat(to->dir, temporary, 0);
        else if (r == 0)
            unlinkat(to->dir, temporary, 0); /* still there if both are one file */
    } else {
        r = linkat(from, name, to->dir, to->spelled, 0);
    }
    status = r == 0 ? STATUS_SUCCESS : nt_status_of_errno(errno);
    close(from);
    return status;
}

NTSTATUS nt_file_rename(struct nt_file *f, const void *buffer, uint32_t n, bool ex, bool link)
{
    const FILE_RENAME_INFORMATION *r = buffer;
    const uint32_t fixed = offsetof(FILE_RENAME_INFORMATION, FileName);
    uint32_t flags = ex ? r->Flags : r->ReplaceIfExists ? FILE_RENAME_REPLACE_IF_EXISTS : 0;
    struct target to = {.dir = -1};
    NTSTATUS status;

    if (r->FileNameLength > n - fixed || r->FileNameLength % 2)
        return STATUS_INVALID_PARAMETER;
    if (r->FileNameLength == 0)
        return STATUS_OBJECT_NAME_INVALID;
    if (r->FileName[0] == ':')
        return STATUS_INVALID_PARAMETER; /* streams are not there to be renamed */
    if (f->device || !f->volume || f->whole_volume)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (f->read_only || f->node >= 0)
        return STATUS_ACCESS_DENIED;
    if (f->shared && nt_share_delete_pending(f->shared))
        return STATUS_ACCESS_DENIED;
    status = find_target(f, r, r->FileNameLength / 2, &to);
    if (NT_SUCCESS(status))
        status = link ? add_link(f, &to, flags) : move(f, &to, flags);
    if (to.dir >= 0)
        close(to.dir);
    return status;
}
