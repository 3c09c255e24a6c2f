/*
 * Services and protocols by name: the files that the system keeps of them.
 */
#include "resolve.h"

#define FILE_MAX 0x100000u

/* The text of both files, read once and kept; NULL: not yet. Interlocked. */
static char *texts[2];
static char none[1];

static char *read_file(const WCHAR *tail)
{
    WCHAR path[MAX_PATH + 40];
    UINT n = GetSystemDirectoryW(path, MAX_PATH);
    HANDLE file;
    LARGE_INTEGER size;
    DWORD got = 0;
    char *text = NULL;

    if (!n || n >= MAX_PATH)
        return NULL;
    memcpy(path + n, tail, (wide_length(tail) + 1) * sizeof(WCHAR));
    file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                       NULL, OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return NULL;
    if (GetFileSizeEx(file, &size) && size.QuadPart < FILE_MAX)
        text = heap_alloc((SIZE_T)size.QuadPart + 1);
    if (text && !ReadFile(file, text, (DWORD)size.QuadPart, &got, NULL))
        got = 0;
    if (text)
        text[got] = 0;
    CloseHandle(file);
    return text;
}

static const char *text_of(int which)
{
    static const WCHAR *const tails[2] = {L"\\drivers\\etc\\services", L"\\drivers\\etc\\protocol"};
    DWORD error = NtCurrentTeb()->LastErrorValue;
    char *text = texts[which];

    if (text)
        return text;
    text = read_file(tails[which]);
    if (!text)
        text = none;
    if (InterlockedCompareExchangePointer((void **)&texts[which], text, NULL)) {
        if (text != none)
            heap_free(text);
        text = texts[which];
    }
    NtCurrentTeb()->LastErrorValue = error;
    return text;
}

static BOOL is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The next word of a line into `to`, cut if need be; FALSE at the line's end. */
static BOOL word(const char **at, char *to, SIZE_T room)
{
    SIZE_T n = 0;
    const char *c = *at;

    while (is_blank(*c))
        c++;
    for (; *c && *c != '\n' && *c != '#' && !is_blank(*c); c++)
        if (n < room - 1)
            to[n++] = *c;
    to[n] = 0;
    *at = c;
    return n != 0;
}

static BOOL parse(const char *line, BOOL with_protocol, struct wsa_service *row)
{
    char value[24];
    char *c = value;

    memset(row, 0, sizeof(*row));
    if (!word(&line, row->name, sizeof(row->name)) || !word(&line, value, sizeof(value)))
        return FALSE;
    for (; *c >= '0' && *c <= '9' && row->number < 65536; c++)
        row->number = row->number * 10 + (*c - '0');
    if (c == value || row->number > 65535 || *c != (with_protocol ? '/' : 0))
        return FALSE;
    if (with_protocol) {
        SIZE_T n = ansi_length(++c);

        if (!n || n >= sizeof(row->protocol))
            return FALSE;
        memcpy(row->protocol, c, n + 1);
    }
    while (row->alias_count < (int)ARRAYSIZE(row->aliases) &&
           word(&line, row->aliases[row->alias_count], sizeof(row->aliases[0])))
        row->alias_count++;
    return TRUE;
}

static BOOL find(int which, const char *name, int number, const char *protocol,
                 struct wsa_service *row)
{
    const char *line = text_of(which);

    while (*line) {
        BOOL fits = parse(line, which == 0, row) &&
                    (!protocol || wsa_same_name(protocol, row->protocol));

        if (fits && !name && row->number == number)
            return TRUE;
        if (fits && name) {
            if (wsa_same_name(name, row->name))
                return TRUE;
            for (int i = 0; i < row->alias_count; i++)
                if (wsa_same_name(name, row->aliases[i]))
                    return TRUE;
        }
        while (*line && *line != '\n')
            line++;
        line += *line == '\n';
    }
    return FALSE;
}

BOOL wsa_service(const char *name, int number, const char *protocol, struct wsa_service *found)
{
    return find(0, name, number, protocol, found);
}

BOOL wsa_protocol_row(const char *name, int number, struct wsa_service *found)
{
    return find(1, name, number, NULL, found);
}
