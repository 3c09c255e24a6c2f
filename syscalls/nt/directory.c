/*
 * Enumeration of folders. The first call reads the names of the whole folder and puts them in
 * NTFS's order; each later call continues there, so that entries which are created or deleted
 * meanwhile neither repeat nor hide others. What is said about an entry is read when it is
 * returned; one that is gone by then is left out.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syscalls/nt/directory.h"
#include "syscalls/nt/file.h"
#include "syscalls/nt/fileinfo.h"
#include "syscalls/nt/filename.h"

#include "nt_handlers.h"

#define MAX_SORTED 65536
#define IO_REPARSE_TAG_SYMLINK 0xa000000cu

/* QueryFlags of NtQueryDirectoryFileEx */
#define SL_RESTART_SCAN 1u
#define SL_RETURN_SINGLE_ENTRY 2u
#define SL_INDEX_SPECIFIED 4u
#define SL_RETURN_ON_DISK_ENTRIES_ONLY 8u
#define SL_NO_CURSOR_UPDATE_QUERY 16u

struct nt_dir_scan {
    uint32_t refs; /* under the file's lock */
    int fd;        /* of the folder; -1 for one that is only in the table of C: */
    int node;
    uint16_t *pattern; /* NULL: everything */
    size_t pattern_n;
    bool literal; /* the pattern is one name */
    size_t next;  /* index into names; atomic: two threads may share a handle */
    size_t count, room;
    size_t *names; /* offsets into text: host names, terminated */
    char *text;
    size_t text_n, text_room;
    bool asked; /* a call has looked at it; atomic */
};

void nt_dir_scan_free(struct nt_dir_scan *s)
{
    if (!s)
        return;
    if (s->fd >= 0)
        close(s->fd);
    free(s->pattern);
    free(s->names);
    free(s->text);
    free(s);
}

static bool add_name(struct nt_dir_scan *s, const char *host)
{
    size_t n = strlen(host) + 1;

    if (s->count == s->room) {
        size_t room = s->room ? s->room * 2 : 64;
        size_t *fresh = reallocarray(s->names, room, sizeof(*fresh));
        if (!fresh)
            return false;
        s->names = fresh;
        s->room = room;
    }
    if (s->text_room - s->text_n < n) {
        size_t room = (s->text_room ? s->text_room * 2 : 2048) + n;
        char *fresh = realloc(s->text, room);
        if (!fresh)
            return false;
        s->text = fresh;
        s->text_room = room;
    }
    memcpy(s->text + s->text_n, host, n);
    s->names[s->count++] = s->text_n;
    s->text_n += n;
    return true;
}

static bool matches(const struct nt_dir_scan *s, const char *host)
{
    uint16_t units[NT_NAME_UNITS];
    uint16_t alias[12];
    size_t n = nt_name_from_host(host, strlen(host), units, NT_NAME_UNITS), an;

    if (n == NT_NO_ROOM)
        return false; /* longer than a name can be on NT */
    if (!s->pattern)
        return true;
    if (s->literal ? nt_name_equal(s->pattern, s->pattern_n, units, n)
                   : nt_name_match(s->pattern, s->pattern_n, units, n))
        return true;
    an = nt_short_name(units, n, alias);
    return an && (s->literal ? nt_name_equal(s->pattern, s->pattern_n, alias, an)
                             : nt_name_match(s->pattern, s->pattern_n, alias, an));
}

static int compare_names(const void *a, const void *b, void *text)
{
    const char *x = (char *)text + *(const size_t *)a, *y = (char *)text + *(const size_t *)b;
    uint16_t xu[NT_NAME_UNITS], yu[NT_NAME_UNITS];
    size_t xn, yn;

    /* Most names are ASCII: no conversion for those. */
    for (const char *p = x, *q = y;; p++, q++) {
        unsigned char c = (unsigned char)*p, d = (unsigned char)*q;
        if ((c | d) & 0x80)
            break;
        if (c != d) {
            c = (unsigned char)nt_upcase(c);
            d = (unsigned char)nt_upcase(d);
            if (c != d)
                return c < d ? -1 : 1;
        }
        if (!c)
            return strcmp(x, y);
    }
    xn = nt_name_from_host(x, strlen(x), xu, NT_NAME_UNITS);
    yn = nt_name_from_host(y, strlen(y), yu, NT_NAME_UNITS);
    int r = nt_name_compare(xu, xn, yu, yn);
    return r ? r : strcmp(x, y);
}

static NTSTATUS read_names(struct nt_dir_scan *s, bool root)
{
    static const char *const dots[] = {".", ".."};
    size_t first;

    for (int i = 0; i < 2 && !root; i++)
        if (matches(s, dots[i]) && !add_name(s, dots[i]))
            return STATUS_INSUFFICIENT_RESOURCES;
    first = s->count;
    if (s->node >= 0) /* what is on disk all the same comes from there */
        for (int i = 1; i < nt_composed_count; i++)
            if (nt_composed_nodes[i].parent == s->node && nt_composed_exists(i) &&
                (s->fd < 0 || nt_composed_is_virtual(i)) && matches(s, nt_composed_nodes[i].name) &&
                !add_name(s, nt_composed_nodes[i].name))
                return STATUS_INSUFFICIENT_RESOURCES;
    if (s->fd >= 0) {
        int fd = openat(s->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
        struct dirent *e;
        int error = 0;
        if (!d) {
            error = errno;
            if (fd >= 0)
                close(fd);
            return nt_status_of_errno(error);
        }
        errno = 0;
        while ((e = readdir(d)) != NULL) {
            if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
                matches(s, e->d_name) && !add_name(s, e->d_name)) {
                error = ENOMEM;
                break;
            }
            errno = 0;
        }
        if (!error)
            error = errno;
        closedir(d);
        if (error)
            return nt_status_of_errno(error);
    }
    if (s->count - first > 1 && s->count - first <= MAX_SORTED)
        qsort_r(s->names + first, s->count - first, sizeof(s->names[0]), compare_names, s->text);
    return STATUS_SUCCESS;
}

/* Is this the top of a drive? Those have no "." and "..". */
static bool is_root(const struct nt_file *f)
{
    struct stat a, b;

    if (f->node >= 0)
        return f->node == NT_COMPOSED_ROOT;
    int root = f->volume ? nt_volume_root(f->volume) : -1;
    return root >= 0 && f->fd >= 0 && fstat(root, &a) == 0 && fstat(f->fd, &b) == 0 &&
           a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

static NTSTATUS new_scan(struct nt_file *f, const uint16_t *pattern, size_t n,
                         struct nt_dir_scan **out)
{
    struct nt_dir_scan *s = calloc(1, sizeof(*s));
    NTSTATUS status = STATUS_SUCCESS;

    if (!s)
        return STATUS_INSUFFICIENT_RESOURCES;
    s->refs = 1;
    s->fd = -1;
    s->node = f->node;
    /* A folder of C: may have come to disk since it was opened. */
    if (f->fd < 0) {
        int root = nt_volume_root(f->volume);
        char path[PATH_MAX];
        nt_composed_path(f->node, path);
        if (root >= 0)
            s->fd = openat(root, path[0] ? path : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    } else {
        s->fd = fcntl(f->fd, F_DUPFD_CLOEXEC, 3);
        if (s->fd < 0)
            status = nt_status_of_errno(errno);
    }
    if (NT_SUCCESS(status) && n && !(n == 1 && pattern[0] == '*')) {
        s->pattern = malloc(n * sizeof(*pattern));
        if (s->pattern) {
            memcpy(s->pattern, pattern, n * sizeof(*pattern));
            s->pattern_n = n;
            s->literal = !nt_name_has_wildcards(pattern, n);
        } else {
            status = STATUS_INSUFFICIENT_RESOURCES;
        }
    }
    if (NT_SUCCESS(status))
        status = read_names(s, is_root(f));
    if (!NT_SUCCESS(status)) {
        nt_dir_scan_free(s);
        return status;
    }
    *out = s;
    return STATUS_SUCCESS;
}

/* Offset of the name, or 0 for a class that is not about folders. */
static uint32_t name_offset(uint32_t class)
{
    switch (class) {
    case FileDirectoryInformation:
        return offsetof(FILE_DIRECTORY_INFORMATION, FileName);
    case FileFullDirectoryInformation:
        return offsetof(FILE_FULL_DIR_INFORMATION, FileName);
    case FileBothDirectoryInformation:
        return offsetof(FILE_BOTH_DIR_INFORMATION, FileName);
    case FileNamesInformation:
        return offsetof(FILE_NAMES_INFORMATION, FileName);
    case FileIdBothDirectoryInformation:
        return offsetof(FILE_ID_BOTH_DIR_INFORMATION, FileName);
    case FileIdFullDirectoryInformation:
        return offsetof(FILE_ID_FULL_DIR_INFORMATION, FileName);
    case FileIdExtdDirectoryInformation:
        return offsetof(FILE_ID_EXTD_DIR_INFORMATION, FileName);
    default:
        return 0;
    }
}

/* Fixed part of an entry, as large as the largest class. */
union entry {
    FILE_DIRECTORY_INFORMATION directory;
    FILE_FULL_DIR_INFORMATION full;
    FILE_BOTH_DIR_INFORMATION both;
    FILE_NAMES_INFORMATION names;
    FILE_ID_BOTH_DIR_INFORMATION id_both;
    FILE_ID_FULL_DIR_INFORMATION id_full;
    FILE_ID_EXTD_DIR_INFORMATION id_extd;
};

struct details {
    struct nt_file_details d;
    uint16_t name[NT_NAME_UNITS];
    size_t name_n;
    uint16_t alias[12];
    size_t alias_n;
};

static void fill_entry(union entry *e, uint32_t class, const struct details *x)
{
    uint32_t bytes = (uint32_t)x->name_n * 2;
    /* A link's tag is told where other files have the size of their extended attributes. */
    uint32_t ea = x->d.attributes & FILE_ATTRIBUTE_REPARSE_POINT ? x->d.reparse_tag : 0;

    memset(e, 0, sizeof(*e));
    if (class == FileNamesInformation) {
        e->names.FileNameLength = bytes;
        return;
    }
    /* These classes begin alike. */
    e->directory.CreationTime.QuadPart = x->d.creation;
    e->directory.LastAccessTime.QuadPart = x->d.access;
    e->directory.LastWriteTime.QuadPart = x->d.write;
    e->directory.ChangeTime.QuadPart = x->d.change;
    e->directory.EndOfFile.QuadPart = x->d.size;
    e->directory.AllocationSize.QuadPart = x->d.allocation;
    e->directory.FileAttributes = x->d.attributes;
    e->directory.FileNameLength = bytes;
    if (class != FileDirectoryInformation)
        e->full.EaSize = ea;
    switch (class) {
    case FileIdBothDirectoryInformation:
        e->id_both.FileId.QuadPart = (LONGLONG)x->d.id;
        /* fall through */
    case FileBothDirectoryInformation:
        e->both.ShortNameLength = (CCHAR)(x->alias_n * 2);
        memcpy(e->both.ShortName, x->alias, x->alias_n * 2);
        break;
    case FileIdFullDirectoryInformation:
        e->id_full.FileId.QuadPart = (LONGLONG)x->d.id;
        break;
    case FileIdExtdDirectoryInformation:
        e->id_extd.EaSize = 0;
        e->id_extd.ReparsePointTag = ea;
        memcpy(e->id_extd.FileId, &x->d.id, sizeof(x->d.id));
        break;
    }
}

/* False: the entry is gone. */
static bool get_details(const struct nt_dir_scan *s, const char *host, uint32_t class,
                        struct details *x)
{
    x->name_n = nt_name_from_host(host, strlen(host), x->name, NT_NAME_UNITS);
    x->alias_n = 0;
    if (x->name_n == NT_NO_ROOM)
        return false;
    if (class == FileNamesInformation)
        return true;
    if (s->fd < 0 || !nt_file_details_at(s->fd, host, &x->d)) {
        if (s->node < 0)
            return false;
        int child = nt_composed_child(s->node, x->name, x->name_n);
        if (child < 0 && s->fd >= 0)
            return false;
        nt_file_details_of_node(child >= 0 ? child : s->node, &x->d); /* "." and ".." */
    }
    if ((class == FileBothDirectoryInformation || class == FileIdBothDirectoryInformation) &&
        strcmp(host, ".") != 0 && strcmp(host, "..") != 0)
        x->alias_n = nt_short_name(x->name, x->name_n, x->alias);
    return true;
}

static NTSTATUS fill_buffer(struct nt_dir_scan *s, char *buffer, uint32_t length, uint32_t class,
                            bool single, bool keep, ULONG_PTR *information)
{
    uint32_t fixed = name_offset(class), used = 0, last = 0;
    size_t at = __atomic_load_n(&s->next, __ATOMIC_RELAXED), start = at;
    NTSTATUS status = STATUS_SUCCESS;
    bool any = false;

    for (; at < s->count; at++) {
        union entry e;
        struct details x;
        if (!get_details(s, s->text + s->names[at], class, &x))
            continue;
        uint32_t bytes = (uint32_t)x.name_n * 2;
        uint32_t begin = any ? (used + 7) & ~7u : 0;
        fill_entry(&e, class, &x);
        if (begin > length || length - begin < fixed + bytes) {
            if (any)
                break;
            /* Not even the first fits: as much of the name as there is room for. */
            if (!guest_write(buffer, &e, fixed) ||
                !guest_write(buffer + fixed, x.name, length - fixed))
                return STATUS_ACCESS_VIOLATION;
            used = length;
            status = STATUS_BUFFER_OVERFLOW;
            any = true;
            at++;
            break;
        }
        if (!guest_write(buffer + begin, &e, fixed) ||
            !guest_write(buffer + begin + fixed, x.name, bytes))
            return STATUS_ACCESS_VIOLATION;
        if (any && !guest_put((ULONG *)(buffer + last), begin - last))
            return STATUS_ACCESS_VIOLATION;
        last = begin;
        used = begin + fixed + bytes;
        any = true;
        if (single) {
            at++;
            break;
        }
    }
    if (!keep)
        __atomic_compare_exchange_n(&s->next, &start, at, false, __ATOMIC_RELAXED,
                                    __ATOMIC_RELAXED);
    *information = used;
    bool first = !__atomic_exchange_n(&s->asked, true, __ATOMIC_RELAXED);
    if (!any)
        return first ? STATUS_NO_SUCH_FILE : STATUS_NO_MORE_FILES;
    return status;
}

static NTSTATUS get_pattern(const UNICODE_STRING *guest, uint16_t *units, size_t *n)
{
    UNICODE_STRING u;

    *n = 0;
    if (!guest)
        return STATUS_SUCCESS;
    if (!guest_get(&u, guest))
        return STATUS_ACCESS_VIOLATION;
    if (u.Length == 0)
        return STATUS_SUCCESS;
    if (u.Length % 2 || u.Length / 2 > NT_PATTERN_UNITS)
        return STATUS_OBJECT_NAME_INVALID;
    if (!guest_read(units, u.Buffer, u.Length))
        return STATUS_ACCESS_VIOLATION;
    *n = u.Length / 2;
    for (size_t i = 0; i < *n; i++)
        if (units[i] == '\\' || units[i] == '/' || units[i] < 0x20)
            return STATUS_OBJECT_NAME_INVALID;
    return STATUS_SUCCESS;
}

static void scan_release(struct nt_file *f, struct nt_dir_scan *s)
{
    pthread_mutex_lock(&f->lock);
    bool last = --s->refs == 0;
    pthread_mutex_unlock(&f->lock);
    if (last)
        nt_dir_scan_free(s);
}

/* The file's scan with a reference, made if there is none or a restart asks for a new one. */
static NTSTATUS get_scan(struct nt_file *f, bool restart, const uint16_t *pattern, size_t n,
                         struct nt_dir_scan **out)
{
    struct nt_dir_scan *fresh, *old;
    uint16_t kept[NT_PATTERN_UNITS];

    pthread_mutex_lock(&f->lock);
    old = f->scan;
    if (old && !restart) {
        old->refs++;
        *out = old;
        pthread_mutex_unlock(&f->lock);
        return STATUS_SUCCESS;
    }
    /* A restart without a pattern keeps the first one. */
    if (old && n == 0 && old->pattern) {
        n = old->pattern_n;
        memcpy(kept, old->pattern, n * sizeof(kept[0]));
        pattern = kept;
    }
    pthread_mutex_unlock(&f->lock);
    NTSTATUS status = new_scan(f, pattern, n, &fresh);
    if (!NT_SUCCESS(status))
        return status;
    fresh->refs++;
    pthread_mutex_lock(&f->lock);
    old = f->scan;
    f->scan = fresh;
    bool drop = old && --old->refs == 0;
    pthread_mutex_unlock(&f->lock);
    if (drop)
        nt_dir_scan_free(old);
    *out = fresh;
    return STATUS_SUCCESS;
}

NTSTATUS NtQueryDirectoryFileEx(struct nt_thread *t, HANDLE FileHandle, HANDLE Event,
                                PVOID ApcRoutine, PVOID ApcContext, IO_STATUS_BLOCK *IoStatusBlock,
                                void *FileInformation, ULONG Length, ULONG FileInformationClass,
                                ULONG QueryFlags, const UNICODE_STRING *FileName)
{
    uint16_t pattern[NT_PATTERN_UNITS];
    struct nt_dir_scan *scan;
    struct nt_file *f;
    struct nt_io io;
    ULONG_PTR information = 0;
    size_t n;

    if (QueryFlags & ~31u)
        return STATUS_INVALID_PARAMETER;
    if (QueryFlags & SL_INDEX_SPECIFIED)
        return STATUS_NOT_IMPLEMENTED;
    if (!name_offset(FileInformationClass))
        return STATUS_INVALID_INFO_CLASS;
    NTSTATUS status = nt_file_get(FileHandle, FILE_LIST_DIRECTORY, &f, NULL);
    if (!NT_SUCCESS(status))
        return status;
    if (!f->directory || f->reparse || f->device)
        status = STATUS_INVALID_PARAMETER;
    else if (Length < ((name_offset(FileInformationClass) + 2 + 7) & ~7u))
        status = STATUS_INFO_LENGTH_MISMATCH;
    else if (!guest_range_ok(FileInformation, Length))
        status = STATUS_ACCESS_VIOLATION;
    else
        status = get_pattern(FileName, pattern, &n);
    if (NT_SUCCESS(status))
        status = nt_io_begin(t, f, Event, ApcRoutine, ApcContext, IoStatusBlock, &io);
    if (!NT_SUCCESS(status))
        goto out;
    status = get_scan(f, QueryFlags & SL_RESTART_SCAN, pattern, n, &scan);
    if (NT_SUCCESS(status)) {
        status = fill_buffer(scan, FileInformation, Length, FileInformationClass,
                             QueryFlags & SL_RETURN_SINGLE_ENTRY,
                             QueryFlags & SL_NO_CURSOR_UPDATE_QUERY, &information);
        scan_release(f, scan);
    }
    if (status == STATUS_NO_MORE_FILES || status == STATUS_NO_SUCH_FILE) {
        /* Warnings and this error reach the status block of a synchronous folder. */
        guest_put(IoStatusBlock, ((IO_STATUS_BLOCK){.Status = status, .Information = 0}));
    }
    status = nt_io_complete(f, &io, status, information);
out:
    nt_file_release(f);
    return status;
}

NTSTATUS NtQueryDirectoryFile(struct nt_thread *t, HANDLE FileHandle, HANDLE Event,
                              PVOID ApcRoutine, PVOID ApcContext, IO_STATUS_BLOCK *IoStatusBlock,
                              void *FileInformation, ULONG Length, ULONG FileInformationClass,
                              BOOLEAN ReturnSingleEntry, const UNICODE_STRING *FileName,
                              BOOLEAN RestartScan)
{
    return NtQueryDirectoryFileEx(t, FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock,
                                  FileInformation, Length, FileInformationClass,
                                  (RestartScan ? SL_RESTART_SCAN : 0) |
                                      (ReturnSingleEntry ? SL_RETURN_SINGLE_ENTRY : 0),
                                  FileName);
}
