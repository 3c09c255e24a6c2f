/* Walks a tree: redirections, pipes, conditions, built-in commands. */
#include "cmd.h"

/* Handles 3 to 9 are of this program only; 0 to 2 are the process's. */
static HANDLE others[10];

static const DWORD standard[3] = {STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE};

static HANDLE handle_of(int number)
{
    return number < 3 ? GetStdHandle(standard[number]) : others[number];
}

static void put_handle(int number, HANDLE h)
{
    if (number < 3)
        SetStdHandle(standard[number], h);
    else
        others[number] = h;
}

struct undo {
    struct undo *next;
    int number;
    HANDLE before, opened;
};

static void undo_all(struct undo *u)
{
    while (u) {
        struct undo *next = u->next;
        put_handle(u->number, u->before);
        if (u->opened)
            CloseHandle(u->opened);
        drop(u);
        u = next;
    }
}

static HANDLE open_target(const struct redirection *r, const WCHAR *name)
{
    SECURITY_ATTRIBUTES inherit = {sizeof(inherit), NULL, TRUE};
    HANDLE h =
        CreateFileW(name, r->input ? GENERIC_READ : GENERIC_WRITE | (r->append ? GENERIC_READ : 0),
                    FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, &inherit,
                    r->input    ? OPEN_EXISTING
                    : r->append ? OPEN_ALWAYS
                                : CREATE_ALWAYS,
                    FILE_ATTRIBUTE_NORMAL, NULL);

    if (h != INVALID_HANDLE_VALUE && r->append)
        SetFilePointer(h, 0, NULL, FILE_END);
    return h;
}

static bool redirect(const struct redirection *r, struct undo **done)
{
    for (; r; r = r->next) {
        HANDLE h;

        if (r->duplicate >= 0) {
            if (!DuplicateHandle(GetCurrentProcess(), handle_of(r->duplicate), GetCurrentProcess(),
                                 &h, 0, TRUE, DUPLICATE_SAME_ACCESS)) {
                shell.level = fail_with(GetLastError());
                return false;
            }
        } else {
            WCHAR *late = expand_late(r->file), *name = unquoted(late);
            h = open_target(r, name);
            DWORD error = GetLastError();
            drop(late);
            drop(name);
            if (h == INVALID_HANDLE_VALUE) {
                shell.level = fail_with(error);
                return false;
            }
        }
        struct undo *u = grab(sizeof(*u));
        u->number = r->handle;
        u->before = handle_of(r->handle);
        u->opened = h;
        u->next = *done;
        *done = u;
        put_handle(r->handle, h);
    }
    return true;
}

static DWORD run_command(struct node *n)
{
    WCHAR *word = expand_late(n->word), *rest = expand_late(n->rest ? n->rest : L"");
    struct text joined = {0};
    size_t name_length;

    /* What a variable put in front may hold blanks: the word is up to the first of them. */
    size_t first = 0;
    for (bool quoted = false;
         word[first] && (quoted || (word[first] != ' ' && word[first] != '\t')); first++)
        if (word[first] == '"')
            quoted = !quoted;
    if (word[first]) {
        text_add(&joined, word + first);
        text_add(&joined, rest);
        drop(rest);
        rest = joined.s;
        word[first] = 0;
    }
    if (word[0]) {
        const struct builtin *b = find_builtin(word, &name_length);
        DWORD level;
        if (b) {
            struct text all = {0};
            text_add(&all, word + name_length);
            text_add(&all, rest);
            level = b->run(text_of(&all));
            text_free(&all);
        } else {
            level = run_program(word, rest, false);
        }
        if (level != KEEP_LEVEL)
            shell.level = level;
    }
    drop(word);
    drop(rest);
    return shell.level;
}

bool condition(struct node *n)
{
    WCHAR *left = n->left ? expand_late(n->left) : NULL, *right = expand_late(n->right);
    const WCHAR *op = n->operator;
    bool yes = false;

    if (!_wcsicmp(op, L"exist")) {
        WCHAR *name = unquoted(right);
        size_t length = wcslen(name);
        WIN32_FIND_DATAW data;
        if (length && (name[length - 1] == '\\' || name[length - 1] == '/')) {
            DWORD a = GetFileAttributesW(name);
            yes = a != INVALID_FILE_ATTRIBUTES && (a & FILE_ATTRIBUTE_DIRECTORY);
        } else if (wcspbrk(name, L"*?")) {
            HANDLE find = FindFirstFileW(name, &data);
            yes = find != INVALID_HANDLE_VALUE;
            if (yes)
                FindClose(find);
        } else {
            yes = GetFileAttributesW(name) != INVALID_FILE_ATTRIBUTES;
        }
        drop(name);
    } else if (!_wcsicmp(op, L"defined")) {
        WCHAR *value = variable(right);
        yes = value != NULL;
        drop(value);
    } else if (!_wcsicmp(op, L"errorlevel")) {
        yes = (LONG)shell.level >= wcstol(right, NULL, 10);
    } else if (!_wcsicmp(op, L"cmdextversion")) {
        yes = 2 >= wcstol(right, NULL, 10);
    } else if (!wcscmp(op, L"==")) {
        yes = (n->any_case ? _wcsicmp(left, right) : wcscmp(left, right)) == 0;
    } else {
        WCHAR *left_end, *right_end;
        long a = wcstol(left, &left_end, 0), b = wcstol(right, &right_end, 0);
        bool numbers = *left && *right && !*left_end && !*right_end;
        int order = numbers       ? (a > b) - (a < b)
                    : n->any_case ? _wcsicmp(left, right)
                                  : wcscmp(left, right);
        static const WCHAR *const names[] = {L"equ", L"neq", L"lss", L"leq", L"gtr", L"geq"};
        int which = 0;
        while (which < 6 && _wcsicmp(op, names[which]))
            which++;
        const bool results[] = {order == 0, order != 0, order<0, order <= 0, order> 0, order >= 0};
        if (which < 6) {
            yes = results[which];
        } else {
            errf(L"%ls was unexpected at this time.\r\n", op);
            shell.level = 255;
            if (shell.batch)
                shell.flow = FLOW_EXIT;
            drop(left);
            drop(right);
            return false;
        }
    }
    drop(left);
    drop(right);
    return yes != n->negated;
}

/* One side of a pipe: a program by itself, everything else in another cmd. NULL: told. */
static HANDLE start_side(struct node *n)
{
    struct undo *done = NULL;
    HANDLE process = NULL;
    size_t ignored;

    if (n->kind == COMMAND && n->word[0] && !find_builtin(n->word, &ignored)) {
        WCHAR *word = expand_late(n->word), *rest = expand_late(n->rest);
        WCHAR *path = find_program(word);
        if (path && !is_batch(path)) {
            struct text line = {0};
            text_add(&line, word);
            text_add(&line, rest);
            if (redirect(n->redirections, &done))
                process = start_process(path, line.s, 0, NULL);
            undo_all(done);
            text_free(&line);
        }
        drop(word);
        drop(rest);
        drop(path);
        if (process || done)
            return process;
    }
    WCHAR *text = expand_late(n->text);
    process = start_self(text);
    drop(text);
    if (!process)
        shell.level = fail_with(GetLastError());
    return process;
}

static void flatten(struct node *n, struct node **list, size_t *count)
{
    if (n->kind == PIPE && !n->redirections) {
        flatten(n->a, list, count);
        flatten(n->b, list, count);
    } else {
        if (list)
            list[*count] = n;
        ++*count;
    }
}

static void run_pipe(struct node *n)
{
    size_t count = 0, i;
    HANDLE input = GetStdHandle(STD_INPUT_HANDLE), output = GetStdHandle(STD_OUTPUT_HANDLE),
           last = NULL;
    HANDLE next = input;

    flatten(n, NULL, &count);
    struct node **sides = grab(count * sizeof(*sides));
    HANDLE *processes = grab(count * sizeof(*processes));
    count = 0;
    flatten(n, sides, &count);
    for (i = 0; i < count; i++) {
        SECURITY_ATTRIBUTES inherit = {sizeof(inherit), NULL, TRUE};
        HANDLE from = next, read_end = NULL, write_end = NULL;

        if (i + 1 < count && !CreatePipe(&read_end, &write_end, &inherit, 0)) {
            shell.level = fail_with(GetLastError());
            break;
        }
        /* The reading end is for the next side, not for this one. */
        if (read_end)
            SetHandleInformation(read_end, HANDLE_FLAG_INHERIT, 0);
        SetStdHandle(STD_INPUT_HANDLE, from);
        SetStdHandle(STD_OUTPUT_HANDLE, write_end ? write_end : output);
        processes[i] = start_side(sides[i]);
        SetStdHandle(STD_INPUT_HANDLE, input);
        SetStdHandle(STD_OUTPUT_HANDLE, output);
        if (write_end)
            CloseHandle(write_end);
        if (from != input)
            CloseHandle(from);
        next = read_end;
        if (next)
            SetHandleInformation(next, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    }
    for (i = 0; i < count; i++) {
        last = processes[i];
        DWORD level = last ? wait_for(last) : 1;
        if (i + 1 == count)
            shell.level = level;
    }
    drop(sides);
    drop(processes);
}

DWORD run(struct node *n)
{
    struct undo *done = NULL;

    if (!n || shell.flow)
        return shell.level;
    if (n->redirections && !redirect(n->redirections, &done)) {
        undo_all(done);
        return shell.level;
    }
    switch (n->kind) {
    case COMMAND:
        run_command(n);
        break;
    case BLOCK:
        run(n->a);
        break;
    case THEN:
        run(n->a);
        run(n->b);
        break;
    case AND:
        if (run(n->a) == 0)
            run(n->b);
        break;
    case OR:
        if (run(n->a) != 0)
            run(n->b);
        break;
    case PIPE:
        run_pipe(n);
        break;
    case IF:
        if (condition(n))
            run(n->a);
        else if (!shell.flow)
            run(n->b);
        break;
    case FOR:
        run_loop(n);
        break;
    }
    undo_all(done);
    return shell.level;
}

void run_line(struct text *line, bool (*more)(struct text *line))
{
    struct parsed *kept = NULL;
    struct node *n = parse(line, more, &kept);

    if (n) {
        if (shell.batch && shell.echo && !n->quiet) {
            show_prompt();
            out(text_of(line));
            out(L"\r\n");
        }
        run(n);
    }
    parse_free(kept);
}
