/* POSIX shared memory and special descriptors. Objects with a name lie in the host's /dev/shm. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "abi/freebsd/file.h"
#include "syscalls/freebsd/freebsd.h"
#include "syscalls/unix/file.h"

#define SHM_ANON ((const char *)1)
#define SHM_ALLOW_SEALING 1
#define SHM_GROW_ON_WRITE 2

/* One name, whatever slashes are in it: a file's name cannot have them. */
static int object_path(const char *guest, char out[PATH_MAX])
{
    char name[1024];
    int error = unix_string(guest, name, sizeof(name));

    if (error)
        return error;
    if (name[0] != '/')
        return -EINVAL;
    for (char *p = name + 1; *p; p++) {
        if (*p == '/')
            *p = '!';
    }
    if (strlen(name) > 240)
        return -ENAMETOOLONG;
    snprintf(out, PATH_MAX, "/dev/shm/freebsd.%s", name + 1);
    return 0;
}

static int64_t shm_open(const char *path, int32_t flags, uint32_t mode, bool cloexec, bool seal)
{
    char host[PATH_MAX];
    uint32_t unknown,
        how = unix_bits_to_host(unix_abi->open_flags, (uint32_t)flags & ~3u, &unknown);

    if (unknown || (flags & 3) == O_WRONLY || (flags & 3) == 3 ||
        (how & ~(uint32_t)(O_CREAT | O_EXCL | O_TRUNC | O_CLOEXEC)))
        return -EINVAL;
    if (path == SHM_ANON) {
        if ((flags & 3) == O_RDONLY)
            return -EINVAL;
        return unix_host(SYS_memfd_create, (long)"shm", (cloexec ? 1 : 0) | (seal ? 2 : 0), 0, 0, 0,
                         0);
    }
    int error = object_path(path, host);
    if (error)
        return error;
    return unix_host(SYS_openat, AT_FDCWD, (long)host,
                     (long)(how | (uint32_t)(flags & 3) | O_NOFOLLOW | (cloexec ? O_CLOEXEC : 0)),
                     mode & 07777, 0, 0);
}

int64_t freebsd_shm_open(struct unix_thread *t, void *path, int32_t flags, uint32_t mode)
{
    (void)t;
    return shm_open(path, flags, mode, true, false);
}

int64_t freebsd_shm_open2(struct unix_thread *t, void *path, int32_t flags, uint32_t mode,
                          int32_t shmflags, void *name)
{
    (void)t, (void)name; /* the name is for debugging only */
    if (shmflags & ~(SHM_ALLOW_SEALING | SHM_GROW_ON_WRITE))
        return -EINVAL;
    return shm_open(path, flags, mode, flags & FREEBSD_O_CLOEXEC, shmflags & SHM_ALLOW_SEALING);
}

int64_t freebsd_shm_unlink(struct unix_thread *t, const char *path)
{
    char host[PATH_MAX];
    int error = object_path(path, host);
    (void)t;
    return error ? error : unix_host(SYS_unlinkat, AT_FDCWD, (long)host, 0, 0, 0, 0);
}

int64_t freebsd_shm_rename(struct unix_thread *t, const char *path_from, const char *path_to,
                           int32_t flags)
{
    char from[PATH_MAX], to[PATH_MAX];
    int error = object_path(path_from, from);
    (void)t;
    if (!error)
        error = object_path(path_to, to);
    /* SHM_RENAME_NOREPLACE 1, EXCHANGE 2: as the host's */
    if (!error && ((flags & ~3) || flags == 3))
        error = -EINVAL;
    return error ? error
                 : unix_host(SYS_renameat2, AT_FDCWD, (long)from, AT_FDCWD, (long)to, flags, 0);
}

/* eventfd(2) of FreeBSD 13 is made so. */
int64_t freebsd_specialfd(struct unix_thread *t, int32_t type, const void *req, size_t len)
{
    struct {
        uint32_t initval;
        int32_t flags;
    } r;
    (void)t;
    if (type != 1) /* SPECIALFD_EVENTFD */
        return -EINVAL;
    if (len != sizeof(r))
        return -EINVAL;
    if (!guest_read(&r, req, sizeof(r)))
        return -EFAULT;
    /* EFD_SEMAPHORE 1, EFD_NONBLOCK and EFD_CLOEXEC as in open */
    uint32_t unknown,
        host = unix_bits_to_host(unix_abi->open_flags, (uint32_t)r.flags & ~1u, &unknown);
    if (unknown || (host & ~(uint32_t)(O_NONBLOCK | O_CLOEXEC)))
        return -EINVAL;
    return unix_host(SYS_eventfd2, r.initval, (r.flags & 1) | (int)host, 0, 0, 0, 0);
}
