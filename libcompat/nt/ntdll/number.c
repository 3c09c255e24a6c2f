/* Numbers and GUIDs as text. */
#include "rtl_private.h"

/* Digits of `value`, written backwards from the end of `end`; returns their start. */
static CHAR *digits(ULONGLONG value, ULONG base, CHAR *end)
{
    do {
        ULONG d = (ULONG)(value % base);

        *--end = (CHAR)(d < 10 ? '0' + d : 'A' + d - 10);
        value /= base;
    } while (value);
    return end;
}

static BOOLEAN valid_base(ULONG *base)
{
    if (*base == 0)
        *base = 10;
    return *base == 2 || *base == 8 || *base == 10 || *base == 16;
}

static NTSTATUS to_chars(ULONGLONG value, ULONG base, LONG length, PCHAR str)
{
    CHAR text[65], *p;
    LONG n;

    if (!valid_base(&base))
        return STATUS_INVALID_PARAMETER;
    p = digits(value, base, text + 64);
    n = (LONG)(text + 64 - p);
    if (length < 0) { /* right-aligned in a field of -length, padded with zeros, no terminator */
        length = -length;
        if (n > length)
            return STATUS_BUFFER_OVERFLOW;
        memset(str, '0', (SIZE_T)(length - n));
        memcpy(str + length - n, p, (SIZE_T)n);
        return STATUS_SUCCESS;
    }
    if (n > length)
        return STATUS_BUFFER_OVERFLOW;
    if (!str)
        return STATUS_ACCESS_VIOLATION;
    memcpy(str, p, (SIZE_T)n);
    if (n < length)
        str[n] = 0;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlIntegerToChar(ULONG value, ULONG base, LONG length, PCHAR str)
{
    return to_chars(value, base, length, str);
}

NTSTATUS NTAPI RtlLargeIntegerToChar(const ULONGLONG *value, ULONG base, LONG length, PCHAR str)
{
    return to_chars(*value, base, length, str);
}

static NTSTATUS to_unicode(ULONGLONG value, ULONG base, PUNICODE_STRING str)
{
    CHAR text[65], *p;
    SIZE_T n;

    if (!valid_base(&base))
        return STATUS_INVALID_PARAMETER;
    p = digits(value, base, text + 64);
    n = (SIZE_T)(text + 64 - p);
    if (n * sizeof(WCHAR) > str->MaximumLength || (n + 1) * sizeof(WCHAR) > str->MaximumLength)
        return STATUS_BUFFER_OVERFLOW;
    for (SIZE_T i = 0; i < n; i++)
        str->Buffer[i] = (WCHAR)p[i];
    str->Buffer[n] = 0;
    str->Length = (USHORT)(n * sizeof(WCHAR));
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlIntegerToUnicodeString(ULONG value, ULONG base, PUNICODE_STRING str)
{
    return to_unicode(value, base, str);
}

NTSTATUS NTAPI RtlInt64ToUnicodeString(ULONGLONG value, ULONG base, PUNICODE_STRING str)
{
    return to_unicode(value, base, str);
}

/* One character of either width; 0 at the end of the text. */
struct reader {
    const CHAR *a;
    const WCHAR *w;
    SIZE_T left;
};

static WCHAR peek(const struct reader *r)
{
    return !r->left ? 0 : r->a ? (WCHAR)(UCHAR)*r->a : *r->w;
}

static void skip(struct reader *r)
{
    r->left--;
    if (r->a)
        r->a++;
    else
        r->w++;
}

static NTSTATUS parse(struct reader r, ULONG base, PULONG value)
{
    BOOLEAN minus = FALSE;
    ULONG total = 0;

    while (r.left && peek(&r) && peek(&r) <= ' ')
        skip(&r);
    if (peek(&r) == '+') {
        skip(&r);
    } else if (peek(&r) == '-') {
        minus = TRUE;
        skip(&r);
    }
    if (!base) {
        base = 10;
        if (peek(&r) == '0') {
            struct reader next = r;
            ULONG found = 0;

            skip(&next);
            switch (peek(&next)) {
            case 'b':
                found = 2;
                break;
            case 'o':
                found = 8;
                break;
            case 'x':
                found = 16;
                break;
            }
            if (found) {
                base = found;
                skip(&next);
                r = next;
            }
        }
    } else if (base != 2 && base != 8 && base != 10 && base != 16) {
        return STATUS_INVALID_PARAMETER;
    }
    if (!value)
        return STATUS_ACCESS_VIOLATION;
    while (r.left) {
        WCHAR c = peek(&r);
        ULONG d = c >= '0' && c <= '9'   ? c - '0'
                  : c >= 'A' && c <= 'Z' ? c - 'A' + 10
                  : c >= 'a' && c <= 'z' ? c - 'a' + 10
                                         : 99;

        if (d >= base)
            break;
        total = total * base + d;
        skip(&r);
    }
    *value = minus ? 0 - total : total;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlCharToInteger(PCSTR str, ULONG base, PULONG value)
{
    struct reader r = {.a = str, .left = strlen(str)};

    return parse(r, base, value);
}

NTSTATUS NTAPI RtlUnicodeStringToInteger(PCUNICODE_STRING str, ULONG base, PULONG value)
{
    struct reader r = {.w = str->Buffer, .left = str->Length / sizeof(WCHAR)};

    return parse(r, base, value);
}

/* ---- {xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx} ---- */

#define GUID_CHARS 38

static int hex_value(WCHAR c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Byte i of the GUID as the text has them, and where its digits are. */
static const UCHAR guid_byte[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
static const UCHAR guid_place[16] = {1,  3,  5,  7,  10, 12, 15, 17,
                                     20, 22, 25, 27, 29, 31, 33, 35};

NTSTATUS NTAPI RtlGUIDFromString(PCUNICODE_STRING str, GUID *guid)
{
    const WCHAR *t = str->Buffer;
    UCHAR bytes[16];

    if (str->Length / sizeof(WCHAR) < GUID_CHARS || t[0] != '{' || t[9] != '-' || t[14] != '-' ||
        t[19] != '-' || t[24] != '-' || t[37] != '}')
        return STATUS_INVALID_PARAMETER;
    for (ULONG i = 0; i < 16; i++) {
        int high = hex_value(t[guid_place[i]]), low = hex_value(t[guid_place[i] + 1]);

        if (high < 0 || low < 0)
            return STATUS_INVALID_PARAMETER;
        bytes[guid_byte[i]] = (UCHAR)(high << 4 | low);
    }
    memcpy(guid, bytes, sizeof(bytes));
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlStringFromGUIDEx(const GUID *guid, PUNICODE_STRING str, BOOLEAN allocate)
{
    static const char hex[] = "0123456789ABCDEF";
    const UCHAR *bytes = (const UCHAR *)guid;
    const SIZE_T size = (GUID_CHARS + 1) * sizeof(WCHAR);
    WCHAR *t;

    if (allocate) {
        str->Buffer = RtlAllocateHeap(rtl_heap(), 0, size);
        if (!str->Buffer)
            return STATUS_NO_MEMORY;
        str->MaximumLength = (USHORT)size;
    } else if (str->MaximumLength < size) {
        return STATUS_BUFFER_TOO_SMALL;
    }
    t = str->Buffer;
    t[0] = '{';
    t[9] = t[14] = t[19] = t[24] = '-';
    t[37] = '}';
    t[38] = 0;
    for (ULONG i = 0; i < 16; i++) {
        t[guid_place[i]] = (WCHAR)hex[bytes[guid_byte[i]] >> 4];
        t[guid_place[i] + 1] = (WCHAR)hex[bytes[guid_byte[i]] & 15];
    }
    str->Length = GUID_CHARS * sizeof(WCHAR);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlStringFromGUID(const GUID *guid, PUNICODE_STRING str)
{
    return RtlStringFromGUIDEx(guid, str, TRUE);
}
