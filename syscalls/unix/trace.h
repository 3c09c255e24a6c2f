/*
 * --trace: decoded calls of a foreign Unix system, one line each. Off, it costs one predicted
 * branch per call.
 */
#ifndef SYSCALLS_UNIX_TRACE_H
#define SYSCALLS_UNIX_TRACE_H

#include "syscalls/unix/unix.h"

extern bool unix_trace_on;

/* Makes the call and writes its line. a: the arguments, all of them. */
int64_t unix_trace_call(struct unix_thread *t, const struct unix_call *c, const uint64_t *a);

/* filter: comma-separated names (with *), groups (%file) or "all"; a leading ! excludes. NULL: all.
 * fd: where the lines go; it is moved away from the guest's descriptors. False: nothing matches. */
bool unix_trace_start(const char *filter, int fd);
int unix_trace_fd(void); /* -1: none */
/* A line of its own, for what is not a call (a signal that is delivered). */
void unix_trace_note(struct unix_thread *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A row without a handler, and a number without a row: -ENOSYS; named once with -v. */
int64_t unix_missing_call(const struct unix_call *c);
int64_t unix_unknown_call(uint64_t number);

#endif
