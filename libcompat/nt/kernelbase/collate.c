/*
 * Comparing and mapping text as people order it.
 *
 * Strings are compared by sort keys of five levels: letters, accents, case, width and kana type,
 * and (word sort) hyphens and apostrophes by their places. The order is the documented one of the
 * invariant locale for ASCII; other scripts follow in the order of Unicode. No locale's own order
 * is known.
 */
#include "nls.h"

/* ---- Weights ---- */

enum class {
    CLASS_IGNORED,
    CLASS_SPACE,
    CLASS_PUNCTUATION,
    CLASS_SYMBOL,
    CLASS_DIGIT,
    CLASS_LETTER,
    CLASS_IDEOGRAPH
};

struct weight {
    BYTE class;
    WORD primary;
    BYTE accent, letter_case, form; /* 2 is the usual value of each */
};

/* Punctuation and symbols of ASCII in the order in which they sort. */
static const char ascii_order[] = " !\"#$%&()*,./:;?@[\\]^_`{|}~+<=>";

/* Letters that Unicode does not decompose: what they sort as. */
static const struct {
    WCHAR c, first, second;
    BYTE accent;
} letters[] = {
    {0x00c6, L'A', L'E', 2}, {0x00d0, L'D', 0, 0x68}, {0x00d8, L'O', 0, 0x2f},
    {0x00de, L'T', L'H', 2}, {0x00df, L's', L's', 2}, {0x00e6, L'a', L'e', 2},
    {0x00f0, L'd', 0, 0x68}, {0x00f8, L'o', 0, 0x2f}, {0x00fe, L't', L'h', 2},
    {0x0110, L'D', 0, 0x2f}, {0x0111, L'd', 0, 0x2f}, {0x0126, L'H', 0, 0x2f},
    {0x0127, L'h', 0, 0x2f}, {0x0131, L'i', 0, 3},    {0x0138, L'q', 0, 3},
    {0x0141, L'L', 0, 0x2f}, {0x0142, L'l', 0, 0x2f}, {0x014a, L'N', L'G', 2},
    {0x014b, L'n', L'g', 2}, {0x0152, L'O', L'E', 2}, {0x0153, L'o', L'e', 2},
    {0x0166, L'T', 0, 0x2f}, {0x0167, L't', 0, 0x2f}, {0x0180, L'b', 0, 0x2f},
    {0x0197, L'I', 0, 0x2f}, {0x01b5, L'Z', 0, 0x2f}, {0x01b6, L'z', 0, 0x2f},
    {0x0268, L'i', 0, 0x2f}, {0x1e9e, L'S', L'S', 2},
};

static BOOL is_digit(WCHAR c)
{
    return (char_type(1, c) & C1_DIGIT) != 0;
}

/* Decimal digits stand in runs of ten, beginning with zero. */
static WORD digit_value(WCHAR c)
{
    WORD value = 0;

    if (c == 0xb2 || c == 0xb3)
        return (WORD)(c - 0xb0);
    if (c == 0xb9)
        return 1;
    while (value < 9 && is_digit((WCHAR)(c - value - 1)))
        value++;
    return value;
}

static BOOL is_word_mark(WCHAR c)
{
    return c == L'-' || c == L'\'' || c == 0xad || c == 0x2010 || c == 0x2011 || c == 0x2019;
}

/* Hiragana as the katakana of the same sound. */
static WCHAR to_katakana(WCHAR c)
{
    return (c >= 0x3041 && c <= 0x3096) || c == 0x309d || c == 0x309e ? (WCHAR)(c + 0x60) : c;
}

static WCHAR to_hiragana(WCHAR c)
{
    return (c >= 0x30a1 && c <= 0x30f6) || c == 0x30fd || c == 0x30fe ? (WCHAR)(c - 0x60) : c;
}

static BOOL is_small_kana(WCHAR katakana)
{
    switch (katakana) {
    case 0x30a1:
    case 0x30a3:
    case 0x30a5:
    case 0x30a7:
    case 0x30a9:
    case 0x30c3:
    case 0x30e3:
    case 0x30e5:
    case 0x30e7:
    case 0x30ee:
        return TRUE;
    }
    return FALSE;
}

/* The weight of a unit that is no combining mark and has no decomposition. */
static struct weight base_weight(WCHAR c)
{
    struct weight weight = {.accent = 2, .letter_case = 2, .form = 2};
    WORD type = char_type(1, c);
    WCHAR lower, katakana;

    if (c < 0x80) {
        const char *at = c ? strchr(ascii_order, (char)c) : NULL;

        if (at) {
            weight.class = c == L' '                                    ? CLASS_SPACE
                           : at < ascii_order + sizeof(ascii_order) - 5 ? CLASS_PUNCTUATION
                                                                        : CLASS_SYMBOL;
            weight.primary = (WORD)(at - ascii_order);
            return weight;
        }
    }
    if (is_digit(c)) {
        weight.class = CLASS_DIGIT;
        weight.primary = digit_value(c);
        if (c > 0x80)
            weight.accent = (BYTE)(3 + (c >> 8));
        return weight;
    }
    if (is_word_mark(c)) {
        weight.class = CLASS_PUNCTUATION;
        weight.primary = c == L'\'' || c == 0x2019 ? 1 : 2;
        if (c > 0x80)
            weight.accent = 3;
        return weight;
    }
    if (type & C1_SPACE) {
        weight.class = CLASS_SPACE;
        weight.primary = (WORD)(c < 0x80 ? c : 0x100 + (c & 0xff));
        return weight;
    }
    if (type & C1_CNTRL || !type) {
        weight.class = CLASS_IGNORED;
        return weight;
    }
    if (type & C1_PUNCT) {
        weight.class = CLASS_SYMBOL;
        weight.primary = (WORD)(0x100 + (c & 0x3fff));
        return weight;
    }
    katakana = to_katakana(c);
    if (katakana >= 0x30a1 && katakana <= 0x30fe) {
        weight.class = CLASS_LETTER;
        weight.form = katakana == c ? 3 : 2;
        if (is_small_kana(katakana)) {
            weight.letter_case = 2;
            katakana++; /* the full-size kana follows its small one */
        } else {
            weight.letter_case = 3;
        }
        weight.primary = katakana;
        return weight;
    }
    if (c >= 0x3400 && c < 0xfb00) {
        weight.class = (BYTE)(CLASS_IDEOGRAPH + (c >> 13));
        weight.primary = c & 0x1fff;
        return weight;
    }
    lower = RtlDowncaseUnicodeChar(c);
    weight.class = CLASS_LETTER;
    weight.primary = lower & 0x3fff;
    if (lower != c)
        weight.letter_case = 0x12;
    return weight;
}

/* ---- Sort keys ---- */

struct bytes {
    BYTE *data;
    SIZE_T length, space;
    BYTE first[192];
    BOOL failed;
};

static void init_bytes(struct bytes *bytes)
{
    bytes->data = bytes->first;
    bytes->length = 0;
    bytes->space = sizeof(bytes->first);
    bytes->failed = FALSE;
}

static void free_bytes(struct bytes *bytes)
{
    if (bytes->data != bytes->first)
        heap_free(bytes->data);
}

static void add_byte(struct bytes *bytes, BYTE b)
{
    if (bytes->length == bytes->space) {
        SIZE_T space = 2 * bytes->space;
        BYTE *larger = heap_alloc(space);

        if (!larger) {
            bytes->failed = TRUE;
            return;
        }
        memcpy(larger, bytes->data, bytes->length);
        free_bytes(bytes);
        bytes->data = larger;
        bytes->space = space;
    }
    bytes->data[bytes->length++] = b;
}

struct key {
    struct bytes primary, accent, letter_case, form, marks;
    DWORD flags;
    DWORD place; /* of the next unit, for word marks */
};

static void add_primary(struct key *key, BYTE class, WORD value)
{
    add_byte(&key->primary, (BYTE)(class * 4 + (value >> 14)));
    add_byte(&key->primary, (BYTE)(2 + (value >> 7 & 0x7f)));
    add_byte(&key->primary, (BYTE)(2 + (value & 0x7f)));
}

static void add_element(struct key *key, struct weight weight)
{
    DWORD flags = key->flags;

    if (weight.class == CLASS_IGNORED)
        return;
    if (flags & NORM_IGNORESYMBOLS &&
        (weight.class == CLASS_SPACE || weight.class == CLASS_PUNCTUATION ||
         weight.class == CLASS_SYMBOL))
        return;
    add_primary(key, weight.class, weight.primary);
    add_byte(&key->accent, flags & NORM_IGNORENONSPACE ? 2 : weight.accent);
    if (flags & (NORM_IGNORECASE | LINGUISTIC_IGNORECASE))
        weight.letter_case =
            weight.letter_case == 3 || weight.letter_case == 2 ? weight.letter_case : 2;
    add_byte(&key->letter_case, weight.letter_case);
    if (flags & NORM_IGNOREKANATYPE && (weight.form & 0x3f) == 3)
        weight.form = (BYTE)((weight.form & ~0x3f) | 2);
    if (flags & NORM_IGNOREWIDTH)
        weight.form &= 0x3f;
    add_byte(&key->form, weight.form);
}

/* One unit that is not decomposed any more; `form` adds a width to its weight. */
static void add_unit(struct key *key, WCHAR c, BYTE width)
{
    struct weight weight;

    if (combining_class(c) && key->accent.length) {
        BYTE *last = &key->accent.data[key->accent.length - 1];

        /* Several accents of one letter add up, in their canonical order. */
        if (!(key->flags & (NORM_IGNORENONSPACE | LINGUISTIC_IGNOREDIACRITIC)))
            *last = (BYTE)(3 + (*last * 31 + (c & 0xff)) % 250);
        return;
    }
    if (is_word_mark(c) && !(key->flags & SORT_STRINGSORT)) {
        if (!(key->flags & NORM_IGNORESYMBOLS)) {
            add_byte(&key->marks, (BYTE)(2 + (key->place >> 14 & 0x7f)));
            add_byte(&key->marks, (BYTE)(2 + (key->place >> 7 & 0x7f)));
            add_byte(&key->marks, (BYTE)(2 + (key->place & 0x7f)));
            add_byte(&key->marks, (BYTE)(c == L'\'' ? 3 : c == L'-' ? 4 : 5));
        }
        return;
    }
    for (SIZE_T i = 0; c >= 0xc0 && c < 0x1f00 && i < ARRAYSIZE(letters); i++) {
        if (letters[i].c != c)
            continue;
        weight = base_weight(letters[i].first);
        weight.accent = letters[i].accent;
        add_element(key, weight);
        if (letters[i].second)
            add_element(key, base_weight(letters[i].second));
        return;
    }
    weight = base_weight(c);
    weight.form |= width;
    add_element(key, weight);
}

#define WIDE_FORM 0x40
#define NARROW_FORM 0x80

/* A run of digits as a number: how many there are, then they themselves. */
static SIZE_T add_number(struct key *key, const WCHAR *text, SIZE_T length)
{
    SIZE_T run = 0, zeros = 0;

    while (run < length && is_digit(text[run]))
        run++;
    while (zeros + 1 < run && !digit_value(text[zeros]))
        zeros++;
    add_primary(key, CLASS_DIGIT, (WORD)(0x1000 + (run - zeros > 0x2fff ? 0x2fff : run - zeros)));
    for (SIZE_T i = zeros; i < run; i++)
        add_element(key, base_weight(text[i]));
    return run;
}

static void build(struct key *key, const WCHAR *text, SIZE_T length, DWORD flags)
{
    init_bytes(&key->primary);
    init_bytes(&key->accent);
    init_bytes(&key->letter_case);
    init_bytes(&key->form);
    init_bytes(&key->marks);
    key->flags = flags;
    for (SIZE_T i = 0; i < length; i++) {
        WCHAR c = text[i], parts[MAXIMUM_DECOMPOSITION];
        BYTE width = c >= 0xff01 && c <= 0xff60   ? WIDE_FORM
                     : c >= 0xff61 && c <= 0xffdc ? NARROW_FORM
                                                  : 0;
        UINT count;

        key->place = (DWORD)key->accent.length;
        if (flags & SORT_DIGITSASNUMBERS && is_digit(c)) {
            i += add_number(key, text + i, length - i) - 1;
            continue;
        }
        if (c < 0x80) {
            add_unit(key, c, 0);
            continue;
        }
        count = decompose(c, width != 0, parts);
        for (UINT j = 0; j < count; j++)
            add_unit(key, parts[j], width);
        if (!count)
            add_unit(key, c, width);
    }
}

static void drop_usual(struct bytes *bytes)
{
    while (bytes->length && bytes->data[bytes->length - 1] == 2)
        bytes->length--;
}

static void finish(struct key *key)
{
    drop_usual(&key->accent);
    drop_usual(&key->letter_case);
    drop_usual(&key->form);
}

static void release(struct key *key)
{
    free_bytes(&key->primary);
    free_bytes(&key->accent);
    free_bytes(&key->letter_case);
    free_bytes(&key->form);
    free_bytes(&key->marks);
}

static BOOL failed(const struct key *key)
{
    return key->primary.failed || key->accent.failed || key->letter_case.failed ||
           key->form.failed || key->marks.failed;
}

static int compare_bytes(const struct bytes *a, const struct bytes *b)
{
    SIZE_T length = a->length < b->length ? a->length : b->length;
    int order = memcmp(a->data, b->data, length);

    return order ? order : a->length < b->length ? -1 : a->length > b->length;
}

static int compare_keys(const struct key *a, const struct key *b)
{
    int order = compare_bytes(&a->primary, &b->primary);

    if (!order)
        order = compare_bytes(&a->accent, &b->accent);
    if (!order)
        order = compare_bytes(&a->letter_case, &b->letter_case);
    if (!order)
        order = compare_bytes(&a->form, &b->form);
    return order ? order : compare_bytes(&a->marks, &b->marks);
}

/* ---- Comparing ---- */

#define COMPARE_FLAGS                                                                              \
    (NORM_IGNORECASE | NORM_IGNORENONSPACE | NORM_IGNORESYMBOLS | NORM_IGNOREWIDTH |               \
     NORM_IGNOREKANATYPE | NORM_LINGUISTIC_CASING | LINGUISTIC_IGNORECASE |                        \
     LINGUISTIC_IGNOREDIACRITIC | SORT_STRINGSORT | SORT_DIGITSASNUMBERS | LOCALE_USE_CP_ACP)

static BOOL known_locale(LPCWSTR name)
{
    return !name || !*name || !wcscmp(name, LOCALE_NAME_SYSTEM_DEFAULT) || IsValidLocaleName(name);
}

int WINAPI CompareStringEx(LPCWSTR locale, DWORD flags, LPCWCH first, int first_length,
                           LPCWCH second, int second_length, LPNLSVERSIONINFO version,
                           LPVOID reserved, LPARAM handle)
{
    struct key a, b;
    int order;
    BOOL no_memory;

    (void)version;
    if (!first || !second || reserved || handle || !known_locale(locale) || first_length < -1 ||
        second_length < -1)
        return fail(ERROR_INVALID_PARAMETER);
    if (flags & ~(DWORD)COMPARE_FLAGS)
        return fail(ERROR_INVALID_FLAGS);
    if (first_length < 0)
        first_length = (int)wcslen(first);
    if (second_length < 0)
        second_length = (int)wcslen(second);
    if (first_length == second_length &&
        !memcmp(first, second, (SIZE_T)first_length * sizeof(*first)))
        return CSTR_EQUAL;
    build(&a, first, (SIZE_T)first_length, flags);
    build(&b, second, (SIZE_T)second_length, flags);
    finish(&a);
    finish(&b);
    order = compare_keys(&a, &b);
    no_memory = failed(&a) || failed(&b);
    release(&a);
    release(&b);
    if (no_memory)
        return fail(ERROR_OUTOFMEMORY);
    return order < 0 ? CSTR_LESS_THAN : order ? CSTR_GREATER_THAN : CSTR_EQUAL;
}

int WINAPI CompareStringW(LCID locale, DWORD flags, LPCWCH first, int first_length, LPCWCH second,
                          int second_length)
{
    if (!IsValidLocale(locale, 0) && locale != LOCALE_USER_DEFAULT &&
        locale != LOCALE_SYSTEM_DEFAULT && locale != LOCALE_NEUTRAL && locale != LOCALE_INVARIANT)
        return fail(ERROR_INVALID_PARAMETER);
    return CompareStringEx(NULL, flags, first, first_length < 0 ? -1 : first_length, second,
                           second_length < 0 ? -1 : second_length, NULL, NULL, 0);
}

int WINAPI CompareStringA(LCID locale, DWORD flags, PCNZCH first, int first_length, PCNZCH second,
                          int second_length)
{
    WCHAR *a = NULL, *b = NULL;
    int a_length = 0, b_length = 0, result = 0;

    if (!first || !second)
        return fail(ERROR_INVALID_PARAMETER);
    if (first_length < 0)
        first_length = (int)strlen(first);
    if (second_length < 0)
        second_length = (int)strlen(second);
    a = heap_alloc(((SIZE_T)first_length + 1) * sizeof(*a));
    b = heap_alloc(((SIZE_T)second_length + 1) * sizeof(*b));
    if (a && b) {
        if (first_length)
            a_length = MultiByteToWideChar(CP_ACP, 0, first, first_length, a, first_length);
        if (second_length)
            b_length = MultiByteToWideChar(CP_ACP, 0, second, second_length, b, second_length);
        result = CompareStringW(locale, flags, a, a_length, b, b_length);
    }
    heap_free(a);
    heap_free(b);
    return result;
}

int WINAPI CompareStringOrdinal(LPCWCH first, int first_length, LPCWCH second, int second_length,
                                BOOL ignore_case)
{
    LONG order;

    if (!first || !second || first_length < -1 || second_length < -1)
        return fail(ERROR_INVALID_PARAMETER);
    if (first_length < 0)
        first_length = (int)wcslen(first);
    if (second_length < 0)
        second_length = (int)wcslen(second);
    order = RtlCompareUnicodeStrings(first, (SIZE_T)first_length, second, (SIZE_T)second_length,
                                     ignore_case != 0);
    return order < 0 ? CSTR_LESS_THAN : order ? CSTR_GREATER_THAN : CSTR_EQUAL;
}

/* ---- Mapping ---- */

#define CASE_FLAGS (LCMAP_LOWERCASE | LCMAP_UPPERCASE) /* both: title case */
#define WIDTH_FLAGS (LCMAP_HALFWIDTH | LCMAP_FULLWIDTH)
#define KANA_FLAGS (LCMAP_HIRAGANA | LCMAP_KATAKANA)
#define STRIP_FLAGS (NORM_IGNORENONSPACE | NORM_IGNORESYMBOLS)

static int sort_key(DWORD flags, const WCHAR *source, SIZE_T length, BYTE *buffer, int size)
{
    struct key key;
    const struct bytes *levels[5];
    SIZE_T needed = 0;
    int result = 0;

    build(&key, source, length, flags);
    finish(&key);
    levels[0] = &key.primary;
    levels[1] = &key.accent;
    levels[2] = &key.letter_case;
    levels[3] = &key.form;
    levels[4] = &key.marks;
    for (int i = 0; i < 5; i++)
        needed += levels[i]->length + 1;
    if (failed(&key)) {
        fail(ERROR_OUTOFMEMORY);
    } else if (needed > MAXLONG || (size && needed > (SIZE_T)size)) {
        fail(ERROR_INSUFFICIENT_BUFFER);
    } else {
        result = (int)needed;
        for (int i = 0; size && i < 5; i++) {
            memcpy(buffer, levels[i]->data, levels[i]->length);
            buffer += levels[i]->length;
            *buffer++ = i < 4 ? 1 : 0;
        }
    }
    release(&key);
    return result;
}

struct mapped {
    WCHAR *text;
    int size, length;
};

static void put(struct mapped *out, WCHAR c, DWORD flags)
{
    if (flags & LCMAP_BYTEREV)
        c = (WCHAR)(c >> 8 | c << 8);
    if (out->length < out->size)
        out->text[out->length] = c;
    out->length++;
}

/* The wide form of a narrow one, and back; half-width katakana by their decompositions. */
static WCHAR to_full(WCHAR c)
{
    WCHAR parts[MAXIMUM_DECOMPOSITION];

    if (c == L' ')
        return 0x3000;
    if (c > 0x20 && c < 0x7f)
        return (WCHAR)(c - 0x21 + 0xff01);
    if (c >= 0xff61 && c <= 0xffdc && decompose(c, TRUE, parts) == 1)
        return parts[0];
    return c;
}

static WCHAR to_half(WCHAR c)
{
    WCHAR parts[MAXIMUM_DECOMPOSITION];

    if (c == 0x3000)
        return L' ';
    if (c >= 0xff01 && c <= 0xff5e)
        return (WCHAR)(c - 0xff01 + 0x21);
    if (c >= 0x3001 && c <= 0x30ff)
        for (WCHAR half = 0xff61; half <= 0xff9f; half++)
            if (decompose(half, TRUE, parts) == 1 && parts[0] == c)
                return half;
    return c;
}

static int map(DWORD flags, const WCHAR *source, SIZE_T length, WCHAR *buffer, int size)
{
    struct mapped out = {.text = buffer, .size = size};
    BOOL in_word = FALSE;

    for (SIZE_T i = 0; i < length; i++) {
        WCHAR c = source[i], parts[MAXIMUM_DECOMPOSITION];
        UINT count = 1;

        if (flags & NORM_IGNORESYMBOLS && char_type(1, c) & (C1_PUNCT | C1_SPACE))
            continue;
        parts[0] = c;
        if (flags & NORM_IGNORENONSPACE) {
            if (combining_class(c))
                continue;
            /* Windows drops the marks of precomposed letters as well. */
            if (decompose(c, FALSE, parts))
                c = parts[0];
        }
        if (flags & LCMAP_HIRAGANA)
            c = to_hiragana(c);
        if (flags & LCMAP_KATAKANA)
            c = to_katakana(c);
        if ((flags & CASE_FLAGS) == CASE_FLAGS) {
            BOOL letter = (char_type(1, c) & C1_ALPHA) != 0;

            c = letter && !in_word ? RtlUpcaseUnicodeChar(c) : RtlDowncaseUnicodeChar(c);
            in_word = letter || c == L'\'';
        } else if (flags & LCMAP_UPPERCASE) {
            c = RtlUpcaseUnicodeChar(c);
        } else if (flags & LCMAP_LOWERCASE) {
            c = RtlDowncaseUnicodeChar(c);
        }
        parts[0] = c;
        if (flags & LCMAP_FULLWIDTH) {
            c = to_full(c);
            /* A half-width kana and its mark are one full-width letter. */
            if (i + 1 < length && (source[i + 1] == 0xff9e || source[i + 1] == 0xff9f)) {
                DWORD both = compose(c, source[i + 1] == 0xff9e ? 0x3099 : 0x309a);

                if (both) {
                    c = (WCHAR)both;
                    i++;
                }
            }
            parts[0] = c;
        } else if (flags & LCMAP_HALFWIDTH) {
            if (c >= 0x30a0 && c <= 0x30ff)
                count = decompose(c, FALSE, parts);
            if (!count || (c >= 0x30a0 && count == 1)) {
                count = 1;
                parts[0] = c;
            }
            for (UINT j = 0; j < count; j++)
                parts[j] = parts[j] == 0x3099   ? 0xff9e
                           : parts[j] == 0x309a ? 0xff9f
                                                : to_half(parts[j]);
        }
        for (UINT j = 0; j < count; j++)
            put(&out, parts[j], flags);
    }
    if (size && out.length > size)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    return out.length;
}

int WINAPI LCMapStringEx(LPCWSTR locale, DWORD flags, LPCWSTR source, int length, LPWSTR buffer,
                         int size, LPNLSVERSIONINFO version, LPVOID reserved, LPARAM handle)
{
    const DWORD mapping = CASE_FLAGS | WIDTH_FLAGS | KANA_FLAGS | LCMAP_BYTEREV;

    (void)version;
    (void)reserved;
    (void)handle;
    if (!source || !length || length < -1 || size < 0 || (size && !buffer) || !known_locale(locale))
        return fail(ERROR_INVALID_PARAMETER);
    if (length < 0)
        length = (int)wcslen(source) + 1;
    if (flags & LCMAP_SORTKEY) {
        if ((const void *)source == buffer || flags & mapping)
            return fail(ERROR_INVALID_FLAGS);
        if (source[length - 1] == 0)
            length--; /* a NUL that was counted is no part of the key */
        return sort_key(flags, source, (SIZE_T)length, (BYTE *)buffer, size);
    }
    if (flags & (LCMAP_SIMPLIFIED_CHINESE | LCMAP_TRADITIONAL_CHINESE | LCMAP_HASH))
        return fail(ERROR_NOT_SUPPORTED);
    if ((flags & WIDTH_FLAGS) == WIDTH_FLAGS || (flags & KANA_FLAGS) == KANA_FLAGS ||
        !(flags & (mapping | STRIP_FLAGS)) ||
        flags & ~(mapping | STRIP_FLAGS | LCMAP_LINGUISTIC_CASING | LOCALE_USE_CP_ACP))
        return fail(ERROR_INVALID_FLAGS);
    /* In place only where the text keeps its length. */
    if (size && (const void *)source == buffer && flags & ~(DWORD)(CASE_FLAGS))
        return fail(ERROR_INVALID_FLAGS);
    return map(flags, source, (SIZE_T)length, buffer, size);
}

int WINAPI LCMapStringW(LCID locale, DWORD flags, LPCWSTR source, int length, LPWSTR buffer,
                        int size)
{
    (void)locale;
    return LCMapStringEx(NULL, flags, source, length < 0 ? -1 : length, buffer, size, NULL, NULL,
                         0);
}

int WINAPI LCMapStringA(LCID locale, DWORD flags, LPCSTR source, int length, LPSTR buffer, int size)
{
    WCHAR *wide, *result = NULL;
    int units, mapped, bytes = 0;

    if (!source || !length || size < 0 || (size && !buffer))
        return fail(ERROR_INVALID_PARAMETER);
    units = MultiByteToWideChar(CP_ACP, 0, source, length, NULL, 0);
    wide = units ? heap_alloc((SIZE_T)units * sizeof(*wide)) : NULL;
    if (!wide)
        return 0;
    MultiByteToWideChar(CP_ACP, 0, source, length, wide, units);
    if (flags & LCMAP_SORTKEY) {
        bytes = LCMapStringW(locale, flags, wide, units, (WCHAR *)buffer, size);
    } else {
        mapped = LCMapStringW(locale, flags, wide, units, NULL, 0);
        result = mapped ? heap_alloc((SIZE_T)mapped * sizeof(*result)) : NULL;
        if (result) {
            mapped = LCMapStringW(locale, flags, wide, units, result, mapped);
            bytes = WideCharToMultiByte(CP_ACP, 0, result, mapped, buffer, size, NULL, NULL);
        }
    }
    heap_free(wide);
    heap_free(result);
    return bytes;
}

/* ---- Searching ---- */

#define FIND_WAYS (FIND_STARTSWITH | FIND_ENDSWITH | FIND_FROMSTART | FIND_FROMEND)

/* Whether some prefix of `text` equals `value`; its length. */
static BOOL prefix(const WCHAR *text, int length, const struct key *value, int value_length,
                   DWORD flags, int *found, BOOL whole)
{
    /* Equal strings differ in length by decompositions and ignored characters alone. */
    int limit = value_length > (MAXLONG - 16) / 4 ? length : value_length * 4 + 16;
    BOOL equal = FALSE;

    for (int n = whole ? length : 0; n <= length && (whole || n <= limit); n++) {
        struct key key;

        build(&key, text, (SIZE_T)n, flags);
        finish(&key);
        equal = !compare_keys(&key, value);
        release(&key);
        if (equal) {
            *found = n;
            break;
        }
    }
    return equal;
}

int WINAPI FindNLSStringEx(LPCWSTR locale, DWORD flags, LPCWSTR source, int length, LPCWSTR value,
                           int value_length, LPINT found, LPNLSVERSIONINFO version, LPVOID reserved,
                           LPARAM handle)
{
    DWORD way = flags & FIND_WAYS;
    struct key key;
    int at = -1, matched = 0;

    (void)version;
    if (!source || !value || length < -1 || value_length < -1 || !length || !value_length ||
        reserved || handle || !known_locale(locale)) {
        fail(ERROR_INVALID_PARAMETER);
        return -1;
    }
    if (way & (way - 1)) {
        fail(ERROR_INVALID_FLAGS);
        return -1;
    }
    if (length < 0)
        length = (int)wcslen(source);
    if (value_length < 0)
        value_length = (int)wcslen(value);
    flags &= ~(DWORD)FIND_WAYS;
    build(&key, value, (SIZE_T)value_length, flags);
    finish(&key);
    if (way == FIND_STARTSWITH) {
        if (prefix(source, length, &key, value_length, flags, &matched, FALSE))
            at = 0;
    } else if (way == FIND_ENDSWITH) {
        for (int i = length; i >= 0 && at < 0; i--)
            if (prefix(source + i, length - i, &key, value_length, flags, &matched, TRUE))
                at = i;
    } else if (way == FIND_FROMEND) {
        for (int i = length; i >= 0 && at < 0; i--)
            if (prefix(source + i, length - i, &key, value_length, flags, &matched, FALSE))
                at = i;
    } else {
        for (int i = 0; i <= length && at < 0; i++)
            if (prefix(source + i, length - i, &key, value_length, flags, &matched, FALSE))
                at = i;
    }
    release(&key);
    if (at >= 0 && found)
        *found = matched;
    fail(ERROR_SUCCESS);
    return at;
}

int WINAPI FindNLSString(LCID locale, DWORD flags, LPCWSTR source, int length, LPCWSTR value,
                         int value_length, LPINT found)
{
    (void)locale;
    return FindNLSStringEx(NULL, flags, source, length, value, value_length, found, NULL, NULL, 0);
}

int WINAPI FindStringOrdinal(DWORD flags, LPCWSTR source, int length, LPCWSTR value,
                             int value_length, BOOL ignore_case)
{
    int first, last, step;

    if (!source || !value || length < -1 || value_length < -1) {
        fail(ERROR_INVALID_PARAMETER);
        return -1;
    }
    if (length < 0)
        length = (int)wcslen(source);
    if (value_length < 0)
        value_length = (int)wcslen(value);
    fail(ERROR_SUCCESS);
    if (value_length > length)
        return -1;
    last = length - value_length;
    switch (flags) {
    case 0:
    case FIND_FROMSTART:
        first = 0, step = 1;
        break;
    case FIND_FROMEND:
        first = last, last = 0, step = -1;
        break;
    case FIND_STARTSWITH:
        first = last = 0, step = 1;
        break;
    case FIND_ENDSWITH:
        first = last, step = 1;
        break;
    default:
        fail(ERROR_INVALID_FLAGS);
        return -1;
    }
    for (int i = first; step > 0 ? i <= last : i >= last; i += step)
        if (!RtlCompareUnicodeStrings(source + i, (SIZE_T)value_length, value, (SIZE_T)value_length,
                                      ignore_case != 0))
            return i;
    return -1;
}

/* ---- Folding ---- */

int WINAPI FoldStringW(DWORD flags, LPCWCH source, int length, LPWSTR buffer, int size)
{
    const DWORD forms = MAP_PRECOMPOSED | MAP_COMPOSITE;
    struct mapped out = {.text = buffer, .size = size};

    if (!source || !length || size < 0 || (size && (!buffer || source == buffer)))
        return fail(ERROR_INVALID_PARAMETER);
    if (!flags || flags & ~(DWORD)(forms | MAP_FOLDCZONE | MAP_FOLDDIGITS | MAP_EXPAND_LIGATURES) ||
        (flags & forms) == forms)
        return fail(ERROR_INVALID_FLAGS);
    if (length < 0)
        length = (int)wcslen(source) + 1;
    for (int i = 0; i < length; i++) {
        WCHAR c = source[i], parts[MAXIMUM_DECOMPOSITION];
        UINT count = 0;

        if (flags & MAP_FOLDDIGITS && is_digit(c)) {
            put(&out, (WCHAR)(L'0' + digit_value(c)), 0);
            continue;
        }
        if (flags & MAP_EXPAND_LIGATURES) {
            for (SIZE_T j = 0; j < ARRAYSIZE(letters) && !count; j++)
                if (letters[j].c == c && letters[j].second) {
                    parts[0] = letters[j].first;
                    parts[1] = letters[j].second;
                    count = 2;
                }
            if (!count && c >= 0xfb00 && c <= 0xfb06)
                count = decompose(c, TRUE, parts);
        }
        /* The compatibility zone: forms of another width or position, one unit each. */
        if (!count && flags & MAP_FOLDCZONE && c >= 0xf900)
            count = decompose(c, TRUE, parts);
        if (!count && flags & MAP_COMPOSITE)
            count = decompose(c, FALSE, parts);
        if (!count && flags & MAP_PRECOMPOSED) {
            while (i + 1 < length && combining_class(source[i + 1])) {
                DWORD both = compose(c, source[i + 1]);

                if (!both || both > 0xffff)
                    break;
                c = (WCHAR)both;
                i++;
            }
        }
        for (UINT j = 0; j < count; j++)
            put(&out, parts[j], 0);
        if (!count)
            put(&out, c, 0);
    }
    if (size && out.length > size)
        return fail(ERROR_INSUFFICIENT_BUFFER);
    return out.length;
}
