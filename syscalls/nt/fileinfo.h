/* What the host knows about a file, in NT's terms. */
#ifndef SYSCALLS_NT_FILEINFO_H
#define SYSCALLS_NT_FILEINFO_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/nt/nt.h"

struct nt_file;

struct nt_file_details {
    int64_t creation, access, write, change; /* 100 ns since 1601 */
    int64_t size, allocation;                /* bytes; 0 for folders and links */
    uint32_t attributes, reparse_tag, links;
    uint64_t dev, id;
};

/* The entry `name` of an open folder, links not followed. False with errno. */
bool nt_file_details_at(int dir, const char *name, struct nt_file_details *d);
NTSTATUS nt_file_details_of(struct nt_file *f, struct nt_file_details *d);
/* A folder of C: that is not on disk. */
void nt_file_details_of_node(int node, struct nt_file_details *d);

/* A query into host memory of n bytes, at most 66000 of those that the guest has. */
NTSTATUS nt_file_query(struct nt_file *f, ACCESS_MASK granted, uint32_t class, void *buffer,
                       uint32_t n, ULONG_PTR *information);

bool nt_file_can_query(uint32_t class);

#endif
