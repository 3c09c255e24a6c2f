/* Security identifiers and access masks. */
#include "crt_private.h"

BOOLEAN NTAPI RtlValidSid(PSID sid)
{
    const SID *s = sid;

    return s && s->Revision == SID_REVISION && s->SubAuthorityCount <= SID_MAX_SUB_AUTHORITIES;
}

ULONG NTAPI RtlLengthRequiredSid(ULONG count)
{
    return (ULONG)offsetof(SID, SubAuthority) + count * (ULONG)sizeof(DWORD);
}

ULONG NTAPI RtlLengthSid(PSID sid)
{
    return RtlLengthRequiredSid(((SID *)sid)->SubAuthorityCount);
}

NTSTATUS NTAPI RtlInitializeSid(PSID sid, PSID_IDENTIFIER_AUTHORITY authority, UCHAR count)
{
    SID *s = sid;

    if (count > SID_MAX_SUB_AUTHORITIES)
        return STATUS_INVALID_PARAMETER;
    s->Revision = SID_REVISION;
    s->SubAuthorityCount = count;
    s->IdentifierAuthority = *authority;
    memset(s->SubAuthority, 0, count * sizeof(DWORD));
    return STATUS_SUCCESS;
}

PSID_IDENTIFIER_AUTHORITY NTAPI RtlIdentifierAuthoritySid(PSID sid)
{
    return &((SID *)sid)->IdentifierAuthority;
}

PULONG NTAPI RtlSubAuthoritySid(PSID sid, ULONG index)
{
    return &((SID *)sid)->SubAuthority[index];
}

PUCHAR NTAPI RtlSubAuthorityCountSid(PSID sid)
{
    return &((SID *)sid)->SubAuthorityCount;
}

BOOLEAN NTAPI RtlEqualSid(PSID a, PSID b)
{
    return ((SID *)a)->SubAuthorityCount == ((SID *)b)->SubAuthorityCount &&
           !memcmp(a, b, RtlLengthSid(a));
}

BOOLEAN NTAPI RtlEqualPrefixSid(PSID a, PSID b)
{
    const SID *x = a, *y = b;

    if (x->SubAuthorityCount != y->SubAuthorityCount)
        return FALSE;
    return !x->SubAuthorityCount || !memcmp(a, b, RtlLengthRequiredSid(x->SubAuthorityCount - 1u));
}

NTSTATUS NTAPI RtlCopySid(ULONG bytes, PSID dst, PSID src)
{
    ULONG n = RtlLengthSid(src);

    if (bytes < n)
        return STATUS_BUFFER_TOO_SMALL;
    memmove(dst, src, n);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAllocateAndInitializeSid(PSID_IDENTIFIER_AUTHORITY authority, UCHAR count,
                                           ULONG s0, ULONG s1, ULONG s2, ULONG s3, ULONG s4,
                                           ULONG s5, ULONG s6, ULONG s7, PSID *result)
{
    const ULONG values[8] = {s0, s1, s2, s3, s4, s5, s6, s7};
    SID *sid;

    if (count > COUNT_OF(values))
        return STATUS_INVALID_SID;
    sid = RtlAllocateHeap(rtl_heap(), 0, RtlLengthRequiredSid(count));
    if (!sid)
        return STATUS_NO_MEMORY;
    RtlInitializeSid(sid, authority, count);
    memcpy(sid->SubAuthority, values, count * sizeof(*values));
    *result = sid;
    return STATUS_SUCCESS;
}

PVOID NTAPI RtlFreeSid(PSID sid)
{
    RtlFreeHeap(rtl_heap(), 0, sid);
    return NULL;
}

/* S-1-authority-sub-sub...; an authority of 2^32 and more is written in hexadecimal. */
NTSTATUS NTAPI RtlConvertSidToUnicodeString(PUNICODE_STRING str, PSID sid, BOOLEAN allocate)
{
    const SID *s = sid;
    const UCHAR *a = s->IdentifierAuthority.Value;
    WCHAR text[20 + 11 * SID_MAX_SUB_AUTHORITIES + 1];
    int n;
    SIZE_T bytes;

    if (!RtlValidSid(sid))
        return STATUS_INVALID_SID;
    if (a[0] || a[1])
        n = _snwprintf(text, COUNT_OF(text), L"S-%u-0x%02x%02x%02x%02x%02x%02x", s->Revision, a[0],
                       a[1], a[2], a[3], a[4], a[5]);
    else
        n = _snwprintf(text, COUNT_OF(text), L"S-%u-%u", s->Revision,
                       (ULONG)a[2] << 24 | (ULONG)a[3] << 16 | (ULONG)a[4] << 8 | a[5]);
    for (ULONG i = 0; i < s->SubAuthorityCount; i++)
        n += _snwprintf(text + n, COUNT_OF(text) - (SIZE_T)n, L"-%u", (ULONG)s->SubAuthority[i]);
    bytes = (SIZE_T)n * sizeof(WCHAR);
    if (allocate) {
        str->Buffer = RtlAllocateHeap(rtl_heap(), 0, bytes + sizeof(WCHAR));
        if (!str->Buffer)
            return STATUS_NO_MEMORY;
        str->MaximumLength = (USHORT)(bytes + sizeof(WCHAR));
    } else if (bytes > str->MaximumLength) {
        return STATUS_BUFFER_OVERFLOW;
    }
    memcpy(str->Buffer, text, bytes);
    if (bytes + sizeof(WCHAR) <= str->MaximumLength)
        str->Buffer[n] = 0;
    str->Length = (USHORT)bytes;
    return STATUS_SUCCESS;
}

VOID NTAPI RtlMapGenericMask(PACCESS_MASK mask, const GENERIC_MAPPING *mapping)
{
    if (*mask & GENERIC_READ)
        *mask |= mapping->GenericRead;
    if (*mask & GENERIC_WRITE)
        *mask |= mapping->GenericWrite;
    if (*mask & GENERIC_EXECUTE)
        *mask |= mapping->GenericExecute;
    if (*mask & GENERIC_ALL)
        *mask |= mapping->GenericAll;
    *mask &= ~(GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | GENERIC_ALL);
}

BOOLEAN NTAPI RtlAreAllAccessesGranted(ACCESS_MASK granted, ACCESS_MASK desired)
{
    return (granted & desired) == desired;
}

BOOLEAN NTAPI RtlAreAnyAccessesGranted(ACCESS_MASK granted, ACCESS_MASK desired)
{
    return (granted & desired) != 0;
}

VOID NTAPI RtlCopyLuid(PLUID dst, const LUID *src)
{
    *dst = *src;
}

VOID NTAPI RtlCopyLuidAndAttributesArray(ULONG count, const LUID_AND_ATTRIBUTES *src,
                                         PLUID_AND_ATTRIBUTES dst)
{
    memmove(dst, src, count * sizeof(*src));
}
