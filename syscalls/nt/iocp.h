/*
 * I/O completion ports.
 */
#ifndef SYSCALLS_NT_IOCP_H
#define SYSCALLS_NT_IOCP_H

#include "syscalls/nt/nt.h"

extern const struct nt_object_type nt_io_completion_type;

/* Puts an entry into a port's queue. From any host thread. STATUS_NO_MEMORY. */
NTSTATUS nt_iocp_post(struct nt_object *port, uint64_t key, uint64_t apc_context, NTSTATUS status,
                      uint64_t information);

#endif
