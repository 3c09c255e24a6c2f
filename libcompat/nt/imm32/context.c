/* Input methods belong to windows, and there are none. */
#include "libcompat/nt/include/win32.h"
#include <imm.h>

HIMC WINAPI ImmGetContext(HWND window)
{
    (void)window;
    return NULL;
}

WINBOOL WINAPI ImmReleaseContext(HWND window, HIMC context)
{
    (void)window, (void)context;
    return FALSE;
}
