#include "syscalls/unix/memory.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "freebsd_handlers.h"
#include "netbsd_handlers.h"
#include "syscalls/unix/patch.h"

#define PAGE 4096ull
#define ANYWHERE_START 0x800000000ull

static _Atomic uintptr_t next_free = ANYWHERE_START;
static pthread_mutex_t break_lock = PTHREAD_MUTEX_INITIALIZER;
uintptr_t unix_break_start; /* set by the loader */
static uintptr_t break_now; /* under break_lock */

static uint64_t round_up(uint64_t n, uint64_t to)
{
    return (n + to - 1) & ~(to - 1);
}

bool unix_range_ok(uintptr_t at, size_t n)
{
    return at < GUEST_END && n <= GUEST_END - at;
}

static int64_t map(uintptr_t at, size_t n, int prot, int flags, int fd, int64_t offset)
{
    return unix_host(SYS_mmap, (long)at, (long)n, prot, flags, fd, offset);
}

int64_t unix_map_fixed(uintptr_t at, size_t n, bool replace, int prot, int flags, int fd,
                       int64_t offset)
{
    if (at < GUEST_LOWEST || !unix_range_ok(at, n))
        return -ENOMEM;
    int64_t r = map(at, n, prot, flags | (replace ? MAP_FIXED : MAP_FIXED_NOREPLACE), fd, offset);
    /* A kernel that does not know NOREPLACE takes the address for a hint. */
    if (r >= 0 && (uintptr_t)r != at) {
        unix_host(SYS_munmap, r, (long)n, 0, 0, 0, 0);
        return -EEXIST;
    }
    if (r >= 0 && replace)
        unix_patch_remove_code(at, n);
    if (r >= 0 && (prot & PROT_EXEC) && fd >= 0)
        unix_patch_add_code(at, n);
    return r;
}

/* The first gap of n bytes at or above from, by the host's own list. 0: none. */
static uintptr_t find_gap(uintptr_t from, size_t n, size_t align)
{
    FILE *f = fopen("/proc/self/maps", "re");
    char line[512];
    uintptr_t at = round_up(from, align);

    if (!f)
        return 0;
    while (fgets(line, sizeof(line), f)) {
        unsigned long begin, end;
        if (sscanf(line, "%lx-%lx", &begin, &end) != 2 || end <= at)
            continue;
        if (begin >= at && begin - at >= n)
            break;
        at = round_up(end, align);
    }
    fclose(f);
    return unix_range_ok(at, n) ? at : 0;
}

int64_t unix_map_anywhere(uintptr_t hint, size_t n, size_t align, int prot, int flags, int fd,
                          int64_t offset)
{
    n = round_up(n, PAGE);
    if (n == 0 || n > GUEST_END)
        return -ENOMEM;
    if (hint) {
        int64_t r = unix_map_fixed(round_up(hint, align), n, false, prot, flags, fd, offset);
        if (r != -EEXIST && r != -ENOMEM)
            return r;
        /* The next gap above, as BSD looks for one. */
        for (int i = 0; i < 16; i++) {
            uintptr_t at = find_gap(hint, n, align);
            if (!at)
                break;
            r = unix_map_fixed(at, n, false, prot, flags, fd, offset);
            if (r != -EEXIST)
                return r;
        }
    }
    for (int i = 0; i < 64; i++) {
        uintptr_t old = atomic_load(&next_free), at;
        do
            at = round_up(old, align);
        while (!atomic_compare_exchange_weak(&next_free, &old, at + n));
        if (!unix_range_ok(at, n)) {
            atomic_store(&next_free, ANYWHERE_START);
            at = find_gap(ANYWHERE_START, n, align);
            if (!at)
                return -ENOMEM;
        }
        int64_t r = unix_map_fixed(at, n, false, prot, flags, fd, offset);
        if (r != -EEXIST)
            return r;
        at = find_gap(at, n, align);
        if (at)
            atomic_store(&next_free, at);
    }
    return -ENOMEM;
}

int64_t sys_munmap(struct unix_thread *t, void *addr, size_t len)
{
    (void)t;
    if (((uintptr_t)addr & (PAGE - 1)) || len == 0 || !unix_range_ok((uintptr_t)addr, len))
        return -EINVAL;
    unix_patch_remove_code((uintptr_t)addr, len);
    return unix_host(SYS_munmap, (long)addr, (long)len, 0, 0, 0, 0);
}

int64_t sys_mprotect(struct unix_thread *t, void *addr, size_t len, int32_t prot)
{
    uintptr_t at = (uintptr_t)addr & ~(PAGE - 1);

    (void)t;
    len = round_up(len + ((uintptr_t)addr & (PAGE - 1)), PAGE);
    if (!unix_range_ok(at, len))
        return -ENOMEM;
    if (len == 0)
        return 0;
    if (prot & PROT_WRITE) /* what is written there later is not what was looked at */
        unix_patch_remove_code(at, len);
    /* FreeBSD's PROT_MAX(): what the protection may become at most; the host has no such limit. */
    return unix_host(SYS_mprotect, (long)at, (long)len, prot & 7, 0, 0, 0);
}

int64_t sys_mlock(struct unix_thread *t, void *addr, size_t len)
{
    (void)t;
    if (!unix_range_ok((uintptr_t)addr, len))
        return -ENOMEM;
    return unix_host(SYS_mlock, (long)addr, (long)len, 0, 0, 0, 0);
}

int64_t sys_munlock(struct unix_thread *t, void *addr, size_t len)
{
    (void)t;
    if (!unix_range_ok((uintptr_t)addr, len))
        return -ENOMEM;
    return unix_host(SYS_munlock, (long)addr, (long)len, 0, 0, 0, 0);
}

int64_t sys_mlockall(struct unix_thread *t, int32_t how)
{
    (void)t;
    if (how == 0 || (how & ~3))
        return -EINVAL;
    return unix_host(SYS_mlockall, how, 0, 0, 0, 0, 0);
}

int64_t sys_munlockall(struct unix_thread *t)
{
    (void)t;
    return unix_host(SYS_munlockall, 0, 0, 0, 0, 0, 0);
}

int64_t sys_break(struct unix_thread *t, void *nsize)
{
    uintptr_t want = round_up((uintptr_t)nsize, PAGE);
    int64_t r = 0;

    (void)t;
    pthread_mutex_lock(&break_lock);
    if (!break_now)
        break_now = round_up(unix_break_start, PAGE);
    if (want < unix_break_start) {
        r = -EINVAL;
    } else if (want > break_now) {
        r = unix_map_fixed(break_now, want - break_now, false, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        r = r < 0 ? -ENOMEM : 0;
    } else if (want < break_now) {
        r = unix_host(SYS_munmap, (long)want, (long)(break_now - want), 0, 0, 0, 0);
    }
    if (r == 0)
        break_now = want;
    pthread_mutex_unlock(&break_lock);
    return r;
}
