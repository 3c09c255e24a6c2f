/* for, in its five forms. */
#include "cmd.h"

/* Runs the body with the variable being value; false: enough. */
static bool turn(struct node *n, WCHAR letter, const WCHAR *value)
{
    WCHAR *before = shell.loop_value[letter];

    shell.loop_value[letter] = copy_of(value);
    run(n->a);
    drop(shell.loop_value[letter]);
    shell.loop_value[letter] = before;
    return !shell.flow;
}

/* The files, or folders, that a pattern names, as cmd writes them: with the pattern's own path. */
static bool each_match(struct node *n, const WCHAR *pattern, bool folders)
{
    WIN32_FIND_DATAW data;
    HANDLE find = FindFirstFileW(pattern, &data);
    WCHAR **names = NULL;
    size_t count = 0, room = 0, prefix = 0;
    bool on = true;

    if (find == INVALID_HANDLE_VALUE)
        return true;
    for (size_t i = 0; pattern[i]; i++)
        if (pattern[i] == '\\' || pattern[i] == '/' || pattern[i] == ':')
            prefix = i + 1;
    do {
        bool folder = data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY;
        if (folder != folders || !wcscmp(data.cFileName, L".") || !wcscmp(data.cFileName, L"..") ||
            (data.dwFileAttributes & FILE_ATTRIBUTE_HIDDEN))
            continue;
        if (count == room) {
            WCHAR **larger = grab((room * 2 + 16) * sizeof(*larger));
            if (count)
                memcpy(larger, names, count * sizeof(*names));
            drop(names);
            names = larger;
            room = room * 2 + 16;
        }
        struct text t = {0};
        text_part(&t, pattern, prefix);
        text_add(&t, data.cFileName);
        names[count++] = t.s;
    } while (FindNextFileW(find, &data));
    FindClose(find);
    for (size_t i = 0; i < count; i++) {
        if (on)
            on = turn(n, n->letter, names[i]);
        drop(names[i]);
    }
    drop(names);
    return on;
}

static void for_plain(struct node *n, const WCHAR *set)
{
    WCHAR **words = words_of(set);

    for (size_t i = 0; words[i]; i++) {
        if (!wcspbrk(words[i], L"*?")) {
            if (!turn(n, n->letter, words[i]))
                break;
            continue;
        }
        WCHAR *pattern = unquoted(words[i]);
        bool on = each_match(n, pattern, n->type == 'D');
        drop(pattern);
        if (!on)
            break;
    }
    drop_words(words);
}

static bool for_tree(struct node *n, const WCHAR *folder, WCHAR **words)
{
    struct text t = {0};
    WIN32_FIND_DATAW data;
    bool on = true;

    for (size_t i = 0; words[i] && on; i++) {
        text_clear(&t);
        text_add(&t, folder);
        if (t.n && t.s[t.n - 1] != '\\')
            text_char(&t, '\\');
        WCHAR *plain = unquoted(words[i]);
        text_add(&t, plain);
        drop(plain);
        if (wcspbrk(words[i], L"*?"))
            on = each_match(n, t.s, n->negated);
        else
            on = turn(n, n->letter, t.s);
    }
    text_clear(&t);
    text_add(&t, folder);
    if (t.n && t.s[t.n - 1] != '\\')
        text_char(&t, '\\');
    size_t base = t.n;
    text_char(&t, '*');
    HANDLE find = on ? FindFirstFileW(t.s, &data) : INVALID_HANDLE_VALUE;
    if (find != INVALID_HANDLE_VALUE) {
        do {
            if (!(data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) ||
                !wcscmp(data.cFileName, L".") || !wcscmp(data.cFileName, L"..") ||
                (data.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT))
                continue;
            t.n = base;
            text_add(&t, data.cFileName);
            on = for_tree(n, t.s, words);
        } while (on && FindNextFileW(find, &data));
        FindClose(find);
    }
    text_free(&t);
    return on;
}

static void for_count(struct node *n, const WCHAR *set)
{
    WCHAR **words = words_of(set), text[16];
    long long value[3] = {0, 0, 0};

    for (size_t i = 0; i < 3 && words[i]; i++)
        value[i] = wcstol(words[i], NULL, 0);
    drop_words(words);
    for (long long i = value[0]; value[1] >= 0 ? i <= value[2] : i >= value[2]; i += value[1]) {
        _snwprintf(text, 16, L"%d", (int)i);
        if (!turn(n, n->letter, text))
            return;
    }
}

struct fields {
    WCHAR end_of_line; /* begins a remark; 0: none */
    size_t skip;
    WCHAR *delimiters;
    bool use_back_quotes, rest; /* rest: "*" */
    bool wanted[32];
};

static void read_options(const WCHAR *s, struct fields *f)
{
    f->end_of_line = ';';
    f->delimiters = NULL;
    f->wanted[1] = true;
    while (*s) {
        while (*s == ' ' || *s == '\t')
            s++;
        if (!_wcsnicmp(s, L"eol=", 4)) {
            f->end_of_line = s[4];
            s += s[4] ? 5 : 4;
        } else if (!_wcsnicmp(s, L"skip=", 5)) {
            WCHAR *end;
            f->skip = (size_t)wcstoul(s + 5, &end, 0);
            s = end;
        } else if (!_wcsnicmp(s, L"delims=", 7)) {
            /* Up to the next blank, unless the blank is the last thing. */
            size_t n = 0;
            s += 7;
            while (s[n] && (s[n] != ' ' || !s[n + 1]))
                n++;
            drop(f->delimiters);
            f->delimiters = copy_part(s, n);
            s += n;
        } else if (!_wcsnicmp(s, L"tokens=", 7)) {
            s += 7;
            f->wanted[1] = false;
            while (*s && *s != ' ') {
                WCHAR *end;
                if (*s == '*') {
                    f->rest = true;
                    s++;
                    continue;
                }
                unsigned long from = wcstoul(s, &end, 10), to = from;
                if (end == s) {
                    s++;
                    continue;
                }
                s = end;
                if (*s == '-') {
                    to = wcstoul(s + 1, &end, 10);
                    s = end;
                }
                for (; from <= to && from < 32; from++)
                    f->wanted[from] = true;
                if (*s == ',')
                    s++;
            }
        } else if (!_wcsnicmp(s, L"usebackq", 8)) {
            f->use_back_quotes = true;
            s += 8;
        } else if (*s) {
            s++;
        }
    }
    if (!f->delimiters)
        f->delimiters = copy_of(L" \t");
}

static bool for_line(struct node *n, const struct fields *f, const WCHAR *line, size_t length)
{
    WCHAR *values[33] = {0}, *before[33] = {0};
    size_t count = 0, at = 0;
    bool any = false;

    if (f->end_of_line && length && line[0] == f->end_of_line)
        return true;
    for (size_t token = 1;; token++) {
        while (at < length && wcschr(f->delimiters, line[at]))
            at++;
        bool last = true;
        for (size_t i = token; i < 32; i++)
            last = last && !f->wanted[i];
        if (last) {
            if (f->rest) {
                values[count++] = copy_part(line + at, length - at);
                any |= at < length;
            }
            break;
        }
        size_t from = at;
        while (at < length && !wcschr(f->delimiters, line[at]))
            at++;
        if (token < 32 && f->wanted[token]) {
            values[count++] = copy_part(line + from, at - from);
            any |= at > from;
        }
    }
    if (any) {
        for (size_t i = 0; i < count && n->letter + i < 128; i++) {
            before[i] = shell.loop_value[n->letter + i];
            shell.loop_value[n->letter + i] = values[i];
        }
        run(n->a);
        for (size_t i = 0; i < count && n->letter + i < 128; i++)
            shell.loop_value[n->letter + i] = before[i];
    }
    for (size_t i = 0; i < count; i++)
        drop(values[i]);
    return !shell.flow;
}

static bool for_lines(struct node *n, struct fields *f, const WCHAR *text)
{
    size_t skip = f->skip;
    bool on = true;

    while (on && *text) {
        size_t length = wcscspn(text, L"\n"), end = length;
        while (end && text[end - 1] == '\r')
            end--;
        if (skip)
            skip--;
        else if (end)
            on = for_line(n, f, text, end);
        text += length + (text[length] == '\n');
    }
    return on;
}

static bool for_file(struct node *n, struct fields *f, const WCHAR *name)
{
    HANDLE h = CreateFileW(name, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                           OPEN_EXISTING, 0, NULL);
    struct text all = {0};
    bool on = true;

    if (h == INVALID_HANDLE_VALUE) {
        errf(L"The system cannot find the file %ls.\r\n", name);
        shell.level = 1;
        return false;
    }
    while (read_line(h, &all))
        text_char(&all, '\n');
    CloseHandle(h);
    on = for_lines(n, f, text_of(&all));
    text_free(&all);
    return on;
}

static void for_text(struct node *n, const WCHAR *set)
{
    struct fields f = {0};
    WCHAR *options = unquoted(n->options ? n->options : L"");
    size_t from = 0, length = wcslen(set);
    struct text produced = {0};

    read_options(options, &f);
    drop(options);
    while (from < length && (set[from] == ' ' || set[from] == '\t'))
        from++;
    while (length > from && (set[length - 1] == ' ' || set[length - 1] == '\t'))
        length--;
    WCHAR first = from < length ? set[from] : 0, last = from < length ? set[length - 1] : 0;
    bool whole = length - from >= 2 && first == last;
    WCHAR command_quote = f.use_back_quotes ? '`' : '\'',
          text_quote = f.use_back_quotes ? '\'' : '"';
    if (whole && first == command_quote) {
        WCHAR *command = copy_part(set + from + 1, length - from - 2);
        if (output_of(command, &produced))
            for_lines(n, &f, text_of(&produced));
        else
            shell.level = fail_with(GetLastError());
        drop(command);
    } else if (whole && first == text_quote) {
        WCHAR *line = copy_part(set + from + 1, length - from - 2);
        for_lines(n, &f, line);
        drop(line);
    } else {
        WCHAR **words = words_of(set);
        for (size_t i = 0; words[i]; i++) {
            WCHAR *name = unquoted(words[i]);
            bool on = for_file(n, &f, name);
            drop(name);
            if (!on)
                break;
        }
        drop_words(words);
    }
    text_free(&produced);
    drop(f.delimiters);
}

void run_loop(struct node *n)
{
    WCHAR *set = expand_late(n->set);

    switch (n->type) {
    case 'L':
        for_count(n, set);
        break;
    case 'F':
        for_text(n, set);
        break;
    case 'R': {
        WCHAR *given = expand_late(n->options ? n->options : L""), *plain = unquoted(given);
        WCHAR *folder = full_path(plain[0] ? plain : L"."), **words = words_of(set);
        for_tree(n, folder, words);
        drop_words(words);
        drop(folder);
        drop(plain);
        drop(given);
        break;
    }
    default:
        for_plain(n, set);
    }
    drop(set);
}
