/* copy, del, md, rd, ren, move, mklink. */
#include "cmd.h"

static DWORD bad_syntax(void)
{
    return fail_saying(L"The syntax of the command is incorrect.");
}

static bool is_folder(const WCHAR *path)
{
    DWORD a = GetFileAttributesW(path);

    return a != INVALID_FILE_ATTRIBUTES && (a & FILE_ATTRIBUTE_DIRECTORY);
}

/* Up to and with the last separator. */
static size_t folder_length(const WCHAR *path)
{
    size_t n = 0;

    for (size_t i = 0; path[i]; i++)
        if (path[i] == '\\' || path[i] == '/' || path[i] == ':')
            n = i + 1;
    return n;
}

static void join(struct text *t, const WCHAR *folder, size_t n, const WCHAR *name)
{
    text_clear(t);
    text_part(t, folder, n);
    if (n && !wcschr(L"\\/:", folder[n - 1]))
        text_char(t, '\\');
    text_add(t, name);
}

/* The name that a pattern like "*.txt" makes of another name. */
static void renamed(const WCHAR *name, const WCHAR *pattern, struct text *to)
{
    size_t i = 0;

    text_clear(to);
    for (const WCHAR *p = pattern; *p; p++) {
        if (*p == '?') {
            if (name[i] && name[i] != '.')
                text_char(to, name[i++]);
        } else if (*p == '*') {
            const WCHAR *stop = p[1] ? wcsrchr(name + i, p[1]) : NULL;
            size_t n = stop ? (size_t)(stop - name) - i : wcslen(name + i);
            text_part(to, name + i, n);
            i += n;
        } else if (*p == '.') {
            while (name[i] && name[i] != '.')
                i++;
            if (name[i])
                i++;
            text_char(to, '.');
        } else {
            text_char(to, *p);
            if (name[i] && name[i] != '.')
                i++;
        }
    }
    while (to->n && to->s[to->n - 1] == '.')
        to->s[--to->n] = 0;
}

struct options {
    bool quiet, force, tree, yes, ask, text, binary, verify;
    const WCHAR *attributes;
    WCHAR link;
};

static bool letter_is(const WCHAR *name, WCHAR c)
{
    return (name[0] & ~0x20) == c && !name[1];
}

/* ---- copy ---- */

static bool copy_switch(const WCHAR *name, void *to)
{
    struct options *o = to;

    if (letter_is(name, 'Y'))
        o->yes = true;
    else if (letter_is(name, 'A'))
        o->text = true;
    else if (letter_is(name, 'B'))
        o->binary = true;
    else if (!_wcsicmp(name, L"-Y"))
        o->yes = false;
    else
        return letter_is(name, 'V') || letter_is(name, 'N') || letter_is(name, 'Z') ||
               letter_is(name, 'D');
    return true;
}

static bool append_file(HANDLE to, const WCHAR *from)
{
    HANDLE h = CreateFileW(from, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                           OPEN_EXISTING, 0, NULL);
    char bytes[16384];
    DWORD n, done;
    bool good = h != INVALID_HANDLE_VALUE;

    while (good && ReadFile(h, bytes, sizeof(bytes), &n, NULL) && n)
        good = WriteFile(to, bytes, n, &done, NULL) && done == n;
    if (h != INVALID_HANDLE_VALUE) {
        DWORD error = GetLastError();
        CloseHandle(h);
        SetLastError(error);
    }
    return good;
}

static bool is_device(const WCHAR *name)
{
    size_t n = folder_length(name);

    return !_wcsicmp(name + n, L"con") || !_wcsicmp(name + n, L"nul");
}

static bool copy_one(const WCHAR *from, const WCHAR *to)
{
    if (!is_device(from) && !is_device(to)) {
        WCHAR *a = full_path(from), *b = full_path(to);
        bool same = !_wcsicmp(a, b);
        drop(a);
        drop(b);
        if (same) {
            errf(L"The file cannot be copied onto itself.\r\n");
            return false;
        }
        if (CopyFileW(from, to, FALSE))
            return true;
    } else {
        HANDLE h = CreateFileW(to, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                               CREATE_ALWAYS, 0, NULL);
        if (h != INVALID_HANDLE_VALUE) {
            bool good = append_file(h, from);
            CloseHandle(h);
            if (good)
                return true;
        }
    }
    fail_with(GetLastError());
    return false;
}

/* "a + b" in one file */
static DWORD copy_joined(WCHAR *sources, const WCHAR *target)
{
    HANDLE h = CreateFileW(target, GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_ALWAYS,
                           FILE_ATTRIBUTE_NORMAL, NULL);
    DWORD level = 0;

    if (h == INVALID_HANDLE_VALUE)
        return fail_with(GetLastError());
    for (WCHAR *at = sources; at;) {
        WCHAR *plus = wcschr(at, '+');
        if (plus)
            *plus = 0;
        WCHAR *name = unquoted(at);
        outf(L"%ls\r\n", name);
        if (!append_file(h, name))
            level = fail_with(GetLastError());
        drop(name);
        at = plus ? plus + 1 : NULL;
    }
    CloseHandle(h);
    if (!level)
        out(L"        1 file(s) copied.\r\n");
    return level;
}

DWORD do_copy(const WCHAR *rest)
{
    struct options o = {0};
    struct text sources = {0}, t = {0}, name = {0};
    WCHAR **words = words_of(rest), *target = NULL;
    DWORD level = 0;
    size_t count = 0, copied = 0;

    if (!take_switches(words, copy_switch, &o)) {
        drop_words(words);
        return 1;
    }
    while (words[count])
        count++;
    /* With blanks around '+', the sources are several words. */
    size_t i = 0;
    bool glued = true;
    for (; i < count && glued; i++) {
        text_add(&sources, words[i]);
        size_t n = wcslen(words[i]);
        glued = words[i][n - 1] == '+' || (i + 1 < count && words[i + 1][0] == '+');
    }
    if (i < count)
        target = unquoted(words[i++]);
    if (!sources.n || i < count) {
        level = bad_syntax();
    } else if (wcschr(sources.s, '+')) {
        if (!target) {
            WCHAR *plus = wcschr(sources.s, '+');
            target = copy_part(sources.s, (size_t)(plus - sources.s));
            strip_quotes(target);
            level = bad_syntax(); /* to append to the first is not there yet */
        } else {
            level = copy_joined(sources.s, target);
        }
    } else {
        WCHAR *from = unquoted(sources.s);
        if (!target)
            target = copy_of(L".");
        if (is_folder(from)) {
            join(&t, from, wcslen(from), L"*");
            drop(from);
            from = copy_of(t.s);
        }
        bool into = is_folder(target), many = wcspbrk(from, L"*?");
        WIN32_FIND_DATAW data;
        HANDLE find = is_device(from) ? INVALID_HANDLE_VALUE : FindFirstFileW(from, &data);
        if (is_device(from)) {
            copied += copy_one(from, target);
        } else if (find == INVALID_HANDLE_VALUE) {
            level = fail_with(ERROR_FILE_NOT_FOUND);
        } else {
            do {
                if (data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)
                    continue;
                join(&t, from, folder_length(from), data.cFileName);
                if (many)
                    outf(L"%ls\r\n", t.s);
                if (into) {
                    join(&name, target, wcslen(target), data.cFileName);
                } else {
                    struct text last = {0};
                    size_t n = folder_length(target);
                    renamed(data.cFileName, target + n, &last);
                    join(&name, target, n, text_of(&last));
                    text_free(&last);
                }
                if (copy_one(t.s, name.s))
                    copied++;
                else
                    level = 1;
            } while (FindNextFileW(find, &data));
            FindClose(find);
        }
        if (find != INVALID_HANDLE_VALUE || is_device(from))
            outf(L"%9u file(s) copied.\r\n", (unsigned)copied);
        drop(from);
    }
    drop(target);
    text_free(&sources);
    text_free(&t);
    text_free(&name);
    drop_words(words);
    return level;
}

/* ---- del ---- */

static bool del_switch(const WCHAR *name, void *to)
{
    struct options *o = to;

    if (letter_is(name, 'Q'))
        o->quiet = true;
    else if (letter_is(name, 'F'))
        o->force = true;
    else if (letter_is(name, 'S'))
        o->tree = true;
    else
        return letter_is(name, 'P') || (name[0] & ~0x20) == 'A';
    return true;
}

static bool delete_file(const WCHAR *path, DWORD attributes, bool force)
{
    if ((attributes & FILE_ATTRIBUTE_READONLY) && force)
        SetFileAttributesW(path, attributes & ~(DWORD)FILE_ATTRIBUTE_READONLY);
    if (DeleteFileW(path))
        return true;
    errf(L"%ls\r\n", path);
    fail_with(GetLastError());
    return false;
}

static size_t delete_matching(const WCHAR *folder, size_t n, const WCHAR *pattern,
                              const struct options *o, bool *failed)
{
    struct text t = {0};
    WIN32_FIND_DATAW data;
    size_t found = 0;

    join(&t, folder, n, pattern);
    HANDLE find = FindFirstFileW(t.s, &data);
    if (find != INVALID_HANDLE_VALUE) {
        do {
            if (data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)
                continue;
            if (wcspbrk(pattern, L"*?") && (data.dwFileAttributes & FILE_ATTRIBUTE_HIDDEN))
                continue;
            found++;
            join(&t, folder, n, data.cFileName);
            if (o->tree)
                outf(L"Deleted file - %ls\r\n", t.s);
            if (!delete_file(t.s, data.dwFileAttributes, o->force))
                *failed = true;
        } while (FindNextFileW(find, &data));
        FindClose(find);
    }
    if (o->tree) {
        join(&t, folder, n, L"*");
        find = FindFirstFileW(t.s, &data);
        if (find != INVALID_HANDLE_VALUE) {
            do {
                if (!(data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) ||
                    !wcscmp(data.cFileName, L".") || !wcscmp(data.cFileName, L"..") ||
                    (data.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT))
                    continue;
                join(&t, folder, n, data.cFileName);
                found += delete_matching(t.s, t.n, pattern, o, failed);
            } while (FindNextFileW(find, &data));
            FindClose(find);
        }
    }
    text_free(&t);
    return found;
}

static bool agreed(const WCHAR *question)
{
    struct text line = {0};
    bool yes = false;

    outf(L"%ls, Are you sure (Y/N)? ", question);
    if (read_line(GetStdHandle(STD_INPUT_HANDLE), &line))
        yes = line.n && (line.s[0] | 0x20) == 'y';
    text_free(&line);
    return yes;
}

DWORD do_del(const WCHAR *rest)
{
    struct options o = {0};
    WCHAR **words = words_of(rest);
    DWORD level = 0;

    if (!take_switches(words, del_switch, &o)) {
        drop_words(words);
        return 1;
    }
    if (!words[0])
        level = bad_syntax();
    for (size_t i = 0; words[i]; i++) {
        WCHAR *name = unquoted(words[i]);
        size_t n = folder_length(name);
        const WCHAR *pattern = name + n;
        bool failed = false, all;
        if (is_folder(name)) {
            n = wcslen(name);
            pattern = L"*";
        }
        all = !wcscmp(pattern, L"*") || !wcscmp(pattern, L"*.*");
        if (all && !o.quiet) {
            WCHAR *full = full_path(name);
            bool yes = agreed(full);
            drop(full);
            if (!yes) {
                drop(name);
                continue;
            }
        }
        if (!delete_matching(name, n, all ? L"*" : pattern, &o, &failed) && !all) {
            WCHAR *full = full_path(name);
            errf(L"Could Not Find %ls\r\n", full);
            drop(full);
        }
        (void)failed; /* as documented for cmd, del leaves 0 when a file could not be deleted */
        drop(name);
    }
    drop_words(words);
    return level;
}

/* ---- md, rd ---- */

static DWORD make_folder(WCHAR *path)
{
    /* Every folder on the way. */
    for (WCHAR *at = path + 1; *at; at++) {
        if ((*at != '\\' && *at != '/') || at[-1] == ':' || at[-1] == '\\' || at[-1] == '/')
            continue;
        WCHAR separator = *at;
        *at = 0;
        if (!is_folder(path) && !CreateDirectoryW(path, NULL) &&
            GetLastError() != ERROR_ALREADY_EXISTS && GetLastError() != ERROR_ACCESS_DENIED) {
            *at = separator;
            return fail_with(GetLastError());
        }
        *at = separator;
        if (!at[1])
            break;
    }
    size_t n = wcslen(path);
    if (n > 1 && (path[n - 1] == '\\' || path[n - 1] == '/') && path[n - 2] != ':')
        path[--n] = 0;
    if (GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES) {
        errf(L"A subdirectory or file %ls already exists.\r\n", path);
        return 1;
    }
    return CreateDirectoryW(path, NULL) ? 0 : fail_with(GetLastError());
}

DWORD do_md(const WCHAR *rest)
{
    WCHAR **words = words_of(rest);
    DWORD level = words[0] ? 0 : bad_syntax();

    for (size_t i = 0; words[i]; i++) {
        strip_quotes(words[i]);
        if (make_folder(words[i]))
            level = 1;
    }
    drop_words(words);
    return level;
}

static DWORD remove_folder(const WCHAR *path, bool tree)
{
    struct text t = {0};
    WIN32_FIND_DATAW data;
    DWORD error = 0;
    DWORD attributes = GetFileAttributesW(path);

    if (tree && attributes != INVALID_FILE_ATTRIBUTES &&
        !(attributes & FILE_ATTRIBUTE_REPARSE_POINT)) {
        join(&t, path, wcslen(path), L"*");
        HANDLE find = FindFirstFileW(t.s, &data);
        if (find != INVALID_HANDLE_VALUE) {
            do {
                if (!wcscmp(data.cFileName, L".") || !wcscmp(data.cFileName, L".."))
                    continue;
                join(&t, path, wcslen(path), data.cFileName);
                if (data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) {
                    DWORD e = remove_folder(t.s, true);
                    error = error ? error : e;
                } else {
                    if (data.dwFileAttributes & FILE_ATTRIBUTE_READONLY)
                        SetFileAttributesW(t.s, FILE_ATTRIBUTE_NORMAL);
                    if (!DeleteFileW(t.s)) {
                        error = GetLastError();
                        errf(L"%ls - ", t.s);
                        fail_with(error);
                    }
                }
            } while (FindNextFileW(find, &data));
            FindClose(find);
        }
        text_free(&t);
    }
    if (RemoveDirectoryW(path))
        return error;
    return error ? error : GetLastError();
}

static bool rd_switch(const WCHAR *name, void *to)
{
    struct options *o = to;

    if (letter_is(name, 'S'))
        o->tree = true;
    else if (letter_is(name, 'Q'))
        o->quiet = true;
    else
        return false;
    return true;
}

DWORD do_rd(const WCHAR *rest)
{
    struct options o = {0};
    WCHAR **words = words_of(rest);
    DWORD level = 0;

    if (!take_switches(words, rd_switch, &o)) {
        drop_words(words);
        return 1;
    }
    if (!words[0])
        level = bad_syntax();
    for (size_t i = 0; words[i]; i++) {
        strip_quotes(words[i]);
        if (o.tree && !o.quiet && !agreed(words[i]))
            continue;
        DWORD error = remove_folder(words[i], o.tree);
        if (error) {
            fail_with(error);
            level = error == ERROR_DIR_NOT_EMPTY ? 145 : error;
        }
    }
    drop_words(words);
    return level;
}

/* ---- ren, move ---- */

DWORD do_ren(const WCHAR *rest)
{
    WCHAR **words = words_of(rest);
    struct text from = {0}, to = {0}, name = {0};
    WIN32_FIND_DATAW data;
    DWORD level = 0;

    if (!words[0] || !words[1] || words[2]) {
        level = bad_syntax();
    } else {
        strip_quotes(words[0]);
        strip_quotes(words[1]);
        size_t n = folder_length(words[0]);
        HANDLE find = FindFirstFileW(words[0], &data);
        if (folder_length(words[1])) {
            level = bad_syntax();
            if (find != INVALID_HANDLE_VALUE)
                FindClose(find);
        } else if (find == INVALID_HANDLE_VALUE) {
            level = fail_with(ERROR_FILE_NOT_FOUND);
        } else {
            bool many = wcspbrk(words[0], L"*?");
            do {
                if (many && (data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY))
                    continue;
                renamed(data.cFileName, words[1], &name);
                join(&from, words[0], n, data.cFileName);
                join(&to, words[0], n, text_of(&name));
                if (!MoveFileExW(from.s, to.s, 0)) {
                    if (GetLastError() == ERROR_ALREADY_EXISTS)
                        level = fail_saying(
                            L"A duplicate file name exists, or the file\r\ncannot be found.");
                    else
                        level = fail_with(GetLastError());
                }
            } while (FindNextFileW(find, &data));
            FindClose(find);
        }
    }
    text_free(&from);
    text_free(&to);
    text_free(&name);
    drop_words(words);
    return level;
}

DWORD do_move(const WCHAR *rest)
{
    struct options o = {0};
    WCHAR **words = words_of(rest);
    struct text from = {0}, to = {0};
    WIN32_FIND_DATAW data;
    DWORD level = 0;
    size_t moved = 0;

    if (!take_switches(words, copy_switch, &o)) {
        drop_words(words);
        return 1;
    }
    if (!words[0] || (words[1] && words[2])) {
        drop_words(words);
        return bad_syntax();
    }
    strip_quotes(words[0]);
    WCHAR *target = words[1] ? unquoted(words[1]) : copy_of(L".");
    bool into = is_folder(target), folder = is_folder(words[0]);
    HANDLE find = FindFirstFileW(words[0], &data);
    if (find == INVALID_HANDLE_VALUE) {
        level = fail_with(ERROR_FILE_NOT_FOUND);
    } else {
        bool many = wcspbrk(words[0], L"*?");
        do {
            if (many && (data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY))
                continue;
            join(&from, words[0], folder_length(words[0]), data.cFileName);
            if (into)
                join(&to, target, wcslen(target), data.cFileName);
            else
                join(&to, target, wcslen(target), L"");
            if (!into && to.n && to.s[to.n - 1] == '\\')
                to.s[--to.n] = 0;
            if (many)
                outf(L"%ls\r\n", from.s);
            if (MoveFileExW(from.s, to.s,
                            MOVEFILE_COPY_ALLOWED | (folder ? 0 : MOVEFILE_REPLACE_EXISTING)))
                moved++;
            else
                level = fail_with(GetLastError());
        } while (FindNextFileW(find, &data));
        FindClose(find);
        outf(folder ? L"%9u dir(s) moved.\r\n" : L"%9u file(s) moved.\r\n", (unsigned)moved);
    }
    drop(target);
    text_free(&from);
    text_free(&to);
    drop_words(words);
    return level;
}

/* ---- mklink ---- */

static bool link_switch(const WCHAR *name, void *to)
{
    struct options *o = to;

    o->link = name[0] == '?' ? '?' : name[0] & ~0x20;
    return name[0] && !name[1] && wcschr(L"DHJ?", o->link);
}

/* REPARSE_DATA_BUFFER of a junction. */
struct mount_point {
    ULONG tag;
    USHORT length, reserved, substitute_at, substitute_n, print_at, print_n;
    WCHAR names[];
};

static bool make_junction(const WCHAR *link, const WCHAR *target)
{
    WCHAR *full = full_path(target), *name = full;
    size_t n;

    /* "\\?\" is a name of the object manager's already */
    if (!wcsncmp(full, L"\\\\?\\", 4))
        name += 4;
    n = wcslen(name);
    if (n > 8000) {
        drop(full);
        SetLastError(ERROR_FILENAME_EXCED_RANGE);
        return false;
    }
    size_t size = sizeof(struct mount_point) + (n + 4 + 1 + n + 1) * sizeof(WCHAR);
    struct mount_point *m = grab(size);
    DWORD error = 0, done;

    m->tag = IO_REPARSE_TAG_MOUNT_POINT;
    m->length = (USHORT)(size - 8);
    m->substitute_n = (USHORT)((n + 4) * sizeof(WCHAR));
    m->print_at = (USHORT)(m->substitute_n + sizeof(WCHAR));
    m->print_n = (USHORT)(n * sizeof(WCHAR));
    memcpy(m->names, L"\\??\\", 4 * sizeof(WCHAR));
    memcpy(m->names + 4, name, n * sizeof(WCHAR));
    memcpy(m->names + 4 + n + 1, name, n * sizeof(WCHAR));
    if (!CreateDirectoryW(link, NULL)) {
        error = GetLastError();
    } else {
        HANDLE h = CreateFileW(link, GENERIC_WRITE, 0, NULL, OPEN_EXISTING,
                               FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS, NULL);
        if (h == INVALID_HANDLE_VALUE || !DeviceIoControl(h, 0x900a4 /* FSCTL_SET_REPARSE_POINT */,
                                                          m, (DWORD)size, NULL, 0, &done, NULL))
            error = GetLastError();
        if (h != INVALID_HANDLE_VALUE)
            CloseHandle(h);
        if (error)
            RemoveDirectoryW(link);
    }
    drop(m);
    drop(full);
    SetLastError(error);
    return !error;
}

DWORD do_mklink(const WCHAR *rest)
{
    struct options o = {0};
    WCHAR **words = words_of(rest);
    DWORD level = 0;
    bool good = take_switches(words, link_switch, &o);

    if (!good || o.link == '?' || !words[0] || !words[1] || words[2]) {
        if (good && o.link != '?')
            bad_syntax();
        out(L"Creates a link to a file or a folder.\r\n\r\n"
            L"MKLINK [[/D] | [/H] | [/J]] Link Target\r\n\r\n"
            L"        /D      a symbolic link to a folder; without it, to a file\r\n"
            L"        /H      a hard link\r\n"
            L"        /J      a junction\r\n"
            L"        Link    the new name\r\n"
            L"        Target  the path, relative or absolute, that it leads to\r\n");
        drop_words(words);
        return 1;
    }
    strip_quotes(words[0]);
    strip_quotes(words[1]);
    const WCHAR *link = words[0], *target = words[1];
    switch (o.link) {
    case 'J':
        if (make_junction(link, target))
            outf(L"Junction created for %ls <<===>> %ls\r\n", link, target);
        else
            level = fail_with(GetLastError());
        break;
    case 'H':
        if (CreateHardLinkW(link, target, NULL))
            outf(L"Hardlink created for %ls <<===>> %ls\r\n", link, target);
        else
            level = fail_with(GetLastError());
        break;
    default:
        if (CreateSymbolicLinkW(link, target, o.link == 'D' ? SYMBOLIC_LINK_FLAG_DIRECTORY : 0))
            outf(L"symbolic link created for %ls <<===>> %ls\r\n", link, target);
        else
            level = fail_with(GetLastError());
    }
    drop_words(words);
    return level;
}
