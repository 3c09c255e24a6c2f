/*
 * Security descriptors, absolute (with pointers) and self-relative (with offsets behind the header).
 */
#include "rtl_private.h"

static inline BOOLEAN is_relative(const SECURITY_DESCRIPTOR *sd)
{
    return (sd->Control & SE_SELF_RELATIVE) != 0;
}

static PVOID at_offset(const SECURITY_DESCRIPTOR *sd, DWORD offset)
{
    return offset ? (UCHAR *)sd + offset : NULL;
}

static PSID owner_of(const SECURITY_DESCRIPTOR *sd)
{
    return is_relative(sd) ? at_offset(sd, ((SECURITY_DESCRIPTOR_RELATIVE *)sd)->Owner) : sd->Owner;
}

static PSID group_of(const SECURITY_DESCRIPTOR *sd)
{
    return is_relative(sd) ? at_offset(sd, ((SECURITY_DESCRIPTOR_RELATIVE *)sd)->Group) : sd->Group;
}

static PACL dacl_of(const SECURITY_DESCRIPTOR *sd)
{
    if (!(sd->Control & SE_DACL_PRESENT))
        return NULL;
    return is_relative(sd) ? at_offset(sd, ((SECURITY_DESCRIPTOR_RELATIVE *)sd)->Dacl) : sd->Dacl;
}

static PACL sacl_of(const SECURITY_DESCRIPTOR *sd)
{
    if (!(sd->Control & SE_SACL_PRESENT))
        return NULL;
    return is_relative(sd) ? at_offset(sd, ((SECURITY_DESCRIPTOR_RELATIVE *)sd)->Sacl) : sd->Sacl;
}

static ULONG sid_bytes(PSID sid)
{
    return sid ? (RtlLengthSid(sid) + 3) & ~3u : 0;
}

static ULONG acl_bytes(PACL acl)
{
    return acl ? (acl->AclSize + 3u) & ~3u : 0;
}

NTSTATUS NTAPI RtlCreateSecurityDescriptor(PSECURITY_DESCRIPTOR sd, ULONG revision)
{
    if (revision != SECURITY_DESCRIPTOR_REVISION)
        return STATUS_UNKNOWN_REVISION;
    memset(sd, 0, sizeof(SECURITY_DESCRIPTOR));
    ((SECURITY_DESCRIPTOR *)sd)->Revision = SECURITY_DESCRIPTOR_REVISION;
    return STATUS_SUCCESS;
}

BOOLEAN NTAPI RtlValidSecurityDescriptor(PSECURITY_DESCRIPTOR p)
{
    const SECURITY_DESCRIPTOR *sd = p;

    if (!sd || sd->Revision != SECURITY_DESCRIPTOR_REVISION)
        return FALSE;
    if (owner_of(sd) && !RtlValidSid(owner_of(sd)))
        return FALSE;
    if (group_of(sd) && !RtlValidSid(group_of(sd)))
        return FALSE;
    if (dacl_of(sd) && !RtlValidAcl(dacl_of(sd)))
        return FALSE;
    return !sacl_of(sd) || RtlValidAcl(sacl_of(sd));
}

static BOOLEAN sid_inside(const SECURITY_DESCRIPTOR_RELATIVE *sd, ULONG bytes, DWORD offset)
{
    const SID *sid;

    if (offset % 4 || offset < sizeof(*sd) || offset > bytes ||
        bytes - offset < offsetof(SID, SubAuthority))
        return FALSE;
    sid = (const SID *)((const UCHAR *)sd + offset);
    return RtlValidSid((PSID)sid) && RtlLengthSid((PSID)sid) <= bytes - offset;
}

static BOOLEAN acl_inside(const SECURITY_DESCRIPTOR_RELATIVE *sd, ULONG bytes, DWORD offset)
{
    const ACL *acl;

    if (offset % 4 || offset < sizeof(*sd) || offset > bytes || bytes - offset < sizeof(ACL))
        return FALSE;
    acl = (const ACL *)((const UCHAR *)sd + offset);
    return acl->AclSize <= bytes - offset && RtlValidAcl((PACL)acl);
}

BOOLEAN NTAPI RtlValidRelativeSecurityDescriptor(PSECURITY_DESCRIPTOR p, ULONG bytes,
                                                 SECURITY_INFORMATION required)
{
    const SECURITY_DESCRIPTOR_RELATIVE *sd = p;

    if (bytes < sizeof(*sd) || sd->Revision != SECURITY_DESCRIPTOR_REVISION ||
        !(sd->Control & SE_SELF_RELATIVE))
        return FALSE;
    if (sd->Owner ? !sid_inside(sd, bytes, sd->Owner) : (required & OWNER_SECURITY_INFORMATION) != 0)
        return FALSE;
    if (sd->Group ? !sid_inside(sd, bytes, sd->Group) : (required & GROUP_SECURITY_INFORMATION) != 0)
        return FALSE;
    if ((sd->Control & SE_DACL_PRESENT) && sd->Dacl && !acl_inside(sd, bytes, sd->Dacl))
        return FALSE;
    return !(sd->Control & SE_SACL_PRESENT) || !sd->Sacl || acl_inside(sd, bytes, sd->Sacl);
}

ULONG NTAPI RtlLengthSecurityDescriptor(PSECURITY_DESCRIPTOR p)
{
    const SECURITY_DESCRIPTOR *sd = p;
    ULONG head = is_relative(sd) ? sizeof(SECURITY_DESCRIPTOR_RELATIVE)
                                 : sizeof(SECURITY_DESCRIPTOR);

    return head + sid_bytes(owner_of(sd)) + sid_bytes(group_of(sd)) + acl_bytes(dacl_of(sd)) +
           acl_bytes(sacl_of(sd));
}

NTSTATUS NTAPI RtlGetControlSecurityDescriptor(PSECURITY_DESCRIPTOR p,
                                               PSECURITY_DESCRIPTOR_CONTROL control,
                                               PULONG revision)
{
    const SECURITY_DESCRIPTOR *sd = p;

    *revision = sd->Revision;
    if (sd->Revision != SECURITY_DESCRIPTOR_REVISION)
        return STATUS_UNKNOWN_REVISION;
    *control = sd->Control;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlSetControlSecurityDescriptor(PSECURITY_DESCRIPTOR p,
                                               SECURITY_DESCRIPTOR_CONTROL mask,
                                               SECURITY_DESCRIPTOR_CONTROL set)
{
    const SECURITY_DESCRIPTOR_CONTROL settable =
        SE_DACL_AUTO_INHERIT_REQ | SE_SACL_AUTO_INHERIT_REQ | SE_DACL_AUTO_INHERITED |
        SE_SACL_AUTO_INHERITED | SE_DACL_PROTECTED | SE_SACL_PROTECTED;
    SECURITY_DESCRIPTOR *sd = p;

    if ((mask & ~settable) || (set & ~mask))
        return STATUS_INVALID_PARAMETER;
    sd->Control = (SECURITY_DESCRIPTOR_CONTROL)((sd->Control & ~mask) | set);
    return STATUS_SUCCESS;
}

static NTSTATUS check_absolute(const SECURITY_DESCRIPTOR *sd)
{
    if (sd->Revision != SECURITY_DESCRIPTOR_REVISION)
        return STATUS_UNKNOWN_REVISION;
    return is_relative(sd) ? STATUS_INVALID_SECURITY_DESCR : STATUS_SUCCESS;
}

static void set_control(SECURITY_DESCRIPTOR *sd, WORD bit, BOOLEAN on)
{
    sd->Control = (WORD)(on ? sd->Control | bit : sd->Control & ~bit);
}

NTSTATUS NTAPI RtlGetOwnerSecurityDescriptor(PSECURITY_DESCRIPTOR p, PSID *owner,
                                             PBOOLEAN defaulted)
{
    const SECURITY_DESCRIPTOR *sd = p;

    if (sd->Revision != SECURITY_DESCRIPTOR_REVISION)
        return STATUS_UNKNOWN_REVISION;
    *owner = owner_of(sd);
    *defaulted = (sd->Control & SE_OWNER_DEFAULTED) != 0;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlSetOwnerSecurityDescriptor(PSECURITY_DESCRIPTOR p, PSID owner, BOOLEAN defaulted)
{
    SECURITY_DESCRIPTOR *sd = p;
    NTSTATUS status = check_absolute(sd);

    if (status >= 0) {
        sd->Owner = owner;
        set_control(sd, SE_OWNER_DEFAULTED, defaulted);
    }
    return status;
}

NTSTATUS NTAPI RtlGetGroupSecurityDescriptor(PSECURITY_DESCRIPTOR p, PSID *group,
                                             PBOOLEAN defaulted)
{
    const SECURITY_DESCRIPTOR *sd = p;

    if (sd->Revision != SECURITY_DESCRIPTOR_REVISION)
        return STATUS_UNKNOWN_REVISION;
    *group = group_of(sd);
    *defaulted = (sd->Control & SE_GROUP_DEFAULTED) != 0;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlSetGroupSecurityDescriptor(PSECURITY_DESCRIPTOR p, PSID group, BOOLEAN defaulted)
{
    SECURITY_DESCRIPTOR *sd = p;
    NTSTATUS status = check_absolute(sd);

    if (status >= 0) {
        sd->Group = group;
        set_control(sd, SE_GROUP_DEFAULTED, defaulted);
    }
    return status;
}

NTSTATUS NTAPI RtlGetDaclSecurityDescriptor(PSECURITY_DESCRIPTOR p, PBOOLEAN present, PACL *acl,
                                            PBOOLEAN defaulted)
{
    const SECURITY_DESCRIPTOR *sd = p;

    if (sd->Revision != SECURITY_DESCRIPTOR_REVISION)
        return STATUS_UNKNOWN_REVISION;
    *present = (sd->Control & SE_DACL_PRESENT) != 0;
    if (*present) {
        *acl = dacl_of(sd);
        *defaulted = (sd->Control & SE_DACL_DEFAULTED) != 0;
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlSetDaclSecurityDescriptor(PSECURITY_DESCRIPTOR p, BOOLEAN present, PACL acl,
                                            BOOLEAN defaulted)
{
    SECURITY_DESCRIPTOR *sd = p;
    NTSTATUS status = check_absolute(sd);

    if (status >= 0) {
        set_control(sd, SE_DACL_PRESENT, present);
        if (present) {
            sd->Dacl = acl;
            set_control(sd, SE_DACL_DEFAULTED, defaulted);
        }
    }
    return status;
}

NTSTATUS NTAPI RtlGetSaclSecurityDescriptor(PSECURITY_DESCRIPTOR p, PBOOLEAN present, PACL *acl,
                                            PBOOLEAN defaulted)
{
    const SECURITY_DESCRIPTOR *sd = p;

    if (sd->Revision != SECURITY_DESCRIPTOR_REVISION)
        return STATUS_UNKNOWN_REVISION;
    *present = (sd->Control & SE_SACL_PRESENT) != 0;
    if (*present) {
        *acl = sacl_of(sd);
        *defaulted = (sd->Control & SE_SACL_DEFAULTED) != 0;
    }
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlSetSaclSecurityDescriptor(PSECURITY_DESCRIPTOR p, BOOLEAN present, PACL acl,
                                            BOOLEAN defaulted)
{
    SECURITY_DESCRIPTOR *sd = p;
    NTSTATUS status = check_absolute(sd);

    if (status >= 0) {
        set_control(sd, SE_SACL_PRESENT, present);
        if (present) {
            sd->Sacl = acl;
            set_control(sd, SE_SACL_DEFAULTED, defaulted);
        }
    }
    return status;
}

static DWORD place(SECURITY_DESCRIPTOR_RELATIVE *dst, DWORD *at, const void *src, ULONG size,
                   ULONG padded)
{
    DWORD offset = *at;

    if (!src)
        return 0;
    memcpy((UCHAR *)dst + offset, src, size);
    memset((UCHAR *)dst + offset + size, 0, padded - size);
    *at += padded;
    return offset;
}

NTSTATUS NTAPI RtlMakeSelfRelativeSD(PSECURITY_DESCRIPTOR absolute, PSECURITY_DESCRIPTOR relative,
                                     PULONG bytes)
{
    const SECURITY_DESCRIPTOR *src = absolute;
    SECURITY_DESCRIPTOR_RELATIVE *dst = relative;
    PSID owner = owner_of(src), group = group_of(src);
    PACL dacl = dacl_of(src), sacl = sacl_of(src);
    ULONG size = sizeof(*dst) + sid_bytes(owner) + sid_bytes(group) + acl_bytes(dacl) +
                 acl_bytes(sacl);
    DWORD at = sizeof(*dst);

    if (*bytes < size) {
        *bytes = size;
        return STATUS_BUFFER_TOO_SMALL;
    }
    *bytes = size;
    dst->Revision = src->Revision;
    dst->Sbz1 = src->Sbz1;
    dst->Control = src->Control | SE_SELF_RELATIVE;
    dst->Sacl = place(dst, &at, sacl, sacl ? sacl->AclSize : 0, acl_bytes(sacl));
    dst->Dacl = place(dst, &at, dacl, dacl ? dacl->AclSize : 0, acl_bytes(dacl));
    dst->Owner = place(dst, &at, owner, owner ? RtlLengthSid(owner) : 0, sid_bytes(owner));
    dst->Group = place(dst, &at, group, group ? RtlLengthSid(group) : 0, sid_bytes(group));
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAbsoluteToSelfRelativeSD(PSECURITY_DESCRIPTOR absolute,
                                           PSECURITY_DESCRIPTOR relative, PULONG bytes)
{
    if (is_relative(absolute))
        return STATUS_BAD_DESCRIPTOR_FORMAT;
    return RtlMakeSelfRelativeSD(absolute, relative, bytes);
}

NTSTATUS NTAPI RtlSelfRelativeToAbsoluteSD(PSECURITY_DESCRIPTOR relative,
                                           PSECURITY_DESCRIPTOR absolute, PULONG absolute_bytes,
                                           PACL dacl, PULONG dacl_bytes, PACL sacl,
                                           PULONG sacl_bytes, PSID owner, PULONG owner_bytes,
                                           PSID group, PULONG group_bytes)
{
    const SECURITY_DESCRIPTOR *src = relative;
    SECURITY_DESCRIPTOR *dst = absolute;
    PSID src_owner, src_group;
    PACL src_dacl, src_sacl;
    ULONG need_dacl, need_sacl, need_owner, need_group;
    BOOLEAN fits;

    if (!is_relative(src))
        return STATUS_BAD_DESCRIPTOR_FORMAT;
    src_owner = owner_of(src);
    src_group = group_of(src);
    src_dacl = dacl_of(src);
    src_sacl = sacl_of(src);
    need_dacl = src_dacl ? src_dacl->AclSize : 0;
    need_sacl = src_sacl ? src_sacl->AclSize : 0;
    need_owner = src_owner ? RtlLengthSid(src_owner) : 0;
    need_group = src_group ? RtlLengthSid(src_group) : 0;
    fits = *absolute_bytes >= sizeof(*dst) && *dacl_bytes >= need_dacl &&
           *sacl_bytes >= need_sacl && *owner_bytes >= need_owner && *group_bytes >= need_group;
    *absolute_bytes = sizeof(*dst);
    *dacl_bytes = need_dacl;
    *sacl_bytes = need_sacl;
    *owner_bytes = need_owner;
    *group_bytes = need_group;
    if (!fits)
        return STATUS_BUFFER_TOO_SMALL;
    memset(dst, 0, sizeof(*dst));
    dst->Revision = src->Revision;
    dst->Sbz1 = src->Sbz1;
    dst->Control = src->Control & ~SE_SELF_RELATIVE;
    if (src_owner)
        dst->Owner = memcpy(owner, src_owner, need_owner);
    if (src_group)
        dst->Group = memcpy(group, src_group, need_group);
    if (src_dacl)
        dst->Dacl = memcpy(dacl, src_dacl, need_dacl);
    if (src_sacl)
        dst->Sacl = memcpy(sacl, src_sacl, need_sacl);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlCopySecurityDescriptor(PSECURITY_DESCRIPTOR src, PSECURITY_DESCRIPTOR *dst)
{
    ULONG bytes = RtlLengthSecurityDescriptor(src);

    *dst = RtlAllocateHeap(rtl_heap(), 0, bytes);
    if (!*dst)
        return STATUS_NO_MEMORY;
    return RtlMakeSelfRelativeSD(src, *dst, &bytes);
}
