/* Processes: exit, fork, exec, and what the host keeps for itself among the descriptors. */
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "freebsd_handlers.h"
#include "netbsd_handlers.h"
#include "syscalls/unix/process.h"
#include "syscalls/unix/thread.h"

const char *const *unix_child_options;

/* Descriptors of ours, in the order that they were made; set before the first guest instruction. */
static int kept[8];
static unsigned kept_count;

int unix_fd_keep(int fd)
{
    int moved = fcntl(fd, F_DUPFD_CLOEXEC, 900);

    if (moved < 0)
        moved = fcntl(fd, F_DUPFD_CLOEXEC, 200);
    if (moved >= 0)
        close(fd);
    else
        moved = fd;
    if (kept_count < sizeof(kept) / sizeof(kept[0]))
        kept[kept_count++] = moved;
    return moved;
}

bool unix_fd_is_ours(int fd)
{
    for (unsigned i = 0; i < kept_count; i++)
        if (kept[i] == fd)
            return true;
    return false;
}

int64_t sys_exit(struct unix_thread *t, int32_t rval)
{
    (void)t;
    unix_exit_process(rval & 0xff);
}

int64_t sys_getpid(struct unix_thread *t)
{
    (void)t;
    return unix_host(SYS_getpid, 0, 0, 0, 0, 0, 0);
}

int64_t netbsd_getpid(struct unix_thread *t)
{
    unix_result2(t, (uint64_t)unix_host(SYS_getppid, 0, 0, 0, 0, 0, 0));
    return unix_host(SYS_getpid, 0, 0, 0, 0, 0, 0);
}

int64_t sys_getppid(struct unix_thread *t)
{
    (void)t;
    return unix_host(SYS_getppid, 0, 0, 0, 0, 0, 0);
}

int64_t sys_sched_yield(struct unix_thread *t)
{
    (void)t;
    return unix_host(SYS_sched_yield, 0, 0, 0, 0, 0, 0);
}
