/*
 * Properties of characters, decomposition and composition, and what rests on them: string types and
 * normalization forms.
 */
#include "nls.h"
#include "unicode_tables.h"

WORD char_type(DWORD kind, WCHAR c)
{
    return type_kinds[type_kind[type_kind_page[c >> 8]][c & 0xff]][kind - 1];
}

BYTE combining_class(DWORD c)
{
    return c >> 8 < ARRAYSIZE(combining_page) ? combining[combining_page[c >> 8]][c & 0xff] : 0;
}

/* Hangul syllables are composed by arithmetic (chapter 3.12 of the standard). */
#define HANGUL_FIRST 0xac00u
#define HANGUL_COUNT 11172u
#define LEADING 0x1100u
#define VOWEL 0x1161u
#define TRAILING 0x11a7u
#define VOWELS 21u
#define TRAILINGS 28u

UINT decompose(DWORD c, BOOL compatible, WCHAR *out)
{
    SIZE_T low = 0, high = ARRAYSIZE(decompositions);

    if (c < 0xa0)
        return 0;
    if (c - HANGUL_FIRST < HANGUL_COUNT) {
        DWORD s = c - HANGUL_FIRST;

        out[0] = (WCHAR)(LEADING + s / (VOWELS * TRAILINGS));
        out[1] = (WCHAR)(VOWEL + s % (VOWELS * TRAILINGS) / TRAILINGS);
        out[2] = (WCHAR)(TRAILING + s % TRAILINGS);
        return s % TRAILINGS ? 3 : 2;
    }
    while (low < high) {
        SIZE_T middle = (low + high) / 2;

        if (decompositions[middle].character < c)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == ARRAYSIZE(decompositions) || decompositions[low].character != c)
        return 0;
    /* Up to two rows: the canonical one, then the compatible one where it differs. */
    if (compatible && low + 1 < ARRAYSIZE(decompositions) && decompositions[low + 1].character == c)
        low++;
    if (decompositions[low].compatible && !compatible)
        return 0;
    for (UINT i = 0; i < decompositions[low].length; i++)
        out[i] = decomposition_units[decompositions[low].offset + i];
    return decompositions[low].length;
}

DWORD compose(DWORD first, DWORD second)
{
    SIZE_T low = 0, high = ARRAYSIZE(compositions);

    if (first - LEADING < 19 && second - VOWEL < VOWELS)
        return HANGUL_FIRST + ((first - LEADING) * VOWELS + second - VOWEL) * TRAILINGS;
    if (first - HANGUL_FIRST < HANGUL_COUNT && (first - HANGUL_FIRST) % TRAILINGS == 0 &&
        second - TRAILING - 1 < TRAILINGS - 1)
        return first + second - TRAILING;
    while (low < high) {
        SIZE_T middle = (low + high) / 2;

        if (compositions[middle].first < first ||
            (compositions[middle].first == first && compositions[middle].second < second))
            low = middle + 1;
        else
            high = middle;
    }
    if (low < ARRAYSIZE(compositions) && compositions[low].first == first &&
        compositions[low].second == second)
        return compositions[low].composed;
    return 0;
}

/* ---- GetStringType ---- */

BOOL WINAPI GetStringTypeW(DWORD kind, LPCWCH text, int length, LPWORD types)
{
    if (kind != CT_CTYPE1 && kind != CT_CTYPE2 && kind != CT_CTYPE3)
        return fail(ERROR_INVALID_PARAMETER);
    if (!text || !types)
        return fail(ERROR_INVALID_PARAMETER);
    if (length < 0)
        length = (int)wcslen(text) + 1;
    for (int i = 0; i < length; i++)
        types[i] = char_type(kind == CT_CTYPE3 ? 3 : kind, text[i]);
    return TRUE;
}

BOOL WINAPI GetStringTypeExW(LCID locale, DWORD kind, LPCWCH text, int length, LPWORD types)
{
    (void)locale; /* types do not depend on it, as documented */
    return GetStringTypeW(kind, text, length, types);
}

BOOL WINAPI GetStringTypeA(LCID locale, DWORD kind, LPCSTR text, int length, LPWORD types)
{
    WCHAR *wide;
    int units;
    BOOL ok;

    (void)locale;
    units = MultiByteToWideChar(CP_ACP, 0, text, length, NULL, 0);
    if (!units)
        return FALSE;
    wide = heap_alloc((SIZE_T)units * sizeof(*wide));
    if (!wide)
        return FALSE;
    units = MultiByteToWideChar(CP_ACP, 0, text, length, wide, units);
    ok = GetStringTypeW(kind, wide, units, types);
    heap_free(wide);
    return ok;
}

BOOL WINAPI GetStringTypeExA(LCID locale, DWORD kind, LPCSTR text, int length, LPWORD types)
{
    return GetStringTypeA(locale, kind, text, length, types);
}

/* ---- Normalization ---- */

struct text {
    DWORD *points;
    SIZE_T length, space;
    BOOL failed;
};

static void add_point(struct text *text, DWORD c)
{
    if (text->length == text->space) {
        SIZE_T space = text->space * 2 + 64;
        DWORD *larger = heap_realloc(text->points, space * sizeof(*larger));

        if (!larger) {
            text->failed = TRUE;
            return;
        }
        text->points = larger;
        text->space = space;
    }
    text->points[text->length++] = c;
}

static DWORD next_point(const WCHAR *units, SIZE_T count, SIZE_T *at)
{
    DWORD c = units[(*at)++];

    if (is_high_surrogate((WCHAR)c) && *at < count && is_low_surrogate(units[*at]))
        c = 0x10000 + ((c & 0x3ff) << 10) + (units[(*at)++] & 0x3ff);
    return c;
}

/* Marks that follow a starter are sorted by class; equal classes keep their order. */
static void reorder(struct text *text)
{
    for (SIZE_T i = 1; i < text->length; i++) {
        DWORD c = text->points[i];
        BYTE class = combining_class(c);
        SIZE_T j = i;

        if (!class)
            continue;
        while (j && combining_class(text->points[j - 1]) > class) {
            text->points[j] = text->points[j - 1];
            j--;
        }
        text->points[j] = c;
    }
}

static void recompose(struct text *text)
{
    SIZE_T starter = (SIZE_T)-1, out = 0;
    BYTE last_class = 0;

    for (SIZE_T i = 0; i < text->length; i++) {
        DWORD c = text->points[i], both = 0;
        BYTE class = combining_class(c);

        /* A mark reaches its starter past marks of lower class alone. */
        if (starter != (SIZE_T)-1 && (out == starter + 1 || (last_class < class && last_class)))
            both = compose(text->points[starter], c);
        if (both) {
            text->points[starter] = both;
            continue;
        }
        if (!class)
            starter = out;
        last_class = class;
        text->points[out++] = c;
    }
    text->length = out;
}

/* FALSE: last error set. Lone surrogates and noncharacters have no normal form. */
static BOOL normalize(NORM_FORM form, const WCHAR *units, SIZE_T count, struct text *text,
                      SIZE_T *bad)
{
    BOOL compatible = form == NormalizationKC || form == NormalizationKD;

    for (SIZE_T at = 0; at < count;) {
        WCHAR parts[MAXIMUM_DECOMPOSITION];
        SIZE_T before = at, inner = 0;
        DWORD c = next_point(units, count, &at);
        UINT length;

        if ((c & 0xfffff800) == 0xd800) {
            *bad = before;
            return fail(ERROR_NO_UNICODE_TRANSLATION);
        }
        length = decompose(c, compatible, parts);
        if (!length)
            add_point(text, c);
        while (inner < length)
            add_point(text, next_point(parts, length, &inner));
        if (text->failed)
            return FALSE;
    }
    reorder(text);
    if (form == NormalizationC || form == NormalizationKC)
        recompose(text);
    return TRUE;
}

static BOOL known_form(NORM_FORM form)
{
    return form == NormalizationC || form == NormalizationD || form == NormalizationKC ||
           form == NormalizationKD;
}

int WINAPI NormalizeString(NORM_FORM form, LPCWSTR source, int length, LPWSTR buffer, int size)
{
    struct text text = {0};
    SIZE_T bad = 0, units = 0;

    if (!known_form(form) || !source || length < -1 || size < 0 || (size && !buffer))
        return fail(ERROR_INVALID_PARAMETER);
    if (length < 0)
        length = (int)wcslen(source) + 1;
    if (!size) /* documented as an estimate: the longest that the form can become */
        return length > MAXLONG / 18                              ? fail(ERROR_INVALID_PARAMETER)
               : form == NormalizationC || form == NormalizationD ? length * 3
                                                                  : length * 18;
    if (!normalize(form, source, (SIZE_T)length, &text, &bad)) {
        DWORD error = GetLastError();

        heap_free(text.points);
        fail(error);
        return error == ERROR_NO_UNICODE_TRANSLATION ? -(int)bad : 0;
    }
    for (SIZE_T i = 0; i < text.length; i++)
        units += text.points[i] >= 0x10000 ? 2 : 1;
    if (units > (SIZE_T)size) {
        heap_free(text.points);
        fail(ERROR_INSUFFICIENT_BUFFER);
        return -(int)units;
    }
    for (SIZE_T i = 0; i < text.length; i++) {
        DWORD c = text.points[i];

        if (c >= 0x10000) {
            *buffer++ = (WCHAR)(0xd7c0 + (c >> 10));
            *buffer++ = (WCHAR)(0xdc00 | (c & 0x3ff));
        } else {
            *buffer++ = (WCHAR)c;
        }
    }
    heap_free(text.points);
    fail(ERROR_SUCCESS);
    return (int)units;
}

BOOL WINAPI IsNormalizedString(NORM_FORM form, LPCWSTR source, int length)
{
    struct text text = {0};
    SIZE_T bad, at = 0, i = 0;
    BOOL same;

    if (!known_form(form) || !source || length < -1)
        return fail(ERROR_INVALID_PARAMETER);
    if (length < 0)
        length = (int)wcslen(source);
    if (!normalize(form, source, (SIZE_T)length, &text, &bad)) {
        heap_free(text.points);
        return FALSE;
    }
    while (at < (SIZE_T)length && i < text.length &&
           next_point(source, (SIZE_T)length, &at) == text.points[i])
        i++;
    same = i == text.length && at == (SIZE_T)length;
    heap_free(text.points);
    fail(ERROR_SUCCESS);
    return same;
}
