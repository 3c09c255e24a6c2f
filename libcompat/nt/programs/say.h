/* What the small programs share: output to a console or in its code page, and their arguments. */
#ifndef PROGRAMS_SAY_H
#define PROGRAMS_SAY_H

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <stdbool.h>
#include <wchar.h>

static inline void say(DWORD which, const WCHAR *s)
{
    HANDLE to = GetStdHandle(which);
    DWORD mode, done, n = (DWORD)wcslen(s);

    if (GetConsoleMode(to, &mode)) {
        WriteConsoleW(to, s, n, &done, NULL);
        return;
    }
    UINT page = GetConsoleOutputCP() ? GetConsoleOutputCP() : GetOEMCP();
    while (n) {
        char bytes[512];
        DWORD part = n < 100 ? n : 100;
        if (part < n && s[part - 1] >= 0xd800 && s[part - 1] < 0xdc00)
            part--; /* not between the halves of a pair */
        int size = WideCharToMultiByte(page, 0, s, (int)part, bytes, sizeof(bytes), NULL, NULL);
        for (int at = 0; at < size; at += (int)done)
            if (!WriteFile(to, bytes + at, (DWORD)(size - at), &done, NULL) || !done)
                return;
        s += part;
        n -= part;
    }
}

/* The next argument of a command line into out, without quotes; false: there is none, or no room
 * for it. */
static inline bool next_argument(const WCHAR **line, WCHAR *out, size_t room)
{
    const WCHAR *s = *line;
    size_t n = 0;

    while (*s == ' ' || *s == '\t')
        s++;
    if (!*s)
        return false;
    for (bool quoted = false; *s && (quoted || (*s != ' ' && *s != '\t')); s++) {
        if (*s == '"')
            quoted = !quoted;
        else if (n + 1 < room)
            out[n++] = *s;
        else
            return false;
    }
    out[n] = 0;
    *line = s;
    return true;
}

static inline bool has_arguments(const WCHAR *line)
{
    WCHAR word[1024];

    next_argument(&line, word, ARRAYSIZE(word));
    return next_argument(&line, word, ARRAYSIZE(word));
}

#endif
