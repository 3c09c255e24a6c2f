/* The environment tables of the process as C programs see them. getenv and _putenv are in env.c. */
#include "crt.h"

/* All guarded by CRT_LOCK_ENV. */
char **_environ;
wchar_t **_wenviron;
char **__initenv;
wchar_t **__winitenv;

/* The process environment block as a table of malloc'd strings. Entries of the form "=C:=..."
 * (current directories of drives) are not variables and are left out. */
static wchar_t **read_environment(void)
{
    wchar_t *block = GetEnvironmentStringsW(), *at;
    wchar_t **table;
    size_t count = 0, n = 0;

    if (!block) {
        errno = ENOMEM;
        return NULL;
    }
    for (at = block; *at; at += lstrlenW(at) + 1)
        count += *at != L'=';
    table = calloc(count + 1, sizeof(*table));
    for (at = block; table && *at; at += lstrlenW(at) + 1) {
        size_t size = ((size_t)lstrlenW(at) + 1) * sizeof(wchar_t);

        if (*at == L'=')
            continue;
        table[n] = malloc(size);
        if (!table[n]) {
            while (n)
                free(table[--n]);
            free(table);
            table = NULL;
            break;
        }
        __builtin_memcpy(table[n++], at, size);
    }
    FreeEnvironmentStringsW(block);
    return table;
}

int crt_environ_wide(void)
{
    int result = 0;

    _lock(CRT_LOCK_ENV);
    if (!_wenviron) {
        _wenviron = read_environment();
        __winitenv = _wenviron;
        result = _wenviron ? 0 : -1;
    }
    _unlock(CRT_LOCK_ENV);
    return result;
}

static char **narrow_table(wchar_t **wide)
{
    size_t count = 0;
    char **table;

    while (wide[count])
        count++;
    table = calloc(count + 1, sizeof(*table));
    for (size_t i = 0; table && i < count; i++) {
        int length = WideCharToMultiByte(CP_ACP, 0, wide[i], -1, NULL, 0, NULL, NULL);

        table[i] = malloc((size_t)length + 1);
        if (!table[i]) {
            while (i)
                free(table[--i]);
            free(table);
            return NULL;
        }
        WideCharToMultiByte(CP_ACP, 0, wide[i], -1, table[i], length, NULL, NULL);
    }
    return table;
}

int crt_environ_narrow(void)
{
    wchar_t **wide;
    int result = 0;

    _lock(CRT_LOCK_ENV);
    if (!_environ) {
        wide = _wenviron ? _wenviron : read_environment();
        _environ = wide ? narrow_table(wide) : NULL;
        __initenv = _environ;
        if (wide && wide != _wenviron) {
            for (size_t i = 0; wide[i]; i++)
                free(wide[i]);
            free(wide);
        }
        result = _environ ? 0 : -1;
    }
    _unlock(CRT_LOCK_ENV);
    return result;
}

char ***__p__environ(void)
{
    crt_environ_narrow();
    return &_environ;
}

wchar_t ***__p__wenviron(void)
{
    crt_environ_wide();
    return &_wenviron;
}

char ***__p___initenv(void)
{
    return &__initenv;
}

wchar_t ***__p___winitenv(void)
{
    return &__winitenv;
}

char **_get_initial_narrow_environment(void)
{
    crt_environ_narrow();
    return __initenv;
}

wchar_t **_get_initial_wide_environment(void)
{
    crt_environ_wide();
    return __winitenv;
}

int _initialize_narrow_environment(void)
{
    return crt_environ_narrow();
}

int _initialize_wide_environment(void)
{
    return crt_environ_wide();
}

int _get_environ(char ***value)
{
    CRT_CHECK(value, EINVAL, EINVAL);
    *value = _environ;
    return 0;
}

int _get_wenviron(wchar_t ***value)
{
    CRT_CHECK(value, EINVAL, EINVAL);
    *value = _wenviron;
    return 0;
}
