#include "loader/elf.h"

#include <gelf.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "syscalls/host/layout.h"
#include "syscalls/unix/memory.h"

#define PAGE 4096ull
#define LARGEST_ALIGN (1ull << 30)

static uint64_t down(uint64_t n)
{
    return n & ~(PAGE - 1);
}

static uint64_t up(uint64_t n)
{
    return (n + PAGE - 1) & ~(PAGE - 1);
}

static int protection(uint32_t flags)
{
    return (flags & PF_R ? PROT_READ : 0) | (flags & PF_W ? PROT_WRITE : 0) |
           (flags & PF_X ? PROT_EXEC : 0);
}

static const char *read_segment(const GElf_Phdr *p, uint64_t file_size, struct elf_file *f)
{
    struct elf_segment *s = &f->segments[f->segment_count];
    const struct elf_segment *last = f->segment_count ? s - 1 : NULL;

    if (p->p_memsz == 0)
        return NULL;
    if (f->segment_count == ELF_MAX_SEGMENTS)
        return "it has too many segments";
    if (p->p_filesz > p->p_memsz)
        return "a segment is larger in the file than in memory";
    if (p->p_offset > file_size || p->p_filesz > file_size - p->p_offset)
        return "a segment lies beyond the end of the file";
    if (p->p_vaddr >= GUEST_END || p->p_memsz > GUEST_END - PAGE - p->p_vaddr)
        return "a segment's address is out of range";
    if (p->p_align > 1 && (p->p_align & (p->p_align - 1)))
        return "a segment's alignment is not a power of two";
    if (p->p_align > LARGEST_ALIGN)
        return "a segment's alignment is out of range";
    if ((p->p_vaddr ^ p->p_offset) & (PAGE - 1))
        return "a segment's address and its place in the file do not agree";
    if (last && p->p_vaddr < last->address + last->size)
        return "segments overlap or are not in order";
    if (last && down(p->p_vaddr) < up(last->address + last->size) &&
        down(p->p_vaddr) < down(last->address + last->size - 1))
        return "segments overlap";
    if (p->p_align > f->align)
        f->align = p->p_align;
    *s = (struct elf_segment){p->p_offset, p->p_filesz, p->p_vaddr, p->p_memsz,
                              protection(p->p_flags)};
    f->segment_count++;
    return NULL;
}

static const char *read_interpreter(int fd, const GElf_Phdr *p, uint64_t file_size,
                                    struct elf_file *f)
{
    if (f->interpreter[0])
        return "it names two interpreters";
    if (p->p_filesz < 2 || p->p_filesz > sizeof(f->interpreter) || p->p_offset > file_size ||
        p->p_filesz > file_size - p->p_offset)
        return "the interpreter's name is out of range";
    if (pread(fd, f->interpreter, p->p_filesz, (off_t)p->p_offset) != (ssize_t)p->p_filesz ||
        strnlen(f->interpreter, p->p_filesz) != p->p_filesz - 1)
        return "the interpreter's name is damaged";
    return NULL;
}

static const char *read_headers(int fd, Elf *elf, uint64_t file_size, struct elf_file *f)
{
    GElf_Ehdr e;
    size_t n;

    if (!gelf_getehdr(elf, &e) || elf_getphdrnum(elf, &n) != 0)
        return elf_errmsg(-1);
    if (e.e_ident[EI_CLASS] != ELFCLASS64 || e.e_ident[EI_DATA] != ELFDATA2LSB ||
        e.e_machine != EM_X86_64)
        return "it is not for x86-64";
    if (e.e_type != ET_EXEC && e.e_type != ET_DYN)
        return "it is no program";
    if (n == 0)
        return "it has no program headers";
    if (e.e_phentsize != sizeof(Elf64_Phdr) || n > 1024)
        return "its program headers are damaged";
    *f = (struct elf_file){.fixed = e.e_type == ET_EXEC,
                           .entry = e.e_entry,
                           .phnum = (unsigned)n,
                           .phent = e.e_phentsize,
                           .flags = e.e_flags,
                           .align = PAGE};
    for (size_t i = 0; i < n; i++) {
        GElf_Phdr p;
        const char *bad = NULL;
        if (!gelf_getphdr(elf, (int)i, &p))
            return "its program headers are damaged";
        if (p.p_type == PT_LOAD)
            bad = read_segment(&p, file_size, f);
        else if (p.p_type == PT_INTERP)
            bad = read_interpreter(fd, &p, file_size, f);
        if (bad)
            return bad;
    }
    if (f->segment_count == 0)
        return "it has nothing to load";
    for (unsigned i = 0; i < f->segment_count; i++) {
        const struct elf_segment *s = &f->segments[i];
        if (e.e_phoff >= s->offset && n * e.e_phentsize <= s->file_size &&
            e.e_phoff - s->offset <= s->file_size - n * e.e_phentsize)
            f->phdr = s->address + (e.e_phoff - s->offset);
    }
    return NULL;
}

const char *elf_read(int fd, struct elf_file *f)
{
    struct stat st;
    const char *bad;

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return "it is no file";
    elf_version(EV_CURRENT);
    Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
    if (!elf || elf_kind(elf) != ELF_K_ELF)
        bad = "it is no ELF file";
    else
        bad = read_headers(fd, elf, (uint64_t)st.st_size, f);
    elf_end(elf);
    return bad;
}

static const char *map_segment(int fd, const struct elf_segment *s, uintptr_t bias)
{
    uintptr_t at = bias + s->address, page = down(at);
    uintptr_t file_end = at + s->file_size, end = at + s->size;
    uintptr_t mapped = s->file_size ? up(file_end) : page;
    /* The rest of the last page of the file must be zero, also where the program may not write. */
    bool tail = s->file_size && s->size > s->file_size && file_end < mapped;

    if (s->file_size && unix_map_fixed(page, mapped - page, true,
                                       s->protection | (tail ? PROT_READ | PROT_WRITE : 0),
                                       MAP_PRIVATE, fd, (int64_t)down(s->offset)) < 0)
        return "a segment cannot be mapped";
    if (tail) {
        size_t n = (end < mapped ? end : mapped) - file_end;
        if (!guest_zero((void *)file_end, mapped - file_end > n ? mapped - file_end : n))
            return "a segment cannot be read";
        if (!(s->protection & PROT_WRITE) &&
            mprotect((void *)page, mapped - page, s->protection) != 0)
            return "a segment cannot be protected";
    }
    if (up(end) > mapped && unix_map_fixed(mapped, up(end) - mapped, true, s->protection,
                                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) < 0)
        return "there is no memory for a segment";
    return NULL;
}

const char *elf_map(int fd, const struct elf_file *f, uintptr_t hint, struct unix_image *image)
{
    const struct elf_segment *last = &f->segments[f->segment_count - 1];
    uintptr_t low = down(f->segments[0].address), high = up(last->address + last->size);
    int64_t at;

    /* The whole range first: nothing that is there already gets lost. */
    if (f->fixed)
        at = unix_map_fixed(low, high - low, false, PROT_NONE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    else
        at = unix_map_anywhere(hint, high - low, f->align, PROT_NONE,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at < 0)
        return "its addresses are not free";
    *image = (struct unix_image){.bias = (uintptr_t)at - low,
                                 .low = (uintptr_t)at,
                                 .high = (uintptr_t)at + (high - low),
                                 .phnum = f->phnum,
                                 .phent = f->phent,
                                 .flags = f->flags};
    image->entry = image->bias + f->entry;
    image->phdr = f->phdr ? image->bias + f->phdr : 0;
    memcpy(image->interpreter, f->interpreter, sizeof(f->interpreter));
    uintptr_t done = image->low;
    for (unsigned i = 0; i < f->segment_count; i++) {
        const struct elf_segment *s = &f->segments[i];
        const char *bad = map_segment(fd, s, image->bias);
        if (bad)
            return bad;
        /* Holes belong to nobody. */
        uintptr_t begin = down(image->bias + s->address);
        if (begin > done)
            munmap((void *)done, begin - done);
        done = up(image->bias + s->address + s->size);
        if (s->protection & PROT_WRITE)
            image->data_end = image->bias + s->address + s->size;
    }
    return NULL;
}
