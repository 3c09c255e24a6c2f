/*
 * Registry keys: opening, creating, deleting, enumerating. Values are in registry_value.c, the A
 * functions in registry_ansi.c.
 */
#include "registry.h"

/* Root keys, opened once, by number & 0xf. Filled with an interlocked exchange; never closed. */
static HANDLE roots[8];

/* The path of the user's key: \Registry\User\ and the SID. */
static NTSTATUS user_path(WCHAR *path, ULONG chars)
{
    static const WCHAR prefix[] = L"\\Registry\\User\\";
    union {
        TOKEN_USER user;
        BYTE room[sizeof(TOKEN_USER) + SECURITY_MAX_SID_SIZE];
    } u;
    UNICODE_STRING tail;
    HANDLE token;
    ULONG size;
    NTSTATUS status;

    status = NtOpenThreadToken(NtCurrentThread(), TOKEN_QUERY, TRUE, &token);
    if (status == STATUS_NO_TOKEN || status == STATUS_NOT_IMPLEMENTED)
        status = NtOpenProcessToken(NtCurrentProcess(), TOKEN_QUERY, &token);
    if (!NT_SUCCESS(status))
        return status;
    status = NtQueryInformationToken(token, TokenUser, &u, sizeof(u), &size);
    NtClose(token);
    if (!NT_SUCCESS(status))
        return status;
    memcpy(path, prefix, sizeof(prefix));
    tail.Buffer = path + ARRAYSIZE(prefix) - 1;
    tail.Length = 0;
    tail.MaximumLength = (chars - ARRAYSIZE(prefix) + 1) * sizeof(WCHAR);
    return RtlConvertSidToUnicodeString(&tail, u.user.User.Sid, FALSE);
}

static NTSTATUS open_root(ULONG index, ACCESS_MASK access, HANDLE *handle)
{
    WCHAR path[256];
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES attributes = {
        .Length = sizeof(attributes), .ObjectName = &name, .Attributes = OBJ_CASE_INSENSITIVE};
    NTSTATUS status;

    switch (index) {
    case 0:
        RtlInitUnicodeString(&name, L"\\Registry\\Machine\\Software\\Classes");
        break;
    case 1:
        status = user_path(path, ARRAYSIZE(path));
        if (!NT_SUCCESS(status))
            return status;
        RtlInitUnicodeString(&name, path);
        break;
    case 2:
        RtlInitUnicodeString(&name, L"\\Registry\\Machine");
        break;
    case 3:
        RtlInitUnicodeString(&name, L"\\Registry\\User");
        break;
    case 5:
        RtlInitUnicodeString(&name, L"\\Registry\\Machine\\System\\CurrentControlSet\\"
                                    L"Hardware Profiles\\Current");
        break;
    default: /* performance data and the like are not keys that can be opened */
        return STATUS_INVALID_HANDLE;
    }
    return NtOpenKey(handle, access, &attributes);
}

LSTATUS registry_key(HKEY key, HANDLE *handle)
{
    ULONG index = (ULONG_PTR)key & 0xf;
    HANDLE fresh, other;
    NTSTATUS status;

    *handle = key;
    if (((ULONG_PTR)key & 0xfffffff0) != 0x80000000 || !((ULONG_PTR)key & 0x80000000))
        return key ? ERROR_SUCCESS : ERROR_INVALID_HANDLE;
    if (index >= ARRAYSIZE(roots))
        return ERROR_INVALID_HANDLE;
    *handle = InterlockedCompareExchangePointer(&roots[index], NULL, NULL);
    if (*handle)
        return ERROR_SUCCESS;
    status = open_root(index, MAXIMUM_ALLOWED, &fresh);
    if (!NT_SUCCESS(status))
        return registry_error(status);
    other = InterlockedCompareExchangePointer(&roots[index], fresh, NULL);
    if (other)
        NtClose(fresh);
    *handle = other ? other : fresh;
    return ERROR_SUCCESS;
}

LSTATUS WINAPI RegCloseKey(HKEY key)
{
    if (!key)
        return ERROR_INVALID_HANDLE;
    if (((ULONG_PTR)key & 0xfffffff0) == 0x80000000)
        return ERROR_SUCCESS; /* root keys stay open */
    return registry_error(NtClose(key));
}

LSTATUS WINAPI RegOpenCurrentUser(REGSAM access, PHKEY result)
{
    if (!result)
        return ERROR_INVALID_PARAMETER;
    return registry_error(open_root(1, access, (HANDLE *)result));
}

/* A name relative to a key, without a backslash at its end; one at its begin is an error. */
static LSTATUS key_name(UNICODE_STRING *name, const WCHAR *text)
{
    SIZE_T length = text ? wcslen(text) : 0;

    if (length > 0x7ffe)
        return ERROR_INVALID_PARAMETER;
    while (length && text[length - 1] == '\\')
        length--;
    name->Buffer = (WCHAR *)text;
    name->Length = name->MaximumLength = length * sizeof(WCHAR);
    return length && text[0] == '\\' ? ERROR_BAD_PATHNAME : ERROR_SUCCESS;
}

LSTATUS WINAPI RegOpenKeyExW(HKEY key, LPCWSTR subkey, DWORD options, REGSAM access, PHKEY result)
{
    UNICODE_STRING name;
    OBJECT_ATTRIBUTES attributes = {
        .Length = sizeof(attributes), .ObjectName = &name, .Attributes = OBJ_CASE_INSENSITIVE};
    HANDLE handle;
    LSTATUS error;

    if (!result)
        return ERROR_INVALID_PARAMETER;
    /* an empty name of a root key gives the root key itself back */
    if ((!subkey || !*subkey) && ((ULONG_PTR)key & 0xfffffff0) == 0x80000000) {
        *result = key;
        return ERROR_SUCCESS;
    }
    *result = NULL;
    error = registry_key(key, &attributes.RootDirectory);
    if (!error)
        error = key_name(&name, subkey);
    if (error)
        return error;
    if (options & REG_OPTION_OPEN_LINK)
        attributes.Attributes |= OBJ_OPENLINK;
    error = registry_error(NtOpenKeyEx(&handle, access, &attributes,
                                       options & ~(DWORD)REG_OPTION_OPEN_LINK));
    if (!error)
        *result = handle;
    return error;
}

LSTATUS WINAPI RegOpenKeyW(HKEY key, LPCWSTR subkey, PHKEY result)
{
    if (!result)
        return ERROR_INVALID_PARAMETER;
    if (!subkey || !*subkey) {
        *result = key;
        return ERROR_SUCCESS;
    }
    return RegOpenKeyExW(key, subkey, 0, MAXIMUM_ALLOWED, result);
}

static NTSTATUS create_one(HANDLE root, const WCHAR *text, SIZE_T length, const WCHAR *class_name,
                           DWORD options, REGSAM access, const SECURITY_ATTRIBUTES *security,
                           HANDLE *handle, ULONG *disposition)
{
    UNICODE_STRING name = {length * sizeof(WCHAR), length * sizeof(WCHAR), (WCHAR *)text};
    UNICODE_STRING class_string;
    OBJECT_ATTRIBUTES attributes;

    object_attributes(&attributes, &name, root, OBJ_CASE_INSENSITIVE, security);
    if (options & REG_OPTION_OPEN_LINK)
        attributes.Attributes |= OBJ_OPENLINK;
    options &= ~(DWORD)REG_OPTION_OPEN_LINK;
    if (class_name)
        RtlInitUnicodeString(&class_string, class_name);
    return NtCreateKey(handle, access, &attributes, 0, class_name ? &class_string : NULL, options,
                       disposition);
}

LSTATUS WINAPI RegCreateKeyExW(HKEY key, LPCWSTR subkey, DWORD reserved, LPWSTR class_name,
                               DWORD options, REGSAM access,
                               const LPSECURITY_ATTRIBUTES security, PHKEY result,
                               LPDWORD disposition)
{
    UNICODE_STRING name;
    HANDLE root, handle;
    ULONG created;
    NTSTATUS status;
    LSTATUS error;

    if (!result || reserved || (class_name && wcslen(class_name) > 0x7ffe))
        return ERROR_INVALID_PARAMETER;
    error = registry_key(key, &root);
    if (!error)
        error = key_name(&name, subkey);
    if (error)
        return error;
    status = create_one(root, name.Buffer, name.Length / sizeof(WCHAR), class_name, options,
                        access, security, &handle, &created);
    if (status == STATUS_OBJECT_NAME_NOT_FOUND || status == STATUS_OBJECT_PATH_NOT_FOUND) {
        /* the call makes the last key only: make those before it, one after the other */
        const WCHAR *part = name.Buffer, *end = name.Buffer + name.Length / sizeof(WCHAR);
        HANDLE parent = root;

        for (;;) {
            const WCHAR *stop = part;
            BOOL last;

            while (stop < end && *stop != '\\')
                stop++;
            last = stop == end;
            status = create_one(parent, part, stop - part, last ? class_name : NULL,
                                last ? options
                                     : options & ~(DWORD)(REG_OPTION_CREATE_LINK |
                                                          REG_OPTION_OPEN_LINK),
                                last ? access
                                     : KEY_CREATE_SUB_KEY | (access & KEY_WOW64_RES),
                                security, &handle, &created);
            if (parent != root)
                NtClose(parent);
            if (!NT_SUCCESS(status) || last)
                break;
            parent = handle;
            for (part = stop; *part == '\\';)
                part++;
        }
    }
    if (!NT_SUCCESS(status))
        return registry_error(status);
    *result = handle;
    if (disposition)
        *disposition = created;
    return ERROR_SUCCESS;
}

LSTATUS WINAPI RegCreateKeyW(HKEY key, LPCWSTR subkey, PHKEY result)
{
    if (!result)
        return ERROR_BADKEY;
    return RegCreateKeyExW(key, subkey, 0, NULL, REG_OPTION_NON_VOLATILE, MAXIMUM_ALLOWED, NULL,
                           result, NULL);
}

LSTATUS WINAPI RegDeleteKeyExW(HKEY key, LPCWSTR subkey, REGSAM view, DWORD reserved)
{
    HKEY sub;
    LSTATUS error;

    (void)reserved;
    if (!subkey)
        return ERROR_INVALID_PARAMETER;
    error = RegOpenKeyExW(key, subkey, REG_OPTION_OPEN_LINK, DELETE | (view & KEY_WOW64_RES), &sub);
    if (error)
        return error;
    error = registry_error(NtDeleteKey(sub));
    RegCloseKey(sub);
    return error;
}

LSTATUS WINAPI RegDeleteKeyW(HKEY key, LPCWSTR subkey)
{
    return RegDeleteKeyExW(key, subkey, 0, 0);
}

/* All below a key goes. The first child is taken again and again, so nothing is kept in memory. */
static LSTATUS delete_below(HANDLE key, int depth)
{
    union {
        struct key_node node;
        BYTE room[sizeof(struct key_node) + 1024];
    } u;
    ULONG size;

    if (depth > 512) /* the registry's own limit of levels */
        return ERROR_BADKEY;
    for (;;) {
        NTSTATUS status = NtEnumerateKey(key, 0, KEY_CLASS_NODE, &u, sizeof(u), &size);
        UNICODE_STRING name;
        OBJECT_ATTRIBUTES attributes = {.Length = sizeof(attributes),
                                        .RootDirectory = key,
                                        .ObjectName = &name,
                                        .Attributes = OBJ_CASE_INSENSITIVE | OBJ_OPENLINK};
        HANDLE child;
        LSTATUS error;

        if (status == STATUS_NO_MORE_ENTRIES)
            return ERROR_SUCCESS;
        /* a class name may be cut off, the name that stands before it not */
        if (!NT_SUCCESS(status) && status != STATUS_BUFFER_OVERFLOW)
            return registry_error(status);
        name.Buffer = u.node.name;
        name.Length = name.MaximumLength = (USHORT)u.node.name_length;
        status = NtOpenKey(&child, DELETE | KEY_ENUMERATE_SUB_KEYS, &attributes);
        if (!NT_SUCCESS(status))
            return registry_error(status);
        error = delete_below(child, depth + 1);
        if (!error)
            error = registry_error(NtDeleteKey(child));
        NtClose(child);
        if (error)
            return error;
    }
}

static LSTATUS delete_values(HKEY key)
{
    for (;;) {
        WCHAR name[16384];
        DWORD length = ARRAYSIZE(name);
        LSTATUS error = RegEnumValueW(key, 0, name, &length, NULL, NULL, NULL, NULL);

        if (error == ERROR_NO_MORE_ITEMS)
            return ERROR_SUCCESS;
        if (!error)
            error = RegDeleteValueW(key, name);
        if (error)
            return error;
    }
}

LSTATUS WINAPI RegDeleteTreeW(HKEY key, LPCWSTR subkey)
{
    HKEY top = key;
    HANDLE handle;
    LSTATUS error;

    if (subkey && *subkey) {
        error = RegOpenKeyExW(key, subkey, 0,
                              DELETE | KEY_ENUMERATE_SUB_KEYS | KEY_QUERY_VALUE | KEY_SET_VALUE,
                              &top);
        if (error)
            return error;
    }
    error = registry_key(top, &handle);
    if (!error)
        error = delete_below(handle, 0);
    /* without a name, the key stays and loses its values */
    if (!error)
        error = top == key ? delete_values(key) : registry_error(NtDeleteKey(handle));
    if (top != key)
        RegCloseKey(top);
    return error;
}

LSTATUS WINAPI RegFlushKey(HKEY key)
{
    HANDLE handle;
    LSTATUS error = registry_key(key, &handle);

    return error ? error : registry_error(NtFlushKey(handle));
}

LSTATUS WINAPI RegRenameKey(HKEY key, LPCWSTR subkey, LPCWSTR new_name)
{
    UNICODE_STRING name;
    HKEY target = key;
    HANDLE handle;
    LSTATUS error;

    if (!new_name || !unicode_string(&name, new_name))
        return ERROR_INVALID_PARAMETER;
    if (subkey && *subkey) {
        error = RegOpenKeyExW(key, subkey, 0, KEY_WRITE, &target);
        if (error)
            return error;
    }
    error = registry_key(target, &handle);
    if (!error)
        error = registry_error(NtRenameKey(handle, &name));
    if (target != key)
        RegCloseKey(target);
    return error;
}

LSTATUS WINAPI RegEnumKeyExW(HKEY key, DWORD index, LPWSTR name, LPDWORD length, LPDWORD reserved,
                             LPWSTR class_name, LPDWORD class_length, PFILETIME last_write)
{
    BYTE room[1024];
    struct key_node *node = (void *)room;
    ULONG size;
    HANDLE handle;
    NTSTATUS status;
    LSTATUS error;

    if (!name || !length || reserved || (class_name && !class_length))
        return ERROR_INVALID_PARAMETER;
    error = registry_key(key, &handle);
    if (error)
        return error;
    status = NtEnumerateKey(handle, index, KEY_CLASS_NODE, node, sizeof(room), &size);
    while (status == STATUS_BUFFER_OVERFLOW || status == STATUS_BUFFER_TOO_SMALL) {
        ULONG bytes = size;

        if (node != (void *)room)
            heap_free(node);
        node = heap_alloc(bytes);
        if (!node)
            return ERROR_OUTOFMEMORY;
        status = NtEnumerateKey(handle, index, KEY_CLASS_NODE, node, bytes, &size);
    }
    error = registry_error(status);
    if (!error) {
        DWORD chars = node->name_length / sizeof(WCHAR);
        DWORD class_chars = node->class_length / sizeof(WCHAR);

        if (chars >= *length || (class_name && class_chars >= *class_length)) {
            error = ERROR_MORE_DATA;
        } else {
            memcpy(name, node->name, node->name_length);
            name[chars] = 0;
            *length = chars;
            if (class_name) {
                memcpy(class_name, (BYTE *)node + node->class_offset, node->class_length);
                class_name[class_chars] = 0;
            }
            if (class_length)
                *class_length = class_chars;
            if (last_write) {
                last_write->dwLowDateTime = node->last_write.LowPart;
                last_write->dwHighDateTime = node->last_write.HighPart;
            }
        }
    }
    if (node != (void *)room)
        heap_free(node);
    return error;
}

LSTATUS WINAPI RegEnumKeyW(HKEY key, DWORD index, LPWSTR name, DWORD length)
{
    return RegEnumKeyExW(key, index, name, &length, NULL, NULL, NULL, NULL);
}

LSTATUS WINAPI RegQueryInfoKeyW(HKEY key, LPWSTR class_name, LPDWORD class_length,
                                LPDWORD reserved, LPDWORD subkeys, LPDWORD max_subkey,
                                LPDWORD max_class, LPDWORD values, LPDWORD max_value_name,
                                LPDWORD max_value, LPDWORD security, PFILETIME last_write)
{
    BYTE room[1024];
    struct key_full *full = (void *)room;
    HANDLE handle;
    ULONG size;
    NTSTATUS status;
    LSTATUS error;

    if (reserved || (class_name && !class_length))
        return ERROR_INVALID_PARAMETER;
    error = registry_key(key, &handle);
    if (error)
        return error;
    status = NtQueryKey(handle, KEY_CLASS_FULL, full, sizeof(room), &size);
    while (status == STATUS_BUFFER_OVERFLOW || status == STATUS_BUFFER_TOO_SMALL) {
        ULONG bytes = size;

        if (full != (void *)room)
            heap_free(full);
        full = heap_alloc(bytes);
        if (!full)
            return ERROR_OUTOFMEMORY;
        status = NtQueryKey(handle, KEY_CLASS_FULL, full, bytes, &size);
    }
    error = registry_error(status);
    if (!error) {
        DWORD chars = full->class_length / sizeof(WCHAR);

        if (class_name && chars >= *class_length) {
            if (*class_length)
                error = ERROR_MORE_DATA;
        } else if (class_name) {
            memcpy(class_name, (BYTE *)full + full->class_offset, full->class_length);
            class_name[chars] = 0;
        }
        if (class_length)
            *class_length = chars;
        if (subkeys)
            *subkeys = full->subkeys;
        if (max_subkey)
            *max_subkey = full->max_name / sizeof(WCHAR);
        if (max_class)
            *max_class = full->max_class / sizeof(WCHAR);
        if (values)
            *values = full->values;
        if (max_value_name)
            *max_value_name = full->max_value_name / sizeof(WCHAR);
        if (max_value)
            *max_value = full->max_value_data;
        if (last_write) {
            last_write->dwLowDateTime = full->last_write.LowPart;
            last_write->dwHighDateTime = full->last_write.HighPart;
        }
    }
    if (full != (void *)room)
        heap_free(full);
    if (!error && security) {
        *security = 0;
        status = NtQuerySecurityObject(handle,
                                       OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION |
                                           DACL_SECURITY_INFORMATION,
                                       NULL, 0, security);
        if (status != STATUS_BUFFER_TOO_SMALL)
            error = registry_error(status);
    }
    return error;
}

LSTATUS WINAPI RegNotifyChangeKeyValue(HKEY key, BOOL subtree, DWORD filter, HANDLE event,
                                       BOOL asynchronous)
{
    /* one call per wait: the block must outlive an asynchronous one, so it is not on the stack */
    static IO_STATUS_BLOCK ignored;
    IO_STATUS_BLOCK own;
    HANDLE handle;
    NTSTATUS status;
    LSTATUS error = registry_key(key, &handle);

    if (error)
        return error;
    if (asynchronous && !event)
        return ERROR_INVALID_PARAMETER;
    status = NtNotifyChangeKey(handle, asynchronous ? event : NULL, NULL, NULL,
                               asynchronous ? &ignored : &own, filter, subtree != 0, NULL, 0,
                               asynchronous != 0);
    return registry_error(status);
}

LSTATUS WINAPI RegGetKeySecurity(HKEY key, SECURITY_INFORMATION information,
                                 PSECURITY_DESCRIPTOR descriptor, LPDWORD size)
{
    HANDLE handle;
    ULONG needed = 0;
    NTSTATUS status;
    LSTATUS error;

    if (!size)
        return ERROR_INVALID_PARAMETER;
    error = registry_key(key, &handle);
    if (error)
        return error;
    status = NtQuerySecurityObject(handle, information, descriptor, *size, &needed);
    *size = needed;
    return registry_error(status);
}

LSTATUS WINAPI RegSetKeySecurity(HKEY key, SECURITY_INFORMATION information,
                                 PSECURITY_DESCRIPTOR descriptor)
{
    HANDLE handle;
    LSTATUS error;

    if (!descriptor)
        return ERROR_INVALID_PARAMETER;
    error = registry_key(key, &handle);
    return error ? error : registry_error(NtSetSecurityObject(handle, information, descriptor));
}

