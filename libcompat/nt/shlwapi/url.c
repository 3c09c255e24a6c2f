/* URLs: what kind one is, and the way between them and paths. */
#include "shlw.h"

/* The scheme's length, without its colon; 0: none. One letter is a drive. */
static DWORD scheme(LPCWSTR url)
{
    DWORD n = 0;

    while ((url[n] >= 'a' && url[n] <= 'z') || (url[n] >= 'A' && url[n] <= 'Z') ||
           (n && ((url[n] >= '0' && url[n] <= '9') || url[n] == '+' || url[n] == '-' || url[n] == '.')))
        n++;
    return n > 1 && url[n] == ':' ? n : 0;
}

static BOOL is_scheme(LPCWSTR url, const WCHAR *name)
{
    DWORD n = scheme(url);

    return n && n == wide_length(name) &&
           CompareStringOrdinal(url, (int)n, name, (int)n, TRUE) == CSTR_EQUAL;
}

BOOL WINAPI UrlIsW(LPCWSTR url, URLIS kind)
{
    static const WCHAR *const opaque[] = {L"mailto", L"shell", L"javascript", L"vbscript", L"about"};
    static const WCHAR *const unkept[] = {L"mailto", L"about", L"javascript", L"vbscript"};
    const WCHAR *last = NULL, *c;

    if (!url)
        return FALSE;
    switch (kind) {
    case URLIS_URL:
        return scheme(url) != 0;
    case URLIS_FILEURL:
        return is_scheme(url, L"file");
    case URLIS_OPAQUE:
        for (ULONG i = 0; i < ARRAYSIZE(opaque); i++)
            if (is_scheme(url, opaque[i]))
                return TRUE;
        return FALSE;
    case URLIS_NOHISTORY:
        for (ULONG i = 0; i < ARRAYSIZE(unkept); i++)
            if (is_scheme(url, unkept[i]))
                return TRUE;
        return FALSE;
    case URLIS_DIRECTORY:
        for (c = url; *c && *c != '?' && *c != '#'; c++)
            last = c;
        return last && (*last == '/' || *last == '\\');
    case URLIS_HASQUERY:
        for (c = url; *c && *c != '#'; c++)
            if (*c == '?')
                return TRUE;
        return FALSE;
    case URLIS_APPLIABLE:
        return scheme(url) != 0;
    default:
        return FALSE;
    }
}

BOOL WINAPI UrlIsA(LPCSTR url, URLIS kind)
{
    WCHAR *wide = wide_copy(url);
    BOOL is = wide && UrlIsW(wide, kind);

    heap_free(wide);
    return is;
}

BOOL WINAPI PathIsURLW(LPCWSTR path)
{
    return path && scheme(path) != 0;
}

BOOL WINAPI PathIsURLA(LPCSTR path)
{
    WCHAR *wide = wide_copy(path);
    BOOL is = wide && PathIsURLW(wide);

    heap_free(wide);
    return is;
}

static int hex(WCHAR c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Gives text of n characters; *size counts the NUL on the way in, and when there is too little room. */
static HRESULT give(const WCHAR *text, DWORD n, LPWSTR out, DWORD *size)
{
    if (*size < n + 1) {
        *size = n + 1;
        return E_POINTER;
    }
    memcpy(out, text, n * sizeof(WCHAR));
    out[n] = 0;
    *size = n;
    return S_OK;
}

/* file:///C:/x, file://server/share/x, file:C:\x. Escapes are bytes of UTF-8. */
HRESULT WINAPI PathCreateFromUrlW(LPCWSTR url, LPWSTR path, LPDWORD size, DWORD reserved)
{
    SIZE_T length;
    WCHAR *text;
    DWORD n = 0, slashes = 0;
    HRESULT result;

    if (!url || !path || !size || !*size || reserved)
        return E_INVALIDARG;
    if (!is_scheme(url, L"file"))
        return E_INVALIDARG;
    url += 5;
    while (url[slashes] == '/' || url[slashes] == '\\')
        slashes++;
    length = wide_length(url);
    text = heap_alloc((length + 3) * sizeof(WCHAR));
    if (!text)
        return E_OUTOFMEMORY;
    if (slashes == 2 && url[2] && !(url[3] == ':' || url[3] == '|')) {
        text[n++] = '\\';
        text[n++] = '\\';
        url += 2;
    } else if (slashes >= 1 && url[slashes] && (url[slashes + 1] == ':' || url[slashes + 1] == '|')) {
        url += slashes;
    } else if (slashes == 3) {
        url += 2;
    } else if (slashes >= 4) {
        text[n++] = '\\';
        text[n++] = '\\';
        url += slashes;
    }
    if (CompareStringOrdinal(text, 2, L"\\\\", 2, FALSE) == CSTR_EQUAL && n == 2 &&
        CompareStringOrdinal(url, 10, L"localhost/", 10, TRUE) == CSTR_EQUAL) {
        n = 0;
        url += 10;
    }
    while (*url && *url != '?' && *url != '#') {
        char bytes[4];
        DWORD count = 0, want = 1;
        ULONG got = 0;

        /* an escaped character of as many bytes as its first one says */
        while (count < want && url[0] == '%' && hex(url[1]) >= 0 && hex(url[2]) >= 0) {
            BYTE byte = (BYTE)(hex(url[1]) << 4 | hex(url[2]));

            if (!count)
                want = byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
            bytes[count++] = (char)byte;
            url += 3;
        }
        if (count) {
            RtlUTF8ToUnicodeN(text + n, 2 * sizeof(WCHAR), &got, bytes, count);
            n += got / sizeof(WCHAR);
            continue;
        }
        text[n++] = *url == '/' ? '\\' : *url;
        url++;
    }
    if (n > 1 && text[1] == '|')
        text[1] = ':';
    result = give(text, n, path, size);
    heap_free(text);
    return result;
}

/* The characters that a path may have and a URL may not. */
static BOOL escaped(WCHAR c)
{
    return c <= 0x20 || c == 0x7f || (c < 0x80 && strchr("\"#%;<>?[]^`{|}", c));
}

HRESULT WINAPI UrlCreateFromPathW(LPCWSTR path, LPWSTR url, LPDWORD size, DWORD reserved)
{
    static const WCHAR digits[] = L"0123456789ABCDEF";
    SIZE_T length;
    WCHAR *text;
    DWORD n = 5;
    HRESULT result;

    if (!path || !url || !size || !*size || reserved)
        return E_INVALIDARG;
    if (scheme(path)) {
        result = give(path, (DWORD)wide_length(path), url, size);
        return result == S_OK ? S_FALSE : result; /* it is one already */
    }
    length = wide_length(path);
    if (length > 0x1000000)
        return E_INVALIDARG;
    text = heap_alloc((length * 3 + 16) * sizeof(WCHAR));
    if (!text)
        return E_OUTOFMEMORY;
    memcpy(text, L"file:", 5 * sizeof(WCHAR));
    if (*path && path[1] == ':') {
        memcpy(text + n, L"///", 3 * sizeof(WCHAR));
        n += 3;
    }
    for (; *path; path++) {
        if (*path == '\\') {
            text[n++] = '/';
        } else if (escaped(*path)) {
            text[n++] = '%';
            text[n++] = digits[*path >> 4 & 15];
            text[n++] = digits[*path & 15];
        } else {
            text[n++] = *path;
        }
    }
    result = give(text, n, url, size);
    heap_free(text);
    return result;
}

BOOL WINAPI PathIsPrefixW(LPCWSTR prefix, LPCWSTR path)
{
    SIZE_T n;

    if (!prefix || !path)
        return FALSE;
    n = wide_length(prefix);
    if (n > wide_length(path) ||
        CompareStringOrdinal(prefix, (int)n, path, (int)n, TRUE) != CSTR_EQUAL)
        return FALSE;
    /* a whole number of its parts */
    return !path[n] || path[n] == '\\' || (n && prefix[n - 1] == '\\');
}

BOOL WINAPI PathIsPrefixA(LPCSTR prefix, LPCSTR path)
{
    WCHAR *a = wide_copy(prefix), *b = wide_copy(path);
    BOOL is = a && b && PathIsPrefixW(a, b);

    heap_free(a);
    heap_free(b);
    return is;
}
