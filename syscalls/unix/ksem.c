/*
 * The kernel's semaphores: _ksem_* of NetBSD, ksem_* of FreeBSD. Each is a word in memory that is
 * shared with children, and, for one with a name, with all who open it: a file of the host's
 * /dev/shm. Ids are places in the table, from 1. The lock guards the table, never a wait.
 */
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "syscalls/unix/abi.h"
#include "syscalls/unix/handlers.h"

#define KSEM_MAX 1024
#define KSEM_VALUE_MAX 0x7fffffffu

struct ksem {
    _Atomic uint32_t value;
    _Atomic uint32_t ready; /* a named one: its first value is there */
};
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct ksem *table[KSEM_MAX];
static bool is_named[KSEM_MAX];

static struct ksem *of(long id)
{
    struct ksem *s = NULL;
    pthread_mutex_lock(&lock);
    if (id > 0 && id < KSEM_MAX)
        s = table[id];
    pthread_mutex_unlock(&lock);
    return s;
}

/* Gives it an id and tells the guest; 0 or -errno. */
static int64_t enter(struct ksem *s, bool named, void *idp)
{
    long id = 0;
    pthread_mutex_lock(&lock);
    for (long i = 1; i < KSEM_MAX && !id; i++) {
        if (!table[i]) {
            table[i] = s;
            is_named[i] = named;
            id = i;
        }
    }
    pthread_mutex_unlock(&lock);
    int64_t r = !id ? -ENOSPC : guest_write(idp, &id, sizeof(id)) ? 0 : -EFAULT;
    if (r) {
        pthread_mutex_lock(&lock);
        if (id)
            table[id] = NULL;
        pthread_mutex_unlock(&lock);
        munmap(s, sizeof(*s));
    }
    return r;
}

static int64_t leave(long id, bool named)
{
    struct ksem *s = NULL;
    pthread_mutex_lock(&lock);
    if (id > 0 && id < KSEM_MAX && table[id] && is_named[id] == named) {
        s = table[id];
        table[id] = NULL;
    }
    pthread_mutex_unlock(&lock);
    /* The page stays for a thread that may still wait on it. */
    return s ? 0 : -EINVAL;
}

int64_t sys_ksem_init(struct unix_thread *t, uint32_t value, void *idp)
{
    (void)t;
    if (value > KSEM_VALUE_MAX)
        return -EINVAL;
    struct ksem *s =
        mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (s == MAP_FAILED)
        return -ENOSPC;
    s->value = value;
    return enter(s, false, idp);
}

static int ksem_path(const char *guest, char out[300])
{
    char name[256];
    int error = unix_string(guest, name, 240);
    if (error)
        return error;
    if (name[0] != '/' || !name[1] || strchr(name + 1, '/'))
        return -EINVAL;
    snprintf(out, 300, "/dev/shm/%s.ksem.%s", unix_system->name, name + 1);
    return 0;
}

int64_t sys_ksem_open(struct unix_thread *t, const char *name, int32_t oflag, uint32_t mode,
                      uint32_t value, void *idp)
{
    char path[300];
    uint32_t unknown, how = unix_bits_to_host(unix_abi->open_flags, (uint32_t)oflag, &unknown);
    int error = ksem_path(name, path);

    (void)t;
    if (error)
        return error;
    if (unknown || (how & ~(uint32_t)(O_CREAT | O_EXCL)) || value > KSEM_VALUE_MAX)
        return -EINVAL;
    int64_t fd = unix_host(SYS_openat, AT_FDCWD, (long)path,
                           (long)(how | O_RDWR | O_CLOEXEC | O_NOFOLLOW), mode & 0777, 0, 0);
    if (fd < 0)
        return fd;
    struct ksem *s = MAP_FAILED;
    if (ftruncate((int)fd, sizeof(*s)) == 0)
        s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE, MAP_SHARED, (int)fd, 0);
    close((int)fd);
    if (s == MAP_FAILED)
        return -ENOSPC;
    /* Whoever comes first gives it its value. */
    uint32_t fresh = 0;
    if ((how & O_CREAT) && atomic_compare_exchange_strong(&s->ready, &fresh, 1) && value)
        atomic_fetch_add(&s->value, value);
    return enter(s, true, idp);
}

int64_t sys_ksem_unlink(struct unix_thread *t, const char *name)
{
    char path[300];
    int error = ksem_path(name, path);
    (void)t;
    return error ? error : unix_host(SYS_unlinkat, AT_FDCWD, (long)path, 0, 0, 0, 0);
}

int64_t sys_ksem_close(struct unix_thread *t, long id)
{
    (void)t;
    return leave(id, true);
}

int64_t sys_ksem_destroy(struct unix_thread *t, long id)
{
    (void)t;
    return leave(id, false);
}

int64_t sys_ksem_post(struct unix_thread *t, long id)
{
    struct ksem *s = of(id);
    (void)t;
    if (!s)
        return -EINVAL;
    uint32_t v = s->value;
    do {
        if (v >= KSEM_VALUE_MAX)
            return -EOVERFLOW;
    } while (!atomic_compare_exchange_weak(&s->value, &v, v + 1));
    unix_host(SYS_futex, (long)&s->value, FUTEX_WAKE, 1, 0, 0, 0);
    return 0;
}

static bool take(struct ksem *s)
{
    uint32_t v = s->value;
    while (v) {
        if (atomic_compare_exchange_weak(&s->value, &v, v - 1))
            return true;
    }
    return false;
}

int64_t sys_ksem_trywait(struct unix_thread *t, long id)
{
    struct ksem *s = of(id);
    (void)t;
    return !s ? -EINVAL : take(s) ? 0 : -EAGAIN;
}

int64_t sys_ksem_timedwait(struct unix_thread *t, long id, const void *abstime)
{
    struct ksem *s = of(id);
    struct timespec ts;

    if (!s)
        return -EINVAL;
    while (!take(s)) {
        if (abstime) {
            if (!guest_read(&ts, abstime, sizeof(ts)))
                return -EFAULT;
            if (ts.tv_nsec < 0 || ts.tv_nsec >= 1000000000)
                return -EINVAL;
        }
        int64_t r =
            unix_block(t, SYS_futex, (long)&s->value, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0,
                       abstime ? (long)&ts : 0, 0, (long)FUTEX_BITSET_MATCH_ANY);
        if (r < 0 && r != -EAGAIN)
            return r;
    }
    return 0;
}

int64_t sys_ksem_wait(struct unix_thread *t, long id)
{
    return sys_ksem_timedwait(t, id, NULL);
}

int64_t sys_ksem_getvalue(struct unix_thread *t, long id, void *value)
{
    struct ksem *s = of(id);
    (void)t;
    if (!s)
        return -EINVAL;
    uint32_t v = s->value;
    return guest_write(value, &v, sizeof(v)) ? 0 : -EFAULT;
}

/* FreeBSD gives the place of the id first. */
int64_t freebsd_ksem_init(struct unix_thread *t, void *idp, uint32_t value)
{
    return sys_ksem_init(t, value, idp);
}

int64_t freebsd_ksem_open(struct unix_thread *t, void *idp, const char *name, int32_t oflag,
                          uint32_t mode, uint32_t value)
{
    return sys_ksem_open(t, name, oflag, mode, value, idp);
}
