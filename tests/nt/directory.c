/* Enumeration of folders: syscalls/nt/directory.c */
#include <fcntl.h>

#include "tests/nt/host_calls.h"

TestSuite(directory, .init = arena_setup, .fini = arena_teardown);

static NTSTATUS list_into(HANDLE h, void *buffer, ULONG n, ULONG class, bool single,
                          const char *pattern, bool restart)
{
    return NtQueryDirectoryFile(&test_thread, h, NULL, NULL, NULL, iosb, buffer, n, class, single,
                                pattern ? guest_string(pattern) : NULL, restart);
}

/* All names of one class, "|" between them. */
static const char *names(HANDLE h, const char *pattern, ULONG class, size_t name_at,
                         size_t length_at, ULONG room)
{
    static char all[70000];
    char *buffer = guest_new(room);
    size_t used = 0;
    bool first = true;

    all[0] = 0;
    for (;;) {
        NTSTATUS status = list_into(h, buffer, room, class, false, pattern, first);
        if (status == STATUS_NO_MORE_FILES || status == STATUS_NO_SUCH_FILE)
            break;
        cr_status(status, STATUS_SUCCESS);
        first = false;
        for (char *e = buffer;;) {
            ULONG next = *(ULONG *)e, bytes = *(ULONG *)(e + length_at);
            if (used)
                all[used++] = '|';
            used += host_from_utf16(all + used, sizeof(all) - used - 1, (uint16_t *)(e + name_at),
                                    bytes / 2);
            all[used] = 0;
            if (!next)
                break;
            cr_assert_eq(next % 8, 0);
            e += next;
        }
    }
    return all;
}

#define NAMES(h, pattern, room)                                                                    \
    names(h, pattern, FileNamesInformation, offsetof(FILE_NAMES_INFORMATION, FileName),            \
          offsetof(FILE_NAMES_INFORMATION, FileNameLength), room)

static HANDLE open_folder(const char *name)
{
    HANDLE h;
    cr_status(create(name, FILE_LIST_DIRECTORY, SHARE_ALL, FILE_OPEN, FILE_DIRECTORY_FILE, &h), 0);
    return h;
}

Test(directory, order_and_patterns)
{
    HANDLE h;
    host_file("b.txt", "");
    host_file("A.txt", "");
    host_file("C", "");
    host_file("\xc3\xa4.c", "");
    h = open_folder("");
    cr_assert_str_eq(NAMES(h, NULL, 4096), ".|..|A.txt|b.txt|C|\xc3\xa4.c");
    cr_assert_str_eq(NAMES(h, "*.TXT", 4096), "A.txt|b.txt");
    /* A restart without a pattern keeps the one that was given. */
    cr_assert_str_eq(NAMES(h, NULL, 4096), "A.txt|b.txt");
    cr_assert_str_eq(NAMES(h, "B.TXT", 4096), "b.txt");
    cr_assert_str_eq(NAMES(h, "<", 4096), ".|..|C");
    cr_assert_str_eq(NAMES(h, "*", 64), ".|..|A.txt|b.txt|C|\xc3\xa4.c");
    shut(h);
}

Test(directory, nothing_and_no_more)
{
    char *buffer = guest_new(512);
    HANDLE h = open_folder("");
    cr_status(list_into(h, buffer, 512, FileNamesInformation, false, "nothing", false),
              STATUS_NO_SUCH_FILE);
    cr_status(list_into(h, buffer, 512, FileNamesInformation, false, "nothing", false),
              STATUS_NO_MORE_FILES);
    cr_status(list_into(h, buffer, 512, FileNamesInformation, false, "*", true), STATUS_SUCCESS);
    cr_status(list_into(h, buffer, 512, FileNamesInformation, false, NULL, false),
              STATUS_NO_MORE_FILES);
    cr_status(list_into(h, buffer, 512, FileNamesInformation, true, NULL, true), STATUS_SUCCESS);
    cr_assert_eq(((FILE_NAMES_INFORMATION *)buffer)->FileNameLength, 2);
    cr_assert_eq(iosb->Information, 14);
    cr_status(list_into(h, buffer, 512, FileNamesInformation, true, NULL, false), STATUS_SUCCESS);
    cr_assert_eq(((FILE_NAMES_INFORMATION *)buffer)->FileNameLength, 4);
    shut(h);
}

Test(directory, buffers)
{
    char *buffer = guest_new(512);
    HANDLE h;
    host_file("a_name_that_is_long", "");
    h = open_folder("");
    FILE_BOTH_DIR_INFORMATION *e = (FILE_BOTH_DIR_INFORMATION *)buffer;
    cr_status(list_into(h, buffer, 40, FileBothDirectoryInformation, false, "a*", false),
              STATUS_INFO_LENGTH_MISMATCH);
    cr_status(list_into(h, buffer, 100, FileBothDirectoryInformation, false, "a*", false),
              STATUS_BUFFER_OVERFLOW);
    cr_assert_eq(e->FileNameLength, 38);
    cr_assert_eq(iosb->Information, 100);
    cr_status(list_into(h, (void *)-4096ll, 100, FileBothDirectoryInformation, false, "a*", true),
              STATUS_ACCESS_VIOLATION);
    cr_status(list_into(h, buffer, 512, FileBasicInformation, false, NULL, true),
              STATUS_INVALID_INFO_CLASS);
    cr_status(list_into(h, buffer, 512, FileBothDirectoryInformation, false, "a\\b", true),
              STATUS_OBJECT_NAME_INVALID);
    shut(h);
    host_file("plain", "");
    cr_status(create("plain", FILE_GENERIC_READ, SHARE_ALL, FILE_OPEN, 0, &h), STATUS_SUCCESS);
    cr_status(list_into(h, buffer, 512, FileBothDirectoryInformation, false, NULL, true),
              STATUS_INVALID_PARAMETER);
    shut(h);
}

Test(directory, details)
{
    char *buffer = guest_new(1024);
    struct stat st;
    HANDLE h;
    FILE_ID_BOTH_DIR_INFORMATION *e = (FILE_ID_BOTH_DIR_INFORMATION *)buffer;
    host_file("file with data", "12345");
    cr_assert_eq(mkdir(host_path("sub"), 0777), 0);
    cr_assert_eq(symlink("sub", host_path("zlink")), 0);
    h = open_folder("");
    cr_status(list_into(h, buffer, 1024, FileIdBothDirectoryInformation, true, "f*", true), 0);
    cr_assert_eq(stat(host_path("file with data"), &st), 0);
    cr_assert_eq(e->EndOfFile.QuadPart, 5);
    cr_assert_eq(e->FileId.QuadPart, (LONGLONG)st.st_ino);
    cr_assert_eq(e->FileAttributes, FILE_ATTRIBUTE_ARCHIVE);
    cr_assert_gt(e->ShortNameLength, 0);
    cr_assert_eq(e->LastWriteTime.QuadPart, nt_time_of(st.st_mtim.tv_sec, st.st_mtim.tv_nsec));
    cr_status(list_into(h, buffer, 1024, FileIdBothDirectoryInformation, true, "sub", true), 0);
    cr_assert_eq(e->FileAttributes, FILE_ATTRIBUTE_DIRECTORY);
    cr_assert_eq(e->ShortNameLength, 0);
    cr_status(list_into(h, buffer, 1024, FileIdBothDirectoryInformation, true, "zlink", true), 0);
    cr_assert_eq(e->FileAttributes, FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_REPARSE_POINT);
    cr_assert_eq(e->EaSize, 0xa000000c);
    static const ULONG classes[][3] = {
        {FileDirectoryInformation, offsetof(FILE_DIRECTORY_INFORMATION, FileName), 60},
        {FileFullDirectoryInformation, offsetof(FILE_FULL_DIR_INFORMATION, FileName), 60},
        {FileBothDirectoryInformation, offsetof(FILE_BOTH_DIR_INFORMATION, FileName), 60},
        {FileIdBothDirectoryInformation, offsetof(FILE_ID_BOTH_DIR_INFORMATION, FileName), 60},
        {FileIdFullDirectoryInformation, offsetof(FILE_ID_FULL_DIR_INFORMATION, FileName), 60},
        {FileIdExtdDirectoryInformation, offsetof(FILE_ID_EXTD_DIR_INFORMATION, FileName), 60},
    };
    for (size_t i = 0; i < 6; i++)
        cr_assert_str_eq(names(h, "*", classes[i][0], classes[i][1], classes[i][2], 400),
                         ".|..|file with data|sub|zlink");
    shut(h);
}

Test(directory, goes_on_while_entries_vanish)
{
    char name[32];
    char *buffer = guest_new(256);
    int seen = 0;
    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof(name), "f%03d", i);
        host_file(name, "");
    }
    HANDLE h = open_folder("");
    while (list_into(h, buffer, 256, FileIdBothDirectoryInformation, true, "f*", false) == 0) {
        snprintf(name, sizeof(name), "f%03d", seen);
        cr_assert_eq(unlink(host_path(name)), 0);
        seen++;
    }
    cr_assert_eq(seen, 300);
    shut(h);
}

Test(directory, odd_names_are_shown_and_open_again)
{
    HANDLE h, f;
    char *buffer = guest_new(1024);
    host_file("\xff\xfe", "");
    host_file("a:b", "");
    h = open_folder("");
    FILE_NAMES_INFORMATION *e = (FILE_NAMES_INFORMATION *)buffer;
    NTSTATUS status = list_into(h, buffer, 1024, FileNamesInformation, true, NULL, true);
    for (int i = 0; status == 0; i++) {
        if (i >= 2) {
            OBJECT_ATTRIBUTES *oa = attributes_of(h, "x");
            HANDLE *gh = guest_new(8);
            oa->ObjectName->Buffer = e->FileName;
            oa->ObjectName->Length = (USHORT)e->FileNameLength;
            cr_status(NtOpenFile(&test_thread, gh, FILE_GENERIC_READ, oa, iosb, 7,
                                 FILE_SYNCHRONOUS_IO_NONALERT),
                      STATUS_SUCCESS);
            f = *gh;
            shut(f);
        }
        status = list_into(h, buffer, 1024, FileNamesInformation, true, NULL, false);
    }
    cr_status(status, STATUS_NO_MORE_FILES);
    shut(h);
}
