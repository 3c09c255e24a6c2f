/* Stream input and output of bytes: characters, strings, blocks. */
#include "stream.h"

int _fgetc_nolock(FILE *f)
{
    CRT_CHECK(f, EINVAL, EOF);
    return crt_getc(f);
}

int fgetc(FILE *f)
{
    int c;

    CRT_CHECK(f, EINVAL, EOF);
    CHECK_NARROW(f, EOF);
    _lock_file(f);
    c = crt_getc(f);
    _unlock_file(f);
    return c;
}

int getc(FILE *f)
{
    return fgetc(f);
}

int _getc_nolock(FILE *f)
{
    return _fgetc_nolock(f);
}

int getchar(void)
{
    return fgetc(stdin);
}

int _fgetchar(void)
{
    return fgetc(stdin);
}

int _getchar_nolock(void)
{
    return crt_getc(stdin);
}

int _fputc_nolock(int c, FILE *f)
{
    CRT_CHECK(f, EINVAL, EOF);
    return crt_putc(c, f);
}

int fputc(int c, FILE *f)
{
    int result;

    CRT_CHECK(f, EINVAL, EOF);
    CHECK_NARROW(f, EOF);
    _lock_file(f);
    result = crt_putc(c, f);
    _unlock_file(f);
    return result;
}

int putc(int c, FILE *f)
{
    return fputc(c, f);
}

int _putc_nolock(int c, FILE *f)
{
    return _fputc_nolock(c, f);
}

int putchar(int c)
{
    return fputc(c, stdout);
}

int _fputchar(int c)
{
    return fputc(c, stdout);
}

int _putchar_nolock(int c)
{
    return crt_putc(c, stdout);
}

int _ungetc_nolock(int c, FILE *f)
{
    CRT_CHECK(f, EINVAL, EOF);
    if (c == EOF || !(f->_flag & F_READ || (f->_flag & F_UPDATE && !(f->_flag & F_WRITE))))
        return EOF;
    if (!f->_base)
        crt_get_buffer(f);
    if (f->_ptr == f->_base) {
        if (f->_cnt > 0)
            return EOF; /* a full buffer has no place in front */
        f->_ptr++;
    }
    *--f->_ptr = (char)c;
    f->_cnt = f->_cnt < 0 ? 1 : f->_cnt + 1;
    f->_flag = (f->_flag & ~F_EOF) | F_READ;
    return (unsigned char)c;
}

int ungetc(int c, FILE *f)
{
    int result;

    CRT_CHECK(f, EINVAL, EOF);
    CHECK_NARROW(f, EOF);
    _lock_file(f);
    result = _ungetc_nolock(c, f);
    _unlock_file(f);
    return result;
}

/* ---- strings ---- */

char *fgets(char *s, int size, FILE *f)
{
    int c = 0, n = 0;

    CRT_CHECK(s || !size, EINVAL, NULL);
    CRT_CHECK(size >= 0 && f, EINVAL, NULL);
    CHECK_NARROW(f, NULL);
    if (!size)
        return NULL;
    _lock_file(f);
    while (n < size - 1) {
        c = crt_getc(f);
        if (c == EOF)
            break;
        s[n++] = (char)c;
        if (c == '\n')
            break;
    }
    _unlock_file(f);
    if (c == EOF && !n)
        return NULL;
    s[n] = 0;
    return s;
}

char *gets_s(char *s, size_t size)
{
    size_t n = 0;
    int c;

    CRT_CHECK(s && size, EINVAL, NULL);
    _lock_file(stdin);
    while ((c = crt_getc(stdin)) != EOF && c != '\n') {
        if (n < size)
            s[n] = (char)c;
        n++;
    }
    _unlock_file(stdin);
    if (c == EOF && !n) {
        s[0] = 0;
        return NULL;
    }
    if (n >= size) {
        s[0] = 0;
        errno = ERANGE;
        _invalid_parameter_noinfo();
        return NULL;
    }
    s[n] = 0;
    return s;
}

char *gets(char *s)
{
    int c;
    char *at = s;

    CRT_CHECK(s, EINVAL, NULL);
    _lock_file(stdin);
    while ((c = crt_getc(stdin)) != EOF && c != '\n')
        *at++ = (char)c;
    _unlock_file(stdin);
    if (c == EOF && at == s)
        return NULL;
    *at = 0;
    return s;
}

static int put_text(const char *s, FILE *f, bool line)
{
    struct crt_burst burst;
    size_t length = 0;
    int result = 0;

    CRT_CHECK(s && f, EINVAL, EOF);
    CHECK_NARROW(f, EOF);
    while (s[length])
        length++;
    _lock_file(f);
    crt_burst_begin(f, &burst);
    if (_fwrite_nolock(s, 1, length, f) != length || (line && crt_putc('\n', f) == EOF))
        result = EOF;
    if (crt_burst_end(f, &burst))
        result = EOF;
    _unlock_file(f);
    return result;
}

int fputs(const char *s, FILE *f)
{
    return put_text(s, f, false);
}

int puts(const char *s)
{
    return put_text(s, stdout, true);
}

/* ---- integers of the machine, for old programs ---- */

int _getw(FILE *f)
{
    int value;

    CRT_CHECK(f, EINVAL, EOF);
    _lock_file(f);
    if (_fread_nolock(&value, sizeof(value), 1, f) != 1)
        value = EOF;
    _unlock_file(f);
    return value;
}

int _putw(int value, FILE *f)
{
    int result;

    CRT_CHECK(f, EINVAL, EOF);
    _lock_file(f);
    result = _fwrite_nolock(&value, sizeof(value), 1, f) == 1 ? value : EOF;
    _unlock_file(f);
    return result;
}

/* ---- blocks ---- */

size_t _fread_nolock_s(void *data, size_t room, size_t size, size_t count, FILE *f)
{
    char *out = data;
    size_t total, left;

    if (!size || !count)
        return 0;
    CRT_CHECK(data, EINVAL, 0);
    if (!f || count > SIZE_MAX / size || size * count > room) {
        if (room != SIZE_MAX)
            __builtin_memset(data, 0, room);
        errno = f && count <= SIZE_MAX / size ? ERANGE : EINVAL;
        _invalid_parameter_noinfo();
        return 0;
    }
    total = left = size * count;
    while (left) {
        if (f->_flag & (F_BUFFER | F_NOBUF) && f->_flag & F_READ && f->_cnt > 0) {
            size_t now = left < (size_t)f->_cnt ? left : (size_t)f->_cnt;

            __builtin_memcpy(out, f->_ptr, now);
            f->_ptr += now;
            f->_cnt -= (int)now;
            out += now;
            left -= now;
            continue;
        }
        if (f->_flag & F_READ && !(f->_flag & F_WRITE) && left >= BUFFER_SIZE &&
            left >= (size_t)f->_bufsiz) {
            /* Whole buffers go straight to the caller. */
            size_t unit = f->_bufsiz > 2 ? (size_t)f->_bufsiz : 2;
            size_t want = left > INT_MAX ? INT_MAX : left;
            int got;

            if (f->_flag & F_BUFFER)
                want -= want % unit;
            f->_ptr = f->_base;
            f->_cnt = 0;
            got = _read(f->_file, out, (unsigned)want);
            if (got <= 0) {
                f->_flag |= got ? F_ERROR : F_EOF;
                break;
            }
            out += got;
            left -= (size_t)got;
        } else {
            int c = crt_fill(f);

            if (c == EOF)
                break;
            *out++ = (char)c;
            left--;
        }
    }
    return (total - left) / size;
}

size_t _fread_nolock(void *data, size_t size, size_t count, FILE *f)
{
    return _fread_nolock_s(data, SIZE_MAX, size, count, f);
}

size_t fread_s(void *data, size_t room, size_t size, size_t count, FILE *f)
{
    size_t result;

    if (!size || !count)
        return 0;
    if (!f)
        return _fread_nolock_s(data, room, size, count, f);
    _lock_file(f);
    result = _fread_nolock_s(data, room, size, count, f);
    _unlock_file(f);
    return result;
}

size_t fread(void *data, size_t size, size_t count, FILE *f)
{
    return fread_s(data, SIZE_MAX, size, count, f);
}

size_t _fwrite_nolock(const void *data, size_t size, size_t count, FILE *f)
{
    const char *in = data;
    size_t total, left;

    if (!size || !count)
        return 0;
    CRT_CHECK(f && data && count <= SIZE_MAX / size, EINVAL, 0);
    total = left = size * count;
    while (left) {
        bool buffered = f->_flag & F_BUFFER && f->_flag & F_WRITE && !(f->_flag & F_READ);

        if (buffered && f->_cnt > 0) {
            size_t now = left < (size_t)f->_cnt ? left : (size_t)f->_cnt;

            __builtin_memcpy(f->_ptr, in, now);
            f->_ptr += now;
            f->_cnt -= (int)now;
            in += now;
            left -= now;
        } else if ((buffered || (f->_flag & (F_NOBUF | F_WRITE | F_READ)) == (F_NOBUF | F_WRITE)) &&
                   left >= (size_t)(f->_flag & F_NOBUF ? 1 : f->_bufsiz)) {
            /* Whole buffers go straight to the file. */
            size_t want = left > INT_MAX ? INT_MAX : left;
            int done;

            if (buffered && crt_flush(f))
                break;
            f->_flag |= F_WRITE;
            if (buffered)
                want -= want % (size_t)f->_bufsiz;
            done = _write(f->_file, in, (unsigned)want);
            if (done > 0) {
                in += done;
                left -= (size_t)done;
            }
            if (done < 0 || (size_t)done < want) {
                f->_flag |= F_ERROR;
                break;
            }
        } else {
            if (crt_spill(*in, f) == EOF)
                break;
            in++;
            left--;
        }
    }
    return (total - left) / size;
}

size_t fwrite(const void *data, size_t size, size_t count, FILE *f)
{
    struct crt_burst burst;
    size_t result;

    if (!size || !count)
        return 0;
    CRT_CHECK(f, EINVAL, 0);
    _lock_file(f);
    crt_burst_begin(f, &burst);
    result = _fwrite_nolock(data, size, count, f);
    if (crt_burst_end(f, &burst) && result)
        result = 0;
    _unlock_file(f);
    return result;
}
