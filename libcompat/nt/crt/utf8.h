/*
 * UTF-8, strictly: no overlong forms, no surrogates, nothing above U+10FFFF.
 */
#ifndef LIBCOMPAT_NT_CRT_UTF8_H
#define LIBCOMPAT_NT_CRT_UTF8_H

#include <stddef.h>
#include <stdint.h>

enum { UTF8_INVALID = -1, UTF8_SHORT = -2 };

/* Bytes of the first character (1..4), UTF8_INVALID, or UTF8_SHORT if n bytes begin one. */
static inline int utf8_decode(const char *text, size_t n, uint32_t *out)
{
    const unsigned char *s = (const unsigned char *)text;
    uint32_t c;
    int len;

    if (!n)
        return UTF8_SHORT;
    c = s[0];
    if (c < 0x80) {
        *out = c;
        return 1;
    }
    if (c < 0xc2 || c > 0xf4)
        return UTF8_INVALID;
    len = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    c &= 0x7fu >> len;
    for (int i = 1; i < len; i++) {
        if ((size_t)i >= n)
            return UTF8_SHORT;
        /* The second byte decides about overlong forms, surrogates and the upper end. */
        if ((s[i] & 0xc0) != 0x80 ||
            (i == 1 && ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
                        (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))))
            return UTF8_INVALID;
        c = c << 6 | (s[i] & 0x3fu);
    }
    *out = c;
    return len;
}

/* Writes 1..4 bytes and returns their count, or UTF8_INVALID. */
static inline int utf8_encode(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        if (c - 0xd800 < 0x800)
            return UTF8_INVALID;
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    if (c > 0x10ffff)
        return UTF8_INVALID;
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

static inline int utf16_is_high(uint32_t c) { return c - 0xd800 < 0x400; }
static inline int utf16_is_low(uint32_t c) { return c - 0xdc00 < 0x400; }
static inline uint32_t utf16_join(uint32_t high, uint32_t low)
{
    return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

#endif
