/* Paths of the guest: what --root does to them. */
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "syscalls/unix/unix.h"

int unix_string(const char *guest, char *out, size_t max)
{
    size_t n = 0;

    /* Page by page: what follows the terminator may not be there. */
    while (n < max) {
        size_t step = 4096 - ((uintptr_t)(guest + n) & 4095);
        if (step > 64)
            step = 64;
        if (step > max - n)
            step = max - n;
        if (!guest_read(out + n, guest + n, step))
            return -EFAULT;
        if (memchr(out + n, 0, step))
            return 0;
        n += step;
    }
    return -ENAMETOOLONG;
}

/* Is there something of that name under the root, or at least the folder it would be made in? */
static bool in_root(const char *path)
{
    struct open_how how = {.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
    long fd =
        unix_host(SYS_openat2, unix_process.root_fd, (long)path, (long)&how, sizeof(how), 0, 0);

    if (fd >= 0)
        close((int)fd);
    return fd >= 0;
}

/* After "/proc/" and who: what of this process. NULL: another one, or not there. */
static const char *own_proc(const char *path)
{
    char *end;

    if (strncmp(path, "/proc/", 6) != 0)
        return NULL;
    path += 6;
    if (strncmp(path, "curproc/", 8) == 0)
        return path + 8;
    if (strncmp(path, "self/", 5) == 0)
        return path + 5;
    return strtol(path, &end, 10) == getpid() && *end == '/' ? end + 1 : NULL;
}

bool unix_path_is_program(const char *path)
{
    const char *what = own_proc(path);

    return what && (strcmp(what, "exe") == 0 || strcmp(what, "file") == 0);
}

int unix_path(struct unix_thread *t, int *dirfd, const char *guest, char out[PATH_MAX])
{
    int error = unix_string(guest, out, PATH_MAX);

    (void)t;
    (void)dirfd;
    if (error)
        return error;
    if (out[0] == 0)
        return -ENOENT;
    if (out[0] == '/' && out[1] == 'p' && own_proc(out)) {
        char rest[PATH_MAX];
        if (unix_path_is_program(out))
            snprintf(out, PATH_MAX, "%s", unix_process.program);
        else if (strncmp(out, "/proc/curproc/", 14) == 0) {
            snprintf(rest, sizeof(rest), "%s", out + 14);
            snprintf(out, PATH_MAX, "/proc/self/%.*s", PATH_MAX - 12, rest);
        }
        return 0;
    }
    if (out[0] == '/' && unix_process.root_fd >= 0 && in_root(out)) {
        size_t root = strlen(unix_process.root), n = strlen(out);
        if (root + n >= PATH_MAX)
            return -ENAMETOOLONG;
        memmove(out + root, out, n + 1);
        memcpy(out, unix_process.root, root);
    }
    return 0;
}
