/*
 * cmd.exe: the command interpreter.
 *
 * A line goes through these steps, each a file: expand.c replaces %names%, parse.c makes a tree of
 * it, run.c walks the tree, replacing %%variables of for and !names! just before a command, and
 * calls what builtin.c lists or a program (program.c). batch.c keeps the batch files that are being
 * read. All of it is one thread.
 */
#ifndef CMD_H
#define CMD_H

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

/* ---- text.c: memory, growing text, output ---- */

/* Memory that cannot be had ends the program, as a shell has nothing else to do then. */
void *grab(size_t bytes); /* zeroed */
void drop(void *memory);
WCHAR *copy_of(const WCHAR *s);
WCHAR *copy_part(const WCHAR *s, size_t n);

/* s is NULL or ends with NUL. */
struct text {
    WCHAR *s;
    size_t n, room;
};
void text_part(struct text *t, const WCHAR *s, size_t n);
void text_add(struct text *t, const WCHAR *s);
void text_char(struct text *t, WCHAR c);
void text_clear(struct text *t);
void text_free(struct text *t);
const WCHAR *text_of(const struct text *t); /* "" for nothing */

/* To standard output or error, as the handle is at the moment; printf's formats. */
void out(const WCHAR *s);
void outf(const WCHAR *format, ...);
void err(const WCHAR *s);
void errf(const WCHAR *format, ...);
/* The system's words for an error, to standard error; the level becomes 1, which is returned. */
DWORD fail_with(DWORD error);
DWORD fail_saying(const WCHAR *message);
UINT text_code_page(void);                      /* of batch files and pipes */
bool read_line(HANDLE from, struct text *line); /* without its end; false: nothing left */

/* ---- state ---- */

enum flow { FLOW_ON, FLOW_JUMP, FLOW_LEAVE_BATCH, FLOW_EXIT };

struct saved; /* of setlocal */
struct batch {
    struct batch *caller;
    WCHAR *path;       /* of the file, full */
    WCHAR *text;       /* the whole file */
    size_t at;         /* where the next line begins */
    bool shares;       /* text belongs to the caller's frame: call :label */
    WCHAR **arguments; /* [0]: as it was called */
    size_t count, shifted_from, shifted;
    WCHAR *rest; /* %* */
    struct saved *locals;
};

extern struct shell {
    bool echo, extensions, delayed, unicode;
    bool interactive, once; /* once: /c */
    DWORD level;
    enum flow flow;
    struct batch *batch;
    const WCHAR *command_line;
    WCHAR *loop_value[128]; /* of for's variables, by letter; NULL: none */
} shell;

/* ---- expand.c ---- */

void expand_percent(const WCHAR *s, size_t n, struct text *to);
/* for's variables and, where it is on, !names!. Memory to drop. */
WCHAR *expand_late(const WCHAR *s);
WCHAR *variable(const WCHAR *name); /* memory to drop; NULL */
void strip_quotes(WCHAR *s);        /* all of them */
WCHAR *unquoted(const WCHAR *s);    /* a copy without all of them and without blanks around */
/* Words separated by blanks and , ; =, with quotes kept: a list that ends with NULL; drop_words. */
WCHAR **words_of(const WCHAR *s);
void drop_words(WCHAR **words);

/* ---- parse.c ---- */

enum kind { COMMAND, BLOCK, THEN, AND, OR, PIPE, IF, FOR };

struct redirection {
    struct redirection *next;
    int handle, duplicate; /* duplicate -1: to the file */
    bool input, append;
    WCHAR *file;
};

struct node {
    enum kind kind;
    bool quiet; /* @ */
    struct node *a, *b;
    WCHAR *word, *rest; /* COMMAND; rest begins with what separated it */
    WCHAR *text;        /* the source of it, for another cmd */
    struct redirection *redirections;
    /* IF */
    bool negated, any_case;
    WCHAR *left, *operator, * right;
    /* FOR: type is 0, 'D', 'R', 'L', 'F' */
    WCHAR type, letter;
    WCHAR *options, *set;
};

/* more appends the next line of the source, expanded, to the text; false: there is none. The tree
 * and what it points to live until parse_free. NULL: nothing to do, or an error, which has been
 * told. */
struct parsed;
struct node *parse(struct text *line, bool (*more)(struct text *line), struct parsed **keep);
void parse_free(struct parsed *keep);

/* ---- run.c, program.c, loop.c ---- */

DWORD run(struct node *n);
void run_line(struct text *line, bool (*more)(struct text *line));
void run_loop(struct node *n);
bool condition(struct node *n);
/* In another cmd, its output into a pipe: all of it as text, to drop. false: it could not be
 * started. */
bool output_of(const WCHAR *command, struct text *to);
/* A command that is not built in. */
DWORD run_program(const WCHAR *word, const WCHAR *rest, bool call);
/* Its full path; memory to drop, NULL. */
WCHAR *find_program(const WCHAR *word);
bool is_batch(const WCHAR *path);
/* CreateProcess with the standard handles as they are. The handle of the process, or NULL with the
 * last error. */
HANDLE start_process(const WCHAR *path, WCHAR *line, DWORD flags, const WCHAR *directory);
DWORD wait_for(HANDLE process); /* closes it */
HANDLE start_self(const WCHAR *text);

/* ---- batch.c ---- */

DWORD run_batch(const WCHAR *path, const WCHAR *word, const WCHAR *rest, bool call);
bool batch_next(struct text *line); /* the next line, expanded, appended */
void batch_run(struct batch *b);    /* until its end or shell.flow */
DWORD do_call(const WCHAR *rest);
DWORD do_goto(const WCHAR *rest);
DWORD do_shift(const WCHAR *rest);
DWORD do_setlocal(const WCHAR *rest);
DWORD do_endlocal(const WCHAR *rest);
const WCHAR *batch_argument(size_t i); /* shifted; "" */

/* ---- builtin.c, files.c, dir.c, arith.c ---- */

struct builtin {
    const WCHAR *name;
    DWORD (*run)(const WCHAR *rest); /* answers the new level; KEEP_LEVEL */
};
#define KEEP_LEVEL 0xfffffffeu
/* The command that a word means; what follows its name in the word belongs to rest. NULL: a
 * program. */
const struct builtin *find_builtin(const WCHAR *word, size_t *name_length);
void show_prompt(void);

/* Switches ("/s", "/a:h") are taken out of a list of words and given to the function; false:
 * unknown. */
bool take_switches(WCHAR **words, bool (*take)(const WCHAR *name, void *to), void *to);
WCHAR *full_path(const WCHAR *path); /* memory to drop */

DWORD do_copy(const WCHAR *rest);
DWORD do_del(const WCHAR *rest);
DWORD do_md(const WCHAR *rest);
DWORD do_rd(const WCHAR *rest);
DWORD do_ren(const WCHAR *rest);
DWORD do_move(const WCHAR *rest);
DWORD do_mklink(const WCHAR *rest);
DWORD do_dir(const WCHAR *rest);
bool arithmetic(const WCHAR *expression, LONG *value);

#endif
