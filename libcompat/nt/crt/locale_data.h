/*
 * Locale objects. Every distinct combination of categories is built once, interned, and never
 * changed or freed, so readers need no lock and no reference count: the global locale and a
 * thread's own are plain pointers to such objects. A program makes only as many as it names.
 */
#ifndef LIBCOMPAT_NT_CRT_LOCALE_DATA_H
#define LIBCOMPAT_NT_CRT_LOCALE_DATA_H

#include "param.h"

enum { CRT_LC_ALL, CRT_LC_COLLATE, CRT_LC_CTYPE, CRT_LC_MONETARY, CRT_LC_NUMERIC, CRT_LC_TIME,
       CRT_LC_COUNT };

/* Bits of the character tables; the same as GetStringType's C1_ bits. */
enum {
    CT_UPPER = 1, CT_LOWER = 2, CT_DIGIT = 4, CT_SPACE = 8, CT_PUNCT = 0x10, CT_CNTRL = 0x20,
    CT_BLANK = 0x40, CT_XDIGIT = 0x80, CT_ALPHA1 = 0x100, CT_LEAD = 0x8000,
    CT_ALPHA = CT_ALPHA1 | CT_UPPER | CT_LOWER,
    CT_ALNUM = CT_ALPHA | CT_DIGIT,
    CT_GRAPH = CT_ALNUM | CT_PUNCT,
    CT_PRINT = CT_GRAPH | CT_BLANK,
};

/* The layout of struct lconv in both runtimes; msvcrt's programs see the first part. */
struct crt_lconv {
    char *decimal_point, *thousands_sep, *grouping, *int_curr_symbol, *currency_symbol;
    char *mon_decimal_point, *mon_thousands_sep, *mon_grouping, *positive_sign, *negative_sign;
    char int_frac_digits, frac_digits, p_cs_precedes, p_sep_by_space, n_cs_precedes;
    char n_sep_by_space, p_sign_posn, n_sign_posn;
    wchar_t *w_decimal_point, *w_thousands_sep, *w_int_curr_symbol, *w_currency_symbol;
    wchar_t *w_mon_decimal_point, *w_mon_thousands_sep, *w_positive_sign, *w_negative_sign;
};

/* What strftime needs of LC_TIME. Narrow forms are made from these on the way out. */
struct crt_time_names {
    const wchar_t *day_short[7], *day[7], *month_short[12], *month[12], *ampm[2];
    const wchar_t *short_date, *long_date, *time; /* GetDateFormat pictures */
};

/* The outcome of parsing one category's name. */
struct crt_locale_choice {
    wchar_t text[160];          /* as setlocale returns it */
    wchar_t name[LOCALE_NAME_MAX_LENGTH]; /* Windows' name; empty for "C" */
    unsigned codepage;          /* 0 for "C" */
};

struct crt_category {
    char *text;
    wchar_t *wtext;
    const wchar_t *name; /* NULL for "C" */
    unsigned codepage;
};

/* The part that programs' headers read through a _locale_t; it differs by runtime. */
#ifdef CRT_UCRT
struct crt_locale_public {
    const unsigned short *pctype;
    int mb_cur_max;
    unsigned lc_codepage;
};
#else
#define crt_locale_public threadlocaleinfostruct
#endif

struct crt_locale {
    struct crt_locale_public pub;
    struct crt_locale *next;                /* list of all, guarded by CRT_LOCK_LOCALE */
    struct crt_category cat[CRT_LC_COUNT];  /* [CRT_LC_ALL] holds the combined text */
    const wchar_t *names[CRT_LC_COUNT];     /* cat[].name again, as one array */
    const unsigned short *pctype;           /* -128 .. 255 */
    const unsigned char *lower, *upper;     /* case maps of single bytes */
    int mb_cur_max;
    struct crt_lconv lconv;
    const struct crt_time_names *time;
};

extern struct crt_locale crt_locale_c;
extern const struct crt_time_names crt_time_names_c;
/* Indexed from -128 to 255 around entry CRT_CTYPE_ZERO. */
#define CRT_CTYPE_ZERO 128
#define CRT_CTYPE_SIZE (CRT_CTYPE_ZERO + 256)
extern const unsigned short crt_ctype_c[CRT_CTYPE_SIZE], crt_wctype_256[CRT_CTYPE_SIZE];
extern const unsigned char crt_lower_c[256], crt_upper_c[256];

/* Owned by locale.c: the global locale, and whether any thread ever asked for its own. */
extern struct crt_locale *crt_locale_global;
extern int crt_locale_per_thread;

/* The locale a call must use; loc may be NULL. Valid for ever. */
static inline const struct crt_locale *crt_locale_of(_locale_t loc)
{
    if (loc)
        return (const struct crt_locale *)loc->locinfo;
    if (__atomic_load_n(&crt_locale_per_thread, __ATOMIC_RELAXED)) {
        const struct crt_locale *own = crt_thread()->locale;
        if (own)
            return own;
    }
    return __atomic_load_n(&crt_locale_global, __ATOMIC_ACQUIRE);
}

/* locale_resolve.c: false if there is no such locale or code page. */
bool crt_locale_resolve(const wchar_t *text, struct crt_locale_choice *out);
/* locale_build.c: fills tables, lconv and names of a locale whose categories are set; false
 * when there is no memory. */
bool crt_locale_build(struct crt_locale *l);
/* UTF-16 to a code page into a malloc block; code page 0 keeps U+0000..U+00FF. */
char *crt_narrow_dup(const wchar_t *s, unsigned codepage);

#endif
