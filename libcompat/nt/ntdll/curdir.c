/*
 * The current directory, whether files exist, and searching for them.
 *
 * The directory's handle lives in the process parameters, opened at start and by a change of
 * directory; NULL where that was refused. A relative name borrows it for the time of one call;
 * `holder` counts the borrowers, so that the handle outlives a change of directory by another
 * thread. All of it is guarded by the PEB lock.
 */
#include "path_private.h"

struct holder {
    LONG users; /* one for being current */
    HANDLE handle;
};

static struct holder *current; /* NULL until somebody borrows the first handle */

static CURDIR *curdir(void)
{
    return &rtl_peb()->ProcessParameters->CurrentDirectory;
}

static struct holder *hold(void)
{
    struct holder *h;

    if (!curdir()->Handle)
        return NULL;
    if (!current || current->handle != curdir()->Handle) {
        h = RtlAllocateHeap(rtl_heap(), 0, sizeof(*h));
        if (!h)
            return NULL;
        h->users = 1;
        h->handle = curdir()->Handle;
        current = h;
    }
    current->users++;
    return current;
}

static void release(struct holder *h)
{
    if (--h->users == 0) {
        NtClose(h->handle);
        RtlFreeHeap(rtl_heap(), 0, h);
    }
}

void path_make_relative(PRTL_RELATIVE_NAME_U rel, PCUNICODE_STRING nt, SIZE_T prefix_chars)
{
    const UNICODE_STRING *cur;
    SIZE_T n, skip;

    RtlAcquirePebLock();
    cur = &curdir()->DosPath;
    n = cur->Length / sizeof(WCHAR);
    skip = prefix_chars == 8 ? 2 : 0; /* "\??\UNC\" stands for the two leading separators */
    if (n > skip && nt->Length / sizeof(WCHAR) >= prefix_chars + n - skip &&
        !rtl_compare_nocase(nt->Buffer + prefix_chars, n - skip, cur->Buffer + skip, n - skip)) {
        struct holder *h = hold();

        if (h) {
            rel->RelativeName.Buffer = nt->Buffer + prefix_chars + n - skip;
            rel->RelativeName.Length =
                (USHORT)(nt->Length - (prefix_chars + n - skip) * sizeof(WCHAR));
            rel->RelativeName.MaximumLength = (USHORT)(rel->RelativeName.Length + sizeof(WCHAR));
            rel->ContainingDirectory = h->handle;
            rel->CurDirRef = h;
        }
    }
    RtlReleasePebLock();
}

VOID NTAPI RtlReleaseRelativeName(PRTL_RELATIVE_NAME_U relative)
{
    if (!relative->CurDirRef)
        return;
    RtlAcquirePebLock();
    release(relative->CurDirRef);
    RtlReleasePebLock();
    relative->CurDirRef = NULL;
}

ULONG NTAPI RtlGetCurrentDirectory_U(ULONG bytes, PWSTR buffer)
{
    const UNICODE_STRING *cur;
    ULONG n;

    RtlAcquirePebLock();
    cur = &curdir()->DosPath;
    n = cur->Length / sizeof(WCHAR);
    if (n > 1 && cur->Buffer[n - 1] == '\\' && cur->Buffer[n - 2] != ':')
        n--;
    if ((n + 1) * sizeof(WCHAR) <= bytes) {
        memcpy(buffer, cur->Buffer, n * sizeof(WCHAR));
        buffer[n] = 0;
    } else {
        n++;
    }
    RtlReleasePebLock();
    return n * sizeof(WCHAR);
}

static NTSTATUS open_directory(const WCHAR *dos, ULONG inherit, HANDLE *handle)
{
    OBJECT_ATTRIBUTES attributes = {.Length = sizeof(attributes)};
    IO_STATUS_BLOCK iosb;
    UNICODE_STRING nt;
    NTSTATUS status;

    status = RtlDosPathNameToNtPathName_U_WithStatus(dos, &nt, NULL, NULL);
    if (status < 0)
        return status;
    attributes.ObjectName = &nt;
    attributes.Attributes = OBJ_CASE_INSENSITIVE | inherit;
    status = NtOpenFile(handle, FILE_TRAVERSE | SYNCHRONIZE, &attributes, &iosb,
                        FILE_SHARE_READ | FILE_SHARE_WRITE,
                        FILE_DIRECTORY_FILE | FILE_SYNCHRONOUS_IO_NONALERT);
    RtlFreeUnicodeString(&nt);
    return status;
}

/* Programs that call the kernel themselves (Zig's library) take the handle from the parameters. Without
 * one, names still work: they are made whole. */
void path_open_current_directory(void)
{
    CURDIR *cur = curdir();

    if (!NT_SUCCESS(open_directory(cur->DosPath.Buffer, 0, &cur->Handle)))
        cur->Handle = NULL;
}

NTSTATUS NTAPI RtlSetCurrentDirectory_U(PCUNICODE_STRING path)
{
    struct path_buffer full;
    RTL_PATH_TYPE type;
    HANDLE handle = NULL, old_handle;
    NTSTATUS status;
    PWSTR text = NULL, old_text = NULL;
    UNICODE_STRING *cur;
    SIZE_T size;

    path_buffer_init(&full);
    status = path_full_name(path->Buffer, path->Length / sizeof(WCHAR), &full, &type);
    if (status < 0)
        goto done;
    status = open_directory(full.text, OBJ_INHERIT, &handle);
    if (status < 0)
        goto done;
    if (full.text[full.length - 1] != '\\') {
        full.text[full.length++] = '\\'; /* the buffer keeps room for a terminator */
    }
    size = full.length * sizeof(WCHAR);
    if (size + sizeof(WCHAR) > UNICODE_STRING_MAX_BYTES) {
        status = STATUS_NAME_TOO_LONG;
        goto done;
    }
    RtlAcquirePebLock();
    cur = &curdir()->DosPath;
    if (size + sizeof(WCHAR) > cur->MaximumLength) {
        text = RtlAllocateHeap(rtl_heap(), 0, size + sizeof(WCHAR));
        if (!text) {
            RtlReleasePebLock();
            status = STATUS_NO_MEMORY;
            goto done;
        }
        old_text = cur->Buffer;
        cur->Buffer = text;
        cur->MaximumLength = (USHORT)(size + sizeof(WCHAR));
    }
    memcpy(cur->Buffer, full.text, size);
    cur->Buffer[full.length] = 0;
    cur->Length = (USHORT)size;
    old_handle = curdir()->Handle;
    curdir()->Handle = handle;
    handle = NULL;
    if (current && current->handle == old_handle) {
        release(current);
        current = NULL;
    } else if (old_handle) {
        handle = old_handle; /* nobody borrows it */
    }
    RtlReleasePebLock();
    /* the first buffer is part of the process parameters */
    if (old_text && RtlValidateHeap(rtl_heap(), 0, old_text))
        RtlFreeHeap(rtl_heap(), 0, old_text);
done:
    if (handle)
        NtClose(handle);
    path_buffer_free(&full);
    return status;
}

ULONG NTAPI RtlGetLongestNtPathLength(VOID)
{
    return 269; /* MAX_PATH with "\??\UNC\" in front */
}

BOOLEAN NTAPI RtlAreLongPathsEnabled(VOID)
{
    return TRUE;
}

BOOLEAN NTAPI RtlDoesFileExists_U(PCWSTR path)
{
    OBJECT_ATTRIBUTES attributes = {.Length = sizeof(attributes),
                                    .Attributes = OBJ_CASE_INSENSITIVE};
    FILE_BASIC_INFORMATION info;
    UNICODE_STRING nt;
    NTSTATUS status;

    if (!RtlDosPathNameToNtPathName_U(path, &nt, NULL, NULL))
        return FALSE;
    attributes.ObjectName = &nt;
    status = NtQueryAttributesFile(&attributes, &info);
    RtlFreeUnicodeString(&nt);
    /* what exists and cannot be read now exists */
    return status >= 0 || status == STATUS_SHARING_VIOLATION || status == STATUS_ACCESS_DENIED;
}

/* "x", but not ".\x" or "..\x", is looked for along a path */
static BOOLEAN is_searched(PCWSTR name)
{
    if (RtlDetermineDosPathNameType_U(name) != RtlPathTypeRelative)
        return FALSE;
    if (name[0] != '.')
        return TRUE;
    if (name[1] == '.')
        name++;
    return name[1] != '\\' && name[1] != '/';
}

ULONG NTAPI RtlDosSearchPath_U(PCWSTR search, PCWSTR name, PCWSTR extension, ULONG bytes,
                               PWSTR buffer, PWSTR *file)
{
    SIZE_T name_chars = wcslen(name), extension_chars = 0;
    ULONG result = 0;
    PWSTR candidate;

    if (!is_searched(name))
        return RtlDoesFileExists_U(name) ? RtlGetFullPathName_U(name, bytes, buffer, file) : 0;
    if (extension) {
        const WCHAR *p = name + name_chars;

        while (p > name && p[-1] != '\\' && p[-1] != '/' && p[-1] != '.')
            p--;
        if (p == name || p[-1] != '.')
            extension_chars = wcslen(extension);
    }
    candidate = RtlAllocateHeap(
        rtl_heap(), 0, (wcslen(search) + name_chars + extension_chars + 2) * sizeof(WCHAR));
    if (!candidate)
        return 0;
    while (*search && !result) {
        SIZE_T n = 0;

        while (search[n] && search[n] != ';')
            n++;
        memcpy(candidate, search, n * sizeof(WCHAR));
        search += search[n] ? n + 1 : n;
        if (!n)
            continue;
        if (candidate[n - 1] != '\\' && candidate[n - 1] != '/')
            candidate[n++] = '\\';
        memcpy(candidate + n, name, name_chars * sizeof(WCHAR));
        memcpy(candidate + n + name_chars, extension, extension_chars * sizeof(WCHAR));
        candidate[n + name_chars + extension_chars] = 0;
        if (RtlDoesFileExists_U(candidate))
            result = RtlGetFullPathName_U(candidate, bytes, buffer, file);
    }
    RtlFreeHeap(rtl_heap(), 0, candidate);
    return result;
}
