/* FreeBSD's processes: rfork(2), pdfork(2), wait4(2), wait6(2), procctl(2). */
#include "syscalls/freebsd/process.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi/freebsd/errno.h"
#include "abi/freebsd/signal.h"
#include "abi/freebsd/wait.h"
#include "syscalls/unix/process.h"
#include "syscalls/unix/thread.h"

int64_t freebsd_rfork(struct unix_thread *t, uint32_t flags)
{
    if (flags & ~FREEBSD_RFORK_KNOWN)
        return -EINVAL;
    if (flags & FREEBSD_RFSPAWN) /* vfork with the child's handlers reset; for nothing else */
        return flags == FREEBSD_RFSPAWN ? unix_vfork(t) : -EINVAL;
    if ((flags & (FREEBSD_RFFDG | FREEBSD_RFCFDG)) == (FREEBSD_RFFDG | FREEBSD_RFCFDG))
        return -EINVAL;
    if (!(flags & FREEBSD_RFPROC)) /* of this process: nothing that it does not have already */
        return flags & FREEBSD_RFCFDG ? unix_host(SYS_close_range, 0, ~0u, 0, 0, 0, 0) : 0;
    /* A table of descriptors or an address space for two processes cannot be had. */
    if (!(flags & (FREEBSD_RFFDG | FREEBSD_RFCFDG)))
        return -EINVAL;
    if ((flags & FREEBSD_RFMEM) && !(flags & FREEBSD_RFPPWAIT))
        return -EINVAL;
    int64_t r = flags & FREEBSD_RFPPWAIT ? unix_vfork(t) : sys_fork(t);
    if (r == 0 && (flags & FREEBSD_RFCFDG))
        unix_host(SYS_close_range, 0, 899, 0, 0, 0, 0);
    return r;
}

int64_t freebsd_pdfork(struct unix_thread *t, int32_t *fdp, int32_t flags)
{
    int fd = -1;

    if (flags & ~(FREEBSD_PD_DAEMON | FREEBSD_PD_CLOEXEC))
        return -EINVAL;
    if (!guest_probe(fdp, sizeof(*fdp), true))
        return -EFAULT;
    int pid = unix_fork_pidfd(t, &fd);
    if (pid < 0)
        return pid;
    unix_result2(t, pid == 0);
    if (pid == 0)
        return 0;
    if (!(flags & FREEBSD_PD_CLOEXEC) && fd >= 0)
        fcntl(fd, F_SETFD, 0);
    return guest_put(fdp, fd) ? pid : -EFAULT;
}

int64_t freebsd_pdkill(struct unix_thread *t, int32_t fd, int32_t signum)
{
    int host = unix_signal_to_host(signum);

    (void)t;
    if (signum < 0 || (unsigned)signum >= unix_system->signal_count || (signum && !host))
        return -EINVAL;
    int64_t r = unix_host(SYS_pidfd_send_signal, fd, host, 0, 0, 0, 0);
    return r == -EBADF || r == -EINVAL ? -EBADF : r;
}

int64_t freebsd_pdgetpid(struct unix_thread *t, int32_t fd, int32_t *pidp)
{
    char path[64], text[1024];

    (void)t;
    snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
    int info = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = info < 0 ? -1 : read(info, text, sizeof(text) - 1);
    if (info >= 0)
        close(info);
    if (n < 0)
        return -EBADF;
    text[n] = 0;
    const char *line = strstr(text, "\nPid:");
    int pid;
    if (!line || sscanf(line + 5, "%d", &pid) != 1)
        return -EINVAL;
    return guest_put(pidp, (int32_t)pid) ? 0 : -EFAULT;
}

/* For wait4 and wait6; -1: a bit that does not exist. */
static int host_options(int32_t options)
{
    int host = 0;

    if (options & ~FREEBSD_WAIT_KNOWN)
        return -1;
    if (options & FREEBSD_WNOHANG)
        host |= WNOHANG;
    if (options & FREEBSD_WUNTRACED)
        host |= WUNTRACED;
    if (options & FREEBSD_WCONTINUED)
        host |= WCONTINUED;
    return host;
}

int64_t freebsd_wait4(struct unix_thread *t, int32_t pid, int32_t *status, int32_t options,
                      void *rusage)
{
    int host = host_options(options);

    if (host < 0 || pid == INT_MIN)
        return host < 0 ? -EINVAL : -ESRCH;
    if (options & FREEBSD_WNOWAIT)
        return freebsd_wait6(t, pid > 0 ? FREEBSD_P_PID : FREEBSD_P_ALL, pid, status,
                             options | FREEBSD_WEXITED, NULL, NULL);
    return unix_wait4(t, pid, status, host, rusage);
}

int64_t freebsd_wait6(struct unix_thread *t, int32_t idtype, int64_t id, int32_t *status,
                      int32_t options, void *wrusage, void *info)
{
    int host = host_options(options), type;
    siginfo_t si = {0};
    struct rusage ru = {0};

    if (host < 0 ||
        !(options & (FREEBSD_WEXITED | FREEBSD_WUNTRACED | FREEBSD_WCONTINUED | FREEBSD_WTRAPPED)))
        return -EINVAL;
    switch (idtype) {
    case FREEBSD_P_ALL:
        type = P_ALL;
        break;
    case FREEBSD_P_PID:
        type = P_PID;
        break;
    case FREEBSD_P_PGID:
        type = P_PGID;
        break;
    default:
        return -EINVAL;
    }
    host = (options & FREEBSD_WNOHANG ? WNOHANG : 0) |
           (options & FREEBSD_WUNTRACED ? WSTOPPED : 0) |
           (options & FREEBSD_WCONTINUED ? WCONTINUED : 0) |
           (options & FREEBSD_WEXITED ? WEXITED : 0) | (options & FREEBSD_WNOWAIT ? WNOWAIT : 0);
    int64_t r = unix_block6(t, SYS_waitid, type, id, &si, host, &ru, 0);
    if (r == -EINTR)
        return -UNIX_ERESTART;
    if (r < 0)
        return r;
    if (si.si_pid == 0)
        return 0; /* WNOHANG */
    if (status && !guest_put(status, unix_wait_status(unix_status_of_siginfo(&si))))
        return -EFAULT;
    if (wrusage) {
        struct unix_rusage out[2] = {0}; /* of the child, and of its own children */
        unix_rusage_of_host(&out[0], &ru);
        if (!guest_write(wrusage, out, sizeof(out)))
            return -EFAULT;
    }
    if (info) {
        struct freebsd_siginfo out;
        freebsd_siginfo(&out, &si);
        if (!guest_write(info, &out, sizeof(out)))
            return -EFAULT;
    }
    return si.si_pid;
}

int64_t freebsd_procctl(struct unix_thread *t, int32_t idtype, int64_t id, int32_t com, void *data)
{
    int32_t value;

    (void)t;
    if (idtype != FREEBSD_P_PID && idtype != FREEBSD_P_PGID)
        return -EINVAL;
    bool self = idtype == FREEBSD_P_PID && (id == 0 || id == getpid());
    switch (com) {
    case FREEBSD_PROC_REAP_ACQUIRE:
    case FREEBSD_PROC_REAP_RELEASE:
        if (!self)
            return -EPERM;
        return prctl(PR_SET_CHILD_SUBREAPER, com == FREEBSD_PROC_REAP_ACQUIRE) == 0 ? 0 : -errno;
    case FREEBSD_PROC_PDEATHSIG_CTL:
        if (!self)
            return -EINVAL;
        if (!guest_get(&value, (int32_t *)data))
            return -EFAULT;
        if (value < 0 || (value && !unix_signal_to_host(value)))
            return -EINVAL;
        return prctl(PR_SET_PDEATHSIG, unix_signal_to_host(value)) == 0 ? 0 : -errno;
    case FREEBSD_PROC_PDEATHSIG_STATUS:
        if (!self)
            return -EINVAL;
        if (prctl(PR_GET_PDEATHSIG, &value) != 0)
            return -errno;
        return guest_put((int32_t *)data, unix_signal_of_host(value)) ? 0 : -EFAULT;
    case FREEBSD_PROC_NO_NEW_PRIVS_CTL:
        if (!guest_get(&value, (int32_t *)data))
            return -EFAULT;
        if (!self || value != 1)
            return -EINVAL;
        return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? 0 : -errno;
    case FREEBSD_PROC_NO_NEW_PRIVS_STATUS:
        value = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 1 : 2;
        return guest_put((int32_t *)data, value) ? 0 : -EFAULT;
    case FREEBSD_PROC_TRACE_STATUS:
        value = 0; /* may be traced, and nobody does */
        return guest_put((int32_t *)data, value) ? 0 : -EFAULT;
    default:
        return -EINVAL;
    }
}
