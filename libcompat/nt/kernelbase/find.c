/*
 * Searching directories: FindFirstFile and its wildcards, streams and hard links of a file.
 */
#include "file.h"

/* A search handle is a heap block of this kind; the tag tells them apart and from garbage. */
enum find_kind { FIND_FILES = 0x46696c65, FIND_STREAMS = 0x5374726d, FIND_LINKS = 0x4c696e6b };

struct find {
    enum find_kind kind;
    RTL_SRWLOCK lock; /* guards all below: two threads may ask for the next entry */
    HANDLE directory; /* NULL for a search that has all its entries in the buffer */
    BOOL basic;       /* FindExInfoBasic: no short names */
    BOOL first;       /* the entry at `next` was not handed out yet */
    ULONG size;       /* of the buffer */
    ULONG next;       /* offset of the next entry; `filled` when none is left */
    ULONG filled;
    _Alignas(8) UCHAR buffer[];
};

/*
 * The wildcards of the DOS world, as the file systems below know them: '>' is a '?' that may also
 * match nothing before a period or the end, '"' a period that may match the end, '<' a '*' that
 * stops at the last period. `ends_in_dot` tells of a final period that the path lost on its way.
 */
static void translate_wildcards(UNICODE_STRING *mask, BOOL ends_in_dot)
{
    WCHAR *text = mask->Buffer;
    SIZE_T length = mask->Length / sizeof(WCHAR);

    if (length == 3 && text[0] == L'*' && text[1] == L'.' && text[2] == L'*') {
        mask->Length = sizeof(WCHAR);
        return;
    }
    for (SIZE_T i = 0; i < length; i++) {
        if (text[i] == L'?' || text[i] == L'*') {
            if (text[i] == L'?')
                text[i] = L'>';
            if (i && text[i - 1] == L'.')
                text[i - 1] = L'"';
        } else if (text[i] == L'.' && i && text[i - 1] == L'*') {
            text[i - 1] = L'<';
        }
    }
    if (ends_in_dot && length && text[length - 1] == L'*')
        text[length - 1] = L'<';
}

static void find_result(const struct find *find, const FILE_BOTH_DIR_INFORMATION *entry,
                        WIN32_FIND_DATAW *data)
{
    ULONG length = entry->FileNameLength;

    if (length > (MAX_PATH - 1) * sizeof(WCHAR))
        length = (MAX_PATH - 1) * sizeof(WCHAR);
    data->dwFileAttributes = entry->FileAttributes;
    data->ftCreationTime.dwLowDateTime = entry->CreationTime.LowPart;
    data->ftCreationTime.dwHighDateTime = (DWORD)entry->CreationTime.HighPart;
    data->ftLastAccessTime.dwLowDateTime = entry->LastAccessTime.LowPart;
    data->ftLastAccessTime.dwHighDateTime = (DWORD)entry->LastAccessTime.HighPart;
    data->ftLastWriteTime.dwLowDateTime = entry->LastWriteTime.LowPart;
    data->ftLastWriteTime.dwHighDateTime = (DWORD)entry->LastWriteTime.HighPart;
    data->nFileSizeHigh = (DWORD)entry->EndOfFile.HighPart;
    data->nFileSizeLow = entry->EndOfFile.LowPart;
    /* For a reparse point the size of extended attributes makes room for the tag. */
    data->dwReserved0 = entry->FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT ? entry->EaSize : 0;
    data->dwReserved1 = 0;
    memcpy(data->cFileName, entry->FileName, length);
    data->cFileName[length / sizeof(WCHAR)] = 0;
    length = find->basic ? 0 : (ULONG)entry->ShortNameLength;
    if (length > 12 * sizeof(WCHAR))
        length = 12 * sizeof(WCHAR);
    memcpy(data->cAlternateFileName, entry->ShortName, length);
    data->cAlternateFileName[length / sizeof(WCHAR)] = 0;
}

static struct find *new_find(enum find_kind kind, ULONG size)
{
    struct find *find = heap_zalloc(sizeof(*find) + size);

    if (find) {
        find->kind = kind;
        find->size = size;
    }
    return find;
}

/* NUL, CON and the like are found in every directory, as themselves. */
static HANDLE find_device(const WCHAR *name, ULONG location, WIN32_FIND_DATAW *data)
{
    struct find *find = new_find(FIND_FILES, 0);
    ULONG length = (location & 0xffff) / sizeof(WCHAR);

    if (!find)
        return INVALID_HANDLE_VALUE;
    memset(data, 0, sizeof(*data));
    data->dwFileAttributes = FILE_ATTRIBUTE_ARCHIVE;
    memcpy(data->cFileName, name + (location >> 16) / sizeof(WCHAR), length * sizeof(WCHAR));
    return find;
}

static NTSTATUS open_directory(struct find *find, UNICODE_STRING *nt, const WCHAR *file_part,
                               ULONG attributes_flags)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING directory = *nt;
    IO_STATUS_BLOCK io;
    NTSTATUS status;

    directory.Length = (USHORT)((const char *)file_part - (const char *)nt->Buffer);
    /* Without its separator a plain file is told from a bad name; a root needs it. */
    if (directory.Length > 2 * sizeof(WCHAR) && file_part[-2] != L':' && file_part[-2] != L'}')
        directory.Length -= sizeof(WCHAR);
    object_attributes(&attributes, &directory, NULL, attributes_flags, NULL);
    status = NtOpenFile(
        &find->directory, FILE_LIST_DIRECTORY | SYNCHRONIZE, &attributes, &io, SHARE_ALL,
        FILE_DIRECTORY_FILE | FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_FOR_BACKUP_INTENT);
    if (!NT_SUCCESS(status))
        find->directory = NULL;
    return status;
}

HANDLE WINAPI FindFirstFileExW(LPCWSTR name, FINDEX_INFO_LEVELS level, LPVOID data,
                               FINDEX_SEARCH_OPS operation, LPVOID filter, DWORD flags)
{
    UNICODE_STRING nt, mask;
    WCHAR *file_part;
    struct find *find;
    IO_STATUS_BLOCK io;
    NTSTATUS status;
    ULONG device;
    SIZE_T length;

    if ((level != FindExInfoStandard && level != FindExInfoBasic) || filter || !name || !data ||
        (flags & ~(DWORD)(FIND_FIRST_EX_CASE_SENSITIVE | FIND_FIRST_EX_LARGE_FETCH | 4))) {
        fail(name ? ERROR_INVALID_PARAMETER : ERROR_PATH_NOT_FOUND);
        return INVALID_HANDLE_VALUE;
    }
    if (operation != FindExSearchNameMatch && operation != FindExSearchLimitToDirectories) {
        fail(operation == FindExSearchLimitToDevices ? ERROR_NOT_SUPPORTED
                                                     : ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    device = RtlIsDosDeviceName_U(name);
    if (device)
        return find_device(name, device, data);
    if (!set_status(RtlDosPathNameToNtPathName_U_WithStatus(name, &nt, &file_part, NULL)))
        return INVALID_HANDLE_VALUE;
    if (!file_part || !*file_part) {
        RtlFreeUnicodeString(&nt);
        fail(ERROR_FILE_NOT_FOUND); /* a directory's own name with a separator behind it */
        return INVALID_HANDLE_VALUE;
    }
    find = new_find(FIND_FILES, flags & FIND_FIRST_EX_LARGE_FETCH ? 0x10000 : 0x2000);
    if (!find) {
        RtlFreeUnicodeString(&nt);
        return INVALID_HANDLE_VALUE;
    }
    find->basic = level == FindExInfoBasic;
    status = open_directory(find, &nt, file_part,
                            flags & FIND_FIRST_EX_CASE_SENSITIVE ? 0 : OBJ_CASE_INSENSITIVE);
    if (!NT_SUCCESS(status)) {
        if (status == STATUS_OBJECT_NAME_NOT_FOUND)
            status = STATUS_OBJECT_PATH_NOT_FOUND;
        set_status(status);
        goto failed;
    }
    mask.Buffer = file_part;
    mask.Length = mask.MaximumLength =
        (USHORT)(nt.Length - ((char *)file_part - (char *)nt.Buffer));
    length = wcslen(name);
    translate_wildcards(&mask, length && name[length - 1] == L'.');
    status = NtQueryDirectoryFile(find->directory, NULL, NULL, NULL, &io, find->buffer, find->size,
                                  FileBothDirectoryInformation, FALSE, &mask, TRUE);
    if (!NT_SUCCESS(status)) {
        if (status == STATUS_NO_MORE_FILES)
            status = STATUS_NO_SUCH_FILE;
        set_status(status);
        goto failed;
    }
    find->filled = (ULONG)io.Information;
    find->first = TRUE;
    RtlFreeUnicodeString(&nt);
    FindNextFileW(find, data);
    return find;
failed:
    RtlFreeUnicodeString(&nt);
    FindClose(find);
    return INVALID_HANDLE_VALUE;
}

/* Fills the buffer anew when it is used up. STATUS_NO_MORE_FILES at the end. */
static NTSTATUS next_entries(struct find *find)
{
    IO_STATUS_BLOCK io;
    NTSTATUS status;

    if (find->next < find->filled)
        return STATUS_SUCCESS;
    if (!find->directory)
        return STATUS_NO_MORE_FILES;
    status = NtQueryDirectoryFile(find->directory, NULL, NULL, NULL, &io, find->buffer, find->size,
                                  FileBothDirectoryInformation, FALSE, NULL, FALSE);
    if (NT_SUCCESS(status)) {
        find->next = 0;
        find->filled = (ULONG)io.Information;
    }
    return status;
}

static struct find *find_of_handle(HANDLE handle, enum find_kind kind)
{
    struct find *find = handle;

    if (find && handle != INVALID_HANDLE_VALUE && find->kind == kind)
        return find;
    fail(ERROR_INVALID_HANDLE);
    return NULL;
}

BOOL WINAPI FindNextFileW(HANDLE handle, LPWIN32_FIND_DATAW data)
{
    struct find *find = find_of_handle(handle, FIND_FILES);
    NTSTATUS status;

    if (!find)
        return FALSE;
    RtlAcquireSRWLockExclusive(&find->lock);
    status = next_entries(find);
    if (NT_SUCCESS(status)) {
        const FILE_BOTH_DIR_INFORMATION *entry =
            (const FILE_BOTH_DIR_INFORMATION *)(find->buffer + find->next);

        find_result(find, entry, data);
        find->next = entry->NextEntryOffset ? find->next + entry->NextEntryOffset : find->filled;
    }
    RtlReleaseSRWLockExclusive(&find->lock);
    return set_status(status);
}

BOOL WINAPI FindClose(HANDLE handle)
{
    struct find *find = handle;

    if (!find || handle == INVALID_HANDLE_VALUE ||
        (find->kind != FIND_FILES && find->kind != FIND_STREAMS && find->kind != FIND_LINKS))
        return fail(ERROR_INVALID_HANDLE);
    find->kind = 0;
    if (find->directory)
        NtClose(find->directory);
    heap_free(find);
    return TRUE;
}

HANDLE WINAPI FindFirstFileW(LPCWSTR name, LPWIN32_FIND_DATAW data)
{
    return FindFirstFileExW(name, FindExInfoStandard, data, FindExSearchNameMatch, NULL, 0);
}

static BOOL find_data_narrow(const WIN32_FIND_DATAW *wide, WIN32_FIND_DATAA *data)
{
    memcpy(data, wide, offsetof(WIN32_FIND_DATAA, cFileName));
    data->cFileName[0] = data->cAlternateFileName[0] = 0;
    if (narrow_file(wide->cFileName, (DWORD)wcslen(wide->cFileName), data->cFileName, MAX_PATH) >=
        MAX_PATH)
        return fail(ERROR_MORE_DATA); /* a UTF-8 name may be longer than the old structure */
    if (narrow_file(wide->cAlternateFileName, (DWORD)wcslen(wide->cAlternateFileName),
                    data->cAlternateFileName,
                    sizeof(data->cAlternateFileName)) >= sizeof(data->cAlternateFileName))
        data->cAlternateFileName[0] = 0;
    return TRUE;
}

HANDLE WINAPI FindFirstFileExA(LPCSTR name, FINDEX_INFO_LEVELS level, LPVOID data,
                               FINDEX_SEARCH_OPS operation, LPVOID filter, DWORD flags)
{
    WIN32_FIND_DATAW found;
    HANDLE find;

    WIDE_FILE(wide, name, INVALID_HANDLE_VALUE);
    find = FindFirstFileExW(wide.text, level, data ? &found : NULL, operation, filter, flags);
    if (find != INVALID_HANDLE_VALUE && !find_data_narrow(&found, data)) {
        FindClose(find);
        fail(ERROR_MORE_DATA);
        return INVALID_HANDLE_VALUE;
    }
    return find;
}

HANDLE WINAPI FindFirstFileA(LPCSTR name, LPWIN32_FIND_DATAA data)
{
    return FindFirstFileExA(name, FindExInfoStandard, data, FindExSearchNameMatch, NULL, 0);
}

BOOL WINAPI FindNextFileA(HANDLE handle, LPWIN32_FIND_DATAA data)
{
    WIN32_FIND_DATAW found;

    return FindNextFileW(handle, &found) && find_data_narrow(&found, data);
}

/* ---- Streams and hard links: all entries are fetched at once ---- */

/* Grows the search until the class fits; NULL: last error set. */
static struct find *find_all(HANDLE file, enum find_kind kind, ULONG class)
{
    for (ULONG size = 0x2000; size <= 0x1000000; size *= 4) {
        struct find *find = new_find(kind, size);
        IO_STATUS_BLOCK io = {.Information = 0};
        NTSTATUS status;

        if (!find)
            return NULL;
        status = NtQueryInformationFile(file, &io, find->buffer, size, class);
        if (NT_SUCCESS(status)) {
            find->filled = (ULONG)io.Information;
            return find;
        }
        heap_free(find);
        if (status != STATUS_BUFFER_OVERFLOW && status != STATUS_BUFFER_TOO_SMALL &&
            status != STATUS_INFO_LENGTH_MISMATCH) {
            set_status(status);
            return NULL;
        }
    }
    fail(ERROR_NOT_ENOUGH_MEMORY);
    return NULL;
}

HANDLE WINAPI FindFirstStreamW(LPCWSTR name, STREAM_INFO_LEVELS level, LPVOID data, DWORD flags)
{
    struct find *find;
    HANDLE file;

    if (level != FindStreamInfoStandard || flags || !name || !data) {
        fail(ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    if (!open_path(&file, name, FILE_READ_ATTRIBUTES, 0))
        return INVALID_HANDLE_VALUE;
    find = find_all(file, FIND_STREAMS, FileStreamInformation);
    NtClose(file);
    if (!find)
        return INVALID_HANDLE_VALUE;
    if (FindNextStreamW(find, data))
        return find;
    FindClose(find);
    fail(ERROR_HANDLE_EOF);
    return INVALID_HANDLE_VALUE;
}

BOOL WINAPI FindNextStreamW(HANDLE handle, LPVOID result)
{
    struct find *find = find_of_handle(handle, FIND_STREAMS);
    WIN32_FIND_STREAM_DATA *data = result;
    BOOL more;

    if (!find)
        return FALSE;
    RtlAcquireSRWLockExclusive(&find->lock);
    more = find->next + offsetof(FILE_STREAM_INFORMATION, StreamName) <= find->filled;
    if (more) {
        const FILE_STREAM_INFORMATION *entry =
            (const FILE_STREAM_INFORMATION *)(find->buffer + find->next);
        ULONG length = entry->StreamNameLength;

        if (length > sizeof(data->cStreamName) - sizeof(WCHAR))
            length = sizeof(data->cStreamName) - sizeof(WCHAR);
        data->StreamSize = entry->StreamSize;
        memcpy(data->cStreamName, entry->StreamName, length);
        data->cStreamName[length / sizeof(WCHAR)] = 0;
        find->next = entry->NextEntryOffset ? find->next + entry->NextEntryOffset : find->filled;
    }
    RtlReleaseSRWLockExclusive(&find->lock);
    return more || fail(ERROR_HANDLE_EOF);
}

/* FileHardLinkInformation: a header, then entries of (next, parent id, length, name). */
struct links_header {
    ULONG bytes_needed, entries;
};

struct link_entry {
    ULONG next;
    LONGLONG parent;
    ULONG length; /* UTF-16 units */
    WCHAR name[1];
};

HANDLE WINAPI FindFirstFileNameW(LPCWSTR name, DWORD flags, LPDWORD length, PWSTR buffer)
{
    struct find *find;
    HANDLE file;
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING nt;
    IO_STATUS_BLOCK io;
    NTSTATUS status;

    if (flags || !name || !length) {
        fail(ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    if (!nt_path(&nt, name))
        return INVALID_HANDLE_VALUE;
    object_attributes(&attributes, &nt, NULL, OBJ_CASE_INSENSITIVE, NULL);
    status = NtOpenFile(&file, FILE_READ_ATTRIBUTES | SYNCHRONIZE, &attributes, &io, SHARE_ALL,
                        FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_FOR_BACKUP_INTENT);
    RtlFreeUnicodeString(&nt);
    if (!set_status(status))
        return INVALID_HANDLE_VALUE;
    find = find_all(file, FIND_LINKS, FileHardLinkInformation);
    if (!find) {
        NtClose(file);
        return INVALID_HANDLE_VALUE;
    }
    /* Names of parents are found by their ids, below the volume of this file. */
    find->directory = file;
    if (((struct links_header *)find->buffer)->entries)
        find->next = sizeof(struct links_header);
    else
        find->next = find->filled;
    if (FindNextFileNameW(find, length, buffer))
        return find;
    status = GetLastError();
    FindClose(find);
    fail(status);
    return INVALID_HANDLE_VALUE;
}

/* Path of a directory below its volume, from its id; on the heap. */
static WCHAR *directory_by_id(HANDLE volume, LONGLONG id)
{
    FILE_ID_DESCRIPTOR descriptor = {.dwSize = sizeof(descriptor)};
    WCHAR *path = NULL;
    HANDLE directory;
    DWORD length;

    descriptor.FileId.QuadPart = id;
    directory = OpenFileById(volume, &descriptor, FILE_READ_ATTRIBUTES, SHARE_ALL, NULL,
                             FILE_FLAG_BACKUP_SEMANTICS);
    if (directory == INVALID_HANDLE_VALUE)
        return NULL;
    length = GetFinalPathNameByHandleW(directory, NULL, 0, VOLUME_NAME_NONE);
    if (length) {
        path = heap_alloc((length + 2) * sizeof(WCHAR));
        if (path &&
            GetFinalPathNameByHandleW(directory, path, length + 1, VOLUME_NAME_NONE) > length) {
            heap_free(path);
            path = NULL;
        }
    }
    NtClose(directory);
    return path;
}

BOOL WINAPI FindNextFileNameW(HANDLE handle, LPDWORD length, PWSTR buffer)
{
    struct find *find = find_of_handle(handle, FIND_LINKS);
    const struct link_entry *entry;
    WCHAR *directory;
    SIZE_T used;
    BOOL done = FALSE;

    if (!find)
        return FALSE;
    if (!length)
        return fail(ERROR_INVALID_PARAMETER);
    RtlAcquireSRWLockExclusive(&find->lock);
    if (find->next + offsetof(struct link_entry, name) > find->filled) {
        fail(ERROR_HANDLE_EOF);
        goto unlock;
    }
    entry = (const struct link_entry *)(find->buffer + find->next);
    directory = directory_by_id(find->directory, entry->parent);
    if (!directory)
        goto unlock;
    used = wcslen(directory);
    if (used && directory[used - 1] == L'\\')
        used--;
    if (!buffer || used + 1 + entry->length + 1 > *length) {
        *length = (DWORD)(used + 1 + entry->length + 1);
        fail(ERROR_MORE_DATA);
    } else {
        memcpy(buffer, directory, used * sizeof(WCHAR));
        buffer[used++] = L'\\';
        memcpy(buffer + used, entry->name, entry->length * sizeof(WCHAR));
        used += entry->length;
        buffer[used] = 0;
        *length = (DWORD)used + 1;
        find->next = entry->next ? find->next + entry->next : find->filled;
        done = TRUE;
    }
    heap_free(directory);
unlock:
    RtlReleaseSRWLockExclusive(&find->lock);
    return done;
}
