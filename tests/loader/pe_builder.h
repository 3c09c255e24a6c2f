/*
 * Small valid PE files in memory, for tests to look at and to damage.
 *
 * Every file has the layout below. The buffers come from malloc; the caller frees them. Headers are
 * returned as pointers into the file, naturally aligned, so tests change fields in place.
 */
#ifndef COMPATRUN_TESTS_PE_BUILDER_H
#define COMPATRUN_TESTS_PE_BUILDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loader/pe.h"

enum {
    BUILT_NT_HEADERS = 0x80, /* e_lfanew */
    BUILT_HEADERS = 0x400,
    /* Sections in the file; each takes one unit of file alignment (0x200). */
    BUILT_TEXT = 0x1000,
    BUILT_RDATA = 0x2000, /* the export directory and its tables */
    BUILT_DATA = 0x3000,  /* with a tail of zeros: virtual size 0x1800 */
    BUILT_RELOC = 0x5000,
    BUILT_END = 0x6000,
    BUILT_SECTIONS = 4,

    BUILT_FIXUP =
        BUILT_DATA + 0x10, /* a pointer to BUILT_TEXT, with a relocation of the image's width */
    BUILT_EXPORT_ALPHA = BUILT_TEXT + 0x10,
    BUILT_EXPORT_OMEGA = BUILT_DATA + 0x20,
};

#define BUILT_BASE 0x180000000ull
#define BUILT_BASE_32 0x10000000ull

struct pe_file {
    uint8_t *bytes;
    size_t size;
    bool is_64;
};

/* A console program that exports Alpha, Beta (a forwarder) and Omega. */
struct pe_file pe_build(bool is_64);

/* One whose alignments are 512, so that file offsets are addresses. */
struct pe_file pe_build_flat(void);

/* Turns it into a .NET file: the CLI header goes into the middle of .text. */
void pe_build_add_cli(struct pe_file *file, uint32_t flags);

IMAGE_DOS_HEADER *pe_build_dos(struct pe_file *file);
IMAGE_FILE_HEADER *pe_build_header(struct pe_file *file);
IMAGE_OPTIONAL_HEADER64 *pe_build_opt64(struct pe_file *file);
IMAGE_OPTIONAL_HEADER32 *pe_build_opt32(struct pe_file *file);
IMAGE_DATA_DIRECTORY *pe_build_directory(struct pe_file *file, unsigned index);
IMAGE_SECTION_HEADER *pe_build_section(struct pe_file *file, unsigned index);

/*
 * Bytes of the file that will be at rva. Fails the program if there are none: a test asked for what
 * it never built.
 */
uint8_t *pe_build_at(struct pe_file *file, uint32_t rva);

/* The image as a loader maps it. *size is a whole number of pages. */
uint8_t *pe_build_map(const struct pe_file *file, const struct pe_image *pe, size_t *size);

#endif
