/* The destinations of formatted text: streams and memory, with the rules of each family for text
 * that does not fit. */
#include "format.h"

static volatile LONG count_output; /* whether %n may write */

int _set_printf_count_output(int enable)
{
    return InterlockedExchange(&count_output, enable != 0);
}

int _get_printf_count_output(void)
{
    return count_output;
}

/* ---- streams ---- */

static bool put_file(struct crt_sink *sink, const void *text, size_t count)
{
    sink->total += count;
    return _fwrite_nolock(text, 1, count, sink->to) == count;
}

static bool put_wide_file(struct crt_sink *sink, const void *text, size_t count)
{
    const wchar_t *wide = text;

    sink->total += count;
    for (size_t i = 0; i < count; i++)
        if (_fputwc_nolock(wide[i], sink->to) == WEOF)
            return false;
    return true;
}

int crt_vfprintf(FILE *f, uint64_t options, const char *format, _locale_t loc, va_list args)
{
    struct crt_sink sink = {.put = put_file, .to = f};
    struct crt_burst burst;
    int result;

    CRT_CHECK(f && format, EINVAL, -1);
    CHECK_NARROW(f, -1);
    _lock_file(f);
    crt_burst_begin(f, &burst);
    result = crt_format(&sink, options, format, loc, args);
    if (crt_burst_end(f, &burst))
        result = -1;
    _unlock_file(f);
    return result;
}

int crt_vfwprintf(FILE *f, uint64_t options, const wchar_t *format, _locale_t loc, va_list args)
{
    struct crt_sink sink = {.put = put_wide_file, .to = f};
    struct crt_burst burst;
    int result;

    CRT_CHECK(f && format, EINVAL, -1);
    _lock_file(f);
    crt_burst_begin(f, &burst);
    result = crt_wformat(&sink, options, format, loc, args);
    if (crt_burst_end(f, &burst))
        result = -1;
    _unlock_file(f);
    return result;
}

/* ---- memory ---- */

/* Stores what fits and counts the rest; an error of the format still fails. */
#define PUT_MEMORY(name, CH)                                                                       \
    static bool name(struct crt_sink *sink, const void *text, size_t count)                        \
    {                                                                                              \
        size_t free_units = sink->total < sink->room ? sink->room - sink->total : 0;               \
        size_t now = count < free_units ? count : free_units;                                      \
                                                                                                   \
        if (now)                                                                                   \
            __builtin_memcpy((CH *)sink->to + sink->total, text, now * sizeof(CH));                \
        sink->total += count;                                                                      \
        return true;                                                                               \
    }

PUT_MEMORY(put_memory, char)
PUT_MEMORY(put_wide_memory, wchar_t)

/* The three families for one character type. */
#define MEMORY_FAMILY(CH, PUT, FORMAT_FN, V, VS, VSN)                                              \
    int V(uint64_t options, CH *out, size_t room, const CH *format, _locale_t loc, va_list args)   \
    {                                                                                              \
        struct crt_sink sink = {.put = PUT, .to = out, .room = out ? room : 0};                    \
        int result;                                                                                \
                                                                                                   \
        CRT_CHECK(format && (out || !room), EINVAL, -1);                                           \
        result = FORMAT_FN(&sink, options, format, loc, args);                                     \
        if (!out)                                                                                  \
            return result;                                                                         \
        if (options & FMT_LEGACY_TERMINATION) {                                                    \
            /* The oldest rule: no terminator where the text just fits or does not. */             \
            if (result < 0 || (size_t)result > room)                                               \
                return -1;                                                                         \
            if ((size_t)result < room)                                                             \
                out[result] = 0;                                                                   \
            return result;                                                                         \
        }                                                                                          \
        if (room)                                                                                  \
            out[result < 0 ? 0 : (size_t)result < room ? (size_t)result : room - 1] = 0;           \
        if (!(options & FMT_STANDARD_SNPRINTF) && result >= 0 && (size_t)result >= room)           \
            return -1;                                                                             \
        return result;                                                                             \
    }                                                                                              \
                                                                                                   \
    int VS(uint64_t options, CH *out, size_t room, const CH *format, _locale_t loc, va_list args)  \
    {                                                                                              \
        struct crt_sink sink = {.put = PUT, .to = out, .room = room};                              \
        int result;                                                                                \
                                                                                                   \
        CRT_CHECK(format && out && room, EINVAL, -1);                                              \
        result = FORMAT_FN(&sink, options | FMT_SECURE, format, loc, args);                        \
        if (result < 0) {                                                                          \
            out[0] = 0;                                                                            \
            return -1;                                                                             \
        }                                                                                          \
        if ((size_t)result >= room) {                                                              \
            out[0] = 0;                                                                            \
            CRT_CHECK(false, ERANGE, -1);                                                          \
        }                                                                                          \
        out[result] = 0;                                                                           \
        return result;                                                                             \
    }                                                                                              \
                                                                                                   \
    int VSN(uint64_t options, CH *out, size_t room, size_t most, const CH *format, _locale_t loc,  \
            va_list args)                                                                          \
    {                                                                                              \
        struct crt_sink sink = {.put = PUT, .to = out, .room = room};                              \
        size_t keep;                                                                               \
        int result;                                                                                \
                                                                                                   \
        CRT_CHECK(format, EINVAL, -1);                                                             \
        if (!most && !out && !room)                                                                \
            return 0;                                                                              \
        CRT_CHECK(out && room, EINVAL, -1);                                                        \
        result = FORMAT_FN(&sink, options | FMT_SECURE, format, loc, args);                        \
        if (result < 0) {                                                                          \
            out[0] = 0;                                                                            \
            return -1;                                                                             \
        }                                                                                          \
        keep = (size_t)result < most ? (size_t)result : most;                                      \
        if (keep >= room) {                                                                        \
            if (most != _TRUNCATE) {                                                               \
                out[0] = 0;                                                                        \
                CRT_CHECK(false, ERANGE, -1);                                                      \
            }                                                                                      \
            keep = room - 1;                                                                       \
        }                                                                                          \
        out[keep] = 0;                                                                             \
        return keep < (size_t)result ? -1 : result;                                                \
    }

MEMORY_FAMILY(char, put_memory, crt_format, crt_vsprintf, crt_vsprintf_s, crt_vsnprintf_s)
MEMORY_FAMILY(wchar_t, put_wide_memory, crt_wformat, crt_vswprintf, crt_vswprintf_s,
              crt_vsnwprintf_s)
