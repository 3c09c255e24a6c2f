#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syscalls/nt/section.h"
#include "syscalls/nt/vm.h"
#include "syscalls/nt/file.h"
#include "nt_handlers.h"

static void section_destroy(struct nt_object *o)
{
    struct nt_section *s = (struct nt_section *)o;

    /* The name first: while it is there, so is what it leads to. */
    if (s->named)
        nt_object_release(s->named);
    if (s->memfd >= 0)
        close(s->memfd);
    if (s->fd >= 0)
        close(s->fd);
    free(s->image);
    free(s->name);
    free(s);
}

static uint16_t *name_of(struct nt_object *o, size_t *units)
{
    struct nt_section *s = (struct nt_section *)o;

    *units = 0;
    return s->named ? s->named->type->name_of(s->named, units) : NULL;
}

const struct nt_object_type nt_section_type = {
    .name = "Section",
    .map = {STANDARD_RIGHTS_READ | SECTION_QUERY | SECTION_MAP_READ,
            STANDARD_RIGHTS_WRITE | SECTION_MAP_WRITE,
            STANDARD_RIGHTS_EXECUTE | SECTION_MAP_EXECUTE, SECTION_ALL_ACCESS},
    .destroy = section_destroy,
    .name_of = name_of,
    .export_to = nt_section_export,
};

struct nt_section *nt_section_alloc(int fd, uint32_t protect, uint32_t attributes)
{
    struct nt_section *s = calloc(1, sizeof(*s));

    if (!s)
        return NULL;
    nt_object_init(&s->object, &nt_section_type);
    s->fd = fd;
    s->memfd = -1;
    s->protect = protect;
    s->attributes = attributes;
    return s;
}

void nt_section_image_information(const struct nt_section *s, SECTION_IMAGE_INFORMATION *info)
{
    const struct pe_image *pe = s->image;

    memset(info, 0, sizeof(*info));
    info->TransferAddress = pe->entry_rva ? (PVOID)(pe->image_base + pe->entry_rva) : NULL;
    info->MaximumStackSize = pe->stack_reserve;
    info->CommittedStackSize = pe->stack_commit;
    info->SubSystemType = pe->subsystem;
    info->SubSystemMajorVersion = pe->subsystem_major;
    info->SubSystemMinorVersion = pe->subsystem_minor;
    info->MajorOperatingSystemVersion = pe->os_major;
    info->MinorOperatingSystemVersion = pe->os_minor;
    info->ImageCharacteristics = pe->characteristics;
    info->DllCharacteristics = pe->dll_characteristics;
    info->Machine = pe->machine;
    info->ImageContainsCode = TRUE;
    info->LoaderFlags = pe->loader_flags;
    info->ImageFileSize = (ULONG)s->file_size;
    info->CheckSum = pe->checksum;
}

static const uint16_t machines[] = {IMAGE_FILE_MACHINE_AMD64, 0};

/* Reads as much of the head as the parser asks for. */
static NTSTATUS read_image(int fd, uint64_t file_size, struct pe_image *pe, struct pe_error *err)
{
    unsigned char first[4096], *head = first;
    size_t want = sizeof(first);
    enum pe_status ps;

    for (;;) {
        ssize_t got = pread(fd, head, want, 0);
        if (got < 0) {
            if (head != first)
                free(head);
            return nt_status_of_errno(errno);
        }
        ps = pe_parse(head, (size_t)got, file_size, pe, err);
        if (ps != PE_NEED_MORE || err->needed <= (uint64_t)got || err->needed > (64u << 20))
            break;
        unsigned char *bigger = malloc(err->needed);
        if (head != first)
            free(head);
        if (!bigger)
            return STATUS_NO_MEMORY;
        head = bigger;
        want = err->needed;
    }
    if (head != first)
        free(head);
    if (ps == PE_OK)
        ps = pe_check(pe, PE_USE_LIBRARY, machines, err);
    return (NTSTATUS)pe_ntstatus(ps);
}

NTSTATUS nt_section_new_image(int fd, struct nt_section **out, struct pe_error *err)
{
    struct stat st;

    if (fstat(fd, &st) != 0)
        return nt_status_of_errno(errno);
    if (!S_ISREG(st.st_mode))
        return STATUS_INVALID_FILE_FOR_SECTION;
    struct nt_section *s = nt_section_alloc(-1, PAGE_EXECUTE, SEC_IMAGE | SEC_FILE);
    if (!s || !(s->image = malloc(sizeof(*s->image)))) {
        free(s);
        return STATUS_NO_MEMORY;
    }
    s->file_size = (uint64_t)st.st_size;
    NTSTATUS status = read_image(fd, s->file_size, s->image, err);
    if (NT_SUCCESS(status) && (s->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3)) < 0)
        status = nt_status_of_errno(errno);
    if (!NT_SUCCESS(status)) {
        nt_object_release(&s->object);
        return status;
    }
    s->size = VM_PAGE_UP(s->image->size_of_image);
    *out = s;
    return STATUS_SUCCESS;
}

static uint32_t section_protect(unsigned flags)
{
    static const uint32_t by_flags[8] = {
        PAGE_NOACCESS, PAGE_READONLY,     PAGE_WRITECOPY,         PAGE_WRITECOPY,
        PAGE_EXECUTE,  PAGE_EXECUTE_READ, PAGE_EXECUTE_WRITECOPY, PAGE_EXECUTE_WRITECOPY,
    };
    return by_flags[flags & (PE_READ | PE_WRITE | PE_EXEC)];
}

/* Puts length bytes of the file at address, copied; the pages are private and writable. */
static NTSTATUS copy_in(int fd, uintptr_t at, uint64_t offset, size_t length)
{
    while (length > 0) {
        ssize_t got = pread(fd, (void *)at, length, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return nt_status_of_errno(errno);
        if (got == 0)
            break; /* the file shrank: zeros, as beyond its end */
        at += (size_t)got;
        offset += (size_t)got;
        length -= (size_t)got;
    }
    return STATUS_SUCCESS;
}

/* The protection that a section is mapped with, writable while there are relocations to apply. */
static uint32_t map_protect(const struct pe_section *sec, bool relocate)
{
    uint32_t protect = section_protect(sec->flags);

    if (!relocate)
        return protect;
    return (protect & (PAGE_EXECUTE | PAGE_EXECUTE_READ | PAGE_EXECUTE_WRITECOPY))
               ? PAGE_EXECUTE_WRITECOPY
               : PAGE_WRITECOPY;
}

static bool is_mapped(const struct pe_section *sec)
{
    return sec->mappable && sec->file_size > 0;
}

/* How many sections from this one on are copied and follow each other without a gap? */
static unsigned copied_run(const struct pe_section *sec, unsigned n)
{
    unsigned run = 1;

    while (run < n && !is_mapped(&sec[run]) &&
           sec[run].rva == sec[run - 1].rva + sec[run - 1].map_size)
        run++;
    return run;
}

/* Such a run: one mapping for all of it, and one change of protection for those that share one. */
static NTSTATUS copy_sections(struct nt_section *s, uintptr_t base, const struct pe_section *sec,
                              unsigned n, bool relocate)
{
    const int fresh = PROT_READ | PROT_WRITE;
    uintptr_t begin = base + sec[0].rva, end = base + sec[n - 1].rva + sec[n - 1].map_size;
    NTSTATUS status = STATUS_SUCCESS;

    if (mmap((void *)begin, end - begin, fresh,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0) == MAP_FAILED)
        return STATUS_NO_MEMORY;
    for (unsigned i = 0; NT_SUCCESS(status) && i < n; i++) {
        status = copy_in(s->fd, base + sec[i].rva, sec[i].file_offset, sec[i].file_size);
        if (NT_SUCCESS(status))
            status =
                vm_note_commit(base + sec[i].rva, sec[i].map_size, map_protect(&sec[i], relocate));
    }
    for (unsigned i = 0, next; NT_SUCCESS(status) && i < n; i = next) {
        int prot = vm_prot(map_protect(&sec[i], relocate));
        for (next = i + 1; next < n && vm_prot(map_protect(&sec[next], relocate)) == prot;)
            next++;
        begin = base + sec[i].rva;
        end = base + sec[next - 1].rva + sec[next - 1].map_size;
        if (prot != fresh && mprotect((void *)begin, end - begin, prot) != 0)
            status = STATUS_NO_MEMORY;
    }
    return status;
}

static NTSTATUS map_section_of_image(struct nt_section *s, uintptr_t base,
                                     const struct pe_section *sec, bool relocate)
{
    uint32_t protect = map_protect(sec, relocate);
    uintptr_t at = base + sec->rva;
    size_t from_file = sec->file_size;
    NTSTATUS status = STATUS_SUCCESS;

    size_t whole = VM_PAGE_DOWN(from_file), tail = from_file - whole;
    /* The last page may hold other bytes of the file behind the section's: those must read as
     * zero, so that page is a copy, unless the file ends with it. */
    if (tail && sec->file_offset + from_file == s->file_size) {
        whole = VM_PAGE_UP(from_file);
        tail = 0;
    }
    if (whole)
        status = vm_map_file(at, whole, protect, MAP_PRIVATE, s->fd, sec->file_offset);
    if (NT_SUCCESS(status) && sec->map_size > whole) {
        int prot = vm_prot(protect);
        if (mmap((void *)(at + whole), sec->map_size - whole, prot | (tail ? PROT_WRITE : 0),
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0) == MAP_FAILED)
            return STATUS_NO_MEMORY;
        if (tail) {
            status = copy_in(s->fd, at + whole, sec->file_offset + whole, tail);
            if (!(prot & PROT_WRITE))
                mprotect((void *)(at + whole), VM_PAGE, prot);
        }
        if (NT_SUCCESS(status))
            status = vm_note_commit(at, sec->map_size, protect);
    }
    return status;
}

/* Each section where it belongs. */
static NTSTATUS place_sections(struct nt_section *s, uintptr_t base, const struct pe_section *sec,
                               unsigned n, bool relocate)
{
    NTSTATUS status = STATUS_SUCCESS;

    for (unsigned i = 0, run; NT_SUCCESS(status) && i < n; i += run) {
        run = is_mapped(&sec[i]) ? 1 : copied_run(&sec[i], n - i);
        status = is_mapped(&sec[i]) ? map_section_of_image(s, base, &sec[i], relocate)
                                    : copy_sections(s, base, &sec[i], run, relocate);
    }
    return status;
}

static NTSTATUS fill_image(struct nt_section *s, uintptr_t base, bool relocate)
{
    const struct pe_image *pe = s->image;
    struct pe_section whole = {0};
    NTSTATUS status;

    /* Headers; of a flat image, everything. */
    whole.map_size = (uint32_t)VM_PAGE_UP(pe->flat ? pe->size_of_image : pe->size_of_headers);
    whole.virtual_size = whole.map_size;
    whole.file_size = pe->headers_file_size;
    if (pe->flat)
        whole.file_size =
            s->file_size < pe->size_of_image ? (uint32_t)s->file_size : pe->size_of_image;
    whole.flags = pe->flat ? PE_READ | PE_WRITE | PE_EXEC : PE_READ;
    whole.mappable = VM_PAGE_DOWN(whole.file_size) > 0;
    if (!pe->flat && pe->section_count && pe->section[0].rva < whole.map_size)
        whole.map_size = pe->section[0].rva;
    status = place_sections(s, base, &whole, 1, relocate);
    if (NT_SUCCESS(status) && !pe->flat)
        status = place_sections(s, base, pe->section, pe->section_count, relocate);
    if (!NT_SUCCESS(status) || !relocate)
        return status;

    struct pe_error err;
    if (pe_relocate((void *)base, VM_PAGE_UP(pe->size_of_image), pe,
                    (int64_t)(base - pe->image_base), &err) != PE_OK)
        return (NTSTATUS)pe_ntstatus(err.status);
    uint32_t old;
    for (unsigned i = 0; NT_SUCCESS(status) && !pe->flat && i < pe->section_count; i++)
        status = vm_protect(base + pe->section[i].rva, pe->section[i].map_size,
                            section_protect(pe->section[i].flags), &old);
    if (NT_SUCCESS(status) && !pe->flat)
        status = vm_protect(base, whole.map_size, PAGE_READONLY, &old);
    return status;
}

NTSTATUS nt_section_map_image(struct nt_section *s, uintptr_t *base, size_t *size)
{
    const struct pe_image *pe = s->image;
    struct vm_region *region;
    uintptr_t at = *base ? *base : pe->image_base;
    NTSTATUS status;

    *size = VM_PAGE_UP(pe->size_of_image);
    status = at ? vm_reserve(&at, *size, &vm_images, MEM_IMAGE, PAGE_EXECUTE_WRITECOPY, &region)
                : STATUS_CONFLICTING_ADDRESSES;
    if (status == STATUS_CONFLICTING_ADDRESSES) {
        if (pe->characteristics & IMAGE_FILE_RELOCS_STRIPPED)
            return STATUS_CONFLICTING_ADDRESSES;
        at = 0;
        status = vm_reserve(&at, *size, &vm_images, MEM_IMAGE, PAGE_EXECUTE_WRITECOPY, &region);
    }
    if (!NT_SUCCESS(status))
        return status;
    region->section = nt_object_ref(&s->object);
    status = fill_image(s, at, at != pe->image_base);
    if (!NT_SUCCESS(status)) {
        vm_release(at, 0);
        return status;
    }
    *base = at;
    return at == pe->image_base ? STATUS_SUCCESS : STATUS_IMAGE_NOT_AT_BASE;
}
