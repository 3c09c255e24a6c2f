/*
 * Deleting, renaming, linking; making and removing directories.
 */
#include "file.h"

/* ---- Delete ---- */

/*
 * Removes the name at once where the file system can (POSIX semantics, as Windows 10 does); else
 * marks the file for deletion at its last close.
 */
static NTSTATUS delete_by_handle(HANDLE file)
{
    FILE_DISPOSITION_INFORMATION_EX posix = {FILE_DISPOSITION_DELETE |
                                             FILE_DISPOSITION_POSIX_SEMANTICS};
    FILE_DISPOSITION_INFORMATION classic = {TRUE};
    IO_STATUS_BLOCK io;
    NTSTATUS status;

    status = NtSetInformationFile(file, &io, &posix, sizeof(posix), FileDispositionInformationEx);
    if (status == STATUS_INVALID_PARAMETER || status == STATUS_INVALID_INFO_CLASS ||
        status == STATUS_NOT_SUPPORTED || status == STATUS_NOT_IMPLEMENTED ||
        status == STATUS_INVALID_DEVICE_REQUEST)
        status =
            NtSetInformationFile(file, &io, &classic, sizeof(classic), FileDispositionInformation);
    return status;
}

static BOOL delete_path(const WCHAR *name, ULONG kind)
{
    HANDLE file;
    NTSTATUS status;

    if (!name || !*name)
        return fail(ERROR_PATH_NOT_FOUND);
    if (!open_path(&file, name, DELETE, kind | FILE_OPEN_REPARSE_POINT))
        return FALSE;
    status = delete_by_handle(file);
    NtClose(file);
    return set_status(status);
}

BOOL WINAPI DeleteFileW(LPCWSTR name)
{
    return delete_path(name, FILE_NON_DIRECTORY_FILE);
}

BOOL WINAPI DeleteFileA(LPCSTR name)
{
    WIDE_FILE(wide, name, FALSE);
    return DeleteFileW(wide.text);
}

BOOL WINAPI RemoveDirectoryW(LPCWSTR name)
{
    return delete_path(name, FILE_DIRECTORY_FILE);
}

BOOL WINAPI RemoveDirectoryA(LPCSTR name)
{
    WIDE_FILE(wide, name, FALSE);
    return RemoveDirectoryW(wide.text);
}

/* ---- Directories ---- */

BOOL WINAPI CreateDirectoryW(LPCWSTR name, LPSECURITY_ATTRIBUTES security)
{
    OBJECT_ATTRIBUTES attributes;
    struct nt_name nt;
    IO_STATUS_BLOCK io;
    HANDLE directory;
    NTSTATUS status;

    if (!name || !*name)
        return fail(ERROR_PATH_NOT_FOUND);
    if (!nt_name(&nt, &attributes, name, OBJ_CASE_INSENSITIVE, security))
        return FALSE;
    status = NtCreateFile(
        &directory, FILE_LIST_DIRECTORY | SYNCHRONIZE, &attributes, &io, NULL,
        FILE_ATTRIBUTE_NORMAL, FILE_SHARE_READ | FILE_SHARE_WRITE, FILE_CREATE,
        FILE_DIRECTORY_FILE | FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_FOR_BACKUP_INTENT, NULL, 0);
    nt_name_free(&nt);
    if (NT_SUCCESS(status))
        NtClose(directory);
    return set_status(status);
}

BOOL WINAPI CreateDirectoryA(LPCSTR name, LPSECURITY_ATTRIBUTES security)
{
    WIDE_FILE(wide, name, FALSE);
    return CreateDirectoryW(wide.text, security);
}

BOOL WINAPI CreateDirectoryExW(LPCWSTR template, LPCWSTR name, LPSECURITY_ATTRIBUTES security)
{
    DWORD attributes = GetFileAttributesW(template);

    if (attributes == INVALID_FILE_ATTRIBUTES)
        return FALSE;
    if (!(attributes & FILE_ATTRIBUTE_DIRECTORY))
        return fail(ERROR_DIRECTORY);
    if (!CreateDirectoryW(name, security))
        return FALSE;
    attributes &= FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM | FILE_ATTRIBUTE_READONLY |
                  FILE_ATTRIBUTE_ARCHIVE | FILE_ATTRIBUTE_NOT_CONTENT_INDEXED;
    return !attributes || SetFileAttributesW(name, attributes);
}

BOOL WINAPI CreateDirectoryExA(LPCSTR template, LPCSTR name, LPSECURITY_ATTRIBUTES security)
{
    WIDE_FILE(wide_template, template, FALSE);
    WIDE_FILE(wide, name, FALSE);
    return CreateDirectoryExW(wide_template.text, wide.text, security);
}

/* ---- Rename ---- */

/* FileRenameInformation or FileLinkInformation with an NT name. */
static NTSTATUS set_name(HANDLE file, const UNICODE_STRING *nt, BOOL replace, ULONG class)
{
    ULONG size = offsetof(FILE_RENAME_INFORMATION, FileName) + nt->Length + sizeof(WCHAR);
    FILE_RENAME_INFORMATION *info = heap_zalloc(size);
    IO_STATUS_BLOCK io;
    NTSTATUS status;

    if (!info)
        return STATUS_NO_MEMORY;
    info->ReplaceIfExists = replace != 0;
    info->FileNameLength = nt->Length;
    memcpy(info->FileName, nt->Buffer, nt->Length);
    status = NtSetInformationFile(file, &io, info, size, class);
    heap_free(info);
    return status;
}

/* A move to another volume: a copy, then the source goes. Directories cannot go that way. */
static BOOL move_by_copy(const WCHAR *from, const WCHAR *to, LPPROGRESS_ROUTINE progress,
                         void *context, DWORD flags)
{
    if (!copy_file(from, to, progress, context, NULL,
                   COPY_FILE_COPY_SYMLINK |
                       (flags & MOVEFILE_REPLACE_EXISTING ? 0 : COPY_FILE_FAIL_IF_EXISTS)))
        return FALSE;
    if (DeleteFileW(from))
        return TRUE;
    /* A read-only source stays in the way of nothing: the move is its owner's wish. */
    if (GetLastError() == ERROR_ACCESS_DENIED) {
        DWORD attributes = GetFileAttributesW(from);

        if (attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_READONLY) &&
            SetFileAttributesW(from, attributes & ~(DWORD)FILE_ATTRIBUTE_READONLY)) {
            if (DeleteFileW(from))
                return TRUE;
            SetFileAttributesW(from, attributes);
        }
    }
    return FALSE;
}

BOOL WINAPI MoveFileWithProgressW(LPCWSTR from, LPCWSTR to, LPPROGRESS_ROUTINE progress,
                                  LPVOID context, DWORD flags)
{
    FILE_BASIC_INFORMATION basic;
    UNICODE_STRING nt;
    IO_STATUS_BLOCK io;
    HANDLE file;
    NTSTATUS status;

    if (!from || !*from)
        return fail(ERROR_PATH_NOT_FOUND);
    if (flags & MOVEFILE_DELAY_UNTIL_REBOOT)
        return fail(flags & MOVEFILE_COPY_ALLOWED ? ERROR_INVALID_PARAMETER : ERROR_ACCESS_DENIED);
    if (flags & MOVEFILE_CREATE_HARDLINK)
        return fail(ERROR_INVALID_PARAMETER); /* reserved, as documented */
    if (!to)
        return fail(ERROR_INVALID_PARAMETER); /* a deletion: only at the next start */
    if (!open_path(&file, from, DELETE | FILE_READ_ATTRIBUTES,
                   FILE_OPEN_REPARSE_POINT |
                       (flags & MOVEFILE_WRITE_THROUGH ? FILE_WRITE_THROUGH : 0)))
        return FALSE;
    status = NtQueryInformationFile(file, &io, &basic, sizeof(basic), FileBasicInformation);
    if (!set_status(status) || !nt_path(&nt, to)) {
        NtClose(file);
        return FALSE;
    }
    status = set_name(file, &nt, (flags & MOVEFILE_REPLACE_EXISTING) != 0, FileRenameInformation);
    RtlFreeUnicodeString(&nt);
    NtClose(file);
    if (status == STATUS_NOT_SAME_DEVICE && (flags & MOVEFILE_COPY_ALLOWED) &&
        !(basic.FileAttributes & FILE_ATTRIBUTE_DIRECTORY))
        return move_by_copy(from, to, progress, context, flags);
    return set_status(status);
}

BOOL WINAPI MoveFileWithProgressA(LPCSTR from, LPCSTR to, LPPROGRESS_ROUTINE progress,
                                  LPVOID context, DWORD flags)
{
    WIDE_FILE(wide_from, from, FALSE);
    WIDE_FILE(wide_to, to, FALSE);
    return MoveFileWithProgressW(wide_from.text, wide_to.text, progress, context, flags);
}

BOOL WINAPI MoveFileExW(LPCWSTR from, LPCWSTR to, DWORD flags)
{
    return MoveFileWithProgressW(from, to, NULL, NULL, flags);
}

BOOL WINAPI MoveFileExA(LPCSTR from, LPCSTR to, DWORD flags)
{
    return MoveFileWithProgressA(from, to, NULL, NULL, flags);
}

BOOL WINAPI MoveFileW(LPCWSTR from, LPCWSTR to)
{
    return MoveFileWithProgressW(from, to, NULL, NULL, MOVEFILE_COPY_ALLOWED);
}

BOOL WINAPI MoveFileA(LPCSTR from, LPCSTR to)
{
    return MoveFileWithProgressA(from, to, NULL, NULL, MOVEFILE_COPY_ALLOWED);
}

/*
 * The replaced file's attributes and creation time go to the new one, and its name; the old
 * contents become the backup where one is wanted.
 */
BOOL WINAPI ReplaceFileW(LPCWSTR replaced, LPCWSTR replacement, LPCWSTR backup, DWORD flags,
                         LPVOID exclude, LPVOID reserved)
{
    FILE_BASIC_INFORMATION basic;
    UNICODE_STRING nt_replaced = {0}, nt_backup = {0};
    IO_STATUS_BLOCK io;
    HANDLE old = NULL, new = NULL;
    NTSTATUS status;
    BOOL done = FALSE;

    if (!replaced || !replacement || exclude || reserved)
        return fail(ERROR_INVALID_PARAMETER);
    if (!open_path(&old, replaced, DELETE | FILE_READ_ATTRIBUTES, FILE_NON_DIRECTORY_FILE))
        return FALSE;
    if (!open_path(&new, replacement, DELETE | FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES,
                   FILE_NON_DIRECTORY_FILE) ||
        !nt_path(&nt_replaced, replaced) || (backup && !nt_path(&nt_backup, backup)))
        goto done;
    status = NtQueryInformationFile(old, &io, &basic, sizeof(basic), FileBasicInformation);
    if (NT_SUCCESS(status)) {
        basic.LastAccessTime.QuadPart = basic.LastWriteTime.QuadPart = basic.ChangeTime.QuadPart =
            0;
        status = NtSetInformationFile(new, &io, &basic, sizeof(basic), FileBasicInformation);
    }
    if (!NT_SUCCESS(status) && !(flags & REPLACEFILE_IGNORE_MERGE_ERRORS)) {
        set_status(status);
        goto done;
    }
    if (backup) {
        status = set_name(old, &nt_backup, TRUE, FileRenameInformation);
        if (!NT_SUCCESS(status)) {
            fail(ERROR_UNABLE_TO_REMOVE_REPLACED);
            goto done;
        }
        status = set_name(new, &nt_replaced, FALSE, FileRenameInformation);
        if (!NT_SUCCESS(status)) {
            NTSTATUS back = set_name(old, &nt_replaced, FALSE, FileRenameInformation);

            fail(NT_SUCCESS(back) ? ERROR_UNABLE_TO_MOVE_REPLACEMENT
                                  : ERROR_UNABLE_TO_MOVE_REPLACEMENT_2);
            goto done;
        }
        done = TRUE;
        goto done;
    }
    NtClose(old);
    old = NULL;
    status = set_name(new, &nt_replaced, TRUE, FileRenameInformation);
    done = NT_SUCCESS(status) || fail(ERROR_UNABLE_TO_MOVE_REPLACEMENT);
done:
    if (old)
        NtClose(old);
    if (new)
        NtClose(new);
    RtlFreeUnicodeString(&nt_replaced);
    RtlFreeUnicodeString(&nt_backup);
    return done;
}

BOOL WINAPI ReplaceFileA(LPCSTR replaced, LPCSTR replacement, LPCSTR backup, DWORD flags,
                         LPVOID exclude, LPVOID reserved)
{
    WIDE_FILE(wide_replaced, replaced, FALSE);
    WIDE_FILE(wide_replacement, replacement, FALSE);
    WIDE_FILE(wide_backup, backup, FALSE);
    return ReplaceFileW(wide_replaced.text, wide_replacement.text, wide_backup.text, flags, exclude,
                        reserved);
}

/* ---- Links ---- */

BOOL WINAPI CreateHardLinkW(LPCWSTR name, LPCWSTR existing, LPSECURITY_ATTRIBUTES security)
{
    UNICODE_STRING nt;
    HANDLE file;
    NTSTATUS status;

    (void)security; /* reserved */
    if (!name || !existing)
        return fail(ERROR_INVALID_PARAMETER);
    if (!nt_path(&nt, name))
        return FALSE;
    if (!open_path(&file, existing, FILE_WRITE_ATTRIBUTES, FILE_OPEN_REPARSE_POINT)) {
        RtlFreeUnicodeString(&nt);
        return FALSE;
    }
    status = set_name(file, &nt, FALSE, FileLinkInformation);
    NtClose(file);
    RtlFreeUnicodeString(&nt);
    /* A directory has no second name. */
    if (status == STATUS_FILE_IS_A_DIRECTORY)
        return fail(ERROR_ACCESS_DENIED);
    return set_status(status);
}

BOOL WINAPI CreateHardLinkA(LPCSTR name, LPCSTR existing, LPSECURITY_ATTRIBUTES security)
{
    WIDE_FILE(wide_name, name, FALSE);
    WIDE_FILE(wide_existing, existing, FALSE);
    return CreateHardLinkW(wide_name.text, wide_existing.text, security);
}

/* REPARSE_DATA_BUFFER of a symbolic link (ntifs.h) */
struct symlink_data {
    ULONG tag;
    USHORT length, reserved;
    USHORT substitute_offset, substitute_length, print_offset, print_length;
    ULONG flags; /* 1: relative */
    WCHAR path[];
};

static BOOL is_relative(const WCHAR *path)
{
    /* RtlPathTypeDriveRelative ("C:x") and rooted ("\x") paths depend on the process: resolved. */
    return path[0] != L'\\' && path[0] != L'/' && !(path[0] && path[1] == L':');
}

static struct symlink_data *symlink_data(const WCHAR *target, ULONG *size)
{
    BOOL relative = is_relative(target) || (target[0] == L'\\' && target[1] != L'\\');
    UNICODE_STRING substitute, print;
    struct symlink_data *data;

    if (!unicode_string(&print, target))
        return NULL;
    if (relative)
        substitute = print;
    else if (!nt_path(&substitute, target))
        return NULL;
    *size = sizeof(*data) + substitute.Length + print.Length;
    data = *size <= 0x4000 ? heap_zalloc(*size) : NULL;
    if (data) {
        data->tag = IO_REPARSE_TAG_SYMLINK;
        data->length = (USHORT)(*size - offsetof(struct symlink_data, substitute_offset));
        data->substitute_length = substitute.Length;
        data->print_offset = substitute.Length;
        data->print_length = print.Length;
        data->flags = relative;
        memcpy(data->path, substitute.Buffer, substitute.Length);
        memcpy((char *)data->path + substitute.Length, print.Buffer, print.Length);
        if (relative)
            for (WCHAR *p = data->path; p < data->path + (*size - sizeof(*data)) / 2; p++)
                if (*p == L'/')
                    *p = L'\\';
    } else if (*size > 0x4000) {
        fail(ERROR_FILENAME_EXCED_RANGE);
    }
    if (!relative)
        RtlFreeUnicodeString(&substitute);
    return data;
}

BOOLEAN WINAPI CreateSymbolicLinkW(LPCWSTR name, LPCWSTR target, DWORD flags)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING nt;
    IO_STATUS_BLOCK io;
    struct symlink_data *data;
    ULONG size;
    HANDLE file;
    NTSTATUS status;

    if (!name || !*name || !target || !*target ||
        (flags & ~(DWORD)(SYMBOLIC_LINK_FLAG_DIRECTORY | 2 /* unprivileged create */)))
        return (BOOLEAN)fail(ERROR_INVALID_PARAMETER);
    data = symlink_data(target, &size);
    if (!data)
        return FALSE;
    if (!nt_path(&nt, name)) {
        heap_free(data);
        return FALSE;
    }
    object_attributes(&attributes, &nt, NULL, OBJ_CASE_INSENSITIVE, NULL);
    status = NtCreateFile(
        &file, FILE_WRITE_ATTRIBUTES | DELETE | SYNCHRONIZE, &attributes, &io, NULL,
        FILE_ATTRIBUTE_NORMAL, 0, FILE_CREATE,
        FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_REPARSE_POINT | FILE_OPEN_FOR_BACKUP_INTENT |
            (flags & SYMBOLIC_LINK_FLAG_DIRECTORY ? FILE_DIRECTORY_FILE : FILE_NON_DIRECTORY_FILE),
        NULL, 0);
    RtlFreeUnicodeString(&nt);
    if (NT_SUCCESS(status)) {
        status = NtFsControlFile(file, NULL, NULL, NULL, &io, NT_FSCTL_SET_REPARSE_POINT, data,
                                 size, NULL, 0);
        if (!NT_SUCCESS(status))
            delete_by_handle(file);
        NtClose(file);
    }
    heap_free(data);
    return (BOOLEAN)set_status(status);
}

BOOLEAN WINAPI CreateSymbolicLinkA(LPCSTR name, LPCSTR target, DWORD flags)
{
    WIDE_FILE(wide_name, name, FALSE);
    WIDE_FILE(wide_target, target, FALSE);
    return CreateSymbolicLinkW(wide_name.text, wide_target.text, flags);
}

/* ---- Encryption: no file system here has it ---- */

BOOL WINAPI EncryptFileW(LPCWSTR name)
{
    if (GetFileAttributesW(name) == INVALID_FILE_ATTRIBUTES)
        return FALSE;
    return fail(ERROR_NOT_SUPPORTED);
}

BOOL WINAPI EncryptFileA(LPCSTR name)
{
    WIDE_FILE(wide, name, FALSE);
    return EncryptFileW(wide.text);
}

BOOL WINAPI DecryptFileW(LPCWSTR name, DWORD reserved)
{
    DWORD attributes = GetFileAttributesW(name);

    if (reserved)
        return fail(ERROR_INVALID_PARAMETER);
    if (attributes == INVALID_FILE_ATTRIBUTES)
        return FALSE;
    /* A file that is not encrypted is decrypted already. */
    return !(attributes & FILE_ATTRIBUTE_ENCRYPTED) || fail(ERROR_NOT_SUPPORTED);
}

BOOL WINAPI DecryptFileA(LPCSTR name, DWORD reserved)
{
    WIDE_FILE(wide, name, FALSE);
    return DecryptFileW(wide.text, reserved);
}
