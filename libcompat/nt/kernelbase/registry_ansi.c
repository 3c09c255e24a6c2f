/*
 * Registry functions with ANSI names and texts. Values of text types are stored in UTF-16, so they
 * are converted with their names.
 */
#include "registry.h"

LSTATUS WINAPI RegOpenKeyExA(HKEY key, LPCSTR subkey, DWORD options, REGSAM access, PHKEY result)
{
    WIDE_ANSI(wide, subkey, (LSTATUS)GetLastError());
    return RegOpenKeyExW(key, wide.text, options, access, result);
}

LSTATUS WINAPI RegOpenKeyA(HKEY key, LPCSTR subkey, PHKEY result)
{
    WIDE_ANSI(wide, subkey, (LSTATUS)GetLastError());
    return RegOpenKeyW(key, wide.text, result);
}

LSTATUS WINAPI RegCreateKeyExA(HKEY key, LPCSTR subkey, DWORD reserved, LPSTR class_name,
                               DWORD options, REGSAM access,
                               const LPSECURITY_ATTRIBUTES security, PHKEY result,
                               LPDWORD disposition)
{
    WIDE_ANSI(wide, subkey, (LSTATUS)GetLastError());
    WIDE_ANSI(wide_class, class_name, (LSTATUS)GetLastError());
    return RegCreateKeyExW(key, wide.text, reserved, wide_class.text, options, access, security,
                           result, disposition);
}

LSTATUS WINAPI RegCreateKeyA(HKEY key, LPCSTR subkey, PHKEY result)
{
    WIDE_ANSI(wide, subkey, (LSTATUS)GetLastError());
    return RegCreateKeyW(key, wide.text, result);
}

LSTATUS WINAPI RegDeleteKeyA(HKEY key, LPCSTR subkey)
{
    WIDE_ANSI(wide, subkey, (LSTATUS)GetLastError());
    return RegDeleteKeyW(key, wide.text);
}

LSTATUS WINAPI RegDeleteKeyExA(HKEY key, LPCSTR subkey, REGSAM view, DWORD reserved)
{
    WIDE_ANSI(wide, subkey, (LSTATUS)GetLastError());
    return RegDeleteKeyExW(key, wide.text, view, reserved);
}

LSTATUS WINAPI RegDeleteTreeA(HKEY key, LPCSTR subkey)
{
    WIDE_ANSI(wide, subkey, (LSTATUS)GetLastError());
    return RegDeleteTreeW(key, wide.text);
}

LSTATUS WINAPI RegDeleteValueA(HKEY key, LPCSTR value)
{
    WIDE_ANSI(wide, value, (LSTATUS)GetLastError());
    return RegDeleteValueW(key, wide.text);
}

LSTATUS WINAPI RegDeleteKeyValueA(HKEY key, LPCSTR subkey, LPCSTR value)
{
    WIDE_ANSI(wide, subkey, (LSTATUS)GetLastError());
    WIDE_ANSI(wide_value, value, (LSTATUS)GetLastError());
    return RegDeleteKeyValueW(key, wide.text, wide_value.text);
}

/* Gives a value's data: text converted, anything else as it is. */
static LSTATUS give_data(DWORD type, const BYTE *data, DWORD bytes, BYTE *out, DWORD *size)
{
    ULONG needed = bytes, written;
    LSTATUS error = ERROR_SUCCESS;

    if (registry_is_text(type)) {
        error = registry_error(
            RtlUnicodeToMultiByteSize(&needed, (const WCHAR *)data, bytes & ~1u));
        if (error)
            return error;
        if (out && needed > *size)
            error = ERROR_MORE_DATA;
        else if (out)
            error = registry_error(RtlUnicodeToMultiByteN((char *)out, *size, &written,
                                                          (const WCHAR *)data, bytes & ~1u));
        /* as in the W function: a NUL where the text has none and there is room */
        if (!error && out && needed < *size && (!needed || out[needed - 1]))
            out[needed] = 0;
    } else if (out && bytes > *size) {
        error = ERROR_MORE_DATA;
    } else if (out) {
        memcpy(out, data, bytes);
    }
    if (size)
        *size = needed;
    return error;
}

LSTATUS WINAPI RegQueryValueExA(HKEY key, LPCSTR value, LPDWORD reserved, LPDWORD type,
                                LPBYTE data, LPDWORD size)
{
    BYTE *copy = NULL;
    DWORD kind, bytes;
    LSTATUS error;

    WIDE_ANSI(wide, value, (LSTATUS)GetLastError());
    if ((data && !size) || reserved)
        return ERROR_INVALID_PARAMETER;
    do {
        heap_free(copy);
        copy = NULL;
        error = RegQueryValueExW(key, wide.text, NULL, &kind, NULL, &bytes);
        if (error)
            return error;
        if (!size && !data) {
            if (type)
                *type = kind;
            return ERROR_SUCCESS;
        }
        copy = heap_alloc(bytes + sizeof(WCHAR));
        if (!copy)
            return ERROR_OUTOFMEMORY;
        error = RegQueryValueExW(key, wide.text, NULL, &kind, copy, &bytes);
    } while (error == ERROR_MORE_DATA);
    if (!error) {
        if (type)
            *type = kind;
        error = give_data(kind, copy, bytes, data, size);
    }
    heap_free(copy);
    return error;
}

LSTATUS WINAPI RegQueryValueA(HKEY key, LPCSTR subkey, LPSTR data, PLONG size)
{
    HKEY sub = key;
    DWORD bytes = size ? (DWORD)*size : 0;
    LSTATUS error;

    if (data && !size)
        return ERROR_INVALID_PARAMETER;
    if (subkey && *subkey) {
        error = RegOpenKeyExA(key, subkey, 0, KEY_QUERY_VALUE, &sub);
        if (error)
            return error;
    }
    error = RegQueryValueExA(sub, NULL, NULL, NULL, (BYTE *)data, size ? &bytes : NULL);
    if (sub != key)
        RegCloseKey(sub);
    if (error == ERROR_FILE_NOT_FOUND) {
        if (data && *size > 0)
            *data = 0;
        bytes = 1;
        error = ERROR_SUCCESS;
    }
    if (size)
        *size = (LONG)bytes;
    return error;
}

LSTATUS WINAPI RegSetValueExA(HKEY key, LPCSTR value, DWORD reserved, DWORD type,
                              const BYTE *data, DWORD size)
{
    WCHAR *text;
    ULONG bytes;
    LSTATUS error;

    WIDE_ANSI(wide, value, (LSTATUS)GetLastError());
    if (!registry_is_text(type) || !size)
        return RegSetValueExW(key, wide.text, reserved, type, data, size);
    if (!data || size > MAXDWORD / sizeof(WCHAR) - 1)
        return ERROR_INVALID_PARAMETER;
    if (type != REG_MULTI_SZ && data[size - 1] && !data[size])
        size++; /* the NUL that the size leaves out */
    text = heap_alloc(size * sizeof(WCHAR));
    if (!text)
        return ERROR_OUTOFMEMORY;
    error = registry_error(RtlMultiByteToUnicodeN(text, size * sizeof(WCHAR), &bytes,
                                                  (const char *)data, size));
    if (!error) {
        UNICODE_STRING name;
        HANDLE handle;

        error = registry_key(key, &handle);
        if (!error && !unicode_string(&name, wide.text ? wide.text : L""))
            error = ERROR_INVALID_PARAMETER;
        if (!error)
            error = registry_error(NtSetValueKey(handle, &name, 0, type, text, bytes));
    }
    heap_free(text);
    return error;
}

LSTATUS WINAPI RegSetValueA(HKEY key, LPCSTR subkey, DWORD type, LPCSTR data, DWORD size)
{
    WIDE_ANSI(wide, subkey, (LSTATUS)GetLastError());
    WIDE_ANSI(text, data, (LSTATUS)GetLastError());
    return RegSetValueW(key, wide.text, type, text.text, size);
}

LSTATUS WINAPI RegSetKeyValueA(HKEY key, LPCSTR subkey, LPCSTR value, DWORD type, LPCVOID data,
                               DWORD size)
{
    HKEY sub = key;
    LSTATUS error;

    if (subkey && *subkey) {
        error = RegCreateKeyExA(key, subkey, 0, NULL, 0, KEY_SET_VALUE, NULL, &sub, NULL);
        if (error)
            return error;
    }
    error = RegSetValueExA(sub, value, 0, type, data, size);
    if (sub != key)
        RegCloseKey(sub);
    return error;
}

/* A name into an ANSI buffer: *length counts the NUL where it asks, not where it tells. */
static LSTATUS give_name(const WCHAR *text, DWORD chars, char *out, DWORD *length)
{
    DWORD written = narrow_ansi(text, chars, out, *length);

    if (!chars && *length)
        *out = 0;
    if (written >= *length)
        return ERROR_MORE_DATA;
    *length = written;
    return ERROR_SUCCESS;
}

LSTATUS WINAPI RegEnumKeyExA(HKEY key, DWORD index, LPSTR name, LPDWORD length, LPDWORD reserved,
                             LPSTR class_name, LPDWORD class_length, PFILETIME last_write)
{
    WCHAR wide[256], wide_class[256];
    DWORD chars = ARRAYSIZE(wide), class_chars = ARRAYSIZE(wide_class);
    LSTATUS error;

    if (!name || !length || reserved || (class_name && !class_length))
        return ERROR_INVALID_PARAMETER;
    error = RegEnumKeyExW(key, index, wide, &chars, NULL, class_name ? wide_class : NULL,
                          class_length ? &class_chars : NULL, last_write);
    if (!error)
        error = give_name(wide, chars, name, length);
    if (!error && class_name)
        error = give_name(wide_class, class_chars, class_name, class_length);
    else if (!error && class_length)
        *class_length = class_chars;
    return error;
}

LSTATUS WINAPI RegEnumKeyA(HKEY key, DWORD index, LPSTR name, DWORD length)
{
    return RegEnumKeyExA(key, index, name, &length, NULL, NULL, NULL, NULL);
}

LSTATUS WINAPI RegEnumValueA(HKEY key, DWORD index, LPSTR value, LPDWORD length,
                             LPDWORD reserved, LPDWORD type, LPBYTE data, LPDWORD size)
{
    WCHAR *name;
    BYTE *copy = NULL;
    DWORD kind, chars, bytes = 0;
    LSTATUS error;

    if (!value || !length || reserved || (data && !size))
        return ERROR_INVALID_PARAMETER;
    name = heap_alloc(16384 * sizeof(WCHAR));
    if (!name)
        return ERROR_OUTOFMEMORY;
    do {
        heap_free(copy);
        copy = NULL;
        chars = 16384;
        error = RegEnumValueW(key, index, name, &chars, NULL, &kind, NULL, &bytes);
        if (error || !size)
            break;
        copy = heap_alloc(bytes + sizeof(WCHAR));
        if (!copy) {
            error = ERROR_OUTOFMEMORY;
            break;
        }
        chars = 16384;
        error = RegEnumValueW(key, index, name, &chars, NULL, &kind, copy, &bytes);
    } while (error == ERROR_MORE_DATA);
    if (!error) {
        if (type)
            *type = kind;
        error = give_name(name, chars, value, length);
        if (size) {
            LSTATUS data_error = give_data(kind, copy, bytes, error ? NULL : data, size);

            if (!error)
                error = data_error;
        }
    }
    heap_free(copy);
    heap_free(name);
    return error;
}

LSTATUS WINAPI RegQueryInfoKeyA(HKEY key, LPSTR class_name, LPDWORD class_length,
                                LPDWORD reserved, LPDWORD subkeys, LPDWORD max_subkey,
                                LPDWORD max_class, LPDWORD values, LPDWORD max_value_name,
                                LPDWORD max_value, LPDWORD security, PFILETIME last_write)
{
    WCHAR wide[256];
    DWORD chars = ARRAYSIZE(wide);
    LSTATUS error;

    if (class_name && !class_length)
        return ERROR_INVALID_PARAMETER;
    error = RegQueryInfoKeyW(key, class_name ? wide : NULL, class_length ? &chars : NULL, reserved,
                             subkeys, max_subkey, max_class, values, max_value_name, max_value,
                             security, last_write);
    if (error)
        return error;
    if (class_name)
        return give_name(wide, chars, class_name, class_length);
    if (class_length)
        *class_length = chars;
    return ERROR_SUCCESS;
}

LSTATUS WINAPI RegGetValueA(HKEY key, LPCSTR subkey, LPCSTR value, DWORD flags, LPDWORD type,
                            PVOID data, LPDWORD size)
{
    BYTE *copy = NULL;
    DWORD kind, bytes = 0, room = data && size ? *size : 0;
    LSTATUS error;

    WIDE_ANSI(wide, subkey, (LSTATUS)GetLastError());
    WIDE_ANSI(wide_value, value, (LSTATUS)GetLastError());
    if (data && !size)
        return ERROR_INVALID_PARAMETER;
    do {
        heap_free(copy);
        copy = NULL;
        bytes = 0;
        error = RegGetValueW(key, wide.text, wide_value.text, flags, &kind, NULL, &bytes);
        if (error)
            break;
        copy = heap_alloc(bytes + sizeof(WCHAR));
        if (!copy) {
            error = ERROR_OUTOFMEMORY;
            break;
        }
        error = RegGetValueW(key, wide.text, wide_value.text, flags, &kind, copy, &bytes);
    } while (error == ERROR_MORE_DATA);
    if (!error) {
        DWORD given = room;

        if (type)
            *type = kind;
        error = give_data(kind, copy, bytes, data, &given);
        if (size)
            *size = given;
    }
    if (error && data && (flags & RRF_ZEROONFAILURE))
        memset(data, 0, room);
    heap_free(copy);
    return error;
}
