/*
 * Case-insensitive look-up in host directories.
 *
 * The names of directories that were searched stay in memory, hashed under NT's upcase table. A
 * listing is used only while the directory's change time is the one under which it was read, and
 * only when that time lay far enough in the past that a later change must have moved it. So each
 * look-up costs a stat, and a missing name in a large folder is not searched for again.
 *
 * A directory is given as a descriptor (it may be an O_PATH one) and a path below it, "" for
 * itself.
 *
 * Any thread. errno is set where -1 is returned.
 */
#ifndef SYSCALLS_NT_DIRCACHE_H
#define SYSCALLS_NT_DIRCACHE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* This process is about to create or remove an entry, or has done so: in between the listing is
 * carried over, which would otherwise be read again for each file. */
struct nt_dircache_note {
    uint64_t dev, ino;
    bool valid;
};
void nt_dircache_before(int dir, const char *path, struct nt_dircache_note *note);
void nt_dircache_added(int dir, const char *path, const struct nt_dircache_note *note,
                       const char *host);
void nt_dircache_removed(int dir, const char *path, const struct nt_dircache_note *note,
                         const char *host);

/* The host name that a name stands for in a directory: 1 and its bytes with a terminator, 0 when
 * there is none, -1 on error. When several names differ only in case, the first in byte order is
 * taken: callers have tried the exact name before. aliases: 8.3 names count too. note: as
 * nt_dircache_before would fill it in; may be NULL. */
int nt_dircache_find(int dir, const char *path, const uint16_t *name, size_t n, bool aliases,
                     char host[NAME_MAX + 1], struct nt_dircache_note *note);
/* The same when the answer is known without reading the directory; otherwise -1. certain: nor from
 * a listing that was carried over, in which a name that another process made at the same moment
 * may lack; for callers that have not tried the exact name. */
int nt_dircache_known(int dir, const char *path, const uint16_t *name, size_t n, bool certain,
                      char host[NAME_MAX + 1], struct nt_dircache_note *note);

/* Would nt_dircache_known probably answer 0? A guess by the path, without any host call. */
bool nt_dircache_guess(int dir, const char *path, const uint16_t *name, size_t n);
bool nt_dircache_empty(void); /* nothing has been listed */

void nt_dircache_clear(void);

/* For tests: full readings of directories so far. */
unsigned nt_dircache_readings(void);

#endif
