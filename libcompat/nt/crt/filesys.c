/* Names of files: access, removal, renaming, directories, drives. */
#include "lowio.h"

static int fail(void)
{
    _dosmaperr(GetLastError());
    return -1;
}

/* Runs a wide function on a narrow name. */
#define NARROW(name, call)                                                                         \
    wchar_t *wide;                                                                                 \
    int result;                                                                                    \
                                                                                                   \
    CRT_CHECK(name, EINVAL, -1);                                                                   \
    wide = crt_to_wide(name);                                                                      \
    if (!wide)                                                                                     \
        return -1;                                                                                 \
    result = call;                                                                                 \
    free(wide);                                                                                    \
    return result

int _waccess_s(const wchar_t *name, int mode)
{
    DWORD attributes;

    CRT_CHECK(name, EINVAL, EINVAL);
    CRT_CHECK(!(mode & ~6), EINVAL, EINVAL);
    attributes = GetFileAttributesW(name);
    if (attributes == INVALID_FILE_ATTRIBUTES) {
        _dosmaperr(GetLastError());
        return errno;
    }
    if (attributes & FILE_ATTRIBUTE_READONLY && mode & 2 &&
        !(attributes & FILE_ATTRIBUTE_DIRECTORY)) {
        *__doserrno() = ERROR_ACCESS_DENIED;
        errno = EACCES;
        return EACCES;
    }
    return 0;
}

int _waccess(const wchar_t *name, int mode)
{
    return _waccess_s(name, mode) ? -1 : 0;
}

int _access_s(const char *name, int mode)
{
    wchar_t *wide;
    int result;

    CRT_CHECK(name, EINVAL, EINVAL);
    wide = crt_to_wide(name);
    if (!wide)
        return errno;
    result = _waccess_s(wide, mode);
    free(wide);
    return result;
}

int _access(const char *name, int mode)
{
    return _access_s(name, mode) ? -1 : 0;
}

int _wchmod(const wchar_t *name, int mode)
{
    DWORD attributes;

    CRT_CHECK(name, EINVAL, -1);
    attributes = GetFileAttributesW(name);
    if (attributes == INVALID_FILE_ATTRIBUTES)
        return fail();
    if (mode & S_IWRITE_)
        attributes &= ~(DWORD)FILE_ATTRIBUTE_READONLY;
    else
        attributes |= FILE_ATTRIBUTE_READONLY;
    return SetFileAttributesW(name, attributes) ? 0 : fail();
}

int _chmod(const char *name, int mode)
{
    NARROW(name, _wchmod(wide, mode));
}

int _wunlink(const wchar_t *name)
{
    CRT_CHECK(name, EINVAL, -1);
    return DeleteFileW(name) ? 0 : fail();
}

int _unlink(const char *name)
{
    NARROW(name, _wunlink(wide));
}

int _wremove(const wchar_t *name)
{
    return _wunlink(name);
}

int remove(const char *name)
{
    return _unlink(name);
}

int _wrename(const wchar_t *from, const wchar_t *to)
{
    CRT_CHECK(from && to, EINVAL, -1);
    return MoveFileExW(from, to, MOVEFILE_COPY_ALLOWED) ? 0 : fail();
}

int rename(const char *from, const char *to)
{
    wchar_t *wide_from, *wide_to;
    int result = -1;

    CRT_CHECK(from && to, EINVAL, -1);
    wide_from = crt_to_wide(from);
    wide_to = crt_to_wide(to);
    if (wide_from && wide_to)
        result = _wrename(wide_from, wide_to);
    free(wide_from);
    free(wide_to);
    return result;
}

int _wmkdir(const wchar_t *name)
{
    CRT_CHECK(name, EINVAL, -1);
    return CreateDirectoryW(name, NULL) ? 0 : fail();
}

int _mkdir(const char *name)
{
    NARROW(name, _wmkdir(wide));
}

int _wrmdir(const wchar_t *name)
{
    CRT_CHECK(name, EINVAL, -1);
    return RemoveDirectoryW(name) ? 0 : fail();
}

int _rmdir(const char *name)
{
    NARROW(name, _wrmdir(wide));
}

/* ---- the current directory ---- */

/* The current directory as a malloc block; NULL with errno. */
static wchar_t *current_directory(void)
{
    DWORD size = MAX_PATH;

    for (;;) {
        wchar_t *path = malloc(size * sizeof(*path));
        DWORD length;

        if (!path)
            return NULL;
        length = GetCurrentDirectoryW(size, path);
        if (length && length < size)
            return path;
        free(path);
        if (!length) {
            _dosmaperr(GetLastError());
            return NULL;
        }
        size = length + 1;
    }
}

int _wchdir(const wchar_t *name)
{
    wchar_t *now;

    CRT_CHECK(name, EINVAL, -1);
    if (!SetCurrentDirectoryW(name))
        return fail();
    /* Each drive's own directory is a hidden environment variable "=C:". */
    now = current_directory();
    if (!now)
        return -1;
    if (now[0] && now[1] == L':') {
        wchar_t variable[] = {L'=', now[0], L':', 0};

        if (variable[1] >= L'a' && variable[1] <= L'z')
            variable[1] -= 32;
        SetEnvironmentVariableW(variable, now);
    }
    free(now);
    return 0;
}

int _chdir(const char *name)
{
    NARROW(name, _wchdir(wide));
}

int _getdrive(void)
{
    wchar_t *now = current_directory();
    int drive = 0;

    if (now && now[0] && now[1] == L':')
        drive = (now[0] & ~0x20) - L'A' + 1;
    free(now);
    return drive;
}

int _chdrive(int drive)
{
    wchar_t name[] = {(wchar_t)(L'A' + drive - 1), L':', 0};

    if (drive < 1 || drive > 26) {
        *__doserrno() = ERROR_INVALID_DRIVE;
        errno = EACCES;
        _invalid_parameter_noinfo();
        return -1;
    }
    return SetCurrentDirectoryW(name) ? 0 : fail();
}

unsigned long _getdrives(void)
{
    return GetLogicalDrives();
}

/* The directory of a drive (0 = the current one) as a malloc block; NULL with errno. */
static wchar_t *drive_directory(int drive)
{
    wchar_t name[] = {(wchar_t)(L'A' + drive - 1), L':', L'.', 0}, root[] = {name[0], L':', L'\\', 0};
    wchar_t *path;
    DWORD size;

    if (!drive)
        return current_directory();
    if (drive < 0 || drive > 26 || GetDriveTypeW(root) < DRIVE_REMOVABLE) {
        *__doserrno() = ERROR_INVALID_DRIVE;
        errno = EACCES;
        _invalid_parameter_noinfo();
        return NULL;
    }
    size = GetFullPathNameW(name, 0, NULL, NULL);
    path = size ? malloc((size + 1) * sizeof(*path)) : NULL;
    if (path && !GetFullPathNameW(name, size + 1, path, NULL)) {
        free(path);
        path = NULL;
    }
    if (!path)
        _dosmaperr(GetLastError());
    return path;
}

wchar_t *_wgetdcwd(int drive, wchar_t *out, int room)
{
    wchar_t *path;
    int length;

    CRT_CHECK(room >= 0 && (!out || room > 0), EINVAL, NULL);
    path = drive_directory(drive);
    if (!path)
        return NULL;
    length = lstrlenW(path);
    if (!out) {
        if (length + 1 < room) {
            wchar_t *wider = realloc(path, (size_t)room * sizeof(*path));

            if (wider)
                path = wider;
        }
        return path;
    }
    if (length >= room) {
        free(path);
        *out = 0;
        errno = ERANGE;
        return NULL;
    }
    __builtin_memcpy(out, path, ((size_t)length + 1) * sizeof(*path));
    free(path);
    return out;
}

char *_getdcwd(int drive, char *out, int room)
{
    wchar_t *path;
    char *narrow;
    int length = 0;

    CRT_CHECK(room >= 0 && (!out || room > 0), EINVAL, NULL);
    path = drive_directory(drive);
    narrow = crt_to_narrow(path);
    free(path);
    if (!narrow)
        return NULL;
    while (narrow[length])
        length++;
    if (!out) {
        if (length + 1 < room) {
            char *wider = realloc(narrow, (size_t)room);

            if (wider)
                narrow = wider;
        }
        return narrow;
    }
    if (length >= room) {
        free(narrow);
        *out = 0;
        errno = ERANGE;
        return NULL;
    }
    __builtin_memcpy(out, narrow, (size_t)length + 1);
    free(narrow);
    return out;
}

wchar_t *_wgetcwd(wchar_t *out, int room)
{
    return _wgetdcwd(0, out, room);
}

char *_getcwd(char *out, int room)
{
    return _getdcwd(0, out, room);
}

struct diskfree {
    unsigned total_clusters, free_clusters, sectors_per_cluster, bytes_per_sector;
};

unsigned _getdiskfree(unsigned drive, struct diskfree *out)
{
    wchar_t root[] = {(wchar_t)(L'A' + drive - 1), L':', L'\\', 0};
    DWORD sectors, bytes, clusters_free, clusters;

    CRT_CHECK(out, EINVAL, ERROR_INVALID_PARAMETER);
    CRT_CHECK(drive <= 26, EINVAL, ERROR_INVALID_PARAMETER);
    __builtin_memset(out, 0, sizeof(*out));
    if (!GetDiskFreeSpaceW(drive ? root : NULL, &sectors, &bytes, &clusters_free, &clusters)) {
        DWORD error = GetLastError();

        errno = crt_errno_from_win32(error);
        return error;
    }
    *out = (struct diskfree){clusters, clusters_free, sectors, bytes};
    return 0;
}
