/* From a line, or several while a parenthesis is open, to a tree. */
#include "cmd.h"

struct parsed {
    struct parsed *next; /* memory of the tree, newest first */
    max_align_t memory[];
};

struct parser {
    struct text *line;
    bool (*more)(struct text *line);
    size_t at;
    unsigned depth; /* of parentheses */
    bool failed;
    struct parsed *keep;
};

static struct node *sequence(struct parser *p);
static struct node *command(struct parser *p);

static void *keep(struct parser *p, size_t bytes)
{
    struct parsed *k = grab(sizeof(*k) + bytes);

    k->next = p->keep;
    p->keep = k;
    return k->memory;
}

void parse_free(struct parsed *k)
{
    while (k) {
        struct parsed *next = k->next;
        drop(k);
        k = next;
    }
}

static WCHAR *keep_text(struct parser *p, const WCHAR *s, size_t n)
{
    WCHAR *copy = keep(p, (n + 1) * sizeof(*copy));

    memcpy(copy, s, n * sizeof(*copy));
    return copy;
}

static WCHAR peek(const struct parser *p, size_t ahead)
{
    return p->at + ahead < p->line->n ? p->line->s[p->at + ahead] : 0;
}

static bool is_blank(WCHAR c)
{
    return c == ' ' || c == '\t';
}

static bool is_delimiter(WCHAR c)
{
    return is_blank(c) || c == ',' || c == ';' || c == '=';
}

/* Ends a command, when it is not in quotes. */
static bool is_end(const struct parser *p, WCHAR c)
{
    return c == 0 || c == '\n' || c == '&' || c == '|' || (c == ')' && p->depth);
}

static void skip_blanks(struct parser *p)
{
    while (is_blank(peek(p, 0)) || peek(p, 0) == '\r')
        p->at++;
}

static void complain(struct parser *p)
{
    if (p->failed)
        return;
    p->failed = true;
    size_t from = p->at, to;

    while (from < p->line->n && (is_blank(p->line->s[from]) || p->line->s[from] == '\n'))
        from++;
    to = from;
    if (to < p->line->n && wcschr(L"&|<>()", p->line->s[to])) {
        WCHAR c = p->line->s[to++];
        if (to < p->line->n && p->line->s[to] == c && c != '(' && c != ')')
            to++;
    } else {
        while (to < p->line->n && !is_blank(p->line->s[to]) && p->line->s[to] != '\n')
            to++;
    }
    if (from == to) {
        err(L"The syntax of the command is incorrect.\r\n");
    } else {
        WCHAR *token = copy_part(p->line->s + from, to - from);
        errf(L"%ls was unexpected at this time.\r\n", token);
        drop(token);
    }
}

/* Behind '^': the next character, whatever it is; at the end of a line the next line goes on. 0:
 * nothing. */
static WCHAR escaped(struct parser *p)
{
    p->at++;
    if (peek(p, 0) == '\r')
        p->at++;
    if (p->at >= p->line->n || peek(p, 0) == '\n') {
        if (p->at >= p->line->n) {
            text_char(p->line, '\n');
            if (!p->more || !p->more(p->line))
                return 0;
        }
        p->at++;
    }
    WCHAR c = peek(p, 0);
    if (c)
        p->at++;
    return c;
}

/* A run of text up to what `ends` says; quotes stay and protect, '^' is taken away. */
static void run_of(struct parser *p, struct text *to, bool (*ends)(const struct parser *p, WCHAR c))
{
    bool quoted = false;

    for (WCHAR c; (c = peek(p, 0)) != 0 && c != '\n';) {
        if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && c == '^') {
            c = escaped(p);
            if (c)
                text_char(to, c);
            continue;
        } else if (!quoted && ends(p, c)) {
            break;
        }
        text_char(to, c);
        p->at++;
    }
}

static bool ends_word(const struct parser *p, WCHAR c)
{
    return is_delimiter(c) || is_end(p, c) || c == '<' || c == '>';
}

static bool ends_rest(const struct parser *p, WCHAR c)
{
    if (c >= '0' && c <= '9' && (p->at == 0 || is_delimiter(p->line->s[p->at - 1])) &&
        (peek(p, 1) == '<' || peek(p, 1) == '>'))
        return true;
    return is_end(p, c) || c == '<' || c == '>';
}

static WCHAR *word(struct parser *p)
{
    struct text t = {0};

    run_of(p, &t, ends_word);
    WCHAR *copy = keep_text(p, text_of(&t), t.n);
    text_free(&t);
    return copy;
}

/* 2>file, >>file, <file, 2>&1: one of them, if there is one here. */
static bool redirection(struct parser *p, struct redirection ***tail)
{
    WCHAR c = peek(p, 0);
    int handle = -1;

    if (c >= '0' && c <= '9' && (peek(p, 1) == '<' || peek(p, 1) == '>')) {
        handle = c - '0';
        p->at++;
        c = peek(p, 0);
    }
    if (c != '<' && c != '>')
        return false;
    struct redirection *r = keep(p, sizeof(*r));
    r->input = c == '<';
    r->handle = handle >= 0 ? handle : !r->input;
    r->duplicate = -1;
    p->at++;
    if (!r->input && peek(p, 0) == '>') {
        r->append = true;
        p->at++;
    }
    if (peek(p, 0) == '&') {
        WCHAR digit = peek(p, 1);
        if (digit < '0' || digit > '9') {
            complain(p);
            return false;
        }
        r->duplicate = digit - '0';
        p->at += 2;
    } else {
        while (is_delimiter(peek(p, 0)))
            p->at++;
        r->file = word(p);
        if (!r->file[0]) {
            complain(p);
            return false;
        }
    }
    **tail = r;
    *tail = &r->next;
    return true;
}

static void redirections(struct parser *p, struct node *n)
{
    struct redirection **tail = &n->redirections;

    while (*tail)
        tail = &(*tail)->next;
    do
        skip_blanks(p);
    while (redirection(p, &tail));
}

static bool word_is(const WCHAR *word, const WCHAR *name)
{
    return _wcsicmp(word, name) == 0;
}

static struct node *new_node(struct parser *p, enum kind kind)
{
    struct node *n = keep(p, sizeof(*n));

    n->kind = kind;
    return n;
}

/* Reads on while a parenthesis is open. */
static bool next_line(struct parser *p)
{
    if (p->at < p->line->n)
        return true;
    if (!p->more)
        return false;
    text_char(p->line, '\n');
    return p->more(p->line);
}

static struct node *block(struct parser *p)
{
    struct node *n = new_node(p, BLOCK), **tail = &n->a;

    p->at++;
    p->depth++;
    for (;;) {
        skip_blanks(p);
        while (!p->failed && (peek(p, 0) == '\n' || is_blank(peek(p, 0)) || peek(p, 0) == '\r'))
            p->at++;
        if (p->failed)
            return n;
        if (p->at >= p->line->n) {
            if (!next_line(p)) {
                complain(p);
                return n;
            }
            continue;
        }
        if (peek(p, 0) == ')')
            break;
        if (peek(p, 0) == ':') { /* a label, or "::" as a remark */
            while (peek(p, 0) && peek(p, 0) != '\n')
                p->at++;
            continue;
        }
        struct node *one = sequence(p);
        if (p->failed)
            return n;
        if (one) {
            if (!*tail) {
                *tail = one;
            } else {
                struct node *both = new_node(p, THEN);
                both->a = *tail;
                both->b = one;
                *tail = both;
            }
        }
    }
    p->at++;
    p->depth--;
    redirections(p, n);
    return n;
}

/* One operand of a comparison. */
static WCHAR *operand(struct parser *p)
{
    struct text t = {0};
    bool quoted = false;

    while (is_delimiter(peek(p, 0)) && !(peek(p, 0) == '=' && peek(p, 1) == '='))
        p->at++;
    for (WCHAR c; (c = peek(p, 0)) != 0 && c != '\n'; p->at++) {
        if (c == '"')
            quoted = !quoted;
        if (!quoted && c == '^') {
            c = escaped(p);
            if (c)
                text_char(&t, c);
            p->at--;
            continue;
        }
        if (!quoted && (is_delimiter(c) || c == '&' || c == '|' || c == '<' || c == '>'))
            break;
        text_char(&t, c);
    }
    WCHAR *copy = keep_text(p, text_of(&t), t.n);
    text_free(&t);
    return copy;
}

static struct node *branch(struct parser *p)
{
    skip_blanks(p);
    while (peek(p, 0) == '@' || is_delimiter(peek(p, 0)))
        p->at++;
    if (is_end(p, peek(p, 0))) {
        complain(p);
        return NULL;
    }
    return peek(p, 0) == '(' ? block(p) : sequence(p);
}

static bool at_word(const struct parser *p, const WCHAR *name)
{
    size_t n = wcslen(name);

    return p->at + n <= p->line->n && !_wcsnicmp(p->line->s + p->at, name, n) &&
           (is_delimiter(peek(p, n)) || peek(p, n) == '(' || peek(p, n) == 0 ||
            peek(p, n) == '\n' || peek(p, n) == '\r');
}

static struct node *parse_if(struct parser *p)
{
    struct node *n = new_node(p, IF);
    WCHAR *first;

    for (;;) {
        first = operand(p);
        if (word_is(first, L"/i"))
            n->any_case = true;
        else if (word_is(first, L"not"))
            n->negated = !n->negated;
        else
            break;
    }
    if (word_is(first, L"exist") || word_is(first, L"defined") || word_is(first, L"errorlevel") ||
        word_is(first, L"cmdextversion")) {
        n->operator= first;
        n->right = operand(p);
        if (!n->right[0]) {
            complain(p);
            return NULL;
        }
    } else {
        n->left = first;
        while (is_blank(peek(p, 0)))
            p->at++;
        if (peek(p, 0) == '=' && peek(p, 1) == '=') {
            p->at += 2;
            n->operator= L"==";
        } else {
            n->operator= operand(p);
        }
        n->right = operand(p);
        if (!n->operator[0] || !n->right[0]) {
            complain(p);
            return NULL;
        }
    }
    n->a = branch(p);
    if (p->failed || !n->a)
        return NULL;
    if (n->a->kind == BLOCK) {
        size_t back = p->at;
        skip_blanks(p);
        if (at_word(p, L"else")) {
            p->at += 4;
            n->b = branch(p);
        } else {
            p->at = back;
        }
    }
    return n;
}

static struct node *parse_for(struct parser *p)
{
    struct node *n = new_node(p, FOR);
    struct text set = {0};
    bool quoted = false;

    for (;;) {
        skip_blanks(p);
        if (peek(p, 0) != '/')
            break;
        WCHAR type = peek(p, 1) & ~0x20;
        if (!type || !wcschr(L"DRLF", type)) {
            complain(p);
            return NULL;
        }
        p->at += 2;
        if (n->type != 'R' || type != 'D') /* /d and /r together: folders of a tree */
            n->options = n->options ? n->options : L"";
        n->negated |= (type == 'D' && n->type == 'R') || (type == 'R' && n->type == 'D');
        n->type = n->negated ? 'R' : type;
        skip_blanks(p);
        if ((type == 'F' || type == 'R') && peek(p, 0) != '%' && peek(p, 0) != '/')
            n->options = word(p);
    }
    if (peek(p, 0) != '%' || peek(p, 1) >= 128 || peek(p, 1) <= ' ') {
        complain(p);
        return NULL;
    }
    n->letter = peek(p, 1);
    p->at += 2;
    while (is_delimiter(peek(p, 0)))
        p->at++;
    if (!at_word(p, L"in")) {
        complain(p);
        return NULL;
    }
    p->at += 2;
    while (is_delimiter(peek(p, 0)))
        p->at++;
    if (peek(p, 0) != '(') {
        complain(p);
        return NULL;
    }
    p->at++;
    for (WCHAR c;;) {
        if (p->at >= p->line->n && !next_line(p)) {
            complain(p);
            text_free(&set);
            return NULL;
        }
        c = peek(p, 0);
        if (c == '"')
            quoted = !quoted;
        if (c == '\n') {
            quoted = false;
            c = ' ';
        }
        if (!quoted && c == ')')
            break;
        if (!quoted && c == '^') {
            c = escaped(p);
            if (c)
                text_char(&set, c);
            continue;
        }
        if (c != '\r')
            text_char(&set, c);
        p->at++;
    }
    p->at++;
    n->set = keep_text(p, text_of(&set), set.n);
    text_free(&set);
    while (is_delimiter(peek(p, 0)))
        p->at++;
    if (!at_word(p, L"do")) {
        complain(p);
        return NULL;
    }
    p->at += 2;
    n->a = branch(p);
    return p->failed ? NULL : n;
}

static struct node *simple(struct parser *p)
{
    struct node *n = new_node(p, COMMAND);
    struct redirection **tail = &n->redirections;
    struct text rest = {0};

    for (;;) {
        while (is_delimiter(peek(p, 0)) || peek(p, 0) == '\r')
            p->at++;
        if (!redirection(p, &tail))
            break;
    }
    size_t from = p->at;
    n->word = word(p);
    if (p->failed)
        return NULL;
    if (!n->word[0] && !n->redirections) {
        complain(p);
        return NULL;
    }
    if (word_is(n->word, L"if") || word_is(n->word, L"for")) {
        struct redirection *before = n->redirections;
        struct node *inner = word_is(n->word, L"if") ? parse_if(p) : parse_for(p);
        if (inner && before)
            inner->redirections = before;
        return inner;
    }
    if (word_is(n->word, L"rem")) {
        from = p->at;
        while (peek(p, 0) && peek(p, 0) != '\n')
            p->at++;
        n->rest = keep_text(p, p->line->s + from, p->at - from);
        return n;
    }
    while (!p->failed) {
        if (redirection(p, &tail))
            continue;
        size_t before = p->at;
        run_of(p, &rest, ends_rest);
        if (p->at == before)
            break;
    }
    while (rest.n && rest.s[rest.n - 1] == '\r')
        rest.s[--rest.n] = 0;
    n->rest = keep_text(p, text_of(&rest), rest.n);
    text_free(&rest);
    return p->failed ? NULL : n;
}

static struct node *command(struct parser *p)
{
    bool quiet = false;

    for (;;) {
        if (peek(p, 0) == '@')
            quiet = true;
        else if (!is_delimiter(peek(p, 0)) && peek(p, 0) != '\r')
            break;
        p->at++;
    }
    size_t from = p->at;
    struct node *n = peek(p, 0) == '(' ? block(p) : simple(p);
    if (n && !p->failed) {
        n->quiet |= quiet;
        n->text = keep_text(p, p->line->s + from, p->at - from);
        /* Lines of a block become one. */
        for (WCHAR *c = n->text; *c; c++)
            if (*c == '\n')
                *c = c[1] == 0 || c == n->text || c[-1] == '(' || c[1] == ')' ? ' ' : '&';
    }
    return n;
}

static struct node *two(struct parser *p, enum kind kind, struct node *a, struct node *b)
{
    struct node *n = new_node(p, kind);

    n->a = a;
    n->b = b;
    n->quiet = a->quiet;
    return n;
}

static struct node *pipeline(struct parser *p)
{
    struct node *n = command(p);

    while (n && !p->failed && (skip_blanks(p), peek(p, 0) == '|') && peek(p, 1) != '|') {
        p->at++;
        struct node *b = command(p);
        if (!b || p->failed)
            return NULL;
        n = two(p, PIPE, n, b);
    }
    return n;
}

static struct node *and_list(struct parser *p)
{
    struct node *n = pipeline(p);

    while (n && !p->failed && (skip_blanks(p), peek(p, 0) == '&') && peek(p, 1) == '&') {
        p->at += 2;
        struct node *b = pipeline(p);
        if (!b || p->failed)
            return NULL;
        n = two(p, AND, n, b);
    }
    return n;
}

static struct node *or_list(struct parser *p)
{
    struct node *n = and_list(p);

    while (n && !p->failed && (skip_blanks(p), peek(p, 0) == '|') && peek(p, 1) == '|') {
        p->at += 2;
        struct node *b = and_list(p);
        if (!b || p->failed)
            return NULL;
        n = two(p, OR, n, b);
    }
    return n;
}

/* Up to the end of the line, or the parenthesis. */
static struct node *sequence(struct parser *p)
{
    struct node *n = or_list(p);

    while (n && !p->failed && (skip_blanks(p), peek(p, 0) == '&') && peek(p, 1) != '&') {
        p->at++;
        while (is_delimiter(peek(p, 0)) || peek(p, 0) == '\r')
            p->at++;
        WCHAR c = peek(p, 0);
        if (c == 0 || c == '\n' || (c == ')' && p->depth))
            break;
        struct node *b = or_list(p);
        if (!b || p->failed)
            return NULL;
        n = two(p, THEN, n, b);
    }
    return p->failed ? NULL : n;
}

struct node *parse(struct text *line, bool (*more)(struct text *line), struct parsed **kept)
{
    struct parser p = {.line = line, .more = more};
    struct node *n = NULL;

    while (is_delimiter(peek(&p, 0)) || peek(&p, 0) == '\r' || peek(&p, 0) == '\n')
        p.at++;
    if (peek(&p, 0) && peek(&p, 0) != ':') {
        if (peek(&p, 0) == ')') { /* a stray one: the rest of the line is a remark */
            *kept = NULL;
            return NULL;
        }
        n = sequence(&p);
        skip_blanks(&p);
        while (!p.failed && (peek(&p, 0) == '\n' || peek(&p, 0) == '\r'))
            p.at++;
        if (!p.failed && p.at < p.line->n && peek(&p, 0) != ')')
            complain(&p);
    }
    *kept = p.keep;
    if (p.failed) {
        shell.level = 255;
        if (shell.batch) /* a batch file ends there, as it does on Windows */
            shell.flow = FLOW_EXIT;
        return NULL;
    }
    return n;
}
