/*
 * For tests that make NT calls from host code, without a guest: an arena where guests live, and
 * short forms of the calls. Each test process has its own arena.
 */
#ifndef TESTS_NT_HOST_CALLS_H
#define TESTS_NT_HOST_CALLS_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syscalls/host/utf.h"
#include "syscalls/nt/file.h"
#include "syscalls/nt/filename.h"
#include "syscalls/nt/nt.h"
#include "nt_handlers.h"

#define ARENA_BYTES (4u << 20)
#ifdef __SANITIZE_ADDRESS__ /* whose shadow memory lies at the usual place */
#define ARENA_ADDRESS 0x300000000000
#else
#define ARENA_ADDRESS 0x200000000
#endif

static char *arena, *arena_at;
static struct nt_thread test_thread;
static IO_STATUS_BLOCK *iosb;
static char test_dir[64];

static inline void *guest_new(size_t n)
{
    void *p = arena_at;
    arena_at += (n + 15) & ~(size_t)15;
    cr_assert(arena_at <= arena + ARENA_BYTES);
    return p;
}

static inline uint16_t *guest_text(const char *text, size_t *units)
{
    uint16_t *p = guest_new(strlen(text) * 2 + 2);
    *units = utf16_from_host(p, strlen(text), text, strlen(text));
    p[*units] = 0;
    return p;
}

static inline UNICODE_STRING *guest_string(const char *text)
{
    size_t units;
    UNICODE_STRING *s = guest_new(sizeof(*s));
    s->Buffer = guest_text(text, &units);
    s->Length = (USHORT)(units * 2);
    s->MaximumLength = s->Length;
    return s;
}

static inline OBJECT_ATTRIBUTES *attributes_of(HANDLE root, const char *name)
{
    OBJECT_ATTRIBUTES *oa = guest_new(sizeof(*oa));
    *oa = (OBJECT_ATTRIBUTES){.Length = sizeof(*oa),
                              .RootDirectory = root,
                              .ObjectName = name ? guest_string(name) : NULL,
                              .Attributes = OBJ_CASE_INSENSITIVE};
    return oa;
}

/* \??\Z:<test folder>\<name> */
static inline const char *in_test_dir(const char *name)
{
    static char path[4096];
    size_t n =
        (size_t)snprintf(path, sizeof(path), "\\??\\Z:%s%s%s", test_dir, name[0] ? "\\" : "", name);
    cr_assert(n < sizeof(path));
    for (char *p = path; *p; p++)
        if (*p == '/')
            *p = '\\';
    return path;
}

static inline const char *host_path(const char *name)
{
    static char path[4][4096];
    static unsigned next;
    char *p = path[next++ % 4];
    snprintf(p, 4096, "%s/%s", test_dir, name);
    return p;
}

#define SHARE_ALL (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)

static inline NTSTATUS create_full(HANDLE root, const char *name, ACCESS_MASK access,
                                   ULONG attributes, ULONG share, ULONG disposition, ULONG options,
                                   HANDLE *h)
{
    char *before = arena_at;
    HANDLE *gh = guest_new(sizeof(*gh));
    OBJECT_ATTRIBUTES *oa = attributes_of(root, name);
    if (!(options & FILE_SYNCHRONOUS_IO_ALERT))
        options |= FILE_SYNCHRONOUS_IO_NONALERT;
    *gh = NULL;
    NTSTATUS status = NtCreateFile(&test_thread, gh, access | SYNCHRONIZE, oa, iosb, NULL,
                                   attributes, share, disposition, options, NULL, 0);
    *h = *gh;
    arena_at = before;
    return status;
}

static inline NTSTATUS create(const char *name, ACCESS_MASK access, ULONG share, ULONG disposition,
                              ULONG options, HANDLE *h)
{
    return create_full(NULL, name[0] == '\\' ? name : in_test_dir(name), access,
                       FILE_ATTRIBUTE_NORMAL, share, disposition, options, h);
}

static inline NTSTATUS put(HANDLE h, const void *data, ULONG n, int64_t offset)
{
    char *before = arena_at;
    void *p = guest_new(n);
    LARGE_INTEGER *o = guest_new(sizeof(*o));
    o->QuadPart = offset;
    memcpy(p, data, n);
    NTSTATUS status =
        NtWriteFile(&test_thread, h, NULL, NULL, NULL, iosb, p, n, offset == -2 ? NULL : o, NULL);
    arena_at = before;
    return status;
}

static inline NTSTATUS get(HANDLE h, void *data, ULONG n, int64_t offset)
{
    char *before = arena_at;
    void *p = guest_new(n);
    LARGE_INTEGER *o = guest_new(sizeof(*o));
    o->QuadPart = offset;
    NTSTATUS status =
        NtReadFile(&test_thread, h, NULL, NULL, NULL, iosb, p, n, offset == -2 ? NULL : o, NULL);
    if (NT_SUCCESS(status))
        memcpy(data, p, n);
    arena_at = before;
    return status;
}

static inline NTSTATUS query(HANDLE h, ULONG class, void *out, ULONG n)
{
    char *before = arena_at;
    void *p = guest_new(n);
    memset(p, 0, n);
    NTSTATUS status = NtQueryInformationFile(&test_thread, h, iosb, p, n, class);
    memcpy(out, p, n);
    arena_at = before;
    return status;
}

static inline NTSTATUS set(HANDLE h, ULONG class, const void *in, ULONG n)
{
    char *before = arena_at;
    void *p = guest_new(n);
    memcpy(p, in, n);
    NTSTATUS status = NtSetInformationFile(&test_thread, h, iosb, p, n, class);
    arena_at = before;
    return status;
}

static inline void shut(HANDLE h)
{
    cr_assert_eq(NtClose(&test_thread, h), STATUS_SUCCESS);
}

static inline void host_file(const char *name, const char *text)
{
    FILE *f = fopen(host_path(name), "w");
    cr_assert(f);
    fputs(text, f);
    fclose(f);
}

static inline void arena_setup(void)
{
    arena = arena_at = mmap((void *)ARENA_ADDRESS, ARENA_BYTES, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    cr_assert_neq(arena, MAP_FAILED);
    iosb = guest_new(sizeof(*iosb));
    strcpy(test_dir, "/tmp/compatrun-test-XXXXXX");
    cr_assert(mkdtemp(test_dir));
    nt_file_init();
}

static inline void arena_teardown(void)
{
    char command[256];
    nt_handle_close_all();
    nt_system_drive_remove();
    snprintf(command, sizeof(command), "chmod -R u+w %s; rm -rf %s", test_dir, test_dir);
    cr_assert_eq(system(command), 0);
}

/* Compares as hexadecimal numbers, which is how statuses are known. */
#define cr_status(got, wanted)                                                                     \
    do {                                                                                           \
        NTSTATUS cr_s = (got);                                                                     \
        cr_assert_eq(cr_s, (wanted), "got %08x %s", (unsigned)cr_s,                                \
                     nt_status_name(cr_s) ? nt_status_name(cr_s) : "");                            \
    } while (0)

#endif
