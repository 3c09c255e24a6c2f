/*
 * Opening files: CreateFile and its relatives, the 16-bit era's _lopen family.
 */
#include "kernelbase.h"
#include "file.h"

#define ATTRIBUTE_BITS                                                                             \
    (FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM |                     \
     FILE_ATTRIBUTE_ARCHIVE | FILE_ATTRIBUTE_NORMAL | FILE_ATTRIBUTE_TEMPORARY |                   \
     FILE_ATTRIBUTE_OFFLINE | FILE_ATTRIBUTE_NOT_CONTENT_INDEXED | FILE_ATTRIBUTE_ENCRYPTED)
#define SQOS_BITS 0x001f0000 /* SECURITY_VALID_SQOS_FLAGS: with SECURITY_SQOS_PRESENT only */

ULONG create_options(DWORD flags)
{
    ULONG options = 0;

    if (!(flags & FILE_FLAG_OVERLAPPED))
        options |= FILE_SYNCHRONOUS_IO_NONALERT;
    if (flags & FILE_FLAG_WRITE_THROUGH)
        options |= FILE_WRITE_THROUGH;
    if (flags & FILE_FLAG_NO_BUFFERING)
        options |= FILE_NO_INTERMEDIATE_BUFFERING;
    if (flags & FILE_FLAG_RANDOM_ACCESS)
        options |= FILE_RANDOM_ACCESS;
    if (flags & FILE_FLAG_SEQUENTIAL_SCAN)
        options |= FILE_SEQUENTIAL_ONLY;
    if (flags & FILE_FLAG_DELETE_ON_CLOSE)
        options |= FILE_DELETE_ON_CLOSE;
    if (flags & FILE_FLAG_OPEN_REPARSE_POINT)
        options |= FILE_OPEN_REPARSE_POINT;
    /* SECURITY_SQOS flags share the bit of FILE_FLAG_OPEN_NO_RECALL. */
    if ((flags & FILE_FLAG_OPEN_NO_RECALL) && !(flags & SECURITY_SQOS_PRESENT))
        options |= FILE_OPEN_NO_RECALL;
    if (flags & FILE_FLAG_BACKUP_SEMANTICS)
        options |= FILE_OPEN_FOR_BACKUP_INTENT;
    else
        options |= FILE_NON_DIRECTORY_FILE;
    return options;
}

/* Consoles have names of their own that no directory or extension changes. */
static BOOL console_name(const WCHAR *name, UNICODE_STRING *nt)
{
    static WCHAR input[] = L"\\??\\CONIN$", output[] = L"\\??\\CONOUT$";
    UNICODE_STRING given, device;

    if (wcslen(name) > 8)
        return FALSE;
    unicode_string(&given, name);
    unicode_string(&device, input + 4);
    if (RtlEqualUnicodeString(&given, &device, TRUE))
        return unicode_string(nt, input);
    unicode_string(&device, output + 4);
    if (RtlEqualUnicodeString(&given, &device, TRUE))
        return unicode_string(nt, output);
    return FALSE;
}

/* The extended attributes of the template, which a new file gets. NULL with size 0 for none. */
static BOOL template_attributes(HANDLE template, void **buffer, ULONG *size)
{
    FILE_EA_INFORMATION ea;
    IO_STATUS_BLOCK io;
    NTSTATUS status;

    *buffer = NULL;
    *size = 0;
    if (!set_status(NtQueryInformationFile(template, &io, &ea, sizeof(ea), FileEaInformation)))
        return FALSE;
    if (!ea.EaSize)
        return TRUE;
    *buffer = heap_alloc(ea.EaSize);
    if (!*buffer)
        return FALSE;
    status = NtQueryEaFile(template, &io, *buffer, ea.EaSize, FALSE, NULL, 0, NULL, TRUE);
    if (set_status(status)) {
        *size = (ULONG)io.Information;
        return TRUE;
    }
    heap_free(*buffer);
    return FALSE;
}

static BOOL ends_with_separator(const WCHAR *name)
{
    SIZE_T length = wcslen(name);

    return length && (name[length - 1] == L'\\' || name[length - 1] == L'/');
}

HANDLE WINAPI CreateFileW(LPCWSTR name, DWORD access, DWORD share, LPSECURITY_ATTRIBUTES security,
                          DWORD creation, DWORD flags, HANDLE template)
{
    static const ULONG dispositions[] = {
        [CREATE_NEW] = FILE_CREATE,           [CREATE_ALWAYS] = FILE_OVERWRITE_IF,
        [OPEN_EXISTING] = FILE_OPEN,          [OPEN_ALWAYS] = FILE_OPEN_IF,
        [TRUNCATE_EXISTING] = FILE_OVERWRITE,
    };
    OBJECT_ATTRIBUTES attributes;
    SECURITY_QUALITY_OF_SERVICE quality;
    UNICODE_STRING device;
    struct nt_name nt;
    IO_STATUS_BLOCK io;
    HANDLE file = INVALID_HANDLE_VALUE;
    NTSTATUS status;
    void *ea = NULL;
    ULONG ea_size = 0;
    ULONG object_flags = flags & FILE_FLAG_POSIX_SEMANTICS ? 0 : OBJ_CASE_INSENSITIVE;
    BOOL console;

    if (!name || !*name) {
        fail(ERROR_PATH_NOT_FOUND);
        return INVALID_HANDLE_VALUE;
    }
    if (creation < CREATE_NEW || creation > TRUNCATE_EXISTING ||
        (creation == TRUNCATE_EXISTING &&
         !(access & (GENERIC_WRITE | GENERIC_ALL | FILE_WRITE_DATA)))) {
        fail(ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    console = console_name(name, &device);
    if (console)
        object_attributes(&attributes, &device, NULL, object_flags, security);
    else if (!nt_name(&nt, &attributes, name, object_flags, security))
        return INVALID_HANDLE_VALUE;
    if (template && creation != OPEN_EXISTING && creation != TRUNCATE_EXISTING &&
        !template_attributes(template, &ea, &ea_size))
        goto done;

    if (flags & SECURITY_SQOS_PRESENT) {
        quality.Length = sizeof(quality);
        quality.ImpersonationLevel = (flags & SQOS_BITS) >> 16 & 3;
        quality.ContextTrackingMode = (flags & SECURITY_CONTEXT_TRACKING) != 0;
        quality.EffectiveOnly = (flags & SECURITY_EFFECTIVE_ONLY) != 0;
        attributes.SecurityQualityOfService = &quality;
    }
    access |= SYNCHRONIZE | FILE_READ_ATTRIBUTES;
    if (flags & FILE_FLAG_DELETE_ON_CLOSE)
        access |= DELETE;

    status = NtCreateFile(&file, access, &attributes, &io, NULL, flags & ATTRIBUTE_BITS, share,
                          dispositions[creation], create_options(flags), ea, ea_size);
    if (!NT_SUCCESS(status)) {
        file = INVALID_HANDLE_VALUE;
        if (status == STATUS_OBJECT_NAME_COLLISION)
            fail(ERROR_FILE_EXISTS); /* the general translation says "already exists" */
        else if (status == STATUS_FILE_IS_A_DIRECTORY && ends_with_separator(name))
            fail(ERROR_PATH_NOT_FOUND);
        else
            set_status(status);
    } else if ((creation == CREATE_ALWAYS && io.Information == FILE_OVERWRITTEN) ||
               (creation == OPEN_ALWAYS && io.Information == FILE_OPENED)) {
        fail(ERROR_ALREADY_EXISTS);
    } else {
        fail(ERROR_SUCCESS);
    }
done:
    heap_free(ea);
    if (!console)
        nt_name_free(&nt);
    return file;
}

HANDLE WINAPI CreateFileA(LPCSTR name, DWORD access, DWORD share, LPSECURITY_ATTRIBUTES security,
                          DWORD creation, DWORD flags, HANDLE template)
{
    WIDE_FILE(wide, name, INVALID_HANDLE_VALUE);
    return CreateFileW(wide.text, access, share, security, creation, flags, template);
}

HANDLE WINAPI CreateFile2(LPCWSTR name, DWORD access, DWORD share, DWORD creation,
                          LPCREATEFILE2_EXTENDED_PARAMETERS extended)
{
    if (!extended)
        return CreateFileW(name, access, share, NULL, creation, 0, NULL);
    if (extended->dwSize < sizeof(*extended)) {
        fail(ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    return CreateFileW(name, access, share, extended->lpSecurityAttributes, creation,
                       extended->dwFileAttributes | extended->dwFileFlags |
                           extended->dwSecurityQosFlags,
                       extended->hTemplateFile);
}

HANDLE WINAPI OpenFileById(HANDLE volume, LPFILE_ID_DESCRIPTOR id, DWORD access, DWORD share,
                           LPSECURITY_ATTRIBUTES security, DWORD flags)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING name;
    IO_STATUS_BLOCK io;
    HANDLE file;

    if (!id || id->dwSize < sizeof(*id)) {
        fail(ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    switch ((int)id->Type) {
    case 0: /* FileIdType */
        name.Length = sizeof(id->FileId);
        break;
    case 1: /* ObjectIdType */
    case 2: /* ExtendedFileIdType */
        name.Length = sizeof(GUID);
        break;
    default:
        fail(ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    name.MaximumLength = name.Length;
    name.Buffer = (WCHAR *)&id->FileId;
    object_attributes(&attributes, &name, volume, 0, security);
    if (set_status(NtCreateFile(&file, access | SYNCHRONIZE | FILE_READ_ATTRIBUTES, &attributes,
                                &io, NULL, flags & ATTRIBUTE_BITS, share, FILE_OPEN,
                                create_options(flags) | FILE_OPEN_BY_FILE_ID, NULL, 0)))
        return file;
    return INVALID_HANDLE_VALUE;
}

HANDLE WINAPI ReOpenFile(HANDLE original, DWORD access, DWORD share, DWORD flags)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING name = {0};
    IO_STATUS_BLOCK io;
    HANDLE file;

    /* An empty name below a file means the file itself. */
    object_attributes(&attributes, &name, original, 0, NULL);
    if (flags & 0xffff & ~(DWORD)FILE_ATTRIBUTE_NORMAL) {
        fail(ERROR_INVALID_PARAMETER);
        return INVALID_HANDLE_VALUE;
    }
    if (set_status(NtCreateFile(&file, access | SYNCHRONIZE | FILE_READ_ATTRIBUTES, &attributes,
                                &io, NULL, 0, share, FILE_OPEN,
                                create_options(flags) & ~(ULONG)FILE_NON_DIRECTORY_FILE, NULL, 0)))
        return file;
    return INVALID_HANDLE_VALUE;
}

/* ---- The 16-bit calls, still there ---- */

static DWORD legacy_access(int mode)
{
    switch (mode & 3) {
    case OF_WRITE:
        return GENERIC_WRITE;
    case OF_READWRITE:
        return GENERIC_READ | GENERIC_WRITE;
    }
    return GENERIC_READ;
}

static DWORD legacy_share(int mode)
{
    switch (mode & 0x70) {
    case OF_SHARE_EXCLUSIVE:
        return 0;
    case OF_SHARE_DENY_WRITE:
        return FILE_SHARE_READ;
    case OF_SHARE_DENY_READ:
        return FILE_SHARE_WRITE;
    }
    return FILE_SHARE_READ | FILE_SHARE_WRITE;
}

HFILE WINAPI _lopen(LPCSTR name, int mode)
{
    return (HFILE)(LONG_PTR)CreateFileA(name, legacy_access(mode), legacy_share(mode), NULL,
                                        OPEN_EXISTING, 0, NULL);
}

HFILE WINAPI _lcreat(LPCSTR name, int attributes)
{
    DWORD bits =
        attributes & (FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM);

    return (HFILE)(LONG_PTR)CreateFileA(name, GENERIC_READ | GENERIC_WRITE,
                                        FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, CREATE_ALWAYS,
                                        bits, NULL);
}

static UINT legacy_transfer(BOOL done, DWORD count)
{
    return done ? count : (UINT)HFILE_ERROR;
}

UINT WINAPI _lread(HFILE file, LPVOID buffer, UINT size)
{
    DWORD count = 0;
    BOOL done = ReadFile((HANDLE)(LONG_PTR)file, buffer, size, &count, NULL);

    return legacy_transfer(done, count);
}

long WINAPI _hread(HFILE file, LPVOID buffer, long size)
{
    return (long)_lread(file, buffer, size);
}

UINT WINAPI _lwrite(HFILE file, LPCSTR buffer, UINT size)
{
    DWORD count = 0;
    BOOL done;

    /* Writing nothing cuts the file at its position. */
    if (!size)
        return SetEndOfFile((HANDLE)(LONG_PTR)file) ? 0 : (UINT)HFILE_ERROR;
    done = WriteFile((HANDLE)(LONG_PTR)file, buffer, size, &count, NULL);
    return legacy_transfer(done, count);
}

long WINAPI _hwrite(HFILE file, LPCSTR buffer, long size)
{
    return (long)_lwrite(file, buffer, size);
}

LONG WINAPI _llseek(HFILE file, LONG offset, int origin)
{
    return (LONG)SetFilePointer((HANDLE)(LONG_PTR)file, offset, NULL, origin);
}

HFILE WINAPI _lclose(HFILE file)
{
    return CloseHandle((HANDLE)(LONG_PTR)file) ? 0 : HFILE_ERROR;
}

HFILE WINAPI OpenFile(LPCSTR name, LPOFSTRUCT result, UINT mode)
{
    char found[OFS_MAXPATHNAME];
    HANDLE file;
    DWORD length;
    FILETIME time;
    WORD date, clock;

    if (!result)
        return HFILE_ERROR;
    if (mode & OF_REOPEN) {
        name = memcpy(found, result->szPathName, sizeof(found));
        found[sizeof(found) - 1] = 0;
    }
    if (!name)
        return HFILE_ERROR;
    memset(result, 0, sizeof(*result));
    result->cBytes = sizeof(*result);
    if (mode & (OF_CREATE | OF_PARSE))
        length = GetFullPathNameA(name, sizeof(result->szPathName), result->szPathName, NULL);
    else
        length =
            SearchPathA(NULL, name, NULL, sizeof(result->szPathName), result->szPathName, NULL);
    if (!length || length >= sizeof(result->szPathName)) {
        if (length)
            fail(ERROR_FILENAME_EXCED_RANGE);
        result->nErrCode = (WORD)GetLastError();
        result->szPathName[0] = 0;
        return HFILE_ERROR;
    }
    if (mode & OF_PARSE)
        return 0;
    if (mode & OF_DELETE) {
        if (DeleteFileA(result->szPathName))
            return 1;
        result->nErrCode = (WORD)GetLastError();
        return HFILE_ERROR;
    }
    file = CreateFileA(result->szPathName,
                       mode & OF_CREATE ? GENERIC_READ | GENERIC_WRITE : legacy_access(mode),
                       legacy_share(mode), NULL, mode & OF_CREATE ? CREATE_ALWAYS : OPEN_EXISTING,
                       FILE_ATTRIBUTE_NORMAL, NULL);
    if (file == INVALID_HANDLE_VALUE) {
        result->nErrCode = (WORD)GetLastError();
        return HFILE_ERROR;
    }
    if (GetFileTime(file, NULL, NULL, &time) && FileTimeToDosDateTime(&time, &date, &clock)) {
        result->Reserved1 = date;
        result->Reserved2 = clock;
    }
    if (mode & OF_EXIST) {
        CloseHandle(file);
        return 1;
    }
    return (HFILE)(LONG_PTR)file;
}
