/* FreeBSD's memory calls, from mmap(2), madvise(2), mincore(2), minherit(2), msync(2). */
#include "syscalls/unix/memory.h"

#include <sys/mman.h>
#include <sys/syscall.h>

#include "abi/freebsd/mman.h"
#include "syscalls/freebsd/freebsd.h"

#define PAGE 4096ull

int64_t freebsd_mmap(struct unix_thread *t, void *addr, size_t len, int32_t prot, int32_t flags,
                     int32_t fd, int64_t pos)
{
    uintptr_t at = (uintptr_t)addr;
    int host = 0, align = (int)((uint32_t)flags >> FREEBSD_MAP_ALIGNMENT_SHIFT);
    size_t alignment = PAGE;

    (void)t;
    if ((prot & ~0x70007) || (flags & ~FREEBSD_MAP_KNOWN))
        return -EINVAL;
    prot &= 7;
    if (flags & FREEBSD_MAP_GUARD) {
        if (prot != 0 || fd != -1 || pos != 0 ||
            (flags & (FREEBSD_MAP_ANON | FREEBSD_MAP_PREFAULT_READ | FREEBSD_MAP_PRIVATE |
                      FREEBSD_MAP_SHARED | FREEBSD_MAP_STACK)))
            return -EINVAL;
        flags |= FREEBSD_MAP_ANON;
    }
    if (flags & FREEBSD_MAP_STACK) {
        if (fd != -1 || (prot & 3) != 3)
            return -EINVAL;
        flags |= FREEBSD_MAP_ANON;
    }
    if ((flags & (FREEBSD_MAP_EXCL | FREEBSD_MAP_FIXED)) == FREEBSD_MAP_EXCL)
        return -EINVAL;
    if ((flags & FREEBSD_MAP_ANON) && !(flags & FREEBSD_MAP_STACK)) {
        if (fd != -1 || pos != 0)
            return -EINVAL;
    }
    if ((flags & 3) == 3)
        return -EINVAL;
    if (len == 0)
        return -EINVAL;
    host |= (flags & FREEBSD_MAP_SHARED) ? MAP_SHARED : MAP_PRIVATE;
    if (flags & FREEBSD_MAP_ANON) {
        host |= MAP_ANONYMOUS | MAP_NORESERVE;
        pos = 0;
    }
    if (flags & FREEBSD_MAP_PREFAULT_READ)
        host |= MAP_POPULATE;
    /* The file's page decides where in a page the mapping begins. */
    size_t extra = (size_t)pos & (PAGE - 1);
    pos -= (int64_t)extra;
    if (len > GUEST_END)
        return -ENOMEM;
    len += extra;
    if (align == FREEBSD_MAP_ALIGNED_SUPER)
        alignment = 2 << 20;
    else if (align) {
        if (align < 12 || align >= 64)
            return -EINVAL;
        alignment = 1ull << align;
    }
    int64_t r;
    if (flags & FREEBSD_MAP_FIXED) {
        at -= extra;
        if ((at & (PAGE - 1)) || !unix_range_ok(at, len))
            return -EINVAL;
        r = unix_map_fixed(at, len, !(flags & FREEBSD_MAP_EXCL), prot, host, fd, pos);
        if (r == -EEXIST)
            r = -ENOMEM;
    } else if (flags & FREEBSD_MAP_32BIT) {
        if (at + len > 0x80000000ull)
            at = 0;
        r = unix_host(SYS_mmap, (long)at, (long)len, prot, host | MAP_32BIT, fd, pos);
    } else {
        r = unix_map_anywhere(at & ~(PAGE - 1), len, alignment, prot, host, fd, pos);
    }
    return r < 0 ? r : r + (int64_t)extra;
}

int64_t freebsd_msync(struct unix_thread *t, void *addr, size_t len, int32_t flags)
{
    int host = flags & FREEBSD_MS_ASYNC ? MS_ASYNC : MS_SYNC;

    (void)t;
    if (((uintptr_t)addr & (PAGE - 1)) || (flags & ~(FREEBSD_MS_ASYNC | FREEBSD_MS_INVALIDATE)) ||
        flags == (FREEBSD_MS_ASYNC | FREEBSD_MS_INVALIDATE) || !unix_range_ok((uintptr_t)addr, len))
        return -EINVAL;
    if (flags & FREEBSD_MS_INVALIDATE)
        host |= MS_INVALIDATE;
    int64_t r = unix_host(SYS_msync, (long)addr, (long)len, host, 0, 0, 0);
    return r == -ENOMEM ? -EINVAL : r;
}

int64_t freebsd_madvise(struct unix_thread *t, void *addr, size_t len, int32_t behav)
{
    static const int advice[] = {
        [FREEBSD_MADV_NORMAL] = MADV_NORMAL,
        [FREEBSD_MADV_RANDOM] = MADV_RANDOM,
        [FREEBSD_MADV_SEQUENTIAL] = MADV_SEQUENTIAL,
        [FREEBSD_MADV_WILLNEED] = MADV_WILLNEED,
        /* Here the content stays: the host's call of that name would throw it away. */
        [FREEBSD_MADV_DONTNEED] = MADV_COLD,
        [FREEBSD_MADV_FREE] = MADV_FREE,
        [FREEBSD_MADV_NOSYNC] = MADV_NORMAL,
        [FREEBSD_MADV_AUTOSYNC] = MADV_NORMAL,
        [FREEBSD_MADV_NOCORE] = MADV_DONTDUMP,
        [FREEBSD_MADV_CORE] = MADV_DODUMP,
        [FREEBSD_MADV_PROTECT] = -1,
    };
    uintptr_t at = (uintptr_t)addr & ~(PAGE - 1);

    (void)t;
    if (behav < 0 || behav > FREEBSD_MADV_PROTECT || !unix_range_ok((uintptr_t)addr, len))
        return -EINVAL;
    if (advice[behav] < 0)
        return -EPERM; /* for the superuser alone */
    len += (uintptr_t)addr - at;
    int64_t r = unix_host(SYS_madvise, (long)at, (long)len, advice[behav], 0, 0, 0);
    /* Holes and mappings that the advice does not suit are passed over; the rest has been done. */
    return r == -ENOMEM || r == -EINVAL || r == -EBADF ? 0 : r;
}

int64_t freebsd_mincore(struct unix_thread *t, void *addr, size_t len, uint8_t *vec)
{
    uintptr_t at = (uintptr_t)addr & ~(PAGE - 1);
    uint8_t part[512];

    (void)t;
    if (!unix_range_ok((uintptr_t)addr, len))
        return -ENOMEM;
    size_t pages = (((uintptr_t)addr & (PAGE - 1)) + len + PAGE - 1) / PAGE;
    for (size_t done = 0; done < pages; done += sizeof(part)) {
        size_t n = pages - done < sizeof(part) ? pages - done : sizeof(part);
        int64_t r =
            unix_host(SYS_mincore, (long)(at + done * PAGE), (long)(n * PAGE), (long)part, 0, 0, 0);
        if (r < 0)
            return r;
        for (size_t i = 0; i < n; i++)
            part[i] = part[i] & 1 ? FREEBSD_MINCORE_INCORE | FREEBSD_MINCORE_REFERENCED : 0;
        if (!guest_write(vec + done, part, n))
            return -EFAULT;
    }
    return 0;
}

int64_t freebsd_minherit(struct unix_thread *t, void *addr, size_t len, int32_t inherit)
{
    static const int advice[] = {-1, MADV_DOFORK, MADV_DONTFORK, MADV_WIPEONFORK};
    uintptr_t at = (uintptr_t)addr & ~(PAGE - 1);

    (void)t;
    if (inherit < 0 || inherit > 3 || !unix_range_ok((uintptr_t)addr, len))
        return -EINVAL;
    if (advice[inherit] < 0)
        return -EOPNOTSUPP;
    len += (uintptr_t)addr - at;
    return unix_host(SYS_madvise, (long)at, (long)len, advice[inherit], 0, 0, 0);
}
