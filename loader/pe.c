#include "loader/pe.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SECTOR_SIZE 512u
/* The largest image that NT maps; keeps every sum of two RVAs far from the sign bit. */
#define MAX_IMAGE_SIZE 0x77000000u
#define ALLOCATION_GRANULARITY 0x10000u

/* The file's beginning, as far as the caller has it. */
struct prefix {
    const uint8_t *bytes;
    size_t size;
    uint64_t file_size;
};

__attribute__((format(printf, 3, 4))) static enum pe_status
fail(struct pe_error *err, enum pe_status status, const char *format, ...)
{
    if (err) {
        va_list list;
        va_start(list, format);
        vsnprintf(err->text, sizeof err->text, format, list);
        va_end(list);
        err->status = status;
    }
    return status;
}

static uint64_t round_up(uint64_t value, uint64_t power_of_two)
{
    return (value + power_of_two - 1) & ~(power_of_two - 1);
}

static bool is_power_of_two(uint32_t value)
{
    return value && !(value & (value - 1));
}

/* Copies bytes at offset out of the prefix; what names them in "the file ends within ...". */
static enum pe_status fetch(const struct prefix *in, uint64_t offset, void *to, size_t length,
                            const char *what, struct pe_error *err)
{
    if (offset > in->file_size || length > in->file_size - offset)
        return fail(err, PE_TRUNCATED, "truncated: the file ends before or within its %s", what);
    if (offset + length > in->size) {
        uint64_t needed = round_up(offset + length, PE_PAGE_SIZE);
        if (err)
            err->needed = needed < in->file_size ? needed : in->file_size;
        return fail(err, PE_NEED_MORE, "more of the file is needed to read its %s", what);
    }
    memcpy(to, in->bytes + offset, length);
    return PE_OK;
}

const char *pe_machine_name(uint16_t machine)
{
    switch (machine) {
    case IMAGE_FILE_MACHINE_I386:
    case IMAGE_FILE_MACHINE_CHPE_X86:
        return "i386";
    case IMAGE_FILE_MACHINE_AMD64:
        return "x86-64";
    case IMAGE_FILE_MACHINE_ARM:
    case IMAGE_FILE_MACHINE_THUMB:
    case IMAGE_FILE_MACHINE_ARMNT:
        return "ARM";
    case IMAGE_FILE_MACHINE_ARM64:
        return "ARM64";
    case IMAGE_FILE_MACHINE_ARM64EC:
        return "ARM64EC";
    case IMAGE_FILE_MACHINE_ARM64X:
        return "ARM64X";
    case IMAGE_FILE_MACHINE_IA64:
        return "IA64";
    case IMAGE_FILE_MACHINE_R3000:
    case IMAGE_FILE_MACHINE_R4000:
    case IMAGE_FILE_MACHINE_R10000:
    case IMAGE_FILE_MACHINE_WCEMIPSV2:
    case IMAGE_FILE_MACHINE_MIPS16:
    case IMAGE_FILE_MACHINE_MIPSFPU:
    case IMAGE_FILE_MACHINE_MIPSFPU16:
        return "MIPS";
    case IMAGE_FILE_MACHINE_ALPHA:
        return "Alpha";
    case IMAGE_FILE_MACHINE_ALPHA64:
        return "64-bit Alpha";
    case IMAGE_FILE_MACHINE_SH3:
    case IMAGE_FILE_MACHINE_SH3DSP:
    case IMAGE_FILE_MACHINE_SH4:
    case IMAGE_FILE_MACHINE_SH5:
        return "SuperH";
    case IMAGE_FILE_MACHINE_POWERPC:
    case IMAGE_FILE_MACHINE_POWERPCFP:
        return "PowerPC";
    case IMAGE_FILE_MACHINE_RISCV32:
        return "RISC-V 32";
    case IMAGE_FILE_MACHINE_RISCV64:
        return "RISC-V 64";
    case IMAGE_FILE_MACHINE_RISCV128:
        return "RISC-V 128";
    case IMAGE_FILE_MACHINE_LOONGARCH32:
        return "LoongArch32";
    case IMAGE_FILE_MACHINE_LOONGARCH64:
        return "LoongArch64";
    case IMAGE_FILE_MACHINE_EBC:
        return "EFI byte code";
    case IMAGE_FILE_MACHINE_AM33:
        return "AM33";
    case IMAGE_FILE_MACHINE_M32R:
        return "M32R";
    default:
        return NULL;
    }
}

uint32_t pe_ntstatus(enum pe_status status)
{
    switch (status) {
    case PE_OK:
        return 0;
    case PE_NOT_MZ:
        return 0xC000012Fu; /* STATUS_INVALID_IMAGE_NOT_MZ */
    case PE_DOS_PROGRAM:
        return 0xC0000130u; /* STATUS_INVALID_IMAGE_PROTECT */
    case PE_NE_PROGRAM:
        return 0xC0000131u; /* STATUS_INVALID_IMAGE_WIN_16 */
    case PE_LE_PROGRAM:
        return 0xC000012Eu; /* STATUS_INVALID_IMAGE_LE_FORMAT */
    case PE_FIXED_BASE:
        return 0xC0000018u; /* STATUS_CONFLICTING_ADDRESSES */
    default:
        return 0xC000007Bu; /* STATUS_INVALID_IMAGE_FORMAT */
    }
}

/* The magic that a machine demands; 0 where either is accepted. */
static uint16_t magic_of(uint16_t machine)
{
    switch (machine) {
    case IMAGE_FILE_MACHINE_I386:
    case IMAGE_FILE_MACHINE_ARM:
    case IMAGE_FILE_MACHINE_THUMB:
    case IMAGE_FILE_MACHINE_ARMNT:
        return IMAGE_NT_OPTIONAL_HDR32_MAGIC;
    case IMAGE_FILE_MACHINE_AMD64:
    case IMAGE_FILE_MACHINE_IA64:
    case IMAGE_FILE_MACHINE_ARM64:
    case IMAGE_FILE_MACHINE_ARM64EC:
    case IMAGE_FILE_MACHINE_ARM64X:
        return IMAGE_NT_OPTIONAL_HDR64_MAGIC;
    default:
        return 0;
    }
}

/* Finds the new header behind the DOS header, or says which older kind of program this is. */
static enum pe_status find_nt_headers(const struct prefix *in, struct pe_image *out,
                                      struct pe_error *err)
{
    enum pe_status status;
    uint16_t magic = 0;
    if (in->file_size < sizeof magic)
        return fail(err, PE_NOT_MZ, "not a Windows program: too short to have a header");
    status = fetch(in, 0, &magic, sizeof magic, "DOS header", err);
    if (status != PE_OK)
        return status;
    if (magic != IMAGE_DOS_SIGNATURE)
        return fail(err, PE_NOT_MZ, "not a Windows program: it does not begin with MZ");

    IMAGE_DOS_HEADER dos;
    status = fetch(in, 0, &dos, sizeof dos, "DOS header", err);
    if (status != PE_OK)
        return status;

    uint32_t signature = 0;
    if (dos.e_lfanew > in->file_size || in->file_size - dos.e_lfanew < sizeof signature) {
        /* A relocation table behind the 64-byte header announces a newer program; plain DOS linkers
         * put it lower. */
        if (dos.e_lfarlc >= sizeof dos)
            return fail(err, PE_TRUNCATED,
                        "truncated: the PE header should be at offset %#x, the file has %llu bytes",
                        dos.e_lfanew, (unsigned long long)in->file_size);
        return fail(err, PE_DOS_PROGRAM, "a 16-bit DOS program, not a Windows program");
    }
    status = fetch(in, dos.e_lfanew, &signature, sizeof signature, "PE signature", err);
    if (status != PE_OK)
        return status;

    if (signature != IMAGE_NT_SIGNATURE) {
        switch (signature & 0xFFFF) {
        case IMAGE_OS2_SIGNATURE:
            return fail(err, PE_NE_PROGRAM, "a 16-bit program (NE: Windows 3 or OS/2 1)");
        case IMAGE_OS2_SIGNATURE_LE:
        case IMAGE_OS2_SIGNATURE_LX:
            return fail(err, PE_LE_PROGRAM,
                        "a linear executable (LE or LX: OS/2, a DOS extender or a VxD)");
        case IMAGE_NT_SIGNATURE & 0xFFFF:
            return fail(err, PE_DAMAGED, "damaged: the PE signature is %#x", signature);
        default:
            return fail(err, PE_DOS_PROGRAM,
                        "a 16-bit DOS program, not a Windows program (no PE header)");
        }
    }
    if (dos.e_lfanew % 4)
        return fail(err, PE_DAMAGED, "damaged: the PE header's offset %#x is not a multiple of 4",
                    dos.e_lfanew);
    if (dos.e_lfanew >= MAX_IMAGE_SIZE)
        return fail(err, PE_DAMAGED, "damaged: the PE header's offset %#x is too large",
                    dos.e_lfanew);
    out->nt_headers = dos.e_lfanew;
    return PE_OK;
}

static void take_directories(struct pe_image *out, const IMAGE_DATA_DIRECTORY *directory,
                             uint32_t declared, size_t room)
{
    size_t count =
        declared < IMAGE_NUMBEROF_DIRECTORY_ENTRIES ? declared : IMAGE_NUMBEROF_DIRECTORY_ENTRIES;
    if (count > room / sizeof *directory)
        count = room / sizeof *directory;
    memcpy(out->directory, directory, count * sizeof *directory);
    out->directory_count = (unsigned)count;
}

/* The two optional headers differ in the width of some fields and in BaseOfData, not in names. */
#define TAKE_OPTIONAL_HEADER(out, opt)                                                             \
    do {                                                                                           \
        (out)->image_base = (opt).ImageBase;                                                       \
        (out)->entry_rva = (opt).AddressOfEntryPoint;                                              \
        (out)->section_alignment = (opt).SectionAlignment;                                         \
        (out)->file_alignment = (opt).FileAlignment;                                               \
        (out)->os_major = (opt).MajorOperatingSystemVersion;                                       \
        (out)->os_minor = (opt).MinorOperatingSystemVersion;                                       \
        (out)->image_major = (opt).MajorImageVersion;                                              \
        (out)->image_minor = (opt).MinorImageVersion;                                              \
        (out)->subsystem_major = (opt).MajorSubsystemVersion;                                      \
        (out)->subsystem_minor = (opt).MinorSubsystemVersion;                                      \
        (out)->win32_version = (opt).Win32VersionValue;                                            \
        (out)->size_of_image = (opt).SizeOfImage;                                                  \
        (out)->size_of_headers = (opt).SizeOfHeaders;                                              \
        (out)->checksum = (opt).CheckSum;                                                          \
        (out)->subsystem = (opt).Subsystem;                                                        \
        (out)->dll_characteristics = (opt).DllCharacteristics;                                     \
        (out)->stack_reserve = (opt).SizeOfStackReserve;                                           \
        (out)->stack_commit = (opt).SizeOfStackCommit;                                             \
        (out)->heap_reserve = (opt).SizeOfHeapReserve;                                             \
        (out)->heap_commit = (opt).SizeOfHeapCommit;                                               \
        (out)->loader_flags = (opt).LoaderFlags;                                                   \
    } while (0)

static enum pe_status read_optional_header(const struct prefix *in, uint16_t size,
                                           struct pe_image *out, struct pe_error *err)
{
    const uint64_t at = (uint64_t)out->nt_headers + offsetof(IMAGE_NT_HEADERS32, OptionalHeader);
    union {
        uint16_t magic;
        IMAGE_OPTIONAL_HEADER32 pe32;
        IMAGE_OPTIONAL_HEADER64 pe64;
    } opt;
    memset(&opt, 0, sizeof opt);

    enum pe_status status =
        fetch(in, at, &opt, size < sizeof opt ? size : sizeof opt, "optional header", err);
    if (status != PE_OK)
        return status;
    if (size < sizeof opt.magic)
        return fail(err, PE_DAMAGED, "damaged: it has no optional header (an object file?)");

    uint16_t expected = magic_of(out->machine);
    size_t fixed;
    switch (opt.magic) {
    case IMAGE_NT_OPTIONAL_HDR32_MAGIC:
        fixed = offsetof(IMAGE_OPTIONAL_HEADER32, DataDirectory);
        break;
    case IMAGE_NT_OPTIONAL_HDR64_MAGIC:
        fixed = offsetof(IMAGE_OPTIONAL_HEADER64, DataDirectory);
        break;
    default:
        return fail(err, PE_DAMAGED, "damaged: the optional header's magic is %#x", opt.magic);
    }
    if (expected && opt.magic != expected)
        return fail(err, PE_DAMAGED, "damaged: %s header for the machine %s",
                    opt.magic == IMAGE_NT_OPTIONAL_HDR32_MAGIC ? "a 32-bit" : "a 64-bit",
                    pe_machine_name(out->machine));
    if (size < fixed)
        return fail(err, PE_DAMAGED,
                    "damaged: the optional header is %u bytes, at least %zu needed", size, fixed);

    out->is_64 = opt.magic == IMAGE_NT_OPTIONAL_HDR64_MAGIC;
    size_t room = (size < sizeof opt ? size : sizeof opt) - fixed;
    if (out->is_64) {
        TAKE_OPTIONAL_HEADER(out, opt.pe64);
        take_directories(out, opt.pe64.DataDirectory, opt.pe64.NumberOfRvaAndSizes, room);
        out->image_base_offset = (uint32_t)(at + offsetof(IMAGE_OPTIONAL_HEADER64, ImageBase));
    } else {
        TAKE_OPTIONAL_HEADER(out, opt.pe32);
        take_directories(out, opt.pe32.DataDirectory, opt.pe32.NumberOfRvaAndSizes, room);
        out->image_base_offset = (uint32_t)(at + offsetof(IMAGE_OPTIONAL_HEADER32, ImageBase));
    }
    return PE_OK;
}

static enum pe_status check_optional_header(struct pe_image *out, struct pe_error *err)
{
    uint32_t file_alignment = out->file_alignment;
    uint32_t section_alignment = out->section_alignment;

    if (!is_power_of_two(file_alignment) || !is_power_of_two(section_alignment))
        return fail(err, PE_DAMAGED, "damaged: alignments %#x (file) and %#x (sections)",
                    file_alignment, section_alignment);
    if (section_alignment < file_alignment)
        return fail(err, PE_DAMAGED, "damaged: section alignment %#x is below file alignment %#x",
                    section_alignment, file_alignment);
    if (section_alignment != file_alignment &&
        (file_alignment < SECTOR_SIZE || section_alignment < PE_PAGE_SIZE))
        return fail(err, PE_DAMAGED,
                    "damaged: section alignment %#x does not go with file alignment %#x",
                    section_alignment, file_alignment);
    if (!out->size_of_image || out->size_of_image > MAX_IMAGE_SIZE)
        return fail(err, PE_DAMAGED, "damaged: the size of the image is %#x", out->size_of_image);
    if (!out->size_of_headers || out->size_of_headers > out->size_of_image)
        return fail(err, PE_DAMAGED, "damaged: headers of %#x bytes in an image of %#x",
                    out->size_of_headers, out->size_of_image);
    if (out->image_base % ALLOCATION_GRANULARITY)
        return fail(err, PE_DAMAGED, "damaged: the image base %#llx is not a multiple of 64 KiB",
                    (unsigned long long)out->image_base);
    if (out->image_base > UINT64_MAX - MAX_IMAGE_SIZE)
        return fail(err, PE_DAMAGED, "damaged: the image base %#llx leaves no room for the image",
                    (unsigned long long)out->image_base);
    if (out->entry_rva >= out->size_of_image)
        return fail(err, PE_DAMAGED, "damaged: the entry point %#x is outside the image (%#x)",
                    out->entry_rva, out->size_of_image);
    return PE_OK;
}

static unsigned protection(uint32_t characteristics)
{
    unsigned flags = 0;
    if (characteristics & IMAGE_SCN_MEM_READ)
        flags |= PE_READ;
    if (characteristics & IMAGE_SCN_MEM_WRITE)
        flags |= PE_WRITE;
    if (characteristics & IMAGE_SCN_MEM_EXECUTE)
        flags |= PE_EXEC;
    if (characteristics & IMAGE_SCN_MEM_SHARED)
        flags |= PE_SHARED;
    if (characteristics & IMAGE_SCN_MEM_DISCARDABLE)
        flags |= PE_DISCARDABLE;
    return flags;
}

/* The file part of a section, its virtual part being known. number counts from 1, for the messages.
 */
static enum pe_status take_raw_data(const struct prefix *in, const struct pe_image *out,
                                    const IMAGE_SECTION_HEADER *header, unsigned number,
                                    struct pe_section *section, struct pe_error *err)
{
    const uint64_t start = header->PointerToRawData;
    const uint64_t size = header->SizeOfRawData;

    if (start + size > UINT32_MAX)
        return fail(err, PE_DAMAGED, "damaged: section %u (%s): raw data of %#llx bytes at %#llx",
                    number, section->name, (unsigned long long)size, (unsigned long long)start);
    if (out->flat) {
        /* The whole file is one view, so what a section says must agree with it. */
        if (start != header->VirtualAddress)
            return fail(err, PE_DAMAGED,
                        "damaged: section %u (%s): file offset %#llx differs from address %#x "
                        "although the alignment is below a page",
                        number, section->name, (unsigned long long)start, header->VirtualAddress);
    } else if (!start || !size) {
        return PE_OK; /* zeros only, at file offset 0 of length 0 */
    }

    /* What lies beyond the virtual size is padding, which some linkers leave out at the file's end.
     */
    uint64_t wanted = size < section->virtual_size ? size : section->virtual_size;
    if (start > in->file_size || wanted > in->file_size - start)
        return fail(err, PE_TRUNCATED,
                    "truncated: section %u (%s) ends at offset %#llx, the file has %llu bytes",
                    number, section->name, (unsigned long long)(start + wanted),
                    (unsigned long long)in->file_size);

    uint64_t from = out->flat ? start : start & ~(uint64_t)(SECTOR_SIZE - 1);
    uint64_t to = out->flat ? start + size : round_up(start + size, SECTOR_SIZE);
    if (to > in->file_size)
        to = in->file_size;
    uint64_t length = to - from;
    if (length > section->map_size)
        length = section->map_size;
    section->file_offset = (uint32_t)from;
    section->file_size = (uint32_t)length;
    section->mappable = from % PE_PAGE_SIZE == 0;
    return PE_OK;
}

static enum pe_status read_sections(const struct prefix *in, uint64_t table, struct pe_image *out,
                                    struct pe_error *err)
{
    const uint64_t image_end = round_up(out->size_of_image, PE_PAGE_SIZE);
    uint64_t next = round_up(out->size_of_headers, out->section_alignment);
    uint64_t end = next; /* of what the headers and sections cover */

    for (unsigned i = 0; i < out->section_count; i++) {
        IMAGE_SECTION_HEADER header;
        struct pe_section *section = &out->section[i];
        enum pe_status status =
            fetch(in, table + i * sizeof header, &header, sizeof header, "section table", err);
        if (status != PE_OK)
            return status;

        for (unsigned c = 0; c < IMAGE_SIZEOF_SHORT_NAME && header.Name[c]; c++)
            section->name[c] =
                header.Name[c] > ' ' && header.Name[c] < 0x7F ? (char)header.Name[c] : '?';
        section->rva = header.VirtualAddress;
        section->virtual_size =
            header.Misc.VirtualSize ? header.Misc.VirtualSize : header.SizeOfRawData;
        section->characteristics = header.Characteristics;
        section->flags = protection(header.Characteristics);

        uint64_t unit = out->flat ? 1 : PE_PAGE_SIZE;
        uint64_t map_end = section->rva + round_up(section->virtual_size, unit);
        if (!section->virtual_size && !out->flat)
            return fail(err, PE_DAMAGED, "damaged: section %u (%s) is empty", i + 1, section->name);
        if (!out->flat && section->rva != next)
            return fail(err, PE_DAMAGED,
                        "damaged: section %u (%s) is at address %#x, expected at %#llx", i + 1,
                        section->name, section->rva, (unsigned long long)next);
        if (map_end > image_end)
            return fail(err, PE_DAMAGED,
                        "damaged: section %u (%s) ends at %#llx, beyond the image's end %#x", i + 1,
                        section->name, (unsigned long long)map_end, out->size_of_image);
        section->map_size = (uint32_t)(map_end - section->rva);
        next = section->rva + round_up(section->virtual_size, out->section_alignment);
        end = next;

        status = take_raw_data(in, out, &header, i + 1, section, err);
        if (status != PE_OK)
            return status;
    }
    /* NT refuses an image with room for a further section behind the last. */
    if (!out->flat && image_end > end && image_end - end >= out->section_alignment)
        return fail(err, PE_DAMAGED,
                    "damaged: the image's size is %#x but its sections end at %#llx",
                    out->size_of_image, (unsigned long long)end);
    return PE_OK;
}

/* Is there machine code beside the CLI metadata? */
static enum pe_status read_cli_header(const struct prefix *in, struct pe_image *out,
                                      struct pe_error *err)
{
    const IMAGE_DATA_DIRECTORY *dir = &out->directory[IMAGE_DIRECTORY_ENTRY_COM_DESCRIPTOR];
    if (!dir->VirtualAddress || !dir->Size)
        return PE_OK;

    IMAGE_COR20_HEADER cli;
    uint64_t offset;
    if (!pe_file_offset(out, dir->VirtualAddress, sizeof cli, &offset))
        return fail(err, PE_DAMAGED, "damaged: the .NET header (address %#x) is not in the file",
                    dir->VirtualAddress);
    enum pe_status status = fetch(in, offset, &cli, sizeof cli, ".NET header", err);
    if (status != PE_OK)
        return status;
    out->dotnet = true;
    out->il_only = cli.Flags & COMIMAGE_FLAGS_ILONLY;
    return PE_OK;
}

enum pe_status pe_parse(const void *head, size_t head_size, uint64_t file_size,
                        struct pe_image *out, struct pe_error *err)
{
    struct prefix in = {.bytes = head, .size = head_size, .file_size = file_size};
    if (in.size > file_size)
        in.size = (size_t)file_size;
    memset(out, 0, sizeof *out);
    if (err)
        memset(err, 0, sizeof *err);

    enum pe_status status = find_nt_headers(&in, out, err);
    if (status != PE_OK)
        return status;

    IMAGE_FILE_HEADER file;
    status = fetch(&in, (uint64_t)out->nt_headers + offsetof(IMAGE_NT_HEADERS32, FileHeader), &file,
                   sizeof file, "file header", err);
    if (status != PE_OK)
        return status;
    out->machine = file.Machine;
    out->timestamp = file.TimeDateStamp;
    out->characteristics = file.Characteristics;
    out->is_dll = file.Characteristics & IMAGE_FILE_DLL;
    out->section_count = file.NumberOfSections;

    status = read_optional_header(&in, file.SizeOfOptionalHeader, out, err);
    if (status != PE_OK)
        return status;
    if (!(file.Characteristics & IMAGE_FILE_EXECUTABLE_IMAGE))
        return fail(err, PE_DAMAGED, "damaged: its linker marked it as not executable");
    if (file.NumberOfSections > PE_MAX_SECTIONS)
        return fail(err, PE_DAMAGED, "damaged: %u sections, at most %u are allowed",
                    file.NumberOfSections, PE_MAX_SECTIONS);
    status = check_optional_header(out, err);
    if (status != PE_OK)
        return status;

    out->flat = out->section_alignment < PE_PAGE_SIZE || !out->section_count;
    uint64_t table = (uint64_t)out->nt_headers + offsetof(IMAGE_NT_HEADERS32, OptionalHeader) +
                     file.SizeOfOptionalHeader;
    uint64_t table_end = table + out->section_count * sizeof(IMAGE_SECTION_HEADER);
    uint64_t headers = out->flat ? out->size_of_image : out->size_of_headers;
    if (table_end > headers)
        return fail(err, PE_DAMAGED,
                    "damaged: the section table ends at %#llx, the headers at %#llx",
                    (unsigned long long)table_end, (unsigned long long)headers);
    if (!out->flat && headers > file_size)
        return fail(err, PE_TRUNCATED,
                    "truncated: its headers take %#llx bytes, the file has %llu bytes",
                    (unsigned long long)headers, (unsigned long long)file_size);
    out->headers_file_size = (uint32_t)(headers < file_size ? headers : file_size);

    status = read_sections(&in, table, out, err);
    if (status != PE_OK)
        return status;
    return read_cli_header(&in, out, err);
}

static const char *subsystem_name(uint16_t subsystem)
{
    switch (subsystem) {
    case IMAGE_SUBSYSTEM_OS2_CUI:
        return "OS/2";
    case IMAGE_SUBSYSTEM_POSIX_CUI:
        return "POSIX subsystem";
    case IMAGE_SUBSYSTEM_NATIVE_WINDOWS:
        return "Windows 9x driver";
    case IMAGE_SUBSYSTEM_WINDOWS_CE_GUI:
        return "Windows CE";
    case IMAGE_SUBSYSTEM_EFI_APPLICATION:
    case IMAGE_SUBSYSTEM_EFI_BOOT_SERVICE_DRIVER:
    case IMAGE_SUBSYSTEM_EFI_RUNTIME_DRIVER:
    case IMAGE_SUBSYSTEM_EFI_ROM:
        return "EFI firmware";
    case IMAGE_SUBSYSTEM_XBOX:
    case IMAGE_SUBSYSTEM_XBOX_CODE_CATALOG:
        return "Xbox";
    case IMAGE_SUBSYSTEM_WINDOWS_BOOT_APPLICATION:
        return "Windows boot";
    default:
        return NULL;
    }
}

static enum pe_status check_program(const struct pe_image *pe, struct pe_error *err)
{
    if (pe->is_dll)
        return fail(err, PE_IS_DLL, "a Windows library (DLL), not a program");
    switch (pe->subsystem) {
    case IMAGE_SUBSYSTEM_WINDOWS_GUI:
    case IMAGE_SUBSYSTEM_WINDOWS_CUI:
        break;
    case IMAGE_SUBSYSTEM_NATIVE:
        return fail(err, PE_IS_NATIVE,
                    "a Windows driver or native program (subsystem 1), which runs without Win32");
    default: {
        const char *name = subsystem_name(pe->subsystem);
        if (name)
            return fail(err, PE_WRONG_SUBSYSTEM, "a %s program (subsystem %u), not a Windows one",
                        name, pe->subsystem);
        return fail(err, PE_WRONG_SUBSYSTEM, "for an unknown subsystem (%u)", pe->subsystem);
    }
    }
    if (!pe->entry_rva)
        return fail(err, PE_DAMAGED, "damaged: a program without an entry point");
    return PE_OK;
}

enum pe_status pe_check(const struct pe_image *pe, enum pe_use use, const uint16_t *machines,
                        struct pe_error *err)
{
    if (err)
        memset(err, 0, sizeof *err);
    /* Before the machine: IL-only programs are marked i386 or x86-64 but are for neither. */
    if (pe->il_only)
        return fail(err, PE_DOTNET_ONLY,
                    "a .NET program without machine code: it needs a .NET runtime");

    bool wanted = false;
    for (; *machines && !wanted; machines++)
        wanted = *machines == pe->machine;
    if (!wanted) {
        const char *name = pe_machine_name(pe->machine);
        const char *what = pe->is_dll ? "library" : "program";
        if (name)
            return fail(err, PE_WRONG_MACHINE,
                        "a Windows %s for %s, a machine that cannot be run here", what, name);
        return fail(err, PE_WRONG_MACHINE, "a Windows %s for an unknown machine (%#06x)", what,
                    pe->machine);
    }
    return use == PE_USE_PROGRAM ? check_program(pe, err) : PE_OK;
}

const struct pe_section *pe_section_at(const struct pe_image *pe, uint32_t rva)
{
    for (unsigned i = 0; i < pe->section_count; i++)
        if (rva >= pe->section[i].rva && rva - pe->section[i].rva < pe->section[i].map_size)
            return &pe->section[i];
    return NULL;
}

bool pe_file_offset(const struct pe_image *pe, uint32_t rva, uint32_t length, uint64_t *offset)
{
    if (rva <= pe->headers_file_size && length <= pe->headers_file_size - rva) {
        *offset = rva;
        return true;
    }
    const struct pe_section *section = pe->flat ? NULL : pe_section_at(pe, rva);
    if (!section)
        return false;
    uint32_t inside = rva - section->rva;
    if (inside > section->file_size || length > section->file_size - inside)
        return false;
    *offset = (uint64_t)section->file_offset + inside;
    return true;
}

/* How many bytes of a mapped image may be touched. */
static size_t image_limit(size_t size, const struct pe_image *pe)
{
    uint64_t whole = round_up(pe->size_of_image, PE_PAGE_SIZE);
    return size < whole ? size : (size_t)whole;
}

static bool inside(size_t limit, uint64_t at, uint64_t length)
{
    return at <= limit && length <= limit - at;
}

static void add32(uint8_t *at, uint32_t delta)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    value += delta;
    memcpy(at, &value, sizeof value);
}

static void add64(uint8_t *at, uint64_t delta)
{
    uint64_t value;
    memcpy(&value, at, sizeof value);
    value += delta;
    memcpy(at, &value, sizeof value);
}

/* One block's entries. They are read one by one: a hostile fixup may change those that follow, and
 * harms only itself. */
static enum pe_status relocate_block(uint8_t *image, size_t limit, uint32_t page,
                                     const uint8_t *entries, size_t count, uint64_t delta,
                                     struct pe_error *err)
{
    for (size_t i = 0; i < count; i++) {
        uint16_t entry;
        memcpy(&entry, entries + i * sizeof entry, sizeof entry);
        uint64_t at = (uint64_t)page + (entry & 0xFFF);
        size_t width = 0;

        switch (entry >> 12) {
        case IMAGE_REL_BASED_ABSOLUTE: /* padding */
            continue;
        case IMAGE_REL_BASED_HIGHLOW:
            width = sizeof(uint32_t);
            break;
        case IMAGE_REL_BASED_DIR64:
            width = sizeof(uint64_t);
            break;
        default:
            return fail(err, PE_BAD_RELOCATIONS,
                        "damaged: relocation of unknown type %u for address %#llx", entry >> 12,
                        (unsigned long long)at);
        }
        if (!inside(limit, at, width))
            return fail(err, PE_BAD_RELOCATIONS,
                        "damaged: relocation for address %#llx outside the image",
                        (unsigned long long)at);
        if (width == sizeof(uint32_t))
            add32(image + at, (uint32_t)delta);
        else
            add64(image + at, delta);
    }
    return PE_OK;
}

enum pe_status pe_relocate(void *image, size_t size, const struct pe_image *pe, int64_t delta,
                           struct pe_error *err)
{
    uint8_t *bytes = image;
    const size_t limit = image_limit(size, pe);
    const IMAGE_DATA_DIRECTORY *dir = &pe->directory[IMAGE_DIRECTORY_ENTRY_BASERELOC];
    if (err)
        memset(err, 0, sizeof *err);
    if (!delta)
        return PE_OK;
    if (pe->characteristics & IMAGE_FILE_RELOCS_STRIPPED)
        return fail(err, PE_FIXED_BASE,
                    "can only run at address %#llx (no relocations), which is taken",
                    (unsigned long long)pe->image_base);

    uint64_t at = dir->VirtualAddress;
    uint64_t left = at ? dir->Size : 0;
    if (!inside(limit, at, left))
        return fail(err, PE_BAD_RELOCATIONS,
                    "damaged: the relocations (%#x bytes at %#x) are outside the image", dir->Size,
                    dir->VirtualAddress);

    IMAGE_BASE_RELOCATION block;
    while (left >= sizeof block) {
        memcpy(&block, bytes + at, sizeof block);
        if (!block.VirtualAddress && !block.SizeOfBlock)
            break; /* an empty block ends the table in the output of some linkers */
        if (block.SizeOfBlock < sizeof block || block.SizeOfBlock > left)
            return fail(err, PE_BAD_RELOCATIONS,
                        "damaged: a relocation block of %#x bytes at %#llx, %#llx are left",
                        block.SizeOfBlock, (unsigned long long)at, (unsigned long long)left);
        enum pe_status status = relocate_block(
            bytes, limit, block.VirtualAddress, bytes + at + sizeof block,
            (block.SizeOfBlock - sizeof block) / sizeof(uint16_t), (uint64_t)delta, err);
        if (status != PE_OK)
            return status;
        at += block.SizeOfBlock;
        left -= block.SizeOfBlock;
    }

    /* As on NT, the header in memory shows the base that the image really has. */
    size_t width = pe->is_64 ? sizeof(uint64_t) : sizeof(uint32_t);
    if (inside(limit, pe->image_base_offset, width)) {
        uint64_t base = pe->image_base + (uint64_t)delta;
        memcpy(bytes + pe->image_base_offset, &base, width); /* little-endian: the low half first */
    }
    return PE_OK;
}

/* strcmp of name with the string at rva, whose end need not be in the image. */
static int compare_name(const uint8_t *bytes, size_t limit, uint32_t rva, const char *name)
{
    for (size_t i = 0;; i++) {
        uint64_t at = (uint64_t)rva + i;
        uint8_t theirs = at < limit ? bytes[at] : 0;
        uint8_t ours = (uint8_t)name[i];
        if (ours != theirs || !ours)
            return (ours > theirs) - (ours < theirs);
    }
}

uint32_t pe_find_export(const void *image, size_t size, const struct pe_image *pe, const char *name)
{
    const uint8_t *bytes = image;
    const size_t limit = image_limit(size, pe);
    const IMAGE_DATA_DIRECTORY *dir = &pe->directory[IMAGE_DIRECTORY_ENTRY_EXPORT];
    IMAGE_EXPORT_DIRECTORY exports;
    if (!dir->VirtualAddress || !inside(limit, dir->VirtualAddress, sizeof exports))
        return 0;
    memcpy(&exports, bytes + dir->VirtualAddress, sizeof exports);
    if (!inside(limit, exports.AddressOfNames, (uint64_t)exports.NumberOfNames * 4) ||
        !inside(limit, exports.AddressOfNameOrdinals, (uint64_t)exports.NumberOfNames * 2) ||
        !inside(limit, exports.AddressOfFunctions, (uint64_t)exports.NumberOfFunctions * 4))
        return 0;

    uint32_t low = 0, high = exports.NumberOfNames;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        uint32_t name_rva;
        memcpy(&name_rva, bytes + exports.AddressOfNames + (size_t)middle * 4, sizeof name_rva);
        int order = compare_name(bytes, limit, name_rva, name);
        if (order < 0) {
            high = middle;
        } else if (order > 0) {
            low = middle + 1;
        } else {
            uint16_t index;
            uint32_t rva;
            memcpy(&index, bytes + exports.AddressOfNameOrdinals + (size_t)middle * 2,
                   sizeof index);
            if (index >= exports.NumberOfFunctions)
                return 0;
            memcpy(&rva, bytes + exports.AddressOfFunctions + (size_t)index * 4, sizeof rva);
            bool forwarder = rva >= dir->VirtualAddress && rva - dir->VirtualAddress < dir->Size;
            return forwarder || rva >= limit ? 0 : rva;
        }
    }
    return 0;
}
