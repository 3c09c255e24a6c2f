/*
 * The strings and characters of the small C library that ntdll exports, in the "C" locale: narrow
 * characters are classified as ASCII, wide ones are cased by NT's table.
 */
#include "crt_private.h"
#include "abi/nt/casemap.h"

size_t __cdecl strlen(const char *s)
{
    const char *p = s;

    while (*p)
        p++;
    return (size_t)(p - s);
}

size_t __cdecl strnlen(const char *s, size_t max)
{
    size_t n = 0;

    while (n < max && s[n])
        n++;
    return n;
}

int __cdecl strcmp(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return (UCHAR)*a == (UCHAR)*b ? 0 : (UCHAR)*a < (UCHAR)*b ? -1 : 1;
}

int __cdecl strncmp(const char *a, const char *b, size_t n)
{
    for (; n && *a && *a == *b; n--) {
        a++;
        b++;
    }
    return n ? (UCHAR)*a - (UCHAR)*b : 0;
}

char *__cdecl strcpy(char *dst, const char *src)
{
    return memcpy(dst, src, strlen(src) + 1);
}

char *__cdecl strncpy(char *dst, const char *src, size_t n)
{
    size_t length = strnlen(src, n);

    memcpy(dst, src, length);
    memset(dst + length, 0, n - length);
    return dst;
}

char *__cdecl strcat(char *dst, const char *src)
{
    strcpy(dst + strlen(dst), src);
    return dst;
}

char *__cdecl strncat(char *dst, const char *src, size_t n)
{
    size_t at = strlen(dst), length = strnlen(src, n);

    memcpy(dst + at, src, length);
    dst[at + length] = 0;
    return dst;
}

char *__cdecl strchr(const char *s, int c)
{
    for (; *s != (char)c; s++)
        if (!*s)
            return NULL;
    return (char *)s;
}

char *__cdecl strrchr(const char *s, int c)
{
    const char *found = NULL;

    do {
        if (*s == (char)c)
            found = s;
    } while (*s++);
    return (char *)found;
}

char *__cdecl strstr(const char *s, const char *sub)
{
    size_t n = strlen(sub);

    for (;; s++) {
        if (!strncmp(s, sub, n))
            return (char *)s;
        if (!*s)
            return NULL;
    }
}

size_t __cdecl strspn(const char *s, const char *set)
{
    size_t n = 0;

    while (s[n] && strchr(set, s[n]))
        n++;
    return n;
}

size_t __cdecl strcspn(const char *s, const char *set)
{
    size_t n = 0;

    while (s[n] && !strchr(set, s[n]))
        n++;
    return n;
}

char *__cdecl strpbrk(const char *s, const char *set)
{
    s += strcspn(s, set);
    return *s ? (char *)s : NULL;
}

int __cdecl _stricmp(const char *a, const char *b)
{
    return _strnicmp(a, b, (size_t)-1);
}

int __cdecl _strcmpi(const char *a, const char *b)
{
    return _strnicmp(a, b, (size_t)-1);
}

int __cdecl _strnicmp(const char *a, const char *b, size_t n)
{
    for (; n; n--, a++, b++) {
        int x = tolower((UCHAR)*a), y = tolower((UCHAR)*b);

        if (x != y)
            return x - y;
        if (!x)
            break;
    }
    return 0;
}

char *__cdecl _strlwr(char *s)
{
    for (char *p = s; *p; p++)
        *p = (char)tolower((UCHAR)*p);
    return s;
}

char *__cdecl _strupr(char *s)
{
    for (char *p = s; *p; p++)
        *p = (char)toupper((UCHAR)*p);
    return s;
}

/* ---- wide strings ---- */

size_t __cdecl wcslen(const WCHAR *s)
{
    const WCHAR *p = s;

    while (*p)
        p++;
    return (size_t)(p - s);
}

size_t __cdecl wcsnlen(const WCHAR *s, size_t max)
{
    size_t n = 0;

    while (n < max && s[n])
        n++;
    return n;
}

int __cdecl wcscmp(const WCHAR *a, const WCHAR *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b ? 0 : *a < *b ? -1 : 1;
}

int __cdecl wcsncmp(const WCHAR *a, const WCHAR *b, size_t n)
{
    for (; n && *a && *a == *b; n--) {
        a++;
        b++;
    }
    return n ? *a - *b : 0;
}

WCHAR *__cdecl wcscpy(WCHAR *dst, const WCHAR *src)
{
    return memcpy(dst, src, (wcslen(src) + 1) * sizeof(WCHAR));
}

WCHAR *__cdecl wcsncpy(WCHAR *dst, const WCHAR *src, size_t n)
{
    size_t length = wcsnlen(src, n);

    memcpy(dst, src, length * sizeof(WCHAR));
    memset(dst + length, 0, (n - length) * sizeof(WCHAR));
    return dst;
}

WCHAR *__cdecl wcscat(WCHAR *dst, const WCHAR *src)
{
    wcscpy(dst + wcslen(dst), src);
    return dst;
}

WCHAR *__cdecl wcsncat(WCHAR *dst, const WCHAR *src, size_t n)
{
    size_t at = wcslen(dst), length = wcsnlen(src, n);

    memcpy(dst + at, src, length * sizeof(WCHAR));
    dst[at + length] = 0;
    return dst;
}

WCHAR *__cdecl wcschr(const WCHAR *s, WCHAR c)
{
    for (; *s != c; s++)
        if (!*s)
            return NULL;
    return (WCHAR *)s;
}

WCHAR *__cdecl wcsrchr(const WCHAR *s, WCHAR c)
{
    const WCHAR *found = NULL;

    do {
        if (*s == c)
            found = s;
    } while (*s++);
    return (WCHAR *)found;
}

WCHAR *__cdecl wcsstr(const WCHAR *s, const WCHAR *sub)
{
    size_t n = wcslen(sub);

    for (;; s++) {
        if (!wcsncmp(s, sub, n))
            return (WCHAR *)s;
        if (!*s)
            return NULL;
    }
}

size_t __cdecl wcsspn(const WCHAR *s, const WCHAR *set)
{
    size_t n = 0;

    while (s[n] && wcschr(set, s[n]))
        n++;
    return n;
}

size_t __cdecl wcscspn(const WCHAR *s, const WCHAR *set)
{
    size_t n = 0;

    while (s[n] && !wcschr(set, s[n]))
        n++;
    return n;
}

WCHAR *__cdecl wcspbrk(const WCHAR *s, const WCHAR *set)
{
    s += wcscspn(s, set);
    return *s ? (WCHAR *)s : NULL;
}

int __cdecl _wcsicmp(const WCHAR *a, const WCHAR *b)
{
    return _wcsnicmp(a, b, (size_t)-1);
}

int __cdecl _wcsnicmp(const WCHAR *a, const WCHAR *b, size_t n)
{
    for (; n; n--, a++, b++) {
        int x = nt_downcase(*a), y = nt_downcase(*b);

        if (x != y)
            return x - y;
        if (!x)
            break;
    }
    return 0;
}

WCHAR *__cdecl _wcslwr(WCHAR *s)
{
    for (WCHAR *p = s; *p; p++)
        *p = nt_downcase(*p);
    return s;
}

WCHAR *__cdecl _wcsupr(WCHAR *s)
{
    for (WCHAR *p = s; *p; p++)
        *p = nt_upcase(*p);
    return s;
}

/* ---- characters ---- */

int __cdecl isdigit(int c)
{
    return c >= '0' && c <= '9' ? 4 : 0;
}

int __cdecl isupper(int c)
{
    return c >= 'A' && c <= 'Z';
}

int __cdecl islower(int c)
{
    return c >= 'a' && c <= 'z' ? 2 : 0;
}

int __cdecl isalpha(int c)
{
    return isupper(c) || islower(c) ? 0x103 : 0;
}

int __cdecl isalnum(int c)
{
    return isalpha(c) || isdigit(c);
}

int __cdecl isxdigit(int c)
{
    return isdigit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f') ? 0x80 : 0;
}

int __cdecl isspace(int c)
{
    return c == ' ' || (c >= 9 && c <= 13) ? 8 : 0;
}

int __cdecl isprint(int c)
{
    return c >= 0x20 && c < 0x7f;
}

int __cdecl isgraph(int c)
{
    return c > 0x20 && c < 0x7f;
}

int __cdecl ispunct(int c)
{
    return isgraph(c) && !isalnum(c) ? 0x10 : 0;
}

int __cdecl iscntrl(int c)
{
    return (c >= 0 && c < 0x20) || c == 0x7f ? 0x20 : 0;
}

int __cdecl tolower(int c)
{
    return isupper(c) ? c + 32 : c;
}

int __cdecl toupper(int c)
{
    return islower(c) ? c - 32 : c;
}

int __cdecl iswdigit(wint_t c)
{
    return isdigit(c);
}

int __cdecl iswalpha(wint_t c)
{
    return isalpha(c) || (c >= 0x80 && (nt_upcase(c) != c || nt_downcase(c) != c));
}

int __cdecl iswlower(wint_t c)
{
    return nt_upcase(c) != c;
}

int __cdecl iswspace(wint_t c)
{
    return isspace(c) || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 ||
           c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000 || c == 0x85;
}

int __cdecl iswxdigit(wint_t c)
{
    return isxdigit(c);
}

int __cdecl iswctype(wint_t c, wctype_t type)
{
    int have = (c < 0x80 && isupper(c) ? 1 : 0) | (iswlower(c) ? 2 : 0) | (isdigit(c) ? 4 : 0) |
               (iswspace(c) ? 8 : 0) | (c < 0x80 ? ispunct(c) | iscntrl(c) | isxdigit(c) : 0) |
               (iswalpha(c) ? 0x100 : 0);

    return have & type;
}

wint_t __cdecl towlower(wint_t c)
{
    return nt_downcase(c);
}

wint_t __cdecl towupper(wint_t c)
{
    return nt_upcase(c);
}
