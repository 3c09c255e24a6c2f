/* A child process: its input and output are pipes, its exit code comes back. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <windows.h>

static int stop(const char *what)
{
    fprintf(stderr, "%s: error %lu\n", what, GetLastError());
    return 1;
}

static int upper(void)
{
    char line[256];

    while (fgets(line, sizeof(line), stdin)) {
        for (char *p = line; *p; p++)
            if (*p >= 'a' && *p <= 'z')
                *p -= 'a' - 'A';
        fputs(line, stdout);
    }
    fputs("child: end of input\n", stderr);
    return 42;
}

int main(int argc, char **argv)
{
    SECURITY_ATTRIBUTES inherit = {.nLength = sizeof(inherit), .bInheritHandle = TRUE};
    STARTUPINFOW start = {.cb = sizeof(start), .dwFlags = STARTF_USESTDHANDLES};
    PROCESS_INFORMATION process;
    WCHAR self[MAX_PATH], line[MAX_PATH + 16];
    HANDLE in_read, in_write, out_read, out_write;
    char buffer[256];
    DWORD count, code;

    if (argc > 1 && !strcmp(argv[1], "upper"))
        return upper();
    if (!CreatePipe(&in_read, &in_write, &inherit, 0) ||
        !CreatePipe(&out_read, &out_write, &inherit, 0))
        return stop("CreatePipe");
    SetHandleInformation(in_write, HANDLE_FLAG_INHERIT, 0);
    SetHandleInformation(out_read, HANDLE_FLAG_INHERIT, 0);
    start.hStdInput = in_read;
    start.hStdOutput = out_write;
    start.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    GetModuleFileNameW(NULL, self, MAX_PATH);
    swprintf(line, MAX_PATH + 16, L"\"%ls\" upper", self);
    if (!CreateProcessW(self, line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &process))
        return stop("CreateProcess");
    CloseHandle(in_read);
    CloseHandle(out_write);
    for (int i = 1; i <= 3; i++) {
        int n = snprintf(buffer, sizeof(buffer), "line %d for the child\n", i);
        if (!WriteFile(in_write, buffer, (DWORD)n, &count, NULL))
            return stop("WriteFile");
    }
    CloseHandle(in_write);
    while (ReadFile(out_read, buffer, sizeof(buffer), &count, NULL) && count)
        fwrite(buffer, 1, count, stdout);
    if (WaitForSingleObject(process.hProcess, INFINITE) != WAIT_OBJECT_0)
        return stop("WaitForSingleObject");
    GetExitCodeProcess(process.hProcess, &code);
    printf("the child ended with %lu\n", code);
    return code == 42 ? 0 : 1;
}
