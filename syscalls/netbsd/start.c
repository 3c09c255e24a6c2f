/* The first stack of a NetBSD program. */
#include <string.h>
#include <unistd.h>

#include "syscalls/netbsd/process.h"
#include "syscalls/unix/start.h"
#include "syscalls/unix/thread.h"

/* From sys/exec_elf.h */
#define AT_NULL_ 0
#define AT_PHDR_ 3
#define AT_PHENT_ 4
#define AT_PHNUM_ 5
#define AT_PAGESZ_ 6
#define AT_BASE_ 7
#define AT_FLAGS_ 8
#define AT_ENTRY_ 9
#define AT_STACKBASE_ 13
#define AT_EUID_ 2000
#define AT_RUID_ 2001
#define AT_EGID_ 2002
#define AT_RGID_ 2003
#define AT_SUN_EXECNAME_ 2014

/* From sys/exec.h */
struct ps_strings {
    uint64_t ps_argvstr;
    int32_t ps_nargvstr, pad1;
    uint64_t ps_envstr;
    int32_t ps_nenvstr, pad2;
};
_Static_assert(sizeof(struct ps_strings) == 32, "struct ps_strings");

bool netbsd_start(struct unix_thread *t, const struct unix_start *s)
{
    struct ps_strings ps = {0};
    struct unix_stack stack;

    if (!unix_stack_new(&stack))
        return false;
    uintptr_t ps_at = unix_stack_push(&stack, &ps, sizeof(ps), 16);
    uintptr_t path = unix_stack_push(&stack, s->path, strlen(s->path) + 1, 8);
    const struct unix_auxv auxv[] = {
        {AT_PHDR_, s->image.phdr},
        {AT_PHENT_, s->image.phent},
        {AT_PHNUM_, s->image.phnum},
        {AT_PAGESZ_, 4096},
        {AT_BASE_, s->interpreter.entry ? s->interpreter.bias : 0},
        {AT_FLAGS_, 0},
        {AT_ENTRY_, s->image.entry},
        {AT_EUID_, geteuid()},
        {AT_RUID_, getuid()},
        {AT_EGID_, getegid()},
        {AT_RGID_, getgid()},
        {AT_STACKBASE_, stack.top},
        {AT_SUN_EXECNAME_, path},
        {AT_NULL_, 0},
    };
    uintptr_t at = unix_stack_vectors(&stack, s, auxv, sizeof(auxv) / sizeof(auxv[0]));
    if (!at)
        return false;
    ps =
        (struct ps_strings){stack.argv, (int32_t)stack.argc, 0, stack.envp, (int32_t)stack.envc, 0};
    memcpy((void *)ps_at, &ps, sizeof(ps));
    unix_process.ps_strings = ps_at;
    t->regs.rip = s->interpreter.entry ? s->interpreter.entry : s->image.entry;
    t->regs.rbx = ps_at;
    t->regs.rsp = at;
    return true;
}
