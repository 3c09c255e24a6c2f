/* The scanner behind every scanf. */
#ifndef LIBCOMPAT_NT_CRT_SCAN_H
#define LIBCOMPAT_NT_CRT_SCAN_H

#include "stream.h"

/* The bits that programs pass to __stdio_common_v*scanf. */
enum {
    SCAN_SECURE = 0x1, /* %c, %s, %[ have a size (unsigned int) behind their pointer */
    SCAN_LEGACY_WIDE = 0x2,
    SCAN_LEGACY_MSVCRT = 0x4
};

#ifdef CRT_MSVCRT
#define SCAN_DEFAULT (SCAN_LEGACY_WIDE | SCAN_LEGACY_MSVCRT)
#else
#define SCAN_DEFAULT 0
#endif

/* Where characters come from, one at a time; get returns -1 at the end, unget takes one back. */
struct crt_source {
    int (*get)(struct crt_source *source);
    void (*unget)(struct crt_source *source, int c);
    FILE *file;
    const void *at, *end;
};

/* The count of assigned fields, or EOF if the input ended before the first conversion. */
int crt_scan(struct crt_source *source, uint64_t options, const char *format, _locale_t loc,
             va_list args);
int crt_wscan(struct crt_source *source, uint64_t options, const wchar_t *format, _locale_t loc,
              va_list args);

/* From a stream, locked for the time of the call. */
int crt_vfscanf(FILE *f, uint64_t options, const char *format, _locale_t loc, va_list args);
int crt_vfwscanf(FILE *f, uint64_t options, const wchar_t *format, _locale_t loc, va_list args);
/* From a string of at most count characters; it ends at a NUL before that. */
int crt_vsscanf(const char *s, size_t count, uint64_t options, const char *format, _locale_t loc,
                va_list args);
int crt_vswscanf(const wchar_t *s, size_t count, uint64_t options, const wchar_t *format,
                 _locale_t loc, va_list args);

#endif
