#include "syscalls/nt/console_page.h"

#include <errno.h>
#include <iconv.h>
#include <stdio.h>

#include "syscalls/host/utf.h"

#define UTF8 65001u

static iconv_t open_page(uint32_t page, bool to_page)
{
    char name[32];

    if (page == 20127)
        snprintf(name, sizeof(name), "ASCII");
    else if (page >= 28591 && page <= 28606)
        snprintf(name, sizeof(name), "ISO-8859-%u", page - 28590);
    else if (page == 20866 || page == 21866)
        snprintf(name, sizeof(name), page == 20866 ? "KOI8-R" : "KOI8-U");
    else
        snprintf(name, sizeof(name), "CP%u", page);
    return to_page ? iconv_open(name, "UTF-16LE") : iconv_open("UTF-16LE", name);
}

bool console_page_known(uint32_t page)
{
    if (page == UTF8)
        return true;
    if (page == 0 || page == 1200 || page == 1201 || page > 65000)
        return false;
    iconv_t cd = open_page(page, true);
    if (cd == (iconv_t)-1)
        return false;
    iconv_close(cd);
    return true;
}

size_t console_page_from_utf16(uint32_t page, char *to, size_t max, const uint16_t *from, size_t n)
{
    if (page == UTF8) {
        size_t all = host_from_utf16(to, max, from, n);
        return all < max ? all : max;
    }
    iconv_t cd = open_page(page, true);
    char *in = (char *)(uintptr_t)from, *out = to;
    size_t in_left = n * 2, out_left = max;
    while (cd != (iconv_t)-1 && in_left) {
        if (iconv(cd, &in, &in_left, &out, &out_left) != (size_t)-1 || errno == E2BIG)
            break;
        if (!out_left || in_left < 2)
            break;
        *out++ = '?';
        out_left--;
        in += 2;
        in_left -= 2;
    }
    if (cd != (iconv_t)-1)
        iconv_close(cd);
    return max - out_left;
}

/* How many bytes at the end begin a character of UTF-8 that is not complete? */
static size_t incomplete(const char *s, size_t n)
{
    for (size_t back = 1; back <= 3 && back <= n; back++) {
        unsigned char c = (unsigned char)s[n - back];
        if ((c & 0xc0) == 0x80)
            continue;
        size_t want = c >= 0xf0 && c < 0xf5 ? 4 : c >= 0xe0 ? 3 : c >= 0xc2 ? 2 : 1;
        return c < 0xf5 && want > back ? back : 0;
    }
    return 0;
}

size_t console_page_to_utf16(uint32_t page, uint16_t *to, size_t max, const char *from, size_t n,
                             size_t *used)
{
    if (page == UTF8) {
        if (n > max)
            n = max; /* no byte becomes more than one unit */
        n -= incomplete(from, n);
        *used = n;
        return utf16_from_host(to, max, from, n);
    }
    iconv_t cd = open_page(page, false);
    char *in = (char *)(uintptr_t)from, *out = (char *)to;
    size_t in_left = n, out_left = max * 2;
    while (cd != (iconv_t)-1 && in_left) {
        if (iconv(cd, &in, &in_left, &out, &out_left) != (size_t)-1 || errno != EILSEQ ||
            out_left < 2)
            break;
        *(uint16_t *)(void *)out = 0xfffd;
        out += 2;
        out_left -= 2;
        in++;
        in_left--;
    }
    if (cd != (iconv_t)-1)
        iconv_close(cd);
    *used = n - in_left;
    return max - out_left / 2;
}
