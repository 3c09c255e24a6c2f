/* Stream positions. */
#include "stream.h"

/* Bytes that the first `units` bytes of translated text took in the file. */
static int64_t raw_length(const unsigned char *raw, size_t have, int encoding, int64_t wanted)
{
    size_t i = 0;

    while (wanted > 0 && i < have) {
        if (encoding == FD_UTF16) {
            if (i + 3 < have && raw[i] == '\r' && !raw[i + 1] && raw[i + 2] == '\n' && !raw[i + 3])
                i += 2;
            i += 2;
            wanted -= 2;
            continue;
        }
        if (raw[i] == '\r' && i + 1 < have && raw[i + 1] == '\n')
            i++;
        if (encoding == FD_UTF8) {
            unsigned char c = raw[i];

            i += c < 0xc2 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
            wanted -= c >= 0xf0 ? 4 : 2;
        } else {
            i++;
            wanted--;
        }
    }
    return (int64_t)i;
}

/* Where the reader stands inside the buffer of a text stream: the file is read again, because
 * the buffer no longer shows which line ends were two bytes. */
static int64_t text_read_position(FILE *f, struct crt_file *file, int64_t end)
{
    int64_t start = file->fill_start, position = -1;
    unsigned char *raw;
    DWORD got;

    if (start < 0 || end <= start || end - start > INT_MAX)
        return end - f->_cnt;
    raw = malloc((size_t)(end - start));
    if (!raw)
        return -1;
    EnterCriticalSection(&file->lock);
    if (crt_seek_locked(file, start, FILE_BEGIN) >= 0) {
        unsigned char flags = file->flags;

        if (ReadFile(file->handle, raw, (DWORD)(end - start), &got, NULL))
            position = start + raw_length(raw, got, file->encoding, f->_ptr - f->_base);
        crt_seek_locked(file, end, FILE_BEGIN);
        file->flags = flags;
        file->fill_start = start;
    }
    LeaveCriticalSection(&file->lock);
    free(raw);
    return position;
}

/* Bytes that waiting output will take in the file. */
static int64_t pending_output(FILE *f, struct crt_file *file)
{
    int count = (int)(f->_ptr - f->_base), size = count;
    const wchar_t *wide = (const wchar_t *)f->_base;

    if (!(file->flags & FD_TEXT))
        return count;
    if (file->encoding == FD_ANSI) {
        for (int i = 0; i < count; i++)
            size += f->_base[i] == '\n';
        return size;
    }
    if (file->encoding == FD_UTF8)
        size = count ? WideCharToMultiByte(CP_UTF8, 0, wide, count / 2, NULL, 0, NULL, NULL) : 0;
    for (int i = 0; i < count / 2; i++)
        if (wide[i] == L'\n')
            size += file->encoding == FD_UTF8 ? 1 : 2;
    return size;
}

int64_t _ftelli64_nolock(FILE *f)
{
    struct crt_file *file;
    int64_t position;

    CRT_CHECK(f, EINVAL, -1);
    file = crt_file_peek(f->_file);
    if (f->_cnt < 0)
        f->_cnt = 0;
    position = _lseeki64(f->_file, 0, FILE_CURRENT);
    if (position < 0 || !file)
        return -1;
    if (!(f->_flag & F_BUFFER))
        return position - (f->_flag & F_READ ? f->_cnt : 0);
    if ((f->_flag & (F_READ | F_WRITE)) == F_WRITE) {
        int64_t waiting = pending_output(f, file);

        if (waiting && file->flags & FD_APPEND)
            position = _lseeki64(f->_file, 0, FILE_END);
        return position + waiting;
    }
    if (!(f->_flag & F_READ) || !f->_cnt)
        return position;
    if (!(file->flags & FD_TEXT))
        return position - f->_cnt;
    return text_read_position(f, file, position);
}

int64_t _ftelli64(FILE *f)
{
    int64_t position;

    CRT_CHECK(f, EINVAL, -1);
    _lock_file(f);
    position = _ftelli64_nolock(f);
    _unlock_file(f);
    return position;
}

static long to_long(int64_t position)
{
    if (position > LONG_MAX) {
        errno = EINVAL;
        return -1;
    }
    return (long)position;
}

long _ftell_nolock(FILE *f)
{
    return to_long(_ftelli64_nolock(f));
}

long ftell(FILE *f)
{
    return to_long(_ftelli64(f));
}

int _fseeki64_nolock(FILE *f, int64_t offset, int origin)
{
    CRT_CHECK(f, EINVAL, -1);
    CRT_CHECK(origin >= FILE_BEGIN && origin <= FILE_END, EINVAL, -1);
    if (!(f->_flag & F_IN_USE)) {
        errno = EINVAL;
        return -1;
    }
    f->_flag &= ~F_EOF;
    if (origin == FILE_CURRENT) {
        int64_t here = _ftelli64_nolock(f);

        if (here < 0)
            return -1;
        offset += here;
        origin = FILE_BEGIN;
    }
    crt_flush(f);
    if (f->_flag & F_UPDATE)
        f->_flag &= ~(F_READ | F_WRITE);
    return _lseeki64(f->_file, offset, origin) < 0 ? -1 : 0;
}

int _fseeki64(FILE *f, int64_t offset, int origin)
{
    int result;

    CRT_CHECK(f, EINVAL, -1);
    _lock_file(f);
    result = _fseeki64_nolock(f, offset, origin);
    _unlock_file(f);
    return result;
}

int _fseek_nolock(FILE *f, long offset, int origin)
{
    return _fseeki64_nolock(f, offset, origin);
}

int fseek(FILE *f, long offset, int origin)
{
    return _fseeki64(f, offset, origin);
}

int fgetpos(FILE *f, int64_t *position)
{
    CRT_CHECK(f && position, EINVAL, -1);
    *position = _ftelli64(f);
    return *position == -1 ? -1 : 0;
}

int fsetpos(FILE *f, const int64_t *position)
{
    CRT_CHECK(f && position, EINVAL, -1);
    return _fseeki64(f, *position, FILE_BEGIN);
}

void rewind(FILE *f)
{
    CRT_CHECK_VOID(f, EINVAL);
    _lock_file(f);
    crt_flush(f);
    f->_flag &= ~(F_EOF | F_ERROR);
    if (f->_flag & F_UPDATE)
        f->_flag &= ~(F_READ | F_WRITE);
    _lseeki64(f->_file, 0, FILE_BEGIN);
    _unlock_file(f);
}
