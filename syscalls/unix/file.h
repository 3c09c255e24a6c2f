/* What the file calls share. Any thread; no locks; errors are -errno of the host. */
#ifndef SYSCALLS_UNIX_FILE_H
#define SYSCALLS_UNIX_FILE_H

#include <sys/stat.h>
#include <sys/uio.h>

#include "syscalls/unix/abi.h"
#include "syscalls/unix/unix.h"

/* The values of AT_* that both systems have */
#define UNIX_AT_EACCESS 0x100
#define UNIX_AT_SYMLINK_NOFOLLOW 0x200
#define UNIX_AT_SYMLINK_FOLLOW 0x400
#define UNIX_AT_REMOVEDIR 0x800
#define UNIX_AT_FDCWD (-100)

#define UNIX_IOV_MAX 1024

struct unix_iovec {
    struct iovec v[UNIX_IOV_MAX];
    int count;
    size_t total;
};
/* Copies the guest's vector and checks that every part lies in the guest. */
int unix_iovec_get(struct unix_iovec *to, const void *guest, uint32_t count);

/* statx of a path of the guest's (NULL: of fd itself). flags: the host's AT_*. */
int unix_statx(struct unix_thread *t, int32_t fd, const char *guest, int flags, struct statx *st);
/* unix_path, but "" is no error where the descriptor itself may be meant. */
int unix_path_empty(struct unix_thread *t, int *dirfd, const char *guest, char host[PATH_MAX],
                    bool empty);
/* Puts what the system's stat has to the guest. */
int64_t unix_put_stat(void *guest, const struct statx *st);

/* Locks the host and the guest do not share a layout for */
struct unix_lock {
    int64_t start, len;
    int32_t pid;
    int type, whence; /* the guest's: 1 read, 2 unlock, 3 write */
};
enum unix_lock_call { UNIX_GETLK, UNIX_SETLK, UNIX_SETLKW };
int64_t unix_lock(struct unix_thread *t, int32_t fd, enum unix_lock_call call, struct unix_lock *l);

/* fcntl commands that mean the same: flags both ways. */
int64_t unix_get_flags(int32_t fd);
int64_t unix_set_flags(int32_t fd, uint32_t flags);
/* Descriptors come and go here, so that kqueue hears of it. */
int64_t unix_close(int32_t fd);
int64_t unix_dup(int32_t fd, int32_t least, bool cloexec);
int64_t unix_dup2(int32_t from, int32_t to, bool cloexec);
int64_t unix_close_range(uint32_t low, uint32_t high, bool cloexec_only);
/* Closes what unix_fd_keep has put away. */
void unix_fd_release(int fd);
bool unix_fd_nosigpipe(int32_t fd);
void unix_fd_set_nosigpipe(int32_t fd, bool on);

/* What the mount table of the host says about a place; strings are cut to fit. */
struct unix_mount {
    char type[64], from[1024], on[1024];
    bool found;
};
void unix_mount_of(uint32_t major, uint32_t minor, struct unix_mount *m);

/* The names of _PC_ that both systems have; flags: the host's AT_*. */
int64_t unix_pathconf(struct unix_thread *t, int32_t fd, const char *path, int flags, int32_t name);

int64_t unix_utimens(struct unix_thread *t, int32_t fd, const char *path, const void *times,
                     int flags, bool micro);

#endif
