/*
 * Descriptors: closing, copying, and what is kept about them. The numbers are the host's. A
 * closed or replaced descriptor loses its kqueue filters, as kqueue(2) has it, even while copies of
 * it live on.
 */
#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "syscalls/unix/file.h"
#include "syscalls/unix/kqueue.h"

/* One bit for each low descriptor: SO_NOSIGPIPE, F_SETNOSIGPIPE. Lock-free; reset on close. */
#define NOSIGPIPE_FDS 65536
static _Atomic uint64_t nosigpipe[NOSIGPIPE_FDS / 64];
static _Atomic bool any_nosigpipe;

/* The host's own descriptors. Lock-free. */
#define KEPT_FDS 65536
#define KEPT_LEAST 512
static _Atomic uint64_t ours[KEPT_FDS / 64];

bool unix_fd_is_ours(int fd)
{
    return (uint32_t)fd < KEPT_FDS && ((ours[fd / 64] >> (fd % 64)) & 1);
}

int unix_fd_keep(int fd)
{
    if (fd < 0)
        return fd;
    int high = (int)unix_host(SYS_fcntl, fd, F_DUPFD_CLOEXEC, KEPT_LEAST, 0, 0, 0);
    if (high < 0 || high >= KEPT_FDS)
        high = (int)unix_host(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 0, 0, 0, 0);
    close(fd);
    if (high >= 0 && high < KEPT_FDS)
        atomic_fetch_or(&ours[high / 64], 1ull << (high % 64));
    return high;
}

void unix_fd_release(int fd)
{
    if (fd < 0)
        return;
    if (fd < KEPT_FDS)
        atomic_fetch_and(&ours[fd / 64], ~(1ull << (fd % 64)));
    close(fd);
}

bool unix_fd_nosigpipe(int32_t fd)
{
    if (!atomic_load_explicit(&any_nosigpipe, memory_order_relaxed) ||
        (uint32_t)fd >= NOSIGPIPE_FDS)
        return false;
    return (nosigpipe[fd / 64] >> (fd % 64)) & 1;
}

void unix_fd_set_nosigpipe(int32_t fd, bool on)
{
    if ((uint32_t)fd >= NOSIGPIPE_FDS)
        return;
    if (on) {
        any_nosigpipe = true;
        atomic_fetch_or(&nosigpipe[fd / 64], 1ull << (fd % 64));
    } else if (unix_fd_nosigpipe(fd)) {
        atomic_fetch_and(&nosigpipe[fd / 64], ~(1ull << (fd % 64)));
    }
}

static void forget(int32_t fd)
{
    unix_fd_set_nosigpipe(fd, false);
    unix_kqueue_closing(fd);
}

int64_t unix_close(int32_t fd)
{
    if (fd < 0 || unix_fd_is_ours(fd))
        return -EBADF;
    forget(fd);
    int64_t r = unix_host(SYS_close, fd, 0, 0, 0, 0, 0);
    /* The descriptor is gone whatever the host says. */
    return r == -EINTR ? 0 : r;
}

int64_t unix_dup(int32_t fd, int32_t least, bool cloexec)
{
    if (fd < 0 || unix_fd_is_ours(fd))
        return -EBADF;
    if (least < 0)
        return -EINVAL;
    int64_t r = unix_host(SYS_fcntl, fd, cloexec ? F_DUPFD_CLOEXEC : F_DUPFD, least, 0, 0, 0);
    if (r >= 0)
        unix_kqueue_copied(fd, (int)r);
    return r;
}

int64_t unix_dup2(int32_t from, int32_t to, bool cloexec)
{
    if (from < 0 || to < 0 || unix_fd_is_ours(from) || unix_fd_is_ours(to))
        return -EBADF;
    if (from == to) {
        int64_t r = unix_host(SYS_fcntl, from, F_GETFD, 0, 0, 0, 0);
        return r < 0 ? r : to;
    }
    if (unix_host(SYS_fcntl, from, F_GETFD, 0, 0, 0, 0) < 0)
        return -EBADF;
    forget(to);
    int64_t r = unix_host(SYS_dup3, from, to, cloexec ? O_CLOEXEC : 0, 0, 0, 0);
    if (r >= 0)
        unix_kqueue_copied(from, to);
    return r;
}

static int64_t close_part(uint32_t low, uint32_t high, bool cloexec_only)
{
    if (!cloexec_only) {
        for (uint32_t fd = low; any_nosigpipe && fd <= high && fd < NOSIGPIPE_FDS; fd++)
            unix_fd_set_nosigpipe((int32_t)fd, false);
    }
    return unix_host(SYS_close_range, low, high, cloexec_only ? CLOSE_RANGE_CLOEXEC : 0, 0, 0, 0);
}

int64_t unix_close_range(uint32_t low, uint32_t high, bool cloexec_only)
{
    if (low > high)
        return -EINVAL;
    if (!cloexec_only)
        unix_kqueue_closing_range(low, high);
    /* In parts: what the host keeps for itself stays. */
    for (uint32_t fd = low; fd <= high && fd < KEPT_FDS; fd++) {
        if (!(fd % 64) && !ours[fd / 64]) {
            fd += 63;
            continue;
        }
        if (unix_fd_is_ours((int32_t)fd)) {
            if (fd > low)
                close_part(low, fd - 1, cloexec_only);
            low = fd + 1;
        }
    }
    return low <= high ? close_part(low, high, cloexec_only) : 0;
}

int64_t sys_close(struct unix_thread *t, int32_t fd)
{
    (void)t;
    return unix_close(fd);
}

int64_t sys_dup(struct unix_thread *t, int32_t fd)
{
    (void)t;
    return unix_dup(fd, 0, false);
}

int64_t sys_dup2(struct unix_thread *t, int32_t from, int32_t to)
{
    (void)t;
    return unix_dup2(from, to, false);
}

int64_t sys_pipe2(struct unix_thread *t, void *fildes, int32_t flags)
{
    int fds[2];

    (void)t;
    uint32_t unknown, host = unix_bits_to_host(unix_abi->open_flags, (uint32_t)flags, &unknown);
    if (unknown || (host & ~(uint32_t)(O_CLOEXEC | O_NONBLOCK)))
        return -EINVAL;
    int64_t r = unix_host(SYS_pipe2, (long)fds, (long)host, 0, 0, 0, 0);
    if (r < 0)
        return r;
    if (!guest_write(fildes, fds, sizeof(fds))) {
        unix_close(fds[0]);
        unix_close(fds[1]);
        return -EFAULT;
    }
    return 0;
}

/* pipe(2): both ends come back in registers. */
int64_t sys_pipe(struct unix_thread *t)
{
    int fds[2];
    int64_t r = unix_host(SYS_pipe2, (long)fds, 0, 0, 0, 0, 0);

    if (r < 0)
        return r;
    unix_result2(t, (uint32_t)fds[1]);
    return fds[0];
}

int64_t unix_get_flags(int32_t fd)
{
    int64_t r = unix_host(SYS_fcntl, fd, F_GETFL, 0, 0, 0, 0);
    if (r < 0)
        return r;
    if (r & O_PATH)
        return unix_abi->open_path;
    return (int64_t)unix_bits_of_host(unix_abi->open_flags, (uint32_t)r & ~(uint32_t)O_ACCMODE) |
           (r & O_ACCMODE);
}

int64_t unix_set_flags(int32_t fd, uint32_t flags)
{
    uint32_t host = unix_bits_to_host(unix_abi->open_flags, flags, NULL);
    /* F_SETFL sets only these; O_DIRECT is refused by some file systems and is only advice. */
    host &= O_NONBLOCK | O_APPEND | O_ASYNC | O_DIRECT;
    int64_t r = unix_host(SYS_fcntl, fd, F_SETFL, host, 0, 0, 0);
    if (r == -EINVAL && (host & O_DIRECT))
        r = unix_host(SYS_fcntl, fd, F_SETFL, host & ~(uint32_t)O_DIRECT, 0, 0, 0);
    return r;
}

int64_t unix_lock(struct unix_thread *t, int32_t fd, enum unix_lock_call call, struct unix_lock *l)
{
    static const short host_type[] = {-1, F_RDLCK, F_UNLCK, F_WRLCK};
    struct flock f = {.l_whence = (short)l->whence, .l_start = l->start, .l_len = l->len};

    if (l->type < 1 || l->type > 3)
        return -EINVAL;
    f.l_type = host_type[l->type];
    if (call == UNIX_SETLKW)
        return unix_block_restart(t, SYS_fcntl, fd, F_SETLKW, (long)&f, 0, 0, 0);
    int64_t r = unix_host(SYS_fcntl, fd, call == UNIX_GETLK ? F_GETLK : F_SETLK, (long)&f, 0, 0, 0);
    if (r < 0)
        return r == -EACCES ? -EAGAIN : r;
    if (call == UNIX_GETLK) {
        l->type = f.l_type == F_RDLCK ? 1 : f.l_type == F_WRLCK ? 3 : 2;
        if (l->type != 2) {
            l->whence = f.l_whence;
            l->start = f.l_start;
            l->len = f.l_len;
            l->pid = f.l_pid;
        }
    }
    return 0;
}
