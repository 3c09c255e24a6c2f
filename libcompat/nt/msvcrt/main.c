/* Start-up of programs that link msvcrt.dll: arguments, environment, the data it exports. */
#include "../crt/startup.h"

int _commode;
int _fmode;
unsigned _osplatform = VER_PLATFORM_WIN32_NT;
unsigned _osver, _winver, _winmajor, _winminor;

struct startup_info {
    int new_mode;
};

/* msvcrt's data about the system; programs of the nineties read it directly. */
static void system_version(void)
{
    OSVERSIONINFOW info = {.dwOSVersionInfoSize = sizeof(info)};

    if (_winmajor || !GetVersionExW(&info))
        return;
    _winminor = info.dwMinorVersion;
    _osver = info.dwBuildNumber;
    _winver = info.dwMajorVersion << 8 | info.dwMinorVersion;
    _winmajor = info.dwMajorVersion;
}

int __getmainargs(int *argc, char ***argv, char ***env, int expand, struct startup_info *info)
{
    system_version();
    if (crt_args_narrow(expand != 0) != 0 || crt_environ_narrow() != 0)
        return -1;
    *argc = __argc;
    *argv = __argv;
    *env = _environ;
    if (info)
        _set_new_mode(info->new_mode);
    return 0;
}

int __wgetmainargs(int *argc, wchar_t ***argv, wchar_t ***env, int expand,
                   struct startup_info *info)
{
    system_version();
    if (crt_args_wide(expand != 0) != 0 || crt_environ_wide() != 0)
        return -1;
    *argc = __argc;
    *argv = __wargv;
    *env = _wenviron;
    if (info)
        _set_new_mode(info->new_mode);
    return 0;
}

int *__p__commode(void)
{
    return &_commode;
}

int *__p__fmode(void)
{
    return &_fmode;
}

unsigned *__p__osver(void)
{
    system_version();
    return &_osver;
}

unsigned *__p__winver(void)
{
    system_version();
    return &_winver;
}

unsigned *__p__winmajor(void)
{
    system_version();
    return &_winmajor;
}

unsigned *__p__winminor(void)
{
    system_version();
    return &_winminor;
}

int _get_winmajor(unsigned *value)
{
    CRT_CHECK(value, EINVAL, EINVAL);
    system_version();
    *value = _winmajor;
    return 0;
}

int _get_winminor(unsigned *value)
{
    CRT_CHECK(value, EINVAL, EINVAL);
    system_version();
    *value = _winminor;
    return 0;
}
