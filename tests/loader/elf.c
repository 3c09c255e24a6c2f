/* ELF headers of hostile files: refused with a reason, never mapped wrongly. */
#include "loader/elf.h"

#include <criterion/criterion.h>
#include <elf.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct file {
    Elf64_Ehdr e;
    Elf64_Phdr p[3];
    char text[8192];
};

/* Two segments, as a linker makes them. */
static struct file good(void)
{
    struct file f = {.e = {.e_type = ET_EXEC,
                           .e_machine = EM_X86_64,
                           .e_version = EV_CURRENT,
                           .e_entry = 0x400200,
                           .e_phoff = sizeof(Elf64_Ehdr),
                           .e_ehsize = sizeof(Elf64_Ehdr),
                           .e_phentsize = sizeof(Elf64_Phdr),
                           .e_phnum = 2}};

    memcpy(f.e.e_ident, ELFMAG, SELFMAG);
    f.e.e_ident[EI_CLASS] = ELFCLASS64;
    f.e.e_ident[EI_DATA] = ELFDATA2LSB;
    f.e.e_ident[EI_VERSION] = EV_CURRENT;
    f.p[0] = (Elf64_Phdr){PT_LOAD, PF_R | PF_X, 0, 0x400000, 0x400000, 4096, 4096, 4096};
    f.p[1] = (Elf64_Phdr){PT_LOAD, PF_R | PF_W, 4096, 0x401000, 0x401000, 100, 9000, 4096};
    return f;
}

static const char *read_bytes(const void *bytes, size_t n, struct elf_file *out)
{
    int fd = memfd_create("elf", MFD_CLOEXEC);

    cr_assert_eq(write(fd, bytes, n), (ssize_t)n);
    const char *bad = elf_read(fd, out);
    close(fd);
    return bad;
}

Test(elf, good)
{
    struct file f = good();
    struct elf_file out;

    cr_assert_null(read_bytes(&f, sizeof(f), &out));
    cr_expect_eq(out.segment_count, 2);
    cr_expect(out.fixed);
    cr_expect_eq(out.phdr, 0x400000 + sizeof(Elf64_Ehdr));
}

#define REFUSES(...)                                                                               \
    do {                                                                                           \
        struct file f = good();                                                                    \
        struct elf_file out;                                                                       \
        __VA_ARGS__;                                                                               \
        cr_expect_not_null(read_bytes(&f, sizeof(f), &out), "accepted: " #__VA_ARGS__);            \
    } while (0)

Test(elf, refuses)
{
    REFUSES(f.e.e_machine = EM_386);
    REFUSES(f.e.e_type = ET_REL);
    REFUSES(f.e.e_phnum = 0);
    REFUSES(f.e.e_phentsize = 32);
    REFUSES(f.e.e_phoff = ~0ull - 8);
    REFUSES(f.e.e_phnum = 2000);
    REFUSES(f.p[0].p_filesz = 8192);
    REFUSES(f.p[0].p_offset = 1 << 20);
    REFUSES(f.p[0].p_offset = ~0ull - 100);
    REFUSES(f.p[0].p_vaddr = 0x550000000000ull);
    REFUSES(f.p[1].p_memsz = ~0ull - 0x401000);
    REFUSES(f.p[1].p_memsz = 0x550000000000ull);
    REFUSES(f.p[1].p_vaddr = 0x400800);
    REFUSES(f.p[1].p_vaddr = 0x300000);
    REFUSES(f.p[1].p_vaddr = 0x401001);
    REFUSES(f.p[0].p_align = 3);
    REFUSES(f.p[0].p_align = 1ull << 40);
    REFUSES(f.p[0].p_type = f.p[1].p_type = PT_NULL);
    REFUSES(f.e.e_phnum = 3; f.p[2] = (Elf64_Phdr){.p_type = PT_INTERP, .p_filesz = 1 << 30});
    REFUSES(f.e.e_phnum = 3;
            f.p[2] = (Elf64_Phdr){.p_type = PT_INTERP, .p_offset = 4096, .p_filesz = 0});
}

/* Every byte of the headers, changed and cut: an answer, and what is accepted keeps the rules. */
Test(elf, damaged)
{
    for (size_t at = 0; at < sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Phdr); at++) {
        static const uint8_t values[] = {0, 1, 0x7f, 0x80, 0xff};
        for (size_t v = 0; v < sizeof(values); v++) {
            struct file f = good();
            struct elf_file out;
            ((uint8_t *)&f)[at] = values[v];
            if (read_bytes(&f, sizeof(f), &out))
                continue;
            for (unsigned i = 0; i < out.segment_count; i++) {
                const struct elf_segment *s = &out.segments[i];
                cr_assert_leq(s->offset + s->file_size, sizeof(f));
                cr_assert_leq(s->file_size, s->size);
                cr_assert_lt(s->address + s->size, 0x550000000000ull);
            }
        }
    }
    struct file f = good();
    struct elf_file out;
    for (size_t n = 0; n < sizeof(f.e) + 2 * sizeof(f.p[0]); n++)
        cr_expect_not_null(read_bytes(&f, n, &out), "accepted %zu bytes", n);
}
