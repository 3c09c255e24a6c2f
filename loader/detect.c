#include "loader/detect.h"

#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Segment types that only one system's linker writes, and that <elf.h> does not have. */
#define PT_OPENBSD_MUTABLE 0x65A3DBE5u
#define PT_OPENBSD_RANDOMIZE 0x65A3DBE6u
#define PT_OPENBSD_WXNEEDED 0x65A3DBE7u
#define PT_OPENBSD_NOBTCFI 0x65A3DBE8u
#define PT_OPENBSD_SYSCALLS 0x65A3DBE9u
#define PT_OPENBSD_BOOTDATA 0x65A41BE6u

#define MAX_PROGRAM_HEADERS 512u /* of which we look at; real programs have about ten */
#define MAX_NOTE_BYTES 65536u

struct view {
    const uint8_t *bytes;
    size_t size;
    uint64_t file_size;
    bool big_endian;
};

__attribute__((format(printf, 2, 3))) static void say(struct detected *out, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vsnprintf(out->text, sizeof out->text, format, list);
    va_end(list);
}

/* Are the bytes at hand? If only the file has them, notes that more should be read. */
static bool have(const struct view *view, struct detected *out, uint64_t at, uint64_t length)
{
    if (at > view->file_size || length > view->file_size - at)
        return false;
    if (at + length <= view->size)
        return true;
    if (out->needed < at + length)
        out->needed = at + length;
    return false;
}

/* A number of 1 to 8 bytes in the file's byte order; the caller has made sure of the bytes. */
static uint64_t number(const struct view *view, uint64_t at, unsigned width)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < width; i++) {
        unsigned shift = 8 * (view->big_endian ? width - 1 - i : i);
        value |= (uint64_t)view->bytes[at + i] << shift;
    }
    return value;
}

static const char *os_name(enum detect_os os)
{
    switch (os) {
    case DETECT_OS_WINDOWS:
        return "Windows";
    case DETECT_OS_LINUX:
        return "Linux";
    case DETECT_OS_ANDROID:
        return "Android";
    case DETECT_OS_FREEBSD:
        return "FreeBSD";
    case DETECT_OS_NETBSD:
        return "NetBSD";
    case DETECT_OS_OPENBSD:
        return "OpenBSD";
    case DETECT_OS_DRAGONFLY:
        return "DragonFly BSD";
    case DETECT_OS_SOLARIS:
        return "Solaris/illumos";
    case DETECT_OS_DARWIN:
        return "macOS";
    case DETECT_OS_HURD:
        return "GNU Hurd";
    case DETECT_OS_HAIKU:
        return "Haiku";
    default:
        return NULL;
    }
}

static const char *role_name(enum detect_role role)
{
    switch (role) {
    case DETECT_ROLE_LIBRARY:
        return "library";
    case DETECT_ROLE_OBJECT:
        return "object file";
    case DETECT_ROLE_CORE:
        return "core dump";
    default:
        return "program";
    }
}

/* PE, and what else begins with MZ */

static enum detect_cpu pe_cpu(uint16_t machine)
{
    switch (machine) {
    case IMAGE_FILE_MACHINE_AMD64:
        return DETECT_CPU_X86_64;
    case IMAGE_FILE_MACHINE_I386:
        return DETECT_CPU_I386;
    case IMAGE_FILE_MACHINE_ARM64:
        return DETECT_CPU_ARM64;
    case IMAGE_FILE_MACHINE_ARMNT:
        return DETECT_CPU_ARM;
    case IMAGE_FILE_MACHINE_RISCV64:
        return DETECT_CPU_RISCV64;
    default:
        return DETECT_CPU_OTHER;
    }
}

static void describe_pe(const struct pe_image *pe, struct detected *out)
{
    const uint16_t any[] = {pe->machine, 0};
    const char *machine = pe_machine_name(pe->machine);
    struct pe_error err;

    out->is_64 = pe->is_64;
    out->machine = pe->machine;
    out->cpu = pe_cpu(pe->machine);
    out->role = pe->is_dll ? DETECT_ROLE_LIBRARY : DETECT_ROLE_PROGRAM;
    if (pe->machine == IMAGE_FILE_MACHINE_UNKNOWN || !machine)
        say(out, "a Windows %s for an unknown machine (%#06x)", role_name(out->role), pe->machine);
    else if (pe->is_dll && !pe->il_only)
        say(out, "a Windows library (DLL) for %s", machine);
    else if (pe_check(pe, PE_USE_PROGRAM, any, &err) != PE_OK)
        say(out, "%s", err.text);
    else
        say(out, "a Windows %s program for %s",
            pe->subsystem == IMAGE_SUBSYSTEM_WINDOWS_GUI ? "GUI" : "console", machine);
}

static void detect_mz(const struct view *view, struct detected *out)
{
    struct pe_image pe;
    struct pe_error err;

    out->kind = DETECT_PE;
    out->os = DETECT_OS_WINDOWS;
    out->pe_status = pe_parse(view->bytes, view->size, view->file_size, &pe, &err);
    switch (out->pe_status) {
    case PE_OK:
        describe_pe(&pe, out);
        return;
    case PE_NEED_MORE:
        out->needed = err.needed;
        say(out, "a Windows or DOS program");
        return;
    case PE_DOS_PROGRAM:
        out->kind = DETECT_DOS;
        out->os = DETECT_OS_OTHER;
        break;
    case PE_NE_PROGRAM:
        out->kind = DETECT_NE;
        out->os = DETECT_OS_OTHER;
        break;
    case PE_LE_PROGRAM:
        out->kind = DETECT_LE;
        out->os = DETECT_OS_OTHER;
        break;
    default:
        out->damaged = true;
        break;
    }
    say(out, "%s", err.text);
}

/* ELF */

struct elf_machine {
    uint16_t number;
    enum detect_cpu cpu;
    const char *name;
};

static const struct elf_machine elf_machines[] = {
    {EM_X86_64, DETECT_CPU_X86_64, "x86-64"},   {EM_386, DETECT_CPU_I386, "i386"},
    {EM_AARCH64, DETECT_CPU_ARM64, "ARM64"},    {EM_ARM, DETECT_CPU_ARM, "ARM"},
    {EM_RISCV, DETECT_CPU_RISCV64, "RISC-V"},   {EM_PPC64, DETECT_CPU_POWERPC64, "PowerPC 64"},
    {EM_PPC, DETECT_CPU_POWERPC, "PowerPC"},    {EM_MIPS, DETECT_CPU_OTHER, "MIPS"},
    {EM_SPARC, DETECT_CPU_OTHER, "SPARC"},      {EM_SPARC32PLUS, DETECT_CPU_OTHER, "SPARC"},
    {EM_SPARCV9, DETECT_CPU_OTHER, "SPARC V9"}, {EM_S390, DETECT_CPU_OTHER, "S/390"},
    {EM_IA_64, DETECT_CPU_OTHER, "IA64"},       {EM_ALPHA, DETECT_CPU_OTHER, "Alpha"},
    {0x9026, DETECT_CPU_OTHER, "Alpha"}, /* what the systems on Alpha really wrote */
    {EM_PARISC, DETECT_CPU_OTHER, "PA-RISC"},   {EM_68K, DETECT_CPU_OTHER, "m68k"},
    {EM_VAX, DETECT_CPU_OTHER, "VAX"},          {EM_SH, DETECT_CPU_OTHER, "SuperH"},
    {258, DETECT_CPU_OTHER, "LoongArch"},
};

/* The ABI byte, where it names a system. 0 is written by most for "System V". */
static enum detect_os osabi_os(unsigned abi)
{
    switch (abi) {
    case ELFOSABI_NONE:
    case ELFOSABI_ARM_AEABI:
    case ELFOSABI_ARM:
        return DETECT_OS_UNKNOWN;
    case ELFOSABI_NETBSD:
        return DETECT_OS_NETBSD;
    case ELFOSABI_GNU: /* set by binutils for GNU extensions too; the notes are asked as well */
        return DETECT_OS_LINUX;
    case ELFOSABI_SOLARIS:
        return DETECT_OS_SOLARIS;
    case ELFOSABI_FREEBSD:
        return DETECT_OS_FREEBSD;
    case ELFOSABI_OPENBSD:
        return DETECT_OS_OPENBSD;
    default: /* HP-UX, AIX, IRIX, Tru64, OpenVMS, NSK, AROS, FenixOS, CloudABI, ... */
        return DETECT_OS_OTHER;
    }
}

/* The system of the GNU ABI tag, by the number in its first word. */
static enum detect_os gnu_tag_os(uint32_t tag)
{
    static const enum detect_os by_tag[] = {DETECT_OS_LINUX, DETECT_OS_HURD, DETECT_OS_SOLARIS,
                                            DETECT_OS_FREEBSD, DETECT_OS_NETBSD};
    return tag < sizeof by_tag / sizeof *by_tag ? by_tag[tag] : DETECT_OS_OTHER;
}

static enum detect_os note_os(const struct view *view, uint64_t name, uint32_t name_size,
                              uint32_t type, uint64_t desc, uint32_t desc_size, uint32_t *version)
{
    static const struct {
        const char *name;
        uint32_t type;
        enum detect_os os;
        bool has_version; /* the first word of the description */
    } vendors[] = {
        {"FreeBSD", 1, DETECT_OS_FREEBSD, true},  {"NetBSD", 1, DETECT_OS_NETBSD, true},
        {"OpenBSD", 1, DETECT_OS_OPENBSD, false}, {"DragonFly", 1, DETECT_OS_DRAGONFLY, true},
        {"PaX", 3, DETECT_OS_NETBSD, false},      {"Android", 1, DETECT_OS_ANDROID, true},
        {"Minix", 1, DETECT_OS_OTHER, false},
    };
    const char *text = (const char *)view->bytes + name;

    *version = 0;
    if (name_size == 4 && !memcmp(text, "GNU", 4) && type == NT_GNU_ABI_TAG && desc_size >= 16)
        return gnu_tag_os((uint32_t)number(view, desc, 4));
    for (size_t i = 0; i < sizeof vendors / sizeof *vendors; i++) {
        size_t length = strlen(vendors[i].name);
        /* Some tools count the terminating zero, some do not. */
        if (type != vendors[i].type || name_size < length || name_size > length + 1 ||
            memcmp(text, vendors[i].name, length) || (name_size > length && text[length]))
            continue;
        if (vendors[i].has_version && desc_size >= 4)
            *version = (uint32_t)number(view, desc, 4);
        return vendors[i].os;
    }
    return DETECT_OS_UNKNOWN;
}

/* Looks through one segment of notes; the first vendor's mark counts. */
static enum detect_os scan_notes(const struct view *view, struct detected *out, uint64_t at,
                                 uint64_t size, uint64_t alignment)
{
    const uint64_t mask = (alignment == 8 ? 8 : 4) - 1;
    if (size > MAX_NOTE_BYTES)
        size = MAX_NOTE_BYTES;
    if (!have(view, out, at, size))
        return DETECT_OS_UNKNOWN;
    const uint64_t end = at + size;

    while (end - at >= 12) {
        uint32_t name_size = (uint32_t)number(view, at, 4);
        uint32_t desc_size = (uint32_t)number(view, at + 4, 4);
        uint32_t type = (uint32_t)number(view, at + 8, 4);
        uint64_t name = at + 12;
        /* Paddings count from the note's own start; all terms are below 2^33, so nothing wraps. */
        uint64_t desc = at + ((12 + (uint64_t)name_size + mask) & ~mask);
        if (name_size > end - name || desc > end || desc_size > end - desc)
            break;
        uint32_t version;
        enum detect_os os = note_os(view, name, name_size, type, desc, desc_size, &version);
        if (os != DETECT_OS_UNKNOWN) {
            out->os_version = version;
            return os;
        }
        uint64_t next = desc + ((desc_size + mask) & ~mask);
        if (next > end)
            break;
        at = next;
    }
    return DETECT_OS_UNKNOWN;
}

static bool begins_with(const char *text, const char *prefix)
{
    return !strncmp(text, prefix, strlen(prefix));
}

static enum detect_os interpreter_os(const char *path, const struct detected *out)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;

    if (begins_with(path, "/system/bin/linker") || begins_with(path, "/system/bin/bootstrap/"))
        return DETECT_OS_ANDROID;
    if (!strcmp(path, "/system/runtime_loader"))
        return DETECT_OS_HAIKU;
    /* By the last part: Linux distributions move it (musl-based ones, Nix, Guix). */
    if (begins_with(base, "ld-linux") || begins_with(base, "ld-musl") ||
        begins_with(base, "ld64.so") || begins_with(base, "ld-uClibc"))
        return DETECT_OS_LINUX;
    if (!strcmp(path, "/usr/libexec/ld-elf.so.2"))
        return DETECT_OS_DRAGONFLY;
    if (begins_with(base, "ld-elf.so") || begins_with(base, "ld-elf32.so"))
        return DETECT_OS_FREEBSD;
    if (begins_with(base, "ld.elf_so"))
        return DETECT_OS_NETBSD;
    if (!strcmp(path, "/usr/libexec/ld.so"))
        return DETECT_OS_OPENBSD;
    /* Linux has the same name on PowerPC, MIPS and others. */
    if (!strcmp(base, "ld.so.1") && slash &&
        (out->cpu == DETECT_CPU_X86_64 || out->cpu == DETECT_CPU_I386 || out->machine == EM_SPARC ||
         out->machine == EM_SPARC32PLUS || out->machine == EM_SPARCV9))
        return DETECT_OS_SOLARIS;
    return DETECT_OS_UNKNOWN;
}

static void take_interpreter(const struct view *view, struct detected *out, uint64_t at,
                             uint64_t size)
{
    if (size >= sizeof out->interpreter)
        size = sizeof out->interpreter - 1;
    if (have(view, out, at, size))
        memcpy(out->interpreter, view->bytes + at, size);
}

static enum detect_os segment_os(uint32_t type)
{
    switch (type) {
    case PT_OPENBSD_MUTABLE:
    case PT_OPENBSD_RANDOMIZE:
    case PT_OPENBSD_WXNEEDED:
    case PT_OPENBSD_NOBTCFI:
    case PT_OPENBSD_SYSCALLS:
    case PT_OPENBSD_BOOTDATA:
        return DETECT_OS_OPENBSD;
    case PT_SUNWBSS:
    case PT_SUNWSTACK:
    case 0x6FFFFFFC: /* PT_SUNWDTRACE */
    case 0x6FFFFFFD: /* PT_SUNWCAP */
        return DETECT_OS_SOLARIS;
    default:
        return DETECT_OS_UNKNOWN;
    }
}

/* What the program headers tell: the interpreter, and the system by notes or by a private segment.
 */
static void read_segments(const struct view *view, struct detected *out, enum detect_os *by_note,
                          enum detect_os *by_segment)
{
    const unsigned word = out->is_64 ? 8 : 4;
    const uint64_t table = number(view, out->is_64 ? 32 : 28, word);
    const unsigned entry = (unsigned)number(view, out->is_64 ? 54 : 42, 2);
    unsigned count = (unsigned)number(view, out->is_64 ? 56 : 44, 2);

    if (!count || entry < (out->is_64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)))
        return;
    if (count > MAX_PROGRAM_HEADERS)
        count = MAX_PROGRAM_HEADERS;
    if (!have(view, out, table, (uint64_t)count * entry)) {
        if (!out->needed) {
            out->damaged = true;
            say(out, "truncated: the ELF file ends before or within its program headers");
        }
        return;
    }
    for (unsigned i = 0; i < count; i++) {
        uint64_t at = table + (uint64_t)i * entry;
        uint32_t type = (uint32_t)number(view, at, 4);
        uint64_t offset = number(view, at + (out->is_64 ? 8 : 4), word);
        uint64_t size = number(view, at + (out->is_64 ? 32 : 16), word);
        uint64_t alignment = number(view, at + (out->is_64 ? 48 : 28), word);

        if (type == PT_INTERP)
            take_interpreter(view, out, offset, size);
        else if (type == PT_NOTE && *by_note == DETECT_OS_UNKNOWN)
            *by_note = scan_notes(view, out, offset, size, alignment);
        else if (*by_segment == DETECT_OS_UNKNOWN)
            *by_segment = segment_os(type);
    }
}

static enum detect_role elf_role(unsigned type, const struct view *view, const struct detected *out)
{
    switch (type) {
    case ET_REL:
        return DETECT_ROLE_OBJECT;
    case ET_EXEC:
        return DETECT_ROLE_PROGRAM;
    case ET_DYN: /* a static PIE has no interpreter, a library seldom an entry point */
        return out->interpreter[0] || number(view, 24, out->is_64 ? 8 : 4) ? DETECT_ROLE_PROGRAM
                                                                           : DETECT_ROLE_LIBRARY;
    case ET_CORE:
        return DETECT_ROLE_CORE;
    default:
        return DETECT_ROLE_UNKNOWN;
    }
}

static void detect_elf(struct view *view, struct detected *out)
{
    out->kind = DETECT_ELF;
    if (!have(view, out, 0, EI_NIDENT)) {
        out->damaged = true;
        say(out, "truncated: the file ends within its ELF header");
        return;
    }
    const unsigned class = view->bytes[EI_CLASS], data = view->bytes[EI_DATA];
    if ((class != ELFCLASS32 && class != ELFCLASS64) ||
        (data != ELFDATA2LSB && data != ELFDATA2MSB)) {
        out->damaged = true;
        say(out, "damaged: an ELF file of unknown class %u or byte order %u", class, data);
        return;
    }
    out->is_64 = class == ELFCLASS64;
    out->big_endian = view->big_endian = data == ELFDATA2MSB;
    if (!have(view, out, 0, out->is_64 ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr))) {
        out->damaged = !out->needed;
        say(out, "truncated: the file ends within its ELF header");
        return;
    }

    const char *machine = NULL;
    char unknown[32];
    out->machine = (uint32_t)number(view, 18, 2);
    for (size_t i = 0; i < sizeof elf_machines / sizeof *elf_machines; i++) {
        if (elf_machines[i].number == out->machine) {
            out->cpu = elf_machines[i].cpu;
            machine = elf_machines[i].name;
        }
    }
    if (out->machine == EM_RISCV && !out->is_64)
        out->cpu = DETECT_CPU_OTHER;
    if (out->machine == EM_X86_64 && !out->is_64)
        machine = "x32 (x86-64 with 32-bit addresses)";
    if (!machine) {
        snprintf(unknown, sizeof unknown, "an unknown machine (%u)", out->machine);
        machine = unknown;
    }

    /*
     * The vendor's note is the surest sign, then a segment type that only one linker writes, then
     * the ABI byte, which binutils sets to GNU or FreeBSD for mere symbol types, and the
     * interpreter's name.
     */
    enum detect_os by_note = DETECT_OS_UNKNOWN, by_segment = DETECT_OS_UNKNOWN;
    read_segments(view, out, &by_note, &by_segment);
    out->role = elf_role((unsigned)number(view, 16, 2), view, out);
    if (out->damaged)
        return;
    enum detect_os by_abi = osabi_os(view->bytes[EI_OSABI]);
    if (by_note != DETECT_OS_UNKNOWN)
        out->os = by_note;
    else if (by_segment != DETECT_OS_UNKNOWN)
        out->os = by_segment;
    else if (by_abi != DETECT_OS_UNKNOWN)
        out->os = by_abi;
    else
        out->os = interpreter_os(out->interpreter, out);

    const char *os = os_name(out->os);
    const char *role = role_name(out->role);
    if (os)
        say(out, "%s %s %s for %s",
            out->os == DETECT_OS_ANDROID || out->os == DETECT_OS_OPENBSD ? "an" : "a", os, role,
            machine);
    else if (out->os == DETECT_OS_OTHER)
        say(out, "an ELF %s for %s of another system (ABI %u)", role, machine,
            view->bytes[EI_OSABI]);
    else
        say(out, "an ELF %s for %s that does not say for which system", role, machine);
}

/* Mach-O */

#define MH_MAGIC_32 0xFEEDFACEu
#define MH_MAGIC_64 0xFEEDFACFu
#define FAT_MAGIC_32 0xCAFEBABEu
#define FAT_MAGIC_64 0xCAFEBABFu
/* A Java class begins with the same bytes as a fat file; there, its version (45 and up) follows. */
#define MAX_FAT_MACHINES 30u

static const char *macho_machine(uint32_t type, enum detect_cpu *cpu)
{
    switch (type) {
    case 0x01000007:
        *cpu = DETECT_CPU_X86_64;
        return "x86-64";
    case 7:
        *cpu = DETECT_CPU_I386;
        return "i386";
    case 0x0100000C:
        *cpu = DETECT_CPU_ARM64;
        return "ARM64";
    case 0x0200000C:
        *cpu = DETECT_CPU_OTHER;
        return "ARM64 with 32-bit addresses";
    case 12:
        *cpu = DETECT_CPU_ARM;
        return "ARM";
    case 18:
        *cpu = DETECT_CPU_POWERPC;
        return "PowerPC";
    case 0x01000012:
        *cpu = DETECT_CPU_POWERPC64;
        return "PowerPC 64";
    default:
        *cpu = DETECT_CPU_OTHER;
        return "an unknown machine";
    }
}

static void detect_macho(struct view *view, struct detected *out, uint32_t little)
{
    out->kind = DETECT_MACHO;
    out->os = DETECT_OS_DARWIN;
    out->is_64 = little == MH_MAGIC_64 || little == __builtin_bswap32(MH_MAGIC_64);
    out->big_endian = view->big_endian = little != MH_MAGIC_32 && little != MH_MAGIC_64;
    if (!have(view, out, 0, 28)) {
        out->damaged = !out->needed;
        say(out, "truncated: the file ends within its Mach-O header");
        return;
    }
    out->machine = (uint32_t)number(view, 4, 4);
    switch (number(view, 12, 4)) {
    case 1:
        out->role = DETECT_ROLE_OBJECT;
        break;
    case 2:
        out->role = DETECT_ROLE_PROGRAM;
        break;
    case 4:
        out->role = DETECT_ROLE_CORE;
        break;
    case 6:
    case 8:
    case 9:
        out->role = DETECT_ROLE_LIBRARY;
        break;
    default:
        break;
    }
    const char *machine = macho_machine(out->machine, &out->cpu);
    say(out, "a macOS (Mach-O) %s for %s", role_name(out->role), machine);
}

static bool detect_fat_macho(struct view *view, struct detected *out, uint32_t big)
{
    const bool wide = big == FAT_MAGIC_64;
    const uint64_t entry = wide ? 32 : 20;

    view->big_endian = true;
    if (!have(view, out, 0, 8))
        return false;
    const uint32_t count = (uint32_t)number(view, 4, 4);
    if (!count || count > MAX_FAT_MACHINES)
        return false;

    out->kind = DETECT_MACHO;
    out->os = DETECT_OS_DARWIN;
    if (!have(view, out, 8, count * entry)) {
        out->damaged = !out->needed;
        say(out, "truncated: the file ends within its list of %u Mach-O programs", count);
        return true;
    }
    char names[96] = "";
    size_t used = 0;
    for (uint32_t i = 0; i < count; i++) {
        enum detect_cpu cpu;
        uint32_t type = (uint32_t)number(view, 8 + i * entry, 4);
        const char *name = macho_machine(type, &cpu);
        if (!i || (cpu == DETECT_CPU_X86_64 && out->cpu != cpu)) {
            out->cpu = cpu;
            out->machine = type;
            out->is_64 = type & 0x01000000;
        }
        size_t room = sizeof names - used;
        int length = snprintf(names + used, room, "%s%s", i ? ", " : "", name);
        used += length > 0 && (size_t)length < room ? (size_t)length : room - 1;
    }
    say(out, "a macOS (fat Mach-O) file for %s", names);
    return true;
}

/* The rest */

static void detect_script(const struct view *view, struct detected *out)
{
    size_t at = 2, length = 0;
    out->kind = DETECT_SCRIPT;
    out->role = DETECT_ROLE_PROGRAM;
    while (at < view->size && (view->bytes[at] == ' ' || view->bytes[at] == '\t'))
        at++;
    while (at < view->size && length < sizeof out->interpreter - 1) {
        uint8_t byte = view->bytes[at++];
        if (byte <= ' ')
            break;
        out->interpreter[length++] = (char)byte;
    }
    if (!length) {
        out->damaged = true;
        say(out, "a script whose first line names no interpreter");
        return;
    }
    char shown[100];
    size_t i = 0;
    for (; i < length && i < sizeof shown - 1; i++)
        shown[i] = out->interpreter[i] == 0x7F ? '?' : out->interpreter[i];
    shown[i] = 0;
    say(out, "a script for %s, which Linux can start itself", shown);
}

/* What people give by mistake, by its first bytes. */
static const char *other_name(const struct view *view)
{
    static const struct {
        const char *bytes;
        unsigned length;
        const char *name;
    } marks[] = {
        {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8, "a Windows Installer (MSI) or other OLE file"},
        {"L\0\0\0\x01\x14\x02\0", 8, "a Windows shortcut (LNK)"},
        {"PK\x03\x04", 4, "a ZIP archive"},
        {"MSCF\0\0\0\0", 8, "a Windows cabinet (CAB) archive"},
        {"!<arch>\n", 8, "an archive of object files (ar)"},
        {"\xCA\xFE\xBA\xBE", 4, "a Java class"},
        {"\0asm", 4, "a WebAssembly module"},
        {"\x1F\x8B", 2, "gzip data"},
        {"\xFD"
         "7zXZ",
         5, "xz data"},
        {"7z\xBC\xAF\x27\x1C", 6, "a 7-Zip archive"},
        {"%PDF-", 5, "a PDF document"},
    };
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (view->size >= marks[i].length && !memcmp(view->bytes, marks[i].bytes, marks[i].length))
            return marks[i].name;
    return NULL;
}

static bool looks_like_text(const struct view *view)
{
    for (size_t i = 0; i < view->size && i < 512; i++) {
        uint8_t byte = view->bytes[i];
        if ((byte < ' ' && byte != '\n' && byte != '\r' && byte != '\t' && byte != '\f') ||
            byte == 0x7F)
            return false;
    }
    return true;
}

static void detect_other(const struct view *view, struct detected *out)
{
    const char *name = other_name(view);
    if (name) {
        out->kind = DETECT_OTHER;
        say(out, "%s, not a program", name);
    } else if (looks_like_text(view)) {
        out->kind = DETECT_OTHER;
        say(out, "a text file without a \"#!\" line");
    } else {
        say(out, "not a program of any known kind");
    }
}

void detect_bytes(const void *head, size_t head_size, uint64_t file_size, struct detected *out)
{
    struct view view = {.bytes = head, .size = head_size, .file_size = file_size};
    memset(out, 0, sizeof *out);
    if (view.size > file_size)
        view.size = (size_t)file_size;
    if (!file_size) {
        out->kind = DETECT_EMPTY;
        say(out, "an empty file");
        return;
    }

    uint32_t little = 0; /* short files compare as if zeros followed */
    for (size_t i = 0; i < view.size && i < 4; i++)
        little |= (uint32_t)view.bytes[i] << (8 * i);
    const uint32_t big = __builtin_bswap32(little);

    if ((little & 0xFFFF) == IMAGE_DOS_SIGNATURE)
        detect_mz(&view, out);
    else if (big == 0x7F454C46)
        detect_elf(&view, out);
    else if ((little & 0xFFFF) == ('#' | '!' << 8))
        detect_script(&view, out);
    else if (little == MH_MAGIC_32 || little == MH_MAGIC_64 || big == MH_MAGIC_32 ||
             big == MH_MAGIC_64)
        detect_macho(&view, out, little);
    else if ((big == FAT_MAGIC_32 || big == FAT_MAGIC_64) && detect_fat_macho(&view, out, big))
        return;
    else
        detect_other(&view, out);
}

/* Fills the buffer as far as the file goes; a file that shrinks meanwhile is as short as it is. */
static ssize_t read_prefix(int fd, void *buffer, size_t size)
{
    size_t done = 0;
    while (done < size) {
        ssize_t got = pread(fd, (char *)buffer + done, size - done, (off_t)done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (!got)
            break;
        done += (size_t)got;
    }
    return (ssize_t)done;
}

int detect_fd(int fd, struct detected *out)
{
    struct stat st;
    uint8_t first[DETECT_FIRST_READ];

    if (fstat(fd, &st))
        return errno;
    memset(out, 0, sizeof *out);
    if (S_ISDIR(st.st_mode)) {
        out->kind = DETECT_DIRECTORY;
        say(out, "a directory");
        return 0;
    }
    if (!S_ISREG(st.st_mode)) {
        out->kind = DETECT_SPECIAL;
        say(out, "not a regular file");
        return 0;
    }

    ssize_t got = read_prefix(fd, first, sizeof first);
    if (got < 0)
        return errno;
    uint64_t file_size = (size_t)got < sizeof first ? (uint64_t)got : (uint64_t)st.st_size;
    detect_bytes(first, (size_t)got, file_size, out);

    /* Some linkers and packers put notes or the interpreter's name at the end. */
    for (size_t had = (size_t)got; out->needed > had && out->needed <= DETECT_LARGEST_READ;) {
        size_t size = (size_t)out->needed;
        uint8_t *more = malloc(size);
        if (!more)
            return ENOMEM;
        got = read_prefix(fd, more, size);
        int error = got < 0 ? errno : 0;
        if (!error) {
            if ((size_t)got < size)
                file_size = (uint64_t)got;
            detect_bytes(more, (size_t)got, file_size, out);
        }
        free(more);
        if (error)
            return error;
        had = size; /* so each round asks for more than the last */
    }
    return 0;
}
