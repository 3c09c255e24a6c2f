/*
 * Sections with names, and sections that a child inherits.
 *
 * The name is a slot of the session arena, like those of other objects. It says which memfd belongs
 * to the section; a process that opens the name gets at the memfd through /proc of one that has it,
 * first of the one that made it, then of any other. So the memory lives as long as anybody has the
 * section, whoever ends first, and nothing is left behind.
 *
 * The memfd ends with a page that describes the section. For a section of the page file the memory
 * itself lies in front of it; for one of a file or an image the memfd is that page alone, and the
 * file is found in the same process.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syscalls/nt/child.h"
#include "syscalls/nt/section.h"
#include "syscalls/nt/sync.h"
#include "syscalls/nt/vm.h"

#define MAGIC 0x74636573u

struct section_page {
    uint32_t magic, protect, attributes, name_length; /* bytes */
    uint64_t size, file_size;
    uint64_t file_dev, file_ino; /* 0: page file */
    WCHAR name[2016];
};
_Static_assert(sizeof(struct section_page) <= VM_PAGE, "one page");

/* What the namespace knows; no handle ever leads to it. */
static const struct nt_object_type section_name_type = {
    .name = "Section",
    .destroy = nt_sync_destroy,
    .name_of = nt_sync_name_of,
};
const struct nt_object_type *const nt_section_name_type = &section_name_type;

static bool writable(uint32_t protect)
{
    return protect & (PAGE_READWRITE | PAGE_EXECUTE_READWRITE);
}

/* Opens what descriptor fd of a process leads to, if it is that file. -1: it is not. */
static int open_of(long pid, long fd, uint64_t dev, uint64_t ino, bool write)
{
    char path[64];
    struct stat st;

    snprintf(path, sizeof(path), "/proc/%ld/fd/%ld", pid, fd);
    if (stat(path, &st) != 0 || st.st_dev != dev || st.st_ino != ino || !S_ISREG(st.st_mode))
        return -1;
    int got = open(path, (write ? O_RDWR : O_RDONLY) | O_CLOEXEC);
    if (got >= 0 && (fstat(got, &st) != 0 || st.st_dev != dev || st.st_ino != ino)) {
        close(got);
        return -1;
    }
    return got;
}

static int find_in(long pid, uint64_t dev, uint64_t ino, bool write)
{
    char path[64];
    struct dirent *e;
    int got = -1;

    snprintf(path, sizeof(path), "/proc/%ld/fd", pid);
    DIR *d = opendir(path);
    while (d && got < 0 && (e = readdir(d)))
        if (e->d_name[0] >= '0' && e->d_name[0] <= '9')
            got = open_of(pid, atol(e->d_name), dev, ino, write);
    if (d)
        closedir(d);
    return got;
}

/* The memfd of a slot; *pid is a process that has it. */
static int find_memfd(const struct nt_slot *slot, long *pid)
{
    uint64_t ino = slot->u.room[0];
    uint64_t hint = __atomic_load_n(&slot->u.room[1], __ATOMIC_RELAXED);
    struct dirent *e;

    *pid = (long)(hint >> 32);
    int fd = open_of(*pid, (long)(uint32_t)hint, slot->spare, ino, true);
    if (fd >= 0)
        return fd;
    DIR *d = opendir("/proc");
    while (d && fd < 0 && (e = readdir(d)))
        if (e->d_name[0] >= '0' && e->d_name[0] <= '9') {
            *pid = atol(e->d_name);
            fd = find_in(*pid, slot->spare, ino, true);
        }
    if (d)
        closedir(d);
    return fd;
}

static bool page_ok(const struct section_page *p, const struct stat *st)
{
    if (p->magic != MAGIC || p->name_length % 2 || p->name_length > sizeof(p->name) ||
        p->size == 0 || vm_prot(p->protect) < 0)
        return false;
    uint64_t front = (uint64_t)st->st_size - VM_PAGE;
    return p->file_ino || (!(p->attributes & SEC_IMAGE) && front == VM_PAGE_UP(p->size));
}

/* The section of a slot that this process holds, from whoever has it. */
static NTSTATUS open_slot(struct nt_slot *slot, struct nt_section **out)
{
    struct nt_section *s = NULL;
    struct section_page page;
    struct pe_error err;
    struct stat st;
    long pid;
    int memfd = find_memfd(slot, &pid), fd = -1;

    if (memfd < 0)
        return STATUS_OBJECT_NAME_NOT_FOUND; /* its last holder has just ended */
    if (fstat(memfd, &st) != 0 || st.st_size < (off_t)VM_PAGE ||
        pread(memfd, &page, sizeof(page), st.st_size - VM_PAGE) != (ssize_t)sizeof(page) ||
        !page_ok(&page, &st)) {
        close(memfd);
        return STATUS_OBJECT_NAME_NOT_FOUND;
    }
    if (page.file_ino) {
        fd = find_in(pid, page.file_dev, page.file_ino, writable(page.protect));
        if (fd < 0) {
            close(memfd);
            return STATUS_ACCESS_DENIED;
        }
    }
    NTSTATUS status = STATUS_SUCCESS;
    if (page.attributes & SEC_IMAGE) {
        status = nt_section_new_image(fd, &s, &err);
        close(fd);
    } else {
        s = nt_section_alloc(fd >= 0 ? fd : memfd, page.protect, page.attributes);
        if (!s && fd >= 0)
            close(fd);
        status = s ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    }
    if (!NT_SUCCESS(status)) {
        close(memfd);
        return status;
    }
    s->memfd = page.file_ino ? memfd : -1;
    if (!s->image) {
        s->size = page.size;
        s->file_size = page.file_size;
    }
    if (page.name_length && (s->name = malloc(page.name_length))) {
        memcpy(s->name, page.name, page.name_length);
        s->name_length = page.name_length;
    }
    uint64_t hint = __atomic_load_n(&slot->u.room[1], __ATOMIC_RELAXED);
    if ((long)(hint >> 32) != pid)
        __atomic_store_n(&slot->u.room[1], (uint64_t)getpid() << 32 | (uint32_t)memfd,
                         __ATOMIC_RELAXED);
    *out = s;
    return STATUS_SUCCESS;
}

/* Writes the page that describes a section, and says in the slot where it is. */
static NTSTATUS describe(struct nt_section *s, struct nt_slot *slot)
{
    struct section_page page = {.magic = MAGIC, .protect = s->protect, .attributes = s->attributes,
                                .size = s->size, .file_size = s->file_size};
    bool file = s->image || (s->attributes & SEC_FILE);
    struct stat st;
    int fd = s->fd;

    if (file) {
        if (fstat(s->fd, &st) != 0)
            return nt_status_of_errno(errno);
        page.file_dev = st.st_dev;
        page.file_ino = st.st_ino;
        fd = s->memfd = memfd_create("section", MFD_CLOEXEC);
        if (fd < 0)
            return nt_status_of_errno(errno);
    }
    if (s->name && s->name_length <= sizeof(page.name)) {
        memcpy(page.name, s->name, s->name_length);
        page.name_length = s->name_length;
    }
    off_t at = file ? 0 : (off_t)VM_PAGE_UP(s->size);
    if (ftruncate(fd, at + (off_t)VM_PAGE) != 0 ||
        pwrite(fd, &page, sizeof(page), at) != (ssize_t)sizeof(page) || fstat(fd, &st) != 0)
        return nt_status_of_errno(errno);
    slot->u.room[0] = st.st_ino;
    slot->u.room[1] = (uint64_t)getpid() << 32 | (uint32_t)fd;
    slot->spare = (uint32_t)st.st_dev;
    return st.st_dev == slot->spare ? STATUS_SUCCESS : STATUS_NOT_SUPPORTED;
}

NTSTATUS nt_section_publish(struct nt_section *s, ACCESS_MASK access, const OBJECT_ATTRIBUTES *oa,
                            HANDLE *handle)
{
    struct nt_oattr a;
    struct nt_sync *named = NULL;

    NTSTATUS status = nt_oattr_get(oa, &a);
    if (!NT_SUCCESS(status)) {
        nt_object_release(&s->object);
        return status;
    }
    if (a.name) {
        struct nt_slot *slot = nt_slot_new(NT_SLOT_SECTION);
        status = slot ? describe(s, slot) : STATUS_NO_MEMORY;
        if (NT_SUCCESS(status))
            status = nt_sync_name_create(slot, &section_name_type, NT_SLOT_SECTION, &a, &named);
        else if (slot)
            nt_slot_free(slot);
        if (status == STATUS_OBJECT_NAME_EXISTS) {
            struct nt_section *old = NULL;
            NTSTATUS opened = open_slot(named->slot, &old);
            nt_object_release(&s->object);
            if (!NT_SUCCESS(opened)) {
                nt_object_release(&named->object);
                nt_oattr_free(&a);
                return opened;
            }
            s = old;
        }
        s->named = named ? &named->object : NULL;
    }
    ULONG attributes = a.attributes;
    nt_oattr_free(&a);
    if (!NT_SUCCESS(status)) {
        nt_object_release(&s->object);
        return status;
    }
    NTSTATUS last = nt_handle_return(&s->object, &nt_section_type, access, attributes, handle);
    return NT_SUCCESS(last) ? status : last;
}

NTSTATUS nt_section_open_named(const OBJECT_ATTRIBUTES *oa, ACCESS_MASK access, HANDLE *handle)
{
    struct nt_section *s;
    struct nt_sync *named;
    struct nt_oattr a;

    NTSTATUS status = nt_oattr_get(oa, &a);
    if (!NT_SUCCESS(status))
        return status;
    ULONG attributes = a.attributes;
    status = nt_sync_name_open(NT_SLOT_SECTION, &a, &named);
    nt_oattr_free(&a);
    if (!NT_SUCCESS(status))
        return status;
    status = open_slot(named->slot, &s);
    if (!NT_SUCCESS(status)) {
        nt_object_release(&named->object);
        return status;
    }
    s->named = &named->object;
    return nt_handle_return(&s->object, &nt_section_type, access, attributes, handle);
}

/* ---- To a child ---- */

bool nt_section_export(struct nt_object *o, struct nt_export *e)
{
    struct nt_section *s = (struct nt_section *)o;

    *e = (struct nt_export){.kind = NT_TRAVEL_SECTION, .fd = s->fd};
    e->word[0] = (uint64_t)s->protect << 32 | s->attributes;
    e->word[1] = s->size;
    e->word[2] = s->file_size;
    return true;
}

struct nt_object *nt_import_section(const struct nt_export *e)
{
    uint32_t protect = (uint32_t)(e->word[0] >> 32), attributes = (uint32_t)e->word[0];
    struct nt_section *s = NULL;
    struct pe_error err;

    if (e->fd < 0)
        return NULL;
    if (attributes & SEC_IMAGE) {
        NTSTATUS status = nt_section_new_image(e->fd, &s, &err);
        close(e->fd);
        return NT_SUCCESS(status) ? &s->object : NULL;
    }
    if (vm_prot(protect) >= 0 && e->word[1] > 0)
        s = nt_section_alloc(e->fd, protect, attributes);
    if (!s) {
        close(e->fd);
        return NULL;
    }
    s->size = e->word[1];
    s->file_size = e->word[2];
    return &s->object;
}
