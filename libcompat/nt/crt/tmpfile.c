/* Names for temporary files, and temporary files. */
#define _SECIMP
#include "stream.h"
#include <string.h>

FILE *_wfdopen(int fd, const wchar_t *mode);

/* TMP_MAX: how many names tmpnam has. */
enum { NAMES = CRT_IS_UCRT ? 0x7fffffff : 0x7fff, NAME_ROOM = CRT_IS_UCRT ? MAX_PATH : 14 };

static volatile LONG next_name, next_file; /* counters of tmpnam and of tmpfile */

static bool exists(const wchar_t *path)
{
    return GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES;
}

static wchar_t *put_number(wchar_t *at, unsigned value)
{
    _ultow(value, at, 32);
    return at + wcslen(at);
}

/* "s" + process + "." + number, with the letter telling apart the two counters. */
static void make_name(wchar_t *at, wchar_t letter, LONG number)
{
    *at++ = letter;
    at = put_number(at, GetCurrentProcessId());
    *at++ = '.';
    put_number(at, (unsigned)number);
}

/* Where the names of tmpnam live: the older runtime has room for the root only. */
static size_t directory(wchar_t *out, bool temporary)
{
    DWORD length = temporary ? GetTempPathW(MAX_PATH - 20, out) : 0;

    if (length && length < MAX_PATH - 20)
        return length;
    wcscpy(out, L"\\");
    return 1;
}

static bool unused_name(wchar_t *out)
{
    size_t length = directory(out, CRT_IS_UCRT);

    for (;;) {
        LONG number = InterlockedIncrement(&next_name);

        if (number <= 0 || number > NAMES)
            return false;
        make_name(out + length, 's', number);
        if (!exists(out))
            return true;
    }
}

errno_t _wtmpnam_s(wchar_t *out, size_t room)
{
    wchar_t name[MAX_PATH];

    CRT_CHECK(out && room, EINVAL, EINVAL);
    out[0] = 0;
    if (!unused_name(name))
        return errno = ENOENT;
    CRT_CHECK(wcslen(name) < room, ERANGE, ERANGE);
    wcscpy(out, name);
    return 0;
}

errno_t tmpnam_s(char *out, size_t room)
{
    wchar_t name[MAX_PATH];
    char *narrow;
    errno_t error = 0;

    CRT_CHECK(out && room, EINVAL, EINVAL);
    out[0] = 0;
    if (!unused_name(name))
        return errno = ENOENT;
    narrow = crt_to_narrow(name);
    if (!narrow)
        return errno;
    if (strlen(narrow) < room)
        strcpy(out, narrow);
    else
        error = ERANGE;
    free(narrow);
    CRT_CHECK(!error, ERANGE, ERANGE);
    return 0;
}

wchar_t *_wtmpnam(wchar_t *out)
{
    struct crt_thread *t = crt_thread();

    if (!out) {
        if (!t->wtmpnam_buf)
            t->wtmpnam_buf = malloc(NAME_ROOM * sizeof(wchar_t));
        out = t->wtmpnam_buf;
    }
    return out && _wtmpnam_s(out, NAME_ROOM) == 0 ? out : NULL;
}

char *tmpnam(char *out)
{
    struct crt_thread *t = crt_thread();

    if (!out) {
        if (!t->tmpnam_buf)
            t->tmpnam_buf = malloc(NAME_ROOM);
        out = t->tmpnam_buf;
    }
    return out && tmpnam_s(out, NAME_ROOM) == 0 ? out : NULL;
}

/* ---- files that go when they are closed ---- */

errno_t tmpfile_s(FILE **out)
{
    wchar_t name[MAX_PATH];
    size_t length;
    int fd, error;

    CRT_CHECK(out, EINVAL, EINVAL);
    *out = NULL;
    length = directory(name, true);
    do {
        LONG number = InterlockedIncrement(&next_file);

        if (number <= 0)
            return errno = EMFILE;
        make_name(name + length, 't', number);
        error = _wsopen_s(&fd, name,
                          O_CREAT_ | O_EXCL_ | O_RDWR_ | O_BINARY_ | O_TEMPORARY_ | O_NOINHERIT_,
                          SH_DENYNO_, S_IREAD_ | S_IWRITE_);
    } while (error == EEXIST);
    if (error)
        return error;
    *out = _wfdopen(fd, L"w+b");
    if (*out)
        return 0;
    error = errno;
    _close(fd);
    return errno = error;
}

FILE *tmpfile(void)
{
    FILE *f;

    return tmpfile_s(&f) == 0 ? f : NULL;
}

/* ---- _tempnam ---- */

static bool is_directory(const wchar_t *path)
{
    DWORD attributes = path && *path ? GetFileAttributesW(path) : INVALID_FILE_ATTRIBUTES;

    return attributes != INVALID_FILE_ATTRIBUTES && attributes & FILE_ATTRIBUTE_DIRECTORY;
}

wchar_t *_wtempnam(const wchar_t *dir, const wchar_t *prefix)
{
    static volatile LONG last;
    wchar_t tmp[MAX_PATH], *name, *at;
    DWORD length = GetEnvironmentVariableW(L"TMP", tmp, MAX_PATH);

    if (length && length < MAX_PATH && is_directory(tmp))
        dir = tmp;
    else if (!is_directory(dir))
        dir = L"\\";
    if (!prefix)
        prefix = L"";
    name = malloc((wcslen(dir) + wcslen(prefix) + 16) * sizeof(*name));
    if (!name)
        return NULL;
    wcscpy(name, dir);
    at = name + wcslen(name);
    if (at[-1] != '\\' && at[-1] != '/')
        *at++ = '\\';
    wcscpy(at, prefix);
    at += wcslen(at);
    do
        _ultow((unsigned)InterlockedIncrement(&last), at, 10);
    while (exists(name));
    return name;
}

char *_tempnam(const char *dir, const char *prefix)
{
    wchar_t *wide_dir = crt_to_wide(dir), *wide_prefix = crt_to_wide(prefix), *name = NULL;
    char *narrow = NULL;

    if ((wide_dir || !dir) && (wide_prefix || !prefix))
        name = _wtempnam(wide_dir, wide_prefix);
    if (name)
        narrow = crt_to_narrow(name);
    free(wide_dir);
    free(wide_prefix);
    free(name);
    return narrow;
}

/* ---- _mktemp: six X at the end become a letter and five digits of the thread's number ---- */

static bool wide_exists(const wchar_t *name)
{
    return exists(name);
}

static bool narrow_exists(const char *name)
{
    wchar_t *wide = crt_to_wide(name);
    bool there = !wide || exists(wide);

    free(wide);
    return there;
}

#define MKTEMP(NAME, CH, LENGTH, EXISTS)                                                           \
    errno_t NAME##_s(CH *name, size_t room)                                                        \
    {                                                                                              \
        unsigned number = GetCurrentThreadId();                                                    \
        size_t length;                                                                             \
                                                                                                   \
        CRT_CHECK(name && room, EINVAL, EINVAL);                                                   \
        length = LENGTH(name, room);                                                               \
        if (length >= room || length < 6)                                                          \
            name[0] = 0;                                                                           \
        CRT_CHECK(length < room && length >= 6, EINVAL, EINVAL);                                   \
        for (size_t i = length - 6; i < length; i++)                                               \
            if (name[i] != 'X') {                                                                  \
                name[0] = 0;                                                                       \
                CRT_CHECK(false, EINVAL, EINVAL);                                                  \
            }                                                                                      \
        for (size_t i = length; i-- > length - 5; number /= 10)                                    \
            name[i] = (CH)('0' + number % 10);                                                     \
        for (char letter = 'a'; letter <= 'z'; letter++) {                                         \
            name[length - 6] = (CH)letter;                                                         \
            if (!EXISTS(name))                                                                     \
                return 0;                                                                          \
        }                                                                                          \
        name[0] = 0;                                                                               \
        return errno = EEXIST;                                                                     \
    }                                                                                              \
                                                                                                   \
    CH *NAME(CH *name)                                                                             \
    {                                                                                              \
        CRT_CHECK(name, EINVAL, NULL);                                                             \
        return NAME##_s(name, LENGTH(name, SIZE_MAX / 4) + 1) == 0 ? name : NULL;                  \
    }

MKTEMP(_mktemp, char, strnlen, narrow_exists)
MKTEMP(_wmktemp, wchar_t, wcsnlen, wide_exists)
