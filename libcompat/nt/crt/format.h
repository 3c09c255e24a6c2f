/* The formatting engine behind every printf. */
#ifndef LIBCOMPAT_NT_CRT_FORMAT_H
#define LIBCOMPAT_NT_CRT_FORMAT_H

#include "stream.h"

/* The first six are the bits that programs pass to __stdio_common_v*printf. */
enum {
    FMT_LEGACY_TERMINATION = 0x01,
    FMT_STANDARD_SNPRINTF = 0x02,
    FMT_LEGACY_WIDE = 0x04,
    FMT_LEGACY_MSVCRT = 0x08,
    FMT_THREE_DIGITS = 0x10,
    FMT_STANDARD_ROUNDING = 0x20,
    /* ours */
    FMT_SECURE = 0x10000,
    FMT_POSITIONAL = 0x20000
};

#ifdef CRT_MSVCRT
#define FMT_DEFAULT (FMT_LEGACY_WIDE | FMT_LEGACY_MSVCRT | FMT_THREE_DIGITS)
#else
#define FMT_DEFAULT 0
#endif

/* Where text goes. put returns false on failure, which ends the formatting with -1. total counts
 * all characters, also those that found no room. */
struct crt_sink {
    bool (*put)(struct crt_sink *sink, const void *text, size_t count);
    void *to;
    size_t room;
    size_t total;
};

/* Returns the count of characters or -1 with errno. */
int crt_format(struct crt_sink *sink, uint64_t options, const char *format, _locale_t loc,
               va_list args);
int crt_wformat(struct crt_sink *sink, uint64_t options, const wchar_t *format, _locale_t loc,
                va_list args);

/* To a stream, locked and buffered for the time of the call. */
int crt_vfprintf(FILE *f, uint64_t options, const char *format, _locale_t loc, va_list args);
int crt_vfwprintf(FILE *f, uint64_t options, const wchar_t *format, _locale_t loc, va_list args);

/* To memory; options decide what happens when the room is too small. */
int crt_vsprintf(uint64_t options, char *out, size_t room, const char *format, _locale_t loc,
                 va_list args);
int crt_vswprintf(uint64_t options, wchar_t *out, size_t room, const wchar_t *format,
                  _locale_t loc, va_list args);
int crt_vsprintf_s(uint64_t options, char *out, size_t room, const char *format, _locale_t loc,
                   va_list args);
int crt_vswprintf_s(uint64_t options, wchar_t *out, size_t room, const wchar_t *format,
                    _locale_t loc, va_list args);
int crt_vsnprintf_s(uint64_t options, char *out, size_t room, size_t most, const char *format,
                    _locale_t loc, va_list args);
int crt_vsnwprintf_s(uint64_t options, wchar_t *out, size_t room, size_t most,
                     const wchar_t *format, _locale_t loc, va_list args);

int _set_printf_count_output(int enable);
int _get_printf_count_output(void);

#endif
