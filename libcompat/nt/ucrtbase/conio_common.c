/* The entry points that the inline console functions of the Universal CRT's headers call. */
#include "../crt/format.h"

int crt_vcprintf(uint64_t options, const char *format, _locale_t loc, va_list args);
int crt_vcwprintf(uint64_t options, const wchar_t *format, _locale_t loc, va_list args);
int crt_vcscanf(uint64_t options, const char *format, _locale_t loc, va_list args);
int crt_vcwscanf(uint64_t options, const wchar_t *format, _locale_t loc, va_list args);

#define COMMON(NAME, CH, FN, OPTIONS)                                                              \
    int __conio_common_##NAME(uint64_t options, const CH *format, _locale_t loc, va_list args)     \
    {                                                                                              \
        return FN(options | (OPTIONS), format, loc, args);                                         \
    }

COMMON(vcprintf, char, crt_vcprintf, 0)
COMMON(vcprintf_s, char, crt_vcprintf, FMT_SECURE)
COMMON(vcprintf_p, char, crt_vcprintf, FMT_POSITIONAL)
COMMON(vcwprintf, wchar_t, crt_vcwprintf, 0)
COMMON(vcwprintf_s, wchar_t, crt_vcwprintf, FMT_SECURE)
COMMON(vcwprintf_p, wchar_t, crt_vcwprintf, FMT_POSITIONAL)
COMMON(vcscanf, char, crt_vcscanf, 0)
COMMON(vcwscanf, wchar_t, crt_vcwscanf, 0)
