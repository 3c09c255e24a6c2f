/* Activation contexts, over ntdll's. */
#include "kernelbase.h"
#include "module.h"
#include "libcompat/nt/include/actctx.h"

#define ALL_FLAGS                                                                                  \
    (ACTCTX_FLAG_PROCESSOR_ARCHITECTURE_VALID | ACTCTX_FLAG_LANGID_VALID |                         \
     ACTCTX_FLAG_ASSEMBLY_DIRECTORY_VALID | ACTCTX_FLAG_RESOURCE_NAME_VALID |                      \
     ACTCTX_FLAG_SET_PROCESS_DEFAULT | ACTCTX_FLAG_APPLICATION_NAME_VALID |                        \
     ACTCTX_FLAG_SOURCE_IS_ASSEMBLYREF | ACTCTX_FLAG_HMODULE_VALID)

/* A field is there as far as the size says; a flag must not name one that is not. */
#define HAS(a, field) ((a)->cbSize >= offsetof(ACTCTXW, field) + sizeof((a)->field))

static BOOL is_valid(const ACTCTXW *a)
{
    if (!a || a->cbSize > sizeof(*a) || !HAS(a, lpSource) || (a->dwFlags & ~(DWORD)ALL_FLAGS))
        return FALSE;
    if (((a->dwFlags & ACTCTX_FLAG_PROCESSOR_ARCHITECTURE_VALID) && !HAS(a, wProcessorArchitecture)) ||
        ((a->dwFlags & ACTCTX_FLAG_LANGID_VALID) && !HAS(a, wLangId)) ||
        ((a->dwFlags & ACTCTX_FLAG_ASSEMBLY_DIRECTORY_VALID) && !HAS(a, lpAssemblyDirectory)) ||
        ((a->dwFlags & ACTCTX_FLAG_RESOURCE_NAME_VALID) && !HAS(a, lpResourceName)) ||
        ((a->dwFlags & ACTCTX_FLAG_APPLICATION_NAME_VALID) && !HAS(a, lpApplicationName)) ||
        ((a->dwFlags & ACTCTX_FLAG_HMODULE_VALID) && !HAS(a, hModule)))
        return FALSE;
    if ((a->dwFlags & ACTCTX_FLAG_RESOURCE_NAME_VALID) && !a->lpResourceName)
        return FALSE;
    return (a->lpSource && *a->lpSource) || (a->dwFlags & ACTCTX_FLAG_HMODULE_VALID);
}

/* A full path on the heap; NULL: last error set. With folder, a relative name is taken from there. */
static WCHAR *full_path(const WCHAR *folder, const WCHAR *name)
{
    WCHAR *joined = NULL, *full = NULL;
    SIZE_T units = wcslen(name) + (folder ? wcslen(folder) : 0) + 2;
    DWORD length;

    if (folder && RtlDetermineDosPathNameType_U(name) == RtlPathTypeRelative) {
        joined = heap_alloc(units * sizeof(WCHAR));
        if (!joined)
            return NULL;
        wcscpy(joined, folder);
        wcscat(joined, L"\\");
        wcscat(joined, name);
        name = joined;
    }
    length = GetFullPathNameW(name, 0, NULL, NULL);
    full = length ? heap_alloc(length * sizeof(WCHAR)) : NULL;
    if (full && !GetFullPathNameW(name, length, full, NULL)) {
        heap_free(full);
        full = NULL;
    }
    heap_free(joined);
    return full;
}

HANDLE WINAPI CreateActCtxW(const ACTCTXW *a)
{
    struct actctx_source source = {0};
    WCHAR *path = NULL, *dir = NULL;
    PVOID context = NULL;
    NTSTATUS status = STATUS_SUCCESS;
    BOOL ok = FALSE;

    if (!is_valid(a)) {
        fail(ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    if (a->dwFlags & ACTCTX_FLAG_SOURCE_IS_ASSEMBLYREF) {
        fail(ERROR_CALL_NOT_IMPLEMENTED);
        return INVALID_HANDLE_VALUE;
    }
    if (a->dwFlags & ACTCTX_FLAG_PROCESSOR_ARCHITECTURE_VALID) {
        SYSTEM_INFO info;
        GetSystemInfo(&info);
        if (a->wProcessorArchitecture != info.wProcessorArchitecture)
            status = STATUS_INVALID_PARAMETER; /* no other's libraries can be loaded */
    }
    const WCHAR *folder =
        a->dwFlags & ACTCTX_FLAG_ASSEMBLY_DIRECTORY_VALID ? a->lpAssemblyDirectory : NULL;
    if (folder && !(dir = full_path(NULL, folder)))
        return INVALID_HANDLE_VALUE;
    if (a->lpSource) {
        path = full_path(folder, a->lpSource);
        ok = path != NULL;
    } else {
        DWORD room = 0x8000;
        path = heap_alloc(room * sizeof(WCHAR));
        ok = path && GetModuleFileNameW(a->hModule, path, room);
    }
    if (ok) {
        source.path = path;
        source.app_dir = dir;
        source.language = a->dwFlags & ACTCTX_FLAG_LANGID_VALID ? a->wLangId : 0;
        source.process_default = (a->dwFlags & ACTCTX_FLAG_SET_PROCESS_DEFAULT) != 0;
        if (a->dwFlags & ACTCTX_FLAG_HMODULE_VALID) {
            source.module = a->hModule ? (PVOID)a->hModule : current_peb()->ImageBaseAddress;
            /* What nobody names is the manifest of the module's own kind. */
            source.resource = source.module == current_peb()->ImageBaseAddress ? 1 : 2;
        }
        if (a->dwFlags & ACTCTX_FLAG_RESOURCE_NAME_VALID)
            source.resource = (ULONG_PTR)a->lpResourceName;
        if (NT_SUCCESS(status))
            status = RtlCompatrunCreateActivationContext(&source, &context);
        ok = set_status(status);
    }
    heap_free(path);
    heap_free(dir);
    return ok ? context : INVALID_HANDLE_VALUE;
}

HANDLE WINAPI CreateActCtxA(const ACTCTXA *a)
{
    ACTCTXW w = {.cbSize = sizeof(w)};

    _Static_assert(offsetof(ACTCTXA, hModule) == offsetof(ACTCTXW, hModule), "ACTCTX");
    if (!a || a->cbSize > sizeof(*a) || a->cbSize < offsetof(ACTCTXA, lpSource) + sizeof(a->lpSource)) {
        fail(ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    memcpy(&w, a, a->cbSize);
    BOOL named = (a->dwFlags & ACTCTX_FLAG_RESOURCE_NAME_VALID) && (ULONG_PTR)w.lpResourceName >> 16;
    BOOL placed = (a->dwFlags & ACTCTX_FLAG_ASSEMBLY_DIRECTORY_VALID) != 0;
    BOOL called = (a->dwFlags & ACTCTX_FLAG_APPLICATION_NAME_VALID) != 0;
    WIDE_FILE(source, a->lpSource, INVALID_HANDLE_VALUE);
    WIDE_FILE(directory, placed ? (const char *)w.lpAssemblyDirectory : NULL, INVALID_HANDLE_VALUE);
    WIDE_ANSI(resource, named ? (const char *)w.lpResourceName : NULL, INVALID_HANDLE_VALUE);
    WIDE_ANSI(application, called ? (const char *)w.lpApplicationName : NULL, INVALID_HANDLE_VALUE);
    w.lpSource = source.text;
    w.lpAssemblyDirectory = directory.text;
    if (named)
        w.lpResourceName = resource.text;
    w.lpApplicationName = application.text;
    return CreateActCtxW(&w);
}

VOID WINAPI AddRefActCtx(HANDLE context)
{
    RtlAddRefActivationContext(context);
}

VOID WINAPI ReleaseActCtx(HANDLE context)
{
    RtlReleaseActivationContext(context);
}

BOOL WINAPI ZombifyActCtx(HANDLE context)
{
    return set_status(RtlZombifyActivationContext(context));
}

BOOL WINAPI ActivateActCtx(HANDLE context, ULONG_PTR *cookie)
{
    if (!cookie || context == INVALID_HANDLE_VALUE)
        return fail(ERROR_INVALID_PARAMETER);
    return set_status(RtlActivateActivationContext(0, context, cookie));
}

BOOL WINAPI DeactivateActCtx(DWORD flags, ULONG_PTR cookie)
{
    if (flags & ~(DWORD)DEACTIVATE_ACTCTX_FLAG_FORCE_EARLY_DEACTIVATION)
        return fail(ERROR_INVALID_PARAMETER);
    RtlDeactivateActivationContext(flags, cookie);
    return TRUE;
}

BOOL WINAPI GetCurrentActCtx(HANDLE *context)
{
    if (!context)
        return fail(ERROR_INVALID_PARAMETER);
    return set_status(RtlGetActiveActivationContext(context));
}

BOOL WINAPI FindActCtxSectionStringW(DWORD flags, const GUID *extension, ULONG section,
                                     LPCWSTR name, PACTCTX_SECTION_KEYED_DATA data)
{
    UNICODE_STRING string = {0};

    if (!name)
        return fail(ERROR_INVALID_PARAMETER);
    return unicode_string(&string, name) &&
           set_status(RtlFindActivationContextSectionString(flags, extension, section, &string, data));
}

BOOL WINAPI FindActCtxSectionStringA(DWORD flags, const GUID *extension, ULONG section, LPCSTR name,
                                     PACTCTX_SECTION_KEYED_DATA data)
{
    WIDE_ANSI(wide, name, FALSE);
    return FindActCtxSectionStringW(flags, extension, section, wide.text, data);
}

BOOL WINAPI FindActCtxSectionGuid(DWORD flags, const GUID *extension, ULONG section,
                                  const GUID *guid, PACTCTX_SECTION_KEYED_DATA data)
{
    return set_status(RtlFindActivationContextSectionGuid(flags, extension, section, guid, data));
}

BOOL WINAPI QueryActCtxW(DWORD flags, HANDLE context, PVOID sub_instance, ULONG information,
                         PVOID buffer, SIZE_T size, SIZE_T *needed)
{
    if (!buffer && !needed)
        return fail(ERROR_INVALID_PARAMETER);
    return set_status(RtlQueryInformationActivationContext(flags, context, sub_instance, information,
                                                           buffer, size, needed));
}

BOOL WINAPI QueryActCtxSettingsW(DWORD flags, HANDLE context, PCWSTR space, PCWSTR name,
                                 PWSTR buffer, SIZE_T size, SIZE_T *written)
{
    return set_status(RtlQueryActivationContextApplicationSettings(flags, context, space, name,
                                                                   buffer, size, written));
}
