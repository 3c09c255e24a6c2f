/*
 * PE images: reading and judging their headers, moving them to another base, finding an export.
 *
 * Everything here is pure: no allocation, no system calls, no global state, so any thread may call
 * it. All bytes are taken for hostile; nothing outside the given sizes is read or written. Offsets
 * and sizes are in bytes.
 */
#ifndef COMPATRUN_LOADER_PE_H
#define COMPATRUN_LOADER_PE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/nt/image.h"

#define PE_PAGE_SIZE 4096u /* of NT on every machine that we run */
#define PE_MAX_SECTIONS 96 /* NT refuses more */
#define PE_ERROR_TEXT_SIZE 192

enum pe_status {
    PE_OK,
    PE_NEED_MORE,       /* the prefix is too short: call again with pe_error.needed bytes */
    PE_NOT_MZ,          /* no DOS header: not an executable of the DOS family at all */
    PE_DOS_PROGRAM,     /* MZ and nothing newer behind it */
    PE_NE_PROGRAM,      /* 16-bit Windows or OS/2 */
    PE_LE_PROGRAM,      /* VxD, DOS extender, OS/2 2.x */
    PE_TRUNCATED,       /* the file ends before what its headers promise */
    PE_DAMAGED,         /* contradicts itself, or breaks a rule of NT's loader */
    PE_WRONG_MACHINE,   /* well-formed, for a machine that was not asked for */
    PE_DOTNET_ONLY,     /* IL only: needs a .NET runtime, there is no machine code */
    PE_IS_DLL,          /* a library where a program was wanted */
    PE_IS_NATIVE,       /* subsystem native: a driver or a boot program */
    PE_WRONG_SUBSYSTEM, /* EFI, Xbox, POSIX, OS/2, Windows CE */
    PE_FIXED_BASE,      /* asked to move, but its relocations were stripped */
    PE_BAD_RELOCATIONS,
};

struct pe_error {
    enum pe_status status;
    uint64_t needed; /* PE_NEED_MORE: length of the prefix to offer, never above the file's size */
    char text[PE_ERROR_TEXT_SIZE]; /* one clause that fits behind "FILE: ", no full stop */
};

enum {
    PE_READ = 1,
    PE_WRITE = 2,
    PE_EXEC = 4,
    PE_SHARED = 8,       /* one copy for all processes */
    PE_DISCARDABLE = 16, /* may be dropped after the start; informative */
};

/*
 * One section. In a flat image it is a mere note (it need not be page aligned, map_size is
 * virtual_size, which may be 0), since the whole file is mapped in one piece.
 */
struct pe_section {
    char name[IMAGE_SIZEOF_SHORT_NAME + 1]; /* for messages: bytes that do not print are '?' */
    bool mappable;            /* file_offset is page aligned, so mmap works; otherwise copy */
    unsigned flags;           /* PE_READ and so on, exactly as declared */
    uint32_t characteristics; /* IMAGE_SCN_* */
    uint32_t rva;             /* page aligned */
    uint32_t virtual_size;    /* where the file says 0, the raw size; never 0 */
    uint32_t map_size;        /* in whole pages; rva + map_size is within the image's last page */
    uint32_t file_offset;     /* as NT reads it: rounded down to a sector */
    uint32_t file_size;       /* within map_size and the file; up to map_size, zeros follow */
};

struct pe_image {
    uint16_t machine; /* IMAGE_FILE_MACHINE_*; pe_parse takes any */
    bool is_64;       /* PE32+ */
    bool flat;        /* low alignment or no sections: the file is the image, all pages RWX */
    bool is_dll;
    bool dotnet;  /* has a CLI header */
    bool il_only; /* and no machine code */
    uint16_t characteristics;
    uint16_t subsystem;
    uint16_t dll_characteristics;
    uint16_t os_major, os_minor;
    uint16_t image_major, image_minor;
    uint16_t subsystem_major, subsystem_minor;
    uint32_t win32_version; /* normally 0; otherwise overrides the version that the PEB shows */
    uint32_t timestamp;
    uint32_t checksum;
    uint64_t image_base;    /* multiple of 64 KiB; its sum with size_of_image does not wrap */
    uint32_t size_of_image; /* as declared; map round-up to a page */
    uint32_t size_of_headers;
    uint32_t headers_file_size; /* what the file holds of them; flat: of the whole image */
    uint32_t section_alignment;
    uint32_t file_alignment;
    uint32_t entry_rva; /* 0: none (libraries only) */
    uint32_t loader_flags;
    uint64_t stack_reserve, stack_commit;
    uint64_t heap_reserve, heap_commit;
    uint32_t nt_headers;        /* offset of "PE\0\0" in file and image */
    uint32_t image_base_offset; /* offset of the ImageBase field in file and image */
    unsigned directory_count;   /* entries that the header really has; the others below are 0 */
    IMAGE_DATA_DIRECTORY directory[IMAGE_NUMBEROF_DIRECTORY_ENTRIES]; /* contents unchecked */
    unsigned section_count;
    struct pe_section section[PE_MAX_SECTIONS]; /* ascending, without gaps, unless flat */
};

/*
 * Reads the headers of a file of file_size bytes, of which the first head_size are at head. Applies
 * the rules by which NT accepts an image section, whatever the machine and the purpose: see
 * pe_check for those. 4 KiB are enough for nearly every file; PE_NEED_MORE says otherwise (a .NET
 * file needs its CLI header, which may be anywhere in the file). A second call with the bytes asked
 * for makes progress, so asking ends at the latest with the whole file. Returns PE_OK and fills
 * *out, or another status (also in *err); then *out is unspecified.
 */
enum pe_status pe_parse(const void *head, size_t head_size, uint64_t file_size,
                        struct pe_image *out, struct pe_error *err);

enum pe_use { PE_USE_PROGRAM, PE_USE_LIBRARY };

/*
 * Can the image be used so? machines: an array of IMAGE_FILE_MACHINE_* that end with 0. A library
 * is not asked for its subsystem, and may be a program too (as LoadLibrary allows). PE_OK,
 * PE_WRONG_MACHINE, PE_DOTNET_ONLY, PE_IS_DLL, PE_IS_NATIVE, PE_WRONG_SUBSYSTEM, PE_DAMAGED (a
 * program without entry point).
 */
enum pe_status pe_check(const struct pe_image *pe, enum pe_use use, const uint16_t *machines,
                        struct pe_error *err);

/* "x86-64", "ARM64", ...; for unknown numbers NULL. */
const char *pe_machine_name(uint16_t machine);

/* The NTSTATUS that NtCreateSection(SEC_IMAGE) answers for a status; 0 for PE_OK. */
uint32_t pe_ntstatus(enum pe_status status);

/* The section whose mapped pages hold the address, or NULL (headers, or outside). */
const struct pe_section *pe_section_at(const struct pe_image *pe, uint32_t rva);

/* Where the file keeps length bytes at rva. False if any of them does not come from the file. */
bool pe_file_offset(const struct pe_image *pe, uint32_t rva, uint32_t length, uint64_t *offset);

/*
 * Adds delta to every place that the base relocations name, and to ImageBase in the mapped header.
 * image is the mapped image, writable, size bytes long, of which only size_of_image (in whole
 * pages) are touched. The relocations are read from the image itself. After an error the image is
 * partly moved and good for nothing. An image that has no relocation table although it was not
 * stripped needs no change, as NT sees it. PE_OK, PE_FIXED_BASE, PE_BAD_RELOCATIONS.
 */
enum pe_status pe_relocate(void *image, size_t size, const struct pe_image *pe, int64_t delta,
                           struct pe_error *err);

/*
 * The RVA of the export of that name in a mapped image, or 0: not there, a forwarder, or the tables
 * are damaged. Names are compared byte for byte and must be sorted so, as linkers do.
 */
uint32_t pe_find_export(const void *image, size_t size, const struct pe_image *pe,
                        const char *name);

#endif
