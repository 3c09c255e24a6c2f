/*
 * Change notifications of folders, from inotify.
 *
 * An open folder gets an inotify descriptor with its first request, which also fixes the filter,
 * the depth and how many bytes of changes are kept between requests. What happens while no request
 * waits stays in the kernel's queue and is fetched by the next one.
 */
#include "syscalls/nt/notify.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syscalls/nt/async.h"
#include "syscalls/nt/filename.h"

#include "nt_handlers.h"

#define CHANGE_FILE_NAME 0x001u
#define CHANGE_DIR_NAME 0x002u
#define CHANGE_ATTRIBUTES 0x004u
#define CHANGE_SIZE 0x008u
#define CHANGE_LAST_WRITE 0x010u
#define CHANGE_LAST_ACCESS 0x020u
#define CHANGE_CREATION 0x040u
#define CHANGE_EA 0x080u
#define CHANGE_SECURITY 0x100u
#define CHANGE_ALL 0xfffu /* streams, too, which never change here */

#define ACTION_ADDED 1u
#define ACTION_REMOVED 2u
#define ACTION_MODIFIED 3u
#define ACTION_RENAMED_OLD 4u
#define ACTION_RENAMED_NEW 5u

#define CLASS_BASIC 1u    /* FILE_NOTIFY_INFORMATION */
#define CLASS_EXTENDED 2u /* FILE_NOTIFY_EXTENDED_INFORMATION */

/* How long the second half of a rename may take behind the first: the kernel queues both in one
 * system call, but they can be read in between. */
#define RENAME_MS 2

struct basic_record {
    ULONG next, action, name_bytes;
};

struct extended_record {
    ULONG next, action;
    LARGE_INTEGER creation, write, change, access, allocation, size;
    ULONG attributes, tag_or_ea;
    LARGE_INTEGER id, parent_id;
    ULONG name_bytes;
};
#define EXTENDED_HEADER 84u /* the name follows without padding */
_Static_assert(offsetof(struct extended_record, name_bytes) + 4 == EXTENDED_HEADER, "layout");

struct change {
    struct change *next;
    uint32_t action;
    struct extended_record details; /* only for extended requests; zeros when it is gone */
    size_t units;
    uint16_t name[];
};

/* Names that a new folder was seen to have before the kernel's events about them were read: those
 * must not be told twice. */
struct known {
    struct known *next;
    char name[];
};

struct watch {
    int wd;
    char *path; /* below the folder, with '/'; "" is the folder itself */
    struct known *known;
};

struct request {
    struct request *next;
    struct nt_io io;
    char *buffer; /* guest */
    uint32_t length, class;
    NTSTATUS status;
    char *records; /* host memory: what goes to the buffer */
    size_t n;
};

struct notify {
    struct nt_file *file; /* that this is `more` of */
    pthread_mutex_t lock; /* guards all below */
    int fd;               /* inotify */
    uint32_t filter, mask;
    bool tree, started, closed;
    bool deleted;  /* the folder itself is gone */
    bool overflow; /* changes were lost: the reader has to look for himself */
    size_t limit, kept; /* bytes of records between requests */
    uint32_t class;     /* of the first request */
    struct watch *watches; /* by ascending wd */
    size_t watch_count, watch_room;
    int root_wd;
    struct change *changes, **tail;
    struct change *last;
    struct request *requests;
    struct nt_async async;
};

/* ---- Changes that are kept ---- */

static size_t record_size(uint32_t class, size_t units)
{
    size_t header = class == CLASS_EXTENDED ? EXTENDED_HEADER : sizeof(struct basic_record);
    size_t align = class == CLASS_EXTENDED ? 8 : 4;

    return (header + units * 2 + align - 1) & ~(align - 1);
}

static void drop_changes(struct notify *n)
{
    for (struct change *c = n->changes, *next; c; c = next) {
        next = c->next;
        free(c);
    }
    n->changes = n->last = NULL;
    n->tail = &n->changes;
    n->kept = 0;
}

static void lose_changes(struct notify *n)
{
    drop_changes(n);
    n->overflow = true;
}

/* "a/b" in NT's form; the number of units or NT_NO_ROOM. */
static size_t nt_path_of(const char *path, uint16_t *name, size_t room)
{
    size_t units = 0;

    while (*path) {
        const char *end = strchrnul(path, '/');
        if (units) {
            if (units == room)
                return NT_NO_ROOM;
            name[units++] = '\\';
        }
        size_t got = nt_name_from_host(path, (size_t)(end - path), name + units, room - units);
        if (got == NT_NO_ROOM)
            return NT_NO_ROOM;
        units += got;
        path = *end ? end + 1 : end;
    }
    return units;
}

static uint64_t id_of(int dir, const char *path)
{
    struct stat st;

    return fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0 ? st.st_ino : 0;
}

static void fill_details(struct notify *n, const char *path, struct extended_record *d)
{
    char parent[PATH_MAX];
    struct stat st;
    int64_t creation;

    const char *slash = strrchr(path, '/');
    snprintf(parent, sizeof(parent), "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
    d->parent_id.QuadPart = (LONGLONG)id_of(n->file->fd, parent);
    if (fstatat(n->file->fd, path, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return;
    creation = nt_time_of(st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
    d->attributes = nt_attributes_at(n->file->fd, path, &st, &creation);
    d->creation.QuadPart = creation;
    d->write.QuadPart = nt_time_of(st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
    d->change.QuadPart = nt_time_of(st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
    d->access.QuadPart = nt_time_of(st.st_atim.tv_sec, st.st_atim.tv_nsec);
    if (!S_ISDIR(st.st_mode)) {
        d->allocation.QuadPart = (LONGLONG)st.st_blocks * 512;
        d->size.QuadPart = st.st_size;
    }
    d->id.QuadPart = (LONGLONG)st.st_ino;
}

static bool wanted(const struct notify *n, bool directory)
{
    return n->filter & (directory ? CHANGE_DIR_NAME : CHANGE_FILE_NAME);
}

static void keep(struct notify *n, uint32_t action, const char *path)
{
    uint16_t name[PATH_MAX];

    if (n->overflow)
        return;
    size_t units = nt_path_of(path, name, PATH_MAX);
    if (units == NT_NO_ROOM) {
        lose_changes(n);
        return;
    }
    /* One write is many events. */
    if (action == ACTION_MODIFIED && n->last && n->last->action == action &&
        n->last->units == units && !memcmp(n->last->name, name, units * 2)) {
        if (n->class == CLASS_EXTENDED)
            fill_details(n, path, &n->last->details);
        return;
    }
    size_t size = record_size(n->class, units);
    struct change *c = n->kept + size <= n->limit ? calloc(1, sizeof(*c) + units * 2) : NULL;
    if (!c) {
        lose_changes(n);
        return;
    }
    c->action = action;
    c->units = units;
    memcpy(c->name, name, units * 2);
    if (n->class == CLASS_EXTENDED)
        fill_details(n, path, &c->details);
    *n->tail = c;
    n->tail = &c->next;
    n->last = c;
    n->kept += size;
}

/* ---- Watched folders ---- */

static size_t watch_index(const struct notify *n, int wd)
{
    size_t low = 0, high = n->watch_count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (n->watches[middle].wd < wd)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct watch *watch_of(const struct notify *n, int wd)
{
    size_t i = watch_index(n, wd);

    return i < n->watch_count && n->watches[i].wd == wd ? &n->watches[i] : NULL;
}

static void free_known(struct watch *w)
{
    for (struct known *k = w->known, *next; k; k = next) {
        next = k->next;
        free(k);
    }
    w->known = NULL;
}

static void forget_watch(struct notify *n, struct watch *w)
{
    size_t i = (size_t)(w - n->watches);

    free_known(w);
    free(w->path);
    memmove(w, w + 1, (n->watch_count - i - 1) * sizeof(*w));
    n->watch_count--;
}

/* Takes a name out of the list: was it there? */
static bool was_known(struct watch *w, const char *name)
{
    for (struct known **link = &w->known; *link; link = &(*link)->next)
        if (!strcmp((*link)->name, name)) {
            struct known *k = *link;
            *link = k->next;
            free(k);
            return true;
        }
    return false;
}

static bool make_known(struct watch *w, const char *name)
{
    size_t size = strlen(name) + 1;
    struct known *k = malloc(sizeof(*k) + size);

    if (!k)
        return false;
    memcpy(k->name, name, size);
    k->next = w->known;
    w->known = k;
    return true;
}

/* Watches an open folder; 0 or an errno. A folder that is watched already gets the new path. */
static int add_watch(struct notify *n, int fd, const char *path, int *wd_out, bool *fresh)
{
    char link[32];

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    int wd = inotify_add_watch(n->fd, link, n->mask | IN_ONLYDIR);
    if (wd < 0)
        return errno;
    char *copy = strdup(path);
    if (!copy)
        return ENOMEM;
    size_t i = watch_index(n, wd);
    *wd_out = wd;
    *fresh = !(i < n->watch_count && n->watches[i].wd == wd);
    if (!*fresh) {
        free(n->watches[i].path);
        n->watches[i].path = copy;
        return 0;
    }
    if (n->watch_count == n->watch_room) {
        size_t room = n->watch_room ? n->watch_room * 2 : 8;
        struct watch *more = realloc(n->watches, room * sizeof(*more));
        if (!more) {
            free(copy);
            return ENOMEM;
        }
        n->watches = more;
        n->watch_room = room;
    }
    memmove(&n->watches[i + 1], &n->watches[i], (n->watch_count - i) * sizeof(*n->watches));
    n->watches[i] = (struct watch){.wd = wd, .path = copy};
    n->watch_count++;
    return 0;
}

struct path_list {
    struct path_list *next;
    char path[];
};

static bool push_path(struct path_list **list, const char *dir, const char *name)
{
    size_t size = strlen(dir) + strlen(name) + 2;
    struct path_list *p = malloc(sizeof(*p) + size);

    if (!p)
        return false;
    snprintf(p->path, size, "%s%s%s", dir, *dir && *name ? "/" : "", name);
    p->next = *list;
    *list = p;
    return true;
}

/* Looks at what a watched folder has: its folders go on the list; with `tell`, everything is told
 * as new. False without memory. */
static bool scan(struct notify *n, DIR *d, int wd, const char *path, bool tell,
                 struct path_list **list)
{
    struct dirent *e;
    char full[PATH_MAX];

    while ((e = readdir(d))) {
        bool directory = e->d_type == DT_DIR;
        struct stat st;
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
            continue;
        if (e->d_type == DT_UNKNOWN)
            directory = fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
                        S_ISDIR(st.st_mode);
        if (directory && !push_path(list, path, e->d_name))
            return false;
        if (!tell)
            continue;
        int size = snprintf(full, sizeof(full), "%s/%s", path, e->d_name);
        if (size < 0 || (size_t)size >= sizeof(full) || !make_known(watch_of(n, wd), e->d_name))
            return false;
        if (wanted(n, directory))
            keep(n, ACTION_ADDED, full);
    }
    return true;
}

/* Watches a folder and, for a whole tree, everything below. Folders that go meanwhile or that the
 * user may not read are left out. 0 or an errno. */
static int add_tree(struct notify *n, const char *path, bool tell)
{
    struct path_list *list = NULL;
    int error = push_path(&list, path, "") ? 0 : ENOMEM;

    while (list) {
        struct path_list *p = list;
        bool fresh = false;
        int wd = -1;
        list = p->next;
        int fd = error ? -1
                       : openat(n->file->fd, *p->path ? p->path : ".",
                                O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd >= 0) {
            error = add_watch(n, fd, p->path, &wd, &fresh);
            if (error == ENOENT || error == EACCES)
                error = 0;
            else if (!error && n->tree) {
                DIR *d = fdopendir(fd);
                if (d) {
                    fd = -1;
                    if (!scan(n, d, wd, p->path, tell && fresh, &list))
                        error = ENOMEM;
                    closedir(d);
                } else {
                    error = errno;
                }
            }
            if (fd >= 0)
                close(fd);
        } else if (!error && (errno == EMFILE || errno == ENFILE || errno == ENOMEM)) {
            error = errno;
        }
        free(p);
    }
    return error;
}

/* A folder has left the tree, with everything below. */
static void drop_tree(struct notify *n, const char *path)
{
    size_t length = strlen(path);

    for (size_t i = n->watch_count; i-- > 0;) {
        const char *p = n->watches[i].path;
        if (strncmp(p, path, length) || (p[length] && p[length] != '/'))
            continue;
        inotify_rm_watch(n->fd, n->watches[i].wd);
        forget_watch(n, &n->watches[i]);
    }
}

/* ---- Events ---- */

static uint32_t mask_of(uint32_t filter)
{
    uint32_t mask = IN_EXCL_UNLINK | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_ATTRIB;

    /* Names and attributes are always needed: for the tree's folders, and to see the end. */
    if (filter & (CHANGE_SIZE | CHANGE_LAST_WRITE))
        mask |= IN_MODIFY;
    if (filter & CHANGE_LAST_ACCESS)
        mask |= IN_ACCESS;
    return mask;
}

/* What became of one event's name: a path below the folder. */
static bool path_of(const struct watch *w, const char *name, char path[PATH_MAX])
{
    int size = snprintf(path, PATH_MAX, "%s%s%s", w->path, *w->path ? "/" : "", name);

    return size > 0 && size < PATH_MAX;
}

static void folder_came(struct notify *n, const char *path, bool tell)
{
    if (n->tree && add_tree(n, path, tell))
        lose_changes(n);
}

static void on_renamed(struct notify *n, const struct inotify_event *from,
                       const struct inotify_event *to)
{
    struct watch *a = watch_of(n, from->wd), *b = watch_of(n, to->wd);
    char before[PATH_MAX], after[PATH_MAX];
    bool directory = from->mask & IN_ISDIR;

    if (!a || !b || !path_of(a, from->name, before) || !path_of(b, to->name, after)) {
        lose_changes(n);
        return;
    }
    was_known(a, from->name);
    bool told = was_known(b, to->name);
    if (wanted(n, directory)) {
        /* Between two folders it goes here and comes there. */
        bool same = from->wd == to->wd && !told;
        keep(n, same ? ACTION_RENAMED_OLD : ACTION_REMOVED, before);
        if (!told)
            keep(n, same ? ACTION_RENAMED_NEW : ACTION_ADDED, after);
    }
    if (directory)
        folder_came(n, after, false); /* its watches get their new paths */
}

static void on_event(struct notify *n, const struct inotify_event *e)
{
    struct watch *w = watch_of(n, e->wd);
    bool directory = e->mask & IN_ISDIR;
    char path[PATH_MAX];

    if (e->mask & IN_Q_OVERFLOW) {
        lose_changes(n);
        return;
    }
    if (!w)
        return;
    if (e->mask & IN_IGNORED) {
        if (e->wd == n->root_wd)
            n->deleted = true;
        forget_watch(n, w);
        return;
    }
    if (!e->len || !*e->name) {
        struct stat st;
        if (e->wd == n->root_wd && fstat(n->file->fd, &st) == 0 && st.st_nlink == 0)
            n->deleted = true;
        return;
    }
    if (!path_of(w, e->name, path)) {
        lose_changes(n);
        return;
    }
    if (e->mask & (IN_CREATE | IN_MOVED_TO)) {
        bool told = was_known(w, e->name);
        if (!told && wanted(n, directory))
            keep(n, ACTION_ADDED, path);
        if (directory)
            folder_came(n, path, e->mask & IN_CREATE);
    } else if (e->mask & (IN_DELETE | IN_MOVED_FROM)) {
        was_known(w, e->name);
        if (wanted(n, directory))
            keep(n, ACTION_REMOVED, path);
        if (directory && (e->mask & IN_MOVED_FROM))
            drop_tree(n, path);
    } else if (((e->mask & IN_MODIFY) && (n->filter & (CHANGE_SIZE | CHANGE_LAST_WRITE))) ||
               ((e->mask & IN_ACCESS) && (n->filter & CHANGE_LAST_ACCESS)) ||
               /* The kernel does not say which attribute it was. */
               ((e->mask & IN_ATTRIB) &&
                (n->filter & (CHANGE_ATTRIBUTES | CHANGE_LAST_WRITE | CHANGE_LAST_ACCESS |
                              CHANGE_CREATION | CHANGE_EA | CHANGE_SECURITY)))) {
        keep(n, ACTION_MODIFIED, path);
    }
}

/* Fetches what the kernel has. Under the lock. */
static void fetch(struct notify *n)
{
    _Alignas(struct inotify_event) char buffer[16384];
    struct {
        struct inotify_event e;
        char name[NAME_MAX + 1];
    } from;
    bool half = false; /* of a rename, in from */

    for (;;) {
        ssize_t got = read(n->fd, buffer, sizeof(buffer));
        if (got <= 0) {
            struct pollfd p = {.fd = n->fd, .events = POLLIN};
            if (got < 0 && errno == EINTR)
                continue;
            if (half && poll(&p, 1, RENAME_MS) > 0)
                continue;
            break;
        }
        for (ssize_t at = 0; at < got;) {
            const struct inotify_event *e = (const struct inotify_event *)(buffer + at);
            at += (ssize_t)(sizeof(*e) + e->len);
            if (half) {
                half = false;
                if ((e->mask & IN_MOVED_TO) && e->cookie == from.e.cookie) {
                    on_renamed(n, &from.e, e);
                    continue;
                }
                on_event(n, &from.e);
            }
            if (e->mask & IN_MOVED_FROM) {
                size_t size = sizeof(*e) + e->len;
                memcpy(&from, e, size < sizeof(from) ? size : sizeof(from));
                from.name[NAME_MAX] = 0;
                half = true;
            } else {
                on_event(n, e);
            }
        }
    }
    if (half)
        on_event(n, &from.e);
}

/* ---- Requests ---- */

/* The first request's answer, if there is one: its status and records are set. Under the lock. */
static bool answer(struct notify *n, struct request *r)
{
    size_t total = 0, at = 0;

    r->records = NULL;
    r->n = 0;
    if (n->closed) {
        r->status = STATUS_NOTIFY_CLEANUP;
        return true;
    }
    if (!n->changes && !n->overflow) {
        r->status = STATUS_DELETE_PENDING;
        return n->deleted;
    }
    r->status = STATUS_NOTIFY_ENUM_DIR;
    for (const struct change *c = n->changes; c; c = c->next)
        total += record_size(r->class, c->units);
    size_t header = r->class == CLASS_EXTENDED ? EXTENDED_HEADER : sizeof(struct basic_record);
    /* The last record ends with its name. */
    size_t slack = n->last ? record_size(r->class, n->last->units) - header - n->last->units * 2
                           : 0;
    if (!n->overflow && total - slack <= r->length && (r->records = calloc(1, total))) {
        for (const struct change *c = n->changes; c; c = c->next) {
            size_t size = record_size(r->class, c->units);
            struct extended_record x = c->details;
            struct basic_record b = {.action = c->action, .name_bytes = (ULONG)(c->units * 2)};
            x.next = b.next = c->next ? (ULONG)size : 0;
            x.action = b.action;
            x.name_bytes = b.name_bytes;
            memcpy(r->records + at, r->class == CLASS_EXTENDED ? (void *)&x : (void *)&b, header);
            memcpy(r->records + at + header, c->name, c->units * 2);
            at += size;
        }
        r->n = total - slack;
        r->status = STATUS_SUCCESS;
    }
    drop_changes(n);
    n->overflow = false;
    return true;
}

/* Stores the records; not under the lock. */
static void deliver(struct request *r)
{
    if (r->n && !guest_write(r->buffer, r->records, r->n)) {
        r->status = STATUS_ACCESS_VIOLATION;
        r->n = 0;
    }
    free(r->records);
    r->records = NULL;
}

static void finish_all(struct nt_file *f, struct request *list)
{
    for (struct request *next; list; list = next) {
        next = list->next;
        deliver(list);
        nt_io_complete_pending(f, &list->io, list->status, list->n);
        nt_object_release(&list->io.thread->object);
        free(list);
        nt_file_release(f);
    }
}

/* Requests that can be answered. Under the lock. */
static struct request *take_answered(struct notify *n)
{
    struct request *out = NULL, **tail = &out;

    while (n->requests && answer(n, n->requests)) {
        struct request *r = n->requests;
        n->requests = r->next;
        r->next = NULL;
        *tail = r;
        tail = &r->next;
    }
    return out;
}

static struct request *take_requests(struct notify *n, const IO_STATUS_BLOCK *iosb,
                                     NTSTATUS status)
{
    struct request *out = NULL, **tail = &out, **link = &n->requests, *r;

    while ((r = *link)) {
        if (iosb && r->io.iosb != iosb) {
            link = &r->next;
            continue;
        }
        *link = r->next;
        r->next = NULL;
        r->status = status;
        *tail = r;
        tail = &r->next;
    }
    return out;
}

static void on_ready(struct nt_async *a, uint32_t events)
{
    struct notify *n = (struct notify *)((char *)a - offsetof(struct notify, async));
    struct nt_file *f = n->file;
    struct request *done = NULL;

    (void)events;
    pthread_mutex_lock(&n->lock);
    /* The requests hold the file; one more for this function. */
    bool alive = n->requests;
    if (alive) {
        nt_object_ref(&f->object);
        fetch(n);
        done = take_answered(n);
        if (n->requests && !nt_async_arm(&n->async, EPOLLIN)) {
            struct request **link = &done;
            while (*link)
                link = &(*link)->next;
            *link = take_requests(n, NULL, STATUS_INSUFFICIENT_RESOURCES);
        }
    }
    pthread_mutex_unlock(&n->lock);
    finish_all(f, done);
    if (alive)
        nt_file_release(f);
}

NTSTATUS nt_notify_cancel(struct nt_file *f, const IO_STATUS_BLOCK *iosb)
{
    struct notify *n = __atomic_load_n(&f->more, __ATOMIC_ACQUIRE);

    if (!n)
        return STATUS_NOT_FOUND;
    bool closing = __atomic_load_n(&f->object.handles, __ATOMIC_ACQUIRE) == 0;
    pthread_mutex_lock(&n->lock);
    struct request *list =
        take_requests(n, iosb, closing ? STATUS_NOTIFY_CLEANUP : STATUS_CANCELLED);
    pthread_mutex_unlock(&n->lock);
    if (!list)
        return STATUS_NOT_FOUND;
    finish_all(f, list);
    return STATUS_SUCCESS;
}

void nt_notify_last_handle(struct nt_file *f)
{
    struct notify *n = __atomic_load_n(&f->more, __ATOMIC_ACQUIRE);

    if (!n)
        return;
    pthread_mutex_lock(&n->lock);
    n->closed = true;
    struct request *list = take_answered(n);
    /* Its last event wakes the threads that wait in a synchronous call. */
    if (n->fd >= 0 && watch_of(n, n->root_wd))
        inotify_rm_watch(n->fd, n->root_wd);
    pthread_mutex_unlock(&n->lock);
    finish_all(f, list);
}

void nt_notify_destroy(struct nt_file *f)
{
    struct notify *n = f->more;

    if (!n)
        return;
    nt_async_end(&n->async);
    if (n->fd >= 0)
        close(n->fd);
    while (n->watch_count)
        forget_watch(n, &n->watches[n->watch_count - 1]);
    free(n->watches);
    drop_changes(n);
    pthread_mutex_destroy(&n->lock);
    free(n);
    f->more = NULL;
}

static struct notify *state_of(struct nt_file *f)
{
    pthread_mutex_lock(&f->lock);
    struct notify *n = f->more;
    if (!n && (n = calloc(1, sizeof(*n)))) {
        n->file = f;
        n->fd = -1;
        n->root_wd = -1;
        n->tail = &n->changes;
        pthread_mutex_init(&n->lock, NULL);
        __atomic_store_n(&f->more, n, __ATOMIC_RELEASE);
    }
    pthread_mutex_unlock(&f->lock);
    return n;
}

/* The first request. Under the lock. */
static NTSTATUS start(struct notify *n, uint32_t length, uint32_t filter, bool tree,
                      uint32_t class)
{
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);

    if (fd < 0)
        return errno == EMFILE || errno == ENFILE ? STATUS_INSUFFICIENT_RESOURCES
                                                  : nt_status_of_errno(errno);
    n->fd = fd;
    n->filter = filter;
    n->tree = tree;
    n->mask = mask_of(filter);
    n->limit = length;
    n->class = class;
    nt_async_begin(&n->async, fd, on_ready);
    int error = add_tree(n, "", false);
    if (!error && !n->watch_count)
        error = EACCES;
    if (!error)
        for (size_t i = 0; i < n->watch_count; i++)
            if (!*n->watches[i].path)
                n->root_wd = n->watches[i].wd;
    if (error) {
        while (n->watch_count)
            forget_watch(n, &n->watches[n->watch_count - 1]);
        close(fd);
        n->fd = -1;
        /* ENOSPC: the user's number of watches is used up. */
        return error == ENOSPC || error == EMFILE || error == ENFILE
                   ? STATUS_INSUFFICIENT_RESOURCES
                   : nt_status_of_errno(error);
    }
    n->started = true;
    return STATUS_SUCCESS;
}

static NTSTATUS enqueue(struct nt_file *f, struct notify *n, const struct request *what)
{
    struct request *r = malloc(sizeof(*r)), **link = &n->requests;

    if (!r)
        return STATUS_INSUFFICIENT_RESOURCES;
    *r = *what;
    r->next = NULL;
    while (*link)
        link = &(*link)->next;
    *link = r;
    if (!nt_async_arm(&n->async, EPOLLIN)) {
        *link = NULL;
        free(r);
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    nt_object_ref(&f->object);
    nt_object_ref(&r->io.thread->object);
    return STATUS_PENDING;
}

/* STATUS_PENDING, or how the request has ended. */
static NTSTATUS request(struct nt_file *f, struct request *r, uint32_t filter, bool tree)
{
    struct notify *n = state_of(f);
    NTSTATUS status;

    if (!n)
        return STATUS_NO_MEMORY;
    for (;;) {
        bool done = true;
        pthread_mutex_lock(&n->lock);
        status = n->started ? STATUS_SUCCESS : start(n, r->length, filter, tree, r->class);
        if (NT_SUCCESS(status)) {
            if (!n->closed)
                fetch(n);
            /* Earlier requests come first. */
            done = !n->requests && answer(n, r);
            if (done)
                status = r->status;
            else if (!(f->options & NT_FILE_SYNC))
                status = enqueue(f, n, r);
        }
        pthread_mutex_unlock(&n->lock);
        if (status == STATUS_PENDING)
            return status;
        if (done || !NT_SUCCESS(status)) {
            if (done && NT_SUCCESS(status)) {
                deliver(r);
                status = r->status;
            }
            return status;
        }
        status = nt_io_wait_fd(&r->io, n->fd, POLLIN);
        if (!NT_SUCCESS(status))
            return status;
    }
}

static NTSTATUS notify(struct nt_thread *t, HANDLE handle, HANDLE event, PVOID apc_routine,
                       PVOID apc_context, IO_STATUS_BLOCK *iosb, void *buffer, ULONG length,
                       ULONG filter, BOOLEAN tree, ULONG class)
{
    struct request r = {.buffer = buffer, .length = length, .class = class};
    struct nt_file *f;

    if (class != CLASS_BASIC && class != CLASS_EXTENDED)
        return STATUS_INVALID_PARAMETER;
    if (!filter || (filter & ~CHANGE_ALL))
        return STATUS_INVALID_PARAMETER;
    NTSTATUS status = nt_file_get(handle, FILE_LIST_DIRECTORY, &f, NULL);
    if (!NT_SUCCESS(status))
        return status;
    if (f->ops != &nt_disk_ops)
        status = STATUS_INVALID_DEVICE_REQUEST;
    else if (!f->directory)
        status = STATUS_INVALID_PARAMETER;
    else if (!guest_range_ok(buffer, length) || !guest_range_ok(iosb, sizeof(*iosb)))
        status = STATUS_ACCESS_VIOLATION;
    else if ((uintptr_t)buffer % 4)
        status = STATUS_DATATYPE_MISALIGNMENT;
    else if (f->fd < 0)
        status = nt_file_materialise(f);
    if (NT_SUCCESS(status))
        status = nt_io_begin(t, f, event, apc_routine, apc_context, iosb, &r.io);
    if (NT_SUCCESS(status)) {
        status = request(f, &r, filter, tree);
        if (status != STATUS_PENDING)
            status = nt_io_complete(f, &r.io, status, r.n);
    }
    nt_file_release(f);
    return status;
}

NTSTATUS NtNotifyChangeDirectoryFile(struct nt_thread *t, HANDLE FileHandle, HANDLE Event,
                                     PVOID ApcRoutine, PVOID ApcContext,
                                     IO_STATUS_BLOCK *IoStatusBlock, void *Buffer, ULONG Length,
                                     ULONG CompletionFilter, BOOLEAN WatchTree)
{
    return notify(t, FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, Buffer, Length,
                  CompletionFilter, WatchTree, CLASS_BASIC);
}

NTSTATUS NtNotifyChangeDirectoryFileEx(struct nt_thread *t, HANDLE FileHandle, HANDLE Event,
                                       PVOID ApcRoutine, PVOID ApcContext,
                                       IO_STATUS_BLOCK *IoStatusBlock, void *Buffer, ULONG Length,
                                       ULONG CompletionFilter, BOOLEAN WatchTree,
                                       ULONG DirectoryNotifyInformationClass)
{
    return notify(t, FileHandle, Event, ApcRoutine, ApcContext, IoStatusBlock, Buffer, Length,
                  CompletionFilter, WatchTree, DirectoryNotifyInformationClass);
}
