/* Processes: exit and fork. */
#include "syscalls/unix/process.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "freebsd_handlers.h"
#include "netbsd_handlers.h"
#include "syscalls/unix/kqueue.h"
#include "syscalls/unix/thread.h"

const char *const *unix_child_options;

int64_t sys_exit(struct unix_thread *t, int32_t rval)
{
    (void)t;
    unix_exit_process(rval & 0xff);
}

UNIX_FAST int64_t sys_getpid(struct unix_thread *t)
{
    (void)t;
    return unix_host(SYS_getpid, 0, 0, 0, 0, 0, 0);
}

UNIX_FAST int64_t netbsd_getpid(struct unix_thread *t)
{
    unix_result2(t, (uint64_t)unix_host(SYS_getppid, 0, 0, 0, 0, 0, 0));
    return unix_host(SYS_getpid, 0, 0, 0, 0, 0, 0);
}

UNIX_FAST int64_t sys_getppid(struct unix_thread *t)
{
    (void)t;
    return unix_host(SYS_getppid, 0, 0, 0, 0, 0, 0);
}

UNIX_FAST int64_t sys_sched_yield(struct unix_thread *t)
{
    (void)t;
    return unix_host(SYS_sched_yield, 0, 0, 0, 0, 0, 0);
}

/* --- fork ------------------------------------------------------------------------------------- */

/* The signals stay blocked while there are two of us with one thread block, and before the child
 * is a process of its own. */
static pid_t fork_with(struct unix_thread *t, pid_t (*make)(void *arg), void *arg)
{
    struct unix_mask mask = t->mask;
    sigset_t all;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
    pid_t pid = make(arg);
    int error = errno;
    if (pid == 0) {
        unix_kqueue_after_fork();
        unix_thread_after_fork(t);
    }
    unix_mask_set(t, &mask);
    return pid < 0 ? -error : pid;
}

static pid_t plain_fork(void *arg)
{
    (void)arg;
    return fork();
}

/* Both results of fork(2): in the child the second says so, and libc looks there. */
static int64_t fork_result(struct unix_thread *t, pid_t pid)
{
    if (pid < 0)
        return pid;
    unix_result2(t, pid == 0);
    return pid;
}

int64_t sys_fork(struct unix_thread *t)
{
    return fork_result(t, fork_with(t, plain_fork, NULL));
}

int64_t unix_vfork(struct unix_thread *t)
{
    int ends[2];
    char byte;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return -errno;
    pid_t pid = fork_with(t, plain_fork, NULL);
    if (pid == 0) {
        /* Open until the child runs another program or ends. */
        close(ends[0]);
        unix_fd_keep(ends[1]);
        return fork_result(t, 0);
    }
    close(ends[1]);
    /* Not to be interrupted: so is it there. */
    if (pid > 0)
        while (read(ends[0], &byte, 1) < 0 && errno == EINTR)
            ;
    close(ends[0]);
    return fork_result(t, pid);
}

int64_t sys_vfork(struct unix_thread *t)
{
    return unix_vfork(t);
}

int unix_fork_pidfd(struct unix_thread *t, int *pidfd)
{
    pid_t pid = fork_with(t, plain_fork, NULL);

    if (pid <= 0)
        return pid;
    *pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    return pid;
}

/* --- waiting ------------------------------------------------------------------------------------
 */

/* A status word: the signal's number is the foreign one, the rest has the host's form. */
int32_t unix_wait_status(int host)
{
    if (WIFCONTINUED(host)) /* FreeBSD has SIGCONT there, NetBSD what the host has */
        return unix_system->continued_status;
    if (WIFSIGNALED(host))
        return (host & ~0x7f) | unix_signal_of_host(WTERMSIG(host));
    if (WIFSTOPPED(host))
        return (host & 0xff) | unix_signal_of_host(WSTOPSIG(host)) << 8;
    return host;
}

int unix_status_of_siginfo(const siginfo_t *si)
{
    switch (si->si_code) {
    case CLD_KILLED:
        return si->si_status;
    case CLD_DUMPED:
        return si->si_status | 0x80;
    case CLD_STOPPED:
    case CLD_TRAPPED:
        return si->si_status << 8 | 0x7f;
    case CLD_CONTINUED:
        return 0xffff;
    default:
        return (si->si_status & 0xff) << 8;
    }
}

void unix_rusage_of_host(struct unix_rusage *to, const struct rusage *from)
{
    *to = (struct unix_rusage){{from->ru_utime.tv_sec, from->ru_utime.tv_usec},
                               {from->ru_stime.tv_sec, from->ru_stime.tv_usec},
                               from->ru_maxrss,
                               from->ru_ixrss,
                               from->ru_idrss,
                               from->ru_isrss,
                               from->ru_minflt,
                               from->ru_majflt,
                               from->ru_nswap,
                               from->ru_inblock,
                               from->ru_oublock,
                               from->ru_msgsnd,
                               from->ru_msgrcv,
                               from->ru_nsignals,
                               from->ru_nvcsw,
                               from->ru_nivcsw};
}

int64_t unix_wait4(struct unix_thread *t, int32_t pid, int32_t *status, int host_options,
                   void *rusage)
{
    struct rusage ru = {0};
    int word = 0;
    int64_t r = unix_block6(t, SYS_wait4, pid, &word, host_options, &ru, 0, 0);

    if (r == -EINTR)
        return -UNIX_ERESTART;
    if (r <= 0)
        return r;
    if (status && !guest_put(status, unix_wait_status(word)))
        return -EFAULT;
    if (rusage) {
        struct unix_rusage out;
        unix_rusage_of_host(&out, &ru);
        if (!guest_write(rusage, &out, sizeof(out)))
            return -EFAULT;
    }
    return r;
}
