/*
 * The registry: a tree of keys in memory, begun with the keys that programs expect to find.
 *
 * It belongs to the process: nothing is shared with other processes or kept.
 */
#ifndef SYSCALLS_NT_REGISTRY_H
#define SYSCALLS_NT_REGISTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "syscalls/nt/nt.h"

#define REG_NAME_MAX 256u /* units of a key's name */
#define REG_VALUE_NAME_MAX 16383u
#define REG_DATA_MAX (64u << 20) /* bytes of a value */

#define REG_SZ 1u
#define REG_EXPAND_SZ 2u
#define REG_BINARY 3u
#define REG_DWORD 4u
#define REG_MULTI_SZ 7u

struct reg_value {
    struct reg_value *next; /* in the order of creation */
    uint32_t type, size;
    uint8_t *data; /* malloc */
    size_t name_n; /* units */
    uint16_t name[];
};

struct reg_key {
    unsigned refs;                    /* the tree's one and each handle's */
    bool deleted, is_volatile, fixed; /* fixed: cannot be deleted or renamed */
    struct reg_key *parent;           /* a reference; NULL for the root */
    struct reg_key *link;             /* where the name leads instead; borrowed */
    struct reg_key **children;        /* sorted by name, without regard to case */
    unsigned child_count, child_room;
    struct reg_value *values;
    unsigned value_count;
    int64_t written; /* 100 ns since 1601 */
    uint16_t *class;
    size_t class_n;
    uint16_t *name; /* malloc */
    size_t name_n;
};

/* All of the tree is guarded by one lock; guest memory is never touched under it. */
void reg_lock(void);
void reg_unlock(void);

/* Under the lock: */
struct reg_key *reg_root(void); /* \Registry; makes the tree at the first call */
void reg_release(struct reg_key *k);
int reg_compare(const uint16_t *a, size_t na, const uint16_t *b, size_t nb);
struct reg_key *reg_child(struct reg_key *k, const uint16_t *name, size_t n);
/* NULL without memory; the key belongs to the tree. */
struct reg_key *reg_child_add(struct reg_key *k, const uint16_t *name, size_t n);
void reg_child_remove(struct reg_key *k);
/* After a change of a name. */
void reg_child_sort(struct reg_key *parent);
struct reg_value *reg_value_find(struct reg_key *k, const uint16_t *name, size_t n);
/* data is copied. False without memory. */
bool reg_value_set(struct reg_key *k, const uint16_t *name, size_t n, uint32_t type,
                   const void *data, uint32_t size);
bool reg_value_delete(struct reg_key *k, const uint16_t *name, size_t n);

/* registry_defaults.c: fills the tree. */
void reg_defaults(struct reg_key *root);

/* registry_notify.c */
#define REG_NOTIFY_NAME 1u
#define REG_NOTIFY_LAST_SET 4u
/* Under the lock: something changed at a key; who waits for it is told by reg_notify_send, which
 * is called without the lock. */
void reg_notify_mark(struct reg_key *k, uint32_t what);
void reg_notify_send(void);
void reg_notify_close(void *handle_object);

struct reg_handle {
    struct nt_object object;
    struct reg_key *key;
};
extern const struct nt_object_type nt_key_type;
NTSTATUS reg_handle_get(HANDLE handle, ACCESS_MASK access, struct reg_handle **h);

#endif
