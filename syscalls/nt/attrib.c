/*
 * DOS attributes of host files. READONLY is the absence of every write permission; the others live
 * in an xattr ("0x<attributes>", then a blank and the creation time if one was set), and in memory
 * where the file system has none or refuses. A file without the xattr has ARCHIVE, as new files
 * have, and the creation time that the host knows.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "syscalls/nt/file.h"

#ifndef SYS_getxattrat
#define SYS_getxattrat 464
#endif

#define XATTR "user.compatrun.attrib"
#define REMEMBERED 4096 /* files; the oldest are forgotten */

#define KEPT                                                                                       \
    (FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM | FILE_ATTRIBUTE_ARCHIVE |                      \
     FILE_ATTRIBUTE_TEMPORARY | FILE_ATTRIBUTE_OFFLINE | FILE_ATTRIBUTE_SPARSE_FILE |              \
     FILE_ATTRIBUTE_NOT_CONTENT_INDEXED)
#define TEXT 48 /* bytes, with a terminator, that the xattr can have */

struct stored {
    bool known;
    uint32_t attributes;
    int64_t creation; /* 0: not set */
};

struct remembered {
    struct remembered *next;
    uint64_t dev, ino;
    struct stored stored;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards the list */
static struct remembered *memory;
static unsigned memory_count; /* atomic for the quick test */

static mode_t file_mask = 022; /* set at start-up */

void nt_attributes_init(void)
{
    file_mask = umask(0);
    umask(file_mask);
}

static bool recall(const struct stat *st, struct stored *stored)
{
    bool found = false;

    if (__atomic_load_n(&memory_count, __ATOMIC_RELAXED) == 0)
        return false;
    pthread_mutex_lock(&lock);
    for (struct remembered *m = memory; m && !found; m = m->next)
        if (m->ino == st->st_ino && m->dev == st->st_dev) {
            *stored = m->stored;
            found = true;
        }
    pthread_mutex_unlock(&lock);
    return found;
}

static void forget(const struct stat *st)
{
    for (struct remembered **link = &memory; *link; link = &(*link)->next)
        if ((*link)->ino == st->st_ino && (*link)->dev == st->st_dev) {
            struct remembered *old = *link;
            *link = old->next;
            free(old);
            __atomic_sub_fetch(&memory_count, 1, __ATOMIC_RELAXED);
            return;
        }
}

static NTSTATUS remember(const struct stat *st, const struct stored *stored)
{
    struct remembered *m = malloc(sizeof(*m));

    if (!m)
        return STATUS_INSUFFICIENT_RESOURCES;
    pthread_mutex_lock(&lock);
    forget(st);
    *m = (struct remembered){memory, st->st_dev, st->st_ino, *stored};
    memory = m;
    if (__atomic_add_fetch(&memory_count, 1, __ATOMIC_RELAXED) > REMEMBERED) {
        struct remembered **link = &memory;
        while ((*link)->next)
            link = &(*link)->next;
        free(*link);
        *link = NULL;
        __atomic_sub_fetch(&memory_count, 1, __ATOMIC_RELAXED);
    }
    pthread_mutex_unlock(&lock);
    return STATUS_SUCCESS;
}

/* What an xattr of n bytes (or an error) and the memory say. */
static struct stored parse(const struct stat *st, ssize_t n, char *text)
{
    struct stored stored = {0};

    if (n > 0) {
        char *end;
        text[n] = 0;
        stored.attributes = (uint32_t)strtoul(text, &end, 16);
        stored.known = end != text;
        if (stored.known && *end == ' ')
            stored.creation = strtoll(end + 1, NULL, 10);
        if (stored.creation < 0)
            stored.creation = 0;
    }
    if (!stored.known)
        recall(st, &stored);
    return stored;
}

static uint32_t combine(const struct stat *st, const struct stored *stored)
{
    bool folder = S_ISDIR(st->st_mode);
    uint32_t a = folder ? FILE_ATTRIBUTE_DIRECTORY : 0;

    if (stored->known)
        a |= stored->attributes & KEPT;
    else if (!folder)
        a = FILE_ATTRIBUTE_ARCHIVE;
    /* Folders keep READONLY in the xattr: it means nothing for access there. */
    if (folder ? (stored->attributes & FILE_ATTRIBUTE_READONLY) != 0 : !(st->st_mode & 0222))
        a |= FILE_ATTRIBUTE_READONLY;
    return a ? a : FILE_ATTRIBUTE_NORMAL;
}

static uint32_t link_attributes(bool folder)
{
    return FILE_ATTRIBUTE_REPARSE_POINT |
           (folder ? FILE_ATTRIBUTE_DIRECTORY : FILE_ATTRIBUTE_ARCHIVE);
}

/* A name for the file behind a descriptor, also an O_PATH one. */
static void proc_path(int fd, char path[32])
{
    snprintf(path, 32, "/proc/self/fd/%d", fd);
}

static struct stored load(int fd, bool path_only, const struct stat *st)
{
    char text[TEXT], path[32];
    ssize_t n;

    if (path_only) {
        proc_path(fd, path);
        n = getxattr(path, XATTR, text, sizeof(text) - 1);
    } else {
        n = fgetxattr(fd, XATTR, text, sizeof(text) - 1);
    }
    return parse(st, n, text);
}

uint32_t nt_attributes_of(int fd, bool path_only, const struct stat *st, int64_t *creation)
{
    char path[32], where[PATH_MAX];
    struct stat target;

    if (S_ISLNK(st->st_mode)) {
        /* What the link leads to, by way of the link's own path */
        proc_path(fd, path);
        ssize_t n = readlink(path, where, sizeof(where) - 1);
        if (n > 0)
            where[n] = 0;
        return link_attributes(n > 0 && stat(where, &target) == 0 && S_ISDIR(target.st_mode));
    }
    if (!S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode))
        return FILE_ATTRIBUTE_NORMAL;
    struct stored stored = load(fd, path_only, st);
    if (creation && stored.creation)
        *creation = stored.creation;
    return combine(st, &stored);
}

/* getxattrat, which Linux has since 6.13 and the C library does not know yet */
static ssize_t get_at(int dir, const char *name, char *text, size_t size)
{
    static bool missing; /* atomic */
    const struct {
        uint64_t value;
        uint32_t size, flags;
    } args = {(uintptr_t)text, (uint32_t)size, 0};

    if (__atomic_load_n(&missing, __ATOMIC_RELAXED)) {
        errno = ENOSYS;
        return -1;
    }
    ssize_t n = syscall(SYS_getxattrat, dir, name, AT_SYMLINK_NOFOLLOW, XATTR, &args, sizeof(args));
    if (n < 0 && errno == ENOSYS)
        __atomic_store_n(&missing, true, __ATOMIC_RELAXED);
    return n;
}

uint32_t nt_attributes_at(int dir, const char *name, const struct stat *st, int64_t *creation)
{
    char text[TEXT], path[PATH_MAX];

    if (S_ISLNK(st->st_mode))
        return link_attributes(nt_link_to_directory(dir, name));
    if (!S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode))
        return FILE_ATTRIBUTE_NORMAL;
    ssize_t n = get_at(dir, name, text, sizeof(text) - 1);
    if (n >= 0 || (errno != ENOSYS && errno != EPERM)) {
        /* That is the answer; EPERM may be a sandbox that does not know the call. */
    } else if ((size_t)snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", dir, name) <
               sizeof(path)) {
        n = lgetxattr(path, XATTR, text, sizeof(text) - 1);
    } else {
        /* By way of a descriptor, when the path is at the host's limit. */
        int fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
        if (fd >= 0) {
            proc_path(fd, path);
            n = getxattr(path, XATTR, text, sizeof(text) - 1);
            close(fd);
        }
    }
    struct stored stored = parse(st, n, text);
    if (creation && stored.creation)
        *creation = stored.creation;
    return combine(st, &stored);
}

static NTSTATUS save(int fd, bool path_only, const struct stat *st, const struct stored *stored)
{
    uint32_t plain = S_ISDIR(st->st_mode) ? 0 : FILE_ATTRIBUTE_ARCHIVE;
    char text[TEXT], path[32];
    int r, n;

    proc_path(fd, path);
    if (stored->attributes == plain && !stored->creation) {
        r = path_only ? removexattr(path, XATTR) : fremovexattr(fd, XATTR);
        if (r != 0 && (errno == ENODATA || errno == ENOTSUP))
            r = 0;
        pthread_mutex_lock(&lock);
        forget(st);
        pthread_mutex_unlock(&lock);
        return r == 0 ? STATUS_SUCCESS : nt_status_of_errno(errno);
    }
    n = snprintf(text, sizeof(text), "0x%x", stored->attributes);
    if (stored->creation)
        n += snprintf(text + n, sizeof(text) - (size_t)n, " %lld", (long long)stored->creation);
    r = path_only ? setxattr(path, XATTR, text, (size_t)n, 0)
                  : fsetxattr(fd, XATTR, text, (size_t)n, 0);
    /* EACCES: the file has no write permission, not even for its owner. */
    if (r != 0 && (errno == ENOTSUP || errno == ENOSPC || errno == EDQUOT ||
                   (errno == EACCES && st->st_uid == geteuid())))
        return remember(st, stored);
    return r == 0 ? STATUS_SUCCESS : nt_status_of_errno(errno);
}

NTSTATUS nt_attributes_set(int fd, bool path_only, const struct stat *st, uint32_t attributes)
{
    bool folder = S_ISDIR(st->st_mode), readonly = attributes & FILE_ATTRIBUTE_READONLY;
    bool change_mode = !folder && readonly != !(st->st_mode & 0222);
    mode_t mode = st->st_mode & 07777;
    char path[32];

    if (!S_ISREG(st->st_mode) && !folder)
        return STATUS_SUCCESS; /* links and devices have none to keep */
    proc_path(fd, path);
    /* While the file is writable, so that the xattr can be. */
    if (change_mode && !readonly) {
        /* Write permission comes back for those who may read, as the umask allows. */
        mode |= 0200u | ((mode >> 1 & 0222u) & ~file_mask);
        if ((path_only ? chmod(path, mode) : fchmod(fd, mode)) != 0)
            return nt_status_of_errno(errno);
    }
    struct stored stored = load(fd, path_only, st);
    stored.known = true;
    stored.attributes = attributes & (folder ? KEPT | FILE_ATTRIBUTE_READONLY : KEPT);
    NTSTATUS status = save(fd, path_only, st, &stored);
    if (NT_SUCCESS(status) && change_mode && readonly) {
        mode &= ~0222u;
        if ((path_only ? chmod(path, mode) : fchmod(fd, mode)) != 0)
            status = nt_status_of_errno(errno);
    }
    return status;
}

NTSTATUS nt_creation_time_set(int fd, bool path_only, const struct stat *st, int64_t creation)
{
    if (!S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode))
        return STATUS_SUCCESS;
    struct stored stored = load(fd, path_only, st);
    if (!stored.known && !S_ISDIR(st->st_mode))
        stored.attributes = FILE_ATTRIBUTE_ARCHIVE;
    stored.known = true;
    stored.creation = creation;
    return save(fd, path_only, st, &stored);
}
