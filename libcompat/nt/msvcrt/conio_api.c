/* Formatted input and output of the console under the names of msvcrt.dll. */
#include "../crt/format.h"
#include "../crt/scan.h"

int crt_vcprintf(uint64_t options, const char *format, _locale_t loc, va_list args);
int crt_vcwprintf(uint64_t options, const wchar_t *format, _locale_t loc, va_list args);
int crt_vcscanf(uint64_t options, const char *format, _locale_t loc, va_list args);
int crt_vcwscanf(uint64_t options, const wchar_t *format, _locale_t loc, va_list args);

#define VARIABLE(NAME, CH, FN, OPTIONS)                                                            \
    int NAME(const CH *format, ...)                                                                \
    {                                                                                              \
        va_list args;                                                                              \
        int result;                                                                                \
                                                                                                   \
        va_start(args, format);                                                                    \
        result = FN(OPTIONS, format, NULL, args);                                                  \
        va_end(args);                                                                              \
        return result;                                                                             \
    }                                                                                              \
    int NAME##_l(const CH *format, _locale_t loc, ...)                                             \
    {                                                                                              \
        va_list args;                                                                              \
        int result;                                                                                \
                                                                                                   \
        va_start(args, loc);                                                                       \
        result = FN(OPTIONS, format, loc, args);                                                   \
        va_end(args);                                                                              \
        return result;                                                                             \
    }

#define PRINT(NAME, CH, FN, OPTIONS)                                                               \
    int _v##NAME(const CH *format, va_list args)                                                   \
    {                                                                                              \
        return FN(OPTIONS, format, NULL, args);                                                    \
    }                                                                                              \
    int _v##NAME##_l(const CH *format, _locale_t loc, va_list args)                                \
    {                                                                                              \
        return FN(OPTIONS, format, loc, args);                                                     \
    }                                                                                              \
    VARIABLE(_##NAME, CH, FN, OPTIONS)

PRINT(cprintf, char, crt_vcprintf, FMT_DEFAULT)
PRINT(cprintf_s, char, crt_vcprintf, FMT_DEFAULT | FMT_SECURE)
PRINT(cprintf_p, char, crt_vcprintf, FMT_DEFAULT | FMT_POSITIONAL)
PRINT(cwprintf, wchar_t, crt_vcwprintf, FMT_DEFAULT)
PRINT(cwprintf_s, wchar_t, crt_vcwprintf, FMT_DEFAULT | FMT_SECURE)
PRINT(cwprintf_p, wchar_t, crt_vcwprintf, FMT_DEFAULT | FMT_POSITIONAL)
VARIABLE(_cscanf, char, crt_vcscanf, SCAN_DEFAULT)
VARIABLE(_cscanf_s, char, crt_vcscanf, SCAN_DEFAULT | SCAN_SECURE)
VARIABLE(_cwscanf, wchar_t, crt_vcwscanf, SCAN_DEFAULT)
VARIABLE(_cwscanf_s, wchar_t, crt_vcwscanf, SCAN_DEFAULT | SCAN_SECURE)
