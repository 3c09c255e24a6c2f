/* _stat and _fstat in their four layouts. */
#include "stat.h"

enum { S_IFDIR_ = 0x4000, S_IFCHR_ = 0x2000, S_IFIFO_ = 0x1000, S_IFREG_ = 0x8000, S_IEXEC_ = 0x40 };

int64_t crt_unix_time(FILETIME time)
{
    int64_t ticks = (int64_t)time.dwHighDateTime << 32 | time.dwLowDateTime;

    if (!ticks)
        return 0;
    return ticks < 116444736000000000 ? -1 : (ticks - 116444736000000000) / 10000000;
}

static bool is_separator(wchar_t c)
{
    return c == L'\\' || c == L'/';
}

/* Executable by name, as documented: by extension. */
static bool is_program(const wchar_t *name)
{
    static const wchar_t *const extensions[] = {L".exe", L".cmd", L".bat", L".com"};
    const wchar_t *dot = NULL;

    for (; name && *name; name++)
        if (*name == L'.')
            dot = name;
        else if (is_separator(*name))
            dot = NULL;
    for (size_t i = 0; dot && i < CRT_COUNT(extensions); i++)
        if (CompareStringOrdinal(dot, -1, extensions[i], -1, TRUE) == CSTR_EQUAL)
            return true;
    return false;
}

static uint16_t mode_of(DWORD attributes, const wchar_t *name)
{
    unsigned mode = attributes & FILE_ATTRIBUTE_DIRECTORY ? S_IFDIR_ | S_IEXEC_ : S_IFREG_;

    mode |= S_IREAD_;
    if (!(attributes & FILE_ATTRIBUTE_READONLY))
        mode |= S_IWRITE_;
    if (is_program(name))
        mode |= S_IEXEC_;
    mode |= (mode & 0700) >> 3 | (mode & 0700) >> 6;
    return (uint16_t)mode;
}

/* 0 = A:, the drive that the name is on. */
static uint32_t drive_of(const wchar_t *name)
{
    wchar_t *full;
    uint32_t drive = 0;

    if (name[0] && name[1] == L':')
        return (uint32_t)(name[0] & ~0x20) - L'A';
    full = _wfullpath(NULL, name, 0);
    if (full && full[0] && full[1] == L':')
        drive = (uint32_t)(full[0] & ~0x20) - L'A';
    free(full);
    return drive;
}

static int fill_times(struct crt_stat64 *st, HANDLE handle, const wchar_t *name)
{
    BY_HANDLE_FILE_INFORMATION info;

    if (!GetFileInformationByHandle(handle, &info)) {
        _dosmaperr(GetLastError());
        return -1;
    }
    st->mode = mode_of(info.dwFileAttributes, name);
    st->nlink = (int16_t)(info.nNumberOfLinks > INT16_MAX ? INT16_MAX : info.nNumberOfLinks);
    st->size = (int64_t)info.nFileSizeHigh << 32 | info.nFileSizeLow;
    st->mtime = crt_unix_time(info.ftLastWriteTime);
    st->atime = crt_unix_time(info.ftLastAccessTime);
    st->ctime = crt_unix_time(info.ftCreationTime);
    if (!st->atime)
        st->atime = st->mtime;
    if (!st->ctime)
        st->ctime = st->mtime;
    return 0;
}

static int stat_handle(struct crt_stat64 *st, HANDLE handle, const wchar_t *name)
{
    DWORD available = 0;

    switch (GetFileType(handle) & ~FILE_TYPE_REMOTE) {
    case FILE_TYPE_DISK:
        return fill_times(st, handle, name);
    case FILE_TYPE_CHAR:
    case FILE_TYPE_PIPE:
        st->mode = GetFileType(handle) == FILE_TYPE_CHAR ? S_IFCHR_ : S_IFIFO_;
        st->nlink = 1;
        if (st->mode == S_IFIFO_ && PeekNamedPipe(handle, NULL, 0, NULL, &available, NULL))
            st->size = available;
        return 0;
    default:
        if (GetLastError() == NO_ERROR) {
            errno = EBADF;
            return -1;
        }
        _dosmaperr(GetLastError());
        return -1;
    }
}

static int stat_name(struct crt_stat64 *st, const wchar_t *name)
{
    HANDLE handle;
    int result;
    size_t length = (size_t)lstrlenW(name);

    for (const wchar_t *p = name; *p; p++)
        if (*p == L'*' || *p == L'?')
            goto missing;
    /* "dir\" names nothing for stat, except for a root. */
    if (length > 1 && is_separator(name[length - 1]) && !(length == 3 && name[1] == L':')) {
        if (!CRT_IS_UCRT)
            goto missing;
    }
    handle = CreateFileW(name, FILE_READ_ATTRIBUTES,
                         FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                         OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    if (handle == INVALID_HANDLE_VALUE) {
        _dosmaperr(GetLastError());
        if (errno == EINVAL || errno == EACCES)
            errno = GetFileAttributesW(name) == INVALID_FILE_ATTRIBUTES ? ENOENT : EACCES;
        return -1;
    }
    st->dev = st->rdev = drive_of(name);
    result = stat_handle(st, handle, name);
    CloseHandle(handle);
    return result;
missing:
    *__doserrno() = ERROR_FILE_NOT_FOUND;
    errno = ENOENT;
    return -1;
}

static int stat_fd(struct crt_stat64 *st, int fd)
{
    struct crt_file *f = crt_file_lock(fd);
    int result;

    if (!f)
        return -1;
    SetLastError(NO_ERROR);
    result = stat_handle(st, f->handle, NULL);
    if ((st->mode & 0xf000) != S_IFREG_ && (st->mode & 0xf000) != S_IFDIR_)
        st->dev = st->rdev = (uint32_t)fd;
    crt_file_unlock(f);
    return result;
}

/* The widest layout narrowed; a size that does not fit is an error. */
#define VARIANT(SUFFIX, SIZE_MOST)                                                                 \
    static int give_##SUFFIX(struct crt_stat##SUFFIX *out, const struct crt_stat64 *st)            \
    {                                                                                              \
        if (st->size > SIZE_MOST) {                                                                \
            errno = EOVERFLOW;                                                                     \
            return -1;                                                                             \
        }                                                                                          \
        __builtin_memset(out, 0, sizeof(*out));                                                    \
        out->dev = st->dev;                                                                        \
        out->rdev = st->rdev;                                                                      \
        out->mode = st->mode;                                                                      \
        out->nlink = st->nlink;                                                                    \
        out->size = (__typeof__(out->size))st->size;                                               \
        out->atime = (__typeof__(out->atime))st->atime;                                            \
        out->mtime = (__typeof__(out->mtime))st->mtime;                                            \
        out->ctime = (__typeof__(out->ctime))st->ctime;                                            \
        return 0;                                                                                  \
    }                                                                                              \
                                                                                                   \
    int _wstat##SUFFIX(const wchar_t *name, struct crt_stat##SUFFIX *out)                          \
    {                                                                                              \
        struct crt_stat64 st = {0};                                                                \
                                                                                                   \
        CRT_CHECK(name && out, EINVAL, -1);                                                        \
        return stat_name(&st, name) ? -1 : give_##SUFFIX(out, &st);                                \
    }                                                                                              \
                                                                                                   \
    int _stat##SUFFIX(const char *name, struct crt_stat##SUFFIX *out)                              \
    {                                                                                              \
        wchar_t *wide;                                                                             \
        int result;                                                                                \
                                                                                                   \
        CRT_CHECK(name && out, EINVAL, -1);                                                        \
        wide = crt_to_wide(name);                                                                  \
        if (!wide)                                                                                 \
            return -1;                                                                             \
        result = _wstat##SUFFIX(wide, out);                                                        \
        free(wide);                                                                                \
        return result;                                                                             \
    }                                                                                              \
                                                                                                   \
    int _fstat##SUFFIX(int fd, struct crt_stat##SUFFIX *out)                                       \
    {                                                                                              \
        struct crt_stat64 st = {0};                                                                \
                                                                                                   \
        CRT_CHECK(out, EINVAL, -1);                                                                \
        return stat_fd(&st, fd) ? -1 : give_##SUFFIX(out, &st);                                    \
    }

VARIANT(32, INT32_MAX)
VARIANT(32i64, INT64_MAX)
VARIANT(64, INT64_MAX)
VARIANT(64i32, INT32_MAX)
