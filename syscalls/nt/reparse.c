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

/* Junctions are links on the host as well: absolute, and with a '/' at their end, which changes
 * nothing for anybody else. */
static bool is_junction(const char *target)
{
    size_t n = strlen(target);

    return n > 1 && target[0] == '/' && target[n - 1] == '/';
}

uint32_t nt_reparse_tag(int dir, const char *name)
{
    char target[PATH_MAX];
    ssize_t n = readlinkat(dir, name, target, sizeof(target) - 1);

    if (n < 0)
        return NT_REPARSE_TAG_SYMLINK;
    target[n] = 0;
    return is_junction(target) ? NT_REPARSE_TAG_MOUNT_POINT : NT_REPARSE_TAG_SYMLINK;
}

/* What follows the volume's root in a target that was given from there ("\\a"): written as "/./a",
 * so that it can be told from one with a drive. NULL: it was not. */
static const char *below_root(const struct nt_volume *v, const char *target)
{
    size_t n = v && v->host ? strlen(v->host) : 0;

    if (!v || !v->host || strncmp(target, v->host, n) != 0 || strncmp(target + n, "/.", 2) != 0)
        return NULL;
    target += n + 2;
    return *target == '/' ? target + 1 : *target ? NULL : target;
}

/* Component by component, as written; *n grows. */
static void append_relative(uint16_t *out, size_t *n, const char *s)
{
    while (*s) {
        size_t len = strcspn(s, "/"), units = nt_name_from_host(s, len, out + *n, len);
        *n += units == NT_NO_ROOM ? 0 : units;
        s += len;
        if (*s == '/') {
            out[(*n)++] = '\\';
            s++;
        }
    }
}

NTSTATUS nt_reparse_get(struct nt_file *f, void *out, uint32_t n, ULONG_PTR *information)
{
    char target[PATH_MAX];
    uint16_t *name = NULL;
    size_t units = 0, shown; /* what a person reads has no "\??\" */

    if (!read_link(f, target))
        return STATUS_NOT_A_REPARSE_POINT;
    bool junction = is_junction(target), relative = false;
    const char *rooted = junction ? NULL : below_root(f->volume, target);
    if (junction)
        target[strlen(target) - 1] = 0;
    if (target[0] == '/' && !rooted) {
        name = nt_name_of_host_path(target, f->volume, NT_NAME_DOS, &units);
    } else if (junction) { /* "//" */
        name = nt_name_of_host_path("/", f->volume, NT_NAME_DOS, &units);
    } else {
        relative = true;
        name = malloc((strlen(target) + 2) * sizeof(*name));
        if (name && rooted)
            name[units++] = '\\';
        if (name)
            append_relative(name, &units, rooted ? rooted : target);
    }
    if (!name)
        return STATUS_INSUFFICIENT_RESOURCES;
    shown = relative ? 0 : 4;
    /* A junction's names end with zeros that do not count. */
    const uint32_t fixed =
        junction ? offsetof(struct reparse, mount_path) : offsetof(struct reparse, symlink.path);
    const uint32_t zero = junction ? 2 : 0;
    uint32_t sn = (uint32_t)units * 2, pn = (uint32_t)(units - shown) * 2;
    uint32_t bytes = fixed + sn + pn + 2 * zero;
    NTSTATUS status = bytes > MAX_REPARSE ? STATUS_NAME_TOO_LONG
                      : n < HEADER        ? STATUS_BUFFER_TOO_SMALL
                                          : STATUS_SUCCESS;
    char *whole = NT_SUCCESS(status) ? calloc(1, bytes) : NULL;
    if (NT_SUCCESS(status) && !whole)
        status = STATUS_INSUFFICIENT_RESOURCES;
    if (whole) {
        struct reparse head = {
            .tag = junction ? NT_REPARSE_TAG_MOUNT_POINT : NT_REPARSE_TAG_SYMLINK,
            .length = (USHORT)(bytes - HEADER),
            .substitute_n = (USHORT)sn,
            .print_at = (USHORT)(sn + zero),
            .print_n = (USHORT)pn,
            .symlink.flags = relative ? FLAG_RELATIVE : 0,
        };
        memcpy(whole, &head, fixed);
        memcpy(whole + fixed, name, sn);
        memcpy(whole + fixed + sn + zero, name + shown, pn);
        *information = n < bytes ? (n < fixed ? n : fixed) : bytes;
        if (!guest_write(out, whole, *information))
            status = STATUS_ACCESS_VIOLATION;
        else if (n < bytes)
            status = STATUS_BUFFER_OVERFLOW;
        free(whole);
    }
    free(name);
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

static NTSTATUS target_of(const struct nt_volume *v, const struct reparse *r, uint32_t n,
                          char **target)
{
    NTSTATUS status;
    char *host;

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
        host = relative_target(s, units);
        if (!host)
            return STATUS_INSUFFICIENT_RESOURCES;
        *target = host;
        if (host[0] == '/') { /* from the root of the drive, see below_root */
            if (asprintf(target, "%s/.%s", v->host ? v->host : "", host[1] ? host : "") < 0)
                *target = NULL;
            free(host);
        }
        return *target ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
    }
    /* What follows a link's name is joined to it when the link is followed, so Windows takes two
     * separators for one there. */
    uint16_t *whole = malloc((units + 1) * sizeof(*whole));
    if (!whole)
        return STATUS_INSUFFICIENT_RESOURCES;
    size_t kept = 0;
    for (size_t i = 0; i < units; i++)
        if (i < 4 || s[i] != '\\' || whole[kept - 1] != '\\')
            whole[kept++] = s[i];
    while (kept && whole[kept - 1] == '\\' && kept > 7)
        kept--;
    status = nt_host_path_of_name(whole, kept, &host);
    free(whole);
    if (!NT_SUCCESS(status))
        return status;
    if (symlink) {
        *target = host;
        return STATUS_SUCCESS;
    }
    if (asprintf(target, "%s/", host) < 0) /* see is_junction */
        *target = NULL;
    free(host);
    return *target ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
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
    NTSTATUS status =
        guest_read(r, in, n) ? target_of(f->volume, r, n, &target) : STATUS_ACCESS_VIOLATION;
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
