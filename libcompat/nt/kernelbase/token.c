/*
 * Access tokens and the security of files and other kernel objects.
 */
#include "kernelbase.h"

BOOL WINAPI OpenProcessToken(HANDLE process, DWORD access, PHANDLE token)
{
    return set_status(NtOpenProcessToken(process, access, token));
}

BOOL WINAPI OpenThreadToken(HANDLE thread, DWORD access, BOOL as_self, PHANDLE token)
{
    return set_status(NtOpenThreadToken(thread, access, as_self != 0, token));
}

BOOL WINAPI GetTokenInformation(HANDLE token, TOKEN_INFORMATION_CLASS class, LPVOID info,
                                DWORD size, PDWORD needed)
{
    return set_status(NtQueryInformationToken(token, class, info, size, needed));
}

BOOL WINAPI SetTokenInformation(HANDLE token, TOKEN_INFORMATION_CLASS class, LPVOID info,
                                DWORD size)
{
    return set_status(NtSetInformationToken(token, class, info, size));
}

/* Sets the last error on success too: ERROR_NOT_ALL_ASSIGNED tells of what the token lacks. */
BOOL WINAPI AdjustTokenPrivileges(HANDLE token, BOOL disable_all, PTOKEN_PRIVILEGES state,
                                  DWORD size, PTOKEN_PRIVILEGES previous, PDWORD needed)
{
    NTSTATUS status = NtAdjustPrivilegesToken(token, disable_all != 0, state, size, previous,
                                              needed);

    fail(RtlNtStatusToDosError(status));
    return NT_SUCCESS(status);
}

BOOL WINAPI AdjustTokenGroups(HANDLE token, BOOL reset, PTOKEN_GROUPS state, DWORD size,
                              PTOKEN_GROUPS previous, PDWORD needed)
{
    NTSTATUS status = NtAdjustGroupsToken(token, reset != 0, state, size, previous, needed);

    fail(RtlNtStatusToDosError(status));
    return NT_SUCCESS(status);
}

BOOL WINAPI DuplicateTokenEx(HANDLE token, DWORD access, LPSECURITY_ATTRIBUTES security,
                             SECURITY_IMPERSONATION_LEVEL level, TOKEN_TYPE type, PHANDLE result)
{
    SECURITY_QUALITY_OF_SERVICE quality = {sizeof(quality), level, SECURITY_STATIC_TRACKING, FALSE};
    OBJECT_ATTRIBUTES attributes;

    object_attributes(&attributes, NULL, NULL, 0, security);
    attributes.SecurityQualityOfService = &quality;
    return set_status(NtDuplicateToken(token, access, &attributes, FALSE, type, result));
}

BOOL WINAPI DuplicateToken(HANDLE token, SECURITY_IMPERSONATION_LEVEL level, PHANDLE result)
{
    return DuplicateTokenEx(token, TOKEN_IMPERSONATE | TOKEN_QUERY, NULL, level,
                            TokenImpersonation, result);
}

BOOL WINAPI SetThreadToken(PHANDLE thread, HANDLE token)
{
    return set_status(NtSetInformationThread(thread ? *thread : NtCurrentThread(),
                                             ThreadImpersonationToken, &token, sizeof(token)));
}

BOOL WINAPI RevertToSelf(void)
{
    HANDLE none = NULL;

    return set_status(NtSetInformationThread(NtCurrentThread(), ThreadImpersonationToken, &none,
                                             sizeof(none)));
}

BOOL WINAPI ImpersonateLoggedOnUser(HANDLE token)
{
    TOKEN_TYPE type;
    DWORD size;
    HANDLE copy = NULL;
    BOOL done;

    if (!GetTokenInformation(token, TokenType, &type, sizeof(type), &size))
        return FALSE;
    if (type == TokenPrimary) {
        if (!DuplicateToken(token, SecurityImpersonation, &copy))
            return FALSE;
        token = copy;
    }
    done = SetThreadToken(NULL, token);
    if (copy)
        NtClose(copy);
    return done;
}

BOOL WINAPI ImpersonateSelf(SECURITY_IMPERSONATION_LEVEL level)
{
    HANDLE token, copy;
    BOOL done;

    if (!OpenProcessToken(NtCurrentProcess(), TOKEN_DUPLICATE, &token))
        return FALSE;
    done = DuplicateTokenEx(token, TOKEN_IMPERSONATE, NULL, level, TokenImpersonation, &copy);
    NtClose(token);
    if (!done)
        return FALSE;
    done = SetThreadToken(NULL, copy);
    NtClose(copy);
    return done;
}

BOOL WINAPI PrivilegeCheck(HANDLE token, PPRIVILEGE_SET required, LPBOOL result)
{
    UCHAR held = FALSE;
    BOOL done = set_status(NtPrivilegeCheck(token, required, &held));

    if (done)
        *result = held;
    return done;
}

BOOL WINAPI AccessCheck(PSECURITY_DESCRIPTOR descriptor, HANDLE token, DWORD access,
                        PGENERIC_MAPPING mapping, PPRIVILEGE_SET privileges, LPDWORD size,
                        LPDWORD granted, LPBOOL result)
{
    ULONG access_status;

    if (!set_status(NtAccessCheck(descriptor, token, access, mapping, privileges, size, granted,
                                  &access_status)))
        return FALSE;
    *result = set_status((NTSTATUS)access_status);
    return TRUE;
}

BOOL WINAPI AllocateLocallyUniqueId(PLUID luid)
{
    return set_status(NtAllocateLocallyUniqueId(luid));
}

BOOL WINAPI CheckTokenMembership(HANDLE token, PSID sid, PBOOL member)
{
    BYTE room[2048];
    TOKEN_GROUPS *groups = (void *)room;
    TOKEN_USER *user;
    HANDLE own = NULL;
    ULONG size;
    NTSTATUS status = STATUS_SUCCESS;

    *member = FALSE;
    if (!token) {
        status = NtOpenThreadToken(NtCurrentThread(), TOKEN_QUERY, FALSE, &own);
        if (!NT_SUCCESS(status))
            status = NtOpenProcessToken(NtCurrentProcess(), TOKEN_QUERY, &own);
        token = own;
    }
    if (NT_SUCCESS(status)) {
        status = NtQueryInformationToken(token, TokenUser, room, sizeof(room), &size);
        user = (void *)room;
        if (NT_SUCCESS(status) && RtlEqualSid(user->User.Sid, sid))
            *member = TRUE;
    }
    if (NT_SUCCESS(status) && !*member) {
        status = NtQueryInformationToken(token, TokenGroups, groups, sizeof(room), &size);
        if (status == STATUS_BUFFER_TOO_SMALL) {
            groups = heap_alloc(size);
            status = groups ? NtQueryInformationToken(token, TokenGroups, groups, size, &size)
                            : STATUS_NO_MEMORY;
        }
        for (DWORD i = 0; NT_SUCCESS(status) && i < groups->GroupCount; i++)
            if ((groups->Groups[i].Attributes & SE_GROUP_ENABLED) &&
                RtlEqualSid(groups->Groups[i].Sid, sid))
                *member = TRUE;
        if (groups != (void *)room)
            heap_free(groups);
    }
    if (own)
        NtClose(own);
    return set_status(status);
}

/* ---- Security of objects ---- */

static DWORD query_access(SECURITY_INFORMATION information)
{
    return (information & SACL_SECURITY_INFORMATION ? ACCESS_SYSTEM_SECURITY : 0) | READ_CONTROL;
}

static DWORD set_access(SECURITY_INFORMATION information)
{
    return (information & (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION |
                           LABEL_SECURITY_INFORMATION)
                ? WRITE_OWNER
                : 0) |
           (information & DACL_SECURITY_INFORMATION ? WRITE_DAC : 0) |
           (information & SACL_SECURITY_INFORMATION ? ACCESS_SYSTEM_SECURITY : 0);
}

static NTSTATUS open_for_security(const WCHAR *file, DWORD access, HANDLE *handle)
{
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES attributes = {
        .Length = sizeof(attributes), .ObjectName = &name, .Attributes = OBJ_CASE_INSENSITIVE};
    IO_STATUS_BLOCK iosb;
    NTSTATUS status;

    if (!RtlDosPathNameToNtPathName_U(file, &name, NULL, NULL))
        return STATUS_OBJECT_PATH_NOT_FOUND;
    status = NtOpenFile(handle, access, &attributes, &iosb,
                        FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                        FILE_OPEN_REPARSE_POINT | FILE_OPEN_FOR_BACKUP_INTENT);
    RtlFreeUnicodeString(&name);
    return status;
}

BOOL WINAPI GetFileSecurityW(LPCWSTR file, SECURITY_INFORMATION information,
                             PSECURITY_DESCRIPTOR descriptor, DWORD size, LPDWORD needed)
{
    HANDLE handle;
    NTSTATUS status;

    if (!file)
        return fail(ERROR_INVALID_PARAMETER);
    status = open_for_security(file, query_access(information), &handle);
    if (NT_SUCCESS(status)) {
        status = NtQuerySecurityObject(handle, information, descriptor, size, needed);
        NtClose(handle);
    }
    return set_status(status);
}

BOOL WINAPI GetFileSecurityA(LPCSTR file, SECURITY_INFORMATION information,
                             PSECURITY_DESCRIPTOR descriptor, DWORD size, LPDWORD needed)
{
    WIDE_FILE(wide, file, FALSE);
    return GetFileSecurityW(wide.text, information, descriptor, size, needed);
}

BOOL WINAPI SetFileSecurityW(LPCWSTR file, SECURITY_INFORMATION information,
                             PSECURITY_DESCRIPTOR descriptor)
{
    HANDLE handle;
    NTSTATUS status;

    if (!file)
        return fail(ERROR_INVALID_PARAMETER);
    status = open_for_security(file, set_access(information), &handle);
    if (NT_SUCCESS(status)) {
        status = NtSetSecurityObject(handle, information, descriptor);
        NtClose(handle);
    }
    return set_status(status);
}

BOOL WINAPI SetFileSecurityA(LPCSTR file, SECURITY_INFORMATION information,
                             PSECURITY_DESCRIPTOR descriptor)
{
    WIDE_FILE(wide, file, FALSE);
    return SetFileSecurityW(wide.text, information, descriptor);
}

BOOL WINAPI GetKernelObjectSecurity(HANDLE handle, SECURITY_INFORMATION information,
                                    PSECURITY_DESCRIPTOR descriptor, DWORD size, LPDWORD needed)
{
    return set_status(NtQuerySecurityObject(handle, information, descriptor, size, needed));
}

BOOL WINAPI SetKernelObjectSecurity(HANDLE handle, SECURITY_INFORMATION information,
                                    PSECURITY_DESCRIPTOR descriptor)
{
    return set_status(NtSetSecurityObject(handle, information, descriptor));
}
