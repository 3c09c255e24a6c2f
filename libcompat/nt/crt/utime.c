/* Setting a file's times: the _utime family. */
#include "lowio.h"

struct times32 {
    int32_t access, change;
};

struct times64 {
    int64_t access, change;
};

#define EPOCH 116444736000000000ll /* 1970 in 100 ns since 1601 */
#define LATEST 32535215999ll       /* the end of the year 3000 */

static bool to_filetime(int64_t seconds, FILETIME *out)
{
    int64_t value = seconds * 10000000 + EPOCH;

    if (seconds < 0 || seconds > LATEST)
        return false;
    out->dwLowDateTime = (DWORD)value;
    out->dwHighDateTime = (DWORD)(value >> 32);
    return true;
}

static int set_times(HANDLE handle, const struct times64 *times)
{
    FILETIME access, change;

    if (times) {
        if (!to_filetime(times->access, &access) || !to_filetime(times->change, &change)) {
            errno = EINVAL;
            return -1;
        }
    } else {
        GetSystemTimeAsFileTime(&access);
        change = access;
    }
    if (SetFileTime(handle, NULL, &access, &change))
        return 0;
    _dosmaperr(GetLastError());
    return -1;
}

int _wutime64(const wchar_t *name, const struct times64 *times)
{
    HANDLE handle;
    int result;

    CRT_CHECK(name, EINVAL, -1);
    handle = CreateFileW(name, FILE_WRITE_ATTRIBUTES,
                         FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                         OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, NULL);
    if (handle == INVALID_HANDLE_VALUE) {
        _dosmaperr(GetLastError());
        return -1;
    }
    result = set_times(handle, times);
    CloseHandle(handle);
    return result;
}

int _utime64(const char *name, const struct times64 *times)
{
    wchar_t *wide;
    int result;

    CRT_CHECK(name, EINVAL, -1);
    wide = crt_to_wide(name);
    result = wide ? _wutime64(wide, times) : -1;
    free(wide);
    return result;
}

int _futime64(int fd, const struct times64 *times)
{
    struct crt_file *f = crt_file_lock(fd);
    int result;

    if (!f)
        return -1;
    result = set_times(f->handle, times);
    crt_file_unlock(f);
    return result;
}

#define SHORT_FORM(NAME, LONG_NAME, FILE_TYPE)                                                     \
    int NAME(FILE_TYPE file, const struct times32 *times)                                          \
    {                                                                                              \
        struct times64 t = {times ? times->access : 0, times ? times->change : 0};                 \
                                                                                                   \
        return LONG_NAME(file, times ? &t : NULL);                                                 \
    }

SHORT_FORM(_wutime32, _wutime64, const wchar_t *)
SHORT_FORM(_utime32, _utime64, const char *)
SHORT_FORM(_futime32, _futime64, int)
