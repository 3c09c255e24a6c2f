/* Starts a Windows program in this process. */
#ifndef LOADER_NT_START_H
#define LOADER_NT_START_H

#include "loader/options.h"

/* fd: the open program; path: its absolute host path. Returns only on failure, with the host exit
 * status (125 or 126) after having said why. */
int nt_start(const struct run_options *o, int fd, const char *path);

#endif
