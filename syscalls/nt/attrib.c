/*
 * DOS attributes of host files. READONLY is the absence of every write permission; the others live
 * in an xattr, and in memory where the file system has none or refuses. A file without the xattr
 * has ARCHIVE, as new files have.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "syscalls/nt/file.h"

#define XATTR "user.compatrun.attrib"
#define REMEMBERED 4096 /* files; the oldest are forgotten */

struct remembered {
    struct remembered *next;
    uint64_t dev, ino;
    uint32_t attributes;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards the list */
static struct remembered *memory;
static unsigned memory_count; /* atomic for the quick test */

static bool recall(const struct stat *st, uint32_t *attributes)
{
    bool found = false;

    if (__atomic_load_n(&memory_count, __ATOMIC_RELAXED) == 0)
        return false;
    pthread_mutex_lock(&lock);
    for (struct remembered *m = memory; m && !found; m = m->next)
        if (m->ino == st->st_ino && m->dev == st->st_dev) {
            *attributes = m->attributes;
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

static NTSTATUS remember(const struct stat *st, uint32_t attributes)
{
    struct remembered *m = malloc(sizeof(*m));

    if (!m)
        return STATUS_INSUFFICIENT_RESOURCES;
    pthread_mutex_lock(&lock);
    forget(st);
    *m = (struct remembered){memory, st->st_dev, st->st_ino, attributes};
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

static uint32_t combine(const struct stat *st, ssize_t n, const char *text)
{
    uint32_t a = 0, stored = 0;
    bool known = false;

    if (n > 0) {
        char *end;
        stored = (uint32_t)strtoul(text, &end, 16);
        known = end != text;
    }
    if (!known)
        known = recall(st, &stored);
    if (S_ISDIR(st->st_mode))
        a = FILE_ATTRIBUTE_DIRECTORY;
    else if (!known)
        a = FILE_ATTRIBUTE_ARCHIVE;
    if (known)
        a |= stored & (FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM | FILE_ATTRIBUTE_ARCHIVE |
                       FILE_ATTRIBUTE_TEMPORARY | FILE_ATTRIBUTE_OFFLINE |
                       FILE_ATTRIBUTE_SPARSE_FILE | FILE_ATTRIBUTE_NOT_CONTENT_INDEXED);
    /* Folders keep READONLY in the xattr: it means nothing for access there. */
    if (S_ISDIR(st->st_mode) ? (stored & FILE_ATTRIBUTE_READONLY) != 0 : !(st->st_mode & 0222))
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

uint32_t nt_attributes_of(int fd, bool path_only, const struct stat *st)
{
    char text[16], path[32];
    ssize_t n;

    if (S_ISLNK(st->st_mode)) {
        struct stat target;
        proc_path(fd, path);
        /* What the link leads to: through its own text, seen from its folder. */
        char where[PATH_MAX];
        n = readlink(path, where, sizeof(where) - 1);
        if (n > 0)
            where[n] = 0;
        return link_attributes(n > 0 && stat(where, &target) == 0 && S_ISDIR(target.st_mode));
    }
    if (!S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode))
        return FILE_ATTRIBUTE_NORMAL;
    if (path_only) {
        proc_path(fd, path);
        n = getxattr(path, XATTR, text, sizeof(text) - 1);
    } else {
        n = fgetxattr(fd, XATTR, text, sizeof(text) - 1);
    }
    if (n >= 0)
        text[n] = 0;
    return combine(st, n, text);
}

uint32_t nt_attributes_at(int dir, const char *name, const struct stat *st)
{
    char text[16], path[32 + NAME_MAX + 2];
    ssize_t n;

    if (S_ISLNK(st->st_mode))
        return link_attributes(nt_link_to_directory(dir, name));
    if (!S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode))
        return FILE_ATTRIBUTE_NORMAL;
    snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", dir, name);
    n = lgetxattr(path, XATTR, text, sizeof(text) - 1);
    if (n >= 0)
        text[n] = 0;
    return combine(st, n, text);
}

NTSTATUS nt_attributes_set(int fd, bool path_only, const struct stat *st, uint32_t attributes)
{
    const uint32_t kept = FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM | FILE_ATTRIBUTE_ARCHIVE |
                          FILE_ATTRIBUTE_TEMPORARY | FILE_ATTRIBUTE_OFFLINE |
                          FILE_ATTRIBUTE_SPARSE_FILE | FILE_ATTRIBUTE_NOT_CONTENT_INDEXED;
    bool folder = S_ISDIR(st->st_mode), readonly = attributes & FILE_ATTRIBUTE_READONLY;
    uint32_t stored = attributes & (folder ? kept | FILE_ATTRIBUTE_READONLY : kept);
    uint32_t plain = folder ? 0 : FILE_ATTRIBUTE_ARCHIVE;
    char text[16], path[32];
    int r;

    if (!S_ISREG(st->st_mode) && !folder)
        return STATUS_SUCCESS; /* links and devices have none to keep */
    proc_path(fd, path);
    if (!folder && readonly != !(st->st_mode & 0222)) {
        /* Write permission comes back for those who may read, as the umask allows. */
        mode_t mode = st->st_mode & 07777, mask;
        if (readonly) {
            mode &= ~0222u;
        } else {
            mask = umask(0);
            umask(mask);
            mode |= 0200u | ((mode >> 1 & 0222u) & ~mask);
        }
        if ((path_only ? chmod(path, mode) : fchmod(fd, mode)) != 0)
            return nt_status_of_errno(errno);
    }
    if (stored == plain) {
        r = path_only ? removexattr(path, XATTR) : fremovexattr(fd, XATTR);
        if (r != 0 && (errno == ENODATA || errno == ENOTSUP))
            r = 0;
        pthread_mutex_lock(&lock);
        forget(st);
        pthread_mutex_unlock(&lock);
        return r == 0 ? STATUS_SUCCESS : nt_status_of_errno(errno);
    }
    int n = snprintf(text, sizeof(text), "0x%x", stored);
    r = path_only ? setxattr(path, XATTR, text, (size_t)n, 0) : fsetxattr(fd, XATTR, text, (size_t)n, 0);
    /* EACCES: the file has just become read-only, or belongs to somebody else. */
    if (r != 0 && (errno == ENOTSUP || errno == ENOSPC || errno == EDQUOT ||
                   (errno == EACCES && st->st_uid == geteuid())))
        return remember(st, stored);
    return r == 0 ? STATUS_SUCCESS : nt_status_of_errno(errno);
}
