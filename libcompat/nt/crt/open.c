/* Opening files as descriptors. */
#include "lowio.h"

static volatile LONG umask_value;

int crt_umask(void)
{
    return umask_value;
}

int _umask(int mode)
{
    return InterlockedExchange(&umask_value, mode & (S_IREAD_ | S_IWRITE_));
}

int _umask_s(int mode, int *old)
{
    CRT_CHECK(old, EINVAL, EINVAL);
    *old = umask_value;
    CRT_CHECK(!(mode & ~(S_IREAD_ | S_IWRITE_)), EINVAL, EINVAL);
    InterlockedExchange(&umask_value, mode);
    return 0;
}

struct open_request {
    DWORD access, share, disposition, attributes;
    BOOL inherit;
    unsigned char flags;
    int text; /* O_BINARY_ or one of the text bits */
};

static int parse_access(struct open_request *r, int flags)
{
    switch (flags & O_ACCESS_) {
    case O_RDONLY_:
        r->access = GENERIC_READ;
        return 0;
    case O_WRONLY_:
        /* A Unicode text file that may have a mark must be read to know. */
        r->access = flags & O_APPEND_ && flags & O_UNICODE_ ? GENERIC_READ | GENERIC_WRITE
                                                            : GENERIC_WRITE;
        return 0;
    case O_RDWR_:
        r->access = GENERIC_READ | GENERIC_WRITE;
        return 0;
    default:
        return EINVAL;
    }
}

static int parse_share(struct open_request *r, int share)
{
    switch (share) {
    case SH_DENYRW_:
        r->share = 0;
        return 0;
    case SH_DENYWR_:
        r->share = FILE_SHARE_READ;
        return 0;
    case SH_DENYRD_:
        r->share = FILE_SHARE_WRITE;
        return 0;
    case SH_COMPAT_:
    case SH_DENYNO_:
        r->share = FILE_SHARE_READ | FILE_SHARE_WRITE;
        return 0;
    case SH_SECURE_:
        r->share = r->access == GENERIC_READ ? FILE_SHARE_READ : 0;
        return 0;
    default:
        return EINVAL;
    }
}

static DWORD parse_disposition(int flags)
{
    switch (flags & (O_CREAT_ | O_EXCL_ | O_TRUNC_)) {
    case O_CREAT_:
        return OPEN_ALWAYS;
    case O_CREAT_ | O_EXCL_:
    case O_CREAT_ | O_TRUNC_ | O_EXCL_:
        return CREATE_NEW;
    case O_TRUNC_:
    case O_TRUNC_ | O_EXCL_:
        return TRUNCATE_EXISTING;
    case O_CREAT_ | O_TRUNC_:
        return CREATE_ALWAYS;
    default:
        return OPEN_EXISTING;
    }
}

static int parse_request(struct open_request *r, int flags, int share, int mode)
{
    int text = flags & (O_TEXT_ | O_BINARY_ | O_UNICODE_), default_mode = 0;

    if (text & (text - 1))
        return EINVAL;
    _get_fmode(&default_mode);
    r->text = text ? text : default_mode ? default_mode : O_TEXT_;
    if (parse_access(r, flags) || parse_share(r, share))
        return EINVAL;
    r->disposition = parse_disposition(flags);
    r->attributes = FILE_ATTRIBUTE_NORMAL;
    if (flags & O_CREAT_ && !(mode & ~crt_umask() & S_IWRITE_))
        r->attributes = FILE_ATTRIBUTE_READONLY;
    if (flags & O_TEMPORARY_) {
        r->attributes |= FILE_FLAG_DELETE_ON_CLOSE;
        r->access |= DELETE;
        r->share |= FILE_SHARE_DELETE;
    }
    if (flags & O_SHORT_LIVED_)
        r->attributes |= FILE_ATTRIBUTE_TEMPORARY;
    if (flags & O_OBTAIN_DIR_)
        r->attributes |= FILE_FLAG_BACKUP_SEMANTICS;
    if (flags & O_SEQUENTIAL_)
        r->attributes |= FILE_FLAG_SEQUENTIAL_SCAN;
    else if (flags & O_RANDOM_)
        r->attributes |= FILE_FLAG_RANDOM_ACCESS;
    r->inherit = !(flags & O_NOINHERIT_);
    r->flags = (unsigned char)((r->text == O_BINARY_ ? 0 : FD_TEXT) |
                               (flags & O_APPEND_ ? FD_APPEND : 0) |
                               (flags & O_NOINHERIT_ ? FD_NOINHERIT : 0));
    return 0;
}

/* A text file opened for update loses a Ctrl-Z at its end, or appended text would be unseen. */
static int drop_end_mark(struct crt_file *f)
{
    char last;
    DWORD got;
    int64_t end = crt_seek_locked(f, -1, FILE_END);

    if (end < 0) {
        if (errno == EINVAL) { /* empty file */
            return 0;
        }
        return errno;
    }
    if (ReadFile(f->handle, &last, 1, &got, NULL) && got == 1 && last == 0x1a) {
        int error = crt_chsize_locked(f, end);

        if (error)
            return error;
    }
    return crt_seek_locked(f, 0, FILE_BEGIN) < 0 ? errno : 0;
}

/* The encoding of a Unicode text file: its byte order mark, else what was asked for. A new file
 * gets the mark. */
static int settle_encoding(struct crt_file *f, const struct open_request *r, int flags)
{
    static const unsigned char mark8[] = {0xef, 0xbb, 0xbf}, mark16[] = {0xff, 0xfe};
    unsigned char head[3];
    LARGE_INTEGER size;
    DWORD got = 0, done;
    bool fresh = (flags & (O_CREAT_ | O_TRUNC_)) != 0;

    f->encoding = r->text == O_U8TEXT_    ? FD_UTF8
                  : r->text == O_U16TEXT_ ? FD_UTF16
                  : fresh                 ? FD_UTF16
                                          : FD_ANSI;
    if (f->flags & (FD_DEV | FD_PIPE) || !GetFileSizeEx(f->handle, &size))
        return 0;
    if (size.QuadPart == 0) {
        const unsigned char *mark = f->encoding == FD_UTF8 ? mark8 : mark16;
        DWORD length = f->encoding == FD_UTF8 ? sizeof(mark8) : sizeof(mark16);

        if (f->encoding == FD_ANSI || (flags & O_ACCESS_) == O_RDONLY_)
            return 0;
        if (!WriteFile(f->handle, mark, length, &done, NULL) || done != length)
            return crt_errno_from_win32(GetLastError());
        return 0;
    }
    if (!(r->access & GENERIC_READ))
        return 0;
    crt_seek_locked(f, 0, FILE_BEGIN);
    if (!ReadFile(f->handle, head, 3, &got, NULL))
        return crt_errno_from_win32(GetLastError());
    if (got >= 2 && head[0] == 0xfe && head[1] == 0xff)
        return EINVAL; /* big-endian text is refused */
    if (got == 3 && !__builtin_memcmp(head, mark8, 3)) {
        f->encoding = FD_UTF8;
        return 0;
    }
    if (got >= 2 && !__builtin_memcmp(head, mark16, 2)) {
        f->encoding = FD_UTF16;
        return crt_seek_locked(f, 2, FILE_BEGIN) < 0 ? errno : 0;
    }
    return crt_seek_locked(f, 0, FILE_BEGIN) < 0 ? errno : 0;
}

static int open_file(int *fd, const wchar_t *name, int flags, int share, int mode)
{
    struct open_request r = {0};
    SECURITY_ATTRIBUTES inherit;
    struct crt_file *f;
    HANDLE handle;
    unsigned char kind;
    int error;

    if (parse_request(&r, flags, share, mode)) {
        *__doserrno() = 0;
        errno = EINVAL;
        _invalid_parameter_noinfo();
        return EINVAL;
    }
    inherit = (SECURITY_ATTRIBUTES){sizeof(inherit), NULL, r.inherit};
    handle = CreateFileW(name, r.access, r.share, &inherit, r.disposition, r.attributes, NULL);
    if (handle == INVALID_HANDLE_VALUE) {
        _dosmaperr(GetLastError());
        return errno;
    }
    kind = crt_handle_kind(handle);
    *fd = crt_file_new(handle, r.flags | kind);
    if (*fd < 0) {
        CloseHandle(handle);
        return errno;
    }
    f = crt_file_lock(*fd);
    error = 0;
    if (f->flags & FD_TEXT && !kind && (flags & O_ACCESS_) == O_RDWR_ && !(r.text & O_UNICODE_))
        error = drop_end_mark(f);
    if (!error && r.text & O_UNICODE_)
        error = settle_encoding(f, &r, flags);
    crt_file_unlock(f);
    if (error) {
        _close(*fd);
        *fd = -1;
        errno = error;
    }
    return error;
}

int _wsopen_s(int *fd, const wchar_t *name, int flags, int share, int mode)
{
    CRT_CHECK(fd, EINVAL, EINVAL);
    *fd = -1;
    CRT_CHECK(name, EINVAL, EINVAL);
    CRT_CHECK(!(mode & ~(S_IREAD_ | S_IWRITE_)), EINVAL, EINVAL);
    return open_file(fd, name, flags, share, mode);
}

int _sopen_s(int *fd, const char *name, int flags, int share, int mode)
{
    wchar_t *wide;
    int result;

    CRT_CHECK(fd, EINVAL, EINVAL);
    *fd = -1;
    CRT_CHECK(name, EINVAL, EINVAL);
    CRT_CHECK(!(mode & ~(S_IREAD_ | S_IWRITE_)), EINVAL, EINVAL);
    wide = crt_to_wide(name);
    if (!wide)
        return errno;
    result = open_file(fd, wide, flags, share, mode);
    free(wide);
    return result;
}

int _wsopen_dispatch(const wchar_t *name, int flags, int share, int mode, int *fd, int secure)
{
    CRT_CHECK(fd, EINVAL, EINVAL);
    *fd = -1;
    CRT_CHECK(name, EINVAL, EINVAL);
    CRT_CHECK(!secure || !(mode & ~(S_IREAD_ | S_IWRITE_)), EINVAL, EINVAL);
    return open_file(fd, name, flags, share, mode);
}

int _sopen_dispatch(const char *name, int flags, int share, int mode, int *fd, int secure)
{
    wchar_t *wide;
    int result;

    CRT_CHECK(fd, EINVAL, EINVAL);
    *fd = -1;
    CRT_CHECK(name, EINVAL, EINVAL);
    wide = crt_to_wide(name);
    if (!wide)
        return errno;
    result = _wsopen_dispatch(wide, flags, share, mode, fd, secure);
    free(wide);
    return result;
}

static int optional_mode(int flags, va_list args)
{
    return flags & O_CREAT_ ? va_arg(args, int) : 0;
}

int _wsopen(const wchar_t *name, int flags, int share, ...)
{
    va_list args;
    int mode, fd;

    va_start(args, share);
    mode = optional_mode(flags, args);
    va_end(args);
    return _wsopen_dispatch(name, flags, share, mode, &fd, 0) ? -1 : fd;
}

int _sopen(const char *name, int flags, int share, ...)
{
    va_list args;
    int mode, fd;

    va_start(args, share);
    mode = optional_mode(flags, args);
    va_end(args);
    return _sopen_dispatch(name, flags, share, mode, &fd, 0) ? -1 : fd;
}

int _wopen(const wchar_t *name, int flags, ...)
{
    va_list args;
    int mode, fd;

    va_start(args, flags);
    mode = optional_mode(flags, args);
    va_end(args);
    return _wsopen_dispatch(name, flags, SH_DENYNO_, mode, &fd, 0) ? -1 : fd;
}

int _open(const char *name, int flags, ...)
{
    va_list args;
    int mode, fd;

    va_start(args, flags);
    mode = optional_mode(flags, args);
    va_end(args);
    return _sopen_dispatch(name, flags, SH_DENYNO_, mode, &fd, 0) ? -1 : fd;
}

int _creat(const char *name, int mode)
{
    return _open(name, O_CREAT_ | O_TRUNC_ | O_RDWR_, mode);
}

int _wcreat(const wchar_t *name, int mode)
{
    return _wopen(name, O_CREAT_ | O_TRUNC_ | O_RDWR_, mode);
}
