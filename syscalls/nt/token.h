/*
 * Who the program runs as: one user, the host's, with a SID that the machine and the user id give;
 * root is an elevated administrator, others are standard users.
 */
#ifndef SYSCALLS_NT_TOKEN_H
#define SYSCALLS_NT_TOKEN_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "syscalls/nt/nt.h"

#define NT_SID_SIZE 68u /* the largest: 15 sub-authorities */

struct nt_sid {
    uint8_t revision, count;
    uint8_t authority[6]; /* big endian */
    uint32_t sub[15];
};
_Static_assert(sizeof(struct nt_sid) == NT_SID_SIZE, "SID");

static inline size_t nt_sid_size(const struct nt_sid *s)
{
    return 8u + 4u * s->count;
}

struct nt_sid nt_sid_make(uint8_t authority, unsigned count, ...);
/* The user of a host user id, a group of a host group id. */
struct nt_sid nt_sid_of_uid(uid_t uid);
struct nt_sid nt_sid_of_gid(gid_t gid);
struct nt_sid nt_sid_primary_group(void);
struct nt_sid nt_sid_logon(void);
bool nt_sid_equal(const struct nt_sid *a, const struct nt_sid *b);
/* "S-1-5-..." for at most 15 sub-authorities of 10 digits. */
void nt_sid_text(const struct nt_sid *s, char text[200]);
/* Reads and checks a SID of the guest. STATUS_ACCESS_VIOLATION, STATUS_INVALID_SID. */
NTSTATUS nt_sid_get(const void *guest, struct nt_sid *s);

#define NT_PRIVILEGES 36u
#define SE_SECURITY 8u
#define SE_TAKE_OWNERSHIP 9u

struct nt_token_group {
    struct nt_sid sid;
    uint32_t attributes;
};

struct nt_token {
    struct nt_object object;
    pthread_mutex_t lock; /* guards the privileges and modified */
    bool impersonation;
    uint32_t level; /* SecurityAnonymous 0 to SecurityDelegation 3 */
    LUID id, modified;
    bool present[NT_PRIVILEGES + 1];        /* by LUID value */
    uint32_t attributes[NT_PRIVILEGES + 1]; /* SE_PRIVILEGE_* */
    struct nt_sid user;
    struct nt_token_group groups[16];
    unsigned group_count;
};
extern const struct nt_object_type nt_token_type;

bool nt_user_is_admin(void);
/* A token for a handle or a pseudo handle (-4 to -6), with a reference. */
NTSTATUS nt_token_get(HANDLE handle, ACCESS_MASK access, struct nt_token **t);
/* The thread impersonates with this token from now on; NULL: with none. */
NTSTATUS nt_token_impersonate(struct nt_thread *t, HANDLE token);
/* The process's; with a reference. NULL without memory. */
struct nt_token *nt_token_of_process(void);
void nt_new_luid(LUID *luid);

/* security.c: an ACL with entries that allow; returns its size. */
struct nt_allow {
    const struct nt_sid *sid;
    ACCESS_MASK mask;
};
size_t nt_acl_make(uint8_t *to, size_t room, const struct nt_allow *allow, unsigned n);

#endif
