/*
 * setlocale and _create_locale, the global locale and the threads' own, and the look-ups that
 * the rest of the runtime asks.
 */
#include "locale_data.h"

char **__sys_errlist(void);
unsigned char *__p__mbctype(void);
void crt_os_version_init(void);

struct crt_locale *crt_locale_global = &crt_locale_c; /* written under CRT_LOCK_LOCALE */
int crt_locale_per_thread;                            /* set once, never cleared */

static char c_point[] = ".", c_empty[] = "", c_text[] = "C";
static wchar_t c_wpoint[] = L".", c_wempty[] = L"", c_wtext[] = L"C";

#define C_CATEGORY {c_text, c_wtext, NULL, 0}
struct crt_locale crt_locale_c = {
#ifdef CRT_UCRT
    .pub = {crt_ctype_c + CRT_CTYPE_ZERO, 1, 0},
#else
    .pub = {.refcount = 1, .lc_clike = 1, .mb_cur_max = 1, .ctype1 = NULL,
            .lconv = (struct lconv *)&crt_locale_c.lconv,
            .pctype = crt_ctype_c + CRT_CTYPE_ZERO, .pclmap = crt_lower_c, .pcumap = crt_upper_c},
#endif
    .cat = {C_CATEGORY, C_CATEGORY, C_CATEGORY, C_CATEGORY, C_CATEGORY, C_CATEGORY},
    .pctype = crt_ctype_c + CRT_CTYPE_ZERO,
    .lower = crt_lower_c,
    .upper = crt_upper_c,
    .mb_cur_max = 1,
    .lconv = {c_point, c_empty, c_empty, c_empty, c_empty, c_empty, c_empty, c_empty, c_empty,
              c_empty, 127, 127, 127, 127, 127, 127, 127, 127, c_wpoint, c_wempty, c_wempty,
              c_wempty, c_wempty, c_wempty, c_wempty, c_wempty},
    .time = &crt_time_names_c,
};

/* Old programs read these as data; they follow the global locale. */
#ifdef CRT_MSVCRT
unsigned crt_data_lc_codepage, crt_data_lc_collate_cp;
int crt_data_mb_cur_max = 1;
LCID crt_data_lc_handle[CRT_LC_COUNT];
const unsigned short *crt_data_pctype = crt_ctype_c + CRT_CTYPE_ZERO;
const unsigned short *crt_data_pwctype = crt_wctype_256 + CRT_CTYPE_ZERO;
int crt_data_setlc_active, crt_data_unguarded_readlc_active; /* never set: readers need no guard */
#endif

static const wchar_t *const category_names[CRT_LC_COUNT] = {
    [CRT_LC_COLLATE] = L"LC_COLLATE", [CRT_LC_CTYPE] = L"LC_CTYPE",
    [CRT_LC_MONETARY] = L"LC_MONETARY", [CRT_LC_NUMERIC] = L"LC_NUMERIC",
    [CRT_LC_TIME] = L"LC_TIME",
};

void crt_locale_init(void)
{
#ifdef CRT_MSVCRT
    /* What its programs read as data must be there before they run. */
    __sys_errlist();
    __p__mbctype();
    crt_os_version_init();
#endif
}

void crt_locale_thread_exit(struct crt_thread *t)
{
    t->locale = NULL;
}

/* ---- choices per category ----------------------------------------------------------------- */

struct choices {
    struct crt_locale_choice cat[CRT_LC_COUNT];
};

static void choice_from_category(struct crt_locale_choice *to, const struct crt_category *from)
{
    wcscpy(to->text, from->wtext);
    wcscpy(to->name, from->name ? from->name : L"");
    to->codepage = from->codepage;
}

/* "LC_COLLATE=...;LC_CTYPE=..." as setlocale(LC_ALL, NULL) gives it. */
static bool parse_combined(const wchar_t *s, int category, struct choices *to)
{
    bool any = false;

    while (*s) {
        size_t key = wcscspn(s, L"=;"), len;
        int c = CRT_LC_COLLATE;
        wchar_t value[160];

        while (c < CRT_LC_COUNT &&
               (wcslen(category_names[c]) != key || wcsncmp(category_names[c], s, key)))
            c++;
        if (c == CRT_LC_COUNT || s[key] != '=')
            return false;
        s += key + 1;
        len = wcscspn(s, L";");
        if (!len || len >= CRT_COUNT(value))
            return false;
        wcsncpy(value, s, len);
        value[len] = 0;
        s += len + (s[len] == ';');
        if (category == CRT_LC_ALL || category == c) {
            if (!crt_locale_resolve(value, &to->cat[c]))
                return false;
            any = true;
        }
    }
    return any;
}

static bool choose(const wchar_t *text, int category, struct choices *to)
{
    if (!wcsncmp(text, L"LC_", 3))
        return parse_combined(text, category, to);
    struct crt_locale_choice one;
    if (!crt_locale_resolve(text, &one))
        return false;
    for (int c = CRT_LC_COLLATE; c < CRT_LC_COUNT; c++)
        if (category == CRT_LC_ALL || category == c)
            to->cat[c] = one;
    return true;
}

/* ---- interning ---------------------------------------------------------------------------- */

static bool same(const struct crt_locale *l, const struct choices *want)
{
    for (int c = CRT_LC_COLLATE; c < CRT_LC_COUNT; c++) {
        const struct crt_category *have = &l->cat[c];
        if (have->codepage != want->cat[c].codepage || wcscmp(have->wtext, want->cat[c].text) ||
            wcscmp(have->name ? have->name : L"", want->cat[c].name))
            return false;
    }
    return true;
}

static bool set_category(struct crt_category *to, const struct crt_locale_choice *from)
{
    to->codepage = from->codepage;
    to->wtext = _wcsdup(from->text);
    to->text = crt_narrow_dup(from->text, from->codepage);
    to->name = from->name[0] ? _wcsdup(from->name) : NULL;
    return to->wtext && to->text && (to->name || !from->name[0]);
}

static bool set_combined(struct crt_locale *l)
{
    struct crt_category *all = &l->cat[CRT_LC_ALL];
    size_t len = 0, wlen = 0;
    bool equal = true;

    for (int c = CRT_LC_COLLATE; c < CRT_LC_COUNT; c++) {
        len += wcslen(category_names[c]) + strlen(l->cat[c].text) + 2;
        wlen += wcslen(category_names[c]) + wcslen(l->cat[c].wtext) + 2;
        equal = equal && !wcscmp(l->cat[c].wtext, l->cat[CRT_LC_COLLATE].wtext);
    }
    if (equal) {
        all->text = l->cat[CRT_LC_COLLATE].text;
        all->wtext = l->cat[CRT_LC_COLLATE].wtext;
        return true;
    }
    char *text = all->text = malloc(len);
    wchar_t *wtext = all->wtext = malloc(wlen * sizeof *wtext);
    if (!text || !wtext)
        return false;
    for (int c = CRT_LC_COLLATE; c < CRT_LC_COUNT; c++) {
        for (const wchar_t *k = category_names[c]; *k; k++)
            *text++ = (char)(*wtext++ = *k);
        *text++ = (char)(*wtext++ = '=');
        strcpy(text, l->cat[c].text);
        wcscpy(wtext, l->cat[c].wtext);
        text += strlen(text);
        wtext += wcslen(wtext);
        *text++ = (char)(*wtext++ = ';');
    }
    text[-1] = 0;
    wtext[-1] = 0;
    return true;
}

/* Under CRT_LOCK_LOCALE. A half-built object after lack of memory is abandoned, not freed. */
static struct crt_locale *intern(const struct choices *want)
{
    struct crt_locale *l;

    for (l = &crt_locale_c; l; l = l->next)
        if (same(l, want))
            return l;
    l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    for (int c = CRT_LC_COLLATE; c < CRT_LC_COUNT; c++)
        if (!set_category(&l->cat[c], &want->cat[c]))
            return NULL;
    if (!set_combined(l) || !crt_locale_build(l))
        return NULL;
#ifdef CRT_UCRT
    l->pub.pctype = l->pctype;
    l->pub.mb_cur_max = l->mb_cur_max;
    l->pub.lc_codepage = l->cat[CRT_LC_CTYPE].codepage;
#else
    l->pub.refcount = 1;
    l->pub.lc_codepage = l->cat[CRT_LC_CTYPE].codepage;
    l->pub.lc_collate_cp = l->cat[CRT_LC_COLLATE].codepage;
    for (int c = CRT_LC_COLLATE; c < CRT_LC_COUNT; c++) {
        if (l->cat[c].name)
            l->pub.lc_handle[c] = LocaleNameToLCID(l->cat[c].name, 0);
        l->pub.lc_category[c].locale = l->cat[c].text;
        l->pub.lc_category[c].wlocale = l->cat[c].wtext;
    }
    l->pub.lc_clike = !l->cat[CRT_LC_CTYPE].name;
    l->pub.mb_cur_max = l->mb_cur_max;
    l->pub.lconv = (struct lconv *)&l->lconv;
    l->pub.pctype = l->pctype;
    l->pub.pclmap = l->lower;
    l->pub.pcumap = l->upper;
#endif
    for (int c = CRT_LC_COLLATE; c < CRT_LC_COUNT; c++)
        l->names[c] = l->cat[c].name;
    l->next = crt_locale_c.next;
    crt_locale_c.next = l;
    return l;
}

/* ---- setlocale ---------------------------------------------------------------------------- */

static void publish(struct crt_locale *l)
{
    struct crt_thread *t = crt_thread();

    if (t->locale) {
        t->locale = l;
        return;
    }
    __atomic_store_n(&crt_locale_global, l, __ATOMIC_RELEASE);
#ifdef CRT_MSVCRT
    crt_data_lc_codepage = l->pub.lc_codepage;
    crt_data_lc_collate_cp = l->pub.lc_collate_cp;
    crt_data_mb_cur_max = l->mb_cur_max;
    crt_data_pctype = l->pctype;
    for (int c = 0; c < CRT_LC_COUNT; c++)
        crt_data_lc_handle[c] = l->pub.lc_handle[c];
#endif
}

static const struct crt_category *set(int category, const wchar_t *text)
{
    CRT_CHECK(category >= CRT_LC_ALL && category < CRT_LC_COUNT, EINVAL, NULL);
    if (!text)
        return &crt_locale_of(NULL)->cat[category];

    struct choices *want = malloc(sizeof *want);
    const struct crt_category *result = NULL;
    if (!want)
        return NULL;
    _lock(CRT_LOCK_LOCALE);
    const struct crt_locale *now = crt_locale_of(NULL);
    for (int c = CRT_LC_COLLATE; c < CRT_LC_COUNT; c++)
        choice_from_category(&want->cat[c], &now->cat[c]);
    if (choose(text, category, want)) {
        struct crt_locale *l = intern(want);
        if (l) {
            publish(l);
            result = &l->cat[category];
        }
    }
    _unlock(CRT_LOCK_LOCALE);
    free(want);
    return result;
}

wchar_t *_wsetlocale(int category, const wchar_t *text)
{
    const struct crt_category *c = set(category, text);
    return c ? c->wtext : NULL;
}

/* Names of locales are in the code page of the locale in effect; nearly always ASCII. */
static wchar_t *widen(const char *s)
{
    size_t len = strlen(s);
    wchar_t *w = malloc((len + 1) * sizeof *w), *p = w;

    if (!w)
        return NULL;
    for (int n; (n = crt_mbtowc(p, s, len + 1, NULL)) > 0; p++) {
        s += n;
        len -= (size_t)n;
    }
    *p = 0;
    return w;
}

char *setlocale(int category, const char *text)
{
    wchar_t *w = text ? widen(text) : NULL;

    if (text && !w)
        return NULL;
    const struct crt_category *c = set(category, w);
    free(w);
    return c ? c->text : NULL;
}

int _configthreadlocale(int type)
{
    enum { ENABLE = 1, DISABLE = 2 };
    struct crt_thread *t = crt_thread();
    int was = t->locale ? ENABLE : DISABLE;

    switch (type) {
    case 0:
        return was;
    case ENABLE:
        if (!t->locale)
            t->locale = crt_locale_global;
        __atomic_store_n(&crt_locale_per_thread, 1, __ATOMIC_RELAXED);
        return was;
    case DISABLE:
        t->locale = NULL;
        return was;
    }
    CRT_CHECK(0, EINVAL, -1);
}

/* ---- locale objects ----------------------------------------------------------------------- */

/* mbs_codepage.c: the multibyte tables that belong to a code page. */
void *crt_mbc_for_codepage(unsigned codepage);
void *crt_mbc_current(void);

_locale_t _wcreate_locale(int category, const wchar_t *text)
{
    if (category < CRT_LC_ALL || category >= CRT_LC_COUNT || !text)
        return NULL;
    struct choices *want = malloc(sizeof *want);
    _locale_t loc = malloc(sizeof *loc);
    struct crt_locale *l = NULL;

    if (want && loc) {
        for (int c = CRT_LC_COLLATE; c < CRT_LC_COUNT; c++)
            choice_from_category(&want->cat[c], &crt_locale_c.cat[c]);
        _lock(CRT_LOCK_LOCALE);
        if (choose(text, category, want))
            l = intern(want);
        _unlock(CRT_LOCK_LOCALE);
    }
    free(want);
    if (!l) {
        free(loc);
        return NULL;
    }
    loc->locinfo = (pthreadlocinfo)l;
    loc->mbcinfo = crt_mbc_for_codepage(l->cat[CRT_LC_CTYPE].codepage);
    return loc;
}

_locale_t _create_locale(int category, const char *text)
{
    wchar_t *w = text ? widen(text) : NULL;
    _locale_t loc = _wcreate_locale(category, w);

    free(w);
    return loc;
}

_locale_t _get_current_locale(void)
{
    _locale_t loc = malloc(sizeof *loc);

    if (!loc)
        return NULL;
    loc->locinfo = (pthreadlocinfo)crt_locale_of(NULL);
    loc->mbcinfo = crt_mbc_current();
    return loc;
}

void _free_locale(_locale_t loc)
{
    free(loc);
}

/* ---- look-ups ----------------------------------------------------------------------------- */

struct crt_lconv *localeconv(void)
{
    return (struct crt_lconv *)&crt_locale_of(NULL)->lconv;
}

unsigned crt_locale_codepage(_locale_t loc)
{
    return crt_locale_of(loc)->cat[CRT_LC_CTYPE].codepage;
}

int crt_locale_mb_cur_max(_locale_t loc)
{
    return crt_locale_of(loc)->mb_cur_max;
}

const char *crt_locale_point(_locale_t loc)
{
    return crt_locale_of(loc)->lconv.decimal_point;
}

wchar_t crt_locale_wpoint(_locale_t loc)
{
    return crt_locale_of(loc)->lconv.w_decimal_point[0];
}

unsigned ___lc_codepage_func(void)
{
    return crt_locale_codepage(NULL);
}

unsigned ___lc_collate_cp_func(void)
{
    return crt_locale_of(NULL)->cat[CRT_LC_COLLATE].codepage;
}

int ___mb_cur_max_func(void)
{
    return crt_locale_mb_cur_max(NULL);
}

int ___mb_cur_max_l_func(_locale_t loc)
{
    return crt_locale_mb_cur_max(loc);
}

#ifdef CRT_UCRT
/* Indexed by category; NULL means "C". */
wchar_t **___lc_locale_name_func(void)
{
    return (wchar_t **)crt_locale_of(NULL)->names;
}
#else
LCID *___lc_handle_func(void)
{
    return (LCID *)crt_locale_of(NULL)->pub.lc_handle;
}

/* Kept by old runtimes for programs that guarded their reads of __lc_handle. */
int ___setlc_active_func(void)
{
    return 0;
}

int *___unguarded_readlc_active_add_func(void)
{
    static int readers;
    return &readers;
}
#endif

/* For programs built with unsigned chars: CHAR_MAX in the "C" locale is 255 then. */
int __lconv_init(void)
{
    char *first = &crt_locale_c.lconv.int_frac_digits, *last = &crt_locale_c.lconv.n_sign_posn;

    for (char *p = first; p <= last; p++)
        *p = (char)255;
    return 0;
}

/* Guard a caller's sequence of locale calls against setlocale in other threads. */
void _lock_locales(void)
{
    _lock(CRT_LOCK_LOCALE);
}

void _unlock_locales(void)
{
    _unlock(CRT_LOCK_LOCALE);
}
