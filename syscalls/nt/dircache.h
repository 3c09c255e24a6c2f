/*
 * Case-insensitive look-up in host directories.
 *
 * The names of directories that were searched stay in memory, hashed under NT's upcase table. A
 * listing is used only while the directory's change time is the one under which it was read, and
 * only when that time lay far enough in the past that a later change must have moved it. So each
 * look-up costs an fstat, and a missing name in a large folder is not searched for again.
 *
 * Any thread. errno is set where -1 is returned.
 */
#ifndef SYSCALLS_NT_DIRCACHE_H
#define SYSCALLS_NT_DIRCACHE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The host name that a name stands for in a directory: 1 and its bytes with a terminator, 0 when
 * there is none, -1 on error. dir may be an O_PATH descriptor. When several names differ only in
 * case, the first in byte order is taken: callers have tried the exact name before. aliases: 8.3
 * names count too. */
int nt_dircache_find(int dir, const uint16_t *name, size_t n, bool aliases,
                     char host[NAME_MAX + 1]);

/* This process is about to create or remove an entry, or has done so: in between the listing is
 * carried over, which would otherwise be read again for each file. */
struct nt_dircache_note {
    uint64_t dev, ino;
    bool valid;
};
void nt_dircache_before(int dir, struct nt_dircache_note *note);
void nt_dircache_added(int dir, const struct nt_dircache_note *note, const char *host);
void nt_dircache_removed(int dir, const struct nt_dircache_note *note, const char *host);

void nt_dircache_clear(void);

/* For tests: full readings of directories so far. */
unsigned nt_dircache_readings(void);

#endif
