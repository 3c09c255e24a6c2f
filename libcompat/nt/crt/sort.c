/*
 * qsort, bsearch, _lfind, _lsearch and their _s forms. qsort is quicksort with a median of
 * three, that changes to heapsort when the recursion gets too deep: never worse than n log n.
 */
#include "param.h"

typedef int(__cdecl *compare_t)(const void *, const void *);
typedef int(__cdecl *compare_s_t)(void *, const void *, const void *);

/* One comparison for both forms: `context` is passed only when asked for. */
struct sorter {
    size_t width;
    compare_t plain;
    compare_s_t with_context;
    void *context;
};

static inline int compare(const struct sorter *s, const void *a, const void *b)
{
    return s->plain ? s->plain(a, b) : s->with_context(s->context, a, b);
}

static void swap(char *a, char *b, size_t width)
{
    while (width >= sizeof(size_t)) {
        size_t x, y;
        __builtin_memcpy(&x, a, sizeof x);
        __builtin_memcpy(&y, b, sizeof y);
        __builtin_memcpy(a, &y, sizeof y);
        __builtin_memcpy(b, &x, sizeof x);
        a += sizeof x;
        b += sizeof x;
        width -= sizeof x;
    }
    for (; width--; a++, b++) {
        char c = *a;
        *a = *b;
        *b = c;
    }
}

static void insertion(const struct sorter *s, char *base, size_t n)
{
    size_t w = s->width;

    for (size_t i = 1; i < n; i++)
        for (char *p = base + i * w; p > base && compare(s, p - w, p) > 0; p -= w)
            swap(p - w, p, w);
}

static void sift(const struct sorter *s, char *base, size_t root, size_t n)
{
    size_t w = s->width, child;

    for (; (child = 2 * root + 1) < n; root = child) {
        if (child + 1 < n && compare(s, base + child * w, base + (child + 1) * w) < 0)
            child++;
        if (compare(s, base + root * w, base + child * w) >= 0)
            return;
        swap(base + root * w, base + child * w, w);
    }
}

static void heap(const struct sorter *s, char *base, size_t n)
{
    for (size_t i = n / 2; i--;)
        sift(s, base, i, n);
    while (n-- > 1) {
        swap(base, base + n * s->width, s->width);
        sift(s, base, 0, n);
    }
}

static void sort(const struct sorter *s, char *base, size_t n, unsigned depth)
{
    size_t w = s->width;

    while (n > 8) {
        char *last = base + (n - 1) * w, *mid = base + n / 2 * w;
        if (!depth--) {
            heap(s, base, n);
            return;
        }
        if (compare(s, base, mid) > 0)
            swap(base, mid, w);
        if (compare(s, mid, last) > 0) {
            swap(mid, last, w);
            if (compare(s, base, mid) > 0)
                swap(base, mid, w);
        }
        /* The pivot waits at the front; equal keys stop both scans, which keeps halves even. */
        swap(base, mid, w);
        char *lo = base, *hi = last + w;
        for (;;) {
            do
                lo += w;
            while (lo < hi && compare(s, lo, base) < 0);
            do
                hi -= w;
            while (hi > base && compare(s, hi, base) > 0);
            if (lo >= hi)
                break;
            swap(lo, hi, w);
        }
        swap(base, hi, w);
        size_t left = (size_t)(hi - base) / w, right = n - left - 1;
        if (left < right) {
            sort(s, base, left, depth);
            base = hi + w;
            n = right;
        } else {
            sort(s, hi + w, right, depth);
            n = left;
        }
    }
    insertion(s, base, n);
}

static void run(const struct sorter *s, void *base, size_t n)
{
    unsigned depth = 2;

    for (size_t i = n; i > 1; i /= 2)
        depth += 2;
    if (n > 1)
        sort(s, base, n, depth);
}

void qsort(void *base, size_t n, size_t width, compare_t cmp)
{
    CRT_CHECK_VOID((base || !n) && width && cmp, EINVAL);
    struct sorter s = {width, cmp, NULL, NULL};
    run(&s, base, n);
}

void qsort_s(void *base, size_t n, size_t width, compare_s_t cmp, void *context)
{
    CRT_CHECK_VOID((base || !n) && width && cmp, EINVAL);
    struct sorter s = {width, NULL, cmp, context};
    run(&s, base, n);
}

static void *search(const struct sorter *s, const void *key, const void *base, size_t n)
{
    const char *lo = base;

    while (n) {
        const char *mid = lo + n / 2 * s->width;
        int r = compare(s, key, mid);
        if (!r)
            return (void *)mid;
        if (r > 0) {
            lo = mid + s->width;
            n -= n / 2 + 1;
        } else {
            n /= 2;
        }
    }
    return NULL;
}

void *bsearch(const void *key, const void *base, size_t n, size_t width, compare_t cmp)
{
    CRT_CHECK((base || !n) && width && cmp, EINVAL, NULL);
    struct sorter s = {width, cmp, NULL, NULL};
    return search(&s, key, base, n);
}

void *bsearch_s(const void *key, const void *base, size_t n, size_t width, compare_s_t cmp,
                void *context)
{
    CRT_CHECK((base || !n) && width && cmp, EINVAL, NULL);
    struct sorter s = {width, NULL, cmp, context};
    return search(&s, key, base, n);
}

static void *linear(const struct sorter *s, const void *key, void *base, unsigned n)
{
    char *p = base;

    for (; n--; p += s->width)
        if (!compare(s, key, p))
            return p;
    return NULL;
}

static void *linear_add(const struct sorter *s, const void *key, void *base, unsigned *n)
{
    void *hit = linear(s, key, base, *n);

    if (hit)
        return hit;
    return memcpy((char *)base + (*n)++ * s->width, key, s->width);
}

void *_lfind(const void *key, const void *base, unsigned *n, unsigned width, compare_t cmp)
{
    CRT_CHECK(key && n && (base || !*n) && width && cmp, EINVAL, NULL);
    struct sorter s = {width, cmp, NULL, NULL};
    return linear(&s, key, (void *)base, *n);
}

void *_lfind_s(const void *key, const void *base, unsigned *n, size_t width, compare_s_t cmp,
               void *context)
{
    CRT_CHECK(key && n && (base || !*n) && width && cmp, EINVAL, NULL);
    struct sorter s = {width, NULL, cmp, context};
    return linear(&s, key, (void *)base, *n);
}

void *_lsearch(const void *key, void *base, unsigned *n, unsigned width, compare_t cmp)
{
    CRT_CHECK(key && n && base && width && cmp, EINVAL, NULL);
    struct sorter s = {width, cmp, NULL, NULL};
    return linear_add(&s, key, base, n);
}

void *_lsearch_s(const void *key, void *base, unsigned *n, size_t width, compare_s_t cmp,
                 void *context)
{
    CRT_CHECK(key && n && base && width && cmp, EINVAL, NULL);
    struct sorter s = {width, NULL, cmp, context};
    return linear_add(&s, key, base, n);
}
