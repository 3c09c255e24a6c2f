/* Path strings: full names, splitting, joining. */
#include "lowio.h"

wchar_t *_wfullpath(wchar_t *out, const wchar_t *name, size_t room)
{
    DWORD size;
    wchar_t *path;

    if (!name || !*name)
        return _wgetcwd(out, (int)(room > INT_MAX ? INT_MAX : room));
    if (out) {
        CRT_CHECK(room, EINVAL, NULL);
        size = GetFullPathNameW(name, room > INT_MAX ? INT_MAX : (DWORD)room, out, NULL);
        if (size >= room) {
            errno = ERANGE;
            return NULL;
        }
        if (!size) {
            _dosmaperr(GetLastError());
            return NULL;
        }
        return out;
    }
    size = GetFullPathNameW(name, 0, NULL, NULL);
    path = size ? malloc(((size_t)size + 1) * sizeof(*path)) : NULL;
    if (path && !GetFullPathNameW(name, size + 1, path, NULL)) {
        free(path);
        path = NULL;
    }
    if (!path)
        _dosmaperr(GetLastError());
    return path;
}

char *_fullpath(char *out, const char *name, size_t room)
{
    wchar_t *wide, *full;
    char *narrow;
    size_t length = 0;

    if (!name || !*name)
        return _getcwd(out, (int)(room > INT_MAX ? INT_MAX : room));
    CRT_CHECK(!out || room, EINVAL, NULL);
    wide = crt_to_wide(name);
    full = wide ? _wfullpath(NULL, wide, 0) : NULL;
    narrow = crt_to_narrow(full);
    free(wide);
    free(full);
    if (!narrow || !out)
        return narrow;
    while (narrow[length])
        length++;
    if (length >= room) {
        free(narrow);
        errno = ERANGE;
        return NULL;
    }
    __builtin_memcpy(out, narrow, length + 1);
    free(narrow);
    return out;
}

/* The parts of a path as lengths of consecutive pieces. */
struct path_parts {
    size_t drive, dir, name, ext;
};

#define SPLIT(CH, SUFFIX, LEAD)                                                                    \
    static struct path_parts find_parts_##SUFFIX(const CH *path)                                   \
    {                                                                                              \
        struct path_parts parts = {0};                                                             \
        size_t i, dot = SIZE_MAX;                                                                  \
                                                                                                   \
        if (path[0] && path[1] == ':')                                                             \
            parts.drive = 2;                                                                       \
        for (i = parts.drive; path[i]; i++) {                                                      \
            if (LEAD(path[i]) && path[i + 1]) {                                                    \
                i++;                                                                               \
            } else if (path[i] == '/' || path[i] == '\\') {                                        \
                parts.dir = i + 1 - parts.drive;                                                   \
                dot = SIZE_MAX;                                                                    \
            } else if (path[i] == '.') {                                                           \
                dot = i;                                                                           \
            }                                                                                      \
        }                                                                                          \
        if (dot == SIZE_MAX)                                                                       \
            dot = i;                                                                               \
        parts.name = dot - parts.drive - parts.dir;                                                \
        parts.ext = i - dot;                                                                       \
        return parts;                                                                              \
    }                                                                                              \
                                                                                                   \
    static bool copy_part_##SUFFIX(CH *out, size_t room, const CH *from, size_t length)            \
    {                                                                                              \
        if (!out)                                                                                  \
            return true;                                                                           \
        if (length >= room)                                                                        \
            return false;                                                                          \
        __builtin_memcpy(out, from, length * sizeof(CH));                                          \
        out[length] = 0;                                                                           \
        return true;                                                                               \
    }                                                                                              \
                                                                                                   \
    int _##SUFFIX##splitpath_s(const CH *path, CH *drive, size_t drive_room, CH *dir,              \
                               size_t dir_room, CH *name, size_t name_room, CH *ext,               \
                               size_t ext_room)                                                    \
    {                                                                                              \
        struct path_parts parts;                                                                   \
        bool paired = (!drive == !drive_room) && (!dir == !dir_room) && (!name == !name_room) &&   \
                      (!ext == !ext_room);                                                         \
        int error = path && paired ? 0 : EINVAL;                                                   \
                                                                                                   \
        if (!error) {                                                                              \
            const CH *at = path;                                                                   \
                                                                                                   \
            parts = find_parts_##SUFFIX(path);                                                     \
            if (!copy_part_##SUFFIX(drive, drive_room, at, parts.drive) ||                         \
                !copy_part_##SUFFIX(dir, dir_room, at += parts.drive, parts.dir) ||                \
                !copy_part_##SUFFIX(name, name_room, at += parts.dir, parts.name) ||               \
                !copy_part_##SUFFIX(ext, ext_room, at + parts.name, parts.ext))                    \
                error = ERANGE;                                                                    \
            if (!error)                                                                            \
                return 0;                                                                          \
        }                                                                                          \
        if (drive && drive_room)                                                                   \
            *drive = 0;                                                                            \
        if (dir && dir_room)                                                                       \
            *dir = 0;                                                                              \
        if (name && name_room)                                                                     \
            *name = 0;                                                                             \
        if (ext && ext_room)                                                                       \
            *ext = 0;                                                                              \
        errno = error;                                                                             \
        if (error == EINVAL)                                                                       \
            _invalid_parameter_noinfo();                                                           \
        return error;                                                                              \
    }                                                                                              \
                                                                                                   \
    void _##SUFFIX##splitpath(const CH *path, CH *drive, CH *dir, CH *name, CH *ext)               \
    {                                                                                              \
        _##SUFFIX##splitpath_s(path, drive, drive ? 3 : 0, dir, dir ? 256 : 0, name,               \
                               name ? 256 : 0, ext, ext ? 256 : 0);                                \
    }                                                                                              \
                                                                                                   \
    int _##SUFFIX##makepath_s(CH *out, size_t room, const CH *drive, const CH *dir,                \
                              const CH *name, const CH *ext)                                       \
    {                                                                                              \
        size_t n = 0;                                                                              \
                                                                                                   \
        CRT_CHECK(out && room, EINVAL, EINVAL);                                                    \
        if (drive && *drive) {                                                                     \
            if (room < 3)                                                                          \
                goto small;                                                                        \
            out[n++] = *drive;                                                                     \
            out[n++] = ':';                                                                        \
        }                                                                                          \
        if (dir && *dir) {                                                                         \
            while (*dir && n < room)                                                               \
                out[n++] = *dir++;                                                                 \
            if (n < room && out[n - 1] != '/' && out[n - 1] != '\\')                               \
                out[n++] = '\\';                                                                   \
        }                                                                                          \
        for (; name && *name && n < room; name++)                                                  \
            out[n++] = *name;                                                                      \
        if (ext && *ext && *ext != '.' && n < room)                                                \
            out[n++] = '.';                                                                        \
        for (; ext && *ext && n < room; ext++)                                                     \
            out[n++] = *ext;                                                                       \
        if (n >= room)                                                                             \
            goto small;                                                                            \
        out[n] = 0;                                                                                \
        return 0;                                                                                  \
    small:                                                                                         \
        out[0] = 0;                                                                                \
        CRT_CHECK(false, ERANGE, ERANGE);                                                          \
        return ERANGE;                                                                             \
    }                                                                                              \
                                                                                                   \
    void _##SUFFIX##makepath(CH *out, const CH *drive, const CH *dir, const CH *name,              \
                             const CH *ext)                                                        \
    {                                                                                              \
        _##SUFFIX##makepath_s(out, 260, drive, dir, name, ext);                                    \
    }

#define NO_LEAD(c) (false)
#define ANSI_LEAD(c) ((signed char)(c) < 0 && IsDBCSLeadByte((BYTE)(c)))

SPLIT(char, , ANSI_LEAD)
SPLIT(wchar_t, w, NO_LEAD)
