#include "syscalls/host/utf.h"

/* The length of the valid UTF-8 sequence at p, and its code point; 0 if there is none. */
static unsigned decode(const unsigned char *p, size_t left, uint32_t *cp)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned n = p[0] < 0x80 ? 1 : (p[0] & 0xe0) == 0xc0 ? 2 : (p[0] & 0xf0) == 0xe0 ? 3
                                : (p[0] & 0xf8) == 0xf0 ? 4 : 0;

    if (n == 0 || n > left)
        return 0;
    *cp = n == 1 ? p[0] : p[0] & (0x7fu >> n);
    for (unsigned i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        *cp = *cp << 6 | (p[i] & 0x3f);
    }
    if (*cp < least[n] || *cp > 0x10ffff)
        return 0;
    /* Surrogates are let through: that is how lone ones were written. But those that stand for
     * raw bytes must not be confused with the bytes of their own encoding. */
    if (*cp >= 0xdc80 && *cp <= 0xdcff)
        return 0;
    return n;
}

size_t utf16_from_host(uint16_t *to, size_t max, const char *from, size_t n)
{
    const unsigned char *p = (const unsigned char *)from, *end = p + n;
    size_t out = 0;

    while (p < end) {
        uint32_t cp;
        unsigned len = decode(p, (size_t)(end - p), &cp);
        if (len == 0) {
            cp = 0xdc00u + *p;
            len = 1;
        }
        if (cp >= 0x10000) {
            if (out < max)
                to[out] = (uint16_t)(0xd7c0 + (cp >> 10));
            if (out + 1 < max)
                to[out + 1] = (uint16_t)(0xdc00 + (cp & 0x3ff));
            out += 2;
        } else {
            if (out < max)
                to[out] = (uint16_t)cp;
            out++;
        }
        p += len;
    }
    return out;
}

size_t host_from_utf16(char *to, size_t max, const uint16_t *from, size_t n)
{
    size_t out = 0;

    for (size_t i = 0; i < n; i++) {
        uint32_t cp = from[i];
        unsigned char bytes[4];
        unsigned len;
        if (cp >= 0xd800 && cp < 0xdc00 && i + 1 < n && from[i + 1] >= 0xdc00 &&
            from[i + 1] < 0xe000)
            cp = 0x10000 + ((cp - 0xd800) << 10) + (from[++i] - 0xdc00u);
        if (cp >= 0xdc80 && cp <= 0xdcff) {
            bytes[0] = (unsigned char)(cp - 0xdc00);
            len = 1;
        } else if (cp < 0x80) {
            bytes[0] = (unsigned char)cp;
            len = 1;
        } else if (cp < 0x800) {
            bytes[0] = (unsigned char)(0xc0 | cp >> 6);
            bytes[1] = (unsigned char)(0x80 | (cp & 0x3f));
            len = 2;
        } else if (cp < 0x10000) {
            bytes[0] = (unsigned char)(0xe0 | cp >> 12);
            bytes[1] = (unsigned char)(0x80 | (cp >> 6 & 0x3f));
            bytes[2] = (unsigned char)(0x80 | (cp & 0x3f));
            len = 3;
        } else {
            bytes[0] = (unsigned char)(0xf0 | cp >> 18);
            bytes[1] = (unsigned char)(0x80 | (cp >> 12 & 0x3f));
            bytes[2] = (unsigned char)(0x80 | (cp >> 6 & 0x3f));
            bytes[3] = (unsigned char)(0x80 | (cp & 0x3f));
            len = 4;
        }
        for (unsigned k = 0; k < len; k++, out++)
            if (out < max)
                to[out] = (char)bytes[k];
    }
    return out;
}
