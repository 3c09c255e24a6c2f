/*
 * The guest's address space: everything below GUEST_END. Addresses that the guest does not choose
 * go upwards from a start that no program is linked for; gaps are looked for when they are needed.
 */
#ifndef SYSCALLS_UNIX_MEMORY_H
#define SYSCALLS_UNIX_MEMORY_H

#include "syscalls/unix/unix.h"

/* Host flags (MAP_*), but not MAP_FIXED. hint 0: anywhere. align: a power of two, at least a page.
 * The address, or minus an errno. */
int64_t unix_map_anywhere(uintptr_t hint, size_t n, size_t align, int prot, int flags, int fd,
                          int64_t offset);
/* At this address exactly. replace: what is there goes away; else -EEXIST. */
int64_t unix_map_fixed(uintptr_t at, size_t n, bool replace, int prot, int flags, int fd,
                       int64_t offset);
bool unix_range_ok(uintptr_t at, size_t n);

/* The end of the data segment, for break(2). */
extern uintptr_t unix_break_start;

#endif
