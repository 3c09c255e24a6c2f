/*
 * Security descriptors of objects, and access checks against descriptors of the guest.
 *
 * A file's descriptor is a view of the host's owner, group and mode bits. Everything else belongs
 * to the one user there is.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syscalls/nt/file.h"
#include "syscalls/nt/token.h"
#include "nt_handlers.h"

#define OWNER_INFORMATION 1u
#define GROUP_INFORMATION 2u
#define DACL_INFORMATION 4u
#define SACL_INFORMATION 8u

#define SE_DACL_PRESENT 0x0004u
#define SE_SACL_PRESENT 0x0010u
#define SE_SELF_RELATIVE 0x8000u

#define ACE_ALLOWED 0u
#define ACE_DENIED 1u
#define ACE_INHERIT_ONLY 0x08u
#define ACL_MAX 0xfffcu

struct acl_head {
    uint8_t revision, pad;
    uint16_t size, count, pad2;
};

struct ace_head {
    uint8_t type, flags;
    uint16_t size;
    uint32_t mask;
};

size_t nt_acl_make(uint8_t *to, size_t room, const struct nt_allow *allow, unsigned n)
{
    struct acl_head head = {.revision = 2, .size = sizeof(head)};

    for (unsigned i = 0; i < n; i++) {
        struct ace_head ace = {.type = ACE_ALLOWED, .mask = allow[i].mask};
        size_t sid = nt_sid_size(allow[i].sid);
        ace.size = (uint16_t)(sizeof(ace) + sid);
        if (head.size + sizeof(ace) + sid > room)
            break;
        memcpy(to + head.size, &ace, sizeof(ace));
        memcpy(to + head.size + sizeof(ace), allow[i].sid, sid);
        head.size = (uint16_t)(head.size + ace.size);
        head.count++;
    }
    memcpy(to, &head, sizeof(head));
    return head.size;
}

/* --- a descriptor of the guest ---------------------------------------------------------------- */

struct descriptor {
    bool has_owner, has_group, dacl_present;
    struct nt_sid owner, group;
    uint8_t *dacl; /* malloc; NULL: none, everything is allowed */
};

static NTSTATUS part(const void *sd, bool relative, unsigned index, const void **at)
{
    uint32_t offset;
    uint64_t pointer;

    *at = NULL;
    if (relative) {
        if (!guest_get(&offset, (const uint32_t *)sd + 1 + index))
            return STATUS_ACCESS_VIOLATION;
        if (offset)
            *at = (const char *)sd + offset;
        return STATUS_SUCCESS;
    }
    if (!guest_get(&pointer, (const uint64_t *)sd + 1 + index))
        return STATUS_ACCESS_VIOLATION;
    *at = (const void *)(uintptr_t)pointer;
    return STATUS_SUCCESS;
}

/* Reads an ACL and makes sure that its entries lie in it. */
static NTSTATUS read_acl(const void *guest, uint8_t **acl)
{
    struct acl_head head;

    if (!guest_read(&head, guest, sizeof(head)))
        return STATUS_ACCESS_VIOLATION;
    if (head.revision < 2 || head.revision > 4 || head.size < sizeof(head) || head.size > ACL_MAX)
        return STATUS_INVALID_ACL;
    *acl = malloc(head.size);
    if (!*acl)
        return STATUS_NO_MEMORY;
    if (!guest_read(*acl, guest, head.size))
        return STATUS_ACCESS_VIOLATION;
    memcpy(*acl, &head, sizeof(head)); /* what was checked */
    size_t at = sizeof(head);
    for (unsigned i = 0; i < head.count; i++) {
        struct ace_head ace;
        if (head.size - at < sizeof(ace))
            return STATUS_INVALID_ACL;
        memcpy(&ace, *acl + at, sizeof(ace));
        if (ace.size < sizeof(ace) || ace.size > head.size - at || ace.size % 4)
            return STATUS_INVALID_ACL;
        if (ace.type <= ACE_DENIED) {
            const uint8_t *sid = *acl + at + sizeof(ace);
            if (ace.size < sizeof(ace) + 8 || sid[1] > 15 ||
                ace.size < sizeof(ace) + 8u + 4u * sid[1])
                return STATUS_INVALID_ACL;
        }
        at += ace.size;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS read_descriptor(const void *sd, struct descriptor *d)
{
    struct {
        uint8_t revision, pad;
        uint16_t control;
    } head;
    const void *at;

    memset(d, 0, sizeof(*d));
    if (!guest_read(&head, sd, sizeof(head)))
        return STATUS_ACCESS_VIOLATION;
    if (head.revision != 1)
        return STATUS_UNKNOWN_REVISION;
    bool relative = head.control & SE_SELF_RELATIVE;
    NTSTATUS status = part(sd, relative, 0, &at);
    if (NT_SUCCESS(status) && at) {
        status = nt_sid_get(at, &d->owner);
        d->has_owner = true;
    }
    if (NT_SUCCESS(status))
        status = part(sd, relative, 1, &at);
    if (NT_SUCCESS(status) && at) {
        status = nt_sid_get(at, &d->group);
        d->has_group = true;
    }
    d->dacl_present = head.control & SE_DACL_PRESENT;
    if (NT_SUCCESS(status))
        status = part(sd, relative, 3, &at);
    if (NT_SUCCESS(status) && at && d->dacl_present)
        status = read_acl(at, &d->dacl);
    if (!NT_SUCCESS(status)) {
        free(d->dacl);
        d->dacl = NULL;
    }
    return status;
}

static struct nt_sid sid_at(const uint8_t *p)
{
    struct nt_sid s = {0};

    memcpy(&s, p, 8u + 4u * p[1]);
    return s;
}

/* --- access checks ---------------------------------------------------------------------------- */

static bool token_has(const struct nt_token *t, const struct nt_sid *s)
{
    if (nt_sid_equal(&t->user, s))
        return true;
    for (unsigned i = 0; i < t->group_count; i++)
        if (nt_sid_equal(&t->groups[i].sid, s))
            return true;
    return false;
}

static ACCESS_MASK map_generic(ACCESS_MASK a, const struct nt_access_map *m)
{
    ACCESS_MASK out = a & ~(GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | GENERIC_ALL);

    out |= a & GENERIC_READ ? m->read : 0;
    out |= a & GENERIC_WRITE ? m->write : 0;
    out |= a & GENERIC_EXECUTE ? m->execute : 0;
    out |= a & GENERIC_ALL ? m->all : 0;
    return out;
}

/* What the list grants, first entry first: each bit is decided by the first that names it. */
static ACCESS_MASK granted_by(const struct descriptor *d, const struct nt_token *t,
                              const struct nt_access_map *map)
{
    ACCESS_MASK allowed = 0, denied = 0;
    struct acl_head head;

    if (!d->dacl)
        return map->all;
    /* The owner can always look at and change the list. */
    if (token_has(t, &d->owner))
        allowed |= READ_CONTROL | WRITE_DAC;
    memcpy(&head, d->dacl, sizeof(head));
    size_t at = sizeof(head);
    for (unsigned i = 0; i < head.count; i++) {
        struct ace_head ace;
        memcpy(&ace, d->dacl + at, sizeof(ace));
        if (ace.type <= ACE_DENIED && !(ace.flags & ACE_INHERIT_ONLY)) {
            struct nt_sid s = sid_at(d->dacl + at + sizeof(ace));
            ACCESS_MASK mask = map_generic(ace.mask, map);
            if (token_has(t, &s)) {
                if (ace.type == ACE_ALLOWED)
                    allowed |= mask & ~denied;
                else
                    denied |= mask & ~allowed;
            }
        }
        at += ace.size;
    }
    return allowed;
}

static bool use_privilege(struct nt_token *t, unsigned number)
{
    pthread_mutex_lock(&t->lock);
    bool held = t->present[number] && (t->attributes[number] & 2u);
    pthread_mutex_unlock(&t->lock);
    return held;
}

NTSTATUS NtAccessCheck(struct nt_thread *t, const void *SecurityDescriptor, HANDLE ClientToken,
                       ACCESS_MASK DesiredAccess, const void *GenericMapping, void *PrivilegeSet,
                       ULONG *PrivilegeSetLength, ULONG *GrantedAccess, ULONG *AccessStatus)
{
    struct {
        uint32_t count, control;
        struct {
            uint32_t low, high, attributes;
        } used[2];
    } set = {0};
    struct descriptor d;
    struct nt_access_map map;
    struct nt_token *token;
    ULONG room;

    (void)t;
    if (DesiredAccess & (GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | GENERIC_ALL))
        return STATUS_GENERIC_NOT_MAPPED;
    if (!guest_read(&map, GenericMapping, sizeof(map)) || !guest_get(&room, PrivilegeSetLength))
        return STATUS_ACCESS_VIOLATION;
    NTSTATUS status = nt_token_get(ClientToken, TOKEN_QUERY, &token);
    if (!NT_SUCCESS(status))
        return status;
    if (!token->impersonation)
        status = STATUS_NO_IMPERSONATION_TOKEN;
    else if (token->level < 1)
        status = STATUS_BAD_IMPERSONATION_LEVEL;
    if (NT_SUCCESS(status))
        status = read_descriptor(SecurityDescriptor, &d);
    if (!NT_SUCCESS(status)) {
        nt_object_release(&token->object);
        return status;
    }
    if (!d.has_owner || !d.has_group) {
        free(d.dacl);
        nt_object_release(&token->object);
        return STATUS_INVALID_SECURITY_DESCR;
    }
    ACCESS_MASK have = granted_by(&d, token, &map), want = DesiredAccess & ~MAXIMUM_ALLOWED;
    NTSTATUS result = STATUS_ACCESS_DENIED;
    if (want & ACCESS_SYSTEM_SECURITY) {
        result = STATUS_PRIVILEGE_NOT_HELD;
        if (use_privilege(token, SE_SECURITY)) {
            have |= ACCESS_SYSTEM_SECURITY;
            set.used[set.count++].low = SE_SECURITY;
        }
    } else {
        have &= ~ACCESS_SYSTEM_SECURITY;
    }
    if ((want & WRITE_OWNER & ~have) && use_privilege(token, SE_TAKE_OWNERSHIP)) {
        have |= WRITE_OWNER;
        set.used[set.count++].low = SE_TAKE_OWNERSHIP;
    }
    free(d.dacl);
    nt_object_release(&token->object);
    ACCESS_MASK granted = DesiredAccess & MAXIMUM_ALLOWED ? have : have & want;
    bool ok = (want & ~have) == 0 && granted != 0;
    for (unsigned i = 0; i < set.count; i++)
        set.used[i].attributes = 0x80000000u;
    ULONG need = 8 + 12 * (set.count ? set.count : 1);
    if (room < need)
        return guest_put(PrivilegeSetLength, need) ? STATUS_BUFFER_TOO_SMALL
                                                   : STATUS_ACCESS_VIOLATION;
    if (!guest_write(PrivilegeSet, &set, need) || !guest_put(GrantedAccess, ok ? granted : 0u) ||
        !guest_put(AccessStatus, (ULONG)(ok ? STATUS_SUCCESS : result)))
        return STATUS_ACCESS_VIOLATION;
    return STATUS_SUCCESS;
}

/* --- descriptors of objects ------------------------------------------------------------------- */

static ACCESS_MASK rights_of_bits(unsigned bits, bool directory)
{
    ACCESS_MASK a = READ_CONTROL | SYNCHRONIZE | FILE_READ_ATTRIBUTES;

    a |= bits & 4u ? FILE_GENERIC_READ : 0;
    a |= bits & 2u ? FILE_GENERIC_WRITE | DELETE | (directory ? FILE_DELETE_CHILD : 0) : 0;
    a |= bits & 1u ? FILE_GENERIC_EXECUTE : 0;
    return a;
}

struct view {
    struct nt_sid owner, group;
    uint8_t dacl[512];
    size_t dacl_n;
};

static NTSTATUS view_of_file(struct nt_file *f, struct view *v)
{
    struct nt_sid everyone = nt_sid_make(1, 1, 0u), system = nt_sid_make(5, 1, 18u);
    struct stat st;

    if (fstat(f->fd, &st) != 0)
        return nt_status_of_errno(errno);
    bool dir = S_ISDIR(st.st_mode);
    v->owner = nt_sid_of_uid(st.st_uid);
    v->group = nt_sid_of_gid(st.st_gid);
    struct nt_allow allow[] = {
        {&v->owner, rights_of_bits(st.st_mode >> 6, dir) | WRITE_DAC | WRITE_OWNER |
                        FILE_WRITE_ATTRIBUTES | DELETE},
        {&v->group, rights_of_bits(st.st_mode >> 3, dir)},
        {&everyone, rights_of_bits(st.st_mode, dir)},
        {&system, FILE_ALL_ACCESS},
    };
    /* All rights but one that mode bits do not know: those of an owner who may do everything. */
    if ((st.st_mode & 0700) == 0700)
        allow[0].mask = FILE_ALL_ACCESS;
    v->dacl_n = nt_acl_make(v->dacl, sizeof(v->dacl), allow, 4);
    return STATUS_SUCCESS;
}

static NTSTATUS view_of_object(struct nt_object *o, struct view *v)
{
    struct nt_sid system = nt_sid_make(5, 1, 18u), logon = nt_sid_logon();
    struct nt_file *f = (struct nt_file *)o;

    if (o->type == &nt_file_type && f->fd >= 0 && !f->device)
        return view_of_file(f, v);
    v->owner = nt_sid_of_uid(geteuid());
    v->group = nt_sid_primary_group();
    struct nt_allow allow[] = {{&v->owner, o->type->map.all},
                               {&system, o->type->map.all},
                               {&logon, o->type->map.read | o->type->map.execute}};
    v->dacl_n = nt_acl_make(v->dacl, sizeof(v->dacl), allow, 3);
    return STATUS_SUCCESS;
}

NTSTATUS NtQuerySecurityObject(struct nt_thread *t, HANDLE Handle, ULONG SecurityInformation,
                               void *SecurityDescriptor, ULONG Length, ULONG *LengthNeeded)
{
    struct {
        uint8_t revision, pad;
        uint16_t control;
        uint32_t owner, group, sacl, dacl;
    } head = {.revision = 1, .control = SE_SELF_RELATIVE};
    ACCESS_MASK access = SecurityInformation & SACL_INFORMATION
                             ? ACCESS_SYSTEM_SECURITY | READ_CONTROL
                             : READ_CONTROL;
    uint8_t bytes[1024];
    struct view v;
    struct nt_object *o;
    size_t n = sizeof(head);

    (void)t;
    NTSTATUS status = nt_handle_get(Handle, NULL, access, &o, NULL);
    if (!NT_SUCCESS(status))
        return status;
    status = view_of_object(o, &v);
    nt_object_release(o);
    if (!NT_SUCCESS(status))
        return status;
    if (SecurityInformation & OWNER_INFORMATION) {
        head.owner = (uint32_t)n;
        memcpy(bytes + n, &v.owner, nt_sid_size(&v.owner));
        n += nt_sid_size(&v.owner);
    }
    if (SecurityInformation & GROUP_INFORMATION) {
        head.group = (uint32_t)n;
        memcpy(bytes + n, &v.group, nt_sid_size(&v.group));
        n += nt_sid_size(&v.group);
    }
    if (SecurityInformation & DACL_INFORMATION) {
        head.control |= SE_DACL_PRESENT;
        head.dacl = (uint32_t)n;
        memcpy(bytes + n, v.dacl, v.dacl_n);
        n += v.dacl_n;
    }
    memcpy(bytes, &head, sizeof(head));
    if (!guest_put(LengthNeeded, (ULONG)n))
        return STATUS_ACCESS_VIOLATION;
    if (Length < n)
        return STATUS_BUFFER_TOO_SMALL;
    return guest_write(SecurityDescriptor, bytes, n) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

static unsigned bits_of_rights(ACCESS_MASK a)
{
    return (a & FILE_READ_DATA ? 4u : 0) | (a & FILE_WRITE_DATA ? 2u : 0) |
           (a & FILE_EXECUTE ? 1u : 0);
}

/* Mode bits for a list; false: it says what they cannot. */
static bool mode_of_dacl(const struct descriptor *d, const struct view *v, mode_t *mode)
{
    const struct nt_sid everyone = nt_sid_make(1, 1, 0u), system = nt_sid_make(5, 1, 18u),
                        admins = nt_sid_make(5, 2, 32u, 544u), users = nt_sid_make(5, 2, 32u, 545u),
                        creator = nt_sid_make(3, 1, 0u), known = nt_sid_make(5, 1, 11u);
    ACCESS_MASK owner = 0, group = 0, all = 0;
    struct acl_head head;

    if (!d->dacl) {
        *mode = 0777;
        return true;
    }
    memcpy(&head, d->dacl, sizeof(head));
    size_t at = sizeof(head);
    for (unsigned i = 0; i < head.count; i++) {
        struct ace_head ace;
        memcpy(&ace, d->dacl + at, sizeof(ace));
        if (ace.type != ACE_ALLOWED)
            return false;
        struct nt_sid s = sid_at(d->dacl + at + sizeof(ace));
        ACCESS_MASK mask = map_generic(ace.mask, &nt_file_type.map);
        at += ace.size;
        if (ace.flags & ACE_INHERIT_ONLY)
            continue; /* for what is made in there: the umask says that here */
        if (nt_sid_equal(&s, &v->owner) || nt_sid_equal(&s, &creator))
            owner |= mask;
        else if (nt_sid_equal(&s, &v->group))
            group |= mask;
        else if (nt_sid_equal(&s, &everyone) || nt_sid_equal(&s, &users) ||
                 nt_sid_equal(&s, &known))
            all |= mask;
        else if (!nt_sid_equal(&s, &system) && !nt_sid_equal(&s, &admins))
            return false; /* those two are root, who needs no entry */
    }
    *mode =
        bits_of_rights(owner | all) << 6 | bits_of_rights(group | all) << 3 | bits_of_rights(all);
    return true;
}

static NTSTATUS change_mode(struct nt_file *f, mode_t mode)
{
    char path[32];
    struct stat st;

    if (fstat(f->fd, &st) != 0)
        return nt_status_of_errno(errno);
    mode |= st.st_mode & 07000u;
    if (fchmod(f->fd, mode) == 0)
        return STATUS_SUCCESS;
    /* A handle without rights to the data is an O_PATH descriptor. */
    snprintf(path, sizeof(path), "/proc/self/fd/%d", f->fd);
    return errno == EBADF && chmod(path, mode) == 0 ? STATUS_SUCCESS : nt_status_of_errno(errno);
}

NTSTATUS NtSetSecurityObject(struct nt_thread *t, HANDLE Handle, ULONG SecurityInformation,
                             const void *SecurityDescriptor)
{
    ULONG what = SecurityInformation & 0xfu;
    ACCESS_MASK access = 0;
    struct descriptor d;
    struct view v;
    struct nt_object *o;
    mode_t mode;

    (void)t;
    access |= what & (OWNER_INFORMATION | GROUP_INFORMATION) ? WRITE_OWNER : 0;
    access |= what & DACL_INFORMATION ? WRITE_DAC : 0;
    access |= what & SACL_INFORMATION ? ACCESS_SYSTEM_SECURITY : 0;
    if (!SecurityDescriptor)
        return STATUS_ACCESS_VIOLATION;
    NTSTATUS status = nt_handle_get(Handle, NULL, access, &o, NULL);
    if (!NT_SUCCESS(status))
        return status;
    status = read_descriptor(SecurityDescriptor, &d);
    if (!NT_SUCCESS(status)) {
        nt_object_release(o);
        return status;
    }
    struct nt_file *f = (struct nt_file *)o;
    status = view_of_object(o, &v);
    if (NT_SUCCESS(status) &&
        ((what & OWNER_INFORMATION && !d.has_owner) || (what & GROUP_INFORMATION && !d.has_group)))
        status = what & OWNER_INFORMATION && !d.has_owner ? STATUS_INVALID_OWNER
                                                          : STATUS_INVALID_PRIMARY_GROUP;
    if (NT_SUCCESS(status) && (((what & OWNER_INFORMATION) && !nt_sid_equal(&d.owner, &v.owner)) ||
                               ((what & GROUP_INFORMATION) && !nt_sid_equal(&d.group, &v.group)) ||
                               (what & SACL_INFORMATION)))
        status = STATUS_NOT_SUPPORTED;
    if (NT_SUCCESS(status) && (what & DACL_INFORMATION)) {
        if (o->type != &nt_file_type || f->fd < 0 || f->device || !mode_of_dacl(&d, &v, &mode))
            status = STATUS_NOT_SUPPORTED;
        else
            status = change_mode(f, mode);
    }
    free(d.dacl);
    nt_object_release(o);
    return status;
}

/* --- unique numbers --------------------------------------------------------------------------- */

NTSTATUS NtAllocateLocallyUniqueId(struct nt_thread *t, LUID *Luid)
{
    LUID luid;

    (void)t;
    nt_new_luid(&luid);
    return guest_put(Luid, luid) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

/* A range of times for UUIDs of version 1. The node is random and says so (RFC 4122, 4.5). */
NTSTATUS NtAllocateUuids(struct nt_thread *t, ULONGLONG *Time, ULONG *Range, ULONG *Sequence,
                         void *Seed)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards the rest */
    static uint64_t last;
    static uint8_t node[6];
    static uint16_t sequence;
    const uint32_t range = 1000;

    (void)t;
    pthread_mutex_lock(&lock);
    if (!last) {
        if (getrandom(node, sizeof(node), 0) != sizeof(node) ||
            getrandom(&sequence, sizeof(sequence), 0) != sizeof(sequence)) {
            pthread_mutex_unlock(&lock);
            return STATUS_RETRY;
        }
        node[0] |= 1;
    }
    /* From 1582-10-15 to 1601-01-01 */
    uint64_t now = (uint64_t)nt_system_time() + 5748192000000000ull;
    uint64_t first = now - range > last ? now - range : last;
    last = first + range;
    uint8_t seed[6];
    memcpy(seed, node, sizeof(seed));
    ULONG number = sequence & 0x3fffu;
    pthread_mutex_unlock(&lock);
    return guest_put(Time, first) && guest_put(Range, range) && guest_put(Sequence, number) &&
                   guest_write(Seed, seed, sizeof(seed))
               ? STATUS_SUCCESS
               : STATUS_ACCESS_VIOLATION;
}
