/*
 * Accounts: names of users and groups for SIDs and back. There is one user, the one of the process;
 * the others are those that every system has.
 */
#include "advapi.h"

#define SECURITY_WIN32
#include <sddl.h>

struct sid {
    SID sid;
    DWORD more[SID_MAX_SUB_AUTHORITIES - 1];
};

static const struct account {
    const WCHAR *name, *domain;
    BYTE authority, count;
    DWORD sub[2];
    SID_NAME_USE use;
} accounts[] = {
    {L"NULL SID", L"", 0, 1, {0}, SidTypeWellKnownGroup},
    {L"Everyone", L"", 1, 1, {0}, SidTypeWellKnownGroup},
    {L"LOCAL", L"", 2, 1, {0}, SidTypeWellKnownGroup},
    {L"CREATOR OWNER", L"", 3, 1, {0}, SidTypeWellKnownGroup},
    {L"CREATOR GROUP", L"", 3, 1, {1}, SidTypeWellKnownGroup},
    {L"DIALUP", L"NT AUTHORITY", 5, 1, {1}, SidTypeWellKnownGroup},
    {L"NETWORK", L"NT AUTHORITY", 5, 1, {2}, SidTypeWellKnownGroup},
    {L"BATCH", L"NT AUTHORITY", 5, 1, {3}, SidTypeWellKnownGroup},
    {L"INTERACTIVE", L"NT AUTHORITY", 5, 1, {4}, SidTypeWellKnownGroup},
    {L"SERVICE", L"NT AUTHORITY", 5, 1, {6}, SidTypeWellKnownGroup},
    {L"ANONYMOUS LOGON", L"NT AUTHORITY", 5, 1, {7}, SidTypeWellKnownGroup},
    {L"SELF", L"NT AUTHORITY", 5, 1, {10}, SidTypeWellKnownGroup},
    {L"Authenticated Users", L"NT AUTHORITY", 5, 1, {11}, SidTypeWellKnownGroup},
    {L"SYSTEM", L"NT AUTHORITY", 5, 1, {18}, SidTypeWellKnownGroup},
    {L"LOCAL SERVICE", L"NT AUTHORITY", 5, 1, {19}, SidTypeWellKnownGroup},
    {L"NETWORK SERVICE", L"NT AUTHORITY", 5, 1, {20}, SidTypeWellKnownGroup},
    {L"Administrators", L"BUILTIN", 5, 2, {32, 544}, SidTypeAlias},
    {L"Users", L"BUILTIN", 5, 2, {32, 545}, SidTypeAlias},
    {L"Guests", L"BUILTIN", 5, 2, {32, 546}, SidTypeAlias},
    {L"Power Users", L"BUILTIN", 5, 2, {32, 547}, SidTypeAlias},
    {L"Backup Operators", L"BUILTIN", 5, 2, {32, 551}, SidTypeAlias},
};

static void account_sid(const struct account *account, struct sid *sid)
{
    SID_IDENTIFIER_AUTHORITY authority = {{0, 0, 0, 0, 0, account->authority}};

    RtlInitializeSid(&sid->sid, &authority, account->count);
    for (BYTE i = 0; i < account->count; i++)
        *RtlSubAuthoritySid(&sid->sid, i) = account->sub[i];
}

static NTSTATUS user_sid(struct sid *sid)
{
    union {
        TOKEN_USER user;
        BYTE room[sizeof(TOKEN_USER) + sizeof(struct sid)];
    } u;
    HANDLE token;
    ULONG size;
    NTSTATUS status = NtOpenProcessToken(NtCurrentProcess(), TOKEN_QUERY, &token);

    if (!NT_SUCCESS(status))
        return status;
    status = NtQueryInformationToken(token, TokenUser, &u, sizeof(u), &size);
    NtClose(token);
    return NT_SUCCESS(status) ? RtlCopySid(sizeof(*sid), &sid->sid, u.user.User.Sid) : status;
}

/* The user's name is what the environment says, which the host side fills in. */
BOOL WINAPI GetUserNameW(LPWSTR name, LPDWORD size)
{
    WCHAR text[257];
    DWORD length = GetEnvironmentVariableW(L"USERNAME", text, ARRAYSIZE(text));

    if (!size)
        return fail(ERROR_INVALID_PARAMETER);
    if (!length || length >= ARRAYSIZE(text))
        return fail(ERROR_NONE_MAPPED);
    if (!name || *size <= length) {
        *size = length + 1;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    memcpy(name, text, (length + 1) * sizeof(WCHAR));
    *size = length + 1;
    return TRUE;
}

/* Gives text to a caller's ANSI buffer; *size counts the NUL, in and out. */
static BOOL give_ansi(const WCHAR *text, char *buffer, DWORD *size, BOOL count_nul)
{
    char *narrow = ansi_copy(text);
    DWORD needed;

    if (!narrow)
        return FALSE;
    needed = (DWORD)ansi_length(narrow) + 1;
    if (!buffer || *size < needed) {
        heap_free(narrow);
        *size = needed;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    memcpy(buffer, narrow, needed);
    heap_free(narrow);
    *size = needed - (count_nul ? 0 : 1);
    return TRUE;
}

BOOL WINAPI GetUserNameA(LPSTR name, LPDWORD size)
{
    WCHAR text[257];
    DWORD length = ARRAYSIZE(text);

    if (!size)
        return fail(ERROR_INVALID_PARAMETER);
    return GetUserNameW(text, &length) && give_ansi(text, name, size, TRUE);
}

/* Both sizes count the NUL where they ask, and do not where they tell. */
static BOOL give_pair(const WCHAR *name, const WCHAR *domain, WCHAR *name_out, DWORD *name_size,
                      WCHAR *domain_out, DWORD *domain_size)
{
    DWORD name_length = wide_length(name), domain_length = wide_length(domain);

    if (*name_size <= name_length || *domain_size <= domain_length || !name_out || !domain_out) {
        *name_size = name_length + 1;
        *domain_size = domain_length + 1;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    memcpy(name_out, name, (name_length + 1) * sizeof(WCHAR));
    memcpy(domain_out, domain, (domain_length + 1) * sizeof(WCHAR));
    *name_size = name_length;
    *domain_size = domain_length;
    return TRUE;
}

BOOL WINAPI LookupAccountSidW(LPCWSTR system, PSID sid, LPWSTR name, LPDWORD name_size,
                              LPWSTR domain, LPDWORD domain_size, PSID_NAME_USE use)
{
    struct sid candidate;

    if (system && *system)
        return fail(RPC_S_SERVER_UNAVAILABLE);
    if (!sid || !name_size || !domain_size || !use || !RtlValidSid(sid))
        return fail(ERROR_INVALID_PARAMETER);
    for (ULONG i = 0; i < ARRAYSIZE(accounts); i++) {
        account_sid(&accounts[i], &candidate);
        if (RtlEqualSid(sid, &candidate.sid)) {
            if (!give_pair(accounts[i].name, accounts[i].domain, name, name_size, domain,
                           domain_size))
                return FALSE;
            *use = accounts[i].use;
            return TRUE;
        }
    }
    if (NT_SUCCESS(user_sid(&candidate)) && RtlEqualSid(sid, &candidate.sid)) {
        WCHAR user[257], machine[MAX_COMPUTERNAME_LENGTH + 1];
        DWORD user_size = ARRAYSIZE(user), machine_size = ARRAYSIZE(machine);

        if (!GetUserNameW(user, &user_size) || !GetComputerNameW(machine, &machine_size) ||
            !give_pair(user, machine, name, name_size, domain, domain_size))
            return FALSE;
        *use = SidTypeUser;
        return TRUE;
    }
    return fail(ERROR_NONE_MAPPED);
}

BOOL WINAPI LookupAccountSidA(LPCSTR system, PSID sid, LPSTR name, LPDWORD name_size,
                              LPSTR domain, LPDWORD domain_size, PSID_NAME_USE use)
{
    WCHAR name_w[257], domain_w[257];
    DWORD name_w_size = ARRAYSIZE(name_w), domain_w_size = ARRAYSIZE(domain_w);
    BOOL first, second;

    if (system && *system)
        return fail(RPC_S_SERVER_UNAVAILABLE);
    if (!name_size || !domain_size)
        return fail(ERROR_INVALID_PARAMETER);
    if (!LookupAccountSidW(NULL, sid, name_w, &name_w_size, domain_w, &domain_w_size, use))
        return FALSE;
    /* both sizes are wanted when either is too small */
    first = give_ansi(name_w, name, name_size, FALSE);
    second = give_ansi(domain_w, domain, domain_size, FALSE);
    return first && second;
}

static BOOL same_name(const WCHAR *a, SIZE_T length, const WCHAR *b)
{
    for (SIZE_T i = 0; i < length; i++)
        if (RtlDowncaseUnicodeChar(a[i]) != RtlDowncaseUnicodeChar(b[i]))
            return FALSE; /* also at b's end: a has no NUL within its length */
    return !b[length];
}

BOOL WINAPI LookupAccountNameW(LPCWSTR system, LPCWSTR account, PSID sid, LPDWORD sid_size,
                               LPWSTR domain, LPDWORD domain_size, PSID_NAME_USE use)
{
    WCHAR user[257], machine[MAX_COMPUTERNAME_LENGTH + 1];
    DWORD user_size = ARRAYSIZE(user), machine_size = ARRAYSIZE(machine), needed, length;
    const WCHAR *name = account, *found_domain = NULL;
    SIZE_T domain_length = 0;
    struct sid found;
    SID_NAME_USE kind = SidTypeUnknown;

    if (system && *system)
        return fail(RPC_S_SERVER_UNAVAILABLE);
    if (!account || !sid_size || !domain_size || !use)
        return fail(ERROR_INVALID_PARAMETER);
    for (const WCHAR *p = account; *p; p++)
        if (*p == '\\') {
            domain_length = p - account;
            name = p + 1;
            break;
        }
    for (ULONG i = 0; i < ARRAYSIZE(accounts) && !found_domain; i++)
        if (same_name(name, wide_length(name), accounts[i].name) &&
            (name == account || same_name(account, domain_length, accounts[i].domain))) {
            account_sid(&accounts[i], &found);
            found_domain = accounts[i].domain;
            kind = accounts[i].use;
        }
    if (!found_domain && GetUserNameW(user, &user_size) &&
        GetComputerNameW(machine, &machine_size) && same_name(name, wide_length(name), user) &&
        (name == account || same_name(account, domain_length, machine) ||
         (domain_length == 1 && account[0] == '.'))) {
        if (!set_status(user_sid(&found)))
            return FALSE;
        found_domain = machine;
        kind = SidTypeUser;
    }
    if (!found_domain)
        return fail(ERROR_NONE_MAPPED);
    needed = RtlLengthSid(&found.sid);
    length = wide_length(found_domain);
    if (!sid || *sid_size < needed || !domain || *domain_size <= length) {
        *sid_size = needed;
        *domain_size = length + 1;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    RtlCopySid(*sid_size, sid, &found.sid);
    memcpy(domain, found_domain, (length + 1) * sizeof(WCHAR));
    *sid_size = needed;
    *domain_size = length;
    *use = kind;
    return TRUE;
}

BOOL WINAPI LookupAccountNameA(LPCSTR system, LPCSTR account, PSID sid, LPDWORD sid_size,
                               LPSTR domain, LPDWORD domain_size, PSID_NAME_USE use)
{
    WCHAR *account_w, domain_w[257];
    DWORD domain_w_size = ARRAYSIZE(domain_w), size = sizeof(struct sid);
    struct sid found;
    BOOL done;

    if (system && *system)
        return fail(RPC_S_SERVER_UNAVAILABLE);
    if (!account || !sid_size || !domain_size)
        return fail(ERROR_INVALID_PARAMETER);
    account_w = wide_copy(account);
    if (!account_w)
        return FALSE;
    done = LookupAccountNameW(NULL, account_w, &found.sid, &size, domain_w, &domain_w_size, use);
    heap_free(account_w);
    if (!done)
        return FALSE;
    done = give_ansi(domain_w, domain, domain_size, FALSE);
    if (!sid || *sid_size < size) {
        *sid_size = size;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    *sid_size = size;
    return done && set_status(RtlCopySid(size, sid, &found.sid));
}

/* ---- SIDs as text ---- */

BOOL WINAPI ConvertSidToStringSidW(PSID sid, LPWSTR *text)
{
    WCHAR buffer[256];
    UNICODE_STRING string = {0, sizeof(buffer), buffer};

    if (!sid || !text)
        return fail(ERROR_INVALID_PARAMETER);
    if (!RtlValidSid(sid))
        return fail(ERROR_INVALID_SID);
    if (!set_status(RtlConvertSidToUnicodeString(&string, sid, FALSE)))
        return FALSE;
    *text = LocalAlloc(0, string.Length + sizeof(WCHAR));
    if (!*text)
        return FALSE;
    memcpy(*text, buffer, string.Length);
    (*text)[string.Length / sizeof(WCHAR)] = 0;
    return TRUE;
}

BOOL WINAPI ConvertSidToStringSidA(PSID sid, LPSTR *text)
{
    WCHAR *wide;
    SIZE_T length;

    if (!text)
        return fail(ERROR_INVALID_PARAMETER);
    if (!ConvertSidToStringSidW(sid, &wide))
        return FALSE;
    length = wide_length(wide) + 1;
    *text = LocalAlloc(0, length);
    for (SIZE_T i = 0; *text && i < length; i++) /* ASCII only */
        (*text)[i] = (char)wide[i];
    LocalFree(wide);
    return *text != NULL;
}

static const WCHAR *number(const WCHAR *p, ULONGLONG limit, ULONGLONG *value)
{
    unsigned base = 10;
    const WCHAR *begin;

    *value = 0;
    if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X')) {
        base = 16;
        p += 2;
    }
    for (begin = p;; p++) {
        unsigned d = *p >= '0' && *p <= '9'   ? *p - '0'
                     : *p >= 'a' && *p <= 'f' ? *p - 'a' + 10
                     : *p >= 'A' && *p <= 'F' ? *p - 'A' + 10
                                              : 99;

        if (d >= base)
            return p == begin ? NULL : p;
        if (*value > (limit - d) / base)
            return NULL;
        *value = *value * base + d;
    }
}

/* S-1-AUTHORITY-SUB...; the two-letter names of SDDL are those of accounts below. */
static const struct {
    WCHAR name[3];
    BYTE authority, count;
    DWORD sub[2];
} aliases[] = {
    {L"AN", 5, 1, {7}},        {L"AU", 5, 1, {11}},       {L"BA", 5, 2, {32, 544}},
    {L"BG", 5, 2, {32, 546}},  {L"BO", 5, 2, {32, 551}},  {L"BU", 5, 2, {32, 545}},
    {L"CG", 3, 1, {1}},        {L"CO", 3, 1, {0}},        {L"HI", 16, 1, {0x3000}},
    {L"IU", 5, 1, {4}},        {L"LS", 5, 1, {19}},       {L"LW", 16, 1, {0x1000}},
    {L"ME", 16, 1, {0x2000}},  {L"NS", 5, 1, {20}},       {L"NU", 5, 1, {2}},
    {L"OW", 3, 1, {4}},        {L"PS", 5, 1, {10}},       {L"PU", 5, 2, {32, 547}},
    {L"RC", 5, 1, {12}},       {L"SI", 16, 1, {0x4000}},  {L"SU", 5, 1, {6}},
    {L"SY", 5, 1, {18}},       {L"WD", 1, 1, {0}},
};

BOOL WINAPI ConvertStringSidToSidW(LPCWSTR text, PSID *sid)
{
    SID_IDENTIFIER_AUTHORITY authority;
    DWORD sub[SID_MAX_SUB_AUTHORITIES];
    ULONGLONG value;
    BYTE count = 0;

    if (!text || !sid)
        return fail(ERROR_INVALID_PARAMETER);
    memset(&authority, 0, sizeof(authority));
    if ((text[0] == 'S' || text[0] == 's') && text[1] == '-') {
        const WCHAR *p = number(text + 2, 255, &value);

        if (!p || value != SID_REVISION || *p != '-')
            return fail(ERROR_INVALID_SID);
        p = number(p + 1, 0xffffffffffffull, &value);
        if (!p)
            return fail(ERROR_INVALID_SID);
        for (int i = 0; i < 6; i++)
            authority.Value[i] = (BYTE)(value >> (40 - 8 * i));
        while (*p == '-') {
            if (count == SID_MAX_SUB_AUTHORITIES || !(p = number(p + 1, 0xffffffff, &value)))
                return fail(ERROR_INVALID_SID);
            sub[count++] = (DWORD)value;
        }
        if (*p || !count)
            return fail(ERROR_INVALID_SID);
    } else {
        for (ULONG i = 0; i < ARRAYSIZE(aliases) && !count; i++)
            if (same_name(text, wide_length(text), aliases[i].name)) {
                authority.Value[5] = aliases[i].authority;
                count = aliases[i].count;
                memcpy(sub, aliases[i].sub, sizeof(aliases[i].sub));
            }
        if (!count)
            return fail(ERROR_INVALID_SID);
    }
    *sid = LocalAlloc(0, RtlLengthRequiredSid(count));
    if (!*sid)
        return FALSE;
    RtlInitializeSid(*sid, &authority, count);
    for (BYTE i = 0; i < count; i++)
        *RtlSubAuthoritySid(*sid, i) = sub[i];
    return TRUE;
}

BOOL WINAPI ConvertStringSidToSidA(LPCSTR text, PSID *sid)
{
    WCHAR *wide = wide_copy(text);
    BOOL done = text && !wide ? FALSE : ConvertStringSidToSidW(wide, sid);

    heap_free(wide);
    return done;
}
