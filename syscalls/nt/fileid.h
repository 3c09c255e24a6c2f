/*
 * Files by their numbers, and the names that one file has.
 *
 * The host opens files by name only, so a number is found when the file is open in this process or
 * its path was remembered here; a path is checked before it is believed. Any thread.
 */
#ifndef SYSCALLS_NT_FILEID_H
#define SYSCALLS_NT_FILEID_H

#include <stdint.h>

#include "abi/nt/nt.h"

struct nt_file;

/* The host path of a file with this number on the device that `hint` lies on; memory to free. NULL:
 * unknown. */
char *nt_file_by_id(const struct nt_file *hint, uint64_t id);

/* Remembers where a file is, for nt_file_by_id. */
void nt_file_id_remember(struct nt_file *f);

/* FileHardLinkInformation: the names that the file has in the folder it was opened in. */
NTSTATUS nt_file_links(struct nt_file *f, void *buffer, uint32_t n, ULONG_PTR *information);

#endif
