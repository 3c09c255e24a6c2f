/* Reading directories with any layout of struct dirent. */
#ifndef SYSCALLS_UNIX_DIRECTORY_H
#define SYSCALLS_UNIX_DIRECTORY_H

#include "syscalls/unix/abi.h"
#include "syscalls/unix/unix.h"

typedef size_t unix_put_dirent(void *out, size_t max, const struct unix_dirent *d);

/* Fills the guest's buffer with as many entries as fit; the bytes written, 0 at the end. base,
 * where given, becomes the position before. -EINVAL: not even one entry fits. */
int64_t unix_getdents(int32_t fd, void *buf, size_t count, int64_t *base, unix_put_dirent *put);

#endif
