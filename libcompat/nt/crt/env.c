/*
 * getenv, _putenv, _searchenv. The tables (environ.c) and the process environment are kept the
 * same: what one of _putenv and _wputenv sets, GetEnvironmentVariable and both tables show.
 */
#include "locale_data.h"

char *_fullpath(char *out, const char *path, size_t size);
wchar_t *_wfullpath(wchar_t *out, const wchar_t *path, size_t size);

static int nocase_n(const char *a, const char *b, size_t n)
{
    return _strnicmp(a, b, n > 0x7fffffff ? 0x7fffffff : n);
}

/* Variables' names are compared as the system does, not by the locale. */
static int wide_nocase_n(const wchar_t *a, const wchar_t *b, size_t n)
{
    return wcsnlen(a, n) < n ||
           CompareStringOrdinal(a, (int)n, b, (int)n, TRUE) != CSTR_EQUAL;
}

static bool exists_wide(const wchar_t *path)
{
    return GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES;
}

static bool exists_narrow(const char *path)
{
    wchar_t *wide = crt_to_wide(path);
    bool exists = wide && exists_wide(wide);

    free(wide);
    return exists;
}

#define CH char
#define TABLE _environ
#define INITIAL __initenv
#define ENSURE crt_environ_narrow
#define LEN strlen
#define NCMP nocase_n
#define EXISTS exists_narrow
#define FULLPATH _fullpath
#define E(name) E_narrow_##name
#define E_narrow_get getenv
#define E_narrow_get_s getenv_s
#define E_narrow_dup_s _dupenv_s
#define E_narrow_search _searchenv
#define E_narrow_search_s _searchenv_s
#include "envgen.h"
#undef CH
#undef TABLE
#undef INITIAL
#undef ENSURE
#undef LEN
#undef NCMP
#undef EXISTS
#undef FULLPATH
#undef E

#define CH wchar_t
#define TABLE _wenviron
#define INITIAL __winitenv
#define ENSURE crt_environ_wide
#define LEN wcslen
#define NCMP wide_nocase_n
#define EXISTS exists_wide
#define FULLPATH _wfullpath
#define E(name) E_wide_##name
#define E_wide_get _wgetenv
#define E_wide_get_s _wgetenv_s
#define E_wide_dup_s _wdupenv_s
#define E_wide_search _wsearchenv
#define E_wide_search_s _wsearchenv_s
#include "envgen.h"

/* ---- setting ------------------------------------------------------------------------------ */

/*
 * `entry` is NAME=value; an empty value removes. Tables that no one has asked for are left
 * unmade: they will be read from the process environment when someone does.
 */
static int set(const wchar_t *entry)
{
    const wchar_t *equals = wcschr(entry, '=');
    size_t len = equals ? (size_t)(equals - entry) : 0;
    bool remove = equals && !equals[1], ok = true;
    wchar_t *name, *wide = NULL;
    char *narrow = NULL;

    if (!len) {
        errno = EINVAL;
        return -1;
    }
    name = malloc((len + 1) * sizeof *name);
    if (!name)
        return -1;
    memcpy(name, entry, len * sizeof *name);
    name[len] = 0;

    _lock(CRT_LOCK_ENV);
    if (_wenviron) {
        if (!remove)
            ok = (wide = _wcsdup(entry)) != NULL;
        if (ok && !E_wide_store_(wide, entry, len)) {
            free(wide);
            ok = false;
        }
    }
    if (ok && _environ) {
        char *narrow_name = crt_narrow_dup(name, GetACP());
        if (!remove)
            narrow = crt_narrow_dup(entry, GetACP());
        ok = narrow_name && (remove || narrow);
        if (!ok || !E_narrow_store_(narrow, narrow_name, strlen(narrow_name))) {
            free(narrow);
            ok = false;
        }
        free(narrow_name);
    }
    if (ok && !SetEnvironmentVariableW(name, remove ? NULL : equals + 1) &&
        !(remove && GetLastError() == ERROR_ENVVAR_NOT_FOUND)) {
        errno = EILSEQ;
        ok = false;
    }
    _unlock(CRT_LOCK_ENV);
    free(name);
    return ok ? 0 : -1;
}

/* Environment text is in the ANSI code page, whatever the locale. */
static wchar_t *widen_entry(const char *s)
{
    int n = MultiByteToWideChar(CP_ACP, 0, s, -1, NULL, 0);
    wchar_t *w = malloc(((size_t)n + 1) * sizeof *w);

    if (w && (!n || !MultiByteToWideChar(CP_ACP, 0, s, -1, w, n))) {
        free(w);
        errno = EILSEQ;
        return NULL;
    }
    return w;
}

int _wputenv(const wchar_t *entry)
{
    CRT_CHECK(entry, EINVAL, -1);
    return set(entry);
}

int _putenv(const char *entry)
{
    CRT_CHECK(entry, EINVAL, -1);
    wchar_t *wide = widen_entry(entry);
    int result = wide ? set(wide) : -1;
    free(wide);
    return result;
}

static errno_t set_pair(const wchar_t *name, const wchar_t *value)
{
    size_t len = wcslen(name), vlen = wcslen(value);
    wchar_t *entry;

    if (!len || wcschr(name, '='))
        return crt_bad_parameter(EINVAL);
    entry = malloc((len + vlen + 2) * sizeof *entry);
    if (!entry)
        return ENOMEM;
    wcscpy(entry, name);
    entry[len] = '=';
    wcscpy(entry + len + 1, value);
    int result = set(entry);
    free(entry);
    return result ? errno : 0;
}

errno_t _wputenv_s(const wchar_t *name, const wchar_t *value)
{
    if (!name || !value)
        return crt_bad_parameter(EINVAL);
    return set_pair(name, value);
}

errno_t _putenv_s(const char *name, const char *value)
{
    errno_t error;

    if (!name || !value)
        return crt_bad_parameter(EINVAL);
    wchar_t *wname = widen_entry(name), *wvalue = wname ? widen_entry(value) : NULL;
    error = wvalue ? set_pair(wname, wvalue) : errno;
    free(wname);
    free(wvalue);
    return error;
}
