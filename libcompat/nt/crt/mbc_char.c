/*
 * Single multibyte characters: classes of bytes (_ismbb..) and of characters (_ismbc..), case,
 * and the Japanese conversions of code page 932.
 */
#include "mbc.h"

/* Each function has a form with a locale and one without. */
#define BOTH(name, expr)                                                                           \
    int name##_l(unsigned c, _locale_t loc)                                                        \
    {                                                                                              \
        const struct crt_mbc *m = crt_mbc_of(loc);                                                 \
        (void)m;                                                                                   \
        return (expr) != 0;                                                                        \
    }                                                                                              \
    int name(unsigned c) { return name##_l(c, NULL); }

#define MB_BITS(c) (m->ctype[((c) & 0xff) + 1])

/* ---- bytes -------------------------------------------------------------------------------- */

BOTH(_ismbblead, MB_BITS(c) & MB_LEAD)
BOTH(_ismbbtrail, MB_BITS(c) & MB_TRAIL)
BOTH(_ismbbkana, m->codepage == 932 && MB_BITS(c) & (MB_KANA | MB_KANA_PUNCT))
BOTH(_ismbbkalnum, MB_BITS(c) & MB_KANA)
BOTH(_ismbbkpunct, MB_BITS(c) & MB_KANA_PUNCT)
BOTH(_ismbbkprint, MB_BITS(c) & (MB_KANA | MB_KANA_PUNCT))

static int byte_is(unsigned c, int class, _locale_t loc)
{
    return c < 256 ? _isctype_l((int)c, class, loc) : 0;
}

BOTH(_ismbbalpha, byte_is(c, CT_ALPHA, loc) || MB_BITS(c) & MB_KANA)
BOTH(_ismbbalnum, byte_is(c, CT_ALNUM, loc) || MB_BITS(c) & MB_KANA)
BOTH(_ismbbpunct, byte_is(c, CT_PUNCT, loc) || MB_BITS(c) & MB_KANA_PUNCT)
BOTH(_ismbbprint, byte_is(c, CT_PRINT, loc) || MB_BITS(c) & (MB_KANA | MB_KANA_PUNCT))
BOTH(_ismbbgraph, byte_is(c, CT_GRAPH, loc) || MB_BITS(c) & (MB_KANA | MB_KANA_PUNCT))
BOTH(_ismbbblank, c == '\t' || byte_is(c, CT_BLANK, loc))

/* ---- characters --------------------------------------------------------------------------- */

static bool is_double(const struct crt_mbc *m, unsigned c)
{
    return c > 0xff && c <= 0xffff && mb_lead(m, (unsigned char)(c >> 8)) &&
           mb_trail(m, (unsigned char)c);
}

/* Classes of a two-byte character, from the system's tables for its UTF-16 form. */
static int double_type(const struct crt_mbc *m, unsigned c)
{
    char two[2] = {(char)(c >> 8), (char)c};
    wchar_t wide;
    WORD type;

    if (!is_double(m, c) ||
        MultiByteToWideChar((UINT)m->codepage, MB_ERR_INVALID_CHARS, two, 2, &wide, 1) != 1 ||
        !GetStringTypeW(CT_CTYPE1, &wide, 1, &type))
        return 0;
    return type & 0x1ff;
}

#define CHARACTER(name, class, byte_test)                                                          \
    BOTH(name, c > 0xff ? double_type(m, c) & (class) : byte_test)

CHARACTER(_ismbcalpha, CT_ALPHA, _ismbbalpha_l(c, loc))
CHARACTER(_ismbcalnum, CT_ALNUM, _ismbbalnum_l(c, loc))
CHARACTER(_ismbcpunct, CT_PUNCT, _ismbbpunct_l(c, loc))
CHARACTER(_ismbcprint, CT_PRINT, _ismbbprint_l(c, loc))
CHARACTER(_ismbcgraph, CT_GRAPH, _ismbbgraph_l(c, loc))
CHARACTER(_ismbcblank, CT_BLANK, _ismbbblank_l(c, loc))
CHARACTER(_ismbcdigit, CT_DIGIT, byte_is(c, CT_DIGIT, loc))
CHARACTER(_ismbcspace, CT_SPACE, byte_is(c, CT_SPACE, loc))
CHARACTER(_ismbcupper, CT_UPPER, MB_BITS(c) & MB_UPPER)
CHARACTER(_ismbclower, CT_LOWER, MB_BITS(c) & MB_LOWER)
BOTH(_ismbclegal, is_double(m, c))

/* Rows of JIS X 0208 as code page 932 encodes them. */
static bool in_932(const struct crt_mbc *m, unsigned c, unsigned first, unsigned last)
{
    return m->codepage == 932 && c >= first && c <= last && is_double(m, c);
}

BOTH(_ismbchira, in_932(m, c, 0x829f, 0x82f1))
BOTH(_ismbckata, in_932(m, c, 0x8340, 0x8396) && c != 0x837f)
BOTH(_ismbcsymbol, in_932(m, c, 0x8141, 0x81ac) && c != 0x817f)
BOTH(_ismbcl0, in_932(m, c, 0x8140, 0x889e))
BOTH(_ismbcl1, in_932(m, c, 0x889f, 0x9872))
BOTH(_ismbcl2, in_932(m, c, 0x989f, 0xeaa4))

/* ---- case --------------------------------------------------------------------------------- */

static unsigned change_case(const struct crt_mbc *m, unsigned c, bool up)
{
    char two[2] = {(char)(c >> 8), (char)c};
    wchar_t wide, mapped;
    BOOL lossy = FALSE;

    if (c < 256)
        return m->ctype[c + 1] & (up ? MB_LOWER : MB_UPPER) && m->casemap[c] ? m->casemap[c] : c;
    if (!(double_type(m, c) & (up ? CT_LOWER : CT_UPPER)) ||
        MultiByteToWideChar((UINT)m->codepage, 0, two, 2, &wide, 1) != 1 ||
        LCMapStringEx(LOCALE_NAME_INVARIANT, up ? LCMAP_UPPERCASE : LCMAP_LOWERCASE, &wide, 1,
                      &mapped, 1, NULL, NULL, 0) != 1 ||
        WideCharToMultiByte((UINT)m->codepage, 0, &mapped, 1, two, 2, NULL, &lossy) != 2 || lossy)
        return c;
    return (unsigned)(unsigned char)two[0] << 8 | (unsigned char)two[1];
}

unsigned _mbctoupper_l(unsigned c, _locale_t loc)
{
    return change_case(crt_mbc_of(loc), c, true);
}

unsigned _mbctolower_l(unsigned c, _locale_t loc)
{
    return change_case(crt_mbc_of(loc), c, false);
}

unsigned _mbctoupper(unsigned c)
{
    return _mbctoupper_l(c, NULL);
}

unsigned _mbctolower(unsigned c)
{
    return _mbctolower_l(c, NULL);
}

/* ---- Japanese ----------------------------------------------------------------------------- */

#define CONVERSION(name)                                                                           \
    unsigned name##_l(unsigned c, _locale_t loc) { return name##_with(crt_mbc_of(loc), c); }       \
    unsigned name(unsigned c) { return name##_with(crt_mbc_of(NULL), c); }

static unsigned _mbctohira_with(const struct crt_mbc *m, unsigned c)
{
    if (!in_932(m, c, 0x8340, 0x8393) || c == 0x837f)
        return c;
    return c - 0x8340 + 0x829f - (c > 0x837f); /* katakana skip the byte 0x7f */
}

static unsigned _mbctokata_with(const struct crt_mbc *m, unsigned c)
{
    if (!in_932(m, c, 0x829f, 0x82f1))
        return c;
    c = c - 0x829f + 0x8340;
    return c + (c >= 0x837f);
}

/* Shift-JIS packs two rows of JIS into one lead byte. */
static unsigned _mbcjmstojis_with(const struct crt_mbc *m, unsigned c)
{
    unsigned lead = c >> 8, trail = c & 0xff;

    if (m->codepage != 932)
        return c;
    if (!is_double(m, c) || lead > 0xef)
        return 0;
    lead -= lead < 0xa0 ? 0x70 : 0xb0;
    lead *= 2;
    if (trail < 0x9f)
        return (lead - 1) << 8 | (trail - (trail > 0x7f ? 0x20 : 0x1f));
    return lead << 8 | (trail - 0x7e);
}

static unsigned _mbcjistojms_with(const struct crt_mbc *m, unsigned c)
{
    unsigned high = c >> 8, low = c & 0xff;

    if (m->codepage != 932)
        return c;
    if (high < 0x21 || high > 0x7e || low < 0x21 || low > 0x7e)
        return 0;
    low += high & 1 ? (low > 0x5f ? 0x20 : 0x1f) : 0x7e;
    high = (high + 1) / 2 + 0x70;
    if (high > 0x9f)
        high += 0x40;
    return high << 8 | low;
}

CONVERSION(_mbctohira)
CONVERSION(_mbctokata)
CONVERSION(_mbcjmstojis)
CONVERSION(_mbcjistojms)

/* Half width to full width and back, by the system's own mapping. */
static unsigned change_width(const struct crt_mbc *m, unsigned c, DWORD flag)
{
    char in[2] = {(char)(c >> 8), (char)c}, out[4];
    wchar_t wide[2], mapped[4];
    int one = c < 256, n;
    BOOL lossy = FALSE;

    if (m->codepage != 932 || c > 0xffff || (!one && !is_double(m, c)) || (one && c < 0x20))
        return c;
    n = MultiByteToWideChar(932, MB_ERR_INVALID_CHARS, in + one, 2 - one, wide, 2);
    if (n != 1 || LCMapStringEx(L"ja-JP", flag, wide, 1, mapped, 4, NULL, NULL, 0) != 1)
        return c;
    n = WideCharToMultiByte(932, 0, mapped, 1, out, 4, NULL, &lossy);
    if (lossy || n < 1 || n > 2)
        return c;
    return n == 1 ? (unsigned char)out[0]
                  : (unsigned)(unsigned char)out[0] << 8 | (unsigned char)out[1];
}

static unsigned _mbbtombc_with(const struct crt_mbc *m, unsigned c)
{
    return c < 256 ? change_width(m, c, LCMAP_FULLWIDTH) : c;
}

static unsigned _mbctombb_with(const struct crt_mbc *m, unsigned c)
{
    return c > 255 ? change_width(m, c, LCMAP_HALFWIDTH) : c;
}

CONVERSION(_mbbtombc)
CONVERSION(_mbctombb)

/* ---- what a byte is, after another -------------------------------------------------------- */

enum { MBC_SINGLE = 0, MBC_LEAD = 1, MBC_TRAIL = 2, MBC_ILLEGAL = -1 };

int _mbbtype_l(unsigned char c, int before, _locale_t loc)
{
    const struct crt_mbc *m = crt_mbc_of(loc);

    if (before == MBC_LEAD)
        return mb_trail(m, c) ? MBC_TRAIL : MBC_ILLEGAL;
    if (mb_lead(m, c))
        return MBC_LEAD;
    return _ismbbprint_l(c, loc) ? MBC_SINGLE : MBC_ILLEGAL;
}

int _mbbtype(unsigned char c, int before)
{
    return _mbbtype_l(c, before, NULL);
}

int _mbsbtype_l(const unsigned char *s, size_t n, _locale_t loc)
{
    int type = MBC_ILLEGAL;

    CRT_CHECK(s, EINVAL, MBC_ILLEGAL);
    do {
        if (!*s)
            return MBC_ILLEGAL;
        type = _mbbtype_l(*s++, type, loc);
    } while (n--);
    return type;
}

int _mbsbtype(const unsigned char *s, size_t n)
{
    return _mbsbtype_l(s, n, NULL);
}

/* -1 if the byte at `at` is the first, respectively second, of a two-byte character. */
int _ismbslead_l(const unsigned char *start, const unsigned char *at, _locale_t loc)
{
    const struct crt_mbc *m = crt_mbc_of(loc);

    CRT_CHECK(start && at, EINVAL, 0);
    while (start <= at && *start) {
        if (mb_lead(m, *start)) {
            if (start++ == at)
                return -1;
            if (!*start)
                return 0;
        }
        start++;
    }
    return 0;
}

int _ismbstrail_l(const unsigned char *start, const unsigned char *at, _locale_t loc)
{
    const struct crt_mbc *m = crt_mbc_of(loc);

    CRT_CHECK(start && at, EINVAL, 0);
    while (start <= at && *start) {
        if (mb_lead(m, *start)) {
            if (++start == at)
                return -1;
            if (!*start)
                return 0;
        }
        start++;
    }
    return 0;
}

int _ismbslead(const unsigned char *start, const unsigned char *at)
{
    return _ismbslead_l(start, at, NULL);
}

int _ismbstrail(const unsigned char *start, const unsigned char *at)
{
    return _ismbstrail_l(start, at, NULL);
}
