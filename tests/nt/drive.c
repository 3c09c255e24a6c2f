/* Drives and the composed C: : syscalls/nt/drive.c, path.c */
#include <dirent.h>
#include <fcntl.h>

#include "syscalls/nt/drive.h"
#include "tests/nt/host_calls.h"

static void setup(void)
{
    arena_setup();
    cr_assert_eq(mkdir(host_path("libraries"), 0777), 0);
    cr_assert_eq(mkdir(host_path("run"), 0700), 0);
    host_file("libraries/kernel32.dll", "MZ");
    setenv("XDG_RUNTIME_DIR", host_path("run"), 1);
    cr_assert(nt_system32_dir_set(host_path("libraries"), NULL));
    cr_assert(nt_system_drive_set(NULL, "somebody"));
}

TestSuite(drive, .init = setup, .fini = arena_teardown);

#define RW (FILE_GENERIC_READ | FILE_GENERIC_WRITE)

static bool on_disk(void)
{
    return access(nt_system_drive_path(), F_OK) == 0;
}

static NTSTATUS attributes(const char *name, ULONG *out)
{
    FILE_BASIC_INFORMATION *b = guest_new(sizeof(*b));
    NTSTATUS status = NtQueryAttributesFile(&test_thread, attributes_of(NULL, name), b);
    *out = b->FileAttributes;
    return status;
}

Test(drive, folders_exist_without_a_disk)
{
    static const char *const folders[] = {"\\??\\C:\\",
                                          "\\??\\c:\\windows",
                                          "\\??\\C:\\Windows\\System32",
                                          "\\??\\C:\\Program Files",
                                          "\\??\\C:\\PROGRA~1",
                                          "\\??\\C:\\ProgramData",
                                          "\\??\\C:\\Users\\SOMEBODY\\appdata\\local",
                                          "\\DosDevices\\C:\\Users\\",
                                          "\\GLOBAL??\\C:\\Users",
                                          "\\Device\\HarddiskVolume3\\Windows",
                                          "\\SystemRoot",
                                          "\\SystemRoot\\System32",
                                          "\\??\\GLOBALROOT\\Device\\HarddiskVolume3\\users"};
    ULONG a;
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        cr_status(attributes(folders[i], &a), STATUS_SUCCESS);
        cr_assert_eq(a, FILE_ATTRIBUTE_DIRECTORY, "%s: %x", folders[i], a);
    }
    cr_status(attributes("\\??\\C:\\nothing", &a), STATUS_OBJECT_NAME_NOT_FOUND);
    cr_status(attributes("\\??\\C:\\nothing\\at\\all", &a), STATUS_OBJECT_PATH_NOT_FOUND);
    cr_status(attributes("\\??\\C:\\Windows\\nothing", &a), STATUS_OBJECT_NAME_NOT_FOUND);
    cr_status(attributes("\\??\\C:\\Windows\\a*b", &a), STATUS_OBJECT_NAME_INVALID);
    cr_status(attributes("\\??\\C:\\\\Windows", &a), STATUS_OBJECT_NAME_INVALID);
    cr_assert_not(on_disk());
}

Test(drive, system32_shows_the_libraries_read_only)
{
    HANDLE h;
    char text[2];
    static const char dll[] = "\\??\\C:\\WINDOWS\\system32\\KERNEL32.DLL";
    for (int pass = 0; pass < 2; pass++) {
        cr_status(create(dll, FILE_GENERIC_READ, 7, FILE_OPEN, 0, &h), STATUS_SUCCESS);
        cr_status(get(h, text, 2, 0), STATUS_SUCCESS);
        cr_assert_eq(memcmp(text, "MZ", 2), 0);
        FILE_NAME_INFORMATION *n = guest_new(512);
        cr_status(query(h, FileNameInformation, n, 512), STATUS_SUCCESS);
        char name[300];
        name[host_from_utf16(name, 299, n->FileName, n->FileNameLength / 2)] = 0;
        cr_assert_str_eq(name, "\\Windows\\System32\\kernel32.dll");
        shut(h);
        cr_status(create(dll, RW, 7, FILE_OPEN, 0, &h), STATUS_ACCESS_DENIED);
        cr_status(create(dll, DELETE, 7, FILE_OPEN, 0, &h), STATUS_ACCESS_DENIED);
        cr_status(create("\\??\\C:\\Windows\\System32\\new.dll", RW, 7, FILE_CREATE, 0, &h),
                  STATUS_ACCESS_DENIED);
        /* The same with the drive on disk, and through a handle of Windows. */
        if (pass == 0) {
            cr_status(nt_system_drive_materialise(), STATUS_SUCCESS);
            HANDLE w;
            cr_status(create("\\??\\C:\\Windows", FILE_LIST_DIRECTORY, 7, FILE_OPEN, 0, &w), 0);
            cr_status(
                create_full(w, "system32\\kernel32.dll", FILE_GENERIC_READ, 0, 7, FILE_OPEN, 0, &h),
                STATUS_SUCCESS);
            shut(h);
            shut(w);
        }
    }
}

Test(drive, the_first_write_makes_the_folder)
{
    HANDLE h, before;
    struct stat st;
    cr_status(create("\\??\\C:\\Users", FILE_LIST_DIRECTORY, 7, FILE_OPEN, 0, &before), 0);
    cr_status(create("\\??\\C:\\nothing\\x", RW, 7, FILE_CREATE, 0, &h),
              STATUS_OBJECT_PATH_NOT_FOUND);
    cr_status(create("\\??\\C:\\bad?", RW, 7, FILE_CREATE, 0, &h), STATUS_OBJECT_NAME_INVALID);
    cr_assert_not(on_disk());
    cr_status(create("\\??\\C:\\Users\\somebody\\new.txt", RW, 7, FILE_CREATE, 0, &h), 0);
    cr_status(put(h, "x", 1, 0), STATUS_SUCCESS);
    shut(h);
    cr_assert(on_disk());
    cr_assert(stat(nt_system_drive_path(), &st) == 0 && (st.st_mode & 0777) == 0700);
    /* A handle from before sees it. */
    cr_status(create_full(before, "SOMEBODY\\NEW.TXT", FILE_GENERIC_READ, 0, 7, FILE_OPEN, 0, &h),
              STATUS_SUCCESS);
    FILE_NAME_INFORMATION *n = guest_new(512);
    char name[300];
    cr_status(query(h, FileNameInformation, n, 512), STATUS_SUCCESS);
    name[host_from_utf16(name, 299, n->FileName, n->FileNameLength / 2)] = 0;
    cr_assert_str_eq(name, "\\Users\\somebody\\new.txt");
    shut(h);
    shut(before);
    ULONG a;
    cr_status(attributes("\\??\\C:\\Program Files", &a), STATUS_SUCCESS);
    cr_status(attributes("\\??\\C:\\progra~1\\Common Files", &a), STATUS_SUCCESS);
    nt_system_drive_remove();
    cr_assert_not(on_disk());
}

Test(drive, listing)
{
    char *buffer = guest_new(4096);
    HANDLE h;
    for (int pass = 0; pass < 2; pass++) {
        char all[2000] = "";
        cr_status(create("\\??\\C:\\", FILE_LIST_DIRECTORY, 7, FILE_OPEN, FILE_DIRECTORY_FILE, &h),
                  0);
        while (NtQueryDirectoryFile(&test_thread, h, NULL, NULL, NULL, iosb, buffer, 4096,
                                    FileIdBothDirectoryInformation, TRUE, NULL, FALSE) == 0) {
            FILE_ID_BOTH_DIR_INFORMATION *e = (FILE_ID_BOTH_DIR_INFORMATION *)buffer;
            size_t used = strlen(all);
            cr_assert_eq(e->FileAttributes, FILE_ATTRIBUTE_DIRECTORY);
            used += host_from_utf16(all + used, 200, e->FileName, e->FileNameLength / 2);
            strcpy(all + used, "|");
        }
        cr_assert_str_eq(all, "Program Files|Program Files (x86)|ProgramData|Users|Windows|");
        shut(h);
        cr_status(nt_system_drive_materialise(), STATUS_SUCCESS);
    }
}

Test(drive, a_drive_of_ones_own)
{
    HANDLE h;
    cr_assert_eq(mkdir(host_path("mine"), 0777), 0);
    host_file("mine/f", "x");
    cr_assert(nt_drive_set('x', host_path("mine")));
    cr_assert_not(nt_drive_set('y', host_path("missing")));
    cr_assert_not(nt_drive_set('1', host_path("mine")));
    cr_status(create("\\??\\X:\\F", FILE_GENERIC_READ, 7, FILE_OPEN, 0, &h), STATUS_SUCCESS);
    FILE_NAME_INFORMATION *n = guest_new(512);
    cr_status(query(h, FileNameInformation, n, 512), STATUS_SUCCESS);
    cr_assert_eq(n->FileNameLength, 4);
    shut(h);
    cr_status(create("\\??\\X:", FILE_READ_ATTRIBUTES, 7, FILE_OPEN, 0, &h), STATUS_SUCCESS);
    shut(h);
    cr_assert_eq(nt_volume_mask(), 1u << 2 | 1u << 23 | 1u << 25);
    char dos[4096];
    cr_assert(nt_dos_path_of_host(host_path("mine/a:b"), dos, sizeof(dos)));
    cr_assert_str_eq(dos, "X:\\a\xef\x80\xba"
                          "b");
    cr_assert(nt_dos_path_of_host("/", dos, sizeof(dos)));
    cr_assert_str_eq(dos, "Z:\\");
}

Test(drive, dos_device_names)
{
    uint16_t name[NT_DEVICE_NAME_UNITS], target[NT_DEVICE_NAME_UNITS];
    char text[8192] = "";
    size_t n, used = 0;
    for (unsigned i = 0; (n = nt_dos_device_name(i, name)) != 0; i++) {
        cr_assert_lt(used + 100, sizeof(text));
        used += host_from_utf16(text + used, 20, name, n);
        text[used++] = '=';
        n = nt_dos_device_target(name, n, target);
        cr_assert_neq(n, 0);
        used += host_from_utf16(text + used, 60, target, n);
        text[used++] = ' ';
    }
    /* Other subsystems add devices of theirs. */
    cr_assert(strstr(text, "C:=\\Device\\HarddiskVolume3 Z:=\\Device\\HarddiskVolume26 ") == text);
    cr_assert(strstr(text, " NUL=\\Device\\Null "));
    name[0] = 'q';
    name[1] = ':';
    cr_assert_eq(nt_dos_device_target(name, 2, target), 0);
}

Test(drive, state_folder_stays)
{
    HANDLE h;
    cr_assert(nt_system_drive_set(host_path("state"), "somebody"));
    cr_status(create("\\??\\C:\\ProgramData\\kept", RW, 7, FILE_CREATE, 0, &h), STATUS_SUCCESS);
    shut(h);
    nt_system_drive_remove();
    cr_assert_eq(access(host_path("state/ProgramData/kept"), F_OK), 0);
}

Test(drive, volumes_answer)
{
    HANDLE h;
    char *b = guest_new(512);
    static const char *const places[] = {"\\??\\C:\\", "\\??\\Z:\\", "\\??\\C:"};
    for (size_t i = 0; i < 3; i++) {
        cr_status(create(places[i], FILE_READ_ATTRIBUTES, 7, FILE_OPEN, 0, &h), STATUS_SUCCESS);
        for (ULONG class = 0; class < 20; class ++)
            NtQueryVolumeInformationFile(&test_thread, h, iosb, b, 512, class);
        cr_status(
            NtQueryVolumeInformationFile(&test_thread, h, iosb, b, 512, FileFsAttributeInformation),
            STATUS_SUCCESS);
        cr_assert_eq(((FILE_FS_ATTRIBUTE_INFORMATION *)b)->FileSystemNameLength, 8);
        cr_status(
            NtQueryVolumeInformationFile(&test_thread, h, iosb, b, 12, FileFsAttributeInformation),
            STATUS_BUFFER_OVERFLOW);
        cr_status(
            NtQueryVolumeInformationFile(&test_thread, h, iosb, b, 512, FileFsSizeInformation),
            STATUS_SUCCESS);
        cr_assert_gt(((FILE_FS_SIZE_INFORMATION *)b)->TotalAllocationUnits.QuadPart, 0);
        cr_status(
            NtQueryVolumeInformationFile(&test_thread, h, iosb, b, 512, FileFsDeviceInformation),
            STATUS_SUCCESS);
        cr_assert_eq(((FILE_FS_DEVICE_INFORMATION *)b)->DeviceType, NT_FILE_DEVICE_DISK);
        shut(h);
    }
}

static NTSTATUS control(HANDLE h, ULONG code, void *in, ULONG in_n, void *out, ULONG out_n)
{
    return NtFsControlFile(&test_thread, h, NULL, NULL, NULL, iosb, code, in, in_n, out, out_n);
}

Test(drive, reparse_points)
{
    HANDLE h;
    char target[100];
    uint8_t *b = guest_new(1024);
    ssize_t n;
    struct stat st;
    host_file("target", "data");
    host_file("link", "");
    cr_status(create("link", FILE_GENERIC_WRITE | DELETE, 7, FILE_OPEN, 0, &h), STATUS_SUCCESS);
    cr_status(control(h, NT_FSCTL_GET_REPARSE_POINT, NULL, 0, b, 1024), STATUS_NOT_A_REPARSE_POINT);
    static const char text[] = "target";
    memset(b, 0, 1024);
    *(ULONG *)b = 0xa000000c;
    *(USHORT *)(b + 4) = 12 + 12;
    *(USHORT *)(b + 10) = 12; /* SubstituteNameLength */
    *(USHORT *)(b + 12) = 12;
    *(ULONG *)(b + 16) = 1;
    for (int i = 0; i < 6; i++)
        *(uint16_t *)(b + 20 + i * 2) = (unsigned char)text[i];
    cr_status(control(h, NT_FSCTL_SET_REPARSE_POINT, b, 31, NULL, 0),
              STATUS_IO_REPARSE_DATA_INVALID);
    cr_status(control(h, NT_FSCTL_SET_REPARSE_POINT, b, 32, NULL, 0), STATUS_SUCCESS);
    n = readlink(host_path("link"), target, sizeof(target));
    cr_assert(n == 6 && memcmp(target, "target", 6) == 0);
    memset(b, 0, 1024);
    cr_status(control(h, NT_FSCTL_GET_REPARSE_POINT, NULL, 0, b, 1024), STATUS_SUCCESS);
    cr_assert(*(ULONG *)b == 0xa000000c && *(ULONG *)(b + 16) == 1 && *(USHORT *)(b + 10) == 12);
    cr_status(control(h, NT_FSCTL_DELETE_REPARSE_POINT, b, 8, NULL, 0), STATUS_SUCCESS);
    cr_assert(lstat(host_path("link"), &st) == 0 && S_ISREG(st.st_mode));
    shut(h);
    /* A junction */
    cr_assert_eq(mkdir(host_path("from"), 0777), 0);
    cr_assert_eq(mkdir(host_path("to"), 0777), 0);
    host_file("to/inside", "");
    cr_status(create("from", FILE_WRITE_ATTRIBUTES | FILE_WRITE_DATA, 7, FILE_OPEN,
                     FILE_OPEN_REPARSE_POINT, &h),
              STATUS_SUCCESS);
    size_t units;
    uint16_t *to = guest_text(in_test_dir("to"), &units);
    memset(b, 0, 1024);
    *(ULONG *)b = 0xa0000003;
    *(USHORT *)(b + 4) = (USHORT)(8 + units * 2);
    *(USHORT *)(b + 10) = (USHORT)(units * 2);
    memcpy(b + 16, to, units * 2);
    cr_status(control(h, NT_FSCTL_SET_REPARSE_POINT, b, (ULONG)(16 + units * 2), NULL, 0), 0);
    shut(h);
    cr_status(create("FROM\\Inside", FILE_GENERIC_READ, 7, FILE_OPEN, 0, &h), STATUS_SUCCESS);
    shut(h);
}

Test(drive, sparse_files_and_ranges)
{
    HANDLE h;
    int64_t *b = guest_new(256);
    char byte = 1;
    cr_status(create("s", RW, 7, FILE_CREATE, 0, &h), STATUS_SUCCESS);
    cr_status(control(h, NT_FSCTL_SET_SPARSE, NULL, 0, NULL, 0), STATUS_SUCCESS);
    FILE_BASIC_INFORMATION basic;
    cr_status(query(h, FileBasicInformation, &basic, sizeof(basic)), STATUS_SUCCESS);
    cr_assert(basic.FileAttributes & FILE_ATTRIBUTE_SPARSE_FILE);
    cr_status(put(h, &byte, 1, 1 << 20), STATUS_SUCCESS);
    b[0] = 0;
    b[1] = 1 << 21;
    cr_status(control(h, NT_FSCTL_QUERY_ALLOCATED_RANGES, b, 16, b + 4, 128), STATUS_SUCCESS);
    cr_assert_eq(iosb->Information, 16);
    cr_assert_eq(b[4], 1 << 20);
    b[0] = 0;
    b[1] = (1 << 20) + 1;
    cr_status(control(h, NT_FSCTL_SET_ZERO_DATA, b, 16, NULL, 0), STATUS_SUCCESS);
    cr_status(get(h, &byte, 1, 1 << 20), STATUS_SUCCESS);
    cr_assert_eq(byte, 0);
    cr_status(control(h, 0x12345678, b, 16, NULL, 0), STATUS_INVALID_DEVICE_REQUEST);
    shut(h);
}

Test(drive, extended_attributes)
{
    HANDLE h;
    uint8_t *b = guest_new(256);
    static const uint8_t ea[] = {0, 0, 0, 0, 0, 4, 3, 0, 't', 'e', 's', 't', 0, 'v', 'a', 'l'};
    cr_status(create("e", RW, 7, FILE_CREATE, 0, &h), STATUS_SUCCESS);
    cr_status(NtQueryEaFile(&test_thread, h, iosb, b, 256, FALSE, NULL, 0, NULL, TRUE),
              STATUS_NO_EAS_ON_FILE);
    memcpy(b, ea, sizeof(ea));
    cr_status(NtSetEaFile(&test_thread, h, iosb, b, sizeof(ea)), STATUS_SUCCESS);
    cr_status(NtSetEaFile(&test_thread, h, iosb, b, sizeof(ea) - 1), STATUS_EA_LIST_INCONSISTENT);
    memset(b, 0, 256);
    cr_status(NtQueryEaFile(&test_thread, h, iosb, b, 256, FALSE, NULL, 0, NULL, TRUE), 0);
    cr_assert_eq(memcmp(b + 8, "TEST\0val", 8), 0);
    FILE_EA_INFORMATION size;
    cr_status(query(h, FileEaInformation, &size, sizeof(size)), STATUS_SUCCESS);
    cr_assert_gt(size.EaSize, 0);
    shut(h);
}

/* Names of every kind of nonsense: a status, and no handle that is not given. */
Test(drive, hostile_names)
{
    static const char *const pieces[] = {"\\??\\",
                                         "\\Device\\",
                                         "\\DosDevices\\",
                                         "\\GLOBAL??\\",
                                         "\\SystemRoot",
                                         "C:",
                                         "Z:",
                                         "z:\\",
                                         "HarddiskVolume3",
                                         "HarddiskVolume99999999999",
                                         "GLOBALROOT",
                                         "UNC",
                                         "NUL",
                                         "Null",
                                         "pipe",
                                         "\\",
                                         "\\\\",
                                         ".",
                                         "..",
                                         ":",
                                         "::$DATA",
                                         ":$I30:$INDEX_ALLOCATION",
                                         "*",
                                         "Windows",
                                         "System32",
                                         "\\Users",
                                         "PROGRA~1",
                                         "\\tmp",
                                         "\xff",
                                         "/",
                                         "",
                                         "a",
                                         "\xf0\x9f\x98\x80"};
    const unsigned kinds = sizeof(pieces) / sizeof(pieces[0]);
    OBJECT_ATTRIBUTES *oa = attributes_of(NULL, "x");
    HANDLE *h = guest_new(sizeof(*h)), dir;
    uint16_t *units = guest_new(65536);
    char *out = guest_new(64);

    cr_status(create("\\??\\C:\\Users", FILE_LIST_DIRECTORY, 7, FILE_OPEN, 0, &dir), 0);
    srand(11);
    for (int i = 0; i < 40000; i++) {
        size_t n = 0;
        for (int k = rand() % 7; k >= 0; k--) {
            const char *piece = pieces[(unsigned)rand() % kinds];
            n += utf16_from_host(units + n, 1000, piece, strlen(piece));
            if (rand() % 3)
                units[n++] = '\\';
        }
        if (rand() % 4 == 0 && n)
            units[(unsigned)rand() % n] = (uint16_t)rand();
        if (rand() % 500 == 0)
            for (; n < 32767; n++)
                units[n] = rand() % 40 ? 'a' : '\\';
        oa->ObjectName->Buffer = units;
        oa->ObjectName->Length = (USHORT)(n * 2);
        oa->RootDirectory = rand() % 4 ? NULL : dir;
        *h = NULL;
        /* Never one that creates: a hostile name may well be a good one somewhere. */
        NTSTATUS status =
            NtOpenFile(&test_thread, h, FILE_READ_ATTRIBUTES | SYNCHRONIZE, oa, iosb, 7,
                       FILE_SYNCHRONOUS_IO_NONALERT | (rand() % 2 ? FILE_OPEN_REPARSE_POINT : 0) |
                           (rand() % 20 ? 0 : FILE_OPEN_BY_FILE_ID));
        cr_assert_eq(NT_SUCCESS(status), *h != NULL);
        if (*h)
            shut(*h);
        NtQueryAttributesFile(&test_thread, oa, out);
    }
    shut(dir);
    cr_assert_eq(nt_handle_count(), 0);
    cr_assert_not(on_disk());
}
