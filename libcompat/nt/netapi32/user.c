/*
 * Users, the machine, its workgroup. The one user is that of the process; what directory services
 * would know of it is empty or zero.
 */
#include "netapi.h"

struct writer {
    BYTE *text; /* where the next string goes */
};

static LPWSTR put(struct writer *w, const WCHAR *text)
{
    SIZE_T bytes = (wide_length(text) + 1) * sizeof(WCHAR);
    LPWSTR at = (LPWSTR)w->text;

    memcpy(at, text, bytes);
    w->text += bytes;
    return at;
}

static DWORD size_of(DWORD level)
{
    switch (level) {
    case 0:
        return sizeof(USER_INFO_0);
    case 1:
        return sizeof(USER_INFO_1);
    case 2:
        return sizeof(USER_INFO_2);
    case 3:
        return sizeof(USER_INFO_3);
    case 10:
        return sizeof(USER_INFO_10);
    case 20:
        return sizeof(USER_INFO_20);
    case 23:
        return sizeof(USER_INFO_23);
    default:
        return 0;
    }
}

/* USER_INFO_1, 2 and 3 begin alike, so do 20 and 23. */
static NET_API_STATUS describe(DWORD level, const WCHAR *name, BYTE **buffer)
{
    DWORD size = size_of(level), sid_size = SECURITY_MAX_SID_SIZE, domain_size = 0;
    WCHAR home[MAX_PATH];
    BYTE sid[SECURITY_MAX_SID_SIZE];
    WCHAR domain[MAX_PATH];
    SID_NAME_USE use;
    DWORD id = 0;
    struct writer w;

    if (!size)
        return ERROR_INVALID_LEVEL;
    domain_size = ARRAYSIZE(domain);
    if (!LookupAccountNameW(NULL, name, sid, &sid_size, domain, &domain_size, &use))
        return NERR_UserNotFound;
    if (*GetSidSubAuthorityCount(sid))
        id = *GetSidSubAuthority(sid, *GetSidSubAuthorityCount(sid) - 1u);
    if (!GetEnvironmentVariableW(L"USERPROFILE", home, ARRAYSIZE(home)))
        home[0] = 0;
    *buffer = heap_zalloc(size + SECURITY_MAX_SID_SIZE + sizeof(home) + 512 * sizeof(WCHAR));
    if (!*buffer)
        return ERROR_NOT_ENOUGH_MEMORY;
    w.text = *buffer + size;
    if (level == 23) {
        memcpy(w.text, sid, sid_size);
        ((USER_INFO_23 *)*buffer)->usri23_user_sid = w.text;
        w.text += (sid_size + 7u) & ~7u;
    }
    switch (level) {
    case 0:
        ((USER_INFO_0 *)*buffer)->usri0_name = put(&w, name);
        break;
    case 1:
    case 2:
    case 3: {
        USER_INFO_3 *info = (USER_INFO_3 *)*buffer; /* only as much of it as the level has */

        info->usri3_name = put(&w, name);
        info->usri3_priv = USER_PRIV_USER;
        info->usri3_home_dir = put(&w, level == 1 ? home : L"");
        info->usri3_comment = put(&w, L"");
        info->usri3_flags = UF_SCRIPT | UF_NORMAL_ACCOUNT;
        info->usri3_script_path = put(&w, L"");
        if (level == 1)
            break;
        info->usri3_full_name = put(&w, name);
        info->usri3_usr_comment = put(&w, L"");
        info->usri3_parms = put(&w, L"");
        info->usri3_workstations = put(&w, L"");
        info->usri3_acct_expires = TIMEQ_FOREVER;
        info->usri3_max_storage = USER_MAXSTORAGE_UNLIMITED;
        info->usri3_units_per_week = UNITS_PER_WEEK;
        info->usri3_logon_server = put(&w, L"\\\\*");
        if (level == 2)
            break;
        info->usri3_user_id = id;
        info->usri3_primary_group_id = DOMAIN_GROUP_RID_USERS;
        info->usri3_profile = put(&w, L"");
        info->usri3_home_dir_drive = put(&w, L"");
        break;
    }
    case 10: {
        USER_INFO_10 *info = (USER_INFO_10 *)*buffer;

        info->usri10_name = put(&w, name);
        info->usri10_comment = put(&w, L"");
        info->usri10_usr_comment = put(&w, L"");
        info->usri10_full_name = put(&w, name);
        break;
    }
    default: {
        USER_INFO_20 *info = (USER_INFO_20 *)*buffer;

        info->usri20_name = put(&w, name);
        info->usri20_full_name = put(&w, name);
        info->usri20_comment = put(&w, L"");
        info->usri20_flags = UF_SCRIPT | UF_NORMAL_ACCOUNT;
        if (level == 20)
            info->usri20_user_id = id;
        break;
    }
    }
    return NERR_Success;
}

/* Another machine cannot be asked. */
static BOOL is_local(LPCWSTR server)
{
    WCHAR name[MAX_COMPUTERNAME_LENGTH + 1];
    DWORD size = ARRAYSIZE(name);

    if (!server || !*server)
        return TRUE;
    while (*server == '\\')
        server++;
    return GetComputerNameW(name, &size) &&
           CompareStringOrdinal(server, -1, name, -1, TRUE) == CSTR_EQUAL;
}

static BOOL own_name(WCHAR name[UNLEN + 1])
{
    DWORD size = UNLEN + 1;

    return GetUserNameW(name, &size);
}

NET_API_STATUS WINAPI NetUserGetInfo(LPCWSTR server, LPCWSTR user, DWORD level, LPBYTE *buffer)
{
    WCHAR name[UNLEN + 1];

    if (!buffer || !user)
        return ERROR_INVALID_PARAMETER;
    *buffer = NULL;
    if (!size_of(level))
        return ERROR_INVALID_LEVEL;
    if (!is_local(server))
        return ERROR_BAD_NETPATH;
    if (!own_name(name) || CompareStringOrdinal(user, -1, name, -1, TRUE) != CSTR_EQUAL)
        return NERR_UserNotFound;
    return describe(level, name, buffer);
}

NET_API_STATUS WINAPI NetUserEnum(LPCWSTR server, DWORD level, DWORD filter, LPBYTE *buffer, DWORD most,
                                  LPDWORD entries, LPDWORD total, LPDWORD resume)
{
    WCHAR name[UNLEN + 1];
    NET_API_STATUS status;

    (void)most;
    if (!buffer || !entries || !total)
        return ERROR_INVALID_PARAMETER;
    *buffer = NULL;
    *entries = *total = 0;
    if (!size_of(level))
        return ERROR_INVALID_LEVEL;
    if (!is_local(server))
        return ERROR_BAD_NETPATH;
    if ((filter && !(filter & FILTER_NORMAL_ACCOUNT)) || (resume && *resume) || !own_name(name))
        return NERR_Success;
    status = describe(level, name, buffer);
    if (status == NERR_Success)
        *entries = *total = 1;
    return status;
}

NET_API_STATUS WINAPI NetUserGetLocalGroups(LPCWSTR server, LPCWSTR user, DWORD level, DWORD flags,
                                            LPBYTE *buffer, DWORD most, LPDWORD entries, LPDWORD total)
{
    WCHAR name[UNLEN + 1];
    const WCHAR *plain = user;
    LOCALGROUP_USERS_INFO_0 *info;
    struct writer w;

    (void)most;
    if (!buffer || !entries || !total || !user)
        return ERROR_INVALID_PARAMETER;
    *buffer = NULL;
    *entries = *total = 0;
    if (level)
        return ERROR_INVALID_LEVEL;
    if (flags & ~(DWORD)LG_INCLUDE_INDIRECT)
        return ERROR_INVALID_PARAMETER;
    if (!is_local(server))
        return ERROR_BAD_NETPATH;
    for (const WCHAR *c = user; *c; c++)
        if (*c == '\\')
            plain = c + 1;
    if (!own_name(name) || CompareStringOrdinal(plain, -1, name, -1, TRUE) != CSTR_EQUAL)
        return NERR_UserNotFound;
    info = heap_alloc(sizeof(*info) + sizeof(L"Users"));
    if (!info)
        return ERROR_NOT_ENOUGH_MEMORY;
    w.text = (BYTE *)(info + 1);
    info->lgrui0_name = put(&w, L"Users");
    *buffer = (LPBYTE)info;
    *entries = *total = 1;
    return NERR_Success;
}

NET_API_STATUS WINAPI NetGetJoinInformation(LPCWSTR server, LPWSTR *name, PNETSETUP_JOIN_STATUS type)
{
    struct writer w;

    if (!name || !type)
        return ERROR_INVALID_PARAMETER;
    if (!is_local(server))
        return ERROR_BAD_NETPATH;
    *name = heap_alloc(sizeof(L"WORKGROUP"));
    if (!*name)
        return ERROR_NOT_ENOUGH_MEMORY;
    w.text = (BYTE *)*name;
    put(&w, L"WORKGROUP");
    *type = NetSetupWorkgroupName;
    return NERR_Success;
}

NET_API_STATUS WINAPI NetWkstaGetInfo(LPWSTR server, DWORD level, LPBYTE *buffer)
{
    WCHAR name[MAX_COMPUTERNAME_LENGTH + 1];
    DWORD size = ARRAYSIZE(name);
    WKSTA_INFO_100 *info;
    struct writer w;

    if (!buffer)
        return ERROR_INVALID_PARAMETER;
    *buffer = NULL;
    if (level != 100)
        return ERROR_INVALID_LEVEL;
    if (!is_local(server))
        return ERROR_BAD_NETPATH;
    if (!GetComputerNameW(name, &size))
        return GetLastError();
    info = heap_alloc(sizeof(*info) + sizeof(name) + sizeof(L"WORKGROUP"));
    if (!info)
        return ERROR_NOT_ENOUGH_MEMORY;
    w.text = (BYTE *)(info + 1);
    info->wki100_platform_id = PLATFORM_ID_NT;
    info->wki100_computername = put(&w, name);
    info->wki100_langroup = put(&w, L"WORKGROUP");
    info->wki100_ver_major = NtCurrentPeb()->OSMajorVersion;
    info->wki100_ver_minor = NtCurrentPeb()->OSMinorVersion;
    *buffer = (LPBYTE)info;
    return NERR_Success;
}
