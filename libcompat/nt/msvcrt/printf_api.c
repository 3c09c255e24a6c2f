/* The printf functions under the names that msvcrt.dll exports them by. Each row makes the
 * va_list form and the variable-argument form of one function. */
#include "../crt/format.h"

#define STREAM(NAME, CH, FN, OPTIONS)                                                              \
    int v##NAME(FILE *f, const CH *format, va_list args)                                           \
    {                                                                                              \
        return FN(f, FMT_DEFAULT | (OPTIONS), format, NULL, args);                                 \
    }                                                                                              \
    int NAME(FILE *f, const CH *format, ...)                                                       \
    {                                                                                              \
        va_list args;                                                                              \
        int result;                                                                                \
                                                                                                   \
        va_start(args, format);                                                                    \
        result = FN(f, FMT_DEFAULT | (OPTIONS), format, NULL, args);                               \
        va_end(args);                                                                              \
        return result;                                                                             \
    }

#define STREAM_(NAME, CH, FN, OPTIONS)                                                             \
    int _v##NAME(FILE *f, const CH *format, va_list args)                                          \
    {                                                                                              \
        return FN(f, FMT_DEFAULT | (OPTIONS), format, NULL, args);                                 \
    }                                                                                              \
    int _##NAME(FILE *f, const CH *format, ...)                                                    \
    {                                                                                              \
        va_list args;                                                                              \
        int result;                                                                                \
                                                                                                   \
        va_start(args, format);                                                                    \
        result = FN(f, FMT_DEFAULT | (OPTIONS), format, NULL, args);                               \
        va_end(args);                                                                              \
        return result;                                                                             \
    }

#define STREAM_L(NAME, CH, FN, OPTIONS)                                                            \
    int _v##NAME(FILE *f, const CH *format, _locale_t loc, va_list args)                           \
    {                                                                                              \
        return FN(f, FMT_DEFAULT | (OPTIONS), format, loc, args);                                  \
    }                                                                                              \
    int _##NAME(FILE *f, const CH *format, _locale_t loc, ...)                                     \
    {                                                                                              \
        va_list args;                                                                              \
        int result;                                                                                \
                                                                                                   \
        va_start(args, loc);                                                                       \
        result = FN(f, FMT_DEFAULT | (OPTIONS), format, loc, args);                                \
        va_end(args);                                                                              \
        return result;                                                                             \
    }

#define STANDARD(NAME, VNAME, CH, FN, OPTIONS)                                                     \
    int VNAME(const CH *format, va_list args)                                                      \
    {                                                                                              \
        return FN(stdout, FMT_DEFAULT | (OPTIONS), format, NULL, args);                            \
    }                                                                                              \
    int NAME(const CH *format, ...)                                                                \
    {                                                                                              \
        va_list args;                                                                              \
        int result;                                                                                \
                                                                                                   \
        va_start(args, format);                                                                    \
        result = FN(stdout, FMT_DEFAULT | (OPTIONS), format, NULL, args);                          \
        va_end(args);                                                                              \
        return result;                                                                             \
    }

#define STANDARD_L(NAME, VNAME, CH, FN, OPTIONS)                                                   \
    int VNAME(const CH *format, _locale_t loc, va_list args)                                       \
    {                                                                                              \
        return FN(stdout, FMT_DEFAULT | (OPTIONS), format, loc, args);                             \
    }                                                                                              \
    int NAME(const CH *format, _locale_t loc, ...)                                                 \
    {                                                                                              \
        va_list args;                                                                              \
        int result;                                                                                \
                                                                                                   \
        va_start(args, loc);                                                                       \
        result = FN(stdout, FMT_DEFAULT | (OPTIONS), format, loc, args);                           \
        va_end(args);                                                                              \
        return result;                                                                             \
    }

/* clang-format off */
STREAM(fprintf,      char,    crt_vfprintf,  0)
STREAM(fprintf_s,    char,    crt_vfprintf,  FMT_SECURE)
STREAM(fwprintf,     wchar_t, crt_vfwprintf, 0)
STREAM(fwprintf_s,   wchar_t, crt_vfwprintf, FMT_SECURE)
STREAM_(fprintf_p,   char,    crt_vfprintf,  FMT_POSITIONAL)
STREAM_(fwprintf_p,  wchar_t, crt_vfwprintf, FMT_POSITIONAL)
STREAM_L(fprintf_l,    char,    crt_vfprintf,  0)
STREAM_L(fprintf_s_l,  char,    crt_vfprintf,  FMT_SECURE)
STREAM_L(fprintf_p_l,  char,    crt_vfprintf,  FMT_POSITIONAL)
STREAM_L(fwprintf_l,   wchar_t, crt_vfwprintf, 0)
STREAM_L(fwprintf_s_l, wchar_t, crt_vfwprintf, FMT_SECURE)
STREAM_L(fwprintf_p_l, wchar_t, crt_vfwprintf, FMT_POSITIONAL)
STANDARD(printf,     vprintf,     char,    crt_vfprintf,  0)
STANDARD(printf_s,   vprintf_s,   char,    crt_vfprintf,  FMT_SECURE)
STANDARD(_printf_p,  _vprintf_p,  char,    crt_vfprintf,  FMT_POSITIONAL)
STANDARD(wprintf,    vwprintf,    wchar_t, crt_vfwprintf, 0)
STANDARD(wprintf_s,  vwprintf_s,  wchar_t, crt_vfwprintf, FMT_SECURE)
STANDARD(_wprintf_p, _vwprintf_p, wchar_t, crt_vfwprintf, FMT_POSITIONAL)
STANDARD_L(_printf_l,    _vprintf_l,    char,    crt_vfprintf,  0)
STANDARD_L(_printf_s_l,  _vprintf_s_l,  char,    crt_vfprintf,  FMT_SECURE)
STANDARD_L(_printf_p_l,  _vprintf_p_l,  char,    crt_vfprintf,  FMT_POSITIONAL)
STANDARD_L(_wprintf_l,   _vwprintf_l,   wchar_t, crt_vfwprintf, 0)
STANDARD_L(_wprintf_s_l, _vwprintf_s_l, wchar_t, crt_vfwprintf, FMT_SECURE)
STANDARD_L(_wprintf_p_l, _vwprintf_p_l, wchar_t, crt_vfwprintf, FMT_POSITIONAL)
/* clang-format on */

/* To memory. HEAD is the parameters before the format, CALL the start of the engine's call. */
#define MEMORY(NAME, VNAME, CH, HEAD, CALL)                                                        \
    int VNAME(HEAD const CH *format, va_list args)                                                 \
    {                                                                                              \
        return CALL, format, NULL, args);                                                          \
    }                                                                                              \
    int NAME(HEAD const CH *format, ...)                                                           \
    {                                                                                              \
        va_list args;                                                                              \
        int result;                                                                                \
                                                                                                   \
        va_start(args, format);                                                                    \
        result = CALL, format, NULL, args);                                                        \
        va_end(args);                                                                              \
        return result;                                                                             \
    }

#define MEMORY_L(NAME, VNAME, CH, HEAD, CALL)                                                      \
    int VNAME(HEAD const CH *format, _locale_t loc, va_list args)                                  \
    {                                                                                              \
        return CALL, format, loc, args);                                                           \
    }                                                                                              \
    int NAME(HEAD const CH *format, _locale_t loc, ...)                                            \
    {                                                                                              \
        va_list args;                                                                              \
        int result;                                                                                \
                                                                                                   \
        va_start(args, loc);                                                                       \
        result = CALL, format, loc, args);                                                         \
        va_end(args);                                                                              \
        return result;                                                                             \
    }

#define BARE(CH) CH *out,
#define ROOM(CH) CH *out, size_t room,
#define MOST(CH) CH *out, size_t room, size_t most,
#define NOTHING
#define UNBOUNDED (SIZE_MAX / 4)
#define PLAIN(FN, OPTIONS) FN(FMT_DEFAULT | (OPTIONS), out, room
#define ENDLESS(FN, OPTIONS) FN(FMT_DEFAULT | FMT_LEGACY_TERMINATION | (OPTIONS), out, UNBOUNDED
#define COUNTED(FN, OPTIONS) FN(FMT_DEFAULT | (OPTIONS), out, room, most
#define LENGTH(FN, OPTIONS) FN(FMT_DEFAULT | FMT_STANDARD_SNPRINTF | (OPTIONS), NULL, 0

/* clang-format off */
MEMORY(sprintf,     vsprintf,     char,    BARE(char),    ENDLESS(crt_vsprintf, 0))
MEMORY(swprintf,    vswprintf,    wchar_t, BARE(wchar_t), ENDLESS(crt_vswprintf, 0))
MEMORY(_swprintf,   _vswprintf,   wchar_t, BARE(wchar_t), ENDLESS(crt_vswprintf, 0))
MEMORY(sprintf_s,   vsprintf_s,   char,    ROOM(char),    PLAIN(crt_vsprintf_s, 0))
MEMORY(swprintf_s,  vswprintf_s,  wchar_t, ROOM(wchar_t), PLAIN(crt_vswprintf_s, 0))
MEMORY(_sprintf_p,  _vsprintf_p,  char,    ROOM(char),    PLAIN(crt_vsprintf_s, FMT_POSITIONAL))
MEMORY(_swprintf_p, _vswprintf_p, wchar_t, ROOM(wchar_t), PLAIN(crt_vswprintf_s, FMT_POSITIONAL))
MEMORY(_snprintf,   _vsnprintf,   char,    ROOM(char),    PLAIN(crt_vsprintf, FMT_LEGACY_TERMINATION))
MEMORY(_snwprintf,  _vsnwprintf,  wchar_t, ROOM(wchar_t), PLAIN(crt_vswprintf, FMT_LEGACY_TERMINATION))
MEMORY(_snprintf_c, _vsnprintf_c, char,    ROOM(char),    PLAIN(crt_vsprintf, 0))
MEMORY(_swprintf_c, _vswprintf_c, wchar_t, ROOM(wchar_t), PLAIN(crt_vswprintf, 0))
MEMORY(_snprintf_s, _vsnprintf_s, char,    MOST(char),    COUNTED(crt_vsnprintf_s, 0))
MEMORY(_snwprintf_s, _vsnwprintf_s, wchar_t, MOST(wchar_t), COUNTED(crt_vsnwprintf_s, 0))
MEMORY(_scprintf,   _vscprintf,   char,    NOTHING,       LENGTH(crt_vsprintf, 0))
MEMORY(_scwprintf,  _vscwprintf,  wchar_t, NOTHING,       LENGTH(crt_vswprintf, 0))
MEMORY(_scprintf_p, _vscprintf_p, char,    NOTHING,       LENGTH(crt_vsprintf, FMT_POSITIONAL))
MEMORY(_scwprintf_p, _vscwprintf_p, wchar_t, NOTHING,     LENGTH(crt_vswprintf, FMT_POSITIONAL))
MEMORY_L(_sprintf_l,     _vsprintf_l,     char,    BARE(char),    ENDLESS(crt_vsprintf, 0))
MEMORY_L(_swprintf_l,    _vswprintf_l,    wchar_t, ROOM(wchar_t), PLAIN(crt_vswprintf, 0))
MEMORY_L(__swprintf_l,   __vswprintf_l,   wchar_t, BARE(wchar_t), ENDLESS(crt_vswprintf, 0))
MEMORY_L(_sprintf_s_l,   _vsprintf_s_l,   char,    ROOM(char),    PLAIN(crt_vsprintf_s, 0))
MEMORY_L(_swprintf_s_l,  _vswprintf_s_l,  wchar_t, ROOM(wchar_t), PLAIN(crt_vswprintf_s, 0))
MEMORY_L(_sprintf_p_l,   _vsprintf_p_l,   char,    ROOM(char),    PLAIN(crt_vsprintf_s, FMT_POSITIONAL))
MEMORY_L(_swprintf_p_l,  _vswprintf_p_l,  wchar_t, ROOM(wchar_t), PLAIN(crt_vswprintf_s, FMT_POSITIONAL))
MEMORY_L(_snprintf_l,    _vsnprintf_l,    char,    ROOM(char),    PLAIN(crt_vsprintf, FMT_LEGACY_TERMINATION))
MEMORY_L(_snwprintf_l,   _vsnwprintf_l,   wchar_t, ROOM(wchar_t), PLAIN(crt_vswprintf, FMT_LEGACY_TERMINATION))
MEMORY_L(_snprintf_c_l,  _vsnprintf_c_l,  char,    ROOM(char),    PLAIN(crt_vsprintf, 0))
MEMORY_L(_swprintf_c_l,  _vswprintf_c_l,  wchar_t, ROOM(wchar_t), PLAIN(crt_vswprintf, 0))
MEMORY_L(_snprintf_s_l,  _vsnprintf_s_l,  char,    MOST(char),    COUNTED(crt_vsnprintf_s, 0))
MEMORY_L(_snwprintf_s_l, _vsnwprintf_s_l, wchar_t, MOST(wchar_t), COUNTED(crt_vsnwprintf_s, 0))
MEMORY_L(_scprintf_l,    _vscprintf_l,    char,    NOTHING,       LENGTH(crt_vsprintf, 0))
MEMORY_L(_scwprintf_l,   _vscwprintf_l,   wchar_t, NOTHING,       LENGTH(crt_vswprintf, 0))
MEMORY_L(_scprintf_p_l,  _vscprintf_p_l,  char,    NOTHING,       LENGTH(crt_vsprintf, FMT_POSITIONAL))
MEMORY_L(_scwprintf_p_l, _vscwprintf_p_l, wchar_t, NOTHING,       LENGTH(crt_vswprintf, FMT_POSITIONAL))
/* clang-format on */

int vsnprintf(char *out, size_t room, const char *format, va_list args)
{
    return crt_vsprintf(FMT_DEFAULT | FMT_LEGACY_TERMINATION, out, room, format, NULL, args);
}
