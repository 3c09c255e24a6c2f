/* The entry points that the inline scanf functions of the Universal CRT's headers call. */
#include "../crt/scan.h"

int __stdio_common_vfscanf(uint64_t options, FILE *f, const char *format, _locale_t loc,
                           va_list args)
{
    return crt_vfscanf(f, options, format, loc, args);
}

int __stdio_common_vfwscanf(uint64_t options, FILE *f, const wchar_t *format, _locale_t loc,
                            va_list args)
{
    return crt_vfwscanf(f, options, format, loc, args);
}

int __stdio_common_vsscanf(uint64_t options, const char *s, size_t count, const char *format,
                           _locale_t loc, va_list args)
{
    return crt_vsscanf(s, count, options, format, loc, args);
}

int __stdio_common_vswscanf(uint64_t options, const wchar_t *s, size_t count,
                            const wchar_t *format, _locale_t loc, va_list args)
{
    return crt_vswscanf(s, count, options, format, loc, args);
}
