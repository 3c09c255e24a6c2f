#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "loader/detect.h"
#include "loader/doctor.h"
#include "loader/nt_start.h"
#include "loader/options.h"
#include "loader/unix_start.h"
#include "loader/where.h"

static int fail(int status, const char *what, const char *detail)
{
    fprintf(stderr, "compatrun: %s: %s\n", what, detail);
    return status;
}

int main(int argc, char **argv)
{
    struct run_options o;
    struct detected kind;
    char path[PATH_MAX];

    /* A program of that name can still be run as ./doctor. */
    if (argc == 2 && strcmp(argv[1], "doctor") == 0)
        return doctor();
    switch (options_parse(argc, argv, &o)) {
    case OPTIONS_RUN:
        break;
    case OPTIONS_DONE:
        return fflush(stdout) == 0 ? 0 : 125;
    case OPTIONS_BAD:
        return 125;
    }
    if (o.directory && chdir(o.directory) != 0)
        return fail(125, o.directory, strerror(errno));
    int fd = where_program(o.program, path, sizeof(path));
    if (fd < 0)
        return fail(errno == ENOENT || errno == ENOTDIR ? 127 : 126, o.program, strerror(errno));
    int error = detect_fd(fd, &kind);
    if (error)
        return fail(126, o.program, strerror(error));
    if (unix_start_knows(&kind))
        return unix_start(&o, &kind, fd, path);
    if (kind.kind != DETECT_PE) {
        char text[sizeof(kind.text) + 64];
        snprintf(text, sizeof(text), "cannot be executed: %s", kind.text);
        return fail(126, o.program, text);
    }
    return nt_start(&o, fd, path);
}

#ifdef __SANITIZE_ADDRESS__
/* What lives until the process ends is not given back one by one. */
const char *__asan_default_options(void);
__attribute__((visibility("default"))) const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}
#endif
