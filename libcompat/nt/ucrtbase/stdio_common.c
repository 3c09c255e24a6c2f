/* The entry points that the inline printf functions of the Universal CRT's headers call. */
#include "../crt/format.h"

int __stdio_common_vfprintf(uint64_t options, FILE *f, const char *format, _locale_t loc,
                            va_list args)
{
    return crt_vfprintf(f, options, format, loc, args);
}

int __stdio_common_vfprintf_s(uint64_t options, FILE *f, const char *format, _locale_t loc,
                              va_list args)
{
    return crt_vfprintf(f, options | FMT_SECURE, format, loc, args);
}

int __stdio_common_vfprintf_p(uint64_t options, FILE *f, const char *format, _locale_t loc,
                              va_list args)
{
    return crt_vfprintf(f, options | FMT_POSITIONAL, format, loc, args);
}

int __stdio_common_vfwprintf(uint64_t options, FILE *f, const wchar_t *format, _locale_t loc,
                             va_list args)
{
    return crt_vfwprintf(f, options, format, loc, args);
}

int __stdio_common_vfwprintf_s(uint64_t options, FILE *f, const wchar_t *format, _locale_t loc,
                               va_list args)
{
    return crt_vfwprintf(f, options | FMT_SECURE, format, loc, args);
}

int __stdio_common_vfwprintf_p(uint64_t options, FILE *f, const wchar_t *format, _locale_t loc,
                               va_list args)
{
    return crt_vfwprintf(f, options | FMT_POSITIONAL, format, loc, args);
}

int __stdio_common_vsprintf(uint64_t options, char *out, size_t room, const char *format,
                            _locale_t loc, va_list args)
{
    return crt_vsprintf(options, out, room, format, loc, args);
}

int __stdio_common_vswprintf(uint64_t options, wchar_t *out, size_t room, const wchar_t *format,
                             _locale_t loc, va_list args)
{
    return crt_vswprintf(options, out, room, format, loc, args);
}

int __stdio_common_vsprintf_s(uint64_t options, char *out, size_t room, const char *format,
                              _locale_t loc, va_list args)
{
    return crt_vsprintf_s(options, out, room, format, loc, args);
}

int __stdio_common_vswprintf_s(uint64_t options, wchar_t *out, size_t room, const wchar_t *format,
                               _locale_t loc, va_list args)
{
    return crt_vswprintf_s(options, out, room, format, loc, args);
}

int __stdio_common_vsnprintf_s(uint64_t options, char *out, size_t room, size_t most,
                               const char *format, _locale_t loc, va_list args)
{
    return crt_vsnprintf_s(options, out, room, most, format, loc, args);
}

int __stdio_common_vsnwprintf_s(uint64_t options, wchar_t *out, size_t room, size_t most,
                                const wchar_t *format, _locale_t loc, va_list args)
{
    return crt_vsnwprintf_s(options, out, room, most, format, loc, args);
}

int __stdio_common_vsprintf_p(uint64_t options, char *out, size_t room, const char *format,
                              _locale_t loc, va_list args)
{
    return crt_vsprintf_s(options | FMT_POSITIONAL, out, room, format, loc, args);
}

int __stdio_common_vswprintf_p(uint64_t options, wchar_t *out, size_t room, const wchar_t *format,
                               _locale_t loc, va_list args)
{
    return crt_vswprintf_s(options | FMT_POSITIONAL, out, room, format, loc, args);
}
