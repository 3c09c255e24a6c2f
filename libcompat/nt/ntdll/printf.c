/*
 * The sprintf family that ntdll exports: everything but floating point, which ntdll's has not either in
 * a useful form. One formatter writes narrow or wide characters through `struct sink`.
 */
#include "crt_private.h"

struct sink {
    void *text;
    size_t room; /* characters, without a terminator */
    size_t done; /* characters produced, stored or not */
    BOOLEAN wide;
};

static void emit(struct sink *s, WCHAR c)
{
    if (s->done < s->room) {
        if (s->wide)
            ((WCHAR *)s->text)[s->done] = c;
        else
            ((char *)s->text)[s->done] = (char)c;
    }
    s->done++;
}

static void pad(struct sink *s, int n, WCHAR c)
{
    while (n-- > 0)
        emit(s, c);
}

struct spec {
    BOOLEAN left, plus, space, alternate, zero;
    int width, precision; /* precision -1: none */
    int size;             /* bytes of an integer argument */
    int chars;            /* width of text: 0 as the function, 1 narrow, 2 wide */
};

/* Text of the other width is converted as UTF-8; a character that comes apart is counted by its units. */
static void put_text(struct sink *s, const struct spec *f, const void *text, BOOLEAN wide)
{
    size_t n = 0, limit = f->precision < 0 ? (size_t)-1 : (size_t)f->precision;

    if (!text) {
        text = wide ? (const void *)L"(null)" : (const void *)"(null)";
    }
    while (n < limit && (wide ? ((const WCHAR *)text)[n] : (WCHAR)((const char *)text)[n]))
        n++;
    if (wide == s->wide) {
        if (!f->left)
            pad(s, f->width - (int)n, f->zero ? '0' : ' ');
        for (size_t i = 0; i < n; i++)
            emit(s, wide ? ((const WCHAR *)text)[i] : (WCHAR)(UCHAR)((const char *)text)[i]);
    } else {
        ULONG size, bytes = (ULONG)(wide ? n * sizeof(WCHAR) : n), at = 0;

        if (wide)
            RtlUnicodeToMultiByteSize(&size, text, bytes);
        else
            RtlMultiByteToUnicodeSize(&size, text, bytes);
        n = wide ? size : size / sizeof(WCHAR);
        if (!f->left)
            pad(s, f->width - (int)n, f->zero ? '0' : ' ');
        while (at < bytes) { /* one character at a time */
            ULONG step = 1, out;
            WCHAR w[2];
            char c[4];

            if (wide) {
                const WCHAR *p = (const WCHAR *)((const char *)text + at);

                step = bytes - at >= 4 && (p[0] & 0xfc00) == 0xd800 && (p[1] & 0xfc00) == 0xdc00
                           ? 4
                           : 2;
                RtlUnicodeToMultiByteN(c, sizeof(c), &out, p, step);
                for (ULONG i = 0; i < out; i++)
                    emit(s, (UCHAR)c[i]);
            } else {
                const UCHAR *p = (const UCHAR *)text + at;

                while (at + step < bytes && step < 4 && (p[step] & 0xc0) == 0x80)
                    step++;
                RtlMultiByteToUnicodeN(w, sizeof(w), &out, (const char *)p, step);
                for (ULONG i = 0; i < out / sizeof(WCHAR); i++)
                    emit(s, w[i]);
            }
            at += step;
        }
    }
    if (f->left)
        pad(s, f->width - (int)n, ' ');
}

static void put_char(struct sink *s, const struct spec *f, WCHAR c)
{
    if (!f->left)
        pad(s, f->width - 1, f->zero ? '0' : ' ');
    emit(s, c);
    if (f->left)
        pad(s, f->width - 1, ' ');
}

static void put_number(struct sink *s, const struct spec *f, ULONGLONG value, unsigned base,
                       BOOLEAN upper, BOOLEAN minus, BOOLEAN is_signed)
{
    static const char lower_digits[] = "0123456789abcdef", upper_digits[] = "0123456789ABCDEF";
    const char *set = upper ? upper_digits : lower_digits;
    char digits[32], prefix[3];
    int n = 0, np = 0, zeros;

    for (ULONGLONG v = value; v; v /= base)
        digits[n++] = set[v % base];
    if (!n && f->precision)
        digits[n++] = '0';
    if (minus)
        prefix[np++] = '-';
    else if (is_signed && f->plus)
        prefix[np++] = '+';
    else if (is_signed && f->space)
        prefix[np++] = ' ';
    if (f->alternate && base == 16 && value) {
        prefix[np++] = '0';
        prefix[np++] = upper ? 'X' : 'x';
    }
    zeros = f->precision > n ? f->precision - n : 0;
    if (f->alternate && base == 8 && !zeros && (!n || digits[n - 1] != '0'))
        zeros = 1;
    if (f->zero && !f->left && f->precision < 0 && f->width > np + n + zeros)
        zeros = f->width - np - n;
    if (!f->left)
        pad(s, f->width - np - zeros - n, ' ');
    for (int i = 0; i < np; i++)
        emit(s, (WCHAR)prefix[i]);
    pad(s, zeros, '0');
    while (n)
        emit(s, (WCHAR)digits[--n]), np++;
    if (f->left)
        pad(s, f->width - np - zeros, ' ');
}

/* A format string of either width. */
static WCHAR at(const void *format, size_t i, BOOLEAN wide)
{
    return wide ? ((const WCHAR *)format)[i] : (WCHAR)(UCHAR)((const char *)format)[i];
}

static size_t parse_size(const void *format, size_t i, BOOLEAN wide, struct spec *f)
{
    f->size = 4;
    for (;; i++) {
        switch (at(format, i, wide)) {
        case 'h':
            f->size = f->size == 2 ? 1 : 2;
            f->chars = 1;
            continue;
        case 'l':
            if (at(format, i + 1, wide) == 'l') {
                i++;
                f->size = 8;
            }
            f->chars = 2;
            continue;
        case 'w':
            f->chars = 2;
            continue;
        case 'j':
            f->size = 8;
            continue;
        case 'z':
        case 't':
            f->size = sizeof(size_t);
            continue;
        case 'I':
            if (at(format, i + 1, wide) == '6' && at(format, i + 2, wide) == '4') {
                f->size = 8;
                i += 2;
            } else if (at(format, i + 1, wide) == '3' && at(format, i + 2, wide) == '2') {
                i += 2;
            } else {
                f->size = sizeof(size_t);
            }
            continue;
        default:
            return i;
        }
    }
}

static void format_all(struct sink *s, const void *format, va_list args)
{
    BOOLEAN wide = s->wide;

    for (size_t i = 0; at(format, i, wide); i++) {
        struct spec f = {.precision = -1};
        WCHAR c = at(format, i, wide);

        if (c != '%') {
            emit(s, c);
            continue;
        }
        for (i++;; i++) {
            c = at(format, i, wide);
            if (c == '-')
                f.left = TRUE;
            else if (c == '+')
                f.plus = TRUE;
            else if (c == ' ')
                f.space = TRUE;
            else if (c == '#')
                f.alternate = TRUE;
            else if (c == '0')
                f.zero = TRUE;
            else
                break;
        }
        if (c == '*') {
            f.width = va_arg(args, int);
            if (f.width < 0) {
                f.left = TRUE;
                f.width = -f.width;
            }
            i++;
        } else {
            for (; (c = at(format, i, wide)) >= '0' && c <= '9' && f.width < 100000000; i++)
                f.width = f.width * 10 + c - '0';
        }
        if (at(format, i, wide) == '.') {
            i++;
            f.precision = 0;
            if (at(format, i, wide) == '*') {
                f.precision = va_arg(args, int);
                i++;
            } else {
                for (; (c = at(format, i, wide)) >= '0' && c <= '9' && f.precision < 100000000; i++)
                    f.precision = f.precision * 10 + c - '0';
            }
        }
        i = parse_size(format, i, wide, &f);
        c = at(format, i, wide);
        switch (c) {
        case 'd':
        case 'i': {
            LONGLONG v = f.size == 8   ? va_arg(args, LONGLONG)
                         : f.size == 2 ? (SHORT)va_arg(args, int)
                         : f.size == 1 ? (signed char)va_arg(args, int)
                                       : va_arg(args, int);
            put_number(s, &f, v < 0 ? 0 - (ULONGLONG)v : (ULONGLONG)v, 10, FALSE, v < 0, TRUE);
            break;
        }
        case 'u':
        case 'x':
        case 'X':
        case 'o': {
            ULONGLONG v = f.size == 8   ? va_arg(args, ULONGLONG)
                          : f.size == 2 ? (USHORT)va_arg(args, int)
                          : f.size == 1 ? (UCHAR)va_arg(args, int)
                                        : va_arg(args, unsigned);
            put_number(s, &f, v, c == 'u' ? 10 : c == 'o' ? 8 : 16, c == 'X', FALSE, FALSE);
            break;
        }
        case 'p':
            f.precision = 2 * sizeof(void *);
            put_number(s, &f, (ULONG_PTR)va_arg(args, void *), 16, TRUE, FALSE, FALSE);
            break;
        case 'c':
        case 'C': {
            WCHAR v = (WCHAR)va_arg(args, int);
            BOOLEAN is_wide = f.chars ? f.chars == 2 : (c == 'c') == wide;

            if (is_wide == wide) {
                put_char(s, &f, v);
            } else {
                WCHAR w[2] = {v, 0};
                char n[2] = {(char)v, 0};
                f.precision = 1;
                put_text(s, &f, is_wide ? (void *)w : (void *)n, is_wide);
            }
            break;
        }
        case 's':
        case 'S': {
            BOOLEAN is_wide = f.chars ? f.chars == 2 : (c == 's') == wide;

            put_text(s, &f, va_arg(args, void *), is_wide);
            break;
        }
        case 'Z': { /* counted strings */
            UNICODE_STRING *u = va_arg(args, UNICODE_STRING *);
            BOOLEAN is_wide = f.chars ? f.chars == 2 : wide;

            f.precision = u && u->Buffer ? u->Length / (is_wide ? 2 : 1) : -1;
            put_text(s, &f, u ? u->Buffer : NULL, is_wide);
            break;
        }
        case 'n': /* writes through a pointer: refused, as in the C library's default */
            RtlRaiseStatus(STATUS_INVALID_PARAMETER);
            break;
        case 0:
            return;
        default:
            emit(s, c);
        }
    }
}

/* As _vsnprintf: -1 when it does not fit, no terminator when there is no room for one. */
static int into(void *dst, size_t room, BOOLEAN wide, const void *format, va_list args)
{
    struct sink s = {.text = dst, .room = room, .wide = wide};

    format_all(&s, format, args);
    if (s.done < room) {
        if (wide)
            ((WCHAR *)dst)[s.done] = 0;
        else
            ((char *)dst)[s.done] = 0;
    }
    return s.done > room && dst ? -1 : (int)s.done;
}

int __cdecl _vsnprintf(char *dst, size_t room, const char *format, va_list args)
{
    return into(dst, dst ? room : 0, FALSE, format, args);
}

int __cdecl _vsnwprintf(WCHAR *dst, size_t room, const WCHAR *format, va_list args)
{
    return into(dst, dst ? room : 0, TRUE, format, args);
}

int __cdecl _snprintf(char *dst, size_t room, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = into(dst, dst ? room : 0, FALSE, format, args);
    va_end(args);
    return n;
}

int __cdecl _snwprintf(WCHAR *dst, size_t room, const WCHAR *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = into(dst, dst ? room : 0, TRUE, format, args);
    va_end(args);
    return n;
}

int __cdecl sprintf(char *dst, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = into(dst, 0x7fffffff, FALSE, format, args);
    va_end(args);
    return n;
}

int __cdecl vsprintf(char *dst, const char *format, va_list args)
{
    return into(dst, 0x7fffffff, FALSE, format, args);
}

int __cdecl rtl_swprintf(WCHAR *dst, const WCHAR *format, ...);
int __cdecl rtl_swprintf(WCHAR *dst, const WCHAR *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = into(dst, 0x3fffffff, TRUE, format, args);
    va_end(args);
    return n;
}

int __cdecl _vscwprintf(const WCHAR *format, va_list args)
{
    return into(NULL, 0, TRUE, format, args);
}

int __cdecl _vscprintf(const char *format, va_list args)
{
    return into(NULL, 0, FALSE, format, args);
}
