/*
 * Conversion between UTF-16 and bytes. The ANSI and OEM code pages are UTF-8, so the MultiByte and
 * Oem functions are UTF-8 with their own rule for a short buffer: they fill it and succeed.
 *
 * Malformed input gives U+FFFD, one for each maximal part of a sequence that could still have become
 * valid (the practice that the Unicode standard recommends).
 */
#include "rtl_private.h"
#include "abi/nt/casemap.h"

#define REPLACEMENT 0xfffdu

static ULONG next_utf8(const UCHAR **pos, const UCHAR *end, BOOLEAN *bad)
{
    const UCHAR *p = *pos;
    ULONG c = *p++, low = 0x80, high = 0xbf, more;

    if (c < 0x80) {
        *pos = p;
        return c;
    }
    if (c >= 0xc2 && c <= 0xdf) {
        more = 1;
        c &= 0x1f;
    } else if (c >= 0xe0 && c <= 0xef) {
        low = c == 0xe0 ? 0xa0 : 0x80;
        high = c == 0xed ? 0x9f : 0xbf;
        more = 2;
        c &= 0x0f;
    } else if (c >= 0xf0 && c <= 0xf4) {
        low = c == 0xf0 ? 0x90 : 0x80;
        high = c == 0xf4 ? 0x8f : 0xbf;
        more = 3;
        c &= 0x07;
    } else {
        more = 0;
        c = REPLACEMENT;
        *bad = TRUE;
    }
    for (; more; more--, low = 0x80, high = 0xbf) {
        if (p == end || *p < low || *p > high) {
            c = REPLACEMENT;
            *bad = TRUE;
            break;
        }
        c = c << 6 | (*p++ & 0x3f);
    }
    *pos = p;
    return c;
}

static ULONG next_utf16(const WCHAR **pos, const WCHAR *end, BOOLEAN *bad)
{
    const WCHAR *p = *pos;
    ULONG c = *p++;

    if ((c & 0xf800) == 0xd800) {
        if (c < 0xdc00 && p < end && (*p & 0xfc00) == 0xdc00) {
            c = 0x10000 + ((c & 0x3ff) << 10) + (*p++ & 0x3ff);
        } else {
            c = REPLACEMENT;
            *bad = TRUE;
        }
    }
    *pos = p;
    return c;
}

/*
 * Both converters return the number of bytes written (or needed, with dst NULL) and stop before the
 * character that does not fit; *all tells whether the whole source was converted.
 */
static ULONG to_utf16(PWCH dst, ULONG dst_chars, PCCH src, ULONG src_bytes, BOOLEAN *bad,
                      BOOLEAN *all)
{
    const UCHAR *p = (const UCHAR *)src, *end = p + src_bytes;
    ULONG n = 0;

    while (p < end) {
        const UCHAR *before = p;
        ULONG c = *p < 0x80 ? *p++ : next_utf8(&p, end, bad);
        ULONG units = c > 0xffff ? 2 : 1;

        if (dst) {
            if (units > dst_chars - n) {
                p = before;
                break;
            }
            if (units == 2) {
                dst[n] = (WCHAR)(0xd7c0 + (c >> 10));
                dst[n + 1] = (WCHAR)(0xdc00 | (c & 0x3ff));
            } else {
                dst[n] = (WCHAR)c;
            }
        }
        n += units;
    }
    *all = p == end;
    return n * sizeof(WCHAR);
}

static ULONG to_utf8(PCHAR dst, ULONG dst_bytes, PCWCH src, ULONG src_bytes, BOOLEAN upcase,
                     BOOLEAN *bad, BOOLEAN *all)
{
    const WCHAR *p = src, *end = src + src_bytes / sizeof(WCHAR);
    ULONG n = 0;

    while (p < end) {
        const WCHAR *before = p;
        ULONG c = *p < 0x80 ? *p++ : next_utf16(&p, end, bad);
        ULONG bytes;

        if (upcase && c <= 0xffff)
            c = nt_upcase((WCHAR)c);
        bytes = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
        if (dst) {
            if (bytes > dst_bytes - n) {
                p = before;
                break;
            }
            switch (bytes) {
            case 1:
                dst[n] = (CHAR)c;
                break;
            case 2:
                dst[n] = (CHAR)(0xc0 | c >> 6);
                dst[n + 1] = (CHAR)(0x80 | (c & 0x3f));
                break;
            case 3:
                dst[n] = (CHAR)(0xe0 | c >> 12);
                dst[n + 1] = (CHAR)(0x80 | (c >> 6 & 0x3f));
                dst[n + 2] = (CHAR)(0x80 | (c & 0x3f));
                break;
            default:
                dst[n] = (CHAR)(0xf0 | c >> 18);
                dst[n + 1] = (CHAR)(0x80 | (c >> 12 & 0x3f));
                dst[n + 2] = (CHAR)(0x80 | (c >> 6 & 0x3f));
                dst[n + 3] = (CHAR)(0x80 | (c & 0x3f));
            }
        }
        n += bytes;
    }
    *all = p == end;
    return n;
}

NTSTATUS NTAPI RtlUTF8ToUnicodeN(PWSTR dst, ULONG dst_bytes, PULONG result, PCCH src,
                                 ULONG src_bytes)
{
    BOOLEAN bad = FALSE, all;
    ULONG n;

    if (!src)
        return STATUS_INVALID_PARAMETER_4;
    if (!dst && !result)
        return STATUS_INVALID_PARAMETER;
    n = to_utf16(dst, dst_bytes / sizeof(WCHAR), src, src_bytes, &bad, &all);
    if (result)
        *result = n;
    if (!all)
        return STATUS_BUFFER_TOO_SMALL;
    return bad ? STATUS_SOME_NOT_MAPPED : STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlUnicodeToUTF8N(PCHAR dst, ULONG dst_bytes, PULONG result, PCWCH src,
                                 ULONG src_bytes)
{
    BOOLEAN bad = FALSE, all;
    ULONG n;

    if (!src)
        return STATUS_INVALID_PARAMETER_4;
    if (!dst && !result)
        return STATUS_INVALID_PARAMETER;
    if (dst && src_bytes % sizeof(WCHAR))
        return STATUS_INVALID_PARAMETER_5;
    n = to_utf8(dst, dst_bytes, src, src_bytes, FALSE, &bad, &all);
    if (result)
        *result = n;
    if (!all)
        return STATUS_BUFFER_TOO_SMALL;
    return bad ? STATUS_SOME_NOT_MAPPED : STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlMultiByteToUnicodeN(PWCH dst, ULONG dst_bytes, PULONG result, PCSTR src,
                                      ULONG src_bytes)
{
    BOOLEAN bad, all;
    ULONG n = to_utf16(dst, dst_bytes / sizeof(WCHAR), src, src_bytes, &bad, &all);

    if (result)
        *result = n;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlMultiByteToUnicodeSize(PULONG result, PCSTR src, ULONG src_bytes)
{
    BOOLEAN bad, all;

    *result = to_utf16(NULL, 0, src, src_bytes, &bad, &all);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlUnicodeToMultiByteN(PCHAR dst, ULONG dst_bytes, PULONG result, PCWCH src,
                                      ULONG src_bytes)
{
    BOOLEAN bad, all;
    ULONG n = to_utf8(dst, dst_bytes, src, src_bytes, FALSE, &bad, &all);

    if (result)
        *result = n;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlUnicodeToMultiByteSize(PULONG result, PCWCH src, ULONG src_bytes)
{
    BOOLEAN bad, all;

    *result = to_utf8(NULL, 0, src, src_bytes, FALSE, &bad, &all);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlUpcaseUnicodeToMultiByteN(PCHAR dst, ULONG dst_bytes, PULONG result, PCWCH src,
                                            ULONG src_bytes)
{
    BOOLEAN bad, all;
    ULONG n = to_utf8(dst, dst_bytes, src, src_bytes, TRUE, &bad, &all);

    if (result)
        *result = n;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlOemToUnicodeN(PWCH dst, ULONG dst_bytes, PULONG result, PCSTR src,
                                ULONG src_bytes)
{
    return RtlMultiByteToUnicodeN(dst, dst_bytes, result, src, src_bytes);
}

NTSTATUS NTAPI RtlUnicodeToOemN(PCHAR dst, ULONG dst_bytes, PULONG result, PCWCH src,
                                ULONG src_bytes)
{
    return RtlUnicodeToMultiByteN(dst, dst_bytes, result, src, src_bytes);
}

NTSTATUS NTAPI RtlUpcaseUnicodeToOemN(PCHAR dst, ULONG dst_bytes, PULONG result, PCWCH src,
                                      ULONG src_bytes)
{
    return RtlUpcaseUnicodeToMultiByteN(dst, dst_bytes, result, src, src_bytes);
}

VOID NTAPI RtlGetDefaultCodePage(PUSHORT ansi, PUSHORT oem)
{
    *ansi = *oem = 65001;
}

/* ---- counted strings; the sizes include a terminator ---- */

ULONG NTAPI RtlxAnsiStringToUnicodeSize(PCANSI_STRING str)
{
    ULONG size;

    RtlMultiByteToUnicodeSize(&size, str->Buffer, str->Length);
    return size + sizeof(WCHAR);
}

ULONG NTAPI RtlxOemStringToUnicodeSize(const STRING *str)
{
    return RtlxAnsiStringToUnicodeSize(str);
}

ULONG NTAPI RtlAnsiStringToUnicodeSize(PCANSI_STRING str)
{
    return RtlxAnsiStringToUnicodeSize(str);
}

ULONG NTAPI RtlxUnicodeStringToAnsiSize(PCUNICODE_STRING str)
{
    ULONG size;

    RtlUnicodeToMultiByteSize(&size, str->Buffer, str->Length);
    return size + 1;
}

ULONG NTAPI RtlxUnicodeStringToOemSize(PCUNICODE_STRING str)
{
    return RtlxUnicodeStringToAnsiSize(str);
}

ULONG NTAPI RtlUnicodeStringToAnsiSize(PCUNICODE_STRING str)
{
    return RtlxUnicodeStringToAnsiSize(str);
}

NTSTATUS NTAPI RtlAnsiStringToUnicodeString(PUNICODE_STRING dst, PCANSI_STRING src,
                                            BOOLEAN allocate)
{
    ULONG size = RtlxAnsiStringToUnicodeSize(src), n;

    if (size > 0xffff)
        return STATUS_INVALID_PARAMETER_2;
    if (allocate) {
        dst->Buffer = RtlAllocateHeap(rtl_heap(), 0, size);
        if (!dst->Buffer)
            return STATUS_NO_MEMORY;
        dst->MaximumLength = (USHORT)size;
    } else if (size > dst->MaximumLength) {
        return STATUS_BUFFER_OVERFLOW;
    }
    RtlMultiByteToUnicodeN(dst->Buffer, size - sizeof(WCHAR), &n, src->Buffer, src->Length);
    dst->Length = (USHORT)n;
    dst->Buffer[n / sizeof(WCHAR)] = 0;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlOemStringToUnicodeString(PUNICODE_STRING dst, const STRING *src, BOOLEAN allocate)
{
    return RtlAnsiStringToUnicodeString(dst, src, allocate);
}

NTSTATUS NTAPI RtlUTF8StringToUnicodeString(PUNICODE_STRING dst, const STRING *src,
                                            BOOLEAN allocate)
{
    return RtlAnsiStringToUnicodeString(dst, src, allocate);
}

static NTSTATUS narrow_string(PANSI_STRING dst, PCUNICODE_STRING src, BOOLEAN allocate,
                              BOOLEAN upcase)
{
    NTSTATUS status = STATUS_SUCCESS;
    BOOLEAN bad, all;
    ULONG room, n, size = to_utf8(NULL, 0, src->Buffer, src->Length, upcase, &bad, &all) + 1;

    if (size > 0xffff)
        return STATUS_INVALID_PARAMETER_2;
    room = size - 1;
    if (allocate) {
        dst->Buffer = RtlAllocateHeap(rtl_heap(), 0, size);
        if (!dst->Buffer)
            return STATUS_NO_MEMORY;
        dst->MaximumLength = (USHORT)size;
    } else if (dst->MaximumLength < size) {
        /* what fits is stored all the same, with its terminator */
        if (!dst->MaximumLength)
            return STATUS_BUFFER_OVERFLOW;
        status = STATUS_BUFFER_OVERFLOW;
        room = dst->MaximumLength - 1u;
    }
    n = to_utf8(dst->Buffer, room, src->Buffer, src->Length, upcase, &bad, &all);
    dst->Length = (USHORT)n;
    dst->Buffer[n] = 0;
    return status;
}

NTSTATUS NTAPI RtlUnicodeStringToAnsiString(PANSI_STRING dst, PCUNICODE_STRING src,
                                            BOOLEAN allocate)
{
    return narrow_string(dst, src, allocate, FALSE);
}

NTSTATUS NTAPI RtlUnicodeStringToOemString(POEM_STRING dst, PCUNICODE_STRING src, BOOLEAN allocate)
{
    return narrow_string(dst, src, allocate, FALSE);
}

NTSTATUS NTAPI RtlUnicodeStringToUTF8String(PSTRING dst, PCUNICODE_STRING src, BOOLEAN allocate)
{
    return narrow_string(dst, src, allocate, FALSE);
}

NTSTATUS NTAPI RtlUpcaseUnicodeStringToAnsiString(PANSI_STRING dst, PCUNICODE_STRING src,
                                                  BOOLEAN allocate)
{
    return narrow_string(dst, src, allocate, TRUE);
}

NTSTATUS NTAPI RtlUpcaseUnicodeStringToOemString(POEM_STRING dst, PCUNICODE_STRING src,
                                                 BOOLEAN allocate)
{
    return narrow_string(dst, src, allocate, TRUE);
}

WCHAR NTAPI RtlAnsiCharToUnicodeChar(PUCHAR *src)
{
    /* the text is taken to be terminated, as the interface gives no length */
    const UCHAR *p = *src, *end = p + 1;
    BOOLEAN bad;
    ULONG c;

    while (end - p < 4 && (*end & 0xc0) == 0x80)
        end++;
    c = next_utf8(&p, end, &bad);
    *src = (PUCHAR)p;
    return c > 0xffff ? REPLACEMENT : (WCHAR)c;
}

BOOLEAN NTAPI RtlIsTextUnicode(const void *buffer, INT bytes, PINT flags)
{
    const UCHAR *b = buffer;
    INT wanted = flags ? *flags : ~0, found = 0;
    INT chars = bytes / 2, ascii = 0, reversed_ascii = 0, nulls = 0, low_change = 0,
        high_change = 0;
    UCHAR last_low = 0, last_high = 0;

    if (bytes < (INT)sizeof(WCHAR)) {
        if (flags)
            *flags = 0;
        return FALSE;
    }
    if (bytes % 2)
        found |= IS_TEXT_UNICODE_ODD_LENGTH;
    if (b[0] == 0xff && b[1] == 0xfe)
        found |= IS_TEXT_UNICODE_SIGNATURE;
    if (b[0] == 0xfe && b[1] == 0xff)
        found |= IS_TEXT_UNICODE_REVERSE_SIGNATURE;
    /* the statistical tests look at the first 256 characters only */
    if (chars > 256)
        chars = 256;
    for (INT i = 0; i < chars; i++) {
        USHORT c = (USHORT)(b[2 * i] | b[2 * i + 1] << 8);
        USHORT r = (USHORT)(b[2 * i + 1] | b[2 * i] << 8);

        low_change += b[2 * i] > last_low ? b[2 * i] - last_low : last_low - b[2 * i];
        high_change += b[2 * i + 1] > last_high ? b[2 * i + 1] - last_high : last_high - b[2 * i + 1];
        last_low = b[2 * i];
        last_high = b[2 * i + 1];
        if (!b[2 * i] || !b[2 * i + 1])
            nulls++;
        if (c < 0x80)
            ascii++;
        if (r < 0x80)
            reversed_ascii++;
        switch (c) {
        case 0x0009:
        case 0x000a:
        case 0x000d:
        case 0x0020:
        case 0x3000:
        case 0xfeff:
            found |= IS_TEXT_UNICODE_CONTROLS;
            break;
        case 0x0900:
        case 0x0a00:
        case 0x0d00:
        case 0x2000:
        case 0xfffe:
            found |= IS_TEXT_UNICODE_REVERSE_CONTROLS;
            break;
        }
        if (c == 0xfffe || c == 0xffff || c == 0)
            found |= IS_TEXT_UNICODE_ILLEGAL_CHARS;
    }
    if (nulls)
        found |= IS_TEXT_UNICODE_NULL_BYTES;
    if (ascii == chars)
        found |= IS_TEXT_UNICODE_ASCII16;
    if (reversed_ascii == chars)
        found |= IS_TEXT_UNICODE_REVERSE_ASCII16;
    if (low_change > 3 * high_change)
        found |= IS_TEXT_UNICODE_STATISTICS;
    if (high_change > 3 * low_change)
        found |= IS_TEXT_UNICODE_REVERSE_STATISTICS;
    found &= wanted;
    if (flags)
        *flags = found;
    if (found & (IS_TEXT_UNICODE_REVERSE_MASK & ~IS_TEXT_UNICODE_NOT_ASCII_MASK))
        return FALSE;
    if (found & IS_TEXT_UNICODE_NOT_UNICODE_MASK)
        return FALSE;
    return (found & (IS_TEXT_UNICODE_UNICODE_MASK | IS_TEXT_UNICODE_NOT_ASCII_MASK)) != 0;
}
