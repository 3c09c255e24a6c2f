/* Shows what a program receives: its command line as one text, and how that text splits. */
#include <stdio.h>
#include <windows.h>

#include <shellapi.h>

static void show(const char *label, int index, const WCHAR *text)
{
    char utf8[32768];

    if (!WideCharToMultiByte(CP_UTF8, 0, text, -1, utf8, sizeof(utf8), NULL, NULL))
        snprintf(utf8, sizeof(utf8), "(error %lu)", GetLastError());
    printf("%s %d: [%s]\n", label, index, utf8);
}

int main(int argc, char **argv)
{
    int count = 0;
    WCHAR **wide = CommandLineToArgvW(GetCommandLineW(), &count);

    show("line", 0, GetCommandLineW());
    for (int i = 1; i < argc; i++)
        printf("main %d: [%s]\n", i, argv[i]);
    if (!wide) {
        fprintf(stderr, "CommandLineToArgvW: error %lu\n", GetLastError());
        return 1;
    }
    for (int i = 1; i < count; i++)
        show("shell", i, wide[i]);
    LocalFree(wide);
    return 0;
}
