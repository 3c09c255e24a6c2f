#include <string.h>

#include "syscalls/nt/filename.h"

#define ESCAPE_BYTE 0xdc00 /* + byte 0x80..0xff */
#define ESCAPE_CHAR 0xf000 /* + character that NT forbids */

static bool is_high(unsigned c)
{
    return (c & 0xfc00) == 0xd800;
}

static bool is_low(unsigned c)
{
    return (c & 0xfc00) == 0xdc00;
}

/* Forbidden in a component by NTFS; '/' cannot occur on the host side and is left out. */
static bool is_forbidden(unsigned c)
{
    static const uint32_t set[4] = {
        UINT32_MAX,
        1u << ('"' - 32) | 1u << ('*' - 32) | 1u << (':' - 32) | 1u << ('<' - 32) |
            1u << ('>' - 32) | 1u << ('?' - 32),
        1u << ('\\' - 64),
        1u << ('|' - 96),
    };

    return c < 0x80 && (set[c / 32] >> c % 32 & 1);
}

size_t nt_name_to_host(const uint16_t *name, size_t n, char *host, size_t room)
{
    size_t used = 0;

    for (size_t i = 0; i < n; i++) {
        uint32_t c = name[i];
        unsigned char out[4];
        unsigned len;

        if (c < 0x80) {
            if (used == room)
                return NT_NO_ROOM;
            host[used++] = (char)c;
            continue;
        }
        if (c > ESCAPE_CHAR && c < ESCAPE_CHAR + 0x80 && is_forbidden(c - ESCAPE_CHAR))
            c -= ESCAPE_CHAR;
        if (is_high(c) && i + 1 < n && is_low(name[i + 1]))
            c = 0x10000 + ((c - 0xd800) << 10) + (name[++i] - 0xdc00u);
        if (c >= ESCAPE_BYTE + 0x80 && c <= ESCAPE_BYTE + 0xff) {
            out[0] = (unsigned char)(c - ESCAPE_BYTE);
            len = 1;
        } else if (c < 0x80) {
            out[0] = (unsigned char)c;
            len = 1;
        } else if (c < 0x800) {
            out[0] = (unsigned char)(0xc0 | c >> 6);
            out[1] = 0x80 | (c & 0x3f);
            len = 2;
        } else if (c < 0x10000) {
            out[0] = (unsigned char)(0xe0 | c >> 12);
            out[1] = 0x80 | (c >> 6 & 0x3f);
            out[2] = 0x80 | (c & 0x3f);
            len = 3;
        } else {
            out[0] = (unsigned char)(0xf0 | c >> 18);
            out[1] = 0x80 | (c >> 12 & 0x3f);
            out[2] = 0x80 | (c >> 6 & 0x3f);
            out[3] = 0x80 | (c & 0x3f);
            len = 4;
        }
        if (room - used < len)
            return NT_NO_ROOM;
        memcpy(host + used, out, len);
        used += len;
    }
    return used;
}

/* One character at s; *len bytes. Surrogates in UTF-8 form count as characters here. 0xffffffff:
 * not a sequence. */
static uint32_t decode(const unsigned char *s, size_t n, unsigned *len)
{
    unsigned c = s[0], need;
    uint32_t value, least;

    *len = 1;
    if (c < 0x80)
        return c;
    if (c >= 0xc2 && c < 0xe0)
        need = 2, value = c & 0x1f, least = 0x80;
    else if (c >= 0xe0 && c < 0xf0)
        need = 3, value = c & 0x0f, least = 0x800;
    else if (c >= 0xf0 && c < 0xf5)
        need = 4, value = c & 0x07, least = 0x10000;
    else
        return UINT32_MAX;
    if (n < need)
        return UINT32_MAX;
    for (unsigned i = 1; i < need; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return UINT32_MAX;
        value = value << 6 | (s[i] & 0x3f);
    }
    if (value < least || value > 0x10ffff)
        return UINT32_MAX;
    *len = need;
    return value;
}

/* Would the bytes at s come out as one ordinary character (or nothing at all)? */
static bool ordinary_follows(const unsigned char *s, size_t n)
{
    unsigned len;
    uint32_t c;

    if (n == 0)
        return true;
    c = decode(s, n, &len);
    return c != UINT32_MAX && (c < 0xd800 || c > 0xdfff) &&
           !(c > ESCAPE_CHAR && c < ESCAPE_CHAR + 0x80 && is_forbidden(c - ESCAPE_CHAR));
}

size_t nt_name_from_host(const char *host, size_t n, uint16_t *name, size_t room)
{
    const unsigned char *s = (const unsigned char *)host;
    size_t used = 0;

    for (size_t i = 0; i < n;) {
        unsigned len;
        uint32_t c = decode(s + i, n - i, &len);
        bool escape = c == UINT32_MAX;

        /* What nt_name_to_host would not turn back into the same bytes is taken byte by byte:
         * characters that look like our own escapes, and halves that would join a neighbour. */
        if (!escape && c > ESCAPE_CHAR && c < ESCAPE_CHAR + 0x80 && is_forbidden(c - ESCAPE_CHAR))
            escape = true;
        else if (!escape && is_high(c))
            escape = !ordinary_follows(s + i + len, n - i - len);
        else if (!escape && is_low(c))
            escape = (c >= ESCAPE_BYTE + 0x80 && c <= ESCAPE_BYTE + 0xff);
        else if (!escape && is_forbidden(c))
            c += ESCAPE_CHAR;
        if (escape) {
            if (c == UINT32_MAX)
                len = 1;
            for (unsigned k = 0; k < len; k++) {
                if (used == room)
                    return NT_NO_ROOM;
                name[used++] = (uint16_t)(ESCAPE_BYTE + s[i + k]);
            }
        } else if (c < 0x10000) {
            if (used == room)
                return NT_NO_ROOM;
            name[used++] = (uint16_t)c;
        } else {
            if (room - used < 2)
                return NT_NO_ROOM;
            c -= 0x10000;
            name[used++] = (uint16_t)(0xd800 + (c >> 10));
            name[used++] = (uint16_t)(0xdc00 + (c & 0x3ff));
        }
        i += len;
    }
    return used;
}

bool nt_name_valid(const uint16_t *name, size_t n)
{
    if (n == 0 || n > NT_NAME_UNITS)
        return false;
    if (name[0] == '.' && (n == 1 || (n == 2 && name[1] == '.')))
        return false;
    for (size_t i = 0; i < n; i++)
        if (is_forbidden(name[i]) || name[i] == '/')
            return false;
    return true;
}

int nt_name_compare(const uint16_t *a, size_t na, const uint16_t *b, size_t nb)
{
    size_t n = na < nb ? na : nb;

    for (size_t i = 0; i < n; i++) {
        if (a[i] == b[i])
            continue;
        uint16_t ca = nt_upcase(a[i]), cb = nt_upcase(b[i]);
        if (ca != cb)
            return ca < cb ? -1 : 1;
    }
    return na == nb ? 0 : na < nb ? -1 : 1;
}

bool nt_name_equal(const uint16_t *a, size_t na, const uint16_t *b, size_t nb)
{
    return na == nb && nt_name_compare(a, na, b, nb) == 0;
}

bool nt_name_is(const uint16_t *a, size_t na, const char *ascii)
{
    for (size_t i = 0; i < na; i++)
        if (!ascii[i] || nt_upcase(a[i]) != nt_upcase((unsigned char)ascii[i]))
            return false;
    return ascii[na] == 0;
}

uint32_t nt_name_hash(const uint16_t *name, size_t n)
{
    uint32_t h = 2166136261u;

    for (size_t i = 0; i < n; i++)
        h = (h ^ nt_upcase(name[i])) * 16777619u;
    return h ^ h >> 15;
}

bool nt_name_has_wildcards(const uint16_t *name, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (name[i] == '*' || name[i] == '?' || name[i] == '<' || name[i] == '>' || name[i] == '"')
            return true;
    return false;
}

/* The set of pattern positions that the part of the name read so far can have reached. */
struct positions {
    uint64_t bit[(NT_PATTERN_UNITS + 1 + 63) / 64];
};

static void put(struct positions *s, size_t i)
{
    s->bit[i / 64] |= 1ull << (i % 64);
}

static bool has(const struct positions *s, size_t i)
{
    return s->bit[i / 64] >> (i % 64) & 1;
}

bool nt_name_match(const uint16_t *pattern, size_t np, const uint16_t *name, size_t n)
{
    struct positions now = {{1}}, next;
    size_t last_dot = n, words = np / 64 + 1;

    if (np > NT_PATTERN_UNITS)
        return false;
    if (np == 1 && pattern[0] == '*')
        return true;
    for (size_t i = 0; i < n; i++)
        if (name[i] == '.')
            last_dot = i;
    for (size_t i = 0; i <= n; i++) {
        bool end = i == n, dot = !end && name[i] == '.', any = false;
        uint16_t c = end ? 0 : nt_upcase(name[i]);

        memset(&next, 0, words * sizeof(next.bit[0]));
        /* Ascending order, so that steps that read nothing are seen later in the same pass. */
        for (size_t p = 0; p < np; p++) {
            if (!has(&now, p))
                continue;
            switch (pattern[p]) {
            case '*':
                put(&now, p + 1);
                put(&next, p);
                break;
            case '<':
                put(&now, p + 1);
                if (i != last_dot)
                    put(&next, p);
                break;
            case '>':
                if (end || dot)
                    put(&now, p + 1);
                else
                    put(&next, p + 1);
                break;
            case '"':
                if (end)
                    put(&now, p + 1);
                else if (dot)
                    put(&next, p + 1);
                break;
            case '?':
                put(&next, p + 1);
                break;
            default:
                if (!end && (pattern[p] == name[i] || nt_upcase(pattern[p]) == c))
                    put(&next, p + 1);
            }
        }
        if (end)
            return has(&now, np);
        for (size_t w = 0; w < words; w++)
            any |= next.bit[w] != 0;
        if (!any)
            return false;
        memcpy(&now, &next, words * sizeof(now.bit[0]));
    }
    return false;
}

/* Allowed in an 8.3 name as it is. */
static bool short_char(unsigned c)
{
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c < 0x80 && c > 0x20 && strchr("!#$%&'()-@^_`{}~", (int)c));
}

size_t nt_short_name(const uint16_t *name, size_t n, uint16_t alias[12])
{
    size_t dot = n, base, len = 0;
    bool fits = true;

    for (size_t i = n; i-- > 1;)
        if (name[i] == '.') {
            dot = i;
            break;
        }
    base = dot;
    if (base > 8 || (dot < n && (n - dot - 1 > 3 || n - dot - 1 == 0)))
        fits = false;
    for (size_t i = 0; i < n && fits; i++)
        if (i != dot && !short_char(nt_upcase(name[i])))
            fits = false;
    if (fits)
        return 0;
    /* Two characters of the name, four hexadecimal digits, "~1", and the extension: what NTFS
     * does for crowded folders. */
    for (size_t i = 0; i < base && len < 2; i++) {
        uint16_t c = nt_upcase(name[i]);
        if (c != ' ' && c != '.')
            alias[len++] = short_char(c) ? c : '_';
    }
    uint32_t h = nt_name_hash(name, n);
    h ^= h >> 16;
    for (int i = 0; i < 4; i++, h >>= 4)
        alias[len++] = (uint16_t) "0123456789ABCDEF"[h & 15];
    alias[len++] = '~';
    alias[len++] = '1';
    if (dot < n) {
        size_t start = len;
        alias[len++] = '.';
        for (size_t i = dot + 1; i < n && len < start + 4; i++) {
            uint16_t c = nt_upcase(name[i]);
            if (c != ' ')
                alias[len++] = short_char(c) ? c : '_';
        }
        if (len == start + 1)
            len = start;
    }
    return len;
}
