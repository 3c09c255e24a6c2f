/* Bytes as text and back: Base64 with or without headers, hexadecimal. */
#include "crypt32.h"

static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static const struct header {
    const char *begin, *end;
} headers[] = {
    [CRYPT_STRING_BASE64HEADER] = {"-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"},
    [CRYPT_STRING_BASE64REQUESTHEADER] = {"-----BEGIN NEW CERTIFICATE REQUEST-----",
                                          "-----END NEW CERTIFICATE REQUEST-----"},
    [CRYPT_STRING_BASE64X509CRLHEADER] = {"-----BEGIN X509 CRL-----", "-----END X509 CRL-----"},
};

struct text {
    WCHAR *wide;
    char *narrow;
    DWORD room, length;
};

static void put(struct text *t, char c)
{
    if (t->length < t->room) {
        if (t->wide)
            t->wide[t->length] = (BYTE)c;
        else if (t->narrow)
            t->narrow[t->length] = c;
    }
    t->length++;
}

static void puts_a(struct text *t, const char *s)
{
    while (*s)
        put(t, *s++);
}

static void line_end(struct text *t, DWORD flags)
{
    if (flags & CRYPT_STRING_NOCRLF)
        return;
    if (!(flags & CRYPT_STRING_NOCR))
        put(t, '\r');
    put(t, '\n');
}

static void to_base64(struct text *t, const BYTE *data, DWORD size, DWORD flags)
{
    DWORD column = 0;

    for (DWORD i = 0; i < size; i += 3) {
        DWORD left = size - i;
        DWORD v = (DWORD)data[i] << 16 | (left > 1 ? data[i + 1] << 8 : 0) | (left > 2 ? data[i + 2] : 0);

        put(t, base64[v >> 18]);
        put(t, base64[v >> 12 & 63]);
        put(t, left > 1 ? base64[v >> 6 & 63] : '=');
        put(t, left > 2 ? base64[v & 63] : '=');
        column += 4;
        if (column == 64 && left > 3) {
            line_end(t, flags);
            column = 0;
        }
    }
    if (size)
        line_end(t, flags);
}

static void digits(struct text *t, DWORD value, int n)
{
    while (n--)
        put(t, "0123456789abcdef"[value >> 4 * n & 15]);
}

/* Lines of 16 bytes: the address and the characters, if the kind has them. */
static void to_hex(struct text *t, const BYTE *data, DWORD size, BOOL address, BOOL characters, DWORD flags)
{
    for (DWORD i = 0; i < size; i += 16) {
        DWORD n = size - i < 16 ? size - i : 16;

        if (address) {
            digits(t, i, 4);
            puts_a(t, "    ");
        }
        for (DWORD j = 0; j < (characters ? 16 : n); j++) {
            if (j)
                puts_a(t, j == 8 ? "  " : " ");
            if (j < n)
                digits(t, data[i + j], 2);
            else
                puts_a(t, "  ");
        }
        if (characters) {
            puts_a(t, "   ");
            for (DWORD j = 0; j < n; j++)
                put(t, data[i + j] >= 0x20 && data[i + j] < 0x7f ? (char)data[i + j] : '.');
        }
        if (flags & CRYPT_STRING_NOCRLF) {
            if (i + n < size)
                put(t, ' ');
        } else {
            line_end(t, flags);
        }
    }
}

static BOOL to_text(const BYTE *data, DWORD size, DWORD flags, struct text *t)
{
    DWORD kind = flags & 0xff;

    switch (kind) {
    case CRYPT_STRING_BASE64:
        to_base64(t, data, size, flags);
        return TRUE;
    case CRYPT_STRING_BASE64HEADER:
    case CRYPT_STRING_BASE64REQUESTHEADER:
    case CRYPT_STRING_BASE64X509CRLHEADER:
        puts_a(t, headers[kind].begin);
        line_end(t, flags);
        to_base64(t, data, size, flags);
        puts_a(t, headers[kind].end);
        line_end(t, flags);
        return TRUE;
    case CRYPT_STRING_HEXRAW:
        for (DWORD i = 0; i < size; i++)
            digits(t, data[i], 2);
        line_end(t, flags);
        return TRUE;
    case CRYPT_STRING_HEX:
        to_hex(t, data, size, FALSE, FALSE, flags);
        return TRUE;
    case CRYPT_STRING_HEXASCII:
        to_hex(t, data, size, FALSE, TRUE, flags);
        return TRUE;
    case CRYPT_STRING_HEXADDR:
        to_hex(t, data, size, TRUE, FALSE, flags);
        return TRUE;
    case CRYPT_STRING_HEXASCIIADDR:
        to_hex(t, data, size, TRUE, TRUE, flags);
        return TRUE;
    default:
        return fail((DWORD)E_INVALIDARG);
    }
}

static BOOL binary_to_string(const BYTE *data, DWORD size, DWORD flags, void *out, DWORD *length, BOOL wide)
{
    struct text t = {0};
    DWORD unit = wide ? sizeof(WCHAR) : 1;

    if (!data || !length)
        return fail((DWORD)E_INVALIDARG);
    if ((flags & 0xff) == CRYPT_STRING_BINARY) {
        DWORD room = *length;

        *length = size;
        if (out && room < size)
            return fail(ERROR_MORE_DATA);
        if (out)
            memcpy(out, data, size * unit);
        return TRUE;
    }
    if (!to_text(data, size, flags, &t))
        return FALSE;
    if (!out) {
        *length = t.length + 1;
        return TRUE;
    }
    if (*length < t.length + 1) {
        *length = t.length + 1;
        return fail(ERROR_MORE_DATA);
    }
    t = (struct text){wide ? out : NULL, wide ? NULL : out, *length, 0};
    to_text(data, size, flags, &t);
    *length = t.length; /* without the NUL now */
    put(&t, 0);
    return TRUE;
}

BOOL WINAPI CryptBinaryToStringA(const BYTE *data, DWORD size, DWORD flags, LPSTR out, DWORD *length)
{
    return binary_to_string(data, size, flags, out, length, FALSE);
}

BOOL WINAPI CryptBinaryToStringW(const BYTE *data, DWORD size, DWORD flags, LPWSTR out, DWORD *length)
{
    return binary_to_string(data, size, flags, out, length, TRUE);
}

/* ------------------------------------------------------------------------------------ from text */

struct bytes {
    BYTE *at;
    DWORD room, size;
};

static void put_byte(struct bytes *b, DWORD byte)
{
    if (b->at && b->size < b->room)
        b->at[b->size] = (BYTE)byte;
    b->size++;
}

static BOOL blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static BOOL from_base64(const char *s, DWORD n, struct bytes *b)
{
    DWORD value = 0, got = 0, padding = 0;

    for (DWORD i = 0; i < n; i++) {
        const char *digit;

        if (blank(s[i]))
            continue;
        if (s[i] == '=') {
            if (++padding + got > 4 || got < 2)
                return FALSE;
            continue;
        }
        digit = s[i] ? strchr(base64, s[i]) : NULL;
        if (!digit || padding)
            return FALSE;
        value = value << 6 | (DWORD)(digit - base64);
        if (++got == 4) {
            put_byte(b, value >> 16);
            put_byte(b, value >> 8 & 255);
            put_byte(b, value & 255);
            value = got = 0;
        }
    }
    if (got == 1 || (got && padding && got + padding != 4))
        return FALSE;
    if (got == 2)
        put_byte(b, value >> 4 & 255);
    if (got == 3) {
        put_byte(b, value >> 10 & 255);
        put_byte(b, value >> 2 & 255);
    }
    return TRUE;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static BOOL from_hex(const char *s, DWORD n, struct bytes *b)
{
    for (DWORD i = 0; i < n; i++) {
        int high, low;

        if (blank(s[i]))
            continue;
        if (i + 1 == n || (high = hex_digit(s[i])) < 0 || (low = hex_digit(s[i + 1])) < 0)
            return FALSE;
        put_byte(b, (DWORD)(high << 4 | low));
        i++;
    }
    return TRUE;
}

/* Between a line that begins with "-----BEGIN" and one with "-----END"; skip: what is before. */
static BOOL from_headers(const char *s, DWORD n, struct bytes *b, DWORD *skip)
{
    static const char begin[] = "-----BEGIN ", end[] = "-----END ";
    DWORD i = 0, start, stop;

    while (i + sizeof(begin) - 1 <= n && memcmp(s + i, begin, sizeof(begin) - 1))
        i++;
    if (i + sizeof(begin) - 1 > n)
        return FALSE;
    *skip = i;
    while (i < n && s[i] != '\n')
        i++;
    start = stop = i;
    while (stop + sizeof(end) - 1 <= n && memcmp(s + stop, end, sizeof(end) - 1))
        stop++;
    return stop + sizeof(end) - 1 <= n && from_base64(s + start, stop - start, b);
}

static BOOL from_text(const char *s, DWORD n, DWORD kind, struct bytes *b, DWORD *skip, DWORD *used)
{
    b->size = 0;
    *skip = 0;
    *used = kind;
    switch (kind) {
    case CRYPT_STRING_BASE64:
        return from_base64(s, n, b);
    case CRYPT_STRING_BASE64HEADER:
    case CRYPT_STRING_BASE64REQUESTHEADER:
    case CRYPT_STRING_BASE64X509CRLHEADER:
        return from_headers(s, n, b, skip);
    case CRYPT_STRING_BINARY:
        for (DWORD i = 0; i < n; i++)
            put_byte(b, (BYTE)s[i]);
        return TRUE;
    case CRYPT_STRING_HEX:
    case CRYPT_STRING_HEXRAW:
        return from_hex(s, n, b);
    case CRYPT_STRING_BASE64_ANY:
        return from_text(s, n, CRYPT_STRING_BASE64HEADER, b, skip, used) ||
               from_text(s, n, CRYPT_STRING_BASE64, b, skip, used);
    case CRYPT_STRING_ANY:
        return from_text(s, n, CRYPT_STRING_BASE64_ANY, b, skip, used) ||
               from_text(s, n, CRYPT_STRING_BINARY, b, skip, used);
    case CRYPT_STRING_HEX_ANY:
        return from_text(s, n, CRYPT_STRING_HEX, b, skip, used);
    default:
        return FALSE;
    }
}

BOOL WINAPI CryptStringToBinaryA(LPCSTR text, DWORD length, DWORD flags, BYTE *out, DWORD *size,
                                 DWORD *skip, DWORD *used)
{
    struct bytes b = {out, size && out ? *size : 0, 0};
    DWORD skipped, kind;

    if (!text || !size)
        return fail((DWORD)E_INVALIDARG);
    if (!length)
        length = (DWORD)ansi_length(text);
    if (!from_text(text, length, flags & 0x7fffffff, &b, &skipped, &kind))
        return fail(ERROR_INVALID_DATA);
    if (skip)
        *skip = skipped;
    if (used)
        *used = kind;
    if (out && *size < b.size) {
        *size = b.size;
        return fail(ERROR_MORE_DATA);
    }
    *size = b.size;
    return TRUE;
}

BOOL WINAPI CryptStringToBinaryW(LPCWSTR text, DWORD length, DWORD flags, BYTE *out, DWORD *size,
                                 DWORD *skip, DWORD *used)
{
    char *narrow;
    BOOL done;

    if (!text || !size)
        return fail((DWORD)E_INVALIDARG);
    if (!length)
        length = (DWORD)wide_length(text);
    if (!length) {
        *size = 0;
        return TRUE;
    }
    narrow = heap_alloc(length);
    if (!narrow)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    /* what is not ASCII is no digit of any kind */
    for (DWORD i = 0; i < length; i++)
        narrow[i] = text[i] < 128 ? (char)text[i] : '\1';
    done = CryptStringToBinaryA(narrow, length, flags, out, size, skip, used);
    heap_free(narrow);
    return done;
}
