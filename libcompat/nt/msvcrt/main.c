/* Start-up of programs that link msvcrt.dll: arguments, environment, the data it exports. */
#include "../crt/startup.h"

int _commode;
int _fmode;

struct startup_info {
    int new_mode;
};

int __getmainargs(int *argc, char ***argv, char ***env, int expand, struct startup_info *info)
{
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
