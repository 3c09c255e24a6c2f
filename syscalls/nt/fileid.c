#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syscalls/nt/file.h"
#include "syscalls/nt/fileid.h"
#include "syscalls/nt/filename.h"

#define REMEMBERED 64

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards what is remembered */
static struct place {
    dev_t dev;
    ino_t ino;
    char *path;
} places[REMEMBERED];
static unsigned next_place;

static void remember(const struct stat *st, const char *path)
{
    char *copy = strdup(path), *old = copy;

    pthread_mutex_lock(&lock);
    unsigned i = 0;
    while (i < REMEMBERED &&
           (!places[i].path || places[i].ino != st->st_ino || places[i].dev != st->st_dev))
        i++;
    if (i == REMEMBERED)
        i = next_place++ % REMEMBERED;
    if (copy) {
        old = places[i].path;
        places[i] = (struct place){st->st_dev, st->st_ino, copy};
    }
    pthread_mutex_unlock(&lock);
    free(old);
}

void nt_file_id_remember(struct nt_file *f)
{
    char path[PATH_MAX];
    struct stat st;

    if (f->volume && f->fd >= 0 && fstat(f->fd, &st) == 0 && NT_SUCCESS(nt_file_host_path(f, path)))
        remember(&st, path);
}

static bool is_it(const char *path, dev_t dev, ino_t ino)
{
    struct stat st;

    return lstat(path, &st) == 0 && st.st_dev == dev && st.st_ino == ino;
}

/* Among this process's own descriptors. */
static char *open_one(dev_t dev, ino_t ino)
{
    DIR *d = opendir("/proc/self/fd");
    struct dirent *e;
    char *found = NULL;

    while (d && !found && (e = readdir(d)) != NULL) {
        char path[PATH_MAX];
        struct stat st;
        if (e->d_name[0] < '0' || e->d_name[0] > '9' || fstat(atoi(e->d_name), &st) != 0 ||
            st.st_dev != dev || st.st_ino != ino)
            continue;
        ssize_t n = readlinkat(dirfd(d), e->d_name, path, sizeof(path) - 1);
        if (n > 0) {
            path[n] = 0;
            if (is_it(path, dev, ino))
                found = strdup(path);
        }
    }
    if (d)
        closedir(d);
    return found;
}

char *nt_file_by_id(const struct nt_file *hint, uint64_t id)
{
    struct stat st;
    char *found = NULL;

    if (hint->fd < 0 || fstat(hint->fd, &st) != 0)
        return NULL;
    pthread_mutex_lock(&lock);
    for (unsigned i = 0; i < REMEMBERED && !found; i++)
        if (places[i].path && places[i].ino == id && places[i].dev == st.st_dev)
            found = strdup(places[i].path);
    pthread_mutex_unlock(&lock);
    if (found && is_it(found, st.st_dev, id))
        return found;
    free(found);
    return open_one(st.st_dev, id);
}

/* FILE_LINKS_INFORMATION and its entries */
struct links {
    ULONG bytes_needed, entries;
};
struct link_entry {
    ULONG next;
    LONGLONG parent;
    ULONG length; /* UTF-16 units */
    WCHAR name[1];
};
_Static_assert(offsetof(struct link_entry, parent) == 8 && offsetof(struct link_entry, name) == 20,
               "FILE_LINK_ENTRY_INFORMATION");

struct listing {
    char *buffer;
    uint32_t room, used, last; /* last: of the entry before, 0 for none */
    struct links head;
    LONGLONG parent;
};

static void add_link(struct listing *l, const char *host)
{
    uint16_t name[NT_NAME_UNITS];
    size_t units = nt_name_from_host(host, strlen(host), name, NT_NAME_UNITS);

    if (units == NT_NO_ROOM)
        return;
    uint32_t at = (l->head.bytes_needed + 7) & ~7u;
    uint32_t size = (uint32_t)(offsetof(struct link_entry, name) + units * 2);
    l->head.bytes_needed = at + size;
    if (at + size > l->room || at != ((l->used + 7) & ~7u))
        return; /* counted, not given */
    struct link_entry head = {.parent = l->parent, .length = (ULONG)units};
    memcpy(l->buffer + at, &head, offsetof(struct link_entry, name));
    memcpy(l->buffer + at + offsetof(struct link_entry, name), name, units * 2);
    if (l->last) {
        ULONG next = at - l->last;
        memcpy(l->buffer + l->last, &next, sizeof(next));
    }
    l->last = at;
    l->used = at + size;
    l->head.entries++;
}

NTSTATUS nt_file_links(struct nt_file *f, void *buffer, uint32_t n, ULONG_PTR *information)
{
    struct listing l = {.buffer = buffer,
                        .room = n,
                        .used = sizeof(struct links),
                        .head.bytes_needed = sizeof(struct links)};
    char own[NAME_MAX + 1], path[PATH_MAX];
    struct stat st, folder;
    NTSTATUS status;

    if (!f->volume || f->device || f->whole_volume)
        return STATUS_INVALID_DEVICE_REQUEST;
    int dir = nt_file_parent(f, own, &status);
    if (dir < 0)
        return status;
    if (fstat(f->fd, &st) != 0 || fstat(dir, &folder) != 0) {
        status = nt_status_of_errno(errno);
        close(dir);
        return status;
    }
    /* Who gets the folder's number may ask for it by that. */
    if (NT_SUCCESS(nt_file_host_path(f, path)) && strrchr(path, '/')) {
        char *slash = strrchr(path, '/');
        slash[slash == path] = 0;
        remember(&folder, path);
    }
    l.parent = (LONGLONG)folder.st_ino;
    add_link(&l, own);
    int again = S_ISREG(st.st_mode) && st.st_nlink > 1
                    ? openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                    : -1;
    DIR *d = again >= 0 ? fdopendir(again) : NULL;
    struct dirent *e;
    while (d && (e = readdir(d)) != NULL)
        if (e->d_ino == st.st_ino && strcmp(e->d_name, own) != 0)
            add_link(&l, e->d_name);
    if (d)
        closedir(d);
    else if (again >= 0)
        close(again);
    close(dir);
    memcpy(buffer, &l.head, sizeof(l.head));
    *information = l.used;
    return l.head.bytes_needed > l.used ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}
