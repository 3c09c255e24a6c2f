/* NtQueryEaFile and NtSetEaFile. A name is kept in upper case, as NTFS does. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>

#include "syscalls/nt/ea.h"
#include "syscalls/nt/file.h"

#include "nt_handlers.h"

#define PREFIX "user.compatrun.ea."
#define MAX_LIST 65535u

/* FILE_FULL_EA_INFORMATION: next u32, flags u8, name length u8, value length u16, name, 0, value */
struct full_ea {
    ULONG next;
    UCHAR flags, name_n;
    USHORT value_n;
    char name[];
};
#define FIXED 8u

static bool name_ok(const char *name, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)name[i] < 0x20 || strchr("\"*+,/:;<=>?[\\]|", name[i]))
            return false;
    return n > 0;
}

NTSTATUS nt_ea_copy_in(const void *guest, ULONG n, void **list)
{
    if (n > MAX_LIST)
        return STATUS_EA_TOO_LARGE;
    char *copy = malloc(n);
    if (!copy)
        return STATUS_INSUFFICIENT_RESOURCES;
    if (!guest_read(copy, guest, n)) {
        free(copy);
        return STATUS_ACCESS_VIOLATION;
    }
    for (ULONG at = 0;;) {
        const struct full_ea *e = (const struct full_ea *)(copy + at);
        if (n - at < FIXED + 1 || n - at < FIXED + e->name_n + 1u + e->value_n ||
            e->name[e->name_n] != 0 || e->next % 4 || (e->next && e->next >= n - at) ||
            (e->next && e->next < FIXED + e->name_n + 1u + e->value_n)) {
            free(copy);
            return STATUS_EA_LIST_INCONSISTENT;
        }
        if (!name_ok(e->name, e->name_n)) {
            free(copy);
            return STATUS_INVALID_EA_NAME;
        }
        if (!e->next)
            break;
        at += e->next;
    }
    *list = copy;
    return STATUS_SUCCESS;
}

static void path_of(struct nt_file *f, char path[32])
{
    snprintf(path, 32, "/proc/self/fd/%d", f->fd);
}

static void xattr_name(char out[sizeof(PREFIX) + 256], const char *name, size_t n)
{
    size_t used = strlen(PREFIX);

    memcpy(out, PREFIX, used);
    for (size_t i = 0; i < n; i++)
        out[used++] = (char)toupper((unsigned char)name[i]);
    out[used] = 0;
}

static NTSTATUS status_of(int error)
{
    return error == ENOTSUP ? STATUS_EAS_NOT_SUPPORTED : nt_status_of_errno(error);
}

NTSTATUS nt_ea_set(struct nt_file *f, const void *list, ULONG n)
{
    char path[32], name[sizeof(PREFIX) + 256];

    if (f->fd < 0 || f->reparse || f->device)
        return STATUS_EAS_NOT_SUPPORTED;
    path_of(f, path);
    for (ULONG at = 0; at < n;) {
        const struct full_ea *e = (const struct full_ea *)((const char *)list + at);
        int r;
        xattr_name(name, e->name, e->name_n);
        if (e->value_n)
            r = setxattr(path, name, e->name + e->name_n + 1, e->value_n, 0);
        else if ((r = removexattr(path, name)) != 0 && errno == ENODATA)
            r = 0;
        if (r != 0)
            return status_of(errno);
        if (!e->next)
            break;
        at += e->next;
    }
    return STATUS_SUCCESS;
}

/* Names of a file's attributes, each terminated, without the prefix; memory to free. */
static char *list_names(struct nt_file *f, size_t *bytes)
{
    char path[32], *all, *out;
    ssize_t n;

    *bytes = 0;
    if (f->fd < 0 || f->reparse || f->device)
        return NULL;
    path_of(f, path);
    n = listxattr(path, NULL, 0);
    if (n <= 0)
        return NULL;
    all = malloc((size_t)n);
    out = malloc((size_t)n);
    n = all && out ? listxattr(path, all, (size_t)n) : -1;
    for (ssize_t i = 0; i < n; i += (ssize_t)strlen(all + i) + 1)
        if (strncmp(all + i, PREFIX, strlen(PREFIX)) == 0) {
            size_t len = strlen(all + i + strlen(PREFIX)) + 1;
            memcpy(out + *bytes, all + i + strlen(PREFIX), len);
            *bytes += len;
        }
    free(all);
    if (*bytes == 0) {
        free(out);
        return NULL;
    }
    return out;
}

void nt_ea_clear(struct nt_file *f)
{
    char path[32], name[sizeof(PREFIX) + 256];
    size_t bytes;
    char *names = list_names(f, &bytes);

    path_of(f, path);
    for (size_t i = 0; names && i < bytes; i += strlen(names + i) + 1) {
        snprintf(name, sizeof(name), PREFIX "%.255s", names + i);
        removexattr(path, name);
    }
    free(names);
}

ULONG nt_ea_size(struct nt_file *f)
{
    char path[32], name[sizeof(PREFIX) + 256];
    size_t bytes, total = 0;
    char *names = list_names(f, &bytes);

    path_of(f, path);
    for (size_t i = 0; names && i < bytes; i += strlen(names + i) + 1) {
        snprintf(name, sizeof(name), PREFIX "%.255s", names + i);
        ssize_t n = getxattr(path, name, NULL, 0);
        if (n >= 0)
            total += 5 + strlen(names + i) + (size_t)n; /* as OS/2 counted them */
    }
    free(names);
    return total ? (ULONG)total + 4 : 0;
}

/* One attribute at `at` of a guest buffer; *used is its length. */
static NTSTATUS put_ea(struct nt_file *f, const char *ea, char *guest, ULONG room, ULONG *used,
                       bool missing_is_empty)
{
    char path[32], name[sizeof(PREFIX) + 256];
    size_t len = strlen(ea);
    struct full_ea e = {.name_n = (UCHAR)len};
    ssize_t n;
    char *value = NULL;
    NTSTATUS status = STATUS_SUCCESS;

    path_of(f, path);
    xattr_name(name, ea, len);
    n = getxattr(path, name, NULL, 0);
    if (n < 0 && !(missing_is_empty && errno == ENODATA))
        return errno == ENODATA ? STATUS_NO_MORE_ENTRIES : status_of(errno);
    if (n < 0)
        n = 0;
    if (n > 0xffff || room < FIXED + len + 1 + (size_t)n)
        return STATUS_BUFFER_OVERFLOW;
    if (n) {
        value = malloc((size_t)n);
        ssize_t got = value ? getxattr(path, name, value, (size_t)n) : -1;
        if (got < 0) {
            free(value);
            return STATUS_EA_CORRUPT_ERROR;
        }
        n = got;
    }
    e.value_n = (USHORT)n;
    if (!guest_write(guest, &e, FIXED) || !guest_write(guest + FIXED, ea, len + 1) ||
        !guest_write(guest + FIXED + len + 1, value, (size_t)n))
        status = STATUS_ACCESS_VIOLATION;
    *used = (ULONG)(FIXED + len + 1 + (size_t)n);
    free(value);
    return status;
}

/* The names that a guest asks for: FILE_GET_EA_INFORMATION (next u32, length u8, name, 0). */
static NTSTATUS wanted_names(const void *guest, ULONG n, char **names, size_t *bytes)
{
    unsigned char *list;
    NTSTATUS status = STATUS_SUCCESS;

    *names = NULL;
    *bytes = 0;
    if (n > MAX_LIST)
        return STATUS_EA_LIST_INCONSISTENT;
    list = malloc(n + 1);
    *names = malloc(n + 1);
    if (!list || !*names)
        status = STATUS_INSUFFICIENT_RESOURCES;
    else if (!guest_read(list, guest, n))
        status = STATUS_ACCESS_VIOLATION;
    for (ULONG at = 0; NT_SUCCESS(status);) {
        ULONG next;
        if (n - at < 6 || n - at < 6u + list[at + 4] || list[at + 5 + list[at + 4]] != 0) {
            status = STATUS_EA_LIST_INCONSISTENT;
            break;
        }
        memcpy(&next, list + at, 4);
        if (!name_ok((char *)list + at + 5, list[at + 4])) {
            status = STATUS_INVALID_EA_NAME;
            break;
        }
        for (unsigned i = 0; i <= list[at + 4]; i++)
            (*names)[(*bytes)++] = (char)toupper(list[at + 5 + i]);
        if (!next)
            break;
        if (next % 4 || next >= n - at || next < 6u + list[at + 4]) {
            status = STATUS_EA_LIST_INCONSISTENT;
            break;
        }
        at += next;
    }
    free(list);
    return status;
}

NTSTATUS NtQueryEaFile(struct nt_thread *t, HANDLE FileHandle, IO_STATUS_BLOCK *IoStatusBlock,
                       void *Buffer, ULONG Length, BOOLEAN ReturnSingleEntry, const void *EaList,
                       ULONG EaListLength, const ULONG *EaIndex, BOOLEAN RestartScan)
{
    struct nt_file *f;
    char *names = NULL;
    size_t bytes = 0;
    ULONG used = 0, last = 0, part = 0, index = 0, skip;
    bool asked = EaList && EaListLength, any = false;

    (void)t;
    NTSTATUS status = nt_file_get(FileHandle, FILE_READ_EA, &f, NULL);
    if (!NT_SUCCESS(status))
        return status;
    if (EaIndex && !guest_get(&index, EaIndex))
        status = STATUS_ACCESS_VIOLATION;
    else if (f->device || !f->volume)
        status = STATUS_INVALID_DEVICE_REQUEST;
    else if (asked)
        status = wanted_names(EaList, EaListLength, &names, &bytes);
    else
        names = list_names(f, &bytes);
    if (NT_SUCCESS(status) && !asked && !bytes)
        status = STATUS_NO_EAS_ON_FILE;
    /* Without an index the scan goes on where the last call ended. */
    skip = index ? index - 1 : 0;
    if (!index && !RestartScan && !asked)
        skip = __atomic_load_n(&f->ea_next, __ATOMIC_RELAXED);
    if (asked)
        skip = 0;
    ULONG at_index = 0;
    for (size_t i = 0; NT_SUCCESS(status) && i < bytes; i += strlen(names + i) + 1, at_index++) {
        if (at_index < skip)
            continue;
        ULONG begin = any ? (used + 3) & ~3u : 0;
        if (begin > Length) {
            status = STATUS_BUFFER_OVERFLOW;
            break;
        }
        NTSTATUS one = put_ea(f, names + i, (char *)Buffer + begin, Length - begin, &part, asked);
        if (one == STATUS_NO_MORE_ENTRIES)
            continue;
        if (one == STATUS_BUFFER_OVERFLOW && !any)
            one = STATUS_BUFFER_TOO_SMALL;
        if (one != STATUS_SUCCESS) {
            status = one;
            break;
        }
        if (any && !guest_put((ULONG *)((char *)Buffer + last), begin - last)) {
            status = STATUS_ACCESS_VIOLATION;
            break;
        }
        last = begin;
        used = begin + part;
        any = true;
        if (ReturnSingleEntry) {
            at_index++;
            break;
        }
    }
    if (NT_SUCCESS(status) && !any)
        status = index ? STATUS_NONEXISTENT_EA_ENTRY : STATUS_NO_MORE_EAS;
    if (!asked && !NT_ERROR(status))
        __atomic_store_n(&f->ea_next, at_index, __ATOMIC_RELAXED);
    if (!NT_ERROR(status) &&
        !guest_put(IoStatusBlock, ((IO_STATUS_BLOCK){.Status = status, .Information = used})))
        status = STATUS_ACCESS_VIOLATION;
    free(names);
    nt_file_release(f);
    return status;
}

NTSTATUS NtSetEaFile(struct nt_thread *t, HANDLE FileHandle, IO_STATUS_BLOCK *IoStatusBlock,
                     const void *Buffer, ULONG Length)
{
    struct nt_file *f;
    void *list = NULL;

    (void)t;
    NTSTATUS status = nt_file_get(FileHandle, FILE_WRITE_EA, &f, NULL);
    if (!NT_SUCCESS(status))
        return status;
    if (f->read_only)
        status = STATUS_ACCESS_DENIED;
    if (NT_SUCCESS(status))
        status = nt_ea_copy_in(Buffer, Length, &list);
    if (NT_SUCCESS(status))
        status = nt_ea_set(f, list, Length);
    free(list);
    nt_file_release(f);
    if (NT_SUCCESS(status) &&
        !guest_put(IoStatusBlock, ((IO_STATUS_BLOCK){.Status = status, .Information = 0})))
        status = STATUS_ACCESS_VIOLATION;
    return status;
}
