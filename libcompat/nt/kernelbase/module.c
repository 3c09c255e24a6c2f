/*
 * Loading modules and finding what is in them, over ntdll's loader.
 */
#include "kernelbase.h"
#include "module.h"

#define LOAD_FLAGS                                                                                 \
    (DONT_RESOLVE_DLL_REFERENCES | LOAD_LIBRARY_AS_DATAFILE | LOAD_WITH_ALTERED_SEARCH_PATH |      \
     LOAD_IGNORE_CODE_AUTHZ_LEVEL | LOAD_LIBRARY_AS_IMAGE_RESOURCE |                               \
     LOAD_LIBRARY_AS_DATAFILE_EXCLUSIVE | LOAD_LIBRARY_REQUIRE_SIGNED_TARGET | SEARCH_FLAGS |      \
     0x2000 /* LOAD_LIBRARY_SAFE_CURRENT_DIRS */)
#define SEARCH_FLAGS                                                                               \
    (LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_APPLICATION_DIR |                      \
     LOAD_LIBRARY_SEARCH_USER_DIRS | LOAD_LIBRARY_SEARCH_SYSTEM32 |                                \
     LOAD_LIBRARY_SEARCH_DEFAULT_DIRS)
#define DATA_FILE (LOAD_LIBRARY_AS_DATAFILE | LOAD_LIBRARY_AS_DATAFILE_EXCLUSIVE)

BOOL is_data_module(HMODULE module)
{
    return ((ULONG_PTR)module & 3) != 0;
}

/*
 * Maps a file for its resources alone. The low bits of the handle tell how: 1 as a flat file, 2 as
 * an image.
 */
static NTSTATUS load_data(const UNICODE_STRING *name, const WCHAR *path, DWORD flags,
                          HMODULE *module)
{
    WCHAR *found = NULL, *text = heap_wide_copy(name->Buffer, name->Length / sizeof(WCHAR));
    HANDLE file, section;
    OBJECT_ATTRIBUTES attributes;
    PVOID base = NULL;
    SIZE_T size = 0;
    NTSTATUS status;
    DWORD length;

    *module = NULL;
    if (!text)
        return STATUS_NO_MEMORY;
    length = SearchPathW(path, text, L".dll", 0, NULL, NULL);
    if (length) {
        found = heap_alloc((length + 1) * sizeof(WCHAR));
        if (found && !SearchPathW(path, text, L".dll", length + 1, found, NULL)) {
            heap_free(found);
            found = NULL;
        }
    }
    heap_free(text);
    if (!found)
        return STATUS_UNSUCCESSFUL; /* the last error tells */
    file = CreateFileW(
        found, GENERIC_READ | (flags & LOAD_LIBRARY_AS_IMAGE_RESOURCE ? FILE_EXECUTE : 0),
        FILE_SHARE_READ | (flags & LOAD_LIBRARY_AS_DATAFILE_EXCLUSIVE ? 0 : FILE_SHARE_DELETE),
        NULL, OPEN_EXISTING, 0, NULL);
    heap_free(found);
    if (file == INVALID_HANDLE_VALUE)
        return STATUS_UNSUCCESSFUL; /* the last error tells */
    object_attributes(&attributes, NULL, NULL, 0, NULL);
    status = NtCreateSection(&section, SECTION_MAP_READ | SECTION_QUERY, &attributes, NULL,
                             PAGE_READONLY,
                             flags & LOAD_LIBRARY_AS_IMAGE_RESOURCE ? SEC_IMAGE : SEC_COMMIT, file);
    NtClose(file);
    if (!NT_SUCCESS(status))
        return status;
    status = NtMapViewOfSection(section, NtCurrentProcess(), &base, 0, 0, NULL, &size, ViewShare, 0,
                                PAGE_READONLY);
    NtClose(section);
    if (!NT_SUCCESS(status))
        return status;
    if (flags & LOAD_LIBRARY_AS_IMAGE_RESOURCE) {
        *module = (HMODULE)((ULONG_PTR)base | 2);
        return STATUS_SUCCESS;
    }
    if (!RtlImageNtHeader(base)) {
        NtUnmapViewOfSection(NtCurrentProcess(), base);
        return STATUS_INVALID_IMAGE_FORMAT;
    }
    *module = (HMODULE)((ULONG_PTR)base | 1);
    return STATUS_SUCCESS;
}

static BOOL is_full_path(const WCHAR *name)
{
    switch (RtlDetermineDosPathNameType_U(name)) {
    case RtlPathTypeUncAbsolute:
    case RtlPathTypeDriveAbsolute:
    case RtlPathTypeLocalDevice:
        return TRUE;
    default:
        return FALSE;
    }
}

static HMODULE load_library(UNICODE_STRING *name, DWORD flags)
{
    WCHAR *path, *unused;
    HMODULE module = NULL;
    ULONG characteristics = 0;
    NTSTATUS status;

    /* A folder to begin with must be in the name; and the two ways to give one exclude each other. */
    if ((flags & ~(DWORD)LOAD_FLAGS) ||
        ((flags & LOAD_WITH_ALTERED_SEARCH_PATH) && (flags & SEARCH_FLAGS)) ||
        ((flags & LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR) && !is_full_path(name->Buffer))) {
        fail(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    status = LdrGetDllPath(name->Buffer, flags & (SEARCH_FLAGS | LOAD_WITH_ALTERED_SEARCH_PATH),
                           &path, &unused);
    if (!set_status(status))
        return NULL;
    if (flags & (DATA_FILE | LOAD_LIBRARY_AS_IMAGE_RESOURCE)) {
        /* A module that is loaded anyhow serves as well, and is counted. */
        status = LdrGetDllHandleEx(0, path, NULL, name, (PVOID *)&module);
        if (!NT_SUCCESS(status)) {
            fail(ERROR_SUCCESS);
            status = load_data(name, path, flags, &module);
            if (status == STATUS_UNSUCCESSFUL) {
                RtlReleasePath(path);
                return NULL;
            }
        } else if (flags & LOAD_LIBRARY_AS_DATAFILE_EXCLUSIVE) {
            /* Exclusive use of a loaded image is no use at all, yet documented to succeed. */
            status = STATUS_SUCCESS;
        }
    } else {
        if (flags & DONT_RESOLVE_DLL_REFERENCES)
            characteristics |= LDR_DONT_RESOLVE_REFERENCES;
        status = LdrLoadDll(path, &characteristics, name, (PVOID *)&module);
    }
    RtlReleasePath(path);
    if (set_status(status))
        return module;
    return NULL;
}

HMODULE WINAPI LoadLibraryExW(LPCWSTR name, HANDLE file, DWORD flags)
{
    UNICODE_STRING string;
    WCHAR *trimmed;
    HMODULE module;
    SIZE_T length;

    if (!name || file) {
        fail(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (!unicode_string(&string, name))
        return NULL;
    length = string.Length / sizeof(WCHAR);
    if (!length) {
        fail(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (name[length - 1] != L' ')
        return load_library(&string, flags);
    /* Blanks behind the name do not count. */
    while (length && name[length - 1] == L' ')
        length--;
    trimmed = heap_wide_copy(name, length);
    if (!trimmed)
        return NULL;
    unicode_string(&string, trimmed);
    module = load_library(&string, flags);
    heap_free(trimmed);
    return module;
}

HMODULE WINAPI LoadLibraryExA(LPCSTR name, HANDLE file, DWORD flags)
{
    WIDE_FILE(wide, name, NULL);
    return LoadLibraryExW(wide.text, file, flags);
}

HMODULE WINAPI LoadLibraryW(LPCWSTR name)
{
    return LoadLibraryExW(name, NULL, 0);
}

HMODULE WINAPI LoadLibraryA(LPCSTR name)
{
    return LoadLibraryExA(name, NULL, 0);
}

HMODULE WINAPI LoadPackagedLibrary(LPCWSTR name, DWORD reserved)
{
    (void)name;
    fail(reserved ? ERROR_INVALID_PARAMETER : APPMODEL_ERROR_NO_PACKAGE);
    return NULL;
}

BOOL WINAPI FreeLibrary(HMODULE module)
{
    if (!module)
        return fail(ERROR_INVALID_HANDLE);
    if (is_data_module(module))
        return set_status(NtUnmapViewOfSection(NtCurrentProcess(), module_base(module)));
    return set_status(LdrUnloadDll(module));
}

VOID WINAPI FreeLibraryAndExitThread(HMODULE module, DWORD code)
{
    FreeLibrary(module);
    RtlExitUserThread((NTSTATUS)code);
    __builtin_unreachable();
}

BOOL WINAPI DisableThreadLibraryCalls(HMODULE module)
{
    return set_status(LdrDisableThreadCalloutsForDll(module));
}

/* ---- Handles and names ---- */

BOOL WINAPI GetModuleHandleExW(DWORD flags, LPCWSTR name, HMODULE *result)
{
    HMODULE module = NULL;
    NTSTATUS status;

    if (!result)
        return fail(ERROR_INVALID_PARAMETER);
    *result = NULL;
    if ((flags & ~(DWORD)(GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
                          GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT)) ||
        ((flags & GET_MODULE_HANDLE_EX_FLAG_PIN) &&
         (flags & GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT)))
        return fail(ERROR_INVALID_PARAMETER);
    if (!name) {
        /* The program: it is never unloaded, no count matters. */
        *result = current_peb()->ImageBaseAddress;
        return TRUE;
    }
    if (flags & GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS) {
        PVOID base;

        if (!RtlPcToFileHeader((PVOID)name, &base))
            return fail(ERROR_MOD_NOT_FOUND);
        module = base;
        status = STATUS_SUCCESS;
        if (!(flags & GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT))
            status = LdrAddRefDll(flags & GET_MODULE_HANDLE_EX_FLAG_PIN ? 1 : 0, module);
    } else {
        UNICODE_STRING string;

        if (!unicode_string(&string, name))
            return FALSE;
        /* LDR_GET_DLL_HANDLE_EX_UNCHANGED_REFCOUNT 1, _PIN 2 */
        status = LdrGetDllHandleEx((flags & GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT ? 1 : 0) |
                                       (flags & GET_MODULE_HANDLE_EX_FLAG_PIN ? 2 : 0),
                                   NULL, NULL, &string, (PVOID *)&module);
    }
    if (!set_status(status))
        return FALSE;
    *result = module;
    return TRUE;
}

BOOL WINAPI GetModuleHandleExA(DWORD flags, LPCSTR name, HMODULE *result)
{
    if (!name || (flags & GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS))
        return GetModuleHandleExW(flags, (LPCWSTR)name, result);
    WIDE_FILE(wide, name, FALSE);
    return GetModuleHandleExW(flags, wide.text, result);
}

HMODULE WINAPI GetModuleHandleW(LPCWSTR name)
{
    HMODULE module;

    return GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT, name, &module) ? module
                                                                                           : NULL;
}

HMODULE WINAPI GetModuleHandleA(LPCSTR name)
{
    HMODULE module;

    return GetModuleHandleExA(GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT, name, &module) ? module
                                                                                           : NULL;
}

/* The module's full name on the heap. NULL: last error set. */
static WCHAR *module_file_name(HMODULE module)
{
    WCHAR *text = NULL;
    LDR_DATA_TABLE_ENTRY *entry;
    ULONG_PTR cookie;
    NTSTATUS status;

    if (!module)
        module = current_peb()->ImageBaseAddress;
    if (is_data_module(module)) {
        fail(ERROR_MOD_NOT_FOUND);
        return NULL;
    }
    if (!set_status(LdrLockLoaderLock(0, NULL, &cookie)))
        return NULL;
    status = LdrFindEntryForAddress(module, &entry);
    if (!NT_SUCCESS(status) || entry->DllBase != (PVOID)module)
        status = STATUS_DLL_NOT_FOUND;
    if (set_status(status))
        text = heap_wide_copy(entry->FullDllName.Buffer, entry->FullDllName.Length / sizeof(WCHAR));
    LdrUnlockLoaderLock(0, cookie);
    return text;
}

DWORD WINAPI GetModuleFileNameW(HMODULE module, LPWSTR buffer, DWORD size)
{
    WCHAR *name = module_file_name(module);
    DWORD length;

    if (!name)
        return 0;
    length = (DWORD)wcslen(name);
    fail(ERROR_SUCCESS);
    if (length < size) {
        memcpy(buffer, name, (length + 1) * sizeof(WCHAR));
    } else {
        /* A short buffer gets what fits, with its end. */
        fail(ERROR_INSUFFICIENT_BUFFER);
        length = size;
        if (size) {
            memcpy(buffer, name, (size - 1) * sizeof(WCHAR));
            buffer[size - 1] = 0;
        }
    }
    heap_free(name);
    return length;
}

DWORD WINAPI GetModuleFileNameA(HMODULE module, LPSTR buffer, DWORD size)
{
    WCHAR *name = module_file_name(module);
    char *narrow;
    DWORD length;

    if (!name)
        return 0;
    length = narrow_file(name, (DWORD)wcslen(name), NULL, 0);
    narrow = heap_alloc(length);
    if (!narrow) {
        heap_free(name);
        return 0;
    }
    length = narrow_file(name, (DWORD)wcslen(name), narrow, length);
    heap_free(name);
    fail(ERROR_SUCCESS);
    if (length < size) {
        memcpy(buffer, narrow, length + 1);
    } else {
        fail(ERROR_INSUFFICIENT_BUFFER);
        length = size;
        if (size) {
            memcpy(buffer, narrow, size - 1);
            buffer[size - 1] = 0;
        }
    }
    heap_free(narrow);
    return length;
}

FARPROC WINAPI GetProcAddressForCaller(HMODULE module, LPCSTR name, PVOID caller)
{
    PVOID address;
    ANSI_STRING string;

    (void)caller;
    if (!module)
        module = current_peb()->ImageBaseAddress;
    if ((ULONG_PTR)name >> 16) {
        SIZE_T length = strlen(name);

        if (length > 0xfffe) {
            fail(ERROR_INVALID_PARAMETER);
            return NULL;
        }
        string.Length = (USHORT)length;
        string.MaximumLength = (USHORT)(length + 1);
        string.Buffer = (char *)name;
        if (set_status(LdrGetProcedureAddress(module, &string, 0, &address)))
            return (FARPROC)address;
    } else if (set_status(LdrGetProcedureAddress(module, NULL, (ULONG)(ULONG_PTR)name, &address))) {
        return (FARPROC)address;
    }
    return NULL;
}

FARPROC WINAPI GetProcAddress(HMODULE module, LPCSTR name)
{
    return GetProcAddressForCaller(module, name, NULL);
}

/* ---- Directories that are searched ---- */

DLL_DIRECTORY_COOKIE WINAPI AddDllDirectory(PCWSTR directory)
{
    UNICODE_STRING string;
    PVOID cookie;

    if (!directory) {
        fail(ERROR_INVALID_PARAMETER);
        return NULL;
    }
    if (unicode_string(&string, directory) && set_status(LdrAddDllDirectory(&string, &cookie)))
        return cookie;
    return NULL;
}

WINBOOL WINAPI RemoveDllDirectory(DLL_DIRECTORY_COOKIE cookie)
{
    return set_status(LdrRemoveDllDirectory(cookie));
}

WINBOOL WINAPI SetDefaultDllDirectories(DWORD flags)
{
    return set_status(LdrSetDefaultDllDirectories(flags));
}

BOOL WINAPI SetDllDirectoryW(LPCWSTR directory)
{
    UNICODE_STRING string;

    if (!unicode_string(&string, directory))
        return FALSE;
    return set_status(LdrSetDllDirectory(&string));
}

BOOL WINAPI SetDllDirectoryA(LPCSTR directory)
{
    WIDE_FILE(wide, directory, FALSE);
    return SetDllDirectoryW(wide.text);
}

DWORD WINAPI GetDllDirectoryW(DWORD size, LPWSTR buffer)
{
    UNICODE_STRING string = {
        .MaximumLength = (USHORT)(size > 0x7fff ? 0xfffe : size * sizeof(WCHAR)), .Buffer = buffer};
    NTSTATUS status = LdrGetDllDirectory(&string);

    if (NT_SUCCESS(status)) {
        if (string.Length + sizeof(WCHAR) <= string.MaximumLength)
            buffer[string.Length / sizeof(WCHAR)] = 0;
        return string.Length / sizeof(WCHAR);
    }
    if (status == STATUS_BUFFER_TOO_SMALL) {
        if (buffer && size)
            buffer[0] = 0;
        return string.Length / sizeof(WCHAR);
    }
    set_status(status);
    return 0;
}

DWORD WINAPI GetDllDirectoryA(DWORD size, LPSTR buffer)
{
    WCHAR *text = heap_alloc(0x8000 * sizeof(WCHAR));
    DWORD length;

    if (!text)
        return 0;
    length = GetDllDirectoryW(0x7fff, text);
    length = narrow_file(text, length, buffer, size);
    heap_free(text);
    return length;
}
