/* The scanf functions under the names that msvcrt.dll exports them by. */
#include "../crt/scan.h"

#define BODY(LAST, LOC, CALL)                                                                      \
    {                                                                                              \
        va_list args;                                                                              \
        int result;                                                                                \
                                                                                                   \
        va_start(args, LAST);                                                                      \
        result = CALL, format, LOC, args);                                                         \
        va_end(args);                                                                              \
        return result;                                                                             \
    }

/* The four forms of a function: plain, secure, and each with a locale. */
#define FAMILY(PLAIN, SECURE, WITH_LOCALE, SECURE_LOCALE, CH, PARAMETERS, CALL)                    \
    int PLAIN(PARAMETERS(CH) const CH *format, ...)                                                \
    BODY(format, NULL, CALL(SCAN_DEFAULT))                                                         \
    int SECURE(PARAMETERS(CH) const CH *format, ...)                                               \
    BODY(format, NULL, CALL(SCAN_DEFAULT | SCAN_SECURE))                                           \
    int WITH_LOCALE(PARAMETERS(CH) const CH *format, _locale_t loc, ...)                           \
    BODY(loc, loc, CALL(SCAN_DEFAULT))                                                             \
    int SECURE_LOCALE(PARAMETERS(CH) const CH *format, _locale_t loc, ...)                         \
    BODY(loc, loc, CALL(SCAN_DEFAULT | SCAN_SECURE))

#define NOTHING(CH)
#define STREAM(CH) FILE *f,
#define STRING(CH) const CH *s,
#define COUNTED(CH) const CH *s, size_t count,

#define FROM_STDIN(OPTIONS) crt_vfscanf(stdin, OPTIONS
#define FROM_STREAM(OPTIONS) crt_vfscanf(f, OPTIONS
#define FROM_STRING(OPTIONS) crt_vsscanf(s, SIZE_MAX, OPTIONS
#define FROM_COUNTED(OPTIONS) crt_vsscanf(s, count, OPTIONS
#define WIDE_STDIN(OPTIONS) crt_vfwscanf(stdin, OPTIONS
#define WIDE_STREAM(OPTIONS) crt_vfwscanf(f, OPTIONS
#define WIDE_STRING(OPTIONS) crt_vswscanf(s, SIZE_MAX, OPTIONS
#define WIDE_COUNTED(OPTIONS) crt_vswscanf(s, count, OPTIONS

/* clang-format off */
FAMILY(scanf,     scanf_s,     _scanf_l,    _scanf_s_l,    char,    NOTHING, FROM_STDIN)
FAMILY(fscanf,    fscanf_s,    _fscanf_l,   _fscanf_s_l,   char,    STREAM,  FROM_STREAM)
FAMILY(sscanf,    sscanf_s,    _sscanf_l,   _sscanf_s_l,   char,    STRING,  FROM_STRING)
FAMILY(_snscanf,  _snscanf_s,  _snscanf_l,  _snscanf_s_l,  char,    COUNTED, FROM_COUNTED)
FAMILY(wscanf,    wscanf_s,    _wscanf_l,   _wscanf_s_l,   wchar_t, NOTHING, WIDE_STDIN)
FAMILY(fwscanf,   fwscanf_s,   _fwscanf_l,  _fwscanf_s_l,  wchar_t, STREAM,  WIDE_STREAM)
FAMILY(swscanf,   swscanf_s,   _swscanf_l,  _swscanf_s_l,  wchar_t, STRING,  WIDE_STRING)
FAMILY(_snwscanf, _snwscanf_s, _snwscanf_l, _snwscanf_s_l, wchar_t, COUNTED, WIDE_COUNTED)
/* clang-format on */
