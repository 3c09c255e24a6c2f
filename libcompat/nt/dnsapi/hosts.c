/*
 * Names that no name server is asked for: those of the hosts file, and localhost (RFC 6761).
 */
#include "dns.h"
#include <ws2tcpip.h>

#define FILE_MAX 0x1000000

/* The file as it is now, to heap_free; NULL: there is none. */
static char *read_hosts(void)
{
    static const WCHAR tail[] = L"\\drivers\\etc\\hosts";
    WCHAR path[MAX_PATH + 24];
    UINT n = GetSystemDirectoryW(path, MAX_PATH);
    LARGE_INTEGER size;
    DWORD got = 0;
    char *text = NULL;
    HANDLE file;

    if (!n || n >= MAX_PATH)
        return NULL;
    memcpy(path + n, tail, sizeof(tail));
    file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                       NULL, OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return NULL;
    if (GetFileSizeEx(file, &size) && size.QuadPart < FILE_MAX &&
        (text = heap_alloc((SIZE_T)size.QuadPart + 1)) != NULL) {
        if (!ReadFile(file, text, (DWORD)size.QuadPart, &got, NULL))
            got = 0;
        text[got] = 0;
    }
    CloseHandle(file);
    return text;
}

/* Cuts the next word out of a line; NULL: its end. */
static char *word(char **at)
{
    char *c = *at, *begin;

    while (*c == ' ' || *c == '\t' || *c == '\r')
        c++;
    for (begin = c; *c && *c != ' ' && *c != '\t' && *c != '\r'; c++)
        ;
    if (*c)
        *c++ = 0;
    *at = c;
    return *begin ? begin : NULL;
}

/* Cuts the text behind its first line, and the line at a comment. Returns what follows it. */
static char *cut_line(char *line)
{
    char *end = line;

    while (*end && *end != '\n')
        end++;
    if (*end)
        *end++ = 0;
    for (; *line; line++)
        if (*line == '#')
            *line = 0;
    return end;
}

/* 4, 16 or 0 bytes. */
static SIZE_T address_of(const char *text, UCHAR *address)
{
    if (inet_pton(AF_INET, text, address) == 1)
        return 4;
    return inet_pton(AF_INET6, text, address) == 1 ? 16 : 0;
}

/* The address that a name below in-addr.arpa or ip6.arpa is about: 4, 16 or 0 bytes. */
static SIZE_T reversed(const char *name, UCHAR *address)
{
    unsigned parts[32], n = 0;
    const char *c = name;

    while (n < 32 && *c) {
        unsigned value = 0;
        const char *begin = c;

        for (; *c && *c != '.'; c++) {
            char l = *c >= 'A' && *c <= 'F' ? (char)(*c + 32) : *c;

            if (l >= '0' && l <= '9')
                value = value * 16 + (unsigned)(l - '0');
            else if (l >= 'a' && l <= 'f')
                value = value * 16 + (unsigned)(l - 'a' + 10);
            else
                value = 0x1000;
            if (c - begin > 2)
                value = 0x1000;
        }
        if (value >= 0x1000 || c == begin || *c != '.') {
            c = begin;
            break;
        }
        parts[n++] = value;
        c++;
    }
    if (n == 4 && dns_same(c, "in-addr.arpa")) {
        for (unsigned i = 0; i < 4; i++) /* the digits were decimal ones */
            address[3 - i] = (UCHAR)((parts[i] >> 8) * 100 + (parts[i] >> 4 & 15) * 10 +
                                     (parts[i] & 15));
        return 4;
    }
    if (n == 32 && dns_same(c, "ip6.arpa")) {
        for (unsigned i = 0; i < 16; i++)
            address[15 - i] = (UCHAR)(parts[2 * i] | parts[2 * i + 1] << 4);
        return 16;
    }
    return 0;
}

static BOOL append(PDNS_RECORD **link, const char *owner, WORD type, const void *data,
                   enum charset charset)
{
    PDNS_RECORD record = dns_record(owner, type, data, charset);

    if (!record)
        return FALSE;
    **link = record;
    *link = &record->pNext;
    return TRUE;
}

/* Is it "localhost", or below it? */
static BOOL is_local(const char *name)
{
    static const char tail[] = ".localhost";
    SIZE_T n = ansi_length(name);

    if (n && name[n - 1] == '.')
        n--;
    return dns_same(name, tail + 1) ||
           (n > sizeof(tail) - 1 && dns_same(name + n - (sizeof(tail) - 1), tail));
}

BOOL dns_hosts(const char *name, WORD type, enum charset charset, PDNS_RECORD *list)
{
    static const UCHAR loop4[4] = {127, 0, 0, 1}, loop6[16] = {[15] = 1};
    UCHAR wanted[16], address[16];
    SIZE_T wanted_size = type == DNS_TYPE_PTR ? reversed(name, wanted) : 0;
    PDNS_RECORD *link = list;
    BOOL found = FALSE;
    char *text, *next;

    *list = NULL;
    if (type != DNS_TYPE_A && type != DNS_TYPE_AAAA && type != DNS_TYPE_PTR)
        return FALSE;
    if (type == DNS_TYPE_PTR && !wanted_size)
        return FALSE;
    if (is_local(name)) {
        append(&link, name, type, type == DNS_TYPE_A ? (const void *)loop4 : loop6, charset);
        return TRUE;
    }
    text = read_hosts();
    for (char *line = text; line && *line; line = next) {
        char *number, *host;
        SIZE_T size;

        next = cut_line(line);
        number = word(&line);
        size = number ? address_of(number, address) : 0;
        while (size && (host = word(&line)) != NULL) {
            if (type == DNS_TYPE_PTR) {
                if (size == wanted_size && !memcmp(address, wanted, size) && !found) {
                    found = TRUE;
                    append(&link, name, type, host, charset);
                }
            } else if (dns_same(host, name)) {
                found = TRUE;
                if (size == (type == DNS_TYPE_A ? 4u : 16u))
                    append(&link, name, type, address, charset);
            }
        }
    }
    heap_free(text);
    return found;
}
