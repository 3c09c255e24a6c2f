/* What the files of the C runtime share: per-thread data, errors, locks, memory, descriptors,
 * streams, locale look-up. Every file here is compiled twice, with CRT_UCRT for ucrtbase.dll and
 * with CRT_MSVCRT for msvcrt.dll; the two differ in exports, in a few formats and in start-up.
 *
 * The SDK headers that <windows.h> drags in declare much of <stdlib.h>, <string.h>, <ctype.h>;
 * _CRTIMP is empty so that those declarations fit our definitions. <stdio.h>, <io.h>, <time.h>,
 * <locale.h>, <math.h> are not included here: include them only where nothing clashes. */
#ifndef LIBCOMPAT_NT_CRT_CRT_H
#define LIBCOMPAT_NT_CRT_CRT_H

#define WIN32_LEAN_AND_MEAN
#define NOGDI
#define _CRTIMP
#define _CRT_SECURE_NO_WARNINGS
#define _CRT_NONSTDC_NO_DEPRECATE
#define __CRT__NO_INLINE
#include <windows.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(CRT_UCRT) == defined(CRT_MSVCRT)
#error "compile with exactly one of -DCRT_UCRT and -DCRT_MSVCRT"
#endif
#ifdef CRT_UCRT
#define CRT_IS_UCRT 1
#else
#define CRT_IS_UCRT 0
#endif

#ifndef STRUNCATE
#define STRUNCATE 80
#endif
#ifndef _TRUNCATE
#define _TRUNCATE ((size_t)-1)
#endif

/* ---- per-thread data (thread.c) ---------------------------------------------------------- */

struct crt_tm; /* the layout of struct tm */

/* One per thread that entered the runtime; freed (with its buffers) when the thread ends. Buffers
 * are made at first use with malloc and belong to the thread. */
struct crt_thread {
    int err;
    unsigned long doserr;
    unsigned rand_state;
    char *strtok_next;
    unsigned char *mbstok_next;
    wchar_t *wcstok_next;
    char *strerror_buf;     /* strerror, _strerror */
    wchar_t *wcserror_buf;  /* _wcserror, __wcserror */
    char *asctime_buf;      /* asctime, ctime: 26 chars */
    wchar_t *wasctime_buf;  /* 26 wchar_t */
    struct crt_tm *tm_buf;  /* gmtime, localtime */
    char *cvt_buf;          /* _ecvt, _fcvt */
    char *setlocale_buf;    /* spare buffers of locale.c */
    wchar_t *wsetlocale_buf;
    char *tmpnam_buf;
    wchar_t *wtmpnam_buf;
    void *locale;           /* locale.c: the thread's own locale, NULL = the global one */
    int per_thread_locale;  /* locale.c: _configthreadlocale state */
    void *signal_actions;   /* signal.c: per-thread exception signals; malloc block or NULL */
    void *exception_pointers; /* __pxcptinfoptrs */
    int fpe_code;             /* __fpecode */
    void *invalid_parameter;  /* thread-local _invalid_parameter_handler */
    void *terminate_handler;  /* set_terminate, set_unexpected, _set_se_translator */
    void *unexpected_handler;
    void *se_translator;
    int processing_throw;
    void *current_exception;
    void *current_exception_context;
    void *eh_slots[8];        /* for the C++ exception code */
    /* what _beginthread(ex) hands to the new thread */
    HANDLE begin_handle;
    HMODULE begin_module;     /* held while the thread runs */
    void *begin_start;
    void *begin_arg;
    int begin_is_ex;
    void (*exe_atexit)(void *, DWORD, void *);
};

/* Never NULL; ends the process if there is no memory for it. Keeps GetLastError. */
struct crt_thread *crt_thread(void);
/* Called by locale.c's owner data when a thread goes (defined in locale.c, may be empty). */
void crt_locale_thread_exit(struct crt_thread *t);

int *_errno(void);
unsigned long *__doserrno(void);
void _dosmaperr(unsigned long oserr); /* sets _doserrno and errno */
int crt_errno_from_win32(unsigned long oserr);

/* Data that the SDK headers turn into macros over imports. */
#undef _fmode
#undef _commode
#undef _pgmptr
#undef _wpgmptr
#undef _osplatform
#undef _osver
#undef _winver
#undef _winmajor
#undef _winminor
#undef __argc
#undef __argv
#undef __wargv
#undef _sys_errlist
#undef _sys_nerr
#undef errno
#define errno (*_errno())

/* ---- invalid parameters (invalid.c) ------------------------------------------------------ */

typedef void(__cdecl *crt_invalid_parameter_t)(const wchar_t *expression, const wchar_t *function,
                                               const wchar_t *file, unsigned line, uintptr_t res);
void _invalid_parameter(const wchar_t *expression, const wchar_t *function, const wchar_t *file,
                        unsigned line, uintptr_t reserved);
void _invalid_parameter_noinfo(void);

/* CRT_CHECK(cond, EINVAL, ret): the documented "validates its parameters": sets errno, calls the
 * invalid-parameter handler, returns ret. */
#define CRT_CHECK(cond, code, ret)                                                                 \
    do {                                                                                           \
        if (!(cond)) {                                                                             \
            errno = (code);                                                                        \
            _invalid_parameter_noinfo();                                                           \
            return ret;                                                                            \
        }                                                                                          \
    } while (0)
/* The same for void functions. */
#define CRT_CHECK_VOID(cond, code) CRT_CHECK(cond, code, )

/* ---- locks (lock.c) ---------------------------------------------------------------------- */

/* msvcrt's _lock(n) numbers; only those up to CRT_LOCKS exist. */
enum {
    CRT_LOCK_SIGNAL = 0,
    CRT_LOCK_IOB_SCAN = 1,
    CRT_LOCK_TMPNAM = 2,
    CRT_LOCK_CONIO = 3,
    CRT_LOCK_HEAP = 4,
    CRT_LOCK_TIME = 6,
    CRT_LOCK_ENV = 7,
    CRT_LOCK_EXIT = 8,
    CRT_LOCK_POPEN = 9,
    CRT_LOCK_OSFHND = 11,
    CRT_LOCK_LOCALE = 12,
    CRT_LOCK_MB = 13,
    CRT_LOCKS = 36
};
int _set_new_mode(int mode);
void _lock(int n);
void _unlock(int n);

/* ---- memory (heap.c): malloc, calloc, realloc, free, _msize, ... are in <stdlib.h> --------- */

/* UTF-16 <-> the code page that file names, environment and arguments use. Results are malloc
 * blocks; NULL sets errno (EILSEQ or ENOMEM). NULL in gives NULL out without an error. */
wchar_t *crt_to_wide(const char *s);
char *crt_to_narrow(const wchar_t *s);
/* The code page of the above: CP_ACP, CP_OEMCP after SetFileApisToOEM. */
unsigned crt_file_codepage(void);

/* ---- environment tables (environ.c) ------------------------------------------------------ */

/* The tables programs see; NULL until asked for. Each entry and the table itself are malloc
 * blocks. Guarded by CRT_LOCK_ENV. getenv/_putenv (env.c) work on them, and whoever changes one
 * changes the other if it exists. */
#undef _environ
#undef _wenviron
extern char **_environ;
extern wchar_t **_wenviron;
extern char **__initenv;
extern wchar_t **__winitenv;
/* Make the table from the process environment if it is not there yet; 0 or -1 with errno. */
int crt_environ_narrow(void);
int crt_environ_wide(void);

/* ---- locale look-ups (locale.c defines them; NULL = the locale in effect for the thread) --- */

unsigned crt_locale_codepage(_locale_t loc);      /* LC_CTYPE code page; 0 in the "C" locale */
int crt_locale_mb_cur_max(_locale_t loc);         /* 1 .. 4 (5 in UTF-8 for ucrt) */
const char *crt_locale_point(_locale_t loc);      /* decimal point, never empty */
wchar_t crt_locale_wpoint(_locale_t loc);
/* One character: bytes used (0 for NUL), or -1 with errno EILSEQ. No shift state. In the "C"
 * locale bytes are U+0000..U+00FF. wctomb writes at most 5 bytes. */
int crt_mbtowc(wchar_t *out, const char *s, size_t n, _locale_t loc);
int crt_wctomb(char *out, wchar_t wc, _locale_t loc);
void crt_locale_init(void);                       /* process attach; must not fail */

/* ---- numbers <-> text (strtod.c, strtol.c, dtoa.c) ---------------------------------------- */

/* All significant decimal digits of a finite value m * 2^e, m != 0: no leading or trailing zeros,
 * not terminated. value = 0.DIGITS * 10^*point. Returns the count (at most CRT_DTOA_MAX). */
#define CRT_DTOA_MAX 1100
int crt_dtoa(uint64_t m, int e, char *digits, int *point);

/* ---- descriptors (osfile.c) and streams (stream.c) ---------------------------------------- */

struct crt_file;  /* descriptor, see lowio.h */
struct crt_iobuf; /* FILE, see stream.h */

/* ---- start and end ------------------------------------------------------------------------ */

/* Process attach in this order, see dllmain.c; each returns 0, or -1 to refuse the load. */
int crt_thread_init(void);
void crt_thread_process_exit(void);
int crt_lowio_init(void);
int crt_stdio_init(void);
void crt_stdio_exit(void); /* flush all, remove temporary files */
void crt_signal_init(void); /* signal.c: process attach, must not fail */

int _query_app_type(void); /* 0 unknown, 1 console, 2 windows */

/* Writes text to standard error by WriteFile: last words before the process ends. */
void crt_message(const char *text);

#define CRT_COUNT(a) (sizeof(a) / sizeof((a)[0]))

#endif
