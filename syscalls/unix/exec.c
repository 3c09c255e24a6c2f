/* execve: who runs the new program. */
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "freebsd_handlers.h"
#include "netbsd_handlers.h"
#include "syscalls/unix/process.h"
#include "syscalls/unix/thread.h"
#include "syscalls/unix/trace.h"

#define ARG_MAX_BYTES                                                                              \
    (2u << 20) /* ARG_MAX of the systems is 512 KiB at most; the host's limit rules */
#define LONGEST_SHEBANG 256
#define DEEPEST_SHEBANG 4

void unix_free_vector(char **v)
{
    if (!v)
        return;
    for (char **p = v; *p; p++)
        free(*p);
    free(v);
}

int unix_read_vector(const void *guest, char ***out)
{
    size_t count = 0, room = 0, bytes = 0;
    char **v = NULL, *text = malloc(ARG_MAX_BYTES);
    int error = text ? 0 : -ENOMEM;

    while (!error) {
        uint64_t p = 0;
        if (count == room) {
            char **more = realloc(v, (room = room * 2 + 16) * sizeof(*v));
            if (!more) {
                error = -ENOMEM;
                break;
            }
            v = more;
        }
        v[count] = NULL;
        if (guest && !guest_get(&p, (const uint64_t *)guest + count))
            error = -EFAULT;
        if (error || !p)
            break;
        error = unix_string((const char *)p, text, ARG_MAX_BYTES - bytes);
        if (error) {
            error = error == -ENAMETOOLONG ? -E2BIG : error;
            break;
        }
        bytes += strlen(text) + 1 + sizeof(char *);
        if (bytes >= ARG_MAX_BYTES)
            error = -E2BIG;
        else if (!(v[count++] = strdup(text)))
            error = -ENOMEM;
    }
    free(text);
    if (error) {
        if (v)
            v[count < room ? count : room - 1] = NULL;
        unix_free_vector(v);
        return error;
    }
    *out = v;
    return 0;
}

enum kind { NATIVE, FOREIGN, SCRIPT, NOT_EXECUTABLE };

/* A program for this host has a mark of it, or is what the kernel alone can judge. */
static bool is_foreign_elf(int fd, const Elf64_Ehdr *e)
{
    if (e->e_ident[EI_OSABI] == ELFOSABI_FREEBSD || e->e_ident[EI_OSABI] == ELFOSABI_NETBSD ||
        e->e_ident[EI_OSABI] == ELFOSABI_OPENBSD || e->e_ident[EI_OSABI] == ELFOSABI_SOLARIS)
        return true;
    if (e->e_ident[EI_CLASS] != ELFCLASS64 || e->e_phentsize != sizeof(Elf64_Phdr))
        return false;
    for (unsigned i = 0; i < e->e_phnum && i < 128; i++) {
        Elf64_Phdr p;
        char note[512];
        if (pread(fd, &p, sizeof(p), (off_t)(e->e_phoff + i * sizeof(p))) != sizeof(p))
            return false;
        if (p.p_type != PT_NOTE)
            continue;
        ssize_t n = pread(fd, note, p.p_filesz < sizeof(note) ? p.p_filesz : sizeof(note),
                          (off_t)p.p_offset);
        for (ssize_t at = 0; at + 16 <= n;) {
            Elf64_Nhdr h;
            memcpy(&h, note + at, sizeof(h));
            if (h.n_type == 1 &&
                ((h.n_namesz == 8 && at + 20 <= n && memcmp(note + at + 12, "FreeBSD", 8) == 0) ||
                 (h.n_namesz == 7 && at + 19 <= n && memcmp(note + at + 12, "NetBSD", 7) == 0) ||
                 (h.n_namesz == 8 && at + 20 <= n && memcmp(note + at + 12, "OpenBSD", 8) == 0)))
                return true;
            if (h.n_namesz > sizeof(note) || h.n_descsz > sizeof(note))
                break;
            at += (ssize_t)(12 + ((h.n_namesz + 3) & ~3u) + ((h.n_descsz + 3) & ~3u));
        }
    }
    return false;
}

static enum kind kind_of(int fd, char head[LONGEST_SHEBANG + 1])
{
    ssize_t n = pread(fd, head, LONGEST_SHEBANG, 0);
    Elf64_Ehdr e;

    if (n < 4)
        return NOT_EXECUTABLE;
    head[n] = 0;
    if (memcmp(head, "#!", 2) == 0)
        return SCRIPT;
    if (memcmp(head, "MZ", 2) == 0)
        return FOREIGN;
    if (n >= (ssize_t)sizeof(e) && memcmp(head, ELFMAG, SELFMAG) == 0) {
        memcpy(&e, head, sizeof(e));
        return is_foreign_elf(fd, &e) ? FOREIGN : NATIVE;
    }
    return NOT_EXECUTABLE;
}

static char **prepend(char **argv, size_t drop, const char *const *front, size_t n)
{
    size_t count = 0;

    while (argv[count])
        count++;
    drop = drop < count ? drop : count;
    char **v = calloc(n + count - drop + 1, sizeof(*v));
    if (!v)
        return NULL;
    memcpy(v, front, n * sizeof(*v));
    memcpy(v + n, argv + drop, (count - drop) * sizeof(*v));
    return v;
}

static int64_t run_foreign(const char *path, char **argv, char **envp)
{
    const char *front[32];
    char *name = NULL;
    size_t n = 0;

    front[n++] = "compatrun";
    for (const char *const *o = unix_child_options; *o; o++)
        front[n++] = *o;
    /* The name that the program sees need not be its path. */
    if (asprintf(&name, "--argv0=%s", argv[0] ? argv[0] : "") < 0)
        return -ENOMEM;
    front[n++] = name;
    front[n++] = "--";
    front[n++] = path;
    char **v = prepend(argv, 1, front, n);
    if (!v) {
        free(name);
        return -ENOMEM;
    }
    int trace = unix_trace_fd();
    if (trace >= 0)
        fcntl(trace, F_SETFD, 0);
    execve("/proc/self/exe", v, envp);
    int error = errno;
    if (trace >= 0)
        fcntl(trace, F_SETFD, FD_CLOEXEC);
    free(v);
    free(name);
    return -error;
}

int64_t unix_exec_host(int fd, const char *path, char **argv, char **envp)
{
    char head[LONGEST_SHEBANG + 1];
    char *made[DEEPEST_SHEBANG + 1] = {NULL};
    char *names[DEEPEST_SHEBANG + 1] = {NULL};
    char **now = argv;
    unsigned depth = 0;
    int64_t r;
    struct stat st;

    fd = fd >= 0 ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : open(path, O_RDONLY | O_CLOEXEC);
    for (;;) {
        if (fd < 0) {
            r = -errno;
            /* What may be run but not read is the kernel's to judge. */
            if (r == -EACCES && depth == 0) {
                execve(path, now, envp);
                r = -errno;
            }
            break;
        }
        if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
            faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) != 0) {
            r = -EACCES;
            break;
        }
        enum kind kind = kind_of(fd, head);
        if (kind == NATIVE) {
            execve(path, now, envp);
            r = -errno;
            break;
        }
        if (kind == FOREIGN) {
            r = run_foreign(path, now, envp);
            break;
        }
        if (kind == NOT_EXECUTABLE || depth == DEEPEST_SHEBANG) {
            r = kind == SCRIPT ? -ELOOP : -ENOEXEC;
            break;
        }
        /* "#!" interpreter, at most one argument, then the script in place of its name. */
        head[strcspn(head, "\n")] = 0;
        char *interpreter = head + 2 + strspn(head + 2, " \t");
        char *end = interpreter + strcspn(interpreter, " \t");
        char *argument = end + strspn(end, " \t");
        for (char *last = argument + strlen(argument);
             last > argument && (last[-1] == ' ' || last[-1] == '\t' || last[-1] == '\r');)
            *--last = 0;
        *end = 0;
        if (!*interpreter) {
            r = -ENOEXEC;
            break;
        }
        const char *front[3];
        size_t n = 0;
        names[depth] = strdup(interpreter);
        made[depth] = strdup(argument);
        front[n++] = names[depth];
        if (made[depth] && *made[depth])
            front[n++] = made[depth];
        front[n++] = path;
        char **v = names[depth] && made[depth] ? prepend(now, 1, front, n) : NULL;
        if (now != argv)
            free(now);
        now = v ? v : argv;
        if (!v) {
            r = -ENOMEM;
            break;
        }
        path = names[depth++];
        close(fd);
        fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    if (fd >= 0)
        close(fd);
    if (now != argv)
        free(now);
    for (unsigned i = 0; i <= DEEPEST_SHEBANG; i++) {
        free(made[i]);
        free(names[i]);
    }
    return r;
}

int64_t unix_exec(struct unix_thread *t, int fd, const char *path, const void *argv,
                  const void *envp)
{
    char **args, **env;
    struct unix_mask mask = t->mask;

    int error = unix_read_vector(argv, &args);
    if (error)
        return error;
    error = unix_read_vector(envp, &env);
    if (error) {
        unix_free_vector(args);
        return error;
    }
    /* The new program inherits the guest's mask, which is not the host's in the six signals that
     * are never blocked here, and signals that wait for the way out must not get lost. */
    sigset_t host;
    unix_host_mask(&mask, &host);
    for (int i = 0; i < UNIX_SYNC_SIGNALS; i++) {
        static const int sync[UNIX_SYNC_SIGNALS] = {SIGSEGV, SIGBUS,  SIGFPE,
                                                    SIGILL,  SIGTRAP, SIGSYS};
        if (unix_mask_has(&mask, unix_signal_of_host(sync[i])))
            sigaddset(&host, sync[i]);
    }
    pthread_sigmask(SIG_SETMASK, &host, NULL);
    int64_t r = unix_exec_host(fd, path, args, env);
    unix_mask_set(t, &mask);
    unix_free_vector(args);
    unix_free_vector(env);
    return r;
}

int64_t sys_execve(struct unix_thread *t, const char *path, const void *argv, const void *envp)
{
    char host[PATH_MAX];
    int dirfd = AT_FDCWD;
    int error = unix_path(t, &dirfd, path, host);

    return error ? error : unix_exec(t, -1, host, argv, envp);
}

int64_t sys_fexecve(struct unix_thread *t, int32_t fd, const void *argv, const void *envp)
{
    char path[40];

    if (unix_fd_is_ours(fd))
        return -EBADF;
    if (fcntl(fd, F_GETFD) < 0)
        return -EBADF;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    return unix_exec(t, fd, path, argv, envp);
}
