#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "syscalls/nt/dircache.h"
#include "syscalls/nt/filename.h"

#define MAX_LISTINGS 128
#define MAX_BYTES (32u << 20) /* of all listings together */
#define GUESSES 8             /* listings, the latest, that a guess looks at */

struct entry {
    uint32_t hash, next; /* next: index + 1 in the same bucket */
    uint32_t name;       /* offset of the host name, terminated */
    uint32_t alias_next, alias_hash;
};

struct listing {
    struct listing *next; /* most recently used first */
    uint64_t dev, ino;
    struct timespec mtime, ctime;
    bool settled;   /* read late enough after its last change */
    bool torn;      /* it changed while it was read */
    bool carried;   /* has entries that were added, not read */
    unsigned added; /* since the last full reading */
    uint32_t count, room, names_used, names_room, buckets;
    struct entry *entries;
    uint32_t *bucket, *alias_bucket;
    char *names;
    bool aliased; /* alias_bucket is filled in */
    /* How it was reached the last time: a guess for the next */
    int base;
    uint32_t path_hash;
};

/* Guards the list and everything in it. Reading a directory happens outside of it. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct listing *listings; /* the pointer itself may be read without it */
static unsigned readings;        /* atomic */

static size_t listing_bytes(const struct listing *l)
{
    return sizeof(*l) + l->room * sizeof(l->entries[0]) + l->names_room +
           2 * l->buckets * sizeof(l->bucket[0]);
}

static void listing_free(struct listing *l)
{
    if (!l)
        return;
    free(l->entries);
    free(l->bucket);
    free(l->alias_bucket);
    free(l->names);
    free(l);
}

static size_t units_of(const char *host, uint16_t *units)
{
    return nt_name_from_host(host, strlen(host), units, NAME_MAX);
}

/* (Re)builds the hash chains for the present number of entries. */
static bool rehash(struct listing *l)
{
    uint32_t buckets = 16;

    while (buckets < l->count)
        buckets *= 2;
    uint32_t *fresh = calloc(buckets, sizeof(*fresh));
    if (!fresh)
        return false;
    free(l->bucket);
    free(l->alias_bucket);
    l->alias_bucket = NULL;
    l->aliased = false;
    l->bucket = fresh;
    l->buckets = buckets;
    for (uint32_t i = 0; i < l->count; i++) {
        uint32_t *head = &fresh[l->entries[i].hash & (buckets - 1)];
        l->entries[i].next = *head;
        *head = i + 1;
    }
    return true;
}

static bool append(struct listing *l, const char *host)
{
    uint16_t units[NAME_MAX];
    size_t bytes = strlen(host) + 1, n = units_of(host, units);

    if (n == NT_NO_ROOM)
        return true; /* longer than any NT name: nobody can ask for it */
    if (l->count == l->room) {
        uint32_t room = l->room ? l->room * 2 : 64;
        struct entry *fresh = reallocarray(l->entries, room, sizeof(*fresh));
        if (!fresh)
            return false;
        l->entries = fresh;
        l->room = room;
    }
    if (l->names_room - l->names_used < bytes) {
        uint32_t room = l->names_room ? l->names_room * 2 : 2048;
        char *fresh = room > l->names_room ? realloc(l->names, room) : NULL;
        if (!fresh)
            return false;
        l->names = fresh;
        l->names_room = room;
    }
    memcpy(l->names + l->names_used, host, bytes);
    l->entries[l->count++] = (struct entry){.hash = nt_name_hash(units, n), .name = l->names_used};
    l->names_used += (uint32_t)bytes;
    return true;
}

static bool same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool same_state(const struct listing *l, const struct stat *st)
{
    return same_time(l->mtime, st->st_mtim) && same_time(l->ctime, st->st_ctim);
}

static bool same_directory(const struct listing *l, const struct stat *st)
{
    return l->dev == st->st_dev && l->ino == st->st_ino;
}

/* A change right now could still get the time stamp that st has: file systems stamp with the
 * coarse clock. Two of its steps are the margin; a clock in the future is never settled. */
static bool recently_changed(const struct stat *st)
{
    struct timespec now, step;

    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    clock_getres(CLOCK_REALTIME_COARSE, &step);
    int64_t age =
        (int64_t)(now.tv_sec - st->st_ctim.tv_sec) * 1000000000 + now.tv_nsec - st->st_ctim.tv_nsec;
    int64_t margin = 2 * (step.tv_sec * 1000000000 + step.tv_nsec);
    return age <= margin;
}

static int stat_directory(int dir, const char *path, struct stat *st)
{
    return fstatat(dir, path, st, *path ? 0 : AT_EMPTY_PATH);
}

/* A new listing of the directory, owned by the caller; NULL with errno. */
static struct listing *read_directory(int dir, const char *path)
{
    struct stat before, after;
    struct listing *l;
    DIR *d;
    int fd = openat(dir, *path ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), error;

    if (fd < 0)
        return NULL;
    d = fdopendir(fd);
    l = calloc(1, sizeof(*l));
    if (!d || !l || fstat(fd, &before) != 0) {
        error = errno;
        if (d)
            closedir(d);
        else
            close(fd);
        free(l);
        errno = error;
        return NULL;
    }
    l->settled = !recently_changed(&before);
    bool ok = true;
    struct dirent *e;
    errno = 0;
    while (ok && (e = readdir(d)) != NULL) {
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            ok = append(l, e->d_name);
    }
    error = ok ? errno : ENOMEM;
    if (!error && fstat(fd, &after) != 0)
        error = errno;
    closedir(d);
    if (!error && !rehash(l))
        error = ENOMEM;
    if (error) {
        listing_free(l);
        errno = error;
        return NULL;
    }
    l->dev = before.st_dev;
    l->ino = before.st_ino;
    l->mtime = before.st_mtim;
    l->ctime = before.st_ctim;
    if (!same_state(l, &after)) {
        l->torn = true;
        l->settled = false;
    }
    __atomic_add_fetch(&readings, 1, __ATOMIC_RELAXED);
    return l;
}

/* Under the lock: takes the listing of a directory out of the list. */
static struct listing *take(uint64_t dev, uint64_t ino)
{
    for (struct listing **link = &listings; *link; link = &(*link)->next)
        if ((*link)->dev == dev && (*link)->ino == ino) {
            struct listing *l = *link;
            *link = l->next;
            return l;
        }
    return NULL;
}

/* Under the lock: puts one in front, drops what is too much. */
static void put_back(struct listing *l)
{
    size_t bytes = 0;
    unsigned count = 0;
    struct listing **link = &listings;

    l->next = listings;
    __atomic_store_n(&listings, l, __ATOMIC_RELAXED);
    while (*link) {
        bytes += listing_bytes(*link);
        /* The newest stays, whatever its size: it is being worked with. */
        if (++count > 1 && (count > MAX_LISTINGS || bytes > MAX_BYTES)) {
            struct listing *old = *link;
            *link = old->next;
            bytes -= listing_bytes(old);
            count--;
            listing_free(old);
        } else {
            link = &(*link)->next;
        }
    }
}

static const char *find_name(const struct listing *l, const uint16_t *name, size_t n)
{
    const char *best = NULL;
    uint32_t hash = nt_name_hash(name, n);
    uint16_t units[NAME_MAX];

    for (uint32_t i = l->bucket[hash & (l->buckets - 1)]; i; i = l->entries[i - 1].next) {
        const struct entry *e = &l->entries[i - 1];
        const char *host = l->names + e->name;
        if (e->hash == hash && nt_name_equal(units, units_of(host, units), name, n) &&
            (!best || strcmp(host, best) < 0))
            best = host;
    }
    return best;
}

static const char *find_alias(struct listing *l, const uint16_t *name, size_t n)
{
    uint16_t units[NAME_MAX], alias[12];
    const char *best = NULL;
    uint32_t hash = nt_name_hash(name, n);

    if (!l->aliased) {
        l->alias_bucket = calloc(l->buckets, sizeof(*l->alias_bucket));
        if (!l->alias_bucket)
            return NULL;
        for (uint32_t i = 0; i < l->count; i++) {
            size_t an = nt_short_name(units, units_of(l->names + l->entries[i].name, units), alias);
            if (an == 0)
                continue;
            l->entries[i].alias_hash = nt_name_hash(alias, an);
            uint32_t *head = &l->alias_bucket[l->entries[i].alias_hash & (l->buckets - 1)];
            l->entries[i].alias_next = *head;
            *head = i + 1;
        }
        l->aliased = true;
    }
    for (uint32_t i = l->alias_bucket[hash & (l->buckets - 1)]; i;
         i = l->entries[i - 1].alias_next) {
        const struct entry *e = &l->entries[i - 1];
        const char *host = l->names + e->name;
        if (e->alias_hash != hash)
            continue;
        size_t an = nt_short_name(units, units_of(host, units), alias);
        if (nt_name_equal(alias, an, name, n) && (!best || strcmp(host, best) < 0))
            best = host;
    }
    return best;
}

static bool alias_like(const uint16_t *name, size_t n)
{
    if (n > 12)
        return false;
    for (size_t i = 0; i < n; i++)
        if (name[i] == '~')
            return true;
    return false;
}

/* A listing that was carried over serves while the additions go on; once the folder is quiet, or
 * has grown by half, it is read again. */
static bool usable(const struct listing *l, const struct stat *st)
{
    if (!same_state(l, st))
        return false;
    return l->carried ? l->added <= l->count / 3 + 64 && recently_changed(st) : l->settled;
}

bool nt_dircache_empty(void)
{
    return !__atomic_load_n(&listings, __ATOMIC_RELAXED);
}

static uint32_t hash_path(const char *path)
{
    uint32_t h = 2166136261u;

    for (; *path; path++)
        h = (h ^ (unsigned char)*path) * 16777619u;
    return h;
}

/* Under the lock */
static void remember_path(struct listing *l, int dir, const char *path)
{
    l->base = dir;
    l->path_hash = hash_path(path);
}

bool nt_dircache_guess(int dir, const char *path, const uint16_t *name, size_t n)
{
    uint32_t hash = hash_path(path);
    unsigned tries = GUESSES;
    bool missing = false;

    pthread_mutex_lock(&lock);
    for (struct listing *l = listings; l && tries--; l = l->next)
        if (l->path_hash == hash && l->base == dir) {
            missing = !l->carried && !find_name(l, name, n);
            break;
        }
    pthread_mutex_unlock(&lock);
    return missing;
}

static void note_listing(const struct listing *l, struct nt_dircache_note *note)
{
    if (note)
        *note = (struct nt_dircache_note){l->dev, l->ino, !l->torn};
}

/* Under the lock: what is there under the name in a listing that is right, which goes in front. */
static int look_up(struct listing *l, const uint16_t *name, size_t n, bool aliases,
                   char host[NAME_MAX + 1], struct nt_dircache_note *note)
{
    const char *found = find_name(l, name, n);

    if (!found && aliases && alias_like(name, n))
        found = find_alias(l, name, n);
    if (found)
        strcpy(host, found); /* NAME_MAX is the host's own bound for d_name */
    note_listing(l, note);
    put_back(l);
    return found != NULL;
}

int nt_dircache_known(int dir, const char *path, const uint16_t *name, size_t n, bool certain,
                      char host[NAME_MAX + 1], struct nt_dircache_note *note)
{
    struct stat st;
    int r = -1;

    if (stat_directory(dir, path, &st) != 0)
        return -1;
    pthread_mutex_lock(&lock);
    struct listing *l = take(st.st_dev, st.st_ino);
    if (l)
        remember_path(l, dir, path);
    if (l && usable(l, &st) && !(certain && l->carried))
        r = look_up(l, name, n, true, host, note);
    else if (l)
        put_back(l);
    pthread_mutex_unlock(&lock);
    return r;
}

int nt_dircache_find(int dir, const char *path, const uint16_t *name, size_t n, bool aliases,
                     char host[NAME_MAX + 1], struct nt_dircache_note *note)
{
    struct stat st;
    struct listing *l;

    if (stat_directory(dir, path, &st) != 0)
        return -1;
    pthread_mutex_lock(&lock);
    l = take(st.st_dev, st.st_ino);
    if (!l || !usable(l, &st)) {
        pthread_mutex_unlock(&lock);
        listing_free(l);
        l = read_directory(dir, path);
        if (!l)
            return -1;
        pthread_mutex_lock(&lock);
        listing_free(take(l->dev, l->ino)); /* another thread was as quick */
        remember_path(l, dir, path);
    }
    int r = look_up(l, name, n, aliases, host, note);
    pthread_mutex_unlock(&lock);
    return r;
}

/* Is there a listing that was reached so? One that was reached otherwise is read again, no more. */
static bool is_listed(int dir, const char *path)
{
    uint32_t hash = hash_path(path);
    bool found = false;

    pthread_mutex_lock(&lock);
    for (struct listing *l = listings; l && !found; l = l->next)
        found = l->path_hash == hash && l->base == dir;
    pthread_mutex_unlock(&lock);
    return found;
}

void nt_dircache_before(int dir, const char *path, struct nt_dircache_note *note)
{
    struct stat st;

    note->valid = false;
    if (nt_dircache_empty() || (*path && !is_listed(dir, path)) ||
        stat_directory(dir, path, &st) != 0)
        return;
    pthread_mutex_lock(&lock);
    for (struct listing *l = listings; l; l = l->next)
        if (same_directory(l, &st)) {
            if (same_state(l, &st))
                note_listing(l, note);
            break;
        }
    pthread_mutex_unlock(&lock);
}

/* Takes an entry out of its bucket; its place in the array stays unused. */
static void forget(struct listing *l, const char *host)
{
    uint16_t units[NAME_MAX];
    size_t n = units_of(host, units);

    if (n == NT_NO_ROOM)
        return;
    for (uint32_t *link = &l->bucket[nt_name_hash(units, n) & (l->buckets - 1)]; *link;
         link = &l->entries[*link - 1].next) {
        if (strcmp(l->names + l->entries[*link - 1].name, host) == 0) {
            struct entry *e = &l->entries[*link - 1];
            *link = e->next;
            l->names[e->name] = 0; /* what rehash and the aliases see */
            break;
        }
    }
    free(l->alias_bucket);
    l->alias_bucket = NULL;
    l->aliased = false;
}

/* What another process adds between the two calls is missed until the next full reading, which
 * comes with the next change that is not ours or after as many additions as there are entries. */
void nt_dircache_added(int dir, const char *path, const struct nt_dircache_note *note,
                       const char *host)
{
    struct stat st;
    struct listing *l;

    if (!note->valid || stat_directory(dir, path, &st) != 0)
        return;
    pthread_mutex_lock(&lock);
    l = take(note->dev, note->ino);
    if (l) {
        forget(l, host); /* it may have replaced one */
        uint32_t count = l->count;
        bool ok = append(l, host);
        if (ok && l->count > l->buckets * 2) {
            ok = rehash(l);
        } else if (ok && l->count > count) {
            struct entry *e = &l->entries[l->count - 1];
            uint32_t *head = &l->bucket[e->hash & (l->buckets - 1)];
            e->next = *head;
            *head = l->count;
            free(l->alias_bucket);
            l->alias_bucket = NULL;
            l->aliased = false;
        }
        if (ok) {
            l->mtime = st.st_mtim;
            l->ctime = st.st_ctim;
            l->carried = true;
            l->added++;
            put_back(l);
        } else {
            listing_free(l);
        }
    }
    pthread_mutex_unlock(&lock);
}

void nt_dircache_removed(int dir, const char *path, const struct nt_dircache_note *note,
                         const char *host)
{
    struct stat st;
    struct listing *l;

    if (!note->valid || stat_directory(dir, path, &st) != 0)
        return;
    pthread_mutex_lock(&lock);
    l = take(note->dev, note->ino);
    if (l) {
        forget(l, host);
        l->mtime = st.st_mtim;
        l->ctime = st.st_ctim;
        l->carried = true;
        l->added++;
        put_back(l);
    }
    pthread_mutex_unlock(&lock);
}

void nt_dircache_clear(void)
{
    pthread_mutex_lock(&lock);
    while (listings) {
        struct listing *l = listings;
        listings = l->next;
        listing_free(l);
    }
    pthread_mutex_unlock(&lock);
}

unsigned nt_dircache_readings(void)
{
    return __atomic_load_n(&readings, __ATOMIC_RELAXED);
}
