/*
 * The multibyte tables behind _ismbb.. and _mbs.. functions. Like locales, they are made once per
 * code page, never changed and never freed.
 */
#ifndef LIBCOMPAT_NT_CRT_MBC_H
#define LIBCOMPAT_NT_CRT_MBC_H

#include "locale_data.h"

enum { MB_KANA = 1, MB_KANA_PUNCT = 2, MB_LEAD = 4, MB_TRAIL = 8, MB_UPPER = 0x10, MB_LOWER = 0x20 };

/* Begins as the runtimes' own structure does; programs' headers look into mbctype. */
struct crt_mbc {
    int refcount, codepage, is_multibyte;
#ifdef CRT_MSVCRT
    int lcid;
#endif
    unsigned short ulinfo[6];
    unsigned char ctype[257]; /* entry 0 is EOF */
    unsigned char casemap[256];
    const wchar_t *locale_name;
    struct crt_mbc *next;
};

unsigned _mbctolower_l(unsigned c, _locale_t loc);
unsigned _mbctoupper_l(unsigned c, _locale_t loc);

void *crt_mbc_for_codepage(unsigned codepage);
void *crt_mbc_current(void);

static inline const struct crt_mbc *crt_mbc_of(_locale_t loc)
{
    return loc && loc->mbcinfo ? (const struct crt_mbc *)loc->mbcinfo : crt_mbc_current();
}

static inline bool mb_lead(const struct crt_mbc *m, unsigned char c)
{
    return m->ctype[c + 1] & MB_LEAD;
}

static inline bool mb_trail(const struct crt_mbc *m, unsigned char c)
{
    return m->ctype[c + 1] & MB_TRAIL;
}

/* Bytes of the character at s: 2 for a lead byte with something after it. */
static inline unsigned mb_size(const struct crt_mbc *m, const unsigned char *s)
{
    return mb_lead(m, s[0]) && s[1] ? 2 : 1;
}

/* The character at s as one number, lead byte first. */
static inline unsigned mb_get(const struct crt_mbc *m, const unsigned char *s)
{
    return mb_size(m, s) == 2 ? (unsigned)s[0] << 8 | s[1] : s[0];
}

#endif
