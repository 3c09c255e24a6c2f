/* Change notifications of folders: what a disk file needs of notify.c. */
#ifndef SYSCALLS_NT_NOTIFY_H
#define SYSCALLS_NT_NOTIFY_H

#include "syscalls/nt/file.h"

/* For nt_disk_ops; the state hangs on the file's `more`. */
NTSTATUS nt_notify_cancel(struct nt_file *f, const IO_STATUS_BLOCK *iosb);
void nt_notify_last_handle(struct nt_file *f);
void nt_notify_destroy(struct nt_file *f);

#endif
