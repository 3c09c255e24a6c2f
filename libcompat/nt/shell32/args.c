/*
 * The arguments of a command line.
 */
#include "shell.h"

static BOOL blank(WCHAR c)
{
    return c == ' ' || c == '\t';
}

/*
 * Takes the text apart; argv NULL counts only. The first word is the program: quotes there only
 * group, and backslashes are nothing special. In the others, 2n backslashes and a quote are n
 * backslashes and the quote, 2n+1 are n and a literal quote; in a quoted part, two quotes are one
 * literal quote, and the third of three ends it.
 */
static int split(const WCHAR *p, WCHAR **argv, WCHAR *out)
{
    int count = 1, quotes = 0;

    if (argv)
        argv[0] = out;
    if (*p == '"') {
        for (p++; *p && *p != '"'; p++)
            if (argv)
                *out++ = *p;
        if (*p)
            p++;
    } else {
        /* a blank at the very begin makes an empty program name */
        for (; *p && *p > ' '; p++)
            if (argv)
                *out++ = *p;
    }
    if (argv)
        *out++ = 0;
    for (;;) {
        while (blank(*p))
            p++;
        if (!*p)
            return count;
        if (argv)
            argv[count] = out;
        count++;
        for (quotes = 0; *p && (quotes || !blank(*p));) {
            ULONG slashes = 0;

            while (*p == '\\')
                slashes++, p++;
            if (*p != '"') {
                while (slashes--)
                    if (argv)
                        *out++ = '\\';
                if (*p && (quotes || !blank(*p))) {
                    if (argv)
                        *out++ = *p;
                    p++;
                }
                continue;
            }
            for (ULONG i = 0; i < slashes / 2; i++)
                if (argv)
                    *out++ = '\\';
            if (slashes % 2) {
                if (argv)
                    *out++ = '"';
                p++;
                continue;
            }
            /* a run of quotes, counted from the one that opened the part */
            do {
                if (++quotes == 3) {
                    if (argv)
                        *out++ = '"';
                    quotes = 0;
                }
                p++;
            } while (*p == '"');
            if (quotes == 2)
                quotes = 0;
        }
        if (argv)
            *out++ = 0;
    }
}

LPWSTR *WINAPI CommandLineToArgvW(LPCWSTR line, int *count)
{
    WCHAR path[MAX_PATH * 4], **argv;
    SIZE_T length;
    int n;

    if (!count) {
        fail(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (!line) {
        fail(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (!*line) { /* an empty line stands for the program */
        length = GetModuleFileNameW(NULL, path, ARRAYSIZE(path));
        if (!length || length >= ARRAYSIZE(path))
            return NULL;
        argv = LocalAlloc(0, 2 * sizeof(*argv) + (length + 1) * sizeof(WCHAR));
        if (!argv)
            return NULL;
        argv[0] = (WCHAR *)(argv + 2);
        memcpy(argv[0], path, (length + 1) * sizeof(WCHAR));
        argv[1] = NULL;
        *count = 1;
        return argv;
    }
    n = split(line, NULL, NULL);
    length = wide_length(line);
    /* every argument ends where a blank or the end was, but for the first of a quoted line */
    argv = LocalAlloc(0, (n + 1) * sizeof(*argv) + (length + n + 1) * sizeof(WCHAR));
    if (!argv)
        return NULL;
    split(line, argv, (WCHAR *)(argv + n + 1));
    argv[n] = NULL;
    *count = n;
    return argv;
}
