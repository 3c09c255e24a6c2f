/*
 * Counted byte strings (ANSI_STRING, OEM_STRING). Case is that of ASCII: the code page is UTF-8, and
 * bytes above 0x7f are parts of characters, which a byte-wise comparison must not change.
 */
#include "rtl_private.h"

VOID NTAPI RtlInitAnsiString(PANSI_STRING dst, PCSTR src)
{
    SIZE_T n = src ? strlen(src) : 0;

    if (n > 0xfffe)
        n = 0xfffe;
    dst->Buffer = (PCHAR)src;
    dst->Length = (USHORT)n;
    dst->MaximumLength = (USHORT)(src ? n + 1 : 0);
}

NTSTATUS NTAPI RtlInitAnsiStringEx(PANSI_STRING dst, PCSTR src)
{
    SIZE_T n = src ? strlen(src) : 0;

    if (n > 0xfffe)
        return STATUS_NAME_TOO_LONG;
    RtlInitAnsiString(dst, src);
    return STATUS_SUCCESS;
}

VOID NTAPI RtlInitString(PSTRING dst, PCSTR src)
{
    RtlInitAnsiString(dst, src);
}

VOID NTAPI RtlFreeAnsiString(PANSI_STRING str)
{
    if (str->Buffer) {
        RtlFreeHeap(rtl_heap(), 0, str->Buffer);
        str->Buffer = NULL;
        str->Length = str->MaximumLength = 0;
    }
}

VOID NTAPI RtlFreeOemString(POEM_STRING str)
{
    RtlFreeAnsiString(str);
}

VOID NTAPI RtlFreeUTF8String(PSTRING str)
{
    RtlFreeAnsiString(str);
}

VOID NTAPI RtlCopyString(PSTRING dst, const STRING *src)
{
    USHORT n = 0;

    if (src) {
        n = src->Length < dst->MaximumLength ? src->Length : dst->MaximumLength;
        memcpy(dst->Buffer, src->Buffer, n);
    }
    dst->Length = n;
}

static NTSTATUS append(PSTRING dst, PCSTR src, SIZE_T n)
{
    if (dst->Length + n > dst->MaximumLength)
        return STATUS_BUFFER_TOO_SMALL;
    memcpy(dst->Buffer + dst->Length, src, n);
    dst->Length = (USHORT)(dst->Length + n);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAppendAsciizToString(PSTRING dst, PCSTR src)
{
    return src ? append(dst, src, strlen(src)) : STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlAppendStringToString(PSTRING dst, const STRING *src)
{
    return src->Length ? append(dst, src->Buffer, src->Length) : STATUS_SUCCESS;
}

CHAR NTAPI RtlUpperChar(CHAR c)
{
    return c >= 'a' && c <= 'z' ? (CHAR)(c - 32) : c;
}

VOID NTAPI RtlUpperString(PSTRING dst, const STRING *src)
{
    USHORT n = src->Length < dst->MaximumLength ? src->Length : dst->MaximumLength;

    for (USHORT i = 0; i < n; i++)
        dst->Buffer[i] = RtlUpperChar(src->Buffer[i]);
    dst->Length = n;
}

static LONG compare(PCSTR a, PCSTR b, SIZE_T n, BOOLEAN ignore_case)
{
    for (SIZE_T i = 0; i < n; i++) {
        UCHAR x = (UCHAR)a[i], y = (UCHAR)b[i];

        if (ignore_case) {
            x = (UCHAR)RtlUpperChar((CHAR)x);
            y = (UCHAR)RtlUpperChar((CHAR)y);
        }
        if (x != y)
            return x - y;
    }
    return 0;
}

LONG NTAPI RtlCompareString(const STRING *a, const STRING *b, BOOLEAN ignore_case)
{
    LONG diff = compare(a->Buffer, b->Buffer, a->Length < b->Length ? a->Length : b->Length,
                        ignore_case);

    return diff ? diff : a->Length - b->Length;
}

BOOLEAN NTAPI RtlEqualString(const STRING *a, const STRING *b, BOOLEAN ignore_case)
{
    return a->Length == b->Length && !compare(a->Buffer, b->Buffer, a->Length, ignore_case);
}

BOOLEAN NTAPI RtlPrefixString(const STRING *prefix, const STRING *str, BOOLEAN ignore_case)
{
    return prefix->Length <= str->Length &&
           !compare(prefix->Buffer, str->Buffer, prefix->Length, ignore_case);
}
