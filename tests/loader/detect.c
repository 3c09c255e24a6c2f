#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memfd_create */
#endif

#include "loader/detect.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "tests/loader/pe_builder.h"

static struct detected found;

static void detect(const void *bytes, size_t size)
{
    detect_bytes(bytes, size, size, &found);
    cr_assert_neq(found.text[0], 0, "every answer has words");
}

static void expect_text(const char *text)
{
    cr_expect(strstr(found.text, text), "wanted \"%s\", got \"%s\"", text, found.text);
}

/* A 64-bit little-endian ELF program for x86-64, to which a test adds segments. */
struct elf_file {
    Elf64_Ehdr header;
    Elf64_Phdr segment[4];
    uint8_t data[512];
    size_t used; /* of data; the file ends there */
};

static void elf_begin(struct elf_file *elf, uint8_t abi)
{
    *elf = (struct elf_file){.header = {
                                 .e_ident = {0x7F, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, 1, abi},
                                 .e_type = ET_EXEC,
                                 .e_machine = EM_X86_64,
                                 .e_version = 1,
                                 .e_entry = 0x400000,
                                 .e_phoff = offsetof(struct elf_file, segment),
                                 .e_ehsize = sizeof(Elf64_Ehdr),
                                 .e_phentsize = sizeof(Elf64_Phdr),
                             }};
}

static void elf_add(struct elf_file *elf, uint32_t type, const void *data, size_t size)
{
    elf->segment[elf->header.e_phnum++] =
        (Elf64_Phdr){.p_type = type,
                     .p_offset = offsetof(struct elf_file, data) + elf->used,
                     .p_filesz = size,
                     .p_align = 4};
    memcpy(elf->data + elf->used, data, size);
    elf->used += (size + 3) & ~(size_t)3;
}

static void elf_add_note(struct elf_file *elf, const char *name, size_t name_size, uint32_t type,
                         const uint32_t *desc, size_t desc_size)
{
    uint32_t note[32] = {(uint32_t)name_size, (uint32_t)desc_size, type};
    memcpy(note + 3, name, name_size);
    size_t at = 3 + (name_size + 3) / 4;
    memcpy(note + at, desc, desc_size);
    elf_add(elf, PT_NOTE, note, at * 4 + ((desc_size + 3) & ~(size_t)3));
}

static void elf_detect(const struct elf_file *elf)
{
    detect(elf, offsetof(struct elf_file, data) + elf->used);
    cr_assert_eq(found.kind, DETECT_ELF);
}

Test(detect, elf_by_note)
{
    static const struct {
        const char *name;
        size_t name_size;
        uint32_t type;
        uint32_t desc[4];
        enum detect_os os;
        uint32_t version;
        const char *text;
    } notes[] = {
        {"FreeBSD", 8, 1, {1400097}, DETECT_OS_FREEBSD, 1400097, "a FreeBSD program for x86-64"},
        {"NetBSD", 7, 1, {1000000000}, DETECT_OS_NETBSD, 1000000000, "a NetBSD program"},
        {"PaX", 4, 3, {0}, DETECT_OS_NETBSD, 0, "a NetBSD program"},
        {"OpenBSD", 8, 1, {0}, DETECT_OS_OPENBSD, 0, "an OpenBSD program"},
        {"DragonFly", 10, 1, {600400}, DETECT_OS_DRAGONFLY, 600400, "a DragonFly BSD program"},
        {"Android", 8, 1, {30}, DETECT_OS_ANDROID, 30, "an Android program"},
        {"GNU", 4, 1, {0, 3, 2, 0}, DETECT_OS_LINUX, 0, "a Linux program"},
        {"GNU", 4, 1, {1, 0, 0, 0}, DETECT_OS_HURD, 0, "a GNU Hurd program"},
        {"GNU", 4, 1, {99, 0, 0, 0}, DETECT_OS_OTHER, 0, "of another system"},
        {"GNU", 4, 3, {0, 3, 2, 0}, DETECT_OS_UNKNOWN, 0, "does not say"}, /* a build id */
        {"FreeBSD", 8, 4, {0}, DETECT_OS_UNKNOWN, 0, "does not say"},      /* feature flags */
        {"NetBSDx", 8, 1, {0}, DETECT_OS_UNKNOWN, 0, "does not say"},
    };
    for (size_t i = 0; i < sizeof notes / sizeof *notes; i++) {
        struct elf_file elf;
        elf_begin(&elf, ELFOSABI_NONE);
        elf_add_note(&elf, notes[i].name, notes[i].name_size, notes[i].type, notes[i].desc,
                     sizeof notes[i].desc);
        elf_detect(&elf);
        cr_expect_eq(found.os, notes[i].os, "note %zu: %s", i, found.text);
        cr_expect_eq(found.os_version, notes[i].version, "note %zu", i);
        cr_expect_eq(found.cpu, DETECT_CPU_X86_64);
        cr_expect_eq(found.role, DETECT_ROLE_PROGRAM);
        expect_text(notes[i].text);
    }
}

Test(detect, elf_second_note_counts_too)
{
    struct elf_file elf;
    uint32_t desc[4] = {0}, version = 1302001;
    elf_begin(&elf, ELFOSABI_NONE);
    elf_add_note(&elf, "GNU", 4, NT_GNU_BUILD_ID, desc, sizeof desc);
    elf_add_note(&elf, "FreeBSD", 8, 1, &version, sizeof version);
    /* The same two in one segment. */
    elf_detect(&elf);
    cr_expect_eq(found.os, DETECT_OS_FREEBSD);
    elf.segment[0].p_filesz = elf.used;
    elf.header.e_phnum = 1;
    elf_detect(&elf);
    cr_expect_eq(found.os, DETECT_OS_FREEBSD);
    cr_expect_eq(found.os_version, version);
}

Test(detect, elf_by_interpreter)
{
    static const struct {
        const char *path;
        enum detect_os os;
    } paths[] = {
        {"/lib64/ld-linux-x86-64.so.2", DETECT_OS_LINUX},
        {"/nix/store/abc-glibc/lib/ld-linux-x86-64.so.2", DETECT_OS_LINUX},
        {"/lib/ld-musl-x86_64.so.1", DETECT_OS_LINUX},
        {"/system/bin/linker64", DETECT_OS_ANDROID},
        {"/libexec/ld-elf.so.1", DETECT_OS_FREEBSD},
        {"/usr/libexec/ld-elf.so.2", DETECT_OS_DRAGONFLY},
        {"/usr/libexec/ld.elf_so", DETECT_OS_NETBSD},
        {"/usr/libexec/ld.so", DETECT_OS_OPENBSD},
        {"/lib/amd64/ld.so.1", DETECT_OS_SOLARIS},
        {"/system/runtime_loader", DETECT_OS_HAIKU},
        {"/opt/strange/loader", DETECT_OS_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct elf_file elf;
        elf_begin(&elf, ELFOSABI_NONE);
        elf.header.e_type = ET_DYN;
        elf.header.e_entry = 0;
        elf_add(&elf, PT_INTERP, paths[i].path, strlen(paths[i].path) + 1);
        elf_detect(&elf);
        cr_expect_eq(found.os, paths[i].os, "%s: %s", paths[i].path, found.text);
        cr_expect_str_eq(found.interpreter, paths[i].path);
        cr_expect_eq(found.role, DETECT_ROLE_PROGRAM);
    }
}

Test(detect, elf_by_abi_and_segment)
{
    static const struct {
        uint8_t abi;
        uint32_t segment;
        enum detect_os os;
    } marks[] = {
        {ELFOSABI_FREEBSD, PT_LOAD, DETECT_OS_FREEBSD},
        {ELFOSABI_NETBSD, PT_LOAD, DETECT_OS_NETBSD},
        {ELFOSABI_GNU, PT_LOAD, DETECT_OS_LINUX},
        {ELFOSABI_OPENBSD, PT_LOAD, DETECT_OS_OPENBSD},
        {ELFOSABI_SOLARIS, PT_LOAD, DETECT_OS_SOLARIS},
        {ELFOSABI_HPUX, PT_LOAD, DETECT_OS_OTHER},
        {0, 0x65A3DBE6, DETECT_OS_OPENBSD},
        {0, PT_SUNWSTACK, DETECT_OS_SOLARIS},
        {0, PT_LOAD, DETECT_OS_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        struct elf_file elf;
        elf_begin(&elf, marks[i].abi);
        elf_add(&elf, marks[i].segment, "", 1);
        elf_detect(&elf);
        cr_expect_eq(found.os, marks[i].os, "mark %zu: %s", i, found.text);
    }

    /* A note outweighs the byte, which tools set for reasons of their own. */
    struct elf_file elf;
    uint32_t version = 1400097;
    elf_begin(&elf, ELFOSABI_GNU);
    elf_add_note(&elf, "FreeBSD", 8, 1, &version, sizeof version);
    elf_detect(&elf);
    cr_expect_eq(found.os, DETECT_OS_FREEBSD);
}

Test(detect, elf_roles_and_machines)
{
    struct elf_file elf;
    elf_begin(&elf, ELFOSABI_GNU);
    elf.header.e_type = ET_REL;
    elf_detect(&elf);
    expect_text("a Linux object file for x86-64");
    elf.header.e_type = ET_DYN;
    elf.header.e_entry = 0;
    elf_detect(&elf);
    cr_expect_eq(found.role, DETECT_ROLE_LIBRARY);
    elf.header.e_type = ET_CORE;
    elf.header.e_machine = EM_AARCH64;
    elf_detect(&elf);
    cr_expect_eq(found.cpu, DETECT_CPU_ARM64);
    expect_text("a Linux core dump for ARM64");
    elf.header.e_machine = 0xBEEF;
    elf_detect(&elf);
    expect_text("48879");
}

Test(detect, elf_32_bit_big_endian)
{
    uint8_t bytes[52 + 32 + 24] = {0x7F, 'E', 'L', 'F', ELFCLASS32, ELFDATA2MSB, 1};
    bytes[17] = ET_EXEC;
    bytes[19] = EM_PPC;
    bytes[31] = 52; /* e_phoff */
    bytes[43] = 32; /* e_phentsize */
    bytes[45] = 1;  /* e_phnum */
    bytes[52 + 3] = PT_NOTE;
    bytes[52 + 7] = 84;
    bytes[52 + 19] = 24;
    bytes[84 + 3] = 7; /* name size */
    bytes[84 + 7] = 4;
    bytes[84 + 11] = 1;
    memcpy(bytes + 96, "NetBSD", 7);
    bytes[107] = 9;
    detect(bytes, sizeof bytes);
    cr_assert_eq(found.os, DETECT_OS_NETBSD, "%s", found.text);
    cr_assert(found.big_endian && !found.is_64);
    cr_assert_eq(found.os_version, 9);
    cr_assert_eq(found.cpu, DETECT_CPU_POWERPC);
}

Test(detect, elf_may_lie)
{
    struct elf_file elf;
    uint32_t desc = 0;
    elf_begin(&elf, 0);
    elf_add_note(&elf, "FreeBSD", 8, 1, &desc, 4);
    elf.segment[0].p_offset = UINT64_MAX - 4;
    elf_detect(&elf);
    cr_expect_eq(found.os, DETECT_OS_UNKNOWN);
    elf.segment[0].p_offset = offsetof(struct elf_file, data);
    elf.segment[0].p_filesz = UINT64_MAX;
    elf_detect(&elf);
    cr_expect_eq(found.os, DETECT_OS_UNKNOWN);
    elf.segment[0].p_filesz = 24;
    for (unsigned word = 0; word < 2; word++) { /* name size, description size */
        uint32_t huge = UINT32_MAX, kept;
        memcpy(&kept, elf.data + word * 4, 4);
        memcpy(elf.data + word * 4, &huge, 4);
        elf_detect(&elf);
        cr_expect_eq(found.os, DETECT_OS_UNKNOWN);
        memcpy(elf.data + word * 4, &kept, 4);
    }
    elf.header.e_phoff = UINT64_MAX;
    elf_detect(&elf);
    cr_expect(found.damaged);
    elf.header.e_phoff = offsetof(struct elf_file, segment);
    elf.header.e_phentsize = 1;
    elf_detect(&elf);
    cr_expect_not(found.damaged);
    elf.header.e_phentsize = UINT16_MAX;
    elf.header.e_phnum = UINT16_MAX;
    elf_detect(&elf);
    cr_expect(found.damaged);
    elf.header.e_ident[EI_CLASS] = 7;
    elf_detect(&elf);
    cr_expect(found.damaged);
    expect_text("class 7");
    detect(&elf, 9);
    cr_expect(found.damaged);
}

Test(detect, asks_for_more_where_that_helps)
{
    struct elf_file elf;
    uint32_t version = 1400097;
    elf_begin(&elf, 0);
    elf_add_note(&elf, "FreeBSD", 8, 1, &version, sizeof version);
    const size_t size = offsetof(struct elf_file, data) + elf.used;
    size_t have = 4;
    unsigned rounds = 0;
    for (detect_bytes(&elf, have, size, &found); found.needed; rounds++) {
        cr_assert(found.needed > have && found.needed <= size);
        have = found.needed;
        detect_bytes(&elf, have, size, &found);
    }
    cr_assert_eq(found.os, DETECT_OS_FREEBSD);
    cr_assert_leq(rounds, 4);
}

Test(detect, windows)
{
    struct pe_file file = pe_build(true);
    detect(file.bytes, file.size);
    cr_expect(found.kind == DETECT_PE && found.os == DETECT_OS_WINDOWS && found.is_64);
    cr_expect_eq(found.pe_status, PE_OK);
    expect_text("a Windows console program for x86-64");

    pe_build_header(&file)->Machine = IMAGE_FILE_MACHINE_ARM64;
    detect(file.bytes, file.size);
    cr_expect_eq(found.cpu, DETECT_CPU_ARM64);
    expect_text("for ARM64");
    pe_build_header(&file)->Machine = IMAGE_FILE_MACHINE_AMD64;

    pe_build_header(&file)->Characteristics |= IMAGE_FILE_DLL;
    detect(file.bytes, file.size);
    cr_expect_eq(found.role, DETECT_ROLE_LIBRARY);
    expect_text("a Windows library (DLL) for x86-64");
    pe_build_header(&file)->Characteristics &= (uint16_t)~IMAGE_FILE_DLL;

    pe_build_opt64(&file)->Subsystem = IMAGE_SUBSYSTEM_NATIVE;
    detect(file.bytes, file.size);
    expect_text("driver");

    pe_build_opt64(&file)->FileAlignment = 3;
    detect(file.bytes, file.size);
    cr_expect(found.kind == DETECT_PE && found.damaged && found.pe_status == PE_DAMAGED);
    expect_text("damaged");
    detect(file.bytes, 0x90);
    cr_expect(found.damaged && found.pe_status == PE_TRUNCATED);

    memcpy(file.bytes + BUILT_NT_HEADERS, "NE", 2);
    detect(file.bytes, file.size);
    cr_expect_eq(found.kind, DETECT_NE);
    memcpy(file.bytes + BUILT_NT_HEADERS, "LX", 2);
    detect(file.bytes, file.size);
    cr_expect_eq(found.kind, DETECT_LE);
    memcpy(file.bytes + BUILT_NT_HEADERS, "??", 2);
    detect(file.bytes, file.size);
    cr_expect_eq(found.kind, DETECT_DOS);
    expect_text("DOS");
    free(file.bytes);
}

Test(detect, darwin)
{
    uint32_t macho[8] = {0xFEEDFACF, 0x0100000C, 0, 2};
    detect(macho, sizeof macho);
    cr_expect(found.kind == DETECT_MACHO && found.os == DETECT_OS_DARWIN && found.is_64);
    cr_expect(found.cpu == DETECT_CPU_ARM64 && found.role == DETECT_ROLE_PROGRAM);
    expect_text("a macOS (Mach-O) program for ARM64");
    detect(macho, 12);
    cr_expect(found.damaged);

    uint8_t big[32] = {0xFE, 0xED, 0xFA, 0xCE, 0, 0, 0, 18};
    detect(big, sizeof big);
    cr_expect(found.big_endian && !found.is_64 && found.cpu == DETECT_CPU_POWERPC);

    uint8_t fat[48] = {0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 2, 1, 0, 0, 12};
    fat[8 + 20] = 1;
    fat[8 + 20 + 3] = 7;
    detect(fat, sizeof fat);
    cr_expect(found.kind == DETECT_MACHO && found.cpu == DETECT_CPU_X86_64);
    expect_text("ARM64, x86-64");
    detect(fat, 40);
    cr_expect(found.damaged);
    fat[7] = 30;
    uint8_t many[8 + 30 * 20] = {0};
    memcpy(many, fat, sizeof fat);
    detect(many, sizeof many); /* the list of names is cut, not overrun */
    cr_expect_eq(found.kind, DETECT_MACHO);
    fat[7] = 61; /* Java 17 */
    detect(fat, sizeof fat);
    expect_text("a Java class");
}

Test(detect, scripts)
{
    static const struct {
        const char *text, *interpreter;
    } scripts[] = {
        {"#!/bin/sh\necho\n", "/bin/sh"},
        {"#! \t/usr/bin/env python3\n", "/usr/bin/env"},
        {"#!/bin/sh", "/bin/sh"},
        {"#!\n/bin/sh", ""},
        {"#!", ""},
    };
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        detect(scripts[i].text, strlen(scripts[i].text));
        cr_expect_eq(found.kind, DETECT_SCRIPT);
        cr_expect_str_eq(found.interpreter, scripts[i].interpreter);
        cr_expect_eq(found.damaged, !scripts[i].interpreter[0]);
    }
    char line[4096];
    memset(line, 'x', sizeof line);
    memcpy(line, "#!", 2);
    detect(line, sizeof line);
    cr_expect_eq(strlen(found.interpreter), sizeof found.interpreter - 1);
}

Test(detect, everything_else)
{
    detect("", 0);
    cr_expect_eq(found.kind, DETECT_EMPTY);
    detect("\xE9\0\0\xB4\x4C", 5); /* a DOS .COM has no header */
    cr_expect_eq(found.kind, DETECT_UNKNOWN);
    detect("echo off\r\n", 10);
    cr_expect_eq(found.kind, DETECT_OTHER);
    expect_text("a text file");
    detect("PK\3\4 ", 5);
    expect_text("ZIP");
    detect("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8);
    expect_text("MSI");
    detect("!<arch>\n", 8);
    expect_text("ar");
    detect("\0asm", 4);
    expect_text("WebAssembly");
    detect("M", 1);
    cr_expect_neq(found.kind, DETECT_PE);
    detect("MZ", 2);
    cr_expect(found.damaged);
}

Test(detect, files)
{
    int fd = open("/", O_RDONLY | O_DIRECTORY);
    cr_assert_geq(fd, 0);
    cr_expect_eq(detect_fd(fd, &found), 0);
    cr_expect_eq(found.kind, DETECT_DIRECTORY);
    close(fd);
    fd = open("/dev/null", O_RDONLY);
    cr_expect_eq(detect_fd(fd, &found), 0);
    cr_expect_eq(found.kind, DETECT_SPECIAL);
    close(fd);
    cr_expect_eq(detect_fd(-1, &found), EBADF);

    /* The interpreter's name far behind the first read. */
    static const char path[] = "/libexec/ld-elf.so.1";
    struct elf_file elf;
    elf_begin(&elf, 0);
    elf_add(&elf, PT_INTERP, path, sizeof path);
    elf.segment[0].p_offset = 0x100000;
    fd = memfd_create("detect", MFD_CLOEXEC);
    cr_assert_geq(fd, 0);
    cr_assert_eq(detect_fd(fd, &found), 0);
    cr_expect_eq(found.kind, DETECT_EMPTY);
    cr_assert_eq(pwrite(fd, &elf, sizeof elf, 0), (ssize_t)sizeof elf);
    cr_assert_eq(pwrite(fd, path, sizeof path, 0x100000), (ssize_t)sizeof path);
    cr_assert_eq(detect_fd(fd, &found), 0);
    cr_expect_eq(found.os, DETECT_OS_FREEBSD, "%s", found.text);
    cr_expect_eq(found.needed, 0);
    cr_expect_eq(lseek(fd, 0, SEEK_CUR), 0);
    /* Too far to go for it: the answer is there all the same. */
    elf.segment[0].p_offset = DETECT_LARGEST_READ;
    cr_assert_eq(pwrite(fd, &elf, sizeof elf, 0), (ssize_t)sizeof elf);
    cr_assert_eq(ftruncate(fd, DETECT_LARGEST_READ + 4096), 0);
    cr_assert_eq(detect_fd(fd, &found), 0);
    cr_expect_eq(found.kind, DETECT_ELF);
    cr_expect_gt(found.needed, DETECT_LARGEST_READ);
    close(fd);
}
