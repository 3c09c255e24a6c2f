/*
 * make-damaged GOOD.exe FOLDER: writes several hundred damaged copies of a good PE program into the
 * folder.
 *
 * The same program gives the same files, so a failure can be named and repeated. Each file carries
 * one lie; its name says which. tests/damage/run gives them to the runner, which must refuse or run
 * each, and survive all.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "loader/pe.h"

#define FEWEST_FILES 250
#define EXTRA_SIZE 0x2000u /* of the section that carries forged tables */

static const char *folder;
static unsigned written;

static struct pe_image pe; /* of the good file */
static uint8_t *good;
static size_t good_size;

/* The copy that is being damaged. It may grow up to room bytes. */
static uint8_t *copy;
static size_t copy_size;
static size_t copy_room;

__attribute__((format(printf, 1, 2), noreturn)) static void die(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    fputs("make-damaged: ", stderr);
    vfprintf(stderr, format, list);
    fputc('\n', stderr);
    va_end(list);
    exit(2);
}

static void begin(void)
{
    memset(copy, 0, copy_room);
    memcpy(copy, good, good_size);
    copy_size = good_size;
}

static void put(uint64_t at, unsigned width, uint64_t value)
{
    if (at > copy_room || width > copy_room - at)
        die("no room at offset %#llx", (unsigned long long)at);
    memcpy(copy + at, &value, width);
}

static uint64_t get(uint64_t at, unsigned width)
{
    uint64_t value = 0;
    if (at > copy_room || width > copy_room - at)
        die("nothing at offset %#llx", (unsigned long long)at);
    memcpy(&value, copy + at, width);
    return value;
}

/* Writes the copy out under a number and a name. */
__attribute__((format(printf, 1, 2))) static void finish(const char *format, ...)
{
    char name[128], path[4096];
    va_list list;
    va_start(list, format);
    vsnprintf(name, sizeof name, format, list);
    va_end(list);
    if (snprintf(path, sizeof path, "%s/%04u-%s.exe", folder, written, name) >= (int)sizeof path)
        die("the folder's name is too long");
    FILE *file = fopen(path, "wb");
    if (!file)
        die("%s: %s", path, strerror(errno));
    size_t done = fwrite(copy, 1, copy_size, file);
    if (fclose(file) || done != copy_size)
        die("%s: cannot write", path);
    if (chmod(path, 0755))
        die("%s: %s", path, strerror(errno));
    written++;
}

/* Header fields */

struct field {
    const char *name;
    uint32_t at; /* within its structure */
    unsigned width;
};

#define FIELD(type, member)                                                                        \
    {                                                                                              \
#member, offsetof(type, member), sizeof(((type *)0)->member)                               \
    }

static const struct field dos_fields[] = {
    FIELD(IMAGE_DOS_HEADER, e_magic),
    FIELD(IMAGE_DOS_HEADER, e_lfarlc),
    FIELD(IMAGE_DOS_HEADER, e_lfanew),
};

static const struct field file_fields[] = {
    FIELD(IMAGE_FILE_HEADER, Machine),
    FIELD(IMAGE_FILE_HEADER, NumberOfSections),
    FIELD(IMAGE_FILE_HEADER, PointerToSymbolTable),
    FIELD(IMAGE_FILE_HEADER, NumberOfSymbols),
    FIELD(IMAGE_FILE_HEADER, SizeOfOptionalHeader),
    FIELD(IMAGE_FILE_HEADER, Characteristics),
};

#define OPTIONAL_FIELDS(type)                                                                      \
    FIELD(type, Magic), FIELD(type, AddressOfEntryPoint), FIELD(type, ImageBase),                  \
        FIELD(type, SectionAlignment), FIELD(type, FileAlignment),                                 \
        FIELD(type, MajorSubsystemVersion), FIELD(type, Win32VersionValue),                        \
        FIELD(type, SizeOfImage), FIELD(type, SizeOfHeaders), FIELD(type, CheckSum),               \
        FIELD(type, Subsystem), FIELD(type, DllCharacteristics), FIELD(type, SizeOfStackReserve),  \
        FIELD(type, SizeOfStackCommit), FIELD(type, SizeOfHeapReserve),                            \
        FIELD(type, SizeOfHeapCommit), FIELD(type, LoaderFlags), FIELD(type, NumberOfRvaAndSizes)

static const struct field optional_fields_32[] = {OPTIONAL_FIELDS(IMAGE_OPTIONAL_HEADER32)};
static const struct field optional_fields_64[] = {OPTIONAL_FIELDS(IMAGE_OPTIONAL_HEADER64)};

static const struct field section_fields[] = {
    FIELD(IMAGE_SECTION_HEADER, Misc.VirtualSize), FIELD(IMAGE_SECTION_HEADER, VirtualAddress),
    FIELD(IMAGE_SECTION_HEADER, SizeOfRawData),    FIELD(IMAGE_SECTION_HEADER, PointerToRawData),
    FIELD(IMAGE_SECTION_HEADER, Characteristics),
};

static void damage_field(const char *owner, uint64_t base, const struct field *field)
{
    const uint64_t ones = field->width == 8 ? UINT64_MAX : (1ull << (8 * field->width)) - 1;
    const uint64_t top = ones ^ ones >> 1;
    begin();
    const uint64_t is = get(base + field->at, field->width);
    const uint64_t values[] = {
        0,        1,      3,     ones,     top,   top - 1, is + 1,   is - 1,          is * 2,
        is ^ top, 0x1000, 0xFFF, is << 16, 0x200, is + 16, ones - 7, ones & ~0xFFFull};

    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        uint64_t value = values[i] & ones;
        bool seen = value == is;
        for (size_t k = 0; k < i && !seen; k++)
            seen = (values[k] & ones) == value;
        if (seen)
            continue;
        begin();
        put(base + field->at, field->width, value);
        finish("%s-%s-%llx", owner, field->name, (unsigned long long)value);
    }
}

static uint64_t optional_at(void)
{
    return (uint64_t)pe.nt_headers + offsetof(IMAGE_NT_HEADERS32, OptionalHeader);
}

static uint64_t section_count_at(void)
{
    return (uint64_t)pe.nt_headers + 4 + offsetof(IMAGE_FILE_HEADER, NumberOfSections);
}

static uint64_t section_header_at(unsigned index)
{
    uint16_t size;
    memcpy(&size, good + pe.nt_headers + 4 + offsetof(IMAGE_FILE_HEADER, SizeOfOptionalHeader),
           sizeof size);
    return optional_at() + size + (uint64_t)index * sizeof(IMAGE_SECTION_HEADER);
}

static uint64_t directory_at(unsigned index)
{
    size_t base = pe.is_64 ? offsetof(IMAGE_OPTIONAL_HEADER64, DataDirectory)
                           : offsetof(IMAGE_OPTIONAL_HEADER32, DataDirectory);
    return optional_at() + base + (uint64_t)index * sizeof(IMAGE_DATA_DIRECTORY);
}

static uint64_t optional_field_at(size_t offset_32, size_t offset_64)
{
    return optional_at() + (pe.is_64 ? offset_64 : offset_32);
}

#define OPTIONAL_AT(member)                                                                        \
    optional_field_at(offsetof(IMAGE_OPTIONAL_HEADER32, member),                                   \
                      offsetof(IMAGE_OPTIONAL_HEADER64, member))

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void damage_headers(void)
{
    for (size_t i = 0; i < COUNT(dos_fields); i++)
        damage_field("dos", 0, &dos_fields[i]);
    for (size_t i = 0; i < COUNT(file_fields); i++)
        damage_field("file", (uint64_t)pe.nt_headers + 4, &file_fields[i]);
    const struct field *fields = pe.is_64 ? optional_fields_64 : optional_fields_32;
    for (size_t i = 0; i < COUNT(optional_fields_64); i++)
        damage_field("optional", optional_at(), &fields[i]);

    unsigned last = pe.section_count - 1;
    const unsigned chosen[] = {0, last / 2, last};
    for (size_t s = 0; s < COUNT(chosen); s++) {
        char owner[32];
        if (s && chosen[s] == chosen[s - 1])
            continue;
        snprintf(owner, sizeof owner, "section%u", chosen[s]);
        for (size_t i = 0; i < COUNT(section_fields); i++)
            damage_field(owner, section_header_at(chosen[s]), &section_fields[i]);
    }

    static const uint16_t machines[] = {IMAGE_FILE_MACHINE_I386, IMAGE_FILE_MACHINE_AMD64,
                                        IMAGE_FILE_MACHINE_ARM64, IMAGE_FILE_MACHINE_ARMNT,
                                        IMAGE_FILE_MACHINE_IA64};
    for (size_t i = 0; i < COUNT(machines); i++) {
        begin();
        put((uint64_t)pe.nt_headers + 4, 2, machines[i]);
        finish("machine-%04x", machines[i]);
    }
    static const char *const signatures[] = {"NE", "LE", "LX", "ZM"};
    for (size_t i = 0; i < COUNT(signatures); i++) {
        begin();
        put(pe.nt_headers, 4, (uint64_t)signatures[i][0] | (uint64_t)signatures[i][1] << 8);
        finish("signature-%s", signatures[i]);
    }
}

/* The file's extent */

static void truncate_at(uint64_t size, const char *where)
{
    if (size >= good_size)
        return;
    begin();
    copy_size = (size_t)size;
    finish("truncated-%s-%llu", where, (unsigned long long)size);
}

static void damage_length(void)
{
    static const unsigned starts[] = {0, 1, 2, 3, 60, 63, 64};
    for (size_t i = 0; i < COUNT(starts); i++)
        truncate_at(starts[i], "dos");
    for (unsigned i = 0; i < 5; i++)
        truncate_at(pe.nt_headers + i, "signature");
    truncate_at(pe.nt_headers + 23, "file-header");
    truncate_at(optional_at(), "optional");
    truncate_at(optional_at() + 1, "optional");
    truncate_at(optional_at() + 2, "optional");
    truncate_at(directory_at(0), "directories");
    truncate_at(directory_at(7) + 3, "directories");
    truncate_at(section_header_at(0), "sections");
    truncate_at(section_header_at(0) + 39, "sections");
    truncate_at(section_header_at(pe.section_count) - 1, "sections");
    truncate_at(section_header_at(pe.section_count), "sections");
    truncate_at((uint64_t)pe.size_of_headers - 1, "headers");
    for (unsigned i = 0; i < pe.section_count; i++) {
        const struct pe_section *section = &pe.section[i];
        if (!section->file_size)
            continue;
        truncate_at(section->file_offset, "section-begin");
        truncate_at((uint64_t)section->file_offset + 1, "section-begin");
        truncate_at((uint64_t)section->file_offset + section->file_size / 2, "section-middle");
        truncate_at((uint64_t)section->file_offset + section->file_size - 1, "section-end");
    }
    for (unsigned i = 1; i < 24; i++)
        truncate_at(good_size * i / 24, "even");

    begin();
    copy_size = copy_room;
    finish("trailing-zeros");
    begin();
    memset(copy, 0, good_size);
    finish("all-zeros");
    begin();
    memset(copy + 2, 0xFF, good_size - 2);
    finish("all-ones");
    begin();
    memset(copy + pe.size_of_headers, 0xFF, good_size - pe.size_of_headers);
    finish("ones-behind-headers");
    begin();
    memset(copy + pe.size_of_headers, 0, good_size - pe.size_of_headers);
    finish("zeros-behind-headers");
    /* The offset field is now the section alignment as well, which makes it a low one. */
    begin();
    memmove(copy + 4, copy + pe.nt_headers, section_header_at(pe.section_count) - pe.nt_headers);
    put(offsetof(IMAGE_DOS_HEADER, e_lfanew), 4, 4);
    finish("headers-over-dos-header");
}

static void damage_layout(void)
{
    IMAGE_SECTION_HEADER a, b;
    for (unsigned i = 0; i + 1 < pe.section_count && i < 4; i++) {
        uint64_t first = section_header_at(i), second = section_header_at(i + 1);
        begin();
        memcpy(&a, copy + first, sizeof a);
        memcpy(&b, copy + second, sizeof b);
        memcpy(copy + first, &b, sizeof b);
        memcpy(copy + second, &a, sizeof a);
        finish("sections-%u-%u-swapped", i, i + 1);
        begin();
        memcpy(copy + second, &a, sizeof a);
        finish("sections-%u-%u-same", i, i + 1);
        begin();
        put(second + offsetof(IMAGE_SECTION_HEADER, VirtualAddress), 4, a.VirtualAddress);
        finish("sections-%u-%u-same-address", i, i + 1);
        begin();
        put(second + offsetof(IMAGE_SECTION_HEADER, PointerToRawData), 4, a.PointerToRawData);
        finish("sections-%u-%u-same-data", i, i + 1);
        begin();
        put(first + offsetof(IMAGE_SECTION_HEADER, PointerToRawData), 4, 1);
        finish("section-%u-over-headers", i);
        begin();
        put(first + offsetof(IMAGE_SECTION_HEADER, Characteristics), 4, 0);
        finish("section-%u-no-access", i);
        begin();
        put(first + offsetof(IMAGE_SECTION_HEADER, Characteristics), 4,
            a.Characteristics & ~IMAGE_SCN_MEM_EXECUTE);
        finish("section-%u-not-executable", i);
        begin();
        put(first + offsetof(IMAGE_SECTION_HEADER, Characteristics), 4,
            a.Characteristics | IMAGE_SCN_MEM_SHARED | IMAGE_SCN_MEM_WRITE);
        finish("section-%u-shared", i);
    }
    static const uint32_t alignments[] = {1, 2, 16, 512, 2048};
    for (size_t i = 0; i < COUNT(alignments); i++) {
        begin();
        put(OPTIONAL_AT(SectionAlignment), 4, alignments[i]);
        put(OPTIONAL_AT(FileAlignment), 4, alignments[i]);
        finish("low-alignment-%u", alignments[i]);
    }
    begin();
    put(section_count_at(), 2, 0);
    finish("no-sections");
    begin();
    put(section_count_at(), 2, 0);
    put(OPTIONAL_AT(AddressOfEntryPoint), 4, 2);
    finish("no-sections-entry-in-header");
}

/* Directories */

static void damage_directories(void)
{
    for (unsigned i = 0; i < pe.directory_count; i++) {
        const IMAGE_DATA_DIRECTORY was = pe.directory[i];
        const IMAGE_DATA_DIRECTORY lies[] = {
            {0, 0},
            {was.VirtualAddress, 0},
            {was.VirtualAddress ? was.VirtualAddress : 0x1000, 1},
            {was.VirtualAddress ? was.VirtualAddress : 0x1000, UINT32_MAX},
            {1, was.Size ? was.Size : 64},
            {was.VirtualAddress + 1, was.Size},
            {pe.size_of_image - 1, was.Size ? was.Size : 64},
            {pe.size_of_image, 64},
            {pe.entry_rva, 64},
            {0x7FFFFFF0, 0x7FFFFFFF},
            {UINT32_MAX, UINT32_MAX},
        };
        for (size_t k = 0; k < COUNT(lies); k++) {
            if (!memcmp(&lies[k], &was, sizeof was))
                continue;
            begin();
            memcpy(copy + directory_at(i), &lies[k], sizeof lies[k]);
            finish("directory-%u-%x-%x", i, lies[k].VirtualAddress, lies[k].Size);
        }
    }
}

/* Forged tables, in a section of their own */

static uint32_t forged_rva;    /* where the section is mapped */
static uint32_t forged_offset; /* and where the file has it */
static unsigned forged_used;   /* bytes that this file's tables took */

static uint64_t round_up(uint64_t value, uint64_t unit)
{
    return (value + unit - 1) & ~(unit - 1);
}

/* A copy with one more section, all zeros. */
static void begin_forged(void)
{
    const struct pe_section *last = &pe.section[pe.section_count - 1];
    const uint64_t header = section_header_at(pe.section_count);

    begin();
    forged_rva = (uint32_t)round_up(last->rva + (uint64_t)last->virtual_size, pe.section_alignment);
    forged_offset = (uint32_t)round_up(good_size, PE_PAGE_SIZE);
    forged_used = 0;
    IMAGE_SECTION_HEADER forged = {
        .Name = ".forged",
        .Misc.VirtualSize = EXTRA_SIZE,
        .VirtualAddress = forged_rva,
        .SizeOfRawData = EXTRA_SIZE,
        .PointerToRawData = forged_offset,
        .Characteristics =
            IMAGE_SCN_CNT_INITIALIZED_DATA | IMAGE_SCN_MEM_READ | IMAGE_SCN_MEM_WRITE,
    };
    memcpy(copy + header, &forged, sizeof forged);
    put(section_count_at(), 2, pe.section_count + 1);
    put(OPTIONAL_AT(SizeOfImage), 4, round_up(forged_rva + EXTRA_SIZE, pe.section_alignment));
    copy_size = forged_offset + EXTRA_SIZE;
}

static bool have_room_for_forgery(void)
{
    uint64_t end = section_header_at(pe.section_count + 1);
    if (pe.flat || pe.section_count >= PE_MAX_SECTIONS || end > pe.size_of_headers)
        return false;
    for (unsigned i = 0; i < pe.section_count; i++)
        if (pe.section[i].file_size && pe.section[i].file_offset < end)
            return false;
    return true;
}

/* Appends to the forged section; returns the RVA. */
static uint32_t forge(const void *data, size_t size)
{
    forged_used = (unsigned)round_up(forged_used, 8);
    if (forged_used + size > EXTRA_SIZE)
        die("a forged table is too large");
    memcpy(copy + forged_offset + forged_used, data, size);
    uint32_t rva = forged_rva + forged_used;
    forged_used += (unsigned)size;
    return rva;
}

static void set_directory(unsigned index, uint32_t rva, uint32_t size)
{
    IMAGE_DATA_DIRECTORY entry = {rva, size};
    memcpy(copy + directory_at(index), &entry, sizeof entry);
}

static void forge_relocations(void)
{
    static const struct {
        const char *name;
        uint32_t page, size;
        uint16_t entries[4];
        uint32_t directory_size;
    } tables[] = {
        {"zero-size", 0x1000, 0, {0}, 16},
        {"size-4", 0x1000, 4, {0}, 16},
        {"size-7", 0x1000, 7, {0}, 16},
        {"odd-size", 0x1000, 11, {0x0000}, 16},
        {"size-over-directory", 0x1000, 0x1000, {0}, 16},
        {"size-ones", 0x1000, 0xFFFFFFFF, {0}, 16},
        {"size-wraps", 0x1000, 0xFFFFFFF8, {0}, 16},
        {"page-outside", 0x70000000, 16, {0xA000, 0x3000, 0, 0}, 16},
        {"page-wraps", 0xFFFFFFFF, 16, {0xAFFF, 0x3FFF, 0, 0}, 16},
        {"page-headers", 0, 16, {0xA03C, 0x303C, 0xA000, 0}, 16},
        {"all-types", 0x1000, 16, {0x1000, 0x2000, 0x4000, 0x5000}, 16},
        {"more-types", 0x1000, 16, {0x6000, 0x7000, 0x9000, 0xB000}, 16},
        {"highadj-last", 0x1000, 10, {0x4000}, 10},
        {"in-code", 0x1000, 16, {0xA000, 0xA001, 0xA002, 0xA003}, 16},
        {"directory-short", 0x1000, 16, {0xA000}, 7},
        {"directory-vast", 0x1000, 16, {0}, 0x7FFFFFFF},
    };
    for (size_t i = 0; i < COUNT(tables); i++) {
        for (unsigned moved = 0; moved < 2; moved++) {
            begin_forged();
            uint32_t rva = forge(&tables[i].page, 4);
            put((uint64_t)forged_offset + 4, 4, tables[i].size);
            memcpy(copy + forged_offset + 8, tables[i].entries, sizeof tables[i].entries);
            set_directory(IMAGE_DIRECTORY_ENTRY_BASERELOC, rva, tables[i].directory_size);
            put((uint64_t)pe.nt_headers + 4 + offsetof(IMAGE_FILE_HEADER, Characteristics), 2,
                pe.characteristics & ~IMAGE_FILE_RELOCS_STRIPPED);
            if (moved) /* a base where no program can be, so that the table is used */
                put(OPTIONAL_AT(ImageBase), pe.is_64 ? 8 : 4, pe.is_64 ? 0xFFFF800000000000 : 0);
            finish("relocation-%s%s", tables[i].name, moved ? "-moved" : "");
        }
    }
    begin_forged(); /* a table that rewrites its own rest */
    uint32_t self[2] = {forged_rva, 16};
    uint16_t entries[4] = {0xA004, 0xA008, 0xA00C, 0xA000};
    uint32_t rva = forge(self, sizeof self);
    forge(entries, sizeof entries);
    set_directory(IMAGE_DIRECTORY_ENTRY_BASERELOC, rva, 0x1000);
    put(OPTIONAL_AT(ImageBase), pe.is_64 ? 8 : 4, pe.is_64 ? 0xFFFF800000000000 : 0);
    finish("relocation-of-itself");
    begin();
    put((uint64_t)pe.nt_headers + 4 + offsetof(IMAGE_FILE_HEADER, Characteristics), 2,
        pe.characteristics | IMAGE_FILE_RELOCS_STRIPPED);
    put(OPTIONAL_AT(ImageBase), pe.is_64 ? 8 : 4, pe.is_64 ? 0xFFFF800000000000 : 0);
    finish("stripped-at-impossible-base");
}

/* One import of one function, sound unless the lie changes it. */
struct import_lie {
    const char *name;
    const char *library;
    const char *function;                       /* NULL: by ordinal */
    uint32_t name_rva, lookup_rva, address_rva; /* 0: the sound one */
    uint64_t thunk;                             /* 0: the sound one */
    uint32_t directory_size;
};

static void forge_import(const struct import_lie *lie)
{
    uint64_t thunks[2] = {0, 0};
    uint8_t by_name[256] = {0};
    const size_t width = pe.is_64 ? 8 : 4;

    begin_forged();
    IMAGE_IMPORT_DESCRIPTOR descriptors[2] = {0};
    uint32_t table = forge(descriptors, sizeof descriptors);
    uint32_t library = forge(lie->library, strlen(lie->library) + 1);
    if (lie->function)
        strncpy((char *)by_name + 2, lie->function, sizeof by_name - 3);
    uint32_t hint = forge(by_name, sizeof by_name);
    thunks[0] = lie->thunk ? lie->thunk : hint;
    uint8_t packed[16] = {0};
    memcpy(packed, thunks, width);
    uint32_t lookup = forge(packed, 2 * width);
    uint32_t address = forge(packed, 2 * width);

    descriptors[0].OriginalFirstThunk = lie->lookup_rva ? lie->lookup_rva : lookup;
    descriptors[0].Name = lie->name_rva ? lie->name_rva : library;
    descriptors[0].FirstThunk = lie->address_rva ? lie->address_rva : address;
    memcpy(copy + forged_offset, descriptors, sizeof descriptors);
    set_directory(IMAGE_DIRECTORY_ENTRY_IMPORT, table,
                  lie->directory_size ? lie->directory_size : sizeof descriptors);
    finish("import-%s", lie->name);
}

static void forge_imports(void)
{
    static char long_name[3000];
    memset(long_name, 'A', sizeof long_name - 1);
    const uint32_t image_end =
        (uint32_t)round_up(round_up(pe.section[pe.section_count - 1].rva +
                                        (uint64_t)pe.section[pe.section_count - 1].virtual_size,
                                    pe.section_alignment) +
                               EXTRA_SIZE,
                           PE_PAGE_SIZE);
    const uint64_t ordinal_flag = pe.is_64 ? IMAGE_ORDINAL_FLAG64 : IMAGE_ORDINAL_FLAG32;
    const struct import_lie lies[] = {
        {"library-missing", "no-such-library.dll", "Function", 0, 0, 0, 0, 0},
        {"library-empty", "", "Function", 0, 0, 0, 0, 0},
        {"library-long", long_name, "Function", 0, 0, 0, 0, 0},
        {"library-path", "..\\..\\..\\..\\etc\\passwd", "Function", 0, 0, 0, 0, 0},
        {"library-device", "\\\\.\\PhysicalDrive0", "Function", 0, 0, 0, 0, 0},
        {"library-bytes", "\xFF\xFE\x80\x01%s%n", "Function", 0, 0, 0, 0, 0},
        {"library-outside", "kernel32.dll", "Sleep", 0x7FFFFFFF, 0, 0, 0, 0},
        {"library-at-end", "kernel32.dll", "Sleep", image_end - 1, 0, 0, 0, 0},
        {"library-wraps", "kernel32.dll", "Sleep", UINT32_MAX, 0, 0, 0, 0},
        {"function-missing", "kernel32.dll", "NoSuchFunction", 0, 0, 0, 0, 0},
        {"function-empty", "kernel32.dll", "", 0, 0, 0, 0, 0},
        {"function-outside", "kernel32.dll", "Sleep", 0, 0, 0, 0x7FFFFFFF, 0},
        {"function-at-end", "kernel32.dll", "Sleep", 0, 0, 0, image_end - 1, 0},
        {"function-ones", "kernel32.dll", "Sleep", 0, 0, 0, 0x7FFFFFFFFFFFFFFF, 0},
        {"ordinal-0", "kernel32.dll", NULL, 0, 0, 0, ordinal_flag, 0},
        {"ordinal-65535", "kernel32.dll", NULL, 0, 0, 0, ordinal_flag | 0xFFFF, 0},
        {"ordinal-wide", "kernel32.dll", NULL, 0, 0, 0, ordinal_flag | 0x7FFF0001, 0},
        {"lookup-outside", "kernel32.dll", "Sleep", 0, 0x7FFFFFFF, 0, 0, 0},
        {"lookup-at-end", "kernel32.dll", "Sleep", 0, image_end - 4, 0, 0, 0},
        {"lookup-headers", "kernel32.dll", "Sleep", 0, 1, 0, 0, 0},
        {"addresses-outside", "kernel32.dll", "Sleep", 0, 0, 0x7FFFFFFF, 0, 0},
        {"addresses-at-end", "kernel32.dll", "Sleep", 0, 0, image_end - 4, 0, 0},
        {"addresses-headers", "kernel32.dll", "Sleep", 0, 0, 1, 0, 0},
        {"addresses-code", "kernel32.dll", "Sleep", 0, 0, pe.entry_rva, 0, 0},
        {"directory-short", "kernel32.dll", "Sleep", 0, 0, 0, 0, 1},
        {"directory-vast", "kernel32.dll", "Sleep", 0, 0, 0, 0, UINT32_MAX},
        {"itself", "ntdll.dll", "LdrInitializeThunk", 0, 0, 0, 0, 0},
    };
    for (size_t i = 0; i < COUNT(lies); i++)
        forge_import(&lies[i]);

    /* No terminator: descriptors up to the image's last byte, all of the same library. */
    begin_forged();
    uint32_t library = forge("kernel32.dll", 13);
    uint64_t none = 0;
    uint32_t thunks = forge(&none, sizeof none);
    IMAGE_IMPORT_DESCRIPTOR descriptor = {
        .OriginalFirstThunk = thunks, .Name = library, .FirstThunk = thunks};
    uint32_t table = forge(&descriptor, sizeof descriptor);
    while (forged_used + 24 <= EXTRA_SIZE)
        forge(&descriptor, sizeof descriptor);
    memset(copy + forged_offset + forged_used, 0x41, EXTRA_SIZE - forged_used);
    set_directory(IMAGE_DIRECTORY_ENTRY_IMPORT, table, EXTRA_SIZE);
    finish("import-unterminated");
}

static void forge_exports(void)
{
    static const struct {
        const char *name;
        uint32_t functions, names, base, function_rva, name_rva, ordinal_rva, entry, entry_name;
    } lies[] = {
        {"sound", 1, 1, 1, 0, 0, 0, 0x1000, 0},
        {"functions-ones", UINT32_MAX, 1, 1, 0, 0, 0, 0x1000, 0},
        {"names-ones", 1, UINT32_MAX, 1, 0, 0, 0, 0x1000, 0},
        {"functions-quarter", 0x40000001, 1, 1, 0, 0, 0, 0x1000, 0},
        {"names-quarter", 1, 0x40000001, 1, 0, 0, 0, 0x1000, 0},
        {"base-ones", 1, 1, UINT32_MAX, 0, 0, 0, 0x1000, 0},
        {"functions-outside", 1, 1, 1, 0x7FFFFFFF, 0, 0, 0x1000, 0},
        {"names-outside", 1, 1, 1, 0, 0x7FFFFFFF, 0, 0x1000, 0},
        {"ordinals-outside", 1, 1, 1, 0, 0, 0xFFFFFFFF, 0x1000, 0},
        {"entry-outside", 1, 1, 1, 0, 0, 0, 0x7FFFFFFF, 0},
        {"name-outside", 1, 1, 1, 0, 0, 0, 0x1000, 0xFFFFFFFF},
    };
    for (size_t i = 0; i < COUNT(lies); i++) {
        begin_forged();
        IMAGE_EXPORT_DIRECTORY exports = {0};
        uint32_t directory = forge(&exports, sizeof exports);
        uint32_t text = forge("Function", 9);
        uint32_t entry_name = lies[i].entry_name ? lies[i].entry_name : text;
        exports.Name = text;
        exports.Base = lies[i].base;
        exports.NumberOfFunctions = lies[i].functions;
        exports.NumberOfNames = lies[i].names;
        uint32_t at = forge(&lies[i].entry, 4);
        exports.AddressOfFunctions = lies[i].function_rva ? lies[i].function_rva : at;
        at = forge(&entry_name, 4);
        exports.AddressOfNames = lies[i].name_rva ? lies[i].name_rva : at;
        at = forge(&(uint16_t){0}, 2);
        exports.AddressOfNameOrdinals = lies[i].ordinal_rva ? lies[i].ordinal_rva : at;
        memcpy(copy + forged_offset, &exports, sizeof exports);
        set_directory(IMAGE_DIRECTORY_ENTRY_EXPORT, directory, 0x80);
        finish("export-%s", lies[i].name);
    }
}

/* All fields are addresses, not RVAs. */
static void forge_tls(void)
{
    const uint64_t base = pe.image_base;
    begin_forged();
    const uint64_t sound = base + forged_rva + 0x800, wild = 0x4141414141410000, top = UINT64_MAX;
    const struct {
        const char *name;
        uint64_t start, end, index, callbacks;
        uint32_t zero_fill, characteristics;
    } lies[] = {
        {"sound", sound, sound + 16, sound + 64, 0, 0, 0},
        {"end-before-start", sound + 16, sound, sound + 64, 0, 0, 0},
        {"template-wild", wild, wild + 16, sound + 64, 0, 0, 0},
        {"template-vast", sound, top, sound + 64, 0, 0, 0},
        {"template-over-end", sound, sound + EXTRA_SIZE, sound + 64, 0, 0, 0},
        {"index-wild", sound, sound + 16, wild, 0, 0, 0},
        {"index-null", sound, sound + 16, 0, 0, 0, 0},
        {"index-headers", sound, sound + 16, base, 0, 0, 0},
        {"callbacks-wild", sound, sound + 16, sound + 64, wild, 0, 0},
        {"callbacks-top", sound, sound + 16, sound + 64, top, 0, 0},
        {"callbacks-code", sound, sound + 16, sound + 64, base + pe.entry_rva, 0, 0},
        {"zero-fill-ones", sound, sound + 16, sound + 64, 0, UINT32_MAX, 0},
        {"zero-fill-half", sound, sound + 16, sound + 64, 0, 0x7FFFFFFF, 0},
        {"alignment-ones", sound, sound + 16, sound + 64, 0, 0, UINT32_MAX},
    };
    for (size_t i = 0; i < COUNT(lies); i++) {
        begin_forged();
        uint32_t rva;
        if (pe.is_64) {
            IMAGE_TLS_DIRECTORY64 tls = {lies[i].start,     lies[i].end,
                                         lies[i].index,     lies[i].callbacks,
                                         lies[i].zero_fill, lies[i].characteristics};
            rva = forge(&tls, sizeof tls);
        } else {
            IMAGE_TLS_DIRECTORY32 tls = {(uint32_t)lies[i].start, (uint32_t)lies[i].end,
                                         (uint32_t)lies[i].index, (uint32_t)lies[i].callbacks,
                                         lies[i].zero_fill,       lies[i].characteristics};
            rva = forge(&tls, sizeof tls);
        }
        set_directory(IMAGE_DIRECTORY_ENTRY_TLS, rva,
                      pe.is_64 ? sizeof(IMAGE_TLS_DIRECTORY64) : sizeof(IMAGE_TLS_DIRECTORY32));
        finish("tls-%s", lies[i].name);
    }
}

/* Bits, where nothing else was thought of. */
static void flip_bits(void)
{
    uint64_t random = 0x2545F4914F6CDD1D;
    for (unsigned i = 0; i < 60; i++) {
        begin();
        for (unsigned k = 0; k <= i % 5; k++) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            size_t range = i % 2 ? good_size : pe.size_of_headers;
            copy[(random >> 8) % range] ^= (uint8_t)(1u << (random & 7));
        }
        finish("bits-%u", i);
    }
}

static void load(const char *path)
{
    struct pe_error err;
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END))
        die("%s: %s", path, strerror(errno));
    long size = ftell(file);
    if (size <= 0 || size > 64 << 20)
        die("%s: empty, or too large", path);
    rewind(file);
    good_size = (size_t)size;
    copy_room = round_up(good_size, PE_PAGE_SIZE) + EXTRA_SIZE;
    good = malloc(good_size);
    copy = malloc(copy_room);
    if (!good || !copy || fread(good, 1, good_size, file) != good_size)
        die("%s: cannot read", path);
    fclose(file);
    if (pe_parse(good, good_size, good_size, &pe, &err) != PE_OK)
        die("%s: %s", path, err.text);
    if (!pe.section_count || pe.flat)
        die("%s: has no sections, or lays them out unusually", path);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fputs("usage: make-damaged GOOD.exe FOLDER\n", stderr);
        return 2;
    }
    folder = argv[2];
    if (mkdir(folder, 0777) && errno != EEXIST)
        die("%s: %s", folder, strerror(errno));
    load(argv[1]);

    damage_headers();
    damage_length();
    damage_layout();
    damage_directories();
    flip_bits();
    if (!have_room_for_forgery())
        die("%s: its headers have no room for one more section", argv[1]);
    forge_relocations();
    forge_imports();
    forge_exports();
    forge_tls();

    if (written < FEWEST_FILES)
        die("only %u files", written);
    printf("%u files\n", written);
    free(good);
    free(copy);
    return 0;
}
