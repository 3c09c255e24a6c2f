/*
 * Drives and volumes: letters, types, names, free space, and the DOS names of devices.
 */
#include "file.h"

/* ---- DOS device names ---- */

/* Target of \??\NAME; its length in units (with NUL), 0 with the status otherwise. */
static NTSTATUS device_target(const WCHAR *device, WCHAR *target, ULONG size, ULONG *length)
{
    WCHAR name[MAX_PATH + 8] = L"\\??\\";
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING string,
        result = {.MaximumLength = (USHORT)(size > 0x7fff ? 0xfffe : size * 2), .Buffer = target};
    HANDLE link;
    ULONG needed = 0;
    NTSTATUS status;

    if (wcslen(device) > MAX_PATH)
        return STATUS_OBJECT_NAME_INVALID;
    wcscat(name, device);
    unicode_string(&string, name);
    object_attributes(&attributes, &string, NULL, OBJ_CASE_INSENSITIVE, NULL);
    status = NtOpenSymbolicLinkObject(&link, SYMBOLIC_LINK_QUERY, &attributes);
    if (!NT_SUCCESS(status))
        return status;
    status = NtQuerySymbolicLinkObject(link, &result, &needed);
    NtClose(link);
    if (!NT_SUCCESS(status))
        return status;
    *length = result.Length / sizeof(WCHAR);
    if (*length && !target[*length - 1])
        --*length; /* some links count their NUL */
    if (*length >= size)
        return STATUS_BUFFER_TOO_SMALL;
    target[(*length)++] = 0;
    return STATUS_SUCCESS;
}

struct directory_entry { /* OBJECT_DIRECTORY_INFORMATION */
    UNICODE_STRING name, type;
};

/* All names of \??, one behind the other. */
static DWORD all_devices(WCHAR *buffer, DWORD size)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING string;
    struct directory_entry *entries;
    ULONG context = 0, needed;
    HANDLE directory;
    NTSTATUS status;
    BOOLEAN restart = TRUE;
    DWORD used = 0;

    unicode_string(&string, L"\\??");
    object_attributes(&attributes, &string, NULL, OBJ_CASE_INSENSITIVE, NULL);
    if (!set_status(NtOpenDirectoryObject(&directory, DIRECTORY_QUERY, &attributes)))
        return 0;
    entries = heap_alloc(0x4000);
    status = entries ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    while (NT_SUCCESS(status)) {
        status =
            NtQueryDirectoryObject(directory, entries, 0x4000, FALSE, restart, &context, &needed);
        restart = FALSE;
        if (!NT_SUCCESS(status))
            break;
        for (struct directory_entry *entry = entries; entry->name.Buffer; entry++) {
            ULONG length = entry->name.Length / sizeof(WCHAR);

            if (used + length + 2 > size) {
                status = STATUS_BUFFER_TOO_SMALL;
                break;
            }
            memcpy(buffer + used, entry->name.Buffer, length * sizeof(WCHAR));
            used += length;
            buffer[used++] = 0;
        }
    }
    heap_free(entries);
    NtClose(directory);
    if (status != STATUS_NO_MORE_ENTRIES) {
        set_status(status);
        return 0;
    }
    if (used >= size) {
        fail(ERROR_INSUFFICIENT_BUFFER);
        return 0;
    }
    buffer[used++] = 0;
    return used;
}

DWORD WINAPI QueryDosDeviceW(LPCWSTR device, LPWSTR buffer, DWORD size)
{
    NTSTATUS status;
    ULONG length;

    if (!device)
        return all_devices(buffer, size);
    if (size < 2) {
        fail(ERROR_INSUFFICIENT_BUFFER);
        return 0;
    }
    status = device_target(device, buffer, size - 1, &length);
    if (!set_status(status))
        return 0;
    buffer[length++] = 0; /* a list of one */
    return length;
}

DWORD WINAPI QueryDosDeviceA(LPCSTR device, LPSTR buffer, DWORD size)
{
    WCHAR *wide_buffer;
    DWORD length, used = 0;

    WIDE_FILE(wide, device, 0);
    wide_buffer = heap_alloc(0x8000 * sizeof(WCHAR));
    if (!wide_buffer)
        return 0;
    length = QueryDosDeviceW(wide.text, wide_buffer, 0x7fff);
    if (length) {
        for (const WCHAR *p = wide_buffer; *p; p += wcslen(p) + 1) {
            DWORD done = narrow_file(p, (DWORD)wcslen(p), buffer + used, size - used);

            if (done >= size - used) {
                fail(ERROR_INSUFFICIENT_BUFFER);
                heap_free(wide_buffer);
                return 0;
            }
            used += done + 1;
        }
        if (used < size)
            buffer[used++] = 0;
        else
            used = (DWORD)fail(ERROR_INSUFFICIENT_BUFFER);
    }
    heap_free(wide_buffer);
    return used;
}

BOOL WINAPI DefineDosDeviceW(DWORD flags, LPCWSTR device, LPCWSTR target)
{
    WCHAR name[MAX_PATH + 8] = L"\\??\\";
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING string, destination = {0};
    HANDLE link;
    NTSTATUS status;

    if (!device || wcslen(device) > MAX_PATH ||
        (flags & ~(DWORD)(DDD_RAW_TARGET_PATH | DDD_REMOVE_DEFINITION | DDD_EXACT_MATCH_ON_REMOVE |
                          DDD_NO_BROADCAST_SYSTEM)))
        return fail(ERROR_INVALID_PARAMETER);
    wcscat(name, device);
    unicode_string(&string, name);
    object_attributes(&attributes, &string, NULL, OBJ_CASE_INSENSITIVE | OBJ_PERMANENT | OBJ_OPENIF,
                      NULL);
    if (flags & DDD_REMOVE_DEFINITION) {
        attributes.Attributes = OBJ_CASE_INSENSITIVE;
        status = NtOpenSymbolicLinkObject(&link, DELETE | SYMBOLIC_LINK_QUERY, &attributes);
        if (NT_SUCCESS(status)) {
            WCHAR now[MAX_PATH];
            ULONG length;

            if ((flags & DDD_EXACT_MATCH_ON_REMOVE) && target &&
                (!NT_SUCCESS(device_target(device, now, ARRAYSIZE(now), &length)) ||
                 wcscmp(now, target)))
                status = STATUS_OBJECT_NAME_NOT_FOUND;
            else
                status = NtMakeTemporaryObject(link);
            NtClose(link);
        }
        return set_status(status);
    }
    if (!target)
        return fail(ERROR_INVALID_PARAMETER);
    if (flags & DDD_RAW_TARGET_PATH) {
        if (!unicode_string(&destination, target))
            return FALSE;
    } else if (!nt_path(&destination, target)) {
        return FALSE;
    }
    status = NtCreateSymbolicLinkObject(&link, SYMBOLIC_LINK_ALL_ACCESS, &attributes, &destination);
    if (!(flags & DDD_RAW_TARGET_PATH))
        RtlFreeUnicodeString(&destination);
    if (NT_SUCCESS(status))
        NtClose(link);
    return set_status(status);
}

BOOL WINAPI DefineDosDeviceA(DWORD flags, LPCSTR device, LPCSTR target)
{
    WIDE_FILE(wide_device, device, FALSE);
    WIDE_FILE(wide_target, target, FALSE);
    return DefineDosDeviceW(flags, wide_device.text, wide_target.text);
}

static BOOL has_prefix(const UNICODE_STRING *name, const WCHAR *prefix)
{
    UNICODE_STRING start = *name, string;

    unicode_string(&string, prefix);
    if (name->Length < string.Length)
        return FALSE;
    start.Length = string.Length;
    return RtlEqualUnicodeString(&start, &string, TRUE);
}

WCHAR *dos_path_of_nt(const UNICODE_STRING *nt)
{
    WCHAR drive[3] = {0, L':', 0}, target[MAX_PATH];
    SIZE_T length = nt->Length / sizeof(WCHAR), rest;
    ULONG size;
    WCHAR *path;

    if (has_prefix(nt, L"\\??\\UNC\\") || has_prefix(nt, L"\\Device\\Mup\\")) {
        SIZE_T skip = has_prefix(nt, L"\\??\\") ? 8 : 12;

        path = heap_alloc((length - skip + 3) * sizeof(WCHAR));
        if (path) {
            path[0] = path[1] = L'\\';
            memcpy(path + 2, nt->Buffer + skip, (length - skip) * sizeof(WCHAR));
            path[2 + length - skip] = 0;
        }
        return path;
    }
    if (has_prefix(nt, L"\\??\\"))
        return heap_wide_copy(nt->Buffer + 4, length - 4);
    for (drive[0] = L'A'; drive[0] <= L'Z'; drive[0]++) {
        if (!NT_SUCCESS(device_target(drive, target, ARRAYSIZE(target), &size)))
            continue;
        size--;
        /* The whole device name: \Device\X1 is no prefix of \Device\X10. */
        if (!has_prefix(nt, target) || (length > size && nt->Buffer[size] != L'\\'))
            continue;
        rest = length - size;
        path = heap_alloc((rest + 4) * sizeof(WCHAR));
        if (!path)
            return NULL;
        path[0] = drive[0];
        path[1] = L':';
        memcpy(path + 2, nt->Buffer + size, rest * sizeof(WCHAR));
        path[2 + rest] = 0;
        if (!rest)
            wcscpy(path + 2, L"\\");
        return path;
    }
    fail(ERROR_PATH_NOT_FOUND);
    return NULL;
}

/* ---- Drives ---- */

/* PROCESS_DEVICEMAP_INFORMATION: which letters exist, and what each is. */
struct device_map {
    ULONG drives;
    UCHAR types[32];
};

static BOOL query_device_map(struct device_map *map)
{
    WCHAR drive[3] = {0, L':', 0}, target[MAX_PATH];
    NTSTATUS status;
    ULONG length;

    status =
        NtQueryInformationProcess(NtCurrentProcess(), ProcessDeviceMap, map, sizeof(*map), NULL);
    if (status != STATUS_INVALID_INFO_CLASS && status != STATUS_NOT_IMPLEMENTED &&
        status != STATUS_INVALID_PARAMETER)
        return set_status(status);
    /* A kernel without the class still has the links. */
    memset(map, 0, sizeof(*map));
    for (int i = 0; i < 26; i++) {
        drive[0] = (WCHAR)(L'A' + i);
        if (NT_SUCCESS(device_target(drive, target, ARRAYSIZE(target), &length)))
            map->drives |= 1u << i;
    }
    return TRUE;
}

DWORD WINAPI GetLogicalDrives(void)
{
    struct device_map map;

    return query_device_map(&map) ? map.drives : 0;
}

DWORD WINAPI GetLogicalDriveStringsW(DWORD size, LPWSTR buffer)
{
    DWORD drives = GetLogicalDrives(), needed = 4 * (DWORD)__builtin_popcount(drives);

    if (!drives)
        return 0;
    if (!buffer || size <= needed)
        return needed + 1;
    for (int i = 0; i < 26; i++) {
        if (!(drives >> i & 1))
            continue;
        *buffer++ = (WCHAR)(L'A' + i);
        *buffer++ = L':';
        *buffer++ = L'\\';
        *buffer++ = 0;
    }
    *buffer = 0;
    return needed;
}

DWORD WINAPI GetLogicalDriveStringsA(DWORD size, LPSTR buffer)
{
    WCHAR wide[26 * 4 + 1];
    DWORD length = GetLogicalDriveStringsW(ARRAYSIZE(wide), wide);

    if (!length)
        return 0;
    if (!buffer || size <= length)
        return length + 1;
    for (DWORD i = 0; i <= length; i++)
        buffer[i] = (char)wide[i];
    return length;
}

/* Opens the directory at the root of a volume; NULL means the current directory's volume. */
static BOOL open_root(HANDLE *root, const WCHAR *path, BOOL any_directory)
{
    WCHAR current[4];

    if (!path) {
        WCHAR *full = heap_alloc(0x8000 * sizeof(WCHAR));
        BOOL done;

        if (!full)
            return FALSE;
        done = GetCurrentDirectoryW(0x7fff, full) != 0;
        if (done && full[0] != L'\\') {
            memcpy(current, full, 3 * sizeof(WCHAR));
            current[3] = 0;
            done = open_root(root, current, FALSE);
        } else if (done) {
            done = open_root(root, full, TRUE);
        }
        heap_free(full);
        return done;
    }
    if (!any_directory) {
        SIZE_T length = wcslen(path);

        if (!length || path[length - 1] != L'\\')
            return fail(ERROR_INVALID_NAME);
    }
    return open_path(root, path, FILE_READ_ATTRIBUTES, FILE_DIRECTORY_FILE);
}

UINT WINAPI GetDriveTypeW(LPCWSTR path)
{
    FILE_FS_DEVICE_INFORMATION device;
    IO_STATUS_BLOCK io;
    NTSTATUS status;
    HANDLE root;

    if (path && path[0] && path[1] == L':' && !path[2]) {
        WCHAR with_root[4] = {path[0], L':', L'\\', 0};

        return GetDriveTypeW(with_root);
    }
    if (!open_root(&root, path, TRUE)) {
        /* A drive without a medium cannot be opened, but is known. */
        struct device_map map;
        WCHAR letter = path ? path[0] | 32 : 0;

        if (letter >= L'a' && letter <= L'z' && path[1] == L':' && path[2] == L'\\' && !path[3] &&
            query_device_map(&map) && (map.drives >> (letter - L'a') & 1))
            return map.types[letter - L'a'];
        return DRIVE_NO_ROOT_DIR;
    }
    status =
        NtQueryVolumeInformationFile(root, &io, &device, sizeof(device), FileFsDeviceInformation);
    NtClose(root);
    if (!NT_SUCCESS(status))
        return DRIVE_UNKNOWN;
    switch (device.DeviceType) {
    case FILE_DEVICE_CD_ROM:
    case FILE_DEVICE_CD_ROM_FILE_SYSTEM:
        return DRIVE_CDROM;
    case FILE_DEVICE_NETWORK_FILE_SYSTEM:
        return DRIVE_REMOTE;
    case FILE_DEVICE_VIRTUAL_DISK:
        return DRIVE_RAMDISK;
    case FILE_DEVICE_DISK:
    case FILE_DEVICE_DISK_FILE_SYSTEM:
        if (device.Characteristics & 0x10) /* FILE_REMOTE_DEVICE */
            return DRIVE_REMOTE;
        return device.Characteristics & 1 /* FILE_REMOVABLE_MEDIA */ ? DRIVE_REMOVABLE
                                                                     : DRIVE_FIXED;
    }
    return DRIVE_UNKNOWN;
}

UINT WINAPI GetDriveTypeA(LPCSTR path)
{
    WIDE_FILE(wide, path, DRIVE_NO_ROOT_DIR);
    return GetDriveTypeW(wide.text);
}

/* ---- Volume information ---- */

struct volume_info {
    WCHAR label[MAX_PATH], system[MAX_PATH];
    DWORD serial, component, flags;
};

static BOOL volume_info(HANDLE file, struct volume_info *info)
{
    union {
        FILE_FS_VOLUME_INFORMATION volume;
        FILE_FS_ATTRIBUTE_INFORMATION attribute;
        char room[64 + MAX_PATH * sizeof(WCHAR)];
    } fs;
    IO_STATUS_BLOCK io;
    ULONG length;

    if (!set_status(
            NtQueryVolumeInformationFile(file, &io, &fs, sizeof(fs), FileFsVolumeInformation)))
        return FALSE;
    length = fs.volume.VolumeLabelLength;
    if (length > sizeof(info->label) - sizeof(WCHAR))
        length = sizeof(info->label) - sizeof(WCHAR);
    memcpy(info->label, fs.volume.VolumeLabel, length);
    info->label[length / sizeof(WCHAR)] = 0;
    info->serial = fs.volume.VolumeSerialNumber;
    if (!set_status(
            NtQueryVolumeInformationFile(file, &io, &fs, sizeof(fs), FileFsAttributeInformation)))
        return FALSE;
    length = fs.attribute.FileSystemNameLength;
    if (length > sizeof(info->system) - sizeof(WCHAR))
        length = sizeof(info->system) - sizeof(WCHAR);
    memcpy(info->system, fs.attribute.FileSystemName, length);
    info->system[length / sizeof(WCHAR)] = 0;
    info->component = (DWORD)fs.attribute.MaximumComponentNameLength;
    info->flags = fs.attribute.FileSystemAttributes;
    return TRUE;
}

BOOL WINAPI GetVolumeInformationByHandleW(HANDLE file, LPWSTR label, DWORD label_size,
                                          LPDWORD serial, LPDWORD component, LPDWORD flags,
                                          LPWSTR system, DWORD system_size)
{
    struct volume_info info;

    if (!volume_info(file, &info))
        return FALSE;
    if (label && copy_wide(info.label, (DWORD)wcslen(info.label), label, label_size) >= label_size)
        return fail(ERROR_BAD_LENGTH);
    if (system &&
        copy_wide(info.system, (DWORD)wcslen(info.system), system, system_size) >= system_size)
        return fail(ERROR_BAD_LENGTH);
    if (serial)
        *serial = info.serial;
    if (component)
        *component = info.component;
    if (flags)
        *flags = info.flags;
    return TRUE;
}

BOOL WINAPI GetVolumeInformationW(LPCWSTR path, LPWSTR label, DWORD label_size, LPDWORD serial,
                                  LPDWORD component, LPDWORD flags, LPWSTR system,
                                  DWORD system_size)
{
    HANDLE root;
    BOOL done;
    DWORD error;

    if (!open_root(&root, path, FALSE))
        return FALSE;
    done = GetVolumeInformationByHandleW(root, label, label_size, serial, component, flags, system,
                                         system_size);
    error = GetLastError();
    NtClose(root);
    fail(error);
    return done;
}

BOOL WINAPI GetVolumeInformationA(LPCSTR path, LPSTR label, DWORD label_size, LPDWORD serial,
                                  LPDWORD component, LPDWORD flags, LPSTR system, DWORD system_size)
{
    WCHAR wide_label[MAX_PATH], wide_system[MAX_PATH];

    WIDE_FILE(wide, path, FALSE);
    if (!GetVolumeInformationW(wide.text, label ? wide_label : NULL, MAX_PATH, serial, component,
                               flags, system ? wide_system : NULL, MAX_PATH))
        return FALSE;
    if (label &&
        narrow_file(wide_label, (DWORD)wcslen(wide_label), label, label_size) >= label_size)
        return fail(ERROR_BAD_LENGTH);
    if (system &&
        narrow_file(wide_system, (DWORD)wcslen(wide_system), system, system_size) >= system_size)
        return fail(ERROR_BAD_LENGTH);
    return TRUE;
}

/* FILE_FS_LABEL_INFORMATION: a length in bytes and the text. */
BOOL WINAPI SetVolumeLabelW(LPCWSTR path, LPCWSTR label)
{
    struct {
        ULONG length;
        WCHAR text[33];
    } info = {0};
    IO_STATUS_BLOCK io;
    HANDLE root;
    NTSTATUS status;
    SIZE_T length = label ? wcslen(label) : 0;

    if (length > 32)
        return fail(ERROR_LABEL_TOO_LONG);
    if (!open_root(&root, path, FALSE))
        return FALSE;
    info.length = (ULONG)(length * sizeof(WCHAR));
    memcpy(info.text, label, info.length);
    status = NtSetVolumeInformationFile(root, &io, &info, sizeof(info.length) + info.length,
                                        FileFsLabelInformation);
    NtClose(root);
    return set_status(status);
}

BOOL WINAPI SetVolumeLabelA(LPCSTR path, LPCSTR label)
{
    WIDE_FILE(wide, path, FALSE);
    WIDE_FILE(wide_label, label, FALSE);
    return SetVolumeLabelW(wide.text, wide_label.text);
}

static BOOL volume_sizes(const WCHAR *path, BOOL any_directory, FILE_FS_FULL_SIZE_INFORMATION *size)
{
    IO_STATUS_BLOCK io;
    NTSTATUS status;
    HANDLE root;

    if (!open_root(&root, path, any_directory))
        return FALSE;
    status =
        NtQueryVolumeInformationFile(root, &io, size, sizeof(*size), FileFsFullSizeInformation);
    NtClose(root);
    return set_status(status);
}

BOOL WINAPI GetDiskFreeSpaceExW(LPCWSTR path, PULARGE_INTEGER available, PULARGE_INTEGER total,
                                PULARGE_INTEGER free)
{
    FILE_FS_FULL_SIZE_INFORMATION size;
    ULONGLONG unit;

    if (!volume_sizes(path, TRUE, &size))
        return FALSE;
    unit = (ULONGLONG)size.SectorsPerAllocationUnit * size.BytesPerSector;
    if (available)
        available->QuadPart = (ULONGLONG)size.CallerAvailableAllocationUnits.QuadPart * unit;
    if (total)
        total->QuadPart = (ULONGLONG)size.TotalAllocationUnits.QuadPart * unit;
    if (free)
        free->QuadPart = (ULONGLONG)size.ActualAvailableAllocationUnits.QuadPart * unit;
    return TRUE;
}

BOOL WINAPI GetDiskFreeSpaceExA(LPCSTR path, PULARGE_INTEGER available, PULARGE_INTEGER total,
                                PULARGE_INTEGER free)
{
    WIDE_FILE(wide, path, FALSE);
    return GetDiskFreeSpaceExW(wide.text, available, total, free);
}

static DWORD clamp(LONGLONG value)
{
    return value > MAXDWORD ? MAXDWORD : (DWORD)value;
}

BOOL WINAPI GetDiskFreeSpaceW(LPCWSTR path, LPDWORD sectors, LPDWORD bytes, LPDWORD free,
                              LPDWORD total)
{
    FILE_FS_FULL_SIZE_INFORMATION size;

    if (!volume_sizes(path, TRUE, &size))
        return FALSE;
    if (sectors)
        *sectors = size.SectorsPerAllocationUnit;
    if (bytes)
        *bytes = size.BytesPerSector;
    if (free)
        *free = clamp(size.CallerAvailableAllocationUnits.QuadPart);
    if (total)
        *total = clamp(size.TotalAllocationUnits.QuadPart);
    return TRUE;
}

BOOL WINAPI GetDiskFreeSpaceA(LPCSTR path, LPDWORD sectors, LPDWORD bytes, LPDWORD free,
                              LPDWORD total)
{
    WIDE_FILE(wide, path, FALSE);
    return GetDiskFreeSpaceW(wide.text, sectors, bytes, free, total);
}

/* ---- Volume paths and names ---- */

BOOL WINAPI GetVolumePathNameW(LPCWSTR name, LPWSTR buffer, DWORD size)
{
    WCHAR *full;
    SIZE_T length, root = 0;
    DWORD needed;

    if (!name || !*name)
        return fail(ERROR_INVALID_PARAMETER);
    needed = GetFullPathNameW(name, 0, NULL, NULL);
    if (!needed)
        return FALSE;
    full = heap_alloc((needed + 2) * sizeof(WCHAR));
    if (!full)
        return FALSE;
    GetFullPathNameW(name, needed, full, NULL);
    length = wcslen(full);
    /* Mounted folders do not exist here: a volume begins at its drive or share. */
    if (full[0] == L'\\' && full[1] == L'\\') {
        int parts = (full[2] == L'?' || full[2] == L'.') && full[3] == L'\\' ? 1 : 2;

        root = 2;
        if (parts == 1) {
            root = 4;
            if (!_wcsnicmp(full + 4, L"UNC\\", 4)) {
                root = 8;
                parts = 2;
            }
        }
        for (; parts && full[root]; parts--) {
            while (full[root] && full[root] != L'\\')
                root++;
            if (full[root])
                root++;
        }
    } else {
        root = 3;
    }
    if (root > length)
        root = length;
    if (root && full[root - 1] != L'\\')
        full[root++] = L'\\';
    if (root >= size) {
        heap_free(full);
        return fail(ERROR_FILENAME_EXCED_RANGE);
    }
    memcpy(buffer, full, root * sizeof(WCHAR));
    buffer[root] = 0;
    heap_free(full);
    return TRUE;
}

BOOL WINAPI GetVolumePathNameA(LPCSTR name, LPSTR buffer, DWORD size)
{
    WCHAR result[MAX_PATH];

    WIDE_FILE(wide, name, FALSE);
    if (!GetVolumePathNameW(wide.text, result, MAX_PATH))
        return FALSE;
    return narrow_file(result, (DWORD)wcslen(result), buffer, size) < size ||
           fail(ERROR_FILENAME_EXCED_RANGE);
}

#define VOLUME_NAME_LENGTH 49 /* \\?\Volume{GUID}\ */

/*
 * The GUID of a drive's volume. Volume names are links \??\Volume{...} to the device of the drive,
 * as the mount manager makes them; where a run has none, there is no name.
 */
BOOL WINAPI GetVolumeNameForVolumeMountPointW(LPCWSTR path, LPWSTR buffer, DWORD size)
{
    WCHAR drive[3] = {0, L':', 0}, target[MAX_PATH], other[MAX_PATH], *names;
    ULONG length, found = 0;
    SIZE_T path_length = wcslen(path);

    if (!path_length || path[path_length - 1] != L'\\')
        return fail(ERROR_INVALID_NAME);
    if (path_length != 3 || path[1] != L':')
        return fail(path[0] == L'\\' ? ERROR_INVALID_NAME : ERROR_NOT_A_REPARSE_POINT);
    drive[0] = path[0];
    if (!set_status(device_target(drive, target, ARRAYSIZE(target), &length)))
        return FALSE;
    names = heap_alloc(0x10000 * sizeof(WCHAR));
    if (!names)
        return FALSE;
    if (all_devices(names, 0x10000)) {
        for (const WCHAR *name = names; *name && !found; name += wcslen(name) + 1) {
            if (_wcsnicmp(name, L"Volume{", 7) || wcslen(name) != VOLUME_NAME_LENGTH - 5 ||
                !NT_SUCCESS(device_target(name, other, ARRAYSIZE(other), &length)) ||
                _wcsicmp(other, target))
                continue;
            found = 1;
            if (size < VOLUME_NAME_LENGTH + 1) {
                fail(ERROR_FILENAME_EXCED_RANGE);
                found = 2;
                break;
            }
            wcscpy(buffer, L"\\\\?\\");
            wcscat(buffer, name);
            wcscat(buffer, L"\\");
        }
        if (!found)
            fail(ERROR_FILE_NOT_FOUND);
    }
    heap_free(names);
    return found == 1;
}

BOOL WINAPI GetVolumeNameForVolumeMountPointA(LPCSTR path, LPSTR buffer, DWORD size)
{
    WCHAR result[MAX_PATH];

    WIDE_FILE(wide, path, FALSE);
    if (!GetVolumeNameForVolumeMountPointW(wide.text, result, MAX_PATH))
        return FALSE;
    return narrow_file(result, (DWORD)wcslen(result), buffer, size) < size ||
           fail(ERROR_FILENAME_EXCED_RANGE);
}

/* The drives whose volume bears the name, as a list. */
BOOL WINAPI GetVolumePathNamesForVolumeNameW(LPCWSTR volume, LPWCH buffer, DWORD size,
                                             PDWORD needed)
{
    DWORD drives = GetLogicalDrives(), used = 0;
    WCHAR root[4] = {0, L':', L'\\', 0}, name[VOLUME_NAME_LENGTH + 1];
    BOOL found = FALSE;

    for (int i = 0; i < 26; i++) {
        if (!(drives >> i & 1))
            continue;
        root[0] = (WCHAR)(L'A' + i);
        if (!GetVolumeNameForVolumeMountPointW(root, name, ARRAYSIZE(name)) ||
            _wcsicmp(name, volume))
            continue;
        found = TRUE;
        if (used + 4 < size)
            memcpy(buffer + used, root, sizeof(root));
        used += 4;
    }
    if (!found)
        return fail(ERROR_FILE_NOT_FOUND);
    if (needed)
        *needed = used + 1;
    if (used >= size)
        return fail(ERROR_MORE_DATA);
    buffer[used] = 0;
    return TRUE;
}

BOOL WINAPI GetVolumePathNamesForVolumeNameA(LPCSTR volume, LPCH buffer, DWORD size, PDWORD needed)
{
    WCHAR names[26 * 4 + 1];
    DWORD length;

    WIDE_FILE(wide, volume, FALSE);
    if (!GetVolumePathNamesForVolumeNameW(wide.text, names, ARRAYSIZE(names), &length))
        return FALSE;
    if (needed)
        *needed = length;
    if (length > size)
        return fail(ERROR_MORE_DATA);
    for (DWORD i = 0; i < length; i++)
        buffer[i] = (char)names[i];
    return TRUE;
}

BOOL WINAPI DeleteVolumeMountPointW(LPCWSTR path)
{
    (void)path;
    return fail(ERROR_NOT_A_REPARSE_POINT);
}

/* A volume search remembers the letters still to visit; volumes of two letters come once. */
struct volume_search {
    ULONG tag; /* 'Vols' */
    DWORD left;
};

HANDLE WINAPI FindFirstVolumeW(LPWSTR buffer, DWORD size)
{
    struct volume_search *search = heap_alloc(sizeof(*search));
    DWORD error;

    if (!search)
        return INVALID_HANDLE_VALUE;
    search->tag = 0x566f6c73;
    search->left = GetLogicalDrives();
    if (FindNextVolumeW(search, buffer, size))
        return search;
    error = GetLastError();
    FindVolumeClose(search);
    fail(error);
    return INVALID_HANDLE_VALUE;
}

BOOL WINAPI FindNextVolumeW(HANDLE handle, LPWSTR buffer, DWORD size)
{
    struct volume_search *search = handle;
    WCHAR root[4] = {0, L':', L'\\', 0}, name[VOLUME_NAME_LENGTH + 1],
          other[VOLUME_NAME_LENGTH + 1];

    if (!search || handle == INVALID_HANDLE_VALUE || search->tag != 0x566f6c73)
        return fail(ERROR_INVALID_HANDLE);
    while (search->left) {
        int drive = __builtin_ctz(search->left);
        BOOL seen = FALSE;

        search->left &= search->left - 1;
        root[0] = (WCHAR)(L'A' + drive);
        if (!GetVolumeNameForVolumeMountPointW(root, name, ARRAYSIZE(name)))
            continue;
        for (int i = 0; i < drive && !seen; i++) {
            root[0] = (WCHAR)(L'A' + i);
            seen = GetVolumeNameForVolumeMountPointW(root, other, ARRAYSIZE(other)) &&
                   !_wcsicmp(name, other);
        }
        if (seen)
            continue;
        return copy_wide(name, (DWORD)wcslen(name), buffer, size) < size ||
               fail(ERROR_FILENAME_EXCED_RANGE);
    }
    return fail(ERROR_NO_MORE_FILES);
}

BOOL WINAPI FindVolumeClose(HANDLE handle)
{
    struct volume_search *search = handle;

    if (!search || handle == INVALID_HANDLE_VALUE || search->tag != 0x566f6c73)
        return fail(ERROR_INVALID_HANDLE);
    search->tag = 0;
    heap_free(search);
    return TRUE;
}
