/*
 * --trace: decoded calls, one line each. Off, it costs one predicted branch per call.
 */
#ifndef SYSCALLS_NT_TRACE_H
#define SYSCALLS_NT_TRACE_H

#include "syscalls/nt/nt.h"

extern bool nt_trace_on;

/* Makes the call and writes its line. */
NTSTATUS nt_trace_call(struct nt_thread *t, struct nt_frame *f, const struct nt_call *c);

/* filter: comma-separated names (with *), groups (%file) or "all"; a leading ! excludes. NULL: all.
 * fd: where the lines go; it is moved away from the guest's descriptors. False: nothing matches. */
bool nt_trace_start(const char *filter, int fd);

/* Counts a call without a handler and answers STATUS_NOT_IMPLEMENTED; named once, with -v. */
NTSTATUS nt_missing_call(const struct nt_call *c);
extern bool nt_verbose;

#endif
