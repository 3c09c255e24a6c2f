/* The DLL's entry: makes and drops the state of the runtime. */
#include "startup.h"

BOOL WINAPI DllMainCRTStartup(HINSTANCE self, DWORD reason, LPVOID reserved)
{
    (void)self;
    switch (reason) {
    case DLL_PROCESS_ATTACH:
        if (crt_thread_init() != 0)
            return FALSE;
        crt_locale_init();
        if (crt_args_init() != 0 || crt_lowio_init() != 0 || crt_stdio_init() != 0)
            return FALSE;
        crt_signal_init();
#ifdef CRT_MSVCRT
        /* Programs use _environ and __initenv as data without any call before. */
        crt_environ_narrow();
#endif
        return TRUE;
    case DLL_PROCESS_DETACH:
        /* When the process ends other threads were stopped anywhere, also inside locks: only what
         * is needed to keep data is done, and only if nobody holds the lock for it. Functions
         * of atexit run in exit alone: the modules they use were told to end before this one. */
        if (!crt_quick_end)
            crt_stdio_exit();
        if (!reserved)
            crt_thread_process_exit();
        return TRUE;
    default:
        return TRUE; /* thread ends are FLS callbacks */
    }
}
