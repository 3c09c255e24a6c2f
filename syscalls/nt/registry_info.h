/* Answers of variable length, as the registry's queries give them, and strings of the guest. */
#ifndef SYSCALLS_NT_REGISTRY_INFO_H
#define SYSCALLS_NT_REGISTRY_INFO_H

#include "syscalls/nt/nt.h"

/* Built under the registry's lock, given to the guest without it. */
struct reg_answer {
    uint8_t *bytes;
    size_t n, room;
    size_t fixed; /* with less room for it than this, nothing is written */
    bool failed;
};

void reg_put(struct reg_answer *a, const void *bytes, size_t n);
void reg_put_u32(struct reg_answer *a, uint32_t v);

/* Frees the answer. *result is what the whole needs. STATUS_BUFFER_TOO_SMALL: not even the fixed
 * part fits; STATUS_BUFFER_OVERFLOW: the beginning was written. */
NTSTATUS reg_answer_give(struct reg_answer *a, NTSTATUS status, void *guest, ULONG length,
                         ULONG *result);

/* The text of a guest string: malloc, to be freed; NULL with *n == 0 possible. */
NTSTATUS reg_string_get(const UNICODE_STRING *guest, uint16_t **text, size_t *n);

#endif
