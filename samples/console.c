/*
 * The console: is there one, how large, colours, the cursor. With output in a file or pipe it says so
 * and writes no control sequence.
 */
#include <stdio.h>
#include <windows.h>

static const char *kind(HANDLE h)
{
    DWORD mode;

    if (!h || h == INVALID_HANDLE_VALUE)
        return "none";
    if (GetConsoleMode(h, &mode))
        return "console";
    switch (GetFileType(h)) {
    case FILE_TYPE_DISK:
        return "file";
    case FILE_TYPE_PIPE:
        return "pipe";
    case FILE_TYPE_CHAR:
        return "device";
    default:
        return "unknown";
    }
}

int main(void)
{
    HANDLE out = GetStdHandle(STD_OUTPUT_HANDLE);
    CONSOLE_SCREEN_BUFFER_INFO info;
    DWORD mode, count;

    printf("input %s, output %s\n", kind(GetStdHandle(STD_INPUT_HANDLE)), kind(out));
    fflush(stdout);
    if (!GetConsoleMode(out, &mode))
        return 0;
    if (!GetConsoleScreenBufferInfo(out, &info)) {
        fprintf(stderr, "GetConsoleScreenBufferInfo: error %lu\n", GetLastError());
        return 1;
    }
    printf("%d columns, %d rows\n", info.srWindow.Right - info.srWindow.Left + 1,
           info.srWindow.Bottom - info.srWindow.Top + 1);
    fflush(stdout);
    for (WORD colour = 1; colour < 8; colour++) {
        SetConsoleTextAttribute(out, (WORD)(colour | FOREGROUND_INTENSITY));
        WriteConsoleW(out, L"\x2588\x2588 ", 3, &count, NULL);
    }
    SetConsoleTextAttribute(out, info.wAttributes);
    WriteConsoleW(out, L"h\xe9llo \x4e16\x754c\r\n", 10, &count, NULL);
    if (SetConsoleMode(out, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING))
        printf("\x1b[1mbold\x1b[0m and plain\n");
    return 0;
}
