/* The scanner for one character type: CH, IS_WIDE, SCAN, NAME(n), SPACE(c, loc), POINT(loc).
 * What both types share stands in the including file. */

struct NAME(state) {
    struct crt_source *source;
    uint64_t options;
    _locale_t loc;
    va_list args;
    size_t taken; /* characters consumed, for %n */
    size_t left;  /* of the field's width */
    struct scan_field field;
};

static int NAME(next)(struct NAME(state) *s)
{
    int c = s->source->get(s->source);

    s->taken += c >= 0;
    return c;
}

static void NAME(back)(struct NAME(state) *s, int c)
{
    if (c < 0)
        return;
    s->source->unget(s->source, c);
    s->taken--;
}

/* The next character within the field's width, or -1. */
static int NAME(take)(struct NAME(state) *s)
{
    int c;

    if (!s->left)
        return -1;
    c = NAME(next)(s);
    if (c >= 0)
        s->left--;
    return c;
}

static void NAME(skip_space)(struct NAME(state) *s)
{
    int c;

    do
        c = NAME(next)(s);
    while (c >= 0 && SPACE(c, s->loc));
    NAME(back)(s, c);
}

static enum scan_result NAME(integer)(struct NAME(state) *s, unsigned base, bool is_signed)
{
    bool negative = false, any = false, overflow = false;
    uint64_t value = 0;
    unsigned digit;
    int c = NAME(take)(s);

    if (c < 0)
        return SCAN_ENDED;
    if (c == '-' || c == '+') {
        negative = c == '-';
        c = NAME(take)(s);
    }
    if (c == '0' && (base == 0 || base == 16)) {
        any = true;
        c = NAME(take)(s);
        if (c == 'x' || c == 'X') {
            any = false;
            base = 16;
            c = NAME(take)(s);
        } else if (!base) {
            base = 8;
        }
    }
    if (!base)
        base = 10;
    while ((digit = scan_digit(c)) < base) {
        any = true;
        if (__builtin_mul_overflow(value, (uint64_t)base, &value) |
            __builtin_add_overflow(value, (uint64_t)digit, &value))
            overflow = true;
        c = NAME(take)(s);
    }
    NAME(back)(s, c);
    if (!any)
        return SCAN_MISMATCH;
    /* The Universal CRT stops at the limits of 64 bits, the older runtime wraps around. */
    if (CRT_IS_UCRT && is_signed && (overflow || value > (uint64_t)INT64_MAX + negative))
        value = (uint64_t)INT64_MAX + negative;
    else if (CRT_IS_UCRT && overflow)
        return scan_store(&s->field, &s->args, UINT64_MAX);
    return scan_store(&s->field, &s->args, negative ? -value : value);
}

/* Takes the rest of a word whose first letter is c; returns the character behind it. */
static int NAME(word)(struct NAME(state) *s, struct scan_text *text, int c, const char *word)
{
    while (*word && c >= 0 && c < 128 && (c | 0x20) == *word) {
        scan_text_add(text, c);
        c = NAME(take)(s);
        word++;
    }
    return c;
}

static int NAME(digits)(struct NAME(state) *s, struct scan_text *text, int c, unsigned base)
{
    while (scan_digit(c) < base) {
        scan_text_add(text, c);
        c = NAME(take)(s);
    }
    return c;
}

/* Collects what can belong to a number; returns the character behind it. */
static int NAME(collect)(struct NAME(state) *s, struct scan_text *text, int c)
{
    unsigned base = 10;
    int point = POINT(s->loc);

    if (c == '-' || c == '+') {
        scan_text_add(text, c);
        c = NAME(take)(s);
    }
    if (CRT_IS_UCRT && (c == 'i' || c == 'I')) {
        c = NAME(word)(s, text, c, "infinity");
        return c;
    }
    if (CRT_IS_UCRT && (c == 'n' || c == 'N')) {
        c = NAME(word)(s, text, c, "nan");
        if (c == '(') {
            do {
                scan_text_add(text, c);
                c = NAME(take)(s);
            } while (scan_digit(c) < 36 || c == '_');
            if (c == ')') {
                scan_text_add(text, c);
                c = NAME(take)(s);
            }
        }
        return c;
    }
    if (CRT_IS_UCRT && c == '0') {
        scan_text_add(text, c);
        c = NAME(take)(s);
        if (c == 'x' || c == 'X') {
            scan_text_add(text, c);
            base = 16;
            c = NAME(take)(s);
        }
    }
    c = NAME(digits)(s, text, c, base);
    if (c == point) {
        scan_text_add(text, *crt_locale_point(s->loc));
        c = NAME(digits)(s, text, NAME(take)(s), base);
    }
    if (text->count && (base == 16 ? c == 'p' || c == 'P'
                                   : c == 'e' || c == 'E' ||
                                         (!CRT_IS_UCRT && (c == 'd' || c == 'D')))) {
        scan_text_add(text, c);
        c = NAME(take)(s);
        if (c == '-' || c == '+') {
            scan_text_add(text, c);
            c = NAME(take)(s);
        }
        c = NAME(digits)(s, text, c, 10);
    }
    return c;
}

static enum scan_result NAME(floating)(struct NAME(state) *s)
{
    struct scan_text text = {.at = text.first, .room = sizeof(text.first)};
    enum scan_result result;
    int c = NAME(take)(s);

    if (c < 0)
        return SCAN_ENDED;
    c = NAME(collect)(s, &text, c);
    NAME(back)(s, c);
    result = scan_floating(&s->field, &s->args, &text, s->loc);
    scan_text_free(&text);
    return result;
}

/* Whether c is in the set between [ and ]; reversed ranges are turned around. */
static bool NAME(in_set)(const CH *set, const CH *end, int c)
{
    while (set < end) {
        int low = (int)CRT_UNIT(*set++), high = low;

        if (set + 1 < end && *set == '-') {
            high = (int)CRT_UNIT(set[1]);
            set += 2;
        }
        if ((c >= low && c <= high) || (c >= high && c <= low))
            return true;
    }
    return false;
}

/* One character of the input into the form of the output: its units, 0 to read on, -1 invalid. */
static int NAME(convert)(struct NAME(state) *s, struct scan_unit *unit, int c, bool wide)
{
    int used;

    if (wide == IS_WIDE) {
        if (wide)
            unit->wide = (wchar_t)c;
        else
            unit->bytes[0] = (char)c;
        return 1;
    }
    if (!wide)
        return crt_wctomb(unit->bytes, (wchar_t)c, s->loc);
    unit->bytes[unit->count++] = (char)c;
    used = crt_mbtowc(&unit->wide, unit->bytes, unit->count, s->loc);
    if (used < 0 && unit->count < (size_t)crt_locale_mb_cur_max(s->loc) &&
        unit->count < sizeof(unit->bytes))
        return 0;
    unit->count = 0;
    return used < 0 ? -1 : 1;
}

/* %c, %s and %[: type is one of c, s, [. */
static enum scan_result NAME(characters)(struct NAME(state) *s, char type, bool wide,
                                         const CH *set, const CH *set_end, bool negate)
{
    struct scan_unit unit = {0};
    size_t room = SIZE_MAX, stored = 0, extra = type == 'c' ? 0 : 1;
    void *out = NULL;
    bool any = false;
    int c = -1;

    if (!s->field.suppressed) {
        out = va_arg(s->args, void *);
        CRT_CHECK(out, EINVAL, SCAN_FAILED);
        if (s->options & SCAN_SECURE) {
            room = va_arg(s->args, unsigned);
            if (!room || (type == 'c' && s->left > room)) {
                scan_clear(out, room, wide);
                errno = ENOMEM;
                return SCAN_FAILED;
            }
        }
    }
    while ((c = NAME(take)(s)) >= 0) {
        int units;

        if ((type == 's' && SPACE(c, s->loc)) ||
            (type == '[' && NAME(in_set)(set, set_end, c) == negate)) {
            NAME(back)(s, c);
            break;
        }
        any = true;
        units = NAME(convert)(s, &unit, c, wide);
        if (units < 0) {
            scan_clear(out, room, wide);
            errno = EILSEQ;
            return SCAN_FAILED;
        }
        if (!units || !out)
            continue;
        if (room - stored < (size_t)units + extra) {
            scan_clear(out, room, wide);
            errno = ENOMEM;
            return SCAN_FAILED;
        }
        if (wide)
            ((wchar_t *)out)[stored] = unit.wide;
        else
            __builtin_memcpy((char *)out + stored, unit.bytes, (size_t)units);
        stored += (size_t)units;
    }
    if (!any)
        return c < 0 ? SCAN_ENDED : SCAN_MISMATCH;
    if (out && extra)
        scan_clear(wide ? (void *)((wchar_t *)out + stored) : (char *)out + stored, 1, wide);
    return SCAN_DONE;
}

/* Parses what stands between % and the conversion's letter, which *at is left at. */
static void NAME(parse_field)(struct NAME(state) *s, const CH **at, bool *has_width)
{
    const CH *p = *at;
    size_t width = 0;

    s->field = (struct scan_field){0};
    *has_width = false;
    if (*p == '*') {
        s->field.suppressed = true;
        p++;
    }
    for (; *p >= '0' && *p <= '9'; p++) {
        *has_width = true;
        if (width < SIZE_MAX / 20)
            width = width * 10 + (size_t)(*p - '0');
    }
    s->left = *has_width ? width : SIZE_MAX;
    switch ((int)*p) {
    case 'h':
        s->field.size = p[1] == 'h' ? SCAN_CHAR : SCAN_SHORT;
        p += s->field.size == SCAN_CHAR ? 2 : 1;
        break;
    case 'l':
        s->field.size = p[1] == 'l' ? SCAN_64 : SCAN_LONG;
        p += s->field.size == SCAN_64 ? 2 : 1;
        break;
    case 'w':
    case 'L':
        s->field.size = SCAN_LONG;
        p++;
        break;
    case 'j':
        s->field.size = SCAN_64;
        p++;
        break;
    case 'z':
    case 't':
        s->field.size = SCAN_POINTER;
        p++;
        break;
    case 'T':
        s->field.natural = true;
        p++;
        break;
    case 'I':
        if (p[1] == '6' && p[2] == '4') {
            s->field.size = SCAN_64;
            p += 3;
        } else if (p[1] == '3' && p[2] == '2') {
            p += 3;
        } else {
            s->field.size = SCAN_POINTER;
            p++;
        }
        break;
    default:
        break;
    }
    *at = p;
}

/* Whether text of this conversion is stored as wide characters. */
static bool NAME(is_wide)(const struct NAME(state) *s, bool upper)
{
    if (s->field.size == SCAN_LONG || s->field.size == SCAN_64)
        return true;
    if (s->field.size == SCAN_SHORT || s->field.size == SCAN_CHAR)
        return false;
    if (s->field.natural)
        return IS_WIDE;
    if (s->options & SCAN_LEGACY_WIDE || !IS_WIDE)
        return upper ? !IS_WIDE : IS_WIDE;
    return upper;
}

/* One conversion; *at stands behind the % and is moved behind the letter. */
static enum scan_result NAME(conversion)(struct NAME(state) *s, const CH **at)
{
    const CH *p = *at, *set, *set_end;
    bool has_width, negate = false;
    int letter;

    NAME(parse_field)(s, &p, &has_width);
    letter = (int)*p;
    if (letter)
        p++;
    *at = p;
    switch (letter) {
    case 'n':
        return s->field.suppressed ? SCAN_DONE : scan_store(&s->field, &s->args, s->taken);
    case 'c':
    case 'C':
        if (!has_width)
            s->left = 1;
        return NAME(characters)(s, 'c', NAME(is_wide)(s, letter == 'C'), NULL, NULL, false);
    case '[':
        if (*p == '^') {
            negate = true;
            p++;
        }
        set = p;
        if (*p == ']')
            p++;
        while (*p && *p != ']')
            p++;
        set_end = p;
        if (!*p)
            return SCAN_FAILED;
        *at = p + 1;
        return NAME(characters)(s, '[', NAME(is_wide)(s, false), set, set_end, negate);
    default:
        break;
    }
    NAME(skip_space)(s);
    switch (letter) {
    case 's':
    case 'S':
        return NAME(characters)(s, 's', NAME(is_wide)(s, letter == 'S'), NULL, NULL, false);
    case 'd':
        return NAME(integer)(s, 10, true);
    case 'u':
        return NAME(integer)(s, 10, false);
    case 'i':
        return NAME(integer)(s, 0, true);
    case 'o':
        return NAME(integer)(s, 8, false);
    case 'x':
    case 'X':
        return NAME(integer)(s, 16, false);
    case 'p':
        s->field.size = SCAN_POINTER;
        return NAME(integer)(s, 16, false);
    case 'a':
    case 'A':
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G':
        return NAME(floating)(s);
    default:
        errno = EINVAL;
        return SCAN_FAILED;
    }
}

int SCAN(struct crt_source *source, uint64_t options, const CH *format, _locale_t loc,
         va_list args)
{
    struct NAME(state) s = {.source = source, .options = options, .loc = loc};
    enum scan_result result = SCAN_DONE;
    int assigned = 0;
    bool converted = false;

    va_copy(s.args, args);
    while (*format && result == SCAN_DONE) {
        if (SPACE((int)CRT_UNIT(*format), loc)) {
            NAME(skip_space)(&s);
            format++;
        } else if (*format == '%' && format[1] != '%') {
            format++;
            result = NAME(conversion)(&s, &format);
            if (result == SCAN_DONE && format[-1] != 'n') {
                converted = true;
                assigned += !s.field.suppressed;
            }
        } else {
            int c;

            if (*format == '%') { /* %% skips blanks like other conversions */
                NAME(skip_space)(&s);
                format++;
            }
            c = NAME(next)(&s);
            if (c != (int)CRT_UNIT(*format)) {
                NAME(back)(&s, c);
                result = c < 0 ? SCAN_ENDED : SCAN_MISMATCH;
            }
            format++;
        }
    }
    va_end(s.args);
    if (result == SCAN_ENDED && !converted)
        return EOF;
    return assigned;
}
