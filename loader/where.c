#include "loader/where.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"

static bool foreign_suffix(const char *name)
{
    static const char *const suffixes[] = {".exe", ".com", ".bat", ".cmd"};
    size_t n = strlen(name);

    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++)
        if (n > 4 && strcasecmp(name + n - 4, suffixes[i]) == 0)
            return true;
    return false;
}

static int open_at(const char *name, char *path, size_t size)
{
    int fd = open(name, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return -1;
    /* Not realpath: a program that looks at its own name must see the link it was called by. */
    int n;
    if (name[0] == '/') {
        n = snprintf(path, size, "%s", name);
    } else {
        char cwd[PATH_MAX];
        if (!getcwd(cwd, sizeof(cwd))) {
            close(fd);
            return -1;
        }
        while (strncmp(name, "./", 2) == 0)
            name += 2;
        n = snprintf(path, size, "%s/%s", strcmp(cwd, "/") == 0 ? "" : cwd, name);
    }
    if (n < 0 || (size_t)n >= size) {
        close(fd);
        errno = ENAMETOOLONG;
        return -1;
    }
    return fd;
}

int where_program(const char *name, char *path, size_t size)
{
    if (strchr(name, '/'))
        return open_at(name, path, size);
    if (foreign_suffix(name)) {
        int fd = open_at(name, path, size);
        if (fd >= 0 || errno != ENOENT)
            return fd;
    }
    const char *p = getenv("PATH");
    int error = ENOENT;
    while (p && *p) {
        char candidate[PATH_MAX];
        size_t n = strcspn(p, ":");
        struct stat st;
        if (n > 0 && (size_t)snprintf(candidate, sizeof(candidate), "%.*s/%s", (int)n, p, name) <
                         sizeof(candidate)) {
            if (stat(candidate, &st) == 0 && S_ISREG(st.st_mode)) {
                int fd = open_at(candidate, path, size);
                if (fd >= 0)
                    return fd;
                error = errno;
            }
        }
        p += n;
        p += *p == ':';
    }
    errno = error;
    return -1;
}

bool where_guest_libraries(char *dir, size_t size)
{
    static const char *const beside[] = {"/guest/nt-x86_64",
                                         "/../lib/" PACKAGE "/nt-x86_64",
                                         "/../../lib/" PACKAGE "/nt-x86_64"};
    char exe[PATH_MAX], probe[PATH_MAX + 64];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

    if (n > 0) {
        exe[n] = 0;
        char *slash = strrchr(exe, '/');
        if (slash)
            *slash = 0;
        for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
            snprintf(probe, sizeof(probe), "%s%s/ntdll.dll", exe, beside[i]);
            if (access(probe, R_OK) == 0)
                return (size_t)snprintf(dir, size, "%s%s", exe, beside[i]) < size;
        }
    }
    return (size_t)snprintf(dir, size, "%s/nt-x86_64", PKGLIBDIR) < size &&
           access(dir, R_OK) == 0;
}

int where_trace_goes(const char *name)
{
    if (!name)
        return STDERR_FILENO;
    if (name[0] == '&') {
        char *end;
        long fd = strtol(name + 1, &end, 10);
        if (*end || fd < 0 || fd > INT_MAX || fcntl((int)fd, F_GETFD) < 0) {
            errno = EBADF;
            return -1;
        }
        return (int)fd;
    }
    return open(name, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
}
