/* Loads a library beside the program, finds a function by name, is called back, unloads it. */
#include <stdio.h>
#include <wchar.h>

#include "callbacks.h"

static int WINAPI visit(int number, double share, const WCHAR *name, void *context)
{
    printf("%d %.2f %ls\n", number, share, name);
    return ++*(int *)context < 3;
}

int main(void)
{
    HMODULE library = LoadLibraryW(L"callbacks.dll");
    visit_all_fn visit_all;
    int seen = 0, calls;

    if (!library) {
        fprintf(stderr, "LoadLibrary: error %lu\n", GetLastError());
        return 1;
    }
    visit_all = (visit_all_fn)(void *)GetProcAddress(library, "visit_all");
    if (!visit_all) {
        fprintf(stderr, "GetProcAddress: error %lu\n", GetLastError());
        return 1;
    }
    calls = visit_all(visit, &seen);
    printf("%d calls, %d seen\n", calls, seen);
    printf("no such function: %s\n", GetProcAddress(library, "nothing") ? "found" : "not found");
    FreeLibrary(library);
    printf("still loaded: %s\n", GetModuleHandleW(L"callbacks.dll") ? "yes" : "no");
    return calls == 3 ? 0 : 1;
}
