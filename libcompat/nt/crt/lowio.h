/* C file descriptors: a table over Win32 handles. */
#ifndef LIBCOMPAT_NT_CRT_LOWIO_H
#define LIBCOMPAT_NT_CRT_LOWIO_H

#include "crt.h"

/* Bits as they stand in the block that a parent passes in STARTUPINFO.lpReserved2. */
enum {
    FD_OPEN = 0x01,
    FD_EOF = 0x02, /* a Ctrl-Z was read in text mode */
    FD_CRLF = 0x04,
    FD_PIPE = 0x08,
    FD_NOINHERIT = 0x10,
    FD_APPEND = 0x20,
    FD_DEV = 0x40,
    FD_TEXT = 0x80
};

enum { FD_ANSI, FD_UTF8, FD_UTF16 };

enum {
    O_RDONLY_ = 0,
    O_WRONLY_ = 1,
    O_RDWR_ = 2,
    O_ACCESS_ = 3,
    O_APPEND_ = 0x8,
    O_RANDOM_ = 0x10,
    O_SEQUENTIAL_ = 0x20,
    O_TEMPORARY_ = 0x40,
    O_NOINHERIT_ = 0x80,
    O_CREAT_ = 0x100,
    O_TRUNC_ = 0x200,
    O_EXCL_ = 0x400,
    O_SHORT_LIVED_ = 0x1000,
    O_OBTAIN_DIR_ = 0x2000,
    O_TEXT_ = 0x4000,
    O_BINARY_ = 0x8000,
    O_WTEXT_ = 0x10000,
    O_U16TEXT_ = 0x20000,
    O_U8TEXT_ = 0x40000,
    O_UNICODE_ = O_WTEXT_ | O_U16TEXT_ | O_U8TEXT_
};

enum { SH_COMPAT_ = 0, SH_DENYRW_ = 0x10, SH_DENYWR_ = 0x20, SH_DENYRD_ = 0x30, SH_DENYNO_ = 0x40,
       SH_SECURE_ = 0x80 };

enum { S_IREAD_ = 0x100, S_IWRITE_ = 0x80 };

#define CRT_NO_CONSOLE ((intptr_t)-2) /* handle of a standard descriptor without a device */

struct crt_file {
    HANDLE handle;
    volatile unsigned char flags; /* 0 = free */
    unsigned char encoding;       /* FD_ANSI, FD_UTF8, FD_UTF16: what text mode stores */
    unsigned char pending_count;  /* read ahead and not yet delivered (pipes and devices) */
    unsigned char pending[8];
    int64_t fill_start;           /* where the last _read began: text-mode ftell needs it */
    CRITICAL_SECTION lock;        /* guards all of the above */
};

/* The open descriptor, locked; NULL with errno EBADF after the invalid-parameter handler. */
struct crt_file *crt_file_lock(int fd);
void crt_file_unlock(struct crt_file *f);
/* The same without locking, for queries; NULL if not open, without an error. */
struct crt_file *crt_file_peek(int fd);
/* A new descriptor for a handle, or -1 with errno. Flags get FD_OPEN and the device bits. */
int crt_file_new(HANDLE handle, unsigned char flags);
/* FD_DEV, FD_PIPE or 0 by what the handle is. */
unsigned char crt_handle_kind(HANDLE handle);

int64_t crt_seek_locked(struct crt_file *f, int64_t offset, int origin);
int crt_write_locked(struct crt_file *f, const void *data, unsigned size);
int crt_read_locked(struct crt_file *f, void *data, unsigned size);
int crt_chsize_locked(struct crt_file *f, int64_t size); /* 0 or an errno value */

/* The lpReserved2 block for a child, from HeapAlloc; NULL with errno. *size in bytes. */
void *crt_inherit_block(WORD *size, bool no_standard);

int _read(int fd, void *data, unsigned size);
int _write(int fd, const void *data, unsigned size);
int _close(int fd);
int64_t _lseeki64(int fd, int64_t offset, int origin);
int _isatty(int fd);
int _setmode(int fd, int mode);
int _commit(int fd);
intptr_t _get_osfhandle(int fd);
int _open_osfhandle(intptr_t handle, int flags);
int _wsopen_s(int *fd, const wchar_t *name, int flags, int share, int mode);
int _pipe(int *fds, unsigned size, int mode);
int _dup2(int from, int to);
int _wunlink(const wchar_t *name);
int _get_fmode(int *mode);
char *_getcwd(char *out, int room);
wchar_t *_wgetcwd(wchar_t *out, int room);
int crt_umask(void);

#endif
