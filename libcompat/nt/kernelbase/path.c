/*
 * Paths as text: full, long and short names, search, temporary names, well-known directories.
 */
#include "file.h"
#include "libcompat/nt/include/actctx.h"

BOOL nt_path(UNICODE_STRING *nt, const WCHAR *dos)
{
    return set_status(RtlDosPathNameToNtPathName_U_WithStatus(dos, nt, NULL, NULL));
}

BOOL nt_name(struct nt_name *name, OBJECT_ATTRIBUTES *attributes, const WCHAR *dos, ULONG flags,
             const SECURITY_ATTRIBUTES *security)
{
    if (!set_status(RtlDosPathNameToRelativeNtPathName_U_WithStatus(dos, &name->full, NULL,
                                                                    &name->relative)))
        return FALSE;
    if (name->relative.RelativeName.Length)
        object_attributes(attributes, &name->relative.RelativeName,
                          name->relative.ContainingDirectory, flags, security);
    else
        object_attributes(attributes, &name->full, NULL, flags, security);
    return TRUE;
}

void nt_name_free(struct nt_name *name)
{
    RtlReleaseRelativeName(&name->relative);
    RtlFreeUnicodeString(&name->full);
}

/* ---- Full path ---- */

DWORD WINAPI GetFullPathNameW(LPCWSTR name, DWORD size, LPWSTR buffer, LPWSTR *part)
{
    ULONG bytes;

    if (!name || !*name) {
        fail(name ? ERROR_INVALID_NAME : ERROR_INVALID_PARAMETER);
        return 0;
    }
    if (size > 0x7fffffff)
        size = 0x7fffffff;
    bytes = RtlGetFullPathName_U(name, size * sizeof(WCHAR), buffer, part);
    if (!bytes)
        fail(ERROR_INVALID_NAME);
    return bytes / sizeof(WCHAR);
}

/* The full path on the heap. NULL: last error set. */
static WCHAR *full_path(const WCHAR *name, WCHAR **part)
{
    DWORD size = MAX_PATH, length;

    for (;;) {
        WCHAR *path = heap_alloc(size * sizeof(WCHAR));

        if (!path)
            return NULL;
        length = GetFullPathNameW(name, size, path, part);
        if (length && length < size)
            return path;
        heap_free(path);
        if (!length)
            return NULL;
        size = length + 1;
    }
}

DWORD WINAPI GetFullPathNameA(LPCSTR name, DWORD size, LPSTR buffer, LPSTR *part)
{
    WCHAR *path, *wide_part = NULL;
    DWORD length;

    WIDE_FILE(wide, name, 0);
    if (!wide.text || !*wide.text) {
        fail(wide.text ? ERROR_INVALID_NAME : ERROR_INVALID_PARAMETER);
        return 0;
    }
    path = full_path(wide.text, &wide_part);
    if (!path)
        return 0;
    length = narrow_file(path, (DWORD)wcslen(path), buffer, size);
    if (part) {
        *part = NULL;
        if (length < size && wide_part)
            *part = buffer + (narrow_file(path, (DWORD)(wide_part - path), NULL, 0) - 1);
    }
    heap_free(path);
    return length;
}

/* ---- Long and short forms ---- */

static BOOL is_separator(WCHAR c)
{
    return c == L'\\' || c == L'/';
}

/* Units of "C:\", "\\server\share\", "\\?\C:\" and so on: what no component look-up changes. */
static SIZE_T root_length(const WCHAR *path)
{
    SIZE_T i = 0;

    if (is_separator(path[0]) && is_separator(path[1])) {
        BOOL unc = TRUE;

        if ((path[2] == L'?' || path[2] == L'.') && is_separator(path[3])) {
            i = 4;
            unc = (path[i] | 32) == 'u' && (path[i + 1] | 32) == 'n' && (path[i + 2] | 32) == 'c' &&
                  is_separator(path[i + 3]);
            if (unc)
                i += 4;
        } else {
            i = 2;
        }
        if (unc) {
            for (int parts = 0; parts < 2 && path[i]; parts++) {
                while (path[i] && !is_separator(path[i]))
                    i++;
                if (path[i])
                    i++;
            }
            return i;
        }
    }
    if (path[i] && path[i + 1] == L':')
        i += 2;
    else if (i) /* \\?\Volume{...}\ */
        while (path[i] && !is_separator(path[i]))
            i++;
    if (is_separator(path[i]))
        i++;
    return i;
}

/*
 * Rewrites each component by what its directory says: the long name, or the short one where there
 * is one. On the heap; NULL: last error set.
 */
static WCHAR *rewrite_path(const WCHAR *path, BOOL to_short)
{
    SIZE_T capacity = wcslen(path) + MAX_PATH + 1, length, i;
    WCHAR *result, *probe;

    if (!*path) {
        fail(ERROR_PATH_NOT_FOUND);
        return NULL;
    }
    if (wcschr(path + (path[0] == L'\\' && path[1] == L'\\' && path[2] == L'?' ? 4 : 0), L'?') ||
        wcschr(path, L'*')) {
        fail(ERROR_INVALID_NAME);
        return NULL;
    }
    if (GetFileAttributesW(path) == INVALID_FILE_ATTRIBUTES)
        return NULL;
    result = heap_alloc(capacity * sizeof(WCHAR));
    probe = heap_wide_copy(path, wcslen(path));
    if (!result || !probe)
        goto failed;
    i = length = root_length(path);
    memcpy(result, path, length * sizeof(WCHAR));
    while (path[i]) {
        WIN32_FIND_DATAW found;
        const WCHAR *component = path + i;
        SIZE_T size = 0;
        HANDLE find;

        while (component[size] && !is_separator(component[size]))
            size++;
        if (size && !(size == 1 && component[0] == L'.') &&
            !(size == 2 && component[0] == L'.' && component[1] == L'.')) {
            WCHAR saved = probe[i + size];

            probe[i + size] = 0;
            find = FindFirstFileW(probe, &found);
            probe[i + size] = saved;
            if (find == INVALID_HANDLE_VALUE)
                goto failed;
            FindClose(find);
            component = to_short && found.cAlternateFileName[0] ? found.cAlternateFileName
                                                                : found.cFileName;
            i += size;
            size = wcslen(component);
        } else {
            i += size;
        }
        if (length + size + 2 > capacity) {
            WCHAR *grown = heap_realloc(result, (capacity + size + MAX_PATH) * sizeof(WCHAR));

            if (!grown)
                goto failed;
            result = grown;
            capacity += size + MAX_PATH;
        }
        memcpy(result + length, component, size * sizeof(WCHAR));
        length += size;
        if (path[i])
            result[length++] = path[i++];
    }
    result[length] = 0;
    heap_free(probe);
    return result;
failed:
    heap_free(result);
    heap_free(probe);
    return NULL;
}

static DWORD rewritten(LPCWSTR path, LPWSTR buffer, DWORD size, BOOL to_short)
{
    WCHAR *result;
    DWORD length;

    if (!path) {
        fail(ERROR_INVALID_PARAMETER);
        return 0;
    }
    result = rewrite_path(path, to_short);
    if (!result)
        return 0;
    length = copy_wide(result, (DWORD)wcslen(result), buffer, size);
    heap_free(result);
    return length;
}

static DWORD rewritten_narrow(LPCSTR path, LPSTR buffer, DWORD size, BOOL to_short)
{
    WCHAR *result;
    DWORD length;

    if (!path) {
        fail(ERROR_INVALID_PARAMETER);
        return 0;
    }
    WIDE_FILE(wide, path, 0);
    result = rewrite_path(wide.text, to_short);
    if (!result)
        return 0;
    length = narrow_file(result, (DWORD)wcslen(result), buffer, size);
    heap_free(result);
    return length;
}

DWORD WINAPI GetLongPathNameW(LPCWSTR path, LPWSTR buffer, DWORD size)
{
    return rewritten(path, buffer, size, FALSE);
}

DWORD WINAPI GetLongPathNameA(LPCSTR path, LPSTR buffer, DWORD size)
{
    return rewritten_narrow(path, buffer, size, FALSE);
}

DWORD WINAPI GetShortPathNameW(LPCWSTR path, LPWSTR buffer, DWORD size)
{
    return rewritten(path, buffer, size, TRUE);
}

DWORD WINAPI GetShortPathNameA(LPCSTR path, LPSTR buffer, DWORD size)
{
    return rewritten_narrow(path, buffer, size, TRUE);
}

/* ---- Current directory ---- */

DWORD WINAPI GetCurrentDirectoryW(DWORD size, LPWSTR buffer)
{
    if (size > 0x7fff)
        size = 0x7fff;
    return RtlGetCurrentDirectory_U(size * sizeof(WCHAR), buffer) / sizeof(WCHAR);
}

DWORD WINAPI GetCurrentDirectoryA(DWORD size, LPSTR buffer)
{
    WCHAR *path = heap_alloc(0x8000 * sizeof(WCHAR));
    DWORD length;

    if (!path)
        return 0;
    length = GetCurrentDirectoryW(0x7fff, path);
    if (length)
        length = narrow_file(path, length, buffer, size);
    heap_free(path);
    return length;
}

BOOL WINAPI SetCurrentDirectoryW(LPCWSTR name)
{
    UNICODE_STRING string;

    if (!name)
        return fail(ERROR_INVALID_PARAMETER);
    return unicode_string(&string, name) && set_status(RtlSetCurrentDirectory_U(&string));
}

BOOL WINAPI SetCurrentDirectoryA(LPCSTR name)
{
    WIDE_FILE(wide, name, FALSE);
    return SetCurrentDirectoryW(wide.text);
}

/* ---- Well-known directories ---- */

static UINT directory_name(const WCHAR *suffix, LPWSTR buffer, UINT size)
{
    WCHAR path[MAX_PATH];

    wcscpy(path, RtlGetNtSystemRoot());
    wcscat(path, suffix);
    return copy_wide(path, (DWORD)wcslen(path), buffer, size);
}

static UINT directory_name_narrow(const WCHAR *suffix, LPSTR buffer, UINT size)
{
    WCHAR path[MAX_PATH];

    wcscpy(path, RtlGetNtSystemRoot());
    wcscat(path, suffix);
    return narrow_file(path, (DWORD)wcslen(path), buffer, size);
}

UINT WINAPI GetWindowsDirectoryW(LPWSTR buffer, UINT size)
{
    return directory_name(L"", buffer, size);
}

UINT WINAPI GetWindowsDirectoryA(LPSTR buffer, UINT size)
{
    return directory_name_narrow(L"", buffer, size);
}

UINT WINAPI GetSystemWindowsDirectoryW(LPWSTR buffer, UINT size)
{
    return directory_name(L"", buffer, size);
}

UINT WINAPI GetSystemWindowsDirectoryA(LPSTR buffer, UINT size)
{
    return directory_name_narrow(L"", buffer, size);
}

UINT WINAPI GetSystemDirectoryW(LPWSTR buffer, UINT size)
{
    return directory_name(L"\\system32", buffer, size);
}

UINT WINAPI GetSystemDirectoryA(LPSTR buffer, UINT size)
{
    return directory_name_narrow(L"\\system32", buffer, size);
}

#ifdef _WIN64
#define WOW64_SUFFIX L"\\SysWOW64"

UINT WINAPI GetSystemWow64DirectoryW(LPWSTR buffer, UINT size)
{
    return directory_name(WOW64_SUFFIX, buffer, size);
}

UINT WINAPI GetSystemWow64DirectoryA(LPSTR buffer, UINT size)
{
    return directory_name_narrow(WOW64_SUFFIX, buffer, size);
}
#endif

/* ---- Temporary names ---- */

/* The value of an environment variable as a full path with a backslash at its end; on the heap. */
static WCHAR *directory_variable(const WCHAR *variable)
{
    UNICODE_STRING name, value;
    WCHAR *text = heap_alloc(0x8000 * sizeof(WCHAR)), *path = NULL;

    if (!text)
        return NULL;
    unicode_string(&name, variable);
    value.Length = 0;
    value.MaximumLength = 0x7ffe * sizeof(WCHAR);
    value.Buffer = text;
    if (NT_SUCCESS(RtlQueryEnvironmentVariable_U(NULL, &name, &value)) && value.Length) {
        SIZE_T length = value.Length / sizeof(WCHAR);

        if (!is_separator(text[length - 1]))
            text[length++] = L'\\';
        text[length] = 0;
        path = full_path(text, NULL);
    }
    heap_free(text);
    return path;
}

static WCHAR *temporary_directory(void)
{
    static const WCHAR *const variables[] = {L"TMP", L"TEMP", L"USERPROFILE"};
    WCHAR path[MAX_PATH + 1];

    for (unsigned i = 0; i < ARRAYSIZE(variables); i++) {
        WCHAR *found = directory_variable(variables[i]);

        if (found)
            return found;
    }
    wcscpy(path, RtlGetNtSystemRoot());
    wcscat(path, L"\\");
    return heap_wide_copy(path, wcslen(path));
}

DWORD WINAPI GetTempPathW(DWORD size, LPWSTR buffer)
{
    WCHAR *path = temporary_directory();
    DWORD length;

    if (!path)
        return 0;
    length = copy_wide(path, (DWORD)wcslen(path), buffer, size);
    heap_free(path);
    return length;
}

DWORD WINAPI GetTempPathA(DWORD size, LPSTR buffer)
{
    WCHAR *path = temporary_directory();
    DWORD length;

    if (!path)
        return 0;
    length = narrow_file(path, (DWORD)wcslen(path), buffer, size);
    heap_free(path);
    return length;
}

/* Only a process of the SYSTEM user gets another directory, and there is none here. */
DWORD WINAPI GetTempPath2W(DWORD size, LPWSTR buffer)
{
    return GetTempPathW(size, buffer);
}

DWORD WINAPI GetTempPath2A(DWORD size, LPSTR buffer)
{
    return GetTempPathA(size, buffer);
}

static void temporary_name(WCHAR *end, UINT number)
{
    static const WCHAR digits[] = L"0123456789ABCDEF";
    int shift = 12;

    while (shift && !(number >> shift & 15))
        shift -= 4;
    for (; shift >= 0; shift -= 4)
        *end++ = digits[number >> shift & 15];
    wcscpy(end, L".tmp");
}

UINT WINAPI GetTempFileNameW(LPCWSTR path, LPCWSTR prefix, UINT unique, LPWSTR buffer)
{
    /* Where the next search starts: only a hint, CREATE_NEW decides. */
    static LONG next;
    SIZE_T length;
    DWORD attributes;
    UINT number, tries;

    if (!path || !buffer) {
        fail(ERROR_INVALID_PARAMETER);
        return 0;
    }
    length = wcslen(path);
    if (length > MAX_PATH - 14) {
        fail(ERROR_BUFFER_OVERFLOW);
        return 0;
    }
    memmove(buffer, path, (length + 1) * sizeof(WCHAR));
    if (!unique) {
        attributes = GetFileAttributesW(path);
        if (attributes == INVALID_FILE_ATTRIBUTES || !(attributes & FILE_ATTRIBUTE_DIRECTORY)) {
            fail(ERROR_DIRECTORY);
            return 0;
        }
    }
    if (!length || !is_separator(buffer[length - 1]))
        buffer[length++] = L'\\';
    for (int i = 0; prefix && i < 3 && prefix[i]; i++)
        buffer[length++] = prefix[i];
    if (unique) {
        number = unique & 0xffff;
        temporary_name(buffer + length, number);
        return number;
    }
    if (!next) {
        LARGE_INTEGER now;

        NtQuerySystemTime(&now);
        InterlockedCompareExchange(&next, (LONG)(now.QuadPart / 100000) | 1, 0);
    }
    for (tries = 0; tries < 0xffff; tries++) {
        HANDLE file;

        number = (UINT)InterlockedIncrement(&next) & 0xffff;
        if (!number)
            continue;
        temporary_name(buffer + length, number);
        file = CreateFileW(buffer, GENERIC_READ, 0, NULL, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, NULL);
        if (file != INVALID_HANDLE_VALUE) {
            CloseHandle(file);
            return number;
        }
        if (GetLastError() != ERROR_FILE_EXISTS && GetLastError() != ERROR_SHARING_VIOLATION)
            return 0;
    }
    fail(ERROR_FILE_EXISTS);
    return 0;
}

UINT WINAPI GetTempFileNameA(LPCSTR path, LPCSTR prefix, UINT unique, LPSTR buffer)
{
    WCHAR result[MAX_PATH];
    UINT number;

    WIDE_FILE(wide_path, path, 0);
    WIDE_FILE(wide_prefix, prefix, 0);
    if (!buffer) {
        fail(ERROR_INVALID_PARAMETER);
        return 0;
    }
    number = GetTempFileNameW(wide_path.text, wide_prefix.text, unique, result);
    if (number && narrow_file(result, (DWORD)wcslen(result), buffer, MAX_PATH) >= MAX_PATH) {
        if (!unique)
            DeleteFileW(result);
        fail(ERROR_BUFFER_OVERFLOW);
        return 0;
    }
    return number;
}

/* ---- Search ---- */

/* BASE_SEARCH_PATH_ENABLE_SAFE_SEARCHMODE; set by SetSearchPathMode, one aligned word. */
static LONG safe_search;

BOOL WINAPI SetSearchPathMode(DWORD flags)
{
    switch (flags) {
    case BASE_SEARCH_PATH_ENABLE_SAFE_SEARCHMODE | BASE_SEARCH_PATH_PERMANENT:
        InterlockedExchange(&safe_search, 2);
        return TRUE;
    case BASE_SEARCH_PATH_ENABLE_SAFE_SEARCHMODE:
        return InterlockedCompareExchange(&safe_search, 1, 0) != 2 || fail(ERROR_ACCESS_DENIED);
    case BASE_SEARCH_PATH_DISABLE_SAFE_SEARCHMODE:
        return InterlockedCompareExchange(&safe_search, 0, 1) != 2 || fail(ERROR_ACCESS_DENIED);
    }
    return fail(ERROR_INVALID_PARAMETER);
}

/* The default order as a ';' list: application, current (before or after), system, PATH. */
static WCHAR *default_search_path(BOOL current)
{
    const UNICODE_STRING *image = &process_parameters()->ImagePathName;
    SIZE_T application = image->Length / sizeof(WCHAR), length;
    UNICODE_STRING name, value;
    WCHAR *path;

    while (application && !is_separator(image->Buffer[application - 1]))
        application--;
    path = heap_alloc((application + 3 * MAX_PATH + 0x8000) * sizeof(WCHAR));
    if (!path)
        return NULL;
    memcpy(path, image->Buffer, application * sizeof(WCHAR));
    path[application] = 0;
    wcscat(path, L";");
    if (current && !safe_search)
        wcscat(path, L".;");
    wcscat(path, RtlGetNtSystemRoot());
    wcscat(path, L"\\system32;");
    wcscat(path, RtlGetNtSystemRoot());
    wcscat(path, L"\\system;");
    wcscat(path, RtlGetNtSystemRoot());
    wcscat(path, L";");
    if (current && safe_search)
        wcscat(path, L".;");
    length = wcslen(path);
    unicode_string(&name, L"PATH");
    value.Length = 0;
    value.MaximumLength = 0x7ffe * sizeof(WCHAR);
    value.Buffer = path + length;
    if (!NT_SUCCESS(RtlQueryEnvironmentVariable_U(NULL, &name, &value)))
        value.Length = 0;
    path[length + value.Length / sizeof(WCHAR)] = 0;
    return path;
}

/* Names that are not looked for along a path: absolute ones, and those that begin with ./ or ../ */
static BOOL has_own_directory(const WCHAR *name)
{
    if (is_separator(name[0]) || (name[0] && name[1] == L':'))
        return TRUE;
    if (name[0] != L'.')
        return FALSE;
    return is_separator(name[1]) || (name[1] == L'.' && is_separator(name[2]));
}

/* Where a manifest puts the library, on the heap; NULL: none speaks of it. */
static WCHAR *find_in_manifests(const WCHAR *name)
{
    ACTCTX_SECTION_KEYED_DATA data = {.cbSize = sizeof(data)};
    UNICODE_STRING string;

    if (!unicode_string(&string, name) ||
        !NT_SUCCESS(RtlFindActivationContextSectionString(
            0, NULL, ACTIVATION_CONTEXT_SECTION_DLL_REDIRECTION, &string, &data)))
        return NULL;
    /* The path is one segment: its length and place follow the five words of the record. */
    const ULONG *words = data.lpData;
    const ULONG *segment = (const ULONG *)((const char *)data.lpSectionBase + words[4]);
    return heap_wide_copy((const WCHAR *)((const char *)data.lpSectionBase + segment[1]),
                          segment[0] / sizeof(WCHAR));
}

static WCHAR *search(const WCHAR *path, const WCHAR *name, const WCHAR *extension)
{
    SIZE_T name_length = wcslen(name), extension_length = extension ? wcslen(extension) : 0;
    WCHAR *list = NULL, *probe, *found = NULL;
    const WCHAR *file = name;

    for (const WCHAR *p = name; *p; p++)
        if (is_separator(*p))
            file = p + 1;
    if (wcschr(file, L'.'))
        extension_length = 0;
    if (!path) {
        found = find_in_manifests(name);
        if (found)
            return found;
        path = list = default_search_path(TRUE);
        if (!list)
            return NULL;
    }
    probe = heap_alloc((wcslen(path) + name_length + extension_length + 3) * sizeof(WCHAR));
    if (!probe)
        goto done;
    if (has_own_directory(name))
        path = L"";
    for (const WCHAR *entry = path;;) {
        SIZE_T length = 0;
        const WCHAR *next = entry;

        while (*next && *next != L';')
            probe[length++] = *next++;
        if (length && !is_separator(probe[length - 1]))
            probe[length++] = L'\\';
        if (length || !*path) {
            wcscpy(probe + length, name);
            if (GetFileAttributesW(probe) == INVALID_FILE_ATTRIBUTES && extension_length)
                wcscat(probe, extension);
            if (GetFileAttributesW(probe) != INVALID_FILE_ATTRIBUTES) {
                found = full_path(probe, NULL);
                break;
            }
        }
        if (!*next)
            break;
        entry = next + 1;
    }
    if (!found)
        fail(ERROR_FILE_NOT_FOUND);
    heap_free(probe);
done:
    heap_free(list);
    return found;
}

WCHAR *find_program(const WCHAR *name)
{
    WCHAR *path = default_search_path(NeedCurrentDirectoryForExePathW(name)), *found;

    if (!path)
        return NULL;
    found = search(path, name, L".exe");
    heap_free(path);
    if (found && (GetFileAttributesW(found) & FILE_ATTRIBUTE_DIRECTORY)) {
        heap_free(found);
        found = NULL;
        fail(ERROR_ACCESS_DENIED);
    }
    return found;
}

DWORD WINAPI SearchPathW(LPCWSTR path, LPCWSTR name, LPCWSTR extension, DWORD size, LPWSTR buffer,
                         LPWSTR *part)
{
    WCHAR *found, *file;
    DWORD length;

    if (part)
        *part = NULL;
    if (!name || !*name) {
        fail(ERROR_INVALID_PARAMETER);
        return 0;
    }
    found = search(path, name, extension);
    if (!found)
        return 0;
    length = copy_wide(found, (DWORD)wcslen(found), buffer, size);
    if (part && length < size) {
        file = wcsrchr(buffer, L'\\');
        *part = file ? file + 1 : buffer;
    }
    heap_free(found);
    return length;
}

DWORD WINAPI SearchPathA(LPCSTR path, LPCSTR name, LPCSTR extension, DWORD size, LPSTR buffer,
                         LPSTR *part)
{
    WCHAR *found;
    DWORD length;
    char *file;

    if (part)
        *part = NULL;
    if (!name || !*name) {
        fail(ERROR_INVALID_PARAMETER);
        return 0;
    }
    WIDE_FILE(wide_path, path, 0);
    WIDE_FILE(wide_name, name, 0);
    WIDE_FILE(wide_extension, extension, 0);
    found = search(wide_path.text, wide_name.text, wide_extension.text);
    if (!found)
        return 0;
    length = narrow_file(found, (DWORD)wcslen(found), buffer, size);
    if (part && length < size) {
        file = strrchr(buffer, '\\');
        *part = file ? file + 1 : buffer;
    }
    heap_free(found);
    return length;
}
