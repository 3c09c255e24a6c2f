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

/* The start of the greatest suffix of a needle, less one, and that suffix's period. */
static ptrdiff_t greatest_suffix(const CH *x, ptrdiff_t m, bool reversed, ptrdiff_t *period)
{
    ptrdiff_t start = -1, j = 0, k = 1;

    *period = 1;
    while (j + k < m) {
        UCH a = (UCH)x[j + k], b = (UCH)x[start + k];
        if (a == b) {
            if (k == *period) {
                j += k;
                k = 1;
            } else {
                k++;
            }
        } else if (reversed ? a > b : a < b) {
            j += k;
            k = 1;
            *period = j - start;
        } else {
            start = j++;
            k = *period = 1;
        }
    }
    return start;
}

/* Crochemore and Perrin's two-way search: linear in n + m for every text, without memory. */
static const CH *two_way(const CH *y, ptrdiff_t n, const CH *x, ptrdiff_t m)
{
    ptrdiff_t p, q, cut = greatest_suffix(x, m, false, &p), other = greatest_suffix(x, m, true, &q);
    ptrdiff_t known = -1, at = 0, i;
    bool periodic;

    if (other > cut) {
        cut = other;
        p = q;
    }
    periodic = cut + 1 + p <= m && !memcmp(x, x + p, (size_t)(cut + 1) * sizeof(CH));
    if (!periodic)
        p = (cut + 1 > m - cut - 1 ? cut + 1 : m - cut - 1) + 1;
    while (at <= n - m) {
        for (i = (known > cut ? known : cut) + 1; i < m && x[i] == y[at + i]; i++)
            ;
        if (i < m) {
            at += i - cut;
            known = -1;
            continue;
        }
        for (i = cut; i > known && x[i] == y[at + i]; i--)
            ;
        if (i <= known)
            return y + at;
        at += p;
        known = periodic ? m - p - 1 : -1;
    }
    return NULL;
}

/* Most searches end by first characters; many false starts change to the method above. */
CH *S(str)(const CH *hay, const CH *needle)
{
    size_t m, budget;

    if (!needle[0])
        return (CH *)hay;
    if (!needle[1])
        return S(chr)(hay, needle[0]);
    m = S(len)(needle);
    budget = 8 * m;
    for (const CH *p = S(chr)(hay, needle[0]); p; p = S(chr)(p + 1, needle[0])) {
        size_t i = 1;
        while (i < m && p[i] == needle[i])
            i++;
        if (i == m)
            return (CH *)p;
        if (!p[i])
            return NULL;
        if (budget <= i)
            return (CH *)two_way(p, (ptrdiff_t)S(len)(p), needle, (ptrdiff_t)m);
        budget -= i;
    }
    return NULL;
}

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
