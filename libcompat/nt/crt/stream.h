/* Streams: the FILE structure and the operations without locking. */
#ifndef LIBCOMPAT_NT_CRT_STREAM_H
#define LIBCOMPAT_NT_CRT_STREAM_H

#include "lowio.h"

/* The layout that old programs know (their getc and putc work on it directly). */
typedef struct crt_iobuf {
    char *_ptr;
    int _cnt;
    char *_base;
    int _flag;
    int _file;
    int _charbuf;
    int _bufsiz;
    char *_tmpfname;
} FILE;

enum {
    F_READ = 0x1,
    F_WRITE = 0x2,
    F_NOBUF = 0x4,
    F_MYBUF = 0x8,
    F_EOF = 0x10,
    F_ERROR = 0x20,
    F_UPDATE = 0x80,
    F_YOURBUF = 0x100,
    F_SETVBUF = 0x400,
    F_COMMIT = 0x4000,
    F_CLAIMED = 0x8000, /* taken from the table, not yet open */
    F_IN_USE = F_READ | F_WRITE | F_UPDATE | F_CLAIMED,
    F_BUFFER = F_MYBUF | F_YOURBUF
};

#define EOF (-1)
#undef WEOF
#define WEOF ((wint_t)0xffff)
#define BUFFER_SIZE 4096

#ifdef CRT_MSVCRT
#define IOB_COUNT 20
#else
#define IOB_COUNT 3
#endif

extern FILE _iob[IOB_COUNT];
#define stdin (&_iob[0])
#define stdout (&_iob[1])
#define stderr (&_iob[2])

void _lock_file(FILE *f);
void _unlock_file(FILE *f);

/* A free stream, locked and marked F_CLAIMED; NULL with errno. */
FILE *crt_stream_new(void);
void crt_stream_free(FILE *f); /* still locked: unlock afterwards */
/* Calls fn for every open stream, each locked; returns the sum of non-zero results as a count. */
int crt_for_each_stream(int (*fn)(FILE *f, void *arg), void *arg);

int crt_fill(FILE *f);              /* next byte through a refill, or EOF */
int crt_spill(int c, FILE *f);      /* writes c through a flush, or EOF */
int crt_flush(FILE *f);             /* written data out; 0 or EOF */
void crt_get_buffer(FILE *f);       /* make the default buffer if there is none */
void crt_free_buffer(FILE *f);

/* A buffer for the duration of one call on an unbuffered stream, so that the call is one write. */
struct crt_burst {
    bool active;
    char data[1024];
};
void crt_burst_begin(FILE *f, struct crt_burst *burst);
int crt_burst_end(FILE *f, struct crt_burst *burst); /* 0 or EOF */

static inline int crt_getc(FILE *f)
{
    return --f->_cnt >= 0 ? (unsigned char)*f->_ptr++ : crt_fill(f);
}

static inline int crt_putc(int c, FILE *f)
{
    return --f->_cnt >= 0 ? (unsigned char)(*f->_ptr++ = (char)c) : crt_spill(c, f);
}

wint_t _fgetwc_nolock(FILE *f);
wint_t _fputwc_nolock(wchar_t c, FILE *f);
int _ungetc_nolock(int c, FILE *f);
wint_t _ungetwc_nolock(wint_t c, FILE *f);
size_t _fread_nolock(void *data, size_t size, size_t count, FILE *f);
size_t _fwrite_nolock(const void *data, size_t size, size_t count, FILE *f);
int64_t _ftelli64_nolock(FILE *f);
int _fseeki64_nolock(FILE *f, int64_t offset, int origin);
int _fflush_nolock(FILE *f);
int _fclose_nolock(FILE *f);
int fclose(FILE *f);
int fflush(FILE *f);
FILE *_wfsopen(const wchar_t *name, const wchar_t *mode, int share);
/* Parses a mode string; flags for _open and for the stream. 0 or EINVAL (handler not called). */
int crt_parse_mode(const wchar_t *mode, int *open_flags, int *stream_flags);
/* Opens into a claimed, locked stream; NULL with errno (the stream stays claimed). */
FILE *crt_open_stream(FILE *f, const wchar_t *name, const wchar_t *mode, int share);
/* FD_ANSI, FD_UTF8, FD_UTF16 of a text stream's descriptor; *text false for binary. */
int crt_stream_encoding(FILE *f, bool *text);

/* The narrow functions refuse Unicode text streams, as documented. */
#define CHECK_NARROW(f, ret)                                                                       \
    do {                                                                                           \
        bool is_text_;                                                                             \
        CRT_CHECK(crt_stream_encoding(f, &is_text_) == FD_ANSI || !is_text_, EINVAL, ret);         \
    } while (0)

#endif
