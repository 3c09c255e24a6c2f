/* Reparse points are symbolic links of the host. */
#ifndef SYSCALLS_NT_REPARSE_H
#define SYSCALLS_NT_REPARSE_H

#include <stdint.h>

#include "abi/nt/nt.h"

struct nt_file;

#define NT_REPARSE_TAG_MOUNT_POINT 0xa0000003u
#define NT_REPARSE_TAG_SYMLINK 0xa000000cu

/* Of a link in a folder; "" with the link's own descriptor. */
uint32_t nt_reparse_tag(int dir, const char *name);

/* The control codes; buffers are the guest's. */
NTSTATUS nt_reparse_get(struct nt_file *f, void *out, uint32_t n, ULONG_PTR *information);
NTSTATUS nt_reparse_set(struct nt_file *f, const void *in, uint32_t n);
NTSTATUS nt_reparse_delete(struct nt_file *f, const void *in, uint32_t n);

#endif
