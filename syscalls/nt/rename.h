/* New names and no name: renaming, hard links, deletion. */
#ifndef SYSCALLS_NT_RENAME_H
#define SYSCALLS_NT_RENAME_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/nt/nt.h"

struct nt_file;

/* FileRenameInformation(Ex) and FileLinkInformation(Ex): n bytes in host memory. */
NTSTATUS nt_file_rename(struct nt_file *f, const void *buffer, uint32_t n, bool ex, bool link);
/* flags: FILE_DISPOSITION_* */
NTSTATUS nt_file_dispose(struct nt_file *f, uint32_t flags);

#endif
