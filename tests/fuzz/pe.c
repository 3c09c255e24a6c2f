/*
 * Fuzz target of loader/pe.c and loader/detect.c. Build and run:
 *
 *   clang -std=gnu17 -g -O1 -fsanitize=fuzzer,address,undefined -I. tests/fuzz/pe.c loader/pe.c
 * loader/detect.c
 *
 * Seeds come from tests/fuzz/pe_seeds.c. The answers are checked too: what the loader relies on
 * must hold.
 */
#include <stdlib.h>
#include <string.h>

#include "loader/detect.h"
#include "loader/pe.h"

#define LARGEST_IMAGE 0x100000u /* of those that are mapped here; larger ones are only parsed */

static void require(int condition)
{
    if (!condition)
        abort();
}

/* A copy of exactly that size, so that the sanitizer sees each byte too far. */
static uint8_t *exact_copy(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    require(copy != NULL);
    if (size)
        memcpy(copy, data, size);
    return copy;
}

/* The loader's way: a prefix, more as asked. */
static enum pe_status parse(const uint8_t *data, size_t size, struct pe_image *pe,
                            struct pe_error *err)
{
    for (size_t have = size < 64 ? size : 64;;) {
        uint8_t *prefix = exact_copy(data, have);
        enum pe_status status = pe_parse(prefix, have, size, pe, err);
        free(prefix);
        if (status != PE_NEED_MORE)
            return status;
        require(err->needed > have && err->needed <= size);
        have = err->needed;
    }
}

static void check_sections(const struct pe_image *pe, size_t size)
{
    const uint64_t end = ((uint64_t)pe->size_of_image + 0xFFF) & ~0xFFFull;
    require(pe->section_count <= PE_MAX_SECTIONS);
    require(pe->headers_file_size <= size && pe->headers_file_size <= pe->size_of_image);
    for (unsigned i = 0; i < pe->section_count; i++) {
        const struct pe_section *section = &pe->section[i];
        require((uint64_t)section->rva + section->map_size <= end);
        require((uint64_t)section->file_offset + section->file_size <= size);
        require(section->file_size <= section->map_size);
        require(strlen(section->name) <= IMAGE_SIZEOF_SHORT_NAME);
        if (pe->flat)
            continue;
        require(section->rva % PE_PAGE_SIZE == 0 && section->map_size % PE_PAGE_SIZE == 0);
        require(section->virtual_size && section->virtual_size <= section->map_size);
        require(section->rva >= pe->size_of_headers);
        if (i)
            require(section->rva >= section[-1].rva + section[-1].map_size);
    }
}

static void use_image(const uint8_t *data, const struct pe_image *pe)
{
    size_t size = ((size_t)pe->size_of_image + 0xFFF) & ~(size_t)0xFFF;
    struct pe_error err;
    if (size > LARGEST_IMAGE)
        return;
    uint8_t *image = calloc(1, size);
    require(image != NULL);
    memcpy(image, data, pe->headers_file_size);
    for (unsigned i = 0; i < pe->section_count && !pe->flat; i++)
        memcpy(image + pe->section[i].rva, data + pe->section[i].file_offset,
               pe->section[i].file_size);

    static const char *const names[] = {"", "Alpha", "Beta", "LdrInitializeThunk", "\xFF"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        require(pe_find_export(image, size, pe, names[i]) < size);
    static const int64_t deltas[] = {0, 0x10000, -0x7FFF00000000, INT64_MIN};
    for (size_t i = 0; i < sizeof deltas / sizeof *deltas; i++)
        pe_relocate(image, size, pe, deltas[i], &err);
    /* A view that is shorter than the headers say. */
    uint8_t *part = exact_copy(image, size / 2 + 1);
    pe_relocate(part, size / 2 + 1, pe, 0x10000, &err);
    pe_find_export(part, size / 2 + 1, pe, "Alpha");
    free(part);
    free(image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint16_t machines[] = {IMAGE_FILE_MACHINE_AMD64, IMAGE_FILE_MACHINE_I386, 0};
    static struct pe_image pe, at_once;
    struct pe_error err, ignored;
    struct detected found;

    enum pe_status status = parse(data, size, &pe, &err);
    require(pe_parse(data, size, size, &at_once, &ignored) == status);
    if (status == PE_OK) {
        require(!memcmp(&pe, &at_once, sizeof pe));
        check_sections(&pe, size);
        pe_check(&pe, PE_USE_PROGRAM, machines, &err);
        pe_check(&pe, PE_USE_LIBRARY, machines, &err);
        use_image(data, &pe);
    } else {
        require(err.text[0] && err.status == status);
    }

    detect_bytes(data, size, size, &found);
    require(found.text[0] && !found.needed);
    size_t half = size / 2;
    uint8_t *prefix = exact_copy(data, half);
    detect_bytes(prefix, half, size, &found);
    require(found.text[0] && (!found.needed || (found.needed > half && found.needed <= size)));
    free(prefix);
    return 0;
}
