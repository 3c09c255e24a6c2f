/* The personality of FreeBSD: what the rest of the host asks for. */
#ifndef SYSCALLS_FREEBSD_FREEBSD_H
#define SYSCALLS_FREEBSD_FREEBSD_H

#include "syscalls/unix/unix.h"
#include "freebsd_handlers.h"

extern const struct unix_call freebsd_calls[FREEBSD_CALL_COUNT]; /* generated from calls.tbl */
extern unix_thunk *const freebsd_fast[FREEBSD_CALL_COUNT];
extern const struct unix_personality freebsd_personality;
extern const struct unix_abi freebsd_abi; /* abi.c */

#endif
