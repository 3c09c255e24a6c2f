/*
 * ELF images of foreign systems: read through libelf, every field checked before use, mapped from
 * their file. x86-64, ET_EXEC and ET_DYN.
 */
#ifndef LOADER_ELF_H
#define LOADER_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "syscalls/unix/start.h"

#define ELF_MAX_SEGMENTS 64

struct elf_segment {
    uint64_t offset, file_size, address, size;
    int protection; /* PROT_* */
};

/* What the headers say, checked: segments in the order of their addresses, without overlap, inside
 * the file and below GUEST_END. */
struct elf_file {
    bool fixed; /* ET_EXEC: the addresses are to be kept */
    uint64_t entry, phdr; /* addresses; phdr 0: not in memory */
    unsigned phnum, phent;
    uint32_t flags;
    uint64_t align; /* the largest p_align, at least a page */
    unsigned segment_count;
    struct elf_segment segments[ELF_MAX_SEGMENTS];
    char interpreter[1024];
};

/* NULL, or what is wrong with the file. The descriptor stays open. */
const char *elf_read(int fd, struct elf_file *f);
/* Maps it. hint: where an ET_DYN image should go. NULL, or why it cannot be. */
const char *elf_map(int fd, const struct elf_file *f, uintptr_t hint, struct unix_image *image);

#endif
