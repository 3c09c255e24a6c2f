#include "tests/loader/pe_builder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_UNIT 0x200u

static void *allocate(size_t size)
{
    void *bytes = calloc(1, size);
    if (!bytes) {
        perror("pe_builder");
        abort();
    }
    return bytes;
}

IMAGE_DOS_HEADER *pe_build_dos(struct pe_file *file)
{
    return (IMAGE_DOS_HEADER *)file->bytes;
}

IMAGE_FILE_HEADER *pe_build_header(struct pe_file *file)
{
    return (IMAGE_FILE_HEADER *)(file->bytes + BUILT_NT_HEADERS + 4);
}

IMAGE_OPTIONAL_HEADER64 *pe_build_opt64(struct pe_file *file)
{
    return (IMAGE_OPTIONAL_HEADER64 *)(pe_build_header(file) + 1);
}

IMAGE_OPTIONAL_HEADER32 *pe_build_opt32(struct pe_file *file)
{
    return (IMAGE_OPTIONAL_HEADER32 *)(pe_build_header(file) + 1);
}

IMAGE_DATA_DIRECTORY *pe_build_directory(struct pe_file *file, unsigned index)
{
    return file->is_64 ? &pe_build_opt64(file)->DataDirectory[index]
                       : &pe_build_opt32(file)->DataDirectory[index];
}

IMAGE_SECTION_HEADER *pe_build_section(struct pe_file *file, unsigned index)
{
    size_t optional =
        file->is_64 ? sizeof(IMAGE_OPTIONAL_HEADER64) : sizeof(IMAGE_OPTIONAL_HEADER32);
    return (IMAGE_SECTION_HEADER *)((uint8_t *)pe_build_opt64(file) + optional) + index;
}

uint8_t *pe_build_at(struct pe_file *file, uint32_t rva)
{
    for (unsigned i = 0; i < pe_build_header(file)->NumberOfSections; i++) {
        const IMAGE_SECTION_HEADER *section = pe_build_section(file, i);
        if (rva >= section->VirtualAddress &&
            rva - section->VirtualAddress < section->SizeOfRawData)
            return file->bytes + section->PointerToRawData + (rva - section->VirtualAddress);
    }
    fprintf(stderr, "pe_builder: nothing at %#x\n", rva);
    abort();
}

static void put32(struct pe_file *file, uint32_t rva, uint32_t value)
{
    memcpy(pe_build_at(file, rva), &value, sizeof value);
}

static void put16(struct pe_file *file, uint32_t rva, uint16_t value)
{
    memcpy(pe_build_at(file, rva), &value, sizeof value);
}

static void put_text(struct pe_file *file, uint32_t rva, const char *text)
{
    memcpy(pe_build_at(file, rva), text, strlen(text) + 1);
}

/* The differences between the two optional headers are in the macro's argument. */
#define FILL_OPTIONAL_HEADER(opt, magic, base)                                                     \
    do {                                                                                           \
        (opt)->Magic = (magic);                                                                    \
        (opt)->MajorLinkerVersion = 2;                                                             \
        (opt)->SizeOfCode = FILE_UNIT;                                                             \
        (opt)->AddressOfEntryPoint = BUILT_TEXT;                                                   \
        (opt)->BaseOfCode = BUILT_TEXT;                                                            \
        (opt)->ImageBase = (base);                                                                 \
        (opt)->SectionAlignment = PE_PAGE_SIZE;                                                    \
        (opt)->FileAlignment = FILE_UNIT;                                                          \
        (opt)->MajorOperatingSystemVersion = 6;                                                    \
        (opt)->MinorOperatingSystemVersion = 1;                                                    \
        (opt)->MajorImageVersion = 3;                                                              \
        (opt)->MinorImageVersion = 4;                                                              \
        (opt)->MajorSubsystemVersion = 5;                                                          \
        (opt)->MinorSubsystemVersion = 2;                                                          \
        (opt)->SizeOfImage = BUILT_END;                                                            \
        (opt)->SizeOfHeaders = BUILT_HEADERS;                                                      \
        (opt)->CheckSum = 0x12345;                                                                 \
        (opt)->Subsystem = IMAGE_SUBSYSTEM_WINDOWS_CUI;                                            \
        (opt)->DllCharacteristics = IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE;                         \
        (opt)->SizeOfStackReserve = 0x200000;                                                      \
        (opt)->SizeOfStackCommit = 0x1000;                                                         \
        (opt)->SizeOfHeapReserve = 0x100000;                                                       \
        (opt)->SizeOfHeapCommit = 0x2000;                                                          \
        (opt)->NumberOfRvaAndSizes = IMAGE_NUMBEROF_DIRECTORY_ENTRIES;                             \
    } while (0)

static void fill_headers(struct pe_file *file)
{
    IMAGE_DOS_HEADER *dos = pe_build_dos(file);
    dos->e_magic = IMAGE_DOS_SIGNATURE;
    dos->e_lfarlc = sizeof *dos;
    dos->e_lfanew = BUILT_NT_HEADERS;
    memcpy(file->bytes + BUILT_NT_HEADERS, "PE\0\0", 4);

    IMAGE_FILE_HEADER *header = pe_build_header(file);
    header->Machine = file->is_64 ? IMAGE_FILE_MACHINE_AMD64 : IMAGE_FILE_MACHINE_I386;
    header->TimeDateStamp = 0x5F000000;
    header->Characteristics = IMAGE_FILE_EXECUTABLE_IMAGE;
    if (file->is_64) {
        header->SizeOfOptionalHeader = sizeof(IMAGE_OPTIONAL_HEADER64);
        FILL_OPTIONAL_HEADER(pe_build_opt64(file), IMAGE_NT_OPTIONAL_HDR64_MAGIC, BUILT_BASE);
    } else {
        header->SizeOfOptionalHeader = sizeof(IMAGE_OPTIONAL_HEADER32);
        FILL_OPTIONAL_HEADER(pe_build_opt32(file), IMAGE_NT_OPTIONAL_HDR32_MAGIC, BUILT_BASE_32);
    }
}

static void add_section(struct pe_file *file, const char *name, uint32_t rva, uint32_t virtual_size,
                        uint32_t characteristics)
{
    unsigned index = pe_build_header(file)->NumberOfSections++;
    IMAGE_SECTION_HEADER *section = pe_build_section(file, index);
    memcpy(section->Name, name, strlen(name));
    section->Misc.VirtualSize = virtual_size;
    section->VirtualAddress = rva;
    section->SizeOfRawData = FILE_UNIT;
    section->PointerToRawData = BUILT_HEADERS + index * FILE_UNIT;
    section->Characteristics = characteristics;
}

static void add_exports(struct pe_file *file)
{
    const uint32_t functions = BUILT_RDATA + 0x40, names = BUILT_RDATA + 0x60,
                   ordinals = BUILT_RDATA + 0x80, text = BUILT_RDATA + 0xA0;
    IMAGE_EXPORT_DIRECTORY directory = {
        .Name = text,
        .Base = 1,
        .NumberOfFunctions = 3,
        .NumberOfNames = 3,
        .AddressOfFunctions = functions,
        .AddressOfNames = names,
        .AddressOfNameOrdinals = ordinals,
    };
    memcpy(pe_build_at(file, BUILT_RDATA), &directory, sizeof directory);
    put_text(file, text, "built.exe");
    put_text(file, text + 0x10, "Alpha");
    put_text(file, text + 0x20, "Beta");
    put_text(file, text + 0x30, "Omega");
    put_text(file, text + 0x40, "OTHER.Beta");
    /* The functions are in another order than the names. */
    put32(file, functions, BUILT_EXPORT_OMEGA);
    put32(file, functions + 4, text + 0x40);
    put32(file, functions + 8, BUILT_EXPORT_ALPHA);
    for (unsigned i = 0; i < 3; i++) {
        put32(file, names + 4 * i, text + 0x10 * (i + 1));
        put16(file, ordinals + 2 * i, (uint16_t)(2 - i));
    }
    IMAGE_DATA_DIRECTORY *entry = pe_build_directory(file, IMAGE_DIRECTORY_ENTRY_EXPORT);
    entry->VirtualAddress = BUILT_RDATA;
    entry->Size = 0x100;
}

static void add_relocations(struct pe_file *file)
{
    uint64_t pointer = (file->is_64 ? BUILT_BASE : BUILT_BASE_32) + BUILT_TEXT;
    memcpy(pe_build_at(file, BUILT_FIXUP), &pointer, file->is_64 ? 8 : 4);
    unsigned type = file->is_64 ? IMAGE_REL_BASED_DIR64 : IMAGE_REL_BASED_HIGHLOW;
    put32(file, BUILT_RELOC, BUILT_DATA);
    put32(file, BUILT_RELOC + 4, 12);
    put16(file, BUILT_RELOC + 8, (uint16_t)(type << 12 | (BUILT_FIXUP & 0xFFF)));
    put16(file, BUILT_RELOC + 10, IMAGE_REL_BASED_ABSOLUTE);
    IMAGE_DATA_DIRECTORY *entry = pe_build_directory(file, IMAGE_DIRECTORY_ENTRY_BASERELOC);
    entry->VirtualAddress = BUILT_RELOC;
    entry->Size = 12;
}

struct pe_file pe_build(bool is_64)
{
    struct pe_file file = {.size = BUILT_HEADERS + BUILT_SECTIONS * FILE_UNIT, .is_64 = is_64};
    file.bytes = allocate(file.size);
    fill_headers(&file);
    add_section(&file, ".text", BUILT_TEXT, 0x180,
                IMAGE_SCN_CNT_CODE | IMAGE_SCN_MEM_EXECUTE | IMAGE_SCN_MEM_READ);
    add_section(&file, ".rdata", BUILT_RDATA, 0x1F0,
                IMAGE_SCN_CNT_INITIALIZED_DATA | IMAGE_SCN_MEM_READ);
    add_section(&file, ".data", BUILT_DATA, 0x1800,
                IMAGE_SCN_CNT_INITIALIZED_DATA | IMAGE_SCN_MEM_READ | IMAGE_SCN_MEM_WRITE);
    add_section(&file, ".reloc", BUILT_RELOC, 0x100,
                IMAGE_SCN_CNT_INITIALIZED_DATA | IMAGE_SCN_MEM_READ | IMAGE_SCN_MEM_DISCARDABLE);
    memset(pe_build_at(&file, BUILT_TEXT), 0xCC, FILE_UNIT);
    add_exports(&file);
    add_relocations(&file);
    return file;
}

struct pe_file pe_build_flat(void)
{
    struct pe_file file = pe_build(true);
    IMAGE_OPTIONAL_HEADER64 *opt = pe_build_opt64(&file);
    opt->SectionAlignment = FILE_UNIT;
    opt->SizeOfImage = (uint32_t)file.size;
    opt->AddressOfEntryPoint = BUILT_HEADERS;
    memset(opt->DataDirectory, 0, sizeof opt->DataDirectory);
    for (unsigned i = 0; i < BUILT_SECTIONS; i++) {
        IMAGE_SECTION_HEADER *section = pe_build_section(&file, i);
        section->VirtualAddress = section->PointerToRawData;
        section->Misc.VirtualSize = section->SizeOfRawData;
    }
    return file;
}

void pe_build_add_cli(struct pe_file *file, uint32_t flags)
{
    const uint32_t rva = BUILT_TEXT + 0x80;
    IMAGE_COR20_HEADER cli = {
        .cb = sizeof cli, .MajorRuntimeVersion = 2, .MinorRuntimeVersion = 5, .Flags = flags};
    memcpy(pe_build_at(file, rva), &cli, sizeof cli);
    IMAGE_DATA_DIRECTORY *entry = pe_build_directory(file, IMAGE_DIRECTORY_ENTRY_COM_DESCRIPTOR);
    entry->VirtualAddress = rva;
    entry->Size = sizeof cli;
}

uint8_t *pe_build_map(const struct pe_file *file, const struct pe_image *pe, size_t *size)
{
    *size = ((size_t)pe->size_of_image + PE_PAGE_SIZE - 1) & ~(size_t)(PE_PAGE_SIZE - 1);
    uint8_t *image = allocate(*size);
    memcpy(image, file->bytes, pe->headers_file_size);
    for (unsigned i = 0; i < pe->section_count && !pe->flat; i++)
        memcpy(image + pe->section[i].rva, file->bytes + pe->section[i].file_offset,
               pe->section[i].file_size);
    return image;
}
