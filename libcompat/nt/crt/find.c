/* _findfirst and _findnext in their four layouts, narrow and wide. */
#include "stat.h"

#define FIND_LAYOUT(NAME, SIZE, TIME, CH)                                                          \
    struct NAME {                                                                                  \
        unsigned attrib;                                                                           \
        TIME create, access, write;                                                                \
        SIZE size;                                                                                 \
        CH name[260];                                                                              \
    }

static bool give_name(char *out, const wchar_t *name)
{
    return WideCharToMultiByte(crt_file_codepage(), 0, name, -1, out, 260, NULL, NULL) > 0;
}

static bool give_wide_name(wchar_t *out, const wchar_t *name)
{
    int length = lstrlenW(name);

    if (length >= 260)
        return false;
    __builtin_memcpy(out, name, ((size_t)length + 1) * sizeof(*out));
    return true;
}

static unsigned attributes_of(const WIN32_FIND_DATAW *found)
{
    return found->dwFileAttributes == FILE_ATTRIBUTE_NORMAL ? 0 : found->dwFileAttributes;
}

/* A time that is not known is -1. */
static int64_t find_time(FILETIME time)
{
    return time.dwLowDateTime || time.dwHighDateTime ? crt_unix_time(time) : -1;
}

static intptr_t find_failed(void)
{
    DWORD error = GetLastError();

    *__doserrno() = error;
    switch (error) {
    case ERROR_NO_MORE_FILES:
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
        errno = ENOENT;
        break;
    case ERROR_NOT_ENOUGH_MEMORY:
        errno = ENOMEM;
        break;
    default:
        errno = EINVAL;
    }
    return -1;
}

#define FIND(SUFFIX, SIZE, TIME)                                                                   \
    FIND_LAYOUT(finddata##SUFFIX, SIZE, TIME, char);                                               \
    FIND_LAYOUT(wfinddata##SUFFIX, SIZE, TIME, wchar_t);                                           \
    FIND_ONE(, SUFFIX, SIZE, TIME, char, give_name)                                                \
    FIND_ONE(w, SUFFIX, SIZE, TIME, wchar_t, give_wide_name)                                       \
    intptr_t _wfindfirst##SUFFIX(const wchar_t *pattern, struct wfinddata##SUFFIX *out)            \
    {                                                                                              \
        CRT_CHECK(pattern && out, EINVAL, -1);                                                     \
        return first_w##SUFFIX(pattern, out);                                                      \
    }                                                                                              \
                                                                                                   \
    intptr_t _findfirst##SUFFIX(const char *pattern, struct finddata##SUFFIX *out)                 \
    {                                                                                              \
        wchar_t *wide;                                                                             \
        intptr_t result;                                                                           \
                                                                                                   \
        CRT_CHECK(pattern && out, EINVAL, -1);                                                     \
        wide = crt_to_wide(pattern);                                                               \
        if (!wide)                                                                                 \
            return -1;                                                                             \
        result = first_##SUFFIX(wide, out);                                                        \
        free(wide);                                                                                \
        return result;                                                                             \
    }

#define FIND_ONE(W, SUFFIX, SIZE, TIME, CH, NAME)                                                  \
    static bool give_##W##SUFFIX(struct W##finddata##SUFFIX *out, const WIN32_FIND_DATAW *found)   \
    {                                                                                              \
        out->attrib = attributes_of(found);                                                        \
        out->create = (TIME)find_time(found->ftCreationTime);                                      \
        out->access = (TIME)find_time(found->ftLastAccessTime);                                    \
        out->write = (TIME)find_time(found->ftLastWriteTime);                                      \
        out->size = (SIZE)((int64_t)found->nFileSizeHigh << 32 | found->nFileSizeLow);             \
        return NAME(out->name, found->cFileName);                                                  \
    }                                                                                              \
                                                                                                   \
    static intptr_t first_##W##SUFFIX(const wchar_t *pattern, struct W##finddata##SUFFIX *out)     \
    {                                                                                              \
        WIN32_FIND_DATAW found;                                                                    \
        HANDLE search = FindFirstFileW(pattern, &found);                                           \
                                                                                                   \
        if (search == INVALID_HANDLE_VALUE)                                                        \
            return find_failed();                                                                  \
        if (!give_##W##SUFFIX(out, &found)) {                                                      \
            FindClose(search);                                                                     \
            errno = EINVAL;                                                                        \
            return -1;                                                                             \
        }                                                                                          \
        return (intptr_t)search;                                                                   \
    }                                                                                              \
                                                                                                   \
    int _##W##findnext##SUFFIX(intptr_t search, struct W##finddata##SUFFIX *out)                   \
    {                                                                                              \
        WIN32_FIND_DATAW found;                                                                    \
                                                                                                   \
        CRT_CHECK(search != -1 && out, EINVAL, -1);                                                \
        if (!FindNextFileW((HANDLE)search, &found))                                                \
            return (int)find_failed();                                                             \
        if (!give_##W##SUFFIX(out, &found)) {                                                      \
            errno = EINVAL;                                                                        \
            return -1;                                                                             \
        }                                                                                          \
        return 0;                                                                                  \
    }

FIND(32, uint32_t, int32_t)
FIND(32i64, int64_t, int32_t)
FIND(64, int64_t, int64_t)
FIND(64i32, uint32_t, int64_t)

int _findclose(intptr_t search)
{
    if (!FindClose((HANDLE)search)) {
        errno = EINVAL;
        return -1;
    }
    return 0;
}
