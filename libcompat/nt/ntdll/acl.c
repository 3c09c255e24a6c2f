/* Access control lists. */
#include "rtl_private.h"

#define LABEL_POLICIES                                                                             \
    (SYSTEM_MANDATORY_LABEL_NO_WRITE_UP | SYSTEM_MANDATORY_LABEL_NO_READ_UP |                      \
     SYSTEM_MANDATORY_LABEL_NO_EXECUTE_UP)

static ACE_HEADER *first_ace(const ACL *acl)
{
    return (ACE_HEADER *)(acl + 1);
}

static ACE_HEADER *next_ace(const ACE_HEADER *ace)
{
    return (ACE_HEADER *)((UCHAR *)ace + ace->AceSize);
}

static UCHAR *acl_end(const ACL *acl)
{
    return (UCHAR *)acl + acl->AclSize;
}

NTSTATUS NTAPI RtlCreateAcl(PACL acl, ULONG bytes, ULONG revision)
{
    if (bytes < sizeof(*acl))
        return STATUS_BUFFER_TOO_SMALL;
    if (revision < ACL_REVISION || revision > ACL_REVISION4 || bytes > 0xfffc)
        return STATUS_INVALID_PARAMETER;
    memset(acl, 0, sizeof(*acl));
    acl->AclRevision = (BYTE)revision;
    acl->AclSize = (WORD)(bytes & ~3u);
    return STATUS_SUCCESS;
}

/* The first byte behind the entries; *ace is NULL where an entry reaches past the list. */
BOOLEAN NTAPI RtlFirstFreeAce(PACL acl, PVOID *ace)
{
    ACE_HEADER *at = first_ace(acl);
    UCHAR *end = acl_end(acl);

    *ace = NULL;
    for (ULONG i = 0; i < acl->AceCount; i++) {
        if ((UCHAR *)at + sizeof(*at) > end || at->AceSize < sizeof(*at))
            return FALSE;
        at = next_ace(at);
    }
    if ((UCHAR *)at > end)
        return FALSE;
    if ((UCHAR *)at < end)
        *ace = at;
    return TRUE;
}

BOOLEAN NTAPI RtlValidAcl(PACL acl)
{
    PVOID free_ace;

    if (!acl || acl->AclRevision < ACL_REVISION1 || acl->AclRevision > ACL_REVISION4 ||
        acl->AclSize < sizeof(*acl))
        return FALSE;
    return RtlFirstFreeAce(acl, &free_ace);
}

NTSTATUS NTAPI RtlGetAce(PACL acl, ULONG index, PVOID *ace)
{
    ACE_HEADER *at = first_ace(acl);

    if (acl->AclRevision < ACL_REVISION1 || acl->AclRevision > ACL_REVISION4 ||
        index >= acl->AceCount)
        return STATUS_INVALID_PARAMETER;
    while (index--) {
        if ((UCHAR *)at >= acl_end(acl))
            return STATUS_INVALID_PARAMETER;
        at = next_ace(at);
    }
    if ((UCHAR *)at >= acl_end(acl))
        return STATUS_INVALID_PARAMETER;
    *ace = at;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlDeleteAce(PACL acl, ULONG index)
{
    PVOID ace, free_ace;
    UCHAR *end;
    ULONG size;
    NTSTATUS status = RtlGetAce(acl, index, &ace);

    if (status < 0)
        return status;
    if (!RtlFirstFreeAce(acl, &free_ace))
        return STATUS_INVALID_PARAMETER;
    end = free_ace ? free_ace : acl_end(acl);
    size = ((ACE_HEADER *)ace)->AceSize;
    memmove(ace, (UCHAR *)ace + size, (SIZE_T)(end - (UCHAR *)ace) - size);
    memset(end - size, 0, size);
    acl->AceCount--;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAddAce(PACL acl, ULONG revision, ULONG index, PVOID aces, ULONG bytes)
{
    UCHAR *at = aces, *end = at + bytes;
    PVOID free_ace, place;
    ULONG count = 0;

    if (!RtlValidAcl(acl) || !RtlFirstFreeAce(acl, &free_ace))
        return STATUS_INVALID_PARAMETER;
    while (at < end) { /* only whole entries */
        if ((SIZE_T)(end - at) < sizeof(ACE_HEADER) ||
            ((ACE_HEADER *)at)->AceSize < sizeof(ACE_HEADER) ||
            ((ACE_HEADER *)at)->AceSize > (SIZE_T)(end - at))
            return STATUS_INVALID_PARAMETER;
        at += ((ACE_HEADER *)at)->AceSize;
        count++;
    }
    if (!free_ace || bytes > (SIZE_T)(acl_end(acl) - (UCHAR *)free_ace))
        return STATUS_BUFFER_TOO_SMALL;
    if (index >= acl->AceCount)
        place = free_ace;
    else
        RtlGetAce(acl, index, &place);
    memmove((UCHAR *)place + bytes, place, (SIZE_T)((UCHAR *)free_ace - (UCHAR *)place));
    memcpy(place, aces, bytes);
    acl->AceCount = (WORD)(acl->AceCount + count);
    if (revision > acl->AclRevision)
        acl->AclRevision = (BYTE)revision;
    return STATUS_SUCCESS;
}

/* Space for an entry with `fixed` bytes in front of the SID. */
static NTSTATUS append(PACL acl, ULONG revision, UCHAR type, ULONG flags, ACCESS_MASK mask,
                       ULONG fixed, PSID sid, ACCESS_ALLOWED_ACE **result)
{
    ULONG sid_bytes, size;
    ACCESS_ALLOWED_ACE *ace;
    PVOID free_ace;

    if (!RtlValidSid(sid))
        return STATUS_INVALID_SID;
    if (acl->AclRevision > ACL_REVISION4 || revision > ACL_REVISION4)
        return STATUS_REVISION_MISMATCH;
    if (!RtlValidAcl(acl) || !RtlFirstFreeAce(acl, &free_ace))
        return STATUS_INVALID_ACL;
    sid_bytes = RtlLengthSid(sid);
    size = fixed + sid_bytes;
    if (!free_ace || size > (SIZE_T)(acl_end(acl) - (UCHAR *)free_ace))
        return STATUS_ALLOTTED_SPACE_EXCEEDED;
    ace = free_ace;
    ace->Header.AceType = type;
    ace->Header.AceFlags = (BYTE)flags;
    ace->Header.AceSize = (WORD)size;
    ace->Mask = mask;
    memcpy((UCHAR *)ace + fixed, sid, sid_bytes);
    acl->AceCount++;
    if (revision > acl->AclRevision)
        acl->AclRevision = (BYTE)revision;
    if (result)
        *result = ace;
    return STATUS_SUCCESS;
}

#define PLAIN_FIXED ((ULONG)offsetof(ACCESS_ALLOWED_ACE, SidStart))
#define INHERIT_FLAGS ((ULONG)VALID_INHERIT_FLAGS)

static NTSTATUS append_plain(PACL acl, ULONG revision, UCHAR type, ULONG flags, ULONG valid,
                             ACCESS_MASK mask, PSID sid)
{
    if (flags & ~valid)
        return STATUS_INVALID_PARAMETER;
    return append(acl, revision, type, flags, mask, PLAIN_FIXED, sid, NULL);
}

NTSTATUS NTAPI RtlAddAccessAllowedAceEx(PACL acl, ULONG revision, ULONG flags, ACCESS_MASK mask,
                                        PSID sid)
{
    return append_plain(acl, revision, ACCESS_ALLOWED_ACE_TYPE, flags, INHERIT_FLAGS, mask, sid);
}

NTSTATUS NTAPI RtlAddAccessAllowedAce(PACL acl, ULONG revision, ACCESS_MASK mask, PSID sid)
{
    return RtlAddAccessAllowedAceEx(acl, revision, 0, mask, sid);
}

NTSTATUS NTAPI RtlAddAccessDeniedAceEx(PACL acl, ULONG revision, ULONG flags, ACCESS_MASK mask,
                                       PSID sid)
{
    return append_plain(acl, revision, ACCESS_DENIED_ACE_TYPE, flags, INHERIT_FLAGS, mask, sid);
}

NTSTATUS NTAPI RtlAddAccessDeniedAce(PACL acl, ULONG revision, ACCESS_MASK mask, PSID sid)
{
    return RtlAddAccessDeniedAceEx(acl, revision, 0, mask, sid);
}

static ULONG audit_flags(BOOLEAN success, BOOLEAN failure)
{
    return (success ? SUCCESSFUL_ACCESS_ACE_FLAG : 0u) | (failure ? FAILED_ACCESS_ACE_FLAG : 0u);
}

NTSTATUS NTAPI RtlAddAuditAccessAceEx(PACL acl, ULONG revision, ULONG flags, ACCESS_MASK mask,
                                      PSID sid, BOOLEAN success, BOOLEAN failure)
{
    return append_plain(acl, revision, SYSTEM_AUDIT_ACE_TYPE, flags | audit_flags(success, failure),
                        INHERIT_FLAGS | SUCCESSFUL_ACCESS_ACE_FLAG | FAILED_ACCESS_ACE_FLAG, mask,
                        sid);
}

NTSTATUS NTAPI RtlAddAuditAccessAce(PACL acl, ULONG revision, ACCESS_MASK mask, PSID sid,
                                    BOOLEAN success, BOOLEAN failure)
{
    return RtlAddAuditAccessAceEx(acl, revision, 0, mask, sid, success, failure);
}

static NTSTATUS append_object(PACL acl, ULONG revision, UCHAR type, ULONG flags, ACCESS_MASK mask,
                              const GUID *object, const GUID *inherited, PSID sid)
{
    ULONG fixed = (ULONG)offsetof(ACCESS_ALLOWED_OBJECT_ACE, ObjectType);
    ACCESS_ALLOWED_OBJECT_ACE *ace;
    GUID *at;
    NTSTATUS status;

    if (revision < ACL_REVISION_DS)
        return STATUS_REVISION_MISMATCH;
    fixed += (object ? sizeof(GUID) : 0) + (inherited ? sizeof(GUID) : 0);
    status = append(acl, revision, type, flags, mask, fixed, sid, (ACCESS_ALLOWED_ACE **)&ace);
    if (status < 0)
        return status;
    ace->Flags = (object ? ACE_OBJECT_TYPE_PRESENT : 0) |
                 (inherited ? ACE_INHERITED_OBJECT_TYPE_PRESENT : 0);
    at = &ace->ObjectType;
    if (object)
        *at++ = *object;
    if (inherited)
        *at = *inherited;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAddAccessAllowedObjectAce(PACL acl, ULONG revision, ULONG flags, ACCESS_MASK mask,
                                            GUID *type, GUID *inherited, PSID sid)
{
    return append_object(acl, revision, ACCESS_ALLOWED_OBJECT_ACE_TYPE, flags, mask, type,
                         inherited, sid);
}

NTSTATUS NTAPI RtlAddAccessDeniedObjectAce(PACL acl, ULONG revision, ULONG flags, ACCESS_MASK mask,
                                           GUID *type, GUID *inherited, PSID sid)
{
    return append_object(acl, revision, ACCESS_DENIED_OBJECT_ACE_TYPE, flags, mask, type, inherited,
                         sid);
}

NTSTATUS NTAPI RtlAddAuditAccessObjectAce(PACL acl, ULONG revision, ULONG flags, ACCESS_MASK mask,
                                          GUID *type, GUID *inherited, PSID sid, BOOLEAN success,
                                          BOOLEAN failure)
{
    return append_object(acl, revision, SYSTEM_AUDIT_OBJECT_ACE_TYPE,
                         flags | audit_flags(success, failure), mask, type, inherited, sid);
}

NTSTATUS NTAPI RtlAddMandatoryAce(PACL acl, ULONG revision, ULONG flags, ULONG policy, UCHAR type,
                                  PSID sid)
{
    if (type != SYSTEM_MANDATORY_LABEL_ACE_TYPE || (policy & ~(ULONG)LABEL_POLICIES))
        return STATUS_INVALID_PARAMETER;
    return append_plain(acl, revision, type, flags, INHERIT_FLAGS, policy, sid);
}

NTSTATUS NTAPI RtlQueryInformationAcl(PACL acl, PVOID info, ULONG bytes,
                                      ACL_INFORMATION_CLASS info_class)
{
    ACL_SIZE_INFORMATION *size = info;
    PVOID free_ace;

    switch (info_class) {
    case AclRevisionInformation:
        if (bytes < sizeof(ACL_REVISION_INFORMATION))
            return STATUS_BUFFER_TOO_SMALL;
        ((ACL_REVISION_INFORMATION *)info)->AclRevision = acl->AclRevision;
        return STATUS_SUCCESS;
    case AclSizeInformation:
        if (bytes < sizeof(*size))
            return STATUS_BUFFER_TOO_SMALL;
        if (!RtlFirstFreeAce(acl, &free_ace))
            return STATUS_INVALID_PARAMETER;
        size->AceCount = acl->AceCount;
        size->AclBytesInUse =
            free_ace ? (DWORD)((UCHAR *)free_ace - (UCHAR *)acl) : (DWORD)acl->AclSize;
        size->AclBytesFree = acl->AclSize - size->AclBytesInUse;
        return STATUS_SUCCESS;
    default:
        return STATUS_INVALID_INFO_CLASS;
    }
}

NTSTATUS NTAPI RtlSetInformationAcl(PACL acl, PVOID info, ULONG bytes,
                                    ACL_INFORMATION_CLASS info_class)
{
    ULONG revision;

    if (info_class != AclRevisionInformation)
        return STATUS_INVALID_INFO_CLASS;
    if (bytes < sizeof(ACL_REVISION_INFORMATION))
        return STATUS_BUFFER_TOO_SMALL;
    revision = ((ACL_REVISION_INFORMATION *)info)->AclRevision;
    if (revision < acl->AclRevision || revision > ACL_REVISION4)
        return STATUS_INVALID_PARAMETER;
    acl->AclRevision = (BYTE)revision;
    return STATUS_SUCCESS;
}
