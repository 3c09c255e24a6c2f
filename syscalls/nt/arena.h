/*
 * The session arena: one sparse memfd that the processes of a session map, each at an address of
 * its own, so everything in it is named by index. It holds the state of waitable objects (slots),
 * who shares them, and the names of objects.
 *
 * A process may be killed at any instruction. Three rules keep the arena usable:
 *   - A slot's state is one word that changes by compare and swap; an operation on several words
 *     locks them by putting its process into their upper halves, and whoever finds a lock whose
 *     process is dead takes it away.
 *   - What a process owns (blocks of slots, holds on shared slots) is recorded under its number,
 *     in forms where setting and clearing twice is harmless; survivors reap it.
 *   - Words that a dead thread must not keep (mutants, thread and process exits) are robust
 *     futexes: the Linux kernel marks them and wakes a waiter.
 *
 * The arena is created, or joined, when the first object needs it; until then it costs nothing.
 * All functions may be called from any thread, not from signal handlers.
 */
#ifndef SYSCALLS_NT_ARENA_H
#define SYSCALLS_NT_ARENA_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define NT_ARENA_PROCESSES 1024u
#define NT_ARENA_SHARES 65536u
#define NT_ARENA_NAMES 65536u
#define NT_ARENA_BUCKETS 4096u
#define NT_ARENA_BLOCKS 262144u /* of 64 slots: 2^24 slots, as many as NT has handles */
#define NT_NAME_MAX 228u        /* UTF-16 units of one component */

enum nt_slot_kind {
    NT_SLOT_FREE,
    NT_SLOT_EVENT,     /* value: NT_EVENT_* */
    NT_SLOT_SEMAPHORE, /* value: the count */
    NT_SLOT_MUTANT,    /* value: the owner's host thread id, FUTEX_WAITERS, FUTEX_OWNER_DIED */
    NT_SLOT_TIMER,     /* value: NT_TIMER_* */
    NT_SLOT_EXIT,      /* a thread or process: as a mutant that its subject holds all its life */
    NT_SLOT_QUEUE,     /* value: NT_QUEUE_*; a wait takes nothing */
    NT_SLOT_LINK,      /* symbolic link and directory objects: nothing to wait for */
    NT_SLOT_DIRECTORY,
    NT_SLOT_KEYED,
    NT_SLOT_SECTION, /* u.room, spare: where its memory is (section_name.c) */
};

/* What struct robust_list points to; the kernel walks it when a thread dies. */
struct nt_robust {
    void *next, *previous; /* addresses in the owner's process: meaningless in any other */
};

struct nt_slot {
    _Atomic uint64_t word;    /* low half: value, a futex; high half: 0 or the locker */
    _Atomic uint32_t waiters; /* threads that sleep on it, or more: a killed one still counts */
    uint8_t kind;
    uint8_t manual;        /* events, timers: not reset by a wait */
    _Atomic uint8_t shared; /* other processes may have it */
    uint8_t flags;
    struct nt_robust robust;
    uint32_t share; /* index + 1 of the share record */
    uint32_t next;  /* free list of the owning process: slot number + 1 */
    union {
        struct {
            int32_t limit;
        } semaphore;
        struct {
            uint32_t count; /* how often the owner has it */
        } mutant;
        struct {
            int64_t due;     /* 100 ns; system time when absolute, else interrupt time */
            uint32_t period; /* ms */
            uint8_t armed, absolute;
        } timer;
        struct {
            int32_t status;
            uint32_t id, process;
        } exit;
        struct {
            uint32_t parent; /* directories and links: slot number + 1 */
        } name;
        uint64_t room[2];
    } u;
    uint32_t of_process; /* NT_SLOT_EXIT: the number + 1 of the process it tells about */
    uint32_t spare;
};
_Static_assert(sizeof(struct nt_slot) == 64, "a block is a page");

/* A named object; guarded by the session lock. */
struct nt_name {
    _Atomic uint32_t state; /* 0 free, else the number + 1 of the process that made it */
    uint32_t next;          /* in its bucket: index + 1 */
    uint32_t slot;          /* number */
    uint32_t parent;        /* the directory's slot number */
    uint32_t hash;
    uint16_t length; /* units */
    uint16_t target_length;
    uint32_t target; /* links: a name record whose text continues here; index + 1 */
    uint16_t text[NT_NAME_MAX];
    uint16_t pad[14];
};
_Static_assert(sizeof(struct nt_name) == 512, "name record");

/* Creates the arena, or finds it there. False: no memory, or no process number left. */
bool nt_arena_need(void);
bool nt_arena_there(void);

/* For a child: the arena's descriptor (close-on-exec; created if needed, -1 when that fails), and
 * joining it. nt_arena_join takes the descriptor over. */
int nt_arena_fd(void);
bool nt_arena_join(int fd);

/* In a forked child that is to be a process of its own: forgets what it had as its parent. The
 * child joins again with the descriptor. */
void nt_arena_forget(void);

/* Puts right what processes that were killed have left behind; any process may, at any time. */
void nt_arena_reap(void);

/* The process ends in order: gives everything back and signals its exit slot. alone: no other
 * thread of the process can touch a slot any more. */
void nt_arena_leave(int32_t exit_status, bool alone);
#define NT_MUTANT_ORPHAN 2u /* flags of a mutant: the last handle of its owner's process is gone */
#define NT_EXIT_STATUS_VALID 1u /* flags of an exit slot: it did not die of a signal */

/* A slot of this process, zeroed but for kind; NULL without memory. */
struct nt_slot *nt_slot_new(enum nt_slot_kind kind);
/* Drops this process's hold; the slot is free again when nobody else has one. */
void nt_slot_free(struct nt_slot *s);
uint32_t nt_slot_number(const struct nt_slot *s);
struct nt_slot *nt_slot_at(uint32_t number); /* NULL: no such number */

/* Makes the slot known to another process before it knows: it holds it from now on. process: its
 * number in the arena. For objects that a child inherits. */
bool nt_slot_share_with(struct nt_slot *s, uint32_t process);
/* Holds a slot that somebody shared with this process, or whose name was found. */
bool nt_slot_hold(struct nt_slot *s);

/* This process's number, its exit slot, and numbers for children that are about to be started. */
uint32_t nt_arena_process(void);
struct nt_slot *nt_arena_exit_slot(void);
/* Reserves a process number for a child; its exit slot comes with a hold of this process. */
bool nt_arena_child_new(uint32_t *process, struct nt_slot **exit_slot);
void nt_arena_child_failed(uint32_t process, int32_t exit_status);
/* In the child, before nt_arena_join: the number that its parent reserved. */
void nt_arena_set_process(uint32_t process);

/* A new thread id, unique in the session. */
uint32_t nt_arena_thread_id(void);

/* The session lock, for names.c. Never held while blocking or touching guest memory. */
void nt_session_lock(void);
void nt_session_unlock(void);
_Atomic uint32_t *nt_arena_bucket(uint32_t i);
struct nt_name *nt_arena_name(uint32_t i);
uint32_t *nt_arena_root(void); /* slot number + 1 of the root directory */
bool nt_slot_has_holder(const struct nt_slot *s); /* a living one; under the session lock */
bool nt_slot_hold_locked(struct nt_slot *s);
void nt_slot_set_name(struct nt_slot *s, uint32_t name); /* index + 1 */
uint32_t nt_slot_name(const struct nt_slot *s);

/* The lock in the upper half of a word: returns the value. */
uint32_t nt_word_lock(_Atomic uint64_t *word);
/* Stores the value, and unlocks. */
void nt_word_unlock(_Atomic uint64_t *word, uint32_t value);
/* Unlocks, whatever the value has become meanwhile. */
void nt_word_release(_Atomic uint64_t *word);
/* Waits while somebody else has locked it; returns the word unlocked. */
uint64_t nt_word_settle(_Atomic uint64_t *word);

static inline uint32_t *nt_slot_futex(struct nt_slot *s)
{
    return (uint32_t *)&s->word; /* little endian */
}

/* Robust words of the calling thread (see arena.c): the value gets the thread's id when it was
 * free; false when it was not. *died: it was left by a dead owner. */
void nt_robust_thread_init(void);
bool nt_robust_take(struct nt_slot *s, bool *died);
/* value: FUTEX_OWNER_DIED or 0; wakes nobody. */
uint32_t nt_robust_drop(struct nt_slot *s, uint32_t value);
/* For a word that this thread holds under its lock: links it, the caller stores the value. */
void nt_robust_link(struct nt_slot *s);
/* Does the calling thread own the word with this value? */
bool nt_robust_has(uint32_t value);
/* The next mutant that the calling thread owns; NULL: none. */
struct nt_slot *nt_robust_first_mutant(void);
int nt_host_tid(void);

#endif
