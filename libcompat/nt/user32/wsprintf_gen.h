/*
 * wvsprintf for one width of character, included with CHAR_T and NAME. At most 1024 characters are
 * written, the NUL among them. Formats: %[-][#][0][width][.precision][h|l|w|I|I32|I64]type with c C d
 * i u x X p s S; anything else after a % stands for itself.
 */
#define LIMIT 1024

struct NAME(out) {
    CHAR_T *text;
    int length;
};

static void NAME(put)(struct NAME(out) *out, CHAR_T c)
{
    if (out->length < LIMIT - 1)
        out->text[out->length++] = c;
}

static void NAME(fill)(struct NAME(out) *out, CHAR_T c, int count)
{
    while (count-- > 0 && out->length < LIMIT - 1)
        NAME(put)(out, c);
}

/* A string of the other width is converted, character by character, through the code page. */
static void NAME(text)(struct NAME(out) *out, const void *text, BOOL wide, int width, int precision,
                       BOOL left)
{
    CHAR_T *made = NULL;
    const CHAR_T *p = text;
    int length = 0;

    if (!text)
        text = wide ? (const void *)L"(null)" : "(null)";
    p = text;
    if (wide != (sizeof(CHAR_T) == sizeof(WCHAR))) {
        p = made = NAME(convert)(text);
        if (!p)
            return;
    }
    while (length < LIMIT && (precision < 0 || length < precision) && p[length])
        length++;
    if (!left)
        NAME(fill)(out, ' ', width - length);
    for (int i = 0; i < length; i++)
        NAME(put)(out, p[i]);
    if (left)
        NAME(fill)(out, ' ', width - length);
    heap_free(made);
}

static int NAME(format)(CHAR_T *buffer, const CHAR_T *format, va_list args)
{
    struct NAME(out) out = {buffer, 0};

    for (; *format; format++) {
        BOOL left = FALSE, alternate = FALSE, zero = FALSE, negative = FALSE;
        int width = 0, precision = -1, size = 0; /* size: -1 h, 0, 1 l or w, 8 for 64 bits */
        const char *digits = "0123456789abcdef";
        char number[24];
        int count = 0, base = 10, prefix;
        ULONGLONG value;

        if (*format != '%') {
            NAME(put)(&out, *format);
            continue;
        }
        format++;
        for (;; format++)
            if (*format == '-')
                left = TRUE;
            else if (*format == '#')
                alternate = TRUE;
            else
                break;
        if (*format == '0') {
            zero = TRUE;
            format++;
        }
        while (*format >= '0' && *format <= '9') {
            width = width * 10 + (*format++ - '0');
            if (width > LIMIT)
                width = LIMIT;
        }
        if (*format == '.') {
            precision = 0;
            for (format++; *format >= '0' && *format <= '9'; format++) {
                precision = precision * 10 + (*format - '0');
                if (precision > LIMIT)
                    precision = LIMIT;
            }
        }
        if (*format == 'h') {
            size = -1;
            format++;
        } else if (*format == 'l' || *format == 'w') {
            size = 1;
            format++;
        } else if (*format == 'I') {
            if (format[1] == '6' && format[2] == '4') {
                size = 8;
                format += 3;
            } else if (format[1] == '3' && format[2] == '2') {
                format += 3;
            } else {
                size = sizeof(void *) == 8 ? 8 : 0;
                format++;
            }
        }
        switch (*format) {
        case 0:
            format--;
            continue;
        case 'c':
        case 'C': {
            BOOL own = *format == 'c' ? size >= 0 : sizeof(CHAR_T) == 1 ? size < 0 : FALSE;
            int c = va_arg(args, int);

            /* the other width: only what both hold alike, as one character stays one */
            if (sizeof(CHAR_T) == sizeof(WCHAR) && !own)
                c = (BYTE)c;
            if (!left)
                NAME(fill)(&out, ' ', width - 1);
            NAME(put)(&out, (CHAR_T)c);
            if (left)
                NAME(fill)(&out, ' ', width - 1);
            continue;
        }
        case 's':
            NAME(text)(&out, va_arg(args, void *),
                       size > 0   ? TRUE
                       : size < 0 ? FALSE
                                  : sizeof(CHAR_T) == sizeof(WCHAR),
                       width, precision, left);
            continue;
        case 'S':
            NAME(text)(&out, va_arg(args, void *),
                       size > 0   ? TRUE
                       : size < 0 ? FALSE
                                  : sizeof(CHAR_T) != sizeof(WCHAR),
                       width, precision, left);
            continue;
        case 'd':
        case 'i':
            value = size == 8 ? (ULONGLONG)va_arg(args, LONGLONG)
                              : (ULONGLONG)(LONGLONG)va_arg(args, int);
            if (size == -1)
                value = (ULONGLONG)(LONGLONG)(SHORT)value;
            if ((LONGLONG)value < 0) {
                negative = TRUE;
                value = 0 - value;
            }
            break;
        case 'u':
        case 'x':
        case 'X':
            value = size == 8 ? va_arg(args, ULONGLONG) : va_arg(args, unsigned);
            if (size == -1)
                value = (USHORT)value;
            if (*format != 'u')
                base = 16;
            if (*format == 'X')
                digits = "0123456789ABCDEF";
            break;
        case 'p':
            value = (ULONG_PTR)va_arg(args, void *);
            base = 16;
            digits = "0123456789ABCDEF";
            precision = 2 * sizeof(void *);
            break;
        default:
            NAME(put)(&out, *format);
            continue;
        }
        do
            number[count++] = digits[value % base];
        while (value /= base);
        prefix = negative ? 1 : alternate && base == 16 ? 2 : 0;
        if (precision < count)
            precision = count;
        if (zero && !left && precision < width - prefix)
            precision = width - prefix;
        if (!left)
            NAME(fill)(&out, ' ', width - precision - prefix);
        if (negative) {
            NAME(put)(&out, '-');
        } else if (prefix) {
            NAME(put)(&out, '0');
            NAME(put)(&out, (CHAR_T)*format == 'x' ? 'x' : 'X');
        }
        NAME(fill)(&out, '0', precision - count);
        for (int i = count; i--;)
            NAME(put)(&out, (CHAR_T)number[i]);
        if (left)
            NAME(fill)(&out, ' ', width - precision - prefix);
    }
    out.text[out.length] = 0;
    return out.length;
}

#undef LIMIT
#undef CHAR_T
#undef NAME
