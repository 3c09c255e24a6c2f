/* NetBSD's memory calls, from mmap(2), madvise(2), mincore(2), minherit(2), msync(2). */
#include "syscalls/unix/memory.h"

#include <sys/mman.h>
#include <sys/syscall.h>

#include "abi/netbsd/mman.h"
#include "syscalls/netbsd/netbsd.h"

#define PAGE 4096ull

int64_t netbsd_mmap(struct unix_thread *t, void *addr, size_t len, int32_t prot, int32_t flags,
                    int32_t fd, int64_t pos)
{
    uintptr_t at = (uintptr_t)addr;
    unsigned align = (uint32_t)flags >> NETBSD_MAP_ALIGNMENT_SHIFT;
    size_t alignment = PAGE;
    int host;

    (void)t;
    prot &= 7; /* above: PROT_MPROTECT */
    if (len == 0 || len > GUEST_END)
        return len ? -ENOMEM : -EINVAL;
    if ((flags & (NETBSD_MAP_SHARED | NETBSD_MAP_PRIVATE)) ==
        (NETBSD_MAP_SHARED | NETBSD_MAP_PRIVATE))
        return -EINVAL;
    host = flags & NETBSD_MAP_SHARED ? MAP_SHARED : MAP_PRIVATE;
    if (flags & (NETBSD_MAP_ANON | NETBSD_MAP_STACK)) {
        if (fd != -1)
            return -EINVAL;
        host |= MAP_ANONYMOUS | MAP_NORESERVE;
        pos = 0;
    }
    if (flags & NETBSD_MAP_WIRED)
        host |= MAP_LOCKED;
    size_t extra = (size_t)pos & (PAGE - 1);
    pos -= (int64_t)extra;
    len += extra;
    if (align) {
        if (align < 12 || align > 40)
            return -EINVAL;
        alignment = 1ull << align;
    }
    int64_t r;
    if (flags & NETBSD_MAP_FIXED) {
        at -= extra;
        if ((at & (PAGE - 1)) || !unix_range_ok(at, len))
            return -EINVAL;
        r = unix_map_fixed(at, len, true, prot, host, fd, pos);
    } else {
        r = unix_map_anywhere(at & ~(PAGE - 1), len, alignment, prot, host, fd, pos);
    }
    return r < 0 ? r : r + (int64_t)extra;
}

int64_t netbsd_msync(struct unix_thread *t, void *addr, size_t len, int32_t flags)
{
    int host = 0;

    (void)t;
    if (((uintptr_t)addr & (PAGE - 1)) ||
        (flags & ~(NETBSD_MS_ASYNC | NETBSD_MS_INVALIDATE | NETBSD_MS_SYNC)) ||
        (flags & (NETBSD_MS_ASYNC | NETBSD_MS_SYNC)) == (NETBSD_MS_ASYNC | NETBSD_MS_SYNC) ||
        !unix_range_ok((uintptr_t)addr, len))
        return -EINVAL;
    host = (flags & NETBSD_MS_ASYNC ? MS_ASYNC : MS_SYNC) |
           (flags & NETBSD_MS_INVALIDATE ? MS_INVALIDATE : 0);
    return unix_host(SYS_msync, (long)addr, (long)len, host, 0, 0, 0);
}

int64_t netbsd_madvise(struct unix_thread *t, void *addr, size_t len, int32_t behav)
{
    static const int advice[] = {MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL, MADV_WILLNEED,
                                 /* Here the content stays: the host's would throw it away. */
                                 MADV_COLD, -1, MADV_FREE};
    uintptr_t at = (uintptr_t)addr & ~(PAGE - 1);

    (void)t;
    if (behav < 0 || behav > 6 || advice[behav] < 0 || !unix_range_ok((uintptr_t)addr, len))
        return -EINVAL;
    len += (uintptr_t)addr - at;
    int64_t r = unix_host(SYS_madvise, (long)at, (long)len, advice[behav], 0, 0, 0);
    /* Mappings that the advice does not suit are passed over. */
    return r == -EINVAL || r == -EBADF ? 0 : r;
}

int64_t netbsd_mincore(struct unix_thread *t, void *addr, size_t len, uint8_t *vec)
{
    uint8_t part[512];

    (void)t;
    if ((uintptr_t)addr & (PAGE - 1))
        return -EINVAL;
    if (!unix_range_ok((uintptr_t)addr, len))
        return -ENOMEM;
    size_t pages = (len + PAGE - 1) / PAGE;
    for (size_t done = 0; done < pages; done += sizeof(part)) {
        size_t n = pages - done < sizeof(part) ? pages - done : sizeof(part);
        int64_t r = unix_host(SYS_mincore, (long)((uintptr_t)addr + done * PAGE), (long)(n * PAGE),
                              (long)part, 0, 0, 0);
        if (r < 0)
            return r;
        if (!guest_write(vec + done, part, n))
            return -EFAULT;
    }
    return 0;
}

int64_t netbsd_minherit(struct unix_thread *t, void *addr, size_t len, int32_t inherit)
{
    static const int advice[] = {-1, MADV_DOFORK, MADV_DONTFORK, -1, MADV_WIPEONFORK};
    uintptr_t at = (uintptr_t)addr & ~(PAGE - 1);

    (void)t;
    if (inherit < 0 || inherit > 4 || !unix_range_ok((uintptr_t)addr, len))
        return -EINVAL;
    if (advice[inherit] < 0)
        return -EOPNOTSUPP;
    len += (uintptr_t)addr - at;
    return unix_host(SYS_madvise, (long)at, (long)len, advice[inherit], 0, 0, 0);
}
