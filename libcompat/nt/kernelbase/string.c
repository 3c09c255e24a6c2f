/*
 * The lstr functions, and the Char functions that user32 passes on.
 */
#include "nls.h"

int WINAPI lstrlenW(LPCWSTR text)
{
    return text ? (int)wcslen(text) : 0;
}

int WINAPI lstrlenA(LPCSTR text)
{
    return text ? (int)strlen(text) : 0;
}

LPWSTR WINAPI lstrcpyW(LPWSTR to, LPCWSTR from)
{
    if (!to || !from)
        return NULL;
    memmove(to, from, (wcslen(from) + 1) * sizeof(*to));
    return to;
}

LPSTR WINAPI lstrcpyA(LPSTR to, LPCSTR from)
{
    if (!to || !from)
        return NULL;
    memmove(to, from, strlen(from) + 1);
    return to;
}

/* At most size - 1 units and always a NUL. */
LPWSTR WINAPI lstrcpynW(LPWSTR to, LPCWSTR from, int size)
{
    int i = 0;

    if (!to || !from || size <= 0)
        return NULL;
    for (; i < size - 1 && from[i]; i++)
        to[i] = from[i];
    to[i] = 0;
    return to;
}

LPSTR WINAPI lstrcpynA(LPSTR to, LPCSTR from, int size)
{
    int i = 0;

    if (!to || !from || size <= 0)
        return NULL;
    for (; i < size - 1 && from[i]; i++)
        to[i] = from[i];
    to[i] = 0;
    return to;
}

LPWSTR WINAPI lstrcatW(LPWSTR to, LPCWSTR from)
{
    if (!to || !from)
        return NULL;
    lstrcpyW(to + wcslen(to), from);
    return to;
}

LPSTR WINAPI lstrcatA(LPSTR to, LPCSTR from)
{
    if (!to || !from)
        return NULL;
    lstrcpyA(to + strlen(to), from);
    return to;
}

static int order(int result)
{
    return result ? result - CSTR_EQUAL : 0;
}

int WINAPI lstrcmpW(LPCWSTR first, LPCWSTR second)
{
    if (!first || !second)
        return first ? 1 : second ? -1 : 0;
    return order(CompareStringEx(NULL, 0, first, -1, second, -1, NULL, NULL, 0));
}

int WINAPI lstrcmpiW(LPCWSTR first, LPCWSTR second)
{
    if (!first || !second)
        return first ? 1 : second ? -1 : 0;
    return order(CompareStringEx(NULL, NORM_IGNORECASE, first, -1, second, -1, NULL, NULL, 0));
}

int WINAPI lstrcmpA(LPCSTR first, LPCSTR second)
{
    if (!first || !second)
        return first ? 1 : second ? -1 : 0;
    return order(CompareStringA(LOCALE_USER_DEFAULT, 0, first, -1, second, -1));
}

int WINAPI lstrcmpiA(LPCSTR first, LPCSTR second)
{
    if (!first || !second)
        return first ? 1 : second ? -1 : 0;
    return order(CompareStringA(LOCALE_USER_DEFAULT, NORM_IGNORECASE, first, -1, second, -1));
}

/* ---- Char functions ---- */

DWORD WINAPI CharUpperBuffW(LPWSTR text, DWORD length)
{
    if (!text)
        return 0;
    for (DWORD i = 0; i < length; i++)
        text[i] = RtlUpcaseUnicodeChar(text[i]);
    return length;
}

DWORD WINAPI CharLowerBuffW(LPWSTR text, DWORD length)
{
    if (!text)
        return 0;
    for (DWORD i = 0; i < length; i++)
        text[i] = RtlDowncaseUnicodeChar(text[i]);
    return length;
}

/* A pointer without high bits is a single character. */
LPWSTR WINAPI CharUpperW(LPWSTR text)
{
    if ((ULONG_PTR)text <= 0xffff)
        return (LPWSTR)(ULONG_PTR)RtlUpcaseUnicodeChar((WCHAR)(ULONG_PTR)text);
    CharUpperBuffW(text, (DWORD)wcslen(text));
    return text;
}

LPWSTR WINAPI CharLowerW(LPWSTR text)
{
    if ((ULONG_PTR)text <= 0xffff)
        return (LPWSTR)(ULONG_PTR)RtlDowncaseUnicodeChar((WCHAR)(ULONG_PTR)text);
    CharLowerBuffW(text, (DWORD)wcslen(text));
    return text;
}

/* In UTF-8 few letters change their length with their case; one that would not fit stays. */
static DWORD map_narrow(LPSTR text, DWORD length, WCHAR (*map)(WCHAR))
{
    WCHAR *wide;
    CHAR *result;
    int units;

    if (!text || !length || length > MAXLONG / 4)
        return 0;
    wide = heap_alloc(length * sizeof(*wide));
    result = heap_alloc(length * 3);
    if (wide && result) {
        DWORD at = 0;

        units = MultiByteToWideChar(CP_ACP, 0, text, (int)length, wide, (int)length);
        for (int i = 0; i < units; i++) {
            int width = is_high_surrogate(wide[i]) && i + 1 < units ? 2 : 1, before, after;
            WCHAR mapped = map(wide[i]);
            CHAR one[8];

            before = WideCharToMultiByte(CP_ACP, 0, wide + i, width, NULL, 0, NULL, NULL);
            after = width == 1
                        ? WideCharToMultiByte(CP_ACP, 0, &mapped, 1, one, sizeof(one), NULL, NULL)
                        : 0;
            if (after == before)
                memcpy(text + at, one, (SIZE_T)after);
            at += (DWORD)before;
            i += width - 1;
            if (at >= length)
                break;
        }
    }
    heap_free(wide);
    heap_free(result);
    return length;
}

static WCHAR upper(WCHAR c)
{
    return RtlUpcaseUnicodeChar(c);
}

static WCHAR lower(WCHAR c)
{
    return RtlDowncaseUnicodeChar(c);
}

DWORD WINAPI CharUpperBuffA(LPSTR text, DWORD length)
{
    return map_narrow(text, length, upper);
}

DWORD WINAPI CharLowerBuffA(LPSTR text, DWORD length)
{
    return map_narrow(text, length, lower);
}

LPSTR WINAPI CharUpperA(LPSTR text)
{
    if ((ULONG_PTR)text <= 0xffff) {
        CHAR c = (CHAR)(ULONG_PTR)text;

        return (LPSTR)(ULONG_PTR)(BYTE)(c >= 'a' && c <= 'z' ? c - 32 : c);
    }
    CharUpperBuffA(text, (DWORD)strlen(text));
    return text;
}

LPSTR WINAPI CharLowerA(LPSTR text)
{
    if ((ULONG_PTR)text <= 0xffff) {
        CHAR c = (CHAR)(ULONG_PTR)text;

        return (LPSTR)(ULONG_PTR)(BYTE)(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    CharLowerBuffA(text, (DWORD)strlen(text));
    return text;
}

LPWSTR WINAPI CharNextW(LPCWSTR at)
{
    return (LPWSTR)(*at ? at + 1 : at);
}

LPWSTR WINAPI CharPrevW(LPCWSTR start, LPCWSTR at)
{
    return (LPWSTR)(at > start ? at - 1 : start);
}

/* Lead bytes exist in double-byte code pages alone, so these step by bytes under UTF-8. */
LPSTR WINAPI CharNextA(LPCSTR at)
{
    return (LPSTR)(*at ? at + 1 : at);
}

LPSTR WINAPI CharPrevA(LPCSTR start, LPCSTR at)
{
    return (LPSTR)(at > start ? at - 1 : start);
}

LPSTR WINAPI CharNextExA(WORD page, LPCSTR at, DWORD flags)
{
    (void)flags;
    if (!*at)
        return (LPSTR)at;
    return (LPSTR)(IsDBCSLeadByteEx(page, (BYTE)*at) && at[1] ? at + 2 : at + 1);
}

LPSTR WINAPI CharPrevExA(WORD page, LPCSTR start, LPCSTR at, DWORD flags)
{
    while (start < at) {
        LPCSTR next = CharNextExA(page, start, flags);

        if (next >= at || next == start)
            break;
        start = next;
    }
    return (LPSTR)start;
}

BOOL WINAPI IsCharAlphaW(WCHAR c)
{
    return (char_type(1, c) & C1_ALPHA) != 0;
}

BOOL WINAPI IsCharAlphaNumericW(WCHAR c)
{
    return (char_type(1, c) & (C1_ALPHA | C1_DIGIT)) != 0;
}

BOOL WINAPI IsCharUpperW(WCHAR c)
{
    return (char_type(1, c) & C1_UPPER) != 0;
}

BOOL WINAPI IsCharLowerW(WCHAR c)
{
    return (char_type(1, c) & C1_LOWER) != 0;
}

/* One byte of UTF-8 is a character below 80h alone. */
static WCHAR byte_char(CHAR c)
{
    return (BYTE)c < 0x80 ? (WCHAR)(BYTE)c : 0;
}

BOOL WINAPI IsCharAlphaA(CHAR c)
{
    return IsCharAlphaW(byte_char(c));
}

BOOL WINAPI IsCharAlphaNumericA(CHAR c)
{
    return IsCharAlphaNumericW(byte_char(c));
}

BOOL WINAPI IsCharUpperA(CHAR c)
{
    return IsCharUpperW(byte_char(c));
}

BOOL WINAPI IsCharLowerA(CHAR c)
{
    return IsCharLowerW(byte_char(c));
}
