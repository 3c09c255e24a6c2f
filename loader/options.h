/* The command line of a run. */
#ifndef LOADER_OPTIONS_H
#define LOADER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "syscalls/gate/trap.h"

struct run_options {
    const char *directory; /* -C */
    bool clean_env;
    char **env; /* --env NAME=VALUE, NULL-terminated */
    unsigned env_count;
    char **drives; /* --drive X=DIR */
    unsigned drive_count;
    const char *root; /* --root */
    const char *state;
    const char *session;
    const char *os_version;
    bool case_exact;
    enum trap_kind intercept;
    bool trace;
    const char *trace_filter;
    const char *trace_file; /* --trace-file, path or "&N" */
    bool verbose, quiet;
    int child; /* --child N, of our own parent: the descriptor of child.h; -1 */
    const char *argv0; /* --argv0=NAME, of a program that starts another: what that one sees as its name */
    const char *program;
    char **arguments; /* from the program's name on, NULL-terminated */
};

enum options_result { OPTIONS_RUN, OPTIONS_DONE, OPTIONS_BAD };

/* Parses; prints --help and --version itself (OPTIONS_DONE), or a complaint (OPTIONS_BAD). */
enum options_result options_parse(int argc, char **argv, struct run_options *o);

/* Appends to list, which has room for 5 more, the options of a run that hold for the children of any
 * system: --intercept, -v, -q, --trace. The strings stay. False: no memory. */
bool options_pass(const struct run_options *o, const char **list, size_t *n);

#endif
