/* NetBSD's processes: wait4(2), wait6(2), posix_spawn(2). */
#include "syscalls/netbsd/process.h"

#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "syscalls/unix/process.h"
#include "syscalls/unix/thread.h"

#define NETBSD_WNOHANG 0x1
#define NETBSD_WUNTRACED 0x2
#define NETBSD_WCONTINUED 0x10
#define NETBSD_WEXITED 0x20
#define NETBSD_WTRAPPED 0x40
#define NETBSD_WNOWAIT 0x10000
#define NETBSD_WNOZOMBIE 0x20000
#define NETBSD_WALTSIG 0x4
#define NETBSD_WALLSIG 0x8
#define NETBSD_WAIT_KNOWN                                                                          \
    (NETBSD_WNOHANG | NETBSD_WUNTRACED | NETBSD_WCONTINUED | NETBSD_WEXITED | NETBSD_WTRAPPED |    \
     NETBSD_WNOWAIT | NETBSD_WNOZOMBIE | NETBSD_WALTSIG | NETBSD_WALLSIG)

#define NETBSD_P_ALL 0
#define NETBSD_P_PID 1
#define NETBSD_P_PGID 4

int64_t netbsd_wait4(struct unix_thread *t, int32_t pid, int32_t *status, int32_t options,
                     void *rusage)
{
    int host = (options & NETBSD_WNOHANG ? WNOHANG : 0) |
               (options & NETBSD_WUNTRACED ? WUNTRACED : 0) |
               (options & NETBSD_WCONTINUED ? WCONTINUED : 0);

    if (options & ~NETBSD_WAIT_KNOWN)
        return -EINVAL;
    return unix_wait4(t, pid, status, host, rusage);
}

int64_t netbsd_wait6(struct unix_thread *t, int32_t idtype, int32_t id, int32_t *status,
                     int32_t options, void *wru, void *info)
{
    siginfo_t si = {0};
    struct rusage ru = {0};
    int type;

    if ((options & ~NETBSD_WAIT_KNOWN) ||
        !(options & (NETBSD_WEXITED | NETBSD_WUNTRACED | NETBSD_WCONTINUED | NETBSD_WTRAPPED)))
        return -EINVAL;
    switch (idtype) {
    case NETBSD_P_ALL:
        type = P_ALL;
        break;
    case NETBSD_P_PID:
        type = P_PID;
        break;
    case NETBSD_P_PGID:
        type = P_PGID;
        break;
    default:
        return -EINVAL;
    }
    int host = (options & NETBSD_WNOHANG ? WNOHANG : 0) |
               (options & NETBSD_WUNTRACED ? WSTOPPED : 0) |
               (options & NETBSD_WCONTINUED ? WCONTINUED : 0) |
               (options & NETBSD_WEXITED ? WEXITED : 0) | (options & NETBSD_WNOWAIT ? WNOWAIT : 0);
    int64_t r = unix_block6(t, SYS_waitid, type, id, &si, host, &ru, 0);
    if (r == -EINTR)
        return -UNIX_ERESTART;
    if (r < 0)
        return r;
    if (si.si_pid == 0)
        return 0;
    if (status && !guest_put(status, unix_wait_status(unix_status_of_siginfo(&si))))
        return -EFAULT;
    if (wru) {
        struct unix_rusage out[2] = {0};
        unix_rusage_of_host(&out[0], &ru);
        if (!guest_write(wru, out, sizeof(out)))
            return -EFAULT;
    }
    if (info) {
        struct netbsd_siginfo out;
        netbsd_siginfo(&out, &si);
        if (!guest_write(info, &out, sizeof(out)))
            return -EFAULT;
    }
    return si.si_pid;
}
