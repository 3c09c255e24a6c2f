/*
 * Handles of any kind, standard handles, and the directory of named objects.
 */
#include "file.h"

void object_attributes(OBJECT_ATTRIBUTES *attributes, UNICODE_STRING *name, HANDLE root,
                       ULONG flags, const SECURITY_ATTRIBUTES *security)
{
    attributes->Length = sizeof(*attributes);
    attributes->RootDirectory = root;
    attributes->ObjectName = name;
    attributes->Attributes = flags | (security && security->bInheritHandle ? OBJ_INHERIT : 0);
    attributes->SecurityDescriptor = security ? security->lpSecurityDescriptor : NULL;
    attributes->SecurityQualityOfService = NULL;
}

/* Set once, by whoever is first; lives as long as the process. */
static HANDLE named_objects;

static NTSTATUS named_objects_directory(HANDLE *directory)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING name;
    WCHAR path[48] = L"\\BaseNamedObjects";
    ULONG session = current_peb()->SessionId;
    HANDLE opened;
    NTSTATUS status;

    *directory = named_objects;
    if (*directory)
        return STATUS_SUCCESS;
    if (session) {
        WCHAR digits[12], *end = digits + ARRAYSIZE(digits) - 1;

        *end = 0;
        for (; session; session /= 10)
            *--end = L'0' + session % 10;
        wcscpy(path, L"\\Sessions\\");
        wcscat(path, end);
        wcscat(path, L"\\BaseNamedObjects");
    }
    unicode_string(&name, path);
    object_attributes(&attributes, &name, NULL, OBJ_CASE_INSENSITIVE, NULL);
    status =
        NtOpenDirectoryObject(&opened, DIRECTORY_CREATE_OBJECT | DIRECTORY_TRAVERSE, &attributes);
    if (!NT_SUCCESS(status))
        return status;
    *directory = InterlockedCompareExchangePointer(&named_objects, opened, NULL);
    if (*directory)
        NtClose(opened);
    else
        *directory = opened;
    return STATUS_SUCCESS;
}

NTSTATUS named_object(OBJECT_ATTRIBUTES *attributes, UNICODE_STRING *string, const WCHAR *name,
                      ULONG flags, const SECURITY_ATTRIBUTES *security)
{
    HANDLE root = NULL;
    NTSTATUS status;

    if (!name || !*name) {
        object_attributes(attributes, NULL, NULL, flags, security);
        return STATUS_SUCCESS;
    }
    if (wcslen(name) > 0x7ffe)
        return STATUS_NAME_TOO_LONG;
    unicode_string(string, name);
    status = named_objects_directory(&root);
    if (NT_SUCCESS(status))
        object_attributes(attributes, string, root, flags, security);
    return status;
}

HANDLE created_object(NTSTATUS status, HANDLE handle)
{
    if (status == STATUS_OBJECT_NAME_EXISTS) {
        fail(ERROR_ALREADY_EXISTS);
        return handle;
    }
    if (!set_status(status))
        return NULL;
    fail(ERROR_SUCCESS);
    return handle;
}

/* Where the process parameters keep a standard handle; NULL for any other number. */
static HANDLE *standard_handle(DWORD number)
{
    RTL_USER_PROCESS_PARAMETERS *parameters = process_parameters();

    switch (number) {
    case STD_INPUT_HANDLE:
        return &parameters->StandardInput;
    case STD_OUTPUT_HANDLE:
        return &parameters->StandardOutput;
    case STD_ERROR_HANDLE:
        return &parameters->StandardError;
    }
    return NULL;
}

HANDLE WINAPI GetStdHandle(DWORD number)
{
    HANDLE *place = standard_handle(number);

    if (place)
        return *place;
    fail(ERROR_INVALID_HANDLE);
    return INVALID_HANDLE_VALUE;
}

BOOL WINAPI SetStdHandleEx(DWORD number, HANDLE handle, HANDLE *previous)
{
    HANDLE *place = standard_handle(number), old;

    if (!place)
        return fail(ERROR_INVALID_HANDLE);
    old = InterlockedExchangePointer(place, handle);
    if (previous)
        *previous = old;
    return TRUE;
}

BOOL WINAPI SetStdHandle(DWORD number, HANDLE handle)
{
    return SetStdHandleEx(number, handle, NULL);
}

/* CloseHandle and DuplicateHandle take the standard handle numbers for the handles themselves. */
HANDLE real_handle(HANDLE handle)
{
    DWORD number = (DWORD)(ULONG_PTR)handle;
    HANDLE *place = NULL;

    if (handle == (HANDLE)(LONG_PTR)(LONG)number || (ULONG_PTR)handle == number)
        place = standard_handle(number);
    return place ? *place : handle;
}

BOOL WINAPI CloseHandle(HANDLE handle)
{
    return set_status(NtClose(real_handle(handle)));
}

BOOL WINAPI DuplicateHandle(HANDLE source_process, HANDLE source, HANDLE target_process,
                            HANDLE *target, DWORD access, BOOL inherit, DWORD options)
{
    return set_status(NtDuplicateObject(source_process, real_handle(source), target_process, target,
                                        access, inherit ? OBJ_INHERIT : 0, options));
}

BOOL WINAPI GetHandleInformation(HANDLE handle, DWORD *flags)
{
    OBJECT_HANDLE_FLAG_INFORMATION info;

    if (!set_status(NtQueryObject(real_handle(handle), ObjectHandleFlagInformation, &info,
                                  sizeof(info), NULL)))
        return FALSE;
    *flags = (info.Inherit ? HANDLE_FLAG_INHERIT : 0) |
             (info.ProtectFromClose ? HANDLE_FLAG_PROTECT_FROM_CLOSE : 0);
    return TRUE;
}

BOOL WINAPI SetHandleInformation(HANDLE handle, DWORD mask, DWORD flags)
{
    OBJECT_HANDLE_FLAG_INFORMATION info;

    handle = real_handle(handle);
    if (!set_status(NtQueryObject(handle, ObjectHandleFlagInformation, &info, sizeof(info), NULL)))
        return FALSE;
    if (mask & HANDLE_FLAG_INHERIT)
        info.Inherit = (flags & HANDLE_FLAG_INHERIT) != 0;
    if (mask & HANDLE_FLAG_PROTECT_FROM_CLOSE)
        info.ProtectFromClose = (flags & HANDLE_FLAG_PROTECT_FROM_CLOSE) != 0;
    return set_status(
        NtSetInformationObject(handle, ObjectHandleFlagInformation, &info, sizeof(info)));
}

BOOL WINAPI CompareObjectHandles(HANDLE first, HANDLE second)
{
    NTSTATUS status = NtCompareObjects(first, second);

    /* "Not the same" is a success code's opposite without an error of its own. */
    if (status == STATUS_NOT_SAME_OBJECT)
        return FALSE;
    return set_status(status);
}
