/*
 * Environment variables, over ntdll's functions on the process's block.
 */
#include "kernelbase.h"

#undef GetEnvironmentStringsA /* the header makes it GetEnvironmentStrings, the same function */

#define LONGEST_VALUE 32767u /* with the NUL, documented */

DWORD WINAPI GetEnvironmentVariableW(LPCWSTR name, LPWSTR buffer, DWORD size)
{
    SIZE_T length = 0;
    NTSTATUS status =
        RtlQueryEnvironmentVariable(NULL, name, name ? wcslen(name) : 0, buffer, size, &length);

    if (status == STATUS_BUFFER_TOO_SMALL)
        return (DWORD)length; /* what is needed, with the NUL */
    if (!set_status(status)) {
        if (size && buffer)
            *buffer = 0;
        return 0;
    }
    /* The value may fit without its NUL alone; that counts as too small here. */
    if (length >= size)
        return (DWORD)length + 1;
    buffer[length] = 0;
    if (!length)
        fail(ERROR_SUCCESS); /* tells an empty value from none */
    return (DWORD)length;
}

DWORD WINAPI GetEnvironmentVariableA(LPCSTR name, LPSTR buffer, DWORD size)
{
    WCHAR small[512], *value = small;
    DWORD space = ARRAYSIZE(small), length, result = 0;

    WIDE_ANSI(wide, name, 0);
    /* Another thread may set a longer value meanwhile. */
    while ((length = GetEnvironmentVariableW(wide.text, value, space)) >= space) {
        if (value != small)
            heap_free(value);
        space = length + 1;
        value = heap_alloc(space * sizeof(*value));
        if (!value)
            return 0;
    }
    if (length || GetLastError() == ERROR_SUCCESS)
        result = narrow_ansi(value, length, buffer, size);
    if (value != small)
        heap_free(value);
    return result;
}

BOOL WINAPI SetEnvironmentVariableW(LPCWSTR name, LPCWSTR value)
{
    SIZE_T name_length = name ? wcslen(name) : 0, length = value ? wcslen(value) : 0;
    NTSTATUS status;

    if (!name_length)
        return fail(ERROR_INVALID_PARAMETER);
    if (length >= LONGEST_VALUE || name_length >= LONGEST_VALUE)
        return fail(ERROR_INVALID_PARAMETER);
    status = RtlSetEnvironmentVar(NULL, name, name_length, value, length);
    if (!value && status == STATUS_VARIABLE_NOT_FOUND)
        return fail(ERROR_ENVVAR_NOT_FOUND);
    return set_status(status);
}

BOOL WINAPI SetEnvironmentVariableA(LPCSTR name, LPCSTR value)
{
    WIDE_ANSI(wide, name, FALSE);
    WIDE_ANSI(wide_value, value, FALSE);
    return SetEnvironmentVariableW(wide.text, wide_value.text);
}

/* Units of a block of strings with both NULs at its end. */
static SIZE_T block_length(const WCHAR *block)
{
    const WCHAR *at = block;

    do
        at += wcslen(at) + 1;
    while (*at);
    return (SIZE_T)(at - block) + 1;
}

LPWCH WINAPI GetEnvironmentStringsW(VOID)
{
    const WCHAR *block;
    SIZE_T length;
    WCHAR *copy;

    RtlAcquirePebLock();
    block = process_parameters()->Environment;
    length = block_length(block);
    copy = heap_alloc(length * sizeof(*copy));
    if (copy)
        memcpy(copy, block, length * sizeof(*copy));
    RtlReleasePebLock();
    return copy;
}

LPCH WINAPI GetEnvironmentStringsA(VOID);
LPCH WINAPI GetEnvironmentStringsA(VOID)
{
    WCHAR *wide = GetEnvironmentStringsW();
    CHAR *copy = NULL;
    int units, bytes;

    if (!wide)
        return NULL;
    units = (int)block_length(wide);
    bytes = WideCharToMultiByte(CP_ACP, 0, wide, units, NULL, 0, NULL, NULL);
    if (bytes)
        copy = heap_alloc((SIZE_T)bytes);
    if (copy)
        WideCharToMultiByte(CP_ACP, 0, wide, units, copy, bytes, NULL, NULL);
    heap_free(wide);
    return copy;
}

BOOL WINAPI FreeEnvironmentStringsW(LPWCH block)
{
    return RtlFreeHeap(current_peb()->ProcessHeap, 0, block);
}

BOOL WINAPI FreeEnvironmentStringsA(LPCH block)
{
    return RtlFreeHeap(current_peb()->ProcessHeap, 0, block);
}

BOOL WINAPI SetEnvironmentStringsW(LPWCH block)
{
    /* Each string is a name, which may begin with '=', and a value. */
    for (const WCHAR *at = block; *at; at += wcslen(at) + 1)
        if (*at == L'=' ? !wcschr(at + 1, L'=') : !wcschr(at, L'='))
            return fail(ERROR_INVALID_PARAMETER);
    return set_status(RtlSetEnvironmentStrings(block, block_length(block) * sizeof(WCHAR)));
}

BOOL WINAPI SetEnvironmentStringsA(LPCH block)
{
    const CHAR *at = block;
    WCHAR *wide;
    int bytes, units;
    BOOL ok;

    do
        at += strlen(at) + 1;
    while (*at);
    if (at - block >= MAXLONG)
        return fail(ERROR_INVALID_PARAMETER);
    bytes = (int)(at - block) + 1;
    units = MultiByteToWideChar(CP_ACP, 0, block, bytes, NULL, 0);
    wide = heap_alloc((SIZE_T)units * sizeof(*wide) + sizeof(*wide));
    if (!wide)
        return FALSE;
    MultiByteToWideChar(CP_ACP, 0, block, bytes, wide, units);
    ok = SetEnvironmentStringsW(wide);
    heap_free(wide);
    return ok;
}

DWORD WINAPI ExpandEnvironmentStringsW(LPCWSTR source, LPWSTR buffer, DWORD size)
{
    SIZE_T needed = 0;
    NTSTATUS status =
        RtlExpandEnvironmentStrings(NULL, source, wcslen(source), buffer, size, &needed);

    if (status == STATUS_BUFFER_TOO_SMALL) {
        if (size && buffer)
            *buffer = 0;
        return (DWORD)needed;
    }
    return set_status(status) ? (DWORD)needed : 0;
}

DWORD WINAPI ExpandEnvironmentStringsA(LPCSTR source, LPSTR buffer, DWORD size)
{
    DWORD units, bytes;
    WCHAR *expanded;

    WIDE_ANSI(wide, source, 0);
    units = ExpandEnvironmentStringsW(wide.text, NULL, 0);
    if (!units)
        return 0;
    expanded = heap_alloc((SIZE_T)units * sizeof(*expanded));
    if (!expanded)
        return 0;
    units = ExpandEnvironmentStringsW(wide.text, expanded, units);
    bytes = units ? narrow_ansi(expanded, units - 1, buffer, size) : 0;
    heap_free(expanded);
    /* Both results count the NUL. */
    if (bytes && bytes < size)
        bytes++;
    return bytes;
}

BOOL WINAPI NeedCurrentDirectoryForExePathW(LPCWSTR name)
{
    WCHAR value[2];

    if (wcschr(name, L'\\'))
        return TRUE;
    return !GetEnvironmentVariableW(L"NoDefaultCurrentDirectoryInExePath", value,
                                    ARRAYSIZE(value)) &&
           GetLastError() == ERROR_ENVVAR_NOT_FOUND;
}

BOOL WINAPI NeedCurrentDirectoryForExePathA(LPCSTR name)
{
    WIDE_ANSI(wide, name, FALSE);
    return NeedCurrentDirectoryForExePathW(wide.text);
}
