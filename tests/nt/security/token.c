/* Tokens and access checks, through the system calls. */
#include "tests/nt/check.h"

typedef struct {
    USHORT Length, MaximumLength;
    PWSTR Buffer;
} NAME;
typedef struct {
    ULONG Length;
    HANDLE RootDirectory;
    NAME *ObjectName;
    ULONG Attributes;
    PVOID SecurityDescriptor, SecurityQualityOfService;
} ATTRIBUTES;

#define NT(name, ...) static LONG(NTAPI *name)(__VA_ARGS__)
NT(open_process, HANDLE, ACCESS_MASK, HANDLE *);
NT(open_thread, HANDLE, ACCESS_MASK, BOOLEAN, HANDLE *);
NT(query, HANDLE, ULONG, PVOID, ULONG, ULONG *);
NT(adjust, HANDLE, BOOLEAN, PVOID, ULONG, PVOID, ULONG *);
NT(duplicate, HANDLE, ACCESS_MASK, ATTRIBUTES *, BOOLEAN, ULONG, HANDLE *);
NT(privilege_check, HANDLE, PPRIVILEGE_SET, BOOLEAN *);
NT(access_check, PSECURITY_DESCRIPTOR, HANDLE, ACCESS_MASK, PGENERIC_MAPPING, PPRIVILEGE_SET,
   ULONG *, ACCESS_MASK *, LONG *);
NT(query_security, HANDLE, ULONG, PVOID, ULONG, ULONG *);
NT(luid, LUID *);
NT(close_handle, HANDLE);

static void *call(const char *name)
{
    return (void *)(ULONG_PTR)GetProcAddress(GetModuleHandleW(L"ntdll.dll"), name);
}

static HANDLE token;
static union {
    char bytes[4096];
    TOKEN_USER user;
    TOKEN_GROUPS groups;
    TOKEN_PRIVILEGES privileges;
    TOKEN_STATISTICS statistics;
    TOKEN_DEFAULT_DACL dacl;
    TOKEN_MANDATORY_LABEL label;
    ULONG number;
} b;

static void test_query(void)
{
    ULONG n = 0, m;
    SID *sid;

    CHECK(query(token, TokenUser, NULL, 0, &n) == (LONG)0xc0000023); /* BUFFER_TOO_SMALL */
    CHECK(n > sizeof(TOKEN_USER) && n < 200);
    CHECK(query(token, TokenUser, &b, n, &m) == 0 && m == n);
    sid = b.user.User.Sid;
    CHECK((char *)sid > b.bytes && (char *)sid < b.bytes + n);
    CHECK(sid->Revision == 1 && sid->IdentifierAuthority.Value[5] == 5);
    CHECK(sid->SubAuthorityCount == 5 && sid->SubAuthority[0] == 21);

    CHECK(query(token, TokenGroups, &b, sizeof(b), &n) == 0 && b.groups.GroupCount > 2);
    ULONG everyone = 0;
    for (ULONG i = 0; i < b.groups.GroupCount; i++) {
        sid = b.groups.Groups[i].Sid;
        everyone += sid->SubAuthorityCount == 1 && sid->IdentifierAuthority.Value[5] == 1;
    }
    CHECK(everyone == 1);

    CHECK(query(token, TokenPrivileges, &b, sizeof(b), &n) == 0);
    CHECK(n == 4 + 12 * b.privileges.PrivilegeCount && b.privileges.PrivilegeCount >= 5);
    CHECK(query(token, TokenStatistics, &b, sizeof(b), &n) == 0 && n == 56);
    CHECK(b.statistics.TokenType == TokenPrimary);
    CHECK(query(token, TokenType, &b, 4, &n) == 0 && b.number == TokenPrimary && n == 4);
    CHECK(query(token, TokenImpersonationLevel, &b, 4, &n) == (LONG)0xc000000d);
    CHECK(query(token, TokenSessionId, &b, 4, &n) == 0);
    CHECK(query(token, TokenElevation, &b, 4, &n) == 0 && b.number <= 1);
    CHECK(query(token, TokenDefaultDacl, &b, sizeof(b), &n) == 0);
    CHECK(b.dacl.DefaultDacl && b.dacl.DefaultDacl->AclRevision == 2);
    CHECK(query(token, TokenIntegrityLevel, &b, sizeof(b), &n) == 0);
    sid = b.label.Label.Sid;
    CHECK(sid->IdentifierAuthority.Value[5] == 16 && sid->SubAuthority[0] >= 0x2000);
    CHECK(check_on_wine() || query(token, 9999, &b, sizeof(b), &n) == (LONG)0xc0000003);
}

static void test_privileges(void)
{
    TOKEN_PRIVILEGES one = {1, {{{25, 0}, SE_PRIVILEGE_ENABLED}}}, old;
    PRIVILEGE_SET set = {1, PRIVILEGE_SET_ALL_NECESSARY, {{{23, 0}, 0}}};
    BOOLEAN held = 7;
    ULONG n;

    CHECK(adjust(token, FALSE, &one, sizeof(old), &old, &n) == 0);
    CHECK(old.PrivilegeCount == 1 && old.Privileges[0].Luid.LowPart == 25);
    CHECK(old.Privileges[0].Attributes == 0);
    CHECK(adjust(token, FALSE, &one, sizeof(old), &old, &n) == 0);
    CHECK(check_on_wine() || old.PrivilegeCount == 0); /* documented: what was changed */
    one.Privileges[0].Luid.LowPart = 2;                /* creating tokens: nobody's */
    CHECK(adjust(token, FALSE, &one, 0, NULL, NULL) == 0x106);
    CHECK(privilege_check(token, &set, &held) == 0 && held == 1);
    set.Privilege[0].Luid.LowPart = 2;
    CHECK(privilege_check(token, &set, &held) == 0 && held == 0);
}

static void test_duplicate(void)
{
    SECURITY_QUALITY_OF_SERVICE quality = {sizeof(quality), SecurityImpersonation, 0, 0};
    ATTRIBUTES attributes = {.Length = sizeof(attributes), .SecurityQualityOfService = &quality};
    HANDLE copy;
    ULONG n;

    if (!check_on_wine()) /* which takes any number */
        CHECK(duplicate(token, TOKEN_ALL_ACCESS, &attributes, FALSE, 7, &copy) == (LONG)0xc000000d);
    CHECK(duplicate(token, TOKEN_ALL_ACCESS, &attributes, FALSE, TokenImpersonation, &copy) == 0);
    CHECK(query(copy, TokenType, &b, 4, &n) == 0 && b.number == TokenImpersonation);
    CHECK(query(copy, TokenImpersonationLevel, &b, 4, &n) == 0);
    CHECK(b.number == SecurityImpersonation);

    /* Everyone may read, nobody may write. */
    struct {
        SECURITY_DESCRIPTOR_RELATIVE sd;
        struct {
            BYTE revision, count, authority[6];
            ULONG sub[1];
        } everyone;
        struct {
            ACL acl;
            ACE_HEADER deny;
            ULONG deny_mask;
            BYTE deny_sid[12];
            ACE_HEADER allow;
            ULONG mask;
            BYTE sid[12];
        } dacl;
    } d = {
        .sd = {1, 0, SE_SELF_RELATIVE | SE_DACL_PRESENT, 20, 20, 0, 32},
        .everyone = {1, 1, {0, 0, 0, 0, 0, 1}, {0}},
        .dacl = {{2, 0, 48, 2, 0},
                 {1, 0, 20},
                 2,
                 {1, 1, 0, 0, 0, 0, 0, 1},
                 {0, 0, 20},
                 3,
                 {1, 1, 0, 0, 0, 0, 0, 1}},
    };
    GENERIC_MAPPING map = {1, 2, 4, 7};
    struct {
        PRIVILEGE_SET set;
        char more[64];
    } used;
    ACCESS_MASK granted = 99;
    LONG status = 99;

    n = sizeof(used);
    CHECK(access_check(&d, copy, 1, &map, &used.set, &n, &granted, &status) == 0);
    CHECK(status == 0 && granted == 1);
    CHECK(access_check(&d, copy, 3, &map, &used.set, &n, &granted, &status) == 0);
    CHECK(status == (LONG)0xc0000022 && granted == 0);
    CHECK(access_check(&d, copy, MAXIMUM_ALLOWED, &map, &used.set, &n, &granted, &status) == 0);
    CHECK(status == 0 && (granted & 7) == 1);
    CHECK(access_check(&d, copy, GENERIC_READ, &map, &used.set, &n, &granted, &status) ==
          (LONG)0xc00000e6);
    CHECK(access_check(&d, token, 1, &map, &used.set, &n, &granted, &status) == (LONG)0xc000005c);
    close_handle(copy);
}

static void test_objects(void)
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);
    SECURITY_DESCRIPTOR_RELATIVE *sd = (void *)b.bytes;
    LUID first, second;
    ULONG n = 0;

    const ULONG parts = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;
    if (!check_on_wine()) { /* where unnamed objects have empty descriptors */
        CHECK(query_security(event, parts, NULL, 0, &n) == (LONG)0xc0000023 && n > 20);
        CHECK(query_security(event, parts, &b, n, &n) == 0);
        CHECK(sd->Revision == 1 && (sd->Control & SE_SELF_RELATIVE) && sd->Owner >= 20);
    }
    CloseHandle(event);
    CHECK(luid(&first) == 0 && luid(&second) == 0);
    CHECK(first.LowPart != second.LowPart || first.HighPart != second.HighPart);
}

int main(void)
{
    HANDLE h = NULL;

    open_process = call("NtOpenProcessToken");
    open_thread = call("NtOpenThreadToken");
    query = call("NtQueryInformationToken");
    adjust = call("NtAdjustPrivilegesToken");
    duplicate = call("NtDuplicateToken");
    privilege_check = call("NtPrivilegeCheck");
    access_check = call("NtAccessCheck");
    query_security = call("NtQuerySecurityObject");
    luid = call("NtAllocateLocallyUniqueId");
    close_handle = call("NtClose");
    CHECK(open_process((HANDLE)-1, TOKEN_ALL_ACCESS, &token) == 0);
    CHECK(open_thread((HANDLE)-2, TOKEN_QUERY, TRUE, &h) == (LONG)0xc000007c);
    test_query();
    test_privileges();
    test_duplicate();
    test_objects();
    close_handle(token);
    return check_done();
}
