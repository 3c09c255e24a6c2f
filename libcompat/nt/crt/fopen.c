/* Opening and closing streams. */
#include "stream.h"

extern int _commode;

static bool is_space(wchar_t c)
{
    return c == L' ';
}

/* The value of "ccs=": an open flag, 0 if not known. */
static int parse_ccs(const wchar_t *at, const wchar_t **end)
{
    static const struct {
        const wchar_t *name;
        int length, flag;
    } names[] = {{L"UTF-8", 5, O_U8TEXT_}, {L"UTF-16LE", 8, O_U16TEXT_}, {L"UNICODE", 7, O_WTEXT_}};

    for (size_t i = 0; i < CRT_COUNT(names); i++) {
        int length = 0;

        while (length < names[i].length && at[length])
            length++;
        if (length == names[i].length &&
            CompareStringOrdinal(at, length, names[i].name, length, TRUE) == CSTR_EQUAL) {
            *end = at + length;
            return names[i].flag;
        }
    }
    return 0;
}

int crt_parse_mode(const wchar_t *mode, int *open_flags, int *stream_flags)
{
    int flags, stream = _commode ? F_COMMIT : 0, text = 0, hints = 0;
    bool plus = false, commit_set = false;

    while (is_space(*mode))
        mode++;
    switch (*mode++) {
    case L'r':
        flags = O_RDONLY_;
        stream |= F_READ;
        break;
    case L'w':
        flags = O_WRONLY_ | O_CREAT_ | O_TRUNC_;
        stream |= F_WRITE;
        break;
    case L'a':
        flags = O_WRONLY_ | O_CREAT_ | O_APPEND_;
        stream |= F_WRITE;
        break;
    default:
        return EINVAL;
    }
    for (; *mode && *mode != L','; mode++) {
        switch (*mode) {
        case L' ':
            break;
        case L'+':
            if (plus)
                return EINVAL;
            plus = true;
            flags = (flags & ~O_ACCESS_) | O_RDWR_;
            stream = (stream & ~(F_READ | F_WRITE)) | F_UPDATE;
            break;
        case L'b':
        case L't':
            if (text)
                return EINVAL;
            text = *mode == L'b' ? O_BINARY_ : O_TEXT_;
            break;
        case L'c':
        case L'n':
            if (commit_set)
                return EINVAL;
            commit_set = true;
            stream = *mode == L'c' ? stream | F_COMMIT : stream & ~F_COMMIT;
            break;
        case L'S':
        case L'R':
            if (hints)
                return EINVAL;
            hints = *mode == L'S' ? O_SEQUENTIAL_ : O_RANDOM_;
            break;
        case L'T':
            if (flags & O_SHORT_LIVED_)
                return EINVAL;
            flags |= O_SHORT_LIVED_;
            break;
        case L'D':
            if (flags & O_TEMPORARY_)
                return EINVAL;
            flags |= O_TEMPORARY_;
            break;
        case L'N':
            flags |= O_NOINHERIT_;
            break;
        case L'x':
            if (!CRT_IS_UCRT || !(flags & O_TRUNC_) || flags & O_EXCL_)
                return EINVAL;
            flags |= O_EXCL_;
            break;
        default:
            return EINVAL;
        }
    }
    if (*mode == L',') {
        do
            mode++;
        while (is_space(*mode));
        if (mode[0] != L'c' || mode[1] != L'c' || mode[2] != L's')
            return EINVAL;
        for (mode += 3; is_space(*mode); mode++)
            ;
        if (*mode++ != L'=')
            return EINVAL;
        while (is_space(*mode))
            mode++;
        if (text == O_BINARY_)
            return EINVAL;
        text = parse_ccs(mode, &mode);
        if (!text)
            return EINVAL;
        while (is_space(*mode))
            mode++;
        if (*mode)
            return EINVAL;
    }
    *open_flags = flags | text | hints;
    *stream_flags = stream;
    return 0;
}

FILE *crt_open_stream(FILE *f, const wchar_t *name, const wchar_t *mode, int share)
{
    int open_flags, stream_flags, fd;

    if (crt_parse_mode(mode, &open_flags, &stream_flags)) {
        errno = EINVAL;
        _invalid_parameter_noinfo();
        return NULL;
    }
    if (_wsopen_s(&fd, name, open_flags, share, S_IREAD_ | S_IWRITE_))
        return NULL;
    f->_file = fd;
    f->_flag = stream_flags;
    f->_cnt = 0;
    f->_ptr = f->_base = NULL;
    return f;
}

FILE *_wfsopen(const wchar_t *name, const wchar_t *mode, int share)
{
    FILE *f, *opened;

    CRT_CHECK(name && mode && *mode, EINVAL, NULL);
    CRT_CHECK(*name || !CRT_IS_UCRT, EINVAL, NULL);
    f = crt_stream_new();
    if (!f)
        return NULL;
    opened = crt_open_stream(f, name, mode, share);
    if (!opened)
        crt_stream_free(f);
    _unlock_file(f);
    return opened;
}

FILE *_fsopen(const char *name, const char *mode, int share)
{
    wchar_t *wide_name, *wide_mode;
    FILE *f = NULL;

    CRT_CHECK(name && mode && *mode, EINVAL, NULL);
    wide_name = crt_to_wide(name);
    wide_mode = crt_to_wide(mode);
    if (wide_name && wide_mode)
        f = _wfsopen(wide_name, wide_mode, share);
    free(wide_name);
    free(wide_mode);
    return f;
}

FILE *fopen(const char *name, const char *mode)
{
    return _fsopen(name, mode, SH_DENYNO_);
}

FILE *_wfopen(const wchar_t *name, const wchar_t *mode)
{
    return _wfsopen(name, mode, SH_DENYNO_);
}

int fopen_s(FILE **f, const char *name, const char *mode)
{
    CRT_CHECK(f, EINVAL, EINVAL);
    *f = _fsopen(name, mode, SH_SECURE_);
    return *f ? 0 : errno;
}

int _wfopen_s(FILE **f, const wchar_t *name, const wchar_t *mode)
{
    CRT_CHECK(f, EINVAL, EINVAL);
    *f = _wfsopen(name, mode, SH_SECURE_);
    return *f ? 0 : errno;
}

static FILE *reopen(FILE *f, const wchar_t *name, const wchar_t *mode, int share)
{
    FILE *opened;
    int standard = f - _iob;

    _lock_file(f);
    if (f->_flag & F_IN_USE)
        _fclose_nolock(f);
    f->_flag = F_CLAIMED;
    opened = crt_open_stream(f, name, mode, share);
    if (!opened) {
        crt_stream_free(f);
    } else if (standard == 2 && f == stderr) {
        f->_flag |= F_NOBUF;
    }
    _unlock_file(f);
    return opened;
}

/* Without a name, the mode of the open file changes; only text against binary can. */
static FILE *reopen_mode(FILE *f, const wchar_t *mode)
{
    int open_flags, stream_flags;

    CRT_CHECK(!crt_parse_mode(mode, &open_flags, &stream_flags), EINVAL, NULL);
    fflush(f);
    if (open_flags & (O_TEXT_ | O_BINARY_ | O_UNICODE_))
        _setmode(f->_file, open_flags & (O_TEXT_ | O_BINARY_ | O_UNICODE_));
    return f;
}

FILE *_wfreopen(const wchar_t *name, const wchar_t *mode, FILE *f)
{
    CRT_CHECK(f && mode && *mode, EINVAL, NULL);
    if (!name && CRT_IS_UCRT)
        return reopen_mode(f, mode);
    CRT_CHECK(name, EINVAL, NULL);
    return reopen(f, name, mode, SH_DENYNO_);
}

FILE *freopen(const char *name, const char *mode, FILE *f)
{
    wchar_t *wide_name, *wide_mode;
    FILE *result = NULL;

    CRT_CHECK(f && mode && *mode && (name || CRT_IS_UCRT), EINVAL, NULL);
    wide_name = crt_to_wide(name);
    wide_mode = crt_to_wide(mode);
    if (wide_mode && (wide_name || !name))
        result = _wfreopen(wide_name, wide_mode, f);
    free(wide_name);
    free(wide_mode);
    return result;
}

int _wfreopen_s(FILE **out, const wchar_t *name, const wchar_t *mode, FILE *f)
{
    CRT_CHECK(out, EINVAL, EINVAL);
    *out = NULL;
    CRT_CHECK(name && mode && f, EINVAL, EINVAL);
    *out = reopen(f, name, mode, SH_SECURE_);
    return *out ? 0 : errno;
}

int freopen_s(FILE **out, const char *name, const char *mode, FILE *f)
{
    wchar_t *wide_name, *wide_mode;

    CRT_CHECK(out, EINVAL, EINVAL);
    *out = NULL;
    CRT_CHECK(name && mode && f, EINVAL, EINVAL);
    wide_name = crt_to_wide(name);
    wide_mode = crt_to_wide(mode);
    if (wide_name && wide_mode)
        *out = reopen(f, wide_name, wide_mode, SH_SECURE_);
    free(wide_name);
    free(wide_mode);
    return *out ? 0 : errno;
}

FILE *_wfdopen(int fd, const wchar_t *mode)
{
    int open_flags, stream_flags;
    FILE *f;

    CRT_CHECK(mode, EINVAL, NULL);
    CRT_CHECK(crt_file_peek(fd), EBADF, NULL);
    CRT_CHECK(!crt_parse_mode(mode, &open_flags, &stream_flags), EINVAL, NULL);
    f = crt_stream_new();
    if (!f)
        return NULL;
    f->_file = fd;
    f->_flag = stream_flags;
    if (open_flags & (O_TEXT_ | O_BINARY_ | O_UNICODE_))
        _setmode(fd, open_flags & (O_TEXT_ | O_BINARY_ | O_UNICODE_));
    _unlock_file(f);
    return f;
}

FILE *_fdopen(int fd, const char *mode)
{
    wchar_t *wide;
    FILE *f;

    CRT_CHECK(mode, EINVAL, NULL);
    wide = crt_to_wide(mode);
    f = wide ? _wfdopen(fd, wide) : NULL;
    free(wide);
    return f;
}

int _fclose_nolock(FILE *f)
{
    int result = EOF;

    CRT_CHECK(f, EINVAL, EOF);
    if (f->_flag & F_IN_USE) {
        char *name = f->_tmpfname;

        result = crt_flush(f);
        crt_free_buffer(f);
        if (_close(f->_file) < 0)
            result = EOF;
        f->_tmpfname = NULL;
        if (name) {
            wchar_t *wide = crt_to_wide(name);

            if (wide)
                _wunlink(wide);
            free(wide);
            free(name);
        }
    }
    crt_stream_free(f);
    return result;
}

int fclose(FILE *f)
{
    int result;

    CRT_CHECK(f, EINVAL, EOF);
    _lock_file(f);
    result = _fclose_nolock(f);
    _unlock_file(f);
    return result;
}

static int close_other(FILE *f, void *arg)
{
    (void)arg;
    if (f == stdin || f == stdout || f == stderr)
        return 0;
    return _fclose_nolock(f) != EOF;
}

int _fcloseall(void)
{
    return crt_for_each_stream(close_other, NULL);
}

static int close_temporary(FILE *f, void *arg)
{
    (void)arg;
    return f->_tmpfname && _fclose_nolock(f) != EOF;
}

int _rmtmp(void)
{
    return crt_for_each_stream(close_temporary, NULL);
}

/* ---- flushing and buffers ---- */

int _fflush_nolock(FILE *f)
{
    if (crt_flush(f))
        return EOF;
    if (f->_flag & F_COMMIT && _commit(f->_file))
        return EOF;
    return 0;
}

struct flush_all {
    int mask;
    int result;
};

static int flush_one(FILE *f, void *arg)
{
    struct flush_all *all = arg;

    if (!(f->_flag & all->mask))
        return 0;
    /* Read buffers are dropped only where the position can follow. */
    if ((f->_flag & (F_READ | F_WRITE)) == F_READ)
        return 1;
    if (_fflush_nolock(f))
        all->result = EOF;
    return 1;
}

int fflush(FILE *f)
{
    struct flush_all all = {F_WRITE, 0};
    int result;

    if (!f) {
        crt_for_each_stream(flush_one, &all);
        return all.result;
    }
    _lock_file(f);
    result = (f->_flag & (F_READ | F_WRITE)) == F_READ && f->_cnt > 0
                 ? _fseeki64_nolock(f, 0, FILE_CURRENT)
                 : _fflush_nolock(f);
    if (f->_flag & F_READ && result)
        result = 0; /* input that cannot seek keeps what it has */
    _unlock_file(f);
    return result;
}

int _flushall(void)
{
    struct flush_all all = {F_READ | F_WRITE | F_UPDATE, 0};

    return crt_for_each_stream(flush_one, &all);
}

enum { MODE_FULL = 0, MODE_LINE = 0x40, MODE_NONE = 4 };

int setvbuf(FILE *f, char *buffer, int mode, size_t size)
{
    CRT_CHECK(f, EINVAL, -1);
    CRT_CHECK(mode == MODE_NONE || mode == MODE_FULL || mode == MODE_LINE, EINVAL, -1);
    CRT_CHECK(mode == MODE_NONE || (size >= 2 && size <= INT_MAX), EINVAL, -1);
    _lock_file(f);
    crt_flush(f);
    crt_free_buffer(f);
    f->_flag &= ~(F_NOBUF | F_SETVBUF);
    size &= ~(size_t)1;
    if (mode == MODE_NONE) {
        f->_flag |= F_NOBUF;
        f->_base = f->_ptr = (char *)&f->_charbuf;
        f->_bufsiz = 2;
    } else {
        if (!buffer) {
            buffer = malloc(size);
            if (!buffer) {
                _unlock_file(f);
                return -1;
            }
            f->_flag |= F_MYBUF | F_SETVBUF;
        } else {
            f->_flag |= F_YOURBUF | F_SETVBUF;
        }
        f->_base = f->_ptr = buffer;
        f->_bufsiz = (int)size;
    }
    f->_cnt = 0;
    _unlock_file(f);
    return 0;
}

void setbuf(FILE *f, char *buffer)
{
    setvbuf(f, buffer, buffer ? MODE_FULL : MODE_NONE, buffer ? 512 : 0);
}

int _get_stream_buffer_pointers(FILE *f, char ***base, char ***ptr, int **count)
{
    CRT_CHECK(f, EINVAL, EINVAL);
    if (base)
        *base = &f->_base;
    if (ptr)
        *ptr = &f->_ptr;
    if (count)
        *count = &f->_cnt;
    return 0;
}

int _fileno(FILE *f)
{
    CRT_CHECK(f, EINVAL, -1);
    return f->_file;
}

int feof(FILE *f)
{
    CRT_CHECK(f, EINVAL, 0);
    return f->_flag & F_EOF;
}

int ferror(FILE *f)
{
    CRT_CHECK(f, EINVAL, 0);
    return f->_flag & F_ERROR;
}

int clearerr_s(FILE *f)
{
    CRT_CHECK(f, EINVAL, EINVAL);
    _lock_file(f);
    f->_flag &= ~(F_EOF | F_ERROR);
    if (crt_file_peek(f->_file))
        crt_file_peek(f->_file)->flags &= ~FD_EOF;
    _unlock_file(f);
    return 0;
}

void clearerr(FILE *f)
{
    clearerr_s(f);
}

/* How programs find the standard streams. */
FILE *__acrt_iob_func(unsigned n)
{
    return &_iob[n];
}

FILE *__iob_func(void)
{
    return _iob;
}

/* What the getc and putc macros of old headers call when the buffer is through. */
int _filbuf(FILE *f)
{
    CRT_CHECK(f, EINVAL, EOF);
    return crt_fill(f);
}

int _flsbuf(int c, FILE *f)
{
    CRT_CHECK(f, EINVAL, EOF);
    return crt_spill(c, f);
}
