/*
 * Extended attributes. The namespace "user" (1) is the host's user.*; "system" (2) belongs to root
 * and is refused, as extattr(2) says for others.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include "syscalls/unix/file.h"
#include "syscalls/unix/handlers.h"

#define NAMESPACE_USER 1
#define NAMESPACE_SYSTEM 2
#define VALUE_MAX 65536
#define NAME_LENGTH 255
#define ENOATTR_ (-UNIX_FOREIGN_ERROR(unix_abi->scm_creds == 3 ? 87 : 93))

/* Where the attributes are: a path on the host, also for a descriptor. */
struct place {
    char path[PATH_MAX];
    bool link;
};

static int place_of_path(struct unix_thread *t, const char *guest, bool link, struct place *p)
{
    int dirfd = AT_FDCWD;
    p->link = link;
    return unix_path(t, &dirfd, guest, p->path);
}

static int place_of_fd(int32_t fd, struct place *p)
{
    if (unix_host(SYS_fcntl, fd, F_GETFD, 0, 0, 0, 0) < 0)
        return -EBADF;
    p->link = false;
    snprintf(p->path, sizeof(p->path), "/proc/self/fd/%d", fd);
    return 0;
}

static int attribute_name(int32_t space, const char *guest, char out[NAME_LENGTH + 8])
{
    if (space == NAMESPACE_SYSTEM)
        return -EPERM;
    if (space != NAMESPACE_USER)
        return -EINVAL;
    strcpy(out, "user.");
    int error = unix_string(guest, out + 5, NAME_LENGTH + 1);
    return error ? error : out[5] ? 0 : -EINVAL;
}

static int64_t error_of(int64_t r)
{
    return r == -ENODATA ? ENOATTR_ : r;
}

static int64_t get(const struct place *p, int32_t space, const char *guest_name, void *data,
                   size_t n)
{
    char name[NAME_LENGTH + 8];
    char *value = NULL;
    int error = attribute_name(space, guest_name, name);

    if (error)
        return error;
    if (data && n) {
        value = malloc(VALUE_MAX);
        if (!value)
            return -ENOMEM;
    }
    int64_t r = unix_host(p->link ? SYS_lgetxattr : SYS_getxattr, (long)p->path, (long)name,
                          (long)value, value ? VALUE_MAX : 0, 0, 0);
    /* What does not fit is cut; without a buffer only the size is told. */
    if (r > 0 && value) {
        if ((size_t)r > n)
            r = (int64_t)n;
        if (!guest_write(data, value, (size_t)r))
            r = -EFAULT;
    }
    free(value);
    return error_of(r);
}

static int64_t set(const struct place *p, int32_t space, const char *guest_name, const void *data,
                   size_t n)
{
    char name[NAME_LENGTH + 8];
    int error = attribute_name(space, guest_name, name);

    if (error)
        return error;
    if (n > VALUE_MAX)
        return -E2BIG;
    char *value = malloc(n ? n : 1);
    if (!value)
        return -ENOMEM;
    int64_t r = -EFAULT;
    if (guest_read(value, data, n))
        r = unix_host(p->link ? SYS_lsetxattr : SYS_setxattr, (long)p->path, (long)name,
                      (long)value, (long)n, 0, 0);
    free(value);
    return r < 0 ? error_of(r) : (int64_t)n;
}

static int64_t drop(const struct place *p, int32_t space, const char *guest_name)
{
    char name[NAME_LENGTH + 8];
    int error = attribute_name(space, guest_name, name);

    if (error)
        return error;
    return error_of(unix_host(p->link ? SYS_lremovexattr : SYS_removexattr, (long)p->path,
                              (long)name, 0, 0, 0, 0));
}

/* A list of names, each with its length before it. */
static int64_t list(const struct place *p, int32_t space, void *data, size_t n)
{
    if (space == NAMESPACE_SYSTEM)
        return -EPERM;
    if (space != NAMESPACE_USER)
        return -EINVAL;
    char *names = malloc(VALUE_MAX), *out = malloc(VALUE_MAX);
    int64_t r = -ENOMEM;
    if (names && out) {
        r = unix_host(p->link ? SYS_llistxattr : SYS_listxattr, (long)p->path, (long)names,
                      VALUE_MAX, 0, 0, 0);
        if (r >= 0) {
            size_t done = 0;
            for (char *s = names; s < names + r; s += strlen(s) + 1) {
                if (strncmp(s, "user.", 5))
                    continue;
                size_t length = strlen(s + 5);
                out[done++] = (char)length;
                memcpy(out + done, s + 5, length);
                done += length;
            }
            r = (int64_t)done;
            if (data) {
                if (done > n)
                    r = (int64_t)n;
                if (!guest_write(data, out, (size_t)r))
                    r = -EFAULT;
            }
        }
    }
    free(names);
    free(out);
    return r;
}

#define ON_PATH(link)                                                                              \
    struct place p;                                                                                \
    int error = place_of_path(t, path, link, &p);                                                  \
    if (error)                                                                                     \
    return error
#define ON_FD                                                                                      \
    struct place p;                                                                                \
    (void)t;                                                                                       \
    int error = place_of_fd(fd, &p);                                                               \
    if (error)                                                                                     \
    return error

int64_t sys_extattr_get_file(struct unix_thread *t, const char *path, int32_t attrnamespace,
                             const char *attrname, void *data, size_t nbytes)
{
    ON_PATH(false);
    return get(&p, attrnamespace, attrname, data, nbytes);
}

int64_t sys_extattr_get_link(struct unix_thread *t, const char *path, int32_t attrnamespace,
                             const char *attrname, void *data, size_t nbytes)
{
    ON_PATH(true);
    return get(&p, attrnamespace, attrname, data, nbytes);
}

int64_t sys_extattr_get_fd(struct unix_thread *t, int32_t fd, int32_t attrnamespace,
                           const char *attrname, void *data, size_t nbytes)
{
    ON_FD;
    return get(&p, attrnamespace, attrname, data, nbytes);
}

int64_t sys_extattr_set_file(struct unix_thread *t, const char *path, int32_t attrnamespace,
                             const char *attrname, const void *data, size_t nbytes)
{
    ON_PATH(false);
    return set(&p, attrnamespace, attrname, data, nbytes);
}

int64_t sys_extattr_set_link(struct unix_thread *t, const char *path, int32_t attrnamespace,
                             const char *attrname, const void *data, size_t nbytes)
{
    ON_PATH(true);
    return set(&p, attrnamespace, attrname, data, nbytes);
}

int64_t sys_extattr_set_fd(struct unix_thread *t, int32_t fd, int32_t attrnamespace,
                           const char *attrname, const void *data, size_t nbytes)
{
    ON_FD;
    return set(&p, attrnamespace, attrname, data, nbytes);
}

int64_t sys_extattr_delete_file(struct unix_thread *t, const char *path, int32_t attrnamespace,
                                const char *attrname)
{
    ON_PATH(false);
    return drop(&p, attrnamespace, attrname);
}

int64_t sys_extattr_delete_link(struct unix_thread *t, const char *path, int32_t attrnamespace,
                                const char *attrname)
{
    ON_PATH(true);
    return drop(&p, attrnamespace, attrname);
}

int64_t sys_extattr_delete_fd(struct unix_thread *t, int32_t fd, int32_t attrnamespace,
                              const char *attrname)
{
    ON_FD;
    return drop(&p, attrnamespace, attrname);
}

int64_t sys_extattr_list_file(struct unix_thread *t, const char *path, int32_t attrnamespace,
                              void *data, size_t nbytes)
{
    ON_PATH(false);
    return list(&p, attrnamespace, data, nbytes);
}

int64_t sys_extattr_list_link(struct unix_thread *t, const char *path, int32_t attrnamespace,
                              void *data, size_t nbytes)
{
    ON_PATH(true);
    return list(&p, attrnamespace, data, nbytes);
}

int64_t sys_extattr_list_fd(struct unix_thread *t, int32_t fd, int32_t attrnamespace, void *data,
                            size_t nbytes)
{
    ON_FD;
    return list(&p, attrnamespace, data, nbytes);
}
