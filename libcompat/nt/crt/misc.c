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
/* ---- the system's version, as programs of old read it --------------------------------------- */

/* Written once at process attach. */
unsigned crt_data_osplatform, crt_data_osver, crt_data_winver, crt_data_winmajor,
    crt_data_winminor;

void crt_os_version_init(void)
{
    DWORD v = GetVersion();

    crt_data_osplatform = VER_PLATFORM_WIN32_NT;
    crt_data_winmajor = v & 0xff;
    crt_data_winminor = v >> 8 & 0xff;
    crt_data_winver = crt_data_winmajor << 8 | crt_data_winminor;
    crt_data_osver = v >> 16 & 0x7fff;
}

#define VERSION_GETTER(name, variable)                                                             \
    errno_t name(unsigned *out)                                                                    \
    {                                                                                              \
        if (!out)                                                                                  \
            return crt_bad_parameter(EINVAL);                                                      \
        *out = variable;                                                                           \
        return 0;                                                                                  \
    }
VERSION_GETTER(_get_osplatform, crt_data_osplatform)
VERSION_GETTER(_get_osver, crt_data_osver)
VERSION_GETTER(_get_winver, crt_data_winver)

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
