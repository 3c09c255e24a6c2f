/* A library that calls back, with start and end of its own. */
#include "callbacks.h"

static const WCHAR *const names[] = {L"north", L"east", L"south", L"west"};
static int attached;

__declspec(dllexport) int WINAPI visit_all(visit_fn visit, void *context)
{
    int i;

    for (i = 0; attached && i < 4; i++)
        if (!visit(i, (i + 1) / 4.0, names[i], context))
            return i + 1;
    return i;
}

BOOL WINAPI DllMain(HINSTANCE module, DWORD reason, void *reserved)
{
    (void)module, (void)reserved;
    if (reason == DLL_PROCESS_ATTACH)
        attached = 1;
    return TRUE;
}
