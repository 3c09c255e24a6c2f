/* The rest of ntdll's small C library: numbers from and to text, sorting, searching, absolute values. */
#include "crt_private.h"
#include <limits.h>

int __cdecl abs(int v)
{
    return v < 0 ? -v : v;
}

long __cdecl labs(long v)
{
    return v < 0 ? -v : v;
}

static int digit_of(int c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'z' ? c - 'a' + 10
           : c >= 'A' && c <= 'Z' ? c - 'A' + 10
                                  : 99;
}

/* What a text begins with, as far as its digits go: the parts that all the strto functions share. */
struct parsed {
    ULONGLONG value;
    BOOLEAN minus, overflow;
    size_t end; /* characters taken, 0 where there is no number */
};

#define DEFINE_PARSE(name, type)                                                                   \
    static struct parsed name(const type *s, int base, ULONGLONG max)                              \
    {                                                                                              \
        struct parsed r = {0};                                                                     \
        size_t i = 0;                                                                              \
                                                                                                   \
        while (s[i] < 0x80 && isspace((int)s[i]))                                                  \
            i++;                                                                                   \
        if (s[i] == '+' || s[i] == '-')                                                            \
            r.minus = s[i++] == '-';                                                               \
        if ((base == 0 || base == 16) && s[i] == '0' && (s[i + 1] | 32) == 'x' &&                  \
            digit_of((int)s[i + 2]) < 16) {                                                        \
            i += 2;                                                                                \
            base = 16;                                                                             \
        } else if (base == 0) {                                                                    \
            base = s[i] == '0' ? 8 : 10;                                                           \
        }                                                                                          \
        for (; s[i] > 0 && s[i] < 0x80 && digit_of((int)s[i]) < base; i++) {                       \
            ULONGLONG d = (ULONGLONG)digit_of((int)s[i]);                                          \
                                                                                                   \
            if (r.value > (max - d) / (ULONGLONG)base)                                             \
                r.overflow = TRUE;                                                                 \
            r.value = r.value * (ULONGLONG)base + d;                                               \
            r.end = i + 1;                                                                         \
        }                                                                                          \
        return r;                                                                                  \
    }

DEFINE_PARSE(parse_narrow, char)
DEFINE_PARSE(parse_wide, WCHAR)

static long to_long(const struct parsed *p)
{
    if (p->overflow || p->value > (ULONGLONG)LONG_MAX + p->minus)
        return p->minus ? LONG_MIN : LONG_MAX;
    return p->minus ? (long)(0 - (ULONG)p->value) : (long)p->value;
}

long __cdecl strtol(const char *s, char **end, int base)
{
    struct parsed p = parse_narrow(s, base, ULONG_MAX);

    if (end)
        *end = (char *)s + p.end;
    return to_long(&p);
}

unsigned long __cdecl strtoul(const char *s, char **end, int base)
{
    struct parsed p = parse_narrow(s, base, ULONG_MAX);

    if (end)
        *end = (char *)s + p.end;
    return p.overflow ? ULONG_MAX : (unsigned long)(p.minus ? 0 - p.value : p.value);
}

long __cdecl wcstol(const WCHAR *s, WCHAR **end, int base)
{
    struct parsed p = parse_wide(s, base, ULONG_MAX);

    if (end)
        *end = (WCHAR *)s + p.end;
    return to_long(&p);
}

unsigned long __cdecl wcstoul(const WCHAR *s, WCHAR **end, int base)
{
    struct parsed p = parse_wide(s, base, ULONG_MAX);

    if (end)
        *end = (WCHAR *)s + p.end;
    return p.overflow ? ULONG_MAX : (unsigned long)(p.minus ? 0 - p.value : p.value);
}

__int64 __cdecl _strtoi64(const char *s, char **end, int base)
{
    struct parsed p = parse_narrow(s, base, ULLONG_MAX);

    if (end)
        *end = (char *)s + p.end;
    if (p.overflow || p.value > (ULONGLONG)LLONG_MAX + p.minus)
        return p.minus ? LLONG_MIN : LLONG_MAX;
    return (__int64)(p.minus ? 0 - p.value : p.value);
}

unsigned __int64 __cdecl _strtoui64(const char *s, char **end, int base)
{
    struct parsed p = parse_narrow(s, base, ULLONG_MAX);

    if (end)
        *end = (char *)s + p.end;
    return p.overflow ? ULLONG_MAX : p.minus ? 0 - p.value : p.value;
}

/* The ato functions wrap around instead of stopping at the limits. */
int __cdecl atoi(const char *s)
{
    struct parsed p = parse_narrow(s, 10, ULLONG_MAX);

    return (int)(p.minus ? 0 - p.value : p.value);
}

long __cdecl atol(const char *s)
{
    return atoi(s);
}

__int64 __cdecl _atoi64(const char *s)
{
    struct parsed p = parse_narrow(s, 10, ULLONG_MAX);

    return (__int64)(p.minus ? 0 - p.value : p.value);
}

int __cdecl _wtoi(const WCHAR *s)
{
    struct parsed p = parse_wide(s, 10, ULLONG_MAX);

    return (int)(p.minus ? 0 - p.value : p.value);
}

long __cdecl _wtol(const WCHAR *s)
{
    return _wtoi(s);
}

__int64 __cdecl _wtoi64(const WCHAR *s)
{
    struct parsed p = parse_wide(s, 10, ULLONG_MAX);

    return (__int64)(p.minus ? 0 - p.value : p.value);
}

/* Digits into `text` from its end; returns their start. */
static char *format(ULONGLONG value, int base, BOOLEAN minus, char *end)
{
    *--end = 0;
    do {
        int d = (int)(value % (ULONGLONG)base);

        *--end = (char)(d < 10 ? '0' + d : 'a' + d - 10);
        value /= (ULONGLONG)base;
    } while (value);
    if (minus)
        *--end = '-';
    return end;
}

static char *narrow(ULONGLONG value, int base, BOOLEAN minus, char *dst)
{
    char text[70];

    return strcpy(dst, format(value, base, minus, text + sizeof(text)));
}

static WCHAR *wide(ULONGLONG value, int base, BOOLEAN minus, WCHAR *dst)
{
    char text[70], *p = format(value, base, minus, text + sizeof(text));

    for (size_t i = 0; i <= strlen(p); i++)
        dst[i] = (WCHAR)p[i];
    return dst;
}

char *__cdecl _itoa(int v, char *dst, int base)
{
    return base == 10 && v < 0 ? narrow(0 - (ULONGLONG)v, 10, TRUE, dst)
                               : narrow((unsigned)v, base, FALSE, dst);
}

char *__cdecl _ltoa(long v, char *dst, int base)
{
    return _itoa(v, dst, base);
}

char *__cdecl _ultoa(unsigned long v, char *dst, int base)
{
    return narrow(v, base, FALSE, dst);
}

char *__cdecl _i64toa(__int64 v, char *dst, int base)
{
    return base == 10 && v < 0 ? narrow(0 - (ULONGLONG)v, 10, TRUE, dst)
                               : narrow((ULONGLONG)v, base, FALSE, dst);
}

char *__cdecl _ui64toa(unsigned __int64 v, char *dst, int base)
{
    return narrow(v, base, FALSE, dst);
}

WCHAR *__cdecl _itow(int v, WCHAR *dst, int base)
{
    return base == 10 && v < 0 ? wide(0 - (ULONGLONG)v, 10, TRUE, dst)
                               : wide((unsigned)v, base, FALSE, dst);
}

WCHAR *__cdecl _ltow(long v, WCHAR *dst, int base)
{
    return _itow(v, dst, base);
}

WCHAR *__cdecl _ultow(unsigned long v, WCHAR *dst, int base)
{
    return wide(v, base, FALSE, dst);
}

WCHAR *__cdecl _i64tow(__int64 v, WCHAR *dst, int base)
{
    return base == 10 && v < 0 ? wide(0 - (ULONGLONG)v, 10, TRUE, dst)
                               : wide((ULONGLONG)v, base, FALSE, dst);
}

WCHAR *__cdecl _ui64tow(unsigned __int64 v, WCHAR *dst, int base)
{
    return wide(v, base, FALSE, dst);
}

/* ---- sorting: heap sort, in place, no worst case and no recursion ---- */

static void exchange(char *a, char *b, size_t size)
{
    while (size--) {
        char t = *a;

        *a++ = *b;
        *b++ = t;
    }
}

static void sift(char *base, size_t at, size_t count, size_t size,
                 int(__cdecl *compare)(const void *, const void *))
{
    for (;;) {
        size_t child = 2 * at + 1;

        if (child >= count)
            return;
        if (child + 1 < count && compare(base + child * size, base + (child + 1) * size) < 0)
            child++;
        if (compare(base + at * size, base + child * size) >= 0)
            return;
        exchange(base + at * size, base + child * size, size);
        at = child;
    }
}

void __cdecl qsort(void *array, size_t count, size_t size,
                   int(__cdecl *compare)(const void *, const void *))
{
    char *base = array;

    for (size_t i = count / 2; i-- > 0;)
        sift(base, i, count, size, compare);
    for (size_t n = count; n > 1; n--) {
        exchange(base, base + (n - 1) * size, size);
        sift(base, 0, n - 1, size, compare);
    }
}

void *__cdecl bsearch(const void *key, const void *array, size_t count, size_t size,
                      int(__cdecl *compare)(const void *, const void *))
{
    const char *base = array;

    while (count) {
        const char *mid = base + count / 2 * size;
        int order = compare(key, mid);

        if (!order)
            return (void *)mid;
        if (order > 0) {
            base = mid + size;
            count--;
        }
        count /= 2;
    }
    return NULL;
}
