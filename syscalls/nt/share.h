/*
 * Who has which file open, and how: share modes, pending deletion.
 *
 * Keyed by device and inode, so that every name of a file and every symbolic link count as the
 * same. What this process's opens come to is known to the session's other processes, and the other
 * way round, as soon as there are any (share_session.h). Any thread.
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
    uint32_t record; /* in the session: index + 1 */
};

/* STATUS_SHARING_VIOLATION, STATUS_DELETE_PENDING. */
NTSTATUS nt_share_open(uint64_t dev, uint64_t ino, ACCESS_MASK access, uint32_t share,
                       struct nt_share **s);
/* The same for a handle that was inherited: nobody is asked again. STATUS_INSUFFICIENT_RESOURCES. */
NTSTATUS nt_share_inherit(uint64_t dev, uint64_t ino, ACCESS_MASK access, uint32_t share,
                          struct nt_share **s);
/* This process is one of several from now on: its open files become known to the others. */
void nt_share_publish(void);
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
