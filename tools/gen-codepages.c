/*
 * Writes the tables of kernelbase's code pages from the host's iconv, as a C header, to standard
 * output. Run at build time; exits non-zero when iconv lacks a code page.
 *
 * Single-byte pages: what each byte 80h..FFh means (a page that is not ASCII below 80h does not
 * occur here). Double-byte pages: the same, 0 for lead bytes, and a row of 256 for each lead byte.
 * A code that has no meaning is 0; what Windows gives instead where its own tables have something,
 * is patched in by `private_use`. The way back is computed from this when a page is first used; the
 * exceptions list has the characters for which the lowest code is not the one that iconv (and
 * Windows) writes.
 */
#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct page {
    unsigned number;
    const char *iconv_name;
    unsigned leads; /* first and last lead byte, and those of a second range; 0: single bytes */
    unsigned default_char;
    const char *name;
};

static const struct page pages[] = {
    {437, "CP437", 0, '?', "OEM United States"},
    {737, "CP737", 0, '?', "OEM Greek"},
    {775, "CP775", 0, '?', "OEM Baltic"},
    {850, "CP850", 0, '?', "OEM Multilingual Latin 1"},
    {852, "CP852", 0, '?', "OEM Latin 2"},
    {855, "CP855", 0, '?', "OEM Cyrillic"},
    {857, "CP857", 0, '?', "OEM Turkish"},
    {858, "CP858", 0, '?', "OEM Latin 1 with Euro"},
    {860, "CP860", 0, '?', "OEM Portuguese"},
    {861, "CP861", 0, '?', "OEM Icelandic"},
    {862, "CP862", 0, '?', "OEM Hebrew"},
    {863, "CP863", 0, '?', "OEM Canadian French"},
    {865, "CP865", 0, '?', "OEM Nordic"},
    {866, "CP866", 0, '?', "OEM Russian"},
    {874, "CP874", 0, '?', "Thai"},
    {932, "CP932", 0x819fe0fc, '?', "Japanese Shift-JIS"},
    {936, "CP936", 0x81fe81fe, '?', "Simplified Chinese GBK"},
    {949, "CP949", 0x81fe81fe, '?', "Korean"},
    {950, "CP950", 0x81fe81fe, '?', "Traditional Chinese Big5"},
    {1250, "CP1250", 0, '?', "Windows Central Europe"},
    {1251, "CP1251", 0, '?', "Windows Cyrillic"},
    {1252, "CP1252", 0, '?', "Windows Latin 1"},
    {1253, "CP1253", 0, '?', "Windows Greek"},
    {1254, "CP1254", 0, '?', "Windows Turkish"},
    {1255, "CP1255", 0, '?', "Windows Hebrew"},
    {1256, "CP1256", 0, '?', "Windows Arabic"},
    {1257, "CP1257", 0, '?', "Windows Baltic"},
    {1258, "CP1258", 0, '?', "Windows Vietnamese"},
    {10000, "MACINTOSH", 0, '?', "Macintosh Roman"},
    {20127, "US-ASCII", 0, '?', "US-ASCII"},
    {20866, "KOI8-R", 0, '?', "Russian KOI8"},
    {21866, "KOI8-U", 0, '?', "Ukrainian KOI8"},
    {28591, "ISO-8859-1", 0, '?', "ISO 8859-1 Latin 1"},
    {28592, "ISO-8859-2", 0, '?', "ISO 8859-2 Central Europe"},
    {28593, "ISO-8859-3", 0, '?', "ISO 8859-3 Latin 3"},
    {28594, "ISO-8859-4", 0, '?', "ISO 8859-4 Baltic"},
    {28595, "ISO-8859-5", 0, '?', "ISO 8859-5 Cyrillic"},
    {28596, "ISO-8859-6", 0, '?', "ISO 8859-6 Arabic"},
    {28597, "ISO-8859-7", 0, '?', "ISO 8859-7 Greek"},
    {28598, "ISO-8859-8", 0, '?', "ISO 8859-8 Hebrew"},
    {28599, "ISO-8859-9", 0, '?', "ISO 8859-9 Turkish"},
    {28603, "ISO-8859-13", 0, '?', "ISO 8859-13 Estonian"},
    {28605, "ISO-8859-15", 0, '?', "ISO 8859-15 Latin 9"},
};

/* Bytes without a character that Windows maps to its private use area, first and last byte. */
static const struct {
    unsigned page;
    unsigned first, last;
    unsigned character;
} private_use[] = {
    {874, 0xdb, 0xde, 0xf8c1},  {874, 0xfc, 0xff, 0xf8c5},  {932, 0xa0, 0xa0, 0x00a0},
    {932, 0xfd, 0xff, 0xf8f1},  {936, 0x80, 0x80, 0x20ac},  {936, 0xff, 0xff, 0xf8f5},
    {949, 0xff, 0xff, 0xf8f7},  {950, 0xff, 0xff, 0xf8f8},  {1253, 0xaa, 0xaa, 0xf8f9},
    {1253, 0xd2, 0xd2, 0xf8fa}, {1253, 0xff, 0xff, 0xf8fb}, {1255, 0xd9, 0xdf, 0xf88d},
    {1255, 0xfb, 0xfc, 0xf894}, {1255, 0xff, 0xff, 0xf896}, {1257, 0xa1, 0xa1, 0xf8fc},
    {1257, 0xa5, 0xa5, 0xf8fd},
};

static uint16_t forward[65536]; /* by code: one byte, or lead and trail */

/* One code to one UTF-16 unit; 0 when it is none, or more than one. */
static unsigned decode(iconv_t cd, unsigned char *code, size_t length)
{
    char *in = (char *)code;
    unsigned char out[16];
    char *at = (char *)out;
    size_t left = sizeof(out);

    iconv(cd, NULL, NULL, NULL, NULL);
    if (iconv(cd, &in, &length, &at, &left) == (size_t)-1 || length)
        return 0;
    iconv(cd, NULL, NULL, &at, &left); /* pages with combining characters hold one back */
    return at - (char *)out == 2 ? out[0] | out[1] << 8 : 0;
}

static unsigned encode(iconv_t cd, unsigned character)
{
    unsigned char in[2] = {(unsigned char)character, (unsigned char)(character >> 8)}, out[8];
    char *from = (char *)in, *at = (char *)out;
    size_t length = 2, left = sizeof(out);

    iconv(cd, NULL, NULL, NULL, NULL);
    if (iconv(cd, &from, &length, &at, &left) == (size_t)-1)
        return 0;
    if (at - (char *)out == 1)
        return out[0];
    return at - (char *)out == 2 ? out[0] << 8 | out[1] : 0;
}

static int is_lead(const struct page *page, unsigned b)
{
    unsigned r = page->leads;

    return (b >= r >> 24 && b <= (r >> 16 & 0xff)) || (b >= (r >> 8 & 0xff) && b <= (r & 0xff));
}

static int emit(const struct page *page)
{
    iconv_t from = iconv_open("UTF-16LE", page->iconv_name);
    iconv_t to = iconv_open(page->iconv_name, "UTF-16LE");
    static uint16_t lowest[65536];
    unsigned leads = 0;

    if (from == (iconv_t)-1 || to == (iconv_t)-1) {
        fprintf(stderr, "gen-codepages: iconv has no %s: %s\n", page->iconv_name, strerror(errno));
        return 1;
    }
    memset(forward, 0, sizeof(forward));
    memset(lowest, 0, sizeof(lowest));
    for (unsigned b = 0; b < 256; b++) {
        unsigned char code[2] = {(unsigned char)b};

        if (page->leads && is_lead(page, b))
            continue;
        forward[b] = (uint16_t)(b < 0x80 ? b : decode(from, code, 1));
        /* A byte that Windows' tables leave alone is a C1 control. */
        if (!forward[b] && b >= 0x80 && b < 0xa0 && !page->leads && page->number != 20127)
            forward[b] = (uint16_t)b;
        if (!forward[b] && b == 0x80 && page->leads)
            forward[b] = 0x80;
    }
    for (size_t i = 0; i < sizeof(private_use) / sizeof(private_use[0]); i++)
        if (private_use[i].page == page->number)
            for (unsigned b = private_use[i].first; b <= private_use[i].last; b++)
                forward[b] = (uint16_t)(private_use[i].character + b - private_use[i].first);
    if (page->leads)
        for (unsigned lead = 0x81; lead < 0xff; lead++)
            for (unsigned trail = 0x31; trail < 0xff; trail++) {
                unsigned char code[2] = {(unsigned char)lead, (unsigned char)trail};

                if (is_lead(page, lead))
                    forward[lead << 8 | trail] = (uint16_t)decode(from, code, 2);
            }

    printf("static const uint16_t high_%u[128] = {", page->number);
    for (unsigned b = 0x80; b < 256; b++)
        printf("%s%#x,", b % 16 ? "" : "\n    ", forward[b]);
    printf("\n};\n");
    if (page->leads) {
        printf("static const uint16_t rows_%u[][256] = {\n", page->number);
        for (unsigned lead = 0x80; lead < 256; lead++) {
            if (!is_lead(page, lead))
                continue;
            leads++;
            printf("    [%u] = {", leads - 1);
            for (unsigned trail = 0; trail < 256; trail++)
                if (forward[lead << 8 | trail])
                    printf("[%u]=%#x,", trail, forward[lead << 8 | trail]);
            printf("},\n");
        }
        printf("};\nstatic const uint8_t row_of_%u[128] = {", page->number);
        leads = 0;
        for (unsigned lead = 0x80; lead < 256; lead++) {
            printf("%s%u,", lead % 16 ? "" : "\n    ", is_lead(page, lead) ? ++leads : 0);
        }
        printf("\n};\n");
    }

    for (unsigned code = 65536; code-- > 0;)
        if (forward[code])
            lowest[forward[code]] = (uint16_t)code;
    printf("static const uint16_t prefer_%u[][2] = {", page->number);
    for (unsigned c = 0x80; c < 0x10000; c++) {
        unsigned code;

        if (c >= 0xd800 && c < 0xe000)
            continue;
        code = lowest[c] ? encode(to, c) : 0;
        if (code && code != lowest[c] && forward[code] == c)
            printf("{%#x, %#x}, ", c, code);
    }
    printf("{0, 0}};\n\n");
    iconv_close(from);
    iconv_close(to);
    return 0;
}

int main(void)
{
    int failed = 0;

    printf("/* Generated by tools/gen-codepages.c from the build host's iconv. */\n\n");
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
        failed |= emit(&pages[i]);
    printf("static const struct code_page code_pages[] = {\n");
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        const struct page *p = &pages[i];

        printf("    {%u, %#x, high_%u, ", p->number, p->default_char, p->number);
        if (p->leads)
            printf("rows_%u, row_of_%u, ", p->number, p->number);
        else
            printf("NULL, NULL, ");
        printf("prefer_%u, L\"%s\"},\n", p->number, p->name);
    }
    printf("};\n");
    return failed || fflush(stdout) || ferror(stdout);
}
