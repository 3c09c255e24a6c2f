/* Where libraries are looked for: the default order and the folders that programs add to it. */
#include "libcompat/nt/ntdll/ldr.h"

struct added {
    struct added *next;
    WCHAR path[];
};

/* Under ldr_lock */
static struct added *added;
static WCHAR *dll_directory; /* SetDllDirectory; NULL: not set */
static ULONG default_flags;

static const WCHAR system_folders[] = L"C:\\windows\\system32;C:\\windows\\system;C:\\windows";

struct path {
    WCHAR *text;
    ULONG n, room;
};

static BOOLEAN append(struct path *p, const WCHAR *s, ULONG units)
{
    if (units == 0)
        return TRUE;
    if (p->n + units + 2 > p->room) {
        ULONG room = (p->n + units + 2) * 2 + 128;
        WCHAR *t = p->text ? RtlReAllocateHeap(RtlProcessHeap(), 0, p->text, room * sizeof(*t))
                           : RtlAllocateHeap(RtlProcessHeap(), 0, room * sizeof(*t));
        if (!t)
            return FALSE;
        p->text = t;
        p->room = room;
    }
    if (p->n)
        p->text[p->n++] = ';';
    memcpy(p->text + p->n, s, units * sizeof(*s));
    p->n += units;
    p->text[p->n] = 0;
    return TRUE;
}

static ULONG folder_units(PCUNICODE_STRING path)
{
    ULONG n = path->Length / sizeof(WCHAR);

    while (n > 0 && path->Buffer[n - 1] != '\\' && path->Buffer[n - 1] != '/')
        n--;
    return n;
}

static BOOLEAN append_program_folder(struct path *p)
{
    PCUNICODE_STRING image =
        &NtCurrentTeb()->ProcessEnvironmentBlock->ProcessParameters->ImagePathName;

    return append(p, image->Buffer, folder_units(image));
}

static BOOLEAN append_environment(struct path *p)
{
    UNICODE_STRING name, value = {0};
    NTSTATUS status;
    BOOLEAN ok = TRUE;

    RtlInitUnicodeString(&name, L"PATH");
    status = RtlQueryEnvironmentVariable_U(NULL, &name, &value);
    if (status == STATUS_BUFFER_TOO_SMALL && value.Length < 0xfff0) {
        value.MaximumLength = value.Length + sizeof(WCHAR);
        value.Buffer = RtlAllocateHeap(RtlProcessHeap(), 0, value.MaximumLength);
        if (!value.Buffer)
            return FALSE;
        if (NT_SUCCESS(RtlQueryEnvironmentVariable_U(NULL, &name, &value)))
            ok = append(p, value.Buffer, value.Length / sizeof(WCHAR));
        RtlFreeHeap(RtlProcessHeap(), 0, value.Buffer);
    }
    return ok;
}

static BOOLEAN append_added(struct path *p)
{
    for (struct added *a = added; a; a = a->next)
        if (!append(p, a->path, (ULONG)wcslen(a->path)))
            return FALSE;
    return TRUE;
}

NTSTATUS NTAPI LdrGetDllPath(PCWSTR name, ULONG flags, PWSTR *path, PWSTR *search_paths)
{
    struct path p = {0};
    BOOLEAN ok = TRUE;
    const ULONG searches = LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_APPLICATION_DIR |
                           LOAD_LIBRARY_SEARCH_USER_DIRS | LOAD_LIBRARY_SEARCH_SYSTEM32 |
                           LOAD_LIBRARY_SEARCH_DEFAULT_DIRS;

    RtlEnterCriticalSection(&ldr_lock);
    if (!(flags & (searches | LOAD_WITH_ALTERED_SEARCH_PATH)))
        flags |= default_flags;
    if (flags & LOAD_LIBRARY_SEARCH_DEFAULT_DIRS)
        flags |= LOAD_LIBRARY_SEARCH_APPLICATION_DIR | LOAD_LIBRARY_SEARCH_USER_DIRS |
                 LOAD_LIBRARY_SEARCH_SYSTEM32;
    if (flags & searches) {
        if ((flags & LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR) && name) {
            UNICODE_STRING us;
            RtlInitUnicodeString(&us, name);
            ok = append(&p, us.Buffer, folder_units(&us));
        }
        if (flags & LOAD_LIBRARY_SEARCH_APPLICATION_DIR)
            ok = ok && append_program_folder(&p);
        if (flags & LOAD_LIBRARY_SEARCH_USER_DIRS) {
            ok = ok && append_added(&p);
            if (dll_directory)
                ok = ok && append(&p, dll_directory, (ULONG)wcslen(dll_directory));
        }
        if (flags & LOAD_LIBRARY_SEARCH_SYSTEM32)
            ok = ok && append(&p, L"C:\\windows\\system32", 19);
    } else {
        if ((flags & LOAD_WITH_ALTERED_SEARCH_PATH) && name) {
            UNICODE_STRING us;
            RtlInitUnicodeString(&us, name);
            ok = append(&p, us.Buffer, folder_units(&us));
        } else {
            ok = append_program_folder(&p);
        }
        /* SetDllDirectory takes the current folder's place; the empty string only removes it. */
        if (dll_directory)
            ok = ok && append(&p, dll_directory, (ULONG)wcslen(dll_directory));
        ok = ok && append(&p, system_folders, ARRAYSIZE(system_folders) - 1);
        if (!dll_directory)
            ok = ok && append(&p, L".", 1);
        ok = ok && append_environment(&p);
    }
    RtlLeaveCriticalSection(&ldr_lock);
    /* No folder at all is a path too; NULL would be the default one. */
    if (ok && !p.text) {
        p.text = RtlAllocateHeap(RtlProcessHeap(), HEAP_ZERO_MEMORY, sizeof(WCHAR));
        ok = p.text != NULL;
    }
    if (!ok) {
        RtlFreeHeap(RtlProcessHeap(), 0, p.text);
        return STATUS_NO_MEMORY;
    }
    *path = p.text;
    if (search_paths)
        *search_paths = NULL;
    return STATUS_SUCCESS;
}

VOID NTAPI RtlReleasePath(PWSTR path)
{
    RtlFreeHeap(RtlProcessHeap(), 0, path);
}

NTSTATUS NTAPI LdrSetDllDirectory(PCUNICODE_STRING path)
{
    WCHAR *copy = NULL;

    if (path->Buffer) {
        copy = RtlAllocateHeap(RtlProcessHeap(), 0, path->Length + sizeof(WCHAR));
        if (!copy)
            return STATUS_NO_MEMORY;
        memcpy(copy, path->Buffer, path->Length);
        copy[path->Length / sizeof(WCHAR)] = 0;
    }
    RtlEnterCriticalSection(&ldr_lock);
    WCHAR *old = dll_directory;
    dll_directory = copy;
    RtlLeaveCriticalSection(&ldr_lock);
    RtlFreeHeap(RtlProcessHeap(), 0, old);
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI LdrGetDllDirectory(PUNICODE_STRING path)
{
    NTSTATUS status = STATUS_SUCCESS;

    RtlEnterCriticalSection(&ldr_lock);
    UNICODE_STRING us;
    RtlInitUnicodeString(&us, dll_directory ? dll_directory : L"");
    path->Length = us.Length;
    if (us.Length + sizeof(WCHAR) > path->MaximumLength) {
        path->Length = us.Length + sizeof(WCHAR); /* the size that would do, with terminator */
        status = STATUS_BUFFER_TOO_SMALL;
    } else {
        memcpy(path->Buffer, us.Buffer, us.Length + sizeof(WCHAR));
    }
    RtlLeaveCriticalSection(&ldr_lock);
    return status;
}

NTSTATUS NTAPI LdrAddDllDirectory(PCUNICODE_STRING path, PVOID *cookie)
{
    struct added *a;

    if (RtlDetermineDosPathNameType_U(path->Buffer) != RtlPathTypeDriveAbsolute &&
        RtlDetermineDosPathNameType_U(path->Buffer) != RtlPathTypeUncAbsolute)
        return STATUS_INVALID_PARAMETER;
    if (!RtlDoesFileExists_U(path->Buffer))
        return STATUS_OBJECT_NAME_NOT_FOUND;
    a = RtlAllocateHeap(RtlProcessHeap(), 0, sizeof(*a) + path->Length + sizeof(WCHAR));
    if (!a)
        return STATUS_NO_MEMORY;
    memcpy(a->path, path->Buffer, path->Length);
    a->path[path->Length / sizeof(WCHAR)] = 0;
    RtlEnterCriticalSection(&ldr_lock);
    a->next = added;
    added = a;
    RtlLeaveCriticalSection(&ldr_lock);
    *cookie = a;
    return STATUS_SUCCESS;
}

NTSTATUS NTAPI LdrRemoveDllDirectory(PVOID cookie)
{
    NTSTATUS status = STATUS_INVALID_PARAMETER;

    RtlEnterCriticalSection(&ldr_lock);
    for (struct added **p = &added; *p; p = &(*p)->next) {
        if (*p == cookie) {
            *p = (*p)->next;
            RtlFreeHeap(RtlProcessHeap(), 0, cookie);
            status = STATUS_SUCCESS;
            break;
        }
    }
    RtlLeaveCriticalSection(&ldr_lock);
    return status;
}

NTSTATUS NTAPI LdrSetDefaultDllDirectories(ULONG flags)
{
    const ULONG valid = LOAD_LIBRARY_SEARCH_APPLICATION_DIR | LOAD_LIBRARY_SEARCH_USER_DIRS |
                        LOAD_LIBRARY_SEARCH_SYSTEM32 | LOAD_LIBRARY_SEARCH_DEFAULT_DIRS;

    if (!flags || (flags & ~valid))
        return STATUS_INVALID_PARAMETER;
    RtlEnterCriticalSection(&ldr_lock);
    default_flags = flags;
    RtlLeaveCriticalSection(&ldr_lock);
    return STATUS_SUCCESS;
}
