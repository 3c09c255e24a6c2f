/* Extended attributes, kept in host xattrs of the user namespace. */
#ifndef SYSCALLS_NT_EA_H
#define SYSCALLS_NT_EA_H

#include "abi/nt/nt.h"

struct nt_file;

/* A checked copy of a guest's list of FILE_FULL_EA_INFORMATION; memory to free. */
NTSTATUS nt_ea_copy_in(const void *guest, ULONG n, void **list);
NTSTATUS nt_ea_set(struct nt_file *f, const void *list, ULONG n);
void nt_ea_clear(struct nt_file *f);
ULONG nt_ea_size(struct nt_file *f);

#endif
