/* hostname.exe: the computer's name in the network. */
#include "../say.h"

void mainCRTStartup(void)
{
    WCHAR name[256];
    DWORD n = ARRAYSIZE(name);

    if (has_arguments(GetCommandLineW())) {
        say(STD_ERROR_HANDLE, L"hostname: the name cannot be set from here.\r\n");
        ExitProcess(1);
    }
    if (!GetComputerNameExW(ComputerNameDnsHostname, name, &n))
        ExitProcess(GetLastError());
    say(STD_OUTPUT_HANDLE, name);
    say(STD_OUTPUT_HANDLE, L"\r\n");
    ExitProcess(0);
}
