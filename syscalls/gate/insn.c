#include "syscalls/gate/insn.h"

#include <stdbool.h>

/*
 * One letter for each opcode: what follows it.
 *   .  nothing        m  ModRM             b  an 8-bit immediate      z  32 bits (16 with prefix
 * 66) B  ModRM, 8 bits  Z  ModRM, z          v  z, or 64 bits with W    w  16 bits W  16 and 8 bits
 * a  an address        f, F  ModRM, and b or z for the first two of its group x  not valid in
 * 64-bit mode, or a prefix or an escape that is seen to elsewhere
 */
static const char one_byte[] = "mmmmbzxxmmmmbzxx" /* 00 */
                               "mmmmbzxxmmmmbzxx" /* 10 */
                               "mmmmbzxxmmmmbzxx" /* 20 */
                               "mmmmbzxxmmmmbzxx" /* 30 */
                               "xxxxxxxxxxxxxxxx" /* 40 */
                               "................" /* 50 */
                               "xxxmxxxxzZbB...." /* 60 */
                               "bbbbbbbbbbbbbbbb" /* 70 */
                               "BZxBmmmmmmmmmmmm" /* 80 */
                               "..........x....." /* 90 */
                               "aaaa....bz......" /* a0 */
                               "bbbbbbbbvvvvvvvv" /* b0 */
                               "BBw.xxBZW.w..bx." /* c0 */
                               "mmmmxxx.mmmmmmmm" /* d0 */
                               "bbbbbbbbzzxb...." /* e0 */
                               "x.xx..fF......mm" /* f0 */;
static const char two_bytes[] = "mmmmx.....x.xmxx" /* 00 */
                                "mmmmmmmmmmmmmmmm" /* 10 */
                                "bbbbxxxxmmmmmmmm" /* 20 */
                                "......x.xxxxxxxx" /* 30 */
                                "mmmmmmmmmmmmmmmm" /* 40 */
                                "mmmmmmmmmmmmmmmm" /* 50 */
                                "mmmmmmmmmmmmmmmm" /* 60 */
                                "BBBBmmm.mmxxmmmm" /* 70 */
                                "zzzzzzzzzzzzzzzz" /* 80 */
                                "mmmmmmmmmmmmmmmm" /* 90 */
                                "...mBmxx...mBmmm" /* a0 */
                                "mmmmmmmmmmBmmmmm" /* b0 */
                                "mmBmBBBm........" /* c0 */
                                "mmmmmmmmmmmmmmmm" /* d0 */
                                "mmmmmmmmmmmmmmmm" /* e0 */
                                "mmmmmmmmmmmmmmmm" /* f0 */;
_Static_assert(sizeof(one_byte) == 257 && sizeof(two_bytes) == 257, "256 letters");

/* ModRM, SIB and displacement. 0: more than n bytes. */
static unsigned modrm_length(const uint8_t *p, size_t n)
{
    if (n < 1)
        return 0;
    unsigned mod = p[0] >> 6, rm = p[0] & 7, length = 1;
    if (mod == 3)
        return 1;
    if (rm == 4) {
        if (n < 2)
            return 0;
        length++;
        if (mod == 0 && (p[1] & 7) == 5)
            length += 4;
    } else if (mod == 0 && rm == 5) {
        length += 4;
    }
    length += mod == 1 ? 1 : mod == 2 ? 4 : 0;
    return length <= n ? length : 0;
}

/* VEX and EVEX: the map says whether there is an immediate. */
static unsigned vector_length(const uint8_t *p, size_t n)
{
    unsigned prefix = p[0] == 0xc5 ? 2 : p[0] == 0xc4 ? 3 : 4;

    if (n < prefix + 2)
        return 0;
    unsigned map = p[0] == 0xc5 ? 1 : p[0] == 0xc4 ? p[1] & 31 : p[1] & 7;
    uint8_t opcode = p[prefix];
    unsigned length = prefix + 1;
    if (map == 1 && opcode == 0x77)
        return length;
    if (map == 1 && opcode >= 0x80 && opcode < 0x90)
        return 0; /* jumps of a processor that never came to be common */
    unsigned m = modrm_length(p + length, n - length);
    if (!m || map < 1 || map > 3)
        return 0;
    length += m;
    if (map == 3 || (map == 1 && two_bytes[opcode] == 'B'))
        length++;
    return length;
}

unsigned insn_length(const uint8_t *p, size_t n)
{
    bool small = false, wide = false, address32 = false;
    size_t at = 0;
    char kind;

    if (n > 15)
        n = 15;
    for (; at < n; at++) {
        if (p[at] == 0x66)
            small = true;
        else if (p[at] == 0x67)
            address32 = true;
        else if (p[at] != 0xf0 && p[at] != 0xf2 && p[at] != 0xf3 && p[at] != 0x2e &&
                 p[at] != 0x36 && p[at] != 0x3e && p[at] != 0x26 && p[at] != 0x64 && p[at] != 0x65)
            break;
    }
    if (at < n && (p[at] & 0xf0) == 0x40)
        wide = (p[at++] & 8) != 0;
    else if (at < n && (p[at] == 0xc4 || p[at] == 0xc5 || p[at] == 0x62)) {
        unsigned v = vector_length(p + at, n - at);
        return v && at + v <= n ? (unsigned)at + v : 0;
    }
    if (at >= n)
        return 0;
    uint8_t opcode = p[at++];
    if (opcode == 0x0f) {
        if (at >= n)
            return 0;
        opcode = p[at++];
        if (opcode == 0x38 || opcode == 0x3a) {
            bool immediate = opcode == 0x3a;
            unsigned m = at + 1 <= n ? modrm_length(p + at + 1, n - at - 1) : 0;
            at += 1 + m + immediate;
            return m && at <= n ? (unsigned)at : 0;
        }
        kind = two_bytes[opcode];
        if (kind == 'z' && opcode >= 0x80 && opcode < 0x90)
            small = false; /* a jump's distance is always 32 bits */
    } else {
        kind = one_byte[opcode];
        if (opcode == 0x8f && at < n && (p[at] & 0x38))
            return 0; /* XOP: a prefix of processors that are gone */
        if (opcode == 0xe8 || opcode == 0xe9)
            small = false;
    }
    unsigned z = small ? 2 : 4, m = 0;
    if (kind == 'm' || kind == 'B' || kind == 'Z' || kind == 'f' || kind == 'F') {
        m = modrm_length(p + at, n - at);
        if (!m)
            return 0;
        /* Group 3: only TEST has an immediate. */
        if (kind == 'f')
            kind = (p[at] >> 3 & 7) < 2 ? 'b' : '.';
        else if (kind == 'F')
            kind = (p[at] >> 3 & 7) < 2 ? 'z' : '.';
        at += m;
    }
    switch (kind) {
    case '.':
    case 'm':
        break;
    case 'b':
    case 'B':
        at += 1;
        break;
    case 'z':
    case 'Z':
        at += z;
        break;
    case 'v':
        at += wide ? 8 : z;
        break;
    case 'w':
        at += 2;
        break;
    case 'W':
        at += 3;
        break;
    case 'a':
        at += address32 ? 4 : 8;
        break;
    default:
        return 0;
    }
    return at <= n ? (unsigned)at : 0;
}
