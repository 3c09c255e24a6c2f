/*
 * The user's name in the forms of directory services, of which a machine without one knows the first.
 */
#include "libcompat/nt/include/win32.h"

/* secext.h cannot stand beside the native UNICODE_STRING. */
typedef enum {
    NameUnknown = 0,
    NameSamCompatible = 2,
    NameDnsDomain = 12,
} EXTENDED_NAME_FORMAT;

BOOLEAN WINAPI GetUserNameExW(EXTENDED_NAME_FORMAT format, LPWSTR name, PULONG size)
{
    WCHAR text[300], user[257];
    DWORD machine_size = MAX_COMPUTERNAME_LENGTH + 1, user_size = ARRAYSIZE(user), length;

    if (!size)
        return fail(ERROR_INVALID_PARAMETER);
    if (format == NameUnknown || format > NameDnsDomain)
        return fail(ERROR_INVALID_PARAMETER);
    if (format != NameSamCompatible)
        return fail(ERROR_NONE_MAPPED);
    if (!GetComputerNameW(text, &machine_size) || !GetUserNameW(user, &user_size))
        return FALSE;
    text[machine_size] = '\\';
    memcpy(text + machine_size + 1, user, user_size * sizeof(WCHAR));
    length = machine_size + user_size; /* without the NUL, which user_size counts */
    if (!name || *size <= length) {
        *size = length + 1;
        return fail(ERROR_MORE_DATA);
    }
    memcpy(name, text, (length + 1) * sizeof(WCHAR));
    *size = length;
    return TRUE;
}

BOOLEAN WINAPI GetUserNameExA(EXTENDED_NAME_FORMAT format, LPSTR name, PULONG size)
{
    WCHAR text[300];
    ULONG chars = ARRAYSIZE(text);
    char *narrow;
    ULONG length;
    BOOLEAN fits;

    if (!size)
        return fail(ERROR_INVALID_PARAMETER);
    if (!GetUserNameExW(format, text, &chars))
        return FALSE;
    narrow = ansi_copy(text);
    if (!narrow)
        return FALSE;
    length = (ULONG)ansi_length(narrow);
    fits = name && *size > length;
    if (fits)
        memcpy(name, narrow, length + 1);
    heap_free(narrow);
    *size = fits ? length : length + 1;
    return fits ? TRUE : fail(ERROR_MORE_DATA);
}
