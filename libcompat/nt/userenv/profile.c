/*
 * The user's profile and environment.
 */
#define _USERENV_
#define USERENVAPI
#include "libcompat/nt/include/win32.h"
#include <userenv.h>

static BOOL give(const WCHAR *variable, const WCHAR *below, WCHAR *out, DWORD *size)
{
    WCHAR text[MAX_PATH];
    DWORD length = GetEnvironmentVariableW(variable, text, ARRAYSIZE(text));
    DWORD more = (DWORD)wide_length(below);

    if (!size)
        return fail(ERROR_INVALID_PARAMETER);
    if (!length || length >= ARRAYSIZE(text))
        return fail(ERROR_PATH_NOT_FOUND);
    if (!out || *size <= length + more) {
        *size = length + more + 1;
        return fail(ERROR_INSUFFICIENT_BUFFER);
    }
    memcpy(out, text, length * sizeof(WCHAR));
    memcpy(out + length, below, (more + 1) * sizeof(WCHAR));
    *size = length + more + 1;
    return TRUE;
}

/* The same for an ANSI buffer, through the W function. */
static BOOL give_ansi(const WCHAR *text, char *out, DWORD *size)
{
    char *narrow = ansi_copy(text);
    DWORD needed;
    BOOL fits;

    if (!narrow)
        return FALSE;
    needed = (DWORD)ansi_length(narrow) + 1;
    fits = out && *size >= needed;
    if (fits)
        memcpy(out, narrow, needed);
    *size = needed;
    heap_free(narrow);
    return fits ? TRUE : fail(ERROR_INSUFFICIENT_BUFFER);
}

/* One user: a token can only be his. */
BOOL WINAPI GetUserProfileDirectoryW(HANDLE token, LPWSTR out, LPDWORD size)
{
    if (!token)
        return fail(ERROR_INVALID_HANDLE);
    return give(L"USERPROFILE", L"", out, size);
}

BOOL WINAPI GetUserProfileDirectoryA(HANDLE token, LPSTR out, LPDWORD size)
{
    WCHAR text[MAX_PATH];
    DWORD length = ARRAYSIZE(text);

    if (!size)
        return fail(ERROR_INVALID_PARAMETER);
    return GetUserProfileDirectoryW(token, text, &length) && give_ansi(text, out, size);
}

BOOL WINAPI GetProfilesDirectoryW(LPWSTR out, LPDWORD size)
{
    return give(L"SystemDrive", L"\\Users", out, size);
}

BOOL WINAPI GetProfilesDirectoryA(LPSTR out, LPDWORD size)
{
    WCHAR text[MAX_PATH];
    DWORD length = ARRAYSIZE(text);

    if (!size)
        return fail(ERROR_INVALID_PARAMETER);
    return GetProfilesDirectoryW(text, &length) && give_ansi(text, out, size);
}

BOOL WINAPI GetAllUsersProfileDirectoryW(LPWSTR out, LPDWORD size)
{
    return give(L"ProgramData", L"", out, size);
}

BOOL WINAPI GetAllUsersProfileDirectoryA(LPSTR out, LPDWORD size)
{
    WCHAR text[MAX_PATH];
    DWORD length = ARRAYSIZE(text);

    if (!size)
        return fail(ERROR_INVALID_PARAMETER);
    return GetAllUsersProfileDirectoryW(text, &length) && give_ansi(text, out, size);
}

/* The block is the process's own: one user, one environment. */
BOOL WINAPI CreateEnvironmentBlock(LPVOID *block, HANDLE token, BOOL inherit)
{
    WCHAR *own, *copy;
    SIZE_T units = 0;

    (void)token, (void)inherit;
    if (!block)
        return fail(ERROR_INVALID_PARAMETER);
    own = GetEnvironmentStringsW();
    if (!own)
        return FALSE;
    while (own[units] || own[units + 1])
        units++;
    units += 2;
    copy = heap_alloc(units * sizeof(WCHAR));
    if (copy)
        memcpy(copy, own, units * sizeof(WCHAR));
    FreeEnvironmentStringsW(own);
    *block = copy;
    return copy ? TRUE : fail(ERROR_NOT_ENOUGH_MEMORY);
}

BOOL WINAPI DestroyEnvironmentBlock(LPVOID block)
{
    if (!block)
        return fail(ERROR_INVALID_PARAMETER);
    heap_free(block);
    return TRUE;
}

BOOL WINAPI ExpandEnvironmentStringsForUserW(HANDLE token, LPCWSTR source, LPWSTR dest, DWORD size)
{
    DWORD needed;

    (void)token;
    if (!source || !dest)
        return fail(ERROR_INVALID_PARAMETER);
    needed = ExpandEnvironmentStringsW(source, dest, size);
    if (!needed)
        return FALSE;
    return needed <= size ? TRUE : fail(ERROR_INSUFFICIENT_BUFFER);
}
