/*
 * Registry values.
 */
#include "registry.h"

LSTATUS WINAPI RegQueryValueExW(HKEY key, LPCWSTR value, LPDWORD reserved, LPDWORD type,
                                LPBYTE data, LPDWORD size)
{
    BYTE room[512];
    struct value_partial *partial = (void *)room;
    UNICODE_STRING name;
    HANDLE handle;
    ULONG needed;
    NTSTATUS status;
    LSTATUS error;

    if ((data && !size) || reserved)
        return ERROR_INVALID_PARAMETER;
    if (!unicode_string(&name, value ? value : L""))
        return ERROR_INVALID_PARAMETER;
    error = registry_key(key, &handle);
    if (error)
        return error;
    status = NtQueryValueKey(handle, &name, VALUE_CLASS_PARTIAL, partial, sizeof(room), &needed);
    /* another thread may make the value longer meanwhile */
    while (status == STATUS_BUFFER_OVERFLOW && data &&
           partial->data_length <= *size) {
        ULONG bytes = needed;

        if (partial != (void *)room)
            heap_free(partial);
        partial = heap_alloc(bytes);
        if (!partial)
            return ERROR_OUTOFMEMORY;
        status = NtQueryValueKey(handle, &name, VALUE_CLASS_PARTIAL, partial, bytes, &needed);
    }
    if (NT_SUCCESS(status) || status == STATUS_BUFFER_OVERFLOW) {
        ULONG length = partial->data_length;

        error = ERROR_SUCCESS;
        if (type)
            *type = partial->type;
        if (data && length > *size) {
            error = ERROR_MORE_DATA;
        } else if (data) {
            memcpy(data, partial->data, length);
            /* text that was stored without its NUL gets one where there is room */
            if (registry_is_text(partial->type) && *size - length >= sizeof(WCHAR) &&
                (length < sizeof(WCHAR) || data[length - 1] || data[length - 2]))
                memset(data + length, 0, sizeof(WCHAR));
        }
        if (size)
            *size = length;
    } else {
        error = registry_error(status);
    }
    if (partial != (void *)room)
        heap_free(partial);
    return error;
}

LSTATUS WINAPI RegQueryValueW(HKEY key, LPCWSTR subkey, LPWSTR data, PLONG size)
{
    HKEY sub = key;
    DWORD bytes = size ? (DWORD)*size : 0;
    LSTATUS error;

    if (data && !size)
        return ERROR_INVALID_PARAMETER;
    if (subkey && *subkey) {
        error = RegOpenKeyExW(key, subkey, 0, KEY_QUERY_VALUE, &sub);
        if (error)
            return error;
    }
    error = RegQueryValueExW(sub, NULL, NULL, NULL, (BYTE *)data, size ? &bytes : NULL);
    if (sub != key)
        RegCloseKey(sub);
    if (error == ERROR_FILE_NOT_FOUND) { /* a key without a default value has an empty one */
        if (data && *size >= (LONG)sizeof(WCHAR))
            *data = 0;
        bytes = sizeof(WCHAR);
        error = ERROR_SUCCESS;
    }
    if (size)
        *size = (LONG)bytes;
    return error;
}

LSTATUS WINAPI RegSetValueExW(HKEY key, LPCWSTR value, DWORD reserved, DWORD type,
                              const BYTE *data, DWORD size)
{
    UNICODE_STRING name;
    HANDLE handle;
    LSTATUS error;

    if (reserved || (size && !data) || !unicode_string(&name, value ? value : L""))
        return ERROR_INVALID_PARAMETER;
    error = registry_key(key, &handle);
    if (error)
        return error;
    /* a NUL that the size leaves out is stored with the text */
    if (data && (type == REG_SZ || type == REG_EXPAND_SZ) && size >= sizeof(WCHAR) &&
        size % sizeof(WCHAR) == 0) {
        const WCHAR *text = (const WCHAR *)data;
        DWORD length = size / sizeof(WCHAR);

        if (text[length - 1] && !text[length])
            size += sizeof(WCHAR);
    }
    return registry_error(NtSetValueKey(handle, &name, 0, type, data, size));
}

LSTATUS WINAPI RegSetValueW(HKEY key, LPCWSTR subkey, DWORD type, LPCWSTR data, DWORD size)
{
    HKEY sub = key;
    LSTATUS error;

    (void)size; /* the text's own length counts */
    if (type != REG_SZ || !data)
        return ERROR_INVALID_PARAMETER;
    if (subkey && *subkey) {
        error = RegCreateKeyExW(key, subkey, 0, NULL, 0, KEY_SET_VALUE, NULL, &sub, NULL);
        if (error)
            return error;
    }
    error = RegSetValueExW(sub, NULL, 0, REG_SZ, (const BYTE *)data,
                           (wcslen(data) + 1) * sizeof(WCHAR));
    if (sub != key)
        RegCloseKey(sub);
    return error;
}

LSTATUS WINAPI RegSetKeyValueW(HKEY key, LPCWSTR subkey, LPCWSTR value, DWORD type, LPCVOID data,
                               DWORD size)
{
    HKEY sub = key;
    LSTATUS error;

    if (subkey && *subkey) {
        error = RegCreateKeyExW(key, subkey, 0, NULL, 0, KEY_SET_VALUE, NULL, &sub, NULL);
        if (error)
            return error;
    }
    error = RegSetValueExW(sub, value, 0, type, data, size);
    if (sub != key)
        RegCloseKey(sub);
    return error;
}

LSTATUS WINAPI RegDeleteValueW(HKEY key, LPCWSTR value)
{
    UNICODE_STRING name;
    HANDLE handle;
    LSTATUS error;

    if (!unicode_string(&name, value ? value : L""))
        return ERROR_INVALID_PARAMETER;
    error = registry_key(key, &handle);
    return error ? error : registry_error(NtDeleteValueKey(handle, &name));
}

LSTATUS WINAPI RegDeleteKeyValueW(HKEY key, LPCWSTR subkey, LPCWSTR value)
{
    HKEY sub = key;
    LSTATUS error;

    if (subkey && *subkey) {
        error = RegOpenKeyExW(key, subkey, 0, KEY_SET_VALUE, &sub);
        if (error)
            return error;
    }
    error = RegDeleteValueW(sub, value);
    if (sub != key)
        RegCloseKey(sub);
    return error;
}

LSTATUS WINAPI RegEnumValueW(HKEY key, DWORD index, LPWSTR value, LPDWORD length,
                             LPDWORD reserved, LPDWORD type, LPBYTE data, LPDWORD size)
{
    BYTE room[512];
    struct value_full *full = (void *)room;
    HANDLE handle;
    ULONG needed;
    NTSTATUS status;
    LSTATUS error;

    if (!value || !length || reserved || (data && !size))
        return ERROR_INVALID_PARAMETER;
    error = registry_key(key, &handle);
    if (error)
        return error;
    status = NtEnumerateValueKey(handle, index, VALUE_CLASS_FULL, full, sizeof(room), &needed);
    while (status == STATUS_BUFFER_OVERFLOW || status == STATUS_BUFFER_TOO_SMALL) {
        ULONG bytes = needed;

        if (full != (void *)room)
            heap_free(full);
        full = heap_alloc(bytes);
        if (!full)
            return ERROR_OUTOFMEMORY;
        status = NtEnumerateValueKey(handle, index, VALUE_CLASS_FULL, full, bytes, &needed);
    }
    error = registry_error(status);
    if (!error) {
        DWORD chars = full->name_length / sizeof(WCHAR);

        if (chars >= *length) {
            error = ERROR_MORE_DATA;
        } else {
            memcpy(value, full->name, full->name_length);
            value[chars] = 0;
            *length = chars;
            if (data && full->data_length > *size)
                error = ERROR_MORE_DATA;
            else if (data)
                memcpy(data, (BYTE *)full + full->data_offset, full->data_length);
        }
        if (type)
            *type = full->type;
        if (size)
            *size = full->data_length;
    }
    if (full != (void *)room)
        heap_free(full);
    return error;
}

/* Is a value of `type` with `size` bytes among those that `flags` lets through? */
static LSTATUS type_allowed(DWORD flags, DWORD type, DWORD size)
{
    DWORD allowed = flags & 0xffff;
    DWORD bit = type <= REG_MULTI_SZ ? 1u << type : type == REG_QWORD ? RRF_RT_REG_QWORD : 0;

    /* type bits are in the order of the types, but for REG_DWORD and REG_QWORD */
    if (type == REG_DWORD)
        bit = RRF_RT_REG_DWORD;
    if (type == REG_MULTI_SZ)
        bit = RRF_RT_REG_MULTI_SZ;
    if (type == REG_DWORD_BIG_ENDIAN || type == REG_LINK)
        bit = 0;
    if (allowed != RRF_RT_ANY && !(allowed & bit))
        return ERROR_UNSUPPORTED_TYPE;
    if (type == REG_BINARY && allowed != RRF_RT_ANY) {
        BOOL dword = allowed == RRF_RT_DWORD, qword = allowed == RRF_RT_QWORD;

        if ((dword && size != sizeof(DWORD)) || (qword && size != sizeof(ULONGLONG)))
            return ERROR_DATATYPE_MISMATCH;
    }
    return ERROR_SUCCESS;
}

LSTATUS WINAPI RegGetValueW(HKEY key, LPCWSTR subkey, LPCWSTR value, DWORD flags, LPDWORD type,
                            PVOID data, LPDWORD size)
{
    HKEY sub = key;
    DWORD kind, bytes = 0, room = data && size ? *size : 0;
    BYTE *copy = NULL;
    LSTATUS error;

    if ((data && !size) || !(flags & 0xffff) ||
        (flags & RRF_SUBKEY_WOW6464KEY && flags & RRF_SUBKEY_WOW6432KEY))
        return ERROR_INVALID_PARAMETER;
    if ((flags & RRF_RT_REG_EXPAND_SZ) && !(flags & RRF_NOEXPAND) &&
        (flags & RRF_RT_ANY) != RRF_RT_ANY)
        return ERROR_INVALID_PARAMETER;
    if (subkey && *subkey) {
        REGSAM view = flags & RRF_SUBKEY_WOW6464KEY   ? KEY_WOW64_64KEY
                      : flags & RRF_SUBKEY_WOW6432KEY ? KEY_WOW64_32KEY
                                                      : 0;

        error = RegOpenKeyExW(key, subkey, 0, KEY_QUERY_VALUE | view, &sub);
        if (error)
            return error;
    }
    /* size and contents may change between the two looks */
    do {
        heap_free(copy);
        copy = NULL;
        bytes = 0;
        error = RegQueryValueExW(sub, value, NULL, &kind, NULL, &bytes);
        if (error)
            break;
        bytes += 2 * sizeof(WCHAR);
        copy = heap_zalloc(bytes);
        if (!copy) {
            error = ERROR_OUTOFMEMORY;
            break;
        }
        error = RegQueryValueExW(sub, value, NULL, &kind, copy, &bytes);
    } while (error == ERROR_MORE_DATA);
    if (sub != key)
        RegCloseKey(sub);
    if (!error && registry_is_text(kind)) {
        /* text comes back terminated, a list with two NULs; copy has the zeroes */
        DWORD nuls = kind == REG_MULTI_SZ ? 2 : 1, chars = bytes / sizeof(WCHAR), have = 0;

        while (have < nuls && have < chars && !((WCHAR *)copy)[chars - 1 - have])
            have++;
        bytes = (chars + nuls - have) * sizeof(WCHAR);
        if (kind == REG_EXPAND_SZ && !(flags & RRF_NOEXPAND)) {
            DWORD needed = ExpandEnvironmentStringsW((WCHAR *)copy, NULL, 0);
            WCHAR *text = needed ? heap_alloc(needed * sizeof(WCHAR)) : NULL;

            if (!text) {
                error = ERROR_OUTOFMEMORY;
            } else {
                needed = ExpandEnvironmentStringsW((WCHAR *)copy, text, needed);
                heap_free(copy);
                copy = (BYTE *)text;
                bytes = needed * sizeof(WCHAR);
                kind = REG_SZ;
            }
        }
    }
    if (!error)
        error = type_allowed(flags, kind, bytes);
    if (!error) {
        if (type)
            *type = kind;
        if (data && bytes > room)
            error = ERROR_MORE_DATA;
        else if (data)
            memcpy(data, copy, bytes);
        if (size)
            *size = bytes;
    }
    if (error && data && (flags & RRF_ZEROONFAILURE))
        memset(data, 0, room);
    heap_free(copy);
    return error;
}
