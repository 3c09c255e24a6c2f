/* Start-up of programs that link the Universal CRT. */
#include "../crt/startup.h"

int _commode;
int _fmode;

/* _crt_argv_mode */
enum { ARGV_NONE, ARGV_PLAIN, ARGV_EXPANDED };

int _configure_narrow_argv(int mode)
{
    CRT_CHECK(mode >= ARGV_NONE && mode <= ARGV_EXPANDED, EINVAL, EINVAL);
    if (mode == ARGV_NONE)
        return 0;
    return crt_args_narrow(mode == ARGV_EXPANDED) == 0 ? 0 : ENOMEM;
}

int _configure_wide_argv(int mode)
{
    CRT_CHECK(mode >= ARGV_NONE && mode <= ARGV_EXPANDED, EINVAL, EINVAL);
    if (mode == ARGV_NONE)
        return 0;
    return crt_args_wide(mode == ARGV_EXPANDED) == 0 ? 0 : ENOMEM;
}

int *__p__commode(void)
{
    return &_commode;
}

int *__p__fmode(void)
{
    return &_fmode;
}
