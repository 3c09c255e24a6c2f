/*
 * _setmbcp, _getmbcp and the tables of each multibyte code page. The setting is the process's.
 */
#include "mbc.h"

/* What programs see as data; follows the current code page. */
unsigned char crt_mbctype[257], crt_mbcasemap[256];

/* Both guarded by CRT_LOCK_MB for writing; read as single pointers. */
static struct crt_mbc *all, *current;

/* Trail bytes by code page, as pairs; other double-byte pages take every byte but 0 and 0xff. */
static const struct {
    unsigned codepage;
    unsigned char trail[9];
} trails[] = {
    {932, {0x40, 0x7e, 0x80, 0xfc}},
    {936, {0x40, 0x7e, 0x80, 0xfe}},
    {949, {0x41, 0x5a, 0x61, 0x7a, 0x81, 0xfe}},
    {950, {0x40, 0x7e, 0xa1, 0xfe}},
    {1361, {0x31, 0x7e, 0x81, 0xfe}},
};

static void mark(struct crt_mbc *m, const unsigned char *pairs, unsigned char bit)
{
    for (; pairs[0]; pairs += 2)
        for (unsigned c = pairs[0]; c <= pairs[1]; c++)
            m->ctype[c + 1] |= bit;
}

static void single_bytes(struct crt_mbc *m, unsigned codepage)
{
    for (unsigned c = 'A'; c <= 'Z'; c++) {
        m->ctype[c + 1] |= MB_UPPER;
        m->ctype[c + 32 + 1] |= MB_LOWER;
        m->casemap[c] = (unsigned char)(c + 32);
        m->casemap[c + 32] = (unsigned char)c;
    }
    if (!codepage || codepage == CP_UTF8)
        return; /* no byte above 0x7f is a character by itself */
    for (unsigned c = 0x80; c < 256; c++) {
        char byte = (char)c, out[2];
        wchar_t wide, other;
        WORD type;
        bool up;

        if (mb_lead(m, (unsigned char)c))
            continue;
        if (MultiByteToWideChar(codepage, MB_ERR_INVALID_CHARS, &byte, 1, &wide, 1) != 1 ||
            !GetStringTypeW(CT_CTYPE1, &wide, 1, &type) || !(type & (C1_UPPER | C1_LOWER)))
            continue;
        up = type & C1_UPPER;
        m->ctype[c + 1] |= up ? MB_UPPER : MB_LOWER;
        if (LCMapStringEx(LOCALE_NAME_INVARIANT, up ? LCMAP_LOWERCASE : LCMAP_UPPERCASE, &wide, 1,
                          &other, 1, NULL, NULL, 0) == 1 &&
            WideCharToMultiByte(codepage, 0, &other, 1, out, 2, NULL, NULL) == 1)
            m->casemap[c] = (unsigned char)out[0];
    }
}

static struct crt_mbc *build(unsigned codepage)
{
    CPINFO info;
    struct crt_mbc *m;

    if (codepage && !GetCPInfo(codepage, &info))
        return NULL;
    m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    m->refcount = 1;
    m->codepage = (int)codepage;
    if (!codepage || codepage == CP_UTF8 || info.MaxCharSize < 2) {
        single_bytes(m, codepage);
        return m;
    }
    m->is_multibyte = 1;
    mark(m, info.LeadByte, MB_LEAD);
    static const unsigned char any[] = {1, 0xfe, 0};
    const unsigned char *trail = any;
    for (size_t i = 0; i < CRT_COUNT(trails); i++)
        if (trails[i].codepage == codepage)
            trail = trails[i].trail;
    mark(m, trail, MB_TRAIL);
    if (codepage == 932) {
        mark(m, (const unsigned char[]){0xa6, 0xdf, 0}, MB_KANA);
        mark(m, (const unsigned char[]){0xa1, 0xa5, 0}, MB_KANA_PUNCT);
    }
    single_bytes(m, codepage);
    return m;
}

void *crt_mbc_for_codepage(unsigned codepage)
{
    struct crt_mbc *m;

    _lock(CRT_LOCK_MB);
    for (m = all; m && m->codepage != (int)codepage; m = m->next)
        ;
    if (!m && (m = build(codepage))) {
        m->next = all;
        all = m;
    }
    _unlock(CRT_LOCK_MB);
    return m;
}

static void publish(struct crt_mbc *m)
{
    _lock(CRT_LOCK_MB);
    memcpy(crt_mbctype, m->ctype, sizeof crt_mbctype);
    memcpy(crt_mbcasemap, m->casemap, sizeof crt_mbcasemap);
    __atomic_store_n(&current, m, __ATOMIC_RELEASE);
    _unlock(CRT_LOCK_MB);
}

/* Programs start with the ANSI code page. Without memory even for that, none has lead bytes. */
void *crt_mbc_current(void)
{
    static struct crt_mbc none;
    struct crt_mbc *m = __atomic_load_n(&current, __ATOMIC_ACQUIRE);

    if (m)
        return m;
    m = crt_mbc_for_codepage(GetACP());
    if (!m)
        return &none;
    publish(m);
    return m;
}

int _setmbcp(int codepage)
{
    enum { SBCS = 0, OEM = -2, ANSI = -3, LOCALE = -4 };
    unsigned cp = (unsigned)codepage;
    struct crt_mbc *m = NULL;

    if (codepage == OEM)
        cp = GetOEMCP();
    else if (codepage == ANSI)
        cp = GetACP();
    else if (codepage == LOCALE)
        cp = crt_locale_codepage(NULL);
    if (codepage == SBCS || codepage <= OEM || codepage > 2)
        m = crt_mbc_for_codepage(cp);
    if (!m) {
        errno = EINVAL;
        return -1;
    }
    publish(m);
    return 0;
}

int _getmbcp(void)
{
    const struct crt_mbc *m = crt_mbc_current();

    return m->is_multibyte ? m->codepage : 0;
}

unsigned char *__p__mbctype(void)
{
    crt_mbc_current();
    return crt_mbctype;
}

unsigned char *__p__mbcasemap(void)
{
    crt_mbc_current();
    return crt_mbcasemap;
}
