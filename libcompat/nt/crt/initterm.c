/* Initialiser tables, and the filters that programs' start-up code puts around main. */
#include "startup.h"

void _initterm(crt_void_t *first, crt_void_t *last)
{
    for (; first < last; first++)
        if (*first)
            (*first)();
}

int _initterm_e(crt_onexit_t *first, crt_onexit_t *last)
{
    for (; first < last; first++) {
        int result = *first ? (*first)() : 0;

        if (result)
            return result;
    }
    return 0;
}

/* signal.c: gives a hardware exception to the C signal handler for it. Returns a filter value. */
int crt_signal_filter(unsigned long code, EXCEPTION_POINTERS *info);

int _seh_filter_exe(unsigned long code, EXCEPTION_POINTERS *info)
{
    return crt_signal_filter(code, info);
}

int _seh_filter_dll(unsigned long code, EXCEPTION_POINTERS *info)
{
    /* Only C++ exceptions (0xE06D7363) concern a DLL's entry; the rest is the caller's. */
    return code == 0xE06D7363u ? crt_signal_filter(code, info) : EXCEPTION_CONTINUE_SEARCH;
}

int _XcptFilter(unsigned long code, EXCEPTION_POINTERS *info)
{
    return crt_signal_filter(code, info);
}

int __CppXcptFilter(unsigned long code, EXCEPTION_POINTERS *info)
{
    return code == 0xE06D7363u ? crt_signal_filter(code, info) : EXCEPTION_CONTINUE_SEARCH;
}
