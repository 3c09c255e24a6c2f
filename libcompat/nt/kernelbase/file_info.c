/*
 * What is known about a file: information classes, attributes, times, type, final path.
 */
#include "file.h"

/* FILE_INFO_BY_HANDLE_CLASS by number: the header's enumeration lacks members in some versions. */
enum {
    BasicInfo = 0,
    StandardInfo = 1,
    NameInfo = 2,
    RenameInfo = 3,
    DispositionInfo = 4,
    AllocationInfo = 5,
    EndOfFileInfo = 6,
    StreamInfo = 7,
    CompressionInfo = 8,
    AttributeTagInfo = 9,
    IdBothDirectoryInfo = 10,
    IdBothDirectoryRestartInfo = 11,
    IoPriorityHintInfo = 12,
    RemoteProtocolInfo = 13,
    FullDirectoryInfo = 14,
    FullDirectoryRestartInfo = 15,
    StorageInfo = 16,
    AlignmentInfo = 17,
    IdInfo = 18,
    IdExtdDirectoryInfo = 19,
    IdExtdDirectoryRestartInfo = 20,
    DispositionInfoEx = 21,
    RenameInfoEx = 22,
    CaseSensitiveInfo = 23,
    NormalizedNameInfo = 24,
};

BOOL open_path(HANDLE *file, const WCHAR *name, ACCESS_MASK access, ULONG options)
{
    OBJECT_ATTRIBUTES attributes;
    struct nt_name nt;
    IO_STATUS_BLOCK io;
    NTSTATUS status;

    if (!nt_name(&nt, &attributes, name, OBJ_CASE_INSENSITIVE, NULL))
        return FALSE;
    status = NtOpenFile(file, access | SYNCHRONIZE, &attributes, &io, SHARE_ALL,
                        options | FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_FOR_BACKUP_INTENT);
    nt_name_free(&nt);
    return set_status(status);
}

/* ---- By handle ---- */

static FILETIME file_time(LARGE_INTEGER time)
{
    FILETIME result = {time.LowPart, (DWORD)time.HighPart};

    return result;
}

static LARGE_INTEGER nt_time(const FILETIME *time)
{
    return time ? large(time->dwLowDateTime, (LONG)time->dwHighDateTime) : large(0, 0);
}

BOOL WINAPI GetFileInformationByHandle(HANDLE file, LPBY_HANDLE_FILE_INFORMATION info)
{
    FILE_ALL_INFORMATION all;
    union {
        FILE_FS_VOLUME_INFORMATION volume;
        char room[sizeof(FILE_FS_VOLUME_INFORMATION) + 64 * sizeof(WCHAR)];
    } fs;
    IO_STATUS_BLOCK io;
    NTSTATUS status;

    status = NtQueryInformationFile(file, &io, &all, sizeof(all), FileAllInformation);
    if (status != STATUS_BUFFER_OVERFLOW && !set_status(status))
        return FALSE;
    status = NtQueryVolumeInformationFile(file, &io, &fs, sizeof(fs), FileFsVolumeInformation);
    if (status != STATUS_BUFFER_OVERFLOW && !set_status(status))
        return FALSE;
    info->dwFileAttributes = all.BasicInformation.FileAttributes;
    info->ftCreationTime = file_time(all.BasicInformation.CreationTime);
    info->ftLastAccessTime = file_time(all.BasicInformation.LastAccessTime);
    info->ftLastWriteTime = file_time(all.BasicInformation.LastWriteTime);
    info->dwVolumeSerialNumber = fs.volume.VolumeSerialNumber;
    info->nFileSizeHigh = (DWORD)all.StandardInformation.EndOfFile.HighPart;
    info->nFileSizeLow = all.StandardInformation.EndOfFile.LowPart;
    info->nNumberOfLinks = all.StandardInformation.NumberOfLinks;
    info->nFileIndexHigh = (DWORD)all.InternalInformation.IndexNumber.HighPart;
    info->nFileIndexLow = all.InternalInformation.IndexNumber.LowPart;
    return TRUE;
}

static BOOL query_directory(HANDLE file, void *info, DWORD size, ULONG class, BOOL restart)
{
    IO_STATUS_BLOCK io;

    return set_status(NtQueryDirectoryFile(file, NULL, NULL, NULL, &io, info, size, class, FALSE,
                                           NULL, restart != 0));
}

BOOL WINAPI GetFileInformationByHandleEx(HANDLE file, FILE_INFO_BY_HANDLE_CLASS class, LPVOID info,
                                         DWORD size)
{
    static const struct {
        UCHAR known;
        UCHAR class;
        USHORT size;
    } queries[] = {
        [BasicInfo] = {1, FileBasicInformation, sizeof(FILE_BASIC_INFORMATION)},
        [StandardInfo] = {1, FileStandardInformation, sizeof(FILE_STANDARD_INFORMATION)},
        [NameInfo] = {1, FileNameInformation, sizeof(FILE_NAME_INFORMATION)},
        [StreamInfo] = {1, FileStreamInformation, 0},
        [CompressionInfo] = {1, FileCompressionInformation, sizeof(FILE_COMPRESSION_INFORMATION)},
        [AttributeTagInfo] = {1, FileAttributeTagInformation,
                              sizeof(FILE_ATTRIBUTE_TAG_INFORMATION)},
        [IoPriorityHintInfo] = {1, FileIoPriorityHintInformation, sizeof(ULONG)},
        [RemoteProtocolInfo] = {1, FileRemoteProtocolInformation, 0},
        [AlignmentInfo] = {1, FileAlignmentInformation, sizeof(FILE_ALIGNMENT_INFORMATION)},
        [IdInfo] = {1, FileIdInformation, sizeof(FILE_ID_INFORMATION)},
        [CaseSensitiveInfo] = {1, FileCaseSensitiveInformation,
                               sizeof(FILE_CASE_SENSITIVE_INFORMATION)},
        [NormalizedNameInfo] = {1, FileNormalizedNameInformation, sizeof(FILE_NAME_INFORMATION)},
    };
    IO_STATUS_BLOCK io;
    NTSTATUS status;

    switch ((int)class) {
    case IdBothDirectoryInfo:
    case IdBothDirectoryRestartInfo:
        return query_directory(file, info, size, FileIdBothDirectoryInformation,
                               (int)class == IdBothDirectoryRestartInfo);
    case FullDirectoryInfo:
    case FullDirectoryRestartInfo:
        return query_directory(file, info, size, FileFullDirectoryInformation,
                               (int)class == FullDirectoryRestartInfo);
    case IdExtdDirectoryInfo:
    case IdExtdDirectoryRestartInfo:
        return query_directory(file, info, size, FileIdExtdDirectoryInformation,
                               (int)class == IdExtdDirectoryRestartInfo);
    case StorageInfo:
        return set_status(
            NtQueryVolumeInformationFile(file, &io, info, size, FileFsSectorSizeInformation));
    }
    if ((unsigned)class >= ARRAYSIZE(queries) || !queries[class].known)
        return fail(ERROR_INVALID_PARAMETER);
    if (size < queries[class].size)
        return fail(ERROR_BAD_LENGTH);
    status = NtQueryInformationFile(file, &io, info, size, queries[class].class);
    if (NT_SUCCESS(status) && (int)class == StreamInfo && !io.Information)
        return fail(ERROR_HANDLE_EOF); /* a directory or a file system without streams */
    return set_status(status);
}

/* Renames take a Win32 name here and an NT name below. */
static BOOL set_rename(HANDLE file, const FILE_RENAME_INFORMATION *given, DWORD size, ULONG class)
{
    FILE_RENAME_INFORMATION *info;
    UNICODE_STRING nt = {0};
    IO_STATUS_BLOCK io;
    WCHAR *name;
    ULONG info_size;
    BOOL done;

    if (size < offsetof(FILE_RENAME_INFORMATION, FileName) || (given->FileNameLength & 1) ||
        given->FileNameLength > size - offsetof(FILE_RENAME_INFORMATION, FileName))
        return fail(ERROR_BAD_LENGTH);
    if (!given->FileNameLength)
        return fail(ERROR_INVALID_NAME);
    /* Relative to an open directory, or a stream of the same file: as it is. */
    if (given->RootDirectory || given->FileName[0] == L':')
        return set_status(NtSetInformationFile(file, &io, (void *)given, size, class));
    name = heap_wide_copy(given->FileName, given->FileNameLength / sizeof(WCHAR));
    if (!name)
        return FALSE;
    done = nt_path(&nt, name);
    heap_free(name);
    if (!done)
        return FALSE;
    info_size = offsetof(FILE_RENAME_INFORMATION, FileName) + nt.Length + sizeof(WCHAR);
    info = heap_zalloc(info_size);
    done = info != NULL;
    if (done) {
        info->Flags = class == FileRenameInformationEx ? given->Flags : 0;
        if (class != FileRenameInformationEx)
            info->ReplaceIfExists = given->ReplaceIfExists != 0;
        info->FileNameLength = nt.Length;
        memcpy(info->FileName, nt.Buffer, nt.Length);
        done = set_status(NtSetInformationFile(file, &io, info, info_size, class));
        heap_free(info);
    }
    RtlFreeUnicodeString(&nt);
    return done;
}

BOOL WINAPI SetFileInformationByHandle(HANDLE file, FILE_INFO_BY_HANDLE_CLASS class, LPVOID info,
                                       DWORD size)
{
    static const struct {
        UCHAR known;
        UCHAR class;
        USHORT size;
    } classes[] = {
        [BasicInfo] = {1, FileBasicInformation, sizeof(FILE_BASIC_INFORMATION)},
        [DispositionInfo] = {1, FileDispositionInformation, sizeof(FILE_DISPOSITION_INFORMATION)},
        [AllocationInfo] = {1, FileAllocationInformation, sizeof(FILE_ALLOCATION_INFORMATION)},
        [EndOfFileInfo] = {1, FileEndOfFileInformation, sizeof(FILE_END_OF_FILE_INFORMATION)},
        [IoPriorityHintInfo] = {1, FileIoPriorityHintInformation, sizeof(ULONG)},
        [DispositionInfoEx] = {1, FileDispositionInformationEx,
                               sizeof(FILE_DISPOSITION_INFORMATION_EX)},
        [CaseSensitiveInfo] = {1, FileCaseSensitiveInformation,
                               sizeof(FILE_CASE_SENSITIVE_INFORMATION)},
    };
    IO_STATUS_BLOCK io;

    if ((int)class == RenameInfo)
        return set_rename(file, info, size, FileRenameInformation);
    if ((int)class == RenameInfoEx)
        return set_rename(file, info, size, FileRenameInformationEx);
    if ((unsigned)class >= ARRAYSIZE(classes) || !classes[class].known)
        return fail(ERROR_INVALID_PARAMETER);
    if (size < classes[class].size)
        return fail(ERROR_BAD_LENGTH);
    return set_status(NtSetInformationFile(file, &io, info, size, classes[class].class));
}

/* ---- Type ---- */

DWORD WINAPI GetFileType(HANDLE file)
{
    FILE_FS_DEVICE_INFORMATION device;
    IO_STATUS_BLOCK io;

    if (!set_status(NtQueryVolumeInformationFile(real_handle(file), &io, &device, sizeof(device),
                                                 FileFsDeviceInformation)))
        return FILE_TYPE_UNKNOWN;
    fail(ERROR_SUCCESS);
    switch (device.DeviceType) {
    case NT_FILE_DEVICE_CONSOLE:
    case NT_FILE_DEVICE_NULL:
    case FILE_DEVICE_KEYBOARD:
    case FILE_DEVICE_MOUSE:
    case FILE_DEVICE_PARALLEL_PORT:
    case FILE_DEVICE_PRINTER:
    case FILE_DEVICE_SCREEN:
    case FILE_DEVICE_SERIAL_PORT:
    case FILE_DEVICE_MODEM:
    case FILE_DEVICE_SOUND:
        return FILE_TYPE_CHAR;
    case FILE_DEVICE_CD_ROM:
    case FILE_DEVICE_CD_ROM_FILE_SYSTEM:
    case FILE_DEVICE_CONTROLLER:
    case FILE_DEVICE_DATALINK:
    case FILE_DEVICE_DFS:
    case FILE_DEVICE_DISK:
    case FILE_DEVICE_DISK_FILE_SYSTEM:
    case FILE_DEVICE_NETWORK_FILE_SYSTEM:
    case FILE_DEVICE_VIRTUAL_DISK:
        return FILE_TYPE_DISK;
    case FILE_DEVICE_NAMED_PIPE:
        return FILE_TYPE_PIPE;
    }
    return FILE_TYPE_UNKNOWN;
}

/* ---- Attributes by name ---- */

static BOOL query_attributes(const WCHAR *name, FILE_NETWORK_OPEN_INFORMATION *info)
{
    OBJECT_ATTRIBUTES attributes;
    struct nt_name nt;
    NTSTATUS status;

    if (!name || !*name)
        return fail(ERROR_PATH_NOT_FOUND);
    if (!nt_name(&nt, &attributes, name, OBJ_CASE_INSENSITIVE, NULL))
        return FALSE;
    status = NtQueryFullAttributesFile(&attributes, info);
    nt_name_free(&nt);
    if (!NT_SUCCESS(status) && RtlIsDosDeviceName_U(name)) {
        /* NUL and its kind exist in every directory. */
        memset(info, 0, sizeof(*info));
        info->FileAttributes = FILE_ATTRIBUTE_ARCHIVE;
        return TRUE;
    }
    return set_status(status);
}

DWORD WINAPI GetFileAttributesW(LPCWSTR name)
{
    FILE_NETWORK_OPEN_INFORMATION info;

    return query_attributes(name, &info) ? info.FileAttributes : INVALID_FILE_ATTRIBUTES;
}

DWORD WINAPI GetFileAttributesA(LPCSTR name)
{
    WIDE_FILE(wide, name, INVALID_FILE_ATTRIBUTES);
    return GetFileAttributesW(wide.text);
}

BOOL WINAPI GetFileAttributesExW(LPCWSTR name, GET_FILEEX_INFO_LEVELS level, LPVOID result)
{
    WIN32_FILE_ATTRIBUTE_DATA *data = result;
    FILE_NETWORK_OPEN_INFORMATION info;

    if (level != GetFileExInfoStandard)
        return fail(ERROR_INVALID_PARAMETER);
    if (!query_attributes(name, &info))
        return FALSE;
    data->dwFileAttributes = info.FileAttributes;
    data->ftCreationTime = file_time(info.CreationTime);
    data->ftLastAccessTime = file_time(info.LastAccessTime);
    data->ftLastWriteTime = file_time(info.LastWriteTime);
    data->nFileSizeHigh = (DWORD)info.EndOfFile.HighPart;
    data->nFileSizeLow = info.EndOfFile.LowPart;
    return TRUE;
}

BOOL WINAPI GetFileAttributesExA(LPCSTR name, GET_FILEEX_INFO_LEVELS level, LPVOID result)
{
    WIDE_FILE(wide, name, FALSE);
    return GetFileAttributesExW(wide.text, level, result);
}

BOOL WINAPI SetFileAttributesW(LPCWSTR name, DWORD attributes)
{
    FILE_BASIC_INFORMATION basic = {.FileAttributes = attributes & 0xffff};
    IO_STATUS_BLOCK io;
    HANDLE file;
    NTSTATUS status;

    if (!name || !*name)
        return fail(ERROR_PATH_NOT_FOUND);
    /* Zero would mean "leave them"; FILE_ATTRIBUTE_NORMAL clears. The kind of file stays. */
    basic.FileAttributes &= ~(DWORD)(FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT);
    basic.FileAttributes |= FILE_ATTRIBUTE_NORMAL;
    if (!open_path(&file, name, FILE_WRITE_ATTRIBUTES, FILE_OPEN_REPARSE_POINT))
        return FALSE;
    status = NtSetInformationFile(file, &io, &basic, sizeof(basic), FileBasicInformation);
    NtClose(file);
    return set_status(status);
}

BOOL WINAPI SetFileAttributesA(LPCSTR name, DWORD attributes)
{
    WIDE_FILE(wide, name, FALSE);
    return SetFileAttributesW(wide.text, attributes);
}

DWORD WINAPI GetCompressedFileSizeW(LPCWSTR name, LPDWORD high)
{
    FILE_COMPRESSION_INFORMATION compression;
    FILE_STANDARD_INFORMATION standard;
    IO_STATUS_BLOCK io;
    LARGE_INTEGER size;
    NTSTATUS status;
    HANDLE file;

    if (!name || !*name) {
        fail(ERROR_PATH_NOT_FOUND);
        return INVALID_FILE_SIZE;
    }
    if (!open_path(&file, name, FILE_READ_ATTRIBUTES, 0))
        return INVALID_FILE_SIZE;
    status = NtQueryInformationFile(file, &io, &compression, sizeof(compression),
                                    FileCompressionInformation);
    size = compression.CompressedFileSize;
    if (!NT_SUCCESS(status)) {
        status =
            NtQueryInformationFile(file, &io, &standard, sizeof(standard), FileStandardInformation);
        size = standard.EndOfFile;
    }
    NtClose(file);
    if (!set_status(status))
        return INVALID_FILE_SIZE;
    if (high)
        *high = (DWORD)size.HighPart;
    if (size.LowPart == INVALID_FILE_SIZE)
        fail(ERROR_SUCCESS);
    return size.LowPart;
}

DWORD WINAPI GetCompressedFileSizeA(LPCSTR name, LPDWORD high)
{
    WIDE_FILE(wide, name, INVALID_FILE_SIZE);
    return GetCompressedFileSizeW(wide.text, high);
}

/* ---- Times ---- */

BOOL WINAPI GetFileTime(HANDLE file, LPFILETIME creation, LPFILETIME access, LPFILETIME write)
{
    FILE_BASIC_INFORMATION basic;
    IO_STATUS_BLOCK io;

    if (!set_status(NtQueryInformationFile(file, &io, &basic, sizeof(basic), FileBasicInformation)))
        return FALSE;
    if (creation)
        *creation = file_time(basic.CreationTime);
    if (access)
        *access = file_time(basic.LastAccessTime);
    if (write)
        *write = file_time(basic.LastWriteTime);
    return TRUE;
}

BOOL WINAPI SetFileTime(HANDLE file, const FILETIME *creation, const FILETIME *access,
                        const FILETIME *write)
{
    FILE_BASIC_INFORMATION basic = {
        .CreationTime = nt_time(creation),
        .LastAccessTime = nt_time(access),
        .LastWriteTime = nt_time(write),
    };
    IO_STATUS_BLOCK io;

    return set_status(NtSetInformationFile(file, &io, &basic, sizeof(basic), FileBasicInformation));
}

/* ---- The name of an open file ---- */

UNICODE_STRING *object_name(HANDLE handle)
{
    ULONG size = 1024, needed;

    for (;;) {
        OBJECT_NAME_INFORMATION *info = heap_alloc(size);
        NTSTATUS status;

        if (!info)
            return NULL;
        needed = 0;
        status = NtQueryObject(handle, ObjectNameInformation, info, size, &needed);
        if (NT_SUCCESS(status) && info->Name.Buffer)
            return &info->Name;
        heap_free(info);
        if ((status == STATUS_BUFFER_OVERFLOW || status == STATUS_INFO_LENGTH_MISMATCH ||
             status == STATUS_BUFFER_TOO_SMALL) &&
            needed > size) {
            size = needed;
            continue;
        }
        set_status(NT_SUCCESS(status) ? STATUS_OBJECT_PATH_NOT_FOUND : status);
        return NULL;
    }
}

/* The path below the volume, with its leading backslash; on the heap. */
static WCHAR *path_in_volume(HANDLE file, BOOL normalized)
{
    ULONG size = sizeof(FILE_NAME_INFORMATION) + 0x10000;
    FILE_NAME_INFORMATION *info = heap_alloc(size);
    IO_STATUS_BLOCK io;
    NTSTATUS status;
    WCHAR *path = NULL;

    if (!info)
        return NULL;
    status = normalized
                 ? NtQueryInformationFile(file, &io, info, size, FileNormalizedNameInformation)
                 : STATUS_INVALID_INFO_CLASS;
    if (!NT_SUCCESS(status))
        status = NtQueryInformationFile(file, &io, info, size, FileNameInformation);
    if (set_status(status))
        path = heap_wide_copy(info->FileName, info->FileNameLength / sizeof(WCHAR));
    heap_free(info);
    return path;
}

static WCHAR *join(const WCHAR *first, const WCHAR *second)
{
    SIZE_T length = wcslen(first);
    WCHAR *joined = heap_alloc((length + wcslen(second) + 1) * sizeof(WCHAR));

    if (joined) {
        wcscpy(joined, first);
        wcscpy(joined + length, second);
    }
    return joined;
}

static WCHAR *final_path(HANDLE file, DWORD flags)
{
    UNICODE_STRING *nt;
    WCHAR *dos, *path = NULL;

    if ((flags & 7) == VOLUME_NAME_NONE)
        return path_in_volume(file, !(flags & FILE_NAME_OPENED));
    nt = object_name(file);
    if (!nt)
        return NULL;
    if ((flags & 7) == VOLUME_NAME_NT) {
        path = heap_wide_copy(nt->Buffer, nt->Length / sizeof(WCHAR));
        heap_free(nt);
        return path;
    }
    dos = dos_path_of_nt(nt);
    heap_free(nt);
    if (!dos)
        return NULL;
    if ((flags & 7) == VOLUME_NAME_GUID) {
        WCHAR volume[64], root[4] = {dos[0], L':', L'\\', 0};

        if (dos[0] != L'\\' && GetVolumeNameForVolumeMountPointW(root, volume, ARRAYSIZE(volume)))
            path = join(volume, dos + 3);
        else
            fail(ERROR_PATH_NOT_FOUND);
    } else if (dos[0] == L'\\' && dos[1] == L'\\') {
        path = join(L"\\\\?\\UNC", dos + 1);
    } else {
        path = join(L"\\\\?\\", dos);
    }
    heap_free(dos);
    return path;
}

DWORD WINAPI GetFinalPathNameByHandleW(HANDLE file, LPWSTR buffer, DWORD size, DWORD flags)
{
    WCHAR *path;
    DWORD length;

    if ((flags & ~(DWORD)(7 | FILE_NAME_OPENED)) || (flags & 7) == 3 || (flags & 7) > 4) {
        fail(ERROR_INVALID_PARAMETER);
        return 0;
    }
    path = final_path(file, flags);
    if (!path)
        return 0;
    length = copy_wide(path, (DWORD)wcslen(path), buffer, size);
    if (length >= size)
        fail(ERROR_NOT_ENOUGH_MEMORY);
    heap_free(path);
    return length;
}

DWORD WINAPI GetFinalPathNameByHandleA(HANDLE file, LPSTR buffer, DWORD size, DWORD flags)
{
    WCHAR *path;
    DWORD length;

    if ((flags & ~(DWORD)(7 | FILE_NAME_OPENED)) || (flags & 7) == 3 || (flags & 7) > 4) {
        fail(ERROR_INVALID_PARAMETER);
        return 0;
    }
    path = final_path(file, flags);
    if (!path)
        return 0;
    length = narrow_file(path, (DWORD)wcslen(path), buffer, size);
    if (length >= size)
        fail(ERROR_NOT_ENOUGH_MEMORY);
    heap_free(path);
    return length;
}
