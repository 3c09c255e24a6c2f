/* The table of built-in commands, and the small ones. */
#include "cmd.h"

static const WCHAR *skip_blanks(const WCHAR *s)
{
    while (*s == ' ' || *s == '\t')
        s++;
    return s;
}

WCHAR *full_path(const WCHAR *path)
{
    DWORD room = GetFullPathNameW(path, 0, NULL, NULL);
    WCHAR *full = grab(((size_t)room + 1) * sizeof(*full));

    if (!room || !GetFullPathNameW(path, room, full, NULL)) {
        drop(full);
        return copy_of(path);
    }
    return full;
}

bool take_switches(WCHAR **words, bool (*take)(const WCHAR *name, void *to), void *to)
{
    size_t kept = 0;
    bool good = true;

    for (size_t i = 0; words[i]; i++) {
        WCHAR *slash = words[i][0] == '"' ? NULL : wcschr(words[i], '/');
        if (!slash) {
            words[kept++] = words[i];
            continue;
        }
        /* "a/b/c": a word may carry switches behind it */
        for (WCHAR *at = slash; at;) {
            WCHAR *next = wcschr(at + 1, '/');
            WCHAR *name = copy_part(at + 1, next ? (size_t)(next - at - 1) : wcslen(at + 1));
            if (good && !take(name, to)) {
                errf(L"Invalid switch - \"%ls\".\r\n", name);
                good = false;
            }
            drop(name);
            at = next;
        }
        *slash = 0;
        if (words[i][0])
            words[kept++] = words[i];
        else
            drop(words[i]);
    }
    words[kept] = NULL;
    return good;
}

static DWORD do_echo(const WCHAR *rest)
{
    const WCHAR *s = skip_blanks(rest);
    size_t n = wcslen(s);

    /* Right behind the name, one sign only separates. */
    if (*rest && !wcschr(L" \t", *rest)) {
        out(rest + 1);
        out(L"\r\n");
        return KEEP_LEVEL;
    }
    while (n && (s[n - 1] == ' ' || s[n - 1] == '\t'))
        n--;
    if (n == 0)
        outf(L"ECHO is %ls.\r\n", shell.echo ? L"on" : L"off");
    else if (n == 2 && !_wcsnicmp(s, L"on", 2))
        shell.echo = true;
    else if (n == 3 && !_wcsnicmp(s, L"off", 3))
        shell.echo = false;
    else {
        out(rest + 1);
        out(L"\r\n");
    }
    return KEEP_LEVEL;
}

static DWORD do_rem(const WCHAR *rest)
{
    (void)rest;
    return KEEP_LEVEL;
}

static DWORD show_variables(const WCHAR *prefix)
{
    WCHAR *all = GetEnvironmentStringsW();
    size_t n = wcslen(prefix), shown = 0;

    for (const WCHAR *p = all; p && *p; p += wcslen(p) + 1) {
        if (*p == '=' || _wcsnicmp(p, prefix, n))
            continue;
        out(p);
        out(L"\r\n");
        shown++;
    }
    if (all)
        FreeEnvironmentStringsW(all);
    if (!shown && n) {
        errf(L"Environment variable %ls not defined\r\n", prefix);
        return 1;
    }
    return shell.batch ? KEEP_LEVEL : 0;
}

static DWORD set_prompted(const WCHAR *s)
{
    const WCHAR *equals = wcschr(s, '=');
    struct text line = {0};

    if (!equals)
        return fail_saying(L"The syntax of the command is incorrect.");
    WCHAR *name = copy_part(s, (size_t)(equals - s)), *prompt = unquoted(equals + 1);
    out(prompt);
    bool any = read_line(GetStdHandle(STD_INPUT_HANDLE), &line);
    if (any && line.n)
        SetEnvironmentVariableW(name, line.s);
    drop(name);
    drop(prompt);
    DWORD level = any && line.n ? 0 : 1;
    text_free(&line);
    return level;
}

static DWORD do_set(const WCHAR *rest)
{
    const WCHAR *s = skip_blanks(rest);

    if (!_wcsnicmp(s, L"/a", 2)) {
        LONG value;
        if (!arithmetic(s + 2, &value))
            return shell.level;
        if (!shell.batch)
            outf(L"%d", (int)value);
        return 0;
    }
    if (!_wcsnicmp(s, L"/p", 2))
        return set_prompted(skip_blanks(s + 2));
    /* A quote in front belongs to the whole; the last quote ends it, and what follows is ignored.
     */
    WCHAR *copy = copy_of(s), *from = copy, *equals;
    if (*from == '"') {
        from++;
        WCHAR *last = wcsrchr(from, '"');
        if (last)
            *last = 0;
    }
    equals = wcschr(from, '=');
    DWORD level = shell.batch ? KEEP_LEVEL : 0;
    if (!equals) {
        for (size_t n = wcslen(from); n && (from[n - 1] == ' ' || from[n - 1] == '\t');)
            from[--n] = 0;
        level = show_variables(from);
    } else if (equals == from) {
        level = fail_saying(L"The syntax of the command is incorrect.");
    } else {
        *equals = 0;
        if (!SetEnvironmentVariableW(from, equals[1] ? equals + 1 : NULL) &&
            (equals[1] || GetLastError() != ERROR_ENVVAR_NOT_FOUND))
            level = fail_with(GetLastError());
        else if (!equals[1] && GetLastError() == ERROR_ENVVAR_NOT_FOUND)
            level = 1;
    }
    drop(copy);
    return level;
}

/* The directory of another drive is in =X:, as Windows keeps it. */
static DWORD change_directory(const WCHAR *s, bool drive_too)
{
    WCHAR now[4096], name[4] = L"=X:";

    if (s[0] && s[1] == ':' && !s[2])
        return SetCurrentDirectoryW(s) ? 0 : fail_with(GetLastError());
    GetCurrentDirectoryW(4096, now);
    bool other = s[0] && s[1] == ':' && (s[0] & ~0x20) != (now[0] & ~0x20);
    if (!SetCurrentDirectoryW(s))
        return fail_with(GetLastError() == ERROR_FILE_NOT_FOUND ? ERROR_PATH_NOT_FOUND
                                                                : GetLastError());
    WCHAR there[4096];
    GetCurrentDirectoryW(4096, there);
    if (there[0] && there[1] == ':') {
        name[1] = there[0] & ~0x20;
        SetEnvironmentVariableW(name, there);
    }
    if (other && !drive_too)
        SetCurrentDirectoryW(now);
    return 0;
}

static DWORD do_cd(const WCHAR *rest)
{
    WCHAR *s = unquoted(rest);
    const WCHAR *at = s;
    bool drive_too = false;
    DWORD level;

    if (!_wcsnicmp(at, L"/d", 2)) {
        drive_too = true;
        at = skip_blanks(at + 2);
    }
    if (!*at || (at[0] && at[1] == ':' && !at[2] && !drive_too)) {
        WCHAR *where = *at ? full_path(at) : variable(L"CD");
        outf(L"%ls\r\n", where);
        drop(where);
        level = 0;
    } else {
        level = change_directory(at, drive_too);
    }
    drop(s);
    return level;
}

struct pushed {
    struct pushed *next;
    WCHAR *directory;
};
static struct pushed *stack;

static DWORD do_pushd(const WCHAR *rest)
{
    WCHAR *s = unquoted(rest);
    DWORD level = 0;

    if (!*s) {
        for (struct pushed *p = stack; p; p = p->next)
            outf(L"%ls\r\n", p->directory);
    } else {
        struct pushed *p = grab(sizeof(*p));
        p->directory = variable(L"CD");
        level = change_directory(s, true);
        if (level) {
            drop(p->directory);
            drop(p);
        } else {
            p->next = stack;
            stack = p;
        }
    }
    drop(s);
    return level;
}

static DWORD do_popd(const WCHAR *rest)
{
    struct pushed *p = stack;

    (void)rest;
    if (!p)
        return 1;
    stack = p->next;
    DWORD level = SetCurrentDirectoryW(p->directory) ? 0 : fail_with(GetLastError());
    drop(p->directory);
    drop(p);
    return level;
}

static DWORD do_exit(const WCHAR *rest)
{
    const WCHAR *s = skip_blanks(rest);
    bool batch_only = !_wcsnicmp(s, L"/b", 2);

    if (batch_only)
        s = skip_blanks(s + 2);
    shell.flow = batch_only && shell.batch ? FLOW_LEAVE_BATCH : FLOW_EXIT;
    if ((*s >= '0' && *s <= '9') || *s == '-' || *s == '+')
        return (DWORD)(*s == '-' ? wcstol(s, NULL, 10) : (LONG)wcstoul(s, NULL, 10));
    return KEEP_LEVEL;
}

static DWORD type_file(const WCHAR *name, bool titled)
{
    HANDLE h =
        CreateFileW(name, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                    NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    HANDLE to = GetStdHandle(STD_OUTPUT_HANDLE);
    char bytes[16384];
    DWORD n, done, mode;

    if (h == INVALID_HANDLE_VALUE)
        return fail_with(GetLastError());
    if (titled)
        errf(L"\r\n%ls\r\n\r\n\r\n", name);
    bool console = GetConsoleMode(to, &mode), first = true, wide = false;
    size_t left = 0; /* of a character that was cut */
    while (ReadFile(h, bytes + left, sizeof(bytes) - (DWORD)left, &n, NULL) && n) {
        n += (DWORD)left;
        left = 0;
        char *from = bytes;
        if (first && n >= 2 && !memcmp(bytes, "\xff\xfe", 2)) {
            wide = true;
            from += 2;
            n -= 2;
        }
        first = false;
        if (wide) {
            WCHAR *text = copy_part((const WCHAR *)from, n / 2);
            out(text);
            drop(text);
        } else if (console) {
            WriteConsoleA(to, from, n, &done, NULL);
        } else {
            for (DWORD at = 0; at < n; at += done)
                if (!WriteFile(to, from + at, n - at, &done, NULL) || !done)
                    break;
        }
    }
    CloseHandle(h);
    return 0;
}

static DWORD do_type(const WCHAR *rest)
{
    WCHAR **words = words_of(rest);
    DWORD level = words[0] ? 0 : fail_saying(L"The syntax of the command is incorrect.");
    bool many = words[0] && words[1];

    for (size_t i = 0; words[i]; i++) {
        WCHAR *name = unquoted(words[i]);
        if (wcspbrk(name, L"*?")) {
            WIN32_FIND_DATAW data;
            HANDLE find = FindFirstFileW(name, &data);
            WCHAR *last = wcsrchr(name, '\\');
            if (find == INVALID_HANDLE_VALUE) {
                level = fail_with(GetLastError());
            } else {
                do {
                    if (data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)
                        continue;
                    struct text t = {0};
                    text_part(&t, name, last ? (size_t)(last + 1 - name) : 0);
                    text_add(&t, data.cFileName);
                    if (type_file(t.s, true))
                        level = 1;
                    text_free(&t);
                } while (FindNextFileW(find, &data));
                FindClose(find);
            }
        } else if (type_file(name, many)) {
            level = 1;
        }
        drop(name);
    }
    drop_words(words);
    return level;
}

static DWORD do_path(const WCHAR *rest)
{
    WCHAR *s = unquoted(rest);
    WCHAR *from = s;

    while (*from == '=' || *from == ' ')
        from++;
    if (!*from) {
        WCHAR *path = variable(L"PATH");
        outf(L"PATH=%ls\r\n", path ? path : L"");
        drop(path);
    } else {
        SetEnvironmentVariableW(L"PATH", wcscmp(from, L";") ? from : NULL);
    }
    drop(s);
    return KEEP_LEVEL;
}

static DWORD do_prompt(const WCHAR *rest)
{
    const WCHAR *s = skip_blanks(rest);

    if (*s == '=')
        s++;
    SetEnvironmentVariableW(L"PROMPT", *s ? s : NULL);
    return KEEP_LEVEL;
}

static DWORD do_title(const WCHAR *rest)
{
    SetConsoleTitleW(skip_blanks(rest));
    return KEEP_LEVEL;
}

static void version(struct text *t)
{
    OSVERSIONINFOW v = {.dwOSVersionInfoSize = sizeof(v)};
    LONG NTAPI RtlGetVersion(OSVERSIONINFOW *);
    WCHAR line[96];

    RtlGetVersion(&v);
    _snwprintf(line, 96, L"Microsoft Windows [Version %u.%u.%u]", (unsigned)v.dwMajorVersion,
               (unsigned)v.dwMinorVersion, (unsigned)v.dwBuildNumber);
    text_add(t, line);
}

static DWORD do_ver(const WCHAR *rest)
{
    struct text t = {0};

    (void)rest;
    version(&t);
    outf(L"\r\n%ls\r\n", t.s);
    text_free(&t);
    return 0;
}

static DWORD do_cls(const WCHAR *rest)
{
    HANDLE to = GetStdHandle(STD_OUTPUT_HANDLE);
    CONSOLE_SCREEN_BUFFER_INFO info;
    COORD home = {0, 0};
    DWORD done;

    (void)rest;
    if (!GetConsoleScreenBufferInfo(to, &info)) {
        out(L"\f");
        return KEEP_LEVEL;
    }
    DWORD cells = (DWORD)info.dwSize.X * (DWORD)info.dwSize.Y;
    FillConsoleOutputCharacterW(to, ' ', cells, home, &done);
    FillConsoleOutputAttribute(to, info.wAttributes, cells, home, &done);
    SetConsoleCursorPosition(to, home);
    return KEEP_LEVEL;
}

static DWORD do_color(const WCHAR *rest)
{
    const WCHAR *s = skip_blanks(rest);
    unsigned long v = *s ? wcstoul(s, NULL, 16) : 7;

    if ((v & 15) == (v >> 4))
        return 1;
    SetConsoleTextAttribute(GetStdHandle(STD_OUTPUT_HANDLE), (WORD)v);
    return 0;
}

static DWORD do_pause(const WCHAR *rest)
{
    HANDLE from = GetStdHandle(STD_INPUT_HANDLE);
    DWORD mode, n;
    WCHAR c;
    char byte;

    (void)rest;
    out(L"Press any key to continue . . . ");
    if (GetConsoleMode(from, &mode)) {
        SetConsoleMode(from, mode & ~(ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT));
        ReadConsoleW(from, &c, 1, &n, NULL);
        SetConsoleMode(from, mode);
    } else {
        ReadFile(from, &byte, 1, &n, NULL);
    }
    out(L"\r\n");
    return KEEP_LEVEL;
}

/* date and time say what it is; the host's clock is not for a guest to set. */
static DWORD tell(const WCHAR *rest, const WCHAR *name, const WCHAR *words)
{
    const WCHAR *s = skip_blanks(rest);
    WCHAR *now = variable(name);

    if (*s && _wcsnicmp(s, L"/t", 2)) {
        drop(now);
        return fail_with(ERROR_PRIVILEGE_NOT_HELD);
    }
    if (*s)
        outf(L"%ls\r\n", now);
    else
        outf(L"The current %ls is: %ls\r\n", words, now);
    drop(now);
    return 0;
}

static DWORD do_date(const WCHAR *rest)
{
    return tell(rest, L"DATE", L"date");
}

static DWORD do_time(const WCHAR *rest)
{
    return tell(rest, L"TIME", L"time");
}

static DWORD do_vol(const WCHAR *rest)
{
    WCHAR root[4] = L"C:\\", label[MAX_PATH] = L"", *now = variable(L"CD");
    const WCHAR *s = skip_blanks(rest);
    DWORD serial;

    root[0] = *s && s[1] == ':' ? *s & ~0x20 : now[0];
    drop(now);
    if (!GetVolumeInformationW(root, label, MAX_PATH, &serial, NULL, NULL, NULL, 0))
        return fail_with(GetLastError());
    if (label[0])
        outf(L" Volume in drive %lc is %ls\r\n", root[0], label);
    else
        outf(L" Volume in drive %lc has no label.\r\n", root[0]);
    outf(L" Volume Serial Number is %04X-%04X\r\n", (unsigned)(serial >> 16),
         (unsigned)(serial & 0xffff));
    return 0;
}

static DWORD do_verify(const WCHAR *rest)
{
    const WCHAR *s = skip_blanks(rest);
    static bool on;

    if (!*s)
        outf(L"VERIFY is %ls.\r\n", on ? L"on" : L"off");
    else if (!_wcsicmp(s, L"on") || !_wcsicmp(s, L"off"))
        on = !_wcsicmp(s, L"on");
    else
        return fail_saying(L"An incorrect parameter was entered for the command.");
    return 0;
}

/* start ["title"] [/d dir] [/b] [/wait] ... program arguments */
static DWORD do_start(const WCHAR *rest)
{
    const WCHAR *s = skip_blanks(rest);
    DWORD flags = CREATE_NEW_CONSOLE, level = 0;
    WCHAR *directory = NULL;
    bool wait = false;

    if (*s == '"') {
        const WCHAR *end = wcschr(s + 1, '"');
        s = skip_blanks(end ? end + 1 : s + wcslen(s));
    }
    while (*s == '/') {
        size_t n = wcscspn(s, L" \t");
        if (!_wcsnicmp(s, L"/wait", n > 2 ? n : 5) || (n == 2 && (s[1] | 0x20) == 'w'))
            wait = true;
        else if (n == 2 && (s[1] | 0x20) == 'b')
            flags = CREATE_NEW_PROCESS_GROUP;
        else if (!_wcsnicmp(s, L"/d", 2)) {
            const WCHAR *from = n == 2 ? skip_blanks(s + 2) : s + 2;
            size_t length = 0;
            for (bool quoted = false; from[length] && (quoted || !wcschr(L" \t", from[length]));
                 length++)
                if (from[length] == '"')
                    quoted = !quoted;
            drop(directory);
            directory = copy_part(from, length);
            strip_quotes(directory);
            s = from + length;
            n = 0;
        } else if (_wcsnicmp(s, L"/min", n) && _wcsnicmp(s, L"/max", n) &&
                   _wcsnicmp(s, L"/normal", n) && _wcsnicmp(s, L"/low", n) &&
                   _wcsnicmp(s, L"/high", n) && _wcsnicmp(s, L"/i", n) &&
                   _wcsnicmp(s, L"/abovenormal", n) && _wcsnicmp(s, L"/belownormal", n)) {
            errf(L"Invalid switch - \"%ls\".\r\n", s);
            drop(directory);
            return 1;
        }
        s = skip_blanks(s + n);
    }
    size_t n = 0;
    for (bool quoted = false; s[n] && (quoted || !wcschr(L" \t", s[n])); n++)
        if (s[n] == '"')
            quoted = !quoted;
    WCHAR *word = copy_part(s, n), *path = find_program(word);
    size_t ignored;
    HANDLE process;
    if (path && !is_batch(path)) {
        WCHAR *line = copy_of(s);
        process = start_process(path, line, flags, directory);
        drop(line);
    } else if (path || find_builtin(word, &ignored)) {
        process = start_self(s);
    } else {
        SetLastError(ERROR_FILE_NOT_FOUND);
        process = NULL;
    }
    if (!process)
        level = fail_with(GetLastError());
    else if (wait)
        level = wait_for(process);
    else
        CloseHandle(process);
    drop(word);
    drop(path);
    drop(directory);
    return level;
}

static DWORD do_break(const WCHAR *rest)
{
    (void)rest;
    return 0;
}

static const struct builtin builtins[] = {
    {L"break", do_break},
    {L"call", do_call},
    {L"cd", do_cd},
    {L"chdir", do_cd},
    {L"cls", do_cls},
    {L"color", do_color},
    {L"copy", do_copy},
    {L"date", do_date},
    {L"del", do_del},
    {L"dir", do_dir},
    {L"echo", do_echo},
    {L"endlocal", do_endlocal},
    {L"erase", do_del},
    {L"exit", do_exit},
    {L"goto", do_goto},
    {L"md", do_md},
    {L"mkdir", do_md},
    {L"mklink", do_mklink},
    {L"move", do_move},
    {L"path", do_path},
    {L"pause", do_pause},
    {L"popd", do_popd},
    {L"prompt", do_prompt},
    {L"pushd", do_pushd},
    {L"rd", do_rd},
    {L"rem", do_rem},
    {L"ren", do_ren},
    {L"rename", do_ren},
    {L"rmdir", do_rd},
    {L"set", do_set},
    {L"setlocal", do_setlocal},
    {L"shift", do_shift},
    {L"start", do_start},
    {L"time", do_time},
    {L"title", do_title},
    {L"type", do_type},
    {L"ver", do_ver},
    {L"verify", do_verify},
    {L"vol", do_vol},
};

/* "X:" alone changes the drive. */
static DWORD change_drive(const WCHAR *rest)
{
    (void)rest;
    return KEEP_LEVEL; /* see find_builtin */
}

const struct builtin *find_builtin(const WCHAR *word, size_t *name_length)
{
    static const struct builtin drive = {L"", change_drive};
    size_t n = 0;

    if (((word[0] | 0x20) >= 'a' && (word[0] | 0x20) <= 'z') && word[1] == ':' && !word[2]) {
        /* The name is the command: done here, as it has no name of its own in the table. */
        WCHAR root[4] = {word[0], ':', 0};
        *name_length = 2;
        if (!SetCurrentDirectoryW(root))
            shell.level = fail_with(ERROR_INVALID_DRIVE);
        return &drive;
    }
    while ((word[n] | 0x20) >= 'a' && (word[n] | 0x20) <= 'z')
        n++;
    if (word[n] && !wcschr(L"\\/.:,;=+[](\"", word[n]))
        return NULL;
    for (size_t i = 0; i < sizeof(builtins) / sizeof(builtins[0]); i++) {
        if (wcslen(builtins[i].name) != n || _wcsnicmp(word, builtins[i].name, n))
            continue;
        /* "echo." and "cd.." are commands, "start.exe" is a program. */
        if (word[n] == '.' && word[n + 1] && !wcschr(L".\\/", word[n + 1]) &&
            builtins[i].run != do_echo)
            return NULL;
        *name_length = n;
        return &builtins[i];
    }
    return NULL;
}

void show_prompt(void)
{
    WCHAR *format = variable(L"PROMPT"), *value;
    struct text t = {0};

    for (const WCHAR *s = format ? format : L"$P$G"; *s; s++) {
        if (*s != '$' || !s[1]) {
            text_char(&t, *s);
            continue;
        }
        static const WCHAR names[] = L"ABCEFGHLQS_$", signs[] = L"&|(\x1b)>\b<= \n$";
        WCHAR c = *++s, *found;
        if (c >= 'a' && c <= 'z')
            c -= 32;
        found = wcschr(names, c);
        value = c == 'P'   ? variable(L"CD")
                : c == 'D' ? variable(L"DATE")
                : c == 'T' ? variable(L"TIME")
                           : NULL;
        if (value)
            text_add(&t, value);
        else if (c == 'N')
            text_part(&t, (value = variable(L"CD")), 1);
        else if (c == 'V')
            version(&t);
        else if (c == '_')
            text_add(&t, L"\r\n");
        else if (c == '+')
            for (struct pushed *p = stack; p; p = p->next)
                text_char(&t, '+');
        else if (found)
            text_char(&t, signs[found - names]);
        drop(value);
    }
    out(shell.batch ? L"\r\n" : L"");
    out(text_of(&t));
    text_free(&t);
    drop(format);
}
