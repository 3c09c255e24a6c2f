/*
 * Calls that are refused as the system itself refuses them: without the right, or where the file
 * system or the kernel was built without the thing. Each says which code its manual page has for
 * it.
 */
#include <string.h>
#include <sys/syscall.h>

#include "syscalls/unix/file.h"
#include "syscalls/unix/handlers.h"

/* Only the super-user may: mount(2), reboot(2), acct(2), swapon(2), quotactl(2), kldload(2),
 * jail(2), rctl, file handles (getfh, fhopen: EPERM), ktrace of others, settimeofday. */
int64_t unix_not_permitted(struct unix_thread *t)
{
    (void)t;
    return -EPERM;
}

/* acl(3), extattrctl(2): "EOPNOTSUPP: the file system does not support ACL retrieval" */
int64_t unix_not_supported(struct unix_thread *t)
{
    (void)t;
    return -EOPNOTSUPP;
}

/* capsicum(4), mac(4), audit(4): "ENOSYS: the kernel is compiled without" the option */
int64_t unix_not_built(struct unix_thread *t)
{
    (void)t;
    return -ENOSYS;
}
