/* scanf's engine: what both character types share, the two scanners, their inputs. */
#include "scan.h"
#include "fpparse.h"

enum scan_result { SCAN_DONE, SCAN_MISMATCH, SCAN_ENDED, SCAN_FAILED };
enum scan_size { SCAN_INT, SCAN_CHAR, SCAN_SHORT, SCAN_LONG, SCAN_64, SCAN_POINTER };

struct scan_field {
    bool suppressed;
    bool natural; /* T: the function's own character type */
    enum scan_size size;
};

/* One output character while it is made. */
struct scan_unit {
    wchar_t wide;
    char bytes[8];
    size_t count;
};

/* The characters of a number; grows, failed if it could not. */
struct scan_text {
    char *at;
    size_t count, room;
    bool failed;
    char first[128];
};

static unsigned scan_digit(int c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'z')
        return (unsigned)(c - 'a') + 10;
    if (c >= 'A' && c <= 'Z')
        return (unsigned)(c - 'A') + 10;
    return 99;
}

static enum scan_result scan_store(const struct scan_field *field, va_list *args, uint64_t value)
{
    void *out;

    if (field->suppressed)
        return SCAN_DONE;
    out = va_arg(*args, void *);
    CRT_CHECK(out, EINVAL, SCAN_FAILED);
    switch (field->size) {
    case SCAN_CHAR:
        *(unsigned char *)out = (unsigned char)value;
        break;
    case SCAN_SHORT:
        *(unsigned short *)out = (unsigned short)value;
        break;
    case SCAN_64:
        *(uint64_t *)out = value;
        break;
    case SCAN_POINTER:
        *(size_t *)out = (size_t)value;
        break;
    default:
        *(unsigned *)out = (unsigned)value;
        break;
    }
    return SCAN_DONE;
}

static void scan_clear(void *out, size_t room, bool wide)
{
    if (!out || !room)
        return;
    if (wide)
        *(wchar_t *)out = 0;
    else
        *(char *)out = 0;
}

static void scan_text_add(struct scan_text *text, int c)
{
    if (text->count + 1 >= text->room) { /* one stays for the terminator */
        char *more = text->failed ? NULL : malloc(text->room * 2);

        if (!more) {
            text->failed = true;
            return;
        }
        __builtin_memcpy(more, text->at, text->count);
        if (text->at != text->first)
            free(text->at);
        text->at = more;
        text->room *= 2;
    }
    text->at[text->count++] = (char)c;
}

static void scan_text_free(struct scan_text *text)
{
    if (text->at != text->first)
        free(text->at);
}

static enum scan_result scan_floating(const struct scan_field *field, va_list *args,
                                      struct scan_text *text, _locale_t loc)
{
    struct crt_fp_text number;
    size_t used;
    int range;
    void *out;

    if (text->failed) {
        errno = ENOMEM;
        return SCAN_FAILED;
    }
    text->at[text->count] = 0;
    used = crt_fp_scan(text->at, loc, &number);
    if (!used || (number.kind != FP_DECIMAL && number.kind != FP_HEX && used != text->count))
        return SCAN_MISMATCH;
    if (field->suppressed)
        return SCAN_DONE;
    out = va_arg(*args, void *);
    CRT_CHECK(out, EINVAL, SCAN_FAILED);
    if (field->size == SCAN_LONG || field->size == SCAN_64)
        *(double *)out = crt_fp_double(&number, &range);
    else
        *(float *)out = crt_fp_float(&number, &range);
    return SCAN_DONE;
}

/* ---- the scanners ---- */

#define CH char
#define IS_WIDE false
#define SCAN crt_scan
#define NAME(n) scan_narrow_##n
#define SPACE(c, loc) (_isspace_l)(c, loc) /* not the header's macro */
#define POINT(loc) ((unsigned char)*crt_locale_point(loc))
#define CRT_UNIT(c) ((unsigned char)(c))
#include "scangen.h"
#undef CH
#undef IS_WIDE
#undef SCAN
#undef NAME
#undef SPACE
#undef POINT
#undef CRT_UNIT
#define CH wchar_t
#define IS_WIDE true
#define SCAN crt_wscan
#define NAME(n) scan_wide_##n
#define SPACE(c, loc) (iswspace)((wint_t)(c))
#define POINT(loc) crt_locale_wpoint(loc)
#define CRT_UNIT(c) ((wchar_t)(c))
#include "scangen.h"

/* ---- inputs ---- */

static int get_file(struct crt_source *source)
{
    return crt_getc(source->file);
}

static void unget_file(struct crt_source *source, int c)
{
    _ungetc_nolock(c, source->file);
}

static int get_wide_file(struct crt_source *source)
{
    wint_t c = _fgetwc_nolock(source->file);

    return c == WEOF ? -1 : (int)c;
}

static void unget_wide_file(struct crt_source *source, int c)
{
    _ungetwc_nolock((wint_t)c, source->file);
}

static int get_string(struct crt_source *source)
{
    const unsigned char *at = source->at;

    if (source->at == source->end || !*at)
        return -1;
    source->at = at + 1;
    return *at;
}

static void unget_string(struct crt_source *source, int c)
{
    (void)c;
    source->at = (const char *)source->at - 1;
}

static int get_wide_string(struct crt_source *source)
{
    const wchar_t *at = source->at;

    if (source->at == source->end || !*at)
        return -1;
    source->at = at + 1;
    return *at;
}

static void unget_wide_string(struct crt_source *source, int c)
{
    (void)c;
    source->at = (const wchar_t *)source->at - 1;
}

int crt_vfscanf(FILE *f, uint64_t options, const char *format, _locale_t loc, va_list args)
{
    struct crt_source source = {.get = get_file, .unget = unget_file, .file = f};
    int result;

    CRT_CHECK(f && format, EINVAL, EOF);
    CHECK_NARROW(f, EOF);
    _lock_file(f);
    result = crt_scan(&source, options, format, loc, args);
    _unlock_file(f);
    return result;
}

int crt_vfwscanf(FILE *f, uint64_t options, const wchar_t *format, _locale_t loc, va_list args)
{
    struct crt_source source = {.get = get_wide_file, .unget = unget_wide_file, .file = f};
    int result;

    CRT_CHECK(f && format, EINVAL, EOF);
    _lock_file(f);
    result = crt_wscan(&source, options, format, loc, args);
    _unlock_file(f);
    return result;
}

int crt_vsscanf(const char *s, size_t count, uint64_t options, const char *format, _locale_t loc,
                va_list args)
{
    struct crt_source source = {.get = get_string, .unget = unget_string, .at = s};

    CRT_CHECK(s && format, EINVAL, EOF);
    source.end = count <= UINTPTR_MAX - (uintptr_t)s ? s + count : NULL;
    return crt_scan(&source, options, format, loc, args);
}

int crt_vswscanf(const wchar_t *s, size_t count, uint64_t options, const wchar_t *format,
                 _locale_t loc, va_list args)
{
    struct crt_source source = {.get = get_wide_string, .unget = unget_wide_string, .at = s};

    CRT_CHECK(s && format, EINVAL, EOF);
    source.end = count <= (UINTPTR_MAX - (uintptr_t)s) / sizeof(*s) ? s + count : NULL;
    return crt_wscan(&source, options, format, loc, args);
}
