/* The table of streams: allocation, locks, buffers, filling and flushing. */
#include "stream.h"

/* A stream with its lock; those of _iob have theirs beside the array, whose layout is public. */
struct stream {
    FILE f;
    CRITICAL_SECTION lock;
};

FILE _iob[IOB_COUNT];
static CRITICAL_SECTION iob_locks[IOB_COUNT];

/* Streams beyond _iob; grows under CRT_LOCK_IOB_SCAN, entries are never freed. */
static struct stream **more_streams;
static int more_count, more_room;
static int max_streams = 512;

enum { MAX_STREAMS = CRT_IS_UCRT ? 8192 : 2048 };

static CRITICAL_SECTION *lock_of(FILE *f)
{
    if (f >= _iob && f < _iob + IOB_COUNT)
        return &iob_locks[f - _iob];
    return &((struct stream *)f)->lock;
}

void _lock_file(FILE *f)
{
    EnterCriticalSection(lock_of(f));
}

void _unlock_file(FILE *f)
{
    LeaveCriticalSection(lock_of(f));
}

int crt_stdio_init(void)
{
    for (int i = 0; i < IOB_COUNT; i++) {
        InitializeCriticalSection(&iob_locks[i]);
        _iob[i]._file = -1;
    }
    for (int i = 0; i < 3; i++) {
        struct crt_file *f = crt_file_peek(i);

        _iob[i]._file = f && f->handle != (HANDLE)CRT_NO_CONSOLE ? i : (int)CRT_NO_CONSOLE;
        _iob[i]._flag = i ? F_WRITE : F_READ;
    }
    /* Standard error is never held back, wherever it goes. */
    stderr->_flag |= F_NOBUF;
    return 0;
}

static bool claim(FILE *f)
{
    if (f->_flag & F_IN_USE || !TryEnterCriticalSection(lock_of(f)))
        return false;
    if (f->_flag & F_IN_USE) {
        LeaveCriticalSection(lock_of(f));
        return false;
    }
    __builtin_memset(f, 0, sizeof(*f));
    f->_flag = F_CLAIMED;
    f->_file = -1;
    return true;
}

static FILE *add_stream(void)
{
    struct stream *s;

    if (more_count + IOB_COUNT >= max_streams) {
        errno = EMFILE;
        return NULL;
    }
    if (more_count == more_room) {
        int room = more_room ? more_room * 2 : 32;
        struct stream **streams = realloc(more_streams, (size_t)room * sizeof(*streams));

        if (!streams)
            return NULL;
        more_streams = streams;
        more_room = room;
    }
    s = calloc(1, sizeof(*s));
    if (!s)
        return NULL;
    InitializeCriticalSection(&s->lock);
    more_streams[more_count++] = s;
    claim(&s->f);
    return &s->f;
}

FILE *crt_stream_new(void)
{
    FILE *f = NULL;

    _lock(CRT_LOCK_IOB_SCAN);
    for (int i = 3; !f && i < IOB_COUNT; i++)
        if (claim(&_iob[i]))
            f = &_iob[i];
    for (int i = 0; !f && i < more_count; i++)
        if (claim(&more_streams[i]->f))
            f = &more_streams[i]->f;
    if (!f)
        f = add_stream();
    _unlock(CRT_LOCK_IOB_SCAN);
    return f;
}

void crt_stream_free(FILE *f)
{
    free(f->_tmpfname);
    __builtin_memset(f, 0, sizeof(*f));
    f->_file = -1;
}

int crt_for_each_stream(int (*fn)(FILE *f, void *arg), void *arg)
{
    int count = 0, total;

    _lock(CRT_LOCK_IOB_SCAN);
    total = more_count + IOB_COUNT;
    _unlock(CRT_LOCK_IOB_SCAN);
    for (int i = 0; i < total; i++) {
        FILE *f;

        if (i < IOB_COUNT) {
            f = &_iob[i];
        } else {
            _lock(CRT_LOCK_IOB_SCAN);
            f = &more_streams[i - IOB_COUNT]->f;
            _unlock(CRT_LOCK_IOB_SCAN);
        }
        if (!(f->_flag & F_IN_USE))
            continue;
        _lock_file(f);
        if (f->_flag & F_IN_USE && !(f->_flag & F_CLAIMED) && fn(f, arg))
            count++;
        _unlock_file(f);
    }
    return count;
}

int _setmaxstdio(int count)
{
    CRT_CHECK(count >= IOB_COUNT && count <= MAX_STREAMS, EINVAL, -1);
    _lock(CRT_LOCK_IOB_SCAN);
    max_streams = count;
    _unlock(CRT_LOCK_IOB_SCAN);
    return count;
}

int _getmaxstdio(void)
{
    return max_streams;
}

/* The process may end with other threads stopped inside a lock: such a stream is left alone. */
static void end_stream(FILE *f)
{
    if (!(f->_flag & F_IN_USE) || f->_flag & F_CLAIMED || !TryEnterCriticalSection(lock_of(f)))
        return;
    crt_flush(f);
    if (f->_tmpfname)
        _fclose_nolock(f);
    LeaveCriticalSection(lock_of(f));
}

void crt_stdio_exit(void)
{
    for (int i = 0; i < IOB_COUNT; i++)
        end_stream(&_iob[i]);
    for (int i = 0; i < more_count; i++)
        end_stream(&more_streams[i]->f);
}

/* ---- buffers ---- */

void crt_get_buffer(FILE *f)
{
    if (f->_flag & (F_BUFFER | F_NOBUF) && f->_base)
        return;
    f->_base = f->_flag & F_NOBUF ? NULL : malloc(BUFFER_SIZE);
    if (f->_base) {
        f->_flag |= F_MYBUF;
        f->_bufsiz = BUFFER_SIZE;
    } else {
        f->_flag |= F_NOBUF;
        f->_base = (char *)&f->_charbuf;
        f->_bufsiz = 2;
    }
    f->_ptr = f->_base;
    f->_cnt = 0;
}

void crt_free_buffer(FILE *f)
{
    if (f->_flag & F_MYBUF)
        free(f->_base);
    f->_flag &= ~(F_BUFFER | F_SETVBUF);
    f->_base = f->_ptr = NULL;
    f->_cnt = 0;
    f->_bufsiz = 0;
}

int crt_fill(FILE *f)
{
    int got;

    f->_cnt = 0;
    if (!(f->_flag & F_IN_USE))
        return EOF;
    if (f->_flag & F_WRITE || !(f->_flag & (F_READ | F_UPDATE))) {
        f->_flag |= F_ERROR;
        errno = EBADF;
        return EOF;
    }
    f->_flag |= F_READ;
    crt_get_buffer(f);
    f->_ptr = f->_base;
    got = _read(f->_file, f->_base, (unsigned)f->_bufsiz);
    if (got <= 0) {
        f->_flag |= got ? F_ERROR : F_EOF;
        return EOF;
    }
    f->_cnt = got - 1;
    return (unsigned char)*f->_ptr++;
}

static bool to_terminal(FILE *f)
{
    struct crt_file *file = crt_file_peek(f->_file);

    return (f == stdout || f == stderr) && file && file->flags & FD_DEV;
}

/* Makes the stream a writing one; false with the error bit if it cannot be. */
static bool start_writing(FILE *f)
{
    if (!(f->_flag & (F_WRITE | F_UPDATE))) {
        f->_flag |= F_ERROR;
        errno = EBADF;
        return false;
    }
    if (f->_flag & F_READ) {
        f->_cnt = 0;
        if (!(f->_flag & F_EOF)) {
            f->_flag |= F_ERROR;
            return false;
        }
        f->_ptr = f->_base;
        f->_flag &= ~F_READ;
    }
    f->_flag = (f->_flag | F_WRITE) & ~F_EOF;
    return true;
}

int crt_spill(int c, FILE *f)
{
    char byte = (char)c;
    int used = 0, done;

    f->_cnt = f->_cnt < 0 ? 0 : f->_cnt;
    if (!start_writing(f))
        return EOF;
    f->_cnt = 0;
    if (!(f->_flag & (F_BUFFER | F_NOBUF)) && !to_terminal(f))
        crt_get_buffer(f);
    if (f->_flag & F_BUFFER) {
        used = (int)(f->_ptr - f->_base);
        f->_ptr = f->_base + 1;
        f->_cnt = f->_bufsiz - 1;
        done = used > 0 ? _write(f->_file, f->_base, (unsigned)used) : 0;
        f->_base[0] = byte;
    } else {
        used = 1;
        done = _write(f->_file, &byte, 1);
    }
    if (done != used) {
        f->_flag |= F_ERROR;
        return EOF;
    }
    return (unsigned char)byte;
}

int crt_flush(FILE *f)
{
    int result = 0;

    if ((f->_flag & (F_READ | F_WRITE)) == F_WRITE && f->_flag & F_BUFFER) {
        int used = (int)(f->_ptr - f->_base);

        if (used > 0) {
            if (_write(f->_file, f->_base, (unsigned)used) == used) {
                if (f->_flag & F_UPDATE)
                    f->_flag &= ~F_WRITE;
            } else {
                f->_flag |= F_ERROR;
                result = EOF;
            }
        }
    }
    f->_ptr = f->_base;
    f->_cnt = 0;
    return result;
}

void crt_burst_begin(FILE *f, struct crt_burst *burst)
{
    burst->active = f->_flag & (F_WRITE | F_UPDATE) && !(f->_flag & (F_READ | F_BUFFER)) &&
                    (f->_flag & F_NOBUF || to_terminal(f));
    if (!burst->active)
        return;
    f->_flag |= F_WRITE | F_YOURBUF;
    f->_base = f->_ptr = burst->data;
    f->_bufsiz = f->_cnt = sizeof(burst->data);
}

int crt_burst_end(FILE *f, struct crt_burst *burst)
{
    int result;

    if (!burst->active)
        return 0;
    result = crt_flush(f);
    f->_flag &= ~F_YOURBUF;
    f->_base = f->_ptr = NULL;
    f->_bufsiz = f->_cnt = 0;
    return result;
}

int crt_stream_encoding(FILE *f, bool *text)
{
    struct crt_file *file = crt_file_peek(f->_file);

    *text = file && file->flags & FD_TEXT;
    return file ? file->encoding : FD_ANSI;
}
