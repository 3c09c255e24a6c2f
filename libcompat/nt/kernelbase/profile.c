/*
 * Initialization files: [sections] of name=value lines.
 *
 * Each call reads the file anew, so that what other processes write is seen; a write replaces the
 * file's contents under profile_lock. UTF-16 files (with a byte order mark) stay so, all others are
 * in the ANSI code page.
 */
#include "kernelbase.h"

/* Owner: this file. Keeps the process's own writers apart; others are kept out by share modes. */
static RTL_SRWLOCK profile_lock = RTL_SRWLOCK_INIT;

#define LARGEST (16u << 20)

struct profile {
    WCHAR *text; /* NUL-terminated */
    SIZE_T length;
    BOOL utf16;
};

/* A name without a folder is looked for in the Windows folder, as documented. */
static BOOL full_name(LPCWSTR file, WCHAR *path)
{
    if (!file)
        file = L"win.ini";
    if (wcslen(file) >= MAX_PATH)
        return fail(ERROR_FILENAME_EXCED_RANGE);
    if (wcschr(file, L'\\') || wcschr(file, L'/') || wcschr(file, L':')) {
        memcpy(path, file, (wcslen(file) + 1) * sizeof(*path));
    } else {
        static const WCHAR windows[] = L"C:\\windows\\";

        memcpy(path, windows, sizeof(windows));
        memcpy(path + ARRAYSIZE(windows) - 1, file, (wcslen(file) + 1) * sizeof(*path));
    }
    return TRUE;
}

static BOOL load(HANDLE file, struct profile *profile)
{
    LARGE_INTEGER size;
    BYTE *bytes;
    DWORD read = 0;

    memset(profile, 0, sizeof(*profile));
    if (!GetFileSizeEx(file, &size))
        return FALSE;
    if (size.QuadPart > LARGEST)
        return fail(ERROR_FILE_TOO_LARGE);
    bytes = heap_alloc((SIZE_T)size.QuadPart + 2);
    if (!bytes)
        return FALSE;
    if (size.QuadPart && !ReadFile(file, bytes, (DWORD)size.QuadPart, &read, NULL)) {
        heap_free(bytes);
        return FALSE;
    }
    profile->text = heap_alloc(((SIZE_T)read + 1) * sizeof(WCHAR));
    if (profile->text) {
        if (read >= 2 && bytes[0] == 0xff && bytes[1] == 0xfe) {
            profile->utf16 = TRUE;
            profile->length = read / 2 - 1;
            memcpy(profile->text, bytes + 2, profile->length * sizeof(WCHAR));
        } else {
            DWORD skip =
                read >= 3 && bytes[0] == 0xef && bytes[1] == 0xbb && bytes[2] == 0xbf ? 3 : 0;

            if (read > skip)
                profile->length = (SIZE_T)MultiByteToWideChar(
                    CP_ACP, 0, (char *)bytes + skip, (int)(read - skip), profile->text, (int)read);
        }
        profile->text[profile->length] = 0;
    }
    heap_free(bytes);
    return profile->text != NULL;
}

static BOOL read_profile(LPCWSTR name, struct profile *profile)
{
    WCHAR path[MAX_PATH + 16];
    HANDLE file;
    BOOL ok;

    memset(profile, 0, sizeof(*profile));
    if (!full_name(name, path))
        return FALSE;
    file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING,
                       0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return FALSE;
    ok = load(file, profile);
    NtClose(file);
    return ok;
}

/* ---- Lines ---- */

struct span {
    const WCHAR *at, *end;
};

static struct span trim(const WCHAR *at, const WCHAR *end)
{
    while (at < end && (*at == L' ' || *at == L'\t'))
        at++;
    while (end > at && (end[-1] == L' ' || end[-1] == L'\t' || end[-1] == L'\r'))
        end--;
    return (struct span){at, end};
}

static BOOL same(struct span span, const WCHAR *text)
{
    struct span wanted = trim(text, text + wcslen(text));

    return !RtlCompareUnicodeStrings(span.at, (SIZE_T)(span.end - span.at), wanted.at,
                                     (SIZE_T)(wanted.end - wanted.at), TRUE);
}

/* The line at `at`, trimmed; the result is where the next one begins. */
static const WCHAR *next_line(const WCHAR *at, struct span *line)
{
    const WCHAR *end = at;

    while (*end && *end != L'\n')
        end++;
    *line = trim(at, end);
    return *end ? end + 1 : end;
}

static BOOL is_section(struct span line, struct span *name)
{
    const WCHAR *end = line.at;

    if (line.at == line.end || *line.at != L'[')
        return FALSE;
    while (end < line.end && *end != L']')
        end++;
    *name = trim(line.at + 1, end);
    return TRUE;
}

/* Comments begin with a semicolon. Without '=' the whole line is the name. */
static BOOL is_entry(struct span line, struct span *name, struct span *value)
{
    const WCHAR *equals = line.at;

    if (line.at == line.end || *line.at == L';')
        return FALSE;
    while (equals < line.end && *equals != L'=')
        equals++;
    *name = trim(line.at, equals);
    *value = equals < line.end ? trim(equals + 1, line.end) : (struct span){line.end, line.end};
    return TRUE;
}

/* The text of a section behind its heading; NULL: it is not there. */
static const WCHAR *find_section(const struct profile *profile, const WCHAR *section)
{
    struct span line, name;

    for (const WCHAR *at = profile->text; at && *at;) {
        at = next_line(at, &line);
        if (is_section(line, &name) && same(name, section))
            return at;
    }
    return NULL;
}

/* ---- Reading ---- */

/* Lists of strings: what does not fit is cut, and the result is then size - 2. */
struct list {
    WCHAR *buffer;
    DWORD size, length;
    BOOL cut;
};

static void add(struct list *list, struct span text)
{
    for (const WCHAR *at = text.at; at <= text.end && !list->cut; at++) {
        if (list->size < 2 || list->length >= list->size - 2) {
            list->cut = TRUE;
            break;
        }
        list->buffer[list->length++] = at < text.end ? *at : 0;
    }
}

static DWORD end_list(struct list *list)
{
    if (!list->size)
        return 0;
    if (list->size == 1) {
        list->buffer[0] = 0;
        return 0;
    }
    if (list->cut) {
        list->buffer[list->size - 2] = list->buffer[list->size - 1] = 0;
        return list->size - 2;
    }
    list->buffer[list->length] = 0;
    if (!list->length)
        list->buffer[1] = 0;
    return list->length;
}

DWORD WINAPI GetPrivateProfileSectionNamesW(LPWSTR buffer, DWORD size, LPCWSTR file)
{
    struct list list = {.buffer = buffer, .size = size};
    struct profile profile;
    struct span line, name;

    if (read_profile(file, &profile))
        for (const WCHAR *at = profile.text; *at;) {
            at = next_line(at, &line);
            if (is_section(line, &name))
                add(&list, name);
        }
    heap_free(profile.text);
    return end_list(&list);
}

DWORD WINAPI GetPrivateProfileSectionW(LPCWSTR section, LPWSTR buffer, DWORD size, LPCWSTR file)
{
    struct list list = {.buffer = buffer, .size = size};
    struct profile profile;
    struct span line, name, value;
    const WCHAR *at;

    if (!section) {
        fail(ERROR_INVALID_PARAMETER);
        return 0;
    }
    if (read_profile(file, &profile))
        for (at = find_section(&profile, section); at && *at;) {
            at = next_line(at, &line);
            if (is_section(line, &name))
                break;
            if (is_entry(line, &name, &value))
                add(&list, line);
        }
    heap_free(profile.text);
    return end_list(&list);
}

static DWORD entry_names(LPCWSTR section, WCHAR *buffer, DWORD size, LPCWSTR file)
{
    struct list list = {.buffer = buffer, .size = size};
    struct profile profile;
    struct span line, name, value;
    const WCHAR *at;

    if (read_profile(file, &profile))
        for (at = find_section(&profile, section); at && *at;) {
            at = next_line(at, &line);
            if (is_section(line, &name))
                break;
            if (is_entry(line, &name, &value))
                add(&list, name);
        }
    heap_free(profile.text);
    return end_list(&list);
}

DWORD WINAPI GetPrivateProfileStringW(LPCWSTR section, LPCWSTR key, LPCWSTR otherwise,
                                      LPWSTR buffer, DWORD size, LPCWSTR file)
{
    struct profile profile;
    struct span line, name, value, found;
    BOOL known = FALSE;
    DWORD length;

    if (!section)
        return GetPrivateProfileSectionNamesW(buffer, size, file);
    if (!key)
        return entry_names(section, buffer, size, file);
    if (!otherwise)
        otherwise = L"";
    found = (struct span){otherwise, otherwise + wcslen(otherwise)};
    /* Blanks at the end of the default are dropped, as documented. */
    while (found.end > found.at && found.end[-1] == L' ')
        found.end--;
    if (read_profile(file, &profile))
        for (const WCHAR *at = find_section(&profile, section); at && *at && !known;) {
            at = next_line(at, &line);
            if (is_section(line, &name))
                break;
            if (is_entry(line, &name, &value) && same(name, key)) {
                found = value;
                known = TRUE;
            }
        }
    /* One pair of quotes about the value is not part of it. */
    if (known && found.end - found.at >= 2 && (*found.at == L'"' || *found.at == L'\'') &&
        found.end[-1] == *found.at) {
        found.at++;
        found.end--;
    }
    length = (DWORD)(found.end - found.at);
    if (size && length >= size) {
        length = size - 1;
        fail(ERROR_MORE_DATA);
    }
    if (size) {
        memcpy(buffer, found.at, length * sizeof(*buffer));
        buffer[length] = 0;
    }
    heap_free(profile.text);
    return size ? length : 0;
}

UINT WINAPI GetPrivateProfileIntW(LPCWSTR section, LPCWSTR key, INT otherwise, LPCWSTR file)
{
    WCHAR text[64], *at = text;
    UINT value = 0;
    BOOL negative = FALSE;

    if (!section || !key ||
        !GetPrivateProfileStringW(section, key, L"", text, ARRAYSIZE(text), file))
        return (UINT)otherwise;
    if (*at == L'-' || *at == L'+')
        negative = *at++ == L'-';
    if (at[0] == L'0' && (at[1] == L'x' || at[1] == L'X')) {
        for (at += 2;; at++) {
            UINT digit = 16;

            if (*at >= L'0' && *at <= L'9')
                digit = (UINT)(*at - L'0');
            else if ((*at | 0x20) >= L'a' && (*at | 0x20) <= L'f')
                digit = (UINT)((*at | 0x20) - L'a' + 10);
            if (digit > 15)
                break;
            value = value * 16 + digit;
        }
    } else {
        while (*at >= L'0' && *at <= L'9')
            value = value * 10 + (UINT)(*at++ - L'0');
    }
    return negative ? 0u - value : value;
}

/* ---- Writing ---- */

static BOOL store(HANDLE file, const struct profile *profile, const struct span *parts, UINT count)
{
    LARGE_INTEGER start = {.QuadPart = 0};
    SIZE_T units = 0, at = 0;
    WCHAR *text;
    BYTE *bytes = NULL;
    DWORD size, written;
    BOOL ok = FALSE;

    for (UINT i = 0; i < count; i++)
        units += (SIZE_T)(parts[i].end - parts[i].at);
    if (units > LARGEST)
        return fail(ERROR_FILE_TOO_LARGE);
    text = heap_alloc((units + 1) * sizeof(*text));
    if (!text)
        return FALSE;
    if (profile->utf16)
        text[at++] = 0xfeff;
    for (UINT i = 0; i < count; i++) {
        memcpy(text + at, parts[i].at, (SIZE_T)(parts[i].end - parts[i].at) * sizeof(*text));
        at += (SIZE_T)(parts[i].end - parts[i].at);
    }
    if (profile->utf16) {
        bytes = (BYTE *)text;
        size = (DWORD)(at * sizeof(*text));
    } else {
        size = at ? (DWORD)WideCharToMultiByte(CP_ACP, 0, text, (int)at, NULL, 0, NULL, NULL) : 0;
        bytes = heap_alloc((SIZE_T)size + 1);
        if (bytes && size)
            WideCharToMultiByte(CP_ACP, 0, text, (int)at, (char *)bytes, (int)size, NULL, NULL);
    }
    if (bytes)
        ok = SetFilePointerEx(file, start, NULL, FILE_BEGIN) &&
             WriteFile(file, bytes, size, &written, NULL) && SetEndOfFile(file);
    if (bytes != (BYTE *)text)
        heap_free(bytes);
    heap_free(text);
    return ok;
}

static struct span whole(const WCHAR *text)
{
    return (struct span){text, text + wcslen(text)};
}

/* Puts `lines` in place of the text between `from` and `to`, or as a new section at the end. */
static BOOL edit(HANDLE file, const struct profile *profile, LPCWSTR section, LPCWSTR key,
                 LPCWSTR value, BOOL all, const WCHAR *lines)
{
    const WCHAR *start = profile->text, *end = profile->text + profile->length;
    const WCHAR *body = find_section(profile, section), *from = NULL, *to = NULL, *last;
    struct span parts[10], line, name, old;
    UINT n = 0;

    if (!body) {
        if (!all && (!key || !value))
            return TRUE; /* nothing to remove */
        if (all && !lines)
            return TRUE;
        parts[n++] = (struct span){start, end};
        if (profile->length && end[-1] != L'\n')
            parts[n++] = whole(L"\r\n");
        parts[n++] = whole(L"[");
        parts[n++] = whole(section);
        parts[n++] = whole(L"]\r\n");
    } else {
        const WCHAR *heading = body;

        /* Where the heading's line begins, to remove it with its section. */
        if (heading > start)
            heading--;
        while (heading > start && heading[-1] != L'\n')
            heading--;
        last = body; /* behind the last line that is not empty */
        for (const WCHAR *at = body, *next; at < end; at = next) {
            next = next_line(at, &line);
            if (is_section(line, &name)) {
                if (!to)
                    to = at;
                break;
            }
            if (line.at < line.end)
                last = next;
            if (!all && key && is_entry(line, &name, &old) && same(name, key) && !from) {
                from = at;
                to = next;
                break;
            }
        }
        if (!to)
            to = end;
        if (all || !key) {
            from = all && lines ? body : heading;
        } else if (!from) {
            if (!value)
                return TRUE;
            from = to = last;
        }
        parts[n++] = (struct span){start, from};
        if (from > start && from[-1] != L'\n')
            parts[n++] = whole(L"\r\n");
    }
    if (all && lines) {
        parts[n++] = (struct span){lines, lines + wcslen(lines)};
    } else if (key && value) {
        parts[n++] = whole(key);
        parts[n++] = whole(L"=");
        parts[n++] = whole(value);
        parts[n++] = whole(L"\r\n");
    }
    if (body)
        parts[n++] = (struct span){to, end};
    return store(file, profile, parts, n);
}

static BOOL write(LPCWSTR section, LPCWSTR key, LPCWSTR value, BOOL all, const WCHAR *lines,
                  LPCWSTR name)
{
    WCHAR path[MAX_PATH + 16];
    struct profile profile = {0};
    HANDLE file;
    BOOL ok;

    if (!section) {
        /* All NULL asks to flush a cache, which is not there. */
        return key || value ? fail(ERROR_INVALID_PARAMETER) : TRUE;
    }
    if (!full_name(name, path))
        return FALSE;
    RtlAcquireSRWLockExclusive(&profile_lock);
    file = CreateFileW(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, NULL, OPEN_ALWAYS,
                       FILE_ATTRIBUTE_NORMAL, NULL);
    ok = file != INVALID_HANDLE_VALUE;
    if (ok) {
        DWORD error;

        ok = load(file, &profile) && edit(file, &profile, section, key, value, all, lines);
        error = GetLastError();
        NtClose(file);
        if (!ok)
            fail(error);
    }
    RtlReleaseSRWLockExclusive(&profile_lock);
    heap_free(profile.text);
    return ok;
}

BOOL WINAPI WritePrivateProfileStringW(LPCWSTR section, LPCWSTR key, LPCWSTR value, LPCWSTR file)
{
    return write(section, key, value, FALSE, NULL, file);
}

BOOL WINAPI WritePrivateProfileSectionW(LPCWSTR section, LPCWSTR strings, LPCWSTR file)
{
    SIZE_T units = 0, lines = 0;
    WCHAR *text, *to;
    BOOL ok;

    if (!strings)
        return write(section, NULL, NULL, TRUE, NULL, file);
    for (const WCHAR *at = strings; *at; at += wcslen(at) + 1) {
        units += wcslen(at);
        lines++;
    }
    text = to = heap_alloc((units + 2 * lines + 1) * sizeof(*text));
    if (!text)
        return FALSE;
    for (const WCHAR *at = strings; *at; at += wcslen(at) + 1) {
        memcpy(to, at, wcslen(at) * sizeof(*to));
        to += wcslen(at);
        *to++ = L'\r';
        *to++ = L'\n';
    }
    *to = 0;
    ok = write(section, NULL, NULL, TRUE, text, file);
    heap_free(text);
    return ok;
}

/* ---- win.ini, structures ---- */

DWORD WINAPI GetProfileStringW(LPCWSTR section, LPCWSTR key, LPCWSTR otherwise, LPWSTR buffer,
                               DWORD size)
{
    return GetPrivateProfileStringW(section, key, otherwise, buffer, size, NULL);
}

UINT WINAPI GetProfileIntW(LPCWSTR section, LPCWSTR key, INT otherwise)
{
    return GetPrivateProfileIntW(section, key, otherwise, NULL);
}

BOOL WINAPI WriteProfileStringW(LPCWSTR section, LPCWSTR key, LPCWSTR value)
{
    return WritePrivateProfileStringW(section, key, value, NULL);
}

/* ---- In the ANSI code page ---- */

DWORD WINAPI GetPrivateProfileStringA(LPCSTR section, LPCSTR key, LPCSTR otherwise, LPSTR buffer,
                                      DWORD size, LPCSTR file)
{
    WCHAR *wide_buffer;
    DWORD length;
    int bytes = 0;

    WIDE_ANSI(wide_section, section, 0);
    WIDE_ANSI(wide_key, key, 0);
    WIDE_ANSI(wide_otherwise, otherwise, 0);
    WIDE_FILE(wide_file, file, 0);
    if (!size)
        return 0;
    wide_buffer = heap_alloc(((SIZE_T)size + 1) * sizeof(*wide_buffer));
    if (!wide_buffer)
        return 0;
    length = GetPrivateProfileStringW(wide_section.text, wide_key.text, wide_otherwise.text,
                                      wide_buffer, size, wide_file.text);
    /* What does not fit as bytes is cut at a character. */
    while (length && (bytes = WideCharToMultiByte(CP_ACP, 0, wide_buffer, (int)length, NULL, 0,
                                                  NULL, NULL)) >= (int)size)
        length--;
    bytes = length ? WideCharToMultiByte(CP_ACP, 0, wide_buffer, (int)length, buffer, (int)size - 1,
                                         NULL, NULL)
                   : 0;
    buffer[bytes] = 0;
    if ((!section || !key) && (DWORD)bytes + 1 < size)
        buffer[bytes + 1] = 0;
    heap_free(wide_buffer);
    return (DWORD)bytes;
}

DWORD WINAPI GetPrivateProfileSectionNamesA(LPSTR buffer, DWORD size, LPCSTR file)
{
    return GetPrivateProfileStringA(NULL, NULL, NULL, buffer, size, file);
}

UINT WINAPI GetPrivateProfileIntA(LPCSTR section, LPCSTR key, INT otherwise, LPCSTR file)
{
    WIDE_ANSI(wide_section, section, (UINT)otherwise);
    WIDE_ANSI(wide_key, key, (UINT)otherwise);
    WIDE_FILE(wide_file, file, (UINT)otherwise);
    return GetPrivateProfileIntW(wide_section.text, wide_key.text, otherwise, wide_file.text);
}

BOOL WINAPI WritePrivateProfileStringA(LPCSTR section, LPCSTR key, LPCSTR value, LPCSTR file)
{
    WIDE_ANSI(wide_section, section, FALSE);
    WIDE_ANSI(wide_key, key, FALSE);
    WIDE_ANSI(wide_value, value, FALSE);
    WIDE_FILE(wide_file, file, FALSE);
    return WritePrivateProfileStringW(wide_section.text, wide_key.text, wide_value.text,
                                      wide_file.text);
}

DWORD WINAPI GetProfileStringA(LPCSTR section, LPCSTR key, LPCSTR otherwise, LPSTR buffer,
                               DWORD size)
{
    return GetPrivateProfileStringA(section, key, otherwise, buffer, size, NULL);
}

UINT WINAPI GetProfileIntA(LPCSTR section, LPCSTR key, INT otherwise)
{
    return GetPrivateProfileIntA(section, key, otherwise, NULL);
}

BOOL WINAPI WriteProfileStringA(LPCSTR section, LPCSTR key, LPCSTR value)
{
    return WritePrivateProfileStringA(section, key, value, NULL);
}
