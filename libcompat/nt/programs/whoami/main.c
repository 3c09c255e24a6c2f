/* whoami.exe: the user, as COMPUTER\name. */
#include "../say.h"

void mainCRTStartup(void)
{
    WCHAR computer[256], user[256];
    DWORD n = ARRAYSIZE(computer), m = ARRAYSIZE(user);

    if (has_arguments(GetCommandLineW())) {
        say(STD_ERROR_HANDLE, L"whoami: only the name can be shown; /user, /groups, /priv and /all "
                              L"are not there.\r\n");
        ExitProcess(1);
    }
    if (!GetComputerNameW(computer, &n) || !GetUserNameW(user, &m))
        ExitProcess(GetLastError());
    _wcslwr(computer);
    _wcslwr(user);
    say(STD_OUTPUT_HANDLE, computer);
    say(STD_OUTPUT_HANDLE, L"\\");
    say(STD_OUTPUT_HANDLE, user);
    say(STD_OUTPUT_HANDLE, L"\r\n");
    ExitProcess(0);
}
