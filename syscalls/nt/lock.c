/*
 * Byte-range locks. NT's are mandatory and belong to an open: the table here enforces them inside
 * this process. Host locks (open file description) carry them to other processes, and end with the
 * process that holds them; those of the session ask for them before they read or write, once any
 * was taken in it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "syscalls/nt/file.h"
#include "syscalls/nt/lock.h"
#include "syscalls/nt/share.h"
#include "syscalls/nt/share_session.h"

#include "nt_handlers.h"

struct range {
    struct range *next;
    const struct nt_file *owner;
    uint64_t dev, ino;
    uint64_t first, last; /* inclusive; an empty range has last < first */
    uint32_t key;
    bool exclusive;
};

struct waiter {
    struct waiter *next;
    int event;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards both lists */
static struct range *ranges;
static struct waiter *waiters;
static unsigned range_count; /* atomic */

static bool any_elsewhere(void)
{
    return nt_session_shared() && atomic_load(&nt_arena_opens()->ranges) != 0;
}

bool nt_lock_any(void)
{
    return __atomic_load_n(&range_count, __ATOMIC_RELAXED) != 0 || any_elsewhere();
}

static bool overlaps(const struct range *a, uint64_t first, uint64_t last)
{
    return a->first <= a->last && a->first <= last && first <= a->last;
}

static bool same_file(const struct range *r, const struct nt_file *f)
{
    return r->dev == f->shared->dev && r->ino == f->shared->ino;
}

static void wake_all(void)
{
    for (struct waiter *w = waiters; w; w = w->next)
        eventfd_write(w->event, 1);
}

/* The host's idea of a range; false when it has none. */
static bool host_range(uint64_t first, uint64_t last, struct flock *l)
{
    if (first > last || first > INT64_MAX)
        return false;
    *l = (struct flock){.l_whence = SEEK_SET, .l_start = (off_t)first};
    if (last < INT64_MAX)
        l->l_len = (off_t)(last - first + 1);
    return true;
}

/* A host lock by another open of this process, which the table has judged already. */
static bool is_ours(const struct nt_file *f, off_t start, off_t n)
{
    bool found = false;

    pthread_mutex_lock(&lock);
    for (struct range *r = ranges; r && !found; r = r->next)
        found = same_file(r, f) &&
                overlaps(r, (uint64_t)start, n ? (uint64_t)(start + n - 1) : INT64_MAX);
    pthread_mutex_unlock(&lock);
    return found;
}

bool nt_lock_allows(struct nt_file *f, uint64_t offset, uint64_t n, bool write)
{
    bool allowed = true;

    if (!n || !f->shared)
        return true;
    uint64_t last = n - 1 > UINT64_MAX - offset ? UINT64_MAX : offset + n - 1;
    pthread_mutex_lock(&lock);
    for (struct range *r = ranges; r && allowed; r = r->next)
        if (same_file(r, f) && overlaps(r, offset, last))
            allowed = r->exclusive ? r->owner == f : !write;
    pthread_mutex_unlock(&lock);
    struct flock l;
    if (allowed && any_elsewhere() && !f->path_only && host_range(offset, last, &l)) {
        l.l_type = write ? F_WRLCK : F_RDLCK;
        allowed = fcntl(f->fd, F_OFD_GETLK, &l) != 0 || l.l_type == F_UNLCK ||
                  is_ours(f, l.l_start, l.l_len);
    }
    return allowed;
}

/* Under the lock: NULL when the range can be had. */
static bool conflicts(const struct nt_file *f, uint64_t first, uint64_t last, bool exclusive)
{
    for (struct range *r = ranges; r; r = r->next)
        if (same_file(r, f) && overlaps(r, first, last) && (exclusive || r->exclusive))
            return true;
    return false;
}

/* Tells other processes. Handles without the access that the host wants lock in here only. */
static int host_lock(struct nt_file *f, uint64_t first, uint64_t last, int type)
{
    struct flock l;

    if (f->path_only || !host_range(first, last, &l))
        return 0;
    l.l_type = (short)type;
    if (fcntl(f->fd, F_OFD_SETLK, &l) == 0)
        return 0;
    if (errno == EBADF && type != F_UNLCK) {
        /* The host wants the access that fits the lock; the other kind keeps at least some out. */
        l.l_type = type == F_WRLCK ? F_RDLCK : F_WRLCK;
        if (fcntl(f->fd, F_OFD_SETLK, &l) == 0)
            return 0;
    }
    return errno == EBADF || errno == EINVAL ? 0 : errno;
}

/* The host merges ranges of one description: after an unlock, what still overlaps is set again. */
static void host_unlock(struct nt_file *f, uint64_t first, uint64_t last)
{
    host_lock(f, first, last, F_UNLCK);
    for (struct range *r = ranges; r; r = r->next)
        if (r->owner == f && overlaps(r, first, last))
            host_lock(f, r->first, r->last, r->exclusive ? F_WRLCK : F_RDLCK);
}

void nt_lock_drop_all(struct nt_file *f)
{
    bool any = false;

    if (!nt_lock_any())
        return;
    pthread_mutex_lock(&lock);
    for (struct range **link = &ranges; *link;) {
        struct range *r = *link;
        if (r->owner == f) {
            *link = r->next;
            host_lock(f, r->first, r->last, F_UNLCK);
            free(r);
            __atomic_sub_fetch(&range_count, 1, __ATOMIC_RELAXED);
            any = true;
        } else {
            link = &r->next;
        }
    }
    if (any)
        wake_all();
    pthread_mutex_unlock(&lock);
}

/* One attempt. EAGAIN: taken here; EACCES: taken by another process. */
static int try_lock(struct nt_file *f, struct range *r)
{
    int error = 0;

    pthread_mutex_lock(&lock);
    if (conflicts(f, r->first, r->last, r->exclusive)) {
        error = EAGAIN;
    } else {
        error = host_lock(f, r->first, r->last, r->exclusive ? F_WRLCK : F_RDLCK);
        if (error == EAGAIN)
            error = EACCES;
    }
    if (!error) {
        if (nt_session_shared())
            atomic_fetch_add(&nt_arena_opens()->ranges, 1);
        r->next = ranges;
        ranges = r;
        __atomic_add_fetch(&range_count, 1, __ATOMIC_RELAXED);
    }
    pthread_mutex_unlock(&lock);
    return error;
}

/* Waits for somebody to give up a range. */
static NTSTATUS wait_for(struct nt_file *f, const struct nt_io *io, const struct range *r)
{
    struct waiter w = {.event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    NTSTATUS status = STATUS_SUCCESS;

    if (w.event < 0)
        return nt_status_of_errno(errno);
    pthread_mutex_lock(&lock);
    bool still = conflicts(f, r->first, r->last, r->exclusive);
    if (still) {
        w.next = waiters;
        waiters = &w;
    }
    pthread_mutex_unlock(&lock);
    if (still) {
        status = nt_io_wait_fd(io, w.event, POLLIN);
        pthread_mutex_lock(&lock);
        struct waiter **link = &waiters;
        while (*link != &w)
            link = &(*link)->next;
        *link = w.next;
        pthread_mutex_unlock(&lock);
    }
    close(w.event);
    return status;
}

/* Waits for another process: the host lock itself is the wait; a signal ends it. */
static NTSTATUS wait_for_process(struct nt_file *f, const struct nt_io *io, const struct range *r)
{
    struct flock l;

    if (!host_range(r->first, r->last, &l))
        return STATUS_SUCCESS;
    l.l_type = r->exclusive ? F_WRLCK : F_RDLCK;
    if (fcntl(f->fd, F_OFD_SETLKW, &l) != 0) {
        if (errno != EINTR)
            return nt_status_of_errno(errno);
        if (atomic_load(&io->thread->pending) & NT_PENDING_TERMINATE)
            return STATUS_THREAD_IS_TERMINATING;
        return STATUS_SUCCESS;
    }
    pthread_mutex_lock(&lock);
    host_unlock(f, r->first, r->last); /* try_lock takes it again, with the table */
    pthread_mutex_unlock(&lock);
    return STATUS_SUCCESS;
}

static NTSTATUS get_range(const LARGE_INTEGER *offset, const LARGE_INTEGER *length, uint64_t *first,
                          uint64_t *last)
{
    LARGE_INTEGER o, n;

    if (!guest_get(&o, offset) || !guest_get(&n, length))
        return STATUS_ACCESS_VIOLATION;
    *first = (uint64_t)o.QuadPart;
    uint64_t count = (uint64_t)n.QuadPart;
    if (count && *first + (count - 1) < *first)
        return STATUS_INVALID_LOCK_RANGE;
    if (!count && !*first) { /* empty, and nothing lies before it: any empty range will do */
        *first = 1;
        *last = 0;
    } else {
        *last = *first + count - 1;
    }
    return STATUS_SUCCESS;
}

NTSTATUS NtLockFile(struct nt_thread *t, HANDLE FileHandle, HANDLE Event, PVOID ApcRoutine,
                    PVOID ApcContext, IO_STATUS_BLOCK *IoStatusBlock,
                    const LARGE_INTEGER *ByteOffset, const LARGE_INTEGER *Length, ULONG Key,
                    BOOLEAN FailImmediately, BOOLEAN ExclusiveLock)
{
    struct nt_file *f;
    struct nt_io io;
    struct range *r = NULL;
    ACCESS_MASK granted;
    NTSTATUS status = nt_file_get(FileHandle, 0, &f, &granted);

    if (!NT_SUCCESS(status))
        return status;
    if (!(granted & (FILE_READ_DATA | FILE_WRITE_DATA)))
        status = STATUS_ACCESS_DENIED;
    else if (!f->regular || !f->shared)
        status = STATUS_INVALID_DEVICE_REQUEST;
    if (NT_SUCCESS(status)) {
        r = calloc(1, sizeof(*r));
        status =
            r ? get_range(ByteOffset, Length, &r->first, &r->last) : STATUS_INSUFFICIENT_RESOURCES;
    }
    if (NT_SUCCESS(status))
        status = nt_io_begin(t, f, Event, ApcRoutine, ApcContext, IoStatusBlock, &io);
    if (!NT_SUCCESS(status)) {
        free(r);
        nt_file_release(f);
        return status;
    }
    r->owner = f;
    r->dev = f->shared->dev;
    r->ino = f->shared->ino;
    r->key = Key;
    r->exclusive = ExclusiveLock;
    for (;;) {
        int error = try_lock(f, r);
        if (!error)
            break;
        if (error != EAGAIN && error != EACCES)
            status = nt_status_of_errno(error);
        else if (FailImmediately)
            status = STATUS_LOCK_NOT_GRANTED;
        else
            status = error == EAGAIN ? wait_for(f, &io, r) : wait_for_process(f, &io, r);
        if (!NT_SUCCESS(status)) {
            free(r);
            break;
        }
    }
    status = nt_io_complete(f, &io, status, 0);
    nt_file_release(f);
    return status;
}

NTSTATUS NtUnlockFile(struct nt_thread *t, HANDLE FileHandle, IO_STATUS_BLOCK *IoStatusBlock,
                      const LARGE_INTEGER *ByteOffset, const LARGE_INTEGER *Length, ULONG Key)
{
    struct nt_file *f;
    uint64_t first, last;
    ACCESS_MASK granted;
    NTSTATUS status = nt_file_get(FileHandle, 0, &f, &granted);

    (void)t;
    if (!NT_SUCCESS(status))
        return status;
    if (!(granted & (FILE_READ_DATA | FILE_WRITE_DATA)))
        status = STATUS_ACCESS_DENIED;
    else
        status = get_range(ByteOffset, Length, &first, &last);
    if (NT_SUCCESS(status)) {
        status = STATUS_RANGE_NOT_LOCKED;
        pthread_mutex_lock(&lock);
        for (struct range **link = &ranges; *link; link = &(*link)->next) {
            struct range *r = *link;
            if (r->owner == f && r->first == first && r->last == last && r->key == Key) {
                *link = r->next;
                free(r);
                __atomic_sub_fetch(&range_count, 1, __ATOMIC_RELAXED);
                host_unlock(f, first, last);
                wake_all();
                status = STATUS_SUCCESS;
                break;
            }
        }
        pthread_mutex_unlock(&lock);
    }
    if (NT_SUCCESS(status) &&
        !guest_put(IoStatusBlock, ((IO_STATUS_BLOCK){.Status = status, .Information = 0})))
        status = STATUS_ACCESS_VIOLATION;
    nt_file_release(f);
    return status;
}
