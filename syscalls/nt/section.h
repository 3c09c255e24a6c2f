/*
 * Sections: memory that is backed by a file, an image or the page file, and their views.
 */
#ifndef SYSCALLS_NT_SECTION_H
#define SYSCALLS_NT_SECTION_H

#include "loader/pe.h"
#include "syscalls/nt/nt.h"

extern const struct nt_object_type nt_section_type;

struct nt_section {
    struct nt_object object;
    int fd;              /* of the file or the memfd; owned */
    int memfd;           /* of a named section with a file: section_name.c; owned, -1 */
    struct nt_object *named; /* its name's hold on the namespace; one reference, NULL */
    uint64_t size;       /* bytes */
    uint32_t protect;    /* PAGE_* it was made with */
    uint32_t attributes; /* SEC_* */
    uint64_t file_size;
    struct pe_image *image; /* SEC_IMAGE only */
    uint32_t name_length;   /* bytes of name */
    WCHAR *name;            /* NT name of the file, for images and mapped files; may be NULL */
};

/* A new section that owns fd; NULL without memory. */
struct nt_section *nt_section_alloc(int fd, uint32_t protect, uint32_t attributes);

/* Names a new section if the guest's attributes say so (NULL: none), and returns a handle; consumes
 * the reference. STATUS_OBJECT_NAME_EXISTS: the handle is for the one that had the name. */
NTSTATUS nt_section_publish(struct nt_section *s, ACCESS_MASK access, const OBJECT_ATTRIBUTES *oa,
                            HANDLE *handle);
NTSTATUS nt_section_open_named(const OBJECT_ATTRIBUTES *oa, ACCESS_MASK access, HANDLE *handle);
bool nt_section_export(struct nt_object *o, struct nt_export *e);
/* The type that listings of directory objects show for such a name. */
extern const struct nt_object_type *const nt_section_name_type;

void nt_section_image_information(const struct nt_section *s, SECTION_IMAGE_INFORMATION *info);

/* An image section of an open descriptor, which it duplicates. machines as for pe_check. */
NTSTATUS nt_section_new_image(int fd, struct nt_section **out, struct pe_error *err);

/* Maps an image at its preferred base, or elsewhere with relocations: then the status is
 * STATUS_IMAGE_NOT_AT_BASE. *size is the size of the view in bytes. */
NTSTATUS nt_section_map_image(struct nt_section *s, uintptr_t *base, size_t *size);

#endif
