/* The start of a program: what the loader found, and the first stack. */
#ifndef SYSCALLS_UNIX_START_H
#define SYSCALLS_UNIX_START_H

#include "syscalls/unix/unix.h"

/* An ELF image that has been mapped. */
struct unix_image {
    uintptr_t bias, low, high; /* what was added to addresses; where it lies */
    uintptr_t entry, phdr;     /* where the guest finds them */
    unsigned phnum, phent;
    uint32_t flags;             /* e_flags */
    uintptr_t data_end;         /* the end of the last writable segment */
    char interpreter[PATH_MAX]; /* "" without */
};

struct unix_start {
    struct unix_image image, interpreter; /* the second: entry 0 without */
    const char *path;                     /* for AT_EXECPATH and its like: the guest's view */
    const char *const *argv, *const *envp;
};

#define UNIX_STACK_SIZE (64ull << 20)

struct unix_auxv {
    uint64_t type, value;
};

/* The first stack, from its top: reserved bytes for the personality, strings, then argc, argv,
 * envp, auxv at its foot. */
struct unix_stack {
    uintptr_t base, top, at; /* at: what is used so far */
    uintptr_t argv, envp;    /* where the vectors are, when they are made */
    size_t argc, envc;
    bool full;
};
bool unix_stack_new(struct unix_stack *s);
/* Bytes at the top; the address, 0 when there is no room. */
uintptr_t unix_stack_push(struct unix_stack *s, const void *bytes, size_t n, size_t align);
/* Strings and vectors; the address of argc, aligned to 16. 0: arguments and environment are too
 * big. */
uintptr_t unix_stack_vectors(struct unix_stack *s, const struct unix_start *start,
                             const struct unix_auxv *auxv, size_t auxv_count);

#endif
