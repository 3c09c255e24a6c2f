/* Opening, creating, reading, writing, deleting: syscalls/nt/file.c, fileio.c, rename.c, share.c */
#include <fcntl.h>

#include "tests/nt/host_calls.h"

TestSuite(file, .init = arena_setup, .fini = arena_teardown);

#define RW (FILE_GENERIC_READ | FILE_GENERIC_WRITE)

static void exists(const char *name, bool wanted)
{
    cr_assert_eq(access(host_path(name), F_OK) == 0, wanted, "%s", name);
}

Test(file, dispositions)
{
    HANDLE h;
    cr_status(create("new", RW, 0, FILE_OPEN, 0, &h), STATUS_OBJECT_NAME_NOT_FOUND);
    cr_status(create("new", RW, 0, FILE_OVERWRITE, 0, &h), STATUS_OBJECT_NAME_NOT_FOUND);
    cr_status(create("no\\new", RW, 0, FILE_CREATE, 0, &h), STATUS_OBJECT_PATH_NOT_FOUND);
    cr_status(create("new", RW, 0, FILE_CREATE, 0, &h), STATUS_SUCCESS);
    cr_assert_eq(iosb->Information, FILE_CREATED);
    cr_status(put(h, "hello", 5, 0), STATUS_SUCCESS);
    shut(h);
    cr_status(create("NEW", RW, 0, FILE_CREATE, 0, &h), STATUS_OBJECT_NAME_COLLISION);
    cr_status(create("NEW", RW, 0, FILE_OPEN, 0, &h), STATUS_SUCCESS);
    cr_assert_eq(iosb->Information, FILE_OPENED);
    shut(h);
    cr_status(create("new", RW, 0, FILE_OPEN_IF, 0, &h), STATUS_SUCCESS);
    cr_assert_eq(iosb->Information, FILE_OPENED);
    shut(h);
    cr_status(create("new2", RW, 0, FILE_OPEN_IF, 0, &h), STATUS_SUCCESS);
    cr_assert_eq(iosb->Information, FILE_CREATED);
    shut(h);
    cr_status(create("new", FILE_GENERIC_READ, 0, FILE_OVERWRITE, 0, &h), STATUS_SUCCESS);
    cr_assert_eq(iosb->Information, FILE_OVERWRITTEN);
    shut(h);
    struct stat st;
    cr_assert_eq(stat(host_path("new"), &st), 0);
    cr_assert_eq(st.st_size, 0);
    cr_status(create("new", RW | DELETE, 0, FILE_SUPERSEDE, 0, &h), STATUS_SUCCESS);
    cr_assert_eq(iosb->Information, FILE_SUPERSEDED);
    shut(h);
    cr_status(create("new", RW, 0, 6, 0, &h), STATUS_INVALID_PARAMETER);
}

Test(file, folders)
{
    HANDLE h;
    cr_status(create("dir", RW, SHARE_ALL, FILE_CREATE, FILE_DIRECTORY_FILE, &h), STATUS_SUCCESS);
    shut(h);
    cr_status(create("dir", RW, 0, FILE_OPEN, FILE_NON_DIRECTORY_FILE, &h),
              STATUS_FILE_IS_A_DIRECTORY);
    cr_status(create("DIR\\", RW, 0, FILE_OPEN, 0, &h), STATUS_SUCCESS);
    shut(h);
    cr_status(create("DIR", FILE_READ_ATTRIBUTES, 0, FILE_OPEN, 0, &h), STATUS_SUCCESS);
    shut(h);
    host_file("plain", "x");
    cr_status(create("plain", RW, 0, FILE_OPEN, FILE_DIRECTORY_FILE, &h), STATUS_NOT_A_DIRECTORY);
    cr_status(create("plain\\", RW, 0, FILE_OPEN, 0, &h), STATUS_OBJECT_NAME_INVALID);
    cr_status(create("plain\\x", RW, 0, FILE_OPEN, 0, &h), STATUS_OBJECT_PATH_NOT_FOUND);
    cr_status(create("dir\\x", RW, 0, FILE_OPEN, 0, &h), STATUS_OBJECT_NAME_NOT_FOUND);
    cr_status(create("dir\\x\\y", RW, 0, FILE_OPEN, 0, &h), STATUS_OBJECT_PATH_NOT_FOUND);
    cr_status(create("dir", RW, 0, FILE_OVERWRITE_IF, FILE_DIRECTORY_FILE, &h),
              STATUS_INVALID_PARAMETER);
    cr_status(create("dir", RW, 0, FILE_OVERWRITE_IF, 0, &h), STATUS_FILE_IS_A_DIRECTORY);
}

Test(file, bad_names)
{
    HANDLE h;
    static const char *const bad[] = {"a*",      "a?b",      "a:stream", "a\\\\b",    ".", "..",
                                      "a\\.\\b", "a\\..\\b", "a|",       "x:y:$DATA", "\\"};
    for (size_t i = 0; i + 1 < sizeof(bad) / sizeof(bad[0]); i++)
        cr_status(create(bad[i], RW, 0, FILE_OPEN_IF, 0, &h), STATUS_OBJECT_NAME_INVALID);
    cr_status(create("file::$DATA", RW, 0, FILE_CREATE, 0, &h), STATUS_SUCCESS);
    shut(h);
    exists("file", true);
    cr_status(create_full(NULL, "relative", RW, 0, 0, FILE_OPEN, 0, &h),
              STATUS_OBJECT_PATH_SYNTAX_BAD);
    cr_status(create_full(NULL, "\\??\\Q:\\x", RW, 0, 0, FILE_OPEN, 0, &h),
              STATUS_OBJECT_PATH_NOT_FOUND);
    cr_status(create_full(NULL, "\\??\\UNC\\server\\share\\x", RW, 0, 0, FILE_OPEN, 0, &h),
              STATUS_BAD_NETWORK_PATH);
    cr_status(create_full(NULL, "\\??\\Nonsense", RW, 0, 0, FILE_OPEN, 0, &h),
              STATUS_OBJECT_NAME_NOT_FOUND);
    char longest[300];
    memset(longest, 'n', 299);
    longest[299] = 0;
    cr_status(create(longest, RW, 0, FILE_OPEN, 0, &h), STATUS_OBJECT_NAME_INVALID);
    longest[255] = 0;
    cr_status(create(longest, RW, 0, FILE_CREATE, 0, &h), STATUS_SUCCESS);
    shut(h);
    /* 255 units that no host name can hold */
    char wide[255 * 2 + 1] = "";
    for (int i = 0; i < 200; i++)
        strcat(wide, "\xc3\xa4");
    cr_status(create(wide, RW, 0, FILE_OPEN, 0, &h), STATUS_OBJECT_NAME_NOT_FOUND);
    cr_status(create(wide, RW, 0, FILE_CREATE, 0, &h), STATUS_NAME_TOO_LONG);
}

Test(file, hostile_object_attributes)
{
    HANDLE *h = guest_new(sizeof(*h));
    OBJECT_ATTRIBUTES *oa = attributes_of(NULL, in_test_dir("x"));
    UNICODE_STRING *name = oa->ObjectName;
#define TRY()                                                                                      \
    NtOpenFile(&test_thread, h, RW | SYNCHRONIZE, oa, iosb, 7, FILE_SYNCHRONOUS_IO_NONALERT)
    oa->Length = 4;
    cr_status(TRY(), STATUS_INVALID_PARAMETER);
    oa->Length = sizeof(*oa);
    name->Length--;
    cr_status(TRY(), STATUS_OBJECT_NAME_INVALID);
    name->Length = 0xfffe;
    name->Buffer = (WCHAR *)(arena + ARENA_BYTES - 10);
    name->Buffer = (WCHAR *)0x7fffffffffff0000;
    cr_status(TRY(), STATUS_ACCESS_VIOLATION);
    oa->ObjectName = (void *)-16ll;
    cr_status(TRY(), STATUS_ACCESS_VIOLATION);
    oa->ObjectName = NULL;
    cr_status(TRY(), STATUS_OBJECT_PATH_SYNTAX_BAD);
    oa->RootDirectory = (HANDLE)0x7770;
    cr_status(TRY(), STATUS_INVALID_HANDLE);
    oa = (void *)-8ll;
    cr_status(TRY(), STATUS_ACCESS_VIOLATION);
    cr_assert_eq(nt_handle_count(), 0);
#undef TRY
}

Test(file, case_and_relative_names)
{
    HANDLE dir, h;
    cr_assert_eq(mkdir(host_path("One"), 0777), 0);
    cr_assert_eq(mkdir(host_path("One/Two"), 0777), 0);
    host_file("One/Two/Three.txt", "three");
    cr_status(create("oNE\\tWO\\thREE.TXT", FILE_GENERIC_READ, SHARE_ALL, FILE_OPEN, 0, &h),
              STATUS_SUCCESS);
    char text[6] = "";
    cr_status(get(h, text, 5, 0), STATUS_SUCCESS);
    cr_assert_str_eq(text, "three");
    shut(h);
    cr_status(create("one", FILE_GENERIC_READ, SHARE_ALL, FILE_OPEN, FILE_DIRECTORY_FILE, &dir),
              STATUS_SUCCESS);
    cr_status(create_full(dir, "two\\THREE.txt", FILE_GENERIC_READ, 0, SHARE_ALL, FILE_OPEN, 0, &h),
              STATUS_SUCCESS);
    shut(h);
    cr_status(create_full(dir, "\\two", FILE_GENERIC_READ, 0, SHARE_ALL, FILE_OPEN, 0, &h),
              STATUS_OBJECT_NAME_INVALID);
    cr_status(create_full(dir, "", FILE_GENERIC_READ, 0, SHARE_ALL, FILE_OPEN, 0, &h),
              STATUS_SUCCESS);
    shut(h);
    /* The exact name wins over one that differs in case. */
    host_file("same", "lower");
    host_file("SAME", "UPPER");
    cr_status(create("SAME", FILE_GENERIC_READ, SHARE_ALL, FILE_OPEN, 0, &h), STATUS_SUCCESS);
    cr_status(get(h, text, 5, 0), STATUS_SUCCESS);
    cr_assert_str_eq(text, "UPPER");
    shut(h);
    shut(dir);
}

Test(file, reading_and_writing)
{
    HANDLE h;
    char text[16] = "";
    cr_status(create("f", RW, 0, FILE_CREATE, 0, &h), STATUS_SUCCESS);
    cr_status(put(h, "0123456789", 10, -2), STATUS_SUCCESS);
    cr_assert_eq(iosb->Information, 10);
    cr_status(get(h, text, 4, -2), STATUS_END_OF_FILE);
    cr_status(get(h, text, 4, 2), STATUS_SUCCESS);
    cr_assert_eq(memcmp(text, "2345", 4), 0);
    /* A read with an offset moves the position of a synchronous file. */
    cr_status(get(h, text, 10, -2), STATUS_SUCCESS);
    cr_assert_eq(iosb->Information, 4);
    cr_assert_eq(memcmp(text, "6789", 4), 0);
    cr_status(get(h, text, 4, 10), STATUS_END_OF_FILE);
    cr_status(get(h, text, 0, 10), STATUS_SUCCESS);
    cr_status(get(h, text, 4, -5), STATUS_INVALID_PARAMETER);
    cr_status(put(h, "AB", 2, 0xffffffffffffffff), STATUS_SUCCESS); /* to the end */
    FILE_POSITION_INFORMATION at;
    cr_status(query(h, FilePositionInformation, &at, sizeof(at)), STATUS_SUCCESS);
    cr_assert_eq(at.CurrentByteOffset.QuadPart, 12);
    at.CurrentByteOffset.QuadPart = 1;
    cr_status(set(h, FilePositionInformation, &at, sizeof(at)), STATUS_SUCCESS);
    cr_status(put(h, "x", 1, -2), STATUS_SUCCESS);
    cr_status(get(h, text, 3, -2), STATUS_SUCCESS);
    cr_assert_eq(memcmp(text, "234", 3), 0);
    shut(h);
    cr_status(create("f", FILE_APPEND_DATA, 0, FILE_OPEN, 0, &h), STATUS_SUCCESS);
    cr_status(put(h, "Z", 1, 0), STATUS_SUCCESS);
    shut(h);
    cr_status(create("f", FILE_GENERIC_READ, 0, FILE_OPEN, 0, &h), STATUS_SUCCESS);
    cr_status(get(h, text, 16, 0), STATUS_SUCCESS);
    cr_assert_eq(iosb->Information, 13);
    cr_assert_eq(memcmp(text, "0x23456789ABZ", 13), 0);
    cr_status(put(h, "no", 2, 0), STATUS_ACCESS_DENIED);
    shut(h);
}

Test(file, an_asynchronous_file_wants_offsets)
{
    HANDLE *h = guest_new(sizeof(*h));
    LARGE_INTEGER *zero = guest_new(sizeof(*zero));
    char *text = guest_new(16);
    zero->QuadPart = 0;
    host_file("f", "abc");
    cr_status(NtOpenFile(&test_thread, h, FILE_GENERIC_READ, attributes_of(NULL, in_test_dir("f")),
                         iosb, 7, 0),
              STATUS_SUCCESS);
    cr_status(NtReadFile(&test_thread, *h, NULL, NULL, NULL, iosb, text, 3, NULL, NULL),
              STATUS_INVALID_PARAMETER);
    cr_status(NtReadFile(&test_thread, *h, NULL, NULL, NULL, iosb, text, 16, zero, NULL),
              STATUS_SUCCESS);
    cr_assert_eq(iosb->Information, 3);
    shut(*h);
}

Test(file, bad_buffers)
{
    HANDLE h;
    LARGE_INTEGER *o = guest_new(sizeof(*o));
    o->QuadPart = 0;
    cr_status(create("f", RW, 0, FILE_CREATE, 0, &h), STATUS_SUCCESS);
    cr_status(put(h, "abc", 3, 0), STATUS_SUCCESS);
    cr_status(NtReadFile(&test_thread, h, NULL, NULL, NULL, iosb, (void *)-4096ll, 10, o, NULL),
              STATUS_ACCESS_VIOLATION);
    cr_status(NtReadFile(&test_thread, h, NULL, NULL, NULL, iosb, arena, 0xffffffff, o, NULL),
              STATUS_SUCCESS);
    cr_assert_eq(iosb->Information, 3);
    shut(h);
}

Test(file, share_modes)
{
    HANDLE a, b;
    host_file("f", "");
    cr_status(create("f", FILE_GENERIC_READ, FILE_SHARE_READ, FILE_OPEN, 0, &a), STATUS_SUCCESS);
    cr_status(create("f", FILE_GENERIC_READ, FILE_SHARE_READ, FILE_OPEN, 0, &b), STATUS_SUCCESS);
    shut(b);
    cr_status(create("F", FILE_GENERIC_WRITE, SHARE_ALL, FILE_OPEN, 0, &b),
              STATUS_SHARING_VIOLATION);
    cr_status(create("f", FILE_GENERIC_READ, 0, FILE_OPEN, 0, &b), STATUS_SHARING_VIOLATION);
    cr_status(create("f", DELETE, SHARE_ALL, FILE_OPEN, 0, &b), STATUS_SHARING_VIOLATION);
    cr_status(create("f", FILE_GENERIC_READ, 0, FILE_OVERWRITE, 0, &b), STATUS_SHARING_VIOLATION);
    cr_status(create("f", FILE_READ_ATTRIBUTES, 0, FILE_OPEN, 0, &b), STATUS_SUCCESS);
    shut(b);
    shut(a);
    cr_status(create("f", FILE_GENERIC_WRITE, 0, FILE_OPEN, 0, &b), STATUS_SUCCESS);
    shut(b);
}

Test(file, a_refused_overwrite_keeps_the_data)
{
    HANDLE a, b;
    struct stat st;
    host_file("f", "data");
    cr_status(create("f", FILE_GENERIC_READ, FILE_SHARE_READ, FILE_OPEN, 0, &a), STATUS_SUCCESS);
    cr_status(create("f", RW, SHARE_ALL, FILE_OVERWRITE_IF, 0, &b), STATUS_SHARING_VIOLATION);
    cr_assert(stat(host_path("f"), &st) == 0 && st.st_size == 4);
    shut(a);
}

Test(file, delete_on_close)
{
    HANDLE a, b;
    cr_status(create("f", RW | DELETE, SHARE_ALL, FILE_CREATE, FILE_DELETE_ON_CLOSE, &a),
              STATUS_SUCCESS);
    cr_status(create("f", FILE_GENERIC_READ, SHARE_ALL, FILE_OPEN, 0, &b), STATUS_SUCCESS);
    shut(a);
    exists("f", true);
    cr_status(create("f", FILE_GENERIC_READ, SHARE_ALL, FILE_OPEN, 0, &a), STATUS_DELETE_PENDING);
    shut(b);
    exists("f", false);
    cr_status(create("f", RW, SHARE_ALL, FILE_CREATE, FILE_DELETE_ON_CLOSE, &a),
              STATUS_INVALID_PARAMETER);
}

Test(file, disposition)
{
    HANDLE a, b;
    FILE_DISPOSITION_INFORMATION d = {TRUE};
    FILE_DISPOSITION_INFORMATION_EX x = {FILE_DISPOSITION_DELETE |
                                         FILE_DISPOSITION_POSIX_SEMANTICS};
    FILE_STANDARD_INFORMATION s;
    host_file("f", "");
    cr_status(create("f", DELETE | FILE_READ_ATTRIBUTES, SHARE_ALL, FILE_OPEN, 0, &a), 0);
    cr_status(set(a, FileDispositionInformation, &d, sizeof(d)), STATUS_SUCCESS);
    cr_status(query(a, FileStandardInformation, &s, sizeof(s)), STATUS_SUCCESS);
    cr_assert(s.DeletePending && s.NumberOfLinks == 0);
    d.DoDeleteFile = FALSE;
    cr_status(set(a, FileDispositionInformation, &d, sizeof(d)), STATUS_SUCCESS);
    shut(a);
    exists("f", true);
    /* POSIX: the name goes with the handle, others keep the file. */
    cr_status(create("f", RW, SHARE_ALL, FILE_OPEN, 0, &b), STATUS_SUCCESS);
    cr_status(create("f", DELETE, SHARE_ALL, FILE_OPEN, 0, &a), STATUS_SUCCESS);
    cr_status(set(a, FileDispositionInformationEx, &x, sizeof(x)), STATUS_SUCCESS);
    shut(a);
    exists("f", false);
    cr_status(put(b, "still there", 11, 0), STATUS_SUCCESS);
    cr_status(create("f", RW, SHARE_ALL, FILE_CREATE, 0, &a), STATUS_SUCCESS);
    shut(b);
    exists("f", true);
    shut(a);
    /* Folders */
    d.DoDeleteFile = TRUE;
    cr_assert_eq(mkdir(host_path("d"), 0777), 0);
    host_file("d/x", "");
    cr_status(create("d", DELETE, SHARE_ALL, FILE_OPEN, FILE_DIRECTORY_FILE, &a), STATUS_SUCCESS);
    cr_status(set(a, FileDispositionInformation, &d, sizeof(d)), STATUS_DIRECTORY_NOT_EMPTY);
    unlink(host_path("d/x"));
    cr_status(set(a, FileDispositionInformation, &d, sizeof(d)), STATUS_SUCCESS);
    shut(a);
    exists("d", false);
    /* Read-only files */
    host_file("r", "");
    chmod(host_path("r"), 0444);
    cr_status(create("r", DELETE, SHARE_ALL, FILE_OPEN, 0, &a), STATUS_SUCCESS);
    cr_status(set(a, FileDispositionInformation, &d, sizeof(d)), STATUS_CANNOT_DELETE);
    x.Flags |= FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE;
    cr_status(set(a, FileDispositionInformationEx, &x, sizeof(x)), STATUS_SUCCESS);
    shut(a);
    exists("r", false);
}

static NTSTATUS rename_to(HANDLE h, HANDLE root, const char *to, ULONG class, ULONG flags)
{
    size_t n;
    uint16_t *units = guest_text(to, &n);
    char buffer[1024];
    FILE_RENAME_INFORMATION *r = (FILE_RENAME_INFORMATION *)buffer;
    memset(buffer, 0, sizeof(buffer));
    r->Flags = flags;
    r->RootDirectory = root;
    r->FileNameLength = (ULONG)n * 2;
    memcpy(r->FileName, units, n * 2);
    return set(h, class, buffer, (ULONG)(offsetof(FILE_RENAME_INFORMATION, FileName) + n * 2));
}

Test(file, renaming)
{
    HANDLE a, b, d;
    host_file("f", "f");
    host_file("g", "g");
    cr_assert_eq(mkdir(host_path("Dir"), 0777), 0);
    cr_status(create("f", DELETE, SHARE_ALL, FILE_OPEN, 0, &a), STATUS_SUCCESS);
    cr_status(rename_to(a, NULL, "G", FileRenameInformation, 0), STATUS_OBJECT_NAME_COLLISION);
    /* Case only */
    cr_status(rename_to(a, NULL, "F", FileRenameInformation, 0), STATUS_SUCCESS);
    exists("f", false);
    exists("F", true);
    cr_status(rename_to(a, NULL, in_test_dir("dir\\moved"), FileRenameInformation, 0), 0);
    exists("F", false);
    exists("Dir/moved", true);
    cr_status(create("dir", FILE_GENERIC_READ, SHARE_ALL, FILE_OPEN, FILE_DIRECTORY_FILE, &d), 0);
    cr_status(rename_to(a, d, "again", FileRenameInformation, 0), STATUS_SUCCESS);
    exists("Dir/again", true);
    shut(d);
    /* Over another file, open and not */
    cr_status(create("g", FILE_GENERIC_READ, SHARE_ALL, FILE_OPEN, 0, &b), STATUS_SUCCESS);
    cr_status(rename_to(a, NULL, in_test_dir("g"), FileRenameInformation, 1), STATUS_ACCESS_DENIED);
    cr_status(rename_to(a, NULL, in_test_dir("g"), FileRenameInformationEx,
                        FILE_RENAME_REPLACE_IF_EXISTS | FILE_RENAME_POSIX_SEMANTICS),
              STATUS_SUCCESS);
    exists("Dir/again", false);
    shut(b);
    host_file("h", "h");
    cr_status(rename_to(a, NULL, "H", FileRenameInformation, 1), STATUS_SUCCESS);
    exists("H", true);
    exists("h", false);
    exists("g", false);
    cr_status(rename_to(a, NULL, "Dir", FileRenameInformation, 1), STATUS_ACCESS_DENIED);
    cr_status(rename_to(a, NULL, "a*", FileRenameInformation, 1), STATUS_OBJECT_NAME_INVALID);
    cr_status(rename_to(a, NULL, in_test_dir("no\\x"), FileRenameInformation, 1),
              STATUS_OBJECT_PATH_NOT_FOUND);
    shut(a);
    /* Hard links */
    cr_status(create("H", FILE_WRITE_ATTRIBUTES, SHARE_ALL, FILE_OPEN, 0, &a), STATUS_SUCCESS);
    cr_status(rename_to(a, NULL, in_test_dir("link"), FileLinkInformation, 0), STATUS_SUCCESS);
    cr_status(rename_to(a, NULL, in_test_dir("LINK"), FileLinkInformation, 0),
              STATUS_OBJECT_NAME_COLLISION);
    FILE_STANDARD_INFORMATION s;
    cr_status(query(a, FileStandardInformation, &s, sizeof(s)), STATUS_SUCCESS);
    cr_assert_eq(s.NumberOfLinks, 2);
    shut(a);
}

Test(file, attributes_and_read_only)
{
    HANDLE h;
    FILE_BASIC_INFORMATION b;
    struct stat st;
    cr_status(
        create_full(NULL, in_test_dir("f"), RW, FILE_ATTRIBUTE_READONLY, 0, FILE_CREATE, 0, &h),
        STATUS_SUCCESS);
    cr_status(put(h, "x", 1, 0), STATUS_SUCCESS);
    shut(h);
    cr_assert(stat(host_path("f"), &st) == 0 && (st.st_mode & 0222) == 0);
    cr_status(create("f", FILE_GENERIC_WRITE, 0, FILE_OPEN, 0, &h), STATUS_ACCESS_DENIED);
    cr_status(create("f", FILE_GENERIC_READ, 0, FILE_OVERWRITE_IF, 0, &h), STATUS_ACCESS_DENIED);
    cr_status(create("f", FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES, 0, FILE_OPEN, 0, &h), 0);
    cr_status(query(h, FileBasicInformation, &b, sizeof(b)), STATUS_SUCCESS);
    cr_assert_eq(b.FileAttributes, FILE_ATTRIBUTE_READONLY | FILE_ATTRIBUTE_ARCHIVE);
    memset(&b, 0, sizeof(b));
    b.FileAttributes = FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM;
    b.LastWriteTime.QuadPart = 132000000000000000;
    b.CreationTime.QuadPart = 131000000000000007;
    cr_status(set(h, FileBasicInformation, &b, sizeof(b)), STATUS_SUCCESS);
    cr_status(query(h, FileBasicInformation, &b, sizeof(b)), STATUS_SUCCESS);
    cr_assert_eq(b.FileAttributes, FILE_ATTRIBUTE_HIDDEN | FILE_ATTRIBUTE_SYSTEM);
    cr_assert_eq(b.LastWriteTime.QuadPart, 132000000000000000);
    memset(&b, 0, sizeof(b));
    b.FileAttributes = FILE_ATTRIBUTE_NORMAL;
    cr_status(set(h, FileBasicInformation, &b, sizeof(b)), STATUS_SUCCESS);
    cr_status(query(h, FileBasicInformation, &b, sizeof(b)), STATUS_SUCCESS);
    cr_assert_eq(b.FileAttributes, FILE_ATTRIBUTE_NORMAL);
    cr_assert_eq(b.LastWriteTime.QuadPart, 132000000000000000);
    cr_assert_eq(b.CreationTime.QuadPart, 131000000000000007);
    shut(h);
    cr_assert(stat(host_path("f"), &st) == 0 && (st.st_mode & 0200));
}

Test(file, names)
{
    HANDLE h;
    char buffer[600];
    FILE_NAME_INFORMATION *n = (FILE_NAME_INFORMATION *)buffer;
    char text[600];
    host_file("Spelled", "");
    cr_status(create("SPELLED", FILE_READ_ATTRIBUTES, 7, FILE_OPEN, 0, &h), STATUS_SUCCESS);
    cr_status(query(h, FileNameInformation, n, sizeof(buffer)), STATUS_SUCCESS);
    size_t len = host_from_utf16(text, sizeof(text), n->FileName, n->FileNameLength / 2);
    text[len] = 0;
    cr_assert_str_eq(text, strchr(in_test_dir("Spelled"), ':') + 1);
    ULONG whole = n->FileNameLength;
    cr_status(query(h, FileNameInformation, n, 12), STATUS_BUFFER_OVERFLOW);
    cr_assert_eq(n->FileNameLength, whole);
    cr_assert_eq(iosb->Information, 12);
    cr_status(query(h, FileNameInformation, n, 4), STATUS_INFO_LENGTH_MISMATCH);
    cr_status(query(h, FileAllInformation, buffer, sizeof(buffer)), STATUS_SUCCESS);
    cr_status(query(h, 9999, buffer, sizeof(buffer)), STATUS_INVALID_INFO_CLASS);
    shut(h);
}

Test(file, sizes)
{
    HANDLE h;
    int64_t n = 5000;
    FILE_STANDARD_INFORMATION s;
    cr_status(create("f", RW, 0, FILE_CREATE, 0, &h), STATUS_SUCCESS);
    cr_status(set(h, FileEndOfFileInformation, &n, 8), STATUS_SUCCESS);
    cr_status(query(h, FileStandardInformation, &s, sizeof(s)), STATUS_SUCCESS);
    cr_assert_eq(s.EndOfFile.QuadPart, 5000);
    n = 100000;
    cr_status(set(h, FileAllocationInformation, &n, 8), STATUS_SUCCESS);
    cr_status(query(h, FileStandardInformation, &s, sizeof(s)), STATUS_SUCCESS);
    cr_assert_eq(s.EndOfFile.QuadPart, 5000);
    cr_assert_geq(s.AllocationSize.QuadPart, 100000);
    n = 10;
    cr_status(set(h, FileAllocationInformation, &n, 8), STATUS_SUCCESS);
    cr_status(query(h, FileStandardInformation, &s, sizeof(s)), STATUS_SUCCESS);
    cr_assert_eq(s.EndOfFile.QuadPart, 10);
    n = -1;
    cr_status(set(h, FileEndOfFileInformation, &n, 8), STATUS_INVALID_PARAMETER);
    cr_status(set(h, FileEndOfFileInformation, &n, 7), STATUS_INFO_LENGTH_MISMATCH);
    shut(h);
}

static NTSTATUS lock_range(HANDLE h, int64_t at, int64_t n, bool exclusive)
{
    LARGE_INTEGER *v = guest_new(2 * sizeof(*v));
    v[0].QuadPart = at;
    v[1].QuadPart = n;
    return NtLockFile(&test_thread, h, NULL, NULL, NULL, iosb, &v[0], &v[1], 0, TRUE, exclusive);
}

static NTSTATUS unlock_range(HANDLE h, int64_t at, int64_t n)
{
    LARGE_INTEGER *v = guest_new(2 * sizeof(*v));
    v[0].QuadPart = at;
    v[1].QuadPart = n;
    return NtUnlockFile(&test_thread, h, iosb, &v[0], &v[1], 0);
}

Test(file, byte_range_locks)
{
    HANDLE a, b;
    char text[4];
    host_file("f", "0123456789");
    cr_status(create("f", RW, SHARE_ALL, FILE_OPEN, 0, &a), STATUS_SUCCESS);
    cr_status(create("f", RW, SHARE_ALL, FILE_OPEN, 0, &b), STATUS_SUCCESS);
    cr_status(lock_range(a, 2, 4, true), STATUS_SUCCESS);
    cr_status(lock_range(a, 3, 1, true), STATUS_LOCK_NOT_GRANTED);
    cr_status(lock_range(b, 5, 1, false), STATUS_LOCK_NOT_GRANTED);
    cr_status(lock_range(b, 6, 1, true), STATUS_SUCCESS);
    cr_status(get(b, text, 2, 0), STATUS_SUCCESS);
    cr_status(get(b, text, 3, 0), STATUS_FILE_LOCK_CONFLICT);
    cr_status(put(b, "x", 1, 5), STATUS_FILE_LOCK_CONFLICT);
    cr_status(put(a, "x", 1, 5), STATUS_SUCCESS);
    cr_status(unlock_range(a, 2, 3), STATUS_RANGE_NOT_LOCKED);
    cr_status(unlock_range(a, 2, 4), STATUS_SUCCESS);
    cr_status(lock_range(b, 0, -1, false), STATUS_LOCK_NOT_GRANTED); /* its own exclusive one */
    cr_status(unlock_range(b, 6, 1), STATUS_SUCCESS);
    cr_status(lock_range(b, 0, 5, false), STATUS_SUCCESS);
    cr_status(lock_range(a, 0, 5, false), STATUS_SUCCESS);
    cr_status(put(b, "x", 1, 0), STATUS_FILE_LOCK_CONFLICT);
    cr_status(lock_range(a, 5, -3, true), STATUS_INVALID_LOCK_RANGE);
    shut(b);
    cr_status(unlock_range(a, 0, 5), STATUS_SUCCESS);
    cr_status(lock_range(a, 0, 5, true), STATUS_SUCCESS);
    /* Other processes are told. */
    int fd = open(host_path("f"), O_RDWR);
    struct flock l = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0, .l_len = 1};
    cr_assert_eq(fcntl(fd, F_OFD_SETLK, &l), -1);
    close(fd);
    shut(a);
}

Test(file, null_device)
{
    HANDLE h;
    char c;
    cr_status(create("\\??\\NUL", RW, 0, FILE_OPEN, 0, &h), STATUS_SUCCESS);
    cr_status(put(h, "abc", 3, -2), STATUS_SUCCESS);
    cr_assert_eq(iosb->Information, 3);
    cr_status(get(h, &c, 1, -2), STATUS_END_OF_FILE);
    shut(h);
    cr_status(create("\\Device\\Null", RW, 0, FILE_OVERWRITE_IF, 0, &h), STATUS_SUCCESS);
    shut(h);
}

Test(file, pipes_from_outside)
{
    int fds[2];
    char text[8] = "";
    HANDLE r, w;
    cr_assert_eq(pipe(fds), 0);
    struct nt_object *ro = nt_file_from_fd(fds[0], FILE_GENERIC_READ);
    struct nt_object *wo = nt_file_from_fd(fds[1], FILE_GENERIC_WRITE);
    cr_assert(ro && wo);
    nt_handle_create(ro, FILE_GENERIC_READ, 0, &r);
    nt_handle_create(wo, FILE_GENERIC_WRITE, 0, &w);
    nt_object_release(ro);
    nt_object_release(wo);
    close(fds[0]);
    close(fds[1]);
    cr_status(put(w, "abc", 3, -2), STATUS_SUCCESS);
    cr_status(get(r, text, 8, -2), STATUS_SUCCESS);
    cr_assert_eq(iosb->Information, 3);
    cr_assert_str_eq(text, "abc");
    shut(w);
    cr_status(get(r, text, 8, -2), STATUS_PIPE_BROKEN);
    shut(r);
    cr_assert_eq(pipe(fds), 0);
    wo = nt_file_from_fd(fds[1], FILE_GENERIC_WRITE);
    nt_handle_create(wo, FILE_GENERIC_WRITE, 0, &w);
    nt_object_release(wo);
    close(fds[0]);
    close(fds[1]);
    cr_status(put(w, "abc", 3, -2), STATUS_PIPE_CLOSING);
    shut(w);
}

Test(file, reopening)
{
    HANDLE a, b;
    char text[4];
    host_file("f", "abc");
    cr_status(create("f", FILE_READ_ATTRIBUTES, SHARE_ALL, FILE_OPEN, 0, &a), STATUS_SUCCESS);
    cr_assert_eq(rename(host_path("f"), host_path("g")), 0);
    cr_status(
        create_full(a, "", FILE_GENERIC_READ, 0, SHARE_ALL, FILE_OPEN, FILE_OPEN_REPARSE_POINT, &b),
        STATUS_SUCCESS);
    cr_status(get(b, text, 3, 0), STATUS_SUCCESS);
    cr_assert_eq(memcmp(text, "abc", 3), 0);
    shut(b);
    cr_status(create_full(a, "x", FILE_GENERIC_READ, 0, SHARE_ALL, FILE_OPEN, 0, &b),
              STATUS_OBJECT_PATH_NOT_FOUND);
    cr_status(
        create_full(a, "", FILE_GENERIC_READ, 0, SHARE_ALL, FILE_OPEN, FILE_DIRECTORY_FILE, &b),
        STATUS_NOT_A_DIRECTORY);
    shut(a);
}

Test(file, delete_by_name)
{
    host_file("f", "");
    cr_status(NtDeleteFile(&test_thread, attributes_of(NULL, in_test_dir("F"))), STATUS_SUCCESS);
    exists("f", false);
    cr_status(NtDeleteFile(&test_thread, attributes_of(NULL, in_test_dir("F"))),
              STATUS_OBJECT_NAME_NOT_FOUND);
}

/* A missing name that is asked for again and again, and then made by somebody else. */
Test(file, missing_names_appear)
{
    char name[32], upper[32];
    HANDLE h;
    cr_assert_eq(mkdir(host_path("dir"), 0777), 0);
    FILE_BASIC_INFORMATION *info = guest_new(sizeof(*info));
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof(name), "dir/file%d", i);
        snprintf(upper, sizeof(upper), "DIR\\FILE%d", i);
        OBJECT_ATTRIBUTES *oa = attributes_of(NULL, in_test_dir(upper));
        if (i % 20 == 0)
            usleep(30000); /* for once a folder that has not changed lately */
        for (int k = 0; k < 3; k++) {
            cr_status(NtQueryAttributesFile(&test_thread, oa, info), STATUS_OBJECT_NAME_NOT_FOUND);
            cr_status(create(upper, FILE_GENERIC_READ, SHARE_ALL, FILE_OPEN, 0, &h),
                      STATUS_OBJECT_NAME_NOT_FOUND);
        }
        host_file(name, "");
        cr_status(create(upper, FILE_GENERIC_READ, SHARE_ALL, FILE_OPEN, 0, &h), STATUS_SUCCESS);
        shut(h);
        cr_status(create(upper, FILE_GENERIC_READ, SHARE_ALL, FILE_CREATE, 0, &h),
                  STATUS_OBJECT_NAME_COLLISION);
    }
    cr_status(create("dir\\new", FILE_GENERIC_READ, SHARE_ALL, FILE_OPEN, 0, &h),
              STATUS_OBJECT_NAME_NOT_FOUND);
    cr_status(create("dir\\new", FILE_GENERIC_READ, SHARE_ALL, FILE_OPEN_IF, 0, &h),
              STATUS_SUCCESS);
    shut(h);
    exists("dir/new", true);
    exists("dir/NEW", false);
    cr_status(create("dir\\NEW", FILE_GENERIC_READ, SHARE_ALL, FILE_OPEN, 0, &h), STATUS_SUCCESS);
    shut(h);
}

/* In a folder that is being worked in, old names are gone at once, and can be given again. */
Test(file, renamed_names_are_free)
{
    char name[32];
    HANDLE h;
    cr_assert_eq(mkdir(host_path("dir"), 0777), 0);
    for (int i = 0; i < 40; i++) {
        for (int k = 0; k < 3; k++) {
            cr_status(create("dir\\temporary", RW | DELETE, SHARE_ALL, FILE_OVERWRITE_IF, 0, &h),
                      STATUS_SUCCESS);
            snprintf(name, sizeof(name), k == 1 ? "FILE%d" : "File%d", i);
            cr_status(rename_to(h, NULL, name, FileRenameInformation, 1), STATUS_SUCCESS);
            shut(h);
            cr_status(create("dir\\TEMPORARY", FILE_GENERIC_READ, SHARE_ALL, FILE_OPEN, 0, &h),
                      STATUS_OBJECT_NAME_NOT_FOUND);
        }
        snprintf(name, sizeof(name), "dir\\fILE%d", i);
        cr_status(create(name, DELETE, SHARE_ALL, FILE_OPEN, FILE_DELETE_ON_CLOSE, &h),
                  STATUS_SUCCESS);
        shut(h);
        cr_status(create(name, RW | DELETE, SHARE_ALL, FILE_OPEN_IF, FILE_DELETE_ON_CLOSE, &h),
                  STATUS_SUCCESS);
        shut(h);
        cr_status(create(name, RW, SHARE_ALL, FILE_OPEN, 0, &h), STATUS_OBJECT_NAME_NOT_FOUND);
    }
}

/* Deletion is of the file that was opened, wherever the host has moved it meanwhile. */
Test(file, deletion_follows_the_file)
{
    HANDLE h;
    FILE_DISPOSITION_INFORMATION d = {TRUE};
    for (int early = 0; early < 2; early++) {
        host_file("a", "first");
        cr_status(create("a", DELETE, SHARE_ALL, FILE_OPEN, FILE_OPEN_REPARSE_POINT, &h),
                  STATUS_SUCCESS);
        if (early)
            cr_status(set(h, FileDispositionInformation, &d, sizeof(d)), STATUS_SUCCESS);
        cr_assert_eq(rename(host_path("a"), host_path("b")), 0);
        host_file("a", "second");
        if (!early)
            cr_status(set(h, FileDispositionInformation, &d, sizeof(d)), STATUS_SUCCESS);
        shut(h);
        exists("a", true);
        exists("b", false);
    }
}

Test(file, symbolic_links)
{
    HANDLE h;
    FILE_ATTRIBUTE_TAG_INFORMATION t;
    host_file("target", "data");
    cr_assert_eq(symlink("target", host_path("link")), 0);
    cr_assert_eq(symlink("nowhere", host_path("dangling")), 0);
    cr_assert_eq(mkdir(host_path("d"), 0777), 0);
    cr_assert_eq(symlink("d", host_path("dlink")), 0);
    cr_status(create("LINK", FILE_GENERIC_READ, 7, FILE_OPEN, 0, &h), STATUS_SUCCESS);
    cr_status(query(h, FileAttributeTagInformation, &t, sizeof(t)), STATUS_SUCCESS);
    cr_assert_eq(t.ReparseTag, 0);
    shut(h);
    cr_status(create("link", FILE_GENERIC_READ, 7, FILE_OPEN, FILE_OPEN_REPARSE_POINT, &h), 0);
    cr_status(query(h, FileAttributeTagInformation, &t, sizeof(t)), STATUS_SUCCESS);
    cr_assert_eq(t.ReparseTag, 0xa000000c);
    cr_assert(t.FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT);
    shut(h);
    cr_status(create("dlink", FILE_READ_ATTRIBUTES, 7, FILE_OPEN,
                     FILE_OPEN_REPARSE_POINT | FILE_DIRECTORY_FILE, &h),
              STATUS_SUCCESS);
    cr_status(query(h, FileAttributeTagInformation, &t, sizeof(t)), STATUS_SUCCESS);
    cr_assert(t.FileAttributes & FILE_ATTRIBUTE_DIRECTORY);
    shut(h);
    cr_status(create("dangling", FILE_GENERIC_READ, 7, FILE_OPEN, 0, &h),
              STATUS_OBJECT_NAME_NOT_FOUND);
    cr_status(NtDeleteFile(&test_thread, attributes_of(NULL, in_test_dir("dlink"))), 0);
    exists("d", true);
    exists("dlink", false);
    cr_status(NtDeleteFile(&test_thread, attributes_of(NULL, in_test_dir("link"))), 0);
    exists("target", true);
}

/* Threads that create, rename, delete and list in one folder: whatever order they run in, the
 * answers are among the few that can be. */
struct worker {
    pthread_t thread;
    int number;
    char *memory; /* of the guest */
};

static const uint16_t *text_at(char **at, const char *text, UNICODE_STRING *s)
{
    size_t n = utf16_from_host((uint16_t *)*at, 500, text, strlen(text));
    s->Buffer = (WCHAR *)*at;
    s->Length = s->MaximumLength = (USHORT)(n * 2);
    *at += 1024;
    return s->Buffer;
}

static void *work(void *arg)
{
    struct worker *w = arg;
    HANDLE *h = (HANDLE *)w->memory;
    IO_STATUS_BLOCK *io = (IO_STATUS_BLOCK *)(w->memory + 16);
    OBJECT_ATTRIBUTES *oa = (OBJECT_ATTRIBUTES *)(w->memory + 64);
    UNICODE_STRING *name = (UNICODE_STRING *)(w->memory + 128);
    char *list = w->memory + 4096;

    for (int i = 0; i < 400; i++) {
        char *at = w->memory + 1024, path[300];
        snprintf(path, sizeof(path), "\\??\\Z:%s\\%s%d", test_dir, i % 2 ? "file" : "FILE", i % 5);
        for (char *p = path; *p; p++)
            if (*p == '/')
                *p = '\\';
        text_at(&at, path, name);
        *oa = (OBJECT_ATTRIBUTES){.Length = sizeof(*oa), .ObjectName = name};
        NTSTATUS s = NtCreateFile(
            &test_thread, h, RW | DELETE | SYNCHRONIZE, oa, io, NULL, 0, i % 7 ? SHARE_ALL : 0,
            FILE_OPEN_IF, FILE_SYNCHRONOUS_IO_NONALERT | (i % 3 == 0 ? FILE_DELETE_ON_CLOSE : 0),
            NULL, 0);
        if (s == STATUS_SHARING_VIOLATION || s == STATUS_DELETE_PENDING)
            continue;
        if (s != STATUS_SUCCESS)
            return (void *)(uintptr_t)(uint32_t)s;
        s = NtWriteFile(&test_thread, *h, NULL, NULL, NULL, io, list, 100, NULL, NULL);
        if (s == STATUS_SUCCESS && i % 4 == 0) {
            char *b = list + 4096;
            memset(b, 0, 16);
            s = NtSetInformationFile(&test_thread, *h, io, b, 1, FileDispositionInformation);
        }
        if (s != STATUS_SUCCESS || NtClose(&test_thread, *h) != STATUS_SUCCESS)
            return (void *)(uintptr_t)(uint32_t)s;
        if (i % 10 == w->number) {
            snprintf(path, sizeof(path), "\\??\\Z:%s", test_dir);
            for (char *p = path; *p; p++)
                if (*p == '/')
                    *p = '\\';
            at = w->memory + 1024;
            text_at(&at, path, name);
            s = NtOpenFile(&test_thread, h, FILE_LIST_DIRECTORY | SYNCHRONIZE, oa, io, 7,
                           FILE_SYNCHRONOUS_IO_NONALERT | FILE_DIRECTORY_FILE);
            if (s != STATUS_SUCCESS)
                return (void *)(uintptr_t)(uint32_t)s;
            while ((s = NtQueryDirectoryFile(&test_thread, *h, NULL, NULL, NULL, io, list, 600,
                                             FileIdBothDirectoryInformation, FALSE, NULL, FALSE)) ==
                   STATUS_SUCCESS)
                ;
            NtClose(&test_thread, *h);
            if (s != STATUS_NO_MORE_FILES)
                return (void *)(uintptr_t)(uint32_t)s;
        }
    }
    return NULL;
}

Test(file, threads)
{
    struct worker w[4];
    for (int i = 0; i < 4; i++) {
        w[i] = (struct worker){.number = i, .memory = guest_new(16384)};
        cr_assert_eq(pthread_create(&w[i].thread, NULL, work, &w[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        void *result;
        pthread_join(w[i].thread, &result);
        cr_status((NTSTATUS)(uintptr_t)result, STATUS_SUCCESS);
    }
    cr_assert_eq(nt_handle_count(), 0);
}

/* Nonsense in every argument: any status will do, but not a crash, a hang or a lost handle. */
Test(file, hostile_calls)
{
    HANDLE h[4];
    uint8_t *b = guest_new(4096);
    host_file("f", "data");
    cr_assert_eq(mkdir(host_path("d"), 0777), 0);
    cr_assert_eq(symlink("f", host_path("l")), 0);
    cr_status(create("f", RW | DELETE, SHARE_ALL, FILE_OPEN, 0, &h[0]), STATUS_SUCCESS);
    cr_status(create("d", RW | DELETE, SHARE_ALL, FILE_OPEN, 0, &h[1]), STATUS_SUCCESS);
    cr_status(create("l", RW | DELETE, SHARE_ALL, FILE_OPEN, FILE_OPEN_REPARSE_POINT, &h[2]), 0);
    cr_status(create("\\??\\NUL", RW, SHARE_ALL, FILE_OPEN, 0, &h[3]), STATUS_SUCCESS);
    static const ULONG codes[] = {NT_FSCTL_SET_REPARSE_POINT,    NT_FSCTL_GET_REPARSE_POINT,
                                  NT_FSCTL_DELETE_REPARSE_POINT, NT_FSCTL_SET_SPARSE,
                                  NT_FSCTL_SET_ZERO_DATA,        NT_FSCTL_QUERY_ALLOCATED_RANGES,
                                  NT_FSCTL_GET_COMPRESSION,      NT_FSCTL_SET_COMPRESSION};
    srand(7);
    for (int i = 0; i < 60000; i++) {
        HANDLE x = h[rand() % 4];
        ULONG n = rand() % 3 ? (ULONG)rand() % 64 : (ULONG)rand() % 2048,
              class = (ULONG)rand() % 80;
        void *p = rand() % 16 ? (void *)(b + rand() % 9) : (void *)-4096ll;
        if (p != (void *)-4096ll)
            for (int k = 0; k < 64; k++)
                b[k] = rand() % 2 ? 0 : (uint8_t)rand();
        switch (rand() % 8) {
        case 0:
            NtQueryInformationFile(&test_thread, x, iosb, p, n, class);
            break;
        case 1:
            if (class == FileEndOfFileInformation || class == FileAllocationInformation)
                b[4] = b[5] = b[6] = 0; /* gigabytes are not the question */
            NtSetInformationFile(&test_thread, x, iosb, p, n, class);
            break;
        case 2:
            NtQueryVolumeInformationFile(&test_thread, x, iosb, p, n, class % 14);
            break;
        case 3: {
            ULONG code = codes[rand() % 8];
            if (code == NT_FSCTL_SET_ZERO_DATA)
                memset(b, 0, 32);
            NtFsControlFile(&test_thread, x, NULL, NULL, NULL, iosb, code, p, n, b + 2048, n);
            break;
        }
        case 4:
            NtQueryDirectoryFile(&test_thread, x, NULL, NULL, NULL, iosb, p, n, class, rand() % 2,
                                 rand() % 4 ? NULL : (UNICODE_STRING *)b, rand() % 2);
            break;
        case 5:
            NtSetEaFile(&test_thread, x, iosb, p, n);
            break;
        case 6:
            NtQueryEaFile(&test_thread, x, iosb, p, n, rand() % 2, rand() % 2 ? b : NULL,
                          (ULONG)rand() % 64, NULL, rand() % 2);
            break;
        default: {
            LARGE_INTEGER *v = (LARGE_INTEGER *)(b + 512);
            v->QuadPart = rand() % 4096;
            if (rand() % 2)
                NtReadFile(&test_thread, x, NULL, NULL, NULL, iosb, p, n, rand() % 2 ? v : NULL,
                           NULL);
            else
                NtWriteFile(&test_thread, x, NULL, NULL, NULL, iosb, p, n, v, NULL);
        }
        }
    }
    cr_assert_eq(nt_handle_count(), 4);
    for (int i = 0; i < 4; i++)
        shut(h[i]);
}
