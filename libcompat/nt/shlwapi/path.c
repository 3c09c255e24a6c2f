/*
 * Paths as text. None of these functions look at more than MAX_PATH characters of a result, as
 * documented; those that change a path do it in place.
 */
#include "shlw.h"

static BOOL separator(WCHAR c)
{
    return c == '\\' || c == '/';
}

LPWSTR WINAPI PathFindFileNameW(LPCWSTR path)
{
    const WCHAR *name = path;

    for (; path && *path; path++)
        if ((separator(*path) || *path == ':') && path[1] && !separator(path[1]))
            name = path + 1;
    return (LPWSTR)name;
}

LPSTR WINAPI PathFindFileNameA(LPCSTR path)
{
    const char *name = path;

    for (; path && *path; path++)
        if ((*path == '\\' || *path == '/' || *path == ':') && path[1] && path[1] != '\\' &&
            path[1] != '/')
            name = path + 1;
    return (LPSTR)name;
}

/* A dot, no blank and no separator after it; else the end. */
LPWSTR WINAPI PathFindExtensionW(LPCWSTR path)
{
    const WCHAR *dot = NULL;

    if (!path)
        return NULL;
    for (; *path; path++)
        if (*path == '.')
            dot = path;
        else if (*path == '\\' || *path == ' ')
            dot = NULL;
    return (LPWSTR)(dot ? dot : path);
}

LPSTR WINAPI PathFindExtensionA(LPCSTR path)
{
    const char *dot = NULL;

    if (!path)
        return NULL;
    for (; *path; path++)
        if (*path == '.')
            dot = path;
        else if (*path == '\\' || *path == ' ')
            dot = NULL;
    return (LPSTR)(dot ? dot : path);
}

BOOL WINAPI PathFileExistsW(LPCWSTR path)
{
    DWORD mode;
    BOOL there;

    if (!path)
        return FALSE;
    mode = SetErrorMode(SEM_FAILCRITICALERRORS);
    there = GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES;
    SetErrorMode(mode);
    return there;
}

BOOL WINAPI PathFileExistsA(LPCSTR path)
{
    WCHAR *wide = wide_copy(path);
    BOOL there = wide && PathFileExistsW(wide);

    heap_free(wide);
    return there;
}

BOOL WINAPI PathIsDirectoryW(LPCWSTR path)
{
    DWORD attributes = path ? GetFileAttributesW(path) : INVALID_FILE_ATTRIBUTES;

    return attributes == INVALID_FILE_ATTRIBUTES ? FALSE : attributes & FILE_ATTRIBUTE_DIRECTORY;
}

BOOL WINAPI PathIsDirectoryA(LPCSTR path)
{
    WCHAR *wide = wide_copy(path);
    BOOL is = wide && PathIsDirectoryW(wide);

    heap_free(wide);
    return is ? FILE_ATTRIBUTE_DIRECTORY : FALSE;
}

BOOL WINAPI PathIsUNCW(LPCWSTR path)
{
    return path && path[0] == '\\' && path[1] == '\\' && path[2] != '?';
}

BOOL WINAPI PathIsRelativeW(LPCWSTR path)
{
    return !path || !*path || !(path[0] == '\\' || path[1] == ':');
}

BOOL WINAPI PathIsRelativeA(LPCSTR path)
{
    return !path || !*path || !(path[0] == '\\' || path[1] == ':');
}

/* "\", "X:\", "\\server" and "\\server\share" */
BOOL WINAPI PathIsRootW(LPCWSTR path)
{
    int slashes = 0;

    if (!path || !*path)
        return FALSE;
    if (path[0] == '\\' && path[1] != '\\')
        return !path[1];
    if (path[0] != '\\')
        return path[1] == ':' && path[2] == '\\' && !path[3];
    for (path += 2; *path; path++)
        if (*path == '\\' && (++slashes > 1 || !path[1]))
            return FALSE;
    return TRUE;
}

LPWSTR WINAPI PathAddBackslashW(LPWSTR path)
{
    SIZE_T length = path ? wide_length(path) : MAX_PATH;

    BOOL add = path && length && path[length - 1] != '\\';

    if (length + add >= MAX_PATH)
        return NULL;
    if (add) {
        path[length++] = '\\';
        path[length] = 0;
    }
    return path + length;
}

LPWSTR WINAPI PathRemoveBackslashW(LPWSTR path)
{
    SIZE_T length;

    if (!path)
        return NULL;
    length = wide_length(path);
    if (!length)
        return path;
    if (path[length - 1] == '\\' && !PathIsRootW(path))
        path[--length] = 0;
    else
        length--;
    return path + length;
}

BOOL WINAPI PathRemoveFileSpecW(LPWSTR path)
{
    WCHAR *keep, *p;

    if (!path)
        return FALSE;
    /* what stays in any case: the root */
    keep = path;
    if (path[0] == '\\')
        keep += path[1] == '\\' ? 2 : 1;
    else if (path[0] && path[1] == ':')
        keep += path[2] == '\\' ? 3 : 2;
    p = keep;
    for (WCHAR *q = keep; *q; q++)
        if (*q == '\\')
            p = q;
    if (!*p)
        return FALSE;
    *p = 0;
    return TRUE;
}

VOID WINAPI PathRemoveExtensionW(LPWSTR path)
{
    if (path)
        *PathFindExtensionW(path) = 0;
}

VOID WINAPI PathStripPathW(LPWSTR path)
{
    WCHAR *name = PathFindFileNameW(path);

    if (path && name != path)
        memmove(path, name, (wide_length(name) + 1) * sizeof(WCHAR));
}

BOOL WINAPI PathAddExtensionW(LPWSTR path, LPCWSTR extension)
{
    SIZE_T length, more;

    if (!path || !extension || *PathFindExtensionW(path))
        return FALSE;
    length = wide_length(path);
    more = wide_length(extension);
    if (length + more >= MAX_PATH)
        return FALSE;
    memcpy(path + length, extension, (more + 1) * sizeof(WCHAR));
    return TRUE;
}

BOOL WINAPI PathRenameExtensionW(LPWSTR path, LPCWSTR extension)
{
    WCHAR *at;
    SIZE_T more;

    if (!path || !extension)
        return FALSE;
    at = PathFindExtensionW(path);
    more = wide_length(extension);
    if ((SIZE_T)(at - path) + more >= MAX_PATH)
        return FALSE;
    memcpy(at, extension, (more + 1) * sizeof(WCHAR));
    return TRUE;
}

VOID WINAPI PathQuoteSpacesW(LPWSTR path)
{
    SIZE_T length;
    BOOL blank = FALSE;

    if (!path)
        return;
    for (length = 0; path[length]; length++)
        blank |= path[length] == ' ';
    if (!blank || length + 3 > MAX_PATH)
        return;
    memmove(path + 1, path, length * sizeof(WCHAR));
    path[0] = path[length + 1] = '"';
    path[length + 2] = 0;
}

BOOL WINAPI PathUnquoteSpacesW(LPWSTR path)
{
    SIZE_T length = path ? wide_length(path) : 0;

    if (length < 2 || path[0] != '"' || path[length - 1] != '"')
        return FALSE;
    memmove(path, path + 1, (length - 2) * sizeof(WCHAR));
    path[length - 2] = 0;
    return TRUE;
}

LPWSTR WINAPI PathGetArgsW(LPCWSTR path)
{
    BOOL quoted = FALSE;

    if (!path)
        return NULL;
    for (; *path; path++) {
        if (*path == ' ' && !quoted)
            return (LPWSTR)path + 1;
        if (*path == '"')
            quoted = !quoted;
    }
    return (LPWSTR)path;
}

int WINAPI PathGetDriveNumberW(LPCWSTR path)
{
    WCHAR letter;

    if (!path || !path[0] || path[1] != ':')
        return -1;
    letter = path[0] | 0x20;
    return letter >= 'a' && letter <= 'z' ? letter - 'a' : -1;
}

/* Takes "." and ".." out. */
BOOL WINAPI PathCanonicalizeW(LPWSTR out, LPCWSTR path)
{
    WCHAR *begin = out, *end = out + MAX_PATH - 1;
    SIZE_T root = 0;

    if (!out || !path)
        return fail(ERROR_INVALID_PARAMETER);
    *out = 0;
    if (!*path) {
        out[0] = '\\';
        out[1] = 0;
        return TRUE;
    }
    if (path[0] == '\\')
        root = path[1] == '\\' ? 2 : 1;
    else if (path[1] == ':')
        root = path[2] == '\\' ? 3 : 2;
    for (SIZE_T i = 0; i < root; i++)
        *out++ = *path++;
    while (*path) {
        SIZE_T length = 0;

        while (path[length] && path[length] != '\\')
            length++;
        if (length == 1 && path[0] == '.') {
            path += path[1] ? 2 : 1;
            if (!*path && out > begin + root) /* the separator before a last dot */
                out--;
        } else if (length == 2 && path[0] == '.' && path[1] == '.') {
            /* back over the separator and the part before it */
            if (out > begin + root) {
                out--;
                while (out > begin + root && out[-1] != '\\')
                    out--;
            }
            path += path[2] ? 3 : 2;
            if (!*path && out > begin + root)
                out--;
        } else {
            if (out + length + 1 > end) {
                *begin = 0;
                return fail(ERROR_FILENAME_EXCED_RANGE);
            }
            memcpy(out, path, length * sizeof(WCHAR));
            out += length;
            path += length;
            if (*path)
                *out++ = *path++;
        }
    }
    if (out == begin) {
        *out++ = '\\';
    } else if (out == begin + 2 && begin[1] == ':') {
        *out++ = '\\';
    }
    *out = 0;
    return TRUE;
}

LPWSTR WINAPI PathCombineW(LPWSTR out, LPCWSTR directory, LPCWSTR file)
{
    WCHAR joined[MAX_PATH * 2];
    SIZE_T length = 0, more;

    if (!out || (!directory && !file))
        goto bad;
    if (!file || !*file) {
        more = directory ? wide_length(directory) : 0;
        if (more >= MAX_PATH)
            goto bad;
        if (more)
            memcpy(joined, directory, more * sizeof(WCHAR));
        length = more;
    } else {
        more = wide_length(file);
        if (more >= MAX_PATH)
            goto bad;
        if (directory && *directory && PathIsRelativeW(file)) {
            length = wide_length(directory);
            if (length >= MAX_PATH)
                goto bad;
            memcpy(joined, directory, length * sizeof(WCHAR));
            if (joined[length - 1] != '\\')
                joined[length++] = '\\';
        } else if (directory && *directory && file[0] == '\\' && file[1] != '\\') {
            /* a rooted file: only the root of the directory counts */
            if (directory[1] == ':') {
                joined[0] = directory[0];
                joined[1] = ':';
                length = 2;
            }
        }
        memcpy(joined + length, file, more * sizeof(WCHAR));
        length += more;
    }
    joined[length] = 0;
    if (PathCanonicalizeW(out, joined))
        return out;
bad:
    if (out)
        *out = 0;
    return NULL;
}

BOOL WINAPI PathAppendW(LPWSTR path, LPCWSTR more)
{
    if (!path || !more)
        return FALSE;
    if (!PathIsUNCW(more))
        while (*more == '\\')
            more++;
    return PathCombineW(path, path, more) != NULL;
}

/* Two forms of one name match as the kernel's wildcards do; several masks stand with semicolons. */
BOOL WINAPI PathMatchSpecW(LPCWSTR path, LPCWSTR spec)
{
    if (!path || !spec)
        return FALSE;
    while (*spec) {
        const WCHAR *s, *p = path, *star = NULL, *again = NULL, *end = spec;

        while (*end && *end != ';')
            end++;
        while (*spec == ' ')
            spec++;
        for (s = spec;;) {
            if (s < end && *s == '*') {
                star = ++s;
                again = p;
            } else if (*p && s < end &&
                       (*s == '?' || RtlDowncaseUnicodeChar(*s) == RtlDowncaseUnicodeChar(*p))) {
                s++;
                p++;
            } else if (!*p && s == end) {
                return TRUE;
            } else if (star && *again) {
                p = ++again;
                s = star;
            } else {
                break;
            }
        }
        /* "*.*" is any name, also one without a dot */
        if (end - spec == 3 && spec[0] == '*' && spec[1] == '.' && spec[2] == '*')
            return TRUE;
        spec = *end ? end + 1 : end;
    }
    return FALSE;
}
