/*
 * The texts of errno values: strerror, _strerror, perror and their wide and _s forms.
 */
#include "param.h"

int _write(int fd, const void *buf, unsigned n);

#define UNKNOWN "Unknown error"
#define BUFFER_SIZE 192 /* _strerror prepends up to 94 characters of the caller's */

static const char *const texts[] = {
    [0] = "No error", [EPERM] = "Operation not permitted", [ENOENT] = "No such file or directory",
    [ESRCH] = "No such process", [EINTR] = "Interrupted function call",
    [EIO] = "Input/output error", [ENXIO] = "No such device or address",
    [E2BIG] = "Arg list too long", [ENOEXEC] = "Exec format error",
    [EBADF] = "Bad file descriptor", [ECHILD] = "No child processes",
    [EAGAIN] = "Resource temporarily unavailable", [ENOMEM] = "Not enough space",
    [EACCES] = "Permission denied", [EFAULT] = "Bad address", [EBUSY] = "Resource device",
    [EEXIST] = "File exists", [EXDEV] = "Improper link", [ENODEV] = "No such device",
    [ENOTDIR] = "Not a directory", [EISDIR] = "Is a directory", [EINVAL] = "Invalid argument",
    [ENFILE] = "Too many open files in system", [EMFILE] = "Too many open files",
    [ENOTTY] = "Inappropriate I/O control operation", [EFBIG] = "File too large",
    [ENOSPC] = "No space left on device", [ESPIPE] = "Invalid seek",
    [EROFS] = "Read-only file system", [EMLINK] = "Too many links", [EPIPE] = "Broken pipe",
    [EDOM] = "Domain error", [ERANGE] = "Result too large",
    [EDEADLK] = "Resource deadlock avoided", [ENAMETOOLONG] = "Filename too long",
    [ENOLCK] = "No locks available", [ENOSYS] = "Function not implemented",
    [ENOTEMPTY] = "Directory not empty", [EILSEQ] = "Illegal byte sequence",
#ifdef CRT_UCRT
    [EADDRINUSE] = "address in use", [EADDRNOTAVAIL] = "address not available",
    [EAFNOSUPPORT] = "address family not supported",
    [EALREADY] = "connection already in progress", [EBADMSG] = "bad message",
    [ECANCELED] = "operation canceled", [ECONNABORTED] = "connection aborted",
    [ECONNREFUSED] = "connection refused", [ECONNRESET] = "connection reset",
    [EDESTADDRREQ] = "destination address required", [EHOSTUNREACH] = "host unreachable",
    [EIDRM] = "identifier removed", [EINPROGRESS] = "operation in progress",
    [EISCONN] = "already connected", [ELOOP] = "too many symbolic link levels",
    [EMSGSIZE] = "message size", [ENETDOWN] = "network down", [ENETRESET] = "network reset",
    [ENETUNREACH] = "network unreachable", [ENOBUFS] = "no buffer space",
    [ENODATA] = "no message available", [ENOLINK] = "no link", [ENOMSG] = "no message",
    [ENOPROTOOPT] = "no protocol option", [ENOSR] = "no stream resources",
    [ENOSTR] = "not a stream", [ENOTCONN] = "not connected",
    [ENOTRECOVERABLE] = "state not recoverable", [ENOTSOCK] = "not a socket",
    [ENOTSUP] = "not supported", [EOPNOTSUPP] = "operation not supported",
    [EOVERFLOW] = "value too large", [EOWNERDEAD] = "owner dead", [EPROTO] = "protocol error",
    [EPROTONOSUPPORT] = "protocol not supported", [EPROTOTYPE] = "wrong protocol type",
    [ETIME] = "stream timeout", [ETIMEDOUT] = "timed out", [ETXTBSY] = "text file busy",
    [EWOULDBLOCK] = "operation would block",
#endif
};

static const char *text_of(int error)
{
    const char *text = NULL;

    if (error >= 0 && (size_t)error < CRT_COUNT(texts))
        text = texts[error];
    return text ? text : UNKNOWN;
}

/* The old array that programs index themselves: values 0 to 42, then one for the unknown. */
#define SYS_NERR 43
char *crt_sys_errlist[SYS_NERR + 1];
int crt_sys_nerr = SYS_NERR;

char **__sys_errlist(void)
{
    if (!crt_sys_errlist[SYS_NERR]) {
        for (int i = 0; i < SYS_NERR; i++)
            crt_sys_errlist[i] = (char *)text_of(i);
        __atomic_store_n(&crt_sys_errlist[SYS_NERR], (char *)UNKNOWN, __ATOMIC_RELEASE);
    }
    return crt_sys_errlist;
}

int *__sys_nerr(void)
{
    return &crt_sys_nerr;
}

static void widen(wchar_t *out, size_t size, const char *text)
{
    size_t i = 0;

    for (; text[i] && i + 1 < size; i++)
        out[i] = (unsigned char)text[i];
    out[i] = 0;
}

/* ---- buffers of the thread ---------------------------------------------------------------- */

static char *narrow_buffer(void)
{
    struct crt_thread *t = crt_thread();

    if (!t->strerror_buf)
        t->strerror_buf = malloc(BUFFER_SIZE);
    return t->strerror_buf;
}

static wchar_t *wide_buffer(void)
{
    struct crt_thread *t = crt_thread();

    if (!t->wcserror_buf)
        t->wcserror_buf = malloc(BUFFER_SIZE * sizeof(wchar_t));
    return t->wcserror_buf;
}

char *strerror(int error)
{
    char *buf = narrow_buffer();

    if (!buf)
        return (char *)"Not enough space";
    strcpy(buf, text_of(error));
    return buf;
}

wchar_t *_wcserror(int error)
{
    wchar_t *buf = wide_buffer();

    if (buf)
        widen(buf, BUFFER_SIZE, text_of(error));
    return buf;
}

/* "message: text\n", or "text\n" without a message. Too long a message is cut. */
static void with_message(char *out, size_t size, const char *message, int error)
{
    *out = 0;
    if (message && *message) {
        strncat_s(out, size, message, size > 96 ? size - 96 : 0);
        strncat_s(out, size, ": ", _TRUNCATE);
    }
    strncat_s(out, size, text_of(error), _TRUNCATE);
    strncat_s(out, size, "\n", _TRUNCATE);
}

char *_strerror(const char *message)
{
    int error = errno;
    char *buf = narrow_buffer();

    if (buf)
        with_message(buf, BUFFER_SIZE, message, error);
    return buf;
}

static void with_wide_message(wchar_t *out, size_t size, const wchar_t *message, int error)
{
    wchar_t text[64];

    *out = 0;
    if (message && *message) {
        wcsncat_s(out, size, message, size > 96 ? size - 96 : 0);
        wcsncat_s(out, size, L": ", _TRUNCATE);
    }
    widen(text, CRT_COUNT(text), text_of(error));
    wcsncat_s(out, size, text, _TRUNCATE);
    wcsncat_s(out, size, L"\n", _TRUNCATE);
}

wchar_t *__wcserror(const wchar_t *message)
{
    int error = errno;
    wchar_t *buf = wide_buffer();

    if (buf)
        with_wide_message(buf, BUFFER_SIZE, message, error);
    return buf;
}

/* ---- the caller's buffer: cut to fit, which is no error ------------------------------------- */

errno_t strerror_s(char *buf, size_t size, int error)
{
    if (!buf || !size)
        return crt_bad_parameter(EINVAL);
    strncpy_s(buf, size, text_of(error), _TRUNCATE);
    return 0;
}

errno_t _wcserror_s(wchar_t *buf, size_t size, int error)
{
    if (!buf || !size)
        return crt_bad_parameter(EINVAL);
    widen(buf, size, text_of(error));
    return 0;
}

errno_t _strerror_s(char *buf, size_t size, const char *message)
{
    int error = errno;

    if (!buf || !size)
        return crt_bad_parameter(EINVAL);
    *buf = 0;
    if (message && *message) {
        strncat_s(buf, size, message, _TRUNCATE);
        strncat_s(buf, size, ": ", _TRUNCATE);
    }
    strncat_s(buf, size, text_of(error), _TRUNCATE);
    strncat_s(buf, size, "\n", _TRUNCATE);
    return 0;
}

errno_t __wcserror_s(wchar_t *buf, size_t size, const wchar_t *message)
{
    int error = errno;
    wchar_t text[64];

    if (!buf || !size)
        return crt_bad_parameter(EINVAL);
    *buf = 0;
    if (message && *message) {
        wcsncat_s(buf, size, message, _TRUNCATE);
        wcsncat_s(buf, size, L": ", _TRUNCATE);
    }
    widen(text, CRT_COUNT(text), text_of(error));
    wcsncat_s(buf, size, text, _TRUNCATE);
    wcsncat_s(buf, size, L"\n", _TRUNCATE);
    return 0;
}

/* ---- perror: descriptor 2, past any buffer of stderr ---------------------------------------- */

void perror(const char *message)
{
    const char *text = text_of(errno);

    if (message && *message) {
        _write(2, message, (unsigned)strlen(message));
        _write(2, ": ", 2);
    }
    _write(2, text, (unsigned)strlen(text));
    _write(2, "\n", 1);
}

void _wperror(const wchar_t *message)
{
    int error = errno;
    size_t size = 0;
    char *narrow = NULL;

    if (message && *message) {
        size = wcslen(message) * 4 + 1;
        narrow = malloc(size);
        if (narrow && wcstombs(narrow, message, size) == (size_t)-1)
            *narrow = 0;
    }
    errno = error;
    perror(narrow);
    free(narrow);
}
