/* where.exe: which files a name means, in the current folder and along PATH. */
#include "../say.h"

static bool quiet;
static unsigned found;

static void look(const WCHAR *folder, size_t n, const WCHAR *name)
{
    WCHAR extensions[2048], path[4096], full[4096];
    const WCHAR *at = extensions;
    size_t length = wcslen(name);

    if (!GetEnvironmentVariableW(L"PATHEXT", extensions, ARRAYSIZE(extensions)))
        wcscpy(extensions, L".COM;.EXE;.BAT;.CMD");
    /* The name itself, then with each extension */
    for (size_t e = 0;; e = wcscspn(at, L";")) {
        if (n + length + e + 3 < ARRAYSIZE(path)) {
            memcpy(path, folder, n * sizeof(*path));
            size_t used = n;
            if (n && path[n - 1] != '\\' && path[n - 1] != '/')
                path[used++] = '\\';
            size_t last = used;
            for (size_t i = 0; i < length; i++)
                if (name[i] == '\\' || name[i] == '/')
                    last = used + i + 1;
            wcscpy(path + used, name);
            if (e)
                wcsncat(path, at, e);
            WIN32_FIND_DATAW data;
            HANDLE find = FindFirstFileW(path, &data);
            while (find != INVALID_HANDLE_VALUE) {
                if (!(data.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) &&
                    last + wcslen(data.cFileName) < ARRAYSIZE(path)) {
                    wcscpy(path + last, data.cFileName);
                    if (GetFullPathNameW(path, ARRAYSIZE(full), full, NULL) && !quiet) {
                        say(STD_OUTPUT_HANDLE, full);
                        say(STD_OUTPUT_HANDLE, L"\r\n");
                    }
                    found++;
                }
                if (!FindNextFileW(find, &data)) {
                    FindClose(find);
                    break;
                }
            }
        }
        at += e;
        while (*at == ';')
            at++;
        if (!*at)
            return;
    }
}

static void look_everywhere(const WCHAR *name)
{
    static WCHAR list[32768];
    WCHAR here[4096];
    DWORD n = GetCurrentDirectoryW(ARRAYSIZE(here), here);

    if (wcspbrk(name, L"\\/")) {
        look(L"", 0, name);
        return;
    }
    look(here, n, name);
    if (!GetEnvironmentVariableW(L"PATH", list, ARRAYSIZE(list)))
        return;
    for (const WCHAR *at = list; *at;) {
        size_t length = wcscspn(at, L";");
        bool same = length == n && !_wcsnicmp(at, here, n);
        if (length && !same)
            look(at, length, name);
        at += length + (at[length] == ';');
    }
}

void mainCRTStartup(void)
{
    const WCHAR *line = GetCommandLineW();
    WCHAR word[4096];
    bool any = false, all = true;

    next_argument(&line, word, ARRAYSIZE(word));
    while (next_argument(&line, word, ARRAYSIZE(word))) {
        if (!_wcsicmp(word, L"/q")) {
            quiet = true;
            continue;
        }
        if (word[0] == '/') {
            say(STD_ERROR_HANDLE, L"where: only the switch /Q is there.\r\n");
            ExitProcess(2);
        }
        any = true;
        found = 0;
        look_everywhere(word);
        if (!found) {
            all = false;
            if (!quiet)
                say(STD_ERROR_HANDLE, L"INFO: Could not find files for the given pattern(s).\r\n");
        }
    }
    if (!any) {
        say(STD_ERROR_HANDLE, L"where [/Q] PATTERN...\r\n");
        ExitProcess(2);
    }
    ExitProcess(all ? 0 : 1);
}
