/* The start: switches, a command of /c, or lines from standard input. */
#include "cmd.h"

struct shell shell = {.echo = true, .extensions = true};

/* The command line behind the program's own name. */
static const WCHAR *behind_name(const WCHAR *s)
{
    if (*s == '"') {
        for (s++; *s && *s != '"';)
            s++;
        if (*s)
            s++;
    } else {
        while (*s && *s != ' ' && *s != '\t' && *s != '/')
            s++;
    }
    return s;
}

/* What /c runs. As documented: exactly two quotes, none of the special signs between them, a blank
 * among it, and the name of a program: all is kept. Else, when a quote comes first, it and the last
 * one go. */
static WCHAR *command_of(const WCHAR *s, bool strip)
{
    size_t quotes = 0;
    bool blank = false, special = false;

    while (*s == ' ' || *s == '\t')
        s++;
    WCHAR *copy = copy_of(s), *first, *last;
    for (const WCHAR *c = copy; *c; c++) {
        quotes += *c == '"';
        if (quotes == 1) {
            blank |= *c == ' ' || *c == '\t';
            special |= wcschr(L"&<>()@^|", *c) != NULL;
        }
    }
    if (*copy != '"')
        return copy;
    if (!strip && quotes == 2 && !special && blank) {
        WCHAR *end = wcschr(copy + 1, '"'), *name = copy_part(copy + 1, (size_t)(end - copy - 1));
        WCHAR *path = find_program(name);
        drop(name);
        drop(path);
        if (path)
            return copy;
    }
    first = copy;
    memmove(first, first + 1, wcslen(first) * sizeof(*first));
    last = wcsrchr(copy, '"');
    if (last)
        memmove(last, last + 1, wcslen(last) * sizeof(*last));
    return copy;
}

static bool read_more(struct text *line)
{
    struct text raw = {0};
    HANDLE from = GetStdHandle(STD_INPUT_HANDLE);
    DWORD mode;

    if (shell.interactive && GetConsoleMode(from, &mode))
        out(L"More? ");
    bool any = read_line(from, &raw);
    if (any)
        expand_percent(text_of(&raw), raw.n, line);
    text_free(&raw);
    return any;
}

static void run_input(void)
{
    struct text raw = {0}, line = {0};
    DWORD mode;

    shell.interactive = true;
    bool console = GetConsoleMode(GetStdHandle(STD_INPUT_HANDLE), &mode);
    while (shell.flow != FLOW_EXIT) {
        shell.flow = FLOW_ON;
        if (shell.echo)
            show_prompt();
        text_clear(&raw);
        text_clear(&line);
        if (!read_line(GetStdHandle(STD_INPUT_HANDLE), &raw))
            break;
        if (!console && shell.echo) {
            out(text_of(&raw));
            out(L"\r\n");
        }
        expand_percent(text_of(&raw), raw.n, &line);
        run_line(&line, read_more);
        if (shell.echo)
            out(L"\r\n");
    }
    text_free(&raw);
    text_free(&line);
}

/* A child gets the key too and decides for itself; the shell that waits for it goes on. */
static BOOL WINAPI on_control(DWORD event)
{
    return event == CTRL_C_EVENT && shell.interactive;
}

void mainCRTStartup(void)
{
    const WCHAR *s = behind_name(shell.command_line = GetCommandLineW());
    bool strip = false, stay = false;
    WCHAR *command = NULL;

    if (!GetEnvironmentVariableW(L"PROMPT", NULL, 0))
        SetEnvironmentVariableW(L"PROMPT", L"$P$G");
    for (;;) {
        /* A caller may have put quotes around all of it. */
        while (*s == ' ' || *s == '\t' || *s == ',' || *s == ';' || *s == '=' ||
               (*s == '"' && s[1] == '/'))
            s++;
        if (*s != '/')
            break;
        WCHAR c = s[1] | 0x20;
        size_t n = 2;
        if (s[2] == ':')
            n = wcscspn(s, L" \t");
        if (c == 'c' || c == 'k' || c == 'r') {
            shell.once = c != 'k';
            stay = c == 'k';
            command = command_of(s + 2, strip);
            break;
        }
        switch (c) {
        case 's':
            strip = true;
            break;
        case 'q':
            shell.echo = false;
            break;
        case 'u':
            shell.unicode = true;
            break;
        case 'v':
            shell.delayed = _wcsnicmp(s + 2, L":off", 4) != 0;
            break;
        case 'e':
            shell.extensions = _wcsnicmp(s + 2, L":off", 4) != 0;
            break;
        case '?':
            out(L"Starts the command interpreter.\r\n\r\n"
                L"CMD [/A | /U] [/Q] [/D] [/E:ON | /E:OFF] [/V:ON | /V:OFF] [[/S] [/C | /K] "
                L"string]\r\n\r\n"
                L"/C      runs the command and ends\r\n"
                L"/K      runs the command and goes on\r\n"
                L"/S      takes the first and the last quote of the string away\r\n"
                L"/Q      turns echo off\r\n"
                L"/U      output to pipes and files is Unicode; /A: bytes\r\n"
                L"/V:ON   !names! are replaced when a command runs\r\n");
            ExitProcess(1);
        default: /* /a, /d, /f, /t, /x, /y: nothing to do here */
            break;
        }
        s += n;
    }
    SetConsoleCtrlHandler(on_control, TRUE);
    if (command) {
        struct text line = {0};
        expand_percent(command, wcslen(command), &line);
        run_line(&line, NULL);
        text_free(&line);
        drop(command);
        if (shell.flow == FLOW_LEAVE_BATCH)
            shell.flow = FLOW_ON;
    }
    if (!command || (stay && shell.flow != FLOW_EXIT)) {
        if (!command) {
            struct builtin const *ver;
            size_t n;
            if ((ver = find_builtin(L"ver", &n)) != NULL)
                ver->run(L"");
            out(L"\r\n");
        }
        run_input();
    }
    ExitProcess(shell.level);
}
