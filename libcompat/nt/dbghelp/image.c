/*
 * Images in memory; dumps, which are not written.
 */
#define _IMAGEHLP_SOURCE_
#include "libcompat/nt/include/win32.h"

PIMAGE_NT_HEADERS WINAPI ImageNtHeader(PVOID base)
{
    PIMAGE_NT_HEADERS headers = RtlImageNtHeader(base);

    if (!headers)
        fail(ERROR_BAD_EXE_FORMAT);
    return headers;
}

PVOID WINAPI ImageDirectoryEntryToData(PVOID base, BOOLEAN mapped, USHORT entry, PULONG size)
{
    return RtlImageDirectoryEntryToData(base, mapped, entry, size);
}

PIMAGE_SECTION_HEADER WINAPI ImageRvaToSection(PIMAGE_NT_HEADERS headers, PVOID base, ULONG rva)
{
    return RtlImageRvaToSection(headers, base, rva);
}

PVOID WINAPI ImageRvaToVa(PIMAGE_NT_HEADERS headers, PVOID base, ULONG rva,
                          PIMAGE_SECTION_HEADER *section)
{
    return RtlImageRvaToVa(headers, base, rva, section);
}

/* What SymSetOptions was told last; an aligned word, exchanged as a whole. */
static LONG options;

DWORD WINAPI SymGetOptions(void)
{
    return (DWORD)options;
}

DWORD WINAPI SymSetOptions(DWORD value)
{
    InterlockedExchange(&options, (LONG)value);
    return value;
}

BOOL WINAPI MiniDumpWriteDump(HANDLE process, DWORD id, HANDLE file, ULONG type, const void *exception,
                              const void *user, const void *callback)
{
    (void)process, (void)id, (void)file, (void)type, (void)exception, (void)user, (void)callback;
    return fail(ERROR_NOT_SUPPORTED);
}
