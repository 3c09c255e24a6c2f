/* Memory, growing text, what is said and read. */
#include "cmd.h"

#include <stdarg.h>
#include <stdio.h>

void *grab(size_t bytes)
{
    void *memory = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, bytes ? bytes : 1);

    if (!memory) {
        err(L"Not enough memory.\r\n");
        ExitProcess(ERROR_NOT_ENOUGH_MEMORY);
    }
    return memory;
}

void drop(void *memory)
{
    if (memory)
        HeapFree(GetProcessHeap(), 0, memory);
}

WCHAR *copy_part(const WCHAR *s, size_t n)
{
    WCHAR *copy = grab((n + 1) * sizeof(*copy));

    memcpy(copy, s, n * sizeof(*copy));
    return copy;
}

WCHAR *copy_of(const WCHAR *s)
{
    return copy_part(s, wcslen(s));
}

void text_part(struct text *t, const WCHAR *s, size_t n)
{
    if (t->n + n + 1 > t->room) {
        size_t room = (t->n + n + 1) * 2 + 32;
        WCHAR *larger = grab(room * sizeof(*larger));

        if (t->n)
            memcpy(larger, t->s, t->n * sizeof(*larger));
        drop(t->s);
        t->s = larger;
        t->room = room;
    }
    memcpy(t->s + t->n, s, n * sizeof(*s));
    t->n += n;
    t->s[t->n] = 0;
}

void text_add(struct text *t, const WCHAR *s)
{
    text_part(t, s, wcslen(s));
}

void text_char(struct text *t, WCHAR c)
{
    text_part(t, &c, 1);
}

void text_clear(struct text *t)
{
    t->n = 0;
    if (t->s)
        t->s[0] = 0;
}

void text_free(struct text *t)
{
    drop(t->s);
    *t = (struct text){0};
}

const WCHAR *text_of(const struct text *t)
{
    return t->s ? t->s : L"";
}

UINT text_code_page(void)
{
    UINT page = GetConsoleOutputCP();

    return page ? page : GetOEMCP();
}

static void write_bytes(HANDLE to, const void *bytes, DWORD n)
{
    DWORD done;

    for (const char *at = bytes; n; at += done, n -= done)
        if (!WriteFile(to, at, n, &done, NULL) || !done)
            return; /* a reader that has gone; the command goes on, as cmd's do */
}

static void say(DWORD which, const WCHAR *s, size_t n)
{
    HANDLE to = GetStdHandle(which);
    DWORD mode, done;

    if (!n || !to || to == INVALID_HANDLE_VALUE)
        return;
    if (GetConsoleMode(to, &mode)) {
        WriteConsoleW(to, s, (DWORD)n, &done, NULL);
    } else if (shell.unicode) {
        write_bytes(to, s, (DWORD)(n * sizeof(*s)));
    } else {
        UINT page = text_code_page();
        int size = WideCharToMultiByte(page, 0, s, (int)n, NULL, 0, NULL, NULL);
        char *bytes = grab((size_t)size + 1);

        size = WideCharToMultiByte(page, 0, s, (int)n, bytes, size, NULL, NULL);
        write_bytes(to, bytes, (DWORD)size);
        drop(bytes);
    }
}

void out(const WCHAR *s)
{
    say(STD_OUTPUT_HANDLE, s, wcslen(s));
}

void err(const WCHAR *s)
{
    say(STD_ERROR_HANDLE, s, wcslen(s));
}

static void formatted(DWORD which, const WCHAR *format, va_list list)
{
    WCHAR small[512], *s = small;
    size_t room = sizeof(small) / sizeof(small[0]);
    int n;

    for (;;) {
        va_list again;

        va_copy(again, list);
        n = _vsnwprintf(s, room, format, again);
        va_end(again);
        if (n >= 0 && (size_t)n < room)
            break;
        if (s != small)
            drop(s);
        room *= 4;
        s = grab(room * sizeof(*s));
    }
    say(which, s, (size_t)n);
    if (s != small)
        drop(s);
}

void outf(const WCHAR *format, ...)
{
    va_list list;

    va_start(list, format);
    formatted(STD_OUTPUT_HANDLE, format, list);
    va_end(list);
}

void errf(const WCHAR *format, ...)
{
    va_list list;

    va_start(list, format);
    formatted(STD_ERROR_HANDLE, format, list);
    va_end(list);
}

DWORD fail_with(DWORD error)
{
    WCHAR message[512];

    if (FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL, error, 0,
                       message, sizeof(message) / sizeof(message[0]), NULL))
        err(message);
    else
        errf(L"Error %u.\r\n", (unsigned)error);
    return 1;
}

DWORD fail_saying(const WCHAR *message)
{
    err(message);
    err(L"\r\n");
    return 1;
}

bool read_line(HANDLE from, struct text *line)
{
    DWORD mode, n;
    bool any = false;

    if (GetConsoleMode(from, &mode)) {
        WCHAR part[256];

        while (ReadConsoleW(from, part, 256, &n, NULL) && n) {
            any = true;
            text_part(line, part, n);
            if (part[n - 1] == '\n')
                break;
        }
    } else {
        /* One byte at a time: what follows the line may be for the program that it starts. */
        char *bytes = NULL, c;
        size_t used = 0, room = 0;

        while (ReadFile(from, &c, 1, &n, NULL) && n) {
            any = true;
            if (used == room) {
                char *larger = grab(room * 2 + 128);

                if (used)
                    memcpy(larger, bytes, used);
                drop(bytes);
                bytes = larger;
                room = room * 2 + 128;
            }
            bytes[used++] = c;
            if (c == '\n')
                break;
        }
        if (used) {
            int size = MultiByteToWideChar(text_code_page(), 0, bytes, (int)used, NULL, 0);
            WCHAR *wide = grab(((size_t)size + 1) * sizeof(*wide));

            MultiByteToWideChar(text_code_page(), 0, bytes, (int)used, wide, size);
            text_part(line, wide, (size_t)size);
            drop(wide);
        }
        drop(bytes);
    }
    while (line->n && (line->s[line->n - 1] == '\n' || line->s[line->n - 1] == '\r'))
        line->s[--line->n] = 0;
    return any;
}
