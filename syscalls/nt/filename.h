/*
 * File names between NT (UTF-16, case-insensitive) and the host (bytes).
 *
 * Every host name has exactly one NT form and the way back gives the same bytes. Bytes that are
 * not UTF-8 appear as lone surrogates U+DC80..U+DCFF. Characters that NT forbids in names, and
 * '\\', appear as U+F000 plus the character, the mapping that other systems use on such volumes.
 * Lone surrogates that come from NT are written the WTF-8 way. Lengths count units and bytes,
 * without terminators; nothing here allocates or touches guest memory.
 */
#ifndef SYSCALLS_NT_FILENAME_H
#define SYSCALLS_NT_FILENAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/nt/casemap.h"

#define NT_NAME_UNITS 255      /* longest component */
#define NT_HOST_NAME_BYTES 765 /* what a component can need; hosts take 255 */
#define NT_NO_ROOM ((size_t)-1)

/* Both return the length, or NT_NO_ROOM; the output is not terminated. '/' never comes out of a
 * valid name, and U+0000 is not accepted by nt_name_valid. */
size_t nt_name_to_host(const uint16_t *name, size_t n, char *host, size_t room);
size_t nt_name_from_host(const char *host, size_t n, uint16_t *name, size_t room);

/* One component of a path, without stream syntax. "." and ".." are not valid. */
bool nt_name_valid(const uint16_t *name, size_t n);

/* Order and equality under NT's upcase table. */
int nt_name_compare(const uint16_t *a, size_t na, const uint16_t *b, size_t nb);
bool nt_name_equal(const uint16_t *a, size_t na, const uint16_t *b, size_t nb);
bool nt_name_is(const uint16_t *a, size_t na, const char *ascii);
uint32_t nt_name_hash(const uint16_t *name, size_t n);

/* Does a name match a pattern of directory enumeration? '*' and '?' match anything; '<' (DOS_STAR)
 * stops at the last dot, '>' (DOS_QM) matches nothing before a dot and at the end, '"' (DOS_DOT)
 * matches a dot or the end. Patterns of up to NT_PATTERN_UNITS. */
#define NT_PATTERN_UNITS 1023
bool nt_name_match(const uint16_t *pattern, size_t np, const uint16_t *name, size_t n);
bool nt_name_has_wildcards(const uint16_t *name, size_t n);

/* The 8.3 alias: 0 when the name is one itself, else the length of what was stored. It depends on
 * nothing but the name. */
size_t nt_short_name(const uint16_t *name, size_t n, uint16_t alias[12]);

#endif
