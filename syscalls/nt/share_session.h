/*
 * Share modes, pending deletions and byte-range locks between the processes of a session.
 *
 * The arena holds a record for each file that a process has open, which says what its opens come
 * to. A process that is killed leaves records behind that nobody minds, and that are reaped with
 * it. While a session has one process nothing is recorded. Any thread; share.c's lock is held by
 * the callers.
 */
#ifndef SYSCALLS_NT_SHARE_SESSION_H
#define SYSCALLS_NT_SHARE_SESSION_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "abi/nt/nt.h"

enum {
    NT_OPENS_READ = 1,
    NT_OPENS_WRITE = 2,
    NT_OPENS_DELETE = 4,
    NT_OPENS_DENY_READ = 8,
    NT_OPENS_DENY_WRITE = 16,
    NT_OPENS_DENY_DELETE = 32,
    NT_OPENS_DYING = 64, /* its deletion is pending */
};

#define NT_OPEN_RECORDS 65536u
#define NT_OPEN_BUCKETS 8192u

struct nt_open_record {
    _Atomic uint32_t owner; /* process number + 1; 0: free */
    uint32_t next;          /* in its bucket: index + 1 */
    uint64_t dev, ino;
    _Atomic uint32_t what; /* NT_OPENS_* */
    uint32_t pad;
};

/* In the arena. A bucket's chain is changed by single stores under its lock. */
struct nt_session_opens {
    _Atomic uint32_t top;  /* records at and above it were never used */
    _Atomic uint32_t hint; /* lowest that may be free */
    _Atomic uint32_t
        ranges; /* byte ranges that were ever locked in a session of several processes */
    struct {
        _Atomic uint64_t lock;
        _Atomic uint32_t first;
        uint32_t pad;
    } buckets[NT_OPEN_BUCKETS];
    struct nt_open_record records[NT_OPEN_RECORDS];
};

/* arena.c; the arena is there. */
struct nt_session_opens *nt_arena_opens(void);
bool nt_arena_process_alive(uint32_t number);

/* Is this one of several processes? It stays so. */
bool nt_session_shared(void);
void nt_session_set_shared(void);

/* What this process's opens come to from now on; 0 only with forget. *record is 0 for the first
 * time. asked: the access and the refusals of the newcomer; 0: nobody is asked.
 * STATUS_SHARING_VIOLATION, STATUS_DELETE_PENDING: nothing has changed. Without room nothing is
 * recorded. */
NTSTATUS nt_session_open(uint64_t dev, uint64_t ino, uint32_t *record, uint32_t what,
                         uint32_t asked);
/* The last open of this process has ended. dying: to be deleted; true: this was the last process,
 * and it is to be deleted now. Else the others will do it. */
bool nt_session_close(uint64_t dev, uint64_t ino, uint32_t *record, bool dying);
/* What other processes' opens come to; 0: nobody has it open. */
uint32_t nt_session_others(uint64_t dev, uint64_t ino);
/* A deletion that others have asked for, or taken back. */
void nt_session_set_dying(uint64_t dev, uint64_t ino, bool dying);

/* Under the session lock, for a process that is gone. */
void nt_session_reap_opens(struct nt_session_opens *o, uint32_t process);

#endif
