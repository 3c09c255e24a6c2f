/* The formatting engine for one character type. Before inclusion: CH, FORMAT (the function to
 * define), IS_WIDE (0 or 1). */

enum NAME(size) {
    SIZE_NONE,
    SIZE_HH,
    SIZE_H,
    SIZE_L,
    SIZE_LL,
    SIZE_I32,
    SIZE_PTR,
    SIZE_W,
    SIZE_BIG_L,
    SIZE_MAX_J
};

struct NAME(spec) {
    bool left, plus, blank, alternate, zero;
    bool star_width, star_precision;
    int width, precision; /* precision -1 = none */
    int value_index, width_index, precision_index; /* positional; 0 = in sequence */
    enum NAME(size) size;
    CH conversion;
};

union NAME(value) {
    int64_t i;
    double d;
    void *p;
};

enum NAME(kind) { KIND_NONE, KIND_INT, KIND_INT64, KIND_DOUBLE, KIND_POINTER };

enum { NAME(ARG_MAX) = 100 };

struct NAME(state) {
    struct crt_sink *sink;
    uint64_t options;
    _locale_t loc;
    va_list args;
    unsigned char kinds[NAME(ARG_MAX) + 1];
    union NAME(value) values[NAME(ARG_MAX) + 1];
};

static bool NAME(put)(struct NAME(state) *st, const CH *text, size_t count)
{
    return !count || st->sink->put(st->sink, text, count);
}

static bool NAME(pad)(struct NAME(state) *st, CH c, int count)
{
    CH run[64];

    if (count <= 0)
        return true;
    for (int i = 0; i < 64 && i < count; i++)
        run[i] = c;
    for (; count > 0; count -= 64)
        if (!NAME(put)(st, run, count < 64 ? (size_t)count : 64))
            return false;
    return true;
}

/* Digits of a width, precision or position; -1 if they do not fit an int. */
static int NAME(number)(const CH **at)
{
    int value = 0;

    while (**at >= '0' && **at <= '9') {
        if (value > (INT_MAX - 9) / 10)
            return -1;
        value = value * 10 + (int)(*(*at)++ - '0');
    }
    return value;
}

static bool NAME(star)(struct NAME(state) *st, const CH **at, int *index)
{
    ++*at;
    if (!(st->options & FMT_POSITIONAL) || **at < '0' || **at > '9')
        return true;
    *index = NAME(number)(at);
    if (**at != '$' || *index < 1 || *index > NAME(ARG_MAX))
        return false;
    ++*at;
    return true;
}

static void NAME(parse_size)(struct NAME(spec) *s, const CH **at)
{
    const CH *p = *at;

    for (;;) {
        switch (*p) {
        case 'h':
            s->size = p[1] == 'h' ? SIZE_HH : SIZE_H;
            p += p[1] == 'h' ? 2 : 1;
            continue;
        case 'l':
            s->size = p[1] == 'l' ? SIZE_LL : SIZE_L;
            p += p[1] == 'l' ? 2 : 1;
            continue;
        case 'I':
            if (p[1] == '6' && p[2] == '4') {
                s->size = SIZE_LL;
                p += 3;
            } else if (p[1] == '3' && p[2] == '2') {
                s->size = SIZE_I32;
                p += 3;
            } else {
                s->size = SIZE_PTR;
                p++;
            }
            continue;
        case 'z':
        case 't':
            s->size = SIZE_PTR;
            p++;
            continue;
        case 'j':
            s->size = SIZE_MAX_J;
            p++;
            continue;
        case 'w':
            s->size = SIZE_W;
            p++;
            continue;
        case 'L':
            s->size = SIZE_BIG_L;
            p++;
            continue;
        case 'T':
            s->size = IS_WIDE ? SIZE_W : SIZE_H;
            p++;
            continue;
        case 'F':
        case 'N':
            /* Far and near pointers of the segmented days; %F is a conversion in the new runtime. */
            if (*p == 'N' || !CRT_IS_UCRT) {
                p++;
                continue;
            }
            break;
        }
        break;
    }
    *at = p;
}

/* What follows '%'. false: not a valid directive. */
static bool NAME(parse)(struct NAME(state) *st, struct NAME(spec) *s, const CH **at)
{
    const CH *p = *at;

    __builtin_memset(s, 0, sizeof(*s));
    s->precision = -1;
    if (st->options & FMT_POSITIONAL && *p >= '1' && *p <= '9') {
        const CH *q = p;
        int index = NAME(number)(&q);

        if (*q == '$') {
            if (index < 1 || index > NAME(ARG_MAX))
                return false;
            s->value_index = index;
            p = q + 1;
        }
    }
    for (;; p++) {
        if (*p == '-')
            s->left = true;
        else if (*p == '+')
            s->plus = true;
        else if (*p == ' ')
            s->blank = true;
        else if (*p == '#')
            s->alternate = true;
        else if (*p == '0')
            s->zero = true;
        else
            break;
    }
    if (*p == '*') {
        s->star_width = true;
        if (!NAME(star)(st, &p, &s->width_index))
            return false;
    } else if ((s->width = NAME(number)(&p)) < 0) {
        return false;
    }
    if (*p == '.') {
        p++;
        if (*p == '*') {
            s->star_precision = true;
            if (!NAME(star)(st, &p, &s->precision_index))
                return false;
        } else if ((s->precision = NAME(number)(&p)) < 0) {
            return false;
        }
    }
    NAME(parse_size)(s, &p);
    s->conversion = *p;
    if (*p)
        p++;
    *at = p;
    return s->conversion != 0;
}

static enum NAME(kind) NAME(kind_of)(const struct NAME(spec) *s)
{
    switch (s->conversion) {
    case 'd':
    case 'i':
    case 'o':
    case 'u':
    case 'x':
    case 'X':
        if (s->size == SIZE_LL || s->size == SIZE_MAX_J ||
            (s->size == SIZE_PTR && sizeof(void *) == 8))
            return KIND_INT64;
        return KIND_INT;
    case 'c':
    case 'C':
        return KIND_INT;
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
    case 'a':
    case 'A':
        return KIND_DOUBLE;
    case 's':
    case 'S':
    case 'Z':
    case 'p':
    case 'n':
        return KIND_POINTER;
    default:
        return KIND_NONE;
    }
}

static union NAME(value) NAME(fetch)(struct NAME(state) *st, enum NAME(kind) kind)
{
    union NAME(value) v = {0};

    switch (kind) {
    case KIND_INT:
        v.i = va_arg(st->args, int);
        break;
    case KIND_INT64:
        v.i = va_arg(st->args, int64_t);
        break;
    case KIND_DOUBLE:
        v.d = va_arg(st->args, double);
        break;
    case KIND_POINTER:
        v.p = va_arg(st->args, void *);
        break;
    case KIND_NONE:
        break;
    }
    return v;
}

static union NAME(value) NAME(value_at)(struct NAME(state) *st, int index, enum NAME(kind) kind)
{
    return index ? st->values[index] : NAME(fetch)(st, kind);
}

/* Positional formats: all types first, then the arguments in their order. */
static bool NAME(collect)(struct NAME(state) *st, const CH *format)
{
    struct NAME(spec) s;
    int last = 0;

    while (*format) {
        if (*format++ != '%')
            continue;
        if (*format == '%') {
            format++;
            continue;
        }
        if (!NAME(parse)(st, &s, &format))
            return false;
        if (!s.value_index) /* no mixing: the whole format is sequential */
            return !last;
        int indexes[3] = {s.width_index, s.precision_index, s.value_index};
        enum NAME(kind) kinds[3] = {KIND_INT, KIND_INT, NAME(kind_of)(&s)};

        for (int i = 0; i < 3; i++) {
            if (!indexes[i])
                continue;
            if (st->kinds[indexes[i]] && st->kinds[indexes[i]] != kinds[i])
                return false;
            st->kinds[indexes[i]] = (unsigned char)kinds[i];
            if (indexes[i] > last)
                last = indexes[i];
        }
        if ((s.star_width && !s.width_index) || (s.star_precision && !s.precision_index))
            return false;
    }
    for (int i = 1; i <= last; i++) {
        if (!st->kinds[i])
            return false;
        st->values[i] = NAME(fetch)(st, st->kinds[i]);
    }
    return true;
}

/* Pads around prefix (sign, 0x), zeros and body. */
static bool NAME(field)(struct NAME(state) *st, const struct NAME(spec) *s, const CH *prefix,
                        int prefix_length, int zeros, const CH *body, int length, bool zero_fill)
{
    int fill = s->width - prefix_length - zeros - length;

    if (zero_fill && !s->left && fill > 0) {
        zeros += fill;
        fill = 0;
    }
    return (s->left || NAME(pad)(st, ' ', fill)) &&
           NAME(put)(st, prefix, (size_t)prefix_length) && NAME(pad)(st, '0', zeros) &&
           NAME(put)(st, body, (size_t)length) && (!s->left || NAME(pad)(st, ' ', fill));
}

static bool NAME(integer)(struct NAME(state) *st, struct NAME(spec) *s, int64_t raw)
{
    CH digits[24], prefix[2];
    int at = 24, prefix_length = 0, zeros;
    bool is_signed = s->conversion == 'd' || s->conversion == 'i', negative = false;
    unsigned base = s->conversion == 'o' ? 8 : s->conversion == 'x' || s->conversion == 'X' ? 16
                                                                                           : 10;
    uint64_t value;
    CH ten = s->conversion == 'X' ? 'A' : 'a';

    switch (s->size) {
    case SIZE_HH:
        raw = is_signed ? (signed char)raw : (unsigned char)raw;
        break;
    case SIZE_H:
        raw = is_signed ? (short)raw : (unsigned short)raw;
        break;
    case SIZE_LL:
    case SIZE_MAX_J:
        break;
    case SIZE_PTR:
        raw = is_signed ? (intptr_t)raw : (int64_t)(uintptr_t)raw;
        break;
    default:
        raw = is_signed ? (int)raw : (int64_t)(unsigned)raw;
    }
    value = (uint64_t)raw;
    if (is_signed && raw < 0) {
        negative = true;
        value = -value;
    }
    if (s->alternate && base == 16 && value) {
        prefix[prefix_length++] = '0';
        prefix[prefix_length++] = s->conversion;
    } else if (negative) {
        prefix[prefix_length++] = '-';
    } else if (is_signed && s->plus) {
        prefix[prefix_length++] = '+';
    } else if (is_signed && s->blank) {
        prefix[prefix_length++] = ' ';
    }
    for (; value; value /= base) {
        unsigned digit = (unsigned)(value % base);

        digits[--at] = (CH)(digit < 10 ? '0' + digit : ten + digit - 10);
    }
    zeros = (s->precision < 0 ? 1 : s->precision) - (24 - at);
    if (zeros < 0)
        zeros = 0;
    if (s->alternate && base == 8 && !zeros && (at == 24 || digits[at] != '0'))
        zeros = 1;
    return NAME(field)(st, s, prefix, prefix_length, zeros, digits + at, 24 - at,
                       s->zero && s->precision < 0);
}

static bool NAME(pointer)(struct NAME(state) *st, struct NAME(spec) *s, void *value)
{
    s->conversion = 'X';
    s->size = SIZE_PTR;
    s->precision = 2 * (int)sizeof(void *);
    return NAME(integer)(st, s, (int64_t)(uintptr_t)value);
}

static bool NAME(floating)(struct NAME(state) *st, struct NAME(spec) *s, double value)
{
    char small[512], *text = small, conversion = (char)s->conversion;
    CH wide_small[512], *out = wide_small, prefix[4];
    unsigned flags = 0;
    size_t length, room, n = 0;
    int prefix_length = 0;
    bool special, ok;
    CH point = IS_WIDE ? (CH)crt_locale_wpoint(st->loc) : (CH)*crt_locale_point(st->loc);

    if (conversion < 'a') {
        flags |= FP_UPPER;
        conversion += 'a' - 'A';
    }
    if (s->alternate)
        flags |= FP_ALTERNATE;
    if (st->options & FMT_THREE_DIGITS)
        flags |= FP_THREE_DIGITS;
    if (st->options & FMT_STANDARD_ROUNDING)
        flags |= FP_STANDARD_ROUNDING;
    if (st->options & FMT_LEGACY_MSVCRT)
        flags |= FP_LEGACY_NAMES;
    room = crt_format_room(conversion, s->precision);
    if (room > sizeof(small)) {
        text = malloc(room + 2 + room * sizeof(CH));
        if (!text)
            return false;
        out = (CH *)(text + ((room + 1) & ~(size_t)1));
    }
    length = crt_format_fp(text, value, conversion, s->precision, flags, &special);
    if (crt_fp_negative(value))
        prefix[prefix_length++] = '-';
    else if (s->plus)
        prefix[prefix_length++] = '+';
    else if (s->blank)
        prefix[prefix_length++] = ' ';
    if (conversion == 'a' && !special && text[0] == '0') {
        /* Zeros of a filled field stand behind the 0x. */
        prefix[prefix_length++] = '0';
        prefix[prefix_length++] = (CH)text[1];
        n = 2;
    }
    for (size_t i = n; i < length; i++)
        out[i - n] = text[i] == '.' ? point : (CH)text[i];
    ok = NAME(field)(st, s, prefix, prefix_length, 0, out, (int)(length - n), s->zero && !special);
    if (text != small)
        free(text);
    return ok;
}

/* Whether a character or string argument is wide. */
static bool NAME(wide_argument)(const struct NAME(state) *st, const struct NAME(spec) *s)
{
    bool capital = s->conversion == 'S' || s->conversion == 'C';

    if (s->size == SIZE_H || s->size == SIZE_HH)
        return false;
    if (s->size == SIZE_L || s->size == SIZE_W || s->size == SIZE_LL)
        return true;
    if (IS_WIDE && st->options & FMT_LEGACY_WIDE)
        return !capital;
    return capital;
}

static bool NAME(text)(struct NAME(state) *st, struct NAME(spec) *s, const void *text, bool wide,
                       size_t most)
{
    CH piece[72];
    size_t count = 0, out = 0;
    int fill;
    bool ok = true;

    if (wide == (bool)IS_WIDE) {
        const CH *same = text;

        while (count < most && same[count])
            count++;
        fill = s->width > (int)count ? s->width - (int)count : 0;
        return (s->left || NAME(pad)(st, s->zero ? '0' : ' ', fill)) && NAME(put)(st, same, count) &&
               (!s->left || NAME(pad)(st, ' ', fill));
    }
    /* Twice over the text: its length decides the padding in front. */
    for (int pass = 0; pass < 2; pass++) {
        size_t done = 0, units = 0;

        for (;;) {
#if IS_WIDE
            const char *from = (const char *)text + done;
            wchar_t c;
            int used;

            if (units >= most || !*from)
                break;
            used = crt_mbtowc(&c, from, 5, st->loc);
            if (used <= 0) {
                errno = EILSEQ;
                return false;
            }
            piece[out++] = c;
            done += (size_t)used;
            units++;
#else
            wchar_t c;
            int made;

            if (units >= most)
                break;
            c = ((const wchar_t *)text)[done];
            if (!c)
                break;
            made = crt_wctomb(piece + out, c, st->loc);
            if (made < 0) {
                errno = EILSEQ;
                return false;
            }
            if (units + (size_t)made > most)
                break;
            out += (size_t)made;
            done++;
            units += (size_t)made;
#endif
            if (out >= 64) {
                if (pass && !NAME(put)(st, piece, out))
                    return false;
                out = 0;
            }
        }
        fill = s->width > (int)units ? s->width - (int)units : 0;
        if (!pass) {
            out = 0;
            if (!s->left && !NAME(pad)(st, s->zero ? '0' : ' ', fill))
                return false;
        } else {
            ok = NAME(put)(st, piece, out) && (!s->left || NAME(pad)(st, ' ', fill));
        }
    }
    return ok;
}

static bool NAME(string)(struct NAME(state) *st, struct NAME(spec) *s, const void *text)
{
    bool wide = NAME(wide_argument)(st, s);

    if (!text) {
        text = IS_WIDE ? (const void *)L"(null)" : (const void *)"(null)";
        wide = IS_WIDE;
    }
    return NAME(text)(st, s, text, wide, s->precision < 0 ? INT_MAX : (size_t)s->precision);
}

/* %Z: a counted string of the native interface. */
static bool NAME(counted)(struct NAME(state) *st, struct NAME(spec) *s, const void *value)
{
    const struct {
        USHORT length, room;
        void *text;
    } *counted = value;
    bool wide = s->size == SIZE_W || s->size == SIZE_L;

    if (!counted || !counted->text)
        return NAME(string)(st, s, NULL);
    return NAME(text)(st, s, counted->text, wide, wide ? counted->length / 2u : counted->length);
}

static bool NAME(character)(struct NAME(state) *st, struct NAME(spec) *s, int value)
{
    CH text[8];
    int length = 1;
    bool wide = NAME(wide_argument)(st, s);

    if (wide == (bool)IS_WIDE) {
        text[0] = (CH)value;
    } else {
#if IS_WIDE
        char byte = (char)value;
        wchar_t c = 0;

        if (value && crt_mbtowc(&c, &byte, 1, st->loc) < 0) {
            errno = EILSEQ;
            return false;
        }
        text[0] = c;
#else
        length = value ? crt_wctomb(text, (wchar_t)value, st->loc) : 1;
        if (!value)
            text[0] = 0;
        if (length < 0) {
            errno = EILSEQ;
            return false;
        }
#endif
    }
    return NAME(field)(st, s, NULL, 0, 0, text, length, s->zero);
}

/* %n, where the program asked for it by _set_printf_count_output. */
static bool NAME(count)(struct NAME(state) *st, const struct NAME(spec) *s, void *to)
{
    size_t total = st->sink->total;

    if (!_get_printf_count_output() || !to) {
        errno = EINVAL;
        _invalid_parameter_noinfo();
        return false;
    }
    switch (s->size) {
    case SIZE_HH:
        *(signed char *)to = (signed char)total;
        return true;
    case SIZE_H:
        *(short *)to = (short)total;
        return true;
    case SIZE_LL:
    case SIZE_MAX_J:
        *(int64_t *)to = (int64_t)total;
        return true;
    case SIZE_PTR:
        *(intptr_t *)to = (intptr_t)total;
        return true;
    default:
        *(int *)to = (int)total;
        return true;
    }
}

static bool NAME(convert)(struct NAME(state) *st, struct NAME(spec) *s)
{
    enum NAME(kind) kind = NAME(kind_of)(s);
    union NAME(value) v;

    if (s->star_width) {
        s->width = (int)NAME(value_at)(st, s->width_index, KIND_INT).i;
        if (s->width < 0) {
            s->left = true;
            s->width = s->width == INT_MIN ? INT_MAX : -s->width;
        }
    }
    if (s->star_precision) {
        s->precision = (int)NAME(value_at)(st, s->precision_index, KIND_INT).i;
        if (s->precision < 0)
            s->precision = -1;
    }
    if (kind == KIND_NONE) {
        if (CRT_IS_UCRT || st->options & FMT_SECURE) {
            errno = EINVAL;
            _invalid_parameter_noinfo();
            return false;
        }
        return NAME(put)(st, &s->conversion, 1);
    }
    v = NAME(value_at)(st, s->value_index, kind);
    switch (s->conversion) {
    case 'c':
    case 'C':
        return NAME(character)(st, s, (int)v.i);
    case 's':
    case 'S':
        return NAME(string)(st, s, v.p);
    case 'Z':
        return NAME(counted)(st, s, v.p);
    case 'p':
        return NAME(pointer)(st, s, v.p);
    case 'n':
        return NAME(count)(st, s, v.p);
    default:
        return kind == KIND_DOUBLE ? NAME(floating)(st, s, v.d) : NAME(integer)(st, s, v.i);
    }
}

int FORMAT(struct crt_sink *sink, uint64_t options, const CH *format, _locale_t loc, va_list args)
{
    struct NAME(state) st = {.sink = sink, .options = options, .loc = loc};
    struct NAME(spec) s;
    bool ok = true;

    CRT_CHECK(format, EINVAL, -1);
    va_copy(st.args, args);
    if (options & FMT_POSITIONAL && !NAME(collect)(&st, format)) {
        va_end(st.args);
        CRT_CHECK(false, EINVAL, -1);
    }
    while (ok && *format) {
        const CH *start = format;

        while (*format && *format != '%')
            format++;
        ok = NAME(put)(&st, start, (size_t)(format - start));
        if (!ok || !*format)
            break;
        format++;
        if (*format == '%') {
            ok = NAME(put)(&st, format++, 1);
            continue;
        }
        if (!NAME(parse)(&st, &s, &format)) {
            if (CRT_IS_UCRT || options & FMT_SECURE) {
                errno = EINVAL;
                _invalid_parameter_noinfo();
                ok = false;
            }
            continue;
        }
        ok = NAME(convert)(&st, &s);
    }
    va_end(st.args);
    if (!ok)
        return -1;
    if (sink->total > INT_MAX) {
        errno = EOVERFLOW;
        return -1;
    }
    return (int)sink->total;
}
