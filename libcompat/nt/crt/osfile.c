/* The descriptor table: handles, inheritance from and to other processes, dup, modes. */
#include "lowio.h"

#define CHUNK 64
#define CHUNKS (CRT_IS_UCRT ? 128 : 32) /* 8192 and 2048 descriptors, as documented */

/* Chunks are made under CRT_LOCK_OSFHND and stay; a slot is taken under that lock. */
static struct crt_file *volatile chunks[128];

static struct crt_file *make_slot(int fd)
{
    int chunk = fd / CHUNK;

    if (fd < 0 || chunk >= CHUNKS)
        return NULL;
    if (!chunks[chunk]) {
        struct crt_file *files = calloc(CHUNK, sizeof(*files));

        if (!files)
            return NULL;
        for (int i = 0; i < CHUNK; i++) {
            InitializeCriticalSection(&files[i].lock);
            files[i].handle = INVALID_HANDLE_VALUE;
        }
        InterlockedExchangePointer((void *volatile *)&chunks[chunk], files);
    }
    return &chunks[chunk][fd % CHUNK];
}

struct crt_file *crt_file_peek(int fd)
{
    struct crt_file *files;

    if (fd < 0 || fd / CHUNK >= CHUNKS)
        return NULL;
    files = chunks[fd / CHUNK];
    return files && files[fd % CHUNK].flags & FD_OPEN ? &files[fd % CHUNK] : NULL;
}

struct crt_file *crt_file_lock(int fd)
{
    struct crt_file *f;

    if (fd == CRT_NO_CONSOLE) {
        *__doserrno() = 0;
        errno = EBADF;
        return NULL;
    }
    f = crt_file_peek(fd);
    if (f) {
        EnterCriticalSection(&f->lock);
        if (f->flags & FD_OPEN)
            return f;
        LeaveCriticalSection(&f->lock);
    }
    *__doserrno() = 0;
    errno = EBADF;
    _invalid_parameter_noinfo();
    return NULL;
}

void crt_file_unlock(struct crt_file *f)
{
    LeaveCriticalSection(&f->lock);
}

static unsigned char kind_of_type(DWORD type)
{
    switch (type & ~FILE_TYPE_REMOTE) {
    case FILE_TYPE_CHAR:
        return FD_DEV;
    case FILE_TYPE_PIPE:
        return FD_PIPE;
    default:
        return 0;
    }
}

unsigned char crt_handle_kind(HANDLE handle)
{
    return kind_of_type(GetFileType(handle));
}

/* The console's standard handles follow descriptors 0 to 2, as programs expect of freopen. */
static void set_standard_handle(int fd, HANDLE handle)
{
    static const DWORD names[] = {STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE};

    if (fd >= 0 && fd <= 2 && _query_app_type() == 1)
        SetStdHandle(names[fd], handle);
}

static void fill_slot(struct crt_file *f, HANDLE handle, unsigned char flags)
{
    f->handle = handle;
    f->encoding = FD_ANSI;
    f->pending_count = 0;
    f->fill_start = 0;
    f->flags = flags | FD_OPEN;
}

int crt_file_new(HANDLE handle, unsigned char flags)
{
    int fd;

    _lock(CRT_LOCK_OSFHND);
    for (fd = 0; fd < CHUNK * CHUNKS; fd++) {
        struct crt_file *f = make_slot(fd);

        if (!f) {
            _unlock(CRT_LOCK_OSFHND);
            return -1;
        }
        if (!(f->flags & FD_OPEN)) {
            EnterCriticalSection(&f->lock);
            fill_slot(f, handle, flags);
            LeaveCriticalSection(&f->lock);
            set_standard_handle(fd, handle);
            _unlock(CRT_LOCK_OSFHND);
            return fd;
        }
    }
    _unlock(CRT_LOCK_OSFHND);
    *__doserrno() = 0;
    errno = EMFILE;
    return -1;
}

/* ---- start: what the parent passed, then the standard handles ---- */

static void take_inherited(void)
{
    STARTUPINFOW info;
    const unsigned char *flags;
    const unsigned char *handles;
    int count;

    GetStartupInfoW(&info);
    if (!info.lpReserved2 || info.cbReserved2 < sizeof(int))
        return;
    __builtin_memcpy(&count, info.lpReserved2, sizeof(count));
    /* The block is another process's word: bound it by its own size. */
    if (count <= 0 || count > (int)((info.cbReserved2 - sizeof(int)) / (1 + sizeof(HANDLE))))
        return;
    flags = info.lpReserved2 + sizeof(int);
    handles = flags + count;
    for (int i = 0; i < count && i < CHUNK * CHUNKS; i++) {
        HANDLE handle;
        struct crt_file *f;

        __builtin_memcpy(&handle, handles + (size_t)i * sizeof(HANDLE), sizeof(handle));
        if (!(flags[i] & FD_OPEN) || !handle || handle == INVALID_HANDLE_VALUE ||
            handle == (HANDLE)CRT_NO_CONSOLE)
            continue;
        /* A pipe that the parent closed meanwhile is still a pipe; others must be real. */
        if (!(flags[i] & FD_PIPE) && GetFileType(handle) == FILE_TYPE_UNKNOWN)
            continue;
        f = make_slot(i);
        if (f)
            fill_slot(f, handle, flags[i]);
    }
}

int crt_lowio_init(void)
{
    static const DWORD names[] = {STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE};

    take_inherited();
    for (int fd = 0; fd < 3; fd++) {
        struct crt_file *f = make_slot(fd);
        DWORD type = FILE_TYPE_UNKNOWN;
        HANDLE handle;

        if (!f)
            return -1;
        if (f->flags & FD_OPEN) {
            f->flags |= FD_TEXT;
            continue;
        }
        handle = GetStdHandle(names[fd]);
        if (handle && handle != INVALID_HANDLE_VALUE)
            type = GetFileType(handle);
        if ((type & ~FILE_TYPE_REMOTE) != FILE_TYPE_UNKNOWN)
            fill_slot(f, handle, FD_TEXT | kind_of_type(type));
        else
            fill_slot(f, (HANDLE)CRT_NO_CONSOLE, FD_TEXT | FD_DEV);
    }
    return 0;
}

void *crt_inherit_block(WORD *size, bool no_standard)
{
    int count = 0;
    unsigned char *block, *handles;

    for (int fd = 0; fd < CHUNK * CHUNKS; fd++)
        if (crt_file_peek(fd))
            count = fd + 1;
    if ((sizeof(int) + (size_t)count * (1 + sizeof(HANDLE))) > 0xffff)
        count = (int)((0xffff - sizeof(int)) / (1 + sizeof(HANDLE)));
    *size = (WORD)(sizeof(int) + (size_t)count * (1 + sizeof(HANDLE)));
    block = calloc(*size, 1);
    if (!block)
        return NULL;
    __builtin_memcpy(block, &count, sizeof(count));
    handles = block + sizeof(int) + count;
    for (int fd = 0; fd < count; fd++) {
        struct crt_file *f = crt_file_peek(fd);
        HANDLE handle = INVALID_HANDLE_VALUE;

        if (f && !(f->flags & FD_NOINHERIT) && !(no_standard && fd < 3) &&
            f->handle != (HANDLE)CRT_NO_CONSOLE) {
            handle = f->handle;
            block[sizeof(int) + fd] = f->flags;
        }
        __builtin_memcpy(handles + (size_t)fd * sizeof(HANDLE), &handle, sizeof(handle));
    }
    return block;
}

/* ---- handles ---- */

intptr_t _get_osfhandle(int fd)
{
    struct crt_file *f;

    if (fd == CRT_NO_CONSOLE) {
        *__doserrno() = 0;
        errno = EBADF;
        return CRT_NO_CONSOLE;
    }
    f = crt_file_peek(fd);
    CRT_CHECK(f, EBADF, (intptr_t)INVALID_HANDLE_VALUE);
    return (intptr_t)f->handle;
}

int _open_osfhandle(intptr_t handle, int mode)
{
    unsigned char flags = 0;
    unsigned char kind;
    int fd;

    if (mode & O_APPEND_)
        flags |= FD_APPEND;
    if (mode & (O_TEXT_ | O_UNICODE_))
        flags |= FD_TEXT;
    if (mode & O_NOINHERIT_)
        flags |= FD_NOINHERIT;
    SetLastError(0);
    kind = crt_handle_kind((HANDLE)handle);
    if (GetFileType((HANDLE)handle) == FILE_TYPE_UNKNOWN) {
        _dosmaperr(GetLastError() ? GetLastError() : ERROR_INVALID_HANDLE);
        return -1;
    }
    fd = crt_file_new((HANDLE)handle, flags | kind);
    if (fd >= 0 && mode & (O_U16TEXT_ | O_WTEXT_))
        crt_file_peek(fd)->encoding = FD_UTF16;
    else if (fd >= 0 && mode & O_U8TEXT_)
        crt_file_peek(fd)->encoding = FD_UTF8;
    return fd;
}

int _isatty(int fd)
{
    struct crt_file *f;

    if (fd == CRT_NO_CONSOLE) {
        errno = EBADF;
        return 0;
    }
    f = crt_file_peek(fd);
    CRT_CHECK(f, EBADF, 0);
    return f->flags & FD_DEV;
}

static bool shares_handle(int fd, HANDLE handle)
{
    for (int other = 0; other < 3; other++) {
        struct crt_file *f = crt_file_peek(other);

        if (other != fd && f && f->handle == handle)
            return true;
    }
    return false;
}

static int close_locked(int fd, struct crt_file *f)
{
    HANDLE handle = f->handle;
    DWORD error = 0;

    /* stdout and stderr may be one handle: the last of them closes it. */
    if (handle != INVALID_HANDLE_VALUE && handle != (HANDLE)CRT_NO_CONSOLE &&
        !(fd < 3 && shares_handle(fd, handle)) && !CloseHandle(handle))
        error = GetLastError();
    set_standard_handle(fd, NULL);
    f->handle = INVALID_HANDLE_VALUE;
    f->encoding = FD_ANSI;
    f->pending_count = 0;
    f->flags = 0;
    if (error) {
        _dosmaperr(error);
        return -1;
    }
    return 0;
}

int _close(int fd)
{
    struct crt_file *f = crt_file_lock(fd);
    int result;

    if (!f)
        return -1;
    result = close_locked(fd, f);
    crt_file_unlock(f);
    return result;
}

static HANDLE duplicate(struct crt_file *f)
{
    HANDLE copy;

    if (f->handle == (HANDLE)CRT_NO_CONSOLE)
        return f->handle;
    if (!DuplicateHandle(GetCurrentProcess(), f->handle, GetCurrentProcess(), &copy, 0, TRUE,
                         DUPLICATE_SAME_ACCESS)) {
        _dosmaperr(GetLastError());
        return NULL;
    }
    return copy;
}

int _dup(int fd)
{
    struct crt_file *f = crt_file_lock(fd);
    HANDLE copy;
    int result = -1;

    if (!f)
        return -1;
    copy = duplicate(f);
    if (copy) {
        result = crt_file_new(copy, f->flags & ~FD_NOINHERIT);
        if (result >= 0)
            crt_file_peek(result)->encoding = f->encoding;
        else if (copy != (HANDLE)CRT_NO_CONSOLE)
            CloseHandle(copy);
    }
    crt_file_unlock(f);
    return result;
}

int _dup2(int from, int to)
{
    struct crt_file *f, *target;
    HANDLE copy;

    CRT_CHECK(to >= 0 && to < CHUNK * CHUNKS, EBADF, -1);
    f = crt_file_lock(from);
    if (!f)
        return -1;
    if (from == to) {
        crt_file_unlock(f);
        return 0;
    }
    copy = duplicate(f);
    if (!copy) {
        crt_file_unlock(f);
        return -1;
    }
    _lock(CRT_LOCK_OSFHND);
    target = make_slot(to);
    if (!target) {
        _unlock(CRT_LOCK_OSFHND);
        crt_file_unlock(f);
        CloseHandle(copy);
        return -1;
    }
    EnterCriticalSection(&target->lock);
    if (target->flags & FD_OPEN)
        close_locked(to, target);
    fill_slot(target, copy, f->flags & ~FD_NOINHERIT);
    target->encoding = f->encoding;
    set_standard_handle(to, copy);
    LeaveCriticalSection(&target->lock);
    _unlock(CRT_LOCK_OSFHND);
    crt_file_unlock(f);
    return 0;
}

int _pipe(int *fds, unsigned size, int mode)
{
    SECURITY_ATTRIBUTES inherit = {sizeof(inherit), NULL, !(mode & O_NOINHERIT_)};
    HANDLE ends[2];
    unsigned char flags = FD_PIPE;
    int default_mode = 0;

    CRT_CHECK(fds, EINVAL, -1);
    fds[0] = fds[1] = -1;
    CRT_CHECK(!(mode & ~(O_NOINHERIT_ | O_BINARY_ | O_TEXT_)), EINVAL, -1);
    CRT_CHECK((mode & (O_BINARY_ | O_TEXT_)) != (O_BINARY_ | O_TEXT_), EINVAL, -1);
    if (!CreatePipe(&ends[0], &ends[1], &inherit, size)) {
        _dosmaperr(GetLastError());
        return -1;
    }
    _get_fmode(&default_mode);
    if (mode & O_NOINHERIT_)
        flags |= FD_NOINHERIT;
    if (mode & O_TEXT_ || (!(mode & O_BINARY_) && default_mode != O_BINARY_))
        flags |= FD_TEXT;
    fds[0] = crt_file_new(ends[0], flags);
    fds[1] = fds[0] >= 0 ? crt_file_new(ends[1], flags) : -1;
    if (fds[1] < 0) {
        if (fds[0] >= 0)
            _close(fds[0]);
        else
            CloseHandle(ends[0]);
        CloseHandle(ends[1]);
        fds[0] = fds[1] = -1;
        errno = EMFILE;
        return -1;
    }
    return 0;
}

/* ---- modes ---- */

int _setmode(int fd, int mode)
{
    struct crt_file *f;
    int old;

    CRT_CHECK(mode == O_TEXT_ || mode == O_BINARY_ || mode == O_WTEXT_ || mode == O_U16TEXT_ ||
                  mode == O_U8TEXT_,
              EINVAL, -1);
    f = crt_file_lock(fd);
    if (!f)
        return -1;
    if (!(f->flags & FD_TEXT))
        old = O_BINARY_;
    else
        old = f->encoding == FD_ANSI ? O_TEXT_ : f->encoding == FD_UTF8 ? O_U8TEXT_ : O_WTEXT_;
    if (mode == O_BINARY_)
        f->flags &= ~FD_TEXT;
    else
        f->flags |= FD_TEXT;
    f->encoding = mode == O_U8TEXT_                        ? FD_UTF8
                  : mode == O_WTEXT_ || mode == O_U16TEXT_ ? FD_UTF16
                                                           : FD_ANSI;
    crt_file_unlock(f);
    return old;
}

extern int _fmode;

int _set_fmode(int mode)
{
    CRT_CHECK(mode == O_TEXT_ || mode == O_BINARY_ || mode == O_WTEXT_, EINVAL, EINVAL);
    InterlockedExchange((volatile LONG *)&_fmode, mode);
    return 0;
}

int _get_fmode(int *mode)
{
    CRT_CHECK(mode, EINVAL, EINVAL);
    *mode = _fmode;
    return 0;
}
