/* mountvol.exe: the volume's name of a drive ("mountvol C: /L"), or of all. */
#include "../say.h"

static DWORD show(const WCHAR *drive, bool both)
{
    WCHAR root[MAX_PATH], name[64];

    wcsncpy(root, drive, MAX_PATH - 2);
    root[MAX_PATH - 2] = 0;
    size_t n = wcslen(root);
    if (n && root[n - 1] != '\\')
        wcscpy(root + n, L"\\");
    if (!GetVolumeNameForVolumeMountPointW(root, name, ARRAYSIZE(name))) {
        say(STD_ERROR_HANDLE, L"The system cannot find the file specified.\r\n");
        return 1;
    }
    say(STD_OUTPUT_HANDLE, L"    ");
    say(STD_OUTPUT_HANDLE, name);
    say(STD_OUTPUT_HANDLE, L"\r\n");
    if (both) {
        say(STD_OUTPUT_HANDLE, L"        ");
        say(STD_OUTPUT_HANDLE, root);
        say(STD_OUTPUT_HANDLE, L"\r\n\r\n");
    }
    return 0;
}

void mainCRTStartup(void)
{
    const WCHAR *line = GetCommandLineW();
    WCHAR drive[MAX_PATH], what[MAX_PATH];

    next_argument(&line, drive, MAX_PATH);
    if (!next_argument(&line, drive, MAX_PATH)) {
        DWORD mask = GetLogicalDrives();
        WCHAR root[] = L"A:";
        for (; root[0] <= 'Z'; root[0]++)
            if (mask >> (root[0] - 'A') & 1)
                show(root, true);
        ExitProcess(0);
    }
    if (!next_argument(&line, what, MAX_PATH) || _wcsicmp(what, L"/L")) {
        say(STD_ERROR_HANDLE, L"mountvol: only listing (/L) is there.\r\n");
        ExitProcess(1);
    }
    ExitProcess(show(drive, false));
}
