/* Access tokens: what they say, privileges, copies. */
#include "syscalls/nt/thread_state.h"
#include "syscalls/nt/token.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "syscalls/nt/process.h"
#include "syscalls/nt/thread.h"
#include "nt_handlers.h"

#define TOKEN_ASSIGN_PRIMARY 0x0001u
#define TOKEN_DUPLICATE 0x0002u
#define TOKEN_IMPERSONATE 0x0004u
#define TOKEN_QUERY_SOURCE 0x0010u
#define TOKEN_ADJUST_PRIVILEGES 0x0020u

#define PRIVILEGE_ENABLED_BY_DEFAULT 1u
#define PRIVILEGE_ENABLED 2u
#define PRIVILEGE_REMOVED 4u

#define GROUP_MANDATORY 0x1u
#define GROUP_ENABLED 0x6u /* and by default */
#define GROUP_OWNER 0x8u
#define GROUP_LOGON_ID 0xc0000000u

#define INTEGRITY_MEDIUM 0x2000u
#define INTEGRITY_HIGH 0x3000u

struct luid_and_attributes {
    uint32_t low, high, attributes;
};

static void destroy(struct nt_object *o)
{
    struct nt_token *t = (struct nt_token *)o;

    pthread_mutex_destroy(&t->lock);
    free(t);
}

const struct nt_object_type nt_token_type = {
    .name = "Token",
    .map = {0x0002001a, 0x000201e0, 0x00020004, TOKEN_ALL_ACCESS},
    .destroy = destroy,
};

bool nt_user_is_admin(void)
{
    return geteuid() == 0;
}

void nt_new_luid(LUID *luid)
{
    static _Atomic uint32_t next;
    struct timespec now;
    uint32_t zero = 0;

    /* Unique since the machine's start: the process, and a count from its start time on. */
    if (atomic_load(&next) == 0) {
        clock_gettime(CLOCK_BOOTTIME, &now);
        uint32_t first = (uint32_t)(now.tv_sec * 1000 + now.tv_nsec / 1000000) | 1u;
        atomic_compare_exchange_strong(&next, &zero, first);
    }
    luid->LowPart = atomic_fetch_add(&next, 1);
    luid->HighPart = (LONG)(nt_process.id / 4);
}

static void add_group(struct nt_token *t, struct nt_sid sid, uint32_t attributes)
{
    t->groups[t->group_count++] = (struct nt_token_group){sid, attributes};
}

static struct nt_token *token_new(void)
{
    static const uint8_t admin[] = {5,  8,  9,  10, 11, 12, 13, 14, 15, 17, 18, 19,
                                    20, 22, 23, 24, 25, 28, 29, 30, 33, 34, 35, 36};
    /* 35, symbolic links: the host lets everybody make them. */
    static const uint8_t user[] = {19, 23, 25, 33, 34, 35};
    const uint32_t always = GROUP_MANDATORY | GROUP_ENABLED;
    bool is_admin = nt_user_is_admin();
    const uint8_t *list = is_admin ? admin : user;
    struct nt_token *t = calloc(1, sizeof(*t));

    if (!t)
        return NULL;
    nt_object_init(&t->object, &nt_token_type);
    pthread_mutex_init(&t->lock, NULL);
    nt_new_luid(&t->id);
    nt_new_luid(&t->modified);
    for (size_t i = 0; i < (is_admin ? sizeof(admin) : sizeof(user)); i++) {
        bool on = list[i] == 23 || list[i] == 29 || list[i] == 30;
        t->present[list[i]] = true;
        t->attributes[list[i]] = on ? PRIVILEGE_ENABLED | PRIVILEGE_ENABLED_BY_DEFAULT : 0;
    }
    t->user = nt_sid_of_uid(geteuid());
    add_group(t, nt_sid_primary_group(), always);
    add_group(t, nt_sid_make(1, 1, 0u), always); /* Everyone */
    if (is_admin)
        add_group(t, nt_sid_make(5, 2, 32u, 544u), always | GROUP_OWNER); /* Administrators */
    add_group(t, nt_sid_make(5, 2, 32u, 545u), always);                   /* Users */
    add_group(t, nt_sid_make(5, 1, 4u), always);                          /* Interactive */
    add_group(t, nt_sid_make(2, 1, 1u), always);                          /* Console logon */
    add_group(t, nt_sid_make(5, 1, 11u), always);                         /* Authenticated users */
    add_group(t, nt_sid_make(5, 1, 15u), always);                         /* This organization */
    add_group(t, nt_sid_logon(), always | GROUP_LOGON_ID);
    add_group(t, nt_sid_make(2, 1, 0u), always); /* Local */
    return t;
}

struct nt_token *nt_token_of_process(void)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* guards making it */
    static struct nt_token *token;

    pthread_mutex_lock(&lock);
    if (!token)
        token = token_new();
    if (token)
        nt_object_ref(&token->object);
    pthread_mutex_unlock(&lock);
    return token;
}

/* What the thread impersonates with: a reference; NULL. */
static struct nt_token *token_of_thread(struct nt_thread *t)
{
    struct nt_object *token = NULL;

    if (t && !t->process) {
        pthread_mutex_lock(&t->more->lock);
        token = t->more->token;
        if (token)
            nt_object_ref(token);
        pthread_mutex_unlock(&t->more->lock);
    }
    return (struct nt_token *)token;
}

NTSTATUS nt_token_impersonate(struct nt_thread *t, HANDLE handle)
{
    struct nt_object *token = NULL, *before;

    if (t->process)
        return STATUS_NOT_SUPPORTED;
    if (handle) {
        NTSTATUS status = nt_handle_get(handle, &nt_token_type, TOKEN_IMPERSONATE, &token, NULL);
        if (!NT_SUCCESS(status))
            return status;
        if (!((struct nt_token *)token)->impersonation) {
            nt_object_release(token);
            return STATUS_BAD_TOKEN_TYPE;
        }
    }
    pthread_mutex_lock(&t->more->lock);
    before = t->more->token;
    t->more->token = token;
    pthread_mutex_unlock(&t->more->lock);
    if (before)
        nt_object_release(before);
    return STATUS_SUCCESS;
}

NTSTATUS nt_token_get(HANDLE handle, ACCESS_MASK access, struct nt_token **t)
{
    struct nt_object *o;

    if ((intptr_t)handle <= -4 && (intptr_t)handle >= -6) {
        /* -4 is the process's, -5 the thread's, -6 the one in force */
        if (access & ~(TOKEN_QUERY | TOKEN_QUERY_SOURCE))
            return STATUS_ACCESS_DENIED;
        *t = (intptr_t)handle == -4 ? NULL : token_of_thread(nt_self());
        if (*t)
            return STATUS_SUCCESS;
        if ((intptr_t)handle == -5)
            return STATUS_NO_TOKEN;
        *t = nt_token_of_process();
        return *t ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    }
    NTSTATUS status = nt_handle_get(handle, &nt_token_type, access, &o, NULL);
    *t = (struct nt_token *)o;
    return status;
}

NTSTATUS NtOpenProcessTokenEx(struct nt_thread *t, HANDLE ProcessHandle, ACCESS_MASK DesiredAccess,
                              ULONG HandleAttributes, HANDLE *TokenHandle)
{
    struct nt_object *o;
    NTSTATUS status =
        nt_handle_get(ProcessHandle, &nt_process_type, PROCESS_QUERY_LIMITED_INFORMATION, &o, NULL);

    (void)t;
    if (status == STATUS_ACCESS_DENIED)
        status =
            nt_handle_get(ProcessHandle, &nt_process_type, PROCESS_QUERY_INFORMATION, &o, NULL);
    if (!NT_SUCCESS(status))
        return status;
    /* All processes that can be opened are the same user's: another one's token says the same. */
    nt_object_release(o);
    struct nt_token *token = nt_token_of_process();
    if (!token)
        return STATUS_NO_MEMORY;
    return nt_handle_return(&token->object, &nt_token_type, DesiredAccess, HandleAttributes,
                            TokenHandle);
}

NTSTATUS NtOpenProcessToken(struct nt_thread *t, HANDLE ProcessHandle, ACCESS_MASK DesiredAccess,
                            HANDLE *TokenHandle)
{
    return NtOpenProcessTokenEx(t, ProcessHandle, DesiredAccess, 0, TokenHandle);
}

NTSTATUS NtOpenThreadTokenEx(struct nt_thread *t, HANDLE ThreadHandle, ACCESS_MASK DesiredAccess,
                             BOOLEAN OpenAsSelf, ULONG HandleAttributes, HANDLE *TokenHandle)
{
    struct nt_object *o;
    NTSTATUS status =
        nt_handle_get(ThreadHandle, &nt_thread_type, THREAD_QUERY_LIMITED_INFORMATION, &o, NULL);

    (void)t, (void)OpenAsSelf; /* one user: both may do the same */
    if (status == STATUS_ACCESS_DENIED)
        status = nt_handle_get(ThreadHandle, &nt_thread_type, THREAD_QUERY_INFORMATION, &o, NULL);
    if (!NT_SUCCESS(status))
        return status;
    struct nt_token *token = token_of_thread((struct nt_thread *)o);
    nt_object_release(o);
    if (!token)
        return STATUS_NO_TOKEN;
    if (token->level == 0) {
        nt_object_release(&token->object);
        return STATUS_CANT_OPEN_ANONYMOUS;
    }
    return nt_handle_return(&token->object, &nt_token_type, DesiredAccess, HandleAttributes,
                            TokenHandle);
}

NTSTATUS NtOpenThreadToken(struct nt_thread *t, HANDLE ThreadHandle, ACCESS_MASK DesiredAccess,
                           BOOLEAN OpenAsSelf, HANDLE *TokenHandle)
{
    return NtOpenThreadTokenEx(t, ThreadHandle, DesiredAccess, OpenAsSelf, 0, TokenHandle);
}

/* --- queries --------------------------------------------------------------------------------- */

/* An answer that is built here, with pointers as they will be in the guest's buffer. */
struct answer {
    uintptr_t guest;
    size_t n;
    _Alignas(8) uint8_t bytes[4096]; /* all of a token is far smaller */
};

static size_t reserve(struct answer *a, size_t n)
{
    size_t at = (a->n + 7) & ~(size_t)7;

    a->n = at + n;
    return at;
}

static void put_u32(struct answer *a, size_t at, uint32_t v)
{
    memcpy(a->bytes + at, &v, sizeof(v));
}

static void put_pointer(struct answer *a, size_t at, size_t to)
{
    uint64_t v = a->guest + to;

    memcpy(a->bytes + at, &v, sizeof(v));
}

static void put_sid(struct answer *a, size_t pointer_at, const struct nt_sid *s)
{
    size_t at = reserve(a, nt_sid_size(s));

    memcpy(a->bytes + at, s, nt_sid_size(s));
    put_pointer(a, pointer_at, at);
}

static void answer_sid(struct answer *a, const struct nt_sid *s, bool attributes, uint32_t value)
{
    size_t at = reserve(a, attributes ? 16 : 8);

    if (attributes)
        put_u32(a, at + 8, value);
    put_sid(a, at, s);
}

static void fill_groups(struct answer *a, size_t at, const struct nt_token_group *g, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        put_sid(a, at + 16 * i, &g[i].sid);
        put_u32(a, at + 16 * i + 8, g[i].attributes);
    }
}

static void answer_groups(struct answer *a, const struct nt_token_group *g, unsigned n)
{
    size_t at = reserve(a, 8 + 16 * (n ? n : 0));

    put_u32(a, at, n);
    fill_groups(a, at + 8, g, n);
}

static uint32_t privileges(struct nt_token *t, struct luid_and_attributes *list)
{
    uint32_t n = 0;

    pthread_mutex_lock(&t->lock);
    for (uint32_t i = 0; i <= NT_PRIVILEGES; i++)
        if (t->present[i])
            list[n++] = (struct luid_and_attributes){i, 0, t->attributes[i]};
    pthread_mutex_unlock(&t->lock);
    return n;
}

static void answer_u32(struct answer *a, uint32_t v)
{
    put_u32(a, reserve(a, 4), v);
}

static size_t default_dacl(struct nt_token *t, uint8_t *to, size_t room)
{
    struct nt_sid system = nt_sid_make(5, 1, 18u), logon = nt_sid_logon();
    struct nt_allow allow[] = {
        {&t->user, GENERIC_ALL}, {&system, GENERIC_ALL}, {&logon, GENERIC_READ | GENERIC_EXECUTE}};

    return nt_acl_make(to, room, allow, 3);
}

static void answer_statistics(struct answer *a, struct nt_token *t)
{
    struct luid_and_attributes list[NT_PRIVILEGES + 1];
    size_t at = reserve(a, 56);
    LUID logon = {0x10000u + (uint32_t)geteuid(), 0};
    int64_t never = INT64_MAX;

    memcpy(a->bytes + at, &t->id, 8);
    memcpy(a->bytes + at + 8, &logon, 8);
    memcpy(a->bytes + at + 16, &never, 8);
    put_u32(a, at + 24, t->impersonation ? 2 : 1);
    put_u32(a, at + 28, t->impersonation ? t->level : 0);
    put_u32(a, at + 32, 4096); /* room for the default DACL, and what is free of it */
    put_u32(a, at + 36, 4096 - 0x60);
    put_u32(a, at + 40, t->group_count);
    put_u32(a, at + 44, privileges(t, list));
    pthread_mutex_lock(&t->lock);
    memcpy(a->bytes + at + 48, &t->modified, 8);
    pthread_mutex_unlock(&t->lock);
}

static NTSTATUS answer(struct answer *a, struct nt_token *t, uint32_t class)
{
    struct luid_and_attributes list[NT_PRIVILEGES + 1];
    bool admin = nt_user_is_admin();
    struct nt_sid sid;
    uint32_t n;
    size_t at;

    switch (class) {
    case 1: /* TokenUser */
        answer_sid(a, &t->user, true, 0);
        return STATUS_SUCCESS;
    case 2: /* TokenGroups */
        answer_groups(a, t->groups, t->group_count);
        return STATUS_SUCCESS;
    case 3: /* TokenPrivileges */
        n = privileges(t, list);
        at = reserve(a, 4 + n * sizeof(*list));
        put_u32(a, at, n);
        memcpy(a->bytes + at + 4, list, n * sizeof(*list));
        return STATUS_SUCCESS;
    case 4: /* TokenOwner: for administrators that is their group, when elevated */
        sid = admin ? nt_sid_make(5, 2, 32u, 544u) : t->user;
        answer_sid(a, &sid, false, 0);
        return STATUS_SUCCESS;
    case 5: /* TokenPrimaryGroup */
        sid = nt_sid_primary_group();
        answer_sid(a, &sid, false, 0);
        return STATUS_SUCCESS;
    case 6: { /* TokenDefaultDacl */
        at = reserve(a, 8);
        size_t acl = reserve(a, 0);
        a->n = acl + default_dacl(t, a->bytes + acl, sizeof(a->bytes) - acl);
        put_pointer(a, at, acl);
        return STATUS_SUCCESS;
    }
    case 7: /* TokenSource */
        at = reserve(a, 16);
        memcpy(a->bytes + at, "User32 ", 8);
        return STATUS_SUCCESS;
    case 8: /* TokenType */
        answer_u32(a, t->impersonation ? 2 : 1);
        return STATUS_SUCCESS;
    case 9: /* TokenImpersonationLevel */
        if (!t->impersonation)
            return STATUS_INVALID_PARAMETER;
        answer_u32(a, t->level);
        return STATUS_SUCCESS;
    case 10:
        answer_statistics(a, t);
        return STATUS_SUCCESS;
    case 11: /* TokenRestrictedSids */
    case 30: /* TokenCapabilities */
    case 37: /* TokenDeviceGroups */
        answer_groups(a, NULL, 0);
        return STATUS_SUCCESS;
    case 12: /* TokenSessionId */
        answer_u32(a, nt_process.peb->SessionId);
        return STATUS_SUCCESS;
    case 13: { /* TokenGroupsAndPrivileges */
        LUID logon = {0x10000u + (uint32_t)geteuid(), 0};
        at = reserve(a, 56);
        n = privileges(t, list);
        put_u32(a, at, t->group_count + 1); /* the user is the first */
        size_t sids = reserve(a, 16 * (t->group_count + 1)), start = sids;
        put_pointer(a, at + 8, sids);
        put_sid(a, sids, &t->user);
        fill_groups(a, sids + 16, t->groups, t->group_count);
        put_u32(a, at + 4, (uint32_t)(a->n - start));
        put_u32(a, at + 32, n);
        put_u32(a, at + 36, (uint32_t)(n * sizeof(*list)));
        size_t p = reserve(a, n * sizeof(*list));
        memcpy(a->bytes + p, list, n * sizeof(*list));
        put_pointer(a, at + 40, p);
        memcpy(a->bytes + at + 48, &logon, 8);
        return STATUS_SUCCESS;
    }
    case 17: /* TokenOrigin */
        reserve(a, 8);
        return STATUS_SUCCESS;
    case 18: /* TokenElevationType: there is no other half of this token */
        answer_u32(a, 1);
        return STATUS_SUCCESS;
    case 19: /* TokenLinkedToken */
        return STATUS_NO_SUCH_LOGON_SESSION;
    case 20: /* TokenElevation */
        answer_u32(a, admin);
        return STATUS_SUCCESS;
    case 15: /* TokenSandBoxInert */
    case 21: /* TokenHasRestrictions */
    case 23: /* TokenVirtualizationAllowed */
    case 24: /* TokenVirtualizationEnabled */
    case 26: /* TokenUIAccess */
    case 29: /* TokenIsAppContainer */
    case 32: /* TokenAppContainerNumber */
    case 40: /* TokenIsRestricted */
    case 42: /* TokenPrivateNameSpace */
        answer_u32(a, 0);
        return STATUS_SUCCESS;
    case 25: /* TokenIntegrityLevel */
        sid = nt_sid_make(16, 1, admin ? INTEGRITY_HIGH : INTEGRITY_MEDIUM);
        answer_sid(a, &sid, true, 0x60);
        return STATUS_SUCCESS;
    case 27: /* TokenMandatoryPolicy: no write up, new process minimum */
        answer_u32(a, 3);
        return STATUS_SUCCESS;
    case 28: { /* TokenLogonSid */
        struct nt_token_group g = {nt_sid_logon(),
                                   GROUP_LOGON_ID | GROUP_MANDATORY | GROUP_ENABLED};
        answer_groups(a, &g, 1);
        return STATUS_SUCCESS;
    }
    case 31: /* TokenAppContainerSid: none */
        reserve(a, 8);
        return STATUS_SUCCESS;
    default:
        return class < 1 || class > 49 ? STATUS_INVALID_INFO_CLASS : STATUS_NOT_SUPPORTED;
    }
}

NTSTATUS NtQueryInformationToken(struct nt_thread *t, HANDLE TokenHandle,
                                 ULONG TokenInformationClass, void *TokenInformation,
                                 ULONG TokenInformationLength, ULONG *ReturnLength)
{
    struct answer a = {.guest = (uintptr_t)TokenInformation};
    struct nt_token *token;
    NTSTATUS status = nt_token_get(
        TokenHandle, TokenInformationClass == 7 ? TOKEN_QUERY_SOURCE : TOKEN_QUERY, &token);

    (void)t;
    if (!NT_SUCCESS(status))
        return status;
    status = answer(&a, token, TokenInformationClass);
    nt_object_release(&token->object);
    if (!NT_SUCCESS(status))
        return status;
    if (!guest_put(ReturnLength, (ULONG)a.n))
        return STATUS_ACCESS_VIOLATION;
    if (TokenInformationLength < a.n)
        return STATUS_BUFFER_TOO_SMALL;
    return guest_write(TokenInformation, a.bytes, a.n) ? STATUS_SUCCESS : STATUS_ACCESS_VIOLATION;
}

/* --- privileges ------------------------------------------------------------------------------ */

NTSTATUS NtAdjustPrivilegesToken(struct nt_thread *t, HANDLE TokenHandle,
                                 BOOLEAN DisableAllPrivileges, const void *NewState,
                                 ULONG BufferLength, void *PreviousState, ULONG *ReturnLength)
{
    struct luid_and_attributes list[NT_PRIVILEGES + 1], old[NT_PRIVILEGES + 1];
    uint32_t count = 0, changed = 0, asked;
    struct nt_token *token;

    (void)t;
    if (!DisableAllPrivileges) {
        if (!NewState)
            return STATUS_INVALID_PARAMETER;
        if (!guest_get(&asked, (const uint32_t *)NewState))
            return STATUS_ACCESS_VIOLATION;
        if (asked > NT_PRIVILEGES + 1)
            return STATUS_INVALID_PARAMETER; /* more than there are */
        if (!guest_read(list, (const char *)NewState + 4, asked * sizeof(*list)))
            return STATUS_ACCESS_VIOLATION;
        count = asked;
    }
    NTSTATUS status = nt_token_get(
        TokenHandle, TOKEN_ADJUST_PRIVILEGES | (PreviousState ? TOKEN_QUERY : 0), &token);
    if (!NT_SUCCESS(status))
        return status;
    if (DisableAllPrivileges) {
        count = privileges(token, list);
        for (uint32_t i = 0; i < count; i++)
            list[i].attributes = 0;
    }
    pthread_mutex_lock(&token->lock);
    /* First what would change: nothing does when the old state cannot be told. */
    for (uint32_t i = 0; i < count; i++) {
        uint32_t k = list[i].low;
        if (list[i].high || k > NT_PRIVILEGES || !token->present[k]) {
            status = STATUS_NOT_ALL_ASSIGNED;
            continue;
        }
        bool on = token->attributes[k] & PRIVILEGE_ENABLED;
        if ((list[i].attributes & PRIVILEGE_REMOVED) ||
            on != !!(list[i].attributes & PRIVILEGE_ENABLED))
            old[changed++] = (struct luid_and_attributes){k, 0, token->attributes[k]};
    }
    ULONG need = (ULONG)(4 + changed * sizeof(*old));
    if (PreviousState && BufferLength < need) {
        pthread_mutex_unlock(&token->lock);
        nt_object_release(&token->object);
        return !ReturnLength || guest_put(ReturnLength, need) ? STATUS_BUFFER_TOO_SMALL
                                                              : STATUS_ACCESS_VIOLATION;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t k = list[i].low;
        if (list[i].high || k > NT_PRIVILEGES || !token->present[k])
            continue;
        if (list[i].attributes & PRIVILEGE_REMOVED) {
            token->present[k] = false;
            token->attributes[k] = 0;
        } else if (list[i].attributes & PRIVILEGE_ENABLED) {
            token->attributes[k] |= PRIVILEGE_ENABLED;
        } else {
            token->attributes[k] &= ~PRIVILEGE_ENABLED;
        }
    }
    if (changed)
        nt_new_luid(&token->modified);
    pthread_mutex_unlock(&token->lock);
    nt_object_release(&token->object);
    if (PreviousState && (!guest_put((uint32_t *)PreviousState, changed) ||
                          !guest_write((char *)PreviousState + 4, old, changed * sizeof(*old)) ||
                          (ReturnLength && !guest_put(ReturnLength, need))))
        return STATUS_ACCESS_VIOLATION;
    return status;
}

NTSTATUS NtPrivilegeCheck(struct nt_thread *t, HANDLE ClientToken, void *RequiredPrivileges,
                          UCHAR *Result)
{
    struct luid_and_attributes list[NT_PRIVILEGES + 1];
    uint32_t head[2], held = 0;
    struct nt_token *token;

    (void)t;
    if (!guest_read(head, RequiredPrivileges, sizeof(head)))
        return STATUS_ACCESS_VIOLATION;
    if (head[0] > NT_PRIVILEGES + 1)
        return STATUS_INVALID_PARAMETER;
    if (!guest_read(list, (char *)RequiredPrivileges + 8, head[0] * sizeof(*list)))
        return STATUS_ACCESS_VIOLATION;
    NTSTATUS status = nt_token_get(ClientToken, TOKEN_QUERY, &token);
    if (!NT_SUCCESS(status))
        return status;
    if (token->impersonation && token->level < 1) {
        nt_object_release(&token->object);
        return STATUS_BAD_IMPERSONATION_LEVEL;
    }
    pthread_mutex_lock(&token->lock);
    for (uint32_t i = 0; i < head[0]; i++)
        if (!list[i].high && list[i].low <= NT_PRIVILEGES && token->present[list[i].low] &&
            (token->attributes[list[i].low] & PRIVILEGE_ENABLED)) {
            list[i].attributes |= 0x80000000u; /* SE_PRIVILEGE_USED_FOR_ACCESS */
            held++;
        }
    pthread_mutex_unlock(&token->lock);
    nt_object_release(&token->object);
    /* Control bit 0: all are required, otherwise one is enough. */
    UCHAR ok = head[1] & 1u ? held == head[0] : held > 0;
    return guest_write((char *)RequiredPrivileges + 8, list, head[0] * sizeof(*list)) &&
                   guest_put(Result, ok)
               ? STATUS_SUCCESS
               : STATUS_ACCESS_VIOLATION;
}

NTSTATUS NtDuplicateToken(struct nt_thread *t, HANDLE ExistingTokenHandle,
                          ACCESS_MASK DesiredAccess, const OBJECT_ATTRIBUTES *ObjectAttributes,
                          BOOLEAN EffectiveOnly, ULONG Type, HANDLE *NewTokenHandle)
{
    struct {
        ULONG length, level;
        UCHAR tracking, effective;
    } quality;
    OBJECT_ATTRIBUTES oa = {0};
    struct nt_object *o;
    ACCESS_MASK granted;

    (void)t;
    if (Type != 1 && Type != 2)
        return STATUS_INVALID_PARAMETER;
    if (ObjectAttributes && !guest_get(&oa, ObjectAttributes))
        return STATUS_ACCESS_VIOLATION;
    NTSTATUS status =
        nt_handle_get(ExistingTokenHandle, &nt_token_type, TOKEN_DUPLICATE, &o, &granted);
    if (!NT_SUCCESS(status))
        return status;
    struct nt_token *from = (struct nt_token *)o;
    uint32_t level = from->impersonation ? from->level : 0;
    if (oa.SecurityQualityOfService) {
        if (!guest_read(&quality, oa.SecurityQualityOfService, sizeof(quality)))
            status = STATUS_ACCESS_VIOLATION;
        else if (quality.level > 3)
            status = STATUS_BAD_IMPERSONATION_LEVEL;
        else if (from->impersonation && Type == 2 && quality.level > from->level)
            status = STATUS_BAD_IMPERSONATION_LEVEL;
        else
            level = quality.level;
    }
    if (NT_SUCCESS(status) && from->impersonation && Type == 1 && from->level < 2)
        status = STATUS_BAD_IMPERSONATION_LEVEL;
    if (NT_SUCCESS(status) && EffectiveOnly)
        status = STATUS_NOT_SUPPORTED;
    struct nt_token *new = NT_SUCCESS(status) ? calloc(1, sizeof(*new)) : NULL;
    if (new) {
        pthread_mutex_lock(&from->lock);
        *new = *from;
        pthread_mutex_unlock(&from->lock);
        nt_object_init(&new->object, &nt_token_type);
        pthread_mutex_init(&new->lock, NULL);
        nt_new_luid(&new->id);
        new->impersonation = Type == 2;
        new->level = level;
    }
    nt_object_release(o);
    if (!new)
        return NT_SUCCESS(status) ? STATUS_NO_MEMORY : status;
    return nt_handle_return(&new->object, &nt_token_type, DesiredAccess ? DesiredAccess : granted,
                            oa.Attributes, NewTokenHandle);
}
