/*
 * String resources, and text between the ANSI and OEM code pages.
 */
#include "user.h"

/* Strings come in blocks of 16: a length in characters before each, no NUL. */
static const WCHAR *find(HINSTANCE module, UINT id, int *length)
{
    HRSRC resource = FindResourceW(module, MAKEINTRESOURCEW((id >> 4) + 1), (LPCWSTR)RT_STRING);
    const WCHAR *p;
    SIZE_T units, at = 0;

    if (!resource)
        return NULL;
    p = LockResource(LoadResource(module, resource));
    units = SizeofResource(module, resource) / sizeof(WCHAR);
    if (!p)
        return NULL;
    for (UINT i = 0; at < units; i++) {
        SIZE_T count = p[at];

        if (count > units - at - 1)
            break;
        if (i == (id & 15)) {
            if (!count)
                break;
            *length = (int)count;
            return p + at + 1;
        }
        at += count + 1;
    }
    fail(ERROR_RESOURCE_NAME_NOT_FOUND);
    return NULL;
}

int WINAPI LoadStringW(HINSTANCE module, UINT id, LPWSTR buffer, int size)
{
    int length;
    const WCHAR *text;

    if (!buffer || size < 0)
        return 0;
    text = find(module, id & 0xffff, &length);
    if (!size) { /* documented: a pointer to the resource itself */
        *(const WCHAR **)buffer = text;
        return text ? length : 0;
    }
    if (!text) {
        buffer[0] = 0;
        return 0;
    }
    if (length > size - 1)
        length = size - 1;
    memcpy(buffer, text, length * sizeof(WCHAR));
    buffer[length] = 0;
    return length;
}

int WINAPI LoadStringA(HINSTANCE module, UINT id, LPSTR buffer, int size)
{
    int length;
    const WCHAR *text;
    ULONG bytes = 0;

    if (!buffer || size <= 0)
        return size ? 0 : -1;
    text = find(module, id & 0xffff, &length);
    /* what does not fit is cut off, never in the middle of a character */
    while (text && length > 0 &&
           (!NT_SUCCESS(RtlUnicodeToMultiByteSize(&bytes, text, length * sizeof(WCHAR))) ||
            bytes > (ULONG)size - 1))
        length--;
    bytes = 0;
    if (text && length)
        RtlUnicodeToMultiByteN(buffer, size - 1, &bytes, text, length * sizeof(WCHAR));
    buffer[bytes] = 0;
    return (int)bytes;
}

static BOOL between(const char *source, char *dest, DWORD size, UINT from, UINT to)
{
    WCHAR *wide;
    int chars, done = 0;

    if (!source || !dest)
        return FALSE;
    chars = size ? MultiByteToWideChar(from, 0, source, size, NULL, 0) : 0;
    wide = heap_alloc((SIZE_T)chars * sizeof(WCHAR));
    if (wide && chars) {
        chars = MultiByteToWideChar(from, 0, source, size, wide, chars);
        done = WideCharToMultiByte(to, 0, wide, chars, dest, size, NULL, NULL);
    }
    heap_free(wide);
    return done != 0 || !size;
}

BOOL WINAPI CharToOemBuffA(LPCSTR source, LPSTR dest, DWORD size)
{
    return between(source, dest, size, CP_ACP, CP_OEMCP);
}

BOOL WINAPI OemToCharBuffA(LPCSTR source, LPSTR dest, DWORD size)
{
    return between(source, dest, size, CP_OEMCP, CP_ACP);
}

BOOL WINAPI CharToOemA(LPCSTR source, LPSTR dest)
{
    return source && CharToOemBuffA(source, dest, ansi_length(source) + 1);
}

BOOL WINAPI OemToCharA(LPCSTR source, LPSTR dest)
{
    return source && OemToCharBuffA(source, dest, ansi_length(source) + 1);
}

/* The size of the target is not told: it has to have room, as for every caller of this. */
BOOL WINAPI CharToOemBuffW(LPCWSTR source, LPSTR dest, DWORD size)
{
    return source && dest &&
           (!size || WideCharToMultiByte(CP_OEMCP, 0, source, size, dest, size * 4, NULL, NULL));
}

BOOL WINAPI CharToOemW(LPCWSTR source, LPSTR dest)
{
    return source && CharToOemBuffW(source, dest, wide_length(source) + 1);
}

BOOL WINAPI OemToCharBuffW(LPCSTR source, LPWSTR dest, DWORD size)
{
    return source && dest &&
           (!size || MultiByteToWideChar(CP_OEMCP, 0, source, size, dest, size));
}

BOOL WINAPI OemToCharW(LPCSTR source, LPWSTR dest)
{
    return source && OemToCharBuffW(source, dest, ansi_length(source) + 1);
}
