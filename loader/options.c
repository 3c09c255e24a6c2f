#include "loader/options.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"

static const char help[] =
    "Usage: compatrun [OPTIONS] PROGRAM [ARGUMENTS...]\n"
    "       compatrun doctor\n"
    "Runs a program built for Windows, FreeBSD or NetBSD (x86-64) as an ordinary process.\n"
    "\n"
    "  -C DIR                 change to DIR first\n"
    "  --env NAME=VALUE       set a variable for the program\n"
    "  --clean-env            start from an empty environment\n"
    "  --drive X=DIR          make DIR drive X: (Z: is /, C: the run's own)\n"
    "  --root DIR             a system's files for a FreeBSD or NetBSD program\n"
    "  --state DIR            keep drive C: and the registry in DIR\n"
    "  --session NAME         share named objects with other runs of that name\n"
    "  --os-version 10|11     the Windows version that programs see (default 10)\n"
    "  --case exact|fold      how file names are looked up (default fold)\n"
    "  --intercept auto|patch|sud|seccomp\n"
    "                         what catches raw system calls\n"
    "  --trace[=FILTER]       decoded calls on stderr; FILTER: names, groups, !exclusions\n"
    "  --trace-file FILE      the trace goes to FILE, or to descriptor N with &N\n"
    "  -v, -q                 say more, say less\n"
    "  --help, --version\n"
    "\n"
    "Everything after PROGRAM belongs to the program. Exit status: the program's (cut to 8 bits,\n"
    "a failure never becomes 0); 125 compatrun failed, 126 PROGRAM cannot be executed, 127 not\n"
    "found, 128+N ended by an exception like signal N.\n";

static int complain(const char *what, const char *arg)
{
    fprintf(stderr, "compatrun: %s%s%s\nTry 'compatrun --help'.\n", what, arg ? ": " : "",
            arg ? arg : "");
    return OPTIONS_BAD;
}

/* "--name=value" or "--name value". NULL: not this option; "" with *missing set: no value. */
static char *value_of(const char *name, int argc, char **argv, int *i, bool *missing)
{
    size_t n = strlen(name);

    if (strncmp(argv[*i], name, n) != 0)
        return NULL;
    if (argv[*i][n] == '=')
        return argv[*i] + n + 1;
    if (argv[*i][n] != 0)
        return NULL;
    if (*i + 1 >= argc) {
        *missing = true;
        return argv[*i] + n;
    }
    return argv[++*i];
}

static bool parse_intercept(const char *v, struct run_options *o)
{
    static const enum trap_kind kinds[] = {TRAP_AUTO, TRAP_PATCH, TRAP_SUD, TRAP_SECCOMP};

    for (unsigned k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
        if (strcmp(v, trap_name(kinds[k])) == 0) {
            o->intercept = kinds[k];
            return true;
        }
    }
    return false;
}

enum options_result options_parse(int argc, char **argv, struct run_options *o)
{
    int i;

    memset(o, 0, sizeof(*o));
    o->child = -1;
    o->env = calloc((size_t)argc + 1, sizeof(char *));
    o->drives = calloc((size_t)argc + 1, sizeof(char *));
    if (!o->env || !o->drives)
        return complain("out of memory", NULL);
    for (i = 1; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        bool missing = false;
        const char *a = argv[i], *v;
        if (strcmp(a, "--") == 0) {
            i++;
            break;
        }
        if (strcmp(a, "--help") == 0 || strcmp(a, "-h") == 0) {
            fputs(help, stdout);
            return OPTIONS_DONE;
        }
        if (strcmp(a, "--version") == 0) {
            puts("compatrun " PACKAGE_VERSION);
            return OPTIONS_DONE;
        }
        if (strcmp(a, "--clean-env") == 0)
            o->clean_env = true;
        else if (strcmp(a, "-v") == 0)
            o->verbose = true;
        else if (strcmp(a, "-q") == 0)
            o->quiet = true;
        else if (strcmp(a, "--trace") == 0)
            o->trace = true;
        else if (strncmp(a, "--trace=", 8) == 0)
            o->trace = true, o->trace_filter = a + 8;
        else if ((v = value_of("--trace-file", argc, argv, &i, &missing)))
            o->trace = true, o->trace_file = v;
        else if ((v = value_of("-C", argc, argv, &i, &missing)))
            o->directory = v;
        else if ((v = value_of("--env", argc, argv, &i, &missing))) {
            if (!missing && !strchr(v, '='))
                return complain("--env wants NAME=VALUE", v);
            o->env[o->env_count++] = (char *)v;
        } else if ((v = value_of("--drive", argc, argv, &i, &missing))) {
            if (!missing && (strlen(v) < 3 || v[1] != '=' || !strchr("ABDEFGHIJKLMNOPQRSTUVWXY"
                                                                     "abdefghijklmnopqrstuvwxy",
                                                                     v[0])))
                return complain("--drive wants X=DIR, X a letter other than C and Z", v);
            o->drives[o->drive_count++] = (char *)v;
        } else if ((v = value_of("--root", argc, argv, &i, &missing)))
            o->root = v;
        else if ((v = value_of("--state", argc, argv, &i, &missing)))
            o->state = v;
        else if ((v = value_of("--session", argc, argv, &i, &missing)))
            o->session = v;
        else if ((v = value_of("--os-version", argc, argv, &i, &missing))) {
            if (strcmp(v, "10") != 0 && strcmp(v, "11") != 0)
                return complain("--os-version takes 10 or 11", v);
            o->os_version = v;
        } else if ((v = value_of("--case", argc, argv, &i, &missing))) {
            if (strcmp(v, "exact") != 0 && strcmp(v, "fold") != 0)
                return complain("--case takes exact or fold", v);
            o->case_exact = strcmp(v, "exact") == 0;
        } else if ((v = value_of("--intercept", argc, argv, &i, &missing))) {
            if (!missing && !parse_intercept(v, o))
                return complain("--intercept takes auto, patch, sud or seccomp", v);
        } else if (strncmp(a, "--argv0=", 8) == 0) {
            o->argv0 = a + 8; /* as --child: not for users */
        } else if (strncmp(a, "--child=", 8) == 0) {
            char *end; /* what a parent says to its child: not for users, so not in the help */
            long fd = strtol(a + 8, &end, 10);
            if (*end || !a[8] || fd < 3 || fd > INT_MAX)
                return complain("unknown option", a);
            o->child = (int)fd;
        } else {
            return complain("unknown option", a);
        }
        if (missing)
            return complain("the option wants a value", a);
    }
    if (i >= argc)
        return complain("no program given", NULL);
    o->program = argv[i];
    o->arguments = argv + i;
    if (o->argv0)
        o->arguments[0] = (char *)o->argv0;
    return OPTIONS_RUN;
}

bool options_pass(const struct run_options *o, const char **list, size_t *n)
{
    if (o->intercept != TRAP_AUTO) {
        list[(*n)++] = "--intercept";
        list[(*n)++] = trap_name(o->intercept);
    }
    if (o->verbose)
        list[(*n)++] = "-v";
    if (o->quiet)
        list[(*n)++] = "-q";
    if (o->trace) {
        char *filter = NULL;
        if (o->trace_filter && asprintf(&filter, "--trace=%s", o->trace_filter) < 0)
            return false;
        list[(*n)++] = filter ? filter : "--trace";
    }
    return true;
}
