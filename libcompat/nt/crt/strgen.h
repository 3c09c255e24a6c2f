/*
 * The string functions that depend on neither locale nor thread, written once for both
 * character widths. Included by str.c (char) and wcs.c (wchar_t), which define CH, the
 * unsigned form UCH, and S(name): the full name for this width, e.g. S(cpy) = strcpy.
 * S_(name) is the same with an underscore before it.
 *
 * The _s forms report through crt_bad_parameter (errno, then the invalid-parameter
 * handler), after emptying the destination where the documents say so.
 */

CH *S(cpy)(CH *dst, const CH *src)
{
    memmove(dst, src, (S(len)(src) + 1) * sizeof(CH));
    return dst;
}

CH *S(cat)(CH *dst, const CH *src)
{
    S(cpy)(dst + S(len)(dst), src);
    return dst;
}

CH *S(ncpy)(CH *dst, const CH *src, size_t n)
{
    size_t len = S(nlen)(src, n);

    memmove(dst, src, len * sizeof(CH));
    memset(dst + len, 0, (n - len) * sizeof(CH));
    return dst;
}

CH *S(ncat)(CH *dst, const CH *src, size_t n)
{
    CH *end = dst + S(len)(dst);
    size_t len = S(nlen)(src, n);

    memmove(end, src, len * sizeof(CH));
    end[len] = 0;
    return dst;
}

int S(ncmp)(const CH *a, const CH *b, size_t n)
{
    for (; n; n--, a++, b++) {
        UCH x = (UCH)*a, y = (UCH)*b;
        if (x != y)
            return x < y ? -1 : 1;
        if (!x)
            break;
    }
    return 0;
}

CH *S(rchr)(const CH *s, CHARG c)
{
    const CH *hit = NULL;

    do {
        if (*s == (CH)c)
            hit = s;
    } while (*s++);
    return (CH *)hit;
}

/*
 * Two-way would be safer against hostile needles, but needs the needle's length before it
 * can start; instead the search skips by first character, and long needles with many false
 * starts switch to a linear-time method (Knuth-Morris-Pratt over a small table).
 */
#define KMP_MAX 256
CH *S(str)(const CH *hay, const CH *needle)
{
    size_t m, budget;

    if (!needle[0])
        return (CH *)hay;
    if (!needle[1])
        return S(chr)(hay, needle[0]);
    m = S(len)(needle);
    budget = 16 * m;
    for (const CH *p = S(chr)(hay, needle[0]); p; p = S(chr)(p + 1, needle[0])) {
        size_t i = 1;
        while (i < m && p[i] == needle[i])
            i++;
        if (i == m)
            return (CH *)p;
        if (i < m && !p[i])
            return NULL;
        if (m > KMP_MAX || budget > i) {
            budget -= m > KMP_MAX ? 0 : i;
            continue;
        }
        unsigned short fail[KMP_MAX];
        fail[0] = 0;
        for (size_t k = 0, j = 1; j < m; j++) {
            while (k && needle[j] != needle[k])
                k = fail[k - 1];
            if (needle[j] == needle[k])
                k++;
            fail[j] = (unsigned short)k;
        }
        size_t k = 0;
        for (p++; *p; p++) {
            while (k && *p != needle[k])
                k = fail[k - 1];
            if (*p == needle[k] && ++k == m)
                return (CH *)(p + 1 - m);
        }
        return NULL;
    }
    return NULL;
}
#undef KMP_MAX

CH *S_(rev)(CH *s)
{
    size_t len = S(len)(s);

    for (size_t i = 0, j = len; i + 1 < j; i++) {
        CH c = s[i];
        s[i] = s[--j];
        s[j] = c;
    }
    return s;
}

CH *S_(set)(CH *s, CHARG c)
{
    for (CH *p = s; *p; p++)
        *p = (CH)c;
    return s;
}

CH *S_(nset)(CH *s, CHARG c, size_t n)
{
    for (CH *p = s; n && *p; p++, n--)
        *p = (CH)c;
    return s;
}

/* Splits at any of `delim`; the position between calls is the caller's. */
static CH *next_token(CH *s, const CH *delim, CH **context)
{
    if (!s)
        s = *context;
    if (!s)
        return NULL;
    s += S(spn)(s, delim);
    if (!*s) {
        *context = s;
        return NULL;
    }
    CH *end = s + S(cspn)(s, delim);
    if (*end)
        *end++ = 0;
    *context = end;
    return s;
}

CH *S(tok_s)(CH *s, const CH *delim, CH **context)
{
    if (!context || !delim || (!s && !*context)) {
        crt_bad_parameter(EINVAL);
        return NULL;
    }
    return next_token(s, delim, context);
}

static errno_t empty_and_fail(CH *dst, errno_t error)
{
    *dst = 0;
    return crt_bad_parameter(error);
}

errno_t S(cpy_s)(CH *dst, size_t size, const CH *src)
{
    if (!dst || !size)
        return crt_bad_parameter(EINVAL);
    if (!src)
        return empty_and_fail(dst, EINVAL);
    size_t len = S(nlen)(src, size);
    if (len == size)
        return empty_and_fail(dst, ERANGE);
    memmove(dst, src, (len + 1) * sizeof(CH));
    return 0;
}

errno_t S(cat_s)(CH *dst, size_t size, const CH *src)
{
    if (!dst || !size)
        return crt_bad_parameter(EINVAL);
    if (!src)
        return empty_and_fail(dst, EINVAL);
    size_t used = S(nlen)(dst, size);
    if (used == size)
        return empty_and_fail(dst, EINVAL);
    size_t len = S(nlen)(src, size - used);
    if (len == size - used)
        return empty_and_fail(dst, ERANGE);
    memmove(dst + used, src, (len + 1) * sizeof(CH));
    return 0;
}

/* The common end of strncpy_s and strncat_s: `room` includes the terminator. */
static errno_t append_bounded(CH *dst, CH *at, size_t room, const CH *src, size_t n)
{
    size_t len = S(nlen)(src, n < room ? n : room);

    if (len < room) {
        memmove(at, src, len * sizeof(CH));
        at[len] = 0;
        return 0;
    }
    if (n != _TRUNCATE)
        return empty_and_fail(dst, ERANGE);
    memmove(at, src, (room - 1) * sizeof(CH));
    at[room - 1] = 0;
    return STRUNCATE;
}

errno_t S(ncpy_s)(CH *dst, size_t size, const CH *src, size_t n)
{
    if (!n && !dst && !size)
        return 0;
    if (!dst || !size)
        return crt_bad_parameter(EINVAL);
    if (!n) {
        *dst = 0;
        return 0;
    }
    if (!src)
        return empty_and_fail(dst, EINVAL);
    return append_bounded(dst, dst, size, src, n);
}

errno_t S(ncat_s)(CH *dst, size_t size, const CH *src, size_t n)
{
    if (!n && !dst && !size)
        return 0;
    if (!dst || !size)
        return crt_bad_parameter(EINVAL);
    if (n && !src)
        return empty_and_fail(dst, EINVAL);
    size_t used = S(nlen)(dst, size);
    if (used == size)
        return empty_and_fail(dst, EINVAL);
    return n ? append_bounded(dst, dst + used, size - used, src, n) : 0;
}

errno_t S_(set_s)(CH *dst, size_t size, CHARG c)
{
    if (!dst || !size)
        return crt_bad_parameter(EINVAL);
    if (S(nlen)(dst, size) == size)
        return empty_and_fail(dst, EINVAL);
    S_(set)(dst, c);
    return 0;
}

errno_t S_(nset_s)(CH *dst, size_t size, CHARG c, size_t n)
{
    if (!n && !dst && !size)
        return 0;
    if (!dst || !size)
        return crt_bad_parameter(EINVAL);
    if (S(nlen)(dst, size) == size)
        return empty_and_fail(dst, EINVAL);
    S_(nset)(dst, c, n);
    return 0;
}

CH *S_(dup)(const CH *s)
{
    if (!s)
        return NULL;
    size_t bytes = (S(len)(s) + 1) * sizeof(CH);
    CH *copy = malloc(bytes);
    return copy ? memmove(copy, s, bytes) : NULL;
}
