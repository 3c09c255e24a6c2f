/* Enumeration state of a folder's handle. */
#ifndef SYSCALLS_NT_DIRECTORY_H
#define SYSCALLS_NT_DIRECTORY_H

struct nt_dir_scan;
void nt_dir_scan_free(struct nt_dir_scan *scan); /* NULL is fine */

#endif
