/* _read and _write: bytes, and text with line ends and encodings translated. */
#include "lowio.h"

enum { CTRL_Z = 0x1a };

/* ---- reading ---- */

/* Read-ahead first, then the handle. -1 with errno; a broken pipe is the end of the file. */
static int read_raw(struct crt_file *f, void *data, unsigned size)
{
    unsigned char *out = data;
    unsigned taken = 0;
    DWORD got = 0;

    while (taken < size && f->pending_count) {
        out[taken++] = f->pending[0];
        f->pending_count--;
        __builtin_memmove(f->pending, f->pending + 1, f->pending_count);
    }
    if (taken == size || (taken && f->flags & (FD_DEV | FD_PIPE)))
        return (int)taken;
    if (!ReadFile(f->handle, out + taken, size - taken, &got, NULL)) {
        DWORD error = GetLastError();

        if (taken || error == ERROR_BROKEN_PIPE || error == ERROR_HANDLE_EOF)
            return (int)taken;
        _dosmaperr(error);
        if (error == ERROR_ACCESS_DENIED)
            errno = EBADF; /* the descriptor was not opened for reading */
        return -1;
    }
    return (int)(taken + got);
}

/* Gives bytes back: files seek, pipes and devices keep them for the next read. */
static void unread(struct crt_file *f, const void *bytes, unsigned count)
{
    if (!(f->flags & (FD_DEV | FD_PIPE))) {
        LARGE_INTEGER back = {.QuadPart = -(int64_t)count};

        if (SetFilePointerEx(f->handle, back, NULL, FILE_CURRENT))
            return;
    }
    __builtin_memmove(f->pending + count, f->pending, f->pending_count);
    __builtin_memcpy(f->pending, bytes, count);
    f->pending_count += count;
}

/* CR LF becomes LF and Ctrl-Z ends; the same for units of one and of two bytes. */
#define TRANSLATE(name, unit)                                                                      \
    static unsigned name(struct crt_file *f, unit *data, unsigned count)                           \
    {                                                                                              \
        unsigned out = 0;                                                                          \
                                                                                                   \
        for (unsigned in = 0; in < count; in++) {                                                  \
            unit c = data[in], next;                                                               \
                                                                                                   \
            if (c == CTRL_Z) {                                                                     \
                if (f->flags & FD_DEV)                                                             \
                    data[out++] = c;                                                               \
                else                                                                               \
                    f->flags |= FD_EOF;                                                            \
                break;                                                                             \
            }                                                                                      \
            if (c != '\r') {                                                                       \
                data[out++] = c;                                                                   \
            } else if (in + 1 < count) {                                                           \
                if (data[in + 1] == '\n')                                                          \
                    in++;                                                                          \
                data[out++] = data[in];                                                            \
            } else {                                                                               \
                int got = read_raw(f, &next, sizeof(next));                                        \
                                                                                                   \
                if (got == (int)sizeof(next) && next == '\n') {                                    \
                    data[out++] = '\n';                                                            \
                } else {                                                                           \
                    data[out++] = c;                                                               \
                    if (got > 0)                                                                   \
                        unread(f, &next, (unsigned)got);                                           \
                }                                                                                  \
            }                                                                                      \
        }                                                                                          \
        return out;                                                                                \
    }

TRANSLATE(translate_bytes, unsigned char)
TRANSLATE(translate_units, uint16_t)

/* Length of the UTF-8 sequence that starts with c; 1 for what cannot start one. */
static unsigned sequence_length(unsigned char c)
{
    return c < 0xc2 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 1;
}

/* Bytes at the end that begin a sequence and do not finish it. */
static unsigned cut_sequence(const unsigned char *data, unsigned count)
{
    for (unsigned back = 1; back <= 3 && back <= count; back++) {
        unsigned char c = data[count - back];

        if ((c & 0xc0) != 0x80)
            return sequence_length(c) > back ? back : 0;
    }
    return 0;
}

/* UTF-8 text: units of UTF-16 to the caller, who has room for size bytes. */
static int read_utf8(struct crt_file *f, void *data, unsigned size)
{
    unsigned want = size / 2, count, cut;
    unsigned char *bytes;
    int got, units;

    if (want > 0x10000)
        want = 0x10000;
    bytes = malloc(want + 4);
    if (!bytes)
        return -1;
    got = read_raw(f, bytes, want);
    if (got <= 0) {
        free(bytes);
        return got;
    }
    count = (unsigned)got;
    /* A cut sequence is completed or, at the end of the file, converted as the error it is. */
    cut = cut_sequence(bytes, count);
    if (cut && cut == count) {
        got = read_raw(f, bytes + count, sequence_length(bytes[0]) - cut);
        count += got > 0 ? (unsigned)got : 0;
    } else if (cut) {
        unread(f, bytes + count - cut, cut);
        count -= cut;
    }
    count = translate_bytes(f, bytes, count);
    units = count ? MultiByteToWideChar(CP_UTF8, 0, (char *)bytes, (int)count, data,
                                        (int)(size / 2))
                  : 0;
    free(bytes);
    if (count && !units) {
        _dosmaperr(GetLastError());
        return -1;
    }
    return units * 2;
}

static int read_utf16(struct crt_file *f, void *data, unsigned size)
{
    int got;
    DWORD mode, units;

    if (f->flags & FD_DEV && GetConsoleMode(f->handle, &mode)) {
        if (!ReadConsoleW(f->handle, data, size / 2, &units, NULL)) {
            _dosmaperr(GetLastError());
            return -1;
        }
        got = (int)units * 2;
    } else {
        got = read_raw(f, data, size & ~1u);
        if (got > 0 && got & 1) {
            unread(f, (unsigned char *)data + got - 1, 1);
            got--;
        }
    }
    if (got <= 0)
        return got;
    return (int)translate_units(f, data, (unsigned)got / 2) * 2;
}

int crt_read_locked(struct crt_file *f, void *data, unsigned size)
{
    int got;

    f->fill_start = f->flags & (FD_DEV | FD_PIPE) ? 0 : crt_seek_locked(f, 0, FILE_CURRENT);
    if (!size || f->flags & FD_EOF)
        return 0;
    if (!(f->flags & FD_TEXT))
        return read_raw(f, data, size);
    if (f->encoding == FD_UTF8)
        return read_utf8(f, data, size);
    if (f->encoding == FD_UTF16)
        return read_utf16(f, data, size);
    got = read_raw(f, data, size);
    return got > 0 ? (int)translate_bytes(f, data, (unsigned)got) : got;
}

int _read(int fd, void *data, unsigned size)
{
    struct crt_file *f;
    int got;

    f = crt_file_lock(fd);
    if (!f)
        return -1;
    if (size > INT_MAX || (size && !data) ||
        (f->flags & FD_TEXT && f->encoding != FD_ANSI && size & 1)) {
        crt_file_unlock(f);
        CRT_CHECK(false, EINVAL, -1);
    }
    got = crt_read_locked(f, data, size);
    crt_file_unlock(f);
    return got;
}

/* ---- writing ---- */

enum { PIECE = 2048 }; /* units translated at a time */

/* Writes it all. Returns false with the Win32 error; *done counts bytes. */
static bool put_raw(HANDLE handle, const void *data, DWORD size, DWORD *done)
{
    DWORD now;

    *done = 0;
    while (*done < size) {
        if (!WriteFile(handle, (const char *)data + *done, size - *done, &now, NULL))
            return false;
        if (!now) {
            SetLastError(NO_ERROR);
            return false;
        }
        *done += now;
    }
    return true;
}

static bool put_console(HANDLE handle, const wchar_t *text, DWORD count)
{
    DWORD now;

    for (; count; text += now, count -= now)
        if (!WriteConsoleW(handle, text, count, &now, NULL) || !now)
            return false;
    return true;
}

/* How many units of the caller's data the first bytes of a translated piece stand for. */
static unsigned consumed_bytes(const char *data, unsigned count, DWORD written)
{
    unsigned in = 0;

    for (DWORD out = 0; in < count; in++) {
        out += data[in] == '\n' ? 2 : 1;
        if (out > written)
            break;
    }
    return in;
}

static unsigned write_ansi(struct crt_file *f, const char *data, unsigned size, bool *failed)
{
    char piece[2 * PIECE];
    unsigned total = 0;

    while (total < size) {
        unsigned in = 0;
        DWORD out = 0, done;

        for (; in < PIECE && total + in < size; in++) {
            if (data[total + in] == '\n')
                piece[out++] = '\r';
            piece[out++] = data[total + in];
        }
        if (!put_raw(f->handle, piece, out, &done)) {
            *failed = true;
            return total + consumed_bytes(data + total, in, done);
        }
        total += in;
    }
    return total;
}

static DWORD translate_out(const wchar_t *in, unsigned count, wchar_t *out)
{
    DWORD n = 0;

    for (unsigned i = 0; i < count; i++) {
        if (in[i] == L'\n')
            out[n++] = L'\r';
        out[n++] = in[i];
    }
    return n;
}

/* Text of a Unicode stream. The caller's unit is a UTF-16 unit. */
static unsigned write_unicode(struct crt_file *f, const wchar_t *data, unsigned count, bool *failed)
{
    wchar_t piece[2 * PIECE];
    char bytes[6 * PIECE];
    unsigned total = 0;
    DWORD mode, done;
    bool console = f->flags & FD_DEV && GetConsoleMode(f->handle, &mode);

    while (total < count) {
        unsigned in = count - total < PIECE ? count - total : PIECE;
        DWORD units;
        bool ok;

        if (in > 1 && total + in < count && IS_HIGH_SURROGATE(data[total + in - 1]))
            in--;
        units = translate_out(data + total, in, piece);
        if (console) {
            ok = put_console(f->handle, piece, units);
        } else if (f->encoding == FD_UTF16) {
            ok = put_raw(f->handle, piece, units * 2, &done);
        } else {
            int length = WideCharToMultiByte(CP_UTF8, 0, piece, (int)units, bytes, sizeof(bytes),
                                             NULL, NULL);

            ok = length > 0 && put_raw(f->handle, bytes, (DWORD)length, &done);
        }
        if (!ok) {
            *failed = true;
            return total;
        }
        total += in;
    }
    return total;
}

/* Text in the locale's code page to a console that shows another: by way of UTF-16. */
static unsigned write_converted(struct crt_file *f, const char *data, unsigned size, bool *failed)
{
    wchar_t piece[PIECE + 2];
    unsigned total = 0;

    while (total < size) {
        DWORD units = 0;
        unsigned start = total;

        while (total < size && units + 3 < PIECE) {
            wchar_t c;
            int used = data[total] ? crt_mbtowc(&c, data + total, size - total, NULL) : 1;

            if (!data[total])
                c = 0;
            if (used <= 0) {
                c = (unsigned char)data[total];
                used = 1;
            }
            if (c == L'\n')
                piece[units++] = L'\r';
            piece[units++] = c;
            total += (unsigned)used;
        }
        if (!put_console(f->handle, piece, units)) {
            *failed = true;
            return start;
        }
    }
    return total;
}

static bool needs_conversion(struct crt_file *f)
{
    unsigned cp;
    DWORD mode;

    if (!(f->flags & FD_DEV))
        return false;
    cp = crt_locale_codepage(NULL);
    /* UTF-8 has characters that are two units; the console takes its bytes as they are. */
    return cp && cp != CP_UTF8 && cp != GetConsoleOutputCP() && GetConsoleMode(f->handle, &mode);
}

int crt_write_locked(struct crt_file *f, const void *data, unsigned size)
{
    unsigned total;
    bool failed = false;
    DWORD error, done = 0;

    if (!size)
        return 0;
    if (f->flags & FD_APPEND)
        crt_seek_locked(f, 0, FILE_END);
    SetLastError(NO_ERROR);
    if (!(f->flags & FD_TEXT)) {
        failed = !put_raw(f->handle, data, size, &done);
        total = done;
    } else if (f->encoding != FD_ANSI) {
        total = write_unicode(f, data, size / 2, &failed) * 2;
    } else if (needs_conversion(f)) {
        total = write_converted(f, data, size, &failed);
    } else {
        total = write_ansi(f, data, size, &failed);
    }
    if (total || !failed)
        return (int)total;
    error = GetLastError();
    if (error) {
        _dosmaperr(error);
        if (error == ERROR_ACCESS_DENIED)
            errno = EBADF; /* the descriptor was not opened for writing */
        return -1;
    }
    if (f->flags & FD_DEV && *(const char *)data == CTRL_Z)
        return 0;
    *__doserrno() = 0;
    errno = ENOSPC;
    return -1;
}

int _write(int fd, const void *data, unsigned size)
{
    struct crt_file *f;
    int done;

    f = crt_file_lock(fd);
    if (!f)
        return -1;
    if ((size && !data) || (f->flags & FD_TEXT && f->encoding != FD_ANSI && size & 1)) {
        crt_file_unlock(f);
        CRT_CHECK(false, EINVAL, -1);
    }
    done = crt_write_locked(f, data, size);
    crt_file_unlock(f);
    return done;
}
