#include <pthread.h>
#include <stdlib.h>

#include "syscalls/nt/lock.h"
#include "syscalls/nt/share.h"
#include "syscalls/nt/share_session.h"

#define BUCKETS 256
#define READ_RIGHTS (FILE_READ_DATA | FILE_EXECUTE)
#define WRITE_RIGHTS (FILE_WRITE_DATA | FILE_APPEND_DATA)

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards every record */
static struct nt_share *table[BUCKETS];
static uint32_t deletions; /* atomic */

static struct nt_share **find(uint64_t dev, uint64_t ino)
{
    uint64_t h = (ino ^ dev * 0x9e3779b97f4a7c15ull) * 0xff51afd7ed558ccdull;
    struct nt_share **link = &table[h >> 56];

    while (*link && ((*link)->dev != dev || (*link)->ino != ino))
        link = &(*link)->next;
    return link;
}

static void count(struct nt_share *s, ACCESS_MASK access, uint32_t share, uint32_t by)
{
    s->opens += by;
    if (!(access & (READ_RIGHTS | WRITE_RIGHTS | DELETE)))
        return;
    s->participants += by;
    if (access & READ_RIGHTS)
        s->readers += by;
    if (access & WRITE_RIGHTS)
        s->writers += by;
    if (access & DELETE)
        s->deleters += by;
    if (share & FILE_SHARE_READ)
        s->share_read += by;
    if (share & FILE_SHARE_WRITE)
        s->share_write += by;
    if (share & FILE_SHARE_DELETE)
        s->share_delete += by;
}

static bool conflicts(const struct nt_share *s, ACCESS_MASK access, uint32_t share)
{
    if (!(access & (READ_RIGHTS | WRITE_RIGHTS | DELETE)))
        return false;
    return ((access & READ_RIGHTS) && s->share_read < s->participants) ||
           ((access & WRITE_RIGHTS) && s->share_write < s->participants) ||
           ((access & DELETE) && s->share_delete < s->participants) ||
           (s->readers && !(share & FILE_SHARE_READ)) ||
           (s->writers && !(share & FILE_SHARE_WRITE)) ||
           (s->deleters && !(share & FILE_SHARE_DELETE));
}

/* What the opens come to, for other processes. */
static uint32_t summary(const struct nt_share *s)
{
    return (s->readers ? NT_OPENS_READ : 0) | (s->writers ? NT_OPENS_WRITE : 0) |
           (s->deleters ? NT_OPENS_DELETE : 0) |
           (s->share_read < s->participants ? NT_OPENS_DENY_READ : 0) |
           (s->share_write < s->participants ? NT_OPENS_DENY_WRITE : 0) |
           (s->share_delete < s->participants ? NT_OPENS_DENY_DELETE : 0) |
           (s->delete_pending ? NT_OPENS_DYING : 0);
}

#define ASKED 0x80000000u /* also when the newcomer wants no data */

static uint32_t asked_by(ACCESS_MASK access, uint32_t share)
{
    if (!(access & (READ_RIGHTS | WRITE_RIGHTS | DELETE)))
        return ASKED;
    return ASKED | (access & READ_RIGHTS ? NT_OPENS_READ : 0) |
           (access & WRITE_RIGHTS ? NT_OPENS_WRITE : 0) | (access & DELETE ? NT_OPENS_DELETE : 0) |
           (share & FILE_SHARE_READ ? 0 : NT_OPENS_DENY_READ) |
           (share & FILE_SHARE_WRITE ? 0 : NT_OPENS_DENY_WRITE) |
           (share & FILE_SHARE_DELETE ? 0 : NT_OPENS_DENY_DELETE);
}

static NTSTATUS enter(uint64_t dev, uint64_t ino, ACCESS_MASK access, uint32_t share, bool ask,
                      struct nt_share **result)
{
    NTSTATUS status = STATUS_SUCCESS;

    pthread_mutex_lock(&lock);
    struct nt_share **link = find(dev, ino), *s = *link;
    if (ask && s && s->delete_pending) {
        status = STATUS_DELETE_PENDING;
    } else if (ask && s && conflicts(s, access, share)) {
        status = STATUS_SHARING_VIOLATION;
    } else {
        if (!s) {
            s = calloc(1, sizeof(*s));
            if (s) {
                s->dev = dev;
                s->ino = ino;
                *link = s;
            } else {
                status = STATUS_INSUFFICIENT_RESOURCES;
            }
        }
        if (s) {
            count(s, access, share, 1);
            if (nt_session_shared())
                status = nt_session_open(dev, ino, &s->record, summary(s),
                                         ask ? asked_by(access, share) : 0);
            if (!NT_SUCCESS(status)) {
                count(s, access, share, (uint32_t)-1);
                if (s->opens == 0) {
                    *find(dev, ino) = s->next;
                    free(s);
                }
                s = NULL;
            }
        }
        *result = s;
    }
    pthread_mutex_unlock(&lock);
    return status;
}

NTSTATUS nt_share_open(uint64_t dev, uint64_t ino, ACCESS_MASK access, uint32_t share,
                       struct nt_share **result)
{
    return enter(dev, ino, access, share, true, result);
}

NTSTATUS nt_share_inherit(uint64_t dev, uint64_t ino, ACCESS_MASK access, uint32_t share,
                          struct nt_share **result)
{
    return enter(dev, ino, access, share, false, result);
}

void nt_share_publish(void)
{
    pthread_mutex_lock(&lock);
    if (!nt_session_shared()) {
        nt_session_set_shared();
        if (nt_lock_any())
            atomic_fetch_add(&nt_arena_opens()->ranges, 1);
        for (unsigned i = 0; i < BUCKETS; i++)
            for (struct nt_share *s = table[i]; s; s = s->next)
                if (s->opens)
                    nt_session_open(s->dev, s->ino, &s->record, summary(s), 0);
    }
    pthread_mutex_unlock(&lock);
}

bool nt_share_close(struct nt_share *s, ACCESS_MASK access, uint32_t share)
{
    bool delete = false;

    pthread_mutex_lock(&lock);
    count(s, access, share, (uint32_t)-1);
    if (s->opens == 0) {
        delete = s->delete_pending;
        if (nt_session_shared()) {
            delete = nt_session_close(s->dev, s->ino, &s->record, delete);
            s->delete_pending = delete;
        }
        if (!delete) {
            *find(s->dev, s->ino) = s->next;
            free(s);
        }
    } else if (s->record) {
        nt_session_open(s->dev, s->ino, &s->record, summary(s), 0);
    }
    pthread_mutex_unlock(&lock);
    return delete;
}

void nt_share_deleted(struct nt_share *s)
{
    pthread_mutex_lock(&lock);
    *find(s->dev, s->ino) = s->next;
    free(s);
    pthread_mutex_unlock(&lock);
}

uint32_t nt_share_deletions(void)
{
    return __atomic_load_n(&deletions, __ATOMIC_ACQUIRE);
}

void nt_share_count_deletion(void)
{
    __atomic_add_fetch(&deletions, 1, __ATOMIC_RELEASE);
}

bool nt_share_delete_pending(const struct nt_share *s)
{
    pthread_mutex_lock(&lock);
    bool pending =
        s->delete_pending || (s->record && (nt_session_others(s->dev, s->ino) & NT_OPENS_DYING));
    pthread_mutex_unlock(&lock);
    return pending;
}

void nt_share_set_delete_pending(struct nt_share *s, bool pending)
{
    pthread_mutex_lock(&lock);
    s->delete_pending = pending;
    if (s->record)
        nt_session_set_dying(s->dev, s->ino, pending);
    pthread_mutex_unlock(&lock);
}

bool nt_share_is_open(uint64_t dev, uint64_t ino)
{
    pthread_mutex_lock(&lock);
    struct nt_share *s = *find(dev, ino);
    bool open = (s && s->opens) || (nt_session_shared() && nt_session_others(dev, ino));
    pthread_mutex_unlock(&lock);
    return open;
}

bool nt_share_is_dying(uint64_t dev, uint64_t ino)
{
    pthread_mutex_lock(&lock);
    struct nt_share *s = *find(dev, ino);
    bool dying = (s && s->delete_pending) ||
                 (nt_session_shared() && (nt_session_others(dev, ino) & NT_OPENS_DYING));
    pthread_mutex_unlock(&lock);
    return dying;
}
