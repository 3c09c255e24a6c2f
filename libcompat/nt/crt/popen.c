/* Pipes to commands: _popen and _pclose. */
#include "spawn.h"
#include "stream.h"

FILE *_wfdopen(int fd, const wchar_t *mode);
intptr_t _cwait(int *status, intptr_t process, int action);

/* One for each stream of _popen, guarded by CRT_LOCK_POPEN. */
struct command {
    struct command *next;
    FILE *f;
    HANDLE process;
};

static struct command *commands;

static HANDLE inheritable(HANDLE handle)
{
    HANDLE copy;

    if (!DuplicateHandle(GetCurrentProcess(), handle, GetCurrentProcess(), &copy, 0, TRUE,
                         DUPLICATE_SAME_ACCESS)) {
        _dosmaperr(GetLastError());
        return NULL;
    }
    return copy;
}

/* The handle a child gets for a descriptor that is not the pipe's. */
static HANDLE standard_handle(int fd)
{
    struct crt_file *f = crt_file_peek(fd);

    return f && f->handle != (HANDLE)CRT_NO_CONSOLE ? f->handle : NULL;
}

static HANDLE start(const wchar_t *command, int fd, int child_end)
{
    HANDLE standard[3], end, process = NULL;

    end = inheritable((HANDLE)_get_osfhandle(child_end));
    if (end) {
        for (int i = 0; i < 3; i++)
            standard[i] = i == fd ? end : standard_handle(i);
        process = crt_spawn_shell(command, standard);
        CloseHandle(end);
    }
    return process;
}

FILE *_wpopen(const wchar_t *command, const wchar_t *mode)
{
    struct command *c;
    bool reading;
    int fds[2];

    CRT_CHECK(command && mode, EINVAL, NULL);
    while (*mode == ' ')
        mode++;
    CRT_CHECK(*mode == 'r' || *mode == 'w', EINVAL, NULL);
    reading = *mode == 'r';
    CRT_CHECK(!mode[1] || mode[1] == 't' || mode[1] == 'b', EINVAL, NULL);
    c = calloc(1, sizeof(*c));
    if (!c)
        return NULL;
    if (_pipe(fds, 1024, O_NOINHERIT_ | (mode[1] == 'b'   ? O_BINARY_
                                         : mode[1] == 't' ? O_TEXT_
                                                          : 0))) {
        free(c);
        return NULL;
    }
    c->f = _wfdopen(fds[!reading], mode);
    if (c->f)
        c->process = start(command, reading ? 1 : 0, fds[reading]);
    _close(fds[reading]);
    if (!c->process) {
        int error = errno;

        if (c->f)
            fclose(c->f);
        else
            _close(fds[!reading]);
        free(c);
        errno = error;
        return NULL;
    }
    _lock(CRT_LOCK_POPEN);
    c->next = commands;
    commands = c;
    _unlock(CRT_LOCK_POPEN);
    return c->f;
}

FILE *_popen(const char *command, const char *mode)
{
    wchar_t *wide_command = crt_to_wide(command), *wide_mode = crt_to_wide(mode);
    FILE *f = NULL;

    if ((wide_command || !command) && (wide_mode || !mode))
        f = _wpopen(wide_command, wide_mode);
    free(wide_command);
    free(wide_mode);
    return f;
}

int _pclose(FILE *f)
{
    struct command *c, **at;
    int status = -1;

    CRT_CHECK(f, EINVAL, -1);
    _lock(CRT_LOCK_POPEN);
    for (at = &commands; *at && (*at)->f != f; at = &(*at)->next)
        ;
    c = *at;
    if (c)
        *at = c->next;
    _unlock(CRT_LOCK_POPEN);
    if (!c) {
        errno = EBADF;
        return -1;
    }
    fclose(f);
    if (_cwait(&status, (intptr_t)c->process, 0) == -1)
        status = -1;
    free(c);
    return status;
}
