/*
 * DOS path names: their types, device names in them, full names, and the NT names they stand for.
 * The rules are those of Windows 10: the last component loses its trailing dots and spaces, and a reserved
 * device name counts in any folder and with any extension. \\?\ switches all of it off.
 *
 * The current directory and the drives' directories ("=C:" variables) are guarded by the PEB lock.
 */
#include "path_private.h"
#include "abi/nt/casemap.h"

static inline BOOLEAN is_sep(WCHAR c)
{
    return c == '\\' || c == '/';
}

static inline BOOLEAN is_letter(WCHAR c)
{
    return (c | 32) >= 'a' && (c | 32) <= 'z';
}

static RTL_PATH_TYPE path_type(const WCHAR *p, SIZE_T n)
{
    if (!n)
        return RtlPathTypeRelative;
    if (is_sep(p[0])) {
        if (n < 2 || !is_sep(p[1]))
            return RtlPathTypeRooted;
        if (n < 3 || (p[2] != '.' && p[2] != '?'))
            return RtlPathTypeUncAbsolute;
        if (n > 3)
            return is_sep(p[3]) ? RtlPathTypeLocalDevice : RtlPathTypeUncAbsolute;
        return RtlPathTypeRootLocalDevice;
    }
    if (n < 2 || p[1] != ':')
        return RtlPathTypeRelative;
    return n > 2 && is_sep(p[2]) ? RtlPathTypeDriveAbsolute : RtlPathTypeDriveRelative;
}

RTL_PATH_TYPE NTAPI RtlDetermineDosPathNameType_Ustr(PCUNICODE_STRING path)
{
    return path_type(path->Buffer, path->Length / sizeof(WCHAR));
}

RTL_PATH_TYPE NTAPI RtlDetermineDosPathNameType_U(PCWSTR path)
{
    SIZE_T n = 0;

    while (n < 4 && path[n])
        n++;
    return path_type(path, n);
}

static BOOLEAN same_name(const WCHAR *a, SIZE_T n, const char *b)
{
    SIZE_T i = 0;

    for (; i < n && b[i]; i++)
        if (nt_upcase(a[i]) != (WCHAR)b[i])
            return FALSE;
    return i == n && !b[i];
}

static BOOLEAN is_device_name(const WCHAR *p, SIZE_T n)
{
    if (n == 3)
        return same_name(p, 3, "AUX") || same_name(p, 3, "CON") || same_name(p, 3, "NUL") ||
               same_name(p, 3, "PRN");
    if (n == 4)
        return (same_name(p, 3, "COM") || same_name(p, 3, "LPT")) &&
               ((p[3] >= '1' && p[3] <= '9') || p[3] == 0xb9 || p[3] == 0xb2 || p[3] == 0xb3);
    return same_name(p, n, "CONIN$") || same_name(p, n, "CONOUT$");
}

static ULONG dos_device(const WCHAR *p, SIZE_T n)
{
    RTL_PATH_TYPE type = path_type(p, n);
    SIZE_T start = 0, end = n;

    switch (type) {
    case RtlPathTypeUncAbsolute:
    case RtlPathTypeUnknown:
    case RtlPathTypeRootLocalDevice:
        return 0;
    case RtlPathTypeLocalDevice:
        return same_name(p, n, "\\\\.\\CON") ? MAKELONG(3 * sizeof(WCHAR), 4 * sizeof(WCHAR)) : 0;
    case RtlPathTypeDriveAbsolute:
    case RtlPathTypeDriveRelative:
        start = 2;
        break;
    default:
        break;
    }
    if (end > start && p[end - 1] == ':')
        end--;
    while (end > start && (p[end - 1] == '.' || p[end - 1] == ' '))
        end--;
    for (SIZE_T i = end; i > start; i--)
        if (is_sep(p[i - 1])) {
            start = i;
            break;
        }
    /* an extension or a stream does not make it another name */
    for (SIZE_T i = start; i < end; i++)
        if (p[i] == '.' || p[i] == ':') {
            end = i;
            break;
        }
    while (end > start && p[end - 1] == ' ')
        end--;
    if (end <= start || !is_device_name(p + start, end - start) || start * sizeof(WCHAR) > 0xffff)
        return 0;
    return (ULONG)MAKELONG((end - start) * sizeof(WCHAR), start * sizeof(WCHAR));
}

ULONG NTAPI RtlIsDosDeviceName_Ustr(PCUNICODE_STRING path)
{
    return dos_device(path->Buffer, path->Length / sizeof(WCHAR));
}

ULONG NTAPI RtlIsDosDeviceName_U(PCWSTR path)
{
    return path ? dos_device(path, wcslen(path)) : 0;
}

/* ---- full names ---- */

static BOOLEAN put(struct path_buffer *b, const WCHAR *text, SIZE_T n)
{
    if (b->length + n + 1 > b->size) {
        SIZE_T size = (b->length + n + 1) * 2;
        PWSTR more = RtlAllocateHeap(rtl_heap(), 0, size * sizeof(WCHAR));

        if (!more)
            return FALSE;
        memcpy(more, b->text, b->length * sizeof(WCHAR));
        path_buffer_free(b);
        b->text = more;
        b->size = size;
    }
    memcpy(b->text + b->length, text, n * sizeof(WCHAR));
    b->length += n;
    b->text[b->length] = 0;
    return TRUE;
}

void path_buffer_init(struct path_buffer *b)
{
    b->text = b->space;
    b->size = COUNT_OF(b->space);
    b->length = 0;
    b->space[0] = 0;
}

void path_buffer_free(struct path_buffer *b)
{
    if (b->text != b->space)
        RtlFreeHeap(rtl_heap(), 0, b->text);
}

/* Length of what ".." cannot remove: "C:\", "\\server\share\", "\\.\". */
static SIZE_T root_length(const WCHAR *p, SIZE_T n)
{
    SIZE_T i;

    switch (path_type(p, n)) {
    case RtlPathTypeLocalDevice:
        return 4;
    case RtlPathTypeUncAbsolute:
        for (i = 2; i < n && !is_sep(p[i]); i++) /* server */
            ;
        while (i < n && is_sep(p[i]))
            i++;
        while (i < n && !is_sep(p[i])) /* share */
            i++;
        return i < n ? i + 1 : i;
    case RtlPathTypeDriveAbsolute:
        return 3;
    default:
        return n;
    }
}

/* Resolves "." and "..", joins separators and drops what DOS drops, in place. */
static void collapse(struct path_buffer *b)
{
    WCHAR *t = b->text;
    SIZE_T n = b->length, mark, out;

    for (SIZE_T i = 0; i < n; i++)
        if (t[i] == '/')
            t[i] = '\\';
    mark = out = root_length(t, n);
    for (SIZE_T in = mark; in < n;) {
        SIZE_T end = in, length;

        while (end < n && t[end] != '\\')
            end++;
        length = end - in;
        if (!length || (length == 1 && t[in] == '.')) {
            /* nothing, or the folder itself */
            if (length && end == n && out > mark)
                out--;
        } else if (length == 2 && t[in] == '.' && t[in + 1] == '.') {
            if (out > mark) {
                out--; /* the separator */
                while (out > mark && t[out - 1] != '\\')
                    out--;
                if (end == n && out > mark)
                    out--;
            }
        } else {
            if (end < n && t[end - 1] == '.')
                length--; /* one dot at the end of a folder's name goes */
            if (out != in)
                memmove(t + out, t + in, length * sizeof(WCHAR));
            out += length;
            if (end < n)
                t[out++] = '\\';
        }
        in = end < n ? end + 1 : end;
    }
    while (out > mark && (t[out - 1] == ' ' || t[out - 1] == '.'))
        out--;
    t[out] = 0;
    b->length = out;
}

static NTSTATUS drive_directory(struct path_buffer *b, WCHAR drive)
{
    const UNICODE_STRING *cur = &rtl_peb()->ProcessParameters->CurrentDirectory.DosPath;
    WCHAR name[3] = {'=', drive, ':'}, root[3] = {drive, ':', '\\'}, *value;
    SIZE_T n = 0;
    NTSTATUS status;

    if (cur->Length >= 2 * sizeof(WCHAR) && cur->Buffer[1] == ':' &&
        nt_upcase(cur->Buffer[0]) == nt_upcase(drive))
        return put(b, cur->Buffer, cur->Length / sizeof(WCHAR)) ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    status = RtlQueryEnvironmentVariable(NULL, name, 3, NULL, 0, &n);
    if (status == STATUS_VARIABLE_NOT_FOUND || !n)
        return put(b, root, 3) ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    value = RtlAllocateHeap(rtl_heap(), 0, n * sizeof(WCHAR));
    if (!value)
        return STATUS_NO_MEMORY;
    status = RtlQueryEnvironmentVariable(NULL, name, 3, value, n, &n);
    if (status >= 0 && !put(b, value, n))
        status = STATUS_NO_MEMORY;
    RtlFreeHeap(rtl_heap(), 0, value);
    if (status >= 0 && n && !is_sep(b->text[b->length - 1]) && !put(b, L"\\", 1))
        status = STATUS_NO_MEMORY;
    return status;
}

NTSTATUS path_full_name(const WCHAR *name, SIZE_T n, struct path_buffer *b, RTL_PATH_TYPE *type)
{
    const UNICODE_STRING *cur;
    NTSTATUS status = STATUS_SUCCESS;
    BOOLEAN ok = TRUE;
    ULONG device;

    while (n && name[n - 1] == ' ') /* nothing but spaces is no name */
        n--;
    *type = path_type(name, n);
    if (!n)
        return STATUS_OBJECT_NAME_INVALID;
    device = dos_device(name, n);
    if (device) {
        *type = RtlPathTypeLocalDevice;
        ok = put(b, L"\\\\.\\", 4) && put(b, name + HIWORD(device) / sizeof(WCHAR),
                                          LOWORD(device) / sizeof(WCHAR));
        return ok ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    }
    RtlAcquirePebLock();
    cur = &rtl_peb()->ProcessParameters->CurrentDirectory.DosPath;
    switch (*type) {
    case RtlPathTypeRootLocalDevice:
        ok = put(b, L"\\\\.\\", 4);
        n = 0;
        break;
    case RtlPathTypeDriveRelative:
        status = drive_directory(b, name[0]);
        name += 2;
        n -= 2;
        break;
    case RtlPathTypeRooted:
        if (cur->Length >= 2 * sizeof(WCHAR))
            ok = put(b, cur->Buffer, cur->Buffer[1] == ':'
                                         ? 2
                                         : root_length(cur->Buffer, cur->Length / sizeof(WCHAR)));
        break;
    case RtlPathTypeRelative:
        ok = put(b, cur->Buffer, cur->Length / sizeof(WCHAR));
        if (ok && b->length && !is_sep(b->text[b->length - 1]))
            ok = put(b, L"\\", 1);
        break;
    default:
        break;
    }
    RtlReleasePebLock();
    if (status >= 0 && (!ok || !put(b, name, n)))
        status = STATUS_NO_MEMORY;
    if (status >= 0)
        collapse(b);
    return status;
}

/* The last component of a full name; NULL where the name ends with its folder. */
static PWSTR file_part(PWSTR text, SIZE_T n)
{
    SIZE_T mark = root_length(text, n), i = n;

    while (i > mark && text[i - 1] != '\\')
        i--;
    return i < n && n > mark ? text + i : NULL;
}

NTSTATUS NTAPI RtlGetFullPathName_UEx(PCWSTR name, ULONG bytes, PWSTR buffer, PWSTR *file,
                                      ULONG *needed)
{
    struct path_buffer full;
    RTL_PATH_TYPE type;
    NTSTATUS status;
    SIZE_T size;

    if (file)
        *file = NULL;
    if (needed)
        *needed = 0;
    if (!name || !*name)
        return STATUS_OBJECT_NAME_INVALID;
    path_buffer_init(&full);
    status = path_full_name(name, wcslen(name), &full, &type);
    if (status >= 0) {
        size = full.length * sizeof(WCHAR);
        if (size + sizeof(WCHAR) > bytes) {
            status = STATUS_BUFFER_TOO_SMALL;
            size += sizeof(WCHAR);
        } else {
            memcpy(buffer, full.text, size + sizeof(WCHAR));
            if (file && type != RtlPathTypeRootLocalDevice &&
                !(type == RtlPathTypeLocalDevice && dos_device(name, wcslen(name))))
                *file = file_part(buffer, full.length);
        }
        if (needed)
            *needed = (ULONG)size;
    }
    path_buffer_free(&full);
    return status;
}

ULONG NTAPI RtlGetFullPathName_U(PCWSTR name, ULONG bytes, PWSTR buffer, PWSTR *file)
{
    ULONG needed = 0;

    RtlGetFullPathName_UEx(name, bytes, buffer, file, &needed);
    return needed;
}

NTSTATUS NTAPI RtlGetFullPathName_UstrEx(PCUNICODE_STRING name, PUNICODE_STRING static_string,
                                         PUNICODE_STRING dynamic_string, PUNICODE_STRING *used,
                                         SIZE_T *file_part_chars, BOOLEAN *invalid,
                                         RTL_PATH_TYPE *type, SIZE_T *needed)
{
    struct path_buffer full;
    RTL_PATH_TYPE found;
    NTSTATUS status;
    SIZE_T size = 0;
    PWSTR text = NULL, file;

    if (used)
        *used = NULL;
    if (file_part_chars)
        *file_part_chars = 0;
    if (invalid)
        *invalid = FALSE;
    path_buffer_init(&full);
    status = path_full_name(name->Buffer, name->Length / sizeof(WCHAR), &full, &found);
    if (type)
        *type = found;
    if (status >= 0) {
        size = (full.length + 1) * sizeof(WCHAR);
        if (size > UNICODE_STRING_MAX_BYTES) {
            status = STATUS_NAME_TOO_LONG;
        } else if (static_string && size <= static_string->MaximumLength) {
            text = static_string->Buffer;
            static_string->Length = (USHORT)(size - sizeof(WCHAR));
            if (used)
                *used = static_string;
        } else if (dynamic_string) {
            text = RtlAllocateHeap(rtl_heap(), 0, size);
            if (text) {
                dynamic_string->Buffer = text;
                dynamic_string->Length = (USHORT)(size - sizeof(WCHAR));
                dynamic_string->MaximumLength = (USHORT)size;
                if (used)
                    *used = dynamic_string;
            } else {
                status = STATUS_NO_MEMORY;
            }
        } else {
            status = static_string ? STATUS_BUFFER_TOO_SMALL : STATUS_INVALID_PARAMETER;
        }
    }
    if (text) {
        memcpy(text, full.text, size);
        file = file_part(text, full.length);
        if (file_part_chars && file)
            *file_part_chars = (SIZE_T)(file - text);
    }
    if (needed)
        *needed = size;
    path_buffer_free(&full);
    return status;
}

/* ---- NT names ---- */

static NTSTATUS to_nt_name(PCWSTR dos, PUNICODE_STRING nt, PWSTR *file, PRTL_RELATIVE_NAME_U rel,
                           BOOLEAN want_relative)
{
    struct path_buffer full;
    const WCHAR *prefix = L"\\??\\", *rest;
    SIZE_T prefix_chars = 4, rest_chars, size;
    RTL_PATH_TYPE type;
    NTSTATUS status = STATUS_SUCCESS;
    PWSTR text;

    if (rel)
        memset(rel, 0, sizeof(*rel));
    if (file)
        *file = NULL;
    if (!dos || !*dos)
        return STATUS_OBJECT_NAME_INVALID;
    path_buffer_init(&full);
    if (dos[0] == '\\' && (dos[1] == '\\' || dos[1] == '?') && dos[2] == '?' && dos[3] == '\\') {
        /* \\?\ and \??\ : taken literally */
        type = RtlPathTypeLocalDevice;
        rest = dos + 4;
        rest_chars = wcslen(rest);
    } else {
        status = path_full_name(dos, wcslen(dos), &full, &type);
        if (status < 0)
            goto done;
        rest = full.text;
        rest_chars = full.length;
        switch (path_type(rest, rest_chars)) {
        case RtlPathTypeUncAbsolute:
            prefix = L"\\??\\UNC\\";
            prefix_chars = 8;
            rest += 2;
            rest_chars -= 2;
            break;
        case RtlPathTypeLocalDevice:
            rest += 4;
            rest_chars -= 4;
            break;
        default:
            break;
        }
    }
    size = (prefix_chars + rest_chars + 1) * sizeof(WCHAR);
    if (size > UNICODE_STRING_MAX_BYTES) {
        status = STATUS_NAME_TOO_LONG;
        goto done;
    }
    text = RtlAllocateHeap(rtl_heap(), 0, size);
    if (!text) {
        status = STATUS_NO_MEMORY;
        goto done;
    }
    memcpy(text, prefix, prefix_chars * sizeof(WCHAR));
    memcpy(text + prefix_chars, rest, rest_chars * sizeof(WCHAR));
    text[prefix_chars + rest_chars] = 0;
    nt->Buffer = text;
    nt->Length = (USHORT)(size - sizeof(WCHAR));
    nt->MaximumLength = (USHORT)size;
    if (file && rest == dos + 4) {
        SIZE_T i = prefix_chars + rest_chars;

        while (i > prefix_chars && text[i - 1] != '\\')
            i--;
        *file = i < prefix_chars + rest_chars ? text + i : NULL;
    } else if (file && !dos_device(dos, wcslen(dos))) {
        PWSTR part = file_part(full.text, full.length);

        *file = part ? text + prefix_chars + (part - rest) : NULL;
    }
    if (rel && want_relative && type == RtlPathTypeRelative)
        path_make_relative(rel, nt, prefix_chars);
done:
    path_buffer_free(&full);
    return status;
}

NTSTATUS NTAPI RtlDosPathNameToNtPathName_U_WithStatus(PCWSTR dos, PUNICODE_STRING nt, PWSTR *file,
                                                       PRTL_RELATIVE_NAME_U relative)
{
    return to_nt_name(dos, nt, file, relative, FALSE);
}

BOOLEAN NTAPI RtlDosPathNameToNtPathName_U(PCWSTR dos, PUNICODE_STRING nt, PWSTR *file,
                                           PRTL_RELATIVE_NAME_U relative)
{
    return to_nt_name(dos, nt, file, relative, FALSE) >= 0;
}

NTSTATUS NTAPI RtlDosLongPathNameToNtPathName_U_WithStatus(PCWSTR dos, PUNICODE_STRING nt,
                                                           PWSTR *file,
                                                           PRTL_RELATIVE_NAME_U relative)
{
    return to_nt_name(dos, nt, file, relative, FALSE);
}

NTSTATUS NTAPI RtlDosPathNameToRelativeNtPathName_U_WithStatus(PCWSTR dos, PUNICODE_STRING nt,
                                                               PWSTR *file,
                                                               PRTL_RELATIVE_NAME_U relative)
{
    return to_nt_name(dos, nt, file, relative, TRUE);
}

BOOLEAN NTAPI RtlDosPathNameToRelativeNtPathName_U(PCWSTR dos, PUNICODE_STRING nt, PWSTR *file,
                                                   PRTL_RELATIVE_NAME_U relative)
{
    return to_nt_name(dos, nt, file, relative, TRUE) >= 0;
}
