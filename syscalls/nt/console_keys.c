/*
 * From what a terminal sends (UTF-8 and escape sequences) to key records, as a keyboard with US
 * layout would have made them.
 */
#include <string.h>

#include "syscalls/nt/console.h"

#define STATE_ALT 0x02u   /* LEFT_ALT_PRESSED */
#define STATE_CTRL 0x08u  /* LEFT_CTRL_PRESSED */
#define STATE_SHIFT 0x10u /* SHIFT_PRESSED */
#define STATE_ENHANCED 0x100u

#define VK_BACK 0x08
#define VK_TAB 0x09
#define VK_RETURN 0x0d
#define VK_ESCAPE 0x1b
#define VK_SPACE 0x20

/* Scan codes (set 1) of 'A' to 'Z' */
static const uint8_t letter_scan[26] = {0x1e, 0x30, 0x2e, 0x20, 0x12, 0x21, 0x22, 0x23, 0x17,
                                        0x24, 0x25, 0x26, 0x32, 0x31, 0x18, 0x19, 0x10, 0x13,
                                        0x1f, 0x14, 0x16, 0x2f, 0x11, 0x2d, 0x15, 0x2c};
static const char digit_shifted[] = ")!@#$%^&*(";
static const struct {
    char plain, shifted;
    uint8_t vk, scan;
} punctuation[] = {
    {';', ':', 0xba, 0x27}, {'=', '+', 0xbb, 0x0d},  {',', '<', 0xbc, 0x33},
    {'-', '_', 0xbd, 0x0c}, {'.', '>', 0xbe, 0x34},  {'/', '?', 0xbf, 0x35},
    {'`', '~', 0xc0, 0x29}, {'[', '{', 0xdb, 0x1a},  {'\\', '|', 0xdc, 0x2b},
    {']', '}', 0xdd, 0x1b}, {'\'', '"', 0xde, 0x28},
};

/* Keys without a character: the final byte of "ESC [ x" or "ESC O x", or the number of
 * "ESC [ n ~". */
static const struct {
    uint8_t final, number, vk, scan;
    bool enhanced;
} named[] = {
    {'A', 0, 0x26, 0x48, true},   {'B', 0, 0x28, 0x50, true},   {'C', 0, 0x27, 0x4d, true},
    {'D', 0, 0x25, 0x4b, true},   {'H', 0, 0x24, 0x47, true},   {'F', 0, 0x23, 0x4f, true},
    {'E', 0, 0x0c, 0x4c, false},  {'P', 0, 0x70, 0x3b, false},  {'Q', 0, 0x71, 0x3c, false},
    {'R', 0, 0x72, 0x3d, false},  {'S', 0, 0x73, 0x3e, false},  {'~', 1, 0x24, 0x47, true},
    {'~', 2, 0x2d, 0x52, true},   {'~', 3, 0x2e, 0x53, true},   {'~', 4, 0x23, 0x4f, true},
    {'~', 5, 0x21, 0x49, true},   {'~', 6, 0x22, 0x51, true},   {'~', 7, 0x24, 0x47, true},
    {'~', 8, 0x23, 0x4f, true},   {'~', 11, 0x70, 0x3b, false}, {'~', 12, 0x71, 0x3c, false},
    {'~', 13, 0x72, 0x3d, false}, {'~', 14, 0x73, 0x3e, false}, {'~', 15, 0x74, 0x3f, false},
    {'~', 17, 0x75, 0x40, false}, {'~', 18, 0x76, 0x41, false}, {'~', 19, 0x77, 0x42, false},
    {'~', 20, 0x78, 0x43, false}, {'~', 21, 0x79, 0x44, false}, {'~', 23, 0x7a, 0x57, false},
    {'~', 24, 0x7b, 0x58, false},
};

bool console_queue_locked(const CONDRV_INPUT_RECORD *r)
{
    struct console *c = &nt_console;

    if (c->count == CONSOLE_QUEUE)
        return false;
    c->queue[(c->first + c->count++) % CONSOLE_QUEUE] = *r;
    return true;
}

static void key(uint16_t vk, uint16_t scan, uint16_t unit, uint32_t state)
{
    CONDRV_INPUT_RECORD r = {.EventType = 1};

    r.Key.KeyDown = 1;
    r.Key.RepeatCount = 1;
    r.Key.VirtualKeyCode = vk;
    r.Key.VirtualScanCode = scan;
    r.Key.Char = unit;
    r.Key.ControlKeyState = state;
    console_queue_locked(&r);
    r.Key.KeyDown = 0;
    console_queue_locked(&r);
}

static void character(uint32_t code, uint32_t state)
{
    if (code > 0xffff) {
        key(0, 0, (uint16_t)(0xd800 + ((code - 0x10000) >> 10)), state);
        key(0, 0, (uint16_t)(0xdc00 + ((code - 0x10000) & 0x3ff)), state);
    } else if (code == '\r' || code == '\n') {
        key(VK_RETURN, 0x1c, code, code == '\n' ? state | STATE_CTRL : state);
    } else if (code == 0x7f) {
        key(VK_BACK, 0x0e, 8, state);
    } else if (code == 8) {
        key(VK_BACK, 0x0e, 0x7f, state | STATE_CTRL);
    } else if (code == '\t') {
        key(VK_TAB, 0x0f, code, state);
    } else if (code == 0x1b) {
        key(VK_ESCAPE, 0x01, code, state);
    } else if (code == 0) {
        key('2', 0x03, 0, state | STATE_CTRL);
    } else if (code <= 26) {
        key((uint16_t)('A' + code - 1), letter_scan[code - 1], (uint16_t)code, state | STATE_CTRL);
    } else if (code < 0x20) {
        static const uint8_t vk[] = {0xdc, 0xdd, '6', 0xbd}, scan[] = {0x2b, 0x1b, 0x07, 0x0c};
        key(vk[code - 0x1c], scan[code - 0x1c], (uint16_t)code, state | STATE_CTRL);
    } else if (code == ' ') {
        key(VK_SPACE, 0x39, ' ', state);
    } else if (code >= 'a' && code <= 'z') {
        key((uint16_t)(code - 32), letter_scan[code - 'a'], (uint16_t)code, state);
    } else if (code >= 'A' && code <= 'Z') {
        key((uint16_t)code, letter_scan[code - 'A'], (uint16_t)code, state | STATE_SHIFT);
    } else if (code >= '0' && code <= '9') {
        key((uint16_t)code, code == '0' ? 0x0b : (uint16_t)(code - '0' + 1), (uint16_t)code, state);
    } else {
        const char *d = code < 0x80 ? strchr(digit_shifted, (int)code) : NULL;
        if (d) {
            uint16_t i = (uint16_t)(d - digit_shifted);
            key((uint16_t)('0' + i), i ? (uint16_t)(i + 1) : 0x0b, (uint16_t)code,
                state | STATE_SHIFT);
            return;
        }
        for (size_t i = 0; i < sizeof(punctuation) / sizeof(*punctuation); i++) {
            bool shifted = (uint32_t)punctuation[i].shifted == code;
            if (shifted || (uint32_t)punctuation[i].plain == code) {
                key(punctuation[i].vk, punctuation[i].scan, (uint16_t)code,
                    shifted ? state | STATE_SHIFT : state);
                return;
            }
        }
        key(0, 0, (uint16_t)code, state);
    }
}

/* One character of UTF-8: its length, 0 when its end is missing. Bad bytes count as U+FFFD. */
static unsigned utf8(const unsigned char *s, unsigned n, bool flush, uint32_t *code)
{
    unsigned want = s[0] < 0x80                   ? 1
                    : s[0] >= 0xc2 && s[0] < 0xe0 ? 2
                    : s[0] >= 0xe0 && s[0] < 0xf0 ? 3
                    : s[0] >= 0xf0 && s[0] < 0xf5 ? 4
                                                  : 0;

    *code = 0xfffd;
    if (!want)
        return 1;
    if (want == 1) {
        *code = s[0];
        return 1;
    }
    uint32_t value = s[0] & (0x7fu >> want);
    for (unsigned i = 1; i < want; i++) {
        if (i >= n)
            return flush ? n : 0;
        if ((s[i] & 0xc0) != 0x80)
            return i;
        value = value << 6 | (s[i] & 0x3fu);
    }
    if (value <= 0x10ffff && !(value >= 0xd800 && value < 0xe000) &&
        !(want == 3 && value < 0x800) && !(want == 4 && value < 0x10000))
        *code = value;
    return want;
}

static uint32_t state_of_modifier(unsigned m)
{
    uint32_t state = 0;

    m = m ? m - 1 : 0;
    if (m & 1)
        state |= STATE_SHIFT;
    if (m & 2)
        state |= STATE_ALT;
    if (m & 4)
        state |= STATE_CTRL;
    return state;
}

static void named_key(unsigned char final, unsigned number, unsigned modifier)
{
    uint32_t state = state_of_modifier(modifier);

    if (final == 'Z') {
        key(VK_TAB, 0x0f, '\t', state | STATE_SHIFT);
        return;
    }
    for (size_t i = 0; i < sizeof(named) / sizeof(*named); i++)
        if (named[i].final == final && (final != '~' || named[i].number == number)) {
            key(named[i].vk, named[i].scan, 0, state | (named[i].enhanced ? STATE_ENHANCED : 0));
            return;
        }
}

/* "ESC [ ..." or "ESC O x": its length, 0: not complete. */
static unsigned sequence(const unsigned char *s, unsigned n)
{
    struct console *c = &nt_console;
    unsigned number[2] = {0}, count = 0, i = 2;

    if (n < 3)
        return 0;
    if (s[1] == 'O') {
        named_key(s[2], 0, 0);
        return 3;
    }
    for (; i < n && s[i] >= 0x20 && s[i] < 0x40; i++) {
        if (s[i] == ';' && count < 1)
            count++;
        else if (s[i] >= '0' && s[i] <= '9' && number[count] < 100000)
            number[count] = number[count] * 10 + (s[i] - '0');
    }
    if (i == n)
        return n > 64 ? n : 0; /* nothing that is so long means a key */
    if (s[i] < 0x40 || s[i] > 0x7e)
        return i;
    if (s[i] == 'R' && c->reporting && count == 1 && number[0] && number[1]) {
        c->at = (CONDRV_COORD){(SHORT)(number[1] - 1), (SHORT)(number[0] - 1)};
        c->reported = true;
        return i + 1;
    }
    named_key(s[i], number[0], count ? number[1] : 0);
    return i + 1;
}

void console_decode_locked(bool flush)
{
    struct console *c = &nt_console;
    unsigned at = 0;

    while (at < c->byte_count) {
        const unsigned char *s = c->bytes + at;
        unsigned n = c->byte_count - at, used;
        uint32_t code, state = 0;

        /* A program that speaks VT itself gets the bytes of sequences as characters. */
        if (s[0] == 0x1b && (!(c->in_mode & IN_VT) || c->reporting)) {
            if (n == 1 && !flush)
                break;
            if (n >= 2 && (s[1] == '[' || s[1] == 'O') && !(flush && n == 2)) {
                used = sequence(s, n);
                if (!used && !flush)
                    break;
                if (used) {
                    at += used;
                    continue;
                }
            }
            if (n >= 2 && s[1] != 0x1b) {
                state = STATE_ALT;
                used = utf8(s + 1, n - 1, flush, &code);
                if (!used)
                    break;
                character(code, state);
                at += used + 1;
                continue;
            }
            character(0x1b, 0);
            at++;
            continue;
        }
        used = utf8(s, n, flush, &code);
        if (!used)
            break;
        character(code, state);
        at += used;
    }
    c->byte_count -= at;
    memmove(c->bytes, c->bytes + at, c->byte_count);
}
