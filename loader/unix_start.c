#include "loader/unix_start.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "loader/elf.h"
#include "loader/where.h"
#include "syscalls/freebsd/freebsd.h"
#include "syscalls/gate/trap.h"
#include "syscalls/netbsd/netbsd.h"
#include "syscalls/unix/abi.h"
#include "syscalls/unix/memory.h"
#include "syscalls/unix/patch.h"
#include "syscalls/unix/process.h"
#include "syscalls/unix/start.h"
#include "syscalls/unix/thread.h"
#include "syscalls/unix/trace.h"

/* Where the systems put position-independent programs and the dynamic linker. */
#define PROGRAM_HINT 0x200000000ull
#define INTERPRETER_HINT 0x400000000ull

static const struct unix_personality *personality_of(enum detect_os os)
{
    switch (os) {
    case DETECT_OS_FREEBSD:
        return &freebsd_personality;
    case DETECT_OS_NETBSD:
        return &netbsd_personality;
    default:
        return NULL;
    }
}

bool unix_start_knows(const struct detected *kind)
{
    return kind->kind == DETECT_ELF && kind->cpu == DETECT_CPU_X86_64 && kind->is_64 &&
           !kind->damaged && kind->role == DETECT_ROLE_PROGRAM && personality_of(kind->os);
}

static int fail(int status, const char *what, const char *detail)
{
    fprintf(stderr, "compatrun: %s: %s\n", what, detail);
    return status;
}

static int set_root(const char *root)
{
    static char path[PATH_MAX];

    if (!realpath(root, path))
        return fail(125, root, strerror(errno));
    unix_process.root_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (unix_process.root_fd < 0)
        return fail(125, root, strerror(errno));
    unix_process.root_fd = unix_fd_keep(unix_process.root_fd);
    unix_process.root = strcmp(path, "/") == 0 ? "" : path;
    return 0;
}

static int load_interpreter(const char *program, struct unix_start *s)
{
    static struct elf_file f;
    char path[PATH_MAX + 1024], text[PATH_MAX + 1200];
    const char *name = s->image.interpreter;

    if (!unix_process.root) {
        snprintf(text, sizeof(text),
                 "it is dynamically linked: give a system's files with --root DIR (needs %s)",
                 name);
        return fail(126, program, text);
    }
    snprintf(path, sizeof(path), "%s%s", unix_process.root, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail(127, path, strerror(errno));
    const char *bad = elf_read(fd, &f);
    if (!bad && f.fixed)
        bad = "a dynamic linker has no fixed address";
    if (!bad)
        bad = elf_map(fd, &f, INTERPRETER_HINT, &s->interpreter);
    close(fd);
    return bad ? fail(126, path, bad) : 0;
}

/* The options that hold for children as well. */
static bool pass_options(const struct run_options *o)
{
    const char **list = calloc(16, sizeof(*list));
    size_t n = 0;

    if (!list)
        return false;
    if (unix_process.root)
        list[n++] = "--root", list[n++] = unix_process.root[0] ? unix_process.root : "/";
    if (!options_pass(o, list, &n))
        return false;
    if (o->trace) {
        char *where = NULL;
        if (asprintf(&where, "--trace-file=&%d", unix_trace_fd()) < 0)
            return false;
        list[n++] = where;
    }
    unix_child_options = list;
    return true;
}

static bool is_changed(const struct run_options *o, const char *entry)
{
    size_t n = strcspn(entry, "=") + 1;

    for (unsigned i = 0; i < o->env_count; i++)
        if (strncmp(o->env[i], entry, n) == 0)
            return true;
    return false;
}

static const char *const *environment(const struct run_options *o)
{
    size_t n = 0, count = 0;

    while (environ[count])
        count++;
    const char **list = calloc(count + o->env_count + 1, sizeof(*list));
    if (!list)
        return NULL;
    if (!o->clean_env)
        for (size_t i = 0; i < count; i++)
            if (!is_changed(o, environ[i]))
                list[n++] = environ[i];
    for (unsigned i = 0; i < o->env_count; i++)
        list[n++] = o->env[i];
    return list;
}

int unix_start(const struct run_options *o, const struct detected *kind, int fd, const char *path)
{
    static struct elf_file f;
    static struct unix_start s;
    const char *why;
    int result;

    unix_system = personality_of(kind->os);
    unix_abi = unix_system->abi;
    unix_process.program = path;
    unix_process.argv = (const char *const *)o->arguments;
    unix_process.verbose = o->verbose;
    unix_process.quiet = o->quiet;
    if (o->root && (result = set_root(o->root)) != 0)
        return result;
    unix_patch_init(o->intercept == TRAP_AUTO || o->intercept == TRAP_PATCH);
    const char *bad = elf_read(fd, &f);
    if (!bad)
        bad = elf_map(fd, &f, PROGRAM_HINT, &s.image);
    if (bad) {
        char text[256];
        snprintf(text, sizeof(text), "cannot be executed: %s", bad);
        return fail(126, o->program, text);
    }
    close(fd);
    unix_break_start = s.image.data_end;
    if (s.image.interpreter[0] && (result = load_interpreter(o->program, &s)) != 0)
        return result;
    if (o->trace) {
        int trace_fd = where_trace_goes(o->trace_file);
        if (trace_fd < 0)
            return fail(125, o->trace_file, strerror(errno));
        if (!unix_trace_start(o->trace_filter, trace_fd))
            return fail(125, "--trace", "the filter names no call");
        if (o->trace_file && trace_fd > 2)
            close(trace_fd);
    }
    if (!pass_options(o))
        return fail(125, path, "no memory");
    s.path = path;
    if (unix_process.root && unix_process.root[0]) {
        size_t n = strlen(unix_process.root);
        if (strncmp(path, unix_process.root, n) == 0 && path[n] == '/')
            s.path = path + n; /* as the guest sees it */
    }
    s.argv = unix_process.argv;
    s.envp = environment(o);
    unix_thread_system_init();
    unix_dispatch_init();
    struct unix_thread *t = unix_thread_new();
    if (!t || !s.envp || !unix_system->start(t, &s))
        return fail(125, path, "no memory for the program's stack, or its arguments are too long");
    if (!trap_init(o->intercept, &why))
        return fail(125, "--intercept", why);
    if (!unix_thread_attach(t))
        return fail(125, path, "the first thread cannot be set up");
    unix_signal_init();
    unix_signal_inherit_mask(t);
    unix_thread_run(t);
    unix_exit_process(0);
}
