/* Starting programs: finding the file, the command line, the environment, CreateProcess. */
#include "spawn.h"
#include "startup.h"
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* ---- blocks ---- */

/* The arguments with one blank between them. They are not quoted, as documented: who has blanks
 * in an argument puts the quotes there himself. */
static wchar_t *command_line(const wchar_t *const *argv)
{
    size_t size = 1;
    wchar_t *line, *at;

    for (size_t i = 0; argv[i]; i++)
        size += wcslen(argv[i]) + 1;
    line = malloc(size * sizeof(*line));
    if (!line)
        return NULL;
    at = line;
    for (size_t i = 0; argv[i]; i++) {
        size_t length = wcslen(argv[i]);

        if (i)
            *at++ = ' ';
        memcpy(at, argv[i], length * sizeof(*at));
        at += length;
    }
    *at = 0;
    return line;
}

static bool is_system_root(const wchar_t *entry)
{
    return _wcsnicmp(entry, L"SystemRoot=", 11) == 0;
}

static wchar_t *append(wchar_t *at, const wchar_t *entry)
{
    size_t length = wcslen(entry) + 1;

    memcpy(at, entry, length * sizeof(*at));
    return at + length;
}

/* A program's own environment, with what no process can do without: the drives' directories
 * (=C:) and SystemRoot. */
static wchar_t *environment_block(const wchar_t *const *env)
{
    wchar_t *ours = GetEnvironmentStringsW(), *block = NULL, *at;
    bool has_root = false;
    size_t size = 2;

    if (!ours) {
        _dosmaperr(GetLastError());
        return NULL;
    }
    for (size_t i = 0; env[i]; i++) {
        size += wcslen(env[i]) + 1;
        has_root |= is_system_root(env[i]);
    }
    for (const wchar_t *p = ours; *p; p += wcslen(p) + 1)
        if (*p == '=' || (!has_root && is_system_root(p)))
            size += wcslen(p) + 1;
    block = calloc(size, sizeof(*block));
    if (block) {
        at = block;
        for (const wchar_t *p = ours; *p; p += wcslen(p) + 1)
            if (*p == '=')
                at = append(at, p);
        for (size_t i = 0; env[i]; i++)
            if (*env[i])
                at = append(at, env[i]);
        for (const wchar_t *p = ours; *p; p += wcslen(p) + 1)
            if (!has_root && is_system_root(p))
                at = append(at, p);
    }
    FreeEnvironmentStringsW(ours);
    return block;
}

/* ---- the start ---- */

static HANDLE create(const wchar_t *path, wchar_t *line, wchar_t *env, DWORD flags,
                     STARTUPINFOW *info, bool no_standard)
{
    PROCESS_INFORMATION process;
    BOOL done;

    info->cb = sizeof(*info);
    info->lpReserved2 = crt_inherit_block(&info->cbReserved2, no_standard);
    if (!info->lpReserved2)
        return NULL;
    done = CreateProcessW(path, line, NULL, NULL, TRUE, flags | CREATE_UNICODE_ENVIRONMENT, env,
                          NULL, info, &process);
    free(info->lpReserved2);
    if (!done) {
        _dosmaperr(GetLastError());
        return NULL;
    }
    CloseHandle(process.hThread);
    return process.hProcess;
}

static intptr_t finish(int mode, HANDLE process)
{
    DWORD code = 0;

    switch (mode) {
    case SPAWN_OVERLAY:
        _exit(0);
    case SPAWN_WAIT:
        if (WaitForSingleObject(process, INFINITE) == WAIT_FAILED ||
            !GetExitCodeProcess(process, &code)) {
            _dosmaperr(GetLastError());
            CloseHandle(process);
            return -1;
        }
        CloseHandle(process);
        return (int)code;
    case SPAWN_NOWAIT:
        return (intptr_t)process;
    default:
        CloseHandle(process);
        return 0;
    }
}

/* ---- the file ---- */

static bool is_separator(wchar_t c)
{
    return c == '\\' || c == '/';
}

/* The name itself if it has an extension, else the first of name.com, .exe, .bat, .cmd that is
 * there: a malloc block, NULL with errno. */
static wchar_t *find_file(const wchar_t *directory, size_t length, const wchar_t *name)
{
    static const wchar_t extensions[][5] = {L".com", L".exe", L".bat", L".cmd"};
    size_t name_length = wcslen(name);
    wchar_t *path = malloc((length + name_length + 6) * sizeof(*path)), *end = path;
    const wchar_t *dot = NULL;

    if (!path)
        return NULL;
    if (length) {
        memcpy(end, directory, length * sizeof(*end));
        end += length;
        if (!is_separator(end[-1]))
            *end++ = '\\';
    }
    memcpy(end, name, (name_length + 1) * sizeof(*end));
    end += name_length;
    for (const wchar_t *p = name; *p; p++)
        dot = is_separator(*p) ? NULL : *p == '.' ? p : dot;
    if (dot) {
        if (GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES)
            return path;
    } else {
        for (size_t i = 0; i < CRT_COUNT(extensions); i++) {
            memcpy(end, extensions[i], sizeof(extensions[i]));
            if (GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES)
                return path;
        }
    }
    free(path);
    errno = ENOENT;
    return NULL;
}

static wchar_t *find_on_path(const wchar_t *name)
{
    wchar_t *found = NULL, *path;
    DWORD size = GetEnvironmentVariableW(L"PATH", NULL, 0);

    path = malloc(((size_t)size + 1) * sizeof(*path));
    if (!path)
        return NULL;
    path[0] = 0;
    if (size)
        GetEnvironmentVariableW(L"PATH", path, size);
    errno = ENOENT;
    for (const wchar_t *at = path; *at && !found;) {
        bool quoted = *at == '"';
        const wchar_t *end = at += quoted;

        while (*end && *end != (quoted ? '"' : ';'))
            end++;
        if (end > at)
            found = find_file(at, (size_t)(end - at), name);
        at = end;
        while (*at == '"' || *at == ';')
            at++;
    }
    free(path);
    return found;
}

static wchar_t *find_program(const wchar_t *name, bool search)
{
    wchar_t *path = find_file(NULL, 0, name);

    if (path || !search || wcspbrk(name, L"\\/:"))
        return path;
    return find_on_path(name);
}

intptr_t crt_spawn(int mode, const wchar_t *name, const wchar_t *const *argv,
                   const wchar_t *const *env, bool search)
{
    STARTUPINFOW info = {0};
    wchar_t *path, *line, *block = NULL;
    HANDLE process = NULL;

    CRT_CHECK(mode >= SPAWN_WAIT && mode <= SPAWN_DETACH, EINVAL, -1);
    CRT_CHECK(name && *name && argv && argv[0] && *argv[0], EINVAL, -1);
    path = find_program(name, search);
    if (!path)
        return -1;
    line = command_line(argv);
    if (env)
        block = environment_block(env);
    if (line && (block || !env))
        process = create(path, line, block, mode == SPAWN_DETACH ? DETACHED_PROCESS : 0, &info,
                         mode == SPAWN_DETACH);
    free(path);
    free(line);
    free(block);
    return process ? finish(mode, process) : -1;
}

/* ---- the command interpreter ---- */

wchar_t *crt_shell(void)
{
    DWORD size = GetEnvironmentVariableW(L"COMSPEC", NULL, 0);
    wchar_t *shell;

    if (!size)
        return find_on_path(L"cmd.exe");
    shell = malloc(size * sizeof(*shell));
    if (shell && !GetEnvironmentVariableW(L"COMSPEC", shell, size))
        shell[0] = 0;
    return shell;
}

HANDLE crt_spawn_shell(const wchar_t *command, const HANDLE standard[3])
{
    STARTUPINFOW info = {.dwFlags = STARTF_USESTDHANDLES,
                         .hStdInput = standard[0],
                         .hStdOutput = standard[1],
                         .hStdError = standard[2]};
    wchar_t *shell = crt_shell(), *line = NULL;
    HANDLE process = NULL;

    if (shell)
        line = command_line((const wchar_t *const[]){shell, L"/c", command, NULL});
    if (line)
        process = create(shell, line, NULL, 0, &info, true);
    free(shell);
    free(line);
    return process;
}

int _wsystem(const wchar_t *command)
{
    wchar_t *shell = crt_shell();
    intptr_t result;

    if (!command) {
        bool there = shell && GetFileAttributesW(shell) != INVALID_FILE_ATTRIBUTES;

        free(shell);
        if (!there)
            errno = ENOENT;
        return there;
    }
    if (!shell)
        return -1;
    result = crt_spawn(SPAWN_WAIT, shell, (const wchar_t *const[]){shell, L"/c", command, NULL},
                       NULL, true);
    free(shell);
    return (int)result;
}

int system(const char *command)
{
    wchar_t *wide = crt_to_wide(command);
    int result;

    if (command && !wide)
        return -1;
    result = _wsystem(wide);
    free(wide);
    return result;
}

intptr_t _cwait(int *status, intptr_t process, int action)
{
    DWORD code;

    (void)action; /* documented as ignored */
    if (process == -1 || process == -2) {
        errno = ECHILD;
        return -1;
    }
    if (WaitForSingleObject((HANDLE)process, INFINITE) != WAIT_OBJECT_0 ||
        !GetExitCodeProcess((HANDLE)process, &code)) {
        DWORD error = GetLastError();

        _dosmaperr(error);
        if (error == ERROR_INVALID_HANDLE)
            errno = ECHILD;
        if (status)
            *status = -1;
        return -1;
    }
    if (status)
        *status = (int)code;
    CloseHandle((HANDLE)process);
    return process;
}
