/* Programs: finding them, starting them, waiting for them. */
#include "cmd.h"

static bool is_file(const WCHAR *path)
{
    DWORD a = GetFileAttributesW(path);

    return a != INVALID_FILE_ATTRIBUTES && !(a & FILE_ATTRIBUTE_DIRECTORY);
}

static bool ends_with(const WCHAR *path, const WCHAR *end)
{
    size_t n = wcslen(path), m = wcslen(end);

    return n > m && !_wcsicmp(path + n - m, end);
}

bool is_batch(const WCHAR *path)
{
    return ends_with(path, L".bat") || ends_with(path, L".cmd");
}

/* base as it is, when it has an extension, and with each of PATHEXT's; at last as it is all the
 * same, for programs of the host, whose names have none. */
static WCHAR *with_extension(const WCHAR *base, bool bare)
{
    const WCHAR *name = base, *c;
    WCHAR *list, *found = NULL;

    for (c = base; *c; c++)
        if (*c == '\\' || *c == '/' || *c == ':')
            name = c + 1;
    if (!*name)
        return NULL;
    if (bare)
        return !wcschr(name, '.') && is_file(base) ? copy_of(base) : NULL;
    if (wcschr(name, '.') && is_file(base))
        return copy_of(base);
    list = variable(L"PATHEXT");
    for (const WCHAR *at = list ? list : L".COM;.EXE;.BAT;.CMD"; *at && !found;) {
        size_t n = wcscspn(at, L";");
        struct text t = {0};

        text_add(&t, base);
        text_part(&t, at, n);
        if (n && is_file(t.s))
            found = t.s;
        else
            text_free(&t);
        at += n;
        while (*at == ';')
            at++;
    }
    drop(list);
    return found;
}

static WCHAR *on_path(const WCHAR *name, bool bare)
{
    WCHAR *path = variable(L"PATH"), *found = NULL;

    for (const WCHAR *at = path ? path : L""; *at && !found;) {
        struct text t = {0};
        bool quoted = false;

        for (; *at && (quoted || *at != ';'); at++) {
            if (*at == '"')
                quoted = !quoted;
            else
                text_char(&t, *at);
        }
        while (*at == ';')
            at++;
        if (t.n) {
            if (t.s[t.n - 1] != '\\' && t.s[t.n - 1] != '/')
                text_char(&t, '\\');
            text_add(&t, name);
            found = with_extension(t.s, bare);
        }
        text_free(&t);
    }
    drop(path);
    return found;
}

WCHAR *find_program(const WCHAR *word)
{
    WCHAR *name = unquoted(word), *found = NULL;
    bool here = wcspbrk(name, L"\\/:") != NULL;
    WCHAR *no_current = variable(L"NoDefaultCurrentDirectoryInExePath");

    for (int bare = 0; bare < 2 && !found; bare++) {
        if (here || !no_current)
            found = with_extension(name, bare);
        if (!found && !here)
            found = on_path(name, bare);
    }
    drop(no_current);
    if (found) {
        WCHAR *full = full_path(found);
        drop(found);
        found = full;
    }
    drop(name);
    return found;
}

HANDLE start_process(const WCHAR *path, WCHAR *line, DWORD flags, const WCHAR *directory)
{
    STARTUPINFOW info = {.cb = sizeof(info), .dwFlags = STARTF_USESTDHANDLES};
    PROCESS_INFORMATION process;
    HANDLE *ends[] = {&info.hStdInput, &info.hStdOutput, &info.hStdError}, opened[3] = {0};
    static const DWORD standard[3] = {STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE};
    DWORD error = 0;

    for (int i = 0; i < 3; i++) {
        HANDLE h = GetStdHandle(standard[i]);

        if (h && h != INVALID_HANDLE_VALUE &&
            !DuplicateHandle(GetCurrentProcess(), h, GetCurrentProcess(), &opened[i], 0, TRUE,
                             DUPLICATE_SAME_ACCESS))
            opened[i] = NULL;
        *ends[i] = opened[i];
    }
    if (!CreateProcessW(path, line, NULL, NULL, TRUE, flags | CREATE_UNICODE_ENVIRONMENT, NULL,
                        directory, &info, &process))
        error = GetLastError();
    for (int i = 0; i < 3; i++)
        if (opened[i])
            CloseHandle(opened[i]);
    if (error) {
        SetLastError(error);
        return NULL;
    }
    CloseHandle(process.hThread);
    return process.hProcess;
}

DWORD wait_for(HANDLE process)
{
    DWORD code = 1;

    WaitForSingleObject(process, INFINITE);
    GetExitCodeProcess(process, &code);
    CloseHandle(process);
    return code;
}

HANDLE start_self(const WCHAR *text)
{
    WCHAR path[MAX_PATH];
    struct text line = {0};

    GetModuleFileNameW(NULL, path, MAX_PATH);
    text_char(&line, '"');
    text_add(&line, path);
    text_add(&line, L"\" /S /D /c\" ");
    text_add(&line, text);
    text_add(&line, L"\"");
    HANDLE process = start_process(path, line.s, 0, NULL);
    text_free(&line);
    return process;
}

bool output_of(const WCHAR *command, struct text *to)
{
    SECURITY_ATTRIBUTES inherit = {sizeof(inherit), NULL, TRUE};
    HANDLE from, into, output = GetStdHandle(STD_OUTPUT_HANDLE), process;
    char *bytes = NULL;
    size_t used = 0, room = 0;
    DWORD n;

    if (!CreatePipe(&from, &into, &inherit, 0))
        return false;
    SetHandleInformation(from, HANDLE_FLAG_INHERIT, 0);
    SetStdHandle(STD_OUTPUT_HANDLE, into);
    process = start_self(command);
    SetStdHandle(STD_OUTPUT_HANDLE, output);
    CloseHandle(into);
    while (process) {
        if (room - used < 4096) {
            char *larger = grab(room * 2 + 8192);
            if (used)
                memcpy(larger, bytes, used);
            drop(bytes);
            bytes = larger;
            room = room * 2 + 8192;
        }
        if (!ReadFile(from, bytes + used, (DWORD)(room - used), &n, NULL) || !n)
            break;
        used += n;
    }
    CloseHandle(from);
    if (process)
        wait_for(process);
    if (used) {
        int size = MultiByteToWideChar(text_code_page(), 0, bytes, (int)used, NULL, 0);
        WCHAR *wide = grab(((size_t)size + 1) * sizeof(*wide));
        MultiByteToWideChar(text_code_page(), 0, bytes, (int)used, wide, size);
        text_part(to, wide, (size_t)size);
        drop(wide);
    }
    drop(bytes);
    return process != NULL;
}

DWORD run_program(const WCHAR *word, const WCHAR *rest, bool call)
{
    WCHAR *path = find_program(word);
    struct text line = {0};
    DWORD level = 0;

    if (path && is_batch(path)) {
        level = run_batch(path, word, rest, call);
        drop(path);
        return level;
    }
    text_add(&line, word);
    text_add(&line, rest);
    HANDLE process = path ? start_process(path, line.s, 0, NULL) : NULL;
    if (process) {
        level = wait_for(process);
    } else if (path && GetLastError() != ERROR_BAD_EXE_FORMAT &&
               GetLastError() != ERROR_FILE_NOT_FOUND) {
        level = fail_with(GetLastError());
    } else {
        WCHAR *name = unquoted(word);
        if (wcspbrk(name, L"\\/") && GetFileAttributesW(name) == INVALID_FILE_ATTRIBUTES &&
            GetLastError() == ERROR_PATH_NOT_FOUND)
            level = fail_saying(L"The system cannot find the path specified.");
        else {
            errf(L"'%ls' is not recognized as an internal or external command,\r\n"
                 L"operable program or batch file.\r\n",
                 name);
            level = shell.batch ? 9009 : 1;
        }
        drop(name);
    }
    text_free(&line);
    drop(path);
    return level;
}
