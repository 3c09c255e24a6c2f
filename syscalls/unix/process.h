/* Processes of the guest. */
#ifndef SYSCALLS_UNIX_PROCESS_H
#define SYSCALLS_UNIX_PROCESS_H

#include "syscalls/unix/unix.h"

/* What a child that stays under the runner gets on its command line; set by the loader. */
extern const char *const *unix_child_options;

#endif
