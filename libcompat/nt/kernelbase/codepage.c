/*
 * Code pages: bytes to UTF-16 and back, with the flags and errors of MultiByteToWideChar and
 * WideCharToMultiByte. The tables come from the build host's iconv (tools/gen-codepages.c).
 *
 * Both the ANSI and the OEM code page are UTF-8: every host file name survives.
 */
#include <stdint.h>

#include "nls.h"

struct code_page {
    UINT number;
    WCHAR default_char;
    const uint16_t *high;        /* bytes 80h..FFh; 0 for lead bytes */
    const uint16_t (*rows)[256]; /* by trail byte, for each lead byte */
    const uint8_t *row_of;       /* 1 + row of a lead byte 80h..FFh; 0: not one */
    const uint16_t (*prefer)[2]; /* characters with several codes: the one to write */
    const WCHAR *name;
};

#include "codepage_tables.h"

/* code_pages[i]'s table back: code by character, 0 for none. Built at first use; set once, by an
 * interlocked exchange, and never freed. */
static uint16_t *back_tables[ARRAYSIZE(code_pages)];

UINT real_code_page(UINT page)
{
    switch (page) {
    case CP_ACP:
    case CP_OEMCP:
    case CP_THREAD_ACP:
        return CP_UTF8;
    case CP_MACCP:
        return 10000;
    }
    return page;
}

static const struct code_page *find_page(UINT number)
{
    for (SIZE_T i = 0; i < ARRAYSIZE(code_pages); i++)
        if (code_pages[i].number == number)
            return &code_pages[i];
    return NULL;
}

UINT WINAPI GetACP(VOID)
{
    return CP_UTF8;
}

UINT WINAPI GetOEMCP(VOID)
{
    return CP_UTF8;
}

BOOL WINAPI IsValidCodePage(UINT page)
{
    switch (page) {
    case CP_ACP:
    case CP_OEMCP:
    case CP_MACCP:
    case CP_THREAD_ACP:
        return FALSE; /* these stand for code pages, they are none */
    case CP_UTF7:
    case CP_UTF8:
        return TRUE;
    }
    return find_page(page) != NULL;
}

static BOOL is_lead(const struct code_page *page, BYTE b)
{
    return page->row_of && b >= 0x80 && page->row_of[b - 0x80];
}

BOOL WINAPI IsDBCSLeadByteEx(UINT number, BYTE b)
{
    const struct code_page *page = find_page(real_code_page(number));

    return page && is_lead(page, b);
}

BOOL WINAPI IsDBCSLeadByte(BYTE b)
{
    return IsDBCSLeadByteEx(CP_ACP, b);
}

BOOL WINAPI GetCPInfo(UINT number, LPCPINFO info)
{
    const struct code_page *page;
    UINT ranges = 0;

    number = real_code_page(number);
    page = find_page(number);
    if (!info || (!page && number != CP_UTF7 && number != CP_UTF8))
        return fail(ERROR_INVALID_PARAMETER);
    memset(info, 0, sizeof(*info));
    info->DefaultChar[0] = '?';
    if (!page) {
        info->MaxCharSize = number == CP_UTF8 ? 4 : 5;
        return TRUE;
    }
    info->MaxCharSize = page->row_of ? 2 : 1;
    for (UINT b = 0x80; page->row_of && b < 0x100; b++) {
        if (!is_lead(page, (BYTE)b))
            continue;
        if (ranges && info->LeadByte[ranges - 1] == b - 1) {
            info->LeadByte[ranges - 1] = (BYTE)b;
        } else if (ranges + 2 < MAX_LEADBYTES) {
            info->LeadByte[ranges++] = (BYTE)b;
            info->LeadByte[ranges++] = (BYTE)b;
        }
    }
    return TRUE;
}

static const WCHAR *page_name(UINT number)
{
    const struct code_page *page = find_page(number);

    if (number == CP_UTF8)
        return L"UTF-8";
    return page ? page->name : L"UTF-7";
}

static WCHAR *put_number(WCHAR *out, UINT value, int minimum)
{
    WCHAR digits[12];
    int n = 0;

    while (value || n < minimum) {
        digits[n++] = (WCHAR)(L'0' + value % 10);
        value /= 10;
    }
    while (n)
        *out++ = digits[--n];
    return out;
}

BOOL WINAPI GetCPInfoExW(UINT number, DWORD flags, LPCPINFOEXW info)
{
    CPINFO plain;
    const struct code_page *page;
    WCHAR *at;

    if (flags)
        return fail(ERROR_INVALID_PARAMETER);
    number = real_code_page(number);
    if (!info || !GetCPInfo(number, &plain))
        return fail(ERROR_INVALID_PARAMETER);
    page = find_page(number);
    memset(info, 0, sizeof(*info));
    info->MaxCharSize = plain.MaxCharSize;
    memcpy(info->DefaultChar, plain.DefaultChar, sizeof(info->DefaultChar));
    memcpy(info->LeadByte, plain.LeadByte, sizeof(info->LeadByte));
    info->UnicodeDefaultChar = page ? (page->row_of && number == 932 ? 0x30fb : L'?') : 0xfffd;
    info->CodePage = number;
    at = put_number(info->CodePageName, number, 1);
    memcpy(at, L"  (", 3 * sizeof(WCHAR));
    at += 3;
    for (const WCHAR *name = page_name(number); *name;)
        *at++ = *name++;
    memcpy(at, L")", 2 * sizeof(WCHAR));
    return TRUE;
}

BOOL WINAPI GetCPInfoExA(UINT number, DWORD flags, LPCPINFOEXA info)
{
    CPINFOEXW wide;

    if (!info)
        return fail(ERROR_INVALID_PARAMETER);
    if (!GetCPInfoExW(number, flags, &wide))
        return FALSE;
    info->MaxCharSize = wide.MaxCharSize;
    memcpy(info->DefaultChar, wide.DefaultChar, sizeof(info->DefaultChar));
    memcpy(info->LeadByte, wide.LeadByte, sizeof(info->LeadByte));
    info->UnicodeDefaultChar = wide.UnicodeDefaultChar;
    info->CodePage = wide.CodePage;
    narrow_ansi(wide.CodePageName, (DWORD)wcslen(wide.CodePageName), info->CodePageName,
                sizeof(info->CodePageName));
    return TRUE;
}

BOOL WINAPI EnumSystemCodePagesW(CODEPAGE_ENUMPROCW callback, DWORD flags)
{
    WCHAR text[12];

    if (!callback)
        return fail(ERROR_INVALID_PARAMETER);
    if (flags != CP_INSTALLED && flags != CP_SUPPORTED)
        return fail(ERROR_INVALID_FLAGS);
    for (SIZE_T i = 0; i < ARRAYSIZE(code_pages) + 2; i++) {
        UINT number = i < ARRAYSIZE(code_pages) ? code_pages[i].number
                                                : (UINT)(CP_UTF7 + i - ARRAYSIZE(code_pages));

        *put_number(text, number, 1) = 0;
        if (!callback(text))
            break;
    }
    return TRUE;
}

BOOL WINAPI EnumSystemCodePagesA(CODEPAGE_ENUMPROCA callback, DWORD flags)
{
    if (!callback)
        return fail(ERROR_INVALID_PARAMETER);
    if (flags != CP_INSTALLED && flags != CP_SUPPORTED)
        return fail(ERROR_INVALID_FLAGS);
    for (SIZE_T i = 0; i < ARRAYSIZE(code_pages) + 2; i++) {
        UINT number = i < ARRAYSIZE(code_pages) ? code_pages[i].number
                                                : (UINT)(CP_UTF7 + i - ARRAYSIZE(code_pages));
        WCHAR text[12];
        CHAR narrow[12];
        int n = 0;

        *put_number(text, number, 1) = 0;
        do
            narrow[n] = (CHAR)text[n];
        while (text[n++]);
        if (!callback(narrow))
            break;
    }
    return TRUE;
}

/* ---- Output that may be a measurement ---- */

/* `size` 0: nothing is stored. What does not fit is counted all the same; the caller compares. */
struct wide_out {
    WCHAR *text;
    int size, length;
};

struct byte_out {
    BYTE *text;
    int size, length;
};

static inline void put_wide(struct wide_out *out, WCHAR c)
{
    if (out->length < out->size)
        out->text[out->length] = c;
    out->length++;
}

static inline void put_byte(struct byte_out *out, BYTE b)
{
    if (out->length < out->size)
        out->text[out->length] = b;
    out->length++;
}

/* ---- UTF-8 ---- */

/*
 * One character; `*at` moves behind it. An ill-formed sequence gives -1, `*at` behind the longest
 * part of it that could have begun a character (as Unicode recommends and Windows does).
 */
static LONG decode_utf8(const BYTE **at, const BYTE *end)
{
    BYTE first = *(*at)++, low = 0x80, high = 0xbf;
    int more;
    LONG c;

    if (first < 0x80)
        return first;
    if (first < 0xc2 || first > 0xf4)
        return -1;
    if (first < 0xe0) {
        more = 1;
        c = first & 0x1f;
    } else if (first < 0xf0) {
        more = 2;
        c = first & 0x0f;
        if (first == 0xe0)
            low = 0xa0; /* no longer form than needed */
        if (first == 0xed)
            high = 0x9f; /* no surrogates */
    } else {
        more = 3;
        c = first & 0x07;
        if (first == 0xf0)
            low = 0x90;
        if (first == 0xf4)
            high = 0x8f;
    }
    while (more--) {
        if (*at == end || **at < low || **at > high)
            return -1;
        c = c << 6 | (*(*at)++ & 0x3f);
        low = 0x80;
        high = 0xbf;
    }
    return c;
}

static BOOL utf8_to_wide(const BYTE *at, const BYTE *end, struct wide_out *out)
{
    BOOL valid = TRUE;

    while (at < end) {
        LONG c = decode_utf8(&at, end);

        if (c < 0) {
            valid = FALSE;
            c = 0xfffd;
        }
        if (c >= 0x10000) {
            put_wide(out, (WCHAR)(0xd7c0 + (c >> 10)));
            /* Half a pair is not stored: the buffer then ends before it. */
            if (out->size && out->length == out->size)
                out->text[out->size - 1] = 0;
            put_wide(out, (WCHAR)(0xdc00 | (c & 0x3ff)));
        } else {
            put_wide(out, (WCHAR)c);
        }
    }
    return valid;
}

static BOOL wide_to_utf8(const WCHAR *at, const WCHAR *end, struct byte_out *out)
{
    BOOL valid = TRUE;

    while (at < end) {
        DWORD c = *at++;

        if (is_high_surrogate((WCHAR)c) && at < end && is_low_surrogate(*at)) {
            c = 0x10000 + ((c & 0x3ff) << 10) + (*at++ & 0x3ff);
        } else if ((c & 0xf800) == 0xd800) {
            valid = FALSE;
            c = 0xfffd;
        }
        if (c < 0x80) {
            put_byte(out, (BYTE)c);
            continue;
        }
        if (c < 0x800) {
            put_byte(out, (BYTE)(0xc0 | c >> 6));
        } else {
            if (c < 0x10000) {
                put_byte(out, (BYTE)(0xe0 | c >> 12));
            } else {
                put_byte(out, (BYTE)(0xf0 | c >> 18));
                put_byte(out, (BYTE)(0x80 | (c >> 12 & 0x3f)));
            }
            put_byte(out, (BYTE)(0x80 | (c >> 6 & 0x3f)));
        }
        put_byte(out, (BYTE)(0x80 | (c & 0x3f)));
    }
    return valid;
}

/* ---- UTF-7 (RFC 2152) ---- */

static int base64_value(BYTE b)
{
    if (b >= 'A' && b <= 'Z')
        return b - 'A';
    if (b >= 'a' && b <= 'z')
        return b - 'a' + 26;
    if (b >= '0' && b <= '9')
        return b - '0' + 52;
    return b == '+' ? 62 : b == '/' ? 63 : -1;
}

static void utf7_to_wide(const BYTE *at, const BYTE *end, struct wide_out *out)
{
    while (at < end) {
        ULONG bits = 0;
        int count = 0;

        if (*at != '+') {
            put_wide(out, *at++);
            continue;
        }
        at++;
        if (at < end && *at == '-') {
            put_wide(out, L'+');
            at++;
            continue;
        }
        while (at < end && base64_value(*at) >= 0) {
            bits = bits << 6 | (ULONG)base64_value(*at++);
            count += 6;
            if (count >= 16) {
                count -= 16;
                put_wide(out, (WCHAR)(bits >> count));
            }
        }
        if (at < end && *at == '-')
            at++;
    }
}

/* Characters that stand for themselves: RFC 2152's direct set and what Windows adds to it. */
static BOOL utf7_direct(WCHAR c)
{
    if ((c >= L'A' && c <= L'Z') || (c >= L'a' && c <= L'z') || (c >= L'0' && c <= L'9'))
        return TRUE;
    switch (c) {
    case 0:
    case L'\t':
    case L'\n':
    case L'\r':
    case L' ':
    case L'\'':
    case L'(':
    case L')':
    case L',':
    case L'-':
    case L'.':
    case L'/':
    case L':':
    case L'?':
        return TRUE;
    }
    return FALSE;
}

static void wide_to_utf7(const WCHAR *at, const WCHAR *end, struct byte_out *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    while (at < end) {
        ULONG bits = 0;
        int count = 0;

        if (utf7_direct(*at)) {
            put_byte(out, (BYTE)*at++);
            continue;
        }
        put_byte(out, '+');
        if (*at == L'+') {
            put_byte(out, '-');
            at++;
            continue;
        }
        while (at < end && *at != L'+' && !utf7_direct(*at)) {
            bits = bits << 16 | *at++;
            count += 16;
            while (count >= 6) {
                count -= 6;
                put_byte(out, (BYTE)digits[bits >> count & 63]);
            }
        }
        if (count)
            put_byte(out, (BYTE)digits[bits << (6 - count) & 63]);
        put_byte(out, '-');
    }
}

/* ---- Tables ---- */

static BOOL table_to_wide(const struct code_page *page, const BYTE *at, const BYTE *end,
                          struct wide_out *out, BOOL composite)
{
    BOOL valid = TRUE;

    while (at < end) {
        BYTE b = *at++;
        WCHAR c, parts[MAXIMUM_DECOMPOSITION];
        UINT count = 0;

        if (b < 0x80) {
            put_wide(out, b);
            continue;
        }
        c = page->high[b - 0x80];
        if (is_lead(page, b)) {
            /* A lead byte at the end, or before a NUL, has lost its trail byte. */
            if (at < end && *at)
                c = page->rows[page->row_of[b - 0x80] - 1][*at++];
            else
                c = 0;
        }
        if (!c) {
            valid = FALSE;
            c = page->row_of ? (page->number == 932 ? 0x30fb : L'?') : 0xfffd;
            if (page->number == 20127)
                c = b & 0x7f;
        }
        if (composite)
            count = decompose(c, FALSE, parts);
        for (UINT i = 0; i < count; i++)
            put_wide(out, parts[i]);
        if (!count)
            put_wide(out, c);
    }
    return valid;
}

static uint16_t *back_table(const struct code_page *page)
{
    uint16_t **slot = &back_tables[page - code_pages], *table = *(uint16_t *volatile *)slot;

    if (table)
        return table;
    table = VirtualAlloc(NULL, 0x10000 * sizeof(*table), MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
    if (!table)
        return NULL;
    /* The lowest code wins, so the highest is stored first. */
    for (UINT lead = 0x100; page->row_of && lead-- > 0x80;)
        for (UINT trail = 0x100; is_lead(page, (BYTE)lead) && trail-- > 0;) {
            WCHAR c = page->rows[page->row_of[lead - 0x80] - 1][trail];

            if (c)
                table[c] = (uint16_t)(lead << 8 | trail);
        }
    for (UINT b = 0x100; b-- > 0x80;)
        if (page->high[b - 0x80])
            table[page->high[b - 0x80]] = (uint16_t)b;
    for (UINT b = 0; b < 0x80; b++)
        table[b] = (uint16_t)b;
    for (const uint16_t(*p)[2] = page->prefer; p[0][0]; p++)
        table[p[0][0]] = p[0][1];
    if (InterlockedCompareExchangePointer((PVOID *)slot, table, NULL)) {
        VirtualFree(table, 0, MEM_RELEASE);
        return *slot;
    }
    return table;
}

/*
 * The likeness of a character that the page lacks: its letter without accents, its form of usual
 * width, a typewriter's quotes and dashes. 0: none.
 */
static uint16_t best_fit(const uint16_t *table, WCHAR c)
{
    static const WCHAR alike[][2] = {
        {0x00ab, L'<'}, {0x00bb, L'>'},  {0x0110, L'D'},  {0x0111, L'd'},  {0x0131, L'i'},
        {0x0141, L'L'}, {0x0142, L'l'},  {0x2010, L'-'},  {0x2011, L'-'},  {0x2012, L'-'},
        {0x2013, L'-'}, {0x2014, L'-'},  {0x2015, L'-'},  {0x2018, L'\''}, {0x2019, L'\''},
        {0x201a, L','}, {0x201b, L'\''}, {0x201c, L'"'},  {0x201d, L'"'},  {0x201e, L'"'},
        {0x2020, L'+'}, {0x2022, L'*'},  {0x2026, L'.'},  {0x2032, L'\''}, {0x2033, L'"'},
        {0x2039, L'<'}, {0x203a, L'>'},  {0x2044, L'/'},  {0x20ac, L'?'},  {0x2122, L'T'},
        {0x2212, L'-'}, {0x2215, L'/'},  {0x2216, L'\\'}, {0x2217, L'*'},  {0x2223, L'|'},
        {0x2236, L':'}, {0x223c, L'~'},  {0x3000, L' '},
    };
    WCHAR parts[MAXIMUM_DECOMPOSITION];
    UINT count;

    if (c >= 0xff01 && c <= 0xff5e)
        return table[c - 0xff01 + L'!'];
    for (SIZE_T i = 0; i < ARRAYSIZE(alike); i++)
        if (alike[i][0] == c)
            return alike[i][1] == L'?' ? 0 : table[alike[i][1]];
    count = decompose(c, TRUE, parts);
    /* Only accents may be lost: a ligature or fraction has no single likeness. */
    for (UINT i = 1; i < count; i++)
        if (!combining_class(parts[i]))
            return 0;
    return count && parts[0] ? table[parts[0]] : 0;
}

static BOOL wide_to_table(const struct code_page *page, DWORD flags, const WCHAR *at,
                          const WCHAR *end, struct byte_out *out, uint16_t default_code,
                          BOOL *used_default)
{
    const uint16_t *table = back_table(page);

    if (!table)
        return fail(ERROR_NOT_ENOUGH_MEMORY);
    while (at < end) {
        WCHAR c = *at++;
        uint16_t code;

        if (flags & WC_COMPOSITECHECK && at < end && !table[*at]) {
            DWORD composed = compose(c, *at);

            if (composed && composed < 0x10000 && table[composed]) {
                c = (WCHAR)composed;
                at++;
            } else if (composed || combining_class(*at)) {
                if (flags & WC_DISCARDNS) {
                    at++;
                } else if (flags & WC_DEFAULTCHAR) {
                    at++;
                    c = 0xffff; /* base and mark together become the default character */
                }
            }
        }
        code = table[c];
        if (!code && c && !(flags & WC_NO_BEST_FIT_CHARS))
            code = best_fit(table, c);
        if (!code && c) {
            code = default_code;
            *used_default = TRUE;
        }
        if (code > 0xff)
            put_byte(out, (BYTE)(code >> 8));
        put_byte(out, (BYTE)code);
    }
    return TRUE;
}

/* ---- CP_SYMBOL: F020h..F0FFh of the private use area ---- */

static BOOL wide_to_symbol(const WCHAR *at, const WCHAR *end, struct byte_out *out)
{
    for (; at < end; at++) {
        if (*at >= 0x20 && (*at < 0xf020 || *at > 0xf0ff))
            return FALSE;
        put_byte(out, (BYTE)*at);
    }
    return TRUE;
}

/* ---- The two functions ---- */

int WINAPI MultiByteToWideChar(UINT number, DWORD flags, LPCCH text, int length, LPWSTR buffer,
                               int size)
{
    const DWORD forms = MB_PRECOMPOSED | MB_COMPOSITE;
    struct wide_out out = {.text = buffer, .size = size};
    const struct code_page *page = NULL;
    const BYTE *end;
    BOOL valid = TRUE;

    if (!text || !length || size < 0 || (size && (!buffer || (const void *)text == buffer)))
        return fail(ERROR_INVALID_PARAMETER);
    if (length < 0) {
        SIZE_T whole = strlen(text) + 1;

        if (whole > MAXLONG)
            return fail(ERROR_INVALID_PARAMETER);
        length = (int)whole;
    }
    end = (const BYTE *)text + length;
    if (number != real_code_page(number) && real_code_page(number) == CP_UTF8)
        flags &= MB_ERR_INVALID_CHARS; /* as in WideCharToMultiByte */
    number = real_code_page(number);
    switch (number) {
    case CP_UTF8:
        if (flags & ~(DWORD)MB_ERR_INVALID_CHARS)
            return fail(ERROR_INVALID_FLAGS);
        valid = utf8_to_wide((const BYTE *)text, end, &out);
        break;
    case CP_UTF7:
        if (flags)
            return fail(ERROR_INVALID_FLAGS);
        utf7_to_wide((const BYTE *)text, end, &out);
        break;
    case CP_SYMBOL:
        if (flags)
            return fail(ERROR_INVALID_FLAGS);
        for (const BYTE *at = (const BYTE *)text; at < end; at++)
            put_wide(&out, *at < 0x20 ? *at : (WCHAR)(0xf000 + *at));
        break;
    default:
        page = find_page(number);
        if (!page)
            return fail(ERROR_INVALID_PARAMETER);
        if (flags &
                ~(DWORD)(MB_PRECOMPOSED | MB_COMPOSITE | MB_USEGLYPHCHARS | MB_ERR_INVALID_CHARS) ||
            (flags & forms) == forms)
            return fail(ERROR_INVALID_FLAGS);
        valid = table_to_wide(page, (const BYTE *)text, end, &out, (flags & MB_COMPOSITE) != 0);
        break;
    }
    if (!valid && flags & MB_ERR_INVALID_CHARS)
        return fail(ERROR_NO_UNICODE_TRANSLATION);
    if (size && out.length > size)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    return out.length;
}

int WINAPI WideCharToMultiByte(UINT number, DWORD flags, LPCWCH text, int length, LPSTR buffer,
                               int size, LPCCH default_char, LPBOOL used)
{
    struct byte_out out = {.text = (BYTE *)buffer, .size = size};
    const struct code_page *page;
    uint16_t default_code = '?';
    BOOL used_default = FALSE;
    /* Whoever names a code page by its role cannot know that UTF-8 wants no default character. */
    BOOL by_role = number <= CP_THREAD_ACP && number != CP_MACCP;
    const WCHAR *end;

    if (!text || !length || size < 0 || (size && (!buffer || (const void *)text == buffer)))
        return fail(ERROR_INVALID_PARAMETER);
    if (length < 0) {
        SIZE_T whole = wcslen(text) + 1;

        if (whole > MAXLONG / 4)
            return fail(ERROR_INVALID_PARAMETER);
        length = (int)whole;
    } else if (length > MAXLONG / 4) {
        return fail(ERROR_INVALID_PARAMETER); /* the result's length would not fit an int */
    }
    end = text + length;
    if (number != real_code_page(number) && real_code_page(number) == CP_UTF8) {
        /* The program asks for "the system's code page" and knows of none that is UTF-8: what
         * means nothing there is left out instead of refused. All characters can be converted. */
        if (used)
            *used = FALSE;
        default_char = NULL;
        used = NULL;
        flags &= WC_ERR_INVALID_CHARS;
    }
    number = real_code_page(number);
    switch (number) {
    case CP_UTF8:
        if ((default_char || used) && !by_role)
            return fail(ERROR_INVALID_PARAMETER);
        if (flags & ~(DWORD)WC_ERR_INVALID_CHARS && !by_role)
            return fail(ERROR_INVALID_FLAGS);
        used_default = !wide_to_utf8(text, end, &out);
        if (used_default && flags & WC_ERR_INVALID_CHARS)
            return fail(ERROR_NO_UNICODE_TRANSLATION);
        if (used)
            *used = used_default;
        break;
    case CP_UTF7:
        if (default_char || used)
            return fail(ERROR_INVALID_PARAMETER);
        if (flags)
            return fail(ERROR_INVALID_FLAGS);
        wide_to_utf7(text, end, &out);
        break;
    case CP_SYMBOL:
        if (default_char || used)
            return fail(ERROR_INVALID_PARAMETER);
        if (flags)
            return fail(ERROR_INVALID_FLAGS);
        if (!wide_to_symbol(text, end, &out))
            return fail(ERROR_NO_UNICODE_TRANSLATION);
        break;
    default:
        page = find_page(number);
        if (!page)
            return fail(ERROR_INVALID_PARAMETER);
        if (flags & ~(DWORD)(WC_DISCARDNS | WC_SEPCHARS | WC_DEFAULTCHAR | WC_COMPOSITECHECK |
                             WC_NO_BEST_FIT_CHARS))
            return fail(ERROR_INVALID_FLAGS);
        if (default_char)
            default_code = is_lead(page, (BYTE)default_char[0]) && default_char[1]
                               ? (uint16_t)((BYTE)default_char[0] << 8 | (BYTE)default_char[1])
                               : (BYTE)default_char[0];
        if (!wide_to_table(page, flags, text, end, &out, default_code, &used_default))
            return 0;
        if (used)
            *used = used_default;
        break;
    }
    if (size && out.length > size)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    return out.length;
}
