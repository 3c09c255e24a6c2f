/*
 * SIDs, access control lists and security descriptors: Win32 names over ntdll's functions.
 */
#include "kernelbase.h"

/* ---- SIDs ---- */

BOOL WINAPI AllocateAndInitializeSid(PSID_IDENTIFIER_AUTHORITY authority, BYTE count, DWORD s0,
                                     DWORD s1, DWORD s2, DWORD s3, DWORD s4, DWORD s5, DWORD s6,
                                     DWORD s7, PSID *sid)
{
    return set_status(RtlAllocateAndInitializeSid(authority, count, s0, s1, s2, s3, s4, s5, s6,
                                                  s7, sid));
}

PVOID WINAPI FreeSid(PSID sid)
{
    return RtlFreeSid(sid);
}

BOOL WINAPI InitializeSid(PSID sid, PSID_IDENTIFIER_AUTHORITY authority, BYTE count)
{
    return set_status(RtlInitializeSid(sid, authority, count));
}

BOOL WINAPI IsValidSid(PSID sid)
{
    return RtlValidSid(sid) ? TRUE : fail(ERROR_INVALID_SID);
}

BOOL WINAPI EqualSid(PSID a, PSID b)
{
    BOOL equal = RtlEqualSid(a, b);

    fail(ERROR_SUCCESS); /* documented: "not equal" is told from an error by the last error */
    return equal;
}

BOOL WINAPI EqualPrefixSid(PSID a, PSID b)
{
    return RtlEqualPrefixSid(a, b);
}

BOOL WINAPI CopySid(DWORD size, PSID dest, PSID source)
{
    return set_status(RtlCopySid(size, dest, source));
}

DWORD WINAPI GetLengthSid(PSID sid)
{
    return RtlLengthSid(sid);
}

DWORD WINAPI GetSidLengthRequired(UCHAR count)
{
    return RtlLengthRequiredSid(count);
}

PSID_IDENTIFIER_AUTHORITY WINAPI GetSidIdentifierAuthority(PSID sid)
{
    fail(ERROR_SUCCESS);
    return RtlIdentifierAuthoritySid(sid);
}

PDWORD WINAPI GetSidSubAuthority(PSID sid, DWORD index)
{
    fail(ERROR_SUCCESS);
    return RtlSubAuthoritySid(sid, index);
}

PUCHAR WINAPI GetSidSubAuthorityCount(PSID sid)
{
    fail(ERROR_SUCCESS);
    return RtlSubAuthorityCountSid(sid);
}

/* Kinds of well-known SIDs by WELL_KNOWN_SID_TYPE: authority and up to two sub-authorities. */
static const struct {
    WORD type;
    BYTE authority, count;
    DWORD sub[2];
} well_known[] = {
    {WinNullSid, 0, 1, {0}},
    {WinWorldSid, 1, 1, {0}},
    {WinLocalSid, 2, 1, {0}},
    {WinCreatorOwnerSid, 3, 1, {0}},
    {WinCreatorGroupSid, 3, 1, {1}},
    {WinCreatorOwnerServerSid, 3, 1, {2}},
    {WinCreatorGroupServerSid, 3, 1, {3}},
    {WinNtAuthoritySid, 5, 0, {0}},
    {WinDialupSid, 5, 1, {1}},
    {WinNetworkSid, 5, 1, {2}},
    {WinBatchSid, 5, 1, {3}},
    {WinInteractiveSid, 5, 1, {4}},
    {WinServiceSid, 5, 1, {6}},
    {WinAnonymousSid, 5, 1, {7}},
    {WinProxySid, 5, 1, {8}},
    {WinEnterpriseControllersSid, 5, 1, {9}},
    {WinSelfSid, 5, 1, {10}},
    {WinAuthenticatedUserSid, 5, 1, {11}},
    {WinRestrictedCodeSid, 5, 1, {12}},
    {WinTerminalServerSid, 5, 1, {13}},
    {WinRemoteLogonIdSid, 5, 1, {14}},
    {WinLocalSystemSid, 5, 1, {18}},
    {WinLocalServiceSid, 5, 1, {19}},
    {WinNetworkServiceSid, 5, 1, {20}},
    {WinBuiltinDomainSid, 5, 1, {32}},
    {WinBuiltinAdministratorsSid, 5, 2, {32, 544}},
    {WinBuiltinUsersSid, 5, 2, {32, 545}},
    {WinBuiltinGuestsSid, 5, 2, {32, 546}},
    {WinBuiltinPowerUsersSid, 5, 2, {32, 547}},
    {WinBuiltinAccountOperatorsSid, 5, 2, {32, 548}},
    {WinBuiltinSystemOperatorsSid, 5, 2, {32, 549}},
    {WinBuiltinPrintOperatorsSid, 5, 2, {32, 550}},
    {WinBuiltinBackupOperatorsSid, 5, 2, {32, 551}},
    {WinBuiltinReplicatorSid, 5, 2, {32, 552}},
    {WinBuiltinRemoteDesktopUsersSid, 5, 2, {32, 555}},
    {WinBuiltinNetworkConfigurationOperatorsSid, 5, 2, {32, 556}},
    {WinUntrustedLabelSid, 16, 1, {0}},
    {WinLowLabelSid, 16, 1, {0x1000}},
    {WinMediumLabelSid, 16, 1, {0x2000}},
    {WinHighLabelSid, 16, 1, {0x3000}},
    {WinSystemLabelSid, 16, 1, {0x4000}},
};

BOOL WINAPI CreateWellKnownSid(WELL_KNOWN_SID_TYPE type, PSID domain, PSID sid, DWORD *size)
{
    SID_IDENTIFIER_AUTHORITY authority = {{0}};
    DWORD needed;

    (void)domain; /* relative to it are only accounts of a domain, of which none is known here */
    if (!size)
        return fail(ERROR_INVALID_PARAMETER);
    for (ULONG i = 0; i < ARRAYSIZE(well_known); i++) {
        if (well_known[i].type != type)
            continue;
        needed = RtlLengthRequiredSid(well_known[i].count);
        if (!sid || *size < needed) {
            *size = needed;
            return fail(sid ? ERROR_INSUFFICIENT_BUFFER : ERROR_INVALID_PARAMETER);
        }
        authority.Value[5] = well_known[i].authority;
        RtlInitializeSid(sid, &authority, well_known[i].count);
        for (BYTE k = 0; k < well_known[i].count; k++)
            *RtlSubAuthoritySid(sid, k) = well_known[i].sub[k];
        *size = needed;
        return TRUE;
    }
    return fail(ERROR_INVALID_PARAMETER);
}

BOOL WINAPI IsWellKnownSid(PSID sid, WELL_KNOWN_SID_TYPE type)
{
    BYTE room[SECURITY_MAX_SID_SIZE];
    DWORD size = sizeof(room), error = NtCurrentTeb()->LastErrorValue;
    BOOL same = CreateWellKnownSid(type, NULL, room, &size) && RtlEqualSid(sid, room);

    NtCurrentTeb()->LastErrorValue = error;
    return same;
}

/* ---- Access control lists ---- */

BOOL WINAPI InitializeAcl(PACL acl, DWORD size, DWORD revision)
{
    return set_status(RtlCreateAcl(acl, size, revision));
}

BOOL WINAPI IsValidAcl(PACL acl)
{
    return RtlValidAcl(acl) ? TRUE : fail(ERROR_INVALID_ACL);
}

BOOL WINAPI GetAclInformation(PACL acl, LPVOID info, DWORD size, ACL_INFORMATION_CLASS class)
{
    return set_status(RtlQueryInformationAcl(acl, info, size, class));
}

BOOL WINAPI SetAclInformation(PACL acl, LPVOID info, DWORD size, ACL_INFORMATION_CLASS class)
{
    return set_status(RtlSetInformationAcl(acl, info, size, class));
}

BOOL WINAPI GetAce(PACL acl, DWORD index, LPVOID *ace)
{
    return set_status(RtlGetAce(acl, index, ace));
}

BOOL WINAPI AddAce(PACL acl, DWORD revision, DWORD index, LPVOID aces, DWORD size)
{
    return set_status(RtlAddAce(acl, revision, index, aces, size));
}

BOOL WINAPI DeleteAce(PACL acl, DWORD index)
{
    return set_status(RtlDeleteAce(acl, index));
}

BOOL WINAPI FindFirstFreeAce(PACL acl, LPVOID *ace)
{
    return RtlFirstFreeAce(acl, ace) ? TRUE : fail(ERROR_INVALID_ACL);
}

BOOL WINAPI AddAccessAllowedAce(PACL acl, DWORD revision, DWORD mask, PSID sid)
{
    return set_status(RtlAddAccessAllowedAce(acl, revision, mask, sid));
}

BOOL WINAPI AddAccessAllowedAceEx(PACL acl, DWORD revision, DWORD flags, DWORD mask, PSID sid)
{
    return set_status(RtlAddAccessAllowedAceEx(acl, revision, flags, mask, sid));
}

BOOL WINAPI AddAccessDeniedAce(PACL acl, DWORD revision, DWORD mask, PSID sid)
{
    return set_status(RtlAddAccessDeniedAce(acl, revision, mask, sid));
}

BOOL WINAPI AddAccessDeniedAceEx(PACL acl, DWORD revision, DWORD flags, DWORD mask, PSID sid)
{
    return set_status(RtlAddAccessDeniedAceEx(acl, revision, flags, mask, sid));
}

BOOL WINAPI AddAuditAccessAce(PACL acl, DWORD revision, DWORD mask, PSID sid, BOOL success,
                              BOOL failure)
{
    return set_status(RtlAddAuditAccessAce(acl, revision, mask, sid, success != 0, failure != 0));
}

/* ---- Security descriptors ---- */

BOOL WINAPI InitializeSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor, DWORD revision)
{
    return set_status(RtlCreateSecurityDescriptor(descriptor, revision));
}

BOOL WINAPI IsValidSecurityDescriptor(PSECURITY_DESCRIPTOR descriptor)
{
    return RtlValidSecurityDescriptor(descriptor) ? TRUE : fail(ERROR_INVALID_SECURITY_DESCR);
}

DWORD WINAPI GetSecurityDescriptorLength(PSECURITY_DESCRIPTOR descriptor)
{
    return RtlLengthSecurityDescriptor(descriptor);
}

BOOL WINAPI GetSecurityDescriptorControl(PSECURITY_DESCRIPTOR descriptor,
                                         PSECURITY_DESCRIPTOR_CONTROL control, LPDWORD revision)
{
    return set_status(RtlGetControlSecurityDescriptor(descriptor, control, revision));
}

BOOL WINAPI SetSecurityDescriptorControl(PSECURITY_DESCRIPTOR descriptor,
                                         SECURITY_DESCRIPTOR_CONTROL mask,
                                         SECURITY_DESCRIPTOR_CONTROL set)
{
    return set_status(RtlSetControlSecurityDescriptor(descriptor, mask, set));
}

BOOL WINAPI GetSecurityDescriptorOwner(PSECURITY_DESCRIPTOR descriptor, PSID *owner,
                                       LPBOOL defaulted)
{
    BOOLEAN flag = FALSE;
    BOOL done = set_status(RtlGetOwnerSecurityDescriptor(descriptor, owner, &flag));

    *defaulted = flag;
    return done;
}

BOOL WINAPI SetSecurityDescriptorOwner(PSECURITY_DESCRIPTOR descriptor, PSID owner, BOOL defaulted)
{
    return set_status(RtlSetOwnerSecurityDescriptor(descriptor, owner, defaulted != 0));
}

BOOL WINAPI GetSecurityDescriptorGroup(PSECURITY_DESCRIPTOR descriptor, PSID *group,
                                       LPBOOL defaulted)
{
    BOOLEAN flag = FALSE;
    BOOL done = set_status(RtlGetGroupSecurityDescriptor(descriptor, group, &flag));

    *defaulted = flag;
    return done;
}

BOOL WINAPI SetSecurityDescriptorGroup(PSECURITY_DESCRIPTOR descriptor, PSID group, BOOL defaulted)
{
    return set_status(RtlSetGroupSecurityDescriptor(descriptor, group, defaulted != 0));
}

BOOL WINAPI GetSecurityDescriptorDacl(PSECURITY_DESCRIPTOR descriptor, LPBOOL present, PACL *acl,
                                      LPBOOL defaulted)
{
    BOOLEAN is_present = FALSE, flag = FALSE;
    BOOL done = set_status(RtlGetDaclSecurityDescriptor(descriptor, &is_present, acl, &flag));

    *present = is_present;
    *defaulted = flag;
    return done;
}

BOOL WINAPI SetSecurityDescriptorDacl(PSECURITY_DESCRIPTOR descriptor, BOOL present, PACL acl,
                                      BOOL defaulted)
{
    return set_status(RtlSetDaclSecurityDescriptor(descriptor, present != 0, acl, defaulted != 0));
}

BOOL WINAPI GetSecurityDescriptorSacl(PSECURITY_DESCRIPTOR descriptor, LPBOOL present, PACL *acl,
                                      LPBOOL defaulted)
{
    BOOLEAN is_present = FALSE, flag = FALSE;
    BOOL done = set_status(RtlGetSaclSecurityDescriptor(descriptor, &is_present, acl, &flag));

    *present = is_present;
    *defaulted = flag;
    return done;
}

BOOL WINAPI SetSecurityDescriptorSacl(PSECURITY_DESCRIPTOR descriptor, BOOL present, PACL acl,
                                      BOOL defaulted)
{
    return set_status(RtlSetSaclSecurityDescriptor(descriptor, present != 0, acl, defaulted != 0));
}

BOOL WINAPI MakeSelfRelativeSD(PSECURITY_DESCRIPTOR absolute, PSECURITY_DESCRIPTOR relative,
                               LPDWORD size)
{
    return set_status(RtlMakeSelfRelativeSD(absolute, relative, size));
}

BOOL WINAPI MakeAbsoluteSD(PSECURITY_DESCRIPTOR relative, PSECURITY_DESCRIPTOR absolute,
                           LPDWORD size, PACL dacl, LPDWORD dacl_size, PACL sacl,
                           LPDWORD sacl_size, PSID owner, LPDWORD owner_size, PSID group,
                           LPDWORD group_size)
{
    return set_status(RtlSelfRelativeToAbsoluteSD(relative, absolute, size, dacl, dacl_size, sacl,
                                                  sacl_size, owner, owner_size, group,
                                                  group_size));
}

VOID WINAPI MapGenericMask(PDWORD mask, PGENERIC_MAPPING mapping)
{
    RtlMapGenericMask(mask, mapping);
}

BOOL WINAPI AreAllAccessesGranted(DWORD granted, DWORD desired)
{
    return RtlAreAllAccessesGranted(granted, desired);
}

BOOL WINAPI AreAnyAccessesGranted(DWORD granted, DWORD desired)
{
    return RtlAreAnyAccessesGranted(granted, desired);
}
