/* The command line split into arguments as Microsoft's C start-up documents it: the first word
 * ends at a quote or blank and knows no backslashes; elsewhere 2n backslashes and a quote are n
 * backslashes and a quote that toggles, 2n+1 are n and a literal quote, a doubled quote inside
 * quotes is one quote. Optionally * and ? outside quotes are expanded to matching file names. */
#include "crt.h"
#include "startup.h"

int __argc;
char **__argv;
wchar_t **__wargv;
char *_acmdln;
wchar_t *_wcmdln;
char *_pgmptr;
wchar_t *_wpgmptr;

/* A growing list of malloc'd arguments. */
struct arg_list {
    wchar_t **items;
    size_t count, room;
};

static bool add_arg(struct arg_list *list, wchar_t *arg)
{
    if (!arg)
        return false;
    if (list->count + 1 >= list->room) {
        size_t room = list->room ? list->room * 2 : 16;
        wchar_t **items = realloc(list->items, room * sizeof(*items));

        if (!items) {
            free(arg);
            return false;
        }
        list->items = items;
        list->room = room;
    }
    list->items[list->count++] = arg;
    list->items[list->count] = NULL;
    return true;
}

static wchar_t *copy_text(const wchar_t *s, size_t length)
{
    wchar_t *copy = malloc((length + 1) * sizeof(*copy));

    if (copy) {
        __builtin_memcpy(copy, s, length * sizeof(*copy));
        copy[length] = 0;
    }
    return copy;
}

static bool is_blank(wchar_t c)
{
    return c == L' ' || c == L'\t';
}

/* The program name: everything to the closing quote or the first blank, quotes dropped. */
static const wchar_t *scan_program(const wchar_t *at, wchar_t *out)
{
    bool quoted = false;

    for (; *at && (quoted || !is_blank(*at)); at++) {
        if (*at == L'"')
            quoted = !quoted;
        else
            *out++ = *at;
    }
    *out = 0;
    return at;
}

/* One further argument. *wild tells whether an unquoted * or ? was seen. */
static const wchar_t *scan_arg(const wchar_t *at, wchar_t *out, bool *wild)
{
    bool quoted = false;

    *wild = false;
    while (*at && (quoted || !is_blank(*at))) {
        size_t slashes = 0;

        while (*at == L'\\') {
            slashes++;
            at++;
        }
        if (*at == L'"') {
            for (size_t i = 0; i < slashes / 2; i++)
                *out++ = L'\\';
            if (slashes & 1) {
                *out++ = L'"';
                at++;
            } else if (quoted && at[1] == L'"') {
                *out++ = L'"';
                at += 2;
            } else {
                quoted = !quoted;
                at++;
            }
            continue;
        }
        while (slashes--)
            *out++ = L'\\';
        if (!*at || (!quoted && is_blank(*at)))
            break;
        if (!quoted && (*at == L'*' || *at == L'?'))
            *wild = true;
        *out++ = *at++;
    }
    *out = 0;
    return at;
}

static int compare_names(const wchar_t *a, const wchar_t *b)
{
    return CompareStringOrdinal(a, -1, b, -1, TRUE) - CSTR_EQUAL;
}

/* Adds the sorted names that match; the pattern itself if none does. */
static bool add_matches(struct arg_list *list, const wchar_t *pattern)
{
    WIN32_FIND_DATAW found;
    size_t first = list->count, prefix = 0;
    HANDLE search;

    for (size_t i = 0; pattern[i]; i++)
        if (pattern[i] == L'\\' || pattern[i] == L'/' || pattern[i] == L':')
            prefix = i + 1;
    search = FindFirstFileW(pattern, &found);
    if (search == INVALID_HANDLE_VALUE)
        return add_arg(list, copy_text(pattern, (size_t)lstrlenW(pattern)));
    do {
        const wchar_t *name = found.cFileName;
        size_t length = (size_t)lstrlenW(name);
        wchar_t *arg;

        if (name[0] == L'.' && (!name[1] || (name[1] == L'.' && !name[2])))
            continue;
        arg = malloc((prefix + length + 1) * sizeof(*arg));
        if (arg) {
            __builtin_memcpy(arg, pattern, prefix * sizeof(*arg));
            __builtin_memcpy(arg + prefix, name, (length + 1) * sizeof(*arg));
        }
        if (!add_arg(list, arg)) {
            FindClose(search);
            return false;
        }
    } while (FindNextFileW(search, &found));
    FindClose(search);
    if (list->count == first)
        return add_arg(list, copy_text(pattern, (size_t)lstrlenW(pattern)));
    for (size_t i = first + 1; i < list->count; i++) {
        wchar_t *key = list->items[i];
        size_t j = i;

        for (; j > first && compare_names(list->items[j - 1], key) > 0; j--)
            list->items[j] = list->items[j - 1];
        list->items[j] = key;
    }
    return true;
}

static wchar_t **split(const wchar_t *line, bool expand, int *count)
{
    struct arg_list list = {0};
    wchar_t *word = malloc(((size_t)lstrlenW(line) + 1) * sizeof(*word));
    bool ok, wild;

    if (!word)
        return NULL;
    line = scan_program(line, word);
    ok = add_arg(&list, copy_text(word, (size_t)lstrlenW(word)));
    for (;;) {
        while (is_blank(*line))
            line++;
        if (!ok || !*line)
            break;
        line = scan_arg(line, word, &wild);
        if (wild && expand)
            ok = add_matches(&list, word);
        else
            ok = add_arg(&list, copy_text(word, (size_t)lstrlenW(word)));
    }
    free(word);
    if (!ok) {
        while (list.count)
            free(list.items[--list.count]);
        free(list.items);
        return NULL;
    }
    *count = (int)list.count;
    return list.items;
}

/* The command line, or the program's file name where there is none. */
static const wchar_t *command_line(void)
{
    return _wcmdln && *_wcmdln ? _wcmdln : _wpgmptr ? _wpgmptr : L"";
}

static wchar_t *module_file_name(void)
{
    DWORD size = MAX_PATH;

    for (;;) {
        wchar_t *name = malloc(size * sizeof(*name));
        DWORD length;

        if (!name)
            return NULL;
        length = GetModuleFileNameW(NULL, name, size);
        if (length < size)
            return name;
        free(name);
        size *= 2;
    }
}

static char *narrow_acp(const wchar_t *s)
{
    int length = WideCharToMultiByte(CP_ACP, 0, s, -1, NULL, 0, NULL, NULL);
    char *out = malloc((size_t)length + 1);

    if (out && !WideCharToMultiByte(CP_ACP, 0, s, -1, out, length, NULL, NULL))
        out[0] = 0;
    return out;
}

int crt_args_init(void)
{
    _acmdln = GetCommandLineA();
    _wcmdln = GetCommandLineW();
    return 0;
}

static int program_names(void)
{
    if (!_wpgmptr)
        _wpgmptr = module_file_name();
    if (_wpgmptr && !_pgmptr)
        _pgmptr = narrow_acp(_wpgmptr);
    return _pgmptr ? 0 : -1;
}

int crt_args_wide(bool expand)
{
    int count;
    wchar_t **args;

    if (program_names() != 0)
        return -1;
    args = split(command_line(), expand, &count);
    if (!args)
        return -1;
    __argc = count;
    __wargv = args;
    return 0;
}

int crt_args_narrow(bool expand)
{
    int count;
    wchar_t **wide;
    char **args;

    if (program_names() != 0)
        return -1;
    wide = split(command_line(), expand, &count);
    if (!wide)
        return -1;
    args = calloc((size_t)count + 1, sizeof(*args));
    for (int i = 0; i < count; i++) {
        if (args)
            args[i] = narrow_acp(wide[i]);
        free(wide[i]);
    }
    free(wide);
    if (!args)
        return -1;
    __argc = count;
    __argv = args;
    return 0;
}

int *__p___argc(void)
{
    return &__argc;
}

char ***__p___argv(void)
{
    return &__argv;
}

wchar_t ***__p___wargv(void)
{
    return &__wargv;
}

char **__p__acmdln(void)
{
    return &_acmdln;
}

wchar_t **__p__wcmdln(void)
{
    return &_wcmdln;
}

char **__p__pgmptr(void)
{
    program_names();
    return &_pgmptr;
}

wchar_t **__p__wpgmptr(void)
{
    program_names();
    return &_wpgmptr;
}

int _get_pgmptr(char **value)
{
    CRT_CHECK(value, EINVAL, EINVAL);
    program_names();
    CRT_CHECK(_pgmptr, EINVAL, EINVAL);
    *value = _pgmptr;
    return 0;
}

int _get_wpgmptr(wchar_t **value)
{
    CRT_CHECK(value, EINVAL, EINVAL);
    program_names();
    CRT_CHECK(_wpgmptr, EINVAL, EINVAL);
    *value = _wpgmptr;
    return 0;
}

/* What WinMain gets: the command line after the program's name. */
wchar_t *_get_wide_winmain_command_line(void)
{
    wchar_t *at = _wcmdln;
    bool quoted = false;

    for (; *at && (quoted || *at > L' '); at++)
        if (*at == L'"')
            quoted = !quoted;
    while (*at && *at <= L' ')
        at++;
    return at;
}

char *_get_narrow_winmain_command_line(void)
{
    unsigned char *at = (unsigned char *)_acmdln;
    bool quoted = false;

    for (; *at && (quoted || *at > ' '); at++) {
        if (*at == '"')
            quoted = !quoted;
        else if (IsDBCSLeadByte(*at) && at[1])
            at++;
    }
    while (*at && *at <= ' ')
        at++;
    return (char *)at;
}
