/*
 * The PathCch functions: work on the text of paths, with sizes of buffers and HRESULTs. They know the
 * prefixes "\\?\" and "\\?\UNC\", and do not look at files.
 */
#include "kernelbase.h"

#define PATH_LONG 0x01           /* PATHCCH_ALLOW_LONG_PATHS */
#define PATH_FORCE_ENABLE 0x02   /* PATHCCH_FORCE_ENABLE_LONG_NAME_PROCESS */
#define PATH_FORCE_DISABLE 0x04  /* PATHCCH_FORCE_DISABLE_LONG_NAME_PROCESS */
#define PATH_NO_NORMALIZE 0x08   /* PATHCCH_DO_NOT_NORMALIZE_SEGMENTS */
#define PATH_EXTENDED 0x10       /* PATHCCH_ENSURE_IS_EXTENDED_LENGTH_PATH */
#define PATH_TRAILING_SLASH 0x20 /* PATHCCH_ENSURE_TRAILING_SLASH */
#define PATH_SLASHES 0x40        /* PATHCCH_CANONICALIZE_SLASHES */
#define PATH_MOST 0x8000         /* PATHCCH_MAX_CCH */

#define INSUFFICIENT ((HRESULT)0x8007007a) /* HRESULT_FROM_WIN32(ERROR_INSUFFICIENT_BUFFER) */
#define TOO_LONG ((HRESULT)0x800700ce)     /* HRESULT_FROM_WIN32(ERROR_FILENAME_EXCED_RANGE) */

static SIZE_T length_of(const WCHAR *s)
{
    SIZE_T n = 0;

    while (s[n])
        n++;
    return n;
}

/* As length_of, within a buffer; `size` when there is no NUL. */
static SIZE_T length_in(const WCHAR *s, SIZE_T size)
{
    SIZE_T n = 0;

    while (n < size && s[n])
        n++;
    return n;
}

static BOOL letter(WCHAR c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static BOOL extended(const WCHAR *s)
{
    return s[0] == '\\' && s[1] == '\\' && s[2] == '?' && s[3] == '\\';
}

static BOOL extended_unc(const WCHAR *s)
{
    return extended(s) && (s[4] | 32) == 'u' && (s[5] | 32) == 'n' && (s[6] | 32) == 'c' && s[7] == '\\';
}

static BOOL extended_drive(const WCHAR *s)
{
    return extended(s) && letter(s[4]) && s[5] == ':';
}

BOOL WINAPI PathIsUNCEx(LPCWSTR path, LPCWSTR *server)
{
    const WCHAR *at = NULL;

    if (!path)
        return FALSE;
    if (extended_unc(path))
        at = path + 8;
    else if (path[0] == '\\' && path[1] == '\\' && path[2] != '?')
        at = path + 2;
    if (server)
        *server = at;
    return at != NULL;
}

/* Server and share, with the backslash behind them: not a part that one can go up from. */
static const WCHAR *skip_share(const WCHAR *at)
{
    for (int part = 0; part < 2; part++) {
        while (*at && *at != '\\')
            at++;
        if (*at)
            at++;
    }
    return at;
}

HRESULT WINAPI PathCchSkipRoot(LPCWSTR path, LPCWSTR *end)
{
    const WCHAR *server;

    if (!path || !*path || !end)
        return E_INVALIDARG;
    if (PathIsUNCEx(path, &server)) {
        *end = skip_share(server);
        return S_OK;
    }
    if (extended_drive(path))
        *end = path + 6;
    else if (extended(path)) {
        /* "\\?\Volume{...}\" */
        const WCHAR *at = path + 4;

        while (*at && *at != '\\' && *at != '}')
            at++;
        if (*at != '}')
            return E_INVALIDARG;
        *end = at + 1;
    } else if (letter(path[0]) && path[1] == ':')
        *end = path + 2;
    else if (path[0] == '\\') {
        *end = path + 1;
        return S_OK;
    } else
        return E_INVALIDARG;
    if (**end == '\\')
        ++*end;
    return S_OK;
}

BOOL WINAPI PathCchIsRoot(LPCWSTR path)
{
    const WCHAR *end, *server;

    if (!path || !*path || FAILED(PathCchSkipRoot(path, &end)) || *end)
        return FALSE;
    if (PathIsUNCEx(path, &server)) {
        /* "\\", "\\server", "\\server\share" are; with a backslash at the end they are not */
        return server == end || end[-1] != '\\';
    }
    return end[-1] == '\\';
}

HRESULT WINAPI PathCchAddBackslashEx(LPWSTR path, SIZE_T size, LPWSTR *end, SIZE_T *left)
{
    SIZE_T n;

    if (end)
        *end = NULL;
    if (left)
        *left = 0;
    if (!path || !size)
        return E_INVALIDARG;
    n = length_in(path, size);
    if (n == size)
        return E_INVALIDARG;
    if (n && path[n - 1] == '\\') {
        if (end)
            *end = path + n;
        if (left)
            *left = size - n;
        return S_FALSE;
    }
    if (n + 2 > size)
        return INSUFFICIENT;
    path[n] = '\\';
    path[n + 1] = 0;
    if (end)
        *end = path + n + 1;
    if (left)
        *left = size - n - 1;
    return S_OK;
}

HRESULT WINAPI PathCchAddBackslash(LPWSTR path, SIZE_T size)
{
    return PathCchAddBackslashEx(path, size, NULL, NULL);
}

HRESULT WINAPI PathCchRemoveBackslashEx(LPWSTR path, SIZE_T size, LPWSTR *end, SIZE_T *left)
{
    const WCHAR *root;
    SIZE_T n;

    if (end)
        *end = NULL;
    if (left)
        *left = 0;
    if (!path || !size || size > PATH_MOST)
        return E_INVALIDARG;
    n = length_in(path, size);
    if (n == size)
        return E_INVALIDARG;
    /* the backslash of a root stays, but that behind a share goes */
    if (!n || path[n - 1] != '\\' ||
        (SUCCEEDED(PathCchSkipRoot(path, &root)) && root == path + n && !PathIsUNCEx(path, NULL))) {
        if (end)
            *end = path + (n && path[n - 1] == '\\' ? n - 1 : n);
        if (left)
            *left = size - (n && path[n - 1] == '\\' ? n - 1 : n);
        return S_FALSE;
    }
    path[n - 1] = 0;
    if (end)
        *end = path + n - 1;
    if (left)
        *left = size - (n - 1);
    return S_OK;
}

HRESULT WINAPI PathCchRemoveBackslash(LPWSTR path, SIZE_T size)
{
    return PathCchRemoveBackslashEx(path, size, NULL, NULL);
}

HRESULT WINAPI PathCchFindExtension(LPCWSTR path, SIZE_T size, LPCWSTR *extension)
{
    const WCHAR *dot = NULL;
    SIZE_T n;

    if (!extension)
        return E_INVALIDARG;
    *extension = NULL;
    if (!path || !size || size > PATH_MOST || (n = length_in(path, size)) == size)
        return E_INVALIDARG;
    for (SIZE_T i = 0; i < n; i++) {
        if (path[i] == '\\' || path[i] == ' ')
            dot = NULL;
        else if (path[i] == '.')
            dot = path + i;
    }
    *extension = dot ? dot : path + n;
    return S_OK;
}

HRESULT WINAPI PathCchRemoveExtension(LPWSTR path, SIZE_T size)
{
    const WCHAR *extension;
    HRESULT result = PathCchFindExtension(path, size, &extension);

    if (FAILED(result))
        return result;
    if (!*extension)
        return S_FALSE;
    path[extension - path] = 0;
    return S_OK;
}

static BOOL valid_extension(const WCHAR *extension)
{
    for (const WCHAR *c = extension; *c; c++)
        if (*c == '\\' || *c == ' ' || (*c == '.' && (c > extension)))
            return FALSE;
    return TRUE;
}

HRESULT WINAPI PathCchAddExtension(LPWSTR path, SIZE_T size, LPCWSTR extension)
{
    const WCHAR *old;
    SIZE_T n, more;
    BOOL dot;
    HRESULT result;

    if (!extension || !valid_extension(extension))
        return E_INVALIDARG;
    result = PathCchFindExtension(path, size, &old);
    if (FAILED(result))
        return result;
    if (*old)
        return S_FALSE;
    if (!*extension || (*extension == '.' && !extension[1]))
        return S_OK;
    dot = *extension != '.';
    n = (SIZE_T)(old - path);
    more = length_of(extension);
    if (n + dot + more + 1 > size)
        return INSUFFICIENT;
    if (dot)
        path[n++] = '.';
    memcpy(path + n, extension, (more + 1) * sizeof(WCHAR));
    return S_OK;
}

HRESULT WINAPI PathCchRenameExtension(LPWSTR path, SIZE_T size, LPCWSTR extension)
{
    const WCHAR *old;
    HRESULT result;

    if (!extension || !valid_extension(extension))
        return E_INVALIDARG;
    result = PathCchFindExtension(path, size, &old);
    if (FAILED(result))
        return result;
    if ((SIZE_T)(old - path) + (*extension && *extension != '.') + length_of(extension) + 1 > size)
        return INSUFFICIENT;
    path[old - path] = 0;
    result = PathCchAddExtension(path, size, extension);
    return FAILED(result) ? result : S_OK;
}

HRESULT WINAPI PathCchRemoveFileSpec(LPWSTR path, SIZE_T size)
{
    const WCHAR *root = path;
    SIZE_T n, keep;

    if (!path || !size || size > PATH_MOST || (n = length_in(path, size)) == size)
        return E_INVALIDARG;
    if (FAILED(PathCchSkipRoot(path, &root)))
        root = path;
    keep = (SIZE_T)(root - path);
    if (PathIsUNCEx(path, NULL) && keep == n && n && path[n - 1] != '\\') {
        /* a share without more: the server stays */
        const WCHAR *server;

        PathIsUNCEx(path, &server);
        keep = (SIZE_T)(server - path);
    }
    SIZE_T cut = n;
    while (cut > keep && path[cut - 1] != '\\')
        cut--;
    if (cut > keep)
        cut--; /* the backslash itself, which is not the root's */
    if (cut == n)
        return S_FALSE;
    path[cut] = 0;
    return S_OK;
}

HRESULT WINAPI PathCchStripToRoot(LPWSTR path, SIZE_T size)
{
    const WCHAR *root;
    SIZE_T n;

    if (!path || !size || size > PATH_MOST || (n = length_in(path, size)) == size)
        return E_INVALIDARG;
    if (FAILED(PathCchSkipRoot(path, &root))) {
        *path = 0;
        return E_INVALIDARG;
    }
    if (root == path + n)
        return S_FALSE;
    if (PathIsUNCEx(path, NULL) && root > path && root[-1] == '\\')
        root--;
    path[root - path] = 0;
    return S_OK;
}

HRESULT WINAPI PathCchStripPrefix(LPWSTR path, SIZE_T size)
{
    SIZE_T n;

    if (!path || !size || size > PATH_MOST || (n = length_in(path, size)) == size)
        return E_INVALIDARG;
    if (extended_unc(path)) {
        memmove(path + 2, path + 8, (n - 8 + 1) * sizeof(WCHAR));
        return S_OK;
    }
    if (extended_drive(path)) {
        memmove(path, path + 4, (n - 4 + 1) * sizeof(WCHAR));
        return S_OK;
    }
    return S_FALSE;
}

/* Segments "." and ".." are carried out; the root of `length` characters at the beginning stays. */
static SIZE_T normalize(WCHAR *path, SIZE_T root)
{
    SIZE_T from = root, to = root;

    while (path[from]) {
        SIZE_T n = 0;

        while (path[from + n] && path[from + n] != '\\')
            n++;
        if (n == 1 && path[from] == '.') {
            from += n;
            if (path[from] == '\\')
                from++;
            else if (to > root && path[to - 1] == '\\')
                to--;
        } else if (n == 2 && path[from] == '.' && path[from + 1] == '.') {
            if (to > root)
                to--; /* the backslash behind what goes */
            while (to > root && path[to - 1] != '\\')
                to--;
            from += n;
            if (path[from] == '\\')
                from++;
            else if (to > root && path[to - 1] == '\\')
                to--;
        } else {
            memmove(path + to, path + from, n * sizeof(WCHAR));
            to += n;
            from += n;
            if (path[from] == '\\')
                path[to++] = path[from++];
        }
    }
    path[to] = 0;
    return to;
}

HRESULT WINAPI PathAllocCanonicalize(LPCWSTR path, ULONG flags, LPWSTR *out)
{
    SIZE_T n, size;
    const WCHAR *root;
    WCHAR *text;

    if (!path || !out)
        return E_INVALIDARG;
    *out = NULL;
    if ((flags & PATH_FORCE_ENABLE && flags & PATH_FORCE_DISABLE) ||
        (flags & (PATH_FORCE_ENABLE | PATH_FORCE_DISABLE) && !(flags & PATH_LONG)))
        return E_INVALIDARG;
    n = length_of(path);
    size = n + 16;
    if (n + 1 > (flags & PATH_LONG ? PATH_MOST : MAX_PATH + 8))
        return TOO_LONG;
    text = GlobalAlloc(GMEM_FIXED, size * sizeof(WCHAR));
    if (!text)
        return E_OUTOFMEMORY;
    memcpy(text, path, (n + 1) * sizeof(WCHAR));
    if (flags & PATH_SLASHES)
        for (SIZE_T i = 0; i < n; i++)
            if (text[i] == '/')
                text[i] = '\\';
    PathCchStripPrefix(text, size);
    n = length_of(text);
    if (!n) {
        text[n++] = '\\';
        text[n] = 0;
    }
    if (FAILED(PathCchSkipRoot(text, &root)))
        root = text;
    if (!(flags & PATH_NO_NORMALIZE))
        n = normalize(text, (SIZE_T)(root - text));
    if (!n) {
        text[n++] = '\\';
        text[n] = 0;
    }
    if (!(flags & PATH_NO_NORMALIZE)) {
        while (n > 1 && text[n - 1] == '.' && text[n - 2] != '*' && text[n - 2] != '\\' &&
               text[n - 2] != '.')
            text[--n] = 0;
    }
    if (n == 2 && letter(text[0]) && text[1] == ':') {
        text[n++] = '\\';
        text[n] = 0;
    }
    if (flags & PATH_TRAILING_SLASH && text[n - 1] != '\\') {
        text[n++] = '\\';
        text[n] = 0;
    }
    if ((flags & PATH_EXTENDED || n + 1 > MAX_PATH) && !extended(text)) {
        /* the form that long paths need; what is neither of a drive nor of a server has none */
        if (!(flags & (PATH_LONG | PATH_EXTENDED))) {
            GlobalFree(text);
            return TOO_LONG;
        }
        if (letter(text[0]) && text[1] == ':' && text[2] == '\\') {
            memmove(text + 4, text, (n + 1) * sizeof(WCHAR));
            memcpy(text, L"\\\\?\\", 4 * sizeof(WCHAR));
        } else if (text[0] == '\\' && text[1] == '\\') {
            memmove(text + 8, text + 2, (n - 2 + 1) * sizeof(WCHAR));
            memcpy(text, L"\\\\?\\UNC\\", 8 * sizeof(WCHAR));
        }
    }
    *out = text;
    return S_OK;
}

/* What an Alloc function made goes into a caller's buffer. */
static HRESULT deliver(HRESULT result, WCHAR *text, WCHAR *out, SIZE_T size, ULONG flags)
{
    SIZE_T n;

    if (!size || size > PATH_MOST) {
        if (SUCCEEDED(result))
            GlobalFree(text);
        return E_INVALIDARG;
    }
    if (FAILED(result)) {
        *out = 0;
        return result;
    }
    n = length_of(text) + 1;
    if (n <= size)
        memcpy(out, text, n * sizeof(WCHAR));
    else
        *out = 0;
    GlobalFree(text);
    return n <= size ? S_OK : size > MAX_PATH && !(flags & PATH_LONG) ? TOO_LONG : INSUFFICIENT;
}

HRESULT WINAPI PathCchCanonicalizeEx(LPWSTR out, SIZE_T size, LPCWSTR path, ULONG flags)
{
    WCHAR *text = NULL;

    if (!out)
        return E_INVALIDARG;
    return deliver(PathAllocCanonicalize(path, flags, &text), text, out, size, flags);
}

HRESULT WINAPI PathCchCanonicalize(LPWSTR out, SIZE_T size, LPCWSTR path)
{
    return PathCchCanonicalizeEx(out, size, path, 0);
}

HRESULT WINAPI PathAllocCombine(LPCWSTR path, LPCWSTR more, ULONG flags, LPWSTR *out)
{
    const WCHAR *root;
    SIZE_T n, m, base;
    WCHAR *text;
    HRESULT result;
    BOOL slash;

    if (!out)
        return E_INVALIDARG;
    *out = NULL;
    if (!path && !more)
        return E_INVALIDARG;
    if (!path || !more)
        return PathAllocCanonicalize(path ? path : more, flags, out);
    /* a whole path takes the first one's place; one from the root takes it below that root */
    if (SUCCEEDED(PathCchSkipRoot(more, &root)) && (more[0] != '\\' || more[1] == '\\'))
        return PathAllocCanonicalize(more, flags, out);
    base = length_of(path);
    if (more[0] == '\\') {
        more++;
        base = SUCCEEDED(PathCchSkipRoot(path, &root)) ? (SIZE_T)(root - path) : 0;
        if (!base)
            return PathAllocCanonicalize(more - 1, flags, out);
    }
    m = length_of(more);
    if (base > PATH_MOST || m > PATH_MOST)
        return TOO_LONG;
    text = GlobalAlloc(GMEM_FIXED, (base + m + 2) * sizeof(WCHAR));
    if (!text)
        return E_OUTOFMEMORY;
    memcpy(text, path, base * sizeof(WCHAR));
    n = base;
    slash = n && text[n - 1] != '\\' && m;
    if (slash)
        text[n++] = '\\';
    memcpy(text + n, more, (m + 1) * sizeof(WCHAR));
    result = PathAllocCanonicalize(text, flags, out);
    GlobalFree(text);
    return result;
}

HRESULT WINAPI PathCchCombineEx(LPWSTR out, SIZE_T size, LPCWSTR path, LPCWSTR more, ULONG flags)
{
    WCHAR *text = NULL;

    if (!out)
        return E_INVALIDARG;
    return deliver(PathAllocCombine(path, more, flags, &text), text, out, size, flags);
}

HRESULT WINAPI PathCchCombine(LPWSTR out, SIZE_T size, LPCWSTR path, LPCWSTR more)
{
    return PathCchCombineEx(out, size, path, more, 0);
}

/* As combining, but what is added is never a path of its own, unless it is one of a server. */
HRESULT WINAPI PathCchAppendEx(LPWSTR path, SIZE_T size, LPCWSTR more, ULONG flags)
{
    WCHAR *text = NULL;
    const WCHAR *server;
    HRESULT result;

    if (!path || !size || size > PATH_MOST || length_in(path, size) == size)
        return E_INVALIDARG;
    if (!more)
        more = L"";
    if (!PathIsUNCEx(more, &server) && !extended_drive(more))
        while (*more == '\\')
            more++;
    if (!*more && *path)
        result = PathAllocCanonicalize(path, flags, &text);
    else
        result = PathAllocCombine(path, more, flags, &text);
    return deliver(result, text, path, size, flags);
}

HRESULT WINAPI PathCchAppend(LPWSTR path, SIZE_T size, LPCWSTR more)
{
    return PathCchAppendEx(path, size, more, 0);
}
