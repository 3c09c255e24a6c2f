/* The library's entry: what must be in place before the first program code runs. */
#include "kernelbase.h"
#include "libcompat/nt/include/eh.h"

BOOL WINAPI DllMain(HINSTANCE self, DWORD reason, LPVOID reserved)
{
    (void)self;
    (void)reserved;
    if (reason == DLL_PROCESS_ATTACH) /* ntdll asks it when no frame took an exception */
        RtlSetUnhandledExceptionFilter(UnhandledExceptionFilter);
    return TRUE;
}
