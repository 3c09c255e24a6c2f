/*
 * Who has which file open, and how: share modes, pending deletion.
 *
 * Keyed by device and inode, so that every name of a file and every symbolic link count as the
 * same. A record has no pointers in it but the chain, so that the table can move to the session's
 * arena. Any thread.
 */
#ifndef SYSCALLS_NT_SHARE_H
#define SYSCALLS_NT_SHARE_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/nt/nt.h"

struct nt_share {
    struct nt_share *next;
    uint64_t dev, ino;
    uint32_t opens;        /* all of them */
    uint32_t participants; /* those with access to data, or DELETE */
    uint32_t readers, writers, deleters;
    uint32_t share_read, share_write, share_delete;
    bool delete_pending;
};

/* STATUS_SHARING_VIOLATION, STATUS_DELETE_PENDING. */
NTSTATUS nt_share_open(uint64_t dev, uint64_t ino, ACCESS_MASK access, uint32_t share,
                       struct nt_share **s);
/* True: the caller was the last and the file is to be deleted. The record stays, so that others
 * hear of the deletion, until the caller has done it and says nt_share_deleted. */
bool nt_share_close(struct nt_share *s, ACCESS_MASK access, uint32_t share);
void nt_share_deleted(struct nt_share *s);

/* Grows with every deletion. An open that has seen it grow must look whether its file still has a
 * name. */
uint32_t nt_share_deletions(void);
void nt_share_count_deletion(void);

bool nt_share_delete_pending(const struct nt_share *s);
void nt_share_set_delete_pending(struct nt_share *s, bool pending);
bool nt_share_is_open(uint64_t dev, uint64_t ino);
bool nt_share_is_dying(uint64_t dev, uint64_t ino); /* its deletion is pending */

#endif
