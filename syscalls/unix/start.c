#include "syscalls/unix/start.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "syscalls/unix/memory.h"

/* Where FreeBSD and NetBSD have the main stack: above everything that grows upwards. */
#define STACK_TOP 0x54fffff00000ull

bool unix_stack_new(struct unix_stack *s)
{
    int64_t at =
        unix_map_fixed(STACK_TOP - UNIX_STACK_SIZE, UNIX_STACK_SIZE, false, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);

    *s = (struct unix_stack){.base = (uintptr_t)at, .top = STACK_TOP, .at = STACK_TOP};
    unix_process.stack_top = STACK_TOP;
    return at > 0;
}

uintptr_t unix_stack_push(struct unix_stack *s, const void *bytes, size_t n, size_t align)
{
    uintptr_t at = (s->at - n) & ~(uintptr_t)(align - 1);

    /* As the real kernels do, strings may take a small part of the stack only. */
    if (n > UNIX_STACK_SIZE / 2 || at < s->top - UNIX_STACK_SIZE / 2) {
        s->full = true;
        return 0;
    }
    s->at = at;
    if (bytes)
        memcpy((void *)at, bytes, n);
    return at;
}

static size_t count(const char *const *list)
{
    size_t n = 0;

    while (list[n])
        n++;
    return n;
}

uintptr_t unix_stack_vectors(struct unix_stack *s, const struct unix_start *start,
                             const struct unix_auxv *auxv, size_t auxv_count)
{
    s->argc = count(start->argv);
    s->envc = count(start->envp);
    size_t words = 1 + s->argc + 1 + s->envc + 1 + auxv_count * 2, w = 0;
    uint64_t *v = calloc(words, sizeof(*v));

    if (!v)
        return 0;
    v[w++] = s->argc;
    for (size_t i = 0; i < s->argc; i++)
        v[w++] = unix_stack_push(s, start->argv[i], strlen(start->argv[i]) + 1, 1);
    v[w++] = 0;
    for (size_t i = 0; i < s->envc; i++)
        v[w++] = unix_stack_push(s, start->envp[i], strlen(start->envp[i]) + 1, 1);
    v[w++] = 0;
    uintptr_t at = (s->at - words * sizeof(*v)) & ~(uintptr_t)15;
    s->argv = at + 8;
    s->envp = at + 8 * (2 + s->argc);
    memcpy(v + w, auxv, auxv_count * sizeof(*auxv));
    at = unix_stack_push(s, v, words * sizeof(*v), 16);
    free(v);
    return s->full ? 0 : at;
}
