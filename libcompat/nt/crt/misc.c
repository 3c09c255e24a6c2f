/*
 * Thin forms of system calls that old programs take from the runtime.
 */
#include "param.h"

int _getpid(void)
{
    return (int)GetCurrentProcessId();
}

void _sleep(unsigned long milliseconds)
{
    Sleep(milliseconds ? milliseconds : 1);
}

void _beep(unsigned frequency, unsigned milliseconds)
{
    Beep(frequency, milliseconds);
}

void _seterrormode(int mode)
{
    SetErrorMode((UINT)mode);
}

intptr_t _loaddll(char *name)
{
    return (intptr_t)LoadLibraryA(name);
}

int _unloaddll(intptr_t module)
{
    return FreeLibrary((HMODULE)module) ? 0 : (int)GetLastError();
}

/* By name, or by ordinal when the name is null. */
FARPROC _getdllprocaddr(intptr_t module, char *name, intptr_t ordinal)
{
    if (!name && ordinal > 0xffff)
        return NULL;
    return GetProcAddress((HMODULE)module, name ? name : (const char *)ordinal);
}

/* A place for a debugger's breakpoint; nothing happens here by design. */
void _crt_debugger_hook(int reserved)
{
    (void)reserved;
}

#ifdef CRT_MSVCRT
/* ---- internals that old static libraries import --------------------------------------------- */

int __crtLCMapStringW(LCID locale, DWORD flags, const wchar_t *src, int n, wchar_t *dst, int size)
{
    return LCMapStringW(locale, flags, src, n, dst, size);
}

int __crtCompareStringW(LCID locale, DWORD flags, const wchar_t *a, int n, const wchar_t *b, int m)
{
    return CompareStringW(locale, flags, a, n, b, m);
}

BOOL __crtGetStringTypeW(DWORD type, const wchar_t *s, int n, WORD *out)
{
    return GetStringTypeW(type, s, n, out);
}

int __crtGetLocaleInfoW(LCID locale, LCTYPE type, wchar_t *out, int size)
{
    return GetLocaleInfoW(locale, type, out, size);
}
#endif
