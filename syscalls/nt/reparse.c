#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syscalls/nt/file.h"
#include "syscalls/nt/filename.h"
#include "syscalls/nt/reparse.h"

#define MAX_REPARSE 16384u
#define FLAG_RELATIVE 1u

/* REPARSE_DATA_BUFFER as NTFS links have it; offsets and lengths in bytes, from `path`. */
struct reparse {
    ULONG tag;
    USHORT length, reserved; /* of what follows */
    USHORT substitute_at, substitute_n, print_at, print_n;
    union {
        struct {
            ULONG flags;
            uint16_t path[];
        } symlink;
        uint16_t mount_path[0];
    };
};
#define HEADER 8u

static bool read_link(struct nt_file *f, char target[PATH_MAX])
{
    ssize_t n = f->reparse ? readlinkat(f->fd, "", target, PATH_MAX - 1) : -1;

    if (n < 0)
        return false;
    target[n] = 0;
    return true;
}

NTSTATUS nt_reparse_get(struct nt_file *f, void *out, uint32_t n, ULONG_PTR *information)
{
    char target[PATH_MAX];
    uint16_t *substitute = NULL, *print = NULL;
    size_t sn = 0, pn = 0;
    struct reparse head = {.tag = NT_REPARSE_TAG_SYMLINK};
    const uint32_t fixed = offsetof(struct reparse, symlink.path);
    NTSTATUS status = STATUS_SUCCESS;

    if (!read_link(f, target))
        return STATUS_NOT_A_REPARSE_POINT;
    if (target[0] == '/') {
        substitute = nt_name_of_host_path(target, f->volume, NT_NAME_DOS, &sn);
        if (substitute) { /* what a person reads has no "\??\" */
            print = substitute + 4;
            pn = sn - 4;
        }
    } else {
        /* Relative: component by component, as written. */
        substitute = malloc((strlen(target) + 1) * sizeof(*substitute));
        for (const char *s = target; substitute && *s;) {
            size_t len = strcspn(s, "/");
            size_t units = nt_name_from_host(s, len, substitute + sn, len);
            sn += units == NT_NO_ROOM ? 0 : units;
            s += len;
            if (*s == '/') {
                substitute[sn++] = '\\';
                s++;
            }
        }
        print = substitute;
        pn = sn;
        head.symlink.flags = FLAG_RELATIVE;
    }
    if (!substitute)
        return STATUS_INSUFFICIENT_RESOURCES;
    uint32_t bytes = (uint32_t)(sn + pn) * 2;
    if (fixed + bytes > MAX_REPARSE)
        status = STATUS_NAME_TOO_LONG;
    head.length = (USHORT)(fixed - HEADER + bytes);
    head.substitute_at = 0;
    head.substitute_n = (USHORT)(sn * 2);
    head.print_at = head.substitute_n;
    head.print_n = (USHORT)(pn * 2);
    if (NT_SUCCESS(status) && n < HEADER)
        status = STATUS_BUFFER_TOO_SMALL;
    if (NT_SUCCESS(status) && n < fixed + bytes) {
        *information = n < fixed ? n : fixed;
        status = guest_write(out, &head, *information) ? STATUS_BUFFER_OVERFLOW
                                                       : STATUS_ACCESS_VIOLATION;
    } else if (NT_SUCCESS(status)) {
        if (!guest_write(out, &head, fixed) ||
            !guest_write((char *)out + fixed, substitute, sn * 2) ||
            !guest_write((char *)out + fixed + sn * 2, print, pn * 2))
            status = STATUS_ACCESS_VIOLATION;
        *information = fixed + bytes;
    }
    free(substitute);
    return status;
}

/* "..\a\b" -> "../a/b" */
static char *relative_target(const uint16_t *s, size_t n)
{
    char *out = malloc(n * 3 + 1);
    size_t used = 0;

    for (size_t i = 0; out && i < n;) {
        size_t len = 0;
        while (i + len < n && s[i + len] != '\\')
            len++;
        size_t bytes = nt_name_to_host(s + i, len, out + used, n * 3 - used);
        if (bytes == NT_NO_ROOM) {
            free(out);
            return NULL;
        }
        used += bytes;
        i += len;
        if (i < n) {
            out[used++] = '/';
            i++;
        }
    }
    if (out)
        out[used] = 0;
    return out;
}

static NTSTATUS target_of(const struct reparse *r, uint32_t n, char **target)
{
    bool symlink = r->tag == NT_REPARSE_TAG_SYMLINK;
    const uint16_t *path = symlink ? r->symlink.path : r->mount_path;
    uint32_t fixed = (uint32_t)((const char *)path - (const char *)r);

    if (!symlink && r->tag != NT_REPARSE_TAG_MOUNT_POINT)
        return STATUS_IO_REPARSE_TAG_NOT_HANDLED;
    if (n < fixed || r->length != n - HEADER || r->substitute_at % 2 || r->substitute_n % 2 ||
        r->substitute_n == 0 || r->substitute_at + (uint32_t)r->substitute_n > n - fixed)
        return STATUS_IO_REPARSE_DATA_INVALID;
    const uint16_t *s = path + r->substitute_at / 2;
    size_t units = r->substitute_n / 2;
    if (symlink && (r->symlink.flags & FLAG_RELATIVE)) {
        *target = relative_target(s, units);
        return *target ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
    }
    while (units && s[units - 1] == '\\' && units > 7)
        units--;
    return nt_host_path_of_name(s, units, target);
}

/* Lets the file's descriptor mean something else, without changing its number. */
static NTSTATUS exchange(struct nt_file *f, int fd, bool reparse, bool path_only)
{
    if (dup3(fd, f->fd, O_CLOEXEC) < 0) {
        NTSTATUS status = nt_status_of_errno(errno);
        close(fd);
        return status;
    }
    close(fd);
    f->reparse = reparse;
    f->path_only = path_only;
    f->seekable = f->seekable && !reparse;
    return STATUS_SUCCESS;
}

/* Puts something else under the file's name: the new thing is made beside it and renamed over it,
 * or, for folders, takes its place after it. */
static NTSTATUS replace_name(struct nt_file *f, const char *target, bool folder)
{
    char name[NAME_MAX + 1], temporary[64];
    NTSTATUS status;
    int dir = nt_file_parent(f, name, &status), r, fd = -1;

    if (dir < 0)
        return status;
    snprintf(temporary, sizeof(temporary), ".compatrun-reparse-%d-%llx", getpid(),
             (unsigned long long)(uintptr_t)f);
    if (target)
        r = symlinkat(target, dir, temporary);
    else if (folder)
        r = mkdirat(dir, temporary, 0777);
    else
        r = fd = openat(dir, temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (r >= 0) {
        if (f->directory && target)
            r = unlinkat(dir, name, AT_REMOVEDIR);
        else if (folder)
            r = unlinkat(dir, name, 0);
        else
            r = 0;
        if (r == 0)
            r = renameat(dir, temporary, dir, name);
        if (r != 0) {
            int error = errno;
            unlinkat(dir, temporary, folder && !target ? AT_REMOVEDIR : 0);
            errno = error;
        }
    }
    if (r < 0) {
        status = nt_status_of_errno(errno);
        if (fd >= 0)
            close(fd);
    } else {
        if (fd < 0)
            fd = openat(dir, name,
                        target ? O_PATH | O_NOFOLLOW | O_CLOEXEC
                               : O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        status =
            fd < 0 ? nt_status_of_errno(errno) : exchange(f, fd, target != NULL, target != NULL);
    }
    close(dir);
    return status;
}

NTSTATUS nt_reparse_set(struct nt_file *f, const void *in, uint32_t n)
{
    char *target = NULL;
    struct stat st;

    if (!f->volume || f->device || f->whole_volume)
        return STATUS_INVALID_DEVICE_REQUEST;
    if (f->read_only || f->node >= 0 ||
        !(f->access & (FILE_WRITE_DATA | FILE_WRITE_ATTRIBUTES | FILE_APPEND_DATA)))
        return STATUS_ACCESS_DENIED;
    if (n < sizeof(struct reparse) || n > MAX_REPARSE)
        return STATUS_IO_REPARSE_DATA_INVALID;
    struct reparse *r = malloc(n + 8); /* the junction's layout is shorter than the structure */
    if (!r)
        return STATUS_INSUFFICIENT_RESOURCES;
    NTSTATUS status = guest_read(r, in, n) ? target_of(r, n, &target) : STATUS_ACCESS_VIOLATION;
    if (NT_SUCCESS(status) && r->tag == NT_REPARSE_TAG_MOUNT_POINT && !f->directory)
        status = STATUS_NOT_A_DIRECTORY;
    free(r);
    if (NT_SUCCESS(status) && fstat(f->fd, &st) != 0)
        status = nt_status_of_errno(errno);
    if (NT_SUCCESS(status) && S_ISREG(st.st_mode) && st.st_size != 0)
        status = STATUS_IO_REPARSE_DATA_INVALID; /* a link has no data of its own */
    if (NT_SUCCESS(status))
        status = replace_name(f, target, f->directory);
    free(target);
    return status == STATUS_DIRECTORY_NOT_EMPTY || status == STATUS_OBJECT_NAME_COLLISION
               ? STATUS_DIRECTORY_NOT_EMPTY
               : status;
}

NTSTATUS nt_reparse_delete(struct nt_file *f, const void *in, uint32_t n)
{
    ULONG tag;

    if (!f->reparse)
        return STATUS_NOT_A_REPARSE_POINT;
    if (f->read_only || !(f->access & (FILE_WRITE_DATA | FILE_WRITE_ATTRIBUTES)))
        return STATUS_ACCESS_DENIED;
    if (n < HEADER)
        return STATUS_IO_REPARSE_DATA_INVALID;
    if (!guest_read(&tag, in, sizeof(tag)))
        return STATUS_ACCESS_VIOLATION;
    if (tag != NT_REPARSE_TAG_SYMLINK && tag != NT_REPARSE_TAG_MOUNT_POINT)
        return STATUS_IO_REPARSE_TAG_MISMATCH;
    return replace_name(f, NULL, f->directory);
}
