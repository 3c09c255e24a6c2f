/* The scanner of strtod for one character type: CH, FP_SCAN, NAME, BLANK(c), POINT(loc). */

static bool NAME(word)(const CH **at, const char *word)
{
    const CH *p = *at;

    for (; *word; word++, p++)
        if ((*p | 0x20) != *word && *p != (CH)*word)
            return false;
    *at = p;
    return true;
}

/* The payload of nan(...); leaves *at behind "nan" if it is not well formed. */
static void NAME(payload)(const CH **at, struct crt_fp_text *out)
{
    const CH *p = *at;

    if (*p++ != '(')
        return;
    if (NAME(word)(&p, "ind)")) {
        out->kind = FP_NAN_IND;
        *at = p;
        return;
    }
    if (NAME(word)(&p, "snan)")) {
        out->kind = FP_NAN_SIGNALLING;
        *at = p;
        return;
    }
    while ((*p >= '0' && *p <= '9') || ((*p | 0x20) >= 'a' && (*p | 0x20) <= 'z') || *p == '_')
        p++;
    if (*p == ')')
        *at = p + 1;
}

static int NAME(hex_digit)(CH c)
{
    if (c >= '0' && c <= '9')
        return (int)(c - '0');
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? (int)(c - 'a' + 10) : -1;
}

/* An exponent after its letter; *at moves only if there are digits. Clamped, never wraps. */
static long NAME(exponent)(const CH **at)
{
    const CH *p = *at + 1;
    bool negative = *p == '-';
    long value = 0;

    if (*p == '-' || *p == '+')
        p++;
    if (*p < '0' || *p > '9')
        return 0;
    for (; *p >= '0' && *p <= '9'; p++)
        if (value < 100000000)
            value = value * 10 + (long)(*p - '0');
    *at = p;
    return negative ? -value : value;
}

static bool NAME(hex)(const CH **at, CH point, struct crt_fp_text *out)
{
    const CH *p = *at;
    bool any = false, fraction = false;
    long exponent = 0;
    int digit;

    out->kind = FP_HEX;
    for (;; p++) {
        if (*p == point && !fraction) {
            fraction = true;
            continue;
        }
        digit = NAME(hex_digit)(*p);
        if (digit < 0)
            break;
        any = true;
        if (out->hex >> 60) {
            out->sticky |= digit != 0;
            exponent += fraction ? 0 : 4;
        } else {
            out->hex = out->hex << 4 | (unsigned)digit;
            exponent -= fraction ? 4 : 0;
        }
    }
    if (!any)
        return false;
    if ((*p | 0x20) == 'p')
        exponent += NAME(exponent)(&p);
    out->exponent = exponent;
    *at = p;
    return true;
}

static bool NAME(decimal)(const CH **at, CH point, struct crt_fp_text *out)
{
    const CH *p = *at;
    bool any = false, fraction = false;
    long exponent = 0;

    out->kind = FP_DECIMAL;
    for (;; p++) {
        if (*p == point && !fraction) {
            fraction = true;
            continue;
        }
        if (*p < '0' || *p > '9')
            break;
        any = true;
        if (!out->count && *p == '0') {
            exponent -= fraction;
            continue;
        }
        if (out->count < FP_DIGITS)
            out->digits[out->count++] = (char)*p;
        else
            out->sticky |= *p != '0';
        exponent += !fraction;
    }
    if (!any)
        return false;
    if ((*p | 0x20) == 'e' || (!CRT_IS_UCRT && (*p | 0x20) == 'd'))
        exponent += NAME(exponent)(&p);
    while (out->count && out->digits[out->count - 1] == '0')
        out->count--;
    out->exponent = exponent;
    *at = p;
    return true;
}

size_t FP_SCAN(const CH *s, _locale_t loc, struct crt_fp_text *out)
{
    const CH *p = s, *start;
    CH point = (CH)POINT(loc);

    out->negative = out->sticky = false;
    out->count = 0;
    out->hex = 0;
    out->exponent = 0;
    while (BLANK(*p))
        p++;
    if (*p == '-' || *p == '+')
        out->negative = *p++ == '-';
    start = p;
    if (CRT_IS_UCRT && NAME(word)(&p, "inf")) {
        out->kind = FP_INFINITY;
        NAME(word)(&p, "inity");
        return (size_t)(p - s);
    }
    if (CRT_IS_UCRT && NAME(word)(&p, "nan")) {
        out->kind = FP_NAN;
        NAME(payload)(&p, out);
        return (size_t)(p - s);
    }
    if (CRT_IS_UCRT && p[0] == '0' && (p[1] | 0x20) == 'x') {
        p += 2;
        if (NAME(hex)(&p, point, out))
            return (size_t)(p - s);
        p = start; /* just the zero */
        out->hex = 0;
    }
    return NAME(decimal)(&p, point, out) ? (size_t)(p - s) : 0;
}
