/*
 * Counted UTF-16 strings: making, copying, comparing, casing. The comparison without case upcases
 * by NT's table, one unit at a time, as file and object names are compared.
 */
#include "rtl_private.h"
#include "abi/nt/casemap.h"

static SIZE_T text_length(PCWSTR s)
{
    SIZE_T n = 0;

    while (s[n])
        n++;
    return n;
}

VOID NTAPI RtlInitUnicodeString(PUNICODE_STRING dst, PCWSTR src)
{
    SIZE_T bytes = src ? text_length(src) * sizeof(WCHAR) : 0;

    if (bytes > UNICODE_STRING_MAX_BYTES - sizeof(WCHAR))
        bytes = UNICODE_STRING_MAX_BYTES - sizeof(WCHAR);
    dst->Buffer = (PWSTR)src;
    dst->Length = (USHORT)bytes;
    dst->MaximumLength = (USHORT)(src ? bytes + sizeof(WCHAR) : 0);
}

NTSTATUS NTAPI RtlInitUnicodeStringEx(PUNICODE_STRING dst, PCWSTR src)
{
    SIZE_T bytes = src ? text_length(src) * sizeof(WCHAR) : 0;

    if (bytes > UNICODE_STRING_MAX_BYTES - sizeof(WCHAR))
        return STATUS_NAME_TOO_LONG;
    dst->Buffer = (PWSTR)src;
    dst->Length = (USHORT)bytes;
    dst->MaximumLength = (USHORT)(src ? bytes + sizeof(WCHAR) : 0);
    return STATUS_SUCCESS;
}

BOOLEAN NTAPI RtlCreateUnicodeString(PUNICODE_STRING dst, PCWSTR src)
{
    SIZE_T bytes = (text_length(src) + 1) * sizeof(WCHAR);

    if (bytes > UNICODE_STRING_MAX_BYTES)
        return FALSE;
    dst->Buffer = RtlAllocateHeap(rtl_heap(), 0, bytes);
    if (!dst->Buffer)
        return FALSE;
    memcpy(dst->Buffer, src, bytes);
    dst->Length = (USHORT)(bytes - sizeof(WCHAR));
    dst->MaximumLength = (USHORT)bytes;
    return TRUE;
}

BOOLEAN NTAPI RtlCreateUnicodeStringFromAsciiz(PUNICODE_STRING dst, PCSTR src)
{
    STRING str;

    if (RtlInitAnsiStringEx(&str, src) < 0)
        return FALSE;
    return RtlAnsiStringToUnicodeString(dst, &str, TRUE) >= 0;
}

VOID NTAPI RtlFreeUnicodeString(PUNICODE_STRING str)
{
    if (str->Buffer) {
        RtlFreeHeap(rtl_heap(), 0, str->Buffer);
        str->Buffer = NULL;
        str->Length = str->MaximumLength = 0;
    }
}

VOID NTAPI RtlEraseUnicodeString(PUNICODE_STRING str)
{
    if (str->Buffer) {
        memset(str->Buffer, 0, str->MaximumLength);
        str->Length = 0;
    }
}

VOID NTAPI RtlCopyUnicodeString(PUNICODE_STRING dst, PCUNICODE_STRING src)
{
    USHORT n = 0;

    if (src) {
        n = src->Length < dst->MaximumLength ? src->Length : dst->MaximumLength;
        memcpy(dst->Buffer, src->Buffer, n);
        if (n + sizeof(WCHAR) <= dst->MaximumLength)
            dst->Buffer[n / sizeof(WCHAR)] = 0;
    }
    dst->Length = n;
}

static NTSTATUS append(PUNICODE_STRING dst, const WCHAR *src, SIZE_T bytes)
{
    SIZE_T total = dst->Length + bytes;

    if (total > dst->MaximumLength)
        return STATUS_BUFFER_TOO_SMALL;
    memcpy((PUCHAR)dst->Buffer + dst->Length, src, bytes);
    dst->Length = (USHORT)total;
    if (total + sizeof(WCHAR) <= dst->MaximumLength)
        dst->Buffer[total / sizeof(WCHAR)] = 0;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAppendUnicodeStringToString(PUNICODE_STRING dst, PCUNICODE_STRING src)
{
    return src->Length ? append(dst, src->Buffer, src->Length) : STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAppendUnicodeToString(PUNICODE_STRING dst, PCWSTR src)
{
    return src ? append(dst, src, text_length(src) * sizeof(WCHAR)) : STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlDuplicateUnicodeString(ULONG flags, PCUNICODE_STRING src, PUNICODE_STRING dst)
{
    const ULONG terminate = RTL_DUPLICATE_UNICODE_STRING_NULL_TERMINATE;
    const ULONG allocate_null = RTL_DUPLICATE_UNICODE_STRING_ALLOCATE_NULL_STRING;
    ULONG size;

    if (!src || !dst || src->Length > src->MaximumLength ||
        (!src->Length && src->MaximumLength && !src->Buffer) || (flags & ~(terminate | allocate_null)) ||
        (flags & (terminate | allocate_null)) == allocate_null)
        return STATUS_INVALID_PARAMETER;
    size = src->Length + (flags & terminate ? sizeof(WCHAR) : 0);
    if (!src->Length && !(flags & allocate_null)) {
        dst->Length = dst->MaximumLength = 0;
        dst->Buffer = NULL;
        return STATUS_SUCCESS;
    }
    if (size > UNICODE_STRING_MAX_BYTES)
        return STATUS_NAME_TOO_LONG;
    dst->Buffer = RtlAllocateHeap(rtl_heap(), 0, size);
    if (!dst->Buffer)
        return STATUS_NO_MEMORY;
    memcpy(dst->Buffer, src->Buffer, src->Length);
    if (flags & terminate)
        dst->Buffer[src->Length / sizeof(WCHAR)] = 0;
    dst->Length = src->Length;
    dst->MaximumLength = (USHORT)size;
    return STATUS_SUCCESS;
}

int rtl_compare_nocase(const WCHAR *a, SIZE_T na, const WCHAR *b, SIZE_T nb)
{
    SIZE_T n = na < nb ? na : nb;

    for (SIZE_T i = 0; i < n; i++) {
        if (a[i] != b[i]) {
            int diff = nt_upcase(a[i]) - nt_upcase(b[i]);
            if (diff)
                return diff;
        }
    }
    return na == nb ? 0 : na < nb ? -1 : 1;
}

LONG NTAPI RtlCompareUnicodeStrings(PCWCH a, SIZE_T a_chars, PCWCH b, SIZE_T b_chars,
                                    BOOLEAN ignore_case)
{
    SIZE_T n = a_chars < b_chars ? a_chars : b_chars;

    for (SIZE_T i = 0; i < n; i++) {
        int diff = a[i] - b[i];
        if (diff && ignore_case)
            diff = nt_upcase(a[i]) - nt_upcase(b[i]);
        if (diff)
            return diff;
    }
    return (LONG)(a_chars - b_chars);
}

LONG NTAPI RtlCompareUnicodeString(PCUNICODE_STRING a, PCUNICODE_STRING b, BOOLEAN ignore_case)
{
    return RtlCompareUnicodeStrings(a->Buffer, a->Length / sizeof(WCHAR), b->Buffer,
                                    b->Length / sizeof(WCHAR), ignore_case);
}

BOOLEAN NTAPI RtlEqualUnicodeString(PCUNICODE_STRING a, PCUNICODE_STRING b, BOOLEAN ignore_case)
{
    return a->Length == b->Length && !RtlCompareUnicodeString(a, b, ignore_case);
}

BOOLEAN NTAPI RtlPrefixUnicodeString(PCUNICODE_STRING prefix, PCUNICODE_STRING str,
                                     BOOLEAN ignore_case)
{
    SIZE_T n = prefix->Length / sizeof(WCHAR);

    return prefix->Length <= str->Length &&
           !RtlCompareUnicodeStrings(prefix->Buffer, n, str->Buffer, n, ignore_case);
}

NTSTATUS NTAPI RtlHashUnicodeString(PCUNICODE_STRING str, BOOLEAN ignore_case, ULONG algorithm,
                                    PULONG hash)
{
    ULONG h = 0;

    if (!str || !hash)
        return STATUS_INVALID_PARAMETER;
    if (algorithm != HASH_STRING_ALGORITHM_DEFAULT && algorithm != HASH_STRING_ALGORITHM_X65599)
        return STATUS_INVALID_PARAMETER;
    for (SIZE_T i = 0; i < str->Length / sizeof(WCHAR); i++)
        h = h * 65599 + (ignore_case ? nt_upcase(str->Buffer[i]) : str->Buffer[i]);
    *hash = h;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlValidateUnicodeString(ULONG flags, PCUNICODE_STRING str)
{
    if (flags)
        return STATUS_INVALID_PARAMETER;
    if (!str)
        return STATUS_SUCCESS;
    if (str->Length % sizeof(WCHAR) || str->MaximumLength % sizeof(WCHAR) ||
        str->Length > str->MaximumLength)
        return STATUS_INVALID_PARAMETER;
    if (!str->Buffer && (str->Length || str->MaximumLength))
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

static BOOLEAN in_set(WCHAR c, PCUNICODE_STRING set, BOOLEAN fold)
{
    for (SIZE_T i = 0; i < set->Length / sizeof(WCHAR); i++)
        if (c == set->Buffer[i] || (fold && nt_upcase(c) == nt_upcase(set->Buffer[i])))
            return TRUE;
    return FALSE;
}

NTSTATUS NTAPI RtlFindCharInUnicodeString(ULONG flags, PCUNICODE_STRING str, PCUNICODE_STRING set,
                                          PUSHORT position)
{
    SIZE_T n = str->Length / sizeof(WCHAR);
    BOOLEAN fold = (flags & RTL_FIND_CHAR_IN_UNICODE_STRING_CASE_INSENSITIVE) != 0;
    BOOLEAN wanted = !(flags & RTL_FIND_CHAR_IN_UNICODE_STRING_COMPLEMENT_CHAR_SET);

    *position = 0;
    if (flags & ~7u)
        return STATUS_INVALID_PARAMETER;
    if (flags & RTL_FIND_CHAR_IN_UNICODE_STRING_START_AT_END) {
        for (SIZE_T i = n; i-- > 0;)
            if (in_set(str->Buffer[i], set, fold) == wanted) {
                *position = (USHORT)(i * sizeof(WCHAR));
                return STATUS_SUCCESS;
            }
    } else {
        /* forwards, the position is that behind the character */
        for (SIZE_T i = 0; i < n; i++)
            if (in_set(str->Buffer[i], set, fold) == wanted) {
                *position = (USHORT)((i + 1) * sizeof(WCHAR));
                return STATUS_SUCCESS;
            }
    }
    return STATUS_NOT_FOUND;
}

WCHAR NTAPI RtlUpcaseUnicodeChar(WCHAR c)
{
    return nt_upcase(c);
}

WCHAR NTAPI RtlDowncaseUnicodeChar(WCHAR c)
{
    return nt_downcase(c);
}

static NTSTATUS recase(PUNICODE_STRING dst, PCUNICODE_STRING src, BOOLEAN allocate, BOOLEAN up)
{
    if (allocate) {
        dst->Buffer = NULL;
        if (src->Length && !(dst->Buffer = RtlAllocateHeap(rtl_heap(), 0, src->Length)))
            return STATUS_NO_MEMORY;
        dst->MaximumLength = src->Length;
    } else if (src->Length > dst->MaximumLength) {
        return STATUS_BUFFER_OVERFLOW;
    }
    for (SIZE_T i = 0; i < src->Length / sizeof(WCHAR); i++)
        dst->Buffer[i] = up ? nt_upcase(src->Buffer[i]) : nt_downcase(src->Buffer[i]);
    dst->Length = src->Length;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlUpcaseUnicodeString(PUNICODE_STRING dst, PCUNICODE_STRING src, BOOLEAN allocate)
{
    return recase(dst, src, allocate, TRUE);
}

NTSTATUS NTAPI RtlDowncaseUnicodeString(PUNICODE_STRING dst, PCUNICODE_STRING src, BOOLEAN allocate)
{
    return recase(dst, src, allocate, FALSE);
}
