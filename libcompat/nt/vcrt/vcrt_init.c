/* Small services that parts of the C and C++ runtime expect of each other. */
#include "cxx.h"

BOOL __vcrt_InitializeCriticalSectionEx(CRITICAL_SECTION *section, DWORD spins, DWORD flags)
{
    return InitializeCriticalSectionEx(section, spins, flags);
}

DWORD __vcrt_GetModuleFileNameW(HMODULE module, wchar_t *name, DWORD size)
{
    return GetModuleFileNameW(module, name, size);
}

HMODULE __vcrt_GetModuleHandleW(const wchar_t *name)
{
    return GetModuleHandleW(name);
}

HMODULE __vcrt_LoadLibraryExW(const wchar_t *name, HANDLE file, DWORD flags)
{
    return LoadLibraryExW(name, file, flags);
}

/* Tracing hooks around main: tracing is off. */
void __telemetry_main_invoke_trigger(HINSTANCE module)
{
    (void)module;
}

void __telemetry_main_return_trigger(HINSTANCE module)
{
    (void)module;
}

/* Names are given back as they are (see the export's row). */
char *__unDNameEx(char *out, const char *name, int room, void *(__cdecl *allocate)(size_t),
                  void(__cdecl *release)(void *), char *(__cdecl *parameter)(long),
                  unsigned long flags)
{
    size_t size = strlen(name) + 1;

    (void)release, (void)parameter, (void)flags;
    if (!out) {
        out = allocate ? allocate(size) : NULL;
        if (!out)
            return NULL;
        room = (int)size;
    }
    if (room <= 0)
        return NULL;
    if (size > (size_t)room)
        size = (size_t)room;
    memcpy(out, name, size);
    out[size - 1] = 0;
    return out;
}

char *__unDName(char *out, const char *name, int room, void *(__cdecl *allocate)(size_t),
                void(__cdecl *release)(void *), unsigned short flags)
{
    return __unDNameEx(out, name, room, allocate, release, NULL, flags);
}

/* ---- operator new and delete of msvcrt.dll ------------------------------------------------------- */

int _callnewh(size_t size);
void *vcrt_new(size_t size)
{
    for (;;) {
        void *block = malloc(size ? size : 1);

        if (block || !_callnewh(size))
            return block; /* that runtime's operator new gives NULL when there is no handler */
    }
}

void vcrt_delete(void *block)
{
    free(block);
}

/* A function's stack cookie is damaged: nothing on this stack may be trusted any more. */
void __report_gsfailure(ULONG_PTR cookie)
{
    (void)cookie;
    asm volatile("int $0x29" : : "c"(2 /* FAST_FAIL_STACK_COOKIE_CHECK_FAILURE */));
    __builtin_unreachable();
}
