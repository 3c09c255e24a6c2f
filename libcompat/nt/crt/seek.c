/* Positions, sizes and locks of descriptors. */
#include "lowio.h"

int64_t crt_seek_locked(struct crt_file *f, int64_t offset, int origin)
{
    LARGE_INTEGER distance = {.QuadPart = offset}, position;

    if (!SetFilePointerEx(f->handle, distance, &position, (DWORD)origin)) {
        _dosmaperr(GetLastError());
        return -1;
    }
    f->flags &= ~FD_EOF;
    f->pending_count = 0;
    return position.QuadPart;
}

int64_t _lseeki64(int fd, int64_t offset, int origin)
{
    struct crt_file *f;
    int64_t position;

    CRT_CHECK(origin >= FILE_BEGIN && origin <= FILE_END, EINVAL, -1);
    f = crt_file_lock(fd);
    if (!f)
        return -1;
    /* SetFilePointerEx "succeeds" on some devices; the documents promise an error there. */
    if (f->flags & (FD_DEV | FD_PIPE) && GetFileType(f->handle) != FILE_TYPE_DISK) {
        crt_file_unlock(f);
        *__doserrno() = ERROR_SEEK_ON_DEVICE;
        errno = f->flags & FD_PIPE ? EINVAL : EBADF;
        return -1;
    }
    position = crt_seek_locked(f, offset, origin);
    crt_file_unlock(f);
    return position;
}

long _lseek(int fd, long offset, int origin)
{
    int64_t position = _lseeki64(fd, offset, origin);

    if (position > LONG_MAX) {
        *__doserrno() = 0;
        errno = EINVAL;
        return -1;
    }
    return (long)position;
}

long _tell(int fd)
{
    return _lseek(fd, 0, FILE_CURRENT);
}

int64_t _telli64(int fd)
{
    return _lseeki64(fd, 0, FILE_CURRENT);
}

int64_t _filelengthi64(int fd)
{
    struct crt_file *f = crt_file_lock(fd);
    LARGE_INTEGER size;

    if (!f)
        return -1;
    if (!GetFileSizeEx(f->handle, &size)) {
        _dosmaperr(GetLastError());
        size.QuadPart = -1;
    }
    crt_file_unlock(f);
    return size.QuadPart;
}

long _filelength(int fd)
{
    int64_t size = _filelengthi64(fd);

    if (size > LONG_MAX) {
        errno = EOVERFLOW;
        return -1;
    }
    return (long)size;
}

int _eof(int fd)
{
    struct crt_file *f = crt_file_lock(fd);
    LARGE_INTEGER zero = {.QuadPart = 0}, here, size;
    int result = -1;

    if (!f)
        return -1;
    if (!SetFilePointerEx(f->handle, zero, &here, FILE_CURRENT) ||
        !GetFileSizeEx(f->handle, &size))
        _dosmaperr(GetLastError());
    else
        result = here.QuadPart >= size.QuadPart;
    crt_file_unlock(f);
    return result;
}

int crt_chsize_locked(struct crt_file *f, int64_t size)
{
    LARGE_INTEGER zero = {.QuadPart = 0}, place = {.QuadPart = size}, old;
    int error = 0;

    if (!SetFilePointerEx(f->handle, zero, &old, FILE_CURRENT) ||
        !SetFilePointerEx(f->handle, place, NULL, FILE_BEGIN)) {
        _dosmaperr(GetLastError());
        return errno;
    }
    /* Growth reads as zeros, which SetEndOfFile promises on NT. */
    if (!SetEndOfFile(f->handle)) {
        _dosmaperr(GetLastError());
        error = GetLastError() == ERROR_ACCESS_DENIED ? EBADF : errno;
        errno = error;
    }
    SetFilePointerEx(f->handle, old, NULL, FILE_BEGIN);
    return error;
}

int _chsize_s(int fd, int64_t size)
{
    struct crt_file *f;
    int error;

    CRT_CHECK(size >= 0, EINVAL, EINVAL);
    f = crt_file_lock(fd);
    if (!f)
        return EBADF;
    error = crt_chsize_locked(f, size);
    crt_file_unlock(f);
    return error;
}

int _chsize(int fd, long size)
{
    return _chsize_s(fd, size) ? -1 : 0;
}

int _commit(int fd)
{
    struct crt_file *f = crt_file_lock(fd);
    int result = 0;

    if (!f)
        return -1;
    if (!FlushFileBuffers(f->handle)) {
        *__doserrno() = GetLastError();
        errno = EBADF;
        result = -1;
    }
    crt_file_unlock(f);
    return result;
}

/* _locking's modes. */
enum { LK_UNLCK_, LK_LOCK_, LK_NBLCK_, LK_RLCK_, LK_NBRLCK_ };

int _locking(int fd, int mode, long count)
{
    int64_t here;
    HANDLE handle;
    DWORD low, high;
    int tries = 10;

    CRT_CHECK(count >= 0, EINVAL, -1);
    CRT_CHECK(mode >= LK_UNLCK_ && mode <= LK_NBRLCK_, EINVAL, -1);
    here = _lseeki64(fd, 0, FILE_CURRENT);
    if (here < 0)
        return -1;
    handle = (HANDLE)_get_osfhandle(fd);
    low = (DWORD)here;
    high = (DWORD)(here >> 32);
    if (mode == LK_UNLCK_) {
        if (UnlockFile(handle, low, high, (DWORD)count, 0))
            return 0;
        _dosmaperr(GetLastError());
        return -1;
    }
    /* Documented: the blocking modes try ten times, a second apart, then EDEADLOCK. */
    while (!LockFile(handle, low, high, (DWORD)count, 0)) {
        if (mode == LK_NBLCK_ || mode == LK_NBRLCK_ || GetLastError() != ERROR_LOCK_VIOLATION) {
            _dosmaperr(GetLastError());
            return -1;
        }
        if (--tries == 0) {
            errno = EDEADLK;
            return -1;
        }
        Sleep(1000);
    }
    return 0;
}
