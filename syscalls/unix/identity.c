/* Who the process is and what it may use: ids, groups, limits, priorities, use of resources. */
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "syscalls/unix/abi.h"
#include "syscalls/unix/handlers.h"

/* Credentials belong to the process there and to the thread on the host: libc's own
 * functions change them for all threads. */
static int64_t result(int r)
{
    return r < 0 ? -errno : r;
}

int64_t sys_getuid(struct unix_thread *t)
{
    unix_result2(t, geteuid());
    return getuid();
}

int64_t sys_geteuid(struct unix_thread *t)
{
    (void)t;
    return geteuid();
}

int64_t sys_getgid(struct unix_thread *t)
{
    unix_result2(t, getegid());
    return getgid();
}

int64_t sys_getegid(struct unix_thread *t)
{
    (void)t;
    return getegid();
}

int64_t sys_setuid(struct unix_thread *t, uint32_t uid)
{
    (void)t;
    return result(setuid(uid));
}

int64_t sys_setgid(struct unix_thread *t, uint32_t gid)
{
    (void)t;
    return result(setgid(gid));
}

int64_t sys_seteuid(struct unix_thread *t, uint32_t euid)
{
    (void)t;
    return result(seteuid(euid));
}

int64_t sys_setegid(struct unix_thread *t, uint32_t egid)
{
    (void)t;
    return result(setegid(egid));
}

int64_t sys_setreuid(struct unix_thread *t, uint32_t ruid, uint32_t euid)
{
    (void)t;
    return result(setreuid(ruid, euid));
}

int64_t sys_setregid(struct unix_thread *t, uint32_t rgid, uint32_t egid)
{
    (void)t;
    return result(setregid(rgid, egid));
}

int64_t sys_setresuid(struct unix_thread *t, uint32_t ruid, uint32_t euid, uint32_t suid)
{
    (void)t;
    return result(setresuid(ruid, euid, suid));
}

int64_t sys_setresgid(struct unix_thread *t, uint32_t rgid, uint32_t egid, uint32_t sgid)
{
    (void)t;
    return result(setresgid(rgid, egid, sgid));
}

static int64_t three(void *const to[3], const uint32_t ids[3])
{
    for (int i = 0; i < 3; i++) {
        if (to[i] && !guest_write(to[i], &ids[i], sizeof(ids[i])))
            return -EFAULT;
    }
    return 0;
}

int64_t sys_getresuid(struct unix_thread *t, uint32_t *ruid, uint32_t *euid, uint32_t *suid)
{
    uid_t id[3];
    (void)t;
    getresuid(&id[0], &id[1], &id[2]);
    return three((void *const[]){ruid, euid, suid}, id);
}

int64_t sys_getresgid(struct unix_thread *t, uint32_t *rgid, uint32_t *egid, uint32_t *sgid)
{
    gid_t id[3];
    (void)t;
    getresgid(&id[0], &id[1], &id[2]);
    return three((void *const[]){rgid, egid, sgid}, id);
}

#define GROUPS_MAX 1024

int64_t sys_getgroups(struct unix_thread *t, int32_t gidsetsize, uint32_t *gidset)
{
    gid_t groups[65536 / 16];
    (void)t;
    if (gidsetsize < 0)
        return -EINVAL;
    int n = getgroups((int)(sizeof(groups) / sizeof(groups[0])), groups);
    if (n < 0)
        return -errno;
    if (!gidsetsize)
        return n;
    if (gidsetsize < n)
        return -EINVAL;
    return guest_write(gidset, groups, (size_t)n * sizeof(gid_t)) ? n : -EFAULT;
}

int64_t sys_setgroups(struct unix_thread *t, int32_t gidsetsize, const uint32_t *gidset)
{
    gid_t groups[GROUPS_MAX];
    (void)t;
    if (gidsetsize < 0 || gidsetsize > GROUPS_MAX)
        return -EINVAL;
    if (!guest_read(groups, gidset, (size_t)gidsetsize * sizeof(gid_t)))
        return -EFAULT;
    return result(setgroups((size_t)gidsetsize, groups));
}

int64_t sys_getpgrp(struct unix_thread *t)
{
    (void)t;
    return getpgrp();
}

int64_t sys_getpgid(struct unix_thread *t, int32_t pid)
{
    (void)t;
    return unix_host(SYS_getpgid, pid, 0, 0, 0, 0, 0);
}

int64_t sys_setpgid(struct unix_thread *t, int32_t pid, int32_t pgid)
{
    (void)t;
    return unix_host(SYS_setpgid, pid, pgid, 0, 0, 0, 0);
}

int64_t sys_getsid(struct unix_thread *t, int32_t pid)
{
    (void)t;
    return unix_host(SYS_getsid, pid, 0, 0, 0, 0, 0);
}

int64_t sys_setsid(struct unix_thread *t)
{
    (void)t;
    return unix_host(SYS_setsid, 0, 0, 0, 0, 0, 0);
}

int64_t sys_issetugid(struct unix_thread *t)
{
    (void)t;
    return 0; /* the runner itself is never set-id */
}

/* The login name of the session: the owner's, until setlogin would change it. */
int64_t sys_getlogin(struct unix_thread *t, void *namebuf, size_t namelen)
{
    char buffer[4096], name[33] = "";
    struct passwd pw, *found = NULL;
    FILE *f = fopen("/etc/passwd", "re");

    (void)t;
    while (f && fgetpwent_r(f, &pw, buffer, sizeof(buffer), &found) == 0) {
        if (pw.pw_uid == getuid()) {
            snprintf(name, sizeof(name), "%.32s", pw.pw_name);
            break;
        }
    }
    if (f)
        fclose(f);
    if (namelen > sizeof(name))
        namelen = sizeof(name);
    if (strlen(name) + 1 > namelen)
        return -ERANGE;
    return guest_write(namebuf, name, strlen(name) + 1) ? 0 : -EFAULT;
}

int64_t sys_setlogin(struct unix_thread *t, const char *namebuf)
{
    char name[33];
    int error = unix_string(namebuf, name, sizeof(name));
    (void)t;
    if (error)
        return error == -ENAMETOOLONG ? -EINVAL : error;
    return -EPERM;
}

/* --- limits
 * -------------------------------------------------------------------------------------------- */

struct foreign_rlimit {
    int64_t cur, max;
};
#define FOREIGN_INFINITY INT64_MAX

int64_t sys_getrlimit(struct unix_thread *t, uint32_t which, void *rlp)
{
    struct foreign_rlimit out = {FOREIGN_INFINITY, FOREIGN_INFINITY};
    struct rlimit r;
    int host = unix_value_to_host(unix_abi->resources, which);

    (void)t;
    if (which > 15)
        return -EINVAL;
    if (host >= 0) {
        if (getrlimit((unsigned)host, &r) < 0)
            return -errno;
        out.cur = r.rlim_cur > FOREIGN_INFINITY ? FOREIGN_INFINITY : (int64_t)r.rlim_cur;
        out.max = r.rlim_max > FOREIGN_INFINITY ? FOREIGN_INFINITY : (int64_t)r.rlim_max;
    }
    return guest_write(rlp, &out, sizeof(out)) ? 0 : -EFAULT;
}

int64_t sys_setrlimit(struct unix_thread *t, uint32_t which, const void *rlp)
{
    struct foreign_rlimit in;
    struct rlimit r, old;
    int host = unix_value_to_host(unix_abi->resources, which);

    (void)t;
    if (which > 15)
        return -EINVAL;
    if (!guest_read(&in, rlp, sizeof(in)))
        return -EFAULT;
    if (host < 0)
        return in.cur > in.max ? -EINVAL : 0; /* there is no such limit, so none is broken */
    if (in.cur < 0)
        in.cur = FOREIGN_INFINITY;
    if (in.max < 0)
        in.max = FOREIGN_INFINITY;
    if (in.cur > in.max)
        return -EINVAL;
    r.rlim_cur = in.cur == FOREIGN_INFINITY ? RLIM_INFINITY : (rlim_t)in.cur;
    r.rlim_max = in.max == FOREIGN_INFINITY ? RLIM_INFINITY : (rlim_t)in.max;
    if (getrlimit((unsigned)host, &old) == 0 && host == RLIMIT_NOFILE &&
        r.rlim_max > old.rlim_max && r.rlim_max == RLIM_INFINITY)
        r.rlim_max = old.rlim_max;
    return result(setrlimit((unsigned)host, &r));
}

/* struct rusage is the same: two timevals and fourteen longs in one order. */
int64_t sys_getrusage(struct unix_thread *t, int32_t who, void *rusage)
{
    struct rusage r;
    (void)t;
    /* RUSAGE_SELF 0, CHILDREN -1, THREAD 1 */
    if (who < -1 || who > 1)
        return -EINVAL;
    if (getrusage(who, &r) < 0)
        return -errno;
    return guest_write(rusage, &r, sizeof(r)) ? 0 : -EFAULT;
}

/* Priorities may be negative: the carry flag alone tells an error. */
int64_t sys_getpriority(struct unix_thread *t, int32_t which, int32_t who)
{
    (void)t;
    /* The host's raw call answers 20 - nice. */
    int64_t r = unix_host(SYS_getpriority, which, who, 0, 0, 0, 0);
    return r < 0 ? r : (int64_t)(uint32_t)(20 - (int32_t)r);
}

int64_t sys_setpriority(struct unix_thread *t, int32_t which, int32_t who, int32_t prio)
{
    (void)t;
    int64_t r = unix_host(SYS_setpriority, which, who, prio, 0, 0, 0);
    return r == -EPERM && prio < 0 ? -EACCES : r;
}

int64_t sys_getdtablesize(struct unix_thread *t)
{
    struct rlimit r;
    (void)t;
    getrlimit(RLIMIT_NOFILE, &r);
    return r.rlim_cur > INT32_MAX ? INT32_MAX : (int64_t)r.rlim_cur;
}
