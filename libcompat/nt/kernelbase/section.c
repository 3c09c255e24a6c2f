/*
 * File mappings: sections and their views.
 */
#include "file.h"

/* The access a handle to a mapping of this protection has. */
static ACCESS_MASK section_access(DWORD protection)
{
    switch (protection) {
    case PAGE_READWRITE:
        return STANDARD_RIGHTS_REQUIRED | SECTION_QUERY | SECTION_MAP_READ | SECTION_MAP_WRITE;
    case PAGE_EXECUTE_READ:
    case PAGE_EXECUTE_WRITECOPY:
        return STANDARD_RIGHTS_REQUIRED | SECTION_QUERY | SECTION_MAP_READ | SECTION_MAP_EXECUTE |
               SECTION_MAP_EXECUTE_EXPLICIT;
    case PAGE_EXECUTE_READWRITE:
        return STANDARD_RIGHTS_REQUIRED | SECTION_QUERY | SECTION_MAP_READ | SECTION_MAP_WRITE |
               SECTION_MAP_EXECUTE | SECTION_MAP_EXECUTE_EXPLICIT;
    }
    return STANDARD_RIGHTS_REQUIRED | SECTION_QUERY | SECTION_MAP_READ;
}

HANDLE WINAPI CreateFileMappingNumaW(HANDLE file, LPSECURITY_ATTRIBUTES security, DWORD protect,
                                     DWORD size_high, DWORD size_low, LPCWSTR name, DWORD node)
{
    const DWORD section_flags = SEC_FILE | SEC_IMAGE | SEC_RESERVE | SEC_COMMIT | SEC_NOCACHE |
                                SEC_WRITECOMBINE | SEC_LARGE_PAGES | SEC_IMAGE_NO_EXECUTE;
    DWORD flags = protect & section_flags, protection = protect & ~section_flags;
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING string;
    LARGE_INTEGER size = large(size_low, (LONG)size_high);
    HANDLE section = NULL;
    NTSTATUS status;

    (void)node; /* a preference: memory here is of one kind */
    if (!flags)
        flags = SEC_COMMIT;
    switch (protection) {
    case 0:
    case PAGE_READONLY:
    case PAGE_WRITECOPY:
    case PAGE_READWRITE:
    case PAGE_EXECUTE_READ:
    case PAGE_EXECUTE_READWRITE:
    case PAGE_EXECUTE_WRITECOPY:
        break;
    default:
        fail(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (!protection)
        protection = PAGE_READONLY;
    if (file == INVALID_HANDLE_VALUE) {
        file = NULL;
        if (!size.QuadPart) {
            fail(ERROR_INVALID_PARAMETER);
            return NULL;
        }
    }
    status = named_object(&attributes, &string, name, OBJ_OPENIF, security);
    if (NT_SUCCESS(status))
        status = NtCreateSection(&section, section_access(protection), &attributes,
                                 size.QuadPart ? &size : NULL, protection, flags, file);
    return created_object(status, section);
}

HANDLE WINAPI CreateFileMappingW(HANDLE file, LPSECURITY_ATTRIBUTES security, DWORD protect,
                                 DWORD size_high, DWORD size_low, LPCWSTR name)
{
    return CreateFileMappingNumaW(file, security, protect, size_high, size_low, name,
                                  NUMA_NO_PREFERRED_NODE);
}

HANDLE WINAPI CreateFileMappingA(HANDLE file, LPSECURITY_ATTRIBUTES security, DWORD protect,
                                 DWORD size_high, DWORD size_low, LPCSTR name)
{
    WIDE_ANSI(wide, name, NULL);
    return CreateFileMappingW(file, security, protect, size_high, size_low, wide.text);
}

HANDLE WINAPI CreateFileMappingNumaA(HANDLE file, LPSECURITY_ATTRIBUTES security, DWORD protect,
                                     DWORD size_high, DWORD size_low, LPCSTR name, DWORD node)
{
    WIDE_ANSI(wide, name, NULL);
    return CreateFileMappingNumaW(file, security, protect, size_high, size_low, wide.text, node);
}

HANDLE WINAPI CreateFileMappingFromApp(HANDLE file, PSECURITY_ATTRIBUTES security, ULONG protect,
                                       ULONG64 size, PCWSTR name)
{
    return CreateFileMappingW(file, security, protect, (DWORD)(size >> 32), (DWORD)size, name);
}

HANDLE WINAPI CreateFileMapping2(HANDLE file, SECURITY_ATTRIBUTES *security, ULONG access,
                                 ULONG protection, ULONG flags, ULONG64 maximum, PCWSTR name,
                                 MEM_EXTENDED_PARAMETER *parameters, ULONG count)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING string;
    LARGE_INTEGER size = {.QuadPart = (LONGLONG)maximum};
    HANDLE section = NULL;
    NTSTATUS status;

    if (file == INVALID_HANDLE_VALUE)
        file = NULL;
    if (!flags)
        flags = SEC_COMMIT;
    status = named_object(&attributes, &string, name, OBJ_OPENIF, security);
    if (NT_SUCCESS(status))
        status = NtCreateSectionEx(&section, access, &attributes, maximum ? &size : NULL,
                                   protection, flags, file, parameters, count);
    return created_object(status, section);
}

static ACCESS_MASK open_access(DWORD access)
{
    /* FILE_MAP_EXECUTE asks for the execution of mapped pages, a right of its own. */
    if (access == FILE_MAP_COPY)
        return SECTION_MAP_READ;
    if (access & FILE_MAP_EXECUTE)
        return (access & ~(DWORD)FILE_MAP_EXECUTE) | SECTION_MAP_EXECUTE;
    return access;
}

HANDLE WINAPI OpenFileMappingW(DWORD access, BOOL inherit, LPCWSTR name)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING string;
    HANDLE section;
    NTSTATUS status;

    if (!name) {
        fail(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    status = named_object(&attributes, &string, name, inherit ? OBJ_INHERIT : 0, NULL);
    if (NT_SUCCESS(status))
        status = NtOpenSection(&section, open_access(access), &attributes);
    return set_status(status) ? section : NULL;
}

HANDLE WINAPI OpenFileMappingA(DWORD access, BOOL inherit, LPCSTR name)
{
    WIDE_ANSI(wide, name, NULL);
    return OpenFileMappingW(access, inherit, wide.text);
}

HANDLE WINAPI OpenFileMappingFromApp(ULONG access, BOOL inherit, PCWSTR name)
{
    return OpenFileMappingW(access, inherit, name);
}

/* ---- Views ---- */

LPVOID WINAPI MapViewOfFileExNuma(HANDLE section, DWORD access, DWORD offset_high, DWORD offset_low,
                                  SIZE_T size, LPVOID address, DWORD node)
{
    LARGE_INTEGER offset = large(offset_low, (LONG)offset_high);
    PVOID base = address;
    ULONG protection;
    NTSTATUS status;

    (void)node;
    if (access & FILE_MAP_COPY && !(access & FILE_MAP_WRITE))
        protection = PAGE_WRITECOPY;
    else if (access & FILE_MAP_WRITE)
        protection = PAGE_READWRITE;
    else if (access & FILE_MAP_READ)
        protection = PAGE_READONLY;
    else
        protection = PAGE_NOACCESS;
    /* The executable protections lie four places above their plain ones. */
    if ((access & FILE_MAP_EXECUTE) && protection != PAGE_NOACCESS)
        protection <<= 4;
    status = NtMapViewOfSection(section, NtCurrentProcess(), &base, 0, 0, &offset, &size, ViewShare,
                                0, protection);
    return set_status(status) ? base : NULL;
}

LPVOID WINAPI MapViewOfFileEx(HANDLE section, DWORD access, DWORD offset_high, DWORD offset_low,
                              SIZE_T size, LPVOID address)
{
    return MapViewOfFileExNuma(section, access, offset_high, offset_low, size, address,
                               NUMA_NO_PREFERRED_NODE);
}

LPVOID WINAPI MapViewOfFile(HANDLE section, DWORD access, DWORD offset_high, DWORD offset_low,
                            SIZE_T size)
{
    return MapViewOfFileEx(section, access, offset_high, offset_low, size, NULL);
}

PVOID WINAPI MapViewOfFileFromApp(HANDLE section, ULONG access, ULONG64 offset, SIZE_T size)
{
    return MapViewOfFile(section, access, (DWORD)(offset >> 32), (DWORD)offset, size);
}

PVOID WINAPI MapViewOfFileNuma2(HANDLE section, HANDLE process, ULONG64 start, PVOID address,
                                SIZE_T size, ULONG type, ULONG protection, ULONG node)
{
    LARGE_INTEGER offset = {.QuadPart = (LONGLONG)start};
    NTSTATUS status;

    (void)node;
    status = NtMapViewOfSection(section, process, &address, 0, 0, &offset, &size, ViewShare, type,
                                protection);
    return set_status(status) ? address : NULL;
}

PVOID WINAPI MapViewOfFile3(HANDLE section, HANDLE process, PVOID address, ULONG64 start,
                            SIZE_T size, ULONG type, ULONG protection,
                            MEM_EXTENDED_PARAMETER *parameters, ULONG count)
{
    LARGE_INTEGER offset = {.QuadPart = (LONGLONG)start};
    NTSTATUS status;

    if (!process)
        process = NtCurrentProcess();
    status = NtMapViewOfSectionEx(section, process, &address, &offset, &size, type, protection,
                                  parameters, count);
    return set_status(status) ? address : NULL;
}

PVOID WINAPI MapViewOfFile3FromApp(HANDLE section, HANDLE process, PVOID address, ULONG64 start,
                                   SIZE_T size, ULONG type, ULONG protection,
                                   MEM_EXTENDED_PARAMETER *parameters, ULONG count)
{
    return MapViewOfFile3(section, process, address, start, size, type, protection, parameters,
                          count);
}

BOOL WINAPI UnmapViewOfFile2(HANDLE process, PVOID address, ULONG flags)
{
    return set_status(NtUnmapViewOfSectionEx(process, address, flags));
}

BOOL WINAPI UnmapViewOfFileEx(PVOID address, ULONG flags)
{
    return UnmapViewOfFile2(NtCurrentProcess(), address, flags);
}

BOOL WINAPI UnmapViewOfFile(LPCVOID address)
{
    NTSTATUS status = NtUnmapViewOfSection(NtCurrentProcess(), (PVOID)address);

    if (status == STATUS_NOT_MAPPED_VIEW)
        return fail(ERROR_INVALID_ADDRESS);
    return set_status(status);
}

BOOL WINAPI FlushViewOfFile(LPCVOID address, SIZE_T size)
{
    PVOID base = (PVOID)address;
    IO_STATUS_BLOCK io;
    NTSTATUS status = NtFlushVirtualMemory(NtCurrentProcess(), &base, &size, &io);

    /* Views without a file have nothing to write and are flushed by definition. */
    if (status == STATUS_NOT_MAPPED_DATA)
        return TRUE;
    return set_status(status);
}
