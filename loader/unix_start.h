/* The start of a FreeBSD or NetBSD program. */
#ifndef LOADER_UNIX_START_H
#define LOADER_UNIX_START_H

#include "loader/detect.h"
#include "loader/options.h"

/* Is there a personality for this file? Otherwise detect's text is the answer. */
bool unix_start_knows(const struct detected *kind);

/* Runs it; comes back only with the exit status of a start that failed. path: absolute. */
int unix_start(const struct run_options *o, const struct detected *kind, int fd, const char *path);

#endif
