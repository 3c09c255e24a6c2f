/*
 * The process object, its start and its end.
 */
#ifndef SYSCALLS_NT_PROCESS_H
#define SYSCALLS_NT_PROCESS_H

#include "syscalls/nt/nt.h"

extern const struct nt_object_type nt_process_type;

/* The object of this process; borrowed. */
struct nt_object *nt_process_self(void);

#endif
