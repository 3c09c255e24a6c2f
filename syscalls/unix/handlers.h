/* The prototypes of the handlers, as both tables have them. */
#ifndef SYSCALLS_UNIX_HANDLERS_H
#define SYSCALLS_UNIX_HANDLERS_H

#include "freebsd_handlers.h"
#include "netbsd_handlers.h"

#endif
