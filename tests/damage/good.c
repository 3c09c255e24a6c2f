/* The good program that make-damaged damages: a few imports, a relocated pointer, thread storage. */
#include <stdio.h>
#include <string.h>
#include <windows.h>

static const char *words[] = {"one", "two", "three"};
static __thread int counter = 3;

int main(int argc, char **argv)
{
    (void)argv;
    for (int i = 0; i < counter; i++)
        printf("%s %u\n", words[i], (unsigned)strlen(words[i]));
    return argc == 1 && GetModuleHandleW(NULL) ? 0 : 1;
}
