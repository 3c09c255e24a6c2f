/*
 * pe_seeds FOLDER: writes small files for the fuzzer of the loader to begin with. Needs
 * tests/loader/pe_builder.c.
 */
#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/loader/pe_builder.h"

static const char *folder;

static void save(const char *name, const void *bytes, size_t size)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, size, file) != size || fclose(file)) {
        fprintf(stderr, "pe_seeds: %s: %s\n", path, strerror(errno));
        exit(1);
    }
}

static void save_pe(const char *name, struct pe_file file)
{
    save(name, file.bytes, file.size);
    free(file.bytes);
}

static void save_pe_kinds(void)
{
    save_pe("pe64", pe_build(true));
    save_pe("pe32", pe_build(false));
    save_pe("pe-flat", pe_build_flat());

    struct pe_file file = pe_build(false);
    pe_build_add_cli(&file, COMIMAGE_FLAGS_ILONLY);
    save_pe("pe-dotnet", file);

    file = pe_build(true);
    pe_build_header(&file)->Characteristics |= IMAGE_FILE_DLL;
    pe_build_header(&file)->Machine = IMAGE_FILE_MACHINE_ARM64;
    save_pe("pe-arm64-dll", file);

    file = pe_build(true);
    memcpy(file.bytes + BUILT_NT_HEADERS, "NE", 2);
    save_pe("ne", file);
}

/* Two segments: an interpreter and a vendor's note. */
static void save_elf(void)
{
    struct {
        Elf64_Ehdr header;
        Elf64_Phdr segment[2];
        char interpreter[32];
        uint32_t note[6];
    } elf = {
        .header = {.e_ident = {0x7F, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, 1, ELFOSABI_FREEBSD},
                   .e_type = ET_EXEC,
                   .e_machine = EM_X86_64,
                   .e_version = 1,
                   .e_phoff = sizeof elf.header,
                   .e_phentsize = sizeof(Elf64_Phdr),
                   .e_phnum = 2},
        .interpreter = "/libexec/ld-elf.so.1",
        .note = {8, 4, 1, 0x65657246, 0x00445342, 1400097},
    };
    elf.segment[0] = (Elf64_Phdr){.p_type = PT_INTERP,
                                  .p_offset = (size_t)((char *)elf.interpreter - (char *)&elf),
                                  .p_filesz = sizeof elf.interpreter};
    elf.segment[1] = (Elf64_Phdr){.p_type = PT_NOTE,
                                  .p_offset = (size_t)((char *)elf.note - (char *)&elf),
                                  .p_filesz = sizeof elf.note,
                                  .p_align = 4};
    save("elf64", &elf, sizeof elf);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fputs("usage: pe_seeds FOLDER\n", stderr);
        return 2;
    }
    folder = argv[1];
    if (mkdir(folder, 0777) && errno != EEXIST) {
        perror(folder);
        return 1;
    }
    save_pe_kinds();
    save_elf();
    static const uint32_t macho[8] = {0xFEEDFACF, 0x01000007, 3, 2};
    static const uint8_t fat[48] = {0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 2, 1, 0, 0, 7};
    save("macho", macho, sizeof macho);
    save("macho-fat", fat, sizeof fat);
    save("script", "#! /bin/sh\n", 11);
    return 0;
}
