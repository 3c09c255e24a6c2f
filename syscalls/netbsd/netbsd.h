/* The personality of NetBSD: what the rest of the host asks for. */
#ifndef SYSCALLS_NETBSD_NETBSD_H
#define SYSCALLS_NETBSD_NETBSD_H

#include "syscalls/unix/unix.h"
#include "netbsd_handlers.h"

extern const struct unix_call netbsd_calls[NETBSD_CALL_COUNT]; /* generated from calls.tbl */
extern unix_thunk *const netbsd_fast[NETBSD_CALL_COUNT];
extern const struct unix_personality netbsd_personality;
extern const struct unix_abi netbsd_abi; /* abi.c */

#endif
