#include "loader/pe.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <criterion/criterion.h>

#include "tests/loader/pe_builder.h"

static struct pe_image pe;
static struct pe_error err;

static enum pe_status parse(const struct pe_file *file)
{
    return pe_parse(file->bytes, file->size, file->size, &pe, &err);
}

/* A copy that ends at a page that cannot be touched, so that reading one byte too many is seen. */
static uint8_t *guarded(const uint8_t *bytes, size_t size, void **mapping, size_t *mapped)
{
    size_t room = (size + PE_PAGE_SIZE - 1) & ~(size_t)(PE_PAGE_SIZE - 1);
    *mapped = room + PE_PAGE_SIZE;
    uint8_t *base = mmap(NULL, *mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    cr_assert_neq(base, MAP_FAILED);
    cr_assert_eq(mprotect(base + room, PE_PAGE_SIZE, PROT_NONE), 0);
    *mapping = base;
    return memcpy(base + room - size, bytes, size);
}

/* As the loader does: begin with a short prefix and read on as asked. Counts the calls. */
static enum pe_status parse_in_steps(const struct pe_file *file, size_t first, unsigned *calls)
{
    size_t have = first < file->size ? first : file->size;
    for (*calls = 1;; ++*calls) {
        void *mapping;
        size_t mapped;
        uint8_t *bytes = guarded(file->bytes, have, &mapping, &mapped);
        enum pe_status status = pe_parse(bytes, have, file->size, &pe, &err);
        munmap(mapping, mapped);
        if (status != PE_NEED_MORE)
            return status;
        cr_assert_gt(err.needed, have, "asked for no more than it had");
        cr_assert_leq(err.needed, file->size, "asked for more than there is");
        have = err.needed;
    }
}

Test(pe, reads_a_64_bit_program)
{
    struct pe_file file = pe_build(true);
    cr_assert_eq(parse(&file), PE_OK, "%s", err.text);
    cr_assert_eq(pe.machine, IMAGE_FILE_MACHINE_AMD64);
    cr_assert(pe.is_64 && !pe.flat && !pe.is_dll && !pe.dotnet && !pe.il_only);
    cr_assert_eq(pe.characteristics, IMAGE_FILE_EXECUTABLE_IMAGE);
    cr_assert_eq(pe.subsystem, IMAGE_SUBSYSTEM_WINDOWS_CUI);
    cr_assert_eq(pe.dll_characteristics, IMAGE_DLLCHARACTERISTICS_DYNAMIC_BASE);
    cr_assert(pe.os_major == 6 && pe.os_minor == 1 && pe.image_major == 3 && pe.image_minor == 4);
    cr_assert(pe.subsystem_major == 5 && pe.subsystem_minor == 2);
    cr_assert_eq(pe.timestamp, 0x5F000000);
    cr_assert_eq(pe.checksum, 0x12345);
    cr_assert_eq(pe.image_base, BUILT_BASE);
    cr_assert_eq(pe.size_of_image, BUILT_END);
    cr_assert_eq(pe.size_of_headers, BUILT_HEADERS);
    cr_assert_eq(pe.headers_file_size, BUILT_HEADERS);
    cr_assert(pe.section_alignment == 0x1000 && pe.file_alignment == 0x200);
    cr_assert_eq(pe.entry_rva, BUILT_TEXT);
    cr_assert(pe.stack_reserve == 0x200000 && pe.stack_commit == 0x1000);
    cr_assert(pe.heap_reserve == 0x100000 && pe.heap_commit == 0x2000);
    cr_assert_eq(pe.nt_headers, BUILT_NT_HEADERS);
    cr_assert_eq(pe.directory_count, 16);
    cr_assert_eq(pe.directory[IMAGE_DIRECTORY_ENTRY_EXPORT].VirtualAddress, BUILT_RDATA);
    cr_assert_eq(pe.section_count, BUILT_SECTIONS);

    const struct pe_section *data = &pe.section[2];
    cr_assert_str_eq(data->name, ".data");
    cr_assert(data->rva == BUILT_DATA && data->virtual_size == 0x1800 && data->map_size == 0x2000);
    cr_assert(data->file_offset == 0x800 && data->file_size == 0x200);
    cr_assert_eq(data->flags, PE_READ | PE_WRITE);
    cr_assert_not(data->mappable);
    cr_assert_eq(pe.section[0].flags, PE_READ | PE_EXEC);
    cr_assert_eq(pe.section[1].flags, PE_READ);
    cr_assert_eq(pe.section[3].flags, PE_READ | PE_DISCARDABLE);
    free(file.bytes);
}

Test(pe, reads_a_32_bit_program)
{
    struct pe_file file = pe_build(false);
    cr_assert_eq(parse(&file), PE_OK, "%s", err.text);
    cr_assert_eq(pe.machine, IMAGE_FILE_MACHINE_I386);
    cr_assert_not(pe.is_64);
    cr_assert_eq(pe.image_base, BUILT_BASE_32);
    cr_assert_eq(pe.stack_reserve, 0x200000);
    cr_assert_eq(pe.heap_commit, 0x2000);
    cr_assert_eq(pe.directory_count, 16);
    cr_assert_eq(pe.section_count, BUILT_SECTIONS);
    free(file.bytes);
}

Test(pe, reads_any_prefix)
{
    struct pe_file file = pe_build(true);
    pe_build_add_cli(&file, 0);
    cr_assert_eq(parse(&file), PE_OK);
    struct pe_image whole = pe;
    for (size_t first = 0; first <= file.size; first += first < 0x500 ? 1 : 61) {
        unsigned calls;
        cr_assert_eq(parse_in_steps(&file, first, &calls), PE_OK, "%s", err.text);
        cr_assert_leq(calls, 3);
        cr_assert_eq(memcmp(&pe, &whole, sizeof pe), 0, "prefix of %zu bytes", first);
    }
    free(file.bytes);
}

Test(pe, truncated_anywhere_is_never_accepted)
{
    struct pe_file file = pe_build(true);
    const size_t end = 0xA00 + 0x100; /* of .reloc's virtual size; behind it is padding */
    for (size_t size = 0; size < file.size; size++) {
        void *mapping;
        size_t mapped;
        uint8_t *bytes = guarded(file.bytes, size, &mapping, &mapped);
        enum pe_status status = pe_parse(bytes, size, size, &pe, &err);
        if (size < 2)
            cr_assert_eq(status, PE_NOT_MZ);
        else if (size < end)
            cr_assert_eq(status, PE_TRUNCATED, "%zu bytes: %s", size, err.text);
        else
            cr_assert_eq(status, PE_OK, "%zu bytes: %s", size, err.text);
        if (status == PE_OK)
            cr_assert_eq(pe.section[3].file_size, size - 0xA00);
        munmap(mapping, mapped);
    }
    free(file.bytes);
}

Test(pe, names_older_formats)
{
    static const struct {
        const char *signature;
        enum pe_status status;
    } kinds[] = {
        {"NE", PE_NE_PROGRAM},  {"LE", PE_LE_PROGRAM},  {"LX", PE_LE_PROGRAM},
        {"ZZ", PE_DOS_PROGRAM}, {"PE\0\1", PE_DAMAGED},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct pe_file file = pe_build(true);
        memset(file.bytes + BUILT_NT_HEADERS, 0, 4);
        memcpy(file.bytes + BUILT_NT_HEADERS, kinds[i].signature, i == 4 ? 4 : 2);
        cr_expect_eq(parse(&file), kinds[i].status, "%s: %s", kinds[i].signature, err.text);
        free(file.bytes);
    }

    struct pe_file file = pe_build(true);
    pe_build_dos(&file)->e_lfanew = 0x12345678; /* whatever a DOS linker left there */
    cr_expect_eq(parse(&file), PE_TRUNCATED);
    pe_build_dos(&file)->e_lfarlc = 0x1C;
    cr_expect_eq(parse(&file), PE_DOS_PROGRAM);
    pe_build_dos(&file)->e_lfanew = 0xFFFFFFFE;
    cr_expect_eq(parse(&file), PE_DOS_PROGRAM);
    pe_build_dos(&file)->e_magic = 0x4D5A;
    cr_expect_eq(parse(&file), PE_NOT_MZ);
    free(file.bytes);
}

/* One change to a good 64-bit file, and what the parser must say about it. */
struct change {
    const char *what;
    size_t offset; /* in the file */
    unsigned width;
    uint64_t value;
    enum pe_status status;
    const char *text; /* must occur in the message; NULL where the status is PE_OK */
};

#define HEADER(field) BUILT_NT_HEADERS + 4 + offsetof(IMAGE_FILE_HEADER, field)
#define OPTIONAL(field) BUILT_NT_HEADERS + 24 + offsetof(IMAGE_OPTIONAL_HEADER64, field)
#define SECTION(index, field)                                                                      \
    BUILT_NT_HEADERS + 24 + sizeof(IMAGE_OPTIONAL_HEADER64) +                                      \
        (index) * sizeof(IMAGE_SECTION_HEADER) + offsetof(IMAGE_SECTION_HEADER, field)

static const struct change changes[] = {
    {"misaligned e_lfanew", 60, 4, 0x82, PE_DOS_PROGRAM, "DOS"},
    {"no optional header", HEADER(SizeOfOptionalHeader), 2, 0, PE_DAMAGED, "optional header"},
    {"tiny optional header", HEADER(SizeOfOptionalHeader), 2, 1, PE_DAMAGED, "optional header"},
    {"short optional header", HEADER(SizeOfOptionalHeader), 2, 111, PE_DAMAGED, "optional header"},
    {"vast optional header", HEADER(SizeOfOptionalHeader), 2, 0xFFF0, PE_DAMAGED, "section table"},
    {"not executable", HEADER(Characteristics), 2, 0, PE_DAMAGED, "not executable"},
    {"97 sections", HEADER(NumberOfSections), 2, 97, PE_DAMAGED, "97 sections"},
    {"65535 sections", HEADER(NumberOfSections), 2, 0xFFFF, PE_DAMAGED, "65535 sections"},
    {"section table too long", HEADER(NumberOfSections), 2, 30, PE_DAMAGED, "section table"},
    {"a zero section header", HEADER(NumberOfSections), 2, 5, PE_DAMAGED, "empty"},
    {"section left out", HEADER(NumberOfSections), 2, 3, PE_DAMAGED, "sections end"},
    {"32-bit machine", HEADER(Machine), 2, IMAGE_FILE_MACHINE_I386, PE_DAMAGED, "i386"},
    {"ARM64", HEADER(Machine), 2, IMAGE_FILE_MACHINE_ARM64, PE_OK, NULL},
    {"unknown machine", HEADER(Machine), 2, 0xFFFF, PE_OK, NULL},
    {"ROM magic", OPTIONAL(Magic), 2, 0x107, PE_DAMAGED, "magic"},
    {"32-bit magic", OPTIONAL(Magic), 2, 0x10B, PE_DAMAGED, "32-bit"},
    {"section alignment 0", OPTIONAL(SectionAlignment), 4, 0, PE_DAMAGED, "alignment"},
    {"section alignment odd", OPTIONAL(SectionAlignment), 4, 0x1800, PE_DAMAGED, "alignment"},
    {"section alignment small", OPTIONAL(SectionAlignment), 4, 0x100, PE_DAMAGED, "alignment"},
    {"section alignment below page", OPTIONAL(SectionAlignment), 4, 0x800, PE_DAMAGED, "alignment"},
    {"section alignment large", OPTIONAL(SectionAlignment), 4, 0x2000, PE_DAMAGED, "expected"},
    {"section alignment vast", OPTIONAL(SectionAlignment), 4, 0x80000000, PE_DAMAGED, "expected"},
    {"file alignment 0", OPTIONAL(FileAlignment), 4, 0, PE_DAMAGED, "alignment"},
    {"file alignment 256", OPTIONAL(FileAlignment), 4, 256, PE_DAMAGED, "alignment"},
    {"file alignment odd", OPTIONAL(FileAlignment), 4, 0x300, PE_DAMAGED, "alignment"},
    {"file alignment large", OPTIONAL(FileAlignment), 4, 0x2000, PE_DAMAGED, "alignment"},
    {"image of 0 bytes", OPTIONAL(SizeOfImage), 4, 0, PE_DAMAGED, "size of the image"},
    {"image too small", OPTIONAL(SizeOfImage), 4, 0x5000, PE_DAMAGED, "beyond the image"},
    {"image not page sized", OPTIONAL(SizeOfImage), 4, 0x5010, PE_OK, NULL},
    {"image too large", OPTIONAL(SizeOfImage), 4, 0x7000, PE_DAMAGED, "sections end"},
    {"image of 4 GiB", OPTIONAL(SizeOfImage), 4, 0xFFFFFFFF, PE_DAMAGED, "size of the image"},
    {"headers of 0 bytes", OPTIONAL(SizeOfHeaders), 4, 0, PE_DAMAGED, "headers"},
    {"headers too short", OPTIONAL(SizeOfHeaders), 4, 0x200, PE_DAMAGED, "section table"},
    {"headers over a page", OPTIONAL(SizeOfHeaders), 4, 0x1001, PE_TRUNCATED, "headers"},
    {"headers over the image", OPTIONAL(SizeOfHeaders), 4, 0x6001, PE_DAMAGED, "headers"},
    {"headers of 4 GiB", OPTIONAL(SizeOfHeaders), 4, 0xFFFFFFFF, PE_DAMAGED, "headers"},
    {"base not at 64 KiB", OPTIONAL(ImageBase), 8, 0x140001000, PE_DAMAGED, "64 KiB"},
    {"base 0", OPTIONAL(ImageBase), 8, 0, PE_OK, NULL},
    {"base at the top", OPTIONAL(ImageBase), 8, 0xFFFFFFFFFFFF0000, PE_DAMAGED, "no room"},
    {"entry outside", OPTIONAL(AddressOfEntryPoint), 4, 0x6000, PE_DAMAGED, "entry point"},
    {"entry negative", OPTIONAL(AddressOfEntryPoint), 4, 0xFFFFFFFF, PE_DAMAGED, "entry point"},
    {"many directories", OPTIONAL(NumberOfRvaAndSizes), 4, 0xFFFFFFFF, PE_OK, NULL},
    {"wild directory", OPTIONAL(DataDirectory), 4, 0xFFFFFFF0, PE_OK, NULL},
    {"wild CLI header", OPTIONAL(DataDirectory[14]), 8, 0x48FFFFFFF0, PE_DAMAGED, ".NET"},
    {"CLI header in zeros", OPTIONAL(DataDirectory[14]), 8, 0x4800004000, PE_DAMAGED, ".NET"},
    {"CLI header across the end", OPTIONAL(DataDirectory[14]), 8, 0x48000011F0, PE_DAMAGED, ".NET"},
    {"first section late", SECTION(0, VirtualAddress), 4, 0x2000, PE_DAMAGED, ".text"},
    {"section gap", SECTION(2, VirtualAddress), 4, 0x4000, PE_DAMAGED, "expected at 0x3000"},
    {"sections overlap", SECTION(2, VirtualAddress), 4, 0x2000, PE_DAMAGED, "expected at 0x3000"},
    {"section unaligned", SECTION(1, VirtualAddress), 4, 0x2010, PE_DAMAGED, "expected at 0x2000"},
    {"section at the top", SECTION(3, VirtualAddress), 4, 0xFFFFF000, PE_DAMAGED, "expected"},
    {"section vast", SECTION(3, Misc.VirtualSize), 4, 0xFFFFFFFF, PE_DAMAGED, "beyond the image"},
    {"section over the next", SECTION(1, Misc.VirtualSize), 4, 0x1001, PE_DAMAGED, "expected"},
    {"virtual size 0", SECTION(0, Misc.VirtualSize), 4, 0, PE_OK, NULL},
    {"no raw data", SECTION(2, SizeOfRawData), 4, 0, PE_OK, NULL},
    {"raw data at 0", SECTION(2, PointerToRawData), 4, 0, PE_OK, NULL},
    {"raw data beyond the end", SECTION(2, PointerToRawData), 4, 0xC00, PE_TRUNCATED, ".data"},
    {"raw data far out", SECTION(2, PointerToRawData), 4, 0x7FFFFE00, PE_TRUNCATED, ".data"},
    {"raw data wraps", SECTION(2, PointerToRawData), 4, 0xFFFFFE00, PE_DAMAGED, "raw data"},
    {"raw data longer", SECTION(2, SizeOfRawData), 4, 0x1800, PE_TRUNCATED, ".data"},
    {"raw data vast", SECTION(2, SizeOfRawData), 4, 0xFFFFFFFF, PE_DAMAGED, "raw data"},
    {"raw padding missing", SECTION(0, SizeOfRawData), 4, 0x10000, PE_OK, NULL},
};

Test(pe, judges_every_field)
{
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        const struct change *change = &changes[i];
        struct pe_file file = pe_build(true);
        memcpy(file.bytes + change->offset, &change->value, change->width);
        unsigned calls;
        enum pe_status status = parse_in_steps(&file, 0, &calls);
        cr_expect_eq(status, change->status, "%s: status %d: %s", change->what, status, err.text);
        if (change->text && status == change->status)
            cr_expect(strstr(err.text, change->text), "%s: %s", change->what, err.text);
        free(file.bytes);
    }
}

Test(pe, refuses_a_misaligned_header)
{
    struct pe_file file = pe_build(true);
    memmove(file.bytes + BUILT_NT_HEADERS + 2, file.bytes + BUILT_NT_HEADERS, 0x200);
    pe_build_dos(&file)->e_lfanew = BUILT_NT_HEADERS + 2;
    cr_assert_eq(parse(&file), PE_DAMAGED);
    cr_assert(strstr(err.text, "multiple of 4"), "%s", err.text);
    free(file.bytes);
}

Test(pe, clamps_directories)
{
    struct pe_file file = pe_build(true);
    pe_build_opt64(&file)->NumberOfRvaAndSizes = 3;
    cr_assert_eq(parse(&file), PE_OK);
    cr_assert_eq(pe.directory_count, 3);
    cr_assert_eq(pe.directory[IMAGE_DIRECTORY_ENTRY_BASERELOC].VirtualAddress, 0);

    pe_build_opt64(&file)->NumberOfRvaAndSizes = 0xFFFFFFFF;
    cr_assert_eq(parse(&file), PE_OK);
    cr_assert_eq(pe.directory_count, 16);

    /* A shorter optional header has fewer, whatever the count says. The section table moves with
     * it. */
    size_t cut = 10 * sizeof(IMAGE_DATA_DIRECTORY);
    uint8_t *table = (uint8_t *)pe_build_section(&file, 0);
    memmove(table - cut, table, BUILT_SECTIONS * sizeof(IMAGE_SECTION_HEADER));
    pe_build_header(&file)->SizeOfOptionalHeader -= (uint16_t)cut;
    cr_assert_eq(parse(&file), PE_OK, "%s", err.text);
    cr_assert_eq(pe.directory_count, 6);
    cr_assert_eq(pe.directory[6].VirtualAddress, 0);
    free(file.bytes);
}

Test(pe, takes_96_sections)
{
    struct pe_file file = pe_build(true);
    const unsigned count = PE_MAX_SECTIONS;
    const uint32_t headers = 0x2000;
    file.bytes = realloc(file.bytes, headers);
    cr_assert(file.bytes);
    memset(file.bytes + 0x200, 0, headers - 0x200);
    file.size = headers;
    pe_build_header(&file)->NumberOfSections = (uint16_t)count;
    pe_build_opt64(&file)->SizeOfHeaders = headers;
    pe_build_opt64(&file)->SizeOfImage = headers + count * PE_PAGE_SIZE;
    for (unsigned i = 0; i < count; i++)
        *pe_build_section(&file, i) =
            (IMAGE_SECTION_HEADER){.Name = "12345678",
                                   .Misc.VirtualSize = PE_PAGE_SIZE,
                                   .VirtualAddress = headers + i * PE_PAGE_SIZE};
    unsigned calls;
    cr_assert_eq(parse_in_steps(&file, 0x1000, &calls), PE_OK, "%s", err.text);
    cr_assert_eq(calls, 2);
    cr_assert_eq(pe.section_count, count);
    cr_assert_str_eq(pe.section[95].name, "12345678");
    free(file.bytes);
}

Test(pe, rounds_raw_data_to_sectors)
{
    struct pe_file file = pe_build(true);
    IMAGE_SECTION_HEADER *data = pe_build_section(&file, 2);
    data->PointerToRawData = 0x8FF;
    data->SizeOfRawData = 0x101;
    cr_assert_eq(parse(&file), PE_OK);
    cr_assert_eq(pe.section[2].file_offset, 0x800);
    cr_assert_eq(pe.section[2].file_size, 0x200);

    /* Pages that the section does not have are not taken from the file. */
    IMAGE_SECTION_HEADER *text = pe_build_section(&file, 0);
    text->PointerToRawData = 0x200;
    text->SizeOfRawData = 0xA00;
    text->Misc.VirtualSize = 0x10;
    cr_assert_eq(parse(&file), PE_OK);
    cr_assert_eq(pe.section[0].file_size, 0xA00);
    cr_assert_eq(pe.section[0].map_size, PE_PAGE_SIZE);
    free(file.bytes);
}

Test(pe, says_which_sections_can_be_mapped)
{
    struct pe_file file = pe_build(true);
    file.bytes = realloc(file.bytes, 0x2000);
    cr_assert(file.bytes);
    memset(file.bytes + file.size, 0, 0x2000 - file.size);
    file.size = 0x2000;
    pe_build_section(&file, 0)->PointerToRawData = 0x1000;
    pe_build_section(&file, 0)->SizeOfRawData = 0x1000;
    pe_build_section(&file, 1)->Characteristics |= IMAGE_SCN_MEM_SHARED;
    cr_assert_eq(parse(&file), PE_OK, "%s", err.text);
    cr_assert(pe.section[0].mappable);
    cr_assert_eq(pe.section[0].file_size, 0x1000);
    cr_assert_not(pe.section[1].mappable);
    cr_assert_eq(pe.section[1].flags, PE_READ | PE_SHARED);
    free(file.bytes);
}

Test(pe, low_alignment_is_flat)
{
    struct pe_file file = pe_build_flat();
    cr_assert_eq(parse(&file), PE_OK, "%s", err.text);
    cr_assert(pe.flat);
    cr_assert_eq(pe.headers_file_size, file.size);
    cr_assert_eq(pe.section[1].rva, pe.section[1].file_offset);
    uint64_t offset;
    cr_assert(pe_file_offset(&pe, 0x900, 4, &offset) && offset == 0x900);

    pe_build_section(&file, 1)->VirtualAddress += 0x10;
    cr_assert_eq(parse(&file), PE_DAMAGED);
    cr_assert(strstr(err.text, "below a page"), "%s", err.text);
    free(file.bytes);
}

Test(pe, no_sections_is_flat)
{
    struct pe_file file = pe_build(true);
    pe_build_header(&file)->NumberOfSections = 0;
    cr_assert_eq(parse(&file), PE_OK, "%s", err.text);
    cr_assert(pe.flat);
    cr_assert_eq(pe.section_count, 0);
    cr_assert_null(pe_section_at(&pe, 0x1000));
    free(file.bytes);
}

static enum pe_status check(enum pe_use use)
{
    static const uint16_t machines[] = {IMAGE_FILE_MACHINE_AMD64, 0};
    return pe_check(&pe, use, machines, &err);
}

Test(pe, check_judges_the_purpose)
{
    struct pe_file file = pe_build(true);
    cr_assert_eq(parse(&file), PE_OK);
    cr_assert_eq(check(PE_USE_PROGRAM), PE_OK);
    cr_assert_eq(check(PE_USE_LIBRARY), PE_OK);

    pe.subsystem = IMAGE_SUBSYSTEM_WINDOWS_GUI;
    cr_expect_eq(check(PE_USE_PROGRAM), PE_OK);
    pe.subsystem = IMAGE_SUBSYSTEM_NATIVE;
    cr_expect_eq(check(PE_USE_PROGRAM), PE_IS_NATIVE);
    cr_expect_eq(check(PE_USE_LIBRARY), PE_OK);
    pe.subsystem = IMAGE_SUBSYSTEM_EFI_APPLICATION;
    cr_expect_eq(check(PE_USE_PROGRAM), PE_WRONG_SUBSYSTEM);
    cr_expect(strstr(err.text, "EFI"), "%s", err.text);
    pe.subsystem = 4711;
    cr_expect_eq(check(PE_USE_PROGRAM), PE_WRONG_SUBSYSTEM);
    cr_expect(strstr(err.text, "4711"), "%s", err.text);
    pe.subsystem = IMAGE_SUBSYSTEM_WINDOWS_CUI;

    pe.is_dll = true;
    cr_expect_eq(check(PE_USE_PROGRAM), PE_IS_DLL);
    cr_expect_eq(check(PE_USE_LIBRARY), PE_OK);
    pe.is_dll = false;
    pe.entry_rva = 0;
    cr_expect_eq(check(PE_USE_PROGRAM), PE_DAMAGED);
    cr_expect_eq(check(PE_USE_LIBRARY), PE_OK);
    free(file.bytes);
}

Test(pe, check_names_the_machine)
{
    static const struct {
        uint16_t machine;
        const char *name;
    } machines[] = {
        {IMAGE_FILE_MACHINE_I386, "i386"},   {IMAGE_FILE_MACHINE_ARM64, "ARM64"},
        {IMAGE_FILE_MACHINE_ARMNT, "ARM"},   {IMAGE_FILE_MACHINE_IA64, "IA64"},
        {IMAGE_FILE_MACHINE_ALPHA, "Alpha"}, {0x4242, "0x4242"},
    };
    struct pe_file file = pe_build(true);
    cr_assert_eq(parse(&file), PE_OK);
    for (size_t i = 0; i < sizeof machines / sizeof *machines; i++) {
        pe.machine = machines[i].machine;
        cr_expect_eq(check(PE_USE_LIBRARY), PE_WRONG_MACHINE);
        cr_expect(strstr(err.text, machines[i].name), "%s: %s", machines[i].name, err.text);
    }
    static const uint16_t both[] = {IMAGE_FILE_MACHINE_AMD64, IMAGE_FILE_MACHINE_I386, 0};
    pe.machine = IMAGE_FILE_MACHINE_I386;
    cr_expect_eq(pe_check(&pe, PE_USE_PROGRAM, both, &err), PE_OK);
    free(file.bytes);
}

Test(pe, knows_dotnet)
{
    struct pe_file file = pe_build(false);
    pe_build_add_cli(&file, COMIMAGE_FLAGS_ILONLY | COMIMAGE_FLAGS_32BITREQUIRED);
    unsigned calls;
    cr_assert_eq(parse_in_steps(&file, 0x400, &calls), PE_OK, "%s", err.text);
    cr_assert_eq(calls, 2);
    cr_assert(pe.dotnet && pe.il_only);
    cr_assert_eq(check(PE_USE_PROGRAM), PE_DOTNET_ONLY);
    free(file.bytes);

    file = pe_build(true);
    pe_build_add_cli(&file, 0);
    cr_assert_eq(parse(&file), PE_OK);
    cr_assert(pe.dotnet && !pe.il_only);
    cr_assert_eq(check(PE_USE_PROGRAM), PE_OK);
    free(file.bytes);
}

Test(pe, finds_sections_and_offsets)
{
    struct pe_file file = pe_build(true);
    uint64_t offset = 0;
    cr_assert_eq(parse(&file), PE_OK);
    cr_expect_null(pe_section_at(&pe, 0xFFF));
    cr_expect_eq(pe_section_at(&pe, 0x1000), &pe.section[0]);
    cr_expect_eq(pe_section_at(&pe, 0x4FFF), &pe.section[2]);
    cr_expect_null(pe_section_at(&pe, BUILT_END));
    cr_expect_null(pe_section_at(&pe, UINT32_MAX));
    cr_expect(pe_file_offset(&pe, 0, BUILT_HEADERS, &offset) && offset == 0);
    cr_expect_not(pe_file_offset(&pe, 1, BUILT_HEADERS, &offset));
    cr_expect(pe_file_offset(&pe, BUILT_DATA + 0x1FC, 4, &offset) && offset == 0x9FC);
    cr_expect_not(pe_file_offset(&pe, BUILT_DATA + 0x1FD, 4, &offset));
    cr_expect_not(pe_file_offset(&pe, BUILT_DATA, UINT32_MAX, &offset));
    cr_expect_not(pe_file_offset(&pe, UINT32_MAX, 1, &offset));
    free(file.bytes);
}

Test(pe, ntstatus_tells_kinds_apart)
{
    cr_assert_eq(pe_ntstatus(PE_OK), 0);
    cr_assert_eq(pe_ntstatus(PE_NOT_MZ), 0xC000012F);
    cr_assert_eq(pe_ntstatus(PE_NE_PROGRAM), 0xC0000131);
    cr_assert_eq(pe_ntstatus(PE_DAMAGED), 0xC000007B);
    cr_assert_eq(pe_ntstatus(PE_TRUNCATED), 0xC000007B);
}

/* Relocation */

struct mapped {
    struct pe_file file;
    uint8_t *image;
    size_t size;
};

static struct mapped map_built(bool is_64)
{
    struct mapped mapped = {.file = pe_build(is_64)};
    cr_assert_eq(parse(&mapped.file), PE_OK, "%s", err.text);
    mapped.image = pe_build_map(&mapped.file, &pe, &mapped.size);
    return mapped;
}

static void unmap_built(struct mapped *mapped)
{
    free(mapped->image);
    free(mapped->file.bytes);
}

static uint64_t get(const struct mapped *mapped, size_t at, unsigned width)
{
    uint64_t value = 0;
    memcpy(&value, mapped->image + at, width);
    return value;
}

static void set(struct mapped *mapped, size_t at, uint64_t value, unsigned width)
{
    memcpy(mapped->image + at, &value, width);
}

Test(pe, relocates_64_bit)
{
    struct mapped mapped = map_built(true);
    uint64_t new_base = 0x7FF612340000;
    cr_assert_eq(
        pe_relocate(mapped.image, mapped.size, &pe, (int64_t)(new_base - BUILT_BASE), &err), PE_OK);
    cr_expect_eq(get(&mapped, BUILT_FIXUP, 8), new_base + BUILT_TEXT);
    cr_expect_eq(get(&mapped, pe.image_base_offset, 8), new_base);
    cr_expect_eq(get(&mapped, BUILT_FIXUP - 8, 8), 0, "a neighbour was changed");
    cr_expect_eq(get(&mapped, BUILT_FIXUP + 8, 8), 0, "a neighbour was changed");
    unmap_built(&mapped);
}

Test(pe, relocates_32_bit_downwards)
{
    struct mapped mapped = map_built(false);
    cr_assert_eq(pe_relocate(mapped.image, mapped.size, &pe, -0x0FFF0000, &err), PE_OK);
    cr_expect_eq(get(&mapped, BUILT_FIXUP, 8), 0x10000 + BUILT_TEXT);
    cr_expect_eq(get(&mapped, pe.image_base_offset, 4), 0x10000);
    unmap_built(&mapped);
}

Test(pe, relocation_needs_a_table_only_to_move)
{
    struct mapped mapped = map_built(true);
    pe.directory[IMAGE_DIRECTORY_ENTRY_BASERELOC] = (IMAGE_DATA_DIRECTORY){0, 0};
    cr_expect_eq(pe_relocate(mapped.image, mapped.size, &pe, 0x10000, &err), PE_OK);
    cr_expect_eq(get(&mapped, BUILT_FIXUP, 8), BUILT_BASE + BUILT_TEXT);
    pe.characteristics |= IMAGE_FILE_RELOCS_STRIPPED;
    cr_expect_eq(pe_relocate(mapped.image, mapped.size, &pe, 0x10000, &err), PE_FIXED_BASE);
    cr_expect_eq(pe_relocate(mapped.image, mapped.size, &pe, 0, &err), PE_OK);
    unmap_built(&mapped);
}

Test(pe, relocation_tables_may_lie)
{
    static const struct {
        const char *what;
        uint32_t page, block_size;
        uint16_t entry;
        enum pe_status status;
    } cases[] = {
        {"block of 0 bytes", BUILT_DATA, 0, 0, PE_BAD_RELOCATIONS},
        {"block of 7 bytes", BUILT_DATA, 7, 0, PE_BAD_RELOCATIONS},
        {"block over the table", BUILT_DATA, 13, 0, PE_BAD_RELOCATIONS},
        {"block of 4 GiB", BUILT_DATA, UINT32_MAX, 0, PE_BAD_RELOCATIONS},
        {"empty block", BUILT_DATA, 8, 0xFFFF,
         PE_BAD_RELOCATIONS}, /* the entry is the next block */
        {"end mark", 0, 0, 0xFFFF, PE_OK},
        {"type 1", BUILT_DATA, 12, 0x1010, PE_BAD_RELOCATIONS},
        {"type 9", BUILT_DATA, 12, 0x9010, PE_BAD_RELOCATIONS},
        {"type 15", BUILT_DATA, 12, 0xF010, PE_BAD_RELOCATIONS},
        {"page outside", BUILT_END, 12, 0xA000, PE_BAD_RELOCATIONS},
        {"page wraps", 0xFFFFFFFF, 12, 0xAFFF, PE_BAD_RELOCATIONS},
        {"last 8 bytes", BUILT_END - 0x1000, 12, 0xAFF8, PE_OK},
        {"one byte over", BUILT_END - 0x1000, 12, 0xAFF9, PE_BAD_RELOCATIONS},
        {"last 4 bytes", BUILT_END - 0x1000, 12, 0x3FFC, PE_OK},
        {"one byte over, 32 bits", BUILT_END - 0x1000, 12, 0x3FFD, PE_BAD_RELOCATIONS},
        {"padding is not looked at", BUILT_END, 12, 0x0FFF, PE_OK},
        {"its own block", BUILT_RELOC, 12, 0xA004, PE_OK},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mapped mapped = map_built(true);
        set(&mapped, BUILT_RELOC, cases[i].page, 4);
        set(&mapped, BUILT_RELOC + 4, cases[i].block_size, 4);
        set(&mapped, BUILT_RELOC + 8, cases[i].entry, 2);
        void *mapping;
        size_t length;
        uint8_t *image = guarded(mapped.image, mapped.size, &mapping, &length);
        pe.directory[IMAGE_DIRECTORY_ENTRY_BASERELOC].Size = i == 4 ? 16 : 12;
        enum pe_status status = pe_relocate(image, mapped.size, &pe, 0x10000, &err);
        cr_expect_eq(status, cases[i].status, "%s: %s", cases[i].what, err.text);
        munmap(mapping, length);
        unmap_built(&mapped);
    }
}

Test(pe, relocation_directory_may_lie)
{
    static const IMAGE_DATA_DIRECTORY wild[] = {
        {BUILT_END, 8}, {BUILT_END - 4, 8}, {UINT32_MAX, UINT32_MAX}, {8, UINT32_MAX}};
    struct mapped mapped = map_built(true);
    for (size_t i = 0; i < sizeof wild / sizeof *wild; i++) {
        pe.directory[IMAGE_DIRECTORY_ENTRY_BASERELOC] = wild[i];
        cr_expect_eq(pe_relocate(mapped.image, mapped.size, &pe, 0x10000, &err),
                     PE_BAD_RELOCATIONS);
    }
    /* A caller that mapped less than the headers say. */
    pe.directory[IMAGE_DIRECTORY_ENTRY_BASERELOC] = (IMAGE_DATA_DIRECTORY){BUILT_RELOC, 12};
    cr_expect_eq(pe_relocate(mapped.image, BUILT_RELOC + 11, &pe, 0x10000, &err),
                 PE_BAD_RELOCATIONS);
    cr_expect_eq(pe_relocate(mapped.image, 0, &pe, 0x10000, &err), PE_BAD_RELOCATIONS);
    unmap_built(&mapped);
}

/* Exports */

Test(pe, finds_exports)
{
    struct mapped mapped = map_built(true);
    cr_expect_eq(pe_find_export(mapped.image, mapped.size, &pe, "Alpha"), BUILT_EXPORT_ALPHA);
    cr_expect_eq(pe_find_export(mapped.image, mapped.size, &pe, "Omega"), BUILT_EXPORT_OMEGA);
    cr_expect_eq(pe_find_export(mapped.image, mapped.size, &pe, "Beta"), 0, "a forwarder");
    static const char *const absent[] = {"", "A", "Alph", "Alphaa", "alpha", "Zeta", "\xFF"};
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        cr_expect_eq(pe_find_export(mapped.image, mapped.size, &pe, absent[i]), 0, "%s", absent[i]);
    pe.directory[IMAGE_DIRECTORY_ENTRY_EXPORT] = (IMAGE_DATA_DIRECTORY){0, 0};
    cr_expect_eq(pe_find_export(mapped.image, mapped.size, &pe, "Alpha"), 0);
    unmap_built(&mapped);
}

Test(pe, export_tables_may_lie)
{
    static const struct {
        const char *what;
        size_t at;
        uint32_t value;
    } cases[] = {
        {"names", BUILT_RDATA + offsetof(IMAGE_EXPORT_DIRECTORY, NumberOfNames), UINT32_MAX},
        {"functions", BUILT_RDATA + offsetof(IMAGE_EXPORT_DIRECTORY, NumberOfFunctions),
         UINT32_MAX},
        {"few functions", BUILT_RDATA + offsetof(IMAGE_EXPORT_DIRECTORY, NumberOfFunctions), 2},
        {"no names", BUILT_RDATA + offsetof(IMAGE_EXPORT_DIRECTORY, NumberOfNames), 0},
        {"name table", BUILT_RDATA + offsetof(IMAGE_EXPORT_DIRECTORY, AddressOfNames),
         BUILT_END - 11},
        {"ordinals", BUILT_RDATA + offsetof(IMAGE_EXPORT_DIRECTORY, AddressOfNameOrdinals),
         UINT32_MAX},
        {"addresses", BUILT_RDATA + offsetof(IMAGE_EXPORT_DIRECTORY, AddressOfFunctions),
         BUILT_END - 8},
        {"ordinal", BUILT_RDATA + 0x80, 0xFFFF},
        {"address", BUILT_RDATA + 0x48, BUILT_END},
        {"name outside", BUILT_RDATA + 0x60, UINT32_MAX},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mapped mapped = map_built(true);
        set(&mapped, cases[i].at, cases[i].value, 4);
        /* All three names, so that every search path meets the lie. */
        set(&mapped, BUILT_END - 4, 0x68706C41, 4); /* "Alph" without an end */
        void *mapping;
        size_t length;
        uint8_t *image = guarded(mapped.image, mapped.size, &mapping, &length);
        cr_expect_eq(pe_find_export(image, mapped.size, &pe, "Alpha"), 0, "%s", cases[i].what);
        pe_find_export(image, mapped.size, &pe, "Omega");
        pe_find_export(image, mapped.size, &pe, "Beta");
        munmap(mapping, length);
        unmap_built(&mapped);
    }
}

Test(pe, export_directory_may_be_cut)
{
    struct mapped mapped = map_built(true);
    pe.directory[IMAGE_DIRECTORY_ENTRY_EXPORT].VirtualAddress = BUILT_END - 39;
    cr_expect_eq(pe_find_export(mapped.image, mapped.size, &pe, "Alpha"), 0);
    pe.directory[IMAGE_DIRECTORY_ENTRY_EXPORT].VirtualAddress = UINT32_MAX;
    cr_expect_eq(pe_find_export(mapped.image, mapped.size, &pe, "Alpha"), 0);
    unmap_built(&mapped);
}

/* Whatever the bytes are: an answer, within bounds that the loader relies on. */
Test(pe, keeps_its_promises_under_mutation)
{
    uint64_t random = 0x9E3779B97F4A7C15;
    unsigned accepted = 0;
    for (unsigned round = 0; round < 20000; round++) {
        struct pe_file file = round % 3 ? pe_build(round & 1) : pe_build_flat();
        for (unsigned i = 0; i < 1 + round % 4; i++) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            /* Mostly the headers; sometimes anywhere. */
            size_t at = random % (round % 5 ? BUILT_HEADERS : file.size);
            file.bytes[at] = (uint8_t)(random >> 40);
        }
        if (parse(&file) == PE_OK) {
            accepted++;
            cr_assert_leq(pe.headers_file_size, file.size);
            for (unsigned i = 0; i < pe.section_count; i++) {
                const struct pe_section *section = &pe.section[i];
                cr_assert_leq((uint64_t)section->file_offset + section->file_size, file.size);
                cr_assert_leq(section->file_size, section->map_size);
                cr_assert_leq((uint64_t)section->rva + section->map_size,
                              ((uint64_t)pe.size_of_image + 0xFFF) & ~0xFFFull);
            }
        } else {
            cr_assert_neq(err.text[0], 0);
        }
        free(file.bytes);
    }
    cr_assert_gt(accepted, 1000, "the mutations hit too much to say anything");
}
