/* Batch files: reading them, their arguments, call, goto, shift, setlocal. */
#include "cmd.h"

/* What endlocal brings back. */
struct saved {
    struct saved *next;
    WCHAR *environment, *directory;
    bool extensions, delayed;
};

static size_t depth; /* of call: a file that calls itself for ever ends with a message */

const WCHAR *batch_argument(size_t i)
{
    struct batch *b = shell.batch;

    /* shift /n leaves those before n where they are */
    if (i >= b->shifted_from)
        i += b->shifted;
    return i < b->count ? b->arguments[i] : L"";
}

static void restore_environment(const WCHAR *block)
{
    WCHAR *now = GetEnvironmentStringsW();

    for (const WCHAR *p = now; p && *p; p += wcslen(p) + 1) {
        const WCHAR *equals = wcschr(p + 1, '=');
        if (*p == '=' || !equals)
            continue;
        WCHAR *name = copy_part(p, (size_t)(equals - p));
        SetEnvironmentVariableW(name, NULL);
        drop(name);
    }
    if (now)
        FreeEnvironmentStringsW(now);
    for (const WCHAR *p = block; *p; p += wcslen(p) + 1) {
        const WCHAR *equals = wcschr(p + 1, '=');
        if (*p == '=' || !equals)
            continue;
        WCHAR *name = copy_part(p, (size_t)(equals - p));
        SetEnvironmentVariableW(name, equals + 1);
        drop(name);
    }
}

static void end_local(struct batch *b)
{
    struct saved *s = b->locals;

    if (!s)
        return;
    b->locals = s->next;
    restore_environment(s->environment);
    SetCurrentDirectoryW(s->directory);
    shell.extensions = s->extensions;
    shell.delayed = s->delayed;
    drop(s->environment);
    drop(s->directory);
    drop(s);
}

DWORD do_setlocal(const WCHAR *rest)
{
    if (!shell.batch)
        return KEEP_LEVEL;
    struct saved *s = grab(sizeof(*s));
    WCHAR *now = GetEnvironmentStringsW(), **words = words_of(rest);
    size_t n = 0;

    while (now && now[n])
        n += wcslen(now + n) + 1;
    s->environment = copy_part(now, n + 1);
    if (now)
        FreeEnvironmentStringsW(now);
    s->directory = variable(L"CD");
    s->extensions = shell.extensions;
    s->delayed = shell.delayed;
    s->next = shell.batch->locals;
    shell.batch->locals = s;
    for (size_t i = 0; words[i]; i++) {
        if (!_wcsicmp(words[i], L"enabledelayedexpansion"))
            shell.delayed = true;
        else if (!_wcsicmp(words[i], L"disabledelayedexpansion"))
            shell.delayed = false;
        else if (!_wcsicmp(words[i], L"enableextensions"))
            shell.extensions = true;
        else if (!_wcsicmp(words[i], L"disableextensions"))
            shell.extensions = false;
    }
    bool any = words[0];
    drop_words(words);
    return any ? 0 : KEEP_LEVEL;
}

DWORD do_endlocal(const WCHAR *rest)
{
    (void)rest;
    if (shell.batch)
        end_local(shell.batch);
    return KEEP_LEVEL;
}

DWORD do_shift(const WCHAR *rest)
{
    WCHAR **words = words_of(rest);
    size_t from = words[0] && words[0][0] == '/' ? (size_t)wcstol(words[0] + 1, NULL, 10) : 0;

    drop_words(words);
    if (!shell.batch)
        return KEEP_LEVEL;
    shell.batch->shifted_from = from;
    shell.batch->shifted++;
    return KEEP_LEVEL;
}

bool batch_next(struct text *line)
{
    struct batch *b = shell.batch;
    const WCHAR *s = b ? b->text + b->at : L"";
    size_t n = wcscspn(s, L"\n\x1a");

    if (!*s || *s == 0x1a)
        return false;
    b->at += n + (s[n] == '\n');
    if (n && s[n - 1] == '\r')
        n--;
    /* Labels and remarks are not looked into. */
    size_t first = 0;
    while (first < n && wcschr(L" \t,;=", s[first]))
        first++;
    if (first < n && s[first] == ':')
        text_part(line, s, n);
    else
        expand_percent(s, n, line);
    return true;
}

/* Behind the line ":name"; at is looked from first, then the beginning. */
static bool find_label(struct batch *b, const WCHAR *name, size_t n)
{
    size_t from = b->at;

    for (int pass = 0; pass < 2; pass++) {
        size_t at = pass ? 0 : from, end = pass ? from : wcslen(b->text);
        while (at < end) {
            const WCHAR *s = b->text + at;
            size_t length = wcscspn(s, L"\n"), i = 0;
            while (i < length && wcschr(L" \t,;=", s[i]))
                i++;
            if (i < length && s[i] == ':') {
                i++;
                while (i < length && (s[i] == ' ' || s[i] == '\t'))
                    i++;
                WCHAR after = i + n <= length ? s[i + n] : 0;
                if (i + n <= length && !_wcsnicmp(s + i, name, n) &&
                    (i + n == length || wcschr(L" \t\r\n:+,;=&|<>", after))) {
                    b->at = at + length + (s[length] == '\n');
                    return true;
                }
            }
            at += length + 1;
        }
    }
    return false;
}

static size_t label_length(const WCHAR *name)
{
    return wcscspn(name, L" \t:+,;=&|<>\r\n");
}

DWORD do_goto(const WCHAR *rest)
{
    struct batch *b = shell.batch;

    while (*rest && wcschr(L" \t,;=", *rest))
        rest++;
    bool colon = *rest == ':';
    if (colon)
        rest++;
    if (!b)
        return KEEP_LEVEL;
    size_t n = label_length(rest);
    if (colon && n == 3 && !_wcsnicmp(rest, L"eof", 3)) {
        shell.flow = FLOW_LEAVE_BATCH;
    } else if (find_label(b, rest, n)) {
        shell.flow = FLOW_JUMP;
    } else {
        errf(L"The system cannot find the batch label specified - %ls\r\n", rest);
        shell.flow = FLOW_LEAVE_BATCH;
        return 1;
    }
    return KEEP_LEVEL;
}

void batch_run(struct batch *b)
{
    struct text line = {0};

    while (!shell.flow && shell.batch == b && batch_next(&line)) {
        run_line(&line, batch_next);
        text_clear(&line);
        if (shell.flow == FLOW_JUMP)
            shell.flow = FLOW_ON;
    }
    text_free(&line);
}

static void set_arguments(struct batch *b, const WCHAR *word, const WCHAR *rest)
{
    WCHAR **words = words_of(rest);
    size_t n = 0;

    while (words[n])
        n++;
    b->arguments = grab((n + 2) * sizeof(*b->arguments));
    b->arguments[0] = copy_of(word);
    memcpy(b->arguments + 1, words, n * sizeof(*words));
    b->count = n + 1;
    drop(words);
    while (*rest == ' ' || *rest == '\t')
        rest++;
    b->rest = copy_of(rest);
}

static void enter(struct batch *b)
{
    enum flow after;

    b->caller = shell.batch;
    shell.batch = b;
    if (++depth > 1000) {
        err(L"Batch files call one another too deeply.\r\n");
        shell.level = 1;
        shell.flow = FLOW_EXIT;
    } else {
        batch_run(b);
    }
    depth--;
    while (b->locals)
        end_local(b);
    after = shell.flow;
    shell.batch = b->caller;
    if (after == FLOW_LEAVE_BATCH)
        shell.flow = FLOW_ON;
    drop_words(b->arguments);
    drop(b->rest);
    if (!b->shares) {
        drop(b->text);
        drop(b->path);
    }
    drop(b);
}

static WCHAR *read_file(const WCHAR *path)
{
    HANDLE h =
        CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                    NULL, OPEN_EXISTING, 0, NULL);
    LARGE_INTEGER size;
    WCHAR *text = NULL;
    DWORD n = 0;

    if (h == INVALID_HANDLE_VALUE)
        return NULL;
    if (GetFileSizeEx(h, &size) && size.QuadPart < 64 << 20) {
        char *bytes = grab((size_t)size.QuadPart + 1), *from = bytes;
        if (ReadFile(h, bytes, (DWORD)size.QuadPart, &n, NULL)) {
            if (n >= 3 && !memcmp(from, "\xef\xbb\xbf", 3)) {
                from += 3;
                n -= 3;
            }
            int wide = n ? MultiByteToWideChar(text_code_page(), 0, from, (int)n, NULL, 0) : 0;
            text = grab(((size_t)wide + 1) * sizeof(*text));
            MultiByteToWideChar(text_code_page(), 0, from, (int)n, text, wide);
        }
        drop(bytes);
    }
    CloseHandle(h);
    return text;
}

DWORD run_batch(const WCHAR *path, const WCHAR *word, const WCHAR *rest, bool call)
{
    struct batch *b = grab(sizeof(*b));
    bool chained = !call && shell.batch;

    b->text = read_file(path);
    if (!b->text) {
        drop(b);
        return fail_with(GetLastError());
    }
    b->path = copy_of(path);
    set_arguments(b, word, rest);
    enter(b);
    /* Without call the caller does not go on. */
    if (chained && !shell.flow)
        shell.flow = FLOW_LEAVE_BATCH;
    return shell.level;
}

DWORD do_call(const WCHAR *rest)
{
    struct text line = {0};
    size_t ignored;

    /* call looks at the % signs once more. */
    expand_percent(rest, wcslen(rest), &line);
    const WCHAR *s = text_of(&line);
    while (*s && wcschr(L" \t,;=", *s))
        s++;
    if (*s == ':' && shell.batch) {
        size_t n = wcscspn(s, L" \t,;=");
        struct batch *b = grab(sizeof(*b));
        b->shares = true;
        b->text = shell.batch->text;
        b->path = shell.batch->path;
        b->at = shell.batch->at;
        WCHAR *word = copy_part(s, n);
        set_arguments(b, word, s + n);
        if (find_label(b, word + 1, label_length(word + 1))) {
            enter(b);
        } else {
            errf(L"The system cannot find the batch label specified - %ls\r\n", word + 1);
            shell.level = 1;
            drop_words(b->arguments);
            drop(b->rest);
            drop(b);
        }
        drop(word);
    } else if (*s) {
        size_t n = 0;
        for (bool quoted = false; s[n] && (quoted || !wcschr(L" \t,;=", s[n])); n++)
            if (s[n] == '"')
                quoted = !quoted;
        WCHAR *word = copy_part(s, n);
        if (find_builtin(word, &ignored)) {
            struct parsed *kept = NULL;
            struct text again = {0};
            text_add(&again, s);
            run(parse(&again, NULL, &kept));
            parse_free(kept);
            text_free(&again);
        } else {
            shell.level = run_program(word, s + n, true);
        }
        drop(word);
    }
    text_free(&line);
    return shell.level;
}
